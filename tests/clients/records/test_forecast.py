"""What a plan forecasts from fingerprints is what is then written, on either kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.records.examples import SHOP, clear, keep, record
from tests.clients.records.platforms import DSN, OTHER_DSN, add_row
from watchpost.errors import AmbiguousOwner, Invalid, NotFound, WatchpostError
from watchpost.records import fingerprint
from watchpost.records.forecast import (
    RecordForecast,
    Wanted,
    forecast_clearing,
    forecast_keeping,
)

if TYPE_CHECKING:
    from tests.clients.records.platforms import Platform, PostgresPlatform
    from watchpost.records import Database

KEY = b"a key for tests"
SECRET = {DSN, OTHER_DSN}


def wanted(values: dict[str, str | None]) -> dict[str, Wanted]:
    """What a plan knows: of a DSN the fingerprint, of all else the text."""
    return {
        name: Wanted(fingerprint(KEY, text), None if text in SECRET else text)
        for name, text in values.items()
    }


def foresee(database: Database, values: dict[str, str | None], *, insert: bool) -> RecordForecast:
    """Forecast what keeping the shop's record would write."""
    rows = database.read(SHOP, tuple(values))
    table = database.describe(SHOP.table)
    return forecast_keeping(table, rows, SHOP, wanted(values), insert=insert, key=KEY)


@pytest.mark.parametrize(
    ("held", "values", "insert"),
    [
        ({"sentry_dsn": DSN}, {"sentry_dsn": DSN}, False),
        ({"sentry_dsn": OTHER_DSN}, {"sentry_dsn": DSN}, False),
        ({}, {"sentry_dsn": DSN, "note": None}, False),
        ({"note": "old", "sentry_dsn": DSN}, {"sentry_dsn": None, "note": "new"}, False),
        ({"note": ""}, {"note": None}, False),
        ({"seats": 7}, {"seats": "7"}, False),
        ({"seats": 7}, {"seats": "8"}, True),
        ({"settings": '{"a": 1}'}, {"settings": '{ "a" : 1 }'}, False),
        (None, {"sentry_dsn": DSN, "note": None}, True),
    ],
)
def test_a_forecast_comes_true(
    platform: Platform,
    database: Database,
    held: dict[str, Any] | None,
    values: dict[str, str | None],
    *,
    insert: bool,
) -> None:
    """Verb and columns are those that are written; afterwards nothing is forecast."""
    if held is not None:
        add_row(platform, **held)
    told = foresee(database, values, insert=insert)
    written = keep(database, record(values, insert=insert))
    assert (told.verb, told.columns) == (written.verb, written.columns)
    assert foresee(database, values, insert=insert).columns == ()


@pytest.mark.parametrize(
    ("slugs", "values", "kind"),
    [
        ((), {"note": "new"}, NotFound),
        (("acme/shop", "acme/shop"), {"note": "new"}, AmbiguousOwner),
        (("acme/shop",), {"seats": "many"}, Invalid),
        (("acme/shop",), {"seats": DSN}, Invalid),
    ],
)
def test_a_refusal_is_forecast(
    platform: Platform,
    database: Database,
    slugs: tuple[str, ...],
    values: dict[str, str | None],
    kind: type[WatchpostError],
) -> None:
    """What cannot be kept is refused in the plan, with the same kind of error."""
    for slug in slugs:
        add_row(platform, slug)
    with pytest.raises(kind):
        foresee(database, values, insert=False)
    with pytest.raises(kind):
        keep(database, record(values))


def test_a_text_that_is_too_long_is_forecast(
    on_postgres: PostgresPlatform, database: Database
) -> None:
    """PostgreSQL bounds a text's length; one that does not fit is refused in the plan."""
    add_row(on_postgres)
    values: dict[str, str | None] = {"token_id": "a text of more than twenty"}
    with pytest.raises(Invalid):
        foresee(database, values, insert=False)
    with pytest.raises(Invalid):
        keep(database, record(values))


@pytest.mark.parametrize(
    ("held", "columns"),
    [
        ({"sentry_dsn": DSN, "note": "ours"}, ("note", "sentry_dsn")),
        ({"sentry_dsn": OTHER_DSN, "note": "ours"}, ("note",)),
        ({"note": ""}, ()),
        (None, ()),
    ],
)
def test_a_clearing_is_forecast(
    platform: Platform, database: Database, held: dict[str, Any] | None, columns: tuple[str, ...]
) -> None:
    """Only what we wrote and what still stands is announced, and cleared."""
    if held is not None:
        add_row(platform, **held)
    ours = {"sentry_dsn": DSN, "note": "ours"}
    written = {name: fingerprint(KEY, text) for name, text in ours.items()}
    table, rows = database.describe(SHOP.table), database.read(SHOP, tuple(ours))
    told = forecast_clearing(table, rows, SHOP, written, unchanged=ours.keys(), key=KEY)
    assert told.columns == columns
    assert clear(database, ours).columns == columns


def test_a_clearing_of_two_rows_is_refused(platform: Platform, database: Database) -> None:
    """Nobody knows which of them is meant."""
    for _ in range(2):
        add_row(platform, note="ours")
    table, rows = database.describe(SHOP.table), database.read(SHOP, ("note",))
    with pytest.raises(AmbiguousOwner):
        forecast_clearing(table, rows, SHOP, {"note": "aaaaaaaa"}, unchanged=(), key=KEY)


def test_what_the_database_writes_otherwise_is_still_ours(
    platform: Platform, database: Database
) -> None:
    """JSON with other spaces is the same document, as the provider has seen; else it is not."""
    add_row(platform, settings='{"a": 1}')
    ours = {"settings": '{ "a":1 }'}
    written = {"settings": fingerprint(KEY, ours["settings"])}
    table, rows = database.describe(SHOP.table), database.read(SHOP, ("settings",))
    for unchanged, columns in ((("settings",), ("settings",)), ((), ())):
        told = forecast_clearing(table, rows, SHOP, written, unchanged=unchanged, key=KEY)
        assert told.columns == columns
    assert clear(database, ours).columns == ("settings",)


def test_rows_are_counted_a_hundred_at_a_time(platform: Platform, database: Database) -> None:
    """Each key is counted to two, in the order of no list."""
    for slug in ("acme/0", "acme/104", "acme/104", "acme/104"):
        add_row(platform, slug)
    counts = database.count("projects", "slug", [f"acme/{number}" for number in range(105)])
    assert len(counts) == 105
    assert {key: each for key, each in counts.items() if each} == {"acme/0": 1, "acme/104": 2}
