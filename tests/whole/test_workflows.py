"""
The three workflows, step by step as a runner runs them, on the real engine and the sandbox.

Their `run:` steps are taken from the files in `.github/workflows`; what the tests' runner takes for
done is listed in `tests.whole.runner.SKIPPED`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.manifests import API, FLEET, SHOP, write_manifest
from tests.whole.program import FINGERPRINT_KEY
from tests.whole.repository import DRIFT, MAIN, UNCHECKED, Repository, prepare_repository
from tests.whole.runner import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandboxes import RunningSandbox
    from tests.whole.runner import Run

pytestmark = pytest.mark.whole


@pytest.fixture
def repository(tmp_path: Path, demo_sandbox: RunningSandbox) -> Repository:
    """A repository set up as docs/gitops.md says, with the demo's apps."""
    return prepare_repository(tmp_path, demo_sandbox)


def said(run: Run, job: str) -> str:
    """What a job printed, for the message of a failed assertion."""
    return run.jobs[job].printed


def raise_if_secret_shown(repository: Repository, *texts: str) -> None:
    """No secret of the repository, nor the stack's key, stands in any of *texts*."""
    whole = "\n".join(texts)
    for secret in [*repository.runner.secrets.values(), FINGERPRINT_KEY]:
        assert secret == "tests" or secret not in whole


def test_a_pull_request_gets_one_comment_edited_in_place(repository: Repository) -> None:
    """Pushed again, the same comment says the new plan; nothing is written to either service."""
    one = {"api": API}
    number = repository.open_pull(write_manifest(one))
    repository.sandbox.clear_log()
    first = repository.preview(number)
    assert first.jobs["validate"].outcome == "success", said(first, "validate")
    assert first.jobs["plan"].outcome == "success", said(first, "plan")
    (comment,) = repository.comments(number)
    assert comment["body"].startswith("<!-- watchpost:plan stack=tests hash=")
    assert "shop-api" in comment["body"]
    assert first.jobs["plan"].summary in comment["body"] + "\n"
    assert repository.labels(number) == ["watchpost: restart"]

    repository.program.declare(write_manifest(FLEET))
    second = repository.preview(number)
    assert second.jobs["plan"].outcome == "success", said(second, "plan")
    (edited,) = repository.comments(number)
    assert edited["id"] == comment["id"]
    assert edited["body"].splitlines()[0] != comment["body"].splitlines()[0]
    assert "shop-web" in edited["body"]
    assert repository.labels(number) == ["watchpost: rebuild"]
    assert repository.service_writes() == []
    raise_if_secret_shown(repository, edited["body"], said(first, "plan"), said(second, "plan"))

    repository.sandbox.clear_log()
    third = repository.preview(number)
    assert third.jobs["plan"].outcome == "success", said(third, "plan")
    assert repository.sandbox.writes("github") == []


def test_a_plan_over_a_limit_fails_after_it_was_shown(repository: Repository) -> None:
    """The comment and the label `unsafe` are there; the check is red."""
    number = repository.open_pull(write_manifest({"shop": SHOP}, limits={"rebuild": 0}))
    run = repository.preview(number)
    job = run.jobs["plan"]
    assert job.outcome == "failure"
    assert job.steps == {
        **dict.fromkeys(job.steps, "success"),
        "Verdict": "failure",
    }
    assert "A limit is exceeded" in job.printed
    assert len(repository.comments(number)) == 1
    assert repository.labels(number) == ["watchpost: unsafe"]


def test_a_manifest_that_is_wrong_is_not_planned(repository: Repository) -> None:
    """Validation fails first; there is no comment."""
    number = repository.open_pull("version: 1\n")
    run = repository.preview(number)
    assert run.jobs["validate"].steps["Validate"] == "failure"
    assert run.jobs["plan"].outcome == "skipped"
    assert repository.comments(number) == []


