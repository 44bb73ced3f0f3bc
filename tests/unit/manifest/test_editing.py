"""Edits of a manifest's text: what is asked is changed, and every other character stays."""

from __future__ import annotations

import difflib
from datetime import date
from typing import Any

import pytest

from watchpost.errors import ManifestError
from watchpost.manifest.editing import add_entry_text, append_item, remove, set_value
from watchpost.manifest.source import parse_source

TEXT = """\
# top
version: 1   # v
teams: {web: {}, "a b": {name: x}}   # teams
projects:
  # the shop
  shop:   # shop
    platform: node  # p
    keys:
      production: {label: Default}   # k
      preview:
        label: "x"
    apps:
      - app: a   # first
        framework: node
      # second
      - app: b

  # commented-out:
  #   platform: x
# bottom
"""
SHOP = ("projects", "shop")
KEYS = (*SHOP, "keys")
ID = "0123456789abcdef0123456789abcdef"


def changes(old: str, new: str) -> list[str]:
    """Return the lines that differ, `-` before old ones and `+` before new ones."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        pytest.param(
            (*KEYS, "production", "label"),
            "Default-20261128",
            [
                "-      production: {label: Default}   # k",
                "+      production: {label: Default-20261128}   # k",
            ],
            id="in braces",
        ),
        pytest.param(
            (*KEYS, "preview", "label"),
            "y: z",
            ['-        label: "x"', '+        label: "y: z"'],
            id="quoted",
        ),
        pytest.param(
            (*SHOP, "platform"),
            "python",
            ["-    platform: node  # p", "+    platform: python  # p"],
            id="before a comment",
        ),
        pytest.param(
            (*KEYS, "production", "shipped"),
            True,
            [
                "-      production: {label: Default}   # k",
                "+      production: {label: Default, shipped: true}   # k",
            ],
            id="new key in braces",
        ),
        pytest.param(
            (*KEYS, "preview", "rate_limit"),
            {"count": 5, "window_seconds": 60},
            ["+        rate_limit:", "+          count: 5", "+          window_seconds: 60"],
            id="new mapping in lines",
        ),
        pytest.param(
            ("teams", "web", "name"),
            "Web",
            [
                '-teams: {web: {}, "a b": {name: x}}   # teams',
                '+teams: {web: {name: Web}, "a b": {name: x}}   # teams',
            ],
            id="empty braces",
        ),
        pytest.param(
            ("limits", "key-delete"),
            2,
            ["+limits:", "+  key-delete: 2"],
            id="missing parent in lines",
        ),
        pytest.param(
            ("teams", "api", "owner", "mail"),
            "a@b",
            [
                '-teams: {web: {}, "a b": {name: x}}   # teams',
                '+teams: {web: {}, "a b": {name: x}, api: {owner: {mail: a@b}}}   # teams',
            ],
            id="missing parents in braces",
        ),
        pytest.param(
            (*SHOP, "apps", 1, "variables"),
            {"A": "1"},
            ["+        variables:", '+          A: "1"'],
            id="in the last item",
        ),
        pytest.param(
            (*SHOP, "keys"),
            {},
            [
                "-    keys:",
                "-      production: {label: Default}   # k",
                "-      preview:",
                '-        label: "x"',
                "+    keys: {}",
            ],
            id="lines become empty",
        ),
        pytest.param(
            (*SHOP, "platform"),
            {"a": ["x", {"b": 1}]},
            [
                "-    platform: node  # p",
                "+    platform:  # p",
                "+      a:",
                "+        - x",
                "+        - {b: 1}",
            ],
            id="a text becomes lines",
        ),
    ],
)
def test_set_value(path: tuple[str | int, ...], value: Any, expected: list[str]) -> None:
    """A value is replaced or added in the style of its surroundings."""
    assert changes(TEXT, set_value(TEXT, path, value)) == expected


def test_setting_the_same_changes_nothing() -> None:
    """A value that stands there already leaves the text as it is, quotes included."""
    assert set_value(TEXT, (*KEYS, "preview", "label"), "x") == TEXT
    dated = "a: '2026-12-01'\n"
    assert set_value(dated, ("a",), date(2026, 12, 1)) == dated


def test_equal_numbers_of_other_kinds_are_other_values() -> None:
    """True is not 1, and 1.0 is not 1."""
    for value, written in ((True, "true"), (1.0, "1.0"), ("1", '"1"')):
        assert set_value("a: 1\n", ("a",), value) == f"a: {written}\n"


def test_append_item_makes_the_list_and_goes_on_in_its_style() -> None:
    """A missing list is made in lines; the next item follows as the first one is written."""
    path = (*KEYS, "preview", "retired")
    once = append_item(TEXT, path, {"key_id": ID, "since": "2026-11-28"})
    assert changes(TEXT, once) == [
        "+        retired:",
        f"+          - {{key_id: {ID}, since: 2026-11-28}}",
    ]
    twice = append_item(once, path, {"key_id": ID[::-1], "since": date(2026, 11, 29)})
    assert changes(once, twice) == [f"+          - {{key_id: {ID[::-1]}, since: 2026-11-29}}"]


def test_append_item_keeps_comments_with_what_they_follow() -> None:
    """A new item comes after the comments of the list, and before those of the next key."""
    text = "a:\n  - 1\n  # one more of a\nb:\n- 1\n# about c\nc: {}\n"
    assert append_item(text, ("a",), 2) == text.replace("of a\n", "of a\n  - 2\n")
    assert append_item(text, ("b",), 2) == text.replace("b:\n- 1\n", "b:\n- 1\n- 2\n")


def test_append_item_to_lists_in_brackets() -> None:
    """Brackets stay brackets, on one line and on several."""
    assert append_item("a: [x]  # c\n", ("a",), "b, c") == 'a: [x, "b, c"]  # c\n'
    assert append_item("a: []  # c\n", ("a",), "x") == "a: [x]  # c\n"
    lines = "a: [\n  x,  # first\n  y   # last\n]\n"
    assert append_item(lines, ("a",), "z") == "a: [\n  x,  # first\n  y,   # last\n  z\n]\n"
    trailing = "a: [\n  x,  # first\n]\n"
    assert append_item(trailing, ("a",), "z") == "a: [\n  x,  # first\n  z,\n]\n"


def test_append_item_refuses_other_values() -> None:
    """What is no list is not made one."""
    with pytest.raises(ManifestError, match="is no list"):
        append_item(TEXT, KEYS, "x")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param((*KEYS, "preview"), ["-      preview:", '-        label: "x"'], id="lines"),
        pytest.param(
            ("teams", "web"),
            [
                '-teams: {web: {}, "a b": {name: x}}   # teams',
                '+teams: {"a b": {name: x}}   # teams',
            ],
            id="first in braces",
        ),
        pytest.param(
            ("teams", "a b"),
            [
                '-teams: {web: {}, "a b": {name: x}}   # teams',
                "+teams: {web: {}}   # teams",
            ],
            id="last in braces",
        ),
        pytest.param(
            (*SHOP, "apps", 0),
            ["-      - app: a   # first", "-        framework: node"],
            id="an item",
        ),
        pytest.param(
            (*SHOP, "apps", 0, "app"),
            ["-      - app: a   # first", "-        framework: node", "+      - framework: node"],
            id="first key of an item",
        ),
        pytest.param(
            (*SHOP, "apps", 1, "app"), ["-      - app: b", "+      - {}"], id="only key of an item"
        ),
        pytest.param(
            (*KEYS, "production", "label"),
            [
                "-      production: {label: Default}   # k",
                "+      production: {}   # k",
            ],
            id="only key in braces",
        ),
    ],
)
def test_remove(path: tuple[str | int, ...], expected: list[str]) -> None:
    """What stands at a path goes, with its own lines and nothing else."""
    assert changes(TEXT, remove(TEXT, path)) == expected


def test_remove_the_last_of_a_mapping_keeps_the_comments() -> None:
    """A mapping that loses its only key stays, empty, and the comments around it stay too."""
    new = remove(TEXT, SHOP)
    assert parse_source(new, "x").data["projects"] == {}
    for comment in ("# the shop", "# commented-out:", "# bottom"):
        assert comment in new


@pytest.mark.parametrize("path", [(), ("none",), (*SHOP, "apps", 2), ("version", "x")])
def test_remove_what_is_not_there(path: tuple[str | int, ...]) -> None:
    """Removing what is not there is an error that names the place."""
    with pytest.raises(ManifestError, match="is not there"):
        remove(TEXT, path)


@pytest.mark.parametrize("path", [("version", "x"), (*SHOP, "apps", 2), (*SHOP, "apps", "x")])
def test_set_value_where_no_mapping_stands(path: tuple[str | int, ...]) -> None:
    """A text is not turned into a mapping on the way, and no index is made."""
    with pytest.raises(ManifestError, match="is not there and cannot be made"):
        set_value(TEXT, path, 1)


def test_add_entry_text() -> None:
    """New lines go to the end of the mapping, behind its last comment, with their own comments."""
    block = "\n# matched by DSN\nstore:\n  platform: node   # sure\n\n  teams: [web]\n"
    assert changes(TEXT, add_entry_text(TEXT, ("projects",), block)) == [
        "+",
        "+  # matched by DSN",
        "+  store:",
        "+    platform: node   # sure",
        "+",
        "+    teams: [web]",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "projects:\n  # why\n  new: {}\n"),
        ("# c\n", "# c\nprojects:\n  # why\n  new: {}\n"),
        ("version: 1", "version: 1\nprojects:\n  # why\n  new: {}"),
        ("projects: {}  # c\n", "projects:  # c\n  # why\n  new: {}\n"),
        ("projects:\n# c\n", "projects:\n  # why\n  new: {}\n# c\n"),
        ("projects:\n    a: {}\n", "projects:\n    a: {}\n    # why\n    new: {}\n"),
        ("projects: {}\r\na: 1\r\n", "projects:\r\n  # why\r\n  new: {}\r\na: 1\r\n"),
    ],
)
def test_add_entry_text_makes_the_mapping(text: str, expected: str) -> None:
    """A missing or empty mapping becomes one of lines."""
    assert add_entry_text(text, ("projects",), "# why\nnew: {}\n") == expected


def test_add_comments_alone() -> None:
    """Lines without any value are kept as comments, also where the mapping is empty."""
    block = "# ambiguous: a or b\n# new: {}\n"
    assert changes(TEXT, add_entry_text(TEXT, ("projects",), block)) == [
        "+  # ambiguous: a or b",
        "+  # new: {}",
    ]
    new = add_entry_text("version: 1\nprojects: {}\n", ("projects",), block)
    assert new == "version: 1\nprojects: {}\n  # ambiguous: a or b\n  # new: {}\n"
    assert add_entry_text("# c", (), "# d") == "# c\n# d\n"


@pytest.mark.parametrize(
    ("text", "block", "message"),
    [
        (TEXT, "shop: {}", "projects.shop: is there already"),
        (TEXT, "- shop", "takes keys with values"),
        (TEXT, "a: {", "no valid YAML"),
        ("projects: {a: {}}", "new: {}", "is written between braces"),
        ("projects: text", "new: {}", "takes keys with values"),
    ],
)
def test_add_entry_text_refuses(text: str, block: str, message: str) -> None:
    """A key that is there, a list, broken YAML and a mapping in braces are refused."""
    with pytest.raises(ManifestError, match=message):
        add_entry_text(text, ("projects",), block)


def test_faulty_yaml_is_not_edited() -> None:
    """A key given twice is told with its place; the edit could mean either."""
    with pytest.raises(ManifestError, match=r"my\.yaml:2:1: given twice, first in line 1"):
        set_value("a: 1\na: 2\n", ("a",), 3, file="my.yaml")


def test_forms_that_cannot_be_edited_are_refused_unchanged() -> None:
    """Where a splice would say something else, an error comes instead of a text."""
    text = "b:\n  c: 1\na: |+\n  kept\n\n\n"
    assert set_value(text, ("b", "c"), 2) == text.replace("c: 1", "c: 2")
    with pytest.raises(ManifestError, match="a form that cannot be edited without harm"):
        set_value(text, ("new",), 2)


def test_line_ends_mark_and_missing_end_are_kept() -> None:
    """CRLF, a byte order mark, other languages and a file without a last line end stay."""
    text = '\ufeffa: "Größe"  # ✓ Ünïcode\r\nb:\r\n    c: 1'
    new = set_value(text, ("b", "d"), "日本")
    assert new == text + "\r\n    d: 日本"
    assert set_value(new, ("a",), "x") == new.replace('"Größe"', "x")


def test_the_whole_and_nothing() -> None:
    """The whole may be set, and a text without any value gets its first one."""
    assert set_value("a: 1\n# c\n", (), {"b": 2}) == "{b: 2}\n# c\n"
    assert set_value("# c\n", ("limits", "rebuild"), 5) == "# c\nlimits:\n  rebuild: 5\n"
    assert set_value("", (), {"b": [1]}) == "b: [1]\n"
    assert remove("a: 1\n", ("a",)) == "{}\n"


def test_commas_on_lines_of_their_own() -> None:
    """A comma that somebody put on the next line stays where it is."""
    text = "a: [\n  x\n  , y\n]\n"
    assert append_item(text, ("a",), "z") == "a: [\n  x\n  , y, z\n]\n"
    assert parse_source(remove(text, ("a", 0)), "x").data == {"a": ("y",)}
    commented = "a: [x,  # first\n    y]\n"
    assert remove(commented, ("a", 0)) == "a: [  # first\n    y]\n"
    assert remove(commented, ("a", 1)) == "a: [x,  # first\n    ]\n"


def test_comments_within_an_item_stay() -> None:
    """A comment between the first key of an item and the next one stays."""
    text = "a:\n  - b: 1  # b\n    # about c\n    c: 2\n"
    assert remove(text, ("a", 0, "b")) == "a:\n  - \n    # about c\n    c: 2\n"
