"""How sure we are: replications, intervals, what pairing saves, and how much single winters differ."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.paired import UNCLEAR, Difference, variance_ratio
from flowsim.measures.compare.text import scale_of
from flowsim.measures.estimates import ONE_REPLICATION, Estimate, Key, estimate
from flowsim.measures.format import MISSING, finer, scale_for
from flowsim.report.document import Block, Cell, Column, Listing, Section, Table
from flowsim.report.sentences import counted
from flowsim.units import format_duration

if TYPE_CHECKING:
    from flowsim.report.material import Material

MANY = 1000
"""More replications than this are not worth counting."""


def section(material: Material) -> Section:
    """Return the section."""
    blocks: list[Block] = [Listing(tuple(_facts(material)))]
    if material.n > 1:
        blocks += [_precision(material, i) for i in range(len(material.others))]
        blocks.append(_winters(material))
    return Section("sure", "How sure we are", tuple(blocks))


def _facts(material: Material) -> Iterator[str]:
    manifest, first = material.base.manifest, material.scenarios[0]
    initial = "with its expected patients" if first.setting("time", "initial") == "loaded" else "empty"
    yield f"{counted(material.n, 'replication').capitalize()} of the whole period, from seed {manifest.seed}."
    warm_up = format_duration(manifest.warm_up_minutes)
    yield f"The system starts {initial}, {warm_up} before results are counted."
    if material.n == 1:
        yield ONE_REPLICATION
        return
    if material.others:
        yield "Intervals are of the difference on the same patients (Student's t, adjusted by Bonferroni)."
        ratio = variance_ratio([row for rows in material.headline for row in rows])
        if isfinite(ratio):
            yield f"Pairing leaves {ratio:.0%} of the variance that independent runs would have (median)."
    yield "An interval is about chance. It says nothing of a wrong assumption or a missing pathway."
    yield "No sensitivity study is part of this report, so which assumed values move the answer is not shown."


# -- each difference -------------------------------------------------------------------------------------


def _precision(material: Material, i: int) -> Table:
    columns = (
        Column("Measure"),
        Column("Half-width of the interval", "number"),
        Column("Variance left by pairing", "number"),
        Column("Replications for a clear answer", "number"),
    )
    rows = tuple(_precise(material, row) for row in material.headline[i])
    note = (
        "Replications: about how many would tell, if the difference is as large as it looks. "
        "Where it looks like nothing, more of them do not help."
    )
    caption = f"How well the differences of {material.called[i + 1]} are known"
    return Table(f"precision-{i + 1}", caption, columns, rows, note)


def _precise(material: Material, row: Difference) -> tuple[Cell, ...]:
    scale = scale_of(row)
    where = f", {material.names.of(row.level, row.group)}" if row.group else ""
    wide = Cell(MISSING)
    if isfinite(row.half_width):
        finely = finer(scale, row.half_width, row.half_width, row.half_width)
        text = finely.write_change(row.half_width).removeprefix("+")
        wide = Cell(f"±{text}", row.half_width * scale.factor)
    ratio = Cell(f"{row.ratio:.0%}", row.ratio) if isfinite(row.ratio) else Cell(MISSING)
    return Cell(row.about.label + where), wide, ratio, _needed(row)


def _needed(row: Difference) -> Cell:
    """Return how many replications would make a difference of this size clear."""
    if row.verdict != UNCLEAR:
        return Cell("enough" if row.verdict else MISSING)
    if row.difference == 0:
        return Cell(MISSING)
    count = replications_for(row)
    return Cell(f"over {MANY:,}" if count > MANY else f"about {count:,}", float(count))


def replications_for(row: Difference) -> int:
    """Return how few replications would leave 0 out of the interval; `MANY` + 1 if that many would not."""
    import numpy as np
    from scipy.special import stdtrit

    level = 1.0 - (1.0 - row.confidence) / (2 * row.comparisons)
    spread = row.half_width * np.sqrt(row.n) / stdtrit(row.n - 1, level)
    counts = np.arange(2, MANY + 1)
    enough = np.flatnonzero(stdtrit(counts - 1, level) * spread / np.sqrt(counts) < abs(row.difference))
    return int(counts[enough[0]]) if enough.size else MANY + 1


# -- single winters --------------------------------------------------------------------------------------


def _winters(material: Material) -> Table:
    columns = [Column("Measure")]
    for name in material.called:
        columns += [Column(f"{name}: mean (95% interval)"), Column(f"{name}: 9 in 10 replications")]
    rows = tuple(_spread(material, key) for key in material.headline_keys)
    note = (
        "The interval says how well the mean is known. Nine in ten replications, that is, single winters, "
        "lie between the other two numbers. These intervals are not adjusted."
    )
    return Table("winters", "How single winters differ", tuple(columns), rows, note)


def _spread(material: Material, key: Key) -> tuple[Cell, ...]:
    where = f", {material.names.of(key[1], key[2])}" if key[2] else ""
    cells = [Cell(CATALOGUE[key[0]].label + where)]
    for run in material.runs:
        cells += _ends(estimate(key, run.cells[key])) if key in run.cells else [Cell(MISSING)] * 2
    return tuple(cells)


def _ends(each: Estimate) -> list[Cell]:
    about = CATALOGUE[each.measure]
    scale = scale_for(about.unit, about.decimals, each.mean)
    low, high, least, most = (
        scale.write(value, unit=False)
        for value in (each.low, each.high, each.percentiles[0], each.percentiles[-1])
    )
    return [
        Cell(f"{scale.write(each.mean)} ({low} to {high})", each.mean * scale.factor),
        Cell(f"{least} to {most}"),
    ]
