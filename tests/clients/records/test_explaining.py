"""An entry's record as `watchpost explain` tells it: one look, one line, no value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.clients.records.platforms import OTHER_DSN, REFERENCE, Platform, add_row
from tests.fleets import make_key, make_sentry
from tests.unit.plan.previews import manifest
from watchpost.explanation import (
    EntryExplanation,
    RecordExplanation,
    explain_entry,
    explanation_document,
    observe_record,
    render_explanation,
)
from watchpost.wiring import Naming, ObservedFleet, ObservedSentry, Values

if TYPE_CHECKING:
    from watchpost.manifest import Manifest

RECORDS = {
    "url": REFERENCE,
    "table": "projects",
    "key": {"column": "slug", "value": "{workspace}/{id}"},
    "set": {"sentry_dsn": "{dsn}", "sentry_project_slug": "{slug}", "note": "{part}"},
}
DSN = make_key(100).dsn_public
AS_DECLARED = {"sentry_dsn": DSN, "sentry_project_slug": "shop"}


@pytest.fixture
def declared() -> Manifest:
    """One entry with a record."""
    return manifest(records=RECORDS)


def look(declared: Manifest, sentry: ObservedSentry | None = None) -> RecordExplanation:
    """Look at the shop's row."""
    assert declared.records
    values = Values(declared.entries, sentry or make_sentry(), {})
    return observe_record(declared.records.rows["shop"], REFERENCE, values, Path())


def explain(declared: Manifest, record: RecordExplanation) -> EntryExplanation:
    """The entry with that record, and no app."""
    sentry = make_sentry()
    values, naming = Values(declared.entries, sentry, {}), Naming(b"key", sentry)
    fleet = ObservedFleet(sentry, {})
    return explain_entry(
        declared, declared.entries[0], [], fleet, {}, values, naming, record=record
    )


def test_a_record_is_told_in_one_line(platform: Platform, declared: Manifest) -> None:
    """Row, columns and state; in JSON as well. No value is shown."""
    add_row(platform, **AS_DECLARED)
    explained = explain(declared, look(declared))
    line = "projects.slug=acme/shop: note, sentry_dsn, sentry_project_slug; as declared"
    text = render_explanation(explained)
    assert [each for each in text.splitlines() if line in each]
    assert DSN not in text
    assert explanation_document(explained)["record"] == {
        "row": "projects.slug=acme/shop",
        "columns": ["note", "sentry_dsn", "sentry_project_slug"],
        "state": "as declared",
    }


def test_what_differs_is_named(platform: Platform, declared: Manifest) -> None:
    """Column by column, with the verb that mends it."""
    add_row(platform, **AS_DECLARED | {"sentry_dsn": OTHER_DSN, "note": "by hand"})
    assert look(declared).state == "differs in note, sentry_dsn: `watchpost apply` writes it"


def test_a_dsn_that_sentry_does_not_tell_is_not_compared(
    platform: Platform, declared: Manifest
) -> None:
    """It is neither equal nor different."""
    add_row(platform, **AS_DECLARED)
    seen = look(declared, ObservedSentry(trouble="away"))
    assert seen.state == "as declared; not compared: sentry_dsn"


def test_rows_that_are_missing_or_have_twins(platform: Platform, declared: Manifest) -> None:
    """Each has its own words."""
    assert look(declared).state == "there is no such row"
    for _ in range(2):
        add_row(platform)
    assert look(declared).state == "more than one row has this key"


def test_a_database_that_cannot_be_asked_is_told(
    declared: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the entry is explained all the same."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    explained = explain(declared, look(declared))
    (trouble,) = explained.troubles
    assert trouble.startswith("record projects.slug=acme/shop: env:DATABASE_URL: ")
    assert "could not look: env:DATABASE_URL" in render_explanation(explained)


def test_an_entry_without_a_record_says_nothing_of_one(declared: Manifest) -> None:
    """Whoever has no table of their own reads nothing about one."""
    sentry = make_sentry()
    values, naming = Values(declared.entries, sentry, {}), Naming(b"key", sentry)
    explained = explain_entry(
        declared, declared.entries[0], [], ObservedFleet(sentry, {}), {}, values, naming
    )
    assert "record" not in render_explanation(explained)
    assert explanation_document(explained)["record"] is None
