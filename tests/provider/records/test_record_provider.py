"""A record over its life: made, read back, repaired, moved, removed."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime import rpc

from tests.clients.records.platforms import DSN, OTHER_DSN, Platform, add_row, rows
from tests.provider.records.stack import RecordStack, inputs
from watchpost.errors import (
    AmbiguousOwner,
    ApiError,
    NotFound,
    ReadOnly,
    SettingsError,
    Unplanned,
)
from watchpost.permit import Permit, render_permit

if TYPE_CHECKING:
    from pathlib import Path


def test_first_run_writes_and_second_does_not(platform: Platform, stack: RecordStack) -> None:
    """The first run writes the row, and the second finds nothing to do."""
    add_row(platform)
    assert stack.up(inputs()) == "create"
    assert rows(platform, "sentry_project_slug", "sentry_dsn") == [("acme-shop", DSN)]
    assert stack.up(inputs()) == "same"
    assert stack.drift(inputs()) == []
    assert (stack.outs["state"], stack.outs["reason"], stack.outs["rows"]) == ("checked", "", 1)


def test_a_lost_state_is_found_again(platform: Platform, stack: RecordStack) -> None:
    """A create of a record that is as declared writes nothing and is no fault."""
    add_row(platform)
    stack.up(inputs())
    stack.forget()
    platform.execute("CREATE TABLE history (note TEXT)")
    assert stack.up(inputs()) == "create"
    assert stack.drift(inputs()) == []


def test_another_value_is_named_and_put_right(platform: Platform, stack: RecordStack) -> None:
    """A column that somebody changed is named by its fingerprint, and written again."""
    add_row(platform)
    stack.up(inputs())
    platform.execute("UPDATE projects SET sentry_dsn = ?", OTHER_DSN)
    assert stack.drift(inputs()) == ["values.sentry_dsn.fingerprint"]
    assert stack.up(inputs()) == "update"
    assert rows(platform, "sentry_dsn") == [(DSN,)]
    assert stack.drift(inputs()) == []


def test_a_cleared_column_is_named_and_put_right(platform: Platform, stack: RecordStack) -> None:
    """Null where a value should be is drift; a value where null should be as well."""
    add_row(platform)
    declared = inputs({"sentry_dsn": DSN, "note": None})
    stack.up(declared)
    platform.execute("UPDATE projects SET sentry_dsn = NULL, note = 'x'")
    assert stack.drift(declared) == ["values.note.fingerprint", "values.sentry_dsn.fingerprint"]
    assert stack.up(declared) == "update"
    assert rows(platform, "sentry_dsn", "note") == [(DSN, None)]


def test_what_means_the_same_is_no_drift(platform: Platform, stack: RecordStack) -> None:
    """A document that is written in another way is as declared."""
    add_row(platform)
    declared = inputs({"settings": '{"a": 1, "b": 2}'})
    stack.up(declared)
    platform.execute("UPDATE projects SET settings = ?", '{"b":2,"a":1}')
    assert stack.drift(declared) == []


def test_a_row_that_is_gone_is_named_and_refused(platform: Platform, stack: RecordStack) -> None:
    """A row that is gone is drift, and the run names it; it is made where `insert` says so."""
    add_row(platform)
    stack.up(inputs())
    platform.execute("DELETE FROM projects")
    assert stack.drift(inputs()) == ["rows"]
    with pytest.raises(NotFound, match=r"projects\.slug=acme/shop: the table has no such row"):
        stack.up(inputs())
    assert stack.outs["rows"] == 0
    assert stack.up(inputs(insert=True)) == "update"
    assert rows(platform, "slug", "sentry_dsn") == [("acme/shop", DSN)]
    assert stack.drift(inputs(insert=True)) == []


def test_a_row_that_may_be_hidden_is_unchecked(platform: Platform, stack: RecordStack) -> None:
    """What a view shows no more may be there: it is neither called missing nor made again."""
    add_row(platform)
    platform.execute("CREATE VIEW free AS SELECT * FROM projects WHERE seats IS NULL")
    declared = inputs({"note": None}, table="free", insert=True)
    stack.up(declared)
    platform.execute("UPDATE projects SET seats = 7")
    stack.new_process()
    stack.refresh()
    assert (stack.outs["state"], stack.outs["rows"]) == ("unchecked", 1)
    assert "the table shows no such row" in stack.outs["reason"]
    with pytest.raises(NotFound, match="shows no such row"):
        stack.apply(declared)
    assert len(rows(platform, "slug")) == 1


def test_a_second_row_is_named_and_refused(platform: Platform, stack: RecordStack) -> None:
    """A second row of the key is drift, and neither is written."""
    add_row(platform)
    stack.up(inputs())
    add_row(platform)
    assert stack.drift(inputs()) == ["rows"]
    with pytest.raises(AmbiguousOwner):
        stack.up(inputs())
    assert rows(platform, "sentry_dsn").count((None,)) == 1


@pytest.mark.parametrize("away", ["postgresql://a:b@127.0.0.1:9/c", "postgresql://a:b@db..x/c"])
def test_a_database_that_does_not_answer_leaves_the_record_unchecked(
    platform: Platform, stack: RecordStack, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    """A read that fails answers what was recorded and why; then only this update fails."""
    add_row(platform)
    stack.up(inputs())
    url = platform.url()
    monkeypatch.setenv("DATABASE_URL", away if platform.kind == "postgres" else f"{url}-moved")
    stack.new_process()
    stack.refresh()
    assert stack.outs["state"] == "unchecked"
    assert stack.outs["reason"].startswith("env:DATABASE_URL: ")
    assert stack.outs["values"] == inputs()["values"]
    assert stack.step(inputs()) == "update"
    with pytest.raises((ApiError, SettingsError)):
        stack.apply(inputs())
    monkeypatch.setenv("DATABASE_URL", url)
    assert stack.up(inputs()) == "same"
    assert stack.outs["state"] == "checked"


def test_a_variable_that_is_not_set_concerns_its_records_alone(
    platform: Platform, stack: RecordStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the variable a read is unchecked and an update says what is missing."""
    add_row(platform)
    stack.up(inputs())
    monkeypatch.delenv("DATABASE_URL")
    stack.new_process()
    stack.refresh()
    assert "variable with the database's URL is not set" in stack.outs["reason"]
    with pytest.raises(SettingsError, match="env:DATABASE_URL"):
        stack.apply(inputs())


