"""What the files of a stack tell without the engine, as the engine itself reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchpost.errors import SettingsError
from watchpost.stack_files import StackFiles, read_stack_files

if TYPE_CHECKING:
    from pathlib import Path

URL = "sentry:baseUrl"


def read(folder: Path, project: str, stack: str, place: str = "stacks") -> StackFiles:
    """Read a project `watchpost` whose files say this; the stack's lies in *place*."""
    (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: watchpost\nruntime: python\n{project}")
    (folder / place / "Pulumi.tests.yaml").write_text(stack)
    return read_stack_files(folder, "organization/watchpost/tests")


@pytest.mark.parametrize(
    ("project", "place"),
    [
        ("stackConfigDir: stacks\n", "stacks"),
        ("stackConfigDir: ./a/b/\n", "a/b"),
        ("stackConfigDir: /a\n", "a"),
        ("config: settings\n", "settings"),
        ("", "."),
    ],
)
def test_the_stacks_file_lies_where_the_engine_looks(
    tmp_path: Path, project: str, place: str
) -> None:
    """In the folder that Pulumi.yaml names, by its new or its old word, else beside it."""
    found = read(tmp_path, project, f"config: {{{URL}: https://x.example}}\n", place)
    assert found == StackFiles({URL: "https://x.example"}, frozenset(), is_all=True)


@pytest.mark.parametrize(
    ("project", "stack", "texts"),
    [
        ("", "sentry:config:baseUrl: x", {URL: "x"}),
        ("", "baseUrl: x", {"watchpost:baseUrl": "x"}),
        ("manifest: {type: string, default: x}", "", {"watchpost:manifest": "x"}),
        ("sentry:baseUrl: {value: x}", "", {URL: "x"}),
        ("sentry:baseUrl: x", "", {URL: "x"}),
        ("sentry:baseUrl: x", "sentry:baseUrl: y", {URL: "y"}),
        ("watchpost:key: {type: string, secret: true}", "", {}),
        ("sentry:baseUrl: x", "sentry:baseUrl: {secure: v1:abc=}", {}),
        ("", "sentry:baseUrl:", {}),
        ("", "sentry:baseUrl: 7", {}),
    ],
)
def test_settings_are_what_the_engine_takes_them_for(
    tmp_path: Path, project: str, stack: str, texts: dict[str, str]
) -> None:
    """By full name; the stack goes before the project, and only a plain text is one."""
    config = f"stackConfigDir: stacks\nconfig: {{{project}}}\n"
    found = read(tmp_path, config, f"config: {{{stack}}}\n")
    assert found.texts == texts
    assert found.is_all


def test_what_the_engine_alone_may_know_is_hidden(tmp_path: Path) -> None:
    """An encrypted setting, environments of Pulumi's, and a stack whose file is not here."""
    project = "stackConfigDir: stacks\n"
    encrypted = read(tmp_path, project, f"config: {{{URL}: {{secure: v1:abc=}}}}\n")
    assert encrypted.may_hide(URL)
    assert not encrypted.may_hide("coolify:url")
    named = "environment: [acme/production]\n"
    assert read(tmp_path, project, named).may_hide(URL)
    assert not read(tmp_path, project, f"{named}config: {{{URL}: x}}\n").may_hide(URL)
    assert read_stack_files(tmp_path, "tsets").may_hide(URL)
    assert not read(tmp_path, project, "").may_hide(URL)


@pytest.mark.parametrize("text", ["config: {a: [}", "config: [1]", "[1]", "7", "a: \x07", "\udcff"])
@pytest.mark.parametrize("is_project", [True, False])
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str, *, is_project: bool) -> None:
    """No YAML, no mapping, no text: told with its path, and with nothing of what stands in it."""
    read(tmp_path, "stackConfigDir: stacks\n", "")
    file = tmp_path / ("Pulumi.yaml" if is_project else "stacks/Pulumi.tests.yaml")
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError, match="not a file of settings") as caught:
        read_stack_files(tmp_path, "tests")
    assert str(caught.value).startswith(f"{file}: ")
    assert "[" not in str(caught.value).removeprefix(str(file))
