"""
What the manifest asks of one app's variables, in the words of this package.

Does not: know where values come from (the manifest and Sentry) nor what Coolify holds.

Source: design.md 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchpost.coolify.values import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.coolify.marks import Owner
    from watchpost.coolify.rows import AppRef, Place


@dataclass(frozen=True, slots=True)
class DesiredVariable:
    """
    One variable of an app.

    Attributes:
        value: What production reads; None and "" mean an empty variable.
        preview_value: What preview deployments read. Empty is written as an empty row: without a
            row of their own they would fall back to the production value.
        is_buildtime: Given to the build.
        is_runtime: Given to the running container.
    """

    value: str | None = field(repr=False)
    is_buildtime: bool
    is_runtime: bool
    preview_value: str | None = field(default=None, repr=False)

    def value_at(self, *, is_preview: bool) -> str | None:
        """The normalised value of one scope."""
        return normalise(self.preview_value if is_preview else self.value)


@dataclass(frozen=True, slots=True)
class DesiredEnvironment:
    """
    All variables that one entry declares for one app.

    Attributes:
        app: Which app.
        owner: Which entry declares it; its mark is written to every row.
        variables: Keyed by variable name.
        take_over: Write over unmarked rows of other values.
        former_owner: Who declared the app at the last run, where that was another entry; rows
            with its mark that nobody declares any more are removed like our own.
        writes_marks: False for an app that says `mark: false`: no comment is written, so that an
            unmarked row is never ours; it is compared, and refused once it differs.
    """

    app: AppRef
    owner: Owner
    variables: Mapping[str, DesiredVariable]
    take_over: bool = False
    former_owner: Owner | None = None
    writes_marks: bool = True

    @property
    def places(self) -> tuple[Place, ...]:
        """Every row asked for, preview rows first; services have no preview rows."""
        names = sorted(self.variables)
        previews = [(name, True) for name in names] if self.app.kind == "application" else []
        return (*previews, *((name, False) for name in names))
