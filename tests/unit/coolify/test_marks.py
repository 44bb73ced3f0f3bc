import pytest

from tests.unit.coolify.examples import OWNER
from watchpost.coolify import Owner, owner_of, parse_comment, parse_owner, render_comment


@pytest.mark.parametrize(
    ("comment", "owner", "text", "is_owed"),
    [
        (None, None, "", False),
        ("", None, "", False),
        ("ask Eva", None, "ask Eva", False),
        ("watchpost:acme/shop", OWNER, "", False),
        ("watchpost:acme/shop ask Eva", OWNER, "ask Eva", False),
        ("watchpost:acme/shop [restart owed]", OWNER, "", True),
        ("watchpost:acme/shop [restart owed] ask Eva", OWNER, "ask Eva", True),
        ("watchpost:acme/shop-two", Owner("acme", "shop-two"), "", False),
        ("watchpost: shop", None, "watchpost: shop", False),
        ("see watchpost:acme/shop", None, "see watchpost:acme/shop", False),
    ],
)
def test_a_comment_is_taken_apart(
    comment: str | None, owner: Owner | None, text: str, *, is_owed: bool
) -> None:
    """The mark stands at the beginning and ends at a space; the rest is a human's."""
    parsed = parse_comment(comment)
    assert (parsed.owner, parsed.text, parsed.is_restart_owed) == (owner, text, is_owed)


@pytest.mark.parametrize("text", ["", "ask Eva", "line one\nline two"])
@pytest.mark.parametrize("is_owed", [True, False])
def test_a_rendered_comment_reads_back(text: str, *, is_owed: bool) -> None:
    """Owner, human text and the owed restart survive being written."""
    parsed = parse_comment(render_comment(OWNER, text, is_restart_owed=is_owed))
    assert (parsed.owner, parsed.text, parsed.is_restart_owed) == (OWNER, text, is_owed)


def test_a_new_mark_replaces_the_old_one() -> None:
    """A row that moves to another entry keeps its human text and one mark."""
    assert render_comment(OWNER, "watchpost:acme/studio ask Eva") == "watchpost:acme/shop ask Eva"


def test_a_comment_fits_into_coolifys_limit() -> None:
    """A long human text is cut, the mark never is."""
    comment = render_comment(OWNER, "x" * 300)
    assert len(comment) == 256
    assert owner_of(comment) == OWNER


@pytest.mark.parametrize("text", ["", "acme", "acme/", "/shop"])
def test_an_owner_has_two_parts(text: str) -> None:
    """An owner that is not organization/entry is refused."""
    with pytest.raises(ValueError, match="organization/entry"):
        parse_owner(text)


def test_an_owner_reads_back() -> None:
    """What an owner is written as reads as that owner."""
    assert parse_owner(str(OWNER)) == OWNER
