"""
Looking at both services, and at the platform's own table, for the retired keys of a manifest.

All apps that the token sees are looked at, not only the declared ones: a DSN that somebody pasted
elsewhere counts. One GET for the rows of each, one for the deployments of each app that a retired
key is about, one for each key's statistics; one SELECT for each entry's record.

Does not: write, or decide. Source: docs/rotation.md.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from watchpost.coolify import AppRef, Unreadable
from watchpost.errors import ApiError, NotFound, WatchpostError
from watchpost.manifest import KeyDsn
from watchpost.rotation.records import RecordHolders
from watchpost.rotation.running import FINISHED, compute_runner, holds
from watchpost.rotation.status import Acceptance, Holder, RetiredStatus, Runner
from watchpost.selectors import observe_selected
from watchpost.sentry import find_outcomes, newest_accepted
from watchpost.wiring import observe_sentry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from watchpost.coolify import CoolifyClient, Deployment, Row
    from watchpost.coolify.client import App
    from watchpost.manifest import AppEnvironment, Manifest, Selector
    from watchpost.rotation.places import RetiredPlace
    from watchpost.rotation.status import KeyState
    from watchpost.selectors import Found
    from watchpost.sentry import Key, SentryClient
    from watchpost.wiring import ObservedSentry

STATISTICS_DAYS = 30
_AT_ONCE = 8
_PAGE = 20
_MOST_LOOKED_AT = 100
_REFERENCE = re.compile(r"\{\{.*\}\}")
_TELLING = re.compile(r"dsn|sentry", re.IGNORECASE)


@dataclass(frozen=True)
class _SeenApp:
    """One app of Coolify with its rows."""

    ref: AppRef
    app: App
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return self.app.name or self.app.uuid


@dataclass(frozen=True)
class _SeenCoolify:
    """Every app that could be looked at, and why others could not."""

    client: CoolifyClient | None = None
    apps: Mapping[AppRef, _SeenApp] = field(default_factory=dict)
    found: Mapping[Selector, Found] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()


def observe_retired(
    connect_sentry: Callable[[], SentryClient],
    connect_coolify: Callable[[], CoolifyClient],
    manifest: Manifest,
    places: Sequence[RetiredPlace],
    now: datetime,
    folder: Path,
) -> list[RetiredStatus]:
    """
    Look at each of *places*, retired keys of *manifest*; a service that fails is told in them.

    Args:
        connect_sentry: Makes the client.
        connect_coolify: Likewise.
        manifest: Says which apps the keys are about.
        places: The retired keys.
        now: In UTC; statistics of 30 days before are read.
        folder: The checkout.
    """
    if not places:
        return []
    slugs = sorted({place.entry.slug for place in places})
    sentry = observe_sentry(connect_sentry, manifest.organization, slugs)
    coolify = _observe_coolify(connect_coolify, manifest)
    look = _Look(connect_sentry, manifest, sentry, coolify, now, folder)
    return [look.at(place) for place in places]


def _observe_coolify(connect: Callable[[], CoolifyClient], manifest: Manifest) -> _SeenCoolify:
    try:
        client = connect()
        listed = [(AppRef("application", app.uuid), app) for app in client.list_applications()]
        listed += [(AppRef("service", app.uuid), app) for app in client.list_services()]
        found = observe_selected([app.selector for app in manifest.apps], lambda: client)
    except WatchpostError as error:
        return _SeenCoolify(troubles=(_in_words(error),))
    if not listed:
        why = "Coolify shows no app at all to this token: most likely it is of another team"
        return _SeenCoolify(troubles=(why,))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        seen = list(pool.map(lambda each: _observe_rows(client, *each), listed))
    apps = {each.ref: each for each in seen if isinstance(each, _SeenApp)}
    troubles = [each for each in seen if isinstance(each, str)]
    troubles += [_explain_hidden(each) for each in apps.values() if _has_hidden(each.rows)]
    return _SeenCoolify(client, apps, found, tuple(troubles))


def _observe_rows(client: CoolifyClient, ref: AppRef, app: App) -> _SeenApp | str | None:
    """One app with its rows; a text says why not, None that it has gone meanwhile."""
    try:
        return _SeenApp(ref, app, client.list_rows(ref))
    except NotFound:
        return None
    except ApiError as error:
        return f"rows of {app.name or app.uuid}: {_in_words(error)}"


def _has_hidden(rows: Sequence[Row]) -> bool:
    return any(row.value is Unreadable.HIDDEN for row in rows)


def _explain_hidden(app: _SeenApp) -> str:
    return f"rows of {app.name}: the token may not read values; it needs `read:sensitive`"


class _Look:
    """Both services as seen, and one retired key after the other."""

    def __init__(
        self,
        connect_sentry: Callable[[], SentryClient],
        manifest: Manifest,
        sentry: ObservedSentry,
        coolify: _SeenCoolify,
        now: datetime,
        folder: Path,
    ) -> None:
        self._connect_sentry = connect_sentry
        self._manifest = manifest
        self._sentry = sentry
        self._coolify = coolify
        self._now = now
        self._keys = {key.id: key for keys in sentry.keys.values() for key in keys}
        self._records = RecordHolders(manifest, folder)
        self._deployments: dict[str, list[Deployment] | str] = {}

    def at(self, place: RetiredPlace) -> RetiredStatus:
        """All that is known of one retired key."""
        key = self._keys.get(place.retired.key_id)
        state, trouble = self._state(place, key)
        acceptance, more = self._acceptance(key)
        troubles = (*filter(None, (trouble, more)), *self._coolify.troubles)
        successors = self._sentry.find_keys(place.entry.slug, place.label)
        is_replaced = None if self._sentry.trouble else any(each.is_active for each in successors)
        return RetiredStatus(
            place,
            state,
            key,
            is_replaced,
            acceptance,
            (*self._rows(place.retired.key_id), *self._records.of(place)),
            tuple(self._runners(place)),
            troubles,
        )

    def _state(self, place: RetiredPlace, key: Key | None) -> tuple[KeyState, str]:
        """Gone is what the project's own list lacks and one GET does not find either."""
        if self._sentry.trouble:
            return "unknown", f"Sentry: {self._sentry.trouble}"
        slug = place.entry.slug
        if key is not None:
            project = self._sentry.projects.get(slug)
            if mistake := _find_mistake(place, key, project.id if project else ""):
                return "unknown", mistake
            return ("active" if key.is_active else "disabled"), ""
        if slug not in self._sentry.projects:
            return "unknown", f"Sentry shows no project '{slug}' to this token"
        try:
            organization, key_id = self._manifest.organization, place.retired.key_id
            found = self._connect_sentry().find_key(organization, slug, key_id)
        except WatchpostError as error:
            return "unknown", _in_words(error)
        return ("gone", "") if found is None else ("unknown", "Sentry's list lacks it")

    def _acceptance(self, key: Key | None) -> tuple[Acceptance, str]:
        if key is None:
            return Acceptance(is_known=False), ""
        try:
            outcomes = find_outcomes(
                self._connect_sentry(),
                self._manifest.organization,
                str(key.project_id),
                key.id,
                since=self._now - timedelta(days=STATISTICS_DAYS),
                resolution="1h",
            )
        except WatchpostError as error:
            return Acceptance(is_known=False), f"statistics: {_in_words(error)}"
        if outcomes is None:
            return Acceptance(is_known=False), ""
        return Acceptance(is_known=True, hour=newest_accepted(outcomes)), ""

    def _rows(self, key_id: str) -> Iterator[Holder]:
        for app in self._coolify.apps.values():
            for row in app.rows:
                if holds(row, key_id):
                    yield Holder(app.name, row.key, row.is_preview)
                elif doubt := _doubt(row):
                    yield Holder(app.name, row.key, row.is_preview, doubt)

    def _runners(self, place: RetiredPlace) -> Iterator[Runner]:
        dsn = KeyDsn(place.entry.id, place.key)
        for app in self._manifest.apps:
            names = [name for name, each in app.variables.items() if each.value == dsn]
            previews = [name for name, each in app.variables.items() if each.preview == dsn]
            runner = self._runner(app, names, place) if names else None
            if runner is not None:
                yield runner
            if previews and app.selector.kind == "application" and self._coolify.client:
                why = "preview deployments that were made before the rotation may have it"
                yield Runner(app.selector.label, "unknown", why, blocks=False)

    def _runner(
        self, app: AppEnvironment, names: Sequence[str], place: RetiredPlace
    ) -> Runner | None:
        found = self._coolify.found.get(app.selector)
        if found is None or self._coolify.client is None:
            return None  # a trouble says why already
        if found.uuid is None:
            why = f"could not be found: {found.reason}"
            return Runner(app.selector.label, "unknown", why) if found.is_unanswered else None
        seen = self._coolify.apps.get(AppRef(app.selector.kind, found.uuid))
        if seen is None or seen.app.is_stopped:
            return None
        deployments = self._list_deployments(self._coolify.client, seen.ref)
        kind, key_id = seen.ref.kind, place.retired.key_id
        return compute_runner(app.selector.label, kind, seen.rows, names, key_id, deployments)

    def _list_deployments(self, client: CoolifyClient, ref: AppRef) -> list[Deployment] | str:
        """The newest deployments, at least as far back as the last one that finished."""
        if ref.kind == "service":
            return []
        if ref.uuid not in self._deployments:
            try:
                self._deployments[ref.uuid] = _read_deployments(client, ref.uuid)
            except ApiError as error:
                self._deployments[ref.uuid] = _in_words(error)
        return self._deployments[ref.uuid]


