"""The command line's border: help, versions, usage errors, exit codes, and what is imported."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.commands.command_line import ROOT, run
from watchpost.__main__ import main
from watchpost.commands import VERBS, Verb


def test_help_lists_every_verb() -> None:
    """`watchpost --help` names each verb with its line, and exits 0."""
    done = run("--help")
    words = " ".join(done.stdout.split())
    assert done.returncode == 0
    for name, verb in VERBS.items():
        assert f"{name} {verb.summary}" in words


@pytest.mark.parametrize("name", VERBS)
def test_help_of_a_verb_ends_with_two_examples(name: str) -> None:
    """The help of each verb ends with two examples of it."""
    done = run(name, "--help")
    assert done.returncode == 0
    *_, heading, first, second = done.stdout.rstrip().splitlines()
    assert heading == "examples:"
    for example in (first, second):
        assert example.startswith(f"  watchpost {name}")


def test_version() -> None:
    """`--version` prints the package's version."""
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"watchpost \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [(), ("validat",), ("validate", "--formt", "json"), ("validate", "--format", "xml"), ("-x",)],
)
def test_wrong_usage_exits_with_one(arguments: tuple[str, ...]) -> None:
    """Wrong usage exits with 1, because 2 means drift, and says where the help is."""
    done = run(*arguments)
    assert done.returncode == 1
    assert "--help`" in done.stderr
    assert done.stdout == ""


def test_console_script_is_the_same_command() -> None:
    """The installed script `watchpost` runs the same command line."""
    script = Path(sys.executable).parent / "watchpost"
    if not script.exists():
        pytest.skip("the package is not installed beside this Python, so there is no script")
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: watchpost ")


@pytest.mark.parametrize("arguments", [["--help"], ["validate"], ["schema"]])
def test_nothing_heavy_is_imported(arguments: list[str]) -> None:
    """Help, validate and schema import neither Pulumi nor the HTTP client."""
    code = (
        "import sys\nfrom watchpost.__main__ import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        "heavy = {'pulumi', 'httpx', 'grpc', 'watchpost.transport'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("validate",)])
def test_start_is_quick(arguments: tuple[str, ...]) -> None:
    """Help and validate take less than 0.3 s of processor time; the best of three runs counts."""
    code = (
        "import atexit, runpy, sys, time\n"
        "atexit.register(lambda: sys.stderr.write(str(time.process_time())))\n"
        f"sys.argv = ['watchpost', *{list(arguments)!r}]\n"
        "runpy.run_module('watchpost', run_name='__main__')"
    )
    seconds = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0
        seconds.append(float(done.stderr))
    assert min(seconds) < 0.3


FAULTY = {"faulty": Verb("tests.unit.commands.faulty_verb", "fail", ("a", "b"))}


def test_bug_exits_with_seventy(capsys: pytest.CaptureFixture[str]) -> None:
    """An error nobody foresaw exits with 70 and says BUG, without a traceback or its text."""
    assert main(["faulty", "bug"], FAULTY) == 70
    error = capsys.readouterr().err
    assert error.startswith("BUG: RuntimeError at tests.unit.commands.faulty_verb:")
    assert "WATCHPOST_DEBUG=1" in error
    assert "nobody should see" not in error
    assert "Traceback" not in error


def test_debug_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With WATCHPOST_DEBUG=1 the traceback is shown too; the exit code stays 70."""
    monkeypatch.setenv("WATCHPOST_DEBUG", "1")
    assert main(["faulty", "bug"], FAULTY) == 70
    error = capsys.readouterr().err
    assert "Traceback (most recent call last)" in error
    assert "\nBUG: RuntimeError at " in error


def test_interrupt_exits_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C exits with 130 in one word."""
    assert main(["faulty", "interrupt"], FAULTY) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_closed_pipe_is_no_bug() -> None:
    """A reader that leaves early, as `head` does, causes no message."""
    command = f"'{sys.executable}' -m watchpost schema | head -n 1 >/dev/null"
    for _ in range(3):
        done = subprocess.run(
            ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.stderr == ""


@pytest.mark.parametrize("verb", [("schema",), ("validate", "projects.yaml")], ids="-".join)
def test_a_full_disk_under_the_output_is_no_bug(verb: tuple[str, ...]) -> None:
    """Output that cannot be written is the user's to mend: 1, in words."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "watchpost", *verb],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("output: cannot be written: No space left on device\n  fix: ")
