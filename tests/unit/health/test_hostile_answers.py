"""Hostile events, as the worst server would answer them, in every form in which health is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests import tallies
from tests.hostile import CASES, MOST, Case, check_answer, check_document
from tests.hostile.answers import event_answer, issue_answer, project_answer
from tests.hostile.pieces import ORDER, everywhere
from watchpost.health import (
    Digest,
    HealthProject,
    RecentErrors,
    render_detail,
    render_digest_answer,
    render_recent,
)
from watchpost.health.detailing import make_detail
from watchpost.health.digesting import compute_lines, release_of
from watchpost.health.document import detail_document, digest_document
from watchpost.health.preamble import MOST_CHARACTERS, render_preamble
from watchpost.health.summaries import summarise
from watchpost.sentry.issues import Issue, IssueProject
from watchpost.sentry.payloads import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHOP = HealthProject("shop", "acme", "acme-shop")
BEGIN = datetime(2026, 11, 28, tzinfo=UTC)
DOCUMENT_MOST = 100_000
PIECES = ("A", "\u200b", "\x1b[", "\u0301", "![](", "<", "\n", " ", "\U0001f600")


def huge(piece: str) -> Case:
    """An event that says 5 MB of *piece* wherever it can say anything."""
    return Case(f"5 MB of {piece!a}", lambda: everywhere(ORDER + piece * (5_000_000 // len(piece))))


every_case = pytest.mark.parametrize(
    "case", [*CASES, *map(huge, PIECES)], ids=lambda case: case.name
)


def digest_of(event: Mapping[str, Any]) -> Digest:
    """The digest of a project with ten issues like that of *event*."""
    head = IssueProject.from_json(project_answer(dict(event)))
    errors = [summarise(Issue.from_json(issue_answer(dict(event))))] * 10
    release = release_of(head)
    lines = compute_lines(errors, release, 2, BEGIN)
    return Digest(SHOP, "6h", 2, release, lines, is_complete=False)


def recent_text(event: dict[str, Any]) -> str:
    """What is told of recent issues."""
    errors = [summarise(Issue.from_json(issue_answer(event)))] * 10
    return render_recent(RecentErrors(SHOP, "24h", tuple(errors), is_complete=False))


def detail_text(event: dict[str, Any]) -> str:
    """What is told of one issue."""
    issue = Issue.from_json(issue_answer(event))
    return render_detail(make_detail(SHOP, issue, Event.from_json(event_answer(event))))


FORMS: dict[str, tuple[Callable[[dict[str, Any]], str], int]] = {
    "recent": (recent_text, MOST),
    "detail": (detail_text, MOST),
    "digest": (lambda event: render_digest_answer(digest_of(event)), MOST),
    "preamble": (lambda event: render_preamble(digest_of(event)), MOST_CHARACTERS),
}


@pytest.mark.parametrize("form", FORMS)
@every_case
def test_texts_stay_inside_the_fence(case: Case, form: str) -> None:
    """Whatever an event says, nothing of it stands outside a fence, hides, or is too long."""
    render, most = FORMS[form]
    faults = check_answer(render(case.make()), case, most)
    tallies.add(f"hostile events, {form} text", tried=1, leaked=bool(faults))
    assert faults == []


@every_case
def test_documents_name_what_is_untrusted(case: Case) -> None:
    """In JSON, text of an event stands below `untrusted` alone, cleaned and cut."""
    event = case.make()
    issue = Issue.from_json(issue_answer(event))
    detail = make_detail(SHOP, issue, Event.from_json(event_answer(event)))
    documents = [digest_document(digest_of(event)), detail_document(detail)]
    faults = [
        fault
        for document in documents
        for fault in check_document(document, case, {"untrusted"}, DOCUMENT_MOST)
    ]
    tallies.add("hostile events, JSON", tried=1, leaked=bool(faults))
    assert faults == []
