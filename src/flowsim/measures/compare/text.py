"""Comparisons as plain text, 80 columns wide, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite, isnan
from typing import TYPE_CHECKING

from flowsim.measures.compare.paired import UNCLEAR, Difference, variance_ratio
from flowsim.measures.compare.released import can_tell, released
from flowsim.measures.estimates import ONE_REPLICATION
from flowsim.measures.format import Scale, finer, scale_for
from flowsim.measures.tables import GAP, WIDTH, caveats

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Comparison, Run

NAME = 10
"""Columns for the name of a run over its values; a longer one goes on in the next line."""
WORDS = len(UNCLEAR)
"""Columns for better, worse, no clear change."""
FEW_WORDS = len("no clear")
"""Columns for these words where there is less room: they go on in the next line."""
DIFFERENCE = "difference (95%"
"""The part of a heading that stays in one line."""
LABEL, LEAST = 22, 12
"""Columns that a label has if there is room, and at least; a longer one goes on in the next line."""
MOST_DECIMALS = 2
"""Decimals that values are given to tell them apart."""
NO_BREAK = "\u00a0"
"""Keeps the two ends of an interval in one line."""


def plain(text: str, most: int = 60) -> str:
    """Return a name as it may be printed: no control characters, and cut where it is too long."""
    clean = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def comparison_text(
    comparison: Comparison,
    measures: str | Sequence[str] | None = None,
    by: str = "system",
    width: int = WIDTH,
) -> str:
    """Return a comparison as text: one table for each other run, and what holds for all of them.

    Args:
        comparison: the runs.
        measures: ids of measures or areas, or "all"; the headline measures when left out.
        by: what to break them down by.
        width: columns of the page, 80 or more.
    """
    found = comparison.differences(measures, by)
    each = zip(comparison.others, found, strict=True)
    tables = [table(comparison.base, other, rows, width) for other, rows in each]
    rows = [row for rows in found for row in rows]
    said = [*notes(comparison, rows), *of_consequences(comparison, rows)]
    return "\n\n".join([*tables, "\n".join(said)])


def table(base: Run, other: Run, rows: Sequence[Difference], width: int = WIDTH) -> str:
    """Return the differences of one other run as a table."""
    intervals = any(isfinite(row.half_width) for row in rows)
    difference = f"difference ({rows[0].confidence:.0%} interval)" if intervals else "difference"
    heads = ["", plain(base.name, 4 * NAME), plain(other.name, 4 * NAME), difference, ""]
    return "\n".join(_laid([heads, *_body(rows)], width))


def _body(rows: Sequence[Difference]) -> Iterator[list[str]]:
    """Yield the cells of each row; where there are groups, each measure has a row of its own above them."""
    measure = ""
    for row in rows:
        grouped = row.level != "system"
        if grouped and row.measure != measure:
            yield [row.about.label, "", "", "", ""]
        measure = row.measure
        label = f"   {plain(row.group.replace('_', ' '), 40)}" if grouped else row.about.label
        yield [label, *cells_of(row)]


def cells_of(row: Difference) -> list[str]:
    """Return both values, the difference with its interval, and what it means."""
    scale = told_apart(row)
    change = change_of(row).replace(" to ", f"{NO_BREAK}to{NO_BREAK}")
    return [scale.write(row.base), scale.write(row.other), change, row.verdict]


def change_of(row: Difference, like: Difference | None = None) -> str:
    """Return a difference with its interval, such as "-1.7 pts (-2.3 to -1.1)".

    Args:
        row: the difference.
        like: the difference whose unit is used; that of the row itself when left out.
    """
    scale = finer(scale_of(like or row), row.difference, row.low, row.high)
    if not row.half_width > 0:
        return scale.write_change(row.difference)
    low, high = (scale.write_change(end, unit=False) for end in (row.low, row.high))
    return f"{scale.write_change(row.difference)} ({low} to {high})"


def scale_of(row: Difference) -> Scale:
    """Return how to write the values of a row: in the unit that suits the larger of the two values."""
    known = [abs(value) for value in (row.base, row.other) if not isnan(value)]
    scale = scale_for(row.about.unit, row.about.decimals, max(known, default=0.0))
    return replace(scale, suffix=_shorter(scale.suffix), change=_shorter(scale.change))


def told_apart(row: Difference) -> Scale:
    """Return how to write both values of a row, with another decimal or two if that is what it takes."""
    scale = scale_of(row)
    while row.clear and scale.decimals < MOST_DECIMALS and scale.write(row.base) == scale.write(row.other):
        scale = replace(scale, decimals=scale.decimals + 1)
    return scale


def _shorter(unit: str) -> str:
    return unit.replace("hours/day", "h/day")


def _laid(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return the lines of a table whose cells go on in further lines where they are too long."""
    heads, body = rows[0], [row for row in rows[1:] if any(row[1:])]
    values = [max([min(len(heads[i]), NAME), *(len(row[i]) for row in body)]) for i in (1, 2)]
    difference, label = _longest(body, 3, DIFFERENCE), _longest([heads, *body], 0)
    room = width - sum(values) - 4 * len(GAP)
    words = WORDS if room - difference - WORDS >= label else FEW_WORDS
    interval = max(len(word) for row in body for word in row[3].split(" "))
    difference = min(difference, max(room - words - min(label, LABEL), interval, len(DIFFERENCE)))
    widths = [max(min(label, room - difference - words), LEAST), *values, difference, words]
    return [line.replace(NO_BREAK, " ") for row in rows for line in _lines(row, widths)]


def _longest(rows: Sequence[Sequence[str]], column: int, least: str = "") -> int:
    return max(len(least), *(len(row[column]) for row in rows))


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    if row[0] and not any(row[1:]):
        return [row[0]]
    parts = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, parts))
    padded = [[*part, *[""] * (height - len(part))] for part in parts]
    return [GAP.join(_aligned(cells, widths)).rstrip() for cells in zip(*padded, strict=True)]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for i, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        yield cell.rjust(width) if i in (1, 2) else cell.ljust(width)


def _wrapped(cell: str, width: int) -> list[str]:
    indent = cell[: len(cell) - len(cell.lstrip())]
    return textwrap.wrap(cell, width, subsequent_indent=indent) or [""]


# -- what holds for the whole comparison -----------------------------------------------------------------


def of_consequences(comparison: Comparison, rows: Sequence[Difference]) -> list[str]:
    """Return what must be said beside harm and cost, and what each plan pays for a bed day it releases."""
    lines = caveats(row.about for row in rows)
    if any(row.about.area == "cost" and row.level == "system" for row in rows):
        for other in comparison.others:
            if can_tell(comparison.base) and can_tell(other):
                found = released(comparison.base, other, comparison.confidence)
                lines += textwrap.wrap(f"{plain(other.title)}. {found.sentence()}", WIDTH)
    return lines


def notes(comparison: Comparison, rows: Sequence[Difference]) -> list[str]:
    """Return what a reader should know of the table, in sentences."""
    count = len(comparison.replications)
    if count == 1:
        text = f"Same patients in both, one replication, so a difference may be luck. {ONE_REPLICATION}"
        return textwrap.wrap(text, WIDTH)
    adjusted = rows[0].comparisons if rows else 1
    for_many = f"; intervals adjusted for {adjusted} comparisons" if adjusted > 1 else ""
    text = f"Same patients in both, {count} paired replications{for_many}."
    ratio = variance_ratio(rows)
    if not isnan(ratio):
        text += f" Pairing leaves {ratio:.0%} of the variance of independent runs (median)."
    return textwrap.wrap(text, WIDTH)
