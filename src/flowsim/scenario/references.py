"""The CSV files that a scenario's settings name: each is read, and written relative to the root folder."""

from __future__ import annotations

from typing import Any

from flowsim.scenario.files import Folder
from flowsim.scenario.nodes import Node, problem_at
from flowsim.scenario.nodes import Path as Steps

__all__ = ["with_files"]

_WITH_FILES = ("services", "demand", "casemix")


def with_files(root: Node, folder: Folder) -> Node:
    """Return the tree with every CSV reference read and written relative to the root folder."""
    mapping = dict(root.value)
    for section in _WITH_FILES:
        if section in mapping:
            mapping[section] = _files_in(mapping[section], (section,), folder)
    observed = mapping.get("observed")
    if observed is not None:
        mapping["observed"] = _observed(observed, folder)
    return root.but(value=mapping)


def _files_in(node: Node, path: Steps, folder: Folder) -> Node:
    value = node.value
    if isinstance(value, dict):
        fresh: Any = {key: _files_in(child, (*path, key), folder) for key, child in value.items()}
        return node.but(value=fresh) if any(fresh[key] is not value[key] for key in fresh) else node
    if isinstance(value, list):
        fresh = [_files_in(child, (*path, str(i)), folder) for i, child in enumerate(value)]
        return node.but(value=fresh) if any(a is not b for a, b in zip(fresh, value, strict=True)) else node
    if not isinstance(value, str) or not value.strip().lower().endswith(".csv") or value in folder.texts:
        return node
    name = folder.csv(node, path)
    return node if name is None else node.but(value=name)


def _observed(node: Node, folder: Folder) -> Node:
    """Check that the observed data exist; reports read them later."""
    path = folder.refer(node, ("observed",))
    if path is None or (folder.root / str(node.value)).is_file():
        return node
    if not path.is_file():
        folder.problems.append(problem_at(node, f"There is no file {node.value}.", ("observed",)))
        return node
    return node.but(value=path.resolve().relative_to(folder.root).as_posix())
