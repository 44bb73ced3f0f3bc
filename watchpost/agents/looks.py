"""
What each tool looks up or changes, and what it answers.

These functions block; each is run in a thread. A denied call runs the same function for a project
that cannot exist, so that it costs Sentry what a call for somebody else's issue costs.

Does not: decide who may ask, or catch what a service refuses. Source: docs/agents.md; ADR 0016.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from watchpost import health
from watchpost.agents.answers import DEFAULT_CHARACTERS, Answer, length_of
from watchpost.agents.arguments import (
    Arguments,
    ErrorDetailArguments,
    ErrorResolveArguments,
    RecentErrorsArguments,
)
from watchpost.agents.failures import locate_bug
from watchpost.agents.figures import (
    figures_of_detail,
    figures_of_recent,
    figures_of_resolution,
    figures_of_wiring,
)
from watchpost.agents.following import follow_audit_log
from watchpost.errors import UnclearWrite, WatchpostError
from watchpost.health.model import no_such_project
from watchpost.health.questions import IMPOSSIBLE_ISSUE
from watchpost.wiring import observe_project_wiring, render_wiring, wiring_document
from watchpost.wiring.one_project_look import observe_one_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.coolify import CoolifyClient
    from watchpost.health.model import HealthProject, RecentErrors
    from watchpost.manifest import Manifest
    from watchpost.sentry import SentryClient

_Given = TypeVar("_Given", bound=Arguments)


@dataclass(frozen=True)
class Services:
    """
    What the looks ask.

    Attributes:
        sentry: The one client of this server; it sees the whole organization.
        connect_coolify: Makes a client of Coolify.
        most_characters: Of an answer, text and figures together.
    """

    sentry: SentryClient
    connect_coolify: Callable[[], CoolifyClient]
    most_characters: int = DEFAULT_CHARACTERS


@dataclass(frozen=True)
class Question:
    """
    One call, after it was decided whose project it is about.

    Attributes:
        project: The caller's, or one that cannot exist where the call is denied.
        is_denied: Whether it is the latter.
        manifest: What is declared.
        arguments: Of the tool, without the project.
        actor: Who asks, for the audit log.
    """

    project: HealthProject
    is_denied: bool
    manifest: Manifest
    arguments: Arguments
    actor: str


Look: TypeAlias = Callable[[Services, Question], Answer]


def look_at_recent_errors(services: Services, question: Question) -> Answer:
    """The issues of a period."""
    arguments = _of(RecentErrorsArguments, question)
    recent = health.recent_errors(
        services.sentry, question.project, arguments.since, arguments.limit
    )
    shown, figures = _fit(recent, services.most_characters)
    room = services.most_characters - length_of(figures)
    return Answer(health.render_recent(shown, room), figures)


def look_at_error(services: Services, question: Question) -> Answer:
    """One issue with its event."""
    arguments = _of(ErrorDetailArguments, question)
    issue = _askable(question, arguments.issue)
    detail = health.error_detail(services.sentry, question.project, issue)
    figures = figures_of_detail(detail.summary).as_json()
    room = services.most_characters - length_of(figures)
    return Answer(health.render_detail(detail, room), figures)


def resolve_error(services: Services, question: Question) -> Answer:
    """
    Resolve one issue; its reason goes to the audit log first.

    Raises:
        UnclearWrite: It may or may not be resolved now, whatever went wrong.
    """
    arguments = _of(ErrorResolveArguments, question)
    log = follow_audit_log(question.actor)
    try:
        resolution = health.resolve_error(
            services.sentry,
            question.project,
            _askable(question, arguments.issue),
            arguments.reason,
            arguments.in_release,
            log=log,
        )
    except Exception as error:
        if log.is_open:
            told = error.summary if isinstance(error, WatchpostError) else locate_bug(error)
            raise UnclearWrite("issue", told) from None
        raise
    return Answer(health.render_resolution(resolution), figures_of_resolution(resolution).as_json())


def look_at_wiring(services: Services, question: Question) -> Answer:
    """Whether the project is wired; Coolify is not asked where the call is denied."""
    project = question.project
    if question.is_denied:
        observe_one_project(services.sentry, project.organization, project.slug)
        raise no_such_project()
    wiring = observe_project_wiring(
        services.sentry,
        services.connect_coolify,
        question.manifest,
        project.entry_id,
        os.environ,
    )
    most = services.most_characters
    text = _cut_lines(render_wiring(wiring), most // 2)
    figures = figures_of_wiring(wiring_document(wiring)).as_json()
    return Answer(text, _shorten(figures, most - len(text)))


LOOKS: Mapping[str, Look] = {
    "project_recent_errors": look_at_recent_errors,
    "project_error_detail": look_at_error,
    "project_error_resolve": resolve_error,
    "project_wiring": look_at_wiring,
}
"""By the tool's name."""


def _askable(question: Question, issue: str) -> str:
    """
    *issue* if it can be one of the question's project, else the id of none.

    Sentry takes longer for an issue that exists, whosever it is. A short id begins with the slug of
    its project, so that one of another project needs no asking, and its slug is not told by time.
    """
    is_own = issue.isdecimal() or issue.rpartition("-")[0].lower() == question.project.slug.lower()
    return issue if is_own and not question.is_denied else IMPOSSIBLE_ISSUE


def _of(kind: type[_Given], question: Question) -> _Given:
    """The arguments of a question, which were read by the tool's own kind."""
    if not isinstance(question.arguments, kind):
        raise TypeError(kind.__name__)
    return question.arguments


def _fit(recent: RecentErrors, most: int) -> tuple[RecentErrors, dict[str, Any]]:
    """As many issues as leave half of the answer to the text, with their figures."""
    shown, figures = recent, figures_of_recent(recent).as_json()
    while shown.errors and length_of(figures) > most // 2:
        shown = replace(shown, errors=shown.errors[:-1], is_complete=False)
        figures = figures_of_recent(shown).as_json()
    return shown, figures


def _cut_lines(text: str, most: int) -> str:
    """*text* of fewer lines before its last one, so that it fits; what it says is ours alone."""
    *lines, last = text.splitlines()
    while len("\n".join([*lines, last])) >= most and len(lines) > 1:
        lines.pop()
    return "\n".join([*lines, last]) + "\n"


def _shorten(figures: dict[str, Any], room: int) -> dict[str, Any]:
    """*figures* of fewer variables, then apps, then keys, so that they fit; those are counted."""
    apps, keys = figures["apps"], figures["sentry"]["keys"]
    while length_of(figures) > room and (apps or keys):
        variables: list[Any] = max((app["variables"] for app in apps), key=len, default=[])
        (variables or apps or keys).pop()
        figures["leftOut"] += 1
    return figures
