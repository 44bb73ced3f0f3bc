"""
Nothing of a project that is not granted comes back, whatever is tried.

The counts are told at the end of the run: tried / leaked.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from mcp.shared.exceptions import MCPError

from tests import tallies
from tests.clients.agents.agent import call_all, text_of, visit
from tests.clients.agents.attempts import (
    REASON,
    SPELLINGS,
    calls_about,
    dashed,
    spelled_calls,
    varied_calls,
)
from tests.clients.agents.served import APPS, SECRET_WORDS, WORDS, Fleet, serving
from tests.sandboxes import send
from watchpost.agents.desk import Manners
from watchpost.agents.failures import DENIAL
from watchpost.agents.tools import TOOLS

if TYPE_CHECKING:
    from pathlib import Path

    from mcp import Client
    from mcp_types import CallToolResult

    from tests.clients.agents.agent import Call

FASTEST = Manners(step_seconds=0.01)
OTHERS = ("ledger", "vault")
SEED = 20_261_128


@pytest.fixture(autouse=True)
def audit_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An audit log of this test."""
    path = tmp_path / "audit.jsonl"
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(path))
    return path


def names_of(fleet: Fleet, entry_id: str) -> list[str]:
    """All by which a project, its issues, events, app and key are called."""
    slug = f"acme-{entry_id}"
    project = fleet.sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/").body
    events = fleet.sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/events/").body
    (key,) = fleet.sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/keys/").body
    issues = fleet.issues[entry_id]
    return [
        entry_id,
        slug,
        str(project["id"]),
        APPS[entry_id],
        key["public"],
        *(str(issue["id"]) for issue in issues),
        *(str(issue["shortId"]) for issue in issues),
        *(str(event["eventID"]) for event in events),
        dashed(events[0]["eventID"]),
    ]


def count_leaks(fleet: Fleet, calls: list[Call], answers: list[CallToolResult]) -> list[Call]:
    """The calls whose answer holds anything of another project; tallied."""
    forbidden = {name.casefold() for other in OTHERS for name in names_of(fleet, other)}
    forbidden = {name for name in forbidden if len(name) > 3} | set(SECRET_WORDS)
    leaks = []
    for sent, answer in zip(calls, answers, strict=True):
        told = answer.model_dump_json().casefold()
        if not answer.is_error or any(name in told for name in forbidden):
            leaks.append(sent)
    tallies.add("leakage", len(calls), len(leaks))
    return leaks


