"""docs/records.md says what the code does."""

import re
from pathlib import Path

import pytest

from tests.unit.manifest.documents import write
from watchpost.manifest import load_manifest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
CODE = "".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "watchpost" / "records").glob("*.py")
)
FAULTS = re.search(r"^## What may go wrong\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    """The page's examples in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest of the page has no faults, and its Python finds the entry by the row's key."""
    (manifest,) = blocks("yaml")
    (program,) = blocks("python")
    write(tmp_path, manifest)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(program, names)  # noqa: S102  # the page's own words
    assert load_manifest("projects.yaml").entries == (names["entry"],)


def test_every_message_is_one_of_the_code() -> None:
    """Each message that the page explains is in the code as it stands there."""
    assert FAULTS is not None
    cells = re.findall(r"^\| (the .*?|more .*?|another .*?) \|", FAULTS[1], re.MULTILINE)
    messages = [each.strip() for cell in cells for each in cell.split(";")]
    assert len(messages) >= 17
    assert [each for each in messages if each.removeprefix("there is ") not in CODE] == []
