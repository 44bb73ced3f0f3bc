"""
The resource type SentryProject.

Ids: the project's present slug; after create it is addressed by `projectId`, its number, because
somebody else may take a slug that it once had. Nothing replaces a project.

Does not: fetch anything to validate a platform. Source: design.md 4; sentry-api.md 5.3 to 5.8.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from providers.sentry.project_fields import (
    COMPUTED,
    FIELDS,
    compute_changes,
    compute_outputs,
    compute_takeover,
    declared_slug,
    declared_teams,
    declares_settings,
    differing_fields,
    own_teams,
)
from providers.sentry.properties import UNKNOWN, Properties, is_known, without_unknowns
from providers.sentry.resource_type import (
    Created,
    Diagnostics,
    Difference,
    Observed,
    Session,
    create_or_find,
    raise_if_organization_changed,
    text,
)
from providers.sentry.slugs import parse_import_id
from watchpost.errors import Conflict, Invalid, Moved, UnexpectedResponse
from watchpost.transport import RetryPolicy

if TYPE_CHECKING:
    from watchpost.sentry import Project

# Settings that are not declared are not asked for, so that they stay absent.
_UNKNOWN = ("name", "slug", "platform", *COMPUTED)
_LONGEST_NEW_NAME = 50
_BUSY_RETRY = RetryPolicy(attempts=4, base_seconds=0.5)


class ProjectType:
    """Projects of an organization, with the teams that own them."""

    secrets: frozenset[str] = frozenset()
    required: tuple[str, ...] = ("organization", "name")

    def __init__(self, session: Session) -> None:
        self._client = session.client
        self._fleet = session.fleet
        self._takeovers = session.takeovers

    def check(self, inputs: Properties) -> dict[str, str]:
        """Nothing: Sentry judges, and what another resource failed to deliver is absent here."""
        del inputs
        return {}

    def diff(self, outputs: Properties, inputs: Properties) -> Difference:
        """Compare each declared field by meaning."""
        return Difference(differing_fields(outputs, inputs))

    def unknown_outputs(self, inputs: Properties) -> Properties:
        """What is declared, and unknowns."""
        return dict.fromkeys(_UNKNOWN, UNKNOWN) | inputs

    def preview_create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """Find the project by its slug, or answer what will be known."""
        if is_known(inputs["organization"], inputs["name"], inputs.get("slug")):
            slug = declared_slug(inputs)
            projects = self._fleet.projects(inputs["organization"]).values()
            for project in (each for each in projects if each.slug == slug):
                found = self._with_settings(project, inputs)
                teams = self._fleet.expected_team_slugs(inputs["organization"], found.teams)
                found = replace(found, teams=teams)
                self._take_over(name, found, without_unknowns(inputs), tell)
                return Created(slug, {**compute_outputs(found, inputs), **inputs})
        return Created("", self.unknown_outputs(inputs))

    def _with_settings(self, project: Project, inputs: Properties) -> Project:
        if not declares_settings(inputs):
            return project
        return self._client.get_project(inputs["organization"], project.id)

    def create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """Make the project; where its slug is taken, go on with that project."""
        project, is_new = self._make_or_find(inputs, tell)
        if not is_new:
            self._take_over(name, project, inputs, tell)
        project = self._settle(project, inputs)
        self._fleet.put_project(inputs["organization"], project, is_new=is_new)
        return Created(project.slug, compute_outputs(project, inputs))

    def _make_or_find(self, inputs: Properties, tell: Diagnostics) -> tuple[Project, bool]:
        organization, slug = inputs["organization"], declared_slug(inputs)
        teams = declared_teams(inputs)
        if not teams:
            raise Invalid(f"project {slug}", "a new project needs a team", fix="name one in teams")
        if not slug:  # Sentry would make up another one with each attempt
            raise Invalid(
                "project", f"no slug can be made of {inputs['name']!r}", fix="declare one"
            )
        for attempt in range(1, _BUSY_RETRY.attempts + 1):
            try:
                return create_or_find(
                    lambda: self._post(inputs, teams[0]),
                    lambda: self._find(organization, slug),
                    tell,
                )
            except Conflict:
                # A busy server answers the same 409 for a free slug: look before concluding.
                found = self._find(organization, slug)
                if found is not None:
                    return found, False
                if attempt == _BUSY_RETRY.attempts:
                    raise
                time.sleep(_BUSY_RETRY.wait_seconds(attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _find(self, organization: str, slug: str) -> Project | None:
        """The project that has this slug; None too where one had it only formerly."""
        try:
            return self._client.find_project(organization, slug)
        except Moved:
            return None

    def _post(self, inputs: Properties, team: str) -> Project:
        made = self._client.create_project(
            inputs["organization"],
            team,
            # A new name may have 50 characters, a changed one 200.
            name=text(inputs["name"])[:_LONGEST_NEW_NAME].strip(),
            slug=declared_slug(inputs),
            platform=text(inputs.get("platform")),
        )
        return own_teams(made, (team,))

    def _take_over(
        self, name: str, project: Project, inputs: Properties, tell: Diagnostics
    ) -> None:
        takeover = compute_takeover(project, inputs)
        self._takeovers.raise_if_refused(name, takeover)
        tell.info(takeover.render())

    def _settle(self, project: Project, inputs: Properties) -> Project:
        """Send what differs: fields first, then teams, adding before removing."""
        changes = compute_changes(project, inputs)
        teams = own_teams(project).teams
        if changes:
            project = self._client.update_project(inputs["organization"], project.id, changes)
            _raise_if_ignored(project, inputs)
        return own_teams(project, self._settle_teams(project.id, teams, inputs))

    def _settle_teams(
        self, project: str, observed: tuple[str, ...], inputs: Properties
    ) -> tuple[str, ...]:
        wanted = declared_teams(inputs)
        if not wanted:
            return observed
        for team in (each for each in wanted if each not in observed):
            self._client.bind_team(inputs["organization"], project, team)
        for team in (each for each in observed if each not in wanted):
            self._client.unbind_team(inputs["organization"], project, team)
        return wanted

    def read(self, resource_id: str, inputs: Properties, outputs: Properties) -> Observed | None:
        """Show the project as it is; an import id is `organization/slug`."""
        if not outputs.get("organization"):
            return self._read_import(resource_id)
        organization, address = outputs["organization"], _address(resource_id, outputs)
        project = (
            self._client.find_project(organization, address)
            if declares_settings(inputs)
            else self._fleet.find_project(organization, address)
        )
        if project is None:
            self._fleet.raise_if_everything_is_gone(organization)
            return None
        now = compute_outputs(own_teams(project), {**outputs, **inputs}, outputs)
        declared = {name: now.get(name) for name in inputs if name in ("organization", *FIELDS)}
        return Observed(project.slug, declared, now)

    def _read_import(self, resource_id: str) -> Observed | None:
        organization, slug = parse_import_id(resource_id, "organization/project")
        project = self._client.find_project(organization, slug)
        if project is None:
            return None
        teams = list(own_teams(project).teams)
        inputs = {
            "organization": organization,
            "name": project.name,
            "slug": project.slug,
            "platform": project.platform or None,
            "teams": sorted(teams) or None,
        }
        outputs = compute_outputs(own_teams(project), inputs)
        return Observed(project.slug, inputs, outputs)

    def preview_update(self, outputs: Properties, inputs: Properties) -> Properties:
        """The recorded outputs with the declared values."""
        slug = declared_slug(inputs)
        self._fleet.expect_project_slug(inputs["organization"], _address("", outputs), slug)
        return {**outputs, **inputs}

    def update(self, outputs: Properties, inputs: Properties, *, look: bool) -> Properties:
        """
        Change what the plan showed and nothing else, addressed by number.

        What somebody changed since then stays, and shows in the next plan. *look*: change whatever
        differs from the declaration.
        """
        organization = inputs["organization"]
        raise_if_organization_changed(f"project {declared_slug(inputs)}", outputs, inputs)
        project = self._client.get_project(organization, _address("", outputs))
        planned = inputs if look else _planned(outputs, inputs)
        if not declares_settings(outputs):
            # No run has seen its settings: what is newly declared is sent, as the plan showed it.
            project = replace(project, settings=None)
        project = self._settle(project, planned)
        self._fleet.put_project(organization, project)
        return compute_outputs(project, inputs, outputs)

    def delete(self, resource_id: str, outputs: Properties) -> None:
        """Delete the project with its events, by number."""
        organization, project = outputs["organization"], _address(resource_id, outputs)
        self._client.delete_project(organization, project)
        self._fleet.drop_project(organization, project)


def _address(resource_id: str, outputs: Properties) -> str:
    """The number, which stays; the slug where state does not hold one."""
    return str(outputs.get("projectId") or outputs.get("internalId") or resource_id)


def _planned(outputs: Properties, inputs: Properties) -> Properties:
    """Those of *inputs* that the plan showed as different."""
    names = ("organization", *differing_fields(outputs, inputs))
    return {name: inputs[name] for name in names}


def _raise_if_ignored(project: Project, inputs: Properties) -> None:
    """Judge a write by its answer: without project:write a 200 may have changed nothing."""
    ignored = sorted(compute_changes(project, inputs))
    if ignored:
        raise UnexpectedResponse(
            f"project {project.slug}",
            f"Sentry answered the update but did not change {', '.join(ignored)}",
            fix="give the token in SENTRY_AUTH_TOKEN the scope project:write",
        )
