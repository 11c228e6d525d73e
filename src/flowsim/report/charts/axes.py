"""Axes: from numbers and days to pixels, round ticks, and grid lines in one direction only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil, floor, isfinite, log10

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowsim.measures.format import Scale, scale_for
from flowsim.report.charts.sheet import HALO, Anchor, Sheet
from flowsim.report.charts.words import width
from flowsim.report.theme import EDGE_LINE, GRID_LINE, MUTED, SMALL, TINY

Moment = date | datetime | np.datetime64
"""A day, or a time of day."""

_HEADINGS = {
    "share": "Per cent",
    "points": "Percentage points",
    " min": "Minutes",
    " hours": "Hours",
    " days": "Days",
    "/day": "Per day",
    " hours/day": "Hours per day",
    "count": "Number",
}


DATES_ROOM = 36.0
"""Room below a plot for its dates, in pixels."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers from `low` to `high` on pixels from `start` to `stop`."""

    low: float
    high: float
    start: float
    stop: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)

    def along(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the pixels of many values."""
        pixels = self.start + (np.asarray(values, float) - self.low) * self.slope
        return np.asarray(pixels, dtype=np.float64)

    @property
    def slope(self) -> float:
        """Pixels to a unit."""
        return (self.stop - self.start) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle in which marks are drawn: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Written:
    """How the numbers of one picture are written.

    Attributes:
        unit: the measure's unit.
        scale: one scale for all of them, so that minutes and hours are not mixed.
    """

    unit: str
    scale: Scale

    def heading(self) -> str:
        """Return the unit in words, for the head of an axis or a column."""
        if self.scale.prefix:
            return self.scale.prefix + self.scale.suffix.replace("/", " per ")
        known = _HEADINGS.get(self.unit) or _HEADINGS.get(self.scale.suffix)
        return known or self.unit[:1].upper() + self.unit[1:]

    def change_heading(self) -> str:
        """Return the unit of a difference: points for shares."""
        return "percentage points" if self.unit in {"share", "points"} else self.heading().lower()

    def tick(self, value: float, step: float) -> str:
        """Return a number on the axis, with as many decimals as the step between two needs."""
        decimals = _decimals(step * self.scale.factor)
        return replace(self.scale, decimals=decimals).write(value, unit=False)


def written(unit: str, decimals: int, *values: ArrayLike) -> Written:
    """Return how to write numbers of a unit, after the largest of them."""
    size = max((float(np.max(np.abs(v))) for v in map(finite, values) if len(v)), default=0.0)
    return Written(unit, scale_for(unit, decimals, size))


def finite(values: ArrayLike) -> NDArray[np.float64]:
    """Return the numbers among values that may not all be numbers, as one row."""
    row = np.asarray(values, dtype=np.float64).ravel()
    return row[np.isfinite(row)]


def extent(values: Iterable[ArrayLike], *, zero: bool = False) -> tuple[float, float]:
    """Return the least and the greatest number; 0 is taken in if asked, or if it is not far away."""
    rows = [row for row in map(finite, values) if len(row)]
    low = min((float(row.min()) for row in rows), default=0.0)
    high = max((float(row.max()) for row in rows), default=1.0)
    near = 0.0 < low < 0.4 * high or 0.4 * low < high < 0.0
    if zero or near:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        return low - 0.5 * (abs(low) or 1.0) * (low != 0.0), high + 0.5 * (abs(high) or 1.0)
    return low, high


def ticks(low: float, high: float, most: int, factor: float = 1.0) -> list[float]:
    """Return round numbers that reach from at most `low` to at least `high`.

    Args:
        low: the least number that is drawn.
        high: the greatest, above `low`.
        most: at most so many steps.
        factor: by which numbers are multiplied when they are written, for they are round after that.
    """
    step = _round_step((high - low) * factor / most)
    first, last = floor(low * factor / step + 1e-9), ceil(high * factor / step - 1e-9)
    return [i * step / factor for i in range(first, last + 1)]


def value_axis(
    sheet: Sheet, plot: Plot, values: Iterable[ArrayLike], form: Written, *, zero: bool = False, most: int = 5
) -> Axis:
    """Draw grid lines across, their numbers on the left and the unit above; return the axis."""
    marks = ticks(*extent(values, zero=zero), most, form.scale.factor)
    axis = Axis(marks[0], marks[-1], plot.bottom, plot.top)
    step = marks[1] - marks[0]
    for mark in marks:
        y = axis.at(mark)
        sheet.line([plot.left, plot.right], [y, y], EDGE_LINE if mark == 0.0 else GRID_LINE)
        sheet.text(plot.left - 6, y + 4, form.tick(mark, step), size=SMALL, colour=MUTED, anchor="end")
    return axis


def across_axis(
    sheet: Sheet,
    plot: Plot,
    strips: Sequence[tuple[float, float]],
    values: Iterable[ArrayLike],
    form: Written,
    *,
    zero: bool = False,
    heading: str = "",
) -> Axis:
    """Draw grid lines upright through strips, with numbers and the unit below; return the axis.

    Args:
        sheet: to draw on.
        plot: left and right of the axis, and the line below which its numbers stand.
        strips: top and bottom of the stretches in which grid lines show.
        values: what must find room on the axis.
        form: how its numbers are written.
        zero: true to take 0 in.
        heading: what the numbers are, if not the unit.
    """
    marks, texts = _ticks_that_fit(extent(values, zero=zero), plot, sheet.width, form)
    axis = Axis(marks[0], marks[-1], plot.left, plot.right)
    for mark, text in zip(marks, texts, strict=True):
        x, half = axis.at(mark), width(text, SMALL) / 2
        for top, bottom in strips:
            sheet.line([x, x], [top, bottom], EDGE_LINE if mark == 0.0 else GRID_LINE)
        middle = min(max(x, half + 1), sheet.width - half - 1)
        sheet.text(middle, plot.bottom + 16, text, size=SMALL, colour=MUTED, anchor="middle")
    caption(sheet, (plot.left + plot.right) / 2, plot.bottom + 34, heading or form.heading(), "middle")
    return axis


def _ticks_that_fit(
    reach: tuple[float, float], plot: Plot, sheet: float, form: Written
) -> tuple[list[float], list[str]]:
    """Return ticks and how they are written, so few that the numbers stand apart below a plot."""
    room, margin = plot.right - plot.left, min(plot.left, sheet - plot.right)
    for most in (6, 5, 4, 3, 2, 1):
        marks = ticks(*reach, most, form.scale.factor)
        texts = [form.tick(mark, marks[1] - marks[0]) for mark in marks]
        widest = max(width(text, SMALL) for text in texts)
        if widest + 12 + max(widest / 2 + 1 - margin, 0.0) <= room / (len(marks) - 1):
            break
    return marks, texts


def gutter(values: Iterable[ArrayLike], form: Written, *, zero: bool = False, most: int = 5) -> float:
    """Return the room that the numbers on the left of a plot need, in pixels."""
    marks = ticks(*extent(values, zero=zero), most, form.scale.factor)
    step = marks[1] - marks[0]
    return max(width(form.tick(mark, step), SMALL) for mark in marks) + 8


def as_moment(moment: Moment) -> datetime:
    """Return a day or a time as a time."""
    return datetime.fromisoformat(str(np.asarray(moment, dtype="datetime64[s]")))


def days_since(start: Moment, moment: Moment) -> float:
    """Return how many days lie between two moments."""
    return (as_moment(moment) - as_moment(start)) / timedelta(days=1)


def date_axis(sheet: Sheet, plot: Plot, first: Moment, last: Moment) -> Axis:
    """Draw months (or weeks, of a short time) in `DATES_ROOM` below the plot; return the axis of days.

    Every second, third, ... is named where there is no room for all; the year stands below where it begins.
    """
    axis = Axis(0.0, max(days_since(first, last), 1.0), plot.left, plot.right)
    starts = _months(first, last) if axis.high > 75 else _weeks(first, last)
    places = [axis.at(days_since(first, moment)) for moment, _ in starts]
    for x in places:
        sheet.line([x, x], [plot.bottom, plot.bottom + 5], EDGE_LINE)
    year = 0
    room = max(width(words, SMALL) for words in ("2026", *(words for _, words in starts)))
    for (moment, words), x in list(zip(starts, places, strict=True))[:: _every(places, room + 6)]:
        if x + 2 + width(words, SMALL) > sheet.width:
            continue
        sheet.text(x + 2, plot.bottom + 17, words, size=SMALL, colour=MUTED)
        if moment.year != year and axis.high > 75:
            sheet.text(x + 2, plot.bottom + 31, str(moment.year), size=SMALL, colour=MUTED)
        year = moment.year
    return axis


def _every(places: Sequence[float], room: float) -> int:
    """Return of how many places in a row one can be named."""
    steps = range(1, max(len(places), 1))
    return next(
        (k for k in steps if all(b - a >= room for a, b in pairwise(places[::k]))), max(len(places), 1)
    )


def day_text(moment: Moment) -> str:
    """Return a day as it is read: 6 October 2026."""
    day = as_moment(moment)
    return f"{day.day} {day:%B %Y}"


def caption(sheet: Sheet, x: float, y: float, text: str, anchor: Anchor = "start") -> None:
    """Write the unit at the head of an axis."""
    sheet.text(x, y, text, size=SMALL, colour=MUTED, anchor=anchor, halo=HALO)


def note(sheet: Sheet, y: float, text: str) -> float:
    """Write small print across the sheet from `y` and return where it ends."""
    return sheet.paragraph(2, y, text, sheet.width - 4, lines=4, size=TINY, colour=MUTED)


def _months(first: Moment, last: Moment) -> list[tuple[datetime, str]]:
    """Return the start of every month and its name."""
    begin, end = as_moment(first), as_moment(last)
    found: list[tuple[datetime, str]] = []
    month = begin.year * 12 + begin.month - 1 + (begin.day > 1)
    while (day := datetime(month // 12, month % 12 + 1, 1)) <= end:
        found.append((day, f"{day:%b}"))
        month += 1
    return found


def _weeks(first: Moment, last: Moment) -> list[tuple[datetime, str]]:
    """Return every Monday (every day, of less than a fortnight) and its name."""
    begin, end = as_moment(first), as_moment(last)
    return [
        (day, f"{day.day} {day:%b}")
        for day in (begin + timedelta(days=i) for i in range((end - begin).days + 1))
        if day.weekday() == 0 or (end - begin).days < 14
    ]


def _round_step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= rough * (1 - 1e-9))


def _decimals(step: float) -> int:
    """Return how many decimals tell multiples of a step apart."""
    if not isfinite(step) or step == 0.0:
        return 0
    return next((d for d in range(6) if abs(round(step, d) - step) < 1e-9 * abs(step)), 6)


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Return middles for labels near where they are wanted, in the same order, none over another.

    Args:
        wanted: where the middle of each label should be.
        heights: room that each needs.
        low: upper end of the room for all.
        high: lower end of it; exceeded if the labels need more.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = [0.0] * len(wanted)
    edge = low
    for i in order:
        placed[i] = max(wanted[i], edge + heights[i] / 2)
        edge = placed[i] + heights[i] / 2
    edge = max(high, low + sum(heights))
    for i in reversed(order):
        placed[i] = min(placed[i], edge - heights[i] / 2)
        edge = placed[i] - heights[i] / 2
    return placed
