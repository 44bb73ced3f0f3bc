"""
One look at the row of each record that a plan is about.

    the database answers                        the answer is
    what would be written                       a forecast
    table, column or row is not there;          a refusal
    several rows; a text that does not fit
    not to this role, or oddly                  a failure
    nothing                                     a failure; the rest of that database is not asked

Does not: write; each look is a transaction that only reads. Source: design.md 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchpost.errors import (
    AmbiguousOwner,
    ApiError,
    ApiUnavailable,
    Invalid,
    NotFound,
    SettingsError,
    WatchpostError,
)
from watchpost.plan.words import name_unknown_dsn
from watchpost.records import fingerprint, open_database
from watchpost.records.faults import NOTHING_WRITTEN
from watchpost.records.forecast import forecast_clearing, forecast_keeping
from watchpost.records.keeping import list_clearable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from watchpost.plan import RecordQuestion
    from watchpost.records import Database, Row
    from watchpost.records.forecast import RecordForecast

_REFUSALS = (NotFound, AmbiguousOwner, Invalid, SettingsError)


@dataclass
class RecordLooks:
    """
    What the database said; all by URN.

    Attributes:
        forecasts: What would be written.
        refusals: Why it would be refused.
        failures: Why nobody could look.
        found_dsns: Words for DSNs that stand in rows, by fingerprint.
    """

    forecasts: dict[str, RecordForecast] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    found_dsns: dict[str, str] = field(default_factory=dict)


def observe_records(
    questions: Iterable[RecordQuestion], texts: Mapping[str, str], key: bytes, folder: Path
) -> RecordLooks:
    """
    Look at each row in question; one that cannot be looked at is an answer too.

    Args:
        questions: One for each row.
        texts: Public texts by fingerprint: what the manifest says of columns.
        key: The stack's fingerprint key.
        folder: The checkout.
    """
    looks = RecordLooks()
    closed: dict[str, str] = {}
    for question in questions:
        urn, reference = question.step.urn, question.reference
        if reference in closed:
            looks.failures[urn] = closed[reference]
            continue
        try:
            database = open_database(reference, folder)
            looks.forecasts[urn] = _forecast(database, question, texts, key, looks.found_dsns)
        except _REFUSALS as error:
            looks.refusals[urn] = _refusal(error)
        except ApiError as error:
            looks.failures[urn] = str(error)
            if isinstance(error, ApiUnavailable):
                closed[reference] = looks.failures[urn]
    return looks


def _forecast(
    database: Database,
    question: RecordQuestion,
    texts: Mapping[str, str],
    key: bytes,
    found: dict[str, str],
) -> RecordForecast:
    row_key = question.row
    if question.wanted is None:
        return _forecast_clearing(database, question, key)
    rows = database.read(row_key, tuple(question.wanted))
    found |= _name_dsns(rows, key)
    return forecast_keeping(
        database.describe(row_key.table),
        rows,
        row_key,
        question.wanted_texts(texts),
        insert=question.insert,
        key=key,
    )


def _forecast_clearing(database: Database, question: RecordQuestion, key: bytes) -> RecordForecast:
    """Look at the columns of a removed record that can be cleared; one that is gone is none."""
    table = database.describe(question.row.table)
    left = list_clearable(table, question.written)
    rows = database.read(question.row, left, passes_over=True) if left else ()
    unchanged = question.unchanged & set(left)
    return forecast_clearing(
        table, rows, question.row, question.written, unchanged=unchanged, key=key
    )


def _name_dsns(rows: Iterable[Row], key: bytes) -> dict[str, str]:
    texts = (text for row in rows for text in row.values() if text)
    named = ((fingerprint(key, text), name_unknown_dsn(text)) for text in texts)
    return {value: words for value, words in named if words}


def _refusal(error: WatchpostError) -> str:
    """What is wrong and what mends it, on one line; of a setting, which one."""
    where = f"{error.path}: " if isinstance(error, SettingsError) else ""
    detail = error.detail.partition("\n")[0]
    seen = f" ({detail})" if detail and detail != NOTHING_WRITTEN else ""
    return f"{where}{error.summary}{seen}; {error.fix}"
