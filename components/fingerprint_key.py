"""
The stack's fingerprint key: under it, values are named in plans and reports without being shown.

Does not: keep it; each process reads it from the stack's settings.

Source: design.md 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

FINGERPRINT_SETTING = "watchpost:fingerprintKey"


def read_fingerprint_key(find_setting: Callable[[str], str | None]) -> bytes:
    """
    Return the key.

    Args:
        find_setting: Answers a setting of the stack by its full name, `namespace:name`.

    Raises:
        SettingsError: The stack has none.
    """
    key = find_setting(FINGERPRINT_SETTING)
    if not key:
        raise SettingsError(
            FINGERPRINT_SETTING,
            "the stack has no fingerprint key",
            detail="It names values in plans and drift reports without showing them.",
            fix=f'pulumi config set --secret {FINGERPRINT_SETTING} "$(openssl rand -hex 32)"',
        )
    return key.encode()


def declared_fingerprint_key() -> bytes:
    """Return the key as the program sees it; raises as `read_fingerprint_key` does."""

    def find_setting(name: str) -> str | None:
        namespace, _, key = name.partition(":")
        return pulumi.Config(namespace).get(key)

    return read_fingerprint_key(find_setting)
