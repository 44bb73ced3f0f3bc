"""
The wiring of one project as a coding agent reads it: a short text, and the same for programs.

Both are bounded. What is wired is left out before what is not, and how much is said.

Does not: decide anything, or show what the model does not hold. Source: issue 6, part 3.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from watchpost.render.plain import on_one_line
from watchpost.wiring.links import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watchpost.wiring.one_project import (
        AppWiring,
        KeyWiring,
        ProjectWiring,
        VariableWiring,
    )

_Item = TypeVar("_Item")
MOST_CHARACTERS = 3_000
"""Of the text."""
_MOST_OF_KEYS, _MOST_OF_APPS, _MOST_OF_VARIABLES = 800, 1_500, 2_000
"""Of the document, in characters; all else in it takes a few hundred."""
_MOST_LEFT_OVER = 10
_FOR_THE_REST = 40
_WORDS = {"unchecked": "could not check"}
_MEND = (
    "Change none of this yourself. Tell the platform engineer: `watchpost explain {entry}` says "
    "why, `watchpost plan` what would mend it."
)
_AGAIN = (
    "Ask again in a few minutes. If it stays so, tell the platform engineer: `watchpost doctor` "
    "names the cause."
)
_NOTHING = "Nothing: all that could be compared is as declared."
_SILENT = (
    "Nothing in the wiring. Sentry has no event of this project yet: if the app should have sent "
    "one, look at how it starts its SDK, and whether it was deployed since."
)


def render_wiring(wiring: ProjectWiring) -> str:
    """Render one project's wiring as text of at most 3,000 characters, with a final newline."""
    head = on_one_line(f"Wiring of project {wiring.entry_id}: {_headline(wiring)}.")
    tail = on_one_line(f"What to do: {advise(wiring)}")
    room = MOST_CHARACTERS - len(head) - len(tail) - _FOR_THE_REST
    lines = [on_one_line(line) for line in _list_lines(wiring)]
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept.append(f"(lines left out: {len(lines) - len(kept)})")
            break
        kept.append(line)
    return "\n".join((head, *kept, tail)) + "\n"


def advise(wiring: ProjectWiring) -> str:
    """What its reader should do."""
    match wiring.state:
        case "missing" | "drifted" | "unreadable":
            return _MEND.format(entry=wiring.entry_id)
        case "unchecked":
            return _AGAIN
        case _:
            newest = wiring.newest_event
            return _SILENT if newest.is_known and newest.at is None else _NOTHING


def wiring_document(wiring: ProjectWiring) -> dict[str, Any]:
    """Make the same for programs: JSON values alone, of 5,000 characters at most."""
    newest = wiring.newest_event
    keys = _fit(map(_key_document, wiring.keys), _MOST_OF_KEYS)
    apps = _list_app_documents(wiring)
    told = len(keys) + len(apps) + sum(len(app["variables"]) for app in apps)
    every = len(wiring.keys) + len(wiring.apps) + sum(len(app.variables) for app in wiring.apps)
    return {
        "project": wiring.entry_id,
        "state": wiring.state,
        "what_to_do": advise(wiring),
        "sentry": {
            "slug": wiring.slug,
            "state": wiring.project,
            "reason": wiring.reason,
            "is_newest_event_known": newest.is_known,
            "newest_event_at": newest.at.isoformat() if newest.at else None,
            "keys": keys,
        },
        "apps": apps,
        "not_compared": len(wiring.not_compared),
        "left_out": every - told,
    }


def _headline(wiring: ProjectWiring) -> str:
    count = len(wiring.not_compared)
    aside = f"; {count} not compared" if count else ""
    return f"{_WORDS.get(wiring.state, wiring.state)}{aside}"


def _list_lines(wiring: ProjectWiring) -> Iterator[str]:
    there = wiring.reason or f"project {wiring.slug} is there"
    yield f"In Sentry: {there}{_describe_newest(wiring)}"
    for key in wiring.keys:
        yield f"- key {key.name} (label {key.label}): {_describe(key.state, key.reason)}"
    yield "In Coolify:" if wiring.apps else "In Coolify: the manifest names no app"
    for app in wiring.apps:
        yield f"- {app.kind} {app.label}: {_describe(app.state, app.reason)}"
        if not app.reason:
            yield from _list_variables(app)


def _list_variables(app: AppWiring) -> Iterator[str]:
    for each in app.variables:
        if each.state != "wired":
            yield f"  - {each.name}: {_describe(each.state, each.reason)}"
    if wired := [each.name for each in app.variables if each.state == "wired"]:
        yield f"  - wired: {', '.join(wired)}"
    if app.left_over:
        yield f"  - left over, which nobody declares any more: {', '.join(app.left_over)}"


def _describe_newest(wiring: ProjectWiring) -> str:
    newest = wiring.newest_event
    if not newest.is_known:
        return ""
    if newest.at is None:
        return "; it has no event yet"
    return f"; its newest event is of {newest.at:%Y-%m-%d %H:%M} UTC"


def _describe(state: str, reason: str) -> str:
    words = _WORDS.get(state, state)
    return f"{words}: {reason}" if reason else words


def _key_document(key: KeyWiring) -> dict[str, Any]:
    return {"name": key.name, "label": key.label, "state": key.state, "reason": key.reason}


def _list_app_documents(wiring: ProjectWiring) -> list[dict[str, Any]]:
    """The apps there is room for, each with those of its variables there is room for."""
    documents = _fit(map(_app_document, wiring.apps), _MOST_OF_APPS)
    listed = [
        (place, _variable_document(each))
        for place, app in enumerate(wiring.apps[: len(documents)])
        for each in app.variables
    ]
    listed.sort(key=lambda pair: STATES.index(pair[1]["state"]))
    for place, variable in _fit(listed, _MOST_OF_VARIABLES):
        documents[place]["variables"].append(variable)
    return documents


def _app_document(app: AppWiring) -> dict[str, Any]:
    return {
        "kind": app.kind,
        "app": app.label,
        "state": app.state,
        "reason": app.reason,
        "variables": [],
        "left_over": list(app.left_over[:_MOST_LEFT_OVER]),
    }


def _variable_document(variable: VariableWiring) -> dict[str, Any]:
    return {"name": variable.name, "state": variable.state, "reason": variable.reason}


def _fit(items: Iterable[_Item], room: int) -> list[_Item]:
    """The first of *items* that take no more than *room* characters."""
    fitting: list[_Item] = []
    for item in items:
        room -= len(json.dumps(item)) + 2
        if room < 0:
            break
        fitting.append(item)
    return fitting
