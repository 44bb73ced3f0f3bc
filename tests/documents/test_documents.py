"""What the documents say is true: links lead somewhere, versions agree, examples are valid."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from watchpost.manifest import load_manifest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if path.is_file()
)
LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")
SOURCES = sorted(
    path
    for folder in ("watchpost", "components", "providers", "sandbox", "script", "tests")
    for path in (ROOT / folder).rglob("*.py")
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """Each relative link of a document names a file of this repository."""
    links = LINK.findall(document.read_text(encoding="utf-8"))
    relative = [link for link in links if "://" not in link]
    assert [link for link in relative if not (document.parent / link).exists()] == []


def test_every_decision_is_listed() -> None:
    """The index of decisions names each of them with its title."""
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    decisions = sorted((ROOT / "docs/adr").glob("0*.md"))
    assert len(decisions) >= 9
    assert [path.name for path in decisions if f"]({path.name})" not in index] == []


def test_changelog_begins_with_the_version_of_the_package() -> None:
    """The newest numbered section of the changelog is the version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)[0] == project["version"]


def test_every_dependency_says_why() -> None:
    """Each dependency in pyproject.toml stands on a line of its own with a reason."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = re.findall(r'^    "[A-Za-z][\w.\[\]-]*[<>=]=?[^"]*",(.*)$', text, re.MULTILINE)
    assert len(lines) >= 16
    assert [line for line in lines if "# " not in line] == []


def test_lock_file_names_no_index() -> None:
    """The lock file pins by hash and holds no address."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "--index" not in lock


def test_example_manifest_is_valid() -> None:
    """The repository's own projects.yaml has no fault and no note."""
    manifest = load_manifest(ROOT / "projects.yaml")
    assert manifest.notes == ()


def test_readme_manifests_are_valid(tmp_path: Path) -> None:
    """Each YAML block of the README is a manifest without a fault."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block, encoding="utf-8")
        load_manifest(path)


@pytest.mark.parametrize("script", ["bootstrap", "demo", "test", "check", "bench"])
def test_scripts_are_well_formed_shell(script: str) -> None:
    """Each script is executable and parses as POSIX shell."""
    path = ROOT / "script" / script
    assert path.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(path)], check=True)


def test_modules_stay_small() -> None:
    """No module has more than 400 lines, and the program no more than 25."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > 400} == {}
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 25
