"""
Issues, as far as a server without events can be asked about them.

Does not: group events into issues. As soon as there are events the true answer would need that,
and the answer is 501.

Source: reference of the issue endpoints; the recorded answers of an empty project.
"""

from starlette.responses import Response

from sandbox.sentry.answers import Refused, bad_request, missing
from sandbox.sentry.call import Call

PERIODS = ("", "24h", "14d")


def list_project_issues(call: Call) -> Response:
    """The issues of a project without events: none."""
    if (call.parameter("statsPeriod") or "") not in PERIODS:
        message = "Invalid stats_period. Valid choices are '', '24h', and '14d'"
        raise bad_request({"detail": message})
    events = call.store.row(
        "SELECT id FROM sentry_events WHERE project_id = ? LIMIT 1", call.project["id"]
    )
    if events is not None:
        raise not_simulated("issues of a project that has events")
    return call.page_by_key([], list)


def show_issue(call: Call) -> Response:
    """No issue of any id exists while there are no events."""
    if call.store.row("SELECT id FROM sentry_events LIMIT 1") is not None:
        raise not_simulated("issues of an installation that has events")
    raise missing()


def not_simulated(what: str) -> Refused:
    """501 that names what the sandbox does not simulate."""
    return Refused(501, {"detail": f"Not simulated: {what}"})
