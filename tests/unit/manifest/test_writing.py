"""Writing a manifest: all of it or nothing, with the mode of the file that was there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from watchpost.errors import ManifestError
from watchpost.manifest.writing import read_text, write_manifest

LIMITED = """
import resource, sys
from watchpost.manifest.writing import write_manifest
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
write_manifest(sys.argv[1], "x" * 1000)
"""


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    """Line ends, byte order mark and other languages arrive as given."""
    path = tmp_path / "projects.yaml"
    text = "\ufeffa: Größe\r\nb: 1"
    write_manifest(path, text)
    assert path.read_bytes() == text.encode()
    assert read_text(path) == text
    assert path.stat().st_mode & 0o777 == 0o644


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    """The file keeps its mode, a symbolic link stays one, and nothing is left beside it."""
    path, link = tmp_path / "fleet.yaml", tmp_path / "projects.yaml"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_manifest(link, "new", read="old")
    assert link.is_symlink()
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["fleet.yaml", "projects.yaml"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """An edit that began with another text is refused."""
    path = tmp_path / "projects.yaml"
    path.write_text("edited by hand")
    with pytest.raises(ManifestError, match="was changed while the command ran"):
        write_manifest(path, "new", read="old")
    assert path.read_text() == "edited by hand"


def test_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A write that fails half way leaves the old file and nothing beside it."""
    path = tmp_path / "projects.yaml"
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 1
    assert "cannot be written: File too large\n  the file is as it was" in done.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_that_takes_no_file() -> None:
    """A folder in which no file can be made is told with the reason and a way on."""
    with pytest.raises(ManifestError, match=r"cannot be written: (?s:.*)the file is as it was"):
        write_manifest("/proc/projects.yaml", "new")


def test_texts_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and one that is no UTF-8 are told."""
    path = tmp_path / "projects.yaml"
    with pytest.raises(ManifestError, match="cannot be read: No such file"):
        read_text(path)
    path.write_bytes(b"\xff")
    with pytest.raises(ManifestError, match="is not UTF-8"):
        read_text(path)
