"""What somebody does to the rows between our look and our write."""

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import Forbidden, ForeignOwner

WIDER = inputs(variables={**inputs()["variables"], "NEW": variable("ours")})


def looked(stack: Stack) -> Stack:
    """A stack that was applied, in a new run that has just read it."""
    stack.up(inputs())
    stack.new_process()
    stack.refresh()
    return stack


def test_a_variable_that_somebody_made_meanwhile_is_theirs(stack: Stack, app: App) -> None:
    """Our create finds it by its 409, and nothing of it is written."""
    looked(stack)
    app.add("NEW", "theirs", is_preview=True)
    app.add("NEW", "theirs")
    with pytest.raises(ForeignOwner, match="NEW"):
        stack.apply(WIDER)
    assert {row["value"] for row in app.rows() if row["key"] == "NEW"} == {"theirs"}


def test_a_value_that_somebody_mended_meanwhile_is_found_so(stack: Stack, app: App) -> None:
    """A row that is written once more is written with the value that is declared."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    stack.new_process()
    stack.refresh()
    app.edit("SENTRY_DSN", value=DSN)
    stack.apply(inputs())
    assert app.row("SENTRY_DSN")["value"] == DSN
    assert stack.up(inputs()) == "same"


def test_a_row_that_is_as_declared_is_not_sent_whatever_happens_to_it(
    stack: Stack, app: App
) -> None:
    """Only rows that differed are written: a lock set meanwhile elsewhere stays."""
    looked(stack)
    app.edit("SENTRY_ENVIRONMENT", is_shown_once=True, value="theirs", comment="mine now")
    stack.apply(WIDER)
    row = app.row("SENTRY_ENVIRONMENT")
    assert (row["value"], row["is_shown_once"], row["comment"]) == ("theirs", True, "mine now")


def test_a_delete_looks_again(stack: Stack, app: App) -> None:
    """A row whose mark somebody took away after the refresh is theirs."""
    looked(stack)
    app.edit("SENTRY_DSN", comment="mine now")
    stack.leave(stack)
    assert app.row("SENTRY_DSN")["comment"] == "mine now"


@pytest.mark.parametrize(
    ("options", "fix"),
    [
        ({"api_disabled": True}, "switch the API on"),
        ({"allowlist": "192.0.2.1"}, "allowed IPs"),
    ],
)
def test_an_api_that_is_closed_to_us_says_how_to_open_it(
    options: dict[str, object], fix: str, stack: Stack, sandbox: RunningSandbox
) -> None:
    """Another token would not help; the recorded resource stays and only its update fails."""
    stack.up(inputs())
    sandbox.set_options(**options)
    stack.new_process()
    stack.refresh()
    assert (stack.outs["state"], stack.step(inputs())) == ("unchecked", "update")
    with pytest.raises(Forbidden, match=f"(?s)acme/shop: application shop-web.*{fix}"):
        stack.apply(inputs())


@pytest.mark.parametrize(
    "text",
    ["  padded\t", "a $HOME b", 'it\'s "quoted"', "one\ntwo\n", "{{team.NAME}}", "", "null", "\\n"],
)
@pytest.mark.parametrize("kind", ["application", "service"])
def test_any_text_is_written_once(
    text: str, kind: str, stack: Stack, sandbox: RunningSandbox
) -> None:
    """What Coolify trims, empties, quotes or resolves is no difference in the next run."""
    declared = inputs(
        kind=kind,
        uuid={"application": "shop-web", "service": "shop-queue"}[kind],
        variables={"SENTRY_TEXT": variable(text, text)},
    )
    if kind == "service":
        for name in ("isBuildtime", "isRuntime", "preview"):
            declared["variables"]["SENTRY_TEXT"].pop(name)
    stack.up(declared)
    sandbox.clear_log()
    assert stack.up(declared) == "same"
    stack.forget()
    stack.up(declared)
    assert [each for each in sandbox.writes("coolify") if "/envs" in each["path"]] == []
