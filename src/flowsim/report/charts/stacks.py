"""Parts of a whole through time: patients ready for discharge, by pathway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowsim.report.charts.axes import (
    DATES_ROOM,
    Moment,
    Plot,
    Written,
    caption,
    date_axis,
    day_text,
    days_since,
    finite,
    gutter,
    spread,
    value_axis,
    written,
)
from flowsim.report.charts.build import Numbers, assemble, listed, name, number
from flowsim.report.charts.sheet import Sheet, line_height
from flowsim.report.charts.words import clean, shorten, wrap
from flowsim.report.document import Column, Figure
from flowsim.report.theme import EDGE, LEAD_LINE, PARTS, SMALL, WHITE, Fill, Stroke

Floats = NDArray[np.float64]
TABLE_STEP = 7
"""The table gives every seventh day."""
_END_ROOM = 190.0
_SWATCH = Stroke(EDGE, 1.0)


@dataclass(frozen=True, slots=True)
class _Stack:
    """Dates, parts (label, values, fill) from the bottom up, and how numbers are written."""

    dates: Sequence[Moment]
    parts: list[tuple[str, Floats, Fill]]
    form: Written

    def tops(self) -> Floats:
        """Return the upper edge of every part, shape (parts + 1, days); the first is the ground."""
        values = np.array([np.nan_to_num(values) for _, values, _ in self.parts])
        return np.vstack([np.zeros(len(self.dates)), np.cumsum(values, axis=0)])


def stacked(
    *,
    id: str,
    title: str,
    subtitle: str,
    dates: Sequence[Moment],
    parts: Sequence[tuple[str, ArrayLike]],
    unit: str,
    decimals: int,
    png: bool = False,
) -> Figure:
    """Return parts of a whole, one upon the other, through time.

    Neighbours differ in lightness and pattern. More than six parts: the smallest are drawn as one.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        dates: the days.
        parts: name and values of each day, from the bottom up; not a number counts as none.
        unit: the measure's unit.
        decimals: decimals shown.
        png: true to draw it for Word too.
    """
    rows = [(clean(label), np.asarray(values, float)) for label, values in parts]
    whole = np.sum([np.nan_to_num(values) for _, values in rows], axis=0) if rows else np.zeros(len(dates))
    form = written(unit, decimals, whole)
    numbers = _numbers(dates, rows, form)
    drawn = [(*row, fill) for row, fill in zip(_few(rows), PARTS, strict=False)]
    what = _Stack(dates, drawn, form)
    why = (
        ""
        if any(finite(values).any() for _, values in rows)
        else "There is nothing to draw: nobody is counted on any of these days."
    )
    frame = id, title, subtitle, png
    return assemble(
        frame, numbers, lambda sheet: _draw(sheet, what), lambda: _told(dates, rows, whole, form), why
    )


def _few(rows: list[tuple[str, Floats]]) -> list[tuple[str, Floats]]:
    """Return at most as many parts as can be told apart, the smallest put together."""
    if len(rows) <= len(PARTS):
        return rows
    sizes = [float(np.nansum(values)) for _, values in rows]
    kept = sorted(sorted(range(len(rows)), key=lambda i: -sizes[i])[: len(PARTS) - 1])
    rest = [i for i in range(len(rows)) if i not in kept]
    others = np.sum([np.nan_to_num(rows[i][1]) for i in rest], axis=0)
    return [*(rows[i] for i in kept), (f"{len(rest)} others together", others)]


def _draw(sheet: Sheet, what: _Stack) -> None:
    tops = what.tops()
    top = _key(sheet, what) if sheet.narrow else 0.0
    left = gutter([tops], what.form, zero=True) + 2
    plot = Plot(left, top + 22, sheet.width - (10 if sheet.narrow else _END_ROOM), top + 262)
    caption(sheet, 2, top + 12, what.form.heading())
    axis = value_axis(sheet, plot, [tops], what.form, zero=True)
    days = date_axis(sheet, plot, what.dates[0], what.dates[-1])
    xs = days.along([days_since(what.dates[0], day) for day in what.dates])
    for i, (_, _, fill) in enumerate(what.parts):
        sheet.band(xs, axis.along(tops[i]), axis.along(tops[i + 1]), fill)
    for edge in tops[1:]:
        sheet.line(xs, axis.along(edge), Stroke(WHITE, 1.5))
    sheet.line(xs, axis.along(tops[-1]), Stroke(EDGE, 1.0))
    if not sheet.narrow:
        _ends(sheet, what, axis.along((tops[:-1, -1] + tops[1:, -1]) / 2), plot)
    sheet.height = round(plot.bottom + DATES_ROOM + 2)


def _ends(sheet: Sheet, what: _Stack, ends: Floats, plot: Plot) -> None:
    """Name each part where it ends, from the bottom up, with a sample of its pattern."""
    lines = [wrap(label, _END_ROOM - 54, SMALL, 3) for label, _, _ in what.parts]
    heights = [len(found) * line_height(SMALL) + 6 for found in lines]
    down = slice(None, None, -1)
    middles = spread(list(ends[down]), heights[down], plot.top - 14, plot.bottom + 14)[down]
    for (_, _, fill), found, end, middle in zip(what.parts, lines, ends, middles, strict=True):
        sheet.line([plot.right + 2, plot.right + 14], [float(end), middle], LEAD_LINE)
        sheet.box(plot.right + 16, middle - 7, 20, 14, fill, stroke=_SWATCH)
        sheet.lines(plot.right + 44, middle, found, size=SMALL)


def _key(sheet: Sheet, what: _Stack) -> float:
    """Show on a telephone, above the plot, which pattern is which, in the order of the stack."""
    top = 2.0
    for label, _, fill in reversed(what.parts):
        sheet.box(4, top + 1, 20, 14, fill, stroke=_SWATCH)
        sheet.text(32, top + 12, shorten(label, sheet.width - 36, SMALL), size=SMALL)
        top += 20
    return top + 4


def _told(dates: Sequence[Moment], rows: list[tuple[str, Floats]], whole: Floats, form: Written) -> str:
    write = form.scale.write
    peak = int(np.argmax(whole))
    shares = [
        f"{label}: mean {write(float(np.nan_to_num(values).mean()))}, {write(_at(values, peak))} on that day"
        for label, values in rows
    ]
    return (
        f"Stacked areas, {day_text(dates[0])} to {day_text(dates[-1])}. Together: mean "
        f"{write(float(whole.mean()))}, highest {write(float(whole[peak]))} on {day_text(dates[peak])}. "
        f"{listed(shares)}."
    )


def _at(values: Floats, day: int) -> float:
    return float(np.nan_to_num(values)[day])


def _numbers(dates: Sequence[Moment], rows: list[tuple[str, Floats]], form: Written) -> Numbers:
    unit = form.heading().lower()
    columns = [Column("Day"), *(Column(f"{label} ({unit})", "number") for label, _ in rows)]
    made = [
        (name(day_text(dates[i])), *(number(float(values[i]), form) for _, values in rows))
        for i in range(0, len(dates), TABLE_STEP)
    ]
    return Numbers(columns, made, "Every seventh day of those drawn.")
