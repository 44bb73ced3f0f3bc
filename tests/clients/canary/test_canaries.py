"""Canaries against the simulated server: what is seen, and why something is not."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.transport.servers import Reply, serving
from tests.sandboxes import send
from watchpost.canary import (
    Outcome,
    Resolved,
    Target,
    check_by_canary,
    check_quietly,
    exit_code,
    render_json,
    render_text,
    resolve_targets,
)
from watchpost.errors import ApiUnavailable, ReadOnly
from watchpost.sentry import SentryClient
from watchpost.transport import RetryPolicy, Transport, writes_refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.sandboxes import RunningSandbox

QUICK = RetryPolicy(attempts=2, base_seconds=0.02)
NONCE = "n0nce"


def target(slug: str = "shop", label: str = "Default", **fields: Any) -> Target:
    """A key that the app `web` uses in production."""
    made = Target(slug, slug, "live", label, "production", ("web",), is_preview=False)
    return replace(made, **fields)


@pytest.fixture
def sandbox(empty_sandbox: RunningSandbox) -> RunningSandbox:
    """A sandbox with the project `shop`, and the project `old` without its key."""
    team = "/api/0/teams/acme/web/"
    empty_sandbox.sentry("POST", "/api/0/organizations/acme/teams/", {"slug": "web"})
    for slug in ("shop", "old"):
        empty_sandbox.sentry("POST", f"{team}projects/", {"name": slug, "slug": slug})
    empty_sandbox.clear_log()
    return empty_sandbox


def client_of(sandbox: RunningSandbox, holder: str = "internal") -> SentryClient:
    """A client with the token of that name."""
    token = sandbox.tokens["sentry"][holder]
    return SentryClient(Transport("Sentry", sandbox.sentry_url, token, retry=QUICK))


def resolve(sandbox: RunningSandbox, *targets: Target) -> tuple[Resolved, ...]:
    """Each target with its key."""
    return resolve_targets(client_of(sandbox), "acme", targets)


def canaries(
    sandbox: RunningSandbox,
    *targets: Target,
    timeout_seconds: float = 5.0,
) -> Sequence[Outcome]:
    """What becomes of a canary to each target."""
    client = client_of(sandbox)
    found = resolve(sandbox, *targets)
    return check_by_canary(client, "acme", found, timeout_seconds, nonce=NONCE)


def add_key(sandbox: RunningSandbox, label: str, **fields: Any) -> dict[str, Any]:
    """Make a key of `shop`, then change what only an update can."""
    keys = "/api/0/projects/acme/shop/keys/"
    made: dict[str, Any] = sandbox.sentry("POST", keys, {"name": label}).body
    if fields:
        sandbox.sentry("PUT", f"{keys}{made['id']}/", fields)
    return made


def test_seen(sandbox: RunningSandbox) -> None:
    """A canary arrives in its project and environment, bears the run's tag, and is seen."""
    (outcome,) = canaries(sandbox, target(environment="beta"))
    assert (outcome.state, outcome.is_sent, outcome.reason) == ("seen", True, "")
    assert outcome.seen_after_seconds is not None
    assert outcome.seen_after_seconds < 5
    path = f"/api/0/projects/acme/shop/events/{outcome.event_id}/"
    event = sandbox.sentry("GET", path).body
    tags = {each["key"]: each["value"] for each in event["tags"]}
    assert tags["watchpost.canary"] == NONCE
    assert (tags["environment"], tags["level"]) == ("beta", "info")
    assert event["release"]["version"] == "watchpost-canary"
    (stored,) = sandbox.state()["sentry"]["sentry_events"]
    assert json.loads(stored["payload"])["fingerprint"] == ["watchpost-canary"]
    assert exit_code([outcome]) == 0


def test_it_is_sent_without_the_token(sandbox: RunningSandbox) -> None:
    """The one write is the canary's, to the ingest endpoint, and knows no token."""
    canaries(sandbox, target())
    (write,) = sandbox.writes()
    assert write["path"].endswith("/envelope/")
    assert write["token"] is None


