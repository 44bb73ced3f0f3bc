"""`watchpost health` over the simulated server: no engine, no passphrase, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.clients.health.shop import REASON, VAULT, Json, Shop
from tests.sandboxes import REPOSITORY
from watchpost.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = """\
version: 1
organization: acme
teams: {web: {existing: true}}
projects:
  shop: {slug: acme-shop, platform: python, teams: [web]}
records:
  url: env:DATABASE_URL
  table: projects
  key: {column: slug, value: "customer/{id}"}
  set: {sentry_project_slug: "{slug}"}
"""


@dataclass(frozen=True)
class Command:
    """`watchpost health` in a checkout, run in this process."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str, code: int = 0, entry: str = "shop") -> str:
        """What it prints and complains of, when it ends with *code*."""
        with pytest.MonkeyPatch.context() as patch:
            # What looks sets it for its process, which here goes on.
            patch.setenv("WATCHPOST_READ_ONLY", os.environ.get("WATCHPOST_READ_ONLY", ""))
            ended = main(["health", entry, *words, "-C", str(self.folder), "--stack", "dev"])
        told = self.capture.readouterr()
        assert ended == code, told
        return told.out if code == 0 else told.out + told.err


@pytest.fixture
def command(
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """The command, with a stack of the sandbox, and no engine on the path."""
    (tmp_path / "Pulumi.yaml").write_text("name: fleet\nruntime: python\nstackConfigDir: stacks\n")
    (tmp_path / "projects.yaml").write_text(MANIFEST)
    (tmp_path / "stacks").mkdir()
    stack = f"config:\n  sentry:baseUrl: {shop.sandbox.sentry_url}\n"
    (tmp_path / "stacks" / "Pulumi.dev.yaml").write_text(stack)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.delenv("SENTRY_BASE_URL", raising=False)
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", shop.sandbox.tokens["sentry"]["internal"])
    monkeypatch.setenv("WATCHPOST_AUDIT_LOG", str(shop.log.path))
    return Command(tmp_path, capsys)


@pytest.fixture
def issue(shop: Shop) -> Json:
    """An issue of the shop with two events."""
    shop.crash(release="build-7")
    shop.crash(release="build-7", environment="staging")
    (found,) = shop.issues()
    return found


def test_the_digest_is_told(shop: Shop, issue: Json, command: Command) -> None:
    """As text and as JSON, for two requests each, none of them a write."""
    text = command.run()
    assert "shop, last 6h: 1 new, 0 regressed, 0 still growing" in text
    assert f"| {issue['shortId']}: KeyError: 'total'" in text
    document = json.loads(command.run("--format", "json", "--since", "1h"))
    assert (document["version"], document["since"]) == (1, "1h")
    assert [each["trend"] for each in document["issues"]] == ["new"]
    assert document["untrusted"] == {"release": "build-7"}
    assert len(shop.requests()) == 4
    assert shop.sandbox.writes() == []


@pytest.mark.usefixtures("issue")
def test_a_digest_of_an_environment(command: Command) -> None:
    """What happened in another one does not count."""
    assert " 0 new," in command.run("--environment", "staging")
    assert " 1 new," in command.run("--environment", "staging", "--minimum-count", "1")


@pytest.mark.usefixtures("issue")
def test_the_preamble_is_told(command: Command) -> None:
    """Or nothing at all, where nothing happened."""
    assert command.run("--format", "preamble").startswith("[PROJECT HEALTH]\n")
    assert command.run("--format", "preamble", "--minimum-count", "9") == ""


@pytest.mark.parametrize("words", [(), ("--log",), ("--issue", "1")])
def test_what_only_looks_switches_writes_off(
    command: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """For its whole process, whatever it comes to."""
    monkeypatch.setenv("WATCHPOST_READ_ONLY", "")
    main(["health", "shop", *words, "-C", str(command.folder), "--stack", "dev"])
    assert os.environ["WATCHPOST_READ_ONLY"] == "1"


def test_a_terminal_without_a_sign_for_a_title_shows_its_number(
    shop: Shop, command: Command
) -> None:
    """No event can say anything that makes the command fail where it is read."""
    shop.crash(kind="日本語")
    words = ["health", "shop", "--minimum-count", "1", "-C", str(command.folder), "-s", "dev"]
    done = subprocess.run(
        [sys.executable, "-m", "watchpost", *words],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert r"| ACME-SHOP-1: \u65e5\u672c\u8a9e: 'total'" in done.stdout


def test_one_issue_is_told(issue: Json, command: Command) -> None:
    """By its short id or number."""
    text = command.run("--issue", issue["shortId"])
    assert f"{issue['shortId']} of shop: error, unresolved, new" in text
    document = json.loads(command.run("--issue", issue["id"], "--format", "json"))
    (thrown,) = document["untrusted"]["exceptions"]
    assert (thrown["type"], thrown["frames"][0]["line"]) == ("KeyError", 41)


def test_an_entry_is_known_by_its_records_key(issue: Json, command: Command) -> None:
    """A platform names projects as its own table does."""
    text = command.run("--issue", issue["id"], entry="customer/shop")
    assert f"{issue['shortId']} of shop: " in text


def test_an_issue_is_resolved_reopened_and_looked_up(
    shop: Shop, issue: Json, command: Command
) -> None:
    """Each with a reason, which the log tells, as text and as JSON."""
    short_id = issue["shortId"]
    done = command.run("--resolve", short_id, "--reason", REASON, "--in-release", "next")
    assert done == f"{short_id} is resolved now; it was unresolved.\n"
    assert shop.state_of(issue) == ("resolved", {"inNextRelease": True})
    again = command.run("--resolve", short_id, "--reason", REASON, "--format", "json")
    assert json.loads(again)["was_changed"] is False
    command.run("--reopen", short_id, "--reason", "it crashed again in staging")
    assert shop.state_of(issue)[0] == "unresolved"
    first, second = command.run("--log").splitlines()
    assert f": resolve {short_id} in release next, done; was unresolved; {REASON}" in first
    assert f": reopen {short_id}, done; was resolved; it crashed again in staging" in second
    document = json.loads(command.run("--log", "--format", "json", entry="customer/shop"))
    assert [each["outcome"] for each in document["lines"]] == ["intended", "done"] * 2
    assert document["faults"] == []


def test_a_log_that_was_changed_is_told(issue: Json, command: Command, shop: Shop) -> None:
    """With what can be read of it, and the exit code 1."""
    command.run("--resolve", issue["id"], "--reason", REASON)
    shop.log.path.write_bytes(shop.log.read().replace(b"optional", b"required", 1))
    told = command.run("--log", code=1)
    assert "line 2 does not follow the one before it" in told


def test_a_log_that_somebody_wrote_is_printed_as_signs(command: Command, shop: Shop) -> None:
    """In JSON, what a terminal would obey, what hides, and half a letter stand escaped."""
    line = {"organization": "acme", "entry": "shop", "previous": ""}
    line |= {"reason": "\x9b2J\u202e\ud800"}
    shop.log.path.write_text(json.dumps(line) + "\n")
    told = command.run("--log", "--format", "json")
    assert told.isascii()
    assert json.loads(told)["lines"] == [line]


def test_the_log_of_an_entry_that_is_gone_is_told(
    issue: Json, command: Command, shop: Shop
) -> None:
    """What was done stays done; a name that was never there is refused."""
    command.run("--resolve", issue["id"], "--reason", REASON)
    gone = MANIFEST.replace("shop:", "other:")
    (command.folder / "projects.yaml").write_text(gone)
    shop.sandbox.clear_log()
    assert "resolve" in command.run("--log")
    assert "the manifest has no such entry" in command.run("--log", entry="shpo", code=1)
    assert command.run("--log", entry="other") == "nothing was resolved or reopened\n"
    assert shop.requests() == []


def test_an_issue_of_another_project_is_denied(shop: Shop, issue: Json, command: Command) -> None:
    """By exit code 1 and in words that name nothing of it."""
    shop.crash(VAULT, kind="OcelotError")
    (other,) = shop.issues(VAULT)
    for act in ("--issue", "--resolve", "--reopen"):
        reason = () if act == "--issue" else ("--reason", REASON)
        told = command.run(act, other["shortId"], *reason, code=1)
        assert told.startswith("issue: this project has no such issue\n")
    assert shop.state_of(other)[0] == shop.state_of(issue)[0] == "unresolved"


def test_a_write_that_breaks_off_is_unchecked(shop: Shop, issue: Json, command: Command) -> None:
    """Exit code 3 as well, with how to look."""
    shop.sandbox.add_fault(service="sentry", method="PUT", drop="after")
    told = command.run("--resolve", issue["id"], "--reason", REASON, code=3)
    assert f"look with `watchpost health shop --issue {issue['shortId']}`" in told


@pytest.mark.parametrize("status", [429, 503])
def test_a_sentry_that_cannot_be_asked_is_unchecked(
    shop: Shop, issue: Json, command: Command, status: int
) -> None:
    """Exit code 3, in two lines and without a stack."""
    shop.sandbox.add_fault(service="sentry", status=status)
    for words in ((), ("--issue", issue["id"]), ("--resolve", issue["id"], "--reason", REASON)):
        told = command.run(*words, code=3)
        assert f"Sentry answered {status}" in told
        assert "Traceback" not in told


def test_what_makes_no_sense_is_refused(shop: Shop, command: Command) -> None:
    """Options that would be ignored, an act without a reason, an entry that is none."""
    for words in (("--log",), ("--issue", ""), ("--resolve", "1")):
        told = command.run("--format", "preamble", *words, code=1)
        assert "a preamble tells the digest and nothing else" in told
    assert "goes with --resolve only" in command.run("--in-release", "next", code=1)
    assert "goes with --resolve or --reopen" in command.run("--reason", REASON, code=1)
    for words in (("--log",), ("--issue", "1"), ("--reopen", "1")):
        told = command.run("--environment", "production", *words, code=1)
        assert "goes with the digest only" in told
    assert "no environment is called so" in command.run("--environment", "", code=1)
    assert "without a reason" in command.run("--resolve", "1", code=1)
    assert "without a reason" in command.run("--reopen", "", code=1)
    assert "known: shop" in command.run(entry="shpo", code=1)
    assert "30m, 6h, 14d or 2w" in command.run("--since", "soon", code=1)
    assert shop.requests() == []


@pytest.mark.parametrize("count", ["0", "-1", "x", "1.5", "1000001", "\u0661"])
def test_a_minimum_count_is_a_number(command: Command, count: str) -> None:
    """Of events, one at least."""
    with pytest.raises(SystemExit):
        command.run("--minimum-count", count)


def test_read_only_refuses_acts(
    shop: Shop, issue: Json, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As everywhere; looking is still allowed."""
    monkeypatch.setenv("WATCHPOST_READ_ONLY", "1")
    told = command.run("--resolve", issue["id"], "--reason", REASON, code=1)
    assert "writes are switched off" in told
    assert "1 new" in command.run()
    assert shop.sandbox.writes() == []
