"""Which entry a project's id means: an entry's own id, or the key of its record."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.manifest.documents import entry, manifest, write
from tests.unit.manifest.test_records import RECORDS
from watchpost.manifest import Manifest, load_manifest
from watchpost.records import find_entry


def fleet(folder: Path, key: str | None = "{workspace}/{id}", **projects: Any) -> Manifest:
    """A manifest of two entries, or of *projects*; None as a key leaves the records out."""
    entries = projects or {"shop": entry(), "api": entry()}
    records = None if key is None else {**RECORDS, "key": {"column": "slug", "value": key}}
    return load_manifest(write(folder, manifest(projects=entries, records=records)))


@pytest.mark.parametrize("project_id", ["shop", "acme/shop"])
def test_id_and_key_mean_the_entry(tmp_path: Path, project_id: str) -> None:
    """A caller may know an entry by its id or by the platform's key."""
    found = find_entry(fleet(tmp_path), project_id)
    assert found is not None
    assert found.id == "shop"


@pytest.mark.parametrize(
    "project_id",
    ["", "Shop", "shop ", "acme", "/shop", "acme/shop/", "acme%2Fshop", "\u0455hop", "sho"],
)
def test_only_the_exact_text_counts(tmp_path: Path, project_id: str) -> None:
    """Nothing is guessed: another case, a part of it or a look-alike means no entry."""
    assert find_entry(fleet(tmp_path), project_id) is None


def test_without_records_only_ids_count(tmp_path: Path) -> None:
    """A manifest without records is known by its ids alone."""
    assert find_entry(fleet(tmp_path, None), "acme/shop") is None
    assert find_entry(fleet(tmp_path, None), "shop") is not None


def test_what_means_two_entries_means_none(tmp_path: Path) -> None:
    """The id of one entry that is the key of another one's record means neither."""
    projects = {"shop": entry(name="api"), "api": entry(name="other")}
    found = fleet(tmp_path, "{name}", **projects)
    assert find_entry(found, "api") is None
    assert find_entry(found, "shop") is not None
