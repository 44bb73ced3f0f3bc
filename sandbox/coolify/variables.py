"""
The endpoints of an application's variables.

Does not: hold the rules of services, which differ nearly everywhere (service_variables.py).

Source: coolify-api.md sections 3.3, 3.5 to 3.7.
"""

from collections.abc import Iterable
from typing import Any

from sandbox.coolify.call import Call, Refused, Reply, ServerError, invalid, refusal
from sandbox.coolify.resources import Resource, find_application
from sandbox.coolify.rows import Row, find_row, insert_row, rows_of, shown, update_row
from sandbox.coolify.validation import (
    APPLICATION_FIELDS,
    APPLICATION_FLAGS,
    faults_of,
    is_true,
)

UNKNOWN_APPLICATION = "Application not found"
UNKNOWN_ROW = "Environment variable not found."
TAKEN = "Environment variable already exists. Use PATCH request to update it."
ABSENT_WHEN_CREATED = ("is_required", "order")


def list_variables(call: Call) -> Reply:
    """Production rows by id, then preview rows by id."""
    rows = rows_of(call.world, _application(call))
    rows.sort(key=lambda row: row["is_preview"])
    return Reply(200, [shown(call.world, row, is_sensitive=call.is_sensitive) for row in rows])


def create_variable(call: Call) -> Reply:
    """Create a row, and with a production row its preview copy."""
    application = _application(call)
    fields = call.fields
    raise_if_invalid(fields)
    is_preview = is_true(fields.get("is_preview"))
    if find_row(call.world, application, fields["key"], is_preview=is_preview):
        return refusal(409, TAKEN)
    row = insert_row(call.world, application, call.now(), **created_columns(fields))
    return Reply(201, {"uuid": row["uuid"]})


def update_variable(call: Call) -> Reply:
    """Update the row of that key and scope; whatever is not sent is not simply kept."""
    raise_if_not_json(call)
    application = _application(call)
    fields = call.fields
    raise_if_invalid(fields)
    is_preview = is_true(fields.get("is_preview"))
    row = find_row(call.world, application, fields["key"], is_preview=is_preview)
    if row is None:
        return refusal(404, UNKNOWN_ROW)
    update_row(call.world, row, call.now(), **updated_columns(row, fields))
    return Reply(201, shown(call.world, row, is_sensitive=call.is_sensitive))


def write_variables(call: Call) -> Reply:
    """Create or update the items of ``data`` one by one; what was written before a fault stays."""
    raise_if_not_json(call)
    application = _application(call)
    data = call.fields.get("data")
    if not data or data == "0":
        return refusal(400, "Bulk data is required.")
    bulk = _Bulk(call, application)
    return Reply(201, [bulk.write(item) for item in items_of(data)])


def delete_variable(call: Call) -> Reply:
    """Delete one row by its uuid; a preview copy stays."""
    application = find_application(call.world, call.caller.team_id, call.path["uuid"])
    if application is None:
        return refusal(404, "Application not found.")
    return delete_row(call, application)


class _Bulk:
    """
    One bulk request.

    The rows of a scope are read once, when the first item needs them, and rows created meanwhile
    are not among them: that is how a new key given twice becomes two rows.
    """

    def __init__(self, call: Call, application: Resource) -> None:
        self._call = call
        self._application = application
        self._known: dict[bool, list[Row]] = {}

    def write(self, item: Any) -> dict[str, Any]:
        fields = _known_fields(item)
        faults = faults_of(fields, APPLICATION_FLAGS)
        if faults:
            raise Refused(invalid(faults))
        row = self._find(fields["key"], is_preview=is_true(fields.get("is_preview")))
        world, now, is_sensitive = self._call.world, self._call.now(), self._call.is_sensitive
        if row is not None:
            update_row(world, row, now, **updated_columns(row, fields))
            return shown(world, row, is_sensitive=is_sensitive)
        row = insert_row(world, self._application, now, **created_columns(fields))
        return shown(world, row, is_sensitive=is_sensitive, without=ABSENT_WHEN_CREATED)

    def _find(self, key: str, *, is_preview: bool) -> Row | None:
        if is_preview not in self._known:
            rows = rows_of(self._call.world, self._application)
            self._known[is_preview] = [row for row in rows if bool(row["is_preview"]) == is_preview]
        return next((row for row in self._known[is_preview] if row["key"] == key), None)


def _application(call: Call) -> Resource:
    application = find_application(call.world, call.caller.team_id, call.path["uuid"])
    if application is None:
        raise Refused(refusal(404, UNKNOWN_APPLICATION))
    return application


def _known_fields(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {}
    return {name: value for name, value in item.items() if name in APPLICATION_FIELDS}


def items_of(data: Any) -> Iterable[Any]:
    """The items of a bulk request, as PHP walks over whatever was sent."""
    if isinstance(data, dict):
        return data.values()
    return data if isinstance(data, list) else [data]


def raise_if_not_json(call: Call) -> None:
    """Refuse what is not a JSON body with something in it."""
    error = None
    if not call.is_json:
        error = "Content-Type must be application/json."
    elif not call.json and call.json != {}:
        error = "Invalid JSON."
    elif not call.body:
        error = "Empty JSON."
    if error:
        raise Refused(refusal(400, "Invalid request.", error=error))


def raise_if_invalid(fields: dict[str, Any]) -> None:
    """Refuse fields that do not hold or are not allowed."""
    faults = faults_of(fields, APPLICATION_FLAGS)
    for name in fields:
        if name not in APPLICATION_FIELDS:
            faults.setdefault(name, []).append("This field is not allowed.")
    if faults:
        raise Refused(invalid(faults))


def created_columns(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns of a new row; flags that are not sent have their defaults."""
    return {
        "key": fields["key"],
        "value": fields.get("value"),
        "comment": fields.get("comment"),
        "is_preview": is_true(fields.get("is_preview")),
        "is_literal": is_true(fields.get("is_literal")),
        "is_multiline": is_true(fields.get("is_multiline")),
        "is_shown_once": is_true(fields.get("is_shown_once")),
        "is_runtime": is_true(fields.get("is_runtime", True)),
        "is_buildtime": is_true(fields.get("is_buildtime", True)),
    }


def updated_columns(row: Row, fields: dict[str, Any]) -> dict[str, Any]:
    """
    The columns an update writes.

    | not sent                      | effect                                        |
    | value                         | wiped                                         |
    | is_literal                    | false                                         |
    | is_multiline, is_shown_once   | kept if false; if true the server fails (500) |
    | is_runtime, is_buildtime, comment | kept                                      |
    """
    columns = {"value": fields.get("value"), "is_literal": is_true(fields.get("is_literal"))}
    for flag in ("is_multiline", "is_shown_once"):
        if flag not in fields and row[flag]:
            raise ServerError
        columns[flag] = is_true(fields.get(flag))
    for flag in ("is_runtime", "is_buildtime"):
        if flag in fields:
            columns[flag] = is_true(fields[flag])
    if "comment" in fields:
        columns["comment"] = fields["comment"]
    return columns


def delete_row(call: Call, resource: Resource) -> Reply:
    """Delete the row of the path's ``env_uuid`` if it is the resource's."""
    rows = rows_of(call.world, resource)
    row = next((row for row in rows if row["uuid"] == call.path["env_uuid"]), None)
    if row is None:
        return refusal(404, UNKNOWN_ROW)
    call.world.store.delete("coolify_rows", row["id"])
    return Reply(200, {"message": "Environment variable deleted."})
