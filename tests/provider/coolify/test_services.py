import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, service_inputs, value
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import Forbidden

CHANGED = service_inputs(variables={"SENTRY_DSN": value(OTHER_DSN)})


@pytest.fixture
def service(sandbox: RunningSandbox) -> App:
    """The service shop-queue, running."""
    return App(sandbox, "shop-queue", "service")


def paths(sandbox: RunningSandbox) -> list[str]:
    """Verb and path of every write."""
    return [
        f"{each['method']} {each['path'].removeprefix('/api/v1/services/shop-queue')}"
        for each in sandbox.writes("coolify")
    ]


def test_a_service_is_written_and_restarted(
    stack: Stack, service: App, sandbox: RunningSandbox
) -> None:
    """One row, one restart, and the word that it was owed taken away again."""
    sandbox.clear_log()
    stack.up(service_inputs())
    row = service.row("SENTRY_DSN")
    assert (row["value"], row["comment"]) == (DSN, "watchpost:acme/shop")
    assert paths(sandbox) == ["POST /envs", "POST /restart", "PATCH /envs"]
    assert service.running_environment()["runtime"]["SENTRY_DSN"] == DSN
    sandbox.clear_log()
    assert stack.up(service_inputs()) == "same"
    assert paths(sandbox) == []


def test_a_changed_service_is_mended(stack: Stack, service: App) -> None:
    """Drift of a service is named and repaired like that of an application."""
    stack.up(service_inputs())
    service.edit("SENTRY_DSN", value=OTHER_DSN)
    assert stack.drift(service_inputs()) == ["variables.SENTRY_DSN.fingerprint"]
    stack.up(service_inputs())
    assert service.row("SENTRY_DSN")["value"] == DSN


def test_a_services_owed_restart_survives_a_kill(
    stack: Stack, service: App, sandbox: RunningSandbox
) -> None:
    """The row itself says that a restart is owed, and the next run makes it."""
    stack.up(service_inputs())
    fault = sandbox.add_fault(
        service="coolify", method="POST", path="/restart$", status=403, body={}
    )
    with pytest.raises(Forbidden):
        stack.up(CHANGED)
    assert service.row("SENTRY_DSN")["comment"] == "watchpost:acme/shop [restart owed]"
    sandbox.control("DELETE", f"/faults/{fault}")
    assert stack.drift(CHANGED) == ["variables.SENTRY_DSN.value"]
    stack.up(CHANGED)
    assert service.row("SENTRY_DSN")["comment"] == "watchpost:acme/shop"
    assert service.running_environment()["runtime"]["SENTRY_DSN"] == OTHER_DSN
    assert stack.up(CHANGED) == "same"


def test_a_service_that_does_not_run_is_not_started(
    stack: Stack, service: App, sandbox: RunningSandbox
) -> None:
    """Only the row is written."""
    service.change(status="exited")
    sandbox.clear_log()
    stack.up(service_inputs())
    assert paths(sandbox) == ["POST /envs"]
    assert stack.up(service_inputs()) == "same"


def test_a_moved_service_wipes_no_value(
    stack: Stack, service: App, sandbox: RunningSandbox
) -> None:
    """Coolify wipes a value that is left out, so that a re-marking sends it along."""
    stack.up(service_inputs())
    other = Stack(sandbox.coolify_url)
    moved = service_inputs(owner="acme/studio", variables={"SENTRY_DSN": value(DSN, "acme/studio")})
    other.up(moved)
    stack.destroy()
    row = service.row("SENTRY_DSN")
    assert (row["value"], row["comment"]) == (DSN, "watchpost:acme/studio")


def test_a_service_is_deleted_by_its_mark(stack: Stack, service: App) -> None:
    """Foreign rows of a service stay."""
    stack.up(service_inputs())
    foreign = [row for row in service.rows() if row["key"] != "SENTRY_DSN"]
    stack.destroy()
    assert service.rows() == foreign


def test_a_locked_row_of_a_service_is_not_written_to_clear_a_word(
    stack: Stack, service: App, sandbox: RunningSandbox
) -> None:
    """Somebody who locks such a row keeps it as it is, and no restart loops."""
    stack.up(service_inputs())
    service.edit("SENTRY_DSN", is_shown_once=True, comment="watchpost:acme/shop [restart owed]")
    before = service.row("SENTRY_DSN")
    sandbox.clear_log()
    stack.up(service_inputs(redeploy="if-needed", takeOver=True))
    assert paths(sandbox) == []
    assert service.row("SENTRY_DSN") == before


def test_a_token_that_cannot_read_still_clears_what_it_wrote(
    stack: Stack, service: App, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The value of a row just written is known; it is sent along and not wiped."""
    body = {
        "name": "blind",
        "user_id": 0,
        "team_id": 0,
        "abilities": ["read", "write", "deploy"],
    }
    token = sandbox.control("POST", "/coolify/tokens", body)["token"]
    monkeypatch.setenv("COOLIFY_TOKEN", token)
    stack.up(service_inputs())
    row = service.row("SENTRY_DSN")
    assert (row["value"], row["comment"]) == (DSN, "watchpost:acme/shop")
