"""Charts that are lists: a label, a strip to draw in, and the numbers in words.

On a page the three stand side by side; on a telephone the label and the numbers stand above the strip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flowsim.report.charts.axes import Plot
from flowsim.report.charts.sheet import Sheet, line_height
from flowsim.report.charts.words import clean, width, wrap
from flowsim.report.theme import SIZE, SMALL, TEXT

LEAST_STRIP = 220.0
"""Width of the strips on a page that no label may take away, in pixels."""
AXIS_ROOM = 44.0
"""Room below the strips for the numbers and the unit of the axis, in pixels."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the strips of a list lie.

    Attributes:
        plot: what they cover together.
        middles: the middle of each strip.
        strips: stretches (top, bottom) in which grid lines show.
    """

    plot: Plot
    middles: tuple[float, ...]
    strips: tuple[tuple[float, float], ...]


def lay(sheet: Sheet, rows: Sequence[tuple[str, str]], *, top: float = 8.0, strip: float = 30.0) -> Rows:
    """Write labels and numbers, set the sheet's height, and return where the strips lie.

    Args:
        sheet: to draw on.
        rows: a label, and the numbers in words; one, or several lines parted by a line break.
        top: where the first row begins.
        strip: height of a strip.
    """
    placed = _stacked(sheet, rows, top, strip) if sheet.narrow else _beside(sheet, rows, top, strip)
    sheet.height = round(placed.plot.bottom + AXIS_ROOM)
    return placed


def _beside(sheet: Sheet, rows: Sequence[tuple[str, str]], top: float, strip: float) -> Rows:
    words = max((width(line, SMALL) for _, text in rows for line in text.split("\n")), default=0.0)
    names = max((width(clean(label), SIZE) for label, _ in rows), default=0.0)
    words = min(words, 250.0)
    names = min(names, 230.0, sheet.width - words - LEAST_STRIP - 50)
    left, right = names + 20, sheet.width - words - 24
    middles, edge = [], top
    for label, text in rows:
        lines = wrap(label, names + 1, SIZE, 2)
        written = [part for line in text.split("\n") for part in wrap(line, words + 1, SMALL, 2)]
        tall = max(strip, line_height(SIZE) * len(lines) + 8, line_height(SMALL) * len(written) + 8)
        sheet.lines(names + 4, edge + tall / 2, lines, size=SIZE, colour=TEXT, anchor="end")
        sheet.lines(right + 20, edge + tall / 2, written, size=SMALL)
        middles.append(edge + tall / 2)
        edge += tall
    return Rows(Plot(left, top, right, edge), tuple(middles), ((top, edge),))


def _stacked(sheet: Sheet, rows: Sequence[tuple[str, str]], top: float, strip: float) -> Rows:
    room, margin = sheet.width - 8, 22.0
    middles, strips, edge = [], [], top
    for label, text in rows:
        edge = sheet.paragraph(4, edge, label, room, lines=2, size=SIZE)
        edge = sheet.paragraph(4, edge, text.replace("\n", ", "), room, lines=2, size=SMALL)
        middles.append(edge + strip / 2)
        strips.append((edge + 2, edge + strip - 2))
        edge += strip + 10
    return Rows(Plot(margin, top, sheet.width - margin, edge - 6), tuple(middles), tuple(strips))
