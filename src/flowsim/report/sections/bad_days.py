"""Bad days: the worst week of a winter, and the chance of missing each target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.paired import paired
from flowsim.measures.estimates import Floats, Key, estimate
from flowsim.report.document import Block, Cell, Column, Paragraph, Section, Table
from flowsim.report.tables import alone, compared

if TYPE_CHECKING:
    from flowsim.measures.compare.targets import Condition
    from flowsim.report.material import Material
    from flowsim.store.results import Results

WEEK = 7
WEIGHED_BY = {"within_4_hours": "attendances", "bed_occupancy": "beds_open"}
"""Shares are weighed by the days' number of these."""
WATCHED = ("within_4_hours", "handover_mean", "in_department", "boarders", "bed_occupancy", "discharge_ready")
"""Measures whose worst week is shown."""


def section(material: Material) -> Section | None:
    """Return the section."""
    blocks: list[Block] = []
    found = [
        name for name in WATCHED if material.days >= WEEK and material.daily(material.base, name) is not None
    ]
    if found:
        text = (
            "The worst seven days in a row of each replication, whenever they are; means over replications."
        )
        blocks += [Paragraph(text), _worst(material, found)]
    if material.targets:
        blocks.append(_missed(material))
    return Section("bad-days", "Bad days", tuple(blocks)) if blocks else None


# -- the worst week --------------------------------------------------------------------------------------


def by_week(material: Material, run: Results, measure: str) -> Floats | None:
    """Return a measure over every seven days in a row: shape (replications, days - 6); None if no series."""
    values = material.daily(run, measure)
    if values is None or values.shape[1] < WEEK:
        return None
    weights = material.daily(run, WEIGHED_BY[measure]) if measure in WEIGHED_BY else None
    weights = np.where(np.isnan(values), 0.0, np.ones_like(values) if weights is None else weights)
    top, bottom = _summed(np.nan_to_num(values) * weights), _summed(weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        weeks: Floats = np.where(bottom > 0, top / bottom, np.nan)
    return weeks


def _summed(values: Floats) -> Floats:
    steps = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    summed: Floats = steps[:, WEEK:] - steps[:, :-WEEK]
    return summed


def worst_weeks(material: Material, run: Results, measures: list[str]) -> Mapping[Key, Floats]:
    """Return the worst seven days of each replication of a run, by measure."""
    found: dict[Key, Floats] = {}
    for name in measures:
        weeks = by_week(material, run, name)
        if weeks is not None:
            worst = np.fmin if CATALOGUE[name].better == "higher" else np.fmax
            found[name, "system", ""] = worst.reduce(weeks, axis=1)
    return found


def _worst(material: Material, measures: list[str]) -> Table:
    base, *others = (worst_weeks(material, run, measures) for run in material.runs)
    keys: list[Key] = [(name, "system", "") for name in measures]
    heads = ("Measure", [CATALOGUE[name].label for name in measures])
    if not others:
        return alone(
            material, "worst-week", "The worst week", heads, [estimate(key, base[key]) for key in keys]
        )
    rows, confidence = len(keys) * len(others), material.comparison.confidence
    found = [paired(keys, base, other, rows, confidence) for other in others]
    note = f"{confidence:.0%} intervals, adjusted to hold together for the {rows} differences here."
    return compared(material, "worst-week", "The worst week", heads, found, note=note)


# -- the chance of missing a target ----------------------------------------------------------------------


def _missed(material: Material) -> Table:
    columns = [Column("Target")]
    for name in material.called:
        columns += [
            Column(f"{name}: replications that miss it", "number"),
            Column(f"{name}: weeks", "number"),
        ]
    rows = tuple(
        (Cell(target.text()), *(cell for i in range(len(material.runs)) for cell in _chance(material, i, j)))
        for j, target in enumerate(material.targets)
    )
    note = "Weeks: share of all seven days in a row that miss it, where there is a daily series."
    return Table("missed-targets", "The chance of missing each target", tuple(columns), rows, note)


def _chance(material: Material, i: int, j: int) -> tuple[Cell, Cell]:
    target, answer = material.targets[j], material.answers[i][j]
    missed = 1.0 - answer.share
    weeks = _weeks(material, material.runs[i], target)
    return Cell(f"{missed:.0%}", missed), Cell("-") if weeks is None else Cell(f"{weeks:.0%}", weeks)


def _weeks(material: Material, run: Results, target: Condition) -> float | None:
    weeks = by_week(material, run, target.measure) if target.level == "system" else None
    if weeks is None or np.isnan(weeks).all():
        return None
    known = weeks[~np.isnan(weeks)]
    return 1.0 - float(np.mean([target.holds(value) for value in known.tolist()]))
