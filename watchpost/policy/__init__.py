"""
Limits: how much harm one run may do before somebody has to say so.

Does not: know how a plan is made or shown. Source: issue 5; design.md 9 (exit code 4).
"""

from watchpost.policy.limits import (
    DEFAULT_LIMITS,
    Allowed,
    LimitKind,
    Tally,
    compute_allowed,
    judge_plan,
    parse_allow_option,
    render_allow_line,
    render_allow_options,
)

__all__ = [
    "DEFAULT_LIMITS",
    "Allowed",
    "LimitKind",
    "Tally",
    "compute_allowed",
    "judge_plan",
    "parse_allow_option",
    "render_allow_line",
    "render_allow_options",
]
