"""When a text and what a column holds mean the same."""

import pytest

from watchpost.records import fingerprint, means_same
from watchpost.records.model import Kind
from watchpost.records.values import is_fit

UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("text", "a", "a"),
        ("text", None, None),
        ("integer", "25", "25"),
        ("number", "1.5", "1.50"),
        ("number", "1e3", "1000"),
        ("boolean", "yes", "TRUE"),
        ("boolean", "0", "off"),
        ("uuid", UUID, UUID.upper()),
        ("json", '{"a": 1, "b": [2]}', '{"b":[2],"a":1}'),
        ("json", "null", " null"),
        ("json", "[100, 1.50]", "[1e2, 1.5]"),
        ("other", "10.0.0.1", "10.0.0.1"),
    ],
)
def test_these_mean_the_same(kind: Kind, one: str | None, other: str | None) -> None:
    """How a value is written does not matter where the column keeps no more than its meaning."""
    assert means_same(kind, one, other)
    assert means_same(kind, other, one)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("text", "a", "A"),
        ("text", "a", "a "),
        ("text", "", None),
        ("integer", "7", "07"),
        ("number", "1.5", "1.51"),
        ("number", "NaN", "nan"),
        ("number", "x", "y"),
        ("boolean", "yes", "no"),
        ("uuid", UUID, "x"),
        ("json", "{}", "[]"),
        ("json", "null", None),
        ("json", '{"on": true}', '{"on": 1}'),
        ("json", "[0]", "[false]"),
        ("json", "[12345678901234567890.1]", "[12345678901234567890.2]"),
        ("json", "NaN", " NaN"),
        ("json", "[" * 100_000, "[]"),
        ("other", "2026-11-28", "2026-11-28 00:00:00"),
    ],
)
def test_these_do_not(kind: Kind, one: str | None, other: str | None) -> None:
    """Null is only null, a text is its characters, and what cannot be read is like nothing else."""
    assert not means_same(kind, one, other)
    assert not means_same(kind, other, one)


def test_what_fits() -> None:
    """A text fits a column whose kind can hold it without loss."""
    assert is_fit("json", "null")
    assert is_fit("integer", "-12")
    assert not is_fit("integer", "1_000")
    assert not is_fit("number", "Infinity")
    assert not is_fit("number", "1_000")
    assert not is_fit("number", "\N{FULLWIDTH DIGIT ONE}")
    assert not is_fit("json", "NaN")
    assert not is_fit("boolean", "perhaps")
    assert is_fit("text", "anything")


def test_a_fingerprint_names_and_does_not_show() -> None:
    """Eight digits, equal for equal texts under one key; null alone has none."""
    assert fingerprint(b"key", "a") == fingerprint(b"key", "a")
    assert len(fingerprint(b"key", "")) == 8
    assert fingerprint(b"key", None) == ""
    assert len({fingerprint(b"key", "a"), fingerprint(b"key", "b"), fingerprint(b"k", "a")}) == 3
