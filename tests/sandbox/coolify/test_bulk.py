"""Bulk updates of an application's variables."""

import pytest

from tests.sandbox.coolify.app import FLAGS, App


def test_items_are_created_or_updated_in_order(app: App) -> None:
    """The answer has one row per item; created ones lack is_required and order."""
    app.create("OLD", "1")
    answer = app.bulk(
        [{**FLAGS, "key": "NEW", "value": "2"}, {**FLAGS, "key": "OLD", "value": "3"}]
    )
    assert answer.status == 201
    assert [(row["key"], row["value"]) for row in answer.body] == [("NEW", "2"), ("OLD", "3")]
    assert {"is_required", "order"} & set(answer.body[0]) == set()
    assert {"is_required", "order"} <= set(answer.body[1])


def test_items_before_a_fault_are_saved(app: App) -> None:
    """A fault in the second item leaves the first written."""
    assert app.bulk([{"key": "A", "value": "1"}, {"key": "B", "value": 5}]).status == 422
    assert {row["key"] for row in app.rows()} == {"A"}


def test_items_before_a_server_error_are_saved(app: App) -> None:
    """So does a 500."""
    app.create("M", "x", is_multiline=True)
    answer = app.bulk([{"key": "A", "value": "1"}, {"key": "M", "value": "y"}])
    assert answer.status == 500
    assert app.row("A")["value"] == "1"
    assert app.row("M")["value"] == "x"


def test_unknown_fields_are_dropped(app: App) -> None:
    """Bulk ignores what single calls refuse."""
    assert app.bulk([{"key": "A", "value": "1", "colour": "red"}]).status == 201


def test_a_new_key_given_twice_becomes_two_rows(app: App) -> None:
    """The rows are read before the first item, so the second does not see what it made."""
    app.bulk([{"key": "A", "value": "1"}, {"key": "A", "value": "2"}])
    found = [(row["value"], row["is_preview"]) for row in app.rows()]
    assert found == [("1", False), ("2", False), ("1", True)]


def test_a_known_key_given_twice_is_updated_twice(app: App) -> None:
    """Of an existing key the last item wins."""
    app.create("A", "0")
    app.bulk([{"key": "A", "value": "1"}, {"key": "A", "value": "2"}])
    assert [row["value"] for row in app.rows()] == ["2", "0"]


def test_a_twin_may_be_doubled(app: App) -> None:
    """A preview item, then a new production key, then its preview twin: the twin comes twice."""
    app.bulk(
        [
            {"key": "P", "value": "1", "is_preview": True},
            {"key": "A", "value": "2"},
            {"key": "A", "value": "3", "is_preview": True},
        ]
    )
    twins = [row["value"] for row in app.rows() if row["key"] == "A" and row["is_preview"]]
    assert twins == ["2", "3"]


def test_the_production_row_first_does_not_double_the_twin(app: App) -> None:
    """With no preview item before, the copy is found and updated."""
    app.bulk([{"key": "A", "value": "2"}, {"key": "A", "value": "3", "is_preview": True}])
    assert [row["value"] for row in app.rows()] == ["2", "3"]


def test_an_omitted_value_wipes_here_too(app: App) -> None:
    """Bulk updates are not partial either."""
    app.create("A", "x", is_literal=True)
    row = app.bulk([{"key": "A"}]).body[0]
    assert (row["value"], row["is_literal"]) == (None, False)


@pytest.mark.parametrize("data", [[], None, "", 0, {}])
def test_data_is_required(app: App, data: object) -> None:
    """No items, no bulk."""
    answer = app.bulk(data)
    assert (answer.status, answer.body) == (400, {"message": "Bulk data is required."})


@pytest.mark.parametrize("item", ["text", 5, None, []])
def test_an_item_that_is_no_object_has_no_key(app: App, item: object) -> None:
    """Such an item is refused for its missing key."""
    answer = app.bulk([item])
    assert answer.status == 422
    assert answer.body["errors"] == {"key": ["This field is required."]}
