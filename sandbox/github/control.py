"""
The GitHub part of the control API: pull requests, merges, pushes and tokens, which no call of the
simulated API makes.

Does not: simulate git; commits are names.
"""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control_errors import BadControl
from sandbox.github.issues import insert_issue
from sandbox.github.seed import BRANCH, NAME, OWNER, add_token, user_of
from sandbox.world import World

REPOSITORY = f"{OWNER}/{NAME}"
FIND_PULL = "SELECT * FROM github_issues WHERE number = ? AND head_sha IS NOT NULL"


def routes(world: World) -> list[Route]:
    """The routes, to be mounted under ``/github``."""
    control = GitHubControl(world)
    return [
        Route("/tokens", control.add_token, methods=["POST"]),
        Route("/pulls", control.add_pull, methods=["POST"]),
        Route("/pulls/{number:int}/push", control.push_to_pull, methods=["POST"]),
        Route("/pulls/{number:int}/merge", control.merge_pull, methods=["POST"]),
        Route("/commits", control.push, methods=["POST"]),
    ]


class GitHubControl:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def add_token(self, request: Request) -> Response:
        """Make a token: ``name``, ``login``, ``permissions``; answers ``{"token"}``."""
        fields = await _fields(request, name=str, login=str, permissions=dict)
        token = add_token(self.world, fields["name"], fields["login"], fields["permissions"])
        return JSONResponse({"token": token}, status_code=201)

    async def add_pull(self, request: Request) -> Response:
        """Open a pull request: ``title``, ``login``, ``repository`` of its head, all optional."""
        fields = {"title": "Change the fleet", "login": "ada", "repository": REPOSITORY}
        fields |= await _fields(request)
        sha = _new_sha()
        pull_id = insert_issue(
            self.world,
            self._repository(),
            self._now(),
            title=fields["title"],
            user_id=user_of(self.world, fields["login"]),
            head_repository=fields["repository"],
            head_ref="change",
            head_sha=sha,
            base_ref=BRANCH,
        )
        self._insert_commit(sha, pull_id)
        found = self.world.store.row("SELECT * FROM github_issues WHERE id = ?", pull_id) or {}
        return JSONResponse({"number": found["number"], "head_sha": sha}, status_code=201)

    async def push_to_pull(self, request: Request) -> Response:
        """Push a commit to a pull request; answers ``{"head_sha"}``."""
        pull, sha = self._pull(request), _new_sha()
        self.world.store.update("github_issues", pull["id"], head_sha=sha)
        self._insert_commit(sha, pull["id"])
        return JSONResponse({"head_sha": sha})

    async def merge_pull(self, request: Request) -> Response:
        """Merge a pull request by the commit ``sha``, or a new one; ``{"merge_commit_sha"}``."""
        sha = (await _fields(request)).get("sha") or _new_sha()
        pull, now = self._pull(request), self._now()
        self.world.store.update(
            "github_issues",
            pull["id"],
            state="closed",
            merged_at=now,
            closed_at=now,
            merge_commit_sha=sha,
        )
        self._insert_commit(sha, pull["id"])
        return JSONResponse({"merge_commit_sha": sha})

    async def push(self, _request: Request) -> Response:
        """Push a commit to the branch itself; answers ``{"sha"}``."""
        sha = _new_sha()
        self._insert_commit(sha, None)
        return JSONResponse({"sha": sha}, status_code=201)

    def _pull(self, request: Request) -> dict[str, Any]:
        found = self.world.store.row(FIND_PULL, request.path_params["number"])
        if found is None:
            raise BadControl("no such pull request")
        return found

    def _insert_commit(self, sha: str, pull_id: int | None) -> None:
        repository = self._repository()
        self.world.store.insert(
            "github_commits", repository_id=repository, sha=sha, pull_id=pull_id
        )

    def _repository(self) -> int:
        found = self.world.store.row("SELECT id FROM github_repositories") or {}
        return int(found["id"])

    def _now(self) -> str:
        return self.world.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _new_sha() -> str:
    return secrets.token_hex(20)


async def _fields(request: Request, **required: type) -> dict[str, Any]:
    fields = await request.json() if await request.body() else {}
    if not isinstance(fields, dict):
        raise BadControl("a JSON object is expected")
    for name, kind in required.items():
        if not isinstance(fields.get(name), kind):
            raise BadControl(f"{name}: a value of the kind {kind.__name__} is expected")
    return fields
