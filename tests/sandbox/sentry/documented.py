"""
The vendor's schema of the API, and what an answer has otherwise than it says.

Does not: check formats, lengths or patterns; or decide whether the schema or the answer is right.
"""

import json
from pathlib import Path
from typing import Any

API = "/api/0/organizations/{organization_id_or_slug}/issues/"
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


class Schema:
    """The documented answers of the endpoints of issues; paths follow that of their list."""

    def __init__(self, contracts: Path) -> None:
        content = json.loads((contracts / "sentry-openapi.json").read_text("utf-8"))
        self.paths: dict[str, Any] = content["paths"]

    def faults(self, body: object, path: str = "", method: str = "get") -> set[str]:
        """Where an answer of status 200 differs, as ``[].project.id: absent``."""
        answer = self.paths[API + path][method]["responses"]["200"]
        return faults(body, answer["content"]["application/json"]["schema"])


def faults(value: Any, schema: dict[str, Any], place: str = "") -> set[str]:
    """Where a value differs from a schema: what is absent, null, or of another type or choice."""
    if value is None:
        return set() if schema.get("nullable") else {f"{place}: null"}
    found: set[str] = set()
    for part in schema.get("allOf", ()):
        found |= faults(value, part, place)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices and all(faults(value, choice, place) for choice in choices):
        found.add(f"{place}: none of {len(choices)} choices")
    if not _is_of_type(value, schema) or value not in schema.get("enum", [value]):
        return {*found, f"{place}: {value!r}"}
    return found | _faults_inside(value, schema, place)


def _is_of_type(value: Any, schema: dict[str, Any]) -> bool:
    wanted = schema.get("type")
    if isinstance(value, bool) and wanted in ("integer", "number"):
        return False
    return wanted is None or isinstance(value, TYPES[wanted])


def _faults_inside(value: Any, schema: dict[str, Any], place: str) -> set[str]:
    found: set[str] = set()
    if isinstance(value, list):
        for each in value:
            found |= faults(each, schema.get("items", {"nullable": True}), f"{place}[]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found |= {f"{place}.{name}: absent" for name in {*schema.get("required", ())} - {*value}}
        for name in known.keys() & value.keys():
            found |= faults(value[name], known[name], f"{place}.{name}")
    return found
