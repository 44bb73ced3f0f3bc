"""What a plan says of records, in each of its four forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.render.plans import (
    make_column,
    make_plan,
    make_record,
    make_report,
    make_whole_report,
)
from tests.unit.render.test_plan_forms import FORMS
from watchpost.plan import Action
from watchpost.render.plan_text import render_plan_text

if TYPE_CHECKING:
    from watchpost.plan import Change


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_what_a_record_gets(form: str) -> None:
    """Row, columns and both sides of each, whatever is done to it, and what it costs."""
    report = make_report(make_plan(make_record("update", make_column(before="#12345678"))))
    shown = FORMS[form](report).replace("\\", "")
    for words in ("projects.slug=acme/shop", "sentry_dsn", "#12345678", "102 key Default"):
        assert words in shown, words
    assert "atabase" in shown


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            make_record("update", make_column(), make_column("slug", "(null)", "acme-shop")),
            [
                "sets 2 columns",
                "~ sentry_dsn: #aaaaaaaa -> …@102 key Default",
                "~ slug: (null) -> acme-shop",
            ],
        ),
        (
            make_record("insert", make_column("slug", "", "acme-shop"), action=Action.CREATE),
            ["inserts the row with 1 column", "+ slug: acme-shop"],
        ),
        (
            make_record("clear", make_column(after="(null)"), action=Action.DELETE),
            ["clears 1 column", "- sentry_dsn: #aaaaaaaa -> (null)"],
        ),
        (make_record("update"), ["nothing is written"]),
    ],
)
def test_text_tells_what_is_done_to_each_column(change: Change, lines: list[str]) -> None:
    """A sign for what is set, added or cleared, and both sides."""
    text = render_plan_text(make_report(make_plan(change)))
    below = text.partition("  record projects.slug=acme/shop\n")[2]
    assert [line.strip() for line in below.splitlines()[: len(lines)]] == lines
    writes = 1 if change.calls else 0
    said = f"Database: about {writes} statement ({writes} write)." if writes else "least 0 s"
    assert said in text


def test_a_plan_without_records_speaks_of_no_database() -> None:
    """Whoever has no table of their own reads nothing about one."""
    assert all("atabase" not in render(make_whole_report()) for render in FORMS.values())
