"""
The engine's steps for teams, projects and client keys as changes, with every write they send.

    step                      the plugin sends
    create, nothing there     POST the object; of a project: its settings, then each further team
    create, taken over        what the announcement adds and changes, fields in one PUT
    update                    one PUT for fields, POST or DELETE for each team
    delete, retained          nothing
    delete                    DELETE

Does not: send anything. What the plugin does is its own; a test compares every write of random runs
with these.

Source: providers/sentry; design.md 4.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from watchpost.engine import name_of, type_of
from watchpost.plan.model import Action, Call, Change, Difference, Kind
from watchpost.plan.words import show_property
from watchpost.sentry import DEFAULT_KEY_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from watchpost.engine import Preview, Step
    from watchpost.plan.announcements import Takeover

KINDS: Mapping[str, Kind] = {
    "sentry:index/sentryTeam:SentryTeam": "team",
    "sentry:index/sentryProject:SentryProject": "project",
    "sentry:index/sentryKey:SentryKey": "key",
}
CREATES = frozenset({"create", "create-replacement"})
DELETES = frozenset({"delete", "delete-replaced"})
_SETTINGS = ("digestsMinDelay", "digestsMaxDelay", "resolveAge")
_LONGEST_NEW_NAME = 50
_TEAM = re.compile(r"team (?P<slug>[^:]+)(?P<unbound>: unbound)?")


@dataclass(frozen=True)
class SentryContext:
    """
    What is known of the whole plan while one step of it is read.

    Attributes:
        takeovers: Announced takeovers, by URN.
        made_projects: Slugs of the projects that this plan makes.
        moved_teams: New slugs of the teams that this plan gives one, by the slug that they have.
            Their projects stay bound to them: nothing is sent for it.
        deleted: URNs of the projects that this plan deletes for real.
    """

    takeovers: Mapping[str, Takeover]
    made_projects: frozenset[str]
    moved_teams: Mapping[str, str] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()


def read_context(preview: Preview, takeovers: Mapping[str, Takeover]) -> SentryContext:
    """What *preview* tells of its own steps for each other."""
    by_kind = defaultdict(list)
    for step in preview.steps:
        by_kind[KINDS.get(step.type), step.op in CREATES].append(step)
    made = {
        str(step.new.inputs.get("slug"))
        for step in by_kind["project", True]
        if step.new is not None and step.urn not in takeovers
    }
    moved = {
        str(step.old.inputs["slug"]): str(step.new.inputs["slug"])
        for step in by_kind["team", False]
        if step.op == "update" and step.old and step.new and "slug" in step.old.inputs
    }
    deleted = {
        step.urn
        for step in by_kind["project", False]
        if step.op in DELETES and step.old is not None and not step.old.is_retained
    }
    return SentryContext(takeovers, frozenset(made), moved, frozenset(deleted))


def sentry_change(step: Step, context: SentryContext) -> Change:
    """Put one step for a team, project or key into words."""
    kind = KINDS[step.type]
    state = step.new or step.old
    inputs: Mapping[str, Any] = state.inputs if state else {}
    title = _title(kind, step.name, inputs)
    entry = "" if kind == "team" else step.name.partition("/")[0]
    change = Change(Action.CHANGE, kind, step.name, entry, title)
    if step.op in DELETES:
        return _deletion(change, step, context)
    if step.op in CREATES:
        takeover = context.takeovers.get(step.urn)
        return _takeover(change, takeover) if takeover else _creation(change, inputs, context)
    return _update(change, step, context)


def list_removal_changes(preview: Preview) -> Iterator[tuple[str, Change]]:
    """
    Find what would become otherwise of an object that leaves the manifest, by URN.

    The engine has no step for it: it only records it, and only in a run that is carried out.
    """
    for urn, looked in preview.refreshed.items():
        declared, kind = preview.declared.get(urn), KINDS.get(type_of(urn))
        if kind is None or declared is None or looked.observed is None:
            continue
        before, after = looked.recorded.is_retained, declared.is_retained
        if before != after:
            name = name_of(urn)
            entry = "" if kind == "team" else name.partition("/")[0]
            difference = Difference("on_remove", _on_remove(before), _on_remove(after))
            title = _title(kind, name, declared.inputs)
            yield urn, Change(Action.CHANGE, kind, name, entry, title, differences=(difference,))


def _on_remove(is_retained: bool) -> str:  # noqa: FBT001 - read once, from a state
    return "keep" if is_retained else "delete"


def _title(kind: Kind, name: str, inputs: Mapping[str, Any]) -> str:
    if kind == "key":
        return f"key {inputs.get('name')} of {inputs.get('project') or name}"
    return f"{kind} {inputs.get('slug') or inputs.get('name') or name}"


def _deletion(change: Change, step: Step, context: SentryContext) -> Change:
    if step.old is not None and step.old.is_retained:
        if not context.deleted.isdisjoint(step.old.parents):
            reason = "nothing is sent for it: Sentry deletes it with its project"
            return replace(change, action=Action.DELETE, reason=reason)
        reason = "it stays in Sentry; only the record of it is dropped"
        return replace(change, action=Action.KEEP, reason=reason)
    return replace(change, action=Action.DELETE, calls=(Call("sentry", f"delete {change.title}"),))


def _takeover(change: Change, takeover: Takeover) -> Change:
    differences = [Difference(each, "", "added") for each in takeover.additions]
    differences += [_difference(each) for each in takeover.differences]
    said = (*takeover.additions, *takeover.differences)
    calls = tuple(_calls_of_takeover(change, said))
    return replace(change, action=Action.TAKE_OVER, differences=tuple(differences), calls=calls)


def _calls_of_takeover(change: Change, said: tuple[str, ...]) -> Iterator[Call]:
    teams = [match for each in said if (match := _TEAM.fullmatch(each))]
    if len(said) > len(teams):
        yield Call("sentry", f"update {change.title}")
    yield from (_bind(change, match["slug"]) for match in teams if not match["unbound"])
    yield from (_unbind(change, match["slug"]) for match in teams if match["unbound"])


def _difference(said: str) -> Difference:
    path, _, sides = said.partition(": ")
    before, _, after = sides.partition(" to ")
    return Difference(path, before, after or "")


def _creation(change: Change, inputs: Mapping[str, Any], context: SentryContext) -> Change:
    if change.kind == "project":
        calls = tuple(_calls_of_new_project(change, inputs))
    elif change.kind == "key" and _is_made_by_sentry(inputs, context):
        is_limited = bool(inputs.get("rateLimitCount"))
        calls = (Call("sentry", f"update {change.title}"),) if is_limited else ()
    else:
        calls = (Call("sentry", f"create {change.title}"),)
    differences = tuple(
        Difference(name, "", show_property(inputs[name]))
        for name in sorted(inputs)
        if name not in {"organization", "project"} and inputs[name] is not None
    )
    return replace(change, action=Action.CREATE, differences=differences, calls=calls)


def _is_made_by_sentry(inputs: Mapping[str, Any], context: SentryContext) -> bool:
    """The key that Sentry makes with each new project."""
    return inputs.get("name") == DEFAULT_KEY_LABEL and inputs["project"] in context.made_projects


def _calls_of_new_project(change: Change, inputs: Mapping[str, Any]) -> Iterator[Call]:
    yield Call("sentry", f"create {change.title}")
    is_long = len(str(inputs.get("name", ""))) > _LONGEST_NEW_NAME
    if is_long or any(inputs.get(each) is not None for each in _SETTINGS):
        yield Call("sentry", f"update {change.title}")
    for team in list(dict.fromkeys(inputs.get("teams") or ()))[1:]:
        yield _bind(change, team)


def _update(change: Change, step: Step, context: SentryContext) -> Change:
    old = step.old.inputs if step.old else {}
    outputs = step.old.outputs if step.old else {}
    new = step.new.inputs if step.new else {}
    names = sorted({each.path.partition("[")[0] for each in step.changes})
    differences = []
    for name in names:
        before = old.get(name, outputs.get(name))
        after = True if name == "isActive" else new.get(name)
        differences.append(Difference(name, show_property(before), show_property(after)))
    observed = [context.moved_teams.get(each, each) for each in old.get("teams") or []]
    calls = tuple(_calls_of_update(change, set(names), observed, new.get("teams") or []))
    return replace(change, action=Action.CHANGE, differences=tuple(differences), calls=calls)


def _calls_of_update(
    change: Change, names: set[str], observed: list[str], wanted: list[str]
) -> Iterator[Call]:
    if names - {"teams", "project", "unchecked"}:
        yield Call("sentry", f"update {change.title}")
    if "teams" in names:
        yield from (_bind(change, each) for each in dict.fromkeys(wanted) if each not in observed)
        yield from (_unbind(change, each) for each in observed if each not in wanted)


def _bind(change: Change, team: str) -> Call:
    return Call("sentry", f"bind team {team} to {change.title}")


def _unbind(change: Change, team: str) -> Call:
    return Call("sentry", f"unbind team {team} from {change.title}")
