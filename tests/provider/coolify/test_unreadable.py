"""Values that nobody, or not this token, can read: kept, named, never called clean."""

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import Forbidden


def token(sandbox: RunningSandbox, *abilities: str) -> str:
    """A token of team 0's owner with just these abilities."""
    body = {"name": "-".join(abilities), "user_id": 0, "team_id": 0, "abilities": list(abilities)}
    made: str = sandbox.control("POST", "/coolify/tokens", body)["token"]
    return made


def test_a_row_locked_by_a_human_is_kept(stack: Stack, app: App) -> None:
    """Its recorded input stays, it is named, and neither read nor update changes it."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", is_shown_once=True, value="locked by hand")
    assert stack.drift(inputs()) == []
    stack.refresh()
    assert stack.outs["unreadable"] == ["SENTRY_DSN"]
    stack.up(inputs(redeploy="never"))
    row = app.row("SENTRY_DSN")
    assert (row["value"], bool(row["is_shown_once"])) == ("locked by hand", True)
    assert stack.outs["unreadable"] == ["SENTRY_DSN"]


def test_a_new_value_for_a_locked_row_stays_a_difference(stack: Stack, app: App) -> None:
    """It cannot be written, so that no run calls it done, until the row can be read again."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", is_shown_once=True)
    changed = inputs(variables={**inputs()["variables"], "SENTRY_DSN": variable(OTHER_DSN)})
    assert stack.up(changed) == "update"
    assert app.row("SENTRY_DSN")["value"] == DSN
    assert stack.drift(changed) == [
        "variables.SENTRY_DSN.fingerprint",
        "variables.SENTRY_DSN.value",
    ]
    app.edit("SENTRY_DSN", is_shown_once=False)
    stack.up(changed)
    assert app.row("SENTRY_DSN")["value"] == OTHER_DSN
    assert stack.up(changed) == "same"


def test_a_token_that_cannot_read_values_writes_over_none(
    stack: Stack, app: App, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Existing rows are kept and named with what to do; new ones are made."""
    app.add("SENTRY_DSN", OTHER_DSN)
    monkeypatch.setenv("COOLIFY_TOKEN", token(sandbox, "read", "write", "deploy"))
    stack.up(inputs())
    assert app.row("SENTRY_DSN")["value"] == OTHER_DSN
    assert app.row("SENTRY_ENVIRONMENT")["value"] == "production"
    assert stack.outs["unreadable"] == ["SENTRY_DSN", "SENTRY_ENVIRONMENT"]
    assert any("read:sensitive" in note for note in stack.outs["notes"])
    assert stack.up(inputs()) == "same"
    assert stack.outs["unreadable"] == ["SENTRY_DSN", "SENTRY_ENVIRONMENT"]


def test_a_read_only_token_changes_nothing(
    stack: Stack, app: App, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The missing ability is named, and every row is as it was."""
    before = app.rows()
    monkeypatch.setenv("COOLIFY_TOKEN", token(sandbox, "read", "read:sensitive"))
    with pytest.raises(Forbidden, match="the Coolify token lacks the ability `write`"):
        stack.up(inputs())
    assert app.rows() == before


def test_a_member_without_the_role_is_told(
    stack: Stack, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Coolify's own words and the way out are in the message."""
    monkeypatch.setenv("COOLIFY_TOKEN", sandbox.tokens["coolify"]["member"])
    with pytest.raises(Forbidden, match=r"(?s)Missing required team role.*admin of the team"):
        stack.up(inputs())
