"""Gone is only what Coolify says is gone, to a token that sees the team's other apps."""

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import inputs
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox
from watchpost.errors import NotFound


def test_a_deleted_app_is_gone_and_fails_alone(stack: Stack, app: App) -> None:
    """The read drops it, and its next create says what is missing."""
    stack.up(inputs())
    app.delete()
    stack.new_process()
    stack.refresh()
    assert stack.id == ""
    with pytest.raises(NotFound, match="acme/shop: application shop-web"):
        stack.apply(inputs())


def test_another_teams_token_does_not_make_everything_gone(
    stack: Stack, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets a 404 for every app; nothing is dropped and the reason is given."""
    stack.up(inputs())
    monkeypatch.setenv("COOLIFY_TOKEN", sandbox.tokens["coolify"]["foreign"])
    stack.new_process()
    stack.refresh()
    assert stack.outs["state"] == "unchecked"
    assert "another team" in stack.outs["reason"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"message": "Not found.", "docs": "https://coolify.example/docs"}),
        (404, "<html>a proxy</html>"),
        (401, {"message": "Unauthenticated."}),
        (403, {"message": "Missing required permissions: read"}),
        (410, {}),
        (200, {"unexpected": True}),
    ],
)
def test_no_other_answer_means_gone(
    status: int, body: object, stack: Stack, sandbox: RunningSandbox
) -> None:
    """Whatever else is answered, the recorded resource stays."""
    stack.up(inputs())
    sandbox.add_fault(service="coolify", method="GET", path="/envs", status=status, body=body)
    stack.new_process()
    stack.refresh()
    assert (stack.id, stack.outs["state"]) == ("application/shop-web", "unchecked")
    assert stack.step(inputs()) == "update"


def test_an_app_that_is_listed_is_not_gone(stack: Stack, sandbox: RunningSandbox) -> None:
    """A 404 of an app that its team's list still holds is a fault, not a deletion."""
    stack.up(inputs())
    sandbox.add_fault(
        service="coolify",
        method="GET",
        path="/envs",
        status=404,
        body={"message": "Application not found"},
    )
    stack.new_process()
    stack.refresh()
    assert stack.outs["state"] == "unchecked"


def test_a_refresh_keeps_what_it_could_not_check(stack: Stack, sandbox: RunningSandbox) -> None:
    """An unchecked read is no drift by itself: the properties are as recorded."""
    stack.up(inputs())
    sandbox.add_fault(service="coolify", method="GET", path="/envs", status=403, body={})
    assert stack.drift(inputs()) == ["?"]
