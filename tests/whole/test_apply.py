"""`watchpost plan` and `watchpost apply` on the real engine: consent, limits, the reviewed hash."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.command import finish, run, start
from tests.whole.manifests import API, SHOP, write_manifest
from tests.whole.observed import observe_projects, row_of
from tests.whole.program import prepare
from watchpost.commands import VERBS
from watchpost.render.plan_json import PlanDocument

if TYPE_CHECKING:
    from pathlib import Path

    from tests.whole.program import Program

pytestmark = pytest.mark.whole
BARE = {"name": "Bare", "platform": "node"}
ONE = write_manifest({"api": API})


def example(verb: str, number: int) -> list[str]:
    """The words of an example of `watchpost VERB --help`, without the command's own name."""
    return shlex.split(VERBS[verb].examples[number])[1:]


def test_over_a_limit_nothing_is_written_until_somebody_says_so(program: Program) -> None:
    """
    A project that would be deleted: 4 and no write, with the full plan, each limit and the line to
    add; with it in the manifest the plan passes, expired it is an error, `--allow` does it once.
    """
    shop = {**SHOP, "on_remove": "delete", "apps": []}
    program.declare(write_manifest({"bare": BARE, "shop": shop}))
    program.up()
    fewer = write_manifest({"bare": BARE})
    program.declare(fewer)
    program.sandbox.clear_log()
    printed = run(program, "apply", "--yes", code=4)
    assert "Deleted (3)\n  project acme-shop" in printed
    assert printed.count("Sentry deletes it with its project") == 2
    assert re.search(r"project-delete +1 +0 +EXCEEDED +default", printed)
    for kind in ("key-delete", "team-unbind", "variable-remove", "rebuild", "changed-share"):
        assert re.search(rf"^{kind} +0 .* ok ", printed, re.MULTILINE), kind
    assert "nothing was written: over the limit of project-delete" in printed
    line = next(line for line in printed.splitlines() if line.startswith("  allow: {"))
    assert program.sandbox.writes() == []
    program.declare(fewer + line.strip() + "\n")
    assert re.search(r"project-delete +1 +1 +ok +allowed until", run(program, "plan"))
    expired = re.sub(r"until: \S+,", "until: 2020-01-01,", line.strip())
    program.declare(fewer + expired + "\n")
    for verb in (("plan",), ("apply", "--yes")):
        assert "allow.until: has expired" in run(program, *verb, code=1)
    assert program.sandbox.writes() == []
    program.declare(fewer)
    printed = run(program, "apply", "--yes", "--allow", "project-delete=1")
    assert "done    delete shop\n" in printed
    assert "acme-shop" not in observe_projects(program.sandbox)
    assert [each["method"] for each in program.sandbox.writes()] == ["DELETE"]


def test_examples_of_plan(program: Program, tmp_path: Path) -> None:
    """Both examples run; the files hold one plan; on another machine its hash is the same."""
    program.declare(ONE)
    text = run(program, *example("plan", 0))
    run(program, *example("plan", 1), code=2)
    assert program.sandbox.writes() == []
    document = PlanDocument.model_validate_json((program.folder / "plan.json").read_text())
    assert document.exit_codes == [2]
    assert f"Plan hash: {document.hash}\n" in text
    assert f"Plan hash: `{document.hash}`" in (program.folder / "plan.md").read_text()
    (tmp_path / "elsewhere").mkdir()
    other = prepare(tmp_path / "elsewhere", program.sandbox)
    other.declare("# another machine\n" + ONE)
    assert f"Plan hash: {document.hash}\n" in run(other, "plan")


def test_examples_of_apply(program: Program) -> None:
    """
    A hash that is not the plan's ends with 4 and no write, and shows what moved; its own is
    consent enough; without one a person is asked, and only `yes` is taken for one.
    """
    program.declare(ONE)
    run(program, "plan", "--out", "reviewed.json")
    program.declare(ONE.replace("Shop API", "Shop Interface"))
    reviewed = json.loads((program.folder / "reviewed.json").read_text())["hash"]
    words = [reviewed if word == "05917105e045fdef" else word for word in example("apply", 1)]
    printed = run(program, *words, "--reviewed", "reviewed.json", code=4)
    assert f"not {reviewed}" in printed
    assert "  - create project api name Shop API\n" in printed
    assert "  + create project api name Shop Interface\n" in printed
    assert program.sandbox.writes() == []
    program.declare(ONE)
    run(program, *words)
    assert "4 done" in (program.folder / "applied.md").read_text()
    program.declare(ONE.replace("Shop API", "Shop Interface"))
    program.sandbox.clear_log()
    assert "nobody can be asked here" in run(program, *example("apply", 0), code=1)
    answer_at_terminal(program, "y", code=1)
    assert program.sandbox.writes() == []
    answer_at_terminal(program, "yes", code=0)
    assert observe_projects(program.sandbox)["acme-api"]["name"] == "Shop Interface"


def answer_at_terminal(program: Program, answer: str, code: int) -> None:
    """Run the first example of apply at a terminal and type *answer*."""
    master, slave = pty.openpty()
    process = start(program, *example("apply", 0), stdin=slave)
    os.write(master, f"{answer}\n".encode())
    printed = finish(program, process, code)
    os.close(master)
    os.close(slave)
    assert "Apply this plan?" in printed


def test_one_missing_app_fails_only_its_own_entry(program: Program) -> None:
    """An app that is not there is skipped in the plan, fails alone, and the exit code is 1."""
    lost: dict[str, Any] = {**SHOP, "apps": [{"app": "no-such-app", "framework": "node"}]}
    lost["apps"][0]["key"] = "production"
    program.declare(write_manifest({"api": API, "shop": lost}))
    printed = run(program, "apply", "--yes", "--out", "applied.json", code=1)
    assert "no-such-app" in printed
    results = json.loads((program.folder / "applied.json").read_text())["results"]
    assert results["api/shop-api"] == "done"
    assert results["shop"] == "done"
    assert results["shop/no-such-app"] in {"failed", "skipped"}
    assert row_of(program.sandbox, "shop-api", "SENTRY_DSN")["value"]
