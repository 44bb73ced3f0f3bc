"""Teams and entries as the rest of Watchpost gets them: flattened, with defaults, in any order."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.errors import ManifestError
from watchpost.manifest import KeySpec, Manifest, RateLimit, Team, inspect_manifest, load_manifest


def load(folder: Path, **overrides: Any) -> Manifest:
    """Load a valid manifest changed by *overrides*."""
    return load_manifest(write(folder, manifest(**overrides)))


def test_builders_are_valid(tmp_path: Path) -> None:
    """What the builders of these tests make is a manifest without faults and notes."""
    inspection = inspect_manifest(write(tmp_path, manifest()))
    assert inspection.faults == ()
    assert inspection.notes == ()


def test_defaults_of_an_entry(tmp_path: Path) -> None:
    """An entry that says little gets a name, a slug, and Sentry's own key as `production`."""
    shop = load(tmp_path, projects={"shop_web-2": entry()}).entries[0]
    assert (shop.id, shop.root, shop.name, shop.slug) == ("shop_web-2",) * 2 + (
        "Shop Web 2",
        "shop_web-2",
    )
    assert shop.keys == {"production": KeySpec("Default", None, "")}
    assert (shop.on_remove, shop.take_over) == ("keep", False)
    assert shop.digests_min_delay_seconds is None
    assert shop.digests_max_delay_seconds is None
    assert shop.resolve_age_hours is None


def test_written_values_of_an_entry(tmp_path: Path) -> None:
    """What an entry says is what it gets, before any default."""
    written = entry(
        name="The Shop",
        slug="the-shop",
        keys={"live": {"rate_limit": {"count": 5, "window_seconds": 60}}, "old": {"label": "Old"}},
        digests_min_delay_seconds=60,
        digests_max_delay_seconds=3600,
        resolve_age_hours=0,
        on_remove="delete",
        take_over=True,
    )
    shop = load(tmp_path, projects={"shop": written}).entries[0]
    assert (shop.name, shop.slug) == ("The Shop", "the-shop")
    assert shop.keys == {
        "live": KeySpec("live", RateLimit(5, 60), ""),
        "old": KeySpec("Old", None, ""),
    }
    assert shop.digests_min_delay_seconds == 60
    assert shop.digests_max_delay_seconds == 3600
    assert shop.resolve_age_hours == 0
    assert (shop.on_remove, shop.take_over) == ("delete", True)


def test_parts_become_entries(tmp_path: Path) -> None:
    """Each part is an entry of its own, with its group's name, teams and end as defaults."""
    group = {
        "name": "The Studio",
        "teams": ["web"],
        "on_remove": "delete",
        "parts": {
            "web": entry(teams=None),
            "api": entry(name="API", on_remove="keep", slug="api-of-{workspace}-{part}"),
        },
    }
    defaults = {"slug": "{workspace}-{id}", "workspace": "w"}
    web, api = load(tmp_path, defaults=defaults, projects={"studio": group}).entries
    assert (web.id, web.root, web.name, web.slug) == (
        "studio-web",
        "studio",
        "The Studio Web",
        "w-studio-web",
    )
    assert (web.teams, web.on_remove) == (("web",), "delete")
    assert (api.id, api.name, api.slug) == ("studio-api", "API", "api-of-w-api")
    assert (api.teams, api.on_remove) == (("platform",), "keep")


def test_workspace_is_the_organization(tmp_path: Path) -> None:
    """Without a workspace the organization stands for it, in lower case as slugs need it."""
    loaded = load(tmp_path, organization="Acme", defaults={"slug": "{workspace}-{id}"})
    assert loaded.entries[0].slug == "acme-shop"
    assert loaded.organization == "Acme"


def test_teams(tmp_path: Path) -> None:
    """A team is named after its key; the default team serves entries that name none."""
    teams = {"web_2": {}, "ops": {"name": "Operations", "slug": "sre"}, "core": {"existing": True}}
    loaded = load(
        tmp_path, teams=teams, defaults={"team": "ops"}, projects={"shop": entry(teams=None)}
    )
    assert loaded.teams == {
        "web_2": Team("web_2", "web_2", "Web 2", existing=False, position=""),
        "ops": Team("ops", "sre", "Operations", existing=False, position=""),
        "core": Team("core", "core", "Core", existing=True, position=""),
    }
    assert loaded.entries[0].teams == ("ops",)


