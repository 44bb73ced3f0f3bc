"""
The permit of an apply: what its reviewed plan holds, for the providers to check each write against.

Between a plan and its apply lies a window in which others can change things, and the engine plans
anew. So the apply hands its plan to the providers, as a file that `WATCHPOST_PERMIT` names. A
provider that is about to write what is not in it refuses, for that one resource. Without the
variable everything is permitted: plain `pulumi up` shows its own plan.

    {"operations": {URN: {"op": "update", "fields": ["name"], "inputs": {"name": "Shop", ...},
                          "takeover": null}},
     "rows": {"application shop-web": [["SENTRY_DSN", false, "bda93d22"], ...]},
     "redeploys": {"application shop-web": "rebuild"},
     "records": {"projects.slug=acme/shop": [["update", "sentry_dsn", "bda93d22"], ...]}}

An input that is not known before another object is made is `null`. `takeover` lists what the
takeover adds and changes, `null` where none was announced. The third part of a row is the
fingerprint of the value to write, `null` for one that is not known before its key is made, and
`"delete"` for a removal. The third part of a record's column is likewise, and `""` for one that is
cleared.

Does not: hold a value. Source: docs/adr/0010-plans-are-hashed-and-permitted.md.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchpost.errors import SettingsError, Unplanned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

PERMIT_VARIABLE = "WATCHPOST_PERMIT"
REMOVAL = "delete"
ANYTHING = "*"
RowPermit = tuple[str, bool, str | None]
"""Name, is it the preview row, fingerprint of what is written; see the module."""
RecordPermit = tuple[str, str, str | None]
"""`update`, `insert` or `clear`; the column; fingerprint of what is written; see the module."""
_FIX = "look at the new plan: `watchpost plan`; then apply that one"


_NOTHING_WRITTEN = (
    "Something was changed since that plan was made. Nothing of this one was written."
)
_ROWS_WRITTEN = (
    "Something was changed since that plan was made. Its rows are as planned; the redeploy is owed."
)
_REDEPLOYS = ("nothing", "restart", "rebuild")


@dataclass(frozen=True)
class Permitted:
    """
    What a plan holds of one resource of Sentry.

    Attributes:
        op: The engine's word.
        fields: What an update changes.
        inputs: What the program declares; None stands for what was not known.
        takeover: What the announced takeover adds and changes; None where none was announced;
            ANYTHING for a key of a project that is made anew, because Sentry makes some itself.
    """

    op: str
    fields: frozenset[str] = frozenset()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    takeover: frozenset[str] | None = None


_NOTHING = Permitted("nothing")


@dataclass(frozen=True)
class Permit:
    """
    What a plan holds.

    Attributes:
        operations: By URN.
        rows: By app, `application shop-web`.
        redeploys: By app, `restart` or `rebuild`, which includes a restart.
        records: By the row's table and key, `projects.slug=acme/shop`.
    """

    operations: Mapping[str, Permitted]
    rows: Mapping[str, frozenset[RowPermit]]
    redeploys: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, frozenset[RecordPermit]] = field(default_factory=dict)

    def raise_if_unplanned(
        self,
        urn: str,
        op: str,
        fields: Collection[str] = (),
        inputs: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Refuse an operation on a resource that is not in the plan.

        Args:
            urn: The resource.
            op: `create`, `update` or `delete`.
            fields: What an update is about to change.
            inputs: What the program declares now; None for a delete.

        Raises:
            Unplanned: The plan holds nothing of the kind.
        """
        planned = self.operations.get(urn, _NOTHING)
        if not planned.op.startswith(op):
            raise _unplanned(urn, f"holds no {op} of it")
        unplanned = sorted(set(fields) - planned.fields)
        if op == "update" and unplanned:
            raise _unplanned(urn, f"does not change {', '.join(unplanned)}")
        others = _differing(planned.inputs, inputs) if inputs is not None else []
        if others:
            raise _unplanned(urn, f"does not declare {', '.join(others)} like this")

    def raise_if_unplanned_takeover(self, urn: str, said: str) -> None:
        """
        Refuse to take an object over that was not there at the plan, or was another one.

        Args:
            urn: The resource.
            said: The announcement: a line for the object, then one for each thing that is added
                or changed.

        Raises:
            Unplanned: The plan announces no takeover, or a smaller one.
        """
        planned = self.operations.get(urn, _NOTHING).takeover
        lines = {line.strip() for line in said.splitlines()[1:]}
        if planned is None or (ANYTHING not in planned and lines - planned):
            raise _unplanned(urn, "does not " + " and ".join((_first_line(said), *sorted(lines))))

    def raise_if_unplanned_rows(self, app: str, rows: Iterable[RowPermit]) -> None:
        """
        Refuse writes to an app's rows that are not in the plan.

        Raises:
            Unplanned: Names the variables.
        """
        planned = self.rows.get(app, frozenset())
        unplanned = [row for row in rows if row not in planned and not _is_new(row, planned)]
        if unplanned:
            raise _unplanned(app, f"does not write {', '.join(sorted({r[0] for r in unplanned}))}")

    def raise_if_unplanned_redeploy(self, app: str, redeploy: str) -> None:
        """
        Refuse a redeploy that is not in the plan; its rows were written by now.

        Raises:
            Unplanned: The plan asks for none, or for a lesser one.
        """
        planned = self.redeploys.get(app, "nothing")
        if _REDEPLOYS.index(redeploy) > _REDEPLOYS.index(planned):
            raise _unplanned(app, f"does not {redeploy} it", detail=_ROWS_WRITTEN)

    def raise_if_unplanned_record(self, name: str, verb: str, columns: Mapping[str, str]) -> None:
        """
        Refuse a write to a row of the platform's own table that is not in the plan.

        Args:
            name: The row, as in the plan: `projects.slug=acme/shop`.
            verb: `update`, `insert` or `clear`.
            columns: Fingerprint of what each is about to get; empty for one that is cleared.

        Raises:
            Unplanned: Names the columns.
        """
        planned = self.records.get(name, frozenset())
        unplanned = sorted(
            column
            for column, value in columns.items()
            if not {(verb, column, value), (verb, column, None)} & planned
        )
        if unplanned:
            raise _unplanned(name, f"does not {verb} {', '.join(unplanned)} of it")


