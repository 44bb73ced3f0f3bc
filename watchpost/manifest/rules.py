"""
Rules for single values: what Sentry, Coolify and the manifest accept as a slug, a name, a variable.

Each rule is a type for the models of `document`: it checks, and it describes itself in the JSON
Schema.

Does not: compare one value with another; that is `entries` and `environments`.

Source: Sentry's slug patterns and field limits; Coolify's variable names (4.3.11);
docs/manifest.md.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from watchpost.manifest.dates import parse_day, parse_moment
from watchpost.manifest.faults import render_suggestion
from watchpost.manifest.platforms import PLATFORMS

RULE = "manifest_rule"
PLACEHOLDERS = ("workspace", "id", "part")
MAX_IDENTIFIER = 64
MAX_PROJECT_SLUG = 100
MAX_TEAM_SLUG = 50
MAX_VARIABLE = 255
MAX_ENVIRONMENT = 64
MAX_LABEL = 64
MAX_REASON = 500
MAX_FINDING = 1000

RESERVED_SLUGS = frozenset(
    {
        "$all",
        "api-keys",
        "audit-log",
        "auth",
        "billing",
        "developer-settings",
        "integrations",
        "legal",
        "members",
        "payments",
        "projects",
        "rate-limits",
        "repos",
        "settings",
        "subscription",
        "support",
        "teams",
        "usage",
    }
)

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SLUG = re.compile(r"[a-z0-9_-]+")
_ORGANIZATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_UUID = re.compile(r"[A-Za-z0-9_-]+")
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BUILD_TOKEN = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_KEY_ID = re.compile(r"[0-9a-f]{32}")
_COOLIFY_PREFIXES = ("SERVICE_", "COOLIFY_", "NIXPACKS_", "RAILPACK_")
_COOLIFY_NAMES = frozenset({"SOURCE_COMMIT", "PORT", "HOST"})


def broken_rule(summary: str, allowed: str = "", fix: str = "") -> PydanticCustomError:
    """Return the error of a broken rule, in the words that `translation` puts into a fault."""
    context = {"summary": summary, "allowed": allowed, "fix": fix}
    return PydanticCustomError(RULE, "{summary}", context)


def slugify(text: str) -> str:
    """Return the slug nearest to *text*; may be empty."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")


def explain_slug(slug: str, max_length: int) -> tuple[str, str, str] | None:
    """Return why Sentry would refuse *slug*, as (summary, allowed, fix), or None."""
    if len(slug) > max_length:
        return f"a slug of {len(slug)} characters", f"at most {max_length} characters", "shorten it"
    if not _SLUG.fullmatch(slug):
        nearest = slugify(slug)
        return (
            "not a slug that Sentry accepts",
            "lowercase letters, digits, underscores and hyphens",
            f"write '{nearest}'" if nearest else "",
        )
    if slug.isdigit():
        return (
            "a slug of digits alone, which Sentry refuses",
            "at least one letter",
            "put a word before it",
        )
    return None


def explain_project_slug(slug: str) -> tuple[str, str, str] | None:
    """Return why Sentry would refuse *slug* for a project, as (summary, allowed, fix), or None."""
    if slug in RESERVED_SLUGS:
        return f"the slug '{slug}' is reserved by Sentry", "", f"write '{slug}-app', for example"
    return explain_slug(slug, MAX_PROJECT_SLUG)


def explain_variable_name(name: str) -> tuple[str, str, str] | None:
    """Return why *name* must not be a variable of an app, as (summary, allowed, fix), or None."""
    if len(name) > MAX_VARIABLE:
        return "a name of more than 255 characters", "", "shorten it"
    if not _VARIABLE.fullmatch(name):
        nearest = re.sub(r"[^A-Za-z0-9_.]", "_", name)
        return (
            "not a variable name that Coolify accepts",
            "letters, digits, underscores and dots, not beginning with a digit or dot",
            f"write '{nearest}'" if _VARIABLE.fullmatch(nearest) else "begin with a letter",
        )
    if name in _COOLIFY_NAMES or name.startswith(_COOLIFY_PREFIXES):
        return "a variable that Coolify owns", "", "remove it, Coolify sets it by itself"
    return None


