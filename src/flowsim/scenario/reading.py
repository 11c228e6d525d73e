"""Read one YAML file into a tree that knows the line and column of every key and value.

The parser is PyYAML's event stream over libyaml: 2,400 lines take 0.02 s, where the pure Python parser
of ruamel.yaml takes 0.47 s. Only the grammar is taken from it. The meaning of plain text is decided by
`flowsim.scenario.scalars` after YAML 1.2, so the traps of YAML 1.1 (``14:00`` read as 840, ``no`` read
as false) cannot happen, no Python object is ever built from a tag, and events arrive one by one, so deep
nesting and alias bombs are stopped while reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from flowsim.errors import Problem, nearest
from flowsim.scenario.nodes import Document, Node, Note, Path, dotted, problem_at
from flowsim.scenario.scalars import Bad, plus_sign, resolve
from flowsim.scenario.syntax import syntax_problem
from flowsim.units import show

__all__ = ["GRADES", "MOST_DEPTH", "MOST_NODES", "Stop", "read_tree"]

MOST_DEPTH: Final = 50
"""Deepest nesting allowed in a file."""
MOST_NODES: Final = 200_000
"""Most values allowed in a file, counting every use of an alias."""
GRADES: Final = ("seen", "recalled", "assumed")
"""How well a value's source is known."""

_NOTE_KEYS: Final = ("value", "source", "grade", "note", "low", "high")
_VALUE_OF_ITS_OWN: Final = frozenset({"distribution", "share"})  # a constant law, also as a part of a mixture
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DROPPED: Final = object()


