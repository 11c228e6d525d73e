"""Find and read the files of a scenario, with the politeness that a wrong or hostile file deserves."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flowsim.errors import Problem, nearest
from flowsim.scenario.nodes import Document, Node, problem_at
from flowsim.scenario.nodes import Path as Steps
from flowsim.scenario.reading import read_tree
from flowsim.scenario.strength import chosen

__all__ = ["Folder", "MOST_BYTES", "root_of", "shown"]

MOST_BYTES: Final = 5_000_000
"""Largest scenario file, in bytes."""
MOST_CSV_BYTES: Final = 20_000_000
"""Largest CSV file that a scenario may name, in bytes."""


def root_of(top: Path) -> Path:
    """Return the folder that a scenario's files must stay in.

    The nearest folder above `top` that is called ``scenarios``; without one, the folder of `top`.
    """
    real = top.resolve()
    return next((folder for folder in real.parents if folder.name == "scenarios"), real.parent)


def shown(path: Path) -> str:
    """Return a path as a planner would type it: relative to where they are when it is below."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return str(path) if relative.startswith("..") else Path(relative).as_posix()


@dataclass
class Folder:
    """The files of one scenario: reads each once, and keeps to the root folder.

    Attributes:
        root: Folder that no reference may leave.
        problems: Receives what is wrong.
        texts: Text of every CSV file read, by its path below `root`.
        broken: True once a file could not be read at all, so that going on would mislead.
    """

    root: Path
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    _trees: dict[Path, Node | None] = field(default_factory=dict)
    _chosen: dict[tuple[str, str], tuple[Node, bool]] = field(default_factory=dict)

    def tree(self, path: Path, layer: str, named_by: Node | None = None, steps: Steps = ()) -> Node | None:
        """Return the tree of a YAML file, None if it cannot be used."""
        real = path.resolve()
        if real not in self._trees:
            self._trees[real] = self._read(path, layer, named_by, steps)
            self.broken = self.broken or self._trees[real] is None
        return self._trees[real]

    def in_strength(self, tree: Node, strength: str) -> tuple[Node, bool]:
        """Return a file's tree in one strength, the same each time, and whether it differs by strength."""
        key = (tree.document.path, strength)
        if key not in self._chosen:
            self._chosen[key] = chosen(tree, strength)
        return self._chosen[key]

    def _read(self, path: Path, layer: str, named_by: Node | None, steps: Steps) -> Node | None:
        text = self._text(path, MOST_BYTES, named_by, steps)
        if text is None:
            return None
        document = Document(shown(path), tuple(text.splitlines()), str(path.resolve()), layer)
        tree, problems = read_tree(text, document)
        self.problems += problems
        if tree is not None and tree.is_mapping and tree.value:
            return tree
        if not problems:
            self.problems.append(_not_a_scenario(tree, document))
        return None

    def refer(self, node: Node, steps: Steps) -> Path | None:
        """Return the file that a node names, relative to the file it stands in; None if not allowed."""
        name = node.value
        if not isinstance(name, str) or not name.strip():
            self.problems.append(problem_at(node, "The name of a file is expected here.", steps))
            return None
        home = Path(node.document.path).parent if node.document.path else self.root
        path = Path(os.path.normpath(home / name.strip()))
        if not path.resolve().is_relative_to(self.root):
            message = f"{name} lies outside the folder {self.root.name}, which a scenario may not leave."
            hint = f"Copy the file into {self.root.name}."
            self.problems.append(problem_at(node, message, steps, hint=hint))
            return None
        return path

    def csv(self, node: Node, steps: Steps) -> str | None:
        """Read the CSV file that a node names; return its path below the root, None if unusable."""
        path = self.refer(node, steps)
        if path is None:
            return None
        name = path.resolve().relative_to(self.root).as_posix()
        if name not in self.texts:
            text = self._text(path, MOST_CSV_BYTES, node, steps)
            if text is None:
                return None
            self.texts[name] = text
        return name

    def text_of(self, name: str) -> str:
        """Return the text of a CSV file that has been read, by its path below the root."""
        if name not in self.texts:
            raise ValueError(f"the file {name} could not be read")
        return self.texts[name]

    def _text(self, path: Path, most: int, named_by: Node | None, steps: Steps) -> str | None:
        problem = _absent(path, named_by, steps) or _too_large(path, most, named_by, steps)
        if problem:
            self.problems.append(problem)
            return None
        try:
            data = path.read_bytes()
        except OSError as error:
            message = f"{shown(path)} cannot be read: {(error.strerror or 'unknown reason').lower()}."
            self.problems.append(_about_file(path, message, named_by, steps))
            return None
        text, problem = _decoded(data, path)
        if problem:
            self.problems.append(problem)
        return text


def _about_file(path: Path, message: str, named_by: Node | None, steps: Steps, hint: str = "") -> Problem:
    if named_by is None:
        return Problem(message, file=shown(path), hint=hint)
    return problem_at(named_by, message, steps, hint=hint)


def _absent(path: Path, named_by: Node | None, steps: Steps) -> Problem | None:
    if path.is_file():
        return None
    if path.is_dir():
        inside = sorted(p.name for p in path.glob("*.y*ml"))[:8]
        hint = f"Choose a file in it: {', '.join(inside)}." if inside else ""
        return _about_file(path, f"{shown(path)} is a folder, not a file.", named_by, steps, hint)
    besides = Path(named_by.document.path).name if named_by is not None else ""
    return _about_file(path, f"There is no file {shown(path)}.", named_by, steps, _similar(path, besides))


def _similar(path: Path, besides: str) -> str:
    if not path.parent.is_dir():
        return f"There is no folder {shown(path.parent)} either."
    names = sorted(
        p.name for p in path.parent.iterdir() if p.suffix == (path.suffix or ".yaml") and p.name != besides
    )
    close = nearest(path.name, names, 3)
    return f"Did you mean {' or '.join(close)}?" if close else ""


def _too_large(path: Path, most: int, named_by: Node | None, steps: Steps) -> Problem | None:
    size = path.stat().st_size
    if size <= most:
        return None
    message = f"{shown(path)} has {size / 1e6:,.1f} MB; a file of this kind may have {most / 1e6:.0f} MB."
    return _about_file(path, message, named_by, steps, "Is it the right file?")


def _decoded(data: bytes, path: Path) -> tuple[str | None, Problem | None]:
    hint = "Save it as UTF-8 (in Notepad: Save as, Encoding; in Excel: CSV UTF-8)."
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        message = "The file is saved as UTF-16, which is not accepted."
        return None, Problem(message, file=shown(path), line=1, column=1, hint=hint)
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        source = data.split(b"\n")[line - 1].decode("cp1252", "replace").rstrip()
        byte = data[error.start]
        message = f"The file is not UTF-8: byte {byte:#04x} here does not belong to it."
        return None, Problem(message, "", shown(path), line, column, source, hint=hint)


def _not_a_scenario(tree: Node | None, document: Document) -> Problem:
    hint = "Start from flowsim new, or write at least flowsim: 1, time, services and demand."
    if tree is None or tree.value in (None, {}, []):
        return Problem("The file is empty.", file=document.name, line=1 if document.lines else 0, hint=hint)
    found = "a list" if tree.is_list else "a single text"
    message = f"A scenario file is a mapping (name: value); this one holds {found}."
    return problem_at(tree, message, (), hint=hint)
