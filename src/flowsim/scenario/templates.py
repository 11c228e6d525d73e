"""Entries that are like a template: ``like: NAME`` takes over what the template says, own keys win."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowsim.errors import Problem
from flowsim.scenario.merging import merge, unknown_name
from flowsim.scenario.nodes import Node, Path, entries, problem_at
from flowsim.units import show

__all__ = ["expand"]

LIKE = "like"


@dataclass
class _Expander:
    templates: dict[str, Node]
    problems: list[Problem]
    done: dict[str, Node] = field(default_factory=dict)

    def expanded(self, node: Node, path: Path, within: tuple[str, ...] = ()) -> Node:
        """Return a tree with every ``like`` in it carried out."""
        value = node.value
        if isinstance(value, list):
            items = [self.expanded(child, (*path, str(i)), within) for i, child in enumerate(value)]
            return node if all(a is b for a, b in zip(items, value, strict=True)) else node.but(value=items)
        if not isinstance(value, dict):
            return node
        mapping = {
            key: child if key == LIKE else self.expanded(child, (*path, key), within)
            for key, child in value.items()
        }
        if any(mapping[key] is not value[key] for key in mapping):
            node = node.but(value=mapping)
        return self._like(node, path, within) if LIKE in mapping else node

    def _like(self, node: Node, path: Path, within: tuple[str, ...]) -> Node:
        reference: Node = node.value[LIKE]
        own = node.but(value={key: child for key, child in node.value.items() if key != LIKE})
        name = reference.value
        if not isinstance(name, str) or name not in self.templates:
            message, known = unknown_name("template", show(name), self.templates)
            self.problems.append(problem_at(reference, message, (*path, LIKE), allowed=known))
            return own
        if name in within:
            circle = " -> ".join((*within[within.index(name) :], name))
            message = f"The templates go round in a circle: {circle}."
            self.problems.append(problem_at(reference, message, (*path, LIKE)))
            return own
        merged = merge(self._template(name, within), own, self.problems, path)
        return merged if merged is not None else own

    def _template(self, name: str, within: tuple[str, ...]) -> Node:
        if name not in self.done:
            fresh = self.expanded(self.templates[name], ("templates", name), (*within, name))
            if within:
                return fresh
            self.done[name] = fresh
        return self.done[name]


def expand(root: Node, problems: list[Problem]) -> Node:
    """Return the tree with templates carried out and taken away."""
    templates = entries(root.value.get("templates"))
    expander = _Expander(templates, problems)
    rest = {key: child for key, child in root.value.items() if key != "templates"}
    mapping = {
        key: child if key == "about" else expander.expanded(child, (key,)) for key, child in rest.items()
    }
    return root.but(value=mapping)
