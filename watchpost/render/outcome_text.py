"""
What became of a plan: by project, as text and as Markdown.

Does not: repeat the plan. Source: issue 5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from watchpost.render.plain import on_one_line
from watchpost.render.table import escape_markdown, render_markdown_table, render_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.applying import Outcome

_ORDER = ("failed", "unplanned", "skipped", "unclear", "untouched", "done")
_HEADING = ("project", "done", "failed", "untouched", "why")


def render_outcome_text(outcome: Outcome) -> str:
    """One line per project, then every reason in full."""
    rows = [tuple(map(on_one_line, row)) for row in _rows(outcome)]
    lines = [*_summary(outcome), "", render_table(_HEADING, rows)]
    for name, reason in sorted(outcome.reasons.items()):
        lines += ["", on_one_line(f"{name}: {outcome.results[name]}"), *_indented(reason)]
    for error in outcome.errors:
        lines += ["", *_indented(error)]
    return "\n".join(lines) + "\n"


def render_outcome_markdown(outcome: Outcome) -> str:
    """The same as a comment."""
    parts = [f"## Watchpost apply: {' '.join(_summary(outcome))}"]
    parts.append(render_markdown_table(_HEADING, _rows(outcome)))
    reasons = [
        f"**{escape_markdown(name)}**: {outcome.results[name]}\n\n{_fenced(reason)}"
        for name, reason in sorted(outcome.reasons.items())
    ]
    errors = [_fenced(error) for error in outcome.errors]
    return "\n\n".join([*parts, *reasons, *errors]) + "\n"


def render_outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The document: results and reasons by name, seconds, exit codes."""
    return {
        "version": 1,
        "results": dict(sorted(outcome.results.items())),
        "reasons": dict(sorted(outcome.reasons.items())),
        "errors": list(outcome.errors),
        "seconds": round(outcome.seconds, 1),
        "was_interrupted": outcome.was_interrupted,
        "exit_codes": sorted(outcome.exit_codes()) or [0],
    }


def _summary(outcome: Outcome) -> Iterator[str]:
    counts = [
        f"{count} {word}"
        for word in _ORDER
        if (count := sum(each == word for each in outcome.results.values()))
    ]
    yield f"{', '.join(counts) or 'nothing to do'}; {outcome.seconds:.0f} s."
    if outcome.was_interrupted:
        yield "It was interrupted: what ran was finished, the next apply completes the rest."
    if outcome.was_stopped:
        yield "It was stopped: the engine began something that the reviewed plan does not hold."


def _rows(outcome: Outcome) -> list[tuple[str, str, str, str, str]]:
    names: dict[str, list[str]] = {}
    for name in outcome.results:
        names.setdefault(_project(outcome, name), []).append(name)
    return [_row(outcome, project, names[project]) for project in sorted(names)]


def _project(outcome: Outcome, name: str) -> str:
    return outcome.entries.get(name, name.partition("/")[0]) or "(teams)"


def _row(outcome: Outcome, project: str, names: list[str]) -> tuple[str, str, str, str, str]:
    results = [outcome.results[name] for name in names]
    done = results.count("done")
    untouched = results.count("untouched") + results.count("unclear")
    failed = len(results) - done - untouched
    why = "; ".join(
        f"{name}: {outcome.reasons[name].partition(chr(10))[0]}"
        for name in sorted(names)
        if name in outcome.reasons
    )
    return project, str(done), str(failed), str(untouched), why


def _indented(text: str) -> list[str]:
    return [f"  {on_one_line(line)}" for line in text.strip().splitlines()]


def _fenced(text: str) -> str:
    """*text* as it is, in a fence that nothing in it can close."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = "\n".join(on_one_line(line) for line in text.strip().splitlines())
    return f"{fence}text\n{lines}\n{fence}"
