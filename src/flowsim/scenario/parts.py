"""The changes that make a plan out of a baseline, told apart so that each can be tried alone.

What a planner wrote together belongs together: one surge, one included file, one entry of ``change``, or one
new service with all its settings.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Any, Final

from flowsim.errors import InputError, Problem
from flowsim.scenario.change import placed
from flowsim.scenario.dated import Dated
from flowsim.scenario.describe import backing
from flowsim.scenario.files import Folder
from flowsim.scenario.load import finish
from flowsim.scenario.nodes import Node, Path, dotted, entries, find, plain
from flowsim.spec.scenario import Scenario

__all__ = ["Part", "parts", "with_parts"]

APART: Final = (
    "about",
    "evidence",
    "flowsim",
    "name",
    "observed",
    "replications",
    "seed",
    "targets",
    "title",
)
"""Sections that are no part of a plan, or are the same in all runs that are compared."""


@dataclass(frozen=True)
class Part:
    """One change of a plan.

    Attributes:
        name: what it is called: the surge, the file, or the settings it alters.
        paths: where the plan's tree differs because of it.
        dated: the dated changes it makes.
    """

    name: str
    paths: tuple[Path, ...] = ()
    dated: tuple[Dated, ...] = ()


def parts(base: Scenario, plan: Scenario) -> list[Part]:
    """Return the changes that make `plan` out of `base`, in the order of the plan's sections."""
    mine, theirs = backing(base), backing(plan)
    main = theirs.files[0] if theirs.files else ""
    old, new = mine.resolved.root, theirs.resolved.root
    units = [_Unit(path, None, _marks(path, find(new, path), main)) for path in _differing(old, new)]
    known = {_identity(change) for change in mine.resolved.dated}
    units += [
        _Unit(change.path, change, _marks(change.path, change.node, main))
        for change in theirs.resolved.dated
        if _identity(change) not in known
    ]
    return [_part(group, new) for group in _together(units)]


def with_parts(base: Scenario, plan: Scenario, chosen: Sequence[Part], name: str) -> Scenario:
    """Return the baseline with some of the changes of a plan.

    Args:
        base: the baseline.
        plan: the plan.
        chosen: some of `parts(base, plan)`.
        name: name of the new scenario.

    Raises:
        InputError: These changes cannot be made without the others.
    """
    mine, theirs = backing(base), backing(plan)
    root = mine.resolved.root
    for path in (path for part in chosen for path in part.paths):
        root = placed(root, path, find(theirs.resolved.root, path))
    named = root.value["name"].but(value=name)
    dated = [*mine.resolved.dated, *(change for part in chosen for change in part.dated)]
    resolved = replace(mine.resolved, root=root.but(value={**root.value, "name": named}), dated=dated)
    folder = Folder(FilePath(theirs.root), texts={**mine.texts, **theirs.texts})
    scenario, problems = finish(resolved, theirs.kinds, folder, theirs.files)
    if scenario is None:
        raise InputError([_inseparable(chosen, problems)])
    return scenario


def _inseparable(chosen: Sequence[Part], problems: Sequence[Problem]) -> Problem:
    names = " and ".join(part.name for part in chosen)
    reason = problems[0].message if problems else ""
    hint = (
        "Write changes that belong together in a file of their own, and include it: they are then one change."
    )
    return Problem(f"{names} cannot be tried without the other changes. {reason}".strip(), hint=hint)


# -- what differs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Unit:
    """A place where two trees differ, or a dated change, with marks: units that share one belong together."""

    path: Path
    dated: Dated | None
    marks: frozenset[Hashable]


def _differing(old: Node, new: Node, path: Path = ()) -> Iterator[Path]:
    """Yield the paths at which two trees differ, as near the leaves as both are mappings."""
    if not (old.is_mapping and new.is_mapping):
        if plain(old) != plain(new):
            yield path
        return
    mine, theirs = entries(old), entries(new)
    for key in dict.fromkeys((*mine, *theirs)):
        if not path and key in APART:
            continue
        if key in mine and key in theirs:
            yield from _differing(mine[key], theirs[key], (*path, key))
        else:
            yield from _added((*path, key), theirs.get(key))


def _added(path: Path, node: Node | None) -> Iterator[Path]:
    """Yield a section's entries rather than a whole section that only one tree has."""
    if len(path) == 1 and node is not None and node.is_mapping:
        for key in entries(node):
            yield (*path, key)
    else:
        yield path


def _identity(change: Dated) -> tuple[Any, ...]:
    return change.path, change.verb, repr(change.amount), change.when


def _marks(path: Path, node: Node | None, main: str) -> frozenset[Hashable]:
    if path[0] == "surges":
        whose = None if node is None else _first_leaf(node).document.name
        return frozenset({path[:2]} if whose in {None, main} else {path[:2], ("file", whose)})
    if node is None:
        return frozenset({path[:3]})
    leaf = node if node.via else _first_leaf(node)  # of a copy, the leaves stand elsewhere
    if leaf.document.name != main:
        return frozenset({("file", leaf.document.name)})
    return frozenset({path[:3], ("line", leaf.line)})


def _first_leaf(node: Node) -> Node:
    while not node.is_leaf and node.value:
        node = next(iter(node.value.values() if node.is_mapping else node.value))
    return node


def _together(units: Iterable[_Unit]) -> list[list[_Unit]]:
    """Return the units in groups that share marks, directly or by way of others."""
    groups: list[tuple[set[Hashable], list[_Unit]]] = []
    for unit in units:
        marks, members = set(unit.marks), [unit]
        apart = []
        for group in groups:
            if group[0] & unit.marks:
                marks |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (marks, members)]
    return [members for _, members in groups]


def _part(units: Sequence[_Unit], new: Node) -> Part:
    paths = tuple(unit.path for unit in units if unit.dated is None)
    dated = tuple(unit.dated for unit in units if unit.dated is not None)
    return Part(_name(units, new), paths, dated)


def _name(units: Sequence[_Unit], new: Node) -> str:
    """Return what a change is called: by its surge, its file, or the settings it alters."""
    first = units[0]
    if first.path[0] == "surges":
        surge = find(new, first.path[:2])
        label = entries(surge).get("label") if surge is not None else None
        return str(label.value) if label is not None else first.path[1]
    files = [mark[1] for mark in first.marks if isinstance(mark, tuple) and mark[0] == "file"]
    return PurePosixPath(str(files[0])).stem if files else _pattern([unit.path for unit in units])


def _pattern(paths: Sequence[Path]) -> str:
    """Return paths as one: with ``*`` where they differ."""
    length = min(map(len, paths))
    return dotted(tuple(_common([path[i] for path in paths]) for i in range(length)))


def _common(names: Sequence[str]) -> str:
    """Return names as one: the words with which all begin and end, and ``*`` between."""
    if len(set(names)) == 1:
        return names[0]
    words = [name.split("_") for name in names]
    start, end = _start(words), _start([each[::-1] for each in words])[::-1]
    return "_".join([*start, "*", *end[max(len(start) + len(end) - min(map(len, words)), 0) :]])


def _start(lists: Sequence[Sequence[str]]) -> list[str]:
    """Return the words with which all lists begin."""
    return [each[0] for each in takewhile(lambda each: len(set(each)) == 1, zip(*lists, strict=False))]
