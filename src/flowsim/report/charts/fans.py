"""The winter day by day: median and prediction bands over the replications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowsim.report.charts.axes import (
    DATES_ROOM,
    Axis,
    Moment,
    Plot,
    Written,
    caption,
    date_axis,
    day_text,
    days_since,
    extent,
    finite,
    gutter,
    note,
    spread,
    value_axis,
    written,
)
from flowsim.report.charts.build import Numbers, assemble, name, number
from flowsim.report.charts.events import Events, of_runs, shade
from flowsim.report.charts.sheet import Sheet, line_height
from flowsim.report.charts.words import clean, shorten, wrap
from flowsim.report.document import Cell, Column, Figure
from flowsim.report.theme import (
    BASE_LINE,
    LIMIT_LINE,
    OTHER_LINE,
    SEEN,
    SMALL,
    WHITE,
    Fill,
    Stroke,
    mix,
)

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Lower edge of the wide band, of the narrow one, median, and the upper edges."""
ROOM_FOR_BANDS = 3.0
"""Lighter bands are cut at this many times the highest of what is never cut."""
TABLE_STEP = 7
"""The table gives every seventh day."""
_END_ROOM = 132.0
"""Room at the right of a page for the names of the lines, in pixels."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A run: its name, the quantiles (5, days), its replications, how its line is drawn, and its capacity."""

    name: str
    quantiles: Floats
    replications: int
    stroke: Stroke
    limit: Floats | None = None

    @property
    def median(self) -> Floats:
        """Median of each day."""
        middle: Floats = self.quantiles[2]
        return middle


@dataclass(frozen=True)
class _Fan:
    """All that is drawn."""

    dates: Sequence[Moment]
    runs: list[_Run]
    observed: Floats | None
    events: Events
    form: Written

    def days(self) -> list[float]:
        """Return the days since the first."""
        return [days_since(self.dates[0], day) for day in self.dates]

    def panels(self) -> list[list[_Run]]:
        """Return the runs of each panel: the baseline with one other."""
        base, *others = self.runs
        return [[base, other] for other in others] or [[base]]

    def limits(self, runs: Sequence[_Run]) -> list[tuple[str, Floats]]:
        """Return the capacity of some runs with its name: each of them named where they differ."""
        found = [(run.name, run.limit) for run in runs if run.limit is not None and len(finite(run.limit))]
        if all(np.array_equal(limit, found[0][1], equal_nan=True) for _, limit in found):
            return [("Capacity", limit) for _, limit in found[:1]]
        return [(f"Capacity, {name}", limit) for name, limit in found]

    def values(self) -> list[Floats]:
        """Return everything that must find room on the axis."""
        return [np.minimum(run.quantiles, self.top) for run in self.runs] + self.firm()[len(self.runs) :]

    def firm(self) -> list[Floats]:
        """Return what is never cut: the medians with their darker bands, capacity, and what was observed."""
        inner: list[Floats] = [run.quantiles[1:4] for run in self.runs]
        inner += [limit for _, limit in self.limits(self.runs)]
        return inner + ([self.observed] if self.observed is not None else [])

    @cached_property
    def top(self) -> float:
        """The number above which lighter bands are cut, so that one bad day does not flatten all others."""
        most = max((float(finite(row).max()) for row in self.firm() if len(finite(row))), default=0.0)
        return ROOM_FOR_BANDS * most if most > 0 else inf

    def cut(self) -> list[tuple[float, str]]:
        """Return what goes on above the axis: how far, and on which day."""
        found = []
        for run in self.runs:
            if len(high := finite(run.quantiles[4])) and high.max() > self.top:
                day = int(np.nanargmax(run.quantiles[4]))
                found.append((float(high.max()), day_text(self.dates[day])))
        return found


def fan(
    *,
    id: str,
    title: str,
    subtitle: str,
    dates: Sequence[Moment],
    runs: Sequence[tuple[str, ArrayLike]],
    capacity: float | ArrayLike | None = None,
    observed: ArrayLike | None = None,
    unit: str,
    decimals: int,
    events: Events = (),
    png: bool = False,
) -> Figure:
    """Return a fan chart: the median of each day, and where half and nine tenths of replications lie.

    The first run is the baseline. With more than two runs there is a panel for each of the others, on the
    same scale, with the baseline in all of them.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        dates: the days.
        runs: name and values, shape (replications, days), in the unit; not a number where there was nobody.
        capacity: places, one number, one for each day, or a row of them for each run.
        observed: what was observed, one for each day; not a number where nothing was.
        unit: the measure's unit.
        decimals: decimals shown.
        events: label, first and last day of stretches that are shaded; or these for each run by its name, and
            then a panel shades those of its own runs.
        png: true to draw it for Word too.
    """
    what = _gathered(
        dates=dates,
        runs=runs,
        capacity=capacity,
        observed=observed,
        unit=unit,
        decimals=decimals,
        events=events,
    )
    numbers = _numbers(what)
    why = (
        ""
        if any(len(finite(run.median)) for run in what.runs)
        else "There is nothing to draw: no replication has a value on any of these days."
    )
    frame = id, title, subtitle, png
    return assemble(frame, numbers, lambda sheet: _draw(sheet, what), lambda: _told(what), why)


