"""
What a client key's fields mean: how they compare, and what a takeover would change.

Pure: no network. A count or window of 0 means no limit, as for Sentry and for the upstream plugin.

Does not: call anything. Source: design.md 4; sentry-api.md 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.sentry.resource_type import text
from providers.sentry.takeover import Takeover
from watchpost.sentry import DEFAULT_KEY_LABEL, Key, RateLimit

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from providers.sentry.properties import Properties

FIELDS = ("name", "rateLimitCount", "rateLimitWindow")
COMPUTED = ("dsnCsp", "dsnPublic", "dsnSecret", "isActive", "projectId", "public", "secret")


def declared_label(inputs: Properties) -> str:
    """The label, as Sentry keeps it."""
    return text(inputs.get("name"))


def declared_rate_limit(inputs: Properties) -> RateLimit | None:
    """The declared limit, or None where none is declared."""
    count, window = inputs.get("rateLimitCount"), inputs.get("rateLimitWindow")
    return RateLimit(int(count), int(window)) if count and window else None


# Recorded outputs hold a limit only where it was declared, under the same names.
recorded_rate_limit = declared_rate_limit


@dataclass(frozen=True)
class KeyState:
    """What of a client key is ours to set."""

    label: str
    rate_limit: RateLimit | None
    is_active: bool

    @classmethod
    def of(cls, key: Key) -> KeyState:
        """The state that *key* has."""
        return cls(key.label, key.rate_limit, key.is_active)


def wanted_state(
    key: Key,
    inputs: Properties,
    recorded: Properties,
    planned: AbstractSet[str] | None = None,
) -> KeyState:
    """
    The state that *key* shall get. A limit that neither is nor was declared stays as it is.

    Args:
        key: As Sentry shows it now.
        inputs: As declared.
        recorded: The outputs of state; empty at a create.
        planned: Names of what the plan showed as different; the rest stays as it is. None: all.
    """
    declared, limit = declared_rate_limit(inputs), key.rate_limit
    is_ours = declared is not None or recorded_rate_limit(recorded) is not None
    if is_ours and (planned is None or not planned.isdisjoint(FIELDS[1:])):
        limit = declared
    return KeyState(
        declared_label(inputs) if planned is None or "name" in planned else key.label,
        limit,
        key.is_active or planned is None or "isActive" in planned,
    )


def differing_fields(outputs: Properties, inputs: Properties) -> tuple[str, ...]:
    """Names of the inputs whose recorded value means something else."""
    differing: list[str] = [
        each
        for each in ("organization", "project", "name")
        if each in inputs and text(outputs.get(each)) != text(inputs[each])
    ]
    differing += [
        each for each in FIELDS[1:] if (outputs.get(each) or 0) != (inputs.get(each) or 0)
    ]
    return tuple(differing)


def compute_takeover(key: Key, inputs: Properties, *, is_untouched: bool) -> Takeover:
    """
    What managing *key* as declared would add to it, and what it would change.

    Args:
        key: As Sentry shows it.
        inputs: As declared.
        is_untouched: Whether its project never received an event. The factory's key of such a
            project was not set up by anybody, so that a limit for it is an addition: a run that
            was killed half-way is completed by the next.
    """
    additions: list[str] = []
    differences: list[str] = []
    wanted = declared_rate_limit(inputs)
    if wanted is not None and wanted != key.rate_limit:
        words = f"{wanted.count} events per {wanted.window_seconds} seconds"
        is_factory = key.label == DEFAULT_KEY_LABEL and key.rate_limit is None
        if is_factory and is_untouched and key.is_active:
            additions.append(f"rate limit of {words}")
        else:
            differences.append(f"rate limit: {_words(key.rate_limit)} to {words}")
    if not key.is_active:
        differences.append("activity: disabled to enabled")
    return Takeover(f"key {key.label} (id {key.id})", tuple(additions), tuple(differences))


def _words(limit: RateLimit | None) -> str:
    return f"{limit.count} events per {limit.window_seconds} seconds" if limit else "none"


def compute_outputs(key: Key, declared: Properties) -> Properties:
    """
    Everything that is known of *key*, under the upstream plugin's names.

    A limit that is not declared is left out: it is not ours to compare.
    """
    outputs: Properties = {
        "organization": declared["organization"],
        "project": declared["project"],
        "name": declared["name"] if declared_label(declared) == key.label else key.label,
        "projectId": key.project_id,
        "public": key.id,
        "isActive": key.is_active,
        "dsnPublic": key.dsn_public,
        "dsnCsp": key.dsn_csp,
        "dsnSecret": key.dsn_secret,
        "secret": key.secret,
    }
    if "rateLimitCount" in declared or "rateLimitWindow" in declared:
        outputs["rateLimitCount"] = key.rate_limit.count if key.rate_limit else 0
        outputs["rateLimitWindow"] = key.rate_limit.window_seconds if key.rate_limit else 0
    return outputs
