"""
The forms in which commands print and the files that they write, whose form goes by their ending.

A file is there whole or not at all: it is written beside its place and then moved there.

Does not: render. Source: issue 5 (`--out FILE`).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence


def add_format_argument(
    parser: argparse.ArgumentParser, forms: Sequence[str] = ("text", "json")
) -> None:
    """Add `--format`, of which the first of *forms* is the default."""
    parser.add_argument(
        "--format",
        choices=forms,
        default=forms[0],
        help=f"what is printed: text for people, json for programs; default: {forms[0]}",
    )


def add_out_argument(parser: argparse.ArgumentParser, endings: Iterable[str]) -> None:
    """Add `--out FILE`, which may be given several times."""
    parser.add_argument(
        "-o",
        "--out",
        action="append",
        default=[],
        metavar="FILE",
        help=f"write it to FILE too; its ending says how: {', '.join(endings)}; may be repeated",
    )


def raise_if_unknown_ending(files: Iterable[str], endings: Iterable[str]) -> None:
    """
    Refuse a file whose ending says nothing, before any work is done.

    Raises:
        SettingsError: Names the endings that are known.
    """
    known = tuple(endings)
    for file in files:
        if not file.endswith(known):
            raise SettingsError(
                f"--out {file}",
                "the ending does not say which form is wanted",
                fix=f"let it end in one of {', '.join(known)}",
            )


def write_files(files: Iterable[str], renderers: Mapping[str, Callable[[], str]]) -> None:
    """
    Write each of *files* in the form that its ending names.

    Args:
        files: Paths.
        renderers: By ending, e.g. `.json`.

    Raises:
        SettingsError: A file cannot be written; what was there stays.
    """
    for file in files:
        render = next(make for ending, make in renderers.items() if file.endswith(ending))
        write_whole(Path(file), render())


def write_whole(path: Path, text: str) -> None:
    """
    Write *text* to *path*, whole or not at all; where a link stands, to what it leads to.

    Raises:
        SettingsError: The disk is full, the folder is missing or not writable.
    """
    try:
        _replace(path.resolve(), text)
    except OSError as error:
        raise SettingsError(
            str(path),
            f"cannot be written: {error.strerror}",
            detail="Nothing is left of it; a file that was there before is as it was.",
            fix="name a folder that is there, is writable and has room",
        ) from None


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _mode(path: Path) -> int:
    """The mode that the file has, or that a new one gets."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
