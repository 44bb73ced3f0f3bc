"""
The command line: choose a verb, run it, turn what goes wrong into an exit code.

Exit codes: 0 done; 1 refused or failed for a reason the user can fix, wrong usage included; 70 a
bug
of ours (its line starts `BUG:`); 130 interrupted. Verbs may return more, see design.md 9.

Does not: do any verb's work, or import more than the chosen verb needs.

Source: design.md 9.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from watchpost import exits
from watchpost.commands import VERBS
from watchpost.errors import WatchpostError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from watchpost.commands import Verb


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class _Parser(argparse.ArgumentParser):
    """A parser whose usage errors exit with 1, because 2 means that changes were found."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(exits.REFUSED, f"{self.prog}: {message}\n  fix: run `{self.prog} --help`\n")


class _PrintVersion(argparse.Action):
    """`--version`: looks the version up only when asked, because that costs time."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002 - argparse's name
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version  # noqa: PLC0415 - see the docstring

        sys.stdout.write(f"watchpost {version('watchpost')}\n")
        parser.exit(0)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line on *arguments*, by default the process's own, and exit."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every terminal has a sign for what names and events say.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(arguments))


def main(arguments: Sequence[str] | None = None, verbs: Mapping[str, Verb] = VERBS) -> int:
    """Run one of *verbs* and return its exit code; this is the one place where errors end."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        chosen = _make_parser(words, verbs).parse_args(words)
        code: int = import_module(verbs[chosen.verb].module).run(chosen)
        sys.stdout.flush()
    except WatchpostError as error:
        return _report(str(error), exits.REFUSED)
    except KeyboardInterrupt:
        return _report("interrupted", exits.INTERRUPTED)
    except BrokenPipeError:
        return _leave_closed_pipe()
    except Exception as error:  # noqa: BLE001 - the border, where every error ends
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return _report_no_room(error)
        if os.environ.get("WATCHPOST_DEBUG") == "1":
            traceback.print_exc()
        return _report(_describe_bug(error), exits.BUG)
    return code


def _make_parser(words: Sequence[str], verbs: Mapping[str, Verb]) -> argparse.ArgumentParser:
    """Make the parser; only verbs among *words* are imported and get their arguments."""
    parser = _Parser(
        prog="watchpost",
        description="Keeps a fleet of apps reporting to Sentry.",
        epilog="`watchpost VERB --help` explains a verb.",
    )
    parser.add_argument("--version", action=_PrintVersion, help="print the version and exit")
    children = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in verbs.items():
        examples = "\n".join(f"  {example}" for example in verb.examples)
        child = children.add_parser(
            name,
            help=verb.summary,
            description=verb.summary[0].upper() + verb.summary[1:] + ".",
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in words:
            import_module(verb.module).add_arguments(child)
    return parser


def _describe_bug(error: Exception) -> str:
    """Name the kind of error, never its text: that may hold a value nobody should see."""
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f"{where.tb_frame.f_globals.get('__name__')}:{where.tb_lineno}" if where else "unknown"
    return (
        f"BUG: {type(error).__name__} at {place}\n"
        "  fix: run again with WATCHPOST_DEBUG=1 and report what it prints"
    )


def _report(message: str, code: int) -> int:
    """Write *message* to stderr and return *code*."""
    sys.stderr.write(f"{message}\n")
    return code


def _report_no_room(error: OSError) -> int:
    """Tell that a disk is full, be it under the output or under a file of ours."""
    _leave_closed_pipe()
    where = error.filename if isinstance(error.filename, str) else "output"
    fix = "make room there, then run it again"
    return _report(f"{where}: cannot be written: {error.strerror}\n  fix: {fix}", exits.REFUSED)


def _leave_closed_pipe() -> int:
    """Leave quietly when the reader of our output is gone, as `head` is."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exits.REFUSED


if __name__ == "__main__":
    run()
