"""Surges by options: a table as a picture, shaded from worst to best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flowsim.measures.format import MISSING
from flowsim.report.charts.axes import note
from flowsim.report.charts.build import Numbers, assemble, listed, name
from flowsim.report.charts.sheet import Sheet, line_height
from flowsim.report.charts.words import clean, wrap
from flowsim.report.document import Cell, Column, Figure
from flowsim.report.theme import BETTER, EDGE, SIZE, SMALL, TEXT, WHITE, WORSE, Fill, Stroke, mix

Entry = tuple[str, float | None, float | None]
"""Text, the number behind it, and a shade from -1 (worst) through 0 to 1 (best)."""

NOTICED = 0.15
"""Shades weaker than this get no mark."""
_LINE = Stroke(EDGE, 0.75)


@dataclass(frozen=True, slots=True)
class _Matrix:
    rows: list[str]
    columns: list[str]
    cells: list[list[Entry]]
    note: str


def matrix(
    *,
    id: str,
    title: str,
    subtitle: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Entry]],
    note: str = "",
    png: bool = False,
) -> Figure:
    """Return a shaded table: one row for each surge, one column for each option.

    A triangle that points up marks the better cells, one that points down the worse ones, so that the
    shading is not needed to read it. On a telephone, columns are written below each other.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: measure, unit, population and period.
        rows: their names.
        columns: their names.
        cells: for each row, one (text, value, shade) for each column; a shade is from -1 (worst) to 1
            (best), or None.
        note: how to read it.
        png: true to draw it for Word too.
    """
    what = _Matrix([clean(r) for r in rows], [clean(c) for c in columns], [list(r) for r in cells], note)
    numbers = _numbers(what)
    why = "" if what.rows and what.columns else "There is nothing to show: the study has no finished run."
    frame = id, title, subtitle, png
    return assemble(frame, numbers, lambda sheet: _draw(sheet, what), lambda: _told(what), why)


def _draw(sheet: Sheet, what: _Matrix) -> None:
    roomy = (sheet.width - 150) / len(what.columns) >= 96 and not sheet.narrow
    bottom = _grid(sheet, what) if roomy else _list(sheet, what)
    if any(abs(shade or 0.0) >= NOTICED for row in what.cells for _, _, shade in row):
        bottom = _key(sheet, bottom + 8)
    sheet.height = round((note(sheet, bottom + 8, what.note) if what.note else bottom) + 6)


def _grid(sheet: Sheet, what: _Matrix) -> float:
    left = 150.0
    cell = (sheet.width - left - 2) / len(what.columns)
    heads = [wrap(label, cell - 12, SMALL, 3, bold=True) for label in what.columns]
    top = max(len(lines) for lines in heads) * line_height(SMALL) + 10
    for i, lines in enumerate(heads):
        middle = top - 6 - len(lines) * line_height(SMALL) / 2
        sheet.lines(left + (i + 0.5) * cell, middle, lines, size=SMALL, anchor="middle", bold=True)
    for label, entries in zip(what.rows, what.cells, strict=True):
        names = wrap(label, left - 14, SIZE, 3)
        texts = [_lines(entry[0], cell - 34) for entry in entries]
        tall = max(1, *(len(lines) for lines in [names, *texts])) * line_height(SIZE) + 14
        sheet.lines(2, top + tall / 2, names, size=SIZE)
        for i, (entry, lines) in enumerate(zip(entries, texts, strict=True)):
            _cell(sheet, (left + i * cell, top, cell, tall), entry, lines)
        top += tall
    return top


def _list(sheet: Sheet, what: _Matrix) -> float:
    """Write each row as a heading with its columns below it."""
    top = 4.0
    half = (sheet.width - 8) / 2
    for label, entries in zip(what.rows, what.cells, strict=True):
        for line in wrap(label, sheet.width - 8, SIZE, 2, bold=True):
            sheet.text(4, top + 13, line, size=SIZE, bold=True)
            top += line_height(SIZE)
        top += 4
        for column, entry in zip(what.columns, entries, strict=True):
            names, texts = wrap(column, half - 10, SMALL, 3), _lines(entry[0], half - 36)
            tall = max(1, len(names), len(texts)) * line_height(SMALL) + 10
            sheet.lines(4, top + tall / 2, names, size=SMALL)
            _cell(sheet, (4 + half, top, half, tall), entry, texts)
            top += tall
        top += 12
    return top - 12


def _lines(text: str, room: float) -> list[str]:
    """Return the text of a cell in lines; a line break in it is kept."""
    return [line for part in text.split("\n") for line in wrap(part, room, SMALL, 2)][:4]


def _cell(sheet: Sheet, place: tuple[float, float, float, float], entry: Entry, lines: list[str]) -> None:
    x, y, wide, tall = place
    shade = min(max(entry[2] or 0.0, -1.0), 1.0)
    ground = mix(BETTER if shade > 0 else WORSE, 0.4 * abs(shade)) if shade else WHITE
    sheet.box(x, y, wide, tall, Fill(ground), stroke=_LINE)
    _mark(sheet, x + 12, y + tall / 2, shade)
    sheet.lines(x + wide / 2 + 8, y + tall / 2, lines or [MISSING], size=SMALL, anchor="middle")


def _mark(sheet: Sheet, x: float, y: float, shade: float) -> None:
    if abs(shade) >= NOTICED:
        sheet.dot(
            x, y, 5.0, BETTER if shade > 0 else WHITE, Stroke(TEXT, 1.0), shape="up" if shade > 0 else "down"
        )


def _key(sheet: Sheet, top: float) -> float:
    sheet.dot(10, top + 8, 5.0, BETTER, Stroke(TEXT, 1.0), shape="up")
    sheet.text(22, top + 12, "better", size=SMALL)
    sheet.dot(92, top + 8, 5.0, WHITE, Stroke(TEXT, 1.0), shape="down")
    sheet.text(104, top + 12, "worse", size=SMALL)
    return top + 18


def _told(what: _Matrix) -> str:
    rows = [
        f"{label}: "
        + ", ".join(f"{c} {clean(e[0]) or MISSING}" for c, e in zip(what.columns, entries, strict=True))
        for label, entries in zip(what.rows, what.cells, strict=True)
    ]
    return f"Table of {len(what.rows)} rows and {len(what.columns)} columns. {listed(rows)}."


def _numbers(what: _Matrix) -> Numbers:
    columns = [Column(""), *(Column(label, "number") for label in what.columns)]
    made = [
        (name(label), *(Cell(clean(text) or MISSING, value, shade=shade) for text, value, shade in entries))
        for label, entries in zip(what.rows, what.cells, strict=True)
    ]
    return Numbers(columns, made, what.note, folded=False)
