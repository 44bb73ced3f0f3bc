"""
What Sentry's teams, projects and client keys look like here: frozen values, parsed from answers.

Does not: compare with what is wanted, or call anything. Texts are trimmed, because Sentry trims
some of them when it stores them. Secrets are kept out of `repr`.

Source: sentry-api.md 5.2, 5.5, 5.6 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DEFAULT_KEY_LABEL = "Default"  # the key that Sentry makes with every project


@dataclass(frozen=True)
class RateLimit:
    """At most *count* events per *window_seconds* through one client key."""

    count: int
    window_seconds: int


@dataclass(frozen=True)
class Team:
    """
    A team of an organization.

    Attributes:
        id: Digits; never changes.
        slug: Its address; may change, and is then free for others.
        name: For people.
        has_access: Whether the token sees its projects.
        is_member: Whether the token's user belongs to it.
        is_pending: Whether the token's user asked to belong to it.
    """

    id: str
    slug: str
    name: str
    has_access: bool = False
    is_member: bool = False
    is_pending: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Team:
        """Parse a team as lists and details answer it. Raises KeyError where it is none."""
        return cls(
            id=str(data["id"]),
            slug=data["slug"],
            name=(data.get("name") or "").strip(),
            has_access=bool(data.get("hasAccess")),
            is_member=bool(data.get("isMember")),
            is_pending=bool(data.get("isPending")),
        )


@dataclass(frozen=True)
class ProjectSettings:
    """
    What only the detailed answer about a project tells.

    Attributes:
        digests_min_delay_seconds: Shortest wait before a digest is sent.
        digests_max_delay_seconds: Longest wait.
        resolve_age_hours: Issues unseen for so long are resolved; 0 is never.
    """

    digests_min_delay_seconds: int
    digests_max_delay_seconds: int
    resolve_age_hours: int


@dataclass(frozen=True)
class Project:
    """
    A project of an organization.

    Attributes:
        id: Digits; never changes.
        slug: Its address; somebody else may take a former one.
        name: For people.
        platform: Empty where none is set.
        teams: Slugs of the teams bound to it, in Sentry's order, which means nothing.
        has_events: Whether it ever received an event.
        status: `active` as a rule; this and the next two are None where the answer has none.
        color: For Sentry's pages.
        features: Names of what is switched on.
        is_bookmarked: Whether the token's user starred it.
        is_public: Whether everybody may see it.
        created: When, by the server's clock; None where the answer does not say.
        settings: None where it comes from a list.
    """

    id: str
    slug: str
    name: str
    platform: str = ""
    teams: tuple[str, ...] = ()
    has_events: bool = False
    status: str | None = None
    color: str | None = None
    features: tuple[str, ...] | None = None
    is_bookmarked: bool = False
    is_public: bool = False
    created: datetime | None = None
    settings: ProjectSettings | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Project:
        """Parse a project of a list or a detail. Raises KeyError where it is none."""
        return cls(
            id=str(data["id"]),
            slug=data["slug"],
            name=(data.get("name") or "").strip(),
            platform=data.get("platform") or "",
            teams=tuple(team["slug"] for team in data.get("teams") or ()),
            has_events=bool(data.get("firstEvent")),
            status=data.get("status"),
            color=data.get("color"),
            features=tuple(sorted(data["features"])) if "features" in data else None,
            is_bookmarked=bool(data.get("isBookmarked")),
            is_public=bool(data.get("isPublic")),
            created=_moment(data.get("dateCreated")),
            settings=_settings_from_json(data),
        )


def _moment(text: str | None) -> datetime | None:
    """A time with its zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _settings_from_json(data: dict[str, Any]) -> ProjectSettings | None:
    if "digestsMinDelay" not in data:
        return None
    return ProjectSettings(
        digests_min_delay_seconds=int(data["digestsMinDelay"]),
        digests_max_delay_seconds=int(data["digestsMaxDelay"]),
        resolve_age_hours=int(data.get("resolveAge") or 0),
    )


@dataclass(frozen=True)
class Key:
    """
    A client key of a project: what a DSN is made of.

    Attributes:
        id: 32 hex digits; the public half of the key.
        label: Its name; several keys may have one name.
        project_id: The numeric id of its project.
        is_active: Whether Sentry accepts events sent with it.
        rate_limit: None where it has none.
        dsn_public: What goes into an app.
        dsn_secret: The old form, with the secret half in it.
        dsn_csp: Where browsers report policy violations.
        secret: The secret half.
        browser_sdk_version: Must be sent back with each update, or Sentry resets it.
    """

    id: str
    label: str
    project_id: int
    is_active: bool
    rate_limit: RateLimit | None
    dsn_public: str
    dsn_csp: str
    dsn_secret: str = field(repr=False, default="")
    secret: str = field(repr=False, default="")
    browser_sdk_version: str | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Key:
        """Parse a client key. Raises KeyError where it is none."""
        dsn = data["dsn"]
        return cls(
            id=data["id"],
            label=(data.get("label") or data.get("name") or "").strip(),
            project_id=int(data["projectId"]),
            is_active=bool(data["isActive"]),
            rate_limit=_rate_limit_from_json(data.get("rateLimit")),
            dsn_public=dsn["public"],
            dsn_csp=dsn.get("csp") or "",
            dsn_secret=dsn.get("secret") or "",
            secret=data.get("secret") or "",
            browser_sdk_version=data.get("browserSdkVersion"),
        )


def _rate_limit_from_json(data: dict[str, Any] | None) -> RateLimit | None:
    count, window = (data or {}).get("count"), (data or {}).get("window")
    return RateLimit(int(count), int(window)) if count and window else None
