"""Where every value comes from, which evidence vouches for it, and which values nothing vouches for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flowsim.errors import Problem
from flowsim.scenario.files import Folder
from flowsim.scenario.nodes import Node, Note, Path, completed, dotted, entries, leaves, plain, problem_at
from flowsim.scenario.reading import GRADES
from flowsim.scenario.selectors import near_misses, parse_selector, select
from flowsim.scenario.wording import sentence
from flowsim.spec.origin import Origin
from flowsim.units import is_number, show

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario

__all__ = ["Origin", "attach_evidence", "origin_of", "origins", "unsourced"]

COLUMNS: Final = ("path", "source", "grade")
"""Columns that an evidence file must have; ``note`` is optional."""
_QUANTITIES: Final = (
    "services", "demand", "casemix", "pathways", "alternatives", "costs", "harm", "waves", "surges",
    "escalation",
)  # fmt: skip
_WORDS: Final = frozenset(
    {
        "kind",
        "label",
        "year",
        "prices_of",
        "site",
        "place",
        "to",
        "route",
        "casemix",
        "by",
        "distribution",
        "unit",
        "column",
        "file",
        "overflow",
        "scale",
        "when_full",
        "from",
        "shape",
        "peak",
        "ods",
        "trust",
        "title",
        "source",
        "grade",
        "note",
        "name",
    }
)
_NOTED: Final = ("source", "grade", "note")
_HAS_DIGIT: Final = re.compile(r"\d")


def origin_of(node: Node, note: Note | None) -> Origin:
    """Return the origin of a node, with that of what it replaced."""
    note = completed(node.note, note) or Note()
    replaced = origin_of(node.replaced, None) if node.replaced is not None else None
    layer = node.via or node.document.layer
    return Origin(
        plain(node), node.document.name, node.line, node.column, layer,
        note.source, note.grade, note.note, note.low, note.high, replaced,
    )  # fmt: skip


def origins(root: Node, notes: Mapping[Path, Note]) -> dict[str, Origin]:
    """Return the origin of every single value of a tree, by dotted path.

    Args:
        root: The tree.
        notes: Evidence for values that carry no note of their own.
    """
    told = _told(root)
    return {
        dotted(path): origin_of(node, completed(note, notes.get(path) or told.get(path[:2])))
        for path, node, note in leaves(root)
    }


def _told(root: Node) -> dict[Path, Note]:
    """Return what surges and waves say of their source, which holds for all their numbers."""
    found: dict[Path, Note] = {}
    for section in ("waves", "surges"):
        for name, entry in entries(root.value.get(section)).items():
            texts = {key: show(child.value) for key, child in entries(entry).items() if key in _NOTED}
            if texts:
                found[section, name] = Note(**texts)
    return found


# -- evidence files --------------------------------------------------------------------------------------


def attach_evidence(
    root: Node, references: list[Node], folder: Folder
) -> tuple[dict[Path, Note], list[Problem]]:
    """Read the evidence files; return notes for the values they vouch for, and warnings.

    A value's own ``source`` wins; among files the last one does. A file vouches for what the scenario that
    names it says, not for what a later one (or ``--set``) puts in its place.
    """
    noted = {path for path, _, note in leaves(root) if note is not None and note.source}
    attacher = _Attacher(root, noted)
    for reference in references:
        name = folder.csv(reference, ("evidence",))
        if name is not None:
            problem = attacher.file(name, folder.texts.pop(name), reference)
            folder.problems += [problem] if problem else []
    return attacher.notes, attacher.warnings


@dataclass
class _Attacher:
    root: Node
    noted: set[Path]
    notes: dict[Path, Note] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    def file(self, name: str, text: str, reference: Node) -> Problem | None:
        """Attach the rows of a file; return a problem if its columns are wrong."""
        rows = csv.DictReader(io.StringIO(text))
        missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            found = ", ".join(rows.fieldnames or ()) or "no columns"
            message = f"{name} has no column {' and no column '.join(missing)}; it has {found}."
            return problem_at(reference, message, ("evidence",), allowed="path, source, grade and note")
        for row in rows:
            complaint = self.row(row, reference.document.rank)
            if complaint:
                source = ",".join(value for value in row.values() if isinstance(value, str))
                path = row["path"] or ""
                here = (name, rows.line_num, 1, source)
                self.warnings.append(Problem(complaint, path, *here, severity="warning"))
        return None

    def row(self, row: Mapping[str, str | None], rank: int) -> str:
        """Attach one row of a file that generation `rank` names; return a complaint, or nothing."""
        grade = (row["grade"] or "").strip()
        if grade not in GRADES:
            return f"{grade or 'An empty grade'} is not a grade: use {', '.join(GRADES)}."
        try:
            selector = parse_selector(row["path"] or "")
        except ValueError as error:
            return sentence(str(error))
        note = Note((row["source"] or "").strip(), grade, (row.get("note") or "").strip())
        found = select(self.root, selector)
        below = (leaf for above, node in found for leaf in leaves(node, above))
        vouched = (path for path, node, _ in below if node.document.rank <= rank)
        self.notes.update((path, note) for path in vouched if path not in self.noted)
        if found or rank < self.root.document.rank:  # a later layer may have taken away what it vouches for
            return ""
        return f"No value has this path. {near_misses(self.root, selector)}".strip()


# -- what nothing vouches for ----------------------------------------------------------------------------


def is_quantity(path: Path, value: object) -> bool:
    """Tell whether a value is a number that a reader may ask the source of."""
    if path[0] not in _QUANTITIES or path[-1] in _WORDS:
        return False
    if path[-1] == "clinicians" and path[-3:-2] == ("areas",):  # the name of a team
        return False
    return is_number(value) or (isinstance(value, str) and _HAS_DIGIT.search(value) is not None)


def unsourced(scenario: Scenario) -> list[str]:
    """Return the paths of all numbers of a scenario that have no source, in the order of the scenario."""
    return [
        path
        for path, origin in scenario.provenance.items()
        if not origin.source and is_quantity(tuple(path.split(".")), origin.value)
    ]
