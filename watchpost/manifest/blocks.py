"""
The parts of the written manifest that bound a run, except something from a bound, or tell of a
key's past: limits, allowances, ignored findings, retired keys.

Does not: hold the default limits; those are the policy's.

Source: docs/manifest.md, whose fields these are; docs/rotation.md.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from watchpost.manifest.rules import (  # noqa: TC001 - pydantic reads them when a class is made
    Day,
    FindingPath,
    KeyId,
    Moment,
    Reason,
)


class Block(BaseModel):
    """
    A mapping of the manifest: unknown fields are refused, values are never converted, nothing can
    be changed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LimitsBlock(Block):
    """How much one run may do before it is refused, by kind of harm."""

    key_delete: int | None = Field(
        None, ge=0, alias="key-delete", description="Client keys deleted or disabled. Default: 0."
    )
    project_delete: int | None = Field(
        None, ge=0, alias="project-delete", description="Sentry projects deleted. Default: 0."
    )
    team_unbind: int | None = Field(
        None, ge=0, alias="team-unbind", description="Teams unbound from projects. Default: 5."
    )
    variable_remove: int | None = Field(
        None, ge=0, alias="variable-remove", description="Variables removed. Default: 20."
    )
    rebuild: int | None = Field(None, ge=0, description="Apps that are built again. Default: 25.")
    changed_share: int | None = Field(
        None,
        ge=0,
        le=100,
        alias="changed-share",
        description="Percent of the fleet's entries that change, counted once the fleet has over "
        "10 of them. Default: 30.",
    )


class AllowBlock(Block):
    """An exception from the limits: this much, until that day, for a reason."""

    key_delete: int | None = Field(
        None, ge=1, alias="key-delete", description="Client keys deleted or disabled."
    )
    project_delete: int | None = Field(
        None, ge=1, alias="project-delete", description="Sentry projects deleted."
    )
    team_unbind: int | None = Field(
        None, ge=1, alias="team-unbind", description="Teams unbound from projects."
    )
    variable_remove: int | None = Field(
        None, ge=1, alias="variable-remove", description="Variables removed."
    )
    rebuild: int | None = Field(None, ge=1, description="Apps that are built again.")
    changed_share: int | None = Field(
        None, ge=1, le=100, alias="changed-share", description="Percent of the entries that change."
    )
    until: Day = Field(description="The last day on which it holds, YYYY-MM-DD in UTC.")
    reason: Reason = Field(description="Why, for whoever reads it later.")


class IgnoreBlock(Block):
    """A finding of `watchpost drift` that does not count."""

    path: FindingPath = Field(
        description="The finding's path as `watchpost drift` prints it, `shop.teams`; * stands for "
        "one part between dots, or for some of its characters."
    )
    reason: Reason = Field(description="Why, for whoever reads it later.")
    until: Day = Field(description="The last day on which it holds, YYYY-MM-DD in UTC.")


class RetiredKeyBlock(Block):
    """A client key that another one replaced and that Sentry may still accept."""

    key_id: KeyId = Field(description="Its id in Sentry: 32 hexadecimal digits.")
    since: Moment = Field(description="When it was replaced: a date, or a date and time in UTC.")
    disabled_on: Moment | None = Field(
        None, description="When it was disabled. Default: it was not."
    )


LIMIT_KINDS: tuple[str, ...] = tuple(
    field.alias or name for name, field in LimitsBlock.model_fields.items()
)


def read_counts(block: LimitsBlock | AllowBlock) -> dict[str, int]:
    """Return the counts that are written in *block*, by kind, in the order of `LIMIT_KINDS`."""
    written = block.model_dump(by_alias=True, exclude_none=True)
    return {kind: written[kind] for kind in LIMIT_KINDS if kind in written}
