"""Running checks: each alone, none for nothing; and the exit code of what they found."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from watchpost.diagnosis import Case, Check, Finding, State, examine, exit_code
from watchpost.diagnosis.finding import ok, unknown
from watchpost.diagnosis.report import count_states, render_json, render_text
from watchpost.errors import SettingsError

CASE = Case(Path("/nowhere"), "tests")


def fails(_case: Case) -> Finding:
    """A check that ends with an error of ours."""
    raise SettingsError("here", "it is broken", detail="two\nlines", fix="mend it")


def breaks(_case: Case) -> Finding:
    """A check that ends with an error of the operating system."""
    raise PermissionError(13, "Permission denied")


def works(_case: Case) -> Finding:
    """A check that finds nothing wrong."""
    return ok("works", "well")


def says(finding: Finding, _case: Case) -> Finding:
    """A check that ends with *finding*."""
    return finding


def test_a_failing_check_stops_no_other() -> None:
    """Errors become failures with their words and cure; the checks behind them are run."""
    broken, denied, works_too = examine(
        CASE, [Check("a", fails), Check("b", breaks), Check("works", works)]
    )
    assert broken == Finding("a", "failure", "it is broken: two lines", "mend it")
    assert (denied.state, denied.seen) == ("failure", "Permission denied")
    assert works_too.state == "ok"


def test_what_depends_on_a_failure_is_not_checked() -> None:
    """A check is not run without its needs, and names the one at fault, however far back."""
    checks = [
        Check("a", fails),
        Check("b", works, ("a",)),
        Check("c", works, ("b",)),
    ]
    _, second, third = examine(CASE, checks)
    assert (second.state, second.seen) == ("unknown", "not checked: see 'a'")
    assert third.seen == "not checked: see 'a'"


def test_what_nobody_can_prove_stops_nothing() -> None:
    """An unprovable unknown lets go on what needs it; a provable one does not."""
    for is_provable, state in ((False, "ok"), (True, "unknown")):
        finding = unknown("a", "hidden", is_provable=is_provable)
        hidden = Check("a", partial(says, finding))
        assert examine(CASE, [hidden, Check("works", works, ("a",))])[1].state == state


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("ok", "warning"), 0),
        (("ok", "unknown"), 3),
        (("unknown", "failure"), 1),
        ((), 0),
    ],
)
def test_exit_code(states: tuple[State, ...], code: int) -> None:
    """Warnings are allowed; a failure is 1 and goes before 3 for what could not be checked."""
    assert exit_code([Finding("x", state, "") for state in states]) == code


def test_unprovable_is_no_reason_to_fail() -> None:
    """What no read can prove does not make every run end with 3."""
    assert exit_code([unknown("x", "not proven", is_provable=False)]) == 0


def test_reports() -> None:
    """Text has a line per finding with its cure below, JSON has all of it; zeros are counted."""
    findings = examine(CASE, [Check("a", fails), Check("works", works)])
    lines = render_text(findings).splitlines()
    assert lines[:3] == [
        "failure  a      it is broken: two lines",
        "                cure: mend it",
        "ok       works  well",
    ]
    assert lines[-2] == "2 checks: 1 ok, 0 warning, 1 failure, 0 unknown"
    assert "--list-apps" in lines[-1]
    document = render_json(findings)
    assert document["counts"] == count_states(findings)
    assert document["exit_code"] == 1
    assert document["findings"][0]["cure"] == "mend it"
