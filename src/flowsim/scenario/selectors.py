"""Selectors: dotted paths with ``*`` and ``[kind=...]`` that pick settings out of a tree.

``services.*_ward.beds`` and ``services[kind=ward, place=east_kent].beds`` pick many settings; a path
without either picks one. ``[...]`` after a collection picks among its entries; after an entry it tests
the entry itself. ``!=`` picks those that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flowsim.errors import nearest
from flowsim.scenario.nodes import Node, Path, children
from flowsim.units import show

__all__ = ["Selector", "near_misses", "parse_selector", "select"]

_SEGMENT = re.compile(r"([^\[\]]*)(?:\[([^\[\]]*)\])?")
_TEST = re.compile(r"\s*([\w-]+)\s*(!?=)\s*(.+?)\s*")


@dataclass(frozen=True, slots=True)
class Segment:
    """One step: a name that may hold ``*``, and tests ``(key, wanted, value)``."""

    name: str
    tests: tuple[tuple[str, bool, str], ...] = ()

    @property
    def is_exact(self) -> bool:
        """True if it can match one name only."""
        return "*" not in self.name and not self.tests

    def matches(self, name: str) -> bool:
        """Tell whether a name fits."""
        return _fits(self.name, name)


@dataclass(frozen=True, slots=True)
class Selector:
    """A parsed selector.

    Attributes:
        text: As written.
        segments: Its steps.
    """

    text: str
    segments: tuple[Segment, ...]

    @property
    def is_exact(self) -> bool:
        """True if it can match one path only."""
        return all(segment.is_exact for segment in self.segments)


def _fits(pattern: str, text: str) -> bool:
    """Tell whether a text is what a pattern, in which ``*`` stands for anything, spells."""
    return text == pattern if "*" not in pattern else _glob(pattern).fullmatch(text) is not None


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))


def parse_selector(text: str) -> Selector:
    """Return the selector that `text` spells.

    Raises:
        ValueError: Empty, or the brackets do not make sense.
    """
    if not text.strip():
        raise ValueError("a path such as services.NAME.beds is expected")
    return Selector(text, tuple(_segment(part) for part in _split(text.strip())))


def _split(text: str) -> Iterator[str]:
    """Yield the parts between dots that are not inside brackets."""
    depth, start = 0, 0
    for position, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char == "." and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _segment(text: str) -> Segment:
    match = _SEGMENT.fullmatch(text.strip())
    if not text.strip():
        raise ValueError("a step of the path is empty: write NAME or NAME[kind=ward] between the dots")
    if match is None or not match[1].strip():
        raise ValueError(f"{show(text)} is not a step of a path: write NAME or NAME[kind=ward]")
    tests = tuple(_test(part) for part in match[2].split(",")) if match[2] is not None else ()
    return Segment(match[1].strip(), tests)


def _test(text: str) -> tuple[str, bool, str]:
    match = _TEST.fullmatch(text)
    if match is None:
        raise ValueError(f"[{text}] is not a test: write [kind=ward] or [place=NAME, kind=NAME]")
    return match[1], match[2] == "=", match[3].strip("'\"")


def select(root: Node, selector: Selector) -> list[tuple[Path, Node]]:
    """Return every setting the selector matches, with its path, in the order of the tree."""
    return list(_walk(root, selector.segments, ()))


def _walk(node: Node, segments: tuple[Segment, ...], path: Path) -> Iterator[tuple[Path, Node]]:
    if not segments:
        yield path, node
        return
    for key, child in _candidates(node, segments[0]):
        for used in _steps_of(key, segments):
            last = segments[used - 1]
            for step, picked in _tested(child, last.tests):
                yield from _walk(picked, segments[used:], (*path, key, *step))


def _candidates(node: Node, first: Segment) -> Iterator[tuple[str, Node]]:
    """Yield the children that a first segment may match: all, or one and those with dots in their name."""
    mapping = node.value
    if "*" in first.name or not isinstance(mapping, dict):
        yield from children(node)
        return
    yield from ((key, child) for key, child in mapping.items() if key == first.name or "." in key)


def _steps_of(key: str, segments: tuple[Segment, ...]) -> tuple[int, ...]:
    """Return how many segments a key takes: one, or several for a key with dots in it; none if unfit."""
    if segments[0].matches(key) and ("." not in key or segments[0].is_exact):
        return (1,)
    parts = key.split(".")
    if 1 < len(parts) <= len(segments):
        fits = all(segment.matches(part) for segment, part in zip(segments, parts, strict=False))
        return (len(parts),) if fits else ()
    return ()


def _tested(node: Node, tests: tuple[tuple[str, bool, str], ...]) -> Iterator[tuple[Path, Node]]:
    """Yield the node itself, or the entries of it that pass the tests."""
    if not tests:
        yield (), node
    elif isinstance(node.value, dict) and all(key in node.value for key, _, _ in tests):
        if _passes(node, tests):
            yield (), node
    else:
        for step, child in children(node):
            if _passes(child, tests):
                yield (step,), child


def _passes(node: Node, tests: tuple[tuple[str, bool, str], ...]) -> bool:
    entry = node.value
    if not isinstance(entry, dict):
        return False
    return all(
        _fits(value, str(entry[key].value) if key in entry else "") is wanted for key, wanted, value in tests
    )


def near_misses(root: Node, selector: Selector) -> str:
    """Return a sentence that says how far a selector gets and what it might have meant."""
    for length in range(len(selector.segments), 0, -1):
        reached = list(_walk(root, selector.segments[: length - 1], ()))
        if reached:
            return _missed(reached, selector.segments[length - 1])
    return ""


def _missed(reached: list[tuple[Path, Node]], segment: Segment) -> str:
    options: dict[str, None] = {}
    for _, node in reached:
        options.update(dict.fromkeys(key for key, _ in children(node)))
    bare = Segment(segment.name)
    named = [child for _, node in reached for key, child in children(node) if bare.matches(key)]
    where = _below(reached)
    if named and segment.tests:
        return _missed_test(named, segment)
    close = _alike(segment.name, list(options))
    verb = "looks like" if "*" in segment.name else "is called"
    if close:
        return f"Nothing {where} {verb} {segment.name}; near: {', '.join(close)}."
    known = ", ".join(list(options)[:8]) + (", ..." if len(options) > 8 else ".")
    return f"Nothing {where} {verb} {segment.name}; there is {known}" if options else ""


def _alike(pattern: str, options: list[str]) -> list[str]:
    """Return names that a pattern with ``*`` may have meant: those with a similar end or beginning."""
    core = pattern.replace("*", "")
    size = len(core)
    if pattern.startswith("*") and not pattern.endswith("*"):
        ends = [option[-size:] for option in options]
    elif pattern.endswith("*") and not pattern.startswith("*"):
        ends = [option[:size] for option in options]
    else:
        return nearest(core, options, 4)
    close = nearest(core, ends, 4)
    return [option for option, end in zip(options, ends, strict=True) if end in close][:4]


def _below(reached: list[tuple[Path, Node]]) -> str:
    path = ".".join(reached[0][0])
    if not path:
        return "at the top"
    return f"in {path}" if len(reached) == 1 else f"in {path} and {len(reached) - 1} more"


def _missed_test(named: list[Node], segment: Segment) -> str:
    """Say which values the tested keys do have."""
    sentences = []
    for key, _, _value in segment.tests:
        entries = [child for node in named for _, child in children(node)] + named
        found = {str(e.value[key].value) for e in entries if isinstance(e.value, dict) and key in e.value}
        known = ", ".join(sorted(found)[:8])
        sentences.append(f"{key} is one of {known}" if known else f"nothing there has a {key}")
    return f"No entry passes the test: {'; '.join(sentences)}."
