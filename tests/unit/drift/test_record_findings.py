"""Findings about records: columns, rows that are missing or have twins, what was not looked at."""

from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.drift.previews import COMPONENT, INPUTS, KEY, OUTPUTS, World
from tests.unit.manifest.documents import entry, manifest, write
from tests.unit.plan.previews import record
from watchpost import exits
from watchpost.drift import (
    DriftReport,
    Finding,
    Traces,
    complete_report,
    find_differences,
    name_record_values,
)
from watchpost.manifest import Manifest, load_manifest
from watchpost.records import fingerprint
from watchpost.render.drift_report import (
    render_drift_json,
    render_drift_markdown,
    render_drift_text,
)
from watchpost.repairing import choose_repairs

if TYPE_CHECKING:
    from pathlib import Path

RECORD = f"{COMPONENT}pulumi-python:dynamic/watchpost:PlatformRecord::shop/record"
SECRET_KEY = b"a key for tests"
DSN = "https://0123456789abcdef0123456789abcdef@sentry.example.com/7"
RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{id}"},
    "set": {"sentry_slug": "{slug}"},
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A record that is recorded, observed and desired alike."""
    monkeypatch.setitem(INPUTS, RECORD, record(sentry_dsn="aaaaaaaa", sentry_slug="bbbbbbbb"))
    monkeypatch.setitem(OUTPUTS, RECORD, {"state": "checked", "rows": 1})
    return World(RECORD)


def observe(world: World, **outputs: Any) -> dict[str, Any]:
    """Change what is observed; the observed columns, for a test to change them too."""
    seen = world.observed[RECORD]
    seen["outputs"] = {**seen["outputs"], **outputs}
    columns: dict[str, Any] = seen["inputs"]["values"]
    return columns


def found(world: World) -> list[tuple[str, str, str, str]]:
    """Kind, path, expected and observed of each finding."""
    findings = find_differences(world.preview())
    return [(each.kind, each.path, each.expected, each.observed) for each in findings]


def declare(folder: Path, *ignored: str) -> Manifest:
    """A manifest with records that ignores those paths."""
    until = date(2999, 12, 31)
    ignore = [{"path": path, "reason": "by hand", "until": until} for path in ignored]
    return load_manifest(
        write(folder, manifest(projects={"shop": entry()}, records=RECORDS, ignore=ignore))
    )


def report(folder: Path, *findings: Finding, ignored: tuple[str, ...] = ()) -> DriftReport:
    """The report of these findings."""
    return complete_report("tests", findings, declare(folder, *ignored), Traces(), 1)


def test_a_record_that_is_as_recorded_is_clean(world: World) -> None:
    """Where all three states are equal nothing is found."""
    assert found(world) == []


@pytest.mark.parametrize(("value", "shown"), [("cccccccc", "#cccccccc"), ("", "(null)")])
def test_a_column_that_somebody_changed_is_drift(world: World, value: str, shown: str) -> None:
    """One finding at its path, with both sides as fingerprints."""
    observe(world)["sentry_dsn"]["fingerprint"] = value
    assert found(world) == [("drift", "shop.record.sentry_dsn", "#aaaaaaaa", shown)]


@pytest.mark.parametrize(("rows", "seen"), [(0.0, "no row"), (2.0, "several rows")])
def test_a_row_that_is_missing_or_has_a_twin_is_drift_of_the_whole(
    world: World, rows: float, seen: str
) -> None:
    """So it is when a run has recorded it that way already."""
    for known in (world.observed, world.recorded):
        known[RECORD]["outputs"] = known[RECORD]["outputs"] | {"rows": rows}
        assert found(world) == [("drift", "shop.record", "one row", seen)]


def test_columns_whose_names_look_like_something_else_are_told(world: World) -> None:
    """A column may be called like a setting, or hold a dot; its drift is told all the same."""
    for known in (world.recorded, world.observed, world.desired):
        values = known[RECORD]["inputs"]["values"] = copy.deepcopy(
            {name: {"fingerprint": "aaaaaaaa"} for name in ("url", "insert", "a.b")}
        )
    values = observe(world)
    for name in values:
        values[name]["fingerprint"] = "cccccccc"
    assert [(kind, path) for kind, path, *_ in found(world)] == [
        ("drift", "shop.record.a.b"),
        ("drift", "shop.record.insert"),
        ("drift", "shop.record.url"),
    ]


def test_what_the_manifest_changes_is_pending(world: World) -> None:
    """A new column, another row, and what becomes of it when the entry goes."""
    inputs = world.desired[RECORD]["inputs"]
    inputs["values"]["note"] = {"fingerprint": "dddddddd"}
    inputs["key"]["value"] = "acme/store"
    inputs["onRemove"] = "clear"
    row = "projects.slug=acme"
    assert found(world) == [
        ("pending", "shop.record.(on_remove)", "clear", "keep"),
        ("pending", "shop.record.(row)", f"{row}/store", f"{row}/shop"),
        ("pending", "shop.record.note", "#dddddddd", ""),
    ]


def test_a_database_that_is_away_is_unchecked(world: World, tmp_path: Path) -> None:
    """With the reason, and never with drift that is made up."""
    observe(world, state="unchecked", reason="env:DATABASE_URL: away\nmore", rows=1)
    (finding,) = find_differences(world.preview())
    assert (finding.kind, finding.path, finding.reason) == (
        "unchecked",
        "shop.record",
        "env:DATABASE_URL: away",
    )
    seen = report(tmp_path, finding, ignored=("shop.record",))
    assert seen.exit_codes() == [exits.UNCHECKED]


def test_public_values_have_words(world: World, tmp_path: Path) -> None:
    """A text of the manifest is shown, and a DSN by its key; anything else stays a fingerprint."""
    slug, dsn = fingerprint(SECRET_KEY, "shop"), fingerprint(SECRET_KEY, DSN)
    world.recorded[RECORD]["inputs"]["values"]["sentry_slug"]["fingerprint"] = slug
    values = observe(world)
    values["sentry_dsn"]["fingerprint"] = dsn
    values["sentry_slug"]["fingerprint"] = "eeeeeeee"
    key = {"inputs": {}, "outputs": {"name": "Default", "projectId": 7, "dsnPublic": DSN}}
    for known in (world.recorded, world.observed, world.desired):
        known[KEY] = {"id": "1", **copy.deepcopy(key)}
    preview = world.preview()
    named = name_record_values(find_differences(preview), preview, declare(tmp_path), SECRET_KEY)
    assert [
        (each.part, each.expected, each.observed) for each in named if each.kind == "drift"
    ] == [
        ("sentry_dsn", "#aaaaaaaa", "…@7 key Default"),
        ("sentry_slug", "shop", "#eeeeeeee"),
    ]


@pytest.mark.parametrize(
    ("finding", "mend"),
    [
        (Finding("drift", RECORD, "sentry_dsn", "#a", "#b"), "apply; or ignore it"),
        (Finding("drift", RECORD, "name", "#a", "#b"), "apply; or ignore it"),
        (
            Finding("drift", RECORD, "", "one row", "no row"),
            "let the platform make the row, or say `insert: true`; then apply; or ignore it",
        ),
        (
            Finding("drift", RECORD, "", "one row", "no row", "an apply inserts it"),
            "apply; or ignore it",
        ),
        (
            Finding("drift", RECORD, "", "one row", "several rows"),
            "leave one of the rows, or find it by a unique column; then apply; or ignore it",
        ),
    ],
)
def test_each_finding_names_what_mends_it(tmp_path: Path, finding: Finding, mend: str) -> None:
    """What an apply cannot do is a person's first."""
    (reported,) = report(tmp_path, finding).reported
    assert reported.mend == mend


