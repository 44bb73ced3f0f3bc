"""
A plan held against the manifest's limits, on this day.

Does not: make the plan, or carry it out.

Source: issue 5; `watchpost.policy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.policy import compute_allowed, judge_plan, parse_allow_option
from watchpost.previewing import raise_if_expired, today_utc
from watchpost.render.plan_report import PlanReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.manifest import Manifest
    from watchpost.planning import Planned
    from watchpost.render.plan_report import AllowForm


def review_plan(planned: Planned, allow: Iterable[str] = ()) -> PlanReport:
    """
    Count the plan's harm.

    Args:
        planned: The plan and its manifest.
        allow: The words of `--allow`.

    Raises:
        ManifestError: An exception in the manifest has expired.
        SettingsError: A word of `--allow` is not understood.
    """
    today = today_utc()
    raise_if_expired(planned.manifest, today)
    allowed = compute_allowed(planned.manifest, today, parse_allow_option(allow))
    tallies = judge_plan(planned.plan, allowed)
    return PlanReport(planned.plan, tallies, today, _allow_form(planned.manifest))


def _allow_form(manifest: Manifest) -> AllowForm:
    written = manifest.source.data.get("allow")
    if written is None:
        return "none"
    return "list" if isinstance(written, tuple) else "mapping"
