"""Retired keys in words: what is known, what is not, what is next."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.unit.rotation.keys import KEY_ID, NOW, make_key, make_status
from watchpost.policy import Tally
from watchpost.policy.limits import Allowed
from watchpost.rotation import (
    Acceptance,
    Action,
    Holder,
    Outcome,
    Permission,
    Runner,
    Step,
    Terms,
    finish_document,
    judge,
    render_finish,
    render_status,
    status_document,
)

HOUR = datetime(2026, 11, 28, 9, tzinfo=UTC)
PERMITTED = Permission(Tally("key-delete", 1, Allowed(1, "allowed for this run")), "")


def decide(**known: Any) -> Step:
    """One retired key and what is decided about it."""
    return judge(make_status(**known), Terms(NOW))


def test_status_of_a_key_in_use() -> None:
    """The table counts, the lines below name each reason and each open question."""
    step = decide(
        acceptance=Acceptance(is_known=True, hour=HOUR),
        rows=(Holder("web", "SENTRY_DSN"), Holder("api", "DSN", doubt="locked")),
        runners=(Runner("web", "yes", "old"), Runner("web", "unknown", "previews", blocks=False)),
        troubles=("rows of db: 503",),
        shipped=True,
    )
    heading, _, row, gap, *lines = render_status([step]).splitlines()
    assert heading.split()[:3] == ["key", "retired", "key"]
    assert heading.split()[-3:] == ["rows", "running", "next"]
    assert [cell.strip() for cell in row.split("  ") if cell] == [
        "shop/production",
        KEY_ID,
        "2026-11-20",
        "active (shipped)",
        "2026-11-28 09h UTC",
        "1, 1 unknown, some unchecked",
        "1, 1 unknown, some unchecked",
        "wait",
    ]
    assert gap == ""
    name = f"shop/production {KEY_ID}"
    decide_it = "say --despite-unreadable if it does not hold this key"
    quiet = "an event in the hour of 2026-11-28 09:00; ask again after 2026-11-29 10:00 UTC"
    assert lines == [
        f"{name}: waits: shipped builds may hold it: say --force-shipped if none does",
        f"{name}: waits: not quiet: {quiet}",
        f"{name}: waits: held by web SENTRY_DSN",
        f"{name}: waits: perhaps held by api DSN, locked: {decide_it}",
        f"{name}: waits: running in web: old",
        f"{name}: waits: could not check: rows of db: 503",
        f"{name}: note: web: previews (unknown)",
    ]


def test_status_of_quiet_and_unknown_keys() -> None:
    """No event in 30 days and no statistics are two things."""
    assert "none in 30 days" in render_status([decide()])
    assert "may be disabled: quiet, and held by nobody" in render_status([decide()])
    unknown = render_status([decide(acceptance=Acceptance(is_known=False))])
    assert "keeps no statistics" in unknown
    assert render_status([]) == "No key is retired.\n"


def test_finish_says_what_was_done_and_what_failed() -> None:
    """One line for each step; a trouble is indented below it."""
    done, waiting = decide(), decide(rows=(Holder("web", "DSN"),))
    failed = Outcome(done, "PUT /keys/: 503\n  fix: later")
    text = render_finish([done, waiting], [Outcome(done), failed], PERMITTED)
    name = f"shop/production {KEY_ID}:"
    assert text.splitlines() == [
        f"{name} disabled",
        f"{name} FAILED",
        "  PUT /keys/: 503",
        "    fix: later",
        f"{name} waits: held by web DSN",
    ]
    assert render_finish([], [], PERMITTED) == "No key is retired.\n"


def test_finish_without_permission_says_how_to_get_it() -> None:
    """The exact line for the manifest and the option for one run."""
    refused = Permission(Tally("key-delete", 1, Allowed(0, "default")), "allow: {key-delete: 1}")
    text = render_finish([decide()], [], refused)
    assert text.endswith(
        "Nothing was done: 1 to disable or delete, 0 allowed (default).\n"
        "To allow it, add to the manifest:\n"
        "  allow: {key-delete: 1}\n"
        "or, for this run alone, say --allow key-delete=1\n"
    )


def test_documents() -> None:
    """The JSON says each part by itself, with nulls for what is not known, and no DSN."""
    step = decide(acceptance=Acceptance(is_known=True, hour=HOUR))
    (retired,) = status_document([step])["retired"]
    assert retired["last_event"] == {"is_known": True, "hour": "2026-11-28T09:00:00+00:00"}
    assert (retired["next"], retired["disabled_on"]) == ("wait", None)
    document = finish_document([step], [Outcome(step, "503")], PERMITTED)
    assert (document["retired"][0]["done"], document["retired"][0]["trouble"]) == (False, "503")
    assert make_key().dsn_public not in json.dumps(document)
    assert str(Action.RECORD) == "record"
