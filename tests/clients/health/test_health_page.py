"""docs/health.md: its code runs as it stands there, and its figures are those of the program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.sandboxes import REPOSITORY
from watchpost.health import detailing, lengths
from watchpost.health.resolving import LONGEST_REASON, SHORTEST_REASON

if TYPE_CHECKING:
    import pytest

    from tests.clients.health.shop import Shop

PAGE = (REPOSITORY / "docs/health.md").read_text(encoding="utf-8")


def test_the_code_runs(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """With a client, it prints the digest."""
    shop.crash(release="build-7")
    shop.crash(release="build-7")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {"client": shop.client})  # noqa: S102 - the page is ours
    assert "| ACME-SHOP-1: KeyError: 'total'" in capsys.readouterr().out


def test_the_figures_are_true() -> None:
    """What the page says of lengths is what the program keeps to."""
    names, source = lengths.NAME, f"{detailing.MOST_CONTEXT_LINES} source lines of {lengths.LINE}"
    for line in (
        f"| an answer | {lengths.MOST_CHARACTERS:,}: ",
        f"| title, culprit | {lengths.TITLE}, {lengths.CULPRIT} |",
        f"| {detailing.MOST_EXCEPTIONS}; type {lengths.KIND}, message {lengths.VALUE} |",
        f"| {detailing.MOST_FRAMES}; names {names} each, {source} |",
        f"| breadcrumbs | {detailing.MOST_BREADCRUMBS}; {lengths.LINE} each |",
        f"| URL, release, environment | {lengths.URL}, {lengths.RELEASE}, {names} |",
        f"at least {SHORTEST_REASON} characters",
        f"at most {LONGEST_REASON} characters",
    ):
        assert line in PAGE
