"""What a plan costs: requests of each kind, and the seconds that limits make of them."""

import pytest

from tests.unit.plan.plans import app_change, plan, project_change, row_write
from tests.unit.plan.previews import PROJECT, environment, preview, urn
from watchpost.engine import Refreshed, State
from watchpost.plan import Action, Call, Change, Cost, compute_costs
from watchpost.plan.totals import count_reads

WRITE = Call("coolify", "update X of application a")


def looked(kind: str, count: int, **inputs: object) -> dict[str, Refreshed]:
    """That many resources of a kind, recorded with these inputs."""
    state = State(inputs=inputs)
    return {urn(kind, f"{kind}-{number}"): Refreshed(state, state) for number in range(count)}


@pytest.mark.parametrize(
    ("projects", "keys", "teams", "apps", "sentry", "coolify"),
    [(0, 0, 0, 0, 0, 0), (1, 1, 1, 1, 3, 1), (100, 101, 0, 7, 3, 7), (101, 300, 1, 0, 6, 0)],
)
def test_lists_are_read_by_the_hundred_and_apps_one_by_one(
    projects: int, keys: int, teams: int, apps: int, sentry: int, coolify: int
) -> None:
    """One request for each begun hundred of a kind, and one for each app."""
    refreshed = {
        **looked("project", projects),
        **looked("key", keys),
        **looked("team", teams),
        **looked("app", apps),
    }
    assert count_reads(preview(refreshed=refreshed), []) == {"sentry": sentry, "coolify": coolify}


def test_a_project_with_settings_is_read_alone() -> None:
    """A list does not show them."""
    refreshed = looked("project", 2, **PROJECT, resolveAge=24)
    assert count_reads(preview(refreshed=refreshed), [])["sentry"] == 3


def test_changes_are_looked_at_once_more() -> None:
    """An update looks first; an app is read back after its writes, and its redeploy confirmed."""
    new_app = app_change(row_write(), action=Action.CREATE)
    project, key = project_change(), Change(Action.CREATE, "key", "shop/k", "shop", "key k of shop")
    new_project = project_change(action=Action.CREATE)
    assert count_reads(preview(), [project, key, new_project]) == {"sentry": 2, "coolify": 0}
    assert count_reads(preview(), [new_app]) == {"sentry": 0, "coolify": 3}
    assert count_reads(preview(), [app_change()]) == {"sentry": 0, "coolify": 1}


@pytest.mark.parametrize(
    ("calls", "seconds"), [(0, 0), (1, 0), (200, 0), (201, 60), (400, 60), (401, 120)]
)
def test_coolify_makes_each_further_two_hundred_wait_a_minute(calls: int, seconds: int) -> None:
    """The first window is used up at once."""
    written = app_change(calls=(WRITE,) * calls)
    assert compute_costs(plan(written))[1] == Cost("coolify", 0, calls, seconds)


def test_sentry_takes_forty_a_second() -> None:
    """Reads and writes together."""
    written = project_change(calls=(Call("sentry", "update project shop"),) * 41)
    sentry, coolify = compute_costs(plan(written, reads={"sentry": 40, "coolify": 3}))
    assert (sentry.calls, sentry.seconds) == (81, 3)
    assert (coolify.reads, coolify.writes) == (3, 0)


def test_an_environment_counts_as_an_app() -> None:
    """Whatever the engine puts before the type's name."""
    state = State(inputs=environment())
    refreshed = {urn("app", "shop/shop-web"): Refreshed(state, None)}
    assert count_reads(preview(refreshed=refreshed), [])["coolify"] == 1
