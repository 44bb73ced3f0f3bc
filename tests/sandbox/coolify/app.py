"""What the tests of the simulated Coolify share: one app and its rows."""

from typing import Any

from tests.sandboxes import ROOT, Answer, RunningSandbox

FLAGS: dict[str, Any] = {
    "is_preview": False,
    "is_literal": False,
    "is_multiline": False,
    "is_shown_once": False,
    "is_runtime": True,
    "is_buildtime": True,
}


class App:
    """One application (or service) of a sandbox and its variables."""

    def __init__(self, sandbox: RunningSandbox, path: str) -> None:
        self.sandbox = sandbox
        self.path = path

    def create(self, key: object, value: object = "v", token: str = ROOT, **more: Any) -> Answer:
        """POST a variable with just these fields."""
        body = {"key": key, "value": value, **more}
        return self.sandbox.coolify("POST", f"{self.path}/envs", body, token)

    def update(self, token: str = ROOT, **fields: Any) -> Answer:
        """PATCH a variable with just these fields."""
        return self.sandbox.coolify("PATCH", f"{self.path}/envs", fields, token)

    def bulk(self, data: object, token: str = ROOT) -> Answer:
        """PATCH several variables."""
        return self.sandbox.coolify("PATCH", f"{self.path}/envs/bulk", {"data": data}, token)

    def delete(self, uuid: str, token: str = ROOT) -> Answer:
        """DELETE a variable."""
        return self.sandbox.coolify("DELETE", f"{self.path}/envs/{uuid}", token=token)

    def rows(self, token: str = ROOT) -> list[dict[str, Any]]:
        """GET all variables."""
        answer = self.sandbox.coolify("GET", f"{self.path}/envs", token=token)
        assert answer.status == 200, answer.text
        rows: list[dict[str, Any]] = answer.body
        return rows

    def row(self, key: str, *, is_preview: bool = False, token: str = ROOT) -> dict[str, Any]:
        """The first row of that key and scope."""
        rows = self.rows(token)
        return next(r for r in rows if r["key"] == key and r.get("is_preview", False) == is_preview)
