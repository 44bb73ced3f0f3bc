"""
Errors as a reader of `pulumi up` should see them: our words, without a traceback.

The engine shows what Python prints for an exception. An exception whose module is `builtins` is
printed as its class and its text alone.

Does not: show the text of an unexpected exception, because it may hold a value.

Source: reference/pulumi-engine.md 2.4.
"""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from watchpost.errors import WatchpostError

if TYPE_CHECKING:
    from collections.abc import Iterator

E = TypeVar("E", bound=WatchpostError)


class UnexpectedFault(Exception):
    """Our bug; its text starts with `BUG:`."""

    __module__ = "builtins"


@contextmanager
def plain_errors() -> Iterator[None]:
    """Raise each error of the block anew, in the form that prints as its words alone."""
    try:
        yield
    except WatchpostError as error:
        raise as_plain(error) from None
    except Exception as error:  # noqa: BLE001  # the border: everything else is our bug
        raise UnexpectedFault(_bug_text(error)) from None


def as_plain(error: E) -> E:
    """Make an equal error of an equally named subclass that says it is of `builtins`."""
    kind = type(error)
    plain = type(kind.__name__, (kind,), {"__module__": "builtins", "__qualname__": kind.__name__})
    copy: E = plain.__new__(plain, *error.args)
    copy.__dict__.update(error.__dict__)
    return copy


def _bug_text(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return f"BUG: {type(error).__name__} at {where}; please report it"