def test_positions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects know where they are written; a path that is not there gives its parent."""
    text = """
        version: 1
        organization: acme
        teams:
          web: {}
        projects:
          shop:
            platform: node
            teams: [web]
            apps:
              - app: shop-web
                framework: node
                variables:
                  X: "1"
    """
    write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    loaded = load_manifest("projects.yaml")
    assert loaded.teams["web"].position == "projects.yaml:4:3"
    assert loaded.entries[0].position == "projects.yaml:6:3"
    assert loaded.apps[0].position == "projects.yaml:10:9"
    assert loaded.apps[0].variables["SENTRY_DSN"].position == "projects.yaml:11:20"
    assert loaded.apps[0].variables["X"].position == "projects.yaml:13:14"
    assert loaded.position(("projects", "shop", "teams", 0)) == "projects.yaml:8:13"
    assert loaded.position(("projects", "shop", "nothing", "here")) == "projects.yaml:6:3"
    assert loaded.position(()) == "projects.yaml:1:1"


def test_notes(tmp_path: Path) -> None:
    """An unused key, and the lack of Sentry's own key, are told and stop nothing."""
    keys: dict[str, Any] = {"production": {}, "spare": {}}
    projects = {"shop": entry(keys=keys, apps=[app(key="production")])}
    loaded = load(tmp_path, projects=projects)
    summaries = [note.summary for note in loaded.notes]
    assert summaries == [
        "no key is labelled 'Default', so the key that Sentry makes stays unused",
        "no app uses this key",
    ]


def _fleet(size: int) -> dict[str, Any]:
    keys = {"production": {"label": "Default"}, "preview": {}}
    return {
        f"shop-{number}": entry(
            keys=keys,
            apps=[
                app(
                    app=f"shop-{number}-web",
                    framework="nextjs",
                    key="production",
                    preview_key="preview",
                    variables={"RATE": "0.1"},
                )
            ],
        )
        for number in range(size)
    }


def test_three_hundred_entries_are_quick(tmp_path: Path) -> None:
    """A fleet of 300 loads in well under a second."""
    path = write(tmp_path, manifest(projects=_fleet(300)))
    started = time.monotonic()
    loaded = load_manifest(path)
    assert time.monotonic() - started < 1
    assert (len(loaded.entries), len(loaded.apps)) == (300, 300)


@pytest.mark.parametrize("seed", range(10))
def test_order_and_layout_do_not_matter(tmp_path: Path, seed: int) -> None:
    """The same manifest in another order, with another layout, gives the same objects."""
    shuffler = random.Random(seed)  # noqa: S311 - no secret

    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        pairs = [(key, shuffled(each)) for key, each in value.items()]
        shuffler.shuffle(pairs)
        return dict(pairs)

    shared = [app(app="studio", framework="vite")]
    group = {
        "parts": {
            "web": entry(apps=shared),
            "api": entry(apps=[app(app="studio", framework={"X": {"from": "dsn"}})]),
        }
    }
    document = manifest(projects={**_fleet(20), "studio": group})
    loaded = load_manifest(write(tmp_path, document))
    again = load_manifest(write(tmp_path, "# moved by a comment\n\n" + str(shuffled(document))))
    assert {each.id: each for each in again.entries} == {each.id: each for each in loaded.entries}
    assert {each.selector: each for each in again.apps} == {
        each.selector: each for each in loaded.apps
    }
    assert again.teams == loaded.teams


def test_faults_of_every_kind_come_at_once(tmp_path: Path) -> None:
    """Wrong YAML, wrong fields and wrong references are told together, in the order of the file."""
    text = """
        version: 1
        organization: acme
        teams: {web: {}}
        projects:
          shop: {platform: node, platform: node, teams: [wbe], nmae: Shop}
          store:
            platform: nod
            teams: [web]
            keys: {live: {}, test: {}}
            apps: [{app: shop, framework: node}, {service: shop, framework: rails, key: tets}]
    """
    with pytest.raises(ManifestError) as caught:
        load_manifest(write(tmp_path, text))
    lines = [line for line in str(caught.value).splitlines() if not line.startswith("  ")]
    assert [line.split(": ", 2)[1] for line in lines] == [
        "projects.shop.platform",
        "projects.shop.teams[0]",
        "projects.shop.nmae",
        "projects.store.platform",
        "projects.store.apps[0]",
        "projects.store.apps[1].framework",
        "projects.store.apps[1].key",
    ]


@pytest.mark.parametrize("seed", range(30))
def test_any_damage_is_told(tmp_path: Path, seed: int) -> None:
    """A manifest damaged anywhere gets faults or is still valid; the loader never crashes."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(10):
        group = {"parts": {"web": entry(apps=[app(app="studio")])}, "teams": ["web"]}
        document = manifest(projects={**_fleet(1), "studio": group}, defaults={"team": "web"})
        for _ in range(chance.randint(1, 4)):
            _damage(document, chance)
        inspection = inspect_manifest(write(tmp_path, document))
        assert (inspection.manifest is None) == bool(inspection.faults)


def _damage(document: dict[str, Any], chance: random.Random) -> None:
    junk: list[Any] = [None, 5, -1, 0.5, True, "", "x y", "{id}", [], {}, [5], {"a": 1}, "platform"]
    node: Any = document
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not places:
            return
        place = chance.choice(places)
        if isinstance(node[place], (dict, list)) and chance.random() < 0.8:
            node = node[place]
            continue
        if isinstance(node, dict) and chance.random() < 0.3:
            node[str(chance.choice(junk))] = node.pop(place)
        else:
            node[place] = chance.choice(junk)
        return
