"""One project's wiring in words that name no value, no key's id and nobody else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.fleets import SECRET, load_fleet, make_apps, make_key, make_rows, make_sentry
from tests.unit.manifest.documents import app, entry
from watchpost.coolify import Row, Unreadable
from watchpost.wiring import ObservedApp, ObservedFleet, ObservedSentry, ProjectWiring
from watchpost.wiring.links import _REASONS
from watchpost.wiring.one_project import _TELLABLE, compute_project_wiring
from watchpost.wiring.one_project_look import NewestEvent
from watchpost.wiring.one_project_text import MOST_CHARACTERS, render_wiring, wiring_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watchpost.manifest import Manifest

Rows = tuple[Row, ...]
EVENT = NewestEvent(is_known=True, at=datetime(2026, 11, 28, 13, 5, tzinfo=UTC))
WITH_TOKEN = app(
    framework={
        "SENTRY_DSN": {"from": "dsn"},
        "SENTRY_ENVIRONMENT": {"from": "environment"},
        "UPLOAD_TOKEN": {"from": "build-token", "build": True, "run": False},
    },
    build_token="env:UPLOAD",
)


@pytest.fixture
def fleet(tmp_path: Path) -> Manifest:
    """Four entries with one app each; these tests are about `shop`."""
    return load_fleet(tmp_path)


def look(
    manifest: Manifest,
    observed: ObservedApp,
    sentry: ObservedSentry | None = None,
    newest: NewestEvent = EVENT,
    entry_id: str = "shop",
) -> ProjectWiring:
    """The wiring of `shop`, all of whose apps are as *observed*."""
    sentry = make_sentry() if sentry is None else sentry
    seen = ObservedFleet(sentry, dict.fromkeys((each.selector for each in manifest.apps), observed))
    (found,) = (each for each in manifest.entries if each.id == entry_id)
    return compute_project_wiring(manifest, found, seen, newest, {})


def with_rows(rows: Rows) -> ObservedApp:
    """The app with these rows."""
    return replace(make_apps()["shop-web"], rows=rows)


def edited(**fields: object) -> Callable[[Rows], Rows]:
    """Change the production row of the DSN."""

    def edit(rows: Rows) -> Rows:
        return (replace(rows[0], **fields), *rows[1:])  # type: ignore[arg-type]  # fields of Row

    return edit


DIFFERENCES: dict[str, tuple[Callable[[Rows], Rows], str, str]] = {
    "no row": (lambda rows: rows[1:], "missing", "no such row"),
    "no preview row": (lambda rows: (*rows[:2], rows[3]), "missing", "preview: no such row"),
    "another value": (edited(value=SECRET), "drifted", "another value"),
    "another key": (edited(value=make_key(999).dsn_public), "drifted", "another value"),
    "mark removed": (edited(comment=None), "drifted", "without our mark"),
    "somebody's": (
        edited(comment=None, value=SECRET),
        "drifted",
        "somebody else's, with another value",
    ),
    "another entry's": (
        edited(comment="watchpost:globex/ledger"),
        "drifted",
        "the row belongs to another owner",
    ),
    "locked": (
        edited(value=Unreadable.LOCKED),
        "unreadable",
        "nobody can read its value, or not this token",
    ),
}


def test_a_wired_project_is_told_in_a_few_lines(fleet: Manifest) -> None:
    """Its state, its newest event, its keys and the names of its variables; nothing to do."""
    text = render_wiring(look(fleet, with_rows(make_rows("shop", 100))))
    assert text.splitlines() == [
        "Wiring of project shop: wired.",
        "In Sentry: project shop is there; its newest event is of 2026-11-28 13:05 UTC",
        "- key production (label Default): wired",
        "In Coolify:",
        "- application shop-web: wired",
        "  - wired: SENTRY_DSN, SENTRY_ENVIRONMENT",
        "What to do: Nothing: all that could be compared is as declared.",
    ]


@pytest.mark.parametrize("case", DIFFERENCES)
def test_each_difference_is_told_without_a_value_or_a_name(fleet: Manifest, case: str) -> None:
    """The variable, its state and why; whom to tell; and nothing of what stands there instead."""
    change, state, reason = DIFFERENCES[case]
    wiring = look(fleet, with_rows(change(make_rows("shop", 100))))
    dsn, environment = wiring.apps[0].variables
    assert (dsn.name, dsn.state, dsn.reason) == ("SENTRY_DSN", state, reason)
    assert (environment.state, wiring.state, wiring.apps[0].state) == ("wired", state, state)
    text = render_wiring(wiring)
    assert f"  - SENTRY_DSN: {state}: {reason}" in text
    assert "`watchpost explain shop`" in text
    assert_names_nobody(wiring)


def assert_names_nobody(wiring: ProjectWiring) -> None:
    """No value, no key's id, and nothing of the other three entries."""
    told = render_wiring(wiring) + json.dumps(wiring_document(wiring)) + repr(wiring)
    hidden = (SECRET, make_key(100).id, make_key(999).id, "sentry.example.com")
    for word in (*hidden, "checkout", "studio", "ledger", "globex"):
        assert word not in told.lower()


