"""
The switch that keeps every write from leaving.

Two ways to set it: `WATCHPOST_READ_ONLY=1` for a whole process (plan, drift and doctor set it),
and `writes_refused()` for one block of code, which also holds in threads started with that block's
context (`asyncio.to_thread`) but not in other threads.

Does not: decide who may write. Source: design.md 4 (previews) and 8.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from watchpost.errors import ReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator

READ_ONLY_VARIABLE = "WATCHPOST_READ_ONLY"
SAFE_METHODS = frozenset({"GET", "HEAD"})

_refused: ContextVar[bool] = ContextVar("watchpost_writes_refused", default=False)


@contextmanager
def writes_refused() -> Iterator[None]:
    """Refuse every verb but GET and HEAD inside the block."""
    token = _refused.set(True)
    try:
        yield
    finally:
        _refused.reset(token)


def is_read_only() -> bool:
    """Whether writes are switched off here and now; any value but an empty one or `0` is on."""
    return _refused.get() or os.environ.get(READ_ONLY_VARIABLE, "") not in {"", "0"}


def raise_if_read_only(method: str, path: str) -> None:
    """
    Stop a write before it leaves.

    Raises:
        ReadOnly: *method* is neither GET nor HEAD and writes are switched off.
    """
    if method not in SAFE_METHODS and is_read_only():
        raise ReadOnly(
            f"{method} {path}",
            "a write was asked for while writes are switched off",
            detail="Nothing was sent: this is a preview, a plan or a check.",
            fix=f"run `pulumi up`; if you did, unset {READ_ONLY_VARIABLE}",
        )
