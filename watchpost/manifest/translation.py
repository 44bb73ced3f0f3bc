"""
Puts pydantic's errors about the manifest into faults: place, what was seen, what is allowed, the
likely fix.

Does not: validate. A new kind of error of pydantic's still becomes a fault, with pydantic's own
words.

Source: pydantic's error types; the place of an error is its `loc`, less the tags of unions.
"""

from __future__ import annotations

import re
import types
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag

from watchpost.manifest.document import ManifestDocument
from watchpost.manifest.faults import render_choices, render_seen, render_suggestion
from watchpost.manifest.rules import RULE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from watchpost.manifest.faults import FaultLog
    from watchpost.manifest.source import Path

_KEY = "[key]"
_TAGS = frozenset(
    {
        "<uuid>",
        "<names>",
        "<name>",
        "<variables>",
        "<text>",
        "<flags>",
        "<project>",
        "<group>",
        "<one>",
        "<list>",
    }
)

_NEEDED: dict[str, str] = {
    "string_type": "a text is needed here",
    "int_type": "a whole number is needed here",
    "int_from_float": "a whole number is needed here",
    "bool_type": "true or false is needed here",
    "dict_type": "a mapping is needed here",
    "model_type": "a mapping is needed here",
    "model_attributes_type": "a mapping is needed here",
    "tuple_type": "a list is needed here",
    "greater_than_equal": "too small",
    "less_than_equal": "too large",
    "too_short": "must not be empty",
}


_FIXES: tuple[tuple[frozenset[str], type | tuple[type, ...], str], ...] = (
    (
        frozenset({"string_type"}),
        (bool, int, float),
        "put it between double quotes, so that YAML reads a text",
    ),
    (frozenset({"string_type"}), (dict, tuple), "write one text after the colon"),
    (frozenset({"bool_type"}), str, "write true or false, without quotes"),
    (frozenset({"int_type"}), str, "write digits alone, without quotes or unit"),
    (frozenset({"tuple_type"}), (str, int, dict), "write '- ' before each item"),
    (
        frozenset({"dict_type", "model_type"}),
        tuple,
        "write 'name:' instead of '- ' before each item",
    ),
    (frozenset({"dict_type", "model_type"}), (str, int, float), "write its fields, one per line"),
    (frozenset({"too_short"}), object, "add an item, or remove the line"),
)


def find_path(error: ErrorDetails) -> Path:
    """Return the path in the file that *error* is about."""
    return tuple(part for part in error["loc"] if part != _KEY and part not in _TAGS)


def translate_errors(errors: Iterable[ErrorDetails], log: FaultLog) -> None:
    """Add one fault to *log* for each of pydantic's *errors*."""
    for error in errors:
        summary, detail, fix = _explain(error)
        at_key = error["type"] == "extra_forbidden" or _KEY in error["loc"]
        log.add_fault(find_path(error), summary, detail=detail, fix=fix, at_key=at_key)


def _explain(error: ErrorDetails) -> tuple[str, str, str]:
    path, value = find_path(error), error["input"]
    seen = f"seen {render_seen(path, value)}"
    match error["type"]:
        case "missing":
            return _explain_missing(error)
        case "extra_forbidden":
            return _explain_unknown_field(error)
        case "literal_error":
            return _explain_choice(error, seen)
        case kind if kind == RULE:
            return _explain_broken_rule(error, seen)
        case kind:
            summary = _NEEDED.get(kind, error["msg"])
            return summary, f"{seen}{_render_bound(error)}", _find_fix(kind, value)


def _explain_broken_rule(error: ErrorDetails, seen: str) -> tuple[str, str, str]:
    context = error["ctx"]
    allowed = f"allowed: {context['allowed']}" if context["allowed"] else ""
    parts = [allowed] if _KEY in error["loc"] else [seen, allowed]
    return context["summary"], "; ".join(part for part in parts if part), context["fix"]


def _explain_missing(error: ErrorDetails) -> tuple[str, str, str]:
    name = str(error["loc"][-1])
    block = _find_block(error["loc"][:-1])
    field = next(
        (field for key, field in block.model_fields.items() if name in (key, field.alias)), None
    )
    return "is missing", (field and field.description) or "", f"add the line '{name}:'"


def _explain_unknown_field(error: ErrorDetails) -> tuple[str, str, str]:
    name = str(error["loc"][-1])
    block = _find_block(error["loc"][:-1])
    fields = [field.alias or key for key, field in block.model_fields.items()]
    fix = render_suggestion(name, fields) or "remove it"
    return "unknown field", f"allowed: {render_choices(fields)}", fix


def _explain_choice(error: ErrorDetails, seen: str) -> tuple[str, str, str]:
    expected = error["ctx"]["expected"]
    choices = re.findall(r"'([^']*)'", expected)
    fix = render_suggestion(str(error["input"]), choices) if choices else f"write {expected}"
    allowed = render_choices(choices) if choices else expected
    return "not one of the choices", f"{seen}; allowed: {allowed}", fix


def _render_bound(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if "ge" in context:
        return f"; allowed: at least {context['ge']}"
    if "le" in context:
        return f"; allowed: at most {context['le']}"
    return ""


def _find_fix(kind: str, value: object) -> str:
    fixes = (fix for kinds, types_, fix in _FIXES if kind in kinds and isinstance(value, types_))
    return next(fixes, "")


def _find_block(loc: Iterable[str | int]) -> type[BaseModel]:
    """Walk the models along *loc*, tags included, to the model of the mapping there."""
    kind: Any = ManifestDocument
    for part in loc:
        kind = _strip(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = kind.model_fields
            kind = next(f.annotation for name, f in fields.items() if part in (name, f.alias))
        elif get_origin(kind) in (Union, types.UnionType):
            kind = next(choice for choice in get_args(kind) if Tag(str(part)) in get_args(choice))
        else:
            kind = [item for item in get_args(kind) if item is not Ellipsis][-1]
    kind = _strip(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else ManifestDocument


def _strip(kind: Any) -> Any:
    """Remove what surrounds a type: `Annotated`, and `| None`."""
    while True:
        choices = [choice for choice in get_args(kind) if choice is not types.NoneType]
        if get_origin(kind) is Annotated or (
            get_origin(kind) in (Union, types.UnionType) and len(choices) == 1
        ):
            kind = choices[0]
        else:
            return kind
