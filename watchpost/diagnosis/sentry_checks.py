"""
Checks of Sentry: it answers, the token is good and has what is needed and not more, the
organization is there, its keys can be listed at once.

Sentry tells no version by its API; the list of all keys (December 2025) is what shows its age.

Does not: write. What a write would answer follows from the token's scopes.

Source: sentry-api.md 2, 3 and 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from watchpost.diagnosis.clock import judge_clock
from watchpost.diagnosis.finding import Finding, failure, ok, unknown, warning
from watchpost.errors import Forbidden, NotFound, Unauthorized
from watchpost.workspace import SENTRY_TOKEN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watchpost.diagnosis.case import Case

SCOPES = "Sentry's settings of the internal integration (Developer Settings)"
# One of each is needed: to look; to make and change projects and keys; to make and bind teams.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "org:read": ("org:read", "org:write", "org:admin"),
    "project:admin (or project:write)": ("project:write", "project:admin"),
    "team:admin (or team:write)": ("team:write", "team:admin"),
}
# What could do harm and nothing here asks for. org:write is left out: the audit log needs it.
EXCESSIVE = frozenset(
    {
        "org:admin",
        "org:billing",
        "org:integrations",
        "member:admin",
        "member:invite",
        "member:write",
        "event:admin",
    }
)


def check_answers(case: Case) -> Finding:
    """Sentry answers at its address."""
    error = case.sentry_asked.error
    if error is not None and not isinstance(error, (Unauthorized, Forbidden)):
        raise error
    return ok("sentry answers", f"{case.sentry_url} answers")


def check_token(case: Case) -> Finding:
    """The token is accepted."""
    if case.sentry_asked.error is not None:
        raise case.sentry_asked.error
    if case.sentry_asked.answer is not None:
        case.sentry_asked.answer.as_object()
    return ok("sentry token accepted", f"the token in {SENTRY_TOKEN_VARIABLE} is accepted")


def check_clock(case: Case) -> Finding:
    """Sentry's clock is this machine's, more or less."""
    return judge_clock("sentry clock", case.sentry_asked)


def check_organization(case: Case) -> Finding:
    """The manifest's organization is visible to the token."""
    name = _organization(case)
    try:
        _ask_organization(case)
    except (NotFound, Forbidden) as error:
        what = f"the token does not see the organization {name} ({error.status})"
        cure = "correct `organization:` in the manifest, or use a token of that organization"
        return failure("sentry organization", what, cure)
    return ok("sentry organization", f"{name} is visible")


def check_scopes(case: Case) -> Finding:
    """The token may do what a run does, and not much more."""
    scopes = _scopes(case)
    if scopes is None:
        what = "Sentry does not tell this token's scopes"
        return unknown("sentry scopes", what, f"compare by hand in {SCOPES}", is_provable=False)
    if scopes == {"org:ci"}:
        what = "an organization token: it uploads source maps and cannot manage projects"
        cure = f"set {SENTRY_TOKEN_VARIABLE} to the token of an internal integration"
        return failure("sentry scopes", what, cure)
    missing = _missing(scopes, needs_teams=_makes_teams(case))
    if missing:
        what = f"missing: {', '.join(missing)}"
        return failure("sentry scopes", what, f"add them in {SCOPES}")
    return _judge_more(scopes, deletes=_deletes(case))


def _judge_more(scopes: frozenset[str], *, deletes: bool) -> Finding:
    if deletes and "project:admin" not in scopes:
        what = "an entry says `on_remove: delete`, which takes project:admin"
        return warning("sentry scopes", what, f"add it in {SCOPES}, or keep the project")
    excessive = sorted(scopes & EXCESSIVE)
    if excessive:
        what = f"more than needed: {', '.join(excessive)}"
        return warning("sentry scopes", what, f"take them away in {SCOPES}")
    return ok("sentry scopes", ", ".join(sorted(scopes)))


def check_key_list(case: Case) -> Finding:
    """All keys of the organization can be listed at once."""
    path = f"/api/0/organizations/{quote(_organization(case), safe='')}/project-keys/"
    try:
        case.sentry.request("GET", path, params={"project": "-1", "per_page": 1})
    except NotFound:
        what = "this Sentry is older than December 2025: keys are listed project by project"
        return warning("sentry key list", what, "update Sentry, or accept slower runs")
    return ok("sentry key list", "all keys can be listed at once (December 2025 or later)")


def _scopes(case: Case) -> frozenset[str] | None:
    """
    What the token may do in the organization: its own scopes, bounded by its user's role.

    A person's token may have scopes that the person has not; the organization tells the rest.
    """
    answer = case.sentry_asked.answer
    auth = answer.as_object().get("auth") if answer else None
    own = auth.get("scopes") if isinstance(auth, dict) else None
    access = _ask_organization(case)
    told = [frozenset(map(str, each)) for each in (own, access) if isinstance(each, list)]
    return frozenset.intersection(*told) if told else None


def _ask_organization(case: Case) -> object:
    """Return the scopes that the organization grants; None where it does not tell."""
    path = f"/api/0/organizations/{quote(_organization(case), safe='')}/"
    return case.sentry.request("GET", path, params={"detailed": "0"}).as_object().get("access")


def _missing(scopes: Iterable[str], *, needs_teams: bool) -> list[str]:
    held = set(scopes)
    return [
        name
        for name, any_of in NEEDED.items()
        if not held & set(any_of) and (needs_teams or not name.startswith("team:"))
    ]


def _organization(case: Case) -> str:
    manifest = case.inspection.manifest
    return manifest.organization if manifest else ""


def _makes_teams(case: Case) -> bool:
    manifest = case.inspection.manifest
    return manifest is None or any(not team.existing for team in manifest.teams.values())


def _deletes(case: Case) -> bool:
    manifest = case.inspection.manifest
    return manifest is not None and any(each.on_remove == "delete" for each in manifest.entries)
