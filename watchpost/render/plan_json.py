"""
A plan as JSON for programs: a versioned document, whose schema is docs/plan.schema.json.

A field is only ever added within one version.

Does not: hold a value; see `watchpost.plan.model`. Source: issue 5.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from watchpost import exits

if TYPE_CHECKING:
    from watchpost.plan import Change
    from watchpost.render.plan_report import PlanReport

VERSION: Literal[1] = 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DifferencePart(_Part):
    """One property that changes."""

    path: str
    before: str
    after: str


class RowPart(_Part):
    """One row of an app that is written; values as fingerprints."""

    verb: Literal["create", "update", "delete"]
    name: str
    is_preview: bool
    before: str
    after: str
    reasons: list[str]
    is_buildtime: bool
    is_runtime: bool


class AppPart(_Part):
    """What an app gets and feels."""

    app: str
    consequence: Literal["rebuild", "restart", "nothing"] = Field(
        description="What is asked for. `nothing` too where the app does not run."
    )
    because: list[str] = Field(description="The variables that need it.")
    note: str
    rows: list[RowPart]


class ColumnPart(_Part):
    """One column of a record that is written; values as fingerprints, public texts in clear."""

    name: str
    before: str
    after: str


class RecordPart(_Part):
    """What a row of the platform's own table gets."""

    row: str = Field(description="Its table and key: `projects.slug=acme/shop`.")
    verb: Literal["update", "insert", "clear"]
    columns: list[ColumnPart]


class ChangePart(_Part):
    """One object and what is done to it."""

    action: Literal["delete", "disable", "take over", "change", "create", "keep", "skip"]
    kind: Literal["team", "project", "key", "app", "record"]
    name: str
    entry: str
    title: str
    position: str
    reason: str
    differences: list[DifferencePart]
    calls: list[str] = Field(description="Every write that an apply sends for it, in order.")
    app: AppPart | None
    record: RecordPart | None = None


class LimitPart(_Part):
    """One kind of harm, counted."""

    kind: str
    count: int
    allowed: int
    source: str
    is_exceeded: bool
    names: list[str]


class CostPart(_Part):
    """Requests to one service, statements to the database; reads are an estimate."""

    service: Literal["sentry", "coolify", "database"]
    reads: int
    writes: int
    seconds: int


class UncheckedPart(_Part):
    """One object that could not be looked at."""

    name: str
    reason: str


class PlanDocument(_Part):
    """What `watchpost plan --out FILE.json` writes."""

    version: Literal[1]
    stack: str
    hash: str
    headline: str
    consequence: Literal["rebuild", "restart", "nothing"]
    is_destructive: bool
    is_over_limit: bool
    has_changes: bool
    exit_codes: list[int]
    changes: list[ChangePart]
    limits: list[LimitPart]
    allow_line: str
    costs: list[CostPart]
    unchecked: list[UncheckedPart]
    unreadable: list[str]
    notes: list[str]
    lines: list[str] = Field(description="What the hash covers, one statement each.")


def render_plan_json(report: PlanReport) -> str:
    """The document of *report*, as text."""
    return make_document(report).model_dump_json(indent=2) + "\n"


def make_document(report: PlanReport) -> PlanDocument:
    """The document of *report*."""
    from watchpost.plan import list_lines  # noqa: PLC0415 - the schema needs none of it

    plan = report.plan
    return PlanDocument.model_validate(
        {
            "version": VERSION,
            "stack": plan.stack,
            "hash": report.hash,
            "headline": report.headline,
            "consequence": report.consequence,
            "is_destructive": report.is_destructive,
            "is_over_limit": bool(report.exceeded),
            "has_changes": plan.has_changes,
            "exit_codes": sorted(report.exit_codes(detailed=True)) or [exits.DONE],
            "changes": [_change(each) for each in plan.changes],
            "limits": [
                {
                    "kind": each.kind,
                    "count": each.count,
                    "allowed": each.allowed.count,
                    "source": each.allowed.source,
                    "is_exceeded": each.is_exceeded,
                    "names": list(each.names),
                }
                for each in report.tallies
            ],
            "allow_line": report.allow_line,
            "costs": [
                {
                    "service": cost.service,
                    "reads": cost.reads,
                    "writes": cost.writes,
                    "seconds": cost.seconds,
                }
                for cost in report.costs
            ],
            "unchecked": [{"name": e.name, "reason": e.reason} for e in plan.unchecked],
            "unreadable": list(plan.unreadable),
            "notes": list(plan.notes),
            "lines": list_lines(plan),
        }
    )


def _change(change: Change) -> dict[str, object]:
    return {
        "action": change.action.word,
        "kind": change.kind,
        "name": change.name,
        "entry": change.entry,
        "title": change.title,
        "position": change.position,
        "reason": change.reason,
        "differences": [
            {"path": each.path, "before": each.before, "after": each.after}
            for each in change.differences
        ],
        "calls": [f"{call.service}: {call.what}" for call in change.calls],
        "app": _app(change),
        "record": _record(change),
    }


def _app(change: Change) -> dict[str, object] | None:
    app = change.app
    if app is None:
        return None
    return {
        "app": app.app,
        "consequence": app.consequence,
        "because": list(app.because),
        "note": app.note,
        "rows": [
            {
                "verb": row.verb,
                "name": row.name,
                "is_preview": row.is_preview,
                "before": row.before,
                "after": row.after,
                "reasons": list(row.reasons),
                "is_buildtime": row.is_buildtime,
                "is_runtime": row.is_runtime,
            }
            for row in app.rows
        ],
    }


def _record(change: Change) -> dict[str, object] | None:
    record = change.record
    if record is None:
        return None
    return {
        "row": record.row,
        "verb": record.verb,
        "columns": [
            {"name": each.column, "before": each.before, "after": each.after}
            for each in record.columns
        ],
    }


def render_plan_schema() -> str:
    """The JSON Schema of the document, as text."""
    schema = PlanDocument.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Watchpost plan"}
    return json.dumps({**head, **schema, **head}, indent=2, ensure_ascii=False) + "\n"
