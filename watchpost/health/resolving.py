"""
Resolving and reopening one issue of the project, with a reason.

One read proves the project and gives the state to go back to; one write names the issue and the
project, so that an issue that moves in between is not hit. The audit log holds the intention before
the write leaves, and its outcome after. What is so already is not written again.

Does not: act on what an event says, repeat a write, or guess what became of one.

Source: issue 6, part 2; sentry-api.md 11 (bulk PUT).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchpost.errors import ApiError, ReadOnly, SettingsError, UnclearWrite, UnexpectedResponse
from watchpost.health.fence import clean
from watchpost.health.model import ASK_ONCE, Resolution, no_such_issue
from watchpost.health.proving import prove_issue
from watchpost.health.summaries import summarise
from watchpost.sentry.issues import update_issue
from watchpost.transport import READ_ONLY_VARIABLE, is_read_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watchpost.health.audit_log import AuditLog
    from watchpost.health.model import HealthProject
    from watchpost.sentry import SentryClient
    from watchpost.sentry.issues import Issue

NEXT_RELEASE = "next"
SHORTEST_REASON = 10
LONGEST_REASON = 500
LONGEST_RELEASE = 250
_LONGEST_DETAIL = 200
_RESOLVED = "resolved"
_REOPENED = "unresolved"


@dataclass(frozen=True)
class _Act:
    """What is to be done to an issue: its word in the log, and what Sentry is sent."""

    action: str
    status: str
    reason: str
    in_release: str | None
    changes: Mapping[str, object]


def resolve_error(
    client: SentryClient,
    project: HealthProject,
    issue: str,
    reason: str,
    in_release: str | None = None,
    *,
    log: AuditLog,
) -> Resolution:
    """
    Resolve one issue; two requests, or one where there is none or it is resolved already.

    Args:
        client: The server.
        project: Whose.
        issue: Its number or short id.
        reason: Why: what mended it. At least 10 characters; the audit log keeps 500.
        in_release: `next`: an event of a later release is a regression; or the version that mends
            it.
        log: Where the reason goes, before the write.

    Raises:
        ReadOnly: Writes are switched off; nothing was sent.
        SettingsError: No usable reason or release, or the log cannot be written: before anything
            was changed, or else it says what the issue is.
        NotFound: `no_such_issue`: none, or one of another project; nothing was changed.
        UnclearWrite: It may or may not be resolved now.
        ApiError: Sentry did not answer, or refused.
    """
    _raise_if_read_only()
    why = _usable_reason(reason)
    changes = _resolution(in_release)
    act = _Act("resolve", _RESOLVED, why, in_release, changes)
    return _carry_out(client, project, issue, act, log)


def reopen_error(
    client: SentryClient, project: HealthProject, issue: str, reason: str, *, log: AuditLog
) -> Resolution:
    """
    Make one issue unresolved again; otherwise like `resolve_error`.

    Raises:
        WatchpostError: As `resolve_error` says.
    """
    _raise_if_read_only()
    why = _usable_reason(reason)
    # Without it Sentry calls the issue a regression, which no event has shown.
    changes = {"status": _REOPENED, "substatus": "ongoing"}
    act = _Act("reopen", _REOPENED, why, None, changes)
    return _carry_out(client, project, issue, act, log)


def _raise_if_read_only() -> None:
    if is_read_only():
        raise ReadOnly(
            "issue",
            "none is resolved or reopened while writes are switched off",
            detail="Nothing was sent.",
            fix=f"unset {READ_ONLY_VARIABLE}",
        )


def _usable_reason(reason: str) -> str:
    cleaned = clean(reason, LONGEST_REASON)
    if len(cleaned) < SHORTEST_REASON:
        raise SettingsError(
            "reason",
            "an issue is not resolved or reopened without a reason",
            detail=f"At least {SHORTEST_REASON} characters; it is kept in the audit log.",
            fix="say what was changed, and where: `totals are optional since 1.4.2, see #123`",
        )
    return cleaned


def _resolution(in_release: str | None) -> Mapping[str, object]:
    if in_release is None:
        return {"status": _RESOLVED}
    if in_release == NEXT_RELEASE:
        return {"status": "resolvedInNextRelease"}
    if not in_release or clean(in_release, LONGEST_RELEASE) != in_release:
        raise SettingsError(
            "release",
            "no release can be called so",
            fix=f"name a version as Sentry shows it, or `{NEXT_RELEASE}`",
        )
    return {"status": _RESOLVED, "statusDetails": {"inRelease": in_release}}


def _carry_out(
    client: SentryClient, project: HealthProject, issue: str, act: _Act, log: AuditLog
) -> Resolution:
    found = prove_issue(client, project, issue)
    if found.status != act.status:
        line = _line(project, found, act)
        log.append({**line, "outcome": "intended"})
        _write(client, project, found, act, log, line)
    return Resolution(
        project=project,
        issue_id=found.id,
        short_id=found.short_id,
        status=act.status,
        status_before=summarise(found).status,
        was_changed=found.status != act.status,
    )


def _write(
    client: SentryClient,
    project: HealthProject,
    issue: Issue,
    act: _Act,
    log: AuditLog,
    line: Mapping[str, Any],
) -> None:
    """Write, and add the outcome to the log, whatever it is."""
    error: ApiError | None = None
    try:
        _send(client, project, issue, act)
    except UnclearWrite as broken_off:
        error = _unclear(project, issue, act, broken_off)
    except ApiError as refused:
        error = refused
    outcome = _outcome_of(error)
    try:
        log.append({**line, "outcome": outcome})
    except SettingsError as fault:
        raise _untold(issue, act, outcome, fault) from None
    if error is not None:
        raise error


def _outcome_of(error: ApiError | None) -> str:
    if error is None:
        return "done"
    is_open = isinstance(error, UnclearWrite | UnexpectedResponse)
    return "unclear" if is_open else "refused"


def _send(client: SentryClient, project: HealthProject, issue: Issue, act: _Act) -> None:
    changed = update_issue(client, project.organization, issue, act.changes, retry=ASK_ONCE)
    if changed is None:
        raise no_such_issue()
    if not _is_confirmed(changed, act):
        raise UnexpectedResponse(
            f"issue {issue.short_id}",
            f"Sentry took the change and does not say that the issue is {act.status}",
            fix="look at the issue; run it again if it is as it was",
        )


def _is_confirmed(changed: Mapping[str, Any], act: _Act) -> bool:
    """Whether Sentry's answer to the write says what was asked for, the release included."""
    if changed.get("status") not in (act.status, act.changes["status"]):
        return False
    told = changed.get("statusDetails")
    is_bound = isinstance(told, dict) and bool(told.keys() & {"inRelease", "inNextRelease"})
    return act.in_release is None or told is None or is_bound


