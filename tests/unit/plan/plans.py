"""
A plan with one of everything, for the tests of what is made from plans.

Does not: come from a preview; `test_building` makes those.
"""

from __future__ import annotations

from typing import Any

from watchpost.coolify import Effect
from watchpost.plan import Action, AppChange, Call, Change, Difference, Plan, RowWrite, Unchecked


def row_write(**fields: Any) -> RowWrite:
    """A value that is written."""
    defaults: dict[str, Any] = {
        "verb": "update",
        "name": "SENTRY_DSN",
        "is_preview": False,
        "before": "#aaaaaaaa",
        "after": "…@7 key Default",
        "reasons": ("value",),
        "is_buildtime": False,
        "is_runtime": True,
        "fingerprints": ("aaaaaaaa", "bbbbbbbb"),
    }
    return RowWrite(**(defaults | fields))


def app_change(*rows: RowWrite, **fields: Any) -> Change:
    """The change of an app that is restarted."""
    app = AppChange(
        "application shop-web", rows, Effect.RESTART, Effect.RESTART, ("SENTRY_DSN",), ""
    )
    calls = (
        Call("coolify", "update SENTRY_DSN of application shop-web"),
        Call("coolify", "restart application shop-web"),
    )
    defaults: dict[str, Any] = {
        "action": Action.CHANGE,
        "kind": "app",
        "name": "shop/shop-web",
        "entry": "shop",
        "title": "variables of shop-web",
        "position": "projects.yaml:9:5",
        "calls": calls,
        "app": app,
    }
    return Change(**(defaults | fields))


def project_change(**fields: Any) -> Change:
    """The change of a project's name."""
    defaults: dict[str, Any] = {
        "action": Action.CHANGE,
        "kind": "project",
        "name": "shop",
        "entry": "shop",
        "title": "project shop",
        "position": "projects.yaml:3:3",
        "differences": (Difference("name", "Shop", "Shopping"),),
        "calls": (Call("sentry", "update project shop"),),
    }
    return Change(**(defaults | fields))


def skip(reason: str) -> Change:
    """A key that is not made."""
    return Change(Action.SKIP, "key", "shop/k", "shop", "key k of shop", reason=reason)


def plan(*changes: Change, **fields: Any) -> Plan:
    """A plan of these changes."""
    return Plan("tests", changes, **fields)


def unchecked(name: str) -> Unchecked:
    """Something that could not be looked at."""
    return Unchecked(name, "GET /x: 503")
