"""The variables of applications: creating, updating, deleting, reading."""

import time
from typing import Any

import pytest

from tests.sandbox.coolify.app import FLAGS, App


def test_a_production_row_gets_a_preview_copy(app: App) -> None:
    """Creating a production row makes a preview row with its value, flags and comment."""
    app.create("A", "x", is_literal=True, is_buildtime=False, comment="mine")
    twin = app.row("A", is_preview=True)
    assert (twin["value"], twin["is_literal"], twin["is_buildtime"]) == ("x", True, False)
    assert twin["comment"] == "mine"


def test_the_preview_copy_of_a_locked_row_is_not_locked(app: App) -> None:
    """A locked production value can be read in its preview copy."""
    app.create("A", "secret", is_shown_once=True)
    assert "value" not in app.row("A")
    assert app.row("A", is_preview=True)["value"] == "secret"


def test_an_existing_preview_row_is_kept(app: App) -> None:
    """Creating a production row leaves a preview row of its key alone."""
    app.create("A", "preview", is_preview=True)
    app.create("A", "production")
    assert [row["value"] for row in app.rows()] == ["production", "preview"]


def test_a_preview_row_comes_alone(app: App) -> None:
    """Creating a preview row makes no production row."""
    app.create("A", "preview", is_preview="1")
    assert [row["is_preview"] for row in app.rows()] == [True]


def test_a_key_is_taken_per_scope_and_case(app: App) -> None:
    """The same key in the same scope is refused with 409, in another case it is another key."""
    assert app.create("A").status == 201
    assert app.create("A").status == 409
    assert app.create("A", is_preview=True).status == 409
    assert app.create("a").status == 201


def test_production_rows_come_before_preview_rows(app: App) -> None:
    """The list has production rows by age, then preview rows by age."""
    for key in ("B", "A", "C"):
        app.create(key)
    assert [(row["key"], row["is_preview"]) for row in app.rows()] == [
        *(("B", False), ("A", False), ("C", False)),
        *(("B", True), ("A", True), ("C", True)),
    ]


def test_the_keys_of_a_row_have_coolifys_order(app: App) -> None:
    """The uuid comes first, the timestamps last, everything between is sorted."""
    app.create("A")
    keys = list(app.row("A"))
    assert keys[0] == "uuid"
    assert keys[-2:] == ["created_at", "updated_at"]
    assert keys[1:-2] == sorted(keys[1:-2])
    assert not {"id", "resourceable_id", "resource_id", "written"} & set(keys)


@pytest.mark.parametrize("sent", ["  v\t\n", "\u00a0v\u200b", "\ufeffv\u2003", "\x00v "])
def test_values_are_trimmed_at_both_ends(app: App, sent: str) -> None:
    """White space, Unicode spaces and invisible characters around a value are not stored."""
    app.create("A", sent)
    assert app.row("A")["value"] == "v"


@pytest.mark.parametrize("sent", ["", "   ", "\u200b\n", None])
def test_empty_values_become_null(app: App, sent: str | None) -> None:
    """An empty value is null, and its real value empty text."""
    app.create("A", sent)
    row = app.row("A")
    assert (row["value"], row["real_value"]) == (None, "")


@pytest.mark.parametrize("sent", ["0", "null", "true", "line one\r\nline two", "ünï 💜"])
def test_other_texts_are_kept(app: App, sent: str) -> None:
    """Texts that look like something else, and what is inside them, stay as they are."""
    app.create("A", sent)
    assert app.row("A")["value"] == sent


def test_a_key_is_trimmed_too(app: App) -> None:
    """White space around a key is not part of it."""
    app.create("  A ")
    assert app.row("A")["key"] == "A"


@pytest.mark.parametrize(
    ("value", "flags", "expected"),
    [
        ('a"b', {}, 'a\\"b'),
        ("a'b", {}, "a\\'b"),
        ("a\\b", {}, "a\\\\b"),
        ("a\tb\rc\x00d", {}, "a\\tb\\rc\\0d"),
        ("$HOME #x", {}, "$HOME #x"),
        ('{"a": "b"}', {}, '{"a": "b"}'),
        ('["a"]', {}, '["a"]'),
        ('{"a":', {}, '{\\"a\\":'),
        ('"text"', {}, '\\"text\\"'),
        ('{"a": "b"}', {"is_literal": True}, '{"a": "b"}'),
        ('["a"]', {"is_multiline": True}, '["a"]'),
        ("a'b", {"is_literal": True}, "'a'b'"),
        ("a\nb", {"is_multiline": True}, "'a\nb'"),
        (None, {"is_literal": True}, "''"),
        ("{{team.UNKNOWN}}", {}, "{{team.UNKNOWN}}"),
    ],
)
def test_the_real_value_is_what_the_env_file_gets(
    app: App, value: str | None, flags: dict[str, Any], expected: str
) -> None:
    """The real value is JSON as it is, else quoted when literal or multiline, else escaped."""
    app.create("A", value, **flags)
    assert app.row("A")["real_value"] == expected