def try_all(fleet: Fleet, calls: list[Call]) -> list[str]:
    """Try the calls as an agent of `shop` that may resolve; the answers, none of which leaks."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    fleet.sandbox.clear_log()
    with serving(fleet, fleet.desk(FASTEST)) as url:
        answers = call_all(url, token, calls)
    texts = list(map(text_of, answers))
    requests = fleet.requests()
    assert count_leaks(fleet, calls, answers) == []
    assert {
        text for text in texts if text != DENIAL and not text.startswith("Invalid arg")
    } == set()
    assert len(requests) == texts.count(DENIAL)
    assert all(each.startswith("GET ") for each in requests)
    assert fleet.requests("coolify") == []
    log = "\n".join(fleet.lines).casefold()
    assert [word for word in SECRET_WORDS if word in log] == []
    return texts


def test_every_tool_with_every_id_of_others(fleet: Fleet, audit_log: Path) -> None:
    """Numbers, short ids, event ids, slugs, keys, apps: all denied by the same words."""
    names = [name for other in OTHERS for name in names_of(fleet, other)]
    texts = try_all(fleet, [each for name in names for each in calls_about(name)])
    assert set(texts) == {DENIAL}
    assert not audit_log.exists()


def test_every_spelling_of_every_id(fleet: Fleet, audit_log: Path) -> None:
    """Cases, encodings, look-alikes, padding, NUL, paths: nothing is read kindly, by any tool."""
    issue = fleet.issues["ledger"][0]
    event = fleet.sandbox.sentry("GET", "/api/0/projects/acme/acme-ledger/events/").body[0]
    names = ["ledger", "acme-ledger", issue["id"], issue["shortId"], event["eventID"]]
    calls = list(spelled_calls(names))
    assert len(calls) >= 5 * len(SPELLINGS) * len(TOOLS)
    try_all(fleet, calls)
    assert not audit_log.exists()


def test_two_hundred_generated_variations(fleet: Fleet, audit_log: Path) -> None:
    """Names changed at random, with arguments that no tool has; the seed is fixed."""
    names = [name for other in OTHERS for name in names_of(fleet, other) if not name.isdigit()]
    calls = list(varied_calls(names, 200, SEED))
    assert len({json.dumps(each) for each in calls}) > 190
    try_all(fleet, calls)
    assert not audit_log.exists()


def test_digests_of_others(fleet: Fleet) -> None:
    """The resource and the prompt deny like the tools, and what is listed is granted."""
    token = fleet.grant("shop-agent", "shop")
    names = [spell("ledger") for spell in SPELLINGS.values()]

    async def look(client: Client) -> list[str]:
        listed = (await client.list_resources()).resources
        assert [each.uri for each in listed] == ["watchpost://shop/digest"]
        told = []
        for number, name in enumerate(names):
            as_resource = client.read_resource(f"watchpost://{name}/digest")
            as_prompt = client.get_prompt("project_health", {"projectId": name})
            chosen, other = (as_resource, as_prompt) if number % 2 else (as_prompt, as_resource)
            other.close()
            with pytest.raises(MCPError) as caught:
                await chosen
            told.append(str(caught.value))
        return told

    with serving(fleet, fleet.desk(FASTEST)) as url:
        told = visit(url, token, look)
    tallies.add("leakage", len(told), len([text for text in told if text != DENIAL]))
    assert set(told) == {DENIAL}


def raw(url: str, token: str, call: Call) -> tuple[int, str, dict[str, str]]:
    """One call by hand, always with the same JSON-RPC id: status, body and headers but the date."""
    name, sent = call
    body = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": name, "arguments": sent},
    }
    answer = send("POST", url, token=token, body=body)
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status, answer.text, headers


def kinds_of_denial(tool: str, more: dict[str, Any]) -> dict[str, Call]:
    """A call for each of the three denials that the tool can meet."""
    kinds = {
        "not granted": (tool, {"projectId": "ledger", **more}),
        "not there": (tool, {"projectId": "nobody", **more}),
    }
    if "issueId" in more:
        kinds["issue of another"] = (tool, {"projectId": "shop", **more})
    return kinds


@pytest.mark.parametrize("fault", [None, {"status": 503}, {"status": 429}, {"status": 401}])
def test_denials_are_the_same_byte_for_byte(fleet: Fleet, fault: dict[str, Any] | None) -> None:
    """Status, headers and body are equal, after as many requests; while Sentry fails as well."""
    token = fleet.grant("shop-agent", "shop", may_resolve=True)
    issue = {"issueId": fleet.issue("ledger")}
    tools: dict[str, dict[str, Any]] = {
        "project_recent_errors": {},
        "project_error_detail": issue,
        "project_error_resolve": {**issue, "reason": REASON},
        "project_wiring": {},
    }
    if fault:
        fleet.sandbox.add_fault(service="sentry", **fault)
    with serving(fleet, fleet.desk()) as url:
        for tool, more in tools.items():
            answers, requests = set(), set()
            for call in kinds_of_denial(tool, more).values():
                fleet.sandbox.clear_log()
                status, text, headers = raw(url, token, call)
                answers.add((status, text, tuple(sorted(headers.items()))))
                requests.add((len(fleet.requests()), len(fleet.requests("coolify"))))
            assert len(answers) == 1, tool
            assert requests == {(1, 0)}, tool


def test_sentry_is_not_asked_for_what_is_surely_another_projects(fleet: Fleet) -> None:
    """An issue that exists takes longer: by a short id, time would tell the slug of a project."""
    token = fleet.grant("shop-agent", "shop")
    (own, *_), (other, *_) = fleet.issues["shop"], fleet.issues["ledger"]
    short_ids = [other["shortId"], other["shortId"].lower(), "ACME-1", "ACME-SHOP-WEB-1"]
    calls: list[Call] = [
        *(("project_error_detail", {"projectId": "shop", "issueId": each}) for each in short_ids),
        ("project_error_detail", {"projectId": "ledger", "issueId": other["id"]}),
    ]
    with serving(fleet, fleet.desk(FASTEST)) as url:
        fleet.sandbox.clear_log()
        texts = list(map(text_of, call_all(url, token, calls)))
        assert set(fleet.requests()) == {"GET /api/0/organizations/acme/issues/0/"}
        sent = {"projectId": "shop", "issueId": own["shortId"].lower()}
        assert not call_all(url, token, [("project_error_detail", sent)])[0].is_error
    assert set(texts) == {DENIAL}


def test_own_projects_still_answer(fleet: Fleet) -> None:
    """What is tried above fails because it is somebody else's: its own agent sees all of it."""
    token = fleet.grant("ledger-agent", "ledger")
    calls: list[Call] = [
        ("project_recent_errors", {"projectId": "ledger"}),
        ("project_error_detail", {"projectId": "ledger", "issueId": fleet.issue("ledger")}),
        ("project_wiring", {"projectId": "ledger"}),
    ]
    with serving(fleet, fleet.desk()) as url:
        told = [text_of(each) for each in call_all(url, token, calls)]
    assert WORDS["ledger"] in told[0]
    assert WORDS["ledger"] in told[1]
    assert APPS["ledger"] in told[2]
