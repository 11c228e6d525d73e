"""Two values side by side in each row, as bars from zero."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

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
from flowsim.report.charts.rows import lay
from flowsim.report.charts.sheet import Sheet
from flowsim.report.charts.words import clean, shorten
from flowsim.report.document import Column, Figure
from flowsim.report.theme import BASE, OTHER, SMALL, TEXT, WHITE, Fill, Stroke

Row = tuple[str, float, float, float, float]
"""Label, value in the baseline, value in the other, lower and upper limit of the difference."""

_HOW = (
    "The line below two bars is the interval of their difference, counted from the end of the upper one: "
    "where it leaves that end out, the two differ clearly."
)
_BASE = Fill(WHITE, "rising", BASE)
_OTHER = Fill(OTHER)
_BASE_EDGE = Stroke(BASE, 1.2)


def bars(
    *,
    id: str,
    title: str,
    subtitle: str,
    rows: Sequence[Row],
    names: tuple[str, str],
    unit: str,
    decimals: int,
    png: bool = False,
) -> Figure:
    """Return bars of two scenarios, row by row, with the interval of their difference.

    The interval is that of the paired difference, drawn below the second bar and counted from the end of
    the first: where it leaves that end out, the two differ clearly.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        rows: label, value of the first, of the second, lower and upper limit of second minus first; not a
            number where there is none.
        names: of the first and of the second scenario.
        unit: the measure's unit.
        decimals: decimals shown.
        png: true to draw it for Word too.
    """
    form = written(unit, decimals, *(row[1:3] for row in rows))
    numbers = _numbers(rows, names, form)
    why = (
        ""
        if any(isfinite(value) for row in rows for value in row[1:3])
        else "There is nothing to draw: no row has a value."
    )
    frame = id, title, subtitle, png
    return assemble(
        frame,
        numbers,
        lambda sheet: _draw(sheet, rows, names, form),
        lambda: f"Bars. {_told(rows, names, form)}.",
        why,
    )


def _draw(sheet: Sheet, rows: Sequence[Row], names: tuple[str, str], form: Written) -> None:
    top = _key(sheet, names, single=_single(rows))
    placed = lay(sheet, [(row[0], _said(row, form)) for row in rows], top=top, strip=44.0)
    reach = [[row[1], row[2], row[1] + row[3], row[1] + row[4]] for row in rows]
    axis = across_axis(sheet, placed.plot, placed.strips, reach, form, zero=True)
    if any(isfinite(row[3]) and isfinite(row[4]) for row in rows):
        sheet.height = round(note(sheet, sheet.height, _HOW) + 4)
    for middle, (_, base, other, low, high) in zip(placed.middles, rows, strict=True):
        _bar(sheet, axis, middle - 19, base, _BASE, edge=_BASE_EDGE)
        _bar(sheet, axis, middle - 5, other, _OTHER)
        whisker(sheet, axis, middle + 14, (base + low, base + high), TEXT)


def _bar(sheet: Sheet, axis: Axis, y: float, value: float, fill: Fill, *, edge: Stroke | None = None) -> None:
    if isfinite(value):
        sheet.box(axis.at(0.0), y, axis.at(value) - axis.at(0.0), 13, fill, stroke=edge)


def _key(sheet: Sheet, names: tuple[str, str], *, single: bool) -> float:
    """Say above the bars which is which; return where they may begin."""
    top = 2.0
    pairs = [(names[0], _BASE, _BASE_EDGE), (names[1], _OTHER, None)]
    for label, fill, edge in pairs[: 1 if single else 2]:
        sheet.box(4, top + 1, 24, 12, fill, stroke=edge)
        sheet.text(36, top + 12, shorten(clean(label), sheet.width - 40, SMALL), size=SMALL)
        top += 20
    return top + 8


def _single(rows: Sequence[Row]) -> bool:
    return not any(isfinite(row[2]) for row in rows)


def _said(row: Row, form: Written) -> str:
    _, base, other, low, high = row
    if not isfinite(other):
        return form.scale.write(base)
    difference = with_interval(other - base, low, high, form)
    return f"{form.scale.write(base)} to {form.scale.write(other)}\n{difference}"


def _told(rows: Sequence[Row], names: tuple[str, str], form: Written) -> str:
    write = form.scale.write
    first, second = clean(names[0]), clean(names[1])
    parts = []
    for row in rows:
        words = f"{clean(row[0])}: {first} {write(row[1])}"
        if isfinite(row[2]):
            words += f", {second} {write(row[2])}, difference {_said(row, form).split(chr(10))[1]}"
        parts.append(words)
    return listed(parts)


def _numbers(rows: Sequence[Row], names: tuple[str, str], form: Written) -> Numbers:
    unit = form.heading().lower()
    columns = [
        Column("Group"),
        *(Column(f"{clean(label)} ({unit})", "number") for label in names),
        Column(f"Difference ({form.change_heading()})", "number"),
        Column("Interval", "number"),
    ]
    made = [
        (
            name(label),
            number(base, form),
            number(other, form),
            *change_cells(other - base, low, high, form),
        )
        for label, base, other, low, high in rows
    ]
    return Numbers(columns, made)
