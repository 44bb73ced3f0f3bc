"""
Prepare this checkout: virtual environment, our own packages in it, and an engine.

The engine is the `pulumi` on PATH when it is new enough. Otherwise it is built from Go modules,
once per version, into a cache outside the tree, and linked into the virtual environment, so that
activating that is all it takes.

Does not: touch anything outside `.venv` and the cache, nor need more than the standard library.

Source: docs/adr/0008-engine-from-go-modules.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "installed.sha256"
OLDEST_PULUMI = (3, 252, 0)
OLDEST_GO = (1, 26)
SECONDS_BETWEEN_LINES = 10
ENGINE_VERSION = "v3.259.0"
CLI_MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
HOST_MODULE = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
SDK_MODULE = f"github.com/pulumi/pulumi/sdk/v3@{ENGINE_VERSION}"
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
BINARIES = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)
NO_ENGINE = """\
bootstrap: neither Pulumi nor Go is here, and one of them is needed
  seen: no `pulumi` of 3.252.0 or newer and no `go` of 1.26 or newer on PATH
  fix, either: install Pulumi (https://www.pulumi.com/docs/install/) and run this again
  fix, or: install Go (https://go.dev/doc/install) and run this again: it builds Pulumi from source,
  once, in about four minutes"""


def main(argv: list[str]) -> int:
    """Run all steps; print one line for each that had something to do."""
    parser = argparse.ArgumentParser(
        prog="script/bootstrap",
        description="Prepare this checkout: .venv from requirements.lock, and an engine.",
        epilog="Environment: PYTHON names the interpreter, WATCHPOST_CACHE the folder for engines.",
    )
    parser.add_argument("--no-engine", action="store_true", help="only the virtual environment")
    options = parser.parse_args(argv)
    try:
        install_packages()
        if not options.no_engine:
            provide_engine()
    except subprocess.CalledProcessError as error:
        print(f"bootstrap: `{' '.join(map(str, error.cmd))}` failed: see above", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def install_packages() -> None:
    """Make `.venv` and fill it from the lock file, unless it was filled from this very one."""
    wanted = hashlib.sha256(LOCK.read_bytes() + str(ROOT).encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    say("virtual environment: installing from requirements.lock (about a minute)")
    venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    pip = [
        str(VENV / "bin/python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)], check=True
    )
    STAMP.write_text(wanted)
    say("virtual environment: ready")


def provide_engine() -> None:
    """Use the Pulumi on PATH when it will do, else the one in the cache, else build that."""
    if has_stock_pulumi():
        for name in BINARIES:
            (VENV / "bin" / name).unlink(missing_ok=True)
        return
    folder = engine_folder()
    if not (folder / "complete").exists():
        if go_version() < OLDEST_GO:
            raise RuntimeError(NO_ENGINE)
        build_engine(folder)
    for name in BINARIES:
        link = VENV / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(folder / name)


def has_stock_pulumi() -> bool:
    """Tell whether a new enough `pulumi` is on PATH that is not our own build."""
    outside = [
        folder
        for folder in os.environ.get("PATH", "").split(os.pathsep)
        if folder and Path(folder).resolve() != (VENV / "bin").resolve()
    ]
    found = shutil.which("pulumi", path=os.pathsep.join(outside))
    if found is None or Path(found).resolve().is_relative_to(cache_folder().resolve()):
        return False
    return printed_version([found, "version"]) >= OLDEST_PULUMI


def go_version() -> tuple[int, ...]:
    """Version of `go` on PATH, () where there is none."""
    return printed_version(["go", "version"]) if shutil.which("go") else ()


def printed_version(command: list[str]) -> tuple[int, ...]:
    """First dotted number that *command* prints, as a tuple; () if it prints none or fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+(?:\.\d+)+)", done.stdout)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def cache_folder() -> Path:
    """Where built engines are kept between checkouts."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("WATCHPOST_CACHE") or Path(home) / "watchpost") / "engine"


def engine_folder() -> Path:
    """Folder of the engine that the pinned modules give; another pin is another folder."""
    pins = b"".join(path.read_bytes() for path in sorted((ROOT / "engine").rglob("go.*")))
    return cache_folder() / f"{ENGINE_VERSION}-{hashlib.sha256(pins).hexdigest()[:12]}"


def build_engine(folder: Path) -> None:
    """Build CLI and Python language host into *folder*, marked complete when both are there."""
    say(f"engine: building Pulumi {ENGINE_VERSION} into {folder} (once; four minutes on two cores)")
    folder.mkdir(parents=True, exist_ok=True)
    version_flag = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={ENGINE_VERSION}"
    go_build(
        "cli",
        CLI_MODULE,
        folder / "pulumi",
        ["-tags", "osusergo,grpcnotrace", "-ldflags", f"-s -w {version_flag}"],
    )
    go_build(
        "language-python", HOST_MODULE, folder / "pulumi-language-python", ["-ldflags", "-s -w"]
    )
    copy_scripts(folder)
    (folder / "complete").touch()
    say("engine: ready")


def go_build(name: str, module: str, target: Path, flags: list[str]) -> None:
    """Build one Go program, counting the packages as they are compiled."""
    folder = ROOT / "engine" / name
    say(f"engine: {name}: fetching modules")
    listed = subprocess.run(
        ["go", "list", "-deps", *flags[:2], module],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    command = ["go", "build", "-v", *flags, "-o", str(target), module]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as build:
        log = show_progress(name, build, total=len(listed.stdout.splitlines()))
    if build.returncode:
        print("".join(log[-30:]), file=sys.stderr)
        raise subprocess.CalledProcessError(build.returncode, command)


def show_progress(name: str, build: subprocess.Popen[str], total: int) -> list[str]:
    """Say now and then how many of *total* packages are done and how long the rest may take."""
    started = shown = time.monotonic()
    log: list[str] = []
    for line in build.stderr or ():
        log.append(line)
        now = time.monotonic()
        if now - shown >= SECONDS_BETWEEN_LINES:
            shown = now
            left = (now - started) / len(log) * max(total - len(log), 0)
            say(f"engine: {name}: {len(log)} of at most {total} packages, about {left:.0f} s left")
    return log


def copy_scripts(folder: Path) -> None:
    """Put the SDK's two plain files beside the binaries; archives lose the executable bit."""
    answer = subprocess.run(
        ["go", "mod", "download", "-json", SDK_MODULE],
        cwd=ROOT / "engine" / "cli",
        check=True,
        capture_output=True,
        text=True,
    )
    source = Path(json.loads(answer.stdout)["Dir"])
    for script in SCRIPTS:
        target = folder / Path(script).name
        target.unlink(missing_ok=True)
        shutil.copyfile(source / script, target)
        target.chmod(0o755)


def say(text: str) -> None:
    """Print a line of progress at once, to stderr, so that stdout stays for results."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
