"""
Environments of a project: list, read, hide. They come into being with the first event of a name.

Does not: create any by API; the server cannot either.

Source: getsentry/sentry, src/sentry/api/endpoints/project_environments.py.
"""

from collections.abc import Mapping
from urllib.parse import unquote

from starlette.responses import Response

from sandbox.sentry.answers import answer, bad_request, missing
from sandbox.sentry.call import Call, Row
from sandbox.sentry.fields import boolean, check

# Keyed by what may be asked for: the values of is_hidden that show.
VISIBILITIES: Mapping[str, tuple[int, ...]] = {
    "all": (0, 1),
    "hidden": (1,),
    "visible": (0,),
}


def list_environments(call: Call) -> Response:
    """The project's environments by name; hidden ones only when asked for."""
    shown = VISIBILITIES.get(call.parameter("visibility") or "visible")
    if shown is None:
        message = f"Invalid value for 'visibility', valid values are: {sorted(VISIBILITIES)}"
        raise bad_request({"detail": message})
    rows = call.store.rows(
        "SELECT * FROM sentry_environments WHERE project_id = ? ORDER BY name", call.project["id"]
    )
    return answer([_render(row) for row in rows if row["is_hidden"] in shown])


def show_environment(call: Call) -> Response:
    """One environment."""
    return answer(_render(_get(call)))


def change_environment(call: Call) -> Response:
    """Hide or show an environment."""
    row = _get(call)
    values = check(call.body(), {"isHidden": boolean}, required=("isHidden",))
    call.store.update("sentry_environments", row["id"], is_hidden=int(values["isHidden"]))
    return answer(_render(_get(call)))


def _get(call: Call) -> Row:
    row = call.store.row(
        "SELECT * FROM sentry_environments WHERE project_id = ? AND name = ?",
        call.project["id"],
        unquote(call.segments["environment"]),
    )
    if row is None:
        raise missing()
    return row


def _render(row: Row) -> Row:
    return {"id": str(row["id"]), "name": row["name"], "isHidden": bool(row["is_hidden"])}
