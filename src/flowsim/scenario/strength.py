"""Levers and packs that come in three strengths: ``include: [../levers/sdec-hours.yaml = high]``.

In a file that is included, a value may be written three times, ``{low: 10%, central: 20%, high: 30%}``; the
strength that the include asks for is taken, ``central`` when it asks for none. What is not taken stays as the
plausible range of the value, for `explain` and the report.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from flowsim.errors import nearest
from flowsim.scenario.nodes import Node, Note, children, plain

__all__ = ["CENTRAL", "STRENGTHS", "Misnamed", "chosen", "split_reference", "without_strength"]

STRENGTHS: Final = ("low", "central", "high")
"""How strongly a lever is pulled, or a shock hits."""
CENTRAL: Final = "central"
"""The strength of a file that is included without one."""

_APART: Final = ("card", "costs", "targets", "about", "evidence")
"""Sections whose values are never chosen by strength."""
_REFERENCE: Final = re.compile(r"(.*\S)\s*=\s*([\w-]+)\s*")
_NOTES: Final = frozenset({"source", "grade", "note"})


class Misnamed(ValueError):
    """A strength that is not one of the three."""


def split_reference(text: str) -> tuple[str, str]:
    """Split ``FILE = STRENGTH``; the strength is empty when none is given.

    Raises:
        Misnamed: There is one, and it is no strength.
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return text, ""
    if match[2] not in STRENGTHS:
        close = nearest(match[2], STRENGTHS)
        guess = f" Did you mean {close[0]}?" if close else ""
        raise Misnamed(f"{match[2]} is not a strength.{guess}")
    return match[1], match[2]


def without_strength(reference: Node) -> Node:
    """Return the node that names a file without the strength; a wrong strength is left for others to tell."""
    if not isinstance(reference.value, str):
        return reference
    try:
        return reference.but(value=split_reference(reference.value)[0])
    except Misnamed:
        return reference.but(value=reference.value.rpartition("=")[0].strip())


def chosen(tree: Node, strength: str) -> tuple[Node, bool]:
    """Return a file's tree with one strength of every value that has three, and whether any has.

    Args:
        tree: The tree of the file.
        strength: One of `STRENGTHS`.
    """
    sections = {
        key: child if key in _APART else _chosen(child, strength) for key, child in tree.value.items()
    }
    if all(sections[key] is child for key, child in tree.value.items()):
        return tree, False
    return tree.but(value=sections), True


def _chosen(node: Node, strength: str) -> Node:
    if node.is_leaf:
        return node
    if (
        node.is_mapping
        and node.value.keys() >= set(STRENGTHS)
        and node.value.keys() - _NOTES <= set(STRENGTHS)
    ):
        return _one_of(node, strength)
    below = {key: _chosen(child, strength) for key, child in children(node)}
    if all(below[key] is child for key, child in children(node)):
        return node
    return node.but(value=below if node.is_mapping else list(below.values()))


def _one_of(node: Node, strength: str) -> Node:
    """Return one of three values, at the place of all three and with the others as its range."""
    parts = node.value
    texts: dict[str, Any] = {key: str(parts[key].value) for key in _NOTES if key in parts}
    note = replace(node.note or Note(), low=plain(parts["low"]), high=plain(parts["high"]), **texts)
    value: Node = parts[strength]
    return value.but(key_line=node.key_line, key_column=node.key_column, note=note)
