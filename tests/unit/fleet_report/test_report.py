"""The report as values and as JSON: states, counts, ages and the first lines of what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.fleets import (
    NOW,
    SECRET,
    load_fleet,
    make_apps,
    make_key,
    make_report,
    make_rows,
    make_sentry,
)
from tests.unit.manifest.documents import app, entry
from watchpost.fleet_report import describe_last_event, render_report_document, render_report_page
from watchpost.fleet_report.problems import list_problems
from watchpost.wiring import LastEvent, ObservedApp, ObservedSentry

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.manifest import Manifest


@pytest.fixture
def fleet(tmp_path: Path) -> Manifest:
    """Four entries with one app each."""
    return load_fleet(tmp_path)


def test_states_and_counts(fleet: Manifest) -> None:
    """Each entry has the worst state of what it holds; zeros are counted too."""
    report = make_report(fleet)
    states = {each.entry.id: each.state for each in report.entries}
    assert states == {
        "shop": "wired",
        "checkout": "drifted",
        "studio": "missing",
        "ledger": "unchecked",
    }
    assert report.counts == {
        "missing": 1,
        "drifted": 1,
        "unreadable": 0,
        "unchecked": 1,
        "unused": 0,
        "wired": 1,
    }
    assert report.troubles == ("Coolify, ledger-api: no answer from Coolify",)


def test_a_sentry_that_did_not_answer(fleet: Manifest) -> None:
    """It is the first trouble; no project is called missing for it."""
    apps = {uuid: ObservedApp(trouble="no answer") for uuid in make_apps()}
    report = make_report(fleet, ObservedSentry(trouble="no answer from Sentry"), apps)
    assert {each.state for each in report.entries} == {"unchecked"}
    assert report.troubles == (
        "Sentry: no answer from Sentry",
        "Coolify, shop-web and 3 more: no answer",
    )


def test_an_unused_key_is_counted_and_hides_nothing(tmp_path: Path) -> None:
    """Beside an app that is wired it does not count against the entry; without an app it does."""
    keys = {"production": {"label": "Default"}, "spare": {}}
    shop = entry(keys=keys, apps=[app(key="production")])
    spare = replace(make_key(7), project_id=100, label="spare")
    sentry = replace(make_sentry(), keys={100: (make_key(100), spare), 101: (make_key(101),)})
    report = make_report(load_fleet(tmp_path, shop=shop, checkout=entry()), sentry)
    assert [key.link.state for key in report.entries[0].keys] == ["wired", "unused"]
    assert [each.state for each in report.entries[:2]] == ["wired", "unused"]
    assert report.counts["unused"] == 2


def test_a_row_left_over_is_drift(fleet: Manifest) -> None:
    """It is named in the heading's lines."""
    rows = make_rows("shop", 100)
    old = replace(rows[0], key="OLD_DSN")
    apps = {**make_apps(), "shop-web": replace(make_apps()["shop-web"], rows=(*rows, old))}
    shop = make_report(fleet, make_sentry(), apps).entries[0]
    assert shop.state == "drifted"
    assert list_problems(shop) == ["shop-web: OLD_DSN: bears our mark, and nobody declares it"]


def test_the_first_lines_of_what_is_wrong(fleet: Manifest) -> None:
    """Variables of one reason share a line; there are never more than four lines."""
    rows = make_rows("shop", 100)
    changed = [replace(row, comment=None) for row in rows[:2]]
    broken = (*changed, replace(rows[2], comment="watchpost:globex/x"))
    keys = {100: (replace(make_key(100), is_active=False),)}
    apps = {**make_apps(), "shop-web": replace(make_apps()["shop-web"], rows=broken)}
    shop = make_report(fleet, replace(make_sentry(), keys=keys), apps).entries[0]
    found = list_problems(shop)
    assert found[0] == "key production: disabled in Sentry"
    assert found[1] == "shop-web: SENTRY_DSN, SENTRY_ENVIRONMENT: without our mark"
    assert found[3] == "and 2 more"
    wired = make_report(fleet).entries[0]
    assert list_problems(wired) == []


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (None, "unknown"),
        (LastEvent(is_known=False), "unknown"),
        (LastEvent(is_known=True), "none in 30 days"),
        (LastEvent(is_known=True, day=date(2026, 11, 28)), "today"),
        (LastEvent(is_known=True, day=date(2026, 11, 29)), "today"),
        (LastEvent(is_known=True, day=date(2026, 11, 27)), "yesterday"),
        (LastEvent(is_known=True, day=date(2026, 11, 1)), "27 days ago"),
    ],
)
def test_the_age_of_the_last_event(event: LastEvent | None, words: str) -> None:
    """None and unknown look different; a clock that is ahead makes no negative age."""
    assert describe_last_event(event, NOW, 30) == words


def test_neither_form_shows_a_value(fleet: Manifest) -> None:
    """What a row holds is in neither; the JSON has what the page has."""
    report = make_report(fleet)
    document = render_report_document(report)
    text, page = json.dumps(document), render_report_page(report)
    for secret in (SECRET, make_key(100).dsn_public):
        assert secret not in text
        assert secret not in page
    variable = document["entries"][1]["apps"][0]["variables"][0]
    assert variable["name"] == "SENTRY_DSN"
    assert variable["rows"][0]["reasons"] == ["another value"]
    assert variable["rows"][0]["fingerprint"] in page
    assert document["entries"][0]["keys"][0]["last_event_day"] == "2026-11-27"
