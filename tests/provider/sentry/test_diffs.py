"""Comparing by meaning: what means the same is no change; what differs is left to the engine."""

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State, Values

UNKNOWN = provider_pb2.DiffResponse.DIFF_UNKNOWN


def recorded(inputs: Values, **outputs: object) -> State:
    """A resource as state holds it."""
    return State("id", {**inputs, **outputs}, inputs)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("project", project_inputs(), project_inputs(name=" Shop ")),
        ("project", project_inputs(teams=["a", "b"]), project_inputs(teams=["b", "a"])),
        ("project", project_inputs(platform=None), project_inputs(platform="")),
        ("project", project_inputs(resolveAge=24), project_inputs(resolveAge=24.0)),
        ("project", project_inputs(teams=["a"]), project_inputs(teams=None, team="a")),
        ("project", project_inputs(), project_inputs(platform=None)),
        ("team", team_inputs(), team_inputs(name="Platform ")),
        ("key", key_inputs(), key_inputs(name=" production")),
        ("key", key_inputs(rateLimitCount=0, rateLimitWindow=0), key_inputs()),
    ],
)
def test_equal_in_meaning_is_no_change(
    plugin: Plugin, kind: str, before: Values, after: Values
) -> None:
    """Trimmed texts, teams as a set, null and absent, whole numbers: no change."""
    assert not plugin.is_changed(kind, "x", recorded(before), after)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("project", project_inputs(), project_inputs(name="shop")),
        ("project", project_inputs(), project_inputs(slug="other")),
        ("project", project_inputs(), project_inputs(platform="go")),
        ("project", project_inputs(), project_inputs(teams=["web", "x"])),
        ("project", project_inputs(), project_inputs(resolveAge=24)),
        ("team", team_inputs(), team_inputs(name="Other")),
        ("key", key_inputs(), key_inputs(project="other")),
        ("key", key_inputs(), key_inputs(rateLimitCount=5, rateLimitWindow=60)),
        ("key", key_inputs(rateLimitCount=5, rateLimitWindow=60), key_inputs()),
    ],
)
def test_differences_are_worded_by_the_engine(
    plugin: Plugin, kind: str, before: Values, after: Values
) -> None:
    """The answer is 'unknown', so that the engine compares inputs and shows each property."""
    difference = plugin.diff(kind, "x", recorded(before), after)
    assert difference.changes == UNKNOWN
    assert not difference.replaces


def test_disabled_key_is_named_with_its_other_differences(plugin: Plugin) -> None:
    """A disabled key is a change of its own, shown beside those of inputs."""
    state = recorded(key_inputs(), isActive=False)
    difference = plugin.diff("key", "x", state, key_inputs(name="other"))
    assert difference.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert set(difference.detailedDiff) == {"name", "isActive"}


def test_half_a_rate_limit_is_refused(plugin: Plugin) -> None:
    """A limit has a count and a window; Sentry would answer half of one with a 500."""
    assert plugin.check("key", "k", key_inputs(rateLimitCount=5))[0][0] == "rateLimitWindow"
    assert plugin.check("key", "k", key_inputs(rateLimitWindow=5))[0][0] == "rateLimitCount"
    assert plugin.check("key", "k", key_inputs()) == []


def test_missing_inputs_pass_the_check(plugin: Plugin) -> None:
    """The engine checks what depends on a failed resource without that resource's outputs."""
    for kind in ("team", "project", "key"):
        assert plugin.check(kind, "x", {}) == []
