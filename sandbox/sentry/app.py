"""
The simulated Sentry as an ASGI app: carries each request through the server's checks, in order.

Authentication, rate limit, scopes of the token, objects of the path, method, then the handler.
Does not: know what any endpoint does (sandbox.sentry.endpoints names the handlers).
"""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.sentry import limits
from sandbox.sentry.answers import Refused, answer, insufficient_scope
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
from sandbox.sentry.ingest import ingest
from sandbox.sentry.issues import not_simulated
from sandbox.sentry.organizations import show_index
from sandbox.sentry.routing import Endpoint, Router
from sandbox.world import World

SHARED_BUCKET = "default"


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
        elif not path.endswith("/"):
            response = _answer_without_slash(request)
        elif path.startswith(INDEX):
            response = await self._answer_api(request)
        else:
            response = Response(status_code=404)
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
            if admission and admission.refusal:
                raise admission.refusal
            if failure:
                raise failure
            response = _dispatch(call, endpoint)
        except Refused as refused:
            response = answer(refused.body, refused.status, refused.headers)
        finally:
            limits.leave(self.world, admission)
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


def _dispatch(call: Call, endpoint: Endpoint | None) -> Response:
    if call.path == INDEX and call.method == "GET":
        return show_index(call)
    if BROWSER_ONLY.match(call.path):
        raise unauthenticated()
    if endpoint is None or call.method not in endpoint.handlers:
        documented = find_documented(call.path, call.method)
        if documented:
            raise not_simulated(f"{call.method} {documented}")
    if endpoint is None:
        return _answer_unrouted(call)
    _check_scopes(call, endpoint)
    endpoint.resolve(call)
    handler = endpoint.handlers.get(call.method)
    if handler is None:
        raise Refused(405, {"detail": f'Method "{call.method}" not allowed.'})
    return handler(call)


def _answer_unrouted(call: Call) -> Response:
    if not RETIRED.match(call.path):
        return Response(status_code=404)
    if call.caller is None:
        raise unauthenticated()
    return answer({"message": "This API no longer exists."}, 410)


def _check_scopes(call: Call, endpoint: Endpoint) -> None:
    if call.caller is None:
        raise unauthenticated()
    wanted = endpoint.scopes.get(call.method, ())
    if not call.caller.scopes & set(wanted):
        raise insufficient_scope(wanted)


def _answer_without_slash(request: Request) -> Response:
    """404 that guesses the reason; as JSON for a request that says it sends JSON."""
    help_text = "Route not found, did you forget a trailing slash?"
    suggestion = f"try: {request.url.path}/"
    if request.headers.get("content-type", "").startswith("application/json"):
        return answer({"info": f"{help_text} {suggestion}"}, 404)
    pointer = " " * (len(suggestion) - 1) + "^"
    return PlainTextResponse(f"{help_text}\n\n{suggestion}\n{pointer}\n", 404)


def _address(request: Request) -> str:
    return request.client.host if request.client else "127.0.0.1"
