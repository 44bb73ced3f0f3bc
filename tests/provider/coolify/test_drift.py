"""What a refresh finds, down to the property, and that one up mends it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, MOVED_DSN, OTHER_DSN, inputs
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox

MARK = "watchpost:acme/shop"
Edit = Callable[[App], Any]
DRIFTS: dict[str, tuple[Edit, list[str]]] = {
    "changed value": (
        lambda app: app.edit("SENTRY_DSN", value=OTHER_DSN),
        ["variables.SENTRY_DSN.fingerprint"],
    ),
    "emptied value": (
        lambda app: app.edit("SENTRY_DSN", value=None),
        ["variables.SENTRY_DSN.fingerprint"],
    ),
    "deleted variable": (lambda app: app.remove("SENTRY_DSN"), ["variables.SENTRY_DSN"]),
    "build flag": (
        lambda app: app.edit("SENTRY_DSN", is_buildtime=True),
        ["variables.SENTRY_DSN.isBuildtime"],
    ),
    "run flag": (
        lambda app: app.edit("SENTRY_DSN", is_runtime=False),
        ["variables.SENTRY_DSN.isRuntime"],
    ),
    "changed preview row": (
        lambda app: app.edit("SENTRY_DSN", is_preview=True, value=OTHER_DSN),
        ["variables.SENTRY_DSN.preview.fingerprint"],
    ),
    "missing preview row": (
        lambda app: app.remove("SENTRY_DSN", is_preview=True),
        ["variables.SENTRY_DSN.preview"],
    ),
    "flag of the preview row": (
        lambda app: app.edit("SENTRY_DSN", is_preview=True, is_buildtime=True),
        ["variables.SENTRY_DSN.preview.isBuildtime"],
    ),
    "removed mark": (
        lambda app: app.edit("SENTRY_DSN", comment=None),
        ["variables.SENTRY_DSN.mark"],
    ),
    "mark of another entry": (
        lambda app: app.edit("SENTRY_DSN", comment="watchpost:acme/studio"),
        ["variables.SENTRY_DSN.mark"],
    ),
    "twin with our mark": (
        lambda app: app.add("SENTRY_DSN", DSN, comment=MARK, is_buildtime=False),
        ["variables.SENTRY_DSN.rows"],
    ),
    "twin of the preview row": (
        lambda app: app.add("SENTRY_DSN", None, comment=MARK, is_buildtime=False, is_preview=True),
        ["variables.SENTRY_DSN.preview.rows"],
    ),
    "extra row with our mark": (lambda app: app.add("OLD", "x", comment=MARK), ["extra"]),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_drift_is_named_and_mended(
    name: str, stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A drift check names the property; one up repairs it; the next check is clean."""
    edit, paths = DRIFTS[name]
    stack.up(inputs())
    app.finish_deployments()
    good = _shown(app)
    assert stack.drift(inputs()) == []
    edit(app)
    sandbox.clear_log()
    assert stack.drift(inputs()) == paths
    assert sandbox.writes("coolify") == []
    assert stack.up(inputs()) == "update"
    assert _shown(app) == good
    assert stack.drift(inputs()) == []
    sandbox.clear_log()
    assert stack.up(inputs()) == "same"
    assert sandbox.writes("coolify") == []


def _shown(app: App) -> list[tuple[Any, ...]]:
    columns = ("key", "is_preview", "value", "comment", "is_runtime", "is_buildtime", "is_literal")
    return sorted((tuple(row[name] for name in columns) for row in app.rows()), key=repr)


def test_a_moved_ingest_host_is_a_note_and_no_drift(stack: Stack, app: App) -> None:
    """The same key and project on another host changes and redeploys nothing."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=MOVED_DSN)
    assert stack.drift(inputs()) == []
    stack.refresh()
    assert any("SENTRY_DSN" in note and "ingest host" in note for note in stack.outs["notes"])


def test_everything_that_drifted_is_named_at_once(stack: Stack, app: App) -> None:
    """Several edits show as several properties of the one resource."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    app.remove("SENTRY_ENVIRONMENT")
    app.add("OLD", "x", comment=MARK)
    assert stack.drift(inputs()) == [
        "extra",
        "variables.SENTRY_DSN.fingerprint",
        "variables.SENTRY_ENVIRONMENT",
    ]


def test_a_refresh_that_is_kept_shows_the_same(stack: Stack, app: App) -> None:
    """`pulumi refresh` records what it saw; the next up mends it all the same."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    app.remove("SENTRY_ENVIRONMENT")
    stack.new_process()
    stack.refresh()
    assert stack.up(inputs()) == "update"
    assert app.row("SENTRY_DSN")["value"] == DSN
    assert app.row("SENTRY_ENVIRONMENT")["value"] == "production"
    assert stack.drift(inputs()) == []


def test_a_read_never_records_the_value_that_it_saw(stack: Stack, app: App) -> None:
    """A human's secret does not get into our state; its fingerprint does."""
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    stack.refresh()
    assert "fedcba" not in repr(stack.outs)
    assert "fedcba" not in repr(stack.inputs)


def test_a_new_fingerprint_key_writes_nothing(stack: Stack, sandbox: RunningSandbox) -> None:
    """Names of values change, values do not: a refresh names them anew, and that is all."""
    stack.up(inputs())
    other = Stack(sandbox.coolify_url, **{"watchpost:fingerprintKey": "another key"})
    other.id, other.inputs, other.outs = stack.id, stack.inputs, stack.outs
    renamed = inputs()
    for declared in renamed["variables"].values():
        for row in (declared, declared["preview"]):
            row["fingerprint"] = other_fingerprint(row["value"])
    sandbox.clear_log()
    assert other.up(renamed) == "same"
    assert sandbox.writes("coolify") == []


def other_fingerprint(text: str) -> str:
    """The name of a value under the other key."""
    from tests.provider.coolify.examples import value  # noqa: PLC0415  # keeps the name local

    fingerprint: str = value(text, key="another key")["fingerprint"]
    return fingerprint
