"""
Rows: the environment variables of applications and services as they are stored and shown.

Does not: read requests. What the API, the queue and the control API do with rows is built on this.

Source: coolify-api.md sections 3.2, 3.5 and 3.6.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.coolify.call import arranged, new_uuid
from sandbox.coolify.resources import Resource
from sandbox.coolify.shared_rows import resolve
from sandbox.world import World

VERSION = "4.3.11"
ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "'": "\\'", "\r": "\\r", "\t": "\\t", "\x00": "\\0"}
)
FLAGS = (
    "is_preview",
    "is_runtime",
    "is_buildtime",
    "is_literal",
    "is_multiline",
    "is_shown_once",
    "is_required",
)
DEFAULTS: dict[str, Any] = {
    "value": None,
    "comment": None,
    "order": None,
    "is_preview": False,
    "is_runtime": True,
    "is_buildtime": True,
    "is_literal": False,
    "is_multiline": False,
    "is_shown_once": False,
    "is_required": False,
}
SHOWN = ("key", "value", "comment", "order", "version", "uuid", "created_at", "updated_at")

Row = dict[str, Any]


def rows_of(world: World, resource: Resource) -> list[Row]:
    """All rows of a resource by id."""
    sql = "SELECT * FROM coolify_rows WHERE kind = ? AND resource_id = ? ORDER BY id"
    return world.store.rows(sql, resource.kind, resource.id)


def find_row(world: World, resource: Resource, key: str, *, is_preview: bool) -> Row | None:
    """The first row of that key and scope."""
    sql = (
        "SELECT * FROM coolify_rows WHERE kind = ? AND resource_id = ? AND key = ?"
        " AND is_preview = ? ORDER BY id"
    )
    return world.store.row(sql, resource.kind, resource.id, key, is_preview)


def insert_row(world: World, resource: Resource, now: str, **columns: Any) -> Row:
    """
    Create a row, and its preview copy when Coolify would.

    A production row of an application is copied, unlocked, unless a preview row of its key exists.
    """
    row = _insert(world, resource, now, columns)
    is_copied = resource.kind == "application" and not row["is_preview"]
    if is_copied and not find_row(world, resource, row["key"], is_preview=True):
        twin = {"is_preview": True, "is_shown_once": False, "is_required": False, "order": None}
        _insert(world, resource, now, {**columns, **twin})
    return row


def _insert(world: World, resource: Resource, now: str, columns: Mapping[str, Any]) -> Row:
    row = {
        **DEFAULTS,
        "uuid": new_uuid(),
        **columns,
        "kind": resource.kind,
        "resource_id": resource.id,
        "version": VERSION,
        "created_at": now,
        "updated_at": now,
        "written": _next_write(world),
    }
    row["id"] = world.store.insert("coolify_rows", **row)
    return row


def update_row(world: World, row: Row, now: str, **columns: Any) -> None:
    """Write what differs, in the store and in *row*; ``updated_at`` moves only if anything does."""
    changed = {name: value for name, value in columns.items() if row[name] != value}
    if not changed:
        return
    changed |= {"updated_at": now, "written": _next_write(world)}
    world.store.update("coolify_rows", row["id"], **changed)
    row.update(changed)


def _next_write(world: World) -> int:
    sql = (
        "INSERT INTO coolify_instance (id, last_write) VALUES (1, 1)"
        " ON CONFLICT (id) DO UPDATE SET last_write = last_write + 1 RETURNING last_write"
    )
    return int(world.store.rows(sql)[0]["last_write"])


def shown(
    world: World, row: Row, *, is_sensitive: bool, without: Iterable[str] = ()
) -> dict[str, Any]:
    """
    The row as the API shows it, less the fields *without*.

    Without the right to read sensitive data, and for everybody when the row is locked, ``value``
    and ``real_value`` are absent.
    """
    value, real = row["value"], real_value(world, row)
    result: dict[str, Any] = {name: row[name] for name in SHOWN}
    result |= {name: bool(row[name]) for name in FLAGS}
    result |= {
        "is_shared": bool(value) and value.startswith("{{") and value.endswith("}}"),
        "is_really_required": bool(row["is_required"]) and not real,
        "is_coolify": row["key"].startswith("SERVICE_"),
        "is_buildpack_control": row["key"].startswith(("NIXPACKS_", "RAILPACK_")),
        "real_value": real,
    }
    hidden = set(without)
    if not is_sensitive or row["is_shown_once"]:
        hidden |= {"value", "real_value"}
    return arranged({name: item for name, item in result.items() if name not in hidden})


def real_value(world: World, row: Row) -> str:
    """
    The value as Coolify would write it into an .env file.

    Shared variables are resolved, then JSON objects and arrays stay as they are, even in a literal
    row; literal and multiline values are quoted, all others escaped.
    """
    value = _resolved(world, row)
    if _is_json_structure(value):
        return value
    if row["is_literal"] or row["is_multiline"]:
        return f"'{value}'"
    return value.translate(ESCAPES)


def _resolved(world: World, row: Row) -> str:
    value = row["value"] or ""
    return resolve(world, row["kind"], row["resource_id"], value) if "{{" in value else value


def _is_json_structure(value: str) -> bool:
    if value[:1] not in ("{", "["):
        return False
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def environment_of(world: World, resource: Resource) -> tuple[dict[str, str], dict[str, str]]:
    """What a deployment starting now gets: run-time and build-time variables, the last row wins."""
    rows = [row for row in rows_of(world, resource) if not row["is_preview"]]
    return (
        {row["key"]: _resolved(world, row) for row in rows if row["is_runtime"]},
        {row["key"]: _resolved(world, row) for row in rows if row["is_buildtime"]},
    )