def test_a_dropped_column_is_unchecked_and_named(platform: Platform, stack: RecordStack) -> None:
    """A column that is gone cannot be compared; reason and refusal name those that are there."""
    add_row(platform)
    stack.up(inputs())
    platform.execute("ALTER TABLE projects DROP COLUMN sentry_dsn")
    stack.new_process()
    stack.refresh()
    assert "the table has no column 'sentry_dsn'" in stack.outs["reason"]
    with pytest.raises(NotFound, match="'sentry_project_slug'"):
        stack.apply(inputs())


def test_a_removed_record_is_cleared_where_declared(platform: Platform, stack: RecordStack) -> None:
    """With `clear` the columns become null; whatever else the row holds stays."""
    add_row(platform, note="theirs")
    stack.up(inputs(onRemove="clear"))
    stack.destroy()
    assert rows(platform, "slug", "sentry_dsn", "sentry_project_slug", "note") == [
        ("acme/shop", None, None, "theirs")
    ]


def test_a_removed_record_is_kept_otherwise(platform: Platform, stack: RecordStack) -> None:
    """With `keep` a delete writes nothing, whatever asks for it."""
    add_row(platform)
    stack.up(inputs())
    stack.destroy()
    assert rows(platform, "sentry_dsn") == [(DSN,)]


def test_a_row_that_another_entry_declares_is_not_cleared(
    platform: Platform, stack: RecordStack
) -> None:
    """An entry that is renamed leaves its row to its successor, whatever order they run in."""
    add_row(platform)
    stack.up(inputs(onRemove="clear"))
    successor = RecordStack()
    successor.up(inputs(onRemove="clear", owner="acme/store"))
    stack.leave(successor)
    assert rows(platform, "sentry_dsn") == [(DSN,)]


def test_what_a_killed_run_wrote_is_recorded_and_cleared(
    platform: Platform, stack: RecordStack
) -> None:
    """What was written and not recorded is found as declared, recorded, and ours to clear."""
    add_row(platform)
    stack.up(inputs(onRemove="clear"))
    news = inputs({"sentry_project_slug": "acme-shop", "sentry_dsn": OTHER_DSN}, onRemove="clear")
    recorded = copy.deepcopy((stack.id, stack.inputs, stack.outs))
    stack.up(news)
    stack.id, stack.inputs, stack.outs = recorded
    assert stack.up(news) == "update"
    assert stack.up(news) == "same"
    stack.destroy()
    assert rows(platform, "sentry_dsn", "sentry_project_slug") == [(None, None)]


def test_what_was_observed_is_not_taken_for_written(platform: Platform, stack: RecordStack) -> None:
    """A run that saw another value and failed leaves on record what was written before."""
    add_row(platform)
    stack.up(inputs(onRemove="clear"))
    written = stack.outs["written"]
    platform.execute("UPDATE projects SET sentry_dsn = ?", OTHER_DSN)
    stack.new_process()
    stack.refresh()
    assert stack.outs["written"] == written
    assert stack.inputs["values"]["sentry_dsn"]["fingerprint"] != written["sentry_dsn"]
    stack.destroy()
    assert rows(platform, "sentry_dsn", "sentry_project_slug") == [(OTHER_DSN, None)]


