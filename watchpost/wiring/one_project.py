"""
The wiring of one project, as whoever works on its code may know it: is it wired, and what is not.

Only states and fixed words are told: no value, no fingerprint, no key's id, and no name of another
entry, part, team or app. Comparing needs no fingerprint key of a stack: one is drawn for each look.

Does not: write, or tell whether the running app has read its rows; `watchpost explain` does.

Source: issue 6, part 3; design.md 5.
"""

from __future__ import annotations

import secrets as randomness
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.health.model import no_such_project
from watchpost.manifest import EnvironmentSecret, KeyDsn
from watchpost.wiring.declarations import list_declared_apps
from watchpost.wiring.links import compute_app_links, compute_key_links, worst_state
from watchpost.wiring.observed import ObservedFleet
from watchpost.wiring.one_project_look import observe_one_project, observe_own_apps
from watchpost.wiring.values import Naming, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from watchpost.coolify import CoolifyClient
    from watchpost.manifest import AppEnvironment, Entry, Manifest, Variable
    from watchpost.manifest import Value as DeclaredValue
    from watchpost.sentry import SentryClient
    from watchpost.wiring.declarations import DeclaredApp
    from watchpost.wiring.links import AppLinks, KeyLink, LinkState, RowLink, VariableLink
    from watchpost.wiring.one_project_look import NewestEvent

_TELLABLE = {
    "no such row",
    "another value",
    "other flags",
    "without our mark",
    "several rows",
    "several rows, not all of them ours",
    "somebody else's, with another value",
    "nobody can read its value, or not this token",
}
"""The words of `links` that hold nothing but themselves."""
_ANOTHER_OWNER = "the row belongs to another owner"
_NOT_COMPARED = "its value is a secret that this server does not hold, so that it is not compared"


@dataclass(frozen=True)
class KeyWiring:
    """One declared client key: its name in the manifest, its label in Sentry, and how it is."""

    name: str
    label: str
    state: LinkState
    reason: str = ""


@dataclass(frozen=True)
class VariableWiring:
    """
    One declared variable of one app.

    Attributes:
        state: The worst of its rows; `unchecked` where its value was not compared.
        reason: What differs, or why nobody knows; empty where it is wired.
        is_compared: False for a secret whose content is not set here, whose row is there.
    """

    name: str
    state: LinkState
    reason: str = ""
    is_compared: bool = True


@dataclass(frozen=True)
class AppWiring:
    """
    One app of the entry.

    Attributes:
        kind: `application` or `service`.
        label: As the manifest names it.
        state: The worst of its variables, those left aside that were not compared.
        reason: Why the app is missing, or could not be looked at.
        variables: Those that this entry asks for, in declared order.
        left_over: Names of rows with our mark that nobody declares any more.
    """

    kind: str
    label: str
    state: LinkState
    reason: str
    variables: tuple[VariableWiring, ...]
    left_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProjectWiring:
    """
    One entry: its Sentry project with its keys, and its apps.

    Attributes:
        entry_id: The entry.
        slug: Slug of its Sentry project.
        project: `wired` where the project is there, `missing`, or `unchecked`.
        reason: Why it is not there, or not known; else empty.
        newest_event: When its newest event happened.
        keys: In declared order.
        apps: Likewise.
    """

    entry_id: str
    slug: str
    project: LinkState
    reason: str
    newest_event: NewestEvent
    keys: tuple[KeyWiring, ...]
    apps: tuple[AppWiring, ...]

    @property
    def state(self) -> LinkState:
        """The worst of all; a key that no app uses is nothing bad."""
        keys = (key.state for key in self.keys if key.state != "unused")
        return worst_state((self.project, *keys, *(app.state for app in self.apps)))

    @property
    def not_compared(self) -> tuple[str, ...]:
        """Names of the variables whose value was not compared, each once."""
        found = (each for app in self.apps for each in app.variables if not each.is_compared)
        return tuple(dict.fromkeys(each.name for each in found))


def observe_project_wiring(
    sentry: SentryClient,
    connect: Callable[[], CoolifyClient],
    manifest: Manifest,
    entry_id: str,
    secrets: Mapping[str, str],
) -> ProjectWiring:
    """
    Look whether one project is wired: two requests to Sentry, one to Coolify for each app.

    What a service does not answer is told as `unchecked`, never raised.

    Args:
        sentry: The client of health.
        connect: Makes a client of Coolify; a token that is not set is told.
        manifest: What is declared.
        entry_id: Id of the entry.
        secrets: The process's environment, for build tokens; compared, never told.

    Raises:
        NotFound: The manifest has no such entry.
    """
    entry = next((each for each in manifest.entries if each.id == entry_id), None)
    if entry is None:
        raise no_such_project()
    seen, newest = observe_one_project(sentry, manifest.organization, entry.slug)
    apps = [app for app in list_declared_apps(manifest) if app.entry_id == entry_id]
    rows = observe_own_apps(connect, dict.fromkeys(app.selector for app in apps))
    return compute_project_wiring(manifest, entry, ObservedFleet(seen, rows), newest, secrets)


