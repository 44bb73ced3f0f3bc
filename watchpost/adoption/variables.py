"""
Which variables of an app can be declared as they are.

A variable can be declared if what the manifest would ask for is what its rows hold already:

    DSN            one production row with the DSN of a declared key; for an application also one
                   preview row, with such a DSN or empty, of the same flags
    environment    production says which, previews say `preview`

Everything else is left out, with the reason. The token for source maps is never looked at.

Does not: choose the project (`matching` does) or write anything down.

Source: docs/manifest.md, "Preview deployments"; reference/coolify-api.md 3.6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from watchpost.adoption.dsns import Standing, find_holding, is_called_dsn, is_dsn
from watchpost.adoption.values import explain_value
from watchpost.coolify import Unreadable, group_by_place, means_same, normalise, owner_of
from watchpost.manifest.rules import Environment, explain_variable_name
from watchpost.manifest.variables import PREVIEW_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from watchpost.adoption.inventory import HeldApp, Inventory
    from watchpost.coolify import Row

_ENVIRONMENT_NAME = re.compile(r"(?:[A-Z0-9_]*_)?SENTRY_ENVIRONMENT")
_SENTRY_NAME = re.compile(r"(?:^|_)SENTRY_")


@dataclass(frozen=True)
class DeclaredVariable:
    """
    A variable that can be declared.

    Attributes:
        name: Of the variable.
        origin: Where its value comes from.
        key: Name of the key whose DSN production holds; empty for an environment.
        preview_key: Likewise for previews; empty where they report nothing.
        environment: The Sentry environment; empty for a DSN.
        is_buildtime: As both rows have it; for a service it says nothing.
        is_runtime: Likewise.
    """

    name: str
    origin: Literal["dsn", "environment"]
    key: str = ""
    preview_key: str = ""
    environment: str = ""
    is_buildtime: bool = False
    is_runtime: bool = True


@dataclass(frozen=True)
class LeftOut:
    """A variable that cannot be declared as it is, and why."""

    name: str
    reason: str


class Judge:
    """
    Judges the variables of one app against the keys of one project.

    Args:
        inventory: What both services hold.
        app: Whose rows were read.
        key_names: Names in the manifest of the keys that can be declared, by key id.
    """

    def __init__(self, inventory: Inventory, app: HeldApp, key_names: Mapping[str, str]) -> None:
        self._inventory = inventory
        self._app = app
        self._key_names = key_names
        self._groups = group_by_place(app.rows or ())

    def names(self) -> list[str]:
        """The variables that hold a DSN, or are called as if they did."""
        rows = self._app.rows or ()
        return sorted({row.key for row in rows if is_dsn(row) or is_called_dsn(row.key)})

    def environment_names(self) -> list[str]:
        """The variables that name the Sentry environment."""
        rows = self._app.rows or ()
        return sorted({row.key for row in rows if _ENVIRONMENT_NAME.fullmatch(row.key)})

    def unmanaged_names(self, declared: set[str]) -> list[str]:
        """Further variables for Sentry that are left alone."""
        rows = self._app.rows or ()
        return sorted({row.key for row in rows if _SENTRY_NAME.search(row.key)} - declared)

    def dsn(self, name: str) -> DeclaredVariable | LeftOut:
        """Judge one variable that holds a DSN."""
        reason = self._reason_of_rows(name)
        if reason:
            return LeftOut(name, reason)
        production, preview = self._rows(name)
        key, reason = self._key_of(production, "production")
        if reason:
            return LeftOut(name, reason)
        preview_key = ""
        if preview is not None and normalise(_text(preview)) is not None:
            preview_key, reason = self._key_of(preview, "the preview row")
            if reason:
                return LeftOut(name, reason)
        flags = (production.is_buildtime, production.is_runtime)
        return DeclaredVariable(name, "dsn", key, preview_key, "", *flags)

    def environment(self, name: str) -> DeclaredVariable | LeftOut:
        """Judge one variable that names the Sentry environment."""
        reason = self._reason_of_rows(name)
        if reason:
            return LeftOut(name, reason)
        production, preview = self._rows(name)
        value = normalise(_text(production)) or ""
        if explain_value(Environment, value):
            return LeftOut(name, "its value is no environment that Sentry accepts")
        if preview is not None and not means_same(preview.value, PREVIEW_ENVIRONMENT):
            return LeftOut(name, f"previews do not say `{PREVIEW_ENVIRONMENT}`")
        flags = (production.is_buildtime, production.is_runtime)
        return DeclaredVariable(name, "environment", "", "", value, *flags)

    def _rows(self, name: str) -> tuple[Row, Row | None]:
        previews = self._groups.get((name, True), [None])
        return self._groups[name, False][0], previews[0]

    def _reason_of_rows(self, name: str) -> str:
        """Why rows of this name can be declared by nobody; empty where they can."""
        if refused := explain_variable_name(name):
            return refused[0]
        production = self._groups.get((name, False), [])
        preview = self._groups.get((name, True), [])
        if len(production) > 1 or len(preview) > 1:
            return "there are several rows of this name; remove all but one in Coolify"
        if not production:
            return "previews alone have it; applying would make production's row"
        is_application = self._app.ref.kind == "application"
        if is_application and not preview:
            return "previews have no row of it; applying would make one"
        return self._reason_of_content([*production, *preview], has_flags=is_application)

    def _reason_of_content(self, rows: Sequence[Row], *, has_flags: bool) -> str:
        for row in rows:
            if row.value is Unreadable.LOCKED:
                return "somebody has locked it, so that nobody can read it"
            if row.value is Unreadable.HIDDEN:
                return "the token cannot read it: it lacks the ability read:sensitive"
            owner = owner_of(row.comment)
            if owner and owner.organization != self._inventory.organization:
                return f"it belongs to the organization {owner.organization}"
        flags = {(row.is_buildtime, row.is_runtime) for row in rows}
        if has_flags and len(flags) > 1:
            return "production and previews have different build and run flags"
        if has_flags and flags == {(False, False)}:
            return "neither the build nor the running app sees it"
        return ""

    def _key_of(self, row: Row, where: str) -> tuple[str, str]:
        """Name the declared key whose DSN *row* holds, or say why there is none."""
        holding = find_holding(self._inventory, self._app, row)
        if holding is None:
            return "", self._reason_of_no_dsn(row, where)
        name = self._key_names.get(holding.key.id) if holding.key else None
        if name and holding.standing is Standing.ACTIVE:
            return name, ""
        if holding.standing is Standing.ACTIVE and holding.project:
            what = f"{holding.words} of project {holding.project.slug}"
            return "", f"{where} holds {what}, which is not declared here"
        return "", f"{where} holds {holding.words}: {STANDING_WORDS[holding.standing]}"

    @staticmethod
    def _reason_of_no_dsn(row: Row, where: str) -> str:
        text = normalise(_text(row)) or ""
        if not text:
            return f"{where} is empty: Sentry is switched off"
        if text.startswith("{{"):
            return f"{where} refers to a shared variable, which Coolify resolves"
        return f"{where} holds no DSN"


STANDING_WORDS = {
    Standing.ACTIVE: "active",
    Standing.DISABLED: "the key is disabled, and Sentry refuses its events",
    Standing.DELETED: "the project has no such key any more",
    Standing.MISMATCHED: "the key belongs to another project than the DSN names",
    Standing.UNKNOWN_PROJECT: (
        "no such project here: it was deleted, or is another organization's on this server"
    ),
    Standing.OTHER_ORGANIZATION: "it is another organization's",
    Standing.OTHER_SERVER: "it is another server's",
}


def _text(row: Row) -> str | None:
    return row.value if isinstance(row.value, str) else None
