"""docs/plan.md and docs/drift.md: each example is what the code says, each command is one."""

from __future__ import annotations

import contextlib
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.unit.drift.previews import APP, KEY, PROJECT
from tests.unit.manifest.documents import app, entry, manifest, write
from tests.unit.render.plans import (
    make_app,
    make_key,
    make_plan,
    make_project,
    make_report,
    make_row,
)
from watchpost.__main__ import _make_parser
from watchpost.commands import VERBS
from watchpost.coolify import Effect
from watchpost.drift import Finding, Traces, complete_report
from watchpost.drift.report import Trace
from watchpost.manifest import load_manifest
from watchpost.plan import Action, Difference
from watchpost.render.drift_report import render_drift_text
from watchpost.render.plan_text import render_plan_text

if TYPE_CHECKING:
    from watchpost.render.plan_report import PlanReport

KEPT = "it stays in Sentry; only the record of it is dropped"
DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENTS = ("plan.md", "drift.md")
EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```text\n(.*?)```", re.DOTALL)
CONSOLE = re.compile(r"^\$ (watchpost .*)$", re.MULTILINE)


def make_documented_plan() -> PlanReport:
    """The plan that docs/plan.md shows."""
    build = make_row(
        "create",
        "NEXT_PUBLIC_SENTRY_DSN",
        before="",
        after="…@102 key Default",
        reasons=("missing",),
    )
    preview = make_row(is_preview=True, before="(empty)", after="acme-shop/preview")
    plan = make_plan(
        make_key("shop/old"),
        make_project("shop", Difference("name", "Shop", "Shopping")),
        make_app("shop/shop-web", build, preview, make_row(), effect=Effect.REBUILD),
        make_project(
            "legacy",
            action=Action.KEEP,
            reason="it stays in Sentry; only the record of it is dropped",
        ),
        reads={"sentry": 3, "coolify": 9},
    )
    return make_report(plan)


def render_documented_drift(folder: Path) -> str:
    """The check that docs/drift.md shows."""
    keys = {"production": {"label": "Default"}, "preview": {}}
    projects = {"shop": entry(keys=keys, apps=[app(app="shop-web", key="production")])}
    write(folder, manifest(projects=projects))
    with contextlib.chdir(folder):
        declared = load_manifest(Path("projects.yaml"))
    name = Finding("drift", PROJECT, "name", "Shop", "Shopping")
    value = Finding("drift", APP, "SENTRY_DSN", "#bda93d22", "#aee03576")
    pending = Finding("pending", KEY, expected="declared")
    traces = {
        name.path: Trace(datetime(2026, 11, 27, 16, 2, 11, tzinfo=UTC), "ann@example.com"),
        value.path: Trace(datetime(2026, 11, 28, 9, 30, 5, tzinfo=UTC)),
    }
    report = complete_report("production", (name, value, pending), declared, Traces(traces), 4)
    return render_drift_text(report)


@pytest.fixture
def examples(tmp_path: Path) -> dict[str, str]:
    """By name what each example must be."""
    return render_examples(tmp_path)


def render_examples(folder: Path) -> dict[str, str]:
    """Every example of the documents, by its name there."""
    plan = render_plan_text(make_documented_plan())
    allow = re.search(r"Over the limit.*?\n(?=\n)", plan, re.DOTALL)
    assert allow is not None
    drift = render_documented_drift(folder)
    return {"plan.txt": plan, "allow.txt": allow[0], "drift.txt": drift}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_are_what_is_printed(document: str, examples: dict[str, str]) -> None:
    """Each shown output is, to the letter, what the code prints."""
    found = EXAMPLE.findall((DOCS / document).read_text(encoding="utf-8"))
    assert found
    for name, text in found:
        assert text == examples[name], name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_is_understood(document: str) -> None:
    """Each command of the document parses, as its own verb."""
    commands = CONSOLE.findall((DOCS / document).read_text(encoding="utf-8"))
    assert len(commands) >= 3
    for command in commands:
        words = shlex.split(command)[1:]
        assert _make_parser(words, VERBS).parse_args(words).verb == words[0]


@pytest.mark.parametrize("verb", ["plan", "drift"])
def test_the_examples_of_the_help_are_in_the_document(verb: str) -> None:
    """What `--help` shows is explained."""
    text = (DOCS / f"{verb}.md").read_text(encoding="utf-8")
    for example in VERBS[verb].examples:
        assert f"$ {example}\n" in text


def test_the_shown_exception_is_one_of_the_manifest(tmp_path: Path) -> None:
    """The `ignore` of the document loads."""
    block = re.search(r"```yaml\n(ignore:.*?)```", (DOCS / "drift.md").read_text(), re.DOTALL)
    assert block is not None
    text = yaml.safe_dump(manifest(projects={"shop": entry()})) + block[1]
    ignored = load_manifest(write(tmp_path, text)).ignored
    assert [each.path for each in ignored] == ["shop.keys.preview.active"]
