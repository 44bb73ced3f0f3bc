"""
The report of a whole fleet: every entry, its keys and apps, and the state of each link.

Does not: ask a service. `watchpost.commands.report` looks, this package says what it means.

Source: docs/report.md.
"""

from watchpost.fleet_report.document import render_report_document
from watchpost.fleet_report.model import (
    FleetReport,
    ReportApp,
    ReportEntry,
    ReportKey,
    Services,
    compute_report,
)
from watchpost.fleet_report.page import render_report_page
from watchpost.fleet_report.words import describe_last_event

__all__ = [
    "FleetReport",
    "ReportApp",
    "ReportEntry",
    "ReportKey",
    "Services",
    "compute_report",
    "describe_last_event",
    "render_report_document",
    "render_report_page",
]
