"""
Show Watchpost at work: preview, apply, apply again, drift, repair.

Starts a simulated Sentry and Coolify on free ports of this machine, seeded with a small company's
apps, and runs the real engine on this checkout's own projects.yaml. Needs no account and no
network.

What it makes lies in .watchpost/demo and stacks/Pulumi.demo.yaml, both ignored by git, and is made
anew each time.

Does not: read or write anything of yours: settings for real services in the environment are not
used.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from script.demo_table import render_drift, render_wiring
from tests.sandboxes import RunningSandbox, start_sandbox
from watchpost.engine import Engine
from watchpost.manifest import load_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".watchpost" / "demo"
STACK_FILE = ROOT / "stacks" / "Pulumi.demo.yaml"
BRIEF = ("--suppress-progress", "--suppress-outputs")
CHANGES_FOUND = 7
TYPE_OF_ENVIRONMENT = "pulumi-python:dynamic/watchpost:CoolifyEnvironment"
# Lines that say that something begins, was only looked at, or stayed as it is.
PROGRESS = re.compile(r"^ {4}[a-z-]+:[a-z]|ing \(\d+s\)|refresh(ing)?\b|pulumi:pulumi:Stack")
NEXT = """\
To do this with your own Sentry and Coolify (README.md, "With real credentials"):

  export SENTRY_AUTH_TOKEN=...      # internal integration: org:read project:admin team:admin
  export COOLIFY_TOKEN=...          # read, read:sensitive, write and deploy
  . .venv/bin/activate
  pulumi login && pulumi stack init prod
  pulumi config set coolify:url https://coolify.example.com -s prod
  pulumi config set --secret watchpost:fingerprintKey "$(openssl rand -hex 32)" -s prod
  $EDITOR projects.yaml             # your organization, your apps
  watchpost validate
  watchpost doctor -s prod          # engine, state, tokens, versions: each with its cure
  watchpost plan -s prod            # reads both services, writes nothing
  watchpost apply -s prod           # shows the plan, checks limits, asks, applies"""


class Failed(Exception):
    """A step of the demo did not end as it should have."""


def main() -> int:
    """Run the whole story; 0 if every step ended as it should."""
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    STACK_FILE.unlink(missing_ok=True)
    for name in ("state", "home"):
        (FOLDER / name).mkdir(parents=True)
    try:
        with start_sandbox("demo", "--worker") as sandbox:
            tell(sandbox)
    except Failed as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\nAll of it took {time.monotonic() - started:.0f} s.\n\n{NEXT}")
    return 0


def tell(sandbox: RunningSandbox) -> None:
    """The story in its five chapters."""
    engine = Engine(ROOT, "demo", settings(sandbox))
    expect(engine.run("stack", "init").exit_code, 0, "stack init")
    key = secrets.token_hex(32)
    engine.run("config", "set", "--secret", "watchpost:fingerprintKey", key)

    chapter("1. What would be done", "pulumi preview")
    expect(engine.run("preview", "--refresh", *BRIEF, on_line=show).exit_code, 0, "preview")
    chapter("2. Do it", "pulumi up")
    expect(engine.up("--skip-preview", *BRIEF, on_line=show).exit_code, 0, "up")
    manifest = load_manifest(ROOT / "projects.yaml")
    print(render_wiring(manifest, engine.resources(), sandbox.writes("coolify")))
    chapter("3. Do it again: nothing to do", "pulumi up")
    apply_again(engine, sandbox)
    chapter("4. Somebody clicks around", "pulumi preview --refresh --expect-no-changes")
    click_around(sandbox)
    show_drift(engine)
    chapter("5. Repair", "pulumi up")
    expect(engine.up("--skip-preview", *BRIEF, on_line=show).exit_code, 0, "up")
    preview = engine.preview()
    expect(preview.exit_code, 0, "drift check after the repair")
    print("Drift check: clean (exit code 0).")


