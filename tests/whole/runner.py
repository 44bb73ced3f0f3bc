"""
A runner of GitHub Actions, as far as our workflows need one: jobs in order, steps in order, each
`run:` in bash with the environment that a runner gives, against the simulated GitHub.

What it takes for done without doing it is in SKIPPED, each with the reason.

Does not: import anything of ours, or know a workflow's content.

Source: docs.github.com, "Workflow syntax", "Variables reference", "Workflow commands".
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.whole.expressions import Evaluator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.sandboxes import RunningSandbox

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "acme/fleet"
BOT = "github-actions[bot]"
SKIPPED = {
    "Check out": "the folder of the test is the checkout",
    "Set up Python": "the tests run on a Python already",
    "Install": "the virtual environment of the tests is installed, and stands first on PATH",
    "Keep the whole plan": "artifacts are stored by GitHub, not by the simulated API",
    "Keep the report": "likewise",
}
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


@dataclass
class JobResult:
    """How a job went: its outcome, each step's by name, what they printed and summarised."""

    outcome: str
    steps: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    summary: str = ""


@dataclass
class Runner:
    """
    Runs workflows in *folder*.

    Attributes:
        folder: The checkout.
        sandbox: Where GitHub is simulated.
        secrets: What the repository has; a fork gets none.
        variables: What the repository has under `vars`.
    """

    folder: Path
    sandbox: RunningSandbox
    secrets: Mapping[str, str]
    variables: Mapping[str, str]

    def run(self, workflow: str, event: str, payload: dict[str, Any], **github: str) -> Run:
        """Run every job of a workflow for one event."""
        document = load_workflow(workflow)
        run = Run(self, document, {"event_name": event, "event": payload, **github})
        for name in document["jobs"]:
            run.run_job(name)
        return run


def load_workflow(name: str) -> dict[str, Any]:
    """A workflow; YAML 1.1 reads its key `on` as true, which is put right."""
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    document: dict[Any, Any] = yaml.safe_load(text)
    document["on"] = document.pop(True)
    return document


@dataclass
class Run:
    """One run of a workflow; *jobs* holds how each went."""

    runner: Runner
    document: dict[str, Any]
    github: dict[str, Any]
    jobs: dict[str, JobResult] = field(default_factory=dict)

    @property
    def is_fork(self) -> bool:
        """Whether it is for a pull request of another repository."""
        head = self.github["event"].get("pull_request", {}).get("head", {}).get("repo", {})
        return bool(head.get("full_name", REPOSITORY) != REPOSITORY)

    def run_job(self, name: str) -> None:
        """Run one job, or skip it."""
        job = self.document["jobs"][name]
        needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        is_failing = any(self.jobs[each].outcome != "success" for each in needed)
        contexts = self._contexts()
        if not Evaluator(contexts, is_failing=is_failing).condition(job.get("if")):
            self.jobs[name] = JobResult("skipped")
            return
        contexts["github"]["token"] = self._token(name)
        self.jobs[name] = Job(self, job, contexts).run()

    def _contexts(self) -> dict[str, Any]:
        return {
            "github": {**self.github, "repository": REPOSITORY},
            "vars": dict(self.runner.variables),
            "secrets": {} if self.is_fork else dict(self.runner.secrets),
            "inputs": self.github["event"].get("inputs", {}),
            "steps": {},
        }

    def _token(self, job: str) -> str:
        """A token with the permissions that the job asks for; a fork's may only read."""
        asked = self.document["jobs"][job].get("permissions", self.document["permissions"])
        access = {
            name.replace("-", "_"): "read" if self.is_fork else how for name, how in asked.items()
        }
        body = {"name": job, "login": BOT, "permissions": access}
        return str(self.runner.sandbox.control("POST", "/github/tokens", body)["token"])


class Job:
    """One job while it runs."""

    def __init__(self, run: Run, job: dict[str, Any], contexts: dict[str, Any]) -> None:
        self.run_ = run
        self.job = job
        self.result = JobResult("success")
        self.evaluator = Evaluator(contexts)
        self.path: list[str] = []
        self.files = run.runner.folder / "runner"
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir()
        (self.files / "event.json").write_text(json.dumps(run.github["event"]))

    def run(self) -> JobResult:
        """Run its steps; those behind a failure only where their `if` says so."""
        for step in self.job["steps"]:
            outcome, outputs = self._outcome(step), {}
            if outcome != "skipped":
                outputs = _pairs(self.files / "output")
            self.result.steps[step["name"]] = outcome
            known = self.evaluator.contexts["steps"]
            known[step.get("id", step["name"])] = {"outcome": outcome, "outputs": outputs}
            if outcome == "failure":
                self.evaluator.is_failing = True
                self.result.outcome = "failure"
        return self.result

    def _outcome(self, step: dict[str, Any]) -> str:
        if not self.evaluator.condition(step.get("if")):
            return "skipped"
        if step["name"] in SKIPPED:
            return "success"
        for name in ("output", "summary", "path"):
            (self.files / name).write_text("")
        done = subprocess.run(
            [*SHELL, "-c", step["run"]],
            cwd=self.run_.runner.folder,
            env=self._environment(step),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        self.result.printed += f"== {step['name']}: {done.returncode}\n{done.stdout}"
        self.result.summary += (self.files / "summary").read_text()
        self.path = [*(self.files / "path").read_text().split(), *self.path]
        return "failure" if done.returncode else "success"

    def _environment(self, step: dict[str, Any]) -> dict[str, str]:
        run, runner = self.run_, self.run_.runner
        declared = {**run.document.get("env", {}), **self.job.get("env", {}), **step.get("env", {})}
        given = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": runner.sandbox.github_url,
            "GITHUB_EVENT_NAME": run.github["event_name"],
            "GITHUB_EVENT_PATH": str(self.files / "event.json"),
            "GITHUB_OUTPUT": str(self.files / "output"),
            "GITHUB_PATH": str(self.files / "path"),
            "GITHUB_REF": run.github.get("ref", ""),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SHA": run.github.get("sha", ""),
            "GITHUB_STEP_SUMMARY": str(self.files / "summary"),
            "GITHUB_WORKSPACE": str(runner.folder),
            "HOME": str(runner.folder / "home"),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(
                [*self.path, str(ROOT / ".venv" / "bin"), os.environ.get("PATH", "")]
            ),
            "RUNNER_OS": "Linux",
        }
        # The tests' own measuring, which no runner has.
        given |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        return given | {name: self.evaluator.fill(value) for name, value in declared.items()}


def _pairs(file: Path) -> dict[str, str]:
    """The outputs that a step wrote, as `name=value` lines."""
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines)
