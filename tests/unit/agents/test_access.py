"""Where the server may listen, and whom it hears."""

from __future__ import annotations

import pytest

from watchpost.agents.access import Access, is_heard, read_access
from watchpost.errors import PolicyError, SettingsError, WatchpostError


def read(address: str, *, tokens: bool = False, proxy: bool = False) -> Access:
    """What the command line says, without further names."""
    return read_access(address, [], [], has_tokens=tokens, is_behind=proxy)


@pytest.mark.parametrize("address", ["127.0.0.1:8765", "localhost:0", "[::1]:8765", "127.9.9.9:1"])
def test_loopback_needs_no_token(address: str) -> None:
    """This machine itself may be served without one."""
    access = read(address)
    assert f"{access.host}:{access.port}" == address.replace("[", "").replace("]", "")


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0:8765", ":8765", "[::]:8765", "10.0.0.7:80", "a.b:80", "a.localhost:80", "127.1:80"],
)
def test_beyond_it_needs_tokens_and_tls(address: str) -> None:
    """
    Any other address is refused without tokens, and in clear text; with both it is served.

    A name that ends like this machine's may be anybody's: whoever answers for names decides.
    """
    for proxy in (False, True):
        with pytest.raises(PolicyError, match="refusing to serve beyond this machine without tok"):
            read(address, proxy=proxy)
    with pytest.raises(PolicyError, match="refusing to serve beyond this machine in clear text"):
        read(address, tokens=True)
    assert read(address, tokens=True, proxy=True).port in (80, 8765)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("127.0.0.2:8765", "127.0.0.2:8765"),
        ("[0:0:0:0:0:0:0:1]:8765", "[::1]:8765"),
        ("localhost:0", "127.0.0.1:39000"),
    ],
)
def test_the_address_that_is_told_is_heard(address: str, host: str) -> None:
    """Who calls the server by the address that its log tells is not turned away."""
    assert is_heard(host, read(address).hosts)


@pytest.mark.parametrize("address", ["10.0.0.7:8765", "a.b:8765", "0.0.0.0:8765", ":8765"])
def test_beyond_it_a_name_must_be_said(address: str) -> None:
    """A name by which others reach the server is heard where `--allowed-host` says so."""
    access = read(address, tokens=True, proxy=True)
    assert set(access.hosts) == {"localhost", "127.0.0.1", "[::1]"}


@pytest.mark.parametrize("address", ["", "8765", "127.0.0.1", "127.0.0.1:http", "a/b:1", "x:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """The refusal says how it is written."""
    with pytest.raises(SettingsError, match=r"write it like 127\.0\.0\.1:8765"):
        read(address)


def test_names_must_be_names() -> None:
    """A host with a scheme and an origin with a path are refused; they would never match."""
    for hosts, origins in (
        (["https://a.example"], []),
        ([], ["https://a.example/chat"]),
        ([], ["*"]),
    ):
        with pytest.raises(WatchpostError, match="malformed"):
            read_access("127.0.0.1:1", hosts, origins, has_tokens=False, is_behind=False)


@pytest.mark.parametrize(
    ("host", "heard"),
    [
        ("127.0.0.1:8765", True),
        ("LOCALHOST", True),
        ("[::1]:8765", True),
        ("agents.example.com", True),
        ("agents.example.com:443", True),
        ("", False),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("localhost:8765.evil.example", False),
        ("127.0.0.1.evil.example:8765", False),
        ("evil.example:localhost", False),
    ],
)
def test_only_our_names_are_heard(host: str, heard: object) -> None:
    """A Host counts by its whole name, with any port; nothing that begins or ends like it does."""
    access = read_access(
        "127.0.0.1:1", ["agents.example.com"], [], has_tokens=False, is_behind=False
    )
    assert is_heard(host, access.hosts) is heard


@pytest.mark.parametrize(
    ("origin", "heard"),
    [
        ("http://localhost:3000", True),
        ("https://chat.example.com", True),
        ("https://chat.example.com:8443", True),
        ("null", False),
        ("http://chat.example.com", False),
        ("https://chat.example.com.evil.example", False),
        ("https://evil.example", False),
    ],
)
def test_only_known_origins_are_heard(origin: str, heard: object) -> None:
    """An Origin counts with its scheme; `null`, which any page can have, does not."""
    access = read_access(
        "127.0.0.1:1", [], ["https://chat.example.com"], has_tokens=False, is_behind=False
    )
    assert is_heard(origin, access.origins) is heard
