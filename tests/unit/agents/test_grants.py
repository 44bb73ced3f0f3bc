"""Grants: who is let in, who is not, and what a file may say."""

from __future__ import annotations

import hmac
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from watchpost.agents.callers import Caller
from watchpost.agents.grants import list_unknown, parse_grants
from watchpost.agents.grants_file import GrantsFile, read_grants
from watchpost.agents.issuing import TOKEN_PREFIX, issue_token
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
SHOP = Caller("shop-agent", frozenset({"shop"}), may_resolve=False)
BOTH = Caller("lead", frozenset({"shop", "ledger"}), may_resolve=True)
GOOD = f"name: a, sha256: '{'0' * 64}', projects: [shop], expires: 2027-01-31T00:00:00Z"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a grants file is to be."""
    return tmp_path / "grants.yaml"


def test_each_token_lets_its_own_bearer_in(file: Path) -> None:
    """Two tokens of one file are two callers; what is no token is nobody."""
    tokens = {caller.name: issue_token(file, caller, LATER) for caller in (SHOP, BOTH)}
    grants = read_grants(file)
    assert grants.find(tokens["shop-agent"], NOW) == SHOP
    assert grants.find(tokens["lead"], NOW) == BOTH
    for wrong in ("", tokens["lead"][:-1], tokens["lead"] + "x", tokens["lead"].upper(), "\udc80é"):
        assert grants.find(wrong, NOW) is None


def test_a_token_ends(file: Path) -> None:
    """From its end on it is worth as much as an unknown one."""
    token = issue_token(file, SHOP, LATER)
    grants = read_grants(file)
    assert grants.find(token, LATER - timedelta(seconds=1)) == SHOP
    assert grants.find(token, LATER) is None


def test_all_are_compared_in_constant_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first, the last and an unknown token cost as many comparisons, all by hmac."""
    tokens = [
        issue_token(file, Caller(f"agent-{n}", frozenset({"shop"}), may_resolve=False), LATER)
        for n in range(5)
    ]
    grants = read_grants(file)
    compared: list[bool] = []
    compare = hmac.compare_digest

    def count(one: bytes, other: bytes) -> bool:
        compared.append(compare(one, other))
        return compared[-1]

    monkeypatch.setattr(hmac, "compare_digest", count)
    for token in (tokens[0], tokens[-1], "nobody's"):
        compared.clear()
        grants.find(token, NOW)
        assert len(compared) == 5


def test_the_file_holds_no_token(file: Path) -> None:
    """A token has 256 random bits and a prefix for scanners; the file has its hash alone."""
    tokens = [
        issue_token(file, Caller(f"agent-{n}", frozenset({"shop"}), may_resolve=False), LATER)
        for n in range(3)
    ]
    assert len(set(tokens)) == 3
    for token in tokens:
        assert token.startswith(TOKEN_PREFIX)
        assert len(token.removeprefix(TOKEN_PREFIX)) == 43
        assert token.removeprefix(TOKEN_PREFIX)[:8] not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "before",
    [
        "# agents of the platform\ntokens: []\n",
        f"# agents of the platform\ntokens:\n  - {{{GOOD}}}\n  # the end",
        f"# agents of the platform\ntokens:\n- {{{GOOD}}}\n",
        f"# agents of the platform\ntokens:\n    - {GOOD.replace(', ', chr(10) + '      ')}\n",
    ],
)
def test_a_token_is_added_to_what_is_there(file: Path, before: str) -> None:
    """Comments and other tokens stay, however the list is indented."""
    file.write_text(before)
    file.chmod(0o600)
    known = len(read_grants(file).grants)
    token = issue_token(file, BOTH, LATER)
    grants = read_grants(file)
    assert len(grants.grants) == known + 1
    assert grants.find(token, NOW) == BOTH
    assert "# agents of the platform" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_name_is_given_once(file: Path) -> None:
    """A second token of a name is refused, and the file stays as it was."""
    issue_token(file, SHOP, LATER)
    before = file.read_bytes()
    with pytest.raises(SettingsError, match="two tokens have the same name"):
        issue_token(file, SHOP, LATER)
    assert file.read_bytes() == before


def test_tokens_that_are_made_at_once_are_all_kept(file: Path) -> None:
    """Who makes a token while another is made waits for it; none is told that the file lacks."""
    callers = [Caller(f"agent-{n}", frozenset({"shop"}), may_resolve=False) for n in range(16)]
    with ThreadPoolExecutor(len(callers)) as threads:
        tokens = list(threads.map(lambda caller: issue_token(file, caller, LATER), callers))
    grants = read_grants(file)
    assert [grants.find(token, NOW) for token in tokens] == callers


def test_a_list_in_one_line_is_left_to_its_owner(file: Path) -> None:
    """What cannot be added to without rewriting it is refused with what to do."""
    file.write_text(f"tokens: [{{{GOOD}}}]\n")
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="one token below the other"):
        issue_token(file, SHOP, LATER)


