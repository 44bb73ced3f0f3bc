import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, SECRETS, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import ForeignOwner


def test_an_update_writes_only_what_differs(stack: Stack, sandbox: RunningSandbox) -> None:
    """One changed value is one PATCH; rows that are as declared are not sent."""
    stack.up(inputs())
    sandbox.clear_log()
    changed = inputs(variables={**inputs()["variables"], "SENTRY_DSN": variable(OTHER_DSN)})
    stack.up(changed)
    rows = [each["method"] for each in sandbox.writes("coolify") if "/envs" in each["path"]]
    assert rows == ["PATCH"]


def test_a_variable_that_is_no_longer_declared_is_removed(stack: Stack, app: App) -> None:
    """Both its rows go; the app is not redeployed, and the outputs say so."""
    stack.up(inputs())
    app.finish_deployments()
    deployments = len(app.deployments())
    stack.up(inputs(variables={"SENTRY_DSN": variable()}))
    assert app.find("SENTRY_ENVIRONMENT") is None
    assert app.find("SENTRY_ENVIRONMENT", is_preview=True) is None
    assert len(app.deployments()) == deployments
    assert any("SENTRY_ENVIRONMENT" in note for note in stack.outs["notes"])


def test_a_row_that_lost_our_mark_is_not_removed(stack: Stack, app: App) -> None:
    """Whoever takes the mark away takes the row over."""
    stack.up(inputs())
    app.edit("SENTRY_ENVIRONMENT", comment="mine now")
    stack.up(inputs(variables={"SENTRY_DSN": variable()}))
    assert app.row("SENTRY_ENVIRONMENT")["value"] == "production"


def test_another_app_is_a_replacement(stack: Stack, sandbox: RunningSandbox) -> None:
    """The new app is written before the old one is cleared."""
    stack.up(inputs())
    assert stack.up(inputs(uuid="shop-api", selector="application shop-api")) == "replace"
    assert App(sandbox, "shop-api").row("SENTRY_DSN")["value"] == DSN
    assert App(sandbox, "shop-web").find("SENTRY_DSN") is None


def test_an_app_that_is_not_found_any_more_is_no_replacement(stack: Stack) -> None:
    """A selector that finds nothing fails the update and deletes nothing."""
    stack.up(inputs())
    stack.refresh()
    assert stack.step(inputs(uuid=None)) == "update"


def test_delete_removes_only_rows_with_exactly_our_mark(stack: Stack, app: App) -> None:
    """Undeclared rows of ours go too; those of others, and those without a mark, stay."""
    stack.up(inputs())
    app.edit("SENTRY_ENVIRONMENT", comment="mine now")
    app.add("OURS", "x", comment="watchpost:acme/shop")
    app.add("THEIRS", "x", comment="watchpost:acme/shop-two")
    stack.destroy()
    keys = {row["key"] for row in app.rows()}
    assert {"SENTRY_ENVIRONMENT", "THEIRS"} <= keys
    assert not {"SENTRY_DSN", "OURS"} & keys


def test_delete_does_not_redeploy(
    stack: Stack, app: App, capfd: pytest.CaptureFixture[str]
) -> None:
    """The running app keeps its variables until its next deploy, and the run says so."""
    stack.up(inputs())
    deployments = len(app.deployments())
    stack.destroy()
    assert len(app.deployments()) == deployments
    assert "removed SENTRY_DSN, SENTRY_ENVIRONMENT" in capfd.readouterr().err


def test_delete_of_an_app_that_is_gone_is_done(stack: Stack, app: App) -> None:
    """There is nothing left to remove."""
    stack.up(inputs())
    app.delete()
    stack.destroy()


def test_a_settings_change_alone_writes_nothing(stack: Stack, sandbox: RunningSandbox) -> None:
    """`redeploy` and `take_over` are recorded without a word to Coolify but the look."""
    stack.up(inputs())
    sandbox.clear_log()
    assert stack.up(inputs(redeploy="never", takeOver=True)) == "update"
    assert sandbox.writes("coolify") == []
    assert stack.up(inputs(redeploy="never", takeOver=True)) == "same"


def test_no_secret_shows_in_outputs_that_are_plain(stack: Stack, app: App) -> None:
    """Only the properties named `value` hold values; notes, reasons and names never do."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=OTHER_DSN, comment=None)
    stack.new_process()
    stack.refresh()
    with pytest.raises(ForeignOwner) as raised:
        stack.apply(inputs())
    plain = repr({name: stack.outs[name] for name in stack.outs if name != "variables"})
    for secret in SECRETS:
        assert secret not in plain
        assert secret not in str(raised.value)


def test_what_lies_under_a_kept_mark_is_mended_whoever_wrote_it(stack: Stack, app: App) -> None:
    """A changed value under our mark is drift, not a foreign row."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    stack.up(inputs())
    assert app.row("SENTRY_DSN")["value"] == DSN
