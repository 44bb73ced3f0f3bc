"""What runs the program, with faults put into it: engine, Python, packages, plugin."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.diagnosis.examples import make_checkout, write_program
from watchpost.diagnosis import CHECKS, Case, Finding, examine

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with nothing in it, and a PATH without an engine."""
    bare = tmp_path / "bin"
    for name in ("sh", "env", "python3", "dirname"):
        found = shutil.which(name)
        if found:
            bare.mkdir(exist_ok=True)
            (bare / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(bare))
    for name in ("SENTRY_AUTH_TOKEN", "COOLIFY_TOKEN", "SENTRY_BASE_URL", "COOLIFY_URL"):
        monkeypatch.delenv(name, raising=False)
    return make_checkout(tmp_path)


def findings(folder: Path) -> Mapping[str, Finding]:
    """What the doctor finds, by name."""
    return {each.name: each for each in examine(Case(folder, "tests"), CHECKS)}


def test_no_checkout(tmp_path: Path) -> None:
    """A folder without Pulumi.yaml is said to be none, and nothing else is guessed."""
    found = findings(tmp_path)
    assert found["checkout"].state == "failure"
    assert "--cwd DIR" in found["checkout"].cure
    assert found["manifest"].seen == "not checked: see 'checkout'"


def test_engine_missing(checkout: Path) -> None:
    """Without an engine its check fails with the cure; what needs it is not checked."""
    found = findings(checkout)
    engine = found["engine"]
    assert (engine.state, engine.seen) == ("failure", "is not installed")
    assert engine.cure == "run `script/bootstrap`"
    for name in ("state backend", "stack in backend", "passphrase", "stack lock"):
        assert (found[name].state, found[name].seen) == ("unknown", "not checked: see 'engine'")


def test_engine_too_old(checkout: Path) -> None:
    """An engine below the floor fails with both versions; it is asked for nothing else."""
    write_program(checkout / "bin" / "pulumi", '[ "$1" = version ] && echo v3.251.9')
    found = findings(checkout)
    assert found["engine"].state == "failure"
    assert "pulumi 3.251.9" in found["engine"].seen
    assert "older than 3.252.0" in found["engine"].seen
    assert found["state backend"].seen == "not checked: see 'engine'"


def test_engine_of_the_virtual_environment_goes_first(checkout: Path) -> None:
    """The engine in .venv is the one that is run, and so the one that is judged."""
    write_program(checkout / "bin" / "pulumi", "echo v3.251.9")
    write_program(checkout / ".venv" / "bin" / "pulumi", "echo v3.300.1")
    engine = findings(checkout)["engine"]
    assert engine.state == "ok"
    assert "pulumi 3.300.1" in engine.seen


@pytest.mark.parametrize("program", ["echo hello", "exit 3"])
def test_engine_that_does_not_work(checkout: Path, program: str) -> None:
    """A pulumi that tells no version is a failure."""
    write_program(checkout / "bin" / "pulumi", program)
    assert findings(checkout)["engine"].state == "failure"


def test_engine_that_cannot_be_run(checkout: Path) -> None:
    """A file that is no program is a failure, not a crash."""
    broken = write_program(checkout / ".venv" / "bin" / "pulumi", "")
    broken.write_bytes(b"\x00\x01")
    engine = findings(checkout)["engine"]
    assert engine.state == "failure"
    assert "cannot be run" in engine.seen


def test_host_missing(checkout: Path) -> None:
    """An engine without its Python host is told so; one beside it is found."""
    write_program(checkout / "bin" / "pulumi", "echo v3.300.1")
    assert findings(checkout)["language host"].state == "failure"
    host = write_program(checkout / "bin" / "pulumi-language-python", "")
    assert findings(checkout)["language host"].seen == str(host)


def test_python_missing(checkout: Path) -> None:
    """Without the virtual environment of Pulumi.yaml the program cannot run."""
    python = findings(checkout)["python"]
    assert python.state == "failure"
    assert ".venv/bin/python" in python.seen
    make_checkout(checkout, runtime="python")
    assert "names no virtual environment" in findings(checkout)["python"].seen


def link_python(checkout: Path) -> None:
    """Give the checkout this interpreter, with what it has."""
    site = "; ".join(f"export PYTHONPATH='{each}'" for each in sys.path if "site-packages" in each)
    write_program(checkout / ".venv" / "bin" / "python", f'{site}\nexec {sys.executable} "$@"')


def test_python_too_old_or_bare(checkout: Path) -> None:
    """A Python below the floor, or one without the SDK, is told apart from a good one."""
    python = checkout / ".venv" / "bin" / "python"
    write_program(python, """echo '[[3, 10, 4], [], {}]'""")
    assert "Python 3.10.4 is older than 3.11" in findings(checkout)["python"].seen
    write_program(python, """echo '[[3, 12, 0], ["pulumi (ModuleNotFoundError)"], {}]'""")
    assert findings(checkout)["python"].seen == "cannot import pulumi (ModuleNotFoundError)"
    write_program(python, "exit 1")
    assert findings(checkout)["python"].seen.endswith("does not run")
    link_python(checkout)
    assert findings(checkout)["python"].state == "ok"


def test_packages_are_compared_with_the_lock(checkout: Path) -> None:
    """Without a lock file, and with another version than it pins, there is a warning."""
    link_python(checkout)
    assert findings(checkout)["packages"].state == "warning"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (checkout / "requirements.lock").write_text(lock, encoding="utf-8")
    assert findings(checkout)["packages"].state == "ok"
    changed = lock.replace("pulumi==", "pulumi==9.")
    (checkout / "requirements.lock").write_text(changed, encoding="utf-8")
    packages = findings(checkout)["packages"]
    assert packages.state == "warning"
    assert "(pinned: 9." in packages.seen


def test_plugin(checkout: Path) -> None:
    """The plugin is missing, does not start, or starts; Pulumi.yaml must name its folder."""
    link_python(checkout)
    assert "no program at" in findings(checkout)["sentry plugin"].seen
    program = checkout / "providers" / "sentry" / "pulumi-resource-sentry"
    write_program(program, "echo 'no SDK here' >&2; exit 1")
    assert findings(checkout)["sentry plugin"].seen.endswith("does not start: no SDK here")
    program.unlink()
    program.parent.rmdir()
    program.parent.symlink_to(ROOT / "providers" / "sentry")
    assert findings(checkout)["sentry plugin"].state == "ok"
    make_checkout(checkout, plugins={})
    assert findings(checkout)["sentry plugin"].state == "failure"
