"""
What the engine could not do at all, in our words: no stack, a lock, a passphrase, a broken state.

Does not: explain what a provider said of one resource; that text is ours already.

Source: pulumi 3.259 (pkg/backend/diy, pkg/secrets/passphrase); reference/pulumi-engine.md 1.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.engine.command import Finished

# A sign in the engine's words, what it means, what mends it.
_KNOWN: Sequence[tuple[re.Pattern[str], str, str]] = (
    (
        re.compile(r"incorrect passphrase"),
        "the passphrase is not the one that this stack was made with",
        "set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to the stack's passphrase",
    ),
    (
        re.compile(r"passphrase must be set"),
        "no passphrase is given",
        "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    ),
    (
        re.compile(r"the stack is currently locked"),
        "another run holds the stack's lock, or one that was killed left it behind",
        "wait for that run; if there is none, run `watchpost apply --clear-lock`",
    ),
    (
        re.compile(r"no stack named"),
        "there is no such stack",
        "name another one, or make it: `pulumi stack init NAME`",
    ),
    (
        re.compile(r"could not deserialize|snapshot integrity|unexpected end of JSON|invalid char"),
        "the recorded state cannot be read",
        "restore the backend's last good copy of it (a .bak lies beside it)",
    ),
)


def explain_failure(path: str, done: Finished) -> SettingsError:
    """Word the failure of a whole pulumi command that did nothing."""
    said = f"{done.stderr}\n{done.stdout}".strip()
    for sign, summary, fix in _KNOWN:
        if sign.search(said):
            return SettingsError(path, summary, detail=_first_lines(done.stderr), fix=fix)
    return SettingsError(
        path,
        f"pulumi ended with exit code {done.exit_code}",
        detail=_first_lines(said),
        fix="run `watchpost doctor`",
    )


def _first_lines(text: str, most: int = 12) -> str:
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[:most])
