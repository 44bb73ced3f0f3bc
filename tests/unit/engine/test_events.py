"""Reading the engine's events, one line at a time."""

from __future__ import annotations

import json

import pytest

from watchpost.engine import Diagnostic, Operation, Summary, read_event

URN = "urn:pulumi:prod::watchpost::sentry:index/sentryTeam:SentryTeam::platform"


def line(**event: object) -> str:
    """An event as the engine prints it."""
    return json.dumps({"sequence": 3, "timestamp": 1795872871, **event})


@pytest.mark.parametrize(
    ("name", "stage"),
    [("resourcePreEvent", "started"), ("resOutputsEvent", "done"), ("resOpFailedEvent", "failed")],
)
def test_an_operation_tells_its_stage(name: str, stage: str) -> None:
    """Each event of an operation becomes its stage, the engine's word and the resource."""
    event = read_event(line(**{name: {"metadata": {"op": "update", "urn": URN, "old": {}}}}))
    assert isinstance(event, Operation)
    assert (event.stage, event.op, event.urn) == (stage, "update", URN)


@pytest.mark.parametrize("op", ["same", "refresh", "read"])
def test_what_only_looks_is_no_operation(op: str) -> None:
    """Looking at a resource, and finding it as it should be, is no event to us."""
    assert read_event(line(resourcePreEvent={"metadata": {"op": op, "urn": URN}})) is None


def test_a_message_loses_the_prefix_and_keeps_its_lines() -> None:
    """The engine's own `error: ` is taken away; the lines of the message stay."""
    said = {"prefix": "error: ", "severity": "error", "urn": URN}
    for text in ("first\n  second\n", "error: first\n  second\n"):
        event = read_event(line(diagnosticEvent={**said, "message": text}))
        assert event == Diagnostic("error", "first\n  second", URN)


def test_a_message_of_the_whole_run_names_no_resource() -> None:
    """Without a URN the message is about the run."""
    event = read_event(line(diagnosticEvent={"severity": "error", "message": "update failed\n"}))
    assert event == Diagnostic("error", "update failed", "")


def test_the_end_tells_result_and_seconds() -> None:
    """The summary tells what the run came to and how long it took."""
    event = read_event(line(summaryEvent={"result": "failed", "durationSeconds": 14}))
    assert event == Summary("failed", 14)
    assert read_event(line(summaryEvent={})) == Summary("", 0)


@pytest.mark.parametrize(
    "text",
    ["", "Updating (tests)", "{", "[1]", "7", line(preludeEvent={"config": {}}), line(x={})],
)
def test_what_is_no_event_says_nothing(text: str) -> None:
    """Text, broken JSON and events that we do not know are passed over."""
    assert read_event(text) is None
