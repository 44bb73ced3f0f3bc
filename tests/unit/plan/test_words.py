"""How values are called in a plan: never by themselves."""

from functools import partial

import pytest

from tests.unit.coolify.examples import DSN, KEY, OTHER_DSN, row
from tests.unit.plan.previews import manifest, preview, urn
from watchpost.coolify import Unreadable, fingerprint
from watchpost.engine import Refreshed, State
from watchpost.plan.words import (
    DeclaredDsn,
    ValueNames,
    index_dsns,
    is_fingerprint,
    name_declared_dsns,
    name_found_dsns,
    name_recorded_dsns,
    placeholder,
)

PLACE = ("shop/shop-web", "SENTRY_DSN", False)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("bda93d22", "#bda93d22"),
        (None, "(empty)"),
        ("", "(empty)"),
        (Unreadable.LOCKED, "(unreadable)"),
        ("0a0a0a0a", "…@7 key Default"),
    ],
)
def test_a_value_is_named(value: object, words: str) -> None:
    """By its fingerprint, or by what is known of the DSN."""
    assert ValueNames({"0a0a0a0a": "…@7 key Default"}).name(value) == words


def test_what_identifies_a_value_is_its_fingerprint_or_the_words_of_a_new_dsn() -> None:
    """A DSN that is not made yet has no fingerprint."""
    new = placeholder("shop/shop-web", "SENTRY_DSN", is_preview=False)
    names = ValueNames({"0a0a0a0a": "…@7 key Default", new: "shop/Default"})
    assert names.identify("0a0a0a0a") == "0a0a0a0a"
    assert names.identify(new) == "shop/Default"
    assert names.identify(None) == names.identify(Unreadable.HIDDEN) == ""


def test_placeholders_of_different_rows_differ() -> None:
    """An unknown value is equal to nothing, not even to another unknown one."""
    places = [("a", "X", True), ("a", "X", False), ("a", "Y", False), ("b", "X", False)]
    found = {placeholder(app, name, is_preview=preview) for app, name, preview in places}
    assert len(found) == len(places)
    assert not any(is_fingerprint(each) for each in found)


def test_dsns_in_rows_are_named_by_their_project_alone() -> None:
    """Neither their key nor their host is shown; other values and hidden ones are left out."""
    rows = [row(), row(value="text"), row(value=Unreadable.LOCKED), row(value=None)]
    assert name_found_dsns(rows, KEY) == {fingerprint(KEY, DSN): "…@7 unknown key"}


def test_dsns_of_recorded_keys_are_named_by_project_and_label() -> None:
    """As observed; as recorded where the key is gone."""
    outputs = {"dsnPublic": DSN, "name": "Default", "projectId": 7.0}
    gone = {"dsnPublic": OTHER_DSN, "name": "old", "projectId": 8}
    refreshed = {
        urn("key", "shop/production"): Refreshed(State(), State(outputs=outputs)),
        urn("key", "shop/old"): Refreshed(State(outputs=gone), None),
        urn("project", "shop"): Refreshed(State(), State(outputs={"projectId": 7})),
    }
    assert name_recorded_dsns(preview(refreshed=refreshed), partial(fingerprint, KEY)) == {
        fingerprint(KEY, DSN): "…@7 key Default",
        fingerprint(KEY, OTHER_DSN): "…@8 key old",
    }


def test_declared_dsns_are_found_in_the_manifest() -> None:
    """By the row that declares them; rows of other values are left out."""
    assert index_dsns(manifest()) == {PLACE: DeclaredDsn("shop", "shop", "Default")}


@pytest.mark.parametrize(
    ("value", "ids", "words"),
    [
        ("bda93d22", {"shop": "7"}, "…@7 key Default"),
        ("bda93d22", {}, "shop/Default"),
        (placeholder(*PLACE[:2], is_preview=False), {"shop": "7"}, "shop/Default"),
    ],
)
def test_declared_dsns_are_named(value: str, ids: dict[str, str], words: str) -> None:
    """A DSN that is not made yet counts as `project/label`."""
    declared = {PLACE: DeclaredDsn("shop", "shop", "Default")}
    assert name_declared_dsns(declared, {PLACE: value}, ids) == {value: words}
    assert name_declared_dsns(declared, {PLACE: ""}, ids) == {}
