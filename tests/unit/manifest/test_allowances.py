"""Limits, allowances, ignored findings and retired keys as the rest of Watchpost gets them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.manifest.documents import entry, manifest, write
from watchpost.manifest import (
    Allowance,
    Ignored,
    KeySpec,
    Manifest,
    RetiredKey,
    inspect_manifest,
    list_expired,
    load_manifest,
)
from watchpost.manifest.dates import parse_day, parse_moment, read_moment

KEY = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


def load(folder: Path, **overrides: Any) -> Manifest:
    """Load a valid manifest changed by *overrides*."""
    return load_manifest(write(folder, manifest(**overrides)))


def test_nothing_is_written(tmp_path: Path) -> None:
    """A manifest that says nothing about limits holds none: the defaults are the policy's."""
    loaded = load(tmp_path)
    assert (loaded.limits, loaded.allowances, loaded.ignored) == ({}, (), ())
    assert list_expired(loaded, date(2099, 1, 1)) == ()


def test_limits_hold_what_is_written(tmp_path: Path) -> None:
    """Only written limits are held, zero too."""
    limits = {"rebuild": 40, "key-delete": 0, "changed-share": 100}
    assert load(tmp_path, limits=limits).limits == limits


def test_one_allowance_and_a_list_of_one_are_equal(tmp_path: Path) -> None:
    """An allowance may stand alone or in a list; its counts are by kind."""
    block = {"key-delete": 1, "rebuild": 3, "until": "2026-12-01", "reason": "rotation"}
    alone = load(tmp_path, allow=block)
    assert alone.allowances == (
        Allowance({"key-delete": 1, "rebuild": 3}, date(2026, 12, 1), "rotation", ""),
    )
    assert load(tmp_path, allow=[block]) == alone


@pytest.mark.parametrize("day", ["2026-12-01", '"2026-12-01"', "'2026-12-01'"])
def test_dates_need_no_quotes(tmp_path: Path, day: str) -> None:
    """A date means the same with and without quotes."""
    text = f"""
    version: 1
    organization: acme
    teams: {{web: {{}}}}
    allow: {{key-delete: 1, until: {day}, reason: rotation}}
    projects: {{}}
    """
    (allowance,) = load_manifest(write(tmp_path, text)).allowances
    assert allowance.until == date(2026, 12, 1)
    assert allowance.position.endswith("projects.yaml:4:1")


def test_expired_exceptions_are_told_in_file_order(tmp_path: Path) -> None:
    """What held until yesterday is a fault at its day; what holds until today is none."""
    path = write(
        tmp_path,
        """
        version: 1
        organization: acme
        teams: {web: {}}
        ignore:
          - {path: shop.teams, until: 2026-11-27, reason: agreed by mail}
          - {path: shop.name, until: 2026-11-28, reason: agreed by mail}
        allow:
          - {key-delete: 1, until: 2026-11-27, reason: rotation}
          - {key-delete: 2, until: 2027-11-27, reason: more rotation}
        projects: {}
        """,
    )
    inspection = inspect_manifest(path)
    assert inspection.faults == ()
    assert inspection.manifest is not None
    first, second = list_expired(inspection.manifest, date(2026, 11, 28))
    assert str(first) == (
        f"{path}:5:31: ignore[0].until: has expired\n"
        "  it held until 2026-11-27; reason: agreed by mail\n"
        "  fix: remove it, or give it a later 'until:' if its reason still holds"
    )
    assert (second.path, second.position.line) == (("allow", 0, "until"), 8)


def test_expired_allowance_alone(tmp_path: Path) -> None:
    """An allowance that is no list has a path without an index."""
    block = {"key-delete": 1, "until": "2026-11-27", "reason": "rotation"}
    (fault,) = list_expired(load(tmp_path, allow=block), date(2026, 11, 28))
    assert fault.path == ("allow", "until")


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("shop.teams", "shop.teams", True),
        ("shop.teams", "shop.teams.web", False),
        ("*.teams", "shop.teams", True),
        ("*", "shop.teams", False),
        ("shop.apps.*.SENTRY_DSN", "shop.apps.shop-web.SENTRY_DSN", True),
        ("shop.apps.shop-*.SENTRY_*", "shop.apps.shop-web.SENTRY_DSN", True),
        ("shop.apps.shop-*.SENTRY_*", "shop.apps.other.SENTRY_DSN", False),
        (
            "shop.apps.Shop/production/web.SENTRY_DSN",
            "shop.apps.Shop/production/web.SENTRY_DSN",
            True,
        ),
        ("shop.[ab]", "shop.a", False),
        ("shop.[ab]", "shop.[ab]", True),
    ],
)
def test_ignored_paths(pattern: str, path: str, covered: bool) -> None:  # noqa: FBT001 - a table
    """`*` stands for one word between dots or for a part of one; nothing else is special."""
    assert Ignored(pattern, "reason", date(2026, 12, 1), "").covers(path) is covered


def test_ignored_findings(tmp_path: Path) -> None:
    """Ignored findings keep their order."""
    items = [
        {"path": "shop.teams", "reason": "agreed", "until": "2026-12-01"},
        {"path": "*.name", "reason": "agreed too", "until": "2026-12-02"},
    ]
    assert load(tmp_path, ignore=items).ignored == (
        Ignored("shop.teams", "agreed", date(2026, 12, 1), ""),
        Ignored("*.name", "agreed too", date(2026, 12, 2), ""),
    )


def test_retired_keys(tmp_path: Path) -> None:
    """A key holds those that it replaced, and a rotated `Default` is not asked for again."""
    key = {
        "label": "Default-20261128",
        "shipped": True,
        "retired": [
            {"key_id": KEY, "since": "2026-11-28T09:30:00+01:00", "disabled_on": "2026-11-30"},
            {"key_id": OTHER, "since": "2026-11-29"},
        ],
    }
    projects = {"shop": entry(keys={"production": key}), "store": entry()}
    loaded = load(tmp_path, projects=projects)
    disabled = datetime(2026, 11, 30, tzinfo=UTC)
    assert loaded.entries[0].keys["production"] == KeySpec(
        "Default-20261128",
        None,
        "",
        (
            RetiredKey(KEY, datetime(2026, 11, 28, 8, 30, tzinfo=UTC), disabled, ""),
            RetiredKey(OTHER, datetime(2026, 11, 29, tzinfo=UTC), None, ""),
        ),
        shipped=True,
    )
    assert [note.summary for note in loaded.notes] == ["no app uses this key"]
    assert loaded.entries[1].keys["production"].retired == ()


@pytest.mark.parametrize(
    "text",
    ["2026-1-1", "20261201", "2026-W01-1", "2026-13-01", "", "\uff12026-12-01"],
)
def test_other_texts_are_no_days(text: str) -> None:
    """Only YYYY-MM-DD of a day that exists is a day, and a moment needs one."""
    assert parse_day(text) is None
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    "text", ["2026-11-28T24:30:00Z", "2026-11-28T9:30Z", "0001-01-01T00:00:00+14:00"]
)
def test_other_texts_are_no_moments(text: str) -> None:
    """A time that no clock shows is no moment."""
    assert parse_moment(text) is None
    with pytest.raises(ValueError, match=text.replace("+", r"\+")):
        read_moment(text)


@pytest.mark.parametrize(
    "text", ["2026-11-28T09:30Z", "2026-11-28 09:30:00", "2026-11-28t10:30:00.000+01:00"]
)
def test_moments_are_in_utc(text: str) -> None:
    """A time without a zone is meant in UTC; any other is turned into it."""
    assert parse_moment(text) == datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
