"""
Reads one YAML file into plain data, with the line and column of every node.

Every text is refused that is too large, too deep, refers to itself or is not UTF-8, before it can
cost time or memory.
Mapping keys are always texts and lists are tuples. Dates stay texts. Merge keys (`<<`) and aliases
work.

Does not: know what a manifest is; that is `document`.

Source: YAML 1.1 as PyYAML reads it; libyaml's parser crashes the process on deep nesting, hence
`_raise_if_too_large`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from watchpost.errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Iterator

Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 2 * 1024 * 1024
MAX_NODES = 200_000
MAX_DEPTH = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_TAG = "tag:yaml.org,2002:"
_CONSTRUCTED = frozenset({"null", "bool", "int", "float"})
_TEXTS = frozenset({"str", "timestamp", "value"})


@dataclass(frozen=True)
class Position:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Render `file:line:column`."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """
    Something wrong with the YAML that still lets the rest be read: a key given twice, an unknown
    tag.
    """

    path: Path
    position: Position
    summary: str
    fix: str


@dataclass
class Source:
    """
    A YAML file that was read.

    Attributes:
        file: The path as shown to people.
        data: Plain data: dict with text keys, tuple, str, int, float, bool, None.
        problems: What is wrong with the YAML itself.
        marks: Where each path begins.
        key_marks: Where the key of each path begins, for those that have one.
    """

    file: str
    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    marks: dict[Path, yaml.Mark] = field(default_factory=dict)
    key_marks: dict[Path, yaml.Mark] = field(default_factory=dict)

    def add_problem(self, path: Path, mark: yaml.Mark, summary: str, fix: str) -> None:
        """Record a problem found at *mark*."""
        position = Position(self.file, mark.line + 1, mark.column + 1)
        self.problems.append(Problem(path, position, summary, fix))

    def position(self, path: Path) -> Position:
        """
        Return where *path* stands, or its nearest parent that exists.

        A text, number or list item is where it begins; a mapping or list is where its key begins.
        """
        while path and path not in self.marks:
            path = path[:-1]
        return self._locate(self.marks.get(path))

    def key_position(self, path: Path) -> Position:
        """Return where the key of *path* stands; like `position` where it has none."""
        return self._locate(self.key_marks[path]) if path in self.key_marks else self.position(path)

    def _locate(self, mark: yaml.Mark | None) -> Position:
        return (
            Position(self.file, mark.line + 1, mark.column + 1)
            if mark
            else Position(self.file, 1, 1)
        )


def read_source(path: str | FilePath) -> Source:
    """
    Read the file at *path*.

    Raises:
        ManifestError: It cannot be read, is no UTF-8, no YAML, or too large to be a manifest.
    """
    file = _render_file(FilePath(path))
    try:
        with FilePath(path).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ManifestError(
            file, f"cannot be read: {error.strerror}", fix="check the path and its permissions"
        ) from None
    if len(raw) > MAX_BYTES:
        raise ManifestError(
            file,
            f"is larger than {MAX_BYTES // 1024 // 1024} MiB, which no manifest needs",
            fix="check that this is the right file, or split the fleet into several manifests",
        )
    return parse_source(_decode(raw, file), file)


def parse_source(text: str, file: str) -> Source:
    """
    Read YAML *text*; *file* is the name used in positions.

    Raises:
        ManifestError: It is no YAML, more than one document, or too large to be a manifest.
    """
    source = Source(file)
    try:
        _raise_if_too_large(text, file)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise _explain(error, text, file) from None
    if root is not None:
        _raise_if_endless(root, source)
        source.data = _convert(root, (), source)
    return source


def _render_file(path: FilePath) -> str:
    try:
        return str(path.resolve().relative_to(FilePath.cwd())) if path.is_absolute() else str(path)
    except (ValueError, OSError):
        return str(path)


def _decode(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise ManifestError(
            f"{file}:{line}:{column}", "is not UTF-8", fix="save the file with the encoding UTF-8"
        ) from None


def _raise_if_too_large(text: str, file: str) -> None:
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_LOADER):
        nodes += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _refuse(file, event.start_mark, f"nested deeper than {MAX_DEPTH} levels")
        if nodes > MAX_NODES:
            raise _refuse(file, event.start_mark, f"holds more than {MAX_NODES:,} values")


def _refuse(file: str, mark: Any, summary: str) -> ManifestError:
    fix = "check that this is the right file, or split the fleet into several manifests"
    return ManifestError(f"{file}:{mark.line + 1}:{mark.column + 1}", summary, fix=fix)


def _explain(error: yaml.YAMLError, text: str, file: str) -> ManifestError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return ManifestError(
            f"{file}:1:1", "holds a control character, which YAML forbids", fix="remove it"
        )
    where = f"{file}:{mark.line + 1}:{mark.column + 1}"
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if (
        "\t" in line[: len(line) - len(line.lstrip())]
        or line[mark.column : mark.column + 1] == "\t"
    ):
        return ManifestError(
            where, "a tab indents this line", fix="indent with spaces, never with tabs"
        )
    problem = str(getattr(error, "problem", None) or "cannot be understood")
    if "expected a single document" in f"{getattr(error, 'context', '')} {problem}":
        fix = "keep one document per file; remove the line '---'"
        return ManifestError(where, "a second YAML document begins here", fix=fix)
    return ManifestError(
        where, f"no valid YAML: {problem}", fix="check indentation, quotes and colons"
    )


def _raise_if_endless(root: yaml.Node, source: Source) -> None:
    """Measure the file as if every alias were written out, without writing any out."""
    extents: dict[int, tuple[int, int]] = {}
    open_nodes: set[int] = set()

    def measure(node: yaml.Node) -> tuple[int, int]:
        key = id(node)
        if key in open_nodes:
            raise _refuse(source.file, node.start_mark, "this anchor contains itself")
        if key not in extents:
            open_nodes.add(key)
            children = [measure(child) for child in _children(node)]
            nodes = 1 + sum(child[0] for child in children)
            extents[key] = nodes, 1 + max((child[1] for child in children), default=0)
            open_nodes.discard(key)
        return extents[key]

    nodes, depth = measure(root)
    if nodes > MAX_NODES:
        summary = f"its aliases unfold to more than {MAX_NODES:,} values"
        raise _refuse(source.file, root.start_mark, summary)
    if depth > MAX_DEPTH:
        summary = f"its aliases unfold deeper than {MAX_DEPTH} levels"
        raise _refuse(source.file, root.start_mark, summary)


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _convert(node: yaml.Node, path: Path, source: Source) -> Any:
    source.marks.setdefault(path, node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _convert_mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return tuple(
            _convert(item, (*path, index), source) for index, item in enumerate(node.value)
        )
    return _convert_scalar(node, path, source)


def _convert_mapping(node: yaml.MappingNode, path: Path, source: Source) -> dict[str, Any]:
    data: dict[str, Any] = {}
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if key.tag == f"{_TAG}merge":
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        elif not isinstance(key, yaml.ScalarNode):
            fix = "write a plain word before the colon"
            source.add_problem(path, key.start_mark, "a key must be a text", fix)
        elif key.value in data:
            first = source.position((*path, key.value)).line
            summary = f"given twice, first in line {first}"
            source.add_problem((*path, key.value), key.start_mark, summary, "keep one of them")
        else:
            source.key_marks.setdefault((*path, key.value), key.start_mark)
            if not isinstance(value, yaml.ScalarNode):
                source.marks[(*path, key.value)] = key.start_mark
            data[key.value] = _convert(value, (*path, key.value), source)
    for base in merged:
        _merge(base, path, source, data)
    return data


def _merge(base: yaml.Node, path: Path, source: Source, data: dict[str, Any]) -> None:
    if not isinstance(base, yaml.MappingNode):
        fix = "name an anchored mapping"
        source.add_problem(path, base.start_mark, "only a mapping can be merged by '<<'", fix)
        return
    pairs = [
        (key, value)
        for key, value in base.value
        if not isinstance(key, yaml.ScalarNode) or key.value not in data
    ]
    rest = yaml.MappingNode(base.tag, pairs, base.start_mark)
    data.update(_convert_mapping(rest, path, source))


def _convert_scalar(node: yaml.Node, path: Path, source: Source) -> Any:
    kind = node.tag.removeprefix(_TAG)
    if kind in _TEXTS:
        return node.value
    try:
        if kind in _CONSTRUCTED:
            return _CONSTRUCTOR.construct_object(node)
    except (ValueError, yaml.YAMLError):
        pass  # an integer of thousands of digits, or a tag that its text contradicts
    summary = f"the tag or value of kind '{kind}' is not supported"
    fix = "remove the tag, or put the value between quotes"
    source.add_problem(path, node.start_mark, summary, fix)
    return node.value