def test_a_plan_that_cannot_be_made_is_said_so(repository: Repository) -> None:
    """The comment loses its hash, so that nothing is approved, and the check is red."""
    number = repository.open_pull(write_manifest({"api": API}))
    path = f"/repos/{REPOSITORY}/issues/{number}/comments"
    old = {"body": "<!-- watchpost:plan stack=tests hash=sha256-00000000 -->\nOld plan."}
    repository.sandbox.github("POST", path, old, token="actions")
    repository.runner.secrets["PULUMI_CONFIG_PASSPHRASE"] = "wrong"  # type: ignore[index]  # a dict
    for name in ("plan.md", "plan.json"):  # a branch may hold files of these names
        (repository.program.folder / name).write_text('{"hash": "0000000000000000"}')
    run = repository.preview(number)
    assert run.jobs["plan"].steps["Verdict"] == "failure"
    (comment,) = repository.comments(number)
    assert comment["body"].splitlines()[0] == "<!-- watchpost:plan stack=tests -->"
    assert "The plan could not be made (exit code 1)" in comment["body"]


def test_a_fork_is_validated_only(repository: Repository) -> None:
    """No secret, no plan, no comment; the summary says so."""
    number = repository.open_pull(write_manifest(FLEET), repository="mallory/fleet")
    repository.sandbox.clear_log()
    run = repository.preview(number, head="mallory/fleet")
    assert run.jobs["validate"].outcome == "success", said(run, "validate")
    assert run.jobs["plan"].outcome == "skipped"
    assert "### Validated only" in run.jobs["validate"].summary
    assert "This pull request comes from a fork" in run.jobs["validate"].summary
    assert repository.sandbox.log() == []


def test_nothing_runs_before_the_set_up(repository: Repository) -> None:
    """Without a state backend only the manifest is checked."""
    number = repository.open_pull(write_manifest(FLEET))
    repository.runner.variables.pop("PULUMI_BACKEND_URL")  # type: ignore[attr-defined]  # a dict
    repository.sandbox.clear_log()
    assert repository.preview(number).jobs["plan"].outcome == "skipped"
    assert repository.drift().jobs["drift"].outcome == "skipped"
    assert repository.apply("0" * 40).jobs["apply"].outcome == "skipped"
    assert repository.sandbox.log() == []


def wired(repository: Repository, app: str) -> set[str]:
    """The names of the variables of an app that bear our mark."""
    rows = repository.sandbox.coolify("GET", f"/applications/{app}/envs").body
    return {row["key"] for row in rows if (row["comment"] or "").startswith("watchpost:")}


def test_a_merge_applies_what_was_shown(repository: Repository) -> None:
    """The app is wired, the pull request says so, and running it again writes nothing."""
    number = repository.open_pull(write_manifest({"api": API}))
    assert repository.preview(number).jobs["plan"].outcome == "success"
    commit = repository.merge(number)
    run = repository.apply(commit)
    assert run.jobs["apply"].outcome == "success", said(run, "apply")
    assert "SENTRY_DSN" in wired(repository, "shop-api")
    plan, report = repository.comments(number)
    assert plan["body"].startswith("<!-- watchpost:plan stack=tests hash=")
    assert report["body"].startswith("<!-- watchpost:apply stack=tests -->\n")
    raise_if_secret_shown(repository, report["body"], said(run, "apply"))

    repository.sandbox.clear_log()
    repository.apply(commit)
    assert repository.service_writes() == []


def test_a_plan_that_moved_is_not_applied(repository: Repository) -> None:
    """The manifest is not the one that was planned: exit 4, nothing written, and it is said."""
    number = repository.open_pull(write_manifest({"api": API}))
    assert repository.preview(number).jobs["plan"].outcome == "success"
    commit = repository.merge(number)
    repository.program.declare(write_manifest(FLEET))
    repository.sandbox.clear_log()
    run = repository.apply(commit)
    assert run.jobs["apply"].steps["Apply"] == "failure"
    assert repository.service_writes() == []
    report = repository.comments(number)[-1]["body"]
    assert "### Watchpost: not applied (exit code 4)" in report
    assert "\n    nothing was written: the plan is" in report
    said_by_apply = report.partition("(exit code 4)")[2].strip("\n").split("\n")
    assert all(line.startswith("    ") or not line.strip() for line in said_by_apply)
    assert run.jobs["apply"].summary in report.partition("\n")[2] + "\n"


