"""
Keeping one app as declared: the writes, then the one redeploy that they or an earlier run owe.

    1. the rows are made as desired (`watchpost.coolify.reconcile`)
    2. what an earlier run still owes is derived from the server, unless it is recorded as settled
       or no more than what the writes need anyway
    3. at most one redeploy is asked for, if the app runs and its entry allows it
    4. a service's word `[restart owed]` is taken away once its restart was asked for

Does not: know Pulumi. Source: design.md 5; docs/adr on owed redeploys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watchpost.coolify.deploying import Redeployed, request_redeploy
from watchpost.coolify.explain import explain_fault, hidden_note
from watchpost.coolify.marks import parse_comment, render_comment
from watchpost.coolify.ownership import is_exactly, is_of_organization
from watchpost.coolify.reconcile import Applied, apply_environment
from watchpost.coolify.redeploys import (
    Deployment,
    Settlement,
    newest_change,
    owed_effect,
    owing_rows,
    unsettled_rows,
)
from watchpost.coolify.rows import Unreadable
from watchpost.coolify.writes import Effect
from watchpost.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from watchpost.coolify.desired import DesiredEnvironment
    from watchpost.coolify.marks import Owner
    from watchpost.coolify.rows import AppRef, Row
    from watchpost.coolify.session import CoolifySession

_LEFT_TO_YOU = "a redeploy is needed and left to you: this app says `redeploy: never`"


@dataclass(frozen=True, slots=True)
class Owed:
    """
    What an app still lacks of what its rows say.

    Attributes:
        effect: The redeploy that is owed; NOTHING where none is.
        names: The variables that the running app does not have yet.
        newest: The newest deployment, where it had to be looked up.
        is_for_later: It is owed as soon as the app runs again.
    """

    effect: Effect = Effect.NOTHING
    names: frozenset[str] = frozenset()
    newest: Deployment | None = None
    is_for_later: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """A newest deployment that ended badly: it is not asked for again by itself."""
        if self.newest is None or not self.newest.has_ended_badly:
            return ()
        newest = self.newest
        note = (
            f"the newest deployment {newest.uuid} has the status {newest.status}: the variables "
            "take effect with the next one"
        )
        return (note,)


@dataclass(frozen=True, slots=True)
class Kept:
    """
    One app after all of it.

    Attributes:
        applied: What was written and read back.
        redeployed: What became of the redeploy; None where none was due.
        settled_at: The server's time up to which the app is known to run with these rows.
        notes: What a reader should know.
    """

    applied: Applied
    redeployed: Redeployed | None
    settled_at: datetime | None
    notes: tuple[str, ...]


def rows_that_may_owe(
    app: AppRef,
    owner: Owner,
    names: Collection[str],
    rows: tuple[Row, ...],
    settlement: Settlement,
) -> tuple[Row, ...]:
    """List the rows that may owe a redeploy; none of them is asked about yet."""
    if app.kind == "application":
        return unsettled_rows(rows, names, owner, settlement)
    # An unreadable row could never be cleared, and would restart its service in every run.
    return tuple(
        row
        for row in rows
        if row.is_readable
        and parse_comment(row.comment).is_restart_owed
        and (is_exactly(row, owner) or (row.key in names and is_of_organization(row, owner)))
    )


def most_owed(app: AppRef, rows: Iterable[Row]) -> Effect:
    """Say what redeploy these rows can owe at most."""
    most = Effect.REBUILD if app.kind == "application" else Effect.RESTART
    return min(owed_effect(rows), most)


def observe_owed(
    session: CoolifySession,
    app: AppRef,
    unsettled: tuple[Row, ...],
    settlement: Settlement,
    find_newest: Callable[[str], Deployment | None],
) -> Owed:
    """
    Derive from the server what redeploy an app is owed; no request where nothing is unsettled.

    A stopped app is owed nothing: its next start reads the rows as they are.

    Args:
        session: The Coolify in question.
        app: Which app.
        unsettled: From `rows_that_may_owe`.
        settlement: What the last run recorded.
        find_newest: Looks an application's newest deployment up.
    """
    newest = None
    owing = unsettled
    if unsettled and app.kind == "application":
        newest = find_newest(app.uuid)
        owing = owing_rows(unsettled, newest, settlement)
    if owing and not session.is_running(app):
        return Owed(newest=newest, is_for_later=bool(session.status_unless_stopped(app)))
    return Owed(most_owed(app, owing), frozenset(row.key for row in owing), newest)


def owed_besides(
    effect: Effect,
    session: CoolifySession,
    desired: DesiredEnvironment,
    rows: tuple[Row, ...],
    settlement: Settlement,
    find_newest: Callable[[str], Deployment | None],
) -> Owed:
    """
    Derive what an app is owed besides the redeploy of this *effect* that its writes take.

    What is written now may be deployed anyway, and with it all that could be owed: then nothing is
    looked up.

    Args:
        effect: What the writes take.
        session: The Coolify in question.
        desired: What one entry declares for one app.
        rows: The app's rows before the writes.
        settlement: What the last run recorded.
        find_newest: Looks an application's newest deployment up.
    """
    app = desired.app
    unsettled = rows_that_may_owe(app, desired.owner, desired.variables, rows, settlement)
    if effect >= most_owed(app, unsettled):
        return Owed()
    return observe_owed(session, app, unsettled, settlement, find_newest)


def keep_environment(
    session: CoolifySession,
    desired: DesiredEnvironment,
    rows: tuple[Row, ...],
    settlement: Settlement,
    *,
    may_redeploy: bool,
) -> Kept:
    """
    Make one app hold and run what is desired.

    Args:
        session: The Coolify in question.
        desired: What one entry declares for one app.
        rows: The app's rows as just observed.
        settlement: What the last run recorded; empty for a new resource.
        may_redeploy: False for an entry that says `redeploy: never`.

    Raises:
        PolicyError: A row may not be touched; nothing was written.
        ApiError: A call failed for good; the message names entry and app.
    """
    app = desired.app
    path = f"{desired.owner}: {app}"
    try:
        applied = apply_environment(
            session,
            desired,
            rows,
            is_restart_wanted=lambda: may_redeploy and _has_containers(session, app),
        )
        owed = Owed()
        if may_redeploy:
            find_newest = session.newest_deployments.take
            owed = owed_besides(applied.effect, session, desired, rows, settlement, find_newest)
        redeploy = _Redeploy(session, desired, applied, owed, settlement, may_redeploy=may_redeploy)
        return redeploy.finish()
    except ApiError as error:
        raise explain_fault(error, path) from error


class _Redeploy:
    """What follows the writes; lives as long as one call of `keep_environment`."""

    def __init__(  # each says one thing about one app
        self,
        session: CoolifySession,
        desired: DesiredEnvironment,
        applied: Applied,
        owed: Owed,
        settlement: Settlement,
        *,
        may_redeploy: bool,
    ) -> None:
        self._session = session
        self._desired = desired
        self._applied = applied
        self._owed = owed
        self._settlement = settlement
        self._may_redeploy = may_redeploy
        self._effect = max(applied.effect, owed.effect)
        self._changed_at = newest_change(applied.rows, desired.variables)

    def finish(self) -> Kept:
        """Ask for what is due and say up to when the app is settled."""
        hidden = hidden_note(self._applied.rows)
        notes = [*self._applied.notes, *([hidden] if hidden else [])]
        redeployed: Redeployed | None = None
        if not self._may_redeploy:
            notes += [_LEFT_TO_YOU] if self._effect else []
        elif not self._effect:
            notes += self._owed.notes
        elif not self._session.is_running(self._desired.app):
            notes.append(self._not_running_note())
        else:
            redeployed = self._ask()
            notes += [redeployed.note] if redeployed.note else []
        settled_at = self._settled_at(redeployed)
        return Kept(self._applied, redeployed, settled_at, tuple(notes))

    def _not_running_note(self) -> str:
        status = self._session.status_unless_stopped(self._desired.app)
        if not status:
            return "the app does not run: the variables take effect with its next start"
        return f"the app does not run, its status is {status}: a redeploy follows once it runs"

    def _ask(self) -> Redeployed:
        desired = self._desired
        path = f"{desired.owner}: {desired.app}"
        self._session.raise_if_unplanned_redeploy(desired.app, self._effect)
        asked = request_redeploy(
            self._session,
            desired.app,
            self._effect,
            self._changed_at,
            recorded_uuid=self._settlement.deployment_uuid,
            path=path,
        )
        if desired.app.kind == "service" and not asked.is_owed:
            self._clear_restart_owed()
        return asked

    def _clear_restart_owed(self) -> None:
        """
        Take the word away; a service's update wipes the value unless it is sent along.

        Of rows that the token cannot read only those just written are touched: their value is the
        declared one. A row that a human has locked is never written.
        """
        desired = self._desired
        written = {write.row.key for write in self._applied.sent if write.verb != "delete"}
        for row in self._applied.rows:
            if not (is_exactly(row, desired.owner) and parse_comment(row.comment).is_restart_owed):
                continue
            value = row.value
            if value is Unreadable.HIDDEN and row.key in written:
                value = desired.variables[row.key].value_at(is_preview=False)
            if not isinstance(value, Unreadable):
                comment = render_comment(desired.owner, row.comment)
                cleared = replace(row, value=value, comment=comment)
                self._session.client.update_row(desired.app, cleared)

    def _is_for_later(self, redeployed: Redeployed | None) -> bool:
        """Tell whether a redeploy is due that the app's present status forbids."""
        if redeployed is not None or not self._effect:
            return False
        return bool(self._session.status_unless_stopped(self._desired.app))

    def _settled_at(self, redeployed: Redeployed | None) -> datetime | None:
        """Up to when the app runs with these rows; None where that was left to somebody."""
        settlement = self._settlement
        if not self._may_redeploy and (self._effect or settlement.is_left_undone):
            return None
        if self._owed.is_for_later or self._is_for_later(redeployed):
            return None
        if redeployed is not None and redeployed.is_owed:
            return settlement.settled_at
        deployment = redeployed.deployment if redeployed else self._owed.newest
        times = [
            settlement.settled_at,
            self._changed_at,
            deployment.created_at if deployment else None,
        ]
        return max((time for time in times if time is not None), default=None)


def _has_containers(session: CoolifySession, app: AppRef) -> bool:
    return bool(session.status_unless_stopped(app))
