"""
The Sentry plugin of the floor: serves the three types, no network, no thought.

Does not: import anything of ours, so that its cost is the SDK's alone.
"""

from __future__ import annotations

import sys

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckRequest,
    CheckResponse,
    CreateRequest,
    CreateResponse,
    DiffRequest,
    DiffResponse,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)
from pulumi.provider.experimental.server import main

KEY_OUTPUTS = {
    "dsnPublic": PropertyValue("https://0123456789abcdef0123456789abcdef@sentry.example.com/1"),
    "projectId": PropertyValue("1"),
}


class Idle(Provider):
    """Answers every call with what it was given."""

    async def check_config(self, request: CheckRequest) -> CheckResponse:
        """Accept all."""
        return CheckResponse(inputs=request.new_inputs)

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Accept all."""
        return CheckResponse(inputs=request.new_inputs)

    async def diff(self, request: DiffRequest) -> DiffResponse:  # noqa: ARG002  never a change
        """Never a change."""
        return DiffResponse(changes=False)

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Made, out of nothing."""
        return CreateResponse(
            resource_id=request.name, properties={**request.properties, **KEY_OUTPUTS}
        )

    async def read(self, request: ReadRequest) -> ReadResponse:
        """As recorded."""
        return ReadResponse(
            resource_id=request.resource_id, properties=request.properties, inputs=request.inputs
        )

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """As asked for."""
        return UpdateResponse(properties={**request.news, **KEY_OUTPUTS})


if __name__ == "__main__":
    main(sys.argv[1:], "0.0.9", Idle())
