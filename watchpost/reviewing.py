"""
A plan held against the manifest's limits, on this day.

Does not: make the plan, or carry it out. The clock is read here and nowhere below.

Source: issue 5; `watchpost.policy`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from watchpost.errors import ManifestError
from watchpost.manifest import list_expired
from watchpost.policy import compute_allowed, judge_plan, parse_allow_option
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


def raise_if_expired(manifest: Manifest, today: date) -> None:
    """Refuse a manifest with exceptions whose day has passed; tells all of them."""
    expired = list_expired(manifest, today)
    if expired:
        raise ManifestError("", "\n".join(str(fault) for fault in expired))


def today_utc() -> date:
    """This day, in UTC: the same on every machine."""
    return datetime.now(UTC).date()
