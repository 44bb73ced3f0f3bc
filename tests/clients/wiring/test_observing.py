"""Looking at both services: bulk lists, one GET of rows per app, and no patience with silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.coolify import CoolifyClient
from watchpost.errors import SettingsError
from watchpost.explanation import observe_running
from watchpost.manifest import ByName, ByUuid
from watchpost.sentry import SentryClient
from watchpost.transport import RetryPolicy, Transport
from watchpost.wiring import observe_apps, observe_last_events, observe_sentry

if TYPE_CHECKING:
    from tests.sandboxes import RunningSandbox

QUICK = RetryPolicy(attempts=2, base_seconds=0.01)
APPS = ("shop-web", "shop-api", "studio-web", "studio-api", "billing-api")
SELECTORS = [ByUuid("application", uuid) for uuid in APPS]


def coolify_of(sandbox: RunningSandbox, holder: str = "root") -> CoolifyClient:
    """A client with the token of that name."""
    token = sandbox.tokens["coolify"][holder]
    return CoolifyClient(Transport("Coolify", sandbox.coolify_url, token, retry=QUICK))


def sentry_of(sandbox: RunningSandbox) -> SentryClient:
    """A client with a token that sees all."""
    token = sandbox.tokens["sentry"]["root"]
    return SentryClient(Transport("Sentry", sandbox.sentry_url, token, retry=QUICK))


def test_apps_are_found_by_uuid_and_by_name(demo_sandbox: RunningSandbox) -> None:
    """With their rows and status; an app that is not there says so."""
    named = ByName("application", "Shop", "production", "shop-api")
    queue = ByUuid("service", "shop-queue")
    gone = ByUuid("application", "gone")
    lost = ByName("application", "Shop", "production", "shop-ap")
    found = observe_apps(lambda: coolify_of(demo_sandbox), [named, queue, gone, lost])
    ref = found[named].ref
    assert ref is not None
    assert ref.uuid == "shop-api"
    assert {row.key for row in found[queue].rows} == {"QUEUE_NAME", "LOG_LEVEL"}
    assert found[queue].status.startswith("running")
    assert found[gone].missing == "no application gone in Coolify"
    assert "shop-api" in found[lost].missing


def test_one_app_that_fails_leaves_the_others(demo_sandbox: RunningSandbox) -> None:
    """Its trouble is its own."""
    demo_sandbox.add_fault(service="coolify", path="/shop-web/envs", status=500)
    found = observe_apps(lambda: coolify_of(demo_sandbox), SELECTORS)
    troubled = [selector.label for selector, app in found.items() if app.trouble]
    assert troubled == ["shop-web"]


def test_a_service_that_fell_silent_is_not_asked_for_ever(demo_sandbox: RunningSandbox) -> None:
    """After three looks without an answer the rest is not tried."""
    for number in range(40):
        body = {"uuid": f"app-{number}", "name": f"app-{number}", "project": "shop"}
        demo_sandbox.control("POST", "/coolify/applications", body)
    demo_sandbox.clear_log()
    demo_sandbox.add_fault(service="coolify", path="/envs$", status=503)
    selectors = [ByUuid("application", f"app-{number}") for number in range(40)]
    found = observe_apps(lambda: coolify_of(demo_sandbox), selectors)
    assert all(app.trouble for app in found.values())
    assert any("stopped answering" in app.trouble for app in found.values())
    asked = [each for each in demo_sandbox.log("coolify") if each["path"].endswith("/envs")]
    assert len(asked) < 40


def test_no_coolify_at_all(demo_sandbox: RunningSandbox) -> None:
    """No token, no list, nobody's apps: each is trouble, never a missing app."""

    def without_a_token() -> CoolifyClient:
        raise SettingsError("COOLIFY_TOKEN", "no usable token given")

    for connect in (without_a_token, lambda: coolify_of(demo_sandbox, "foreign")):
        found = observe_apps(connect, SELECTORS)
        assert all(app.trouble and not app.missing for app in found.values())
    demo_sandbox.add_fault(service="coolify", path="/environments|/projects/", status=500)
    named = ByName("application", "Shop", "production", "shop-api")
    assert observe_apps(lambda: coolify_of(demo_sandbox), [named])[named].trouble


def test_an_app_that_leaves_meanwhile_is_missing(demo_sandbox: RunningSandbox) -> None:
    """Listed, and gone when its rows are asked for; another 404 is trouble."""
    gone = {"message": "Application not found."}
    demo_sandbox.add_fault(service="coolify", path="/shop-web/envs", status=404, body=gone)
    demo_sandbox.add_fault(service="coolify", path="/shop-api/envs", status=404, body={})
    found = observe_apps(lambda: coolify_of(demo_sandbox), SELECTORS[:2])
    assert found[SELECTORS[0]].missing == "no application shop-web in Coolify"
    assert found[SELECTORS[1]].trouble


def test_sentry_with_and_without_the_list_of_all_keys(demo_sandbox: RunningSandbox) -> None:
    """An older server is asked project by project, for those that are declared."""
    seen = observe_sentry(lambda: sentry_of(demo_sandbox), "acme", ["acme-billing", "none"])
    (key,) = seen.find_keys("acme-billing", "Default")
    demo_sandbox.add_fault(service="sentry", path="/project-keys/", status=404)
    old = observe_sentry(lambda: sentry_of(demo_sandbox), "acme", ["acme-billing", "none"])
    assert old.find_keys("acme-billing", "Default") == (key,)
    assert old.find_keys("none", "Default") == ()
    demo_sandbox.add_fault(service="sentry", path="/projects/$", status=503)
    assert observe_sentry(lambda: sentry_of(demo_sandbox), "acme", []).trouble


def test_statistics_are_a_courtesy(demo_sandbox: RunningSandbox) -> None:
    """A server without them, one that fails, no token: unknown, never a failure."""
    seen = observe_sentry(lambda: sentry_of(demo_sandbox), "acme", [])
    keys = seen.find_keys("acme-billing", "Default")
    found = observe_last_events(lambda: sentry_of(demo_sandbox), "acme", keys, 30)
    assert [(each.is_known, each.day) for each in found.values()] == [(True, None)]

    def without_a_token() -> SentryClient:
        raise SettingsError("SENTRY_AUTH_TOKEN", "no usable token given")

    assert not observe_last_events(without_a_token, "acme", keys, 30)[keys[0].id].is_known
    for status in (400, 500):
        demo_sandbox.clear_faults()
        demo_sandbox.add_fault(service="sentry", path="/stats/", status=status)
        found = observe_last_events(lambda: sentry_of(demo_sandbox), "acme", keys, 30)
        assert [each.is_known for each in found.values()] == [False]


def test_deployments(demo_sandbox: RunningSandbox) -> None:
    """The newest finished one; nothing is asked of a service; trouble is told."""
    client = coolify_of(demo_sandbox)
    apps = observe_apps(lambda: client, [SELECTORS[0], ByUuid("service", "shop-queue")])
    application, queue = (app.ref for app in apps.values())
    running = observe_running(client, application)
    assert running.finished is not None
    assert running.under_way is None
    assert application is not None
    client.deploy(application, 0.0)
    assert observe_running(client, application).under_way is not None
    demo_sandbox.clear_log()
    assert observe_running(client, queue).finished is None
    assert demo_sandbox.log("coolify") == []
    demo_sandbox.add_fault(service="coolify", path="/deployments/", status=500)
    assert observe_running(client, application).trouble
