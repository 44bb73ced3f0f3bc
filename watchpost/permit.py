"""
The permit of an apply: what its reviewed plan holds, for the providers to check each write against.

Between a plan and its apply lies a window in which others can change things, and the engine plans
anew. So the apply hands its plan to the providers, as a file that `WATCHPOST_PERMIT` names. A
provider that is about to write what is not in it refuses, for that one resource. Without the
variable everything is permitted: plain `pulumi up` shows its own plan.

    {"operations": {URN: {"op": "update", "fields": ["name"]}},
     "rows": {"application shop-web": [["SENTRY_DSN", false, "bda93d22"], ...]}}

The third part of a row is the fingerprint of the value to write, `null` for one that is not known
before its key is made, and `"delete"` for a removal.

Does not: hold a value. Source: docs/adr/0010-plans-are-hashed-and-permitted.md.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchpost.errors import SettingsError, Unplanned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

PERMIT_VARIABLE = "WATCHPOST_PERMIT"
REMOVAL = "delete"
RowPermit = tuple[str, bool, str | None]
"""Name, is it the preview row, fingerprint of what is written; see the module."""
_FIX = "look at the new plan: `watchpost plan`; then apply that one"


@dataclass(frozen=True)
class Permit:
    """
    What a plan holds.

    Attributes:
        operations: By URN: the engine's word, and the fields of an update.
        rows: By app, `application shop-web`.
    """

    operations: Mapping[str, tuple[str, frozenset[str]]]
    rows: Mapping[str, frozenset[RowPermit]]

    def raise_if_unplanned(self, urn: str, op: str, fields: Collection[str] = ()) -> None:
        """
        Refuse an operation on a resource that is not in the plan.

        Args:
            urn: The resource.
            op: `create`, `update` or `delete`.
            fields: What an update is about to change.

        Raises:
            Unplanned: The plan holds nothing of the kind.
        """
        planned, names = self.operations.get(urn, ("nothing", frozenset[str]()))
        name = urn.rsplit("::", 1)[-1]
        if not planned.startswith(op):
            raise Unplanned(name, f"the reviewed plan holds no {op} of it", detail=_SINCE, fix=_FIX)
        unplanned = sorted(set(fields) - names)
        if op == "update" and unplanned:
            raise Unplanned(
                name,
                f"the reviewed plan does not change {', '.join(unplanned)}",
                detail=_SINCE,
                fix=_FIX,
            )

    def raise_if_unplanned_rows(self, app: str, rows: Iterable[RowPermit]) -> None:
        """
        Refuse writes to an app's rows that are not in the plan.

        Raises:
            Unplanned: Names the variables.
        """
        planned = self.rows.get(app, frozenset())
        unplanned = [row for row in rows if row not in planned and not _is_new(row, planned)]
        if unplanned:
            names = ", ".join(sorted({name for name, _, _ in unplanned}))
            raise Unplanned(
                app, f"the reviewed plan does not write {names}", detail=_SINCE, fix=_FIX
            )


_SINCE = "Something was changed since that plan was made. Nothing of this one was written."


def _is_new(row: RowPermit, planned: frozenset[RowPermit]) -> bool:
    """Whether the plan writes this row with a value that it could not know yet."""
    name, is_preview, value = row
    return value != REMOVAL and (name, is_preview, None) in planned


def render_permit(permit: Permit) -> str:
    """The permit as the text of its file."""
    document = {
        "operations": {
            urn: {"op": op, "fields": sorted(fields)}
            for urn, (op, fields) in permit.operations.items()
        },
        "rows": {app: sorted(rows, key=str) for app, rows in permit.rows.items()},
    }
    return json.dumps(document)


def find_permit() -> Permit | None:
    """
    The permit of this process; None where everything is permitted.

    Raises:
        SettingsError: The file that is named cannot be read: then nothing is permitted.
    """
    path = os.environ.get(PERMIT_VARIABLE)
    return _load(path) if path else None


@cache
def _load(path: str) -> Permit:
    try:
        document: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return Permit(
            {
                urn: (str(each["op"]), frozenset(each["fields"]))
                for urn, each in document["operations"].items()
            },
            {
                app: frozenset((name, bool(is_preview), value) for name, is_preview, value in rows)
                for app, rows in document["rows"].items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(
            PERMIT_VARIABLE, "the permit of this apply cannot be read", fix="run the apply again"
        ) from None
