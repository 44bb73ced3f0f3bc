"""
Where what an entry declares comes from: a line of the manifest, a template, the table of
frameworks, or a default.

Does not: compute values; the manifest has done that. What is said here is why they are as they are.

Source: docs/manifest.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from watchpost.manifest.document import ManifestDocument
from watchpost.manifest.entries import list_declarations

if TYPE_CHECKING:
    from watchpost.manifest import Manifest
    from watchpost.manifest.entries import Declaration
    from watchpost.manifest.source import Path

OriginKind = Literal["manifest", "template", "framework", "default"]


@dataclass(frozen=True)
class Origin:
    """
    One reason for a value.

    Attributes:
        kind: Whether somebody wrote it, or what stands for it where nobody did.
        what: In words.
        position: `file:line:column`; empty for a default.
    """

    kind: OriginKind
    what: str
    position: str = ""

    def __str__(self) -> str:
        """Render `what (position)`, or `default: what`."""
        return f"{self.what} ({self.position})" if self.position else f"default: {self.what}"


@dataclass(frozen=True)
class Fact:
    """Something that an entry declares about itself: its name, what it is, and why."""

    name: str
    value: str
    origins: tuple[Origin, ...]


def list_facts(manifest: Manifest, entry_id: str) -> tuple[Fact, ...]:
    """Say what an entry declares about its Sentry project, and why."""
    document = read_document(manifest)
    declaration = next(each for each in list_declarations(document) if each.id == entry_id)
    entry = next(each for each in manifest.entries if each.id == entry_id)
    lines = Lines(manifest)
    return (
        Fact("slug", entry.slug, slug_origins(lines, declaration, document)),
        Fact("name", entry.name, _name_origins(lines, declaration)),
        Fact("platform", entry.platform, (lines.written("platform", *declaration.path),)),
        Fact("teams", ", ".join(entry.teams), (_teams_origin(lines, declaration),)),
        *(
            Fact(f"key {name}", f"label {key.label}", (_label_origin(lines, declaration, name),))
            for name, key in entry.keys.items()
        ),
    )


def read_document(manifest: Manifest) -> ManifestDocument:
    """The manifest as it is written, once more."""
    return ManifestDocument.model_validate(manifest.source.data)


class Lines:
    """Where things stand in one manifest."""

    def __init__(self, manifest: Manifest) -> None:
        self._source = manifest.source

    def has(self, *path: str | int) -> bool:
        """Whether the manifest says something there."""
        return path in self._source.marks

    def at(self, *path: str | int) -> str:
        """`file:line:column`."""
        return str(self._source.position(path))

    def written(self, field: str, *path: str | int) -> Origin:
        """A field that somebody wrote in the block at *path*."""
        return Origin("manifest", f"`{field}:`", self.at(*path, field))

    def field(self, field: str, default: str, *path: str | int) -> Origin:
        """A field of the block at *path*: written, or *default* in words."""
        is_written = self.has(*path, field)
        return self.written(field, *path) if is_written else Origin("default", default)


def slug_origins(
    lines: Lines, declaration: Declaration, document: ManifestDocument
) -> tuple[Origin, ...]:
    """Why an entry has the slug it has."""
    own = declaration.block.slug
    template = own or document.defaults.slug
    origin = Origin("default", "the entry's id")
    if own and "{" not in own:
        return (lines.written("slug", *declaration.path),)
    if own or lines.has("defaults", "slug"):
        where = (*declaration.path, "slug") if own else ("defaults", "slug")
        name = "slug" if own else "defaults.slug"
        origin = Origin("template", f'`{name}` template "{template}"', lines.at(*where))
    if "{workspace}" not in template:
        return (origin,)
    organization = Origin("manifest", "{workspace} is `organization`", lines.at("organization"))
    is_written = lines.has("defaults", "workspace")
    place = lines.at("defaults", "workspace")
    workspace = Origin("manifest", "{workspace} is `defaults.workspace`", place)
    return (origin, workspace if is_written else organization)


def _name_origins(lines: Lines, declaration: Declaration) -> tuple[Origin, ...]:
    if declaration.block.name or declaration.group is None:
        return (lines.field("name", "the id in title case", *declaration.path),)
    default = "the id in title case"
    return (
        lines.field("name", default, "projects", declaration.root),
        Origin("default", "the part's name in title case"),
    )


def _teams_origin(lines: Lines, declaration: Declaration) -> Origin:
    places: tuple[Path, ...] = (
        (*declaration.path, "teams"),
        ("projects", declaration.root, "teams"),
    )
    for place in places:
        if lines.has(*place):
            return Origin("manifest", "`teams:`", lines.at(*place))
    return Origin("manifest", "`defaults.team`", lines.at("defaults", "team"))


def _label_origin(lines: Lines, declaration: Declaration, key: str) -> Origin:
    path = (*declaration.path, "keys", key)
    if declaration.block.keys is None:
        return Origin("default", f"the key `{key}` is the one that Sentry makes, `Default`")
    return lines.field("label", f"the key's name, `{key}`", *path)
