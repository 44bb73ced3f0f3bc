"""
Coolify: its API, the ownership of variables, and the writes that make them what is declared.

`compute_writes` is the pure core; the plan, the drift words and the provider all use it.

Does not: import Pulumi, or know the manifest. Source: design.md 5; reference/coolify-api.md.
"""

from watchpost.coolify.client import CoolifyClient
from watchpost.coolify.declared import DeclaredApps
from watchpost.coolify.desired import DesiredEnvironment, DesiredVariable
from watchpost.coolify.explain import explain_fault, hidden_note, refusal_error
from watchpost.coolify.forecast import Forecast, forecast_environment, in_fingerprints
from watchpost.coolify.keeping import (
    Kept,
    Owed,
    keep_environment,
    observe_owed,
    rows_that_may_owe,
)
from watchpost.coolify.marks import (
    Owner,
    owner_of,
    parse_comment,
    parse_owner,
    render_comment,
)
from watchpost.coolify.reconcile import remove_owned
from watchpost.coolify.redeploys import (
    Deployment,
    Settlement,
    newest_change,
    owed_effect,
    owing_rows,
    unsettled_rows,
)
from watchpost.coolify.rows import AppRef, Kind, Row, Unreadable, group_by_place, read_time
from watchpost.coolify.session import (
    DEFAULT_QUEUE_PATIENCE_SECONDS,
    TOKEN_VARIABLE,
    CoolifySession,
)
from watchpost.coolify.values import (
    dsn_identity,
    fingerprint,
    has_moved_host,
    means_same,
    normalise,
)
from watchpost.coolify.writes import (
    Effect,
    Write,
    Writes,
    compute_removals,
    compute_writes,
)

__all__ = [
    "DEFAULT_QUEUE_PATIENCE_SECONDS",
    "TOKEN_VARIABLE",
    "AppRef",
    "CoolifyClient",
    "CoolifySession",
    "DeclaredApps",
    "Deployment",
    "DesiredEnvironment",
    "DesiredVariable",
    "Effect",
    "Forecast",
    "Kept",
    "Kind",
    "Owed",
    "Owner",
    "Row",
    "Settlement",
    "Unreadable",
    "Write",
    "Writes",
    "compute_removals",
    "compute_writes",
    "dsn_identity",
    "explain_fault",
    "fingerprint",
    "forecast_environment",
    "group_by_place",
    "has_moved_host",
    "hidden_note",
    "in_fingerprints",
    "keep_environment",
    "means_same",
    "newest_change",
    "normalise",
    "observe_owed",
    "owed_effect",
    "owing_rows",
    "owner_of",
    "parse_comment",
    "parse_owner",
    "read_time",
    "refusal_error",
    "remove_owned",
    "render_comment",
    "rows_that_may_owe",
    "unsettled_rows",
]
