"""
Carrying out writes: send, read back, and look again whenever an answer was not plain.

    answer to a write                      what follows
    done                                   the next write
    POST 409 (somebody was faster)         read the rows again and compute anew
    PATCH 404 (the row has gone)           likewise
    unclear (dropped, 5xx)                 likewise: it may have been applied
    DELETE 404                             done
    anything else                          raise, naming entry, app and variable

Does not: decide what to write (`compute_writes` does) or redeploy.

Source: design.md 5 and 8.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watchpost.coolify.explain import explain_fault, not_found_error, refusal_error
from watchpost.coolify.marks import Owner, render_comment
from watchpost.coolify.writes import Effect, Write, Writes, compute_removals, compute_writes
from watchpost.errors import ApiError, Conflict, NotFound, UnclearWrite, UnexpectedResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchpost.coolify.client import CoolifyClient
    from watchpost.coolify.desired import DesiredEnvironment
    from watchpost.coolify.rows import AppRef, Row
    from watchpost.coolify.session import CoolifySession

# The transport has tried an idempotent call several times already, a create only once.
_TRIES = {"create": 5, "update": 2, "delete": 2}
_ROUNDS_WITHOUT_FAULT = 3


@dataclass(frozen=True, slots=True)
class Applied:
    """
    What one app holds after its writes.

    Attributes:
        rows: As read back; as given where nothing was written.
        effect: What it takes until the running app sees what was written.
        sent: Every write that was sent.
        unreadable: Names of variables that nobody can read.
        notes: What a reader should know.
    """

    rows: tuple[Row, ...]
    effect: Effect
    sent: tuple[Write, ...]
    unreadable: tuple[str, ...]
    notes: tuple[str, ...]


def apply_environment(
    session: CoolifySession,
    desired: DesiredEnvironment,
    rows: tuple[Row, ...],
    *,
    is_restart_wanted: Callable[[], bool],
) -> Applied:
    """
    Make one app hold what is desired, and prove it by reading back.

    Args:
        session: The Coolify to write to.
        desired: What one entry declares for one app.
        rows: The app's rows as just observed.
        is_restart_wanted: Asked for services only: will an effective change be restarted?

    Raises:
        ForeignOwner, AmbiguousOwner: A row may not be touched; nothing was written.
        ApiError: A write failed; the message names entry, app and variable.
    """
    run = _Run(session, desired, is_restart_wanted)
    first = compute_writes(desired, rows)
    plan = first
    while plan.writes or plan.refusals:
        if plan.refusals:
            raise refusal_error(desired, plan.refusals, session.fingerprint_key)
        run.raise_if_stuck(plan)
        run.send(plan)
        rows = session.client.list_rows(desired.app)
        plan = compute_writes(desired, rows)
    notes = tuple(dict.fromkeys((*first.notes, *plan.notes)))
    return Applied(rows, run.effect, tuple(run.sent), plan.unreadable, notes)


def remove_owned(session: CoolifySession, app: AppRef, owner: Owner) -> Writes:
    """
    Remove every row that bears exactly *owner*'s mark, as it is found now; answers what was done.

    What this run declares for the same app stays: see `watchpost.coolify.declared`.

    Raises:
        AmbiguousOwner: The run declares an app of *owner* that was not found and may be this one.
        NotFound: The app is gone.
        ApiError: A delete failed.
    """
    declared = session.declared.names_of(app, owner.organization)
    removals = compute_removals({owner}, session.client.list_rows(app), declared)
    names = {write.row.key for write in removals.writes}
    if names & session.declared.names_not_found(app.kind, owner):
        raise not_found_error(app, owner, names)
    session.raise_if_unplanned(app, removals.writes)
    for write in removals.writes:
        try:
            _send(session.client, app, write)
        except NotFound:
            continue
        except ApiError as error:
            raise explain_fault(error, f"{owner}: {app}", write.row.key) from error
    return removals


class _Run:
    """The writes of one `apply_environment`, counted, so that it ends."""

    def __init__(
        self,
        session: CoolifySession,
        desired: DesiredEnvironment,
        is_restart_wanted: Callable[[], bool],
    ) -> None:
        self._session = session
        self._desired = desired
        self._is_restart_wanted = is_restart_wanted
        self._faults: Counter[tuple[str, str, bool]] = Counter()
        self._rounds_without_fault = 0
        self.effect = Effect.NOTHING
        self.sent: list[Write] = []

    def send(self, plan: Writes) -> None:
        """Send one round of writes, up to the first answer that calls for another look."""
        self._session.raise_if_too_old()
        self._session.raise_if_unplanned(self._desired.app, plan.writes)
        self._rounds_without_fault += 1
        for write in self._with_restart_owed(plan.writes):
            self.sent.append(write)
            self.effect = max(self.effect, write.effect)
            if self._needs_another_look(write):
                self._rounds_without_fault = 0
                return

    def _needs_another_look(self, write: Write) -> bool:
        try:
            _send(self._session.client, self._desired.app, write)
        except NotFound:
            return write.verb != "delete"
        except Conflict:
            return True
        except UnclearWrite as error:
            self._count_fault(write, error)
            return True
        except ApiError as error:
            raise self._explained(error, write) from error
        return False

    def _count_fault(self, write: Write, error: ApiError) -> None:
        tried = (write.verb, *write.row.place)
        self._faults[tried] += 1
        if self._faults[tried] >= _TRIES[write.verb]:
            raise self._explained(error, write) from error

    def _explained(self, error: ApiError, write: Write) -> ApiError:
        return explain_fault(error, f"{self._desired.owner}: {self._desired.app}", write.row.key)

    def _with_restart_owed(self, writes: tuple[Write, ...]) -> tuple[Write, ...]:
        """
        Let the first effective write of a service carry the word that a restart is owed.

        A service has no list of deployments from which a later run could tell. Where marks are not
        written, it is not said.
        """
        if not self._desired.writes_marks:
            return writes
        first = next((write for write in writes if write.effect and write.verb != "delete"), None)
        if self._desired.app.kind != "service" or first is None or not self._is_restart_wanted():
            return writes
        comment = render_comment(self._desired.owner, first.row.comment, is_restart_owed=True)
        flagged = replace(first, row=replace(first.row, comment=comment))
        return tuple(flagged if write is first else write for write in writes)

    def raise_if_stuck(self, plan: Writes) -> None:
        """Stop when Coolify goes on to hold something else than was sent to it."""
        if self._rounds_without_fault < _ROUNDS_WITHOUT_FAULT:
            return
        names = ", ".join(sorted({write.row.key for write in plan.writes}))
        raise UnexpectedResponse(
            f"{self._desired.owner}: {self._desired.app}",
            f"Coolify holds something else than was written: {names}",
            detail=f"Read back {_ROUNDS_WITHOUT_FAULT} times. Something else may be writing too.",
            fix="find out who else edits these variables, then run again",
        )


def _send(client: CoolifyClient, app: AppRef, write: Write) -> None:
    match write.verb:
        case "create":
            client.create_row(app, write.row)
        case "update":
            client.update_row(app, write.row)
        case "delete":
            client.delete_row(app, write.row.uuid)
