"""
Edits of a random fleet's manifest, after it was applied.

Each edit is a function of its own, chosen by the fleet's `random.Random`. One that finds nothing to
do does nothing; one that makes a manifest that would be refused is taken back.

Does not: touch a service (see `random_hands`) or assert.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.whole.random_fleets import PLATFORMS, STANDING_TEAMS, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.whole.random_fleets import RandomFleet

Block = dict[str, Any]


def edit_manifest(fleet: RandomFleet) -> None:
    """Change the manifest in two to five ways."""
    for _ in range(fleet.random.randint(2, 5)):
        before = copy.deepcopy((fleet.projects, fleet.teams))
        edit = fleet.random.choice(MANIFEST_EDITS)
        edit(fleet)
        if read([fleet]) is None:
            fleet.projects, fleet.teams = before
        else:
            fleet.story.append(f"manifest: {edit.__name__}")


def _leaf(fleet: RandomFleet) -> Block:
    leaves = [block for _, block in fleet.leaves()]
    return fleet.random.choice(leaves) if leaves else {"keys": {"production": {}}, "apps": []}


def _app(fleet: RandomFleet) -> Block:
    apps = [app for _, block in fleet.leaves() for app in block.get("apps", ())]
    return fleet.random.choice(apps) if apps else {}


def _remove_entry(fleet: RandomFleet) -> None:
    if fleet.projects:
        del fleet.projects[fleet.random.choice(list(fleet.projects))]


def _add_entry(fleet: RandomFleet) -> None:
    fleet.add_entry(f"{fleet.prefix}-e{len(fleet.projects) + 5}")


def _rename_entry(fleet: RandomFleet) -> None:
    _leaf(fleet)["name"] = f"New name {fleet.random.randint(1, 99)}"


def _change_slug(fleet: RandomFleet) -> None:
    _leaf(fleet)["slug"] = f"{fleet.prefix}-slug{fleet.random.randint(1, 99)}"


def _change_platform(fleet: RandomFleet) -> None:
    _leaf(fleet)["platform"] = fleet.random.choice(PLATFORMS)


def _change_teams(fleet: RandomFleet) -> None:
    every = [*STANDING_TEAMS, *fleet.teams]
    _leaf(fleet)["teams"] = fleet.random.sample(every, fleet.random.randint(1, 3))


def _rename_team(fleet: RandomFleet) -> None:
    fleet.teams[f"{fleet.prefix}-team"] |= {"name": "Renamed team"}


def _move_team(fleet: RandomFleet) -> None:
    fleet.teams[f"{fleet.prefix}-team"] |= {"slug": f"{fleet.prefix}-moved"}


def _change_settings(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    block["resolve_age_hours"] = fleet.random.choice([0, 48, 96])
    block.pop("digests_min_delay_seconds", None)


def _add_key(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    label = fleet.random.choice(["Default", f"key{len(block['keys'])}"])
    block["keys"][f"key{len(block['keys'])}"] = {"label": label} | fleet.key()


def _remove_key(fleet: RandomFleet) -> None:
    keys = _leaf(fleet)["keys"]
    keys.pop(fleet.random.choice(list(keys)))


def _limit_key(fleet: RandomFleet) -> None:
    key = fleet.random.choice(list(_leaf(fleet)["keys"].values()))
    if "rate_limit" in key and fleet.chance(0.5):
        del key["rate_limit"]
    else:
        key["rate_limit"] = {"count": fleet.random.randint(1, 99), "window_seconds": 3600}


def _relabel_key(fleet: RandomFleet) -> None:
    key = fleet.random.choice(list(_leaf(fleet)["keys"].values()))
    key["label"] = fleet.random.choice(["Default", "renamed", "other"])


def _add_app(fleet: RandomFleet) -> None:
    fleet.add_app(_leaf(fleet))


def _remove_app(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    if block.get("apps"):
        block["apps"].remove(fleet.random.choice(block["apps"]))


def _move_app(fleet: RandomFleet) -> None:
    source, target = _leaf(fleet), _leaf(fleet)
    if source.get("apps"):
        app = fleet.random.choice(source["apps"])
        source["apps"].remove(app)
        moved = {**app, "key": fleet.random.choice(list(target["keys"]))}
        if "preview_key" in moved:
            moved["preview_key"] = moved["key"]
        target.setdefault("apps", []).append(moved)


def _select_otherwise(fleet: RandomFleet) -> None:
    """The same app by its name, or by its uuid."""
    declared = _app(fleet)
    found = [each for each in fleet.apps if each.is_named_in(declared)]
    if found:
        is_named = isinstance(declared.get("app", declared.get("service")), dict)
        declared |= found[0].selector(by_name=not is_named)


def _select_nothing(fleet: RandomFleet) -> None:
    """A name that no app has."""
    declared = _app(fleet)
    if "app" in declared:
        declared["app"] = {"project": "Fleet", "name": f"{fleet.prefix}-nowhere"}


def _rewire_app(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    if block.get("apps"):
        declared = fleet.random.choice(block["apps"])
        kind = "application" if "app" in declared else "service"
        app = next((each for each in fleet.apps if each.kind == kind), None)
        if app is not None:
            kept = {name: declared[name] for name in ("app", "service") if name in declared}
            declared.clear()
            declared |= kept | fleet.wiring(app, block)


def _change_variables(fleet: RandomFleet) -> None:
    declared = _app(fleet)
    if declared:
        declared["variables"] = {"PLAIN_TWO": fleet.text(), "PLAIN_THREE": fleet.text()}
        declared["environment"] = fleet.random.choice(["production", "staging"])


def _toggle_options(fleet: RandomFleet) -> None:
    declared = _app(fleet)
    for name, value in {"redeploy": "never", "take_over": True, "mark": False}.items():
        if declared and fleet.chance(0.5):
            if name in declared:
                del declared[name]
            else:
                declared[name] = value


def _toggle_removal(fleet: RandomFleet) -> None:
    block = _leaf(fleet)
    block["on_remove"] = "keep" if block.get("on_remove") == "delete" else "delete"


MANIFEST_EDITS: tuple[Callable[[RandomFleet], None], ...] = (
    _remove_entry,
    _remove_entry,
    _add_entry,
    _rename_entry,
    _change_slug,
    _change_platform,
    _change_teams,
    _rename_team,
    _move_team,
    _change_settings,
    _add_key,
    _remove_key,
    _limit_key,
    _relabel_key,
    _add_app,
    _remove_app,
    _move_app,
    _select_otherwise,
    _select_nothing,
    _rewire_app,
    _change_variables,
    _toggle_options,
    _toggle_removal,
)
