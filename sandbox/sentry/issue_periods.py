"""
The period and the environments that an issue endpoint is asked about.

Does not: count anything; sandbox.sentry.issue_figures does.

Source: getsentry/sentry, src/sentry/api/utils.py and src/sentry/search/utils.py.
"""

import re
from datetime import UTC, datetime

from sandbox.sentry.answers import bad_request, missing
from sandbox.sentry.call import Call

# Keyed by unit: milliseconds.
LATER_MS = {
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 24 * 3_600_000,
    "w": 7 * 24 * 3_600_000,
}
DEFAULT_MS = 90 * LATER_MS["d"]
_LENGTH = re.compile(r"(\d{1,15})([smhdw]?)$", re.ASCII)
_FORMS = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
_LONGEST_MS = 10**14


class BadPeriod(Exception):
    """What was asked for is no period; the message is the server's."""


def read_range(call: Call, *, is_optional: bool = False) -> tuple[int | None, int | None]:
    """
    The beginning and the end of the period asked for, in milliseconds; the end is not in it.

    The last 90 days where nothing is asked, or with *is_optional* no bounds at all.

    Raises:
        Refused: 400 with the reason.
    """
    try:
        return _range(call, is_optional=is_optional)
    except BadPeriod as error:
        raise bad_request({"detail": str(error)}) from None


def _range(call: Call, *, is_optional: bool) -> tuple[int | None, int | None]:
    # What happens in this very millisecond has happened.
    now_ms = call.now_ms() + 1
    asked = {name: call.parameter(name) or "" for name in ("start", "end")}
    length = call.parameter("statsPeriod")
    ends = [call.parameter(f"statsPeriod{end}") for end in ("Start", "End")]
    if length is not None:
        return _checked(now_ms - _length_ms(length), now_ms)
    if any(ends):
        if not all(ends):
            raise BadPeriod("statsPeriodStart and statsPeriodEnd are both required")
        return _checked(*(now_ms - _length_ms(each or "") for each in ends))
    if any(asked.values()):
        if not all(asked.values()):
            raise BadPeriod("start and end are both required")
        return _checked(_moment_ms(asked["start"]), _moment_ms(asked["end"]))
    return (None, None) if is_optional else (now_ms - DEFAULT_MS, now_ms)


def _checked(since_ms: int, until_ms: int) -> tuple[int, int]:
    if since_ms >= until_ms:
        raise BadPeriod("start must be before end")
    return since_ms, until_ms


def _length_ms(text: str) -> int:
    found = _LENGTH.match(text)
    length = int(found[1]) * LATER_MS[found[2] or "s"] if found else _LONGEST_MS
    if length >= _LONGEST_MS:
        raise BadPeriod(f"Invalid statsPeriod: {text!r}")
    return length


def _moment_ms(text: str) -> int:
    at_ms = read_moment_ms(text)
    if at_ms is None:
        raise BadPeriod(f"{text} is not a valid ISO8601 date query")
    return at_ms


def read_environments(call: Call) -> tuple[str, ...]:
    """
    The names of the environments asked for, none for all.

    Raises:
        Refused: 404 where one of them is no environment of the organization.
    """
    names = sorted(set(call.parameters("environment")))
    known = call.store.rows(
        "SELECT DISTINCT e.name FROM sentry_environments e"
        " JOIN sentry_projects p ON p.id = e.project_id WHERE p.organization_id = ?",
        call.organization["id"],
    )
    if set(names) - {row["name"] for row in known}:
        raise missing()
    return tuple(names)


def read_moment_ms(text: str) -> int | None:
    """A moment in ISO 8601, always UTC whatever offset it names; None for what is none."""
    bare = re.sub(r"(?:Z|[+]\d\d:\d\d)$", "", text, flags=re.ASCII)
    for form in _FORMS:
        try:
            moment = datetime.strptime(bare, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return int(moment.timestamp() * 1000)
    return None
