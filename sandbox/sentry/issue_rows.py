"""
Issues in the store: finding them by id or short id, and the change that time alone makes.

Does not: check who may see an issue, or show it.

Source: getsentry/sentry, src/sentry/models/group.py, src/sentry/utils/numbers.py, and
src/sentry/tasks/auto_ongoing_issues.py and clear_expired_snoozes.py.
"""

import re

from sandbox.sentry.call import Row
from sandbox.store import Store

# Crockford's: no letter that is taken for another sign.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_SHORT_ID = re.compile(r"^(?P<slug>.+)[-_\s](?P<number>[A-Za-z0-9]+)$")
# More than any id or number of an issue, and what a column of the store still holds.
MOST = 2**60
_MOST_DIGITS = len(str(MOST))
# For how long an issue is new, regressed or escalating before it is ongoing.
ONGOING_AFTER_MS = 7 * 24 * 3600 * 1000
_LIVING = (
    "SELECT i.*, p.organization_id FROM sentry_issues i"
    " JOIN sentry_projects p ON p.id = i.project_id WHERE p.status = 'active'"
)


def short_id_of(slug: str, number: int) -> str:
    """An issue's id as people say it: its project's slug and its number in base 32."""
    digits = ""
    while number or not digits:
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return f"{slug.upper()}-{digits}"


def find_issue(store: Store, organization_id: int, named: str) -> Row | None:
    """The issue of that id, or short id in any case, in the organization's living projects."""
    if named.isdecimal():
        issue = find_issue_anywhere(store, named)
        return issue if issue and issue["organization_id"] == organization_id else None
    parts = _SHORT_ID.match(named.strip())
    number = _read_number(parts["number"]) if parts else None
    if parts is None or number is None:
        return None
    sql = f"{_LIVING} AND p.organization_id = ? AND p.slug = ? AND i.number = ?"
    return store.row(sql, organization_id, parts["slug"].lower(), number)


def find_issue_anywhere(store: Store, named: str) -> Row | None:
    """The issue of that id in a living project of whatever organization."""
    if not named.isdecimal() or len(named) > _MOST_DIGITS or int(named) > MOST:
        return None
    return store.row(f"{_LIVING} AND i.id = ?", int(named))


def _read_number(digits: str) -> int | None:
    number = 0
    for digit in digits.upper().translate(_READ_AS):
        value = ALPHABET.find(digit)
        if value < 0:
            return None
        number = number * len(ALPHABET) + value
    return number if number <= MOST else None


def issue_row(store: Store, issue_id: int) -> Row:
    """The row of an issue that exists."""
    return store.rows("SELECT * FROM sentry_issues WHERE id = ?", issue_id)[0]


def advance_by_time(store: Store, now_ms: int) -> None:
    """
    Make issues ongoing that have been new, regressed or escalating for a week, or ignored in full.

    A real server does it by tasks every few minutes; here whoever reads issues does it first.
    """
    before = now_ms - ONGOING_AFTER_MS
    store.write(
        "UPDATE sentry_issues SET substatus = 'ongoing' WHERE status = 'unresolved' AND ("
        "(substatus = 'new' AND first_seen_ms <= ?)"
        " OR (substatus IN ('regressed', 'escalating') AND substatus_ms <= ?))",
        before,
        before,
    )
    store.write(
        "UPDATE sentry_issues SET status = 'unresolved', substatus = 'ongoing', ignored = NULL"
        " WHERE status = 'ignored' AND json_extract(ignored, '$.until_ms') <= ?",
        now_ms,
    )
