from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks

from components.coolify_environment import CoolifyEnvironment, EnvironmentVariable
from components.coolify_properties import OUTPUT_ONLY
from tests.provider.coolify.examples import DSN, KEY, inputs, service_inputs
from watchpost.errors import SettingsError

pytestmark = pytest.mark.usefixtures("current_loop")


class Registered(Mocks):
    """Remembers what resources are registered with."""

    def __init__(self) -> None:
        self.inputs: list[dict[str, Any]] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Accept the resource as it is."""
        self.inputs.append(args.inputs)
        return args.name, args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer no function."""
        raise NotImplementedError(args.token)


@pytest.fixture
def registered() -> Registered:
    """A Pulumi engine that only remembers."""
    mocks = Registered()
    set_mocks(mocks, project="watchpost", stack="test")
    set_all_config({"watchpost:fingerprintKey": KEY})
    return mocks


def declare(**overrides: Any) -> CoolifyEnvironment:
    """Declare what `examples.inputs()` says."""
    arguments: dict[str, Any] = {
        "kind": "application",
        "uuid": "shop-web",
        "selector": "application shop-web",
        "owner": "acme/shop",
        "variables": {
            "SENTRY_DSN": EnvironmentVariable(DSN, is_buildtime=False, is_runtime=True),
            "SENTRY_ENVIRONMENT": EnvironmentVariable(
                "production", is_buildtime=False, is_runtime=True
            ),
        },
    }
    return CoolifyEnvironment("shop-web", **(arguments | overrides))


def plain(value: Any) -> Any:
    """Secrets unwrapped, as the provider gets them."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return value["value"]
        return {name: plain(each) for name, each in value.items()}
    return value


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # of the SDK
def test_an_application_is_registered_in_the_form_of_the_examples(registered: Registered) -> Any:
    """The provider's tests begin from what the class really registers."""

    def check(_urn: str) -> None:
        assert plain(registered.inputs[0]) | {"__provider": "the pickled class"} == inputs()

    return declare().urn.apply(check)


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # of the SDK
def test_a_service_has_neither_flags_nor_preview(registered: Registered) -> Any:
    """Coolify keeps none of them for services, so that none can drift."""
    only = {"SENTRY_DSN": EnvironmentVariable(f" {DSN}\n", is_buildtime=True, is_runtime=True)}
    resource = declare(
        kind="service", uuid="shop-queue", selector="service shop-queue", variables=only
    )

    def check(_urn: str) -> None:
        assert plain(registered.inputs[0]) | {"__provider": "the pickled class"} == service_inputs()

    return resource.urn.apply(check)


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # of the SDK
def test_an_app_that_is_not_found_is_registered_all_the_same(registered: Registered) -> Any:
    """Only its own create fails, so the program goes on."""

    def check(_urn: str) -> None:
        assert registered.inputs[0].get("uuid") is None
        assert registered.inputs[0]["selector"] == "application web in Shop/production"

    return declare(uuid=None, selector="application web in Shop/production").urn.apply(check)


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # of the SDK
def test_outputs_are_attributes(registered: Registered) -> Any:
    """A program can export what the provider reports."""
    resource = declare()
    for name in OUTPUT_ONLY:
        assert isinstance(getattr(resource, name), pulumi.Output), name
    return resource.urn.apply(lambda _urn: registered.inputs[0])


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # of the SDK
def test_values_are_secret_and_fingerprints_are_not(registered: Registered) -> Any:
    """A plan shows the fingerprint and hides the value."""
    del registered
    resource = declare()
    variables: pulumi.Output[Any] = resource.variables  # type: ignore[attr-defined]  # of props

    async def check() -> None:
        assert await variables.is_secret()

    fingerprints = pulumi.Output.unsecret(variables).apply(lambda each: each["SENTRY_DSN"])
    return pulumi.Output.all(fingerprints, check())


def test_a_stack_without_a_fingerprint_key_is_refused() -> None:
    """The message says how to make one."""
    set_mocks(Registered(), project="watchpost", stack="test")
    set_all_config({})
    with pytest.raises(SettingsError, match="config set --secret watchpost:fingerprintKey"):
        declare()


def test_a_variable_does_not_show_its_value() -> None:
    """Declarations can be logged."""
    shown = repr(EnvironmentVariable(DSN, is_buildtime=True, is_runtime=True, preview_value=DSN))
    assert "0123456789abcdef" not in shown
