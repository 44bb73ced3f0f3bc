"""YAML that is no manifest is refused at once and in plain words."""

import time
from pathlib import Path

import pytest

from tests.unit.manifest.documents import write
from watchpost.errors import ManifestError
from watchpost.manifest import load_manifest
from watchpost.manifest.source import parse_source, read_source

MEBIBYTE = 1024 * 1024


def refuse(folder: Path, document: str | bytes) -> str:
    """Return the message that *document* is answered with, which must come within a second."""
    path = write(folder, document)
    started = time.monotonic()
    with pytest.raises(ManifestError) as caught:
        load_manifest(path)
    assert time.monotonic() - started < 1
    return str(caught.value).replace(str(folder) + "/", "")


def test_ten_megabytes_are_refused(tmp_path: Path) -> None:
    """A file of 10 MB is refused without being parsed."""
    message = refuse(tmp_path, b"a: b\n" * (2 * MEBIBYTE))
    assert message.startswith("projects.yaml: is larger than 2 MiB")


def test_many_values_are_refused(tmp_path: Path) -> None:
    """A file of allowed size with too many values is refused while it is read."""
    assert "holds more than 200,000 values" in refuse(tmp_path, "[" + "a," * 400_000 + "]")


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_deep_nesting_is_refused(tmp_path: Path, opening: str) -> None:
    """A file nested without end is refused; the parser beneath would crash the process."""
    assert "nested deeper than 40 levels" in refuse(tmp_path, opening * 100_000)


def test_billion_laughs_are_refused(tmp_path: Path) -> None:
    """Aliases that unfold to billions of values are counted, not unfolded."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for level in range(1, 12):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    assert "its aliases unfold to more than 200,000 values" in refuse(tmp_path, "\n".join(lines))


def test_long_alias_chain_is_refused(tmp_path: Path) -> None:
    """Aliases that nest one in another without end are refused like written nesting."""
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100)]
    assert "its aliases unfold deeper than 40 levels" in refuse(tmp_path, "\n".join(lines))


def test_looping_anchor_is_refused(tmp_path: Path) -> None:
    """An anchor that contains itself is refused, with its place."""
    message = refuse(tmp_path, "version: 1\nprojects: &loop\n  shop: *loop\n")
    assert message.startswith("projects.yaml:2:11: this anchor contains itself")


def test_tab_is_refused(tmp_path: Path) -> None:
    """A line indented with a tab is refused for that reason."""
    message = refuse(tmp_path, "version: 1\nprojects:\n\tshop: {}\n")
    assert message.startswith("projects.yaml:3:1: a tab indents this line")


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused, with the first byte that is not."""
    message = refuse(tmp_path, "version: 1\nname: Müller\n".encode("latin-1"))
    assert message.startswith("projects.yaml:2:8: is not UTF-8")
    assert "is not UTF-8" in refuse(tmp_path, "version: 1\n".encode("utf-16"))


def test_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    """A byte order mark before UTF-8 is not part of the first key."""
    path = write(tmp_path, b"\xef\xbb\xbfversion: 1\n")
    assert read_source(path).data == {"version": 1}


def test_control_characters_are_refused(tmp_path: Path) -> None:
    """A control character is refused in words."""
    assert "control character" in refuse(tmp_path, "version: 1\nname: \x00\n")


def test_second_document_is_refused(tmp_path: Path) -> None:
    """A file with two documents is refused, with the line where the second begins."""
    message = refuse(tmp_path, "version: 1\n---\nversion: 1\n")
    assert message.startswith("projects.yaml:2:1: a second YAML document begins here")


def test_broken_yaml_is_refused_without_its_text(tmp_path: Path) -> None:
    """Broken YAML is refused with its place, never its text, which may hold a secret."""
    message = refuse(tmp_path, 'version: 1\ntoken: "sntrys_NotARealToken\n')
    assert message.startswith("projects.yaml:3:1: no valid YAML: ")
    assert "sntrys" not in message


def test_unknown_alias_is_refused(tmp_path: Path) -> None:
    """An alias without its anchor is refused, with its place."""
    assert refuse(tmp_path, "a: *nothing\n").startswith("projects.yaml:1:4: no valid YAML: ")


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    """A path that is no readable file is refused with the system's reason."""
    for path, reason in ((tmp_path / "none.yaml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ManifestError, match=f"cannot be read: {reason}"):
            load_manifest(path)


def test_huge_number_and_wrong_tag_are_faults(tmp_path: Path) -> None:
    """A number of thousands of digits, or a tag its text contradicts, is a fault, no crash."""
    assert "of kind 'int' is not supported" in refuse(tmp_path, f"version: {'9' * 5000}\n")
    assert "of kind 'int' is not supported" in refuse(tmp_path, "version: !!int one\n")


def test_merge_keys_fill_what_is_missing() -> None:
    """`<<` takes over what a mapping does not say itself, from one mapping or several."""
    text = """
base: &base {platform: python, name: Base}
other: &other {name: Other, slug: other}
one: {<<: *base, name: One}
two: {<<: [*base, *other]}
"""
    data = parse_source(text, "projects.yaml").data
    assert data["one"] == {"name": "One", "platform": "python"}
    assert data["two"] == {"platform": "python", "name": "Base", "slug": "other"}


def test_keys_are_texts_and_dates_stay_texts() -> None:
    """`404:` and `on:` are keys like any other, and a date is not made into anything."""
    data = parse_source("404: a\non: 2024-01-01\n", "projects.yaml").data
    assert data == {"404": "a", "on": "2024-01-01"}


def test_absolute_path_is_shown_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beneath the working directory is shown relative to it, however it was given."""
    path = write(tmp_path, "version: 1\n")
    monkeypatch.chdir(tmp_path)
    assert str(read_source(path).position(("version",))) == "projects.yaml:1:10"
    assert str(read_source("projects.yaml").position(("version",))) == "projects.yaml:1:10"
