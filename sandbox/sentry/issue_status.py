"""
Changing the status of issues: resolve, reopen, ignore.

Who repeats a change changes nothing.
Does not: resolve in a commit, or ignore until so many users are affected or within a window.

Source: getsentry/sentry, src/sentry/api/helpers/group_index/update.py,
src/sentry/issues/status_change.py and src/sentry/issues/ignored.py.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.sentry.activity import record
from sandbox.sentry.answers import bad_request
from sandbox.sentry.call import Call, Row
from sandbox.sentry.issue_fields import ARCHIVED, UNRESOLVED
from sandbox.sentry.issue_marks import subscribe
from sandbox.sentry.issue_resolution import (
    NO_RESOLUTION,
    RESOLVED_IN_RELEASE,
    basis_of_next,
    in_next_release,
    in_release,
)
from sandbox.sentry.issue_rows import ONGOING_AFTER_MS
from sandbox.sentry.issue_serialize import render_snooze
from sandbox.sentry.serialize import user_in_full

MANY_PROJECTS = "Cannot set resolved for multiple projects."
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class Resolution:
    """How issues are resolved: what the answer tells of it, and the release it is bound to."""

    details: Row = field(default_factory=dict)
    release: Row | None = None
    is_next: bool = False


def change_status(call: Call, issues: Sequence[Row], values: Row, details: Row) -> Row:
    """
    Give the issues the status that *values* ask for; returns the fields of the answer.

    *details* hold releases as rows, and the conditions of ignoring.

    Raises:
        Refused: 400 for a release and issues of several projects.
    """
    status = values["status"]
    if status in ("resolved", "resolvedInNextRelease"):
        return _resolve(call, issues, _resolution(call, issues, status, details))
    if status == "unresolved":
        return _reopen(call, issues, values.get("substatus"))
    return _ignore(call, issues, values.get("substatus"), details)


def _resolution(call: Call, issues: Sequence[Row], status: str, details: Row) -> Resolution:
    is_next = status == "resolvedInNextRelease" or "inNextRelease" in details
    if not is_next and "inRelease" not in details:
        return Resolution()
    projects = {issue["project_id"] for issue in issues}
    if len(projects) > 1:
        raise bad_request({"detail": MANY_PROJECTS})
    by = _actor(call)
    if is_next:
        basis = details.get("inNextRelease") or basis_of_next(call.store, projects.pop())
        return Resolution({"inNextRelease": True, **by}, basis, is_next=True)
    release = details["inRelease"]
    return Resolution({"inRelease": release["version"], **by}, release)


def _actor(call: Call) -> Row:
    user = call.caller.user if call.caller else None
    return {} if user is None else {"actor": user_in_full(user)}


def _resolve(call: Call, issues: Sequence[Row], resolution: Resolution) -> Row:
    answered: Row = {"status": "resolved", "statusDetails": resolution.details}
    for issue in issues:
        if issue["status"] == "resolved":
            continue
        answered["inbox"] = None
        columns, data = _bound(call, issue, resolution)
        columns["resolved_by_id"] = call.user_id
        _set(call, issue, "resolved", None, {**columns, "ignored": None})
        kind = RESOLVED_IN_RELEASE if resolution.details else "set_resolved"
        record(call.store, issue["id"], kind, call.now_ms(), call.user_id, **data)
        subscribe(call.store, issue["id"], call.user_id, "changed_status")
    return answered


def _bound(call: Call, issue: Row, resolution: Resolution) -> tuple[Row, Row]:
    """The columns of a resolution, and what the issue's history says of it."""
    release = resolution.release
    if release is None:
        return {**NO_RESOLUTION}, {"version": ""} if resolution.is_next else {}
    if not resolution.is_next:
        return in_release(release), {"version": release["version"]}
    return in_next_release(call.store, issue, release)


def _reopen(call: Call, issues: Sequence[Row], asked: str | None) -> Row:
    for issue in issues:
        if issue["status"] == "unresolved":
            continue
        substatus = asked if asked in UNRESOLVED else _substatus_of_reopened(call, issues, issue)
        _set(call, issue, "unresolved", substatus, {**NO_RESOLUTION, "ignored": None})
        record(call.store, issue["id"], "set_unresolved", call.now_ms(), call.user_id)
        subscribe(call.store, issue["id"], call.user_id, "changed_status")
    return {"status": "unresolved", "statusDetails": {}}


def _substatus_of_reopened(call: Call, issues: Sequence[Row], issue: Row) -> str:
    if len(issues) > 1:
        return "ongoing"
    if issue["status"] == "resolved":
        # Who reopens an issue by hand says, as a new event would, that it was not done with.
        return "regressed"
    is_new = issue["first_seen_ms"] > call.now_ms() - ONGOING_AFTER_MS
    return "new" if is_new else "ongoing"


def _ignore(call: Call, issues: Sequence[Row], asked: str | None, details: Row) -> Row:
    minutes, count = details.get("ignoreDuration"), details.get("ignoreCount")
    until_ms = call.now_ms() + minutes * _MINUTE_MS if minutes else None
    snooze = {"until_ms": until_ms, "left": count or None, "by_id": call.user_id}
    has_condition = bool(until_ms or count)
    substatus = asked if asked in ARCHIVED else None
    if substatus is None:
        substatus = "archived_until_condition_met" if has_condition else "archived_forever"
    columns = {**NO_RESOLUTION, "ignored": json.dumps(snooze) if has_condition else None}
    told = _told(call, substatus, snooze) if has_condition or substatus == ARCHIVED[0] else {}
    for issue in issues:
        if issue["status"] != "ignored":
            _set(call, issue, "ignored", substatus, columns)
            record(call.store, issue["id"], "set_ignored", call.now_ms(), call.user_id)
            subscribe(call.store, issue["id"], call.user_id, "changed_status")
    return {"status": "ignored", "statusDetails": told, "inbox": None}


def _told(call: Call, substatus: str, snooze: Row) -> Row:
    if substatus == ARCHIVED[0]:
        return {"ignoreUntilEscalating": True}
    return {**render_snooze(snooze), **_actor(call)}


def _set(call: Call, issue: Row, status: str, substatus: str | None, columns: Row) -> None:
    call.store.update(
        "sentry_issues",
        issue["id"],
        status=status,
        substatus=substatus,
        substatus_ms=call.now_ms(),
        **columns,
    )
