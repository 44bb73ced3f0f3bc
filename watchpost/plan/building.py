"""
The engine's preview and the answers of Coolify and the database, put together as one plan.

What cannot be done takes what waits for it along: where a project is refused, its keys are not
made, its apps and its record not written.

Does not: read anything. Source: design.md 6 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from watchpost.coolify import fingerprint
from watchpost.engine import name_of, type_of
from watchpost.plan.announcements import read_announcements
from watchpost.plan.app_changes import (
    ENVIRONMENT,
    app_change,
    is_environment,
    less_removed,
    list_questions,
    list_wanted,
)
from watchpost.plan.model import Action, Change, Plan, Unchecked
from watchpost.plan.record_changes import (
    is_record,
    list_record_questions,
    list_wanted_columns,
    record_change,
    skipped_record,
    untouched_record,
)
from watchpost.plan.sentry_changes import (
    CREATES,
    DELETES,
    KINDS,
    list_removal_changes,
    read_context,
    sentry_change,
)
from watchpost.plan.totals import count_reads
from watchpost.plan.words import (
    RECORD_NAME,
    ValueNames,
    index_dsns,
    index_record_dsns,
    name_declared_dsns,
    name_public_texts,
    name_recorded_dsns,
)
from watchpost.records.values import fingerprint as record_fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from watchpost.coolify import Forecast, Row
    from watchpost.engine import Preview, Step
    from watchpost.manifest import Manifest
    from watchpost.plan.announcements import Announcements
    from watchpost.plan.app_changes import Question
    from watchpost.plan.record_changes import RecordQuestion
    from watchpost.plan.words import DeclaredDsn, Place
    from watchpost.records.forecast import RecordForecast


@dataclass(frozen=True)
class Answers:
    """
    What Coolify and the database said to the questions of a preview; all by URN.

    Attributes:
        forecasts: What would be done.
        rows: The rows it was told from, in fingerprints.
        found_dsns: Words for DSNs that stand in rows, by fingerprint.
        failures: Why a question has no answer.
        absent: Of apps that are declared and gone.
        record_forecasts: What would be written to rows of the platform's own table.
        refusals: Why a record would be refused.
    """

    forecasts: Mapping[str, Forecast] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    found_dsns: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    record_forecasts: Mapping[str, RecordForecast] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)


def build_plan(
    preview: Preview,
    answers: Answers,
    manifest: Manifest,
    *,
    stack: str,
    key: bytes,
    only: Collection[str] | None = None,
) -> Plan:
    """
    Put a plan together.

    Args:
        preview: The engine's.
        answers: To `list_questions` and `list_record_questions` of that preview.
        manifest: Names the keys whose DSNs apps receive, and the lines that ask for each object.
        stack: The stack's name.
        key: Its fingerprint key.
        only: URNs of what the run is restricted to, where the preview was not; its steps are.
    """
    return _Building(preview, answers, manifest, key).plan(stack, only)


class _Building:
    """One plan on its way."""

    def __init__(self, preview: Preview, answers: Answers, manifest: Manifest, key: bytes) -> None:
        self._preview = preview
        self._answers = answers
        self._said: Announcements = read_announcements(preview.diagnostics)
        self._questions: dict[str, Question] = {
            each.step.urn: each for each in list_questions(preview)
        }
        self._record_questions: dict[str, RecordQuestion] = {
            each.step.urn: each for each in list_record_questions(preview)
        }
        self._ids = self._list_ids()
        self._names = self._name_values(manifest, key)
        self._record_names = self._name_record_values(manifest, key)
        self._record_position = manifest.records.position if manifest.records else ""
        self._record_entries = {f"{entry.id}/{RECORD_NAME}" for entry in manifest.entries}
        self._positions = dict(list_positions(manifest))
        self._team_positions = {each.key: each.position for each in manifest.teams.values()}
        self._context = read_context(preview, self._said.takeovers)
        self._removed: set[str] = set()
        self._removals: dict[str, Change] = {}

    def _list_ids(self) -> dict[str, str]:
        """Ids of the Sentry projects that exist, by entry."""
        ids = {
            name_of(urn): takeover.id
            for urn, takeover in self._said.takeovers.items()
            if KINDS.get(type_of(urn)) == "project"
        }
        for urn, looked in self._preview.refreshed.items():
            if looked.observed and looked.observed.outputs.get("projectId"):
                ids.setdefault(name_of(urn), str(looked.observed.outputs["projectId"]))
        return ids

    def _name_values(self, manifest: Manifest, key: bytes) -> ValueNames:
        wanted = list_wanted(self._questions.values())
        name = partial(fingerprint, key)
        return ValueNames(self._name_dsns(index_dsns(manifest), wanted, name))

    def _name_record_values(self, manifest: Manifest, key: bytes) -> ValueNames:
        """A column has fingerprints of its own: a DSN in it is compared as it is written."""
        wanted = list_wanted_columns(self._record_questions.values())
        name = partial(record_fingerprint, key)
        texts = name_public_texts(manifest, name)
        dsns = self._name_dsns(index_record_dsns(manifest), wanted, name)
        return ValueNames({**{each: text or "(empty)" for each, text in texts.items()}, **dsns})

    def _name_dsns(
        self,
        declared: Mapping[Place, DeclaredDsn],
        wanted: Mapping[Place, str],
        name: Callable[[str], str],
    ) -> dict[str, str]:
        return {
            **self._answers.found_dsns,
            **name_declared_dsns(declared, wanted, self._ids),
            **name_recorded_dsns(self._preview, name),
        }

    def plan(self, stack: str, only: Collection[str] | None) -> Plan:
        """The whole plan."""
        removals = list_removal_changes(self._preview)
        self._removals = {urn: each for urn, each in removals if only is None or urn in only}
        stepped = list(self._list_steps())
        missed = (Unchecked(step.name, each.reason) for step, each in stepped if self._missed(step))
        changes = [*(change for _, change in stepped), *self._removals.values()]
        changes = [replace(each, position=self._position(each)) for each in changes]
        return Plan(
            stack,
            tuple(sorted(changes, key=lambda each: (each.action, each.name, each.kind))),
            tuple(dict.fromkeys((*self._list_unchecked(), *missed))),
            tuple(self._list_unreadable()),
            tuple(self._list_notes()),
            tuple(
                step.name
                for step, change in stepped
                if change.action == Action.SKIP and not self._missed(step)
            ),
            frozenset(self._fleet()),
            count_reads(self._preview, changes),
            {
                step.urn: step.op
                for step in self._preview.steps
                if step.type in KINDS or is_environment(step) or is_record(step)
            },
        )

    def _list_steps(self) -> Iterator[tuple[Step, Change]]:
        """Yield each step with its change; what is skipped takes along what comes after it."""
        blocked: dict[str, str] = {}
        for step in self._preview.steps:
            change = self._change(step, blocked)
            if change is None:
                continue
            if change.action == Action.SKIP:
                blocked[step.urn] = change.title
            else:
                self._removed.update(self._rows_removed_by(step))
            yield step, self._with_removal(step, change)

    def _missed(self, step: Step) -> bool:
        """Whether it could not be looked at."""
        return step.urn in self._said.unchecked or step.urn in self._answers.failures

    def _with_removal(self, step: Step, change: Change) -> Change:
        """Add what a later removal would do otherwise to the step that is there already."""
        removal = self._removals.pop(step.urn, None)
        if removal is None:
            return change
        return replace(change, differences=(*change.differences, *removal.differences))

    def _position(self, change: Change) -> str:
        """Where it was asked for; a team and an entry may have one name, a key and a record too."""
        if change.kind == "record":
            return self._record_position if change.name in self._record_entries else ""
        positions = self._team_positions if change.kind == "team" else self._positions
        return positions.get(change.name, "")

    def _change(self, step: Step, blocked: Mapping[str, str]) -> Change | None:
        if step.type in KINDS:
            change = sentry_change(step, self._context)
        elif is_environment(step) and step.op != "replace":
            change = self._app_change(step)
        elif is_record(step) and step.op != "replace":
            change = self._record_change(step)
        else:
            return None
        reason = self._obstacle(step, blocked)
        if not reason or change.action in {Action.SKIP, Action.KEEP}:
            return change
        return replace(change, action=Action.SKIP, reason=reason, calls=(), app=None, record=None)

    def _obstacle(self, step: Step, blocked: Mapping[str, str]) -> str:
        """Why a step cannot be carried out; empty where nothing is in its way."""
        if step.op in DELETES:
            return ""
        if step.urn in self._said.unchecked:
            return f"could not look: {_first_line(self._said.unchecked[step.urn])}"
        if step.op in CREATES and step.urn in self._said.refusals:
            return f"refused: {_on_one_line(self._said.refusals[step.urn])}"
        waits = [
            blocked[each] for each in (step.new.parents if step.new else ()) if each in blocked
        ]
        return f"waits for {', '.join(dict.fromkeys(waits))}" if waits else ""

    def _app_change(self, step: Step) -> Change:
        entry, _, label = step.name.partition("/")
        skip = Change(Action.SKIP, "app", step.name, entry, f"variables of {label}")
        question = self._questions.get(step.urn)
        if question is None:
            selector = str(step.new.inputs.get("selector")) if step.new else label
            return replace(skip, reason=f"no such app: {_first_line(selector)}")
        if step.urn in self._answers.absent:
            return replace(skip, reason=f"no such app: Coolify has no {question.app}")
        if step.urn in self._answers.failures:
            why = _first_line(self._answers.failures[step.urn])
            return replace(skip, reason=f"could not look: {why}")
        forecast = less_removed(self._answers.forecasts[step.urn], self._removed)
        return app_change(question, forecast, self._answers.rows[step.urn], self._names)

    def _record_change(self, step: Step) -> Change:
        question = self._record_questions.get(step.urn)
        if question is None:
            return untouched_record(step, self._preview)
        if step.urn in self._answers.refusals:
            return skipped_record(step, f"refused: {self._answers.refusals[step.urn]}")
        if step.urn in self._answers.failures:
            why = _first_line(self._answers.failures[step.urn])
            return skipped_record(step, f"could not look: {why}")
        forecast = self._answers.record_forecasts[step.urn]
        return record_change(question, forecast, self._record_names)

    def _rows_removed_by(self, step: Step) -> Iterator[str]:
        forecast = self._answers.forecasts.get(step.urn)
        yield from (each.row.uuid for each in forecast.writes.deletes) if forecast else ()

    def _list_unchecked(self) -> Iterator[Unchecked]:
        stepped = {step.urn for step in self._preview.steps}
        for urn, why in self._said.unchecked.items():
            if urn not in stepped:
                yield Unchecked(name_of(urn), _first_line(why))
        answers = self._answers
        answered = {*answers.forecasts, *answers.record_forecasts, *answers.refusals}
        for urn, looked in self._preview.refreshed.items():
            outputs = looked.observed.outputs if looked.observed else {}
            if outputs.get("state") == "unchecked" and urn not in answered:
                yield Unchecked(name_of(urn), _first_line(str(outputs.get("reason"))))

    def _list_unreadable(self) -> Iterator[str]:
        for urn, looked in self._preview.refreshed.items():
            outputs = looked.observed.outputs if looked.observed else {}
            for name in outputs.get("unreadable") or ():
                yield f"{name_of(urn)}: {name}"
        for urn, forecast in self._answers.forecasts.items():
            if urn not in self._preview.refreshed:
                yield from (f"{name_of(urn)}: {name}" for name in forecast.writes.unreadable)

    def _list_notes(self) -> Iterator[str]:
        for urn, looked in self._preview.refreshed.items():
            outputs = looked.observed.outputs if looked.observed else {}
            yield from (f"{name_of(urn)}: {note}" for note in outputs.get("notes") or ())

    def _fleet(self) -> Iterator[str]:
        for urn in self._preview.refreshed:
            if KINDS.get(type_of(urn)) == "project" or f":{ENVIRONMENT}::" in urn:
                yield name_of(urn).partition("/")[0]


def list_positions(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Where each object stands in the manifest, `file:line:column` by its resource's name."""
    for team in manifest.teams.values():
        yield team.key, team.position
    for entry in manifest.entries:
        yield entry.id, entry.position
        for name, key in entry.keys.items():
            yield entry.identity_of(name), key.position
    for app in manifest.apps:
        yield f"{app.owner}/{app.selector.label}", app.position


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _on_one_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if not line.strip().startswith("fix:")]
    return "; ".join(line for line in lines if line)
