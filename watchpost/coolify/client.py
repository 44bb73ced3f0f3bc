"""
Coolify's API, call by call: methods in, rows and deployments out.

Statuses become the errors of `watchpost.errors` in the transport. Only what Coolify says in words
is judged here: a queue that is full, a deployment that was skipped, an app that is gone.

Does not: decide, cache or repeat. Every write sends every field, because Coolify resets those left
out.

Source: reference/coolify-api.md 1 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from watchpost.coolify.redeploys import Deployment, deployment_from_answer
from watchpost.coolify.rows import AppRef, Kind, Row, row_from_answer
from watchpost.errors import NotFound, RateLimited, UnexpectedResponse
from watchpost.transport import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchpost.transport import Transport

_API = "/api/v1"
_SERVICE_FIELDS = ("key", "value", "is_literal", "is_multiline", "is_shown_once", "comment")
_FIELDS = (*_SERVICE_FIELDS, "is_preview", "is_runtime", "is_buildtime")
_PAGE = 20
# One deploy without any waiting. Less than the 60 seconds that a full queue asks to wait for, so
# that a caller without patience learns of it at once.
_DEPLOY_SECONDS = 50.0


@dataclass(frozen=True, slots=True)
class App:
    """
    One application, or one service (a compose file pasted into Coolify), as lists show it.

    Attributes:
        uuid: Coolify's own id.
        name: For people; not unique.
        status: Such as `running:healthy`, `exited`.
        environment_id: Number of the Coolify environment it lies in; None where the answer has
            none.
        git_repository: Such as `acme/shop` or an address; empty for services and images.
        git_branch: Empty likewise.
        build_pack: Such as `nixpacks`, `dockerfile`; empty for services.
        fqdn: Its addresses, separated by commas; empty without any.
    """

    uuid: str
    name: str
    status: str
    environment_id: int | None = None
    git_repository: str = ""
    git_branch: str = ""
    build_pack: str = ""
    fqdn: str = ""

    @property
    def is_running(self) -> bool:
        """True if its containers run; `running:unhealthy` runs too."""
        return self.status.startswith("running")

    @property
    def is_stopped(self) -> bool:
        """True if it has no containers: its next start reads the rows as they are then."""
        return self.status.startswith("exited")


@dataclass(frozen=True, slots=True)
class Project:
    """One project of the team."""

    uuid: str
    name: str


@dataclass(frozen=True, slots=True)
class DeployAnswer:
    """
    What Coolify said to a deploy or restart.

    Attributes:
        uuid: The deployment's id; empty for services and skipped restarts. It may be a phantom:
            only `find_deployment` tells.
        message: Coolify's own words.
    """

    uuid: str
    message: str


class CoolifyClient:
    """Coolify's API as one token sees it; thread-safe, because its transport is."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_version(self) -> str:
        """Coolify's version, e.g. `4.3.11`."""
        return str(self._transport.request("GET", f"{_API}/version").body).strip()

    def list_applications(self) -> tuple[App, ...]:
        """All applications of the token's team."""
        answers = self._transport.request("GET", f"{_API}/applications").as_list()
        return tuple(_app(answer) for answer in answers)

    def list_services(self) -> tuple[App, ...]:
        """All services of the token's team."""
        answers = self._transport.request("GET", f"{_API}/services").as_list()
        return tuple(_app(answer) for answer in answers)

    def list_projects(self) -> tuple[Project, ...]:
        """All projects of the token's team."""
        answers = self._transport.request("GET", f"{_API}/projects").as_list()
        return tuple(Project(str(answer["uuid"]), str(answer["name"])) for answer in answers)

    def list_environment(self, project_uuid: str, environment: str) -> dict[Kind, tuple[App, ...]]:
        """Applications and services of one environment, keyed by kind. Raises NotFound."""
        parts = (quote(part, safe="") for part in (project_uuid, environment))
        path = f"{_API}/projects/{'/'.join(parts)}"
        answer = self._transport.request("GET", path).as_object()
        return {
            "application": tuple(map(_app, answer.get("applications") or ())),
            "service": tuple(map(_app, answer.get("services") or ())),
        }

    def list_rows(self, app: AppRef) -> tuple[Row, ...]:
        """All rows of one app, foreign ones included. Raises NotFound if the app is gone."""
        answer = self._transport.request("GET", f"{_app_path(app)}/envs")
        try:
            return tuple(row_from_answer(app.kind, each) for each in answer.as_list())
        except KeyError as missing:
            what = f"listed a variable without its {missing}"
            raise UnexpectedResponse(answer.request, what, status=answer.status) from missing
        except TypeError:
            what = "listed a variable whose value or comment is no text"
            raise UnexpectedResponse(answer.request, what, status=answer.status) from None

    def create_row(self, app: AppRef, row: Row) -> None:
        """Make a row. Raises Conflict if there is one of its name and scope."""
        self._transport.request("POST", f"{_app_path(app)}/envs", json=_body(app.kind, row))

    def update_row(self, app: AppRef, row: Row) -> None:
        """Write every field of a row, found by its name and scope. Raises NotFound."""
        self._transport.request("PATCH", f"{_app_path(app)}/envs", json=_body(app.kind, row))

    def delete_row(self, app: AppRef, row_uuid: str) -> None:
        """Remove one row by its id. Raises NotFound."""
        self._transport.request("DELETE", f"{_app_path(app)}/envs/{quote(row_uuid, safe='')}")

    def deploy(self, app: AppRef, patience_seconds: float, *, force: bool = False) -> DeployAnswer:
        """
        Ask for a build and deployment of an application.

        Args:
            app: The application.
            patience_seconds: How long a full queue may be waited for.
            force: Queue it even behind a deployment that is under way.

        Raises:
            RateLimited: The queue stayed full; see `is_queue_full`.
        """
        params: dict[str, str | int | list[str]] = {"uuid": app.uuid}
        params |= {"force": "true"} if force else {}
        answer = self._transport.request(
            "POST", f"{_API}/deploy", params=params, retry=_deploy_policy(patience_seconds)
        )
        items = answer.as_object().get("deployments")
        if not isinstance(items, list) or not items or not isinstance(items[0], dict):
            raise UnexpectedResponse(answer.request, "Coolify named no deployment", status=200)
        return _deploy_answer(items[0])

    def restart(self, app: AppRef) -> DeployAnswer:
        """Ask for a restart: containers are made anew with the present rows, without a build."""
        answer = self._transport.request("POST", f"{_app_path(app)}/restart")
        return _deploy_answer(answer.as_object())

    def find_deployment(self, uuid: str) -> Deployment | None:
        """Look one deployment up; None for a phantom."""
        path = f"{_API}/deployments/{quote(uuid, safe='')}"
        try:
            answer = self._transport.request("GET", path).as_object()
        except NotFound:
            return None
        return deployment_from_answer(answer)

    def list_deployments(self, app_uuid: str, take: int = _PAGE) -> Iterator[Deployment]:
        """Yield an application's own deployments, newest first, page by page."""
        path = f"{_API}/deployments/applications/{quote(app_uuid, safe='')}"
        skip = 0
        while True:
            params: dict[str, str | int | list[str]] = {"skip": skip, "take": take}
            answer = self._transport.request("GET", path, params=params).as_object()
            page: list[dict[str, Any]] = answer.get("deployments") or []
            yield from filter(None, map(deployment_from_answer, page))
            skip += take
            if len(page) < take:
                return

    def list_recent_deployments(self, app_uuid: str) -> tuple[Deployment, ...]:
        """An application's newest deployments, newest first, as many as a page holds."""
        return tuple(islice(self.list_deployments(app_uuid), _PAGE))

    def find_newest_deployment(self, app_uuid: str) -> Deployment | None:
        """Look an application's newest deployment up; None if it never had one."""
        return next(self.list_deployments(app_uuid), None)


