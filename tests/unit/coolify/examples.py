"""
Rows and declarations to begin from; each test overrides only what it is about.

`after` applies writes as Coolify does, its automatic preview copies included.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from watchpost.coolify import (
    AppRef,
    DesiredEnvironment,
    DesiredVariable,
    Kind,
    Owner,
    Row,
    Write,
)

KEY = b"a key for tests"
OWNER = Owner("acme", "shop")
SIBLING = Owner("acme", "studio")
STRANGER = Owner("globex", "shop")
DSN = "https://0123456789abcdef0123456789abcdef@o1.ingest.example/7"
MOVED_DSN = "https://0123456789abcdef0123456789abcdef@o1.ingest.other.example/7"
OTHER_DSN = "https://fedcba9876543210fedcba9876543210@o1.ingest.example/8"


def variable(**overrides: Any) -> DesiredVariable:
    """A run-time variable with a DSN, empty in previews."""
    fields: dict[str, Any] = {"value": DSN, "is_buildtime": False, "is_runtime": True}
    return DesiredVariable(**(fields | overrides))


def environment(
    variables: dict[str, DesiredVariable] | None = None, kind: Kind = "application", **more: Any
) -> DesiredEnvironment:
    """One app of the entry acme/shop with SENTRY_DSN."""
    wanted = {"SENTRY_DSN": variable()} if variables is None else variables
    fields: dict[str, Any] = {"app": AppRef(kind, "shop-web"), "owner": OWNER}
    return DesiredEnvironment(variables=wanted, **(fields | more))


def row(**overrides: Any) -> Row:
    """The production row that `environment()` asks for."""
    fields: dict[str, Any] = {
        "uuid": "row",
        "key": "SENTRY_DSN",
        "value": DSN,
        "is_buildtime": False,
        "comment": OWNER.mark,
    }
    return Row(**(fields | overrides))


def preview(**overrides: Any) -> Row:
    """The preview row that `environment()` asks for."""
    return row(**({"uuid": "preview", "is_preview": True, "value": None} | overrides))


def after(rows: Iterable[Row], writes: Iterable[Write]) -> list[Row]:
    """The rows that Coolify holds once *writes* were sent."""
    held = list(rows)
    for number, write in enumerate(writes):
        match write.verb:
            case "create":
                made = replace(write.row, uuid=f"made-{number}")
                held.append(made)
                places = {each.place for each in held}
                if not made.is_preview and (made.key, True) not in places:
                    held.append(replace(made, uuid=f"copy-{number}", is_preview=True))
            case "update":
                first = next(each for each in held if each.place == write.row.place)
                held[held.index(first)] = replace(write.row, uuid=first.uuid)
            case "delete":
                held = [each for each in held if each.uuid != write.row.uuid]
    return held
