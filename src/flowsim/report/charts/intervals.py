"""Differences and their intervals, one row each, about a line at zero."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from flowsim.report.charts.axes import Axis, Written, across_axis, written
from flowsim.report.charts.build import (
    Numbers,
    assemble,
    change_cells,
    listed,
    name,
    with_interval,
)
from flowsim.report.charts.rows import lay
from flowsim.report.charts.sheet import Shape, Sheet
from flowsim.report.charts.words import clean
from flowsim.report.document import Cell, Column, Figure
from flowsim.report.theme import BETTER, DARK_GREY, WHITE, WORSE, Stroke

Row = tuple[str, float, float, float, str]
"""Label, difference, its lower and upper limit, and what it means in words."""

_MARKS: dict[str, tuple[Shape, str, str]] = {
    "better": ("circle", BETTER, BETTER),
    "worse": ("diamond", WORSE, WORSE),
    "higher": ("square", DARK_GREY, DARK_GREY),
    "lower": ("square", DARK_GREY, DARK_GREY),
}
_UNCLEAR: tuple[Shape, str, str] = ("circle", WHITE, DARK_GREY)
"""Shape, fill and outline for each verdict: a hollow circle where nothing is clear."""


def differences(
    *,
    id: str,
    title: str,
    subtitle: str,
    rows: Sequence[Row],
    unit: str,
    decimals: int,
    png: bool = False,
) -> Figure:
    """Return a plot of differences with their intervals and what they mean in words.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        rows: label, difference, lower and upper limit (not a number where there is none), and a verdict:
            "better", "worse", "higher", "lower", "no clear change", "the same" or empty.
        unit: unit of them all.
        decimals: decimals shown.
        png: true to draw it for Word too.
    """
    why = "There is no difference to draw: no measure has a value in both scenarios."
    form = written(unit, decimals, [row[1] for row in rows])
    words = ("Measure", "Differences, with intervals", why)
    return _figure(id=id, title=title, subtitle=subtitle, rows=rows, form=form, words=words, png=png)


def slope(
    *,
    id: str,
    title: str,
    subtitle: str,
    rows: Sequence[tuple[str, float, float, float]],
    unit: str,
    decimals: int,
    better: str = "",
    png: bool = False,
) -> Figure:
    """Return differences by group of patients: a dot and an interval each, about a line at zero.

    A filled mark is a difference whose interval leaves out zero, a hollow circle one that does not.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        rows: group, difference, lower and upper limit (not a number where there is none).
        unit: unit of them all.
        decimals: decimals shown.
        better: "lower" or "higher" where one of them is good for patients; empty where neither is.
        png: true to draw it for Word too.
    """
    why = "There is no difference to draw: no group has patients in both scenarios."
    told = [(*row, _judged(_direction(*row[1:]), better)) for row in rows]
    form = written(unit, decimals, [row[1] for row in rows])
    words = ("Group", "Difference by group, with intervals", why)
    return _figure(id=id, title=title, subtitle=subtitle, rows=told, form=form, words=words, png=png)


def whisker(sheet: Sheet, axis: Axis, y: float, limits: tuple[float, float], colour: str) -> None:
    """Draw an interval as a line with short ends."""
    low, high = limits
    if not (isfinite(low) and isfinite(high)):
        return
    stroke = Stroke(colour, 1.5)
    left, right = axis.at(low), axis.at(high)
    sheet.line([left, right], [y, y], stroke)
    for x in (left, right):
        sheet.line([x, x], [y - 4, y + 4], stroke)


def _figure(
    *,
    id: str,
    title: str,
    subtitle: str,
    rows: Sequence[Row],
    form: Written,
    words: tuple[str, str, str],
    png: bool,
) -> Figure:
    """Return the figure; `words` are the head of the first column, what it is, and why it may be empty."""
    head, what, why = words
    numbers = _numbers(rows, form, head)
    why = "" if any(isfinite(row[1]) for row in rows) else why
    frame = id, title, subtitle, png
    return assemble(
        frame, numbers, lambda sheet: _draw(sheet, rows, form), lambda: f"{what}. {_told(rows, form)}.", why
    )


def _draw(sheet: Sheet, rows: Sequence[Row], form: Written) -> None:
    said = [(row[0], _said(row, form)) for row in rows]
    placed = lay(sheet, said)
    values = [row[1:4] for row in rows]
    heading = f"Difference, {form.change_heading()}"
    axis = across_axis(sheet, placed.plot, placed.strips, values, form, zero=True, heading=heading)
    for y, (_, value, low, high, verdict) in zip(placed.middles, rows, strict=True):
        shape, fill, colour = _MARKS.get(verdict, _UNCLEAR)
        whisker(sheet, axis, y, (low, high), colour)
        if isfinite(value):
            sheet.dot(axis.at(value), y, 5.0, fill, Stroke(colour, 1.5), shape=shape)


def _said(row: Row, form: Written) -> str:
    text = with_interval(row[1], row[2], row[3], form)
    return f"{text}\n{row[4]}" if row[4] else text


def _told(rows: Sequence[Row], form: Written) -> str:
    parts = [
        f"{clean(label)}: {with_interval(value, low, high, form)}" + (f", {verdict}" if verdict else "")
        for label, value, low, high, verdict in rows
    ]
    return listed(parts)


def _numbers(rows: Sequence[Row], form: Written, first: str) -> Numbers:
    columns = [
        Column(first),
        Column(f"Difference ({form.change_heading()})", "number"),
        Column("Interval", "number"),
        Column("Meaning"),
    ]
    made = [
        (name(label), *change_cells(value, low, high, form), _verdict(verdict))
        for label, value, low, high, verdict in rows
    ]
    return Numbers(columns, made)


def _verdict(verdict: str) -> Cell:
    if verdict == "better":
        return Cell(verdict, tone="better")
    return Cell(verdict, tone="worse" if verdict == "worse" else "")


def _judged(direction: str, better: str) -> str:
    """Return better or worse for lower or higher, where one of them is better."""
    if direction not in ("higher", "lower") or not better:
        return direction
    return "better" if direction == better else "worse"


def _direction(value: float, low: float, high: float) -> str:
    """Return higher, lower or no clear change, after the interval; empty without a number."""
    if not (isfinite(value) and isfinite(low) and isfinite(high)):
        return ""
    if low <= 0.0 <= high:
        return "no clear change"
    return "higher" if value > 0.0 else "lower"
