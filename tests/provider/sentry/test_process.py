"""The plugin as a process: its port, its messages, its end."""

import os
import signal
import subprocess
import sys
import time

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.provider.sentry.conftest import project_inputs
from tests.provider.sentry.plugin import LAUNCHER, Plugin, State, environment, start_plugin
from tests.sandboxes import RunningSandbox

START_SECONDS = 15.0


def test_errors_are_plain(plugin: Plugin, sandbox: RunningSandbox) -> None:
    """An error is its own text, no listing of our stack, and leaves no operation pending."""
    sandbox.add_fault(service="sentry", method="POST", path="/", status=400, body={"slug": ["no"]})
    with pytest.raises(grpc.RpcError) as caught:
        plugin.create("project", "shop", project_inputs())
    details = caught.value.details()
    assert details == "POST /api/0/teams/acme/web/projects/: Sentry answered 400: slug: no"
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_fault_of_ours_says_so(plugin: Plugin) -> None:
    """Whatever we did not foresee begins with BUG."""
    with pytest.raises(grpc.RpcError) as caught:
        plugin.delete("project", "shop", State("shop", {}, {}))
    assert caught.value.details().startswith("BUG: KeyError")


def test_standard_output_is_the_port(sandbox: RunningSandbox) -> None:
    """Nothing else is printed there, in whatever folder it starts."""
    process = subprocess.Popen(
        [str(LAUNCHER), "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(sandbox),
        cwd="/",
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    process.terminate()
    rest, complaint = process.communicate()
    assert (rest, complaint) == (b"", b"")


def test_plugin_ends_with_its_engine(sandbox: RunningSandbox) -> None:
    """An engine that is killed leaves no plugin behind."""
    code = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([{str(LAUNCHER)!r}, '127.0.0.1:1'], stdout=subprocess.PIPE)\n"
        "p.stdout.readline()\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    engine = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment(sandbox)
    )
    assert engine.stdout is not None
    pid = int(engine.stdout.readline())
    engine.kill()
    engine.communicate()
    deadline = time.monotonic() + START_SECONDS
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    alive = _is_alive(pid)
    if alive:
        os.kill(pid, signal.SIGKILL)
    assert not alive


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123  # not a file
            return file.read().split()[2] != "Z"
    except OSError:
        return False


def test_launcher_without_an_environment_finds_the_checkouts(sandbox: RunningSandbox) -> None:
    """No virtual environment active: the one beside the checkout is used."""
    variables = environment(sandbox)
    del variables["VIRTUAL_ENV"]
    with start_plugin(variables) as plugin:
        plugin.configure()
        assert plugin.create("project", "shop", project_inputs()).id == "shop"
