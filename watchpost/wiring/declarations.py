"""
Every app of every entry with its variables, and why each is as it is.

Does not: compute values; the manifest has done that. Parts of one entry may share an app: each is
shown with the variables that it asks for itself.

Source: docs/manifest.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.manifest.app_checks import find_selector
from watchpost.manifest.document import PlainVariableBlock
from watchpost.manifest.entries import list_declarations
from watchpost.manifest.variables import list_framework_variables
from watchpost.wiring.origins import Lines, Origin, read_document, slug_origins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.manifest import AppEnvironment, Entry, Manifest, Selector, Variable
    from watchpost.manifest.document import AppBlock, ManifestDocument
    from watchpost.manifest.entries import Declaration
    from watchpost.manifest.frameworks import FrameworkVariable
    from watchpost.manifest.source import Path


@dataclass(frozen=True)
class DeclaredVariable:
    """
    One variable of one app, as one entry declares it.

    Attributes:
        name: Of the variable.
        variable: Its values and flags.
        origins: Why its value is what it is.
        preview_origins: Likewise for preview deployments; empty for a service.
        flag_origins: Likewise for its flags.
        edit: What to edit in the manifest to change its value.
    """

    name: str
    variable: Variable
    origins: tuple[Origin, ...]
    preview_origins: tuple[Origin, ...]
    flag_origins: tuple[Origin, ...]
    edit: str


@dataclass(frozen=True)
class DeclaredApp:
    """
    One app as one entry declares it.

    Attributes:
        entry_id: The entry.
        selector: The app.
        environment: All that the app shall hold, other parts' variables included.
        variables: Those that this entry asks for, in declared order.
        position: `file:line:column` of the app below this entry.
    """

    entry_id: str
    selector: Selector
    environment: AppEnvironment
    variables: tuple[DeclaredVariable, ...]
    position: str


def list_declared_apps(manifest: Manifest) -> tuple[DeclaredApp, ...]:
    """List every app of every entry, in the manifest's order."""
    return tuple(_Apps(manifest).list())


