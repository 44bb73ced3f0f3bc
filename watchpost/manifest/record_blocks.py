"""
The written block `records`: where the platform's own table is, and what its rows shall hold.

Does not: fill a template in or compare entries; `records` does. Names are taken as they are and
quoted by the driver, so that no sign in them means anything to SQL.

Source: docs/records.md; PostgreSQL cuts names to 63 bytes without a word.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from watchpost.manifest.blocks import Block
from watchpost.manifest.faults import render_suggestion
from watchpost.manifest.rules import broken_rule

MAX_NAME_BYTES = 63
KEY_PLACEHOLDERS = ("workspace", "id", "part", "slug", "organization", "name", "platform")
SET_PLACEHOLDERS = (*KEY_PLACEHOLDERS, "dsn", "dsn.KEY", "build_token")
ALONE = frozenset({"dsn", "build_token"})

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")


def list_placeholders(template: str) -> list[str]:
    """Return what stands between the braces of *template*, which is valid, in written order."""
    return [field for _, field, _, _ in Formatter().parse(template) if field is not None]


def _check_reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        allowed = "'env:' and the name of an environment variable"
        fix = "write env:DATABASE_URL, and put the URL into that environment variable"
        raise broken_rule("not a reference to an environment variable", allowed, fix)
    return text


def _check_name(text: str) -> str:
    if not text:
        raise broken_rule("an empty name", fix="write the name as the database holds it")
    if not text.isprintable():
        raise broken_rule("a name with invisible characters", "one line", "remove them")
    length = len(text.encode())
    if length > MAX_NAME_BYTES:
        allowed = f"at most {MAX_NAME_BYTES} bytes, which is all that PostgreSQL keeps of one"
        raise broken_rule(f"a name of {length} bytes", allowed, "shorten it")
    return text


def _check_table(text: str) -> str:
    parts = text.split(".")
    if len(parts) > 2:  # noqa: PLR2004  # schema and table
        allowed = "'table', or 'schema.table'; a dot is never part of a name"
        raise broken_rule("more than one dot", allowed, "leave the database's name out")
    for part in parts:
        _check_name(part)
    return text


def _check_key_template(text: str) -> str:
    if not text:
        raise broken_rule("an empty key", fix='write "{id}", for example')
    return _check_template(text, KEY_PLACEHOLDERS)


def _check_set_template(text: str) -> str:
    return _check_template(text, SET_PLACEHOLDERS)


def _check_template(text: str, placeholders: tuple[str, ...]) -> str:
    if any(character in text for character in "\r\n\0"):
        raise broken_rule("a value of several lines", "one line", "write it on one line")
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        fix = "write {id}, for example; {{ and }} stand for the braces themselves"
        raise broken_rule("a brace without its partner", fix=fix) from None
    for _, field, form, conversion in pieces:
        written = f"{field}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}"
        if field is not None and not _is_known(written, placeholders):
            allowed = ", ".join(f"{{{name}}}" for name in placeholders)
            fix = render_suggestion(written, placeholders)
            raise broken_rule(f"unknown placeholder '{{{written}}}'", allowed, fix)
        if field is not None and field.partition(".")[0] in ALONE and text != f"{{{field}}}":
            detail = f"'{{{field}}}' alone"
            raise broken_rule(f"text beside {{{field}}}", detail, "give it a column of its own")
    return text


def _is_known(field: str, placeholders: tuple[str, ...]) -> bool:
    name, dot, key = field.partition(".")
    return f"{name}.KEY" in placeholders and key != "" if dot else field in placeholders


RecordTable = Annotated[
    str, AfterValidator(_check_table), WithJsonSchema({"type": "string", "minLength": 1})
]
RecordColumn = Annotated[
    str,
    AfterValidator(_check_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_NAME_BYTES}),
]
DatabaseReference = Annotated[
    str,
    AfterValidator(_check_reference),
    WithJsonSchema({"type": "string", "pattern": f"^{_REFERENCE.pattern}$"}),
]
KeyTemplate = Annotated[str, AfterValidator(_check_key_template)]
SetTemplate = Annotated[str, AfterValidator(_check_set_template)]


class RecordKeyBlock(Block):
    """How the row of an entry is found."""

    column: RecordColumn = Field(description="Column that tells the rows apart.")
    value: KeyTemplate = Field(
        description="Its text in the row of an entry. Placeholders: {workspace}, {id}, {part}, "
        "{slug}, {organization}, {name}, {platform}."
    )


class RecordsBlock(Block):
    """Columns of the platform's own table, one row per entry, kept as they should be."""

    url: DatabaseReference = Field(
        description="env:NAME, an environment variable that holds the URL of the database: "
        "postgresql://... or sqlite:///path."
    )
    table: RecordTable = Field(description="Name of the table, or schema.table.")
    key: RecordKeyBlock = Field(description="How the row of an entry is found.")
    columns: dict[RecordColumn, SetTemplate] = Field(
        alias="set",
        min_length=1,
        description="What each column shall hold. Placeholders: those of the key, {dsn} or "
        "{dsn.KEY}, and {build_token}, the reference of the entry's apps.",
    )
    insert: bool = Field(
        default=False, description="true: a row that is missing is inserted; otherwise refused."
    )
    on_remove: Literal["keep", "clear"] = Field(
        "keep", description="clear: the columns become null when an entry is removed."
    )
