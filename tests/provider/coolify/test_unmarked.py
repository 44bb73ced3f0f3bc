"""A resource without marks, driven as the engine drives it, against the sandbox."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, variable
from watchpost.errors import WatchpostError

if TYPE_CHECKING:
    from tests.provider.coolify.apps import App
    from tests.provider.coolify.stack import Stack
    from tests.sandboxes import RunningSandbox


def unmarked(**overrides: Any) -> dict[str, Any]:
    """The usual inputs, without marks; previews report with production's key."""
    declared = inputs(unmarked=True, variables={"SENTRY_DSN": variable(preview=DSN)}, **overrides)
    dsn = copy.deepcopy(declared["variables"]["SENTRY_DSN"])
    del dsn["mark"], dsn["preview"]["mark"]
    declared["variables"] = {"SENTRY_DSN": dsn}
    return declared


@pytest.fixture
def hand_made(app: App, sandbox: RunningSandbox) -> App:
    """An app whose DSN a person set, so that Coolify made the preview copy."""
    body = {"key": "SENTRY_DSN", "value": DSN, "is_buildtime": False, "is_runtime": True}
    assert sandbox.coolify("POST", "/applications/shop-web/envs", body).status == 201
    sandbox.clear_log()
    return app


def test_adopting_writes_nothing(hand_made: App, stack: Stack, sandbox: RunningSandbox) -> None:
    """Create, refresh and the next run send no write at all, and the state is clean."""
    before = hand_made.rows()
    assert stack.apply(unmarked()) == "create"
    assert stack.up(unmarked()) == "same"
    assert stack.drift(unmarked()) == []
    assert sandbox.writes("coolify") == []
    assert hand_made.rows() == before


def test_drift_is_reported_and_refused(
    hand_made: App, stack: Stack, sandbox: RunningSandbox
) -> None:
    """An edited value shows as drift; the update refuses it and leaves it."""
    stack.apply(unmarked())
    row = hand_made.row("SENTRY_DSN")
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": OTHER_DSN})
    stack.new_process()
    assert any("fingerprint" in path for path in stack.drift(unmarked()))
    with pytest.raises(WatchpostError, match="not ours to write: SENTRY_DSN"):
        stack.up(unmarked())
    assert hand_made.row("SENTRY_DSN")["value"] == OTHER_DSN


def test_take_over_repairs_it_without_a_mark(
    hand_made: App, stack: Stack, sandbox: RunningSandbox
) -> None:
    """With `take_over: true` the value is put back; no comment appears."""
    stack.apply(unmarked())
    row = hand_made.row("SENTRY_DSN")
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": OTHER_DSN})
    assert stack.up(unmarked(takeOver=True)) == "update"
    mended = hand_made.row("SENTRY_DSN")
    assert (mended["value"], mended["comment"]) == (DSN, None)


def test_removal_leaves_the_rows(hand_made: App, stack: Stack) -> None:
    """Deleting the resource removes nothing that bears no mark."""
    stack.apply(unmarked())
    before = hand_made.rows()
    stack.provider.delete(stack.id, copy.deepcopy(stack.outs))
    assert hand_made.rows() == before


def test_marks_can_be_switched_on_and_off(hand_made: App, stack: Stack) -> None:
    """Switching marks on marks the rows; switching them off again leaves the marks."""
    marked = inputs(variables={"SENTRY_DSN": variable(preview=DSN)})
    stack.apply(unmarked())
    assert stack.up(marked) == "update"
    assert hand_made.row("SENTRY_DSN")["comment"] == "watchpost:acme/shop"
    assert stack.up(unmarked()) == "update"
    assert stack.up(unmarked()) == "same"
    assert hand_made.row("SENTRY_DSN")["comment"] == "watchpost:acme/shop"
