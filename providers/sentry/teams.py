"""
The resource type SentryTeam.

Ids: the team's present slug; after create it is addressed by `internalId`, its number.

Does not: touch members. Source: design.md 4; sentry-api.md 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.sentry.properties import UNKNOWN, Properties, is_known
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
from providers.sentry.slugs import parse_import_id, slug_of
from providers.sentry.takeover import Takeover, raise_if_changing
from watchpost.errors import Conflict, Invalid

if TYPE_CHECKING:
    from watchpost.sentry import Team

_FIELDS = ("name", "slug")
_COMPUTED = ("hasAccess", "internalId", "isMember", "isPending", "teamId")
_UNKNOWN = (*_FIELDS, *_COMPUTED)
_LONGEST_SLUG = 50


class TeamType:
    """Teams of an organization."""

    secrets: frozenset[str] = frozenset()
    required: tuple[str, ...] = ("organization",)

    def __init__(self, session: Session) -> None:
        self._client = session.client
        self._fleet = session.fleet

    def check(self, inputs: Properties) -> dict[str, str]:
        """Nothing: Sentry judges, and what another resource failed to deliver is absent here."""
        del inputs
        return {}

    def diff(self, outputs: Properties, inputs: Properties) -> Difference:
        """Compare organization and whichever of name and slug is declared."""
        fields = [each for each in ("organization", *_FIELDS) if each in inputs]
        return Difference(
            tuple(each for each in fields if text(outputs.get(each)) != text(inputs.get(each)))
        )

    def unknown_outputs(self, inputs: Properties) -> Properties:
        """What is declared, and unknowns."""
        return dict.fromkeys(_UNKNOWN, UNKNOWN) | inputs

    def preview_create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """Find the team by its slug, or answer what will be known."""
        if is_known(inputs["organization"], *(inputs.get(each) for each in _FIELDS)):
            slug = _slug(inputs)
            teams = self._fleet.teams(inputs["organization"]).values()
            for team in (each for each in teams if each.slug == slug):
                self._take_over(name, team, inputs, tell)
                return Created(slug, {**_outputs(team, inputs), **inputs})
        return Created("", self.unknown_outputs(inputs))

    def create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """Make the team; where its slug is taken, go on with that team."""
        organization, slug = inputs["organization"], _slug(inputs)
        declared_name = text(inputs.get("name")) or slug
        try:
            team, is_new = create_or_find(
                lambda: self._client.create_team(organization, slug=slug, name=declared_name),
                lambda: self._client.find_team(organization, slug),
                tell,
            )
        except Conflict:
            team, is_new = self._client.get_team(organization, slug), False
        if not is_new:
            self._take_over(name, team, inputs, tell)
            team = self._settle(team, inputs)
        self._fleet.put_team(organization, team)
        return Created(team.slug, _outputs(team, inputs))

    def _take_over(self, name: str, team: Team, inputs: Properties, tell: Diagnostics) -> None:
        wanted = text(inputs.get("name"))
        differences = (f"name: {team.name!r} to {wanted!r}",) if wanted != team.name else ()
        takeover = Takeover(
            f"team {team.slug} (id {team.id})", differences=differences if wanted else ()
        )
        # An entry of the same name may allow changes to its project, never to a shared team.
        raise_if_changing(name, takeover, fix="write down the name that it has")
        tell.info(takeover.render())

    def _settle(self, team: Team, inputs: Properties) -> Team:
        observed = {"name": team.name, "slug": team.slug}
        changes = {
            each: text(inputs[each])
            for each in _FIELDS
            if inputs.get(each) and text(inputs[each]) != observed[each]
        }
        if not changes:
            return team
        return self._client.update_team(inputs["organization"], team.id, changes)

    def read(self, resource_id: str, inputs: Properties, outputs: Properties) -> Observed | None:
        """Show the team as it is; an import id is `organization/slug`."""
        if not outputs.get("organization"):
            return self._read_import(resource_id)
        team = self._fleet.find_team(outputs["organization"], _address(resource_id, outputs))
        if team is None:
            return None
        now = _outputs(team, outputs)
        declared = {name: now.get(name) for name in inputs if name in ("organization", *_FIELDS)}
        return Observed(team.slug, declared, now)

    def _read_import(self, resource_id: str) -> Observed | None:
        organization, slug = parse_import_id(resource_id, "organization/team")
        team = self._client.find_team(organization, slug)
        if team is None:
            return None
        inputs = {"organization": organization, "name": team.name, "slug": team.slug}
        return Observed(team.slug, inputs, _outputs(team, inputs))

    def preview_update(self, outputs: Properties, inputs: Properties) -> Properties:
        """The recorded outputs with the declared values."""
        before, slug = text(outputs.get("slug")), text(inputs.get("slug"))
        if slug:
            self._fleet.expect_team_slug(inputs["organization"], before, slug)
        return {**outputs, **inputs}

    def update(self, outputs: Properties, inputs: Properties, *, look: bool) -> Properties:
        """
        Rename by number, whatever the slug is by now.

        Only what the plan showed is changed; *look*: whatever differs from the declaration.
        """
        organization = inputs["organization"]
        raise_if_organization_changed("team", outputs, inputs)
        team = self._client.get_team(organization, _address("", outputs))
        planned = ("organization", *self.diff(outputs, inputs).inputs)
        wanted = inputs if look else {name: inputs[name] for name in planned}
        team = self._settle(team, wanted)
        self._fleet.put_team(organization, team)
        return _outputs(team, inputs)

    def delete(self, resource_id: str, outputs: Properties) -> None:
        """Delete by number; its projects stay."""
        organization, team = outputs["organization"], _address(resource_id, outputs)
        self._client.delete_team(organization, team)
        self._fleet.drop_team(organization, team)


def _slug(inputs: Properties) -> str:
    slug = text(inputs.get("slug")) or slug_of(text(inputs.get("name")), _LONGEST_SLUG)
    if not slug:
        raise Invalid("team", "it has no slug and no name to make one of", fix="declare a slug")
    return slug


def _address(resource_id: str, outputs: Properties) -> str:
    """The number, which stays; the slug where state does not hold one."""
    return str(outputs.get("internalId") or outputs.get("teamId") or resource_id)


def _outputs(team: Team, declared: Properties) -> Properties:
    return {
        "organization": declared["organization"],
        "name": team.name,
        "slug": team.slug,
        "internalId": team.id,
        "teamId": team.id,
        "hasAccess": team.has_access,
        "isMember": team.is_member,
        "isPending": team.is_pending,
    }
