"""The tree of a scenario before validation: every key and value knows its file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from flowsim.errors import Problem

__all__ = [
    "Document",
    "Node",
    "Note",
    "Path",
    "completed",
    "dotted",
    "entries",
    "find",
    "item",
    "leaves",
    "plain",
    "problem_at",
]

Path = tuple[str, ...]
"""The way to a setting: one key, or list position as text, for each step."""


@dataclass(eq=False, slots=True)
class Document:
    """One file of a scenario, or another place that settings come from (``--set``, Python).

    Attributes:
        name: How the file is shown to the planner.
        lines: Its lines, for messages.
        path: Its real place on disk; empty when it is not a file.
        layer: How it takes part: ``scenario``, ``extends``, ``include``, ``--set`` or ``python``.
        rank: Its generation: 0 for the first ancestor, larger for its children; a generation's own
            sections are not touched by the changes of an earlier one.
    """

    name: str
    lines: tuple[str, ...] = ()
    path: str = ""
    layer: str = "scenario"
    rank: int = 0

    def line(self, number: int) -> str:
        """Return the text of line `number` (from 1), or nothing."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True, slots=True)
class Note:
    """What is known about where a value comes from.

    Attributes:
        source: Where the number is published, or who said so.
        grade: ``seen``, ``recalled`` or ``assumed``.
        note: A remark.
        low: Lower end of the plausible range, as written.
        high: Upper end of the plausible range, as written.
    """

    source: str = ""
    grade: str = ""
    note: str = ""
    low: Any = None
    high: Any = None


def completed(note: Note | None, other: Note | None) -> Note | None:
    """Return a note, with the source that another gives if it has only a range."""
    if note is None or note.source or other is None:
        return note or other
    return replace(note, source=other.source, grade=other.grade, note=note.note or other.note)


@dataclass(eq=False, slots=True)
class Node:
    """A value in the tree: a mapping of nodes, a list of nodes, or a single value.

    Nodes are never changed once a tree is built: merging makes new ones.

    Attributes:
        value: The mapping, list, text, number, truth value or None.
        document: Where it was written.
        line: Line of the value, from 1.
        column: Column of the value, from 1.
        key_line: Line of its key; that of the value for a list item.
        key_column: Column of its key.
        note: Source and grade given with the value.
        via: How it got here, when not simply written: ``change``, ``surge flu``.
        replaced: The node that this one took the place of.
    """

    value: Any
    document: Document
    line: int = 0
    column: int = 0
    key_line: int = 0
    key_column: int = 0
    note: Note | None = None
    via: str = ""
    replaced: Node | None = field(default=None, repr=False)

    @property
    def is_mapping(self) -> bool:
        """True for a mapping of nodes."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """True for a list of nodes."""
        return isinstance(self.value, list)

    @property
    def is_leaf(self) -> bool:
        """True for a single value."""
        return not isinstance(self.value, (dict, list))

    def but(self, **changes: Any) -> Node:
        """Return a copy with some attributes changed."""
        return replace(self, **changes)


def plain(node: Node) -> Any:
    """Return the values of a tree as ordinary dictionaries, lists and single values."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value


def planted(value: Any, document: Document, like: Node | None = None, via: str = "") -> Node:
    """Return ordinary values as a tree, placed where `like` is."""
    if isinstance(value, dict):
        value = {str(key): planted(child, document, like, via) for key, child in value.items()}
    elif isinstance(value, (list, tuple)):
        value = [planted(child, document, like, via) for child in value]
    if like is None:
        return Node(value, document, via=via)
    return Node(value, document, like.line, like.column, like.key_line, like.key_column, via=via)


def entries(node: Node | None) -> dict[str, Node]:
    """Return the entries of a mapping; nothing for anything else."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def item(node: Node, step: str) -> Node | None:
    """Return the child of `node` at a key or list position, None if there is none."""
    value = node.value
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        child: Node = value[int(step)]
        return child
    return None


def find(node: Node, path: Path) -> Node | None:
    """Return the node at `path`, None if there is none."""
    here: Node | None = node
    for step in path:
        here = item(here, step) if here is not None else None
    return here


def children(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield each child with its key or list position."""
    if isinstance(node.value, dict):
        yield from node.value.items()
    elif isinstance(node.value, list):
        for position, child in enumerate(node.value):
            yield str(position), child


def leaves(node: Node, path: Path = (), note: Note | None = None) -> Iterator[tuple[Path, Node, Note | None]]:
    """Yield every single value under `node` with its path and the note that covers it."""
    ahead = [(path, node, note)]
    while ahead:
        path, node, note = ahead.pop()
        note = completed(node.note, note)
        if node.is_leaf:
            yield path, node, note
        else:
            ahead += [((*path, step), child, note) for step, child in children(node)][::-1]


def dotted(path: Path) -> str:
    """Return a path as it is written: ``services.ward.beds``."""
    return ".".join(path)


def problem_at(
    node: Node | None, message: str, path: Path = (), *, key: bool = False, **more: Any
) -> Problem:
    """Return a problem placed at a node's value, or at its key."""
    if node is None:
        return Problem(message, dotted(path), **more)
    at_key = key and node.key_line > 0
    line = node.key_line if at_key else node.line
    column = node.key_column if at_key else node.column
    document = node.document
    return Problem(message, dotted(path), document.name, line, column, document.line(line), **more)
