"""
Changes a manifest's text and keeps every comment, the order and every other character.

Text in, text out. Each result is read again and compared with what was asked, so that a wrong edit
is an error and never a file.

Does not: edit what an alias shares (`*name`, `<<`), or a text with faults in its YAML. It does not
ask whether the result is a valid manifest; `load_manifest` does.

Source: docs/manifest.md, "Edits by commands".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.manifest.drafts import find_index, open_draft
from watchpost.manifest.edited_data import (
    MISSING,
    find_data,
    is_same,
    to_plain,
    with_value,
    without,
)
from watchpost.manifest.rendering import is_inline, render_flow, render_lines, render_scalar
from watchpost.manifest.source import parse_source
from watchpost.manifest.splicing import (
    Splice,
    add_lines,
    compute_addition,
    compute_removal,
    compute_replacement,
    fill_with_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.manifest.drafts import Draft
    from watchpost.manifest.source import Path

__all__ = ["add_entry_text", "append_item", "remove", "render_scalar", "set_value"]

DEFAULT_FILE = "projects.yaml"


def set_value(text: str, path: Path, value: Any, *, file: str = DEFAULT_FILE) -> str:
    """
    Return *text* with *value* at *path*, such as `("projects", "shop", "keys", "production",
    "label")`.

    What stands there is replaced in its own style; mappings that are missing on the way are made.
    Nothing changes where the value is the same.

    Args:
        text: The manifest's text, with any line ends.
        path: Keys and list indexes from the top of the file; an index must exist.
        value: A text, number, boolean, date, or a mapping or list of them.
        file: Name of the file in errors.

    Raises:
        ManifestError: It is no YAML, an alias shares the place, or something else than a mapping
            stands in the way.
    """
    draft, value = open_draft(text, file), to_plain(value)
    if is_same(find_data(draft.data, path), value):
        return text
    return _set_value(draft, path, value)


def append_item(text: str, path: Path, value: Any, *, file: str = DEFAULT_FILE) -> str:
    """
    Return *text* with *value* as the last item of the list at *path*, which is made where it is
    missing.

    Raises:
        ManifestError: As `set_value`, or something else than a list stands there.
    """
    draft, value = open_draft(text, file), to_plain(value)
    present = find_data(draft.data, path)
    if present is MISSING or present is None or present == ():
        return _set_value(draft, path, (value,))
    if not isinstance(present, tuple):
        raise draft.refuse(path, "is no list", "write it as a list")
    pieces = draft.trace(path)
    draft.raise_if_alias(pieces[-1], path)
    splices = compute_addition(draft.sheet, pieces[-1], None, value)
    return draft.close(splices, path, with_value(draft.data, path, (*present, value)))


def remove(text: str, path: Path, *, file: str = DEFAULT_FILE) -> str:
    """
    Return *text* without what stands at *path*; a mapping or list that becomes empty stays.

    Raises:
        ManifestError: As `set_value`, or nothing stands there.
    """
    draft = open_draft(text, file)
    pieces = draft.trace(path)
    if not path or len(pieces) <= len(path):
        raise draft.refuse(path, "is not there", "check the path")
    parent = pieces[-2]
    draft.raise_if_shared(pieces[-1], path)
    if len(parent.children) == 1:
        return _set_value(draft, path[:-1], {} if parent.kind == "mapping" else ())
    index = find_index(parent, path[-1])
    splices = compute_removal(draft.sheet, parent, index or 0)
    return draft.close(splices, path, without(draft.data, path))


def add_entry_text(text: str, path: Path, block: str, *, file: str = DEFAULT_FILE) -> str:
    """
    Return *text* with the lines of *block* at the end of the mapping at *path*.

    Args:
        text: The manifest's text.
        path: Of the mapping, `("projects",)`; made where it is missing.
        block: YAML whose keys stand in the first column; comments and blank lines are kept. It may
            hold comments alone.
        file: Name of the file in errors.

    Raises:
        ManifestError: As `set_value`; the block is no mapping or names a key that is there already;
            the mapping is written between braces.
    """
    block = block.replace("\r\n", "\n").rstrip("\n")
    added = parse_source(block, f"{file} (new lines)").data or {}
    draft = open_draft(text, file)
    if find_data(draft.data, path) in (MISSING, None) and path:
        draft = open_draft(set_value(text, path, {}, file=file), file)
    present = find_data(draft.data, path) or {}
    if not isinstance(added, dict) or not isinstance(present, dict):
        raise draft.refuse(path, "takes keys with values", "check the new lines")
    if taken := [name for name in added if name in present]:
        raise draft.refuse((*path, taken[0]), "is there already", "remove it, or keep it as it is")
    lines = block.split("\n")
    splices = (
        _compute_new_lines(draft, path, lines) if added else _compute_comments(draft, path, lines)
    )
    expected = with_value(draft.data, path, {**present, **added}) if added else draft.data
    return draft.close(splices, path, expected)


def _set_value(draft: Draft, path: Path, value: Any) -> str:
    pieces = draft.trace(path)
    if not pieces or not path:
        splices = _compute_whole(draft, with_value(draft.data, path, value))
    elif len(pieces) > len(path):
        draft.raise_if_shared(pieces[-1], path)
        index = find_index(pieces[-2], path[-1]) or 0
        splices = compute_replacement(draft.sheet, pieces[-2], index, value)
    else:
        splices = _compute_new_key(draft, path, value)
    return draft.close(splices, path, with_value(draft.data, path, value))


def _compute_whole(draft: Draft, value: Any) -> Sequence[Splice]:
    """Write *value* as the whole of the text, behind the comments of one without any value."""
    sheet, root = draft.sheet, draft.root
    if root is not None:
        draft.raise_if_shared(root, ())
        return [Splice(root.start, root.end, render_flow(value))]
    return _append_lines(draft, render_lines(value, sheet.step))


def _compute_new_key(draft: Draft, path: Path, value: Any) -> Sequence[Splice]:
    """Add what is missing of *path* to the last mapping that is written."""
    pieces = draft.trace(path)
    place, key = path[: len(pieces) - 1], path[len(pieces) - 1]
    for part in reversed(path[len(pieces) :]):
        value = {part: value}
    mapping = pieces[-1]
    draft.raise_if_alias(mapping, place)
    is_null = find_data(draft.data, place) is None
    if not (mapping.kind == "mapping" or is_null) or isinstance(key, int):
        raise draft.refuse(path, "is not there and cannot be made", "check the path")
    is_bare = is_null or not (mapping.children or is_inline(value))
    if is_bare and len(pieces) > 1 and (is_null or not pieces[-2].is_flow):
        index = find_index(pieces[-2], place[-1]) or 0
        return compute_replacement(draft.sheet, pieces[-2], index, {key: value})
    return compute_addition(draft.sheet, mapping, key, value)


def _compute_new_lines(draft: Draft, path: Path, lines: Sequence[str]) -> Sequence[Splice]:
    """Add *lines* to the mapping of lines at *path*, or to the empty one that becomes such."""
    pieces = draft.trace(path)
    if not pieces:
        return _append_lines(draft, lines)
    draft.raise_if_alias(pieces[-1], path)
    if not pieces[-1].is_flow:
        return add_lines(draft.sheet, pieces[-1], lines)
    if pieces[-1].children or len(pieces) == 1 or not pieces[-2].is_block:
        fix = "write it in lines, without braces"
        raise draft.refuse(path, "is written between braces, which take no new lines", fix)
    index = find_index(pieces[-2], path[-1]) or 0
    return fill_with_lines(draft.sheet, pieces[-2], index, lines)


def _compute_comments(draft: Draft, path: Path, lines: Sequence[str]) -> Sequence[Splice]:
    """Add *lines* without any value; behind an empty mapping, which stays as it is."""
    pieces = draft.trace(path)
    if len(pieces) < 2 or not pieces[-1].is_flow or pieces[-1].children:  # noqa: PLR2004 - a parent
        return _compute_new_lines(draft, path, lines)
    keys = dict(zip(map(id, pieces[-2].children), pieces[-2].keys, strict=False))
    key = keys.get(id(pieces[-1]), pieces[-1])
    column = draft.sheet.column(key.start) + draft.sheet.step
    at = draft.sheet.line_end(pieces[-1].end)
    return [Splice(at, at, draft.sheet.join(lines, column))]


def _append_lines(draft: Draft, lines: Sequence[str]) -> Sequence[Splice]:
    sheet, end = draft.sheet, len(draft.sheet.text)
    added = sheet.join(lines, 0) + sheet.newline
    has_break = not sheet.text or sheet.text.endswith("\n")
    return [Splice(end, end, added.removeprefix(sheet.newline) if has_break else added)]
