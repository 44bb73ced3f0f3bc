"""
Hostile events as a server answers them that cuts, cleans and checks nothing: the worst one.

A real server normalizes what it takes; these answers hold what came, of whatever type and length.

Does not: import anything of ours. Source: sentry-api.md 11 and 11.1.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
PROJECT = {"id": "11", "slug": "acme-shop", "name": "Shop"}
_SEEN = {"count": "3", "userCount": 2, "firstSeen": "2026-11-28T09:00:00Z"}
_SEEN |= {"lastSeen": "2026-11-28T11:30:00Z"}


def issue_answer(event: Json) -> Json:
    """The issue of *event*; what an event cannot choose is as it should be."""
    return {
        "id": "4217",
        "shortId": "ACME-SHOP-1A",
        "project": PROJECT,
        "title": _title(event),
        "culprit": event.get("culprit") or event.get("transaction"),
        "level": event.get("level"),
        "status": "unresolved",
        "substatus": "new",
        "statusDetails": {},
        "permalink": "https://sentry.example/organizations/acme/issues/4217/",
        "firstRelease": {"version": event.get("release")},
        "lastRelease": {"version": event.get("release")},
        **_SEEN,
        "lifetime": dict(_SEEN),
    }


def project_answer(event: Json) -> Json:
    """The project, whose latest release is that of *event*."""
    release = {"version": event.get("release"), "dateCreated": "2026-11-28T10:00:00Z"}
    return {**PROJECT, "latestRelease": release}


def event_answer(event: Json) -> Json:
    """The *event* with its entries."""
    request = event.get("request")
    return {
        "id": "0" * 32,
        "eventID": "0" * 32,
        "groupID": "4217",
        "dateCreated": event.get("timestamp"),
        "title": _title(event),
        "message": event.get("message"),
        "release": {"version": event.get("release")},
        "user": event.get("user"),
        "tags": [{"key": "environment", "value": event.get("environment")}, event.get("tags")],
        "context": event.get("extra"),
        "entries": [
            {"type": "exception", "data": {"values": [_thrown(each) for each in _values(event)]}},
            {"type": "breadcrumbs", "data": event.get("breadcrumbs")},
            {"type": "request", "data": request},
            {"type": "message", "data": {"formatted": event.get("message")}},
        ],
    }


def _title(event: Json) -> object:
    thrown = _values(event)[-1:]
    if not thrown or not isinstance(thrown[0], dict):
        return event.get("message")
    return f"{thrown[0].get('type')}: {thrown[0].get('value')}"


def _values(event: Json) -> list[Any]:
    exception = event.get("exception")
    values = exception.get("values") if isinstance(exception, dict) else None
    return values if isinstance(values, list) else []


def _thrown(thrown: object) -> object:
    stack = thrown.get("stacktrace") if isinstance(thrown, dict) else None
    if not isinstance(thrown, dict) or not isinstance(stack, dict):
        return thrown
    return thrown | {"stacktrace": {"frames": [_frame(each) for each in stack["frames"]]}}


def _frame(frame: Json) -> Json:
    before, after = frame["pre_context"], frame["post_context"]
    lines = [*before, frame["context_line"], *after]
    context = [[number, line] for number, line in enumerate(lines, start=1)]
    sent = {"lineNo": frame["lineno"], "absPath": frame["abs_path"], "inApp": frame["in_app"]}
    return frame | sent | {"context": context}
