"""
The figures of answers: what the server counted, by the names and kinds that the tools declare.

No field takes a text that an event's sender chose: titles, messages, frames, names of releases and
environments are in the text of an answer alone, inside its fence.

Does not: render text. Source: docs/agents.md (answers); ADR 0015.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from watchpost.health import lengths
from watchpost.health.fence import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.health.model import ErrorSummary, RecentErrors, Resolution

State = Literal["wired", "unused", "unchecked", "unreadable", "drifted", "missing"]


class Figures(BaseModel):
    """Figures of an answer, or part of them."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True
    )

    def as_json(self) -> dict[str, Any]:
        """The JSON values, by the names of the schema."""
        return self.model_dump(mode="json", by_alias=True)


class ErrorFigures(Figures):
    """One issue."""

    issue_id: str = Field(description="Sentry's number of the issue.")
    short_id: str = Field(description="The same as people say it.")
    level: str
    status: str
    substatus: str = Field(description="new, ongoing, escalating, regressed, ...; may be empty.")
    count: int = Field(description="Events in the period, or of all time where none was asked for.")
    total: int = Field(description="Events of all time.")
    users: int = Field(description="Users affected.")
    first_seen: datetime
    last_seen: datetime
    link: str = Field(description="The issue's page, for people.")


class RecentErrorsFigures(Figures):
    """What `project_recent_errors` counted."""

    since: str
    is_complete: bool = Field(description="Whether the project has no more than these.")
    errors: list[ErrorFigures]


class ErrorDetailFigures(ErrorFigures):
    """What `project_error_detail` counted."""


class ResolutionFigures(Figures):
    """What `project_error_resolve` did."""

    issue_id: str
    short_id: str
    status: str = Field(description="What the issue is now.")
    status_before: str = Field(description="What an undo would make of it.")
    was_changed: bool = Field(description="False where it was resolved already.")


class KeyFigures(Figures):
    """One client key."""

    name: str
    label: str
    state: State
    reason: str


class SentryFigures(Figures):
    """The project in Sentry."""

    slug: str
    state: State
    reason: str
    is_newest_event_known: bool
    newest_event_at: datetime | None
    keys: list[KeyFigures]


class VariableFigures(Figures):
    """One variable of an app."""

    name: str
    state: State
    reason: str


class AppFigures(Figures):
    """One app."""

    kind: str
    app: str
    state: State
    reason: str
    variables: list[VariableFigures]
    left_over: list[str] = Field(description="Variables that nobody declares any more.")


class WiringFigures(Figures):
    """What `project_wiring` found."""

    project: str
    state: State = Field(description="The worst of all.")
    what_to_do: str
    sentry: SentryFigures
    apps: list[AppFigures]
    not_compared: int = Field(description="Variables whose value this server does not hold.")
    left_out: int = Field(description="Keys, apps and variables for which there was no room.")


def figures_of_error(error: ErrorSummary) -> ErrorFigures:
    """The figures of one issue."""
    return ErrorFigures(**_counted(error))


def figures_of_detail(error: ErrorSummary) -> ErrorDetailFigures:
    """The figures of the one issue that is told in detail."""
    return ErrorDetailFigures(**_counted(error))


def _counted(error: ErrorSummary) -> dict[str, Any]:
    counted = {name: getattr(error, name) for name in ErrorFigures.model_fields}
    return counted | {"link": clean(error.link, lengths.LINK)}


def figures_of_recent(recent: RecentErrors) -> RecentErrorsFigures:
    """The figures of a list."""
    errors = [figures_of_error(error) for error in recent.errors]
    return RecentErrorsFigures(since=recent.since, is_complete=recent.is_complete, errors=errors)


def figures_of_resolution(resolution: Resolution) -> ResolutionFigures:
    """The figures of what was done."""
    names = ResolutionFigures.model_fields
    return ResolutionFigures(**{name: getattr(resolution, name) for name in names})


def figures_of_wiring(document: Mapping[str, Any]) -> WiringFigures:
    """The figures of a `wiring_document`."""
    return WiringFigures.model_validate(document)
