"""
One issue with its event as text: figures outside, texts of the event inside a fence.

What does not fit is left out whole, in this order, the oldest first: breadcrumbs but the last
five, source lines of outer frames, the other breadcrumbs, outer frames, source lines of the crash,
the crash's frame. The text says how many of each.

Does not: ask, or show a text of an event outside the fence. Source: ADR 0015; issue 6, part 2.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.health import lengths
from watchpost.health.fence import MARGIN, clean, clean_code
from watchpost.health.lengths import MOST_CHARACTERS
from watchpost.health.text import fence_of, moment, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from watchpost.health.model import Breadcrumb, ErrorDetail, Frame, Thrown

_LAST_BREADCRUMBS = 5
# Room for the line that says what is left out.
_RESERVE = 160


@dataclass(frozen=True)
class _Piece:
    """Lines that stay or go together; of higher *rank* go first, and 0 never."""

    lines: tuple[str, ...]
    kind: str = ""
    rank: int = 0

    @property
    def size(self) -> int:
        return sum(len(MARGIN) + len(line) + 1 for line in self.lines)


def render_detail(detail: ErrorDetail, most: int = MOST_CHARACTERS, boundary: str = "") -> str:
    """
    One issue with its event and one fence.

    Args:
        detail: What to tell.
        most: Characters of the whole text; fewer than 1,000 count as 1,000.
        boundary: Of the fence; empty draws one.
    """
    fence = fence_of(detail.project, boundary)
    head = "\n".join(_head(detail))
    around = len(head) + len(fence.opening) + len(fence.closing) + 4
    room = max(most, lengths.FEWEST_CHARACTERS) - around - _RESERVE
    lines, left_out = _fit(list(_pieces(detail)), room)
    return "\n".join([head, fence.around(lines), *_told(left_out)]) + "\n"


def _head(detail: ErrorDetail) -> Iterator[str]:
    error = detail.summary
    states = ", ".join(filter(None, (error.level, error.status, error.substatus)))
    yield f"{clean(error.short_id, lengths.SHORT_ID)} of {detail.project.entry_id}: {states}"
    yield (
        f"{plural(error.total, 'event')}, {plural(detail.users, 'user')}; "
        f"first seen {moment(error.first_seen)}, last {moment(error.last_seen)}"
    )
    if error.link:
        yield clean(error.link, lengths.LINK)
    if detail.note:
        yield f"{detail.note[0].upper()}{detail.note[1:]}."
    elif detail.event_at:
        yield f"what follows is the event of {moment(detail.event_at)}"


def _pieces(detail: ErrorDetail) -> Iterator[_Piece]:
    yield _Piece(tuple(_about(detail)))
    for number, thrown in enumerate(detail.exceptions, start=1):
        yield from _exception(thrown, number, detail)
    if detail.breadcrumbs:
        yield _Piece((f"breadcrumbs, oldest first{_before(detail)}:",))
    first_kept = len(detail.breadcrumbs) - _LAST_BREADCRUMBS
    for number, crumb in enumerate(detail.breadcrumbs):
        yield _Piece((_breadcrumb(crumb),), "breadcrumb", 4 if number >= first_kept else 6)


def _about(detail: ErrorDetail) -> Iterator[str]:
    """The lines that always stay."""
    yield clean(detail.summary.title, lengths.TITLE) or "no title"
    told = (
        ("in", detail.summary.culprit, lengths.CULPRIT),
        ("message", detail.message, lengths.VALUE),
        ("request", detail.request, lengths.URL),
        ("environment", detail.environment, lengths.NAME),
        ("release", detail.release, lengths.RELEASE),
        ("first release", detail.first_release, lengths.RELEASE),
        ("last release", detail.last_release, lengths.RELEASE),
    )
    for word, text, longest in told:
        if cleaned := clean(text, longest):
            yield f"{word}: {cleaned}"


def _exception(thrown: Thrown, number: int, detail: ErrorDetail) -> Iterator[_Piece]:
    count = len(detail.exceptions)
    between = detail.exceptions_left_out if number == 2 else 0  # noqa: PLR2004  # after the cause
    if between:
        yield _Piece((f"({plural(between, 'exception')} between left out)",))
    yield _Piece((_thrown(thrown, number, count),))
    for index, frame in enumerate(thrown.frames):
        is_crash = index == len(thrown.frames) - 1
        yield _Piece((_frame(frame),), "frame", 1 if is_crash else 3)
        source = tuple(_source(frame))
        if source:
            yield _Piece(source, "source extract", 2 if is_crash else 5)
    if thrown.left_out:
        yield _Piece((f"  ({plural(thrown.left_out, 'other frame')} left out)",))


def _thrown(thrown: Thrown, number: int, count: int) -> str:
    which = f"exception {number} of {count}, the cause first: " if count > 1 else "exception: "
    handled = {True: " (caught by the app)", False: " (not caught)", None: ""}
    kind = clean(thrown.kind, lengths.KIND) or "a stack without an exception"
    value = clean(thrown.value, lengths.VALUE)
    return f"{which}{kind}{f': {value}' if value else ''}{handled[thrown.is_handled]}"


def _frame(frame: Frame) -> str:
    place = clean(frame.filename, lengths.NAME) or "unknown file"
    line = "" if frame.line is None else f":{frame.line}"
    function = clean(frame.function, lengths.NAME)
    return f"  {place}{line}{f' in {function}' if function else ''}"


def _source(frame: Frame) -> Iterator[str]:
    for number, text in frame.context:
        sign = ">" if number == frame.line else " "
        yield f"  {sign} {number:>5}  {clean_code(text, lengths.LINE)}"


def _breadcrumb(crumb: Breadcrumb) -> str:
    words = (crumb.at, crumb.category, crumb.level)
    told = [clean(word, lengths.WORD) for word in words]
    return "  " + " ".join(filter(None, (*told, clean(crumb.message, lengths.LINE))))


def _before(detail: ErrorDetail) -> str:
    count = detail.breadcrumbs_left_out
    return f" ({count} before them left out)" if count else ""


def _fit(pieces: list[_Piece], room: int) -> tuple[list[str], Counter[str]]:
    """The lines that fit into *room* characters, and how many pieces of each kind do not."""
    left_out: Counter[str] = Counter()
    size = sum(piece.size for piece in pieces)
    by_rank = sorted((each for each in pieces if each.rank), key=lambda each: -each.rank)
    gone: set[int] = set()
    for piece in by_rank:
        if size <= room:
            break
        size -= piece.size
        gone.add(id(piece))
        left_out[piece.kind] += 1
    lines = [line for piece in pieces if id(piece) not in gone for line in piece.lines]
    return _cut(lines, room, left_out), left_out


def _cut(lines: Sequence[str], room: int, left_out: Counter[str]) -> list[str]:
    """As many of the first lines as fit, where leaving pieces out was not enough."""
    kept: list[str] = []
    for line in lines:
        room -= len(MARGIN) + len(line) + 1
        if room < 0:
            left_out["line"] = len(lines) - len(kept)
            break
        kept.append(line)
    return kept


def _told(left_out: Counter[str]) -> list[str]:
    parts = ", ".join(plural(count, kind) for kind, count in sorted(left_out.items()))
    return [f"left out, to keep this short: {parts}"] if parts else []
