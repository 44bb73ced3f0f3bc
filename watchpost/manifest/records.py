"""
Turns the written block `records` into one row per entry: templates filled in, keys compared.

    placeholder                          where it stands for nothing
    {part}, entry without parts          column: null   key: fault
    {build_token}, no app has one        null
    {build_token}, apps have two         fault
    {dsn}, several keys                  fault
    {dsn.KEY}, no such key               fault

Does not: know the database. Whether table, columns and rows are there is seen when it is asked.

Source: docs/records.md; docs/adr/0017-records-are-single-rows.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.manifest.domain import KeyDsn, PlainText, RecordRow, Records
from watchpost.manifest.entries import list_declarations, names_at
from watchpost.manifest.faults import render_choices
from watchpost.manifest.record_blocks import list_placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from watchpost.manifest.document import ManifestDocument
    from watchpost.manifest.domain import Entry
    from watchpost.manifest.entries import Declaration
    from watchpost.manifest.faults import FaultLog
    from watchpost.manifest.record_blocks import RecordsBlock
    from watchpost.manifest.source import Path

_KEY_VALUE: Path = ("records", "key", "value")


def resolve_records(
    document: ManifestDocument, entries: Iterable[Entry], log: FaultLog
) -> Records | None:
    """Return what the manifest says of the platform's table, None where it says nothing."""
    block = document.records
    if block is None:
        return None
    _check_columns(block, log)
    by_id = {entry.id: entry for entry in entries}
    subjects = [
        _Subject(each, _texts_of(each, by_id[each.id], document))
        for each in list_declarations(document)
    ]
    _check_keys(block, subjects, log)
    return Records(
        url=block.url,
        table=block.table,
        insert=block.insert,
        on_remove=block.on_remove,
        rows={each.id: _resolve_row(each, block, log) for each in subjects},
        position=str(log.source.position(("records",))),
    )


@dataclass(frozen=True)
class _Subject:
    """
    One entry as templates see it.

    Attributes:
        declaration: The entry as written.
        texts: What each plain placeholder stands for; None where it stands for nothing.
    """

    declaration: Declaration
    texts: Mapping[str, str | None]

    @property
    def id(self) -> str:
        return self.declaration.id

    def fill(self, template: str) -> str | None:
        """Return *template* filled in; None where a placeholder in it stands for nothing."""
        if any(self.texts[name] is None for name in list_placeholders(template)):
            return None
        return template.format_map(dict(self.texts))


def list_recorded_keys(block: RecordsBlock | None, declaration: Declaration) -> Iterator[str]:
    """Yield the keys of one entry whose DSN its record holds."""
    for template in block.columns.values() if block else ():
        name, _, key = next(iter(list_placeholders(template)), "").partition(".")
        if name == "dsn":
            yield from (key,) if key else declaration.keys


def _check_columns(block: RecordsBlock, log: FaultLog) -> None:
    if block.key.column in block.columns:
        detail = f"seen '{block.key.column}', which is also set"
        fix = "remove it under 'set', or find the row by another column"
        summary = "the column that finds the row would be changed"
        log.add_fault(("records", "key", "column"), summary, detail=detail, fix=fix)


def _texts_of(
    declaration: Declaration, entry: Entry, document: ManifestDocument
) -> dict[str, str | None]:
    """Return what the plain placeholders stand for in one entry; None stands for nothing."""
    return {
        "workspace": document.defaults.workspace or document.organization.lower(),
        "id": entry.id,
        "part": declaration.part or None,
        "slug": entry.slug,
        "organization": document.organization,
        "name": entry.name,
        "platform": entry.platform,
    }


def _check_keys(block: RecordsBlock, subjects: Iterable[_Subject], log: FaultLog) -> None:
    entries: dict[str | None, list[str]] = {}
    for each in subjects:
        entries.setdefault(each.fill(block.key.value), []).append(each.id)
    without = entries.pop(None, [])
    if without:
        detail = f"{{part}} stands for the name of a part; without parts: {render_choices(without)}"
        fix = "write {id}, which is 'entry-part' for a part"
        log.add_fault(_KEY_VALUE, "not every entry has a part", detail=detail, fix=fix)
    for value, same in entries.items():
        if len(same) > 1:
            detail = f"'{value}' would be the key of {render_choices(same)}"
            fix = "add {id}, which no two entries share"
            log.add_fault(_KEY_VALUE, "entries that share one row", detail=detail, fix=fix)


def _resolve_row(subject: _Subject, block: RecordsBlock, log: FaultLog) -> RecordRow:
    return RecordRow(
        entry_id=subject.id,
        table=block.table,
        key_column=block.key.column,
        key_value=subject.fill(block.key.value) or "",
        values={
            column: _resolve_value(subject, column, template, log)
            for column, template in block.columns.items()
        },
    )


def _resolve_value(
    subject: _Subject, column: str, template: str, log: FaultLog
) -> PlainText | KeyDsn | None:
    path: Path = ("records", "set", column)
    name, _, key = next(iter(list_placeholders(template)), "").partition(".")
    if name == "dsn":
        found = _find_key(subject.declaration, key, path, log)
        return KeyDsn(subject.id, found) if found else None
    is_token = name == "build_token"
    text = _find_build_token(subject.declaration, path, log) if is_token else subject.fill(template)
    return None if text is None else PlainText(text)


def _find_key(declaration: Declaration, wanted: str, path: Path, log: FaultLog) -> str | None:
    keys = list(declaration.keys)
    known = set(keys) | names_at(log.source, (*declaration.path, "keys"))
    if not wanted and len(keys) > 1:
        detail = f"'{declaration.id}' has several: {render_choices(keys)}"
        fix = f"write {{dsn.{keys[0]}}}, for example"
        log.add_fault(path, "does not say which key's DSN", detail=detail, fix=fix)
        return None
    if wanted and wanted not in known:
        detail = f"seen '{wanted}'; keys of '{declaration.id}': {render_choices(known | set(keys))}"
        fix = "use one name for it in every entry; labels may differ"
        log.add_fault(path, "a key that not every entry has", detail=detail, fix=fix)
        return None
    return wanted or keys[0]


def _find_build_token(declaration: Declaration, path: Path, log: FaultLog) -> str | None:
    tokens = list(
        dict.fromkeys(app.build_token for app in declaration.block.apps if app.build_token)
    )
    if len(tokens) > 1:
        detail = f"apps of '{declaration.id}' have several: {render_choices(tokens)}"
        fix = "give its apps one build token, or remove this line"
        log.add_fault(path, "does not say which app's build token", detail=detail, fix=fix)
    return tokens[0] if len(tokens) == 1 else None
