"""
The project shop with events and issues, and the few verbs that the tests of issues share.

Does not: check anything but that an event was taken; a test does.
"""

import itertools
import time
from typing import Any

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import Answer

FRAME = {"filename": "shop/cart.py", "function": "total", "in_app": True}


class CrashingShop:
    """The project shop of acme; issues are named as paths name them, by number or short id."""

    def __init__(self, acme: Acme) -> None:
        self.acme = acme
        self.key: dict[str, Any] = acme.get("/projects/acme/shop/keys/").body[0]
        self._numbers = itertools.count()

    def send(self, **event: Any) -> str:
        """Send an event and return its id."""
        answer = self.acme.send_event(self.key, event)
        assert answer.status == 200, answer.text
        return str(answer.body["id"])

    def crash(self, value: str = "total", **fields: Any) -> str:
        """Send an exception; without a timestamp each is a little later than the one before."""
        # Ahead of the last one, and long enough ago not to be in the future.
        fields.setdefault("timestamp", time.time() - 60 + next(self._numbers) / 1000)
        thrown = {"type": "KeyError", "value": value, "stacktrace": {"frames": [FRAME]}}
        return self.send(exception={"values": [thrown]}, **fields)

    def rows(self) -> list[dict[str, Any]]:
        """All issues as they are stored."""
        rows: list[dict[str, Any]] = self.acme.sandbox.control("GET", "/sentry/issues")
        return rows

    def only_id(self) -> str:
        """The number of the only issue."""
        (row,) = self.rows()
        return str(row["id"])

    def path(self, issue: str, rest: str = "") -> str:
        """The path of an issue and what is below it."""
        return f"/organizations/acme/issues/{issue}/{rest}"

    def show(self, issue: str | None = None) -> dict[str, Any]:
        """An issue in full; the only one if none is named."""
        answer = self.acme.get(self.path(issue or self.only_id()))
        assert answer.status == 200, answer.text
        return dict(answer.body)

    def change(self, issue: str | None = None, token: str = "root", **changes: Any) -> Answer:  # noqa: S107  its name
        """Change an issue; the only one if none is named."""
        return self.acme.call("PUT", self.path(issue or self.only_id()), changes, token)

    def change_many(self, query: str, token: str = "root", **changes: Any) -> Answer:  # noqa: S107  its name
        """Change the issues that a query string names."""
        return self.acme.call("PUT", f"/organizations/acme/issues/?{query}", changes, token)

    def resolve(self, **details: Any) -> dict[str, Any]:
        """Resolve the only issue, with these status details."""
        changes: dict[str, Any] = {"statusDetails": details} if details else {}
        answer = self.change(status="resolved", **changes)
        assert answer.status == 200, answer.text
        return dict(answer.body)

    def release(self, version: str, **fields: Any) -> None:
        """Make a release as a build would."""
        body = {"version": version, "projects": ["shop"], **fields}
        answer = self.acme.call("POST", "/organizations/acme/releases/", body)
        assert answer.status == 201, answer.text

    def edit(self, kind: str, row: object, **columns: Any) -> None:
        """Set columns of a row by hand: of issues, events, releases or activity."""
        self.acme.sandbox.control("PATCH", f"/sentry/{kind}/{row}", columns)
