"""One self-contained page, in which no name is ever read as markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from watchpost.render.page import (
    Html,
    escape,
    join,
    render_badge,
    render_html_table,
    render_page,
)
from watchpost.render.page_style import DARK, LIGHT

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' onmouseover='alert(1)",
    "</td></table></main>",
    "&lt;b&gt; &amp;",
    "javascript:alert(1)",
]
AA_CONTRAST = 4.5


class Document(HTMLParser):
    """What a parser finds in a page: tags, attributes and the shown text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


def hash_of(text: str) -> str:
    """The name of *text* in a policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def content_of(page: str, element: str) -> str:
    """What stands in the one *element*."""
    found = re.search(f"<{element}>(.*)</{element}>", page, re.DOTALL)
    assert found
    return found[1]


def policy_of(page: str) -> dict[str, str]:
    """The page's policy: sources keyed by directive."""
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found
    rules = (rule.strip().partition(" ") for rule in found[1].split(";"))
    return {name: value for name, _, value in rules}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_never_read_as_markup(name: str) -> None:
    """The same tags and attributes as with a harmless name, and just that name in the text."""

    def page_with(text: str) -> Document:
        table = render_html_table([text, ""], [[text, render_badge(text, "bad")]])
        return Document(render_page(text, join(table, text)))

    hostile, harmless = page_with(name), page_with("shop")
    assert hostile.tags == harmless.tags
    assert [each for each, _ in hostile.attributes] == [each for each, _ in harmless.attributes]
    assert hostile.text.count(name) == harmless.text.count("shop")


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\ufeff", "\ud800"])
def test_signs_that_nobody_would_see_are_shown(sign: str) -> None:
    """A name cannot be turned round, or be two names that look alike."""
    assert escape(f"shop{sign}gpj") == f"shop[U+{ord(sign):04X}]gpj"


def test_text_of_any_language_stays_as_it_is() -> None:
    """Only unseen signs are replaced."""
    assert escape("Müller مرحبا 店 🙂\n") == "Müller مرحبا 店 🙂\n"


def test_markup_is_escaped_once() -> None:
    """What is markup already is put in as it is."""
    assert escape(escape("a & b")) == "a &amp; b"
    assert join(Html("<b>"), "<") == "<b>&lt;"


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    """Everything else is forbidden, inline and from outside."""
    page = render_page("Fleet", "", script="let one = 1;\r\n")
    policy = policy_of(page)
    assert policy == {
        "default-src": "'none'",
        "style-src": hash_of(content_of(page, "style")),
        "script-src": hash_of(content_of(page, "script")),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "\r" not in page


def test_a_page_without_a_script_allows_none() -> None:
    """No script element, and a policy without one."""
    page = render_page("Plan", "")
    assert policy_of(page)["script-src"] == "'none'"
    assert "<script" not in page


def test_nothing_is_fetched() -> None:
    """No address of anything outside the page, in markup or style."""
    page = render_page("Plan", render_html_table(["a"], [["b"]]))
    assert not re.findall(r"(?:src|href)=\"(?!data:)|url\(|@import|https?:", page)


@pytest.mark.parametrize("element", ["script", "style"])
def test_a_script_or_style_that_would_end_itself_is_refused(element: str) -> None:
    """It could not be shown as it is, and its hash would be of something else."""
    with pytest.raises(ValueError, match="end its own element"):
        render_page("Plan", "", **{element: f"'</{element.upper()}>'"})


def test_a_cell_too_many_is_a_fault() -> None:
    """A table never drops a cell silently."""
    with pytest.raises(ValueError, match="zip"):
        render_html_table(["a"], [["b", "c"]])


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_has_enough_contrast(colours: dict[str, str]) -> None:
    """WCAG's AA for every pair of text and ground that the style uses."""
    pairs = [(text, ground) for text in ("text", "quiet", "link") for ground in ("ground", "card")]
    pairs += [(tone, f"{tone}-ground") for tone in ("good", "warn", "bad", "quiet")]
    weak = [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < AA_CONTRAST]
    assert weak == []
