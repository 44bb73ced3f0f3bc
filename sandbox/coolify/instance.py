"""
The endpoints about the instance itself: version, health, and the switch of its API.

Source: coolify-api.md sections 0, 1 and 3.1.
"""

from sandbox.coolify.call import Call, Reply, refusal
from sandbox.coolify.rows import VERSION

ROOT_TEAM = 0


def get_version(_call: Call) -> Reply:
    """The version as plain text."""
    return Reply(200, VERSION, html=True)


def get_health(_call: Call) -> Reply:
    """OK, to anybody."""
    return Reply(200, "OK", html=True)


def enable_api(call: Call) -> Reply:
    """Switch the API on."""
    return _switch(call, is_disabled=False, word="enable")


def disable_api(call: Call) -> Reply:
    """Switch the API off."""
    return _switch(call, is_disabled=True, word="disable")


def _switch(call: Call, *, is_disabled: bool, word: str) -> Reply:
    if call.caller.team_id != ROOT_TEAM:
        return refusal(403, f"You are not allowed to {word} the API.")
    call.world.options.api_disabled = is_disabled
    return Reply(200, {"message": f"API {word}d."})