def compute_project_wiring(
    manifest: Manifest,
    entry: Entry,
    seen: ObservedFleet,
    newest: NewestEvent,
    secrets: Mapping[str, str],
) -> ProjectWiring:
    """
    Say what of one entry is wired.

    Args:
        manifest: What is declared.
        entry: The entry.
        seen: What both services answered about it.
        newest: Its newest event.
        secrets: The process's environment.
    """
    apps = [app for app in list_declared_apps(manifest) if app.entry_id == entry.id]
    values = Values(manifest.entries, seen.sentry, secrets)
    used = _list_used_keys(entry, apps)
    keys = {key.name: _tell_key(key, values) for key in compute_key_links(entry, values, used)}
    naming = Naming(randomness.token_bytes(), seen.sentry)
    tell = _Telling(manifest.organization, keys, values, naming)
    state, reason = _tell_project(entry, seen)
    return ProjectWiring(
        entry_id=entry.id,
        slug=entry.slug,
        project=state,
        reason=reason,
        newest_event=newest,
        keys=tuple(keys.values()),
        apps=tuple(tell.app(app, seen) for app in apps),
    )


def _list_used_keys(entry: Entry, apps: Iterable[DeclaredApp]) -> set[str]:
    values = (
        value
        for app in apps
        for variable in app.environment.variables.values()
        for value in (variable.value, variable.preview)
    )
    return {each.key for each in values if isinstance(each, KeyDsn) and each.entry_id == entry.id}


def _tell_project(entry: Entry, seen: ObservedFleet) -> tuple[LinkState, str]:
    if seen.sentry.trouble:
        return "unchecked", seen.sentry.trouble
    if entry.slug not in seen.sentry.projects:
        return "missing", f"Sentry shows no project {entry.slug} to this server"
    return "wired", ""


def _tell_key(key: KeyLink, values: Values) -> KeyWiring:
    """A key's reason in words without its id, which is half of a DSN."""
    reason = key.reason
    if key.state == "unchecked":
        reason = values.trouble or "several keys have this label"
    return KeyWiring(key.name, key.label, key.state, reason)


@dataclass(frozen=True)
class _Telling:
    """Tells of apps what may be told."""

    organization: str
    keys: Mapping[str, KeyWiring]
    values: Values
    naming: Naming

    def app(self, declared: DeclaredApp, seen: ObservedFleet) -> AppWiring:
        environment, observed = declared.environment, seen.apps[declared.selector]
        links = compute_app_links(
            self.organization, environment, observed, self.values, self.naming
        )
        variables = tuple(
            self._variable(each.variable, links.variables[each.name]) for each in declared.variables
        )
        state = worst_state(each.state for each in variables if each.is_compared)
        if links.reason:
            state = "unchecked" if observed.trouble else "missing"
        selector, left_over = declared.selector, _list_left_over(environment, links)
        return AppWiring(selector.kind, selector.label, state, links.reason, variables, left_over)

    def _variable(self, declared: Variable, link: VariableLink) -> VariableWiring:
        values = [declared.preview if row.is_preview else declared.value for row in link.rows]
        unsure = [
            _is_hidden_here(value, row)
            for value, row in zip(values, link.rows, strict=True)
            if row.state == "unchecked"
        ]
        if link.state == "unchecked" and all(unsure):
            return VariableWiring(link.name, link.state, _NOT_COMPARED, is_compared=False)
        reasons = map(self._reason, values, link.rows)
        return VariableWiring(link.name, link.state, "; ".join(filter(None, reasons)))

    def _reason(self, value: DeclaredValue | None, row: RowLink) -> str:
        """What is not as declared, in words that name nobody."""
        words = [each for each in row.reasons if each in _TELLABLE]
        words += [_ANOTHER_OWNER] if any(map(_names_owner, row.reasons)) else []
        key = self.keys.get(value.key) if isinstance(value, KeyDsn) else None
        words += [f"its key {key.name}: {key.reason}"] if key and key.reason else []
        return f"{'preview: ' if row.is_preview else ''}{', '.join(words)}" if words else ""


def _is_hidden_here(value: DeclaredValue | None, row: RowLink) -> bool:
    """Whether a row is there whose declared value is a secret that is not set here."""
    return isinstance(value, EnvironmentSecret) and row.row is not None


def _names_owner(reason: str) -> bool:
    return reason.startswith("belongs to ")


def _list_left_over(environment: AppEnvironment, links: AppLinks) -> tuple[str, ...]:
    """Nothing where other parts use the app too: it may have been theirs."""
    return links.left_over if len(environment.entries) == 1 else ()
