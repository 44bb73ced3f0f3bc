"""One issue per stack and kind: opened, updated while it lasts, closed, opened again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from watchpost.github import Marker

if TYPE_CHECKING:
    from tests.clients.github.conftest import Runner

DRIFT = "watchpost: drift"
UNCHECKED = "watchpost: unchecked"


def test_an_issue_is_opened_updated_closed_and_opened_again(runner: Runner) -> None:
    """It stays the same issue all the time."""
    body = runner.write("drift.md", "One DSN differs.\n")
    opened = "issue of the kind drift for production: opened #1\n"
    assert runner.run("issue", "--body", body) == (0, opened)
    (made,) = runner.issues(DRIFT)
    assert made["title"] == "Watchpost: production differs from what is declared"
    assert made["body"] == "<!-- watchpost:drift stack=production -->\nOne DSN differs."
    assert [each["name"] for each in made["labels"]] == [DRIFT]

    runner.write("drift.md", "Two DSNs differ.\n")
    assert runner.run("issue", "--body", body)[1].endswith("updated #1\n")
    assert runner.run("issue", "--close")[1].endswith("closed #1\n")
    (closed,) = runner.issues(DRIFT)
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    assert closed["body"].endswith("Two DSNs differ.")

    runner.write("drift.md", "It drifted again.\n")
    assert runner.run("issue", "--body", body)[1].endswith("reopened #1\n")
    (again,) = runner.issues(DRIFT)
    assert (again["state"], again["body"].splitlines()[1]) == ("open", "It drifted again.")


@pytest.mark.parametrize("words", [("--body", "drift.md"), ("--close",)])
def test_a_second_run_writes_nothing(runner: Runner, words: tuple[str, ...]) -> None:
    """The same report again, or a second closing, sends no write: nobody is notified."""
    runner.patch.chdir(runner.folder)
    runner.write("drift.md", "One DSN differs.\n")
    runner.run("issue", "--body", "drift.md")
    runner.run("issue", *words)
    runner.sandbox.clear_log()
    assert runner.run("issue", *words)[0] == 0
    assert runner.sandbox.writes("github") == []


def test_an_issue_that_a_person_renamed_is_still_ours(runner: Runner) -> None:
    """Its title and further labels are left as they are."""
    body = runner.write("drift.md", "One.")
    runner.run("issue", "--body", body)
    runner.sandbox.github("PATCH", "/repos/acme/fleet/issues/1", {"title": "Shop again"})
    runner.write("drift.md", "Two.")
    assert runner.run("issue", "--body", body)[1].endswith("updated #1\n")
    assert [each["title"] for each in runner.issues(DRIFT)] == ["Shop again"]


def test_stacks_and_kinds_have_issues_of_their_own(runner: Runner) -> None:
    """The notice that a check could not run is another issue than drift."""
    body = runner.write("drift.md", "Text.")
    for options in ((), ("--stack", "staging"), ("--kind", "unchecked")):
        runner.run("issue", "--body", body, *options)
    assert [each["number"] for each in runner.issues(DRIFT)] == [2, 1]
    (notice,) = runner.issues(UNCHECKED)
    assert notice["title"] == "Watchpost: production could not be checked for drift"
    assert runner.run("issue", "--kind", "unchecked", "--close")[1].endswith("closed #3\n")
    assert [each["state"] for each in runner.issues(DRIFT)] == ["open", "open"]


def test_somebody_elses_issue_is_left_alone(runner: Runner) -> None:
    """Neither edited nor closed, though it has marker and label."""
    forged = {
        "title": "Drift",
        "body": Marker("drift", "production").render(),
        "labels": [DRIFT],
    }
    runner.sandbox.github("POST", "/repos/acme/fleet/issues", forged, token="outsider")
    body = runner.write("drift.md", "Ours.")
    assert runner.run("issue", "--body", body)[1].endswith("opened #2\n")
    assert runner.run("issue", "--close")[1].endswith("closed #2\n")
    found = {each["number"]: each["state"] for each in runner.issues(DRIFT)}
    assert found == {2: "closed", 1: "open"}


def test_of_two_the_older_stays(runner: Runner) -> None:
    """Where two runs opened one each, the next closes the newer as not planned."""
    body = runner.write("drift.md", "Text.")
    issue = {"title": "x", "body": Marker("drift", "production").render(), "labels": [DRIFT]}
    for _ in range(2):
        runner.sandbox.github("POST", "/repos/acme/fleet/issues", issue, token="actions")
    assert runner.run("issue", "--body", body)[1].endswith("updated #1\n")
    newer, older = runner.issues(DRIFT)
    assert (newer["state"], newer["state_reason"]) == ("closed", "not_planned")
    assert (older["state"], older["body"].splitlines()[1]) == ("open", "Text.")


@pytest.mark.parametrize("drop", ["before", "after"])
def test_opening_of_unclear_fate_opens_one(runner: Runner, drop: str) -> None:
    """Whether the dropped request was applied or not, there is one issue in the end."""
    body = runner.write("drift.md", "Text.")
    runner.sandbox.add_fault(service="github", method="POST", path="/issues$", drop=drop, first=1)
    assert runner.run("issue", "--body", body)[1].endswith("opened #1\n")
    assert len(runner.issues(DRIFT)) == 1


def test_pull_requests_are_no_issues(runner: Runner) -> None:
    """A pull request that wears the label is passed over."""
    number = runner.open_pull()
    path = f"/repos/acme/fleet/issues/{number}/labels"
    runner.sandbox.github("POST", path, {"labels": [DRIFT]})
    assert runner.run("issue", "--close")[1].endswith("none is open\n")


@pytest.mark.parametrize(
    ("codes", "drift", "unchecked"),
    [
        ([0], "closed #1", "closed #2"),
        ([2], "updated #1", "closed #2"),
        ([3], "left as it is", "updated #2"),
        ([2, 3], "updated #1", "updated #2"),
    ],
)
def test_a_check_decides_about_both(
    runner: Runner, codes: list[int], drift: str, unchecked: str
) -> None:
    """Drift is closed only where all was looked at; it is told even where not all was."""
    body = runner.write("drift.md", "Before.")
    for kind in ("drift", "unchecked"):
        runner.run("issue", "--kind", kind, "--body", body)
    runner.write("drift.md", "Now.")
    report = runner.write("drift.json", json.dumps({"exit_codes": codes}))
    words = ("issue", "--body", body, "--report", report)
    assert runner.run(*words) == (0, f"drift: {drift}\nunchecked: {unchecked}\n")
    runner.sandbox.clear_log()
    assert runner.run(*words)[0] == 0
    assert runner.sandbox.writes("github") == []


@pytest.mark.parametrize("text", ["{}", "[", '{"exit_codes": []}', '{"exit_codes": ["2"]}'])
def test_a_report_that_is_none(runner: Runner, text: str) -> None:
    """Exit 1; nothing is closed because a file cannot be read."""
    body, report = runner.write("drift.md", "Text."), runner.write("drift.json", text)
    code, printed = runner.run("issue", "--body", body, "--report", report)
    assert code == 1
    assert "drift.json: not a drift check" in printed
    assert runner.sandbox.log("github") == []


def test_a_report_is_not_for_closing(runner: Runner) -> None:
    """It decides itself."""
    report = runner.write("drift.json", '{"exit_codes": [0]}')
    code, printed = runner.run("issue", "--close", "--report", report)
    assert code == 1
    assert "--report: decides itself what is closed" in printed