def test_every_word_of_the_comparison_is_either_told_or_replaced() -> None:
    """A difference that `links` may name one day is not swallowed unnoticed."""
    assert set(_REASONS.values()) - _TELLABLE == {_REASONS["undeclared"]}


KEYS: dict[str, tuple[dict[str, Any], str, str]] = {
    "disabled": (
        {"keys": {100: (replace(make_key(100), is_active=False),)}},
        "drifted",
        "disabled in Sentry",
    ),
    "no key": ({"keys": {}}, "missing", "the project shop has no key labelled Default"),
    "twins": (
        {"keys": {100: (make_key(100), make_key(7))}},
        "unchecked",
        "several keys have this label",
    ),
    "no project": ({"projects": {}}, "missing", "Sentry has no project shop"),
    "no answer": ({"trouble": "no answer from Sentry"}, "unchecked", "no answer from Sentry"),
}


@pytest.mark.parametrize("case", KEYS)
def test_what_is_wrong_with_a_key_is_told_of_its_variables_too(fleet: Manifest, case: str) -> None:
    """Disabled, gone, twice, or not known; its id, which is half of a DSN, is never told."""
    fields, state, reason = KEYS[case]
    sentry = replace(make_sentry(), **fields)
    wiring = look(fleet, with_rows(make_rows("shop", 100)), sentry)
    assert [(key.state, key.reason) for key in wiring.keys] == [(state, reason)]
    dsn = wiring.apps[0].variables[0]
    assert (dsn.state, dsn.reason) == (state, f"its key production: {reason}")
    assert_names_nobody(wiring)


def test_what_could_not_be_looked_at_is_no_fault_and_no_all_clear(fleet: Manifest) -> None:
    """Neither wired nor drifted: it says who did not answer, and to ask again."""
    for sentry, observed, words in (
        (None, ObservedApp(trouble="no answer from Coolify"), "shop-web: could not check: no"),
        (ObservedSentry(trouble="no answer from Sentry"), None, "In Sentry: no answer from Sentry"),
    ):
        rows = observed or with_rows(make_rows("shop", 100))
        wiring = look(fleet, rows, sentry)
        assert wiring.state == "unchecked"
        assert words in render_wiring(wiring)
        assert "Ask again in a few minutes" in render_wiring(wiring)


def test_an_app_that_is_gone_is_missing(fleet: Manifest) -> None:
    """Its variables are not listed one by one: the app is the one thing to tell."""
    wiring = look(fleet, ObservedApp(missing="Coolify shows no such app to this server"))
    assert (wiring.state, wiring.apps[0].state) == ("missing", "missing")
    text = render_wiring(wiring)
    assert "- application shop-web: missing: Coolify shows no such app" in text
    assert "SENTRY_DSN" not in text


def test_a_project_without_any_event_points_at_the_app(fleet: Manifest) -> None:
    """Wired, and yet nothing came: that is the code's business; an unknown time says nothing."""
    rows = with_rows(make_rows("shop", 100))
    silent = render_wiring(look(fleet, rows, newest=NewestEvent(is_known=True)))
    assert "it has no event yet" in silent
    assert "look at how it starts its SDK" in silent
    assert "event" not in render_wiring(look(fleet, rows, newest=NewestEvent()))


