"""
What every resource type of the plugin offers, and what the types share.

Does not: speak to the engine; `provider` turns its requests into these calls, in plain values.

Source: design.md 4.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from providers.sentry.takeover import AllowedTakeovers
from watchpost.errors import PolicyError, UnclearWrite
from watchpost.transport import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from providers.sentry.fleet import Fleet
    from providers.sentry.properties import Properties
    from watchpost.sentry import SentryClient

Made = TypeVar("Made")
_CREATE_RETRY = RetryPolicy(attempts=4, base_seconds=0.5)


@dataclass(frozen=True)
class Session:
    """What a configured plugin works with: the client, what it saw, and what it may take over."""

    client: SentryClient
    fleet: Fleet
    takeovers: AllowedTakeovers = field(default_factory=AllowedTakeovers)


class Diagnostics(Protocol):
    """Where a resource's messages to the user go."""

    def info(self, message: str) -> None:
        """Say something about this resource."""

    def warn(self, message: str) -> None:
        """Say that something about this resource needs attention."""

    def note_lost_answer(self) -> None:
        """Take note that what is found from now on may well be what this run made."""


@dataclass(frozen=True)
class Created:
    """A resource that exists now. In a preview the id may be empty: not known yet."""

    id: str
    outputs: Properties


@dataclass(frozen=True)
class Observed:
    """A resource as Sentry shows it: inputs hold only what is declared, outputs everything."""

    id: str
    inputs: Properties
    outputs: Properties


@dataclass(frozen=True)
class Difference:
    """
    How recorded and declared state differ in meaning.

    Attributes:
        inputs: Names of inputs whose values differ.
        outputs: Names of outputs that must be put right though no input names them.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


class ResourceType(Protocol):
    """
    One type of resource. Values are plain; `outputs` are the recorded ones.

    Attributes:
        secrets: Names of the outputs that are secret.
        required: Names of the inputs without which nothing can be created.
    """

    secrets: frozenset[str]
    required: tuple[str, ...]

    def check(self, inputs: Properties) -> dict[str, str]:
        """Faults by input name; no network."""

    def diff(self, outputs: Properties, inputs: Properties) -> Difference:
        """Compare by meaning; no network."""

    def unknown_outputs(self, inputs: Properties) -> Properties:
        """The outputs of something that is not there yet: what is declared, and unknowns."""

    def preview_create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """What `create` would find or make; reads only."""

    def create(self, name: str, inputs: Properties, tell: Diagnostics) -> Created:
        """Make it, or go on with the one that exists."""

    def read(self, resource_id: str, inputs: Properties, outputs: Properties) -> Observed | None:
        """What Sentry shows; None if it is gone for sure."""

    def preview_update(self, outputs: Properties, inputs: Properties) -> Properties:
        """What `update` would answer; no network."""

    def update(self, outputs: Properties, inputs: Properties, *, look: bool) -> Properties:
        """Make it as declared. *look*: observe it even if the change needs no call."""

    def delete(self, resource_id: str, outputs: Properties) -> None:
        """Delete it; it may be gone already."""


def create_or_find(
    post: Callable[[], Made], find: Callable[[], Made | None], tell: Diagnostics
) -> tuple[Made, bool]:
    """
    Create something exactly once although an answer may get lost.

    Returns:
        What was made or found, and whether it is surely new.

    Raises:
        UnclearWrite: Every attempt got lost and nothing is to be found.
        ApiError: Whatever else *post* or *find* raises.
    """
    for attempt in range(1, _CREATE_RETRY.attempts + 1):
        try:
            return post(), True
        except UnclearWrite:
            tell.note_lost_answer()
            found = find()
            if found is None:  # the lost write may still be on its way
                time.sleep(_CREATE_RETRY.wait_seconds(attempt))
                found = find()
            if found is not None:
                return found, False
            if attempt == _CREATE_RETRY.attempts:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def raise_if_organization_changed(what: str, outputs: Properties, inputs: Properties) -> None:
    """
    Refuse to move something to another organization, which Sentry cannot do.

    Raises:
        PolicyError: The organizations differ.
    """
    before, after = outputs.get("organization"), inputs.get("organization")
    if before and after and before != after:
        raise PolicyError(
            what,
            f"it belongs to organization {before} and cannot move to {after}",
            detail="Replacing it would lose its events.",
            fix=f"keep organization {before}, or give the new one an entry of its own",
        )


def text(value: object) -> str:
    """A text as it is compared: trimmed, and empty where there is none."""
    return str(value).strip() if value is not None else ""
