"""
The dynamic provider of the floor: same name and place as the real one, no network, no thought.

Does not: import anything of ours, so that its cost is the SDK's alone.
"""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import (
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)


class CoolifyEnvironmentProvider(ResourceProvider):
    """Answers every call with what it was given."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Nothing to set up."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Accept all."""
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Never a change."""
        return DiffResult(changes=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Made, out of nothing."""
        return CreateResult("idle", {**props, "state": "checked"})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """As recorded."""
        return ReadResult(id_, props, props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """As asked for."""
        return UpdateResult({**news, "state": "checked"})
