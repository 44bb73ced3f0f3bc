"""
The resource type SentryKey: client keys, which DSNs are made of.

Ids: the key's id. It is found by label once, at create, and by id ever after. `projectId` is the
number that addresses its project; the input `project` is a slug and may change freely.

Does not: rotate keys. A rate limit is left alone unless it is declared, or was recorded as
declared and is so no longer: then it is cleared.

Source: design.md 4; sentry-api.md 6.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from providers.sentry.key_fields import (
    COMPUTED,
    FIELDS,
    KeyState,
    compute_outputs,
    compute_takeover,
    declared_label,
    declared_rate_limit,
    differing_fields,
    wanted_state,
)
from providers.sentry.properties import UNKNOWN, Properties, is_known
from providers.sentry.resource_type import (
    Created,
    Diagnostics,
    Difference,
    Observed,
    Session,
    create_or_find,
    raise_if_organization_changed,
)
from providers.sentry.slugs import parse_import_id
from watchpost.errors import AmbiguousOwner, ApiUnavailable, PolicyError, UnexpectedResponse
from watchpost.sentry import DEFAULT_KEY_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from providers.sentry.fleet import KnownProject
    from watchpost.sentry import Key, Project

# The key of a project just made may be a moment late. Seconds between looks.
_LOOKS_AT_NEW_PROJECT = (0.2, 0.4, 0.8, 1.6, 3.2)
_LOOKS_AT_OTHER_PROJECT = (0.2, 0.4)
_NEW_FOR = timedelta(minutes=1)  # a run that was killed, or whose answer was lost, made it


class KeyType:
    """Client keys of projects."""

    secrets = frozenset({"dsnSecret", "secret"})
    required: tuple[str, ...] = ("organization", "project", "name")

    def __init__(self, session: Session) -> None:
        self._client = session.client
        self._fleet = session.fleet
        self._takeovers = session.takeovers

    def check(self, inputs: Properties) -> dict[str, str]:
        """
        A rate limit has two numbers.

        What is required is not checked here: where a project fails in an update, the engine still
        asks about its keys, without their project, and only then leaves them out.
        """
        faults: dict[str, str] = {}
        count, window = inputs.get("rateLimitCount"), inputs.get("rateLimitWindow")
        if is_known(count, window) and bool(count) != bool(window):
            missing = "rateLimitWindow" if count else "rateLimitCount"
            faults[missing] = "is required: a rate limit has a count and a window"
        return faults

    def diff(self, outputs: Properties, inputs: Properties) -> Difference:
        """Compare each field by meaning; a key that somebody disabled differs too."""
        is_disabled = outputs.get("isActive") is False
        return Difference(differing_fields(outputs, inputs), ("isActive",) if is_disabled else ())

    def unknown_outputs(self, inputs: Properties) -> Properties:
        """What is declared, and unknowns."""
        return dict.fromkeys(COMPUTED, UNKNOWN) | inputs

    def preview_create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """Find the key by its label, or answer what will be known."""
        if is_known(*(inputs.get(each) for each in ("organization", "project", *FIELDS))):
            organization = inputs["organization"]
            project = self._fleet.find_expected_project(organization, inputs["project"])
            keys = self._fleet.keys(organization, project.id) if project else ()
            key = _find_by_label(keys, inputs)
            if project is not None and key is not None:
                self._take_over(name, key, inputs, tell, is_untouched=not project.has_events)
                outputs = compute_outputs(key, inputs)
                return Created(key.id, {**outputs, **inputs, "isActive": True})
        return Created("", self.unknown_outputs(inputs))

    def create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """Go on with the key of this label, or make one."""
        organization = inputs["organization"]
        known = self._fleet.project_of_slug(organization, inputs["project"])
        project = known.project.id
        key = self._find_existing(known, inputs)
        if key is None:
            key, is_new = self._make(organization, project, inputs, tell)
        else:
            is_new = False
        if not is_new:
            is_untouched = known.is_new or not known.project.has_events
            silent = known.is_new and key.label == DEFAULT_KEY_LABEL
            self._take_over(name, key, inputs, None if silent else tell, is_untouched=is_untouched)
            key = self._settle(project, key, wanted_state(key, inputs, {}), inputs)
        self._fleet.put_key(organization, key)
        return Created(key.id, compute_outputs(key, inputs))

    def _find_existing(self, known: KnownProject, inputs: Properties) -> Key | None:
        """The key of the declared label; waits for the key that Sentry makes by itself."""
        organization, project = inputs["organization"], known.project.id
        key = _find_by_label(self._fleet.project_keys(organization, project), inputs)
        if key is not None or declared_label(inputs) != DEFAULT_KEY_LABEL:
            return key
        is_new = known.is_new or _is_just_made(known.project)
        for seconds in _LOOKS_AT_NEW_PROJECT if is_new else _LOOKS_AT_OTHER_PROJECT:
            time.sleep(seconds)
            keys = self._fleet.look_again_for_keys(organization, project)
            key = _find_by_label(keys, inputs)
            if key is not None:
                return key
        if not known.is_new:
            return None
        raise ApiUnavailable(
            f"project {known.project.slug}",
            f"Sentry has not yet made the key {DEFAULT_KEY_LABEL} of this new project",
            detail="A second one is not made in its place.",
            fix="run again",
        )

    def _make(
        self, organization: str, project: str, inputs: Properties, tell: Diagnostics
    ) -> tuple[Key, bool]:
        return create_or_find(
            lambda: self._client.create_key(
                organization,
                project,
                label=declared_label(inputs),
                rate_limit=declared_rate_limit(inputs),
            ),
            lambda: _find_by_label(self._client.list_project_keys(organization, project), inputs),
            tell,
        )

    def _take_over(
        self,
        name: str,
        key: Key,
        inputs: Properties,
        tell: Diagnostics | None,
        *,
        is_untouched: bool,
    ) -> None:
        takeover = compute_takeover(key, inputs, is_untouched=is_untouched)
        self._takeovers.raise_if_refused(name, takeover)
        if tell is not None:
            tell.info(takeover.render())

    def _settle(self, project: str, key: Key, wanted: KeyState, inputs: Properties) -> Key:
        """Send label, rate limit and activity if one of them differs."""
        if KeyState.of(key) == wanted:
            return key
        organization = inputs["organization"]
        key = self._client.update_key(
            organization,
            project,
            key,
            label=wanted.label,
            rate_limit=wanted.rate_limit,
            is_active=wanted.is_active,
        )
        self._fleet.put_key(organization, key)
        _raise_if_ignored(key, wanted)
        return key

    def read(self, resource_id: str, inputs: Properties, outputs: Properties) -> Observed | None:
        """Show the key as it is; an import id is `organization/project/key-id`."""
        if not outputs.get("organization"):
            return self._read_import(resource_id)
        organization = outputs["organization"]
        key = self._fleet.find_key(organization, _project_address(outputs), resource_id)
        if key is None:
            return None
        now = compute_outputs(key, {**inputs, "project": outputs.get("project")})
        declared = {
            name: now.get(name) for name in inputs if name in ("organization", "project", *FIELDS)
        }
        return Observed(key.id, declared, now)

    def _read_import(self, resource_id: str) -> Observed | None:
        form = "organization/project/key-id"
        organization, project, key_id = parse_import_id(resource_id, form)
        found = self._client.find_project(organization, project)
        if found is None:
            return None
        key = self._client.find_key(organization, found.id, key_id)
        if key is None:
            return None
        inputs: Properties = {
            "organization": organization,
            "project": found.slug,
            "name": key.label,
            "rateLimitCount": key.rate_limit and key.rate_limit.count,
            "rateLimitWindow": key.rate_limit and key.rate_limit.window_seconds,
        }
        inputs = {name: value for name, value in inputs.items() if value is not None}
        return Observed(key.id, inputs, compute_outputs(key, inputs))

    def preview_update(self, outputs: Properties, inputs: Properties) -> Properties:
        """The recorded outputs with the declared values, and active."""
        kept = {name: value for name, value in outputs.items() if name not in FIELDS}
        return {**kept, **inputs, "isActive": True}

    def update(self, outputs: Properties, inputs: Properties, *, look: bool) -> Properties:
        """
        Change what the plan showed and nothing else; *look*: whatever differs from the declaration.

        A new slug of the project alone costs no request.
        """
        raise_if_organization_changed(f"key {declared_label(inputs)}", outputs, inputs)
        difference = self.diff(outputs, inputs)
        planned = {*difference.inputs, *difference.outputs}
        if "project" in planned:
            self._raise_if_moved(outputs, inputs)
        if planned <= {"project"} and not look:
            return self.preview_update(outputs, inputs)
        organization, project = inputs["organization"], _project_address(outputs)
        key = self._client.get_key(organization, project, str(outputs["public"]))
        wanted = wanted_state(key, inputs, outputs, planned=None if look else planned)
        return compute_outputs(self._settle(project, key, wanted, inputs), inputs)

    def _raise_if_moved(self, outputs: Properties, inputs: Properties) -> None:
        """Refuse a project that is another one, not the same under a new slug."""
        organization, slug = inputs["organization"], inputs["project"]
        owner = self._fleet.project_of_slug(organization, slug).project.id
        if owner == str(outputs.get("projectId") or owner):
            return
        raise PolicyError(
            f"key {declared_label(inputs)}",
            f"it belongs to project {outputs['projectId']} and cannot move to {slug} (id {owner})",
            detail="A client key stays with its project, and so does its DSN.",
            fix="give the other project a key of its own",
        )

    def delete(self, resource_id: str, outputs: Properties) -> None:
        """Delete the key by id: whatever still sends with it falls silent."""
        organization, project = outputs["organization"], _project_address(outputs)
        self._client.delete_key(organization, project, resource_id)
        self._fleet.drop_key(organization, project, resource_id)


def _project_address(outputs: Properties) -> str:
    """The project's number, which stays; its slug where state does not hold one."""
    return str(outputs.get("projectId") or outputs["project"])


def _is_just_made(project: Project) -> bool:
    made = project.created
    return made is not None and abs(datetime.now(UTC) - made) < _NEW_FOR


def _find_by_label(keys: Iterable[Key], inputs: Properties) -> Key | None:
    """
    The one key of the declared label.

    Raises:
        AmbiguousOwner: There are several; names their ids.
    """
    label = declared_label(inputs)
    found = [each for each in keys if each.label == label]
    if len(found) > 1:
        raise AmbiguousOwner(
            f"project {inputs['project']}",
            f"{len(found)} client keys are labelled {label}",
            detail="Their ids: " + ", ".join(sorted(each.id for each in found)),
            fix="rename or delete all but the one that is meant, in Sentry",
        )
    return found[0] if found else None


def _raise_if_ignored(key: Key, wanted: KeyState) -> None:
    """Judge a write by its answer, not by its status."""
    if KeyState.of(key) == wanted:
        return
    raise UnexpectedResponse(
        f"key {key.id}",
        "Sentry answered the update of a client key but did not change it",
        detail="Rate limits of keys need a plan that includes them.",
        fix="check the organization's plan, or leave the rate limit out",
    )
