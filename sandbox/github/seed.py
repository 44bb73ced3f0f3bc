"""
What a fresh GitHub holds: one private repository, its users and their tokens; no issue.

Does not: differ by profile.
"""

import json
import secrets
from collections.abc import Mapping

from sandbox.world import Seeded, World

OWNER, NAME, BRANCH = "acme", "fleet", "main"
BOT = "github-actions[bot]"
FIRST_COMMIT = "5ea50f" + "0" * 34
WRITE = {"contents": "read", "issues": "write", "pull_requests": "write"}
READ = {"contents": "read", "issues": "read", "pull_requests": "read"}


def seed(world: World) -> Seeded:
    """
    Fill an empty store.

    The tokens are those of an administrator (``root``), of a run that may write (``actions``), of a
    run for a fork (``fork``), and of somebody who may only comment (``outsider``).
    """
    repository = world.store.insert("github_repositories", owner=OWNER, name=NAME, branch=BRANCH)
    world.store.insert("github_commits", repository_id=repository, sha=FIRST_COMMIT)
    tokens = {
        "root": add_token(world, "root", "ada", {**WRITE, "contents": "write"}),
        "actions": add_token(world, "actions", BOT, WRITE),
        "fork": add_token(world, "fork", BOT, READ),
        "outsider": add_token(world, "outsider", "mallory", WRITE),
    }
    return Seeded(tokens=tokens)


def add_token(world: World, name: str, login: str, permissions: Mapping[str, str]) -> str:
    """Make a token for the user of that login, who is made if need be; returns the token."""
    is_bot = login.endswith("[bot]")
    token = ("ghs_" if is_bot else "github_pat_") + secrets.token_hex(18)
    world.store.insert(
        "github_tokens",
        name=name,
        secret=token,
        user_id=user_of(world, login),
        kind="installation" if is_bot else "personal",
        permissions=json.dumps(dict(permissions)),
    )
    return token


def user_of(world: World, login: str) -> int:
    """The id of the user of that login, who is made if need be."""
    found = world.store.row("SELECT id FROM github_users WHERE login = ?", login)
    if found:
        return int(found["id"])
    kind = "Bot" if login.endswith("[bot]") else "User"
    return world.store.insert("github_users", login=login, type=kind)
