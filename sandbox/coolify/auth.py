"""
Who calls: tokens, abilities, team roles, and the guards in the order Coolify runs them.

Does not: count requests (throttle.py, which runs between the token check and the other guards).

Source: coolify-api.md section 1.
"""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.world import World

ROOT_ABILITIES = frozenset(("root", "*"))
ELEVATED = ROOT_ABILITIES | {"write", "write:sensitive", "deploy", "read:sensitive"}
LEADING_ROLES = ("admin", "owner")


@dataclass(frozen=True)
class Principal:
    """A token's bearer; *role* is that in the token's team, None for who left it."""

    token_name: str
    user_id: int
    team_id: int | None
    role: str | None
    abilities: frozenset[str]

    def may(self, ability: str) -> bool:
        """Whether the token has this ability; root has them all."""
        return bool(self.abilities & (ROOT_ABILITIES | {ability}))

    @property
    def leads(self) -> bool:
        """Whether the user is admin or owner of the token's team."""
        return self.role in LEADING_ROLES

    @property
    def reads_sensitive(self) -> bool:
        """Whether values may be shown to this bearer."""
        return self.may("read:sensitive") and self.leads

    @property
    def is_elevated(self) -> bool:
        """Whether the token can do more than read what is not sensitive."""
        return bool(self.abilities & ELEVATED)


def authenticate(world: World, headers: Mapping[str, str]) -> Principal | None:
    """The bearer of the token in the Authorization header; None if there is no valid one."""
    shown = _bearer(headers.get("authorization", ""))
    if shown is None:
        return None
    token_id, bar, secret = shown.partition("|")
    if bar:
        sql = "SELECT * FROM coolify_tokens WHERE id = ? AND secret = ?"
        token = world.store.row(sql, token_id, secret)
    else:
        token = world.store.row("SELECT * FROM coolify_tokens WHERE secret = ?", shown)
    if token is None or _is_over(world, token["expires_at"]):
        return None
    return Principal(
        token_name=token["name"],
        user_id=token["user_id"],
        team_id=token["team_id"],
        role=_role(world, token["team_id"], token["user_id"]),
        abilities=frozenset(json.loads(token["abilities"])),
    )


def _bearer(header: str) -> str | None:
    """What follows the last "Bearer ", in any case, up to a comma: as Laravel reads it."""
    start = header.lower().rfind("bearer ")
    return None if start < 0 else header[start + len("bearer ") :].partition(",")[0]


def _is_over(world: World, expires_at: str | None) -> bool:
    return expires_at is not None and expires_at <= world.now().isoformat()


def _role(world: World, team_id: int | None, user_id: int) -> str | None:
    sql = "SELECT role FROM coolify_members WHERE team_id = ? AND user_id = ?"
    member = world.store.row(sql, team_id, user_id)
    return member["role"] if member else None


def is_allowed_address(allowlist: str, address: str) -> bool:
    """Whether *address* may use the API: an empty list or 0.0.0.0 alone allows all."""
    entries = [entry.strip() for entry in allowlist.split(",") if entry.strip()]
    if entries in ([], ["0.0.0.0"]):  # noqa: S104  Coolify's word for everybody, nothing is bound
        return True
    return any(_is_within(address, entry) for entry in entries)


def _is_within(address: str, entry: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
