"""
The wiring of a fleet: what the manifest declares for each app, beside what both services answer.

`explain`, the fleet report and the agents' tool `project_wiring` are made of it.

Does not: write, plan, or compare by itself: `watchpost.coolify.compute_writes` does.

Source: design.md 2 and 5.
"""

from watchpost.wiring.declarations import DeclaredApp, DeclaredVariable, list_declared_apps
from watchpost.wiring.links import (
    STATES,
    AppLinks,
    KeyLink,
    LinkState,
    RowLink,
    VariableLink,
    compute_app_links,
    compute_key_links,
    worst_state,
)
from watchpost.wiring.observed import LastEvent, ObservedApp, ObservedFleet, ObservedSentry
from watchpost.wiring.observing import observe_apps, observe_last_events, observe_sentry
from watchpost.wiring.one_project import ProjectWiring, observe_project_wiring
from watchpost.wiring.one_project_text import render_wiring, wiring_document
from watchpost.wiring.origins import Fact, Origin, list_facts
from watchpost.wiring.values import Naming, Values, plain_text

__all__ = [
    "STATES",
    "AppLinks",
    "DeclaredApp",
    "DeclaredVariable",
    "Fact",
    "KeyLink",
    "LastEvent",
    "LinkState",
    "Naming",
    "ObservedApp",
    "ObservedFleet",
    "ObservedSentry",
    "Origin",
    "ProjectWiring",
    "RowLink",
    "Values",
    "VariableLink",
    "compute_app_links",
    "compute_key_links",
    "list_declared_apps",
    "list_facts",
    "observe_apps",
    "observe_last_events",
    "observe_project_wiring",
    "observe_sentry",
    "plain_text",
    "render_wiring",
    "wiring_document",
    "worst_state",
]