def settings(sandbox: RunningSandbox) -> Mapping[str, str]:
    """Settings of the engine: where the sandbox listens, its tokens, where the state is kept."""
    return {
        "PULUMI_BACKEND_URL": f"file://{FOLDER}/state",
        "PULUMI_HOME": str(FOLDER / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "demo",
        "SENTRY_BASE_URL": sandbox.sentry_url,
        "COOLIFY_URL": sandbox.coolify_url,
        "SENTRY_AUTH_TOKEN": sandbox.tokens["sentry"]["internal"],
        "COOLIFY_TOKEN": sandbox.tokens["coolify"]["root"],
        "SENTRY_BUILD_TOKEN": f"demo-{secrets.token_hex(8)}",
        "NO_COLOR": os.environ.get("NO_COLOR", ""),
    }


def apply_again(engine: Engine, sandbox: RunningSandbox) -> None:
    """A second apply changes nothing; say what it cost."""
    sandbox.clear_log()
    expect(engine.up("--skip-preview", *BRIEF, on_line=show).exit_code, 0, "second up")
    expect(len(sandbox.writes()), 0, "writes of the second up")
    counts = {name: len(sandbox.log(name)) for name in ("sentry", "coolify")}
    print(
        f"No change and no write. It took {sum(counts.values())} requests: "
        f"{counts['sentry']} to Sentry, {counts['coolify']} to Coolify."
    )


def click_around(sandbox: RunningSandbox) -> None:
    """Change a DSN, delete a variable, disable a key and unbind a team, as a person would."""
    rows = sandbox.control("GET", "/coolify/applications/shop-web/rows")["rows"]
    row = next(each for each in rows if each["key"] == "SENTRY_DSN" and not each["is_preview"])
    wrong = {"value": "https://0123456789abcdef0123456789abcdef@sentry.example.com/1"}
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", wrong)
    print("- shop-web: SENTRY_DSN now points somewhere else")
    rows = sandbox.control("GET", "/coolify/applications/studio-api/rows")["rows"]
    row = next(
        each for each in rows if each["key"] == "SENTRY_ENVIRONMENT" and not each["is_preview"]
    )
    sandbox.control("DELETE", f"/coolify/rows/{row['uuid']}")
    print("- studio-api: SENTRY_ENVIRONMENT is gone")
    keys = sandbox.sentry("GET", "/api/0/projects/acme/acme-checkout/keys/").body
    path = f"/api/0/projects/acme/acme-checkout/keys/{keys[0]['id']}/"
    sandbox.sentry("PUT", path, {"isActive": False})
    print("- acme-checkout: its client key is disabled")
    sandbox.sentry("DELETE", "/api/0/projects/acme/acme-shop/teams/web/")
    print("- acme-shop: team web is unbound\n")


def show_drift(engine: Engine) -> None:
    """The drift check must find all four, down to the property."""
    preview = engine.preview()
    print(render_drift(preview))
    print(f"exit code {preview.exit_code}")
    expect(preview.exit_code, CHANGES_FOUND, "drift check")
    found = {(step.name, change.path) for step in preview.steps for change in step.changes}
    for name, path in (
        ("shop/shop-web", "variables.SENTRY_DSN"),
        ("studio/studio-api", "variables.SENTRY_ENVIRONMENT"),
        ("checkout/production", "isActive"),
        ("shop", "teams"),
    ):
        if not any(each == name and place.startswith(path) for each, place in found):
            raise Failed(f"the drift check did not name {path} of {name}")


def show(line: str) -> None:
    """Print a line of the engine, but not each step of its progress."""
    if line.strip() and not PROGRESS.search(line):
        print(line.replace(TYPE_OF_ENVIRONMENT, "CoolifyEnvironment"), flush=True)


def chapter(title: str, command: str) -> None:
    """Print a heading and the command a person would type."""
    print(f"\n== {title}\n$ {command}\n", flush=True)


def expect(got: int, wanted: int, what: str) -> None:
    """Stop the demo where something ended otherwise than it should have."""
    if got != wanted:
        raise Failed(f"{what}: {got}, where {wanted} was expected")


if __name__ == "__main__":
    sys.exit(main())
