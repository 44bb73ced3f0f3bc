"""`watchpost report` on a stack: wired, after people clicked around, and half blind."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandboxes import send
from tests.whole.manifests import SHOP, write_manifest
from tests.whole.observed import row_of
from tests.whole.test_explain import NOBODY, WRONG, apply, secret_values, watchpost
from watchpost.commands import VERBS

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


def report(program: Program, code: int, **variables: str) -> Any:
    """The JSON of the report, which must end with that code."""
    done = watchpost(program, "report", "--format", "json", **variables)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def send_event(program: Program, slug: str) -> None:
    """Send one event by the project's key `Default`."""
    keys = program.sandbox.sentry("GET", f"/api/0/projects/acme/{slug}/keys/").body
    key = next(each for each in keys if each["label"] == "Default")
    url = f"{program.sandbox.sentry_url}/api/{key['projectId']}/store/?sentry_key={key['public']}"
    assert send("POST", url, body=json.dumps({"message": "hello"})).status == 200


def test_report_of_a_fleet_that_is_wired(program: Program) -> None:
    """Both examples run; all is wired; reads alone, one list of rows per app; no secret."""
    apply(program)
    send_event(program, "acme-shop")
    program.sandbox.clear_log()
    shown = [watchpost(program, *shlex.split(each)[1:]) for each in VERBS["report"].examples]
    assert [each.returncode for each in shown] == [0, 0], shown
    page = (program.folder / "fleet.html").read_text(encoding="utf-8")
    document = json.loads(shown[1].stdout)
    assert {state: number for state, number in document["counts"].items() if number} == {"wired": 2}
    shop, queue = document["entries"]
    assert shop["page"].endswith("/organizations/acme/projects/acme-shop/")
    assert f'href="{shop["page"]}"' in page
    assert [key["last_event_day"] is not None for key in shop["keys"]] == [True, False]
    assert queue["keys"][0]["last_event_known"]
    assert program.sandbox.writes() == []
    rows = [each for each in program.sandbox.log("coolify") if each["path"].endswith("/envs")]
    assert len(rows) == 2 * len(document["entries"])
    secrets = secret_values(program.sandbox)
    assert [value for value in secrets if value in page + shown[1].stdout] == []


def test_report_of_what_people_did(program: Program) -> None:
    """Each kind of damage has its state, and the exit code is 2."""
    apply(program)
    sandbox = program.sandbox
    row = row_of(sandbox, "shop-web", "SENTRY_DSN")
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", {"value": WRONG})
    keys = sandbox.sentry("GET", "/api/0/projects/acme/acme-queue/keys/").body
    path = f"/api/0/projects/acme/acme-queue/keys/{keys[0]['id']}/"
    sandbox.sentry("PUT", path, {"isActive": False})
    document = report(program, 2)
    assert document["counts"]["drifted"] == 2
    shop, queue = document["entries"]
    assert shop["apps"][0]["state"] == "drifted"
    assert queue["keys"][0]["reason"] == "disabled in Sentry"
    sandbox.control("DELETE", "/coolify/applications/shop-web")
    sandbox.sentry("DELETE", "/api/0/projects/acme/acme-queue/")
    document = report(program, 2)
    assert document["counts"]["missing"] == 2
    assert document["entries"][0]["apps"][0]["reason"] == "no application shop-web in Coolify"
    assert document["entries"][1]["page"] == ""


def test_report_without_a_service_is_a_page_that_says_so(program: Program) -> None:
    """The other service's part is there; what was not seen could not be checked; exit code 3."""
    apply(program)
    page = program.folder / "fleet.html"
    done = watchpost(program, "report", "--out", str(page), COOLIFY_URL=NOBODY)
    assert done.returncode == 3, done.stderr
    assert "could not look: Coolify, shop-web and 1 more: " in done.stderr
    assert "Not everything could be looked at" in page.read_text(encoding="utf-8")
    document = report(program, 3, SENTRY_BASE_URL=NOBODY)
    assert document["counts"]["unchecked"] == 2
    assert [key["last_event_known"] for key in document["entries"][0]["keys"]] == [False, False]


def test_report_without_a_place_to_write_is_refused(program: Program) -> None:
    """Neither file nor format, a folder that is not there, days that Sentry does not keep."""
    program.declare(write_manifest({"shop": SHOP}))
    assert "fix: say `--out fleet.html`" in watchpost(program, "report").stderr
    done = watchpost(program, "report", "--out", "none/fleet.html")
    assert done.returncode == 1
    assert "none/fleet.html: cannot be written: No such file or directory" in done.stderr
    done = watchpost(program, "report", "--format", "json", "--canary-days", "91")
    assert "allowed: 1 to 90" in done.stderr
