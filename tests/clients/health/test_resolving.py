"""Resolving and reopening over the simulated server: proven, written once, told in the log."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tests.clients.health.shop import REASON, SHOP, VAULT, Json, Shop
from tests.clients.transport.servers import Call, Reply, serving
from tests.unit.health.answers import issue_json
from watchpost.errors import (
    ApiError,
    ApiUnavailable,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ReadOnly,
    SettingsError,
    Unauthorized,
    UnclearWrite,
    UnexpectedResponse,
)
from watchpost.health import AuditLog, reopen_error, resolve_error
from watchpost.health.audit_history import parse_history
from watchpost.transport import writes_refused

if TYPE_CHECKING:
    from pathlib import Path

WRITE = "PUT /api/0/organizations/acme/issues/"


@pytest.fixture
def issue(shop: Shop) -> Json:
    """An issue of the shop."""
    shop.crash(release="build-7")
    (found,) = shop.issues()
    return found


def resolve(shop: Shop, issue: Json, reason: str = REASON, release: str | None = None) -> Any:
    """Resolve it with the shop's log."""
    return resolve_error(shop.client, SHOP, issue["id"], reason, release, log=shop.log)


def test_an_issue_is_resolved_by_one_read_and_one_write(shop: Shop, issue: Json) -> None:
    """The write names issue and project, and the issue again; the answer tells what it was."""
    done = resolve(shop, issue)
    assert (done.status, done.status_before, done.was_changed) == ("resolved", "unresolved", True)
    assert shop.requests() == [f"GET /api/0/organizations/acme/issues/{issue['id']}/", WRITE]
    sent = parse_qs(shop.sandbox.log("sentry")[-1]["query"])
    assert sent == {
        "id": [issue["id"]],
        "project": [issue["project"]["id"]],
        "query": [f"issue:{issue['shortId']}"],
    }
    assert shop.state_of(issue) == ("resolved", {})


def test_the_log_holds_intention_outcome_and_the_way_back(shop: Shop, issue: Json) -> None:
    """Who, why, which issue, and its status before; both lines are of one act."""
    resolve(shop, issue, f"{REASON}\x1b[2J\nand so on")
    intended, done = parse_history(shop.log.read()).lines
    assert (intended["outcome"], done["outcome"]) == ("intended", "done")
    assert intended["act"] == done["act"]
    assert done["actor"] == "ann@desk"
    assert done["reason"] == f"{REASON} and so on"
    assert (done["issue"], done["short_id"]) == (issue["id"], issue["shortId"])
    assert (done["entry"], done["organization"], done["project"]) == ("shop", "acme", "acme-shop")
    assert done["before"] == {"status": "unresolved", "substatus": "new", "statusDetails": {}}


def test_the_intention_is_written_before_the_write_leaves(shop: Shop) -> None:
    """At the moment at which Sentry gets the write, the log has the line."""
    seen: list[list[tuple[str, str]]] = []

    def take(_: Call) -> Reply:
        seen.append(shop.lines())
        return Reply(body={"status": "resolved", "statusDetails": {}})

    with serving(Reply(body=issue_json()), take) as server:
        client = shop.client_of("internal", server.url)
        resolve_error(client, SHOP, "4217", REASON, log=shop.log)
    assert seen == [[("resolve", "intended")]]


def test_resolving_twice_is_resolving_once(shop: Shop, issue: Json) -> None:
    """The second time nothing is written, neither to Sentry nor to the log."""
    resolve(shop, issue)
    before = shop.log.read()
    shop.sandbox.clear_log()
    again = resolve(shop, issue)
    assert (again.was_changed, again.status_before) == (False, "resolved")
    assert shop.sandbox.writes() == []
    assert shop.log.read() == before


def test_reopening_undoes_resolving(shop: Shop, issue: Json) -> None:
    """By the same way; twice is once, and the log tells how it had been resolved."""
    resolve(shop, issue, release="build-7")
    for was_changed in (True, False):
        done = reopen_error(shop.client, SHOP, issue["shortId"], "it crashed again", log=shop.log)
        assert (done.status, done.was_changed) == ("unresolved", was_changed)
    assert shop.state_of(issue)[0] == "unresolved"
    assert shop.issues()[0]["substatus"] == "ongoing", "no event has shown a regression"
    assert shop.lines() == [
        ("resolve", "intended"),
        ("resolve", "done"),
        ("reopen", "intended"),
        ("reopen", "done"),
    ]
    before = parse_history(shop.log.read()).lines[-1]["before"]
    assert before["statusDetails"] == {"inRelease": "build-7"}


