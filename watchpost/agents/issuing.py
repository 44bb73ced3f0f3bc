"""
Making a token and adding its grant to the file; the token itself is told once and kept nowhere.

The file keeps its comments and its order: one block is added at the end of its list. Who makes a
token while another is made waits, so that no block is lost.

Does not: know whether the entries exist, or take tokens out: delete the block.

Source: docs/agents.md (grants).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import yaml

from watchpost.agents.grants import digest_of, parse_grants
from watchpost.agents.grants_file import read_grants
from watchpost.errors import SettingsError
from watchpost.output import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from watchpost.agents.callers import Caller

TOKEN_PREFIX = "watchpost_"  # noqa: S105 - by which scanners of source code know a token
_TOKEN_BYTES = 32
_EMPTY = "tokens: []\n"


def issue_token(path: Path, caller: Caller, expires: datetime) -> str:
    """
    Make a token for *caller*, add its grant to the file at *path*, and return the token.

    A file that is not there is made, for its owner alone.

    Raises:
        SettingsError: The file cannot be used or written, or has a token of that name.
    """
    _make(path)
    token = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    with _alone(path):
        read_grants(path)
        before = path.read_text(encoding="utf-8-sig")
        after = _add(before, _render(token, caller, expires), path)
        parse_grants(after, str(path))
        write_whole(path, after)
    return token


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep others of us from the file. Its folder is locked, because the file is replaced."""
    handle = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # a disk that knows no locks for folders
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make(path: Path) -> None:
    """Make the file where it is not there; never with a mode that lets others in for a moment."""
    try:
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(_EMPTY)
    except OSError as error:
        raise SettingsError(
            str(path), f"cannot be made: {error.strerror}", fix="name a folder that is there"
        ) from None


def _render(token: str, caller: Caller, expires: datetime) -> list[str]:
    block = {
        "name": caller.name,
        "sha256": digest_of(token).hex(),
        "projects": sorted(caller.projects),
        "expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "may_resolve": caller.may_resolve,
    }
    lines = yaml.safe_dump(block, sort_keys=False, default_flow_style=None, width=1000)
    return lines.splitlines()


def _add(text: str, block: list[str], path: Path) -> str:
    """*text* with *block* as one more item of its list."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    tokens = next((value for key, value in pairs if key.value == "tokens"), None)
    if tokens is None or not tokens.value:
        kept = [line for line in text.splitlines() if line.lstrip().startswith("#")]
        return "\n".join([*kept, "tokens:", *_indented(block, 2), ""])
    if tokens.flow_style:
        fix = "write one token below the other, each beginning with `- name:`"
        raise SettingsError(str(path), "its list stands in one line", fix=fix)
    body = text if text.endswith("\n") else f"{text}\n"
    return body + "\n".join([*_indented(block, tokens.start_mark.column), ""])


def _indented(block: list[str], columns: int) -> list[str]:
    margin = " " * columns
    return [f"{margin}{'  ' if number else '- '}{line}" for number, line in enumerate(block)]
