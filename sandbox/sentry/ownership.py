"""
Ownership rules of a project: read, change, and check their owners.

Does not: assign issues; there are none.

Source: getsentry/sentry, src/sentry/issues/endpoints/project_ownership.py and
src/sentry/issues/ownership/grammar.py.
"""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.sentry import audit
from sandbox.sentry.answers import answer, bad_request, forbidden, internal_error
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import Invalid, boolean, check, text
from sandbox.sentry.lookup import team_ids_of
from sandbox.sentry.ownership_rules import BadRules, Owner, Rule, parse_rules

RAW_LONGEST = 100_000
ISSUE_OWNER = "Auto Assign to Issue Owner"
ASSIGNMENTS = (ISSUE_OWNER, "Auto Assign to Suspect Commits", "Turn off Auto-Assignment")
MAY_NOT_ASSIGN = "You do not have permission to assign ownership to one or more teams."


def _assignment(value: Any) -> str:
    chosen = text()(value)
    if chosen not in ASSIGNMENTS:
        # The server nests the field's name in itself here.
        raise Invalid({"autoAssignment": "Invalid selection."})
    return str(chosen)


FIELDS = {
    "raw": text(blank=True),
    "fallthrough": boolean,
    "autoAssignment": _assignment,
    "codeownersAutoSync": boolean,
}


def show_ownership(call: Call) -> Response:
    """The rules, with a schema that leaves out owners who have lost access."""
    return answer(_render(call, _load(call)))


def change_ownership(call: Call) -> Response:
    """Change the given fields; with ``project:read`` alone only ``raw``."""
    body = call.body()
    if not isinstance(body, dict | list | str):
        # The server lists the body's keys before it validates.
        raise internal_error()
    if list(body) != ["raw"] and not _may_write(call):
        raise forbidden()
    values = check(body, FIELDS)
    ownership = _load(call)
    if "raw" in values:
        _check_raw(call, values["raw"], ownership["raw"] or "")
    changed = _changed(ownership, values)
    if changed != ownership:
        changed["last_updated"] = call.now_text()
        changed["date_created"] = changed["date_created"] or changed["last_updated"]
        _store(call, changed)
    audit.record(call, "project.ownership-rule.edit", call.project["id"], {})
    return answer(_render(call, changed))


def _may_write(call: Call) -> bool:
    team_ids = team_ids_of(call.store, call.project["id"])
    return call.access.reaches_project(call.project, team_ids, ("project:write",))


def _load(call: Call) -> Row:
    row = call.store.row("SELECT * FROM sentry_ownership WHERE project_id = ?", call.project["id"])
    return row or {
        "project_id": call.project["id"],
        "raw": None,
        "fallthrough": 1,
        "auto_assignment": ISSUE_OWNER,
        "codeowners_auto_sync": 1,
        "date_created": None,
        "last_updated": None,
    }


def _changed(ownership: Row, values: Mapping[str, Any]) -> Row:
    changed = dict(ownership)
    if "raw" in values:
        changed["raw"] = values["raw"] or None
    if "fallthrough" in values:
        changed["fallthrough"] = int(values["fallthrough"])
    if "autoAssignment" in values:
        changed["auto_assignment"] = values["autoAssignment"]
    if "codeownersAutoSync" in values:
        changed["codeowners_auto_sync"] = int(values["codeownersAutoSync"])
    return changed


def _store(call: Call, ownership: Row) -> None:
    columns = {name: value for name, value in ownership.items() if name != "id"}
    if "id" in ownership:
        call.store.update("sentry_ownership", ownership["id"], **columns)
    else:
        call.store.insert("sentry_ownership", **columns)