def test_one_canary_per_key_and_unused_keys_get_none(sandbox: RunningSandbox) -> None:
    """Each key in use gets one; a key that no app uses is listed and gets none."""
    add_key(sandbox, "spare")
    sandbox.clear_log()
    outcomes = canaries(sandbox, target(), target("old"), target(label="spare", apps=()))
    assert [each.state for each in outcomes] == ["seen", "seen", "unused"]
    assert len(sandbox.writes()) == 2
    assert exit_code(outcomes) == 0


def test_disabled_key(sandbox: RunningSandbox) -> None:
    """A disabled key is refused by the ingest endpoint, and said to be disabled."""
    add_key(sandbox, "off", isActive=False)
    (outcome,) = canaries(sandbox, target(label="off"))
    assert (outcome.state, outcome.is_sent) == ("disabled", False)
    assert outcome.reason == "the key is disabled (403)"
    assert exit_code([outcome]) == 1


def test_key_deleted_meanwhile(sandbox: RunningSandbox) -> None:
    """A key that is deleted between look and canary is refused, in the server's words."""
    made = add_key(sandbox, "gone")
    found = resolve(sandbox, target(label="gone"))
    sandbox.sentry("DELETE", f"/api/0/projects/acme/shop/keys/{made['id']}/")
    (outcome,) = check_by_canary(client_of(sandbox), "acme", found, 5.0, nonce=NONCE)
    assert outcome.state == "refused"
    assert outcome.reason == "refused (403): event submission rejected with_reason: ProjectId"


def test_rate_limited_key(sandbox: RunningSandbox) -> None:
    """A key over its rate limit is told so, with when it is free again."""
    add_key(sandbox, "slow", rateLimit={"count": 1, "window": 3600})
    canaries(sandbox, target(label="slow"))
    (outcome,) = canaries(sandbox, target(label="slow"))
    assert outcome.state == "rate limited"
    assert outcome.reason.startswith("rate limited (429), free again in ")
    assert exit_code([outcome]) == 1


def test_not_seen_in_time(sandbox: RunningSandbox) -> None:
    """A canary that is taken and not shown is waited for, politely, and then told."""
    sandbox.add_fault(service="sentry", path="/events/", status=404, body={"detail": "no"})
    began = time.monotonic()
    (outcome,) = canaries(sandbox, target(), timeout_seconds=2.0)
    assert 1.9 < time.monotonic() - began < 6
    assert (outcome.state, outcome.is_sent) == ("not seen", True)
    assert outcome.reason == "accepted, not seen within 2 s"
    polls = [each for each in sandbox.log("sentry") if "/events/" in each["path"]]
    assert 3 <= len(polls) <= 5


def test_seen_late(sandbox: RunningSandbox) -> None:
    """A canary that shows after two polls is seen, after the time that it took."""
    sandbox.add_fault(service="sentry", path="/events/", status=404, body={}, first=2)
    (outcome,) = canaries(sandbox, target())
    assert outcome.state == "seen"
    assert outcome.seen_after_seconds is not None
    assert outcome.seen_after_seconds > 0.8


@pytest.mark.parametrize(
    ("count", "state", "words"),
    [
        ("filtered", "filtered", "an inbound filter put 1 of this key's events aside"),
        ("dropped", "rate limited", "a limit or quota dropped 1 of this key's events"),
    ],
)
def test_why_not_seen(sandbox: RunningSandbox, count: str, state: str, words: str) -> None:
    """Where the key's statistics count something else than accepted, that is the reason."""
    sandbox.add_fault(service="sentry", path="/events/", status=404, body={})
    bucket = {"ts": 1, "total": 1, "accepted": 0, "filtered": 0, "dropped": 0, count: 1}
    sandbox.add_fault(service="sentry", path="/stats/", status=200, body=[bucket])
    (outcome,) = canaries(sandbox, target(), timeout_seconds=0)
    assert outcome.state == state
    assert words in outcome.reason


