"""`pulumi import`: the upstream plugin's ids, and a following preview that is empty."""

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.provider.sentry.conftest import key_inputs, project_inputs, team_inputs
from tests.provider.sentry.plugin import Plugin, State
from tests.sandboxes import RunningSandbox


def test_import_of_each_type_is_followed_by_no_change(plugin: Plugin, shop: State) -> None:
    """Ids are org/team, org/project and org/project/key-id; inputs come back."""
    limits = {"rateLimitCount": 5, "rateLimitWindow": 60}
    key = plugin.create("key", "k", key_inputs(**limits))
    plugin.create("team", "platform", team_inputs())
    cases = {
        "acme/platform": ("team", team_inputs(), "platform"),
        "acme/shop": ("project", project_inputs(), "shop"),
        f"acme/shop/{key.id}": ("key", key_inputs(**limits), key.id),
    }
    for import_id, (kind, declared, expected) in cases.items():
        imported = plugin.import_(kind, import_id)
        assert imported.id == expected
        assert imported.inputs == declared
        assert not plugin.is_changed(kind, "imported", imported, declared)
        assert plugin.read(kind, "imported", imported) == imported
    assert plugin.import_("project", "acme/shop").outputs["projectId"] == shop.outputs["projectId"]


def test_import_sees_settings(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """A program may declare digests that the project has: the preview is still empty."""
    del shop
    sandbox.sentry("PUT", "/api/0/projects/acme/shop/", {"digestsMinDelay": 90})
    imported = plugin.import_("project", "acme/shop")
    declared = project_inputs(digestsMinDelay=90, resolveAge=0)
    assert not plugin.is_changed("project", "imported", imported, declared)


@pytest.mark.parametrize(
    ("kind", "import_id"),
    [("team", "acme/none"), ("project", "acme/none"), ("key", f"acme/none/{'0' * 32}")],
)
def test_import_of_nothing_finds_nothing(plugin: Plugin, kind: str, import_id: str) -> None:
    """What is not there answers an empty id, which the engine words."""
    assert plugin.import_(kind, import_id).id == ""


@pytest.mark.parametrize(
    ("kind", "import_id", "form"),
    [
        ("team", "platform", "organization/team"),
        ("project", "acme/", "organization/project"),
        ("key", "acme/shop", "organization/project/key-id"),
    ],
)
def test_malformed_id_is_refused(plugin: Plugin, kind: str, import_id: str, form: str) -> None:
    """The message shows the form that an id has."""
    with pytest.raises(grpc.RpcError, match=f"write it as {form}"):
        plugin.import_(kind, import_id)


def test_failed_import_is_an_error(plugin: Plugin, sandbox: RunningSandbox, shop: State) -> None:
    """There is nothing recorded to fall back on."""
    del shop
    sandbox.add_fault(service="sentry", method="GET", path="/projects/", status=403)
    with pytest.raises(grpc.RpcError, match="403"):
        plugin.import_("project", "acme/shop")
