"""`watchpost validate` and `watchpost schema`: exit codes and output for people and programs."""

import json
from pathlib import Path

from tests.unit.commands.command_line import ROOT, run
from tests.unit.manifest.documents import app, entry, manifest, write

NOTED = {"shop": entry(keys={"live": {"label": "Default"}, "spare": {}}, apps=[app(key="live")])}


def test_valid_manifest(tmp_path: Path) -> None:
    """A manifest without faults exits 0 and is counted; projects.yaml is the default."""
    write(tmp_path, manifest())
    done = run("validate", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "projects.yaml: valid: 1 Sentry project, 1 key, 1 app, 0 notes\n"


def test_example_fleet() -> None:
    """The repository's own manifest is valid, strictly."""
    assert run("validate", "--strict").returncode == 0


def test_faults_are_printed(tmp_path: Path) -> None:
    """A manifest with faults exits 1; stderr has each with its place, and their number."""
    write(tmp_path, manifest(projects={"shop": entry(platform="nod", teams=["wep"])}))
    done = run("validate", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("projects.yaml:8:15: projects.shop.platform: not a platform")
    assert "fix: did you mean 'web'?" in done.stderr
    assert done.stderr.endswith("projects.yaml: 2 faults\n")


def test_expired_exception_is_a_fault(tmp_path: Path) -> None:
    """An exception whose last day has passed exits 1 in both formats; a later one does not."""
    block = {"key-delete": 1, "until": "2020-01-01", "reason": "rotation"}
    write(tmp_path, manifest(allow=block))
    done = run("validate", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "allow.until: has expired\n  it held until 2020-01-01; reason: rotation" in done.stderr
    assert done.stderr.endswith("projects.yaml: 1 fault\n")
    done = run("validate", "--format", "json", folder=tmp_path)
    assert done.returncode == 1
    assert [fault["path"] for fault in json.loads(done.stdout)["faults"]] == ["allow.until"]
    write(tmp_path, manifest(allow={**block, "until": "2999-01-01"}))
    assert run("validate", folder=tmp_path).returncode == 0


def test_notes_are_printed_and_strict_fails(tmp_path: Path) -> None:
    """Notes are printed and exit 0; --strict makes them exit 1."""
    write(tmp_path, manifest(projects=NOTED))
    done = run("validate", folder=tmp_path)
    assert done.returncode == 0
    assert "note: projects.yaml:" in done.stdout
    assert "projects.shop.keys.spare: no app uses this key" in done.stdout
    assert run("validate", "--strict", folder=tmp_path).returncode == 1


def test_json_of_faults_and_notes(tmp_path: Path) -> None:
    """The JSON names the file, and each fault and note with path, line and column."""
    write(tmp_path, manifest(projects={**NOTED, "store": entry(platform="nod")}))
    done = run("validate", "projects.yaml", "--format", "json", folder=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert report["file"] == "projects.yaml"
    (fault,) = report["faults"]
    line = (tmp_path / "projects.yaml").read_text().splitlines().index("    platform: nod") + 1
    assert fault == {
        "path": "projects.store.platform",
        "line": line,
        "column": 15,
        "summary": "not a platform that Sentry knows",
        "detail": "seen 'nod'; allowed: the platforms listed in docs/manifest.md",
        "fix": "did you mean 'node'?",
    }
    assert [note["path"] for note in report["notes"]] == ["projects.shop.keys.spare"]


def test_json_of_a_valid_manifest(tmp_path: Path) -> None:
    """The JSON of a valid manifest has empty lists, never a missing one."""
    write(tmp_path, manifest())
    done = run("validate", "--format", "json", folder=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"file": "projects.yaml", "faults": [], "notes": []}


def test_json_of_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file or broken YAML is a fault of the JSON too, with its place."""
    done = run("validate", "none.yaml", "--format", "json", folder=tmp_path)
    assert done.returncode == 1
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault["summary"] == "cannot be read: No such file or directory"
    assert (fault["line"], fault["column"]) == (1, 1)
    write(tmp_path, "version: 1\nprojects: {\n")
    done = run("validate", "--format", "json", folder=tmp_path)
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault["line"] == 3
    assert fault["summary"].startswith("no valid YAML: ")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file exits 1 with the reason and what to do."""
    done = run("validate", "none.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "none.yaml: cannot be read: No such file or directory\n"
        "  fix: check the path and its permissions\n"
    )


def test_schema_is_printed() -> None:
    """`watchpost schema` prints the schema that lies in docs."""
    done = run("schema")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (ROOT / "docs" / "projects.schema.json").read_text()
