"""Apps and variables that move between entries; at no moment is a variable missing or empty."""

import contextlib
import threading
from collections.abc import Iterator

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox


@contextlib.contextmanager
def never_missing(app: App, sandbox: RunningSandbox, *names: str) -> Iterator[None]:
    """Look at the rows all the time while every write takes a while."""
    sandbox.add_fault(service="coolify", method="*", path="/envs", latency_seconds=0.02)
    seen: list[tuple[str, ...]] = []
    is_done = threading.Event()

    def look() -> None:
        while not is_done.is_set():
            there = {row["key"] for row in app.rows() if not row["is_preview"] and row["value"]}
            seen.append(tuple(name for name in names if name not in there))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        is_done.set()
        watcher.join()
        sandbox.clear_faults()
    assert len(seen) > 3
    assert set(seen) == {()}


def test_an_app_moves_to_another_entry(stack: Stack, app: App, sandbox: RunningSandbox) -> None:
    """The new entry re-marks the rows, then the old one finds none of its own to remove."""
    stack.up(inputs())
    app.finish_deployments()
    other = Stack(sandbox.coolify_url)
    deployments = len(app.deployments())
    with never_missing(app, sandbox, "SENTRY_DSN", "SENTRY_ENVIRONMENT"):
        assert other.up(inputs(owner="acme/studio")) == "create"
        stack.leave(other)
    assert app.row("SENTRY_DSN")["comment"] == "watchpost:acme/studio"
    assert len(app.deployments()) == deployments
    assert other.up(inputs(owner="acme/studio")) == "same"


def test_the_old_entry_removes_what_the_new_one_does_not_declare(
    stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """A move may drop a variable; only that one goes."""
    stack.up(inputs())
    other = Stack(sandbox.coolify_url)
    moved = inputs(owner="acme/studio")
    moved["variables"].pop("SENTRY_ENVIRONMENT")
    with never_missing(app, sandbox, "SENTRY_DSN"):
        other.up(moved)
        stack.leave(other)
    assert app.find("SENTRY_ENVIRONMENT") is None


def test_an_entry_is_renamed_under_one_resource(
    stack: Stack, app: App, sandbox: RunningSandbox
) -> None:
    """With an alias the same resource changes its owner: rows are re-marked, leftovers go."""
    stack.up(inputs())
    app.finish_deployments()
    deployments = len(app.deployments())
    renamed = inputs(owner="acme/store")
    renamed["variables"].pop("SENTRY_ENVIRONMENT")
    with never_missing(app, sandbox, "SENTRY_DSN"):
        assert stack.up(renamed) == "update"
    assert app.row("SENTRY_DSN")["comment"] == "watchpost:acme/store"
    assert app.find("SENTRY_ENVIRONMENT") is None
    assert len(app.deployments()) == deployments
    assert stack.up(renamed) == "same"


def test_an_entry_is_split_into_parts(stack: Stack, app: App, sandbox: RunningSandbox) -> None:
    """Parts of one entry share its mark, so that a split only adds what is new."""
    stack.up(inputs())
    split = inputs()
    split["variables"]["EDITOR_DSN"] = variable(DSN)
    sandbox.clear_log()
    with never_missing(app, sandbox, "SENTRY_DSN", "SENTRY_ENVIRONMENT"):
        assert stack.up(split) == "update"
    written = [each["method"] for each in sandbox.writes("coolify") if "/envs" in each["path"]]
    assert written == ["POST", "POST"]


def test_another_organization_cannot_take_an_app(stack: Stack, sandbox: RunningSandbox) -> None:
    """The mark of acme is foreign to globex, and nothing of it moves."""
    stack.up(inputs())
    before = App(sandbox, "shop-web").rows()
    other = Stack(sandbox.coolify_url)
    try:
        other.up(inputs(owner="globex/shop", takeOver=True))
    except Exception as error:  # noqa: BLE001  # its kind is proven elsewhere
        assert "belongs to acme/shop" in str(error)  # noqa: PT017  # likewise
    assert App(sandbox, "shop-web").rows() == before