def _find_mistake(place: RetiredPlace, key: Key, project_id: str) -> str:
    """Why *key*, which the manifest lists as retired, cannot be; empty where it can."""
    if str(key.project_id) != project_id:
        return f"it is no key of '{place.entry.slug}': correct the list of retired keys"
    names = [name for name, spec in place.entry.keys.items() if spec.label == key.label]
    if names:
        return f"it is the key '{names[0]}', which is declared: correct the list of retired keys"
    return ""


def _read_deployments(client: CoolifyClient, uuid: str) -> list[Deployment]:
    seen: list[Deployment] = []
    for deployment in islice(client.list_deployments(uuid, _PAGE), _MOST_LOOKED_AT):
        seen.append(deployment)
        if len(seen) >= _PAGE and any(each.status == FINISHED for each in seen):
            break
    return seen


def _doubt(row: Row) -> str:
    """Why the row may hold a DSN that nobody can read here; empty where it cannot."""
    if row.value is Unreadable.LOCKED and _TELLING.search(row.key):
        return "locked, so nobody can read it"
    is_reference = isinstance(row.value, str) and _REFERENCE.search(row.value)
    if is_reference and _TELLING.search(f"{row.key} {row.value}"):
        return "refers to a shared variable"
    return ""


def _in_words(error: WatchpostError) -> str:
    return f"{error.path}: {error.summary}" if error.path else error.summary