def quantiles(values: ArrayLike) -> Floats:
    """Return the `QUANTILES` of each day, shape (5, days), over the replications that have a value."""
    table = np.atleast_2d(np.asarray(values, float))
    found = np.full((len(QUANTILES), table.shape[1]), np.nan)
    known = np.isfinite(table).any(axis=0)
    if known.any():
        found[:, known] = np.nanquantile(table[:, known], QUANTILES, axis=0)
    return found


def _gathered(
    *,
    dates: Sequence[Moment],
    runs: Sequence[tuple[str, ArrayLike]],
    capacity: float | ArrayLike | None,
    observed: ArrayLike | None,
    unit: str,
    decimals: int,
    events: Events,
) -> _Fan:
    strokes = [BASE_LINE] + [OTHER_LINE] * len(runs)
    limits: Sequence[Floats | None] = [None] * len(runs)
    if capacity is not None:
        limits = list(np.broadcast_to(np.asarray(capacity, float), (len(runs), len(dates))))
    made = [
        _Run(clean(label), quantiles(values), len(np.atleast_2d(np.asarray(values))), stroke, limit)
        for (label, values), stroke, limit in zip(runs, strokes, limits, strict=False)
    ]
    seen = None if observed is None else np.asarray(observed, float)
    form = written(unit, decimals, *(run.median for run in made))
    return _Fan(dates, made, seen, events, form)


def _draw(sheet: Sheet, what: _Fan) -> None:
    top = 4.0
    for panel in what.panels():
        top = _panel(sheet, what, panel, top) + 14
    sheet.height = round(note(sheet, top, _how_to_read(what)) + 4)


def _panel(sheet: Sheet, what: _Fan, runs: list[_Run], top: float) -> float:
    """Draw one panel from `top` and return where it ends."""
    values = what.values()
    left = gutter(values, what.form) + 2
    right = sheet.width - (10 if sheet.narrow else _END_ROOM)
    if sheet.narrow:
        top = _key(sheet, what, runs, top)
    caption(sheet, 2, top + 12, what.form.heading())
    depth = 190.0 if sheet.narrow else 230.0
    upper = shade(
        sheet,
        of_runs(what.events, [run.name for run in runs]),
        what.dates,
        Plot(left, top + 24, right, top + 24 + depth),
    )
    plot = Plot(left, upper, right, upper + depth)
    axis = value_axis(sheet, plot, values, what.form)
    days = date_axis(sheet, plot, what.dates[0], what.dates[-1])
    xs = days.along(what.days())
    for run in runs:
        _bands(sheet, run, xs, axis, what.top)
    for _, limit in what.limits(runs):
        sheet.line(xs, axis.along(limit), LIMIT_LINE)
    for run in runs:
        sheet.line(xs, axis.along(run.median), run.stroke)
        if len(finite(run.median)) == 1:  # a line needs two days
            day = int(np.flatnonzero(np.isfinite(run.median))[0])
            sheet.dot(float(xs[day]), axis.at(float(run.median[day])), 3.5, run.stroke.colour, run.stroke)
    _points(sheet, what, xs, axis)
    if not sheet.narrow:
        _ends(sheet, what, runs, axis, plot)
    return plot.bottom + DATES_ROOM


def _bands(sheet: Sheet, run: _Run, xs: Floats, axis: Axis, top: float) -> None:
    if run.replications < 2:
        return
    edges = [axis.along(row) for row in np.minimum(run.quantiles, top)]
    sheet.band(xs, edges[0], edges[4], Fill(mix(run.stroke.colour, 0.45), opacity=0.35))
    sheet.band(xs, edges[1], edges[3], Fill(mix(run.stroke.colour, 0.6), opacity=0.5))


def _points(sheet: Sheet, what: _Fan, xs: Floats, axis: Axis) -> None:
    if what.observed is None:
        return
    for x, y in zip(xs, axis.along(what.observed), strict=True):
        if np.isfinite(y):
            sheet.dot(float(x), float(y), 2.3, WHITE, Stroke(SEEN, 1.3))


def _names(what: _Fan, runs: list[_Run]) -> list[tuple[str, Stroke | None, Floats]]:
    """Return what needs a name: its name, its line (None for points) and its values."""
    rows: list[tuple[str, Stroke | None, Floats]] = [(run.name, run.stroke, run.median) for run in runs]
    for label, limit in what.limits(runs):
        places = what.form.scale.write(float(finite(limit)[-1]), unit=False)
        base = label == f"Capacity, {what.runs[0].name}"
        rows.append(
            (f"{what.runs[0].name} capacity {places}" if base else f"Capacity {places}", LIMIT_LINE, limit)
        )
    if what.observed is not None and len(finite(what.observed)):
        rows.append(("Observed", None, what.observed))
    return [row for row in rows if len(finite(row[2]))]


