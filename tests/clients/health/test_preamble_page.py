"""docs/preamble.md: its code runs as it stands there, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.health.shop import SHOP, VAULT, Shop
from tests.sandboxes import REPOSITORY
from watchpost.health.fence import Fence
from watchpost.health.model import ASK_ONCE, Trend
from watchpost.health.preamble import make_preamble

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (REPOSITORY / "docs/preamble.md").read_text(encoding="utf-8")
SETUP, EACH_TURN, ASYNCHRONOUS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
EVERY = 20
MANIFEST = """\
version: 1
organization: acme
teams: {web: {existing: true}}
projects:
  shop: {slug: acme-shop, platform: python, teams: [web]}
  vault: {slug: acme-vault, platform: python, teams: [web]}
"""


@pytest.fixture
def page(shop: Shop, tmp_path: Path) -> Page:
    """The page's files, beside a manifest, for a shop that crashed twice."""
    (tmp_path / "preambles.py").write_text(f"{SETUP}\n\n{EACH_TURN}", encoding="utf-8")
    (tmp_path / "server.py").write_text(ASYNCHRONOUS, encoding="utf-8")
    (tmp_path / "projects.yaml").write_text(MANIFEST, encoding="utf-8")
    for _ in range(2):
        shop.crash(release="shop@1.4.0")
    return Page(shop, tmp_path)


class Page:
    """The page's code in a folder, and the sandbox that it asks."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self.folder = folder

    def run(self, code: str, url: str = "") -> tuple[Any, str]:
        """Run *code* beside the page's; what it prints as JSON, and its log."""
        environment = {
            **os.environ,
            "SENTRY_BASE_URL": url or self.shop.sandbox.sentry_url,
            "SENTRY_AUTH_TOKEN": self.shop.sandbox.tokens["sentry"]["readonly"],
            "MANIFEST": "projects.yaml",
            "TURNS": "state/turns.db",
        }
        done = subprocess.run(
            [sys.executable, "-c", f"import json\n{code}"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout), done.stderr


def test_the_call_has_ten_lines() -> None:
    """What a chat server does at each turn is as short as the page says."""
    assert len(EACH_TURN.strip().splitlines()) == 10


def test_preamble_comes_once_per_so_many_turns(page: Page) -> None:
    """Of 21 turns the first and the last bring the block, and only these two ask Sentry."""
    turns = "[preamble_for('chat', 'shop') for _ in range(21)]"
    told, log = page.run(f"from preambles import preamble_for\nprint(json.dumps({turns}))")
    assert [number for number, text in enumerate(told, start=1) if text] == [1, EVERY + 1]
    assert len(page.shop.requests()) == 4
    assert log == ""
    boundary = re.findall(r"^>>>untrusted (\w+)$", told[0], re.MULTILINE)
    fence = Fence("error events of project shop", *boundary)
    assert told[0] == make_preamble(page.shop.client, SHOP, fence=fence)
    assert "\n| ACME-SHOP-1: KeyError: 'total' in KeyError.py in pay\n" in told[0]


def test_turns_outlive_the_server(page: Page) -> None:
    """A server that starts anew goes on counting, and each conversation has its own turns."""
    code = "from preambles import preamble_for\nprint(json.dumps(preamble_for('{}', 'shop')))"
    assert page.run(code.format("a chat"))[0].startswith("[PROJECT HEALTH]")
    assert page.run(code.format("a chat"))[0] == ""
    assert page.run(code.format("another"))[0].startswith("[PROJECT HEALTH]")


def test_project_without_errors_has_no_preamble(page: Page) -> None:
    """A project in which nothing happened has an empty text, and knows nothing of the other's."""
    code = "from preambles import preamble_for\nprint(json.dumps(preamble_for('chat', 'vault')))"
    assert page.run(code) == ("", "")
    assert make_preamble(page.shop.client, VAULT) == ""


def test_sentry_that_is_away_breaks_no_chat(page: Page) -> None:
    """Where nobody answers, the chat goes on without a block, and the log says why."""
    code = "from preambles import preamble_for\nprint(json.dumps(preamble_for('chat', 'shop')))"
    told, log = page.run(code, url="http://127.0.0.1:9/")
    assert told == ""
    assert log.startswith("no preamble: GET ")
    assert "Traceback" not in log


def test_turns_that_cannot_be_counted_break_no_chat(page: Page) -> None:
    """Where the file of turns is none, the chat goes on as well."""
    (page.folder / "state").mkdir()
    (page.folder / "state/turns.db").write_text("no database" * 99, encoding="utf-8")
    code = "from preambles import preamble_for\nprint(json.dumps(preamble_for('chat', 'shop')))"
    told, log = page.run(code)
    assert told == ""
    assert "turns cannot be counted" in log


def test_project_that_is_not_in_the_manifest_breaks_no_chat(page: Page) -> None:
    """A project made since the server began has no block yet; a server that awaits it goes on."""
    code = "import asyncio\nfrom server import begin_turn\n"
    code += "turn = asyncio.wait_for(begin_turn('chat', 'shpo', 'Why is it slow?'), 20)\n"
    told, log = page.run(f"{code}print(json.dumps(asyncio.run(turn)))")
    assert told == "Why is it slow?"
    assert log == "no preamble: 'shpo'\n"
    assert page.shop.requests() == []


def test_asynchronous_server_puts_the_block_first(page: Page) -> None:
    """Of eight turns at once one brings the block, which stands before what the user wrote."""
    turns = "(begin_turn('chat', 'shop', 'Why is it slow?') for _ in range(8))"
    code = "import asyncio\nfrom server import begin_turn\n"
    code += f"async def serve(): return await asyncio.gather(*{turns})\n"
    told, log = page.run(f"{code}print(json.dumps(asyncio.run(serve())))")
    with_block = [text for text in told if text != "Why is it slow?"]
    assert len(with_block) == 1
    assert with_block[0].startswith("[PROJECT HEALTH]\n")
    assert with_block[0].endswith("\n[/PROJECT HEALTH]\n\nWhy is it slow?")
    assert log == ""


def test_said_patience_is_that_of_the_client() -> None:
    """Until the deadline, and then for as long as one part of an answer may take."""
    longest = ASK_ONCE.deadline_seconds + ASK_ONCE.read_seconds
    assert f"up after {longest:.0f} seconds at the latest" in PAGE


def test_shown_block_has_the_form_of_a_real_one(page: Page) -> None:
    """The example of the page has the lines that a real block has."""
    shown = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0].splitlines()
    real = make_preamble(page.shop.client, SHOP).splitlines()
    assert [line for line in real if _form(line) not in map(_form, shown)] == []
    assert all(f" {trend}" in shown[1] for trend in Trend)


def _form(line: str) -> str:
    """A line without its names and figures."""
    bare = re.sub(r"[0-9a-f]{16}", "BOUNDARY", line)
    bare = re.sub(r"^(\| )?[A-Z]+(-[A-Z]+)*-\w+: (new|regressed)?.*", r"\1ISSUE \3", bare)
    bare = re.sub(r"release: .*", "release: IT", bare)
    return re.sub(r"\d+", "N", bare)