def test_a_folder_that_is_not_there(file: Path) -> None:
    """The refusal names the file."""
    with pytest.raises(SettingsError, match="cannot be made: No such file or directory"):
        issue_token(file.parent / "nowhere" / "grants.yaml", SHOP, LATER)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tokens: 3", "g.yaml:1:9: tokens is not what it must be"),
        ("- 1", "g.yaml:1:1: a grant is not what it must be"),
        ("tokns: []", "a grant holds a field that grants do not have"),
        ("tokens:\n- name: a", "g.yaml:2:3: sha256 is missing"),
        (f"tokens:\n- {{{GOOD}, may_resolve: 'yes'}}", "may_resolve is not what it must be"),
        (f"tokens:\n- {{{GOOD}, owner: Eva}}", "a grant holds a field that grants do not have"),
        (f"tokens:\n- {{{GOOD}}}".replace("Z}", "}"), "expires is not what it must be"),
        (f"tokens:\n- {{{GOOD}}}".replace("[shop]", "[]"), "projects is not what it must be"),
        (f"tokens:\n- {{{GOOD}}}".replace("name: a", "name: 'a b'"), "name is not what it must"),
        (f"tokens:\n- {{{GOOD}}}".replace("0" * 64, "0" * 63), "sha256 is not what it must be"),
        (f"tokens:\n- {{{GOOD}}}\n- {{{GOOD}}}", "g.yaml:3:10: two tokens have the same name"),
        (f"tokens:\n- {{{GOOD}}}\n- {{{GOOD}}}".replace("a,", "b,", 1), "the same sha256"),
        ("tokens: []\ntokens: []", "g.yaml:2:1: given twice, first in line 1"),
        ("tokens: [", "no valid YAML"),
    ],
)
def test_faults_are_told_with_their_place(text: str, told: str) -> None:
    """Each fault of a file has its line and column, and no value is repeated."""
    with pytest.raises(SettingsError) as caught:
        parse_grants(text, "g.yaml")
    assert told in str(caught.value)
    assert "000000" not in str(caught.value)


def test_an_empty_file_grants_nothing() -> None:
    """It is no fault: it lets nobody in."""
    assert parse_grants("", "g.yaml").grants == ()


def test_what_nobody_declares_is_known(file: Path) -> None:
    """Granted ids without an entry are listed, for the log."""
    issue_token(file, BOTH, LATER)
    assert list_unknown(read_grants(file), ["shop"]) == ("ledger",)


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o602, 0o666])
def test_a_file_that_others_can_reach_is_refused(file: Path, mode: int) -> None:
    """Who could write into it could let himself in; the refusal says which mode it has."""
    issue_token(file, SHOP, LATER)
    file.chmod(mode)
    with pytest.raises(SettingsError, match=f"its mode is {mode:04o}"):
        read_grants(file)


def test_files_that_are_none(file: Path) -> None:
    """One that is missing, one in another encoding, and one that is far too large."""
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read_grants(file)
    for raw, told in ((b"\xff\xfe\x00", "is not UTF-8"), (b"#" * 2_000_000, "larger than 1 MiB")):
        file.write_bytes(raw)
        file.chmod(0o600)
        with pytest.raises(SettingsError, match=told):
            read_grants(file)


def test_a_change_counts_at_once(file: Path) -> None:
    """A token that is added is let in by the next look, one that is taken out no more."""
    first = issue_token(file, SHOP, LATER)
    lines: list[str] = []
    grants = GrantsFile(file, lines.append)
    assert grants.current().find(first, NOW) == SHOP
    second = issue_token(file, BOTH, LATER)
    assert grants.current().find(second, NOW) == BOTH
    assert lines == [f"{file}: read again, 2 tokens"]
    file.write_text("tokens: []\n")
    assert grants.current().find(first, NOW) is None
    assert lines[1:] == [f"{file}: read again, 0 tokens"]


def test_the_same_length_at_the_same_time_is_a_change(file: Path) -> None:
    """An edit is seen though the file is as long and as old as before."""
    token = issue_token(file, SHOP, LATER)
    grants = GrantsFile(file, lambda _: None)
    state = file.stat()
    file.write_text(file.read_text().replace("shop]", "sho2]"))
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    found = grants.current().find(token, NOW)
    assert found is not None
    assert found.projects == {"sho2"}


@pytest.mark.parametrize("fault", ["faulty", "open", "gone"])
def test_a_file_that_went_wrong_lets_nobody_in(file: Path, fault: str) -> None:
    """Faulty, open to others or gone: nobody is let in until it is mended; the log says so once."""
    token = issue_token(file, SHOP, LATER)
    good = file.read_text()
    lines: list[str] = []
    grants = GrantsFile(file, lines.append)
    if fault == "faulty":
        file.write_text(good + "oops: [")
    elif fault == "open":
        file.chmod(0o644)
    else:
        file.unlink()
    for _ in range(3):
        assert grants.current().find(token, NOW) is None
    assert len(lines) == 1
    assert lines[0].startswith("nobody is let in: ")
    file.write_text(good)
    file.chmod(0o600)
    assert grants.current().find(token, NOW) == SHOP
