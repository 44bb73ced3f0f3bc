"""Which records are asked about a retired key at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.plan.previews import manifest
from tests.unit.rotation.keys import make_status
from watchpost.rotation.records import RecordHolders

RECORDS: dict[str, Any] = {
    "url": "env:NOWHERE",
    "table": "projects",
    "key": {"column": "slug", "value": "{id}"},
    "set": {"sentry_slug": "{slug}"},
}


@pytest.mark.parametrize("top", [{}, {"records": RECORDS}])
def test_what_holds_no_dsn_is_not_asked(top: dict[str, Any]) -> None:
    """Without records, and with records that hold no DSN, no database is looked for."""
    assert list(RecordHolders(manifest(**top), Path()).of(make_status().place)) == []
