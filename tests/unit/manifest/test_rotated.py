"""Labels and identities of rotated keys."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.manifest import load_manifest
from watchpost.manifest.rotated import is_rotated, make_rotated_label, strip_rotation

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 28)
KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("label", "taken", "expected"),
    [
        ("Default", (), "Default-20261128"),
        ("Default-20260301", (), "Default-20261128"),
        ("Default-20260301-2", ("Default-20260301-2",), "Default-20261128"),
        ("Default-20261128", ("Default-20261128",), "Default-20261128-2"),
        ("a", ("a-20261128", "a-20261128-2"), "a-20261128-3"),
        ("x" * 64, (), "x" * 55 + "-20261128"),
        ("-20261127", (), "-20261127-20261128"),
        ("v-12345678", (), "v-12345678-20261128"),
    ],
)
def test_labels(label: str, taken: tuple[str, ...], expected: str) -> None:
    """An earlier day is replaced, a taken label gets a number, and 64 characters are the most."""
    assert make_rotated_label(label, DAY, taken) == expected
    assert is_rotated(expected)
    assert strip_rotation("Default-20261128-2") == "Default"


def test_identity_changes_with_each_rotation_and_stays_afterwards(tmp_path: Path) -> None:
    """A rotated key is another resource; it stays that one when its old keys leave the list."""
    label = {"label": "Default-20261128"}
    retired = {**label, "retired": [{"key_id": KEY, "since": "2026-11-28"}]}
    for keys, identity in (
        ({"live": {"label": "Default"}}, "shop/live"),
        ({"live": retired}, "shop/live/Default-20261128"),
        ({"live": label}, "shop/live/Default-20261128"),
        ({"live": {**retired, "label": "own"}}, "shop/live/own"),
    ):
        projects = {"shop": entry(keys=keys, apps=[app()])}
        loaded = load_manifest(write(tmp_path, manifest(projects=projects)))
        assert loaded.entries[0].identity_of("live") == identity
        assert loaded.notes == ()
