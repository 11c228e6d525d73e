"""From one scenario to the other, change by change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite

from flowsim.measures.measure import Better
from flowsim.report.charts.axes import Axis, Written, across_axis, note, written
from flowsim.report.charts.build import (
    Numbers,
    assemble,
    change_cells,
    listed,
    name,
    number,
    with_interval,
)
from flowsim.report.charts.intervals import whisker
from flowsim.report.charts.rows import AXIS_ROOM, Rows, lay
from flowsim.report.charts.sheet import Sheet
from flowsim.report.charts.words import clean
from flowsim.report.document import Cell, Column, Figure
from flowsim.report.theme import BASE, BETTER, DARK_GREY, EDGE, OTHER, TEXT, WHITE, WORSE, Fill, Stroke

Step = tuple[str, float, float, float]
"""Label, what it adds, lower and upper limit."""

UNCLEAR = "no clear change"
_FILLS = {
    "better": Fill(BETTER),
    "worse": Fill(WORSE),
    "higher": Fill(DARK_GREY),
    "lower": Fill(DARK_GREY),
    UNCLEAR: Fill(WHITE, "rising", DARK_GREY),
    "": Fill(WHITE, "rising", DARK_GREY),
}
_EDGE = Stroke(DARK_GREY, 0.75)


@dataclass(frozen=True, slots=True)
class _Path:
    """Where it starts and ends, the steps between, and which direction is an improvement."""

    start: tuple[str, float]
    end: tuple[str, float]
    steps: list[Step]
    form: Written
    better: Better

    def starts(self) -> list[float]:
        """Return the value before each step; a step without a number adds nothing."""
        added = (step[1] if isfinite(step[1]) else 0.0 for step in self.steps)
        return list(accumulate(added, initial=self.start[1]))[:-1]

    def verdict(self, step: Step) -> str:
        """Return better, worse, higher, lower or no clear change; empty without an interval."""
        _, value, low, high = step
        if not (isfinite(value) and isfinite(low) and isfinite(high)):
            return ""
        if value == 0.0 or low <= 0.0 <= high:
            return UNCLEAR
        direction = "higher" if value > 0.0 else "lower"
        if self.better is None:
            return direction
        return "better" if direction == self.better else "worse"


def waterfall(
    *,
    id: str,
    title: str,
    subtitle: str,
    start: tuple[str, float],
    end: tuple[str, float],
    steps: Sequence[Step],
    unit: str,
    decimals: int,
    better: Better = None,
    png: bool = False,
) -> Figure:
    """Return a waterfall: what each change adds, from the first scenario to the last.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        start: name and value of the scenario to begin with.
        end: name and value of the one to arrive at.
        steps: label, what it adds, lower and upper limit (not a number where there is none), in order; the
            interaction is a step like any other.
        unit: the measure's unit.
        decimals: decimals shown.
        better: "higher" or "lower" where that is an improvement, else None.
        png: true to draw it for Word too.
    """
    form = written(unit, decimals, [start[1], end[1]])
    what = _Path((clean(start[0]), start[1]), (clean(end[0]), end[1]), list(steps), form, better)
    numbers = _numbers(what)
    why = (
        ""
        if isfinite(start[1]) and isfinite(end[1])
        else "There is nothing to draw: the measure has no value in one of the scenarios."
    )
    frame = id, title, subtitle, png
    return assemble(frame, numbers, lambda sheet: _draw(sheet, what), lambda: _told(what), why)


def _draw(sheet: Sheet, what: _Path) -> None:
    write = what.form.scale.write
    said = [(step[0], _said(what, step)) for step in what.steps]
    rows = [(what.start[0], write(what.start[1])), *said, (what.end[0], write(what.end[1]))]
    placed = lay(sheet, rows, strip=36.0)
    starts = what.starts()
    axis = across_axis(sheet, placed.plot, placed.strips, _reach(what, starts), what.form)
    _links(sheet, axis, placed, [*starts, what.end[1]])
    for y, value, colour in (
        (placed.middles[0], what.start[1], BASE),
        (placed.middles[-1], what.end[1], OTHER),
    ):
        sheet.dot(
            axis.at(value),
            y,
            6.0,
            colour,
            Stroke(WHITE, 1.0),
            shape="circle" if colour == OTHER else "square",
        )
    for y, before, step in zip(placed.middles[1:-1], starts, what.steps, strict=True):
        _bar(sheet, axis, y, before, (what, step))
    if axis.low > 0.0 or axis.high < 0.0:
        top = placed.plot.bottom + AXIS_ROOM
        sheet.height = round(note(sheet, top, "The axis does not begin at 0.") + 4)


def _bar(sheet: Sheet, axis: Axis, y: float, before: float, of: tuple[_Path, Step]) -> None:
    what, step = of
    _, value, low, high = step
    if not isfinite(value):
        return
    x = axis.at(before)
    sheet.box(x, y - 13, axis.at(before + value) - x, 16, _FILLS[what.verdict(step)], stroke=_EDGE)
    whisker(sheet, axis, y + 9, (before + low, before + high), TEXT)


def _links(sheet: Sheet, axis: Axis, placed: Rows, values: list[float]) -> None:
    """Join the end of each step to the start of the next."""
    if sheet.narrow:
        return
    for value, one, two in zip(values, placed.middles, placed.middles[1:], strict=False):
        x = axis.at(value)
        sheet.line([x, x], [one, two], Stroke(EDGE, 1.0, (2.0, 2.0)))


def _reach(what: _Path, starts: list[float]) -> list[list[float]]:
    """Return every value that must find room."""
    moved = [
        [before, before + step[1], before + step[2], before + step[3]]
        for before, step in zip(starts, what.steps, strict=True)
    ]
    return [[what.start[1], what.end[1]], *moved]


def _said(what: _Path, step: Step) -> str:
    verdict = what.verdict(step)
    text = with_interval(step[1], step[2], step[3], what.form)
    return f"{text}\n{verdict}" if verdict else text


def _told(what: _Path) -> str:
    write = what.form.scale.write
    parts = [f"{clean(step[0])}: {_said(what, step)}".replace("\n", ", ") for step in what.steps]
    total = what.form.scale.write_change(what.end[1] - what.start[1])
    return (
        f"Waterfall from {what.start[0]} ({write(what.start[1])}) to {what.end[0]} ({write(what.end[1])}), "
        f"{total} in all. {listed(parts) or 'No steps between'}."
    )


def _numbers(what: _Path) -> Numbers:
    form = what.form
    columns = [
        Column("Step"),
        Column(f"Value ({form.heading().lower()})", "number"),
        Column(f"Adds ({form.change_heading()})", "number"),
        Column("Interval", "number"),
        Column("Meaning"),
    ]
    blank = Cell("")
    rows = [(name(what.start[0]), number(what.start[1], form), blank, blank, blank)]
    for step in what.steps:
        label, value, low, high = step
        meaning = Cell(what.verdict(step))
        rows.append((name(label), blank, *change_cells(value, low, high, form), meaning))
    rows.append((name(what.end[0]), number(what.end[1], form), blank, blank, blank))
    return Numbers(columns, rows, "Each row adds to the one above.", folded=False)
