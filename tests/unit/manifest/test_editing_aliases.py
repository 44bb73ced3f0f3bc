"""Edits beside aliases: what an alias shares is not edited, and the error says which it is."""

from __future__ import annotations

import pytest

from tests.unit.manifest.test_editing import changes
from watchpost.errors import ManifestError
from watchpost.manifest.editing import append_item, remove, set_value

SHARED = """\
one: &a
  k: {x: 1}
two: *a
three:
  <<: *a
  own: 1
four: &unused {y: 1}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("one", "k", "x"), r"'\*a' shares this"),
        (("two", "k", "x"), r"'\*a' shares this"),
        (("one",), r"the alias '\*a' uses this"),
        (("three", "k", "x"), "'<<' shares this"),
    ],
)
def test_what_an_alias_shares_is_not_edited(path: tuple[str, ...], place: str) -> None:
    """An edit that would change another place too is refused, and says which alias it is."""
    with pytest.raises(ManifestError, match=place):
        set_value(SHARED, path, 5)


def test_what_an_alias_does_not_share_is_edited() -> None:
    """The alias itself, keys beside `<<`, and what an unused anchor names may change."""
    assert changes(SHARED, set_value(SHARED, ("two",), 5)) == ["-two: *a", "+two: 5"]
    assert changes(SHARED, set_value(SHARED, ("three", "k"), 5)) == ["+  k: 5"]
    assert changes(SHARED, set_value(SHARED, ("four", "y"), 2)) == [
        "-four: &unused {y: 1}",
        "+four: &unused {y: 2}",
    ]
    assert changes(SHARED, remove(SHARED, ("two",))) == ["-two: *a"]
    with pytest.raises(ManifestError, match="uses this"):
        remove(SHARED, ("one",))
    with pytest.raises(ManifestError, match="is not there"):
        remove(SHARED, ("three", "k"))
    with pytest.raises(ManifestError, match="shares this"):
        append_item("a: &l [1]\nb: *l\n", ("a",), 2)


def test_errors_name_the_place_and_say_that_nothing_changed() -> None:
    """An error has the file, line and path, and a way on."""
    with pytest.raises(ManifestError) as caught:
        remove(SHARED, ("one", "k"), file="fleet.yaml")
    assert str(caught.value) == (
        "fleet.yaml:1:1: one: '*a' shares this with another place\n"
        "  nothing was changed\n"
        "  fix: edit the file by hand, or write the value out where the alias stands"
    )
