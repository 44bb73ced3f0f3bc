import pytest
from pulumi.dynamic import Config

from components.coolify_errors import UnexpectedFault, plain_errors
from components.coolify_session import open_session
from tests.provider.coolify.examples import KEY, inputs
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import Forbidden, ReadOnly, SettingsError

SETTINGS = {"coolify:url": "http://127.0.0.1:9", "watchpost:fingerprintKey": KEY}


def test_an_error_keeps_its_kind_and_words() -> None:
    """It prints as its class and text alone, and is still caught as what it is."""
    with pytest.raises(Forbidden) as raised, plain_errors():
        raise Forbidden("acme/shop", "no", detail="why", fix="this", status=403, body={"a": 1})
    error = raised.value
    assert (type(error).__module__, type(error).__qualname__) == ("builtins", "Forbidden")
    assert str(error) == "acme/shop: no\n  why\n  fix: this"
    assert (error.status, error.body) == (403, {"a": 1})
    assert error.__cause__ is None


def test_a_bug_says_where_and_hides_its_text() -> None:
    """The text of an unexpected exception may hold a value."""
    bug = pytest.raises(UnexpectedFault, match=r"^BUG: ValueError at test_errors.py:\d+;")
    with bug as raised, plain_errors():
        raise ValueError("a secret value")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("patience", ["-1", "soon", "1e9"])
def test_a_patience_that_is_none_is_refused(patience: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is named with what it may be."""
    monkeypatch.setenv("COOLIFY_TOKEN", "1|token")
    settings = {**SETTINGS, "coolify:queuePatienceSeconds": patience}
    with pytest.raises(SettingsError, match="coolify:queuePatienceSeconds: not a number"):
        open_session(Config(settings, "watchpost"))


@pytest.mark.parametrize("missing", SETTINGS)
def test_a_missing_setting_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message holds the command that sets it."""
    monkeypatch.setenv("COOLIFY_TOKEN", "1|token")
    settings = {name: value for name, value in SETTINGS.items() if name != missing}
    with pytest.raises(SettingsError, match=f"pulumi config set.*{missing}"):
        open_session(Config(settings, "watchpost"))


def test_equal_settings_share_one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """All providers of one process share connections and caches."""
    monkeypatch.setenv("COOLIFY_TOKEN", "1|token")
    one = open_session(Config(SETTINGS, "watchpost"))
    slash = {**SETTINGS, "coolify:url": "http://127.0.0.1:9/api/"}
    assert open_session(Config(slash, "watchpost")) is one
    monkeypatch.setenv("COOLIFY_TOKEN", "2|token")
    assert open_session(Config(SETTINGS, "watchpost")) is not one


def test_nothing_is_written_while_writes_are_switched_off(
    stack: Stack, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plan and drift set the switch: reads work, a write is stopped before it leaves."""
    monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
    sandbox.clear_log()
    with pytest.raises(ReadOnly):
        stack.up(inputs())
    assert sandbox.writes("coolify") == []
    monkeypatch.delenv("WATCHPOST_READ_ONLY")
    stack.up(inputs())
    monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
    assert stack.drift(inputs()) == []