def is_queue_full(error: RateLimited) -> bool:
    """Tell a full deployment queue from the API's own rate limit; both are a 429."""
    return isinstance(error.body, dict) and "queue" in str(error.body.get("message", ""))


def is_app_gone(error: NotFound, app: AppRef) -> bool:
    """Tell an app that is gone from a path that is: only Coolify itself names the app."""
    message = str(error.body.get("message", "")) if isinstance(error.body, dict) else ""
    return message.lower().startswith(f"{app.kind} not found")


def _app(answer: dict[str, Any]) -> App:
    environment = answer.get("environment_id")
    return App(
        uuid=str(answer["uuid"]),
        name=str(answer.get("name", "")),
        status=str(answer.get("status") or ""),
        environment_id=environment if isinstance(environment, int) else None,
        git_repository=str(answer.get("git_repository") or ""),
        git_branch=str(answer.get("git_branch") or ""),
        build_pack=str(answer.get("build_pack") or ""),
        fqdn=str(answer.get("fqdn") or ""),
    )


def _app_path(app: AppRef) -> str:
    return f"{_API}/{app.kind}s/{quote(app.uuid, safe='')}"


def _body(kind: Kind, row: Row) -> dict[str, Any]:
    names = _FIELDS if kind == "application" else _SERVICE_FIELDS
    return {name: getattr(row, name) for name in names}


def _deploy_answer(answer: dict[str, Any]) -> DeployAnswer:
    uuid = answer.get("deployment_uuid")
    return DeployAnswer(str(uuid) if uuid else "", str(answer.get("message", "")))


def _deploy_policy(patience_seconds: float) -> RetryPolicy:
    """Wait for a full queue within the patience; its answer tells how long one wait is."""
    return RetryPolicy(
        deadline_seconds=_DEPLOY_SECONDS + patience_seconds, read_seconds=_DEPLOY_SECONDS
    )
