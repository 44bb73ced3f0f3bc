"""
What keeping one app would do: the writes, the redeploy and why, without doing any of it.

The same rules as `watchpost.coolify.keeping`, fed with fingerprints in place of values: a plan
knows what is declared only by its fingerprint, and equal fingerprints mean equal values.

Does not: write, nor know a declared value. Source: design.md 6; docs/adr on owed redeploys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watchpost.coolify.keeping import Owed, owed_besides
from watchpost.coolify.marks import parse_comment
from watchpost.coolify.ownership import is_exactly
from watchpost.coolify.rows import Row, Unreadable
from watchpost.coolify.values import fingerprint
from watchpost.coolify.writes import Effect, Writes, compute_writes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.coolify.desired import DesiredEnvironment
    from watchpost.coolify.redeploys import Settlement
    from watchpost.coolify.session import CoolifySession


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    What an update of one app would do.

    Attributes:
        writes: The rows to write, in fingerprints; with refusals nothing is written.
        redeploy: What is asked for; NOTHING where nothing is due, allowed or running.
        effect: What it takes until the running app has it all.
        because: The variables that need it, and those that an earlier run still owes.
        cleared: Names of a service's rows whose word `[restart owed]` is taken away afterwards.
        note: Why nothing is asked for although something is due, or more than that; empty
            otherwise.
    """

    writes: Writes
    redeploy: Effect = Effect.NOTHING
    effect: Effect = Effect.NOTHING
    because: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    note: str = ""


def in_fingerprints(rows: Iterable[Row], key: bytes) -> tuple[Row, ...]:
    """*rows* with the fingerprint of each readable value in its place."""
    return tuple(
        row
        if isinstance(row.value, Unreadable)
        else replace(row, value=fingerprint(key, row.value) or None)
        for row in rows
    )


def forecast_environment(
    session: CoolifySession,
    desired: DesiredEnvironment,
    rows: tuple[Row, ...],
    settlement: Settlement,
    *,
    may_redeploy: bool,
) -> Forecast:
    """
    Say what `keep_environment` would do now.

    Args:
        session: The Coolify in question; reads only.
        desired: What one entry declares for one app, values as fingerprints.
        rows: The app's rows as observed, values as fingerprints.
        settlement: What the last run recorded.
        may_redeploy: False for an entry that says `redeploy: never`.

    Raises:
        ApiError: A deployment or the list of apps could not be read.
    """
    writes = compute_writes(desired, rows)
    if writes.refusals:
        return Forecast(writes)
    owed = Owed()
    if may_redeploy:
        find_newest = session.newest_deployments.observe
        owed = owed_besides(writes.effect, session, desired, rows, settlement, find_newest)
    effect = max(writes.effect, owed.effect)
    because = _because(writes, owed, effect)
    if not effect:
        return Forecast(writes)
    if not may_redeploy:
        return Forecast(writes, effect=effect, because=because, note="left to you: redeploy: never")
    if not session.is_running(desired.app):
        note = "the app does not run; its next start has it"
        return Forecast(writes, effect=effect, because=because, note=note)
    redeploy, note = effect, ""
    if effect == Effect.RESTART and _is_under_way(session, desired):
        redeploy, note = Effect.REBUILD, "a build is under way: only another one surely follows it"
    cleared = _cleared(desired, rows, writes)
    return Forecast(writes, redeploy, effect, because, cleared, note)


def _because(writes: Writes, owed: Owed, effect: Effect) -> tuple[str, ...]:
    """Name the variables that alone would take this much."""
    written = {write.row.key for write in writes.writes if write.effect == effect}
    return tuple(sorted(written | (owed.names if owed.effect == effect else frozenset())))


def _is_under_way(session: CoolifySession, desired: DesiredEnvironment) -> bool:
    """
    Tell whether Coolify will skip a restart in favour of a build that may have read the old rows.

    Then the deployment that is asked for instead is a build; see `watchpost.coolify.deploying`.
    """
    if desired.app.kind == "service":
        return False
    recent = session.client.list_recent_deployments(desired.app.uuid)
    return any(each.is_running for each in recent) and not any(each.is_waiting for each in recent)


def _cleared(desired: DesiredEnvironment, rows: Iterable[Row], writes: Writes) -> tuple[str, ...]:
    """Name the rows that will bear our mark with the word `[restart owed]`, once all is written."""
    if desired.app.kind != "service":
        return ()
    first = next((one for one in writes.writes if one.effect and one.verb != "delete"), None)
    flagged = first.row if first is not None and desired.writes_marks else None
    written = {write.row.key for write in writes.writes if write.verb != "delete"}
    return tuple(
        sorted(
            row.key
            for row in _rows_after(rows, writes)
            if is_exactly(row, desired.owner)
            and (row is flagged or parse_comment(row.comment).is_restart_owed)
            and (row.is_readable or (row.value is Unreadable.HIDDEN and row.key in written))
        )
    )


def _rows_after(rows: Iterable[Row], writes: Writes) -> Iterator[Row]:
    """List the rows that a service holds after *writes*; nothing is copied for previews there."""
    touched = {write.row.uuid for write in writes.writes}
    yield from (row for row in rows if row.uuid not in touched)
    yield from (write.row for write in writes.writes if write.verb != "delete")
