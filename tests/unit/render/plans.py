"""
Plans as values, for the tests of limits and of every form in which a plan is shown.

Does not: ask the engine.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from watchpost.coolify import Effect
from watchpost.plan import (
    Action,
    AppChange,
    Call,
    Change,
    ColumnWrite,
    Difference,
    Plan,
    RecordChange,
    RowWrite,
    Unchecked,
)
from watchpost.policy import DEFAULT_LIMITS, Allowed, judge_plan
from watchpost.render.plan_report import PlanReport

if TYPE_CHECKING:
    from watchpost.plan.model import RecordVerb
    from watchpost.render.plan_report import AllowForm

TODAY = date(2026, 11, 28)


def make_row(verb: str = "update", name: str = "SENTRY_DSN", **overrides: object) -> RowWrite:
    """A row whose value changes."""
    before, after = "#aaaaaaaa", "" if verb == "delete" else "#bbbbbbbb"
    row = RowWrite(
        verb,
        name,
        is_preview=False,
        before=before,
        after=after,
        reasons=("undeclared",) if verb == "delete" else ("value",),
        is_buildtime=False,
        is_runtime=True,
        fingerprints=("aaaaaaaa", "bbbbbbbb"),
    )
    return RowWrite(**{**{name: getattr(row, name) for name in row.__slots__}, **overrides})


def make_app(
    name: str = "shop/shop-web",
    *rows: RowWrite,
    action: Action = Action.CHANGE,
    effect: Effect = Effect.RESTART,
    redeploy: Effect | None = None,
    note: str = "",
) -> Change:
    """A change of an app's variables."""
    entry, _, label = name.partition("/")
    written = rows or (make_row(),)
    asked = effect if redeploy is None else redeploy
    app = AppChange(f"application {label}", written, effect, asked, ("SENTRY_DSN",), note)
    calls = tuple(Call("coolify", f"{row.verb} {row.name} of application {label}") for row in rows)
    return Change(action, "app", name, entry, f"variables of {label}", calls=calls, app=app)


def make_project(
    name: str = "shop", *differences: Difference, action: Action = Action.CHANGE, reason: str = ""
) -> Change:
    """A change of a Sentry project."""
    found = differences or (Difference("name", "Shop", "Shopping"),)
    is_done = action not in {Action.KEEP, Action.SKIP}
    return Change(
        action,
        "project",
        name,
        name,
        f"project acme-{name}",
        f"projects.yaml:{len(name)}:3",
        found if is_done else (),
        (Call("sentry", f"{action.word} project acme-{name}"),) if is_done else (),
        reason=reason,
    )


def make_key(name: str = "shop/preview", action: Action = Action.DELETE) -> Change:
    """A key that goes."""
    entry, _, label = name.partition("/")
    title = f"key {label} of acme-{entry}"
    return Change(action, "key", name, entry, title, calls=(Call("sentry", f"delete {title}"),))


def make_column(
    column: str = "sentry_dsn", before: str = "#aaaaaaaa", after: str = "…@102 key Default"
) -> ColumnWrite:
    """A column whose value changes."""
    return ColumnWrite(column, before, after, ("aaaaaaaa", "bbbbbbbb"))


def make_record(
    verb: RecordVerb = "update", *columns: ColumnWrite, action: Action = Action.CHANGE
) -> Change:
    """A change of the shop's row in the platform's own table."""
    row = "projects.slug=acme/shop"
    calls = (Call("database", f"{verb} {row}"),) if columns else ()
    record = RecordChange(row, verb, columns)
    title = f"record {row}"
    return Change(action, "record", "shop/record", "shop", title, calls=calls, record=record)


def make_plan(*changes: Change, fleet: int = 3, **fields: object) -> Plan:
    """A plan of these changes, worst first, for a fleet of so many recorded entries."""
    ordered = tuple(sorted(changes, key=lambda each: (each.action, each.name, each.kind)))
    known = dict.fromkeys([*(each.entry for each in changes if each.entry), *names(fleet)])
    recorded = frozenset(list(known)[:fleet])
    return Plan("tests", ordered, fleet=recorded, **fields)  # type: ignore[arg-type]


def names(count: int) -> list[str]:
    """Ids of so many entries."""
    return [f"entry-{number:04}" for number in range(count)]


def make_report(plan: Plan, form: AllowForm = "none", **allowed: int) -> PlanReport:
    """The plan held against the default limits; *allowed* raises some, `key_delete=1`."""
    limits = {kind: Allowed(count, "default") for kind, count in DEFAULT_LIMITS.items()}
    for word, count in allowed.items():
        kind = next(each for each in limits if each == word.replace("_", "-"))
        limits[kind] = Allowed(count, "limits of the manifest")
    return PlanReport(plan, judge_plan(plan, limits), TODAY, form)


def make_whole_report() -> PlanReport:
    """A plan in which everything occurs that a plan can hold."""
    build = make_row("create", "NEXT_PUBLIC_SENTRY_DSN", before="", after="acme-shop/Default")
    preview = make_row("update", "SENTRY_DSN", is_preview=True, before="(empty)", after="#12345678")
    flags = make_row(before="#aaaaaaaa", after="#aaaaaaaa", reasons=("flags", "mark"))
    plan = make_plan(
        make_key(),
        make_key("shop/old", Action.DISABLE),
        make_project("billing", action=Action.TAKE_OVER),
        make_project("shop"),
        make_app("shop/shop-web", build, preview, flags, effect=Effect.REBUILD),
        make_app("api/shop-api", make_row("delete", "OLD"), effect=Effect.NOTHING),
        make_app(
            "queue/shop-queue",
            effect=Effect.RESTART,
            redeploy=Effect.NOTHING,
            note="it does not run",
        ),
        make_project("new", Difference("name", "", "New"), action=Action.CREATE),
        make_project("gone", action=Action.KEEP, reason="it stays in Sentry"),
        make_project("late", action=Action.SKIP, reason="could not look: Sentry answered 503"),
        unchecked=(Unchecked("late", "Sentry answered 503"),),
        unreadable=("api/shop-api: SENTRY_ORG",),
        notes=("shop/shop-web: a new ingest host",),
        reads={"sentry": 3, "coolify": 9},
    )
    return make_report(plan)