def test_the_token_may_not_read_events(sandbox: RunningSandbox) -> None:
    """Without project:read nothing can be seen: that is unchecked, exit 3, and the reason."""
    body = {"name": "narrow", "kind": "internal", "scopes": ["org:read"]}
    token = sandbox.control("POST", "/sentry/tokens", body)["token"]
    client = SentryClient(Transport("Sentry", sandbox.sentry_url, token, retry=QUICK))
    found = resolve(sandbox, target())
    (outcome,) = check_by_canary(client, "acme", found, 0, nonce=NONCE)
    assert outcome.state == "unchecked"
    assert outcome.reason == "sent, but the token may not read events (project:read)"
    assert exit_code([outcome]) == 3


def test_ingest_is_down(sandbox: RunningSandbox) -> None:
    """An ingest endpoint that is unwell is unchecked, exit 3; other keys go on."""
    path = str(sandbox.sentry("GET", "/api/0/projects/acme/shop/").body["id"])
    sandbox.add_fault(service="sentry", path=f"/api/{path}/envelope", status=503, body={})
    outcomes = canaries(sandbox, target(), target("old"))
    assert [each.state for each in outcomes] == ["unchecked", "seen"]
    assert exit_code(outcomes) == 3


def test_sentry_fails_while_waiting(sandbox: RunningSandbox) -> None:
    """A Sentry that breaks while it is asked for the event makes it unchecked, not unseen."""
    sandbox.add_fault(service="sentry", path="/events/", status=500, body={"detail": "Oops"})
    (outcome,) = canaries(sandbox, target(), timeout_seconds=0)
    assert outcome.state == "unchecked"
    assert outcome.reason == "sent, but Sentry answered 500: Oops"


def test_sentry_is_down_from_the_start(sandbox: RunningSandbox) -> None:
    """Without the list of keys there is nothing to verify: the error says so."""
    sandbox.add_fault(service="sentry", drop="before")
    with pytest.raises(ApiUnavailable):
        resolve(sandbox, target())


def test_two_keys_of_one_label(sandbox: RunningSandbox) -> None:
    """Two keys of one label fail their row alone, with both ids; nothing is sent by either."""
    ids = [add_key(sandbox, "twin")["id"] for _ in range(2)]
    sandbox.clear_log()
    outcomes = canaries(sandbox, target(label="twin"), target())
    assert [each.state for each in outcomes] == ["no key", "seen"]
    assert outcomes[0].reason == f"2 keys are labelled twin: {', '.join(sorted(ids))}"
    assert len(sandbox.writes()) == 1
    assert exit_code(outcomes) == 1


@pytest.mark.parametrize("has_list", [True, False])
def test_missing_project_and_key(sandbox: RunningSandbox, has_list: bool) -> None:  # noqa: FBT001
    """A missing project and a missing key are told apart, on old servers too."""
    sandbox.set_options(project_keys_endpoint=has_list)
    found = resolve(sandbox, target("none"), target(label="none"), target())
    assert [each.problem for each in found] == [
        "Sentry has no project none",
        "the project has no key labelled none",
        "",
    ]


def test_a_key_of_another_project_is_not_taken(sandbox: RunningSandbox) -> None:
    """Every project has a key Default; each target gets that of its own project."""
    shop, old = resolve(sandbox, target(), target("old"))
    assert shop.key is not None
    assert old.key is not None
    assert shop.key.project_id != old.key.project_id


def test_read_only_refuses_canaries(sandbox: RunningSandbox) -> None:
    """While writes are off no canary leaves, although it is no write to the API."""
    found = resolve(sandbox, target())
    with writes_refused(), pytest.raises(ReadOnly):
        check_by_canary(client_of(sandbox), "acme", found, 1.0, nonce=NONCE)
    assert sandbox.writes() == []


def test_a_dsn_of_another_host_by_plain_http_is_refused(sandbox: RunningSandbox) -> None:
    """A DSN that leads elsewhere by plain http is refused by its shown name."""
    (found,) = resolve(sandbox, target())
    assert found.key is not None
    dsn = f"http://{found.key.id}@ingest.example.com/7"
    moved = replace(found, key=replace(found.key, dsn_public=dsn))
    (outcome,) = check_by_canary(client_of(sandbox), "acme", [moved], 1.0, nonce=NONCE)
    assert outcome.state == "refused"
    assert outcome.reason == "not sent: plain http to ingest.example.com is refused"


