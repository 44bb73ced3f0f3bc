"""
Draw the picture of the fleet report in README.md.

Applies this checkout's own projects.yaml to a simulated Sentry and Coolify, lets somebody click
around, sends events, and takes pictures of the page that `watchpost report` writes.

Does not: touch anything of yours: state and settings lie in a folder that is removed at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from selenium.webdriver.common.by import By

from script.demo import click_around
from tests.browser import open_browser
from tests.sandboxes import send, start_sandbox
from tests.whole.program import ROOT, Program, prepare

if TYPE_CHECKING:
    from tests.sandboxes import RunningSandbox

PICTURE = ROOT / "docs" / "images" / "report.png"
HEARD_OF = ("acme-shop", "acme-checkout", "acme-studio-web", "acme-billing")
OPENED = "entry-checkout"


class View(NamedTuple):
    """One picture: how large, in which colours."""

    name: str
    width: int
    height: int
    is_dark: bool = False


VIEWS = (View("light", 1180, 1010), View("dark", 1180, 1010, is_dark=True), View("phone", 390, 844))


def main(arguments: list[str]) -> int:
    """Take the README's picture; with a folder given, all pictures into that folder instead."""
    with tempfile.TemporaryDirectory() as folder, start_sandbox("demo", "--worker") as sandbox:
        page = make_page(prepare(Path(folder), sandbox))
        if arguments:
            for view in VIEWS:
                draw(page, view, Path(arguments[0]) / f"report-{view.name}.png")
        else:
            PICTURE.parent.mkdir(exist_ok=True)
            draw(page, VIEWS[0], PICTURE)
            print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")
    return 0


def make_page(program: Program) -> Path:
    """Apply, click around, send events, and write the report."""
    shutil.copy(ROOT / "projects.yaml", program.folder / "projects.yaml")
    program.up()
    for slug in HEARD_OF:
        send_event(program.sandbox, slug)
    click_around(program.sandbox)
    page = program.folder / "fleet.html"
    command = [sys.executable, "-m", "watchpost", "report", "--out", str(page), "--stack", "tests"]
    subprocess.run(
        command,
        cwd=program.folder,
        env={**os.environ, **program.engine.full_environment()},
        check=False,
    )
    return page


def send_event(sandbox: RunningSandbox, slug: str) -> None:
    """Send one event by the oldest key of that project, as its app would."""
    keys = sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/keys/").body
    key = next((each for each in reversed(keys) if each["isActive"]), keys[-1])
    url = f"{sandbox.sentry_url}/api/{key['projectId']}/store/?sentry_key={key['public']}"
    send("POST", url, body=json.dumps({"message": "hello", "level": "error"}))


def draw(page: Path, view: View, picture: Path) -> None:
    """Take one picture of the top of the page."""
    with open_browser(view.width, view.height, is_dark=view.is_dark) as browser:
        browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        browser.get(page.as_uri())
        browser.find_element(By.CSS_SELECTOR, f"#{OPENED} summary").click()
        browser.save_screenshot(str(picture))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
