"""
The engine's steps for records as questions to the platform's database, and the answers as changes.

A preview does not ask a dynamic resource what it would do. So each record with a pending create,
update or delete becomes a question; whoever may use the network answers it with a forecast.

    preview -> list_record_questions -> (its row is read) -> RecordForecast -> record_change

    step                       the provider writes
    create, update             what differs; the row where it is missing and `insert: true`
    delete, retained           nothing
    delete, another declares   nothing
    the row in this run, or
    rows moved elsewhere
    delete                     null to the columns that still hold what the last run wrote

Does not: read. Source: design.md 6; watchpost.records.keeping.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from watchpost.engine import UNKNOWN
from watchpost.plan.model import Action, Call, Change, ColumnWrite, Difference, RecordChange
from watchpost.plan.sentry_changes import CREATES, DELETES
from watchpost.plan.words import placeholder, show_property
from watchpost.records.forecast import Wanted
from watchpost.records.model import RowKey
from watchpost.records.sparing import is_declared, is_spared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from watchpost.engine import Preview, State, Step
    from watchpost.plan.words import Place, ValueNames
    from watchpost.records.forecast import RecordForecast

RECORD = "PlatformRecord"
_SETTINGS = ("url", "table", "key", "insert", "onRemove", "owner")
_CALLS = {
    "update": "set {columns} of {row}",
    "insert": "insert {row} with {columns}",
    "clear": "clear {columns} of {row}",
}
_DECLARED_ELSEWHERE = "another entry declares this row now"
_MOVED = "rows are found otherwise in this run, so that its row may be another entry's by now"
_NOTHING_LEFT = "nothing is left to clear: the row is gone, or holds what somebody else wrote"


@dataclass(frozen=True)
class RecordQuestion:
    """
    One record whose row must be read to tell what would be done.

    Attributes:
        step: The engine's step.
        reference: What names the database, `env:DATABASE_URL`.
        row: Which row.
        wanted: Fingerprint by column, or a placeholder for what is not known yet; None for a
            removal.
        written: Fingerprints of what the last run wrote, by column.
        insert: Whether a row that is missing is inserted.
        unchanged: Columns that the engine's look found to mean what the last run wrote.
    """

    step: Step
    reference: str
    row: RowKey
    wanted: Mapping[str, str] | None
    written: Mapping[str, str] = field(default_factory=dict)
    insert: bool = False
    unchanged: frozenset[str] = frozenset()

    def wanted_texts(self, texts: Mapping[str, str]) -> dict[str, Wanted]:
        """What each column shall hold, with those of *texts*, by fingerprint, that are public."""
        wanted = self.wanted or {}
        return {name: Wanted(value, texts.get(value)) for name, value in wanted.items()}


def is_record(step: Step) -> bool:
    """Whether a step is about a record."""
    return step.type.endswith(f":{RECORD}")


def list_record_questions(preview: Preview) -> Iterator[RecordQuestion]:
    """Every record of which the engine plans something that may write."""
    declared = _declared_rows(preview)
    for step in preview.steps:
        state = step.old if step.op in DELETES else step.new
        if not is_record(step) or state is None or step.op == "replace":
            continue
        inputs = state.inputs
        reference, row = str(inputs["url"]), row_of(inputs)
        if step.op not in DELETES:
            wanted = dict(_fingerprints(inputs, step.name))
            yield RecordQuestion(step, reference, row, wanted, insert=bool(inputs.get("insert")))
        elif not _is_kept(state) and not is_spared(reference, row, declared):
            # what was observed, now or by a run before, may be somebody else's
            written: dict[str, str] = dict(state.outputs.get("written") or {})
            observed = dict(_fingerprints(inputs, step.name))
            unchanged = frozenset(each for each in written if written[each] == observed.get(each))
            yield RecordQuestion(step, reference, row, None, written, unchanged=unchanged)


def _is_kept(state: State) -> bool:
    """Whether nothing is written when the record goes: the engine or the provider leaves it out."""
    return state.is_retained or state.inputs.get("onRemove") != "clear"


def row_of(inputs: Mapping[str, Any]) -> RowKey:
    """Which row a record's inputs name."""
    key = inputs["key"]
    return RowKey(str(inputs["table"]), str(key["column"]), str(key["value"]))


