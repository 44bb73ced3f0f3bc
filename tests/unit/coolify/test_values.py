import pytest

from tests.unit.coolify.examples import DSN, KEY, MOVED_DSN, OTHER_DSN
from watchpost.coolify import Unreadable, fingerprint, has_moved_host, means_same, normalise
from watchpost.coolify.values import dsn_identity


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  text \n", "text"),
        ("\u200b\ufeff text\u00a0\u2003", "text"),
        ("inner \n line", "inner \n line"),
        ("", None),
        (" \t\u200b", None),
        (None, None),
        ("0", "0"),
        ("null", "null"),
    ],
)
def test_a_value_is_trimmed_as_coolify_does(written: str | None, stored: str | None) -> None:
    """Edges lose white space and invisible characters; nothing left is null."""
    assert normalise(written) == stored


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("a", "a", True),
        (" a ", "a", True),
        ("", None, True),
        ("a", "b", False),
        ("a", "A", False),
        (DSN, MOVED_DSN, True),
        (DSN, OTHER_DSN, False),
        (DSN, DSN.replace("/7", "/8"), False),
        (DSN, None, False),
        (Unreadable.LOCKED, Unreadable.LOCKED, False),
        (Unreadable.HIDDEN, "a", False),
    ],
)
def test_two_values_mean_the_same(one: str, other: str, *, is_same: bool) -> None:
    """Texts mean the same when trimmed equal, DSNs when key and project are; unreadable never."""
    assert means_same(one, other) is is_same
    assert means_same(other, one) is is_same


def test_a_dsn_is_its_public_key_and_project() -> None:
    """Scheme, secret part, host and path of a DSN do not belong to its meaning."""
    key = "0123456789abcdef0123456789abcdef"
    for text in (
        f"https://{key}@o1.ingest.example/7",
        f"http://{key}@127.0.0.1:9000/7",
        f"https://{key}:{key}@sentry.example/prefix/7",
    ):
        assert dsn_identity(text) == (key, "7")


@pytest.mark.parametrize(
    "text",
    ["", "https://sentry.example/7", "https://user@host.example/7", "production", f"{DSN} {DSN}"],
)
def test_other_texts_are_no_dsn(text: str) -> None:
    """A URL with a user and a number at its end is compared as the text that it is."""
    assert dsn_identity(text) is None


def test_a_moved_host_is_noticed() -> None:
    """Only two DSNs of one meaning and two hosts count as moved."""
    assert has_moved_host(DSN, MOVED_DSN)
    assert not has_moved_host(DSN, f" {DSN}")
    assert not has_moved_host(DSN, OTHER_DSN)
    assert not has_moved_host("a", " a")
    assert not has_moved_host(Unreadable.LOCKED, DSN)


def test_a_fingerprint_names_a_value_and_hides_it() -> None:
    """Eight hexadecimal digits, the same for one meaning and one key, else different."""
    name = fingerprint(KEY, DSN)
    assert len(name) == 8
    assert int(name, 16) >= 0
    assert name == fingerprint(KEY, f" {DSN}\n") == fingerprint(KEY, MOVED_DSN)
    assert len({name, fingerprint(KEY, OTHER_DSN), fingerprint(b"another", DSN)}) == 3


def test_an_empty_value_has_the_empty_fingerprint() -> None:
    """Empty shows as empty, so that a reader sees it without a key."""
    assert fingerprint(KEY, None) == fingerprint(KEY, "  ") == ""


def test_a_text_cannot_pose_as_a_dsn() -> None:
    """The fingerprint of a DSN's parts as text is not that of the DSN."""
    parts = dsn_identity(DSN)
    assert parts is not None
    assert fingerprint(KEY, "\0".join(("dsn", *parts))) != fingerprint(KEY, DSN)
