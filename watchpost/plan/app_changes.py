"""
The engine's steps for apps as questions to Coolify, and the answers as changes.

A preview does not ask a dynamic resource what it would do. So each app with a pending create,
update or delete becomes a question; whoever may use the network answers it with a forecast.

    preview -> list_questions -> (rows and deployments are read) -> Forecast -> app_change

Does not: read. Source: design.md 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from watchpost.coolify import (
    AppRef,
    DesiredEnvironment,
    DesiredVariable,
    Effect,
    Forecast,
    Owner,
    Settlement,
    owner_of,
    parse_owner,
    read_time,
)
from watchpost.engine import UNKNOWN
from watchpost.plan.model import Action, AppChange, Call, Change, Difference, RowWrite
from watchpost.plan.sentry_changes import CREATES, DELETES
from watchpost.plan.words import placeholder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from watchpost.coolify import Row, Write
    from watchpost.engine import Preview, Step
    from watchpost.plan.words import Place, ValueNames

ENVIRONMENT = "CoolifyEnvironment"
_ABSENT = "an app of this entry that was not found may be this one, and declares"
_HIDDEN = "nobody can read what is there, so that nothing is written over it"
_SETTINGS = frozenset({"owner", "redeploy", "takeOver", "unmarked", "uuid", "kind"})


@dataclass(frozen=True)
class Recorded:
    """
    What the last run left in the state about one app, as far as redeploys go.

    Attributes:
        fingerprints: Of each production row, by variable.
        outputs: As observed by this preview.
    """

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def settlement(self, rows: Iterable[Row]) -> Settlement:
        """
        What is settled, given *rows* in fingerprints; as the provider reads it.

        Source: components/coolify_properties.py, settlement_of.
        """
        outputs = self.outputs
        if not outputs:
            return Settlement()
        settled_at = read_time(outputs.get("settledAt"))
        uuid = str((outputs.get("deployment") or {}).get("uuid", ""))
        if outputs.get("owedRedeploy"):
            return Settlement(settled_at, deployment_uuid=uuid)
        unchanged = self._unchanged(rows) - set(outputs.get("undeployed") or ())
        is_left_undone = outputs.get("redeploy") == "never" and settled_at is None
        return Settlement(settled_at, unchanged, uuid, is_left_undone)

    def _unchanged(self, rows: Iterable[Row]) -> frozenset[str]:
        return frozenset(
            row.key
            for row in rows
            if not row.is_preview
            and row.key in self.fingerprints
            and (not row.is_readable or (row.value or "") == self.fingerprints[row.key])
        )


@dataclass(frozen=True)
class Question:
    """
    One app whose rows must be read to tell what would be done.

    Attributes:
        step: The engine's step.
        app: Which app.
        owner: The entry that declares it, or declared it.
        desired: What is declared, values as fingerprints; None for a removal.
        recorded: What the last run left.
        may_redeploy: False where the entry says `redeploy: never`.
        declared: Names that this run declares for the app of a removal; they stay.
        not_found: Names that this run declares for apps of the owner that were not found; none of
            them is removed, because the app of the removal may be the one that is meant.
    """

    step: Step
    app: AppRef
    owner: Owner
    desired: DesiredEnvironment | None
    recorded: Recorded = field(default_factory=Recorded)
    may_redeploy: bool = True
    declared: frozenset[str] = frozenset()
    not_found: frozenset[str] = frozenset()


def is_environment(step: Step) -> bool:
    """Whether a step is about the variables of an app."""
    return step.type.endswith(f":{ENVIRONMENT}")


def list_questions(preview: Preview) -> Iterator[Question]:
    """Every app of which the engine plans something and that could be found."""
    for step in preview.steps:
        if not is_environment(step):
            continue
        if step.op in DELETES and step.old is not None:
            yield _removal(step, preview)
        elif step.new is not None and step.new.inputs.get("uuid") and step.op != "replace":
            yield _keeping(step, preview)


def _removal(step: Step, preview: Preview) -> Question:
    props = step.old.outputs or step.old.inputs if step.old else {}
    app, owner = AppRef(props["kind"], props["uuid"]), parse_owner(props["owner"])
    declared: set[str] = set()
    not_found: set[str] = set()
    for inputs in _declared_environments(preview):
        other, names = parse_owner(inputs["owner"]), inputs.get("variables") or {}
        if inputs.get("kind") != app.kind or other.organization != owner.organization:
            continue
        if inputs.get("uuid") == app.uuid:
            declared.update(names)
        elif not inputs.get("uuid") and other == owner:
            not_found.update(names)
    return Question(
        step, app, owner, None, declared=frozenset(declared), not_found=frozenset(not_found)
    )


def _declared_environments(preview: Preview) -> Iterator[Mapping[str, Any]]:
    for urn, state in preview.declared.items():
        if f":{ENVIRONMENT}::" in urn and state.inputs.get("owner"):
            yield state.inputs


def _keeping(step: Step, preview: Preview) -> Question:
    inputs = step.new.inputs if step.new else {}
    looked = preview.refreshed.get(step.urn) if step.op not in CREATES else None
    observed = looked.observed.outputs if looked and looked.observed else {}
    former = parse_owner(observed["owner"]) if observed.get("owner") else None
    owner = parse_owner(inputs["owner"])
    desired = DesiredEnvironment(
        app=AppRef(inputs["kind"], inputs["uuid"]),
        owner=owner,
        variables=_desired_variables(step.name, inputs),
        take_over=bool(inputs.get("takeOver")),
        former_owner=former if former != owner else None,
        writes_marks=not inputs.get("unmarked"),
    )
    recorded = Recorded(_fingerprints(looked.recorded.outputs), observed) if looked else Recorded()
    may_redeploy = inputs.get("redeploy") != "never"
    return Question(step, desired.app, owner, desired, recorded, may_redeploy=may_redeploy)


def _fingerprints(outputs: Mapping[str, Any]) -> dict[str, str]:
    variables: Mapping[str, Any] = outputs.get("variables") or {}
    return {name: str(each.get("fingerprint", "")) for name, each in variables.items()}


def _desired_variables(app: str, inputs: Mapping[str, Any]) -> dict[str, DesiredVariable]:
    variables: Mapping[str, Any] = inputs.get("variables") or {}
    return {
        name: DesiredVariable(
            value=_declared_value(app, name, each, is_preview=False),
            is_buildtime=bool(each.get("isBuildtime", True)),
            is_runtime=bool(each.get("isRuntime", True)),
            preview_value=_declared_value(app, name, each.get("preview") or {}, is_preview=True),
        )
        for name, each in variables.items()
    }


def _declared_value(app: str, name: str, row: Mapping[str, Any], *, is_preview: bool) -> str | None:
    value = row.get("fingerprint")
    if value == UNKNOWN:
        return placeholder(app, name, is_preview=is_preview)
    return str(value) if value else None


def list_wanted(questions: Iterable[Question]) -> dict[Place, str]:
    """Fingerprint or placeholder of every row that the questions declare."""
    return {
        (each.step.name, name, is_preview): variable.value_at(is_preview=is_preview) or ""
        for each in questions
        if each.desired is not None
        for name, variable in each.desired.variables.items()
        for is_preview in (False, True)
    }


def less_removed(forecast: Forecast, removed: Collection[str]) -> Forecast:
    """
    *forecast* without the deletes of rows that are *removed* before, by uuid.

    An app that is selected in another form is another resource: made first, it removes what is no
    longer declared, and the delete of the former one finds nothing of it.
    """
    writes = tuple(
        each
        for each in forecast.writes.writes
        if each.verb != "delete" or each.row.uuid not in removed
    )
    return replace(forecast, writes=replace(forecast.writes, writes=writes))


def app_change(
    question: Question, forecast: Forecast, rows: Iterable[Row], names: ValueNames
) -> Change:
    """
    Put the answer to one question into words.

    Args:
        question: The question.
        forecast: What would be done, in fingerprints.
        rows: The app's rows as observed, in fingerprints.
        names: Words for values.
    """
    step = question.step
    entry, _, label = step.name.partition("/")
    title = f"variables of {label}"
    if forecast.writes.refusals:
        reason = "refused: " + "; ".join(
            _refusal(rows=each.rows, wanted=each.wanted, names=names)
            for each in forecast.writes.refusals
        )
        return Change(Action.SKIP, "app", step.name, entry, title, reason=reason)
    if hidden := _left_unread(question, forecast):
        reason = f"refused: {_HIDDEN}: {', '.join(sorted(hidden))}"
        return Change(Action.SKIP, "app", step.name, entry, title, reason=reason)
    doubtful = question.not_found & {write.row.key for write in forecast.writes.writes}
    if doubtful:
        reason = f"refused: {_ABSENT}: {', '.join(sorted(doubtful))}"
        return Change(Action.SKIP, "app", step.name, entry, title, reason=reason)
    if question.desired is None and not forecast.writes.writes:
        reason = "nothing of it is left to remove, or another entry declares it now"
        return Change(Action.KEEP, "app", step.name, entry, title, reason=reason)
    before = {row.uuid: row for row in rows}
    written = tuple(_row_write(write, before, names) for write in forecast.writes.writes)
    app = AppChange(
        str(question.app),
        written,
        forecast.effect,
        forecast.redeploy,
        forecast.because,
        forecast.note,
    )
    change = Change(_action(question, forecast), "app", step.name, entry, title, app=app)
    calls = tuple(_calls(question.app, forecast))
    return replace(change, calls=calls, differences=tuple(_settings(step)))


def _left_unread(question: Question, forecast: Forecast) -> set[str]:
    """Name the variables that differ and cannot be read, where an update is about nothing else."""
    step = question.step
    if question.desired is None or step.old is None or forecast.writes.writes or forecast.effect:
        return set()
    if any(not each.path.startswith("variables") for each in step.changes):
        return set()
    old: Mapping[str, Any] = step.old.inputs.get("variables") or {}
    new: Mapping[str, Any] = step.new.inputs.get("variables") or {} if step.new else {}
    differing = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    return differing if differing <= set(forecast.writes.unreadable) else set()


def _settings(step: Step) -> Iterator[Difference]:
    """Yield what changes of the resource itself; the engine names it."""
    for each in step.changes:
        if each.path in _SETTINGS:
            yield Difference(each.path, str(each.before), str(each.after))


def _action(question: Question, forecast: Forecast) -> Action:
    if question.desired is None:
        return Action.DELETE
    writes_over = any(
        write.verb == "update" and write.reasons >= {"mark", "value"}
        for write in forecast.writes.writes
    )
    if writes_over and question.desired.take_over:
        return Action.TAKE_OVER
    return Action.CREATE if question.step.op in CREATES else Action.CHANGE


def _row_write(write: Write, before: Mapping[str, Row], names: ValueNames) -> RowWrite:
    row, old = write.row, before.get(write.row.uuid)
    held = old.value if old is not None else None
    wanted = None if write.verb == "delete" else row.value
    return RowWrite(
        verb=write.verb,
        name=row.key,
        is_preview=row.is_preview,
        before=names.name(held) if old is not None else "",
        after="" if write.verb == "delete" else names.name(wanted),
        fingerprints=(names.identify(held), names.identify(wanted)),
        reasons=tuple(sorted(write.reasons)),
        is_buildtime=row.is_buildtime,
        is_runtime=row.is_runtime,
    )


def _calls(app: AppRef, forecast: Forecast) -> Iterator[Call]:
    for write in forecast.writes.writes:
        scope = " (preview)" if write.row.is_preview else ""
        yield Call("coolify", f"{write.verb} {write.row.key}{scope} of {app}")
    if forecast.redeploy:
        verb = "rebuild" if forecast.redeploy == Effect.REBUILD else "restart"
        yield Call("coolify", f"{verb} {app}")
    for name in forecast.cleared:
        yield Call("coolify", f"update {name} of {app}")


def _refusal(*, rows: tuple[Row, ...], wanted: str | None, names: ValueNames) -> str:
    row = rows[0]
    where = f"{row.key} (preview)" if row.is_preview else row.key
    owner = owner_of(row.comment)
    if len(rows) > 1:
        return f"{where}: {len(rows)} rows of this name, not all of them ours"
    if owner is not None:
        return f"{where}: belongs to {owner}"
    seen, declared = names.name(row.value), names.name(wanted)
    if seen == declared:
        return f"{where}: made by somebody else, with other build or run flags"
    return f"{where}: made by somebody else, with {seen} instead of {declared}"
