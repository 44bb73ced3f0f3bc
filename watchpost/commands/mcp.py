"""
`watchpost mcp`: serve a project's errors and wiring to coding agents, by the Model Context
Protocol.

Does not: need the engine or a passphrase where the stack is named, or write anything but an issue's
status.

Source: docs/agents.md; exit codes of design.md 9.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.agents.answers import DEFAULT_CHARACTERS, FEWEST_CHARACTERS
from watchpost.errors import SettingsError
from watchpost.workspace import add_stack_arguments, open_workspace

if TYPE_CHECKING:
    from datetime import datetime

MOST_CHARACTERS = 100_000
DEFAULT_EXPIRY = "90d"
_SDK = "mcp"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is served to whom and how, the making of tokens, and the stack."""
    parser.add_argument(
        "--project",
        default="",
        metavar="ENTRY",
        help="serve this one project; calls then name none. Needed over stdio",
    )
    parser.add_argument(
        "--read-only", action="store_true", help="leave out the tool that resolves issues"
    )
    parser.add_argument(
        "--max-characters",
        type=_characters,
        default=DEFAULT_CHARACTERS,
        metavar="N",
        help=f"of one answer; default: {DEFAULT_CHARACTERS}",
    )
    _add_http_arguments(parser)
    _add_token_arguments(parser)
    add_stack_arguments(parser)


def _add_http_arguments(parser: argparse.ArgumentParser) -> None:
    http = parser.add_argument_group("over HTTP instead of stdio")
    http.add_argument(
        "--http", default="", metavar="HOST:PORT", help="listen there; the path is /mcp"
    )
    http.add_argument(
        "--grants",
        type=Path,
        metavar="FILE",
        help="ask for a bearer token; this file says which projects each is granted",
    )
    http.add_argument(
        "--grants-table",
        default="",
        metavar="TABLE",
        help="the same as a table in the database of the manifest's records",
    )
    http.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which clients call this server, besides loopback's; may be repeated",
    )
    http.add_argument(
        "--allowed-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="an origin whose pages may call it, besides loopback's; may be repeated",
    )
    http.add_argument(
        "--behind-tls-proxy",
        action="store_true",
        help="a proxy before it speaks TLS, so that it may listen beyond this machine",
    )


def _add_token_arguments(parser: argparse.ArgumentParser) -> None:
    token = parser.add_argument_group("making a token instead of serving")
    token.add_argument(
        "--new-token",
        metavar="NAME",
        help="add a token of this name to the grants file, and print it once",
    )
    token.add_argument(
        "--grant",
        action="append",
        default=[],
        metavar="ENTRY",
        help="a project that it may see; may be repeated",
    )
    token.add_argument(
        "--expires",
        default=DEFAULT_EXPIRY,
        metavar="PERIOD",
        help=f"12h, 90d or 26w; at most a year; default: {DEFAULT_EXPIRY}",
    )
    token.add_argument("--may-resolve", action="store_true", help="it may resolve issues too")


def run(arguments: argparse.Namespace) -> int:
    """Serve until the client or a signal ends it, or make a token; 0."""
    if arguments.new_token is not None:
        return _issue(arguments)
    _raise_if_senseless(arguments)
    _raise_if_not_installed()
    from watchpost.agents.serving import Wanted, serve  # noqa: PLC0415 - `--help` needs none of it

    wanted = Wanted(
        project=arguments.project,
        http=arguments.http,
        grants=arguments.grants,
        table=arguments.grants_table,
        hosts=tuple(arguments.allowed_host),
        origins=tuple(arguments.allowed_origin),
        is_behind=arguments.behind_tls_proxy,
        is_read_only=arguments.read_only,
        most_characters=arguments.max_characters,
    )
    serve(open_workspace(arguments), wanted)
    return exits.DONE


def _raise_if_senseless(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be served, and options that would be ignored."""
    has_tokens = arguments.grants is not None or bool(arguments.grants_table)
    if arguments.grant or arguments.may_resolve:
        raise SettingsError("--grant", "it goes with --new-token only")
    if arguments.grants is not None and arguments.grants_table:
        raise SettingsError("--grants", "grants are in a file or in a table, not in both")
    if not arguments.http:
        _raise_if_not_for_stdio(arguments, has_tokens=has_tokens)
    elif not arguments.project and not has_tokens:
        raise SettingsError(
            "mcp",
            "nothing says which projects a caller may see",
            fix="say `--project ENTRY`, `--grants FILE` or `--grants-table TABLE`",
        )


def _raise_if_not_for_stdio(arguments: argparse.Namespace, *, has_tokens: bool) -> None:
    is_for_http = arguments.allowed_host or arguments.allowed_origin or arguments.behind_tls_proxy
    if has_tokens or is_for_http:
        raise SettingsError("mcp", "tokens, hosts and origins go with --http only")
    if not arguments.project:
        raise SettingsError("mcp", "which project is to be served?", fix="say `--project ENTRY`")


def _raise_if_not_installed() -> None:
    from importlib.util import find_spec  # noqa: PLC0415 - `--help` needs none of it

    if find_spec(_SDK) is None:
        raise SettingsError(
            "mcp",
            "the protocol's SDK is not installed",
            detail="It is an optional part of Watchpost, because most commands need none of it.",
            fix='pip install "watchpost[mcp]"',
        )


def _issue(arguments: argparse.Namespace) -> int:
    from watchpost.agents.callers import Caller  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.agents.issuing import issue_token  # noqa: PLC0415 - likewise

    if arguments.grants is None or not arguments.grant:
        raise SettingsError(
            "--new-token", "it needs a file and a project", fix="say `--grants FILE --grant ENTRY`"
        )
    caller = Caller(arguments.new_token, frozenset(arguments.grant), arguments.may_resolve)
    expires = _end_of(arguments.expires)
    token = issue_token(arguments.grants, caller, expires)
    sys.stdout.write(f"{token}\n")
    projects = ", ".join(sorted(caller.projects))
    sys.stderr.write(
        f"{arguments.grants}: {caller.name} may see {projects} until {expires:%Y-%m-%d %H:%M} UTC;"
        " the token is shown this once\n"
    )
    return exits.DONE


def _end_of(period: str) -> datetime:
    """When a token ends that is to live for *period*, in UTC."""
    import re  # noqa: PLC0415 - only a new token needs it
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - likewise

    found = re.fullmatch(r"([1-9][0-9]{0,3})([hdw])", period)
    units = {"h": "hours", "d": "days", "w": "weeks"}
    length = timedelta(**{units[found[2]]: int(found[1])}) if found else None
    if length is None or length > timedelta(days=366):
        raise SettingsError(
            "--expires", "no period of at most a year", fix="write it like 12h, 90d or 26w"
        )
    return datetime.now(UTC) + length


def _characters(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004 - digits
    if not is_number or not FEWEST_CHARACTERS <= int(text) <= MOST_CHARACTERS:
        raise argparse.ArgumentTypeError(
            f"a number of characters from {FEWEST_CHARACTERS} to {MOST_CHARACTERS}"
        )
    return int(text)
