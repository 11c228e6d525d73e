"""One run's measures as a document: for `flowsim export --as excel`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.estimates import Estimate, Key, estimates
from flowsim.measures.format import MISSING, Scale, scale_for
from flowsim.measures.measure import AREAS
from flowsim.report.document import Cell, Column, Document, Section, Table

if TYPE_CHECKING:
    from flowsim.store.results import Results

UNITS = {"share": "%", "minutes": "minutes", "hours": "hours", "days": "days"}
"""What a table's numbers are in, where it is not what the measure's unit is called."""
LEVELS = {
    "system": "Whole system",
    "residence": "By where patients live",
    "fifth": "By deprivation fifth",
    "kind": "By kind of service",
    "link": "By who held and who was waited for",
    "hour": "By hour of arrival",
}
"""Titles of levels that do not follow from their names."""


def measured(results: Results, replications: Sequence[int]) -> Document:
    """Return a run's measures, with their intervals: a section for each level, a table for each area.

    Args:
        results: the run.
        replications: the replications to take the means over.
    """
    columns = results.measures
    wanted = np.isin(columns["replication"], list(replications))
    found = estimates({name: column[wanted] for name, column in columns.items()})
    known = {key: each for key, each in found.items() if each.n}
    levels = list(dict.fromkeys(level for _, level, _ in known))
    sections = tuple(_section(level, known) for level in sorted(levels, key=_rank))
    manifest = results.manifest
    facts = (
        ("Made with", f"flowsim {manifest.flowsim}"),
        ("Run", f"{results.name}, {manifest.run_id}"),
        ("Seed", str(manifest.seed)),
        (
            "Replications",
            ", ".join(map(str, replications)) if len(replications) < 4 else str(len(replications)),
        ),
    )
    subtitle = f"Collection period from {manifest.start}; means over replications with their 95% intervals."
    return Document(results.title, subtitle, sections, facts)


def _rank(level: str) -> int:
    return 0 if level == "system" else 1


def _section(level: str, known: dict[Key, Estimate]) -> Section:
    title = LEVELS.get(level, f"By {level.replace('_', ' ')}")
    return Section(level.replace("_", "-"), title, tuple(_tables(level, title, known)))


def _tables(level: str, title: str, known: dict[Key, Estimate]) -> Iterator[Table]:
    for area, heading in AREAS.items():
        mine = [
            each for (name, one, _), each in known.items() if one == level and CATALOGUE[name].area == area
        ]
        if mine:
            yield _table(
                f"{level}-{area}".replace("_", "-"), f"{heading}: {title[:1].lower()}{title[1:]}", mine
            )


def _table(name: str, caption: str, found: Sequence[Estimate]) -> Table:
    grouped = any(each.group for each in found)
    heads = ("Measure", *(("Group",) if grouped else ()), "Unit")
    numbers = ("Mean", "Low end of interval", "High end of interval", "Standard deviation")
    columns = (*(Column(head) for head in heads), *(Column(head, "number") for head in numbers))
    order = list(CATALOGUE)
    rows = tuple(_row(each, grouped=grouped) for each in sorted(found, key=lambda e: order.index(e.measure)))
    return Table(name, caption, columns, rows, folded=True)


def _row(found: Estimate, *, grouped: bool) -> tuple[Cell, ...]:
    measure = CATALOGUE[found.measure]
    scale = _plain_scale(measure.unit, measure.decimals, found.mean)
    group = (Cell(found.group or "whole system"),) if grouped else ()
    unit = Cell(UNITS.get(measure.unit, measure.unit))
    numbers = (_number(value, scale) for value in (found.mean, found.low, found.high, found.sd))
    return (Cell(measure.label), *group, unit, *numbers)


def _plain_scale(unit: str, decimals: int, size: float) -> Scale:
    """Return how to write numbers of a unit without changing it; only shares become percentages."""
    scale = scale_for(unit, max(decimals, 1), size)
    return scale if unit == "share" else Scale(1.0, max(decimals, 1), "", "")


def _number(value: float, scale: Scale) -> Cell:
    return Cell(scale.write(value), value) if isfinite(value) else Cell(MISSING)
