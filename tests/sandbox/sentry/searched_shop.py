"""
The project shop with its Default key, and errors that are sent to it.

Does not: check anything; a test does.
"""

import time
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import Answer

HOUR = 3600


def iso(hours: float) -> str:
    """The moment so many hours ago, in the server's form."""
    return (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S")


def error(kind: str, value: str = "boom", *, function: str = "check_out") -> dict[str, Any]:
    """An exception with one frame of the app itself."""
    frame = {"filename": "shop.py", "module": "shop", "function": function, "lineno": 7}
    frames = [{**frame, "in_app": True, "context_line": "    pay(order)"}]
    return {"values": [{"type": kind, "value": value, "stacktrace": {"frames": frames}}]}


class SearchedShop:
    """Sends errors of one project and asks for the organization's issues."""

    def __init__(self, acme: Acme, slug: str = "shop") -> None:
        self.acme = acme
        self.key: dict[str, Any] = acme.get(f"/projects/acme/{slug}/keys/").body[0]
        self.id = str(self.key["projectId"])

    def send(self, kind: str = "Crash", *, ago: float = 0, **event: Any) -> str:
        """Send one error that happened so many seconds *ago*, and return the event's id."""
        sent = {"timestamp": time.time() - ago, "exception": error(kind), **event}
        answer = self.acme.send_event(self.key, sent)
        assert answer.status == 200, answer.text
        return str(answer.body["id"])

    def issues(self, query: str | None = None, **parameters: Any) -> Answer:
        """The organization's issues; a list of values repeats its parameter."""
        asked = parameters if query is None else {"query": query, **parameters}
        return self.acme.get(
            f"/organizations/acme/issues/?{urllib.parse.urlencode(asked, doseq=True)}"
        )

    def found(self, query: str | None = None, **parameters: Any) -> list[str]:
        """What was thrown in the issues that are found, in their order."""
        answer = self.issues(query, **parameters)
        assert answer.status == 200, answer.text
        return [issue["metadata"].get("type", issue["title"]) for issue in answer.body]

    def refusal(self, query: str | None = None, **parameters: Any) -> tuple[int, str]:
        """Status and detail of a search that is refused."""
        answer = self.issues(query, **parameters)
        return answer.status, answer.body["detail"]
