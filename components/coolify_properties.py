"""
The properties of a `CoolifyEnvironment` as Pulumi records them, and their way to and from the
words of `watchpost.coolify`.

    kind, uuid, selector, owner, redeploy, takeOver     settings, as declared
    unmarked      True where our mark is not written; left out otherwise, as in older states
    owedRedeploy  False, or True as observed            extra   names with our mark, undeclared
    variables     {NAME: {value*, fingerprint, mark, rows, isBuildtime, isRuntime,
                          preview: {value*, fingerprint, mark, rows, isBuildtime, isRuntime}}}
    state, reason, unreadable, notes, deployment, settledAt, undeployed    outputs alone

`*` is secret. Services have neither flags nor preview, unmarked resources no mark. `read` reports
all but values as observed: a value stays as recorded, its fingerprint tells that another one was
seen.

Does not: call Coolify or Pulumi. The names are a storage format.

Source: design.md 5; reference/pulumi-engine.md 2.2 and 2.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchpost.coolify import (
    AppRef,
    DesiredEnvironment,
    DesiredVariable,
    Row,
    Settlement,
    Unreadable,
    fingerprint,
    group_by_place,
    means_same,
    owner_of,
    parse_owner,
    read_time,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watchpost.coolify import DeclaredApps, Deployment, Kept

Properties = dict[str, Any]
SETTINGS = ("kind", "uuid", "owner", "redeploy", "takeOver", "unmarked")
INPUTS = (*SETTINGS, "selector", "owedRedeploy", "extra", "variables")
OUTPUT_ONLY = (
    "state",
    "reason",
    "unreadable",
    "notes",
    "deployment",
    "settledAt",
    "undeployed",
)
RECORDED_FROM_START: Properties = {"owedRedeploy": False, "extra": []}
PROVIDER = "__provider"


def inputs_of(props: Properties) -> Properties:
    """Take the inputs out of recorded outputs."""
    return {name: props[name] for name in INPUTS if name in props}


def note_declared(declared: DeclaredApps, props: Properties) -> None:
    """
    Remember what one resource of this run declares.

    In a preview values are unknown; their names are not, and a preview deletes nothing anyway.
    """
    owner, names = parse_owner(props["owner"]), props.get("variables") or {}
    if props.get("uuid"):
        declared.note(AppRef(props["kind"], props["uuid"]), owner, names)
    else:
        declared.note_not_found(props["kind"], owner, names)


def desired_from(props: Properties, recorded: Properties | None = None) -> DesiredEnvironment:
    """
    Read the declared inputs.

    Args:
        props: Inputs of one resource, every value known.
        recorded: Outputs of the last run, which tell whose rows these were.
    """
    owner = parse_owner(props["owner"])
    former = parse_owner(recorded["owner"]) if recorded and recorded.get("owner") else None
    return DesiredEnvironment(
        app=AppRef(props["kind"], props["uuid"]),
        owner=owner,
        variables={
            name: _desired_variable(variable)
            for name, variable in (props.get("variables") or {}).items()
        },
        take_over=bool(props.get("takeOver")),
        former_owner=former if former != owner else None,
        writes_marks=not props.get("unmarked"),
    )


def _desired_variable(variable: Properties) -> DesiredVariable:
    return DesiredVariable(
        value=variable.get("value"),
        is_buildtime=bool(variable.get("isBuildtime", True)),
        is_runtime=bool(variable.get("isRuntime", True)),
        preview_value=(variable.get("preview") or {}).get("value"),
    )


def observed_variables(declared: Mapping[str, Any], rows: Iterable[Row], key: bytes) -> Properties:
    """
    Report the declared variables as observed; one without a production row is left out.

    Args:
        declared: The recorded `variables`.
        rows: All rows of the app.
        key: The stack's fingerprint key.
    """
    groups = group_by_place(rows)
    observed: Properties = {}
    for name, recorded in declared.items():
        production = _observed_row(recorded, groups.get((name, False), []), key)
        if production is None:
            continue
        preview = _observed_row(recorded.get("preview") or {}, groups.get((name, True), []), key)
        if "preview" in recorded and preview is not None:
            production["preview"] = preview
        observed[name] = production
    return observed


def _observed_row(recorded: Properties, group: list[Row], key: bytes) -> Properties | None:
    """
    Report one place as observed.

    Of duplicates it reports the row that differs, so that drift shows. What nobody can read stays
    as recorded, for it is neither equal nor different.
    """
    if not group:
        return None
    readable = [row for row in group if row.is_readable]
    if not readable:
        return recorded or None
    row = next((row for row in readable if not _is_as_recorded(row, recorded, key)), readable[0])
    observed: Properties = {
        "value": recorded.get("value", ""),
        "fingerprint": _fingerprint_of(row, key),
        "rows": len(group),
    }
    if "mark" in recorded:
        owner = owner_of(row.comment)
        observed["mark"] = owner.mark if owner else ""
    if "isBuildtime" in recorded:
        observed |= {"isBuildtime": row.is_buildtime, "isRuntime": row.is_runtime}
    return observed


def _is_as_recorded(row: Row, recorded: Properties, key: bytes) -> bool:
    if _fingerprint_of(row, key) != recorded.get("fingerprint"):
        return False
    return _has_flags(row, recorded)


def _has_flags(row: Row, recorded: Properties) -> bool:
    return "isBuildtime" not in recorded or (
        row.is_buildtime == recorded["isBuildtime"] and row.is_runtime == recorded["isRuntime"]
    )


def _fingerprint_of(row: Row, key: bytes) -> str:
    return "" if isinstance(row.value, Unreadable) else fingerprint(key, row.value)


def settlement_of(recorded: Properties | None, rows: Iterable[Row]) -> Settlement:
    """
    Read what the last run recorded about redeploys.

    Where it recorded that one is owed, what it recorded proves nothing.
    """
    if not recorded:
        return Settlement()
    settled_at = read_time(recorded.get("settledAt"))
    uuid = str((recorded.get("deployment") or {}).get("uuid", ""))
    if recorded.get("owedRedeploy"):
        return Settlement(settled_at, deployment_uuid=uuid)
    unchanged = names_as_recorded(recorded, rows) - set(recorded.get("undeployed") or ())
    is_left_undone = recorded.get("redeploy") == "never" and settled_at is None
    return Settlement(settled_at, unchanged, uuid, is_left_undone)


def names_as_recorded(recorded: Properties, rows: Iterable[Row]) -> frozenset[str]:
    """
    Name the variables whose production rows hold the recorded value and flags.

    What nobody can read counts as recorded: it is neither equal nor different.
    """
    variables = recorded.get("variables") or {}
    return frozenset(
        row.key
        for row in rows
        if not row.is_preview
        and row.key in variables
        and (not row.is_readable or means_same(row.value, variables[row.key].get("value")))
        and _has_flags(row, variables[row.key])
    )


def outputs_of(news: Properties, olds: Properties | None, kept: Kept) -> Properties:
    """Write down one app after its update; complete, because outputs replace what was recorded."""
    recorded = olds or {}
    redeployed = kept.redeployed
    is_owed = redeployed is not None and redeployed.is_owed
    deployment = redeployed.deployment if redeployed else None
    return {
        **inputs_of(news),
        "extra": [],
        "owedRedeploy": is_owed,
        "variables": keep_unreadable(news, olds, kept.applied.unreadable),
        "state": "unsettled" if is_owed else "checked",
        "reason": "",
        "unreadable": list(kept.applied.unreadable),
        "notes": list(kept.notes),
        "deployment": _deployment_output(deployment) or recorded.get("deployment") or {},
        "settledAt": kept.settled_at.isoformat() if kept.settled_at else "",
        "undeployed": [],
    }


def _deployment_output(deployment: Deployment | None) -> Properties:
    if deployment is None:
        return {}
    return {
        "uuid": deployment.uuid,
        "requestedAt": deployment.created_at.isoformat(),
        "status": deployment.status,
    }


def keep_unreadable(news: Properties, olds: Properties | None, names: Iterable[str]) -> Properties:
    """
    Keep the recorded entry of variables that could not be written because nobody can read them.

    A declared value that is new stays a difference in every run until the row can be read again.
    """
    variables = dict(news.get("variables") or {})
    recorded = (olds or {}).get("variables") or {}
    for name in names:
        old, new = recorded.get(name), variables.get(name)
        if old and new and not _means_same_variable(old, new):
            variables[name] = old
    return variables


def _means_same_variable(old: Properties, new: Properties) -> bool:
    old_preview, new_preview = old.get("preview") or {}, new.get("preview") or {}
    return means_same(old.get("value"), new.get("value")) and means_same(
        old_preview.get("value"), new_preview.get("value")
    )


def has_changed(olds: Properties, news: Properties) -> bool:
    """
    Tell whether recorded outputs and declared inputs differ in meaning.

    The fingerprint stands for the value; an unknown one differs from everything.
    """
    if any(olds.get(name) != news.get(name) for name in (*SETTINGS, PROVIDER)):
        return True
    if bool(olds.get("owedRedeploy")) != bool(news.get("owedRedeploy")):
        return True
    if (olds.get("extra") or []) != (news.get("extra") or []):
        return True
    return _without_values(olds) != _without_values(news)


def _without_values(props: Properties) -> Properties:
    variables = props.get("variables")
    if not isinstance(variables, dict):
        return {"variables": variables}
    return {
        name: {
            part: {k: v for k, v in content.items() if k != "value"}
            if isinstance(content, dict)
            else content
            for part, content in variable.items()
            if part != "value"
        }
        if isinstance(variable, dict)
        else variable
        for name, variable in variables.items()
    }
