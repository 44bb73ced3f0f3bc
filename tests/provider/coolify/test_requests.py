"""What a run costs, counted by the sandbox."""

from concurrent.futures import ThreadPoolExecutor

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack
from tests.sandboxes import RunningSandbox

UUIDS = ("shop-web", "shop-api", "studio-web", "studio-api")


def fleet(sandbox: RunningSandbox) -> list[Stack]:
    """One stack per app, all in one process."""
    stacks = [Stack(sandbox.coolify_url) for _ in UUIDS]
    for stack, uuid in zip(stacks, UUIDS, strict=True):
        stack.up(inputs(uuid=uuid))
        App(sandbox, uuid).finish_deployments()
    stacks[0].new_process()
    for stack in stacks[1:]:
        stack.provider = stacks[0].provider
    sandbox.clear_log()
    return stacks


def calls(sandbox: RunningSandbox) -> list[str]:
    """Verb and path of every call."""
    return [
        f"{each['method']} {each['path'].removeprefix('/api/v1')}"
        for each in sandbox.log("coolify")
    ]


def test_a_phase_without_changes_costs_one_get_per_app(sandbox: RunningSandbox) -> None:
    """Nothing is asked beyond the rows."""
    stacks = fleet(sandbox)
    for stack, uuid in zip(stacks, UUIDS, strict=True):
        stack.refresh()
        assert stack.step(inputs(uuid=uuid)) == "same"
    assert sorted(calls(sandbox)) == sorted(f"GET /applications/{uuid}/envs" for uuid in UUIDS)


def test_a_changed_app_costs_its_writes_a_read_back_and_a_look(sandbox: RunningSandbox) -> None:
    """The update goes on from the rows that the refresh saw; version and list come once a run."""
    stacks = fleet(sandbox)
    for stack, uuid in zip(stacks, UUIDS, strict=True):
        stack.refresh()
        stack.apply(inputs(uuid=uuid, variables={"SENTRY_DSN": variable(OTHER_DSN)}))
    seen = calls(sandbox)
    assert seen.count("GET /version") == 1
    assert seen.count("GET /applications") == 1
    for uuid in UUIDS:
        own = [call for call in seen if f"/{uuid}/" in call]
        reads = [call for call in own if call.endswith("/envs") and call.startswith("GET")]
        assert len(reads) == 2
        assert own.count(f"POST /applications/{uuid}/restart") == 1
    assert sum("/deployments/" in call for call in seen) == len(UUIDS)
    assert len(seen) == 2 + len(UUIDS) * (1 + 3 + 1 + 1 + 1)


def test_threads_share_what_is_asked_once(sandbox: RunningSandbox) -> None:
    """Four updates at a time ask for version and list once together."""
    stacks = fleet(sandbox)
    with ThreadPoolExecutor(4) as threads:
        done = threads.map(
            lambda each: each[0].apply(
                inputs(uuid=each[1], variables={"SENTRY_DSN": variable(OTHER_DSN)})
            ),
            zip(stacks, UUIDS, strict=True),
        )
        assert list(done) == ["update"] * 4
    seen = calls(sandbox)
    assert (seen.count("GET /version"), seen.count("GET /applications")) == (1, 1)


def test_check_and_diff_use_no_network(sandbox: RunningSandbox) -> None:
    """The engine asks for them one after another, so that they must not wait."""
    stacks = fleet(sandbox)
    for changed in (inputs(), inputs(owner="acme/studio"), inputs(variables={})):
        stacks[0].provider.check(stacks[0].inputs, changed)
        stacks[0].step(changed)
    assert calls(sandbox) == []
