"""One entry explained: what is there, what would change it, and how it reads."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.fleets import (
    FINGERPRINT_KEY,
    SECRET,
    load_fleet,
    make_apps,
    make_key,
    make_rows,
    make_sentry,
)
from tests.unit.manifest.documents import app, entry
from watchpost.coolify import Deployment, Row, Unreadable
from watchpost.explanation import (
    EntryExplanation,
    Running,
    explain_entry,
    explanation_document,
    render_explanation,
)
from watchpost.wiring import (
    Naming,
    ObservedApp,
    ObservedFleet,
    ObservedSentry,
    Values,
    list_declared_apps,
)

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.manifest import Manifest

OLD = Running(Deployment("d1", "finished", datetime(2026, 11, 20, tzinfo=UTC)))


@pytest.fixture
def fleet(tmp_path: Path) -> Manifest:
    """Four entries with one app each; these tests are about `shop`."""
    return load_fleet(tmp_path)


def explain(
    manifest: Manifest,
    observed: ObservedApp,
    sentry: ObservedSentry | None = None,
    running: Running = OLD,
) -> EntryExplanation:
    """The entry `shop`, whose app is as *observed*."""
    sentry = make_sentry() if sentry is None else sentry
    apps = [each for each in list_declared_apps(manifest) if each.entry_id == "shop"]
    seen = ObservedFleet(sentry, dict.fromkeys((each.selector for each in apps), observed))
    runnings = dict.fromkeys((each.selector for each in apps), running)
    values, naming = Values(manifest.entries, sentry, {}), Naming(FINGERPRINT_KEY, sentry)
    return explain_entry(manifest, manifest.entries[0], apps, seen, runnings, values, naming)


def with_rows(*rows: Row) -> ObservedApp:
    """The app with these rows."""
    return replace(make_apps()["shop-web"], rows=rows)


def edited(**fields: object) -> ObservedApp:
    """The app whose production row of the DSN was changed."""
    rows = make_rows("shop", 100)
    return with_rows(replace(rows[0], **fields), *rows[1:])  # type: ignore[arg-type]  # of Row


def changes_of(explained: EntryExplanation) -> tuple[str, ...]:
    """What would change the DSN, beside the line to edit."""
    first, *rest = explained.apps[0].variables[0].changes
    assert first.startswith("add `key:` to the app at ")
    return tuple(rest)


MENDS = {
    "value": (edited(value=SECRET), "`watchpost apply` writes it"),
    "no row": (with_rows(*make_rows("shop", 100)[1:]), "`watchpost apply` writes it"),
    "locked": (edited(value=Unreadable.LOCKED), "unlock it: delete the row in Coolify"),
    "hidden": (edited(value=Unreadable.HIDDEN), "give the Coolify token the ability"),
    "another's": (edited(comment="watchpost:globex/x"), "remove the app from one of the two"),
    "somebody's": (edited(comment=None, value=SECRET), "say `take_over: true` for the app at "),
    "twins": (
        with_rows(*make_rows("shop", 100), replace(make_rows("shop", 100)[0], comment=None)),
        "remove the extra rows in Coolify",
    ),
    "no app": (ObservedApp(missing="no application shop-web in Coolify"), "or make it in Coolify"),
}


@pytest.mark.parametrize("case", MENDS)
def test_what_would_mend_it(fleet: Manifest, case: str) -> None:
    """Apply, an edit, a better token, or somebody's hand: each case has its own."""
    observed, words = MENDS[case]
    explained = explain(fleet, observed)
    assert any(words in change for change in changes_of(explained))
    assert SECRET not in render_explanation(explained)


@pytest.mark.parametrize(
    ("sentry", "words"),
    [
        (replace(make_sentry(), projects={}), "makes the project and its keys"),
        (replace(make_sentry(), keys={}), "`watchpost apply` makes the key"),
        (
            replace(make_sentry(), keys={100: (replace(make_key(100), is_active=False),)}),
            "`watchpost apply` enables the key again",
        ),
    ],
    ids=["no project", "no key", "disabled key"],
)
def test_what_sentry_lacks(fleet: Manifest, sentry: ObservedSentry, words: str) -> None:
    """The cure is told with the variable that suffers from it."""
    explained = explain(fleet, edited(), sentry)
    assert any(words in change for change in changes_of(explained))


def test_a_redeploy_that_is_owed(tmp_path: Path) -> None:
    """Apply asks for it, unless the app says never or one is under way."""
    fleet = load_fleet(tmp_path)
    assert changes_of(explain(fleet, edited())) == (
        "`watchpost apply` asks for the redeploy that is owed, if the app runs",
    )
    coming = Deployment("d2", "queued", datetime(2026, 11, 28, tzinfo=UTC))
    assert changes_of(explain(fleet, edited(), running=replace(OLD, under_way=coming))) == ()
    never = load_fleet(tmp_path, shop=entry(apps=[app(redeploy="never")]))
    (change,) = changes_of(explain(never, edited()))
    assert change == "redeploy the app in Coolify: it says `redeploy: never`"


def test_how_it_reads(fleet: Manifest) -> None:
    """Text of the manifest in the clear, everything else by its name; notes and leftovers too."""
    rows = make_rows("shop", 100, SENTRY_DSN=make_key(100).dsn_public.replace("sentry.", "in."))
    left = replace(rows[0], key="OLD_DSN")
    text = render_explanation(explain(fleet, with_rows(*rows, left)))
    for words in (
        "in Sentry       there, id 100",
        "    value         …@100 key Default #",
        '    value         "production" #',
        "    preview       (empty)",
        "    row           wired, the same value, marked acme/shop, changed 2026-11-27 09:30:00",
        "    running app   no: the newest finished deployment, d1 of 2026-11-20 00:00:00 UTC",
        "  left over       OLD_DSN: bears our mark, and nobody declares it any more",
        "another ingest host",
    ):
        assert words in text
    assert make_key(100).dsn_public not in text


def test_what_could_not_be_looked_at(fleet: Manifest) -> None:
    """Each trouble is told once at the end, and in the JSON."""
    blind = ObservedSentry(trouble="no answer from Sentry")
    explained = explain(fleet, ObservedApp(trouble="no answer from Coolify"), blind)
    text = render_explanation(explained)
    assert "\ncould not look: Sentry: no answer from Sentry\n" in text
    assert "\ncould not look: shop-web: no answer from Coolify\n" in text
    assert "    value         not known" in text
    document = explanation_document(explained)
    assert len(document["could_not_look"]) == 2
    assert document["apps"][0]["uuid"] is None
    assert document["keys"][0]["state"] == "unchecked"
    assert "updated_at" in json.dumps(document)
    hidden = explain(fleet, edited(), running=Running(trouble="no answer"))
    assert hidden.troubles == ("shop-web: no answer",)
    assert hidden.apps[0].variables[0].running == "could not look: no answer"


def test_what_is_missing(fleet: Manifest) -> None:
    """An app that is not there, a project that apply will make."""
    sentry = replace(make_sentry(), projects={})
    text = render_explanation(explain(fleet, ObservedApp(missing="no such app"), sentry))
    assert "in Coolify      missing: no such app" in text
    assert "in Sentry       missing: `watchpost apply` makes it" in text
