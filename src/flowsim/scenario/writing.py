"""Write a tree as YAML that the loader reads back, every value with where it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flowsim.scenario.dated import Dated, When
from flowsim.scenario.nodes import Node, Note, Path
from flowsim.scenario.scalars import plus_sign, resolve
from flowsim.spec.scenario import Scenario
from flowsim.units import format_duration, format_number

__all__ = ["resolved_text", "written"]

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _./%=+-]*(:[A-Za-z0-9_./%=+-][A-Za-z0-9 _./%=+-]*)*")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def resolved_text(root: Node, notes: Mapping[Path, Note], scenario: Scenario, dated: list[Dated]) -> str:
    """Return a whole scenario as one YAML text.

    Args:
        root: Its tree.
        notes: Evidence for values without a source of their own.
        scenario: The scenario, for the order of its sections.
        dated: Changes that hold over dates, surges left out.
    """
    order = list(type(scenario).model_fields)
    sections = sorted(root.value.items(), key=lambda pair: order.index(pair[0]))
    lines = ["# Every setting of one scenario, in one place, with the file and line that set it."]
    for key, node in sections:
        lines += _lines(key, node, (key,), "", notes)
    if dated:
        lines += ["change:", *(line for change in dated for line in _change(change))]
    return "\n".join(lines) + "\n"


def _lines(key: str, node: Node, path: Path, indent: str, notes: Mapping[Path, Note]) -> Iterator[str]:
    head = f"{indent}{written(key)}:"
    if node.is_leaf:
        yield f"{head} {written(node.value)}{_remark(node, node.note or notes.get(path))}"
    elif not node.value:
        yield f"{head} {'{}' if node.is_mapping else '[]'}{_remark(node, None)}"
    else:
        yield f"{head}{_remark(node, node.note) if node.note else ''}"
        yield from _inside(node, path, indent + "  ", notes)


def _inside(node: Node, path: Path, indent: str, notes: Mapping[Path, Note]) -> Iterator[str]:
    if node.is_mapping:
        for key, child in node.value.items():
            yield from _lines(key, child, (*path, key), indent, notes)
        return
    for position, child in enumerate(node.value):
        below = (*path, str(position))
        if child.is_leaf:
            yield f"{indent}- {written(child.value)}{_remark(child, child.note or notes.get(below))}"
        elif not child.value:
            yield f"{indent}- {'{}' if child.is_mapping else '[]'}"
        else:
            first, *rest = _inside(child, below, indent + "  ", notes)
            yield f"{indent}- {first.lstrip()}"
            yield from rest


def _remark(node: Node, note: Note | None) -> str:
    """Return the comment that says where a value comes from."""
    place = f"{node.document.name}:{node.line}" if node.line else node.document.name
    via = f" ({node.via})" if node.via else ""
    source = f"; {' '.join(note.source.split())}" if note and note.source else ""
    grade = f" [{note.grade}]" if note and note.grade else ""
    return f"  # {place}{via}{source}{grade}"


def written(value: Any) -> str:
    """Return a single value as YAML: plain where that reads back the same, else in quotes."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return format_number(value) if isinstance(value, float) else str(value)
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text == text.strip() and resolve(text) == text and not plus_sign(text)
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    """Return text in double quotes, with escapes for what YAML forbids or takes for the end of a line."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def _change(change: Dated) -> Iterator[str]:
    settings = {change.verb: change.amount, **_dates(change.when)}
    inside = ", ".join(f"{key}: {flow(value)}" for key, value in settings.items())
    remark = _remark(change.node, change.node.note) if change.node is not None else ""
    yield f"  {_quoted('.'.join(change.path))}: {{{inside}}}{remark}"


def _dates(when: When) -> dict[str, str]:
    dates = {"from": when.first, "to": when.last, "peak": when.peak}
    found = {key: f"{moment:%Y-%m-%d %H:%M}" for key, moment in dates.items() if moment is not None}
    width = {"width": format_duration(when.width)} if when.shape == "wave" else {}
    return {**found, "shape": when.shape, **width}


def flow(value: Any) -> str:
    """Return any value on one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return _quoted(value) if isinstance(value, str) else written(value)
