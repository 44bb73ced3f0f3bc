"""
An explanation as people read it, and as programs do.

Does not: decide anything. Source: docs/explain.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.render.plain import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.explanation.model import (
        AppExplanation,
        EntryExplanation,
        VariableExplanation,
    )
    from watchpost.explanation.records import RecordExplanation
    from watchpost.wiring import KeyLink, Origin, RowLink

WORDS = {
    "wired": "wired",
    "unused": "unused",
    "unchecked": "could not check",
    "unreadable": "unreadable",
    "drifted": "drifted",
    "missing": "missing",
}
_LABEL_WIDTH = 16


def render_explanation(explanation: EntryExplanation) -> str:
    """Render one entry as text, with a final newline."""
    return "\n".join(map(on_one_line, _list_lines(explanation))) + "\n"


def _list_lines(explanation: EntryExplanation) -> Iterator[str]:
    entry = explanation.entry
    yield f"{entry.id}: {entry.name} ({entry.position})"
    yield ""
    yield _line(1, "in Sentry", explanation.project)
    for fact in explanation.facts:
        yield _line(1, fact.name, fact.value)
        yield from _reasons(1, fact.origins)
        yield from (
            _line(1, "", _describe_key(key))
            for key in explanation.keys
            if fact.name == f"key {key.name}"
        )
    if explanation.record is not None:
        record = explanation.record
        yield _line(1, "record", f"{record.row}: {', '.join(record.columns)}; {record.state}")
    for app in explanation.apps:
        yield from _list_app(app)
    for trouble in explanation.troubles:
        yield ""
        yield f"could not look: {trouble}"


def _describe_key(key: KeyLink) -> str:
    parts = (WORDS[key.state], key.key_id and f"id {key.key_id}", key.reason)
    return ", ".join(part for part in parts if part)


def _list_app(app: AppExplanation) -> Iterator[str]:
    selector, observed = app.declared.selector, app.observed
    yield ""
    yield f"{selector.kind} {selector.label} ({app.declared.position})"
    if observed.trouble:
        yield _line(1, "in Coolify", f"could not look: {observed.trouble}")
    else:
        there = f"there, {observed.status or 'status unknown'}"
        yield _line(1, "in Coolify", f"missing: {observed.missing}" if observed.missing else there)
    for name in app.links.left_over:
        yield _line(1, "left over", f"{name}: bears our mark, and nobody declares it any more")
    for note in app.links.notes:
        yield _line(1, "note", note)
    for variable in app.variables:
        yield from _list_variable(variable)


def _list_variable(variable: VariableExplanation) -> Iterator[str]:
    declared, link = variable.declared, variable.link
    yield ""
    yield f"  {declared.name}: {WORDS[link.state]}"
    for row, origins in zip(link.rows, (declared.origins, declared.preview_origins), strict=False):
        yield _line(2, "preview" if row.is_preview else "value", _wanted(variable, row))
        yield from _reasons(2, origins)
    yield _line(2, "seen by", _describe_flags(variable))
    yield from _reasons(2, declared.flag_origins)
    for row in link.rows:
        yield _line(2, "preview row" if row.is_preview else "row", _describe_row(row))
    if variable.running:
        yield _line(2, "running app", variable.running)
    for number, change in enumerate(variable.changes):
        yield _line(2, "" if number else "to change it", change)


def _line(depth: int, label: str, text: str) -> str:
    return f"{'  ' * depth}{label.ljust(_LABEL_WIDTH - 2 * depth)}  {text}"


def _reasons(depth: int, origins: Iterable[Origin]) -> Iterator[str]:
    return (
        _line(depth, "", f"from {origin}" if origin.position else str(origin)) for origin in origins
    )


def _wanted(variable: VariableExplanation, row: RowLink) -> str:
    plain = variable.plain(is_preview=row.is_preview)
    if not row.fingerprint:
        return "not known"
    if row.fingerprint == "(empty)":
        return row.fingerprint
    shown = f'"{plain}"' if plain is not None else row.wanted
    return shown if shown == row.fingerprint else f"{shown} {row.fingerprint}"


def _describe_flags(variable: VariableExplanation) -> str:
    declared = variable.declared.variable
    flags = {"the build": declared.is_buildtime, "the running app": declared.is_runtime}
    return " and ".join(name for name, is_set in flags.items() if is_set)


def _describe_row(row: RowLink) -> str:
    parts = [WORDS[row.state], *row.reasons]
    if row.row is not None:
        parts.append("the same value" if row.is_same else f"holds {row.observed}")
        parts.append(f"marked {row.mark}" if row.mark else "without a mark")
        if row.updated_at is not None:
            parts.append(f"changed {row.updated_at:%Y-%m-%d %H:%M:%S} UTC")
    return ", ".join(parts)


def explanation_document(explanation: EntryExplanation) -> dict[str, Any]:
    """One entry as JSON shows it."""
    entry = explanation.entry
    return {
        "entry": entry.id,
        "name": entry.name,
        "position": entry.position,
        "sentry": explanation.project,
        "facts": [
            {"name": fact.name, "value": fact.value, "origins": _origins(fact.origins)}
            for fact in explanation.facts
        ],
        "keys": [
            {
                "name": key.name,
                "label": key.label,
                "state": key.state,
                "key_id": key.key_id,
                "reason": key.reason,
            }
            for key in explanation.keys
        ],
        "apps": [_app_document(app) for app in explanation.apps],
        "record": _record_document(explanation.record),
        "could_not_look": list(explanation.troubles),
    }


def _record_document(record: RecordExplanation | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {"row": record.row, "columns": list(record.columns), "state": record.state}


def _origins(origins: Iterable[Origin]) -> list[dict[str, str]]:
    return [{"kind": each.kind, "what": each.what, "position": each.position} for each in origins]


def _app_document(app: AppExplanation) -> dict[str, Any]:
    selector, observed = app.declared.selector, app.observed
    return {
        "kind": selector.kind,
        "app": selector.label,
        "uuid": observed.ref.uuid if observed.ref else None,
        "position": app.declared.position,
        "status": observed.status,
        "missing": observed.missing,
        "could_not_look": observed.trouble or app.running.trouble,
        "left_over": list(app.links.left_over),
        "notes": list(app.links.notes),
        "variables": [_variable_document(each) for each in app.variables],
    }


def _variable_document(variable: VariableExplanation) -> dict[str, Any]:
    declared, link = variable.declared, variable.link
    origins = (declared.origins, declared.preview_origins)
    return {
        "name": declared.name,
        "state": link.state,
        "build": declared.variable.is_buildtime,
        "run": declared.variable.is_runtime,
        "flag_origins": _origins(declared.flag_origins),
        "rows": [
            {**_row_document(variable, row), "origins": _origins(each)}
            for row, each in zip(link.rows, origins, strict=False)
        ],
        "running": variable.running,
        "to_change": list(variable.changes),
    }


def _row_document(variable: VariableExplanation, row: RowLink) -> dict[str, Any]:
    return {
        "preview": row.is_preview,
        "state": row.state,
        "plain": variable.plain(is_preview=row.is_preview),
        "declared": row.wanted,
        "fingerprint": row.fingerprint,
        "observed": row.observed,
        "is_there": row.row is not None,
        "is_same": row.is_same,
        "mark": row.mark,
        "updated_at": row.updated_at.isoformat() if row.updated_at else None,
        "reasons": list(row.reasons),
    }
