"""
The grammar of ownership rules: lines of ``[type:]pattern owner ...``.

Does not: know which owners exist (sandbox.sentry.ownership).

Source: getsentry/sentry, src/sentry/issues/ownership/grammar.py.
"""

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"^ *(?:(?P<kind>url|path|module|codeowners|tags\.[^:]+):)?"
    r'(?P<pattern>"[^"\\]*(?:\\.[^"\\]*)*"|\S+)(?P<owners>.*)$'
)
# Only spaces separate words; the text ends to be rules at any other blank.
_OTHER_BLANK = re.compile(r"[^\S ]")


class BadRules(ValueError):
    """Text that is no set of rules; the message is the server's."""


@dataclass(frozen=True)
class Owner:
    """One owner: *kind* is team or user, *name* a slug or a lower-case e-mail."""

    kind: str
    name: str


@dataclass(frozen=True)
class Rule:
    """One rule: what it matches, and its owners in their order."""

    kind: str
    pattern: str
    owners: tuple[Owner, ...]


def parse_rules(raw: str) -> list[Rule]:
    """
    The rules of a text; blank lines and comments are skipped.

    Raises:
        BadRules: A line is no rule, or a rule has no owner.
    """
    rules = []
    for number, line in enumerate(re.split(r"[\r\n]", raw), start=1):
        if line.strip(" ") and not line.lstrip(" ").startswith("#"):
            rules.append(_parse_line(line, number))
    for rule in rules:
        if not rule.owners and rule.kind != "codeowners":
            raise BadRules(f"Missing owner in rule: {rule.kind}:{rule.pattern}")
    return rules


def _parse_line(line: str, number: int) -> Rule:
    match = _LINE.match(line)
    if match is None:
        raise _parse_error(number, len(line) - len(line.lstrip(" ")))
    blank = _OTHER_BLANK.search(match["owners"])
    if blank is not None:
        raise _parse_error(number, match.start("owners") + blank.start())
    pattern = match["pattern"]
    if len(pattern) > 1 and pattern.startswith('"') and pattern.endswith('"'):
        pattern = re.sub(r"\\(.)", r"\1", pattern[1:-1])
    owners = tuple(_parse_owner(word) for word in match["owners"].split(" ") if word)
    return Rule(match["kind"] or "path", pattern, owners)


def _parse_error(line: int, position: int) -> BadRules:
    return BadRules(f"Parse error: ownership (line {line}, column {position + 1})")


def _parse_owner(word: str) -> Owner:
    if word.startswith("#") and len(word) > 1:
        return Owner("team", word[1:])
    return Owner("user", word.lower())
