"""
Is a redeploy owed? Answered from what the server says, so that a killed run forgets nothing.

A write changes a row's `updated_at`. An application is settled once a deployment was created after
its rows were last changed. A row newer than that may still owe nothing: somebody may have touched
its comment, or changed its value and changed it back. What the last run recorded settles that:

    row changed                newest deployment created     row as recorded   owed?
    before the settled time    any                           any               no
    after it                   after the row                 any               no
    after it                   never                         any               no
    after it                   before the settled time       yes               no
    after it                   after the settled time        yes               yes
    after it                   before the row                no                yes

Coolify's clock shows whole seconds. In one second with the row, a deployment asked for by API
counts as created after it (ours always are), unless it is the one that the last run recorded; any
other counts as created before.

A deployment that failed or was cancelled settles too: building it again in every run would help
nobody. It is named in a note.

Does not: ask the server, or ask for a deployment.

Source: reference/coolify-api.md 4; docs/adr on owed redeploys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.coolify.ownership import is_of_organization
from watchpost.coolify.rows import Row, read_time
from watchpost.coolify.writes import Effect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from watchpost.coolify.marks import Owner

ENDED_BADLY = frozenset({"failed", "cancelled-by-user"})


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of an application; not those of pull requests."""

    uuid: str
    status: str
    created_at: datetime
    is_api: bool = False

    @property
    def is_waiting(self) -> bool:
        """True before anything of it was done: it will read the rows as they are now."""
        return self.status == "queued"

    @property
    def is_running(self) -> bool:
        """True while it is under way: it may have read the rows before they changed."""
        return self.status == "in_progress"

    @property
    def has_ended_badly(self) -> bool:
        """True if it failed or was cancelled."""
        return self.status in ENDED_BADLY


def deployment_from_answer(answer: Mapping[str, Any]) -> Deployment | None:
    """Build a deployment from Coolify's object; None for a pull request's, or one without an id."""
    created, uuid = read_time(answer.get("created_at")), answer.get("deployment_uuid")
    if answer.get("pull_request_id") or created is None or not uuid:
        return None
    return Deployment(
        uuid=str(uuid),
        status=str(answer.get("status", "")),
        created_at=created,
        is_api=bool(answer.get("is_api")),
    )


@dataclass(frozen=True, slots=True)
class Settlement:
    """
    What the last run recorded about one app.

    Attributes:
        settled_at: The server's time up to which the app is known to run with what was recorded.
        unchanged: Names whose production rows hold what the app was settled with.
        deployment_uuid: The deployment that was recorded.
        is_left_undone: The entry said `redeploy: never` when a redeploy was due, and since then
            nothing was settled.
    """

    settled_at: datetime | None = None
    unchanged: Collection[str] = ()
    deployment_uuid: str = ""
    is_left_undone: bool = False


def unsettled_rows(
    rows: Iterable[Row], names: Collection[str], owner: Owner, settlement: Settlement
) -> tuple[Row, ...]:
    """
    List the rows that may owe a redeploy, so that the newest deployment must be looked up.

    Only declared production rows with a mark of our organization count. A row on its way from
    another entry counts too: that entry's run may have been killed before its redeploy.
    """
    return tuple(
        row
        for row in rows
        if not row.is_preview
        and row.key in names
        and is_of_organization(row, owner)
        and (row.is_buildtime or row.is_runtime)
        and not _is_settled(row, settlement)
    )


def _is_settled(row: Row, settlement: Settlement) -> bool:
    """Within the second of the settlement only a row that is as recorded is settled by it."""
    if row.updated_at is None:
        return True
    if settlement.settled_at is None:
        return False
    if row.updated_at == settlement.settled_at:
        return row.key in settlement.unchanged
    return row.updated_at < settlement.settled_at


def owing_rows(
    unsettled: Iterable[Row], newest: Deployment | None, settlement: Settlement
) -> tuple[Row, ...]:
    """
    List the rows that the running app does not have yet, by the table above.

    Args:
        unsettled: From `unsettled_rows`.
        newest: The application's newest deployment; None if it never had one.
        settlement: What the last run recorded.
    """
    if newest is None:
        return ()
    return tuple(row for row in unsettled if _owes(row, newest, settlement))


def owed_effect(owing: Iterable[Row]) -> Effect:
    """Say what redeploy brings these rows into the running app."""
    return max(
        (Effect.REBUILD if row.is_buildtime else Effect.RESTART for row in owing),
        default=Effect.NOTHING,
    )


def _owes(row: Row, newest: Deployment, settlement: Settlement) -> bool:
    if row.updated_at is None or is_covered(row.updated_at, newest, settlement.deployment_uuid):
        return False
    settled_at = settlement.settled_at
    if settled_at is None or row.key not in settlement.unchanged:
        return True
    return newest.created_at > settled_at


def is_covered(changed_at: datetime, deployment: Deployment, recorded_uuid: str) -> bool:
    """
    Tell whether *deployment* reads rows that were changed at *changed_at*.

    Args:
        changed_at: When rows were last changed, by the server's clock.
        deployment: The newest deployment.
        recorded_uuid: The deployment that the last run recorded: it came before this change.
    """
    if deployment.created_at == changed_at:
        return deployment.is_api and deployment.uuid != recorded_uuid
    return deployment.created_at > changed_at


def newest_change(rows: Iterable[Row], names: Collection[str]) -> datetime | None:
    """When one of the declared production rows was last changed, by the server's clock."""
    times = [row.updated_at for row in rows if not row.is_preview and row.key in names]
    return max((time for time in times if time is not None), default=None)
