"""
Sending events to the sandbox as a client with the public DSN would.

Does not: import anything of ours. Source: develop.sentry.dev (store requests).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.sandboxes import send

if TYPE_CHECKING:
    from tests.sandboxes import Answer, RunningSandbox


def send_event(
    sandbox: RunningSandbox, organization: str, project: str, event: dict[str, Any], times: int = 1
) -> list[Answer]:
    """Send *event* that many times by the project's first key; the answers, refusals too."""
    keys = sandbox.sentry("GET", f"/api/0/projects/{organization}/{project}/keys/").body
    url = f"{sandbox.sentry_url}/api/{keys[0]['projectId']}/store/"
    header = {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={keys[0]['public']}"}
    body = json.dumps(event)
    return [send("POST", url, body=body, headers=header) for _ in range(times)]
