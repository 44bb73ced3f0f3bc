"""
`watchpost verify`: does an event sent by each DSN of the manifest arrive?

Does not: touch apps, or count as a write to an API; a canary is refused all the same while
`WATCHPOST_READ_ONLY` is set.

Source: docs/verify.md; exit codes of design.md 9.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from watchpost import exits
from watchpost.errors import ApiUnavailable, RateLimited
from watchpost.output import add_format_argument
from watchpost.workspace import add_stack_arguments, open_workspace, render_json

if TYPE_CHECKING:
    from watchpost.canary import Outcome
    from watchpost.manifest import Manifest
    from watchpost.sentry import SentryClient

DEFAULT_TIMEOUT_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the entries, whether and how long, the format and the stack."""
    parser.add_argument("entries", nargs="*", metavar="ENTRY", help="ids of entries; default: all")
    parser.add_argument(
        "--no-send",
        action="store_true",
        help="send nothing; tell when each key last accepted an event",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=DEFAULT_TIMEOUT_SECONDS,
        metavar="SECONDS",
        help=f"how long to wait for the events; default: {DEFAULT_TIMEOUT_SECONDS:g}",
    )
    add_format_argument(parser)
    add_stack_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Verify and print; 0 all seen, 1 not all, 3 where something could not be checked."""
    from watchpost.transport import READ_ONLY_VARIABLE  # noqa: PLC0415 - `--help` needs none of it

    if arguments.no_send:
        os.environ[READ_ONLY_VARIABLE] = "1"
    workspace = open_workspace(arguments)
    manifest = workspace.load_manifest()
    try:
        nonce, outcomes = _verify(arguments, manifest, workspace.sentry)
    except (ApiUnavailable, RateLimited) as error:
        sys.stderr.write(f"{error}\n")
        return exits.UNCHECKED
    return _print(arguments.format, manifest.organization, nonce, outcomes)


def _verify(
    arguments: argparse.Namespace, manifest: Manifest, client: SentryClient
) -> tuple[str, tuple[Outcome, ...]]:
    from watchpost import canary  # noqa: PLC0415 - `--help` needs none of it
    from watchpost.transport import raise_if_read_only  # noqa: PLC0415 - likewise

    targets = canary.list_targets(manifest, arguments.entries)
    organization = manifest.organization
    if arguments.no_send:
        resolved = canary.resolve_targets(client, organization, targets)
        return "", canary.check_quietly(client, organization, resolved)
    raise_if_read_only("POST", "a canary event")
    nonce = canary.make_nonce()
    resolved = canary.resolve_targets(client, organization, targets)
    outcomes = canary.check_by_canary(
        client, organization, resolved, arguments.timeout, nonce=nonce
    )
    return nonce, outcomes


def _print(form: str, organization: str, nonce: str, outcomes: tuple[Outcome, ...]) -> int:
    from watchpost import canary  # noqa: PLC0415 - `--help` needs none of it

    if form == "json":
        document = canary.render_json(outcomes, organization, nonce)
        sys.stdout.write(render_json(document))
    else:
        sys.stdout.write(canary.render_text(outcomes, nonce))
    return canary.exit_code(outcomes)


def _seconds(text: str) -> float:
    """A number of seconds that is not negative, for argparse."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:  # noqa: PLR2004  # a day, so that nan and inf are refused
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds
