"""Put a chart together: drawn twice, described, and with its numbers in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite, nan
from re import sub

from flowsim.measures.format import MISSING, finer
from flowsim.report.charts import picture, svg
from flowsim.report.charts.axes import Written
from flowsim.report.charts.sheet import Sheet
from flowsim.report.charts.words import clean
from flowsim.report.document import Cell, Column, Figure, Table
from flowsim.report.theme import MUTED, NARROW, SIZE, WIDE

Draw = Callable[[Sheet], None]
"""Draws on a sheet of a given width, and sets its height."""

Frame = tuple[str, str, str, bool]
"""Id, title (the finding), subtitle, and true to draw it for Word too."""

MORE = 6
"""Rows named one by one in a text alternative; the table has them all."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a chart, for its table.

    Attributes:
        columns: headings; the first is of the names.
        rows: a name and cells.
        note: how to read them.
        folded: true for long tables.
    """

    columns: Sequence[Column]
    rows: Sequence[tuple[Cell, ...]]
    note: str = ""
    folded: bool = True


def assemble(frame: Frame, numbers: Numbers, draw: Draw, told: Callable[[], str], why: str = "") -> Figure:
    """Return the figure: drawn for a page and for a telephone, and as a picture if asked.

    Args:
        frame: id, title and subtitle, and true to draw it for Word too.
        numbers: what stands in its table.
        draw: draws it.
        told: says what it shows.
        why: if there is nothing to draw, why; then these words are drawn and told.
    """
    id, title, subtitle = sub(r"[^A-Za-z0-9]+", "-", frame[0]), clean(frame[1]), clean(frame[2])
    alt, draw = (why, partial(_words, why)) if why else (told(), draw)
    wide, narrow = drawn(draw, WIDE), drawn(draw, NARROW)
    return Figure(
        id=id,
        title=title,
        subtitle=subtitle,
        svg=svg.write(wide, id, title, alt),
        alt=clean(alt),
        table=_table(id, title, subtitle, numbers),
        width=round(wide.width),
        height=round(wide.height),
        narrow=svg.write(narrow, f"{id}-narrow", title, alt),
        png=picture.write(wide) if frame[3] else b"",
    )


def drawn(draw: Draw, width: float) -> Sheet:
    """Return a sheet of a width with the chart on it."""
    sheet = Sheet(width, 0.0)
    draw(sheet)
    return sheet


def _words(why: str, sheet: Sheet) -> None:
    """Say in words why there is nothing to draw."""
    bottom = sheet.paragraph(12, 24, why, sheet.width - 24, lines=5, size=SIZE, colour=MUTED)
    sheet.height = round(bottom + 24)


def number(value: float, form: Written) -> Cell:
    """Return the cell of a value, in the unit of its column."""
    return Cell(form.scale.write(value), _value(value * form.scale.factor))


def change(value: float, form: Written) -> Cell:
    """Return the cell of a difference, in the unit of its column."""
    return Cell(finer(form.scale, value, nan, nan).write_change(value), _value(value * form.scale.factor))


def change_cells(value: float, low: float, high: float, form: Written) -> tuple[Cell, Cell]:
    """Return the cells of a difference and of its interval, in the unit of their column."""
    form = replace(form, scale=finer(form.scale, value, low, high))
    return change(value, form), Cell(_interval(low, high, form))


def with_interval(value: float, low: float, high: float, form: Written) -> str:
    """Return a difference with its interval: -1.7 pts (-2.3 to -1.1)."""
    difference, inside = change_cells(value, low, high, form)
    return difference.text + (f" ({inside.text})" if inside.text else "")


def _interval(low: float, high: float, form: Written) -> str:
    if not (isfinite(low) and isfinite(high)):
        return ""
    return f"{form.scale.write_change(low, unit=False)} to {form.scale.write_change(high, unit=False)}"


def listed(items: Sequence[str]) -> str:
    """Return the first few of many sentences' parts, and how many more there are."""
    if len(items) <= MORE:
        return "; ".join(items)
    return "; ".join(items[:MORE]) + f"; and {len(items) - MORE} more, in the table"


def name(text: str) -> Cell:
    """Return the cell of a name, whole."""
    return Cell(clean(text) or MISSING)


def _value(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _table(id: str, title: str, subtitle: str, numbers: Numbers) -> Table:
    return Table(
        id=f"{id}-table",
        caption=f"{title.rstrip('.')}. {subtitle}" if subtitle else title,
        columns=tuple(numbers.columns),
        rows=tuple(numbers.rows),
        note=numbers.note,
        folded=numbers.folded,
    )
