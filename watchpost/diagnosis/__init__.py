"""
Diagnosis: everything that a run needs, looked at once and without a write, each with its cure.

Does not: mend anything. Source: docs/doctor.md.
"""

from watchpost.diagnosis.apps import apps_as_json, list_apps, render_apps
from watchpost.diagnosis.case import Case
from watchpost.diagnosis.checks import CHECKS
from watchpost.diagnosis.finding import Check, Finding, State, examine, exit_code
from watchpost.diagnosis.report import render_json, render_text

__all__ = [
    "CHECKS",
    "Case",
    "Check",
    "Finding",
    "State",
    "apps_as_json",
    "examine",
    "exit_code",
    "list_apps",
    "render_apps",
    "render_json",
    "render_text",
]
