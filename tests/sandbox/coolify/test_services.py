"""The variables of services, whose rules are their own, and starting them."""

from typing import Any

import pytest

from tests.sandbox.coolify.app import App
from tests.sandboxes import start_sandbox


def test_create_answers_the_row(service: App) -> None:
    """POST answers the row with its value, less is_preview, is_required and order."""
    row = service.create("A", "x", comment="c").body
    assert (row["value"], row["comment"]) == ("x", "c")
    assert {"is_preview", "is_required", "order"} & set(row) == set()


def test_there_are_no_preview_copies(service: App) -> None:
    """A service's variable is one row."""
    service.create("A")
    assert len(service.rows()) == 1


def test_unknown_and_foreign_fields_are_ignored(service: App) -> None:
    """Fields of applications, and fields of nobody, have no effect and are no fault."""
    more: dict[str, Any] = {
        "is_preview": True,
        "is_runtime": False,
        "is_buildtime": False,
        "colour": "red",
    }
    assert service.create("A", **more).status == 201
    row = service.row("A")
    assert (row["is_preview"], row["is_runtime"], row["is_buildtime"]) == (False, True, True)


def test_a_key_is_taken_once(service: App) -> None:
    """A second POST of one key is refused."""
    service.create("A")
    assert service.create("A").status == 409


def test_an_update_is_partial_but_for_the_value(service: App) -> None:
    """PATCH keeps flags and comment, wipes a missing value, and fails on nothing."""
    service.create("A", "x", is_literal=True, is_multiline=True, comment="c")
    row = service.update(key="A").body
    assert (row["value"], row["is_literal"], row["is_multiline"]) == (None, True, True)
    assert row["comment"] == "c"


def test_an_update_of_an_unknown_key(service: App) -> None:
    """PATCH creates nothing."""
    answer = service.update(key="A", value="x")
    assert (answer.status, answer.body) == (404, {"message": "Environment variable not found."})


def test_bulk_keeps_what_is_not_sent(service: App) -> None:
    """A bulk item changes just its fields, and may set those that single calls ignore."""
    service.create("A", "x", comment="c")
    row = service.bulk([{"key": "A", "is_buildtime": False}]).body[0]
    assert (row["value"], row["comment"], row["is_buildtime"]) == ("x", "c", False)


def test_a_row_created_in_bulk_shows_only_what_was_given(service: App) -> None:
    """The answer lacks the columns that the item did not set."""
    bare, full = service.bulk([{"key": "A", "value": "1"}, {"key": "B", "comment": "c"}]).body
    hidden = {"comment", "is_literal", "is_multiline", "is_preview", "is_shown_once", "order"}
    assert hidden & set(bare) == set()
    assert full["comment"] == "c"


@pytest.mark.parametrize("item", ["text", 5, None])
def test_a_bulk_item_that_is_no_object_fails(service: App, item: object) -> None:
    """What is no object is a server error here."""
    assert service.bulk([item]).status == 500


def test_bulk_needs_data_and_writes_until_the_fault(service: App) -> None:
    """An empty list is refused; items before a fault are saved."""
    assert service.bulk([]).body == {"message": "Bulk data is required."}
    assert service.bulk([{"key": "A", "value": "1"}, {"key": "A B"}]).status == 422
    assert [row["key"] for row in service.rows()] == ["A"]


def test_the_list_has_no_order_to_rely_on(service: App) -> None:
    """A row that was just written is the last of the list."""
    service.create("A", "1")
    service.create("B", "1")
    service.update(key="A", value="2")
    assert [row["key"] for row in service.rows()] == ["B", "A"]


def test_reading_needs_a_leading_role(service: App) -> None:
    """A member may read an application's variables, but not a service's."""
    answer = service.sandbox.coolify("GET", f"{service.path}/envs", token="memberread")
    assert (answer.status, answer.body) == (
        403,
        {"message": "You are not authorized to perform this action.", "error": "Unauthorized"},
    )


def test_an_unknown_service(service: App) -> None:
    """Its 404 has a full stop, and so has that of another team's."""
    nowhere = App(service.sandbox, "/services/aaaaaaaaaaaaaaaaaaaaaaaa")
    assert nowhere.create("A").body == {"message": "Service not found."}
    assert service.create("A", token="foreign").body == {"message": "Service not found."}


def test_a_start_takes_the_variables_of_its_moment(service: App) -> None:
    """What runs is what was there at the last start or restart."""
    service.create("A", "1")
    started = service.sandbox.coolify("POST", f"{service.path}/start")
    assert started.body == {"message": "Service starting request queued."}
    service.update(key="A", value="2")
    running = f"/coolify{service.path}/running-environment"
    assert service.sandbox.control("GET", running)["runtime"] == {"A": "1"}
    restarted = service.sandbox.coolify("POST", f"{service.path}/restart")
    assert restarted.body == {"message": "Service restarting request queued."}
    assert service.sandbox.control("GET", running)["runtime"] == {"A": "2"}


def test_a_running_service_cannot_be_started(service: App) -> None:
    """A start is refused, a restart is not."""
    service.sandbox.control("PATCH", f"/coolify{service.path}", {"status": "running:healthy"})
    answer = service.sandbox.coolify("POST", f"{service.path}/start")
    assert (answer.status, answer.body) == (400, {"message": "Service is already running."})
    assert service.sandbox.coolify("POST", f"{service.path}/restart").status == 200


def test_a_start_is_queued(service: App) -> None:
    """Without a worker the service does not say that it runs, so it can be started again."""
    for _ in range(2):
        assert service.sandbox.coolify("POST", f"{service.path}/start").status == 200


def test_with_a_worker_a_started_service_runs() -> None:
    """It says so, and a second start is refused."""
    with start_sandbox("contracts", "--worker") as sandbox:
        path = f"/services/{sandbox.variables['service']}"
        assert sandbox.coolify("POST", f"{path}/start").status == 200
        assert sandbox.coolify("GET", path).body["status"] == "running:healthy"
        assert sandbox.coolify("POST", f"{path}/start").status == 400