@pytest.mark.parametrize(
    ("release", "details"),
    [("next", {"inNextRelease": True}), ("build-7", {"inRelease": "build-7"})],
)
def test_an_issue_is_resolved_in_a_release(
    shop: Shop, issue: Json, release: str, details: Json
) -> None:
    """In the next one, or in one that is there: events of later ones are regressions."""
    resolve(shop, issue, release=release)
    assert shop.state_of(issue) == ("resolved", details)
    assert parse_history(shop.log.read()).lines[-1]["in_release"] == release


def test_a_release_that_is_none_is_sentrys_to_refuse(shop: Shop, issue: Json) -> None:
    """Nothing is changed, and the log says so."""
    with pytest.raises(Invalid):
        resolve(shop, issue, release="build-99")
    assert shop.state_of(issue)[0] == "unresolved"
    assert shop.lines() == [("resolve", "intended"), ("resolve", "refused")]


@pytest.mark.parametrize("reason", ["", "   ", "fixed", "\u200b" * 40, "\x1b[31m" * 9, "x" * 9])
def test_nothing_is_asked_without_a_reason(shop: Shop, issue: Json, reason: str) -> None:
    """One that says nothing is none; the refusal says what a good one is."""
    for act in (resolve_error, reopen_error):
        with pytest.raises(SettingsError, match="say what was changed, and where"):
            act(shop.client, SHOP, issue["id"], reason, log=shop.log)
    assert shop.requests() == []
    assert shop.log.read() == b""


@pytest.mark.parametrize("release", ["", "a\nb", " shop@1", "x" * 251, "\u202ex", "\ud800"])
def test_nothing_is_asked_for_a_release_that_cannot_be(
    shop: Shop, issue: Json, release: str
) -> None:
    """Names with breaks, signs that hide, or of any length are refused here."""
    with pytest.raises(SettingsError, match="no release can be called so"):
        resolve(shop, issue, release=release)
    assert shop.requests() == []


def test_read_only_refuses_before_anything(
    shop: Shop, issue: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the reason is looked at, a request is sent, or the log is made."""
    monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
    for act in (resolve_error, reopen_error):
        with pytest.raises(ReadOnly):
            act(shop.client, SHOP, issue["id"], "", log=shop.log)
    monkeypatch.delenv("WATCHPOST_READ_ONLY")
    with writes_refused(), pytest.raises(ReadOnly):
        resolve(shop, issue)
    assert shop.requests() == []
    assert not shop.log.path.exists()


def test_a_log_that_cannot_be_written_refuses_the_write(
    shop: Shop, issue: Json, tmp_path: Path
) -> None:
    """The issue is read, and stays as it is."""
    log = AuditLog(tmp_path, "ann@desk")
    with pytest.raises(SettingsError, match="the audit log cannot be used"):
        resolve_error(shop.client, SHOP, issue["id"], REASON, log=log)
    assert shop.sandbox.writes() == []
    assert shop.state_of(issue)[0] == "unresolved"


def test_an_issue_that_moves_in_between_is_not_hit(shop: Shop, issue: Json) -> None:
    """Between read and write it becomes another project's: nothing of that project changes."""
    shop.crash(VAULT, kind="OcelotError")
    (other,) = shop.issues(VAULT)
    moved = {**issue, "id": other["id"], "shortId": other["shortId"]}
    path = f"/issues/{issue['id']}/$"
    shop.sandbox.add_fault(service="sentry", method="GET", path=path, status=200, body=moved)
    with pytest.raises(NotFound, match="this project has no such issue"):
        resolve(shop, issue)
    assert shop.requests()[-1] == WRITE
    assert shop.sandbox.log("sentry")[-1]["status"] == 204
    shop.sandbox.clear_faults()
    assert shop.state_of(other) == ("unresolved", {})
    assert shop.lines() == [("resolve", "intended"), ("resolve", "refused")]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "unresolved"},
        {"status": None},
        {"status": ["resolved"]},
        {"status": "resolved", "statusDetails": {}},
        [],
    ],
)
def test_an_answer_that_confirms_nothing_is_an_error(shop: Shop, issue: Json, body: object) -> None:
    """A 200 is not enough, nor one that forgets the release; the log says that it is unclear."""
    shop.sandbox.add_fault(service="sentry", method="PUT", path="/issues/$", status=200, body=body)
    with pytest.raises(UnexpectedResponse):
        resolve(shop, issue, release="build-7")
    assert shop.lines() == [("resolve", "intended"), ("resolve", "unclear")]


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 502, "applied": True}])
def test_a_write_of_unknown_fate_is_told_as_such(shop: Shop, issue: Json, fault: Json) -> None:
    """With how to look; it is not sent again, and doing it again writes nothing."""
    shop.sandbox.add_fault(service="sentry", method="PUT", path="/issues/$", **fault)
    with pytest.raises(UnclearWrite) as caught:
        resolve(shop, issue)
    assert f"watchpost health shop --issue {issue['shortId']}" in str(caught.value)
    assert len(shop.sandbox.writes()) == 1
    assert shop.lines() == [("resolve", "intended"), ("resolve", "unclear")]
    shop.sandbox.clear_faults()
    assert not resolve(shop, issue).was_changed


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (429, RateLimited),
    ],
)
def test_a_refused_write_is_told_in_the_log(
    shop: Shop, issue: Json, status: int, error: type[ApiError]
) -> None:
    """It surely was not applied, and is not sent again."""
    shop.sandbox.add_fault(service="sentry", method="PUT", path="/issues/$", status=status)
    with pytest.raises(error):
        resolve(shop, issue)
    assert len(shop.sandbox.writes()) == 1
    assert shop.lines() == [("resolve", "intended"), ("resolve", "refused")]


