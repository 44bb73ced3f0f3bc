"""
The simulated Sentry as an ASGI app: carries each request through the server's checks, in order.

Authentication, rate limit, scopes of the token, objects of the path, method, then the handler.
Does not: know what any endpoint does (sandbox.sentry.endpoints names the handlers).
"""

import traceback
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.sentry import limits
from sandbox.sentry.answers import (
    Refused,
    answer,
    insufficient_scope,
    internal_error,
    not_simulated,
)
from sandbox.sentry.auth import Caller, authenticate, unauthenticated
from sandbox.sentry.call import Call
from sandbox.sentry.endpoints import (
    BROWSER_ONLY,
    ENDPOINTS,
    INDEX,
    RETIRED,
    find_documented,
)
from sandbox.sentry.ingest import PATH as INGEST_PATH
from sandbox.sentry.ingest import answer_preflight, ingest
from sandbox.sentry.organizations import show_index
from sandbox.sentry.routing import Endpoint, Router
from sandbox.world import World

SHARED_BUCKET = "default"
# For pages of other sites; the same with every answer.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "X-Sentry-Auth, X-Requested-With, Origin, Accept, Content-Type,"
    " Authentication, Authorization, Content-Encoding, sentry-trace, baggage, X-CSRFToken",
    "Access-Control-Expose-Headers": "X-Sentry-Error, X-Sentry-Direct-Hit, X-Hits, X-Max-Hits,"
    " Endpoint, Retry-After, Link",
}
PREFLIGHT_SECONDS = "3600"


def create_app(world: World) -> ASGIApp:
    """The app; *world* holds all its state."""
    return SentryApp(world)


class SentryApp:
    """The ASGI callable."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.router = Router(ENDPOINTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        path = scope["path"]
        ingested = INGEST_PATH.match(path)
        if ingested and request.method == "POST":
            response = await ingest(self.world, request, ingested["project"], ingested["kind"])
        elif ingested and request.method == "OPTIONS":
            response = answer_preflight()
        elif path.startswith(INDEX):
            response = await self._answer_api(request)
        else:
            response = _answer_unknown(path, request.headers.get("content-type", ""))
        await response(scope, receive, send)

    async def _answer_api(self, request: Request) -> Response:
        found = self.router.find(request.url.path)
        endpoint, segments = found or (None, {})
        caller, failure = self._authenticate(request)
        bucket = caller.bucket(_address(request)) if caller else f"address:{_address(request)}"
        own = endpoint.bucket if endpoint else ""
        most = endpoint.most_per_second if endpoint else None
        name = f"{bucket}:{own or SHARED_BUCKET}"
        admission = limits.admit(self.world, name, request.method, most)
        try:
            # The body is read while the call counts as being served, as on the real server.
            call = await _read_call(self.world, request, caller, segments)
            limits.check(admission)
            response = _dispatch(call, endpoint, failure)
        except Refused as refused:
            response = answer(refused.body, refused.status, refused.headers)
        except Exception:  # noqa: BLE001  the server answers its own failures too
            traceback.print_exc()
            failed = internal_error()
            response = answer(failed.body, failed.status)
        finally:
            limits.leave(self.world, admission)
        if endpoint:
            methods = endpoint.allowed
            response.headers.update(
                {"Allow": methods, "Access-Control-Allow-Methods": methods, **CORS}
            )
        if admission:
            response.headers.update(admission.headers)
        return response

    def _authenticate(self, request: Request) -> tuple[Caller | None, Refused | None]:
        try:
            caller = authenticate(self.world, request.headers.get("authorization"))
        except Refused as refused:
            return None, refused
        request.scope.setdefault("sandbox", {})["token"] = caller.name if caller else None
        return caller, None


async def _read_call(
    world: World, request: Request, caller: Caller | None, segments: dict[str, str]
) -> Call:
    query = request.url.query
    return Call(
        world=world,
        method=request.method,
        path=request.url.path,
        query_string=query,
        pairs=parse_qsl(query, keep_blank_values=True),
        content=await request.body(),
        content_type=request.headers.get("content-type", ""),
        address=_address(request),
        caller=caller,
        segments=segments,
    )


def _dispatch(call: Call, endpoint: Endpoint | None, failure: Refused | None) -> Response:
    if endpoint is None and not _is_known(call):
        return _answer_unknown(call.path, call.content_type)
    if endpoint and call.method == "OPTIONS":
        return Response(headers={"Access-Control-Max-Age": PREFLIGHT_SECONDS})
    if failure:
        raise failure
    if call.path == INDEX:
        return show_index(call)
    if BROWSER_ONLY.match(call.path):
        raise unauthenticated()
    if endpoint is None or call.method not in endpoint.handlers:
        documented = find_documented(call.path, call.method)
        if not documented and endpoint and call.method in endpoint.others:
            documented = endpoint.path
        if documented:
            raise not_simulated(f"{call.method} {documented}")
    if endpoint is None:
        return _answer_retired(call)
    return _answer_endpoint(call, endpoint)


def _is_known(call: Call) -> bool:
    """Whether there is something to say about a path that no endpoint has."""
    if call.path == INDEX:
        return call.method == "GET"
    if BROWSER_ONLY.match(call.path) or RETIRED.match(call.path):
        return True
    return find_documented(call.path, call.method) is not None


def _answer_retired(call: Call) -> Response:
    if call.caller is None:
        raise unauthenticated()
    return answer({"message": "This API no longer exists."}, 410)


def _answer_endpoint(call: Call, endpoint: Endpoint) -> Response:
    _check_scopes(call, endpoint)
    endpoint.resolve(call)
    handler = endpoint.handlers.get(call.method)
    if handler is None:
        raise Refused(405, {"detail": f'Method "{call.method}" not allowed.'})
    return handler(call)


def _check_scopes(call: Call, endpoint: Endpoint) -> None:
    if call.caller is None:
        raise unauthenticated()
    wanted = endpoint.scopes.get(call.method, ())
    if not call.caller.scopes & set(wanted):
        raise insufficient_scope(wanted)


def _answer_unknown(path: str, content_type: str) -> Response:
    """404: empty, or with a guess at the reason, as JSON for a request that says it sends JSON."""
    if path.endswith("/"):
        return Response(status_code=404)
    help_text = "Route not found, did you forget a trailing slash?"
    suggestion = f"try: {path}/"
    if content_type.startswith("application/json"):
        return answer({"info": f"{help_text} {suggestion}"}, 404)
    pointer = " " * (len(suggestion) - 1) + "^"
    return PlainTextResponse(f"{help_text}\n\n{suggestion}\n{pointer}\n", 404)


def _address(request: Request) -> str:
    return request.client.host if request.client else "127.0.0.1"
