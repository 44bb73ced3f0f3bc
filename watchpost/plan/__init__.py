"""
What an apply would do, in this domain's words, computed from finished answers.

Does not: read anything, decide whether it may be done (`watchpost.policy`), or show it
(`watchpost.render`).

Source: design.md 2 and 6.
"""

from watchpost.plan.app_changes import Question, list_questions
from watchpost.plan.building import Answers, build_plan, list_positions
from watchpost.plan.digest import compute_hash, list_lines
from watchpost.plan.model import (
    CONSEQUENCES,
    Action,
    AppChange,
    Call,
    Change,
    ColumnWrite,
    Difference,
    Plan,
    RecordChange,
    RowWrite,
    Unchecked,
)
from watchpost.plan.permitting import make_permit
from watchpost.plan.record_changes import RecordQuestion, list_record_questions
from watchpost.plan.totals import Cost, compute_costs
from watchpost.plan.words import (
    ValueNames,
    name_found_dsns,
    name_public_texts,
    name_recorded_dsns,
)

__all__ = [
    "CONSEQUENCES",
    "Action",
    "Answers",
    "AppChange",
    "Call",
    "Change",
    "ColumnWrite",
    "Cost",
    "Difference",
    "Plan",
    "Question",
    "RecordChange",
    "RecordQuestion",
    "RowWrite",
    "Unchecked",
    "ValueNames",
    "build_plan",
    "compute_costs",
    "compute_hash",
    "list_lines",
    "list_positions",
    "list_questions",
    "list_record_questions",
    "make_permit",
    "name_found_dsns",
    "name_public_texts",
    "name_recorded_dsns",
]
