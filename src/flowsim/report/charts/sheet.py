"""A sheet of paper on which a chart is drawn: lines, areas, boxes, dots and texts, in pixels.

A chart says where each mark lies, and nothing else; `svg` and `picture` write the same marks for the web
page and for Word. x grows to the right, y downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowsim.report.charts.words import clean, width, wrap
from flowsim.report.theme import NARROW, SMALL, TEXT, WHITE, WIDE, Fill, Stroke

Anchor = Literal["start", "middle", "end"]
Shape = Literal["circle", "diamond", "square", "up", "down"]
Points = NDArray[np.float64]
"""Shape (points, 2): x and y in pixels."""

ABOVE, BELOW = 0.78, 0.24
"""How far letters reach above and below the line they stand on, in sizes."""
TOLERANCE = 0.3
"""Points that lie this close to a straight line, in pixels, are left out of it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: Points
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class Area:
    """A closed shape."""

    points: Points
    fill: Fill
    stroke: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float
    fill: Fill
    stroke: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """A small shape around a point."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: Stroke
    shape: Shape = "circle"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `y` is the line it stands on, `halo` the ground it is set off from."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Anchor
    bold: bool
    halo: str

    def bounds(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of the room it may take."""
        room = width(self.text, self.size, bold=self.bold)
        left = self.x - room * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left, self.y - ABOVE * self.size, left + room, self.y + BELOW * self.size


Mark = Line | Area | Box | Dot | Text


@dataclass(slots=True)
class Sheet:
    """Marks in the order in which they are drawn.

    Attributes:
        width: pixels.
        height: pixels; may be set once the last mark is known.
        marks: what has been drawn.
    """

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)

    @property
    def narrow(self) -> bool:
        """True for the sheet of a telephone."""
        return self.width < (WIDE + NARROW) / 2

    def line(self, xs: ArrayLike, ys: ArrayLike, stroke: Stroke) -> None:
        """Draw a line through points; it breaks where a coordinate is not a number."""
        for run in _unbroken(np.column_stack([np.asarray(xs, float), np.asarray(ys, float)])):
            self.marks.append(Line(simplified(run), stroke))

    def band(self, xs: ArrayLike, low: ArrayLike, high: ArrayLike, fill: Fill) -> None:
        """Fill between two lines; where a coordinate is not a number there is a gap."""
        edges = np.column_stack([np.asarray(a, float) for a in (xs, low, high)])
        for run in _unbroken(edges):
            there, back = simplified(run[:, [0, 1]]), simplified(run[:, [0, 2]])
            self.marks.append(Area(np.vstack([there, back[::-1]]), fill))

    def area(self, points: Iterable[tuple[float, float]], fill: Fill, stroke: Stroke | None = None) -> None:
        """Fill a shape given by its corners."""
        self.marks.append(Area(np.array(list(points), float), fill, stroke))

    def box(
        self, x: float, y: float, width: float, height: float, fill: Fill, *, stroke: Stroke | None = None
    ) -> None:
        """Draw a rectangle; a negative width reaches to the left."""
        self.marks.append(Box(min(x, x + width), y, abs(width), height, fill, stroke))

    def dot(
        self, x: float, y: float, radius: float, fill: str, stroke: Stroke, *, shape: Shape = "circle"
    ) -> None:
        """Draw a small shape around a point."""
        self.marks.append(Dot(x, y, radius, fill, stroke, shape))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SMALL,
        colour: str = TEXT,
        anchor: Anchor = "start",
        bold: bool = False,
        halo: str = "",
    ) -> None:
        """Write one line of text that stands on `y`."""
        words = clean(text)
        if words:
            self.marks.append(Text(x, y, words, size, colour, anchor, bold, halo))

    def lines(
        self,
        x: float,
        middle: float,
        lines: Sequence[str],
        *,
        size: float = SMALL,
        colour: str = TEXT,
        anchor: Anchor = "start",
        bold: bool = False,
        halo: str = "",
    ) -> None:
        """Write lines of text around a middle."""
        step = line_height(size)
        first = middle - step * (len(lines) - 1) / 2 + size * 0.35
        for i, line in enumerate(lines):
            y = first + i * step
            self.text(x, y, line, size=size, colour=colour, anchor=anchor, bold=bold, halo=halo)

    def paragraph(
        self,
        x: float,
        top: float,
        text: str,
        room: float,
        *,
        lines: int = 3,
        size: float = SMALL,
        colour: str = TEXT,
    ) -> float:
        """Write a text from `top` in lines of `room` pixels and return where the next would begin."""
        step = line_height(size)
        for line in wrap(text, room, size, lines):
            self.text(x, top + ABOVE * size, line, size=size, colour=colour)
            top += step
        return top

    def texts(self) -> list[Text]:
        """Return what is written."""
        return [mark for mark in self.marks if isinstance(mark, Text)]


def line_height(size: float) -> float:
    """Return the distance between lines of text of a size."""
    return round(size * 1.25, 1)


def simplified(points: Points, tolerance: float = TOLERANCE) -> Points:
    """Return the points without those that a straight line passes within `tolerance` pixels (Ramer 1972)."""
    if len(points) < 3:
        return points
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    open_spans = [(0, len(points) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        farthest, distance = _farthest(points, first, last)
        if distance > tolerance:
            keep[farthest] = True
            open_spans += [(first, farthest), (farthest, last)]
    return points[keep]


def _farthest(points: Points, first: int, last: int) -> tuple[int, float]:
    """Return the point farthest from the straight piece between two others, and how far."""
    if last - first < 2:
        return first, 0.0
    along = points[last] - points[first]
    off = points[first + 1 : last] - points[first]
    length = float(along @ along)
    share = np.clip(off @ along / length, 0.0, 1.0) if length > 0.0 else np.zeros(len(off))
    distance = np.hypot(*(off - share[:, None] * along).T)
    at = int(np.argmax(distance))
    return first + 1 + at, float(distance[at])


def _unbroken(rows: Points) -> list[Points]:
    """Return the runs of rows in which every number is finite, each of two rows or more."""
    good = np.isfinite(rows).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    return [rows[a:b] for a, b in edges.reshape(-1, 2) if b - a > 1]


HALO = WHITE
"""The usual ground behind a text that lies over lines."""
