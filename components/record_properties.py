"""
The properties of a `PlatformRecord` as Pulumi records them, and their way to and from the words of
`watchpost.records`.

    url, table, key {column, value}, insert, onRemove, owner    as declared
    rows      1, or as observed: 0, 1, or 2 for more than one
    values    {COLUMN: {value*, fingerprint}}
    state, reason                                               outputs alone
    written   {COLUMN: fingerprint}                             output alone

`*` is secret, and left out for null. `read` reports fingerprints as observed; a value stays as
recorded, its fingerprint tells that another one was seen. Where there is not exactly one row, the
values stay as recorded. `written` names the recorded values whatever was observed since: what is
ours to clear.

Does not: call a database or Pulumi. The names are a storage format.

Source: design.md 12; reference/pulumi-engine.md 2.2 and 2.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.records import DesiredRecord, RowKey, fingerprint, means_same

if TYPE_CHECKING:
    from watchpost.records import Row, Table

Properties = dict[str, Any]
SETTINGS = ("url", "table", "key", "insert", "onRemove", "owner", "rows")
INPUTS = (*SETTINGS, "values")
OUTPUT_ONLY = ("state", "reason", "written")
PROVIDER = "__provider"


def inputs_of(props: Properties) -> Properties:
    """Take the inputs out of recorded outputs."""
    return {name: props[name] for name in INPUTS if name in props}


def key_of(props: Properties) -> RowKey:
    """Read which row it is."""
    return RowKey(props["table"], props["key"]["column"], props["key"]["value"])


def values_of(props: Properties) -> dict[str, str | None]:
    """Read what was declared, by column; every value is known."""
    return {column: each.get("value") for column, each in props["values"].items()}


def fingerprints_of(props: Properties) -> dict[str, str]:
    """Read the fingerprints of what was declared, by column."""
    return {column: each["fingerprint"] for column, each in props["values"].items()}


def desired_from(props: Properties) -> DesiredRecord:
    """Read the declared inputs."""
    return DesiredRecord(key_of(props), values_of(props), insert=bool(props.get("insert")))


def kept(news: Properties) -> Properties:
    """Write down a record that is as declared; complete, for outputs replace what was recorded."""
    observed = {"rows": 1, "state": "checked", "reason": ""}
    return {**inputs_of(news), **observed, "written": fingerprints_of(news)}


def unchecked(props: Properties, reason: str) -> Properties:
    """Write down a record that could not be asked for."""
    return {**props, "state": "unchecked", "reason": reason}


def observed(props: Properties, table: Table, rows: tuple[Row, ...], key: bytes) -> Properties:
    """
    Write down a record as it is found.

    Args:
        props: The recorded outputs.
        table: The table, which has every recorded column.
        rows: Those of the key, at most two.
        key: The stack's fingerprint key.
    """
    outs = {**props, "rows": len(rows), "state": "checked", "reason": ""}
    if len(rows) != 1:
        return outs
    values = {
        column: {**each, "fingerprint": _fingerprint(column, each, table, rows[0], key)}
        for column, each in props["values"].items()
    }
    return {**outs, "values": values}


def _fingerprint(column: str, recorded: Properties, table: Table, row: Row, key: bytes) -> str:
    """Name what is there; what means the same as recorded is named as it was."""
    if means_same(table.columns[column].kind, recorded.get("value"), row[column]):
        return fingerprint(key, recorded.get("value"))
    return fingerprint(key, row[column])


def has_changed(olds: Properties, news: Properties) -> bool:
    """
    Tell whether recorded outputs and declared inputs differ in meaning.

    The fingerprint stands for the value; an unknown one differs from everything.
    """
    if any(olds.get(name) != news.get(name) for name in (*SETTINGS, PROVIDER)):
        return True
    return _fingerprints(olds) != _fingerprints(news)


def is_stale(olds: Properties, news: Properties) -> bool:
    """
    Tell whether a row is as declared and its record is not.

    A run that was killed has written what it could not record; or somebody else wrote just that.
    """
    return bool(olds.get("written") != fingerprints_of(news))


def _fingerprints(props: Properties) -> object:
    """Take the fingerprints by column; what is not known yet as a whole is taken as it is."""
    values = props.get("values")
    if not isinstance(values, dict):
        return values
    return {
        column: each.get("fingerprint") if isinstance(each, dict) else each
        for column, each in values.items()
    }
