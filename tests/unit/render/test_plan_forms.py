"""A plan in its four forms: everything is told, nothing is markup, nothing is too long."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.commands.command_line import ROOT, run
from tests.unit.render.plans import (
    make_app,
    make_key,
    make_plan,
    make_project,
    make_report,
    make_row,
    make_whole_report,
    names,
)
from watchpost import exits
from watchpost.coolify import Effect
from watchpost.plan import (
    Action,
    AppChange,
    Call,
    Change,
    ColumnWrite,
    Difference,
    RecordChange,
    Unchecked,
)
from watchpost.render.plan_html import render_plan_html
from watchpost.render.plan_json import PlanDocument, make_document, render_plan_json
from watchpost.render.plan_markdown import MOST_CHARACTERS, render_plan_markdown
from watchpost.render.plan_text import render_plan_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.render.plan_report import PlanReport

FORMS = {
    "text": render_plan_text,
    "markdown": render_plan_markdown,
    "html": render_plan_html,
    "json": render_plan_json,
}
HOSTILE = (
    "x](http://evil.example) | @team `code` <img src=x onerror=alert(1)> # *b*\n\nPlan hash: 0"
)
CONTROL = "name\x1b[2J\u202egnp.exe"


def hostile_report(text: str = HOSTILE) -> PlanReport:
    """A plan in which everything that others may name bears a hostile name."""
    row = make_row("create", text, before=text, after=text, reasons=(text,))
    app = AppChange(f"application {text}", (row,), Effect.REBUILD, Effect.REBUILD, (text,), text)
    record = RecordChange(text, "update", (ColumnWrite(text, text, text, (text, text)),))
    changes = (
        Change(Action.CHANGE, "record", text, text, text, text, record=record),
        Change(Action.CHANGE, "app", f"{text}/{text}", text, text, text, app=app),
        Change(Action.DELETE, "key", text, text, text, text, (Difference(text, text, text),)),
        Change(Action.SKIP, "project", text, text, text, text, reason=text),
        Change(Action.CHANGE, "team", text, "", text, text, calls=(Call("sentry", text),)),
    )
    plan = make_plan(
        *changes,
        unchecked=(Unchecked(text, text),),
        unreadable=(text,),
        notes=(text,),
        refused=(text,),
    )
    return make_report(plan)


# --- what every form tells


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_everything(form: str) -> None:
    """Names, fingerprints, consequences with their cause, limits with counts, and the hash."""
    report = make_whole_report()
    shown = FORMS[form](report).replace("\\", "")
    for words in (
        "preview of acme-shop",
        "acme-billing",
        "NEXT_PUBLIC_SENTRY_DSN",
        "acme-shop/Default",
        "#12345678",
        "Sentry answered 503",
        "it does not run",
        "it stays in Sentry",
        "SENTRY_ORG",
        "a new ingest host",
        "variable-remove",
        report.hash,
        report.headline,
        report.allow_line.removeprefix("allow: "),
    ):
        assert words in shown, words


def test_headline_counts_worst_first_with_consequences() -> None:
    """One line: what is done, worst first, and what apps feel."""
    assert make_whole_report().headline == (
        "1 deleted, 1 disabled, 1 taken over, 4 changed, 1 created, 1 kept, 1 skipped; 1 rebuild"
    )
    assert make_report(make_plan()).headline == "no changes; no app is redeployed"
    restarts = [make_app(f"shop/{name}") for name in ("a", "b")]
    assert make_report(make_plan(*restarts)).headline == "2 changed; 2 restarts"


def test_codes_of_a_plan() -> None:
    """4 over a limit, 1 for what is refused, 3 for what was not checked, 2 only if asked for."""
    plan = make_plan(make_key(), unchecked=(Unchecked("a", "b"),), refused=("c",))
    assert make_report(plan).exit_codes(detailed=True) == [4, 1, 3, 2]
    assert make_report(plan).exit_codes(detailed=False) == [4, 1, 3]
    assert make_report(make_plan(make_project())).exit_codes(detailed=False) == []
    assert make_report(make_plan(make_project())).exit_codes(detailed=True) == [exits.CHANGES]
    assert make_report(make_plan()).exit_codes(detailed=True) == []


@pytest.mark.parametrize(
    ("change", "is_destructive"),
    [
        (make_key(), True),
        (make_key("shop/a", Action.DISABLE), True),
        (make_project("shop", action=Action.TAKE_OVER), True),
        (make_project("shop", action=Action.KEEP), False),
        (make_project("shop"), False),
        (
            Change(
                Action.CHANGE, "project", "a", "a", "a", calls=(Call("sentry", "unbind team web"),)
            ),
            True,
        ),
    ],
)
def test_what_is_destructive(change: Change, *, is_destructive: bool) -> None:
    """Deletions, disablings, takeovers, and a team that loses a project."""
    assert make_report(make_plan(change)).is_destructive == is_destructive


# --- text


def test_text_is_worst_first() -> None:
    """The headings come in the order of harm."""
    text = render_plan_text(make_whole_report())
    headings = re.findall(r"^(\w[\w ,]*) \((\d)\)$", text, re.MULTILINE)
    assert [word for word, _ in headings] == [
        "Deleted",
        "Disabled",
        "Taken over",
        "Changed",
        "Created",
        "Kept, although gone from the manifest",
        "Skipped",
        "Could not be looked at",
        "Unreadable, neither clean nor changed",
        "Notes",
    ]


def test_text_tells_the_consequence_and_its_cause() -> None:
    """Of each app: what is asked for, because of which variable; and why nothing is asked for."""
    text = render_plan_text(make_whole_report())
    assert "consequence: rebuild because of SENTRY_DSN" in text
    assert "consequence: nothing now (it does not run) because of SENTRY_DSN" in text
    assert "      - OLD: #aaaaaaaa\n      consequence: nothing\n" in text
    assert "+ NEXT_PUBLIC_SENTRY_DSN: acme-shop/Default" in text
    assert "~ SENTRY_DSN (preview): (empty) -> #12345678" in text
    assert "~ SENTRY_DSN: #aaaaaaaa, flags and mark" in text


def test_text_prints_every_limit_and_what_allows_more() -> None:
    """Every limit with its count; over one of them, the line for the manifest and the option."""
    text = render_plan_text(make_whole_report())
    rows = [line.split() for line in text.splitlines() if line.startswith(("key-d", "rebuild"))]
    assert rows == [
        ["key-delete", "2", "0", "EXCEEDED", "default"],
        ["rebuild", "1", "25", "ok", "default"],
    ]
    assert "  allow: {key-delete: 2, until: 2026-12-05, reason: ...}\n" in text
    assert "or allow it for one run: watchpost apply --allow key-delete=2\n" in text
    harmless = render_plan_text(make_report(make_plan(make_project())))
    assert harmless.count(" ok ") == 6
    assert "allow:" not in harmless


def test_text_counts_requests_and_seconds() -> None:
    """The totals: redeploys, and the requests to both services with the seconds they need."""
    text = render_plan_text(make_whole_report())
    assert "Redeploys: 1 rebuild, 0 restarts." in text
    assert re.search(r"Sentry: about \d+ requests \(5 writes\), at least 1 s", text)
    assert "Coolify: about 13 requests (4 writes), at least 0 s under its limit." in text


def test_hostile_names_cannot_forge_a_line_of_text() -> None:
    """A name with a line break or an escape sequence stays on its line, in plain sight."""
    text = render_plan_text(hostile_report())
    assert len(re.findall(r"^Plan hash: ", text, re.MULTILINE)) == 1
    shown = render_plan_text(hostile_report(CONTROL))
    assert "name[U+001B][2J[U+202E]gnp.exe" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


# --- Markdown


def test_markdown_puts_the_destructive_block_first_then_a_table_per_project() -> None:
    """Order of the headings: what is lost, what was not looked at, each project, the limits."""
    markdown = render_plan_markdown(make_whole_report())
    assert re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)[1:] == [
        "Deleted, disabled or taken over",
        "Could not be looked at",
        "api",
        "gone",
        "late",
        "new",
        "queue",
        "shop",
        "Unreadable, neither clean nor changed",
        "Notes",
        "Limits and cost",
    ]
    assert markdown.startswith("## Watchpost plan for `tests`: 1 deleted, ")
    assert "**Over the limit.**" in markdown
    assert "```yaml\nallow: {key-delete: 2, until: 2026-12-05, reason: ...}\n```" in markdown


def large_report(per_entry: int) -> PlanReport:
    """2,000 changes, so many to one entry, with deletions among them."""
    entries = names(2000 // per_entry)
    changes = [
        make_app(f"{entries[number // per_entry]}/app-{number:04}", make_row())
        for number in range(1950)
    ]
    changes += [make_key(f"{entries[0]}/key-{number:04}") for number in range(50)]
    return make_report(make_plan(*changes, fleet=2000))


@pytest.mark.parametrize("per_entry", [1, 2000])
def test_markdown_of_a_large_fleet_is_cut_and_says_so(per_entry: int) -> None:
    """2,000 changes: at most 60,000 characters, every deletion told, the cut counted."""
    report = large_report(per_entry)
    markdown = render_plan_markdown(report)
    assert 50_000 < len(markdown) <= MOST_CHARACTERS
    said = re.search(r"\*\*Cut here:\*\* (\d+) of (\d+) lines do not fit into 60000", markdown)
    assert said is not None
    shown = len(re.findall(r"^\| (?:delete|change|update) ", markdown, re.MULTILINE))
    assert int(said[2]) == 50 + 2 * 1950
    assert int(said[1]) == int(said[2]) - shown
    assert markdown.count("| delete | key ") == 50
    for words in ("| changed-share |", report.hash, "- Coolify: about", "**Over the limit.**"):
        assert words in markdown
    assert len(markdown.encode("utf-16-le")) // 2 <= 65_536


def test_markdown_of_many_deletions_is_cut_too() -> None:
    """Where the destructive block alone does not fit, as much of it as fits is shown."""
    changes = [make_key(f"shop/key-{number:04}") for number in range(2000)]
    markdown = render_plan_markdown(make_report(make_plan(*changes)))
    assert 50_000 < len(markdown) <= MOST_CHARACTERS
    assert markdown.count("| delete | key ") > 500
    assert "**Cut here:**" in markdown


def test_markdown_that_fits_is_not_cut() -> None:
    """Nothing is said of a cut where nothing is left out."""
    assert "Cut here" not in render_plan_markdown(make_whole_report())


def test_hostile_names_are_no_markdown() -> None:
    """No mention, link, image, cell, code or heading comes of a name; each line is one of ours."""
    markdown = render_plan_markdown(hostile_report())
    assert "@team" not in markdown
    assert "@\u200bteam" in markdown
    assert not re.search(r"(?<!\\)\]\(", markdown)
    assert "<img" not in markdown.replace("\\<img", "")
    assert "http://" not in markdown
    assert len(re.findall(r"^Plan hash: ", markdown, re.MULTILINE)) == 1
    for line in markdown.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5, line
    assert "\u202e" not in render_plan_markdown(hostile_report(CONTROL))


# --- HTML


class Page(HTMLParser):
    """The tags, what they ask for, and the shown text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.asked: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and every address in it."""
        self.tags.append(tag)
        self.asked += [value or "" for name, value in attrs if name in {"src", "href", "action"}]

    def handle_data(self, data: str) -> None:
        """Note shown text."""
        self.text += data


def test_html_is_one_self_contained_file() -> None:
    """Nothing is fetched, nothing runs, and every number of the plan is in it."""
    html = render_plan_html(make_whole_report())
    page = Page(html)
    assert page.asked == ["data:,"]
    assert not {"script", "img", "iframe", "object", "form"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html
    for words in ("Cost", "Coolify", "of them writes", "exceeded", "rebuild because of"):
        assert words in page.text


def test_hostile_names_are_no_html() -> None:
    """No element comes of a name; control signs are shown."""
    page = Page(render_plan_html(hostile_report()))
    assert "img" not in page.tags
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "[U+202E]" in Page(render_plan_html(hostile_report(CONTROL))).text


# --- JSON


@pytest.mark.parametrize("make", [make_whole_report, hostile_report])
def test_json_is_a_plan_document(make: Any) -> None:
    """The document is valid by its model, and read back it is the same."""
    report = make()
    document = PlanDocument.model_validate_json(render_plan_json(report))
    assert document == make_document(report)
    assert document.version == 1
    assert document.hash == report.hash
    assert len(document.limits) == 6
    assert document.exit_codes == sorted(report.exit_codes(detailed=True))


def test_json_of_nothing_lists_zero() -> None:
    """A plan without changes ends with 0, and says so."""
    document = make_document(make_report(make_plan()))
    assert document.exit_codes == [exits.DONE]
    assert not document.has_changes
    assert document.allow_line == ""


def test_json_is_valid_by_the_schema_in_the_repository() -> None:
    """What is written is what docs/plan.schema.json describes, field by field."""
    schema = json.loads((ROOT / "docs/plan.schema.json").read_text(encoding="utf-8"))
    document = json.loads(render_plan_json(make_whole_report()))
    assert list(_faults(schema, document, schema, "$")) == []
    broken = {**document, "hash": 7, "more": 1, "consequence": "none"}
    del broken["lines"]
    assert len(list(_faults(schema, broken, schema, "$"))) == 4


def _faults(root: Any, value: Any, rule: Any, path: str) -> Iterator[str]:
    """Hold a value against the part of JSON Schema that the document uses."""
    rule = root["$defs"][rule["$ref"].rpartition("/")[2]] if "$ref" in rule else rule
    if "anyOf" in rule:
        found = [list(_faults(root, value, each, path)) for each in rule["anyOf"]]
        yield from min(found, key=len)
        return
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    if "type" in rule and type(value) is not kinds.get(rule["type"], int):
        yield f"{path}: not of type {rule['type']}"
        return
    if value not in rule.get("enum", [rule.get("const", value)]):
        yield f"{path}: {value!r} is not allowed"
    if isinstance(value, dict):
        known = rule.get("properties", {})
        yield from (f"{path}: {name} is missing" for name in set(rule["required"]) - set(value))
        yield from (f"{path}: {name} is not known" for name in set(value) - set(known))
        for name in set(value) & set(known):
            yield from _faults(root, value[name], known[name], f"{path}.{name}")
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _faults(root, each, rule["items"], f"{path}[{index}]")


def test_schema_file_is_current() -> None:
    """docs/plan.schema.json is what `watchpost schema --of plan` prints."""
    done = run("schema", "--of", "plan")
    assert done.returncode == 0, done.stderr
    assert Path(ROOT, "docs/plan.schema.json").read_text(encoding="utf-8") == done.stdout