def _check_identifier(text: str) -> str:
    if len(text) > MAX_IDENTIFIER:
        raise broken_rule(f"longer than {MAX_IDENTIFIER} characters", fix="shorten it")
    if not _IDENTIFIER.fullmatch(text):
        allowed = "lowercase letters, digits, hyphens and underscores, not beginning with a sign"
        nearest = slugify(text).lstrip("_")
        raise broken_rule("not a valid name", allowed, f"write '{nearest}'" if nearest else "")
    return text


def _check_team_slug(text: str) -> str:
    if reason := explain_slug(text, MAX_TEAM_SLUG):
        raise broken_rule(*reason)
    return text


def _check_organization(text: str) -> str:
    if not _ORGANIZATION.fullmatch(text) or text.isdigit():
        allowed = "letters, digits and hyphens, not digits alone"
        fix = "write it as in the address of its Sentry page"
        raise broken_rule("not the slug of an organization", allowed, fix)
    return text


def _check_platform(text: str) -> str:
    if text not in PLATFORMS:
        fix = render_suggestion(text, PLATFORMS) or "write 'other'"
        raise broken_rule(
            "not a platform that Sentry knows", "the platforms listed in docs/manifest.md", fix
        )
    return text


def _check_title(text: str, limit: int) -> str:
    if not text.strip():
        raise broken_rule("an empty name", fix="write a name, or remove the line")
    if text != text.strip() or not text.isprintable():
        allowed = "one line without spaces at its ends"
        raise broken_rule(
            "a name with spaces around it or invisible characters", allowed, "remove them"
        )
    if len(text) > limit:
        raise broken_rule(f"a name of {len(text)} characters", f"at most {limit}", "shorten it")
    return text


def _check_project_name(text: str) -> str:
    if text in RESERVED_SLUGS:
        raise broken_rule(f"the name '{text}' is reserved by Sentry", fix=f"write '{text.title()}'")
    return _check_title(text, 50)


def _check_label(text: str) -> str:
    return _check_title(text, MAX_LABEL)


def _check_environment(text: str) -> str:
    if len(text) > MAX_ENVIRONMENT or "/" in text or not text.strip() or not text.isprintable():
        allowed = f"one line of at most {MAX_ENVIRONMENT} characters without a slash"
        raise broken_rule("not an environment that Sentry accepts", allowed, "write 'production'")
    if text.strip() == "None":
        raise broken_rule("the environment 'None' is reserved by Sentry", fix="write another name")
    return text


def _check_uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        fix = "copy it from the address of the app's page in Coolify"
        raise broken_rule("not a Coolify uuid", "letters, digits, hyphens and underscores", fix)
    return text


def _check_coolify_name(text: str) -> str:
    return _check_title(text, 255)


def _check_variable_name(text: str) -> str:
    if reason := explain_variable_name(text):
        raise broken_rule(*reason)
    return text


def _check_variable_text(text: str) -> str:
    if any(character in text for character in "\r\n\0"):
        raise broken_rule("a value of several lines", "one line", "write it on one line")
    return text


def _check_build_token(text: str) -> str:
    if not _BUILD_TOKEN.fullmatch(text):
        allowed = "'env:' and the name of an environment variable"
        fix = "write env:SENTRY_BUILD_TOKEN, and put the token into that environment variable"
        raise broken_rule("not a reference to an environment variable", allowed, fix)
    return text


def _check_day(text: str) -> str:
    if parse_day(text) is None:
        raise broken_rule("not a date", "YYYY-MM-DD", "write 2026-12-01, for example")
    return text


