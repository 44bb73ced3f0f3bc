"""The server's log: one line each, whatever is written to it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from watchpost.agents.lines import tame_libraries, write_line

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The logger of all loggers, put back as it was."""
    found = logging.getLogger()
    state = found.handlers, found.level
    yield found
    found.handlers, found.level = state


def test_a_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Line breaks and signs that a terminal acts on are gone; a long one is cut."""
    write_line("one\n  two\x1b[31m\x00\u202e" + "x" * 2_000)
    (line,) = capsys.readouterr().err.splitlines()
    assert line[20:].startswith(" one; twoxx")
    assert len(line) < 600


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("library", ["mcp.server.runner", "uvicorn.error", "psycopg", "anything"])
def test_libraries_leave_their_tracebacks(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What any library logs of an exception is a line without the exception's text."""
    lines: list[str] = []
    tame_libraries(lines.append)
    logger = logging.getLogger(library)
    try:
        int("what nobody should see")
    except ValueError:
        logger.exception("handler raised")
    logger.info("not told")
    assert lines == [f"{library}: handler raised"]
    assert capsys.readouterr().err == ""


def test_debugging_leaves_them_as_they_are(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With WATCHPOST_DEBUG=1 nothing is taken from what they say."""
    monkeypatch.setenv("WATCHPOST_DEBUG", "1")
    before = list(root.handlers)
    tame_libraries(print)
    assert root.handlers[: len(before)] == before
