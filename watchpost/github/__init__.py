"""
What Watchpost says on GitHub: a comment on a pull request, a label, an issue per stack.

Does not: plan, check or decide; it posts what other commands wrote, and reads back its own marks.
`watchpost.github.settings` opens the connection, and imports what HTTP needs.

Source: docs/gitops.md; docs/adr/0014-one-comment-and-one-issue.md.
"""

from watchpost.github.approvals import find_approved_hash, get_merged_pull
from watchpost.github.client import GitHubClient
from watchpost.github.comments import keep_comment
from watchpost.github.drift_file import load_drift_codes
from watchpost.github.issues import (
    DRIFT,
    UNCHECKED,
    IssueKind,
    close_issue,
    keep_issue,
    keep_issues,
)
from watchpost.github.labels import LABELS, keep_label
from watchpost.github.markers import Marker
from watchpost.github.plan_file import PlanFile, load_plan_file

__all__ = [
    "DRIFT",
    "LABELS",
    "UNCHECKED",
    "GitHubClient",
    "IssueKind",
    "Marker",
    "PlanFile",
    "close_issue",
    "find_approved_hash",
    "get_merged_pull",
    "keep_comment",
    "keep_issue",
    "keep_issues",
    "keep_label",
    "load_drift_codes",
    "load_plan_file",
]