def _unclear(project: HealthProject, issue: Issue, act: _Act, error: UnclearWrite) -> UnclearWrite:
    return UnclearWrite(
        f"issue {issue.short_id}",
        f"Sentry broke off before answering; the issue may or may not be {act.status} now",
        detail="The audit log says so too. Nothing was sent a second time.",
        fix=f"look with `watchpost health {project.entry_id} --issue {issue.short_id}`",
        status=error.status,
    )


def _untold(issue: Issue, act: _Act, outcome: str, fault: SettingsError) -> SettingsError:
    fates = {"done": f"is {act.status}", "refused": "is as it was"}
    fate = fates.get(outcome, f"may or may not be {act.status}")
    return SettingsError(
        fault.path,
        f"{issue.short_id} {fate}, but the audit log holds the intention alone",
        detail=fault.summary,
        fix=fault.fix,
    )


def _line(project: HealthProject, issue: Issue, act: _Act) -> dict[str, Any]:
    """What all lines of one act have in common."""
    return {
        "act": secrets.token_hex(8),
        "action": act.action,
        "entry": project.entry_id,
        "organization": project.organization,
        "project": project.slug,
        "issue": issue.id,
        "short_id": issue.short_id,
        "reason": act.reason,
        "in_release": act.in_release,
        "before": {
            "status": clean(issue.status, _LONGEST_DETAIL),
            "substatus": clean(issue.substatus, _LONGEST_DETAIL),
            "statusDetails": _details(issue),
        },
    }


def _details(issue: Issue) -> dict[str, str | bool | int]:
    """How it was resolved or ignored; not by whom."""
    return {
        clean(name, _LONGEST_DETAIL): clean(value, _LONGEST_DETAIL)
        if isinstance(value, str)
        else value
        for name, value in issue.status_details.items()
        if isinstance(value, (str, bool, int))
    }
