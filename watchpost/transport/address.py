"""
Where a service is: one URL from the stack's setting or from the environment, checked before any
call.

Does not: open a connection, nor know which services exist. The API's own prefix (`/api/0`,
`/api/v1`) belongs to the clients, so `https://host`, `https://host/api/` and `https://host/api/0/`
all mean `https://host`.

Source: design.md 3 (where settings live) and 8.
"""

from __future__ import annotations

import ipaddress
import os
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from watchpost.errors import SettingsError

_DEFAULT_PORTS = {"https": ":443", "http": ":80"}
_API_SUFFIX = re.compile(r"/api(/0|/v1)?/*$")


def resolve_url(setting: str | None, variable: str, *, name: str, default: str = "") -> str:
    """
    Choose the one URL that is meant, in its normal form.

    Args:
        setting: What the stack's configuration says; None or empty where it says nothing.
        variable: The environment variable that serves where the stack says nothing.
        name: What the setting is called, for messages, e.g. `sentry:baseUrl`.
        default: Used where neither says anything; empty means that one of them must.

    Raises:
        SettingsError: Both are given and mean different hosts, none is given, or the one given is
        malformed.
    """
    given = {
        where: normalise_url(url, where)
        for where, url in ((name, setting), (variable, os.environ.get(variable)))
        if url
    }
    if len(set(given.values())) > 1:
        raise SettingsError(
            name,
            f"{name} and {variable} name different servers",
            detail=f"{name} is {given[name]}, {variable} is {given[variable]}",
            fix=f"unset {variable}, or make both the same",
        )
    if given:
        return next(iter(given.values()))
    if default:
        return normalise_url(default, name)
    raise SettingsError(
        name,
        "no URL given",
        fix=f"set it with `pulumi config set {name} https://...`, or set {variable}",
    )


def normalise_url(url: str, where: str, *, keeps_path: bool = False) -> str:
    """
    Bring *url* to `scheme://host[:port][/prefix]`, without the API's own path and without a slash
    at the end; where the URL *keeps its path*, that path is the API's own and stays.

    Raises:
        SettingsError: Not http or https, no host, credentials or a query in it, or plain http to
        another machine.
    """
    try:
        parts = urlsplit(url.strip())
        raise_if_unusable(parts, where)
    except ValueError:  # a port that is no number; Python's words would repeat a password there
        raise SettingsError(
            where, "not a URL of a server", fix="write it like https://sentry.example.com"
        ) from None
    path = parts.path if keeps_path else _API_SUFFIX.sub("", parts.path)
    host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
    return urlunsplit((parts.scheme, host, path.rstrip("/"), "", ""))


def raise_if_unusable(parts: SplitResult, where: str) -> None:
    """Refuse a URL that cannot be a service's address, or that would carry the token in clear."""
    if parts.scheme not in {"http", "https"} or not parts.hostname or (parts.port or 1) < 1:
        raise SettingsError(
            where, "not a URL of a server", fix="write it like https://sentry.example.com"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError(
            where,
            "the URL holds more than an address",
            detail="A user, a password, a query or a fragment has no place in it.",
            fix="write only scheme, host, port and path; the token comes from the environment",
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise SettingsError(
            where,
            f"plain http to {parts.hostname} is refused",
            detail="The token would travel in clear; plain http is only for this machine itself.",
            fix="use https",
        )


def is_loopback(host: str) -> bool:
    """Whether *host* names this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