def _check_moment(text: str) -> str:
    if parse_moment(text) is None:
        allowed = "YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ"
        raise broken_rule("not a date", allowed, "write 2026-12-01, for example")
    return text


def _check_reason(text: str) -> str:
    return _check_title(text, MAX_REASON)


def _check_key_id(text: str) -> str:
    if not _KEY_ID.fullmatch(text):
        fix = "copy it from `watchpost rotate status`, or from the address of the key's page"
        raise broken_rule("not the id of a client key", "32 lowercase hexadecimal digits", fix)
    return text


def _check_finding_path(text: str) -> str:
    if not all(part.strip() for part in text.split(".")) or not text.isprintable():
        allowed = "words joined by single dots; * stands for one word or a part of one"
        fix = "copy it from the output of `watchpost drift`"
        raise broken_rule("not the path of a finding", allowed, fix)
    return _check_title(text, MAX_FINDING)


def _check_slug_template(text: str) -> str:
    try:
        fields = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
    except ValueError:
        raise broken_rule("a brace without its partner", fix="write {id}, for example") from None
    allowed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for field in fields:
        if field not in PLACEHOLDERS:
            fix = render_suggestion(field, PLACEHOLDERS)
            raise broken_rule(f"unknown placeholder '{{{field}}}'", allowed, fix)
    if not text:
        raise broken_rule("an empty slug", fix="write a slug, or remove the line")
    return text


def _text_schema(pattern: str, max_length: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "maxLength": max_length})


_TITLE_50 = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 50})
_TITLE_64 = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 64})
_TITLE_255 = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 255})
_SLUG_SCHEMA = _text_schema("(?![0-9]+$)[a-z0-9_-]+", MAX_TEAM_SLUG)
_PLATFORM_SCHEMA = WithJsonSchema({"type": "string", "enum": list(PLATFORMS)})

Identifier = Annotated[
    str, AfterValidator(_check_identifier), _text_schema(_IDENTIFIER.pattern, MAX_IDENTIFIER)
]
TeamSlug = Annotated[str, AfterValidator(_check_team_slug), _SLUG_SCHEMA]
SlugTemplate = Annotated[str, AfterValidator(_check_slug_template)]
Organization = Annotated[
    str,
    AfterValidator(_check_organization),
    _text_schema(f"(?![0-9]+$){_ORGANIZATION.pattern}", 64),
]
Platform = Annotated[str, AfterValidator(_check_platform), _PLATFORM_SCHEMA]
ProjectName = Annotated[str, AfterValidator(_check_project_name), _TITLE_50]
Label = Annotated[str, AfterValidator(_check_label), _TITLE_64]
CoolifyName = Annotated[str, AfterValidator(_check_coolify_name), _TITLE_255]
Environment = Annotated[str, AfterValidator(_check_environment), _text_schema("[^/\r\n]+", 64)]
Uuid = Annotated[str, AfterValidator(_check_uuid), _text_schema(_UUID.pattern, 255)]
VariableName = Annotated[
    str, AfterValidator(_check_variable_name), _text_schema(_VARIABLE.pattern, MAX_VARIABLE)
]
VariableText = Annotated[str, AfterValidator(_check_variable_text)]
BuildToken = Annotated[
    str, AfterValidator(_check_build_token), _text_schema(_BUILD_TOKEN.pattern, 255)
]
Day = Annotated[
    str,
    AfterValidator(_check_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
Moment = Annotated[
    str,
    AfterValidator(_check_moment),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}.*)?$"}),
]
Reason = Annotated[
    str,
    AfterValidator(_check_reason),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_REASON}),
]
KeyId = Annotated[str, AfterValidator(_check_key_id), _text_schema(_KEY_ID.pattern, 32)]
FindingPath = Annotated[
    str, AfterValidator(_check_finding_path), _text_schema(r"[^.]+(\.[^.]+)*", MAX_FINDING)
]
