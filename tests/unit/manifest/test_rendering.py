"""Values written as YAML read back as what they were, with quotes only where they are needed."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from watchpost.manifest.rendering import render_flow, render_pair, render_scalar
from watchpost.manifest.source import parse_source

PLAIN = [
    "Default",
    "Default-20261128",
    "two words",
    "acme/web",
    "a:b",
    "a#b",
    'say "hi" to',
    "2026-12-01",
    "0123456789abcdef0123456789abcdef",
    "Größe",
    "env:SENTRY_BUILD_TOKEN",
]
QUOTED = ["", " a", "a ", "yes", "off", "null", "~", "1", "1e5", "0o17", "0x1F", ".5", "12:30"]
QUOTED += ["a: b", "a #b", "# a", "- a", "{a}", "[a", "*a", "&a", "!a", "%a", "@a", "`a", "<<"]
QUOTED += ["it's: \\ x", "two\nlines", "\t", "a\u2028b", "\x7f", "|"]
HARD = [*PLAIN, *QUOTED, "\x85", "\ufeff", "\U0001f600", "'", '"', "\\", "a, b", "]", "?", "? a"]


@pytest.mark.parametrize("text", PLAIN)
def test_no_quotes_without_need(text: str) -> None:
    """A text that YAML takes as it is stands without quotes."""
    assert render_scalar(text) == text


@pytest.mark.parametrize("text", QUOTED)
def test_quotes_where_needed(text: str) -> None:
    """A text that YAML or an editor would take for something else gets quotes."""
    assert render_scalar(text)[0] in "\"'"


def test_commas_need_quotes_between_brackets_alone() -> None:
    """A text with a comma needs quotes in `[a, b]`, and none on a line of its own."""
    assert render_scalar("a, b") == "a, b"
    assert render_scalar("a, b", in_flow=True) == '"a, b"'


@pytest.mark.parametrize("value", [*HARD, True, False, 0, -7, 10**30, 0.1, 1e30, -1e-9, 1.0])
def test_every_value_reads_back(value: Any) -> None:
    """Each value reads back the same in lines, in braces, in brackets and as a key."""
    lines = "\n".join(render_pair("k", {"v": value, "l": [value, {"x": {"y": value}}]}, 2))
    flow = f"f: {render_flow({'v': value, 'l': [value, [value]]})}"
    data = parse_source(f"{lines}\n{flow}\n", "x").data
    assert data["k"] == {"v": value, "l": (value, {"x": {"y": value}})}
    assert data["f"] == {"v": value, "l": (value, (value,))}
    if isinstance(value, str):
        assert parse_source("\n".join(render_pair(value, 1, 2)), "x").data == {value: 1}


def test_dates_and_nothing() -> None:
    """A date is written without quotes; nothing is `null`."""
    assert render_scalar(date(2026, 12, 1)) == "2026-12-01"
    assert render_scalar(None) == "null"
    assert [render_scalar(float(each)) for each in ("inf", "-inf", "nan")] == [
        ".inf",
        "-.inf",
        ".nan",
    ]


def test_random_texts_read_back() -> None:
    """Texts of signs that mean something to YAML read back as they were."""
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    for _ in range(2000):
        text = "".join(chance.choices("ab1 :#-,{}[]&*!|>'\"%@`\\?\n\t=~é.", k=chance.randint(1, 6)))
        document = f"a: {render_scalar(text)}\nb: {render_flow([text, {text: text}])}\n"
        assert parse_source(document, "x").data == {"a": text, "b": (text, {text: text})}, document


def test_long_lists_get_lines() -> None:
    """A list too long for one line stands in lines, and so does a long mapping in a list."""
    names = [f"name-{number}" for number in range(20)]
    assert render_pair("k", names, 4)[:2] == ["k:", "    - name-0"]
    long = {"a": "x" * 60, "b": "y" * 60}
    assert render_pair("k", [long], 2) == ["k:", f"  - a: {'x' * 60}", f"    b: {'y' * 60}"]
