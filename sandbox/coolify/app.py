"""
The simulated Coolify 4.3.11 as an ASGI app.

Each request is read whole, then answered without awaiting anything, so that it is atomic as far as
other requests can see; a fault half way through a bulk request leaves what was written before, as
the real server does.

Does not: simulate other versions, the web interface, or the endpoints in unsimulated.txt.

Source: coolify-api.md sections 0 to 4.
"""

import json

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.coolify.auth import authenticate, is_allowed_address
from sandbox.coolify.call import (
    Call,
    Refused,
    Reply,
    ServerError,
    error_page,
    refusal,
    wants_json,
)
from sandbox.coolify.routes import Endpoint, Routes
from sandbox.coolify.throttle import throttled
from sandbox.world import World

NOT_FOUND = Reply(404, {"message": "Not found.", "docs": "https://coolify.io/docs"})
# The real server says "success": true here, too.
DISABLED = Reply(403, {"success": True, "message": "API is disabled."})
NOT_ALLOWED = Reply(403, {"success": True, "message": "You are not allowed to access the API."})


def create_app(world: World) -> ASGIApp:
    """The app; its state is in *world*."""
    routes = Routes()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raw = await _read(receive)
        found = routes.find(scope["method"], scope["path"])
        call = _call(world, scope, raw, found[1] if found else {})
        reply = _answer(call, scope, found[0] if found else None)
        await _rendered(reply)(scope, receive, send)

    return app


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def _call(world: World, scope: Scope, raw: bytes, path: dict[str, str]) -> Call:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Call(
        world=world,
        method=scope["method"],
        path=path,
        query_string=scope["query_string"].decode("latin-1"),
        headers=headers,
        raw=raw,
        address=scope["client"][0] if scope["client"] else "",
    )


def _answer(call: Call, scope: Scope, endpoint: Endpoint | None) -> Reply:
    headers: dict[str, str] = {}
    try:
        if endpoint and not endpoint.is_public:
            call.principal = authenticate(call.world, call.headers)
            scope["sandbox"]["token"] = call.caller.token_name
        headers = throttled(call, is_health=scope["path"].rstrip("/") == "/api/health")
        reply = _handle(call, endpoint)
    except Refused as refused:
        reply = refused.reply
    except ServerError:
        is_json = wants_json(call.headers)
        reply = refusal(500, "Server Error") if is_json else error_page(500)
    return Reply(reply.status, reply.body, {**headers, **reply.headers}, html=reply.html)


def _handle(call: Call, endpoint: Endpoint | None) -> Reply:
    if endpoint is None:
        return NOT_FOUND
    if not endpoint.is_public:
        raise_if_not_permitted(call, endpoint)
    return endpoint.handler(call)


def raise_if_not_permitted(call: Call, endpoint: Endpoint) -> None:
    """The guards between the rate limit and the endpoint, in Coolify's order."""
    caller, options = call.caller, call.world.options
    if caller.team_id is None or caller.role is None:
        raise Refused(refusal(401, "Invalid token."))
    if caller.is_elevated and not caller.leads:
        raise Refused(refusal(403, "Missing required team role."))
    if not endpoint.is_switch:
        if options.api_disabled:
            raise Refused(DISABLED)
        if not is_allowed_address(options.allowlist, call.address):
            raise Refused(NOT_ALLOWED)
    if endpoint.ability and not caller.may(endpoint.ability):
        raise Refused(refusal(403, f"Missing required permissions: {endpoint.ability}"))


def _rendered(reply: Reply) -> Response:
    headers = {"Cache-Control": "no-cache, private", **reply.headers}
    if reply.html:
        kind = "text/html; charset=utf-8"
        return Response(reply.body, reply.status, headers, media_type=kind)
    content = json.dumps(reply.body, separators=(",", ":"))
    return Response(content, reply.status, headers, media_type="application/json")
