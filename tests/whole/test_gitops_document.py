"""What docs/gitops.md tells to do is done here: its set-up on an S3-compatible store, a preview."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.whole.manifests import API, write_manifest
from tests.whole.object_store import serve_objects
from tests.whole.program import BUILD_TOKEN, LINKED, ROOT
from tests.whole.runner import Runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox

DOCUMENT = (ROOT / "docs" / "gitops.md").read_text(encoding="utf-8")
BACKEND = "s3://acme-watchpost?endpoint=https://s3.example.com&region=eu-central-1"


def blocks(language: str) -> list[str]:
    """The document's blocks in that language, without the indent of a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", DOCUMENT, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


@pytest.mark.whole
def test_the_set_up_works(tmp_path: Path, empty_sandbox: RunningSandbox) -> None:
    """
    Its commands, with the addresses put right, make a stack that the preview can plan.

    The preview only reads the store, as the document says.
    """
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "stacks").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "projects.yaml").write_text(write_manifest({"api": {**API, "apps": []}}))
    state, stack, *_ = blocks("sh")
    with serve_objects() as store:
        script = _put_right(state + stack, store.url, empty_sandbox)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env={
                "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
                "HOME": str(tmp_path / "home"),
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        written = (tmp_path / "stacks" / "Pulumi.production.yaml").read_text()
        assert set(yaml.safe_load(written)["config"]) == {
            "coolify:url",
            "sentry:baseUrl",
            "watchpost:fingerprintKey",
        }
        assert store.writes()

        store.requests.clear()
        secrets = {
            "PULUMI_CONFIG_PASSPHRASE": "chosen",
            "STATE_ACCESS_KEY_ID": "reader",
            "STATE_SECRET_ACCESS_KEY": "reader",
            "SENTRY_READ_TOKEN": empty_sandbox.tokens["sentry"]["readonly"],
            "COOLIFY_READ_TOKEN": empty_sandbox.tokens["coolify"]["sensitive"],
            "SENTRY_BUILD_TOKEN": BUILD_TOKEN,
        }
        variables = {"PULUMI_BACKEND_URL": _put_right(BACKEND, store.url, empty_sandbox)}
        variables["PULUMI_BACKEND_URL"] += "&s3ForcePathStyle=true"
        runner = Runner(tmp_path, empty_sandbox, secrets, variables)
        number = empty_sandbox.control("POST", "/github/pulls", {})["number"]
        pull = {"number": number, "head": {"repo": {"full_name": "acme/fleet"}}}
        run = runner.run("preview", "pull_request", {"pull_request": pull})
        assert run.jobs["plan"].outcome == "success", run.jobs["plan"].printed
        assert store.requests
        assert store.writes() == []


def _put_right(text: str, store: str, sandbox: RunningSandbox) -> str:
    """The document's addresses replaced by those of this test, and its dots by values."""
    text = text.replace("https://s3.example.com", store)
    text = text.replace("https://coolify.example.com", sandbox.coolify_url)
    text = text.replace("https://sentry.example.com", sandbox.sentry_url)
    return text.replace("PASSPHRASE=...", "PASSPHRASE=chosen").replace("=...", "=reader")


def test_the_document_names_the_backend_that_is_tested() -> None:
    """The address tried above is the document's."""
    assert f"'{BACKEND}&s3ForcePathStyle=true'" in DOCUMENT


def test_code_owners_name_what_is_there() -> None:
    """Each path of the example exists, and has an owner."""
    (block,) = blocks("text")
    for line in block.splitlines():
        path, owner = line.split()
        assert (ROOT / path.strip("/")).exists(), path
        assert owner.startswith("@")


def test_the_example_of_several_stacks_is_of_the_workflows() -> None:
    """It only replaces keys that apply.yml has, and keeps one run at a time for each stack."""
    (block,) = blocks("yaml")
    job = yaml.safe_load(block)["jobs"]["apply"]
    assert set(job) == {"strategy", "environment", "concurrency", "env"}
    assert job["strategy"]["matrix"] == {"stack": ["staging", "production"]}
    assert job["concurrency"]["cancel-in-progress"] is False
    for value in (job["environment"], job["concurrency"]["group"], job["env"]["WATCHPOST_STACK"]):
        assert "${{ matrix.stack }}" in value


def test_every_command_is_one() -> None:
    """The command line takes each `watchpost` line of the document."""
    from watchpost.__main__ import _make_parser  # noqa: PLC0415 - only here
    from watchpost.commands import VERBS  # noqa: PLC0415

    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [line.split()[1:] for line in lines if line.startswith("watchpost ")]
    assert len(commands) == 6
    for words in commands:
        assert _make_parser(words, VERBS).parse_args(words).verb == words[0]


def test_every_secret_and_variable_is_told() -> None:
    """What the workflows read from secrets and vars stands in the document, and nothing else."""
    workflows = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").iterdir()
    )
    used = set(re.findall(r"(?:secrets|vars)\.(\w+)", workflows))
    told = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", DOCUMENT))
    of_runner = {"GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN", "WATCHPOST_GITHUB_LOGIN"}
    assert used == told - of_runner
