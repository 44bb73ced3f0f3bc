"""
A verb that fails as it is told, to see what the command line makes of it.

Does not: import anything of ours.
"""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the kind of failure."""
    parser.add_argument("kind", choices=("bug", "interrupt"))


def run(arguments: argparse.Namespace) -> int:
    """Fail; a bug's text stands for a value that nobody should see."""
    if arguments.kind == "interrupt":
        raise KeyboardInterrupt
    raise RuntimeError("a value nobody should see")
