"""The permit that follows from a plan: what it holds, and what that lets through."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.plan.plans import app_change, plan, project_change, row_write
from tests.unit.plan.previews import PROJECT, created, preview, updated, urn
from watchpost.coolify import Effect
from watchpost.engine import UNKNOWN, Diagnostic
from watchpost.errors import Unplanned
from watchpost.permit import PERMIT_VARIABLE, REMOVAL, Permit, find_permit, render_permit
from watchpost.plan import Action, make_permit

APP = "application shop-web"
SHOP = urn("project", "shop")
UPDATE = updated("project", "shop", PROJECT, PROJECT | {"name": "New"}, "teams[0]")


def test_an_update_is_permitted_with_its_fields() -> None:
    """A path within a list stands for the list."""
    permit = make_permit(plan(project_change()), preview(UPDATE))
    permit.raise_if_unplanned(SHOP, "update", ["name", "teams"])
    with pytest.raises(Unplanned, match="platform"):
        permit.raise_if_unplanned(SHOP, "update", ["name", "platform"])
    with pytest.raises(Unplanned, match="no delete"):
        permit.raise_if_unplanned(SHOP, "delete")


@pytest.mark.parametrize("action", [Action.SKIP, Action.KEEP])
def test_what_is_not_done_is_not_permitted(action: Action) -> None:
    """Nobody has seen what would be written, should the reason be gone by then."""
    made = plan(project_change(action=action, reason="refused: shop"))
    with pytest.raises(Unplanned):
        make_permit(made, preview(UPDATE)).raise_if_unplanned(SHOP, "update", ["name"])


def test_a_create_is_permitted_as_declared() -> None:
    """An input that is not known yet may become anything."""
    step = created("project", "shop", PROJECT | {"teams": [UNKNOWN]})
    permit = make_permit(plan(project_change(action=Action.CREATE)), preview(step))
    permit.raise_if_unplanned(SHOP, "create", inputs=PROJECT)
    with pytest.raises(Unplanned, match="platform"):
        permit.raise_if_unplanned(SHOP, "create", inputs=PROJECT | {"platform": "go"})


def test_a_takeover_is_permitted_as_announced() -> None:
    """One that adds or changes more, or that nobody announced, is refused."""
    words = "takes over the existing project shop (id 7)\n  adds team web"
    step = created("project", "shop", PROJECT)
    announced = Diagnostic("info", words, SHOP)
    made = plan(project_change(action=Action.TAKE_OVER))
    permit = make_permit(made, preview(step, said=(announced,)))
    permit.raise_if_unplanned_takeover(SHOP, words)
    with pytest.raises(Unplanned, match="changes name"):
        permit.raise_if_unplanned_takeover(SHOP, f"{words}\n  changes name: 'A' to 'B'")
    with pytest.raises(Unplanned, match="take over"):
        make_permit(made, preview(step)).raise_if_unplanned_takeover(SHOP, words)


@pytest.mark.parametrize(
    ("planned", "asked", "is_permitted"),
    [
        (Effect.REBUILD, "rebuild", True),
        (Effect.REBUILD, "restart", True),
        (Effect.RESTART, "restart", True),
        (Effect.RESTART, "rebuild", False),
        (Effect.NOTHING, "restart", False),
    ],
)
def test_a_redeploy_is_permitted_up_to_the_planned_one(
    planned: Effect, asked: str, *, is_permitted: bool
) -> None:
    """A build brings all that a restart would."""
    changed = app_change(row_write())
    assert changed.app is not None
    made = plan(replace(changed, app=replace(changed.app, redeploy=planned)))
    permit = make_permit(made, preview())
    with contextlib.nullcontext() if is_permitted else pytest.raises(Unplanned):
        permit.raise_if_unplanned_redeploy(APP, asked)


@pytest.mark.parametrize(
    ("row", "permitted"),
    [
        ({}, ("SENTRY_DSN", False, "bbbbbbbb")),
        ({"fingerprints": ("aaaaaaaa", "")}, ("SENTRY_DSN", False, "")),
        ({"fingerprints": ("", "shop/Default"), "verb": "create"}, ("SENTRY_DSN", False, None)),
        ({"verb": "delete", "is_preview": True}, ("SENTRY_DSN", True, REMOVAL)),
    ],
)
def test_rows_are_permitted_by_name_scope_and_value(
    row: dict[str, object], permitted: tuple[str, bool, str | None]
) -> None:
    """A DSN that is not made yet has no fingerprint to hold it to."""
    permit = make_permit(plan(app_change(row_write(**row))), preview())
    assert permit.rows == {APP: frozenset({permitted})}


def test_a_new_dsn_permits_any_value_but_no_removal() -> None:
    """The value is known only once its key was made."""
    row = row_write(fingerprints=("", "shop/Default"))
    permit = make_permit(plan(app_change(row)), preview())
    permit.raise_if_unplanned_rows(APP, [("SENTRY_DSN", False, "cccccccc")])
    for other in (("SENTRY_DSN", False, REMOVAL), ("SENTRY_DSN", True, "cccccccc")):
        with pytest.raises(Unplanned, match="SENTRY_DSN"):
            permit.raise_if_unplanned_rows(APP, [other])


def test_an_app_that_is_skipped_may_not_be_written() -> None:
    """Nor may one that the plan does not name."""
    made = plan(app_change(row_write(), action=Action.SKIP))
    with pytest.raises(Unplanned):
        make_permit(made, preview()).raise_if_unplanned_rows(
            APP, [("SENTRY_DSN", False, "bbbbbbbb")]
        )


def test_two_resources_of_one_app_share_its_rows() -> None:
    """A selector that is written in another form is one resource made and one deleted."""
    kept = app_change(row_write(name="A"))
    removed = app_change(row_write(name="B", verb="delete"), name="shop/other")
    permit = make_permit(plan(kept, removed), preview())
    permit.raise_if_unplanned_rows(APP, [("A", False, "bbbbbbbb"), ("B", False, REMOVAL)])


def test_a_permit_is_read_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The providers hold each write to the very plan that was reviewed."""
    made = make_permit(plan(project_change(), app_change(row_write())), preview(UPDATE))
    columns = frozenset({("update", "a", "bbbbbbbb"), ("clear", "b", ""), ("update", "c", None)})
    permit = replace(made, records={"projects.slug=acme/shop": columns})
    (tmp_path / "permit.json").write_text(render_permit(permit), encoding="utf-8")
    monkeypatch.setenv(PERMIT_VARIABLE, str(tmp_path / "permit.json"))
    assert find_permit() == permit
    assert Permit({}, {}).records == {}
