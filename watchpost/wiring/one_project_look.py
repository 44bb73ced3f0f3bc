"""
Looking at one project for whoever may know of no other: at most two requests to Sentry, and the
rows of its own apps.

Nothing that a service says in words is kept: an error's text may name what is not this project's.

Does not: list an organization or a team, write, or judge what was seen. An app that is selected by
name is found in Coolify's lists, of which nothing is kept but its uuid.

Source: sentry-api.md 5 and 6; coolify-api.md 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.coolify import AppRef
from watchpost.coolify.client import is_app_gone
from watchpost.errors import (
    ApiError,
    ApiUnavailable,
    Forbidden,
    Moved,
    NotFound,
    RateLimited,
    SettingsError,
    Unauthorized,
    WatchpostError,
)
from watchpost.health.model import ASK_ONCE
from watchpost.selectors import observe_selected
from watchpost.sentry import Project, find_newest_event_time
from watchpost.wiring.observed import ObservedApp, ObservedSentry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from watchpost.coolify import CoolifyClient
    from watchpost.manifest import Selector
    from watchpost.selectors import Found
    from watchpost.sentry import SentryClient

_UNKNOWN_ID = "0"


@dataclass(frozen=True)
class NewestEvent:
    """
    When a project's newest event happened.

    Attributes:
        is_known: False where Sentry did not tell.
        at: None where it has none that is kept.
    """

    is_known: bool = False
    at: datetime | None = None


def observe_one_project(
    client: SentryClient, organization: str, slug: str
) -> tuple[ObservedSentry, NewestEvent]:
    """
    Look at one project's client keys and newest event: two requests, none of them repeated.

    A project that has another slug by now is none: nothing may follow it there.
    """
    try:
        keys, is_all = client.list_newest_keys(organization, slug, ASK_ONCE)
    except (NotFound, Moved):
        return ObservedSentry(), NewestEvent()
    except ApiError as error:
        return ObservedSentry(trouble=describe_trouble("Sentry", error)), NewestEvent()
    if not is_all:
        trouble = "the project has more client keys than are looked at"
        return ObservedSentry(trouble=trouble), NewestEvent()
    id_ = str(keys[0].project_id) if keys else _UNKNOWN_ID
    projects = {slug: Project(id_, slug, slug)}
    newest = _observe_newest_event(client, organization, slug)
    return ObservedSentry(projects, {int(id_): keys}), newest


def _observe_newest_event(client: SentryClient, organization: str, slug: str) -> NewestEvent:
    """A courtesy: whatever goes wrong makes an unknown one."""
    try:
        at = find_newest_event_time(client, organization, slug, ASK_ONCE)
    except ApiError:
        return NewestEvent()
    return NewestEvent(is_known=True, at=at)


def observe_own_apps(
    connect: Callable[[], CoolifyClient], selectors: Iterable[Selector]
) -> dict[Selector, ObservedApp]:
    """
    Look at the rows of each app, one GET per app; keyed by selector.

    After a look that found nobody at home the rest is not tried.

    Args:
        connect: Makes the client; a token that is not set is told as trouble. Its own patience
            holds: whoever answers somebody who waits gives it little.
        selectors: The apps, as the manifest names them.
    """
    wanted = list(selectors)
    try:
        client = connect()
        found = observe_selected(wanted, lambda: client)
    except WatchpostError as error:
        trouble = describe_trouble("Coolify", error)
        return dict.fromkeys(wanted, ObservedApp(trouble=trouble))
    look = _Look(client)
    return {selector: look.at(selector, found[selector]) for selector in wanted}


class _Look:
    """One Coolify, until it falls silent."""

    def __init__(self, client: CoolifyClient) -> None:
        self._client = client
        self._silence = ""

    def at(self, selector: Selector, found: Found) -> ObservedApp:
        if found.uuid is None and not found.is_unanswered:
            return ObservedApp(missing="Coolify has no app of that name, or more than one")
        if self._silence or found.uuid is None:
            return ObservedApp(trouble=self._silence or "Coolify did not tell which app it is")
        return self._rows(AppRef(selector.kind, found.uuid))

    def _rows(self, ref: AppRef) -> ObservedApp:
        try:
            return ObservedApp(ref, rows=self._client.list_rows(ref))
        except ApiError as error:
            if isinstance(error, NotFound) and is_app_gone(error, ref):
                # It is gone, or the token is of another team: only a list of all could tell.
                return ObservedApp(missing="Coolify shows no such app to this server")
            trouble = describe_trouble("Coolify", error)
            self._silence = trouble if isinstance(error, ApiUnavailable) else ""
            return ObservedApp(trouble=trouble)


def describe_trouble(service: str, error: WatchpostError) -> str:
    """Why *service* could not be looked at, in our words alone."""
    match error:
        case SettingsError():
            return f"{service} is not set up for this server"
        case Unauthorized():
            return f"{service} does not know this server's token"
        case Forbidden():
            return f"this server's token may not read it in {service}"
        case RateLimited():
            return f"{service} asks to wait; ask again in a minute"
        case ApiUnavailable():
            return f"no answer from {service}"
        case _:
            return f"{service} answered something unexpected"
