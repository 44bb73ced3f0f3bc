"""
The whole manifest of an adoption: a new one, or the existing one with what it lacks.

Does not: write a file. An existing text keeps every comment and its order.

Source: docs/adoption.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.adoption.rendering import (
    app_items,
    commented,
    render_caveats,
    render_entry,
    render_loose,
    render_teams,
    render_why,
    team,
)
from watchpost.manifest.editing import add_entry_text, append_item, set_value
from watchpost.manifest.rendering import render_scalar
from watchpost.manifest.source import parse_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchpost.adoption.caveats import Caveat
    from watchpost.adoption.drafts import Addition, Drafts
    from watchpost.manifest import Entry
    from watchpost.manifest.source import Path

_SCHEMA = "# yaml-language-server: $schema=docs/projects.schema.json"
_FIRST_WORDS = (
    "# Written by `watchpost adopt`. It declares what Sentry and Coolify hold, so that applying it",
    "# changes no value, redeploys nothing and makes no key. What cannot be declared so stands in",
    "# comments, with the reason.",
)


def write_new(drafts: Drafts, caveats: Sequence[Caveat], *, mark: bool) -> str:
    """The text of a new manifest."""
    lines = [_SCHEMA, *_FIRST_WORDS, *_caveat_comment(caveats), "version: 1"]
    lines += [f"organization: {render_scalar(drafts.inventory.organization)}", ""]
    teams = render_teams(drafts.teams)
    lines += ["teams:", *(f"  {line}" for line in teams), ""] if teams else []
    has_entries = any(not entry.refused for entry in drafts.entries)
    lines.append("projects:" if has_entries else "projects: {}")
    lines += [f"  {line}".rstrip() for line in _blocks(drafts, mark=mark)]
    return "\n".join(lines) + "\n"


def _caveat_comment(caveats: Sequence[Caveat]) -> list[str]:
    if not caveats:
        return ["#", "# No caveats."]
    return ["#", "# Caveats:", *commented(f"  {line}" for line in render_caveats(caveats))]


def _blocks(drafts: Drafts, *, mark: bool) -> list[str]:
    lines = [line for entry in drafts.entries for line in [*render_entry(entry, mark=mark), ""]]
    return [*lines, *render_loose(drafts.loose)]


def write_additions(text: str, drafts: Drafts, *, mark: bool, file: str) -> str:
    """
    The text of an existing manifest with what it lacks.

    What is commented out is added once: an entry or app whose comment stands in the text already
    is not written again.

    Raises:
        ManifestError: The text shares by aliases what would have to be edited.
    """
    for slug, key in drafts.teams.items():
        text = set_value(text, ("teams", key), team(key, slug), file=file)
    for addition in drafts.additions:
        text = _add_app(text, addition, mark=mark, file=file)
    block = [
        line
        for entry in drafts.entries
        if not (entry.refused and f"# {render_scalar(entry.id)}:" in text)
        for line in [*render_entry(entry, mark=mark), ""]
    ]
    block += [line for line in render_loose(drafts.loose) if line not in text]
    while block and not block[-1]:
        block.pop()
    if not block:
        return text
    return add_entry_text(text, ("projects",), "\n".join(block) + "\n", file=file)


def _add_app(text: str, addition: Addition, *, mark: bool, file: str) -> str:
    """Add one app to an entry; one that cannot be declared is a caveat alone."""
    draft, path = addition.app, (*_path(addition.entry), "apps")
    for number, item in enumerate(app_items(draft, addition.entry.platform, mark=mark)):
        text = append_item(text, path, item, file=file)
        if number == 0:
            text = _comment_last(text, path, render_why(draft), file)
    return text


def _path(entry: Entry) -> Path:
    if entry.id == entry.root:
        return ("projects", entry.id)
    return ("projects", entry.root, "parts", entry.id.removeprefix(f"{entry.root}-"))


def _comment_last(text: str, path: Path, lines: Sequence[str], file: str) -> str:
    """Put *lines* above the last item of a list that is written in lines."""
    source = parse_source(text, file)
    data = source.data
    for part in path:
        data = data[part]
    position = source.position((*path, len(data) - 1))
    written = text.split("\n")
    item = written[position.line - 1]
    indent, ending = item[: len(item) - len(item.lstrip())], "\r" if item.endswith("\r") else ""
    if not item.lstrip().startswith("- ") or len(indent) + 2 != position.column - 1:
        return text
    written[position.line - 1 : position.line - 1] = [f"{indent}{line}{ending}" for line in lines]
    return "\n".join(written)
