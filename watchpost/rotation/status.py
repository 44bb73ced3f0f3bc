"""
What is known of a retired key: in Sentry, in rows, in running apps.

Not known is never the same as no: each part says so by itself.

Does not: ask anybody, or decide. Source: docs/rotation.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from watchpost.rotation.places import RetiredPlace
    from watchpost.sentry import Key

KeyState = Literal["active", "disabled", "gone", "unknown"]


@dataclass(frozen=True)
class Acceptance:
    """
    When Sentry last accepted an event by the key.

    Attributes:
        is_known: False where the server keeps no such statistics, or did not answer.
        hour: The beginning of the hour, in UTC; None where there was none in 30 days.
    """

    is_known: bool
    hour: datetime | None = None


@dataclass(frozen=True)
class Holder:
    """
    A row that holds the key's DSN, or may; of an app, or of the platform's own table.

    Attributes:
        app: The app's name, or its uuid where it has none; of a record, `record` and its row.
        variable: The row's name; of a record, its column.
        is_preview: Whether it is of preview deployments.
        doubt: Why nobody knows whether it does; empty where it does.
        is_unasked: Whether another run may know: it could not be looked at.
    """

    app: str
    variable: str
    is_preview: bool = False
    doubt: str = ""
    is_unasked: bool = False

    def __str__(self) -> str:
        """Render `shop-web SENTRY_DSN (preview)`, then the doubt."""
        scope = " (preview)" if self.is_preview else ""
        return f"{self.app} {self.variable}{scope}" + (f", {self.doubt}" if self.doubt else "")


@dataclass(frozen=True)
class Runner:
    """
    An app whose running environment has the key's DSN; or may have it.

    Attributes:
        app: Its name or uuid.
        verdict: `yes`, or `unknown` where the services do not tell.
        why: In words.
        blocks: Whether the key may be disabled nevertheless: preview deployments, of which Coolify
            does not tell whether they still run, do not block.
    """

    app: str
    verdict: Literal["yes", "unknown"]
    why: str
    blocks: bool = True

    def __str__(self) -> str:
        """Render `shop-web: why`."""
        return f"{self.app}: {self.why}" + (" (unknown)" if self.verdict == "unknown" else "")


@dataclass(frozen=True)
class RetiredStatus:
    """
    One retired key.

    Attributes:
        place: Where the manifest lists it.
        state: In Sentry.
        key: As Sentry answered it; None where it has none, or was not asked.
        has_successor: Whether Sentry has the key that replaced it, and accepts events by it; None
            where that is not known.
        acceptance: When it last accepted an event.
        rows: Rows that hold its DSN.
        runners: Running environments that have it.
        troubles: What could not be checked, and why.
    """

    place: RetiredPlace
    state: KeyState
    key: Key | None = None
    has_successor: bool | None = None
    acceptance: Acceptance = Acceptance(is_known=False)
    rows: tuple[Holder, ...] = ()
    runners: tuple[Runner, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def is_unchecked(self) -> bool:
        """Whether something of it could not be looked at."""
        return bool(self.troubles) or any(row.is_unasked for row in self.rows)

    @property
    def key_id(self) -> str:
        """Its id in Sentry."""
        return self.place.retired.key_id
