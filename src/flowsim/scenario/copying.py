"""Copy entries, as ``{copy: {as: flu, per_day: {multiply: 0.05}}}`` asks: by a new name, or to a list's end.

A copy of a demand stream is a stream of its own, so nobody else's luck changes. A copy of an alternative
stands behind the others of its decision point; as the same patient has the same luck with both, a copy for
more patients is used just by those whom the first does not take already. Copies are not copied again, so that
one lever or pack does not double what another has added.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flowsim.scenario.nodes import Node, Path, entries, find, problem_at
from flowsim.scenario.selectors import Selector, select
from flowsim.units import show

if TYPE_CHECKING:
    from flowsim.errors import Problem
    from flowsim.scenario.change import Planned

__all__ = ["COPY", "copies", "is_copy", "settings_of"]

COPY: Final = "copy"
AS: Final = "as"
_BESIDE: Final = (COPY, "source", "grade", "note")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")


def is_copy(node: Node) -> bool:
    """Tell whether a change asks for copies."""
    return node.is_mapping and COPY in node.value


def settings_of(node: Node) -> dict[str, Node]:
    """Return the settings in which a copy differs."""
    return {key: child for key, child in entries(node.value[COPY]).items() if key != AS}


def copies(
    root: Node, selector: Selector, planned: Planned, problems: list[Problem]
) -> list[tuple[Path, Path]]:
    """Return (what is copied, where the copy goes), or nothing after saying why it cannot be.

    Args:
        root: The tree.
        selector: Picks the entries.
        planned: The change.
        problems: Receives what is wrong.
    """
    content = planned.node.value[COPY]
    if not _fits(planned, problems):
        return []
    suffix = entries(content).get(AS)
    pairs: list[tuple[Path, Path]] = []
    lengths: dict[Path, int] = {}
    originals = [found for found in select(root, selector) if found[1].via != COPY]
    for path, node in originals:
        within = find(root, path[:-1])
        if not node.is_mapping or within is None or len(path) < 2:
            _wrong(
                planned, problems, f"{planned.text} picks a single value; a copy is made of a whole entry."
            )
            return []
        if within.is_list:
            position = lengths.setdefault(path[:-1], len(within.value))
            lengths[path[:-1]] += 1
            pairs.append((path, (*path[:-1], str(position))))
        elif suffix is None or not _NAME.fullmatch(show(suffix.value)):
            hint = "Write copy: {as: flu, ...}; the copy of walk_in is then walk_in_flu."
            _wrong(planned, problems, "A copy of a named entry needs a name of its own.", hint)
            return []
        else:
            pairs.append((path, (*path[:-1], f"{path[-1]}_{suffix.value}")))
    return pairs


def _fits(planned: Planned, problems: list[Problem]) -> bool:
    """Check what stands after the selector."""
    node = planned.node
    if planned.when is not None:
        message = "A copy cannot be made for some dates only."
        hint = "Make it under change, and let the surge change its settings."
        _wrong(planned, problems, message, hint)
        return False
    for key, child in node.value.items():
        if key not in _BESIDE:
            path = (*planned.path, key)
            allowed = ", ".join(_BESIDE)
            problems.append(problem_at(child, "Unknown setting.", path, key=True, allowed=allowed))
            return False
    if not node.value[COPY].is_mapping:
        _wrong(planned, problems, "copy takes the settings in which the copy differs, such as {uptake: 30%}.")
        return False
    return True


def _wrong(planned: Planned, problems: list[Problem], message: str, hint: str = "") -> None:
    problems.append(problem_at(planned.node, message, planned.path, key=True, hint=hint))
