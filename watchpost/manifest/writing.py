"""
Reads a manifest's text for an edit and writes the edited text in its place.

A reader sees the old file or the new one, never half of one.

Does not: edit; that is `editing`.

Source: docs/manifest.md, "Edits by commands".
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path as FilePath

from watchpost.errors import ManifestError

_NEW_FILE_MODE = 0o644
_AS_IT_WAS = "the file is as it was"


def read_text(path: str | FilePath) -> str:
    """
    Return the text of the manifest at *path* as it is: line ends and byte order mark included.

    Raises:
        ManifestError: It cannot be read or is no UTF-8.
    """
    try:
        return FilePath(path).read_bytes().decode("utf-8")
    except OSError as error:
        fix = "check the path and its permissions"
        raise ManifestError(str(path), f"cannot be read: {error.strerror}", fix=fix) from None
    except UnicodeDecodeError:
        fix = "save the file with the encoding UTF-8"
        raise ManifestError(str(path), "is not UTF-8", fix=fix) from None


def write_manifest(path: str | FilePath, text: str, *, read: str | None = None) -> None:
    """
    Put *text* in place of the manifest at *path*, all of it or nothing.

    The file keeps its mode; a symbolic link keeps leading to it.

    Args:
        path: The file; a new one is made where there is none.
        text: The new content, written as it is.
        read: The text that the edit began with: if the file says something else by now, it is left
            alone.

    Raises:
        ManifestError: The file changed meanwhile, the folder is read-only, the disk is full. The
            file is then as it was.
    """
    target = FilePath(path).resolve()
    if read is not None and read_text(target) != read:
        fix = "run the command again"
        raise ManifestError(
            str(path), "was changed while the command ran", detail=_AS_IT_WAS, fix=fix
        )
    try:
        _replace(target, text.encode("utf-8"))
    except OSError as error:
        summary = f"cannot be written: {error.strerror}"
        fix = "make room on the disk, or check the permissions of the file's folder"
        raise ManifestError(str(path), summary, detail=_AS_IT_WAS, fix=fix) from None


def _replace(target: FilePath, content: bytes) -> None:
    """Write *content* beside *target*, then rename it over *target*."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(descriptor, _find_mode(target))
            os.fsync(descriptor)
        FilePath(name).replace(target)
    except BaseException:
        with suppress(OSError):
            FilePath(name).unlink()
        raise
    _sync_folder(target.parent)


def _find_mode(target: FilePath) -> int:
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        return _NEW_FILE_MODE


def _sync_folder(folder: FilePath) -> None:
    """Make the rename last through a power cut, where the system lets folders be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
