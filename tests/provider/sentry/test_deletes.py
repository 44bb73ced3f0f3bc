"""Deleting: by number, and content with what is gone already."""

import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State, Values
from tests.provider.sentry.test_creates import rows
from tests.sandboxes import RunningSandbox

INPUTS = {"team": team_inputs(), "project": project_inputs(), "key": key_inputs()}


def live(sandbox: RunningSandbox, kind: str, inputs: Values) -> int:
    """How many there are of that label, or of that slug."""
    column, wanted = ("label", "name") if kind == "key" else ("slug", "slug")
    return sum(row[column] == inputs[wanted] for row in rows(sandbox, f"{kind}s"))


@pytest.fixture(params=sorted(INPUTS))
def made(request: pytest.FixtureRequest, plugin: Plugin) -> tuple[str, State]:
    """An object of each type."""
    kind = request.param
    if kind == "key":
        plugin.create("project", "shop", project_inputs())
    return kind, plugin.create(kind, "made", INPUTS[kind])


def test_delete_deletes_and_accepts_gone(
    plugin: Plugin, sandbox: RunningSandbox, made: tuple[str, State]
) -> None:
    """A second delete of the same object is as good as the first."""
    kind, state = made
    plugin.delete(kind, "made", state)
    plugin.delete(kind, "made", state)
    assert live(sandbox, kind, state.inputs) == 0


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"status": 502}])
def test_delete_survives_a_lost_answer(
    plugin: Plugin, sandbox: RunningSandbox, made: tuple[str, State], fault: Values
) -> None:
    """A delete whose answer is lost is sent again and finds nothing."""
    kind, state = made
    sandbox.add_fault(service="sentry", method="DELETE", path="/", first=1, **fault)
    plugin.delete(kind, "made", state)
    assert live(sandbox, kind, state.inputs) == 0


def test_delete_hits_only_its_own(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """The project that took the slug of a deleted one stays."""
    plugin.delete("project", "shop", shop)
    plugin.create("project", "shop", project_inputs())
    plugin.delete("project", "shop", shop)
    assert live(sandbox, "project", shop.inputs) == 1


def test_made_again_after_a_delete(plugin: Plugin, made: tuple[str, State]) -> None:
    """A slug or label is free at once, and what is made again is new."""
    kind, state = made
    plugin.delete(kind, "made", state)
    again = plugin.create(kind, "made", state.inputs)
    number = "public" if kind == "key" else "internalId"
    assert again.outputs[number] != state.outputs[number]
