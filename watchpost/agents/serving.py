"""
From a stack and what the command line says to a server that runs.

Does not: parse the command line. Needs no engine and no passphrase where the stack is named.

Source: docs/agents.md.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.agents.access import Access, read_access
from watchpost.agents.answers import DEFAULT_CHARACTERS
from watchpost.agents.callers import Caller
from watchpost.agents.desk import Desk, Manners
from watchpost.agents.grants import list_unknown
from watchpost.agents.grants_file import GrantsFile
from watchpost.agents.grants_table import GrantsTable
from watchpost.agents.lines import tame_libraries, write_line
from watchpost.agents.looks import Services
from watchpost.agents.projects import DeclaredProjects
from watchpost.coolify import TOKEN_VARIABLE, CoolifyClient
from watchpost.errors import SettingsError
from watchpost.health import open_audit_log
from watchpost.records import open_database
from watchpost.transport import READ_ONLY_VARIABLE, RetryPolicy, Transport, is_read_only

if TYPE_CHECKING:
    from pathlib import Path

    from watchpost.agents.grants import GrantsSource
    from watchpost.workspace import Workspace

# An agent waits for the answer, so that Coolify is asked once and not for long.
_COOLIFY_PATIENCE = RetryPolicy(attempts=1, deadline_seconds=10.0, read_seconds=8.0)


@dataclass(frozen=True)
class Wanted:
    """
    What the command line asks for.

    Attributes:
        project: Id of the one entry; empty where calls name theirs.
        http: `HOST:PORT`; empty for stdio.
        grants: The grants file, or None.
        table: The grants table in the database of the manifest's records; empty without.
        hosts: See `access`, as for the next two.
        origins: See there.
        is_behind: See there.
        is_read_only: Whether no tool may change anything.
        most_characters: Of an answer.
    """

    project: str = ""
    http: str = ""
    grants: Path | None = None
    table: str = ""
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    is_behind: bool = False
    is_read_only: bool = False
    most_characters: int = DEFAULT_CHARACTERS


def serve(workspace: Workspace, wanted: Wanted) -> None:
    """
    Serve until the client or a signal ends it.

    Raises:
        SettingsError: Something that is needed is missing or malformed.
        PolicyError: It would be unsafe.
    """
    access = _read_access(wanted)
    if wanted.is_read_only:
        os.environ[READ_ONLY_VARIABLE] = "1"
    if not is_read_only():
        open_audit_log()  # says now, not at the first issue, that there is no place for it
    projects = DeclaredProjects(workspace.manifest_path, write_line)
    bound = _bind(projects, wanted.project)
    desk = _make_desk(workspace, wanted, projects, bound)
    caller = Caller(f"agent of {bound}", frozenset({bound}), may_resolve=True)
    grants = _open_grants(wanted, projects, workspace.folder)
    if access is None:
        _serve_stdio(desk, caller)
    else:
        _serve_http(desk, access, grants, caller)


def _read_access(wanted: Wanted) -> Access | None:
    if not wanted.http:
        return None
    return read_access(
        wanted.http,
        wanted.hosts,
        wanted.origins,
        has_tokens=wanted.grants is not None or bool(wanted.table),
        is_behind=wanted.is_behind,
    )


def _bind(projects: DeclaredProjects, project_id: str) -> str:
    """The id of the entry that is meant; empty where none is fixed."""
    found = projects.find(project_id) if project_id else None
    if project_id and found is None:
        known = ", ".join(sorted(each.id for each in projects.manifest.entries))
        raise SettingsError(
            f"--project {project_id}", "the manifest has no such entry", detail=f"known: {known}"
        )
    return found.entry_id if found else ""


def _make_desk(
    workspace: Workspace, wanted: Wanted, projects: DeclaredProjects, bound: str
) -> Desk:
    services = Services(
        workspace.sentry_without_engine,
        lambda: _connect_coolify(workspace),
        wanted.most_characters,
    )
    return Desk(projects, services, Manners(bound, wanted.is_read_only), write_line)


def _connect_coolify(workspace: Workspace) -> CoolifyClient:
    """A client for one look. Raises SettingsError where the address or the token is missing."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    return CoolifyClient(
        Transport(
            "Coolify",
            workspace.coolify_url,
            token,
            token_variable=TOKEN_VARIABLE,
            retry=_COOLIFY_PATIENCE,
        )
    )


def _open_grants(wanted: Wanted, projects: DeclaredProjects, folder: Path) -> GrantsSource | None:
    if wanted.table:
        return _open_table(wanted.table, projects, folder)
    if wanted.grants is None:
        return None
    grants = GrantsFile(wanted.grants, write_line)
    known = [entry.id for entry in projects.manifest.entries]
    for entry_id in list_unknown(grants.current(), known):
        write_line(f"{wanted.grants}: grants {entry_id}, which the manifest does not have")
    return grants


def _open_table(table: str, projects: DeclaredProjects, folder: Path) -> GrantsTable:
    records = projects.manifest.records
    if records is None:
        raise SettingsError(
            f"--grants-table {table}",
            "the manifest names no database",
            fix="add `records:` to it, or say `--grants FILE`",
        )
    return GrantsTable(open_database(records.url, folder), table, write_line)


def _serve_stdio(desk: Desk, caller: Caller) -> None:
    from watchpost.agents.stdio import serve_stdio  # noqa: PLC0415 - the other transport needs more

    tame_libraries(write_line)
    serve_stdio(desk, caller)


def _serve_http(desk: Desk, access: Access, grants: GrantsSource | None, caller: Caller) -> None:
    from watchpost.agents.http import listen, make_app, serve_http  # noqa: PLC0415 - stdio needs no HTTP

    app = make_app(desk, access, write_line, grants=grants, caller=caller)
    taken = listen(access)
    tame_libraries(write_line)
    serve_http(app, taken, write_line)