def test_a_direct_push_is_applied_only_by_its_hash(repository: Repository) -> None:
    """Without a pull request nothing was approved; somebody may name the hash instead."""
    repository.program.declare(write_manifest({"api": API}))
    commit = str(repository.sandbox.control("POST", "/github/commits")["sha"])
    repository.sandbox.clear_log()
    run = repository.apply(commit)
    assert run.jobs["apply"].steps["Find the approved plan"] == "failure"
    assert run.jobs["apply"].steps["Apply"] == "skipped"
    assert "it came without a pull request" in said(run, "apply")
    assert repository.service_writes() == []

    number = repository.open_pull(write_manifest({"api": API}))
    repository.preview(number)
    first_line = repository.comments(number)[0]["body"].splitlines()[0]
    given = {"inputs": {"plan_hash": first_line.rpartition("hash=")[2].removesuffix(" -->")}}
    run = repository.runner.run("apply", "workflow_dispatch", given, sha=commit, ref=MAIN)
    assert run.jobs["apply"].outcome == "success", said(run, "apply")
    assert run.jobs["apply"].steps["Comment"] == "skipped"
    assert "SENTRY_DSN" in wired(repository, "shop-api")


def test_drift_has_one_issue_from_opening_to_closing(repository: Repository) -> None:
    """Opened, not doubled, untouched while nothing changes, closed when it is mended."""
    program, sandbox = repository.program, repository.sandbox
    program.declare(write_manifest({"api": API}))
    program.up()
    sandbox.clear_log()
    clean = repository.drift()
    assert clean.jobs["drift"].outcome == "success", said(clean, "drift")
    assert repository.issues() == {}
    assert sandbox.writes("github") == []

    edit_dsn(sandbox, "shop-api", "https://0@localhost/1")
    found = repository.drift()
    assert found.jobs["drift"].outcome == "success", said(found, "drift")
    assert "Drift was found; the issue says what." in said(found, "drift")
    issue = repository.issues()[DRIFT]
    assert issue["state"] == "open"
    assert issue["title"] == "Watchpost: tests differs from what is declared"
    assert "SENTRY\\_DSN" in issue["body"]  # as Markdown
    raise_if_secret_shown(repository, issue["body"], said(found, "drift"))

    sandbox.clear_log()
    repository.drift()
    assert sandbox.writes("github") == []

    sandbox.add_fault(service="coolify", status=503)
    unchecked = repository.drift()
    sandbox.clear_faults()
    assert unchecked.jobs["drift"].steps["Verdict"] == "failure"
    assert {name: each["state"] for name, each in repository.issues().items()} == {
        DRIFT: "open",
        UNCHECKED: "open",
    }

    program.up()
    mended = repository.drift()
    assert mended.jobs["drift"].outcome == "success", said(mended, "drift")
    assert {name: each["state"] for name, each in repository.issues().items()} == {
        DRIFT: "closed",
        UNCHECKED: "closed",
    }
    assert sandbox.log("github")
    assert not [
        each for each in repository.service_writes() if each["token"] in {"readonly", "sensitive"}
    ]


def test_a_check_that_cannot_run_has_a_notice_of_its_own(repository: Repository) -> None:
    """A missing token opens the notice, not the drift issue; the job is red."""
    repository.program.declare(write_manifest({"api": API}))
    repository.runner.secrets.pop("COOLIFY_READ_TOKEN")  # type: ignore[attr-defined]  # a dict
    run = repository.drift()
    assert run.jobs["drift"].steps["Verdict"] == "failure"
    notice = repository.issues()[UNCHECKED]
    assert set(repository.issues()) == {UNCHECKED}
    assert "could not run (exit code 1)" in notice["body"]
    assert notice["title"] == "Watchpost: tests could not be checked for drift"


def edit_dsn(sandbox: RunningSandbox, app: str, value: str) -> None:
    """Put another DSN into an app's production row, as somebody would by hand."""
    rows = sandbox.control("GET", f"/coolify/applications/{app}/rows")["rows"]
    row = next(each for each in rows if each["key"] == "SENTRY_DSN" and not each["is_preview"])
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": value})
