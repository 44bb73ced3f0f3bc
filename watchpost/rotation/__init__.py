"""
Rotating a client key without losing an event: start, status, finish.

Does not: make the new key or write it into apps; that is `watchpost apply`, from the edited
manifest.

Source: docs/rotation.md; docs/adr/0012.
"""

from watchpost.rotation.finishing import Outcome, Permission, carry_out, judge_permission
from watchpost.rotation.judging import Action, Step, Terms, judge
from watchpost.rotation.observing import observe_retired
from watchpost.rotation.places import RetiredPlace, list_retired
from watchpost.rotation.report import (
    finish_document,
    render_finish,
    render_status,
    status_document,
)
from watchpost.rotation.starting import Start, compute_start, raise_if_engine_would_delete
from watchpost.rotation.status import Acceptance, Holder, RetiredStatus, Runner

__all__ = [
    "Acceptance",
    "Action",
    "Holder",
    "Outcome",
    "Permission",
    "RetiredPlace",
    "RetiredStatus",
    "Runner",
    "Start",
    "Step",
    "Terms",
    "carry_out",
    "compute_start",
    "finish_document",
    "judge",
    "judge_permission",
    "list_retired",
    "observe_retired",
    "raise_if_engine_would_delete",
    "render_finish",
    "render_status",
    "status_document",
]
