"""
Ways to spell what is somebody else's: the calls of an agent that tries to see it.

Does not: import anything of ours, or judge an answer.
"""

from __future__ import annotations

import random
import string
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Call = tuple[str, dict[str, Any]]
REASON = "it is mended, see the pull request"
_LOOK_ALIKES = str.maketrans("aceiopsxy", "\u0430\u0441\u0435\u0456\u043e\u0440\u0455\u0445\u0443")
_WIDE = {ord(each): ord(each) - 0x21 + 0xFF01 for each in string.ascii_letters + string.digits}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "upper case": str.upper,
    "mixed case": lambda text: text.title().swapcase(),
    "URL-encoded": lambda text: "".join(f"%{ord(each):02x}" for each in text),
    "URL-encoded twice": lambda text: quote(quote(f"/{text}", safe=""), safe=""),
    "look-alikes": lambda text: text.translate(_LOOK_ALIKES),
    "wide letters": lambda text: text.translate(_WIDE),
    "a zero-width joiner": lambda text: f"{text[:2]}\u200d{text[2:]}",
    "turned around": lambda text: f"\u202e{text[::-1]}",
    "padded": lambda text: f" {text}\t",
    "a line break": lambda text: f"{text}\n",
    "NUL after it": lambda text: f"{text}\0",
    "NUL before it": lambda text: f"\0{text}",
    "zeros before it": lambda text: f"000{text}",
    "a path up": lambda text: f"../{text}",
    "a path through ours": lambda text: f"shop/../{text}",
    "a backslash": lambda text: f"shop\\..\\{text}",
    "a query": lambda text: f"shop?projectId={text}",
    "a fragment": lambda text: f"{text}#shop",
    "a list": lambda text: f"shop,{text}",
    "a search": lambda text: f"project:{text}",
    "a wildcard": lambda text: f"{text[:3]}*",
    "a quote": lambda text: f"shop' OR '{text}'='{text}",
    "the organization": lambda text: f"acme/{text}",
}


def calls_about(name: str) -> Iterator[Call]:
    """Every tool asked for something that is called *name*, as a project and as an issue."""
    yield "project_recent_errors", {"projectId": name}
    yield "project_wiring", {"projectId": name}
    for issue in (name, "1"):
        yield "project_error_detail", {"projectId": name, "issueId": issue}
    yield "project_error_detail", {"projectId": "shop", "issueId": name}
    yield "project_error_resolve", {"projectId": "shop", "issueId": name, "reason": REASON}
    yield "project_error_resolve", {"projectId": name, "issueId": name, "reason": REASON}


def spelled_calls(names: list[str]) -> Iterator[Call]:
    """Every tool asked for each name in each spelling, as a project and as an issue."""
    for name in names:
        for spell in SPELLINGS.values():
            yield from calls_about(spell(name))


def varied_calls(names: list[str], count: int, seed: int) -> Iterator[Call]:
    """*count* calls with names changed at random: letters, spellings, additional arguments."""
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    for _ in range(count):
        name = rng.choice(names)
        for _ in range(rng.randint(1, 3)):
            name = _changed(rng, rng.choice(list(SPELLINGS.values()))(name))
        tool, sent = rng.choice(list(calls_about(name)))
        if rng.random() < 0.2:
            sent = {**sent, rng.choice(("project", "organization", "query")): rng.choice(names)}
        yield tool, sent


def _changed(rng: random.Random, name: str) -> str:
    place = rng.randrange(len(name) + 1)
    extra = rng.choice(("", " ", "%", "-", "_", ".", ":", "\u00ad", "\ufeff", "*", "'", '"'))
    return f"{name[:place]}{extra}{name[place:]}"


def dashed(event_id: str) -> str:
    """An event's id as a UUID is written."""
    return str(uuid.UUID(event_id))
