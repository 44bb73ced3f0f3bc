"""
Turns the written teams and projects into teams and entries: parts flattened, defaults applied,
slugs computed.

Does not: deal with apps; that is `environments`. Faults go to the log and the work goes on, so that
all are found.

Source: docs/manifest.md; design.md 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.manifest.document import GroupBlock, KeyBlock, PartBlock
from watchpost.manifest.domain import Entry, KeySpec, RateLimit, Team
from watchpost.manifest.faults import render_choices, render_suggestion
from watchpost.manifest.retired import check_key_ids, resolve_retired
from watchpost.manifest.rotated import strip_rotation
from watchpost.manifest.rules import explain_project_slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from watchpost.manifest.document import ManifestDocument
    from watchpost.manifest.faults import FaultLog
    from watchpost.manifest.source import Path, Source

DEFAULT_LABEL = "Default"
DEFAULT_KEYS: Mapping[str, KeyBlock] = {"production": KeyBlock(label=DEFAULT_LABEL)}
MAX_NAME = 50


@dataclass(frozen=True)
class Declaration:
    """
    One Sentry project as written, with where it is written.

    Attributes:
        id: `shop`, or `studio-web`.
        root: Id of the top-level entry.
        part: Name of the part; empty outside a group.
        path: Of its block in the file.
        block: The block itself.
        group: The block around it, for a part.
    """

    id: str
    root: str
    part: str
    path: Path
    block: PartBlock
    group: GroupBlock | None

    @property
    def name(self) -> str:
        """The written name, or one made from the group's name and the ids."""
        group = (self.group and self.group.name) or to_title(self.root)
        return self.block.name or f"{group} {to_title(self.part)}".strip()

    @property
    def keys(self) -> Mapping[str, KeyBlock]:
        """The written keys, or the default ones."""
        return DEFAULT_KEYS if self.block.keys is None else self.block.keys


def list_declarations(document: ManifestDocument) -> Iterator[Declaration]:
    """Yield each Sentry project of *document* in written order, parts one by one."""
    for root, block in document.projects.items():
        path: Path = ("projects", root)
        if isinstance(block, PartBlock):
            yield Declaration(root, root, "", path, block, None)
            continue
        for part, part_block in block.parts.items():
            yield Declaration(
                f"{root}-{part}", root, part, (*path, "parts", part), part_block, block
            )


def names_at(source: Source, path: Path) -> frozenset[str]:
    """
    Return the keys of the written mapping at *path*, faulty ones included; empty where there is
    none.
    """
    data = source.data
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return frozenset(data) if isinstance(data, dict) else frozenset()


def to_title(identifier: str) -> str:
    """Return the name shown for an id that has none: `studio-web` is `Studio Web`."""
    return identifier.replace("-", " ").replace("_", " ").title()


def resolve_teams(document: ManifestDocument, log: FaultLog) -> dict[str, Team]:
    """Return the teams by key; two of one slug, or a name for an existing team, are faults."""
    teams: dict[str, Team] = {}
    by_slug: dict[str, str] = {}
    for key, block in document.teams.items():
        path: Path = ("teams", key)
        slug = block.slug or key
        if block.existing and block.name is not None:
            summary = "an existing team is never changed, so it takes no name"
            log.add_fault((*path, "name"), summary, fix="remove the name, or 'existing: true'")
        if slug.isdigit():
            fix = "add a slug with at least one letter"
            log.add_fault(path, "a slug of digits alone, which Sentry refuses", fix=fix)
        if slug in by_slug:
            detail = f"seen '{slug}', also the slug of the team '{by_slug[slug]}'"
            where = (*path, "slug") if block.slug else path
            log.add_fault(where, "two teams with one slug", detail=detail, fix="keep one of them")
        by_slug.setdefault(slug, key)
        position = str(log.source.position(path))
        teams[key] = Team(key, slug, block.name or to_title(key), block.existing, position)
    _check_default_team(document, log)
    return teams


def resolve_entries(document: ManifestDocument, log: FaultLog) -> tuple[Entry, ...]:
    """Return one entry per Sentry project, in written order."""
    entries: dict[str, Entry] = {}
    by_slug: dict[str, Entry] = {}
    for declaration in list_declarations(document):
        entry = _resolve_entry(declaration, document, log)
        if entry.id in entries:
            detail = f"the id '{entry.id}' also stands at {entries[entry.id].position}"
            log.add_fault(
                declaration.path, "two entries with one id", detail=detail, fix="rename one of them"
            )
        elif entry.slug in by_slug:
            other = by_slug[entry.slug]
            detail = f"seen '{entry.slug}', also the slug of '{other.id}' at {other.position}"
            where = _find_slug_path(declaration)
            log.add_fault(
                where,
                "two entries with one slug",
                detail=detail,
                fix="give one of them another slug",
            )
        entries.setdefault(entry.id, entry)
        by_slug.setdefault(entry.slug, entry)
    blocks = ((each.path, each.keys) for each in list_declarations(document))
    check_key_ids(blocks, log)
    return tuple(entries.values())


