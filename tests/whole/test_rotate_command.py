"""`watchpost rotate` as a command: both examples, JSON, refusals, and what it never shows."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.unit.commands.command_line import run
from tests.whole.manifests import SHOP, write_manifest
from watchpost.commands import VERBS

if TYPE_CHECKING:
    import subprocess

    from tests.whole.program import Program

pytestmark = pytest.mark.whole
RETIRED = "0123456789abcdef0123456789abcdef"


def watchpost(program: Program, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command on the program's stack."""
    stack = {**program.engine.environment, "WATCHPOST_STACK": "tests"}
    return run(*arguments, folder=program.folder, variables=stack)


@pytest.fixture
def shop(program: Program) -> Program:
    """The entry `shop`, whose project Sentry has, with its key `Default`."""
    body = {"name": "Shop", "slug": "acme-shop", "platform": "javascript-nextjs"}
    program.sandbox.sentry("POST", "/api/0/teams/acme/web/projects/", body)
    program.declare(write_manifest({"shop": SHOP}))
    program.sandbox.clear_log()
    return program


def test_examples_of_the_help_run(shop: Program) -> None:
    """Both examples run; neither writes to a service or to the manifest."""
    before = (shop.folder / "projects.yaml").read_text()
    for example in VERBS["rotate"].examples:
        done = watchpost(shop, *shlex.split(example)[1:])
        assert (done.returncode, done.stderr) == (0, ""), example
    assert (shop.folder / "projects.yaml").read_text() == before
    assert shop.sandbox.writes() == []


def test_finish_as_json_without_permission(shop: Program) -> None:
    """The JSON holds the limit, the line that allows it and each key; nothing is written."""
    path = shop.folder / "projects.yaml"
    made = [
        shop.sandbox.sentry("POST", "/api/0/projects/acme/acme-shop/keys/", {"name": label}).body
        for label in ("spare", "spare-20261128")
    ]
    key = made[0]
    keys = {"production": {"label": "Default"}, "preview": {}}
    spare = {"label": "spare-20261128", "retired": [{"key_id": key["id"], "since": "2026-11-28"}]}
    path.write_text(write_manifest({"shop": {**SHOP, "keys": {**keys, "spare": spare}}}))
    shop.sandbox.clear_log()
    done = watchpost(shop, "rotate", "finish", "--format", "json")
    assert done.returncode == 4, done.stderr
    document = json.loads(done.stdout)
    assert (document["limit"]["count"], document["limit"]["allowed"]) == (1, 0)
    assert document["limit"]["line"].startswith("allow: {key-delete: 1, until: ")
    (retired,) = document["retired"]
    assert (retired["next"], retired["done"], retired["state"]) == ("disable", False, "active")
    assert shop.sandbox.writes() == []
    done = watchpost(shop, "rotate", "finish", "--format", "json", "--allow", "key-delete=1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["retired"][0]["done"] is True
    assert "disabled_on" in path.read_text()
    for value in (key["dsn"]["public"], key["secret"]):
        assert value not in done.stdout + path.read_text()


def test_service_that_does_not_answer(shop: Program) -> None:
    """Without Coolify the status is told as far as it is known, and ends with 3."""
    spare = {"label": "spare", "retired": [{"key_id": RETIRED, "since": "2026-11-28"}]}
    keys = {**SHOP["keys"], "spare": spare}
    shop.declare(write_manifest({"shop": {**SHOP, "keys": keys}}))
    shop.sandbox.add_fault(service="coolify", status=401, body={"message": "Unauthenticated."})
    done = watchpost(shop, "rotate", "status")
    assert done.returncode == 3, done.stderr
    assert f"shop/spare  {RETIRED}  2026-11-28  gone" in done.stdout
    assert "some unchecked" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("start", "shp", "production"), "shp: is no entry of the manifest\n  known: shop"),
        (("start", "shop", "prod"), "prod: is no key of shop of the manifest"),
        (("start", "shop", "preview"), "has no key labelled 'preview' yet"),
        (("status", "shop", "prod"), "prod: is no key of shop of the manifest"),
        (("finish", "--quiet-hours", "x"), "--quiet-hours: a whole number is needed"),
        (("finish", "--quiet-hours", "721"), "Sentry is asked about 720 hours at most"),
        (("finish", "--allow", "keys=1"), "is not of the form KIND=COUNT"),
        ((), "the following arguments are required: STEP"),
    ],
)
def test_refusals(shop: Program, arguments: tuple[str, ...], message: str) -> None:
    """Wrong names and options end with 1 and say what is known."""
    done = watchpost(shop, "rotate", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
