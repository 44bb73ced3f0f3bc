"""
Who may connect from where: the rules of the HTTP server, checked before it begins.

    where it listens    without tokens    with tokens
    loopback            yes               yes
    beyond              never             behind a proxy that speaks TLS

A token in clear text on a network is anybody's. And a page in a browser reaches loopback as well,
so that names of hosts and origins are checked there too.

Does not: check a request; `http` does. Source: docs/agents.md (HTTP).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.errors import PolicyError, SettingsError
from watchpost.transport import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[A-Za-z0-9.-]*)):(?P<port>\d{1,5})")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
_LARGEST_PORT = 65_535


@dataclass(frozen=True)
class Access:
    """
    Where the server listens, and whom it hears.

    Attributes:
        host: The address it listens on; empty is every one.
        port: 0 takes a free one.
        hosts: Values of Host that are heard; one without a port stands for any.
        origins: Values of Origin likewise; requests without one are heard.
    """

    host: str
    port: int
    hosts: tuple[str, ...]
    origins: tuple[str, ...]


def read_access(
    address: str, hosts: Iterable[str], origins: Iterable[str], *, has_tokens: bool, is_behind: bool
) -> Access:
    """
    Read what the command line says about HTTP.

    Args:
        address: `HOST:PORT`.
        hosts: Names by which clients call the server, besides loopback's own.
        origins: Origins of pages that may call it, likewise.
        has_tokens: Whether bearer tokens are asked for.
        is_behind: Whether a proxy that speaks TLS stands before it.

    Raises:
        SettingsError: One of them is malformed.
        PolicyError: It would listen beyond loopback without tokens, or in clear text.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"]) > _LARGEST_PORT:
        raise SettingsError(
            f"--http {address}", "no address to listen on", fix="write it like 127.0.0.1:8765"
        )
    host = found["six"] or found["host"]
    is_here = _is_this_machine(host)
    if not is_here:
        _raise_if_unsafe(address, has_tokens=has_tokens, is_behind=is_behind)
    names = (*_LOOPBACK_NAMES, host) if is_here and not found["six"] else _LOOPBACK_NAMES
    return Access(
        host,
        int(found["port"]),
        (*names, *_checked("--allowed-host", hosts, _HOST)),
        (*(f"http://{name}" for name in names), *_checked("--allowed-origin", origins, _ORIGIN)),
    )


def _is_this_machine(host: str) -> bool:
    """Whether *host* is loopback, whoever answers for names."""
    return is_loopback(host) and not host.endswith(".localhost")


def _raise_if_unsafe(address: str, *, has_tokens: bool, is_behind: bool) -> None:
    if not has_tokens:
        raise PolicyError(
            f"--http {address}",
            "refusing to serve beyond this machine without tokens",
            detail="Whoever reaches the port would read the errors of the project.",
            fix="say `--grants FILE`, or listen on 127.0.0.1",
        )
    if not is_behind:
        raise PolicyError(
            f"--http {address}",
            "refusing to serve beyond this machine in clear text",
            detail="Tokens would be readable on the way; this server speaks no TLS itself.",
            fix="put a proxy with TLS before it and say `--behind-tls-proxy`",
        )


def _checked(option: str, values: Iterable[str], form: re.Pattern[str]) -> list[str]:
    listed = list(values)
    for value in listed:
        if not form.fullmatch(value):
            example = "agents.example.com" if form is _HOST else "https://chat.example.com"
            raise SettingsError(f"{option} {value}", "malformed", fix=f"write it like {example}")
    return listed


def is_heard(value: str, allowed: Iterable[str]) -> bool:
    """Whether a Host or Origin of *value* is among the *allowed*, by name and port."""
    lowered = value.lower()
    without_port = re.sub(r":\d{1,5}$", "", lowered)
    return any(each.lower() in (lowered, without_port) for each in allowed)
