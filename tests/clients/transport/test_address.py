"""Where a service is: one URL, in one form, over TLS unless it is this machine."""

import pytest

from watchpost.errors import SettingsError
from watchpost.transport import normalise_url, resolve_url


@pytest.mark.parametrize(
    "url",
    [
        "https://Sentry.example.com",
        "https://sentry.example.com/",
        "https://sentry.example.com/api/",
        "https://sentry.example.com/api",
        "https://sentry.example.com/api/0/",
        " https://sentry.example.com/api/v1 ",
    ],
)
def test_forms_of_one_address_are_one(url: str) -> None:
    """`https://host` and `https://host/api/` mean the same."""
    assert normalise_url(url, "x") == "https://sentry.example.com"


def test_prefix_and_port_are_kept() -> None:
    """A service may live below a path."""
    assert normalise_url("https://h:8443/tools/api/", "x") == "https://h:8443/tools"


@pytest.mark.parametrize(
    "url",
    [
        "http://sentry.example.com",
        "http://10.0.0.1",
        "ftp://sentry.example.com",
        "sentry.example.com",
        "https://",
        "https://user:hunter2@sentry.example.com",
        "https://sentry.example.com?token=x",
        "https://sentry.example.com:notaport",
        "https://user:hunter2/x@sentry.example.com",
        "https://[::1",
    ],
)
def test_unusable_addresses_are_refused(url: str) -> None:
    """Plain http to another machine would carry the token in clear; the rest is no address."""
    with pytest.raises(SettingsError) as caught:
        normalise_url(url, "sentry:baseUrl")
    assert "sentry:baseUrl" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:9", "sentry.localhost"])
def test_plain_http_to_this_machine_is_fine(host: str) -> None:
    """The sandbox listens on loopback."""
    assert normalise_url(f"http://{host}", "x") == f"http://{host}"


def test_setting_or_variable_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either names the server; in two forms they still agree; else the default holds."""
    monkeypatch.delenv("TEST_URL", raising=False)
    assert resolve_url("https://a", "TEST_URL", name="t:url") == "https://a"
    assert resolve_url(None, "TEST_URL", name="t:url", default="https://d/api/") == "https://d"
    monkeypatch.setenv("TEST_URL", "https://a/api/")
    assert resolve_url("https://a", "TEST_URL", name="t:url") == "https://a"
    assert resolve_url("", "TEST_URL", name="t:url", default="https://d") == "https://a"


def test_two_servers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A staging stack must not reach production."""
    monkeypatch.setenv("TEST_URL", "https://production.example.com")
    with pytest.raises(SettingsError, match="t:url and TEST_URL name different servers"):
        resolve_url("https://staging.example.com", "TEST_URL", name="t:url")


def test_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names both ways to give one."""
    monkeypatch.delenv("TEST_URL", raising=False)
    with pytest.raises(SettingsError, match="pulumi config set t:url") as caught:
        resolve_url(None, "TEST_URL", name="t:url")
    assert "TEST_URL" in str(caught.value)


def test_default_port_means_the_same() -> None:
    """`https://host:443` is `https://host`, and no second server."""
    assert normalise_url("https://h.example:443/api/", "x") == "https://h.example"
    assert normalise_url("http://localhost:80", "x") == "http://localhost"
