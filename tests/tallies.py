"""
Figures that a test run tells at its end: of how many attempts how many got through.

    hostile: tried 41 / leaked 0

Does not: judge; the test that counts asserts, too. Counts of all workers are added up.
"""

from __future__ import annotations

from typing import Any

_counts: dict[str, list[int]] = {}


def add(name: str, tried: int, leaked: int) -> None:
    """Count *tried* attempts of *name*, of which *leaked* got through."""
    of_name = _counts.setdefault(name, [0, 0])
    of_name[0] += tried
    of_name[1] += leaked


def take() -> dict[str, list[int]]:
    """What was counted in this process, as a worker sends it to the process that reports."""
    return dict(_counts)


def add_all(counts: dict[str, Any]) -> None:
    """Add what a worker counted."""
    for name, (tried, leaked) in counts.items():
        add(name, tried, leaked)


def lines() -> list[str]:
    """One line per name."""
    return [f"{name}: tried {tried} / leaked {leaked}" for name, (tried, leaked) in _counts.items()]
