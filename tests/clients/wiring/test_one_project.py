"""One project looked at over HTTP: few reads, no writes, and nobody else's name in the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.coolify import CoolifyClient
from watchpost.errors import NotFound, SettingsError
from watchpost.health.model import ASK_ONCE
from watchpost.manifest import load_manifest
from watchpost.sentry import SentryClient
from watchpost.transport import Transport
from watchpost.wiring import observe_project_wiring, render_wiring, wiring_document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox
    from watchpost.manifest import Manifest
    from watchpost.wiring import ProjectWiring

SLUGS = {"shop": "acme-shop", "ledger": "acme-ledger"}
NAMED = {"project": "Shop", "environment": "production", "name": "shop-api"}
WRONG = "https://0123456789abcdef0123456789abcdef@sentry.example.com/1"


@dataclass(frozen=True)
class Wired:
    """The entry `shop` with an app by uuid and one by name, wired, and `ledger` beside it."""

    sandbox: RunningSandbox
    manifest: Manifest

    def look(self, entry_id: str = "shop", holder: str = "root") -> ProjectWiring:
        """Look at one project, with the log cleared before."""
        self.sandbox.clear_log()
        tokens = self.sandbox.tokens
        sentry = Transport(
            "Sentry", self.sandbox.sentry_url, tokens["sentry"]["internal"], retry=ASK_ONCE
        )

        def connect() -> CoolifyClient:
            token = tokens["coolify"][holder]
            return CoolifyClient(
                Transport("Coolify", self.sandbox.coolify_url, token, retry=ASK_ONCE)
            )

        return observe_project_wiring(SentryClient(sentry), connect, self.manifest, entry_id, {})

    def row(self, name: str) -> dict[str, Any]:
        """The production row of that name of `shop-web`."""
        rows = self.sandbox.control("GET", "/coolify/applications/shop-web/rows")["rows"]
        found: dict[str, Any] = next(
            each for each in rows if each["key"] == name and not each["is_preview"]
        )
        return found

    def requests(self, service: str) -> list[str]:
        """What was asked since the last look, `GET /path`, sorted."""
        return sorted(f"{each['method']} {each['path']}" for each in self.sandbox.log(service))


@pytest.fixture
def wired(tmp_path: Path, demo_sandbox: RunningSandbox) -> Wired:
    """Two entries whose projects and rows are as declared, made by the services' own APIs."""
    apps = {"shop": [app(), app(app=NAMED)], "ledger": [app(app="billing-api")]}
    keys = {"production": {"label": "Default"}}
    projects = {name: entry(keys=keys, slug=SLUGS[name], apps=apps[name]) for name in apps}
    loaded = load_manifest(write(tmp_path, manifest(projects=projects)))
    for name, uuids in {"shop": ("shop-web", "shop-api"), "ledger": ("billing-api",)}.items():
        dsn = make_project(demo_sandbox, SLUGS[name])
        for uuid in uuids:
            make_rows(demo_sandbox, uuid, dsn, f"watchpost:acme/{name}")
    return Wired(demo_sandbox, loaded)


def make_project(sandbox: RunningSandbox, slug: str) -> str:
    """Make a project in Sentry; the DSN of its key."""
    sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", {"name": slug, "slug": slug})
    (key,) = sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/keys/").body
    return str(key["dsn"]["public"])


def make_rows(sandbox: RunningSandbox, uuid: str, dsn: str, mark: str) -> None:
    """Put the four rows that are declared into an application, previews first, as ours do."""
    values = {
        "SENTRY_DSN": (dsn, ""),
        "SENTRY_ENVIRONMENT": ("production", "preview"),
    }
    fields = {"comment": mark, "is_buildtime": False, "is_runtime": True}
    for name, (value, preview) in values.items():
        for row in ({"value": preview, "is_preview": True}, {"value": value}):
            sandbox.coolify("POST", f"/applications/{uuid}/envs", {"key": name, **row, **fields})


