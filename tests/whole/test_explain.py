"""`watchpost explain` on a stack that was applied, and without one of its services."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.commands.command_line import run
from tests.whole.manifests import QUEUE, SHOP, write_manifest
from tests.whole.observed import finish_deployments, row_of
from watchpost.commands import VERBS

if TYPE_CHECKING:
    import subprocess

    from tests.sandboxes import RunningSandbox
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
NOBODY = "http://127.0.0.1:9"
WRONG = "https://0123456789abcdef0123456789abcdef@sentry.example.com/1"


def watchpost(
    program: Program, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one command on the program's stack."""
    stack = {**program.engine.environment, "WATCHPOST_STACK": "tests", **variables}
    return run(*arguments, folder=program.folder, variables=stack)


def explain(program: Program, *arguments: str, code: int = 0, **variables: str) -> Any:
    """The JSON of one explanation."""
    done = watchpost(program, "explain", *arguments, "--format", "json", **variables)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)["entries"]


def variable_of(explained: Any, app: str, name: str) -> Any:
    """One variable of one app in an explanation."""
    apps = (each for entry in explained for each in entry["apps"] if each["app"] == app)
    return next(each for each in next(apps)["variables"] if each["name"] == name)


def secret_values(sandbox: RunningSandbox) -> set[str]:
    """Every value that no output may hold: DSNs, their key alone in them, and the build token."""
    rows = sandbox.state()["coolify"]["coolify_rows"]
    found = {str(row["value"]) for row in rows if row["value"]}
    return {value for value in found if "@" in value or value.startswith("build-token")}


def apply(program: Program) -> None:
    """Apply two entries and forget the log."""
    program.declare(write_manifest({"shop": SHOP, "queue": QUEUE}))
    program.up()
    program.sandbox.clear_log()


def test_explain_shows_the_way_of_each_value(program: Program) -> None:
    """From the line that asks for it to the running app; with reads alone, and no secret."""
    apply(program)
    variable = variable_of(explain(program, "shop"), "shop-web", "SENTRY_DSN")
    assert variable["running"].startswith("no: the newest finished deployment, ")
    assert variable["running"].endswith(" is in progress")
    assert len(variable["to_change"]) == 1
    finish_deployments(program.sandbox, "shop-web")
    program.sandbox.clear_log()
    examples = VERBS["explain"].examples
    shown = [watchpost(program, *shlex.split(each)[1:]) for each in examples]
    assert [each.returncode for each in shown] == [0, 0], shown
    text = shown[0].stdout
    for words in (
        '`defaults.slug` template "{workspace}-{id}" (projects.yaml:5:9)',
        "framework `nextjs` asks for dsn (projects.yaml:",
        "default: previews report as `preview`",
        "key Default",
        "key preview",
        "is newer than the row",
    ):
        assert words in text
    (explained,) = json.loads(shown[1].stdout)["entries"]
    (variable,) = explained["apps"][0]["variables"]
    assert variable["state"] == "wired"
    assert variable["rows"][0]["is_same"] is True
    assert variable["rows"][0]["mark"] == "acme/shop"
    assert variable["running"].startswith("yes: ")
    assert program.sandbox.writes() == []
    outputs = "".join(each.stdout + each.stderr for each in shown)
    assert [value for value in secret_values(program.sandbox) if value in outputs] == []


def test_explain_tells_what_differs_and_what_is_owed(program: Program) -> None:
    """A value changed by hand, a row of a service that owes a restart, somebody else's row."""
    apply(program)
    sandbox = program.sandbox
    row = row_of(sandbox, "shop-web", "SENTRY_DSN")
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": WRONG})
    row = row_of(sandbox, "shop-web", "SENTRY_ENVIRONMENT")
    theirs = {"value": "live", "comment": "Eva's"}
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", theirs)
    rows = sandbox.control("GET", "/coolify/services/shop-queue/rows")["rows"]
    row = next(each for each in rows if each["key"] == "SENTRY_DSN")
    owed = {"comment": "watchpost:acme/queue [restart owed]"}
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", owed)
    shop, queue = explain(program, "shop"), explain(program, "queue")
    dsn = variable_of(shop, "shop-web", "SENTRY_DSN")
    assert (dsn["state"], dsn["rows"][0]["reasons"]) == ("drifted", ["another value"])
    assert dsn["rows"][0]["observed"] == "…@1 a key that is not listed"
    assert "`watchpost apply` writes it" in dsn["to_change"]
    environment = variable_of(shop, "shop-web", "SENTRY_ENVIRONMENT")
    assert environment["rows"][0]["reasons"] == ["somebody else's, with another value"]
    assert any("take_over: true" in each for each in environment["to_change"])
    assert environment["rows"][0]["plain"] == "production"
    assert "live" not in json.dumps(environment)
    assert variable_of(queue, "shop-queue", "SENTRY_DSN")["running"] == "no: a restart is owed"


def test_explain_without_a_service_says_so(program: Program) -> None:
    """What the manifest says is shown all the same, and the exit code is 3."""
    program.declare(write_manifest({"shop": SHOP}))
    blind = explain(program, "shop", "SENTRY_DSN", code=3, COOLIFY_URL=NOBODY)
    (trouble,) = blind[0]["could_not_look"]
    assert "no answer from Coolify" in trouble
    variable = variable_of(blind, "shop-web", "SENTRY_DSN")
    assert variable["state"] == "unchecked"
    assert [each["kind"] for each in variable["rows"][0]["origins"]][:2] == [
        "framework",
        "manifest",
    ]
    blind = explain(program, "shop", code=3, SENTRY_BASE_URL=NOBODY)
    assert blind[0]["sentry"].startswith("could not look: ")
    assert variable_of(blind, "shop-web", "SENTRY_DSN")["rows"][0]["declared"] == ""
    blind = explain(program, "shop", code=3, COOLIFY_TOKEN="")
    assert "COOLIFY_TOKEN" in blind[0]["could_not_look"][0]


def test_explain_refuses_what_it_does_not_know(program: Program) -> None:
    """An unknown entry or variable ends with 1 and names what was probably meant."""
    program.declare(write_manifest({"shop": SHOP}))
    done = watchpost(program, "explain", "shpo")
    assert (done.returncode, done.stdout) == (1, "")
    assert "fix: did you mean shop?" in done.stderr
    done = watchpost(program, "explain", "shop", "SENTRY_DNS")
    assert done.returncode == 1
    assert "SENTRY_DSN" in done.stderr
