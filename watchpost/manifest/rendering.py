"""
Writes plain data as YAML in the form that people write a manifest: quotes only where they are
needed, mappings in lines, short lists and the short mappings of a list on one line.

Does not: place what it writes; that is `splicing`.

Source: YAML 1.1 as PyYAML reads it, and YAML 1.2 where an editor would read a number or boolean.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import yaml

MAX_LINE = 100

_TEXT_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "timestamp"))
_NUMBER_OF_1_2 = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def render_scalar(value: str | float | date | None, *, in_flow: bool = False) -> str:
    """
    Write one value that is no list or mapping; a text gets quotes only where YAML needs them.

    Args:
        value: Booleans too; dates are written as texts without quotes, as the manifest takes them.
        in_flow: Whether it will stand between braces or brackets, where commas need quotes.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return _render_number(value)
    return value if _is_plain(value, in_flow=in_flow) else _quote(value)


def render_flow(value: Any) -> str:
    """Write *value* on one line: `{label: Default, teams: [web]}`."""
    if isinstance(value, dict):
        pairs = (f"{render_scalar(key, in_flow=True)}: {render_flow(value[key])}" for key in value)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(render_flow(item) for item in value) + "]"
    return render_scalar(value, in_flow=True)


def is_inline(value: Any) -> bool:
    """Return whether *value* stands behind its key: no mapping with content, no list of such."""
    if isinstance(value, dict):
        return not value
    if isinstance(value, (list, tuple)):
        has_texts_only = all(not isinstance(item, (dict, list, tuple)) for item in value)
        return has_texts_only and len(render_flow(value)) <= MAX_LINE
    return True


def render_inline(value: Any) -> str:
    """Write *value* as it stands behind a key of a mapping of lines."""
    if isinstance(value, (dict, list, tuple)):
        return render_flow(value)
    return render_scalar(value)


def render_pair(key: str, value: Any, step: int) -> list[str]:
    """Write `key: value` in lines; what does not stand behind the key is indented by *step*."""
    name = render_scalar(key)
    if is_inline(value):
        return [f"{name}: {render_inline(value)}"]
    return [f"{name}:", *(" " * step + line for line in render_lines(value, step))]


def render_lines(value: Any, step: int) -> list[str]:
    """Write a mapping or list with content in lines."""
    if isinstance(value, dict):
        return [line for key in value for line in render_pair(key, value[key], step)]
    return [line for item in value for line in render_item(item, step)]


def render_item(value: Any, step: int) -> list[str]:
    """Write `- value` in lines; a mapping of single values stays on one line if it is short."""
    flat = isinstance(value, dict) and all(is_inline(each) for each in value.values())
    line = f"- {render_flow(value)}" if flat else f"- {render_inline(value)}"
    if (flat or is_inline(value)) and (len(line) <= MAX_LINE or not isinstance(value, dict)):
        return [line]
    first, *rest = render_lines(value, step)
    return [f"- {first}", *(f"  {each}" for each in rest)]


def _render_number(value: float) -> str:
    text = repr(value)
    if isinstance(value, int):
        return text
    if text in ("inf", "-inf", "nan"):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}[text]
    mantissa, exponent, power = text.partition("e")
    # PyYAML reads a number with an exponent only if it has a dot and a sign
    mantissa += "" if "." in mantissa else ".0"
    return mantissa + exponent + (power if not power or power[0] in "+-" else f"+{power}")


def _is_plain(text: str, *, in_flow: bool) -> bool:
    if not text or text != text.strip() or not text.isprintable() or _NUMBER_OF_1_2.fullmatch(text):
        return False
    around = f"{{k: {text}}} # c" if in_flow else f"k: {text} # c"
    try:
        root = yaml.compose(around, Loader=_LOADER)
    except yaml.YAMLError:
        return False
    if not isinstance(root, yaml.MappingNode) or len(root.value) != 1:
        return False
    node = root.value[0][1]
    is_text = isinstance(node, yaml.ScalarNode) and node.tag in _TEXT_TAGS and not node.style
    return is_text and node.value == text


def _quote(text: str) -> str:
    if ("\\" in text or '"' in text) and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escape(character) for character in text) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    if character in named:
        return named[character]
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code <= 0xFF else f"\\U{code:08x}"  # noqa: PLR2004 - two digits
