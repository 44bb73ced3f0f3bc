"""Records on the real engine and a real PostgreSQL: made, left alone, repaired, kept, cleared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.postgres import OWNER, PASSWORD
from tests.whole.manifests import write_manifest
from tests.whole.observed import observe_projects
from tests.whole.program import Program, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import RunningPostgres
    from tests.sandboxes import RunningSandbox

pytestmark = pytest.mark.whole
SHOP: dict[str, Any] = {"name": "Shop", "platform": "python"}
API: dict[str, Any] = {"name": "API", "platform": "python"}
RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{workspace}/{id}"},
    "set": {
        "sentry_project_slug": "{slug}",
        "sentry_auth_token_id": "{build_token}",
        "sentry_dsn": "{dsn}",
    },
}
COLUMNS = "slug, title, sentry_project_slug, sentry_auth_token_id, sentry_dsn"


@pytest.fixture
def platform(postgres: RunningPostgres) -> RunningPostgres:
    """A platform with three projects, of which two will be declared."""
    postgres.execute(
        "CREATE TABLE projects (slug VARCHAR(80) UNIQUE, title TEXT, sentry_project_slug TEXT,"
        " sentry_auth_token_id TEXT, sentry_dsn TEXT)"
    )
    for name in ("shop", "api", "other"):
        postgres.execute("INSERT INTO projects VALUES (%s, %s)", f"acme/{name}", name.title())
    return postgres


@pytest.fixture
def program(tmp_path: Path, demo_sandbox: RunningSandbox, platform: RunningPostgres) -> Program:
    """A stack of the program whose environment names the platform's database."""
    return prepare(tmp_path, demo_sandbox, {"DATABASE_URL": platform.url()})


def rows(platform: RunningPostgres) -> dict[str, list[Any]]:
    """The table's rows by slug, without it."""
    found = platform.execute(f"SELECT {COLUMNS} FROM projects")  # noqa: S608  # our own words
    return {str(slug): list(rest) for slug, *rest in found}


def dsn_of(program: Program, slug: str) -> str:
    """The DSN that Sentry gives out for a project."""
    (key,) = program.sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/keys/").body
    return str(key["dsn"]["public"])


def writes_of(platform: RunningPostgres, since: int) -> list[str]:
    """The statements since then that change something."""
    verbs = ("UPDATE", "INSERT", "DELETE", "CREATE", "DROP", "ALTER", "LOCK")
    sent = [each.rpartition("execute <unnamed>: ")[2] for each in platform.statements(since)]
    return [each for each in sent if each.startswith(verbs)]


def test_the_life_of_records(program: Program, platform: RunningPostgres) -> None:
    """
    One up writes both records, the next writes nothing, a hand's edit is named and put right,
    what leaves is kept or cleared, a server that is away fails its records alone; no secret shows.
    """
    program.declare(write_manifest({"shop": SHOP, "api": API}, records=RECORDS))
    printed = [program.up("--diff")]
    shop, api = dsn_of(program, "acme-shop"), dsn_of(program, "acme-api")
    assert rows(platform) == {
        "acme/shop": ["Shop", "acme-shop", None, shop],
        "acme/api": ["Api", "acme-api", None, api],
        "acme/other": ["Other", None, None, None],
    }

    recorded = json.dumps(program.resource("shop/record"))
    assert "projects" in recorded
    assert shop not in recorded

    log = platform.count_log_lines()
    printed.append(program.up("--expect-no-changes", "--diff"))
    assert writes_of(platform, log) == []

    platform.execute("UPDATE projects SET sentry_dsn = %s WHERE slug = 'acme/shop'", api)
    preview = program.engine.preview()
    changed = [(step.name, each.path) for step in preview.steps for each in step.changes]
    assert ("shop/record", "values.sentry_dsn.fingerprint") in changed
    assert preview.exit_code == 7

    log = platform.count_log_lines()
    program.declare(write_manifest({"shop": SHOP}, records={**RECORDS, "on_remove": "clear"}))
    printed.append(program.up("--diff"))
    assert len(writes_of(platform, log)) == 1
    assert rows(platform)["acme/shop"] == ["Shop", "acme-shop", None, shop]
    assert rows(platform)["acme/api"] == ["Api", "acme-api", None, api]

    platform.stop()
    renamed = {**SHOP, "name": "Shop of tomorrow"}
    program.declare(write_manifest({"shop": renamed}, records={**RECORDS, "on_remove": "clear"}))
    printed.append(program.failing_up("--diff"))
    assert "env:DATABASE_URL: the database does not answer" in printed[-1]
    assert program.resource("shop/record")["outputs"]["state"] == "unchecked"
    assert observe_projects(program.sandbox)["acme-shop"]["name"] == "Shop of tomorrow"
    platform.start()

    program.declare(write_manifest({}, records=RECORDS))
    printed.append(program.up("--diff"))
    assert rows(platform)["acme/shop"] == ["Shop", None, None, None]
    assert rows(platform)["acme/api"] == ["Api", "acme-api", None, api]
    assert_nothing_shows(program, platform, printed)


def assert_nothing_shows(program: Program, platform: RunningPostgres, printed: list[str]) -> None:
    """Neither output nor any file of the state holds the database's address, user or password."""
    texts = {f"output {number}": text for number, text in enumerate(printed)}
    for path in (program.folder / "state").rglob("*"):
        if path.is_file():
            texts[path.name] = path.read_text(encoding="utf-8")
    secrets = (platform.url(), PASSWORD, OWNER, f"127.0.0.1:{platform.port}")
    found = [(place, each) for place, text in texts.items() for each in secrets if each in text]
    assert found == []
    assert len(texts) > len(printed)
