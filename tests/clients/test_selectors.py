"""Finding apps by name: one listing per environment, and an answer instead of an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchpost.coolify import CoolifyClient
from watchpost.manifest import ByName, ByUuid
from watchpost.selectors import Found, observe_selected
from watchpost.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandboxes import RunningSandbox

API = ByName("application", "Shop", "production", "shop-api")
WEB = ByName("application", "Shop", "production", "shop-web")
QUEUE = ByName("service", "Shop", "production", "shop-queue")


@pytest.fixture
def connect(demo_sandbox: RunningSandbox) -> Callable[[], CoolifyClient]:
    """Make a client of the sandbox's Coolify."""
    token = demo_sandbox.tokens["coolify"]["root"]
    return lambda: CoolifyClient(Transport("Coolify", demo_sandbox.coolify_url, token))


def test_by_uuid_asks_nobody() -> None:
    """A fleet that is selected by uuid alone makes no client."""

    def refuse() -> CoolifyClient:
        raise AssertionError

    selector = ByUuid("application", "shop-web")
    assert observe_selected([selector], refuse) == {selector: Found("shop-web")}


def test_by_name_finds_applications_and_services(
    connect: Callable[[], CoolifyClient], demo_sandbox: RunningSandbox
) -> None:
    """Three apps of one environment cost two requests: the projects and the environment."""
    found = observe_selected([API, WEB, QUEUE], connect)
    assert [found[each].uuid for each in (API, WEB, QUEUE)] == [
        "shop-api",
        "shop-web",
        "shop-queue",
    ]
    assert len(demo_sandbox.log("coolify")) == 2


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        (
            ByName("application", "Shop", "production", "shop-apo"),
            "known here: 'shop-api', 'shop-web'",
        ),
        (ByName("service", "Shop", "production", "shop-api"), "known here: 'shop-queue'"),
        (ByName("application", "Shap", "production", "shop-api"), "no project 'Shap'"),
        (ByName("application", "Shop", "staging", "shop-api"), "Environment not found"),
    ],
    ids=["app", "kind", "project", "environment"],
)
def test_what_is_not_there_is_an_answer(
    connect: Callable[[], CoolifyClient], selector: ByName, reason: str
) -> None:
    """A name that nothing answers to gives no uuid, and says what is known instead."""
    found = observe_selected([selector, WEB], connect)
    assert found[selector].uuid is None
    assert reason in found[selector].reason
    assert found[WEB].uuid == "shop-web"


def test_two_apps_of_one_name_are_refused(
    connect: Callable[[], CoolifyClient], demo_sandbox: RunningSandbox
) -> None:
    """Names are not unique in Coolify: a name that two apps bear selects neither."""
    twin = {"uuid": "shop-web-2", "name": "shop-web", "project": "shop"}
    demo_sandbox.control("POST", "/coolify/applications", twin)
    found = observe_selected([WEB], connect)[WEB]
    assert found.uuid is None
    assert "shop-web, shop-web-2" in found.reason


def test_one_app_under_two_selectors_is_refused(connect: Callable[[], CoolifyClient]) -> None:
    """An app selected by uuid here and by name there would have two owners: neither gets it."""
    by_uuid = ByUuid("application", "shop-web")
    found = observe_selected([by_uuid, WEB, API], connect)
    assert found[by_uuid].uuid is None
    assert found[WEB].uuid is None
    assert "are the same application" in found[WEB].reason
    assert found[API].uuid == "shop-api"


def test_a_coolify_that_fails_is_an_answer(
    connect: Callable[[], CoolifyClient], demo_sandbox: RunningSandbox
) -> None:
    """A listing that fails gives no uuid and the reason; it is asked for once."""
    demo_sandbox.add_fault(service="coolify", path="/projects/shop/", status=403)
    found = observe_selected([API, WEB], connect)
    assert [each.uuid for each in found.values()] == [None, None]
    assert len(demo_sandbox.log("coolify")) == 2
