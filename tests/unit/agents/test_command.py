"""`watchpost mcp` before it serves: what it refuses, and the tokens that it makes."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.unit.manifest.documents import manifest, write
from watchpost.__main__ import main
from watchpost.agents.callers import Caller
from watchpost.agents.grants_file import read_grants
from watchpost.transport import READ_ONLY_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a manifest, and what a server needs in the environment."""
    write(tmp_path, manifest())
    (tmp_path / "Pulumi.yaml").write_text("name: watchpost\nruntime: python\n")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "WATCHPOST_STACK": "tests",
        "WATCHPOST_AUDIT_LOG": str(tmp_path / "audit.jsonl"),
        "SENTRY_BASE_URL": NOBODY,
        "SENTRY_AUTH_TOKEN": "token",
        READ_ONLY_VARIABLE: "",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def run(capture: pytest.CaptureFixture[str], line: str) -> tuple[int, str, str]:
    """Run `watchpost mcp` with these words: its code and both outputs."""
    try:
        code = main(["mcp", *shlex.split(line)])
    except SystemExit as end:  # as argparse ends
        code = int(end.code or 0)
    told = capture.readouterr()
    return code, told.out, told.err


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "which project is to be served?"),
        ("--http 127.0.0.1:0", "nothing says which projects a caller may see"),
        ("--project nobody", "the manifest has no such entry"),
        ("--project shop --grants g.yaml", "go with --http only"),
        ("--project shop --grants-table agents", "go with --http only"),
        ("--http 127.0.0.1:0 --grants-table agents", "the manifest names no database"),
        ("--http 0.0.0.0:0 --grants-table agents", "refusing to serve beyond this machine in cl"),
        ("--http :0 --grants g.yaml --grants-table a", "in a file or in a table, not in both"),
        ("--project shop --behind-tls-proxy", "go with --http only"),
        ("--project shop --allowed-host a.example", "go with --http only"),
        ("--project shop --grant shop", "it goes with --new-token only"),
        ("--project shop --http 127.0.0.1", "no address to listen on"),
        ("--project shop --http 0.0.0.0:0", "refusing to serve beyond this machine without tok"),
        ("--http 0.0.0.0:0 --grants g.yaml", "refusing to serve beyond this machine in clear"),
        ("--http 127.0.0.1:0 --grants g.yaml", "g.yaml: cannot be read: No such file"),
        ("--http :0 --grants g.yaml --behind-tls-proxy", "g.yaml: cannot be read: No such file"),
        ("--project shop --max-characters 100", "a number of characters from 3000 to 100000"),
        ("--project shop --max-characters ten", "a number of characters from 3000 to 100000"),
        ("--new-token a --grant shop", "it needs a file and a project"),
        ("--new-token a --grants g.yaml", "it needs a file and a project"),
        ("--new-token a --grants g.yaml --grant shop --expires 2y", "no period of at most a year"),
        ("--new-token a --grants g.yaml --grant shop --expires 53w", "no period of at most a y"),
        ("--new-token 'a b' --grants g.yaml --grant shop", "name is not what it must be"),
    ],
)
def test_what_cannot_be_served_is_refused(
    capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    """Each ends with 1 and says what is missing or what is unsafe."""
    code, out, err = run(capsys, line)
    assert (code, out) == (1, "")
    assert told in err


@pytest.mark.usefixtures("checkout")
def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The second server on a port says so and ends with 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = run(capsys, f"--project shop --http {address}")
    assert code == 1
    assert f"--http {address}: cannot listen there: Address already in use" in err


def test_a_token_is_told_once(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is all of standard output; who may see what until when is told beside it."""
    line = "--new-token ci --grants grants.yaml --grant shop --grant studio --expires 12h"
    code, out, err = run(capsys, line)
    assert code == 0
    token = out.removesuffix("\n")
    assert "ci may see shop, studio until " in err
    assert token not in err
    grants = read_grants(checkout / "grants.yaml")
    now = datetime.now(UTC)
    caller = grants.find(token, now)
    assert caller is not None
    assert caller == Caller("ci", frozenset({"shop", "studio"}), may_resolve=False)
    assert grants.find(token, now + timedelta(hours=13)) is None
    run(capsys, "--new-token lead --grants grants.yaml --grant shop --may-resolve")
    assert [each.caller.may_resolve for each in read_grants(checkout / "grants.yaml").grants] == [
        False,
        True,
    ]


def test_the_sdk_is_optional() -> None:
    """Where it is not installed, the command says how to install it."""
    code = (
        "import sys; sys.modules['mcp'] = None\n"
        "from watchpost.__main__ import main\n"
        "sys.exit(main(['mcp', '--project', 'shop']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'pip install "watchpost[mcp]"' in done.stderr
