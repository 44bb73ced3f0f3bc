"""
One finding of the doctor, and how checks are run: in order, each alone, none for nothing.

    a check's need            the check
    ok, warning, unprovable   is run, if it is due
    failure, not checked      is not run: "not checked: <need> ..."

    a check ends with         its finding
    a finding                 that
    an error of ours          failure, with the error's words and cure
    an operating system error failure, with the system's words

Does not: know what is checked. Source: design.md 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from watchpost import exits
from watchpost.errors import WatchpostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from watchpost.diagnosis.case import Case

State = Literal["ok", "warning", "failure", "unknown"]


@dataclass(frozen=True)
class Finding:
    """
    What one check found.

    Attributes:
        name: What was looked at.
        state: `ok`; `warning`: works, and will hurt; `failure`: a run would fail; `unknown`.
        seen: What was seen, without a secret.
        cure: What mends it; empty where there is nothing to mend.
        is_provable: False for what no read can prove, so that its `unknown` is nobody's fault.
    """

    name: str
    state: State
    seen: str
    cure: str = ""
    is_provable: bool = True


@dataclass(frozen=True)
class Check:
    """
    One thing to look at.

    Attributes:
        name: Of its finding.
        look: Looks.
        needs: Names of checks without which there is nothing to look at.
        is_due: Whether there is anything of the kind; what is not due is not listed.
    """

    name: str
    look: Callable[[Case], Finding]
    needs: tuple[str, ...] = ()
    is_due: Callable[[Case], bool] = lambda _case: True


def ok(name: str, seen: str) -> Finding:
    """Nothing to mend."""
    return Finding(name, "ok", seen)


def warning(name: str, seen: str, cure: str) -> Finding:
    """It works, and will hurt."""
    return Finding(name, "warning", seen, cure)


def failure(name: str, seen: str, cure: str) -> Finding:
    """A run would fail."""
    return Finding(name, "failure", seen, cure)


def unknown(name: str, seen: str, cure: str = "", *, is_provable: bool = True) -> Finding:
    """It could not be seen."""
    return Finding(name, "unknown", seen, cure, is_provable)


def examine(case: Case, checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Run *checks* in their order; a failing one never stops the others."""
    found: dict[str, Finding] = {}
    for check in checks:
        if not check.is_due(case):
            continue
        missing = next((need for need in check.needs if _is_missing(found[need])), None)
        if missing is None:
            found[check.name] = _look(check, case)
        else:
            found[check.name] = unknown(check.name, f"not checked: {_why(found[missing])}")
    return tuple(found.values())


def exit_code(findings: Iterable[Finding]) -> int:
    """0 where nothing is wrong, 1 where something is, 3 where something could not be checked."""
    codes = {"failure": exits.REFUSED, "unknown": exits.UNCHECKED}
    return exits.worst_of(
        codes.get(each.state, exits.DONE) for each in findings if each.is_provable
    )


def _is_missing(finding: Finding) -> bool:
    return finding.state == "failure" or (finding.state == "unknown" and finding.is_provable)


def _why(finding: Finding) -> str:
    """Which need is at fault; one that was not checked itself passes its own reason on."""
    if finding.state == "unknown" and finding.seen.startswith("not checked: "):
        return finding.seen.removeprefix("not checked: ")
    return f"see '{finding.name}'"


def _look(check: Check, case: Case) -> Finding:
    try:
        return check.look(case)
    except WatchpostError as error:
        return failure(check.name, _words(error), error.fix)
    except OSError as error:
        return failure(check.name, error.strerror or type(error).__name__, "")


def _words(error: WatchpostError) -> str:
    """Summary and detail on one line."""
    detail = " ".join(error.detail.split())
    return f"{error.summary}: {detail}" if detail else error.summary
