"""
Starting the sandbox from a test, and talking to its control API.

Does not: import the sandbox (it is started as a process, as a user would) or anything of ours, so
that every package's tests can use it. Standard library only.
"""

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent
ROOT = "root"  # the name of the token that may do everything
START_SECONDS = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; header names are in lower case, *body* is parsed when it is JSON."""

    status: int
    headers: dict[str, str]
    body: Any
    text: str


class ControlRefused(AssertionError):
    """The control API answered with an error; the message holds the call and the answer."""


def send(
    method: str,
    url: str,
    *,
    token: str | None = None,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """
    Send one request and return the answer, whatever its status.

    *body* is sent as JSON, but text and bytes as they are. Accept is application/json unless
    *headers* say otherwise.

    Raises:
        OSError: No answer, as when the connection was dropped.
    """
    sent = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None
    if body is not None:
        sent["Content-Type"] = "application/json"
        raw = body if isinstance(body, (str, bytes)) else json.dumps(body)
        data = raw.encode() if isinstance(raw, str) else raw
    request = urllib.request.Request(url, data, sent | (headers or {}), method=method)  # noqa: S310  loopback
    try:
        with _OPENER.open(request, timeout=60) as response:
            return _answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow nothing: a test wants to see the 302."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _answer(status: int, headers: Any, raw: bytes) -> Answer:
    text = raw.decode("utf-8", "replace")
    try:
        body = json.loads(text) if text.strip() else None
    except ValueError:
        body = None
    return Answer(status, {name.lower(): value for name, value in headers.items()}, body, text)


class RunningSandbox:
    """A sandbox process that is up; use :func:`start_sandbox` or the fixtures to get one."""

    def __init__(self, process: "subprocess.Popen[bytes]", ready: dict[str, Any]) -> None:
        self.process = process
        self.sentry_url: str = ready["sentry_url"]
        self.coolify_url: str = ready["coolify_url"]
        self.github_url: str = ready["github_url"]
        self.control_url: str = ready["control_url"]
        self.tokens: dict[str, dict[str, str]] = ready["tokens"]
        self.variables: dict[str, str] = ready["variables"]

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API and return the parsed answer; raises ControlRefused on an error."""
        answer = send(method, self.control_url + path, body=body)
        if answer.status >= 400:
            raise ControlRefused(f"{method} {path}: {answer.status} {answer.text}")
        return answer.body

    def sentry(self, method: str, path: str, body: object = None, token: str = ROOT) -> Answer:
        """Ask the simulated Sentry, *path* beginning with /api/, with the token of that name."""
        return send(method, self.sentry_url + path, token=self.tokens["sentry"][token], body=body)

    def coolify(self, method: str, path: str, body: object = None, token: str = ROOT) -> Answer:
        """Ask the simulated Coolify, *path* following /api/v1, with the token of that name."""
        url = f"{self.coolify_url}/api/v1{path}"
        return send(method, url, token=self.tokens["coolify"][token], body=body)

    def github(self, method: str, path: str, body: object = None, token: str = ROOT) -> Answer:
        """Ask the simulated GitHub, *path* from its root, with the token of that name."""
        return send(method, self.github_url + path, token=self.tokens["github"][token], body=body)

    def log(self, service: str | None = None) -> list[dict[str, Any]]:
        """The logged requests of one service, or of all, by the time they began."""
        requests: list[dict[str, Any]] = self.control("GET", "/log")["requests"]
        return [each for each in requests if service in (None, each["service"])]

    def writes(self, service: str | None = None) -> list[dict[str, Any]]:
        """The logged requests that are neither GET nor HEAD."""
        return [each for each in self.log(service) if each["method"] not in ("GET", "HEAD")]

    def clear_log(self) -> None:
        """Forget the logged requests."""
        self.control("DELETE", "/log")

    def add_fault(self, **fields: Any) -> str:
        """Add a fault (fields: sandbox.faults.Fault) and return its id."""
        fault_id: str = self.control("POST", "/faults", fields)["id"]
        return fault_id

    def clear_faults(self) -> None:
        """Remove all faults."""
        self.control("DELETE", "/faults")

    def set_limits(self, **services: dict[str, float | None]) -> None:
        """Set rate limits, e.g. ``coolify={"limit": 5, "window_seconds": 1}``; None = off."""
        self.control("PUT", "/limits", services)

    def reset_windows(self) -> None:
        """Forget how many requests were counted against the rate limits."""
        self.control("DELETE", "/limits/windows")

    def set_options(self, **options: Any) -> None:
        """Change options of the command line at run time."""
        self.control("PATCH", "/options", options)

    def take_snapshot(self) -> str:
        """Keep the state of all services and return the snapshot's id."""
        snapshot_id: str = self.control("POST", "/snapshots")["id"]
        return snapshot_id

    def restore(self, snapshot_id: str) -> None:
        """Put all services back; log, faults and counted requests are cleared too."""
        self.control("POST", f"/snapshots/{snapshot_id}/restore")

    def state(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """All rows of all tables keyed by service and table, without tokens."""
        state: dict[str, dict[str, list[dict[str, Any]]]] = self.control("GET", "/state")
        return state


@contextlib.contextmanager
def start_sandbox(seed: str, *options: str) -> Iterator[RunningSandbox]:
    """Run ``python -m sandbox --seed SEED OPTIONS...`` for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder, "ready.json")
        command = [sys.executable, "-m", "sandbox", "--seed", seed]
        command += ["--ready-file", str(ready_file), *options]
        process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE)
        try:
            yield RunningSandbox(process, _wait_until_ready(process, ready_file))
        finally:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> int:
    """Ask a sandbox to stop, wait for it, and return its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode


def _wait_until_ready(process: "subprocess.Popen[bytes]", ready_file: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            complaint = process.communicate()[1].decode()
            raise RuntimeError(f"the sandbox did not start:\n{complaint}")
        time.sleep(0.01)
    ready: dict[str, Any] = json.loads(ready_file.read_text(encoding="utf-8"))
    return ready