@pytest.mark.parametrize("moved", ["url", "table", "key"])
def test_a_row_that_another_entry_declares_otherwise_is_not_cleared(
    platform: Platform, stack: RecordStack, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    """
    An entry is renamed in the run that finds rows by another variable, table or column: it leaves
    to its successor what may be its row. A run without such rows clears.
    """
    add_row(platform, seats=7)
    monkeypatch.setenv("PLATFORM_URL", platform.url())
    table = "main.projects" if platform.kind == "sqlite" else "public.projects"
    key = {"column": "seats", "value": "7"}
    changes: dict[str, Any] = {"url": "env:PLATFORM_URL", "table": table, "key": key}
    stack.up(inputs(onRemove="clear"))
    successor = RecordStack()
    successor.up(inputs(onRemove="clear", owner="acme/store", **{moved: changes[moved]}))
    left = copy.deepcopy(stack)
    stack.leave(successor)
    assert rows(platform, "sentry_dsn") == [(DSN,)]
    left.destroy()
    assert rows(platform, "sentry_dsn") == [(None,)]


def test_another_key_writes_another_row(platform: Platform, stack: RecordStack) -> None:
    """Where the key changes, the new row is written in place and the former one stays."""
    add_row(platform)
    add_row(platform, "acme/store")
    stack.up(inputs(onRemove="clear"))
    key = {"column": "slug", "value": "acme/store"}
    assert stack.up(inputs(onRemove="clear", key=key)) == "update"
    assert rows(platform, "slug", "sentry_dsn") == [("acme/shop", DSN), ("acme/store", DSN)]


def test_a_setting_is_an_update_that_writes_nothing(
    platform: Platform, stack: RecordStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes nothing in the row is recorded, also where writes are switched off."""
    add_row(platform)
    stack.up(inputs())
    monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
    assert stack.up(inputs(onRemove="clear")) == "update"
    assert stack.outs["onRemove"] == "clear"


def test_an_unknown_value_is_a_change(platform: Platform, stack: RecordStack) -> None:
    """A DSN that is not known before its key is made differs from whatever was recorded."""
    add_row(platform)
    stack.up(inputs())
    unknown = {"value": rpc.UNKNOWN, "fingerprint": rpc.UNKNOWN}
    values = {**inputs()["values"], "sentry_dsn": unknown}
    assert stack.step({**inputs(), "values": values}) == "update"
    assert stack.step({**inputs(), "values": rpc.UNKNOWN}) == "update"


def test_nothing_is_written_where_writes_are_off(
    platform: Platform, stack: RecordStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan, a check or a preview that came to a write is stopped before it."""
    add_row(platform)
    monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
    with pytest.raises(ReadOnly, match=r"UPDATE projects\.slug=acme/shop"):
        stack.up(inputs())
    assert rows(platform, "sentry_dsn") == [(None,)]


def test_only_what_the_plan_holds_is_written(
    platform: Platform, stack: RecordStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A write is checked against the permit column by column, right before it is sent."""
    add_row(platform)
    values = inputs()["values"]
    name = "projects.slug=acme/shop"
    dsn = ("update", "sentry_dsn", values["sentry_dsn"]["fingerprint"])
    slug = ("update", "sentry_project_slug", None)
    permits = {"small": {name: frozenset({dsn})}, "whole": {name: frozenset({dsn, slug})}}
    for file, records in permits.items():
        (tmp_path / file).write_text(render_permit(Permit({}, {}, {}, records)))
    monkeypatch.setenv("WATCHPOST_PERMIT", str(tmp_path / "small"))
    with pytest.raises(Unplanned, match="does not update sentry_project_slug"):
        stack.up(inputs())
    assert rows(platform, "sentry_dsn") == [(None,)]
    monkeypatch.setenv("WATCHPOST_PERMIT", str(tmp_path / "whole"))
    assert stack.up(inputs()) == "create"
    assert rows(platform, "sentry_dsn", "sentry_project_slug") == [(DSN, "acme-shop")]


def test_clearing_is_checked_as_well(
    platform: Platform, stack: RecordStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A clear that no plan holds is refused."""
    add_row(platform)
    stack.up(inputs(onRemove="clear"))
    (tmp_path / "none").write_text(render_permit(Permit({}, {})))
    monkeypatch.setenv("WATCHPOST_PERMIT", str(tmp_path / "none"))
    with pytest.raises(Unplanned, match="does not clear sentry_dsn, sentry_project_slug of it"):
        stack.destroy()
    assert rows(platform, "sentry_dsn") == [(DSN,)]


def test_the_recorded_state_names_no_database(platform: Platform, stack: RecordStack) -> None:
    """Nothing that is recorded holds the URL, its password or host; it names the variable."""
    add_row(platform)
    stack.up(inputs())
    platform.execute("UPDATE projects SET sentry_dsn = ?", OTHER_DSN)
    stack.new_process()
    stack.refresh()
    plain = {**stack.outs, "values": stack.outs["values"]["sentry_dsn"]["fingerprint"]}
    recorded = json.dumps([plain, {**stack.inputs, "values": ""}, stack.id])
    assert [secret for secret in platform.secrets if secret in recorded] == []
    assert OTHER_DSN not in json.dumps(stack.outs)
