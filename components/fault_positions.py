"""
Tells, for each resource that fails, which line of the manifest asked for it.

One error hook for the whole program: the engine calls it with what a provider raised, and the
program alone
knows the manifest. Positions are no inputs, so that moving a line changes nothing.

Does not: retry, nor change the fault; the engine prints that beneath its resource as well.

Source: pulumi-engine 1.7 (error hooks); docs/adr/0009-positions-by-error-hook.md.
"""

from __future__ import annotations

import pulumi

DYNAMIC = "pulumi-python:"


class FaultPositions:
    """
    Positions by resource, and the hook that reports them.

    Attributes:
        hook: For the `hooks` option of every resource that stands for something in the manifest.
    """

    def __init__(self) -> None:
        self._positions: dict[tuple[bool, str], str] = {}
        self.hook = pulumi.ResourceHookBinding(
            on_error=[pulumi.ErrorHook("fault-position", self._report)]
        )

    def note(self, name: str, position: str, *, dynamic: bool = False) -> None:
        """Remember that *name* was asked for at *position*, `file:line:column: path`."""
        self._positions[dynamic, name] = position

    def _report(self, fault: pulumi.ErrorHookArgs) -> bool:
        """Print position and fault; False: do not try again, the clients already did."""
        dynamic = fault.type.startswith(DYNAMIC)
        position = self._positions.get((dynamic, fault.name), fault.name)
        reason = fault.errors[0].strip().splitlines()[0] if fault.errors else "failed"
        pulumi.log.error(f"{position}: {fault.failed_operation} failed: {reason}")
        return False
