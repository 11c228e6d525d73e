"""What a finished run's scenario says: every value with the file, line, source and grade that set it.

A run folder keeps its scenario as one text, in which a remark after each value says where it comes from.
Reading that text, and not the files, means that a report is about what was run, whatever was edited since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flowsim.scenario.nodes import Document, Node, Path, children, dotted, entries, find, plain
from flowsim.scenario.provenance import is_quantity
from flowsim.scenario.reading import read_tree

APART = frozenset(
    (
        "about",
        "change",
        "evidence",
        "flowsim",
        "name",
        "observed",
        "replications",
        "surges",
        "targets",
        "title",
    )
)
"""Sections in which a difference is no change of the plan, or is told by its dates."""
_REMARK = re.compile(
    r"(?P<place>.+?)(?: \((?P<layer>[^()]*)\))?"
    r"(?:; (?P<source>.*?))?(?: \[(?P<grade>seen|recalled|assumed)\])?"
)
_MARK = "  # "


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a scenario.

    Attributes:
        path: dotted path of the setting.
        text: the value, as written.
        place: file and line that set it.
        layer: how it got there when not simply written: ``change``, ``--set``.
        source: who vouches for it; empty if nobody does.
        grade: ``seen``, ``recalled``, ``assumed``, or empty.
    """

    path: str
    text: str
    place: str = ""
    layer: str = ""
    source: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that differs between two scenarios; None where the setting is not there."""

    path: str
    old: Value | None
    new: Value | None


@dataclass(frozen=True)
class Written:
    """A scenario as a finished run keeps it.

    Attributes:
        text: the resolved scenario.
    """

    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text."""
        return tuple(self.text.split("\n"))

    @cached_property
    def root(self) -> Node:
        """The tree of the scenario; empty if it cannot be read."""
        document = Document("scenario.resolved.yaml", self.lines)
        tree, _ = read_tree(self.text, document)
        return tree if tree is not None else Node({}, document)

    @cached_property
    def values(self) -> dict[str, Value]:
        """Every value that holds all the time, by dotted path."""
        found = (self._value(path, node) for path, node in _single(self.root, ()))
        return {value.path: value for value in found}

    @cached_property
    def dated(self) -> dict[tuple[str, str], Value]:
        """What is changed over dates: (setting, what is done to it and when) to what says so."""
        found: dict[tuple[str, str], Value] = {}
        for selector, node in entries(find(self.root, ("change",))).items():
            change = plain(node)
            value = replace(self._value((selector,), node), text=f"{dated_words(change)}, {_dates(change)}")
            found[selector, value.text] = value
        for surge, node in entries(find(self.root, ("surges",))).items():
            about = f"{self.label('surges', surge)}, {_dates(plain(node))}"
            for selector, each in entries(entries(node).get("change")).items():
                text = f"{dated_words(plain(each))} ({about})"
                value = replace(self._value((selector,), _first(each)), text=text)
                found[selector, text] = _vouched(value, plain(each), plain(node))
        return found

    def _value(self, path: Path, node: Node) -> Value:
        line = node.key_line if node.is_mapping else node.line
        value = _read(self.lines[line - 1], dotted(path), _words(plain(node)))
        if node.is_mapping and not value.place and node.value:
            first = self._value(path, _first(node))
            return replace(first, text=value.text)
        return value

    def setting(self, *path: str) -> Any:
        """Return what stands at a path, as plain values; None if nothing does."""
        node = find(self.root, path)
        return None if node is None else plain(node)

    def label(self, section: str, name: str) -> str:
        """Return the label of a service, site, place or trust; its name in words when it has none."""
        label = self.setting(section, name, "label")
        return str(label) if label else name.replace("_", " ")

    def quantities(self) -> Iterator[Value]:
        """Yield every number that a reader may ask the source of."""
        for path, value in self.values.items():
            if is_quantity(tuple(path.split(".")), value.text):
                yield value


def _vouched(value: Value, *said: Any) -> Value:
    """Return a value with the first source that is named beside it: its own, its change's, its surge's."""
    if value.source:
        return value
    for settings in said:
        if isinstance(settings, dict) and settings.get("source"):
            return replace(value, source=str(settings["source"]), grade=str(settings.get("grade", "")))
    return value


def changes(base: Written, other: Written) -> list[Change]:
    """Return every setting that differs, names and targets left out; those over dates come last."""
    old, new = _plan(base), _plan(other)
    paths = [*old, *(path for path in new if path not in old)]
    always = [
        Change(path, old.get(path), new.get(path))
        for path in paths
        if path not in old or path not in new or old[path].text != new[path].text
    ]
    added = [(key, value) for key, value in other.dated.items() if key not in base.dated]
    removed = [(key, value) for key, value in base.dated.items() if key not in other.dated]
    dated = [Change(key[0], base.values.get(key[0]), value) for key, value in added]
    return [*always, *dated, *(Change(key[0], value, None) for key, value in removed)]


def _plan(written: Written) -> Mapping[str, Value]:
    return {path: value for path, value in written.values.items() if path.split(".")[0] not in APART}


def _single(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """Yield every value of a tree; a rota with changes laid on it is one value."""
    for step, child in children(node):
        here = (*path, step)
        if child.is_leaf or "default" in entries(child):
            yield here, child
        else:
            yield from _single(child, here)


def _first(node: Node) -> Node:
    while not node.is_leaf and node.value:
        node = next(child for _, child in children(node))
    return node


def _read(line: str, path: str, text: str) -> Value:
    """Return a value with what the remark at the end of its line says of it."""
    remark = _REMARK.fullmatch(line.rpartition(_MARK)[2]) if _MARK in line else None
    if remark is None:
        return Value(path, text)
    return Value(path, text, *(remark[name] or "" for name in ("place", "layer", "source", "grade")))


def _words(value: Any) -> str:
    """Return a plain value in words: "08:00-20:00=4, then 2 more" for a rota with a change laid on it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        rest = [dated_words(each) for each in value.get("then", ())]
        return ", then ".join([_words(value.get("default", "")), *rest])
    return "" if value is None else " ".join(str(value).split())


def dated_words(change: Any) -> str:
    """Return what a change over dates does: "12 more", "times 1.15", "set to 30"."""
    for verb, words in (("add", "{} more"), ("multiply", "times {}"), ("set", "set to {}")):
        if isinstance(change, Mapping) and verb in change:
            return words.format(_words(change[verb]))
    return _words(change)


def _dates(change: Any) -> str:
    given = change if isinstance(change, Mapping) else {}
    parts = [f"{key} {_day(given[key])}" for key in ("from", "to", "peak") if key in given]
    shape = [str(given["shape"])] if given.get("shape", "step") != "step" else []
    return " ".join([*shape, *parts]) or "over dates"


def _day(text: Any) -> str:
    return str(text).removesuffix(" 00:00")
