"""
Slugs, pet names and platforms: which are allowed, and how the server derives what is not given.

Does not: check that a slug is free; the caller passes a function that knows.

Source: getsentry/sentry, src/sentry/db/models/utils.py and src/sentry/constants.py.
"""

import json
import re
import secrets
import string
import unicodedata
from collections.abc import Callable
from pathlib import Path

RESERVED_PROJECT_SLUGS = frozenset(
    (
        "$all",
        "api-keys",
        "audit-log",
        "auth",
        "billing",
        "developer-settings",
        "integrations",
        "legal",
        "members",
        "payments",
        "projects",
        "rate-limits",
        "repos",
        "settings",
        "subscription",
        "support",
        "teams",
        "usage",
    )
)
_PLATFORMS = json.loads((Path(__file__).parent / "static/platforms.json").read_text("utf-8"))
PLATFORMS = frozenset(_PLATFORMS["current"]) | frozenset(_PLATFORMS["older"])
CONSOLES = frozenset(_PLATFORMS["consoles"])

_ADJECTIVES = "Amber Bold Calm Deep Eager Fair Gentle Happy Keen Lively Merry Neat Proud Quick Rich"
_ANIMALS = "Badger Crane Dove Eagle Falcon Gecko Heron Ibis Jackal Koala Lynx Marmot Newt Otter"
_SUFFIX = string.ascii_lowercase + string.digits


def slugify(name: str) -> str:
    """The name in ASCII, lower case, with hyphens for everything else; may be empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^\w\s-]", "", plain.lower())
    return re.sub(r"[-\s]+", "-", words).strip("-_")


def derive_slug(
    name: str,
    longest: int,
    is_taken: Callable[[str], bool],
    reserved: frozenset[str] = frozenset(),
) -> str:
    """A free slug for *name*: cut at *longest*, with a random suffix if it is taken."""
    base = slugify(name)[:longest].strip("-")
    if not base or base in reserved:
        base = secrets.token_hex(6)
    if base.isdecimal():
        base = f"{base}-{_suffix()}"
    slug = base
    while is_taken(slug):
        suffix = _suffix()
        slug = f"{base[: longest - len(suffix) - 1]}-{suffix}"
    return slug


def pet_name() -> str:
    """Two words for a key that was given no name."""
    return f"{secrets.choice(_ADJECTIVES.split())} {secrets.choice(_ANIMALS.split())}"


def is_platform(value: str | None) -> bool:
    """Whether the server knows this platform; none at all is fine."""
    return not value or value in PLATFORMS


def _suffix() -> str:
    # Starts with a letter, so that a slug never becomes all digits.
    return secrets.choice(string.ascii_lowercase) + secrets.choice(_SUFFIX)