def test_where_a_row_is_inserted_an_apply_mends_it(world: World) -> None:
    """The record itself says so."""
    observe(world, rows=0, insert=True)
    (finding,) = find_differences(world.preview())
    assert finding.reason == "an apply inserts it"


def test_every_form_tells_of_records(tmp_path: Path) -> None:
    """Where it is declared, both sides, who is unknown; and as what kind of object."""
    seen = report(tmp_path, Finding("drift", RECORD, "sentry_slug", "shop", "#eeeeeeee"))
    position = seen.reported[0].position
    line = int(position.split(":")[-2])
    text = (tmp_path / position.rpartition("/")[2].split(":")[0]).read_text(encoding="utf-8")
    assert text.splitlines()[line - 1].startswith("records:")
    for form in (render_drift_text(seen), render_drift_markdown(seen).replace("\\", "")):
        assert "shop.record.sentry_slug" in form
        assert "#eeeeeeee" in form
    (document,) = render_drift_json(seen)["findings"]
    assert (document["object"], document["entry"], document["by"]) == ("record", "shop", "unknown")
    assert seen.exit_codes() == [exits.CHANGES]


def test_a_record_of_an_entry_that_is_gone_has_no_line(tmp_path: Path) -> None:
    """Nothing of the manifest asks for it any more."""
    gone = Finding("pending", RECORD.replace("shop/", "gone/"), expected="declared no longer")
    assert report(tmp_path, gone).reported[0].position == ""


@pytest.mark.parametrize("path", ["shop.record.sentry_dsn", "*.record.*", "shop.record.sentry_*"])
def test_drift_of_a_record_can_be_ignored(tmp_path: Path, path: str) -> None:
    """By its path, as any other; then it is not repaired either."""
    finding = Finding("drift", RECORD, "sentry_dsn", "#a", "#b")
    assert report(tmp_path, finding, ignored=(path,)).exit_codes() == []
    assert choose_repairs(report(tmp_path, finding)).urns == (RECORD,)
    assert choose_repairs(report(tmp_path, finding, ignored=(path,))).urns == ()
