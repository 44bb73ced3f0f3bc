"""
Issues in the store: finding them by id or short id, and the change that time alone makes.

Does not: check who may see an issue, or show it.

Source: getsentry/sentry, src/sentry/models/group.py, src/sentry/utils/numbers.py, and
src/sentry/tasks/auto_ongoing_issues.py.
"""

import re

from sandbox.sentry.call import Row
from sandbox.store import Store

# Crockford's: no letter that is taken for another sign.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_SHORT_ID = re.compile(r"^(?P<slug>.+)[-_ ](?P<number>[A-Za-z0-9]+)$")
# For how long an issue is new, regressed or escalating before it is ongoing.
ONGOING_AFTER_MS = 7 * 24 * 3600 * 1000


def short_id_of(slug: str, number: int) -> str:
    """An issue's id as people say it: its project's slug and its number in base 32."""
    digits = ""
    while number or not digits:
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return f"{slug.upper()}-{digits}"


def find_issue(store: Store, organization_id: int, named: str) -> Row | None:
    """The issue of that id, or short id in any case, in the organization's living projects."""
    sql = (
        "SELECT i.* FROM sentry_issues i JOIN sentry_projects p ON p.id = i.project_id"
        " WHERE p.organization_id = ? AND p.status = 'active'"
    )
    if named.isdecimal():
        return store.row(f"{sql} AND i.id = ?", organization_id, named)
    parts = _SHORT_ID.match(named)
    number = _read_number(parts["number"]) if parts else None
    if parts is None or number is None:
        return None
    slug = parts["slug"].lower()
    return store.row(f"{sql} AND p.slug = ? AND i.number = ?", organization_id, slug, number)


def _read_number(digits: str) -> int | None:
    number = 0
    for digit in digits.upper().translate(_READ_AS):
        value = ALPHABET.find(digit)
        if value < 0:
            return None
        number = number * len(ALPHABET) + value
    # No counter of a project reaches what a column cannot hold.
    return number if number < 2**63 else None


def advance_by_time(store: Store, now_ms: int) -> None:
    """
    Make issues ongoing that have been new, regressed or escalating for a week.

    A real server does it by a task every few minutes; here whoever reads issues does it first.
    """
    before = now_ms - ONGOING_AFTER_MS
    store.write(
        "UPDATE sentry_issues SET substatus = 'ongoing' WHERE status = 'unresolved' AND ("
        "(substatus = 'new' AND first_seen_ms <= ?)"
        " OR (substatus IN ('regressed', 'escalating') AND substatus_ms <= ?))",
        before,
        before,
    )
