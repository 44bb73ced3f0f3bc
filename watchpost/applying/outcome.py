"""
What became of each object of a plan, told from the engine's events.

    the engine said              the object's result
    done                         done
    failed                       failed, with the provider's words
    failed, for the permit       unplanned: the reviewed plan does not hold it
    started, and nothing more    unclear: the run ended meanwhile
    nothing                      untouched

Does not: run anything. Source: issue 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from watchpost import exits
from watchpost.engine import Diagnostic, Operation, Summary, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from watchpost.engine import Event
    from watchpost.plan import Change, Plan

Result = Literal["done", "failed", "unplanned", "unclear", "untouched", "skipped"]
_UNPLANNED = re.compile(r"the reviewed plan (?:holds no|does not) ")  # `watchpost.permit`
_SAID_BY_THE_END = frozenset({"update failed", "update canceled"})
_TEAM = ":SentryTeam"
_RECORD = ":PlatformRecord"
_OURS = ("sentry:index/", "CoolifyEnvironment::", "PlatformRecord::")


@dataclass(frozen=True)
class Outcome:
    """
    The end of one run.

    Attributes:
        results: By resource name; a team's is `team platform`, a record's `record of shop`.
        reasons: Why something failed or was skipped, by the same names.
        entries: Which top-level entry each name belongs to; empty for teams.
        errors: What the engine said of the run as a whole.
        seconds: How long it took.
        was_interrupted: Whether somebody stopped it.
        was_stopped: Whether it was stopped for an operation that the plan did not hold.
    """

    results: Mapping[str, Result]
    reasons: Mapping[str, str]
    entries: Mapping[str, str]
    errors: tuple[str, ...]
    seconds: float
    was_interrupted: bool = False
    was_stopped: bool = False

    def exit_codes(self) -> list[int]:
        """Every exit code that applies."""
        found = set(self.results.values())
        codes = [exits.INTERRUPTED] if self.was_interrupted else []
        codes += [exits.UNSAFE] if self.was_stopped or "unplanned" in found else []
        codes += [exits.REFUSED] if self.errors or found & {"failed", "unclear", "skipped"} else []
        return codes


@dataclass
class Tracker:
    """
    What the events have told so far.

    Args:
        plan: What is carried out.
        tell: Called with a line for each object that is done or has failed.
        stop: Called once when an operation starts that the plan does not hold.
    """

    plan: Plan
    tell: Callable[[str], object]
    stop: Callable[[], object]
    stages: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    was_stopped: bool = False

    def take(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case Operation():
                self._take_operation(event)
            case Diagnostic(severity="error"):
                self._take_error(event)
            case Diagnostic() | Summary():
                pass

    def _take_operation(self, event: Operation) -> None:
        if not any(each in event.urn for each in _OURS):
            return
        if event.stage == "started" and event.urn not in self.plan.operations:
            self.was_stopped = True
            self.said.setdefault(event.urn, f"{event.op} is not in the reviewed plan")
            self.stop()
        self.stages[event.urn] = event.stage
        if event.stage != "started":
            label = _label_of(event.urn)
            words = {_label(each): each.action.word for each in self.plan.changes}
            self.tell(f"{event.stage:<7} {words.get(label, event.op)} {label}")

    def _take_error(self, event: Diagnostic) -> None:
        if event.urn and any(each in event.urn for each in _OURS):
            self.said.setdefault(event.urn, event.message)
        elif not event.urn and event.message not in _SAID_BY_THE_END:
            self.errors.append(event.message)

    def finish(self, seconds: float, *, was_interrupted: bool, errors: Iterable[str]) -> Outcome:
        """The outcome, once the engine has ended."""
        results: dict[str, Result] = {}
        reasons: dict[str, str] = {}
        skipped = {
            _label(each): each.reason for each in self.plan.changes if each.action.word == "skip"
        }
        for urn in self._urns():
            name = _label_of(urn)
            result = self._result(urn)
            if name in skipped and result != "done":
                result, reasons[name] = "skipped", skipped[name]
            elif result in {"failed", "unplanned"}:
                reasons[name] = self.said.get(urn, "the engine tells no reason")
            results[name] = result
        return Outcome(
            results,
            reasons,
            {**{_label_of(urn): _entry_of(urn) for urn in self._urns()}, **self._entries()},
            tuple(dict.fromkeys((*self._errors_besides(), *errors))),
            seconds,
            was_interrupted,
            self.was_stopped,
        )

    def _urns(self) -> list[str]:
        """Every resource that is planned or that the engine spoke of."""
        return list({**self.plan.operations, **self.stages, **self.said})

    def _entries(self) -> dict[str, str]:
        return {_label(each): each.entry for each in self.plan.changes}

    def _result(self, urn: str) -> Result:
        said = self.said.get(urn, "")
        if _UNPLANNED.search(said) or urn not in self.plan.operations:
            return "unplanned"
        if said or self.stages.get(urn) == "failed":
            return "failed"
        match self.stages.get(urn):
            case "done":
                return "done"
            case "started":
                return "unclear"
            case _:
                return "untouched"

    def _errors_besides(self) -> list[str]:
        """Errors that are not the short form of what was said of one resource."""
        heads = [each.partition("\n")[0] for each in self.said.values()]
        return [each for each in self.errors if not any(head and head in each for head in heads)]


def _label(change: Change) -> str:
    return _distinct(change.name, is_team=change.kind == "team", is_record=change.kind == "record")


def _label_of(urn: str) -> str:
    kind = urn.split("::")[-2]
    return _distinct(name_of(urn), is_team=kind.endswith(_TEAM), is_record=kind.endswith(_RECORD))


def _distinct(name: str, *, is_team: bool, is_record: bool) -> str:
    """The resource's name; a team and an entry may have the same one, a key and a record too."""
    if is_record:
        return f"record of {name.partition('/')[0]}"
    return f"team {name}" if is_team else name


def _entry_of(urn: str) -> str:
    return "" if urn.split("::")[-2].endswith(_TEAM) else name_of(urn).partition("/")[0]
