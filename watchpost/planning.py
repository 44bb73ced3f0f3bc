"""
Making a plan: the engine's preview, then one look at each app and record that it would change.

    pulumi preview --refresh --json    with WATCHPOST_READ_ONLY=1; meanwhile the stack's settings
    rows of each changed app           one GET each, with this process's own clients
    row of each changed record         one SELECT each, over one connection
    build_plan

Does not: write; the transport of this process refuses it as well, and the database is asked in
transactions that only read. Source: design.md 2 and 6.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from watchpost.coolify import (
    AppRef,
    Forecast,
    compute_removals,
    explain_fault,
    forecast_environment,
    in_fingerprints,
)
from watchpost.errors import ApiError, NotFound, SettingsError, WatchpostError
from watchpost.plan import (
    Answers,
    Plan,
    build_plan,
    list_questions,
    list_record_questions,
    name_found_dsns,
    name_public_texts,
)
from watchpost.plan.announcements import read_announcements
from watchpost.previewing import start_preview
from watchpost.records.values import fingerprint
from watchpost.transport import READ_ONLY_VARIABLE, writes_refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.coolify import CoolifySession, Row
    from watchpost.engine import Preview
    from watchpost.manifest import Manifest
    from watchpost.plan import Question
    from watchpost.previewing import Started
    from watchpost.workspace import Workspace

_CLEAN = (0, 7)
_LOOKS_AT_ONCE = 8


@dataclass(frozen=True)
class Planned:
    """A plan, the preview it was made from, and the manifest that asked for it."""

    plan: Plan
    preview: Preview
    manifest: Manifest


def observe_plan(workspace: Workspace, started: Started | None = None) -> Planned:
    """
    Plan against what both services answer now.

    Args:
        workspace: The stack.
        started: Its preview, where that was started already.

    Raises:
        ManifestError: The manifest has faults or an expired exception; nothing was asked.
        SettingsError: The engine made no plan, or a setting is missing.
    """
    started = started or start_preview(workspace)
    preview = wait_for_preview(workspace, started)
    key = started.settings.result().fingerprint_key
    answers = observe_answers(workspace, preview, started.manifest, key)
    plan = build_plan(preview, answers, started.manifest, stack=workspace.engine.stack, key=key)
    return Planned(plan, preview, started.manifest)


def wait_for_preview(workspace: Workspace, started: Started) -> Preview:
    """
    Wait for the engine's preview.

    Raises:
        SettingsError: The engine made no plan; tells what it said instead.
    """
    preview = started.preview.result()
    errors = read_announcements(preview.diagnostics).errors
    if preview.exit_code not in _CLEAN or errors:
        raise SettingsError(
            f"stack {workspace.engine.stack}",
            "the engine made no plan",
            detail="\n".join(errors) or f"pulumi ended with exit code {preview.exit_code}",
            fix="mend what is named, or run `watchpost doctor`",
        )
    return preview


def observe_answers(
    workspace: Workspace, preview: Preview, manifest: Manifest, key: bytes
) -> Answers:
    """
    Look at each app and each record in question; one that cannot be looked at is an answer too.

    Args:
        workspace: The stack.
        preview: Tells what is in question.
        manifest: Tells which texts of records are public.
        key: The stack's fingerprint key.
    """
    apps = _observe_apps(workspace, list_questions(preview), key)
    questions = tuple(list_record_questions(preview))
    if not questions:
        return apps
    from watchpost.record_looks import observe_records  # noqa: PLC0415 - few stacks have records

    texts = name_public_texts(manifest, partial(fingerprint, key))
    looks = observe_records(questions, texts, key, workspace.folder)
    return replace(
        apps,
        failures={**apps.failures, **looks.failures},
        found_dsns={**apps.found_dsns, **looks.found_dsns},
        record_forecasts=looks.forecasts,
        refusals=looks.refusals,
    )


def _observe_apps(workspace: Workspace, questions: Iterable[Question], key: bytes) -> Answers:
    forecasts: dict[str, Forecast] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    found: dict[str, str] = {}
    failures: dict[str, str] = {}
    absent: set[str] = set()
    for question, seen, answer in _ask_all(workspace, tuple(questions)):
        urn = question.step.urn
        found |= name_found_dsns(seen, key)
        if isinstance(answer, Forecast):
            forecasts[urn], rows[urn] = answer, in_fingerprints(seen, key)
        elif answer is None:
            absent.add(urn)
        else:
            failures[urn] = str(answer)
    return Answers(forecasts, rows, found, failures, frozenset(absent))


Answered = tuple["Question", tuple["Row", ...], "Forecast | WatchpostError | None"]
"""An app that is gone is answered with None."""


def _ask_all(workspace: Workspace, questions: tuple[Question, ...]) -> list[Answered]:
    if not questions:
        return []
    try:
        session = workspace.coolify
    except SettingsError as error:
        return [(question, (), error) for question in questions]
    with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
        return list(pool.map(lambda question: _ask(session, question), questions))


def _ask(session: CoolifySession, question: Question) -> Answered:
    with writes_refused():
        try:
            rows = _find_rows(session, question.app)
            if rows is None and question.desired is not None:
                return question, (), None
            # of an app that is gone there is nothing left to remove
            return question, rows or (), _forecast(session, question, rows or ())
        except ApiError as error:
            return question, (), explain_fault(error, f"{question.owner}: {question.app}")


def _find_rows(session: CoolifySession, app: AppRef) -> tuple[Row, ...] | None:
    """List an app's rows; None where it is gone for sure."""
    try:
        return session.client.list_rows(app)
    except NotFound as error:
        if session.is_gone(error, app):
            return None
        raise


def _forecast(session: CoolifySession, question: Question, rows: tuple[Row, ...]) -> Forecast:
    named = in_fingerprints(rows, session.fingerprint_key)
    if question.desired is None:
        return Forecast(compute_removals({question.owner}, named, question.declared))
    return forecast_environment(
        session,
        question.desired,
        named,
        question.recorded.settlement(named),
        may_redeploy=question.may_redeploy,
    )


def refuse_writes() -> None:
    """Let nothing that this process does write, whatever it is asked to do."""
    os.environ[READ_ONLY_VARIABLE] = "1"
