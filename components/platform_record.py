"""
`PlatformRecord`: the columns that one entry of the manifest gives to its row of the platform's own
table.

Values are secrets. Beside each stands its plain fingerprint, computed here, so that a preview, a
drift report and the state can speak of a value without showing it.

Does not: look anything up or decide what to write; the provider does, at the time of the run.

Source: design.md 12; docs/records.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pulumi
from pulumi.dynamic import Resource

from components.fingerprint_key import declared_fingerprint_key
from components.record_properties import OUTPUT_ONLY
from components.record_provider import PlatformRecordProvider
from watchpost.records import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.records import RowKey


class PlatformRecord(Resource, module="watchpost", name="PlatformRecord"):
    """
    The declared columns of one row, kept as they should be.

    Attributes:
        state: `checked`; `unchecked` when the database could not be asked.
        reason: Why it is unchecked; empty otherwise.
        rows: How many rows have the key: 0, 1, or 2 for more than one.
    """

    state: pulumi.Output[str]
    reason: pulumi.Output[str]
    rows: pulumi.Output[int]

    def __init__(  # noqa: PLR0913  # one argument per input
        self,
        name: str,
        *,
        url: str,
        key: RowKey,
        values: Mapping[str, pulumi.Input[str] | None],
        insert: bool,
        on_remove: Literal["keep", "clear"],
        owner: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        Declare the columns of one row.

        Args:
            name: Pulumi's name; it comes from the manifest's keys, never from an index.
            url: `env:NAME`: the variable that holds the database's URL where the provider runs.
            key: Which row.
            values: What it shall hold, by column; None is null.
            insert: Whether a row that is missing is inserted.
            on_remove: Whether a removed record's columns become null.
            owner: `organization/entry`.
            opts: Pulumi's resource options.

        Raises:
            SettingsError: The stack has no fingerprint key.
        """
        secret_key = declared_fingerprint_key()
        inputs = {
            "url": url,
            "table": key.table,
            "key": {"column": key.column, "value": key.value},
            "values": {
                column: _value_input(value, secret_key) for column, value in sorted(values.items())
            },
            "insert": insert,
            "onRemove": on_remove,
            "owner": owner,
            "rows": 1,
        }
        super().__init__(
            PlatformRecordProvider(), name, {**dict.fromkeys(OUTPUT_ONLY), **inputs}, opts
        )


def _value_input(value: pulumi.Input[str] | None, key: bytes) -> dict[str, Any]:
    """Write one column as its resource input; an unknown value has an unknown fingerprint."""
    if value is None:
        return {"fingerprint": ""}
    text = pulumi.Output.from_input(value)
    return {
        "value": pulumi.Output.secret(text),
        "fingerprint": pulumi.Output.unsecret(text.apply(lambda known: fingerprint(key, known))),
    }
