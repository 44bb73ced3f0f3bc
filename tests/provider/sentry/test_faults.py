"""A fleet under fire: a share of all calls fails, and Sentry's limits are on."""

from concurrent.futures import ThreadPoolExecutor

from tests.provider.sentry.conftest import key_inputs, project_inputs
from tests.provider.sentry.plugin import Plugin, State
from tests.provider.sentry.test_creates import rows
from tests.sandboxes import RunningSandbox

PROJECTS = 60
FAULTS: tuple[dict[str, object], ...] = (
    {"status": 500},
    {"status": 503},
    {"drop": "before"},
    {"drop": "after"},
)


def test_fleet_is_made_in_spite_of_faults(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """
    Five calls in a hundred fail and Sentry allows 40 a second and 25 at once.

    Every object is made once, and at most one call in a hundred is refused for coming too soon.
    """
    for seed, fault in enumerate(FAULTS):
        sandbox.add_fault(service="sentry", path="/", share=0.0125, seed=seed, **fault)
    sandbox.set_limits(sentry={"per_second": 40, "concurrent": 25})
    with ThreadPoolExecutor(32) as pool:
        made = list(pool.map(lambda number: make(plugin, f"shop-{number}"), range(PROJECTS)))
        read = list(pool.map(lambda state: plugin.read("key", "k", state), made))
    assert [each.id for each in read] == [each.id for each in made]
    assert len(rows(sandbox, "projects")) == PROJECTS
    assert len(rows(sandbox, "keys")) == PROJECTS * 2
    log = sandbox.log("sentry")
    refused = [each for each in log if each["status"] == 429]
    assert len(refused) <= len(log) * 0.01


def make(plugin: Plugin, slug: str) -> State:
    """A project with two keys, as the engine makes it."""
    plugin.create("project", slug, project_inputs(slug=slug))
    limits = {"rateLimitCount": 5, "rateLimitWindow": 60}
    plugin.create("key", f"{slug}/preview", key_inputs(project=slug, **limits))
    return plugin.create("key", f"{slug}/p", key_inputs(project=slug, name="Default", **limits))