def _ends(sheet: Sheet, what: _Fan, runs: list[_Run], axis: Axis, plot: Plot) -> None:
    """Name the lines where they end, moved apart if need be."""
    rows = _names(what, runs)
    lines = [wrap(label, _END_ROOM - 26, SMALL, 3) for label, _, _ in rows]
    ends = [axis.at(float(finite(values)[-1])) for _, _, values in rows]
    heights = [len(found) * line_height(SMALL) + 4 for found in lines]
    middles = spread(ends, heights, plot.top - 10, plot.bottom + 10)
    for (_, stroke, _), found, end, middle in zip(rows, lines, ends, middles, strict=True):
        if stroke is None:
            sheet.dot(plot.right + 9, middle, 3.0, WHITE, Stroke(SEEN, 1.5))
        else:
            sheet.line([plot.right + 2, plot.right + 12], [end, middle], Stroke(stroke.colour, 1.0))
        sheet.lines(plot.right + 16, middle, found, size=SMALL)


def _key(sheet: Sheet, what: _Fan, runs: list[_Run], top: float) -> float:
    """Show on a telephone, above the plot, which line is which; return where the key ends."""
    for label, stroke, _ in _names(what, runs):
        if stroke is None:
            sheet.dot(18, top + 8, 3.0, WHITE, Stroke(SEEN, 1.5))
        else:
            sheet.line([4, 32], [top + 8, top + 8], stroke)
        sheet.text(40, top + 12, shorten(label, sheet.width - 44, SMALL), size=SMALL)
        top += 18
    return top + 4


def _how_to_read(what: _Fan) -> str:
    most = max(run.replications for run in what.runs)
    if most < 2:
        return "One replication, so there are no bands. Another would differ: run more before deciding."
    words = (
        f"Lines: median of {most} replications. Darker band: half of them; lighter band: nine in ten. "
        "Bands are for single days, not for the whole winter."
    )
    low = what.form.scale.factor * min(float(finite(v).min()) for v in what.values() if len(finite(v)))
    words += " The axis does not begin at 0." if low > 0 and not _from_zero(what) else ""
    if cut := what.cut():
        high, day = max(cut)
        words += f" Lighter bands are cut at the top; they reach {what.form.scale.write(high)} on {day}."
    return words


def _from_zero(what: _Fan) -> bool:
    return extent(what.values())[0] <= 0.0


def _told(what: _Fan) -> str:
    """Return what the picture shows, from the numbers."""
    first, last = day_text(what.dates[0]), day_text(what.dates[-1])
    parts = [f"Line chart, {first} to {last}, with bands for 50% and 90% of replications."]
    parts += [_told_of(run, what) for run in what.runs]
    parts += [
        f"{label}: {what.form.scale.write(float(finite(limit)[0]))}."
        for label, limit in what.limits(what.runs)
    ]
    if what.observed is not None and len(finite(what.observed)):
        seen = finite(what.observed)
        parts.append(f"Observed on {len(seen)} days, mean {what.form.scale.write(float(seen.mean()))}.")
    shaded = of_runs(what.events, [run.name for run in what.runs])
    parts += [f"Shaded: {clean(label)}, {day_text(a)} to {day_text(b)}." for label, a, b in shaded]
    return " ".join(parts)


def _told_of(run: _Run, what: _Fan) -> str:
    if not len(finite(run.median)):
        return f"{run.name}: no values."
    write = what.form.scale.write
    peak = int(np.nanargmax(run.median))
    known = finite(run.median)
    ends = f"median {write(float(known[0]))} at the start and {write(float(known[-1]))} at the end"
    top = f"highest {write(float(run.median[peak]))} on {day_text(what.dates[peak])}"
    low, high = (float(run.quantiles[row, peak]) for row in (0, 4))
    band = f" (90% of replications {write(low)} to {write(high)})" if run.replications > 1 else ""
    return f"{run.name}: {ends}; {top}{band}."


def _numbers(what: _Fan) -> Numbers:
    unit = what.form.heading().lower()
    columns = [Column("Day")]
    rows: list[list[Cell]] = [[name(day_text(day))] for day in what.dates[::TABLE_STEP]]
    for run in what.runs:
        for row, words in ((2, "median"), (0, "5th percentile"), (4, "95th percentile")):
            columns.append(Column(f"{run.name}: {words} ({unit})", "number"))
            _add(rows, run.quantiles[row], what.form)
    seen = [("Observed", what.observed)] if what.observed is not None else []
    for words, values in [*what.limits(what.runs), *seen]:
        columns.append(Column(f"{words} ({unit})", "number"))
        _add(rows, values, what.form)
    return Numbers(columns, [tuple(row) for row in rows], "Every seventh day of those drawn.")


def _add(rows: list[list[Cell]], values: Floats, form: Written) -> None:
    for row, value in zip(rows, values[::TABLE_STEP], strict=True):
        row.append(number(float(value), form))
