"""Creating: exactly one object, whatever gets lost on the way, and few requests."""

import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State, Values
from tests.sandboxes import RunningSandbox

CREATES = {
    "team": ("team", team_inputs(), "/organizations/acme/teams/$"),
    "project": ("project", project_inputs(), "/teams/acme/web/projects/$"),
    "key": ("key", key_inputs(), "/projects/acme/[^/]+/keys/$"),
}


def rows(sandbox: RunningSandbox, table: str) -> list[Values]:
    """The rows of one of Sentry's tables."""
    return sandbox.state()["sentry"][f"sentry_{table}"]


def requests(sandbox: RunningSandbox) -> list[str]:
    """The logged requests as `METHOD /path`, without `/api/0`."""
    return [f"{each['method']} {each['path'][6:]}" for each in sandbox.log("sentry")]


@pytest.fixture(params=sorted(CREATES))
def case(request: pytest.FixtureRequest, plugin: Plugin) -> tuple[str, Values, str]:
    """Each type's valid create; a key has its project already."""
    kind, inputs, path = CREATES[request.param]
    if kind == "key":
        plugin.create("project", "shop", project_inputs())
    return kind, inputs, path


def count(sandbox: RunningSandbox, kind: str, inputs: Values) -> int:
    """How many objects there are of that slug or label."""
    column = "label" if kind == "key" else "slug"
    wanted = inputs["name"] if kind == "key" else inputs["slug"]
    return sum(row[column] == wanted for row in rows(sandbox, f"{kind}s"))


def test_create_answers_what_was_declared(plugin: Plugin, case: tuple[str, Values, str]) -> None:
    """Outputs hold every declared input with its declared value."""
    kind, inputs, _ = case
    made = plugin.create(kind, "made", inputs)
    assert inputs.items() <= made.outputs.items()


def test_ids_are_those_of_the_upstream_plugin(plugin: Plugin, shop: State) -> None:
    """A team's and a project's id is the slug, a key's id is the key's."""
    assert shop.id == "shop"
    assert plugin.create("team", "platform", team_inputs()).id == "platform"
    key = plugin.create("key", "shop/production", key_inputs())
    assert key.id == key.outputs["public"]


def test_create_twice_makes_one(
    plugin: Plugin, sandbox: RunningSandbox, case: tuple[str, Values, str]
) -> None:
    """A second create of the same declaration finds the first's object."""
    kind, inputs, _ = case
    first = plugin.create(kind, "made", inputs)
    second = plugin.create(kind, "made", inputs)
    assert (first.id, count(sandbox, kind, inputs)) == (second.id, 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "after"},
        {"drop": "before"},
        {"status": 500, "applied": True},
        {"status": 500},
        {"status": 503, "applied": True},
        {"status": 408},
        {"status": 429},
    ],
    ids=lambda fault: "-".join(str(each) for each in fault.values()),
)
def test_lost_answer_makes_one(
    plugin: Plugin,
    sandbox: RunningSandbox,
    case: tuple[str, Values, str],
    fault: Values,
) -> None:
    """A create whose answer is lost is looked for before it is sent again."""
    kind, inputs, path = case
    sandbox.add_fault(service="sentry", method="POST", path=path, first=1, **fault)
    made = plugin.create(kind, "made", inputs)
    assert made.id
    assert count(sandbox, kind, inputs) == 1