def test_a_refusal_that_nobody_can_read_is_told_in_the_log(shop: Shop) -> None:
    """Its words are nested deeper than Python follows; the outcome is known all the same."""
    deep = Reply(status=400, text='{"detail":' + "[" * 900 + "]" * 900 + "}")
    with serving(Reply(body=issue_json()), deep) as server:
        client = shop.client_of("internal", server.url)
        with pytest.raises(Invalid):
            resolve_error(client, SHOP, "4217", REASON, log=shop.log)
    assert shop.lines() == [("resolve", "intended"), ("resolve", "refused")]


def test_a_read_that_fails_writes_nothing(shop: Shop, issue: Json) -> None:
    """Neither to Sentry nor to the log."""
    shop.sandbox.add_fault(service="sentry", method="GET", status=503)
    with pytest.raises(ApiUnavailable):
        resolve(shop, issue)
    assert len(shop.requests()) == 1
    assert not shop.log.path.exists()


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (Reply(body={"status": "resolved", "statusDetails": {}}), "is resolved"),
        (Reply(status=400), "is as it was"),
        (Reply(status=502), "may or may not be resolved"),
        (Reply(body={}), "may or may not be resolved"),
    ],
)
def test_an_outcome_that_cannot_be_logged_is_told(shop: Shop, answer: Reply, fate: str) -> None:
    """What became of the issue comes first, and then what is wrong with the log."""

    def take(_: Call) -> Reply:
        shop.log.path.rename(shop.log.path.with_name("moved"))
        shop.log.path.mkdir()
        return answer

    with serving(Reply(body=issue_json()), take) as server:
        client = shop.client_of("internal", server.url)
        with pytest.raises(SettingsError, match=f"ACME-SHOP-1A {fate}, but the audit log") as told:
            resolve_error(client, SHOP, "4217", REASON, log=shop.log)
    assert "the audit log cannot be used: Is a directory" in str(told.value)


def test_a_log_of_hostile_states_is_clean(shop: Shop) -> None:
    """What Sentry says of the state before is cleaned, and nobody is named in it."""
    details = {
        "inRelease": "\x1b[2J1.0\nx",
        "actor": {"email": "ann@example.com"},
        "inNextRelease": True,
    }
    before = issue_json(status="resolved", statusDetails=details)
    after = Reply(body={"status": "unresolved", "statusDetails": {}})
    with serving(Reply(body=before), after) as server:
        client = shop.client_of("internal", server.url)
        reopen_error(client, SHOP, "4217", REASON, log=shop.log)
    line = parse_history(shop.log.read()).lines[-1]
    assert line["before"]["statusDetails"] == {"inRelease": "1.0 x", "inNextRelease": True}
    assert os.linesep not in json.dumps(line)
