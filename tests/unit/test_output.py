"""Files that commands write: whole or not at all, whatever the disk says."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from watchpost.errors import SettingsError
from watchpost.output import raise_if_unknown_ending, write_files, write_whole

ROOT = Path(__file__).resolve().parents[2]
FORMS = {".json": lambda: "{}\n", ".md": lambda: "# ü\n"}


def test_the_ending_names_the_form(tmp_path: Path) -> None:
    """Each file is written in the form of its ending, in UTF-8, with nothing beside it."""
    write_files([str(tmp_path / "a.json"), str(tmp_path / "b.md")], FORMS)
    assert (tmp_path / "a.json").read_bytes() == b"{}\n"
    assert (tmp_path / "b.md").read_bytes() == "# ü\n".encode()
    assert len(list(tmp_path.iterdir())) == 2


def test_an_unknown_ending_is_refused_before_any_work() -> None:
    """An ending that says nothing is named with those that do."""
    with pytest.raises(SettingsError, match=r"--out plan\.pdf") as raised:
        raise_if_unknown_ending(["plan.md", "plan.pdf"], (".md", ".json"))
    assert ".md, .json" in raised.value.fix
    raise_if_unknown_ending(["plan.md"], (".md",))


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that is not there is no reason to make one."""
    with pytest.raises(SettingsError, match="cannot be written: No such file or directory"):
        write_whole(tmp_path / "none" / "plan.md", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    """A folder of that name stays, and nothing is left beside it."""
    (tmp_path / "plan.md").mkdir()
    with pytest.raises(SettingsError, match="cannot be written"):
        write_whole(tmp_path / "plan.md", "x")
    assert [each.name for each in tmp_path.iterdir()] == ["plan.md"]


def test_an_existing_file_keeps_its_mode_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    """What may read a file does not change by writing it anew; a new one obeys the umask."""
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text("x", encoding="utf-8")
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        write_whole(old, "y")
        write_whole(new, "z")
    finally:
        os.umask(before)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert old.read_text(encoding="utf-8") == "y"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Where the name is a link, the file that it leads to is written."""
    target = tmp_path / "real.md"
    target.write_text("old", encoding="utf-8")
    (tmp_path / "plan.md").symlink_to(target)
    write_whole(tmp_path / "plan.md", "new")
    assert (tmp_path / "plan.md").is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


FULL = """
import resource, sys
from pathlib import Path
from watchpost.errors import WatchpostError
from watchpost.output import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_whole(Path(sys.argv[1]), "x" * 5000)
except WatchpostError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("has_old", [True, False])
def test_a_disk_without_room_keeps_the_old_file(tmp_path: Path, *, has_old: bool) -> None:
    """What does not fit is told; the old file is whole, and no piece of the new one is left."""
    path = tmp_path / "plan.md"
    if has_old:
        path.write_text("old", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "plan.md: cannot be written: File too large" in done.stderr
    assert "fix: name a folder that is there, is writable and has room" in done.stderr
    left = [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()]
    assert left == ([("plan.md", "old")] if has_old else [])
