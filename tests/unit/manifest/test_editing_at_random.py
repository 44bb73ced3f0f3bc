"""Random edits of many manifests: the data is what was asked, and the rest of the text stays."""

from __future__ import annotations

import random
import re
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
import yaml

from watchpost.errors import ManifestError
from watchpost.manifest.editing import append_item, remove, set_value
from watchpost.manifest.source import parse_source

ROOT = Path(__file__).parents[3]
ROUNDS = 25
VALUES: tuple[Any, ...] = (
    "plain",
    "two words",
    "yes",
    "1e5",
    "it's: # hard, {really}",
    'quo"te\\',
    "Größe ✓",
    " around ",
    "",
    "2026-12-01",
    True,
    7,
    0.5,
    {},
    [],
    ["a", "b, c"],
    {"label": "Default", "limit": {"count": 5, "window": 60}},
    [{"key_id": "0123456789abcdef0123456789abcdef", "since": "2026-11-28"}, {"a": {"b": ["c"]}}],
)


def collect_texts() -> list[str]:
    """Return the repository's manifests whose YAML has no faults, and variants of their form."""
    pages = [ROOT / "docs/manifest.md", ROOT / "README.md"]
    texts = [
        block
        for page in pages
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    ]
    files = [ROOT / "projects.yaml", *sorted((ROOT / "tests/manifests").glob("*.yaml"))]
    texts += [path.read_text() for path in files]
    texts = [text for text in texts if is_readable(text)]
    texts += [text.replace("\n", "\r\n") for text in texts[:12]]
    return texts + [text.rstrip("\n") for text in texts[:12]] + [LAYOUTS, LISTS]


def is_readable(text: str) -> bool:
    """Return whether *text* is a mapping in YAML without faults."""
    try:
        source = parse_source(text, "projects.yaml")
    except ManifestError:
        return False
    return isinstance(source.data, dict) and not source.problems


LAYOUTS = """\
# a comment before everything

version: 1   # the version
"quoted key": 'single ''quotes'''   # after a quote
teams: {
    platform: {name: "Platform"},   # first
    web: {},      # second
    # a comment between
    mobile: {existing: true,},
  }
deep:
    # four columns
    er: |
        a block text
          with lines

        and a gap
    folded: >-
        folded
        text
    # behind the texts
empty:
other: {}   # empty

# before the projects
projects:
  shop:   # the shop
    platform: node
    apps:
      # before an app
      - app: one   # first line of an app
        framework: node

      - app: two
        framework:
          API_DSN: {from: dsn}
        # in the app
      # behind the apps
    # behind the keys of shop
  # behind the shop
# the end
"""

LISTS = """\
a:
- 1
- two   # second
# about b
b:
  - - x
    - y
  - {k: v}
  - [p, q,
     r]
  # last of b
c: [one, two, {three: 3}]
d: "a text
  of two lines"   # folded
e:
  "below its key"
"""


def list_paths(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all values in *data*, its own first."""
    items: Any = ()
    if isinstance(data, dict):
        items = data.items()
    elif isinstance(data, tuple):
        items = enumerate(data)
    return [path] + [p for part, value in items for p in list_paths(value, (*path, part))]


def to_lists(data: Any) -> Any:
    """Return a copy of *data* with lists for tuples, so that it can be changed."""
    if isinstance(data, dict):
        return {key: to_lists(value) for key, value in data.items()}
    return [to_lists(item) for item in data] if isinstance(data, (tuple, list)) else data


def find(data: Any, path: tuple[str | int, ...]) -> Any:
    """Return what stands at *path*."""
    for part in path:
        data = data[part]
    return data


def count_lines(text: str, path: tuple[str | int, ...]) -> int:
    """Return over how many lines the key and value at *path* are written, by PyYAML's own tree."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    first = 0
    for part in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next(pair for pair in node.value if pair[0].value == part)
            first = key.start_mark.line
        else:
            node = node.value[part]  # type: ignore[union-attr]
            first = node.start_mark.line
    assert node is not None
    return node.end_mark.line - first + 1


def find_lost(old: str, new: str) -> int:
    """Return how many lines of *old* are not in *new* as they were."""
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    return len(old.splitlines()) - sum(block.size for block in matcher.get_matching_blocks())


def list_comments(text: str) -> Counter[str]:
    """Return the comments that have a line of their own."""
    return Counter(line.strip() for line in text.splitlines() if line.lstrip().startswith("#"))


@pytest.mark.parametrize("number", range(len(collect_texts())))
def test_random_edits(number: int) -> None:
    """Each edit gives the data asked for and loses no line outside the place that it changes."""
    text = collect_texts()[number]
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    for _ in range(ROUNDS):
        text = edit_at_random(text, chance)


def edit_at_random(text: str, chance: random.Random) -> str:
    """Make one random edit of *text*, check it and return the outcome."""
    data = parse_source(text, "projects.yaml").data
    path = chance.choice(list_paths(data))
    value = chance.choice(VALUES)
    kind = chance.choice(("set", "add", "remove", "append"))
    expected = to_lists(data)
    present = find(expected, path)
    if kind == "append" and isinstance(present, list):
        new = append_item(text, path, value)
        present.append(to_lists(value))
        allowed = 1
    elif kind == "add" and isinstance(present, dict):
        name = chance.choice(("new", "a name", "on", "5"))
        allowed = count_lines(text, (*path, name)) if name in present else 1
        new = set_value(text, (*path, name), value)
        present[name] = to_lists(value)
    elif kind == "remove" and path and len(data) > 1:
        new, allowed = remove(text, path), count_lines(text, path) + 1
        del find(expected, path[:-1])[path[-1]]
    elif path:
        new, allowed = set_value(text, path, value), count_lines(text, path)
        find(expected, path[:-1])[path[-1]] = to_lists(value)
    else:
        return text
    check(text, new, expected, allowed, (kind, path, value))
    return new


def check(old: str, new: str, expected: Any, allowed: int, edit: tuple[Any, ...]) -> None:
    """Check the data of *new*, and how many lines of *old* it lost."""
    shown = f"{edit}\n{old}\n---\n{new}"
    assert to_lists(parse_source(new, "projects.yaml").data) == expected, shown
    assert find_lost(old, new) <= allowed, shown
    lost = list_comments(old) - list_comments(new)
    assert sum(lost.values()) <= max(0, allowed - 1), shown
    if "\r\n" in old:
        assert "\n" not in new.replace("\r\n", ""), shown
