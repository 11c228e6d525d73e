"""Where the boxes and arrows of a flow diagram lie: columns, order, ports and paths.

The method is Sugiyama's (1981) in its simplest form: an arrow that passes a column gets a free lane in it,
and each column is put in the order of its neighbours' middles. A box is as tall as its arrows need for
their numbers, so no two numbers can meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from flowsim.report.charts.sheet import Points

PORT = 30.0
"""Height that the numbers of one arrow need beside its box, in pixels."""
LANE = 16.0
"""Height of a lane for an arrow that passes a column."""
GAP = 16.0
"""Least distance between two boxes of a column."""
SWEEPS = 6


@dataclass(slots=True)
class Item:
    """A box, or a lane (no key) for an arrow that passes a column.

    Attributes:
        key: of the box; empty for a lane.
        column: 0 for the leftmost.
        height: pixels.
        top: where it was placed.
    """

    key: str
    column: int
    height: float
    top: float = 0.0

    @property
    def middle(self) -> float:
        """The middle of its height."""
        return self.top + self.height / 2


@dataclass(slots=True)
class Route:
    """An arrow: the items it touches from left to right, and where it leaves and arrives.

    Attributes:
        items: from the leftmost to the rightmost.
        backward: true if it points to the left.
        start: y at the left end.
        stop: y at the right end.
    """

    items: list[Item]
    backward: bool
    start: float = 0.0
    stop: float = 0.0

    @property
    def loop(self) -> bool:
        """True for an arrow within one column."""
        return self.items[0].column == self.items[-1].column


@dataclass(slots=True)
class Layout:
    """Boxes by key, the items of each column from the top, a route for each arrow, and the height."""

    boxes: dict[str, Item]
    columns: list[list[Item]]
    routes: list[Route] = field(default_factory=list)
    height: float = 0.0


def lay_out(nodes: Sequence[tuple[str, int, float]], arrows: Sequence[tuple[str, str]]) -> Layout:
    """Return where boxes and arrows lie.

    Args:
        nodes: key, column and the least height of each box.
        arrows: keys of the boxes at both ends; KeyError if there is no such box.
    """
    order = {column: i for i, column in enumerate(sorted({column for _, column, _ in nodes}))}
    boxes = {key: Item(key, order[column], height) for key, column, height in nodes}
    columns: list[list[Item]] = [[] for _ in order]
    for box in boxes.values():
        columns[box.column].append(box)
    layout = Layout(boxes, columns)
    for source, target in arrows:
        layout.routes.append(_route(layout, boxes[source], boxes[target]))
    _heighten(layout)
    _arrange(layout)
    _ports(layout)
    return layout


def path(route: Route, left: Sequence[float], right: Sequence[float]) -> Points:
    """Return the course of an arrow from its left to its right end.

    Args:
        route: the arrow.
        left: left edge of each column.
        right: right edge of each column.
    """
    first, last = route.items[0], route.items[-1]
    if route.loop:
        x = right[first.column]
        return _loop(x, route.start, route.stop)
    heights = [route.start, *(item.middle for item in route.items[1:-1]), route.stop]
    parts = [
        _curve((right[one.column], heights[i]), (left[two.column], heights[i + 1]))
        for i, (one, two) in enumerate(zip(route.items, route.items[1:], strict=False))
    ]
    assert last.column > first.column
    return np.vstack(parts)


def _route(layout: Layout, source: Item, target: Item) -> Route:
    """Return the way of an arrow, with a new lane in each column that it passes."""
    backward = source.column > target.column
    first, last = (target, source) if backward else (source, target)
    lanes = [Item("", column, LANE) for column in range(first.column + 1, last.column)]
    for lane in lanes:
        layout.columns[lane.column].append(lane)
    return Route([first, *lanes, last], backward)


def _heighten(layout: Layout) -> None:
    """Make each box tall enough for the numbers of its arrows."""
    for box in layout.boxes.values():
        right = sum(route.items[0] is box for route in layout.routes)
        left = sum(route.items[-1] is box and not route.loop for route in layout.routes)
        loops = sum(route.loop and route.items[-1] is box for route in layout.routes)
        box.height = max(box.height, PORT * (right + loops), PORT * left * 0.6)


def _arrange(layout: Layout) -> None:
    """Order every column by the middles of its neighbours, and spread it over the height."""
    for sweep in range(SWEEPS):
        _place(layout)
        for column in layout.columns if sweep % 2 == 0 else reversed(layout.columns):
            wanted = {id(item): _pull(layout, item) for item in column}
            column.sort(key=lambda item: wanted[id(item)])
    _place(layout)


def _pull(layout: Layout, item: Item) -> float:
    """Return the mean of the middles of all items that share a piece of arrow with one."""
    near = []
    for route in layout.routes:
        for one, two in zip(route.items, route.items[1:], strict=False):
            if one is item:
                near.append(two.middle)
            elif two is item:
                near.append(one.middle)
    return sum(near) / len(near) if near else item.middle


def _place(layout: Layout) -> None:
    layout.height = max(sum(i.height + GAP for i in column) + GAP for column in layout.columns)
    for column in layout.columns:
        gap = (layout.height - sum(item.height for item in column)) / (len(column) + 1)
        top = gap
        for item in column:
            item.top = top
            top += item.height + gap


def _ports(layout: Layout) -> None:
    """Give each arrow a place of its own on the sides of the boxes, in the order of the other ends."""
    for box in layout.boxes.values():
        right: list[tuple[float, Route, bool]] = []
        left: list[tuple[float, Route, bool]] = []
        for route in layout.routes:
            if route.items[0] is box:
                right.append((route.items[1].middle, route, True))
            if route.items[-1] is box:
                (right if route.loop else left).append((route.items[-2].middle, route, False))
        for side in (right, left):
            side.sort(key=lambda end: end[0])
            for i, (_, route, begins) in enumerate(side):
                y = box.top + box.height * (i + 0.5) / len(side)
                if begins:
                    route.start = y
                else:
                    route.stop = y


def _curve(one: tuple[float, float], two: tuple[float, float]) -> Points:
    """Return a curve that leaves and arrives level (a cubic Bezier curve)."""
    t = np.linspace(0.0, 1.0, 17)[:, None]
    a, d = np.array(one), np.array(two)
    bend = (d[0] - a[0]) * 0.5
    b, c = a + [bend, 0.0], d - [bend, 0.0]
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)


def _loop(x: float, start: float, stop: float) -> Points:
    """Return a curve out of the right side of a column and back into it."""
    t = np.linspace(0.0, 1.0, 17)[:, None]
    a, d = np.array((x, start)), np.array((x, stop))
    b, c = a + [56.0, 0.0], d + [56.0, 0.0]
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