def _check_raw(call: Call, raw: str, before: str) -> None:
    if len(raw) > RAW_LONGEST >= len(before):
        raise _bad_raw(f"Raw needs to be <= {RAW_LONGEST} characters in length")
    try:
        rules = parse_rules(raw)
    except BadRules as error:
        raise _bad_raw(str(error)) from None
    bad = _bad_owners(call, rules)
    if bad:
        raise _bad_raw(f"Invalid rule owners: {' '.join(sorted(bad))}")
    if any(rule.kind == "codeowners" for rule in rules):
        raise _bad_raw("Codeowner type paths can only be added by importing CODEOWNER files")
    _check_may_assign(call, rules)


def _bad_raw(message: str) -> Exception:
    return bad_request({"raw": [message]})


def _owner_ids(call: Call) -> dict[tuple[str, str], int]:
    """Who may own rules of the project, keyed by kind and team slug or lower-case e-mail."""
    teams = call.store.rows(
        "SELECT t.id, t.slug FROM sentry_teams t JOIN sentry_project_teams b ON b.team_id = t.id"
        " WHERE b.project_id = ?",
        call.project["id"],
    )
    users = call.store.rows(
        "SELECT DISTINCT u.id, lower(u.email) AS email FROM sentry_project_teams b"
        " JOIN sentry_team_members tm ON tm.team_id = b.team_id"
        " JOIN sentry_members m ON m.id = tm.member_id"
        " JOIN sentry_users u ON u.id = m.user_id WHERE b.project_id = ? AND u.is_active",
        call.project["id"],
    )
    owners = {("team", team["slug"]): int(team["id"]) for team in teams}
    return owners | {("user", user["email"]): int(user["id"]) for user in users}


def _bad_owners(call: Call, rules: list[Rule]) -> set[str]:
    known = _owner_ids(call)
    named = {owner for rule in rules for owner in rule.owners}
    return {_reason(call, owner) for owner in named if _identity(owner) not in known}


def _identity(owner: Owner) -> tuple[str, str]:
    return owner.kind, owner.name.lower()


def _reason(call: Call, owner: Owner) -> str:
    project = call.project["slug"]
    if owner.kind == "team":
        return f"Team #{owner.name} does not have access to project '{project}'."
    member = call.store.row(
        "SELECT m.id FROM sentry_members m JOIN sentry_users u ON u.id = m.user_id"
        " WHERE m.organization_id = ? AND lower(u.email) = ? AND u.is_active",
        call.organization["id"],
        owner.name,
    )
    if member is not None:
        return f"User {owner.name} does not have access to project '{project}'."
    return f"User {owner.name} is not a member of this organization."


def _check_may_assign(call: Call, rules: list[Rule]) -> None:
    slugs = {owner.name for rule in rules for owner in rule.owners if owner.kind == "team"}
    if not slugs or call.organization["open_membership"] or call.access.has_any(("team:admin",)):
        return
    known = _owner_ids(call)
    if any(known[("team", slug)] not in call.access.team_scopes for slug in slugs):
        raise _bad_raw(MAY_NOT_ASSIGN)


def _render(call: Call, ownership: Row) -> Row:
    return {
        "raw": ownership["raw"],
        "fallthrough": bool(ownership["fallthrough"]),
        "dateCreated": ownership["date_created"],
        "lastUpdated": ownership["last_updated"],
        "isActive": True,
        "autoAssignment": ownership["auto_assignment"],
        "codeownersAutoSync": bool(ownership["codeowners_auto_sync"]),
        "schema": _schema(call, ownership["raw"]),
    }


def _schema(call: Call, raw: str | None) -> Row | None:
    if raw is None:
        return None
    known = _owner_ids(call)
    rules = []
    for rule in parse_rules(raw):
        owners = [
            {"type": owner.kind, "name": owner.name, "id": known[_identity(owner)]}
            for owner in rule.owners
            if _identity(owner) in known
        ]
        if owners:
            matcher = {"type": rule.kind, "pattern": rule.pattern}
            rules.append({"matcher": matcher, "owners": owners})
    return {"$version": 1, "rules": rules}
