"""
What a fresh Coolify of each profile holds.

Does not: touch Sentry; the demo's hand-wired DSN comes in as a variable of Sentry's seed.
"""

from collections.abc import Mapping

from sandbox.coolify.deployment_queue import start_service
from sandbox.coolify.making import (
    make_application,
    make_environment,
    make_finished_deployment,
    make_member,
    make_project,
    make_service,
    make_team,
    make_token,
    make_user,
    timestamp,
)
from sandbox.coolify.resources import Resource
from sandbox.coolify.rows import insert_row
from sandbox.world import Seeded, World

ROOT = 0
# Ids begin above this, as on a server with a history.
FIRST_ID = 100
NUMBERED = ("applications", "services", "rows", "deployments")
EXAMPLES = {
    "railpack-expressjs": "Railpack Express.js Example",
    "railpack-fastify": "Railpack Fastify Example",
    "railpack-hono": "Railpack Hono Example",
}
SERVICE_UUID = "replayservice00000000000"
ROWS_DAYS_AGO, DEPLOYED_DAYS_AGO = 30, 7
# The apps of the demo: project, then uuid (which is the name, too), then variables set by hand.
DEMO_APPLICATIONS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "Shop": {
        "shop-web": {"DATABASE_URL": "postgres://shop@db/shop", "LOG_LEVEL": "info"},
        "shop-api": {"DATABASE_URL": "postgres://shop@db/shop", "LOG_LEVEL": "warning"},
    },
    "Studio": {
        "studio-web": {"VITE_API_URL": "https://api.studio.example", "LOG_LEVEL": "info"},
        "studio-api": {"DATABASE_URL": "postgres://studio@db/studio", "WORKERS": "4"},
        "studio-desktop": {"UPDATE_CHANNEL": "stable"},
    },
    "Billing": {"billing-api": {"DATABASE_URL": "postgres://billing@db/billing"}},
}
NEVER_DEPLOYED = "studio-desktop"


def seed(world: World, profile: str, variables: Mapping[str, str]) -> Seeded:
    """
    Fill an empty store.

    Args:
        world: Its store has the schema and nothing in it.
        profile: ``contracts``, ``demo`` or ``empty``.
        variables: What Sentry's seed made; the demo needs ``billing_dsn``.
    """
    for table in NUMBERED:
        world.store.insert("sqlite_sequence", name=f"coolify_{table}", seq=FIRST_ID)
    tokens = _seed_people(world)
    if profile == "contracts":
        return Seeded(tokens, _seed_contracts(world))
    if profile == "demo":
        _seed_demo(world, variables["billing_dsn"])
    return Seeded(tokens)


def _seed_people(world: World) -> dict[str, str]:
    owner = make_user(world, "Root User", id=ROOT)
    member, stranger = make_user(world, "Member"), make_user(world, "Stranger")
    make_team(world, "Root Team", id=ROOT, description="The root team")
    other = make_team(world, "Another Team")
    make_member(world, ROOT, owner, "owner")
    make_member(world, ROOT, member, "member")
    make_member(world, other, stranger, "owner")
    holders = {
        "root": (owner, ROOT, ("root",)),
        "read": (owner, ROOT, ("read",)),
        "sensitive": (owner, ROOT, ("read", "read:sensitive")),
        "write": (owner, ROOT, ("write",)),
        "deploy": (owner, ROOT, ("deploy",)),
        "foreign": (stranger, other, ("root",)),
        "member": (member, ROOT, ("root",)),
        "memberread": (member, ROOT, ("read",)),
    }
    tokens = {
        name: make_token(world, name, user_id, team_id, abilities)
        for name, (user_id, team_id, abilities) in holders.items()
    }
    past = "2020-01-01T00:00:00+00:00"
    tokens["expired"] = make_token(world, "expired", owner, ROOT, ("root",), past)
    return tokens


def _seed_contracts(world: World) -> dict[str, str]:
    project = make_project(world, ROOT, "My first project", uuid="project")
    environment = make_environment(world, project, "production")
    make_service(world, environment, "replay-service", uuid=SERVICE_UUID)
    examples = make_project(world, ROOT, "Railpack Examples", uuid="railpack-examples")
    production = make_environment(world, examples, "production")
    for uuid, name in EXAMPLES.items():
        make_application(
            world, production, name, uuid=uuid, description=name, build_pack="railpack"
        )
    app, app2, app3 = EXAMPLES
    return {
        "app": app,
        "app2": app2,
        "app3": app3,
        "service": SERVICE_UUID,
        "project": "project",
        "environment": "production",
    }


def _seed_demo(world: World, billing_dsn: str) -> None:
    for project_name, applications in DEMO_APPLICATIONS.items():
        project = make_project(world, ROOT, project_name, uuid=project_name.lower())
        environment = make_environment(world, project, "production")
        for uuid, values in applications.items():
            _seed_application(world, environment, uuid, values, billing_dsn)
        if project_name == "Shop":
            _seed_queue(world, environment)


def _seed_application(
    world: World, environment: int, uuid: str, values: Mapping[str, str], billing_dsn: str
) -> None:
    application = make_application(world, environment, uuid, uuid=uuid, status="exited")
    wired = {"SENTRY_DSN": billing_dsn, "SENTRY_ENVIRONMENT": "production"}
    is_wired = uuid == "billing-api"
    _seed_rows(world, application, {**values, **(wired if is_wired else {})})
    if uuid != NEVER_DEPLOYED:
        make_finished_deployment(world, application, timestamp(world, DEPLOYED_DAYS_AGO))


def _seed_queue(world: World, environment: int) -> None:
    service = make_service(world, environment, "shop-queue", uuid="shop-queue")
    _seed_rows(world, service, {"QUEUE_NAME": "orders", "LOG_LEVEL": "info"})
    start_service(world, service)


def _seed_rows(world: World, resource: Resource, values: Mapping[str, str]) -> None:
    now = timestamp(world, ROWS_DAYS_AGO)
    for key, value in values.items():
        insert_row(world, resource, now, key=key, value=value)
