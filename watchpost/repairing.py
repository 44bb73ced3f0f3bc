"""
Repairing drift: the part of a plan that puts drifted objects back, and nothing that is pending.

Does not: apply it. Source: issue 5 (`drift --repair`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watchpost.engine import name_of
from watchpost.plan import build_plan
from watchpost.planning import Planned, observe_answers
from watchpost.transport import writes_refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from watchpost.drift import DriftReport
    from watchpost.drift_checking import Checked
    from watchpost.workspace import Workspace


@dataclass(frozen=True)
class Repairs:
    """
    What is put back.

    Attributes:
        urns: Of the objects.
        refused: Why others that have drifted are not, by name.
    """

    urns: tuple[str, ...]
    refused: Mapping[str, str]


def choose_repairs(report: DriftReport) -> Repairs:
    """Choose what may be put back: what drifted, is not ignored and has nothing pending."""
    drifted = dict.fromkeys(each.finding.urn for each in report.of("drift"))
    reasons = {each.finding.urn: "a finding of it is ignored" for each in report.ignored}
    reasons |= {each.finding.urn: "the manifest changes it too" for each in report.of("pending")}
    return Repairs(
        tuple(urn for urn in drifted if urn not in reasons),
        {name_of(urn): reasons[urn] for urn in drifted if urn in reasons},
    )


def plan_repair(workspace: Workspace, checked: Checked, urns: Collection[str]) -> Planned:
    """Plan for the objects of *urns* alone, from the preview of the check."""
    preview = checked.preview
    steps = tuple(step for step in preview.steps if step.urn in urns)
    part = replace(preview, steps=steps)
    key = workspace.settings.fingerprint_key
    with writes_refused():
        answers = observe_answers(workspace, part, checked.manifest, key)
    stack = workspace.engine.stack
    plan = build_plan(part, answers, checked.manifest, stack=stack, key=key, only=urns)
    return Planned(plan, part, checked.manifest)