def test_computed_fields(app: App) -> None:
    """Shared references, generated names and build pack settings are told by value and key."""
    app.create("A", "{{project.X}}")
    app.create("SERVICE_URL_WEB")
    app.create("NIXPACKS_NODE_VERSION")
    app.create("RAILPACK_X")
    shared = {row["key"]: row["is_shared"] for row in app.rows()}
    assert shared == {
        "A": True,
        "SERVICE_URL_WEB": False,
        "NIXPACKS_NODE_VERSION": False,
        "RAILPACK_X": False,
    }
    assert app.row("SERVICE_URL_WEB")["is_coolify"]
    assert app.row("NIXPACKS_NODE_VERSION")["is_buildpack_control"]
    assert app.row("RAILPACK_X")["is_buildpack_control"]


def test_an_update_without_a_value_wipes_it(app: App) -> None:
    """PATCH sets a missing value to null."""
    app.create("A", "x")
    assert app.update(key="A").body["value"] is None


def test_an_update_resets_a_missing_literal_flag_and_keeps_the_others(app: App) -> None:
    """PATCH without flags: literal becomes false; run-time, build-time and comment stay."""
    app.create("A", "x", is_literal=True, is_runtime=False, is_buildtime=False, comment="c")
    row = app.update(key="A", value="y").body
    assert (row["is_literal"], row["is_runtime"], row["is_buildtime"]) == (False, False, False)
    assert row["comment"] == "c"


@pytest.mark.parametrize("flag", ["is_multiline", "is_shown_once"])
def test_an_update_that_omits_a_flag_that_is_set_fails(app: App, flag: str) -> None:
    """PATCH without multiline or shown-once of a row that has it is a 500 and changes nothing."""
    locked: dict[str, Any] = {flag: True}
    app.create("A", "x", **locked)
    before = app.rows()
    answer = app.update(key="A", value="y")
    assert (answer.status, answer.body) == (500, {"message": "Server Error"})
    assert app.rows() == before


def test_a_row_can_be_unlocked_by_an_update(app: App) -> None:
    """PATCH with shown-once false makes a locked row readable again."""
    app.create("A", "x", is_shown_once=True)
    app.update(**{**FLAGS, "key": "A", "value": "y"})
    assert app.row("A")["value"] == "y"


def test_an_update_finds_rows_by_key_and_scope(app: App) -> None:
    """PATCH changes the row of its scope alone, and creates none."""
    app.create("A", "x")
    assert app.update(**{**FLAGS, "key": "A", "value": "y", "is_preview": True}).status == 201
    assert [row["value"] for row in app.rows()] == ["x", "y"]
    assert app.update(key="B", value="y").status == 404


def test_an_identical_update_does_not_move_updated_at(app: App) -> None:
    """Writing what is there keeps the timestamp; writing something else moves it."""
    app.create("A", "x")
    before = app.row("A")["updated_at"]
    wait_for_next_second()
    app.update(**{**FLAGS, "key": "A", "value": " x "})
    assert app.row("A")["updated_at"] == before
    app.update(**{**FLAGS, "key": "A", "value": "y"})
    assert app.row("A")["updated_at"] > before
    assert app.row("A")["created_at"] == before


def wait_for_next_second() -> None:
    """Coolify's timestamps have whole seconds."""
    time.sleep(1.01 - time.time() % 1)


def test_timestamps_have_whole_seconds_and_six_digits(app: App) -> None:
    """A timestamp reads 2026-11-23T08:00:00.000000Z."""
    app.create("A")
    assert app.row("A")["created_at"].endswith(".000000Z")


def test_deleting_a_row_leaves_its_preview_copy(app: App) -> None:
    """DELETE removes one row; a new production row keeps the old preview value."""
    app.create("A", "old")
    assert app.delete(app.row("A")["uuid"]).status == 200
    app.create("A", "new")
    assert [row["value"] for row in app.rows()] == ["new", "old"]


def test_a_row_of_another_app_cannot_be_deleted(app: App) -> None:
    """DELETE finds only rows of the app in its path."""
    app.create("A")
    other = App(app.sandbox, "/applications/railpack-hono")
    answer = other.delete(app.row("A")["uuid"])
    assert (answer.status, answer.body["message"]) == (404, "Environment variable not found.")


def test_of_doubled_rows_the_first_is_updated(app: App) -> None:
    """PATCH changes one of two rows with one key."""
    for value in ("one", "two"):
        row = {"application": "railpack-expressjs", "key": "A", "value": value}
        app.sandbox.control("POST", "/coolify/rows", row)
    app.update(**{**FLAGS, "key": "A", "value": "new"})
    assert [row["value"] for row in app.rows()] == ["new", "two"]
