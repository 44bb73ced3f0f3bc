"""
The expressions of GitHub Actions that our workflows use, evaluated as GitHub does.

Literals, dotted names, `==`, `!=`, `!`, `&&`, `||`, parentheses and the status functions. Anything
else is refused, so that a workflow cannot use what this does not understand.

Does not: import anything of ours.

Source: docs.github.com, "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(==|!=|&&|\|\||[!()])|([A-Za-z_][\w.-]*)|(\d+))")
_EMBEDDED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
CONTEXTS = frozenset({"github", "vars", "secrets", "steps", "inputs", "env", "needs"})


class UnknownExpression(AssertionError):
    """An expression that this does not understand."""


@dataclass
class Evaluator:
    """
    Evaluates against *contexts*; what is not there is empty.

    Attributes:
        contexts: By name; nested mappings.
        is_failing: Whether an earlier step failed, for success() and failure().
    """

    contexts: Mapping[str, Any]
    is_failing: bool = False
    asked_for_status: bool = False

    def condition(self, text: str | None) -> bool:
        """Whether a step or job of this `if` runs; without a status function success() is meant."""
        if text is None:
            return not self.is_failing
        self.asked_for_status = False
        value = self.evaluate(text)
        return bool(value) and (self.asked_for_status or not self.is_failing)

    def fill(self, text: Any) -> str:
        """*text* with every embedded expression replaced by its value."""
        return _EMBEDDED.sub(lambda found: _shown(self.evaluate(found[1])), str(text))

    def evaluate(self, text: str) -> Any:
        """The value of one expression, which may stand in `${{ }}`."""
        whole = _EMBEDDED.fullmatch(text.strip())
        tokens = _tokens(whole[1] if whole else text)
        value = self._either(tokens)
        if tokens:
            raise UnknownExpression(f"{tokens[0]!r} in {text!r}")
        return value

    def _either(self, tokens: list[str]) -> Any:
        value = self._both(tokens)
        while _take(tokens, "||"):
            other = self._both(tokens)
            value = value or other
        return value

    def _both(self, tokens: list[str]) -> Any:
        value = self._comparison(tokens)
        while _take(tokens, "&&"):
            other = self._comparison(tokens)
            value = other if value else value
        return value

    def _comparison(self, tokens: list[str]) -> Any:
        value = self._single(tokens)
        for sign in ("==", "!="):
            if _take(tokens, sign):
                is_equal = _folded(value) == _folded(self._single(tokens))
                return is_equal if sign == "==" else not is_equal
        return value

    def _single(self, tokens: list[str]) -> Any:
        if not tokens:
            raise UnknownExpression("it ends too early")
        token = tokens.pop(0)
        if token == "!":
            return not self._single(tokens)
        if token == "(":
            value = self._either(tokens)
            if not _take(tokens, ")"):
                raise UnknownExpression("a parenthesis is open")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if _take(tokens, "("):
            if not _take(tokens, ")"):
                raise UnknownExpression(f"{token}() takes nothing here")
            return self._status(token)
        return self._lookup(token)

    def _status(self, name: str) -> bool:
        answers = {"always": True, "success": not self.is_failing, "failure": self.is_failing}
        if name not in answers:
            raise UnknownExpression(f"{name}()")
        self.asked_for_status = True
        return answers[name]

    def _lookup(self, name: str) -> Any:
        first, *rest = name.split(".")
        if first not in CONTEXTS or not rest:
            raise UnknownExpression(name)
        value: Any = self.contexts.get(first, {})
        for part in rest:
            value = value.get(part) if isinstance(value, dict) else None
        return value


def list_expressions(text: str) -> list[str]:
    """The embedded expressions of a text."""
    return _EMBEDDED.findall(text)


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise UnknownExpression(text[place:])
        tokens.append(found[0].strip())
        place = found.end()
    return tokens


def _take(tokens: list[str], wanted: str) -> bool:
    if tokens and tokens[0] == wanted:
        tokens.pop(0)
        return True
    return False


def _folded(value: Any) -> Any:
    """What is compared: nothing is the empty text, and case does not matter."""
    return "" if value is None else value.lower() if isinstance(value, str) else value


def _shown(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
