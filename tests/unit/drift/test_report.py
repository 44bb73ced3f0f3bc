"""Findings as they are reported: their lines, who and when, what mends them, what is ignored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.unit.drift.previews import APP, KEY, PROJECT, TEAM
from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost import exits
from watchpost.drift import Finding, Traces, complete_report
from watchpost.drift.report import Trace
from watchpost.manifest import load_manifest
from watchpost.render.drift_report import (
    render_drift_json,
    render_drift_markdown,
    render_drift_text,
)
from watchpost.repairing import choose_repairs

if TYPE_CHECKING:
    from watchpost.drift import DriftReport

UNTIL = date(2999, 12, 31)
ROTATED = KEY.replace("shop/preview", "shop/preview/preview-2026-11-28")
GONE = KEY.replace("shop/preview", "gone/production")
NAME = Finding("drift", PROJECT, "name", "Shop", "Shopping")
VALUE = Finding("drift", APP, "SENTRY_DSN", "#aaaaaaaa", "#bbbbbbbb")
ACTIVE = Finding("drift", KEY, "active", "yes", "no")
PENDING = Finding("pending", PROJECT, "slug", "new", "old")
UNREADABLE = Finding("unreadable", APP, "SENTRY_ORG", reason="nobody can read its value")
UNCHECKED = Finding("unchecked", KEY, reason="Sentry answered 503")


def report(
    folder: Path, *findings: Finding, ignore: tuple[str, ...] = (), traces: Any = None
) -> DriftReport:
    """The report of these findings for a manifest that ignores those paths."""
    keys = {"production": {"label": "Default"}, "preview": {}}
    projects = {"shop": entry(keys=keys, apps=[app(app="shop-web", key="production")])}
    items = [{"path": path, "reason": "a load test", "until": UNTIL} for path in ignore]
    text = manifest(projects=projects, **({"ignore": items} if items else {}))
    declared = load_manifest(write(folder, text))
    return complete_report("tests", findings, declared, Traces(traces or {}), 4)


def test_zero_findings_are_printed_as_zero(tmp_path: Path) -> None:
    """Every kind is listed with its count, 0 included, in every form; the exit code is 0."""
    clean = report(tmp_path)
    text, markdown = render_drift_text(clean), render_drift_markdown(clean)
    for form in (text, markdown):
        for words in (
            "0 drifted, 0 pending, 0 unreadable, 0 could not be checked, 0 ignored",
            "Drift: changed by somebody since the last apply (0)",
            "Pending: the manifest asks for it, and it was not applied (0)",
            "Unreadable: neither clean nor changed (0)",
            "Could not be checked (0)",
            "Ignored (0)",
            "4 objects are recorded.",
        ):
            assert words in form
    assert set(render_drift_json(clean)["counts"].values()) == {0}
    assert render_drift_json(clean)["exit_codes"] == [exits.DONE]
    assert "To ignore one" not in text


@pytest.mark.parametrize(
    ("findings", "codes"),
    [
        ((), []),
        ((NAME,), [2]),
        ((PENDING,), [2]),
        ((UNREADABLE,), [3]),
        ((UNCHECKED,), [3]),
        ((NAME, PENDING, UNCHECKED), [3, 2]),
    ],
)
def test_codes(tmp_path: Path, findings: tuple[Finding, ...], codes: list[int]) -> None:
    """2 for drift and pending, 3 for what nobody could look at; both where both apply."""
    assert report(tmp_path, *findings).exit_codes() == codes


@pytest.mark.parametrize(
    ("finding", "word"),
    [
        (NAME, "  shop:"),
        (ACTIVE, "preview: {}"),
        (Finding("drift", ROTATED, "active"), "preview: {}"),
        (VALUE, "app: shop-web"),
        (Finding("drift", TEAM, "name"), "  platform:"),
        (Finding("pending", GONE), ""),
    ],
)
def test_each_finding_names_its_line(tmp_path: Path, finding: Finding, word: str) -> None:
    """The line of the key (rotated or not), app, entry or team; of what is gone there is none."""
    position = report(tmp_path, finding).reported[0].position
    if not word:
        assert position == ""
        return
    file, line, _ = position.rsplit(":", 2)
    assert word in Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]


def test_a_finding_tells_since_when_and_by_whom(tmp_path: Path) -> None:
    """What a service tells is told, with the zone; what it does not tell is called unknown."""
    at = datetime(2026, 11, 28, 9, 30, 5, tzinfo=UTC)
    seen = report(tmp_path, NAME, VALUE, traces={NAME.path: Trace(at, "ann")})
    text = render_drift_text(seen)
    rows = {line.split()[0]: line for line in text.splitlines() if line.startswith("shop.")}
    assert "2026-11-28 09:30:05 UTC  ann " in rows["shop.name"]
    assert rows[VALUE.path].count("unknown") == 2
    documents = {each["path"]: each for each in render_drift_json(seen)["findings"]}
    assert documents["shop.name"]["since"] == "2026-11-28T09:30:05+00:00"
    assert documents["shop.name"]["by"] == "ann"
    assert documents[VALUE.path]["since"] is None
    assert documents[VALUE.path]["by"] == "unknown"


@pytest.mark.parametrize(
    ("finding", "mend"),
    [
        (NAME, "apply; or adopt: declare name as Shopping; or ignore it"),
        (VALUE, "apply; or ignore it"),
        (PENDING, "apply"),
        (UNCHECKED, "check again once the service answers"),
    ],
)
def test_each_finding_names_what_mends_it(tmp_path: Path, finding: Finding, mend: str) -> None:
    """The verb; adopting is offered only for what a manifest can declare."""
    assert report(tmp_path, finding).reported[0].mend == mend


@pytest.mark.parametrize(
    ("path", "covers"),
    [
        ("shop.name", True),
        ("shop.*", True),
        ("*.name", True),
        ("sh*.name", True),
        ("shop", False),
        ("*", False),
        ("shop.slug", False),
        ("shop.name.more", False),
    ],
)
def test_a_star_stands_for_one_word(tmp_path: Path, path: str, *, covers: bool) -> None:
    """`*` stands for one word between dots, or a part of one, and never for a dot."""
    seen = report(tmp_path, NAME, ignore=(path,))
    assert bool(seen.ignored) == covers
    assert seen.exit_codes() == ([] if covers else [exits.CHANGES])


def test_an_ignored_finding_is_told_and_does_not_count(tmp_path: Path) -> None:
    """It stands under its own heading, with reason and day."""
    seen = report(tmp_path, ACTIVE, UNREADABLE, ignore=(ACTIVE.path, "shop.apps.*.SENTRY_ORG"))
    assert seen.exit_codes() == []
    assert f"{ACTIVE.path}: a load test (until {UNTIL})" in render_drift_text(seen)
    assert "0 drifted" in seen.headline
    assert "2 ignored" in seen.headline
    assert all(each["is_ignored"] for each in render_drift_json(seen)["findings"])


def test_what_was_not_checked_or_applied_cannot_be_ignored(tmp_path: Path) -> None:
    """Ignoring takes nothing for clean that nobody looked at, and hides no pending change."""
    seen = report(tmp_path, UNCHECKED, PENDING, ignore=(UNCHECKED.path, PENDING.path))
    assert seen.ignored == ()
    assert seen.exit_codes() == [exits.UNCHECKED, exits.CHANGES]


def test_repair_takes_what_drifted_and_nothing_else(tmp_path: Path) -> None:
    """What the manifest changes too, and what is ignored in part, is refused with the reason."""
    seen = report(tmp_path, NAME, PENDING, VALUE, ACTIVE, ignore=(ACTIVE.path,))
    repairs = choose_repairs(seen)
    assert repairs.urns == (APP,)
    assert repairs.refused == {"shop": "the manifest changes it too"}
    label = Finding("drift", KEY, "label", "preview", "x")
    partly = choose_repairs(report(tmp_path, ACTIVE, label, ignore=(ACTIVE.path,)))
    assert partly.urns == ()
    assert partly.refused == {"shop/preview": "a finding of it is ignored"}


def test_hostile_names_are_no_markup(tmp_path: Path) -> None:
    """What somebody called a project in Sentry mentions nobody and moves no cursor."""
    hostile = Finding("drift", PROJECT, "name", "Shop", "@team | <b>\x1b[2J\nDrift check")
    seen = report(tmp_path, hostile)
    markdown, text = render_drift_markdown(seen), render_drift_text(seen)
    assert "@team" not in markdown
    assert "\\|" in markdown
    assert "\x1b" not in text + markdown
    assert len([line for line in text.splitlines() if line.startswith("Drift check")]) == 1


def test_the_exception_that_is_shown_is_one_of_the_manifest(tmp_path: Path) -> None:
    """The lines that ignore a finding, filled in, load and cover it."""
    text = render_drift_text(report(tmp_path, NAME))
    lines = text.partition("To ignore one, add to the manifest:\n")[2]
    for placeholder, word in (("WHERE", NAME.path), ("WHY", "why"), ("YYYY-MM-DD", str(UNTIL))):
        lines = lines.replace(placeholder, word)
    declared = write(tmp_path, yaml.safe_dump(manifest(projects={"shop": entry()})) + lines)
    assert [each.path for each in load_manifest(declared).ignored] == [NAME.path]