def test_a_secret_that_is_not_set_here_spoils_nothing(tmp_path: Path) -> None:
    """It is told as not compared; where its row is not there, that is told all the same."""
    fleet = load_fleet(tmp_path, shop=entry(keys={"live": {"label": "Default"}}, apps=[WITH_TOKEN]))
    row = replace(make_rows("shop", 100)[0], is_buildtime=True, is_runtime=False)
    token = replace(row, uuid="t", key="UPLOAD_TOKEN", value=SECRET)
    rows = (*make_rows("shop", 100), token, replace(token, is_preview=True, value=None))
    wiring = look(fleet, with_rows(rows))
    assert (wiring.state, wiring.not_compared) == ("wired", ("UPLOAD_TOKEN",))
    assert "Wiring of project shop: wired; 1 not compared." in render_wiring(wiring)
    assert wiring_document(wiring)["not_compared"] == 1
    assert_names_nobody(wiring)
    wiring = look(fleet, with_rows(rows[:-2]))
    assert (wiring.state, wiring.not_compared) == ("missing", ())


def test_parts_that_share_an_app_see_their_own_variables(tmp_path: Path) -> None:
    """Neither the other part's variables nor what is left over there, which may be its."""
    web = {"platform": "node", "apps": [app(app="store", framework={"WEB_DSN": {"from": "dsn"}})]}
    api = {"platform": "node", "apps": [app(app="store", framework={"API_DSN": {"from": "dsn"}})]}
    fleet = load_fleet(tmp_path, store={"parts": {"web": web, "api": api}, "teams": ["web"]})
    rows = [replace(row, key="API_OLD") for row in make_rows("store", 100)[:1]]
    wiring = look(fleet, with_rows(tuple(rows)), entry_id="store-web")
    told = render_wiring(wiring) + json.dumps(wiring_document(wiring)) + repr(wiring)
    assert [each.name for each in wiring.apps[0].variables] == ["WEB_DSN"]
    assert "API" not in told
    assert "api" not in told


def test_what_is_left_over_is_named(fleet: Manifest) -> None:
    """A row with our mark that nobody declares any more spoils nothing."""
    old = replace(make_rows("shop", 100)[0], key="OLD_DSN")
    wiring = look(fleet, with_rows((*make_rows("shop", 100), old)))
    assert wiring.state == "wired"
    assert "left over, which nobody declares any more: OLD_DSN" in render_wiring(wiring)


def test_a_key_that_no_app_uses_spoils_nothing(tmp_path: Path) -> None:
    """It is told as unused."""
    fleet = load_fleet(tmp_path, shop=entry(keys={"live": {"label": "Default"}}, apps=None))
    wiring = look(fleet, ObservedApp())
    assert (wiring.state, wiring.keys[0].state) == ("wired", "unused")
    assert "In Coolify: the manifest names no app" in render_wiring(wiring)


def test_a_long_answer_is_cut_and_says_so(tmp_path: Path) -> None:
    """Text and document stay within their bounds; what is not wired comes before what is."""
    variables = {f"A_SETTING_{number:03}": "on" for number in range(200)}
    fleet = load_fleet(tmp_path, shop=entry(apps=[app(variables=variables)]))
    rows = make_rows("shop", 100)
    settings = [
        replace(rows[0], uuid=f"{name}{is_preview}", key=name, value="on", is_preview=is_preview)
        for name in [*variables][:-1]
        for is_preview in (False, True)
    ]
    wiring = look(fleet, with_rows((*rows, *settings)))
    assert wiring.apps[0].variables[-1].state == "missing"
    document = wiring_document(wiring)
    assert document["apps"][0]["variables"][0]["state"] == "missing"
    assert document["left_out"] > 100
    assert len(json.dumps(document)) < 5_000
    wiring = look(fleet, with_rows(rows))
    text = render_wiring(wiring)
    assert len(text) <= MOST_CHARACTERS
    assert "(lines left out: " in text
    assert text.splitlines()[-1].startswith("What to do: Change none of this yourself.")


def test_many_apps_and_keys_are_bounded_too(tmp_path: Path) -> None:
    """An entry with 60 keys and 60 apps of long names is told in part, and counted."""
    keys = {f"key-{number}": {"label": f"label {'of a key ' * 3}{number}"} for number in range(60)}
    apps = [
        app(app=None, service=f"{'long' * 10}{number}", key="key-1", framework="python")
        for number in range(60)
    ]
    fleet = load_fleet(tmp_path, shop=entry(keys=keys, apps=apps))
    missing = ObservedApp(missing="Coolify shows no such app to this server")
    wiring = look(fleet, missing)
    document = wiring_document(wiring)
    assert document["left_out"] > 100
    assert len(json.dumps(document)) <= 5_000
    assert len(render_wiring(wiring)) <= MOST_CHARACTERS
