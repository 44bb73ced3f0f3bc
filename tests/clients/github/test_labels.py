"""One label per pull request, by consequence; nobody else's labels are touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.clients.github.conftest import Runner


def labels(runner: Runner, number: int) -> list[str]:
    """The names of the labels that a pull request wears."""
    path = f"/repos/acme/fleet/issues/{number}/labels"
    return [each["name"] for each in runner.sandbox.github("GET", path).body]


def test_a_label_replaces_the_last_one(runner: Runner) -> None:
    """Of ours one is worn; one of a person's stays."""
    number = runner.open_pull()
    path = f"/repos/acme/fleet/issues/{number}/labels"
    runner.sandbox.github("POST", path, {"labels": ["urgent"]})
    assert runner.run("label", "--pr", number, "--set", "rebuild") == (
        0,
        f"label of #{number} updated: watchpost: rebuild\n",
    )
    assert labels(runner, number) == ["urgent", "watchpost: rebuild"]
    runner.run("label", "--pr", number, "--set", "nothing")
    assert labels(runner, number) == ["urgent", "watchpost: no effect"]
    made = runner.sandbox.github("GET", "/repos/acme/fleet/labels/watchpost%3A%20rebuild").body
    assert made["color"] == "fbca04"


def test_a_second_run_writes_nothing(runner: Runner) -> None:
    """The label that is worn is not put on again, in whatever case its name was made."""
    number = runner.open_pull()
    label = {"name": "Watchpost: Restart", "color": "000000"}
    runner.sandbox.github("POST", "/repos/acme/fleet/labels", label)
    runner.run("label", "--pr", number, "--set", "restart")
    runner.sandbox.clear_log()
    assert runner.run("label", "--pr", number, "--set", "restart")[1].startswith(
        f"label of #{number} unchanged"
    )
    assert runner.sandbox.writes("github") == []
    assert labels(runner, number) == ["Watchpost: Restart"]


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, "rebuild"),
        ({"consequence": "restart"}, "restart"),
        ({"consequence": "nothing"}, "no effect"),
        ({"is_destructive": True}, "destructive"),
        ({"is_destructive": True, "is_over_limit": True}, "unsafe"),
    ],
)
def test_a_plan_says_its_label(runner: Runner, fields: dict[str, Any], label: str) -> None:
    """The worst counts: over a limit, destructive, then what happens to apps."""
    number, plan = runner.open_pull(), runner.write_plan(**fields)
    assert runner.run("label", "--pr", number, "--plan", plan)[0] == 0
    assert labels(runner, number) == [f"watchpost: {label}"]


def test_the_prefix_is_free(runner: Runner) -> None:
    """With another prefix the labels are others."""
    number = runner.open_pull()
    words = ("label", "--pr", number, "--label-prefix", "sentry/")
    runner.run(*words, "--set", "unsafe")
    runner.run(*words, "--set", "restart")
    assert labels(runner, number) == ["sentry/restart"]


def test_another_run_may_make_the_label_first(runner: Runner) -> None:
    """A label that exists already is no fault, though it was not there a moment ago."""
    number = runner.open_pull()
    name = "/repos/acme/fleet/labels/watchpost%3A%20rebuild"
    label = {"name": "watchpost: rebuild", "color": "fbca04"}
    runner.sandbox.github("POST", "/repos/acme/fleet/labels", label)
    runner.sandbox.add_fault(
        service="github",
        method="GET",
        path=r"/labels/watchpost",
        status=404,
        body={"message": "Not Found"},
    )
    assert runner.run("label", "--pr", number, "--set", "rebuild")[0] == 0
    runner.sandbox.clear_faults()
    assert runner.sandbox.github("GET", name).status == 200
    assert labels(runner, number) == ["watchpost: rebuild"]
