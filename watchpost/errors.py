"""
Every error that Watchpost raises on purpose.

    WatchpostError
      ManifestError          one or more faults in projects.yaml
      SettingsError          a token, URL or option is missing or contradicts another
      PolicyError            the request is understood and refused
        ForeignOwner         a row or project belongs to somebody else
        AmbiguousOwner       two objects answer to one name
        TakeoverRefused      taking over would change what somebody else set up
        ReadOnly             a write was asked for while writes are switched off
        Unplanned            a write that the reviewed plan does not hold
      ApiError               a service answered, or did not
        NotFound             404: the object is not there
        Conflict             409: the object is there already
        Invalid              400 or 422: the service refused the values
        Unauthorized         401: the token is no good
        Forbidden            403: the token lacks a scope, an ability or a role
        Moved                302: the object answers under another name
        RateLimited          429, after all retries
        ApiUnavailable       no answer, 408 or 5xx, after all retries
          UnclearWrite       a write that may or may not have been applied
        UnexpectedResponse   an answer that no rule here explains

Does not: hold secrets. A message names a variable, a header or a token's name, never its value nor
part of it.

Source: design.md 9; docs/adr.
"""

from __future__ import annotations


class WatchpostError(Exception):
    """
    A fault that its reader can act on.

    Attributes:
        path: Where: a file position, a manifest path, a resource or a method and URL path.
        summary: What happened, without a full stop.
        detail: Why it matters, what was seen, what is allowed. May be empty.
        fix: The command or the edit that mends it. May be empty.
    """

    def __init__(self, path: str, summary: str, *, detail: str = "", fix: str = "") -> None:
        super().__init__(path, summary, detail, fix)
        self.path = path
        self.summary = summary
        self.detail = detail
        self.fix = fix

    def __str__(self) -> str:
        """Render `path: summary`, then detail and fix on indented lines of their own."""
        lines = [f"{self.path}: {self.summary}" if self.path else self.summary]
        lines += [f"  {line}" for line in self.detail.splitlines()]
        lines += [f"  fix: {self.fix}"] if self.fix else []
        return "\n".join(lines)


class ManifestError(WatchpostError):
    """One or more faults in the manifest; `watchpost.manifest` collects them all before raising."""


class SettingsError(WatchpostError):
    """A token, a URL or an option is missing, malformed or contradicts another."""


class PolicyError(WatchpostError):
    """The request is understood and refused."""


class ForeignOwner(PolicyError):
    """A row or project bears somebody else's mark, or none, and does not already mean the same."""


class AmbiguousOwner(PolicyError):
    """Two objects answer to one name, so that neither may be touched."""


class TakeoverRefused(PolicyError):
    """Taking an existing object over would change what somebody else set up."""


class ReadOnly(PolicyError):
    """A write was asked for while writes are off (`WATCHPOST_READ_ONLY=1` or a preview)."""


class Unplanned(PolicyError):
    """A write that the reviewed plan does not hold: somebody changed something meanwhile."""


class ApiError(WatchpostError):
    """
    A service refused, failed or did not answer.

    Attributes:
        status: The HTTP status; 0 where there was no answer.
        body: The parsed answer (JSON value or text), free of secrets; None where there was none.
    """

    def __init__(
        self,
        path: str,
        summary: str,
        *,
        detail: str = "",
        fix: str = "",
        status: int = 0,
        body: object = None,
    ) -> None:
        super().__init__(path, summary, detail=detail, fix=fix)
        self.status = status
        self.body = body


class NotFound(ApiError):
    """404: the object is not there."""


class Conflict(ApiError):
    """409: the object is there already."""


class Invalid(ApiError):
    """400 or 422: the service refused the values."""


class Unauthorized(ApiError):
    """401: the token is missing, wrong, expired or revoked."""


class Forbidden(ApiError):
    """403: the token lacks a scope, an ability or a role, or the API is closed to it."""


class Moved(ApiError):
    """302: the object answers under another name; `body` tells which where the service says so."""


class RateLimited(ApiError):
    """429, after all retries."""


class ApiUnavailable(ApiError):
    """No answer, 408 or 5xx, after all retries."""


class UnclearWrite(ApiUnavailable):
    """A write that may or may not have been applied: look before sending it again."""


class UnexpectedResponse(ApiError):
    """An answer that no rule here explains."""
