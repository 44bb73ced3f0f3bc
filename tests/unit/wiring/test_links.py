"""What is declared beside what is there: each difference has its state and its words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fleets import FINGERPRINT_KEY, SECRET, load_fleet, make_key, make_rows, make_sentry
from watchpost.coolify import AppRef, Row, Unreadable
from watchpost.manifest import EnvironmentSecret
from watchpost.wiring import (
    AppLinks,
    Naming,
    ObservedApp,
    ObservedSentry,
    Values,
    VariableLink,
    compute_app_links,
    compute_key_links,
    worst_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watchpost.manifest import Manifest

Rows = tuple[Row, ...]
DSN, ENVIRONMENT = "SENTRY_DSN", "SENTRY_ENVIRONMENT"


@pytest.fixture
def fleet(tmp_path: Path) -> Manifest:
    """Four entries with one app each; these tests are about `shop`."""
    return load_fleet(tmp_path)


def compare(manifest: Manifest, observed: ObservedApp, sentry: ObservedSentry) -> AppLinks:
    """The links of the app of `shop`."""
    values = Values(manifest.entries, sentry, {})
    naming = Naming(FINGERPRINT_KEY, sentry)
    return compute_app_links("acme", manifest.apps[0], observed, values, naming)


def compare_rows(manifest: Manifest, rows: Rows) -> AppLinks:
    """Likewise, where the app is there and Sentry has all keys."""
    app = ObservedApp(AppRef("application", "shop-web"), "shop-web", "running", rows)
    return compare(manifest, app, make_sentry())


def edited(**fields: object) -> Callable[[Rows], Rows]:
    """Change the production row of the DSN."""

    def edit(rows: Rows) -> Rows:
        return (replace(rows[0], **fields), *rows[1:])  # type: ignore[arg-type]  # fields of Row

    return edit


def doubled(**fields: object) -> Callable[[Rows], Rows]:
    """Add a second production row of the DSN."""
    return lambda rows: (*rows, *edited(uuid="second", **fields)(rows)[:1])


CASES: dict[str, tuple[Callable[[Rows], Rows], str, tuple[str, ...]]] = {
    "as declared": (lambda rows: rows, "wired", ()),
    "no row": (lambda rows: rows[1:], "missing", ("no such row",)),
    "another value": (edited(value=SECRET), "drifted", ("another value",)),
    "another flag": (edited(is_buildtime=True), "drifted", ("other flags",)),
    "mark removed": (edited(comment=None), "drifted", ("without our mark",)),
    "value and mark": (
        edited(value=SECRET, comment=None),
        "drifted",
        ("somebody else's, with another value",),
    ),
    "another organization's": (
        edited(comment="watchpost:globex/shop"),
        "drifted",
        ("belongs to globex/shop",),
    ),
    "two rows of ours": (doubled(), "drifted", ("several rows",)),
    "two rows, one not ours": (
        doubled(comment=None),
        "drifted",
        ("several rows, not all of them ours",),
    ),
    "locked": (
        edited(value=Unreadable.LOCKED),
        "unreadable",
        ("nobody can read its value, or not this token",),
    ),
    "ingest host moved": (
        edited(value=make_key(100).dsn_public.replace("sentry.", "ingest.")),
        "wired",
        (),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_difference_has_its_state_and_its_words(fleet: Manifest, case: str) -> None:
    """One row is changed; the other variable stays wired; no value is shown."""
    change, state, reasons = CASES[case]
    links = compare_rows(fleet, change(make_rows("shop", 100)))
    row = links.variables[DSN].rows[0]
    assert (row.state, row.reasons) == (state, reasons)
    assert links.variables[ENVIRONMENT].state == "wired"
    assert SECRET not in repr(links)


def test_values_are_named_and_never_shown(fleet: Manifest) -> None:
    """A known DSN by its key, an unknown one by its project, all else by its fingerprint."""
    rows = make_rows("shop", 100, SENTRY_DSN=make_key(101).dsn_public, SENTRY_ENVIRONMENT=SECRET)
    links = compare_rows(fleet, rows)
    assert links.variables[DSN].rows[0].wanted == "…@100 key Default"
    assert links.variables[DSN].rows[0].observed == "…@101 key Default"
    assert links.variables[ENVIRONMENT].rows[0].observed.startswith("#")
    assert links.variables[DSN].rows[1].wanted == "(empty)"
    foreign = make_rows("shop", 100, SENTRY_DSN=make_key(999).dsn_public)
    seen = compare_rows(fleet, foreign).variables[DSN].rows[0].observed
    assert seen == "…@999 a key that is not listed"


def test_a_row_that_nobody_declares_any_more_is_left_over(fleet: Manifest) -> None:
    """With our mark it is named; without one it is not ours to mention."""
    rows = make_rows("shop", 100)
    ours, theirs = replace(rows[0], key="OLD"), replace(rows[0], key="LOG", comment=None)
    links = compare_rows(fleet, (*rows, ours, theirs))
    assert links.left_over == ("OLD",)
    assert links.state_of([DSN, ENVIRONMENT]) == "wired"


def test_an_app_that_is_not_there_or_did_not_answer(fleet: Manifest) -> None:
    """Not there is missing; not asked is unchecked; both say why."""
    for app, state in (
        (ObservedApp(missing="no such app"), "missing"),
        (ObservedApp(trouble="no answer"), "unchecked"),
    ):
        links = compare(fleet, app, make_sentry())
        assert links.reason in ("no such app", "no answer")
        assert {link.state for link in links.variables.values()} == {state}
        assert links.variables[DSN].rows[0].wanted == "…@100 key Default"


def of_dsn(fleet: Manifest, sentry: ObservedSentry) -> VariableLink:
    """The DSN of an app whose rows are as they were when all was wired."""
    app = ObservedApp(AppRef("application", "shop-web"), rows=make_rows("shop", 100))
    return compare(fleet, app, sentry).variables[DSN]


def test_what_sentry_says_of_the_key_counts(fleet: Manifest) -> None:
    """Disabled, gone, twice, or not asked."""
    sentry, key = make_sentry(), make_key(100)
    disabled = of_dsn(fleet, replace(sentry, keys={100: (replace(key, is_active=False),)}))
    assert disabled.rows[0].reasons == ("the key Default is disabled in Sentry",)
    assert disabled.state == "drifted"
    assert of_dsn(fleet, replace(sentry, keys={})).state == "missing"
    twice = of_dsn(fleet, replace(sentry, keys={100: (key, make_key(7))}))
    assert twice.state == "unchecked"
    assert key.id in twice.rows[0].reasons[0]
    blind = of_dsn(fleet, ObservedSentry(trouble="no answer"))
    assert blind.rows[0].reasons == ("could not look at Sentry: no answer",)
    assert blind.rows[0].is_same is None


def test_a_secret_that_is_not_set_here_is_not_compared(fleet: Manifest) -> None:
    """Neither clean nor changed; where it is set, it is compared and not shown."""
    variable = replace(fleet.apps[0].variables[ENVIRONMENT], value=EnvironmentSecret("TOKEN"))
    app = replace(fleet.apps[0], variables={ENVIRONMENT: variable})
    rows = make_rows("shop", 100, SENTRY_ENVIRONMENT=SECRET)
    observed = ObservedApp(AppRef("application", "shop-web"), rows=rows)
    sentry = make_sentry()
    states = {}
    for secrets in ({}, {"TOKEN": SECRET}, {"TOKEN": "another"}):
        values = Values(fleet.entries, sentry, secrets)
        naming = Naming(FINGERPRINT_KEY, sentry)
        links = compute_app_links("acme", app, observed, values, naming)
        states[secrets.get("TOKEN")] = links.variables[ENVIRONMENT].state
        assert SECRET not in repr(links)
    assert states == {None: "unchecked", SECRET: "wired", "another": "drifted"}


def test_keys(fleet: Manifest) -> None:
    """A key is wired, unused, disabled, missing, or nobody knows."""
    entry, sentry = fleet.entries[0], make_sentry()
    disabled = replace(make_key(100), is_active=False)
    cases: tuple[tuple[ObservedSentry, list[str], str], ...] = (
        (sentry, ["production"], "wired"),
        (sentry, [], "unused"),
        (replace(sentry, keys={100: (disabled,)}), ["production"], "drifted"),
        (replace(sentry, keys={}), ["production"], "missing"),
        (replace(sentry, projects={}), ["production"], "missing"),
        (ObservedSentry(trouble="no answer"), ["production"], "unchecked"),
    )
    for observed, used, state in cases:
        values = Values(fleet.entries, observed, {})
        (link,) = compute_key_links(entry, values, used)
        assert link.state == state


def test_the_worst_state_wins() -> None:
    """Missing before drifted before what nobody knows; nothing at all is wired."""
    assert worst_state(["wired", "unchecked", "drifted"]) == "drifted"
    assert worst_state(["drifted", "missing"]) == "missing"
    assert worst_state([]) == "wired"
