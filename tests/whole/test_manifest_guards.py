"""A manifest that a command edits: nobody else's edit, line end or link is lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.whole.command import finish, run, start, wait_until
from tests.whole.manifests import API, write_manifest

if TYPE_CHECKING:
    from tests.whole.program import Program

pytestmark = pytest.mark.whole


@pytest.mark.parametrize("is_there", [True, False], ids=["changed", "made"])
def test_adopt_does_not_write_over_an_edit_that_was_made_meanwhile(
    program: Program, *, is_there: bool
) -> None:
    """Reading both services takes its time; who edits the manifest meanwhile keeps the edit."""
    path = program.folder / "projects.yaml"
    if is_there:
        program.declare(write_manifest({"api": API}))
    program.sandbox.add_fault(service="coolify", latency_seconds=1.5)
    program.sandbox.clear_log()
    process = start(program, "adopt", "--organization", "acme", "--write")
    wait_until(program.sandbox.log, process)
    edited = "# a person's\n" + write_manifest({"api": API})
    path.write_text(edited, encoding="utf-8")
    printed = finish(program, process, code=1)
    assert "was changed while the command ran" in printed
    assert path.read_text(encoding="utf-8") == edited


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte order mark"])
def test_adopt_keeps_line_ends_and_links(program: Program, mark: str) -> None:
    """A manifest with Windows line ends keeps them in every line, the new ones included."""
    real = program.folder / "fleet" / "real.yaml"
    real.parent.mkdir()
    text = mark + write_manifest({"api": API}).replace("\n", "\r\n")
    real.write_bytes(text.encode())
    (program.folder / "projects.yaml").symlink_to(real)
    run(program, "adopt", "--write")
    written = real.read_bytes().decode()
    assert (program.folder / "projects.yaml").is_symlink()
    assert "billing-api" in written
    assert written.count("\n") == written.count("\r\n")
    for line in text.split("\r\n"):
        assert line in written.split("\r\n")
