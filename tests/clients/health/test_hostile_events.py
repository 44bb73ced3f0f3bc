"""Hostile events, sent to a server by the public DSN and told in every form of the command."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests import tallies
from tests.clients.health.shop import SHOP, Shop
from tests.hostile import CASES, Case, check_answer, check_document
from tests.hostile.sending import send_event
from watchpost.__main__ import main
from watchpost.health.preamble import BEGIN, END, MOST_CHARACTERS, MOST_LINES, make_preamble

if TYPE_CHECKING:
    from pathlib import Path

TAKEN, REFUSED = [200, 200], [400, 400]
JSON_MOST = 40_000
MANIFEST = """\
version: 1
organization: acme
teams: {web: {existing: true}}
projects: {shop: {slug: acme-shop, platform: python, teams: [web]}}
"""
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@dataclass(frozen=True)
class Command:
    """`watchpost health shop` in a checkout, run in this process."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *options: str) -> str:
        """What it prints; it must succeed, and say nothing else."""
        code = main(["health", "shop", *options, "-C", str(self.folder), "--stack", "dev"])
        told = self.capture.readouterr()
        assert (code, told.err) == (0, "")
        return told.out


@pytest.fixture
def command(
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """The command, with the settings of the sandbox."""
    (tmp_path / "Pulumi.yaml").write_text("name: fleet\nruntime: python\n", encoding="utf-8")
    (tmp_path / "projects.yaml").write_text(MANIFEST, encoding="utf-8")
    monkeypatch.setenv("SENTRY_BASE_URL", shop.sandbox.sentry_url)
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", shop.sandbox.tokens["sentry"]["readonly"])
    # The command sets it; here it must end with the test.
    monkeypatch.setenv("WATCHPOST_READ_ONLY", os.environ.get("WATCHPOST_READ_ONLY", "1"))
    return Command(tmp_path, capsys)


def send_twice(shop: Shop, case: Case) -> bool:
    """Send the case's event twice; whether it was taken. Half a letter is no JSON text."""
    statuses = [each.status for each in send_event(shop.sandbox, "acme", SHOP.slug, case.make(), 2)]
    assert statuses == (REFUSED if case.name == "half a letter" else TAKEN)
    return statuses == TAKEN


@every_case
def test_preamble_holds_hostile_events(shop: Shop, case: Case) -> None:
    """Nothing that an event says leaves the fence of the preamble, or ends its block."""
    is_taken = send_twice(shop, case)
    text = make_preamble(shop.client, SHOP)
    faults = check_answer(text, case, MOST_CHARACTERS)
    tallies.add("hostile events sent, preamble", tried=1, leaked=bool(faults))
    assert faults == []
    assert (text.count(BEGIN), text.count(END)) == ((1, 1) if is_taken else (0, 0))
    assert len(text.split("\n")) <= MOST_LINES


@every_case
def test_command_holds_hostile_events(shop: Shop, command: Command, case: Case) -> None:
    """Nothing that an event says leaves the fences, or `untrusted`, of what the command prints."""
    options: list[tuple[str, ...]] = [(), ("--format", "preamble")]
    documents: list[tuple[str, ...]] = [("--format", "json")]
    if send_twice(shop, case):
        (issue,) = shop.issues()
        options.append(("--issue", issue["shortId"]))
        documents.append(("--issue", issue["id"], "--format", "json"))
    faults = [fault for each in options for fault in check_answer(command.run(*each), case)]
    for each in documents:
        faults += check_document(json.loads(command.run(*each)), case, {"untrusted"}, JSON_MOST)
    tallies.add("hostile events sent, command", tried=1, leaked=bool(faults))
    assert faults == []


def test_all_hostile_events_at_once(shop: Shop) -> None:
    """A project with an issue of every case has a preamble within its limits, and it says so."""
    for case in CASES:
        send_twice(shop, case)
    text = make_preamble(shop.client, SHOP)
    assert check_answer(text, Case("all of them", dict), MOST_CHARACTERS) == []
    assert len(text.split("\n")) <= MOST_LINES
    assert " more issues\n" in text
