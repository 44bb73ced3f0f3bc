"""
The properties of a resource that drift speaks of, as flat texts.

    team, project, key    declared inputs by their words: name, slug, teams, rate_limit ...
    key                   besides, `active`
    app                   per variable `NAME` (its fingerprint), `NAME.flags`, `NAME.mark`,
                          `NAME.rows`, `NAME.preview` ...; `redeploy`, `extra.NAME`
    record                per column `COLUMN` (its fingerprint); `url`, `table`, `key`, `insert`,
                          `on_remove`

Does not: hold a value; the state names values by fingerprint. Source: components/
coolify_properties.py, components/record_properties.py and providers/sentry, whose properties these
are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.engine import type_of
from watchpost.plan.record_changes import RECORD, row_of
from watchpost.plan.sentry_changes import KINDS
from watchpost.plan.words import show_property

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from watchpost.engine import State

_WORDS = {
    "name": "name",
    "slug": "slug",
    "platform": "platform",
    "team": "teams",
    "teams": "teams",
    "digestsMinDelay": "digests_min_delay_seconds",
    "digestsMaxDelay": "digests_max_delay_seconds",
    "resolveAge": "resolve_age_hours",
}


def properties_of(urn: str, state: State, *, with_outputs: bool) -> dict[str, str]:
    """
    Flatten one resource.

    Args:
        urn: Tells its kind.
        state: As recorded, observed or desired.
        with_outputs: Whether to tell what no program declares: `active`, an owed redeploy.
    """
    match KINDS.get(type_of(urn)):
        case "key":
            return dict(_key(state, with_outputs=with_outputs))
        case "team" | "project":
            return {
                word: show_property(state.inputs[name])
                for name, word in _WORDS.items()
                if state.inputs.get(name) is not None
            }
        case None if type_of(urn).endswith(f":{RECORD}"):
            return dict(_record(state))
        case _:
            return dict(_app(state, with_outputs=with_outputs))


def _key(state: State, *, with_outputs: bool) -> Iterator[tuple[str, str]]:
    inputs = state.inputs
    yield "label", show_property(inputs.get("name"))
    count, window = inputs.get("rateLimitCount"), inputs.get("rateLimitWindow")
    if count and window:
        yield "rate_limit", f"{show_property(count)} per {show_property(window)} s"
    if with_outputs and "isActive" in state.outputs:
        yield "active", "yes" if state.outputs["isActive"] else "no"


def _app(state: State, *, with_outputs: bool) -> Iterator[tuple[str, str]]:
    inputs = state.inputs
    for name, variable in (inputs.get("variables") or {}).items():
        yield from _row(name, variable)
        if "preview" in variable:
            yield from _row(f"{name}.preview", variable["preview"])
    for name in ("redeploy", "takeOver", "owner", "uuid", "unmarked"):
        if inputs.get(name) is not None:
            yield {"takeOver": "take_over"}.get(name, name), show_property(inputs[name])
    if with_outputs:
        yield from ((f"extra.{name}", "there") for name in inputs.get("extra") or ())
        owed = inputs.get("owedRedeploy")
        yield "running", "without its variables" if owed else "with its variables"


def _record(state: State) -> Iterator[tuple[str, str]]:
    """A column is told by its name; the settings of a record are none of them."""
    inputs = state.inputs
    for column, each in (inputs.get("values") or {}).items():
        value = str(each.get("fingerprint") or "")
        yield column, f"#{value}" if value else "(null)"
    yield "(row)", row_of(inputs).label
    for name, word in (("url", "(url)"), ("insert", "(insert)"), ("onRemove", "(on_remove)")):
        yield word, show_property(inputs.get(name))


def _row(name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    value = str(row.get("fingerprint", ""))
    yield name, f"#{value}" if value else "(empty)"
    if "isBuildtime" in row:
        flags = [word for word, is_set in _flags(row) if is_set]
        yield f"{name}.flags", " and ".join(flags) or "none"
    yield f"{name}.rows", show_property(row.get("rows", 1))
    if "mark" in row:
        yield f"{name}.mark", str(row["mark"]) or "(none)"


def _flags(row: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    return ("build", bool(row.get("isBuildtime"))), ("run", bool(row.get("isRuntime")))
