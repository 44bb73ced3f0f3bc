"""
Drift: what differs between the recorded, the observed and the desired state, in words.

Does not: compare values itself; the engine's refresh and the providers did. Source: issue 5.
"""

from watchpost.drift.findings import Finding, FindingKind, find_differences
from watchpost.drift.naming import name_record_values
from watchpost.drift.report import DriftReport, Traces, complete_report

__all__ = [
    "DriftReport",
    "Finding",
    "FindingKind",
    "Traces",
    "complete_report",
    "find_differences",
    "name_record_values",
]
