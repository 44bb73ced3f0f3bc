"""
The simulated GitHub as an ASGI app: finds the endpoint and carries each request through the
checks, in order: agent, token, rate limit, repository, then the endpoint's own.

Does not: simulate anything but the calls of :data:`ENDPOINTS`; others below /repos, /orgs, /users
and /user answer 501, anything else 404. The same calls answer below /api/v3, where an Enterprise
Server has them.

Source: docs.github.com, "REST API".
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.github.auth import authenticate, caller_of, raise_if_not_permitted, show_user
from sandbox.github.call import DOCUMENTATION, Call, Refused, Reply
from sandbox.github.comments import (
    create_comment,
    delete_comment,
    list_comments,
    update_comment,
)
from sandbox.github.commits import list_pulls_of_commit
from sandbox.github.issues import create_issue, list_issues, update_issue
from sandbox.github.labels import (
    add_issue_labels,
    create_label,
    list_issue_labels,
    remove_issue_label,
    show_label,
)
from sandbox.github.throttle import throttled
from sandbox.world import World

ENTERPRISE_PREFIX = "/api/v3"
KNOWN = re.compile(r"/(repos|orgs|users|user)(/|$)")
REPOSITORY = "/repos/{owner}/{repo}"


@dataclass(frozen=True)
class Endpoint:
    """One call: its method and path, the page that documents it, and who answers it."""

    method: str
    path: str
    documentation: str
    handler: Callable[[Call], Reply]

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path's parameters, decoded; None if the request is not this call."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path) if method == self.method else None
        return {k: unquote(v) for k, v in found.groupdict().items()} if found else None


def _show_label(call: Call) -> Reply:
    raise_if_not_permitted(call, "read", "issues", "pull_requests")
    return show_label(call)


def _create_label(call: Call) -> Reply:
    raise_if_not_permitted(call, "write", "issues", "pull_requests")
    return create_label(call)


_COMMENT = "/issues/comments#{}-an-issue-comment"
ENDPOINTS = (
    Endpoint("GET", "/user", "/users/users#get-the-authenticated-user", show_user),
    Endpoint(
        "GET",
        f"{REPOSITORY}/issues/{{number}}/comments",
        "/issues/comments#list-issue-comments",
        list_comments,
    ),
    Endpoint(
        "POST",
        f"{REPOSITORY}/issues/{{number}}/comments",
        _COMMENT.format("create"),
        create_comment,
    ),
    Endpoint(
        "PATCH", f"{REPOSITORY}/issues/comments/{{id}}", _COMMENT.format("update"), update_comment
    ),
    Endpoint(
        "DELETE", f"{REPOSITORY}/issues/comments/{{id}}", _COMMENT.format("delete"), delete_comment
    ),
    Endpoint("GET", f"{REPOSITORY}/issues", "/issues/issues#list-repository-issues", list_issues),
    Endpoint("POST", f"{REPOSITORY}/issues", "/issues/issues#create-an-issue", create_issue),
    Endpoint(
        "PATCH", f"{REPOSITORY}/issues/{{number}}", "/issues/issues#update-an-issue", update_issue
    ),
    Endpoint(
        "GET",
        f"{REPOSITORY}/issues/{{number}}/labels",
        "/issues/labels#list-labels-for-an-issue",
        list_issue_labels,
    ),
    Endpoint(
        "POST",
        f"{REPOSITORY}/issues/{{number}}/labels",
        "/issues/labels#add-labels-to-an-issue",
        add_issue_labels,
    ),
    Endpoint(
        "DELETE",
        f"{REPOSITORY}/issues/{{number}}/labels/{{name}}",
        "/issues/labels#remove-a-label-from-an-issue",
        remove_issue_label,
    ),
    Endpoint("GET", f"{REPOSITORY}/labels/{{name}}", "/issues/labels#get-a-label", _show_label),
    Endpoint("POST", f"{REPOSITORY}/labels", "/issues/labels#create-a-label", _create_label),
    Endpoint(
        "GET",
        f"{REPOSITORY}/commits/{{sha}}/pulls",
        "/commits/commits#list-pull-requests-associated-with-a-commit",
        list_pulls_of_commit,
    ),
)


def create_app(world: World) -> ASGIApp:
    """The app; its state is in *world*."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        reply = _answer(world, request, await request.body())
        content = b"" if reply.body is None else json.dumps(reply.body).encode()
        kind = "application/json; charset=utf-8"
        headers = {"X-GitHub-Media-Type": "github.v3; format=json", **reply.headers}
        response = Response(content, reply.status, headers, media_type=kind)
        await response(scope, receive, send)

    return app


def _answer(world: World, request: Request, raw: bytes) -> Reply:
    # The raw path, because a label's name may hold an encoded slash.
    path = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
    is_enterprise = path.startswith(f"{ENTERPRISE_PREFIX}/")
    path = path.removeprefix(ENTERPRISE_PREFIX) if is_enterprise else path
    header = request.headers.get("authorization", "")
    call = Call(
        world=world,
        method=request.method,
        route=path,
        base=world.github_url + (ENTERPRISE_PREFIX if is_enterprise else ""),
        path={},
        query_string=request.url.query,
        raw=raw,
        caller=authenticate(world, header),
    )
    headers: dict[str, str] = {}
    try:
        if not request.headers.get("user-agent"):
            raise Refused(call.refusal(403, "Request forbidden by administrative rules."))  # noqa: TRY301  one way out
        if header and call.caller is None:
            raise Refused(call.refusal(401, "Bad credentials"))  # noqa: TRY301  likewise
        headers = throttled(call)
        reply = _dispatch(call)
    except Refused as refused:
        reply = refused.reply
    return Reply(reply.status, reply.body, {**headers, **reply.headers})


def _dispatch(call: Call) -> Reply:
    for endpoint in ENDPOINTS:
        found = endpoint.match(call.method, call.route)
        if found is not None:
            documentation = DOCUMENTATION + endpoint.documentation
            chosen = replace(call, path=found, documentation=documentation)
            if "owner" in found:
                caller_of(chosen)
                _ = chosen.repository
            return endpoint.handler(chosen)
    if KNOWN.match(call.route):
        return Reply(501, {"message": f"not simulated: {call.method} {call.route}"})
    return call.not_found()
