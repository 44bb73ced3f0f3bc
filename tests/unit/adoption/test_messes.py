"""Random fleets: whatever mess is found, applying what adoption writes changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.adoption.applied import load, sentry_changes, writes_of
from tests.unit.adoption.fleets import random_fleet
from watchpost.adoption.adopting import adopt
from watchpost.adoption.declared import Declared, declared_in
from watchpost.manifest import ByUuid
from watchpost.selectors import Found

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.manifest import Manifest

SEEDS = range(400)


def arranged(manifest: Manifest) -> Declared:
    """The manifest as adoption takes it."""
    selectors = [app.selector for app in manifest.apps]
    return declared_in(
        manifest, {each: Found(each.uuid) for each in selectors if isinstance(each, ByUuid)}
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_applying_an_adopted_mess_writes_marks_alone(tmp_path: Path, seed: int) -> None:
    """
    The manifest loads; no app would be written anything but a mark, none refused or unreadable;
    nothing would change in Sentry; a second adoption adds nothing.
    """
    inventory = random_fleet(seed)
    adoption = adopt(inventory, Declared())
    manifest = load(tmp_path, adoption.text)
    for ref, plan in writes_of(manifest, inventory).items():
        assert {reason for write in plan.writes for reason in write.reasons} <= {"mark"}, ref
        assert not any((plan.effect, plan.refusals, plan.unreadable)), ref
    assert sentry_changes(manifest, inventory) == []
    again = adopt(inventory, arranged(manifest), adoption.text)
    assert again.text == adoption.text


@pytest.mark.parametrize("seed", SEEDS[:100])
def test_applying_without_marks_writes_nothing(tmp_path: Path, seed: int) -> None:
    """With `mark: false` there is no write at all."""
    inventory = random_fleet(seed)
    manifest = load(tmp_path, adopt(inventory, Declared(), mark=False).text)
    for ref, plan in writes_of(manifest, inventory).items():
        assert not any((plan.writes, plan.refusals, plan.unreadable)), ref


def test_messes_are_worth_adopting(tmp_path: Path) -> None:
    """Over all seeds a good part of the apps is declared, so that the promise means something."""
    declared = held = 0
    for seed in SEEDS:
        inventory = random_fleet(seed)
        held += len(inventory.apps)
        declared += len(load(tmp_path, adopt(inventory, Declared()).text).apps)
    assert declared > held / 5, (declared, held)


@pytest.mark.parametrize("seed", SEEDS[:100])
def test_adding_to_a_manifest_keeps_its_text(tmp_path: Path, seed: int) -> None:
    """
    What half of the fleet made is kept line by line when the other half is adopted into it, and
    the promise holds for both.
    """
    inventory = random_fleet(seed)
    half = len(inventory.apps) // 2
    first = type(inventory)(
        inventory.organization,
        inventory.projects[:2],
        inventory.keys,
        inventory.teams,
        inventory.apps[:half],
    )
    before = adopt(first, Declared()).text
    grown = adopt(inventory, arranged(load(tmp_path, before)), before).text
    kept = iter(grown.splitlines())
    written = [line for line in before.splitlines() if line != "projects: {}"]
    assert [line for line in written if line not in kept] == []
    manifest = load(tmp_path, grown)
    for ref, plan in writes_of(manifest, inventory).items():
        assert {reason for write in plan.writes for reason in write.reasons} <= {"mark"}, ref
        assert not any((plan.effect, plan.refusals, plan.unreadable)), ref
    assert sentry_changes(manifest, inventory) == []
