"""
The words in which a platform's table is spoken of: where a row is, what its columns are, what it
shall hold.

Does not: know a database or Pulumi.

Source: docs/records.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["text", "integer", "number", "boolean", "uuid", "json", "other"]
Verb: TypeAlias = Literal["update", "insert", "clear"]
Row: TypeAlias = "Mapping[str, str | None]"
"""Texts by column, as the database writes them; None is null."""


@dataclass(frozen=True)
class RowKey:
    """
    Which row of which table.

    Attributes:
        table: `table`, or `schema.table`.
        column: The column that tells the rows apart.
        value: Its text in this row.
    """

    table: str
    column: str
    value: str

    @property
    def label(self) -> str:
        """How messages, plans and permits call it: `projects.slug=acme/shop`."""
        return f"{self.table}.{self.column}={self.value}"


@dataclass(frozen=True)
class Column:
    """
    One column as the database describes it.

    Attributes:
        name: As it is written there.
        type: The database's word for its type, `character varying(20)`.
        kind: What a text must be to be held without loss.
        max_length: In characters; None where it has no limit.
        takes_null: Whether it can be cleared.
    """

    name: str
    type: str
    kind: Kind
    max_length: int | None = None
    takes_null: bool = True


@dataclass(frozen=True)
class Table:
    """
    A table.

    Attributes:
        name: As it is written in the manifest.
        columns: By name, in the order of the table.
        hides_rows: Whether a row may be there that is not shown: it is a view, or policies say
            which rows the role sees.
    """

    name: str
    columns: Mapping[str, Column]
    hides_rows: bool = False


@dataclass(frozen=True)
class DesiredRecord:
    """
    What one row shall hold.

    Attributes:
        key: Which row.
        values: By column, at least one; None is null.
        insert: Whether a row that is missing is inserted.
    """

    key: RowKey
    values: Row = field(repr=False)
    insert: bool = False


@dataclass(frozen=True)
class Written:
    """
    What was written; nothing where `columns` is empty.

    Attributes:
        verb: What was done.
        columns: Names of the columns, sorted.
    """

    verb: Verb
    columns: tuple[str, ...]
