"""The server's log: one line each, whatever is written to it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from watchpost.agents.lines import tame_libraries, write_line

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger of the SDK's, put back as it was."""
    found = logging.getLogger("mcp")
    state = found.handlers, found.level, found.propagate
    yield found
    found.handlers, found.level, found.propagate = state


def test_a_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Line breaks and signs that a terminal acts on are gone; a long one is cut."""
    write_line("one\n  two\x1b[31m\x00\u202e" + "x" * 2_000)
    (line,) = capsys.readouterr().err.splitlines()
    assert line[20:].startswith(" one; twoxx")
    assert len(line) < 600


def test_libraries_leave_their_tracebacks(logger: logging.Logger) -> None:
    """What the SDK logs of an exception is a line without the exception's text."""
    lines: list[str] = []
    tame_libraries(lines.append)
    try:
        int("what nobody should see")
    except ValueError:
        logging.getLogger("mcp.server.runner").exception("handler raised")
    logger.debug("not told")
    assert lines == ["mcp.server.runner: handler raised"]


def test_debugging_leaves_them_as_they_are(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With WATCHPOST_DEBUG=1 nothing is taken from what they say."""
    monkeypatch.setenv("WATCHPOST_DEBUG", "1")
    before = logger.handlers, logger.propagate
    tame_libraries(print)
    assert (logger.handlers, logger.propagate) == before
