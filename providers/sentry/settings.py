"""
Where the plugin's settings come from: the URL from the stack, the token from the environment.

Does not: keep a token anywhere. One in the stack's configuration is refused, because the engine
would copy it into the state.

Source: design.md 3 (where settings live); pulumi-engine.md 1.4.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from providers.sentry.fleet import Fleet
from providers.sentry.resource_type import Session
from watchpost.errors import SettingsError
from watchpost.sentry import SentryClient
from watchpost.transport import Transport, resolve_url

if TYPE_CHECKING:
    from providers.sentry.properties import Properties

TOKEN_VARIABLE = "SENTRY_AUTH_TOKEN"  # noqa: S105  # the name of a variable
URL_VARIABLE = "SENTRY_BASE_URL"
_DEFAULT_URL = "https://sentry.io/api/"


def config_faults(config: Properties) -> dict[str, str]:
    """Faults of the stack's `sentry:` settings, by name."""
    faults = {}
    if config.get("token"):
        faults["token"] = (
            "a token in the configuration would end up in the state;"
            f" run `pulumi config rm sentry:token` and set {TOKEN_VARIABLE} in the environment"
        )
    try:
        _url(config)
    except SettingsError as error:
        faults["baseUrl"] = str(error)
    return faults


def open_session(config: Properties) -> Session:
    """
    Connect the resource types to the server that is meant.

    Raises:
        SettingsError: No token, no usable URL, or two different ones.
    """
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token.strip():
        raise SettingsError(
            TOKEN_VARIABLE,
            "no Sentry token is given",
            detail="It is read from the environment only, and never stored.",
            fix=f"set {TOKEN_VARIABLE} to the token of one of your internal integrations",
        )
    transport = Transport("Sentry", _url(config), token, token_variable=TOKEN_VARIABLE)
    client = SentryClient(transport)
    return Session(client, Fleet(client))


def _url(config: Properties) -> str:
    return resolve_url(
        config.get("baseUrl"), URL_VARIABLE, name="sentry:baseUrl", default=_DEFAULT_URL
    )
