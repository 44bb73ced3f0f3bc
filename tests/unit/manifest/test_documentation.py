"""docs/manifest.md and the JSON Schema say what the code does."""

import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.manifest.documents import write
from watchpost.manifest import document, load_manifest
from watchpost.manifest.blocks import Block
from watchpost.manifest.document import render_json_schema
from watchpost.manifest.frameworks import FRAMEWORKS, ORIGINS, Origin, render_framework_table
from watchpost.manifest.platforms import PLATFORMS, render_platforms

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "manifest.md").read_text()
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
HEADER = "version: 1\norganization: acme\nteams: {platform: {}, web: {}}\n"
BLOCKS = [each for each in vars(document).values() if isinstance(each, type)]
BLOCKS = [each for each in BLOCKS if issubclass(each, Block) and each is not Block]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_valid(tmp_path: Path, example: str) -> None:
    """Each YAML example of the page, with a header where it lacks one, has no faults."""
    text = example if "version:" in example else HEADER + example
    assert load_manifest(write(tmp_path, text)).notes == ()


def test_page_has_examples() -> None:
    """The page shows a first manifest, a full one and a framework of one's own."""
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize(
    ("name", "content"),
    [("frameworks", render_framework_table()), ("platforms", render_platforms())],
)
def test_tables_are_current(name: str, content: str) -> None:
    """The tables of the page are those of the code."""
    assert f"<!-- {name}: begin -->\n{content}\n<!-- {name}: end -->" in PAGE


def test_shown_fault_is_real() -> None:
    """The fault that the page shows is what the loader answers."""
    ((path, text),) = re.findall(r"<!-- fault: (\S+) -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert text == (ROOT / path).read_text()


@pytest.mark.parametrize("block", BLOCKS)
def test_every_field_is_documented(block: type[Block]) -> None:
    """Each field of the format is on the page and has a description for editors."""
    for name, field in block.model_fields.items():
        assert re.search(rf"\b{field.alias or name}\b", PAGE), name
        assert field.description, name


def test_schema_file_is_current() -> None:
    """docs/projects.schema.json is what `watchpost schema` prints."""
    assert (ROOT / "docs" / "projects.schema.json").read_text() == render_json_schema()


def test_schema_refuses_unknown_fields_everywhere() -> None:
    """An editor marks unknown fields in every mapping of the format."""
    schema = json.loads(render_json_schema())
    for name, block in schema["$defs"].items():
        assert block["additionalProperties"] is False, name
    assert schema["additionalProperties"] is False


def test_schema_has_no_empty_values() -> None:
    """The schema allows `null` nowhere, as the loader does."""

    def find_nulls(node: Any) -> bool:
        if isinstance(node, dict):
            return node.get("type") == "null" or any(find_nulls(each) for each in node.values())
        return isinstance(node, list) and any(find_nulls(each) for each in node)

    assert not find_nulls(json.loads(render_json_schema()))


def test_example_fleet_is_valid_and_names_its_schema() -> None:
    """The repository's own manifest has no faults or notes, and its first line names the schema."""
    path = ROOT / "projects.yaml"
    first = path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=docs/projects.schema.json"
    assert load_manifest(path).notes == ()


def test_framework_names_are_those_of_the_table() -> None:
    """The format allows exactly the frameworks that the table describes."""
    assert set(typing.get_args(document.FrameworkName)) == set(FRAMEWORKS)
    assert set(ORIGINS) == set(typing.get_args(Origin))


def test_build_tokens_never_run() -> None:
    """No framework gives the build token to the running app."""
    for variables in FRAMEWORKS.values():
        for variable in variables:
            if variable.origin == "build-token":
                assert (variable.is_buildtime, variable.is_runtime) == (True, False)


def test_platforms_are_unique() -> None:
    """No platform is listed twice, and those of the frameworks are among them."""
    assert len(set(PLATFORMS)) == len(PLATFORMS)
    assert {"javascript-nextjs", "python-fastapi", "node", "electron", "other"} <= set(PLATFORMS)
