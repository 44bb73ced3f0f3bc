"""
Reads a manifest's text for an edit and writes the edited text in its place.

A reader sees the old file or the new one, never half of one.

Does not: edit; that is `editing`.

Source: docs/manifest.md, "Edits by commands".
"""

from __future__ import annotations

from pathlib import Path as FilePath

from watchpost.errors import ManifestError, SettingsError
from watchpost.output import write_whole

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


def write_manifest(
    path: str | FilePath, text: str, *, read: str | None = None, is_new: bool = False
) -> None:
    """
    Put *text* in place of the manifest at *path*, all of it or nothing.

    The file keeps its mode; a symbolic link keeps leading to it.

    Args:
        path: The file; a new one is made where there is none.
        text: The new content, written as it is.
        read: The text that the edit began with: if the file says something else by now, it is left
            alone.
        is_new: Whether there was no file when the edit began: one that is there by now is left
            alone.

    Raises:
        ManifestError: The file changed meanwhile, the folder is read-only, the disk is full. The
            file is then as it was.
    """
    target = FilePath(path).resolve()
    is_other = read is not None and read_text(target) != read
    if is_other or (is_new and target.exists()):
        summary, fix = "was changed while the command ran", "run the command again"
        raise ManifestError(str(path), summary, detail=_AS_IT_WAS, fix=fix)
    try:
        write_whole(target, text)
    except SettingsError as error:
        raise ManifestError(str(path), error.summary, detail=_AS_IT_WAS, fix=error.fix) from None
