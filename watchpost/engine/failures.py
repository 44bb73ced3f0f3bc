"""
What the engine could not do at all, in our words: no stack, a lock, a passphrase, a broken state.

    the engine says                                                  we say
    incorrect passphrase / passphrase must be set / unable to read   which of the three
    the stack is currently locked ... created by u@h (pid n) at t    who holds it, and how to end it
    no stack named                                                   how to name or make it
    failed to load checkpoint / unsupported checkpoint version       where the good copy lies
    unable to open state directory / blob ... / PULUMI_ACCESS_TOKEN  which backend, and why not
    does not satisfy the version range                               which engine to install
    no folder at path / no language plugin                           what is missing in the checkout

Does not: explain what a provider said of one resource; that text is ours already.

Source: seen with pulumi 3.259 (pkg/backend/diy, pkg/secrets/passphrase); pulumi-engine.md 1.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchpost.engine.credentials import without_credentials
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.engine.command import Finished

# A sign in the engine's words, what it means, what mends it.
_KNOWN: Sequence[tuple[re.Pattern[str], str, str]] = (
    (
        re.compile(r"incorrect passphrase|message authentication failed"),
        "the passphrase is not the one that this stack was made with",
        "set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to the stack's passphrase",
    ),
    (
        re.compile(r"unable to read PULUMI_CONFIG_PASSPHRASE_FILE"),
        "the file that holds the passphrase cannot be read",
        "correct PULUMI_CONFIG_PASSPHRASE_FILE, or set PULUMI_CONFIG_PASSPHRASE instead",
    ),
    (
        re.compile(r"passphrase must be set"),
        "no passphrase is given",
        "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    ),
    (
        re.compile(r"the stack is currently locked"),
        "another run holds the stack's lock, or one that was killed left it behind",
        "wait for it; if `watchpost doctor` finds it gone, run `watchpost apply --clear-lock`",
    ),
    (
        re.compile(r"no stack named"),
        "there is no such stack",
        "name another one, or make it: `pulumi stack init NAME`",
    ),
    (
        re.compile(
            r"failed to load checkpoint|unsupported (?:checkpoint|deployment) version"
            r"|could not deserialize|snapshot integrity|place \d+: |unexpected end of JSON"
        ),
        "the recorded state cannot be read",
        "put the last good copy in its place: beside the stack's .json lies its .json.bak",
    ),
    (
        re.compile(r"unable to open state directory"),
        "the folder of the state backend is not there",
        "make it, mount it, or correct PULUMI_BACKEND_URL",
    ),
    (
        re.compile(r"PULUMI_ACCESS_TOKEN must be set"),
        "no state backend is chosen, so that Pulumi's own cloud was tried",
        "set PULUMI_BACKEND_URL (file://..., s3://...), or run `pulumi login`",
    ),
    (
        re.compile(r"\bblob \(key|NoSuchBucket|unable to open bucket"),
        "the state backend does not answer, or refuses these credentials",
        "check PULUMI_BACKEND_URL and the credentials of the object store",
    ),
    (
        re.compile(r"does not satisfy the version range"),
        "this engine's version is not the one that Pulumi.yaml asks for",
        "run `script/bootstrap`, or install that version of Pulumi",
    ),
    (
        re.compile(r"parsing plugin options|no folder at path"),
        "a plugin that Pulumi.yaml names is not in the checkout",
        "restore providers/sentry, or correct `plugins` in Pulumi.yaml",
    ),
    (
        re.compile(r"failed to load language plugin|no language plugin"),
        "the engine's Python host is missing",
        "run `script/bootstrap` and activate .venv, or install Pulumi in full",
    ),
    (
        re.compile(r"could not unmarshal .*Pulumi\.yaml|invalid YAML file"),
        "Pulumi.yaml, or the stack's file, is no valid YAML",
        "correct the file; the message above names the line",
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
    """What the engine said, shortened, without the credentials of addresses."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return without_credentials("\n".join(lines[:most]))