def _unplanned(where: str, what: str, *, detail: str = _NOTHING_WRITTEN) -> Unplanned:
    name = where.rsplit("::", 1)[-1]
    return Unplanned(name, f"the reviewed plan {what}", detail=detail, fix=_FIX)


def _differing(planned: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """Names of the inputs that are not as planned; what was not known may be anything by now."""
    known = {name for name in planned if planned[name] is not None}
    added = {name for name in inputs if inputs[name] is not None} - planned.keys()
    return sorted(added | {name for name in known if planned[name] != inputs.get(name)})


def _first_line(said: str) -> str:
    return said.partition("\n")[0].replace("takes over", "take over", 1)


def _is_new(row: RowPermit, planned: frozenset[RowPermit]) -> bool:
    """Whether the plan writes this row with a value that it could not know yet."""
    name, is_preview, value = row
    return value != REMOVAL and (name, is_preview, None) in planned


def render_permit(permit: Permit) -> str:
    """The permit as the text of its file."""
    document = {
        "operations": {
            urn: {
                "op": each.op,
                "fields": sorted(each.fields),
                "inputs": dict(each.inputs),
                "takeover": None if each.takeover is None else sorted(each.takeover),
            }
            for urn, each in permit.operations.items()
        },
        "rows": {app: sorted(rows, key=str) for app, rows in permit.rows.items()},
        "redeploys": dict(permit.redeploys),
        "records": {name: sorted(each, key=str) for name, each in permit.records.items()},
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
            {urn: _operation(each) for urn, each in document["operations"].items()},
            {
                app: frozenset((name, bool(is_preview), value) for name, is_preview, value in rows)
                for app, rows in document["rows"].items()
            },
            dict(document["redeploys"]),
            {
                name: frozenset((verb, column, value) for verb, column, value in columns)
                for name, columns in document["records"].items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(
            PERMIT_VARIABLE, "the permit of this apply cannot be read", fix="run the apply again"
        ) from None


def _operation(written: Mapping[str, Any]) -> Permitted:
    takeover = written["takeover"]
    return Permitted(
        str(written["op"]),
        frozenset(written["fields"]),
        dict(written["inputs"]),
        None if takeover is None else frozenset(takeover),
    )
