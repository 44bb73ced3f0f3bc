"""
Whether an app's running environment still has a retired key's DSN, although its rows may not.

    the app                                                    it has the old DSN
    is gone, or stopped                                        no
    a row still holds it                                       yes
    a declared row is not written yet                          unknown
    a service whose mark says `[restart owed]`                 yes
    any other service                                          no: it was restarted after the write
    newest finished deployment newer than its rows             no
    ... but an older one is still under way                    yes: it may end last
    newest finished deployment older than its rows             yes
    deployments cannot be listed, or none finished             unknown
    preview deployments                                        unknown: Coolify does not tell which
                                                               of them still run

Does not: ask anybody. Source: watchpost.coolify.redeploys (seconds in which both happened).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.coolify import newest_change, parse_comment
from watchpost.coolify.redeploys import is_covered
from watchpost.rotation.status import Runner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from watchpost.coolify import Deployment, Kind, Row

FINISHED = "finished"


def compute_runner(
    app: str,
    kind: Kind,
    rows: Sequence[Row],
    names: Iterable[str],
    key_id: str,
    deployments: Sequence[Deployment] | str,
) -> Runner | None:
    """
    Say whether the running *app* has the DSN of *key_id*; None where it has not.

    Args:
        app: Its name.
        kind: Application or service.
        rows: All its rows.
        names: Production variables that are declared to hold the DSN of the key that replaced it.
        key_id: Of the retired key.
        deployments: Its own, newest first; a text says why they could not be listed.
    """
    wanted = set(names)
    production = [row for row in rows if not row.is_preview and row.key in wanted]
    if missing := sorted(wanted - {row.key for row in production}):
        return Runner(app, "unknown", f"{', '.join(missing)} is not written yet: run an apply")
    if any(holds(row, key_id) for row in production):
        return Runner(app, "yes", "its rows say so")
    if kind == "service":
        is_owed = any(parse_comment(row.comment).is_restart_owed for row in rows)
        return Runner(app, "yes", "a restart is owed") if is_owed else None
    if isinstance(deployments, str):
        return Runner(app, "unknown", f"its deployments could not be listed: {deployments}")
    return _compare(app, newest_change(production, wanted), deployments)


def holds(row: Row, key_id: str) -> bool:
    """Whether the row's value has the key's id in it, as every DSN of the key has."""
    return isinstance(row.value, str) and key_id in row.value.lower()


def _compare(
    app: str, changed_at: datetime | None, deployments: Sequence[Deployment]
) -> Runner | None:
    finished = next((each for each in deployments if each.status == FINISHED), None)
    if finished is None:
        return Runner(app, "unknown", "no deployment of it is known to have finished")
    if changed_at is None:
        return Runner(app, "unknown", "Coolify does not say when its rows were last changed")
    if not is_covered(changed_at, finished, ""):
        when = f"{finished.created_at:%Y-%m-%d %H:%M:%S} UTC"
        why = f"its last finished deployment, of {when}, is older than its rows"
        return Runner(app, "yes", why)
    if any(each.is_running and not is_covered(changed_at, each, "") for each in deployments):
        return Runner(app, "yes", "a deployment that began before its rows changed is under way")
    return None
