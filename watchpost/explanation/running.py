"""
Whether the running app has what its row says.

    the app                                              the running app has the row's value
    a service whose mark says `[restart owed]`           no
    any other service                                    unknown: Coolify lists no deployments of it
    an application that was never deployed               no: its first deployment reads the row
    newest finished deployment newer than the row        yes
    newest finished deployment older than the row        no

Does not: know what a deployment in progress has read already; it counts once it is finished.

Source: watchpost.coolify.redeploys (seconds in which both happened); reference/coolify-api.md 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from watchpost.coolify import parse_comment
from watchpost.coolify.redeploys import is_covered
from watchpost.errors import ApiError

if TYPE_CHECKING:
    from watchpost.coolify import AppRef, CoolifyClient, Deployment
    from watchpost.wiring import ObservedApp, RowLink

_FINISHED = "finished"
_MOST_LOOKED_AT = 100


@dataclass(frozen=True)
class Running:
    """
    The deployments of one application.

    Attributes:
        finished: The newest that finished; None if none did.
        under_way: A newer one that waits or runs.
        trouble: Why they could not be listed.
    """

    finished: Deployment | None = None
    under_way: Deployment | None = None
    trouble: str = ""


def observe_running(client: CoolifyClient, app: AppRef | None) -> Running:
    """Look up the newest finished deployment; nothing is asked for a service."""
    if app is None or app.kind == "service":
        return Running()
    under_way = None
    try:
        for deployment in islice(client.list_deployments(app.uuid), _MOST_LOOKED_AT):
            if deployment.status == _FINISHED:
                return Running(deployment, under_way)
            if deployment.is_waiting or deployment.is_running:
                under_way = under_way or deployment
    except ApiError as error:
        return Running(trouble=f"{error.path}: {error.summary}")
    return Running(None, under_way)


def describe_running(app: ObservedApp, row: RowLink, running: Running) -> str:
    """Whether the running app has what the production *row* says, in words."""
    if app.ref is None or row.row is None:
        return ""
    if app.ref.kind == "service":
        is_owed = parse_comment(row.row.comment).is_restart_owed
        no_list = "unknown: Coolify lists no deployments of a service"
        return "no: a restart is owed" if is_owed else no_list
    if running.trouble:
        return f"could not look: {running.trouble}"
    coming = running.under_way
    ahead = f"; deployment {coming.uuid} is {_words(coming.status)}" if coming else ""
    if running.finished is None:
        return f"no: the app was never deployed{ahead}"
    return f"{_compare(row, running.finished)}{ahead}"


def _compare(row: RowLink, finished: Deployment) -> str:
    when = f"{finished.created_at:%Y-%m-%d %H:%M:%S} UTC"
    if row.updated_at is None:
        return "unknown: Coolify does not say when the row was last changed"
    if is_covered(row.updated_at, finished, ""):
        return f"yes: deployment {finished.uuid} of {when} is newer than the row"
    return f"no: the newest finished deployment, {finished.uuid} of {when}, is older than the row"


def _words(status: str) -> str:
    return status.replace("_", " ")
