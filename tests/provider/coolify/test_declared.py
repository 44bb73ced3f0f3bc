"""What one resource of a run declares is not taken away by the delete of another."""

import contextlib
from typing import Any

import pytest
from pulumi.runtime import rpc

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, service_inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import AmbiguousOwner, ForeignOwner, WatchpostError

BY_NAME = inputs(selector="application web in Shop/production")


@pytest.fixture
def other(sandbox: RunningSandbox) -> Stack:
    """The other resource of the program."""
    return Stack(sandbox.coolify_url)


def test_a_selector_in_another_form_writes_nothing(
    stack: Stack, other: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """The new resource confirms the rows, the old one leaves them: no write at all."""
    stack.up(inputs())
    app.finish_deployments()
    before = app.rows()
    sandbox.clear_log()
    assert other.up(BY_NAME) == "create"
    stack.leave(other)
    assert sandbox.writes("coolify") == []
    assert app.rows() == before
    assert other.up(BY_NAME) == "same"


def test_a_service_selected_in_another_form_keeps_its_rows(
    stack: Stack, other: Stack, sandbox: RunningSandbox
) -> None:
    """Services are named by kind and id as well."""
    stack.up(service_inputs())
    other.up(service_inputs(selector="service queue in Shop/production"))
    stack.leave(other)
    assert App(sandbox, "shop-queue", "service").row("SENTRY_DSN")["value"] == DSN


def test_a_name_that_the_new_form_drops_goes(stack: Stack, other: Stack, app: App) -> None:
    """Only what is declared stays."""
    stack.up(inputs())
    other.up({**BY_NAME, "variables": {"SENTRY_DSN": variable()}})
    stack.leave(other)
    assert app.find("SENTRY_ENVIRONMENT") is None
    assert app.row("SENTRY_DSN")["value"] == DSN


def test_an_unchanged_resource_declares_as_well(stack: Stack, other: Stack, app: App) -> None:
    """After a run that was killed before its delete, the next one still leaves the rows."""
    stack.up(inputs())
    other.up(BY_NAME)
    assert other.up(BY_NAME) == "same"
    stack.leave(other)
    assert app.row("SENTRY_DSN")["value"] == DSN


def test_a_destroy_removes_everything(stack: Stack, other: Stack, app: App) -> None:
    """Without a program nothing is declared, whatever earlier runs declared."""
    foreign = app.rows()
    stack.up(inputs())
    other.up(BY_NAME)
    stack.destroy()
    other.destroy()
    assert app.rows() == foreign


def test_another_app_of_the_entry_protects_nothing(
    stack: Stack, other: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """An app that left its entry is cleaned although the entry goes on elsewhere."""
    stack.up(inputs())
    other.up(inputs(uuid="shop-api"))
    stack.leave(other)
    assert app.find("SENTRY_DSN") is None
    assert App(sandbox, "shop-api").row("SENTRY_DSN")["value"] == DSN


def test_a_move_that_failed_takes_nothing_away(
    stack: Stack, other: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """The app keeps the rows of its former entry until the new one has marked them."""
    stack.up(inputs())
    moved = inputs(owner="acme/studio")
    fault = sandbox.add_fault(service="coolify", method="PATCH", path="/envs", status=403, body={})
    with pytest.raises(WatchpostError):
        other.up(moved)
    sandbox.control("DELETE", f"/faults/{fault}")
    stack.leave(other)
    assert app.row("SENTRY_DSN")["value"] == DSN
    other.up(moved)
    assert app.row("SENTRY_DSN")["comment"] == "watchpost:acme/studio"


def test_a_move_leaves_locked_rows_there(stack: Stack, other: Stack, app: App) -> None:
    """Nobody can mark a locked row anew; it is not removed for that."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", is_shown_once=True)
    other.up(inputs(owner="acme/studio"))
    stack.leave(other)
    assert app.row("SENTRY_DSN")["value"] == DSN
    assert other.outs["unreadable"] == ["SENTRY_DSN"]


def test_a_token_that_cannot_read_moves_without_a_loss(
    stack: Stack, other: Stack, app: App, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden rows are not marked anew, and stay with their former mark."""
    stack.up(inputs())
    body = {"name": "b", "user_id": 0, "team_id": 0, "abilities": ["read", "write", "deploy"]}
    monkeypatch.setenv("COOLIFY_TOKEN", sandbox.control("POST", "/coolify/tokens", body)["token"])
    other.up(inputs(owner="acme/studio"))
    stack.leave(other)
    assert app.row("SENTRY_DSN")["value"] == DSN


def test_another_organization_declares_nothing_here(stack: Stack, other: Stack, app: App) -> None:
    """It can never own these rows, so that it keeps nobody from removing them."""
    stack.up(inputs())
    with pytest.raises(ForeignOwner):
        other.up(inputs(owner="globex/shop"))
    stack.leave(other)
    assert app.find("SENTRY_DSN") is None


def test_an_app_that_was_not_found_may_be_this_one(stack: Stack, other: Stack, app: App) -> None:
    """A slip in the new form must not clear the app: the delete waits for a run that finds it."""
    stack.up(inputs())
    with contextlib.suppress(WatchpostError):
        other.up({**BY_NAME, "uuid": None})
    with pytest.raises(AmbiguousOwner, match="not removed: SENTRY_DSN, SENTRY_ENVIRONMENT"):
        stack.leave(other)
    assert app.row("SENTRY_DSN")["value"] == DSN
    other.up(BY_NAME)
    stack.leave(other)
    assert app.row("SENTRY_DSN")["value"] == DSN


def test_an_app_of_another_entry_that_was_not_found_stops_nothing(
    stack: Stack, other: Stack, app: App
) -> None:
    """One broken entry does not keep the others from being removed."""
    stack.up(inputs())
    with contextlib.suppress(WatchpostError):
        other.up(inputs(owner="acme/studio", uuid=None))
    stack.leave(other)
    assert app.find("SENTRY_DSN") is None


def test_unknown_values_are_declared_by_name(stack: Stack, sandbox: RunningSandbox) -> None:
    """A preview checks values that nobody knows yet; nothing of them is needed or sent."""
    unknown: dict[str, Any] = {**variable(), "value": rpc.UNKNOWN, "fingerprint": rpc.UNKNOWN}
    news = inputs(variables={"SENTRY_DSN": unknown})
    sandbox.clear_log()
    assert stack.provider.check({}, news).inputs == news
    assert sandbox.log("coolify") == []


def test_a_removed_row_that_somebody_locked_stays(
    stack: Stack, app: App, capfd: pytest.CaptureFixture[str]
) -> None:
    """It may hold what they put there: a delete leaves it and says so."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", is_shown_once=True, value=OTHER_DSN)
    stack.destroy()
    assert app.row("SENTRY_DSN")["value"] == OTHER_DSN
    assert app.find("SENTRY_ENVIRONMENT") is None
    assert "kept SENTRY_DSN: somebody has locked" in capfd.readouterr().err