class Stop(Exception):
    """The file cannot be read further; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class _Frame:
    """A mapping or list being read."""

    node: Node
    anchor: str | None
    before: int
    key: Any = None
    key_place: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class _Composer:
    document: Document
    problems: list[Problem]
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int] | None] = field(default_factory=dict)
    count: int = 0
    documents: int = 0
    root: Node | None = None

    def take(self, event: Event) -> None:
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def problem(self, message: str, line: int, column: int, **more: str) -> Problem:
        return Problem(
            message, dotted(self.path()), self.document.name, line, column, self.document.line(line), **more
        )

    def path(self) -> Path:
        """Return the path of the value being read."""
        steps = [str(len(frame.node.value)) if frame.node.is_list else frame.key for frame in self.stack]
        return tuple(step for step in steps if isinstance(step, str))

    def counted(self, line: int, column: int, more: int = 1) -> None:
        self.count += more
        if self.count > MOST_NODES:
            message = (
                f"The file unfolds to more than {MOST_NODES:,} values, most of them repeats of an alias."
            )
            raise Stop(self.problem(message, line, column, hint="Write it without aliases (*name)."))

    # -- events ------------------------------------------------------------------------------------

    def new_document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            line, column = _place(event)
            message = "A second YAML document starts here; a scenario file holds one."
            raise Stop(self.problem(message, line, column, hint="Remove the line ---, or use two files."))

    def scalar(self, event: ScalarEvent) -> None:
        line, column = _place(event)
        self.counted(line, column)
        self.untagged(event, line, column)
        text = event.value
        if self.stack and self.stack[-1].node.is_mapping and self.stack[-1].key is None:
            self.name(text, line, column)
            return
        value: Any = resolve(text) if event.implicit[0] else text
        if isinstance(value, Bad):
            hint = "Where there is no limit, write the word unlimited."
            self.problems.append(self.problem(value.why, line, column, hint=hint))
            value = text
        elif value.__class__ is not str or text[:1] == "+":
            self.plus(text, line, column)
        node = Node(value, self.document, line, column)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1)
        self.put(node)

    def plus(self, text: str, line: int, column: int) -> None:
        if plus_sign(text):
            amount = text[1:].strip()
            message = f"A plus sign is easily lost, so {text} is not accepted."
            hint = f"For {amount} more write {{add: {amount}}} under change; for the value itself, {amount}."
            self.problems.append(self.problem(message, line, column, hint=hint))

    def name(self, text: str, line: int, column: int) -> None:
        """Take the key of a mapping."""
        frame = self.stack[-1]
        known = frame.node.value
        if text in known:
            first = known[text].key_line
            frame.key = text
            message = f"{text} is written twice in the same place; the first is on line {first}."
            self.problems.append(self.problem(message, line, column, hint="Keep one of them."))
            frame.key = _DROPPED
        elif text == "<<":
            message = "The YAML merge key << is not used in scenario files."
            raise Stop(
                self.problem(message, line, column, hint="Use templates, and like: NAME in each entry.")
            )
        else:
            frame.key = text
        frame.key_place = (line, column)

    def start(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        line, column = _place(event)
        self.counted(line, column)
        self.untagged(event, line, column)
        self.no_structure_as_key(line, column)
        if len(self.stack) >= MOST_DEPTH:
            problem = self.problem(f"The settings are nested more than {MOST_DEPTH} deep.", line, column)
            raise Stop(replace(problem, path=""))
        value: Any = {} if isinstance(event, MappingStartEvent) else []
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Frame(Node(value, self.document, line, column), event.anchor, self.count))

    def no_structure_as_key(self, line: int, column: int) -> None:
        if self.stack and self.stack[-1].node.is_mapping and self.stack[-1].key is None:
            message = "A name is expected here, not a list or a mapping."
            hint = "Text that starts with { or [ needs quotes."
            raise Stop(self.problem(message, line, column, hint=hint))

    def end(self, event: Event) -> None:
        del event
        frame = self.stack.pop()
        node = self.noted(frame.node)
        if frame.anchor:
            self.anchors[frame.anchor] = (node, self.count - frame.before + 1)
        self.put(node)

    def alias(self, event: AliasEvent) -> None:
        line, column = _place(event)
        self.no_structure_as_key(line, column)
        found = self.anchors.get(event.anchor or "")
        if found is None:
            why = "contains itself" if event.anchor in self.anchors else "is not defined above this line"
            raise Stop(self.problem(f"The alias *{event.anchor} {why}.", line, column))
        node, size = found
        self.counted(line, column, size)
        self.put(replace(node))

    # -- building ----------------------------------------------------------------------------------

    def put(self, node: Node) -> None:
        """Put a fresh value into the mapping or list it belongs to."""
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        parent = frame.node.value
        if isinstance(parent, list):
            node.key_line, node.key_column = node.line, node.column
            parent.append(node)
            return
        if frame.key is not _DROPPED:
            node.key_line, node.key_column = frame.key_place
            parent[frame.key] = node
        frame.key = None

    def noted(self, node: Node) -> Node:
        """Turn ``{value: 24, source: ..., grade: ...}`` into the value with a note."""
        parts = node.value
        if not isinstance(parts, dict) or "value" not in parts or parts.keys() & _VALUE_OF_ITS_OWN:
            return node
        for key, child in parts.items():
            if key not in _NOTE_KEYS:
                self.problems.append(self.unknown_note(key, child))
        grade = parts.get("grade")
        if grade is not None and grade.value not in GRADES:
            self.problems.append(self.unknown_grade(grade))
        texts = {key: show(parts[key].value) for key in ("source", "grade", "note") if key in parts}
        ends = {key: parts[key].value for key in ("low", "high") if key in parts}
        inner: Node = parts["value"]
        return replace(inner, note=Note(**texts, **ends))

    def unknown_note(self, key: str, child: Node) -> Problem:
        close = nearest(key, _NOTE_KEYS)
        message = "Unknown setting." + (f" Did you mean {close[0]}?" if close else "")
        path = (*self.path(), key)
        allowed = f"with value: {', '.join(_NOTE_KEYS[1:])}"
        return problem_at(child, message, path, key=True, allowed=allowed)

    def unknown_grade(self, grade: Node) -> Problem:
        message = f"{show(grade.value)} is not a grade."
        return problem_at(grade, message, (*self.path(), "grade"), allowed=", ".join(GRADES))

    def untagged(self, event: Any, line: int, column: int) -> None:
        if event.tag is not None and event.tag != "!":
            tag = show(event.tag.replace("tag:yaml.org,2002:", "!!"))
            message = f"YAML tags such as {tag} are not used in scenario files."
            raise Stop(self.problem(message, line, column, hint="Remove it, or put the text in quotes."))


_HANDLERS: Final[dict[type[Event], Callable[[_Composer, Any], None]]] = {
    DocumentStartEvent: _Composer.new_document,
    ScalarEvent: _Composer.scalar,
    MappingStartEvent: _Composer.start,
    SequenceStartEvent: _Composer.start,
    MappingEndEvent: _Composer.end,
    SequenceEndEvent: _Composer.end,
    AliasEvent: _Composer.alias,
}


def _place(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def read_tree(text: str, document: Document) -> tuple[Node | None, list[Problem]]:
    """Return the tree of a YAML text and the problems met.

    The tree is None when the text cannot be read to the end.
    """
    problems: list[Problem] = []
    composer = _Composer(document, problems)
    try:
        for event in _events(text):
            composer.take(event)
    except Stop as stop:
        return None, [*problems, stop.problem]
    except yaml.YAMLError as error:
        return None, [*problems, syntax_problem(error, text, document)]
    if composer.root is not None:
        problems += _nothing_written(composer.root)
    return composer.root, problems


def _events(text: str) -> Iterator[Event]:
    yield from yaml.parse(text, Loader=_LOADER)


def _nothing_written(root: Node) -> list[Problem]:
    """Return a problem for every key that has no value; ``about`` may be filled in later."""
    problems: list[Problem] = []
    waiting: list[tuple[Path, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node.value, dict):
            waiting += [((*path, key), child) for key, child in node.value.items()]
        elif isinstance(node.value, list):
            waiting += [((*path, str(index)), child) for index, child in enumerate(node.value)]
        elif node.value is None and path and path[0] != "about":
            problems.append(_no_value(node, path))
    return problems


def _no_value(node: Node, path: Path) -> Problem:
    hint = "Give a value; to take a setting of a lower layer away write {remove: true}."
    if ":" in path[-1]:
        hint = "A colon needs a space after it: write name: value."
    return problem_at(node, f"{path[-1]} has no value.", path, key=True, hint=hint)