def test_a_wired_project_costs_two_requests_of_sentry_and_writes_nothing(wired: Wired) -> None:
    """Keys and newest event; an app by uuid is one GET, one by name two more for its lists."""
    wiring = wired.look()
    assert (wiring.state, [each.state for each in wiring.apps]) == ("wired", ["wired"] * 2)
    assert wired.requests("sentry") == [
        "GET /api/0/projects/acme/acme-shop/events/",
        "GET /api/0/projects/acme/acme-shop/keys/",
    ]
    rows = [each for each in wired.requests("coolify") if each.endswith("/envs")]
    assert rows == [
        "GET /api/v1/applications/shop-api/envs",
        "GET /api/v1/applications/shop-web/envs",
    ]
    assert len(wired.requests("coolify")) == 4
    assert wired.sandbox.writes() == []
    wired.look("ledger")
    assert wired.requests("coolify") == ["GET /api/v1/applications/billing-api/envs"]


def test_what_people_changed_is_told(wired: Wired) -> None:
    """A value changed by hand, a row that is gone, a key that is disabled."""
    sandbox = wired.sandbox
    row = wired.row("SENTRY_ENVIRONMENT")
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": "live"})
    sandbox.control("DELETE", f"/coolify/rows/{wired.row('SENTRY_DSN')['uuid']}")
    (key,) = sandbox.sentry("GET", "/api/0/projects/acme/acme-shop/keys/").body
    path = f"/api/0/projects/acme/acme-shop/keys/{key['id']}/"
    sandbox.sentry("PUT", path, {"isActive": False})
    wiring = wired.look()
    told = render_wiring(wiring)
    assert wiring.state == "missing"
    assert "- key production (label Default): drifted: disabled in Sentry" in told
    assert "  - SENTRY_DSN: missing: no such row, its key production: disabled in Sentry" in told
    assert "  - SENTRY_ENVIRONMENT: drifted: another value" in told
    assert "live" not in told
    assert key["id"] not in told + json.dumps(wiring_document(wiring))


def test_apps_that_are_not_there(wired: Wired) -> None:
    """Gone by uuid and gone by name: missing, and no other app is named instead."""
    for uuid in ("shop-web", "shop-api"):
        wired.sandbox.control("DELETE", f"/coolify/applications/{uuid}")
    wiring = wired.look()
    assert [each.reason for each in wiring.apps] == [
        "Coolify shows no such app to this server",
        "Coolify has no app of that name, or more than one",
    ]
    assert_names_nobody_else(wired, wiring)


def assert_names_nobody_else(wired: Wired, wiring: ProjectWiring) -> None:
    """Nothing of any other app, project, team or entry that the services have."""
    told = render_wiring(wiring) + json.dumps(wiring_document(wiring)) + repr(wiring)
    state = wired.sandbox.state()
    names = {
        str(row[column])
        for tables in state.values()
        for rows in tables.values()
        for row in rows
        for column in ("name", "slug", "uuid")
        if row.get(column)
    }
    own = {"Shop", "production", "shop-api", "shop-web", "acme-shop", "acme", "shop", "Default"}
    others = {name for name in names - own if len(name) > 3}
    assert {"billing-api", "acme-ledger", "studio-web"} <= others
    assert [name for name in others if name in told] == []
    assert "ledger" not in told


def test_nobody_else_is_named(wired: Wired) -> None:
    """Wired, drifted by another's row, or asked by another team's token: only its own names."""
    assert_names_nobody_else(wired, wired.look())
    row = wired.row("SENTRY_DSN")
    reasons = []
    for owner in ("acme/ledger", "globex/ledger"):
        theirs = {"comment": f"watchpost:{owner}", "value": WRONG}
        wired.sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", theirs)
        wiring = wired.look()
        reasons.append(wiring.apps[0].variables[0].reason)
        assert_names_nobody_else(wired, wiring)
    assert reasons == ["without our mark, another value", "the row belongs to another owner"]
    assert_names_nobody_else(wired, wired.look(holder="foreign"))


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "down": ({"status": 503}, "no answer from {}"),
    "dropped": ({"drop": "before"}, "no answer from {}"),
    "401": ({"status": 401}, "{} does not know this server's token"),
    "403": ({"status": 403}, "this server's token may not read it in {}"),
    "429": ({"status": 429}, "{} asks to wait; ask again in a minute"),
    "a page": ({"status": 200, "body": "a page of studio-web"}, "{} answered something unexpected"),
}


