"""
The ownership mark: how a row says whose it is.

A row that Watchpost wrote has a comment that begins with its mark. What a human wrote after the
mark stays. A service's mark may carry one more word, `[restart owed]`: services keep no list of
deployments, so that this is where an owed restart survives a killed run.

    comment                                   owner        restart owed   human text
    None                                      -            no             ""
    "ask Eva"                                 -            no             "ask Eva"
    "watchpost:acme/shop"                     acme/shop    no             ""
    "watchpost:acme/shop [restart owed]"      acme/shop    yes            ""
    "watchpost:acme/shop ask Eva"             acme/shop    no             "ask Eva"
    "watchpost: shop"                         -            no             "watchpost: shop"

Does not: decide what may be written (`watchpost.coolify.ownership` does).

Source: reference/coolify-api.md 3.2 (a comment has at most 256 characters); docs/adr.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

COMMENT_LIMIT = 256
_OWED = "[restart owed]"
_COMMENT = re.compile(
    r"\s*watchpost:(?P<organization>[^/\s]+)/(?P<entry>[^/\s]+)"
    r"(?P<owed>[ ]\[restart[ ]owed\])?(?:\s+(?P<text>.*))?\s*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Owner:
    """One entry of one organization's manifest, written `organization/entry`."""

    organization: str
    entry: str

    @property
    def mark(self) -> str:
        """What a comment of this owner's rows begins with."""
        return f"watchpost:{self}"

    def __str__(self) -> str:
        return f"{self.organization}/{self.entry}"


@dataclass(frozen=True, slots=True)
class Comment:
    """A row's comment, taken apart; `owner` is None for a row without a mark."""

    owner: Owner | None
    text: str = ""
    is_restart_owed: bool = False


def parse_owner(text: str) -> Owner:
    """Read `organization/entry`. Raises ValueError if it is not of that form."""
    organization, slash, entry = text.partition("/")
    if not (organization and slash and entry):
        raise ValueError(f"not of the form organization/entry: {text!r}")
    return Owner(organization, entry)


def parse_comment(comment: str | None) -> Comment:
    """Take a comment apart into owner, restart owed and human text."""
    match = _COMMENT.fullmatch(comment or "")
    if match is None:
        return Comment(None, (comment or "").strip())
    owner = Owner(match["organization"], match["entry"])
    return Comment(owner, (match["text"] or "").strip(), match["owed"] is not None)


def render_comment(owner: Owner, before: str | None, *, is_restart_owed: bool = False) -> str:
    """Write *owner*'s mark, then the human text of the comment *before*, cut to Coolify's limit."""
    text = parse_comment(before).text
    parts = [owner.mark, *([_OWED] if is_restart_owed else []), *([text] if text else [])]
    return " ".join(parts)[:COMMENT_LIMIT].rstrip()


def owner_of(comment: str | None) -> Owner | None:
    """Whose mark a comment begins with; None without a mark."""
    return parse_comment(comment).owner
