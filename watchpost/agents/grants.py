"""
Tokens and the projects that each is granted, as a file says them.

    tokens:
      - name: shop-agent
        sha256: 3f1c…                     # of the token, 64 hexadecimal digits
        projects: [shop, shop-admin]      # ids of entries
        expires: 2027-01-31T00:00:00Z
        may_resolve: true                 # default: false

A token is 256 random bits. Nobody can try that many, so that one plain SHA-256 hides it as well as
a slow hash would, which is for passwords that people choose.

Does not: hold a token, know which entries exist, or make tokens; `issuing` does.

Source: docs/agents.md (grants).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from watchpost.agents.callers import Caller
from watchpost.errors import ManifestError, SettingsError
from watchpost.manifest.source import parse_source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pydantic_core import ErrorDetails

    from watchpost.manifest.source import Source

MOST_BYTES = 1024 * 1024
GRANT_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""It stands in logs as who did something, and must not look like a person, `eva@host`, or more."""
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_EntryId = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TokenBlock(_Block):
    name: Annotated[str, StringConstraints(pattern=GRANT_NAME)]
    sha256: _Digest
    projects: Annotated[tuple[_EntryId, ...], Field(min_length=1)]
    expires: AwareDatetime
    may_resolve: bool = Field(default=False, strict=True)


class _GrantsBlock(_Block):
    tokens: tuple[_TokenBlock, ...] = ()


class GrantsSource(Protocol):
    """Where grants are looked up: a file or a table, as it is now. Safe for threads."""

    def find(self, token: str, now: datetime) -> Caller | None:
        """Whoever bears *token*; None for one that is unknown or expired."""


@dataclass(frozen=True)
class Grant:
    """
    What one token may do.

    Attributes:
        digest: SHA-256 of the token.
        caller: Whoever bears it.
        expires: From when on it is worth nothing, in UTC.
    """

    digest: bytes
    caller: Caller
    expires: datetime


@dataclass(frozen=True)
class Grants:
    """All grants of one file; none lets nobody in."""

    grants: tuple[Grant, ...] = ()

    def find(self, token: str, now: datetime) -> Caller | None:
        """
        Whoever bears *token*; None for one that is unknown or expired, which look the same.

        Every grant is compared, each in constant time, so that how long it takes tells nothing.
        """
        digest = digest_of(token)
        found = None
        for grant in self.grants:
            if hmac.compare_digest(grant.digest, digest):
                found = grant
        return found.caller if found is not None and now < found.expires else None

    @property
    def entry_ids(self) -> frozenset[str]:
        """Ids of all entries that are granted to anybody."""
        return frozenset(each for grant in self.grants for each in grant.caller.projects)


def digest_of(token: str) -> bytes:
    """SHA-256 of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def parse_grants(text: str, file: str) -> Grants:
    """
    Read grants from YAML.

    Args:
        text: The YAML.
        file: Its name, for messages.

    Raises:
        SettingsError: The first fault with its place; no value is shown.
    """
    try:
        source = parse_source(text, file)
    except ManifestError as error:
        raise SettingsError(error.path, error.summary, fix=error.fix) from None
    if source.problems:
        problem = source.problems[0]
        raise SettingsError(str(problem.position), problem.summary, fix=problem.fix)
    try:
        block = _GrantsBlock.model_validate({} if source.data is None else source.data)
    except ValidationError as error:
        raise _fault(source, error.errors(include_input=False)[0]) from None
    _raise_if_repeated(source, block, "name")
    _raise_if_repeated(source, block, "sha256")
    return Grants(tuple(map(_read_grant, block.tokens)))


def _read_grant(block: _TokenBlock) -> Grant:
    caller = Caller(block.name, frozenset(block.projects), block.may_resolve)
    return Grant(bytes.fromhex(block.sha256), caller, block.expires)


_WANTED = {
    "name": "letters, digits, dots, hyphens and underscores, at most 64",
    "sha256": "64 hexadecimal digits in lower case; `watchpost mcp --new-token` writes them",
    "projects": "a list of ids of entries, at least one",
    "expires": "a time with its zone, like 2027-01-31T00:00:00Z",
    "may_resolve": "true or false",
    "tokens": "a list of tokens",
}


def _fault(source: Source, fault: ErrorDetails) -> SettingsError:
    known = [each for each in fault["loc"] if isinstance(each, int) or each in _WANTED]
    field = next((each for each in reversed(known) if isinstance(each, str)), "")
    words = {"missing": "is missing", "extra_forbidden": "holds a field that grants do not have"}
    named = field if fault["type"] != "extra_forbidden" else ""
    return SettingsError(
        str(source.position(fault["loc"])),
        f"{named or 'a grant'} {words.get(fault['type'], 'is not what it must be')}",
        detail=f"allowed: {_WANTED[named]}" if named else f"fields: {', '.join(_WANTED)}",
        fix="correct the file; nobody is let in before",
    )


def _raise_if_repeated(source: Source, block: _GrantsBlock, field: str) -> None:
    seen: set[str] = set()
    for number, token in enumerate(block.tokens):
        value = getattr(token, field)
        if value in seen:
            where = str(source.position(("tokens", number, field)))
            raise SettingsError(where, f"two tokens have the same {field}", fix="remove one")
        seen.add(value)


def list_unknown(grants: Grants, known: Iterable[str]) -> tuple[str, ...]:
    """Ids that are granted though no entry has them; sorted."""
    return tuple(sorted(grants.entry_ids.difference(known)))
