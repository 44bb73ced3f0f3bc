"""
The sandbox's command line: ``python -m sandbox``.

Does not: hold anything but the options' meaning; sandbox.server does the work.
"""

import argparse
import sqlite3
import sys
from collections.abc import Sequence

from sandbox.limits import Limits
from sandbox.server import DatabaseInUse, serve
from sandbox.store import Store
from sandbox.world import Options, World

DESCRIPTION = """\
A simulated Sentry, a simulated Coolify 4.3.11 and the few calls of GitHub that `watchpost github`
makes, on loopback ports, for trying things without an account. Nothing leaves this machine,
nothing needs a real token.

It listens on four ports: Sentry, Coolify, GitHub, and a control API for what a real server does not
offer (request log, faults, rate limits, hand edits, snapshots). Once all four listen it writes
their addresses and the tokens to the ready file, and runs until SIGTERM or Ctrl-C.
"""

EPILOG = """\
profiles (--seed):
  contracts   exactly what the recorded scenarios of the real servers expect
  demo        a small fleet: seven apps, one Sentry project made by hand, one app wired by hand
  empty       one organization, one team and the tokens, nothing else

the ready file:
  {"sentry_url", "coolify_url", "github_url", "control_url",
   "tokens": {service: {name: token}}, "variables": {name: value}}

a first look:
  python -m sandbox --seed demo --ready-file ready.json &
  curl -s -H "Accept: application/json" -H "Authorization: Bearer <coolify root token>" \\
       <coolify_url>/api/v1/applications
  curl -s <control_url>/log            what was asked of the services
  curl -s -X POST <control_url>/faults -d '{"service": "coolify", "status": 503, "first": 2}'
"""
# What an older version has made has fewer columns.
OTHER_FILE = "  fix: name a new file, or one that this version of the sandbox has made"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sandbox until it is told to stop; returns the exit code."""
    options = parse(arguments)
    try:
        store, limits = Store(options.database), Limits.profile(options.rate_limits)
        serve(World(options=options, store=store, limits=limits))
    except sqlite3.Error as error:
        return _fail(f"{options.database}: {error}\n{OTHER_FILE}")
    except (DatabaseInUse, OSError) as error:
        return _fail(str(error))
    return 0


def _fail(why: str) -> int:
    print(f"sandbox: {why}", file=sys.stderr)  # noqa: T201  a command line speaks
    return 1


def parse(arguments: Sequence[str] | None = None) -> Options:
    """The options that *arguments* (default: the process's) stand for."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_process_options(parser)
    _add_service_options(parser)
    return Options(**vars(parser.parse_args(arguments)))


def _add_process_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--seed", choices=("contracts", "demo", "empty"), default="empty", help="what it holds")
    add("--ready-file", metavar="FILE", help="where to write addresses and tokens once it listens")
    add("--sentry-port", type=int, default=0, metavar="N", help="default: any free port")
    add("--coolify-port", type=int, default=0, metavar="N", help="default: any free port")
    add("--github-port", type=int, default=0, metavar="N", help="default: any free port")
    add("--control-port", type=int, default=0, metavar="N", help="default: any free port")
    add(
        "--database",
        default=":memory:",
        metavar="FILE",
        help="keep the state in this SQLite file; a file made by an earlier run is continued",
    )


def _add_service_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--queue-limit",
        type=int,
        default=25,
        metavar="N",
        help="Coolify: deployments that may wait or run per server (default 25)",
    )
    add("--api-disabled", action="store_true", help="Coolify: its API is switched off")
    add(
        "--allowlist",
        default="",
        metavar="IP,...",
        help="Coolify: only these addresses may use the API (networks like 10.0.0.0/8 too)",
    )
    add(
        "--rate-limits",
        choices=("contracts", "cloud", "none"),
        default="contracts",
        help="contracts: Coolify 200 per minute and user; cloud: that, and Sentry 40 per second "
        "and 25 at once; none: no limits",
    )
    add("--worker", action="store_true", help="Coolify: queued deployments finish by themselves")


if __name__ == "__main__":
    sys.exit(main())