class _Apps:
    """The apps of one manifest, while they are being explained."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.document: ManifestDocument = read_document(manifest)
        self.lines = Lines(manifest)
        self.environments = {app.selector: app for app in manifest.apps}
        self.entries = {entry.id: entry for entry in manifest.entries}

    def list(self) -> Iterator[DeclaredApp]:
        for declaration in list_declarations(self.document):
            slug = slug_origins(self.lines, declaration, self.document)
            for index, block in enumerate(declaration.block.apps):
                path = (*declaration.path, "apps", index)
                yield self._explain(declaration, block, path, slug)

    def _explain(
        self, declaration: Declaration, block: AppBlock, path: Path, slug: tuple[Origin, ...]
    ) -> DeclaredApp:
        selector = find_selector(block)
        if selector is None:  # a manifest without faults has none of these
            raise ValueError(f"the app at {path} names nothing")
        environment = self.environments[selector]
        entry = self.entries[declaration.id]
        app = _App(self.lines, entry, path, block, environment, slug)
        return DeclaredApp(
            entry_id=entry.id,
            selector=selector,
            environment=environment,
            variables=tuple(app.list_variables()),
            position=self.manifest.position(path),
        )


@dataclass(frozen=True)
class _App:
    """One written app, while its variables are being explained."""

    lines: Lines
    entry: Entry
    path: Path
    block: AppBlock
    environment: AppEnvironment
    slug: tuple[Origin, ...]

    def list_variables(self) -> Iterator[DeclaredVariable]:
        for rule in list_framework_variables(self.block):
            if rule.origin != "build-token" or self.block.build_token is not None:
                yield self._of_framework(rule)
        for name in self.block.variables:
            yield self._plain(name)

    def _of_framework(self, rule: FrameworkVariable) -> DeclaredVariable:
        variable = self.environment.variables[rule.name]
        origins, previews, edit = self._origins(rule)
        asked = self._asked(rule)
        return DeclaredVariable(
            rule.name,
            variable,
            (asked, *origins),
            () if variable.preview is None else previews,
            (self._flags(rule),),
            edit,
        )

    def _asked(self, rule: FrameworkVariable) -> Origin:
        if isinstance(self.block.framework, str):
            what = f"framework `{self.block.framework}` asks for {rule.origin}"
            return Origin("framework", what, self.lines.at(*self.path, "framework"))
        place = self.lines.at(*self.path, "framework", rule.name)
        return Origin("manifest", f"`framework:` asks for {rule.origin}", place)

    def _flags(self, rule: FrameworkVariable) -> Origin:
        if isinstance(self.block.framework, str):
            what = f"flags of framework `{self.block.framework}`"
            return Origin("framework", what, self.lines.at(*self.path, "framework"))
        path = (*self.path, "framework", rule.name)
        if self.lines.has(*path, "build") or self.lines.has(*path, "run"):
            return Origin("manifest", "`build:` and `run:`", self.lines.at(*path))
        return Origin("default", f"flags of a variable from {rule.origin}")

    def _origins(
        self, rule: FrameworkVariable
    ) -> tuple[tuple[Origin, ...], tuple[Origin, ...], str]:
        """Why production's value, why the preview value, and what to edit."""
        match rule.origin:
            case "dsn":
                return self._dsn(), (self._preview_key(),), self._edit("key")
            case "environment":
                origin = self.lines.field("environment", "`production`", *self.path)
                constant = Origin("default", "previews report as `preview`")
                return (origin,), (constant,), self._edit("environment")
            case "organization":
                place = self.lines.at("organization")
                origin = Origin("manifest", "`organization:`", place)
                return (origin,), (origin,), f"edit `organization:` at {place}"
            case "project":
                return self.slug, self.slug, f"edit the entry's slug, from {self.slug[0]}"
            case _:
                name = (self.block.build_token or "").removeprefix("env:")
                place = self.lines.at(*self.path, "build_token")
                origin = Origin("manifest", f"`build_token:`, the content of {name}", place)
                preview = self.lines.field(
                    "build_token_in_previews", "empty, so that previews upload nothing", *self.path
                )
                return (origin,), (preview,), f"set another {name} where Pulumi runs"

    def _edit(self, field: str) -> str:
        if self.lines.has(*self.path, field):
            return f"edit `{field}:` at {self.lines.at(*self.path, field)}"
        return f"add `{field}:` to the app at {self.lines.at(*self.path)}"

    def _dsn(self) -> tuple[Origin, ...]:
        name = self.block.key or next(iter(self.entry.keys))
        chosen = self.lines.field("key", f"the entry's only key, `{name}`", *self.path)
        place = self.entry.keys[name].position
        label = Origin("manifest", f"label `{self.entry.keys[name].label}`", place)
        return chosen, label

    def _preview_key(self) -> Origin:
        default = "no `preview_key:`, so empty: previews report nothing"
        return self.lines.field("preview_key", default, *self.path)

    def _plain(self, name: str) -> DeclaredVariable:
        written = self.block.variables[name]
        path = (*self.path, "variables", name)
        origin = Origin("manifest", f"`variables.{name}`", self.lines.at(*path))
        preview, flags = Origin("default", "the same value"), Origin("default", "running app only")
        if isinstance(written, PlainVariableBlock):
            preview = self.lines.field("preview", "the same value", *path)
            if self.lines.has(*path, "build") or self.lines.has(*path, "run"):
                flags = Origin("manifest", "`build:` and `run:`", self.lines.at(*path))
        variable = self.environment.variables[name]
        previews = () if variable.preview is None else (preview,)
        edit = f"edit it at {origin.position}"
        return DeclaredVariable(name, variable, (origin,), previews, (flags,), edit)
