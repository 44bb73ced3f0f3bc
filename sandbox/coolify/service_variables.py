"""
The endpoints of a service's variables, whose rules are not those of applications.

Does not: simulate moving a row to another resource by a bulk item's ``resourceable_*`` fields.

Source: coolify-api.md section 3.4.
"""

from typing import Any

from sandbox.coolify.call import Call, Refused, Reply, ServerError, invalid, refusal
from sandbox.coolify.resources import Resource, find_service
from sandbox.coolify.rows import FLAGS, find_row, insert_row, rows_of, shown, update_row
from sandbox.coolify.validation import SERVICE_FLAGS, faults_of, is_true
from sandbox.coolify.variables import TAKEN, UNKNOWN_ROW, delete_row

ABSENT_WHEN_CREATED = ("is_preview", "is_required", "order")
ABSENT_UNLESS_GIVEN = (
    "value",
    "comment",
    "order",
    "is_literal",
    "is_multiline",
    "is_preview",
    "is_required",
    "is_shown_once",
)
NOT_AUTHORIZED = Reply(
    403,
    {"message": "You are not authorized to perform this action.", "error": "Unauthorized"},
)


def list_variables(call: Call) -> Reply:
    """All rows in the order of their last write: the real list has no order to rely on."""
    rows = sorted(rows_of(call.world, _service(call)), key=lambda row: int(row["written"]))
    return Reply(200, [shown(call.world, row, is_sensitive=call.is_sensitive) for row in rows])


def create_variable(call: Call) -> Reply:
    """Create a row; fields that services do not know are ignored."""
    service = _service(call)
    fields = call.fields
    _raise_if_invalid(fields)
    if _find(call, service, fields["key"]):
        return refusal(409, TAKEN)
    columns = {name: fields.get(name) for name in ("key", "value", "comment")}
    columns |= {flag: is_true(fields.get(flag)) for flag in SERVICE_FLAGS}
    row = insert_row(call.world, service, call.now(), **columns)
    return Reply(
        201, shown(call.world, row, is_sensitive=call.is_sensitive, without=ABSENT_WHEN_CREATED)
    )


def update_variable(call: Call) -> Reply:
    """Update the row of that key: a missing value wipes it, everything else missing is kept."""
    service = _service(call)
    fields = call.fields
    _raise_if_invalid(fields)
    row = _find(call, service, fields["key"])
    if row is None:
        return refusal(404, UNKNOWN_ROW)
    columns = {"value": fields.get("value")}
    columns |= {flag: is_true(fields[flag]) for flag in SERVICE_FLAGS if flag in fields}
    if "comment" in fields:
        columns["comment"] = fields["comment"]
    update_row(call.world, row, call.now(), **columns)
    return Reply(201, shown(call.world, row, is_sensitive=call.is_sensitive))


def write_variables(call: Call) -> Reply:
    """Create or update each item of ``data`` with just the fields it has."""
    service = _service(call)
    data = call.fields.get("data")
    if not data or data == "0":
        return refusal(400, "Bulk data is required.")
    if not isinstance(data, (list, dict)):
        raise ServerError
    items = data.values() if isinstance(data, dict) else data
    return Reply(201, [_write(call, service, item) for item in items])


def delete_variable(call: Call) -> Reply:
    """Delete one row by its uuid."""
    return delete_row(call, _service(call))


def _write(call: Call, service: Resource, item: Any) -> dict[str, Any]:
    if not isinstance(item, (dict, list)):
        raise ServerError
    fields = item if isinstance(item, dict) else {}
    _raise_if_invalid(fields)
    columns = _mass_assigned(fields)
    row = _find(call, service, fields["key"])
    if row is not None:
        update_row(call.world, row, call.now(), **columns)
        return shown(call.world, row, is_sensitive=call.is_sensitive)
    row = insert_row(call.world, service, call.now(), **columns)
    absent = [name for name in ABSENT_UNLESS_GIVEN if name not in columns]
    return shown(call.world, row, is_sensitive=call.is_sensitive, without=absent)


def _mass_assigned(fields: dict[str, Any]) -> dict[str, Any]:
    texts = ("key", "value", "comment", "order")
    columns: dict[str, Any] = {name: fields[name] for name in texts if name in fields}
    if not isinstance(columns.get("order"), (int, type(None))):
        raise ServerError
    for flag in FLAGS:
        if flag in fields:
            if fields[flag] is None:
                raise ServerError
            columns[flag] = fields[flag] not in (False, 0, "0", [], {})
    return columns


def _find(call: Call, service: Resource, key: str) -> dict[str, Any] | None:
    rows = (find_row(call.world, service, key, is_preview=scope) for scope in (False, True))
    return next((row for row in rows if row), None)


def _service(call: Call) -> Resource:
    service = find_service(call.world, call.caller.team_id, call.path["uuid"])
    if service is None:
        raise Refused(refusal(404, "Service not found."))
    if not call.caller.leads:
        raise Refused(NOT_AUTHORIZED)
    return service


def _raise_if_invalid(fields: dict[str, Any]) -> None:
    faults = faults_of(fields, SERVICE_FLAGS)
    if faults:
        raise Refused(invalid(faults))
