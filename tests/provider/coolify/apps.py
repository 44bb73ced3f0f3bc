"""
One Coolify app of the sandbox as a human in front of it sees and edits it.

Everything goes through the control API, so that neither tokens nor the API's rules are in the way.
"""

from typing import Any

from tests.sandboxes import RunningSandbox
from watchpost.coolify import Kind

Stored = dict[str, Any]


class App:
    """An application or service of the sandbox."""

    def __init__(self, sandbox: RunningSandbox, uuid: str, kind: Kind = "application") -> None:
        self.sandbox = sandbox
        self.uuid = uuid
        self.path = f"/coolify/{kind}s/{uuid}"
        self.kind = kind

    def rows(self) -> list[Stored]:
        """Every stored row, locked values included; flags as booleans."""
        rows: list[Stored] = self.sandbox.control("GET", f"{self.path}/rows")["rows"]
        return [
            {name: bool(seen) if name.startswith("is_") else seen for name, seen in row.items()}
            for row in rows
        ]

    def find(self, key: str, *, is_preview: bool = False) -> Stored | None:
        """One stored row."""
        found = [
            row for row in self.rows() if row["key"] == key and row["is_preview"] == is_preview
        ]
        assert len(found) <= 1, f"{len(found)} rows of {key}"
        return found[0] if found else None

    def row(self, key: str, *, is_preview: bool = False) -> Stored:
        """One stored row that must be there."""
        found = self.find(key, is_preview=is_preview)
        assert found is not None, f"no row {key}"
        return found

    def edit(self, key: str, *, is_preview: bool = False, **columns: Any) -> None:
        """Change columns of one row."""
        uuid = self.row(key, is_preview=is_preview)["uuid"]
        self.sandbox.control("PATCH", f"/coolify/rows/{uuid}", columns)

    def add(self, key: str, value: str | None, **columns: Any) -> str:
        """Add a row, twins included; answers its uuid."""
        body: Stored = {"key": key, "value": value, self.kind: self.uuid, **columns}
        uuid: str = self.sandbox.control("POST", "/coolify/rows", body)["uuid"]
        return uuid

    def remove(self, key: str, *, is_preview: bool = False) -> None:
        """Delete one row."""
        uuid = self.row(key, is_preview=is_preview)["uuid"]
        self.sandbox.control("DELETE", f"/coolify/rows/{uuid}")

    def change(self, **columns: Any) -> None:
        """Change columns of the app itself, such as its status."""
        self.sandbox.control("PATCH", self.path, columns)

    def delete(self) -> None:
        """Delete the app."""
        self.sandbox.control("DELETE", self.path)

    def running_environment(self) -> dict[str, Any]:
        """The variables as they were when the last deployment finished."""
        answer: dict[str, Any] = self.sandbox.control("GET", f"{self.path}/running-environment")
        return answer

    def deployments(self) -> list[dict[str, Any]]:
        """The application's deployments, newest first."""
        listed: list[dict[str, Any]] = self.sandbox.control("GET", f"{self.path}/deployments")[
            "deployments"
        ]
        return listed

    def finish_deployments(self, status: str = "finished") -> None:
        """Let every waiting deployment come to its end."""
        for deployment in self.deployments():
            if deployment["status"] in {"queued", "in_progress"}:
                uuid = deployment["deployment_uuid"]
                self.sandbox.control("POST", f"/coolify/deployments/{uuid}", {"status": status})