@pytest.mark.parametrize("service", ["Sentry", "Coolify"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_service_that_fails_is_told_and_asked_once(
    wired: Wired, service: str, fault: str
) -> None:
    """Could not check, in words of ours; the other service is told all the same."""
    fields, words = FAULTS[fault]
    wired.sandbox.add_fault(service=service.lower(), **{"body": {}, **fields})
    wiring = wired.look()
    assert wiring.state == "unchecked"
    told = render_wiring(wiring)
    assert words.format(service) in told
    assert "Ask again in a few minutes" in told
    assert len(wired.requests("sentry")) == (1 if service == "Sentry" else 2)
    assert_names_nobody_else(wired, wiring)


def test_a_coolify_that_is_silent_is_not_waited_for_twice(wired: Wired) -> None:
    """After the first look that found nobody, no other app is tried."""
    wired.sandbox.add_fault(service="coolify", path="/envs$", status=503, body={})
    wiring = wired.look()
    assert [each.reason for each in wiring.apps] == ["no answer from Coolify"] * 2
    assert len([each for each in wired.requests("coolify") if each.endswith("/envs")]) == 1


def test_without_a_token_of_coolify_sentry_is_told(wired: Wired) -> None:
    """A server that has none is set up for half of it."""

    def connect() -> CoolifyClient:
        raise SettingsError("COOLIFY_TOKEN", "no usable token given")

    token = wired.sandbox.tokens["sentry"]["internal"]
    sentry = SentryClient(Transport("Sentry", wired.sandbox.sentry_url, token, retry=ASK_ONCE))
    wiring = observe_project_wiring(sentry, connect, wired.manifest, "shop", {})
    assert [key.state for key in wiring.keys] == ["wired"]
    assert {each.reason for each in wiring.apps} == {"Coolify is not set up for this server"}


def test_a_project_that_is_not_there_or_has_another_slug(wired: Wired) -> None:
    """Both are missing, after one request; where it went is not told."""
    wired.sandbox.sentry("PUT", "/api/0/projects/acme/acme-shop/", {"slug": "elsewhere"})
    wired.sandbox.sentry("DELETE", "/api/0/projects/acme/acme-ledger/")
    for entry_id in ("shop", "ledger"):
        wiring = wired.look(entry_id)
        assert wiring.project == "missing"
        assert wiring.reason == f"Sentry shows no project acme-{entry_id} to this server"
        assert len(wired.requests("sentry")) == 1
        assert "elsewhere" not in render_wiring(wiring)


def test_the_newest_event_is_a_courtesy(wired: Wired) -> None:
    """Without an answer it is not known, and nothing else is lost."""
    wired.sandbox.add_fault(service="sentry", path="/events/", status=500, body={})
    wiring = wired.look()
    assert (wiring.state, wiring.newest_event.is_known) == ("wired", False)


def test_the_newest_events_time_is_in_utc(wired: Wired) -> None:
    """Whatever zone Sentry tells it in."""
    event = [{"dateCreated": "2026-11-28T13:30:00+02:00"}]
    wired.sandbox.add_fault(service="sentry", path="/events/", status=200, body=event)
    assert "its newest event is of 2026-11-28 11:30 UTC\n" in render_wiring(wired.look())


def test_more_keys_than_a_page_are_not_paged_through(wired: Wired) -> None:
    """The budget holds: it says that it could not check."""
    for number in range(100):
        path = "/api/0/projects/acme/acme-shop/keys/"
        wired.sandbox.sentry("POST", path, {"name": f"key {number}"})
    wiring = wired.look()
    assert wiring.reason == "the project has more client keys than are looked at"
    assert len(wired.requests("sentry")) == 1


def test_an_entry_that_the_manifest_does_not_have(wired: Wired) -> None:
    """Refused before anything is asked."""
    with pytest.raises(NotFound):
        wired.look("other")
    assert wired.requests("sentry") + wired.requests("coolify") == []
