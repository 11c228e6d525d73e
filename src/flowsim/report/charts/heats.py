"""The week hour by hour: a number in every cell, darker where it is higher."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowsim.measures.format import MISSING
from flowsim.report.charts.axes import Written, finite, written
from flowsim.report.charts.build import Numbers, assemble, name, number
from flowsim.report.charts.sheet import Sheet
from flowsim.report.charts.words import width
from flowsim.report.document import Column, Figure
from flowsim.report.theme import MUTED, SEQUENCE, SMALL, TINY, WHITE, Fill, Stroke, text_on

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CELL = Stroke(WHITE, 1.0)


def heat(
    *,
    id: str,
    title: str,
    subtitle: str,
    values: ArrayLike,
    unit: str,
    decimals: int,
    png: bool = False,
) -> Figure:
    """Return a map of the week: days by hours, with the number in every cell.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        values: shape (7, 24), Monday first, in the unit; not a number where there was nobody.
        unit: the measure's unit.
        decimals: decimals shown, fewer if the numbers would not fit.
        png: true to draw it for Word too.
    """
    table = np.asarray(values, float).reshape(7, 24)
    form = written(unit, decimals, table)
    numbers = _numbers(table, form)
    why = "" if len(finite(table)) else "There is nothing to draw: no hour of the week has a value."
    frame = id, title, subtitle, png
    return assemble(frame, numbers, lambda sheet: _draw(sheet, table, form), lambda: _told(table, form), why)


def _draw(sheet: Sheet, table: NDArray[np.float64], form: Written) -> None:
    texts, heading = _texts(table, form), form.heading()
    across, down = (sheet.width - 46) / 24, (sheet.width - 48) / 7
    if _widest(texts) > down - 4:
        thousands = replace(form.scale, factor=form.scale.factor / 1000.0)
        texts, heading = _texts(table, replace(form, scale=thousands)), f"{heading} in thousands"
    if _widest(texts) <= across - 2 and not sheet.narrow:
        _hours_across(sheet, table, texts, across)
    else:
        _hours_down(sheet, table, texts)
    sheet.text(2, 12, f"{heading}; darker is higher", size=SMALL, colour=MUTED)


def _texts(table: NDArray[np.float64], form: Written) -> list[list[str]]:
    return [[_short(value, form) for value in row] for row in table]


def _widest(texts: list[list[str]]) -> float:
    return max(width(text, TINY) for row in texts for text in row)


def _hours_across(sheet: Sheet, table: NDArray[np.float64], texts: list[list[str]], cell: float) -> None:
    left, top, tall = 42.0, 40.0, 30.0
    for hour in range(24):
        x = left + (hour + 0.5) * cell
        sheet.text(x, top - 6, f"{hour:02d}", size=TINY, colour=MUTED, anchor="middle")
    for day in range(7):
        sheet.text(2, top + day * tall + tall / 2 + 4, DAYS[day][:3], size=SMALL)
        for hour in range(24):
            place = (left + hour * cell, top + day * tall, cell, tall)
            _cell(sheet, place, texts[day][hour], _colour(table, table[day, hour]))
    sheet.text(left, top + 7 * tall + 16, "Hour of the day, from its start", size=SMALL, colour=MUTED)
    sheet.height = round(top + 7 * tall + 24)


def _hours_down(sheet: Sheet, table: NDArray[np.float64], texts: list[list[str]]) -> None:
    left, top, tall = 46.0, 40.0, 21.0
    cell = (sheet.width - left - 2) / 7
    for day in range(7):
        x = left + (day + 0.5) * cell
        sheet.text(x, top - 6, DAYS[day][:3], size=SMALL, anchor="middle")
        for hour in range(24):
            place = (left + day * cell, top + hour * tall, cell, tall)
            _cell(sheet, place, texts[day][hour], _colour(table, table[day, hour]))
    for hour in range(24):
        y = top + hour * tall + tall / 2 + 4
        sheet.text(left - 6, y, f"{hour:02d}:00", size=TINY, colour=MUTED, anchor="end")
    sheet.height = round(top + 24 * tall + 4)


def _cell(sheet: Sheet, place: tuple[float, float, float, float], text: str, colour: str) -> None:
    x, y, wide, tall = place
    sheet.box(x, y, wide, tall, Fill(colour), stroke=_CELL)
    sheet.text(x + wide / 2, y + tall / 2 + 4, text, size=TINY, colour=text_on(colour), anchor="middle")


def _colour(table: NDArray[np.float64], value: float) -> str:
    """Return the step of the ramp that a value falls into; white where there is none."""
    known = finite(table)
    low, high = float(known.min()), float(known.max())
    if not np.isfinite(value) or low == high:
        return SEQUENCE[0]
    step = (value - low) / (high - low) * len(SEQUENCE)
    return SEQUENCE[min(int(step), len(SEQUENCE) - 1)]


def _short(value: float, form: Written) -> str:
    """Return a number as short as it may be: whole from 10 upwards."""
    if not np.isfinite(value):
        return MISSING
    text = form.scale.write(value, unit=False)
    return form.tick(value, 1.0 / form.scale.factor) if abs(value * form.scale.factor) >= 10.0 else text


def _told(table: NDArray[np.float64], form: Written) -> str:
    write = form.scale.write

    def at(place: int) -> str:
        return f"{DAYS[place // 24]} from {place % 24:02d}:00 ({write(float(table.flat[place]))})"

    known = finite(table)
    if known.min() == known.max():
        return f"Heat map of the week by hour. Every hour has the same value, {write(float(known[0]))}."
    words = (
        f"Heat map of the week by hour. Highest: {at(int(np.nanargmax(table)))}. "
        f"Lowest: {at(int(np.nanargmin(table)))}. Mean of all hours: {write(float(known.mean()))}."
    )
    missing = table.size - len(known)
    return words + (f" Hours of the week without a value: {missing}." if missing else "")


def _numbers(table: NDArray[np.float64], form: Written) -> Numbers:
    columns = [Column("Hour"), *(Column(day, "number") for day in DAYS)]
    rows = [
        (name(f"{hour:02d}:00"), *(number(float(table[day, hour]), form) for day in range(7)))
        for hour in range(24)
    ]
    return Numbers(columns, rows, f"Unit: {form.heading().lower()}.")
