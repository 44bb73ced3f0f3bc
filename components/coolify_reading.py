"""
Reading one `CoolifyEnvironment` back: what is observed, reported as properties.

    Coolify answers                          result
    rows                                     as observed; state `checked`
    404 of an app that its list lacks too    gone
    anything else, after all retries         as recorded; state `unchecked`, with the reason

The engine ends the whole run when one read raises. So a read that fails answers what was recorded,
and `diff` asks for an update, which tries again and fails alone.

What the running app may lack is looked up among its deployments only where the rows leave it open:

    rows newer than the settled time    looked up    reported
    none                                no           nothing
    all differ from what is recorded    no           `undeployed` names them
    one is as recorded                  yes          what is owed of it: `owedRedeploy`; of the
                                                     others: `undeployed`

A row that differs is somebody's edit, which shows as such and is deployed once it is mended; or it
is the work of a run that was killed, which `diff` finds to be as declared. Then `undeployed` asks
for an update, which looks the deployments up.

Does not: write. Source: design.md 7; reference/pulumi-engine.md 1.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi.dynamic import ReadResult

from components.coolify_properties import (
    desired_from,
    inputs_of,
    names_as_recorded,
    observed_variables,
    settlement_of,
)
from watchpost.coolify import (
    AppRef,
    Owed,
    compute_writes,
    hidden_note,
    newest_change,
    observe_owed,
    rows_that_may_owe,
)
from watchpost.errors import ApiError, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from components.coolify_properties import Properties
    from watchpost.coolify import CoolifySession, DesiredEnvironment, Row, Settlement


def read_environment(session: CoolifySession, id_: str, props: Properties) -> ReadResult:
    """
    Report one app.

    Args:
        session: The Coolify in question.
        id_: Pulumi's id of the resource, `kind/uuid`.
        props: The recorded outputs.
    """
    app = AppRef(props["kind"], props["uuid"])
    try:
        rows = session.rows.observe(app)
        outs = _observed(session, props, rows)
    except NotFound as error:
        return _gone_or_unchecked(session, id_, props, error)
    except ApiError as error:
        return _unchecked(id_, props, error)
    return ReadResult(id_, outs, inputs_of(outs))


def _gone_or_unchecked(
    session: CoolifySession, id_: str, props: Properties, error: NotFound
) -> ReadResult:
    try:
        is_gone = session.is_gone(error, AppRef(props["kind"], props["uuid"]))
    except ApiError as doubt:
        return _unchecked(id_, props, doubt)
    return ReadResult("", {}) if is_gone else _unchecked(id_, props, error)


def _unchecked(id_: str, props: Properties, error: ApiError) -> ReadResult:
    outs = {**props, "state": "unchecked", "reason": str(error)}
    return ReadResult(id_, outs, inputs_of(outs))


def _observed(session: CoolifySession, props: Properties, rows: tuple[Row, ...]) -> Properties:
    desired = desired_from(props)
    plan = compute_writes(desired, rows)
    settlement = settlement_of(props, rows)
    as_recorded = names_as_recorded(props, rows)
    owed = _owed(session, desired, props, rows, settlement)
    hidden = hidden_note(rows)
    observed = {
        **props,
        "variables": observed_variables(
            props.get("variables") or {}, rows, session.fingerprint_key
        ),
        "extra": sorted({write.row.key for write in plan.deletes if "undeclared" in write.reasons}),
        "owedRedeploy": bool(owed.names & as_recorded),
        "undeployed": sorted(owed.names - as_recorded),
        "state": "checked",
        "reason": "",
        "unreadable": list(plan.unreadable),
        "notes": [*plan.notes, *([hidden] if hidden else []), *owed.notes],
    }
    if _is_settled(props, owed) and not plan.writes:
        settled_at = _settled_at(desired.variables, rows, settlement, owed)
        observed["settledAt"] = settled_at.isoformat() if settled_at else ""
    return observed


def _owed(
    session: CoolifySession,
    desired: DesiredEnvironment,
    props: Properties,
    rows: tuple[Row, ...],
    settlement: Settlement,
) -> Owed:
    """Derive an owed redeploy, by the table above; an entry that never redeploys owes none."""
    if props.get("redeploy") == "never":
        return Owed()
    app, names = desired.app, desired.variables
    unsettled = rows_that_may_owe(app, desired.owner, names, rows, settlement)
    drifted = {row.key for row in unsettled} - names_as_recorded(props, rows)
    if app.kind == "application" and all(row.key in drifted for row in unsettled):
        return Owed(names=frozenset(drifted))
    return observe_owed(session, app, unsettled, settlement, session.newest_deployments.observe)


def _is_settled(props: Properties, owed: Owed) -> bool:
    is_left_undone = props.get("redeploy") == "never"
    return not (is_left_undone or owed.names or owed.is_for_later)


def _settled_at(
    names: Collection[str], rows: tuple[Row, ...], settlement: Settlement, owed: Owed
) -> datetime | None:
    """Move the settled time forward: all is as recorded, and nothing is owed."""
    newest = owed.newest.created_at if owed.newest else None
    times = [settlement.settled_at, newest_change(rows, names), newest]
    return max((time for time in times if time is not None), default=None)