def test_redirecting_ingest(sandbox: RunningSandbox) -> None:
    """An ingest endpoint that redirects is told, not followed."""
    (found,) = resolve(sandbox, target())
    assert found.key is not None
    with serving(Reply(302, {}, {"Location": "https://elsewhere.example/"})) as server:
        dsn = server.url.replace("://", f"://{found.key.id}@") + "/7"
        moved = replace(found, key=replace(found.key, dsn_public=dsn))
        (outcome,) = check_by_canary(client_of(sandbox), "acme", [moved], 1.0, nonce=NONCE)
        assert len(server.calls) == 1
    assert outcome.reason == "the ingest endpoint redirects (302), which is not followed"


def store_event(sandbox: RunningSandbox, found: Resolved) -> None:
    """Send an event by the key as an app would."""
    assert found.key is not None
    url = f"{sandbox.sentry_url}/api/{found.key.project_id}/store/?sentry_key={found.key.id}"
    assert send("POST", url, body={"message": "hello"}).status == 200


def test_quiet_check_tells_the_last_event(sandbox: RunningSandbox) -> None:
    """Without sending, each key is active or not, with the hour of its last accepted event."""
    add_key(sandbox, "off", isActive=False)
    found = resolve(sandbox, target(), target("old"), target(label="off"), target(label="none"))
    store_event(sandbox, found[0])
    sandbox.clear_log()
    outcomes = check_quietly(client_of(sandbox), "acme", found)
    assert [each.state for each in outcomes] == ["active", "active", "disabled", "no key"]
    last = outcomes[0].last_event
    assert last is not None
    assert datetime.now(UTC) - last < timedelta(hours=2)
    assert outcomes[1].last_event is None
    assert outcomes[1].reason == "no event by this key in 30 days"
    assert sandbox.writes() == []
    assert exit_code(outcomes[:2]) == 0
    assert exit_code(outcomes[2:]) == 1


def test_quiet_check_without_statistics(sandbox: RunningSandbox) -> None:
    """Where the server counts nothing by key, the project's newest event stands in, and says so."""
    body = {"detail": "Invalid request data"}
    sandbox.add_fault(service="sentry", path="/stats/", status=400, body=body)
    found = resolve(sandbox, target(), target("old"))
    store_event(sandbox, found[0])
    shop, old = check_quietly(client_of(sandbox), "acme", found)
    assert shop.last_event is not None
    assert shop.reason.startswith("of the project; by key unknown")
    assert (old.last_event, old.state) == (None, "active")


def test_quiet_check_of_a_broken_server(sandbox: RunningSandbox) -> None:
    """A key whose statistics cannot be read is unchecked, and the others go on."""
    found = resolve(sandbox, target(), target("old"))
    project = str(found[0].key.project_id) if found[0].key else ""
    sandbox.add_fault(
        service="sentry", path=f"/{project}/keys", status=500, body={"detail": "Oops"}
    )
    outcomes = check_quietly(client_of(sandbox), "acme", found)
    assert [each.state for each in outcomes] == ["unchecked", "active"]
    assert exit_code(outcomes) == 3


def test_reports_show_no_dsn(sandbox: RunningSandbox) -> None:
    """Text and JSON name a key by its project's id and its label, never by its DSN."""
    outcomes = canaries(sandbox, target(), target("none"), target(label="spare", apps=()))
    key = outcomes[0].resolved.key
    assert key is not None
    text = render_text(outcomes, NONCE)
    document = render_json(outcomes, "acme", NONCE)
    assert f"…@{key.project_id} key Default" in text
    assert "none/Default" in text
    assert f"watchpost.canary:{NONCE}" in text
    assert [each["state"] for each in document["keys"]] == ["seen", "no key", "no key"]
    assert document["keys"][0]["dsn"] == f"…@{key.project_id} key Default"
    for shown in (text, json.dumps(document), render_text(outcomes, "")):
        assert key.id not in shown
        assert "://" not in shown
