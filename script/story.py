"""
Tell the whole story of one fleet, as it runs: adoption, a pull request, a canary, drift, a rotation
under traffic, a removal.

    script/story [--record]

The engine is real. Sentry, Coolify and GitHub are simulated on free ports of this machine; the
workflows' own steps run as on a runner. `--record` writes what is told to docs/story.md.

Does not: read or write anything of yours.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.sandboxes import start_sandbox
from tests.whole.brownfield import Brownfield
from tests.whole.observed import finish_deployments, observe_projects, row_of
from tests.whole.program import make_apps
from tests.whole.repository import DRIFT, Repository, prepare_repository
from tests.whole.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.sandboxes import RunningSandbox

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "story.md"
ACCEPTED = 200
DECIDED = ("--allow", "key-delete=1", "--despite-unreadable")
WRONG = "https://0123456789abcdef0123456789abcdef@sentry.example.com/1"
NEW_ENTRY = """\
  newcomer:
    name: Newcomer
    slug: newcomer
    platform: python-fastapi
    teams: [platform]
    apps:
      - {app: newcomer, framework: fastapi}
"""
INTRODUCTION = """\
# The story of one fleet

Told by `script/story`: the engine is real, the three services are simulated, and a test runs
all of it. Only the lines that matter are shown.
"""


class Failed(Exception):
    """A chapter did not end as it should have."""


@dataclass
class Teller:
    """Prints the story and keeps it."""

    told: list[str] = field(default_factory=list)

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.say(f"\n## {title}\n")

    def say(self, text: str) -> None:
        """Say something in words."""
        print(text, flush=True)
        self.told.append(text)

    def show(self, command: str, lines: Iterable[str]) -> None:
        """Show a command and what it printed."""
        self.say("\n".join(["```text", f"$ {command}", *lines, "```", ""]))


@dataclass
class Story:
    """The fleet, the repository that keeps it, and how far the story is."""

    teller: Teller
    sandbox: RunningSandbox
    repository: Repository
    fleet: Brownfield

    @property
    def manifest(self) -> Path:
        """The fleet's manifest."""
        return self.repository.program.folder / "projects.yaml"

    def run(self, *arguments: str, code: int = 0, shown: str = r".") -> str:
        """Run a command of ours, which must end with *code*; show the lines that match *shown*."""
        program = self.repository.program
        done = subprocess.run(
            [sys.executable, "-m", "watchpost", *arguments],
            cwd=program.folder,
            env={**program.engine.full_environment(), "WATCHPOST_STACK": program.engine.stack},
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        lines = [line for line in said.splitlines() if re.search(shown, line)]
        tail = [f"(exit code {done.returncode})"] if done.returncode else []
        self.teller.show(f"watchpost {' '.join(arguments)}", [*lines, *tail])
        expect(done.returncode, code, f"watchpost {arguments[0]}\n{said}")
        return said


def main(argv: list[str]) -> int:
    """Tell it; 0 if every chapter ended as it should."""
    started = time.monotonic()
    teller = Teller()
    teller.say(INTRODUCTION)
    try:
        with start_sandbox("empty") as sandbox, tempfile.TemporaryDirectory() as folder:
            tell(teller, sandbox, Path(folder))
    except Failed as error:
        print(f"story: {error}", file=sys.stderr)
        return 1
    print(f"\nAll of it took {time.monotonic() - started:.0f} s.")
    if "--record" in argv:
        RECORD.write_text("\n".join(teller.told).rstrip() + "\n", encoding="utf-8")
    return 0


def tell(teller: Teller, sandbox: RunningSandbox, folder: Path) -> None:
    """All chapters."""
    repository = prepare_repository(folder, sandbox)
    story = Story(teller, sandbox, repository, Brownfield(sandbox))
    adopt(story)
    apply_adopted(story)
    number = propose(story)
    merge(story, number)
    drift(story)
    repair(story)
    rotate(story)
    remove(story)


def adopt(story: Story) -> None:
    """60 apps that people made by hand become a manifest."""
    story.teller.chapter("1. Adopt what people made by hand")
    story.teller.say(
        "60 apps on Coolify, 50 projects in Sentry, and the usual mess between them.\n"
    )
    story.sandbox.clear_log()
    story.run(
        "adopt",
        "--organization",
        "acme",
        "--write",
        shown=r"^New in the manifest|^Nothing|^The manifest",
    )
    expect(len(story.sandbox.writes()), 0, "writes of adopt")


def apply_adopted(story: Story) -> None:
    """Applying it is felt by no app."""
    story.teller.chapter("2. Apply it: no app feels anything")
    before = story.fleet.felt()
    story.run("apply", "--yes", shown=r"^Plan for|^Redeploys|^\d+ done|Plan hash")
    if story.fleet.felt() != before:
        raise Failed("applying what was adopted was felt")
    story.teller.say(
        "Every value, every flag, every deployment and everything in Sentry is as it was. Only "
        "comments were\nwritten: the marks that say whose a variable is."
    )
    story.run("plan", "--detailed-exitcode", shown=r"^Plan for")


def propose(story: Story) -> int:
    """A pull request adds one entry; the plan is its comment."""
    story.teller.chapter("3. A pull request adds one entry")
    make_apps(story.sandbox, ["newcomer"], project="newcomers")
    text = story.manifest.read_text(encoding="utf-8").rstrip("\n")
    number = story.repository.open_pull(f"{text}\n{NEW_ENTRY}")
    run = story.repository.preview(number)
    expect_job(run.jobs["plan"].outcome, "success", run.jobs["plan"].printed)
    (comment,) = story.repository.comments(number)
    body = [line for line in comment["body"].splitlines() if line.startswith(("## ", "| "))]
    story.teller.say("The workflow posts one comment. It begins:\n")
    story.teller.say("\n".join(f"> {line}" for line in body[:9]) + "\n")
    labels = ", ".join(f"`{each}`" for each in story.repository.labels(number))
    story.teller.say(f"It sets the label {labels}.")
    return number


def merge(story: Story, number: int) -> None:
    """The merge applies what was shown; a canary proves it."""
    story.teller.chapter("4. Merge: wired, and a canary is seen")
    commit = story.repository.merge(number)
    run = story.repository.apply(commit)
    expect_job(run.jobs["apply"].outcome, "success", run.jobs["apply"].printed)
    lines = [line for line in run.jobs["apply"].printed.splitlines() if line.startswith("done ")]
    story.teller.show('watchpost apply --yes --plan-hash "$PLAN_HASH"', lines)
    finish_deployments(story.sandbox, "newcomer")
    story.run("verify", "newcomer")


def drift(story: Story) -> None:
    """Somebody edits a DSN by hand; the morning's check opens an issue."""
    story.teller.chapter("5. Somebody edits a DSN by hand")
    time.sleep(1.05)  # Coolify's clock shows whole seconds
    row = row_of(story.sandbox, "newcomer", "SENTRY_DSN")
    story.sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": WRONG})
    run = story.repository.drift()
    expect_job(run.jobs["drift"].outcome, "success", run.jobs["drift"].printed)
    issue = story.repository.issues()[DRIFT]
    expect_job(issue["state"], "open", "the drift issue")
    lines = [line for line in issue["body"].splitlines() if "SENTRY" in line or "## " in line]
    story.teller.say(f"The issue *{issue['title']}* says:\n")
    story.teller.say("\n".join(f"> {line}" for line in lines))
    if not re.search(r"\d{4}\\?-\d{2}\\?-\d{2}", issue["body"]):
        raise Failed("the issue does not say since when")


def repair(story: Story) -> None:
    """Repairing closes the issue."""
    story.teller.chapter("6. Repair it: the issue closes")
    story.run("drift", "--repair", shown=r"^Drift check|^done|^\d+ done")
    finish_deployments(story.sandbox, "newcomer")
    run = story.repository.drift()
    expect_job(run.jobs["drift"].outcome, "success", run.jobs["drift"].printed)
    expect_job(story.repository.issues()[DRIFT]["state"], "closed", "the drift issue")
    story.teller.say("The next check is clean and closes the issue.")


def rotate(story: Story) -> None:
    """A key is replaced while events flow."""
    story.teller.chapter("7. Rotate a key under traffic")
    with Traffic(story.sandbox, ["newcomer"]) as traffic:
        traffic.wait_for_rounds()
        story.run("rotate", "start", "newcomer", "production", shown=r"^[+-] |retired|label")
        time.sleep(1.05)  # Coolify's clock shows whole seconds
        story.run("apply", "--yes", shown=r"^Plan for|consequence|^done|^\d+ done")
        traffic.wait_for_rounds()
        finish_deployments(story.sandbox, "newcomer")
        traffic.wait_for_rounds()
        story.run("rotate", "status")
        story.run(
            "rotate", "finish", "--quiet-hours", "0", "--allow", "key-delete=1", shown="waits"
        )
        story.teller.say(
            "Somebody has locked a variable of another app, so that nobody can tell what it holds. "
            "That is for a\nperson to decide:\n"
        )
        story.run("rotate", "finish", "--quiet-hours", "0", *DECIDED, shown="disabled")
        traffic.wait_for_rounds()
    if traffic.statuses() != {ACCEPTED}:
        raise Failed(f"events were answered with {sorted(traffic.statuses())}")
    story.teller.say("All the while the app sent events. None was refused.")


def remove(story: Story) -> None:
    """Removing much is over the limit; removing one entry deletes nothing in Sentry."""
    story.teller.chapter("8. Remove entries: limits, and nothing is deleted in Sentry")
    before = set(observe_projects(story.sandbox))
    text = story.manifest.read_text(encoding="utf-8")
    head = text[: text.index("\nprojects:\n")]
    story.manifest.write_text(f"{head}\nprojects:\n{NEW_ENTRY}", encoding="utf-8")
    story.run("apply", "--yes", code=4, shown=r"^Plan for|EXCEEDED|allow|nothing was written")
    story.manifest.write_text(text[: text.index("  newcomer:")], encoding="utf-8")
    story.run("apply", "--yes", shown=r"^Plan for|^Kept|^  (key|project)|it stays|^\d+ done")
    expect(len(before - set(observe_projects(story.sandbox))), 0, "projects deleted in Sentry")
    story.teller.say("The project, its keys and its events are still in Sentry.")


def expect(got: int, wanted: int, what: str) -> None:
    """Stop the story where something ended otherwise than it should have."""
    if got != wanted:
        raise Failed(f"{what}: {got}, where {wanted} was expected")


def expect_job(got: str, wanted: str, printed: str) -> None:
    """Likewise for a workflow."""
    if got != wanted:
        raise Failed(f"{got}, where {wanted} was expected:\n{printed}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
