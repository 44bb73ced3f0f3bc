"""
The audit log: what changed, by whom, newest first.

Does not: say what a field was before; like the server it names the object, rarely the change.

Source: getsentry/sentry, src/sentry/api/endpoints/organization_auditlogs.py.
"""

import json
from typing import Any

from starlette.responses import Response

from sandbox.sentry.answers import bad_request
from sandbox.sentry.call import Call, Row, render_time_ms
from sandbox.sentry.fields import Invalid, integer
from sandbox.sentry.serialize import user_brief

# Keyed by event name: the note, filled in from the entry's data.
NOTES = {
    "team.create": "created team {slug}",
    "team.edit": "edited team {slug}",
    "team.remove": "removed team {slug}",
    "member.join-team": "joined team {team_slug}",
    "project.create": "created project {slug}",
    "project.create-with-origin": "created project {slug} via {origin}",
    "project.edit": "edited project settings of {slug}",
    "project.remove": "removed project {slug}",
    "project.enable": "enabled project filter {state}",
    "project.disable": "disabled project filter {state}",
    "project.ownership-rule.edit": "modified ownership rules",
    "project-team.add": "added team {team_slug} to project {project_slug}",
    "project-team.remove": "removed team {team_slug} from project {project_slug}",
    "projectkey.create": "added project key {public_key}",
    "projectkey.edit": "edited project key {public_key}",
    "projectkey.remove": "removed project key {public_key}",
    "projectkey.change": "edited project key {public_key}",
}


def record(call: Call, event: str, target: int, data: dict[str, Any]) -> None:
    """Add one entry for the call's caller and organization."""
    call.store.insert(
        "sentry_audit_entries",
        organization_id=call.organization["id"],
        actor_id=call.user_id,
        event=event,
        target_object=target,
        data=json.dumps(data),
        ip_address=call.address,
        at_ms=call.now_ms(),
    )


def list_entries(call: Call) -> Response:
    """``{"rows", "options"}``, filtered by ``event`` and ``actor``."""
    rows = call.store.rows(
        "SELECT * FROM sentry_audit_entries WHERE organization_id = ? ORDER BY at_ms DESC, id DESC",
        call.organization["id"],
    )
    event, actor = call.parameter("event"), _actor(call)
    if event is not None:
        rows = [row for row in rows if row["event"] == event]
    if actor is not None:
        rows = [row for row in rows if row["actor_id"] == actor]
    return call.page_by_key(
        rows,
        lambda items: [_render(call, item) for item in items],
        key=lambda row: int(row["at_ms"]),
        wrap=lambda items: {"rows": items, "options": sorted(NOTES)},
    )


def _actor(call: Call) -> int | None:
    asked = call.parameter("actor")
    if asked is None:
        return None
    try:
        return int(integer()(asked))
    except Invalid as invalid:
        raise bad_request({"actor": invalid.errors}) from None


def _render(call: Call, entry: Row) -> Row:
    actor = call.store.row("SELECT * FROM sentry_users WHERE id = ?", entry["actor_id"])
    data = json.loads(entry["data"])
    return {
        "id": str(entry["id"]),
        "actor": None if actor is None else user_brief(actor),
        "event": entry["event"],
        "note": NOTES[entry["event"]].format_map(data),
        "ipAddress": entry["ip_address"],
        "targetObject": entry["target_object"],
        "targetUser": None,
        "data": data,
        "dateCreated": render_time_ms(entry["at_ms"]),
    }
