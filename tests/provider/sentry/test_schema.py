"""State stays interchangeable: the fields are those of the upstream SDK's classes."""

import inspect
import typing
from typing import Any

import pulumiverse_sentry as upstream
import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import TYPES, Plugin, State, Values

LIMITS = {"rateLimitCount": 5, "rateLimitWindow": 60}
SETTINGS = {"digestsMinDelay": 120, "digestsMaxDelay": 600, "resolveAge": 24}
CASES: dict[str, tuple[Any, Values]] = {
    "team": (upstream.SentryTeam, team_inputs()),
    "project": (upstream.SentryProject, project_inputs(**SETTINGS)),
    "key": (upstream.SentryKey, key_inputs(project="shop", **LIMITS)),
}
PYTHON_TYPES = {str: str, bool: bool, int: float}


def camel(name: str) -> str:
    """The engine's name of a Python name."""
    head, *rest = name.split("_")
    return head + "".join(each.title() for each in rest)


def fields(resource: Any) -> dict[str, Any]:
    """The output fields of an SDK class: their types by the engine's names."""
    found = {}
    for name, member in inspect.getmembers(resource):
        getter = getattr(member, "fget", None)
        if getter is None or name in {"id", "urn", "pulumi_resource_name", "pulumi_resource_type"}:
            continue
        hint = typing.get_type_hints(inspect.unwrap(getter))["return"]
        found[camel(name)] = typing.get_args(hint)[0]
    return found


@pytest.mark.parametrize("kind", sorted(CASES))
def test_outputs_are_upstreams(plugin: Plugin, kind: str) -> None:
    """Every output has a field of its name and type in the SDK's class, and none is missing."""
    plugin.create("project", "shop", project_inputs())
    resource, inputs = CASES[kind]
    made = plugin.create(kind, "x", inputs)
    expected = fields(resource)
    missing = set(expected) - set(made.outputs)
    # One of team and teams is declared; Sentry answers no color for a project just made.
    assert missing <= {"team", "color"}
    assert set(made.outputs) <= set(expected)
    for name, value in made.outputs.items():
        assert _fits(value, expected[name]), (name, value, expected[name])


def _fits(value: Any, hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Union:
        return any(_fits(value, each) for each in typing.get_args(hint))
    if typing.get_origin(hint) is not None:
        return isinstance(value, list)
    return isinstance(value, PYTHON_TYPES.get(hint, hint))


@pytest.mark.parametrize("kind", sorted(CASES))
def test_inputs_are_upstreams(plugin: Plugin, kind: str) -> None:
    """Every input of the SDK's class is taken and, unless deprecated, compared."""
    resource, inputs = CASES[kind]
    accepted = {camel(name) for name in inspect.signature(resource._internal_init).parameters}
    assert set(inputs) <= accepted
    state = State("x", inputs, inputs)
    for name in set(inputs):
        other: Any = ["other"] if name == "teams" else 77 if name in LIMITS | SETTINGS else "other"
        assert plugin.is_changed(kind, "x", state, {**inputs, name: other}), name


def test_types_are_upstreams() -> None:
    """The tokens are those that the SDK's classes register."""
    for kind, (resource, _) in CASES.items():
        assert f"'{TYPES[kind]}'" in inspect.getsource(resource._internal_init)
