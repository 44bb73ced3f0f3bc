"""
What the tools take, checked before anything is looked up.

A refusal names the arguments that are wrong and what they may be, never what was sent: it may hold
a name that the caller is not to learn, or text that steers whoever reads it.

Does not: know which projects and issues exist. What cannot be the id of one is denied like any
other that is not there.

Source: docs/agents.md (tools).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from watchpost.errors import SettingsError
from watchpost.health.fence import clean
from watchpost.health.questions import period_of
from watchpost.health.resolving import LONGEST_REASON, LONGEST_RELEASE, SHORTEST_REASON

PROJECT = "projectId"
_PROJECT_LENGTH = 100
_WANTED = {
    PROJECT: f"the id of a project, at most {_PROJECT_LENGTH} characters",
    "since": "a period of at most 90 days: a number and one of m, h, d, w, like 24h",
    "limit": "a whole number from 1 to 50",
    "issueId": "the number or the short id of an issue, like 4217 or SHOP-1A",
    "reason": (
        f"why it is resolved, in your own words: {SHORTEST_REASON} to {LONGEST_REASON} characters"
        " on one line"
    ),
    "inRelease": (
        f"the release that holds the fix, as Sentry shows it, at most {LONGEST_RELEASE} characters;"
        " or next"
    ),
}


class InvalidArguments(Exception):  # a signal to whoever reads arguments
    """What is wrong with the arguments, in words that hold nothing of them."""


def _within_ninety_days(period: str) -> str:
    try:
        period_of(period)
    except SettingsError:
        raise ValueError("no period") from None
    return period


def _telling(reason: str) -> str:
    """A reason of which enough is left without what hides; it is shown to people later."""
    stripped = reason.strip()
    if not stripped.isprintable() or len(clean(stripped, LONGEST_REASON)) < SHORTEST_REASON:
        raise ValueError("no reason")
    return stripped


def _plain(release: str) -> str:
    if clean(release, LONGEST_RELEASE) != release:
        raise ValueError("no release")
    return release


_Since = Annotated[
    str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}[mhdw]$"), AfterValidator(_within_ninety_days)
]
_IssueId = Annotated[str, StringConstraints(min_length=1, max_length=120)]
_Reason = Annotated[
    str,
    StringConstraints(min_length=SHORTEST_REASON, max_length=LONGEST_REASON),
    AfterValidator(_telling),
]
_Release = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_RELEASE), AfterValidator(_plain)
]


class Arguments(BaseModel):
    """Arguments of a tool besides the project."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RecentErrorsArguments(Arguments):
    """What `project_recent_errors` takes."""

    since: _Since = Field("24h", description=f"How far to look back: {_WANTED['since']}.")
    limit: int = Field(10, ge=1, le=50, description="How many issues to tell at most.")


class ErrorDetailArguments(Arguments):
    """What `project_error_detail` takes."""

    issue: _IssueId = Field(
        alias="issueId",
        description="The issue: an issueId or shortId that project_recent_errors told.",
    )


class ErrorResolveArguments(ErrorDetailArguments):
    """What `project_error_resolve` takes."""

    reason: _Reason = Field(
        description="What was done about it, in your own words; kept in the audit log."
    )
    in_release: _Release | None = Field(
        None,
        alias="inRelease",
        description="The release that holds the fix, if you know it; next: the one to come.",
    )


class WiringArguments(Arguments):
    """What `project_wiring` takes: nothing but the project."""


def schema_of(model: type[Arguments], *, is_bound: bool) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments; without the project where one is fixed."""
    schema = without_titles(model.model_json_schema())
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not is_bound:
        project = {
            "type": "string",
            "minLength": 1,
            "maxLength": _PROJECT_LENGTH,
            "description": "The id of the project that you work on, as you were given it.",
        }
        properties, required = {PROJECT: project, **properties}, [PROJECT, *required]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def without_titles(schema: Any) -> Any:
    """*schema* without the titles that pydantic makes of names, which tell a reader nothing."""
    if isinstance(schema, list):
        return [without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    is_generated = isinstance(schema.get("title"), str)
    return {
        name: without_titles(each)
        for name, each in schema.items()
        if not (name == "title" and is_generated)
    }


def read_arguments(
    model: type[Arguments], sent: dict[str, Any], *, is_bound: bool
) -> tuple[str, Arguments]:
    """
    Check what was sent.

    Returns:
        The project's id as it was sent, empty where one is fixed; and the other arguments.

    Raises:
        InvalidArguments: Something is missing, unknown or not what it may be.
    """
    rest = dict(sent)
    project = "" if is_bound else rest.pop(PROJECT, None)
    known = _fields_of(model)
    # Kept from pydantic, which stumbles over names that are no text; JSON can spell such.
    wrong = {name for name in rest if name not in known}
    wrong.update(() if is_bound or _is_project(project) else {PROJECT})
    try:
        arguments = model.model_validate({name: rest[name] for name in known if name in rest})
    except ValidationError as error:
        wrong.update(str(each["loc"][0]) for each in error.errors(include_input=False))
        raise _refusal(model, wrong, is_bound=is_bound) from None
    if wrong:
        raise _refusal(model, wrong, is_bound=is_bound)
    return str(project), arguments


def _is_project(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _PROJECT_LENGTH


def _fields_of(model: type[Arguments]) -> list[str]:
    """The names of the arguments besides the project."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _refusal(model: type[Arguments], wrong: set[str], *, is_bound: bool) -> InvalidArguments:
    fields = _fields_of(model)
    known = fields if is_bound else [PROJECT, *fields]
    parts = [f"{name} must be {_WANTED[name]}" for name in known if name in wrong]
    if wrong.difference(known):
        listed = ", ".join(known) or "none"
        parts.append(f"there is an argument that this tool does not have; it has {listed}")
    return InvalidArguments(f"Invalid arguments: {'; '.join(parts)}.")
