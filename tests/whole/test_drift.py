"""What people change by hand: the drift check names each property, and one up mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.whole.manifests import SHOP, write_manifest
from tests.whole.observed import observe_projects, observe_rows, row_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandboxes import RunningSandbox
    from tests.whole.program import Program

pytestmark = pytest.mark.whole
WRONG = "https://0123456789abcdef0123456789abcdef@sentry.example.com/1"
SHOP_PATH = "/api/0/projects/acme/acme-shop/"


def edit_row(sandbox: RunningSandbox, *, is_preview: bool = False, **columns: Any) -> None:
    """Change the row SENTRY_DSN of shop-web as a person would."""
    row = row_of(sandbox, "shop-web", "SENTRY_DSN", is_preview=is_preview)
    sandbox.control("PATCH", f"/coolify/rows/{row['uuid']}", columns)


def delete_row(sandbox: RunningSandbox, *, is_preview: bool = False) -> None:
    """Delete the row SENTRY_DSN of shop-web."""
    row = row_of(sandbox, "shop-web", "SENTRY_DSN", is_preview=is_preview)
    sandbox.control("DELETE", f"/coolify/rows/{row['uuid']}")


def add_marked_row(sandbox: RunningSandbox) -> None:
    """Add a row that bears our mark and that nobody declares."""
    body = {"key": "SENTRY_OLD", "value": "1", "comment": "watchpost:acme/shop"}
    sandbox.coolify("POST", "/applications/shop-web/envs", body)


def disable_key(sandbox: RunningSandbox) -> None:
    """Disable the key preview."""
    keys = sandbox.sentry("GET", f"{SHOP_PATH}keys/").body
    key = next(each for each in keys if each["label"] == "preview")
    sandbox.sentry("PUT", f"{SHOP_PATH}keys/{key['id']}/", {"isActive": False})


def limit_key(sandbox: RunningSandbox) -> None:
    """Change the rate limit of the key preview."""
    keys = sandbox.sentry("GET", f"{SHOP_PATH}keys/").body
    key = next(each for each in keys if each["label"] == "preview")
    limit = {"rateLimit": {"count": 5, "window": 60}}
    sandbox.sentry("PUT", f"{SHOP_PATH}keys/{key['id']}/", limit)


FAULTS: dict[str, tuple[Callable[[RunningSandbox], object], str, str]] = {
    "value changed": (
        lambda sandbox: edit_row(sandbox, value=WRONG),
        "shop/shop-web",
        "variables.SENTRY_DSN.fingerprint",
    ),
    "variable deleted": (delete_row, "shop/shop-web", "variables.SENTRY_DSN"),
    "flag changed": (
        lambda sandbox: edit_row(sandbox, is_buildtime=True),
        "shop/shop-web",
        "variables.SENTRY_DSN.isBuildtime",
    ),
    "preview row changed": (
        lambda sandbox: edit_row(sandbox, is_preview=True, value=WRONG),
        "shop/shop-web",
        "variables.SENTRY_DSN.preview.fingerprint",
    ),
    "preview row missing": (
        lambda sandbox: delete_row(sandbox, is_preview=True),
        "shop/shop-web",
        "variables.SENTRY_DSN.preview",
    ),
    "mark removed": (
        lambda sandbox: edit_row(sandbox, comment=None),
        "shop/shop-web",
        "variables.SENTRY_DSN.mark",
    ),
    "extra row with our mark": (add_marked_row, "shop/shop-web", "extra"),
    "key disabled": (disable_key, "shop/preview", "isActive"),
    "key limited otherwise": (limit_key, "shop/preview", "rateLimitCount"),
    "project renamed": (
        lambda sandbox: sandbox.sentry("PUT", SHOP_PATH, {"name": "Shopping"}),
        "shop",
        "name",
    ),
    "slug changed": (
        lambda sandbox: sandbox.sentry("PUT", SHOP_PATH, {"slug": "acme-moved"}),
        "shop",
        "slug",
    ),
    "team unbound": (
        lambda sandbox: sandbox.sentry("DELETE", f"{SHOP_PATH}teams/web/"),
        "shop",
        "teams",
    ),
    "team renamed": (
        lambda sandbox: sandbox.sentry("PUT", "/api/0/teams/acme/platform/", {"name": "Plat"}),
        "platform",
        "name",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_drift_is_named_and_mended(program: Program, fault: str) -> None:
    """The drift check ends with 7 and names the property; an up mends it; then all is clean."""
    program.declare(write_manifest({"shop": SHOP}))
    program.up()
    before = observe_projects(program.sandbox), observe_rows(program.sandbox, ["shop-web"])
    change, name, path = FAULTS[fault]
    change(program.sandbox)
    preview = program.engine.preview()
    assert preview.exit_code == 7, preview.diagnostics
    found = [(step.name, change.path) for step in preview.steps for change in step.changes]
    assert any(each == name and place.startswith(path) for each, place in found), found
    program.up()
    after = observe_projects(program.sandbox), observe_rows(program.sandbox, ["shop-web"])
    assert after == before
    assert program.engine.preview().is_clean


def test_foreign_rows_are_never_touched(program: Program) -> None:
    """Rows that are not ours are the same, byte for byte, after up, repair and removal."""
    listed = program.sandbox.control("GET", "/coolify/applications/shop-web/rows")["rows"]
    program.declare(write_manifest({"shop": SHOP}))
    program.up()
    edit_row(program.sandbox, value=WRONG)
    program.up()
    program.declare(write_manifest({"shop": {**SHOP, "apps": []}}))
    program.up()
    assert program.sandbox.control("GET", "/coolify/applications/shop-web/rows")["rows"] == listed
