"""Faults on demand, as clients meet them."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandboxes import ControlRefused, RunningSandbox

APP = "/applications/railpack-hono"


def statuses(sandbox: RunningSandbox, count: int) -> list[int]:
    """The statuses of that many calls to Coolify."""
    return [sandbox.coolify("GET", "/version").status for _ in range(count)]


def keys(sandbox: RunningSandbox) -> list[str]:
    """The keys that the app's production rows have."""
    rows = sandbox.control("GET", f"/coolify{APP}/rows")["rows"]
    return [row["key"] for row in rows if not row["is_preview"]]


def test_the_first_matching_calls_are_hit(contracts_sandbox: RunningSandbox) -> None:
    """A fault with first 2 hits two calls and then no more."""
    contracts_sandbox.add_fault(service="coolify", status=503, first=2)
    assert statuses(contracts_sandbox, 4) == [503, 503, 200, 200]


def test_a_fault_without_a_number_hits_until_it_is_removed(
    contracts_sandbox: RunningSandbox,
) -> None:
    """It stays until DELETE, and tells how often it matched and hit."""
    fault = contracts_sandbox.add_fault(service="coolify", path="/version$", status=500)
    assert statuses(contracts_sandbox, 3) == [500, 500, 500]
    told = contracts_sandbox.control("GET", "/faults")["faults"]
    assert [(each["id"], each["matched"], each["hit"]) for each in told] == [(fault, 3, 3)]
    contracts_sandbox.control("DELETE", f"/faults/{fault}")
    assert statuses(contracts_sandbox, 1) == [200]
    with pytest.raises(ControlRefused):
        contracts_sandbox.control("DELETE", f"/faults/{fault}")


def test_a_share_is_the_same_for_one_seed(contracts_sandbox: RunningSandbox) -> None:
    """Half of the calls are hit, and the same ones for the same seed."""
    seen = []
    for seed in (7, 7, 8):
        contracts_sandbox.clear_faults()
        contracts_sandbox.add_fault(service="coolify", status=503, share=0.5, seed=seed)
        seen.append(statuses(contracts_sandbox, 20))
    assert seen[0] == seen[1] != seen[2]
    assert 3 <= seen[0].count(503) <= 17


def test_a_share_of_parallel_calls_is_drawn_as_they_arrive(
    contracts_sandbox: RunningSandbox,
) -> None:
    """However many connections there are, the n-th call to arrive meets the n-th draw."""
    contracts_sandbox.set_limits(coolify={"limit": None})
    contracts_sandbox.add_fault(service="coolify", status=503, share=0.3, seed=11)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: contracts_sandbox.coolify("GET", "/version"), range(200)))
    generator = random.Random(11)  # noqa: S311  what the fault draws from, no secret
    drawn = [503 if generator.random() < 0.3 else 200 for _ in range(200)]
    assert [each["status"] for each in contracts_sandbox.log()] == drawn


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"service": "coolify"}, 418),
        ({"service": "*"}, 418),
        ({"service": "sentry"}, 200),
        ({"method": "GET"}, 418),
        ({"method": "get"}, 418),
        ({"method": None, "path": None, "first": None, "share": None, "drop": None}, 418),
        ({"method": "POST"}, 200),
        ({"path": "/vers"}, 418),
        ({"path": "^/version"}, 200),
    ],
)
def test_what_a_fault_matches(
    contracts_sandbox: RunningSandbox, fields: dict[str, str | None], status: int
) -> None:
    """Service and verb are equal or *, the path is searched; null is as good as nothing."""
    contracts_sandbox.add_fault(**fields, status=418)
    assert statuses(contracts_sandbox, 1) == [status]


def test_a_status_is_answered_without_applying(contracts_sandbox: RunningSandbox) -> None:
    """The body and headers are those of the fault, and nothing was written."""
    headers = {"Retry-After": "3"}
    contracts_sandbox.add_fault(method="POST", status=429, body={"x": 1}, headers=headers)
    answer = contracts_sandbox.coolify("POST", f"{APP}/envs", {"key": "A"})
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (429, {"x": 1}, "3")
    assert keys(contracts_sandbox) == []


def test_a_status_may_be_answered_after_applying(contracts_sandbox: RunningSandbox) -> None:
    """With applied the write happened all the same."""
    contracts_sandbox.add_fault(method="POST", status=502, applied=True)
    assert contracts_sandbox.coolify("POST", f"{APP}/envs", {"key": "A"}).status == 502
    assert keys(contracts_sandbox) == ["A"]


@pytest.mark.parametrize(("moment", "written"), [("before", []), ("after", ["A"])])
def test_a_dropped_connection(
    contracts_sandbox: RunningSandbox, moment: str, written: list[str]
) -> None:
    """The client gets no answer; the write was applied, or was not."""
    contracts_sandbox.add_fault(service="coolify", drop=moment, first=1)
    with pytest.raises(OSError, match=r"closed|reset"):
        contracts_sandbox.coolify("POST", f"{APP}/envs", {"key": "A"})
    assert keys(contracts_sandbox) == written
    assert contracts_sandbox.log("coolify")[0]["status"] == 0
    assert statuses(contracts_sandbox, 1) == [200]


def test_latency_delays_without_blocking_others(contracts_sandbox: RunningSandbox) -> None:
    """A slow call is answered late and rightly."""
    contracts_sandbox.add_fault(service="coolify", latency_seconds=0.2, first=1)
    started = time.monotonic()
    assert statuses(contracts_sandbox, 1) == [200]
    assert time.monotonic() - started >= 0.2


def test_faults_reach_sentry_too(contracts_sandbox: RunningSandbox) -> None:
    """The gate stands before both services."""
    contracts_sandbox.add_fault(service="sentry", status=500, first=1)
    assert contracts_sandbox.sentry("GET", "/api/0/organizations/acme/").status == 500
    assert contracts_sandbox.sentry("GET", "/api/0/organizations/acme/").status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"colour": "red"},
        {"service": "gitlab"},
        {"drop": "later"},
        {"path": "("},
        {"path": 5},
        {"first": 1, "share": 0.5},
        {"first": -1},
        {"share": 1.5},
        {"seed": "seven"},
        {"status": "503"},
        {"status": 1000},
        {"latency_seconds": -1},
        {"headers": ["Retry-After"]},
        {"applied": "yes"},
    ],
)
def test_a_fault_that_cannot_be_meant(
    contracts_sandbox: RunningSandbox, fields: dict[str, object]
) -> None:
    """It is refused with what is wrong."""
    with pytest.raises(ControlRefused, match="400"):
        contracts_sandbox.control("POST", "/faults", fields)
