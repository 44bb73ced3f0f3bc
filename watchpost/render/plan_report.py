"""
A plan with everything that is said about it: its hash, its limits, its cost, its headline.

Does not: choose a form; `plan_text`, `plan_markdown`, `plan_html` and `plan_json` do.

Source: issue 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from watchpost import exits
from watchpost.coolify import Effect
from watchpost.plan import Action, compute_costs, compute_hash
from watchpost.policy import render_allow_line, render_allow_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from watchpost.plan import Change, Cost, Plan, RecordChange
    from watchpost.policy import Tally

DESTRUCTIVE = (Action.DELETE, Action.DISABLE, Action.TAKE_OVER)
AllowForm = Literal["none", "mapping", "list"]
_ALLOW_PLACES = {
    "none": "add to the manifest, with a reason",
    "mapping": "make `allow:` in the manifest a list and add to it, with a reason",
    "list": "add to the list under `allow:` in the manifest, with a reason",
}


@dataclass(frozen=True)
class PlanReport:
    """
    What is shown of a plan.

    Attributes:
        plan: The plan.
        tallies: Every limit with its count.
        today: In UTC; for the line that allows more.
        allow_form: How the manifest's `allow` is written, so that this line fits in.
    """

    plan: Plan
    tallies: tuple[Tally, ...]
    today: date
    allow_form: AllowForm = "none"

    @property
    def hash(self) -> str:
        """The plan's hash."""
        return compute_hash(self.plan)

    @property
    def costs(self) -> tuple[Cost, ...]:
        """What an apply costs Sentry and Coolify, and the database where it is needed."""
        return compute_costs(self.plan)

    @property
    def exceeded(self) -> tuple[Tally, ...]:
        """The limits that are exceeded."""
        return tuple(each for each in self.tallies if each.is_exceeded)

    @property
    def allow_line(self) -> str:
        """The line that the manifest needs; empty where no limit is exceeded."""
        return render_allow_line(self.tallies, self.today, is_item=self.allow_form != "none")

    @property
    def allow_place(self) -> str:
        """What to do with that line."""
        return _ALLOW_PLACES[self.allow_form]

    @property
    def allow_options(self) -> str:
        """The options that allow it for one run; empty where no limit is exceeded."""
        return render_allow_options(self.tallies)

    @property
    def is_destructive(self) -> bool:
        """Whether anything is deleted, disabled or taken over, or a team loses a project."""
        unbinds = any(call.what.startswith("unbind ") for call in self.plan.calls)
        return unbinds or any(self.plan.of(action) for action in DESTRUCTIVE)

    @property
    def consequence(self) -> str:
        """The most that an app feels: `rebuild`, `restart` or `nothing`."""
        for effect, word in ((Effect.REBUILD, "rebuild"), (Effect.RESTART, "restart")):
            if self.plan.redeploys(effect):
                return word
        return "nothing"

    @property
    def headline(self) -> str:
        """Counts and consequences in one line."""
        plan = self.plan
        counts = [
            f"{len(found)} {action.heading.partition(',')[0]}"
            for action in Action
            if (found := plan.of(action))
        ]
        rebuilds, restarts = plan.redeploys(Effect.REBUILD), plan.redeploys(Effect.RESTART)
        felt = [
            *([count_words(len(rebuilds), "rebuild")] if rebuilds else []),
            *([count_words(len(restarts), "restart")] if restarts else []),
        ]
        what = ", ".join(counts) or "no changes"
        return f"{what}; {', '.join(felt) or 'no app is redeployed'}"

    def exit_codes(self, *, detailed: bool) -> list[int]:
        """Every exit code that applies; 2 only where it is asked for."""
        plan = self.plan
        codes = [exits.UNSAFE] if self.exceeded else []
        codes += [exits.REFUSED] if plan.refused else []
        codes += [exits.UNCHECKED] if plan.unchecked else []
        codes += [exits.CHANGES] if detailed and plan.has_changes else []
        return codes

    def sections(self) -> Iterator[tuple[Action, tuple[Change, ...]]]:
        """The changes by action, worst first; empty ones are left out."""
        for action in Action:
            if found := self.plan.of(action):
                yield action, found


def count_words(number: int, noun: str) -> str:
    """`1 rebuild`, `2 rebuilds`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def describe(change: Change) -> str:
    """What is done to one object, in a few words."""
    if change.reason:
        return change.reason
    if change.app is not None:
        return _describe_app(change)
    parts = [f"{each.path} {_sides(each.before, each.after)}" for each in change.differences]
    if change.record is not None:
        return ", ".join([*_describe_record(change.record), *parts]) or "nothing is written"
    return "; ".join(parts)


def _sides(before: str, after: str) -> str:
    if not before:
        return after
    return f"{before} -> {after or '(absent)'}"


def _describe_app(change: Change) -> str:
    app = change.app
    if app is None:
        return ""
    verbs = {verb: sum(row.verb == verb for row in app.rows) for verb in VERBS}
    parts = [f"{VERBS[verb]} {count_words(count, 'row')}" for verb, count in verbs.items() if count]
    parts += [f"{each.path} {_sides(each.before, each.after)}" for each in change.differences]
    return ", ".join(parts) or "nothing is written"


def _describe_record(record: RecordChange) -> list[str]:
    columns = count_words(len(record.columns), "column")
    return [RECORD_VERBS[record.verb].format(columns=columns)] if record.columns else []


def describe_cost(cost: Cost) -> str:
    """`Sentry: about 5 requests (2 writes), at least 1 s under its limit`."""
    noun = "statement" if cost.service == "database" else "request"
    writes = count_words(cost.writes, "write")
    said = f"{cost.service.capitalize()}: about {count_words(cost.calls, noun)} ({writes})"
    if cost.service == "database":
        return said
    return f"{said}, at least {cost.seconds} s under its limit"


VERBS = {"create": "adds", "update": "writes", "delete": "removes"}
RECORD_VERBS = {
    "insert": "inserts the row with {columns}",
    "update": "sets {columns}",
    "clear": "clears {columns}",
}
SIGNS = {"insert": "+", "update": "~", "clear": "-"}


def describe_consequence(change: Change) -> str:
    """`rebuild because of SENTRY_DSN`, `nothing`, or why it is left undone."""
    app = change.app
    if app is None:
        return ""
    because = f" because of {', '.join(app.because)}" if app.because else ""
    if app.redeploy:
        return f"{app.consequence}{because}" + (f" ({app.note})" if app.note else "")
    return f"nothing now ({app.note}){because}" if app.effect else "nothing"
