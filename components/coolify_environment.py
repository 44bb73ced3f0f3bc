"""
`CoolifyEnvironment`: the variables that one entry of the manifest gives to one Coolify app.

Values are secrets. Beside each stands its plain fingerprint, computed here, so that a preview, a
drift report and the state can speak of a value without showing it.

Does not: look anything up or decide what to write; the provider does, at the time of the run.

Source: design.md 5; docs/adr on the provider by reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource

from components.coolify_properties import OUTPUT_ONLY, RECORDED_FROM_START
from components.coolify_provider import CoolifyEnvironmentProvider
from components.fingerprint_key import declared_fingerprint_key
from watchpost.coolify import Kind, fingerprint, normalise, parse_owner

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class EnvironmentVariable:
    """
    One variable of an app.

    Attributes:
        value: What production reads; None is an empty variable.
        is_buildtime: Given to the build.
        is_runtime: Given to the running container.
        preview_value: What preview deployments of pull requests read; None is an empty variable.
            Services have no preview deployments and ignore it.
    """

    value: pulumi.Input[str | None] = field(repr=False)
    is_buildtime: bool
    is_runtime: bool
    preview_value: pulumi.Input[str | None] = field(default=None, repr=False)


class CoolifyEnvironment(Resource, module="watchpost", name="CoolifyEnvironment"):
    """
    The declared variables of one app, kept as they should be.

    Attributes:
        state: `checked`; `unsettled` when a redeploy is still owed; `unchecked` when Coolify could
            not be asked.
        reason: Why it is unchecked; empty otherwise.
        unreadable: Names of variables whose value nobody can read; they are neither clean nor
            changed.
        notes: What a reader should know: a moved ingest host, a redeploy left to them, ...
        deployment: The deployment last asked for: `uuid`, `requestedAt`, `status`.
        undeployed: Names of variables that changed since the last run and may not be deployed.
        settledAt: The server's time up to which the app is known to run with what is recorded.
    """

    state: pulumi.Output[str]
    reason: pulumi.Output[str]
    unreadable: pulumi.Output[list[str]]
    notes: pulumi.Output[list[str]]
    deployment: pulumi.Output[dict[str, str]]
    undeployed: pulumi.Output[list[str]]
    settledAt: pulumi.Output[str]  # noqa: N815  # Pulumi's name of the output

    def __init__(  # noqa: PLR0913  # one argument per input
        self,
        name: str,
        *,
        kind: Kind,
        uuid: str | None,
        selector: str,
        owner: str,
        variables: Mapping[str, EnvironmentVariable],
        redeploy: str = "if-needed",
        take_over: bool = False,
        mark: bool = True,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        Declare the variables of one app.

        Args:
            name: Pulumi's name; it comes from the manifest's keys, never from an index.
            kind: `application` or `service`.
            uuid: Coolify's id of the app; None if the selector found none: then this resource
                fails, and no other.
            selector: The app as the manifest names it, for messages.
            owner: `organization/entry`; becomes the ownership mark.
            variables: Keyed by variable name.
            redeploy: `if-needed` or `never`.
            take_over: Write over unmarked rows of other values.
            mark: False leaves every comment as it is; then rows are kept, but never ours.
            opts: Pulumi's resource options.

        Raises:
            SettingsError: The stack has no fingerprint key.
            ValueError: *owner* is not `organization/entry`.
        """
        key = declared_fingerprint_key()
        text = parse_owner(owner).mark if mark else ""
        inputs = {
            "kind": kind,
            "uuid": uuid,
            "selector": selector,
            "owner": owner,
            "redeploy": redeploy,
            "takeOver": take_over,
            "variables": {
                name: _variable_input(variable, text, key, has_preview=kind == "application")
                for name, variable in sorted(variables.items())
            },
            # Left out where it says nothing new, so that older states show no change.
            **({} if mark else {"unmarked": True}),
        }
        props = {**RECORDED_FROM_START, **dict.fromkeys(OUTPUT_ONLY), **inputs}
        super().__init__(CoolifyEnvironmentProvider(), name, props, opts)


def _variable_input(
    variable: EnvironmentVariable, mark: str, key: bytes, *, has_preview: bool
) -> dict[str, Any]:
    """Write one variable as its resource input; a service has neither flags nor preview rows."""
    production = _row_input(variable.value, mark, key)
    if not has_preview:
        return production
    flags = {"isBuildtime": variable.is_buildtime, "isRuntime": variable.is_runtime}
    preview = _row_input(variable.preview_value, mark, key)
    return {**production, **flags, "preview": {**preview, **flags}}


def _row_input(value: pulumi.Input[str | None], mark: str, key: bytes) -> dict[str, Any]:
    """Write one row as it should be found; an unknown value has an unknown fingerprint."""
    text = pulumi.Output.from_input(value)
    return {
        "value": pulumi.Output.secret(text.apply(lambda known: normalise(known) or "")),
        "fingerprint": pulumi.Output.unsecret(text.apply(lambda known: fingerprint(key, known))),
        **({"mark": mark} if mark else {}),
        "rows": 1,
    }
