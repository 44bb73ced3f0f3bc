"""
The query language of issue searches: a query's text in, its terms out.

A query is a row of terms that must all hold: ``key:value``, ``!key:value``, ``key:>5``,
``key:[a, b]``, ``is:word``, ``has:key``, and free text. Only spaces part terms.
Does not: know issues or events (sandbox.sentry.issue_matching applies terms), nor what an issue
search of the server refuses as well: OR, AND, and parentheses around terms.

Source: getsentry/sentry, src/sentry/api/event_search.py and src/sentry/api/issue_search.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.sentry.issue_periods import LATER_MS, read_moment_ms

FREE_TEXT = "message"
# Keyed by what a query may say: the key that it means.
ALIASES = {
    "age": "first_seen",
    "firstSeen": "first_seen",
    "lastSeen": "last_seen",
    "timesSeen": "times_seen",
    "event.timestamp": "date",
    "timestamp": "date",
    "first-release": "first_release",
    "firstRelease": "first_release",
    "assigned": "assigned_to",
}
DATE_KEYS = ("first_seen", "last_seen", "date")
NUMBER_KEYS = ("times_seen", "issue.id", "project.id", "project_id", "stack.lineno", "stack.colno")
BOOLEAN_KEYS = ("error.handled", "error.unhandled", "error.main_thread", "stack.in_app")
# Keyed by what may follow is: the key and the value that it stands for.
IS_WORDS = {
    "assigned": ("unassigned", False),
    "unassigned": ("unassigned", True),
    "for_review": ("for_review", True),
    "linked": ("linked", True),
    "unlinked": ("linked", False),
    "resolved": ("status", "resolved"),
    "unresolved": ("status", "unresolved"),
    "ignored": ("status", "ignored"),
    "archived": ("status", "ignored"),
    "muted": ("status", "ignored"),
    "reprocessing": ("status", "reprocessing"),
    "archived_until_escalating": ("substatus", "archived_until_escalating"),
    "archived_until_condition_met": ("substatus", "archived_until_condition_met"),
    "archived_forever": ("substatus", "archived_forever"),
    "escalating": ("substatus", "escalating"),
    "ongoing": ("substatus", "ongoing"),
    "regressed": ("substatus", "regressed"),
    "new": ("substatus", "new"),
}
MULTIPLES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# A date without an operator means some minutes around it, a bare day the whole day.
BEFORE_MS = 5 * 60 * 1000
AFTER_MS = 6 * 60 * 1000
DAY_MS = 24 * 3600 * 1000

_FILTER = re.compile(r'(!?)(?:tags\[([\w.:-]+)\]|"([\w.:-]+)"|([\w.-]+)):', re.ASCII)
_COMPARISON = re.compile(r">=|<=|!=|>|<|=")
# Like the server's grammar these never go back: a quote after a backslash ends nothing.
_QUOTED = re.compile(r'"((?:\\"|[^"])*+)"')
_ITEM = r'(?:"(?:\\"|[^"])*+"|[^\[\](), "]+)'
_LIST = re.compile(rf"\[({_ITEM}(?: *, *+{_ITEM}?)*)\](?=[\t\n )]|$)")
_PLAIN = re.compile(r"[^()\t\n ]*")
_WORD = re.compile(r"[^()\n ]+")
_BOOLEAN_WORD = re.compile(r"(?:AND|OR)(?=[\t\n )]|$)", re.IGNORECASE)
_RELATIVE = re.compile(r"([+-])(\d{1,9})([wdhm])$", re.ASCII)
_NUMBER = re.compile(r"(-?\d+(?:\.\d*)?)([kmb]?)$", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$", re.ASCII)
_OPPOSITES = {"=": "!=", "!=": "=", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}


class BadSearch(Exception):
    """A query that cannot be read, or asks for what issue searches do not do."""


@dataclass(frozen=True)
class Term:
    """
    One condition. ``=`` wants one of the *values*, ``!=`` none of them; the others have one value.

    Values are texts; times in milliseconds for dates, numbers and truths for keys of theirs. An
    absent field counts as an empty text. *is_tag* says that the key can only be a tag's.
    """

    key: str
    operator: str
    values: tuple[Any, ...]
    is_tag: bool = False


@dataclass(frozen=True)
class Token:
    """One filter as it is written; *values* are its list, or the one value."""

    key: str
    values: tuple[str, ...]
    is_negated: bool = False
    comparison: str = ""
    is_list: bool = False
    is_tag: bool = False

    @property
    def text(self) -> str:
        """The value with its operator, as written."""
        operator = "" if self.comparison in ("", "=", "!=") else self.comparison
        return operator + ", ".join(self.values)

    @property
    def operator(self) -> str:
        """The operator that is meant, the negation included."""
        written = self.comparison or "="
        return _OPPOSITES[written] if self.is_negated else written


@dataclass
class _Scanner:
    """Walks over a query; *at* is the position of what comes next."""

    query: str
    at: int = 0
    words: list[str] = field(default_factory=list)

    def tokens(self) -> Iterator[Token]:
        """The filters and the runs of free text, in their order."""
        while self.at < len(self.query):
            if self.query[self.at] == " ":
                self.at += 1
            elif _BOOLEAN_WORD.match(self.query, self.at):
                raise BadSearch(
                    'Boolean statements containing "OR" or "AND" are not supported in this search'
                )
            else:
                yield from self._token()
        yield from self._free_text()

    def _token(self) -> Iterator[Token]:
        found = _FILTER.match(self.query, self.at)
        quoted = _QUOTED.match(self.query, self.at)
        if found:
            yield from self._free_text()
            self.at = found.end()
            yield self._filter(found)
        elif quoted and not self.words:
            self.at = quoted.end()
            yield Token(FREE_TEXT, (_unescaped(quoted[1]),))
        else:
            self._take_words()

    def _free_text(self) -> Iterator[Token]:
        if self.words:
            text = " ".join(self.words)
            self.words.clear()
            yield Token(FREE_TEXT, (text,))

    def _take_words(self) -> None:
        start = self.at
        if self.query[start] == "(":
            self.at = self._closing(start) + 1
        else:
            word = _WORD.match(self.query, start)
            if word is None:
                raise self._cannot_read(start)
            self.at = word.end()
        self.words.append(self.query[start : self.at])

    def _closing(self, start: int) -> int:
        depth = 0
        for position in range(start, len(self.query)):
            depth += {"(": 1, ")": -1}.get(self.query[position], 0)
            if depth == 0:
                return position
        raise self._cannot_read(start)

    def _filter(self, found: re.Match[str]) -> Token:
        negation, tag, quoted, plain = found.groups()
        key = tag or quoted or plain
        is_negated, is_tag = bool(negation), tag is not None
        listed = _LIST.match(self.query, self.at)
        if listed:
            self.at = listed.end()
            return Token(key, _items(listed[1]), is_negated, is_list=True, is_tag=is_tag)
        comparison = self._match(_COMPARISON)
        return Token(key, (self._value(key),), is_negated, comparison, is_tag=is_tag)

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.query, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def _value(self, key: str) -> str:
        quoted = self._match(_QUOTED)
        if quoted:
            return _unescaped(quoted[1:-1])
        value = self._match(_PLAIN)
        if not value:
            raise BadSearch(f"Empty string after '{ALIASES.get(key, key)}:'")
        if re.search(r'(?<!\\)"', value):
            raise BadSearch(f"Invalid quote at '{value}': quotes must enclose text or be escaped.")
        return _unescaped(value)

    def _cannot_read(self, position: int) -> BadSearch:
        column = position + 1
        around = self.query[max(0, column - 5) : column + 5]
        return BadSearch(
            f"Parse error at '{around}' (column {column}). This is commonly caused by unmatched"
            " parentheses. Enclose any text in double quotes."
        )


def parse_search(query: str, now_ms: int) -> list[Term]:
    """
    The terms of a query; relative dates count back from *now_ms*.

    Raises:
        BadSearch: The query has an unmatched parenthesis, AND or OR, or a value that its key
            cannot have. The message is the server's.
    """
    terms: list[Term] = []
    for token in _Scanner(query).tokens():
        terms += _terms(token, now_ms)
    return terms


def _terms(token: Token, now_ms: int) -> list[Term]:
    key = ALIASES.get(token.key, token.key)
    if key in DATE_KEYS and not token.is_tag:
        return _date_terms(key, token, now_ms)
    return [_term(key, token)]


def _term(key: str, token: Token) -> Term:
    if token.is_tag:
        return _text_term(key, token)
    if key == "is":
        return _is_term(token)
    if key == "has":
        return _has_term(token)
    if key in NUMBER_KEYS:
        return Term(key, token.operator, _numbers(key, token))
    if key in BOOLEAN_KEYS:
        return Term(key, token.operator, (_truth(key, token.text),))
    return _text_term(key, token)


def _text_term(key: str, token: Token) -> Term:
    """A condition on a text; before one of those, > and < are part of the text."""
    is_plain = token.comparison in ("", "=", "!=")
    operator = token.operator if is_plain else "!=" if token.is_negated else "="
    return Term(key, operator, token.values if is_plain else (token.text,), token.is_tag)


def _is_term(token: Token) -> Term:
    if token.is_list:
        raise BadSearch('"in" syntax invalid for "is" search')
    if token.text not in IS_WORDS:
        raise BadSearch(f'Invalid value for "is" search, valid values are {sorted(IS_WORDS)}')
    key, value = IS_WORDS[token.text]
    return Term(key, "!=" if token.is_negated else "=", (value,))


def _has_term(token: Token) -> Term:
    key = token.text
    if not re.fullmatch(r"[\w.:-]+", key, re.ASCII):
        raise BadSearch('Invalid format for "has" search: was expecting a field or tag instead')
    return Term(ALIASES.get(key, key), "=" if token.is_negated else "!=", ("",))


def _date_terms(key: str, token: Token, now_ms: int) -> list[Term]:
    relative = _RELATIVE.match(token.text)
    if relative and not token.is_negated:
        sign, number, unit = relative.groups()
        moment = max(now_ms - int(number) * LATER_MS[unit], 0)
        return [Term(key, ">=" if sign == "-" else "<=", (moment,))]
    at_ms = None if token.is_negated or token.is_list else read_moment_ms(token.values[0])
    if at_ms is None:
        raise BadSearch(
            f"{key}: Invalid date: {token.text}. Expected +/-duration (e.g. +1h) or ISO 8601-like"
            f" (e.g. {datetime.now(UTC).replace(tzinfo=None).isoformat()[:-4]})."
        )
    if token.comparison in (">", "<", ">=", "<="):
        return [Term(key, token.comparison, (at_ms,))]
    is_day = _DAY.match(token.values[0])
    before_ms, after_ms = (0, DAY_MS) if is_day else (BEFORE_MS, AFTER_MS)
    return [Term(key, ">=", (at_ms - before_ms,)), Term(key, "<", (at_ms + after_ms,))]


def _numbers(key: str, token: Token) -> tuple[float, ...]:
    found = [_NUMBER.match(value) for value in token.values]
    numbers = [float(each[1]) * MULTIPLES[each[2].lower()] for each in found if each]
    if len(numbers) < len(found):
        raise BadSearch(
            f"{key}: Invalid number: {token.text}. Expected number then optional k, m, or b suffix"
            " (e.g. 500k)."
        )
    return tuple(numbers)


def _truth(key: str, text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise BadSearch(f"{key}: Invalid boolean: {text}. Expected true, 1, false, or 0.")
    return BOOLEANS[text.lower()]


def _items(text: str) -> tuple[str, ...]:
    if not all(_QUOTED.sub("quoted", text).replace(" ", "").split(",")):
        raise BadSearch("Lists should not have empty values")
    return tuple(
        _unescaped(item[1:-1] if item.startswith('"') else item) for item in re.findall(_ITEM, text)
    )


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"')
