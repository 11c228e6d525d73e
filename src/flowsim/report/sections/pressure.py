"""Where the pressure sits: beds and their limit, who holds them, where time goes, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.text import change_of
from flowsim.measures.compare.whereabouts import pinch_points, where_time_goes
from flowsim.measures.format import MISSING
from flowsim.report.charts import fan, stacked
from flowsim.report.document import Block, Cell, Column, Figure, Paragraph, Section, Table
from flowsim.report.sections.drawn import (
    by_group,
    events,
    first_few,
    named,
    period,
    through_the_winter,
    title_of,
)
from flowsim.report.sentences import listed
from flowsim.report.tables import differences, tone

if TYPE_CHECKING:
    from flowsim.measures.compare.paired import Difference
    from flowsim.measures.compare.whereabouts import PinchPoint
    from flowsim.measures.estimates import Floats
    from flowsim.report.material import Material
    from flowsim.store.results import Results

BEDS = (
    "admissions",
    "admissions_elective",
    "bed_occupancy",
    "beds_open",
    "beds_occupied",
    "days_over_92",
    "days_over_95",
    "critical_care_occupancy",
    "waiting_for_bed",
    "stay_mean",
    "patients_over_21_days",
    "outliers",
    "electives_cancelled",
)
DISCHARGE = (
    "discharges",
    "discharge_ready",
    "discharge_ready_share",
    "delayed",
    "delay_mean",
    "bed_days_after_ready",
    "discharges_before_noon",
    "discharges_at_weekend",
)
"""Measures shown in this section; all the others are at the end of the report."""
LEAST = 0.5
"""Patient-hours each day below which a pinch point is not shown."""
FELT = 2
"""Places named in which a delay is felt."""


def section(material: Material) -> Section | None:
    """Return the section."""
    parts = [_beds(material), _discharge(material), _time(material), _pinch(material)]
    found = tuple(part for part in parts if part is not None)
    return Section("pressure", "Where the pressure sits", (), found) if found else None


# -- beds ------------------------------------------------------------------------------------------------


def _beds(material: Material) -> Section | None:
    keys = material.keys(BEDS)
    if not keys:
        return None
    blocks: list[Block] = [*_occupied(material)]
    blocks.append(differences(material, "pressure-beds", "Beds, whole system", keys))
    sites = material.keys(["bed_occupancy"], "site")
    for i in range(len(material.others)):
        blocks += by_group(material, i, f"occupancy-plot-{i + 1}", sites, "Occupancy of beds, by site")
    if len(sites) > 1:
        blocks.append(
            differences(material, "occupancy-sites", f"{CATALOGUE['bed_occupancy'].label}, by site", sites)
        )
    return Section("pressure-beds-part", "Beds", tuple(blocks))


def _occupied(material: Material) -> Iterator[Figure]:
    """Yield beds occupied day by day, with the beds there are."""
    each = [(name, _busy(material, run)) for run, name in named(material)]
    runs = [(name, values) for name, values in each if values is not None]
    opened = [material.daily(run, "beds_open") for run, _ in named(material)]
    there = [np.asarray(values.mean(axis=0)) for values in opened if values is not None]
    if not runs or len(there) < len(opened):
        return
    yield fan(
        id="winter-beds",
        title=title_of(material, ("beds_occupied", "system", "")),
        subtitle="Beds occupied, day by day, and beds open (dotted), "
        f"{period(material)}{first_few(material)}",
        dates=material.dates,
        runs=runs,
        capacity=there,
        unit="beds",
        decimals=0,
        events=events(material),
        png=material.png,
    )


def _busy(material: Material, run: Results) -> Floats | None:
    occupancy, opened = (material.daily(run, name) for name in ("bed_occupancy", "beds_open"))
    return None if occupancy is None or opened is None else occupancy * opened


# -- discharge -------------------------------------------------------------------------------------------


def _discharge(material: Material) -> Section | None:
    keys = material.keys(DISCHARGE)
    if not keys:
        return None
    blocks: list[Block] = [
        *through_the_winter(material, "discharge_ready", "Mean number of ready patients in ward beds")
    ]
    for i in range(len(material.runs) if len(material.others) == 1 else 1):
        blocks += _by_pathway(material, i)
    blocks.append(differences(material, "pressure-discharge", "Discharge, whole system", keys))
    pathways = material.keys(["discharge_ready"], "discharge_pathway")
    if pathways:
        caption = "Beds held by patients who are ready, by discharge pathway"
        blocks.append(differences(material, "ready-by-pathway", caption, pathways))
    return Section("pressure-discharge-part", "Discharge", tuple(blocks))


def _by_pathway(material: Material, i: int) -> Iterator[Figure]:
    run, name, level = material.runs[i], material.called[i], "discharge_pathway"
    parts = []
    for group in material.groups_through_time("discharge_ready", level):
        values = material.daily(run, "discharge_ready", level, group)
        if values is not None and values.any():
            parts.append((material.names.of(level, group), values.mean(axis=0)))
    if not parts:
        return
    most = max(parts, key=lambda part: float(part[1].mean()))
    yield stacked(
        id=f"ready-through-time-{i + 1}",
        title=f"{name}: most beds are held on {most[0].partition(':')[0].lower()}",
        subtitle=f"Discharge-ready patients in ward beds by discharge pathway, {period(material)}",
        dates=material.dates,
        parts=parts,
        unit="patients",
        decimals=0,
        png=material.png,
    )


# -- where time goes -------------------------------------------------------------------------------------


def _time(material: Material) -> Section | None:
    if not material.others or not material.keys(["hours_blocked"]):
        return None
    tables = [_budget(material, i, found) for i, found in enumerate(where_time_goes(material.comparison))]
    text = "Patients are in care, wait with no place, or are held in a place until the next accepts them."
    return Section("pressure-time", "Where patients' time goes", (Paragraph(text), *tables))


def _budget(material: Material, i: int, found: dict[str, list[Difference]]) -> Table:
    base, other = material.pair(i)
    heads = ("In care", "Waiting", "Held after care")
    columns = [Column("Kind of service")]
    for head in heads:
        columns += [Column(f"{head}, {base}", "number"), Column(f"{head}, change")]
    rows = tuple(
        (Cell(material.names.of("kind", group)), *(cell for row in rows for cell in _was_and_moves(row)))
        for group, rows in found.items()
    )
    caption = f"Patient-hours each day: {base}, and the change in {other}"
    return Table(f"time-{i + 1}", caption, tuple(columns), rows, "95% intervals, adjusted to hold together.")


def _was_and_moves(row: Difference) -> tuple[Cell, Cell]:
    if isnan(row.difference):
        return Cell(MISSING), Cell(MISSING)
    change = change_of(row).replace(" h/day", "")
    words = f"{change}, {row.verdict}" if row.verdict and row.verdict != "the same" else row.verdict or change
    return Cell(f"{row.base:,.0f}", row.base), Cell(words, row.difference, tone=tone(row))


# -- pinch points ----------------------------------------------------------------------------------------


def _pinch(material: Material) -> Section | None:
    if not material.others or not material.keys(["delay_caused"], "service"):
        return None
    blocks: list[Block] = []
    for i, found in enumerate(pinch_points(material.comparison)):
        points = [point for point in found if not max(point.delay.base, point.delay.other) < LEAST]
        if points:
            blocks += [Paragraph(_worst(material, i, points)), _points(material, i, points)]
    return Section("pinch-points", "Pinch points: what is waited for", tuple(blocks)) if blocks else None


def _worst(material: Material, i: int, points: list[PinchPoint]) -> str:
    worst = points[0]
    holders = [material.names.of("service", name) for name in worst.holders[:FELT]]
    name = material.names.of("service", worst.service)
    other = worst.delay.other
    hours = "no patient-hours" if isnan(other) else f"{other:,.0f} patient-hours a day"
    felt = f" It is felt most in {listed(holders)}." if holders else ""
    return f"In {material.called[i + 1]}, {hours} are held elsewhere for {name}.{felt}"


def _points(material: Material, i: int, points: list[PinchPoint]) -> Table:
    base, other = material.pair(i)
    columns = (
        Column("Waited for"),
        Column(base, "number"),
        Column(other, "number"),
        Column("Change"),
        Column("Most of it held in"),
    )
    rows = tuple(
        (
            Cell(material.names.of("service", point.service)),
            *_hours(point.delay),
            Cell(", ".join(material.names.of("service", name) for name in point.holders[:FELT]) or MISSING),
        )
        for point in points
    )
    caption = f"Patient-hours each day held elsewhere until a service accepts: {base} and {other}"
    return Table(f"pinch-{i + 1}", caption, columns, rows, "95% intervals, adjusted to hold together.")


def _hours(row: Difference) -> tuple[Cell, Cell, Cell]:
    base, other = (Cell(MISSING) if isnan(v) else Cell(f"{v:,.0f}", v) for v in (row.base, row.other))
    change = change_of(row).replace(" h/day", "")
    return base, other, Cell(f"{change}, {row.verdict}" if row.verdict else change, tone=tone(row))
