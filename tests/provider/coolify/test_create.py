import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, MOVED_DSN, OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import ForeignOwner, NotFound


def test_create_writes_every_row_with_its_mark(stack: Stack, app: App) -> None:
    """Production and preview rows hold the declared values and flags, and say whose they are."""
    declared = inputs(
        variables={
            "SENTRY_DSN": variable(DSN, OTHER_DSN),
            "SENTRY_AUTH_TOKEN": variable("a-build-token", build=True, run=False),
        }
    )
    assert stack.up(declared) == "create"
    dsn, token = app.row("SENTRY_DSN"), app.row("SENTRY_AUTH_TOKEN")
    assert (dsn["value"], dsn["is_runtime"], dsn["is_buildtime"]) == (DSN, True, False)
    assert (token["value"], token["is_runtime"], token["is_buildtime"]) == (
        "a-build-token",
        False,
        True,
    )
    assert app.row("SENTRY_DSN", is_preview=True)["value"] == OTHER_DSN
    assert app.row("SENTRY_AUTH_TOKEN", is_preview=True)["value"] is None
    ours = [row for row in app.rows() if row["key"] in declared["variables"]]
    assert {row["comment"] for row in ours} == {"watchpost:acme/shop"}


def test_create_reports_complete_outputs(stack: Stack) -> None:
    """Everything declared is recorded, and the deployment that was asked for."""
    stack.up(inputs())
    assert {name: stack.outs[name] for name in inputs()} == inputs()
    assert (stack.outs["state"], stack.outs["reason"], stack.outs["unreadable"]) == (
        "checked",
        "",
        [],
    )
    assert stack.outs["deployment"]["uuid"]
    assert stack.outs["settledAt"] >= stack.outs["deployment"]["requestedAt"]
    assert stack.id == "application/shop-web"


def test_create_twice_is_safe(stack: Stack, app: App, sandbox: RunningSandbox) -> None:
    """A create whose result was lost changes nothing the second time."""
    stack.up(inputs())
    before, deployments = app.rows(), len(app.deployments())
    stack.forget()
    sandbox.clear_log()
    assert stack.up(inputs()) == "create"
    assert sandbox.writes("coolify") == []
    assert app.rows() == before
    assert len(app.deployments()) == deployments


def test_a_second_up_changes_nothing(stack: Stack, sandbox: RunningSandbox) -> None:
    """The next run finds everything as it is declared."""
    stack.up(inputs())
    sandbox.clear_log()
    assert stack.up(inputs()) == "same"
    assert sandbox.writes("coolify") == []


def test_a_hand_made_variable_of_the_same_meaning_is_adopted(stack: Stack, app: App) -> None:
    """Only the mark is written, the human's words stay, and nothing is redeployed."""
    app.add("SENTRY_DSN", MOVED_DSN, comment="ask Eva", is_buildtime=True)
    app.add("SENTRY_DSN", MOVED_DSN, comment="ask Eva", is_buildtime=True, is_preview=True)
    deployments = len(app.deployments())
    stack.up(inputs(variables={"SENTRY_DSN": variable()}))
    row = app.row("SENTRY_DSN")
    assert (row["value"], row["comment"]) == (MOVED_DSN, "watchpost:acme/shop ask Eva")
    assert row["is_buildtime"] is False
    assert app.row("SENTRY_DSN", is_preview=True)["value"] is None
    assert len(app.deployments()) == deployments
    assert any("ingest host" in note for note in stack.outs["notes"])
    assert stack.up(inputs(variables={"SENTRY_DSN": variable()})) == "same"


def test_a_hand_made_variable_of_another_meaning_is_refused(
    stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """Nothing at all is written, and the message names owner, app, variable and both values."""
    app.add("SENTRY_DSN", OTHER_DSN)
    sandbox.clear_log()
    with pytest.raises(ForeignOwner) as raised:
        stack.up(inputs())
    assert sandbox.writes("coolify") == []
    text = str(raised.value)
    assert "acme/shop: application shop-web: not ours to write: SENTRY_DSN" in text
    assert inputs()["variables"]["SENTRY_DSN"]["fingerprint"] in text
    assert "take_over: true" in text


def test_take_over_writes_over_unmarked_rows(stack: Stack, app: App) -> None:
    """The entry's word is enough for rows of nobody."""
    app.add("SENTRY_DSN", OTHER_DSN)
    stack.up(inputs(takeOver=True))
    assert app.row("SENTRY_DSN")["value"] == DSN


def test_take_over_never_reaches_another_organization(stack: Stack, app: App) -> None:
    """A row with another organization's mark is refused whatever the entry says."""
    app.add("SENTRY_DSN", DSN, comment="watchpost:globex/shop")
    with pytest.raises(ForeignOwner, match="belongs to globex/shop"):
        stack.up(inputs(takeOver=True))


def test_an_app_that_was_not_found_fails_by_its_selector(stack: Stack) -> None:
    """The message names the app as the manifest does."""
    with pytest.raises(NotFound, match="application web in Shop/production"):
        stack.up(inputs(uuid=None, selector="application web in Shop/production"))


def test_an_app_that_is_gone_fails_its_create(stack: Stack) -> None:
    """A uuid that Coolify does not know is named, with what to do."""
    with pytest.raises(NotFound) as raised:
        stack.up(inputs(uuid="no-such-app", selector="application no-such-app"))
    assert "acme/shop: application no-such-app" in str(raised.value)
    assert "correct or remove it in the manifest" in str(raised.value)
