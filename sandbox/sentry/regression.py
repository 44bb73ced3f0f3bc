"""
What a new event does to an issue that was thought to be done with: it comes back.

Does not: know plugins that have a say in it, the five seconds within which a real server takes a
new event for a part of the old trouble, or escalation of issues that are archived until then.

Source: getsentry/sentry, src/sentry/event_manager.py and src/sentry/models/groupsnooze.py.
"""

import json

from sandbox.sentry.activity import record
from sandbox.sentry.arrival import Arrival
from sandbox.sentry.call import Row
from sandbox.sentry.issue_resolution import NO_RESOLUTION, is_still_resolved, name_version
from sandbox.store import Store


def react(store: Store, issue: Row, arrival: Arrival) -> Row:
    """The columns of the issue that the event changes beside the usual ones; notes it, too."""
    if issue["status"] == "resolved" and not is_still_resolved(store, issue, arrival.release):
        return _regress(store, issue, arrival)
    if issue["status"] == "ignored" and issue["ignored"]:
        return _count_down(store, issue, arrival)
    return {}


def _regress(store: Store, issue: Row, arrival: Arrival) -> Row:
    version = arrival.release["version"] if arrival.release else ""
    if issue["resolved_release_id"] is not None:
        name_version(store, issue["id"], version)
    record(
        store,
        issue["id"],
        "set_regression",
        arrival.received_ms,
        event_id=arrival.event_id,
        version=version,
    )
    return {**NO_RESOLUTION, **_unresolved("regressed", arrival)}


def _count_down(store: Store, issue: Row, arrival: Arrival) -> Row:
    """One event fewer until the issue is shown again."""
    ignored = json.loads(issue["ignored"])
    if ignored["left"] is None:
        return {}
    ignored["left"] -= 1
    if ignored["left"] > 0:
        return {"ignored": json.dumps(ignored)}
    record(store, issue["id"], "set_unresolved", arrival.received_ms)
    return {"ignored": None, **_unresolved("ongoing", arrival)}


def _unresolved(substatus: str, arrival: Arrival) -> Row:
    return {
        "status": "unresolved",
        "substatus": substatus,
        "substatus_ms": arrival.received_ms,
    }
