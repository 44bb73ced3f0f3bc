"""
Answers about issues as Sentry gives them, for tests that need no server.

Does not: import anything of ours. Source: sentry-api.md 11 and 11.1.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def issue_json(**changes: object) -> Json:
    """An unresolved issue of the project acme-shop as a list with a period answers it."""
    issue: Json = {
        "id": "4217",
        "shortId": "ACME-SHOP-1A",
        "title": "KeyError: 'total'",
        "culprit": "shop.cart in total_of",
        "permalink": "https://sentry.example/organizations/acme/issues/4217/",
        "level": "error",
        "status": "unresolved",
        "statusDetails": {},
        "substatus": "ongoing",
        "platform": "python",
        "project": {"id": "11", "name": "Shop", "slug": "acme-shop", "platform": "python"},
        "type": "error",
        "metadata": {"type": "KeyError", "value": "'total'"},
        "count": "3",
        "userCount": 2,
        "firstSeen": "2026-11-28T09:00:00Z",
        "lastSeen": "2026-11-28T11:30:00.250000Z",
        "lifetime": {
            "count": "12",
            "userCount": 5,
            "firstSeen": "2026-11-20T08:00:00Z",
            "lastSeen": "2026-11-28T11:30:00.250000Z",
            "stats": None,
        },
    }
    return issue | changes


def frame_json(**changes: object) -> Json:
    """A frame of the app."""
    frame: Json = {
        "filename": "shop/cart.py",
        "absPath": "/srv/shop/cart.py",
        "module": "shop.cart",
        "function": "total_of",
        "lineNo": 41,
        "colNo": None,
        "inApp": True,
        "context": [[40, "def total_of(cart):"], [41, "    return cart['total']"], [42, ""]],
        "vars": {"token": "s3cr3t"},
    }
    return frame | changes


def thrown_json(**changes: object) -> Json:
    """An exception with one frame of the app."""
    thrown: Json = {
        "type": "KeyError",
        "value": "'total'",
        "module": "builtins",
        "mechanism": {"type": "generic", "handled": False},
        "threadId": None,
        "stacktrace": {"frames": [frame_json()], "framesOmitted": None},
    }
    return thrown | changes


def crumb_json(**changes: object) -> Json:
    """A breadcrumb."""
    crumb: Json = {
        "timestamp": "2026-11-28T11:29:58Z",
        "type": "default",
        "category": "ui",
        "level": "info",
        "message": "opened the cart",
        "data": None,
        "event_id": None,
    }
    return crumb | changes


def event_json(
    exceptions: object = None,
    breadcrumbs: object = None,
    request: object = None,
    **changes: object,
) -> Json:
    """An event of the issue 4217; entries that are not given are those of an honest one."""
    url = "https://user:s3cr3t@shop.example/checkout?token=s3cr3t#s3cr3t"
    asked = {
        "method": "POST",
        "url": url,
        "query": [["token", "s3cr3t"]],
        "headers": [["Authorization", "Bearer s3cr3t"]],
        "cookies": [["session", "s3cr3t"]],
        "data": {"card": "s3cr3t"},
    }
    entries = [
        {"type": "exception", "data": {"values": exceptions or [thrown_json()]}},
        {"type": "breadcrumbs", "data": {"values": breadcrumbs or [crumb_json()]}},
        {"type": "request", "data": request or asked},
    ]
    event: Json = {
        "id": "0af7651916cd43dd8448eb211c80319c",
        "eventID": "0af7651916cd43dd8448eb211c80319c",
        "groupID": "4217",
        "projectID": "11",
        "message": "",
        "title": "KeyError: 'total'",
        "culprit": "shop.cart in total_of",
        "platform": "python",
        "type": "error",
        "dateCreated": "2026-11-28T11:30:00Z",
        "release": {"version": "shop@1.4.0"},
        "user": {"id": "7", "email": "s3cr3t@shop.example"},
        "tags": [{"key": "environment", "value": "production"}, {"key": "level", "value": "error"}],
        "contexts": {},
        "context": {"note": "s3cr3t"},
        "entries": entries,
    }
    return event | changes