def _resolve_entry(declaration: Declaration, document: ManifestDocument, log: FaultLog) -> Entry:
    block, group = declaration.block, declaration.group
    _check_name(declaration, log)
    _check_digests(declaration, log)
    inherited = group.on_remove if group and group.on_remove else document.defaults.on_remove
    return Entry(
        id=declaration.id,
        root=declaration.root,
        name=declaration.name,
        slug=_resolve_slug(declaration, document, log),
        platform=block.platform,
        teams=_resolve_team_keys(declaration, document, log),
        keys=_resolve_keys(declaration, log),
        digests_min_delay_seconds=block.digests_min_delay_seconds,
        digests_max_delay_seconds=block.digests_max_delay_seconds,
        resolve_age_hours=block.resolve_age_hours,
        on_remove=block.on_remove or inherited,
        take_over=block.take_over,
        position=str(log.source.position(declaration.path)),
    )


def _check_name(declaration: Declaration, log: FaultLog) -> None:
    length = len(declaration.name)
    if declaration.block.name is None and length > MAX_NAME:
        detail = f"its id makes one of {length} characters; allowed: at most {MAX_NAME}"
        log.add_fault(declaration.path, "needs a name", detail=detail, fix="add a shorter 'name:'")


def _check_digests(declaration: Declaration, log: FaultLog) -> None:
    shortest = declaration.block.digests_min_delay_seconds
    longest = declaration.block.digests_max_delay_seconds
    if shortest is not None and longest is not None and shortest > longest:
        path = (*declaration.path, "digests_min_delay_seconds")
        detail = f"seen {shortest}, and a longest wait of {longest}"
        log.add_fault(
            path, "the shortest wait is longer than the longest", detail=detail, fix="swap them"
        )


def _find_slug_path(declaration: Declaration) -> Path:
    return (*declaration.path, "slug") if declaration.block.slug else declaration.path


def _resolve_slug(declaration: Declaration, document: ManifestDocument, log: FaultLog) -> str:
    template = declaration.block.slug or document.defaults.slug
    where = _find_slug_path(declaration)
    if "{part}" in template and not declaration.part:
        detail = (
            f"seen '{template}'; {{part}} stands for the name of a part, and this entry has none"
        )
        log.add_fault(
            where, "the slug has no {part} here", detail=detail, fix="give it a 'slug:' of its own"
        )
        return declaration.id
    workspace = document.defaults.workspace or document.organization.lower()
    slug = template.format(workspace=workspace, id=declaration.id, part=declaration.part)
    if reason := explain_project_slug(slug):
        summary, allowed, fix = reason
        detail = f"seen '{slug}'" + (f"; allowed: {allowed}" if allowed else "")
        log.add_fault(where, summary, detail=detail, fix=fix)
    return slug


def _check_default_team(document: ManifestDocument, log: FaultLog) -> None:
    if document.defaults.team is not None:
        _check_team_key(("defaults", "team"), document.defaults.team, log)


def _check_team_key(path: Path, key: str, log: FaultLog) -> None:
    known = names_at(log.source, ("teams",))
    if key not in known:
        detail = f"seen '{key}'; known: {render_choices(known) or 'none'}"
        fix = render_suggestion(key, known) or f"add '{key}: {{}}' under teams"
        log.add_fault(path, "unknown team", detail=detail, fix=fix)


def _resolve_team_keys(
    declaration: Declaration, document: ManifestDocument, log: FaultLog
) -> tuple[str, ...]:
    group = declaration.group
    if declaration.block.teams is not None:
        keys, path = declaration.block.teams, (*declaration.path, "teams")
    elif group is not None and group.teams is not None:
        keys, path = group.teams, ("projects", declaration.root, "teams")
    elif document.defaults.team is not None:
        return (document.defaults.team,)
    else:
        fix = "add 'teams: [...]', or 'team:' under defaults"
        log.add_fault(
            declaration.path, "has no team", detail="Sentry makes a project under a team", fix=fix
        )
        return ()
    for index, key in enumerate(keys):
        _check_team_key((*path, index), key, log)
        if key in keys[:index]:
            log.add_fault(
                (*path, index), f"the team '{key}' is named twice", fix="remove one of them"
            )
    return keys


def _resolve_keys(declaration: Declaration, log: FaultLog) -> dict[str, KeySpec]:
    keys: dict[str, KeySpec] = {}
    by_label: dict[str, str] = {}
    for name, block in declaration.keys.items():
        path = (*declaration.path, "keys", name)
        label = block.label or name
        if label in by_label:
            detail = f"seen '{label}', also the label of the key '{by_label[label]}'"
            fix = "give each key a label of its own"
            where = (*path, "label") if block.label else path
            log.add_fault(where, "two keys with one label", detail=detail, fix=fix)
        by_label.setdefault(label, name)
        limit = block.rate_limit
        rate_limit = RateLimit(limit.count, limit.window_seconds) if limit else None
        position = str(log.source.position(path))
        retired = resolve_retired(block, path, log)
        keys[name] = KeySpec(label, rate_limit, position, retired, block.shipped)
    has_default = any(strip_rotation(label) == DEFAULT_LABEL for label in by_label)
    if not has_default and not any(key.retired for key in keys.values()):
        summary = "no key is labelled 'Default', so the key that Sentry makes stays unused"
        fix = "give one of the keys 'label: Default'"
        log.add_note((*declaration.path, "keys"), summary, fix=fix)
    return keys
