"""
Looking at both services for a whole fleet: Sentry's lists, Coolify's lists, and the rows of each
app by one GET.

A service that does not answer is an answer too. Once three looks in a row found nobody at home, the
rest is not tried: waiting for each would take hours.

Does not: write, or judge what was seen. Source: design.md 4 (bulk reads), 5 and 7.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from watchpost.coolify import AppRef
from watchpost.coolify.client import is_app_gone
from watchpost.errors import ApiError, ApiUnavailable, NotFound, WatchpostError
from watchpost.selectors import observe_selected
from watchpost.sentry import find_outcomes, newest_accepted
from watchpost.wiring.observed import UNKNOWN_EVENT, LastEvent, ObservedApp, ObservedSentry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watchpost.coolify import CoolifyClient
    from watchpost.coolify.client import App
    from watchpost.manifest import Selector
    from watchpost.selectors import Found
    from watchpost.sentry import Key, SentryClient

_AT_ONCE = 8
_ENOUGH_SILENCE = 3
K = TypeVar("K")
T = TypeVar("T")


def observe_sentry(
    connect: Callable[[], SentryClient], organization: str, slugs: Iterable[str]
) -> ObservedSentry:
    """
    List an organization's projects and client keys.

    Args:
        connect: Makes the client; a token that is not set is told as trouble.
        organization: Its slug.
        slugs: Projects whose keys are listed one by one where the server has no list of all.
    """
    try:
        client = connect()
        projects = {project.slug: project for project in client.list_projects(organization)}
        keys = _list_keys(client, organization, [slug for slug in slugs if slug in projects])
    except WatchpostError as error:
        return ObservedSentry(trouble=_in_words(error))
    by_project: dict[int, list[Key]] = {}
    for key in keys:
        by_project.setdefault(key.project_id, []).append(key)
    return ObservedSentry(projects, {id_: tuple(each) for id_, each in by_project.items()})


def _list_keys(client: SentryClient, organization: str, slugs: list[str]) -> list[Key]:
    try:
        return client.list_keys(organization)
    except NotFound:  # a server that is older than December 2025
        return [key for slug in slugs for key in client.list_project_keys(organization, slug)]


def observe_apps(
    connect: Callable[[], CoolifyClient], selectors: Iterable[Selector]
) -> dict[Selector, ObservedApp]:
    """
    Look at each app and its rows; keyed by selector.

    Args:
        connect: Makes the client; a token that is not set is told as trouble.
        selectors: The apps, as the manifest names them.
    """
    wanted = list(selectors)
    try:
        look = _Look(connect())
        found = observe_selected(wanted, lambda: look.client)
    except WatchpostError as error:
        return dict.fromkeys(wanted, ObservedApp(trouble=_in_words(error)))
    patience = _Patience("Coolify")
    return _each(wanted, lambda selector: look.at(selector, found[selector], patience))


class _Look:
    """One Coolify with its lists; a listing that fails ends the look at all of it."""

    def __init__(self, client: CoolifyClient) -> None:
        self.client = client
        self._listed = {
            "application": {app.uuid: app for app in client.list_applications()},
            "service": {app.uuid: app for app in client.list_services()},
        }

    def at(self, selector: Selector, found: Found, patience: _Patience) -> ObservedApp:
        if found.uuid is None:
            why = found.reason.partition("\n")[0]
            return ObservedApp(trouble=why) if found.is_unanswered else ObservedApp(missing=why)
        app = self._listed[selector.kind].get(found.uuid)
        if app is None:
            return self._absent(selector, found.uuid)
        ref = AppRef(selector.kind, found.uuid)
        return patience.spend(lambda: self._rows(ref, app), lambda why: ObservedApp(trouble=why))

    def _absent(self, selector: Selector, uuid: str) -> ObservedApp:
        if any(self._listed.values()):
            return ObservedApp(missing=f"no {selector.kind} {uuid} in Coolify")
        why = "Coolify shows no app at all to this token: most likely it is of another team"
        return ObservedApp(trouble=why)

    def _rows(self, ref: AppRef, app: App) -> ObservedApp:
        try:
            rows = self.client.list_rows(ref)
        except NotFound as error:
            if not is_app_gone(error, ref):
                raise
            return ObservedApp(missing=f"no {ref} in Coolify")
        return ObservedApp(ref, app.name, app.status, rows)


def observe_last_events(
    connect: Callable[[], SentryClient], organization: str, keys: Iterable[Key], days: int
) -> dict[str, LastEvent]:
    """
    Ask when each key last had an event accepted, within *days* days; keyed by key id.

    Statistics are a courtesy: whatever goes wrong makes an unknown one, never a failure.
    """
    wanted = {key.id: key for key in keys}
    try:
        client = connect()
    except WatchpostError:
        return dict.fromkeys(wanted, UNKNOWN_EVENT)
    since = datetime.now(UTC) - timedelta(days=days)
    patience = _Patience("Sentry")

    def ask(key_id: str) -> LastEvent:
        project = str(wanted[key_id].project_id)
        outcomes = find_outcomes(
            client, organization, project, key_id, since=since, resolution="1d"
        )
        if outcomes is None:
            return UNKNOWN_EVENT
        newest = newest_accepted(outcomes)
        return LastEvent(is_known=True, day=newest.date() if newest else None)

    return _each(
        list(wanted), lambda key_id: patience.spend(lambda: ask(key_id), lambda _: UNKNOWN_EVENT)
    )


class _Patience:
    """Gives up on a service that no longer answers; thread-safe."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._silent = 0
        self._lock = threading.Lock()

    def spend(self, look: Callable[[], T], without: Callable[[str], T]) -> T:
        """What *look* sees, or *without* it and why."""
        if self._silent >= _ENOUGH_SILENCE:
            return without(f"not asked: {self._service} stopped answering")
        try:
            seen = look()
        except ApiError as error:
            self._note(is_silent=isinstance(error, ApiUnavailable))
            return without(_in_words(error))
        self._note(is_silent=False)
        return seen

    def _note(self, *, is_silent: bool) -> None:
        with self._lock:
            self._silent = self._silent + 1 if is_silent else 0


def _each(keys: list[K], look: Callable[[K], T]) -> dict[K, T]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(keys, pool.map(look, keys), strict=True))


def _in_words(error: WatchpostError) -> str:
    return f"{error.path}: {error.summary}" if error.path else error.summary
