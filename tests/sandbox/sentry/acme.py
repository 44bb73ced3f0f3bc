"""
The organization acme of a running sandbox, with the few verbs that the tests of Sentry share.

Does not: check anything; a test does.
"""

import json
import urllib.parse
from typing import Any

from tests.sandboxes import Answer, RunningSandbox, send

GATE = "You do not have permission to perform this action."
MISSING = {"detail": "The requested resource does not exist"}
NO_PROJECT = {"detail": "Project does not exist"}


class Acme:
    """Calls of the API by paths that follow ``/api/0``."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str = "root",  # noqa: S107  the name of a token
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call with the token of that name, or with the value of a token made by the test."""
        value = self.sandbox.tokens["sentry"].get(token, token)
        url = f"{self.sandbox.sentry_url}/api/0{path}"
        return send(method, url, token=value, body=body, headers=headers)

    def get(self, path: str, token: str = "root") -> Answer:  # noqa: S107  the name of a token
        """GET."""
        return self.call("GET", path, token=token)

    def team(self, slug: str) -> dict[str, Any]:
        """Make a team."""
        return self._made(self.call("POST", "/organizations/acme/teams/", {"slug": slug}))

    def project(self, slug: str, team: str, **fields: Any) -> dict[str, Any]:
        """Make a project in a team."""
        body = {"name": slug, "slug": slug, **fields}
        return self._made(self.call("POST", f"/teams/acme/{team}/projects/", body))

    def key(self, project: str, **fields: Any) -> dict[str, Any]:
        """Make a client key."""
        return self._made(self.call("POST", f"/projects/acme/{project}/keys/", fields))

    def detail(self, project: str) -> dict[str, Any]:
        """A project in full."""
        answer = self.get(f"/projects/acme/{project}/")
        assert answer.status == 200, answer.text
        return dict(answer.body)

    def change(self, project: str, **fields: Any) -> Answer:
        """Change a project."""
        return self.call("PUT", f"/projects/acme/{project}/", fields)

    def token(self, name: str, **fields: Any) -> str:
        """Make a token and return its value."""
        made = self.sandbox.control("POST", "/sentry/tokens", {"name": name, **fields})
        return str(made["token"])

    def member(self, email: str, role: str) -> dict[str, Any]:
        """Make a user who is a member of acme with that role."""
        self.sandbox.control("POST", "/sentry/users", {"email": email})
        return dict(
            self.sandbox.control(
                "POST", "/sentry/members", {"organization": "acme", "user": email, "role": role}
            )
        )

    def close_membership(self) -> None:
        """End open membership: members then see only their teams' projects."""
        self.sandbox.control("PATCH", "/sentry/organizations/acme", {"open_membership": 0})

    def disable(self, *features: str) -> None:
        """Take features from the organization's plan."""
        self.sandbox.control(
            "PATCH", "/sentry/organizations/acme", {"disabled_features": list(features)}
        )

    def send_event(
        self, key: dict[str, Any], event: dict[str, Any], project: object = None
    ) -> Answer:
        """Send one event to the store endpoint, as the key's DSN says."""
        url = f"{self.sandbox.sentry_url}/api/{project or key['projectId']}/store/"
        asked = urllib.parse.urlencode({"sentry_key": key["public"]})
        return send("POST", f"{url}?{asked}", body=json.dumps(event))

    def _made(self, answer: Answer) -> dict[str, Any]:
        assert answer.status == 201, answer.text
        return dict(answer.body)
