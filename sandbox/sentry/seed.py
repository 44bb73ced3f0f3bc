"""
What a fresh sandbox holds: organizations, users and tokens, and the objects of each profile.

Does not: go through the API; rows are written as a server's own history would have left them.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.sentry import scopes
from sandbox.sentry.call import render_time
from sandbox.sentry.keys import build_dsn
from sandbox.sentry.projects import NewProject, insert_project
from sandbox.world import Seeded, World

# Ids begin above this, so that none reads like a count.
FIRST_ID = 100
TABLES = ("organizations", "users", "teams", "projects", "keys", "members", "issues")
PREFIXES = {"user": "sntryu_", "internal": "sntryi_", "organization": "sntrys_"}
READONLY = ("org:read", "project:read", "team:read", "event:read")
WRITER = ("org:read", "project:read", "project:write", "team:read")
INTERNAL = (
    "org:read",
    "project:admin",
    "team:admin",
    "event:read",
    "event:write",
    "alerts:write",
    "project:releases",
)


@dataclass(frozen=True)
class Organization:
    """A seeded organization and its owner."""

    id: int
    owner_id: int
    member_id: int


def seed(world: World, profile: str) -> Seeded:
    """
    Fill an empty store.

    In the profile ``demo`` the variables hold ``billing_dsn``, the DSN of the project made by hand.
    """
    store = world.store
    for table in TABLES:
        store.insert("sqlite_sequence", name=f"sentry_{table}", seq=FIRST_ID)
    acme = _organization(world, "acme", "Acme", "admin@example.com", is_default=True)
    other = _organization(world, "globex", "Globex", "owner@globex.example")
    tokens = _tokens(world, acme, other)
    if profile == "contracts":
        _seed_contracts(world, acme)
    variables = _seed_demo(world, acme) if profile == "demo" else {}
    return Seeded(tokens=tokens, variables=variables)


def _organization(
    world: World, slug: str, name: str, email: str, *, is_default: bool = False
) -> Organization:
    now = render_time(world.now())
    organization_id = world.store.insert(
        "sentry_organizations",
        slug=slug,
        name=name,
        is_default=int(is_default),
        date_created=now,
    )
    owner_id = world.store.insert("sentry_users", name=email, email=email, date_joined=now)
    member_id = world.store.insert(
        "sentry_members", organization_id=organization_id, user_id=owner_id, role="owner"
    )
    return Organization(organization_id, owner_id, member_id)


def _tokens(world: World, acme: Organization, other: Organization) -> dict[str, str]:
    owner = acme.owner_id
    return {
        "root": insert_token(world, "root", held=scopes.ALL, user_id=owner),
        "readonly": insert_token(world, "readonly", held=READONLY, user_id=owner),
        "writer": insert_token(world, "writer", held=WRITER, user_id=owner),
        "foreign": insert_token(world, "foreign", held=scopes.ALL, user_id=other.owner_id),
        "internal": insert_token(
            world, "internal", kind="internal", held=INTERNAL, organization_id=acme.id
        ),
    }


def insert_token(
    world: World, name: str, *, kind: str = "user", held: Iterable[str], **columns: object
) -> str:
    """
    Insert a token and return its value, with the prefix of its kind.

    *held* are its scopes; lower ones of each family come with them, as when a server makes a token.
    *columns* are further columns of the row: user_id or organization_id, expires_at.
    """
    value = PREFIXES[kind] + secrets.token_hex(32)
    granted = " ".join(sorted(scopes.with_implied(held)))
    world.store.insert(
        "sentry_tokens", value=value, name=name, kind=kind, scopes=granted, **columns
    )
    return value


def _team(world: World, acme: Organization, slug: str, name: str) -> int:
    team_id = world.store.insert(
        "sentry_teams",
        organization_id=acme.id,
        slug=slug,
        name=name,
        date_created=render_time(world.now()),
    )
    world.store.insert("sentry_team_members", team_id=team_id, member_id=acme.member_id)
    return team_id


def _project(
    world: World, acme: Organization, team_id: int, slug: str, name: str, platform: str | None
) -> int:
    new = NewProject(acme.id, team_id, slug, name, platform)
    return insert_project(world.store, new, render_time(world.now()))


def _seed_contracts(world: World, acme: Organization) -> None:
    """
    What the recorded organization held besides what the scenario makes.

    The recorded answer of the organization itself lists two teams and two projects, and it is
    compared; no other compared step shows them. They are made, not merely shown, because no server
    tells in one place what it hides in another. Scenarios that count on an organization without
    projects meet them only in lists that are not narrowed by a query: their keys are deleted, so
    that the organization's list of keys holds what a scenario makes and nothing else.
    """
    sentry = _team(world, acme, "sentry", "Sentry")
    platform = _team(world, acme, "platform", "Platform")
    internal = _project(world, acme, sentry, "internal", "Internal", None)
    world.store.update("sentry_projects", internal, is_internal=1)
    web = _project(world, acme, platform, "vibn-acme-web", "vibn acme web", "javascript-nextjs")
    for project_id in (internal, web):
        world.store.write("DELETE FROM sentry_keys WHERE project_id = ?", project_id)


def _seed_demo(world: World, acme: Organization) -> dict[str, str]:
    """One project that somebody made by hand, with its Default key."""
    team_id = _team(world, acme, "web", "Web")
    project_id = _project(world, acme, team_id, "acme-billing", "Billing", "python-fastapi")
    key = world.store.rows("SELECT * FROM sentry_keys WHERE project_id = ?", project_id)[0]
    return {"billing_dsn": build_dsn(world.sentry_url, key)}