def test_project_with_two_keys_costs_at_most_five(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """One POST for the project, one list, one PUT of Default's limit, one POST of a key."""
    limits = {"rateLimitCount": 100, "rateLimitWindow": 60}
    plugin.create("project", "shop", project_inputs())
    plugin.create("key", "shop/production", key_inputs(name="Default", **limits))
    plugin.create("key", "shop/preview", key_inputs(name="preview", **limits))
    methods = [each.partition(" ")[0] for each in requests(sandbox)]
    assert methods == ["POST", "GET", "PUT", "POST"]


def test_two_keys_without_limits_cost_three(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Default is not touched where nothing differs."""
    plugin.create("project", "shop", project_inputs())
    plugin.create("key", "shop/production", key_inputs(name="Default"))
    plugin.create("key", "shop/preview", key_inputs(name="preview"))
    assert len(requests(sandbox)) == 3
    assert [row["label"] for row in rows(sandbox, "keys")] == ["Default", "preview"]


def test_create_sends_digests_only_if_declared(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Declared digests cost one PUT more and are answered."""
    made = plugin.create("project", "shop", project_inputs(digestsMinDelay=120, resolveAge=24))
    assert [each.partition(" ")[0] for each in requests(sandbox)] == ["POST", "PUT"]
    assert (made.outputs["digestsMinDelay"], made.outputs["resolveAge"]) == (120, 24)


def test_all_teams_are_bound(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """The first team makes the project, each further one is bound."""
    plugin.create("team", "platform", team_inputs())
    made = plugin.create("project", "shop", project_inputs(teams=["web", "platform"]))
    assert made.outputs["teams"] == ["web", "platform"]
    assert len(rows(sandbox, "project_teams")) == 2


def test_binding_survives_a_lost_answer(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Binding a team twice is binding it once."""
    plugin.create("team", "platform", team_inputs())
    path = "/teams/platform/$"
    sandbox.add_fault(service="sentry", method="POST", path=path, first=1, drop="after")
    plugin.create("project", "shop", project_inputs(teams=["web", "platform"]))
    assert len(rows(sandbox, "project_teams")) == 2


def test_busy_conflict_is_no_takeover(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """A 409 although the slug is free is sent again."""
    body = {"detail": "A project with this slug already exists."}
    path = "/teams/acme/web/projects/$"
    sandbox.add_fault(service="sentry", method="POST", path=path, first=1, status=409, body=body)
    plugin.create("project", "shop", project_inputs())
    assert [row["slug"] for row in rows(sandbox, "projects")] == ["shop"]


def test_long_name_is_set_by_an_update(plugin: Plugin) -> None:
    """A name of up to 200 characters works, though a new project may have only 50."""
    name = "A project with a name that is longer than a new one may have"
    assert plugin.create("project", "shop", project_inputs(name=name)).outputs["name"] == name


def test_missing_slug_is_derived_and_sent(plugin: Plugin) -> None:
    """A project without a slug gets an explicit one, so that none is made twice in silence."""
    inputs = project_inputs(name="Shop & Co", slug=None)
    assert plugin.create("project", "shop", inputs).id == "shop-co"
    assert plugin.create("project", "shop", inputs).id == "shop-co"


def test_late_default_key_is_waited_for(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """The key Default of a new project may be a moment late; no second one is made."""
    path = f"/projects/acme/{shop.outputs['projectId']}/keys/$"
    sandbox.add_fault(service="sentry", method="GET", path=path, first=2, status=200, body=[])
    plugin.create("key", "shop/production", key_inputs(name="Default"))
    assert len(rows(sandbox, "keys")) == 1


def test_second_default_key_is_never_made(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """Where the key Default of a new project does not come, the create fails instead."""
    path = f"/projects/acme/{shop.outputs['projectId']}/keys/$"
    sandbox.add_fault(service="sentry", method="GET", path=path, status=200, body=[])
    with pytest.raises(Exception, match="A second one is not made"):
        plugin.create("key", "shop/production", key_inputs(name="Default"))
    assert len(rows(sandbox, "keys")) == 1


def test_deleted_default_key_is_made_again(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A key Default that somebody deleted from an older project is made like any other."""
    project = shop.outputs["projectId"]
    long_ago = {"date_created": "2026-01-01T00:00:00.000000Z"}
    sandbox.control("PATCH", f"/sentry/projects/{project}", long_ago)
    first = plugin.create("key", "shop/production", key_inputs(name="Default"))
    plugin.delete("key", "shop/production", first)
    plugin.create("project", "shop", project_inputs())  # found now, and so no longer new
    again = plugin.create("key", "shop/production", key_inputs(name="Default"))
    assert again.id != first.id
    assert len(rows(sandbox, "keys")) == 1


def test_missing_inputs_are_named(plugin: Plugin) -> None:
    """A create without what is required says which inputs those are."""
    with pytest.raises(Exception, match="required and missing: project, name"):
        plugin.create("key", "shop/production", {"organization": "acme"})


def test_late_default_key_of_a_project_found_again_is_waited_for(
    plugin: Plugin, sandbox: RunningSandbox
) -> None:
    """A project whose create lost its answer is as new as any: no second Default is made."""
    sandbox.add_fault(service="sentry", method="POST", path="/projects/$", drop="after", first=1)
    made = plugin.create("project", "shop", project_inputs())
    path = f"/projects/acme/{made.outputs['projectId']}/keys/$"
    sandbox.add_fault(service="sentry", method="GET", path=path, first=4, status=200, body=[])
    plugin.create("key", "shop/production", key_inputs(name="Default"))
    assert len(rows(sandbox, "keys")) == 1


def test_deleting_one_project_does_not_age_another(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A project made in this run stays known as new, whatever else the run deletes."""
    other = plugin.create("project", "other", project_inputs(slug="other"))
    plugin.delete("project", "other", other)
    long_ago = {"date_created": "2026-01-01T00:00:00.000000Z"}
    sandbox.control("PATCH", f"/sentry/projects/{shop.outputs['projectId']}", long_ago)
    path = f"/projects/acme/{shop.outputs['projectId']}/keys/$"
    sandbox.add_fault(service="sentry", method="GET", path=path, first=4, status=200, body=[])
    plugin.create("key", "shop/production", key_inputs(name="Default"))
    project = int(shop.outputs["projectId"])
    keys = [row for row in rows(sandbox, "keys") if row["project_id"] == project]
    assert [row["label"] for row in keys] == ["Default"]


def test_former_slug_of_another_project_is_free(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A redirect is no taken slug, not even where the answer to the create got lost."""
    plugin.update("project", "shop", shop, project_inputs(slug="renamed"))
    sandbox.add_fault(service="sentry", method="POST", path="/projects/$", drop="before", first=1)
    made = plugin.create("project", "again", project_inputs())
    assert made.id == "shop"
    assert made.outputs["projectId"] != shop.outputs["projectId"]


def test_former_slug_of_a_deleted_project_is_free(
    plugin: Plugin, sandbox: RunningSandbox, shop: State
) -> None:
    """A redirect to a deleted project, which answers 403, stands in nobody's way."""
    renamed = plugin.update("project", "shop", shop, project_inputs(slug="renamed"))
    plugin.delete("project", "shop", renamed)
    assert sandbox.sentry("GET", "/api/0/projects/acme/shop/").status in {302, 403}
    assert plugin.create("project", "again", project_inputs()).id == "shop"
    assert plugin.create("key", "k", key_inputs(name="Default")).outputs["project"] == "shop"


def test_name_without_a_slug_in_it_is_refused(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """Sentry would make up another slug with each attempt."""
    with pytest.raises(Exception, match="no slug can be made of"):
        plugin.create("project", "x", project_inputs(slug=None, name="日本"))
    assert sandbox.writes("sentry") == []
