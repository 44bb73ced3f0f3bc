"""Limits by kind of harm: what is counted, what is allowed, and the line that allows more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.unit.manifest.documents import entry, manifest, write
from tests.unit.render.plans import (
    TODAY,
    make_app,
    make_column,
    make_key,
    make_plan,
    make_project,
    make_record,
    make_report,
    make_row,
    names,
)
from watchpost.coolify import Effect
from watchpost.errors import ManifestError, SettingsError
from watchpost.manifest import load_manifest
from watchpost.plan import Action, Call, Change, Plan
from watchpost.planning import Planned
from watchpost.policy import (
    DEFAULT_LIMITS,
    Allowed,
    Tally,
    compute_allowed,
    parse_allow_option,
    render_allow_line,
    render_allow_options,
)
from watchpost.reviewing import review_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from watchpost.engine import Preview


def count(plan: Plan) -> Mapping[str, int]:
    """How much of each kind a plan does."""
    return {each.kind: each.count for each in make_report(plan).tallies}


def unbind(project: str, *teams: str) -> Change:
    """A project that loses teams."""
    change = make_project(project)
    calls = tuple(Call("sentry", f"unbind team {team} from project {project}") for team in teams)
    return Change(change.action, change.kind, project, project, change.title, calls=calls)


def test_every_kind_is_counted_even_at_zero() -> None:
    """A plan without harm counts every kind as 0, in a fixed order."""
    tallies = make_report(make_plan(make_project())).tallies
    assert [each.kind for each in tallies] == list(DEFAULT_LIMITS)
    assert {each.count for each in tallies} == {0}
    assert not any(each.is_exceeded for each in tallies)


def test_a_key_that_goes_with_its_project_counts_as_the_project() -> None:
    """It is listed as deleted, but allowing the project is allowing its keys."""
    gone = make_project(action=Action.DELETE)
    with_it = replace(make_key(), calls=(), reason="Sentry deletes it with its project")
    counts = count(make_plan(gone, with_it))
    assert (counts["project-delete"], counts["key-delete"]) == (1, 0)
    assert count(make_plan(make_key()))["key-delete"] == 1


def test_defaults_are_those_of_the_documents() -> None:
    """Keys and projects go only if somebody says so; the others have room for a usual change."""
    assert dict(DEFAULT_LIMITS) == {
        "key-delete": 0,
        "project-delete": 0,
        "team-unbind": 5,
        "variable-remove": 20,
        "rebuild": 25,
        "changed-share": 30,
    }


def test_each_kind_counts_its_own_harm() -> None:
    """Deleted and disabled keys, deleted projects, lost teams, removed variables, rebuilds."""
    plan = make_plan(
        make_key("shop/a"),
        make_key("shop/b", Action.DISABLE),
        make_key("shop/c", Action.KEEP),
        make_project("old", action=Action.DELETE),
        make_project("kept", action=Action.KEEP),
        unbind("shop", "web", "platform"),
        unbind("api", "web"),
        make_app("api/api", make_row("delete", "A"), make_row("delete", "B")),
        make_app("shop/web", effect=Effect.REBUILD),
        make_app("shop/stopped", effect=Effect.REBUILD, redeploy=Effect.NOTHING, note="stopped"),
    )
    assert count(plan) == {
        "key-delete": 2,
        "project-delete": 1,
        "team-unbind": 3,
        "variable-remove": 2,
        "rebuild": 1,
        "changed-share": 0,
    }


def test_a_cleared_column_is_a_removal_and_a_set_one_a_change() -> None:
    """What a record clears counts like variables that are removed; what it sets, by its entry."""
    columns = make_column("sentry_dsn"), make_column("sentry_slug")
    cleared = make_record("clear", *columns, action=Action.DELETE)
    assert count(make_plan(cleared))["variable-remove"] == 2
    set_ = count(make_plan(make_record("update", *columns), fleet=20))
    assert (set_["variable-remove"], set_["changed-share"]) == (0, 5)


def test_both_rows_of_a_variable_are_one_removal() -> None:
    """Production's and the preview's row are one variable; a twin that goes is none."""
    rows = (
        make_row("delete", "A"),
        make_row("delete", "A", is_preview=True),
        make_row("delete", "B", reasons=("duplicate",)),
    )
    assert count(make_plan(make_app("shop/web", *rows)))["variable-remove"] == 1


@pytest.mark.parametrize(
    ("fleet", "changed", "share"),
    [(10, 10, 0), (11, 3, 28), (11, 4, 37), (100, 30, 30), (100, 31, 31), (1000, 301, 31)],
)
def test_share_counts_only_once_a_fleet_is_large(fleet: int, changed: int, share: int) -> None:
    """Up to ten entries no share is counted; a part of a percent counts as a whole one."""
    plan = make_plan(*(make_project(name) for name in names(changed)), fleet=fleet)
    tally = make_report(plan).tallies[-1]
    assert (tally.count, len(tally.names)) == (share, changed)
    assert tally.is_exceeded == (share > 30)


def test_share_counts_what_leaves_and_not_what_is_new_or_skipped() -> None:
    """An entry that leaves the manifest is a change of the fleet; a new one or a skipped is not."""
    leaving = [make_project(name, action=Action.KEEP) for name in names(4)]
    new = [make_project(f"new-{number}", action=Action.CREATE) for number in range(9)]
    skipped = make_project("entry-0009", action=Action.SKIP)
    recorded = frozenset(names(20))
    assert count(Plan("tests", (*leaving, *new, skipped), fleet=recorded))["changed-share"] == 20


def test_a_count_at_its_limit_is_allowed() -> None:
    """Exceeded is more than allowed."""
    plan = make_plan(make_key("shop/a"))
    assert make_report(plan).exceeded[0].kind == "key-delete"
    assert make_report(plan, key_delete=1).exceeded == ()
    assert make_report(plan).exceeded[0].names == ("shop/a",)


def load(folder: Path, **top: Any) -> Any:
    """A manifest with these limits and allowances."""
    return load_manifest(write(folder, manifest(projects={"shop": entry()}, **top)))


def allow(until: str, **counts: int) -> dict[str, Any]:
    """One allowance."""
    found = {name.replace("_", "-"): number for name, number in counts.items()}
    return {**found, "until": date.fromisoformat(until), "reason": "it was agreed"}


def test_the_manifest_and_the_option_raise_a_limit(tmp_path: Path) -> None:
    """Of default, `limits`, `allow` and `--allow` the highest holds, and its source is named."""
    declared = load(
        tmp_path,
        limits={"rebuild": 3, "team-unbind": 0},
        allow=[allow("2026-11-28", rebuild=9), allow("2026-12-01", rebuild=7, key_delete=1)],
    )
    allowed = compute_allowed(declared, TODAY, {"rebuild": 8, "project-delete": 2})
    assert allowed["rebuild"].count == 9
    assert allowed["rebuild"].source.startswith("allowed until 2026-11-28 at ")
    assert allowed["rebuild"].source.rpartition(" ")[2].endswith("projects.yaml:15:3")
    assert allowed["team-unbind"] == Allowed(0, "limits of the manifest")
    assert allowed["variable-remove"] == Allowed(20, "default")
    assert allowed["key-delete"].count == 1
    assert allowed["project-delete"] == Allowed(2, "allowed for this run by --allow")


def test_an_allowance_never_lowers(tmp_path: Path) -> None:
    """What is allowed besides is a minimum, never a cap."""
    declared = load(tmp_path, allow=allow("2026-12-01", rebuild=2))
    assert compute_allowed(declared, TODAY)["rebuild"] == Allowed(25, "default")


def test_an_allowance_ends_with_its_day(tmp_path: Path) -> None:
    """It holds on its last day, and from the next one it does not count and is an error."""
    declared = load(tmp_path, allow=allow("2026-11-28", key_delete=1))
    assert compute_allowed(declared, TODAY)["key-delete"].count == 1
    assert compute_allowed(declared, date(2026, 11, 29))["key-delete"].count == 0


EXPIRED: dict[str, dict[str, Any]] = {
    "allow": {"allow": allow("2020-01-01", rebuild=1)},
    "ignore": {
        "ignore": [{"path": "shop.name", "reason": "why", "until": date(2020, 1, 1)}],
    },
}


@pytest.mark.parametrize("kind", EXPIRED)
def test_an_expired_exception_is_an_error(tmp_path: Path, kind: str) -> None:
    """A plan is not even judged while an exception of the manifest has expired."""
    declared = load(tmp_path, **EXPIRED[kind])
    preview: Preview = None  # type: ignore[assignment]  # judging needs none
    with pytest.raises(ManifestError, match="has expired") as raised:
        review_plan(Planned(make_plan(), preview, declared))
    assert "it held until 2020-01-01" in str(raised.value)
    assert f"{kind}" in str(raised.value)


@pytest.mark.parametrize("word", ["rebuild", "rebuild=", "rebuild=-1", "rebuild=x", "builds=1", ""])
def test_a_wrong_option_is_refused(word: str) -> None:
    """`--allow` takes KIND=COUNT with a kind that is known, and says which there are."""
    with pytest.raises(SettingsError, match="KIND=COUNT") as raised:
        parse_allow_option([word])
    assert "changed-share" in str(raised.value)


def test_options_are_read() -> None:
    """Several kinds, the last of one kind wins."""
    words = ["rebuild=1", "rebuild=40", "key-delete=2"]
    assert parse_allow_option(words) == {"rebuild": 40, "key-delete": 2}


def tallies(**counts: int) -> list[Tally]:
    """What exceeds a limit of 0."""
    kinds = {each.replace("-", "_"): each for each in DEFAULT_LIMITS}
    return [Tally(kinds[name], number, Allowed(0, "")) for name, number in counts.items()]


def test_the_line_that_allows_is_a_line_of_the_manifest(tmp_path: Path) -> None:
    """The line, put into a manifest as it is printed, loads and allows just that for a week."""
    exceeded = tallies(key_delete=1, changed_share=45, rebuild=0)
    line = render_allow_line(exceeded, TODAY)
    assert line == "allow: {key-delete: 1, changed-share: 45, until: 2026-12-05, reason: ...}"
    text = yaml.safe_dump(manifest(projects={"shop": entry()})) + line + "\n"
    allowed = compute_allowed(load_manifest(write(tmp_path, text)), TODAY)
    assert (allowed["key-delete"].count, allowed["changed-share"].count) == (1, 45)
    options = render_allow_options(exceeded)
    assert options == "--allow key-delete=1 --allow changed-share=45"
    assert parse_allow_option(options.replace("--allow ", "").split()) == {
        "key-delete": 1,
        "changed-share": 45,
    }


def test_an_item_of_a_list_that_allows_is_one(tmp_path: Path) -> None:
    """Where the manifest allows something already, the line is one more item of that list."""
    line = render_allow_line(tallies(rebuild=40), TODAY, is_item=True)
    head = yaml.safe_dump(manifest(projects={"shop": entry()}))
    first = "allow:\n  - {key-delete: 1, until: 2026-12-01, reason: first}\n"
    declared = load_manifest(write(tmp_path, f"{head}{first}{line}\n"))
    assert compute_allowed(declared, TODAY)["rebuild"].count == 40


def test_nothing_exceeded_needs_no_line() -> None:
    """Without an exceeded limit there is nothing to add."""
    assert render_allow_line(tallies(rebuild=0), TODAY) == ""
    assert render_allow_options(tallies(rebuild=0)) == ""


@pytest.mark.parametrize(
    ("written", "form", "place"),
    [
        ({}, "none", "add to the manifest"),
        ({"allow": allow("2999-12-01", rebuild=1)}, "mapping", "make `allow:` in the manifest a"),
        ({"allow": [allow("2999-12-01", rebuild=1)]}, "list", "add to the list under `allow:`"),
    ],
)
def test_a_review_knows_how_the_manifest_allows(
    tmp_path: Path, written: dict[str, Any], form: str, place: str
) -> None:
    """The advice fits what the manifest has under `allow` already."""
    preview: Preview = None  # type: ignore[assignment]  # judging needs none
    planned = Planned(make_plan(make_key()), preview, load(tmp_path, **written))
    report = review_plan(planned)
    assert report.allow_form == form
    assert report.allow_place.startswith(place)
    assert report.allow_line.startswith("  - {key-delete: 1" if written else "allow: {key-delete")
    assert review_plan(planned, ["key-delete=1"]).exceeded == ()