def _declared_rows(preview: Preview) -> set[tuple[str, RowKey]]:
    records = (state.inputs for urn, state in preview.declared.items() if f":{RECORD}::" in urn)
    return {(str(each["url"]), row_of(each)) for each in records}


def _fingerprints(props: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    values: Mapping[str, Any] = props.get("values") or {}
    for column, each in values.items():
        value = str(each.get("fingerprint") or "")
        unknown = placeholder(name, column, is_preview=False)
        yield column, unknown if value == UNKNOWN else value


def list_wanted_columns(questions: Iterable[RecordQuestion]) -> dict[Place, str]:
    """Fingerprint or placeholder of every column that the questions declare."""
    return {
        (each.step.name, column, False): value
        for each in questions
        for column, value in (each.wanted or {}).items()
    }


def title_of(step: Step) -> str:
    """The record in words: `record projects.slug=acme/shop`."""
    state: State | None = step.new or step.old
    return f"record {row_of(state.inputs).label}" if state else f"record {step.name}"


def untouched_record(step: Step, preview: Preview) -> Change:
    """Put the removal of a record of which nothing is written into words."""
    change = _change(step, Action.KEEP)
    if step.old is None or _is_kept(step.old):
        return replace(change, reason="its row stays as it is; Pulumi forgets it")
    inputs = step.old.inputs
    if is_declared(str(inputs["url"]), row_of(inputs), _declared_rows(preview)):
        return replace(change, reason=_DECLARED_ELSEWHERE)
    return replace(change, reason=_MOVED)


def record_change(question: RecordQuestion, forecast: RecordForecast, names: ValueNames) -> Change:
    """
    Put the answer to one question into words.

    Args:
        question: The question.
        forecast: What would be written, in fingerprints.
        names: Words for values.
    """
    step, row = question.step, question.row.label
    if question.wanted is None and not forecast.columns:
        return _change(step, Action.KEEP, reason=_NOTHING_LEFT)
    columns = tuple(_column(each, question, forecast, names) for each in forecast.columns)
    call = _CALLS[forecast.verb].format(columns=", ".join(forecast.columns), row=row)
    return replace(
        _change(step, _action(question, forecast)),
        differences=tuple(_settings(step)),
        calls=(Call("database", call),) if columns else (),
        record=RecordChange(row, forecast.verb, columns),
    )


def skipped_record(step: Step, reason: str) -> Change:
    """A record of which nothing is done, and why."""
    return _change(step, Action.SKIP, reason=reason)


def _change(step: Step, action: Action, *, reason: str = "") -> Change:
    entry = step.name.partition("/")[0]
    return Change(action, "record", step.name, entry, title_of(step), reason=reason)


def _action(question: RecordQuestion, forecast: RecordForecast) -> Action:
    """A create that writes over what somebody else has set up is a change."""
    if question.wanted is None:
        return Action.DELETE
    is_new = question.step.op in CREATES and not any(forecast.before.values())
    return Action.CREATE if is_new else Action.CHANGE


def _column(
    column: str, question: RecordQuestion, forecast: RecordForecast, names: ValueNames
) -> ColumnWrite:
    before = forecast.before[column]
    after = (question.wanted or {}).get(column, "")
    return ColumnWrite(
        column,
        "" if forecast.verb == "insert" else _show(before, names),
        _show(after, names),
        (names.identify(before), names.identify(after)),
    )


def _show(value: str, names: ValueNames) -> str:
    return names.name(value) if value else "(null)"


def _settings(step: Step) -> Iterator[Difference]:
    """Yield what changes of the resource itself, and the columns that it no longer sets."""
    if step.new is None:
        return  # all of it goes
    for each in step.changes:
        if each.path.partition(".")[0] in _SETTINGS:
            before, after = show_property(each.before), show_property(each.after)
            yield Difference(each.path, before, after)
    old: Mapping[str, Any] = step.old.inputs if step.old else {}
    new = step.new.inputs
    for column in sorted((old.get("values") or {}).keys() - (new.get("values") or {}).keys()):
        yield Difference(column, "declared", "left as it is")
