"""
Between the engine's property values and plain Python values.

Does not: know what any property means. The SDK's PropertyValue can neither read nor write a value
that is not known yet (3.272.0), so unknowns travel as the engine's own sentinel text.

Source: pulumi-engine.md 2.3 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection

Properties = dict[str, Any]

__all__ = ["UNKNOWN", "Properties", "from_plain", "is_known", "to_plain", "without_unknowns"]


def to_plain(values: Mapping[str, PropertyValue]) -> Properties:
    """Strip secrets' wrapping; leave nulls out; whole numbers become int."""
    plain = {name: _value(value) for name, value in values.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _value(wrapped: PropertyValue) -> Any:
    value = wrapped.value
    if isinstance(value, Mapping):
        return {name: _value(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_value(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def from_plain(
    values: Mapping[str, Any], secrets: Collection[str] = ()
) -> dict[str, PropertyValue]:
    """Wrap *values*, those named in *secrets* as secrets; None is left out."""
    return {
        name: _wrapped(value).with_secret(name in secrets and value != UNKNOWN)
        for name, value in values.items()
        if value is not None
    }


def _wrapped(value: Any) -> PropertyValue:
    if isinstance(value, Mapping):
        return PropertyValue({name: _wrapped(item) for name, item in value.items()})
    if isinstance(value, list | tuple):
        return PropertyValue([_wrapped(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)


def without_unknowns(values: Properties) -> Properties:
    """Those of *values* that wait for no other resource, in no part of theirs."""
    return {
        name: value
        for name, value in values.items()
        if value != UNKNOWN and not (isinstance(value, list) and UNKNOWN in value)
    }


def is_known(*values: object) -> bool:
    """Whether none of *values* waits for another resource."""
    return UNKNOWN not in values
