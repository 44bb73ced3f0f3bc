"""
Which Coolify a provider process talks to: settings of the stack, token of the environment.

One session per process and Coolify, shared by all provider instances and their threads.

Does not: keep a token in state or in a message. Source: design.md 3 and 5.
"""

from __future__ import annotations

import os
import threading
from typing import Protocol

from components.fingerprint_key import read_fingerprint_key
from watchpost.coolify import DEFAULT_QUEUE_PATIENCE_SECONDS, TOKEN_VARIABLE, CoolifySession
from watchpost.errors import SettingsError
from watchpost.transport import resolve_url

URL_SETTING = "coolify:url"
URL_VARIABLE = "COOLIFY_URL"
PATIENCE_SETTING = "coolify:queuePatienceSeconds"

_sessions: dict[tuple[str, str, bytes, float], CoolifySession] = {}
_sessions_lock = threading.Lock()


class Settings(Protocol):
    """The stack's settings by their full names, `namespace:name`."""

    def get(self, name: str, /) -> str | None:
        """The setting, None where the stack does not say."""


def open_session(config: Settings) -> CoolifySession:
    """
    Answer this process's session of the Coolify that the stack names.

    Raises:
        SettingsError: URL, token or fingerprint key is missing, malformed or contradicts another.
    """
    url = resolve_url(config.get(URL_SETTING), URL_VARIABLE, name=URL_SETTING)
    token = os.environ.get(TOKEN_VARIABLE, "")
    key = read_fingerprint_key(config.get)
    patience = _read_patience(config.get(PATIENCE_SETTING))
    with _sessions_lock:
        session = _sessions.get((url, token, key, patience))
        if session is None:
            session = CoolifySession(url, token, key, patience)
            _sessions[url, token, key, patience] = session
        return session


def close_sessions() -> None:
    """Forget every session and close its connections, as the end of the process would."""
    with _sessions_lock:
        for session in _sessions.values():
            session.close()
        _sessions.clear()


def _read_patience(text: str | None) -> float:
    try:
        seconds = float(text) if text else DEFAULT_QUEUE_PATIENCE_SECONDS
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:  # noqa: PLR2004  # an hour is more than any queue deserves
        raise SettingsError(
            PATIENCE_SETTING,
            "not a number of seconds between 0 and 3600",
            fix=f"pulumi config set {PATIENCE_SETTING} 60",
        )
    return seconds
