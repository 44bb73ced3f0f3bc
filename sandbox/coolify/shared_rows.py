"""
Shared variables as they are stored, and what a reference to one, like {{team.NAME}}, stands for.

Does not: read requests (shared_variables.py does).

Source: coolify-api.md sections 3.2, 3.4 and 3.5; which name belongs to which type, and that a
reference may stand within a text, from Coolify's published source.
"""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.world import World

TYPES = ("team", "project", "environment", "server")
# The only server there is, and its team.
SERVER_ID = 0
REFERENCE = re.compile(r"\{\{(.*?)\}\}")
PLACE = """
SELECT project.team_id AS team, project.id AS project, environment.id AS environment
FROM coolify_{kind}s AS resource
JOIN coolify_environments AS environment ON environment.id = resource.environment_id
JOIN coolify_projects AS project ON project.id = environment.project_id
WHERE resource.id = ?
"""

SharedRow = dict[str, Any]


@dataclass(frozen=True)
class SharedScope:
    """Whose variables: those of the team, project, environment or server of number *owner_id*."""

    team_id: int
    type: str
    owner_id: int


def list_shared(world: World, scope: SharedScope) -> list[SharedRow]:
    """The variables of one scope by id."""
    sql = (
        "SELECT * FROM coolify_shared_rows WHERE team_id = ? AND type = ? AND owner_id = ?"
        " ORDER BY id"
    )
    return world.store.rows(sql, scope.team_id, scope.type, scope.owner_id)


def find_shared(world: World, scope: SharedScope, key: str) -> SharedRow | None:
    """The variable of that key in one scope."""
    return next((row for row in list_shared(world, scope) if row["key"] == key), None)


def resolve(world: World, kind: str, resource_id: int, text: str) -> str:
    """*text* of an application's or service's row with its references replaced; others stay."""
    references = REFERENCE.findall(text)
    places = world.store.rows(PLACE.format(kind=kind), resource_id) if references else []
    for reference in references if places else ():
        found = _referred(world, places[0], reference.strip())
        if found is not None:
            text = text.replace("{{" + reference + "}}", found["value"] or "")
    return text


def _referred(world: World, place: dict[str, int], reference: str) -> SharedRow | None:
    type_, point, key = reference.partition(".")
    if not point or type_ not in TYPES:
        return None
    owner_id = {**place, "server": SERVER_ID}[type_]
    return find_shared(world, SharedScope(place["team"], type_, owner_id), key)
