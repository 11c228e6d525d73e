"""How a quantity is spread over patients: one panel for each scenario, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowsim.report.charts.axes import (
    Axis,
    Plot,
    Written,
    caption,
    finite,
    note,
    ticks,
    written,
)
from flowsim.report.charts.build import Numbers, assemble, name, nothing
from flowsim.report.charts.sheet import HALO, Sheet
from flowsim.report.charts.words import clean, shorten, width
from flowsim.report.document import Cell, Column, Figure
from flowsim.report.theme import (
    DARK_PINK,
    EDGE_LINE,
    GRID_LINE,
    MUTED,
    PARTS,
    SIZE,
    SMALL,
    WHITE,
    Stroke,
)

Floats = NDArray[np.float64]
BINS = 32
"""About so many bars."""
TAIL = 0.01
"""Share of values at either end that the outermost bars take up."""
_DEPTH = 130.0
_EDGE = Stroke(WHITE, 0.75)


@dataclass(frozen=True, slots=True)
class _Spread:
    """Edges of the bars, and for each run its name, share of values in every bar, and values."""

    edges: Floats
    runs: list[tuple[str, Floats, Floats]]
    form: Written
    cut: bool

    @property
    def middles(self) -> Floats:
        """Middle of every bar."""
        return (self.edges[1:] + self.edges[:-1]) / 2


def histogram(
    *,
    id: str,
    title: str,
    subtitle: str,
    runs: Sequence[tuple[str, ArrayLike]],
    unit: str,
    decimals: int,
    png: bool = False,
) -> Figure:
    """Return the distribution of a quantity over patients, in per cent of those counted.

    The outermost bars also hold what lies beyond them, about one in a hundred at either end.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        runs: name and values, one for each patient; those that are not numbers are left out.
        unit: unit of the values.
        decimals: decimals shown.
        png: true to draw it for Word too.
    """
    rows = [(clean(label), finite(values)) for label, values in runs]
    form = written(unit, decimals, *(np.quantile(v, [TAIL, 1 - TAIL]) for _, v in rows if len(v)))
    if not any(len(values) for _, values in rows):
        numbers = Numbers([Column("From"), Column("To")], [])
        why = "There is nothing to draw: no patient has a value."
        return nothing(id=id, title=title, subtitle=subtitle, why=why, numbers=numbers, png=png)
    what = _binned(rows, form)
    return assemble(
        id=id,
        title=title,
        subtitle=subtitle,
        draw=lambda sheet: _draw(sheet, what),
        alt=_told(what),
        numbers=_numbers(what),
        png=png,
    )


def _binned(rows: list[tuple[str, Floats]], form: Written) -> _Spread:
    known = np.concatenate([values for _, values in rows])
    low, high = (float(q) for q in np.quantile(known, [TAIL, 1 - TAIL]))
    if low == high:
        low, high = low - 0.5 / form.scale.factor, high + 0.5 / form.scale.factor
    edges = np.array(ticks(low, high, BINS, form.scale.factor))
    cut = bool(known.min() < edges[0] or known.max() > edges[-1])
    runs = [(label, _shares(values, edges), values) for label, values in rows]
    return _Spread(edges, runs, form, cut)


def _shares(values: Floats, edges: Floats) -> Floats:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return np.asarray(counts / max(len(values), 1), dtype=np.float64)


def _draw(sheet: Sheet, what: _Spread) -> None:
    per_cent = written("share", 0)
    most = max(float(shares.max()) for _, shares, _ in what.runs)
    steps = ticks(0.0, most, 3, 100.0)
    left = max(width(per_cent.tick(s, steps[1]), SMALL) for s in steps) + 10
    right = sheet.width - 14
    axis = Axis(float(what.edges[0]), float(what.edges[-1]), left, right)
    caption(sheet, 2, 12, "Per cent of patients")
    top = 22.0
    for i, (label, *_) in enumerate(what.runs):
        sheet.text(left, top + 14, shorten(label, right - left, SIZE, bold=True), size=SIZE, bold=True)
        plot = Plot(left, top + 40, right, top + 40 + _DEPTH)
        _grid(sheet, plot, steps, per_cent)
        _bars(sheet, what, i, axis, Axis(0.0, steps[-1], plot.bottom, plot.top))
        _median(sheet, what, i, axis, plot)
        top = plot.bottom + 8
    _below(sheet, axis, top - 8, what)
    words = "The outermost bars also hold the values beyond them. " if what.cut else ""
    words += "The upright line marks the median."
    sheet.height = round(note(sheet, top + 38, words) + 4)


def _grid(sheet: Sheet, plot: Plot, steps: list[float], form: Written) -> None:
    up = Axis(0.0, steps[-1], plot.bottom, plot.top)
    for step in steps:
        y = up.at(step)
        sheet.line([plot.left, plot.right], [y, y], GRID_LINE if step else EDGE_LINE)
        sheet.text(plot.left - 6, y + 4, form.tick(step, steps[1]), size=SMALL, colour=MUTED, anchor="end")


def _bars(sheet: Sheet, what: _Spread, i: int, axis: Axis, up: Axis) -> None:
    """Draw the bars of one run: hatched for the baseline, if there is another."""
    fill = PARTS[1] if i == 0 and len(what.runs) > 1 else PARTS[0]
    edge = Stroke(fill.ink, 0.75) if fill.hatch else _EDGE
    shares, edges = what.runs[i][1], axis.along(what.edges)
    for k in np.flatnonzero(shares):
        y = up.at(float(shares[k]))
        sheet.box(float(edges[k]), y, float(edges[k + 1] - edges[k]), up.start - y, fill, stroke=edge)


def _median(sheet: Sheet, what: _Spread, i: int, axis: Axis, plot: Plot) -> None:
    values = what.runs[i][2]
    if not len(values):
        sheet.text(plot.left + 8, plot.top + 16, "No patient has a value.", size=SMALL, colour=MUTED)
        return
    middle = float(np.median(values))
    x = axis.at(min(max(middle, axis.low), axis.high))
    words = f"Median {what.form.scale.write(middle)}"
    sheet.line([x, x], [plot.top - 8, plot.bottom], Stroke(DARK_PINK, 2.0))
    after = x + 6 + width(words, SMALL) <= plot.right
    at = x + 5 if after else x - 5
    sheet.text(at, plot.top - 4, words, colour=DARK_PINK, anchor="start" if after else "end", halo=HALO)


def _below(sheet: Sheet, axis: Axis, y: float, what: _Spread) -> None:
    marks = ticks(axis.low, axis.high, 4 if sheet.narrow else 8, what.form.scale.factor)
    marks = [mark for mark in marks if axis.low - 1e-9 <= mark <= axis.high + 1e-9]
    step = marks[1] - marks[0] if len(marks) > 1 else axis.high - axis.low
    for mark in marks:
        x = axis.at(mark)
        sheet.line([x, x], [y, y + 5], EDGE_LINE)
        sheet.text(x, y + 18, what.form.tick(mark, step), size=SMALL, colour=MUTED, anchor="middle")
    caption(sheet, (axis.start + axis.stop) / 2, y + 36, what.form.heading(), "middle")


def _told(what: _Spread) -> str:
    parts = [f"Histogram with {len(what.edges) - 1} bars."]
    write = what.form.scale.write
    for label, _, values in what.runs:
        if not len(values):
            parts.append(f"{label}: no values.")
            continue
        low, quarter, middle, upper, high = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
        parts.append(
            f"{label}, {len(values):,} patients: median {write(middle)}, half between {write(quarter)} and "
            f"{write(upper)}, nine in ten between {write(low)} and {write(high)}."
        )
    return " ".join(parts)


def _numbers(what: _Spread) -> Numbers:
    unit = what.form.heading().lower()
    columns = [Column(f"From ({unit})"), Column(f"to below ({unit})", "number")]
    columns += [Column(f"{label} (% of patients)", "number") for label, _, _ in what.runs]
    step = float(what.edges[1] - what.edges[0])
    rows = []
    for i, (start, stop) in enumerate(zip(what.edges[:-1], what.edges[1:], strict=True)):
        cells = [Cell(f"{shares[i] * 100:.1f}%", float(shares[i] * 100)) for _, shares, _ in what.runs]
        ends = [_edge_cell(float(edge), step, what.form) for edge in (start, stop)]
        rows.append((*ends, *cells))
    return Numbers(columns, rows, "The first and the last bar also hold the values beyond them." * what.cut)


def _edge_cell(edge: float, step: float, form: Written) -> Cell:
    return Cell(name(form.tick(edge, step)).text, edge * form.scale.factor)
