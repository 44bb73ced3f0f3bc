"""
What a DSN in a row stands for: which key of which project, and whether Sentry still accepts it.

    key known, of the project that the DSN names      active or disabled
    key known, but of another project                 mismatched: Sentry refuses it
    key unknown, project known, host ours             deleted: the key is gone
    key unknown, project unknown, host ours           unknown project: deleted, or another
                                                      organization's on the same server
    key unknown, host of another server               foreign

An organization on sentry.io has a host of its own, `o<number>.ingest...`: another number there is
another organization.

Does not: show a value. A DSN is named `…@{project id} key {label}`.

Source: reference/sentry-api.md 6; design.md 5 (DSNs are compared by key and project).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchpost.coolify import Unreadable, normalise
from watchpost.coolify.values import dsn_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.adoption.inventory import HeldApp, Inventory
    from watchpost.coolify import Row
    from watchpost.sentry import Key, Project

_ORGANIZATION_HOST = re.compile(r"o\d+\.(?P<rest>ingest\..+)")
_DSN_NAME = re.compile(r"SENTRY.*DSN|DSN.*SENTRY", re.IGNORECASE)


class Standing(Enum):
    """What is known of the key that a DSN names."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"
    MISMATCHED = "mismatched"
    UNKNOWN_PROJECT = "unknown project"
    OTHER_ORGANIZATION = "another organization"
    OTHER_SERVER = "another server"


@dataclass(frozen=True)
class Holding:
    """
    One row that holds a DSN.

    Attributes:
        app: Whose row.
        row: The row.
        standing: What is known of the DSN's key.
        project_number: The project that the DSN names.
        project: That project, where it is one of the organization's.
        key: The key, where it is one of the organization's.
    """

    app: HeldApp
    row: Row
    standing: Standing
    project_number: str
    project: Project | None
    key: Key | None

    @property
    def words(self) -> str:
        """The DSN in words."""
        return render_dsn(self.project_number, self.key)


def render_dsn(project_number: str | int, key: Key | None) -> str:
    """Name a DSN without showing it."""
    return f"…@{project_number} key {key.label if key else '(unknown)'}"


def is_dsn(row: Row) -> bool:
    """Tell whether a row holds a DSN, whatever its name."""
    return isinstance(row.value, str) and dsn_identity(normalise(row.value)) is not None


def is_called_dsn(name: str) -> bool:
    """Tell whether a variable's name says that it holds a DSN of Sentry's."""
    return _DSN_NAME.search(name) is not None


def list_holdings(inventory: Inventory) -> Iterator[Holding]:
    """Yield every row of every app that holds a DSN."""
    for app in inventory.apps:
        for row in app.rows or ():
            holding = find_holding(inventory, app, row)
            if holding is not None:
                yield holding


def find_holding(inventory: Inventory, app: HeldApp, row: Row) -> Holding | None:
    """Say what the DSN in *row* stands for; None where it holds none or cannot be read."""
    value = None if isinstance(row.value, Unreadable) else normalise(row.value)
    identity = dsn_identity(value)
    if identity is None:
        return None
    key = inventory.key_by_id.get(identity.public_key)
    project = inventory.project_by_id.get(identity.project_id)
    if key is not None and str(key.project_id) != identity.project_id:
        standing = Standing.MISMATCHED
    elif key is not None and project is not None:
        standing = Standing.ACTIVE if key.is_active else Standing.DISABLED
    else:
        host = urlsplit(value or "").hostname or ""
        standing = _standing_of_unknown(inventory, host, is_project_known=project is not None)
    return Holding(app, row, standing, identity.project_id, project, key)


def _standing_of_unknown(inventory: Inventory, host: str, *, is_project_known: bool) -> Standing:
    if host in inventory.hosts:
        return Standing.DELETED if is_project_known else Standing.UNKNOWN_PROJECT
    mine = {match["rest"] for each in inventory.hosts if (match := _ORGANIZATION_HOST.match(each))}
    theirs = _ORGANIZATION_HOST.match(host)
    if theirs and theirs["rest"] in mine:
        return Standing.OTHER_ORGANIZATION
    return Standing.OTHER_SERVER
