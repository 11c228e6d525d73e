"""Where the boxes and arrows of a flow diagram lie: rows from the top, order, ports and paths.

The method is Sugiyama's (1981) in its simplest form: an arrow that passes a row gets a lane in it, and the
items of each row are put where their neighbours' middles pull them. A box is as wide as the numbers of its
arrows need, and arrows leave it straight down past their numbers, so nothing crosses a number.

Arrows that would run across everything are not drawn to their end: those that lead upwards or sideways,
and those that pass several rows on their way out of the system. They are stubs, which name where they lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from flowsim.report.charts.axes import spread
from flowsim.report.charts.sheet import Points

LANE = 20.0
"""Width of a lane for an arrow that passes a row, in pixels."""
GAP = 16.0
"""Least distance between two items of a row."""
ARRIVAL = 16.0
"""Width that an arrow needs where it arrives."""
SWEEPS = 8
FAR = 2
"""Rows that an arrow out of the system may go down and still be drawn to its end."""


BEND = 50.0
"""Height in which an arrow gets from below its numbers to where it arrives, in pixels."""


@dataclass(slots=True, eq=False)
class Item:
    """A box, or a lane (no key) for an arrow that passes a row.

    Attributes:
        key: of the box; empty for a lane.
        row: 0 for the uppermost.
        width: pixels.
        height: of the box, pixels.
        middle: x of its middle.
        top: y of its upper edge.
        bottom: y of its lower edge.
        clear: y down to which the arrows of its row lead straight, past their numbers.
    """

    key: str
    row: int
    width: float
    height: float = 0.0
    middle: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    clear: float = 0.0


@dataclass(slots=True, eq=False)
class Route:
    """An arrow: the items it touches from the top, one only for a stub.

    Attributes:
        items: from where it begins.
        room: width of its numbers, in pixels.
        depth: height of them.
        start: x where it begins.
        stop: x where it arrives.
    """

    items: list[Item]
    room: float
    depth: float
    start: float = 0.0
    stop: float = 0.0

    @property
    def stub(self) -> bool:
        """True if it is not drawn to its end."""
        return len(self.items) == 1


@dataclass(slots=True)
class Layout:
    """Boxes by key, the items of each row, a route for each arrow, and the size."""

    boxes: dict[str, Item]
    rows: list[list[Item]]
    routes: list[Route] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def stubs(nodes: Sequence[tuple[str, int]], arrows: Sequence[tuple[str, str]]) -> list[bool]:
    """Return for each arrow whether it is a stub.

    Args:
        nodes: key and row of each box.
        arrows: keys of the boxes at both ends; KeyError if there is no such box.
    """
    ranks = {row: i for i, row in enumerate(sorted({row for _, row in nodes}))}
    row_of = {key: ranks[row] for key, row in nodes}
    leaving = {source for source, _ in arrows}
    spans = [row_of[target] - row_of[source] for source, target in arrows]
    return [
        span < 1 or (span > FAR and target not in leaving)
        for span, (_, target) in zip(spans, arrows, strict=True)
    ]


def lay_out(
    nodes: Sequence[tuple[str, int, float, float]],
    arrows: Sequence[tuple[str, str, tuple[float, float], bool]],
    width: float,
) -> Layout:
    """Return where boxes and arrows lie.

    Args:
        nodes: key, row, least width and height of each box.
        arrows: keys of the boxes at both ends, width and height of the numbers, and whether it is a stub.
        width: of the sheet; the layout gets wider if it must.
    """
    touched = {source for source, *_ in arrows} | {target for _, target, _, stub in arrows if not stub}
    kept = [node for node in nodes if node[0] in touched]
    ranks = {row: i for i, row in enumerate(sorted({row for _, row, *_ in kept}))}
    boxes = {key: Item(key, ranks[row], least, height) for key, row, least, height in kept}
    layout = Layout(boxes, [[] for _ in ranks], width=width)
    for box in boxes.values():
        layout.rows[box.row].append(box)
    for source, target, size, stub in arrows:
        layout.routes.append(_route(layout, boxes[source], None if stub else boxes[target], size))
    _widen(layout)
    _arrange(layout)
    _stack(layout)
    _ports(layout)
    return layout


def path(route: Route) -> Points:
    """Return the course of an arrow, from below its numbers to where it arrives."""
    places = [(route.start, route.items[0].clear)]
    for item in route.items[1:-1]:
        places += [(item.middle, item.top), (item.middle, item.clear)]
    places.append((route.stop, route.items[-1].top))
    curves = [_curve(*pair) for pair in zip(places[::2], places[1::2], strict=True)]
    return np.vstack([[(route.start, route.items[0].bottom + route.depth)], *curves])


def _route(layout: Layout, source: Item, target: Item | None, size: tuple[float, float]) -> Route:
    """Return the way of an arrow, with a new lane in each row that it passes."""
    if target is None:
        return Route([source], *size)
    lanes = [Item("", row, LANE) for row in range(source.row + 1, target.row)]
    for lane in lanes:
        layout.rows[lane.row].append(lane)
    return Route([source, *lanes, target], *size)


def _widen(layout: Layout) -> None:
    """Make boxes wide enough for their arrows, and the layout for its widest row."""
    for box in layout.boxes.values():
        leaving = sum(route.room for route in layout.routes if route.items[0] is box)
        arriving = sum(ARRIVAL for route in layout.routes if route.items[-1] is box and not route.stub)
        box.width = max(box.width, leaving + 4, arriving + 4)
    needed = (sum(item.width + GAP for item in row) for row in layout.rows)
    layout.width = max(layout.width, *needed)


def _arrange(layout: Layout) -> None:
    """Put the items of every row where their neighbours pull them, without overlap."""
    for row in layout.rows:
        step = layout.width / len(row)
        for i, item in enumerate(row):
            item.middle = step * (i + 0.5)
    pulls = _neighbours(layout)
    for sweep in range(SWEEPS):
        for row in layout.rows[:: 1 if sweep % 2 == 0 else -1]:
            wanted = [_mean([near.middle for near in pulls[id(item)]], item.middle) for item in row]
            placed = spread(wanted, [item.width + GAP for item in row], 0.0, layout.width)
            for item, middle in zip(row, placed, strict=True):
                item.middle = middle


def _neighbours(layout: Layout) -> dict[int, list[Item]]:
    """Return for each item those that share a piece of arrow with it."""
    found: dict[int, list[Item]] = {id(item): [] for row in layout.rows for item in row}
    for route in layout.routes:
        for one, two in zip(route.items, route.items[1:], strict=False):
            found[id(one)].append(two)
            found[id(two)].append(one)
    return found


def _stack(layout: Layout) -> None:
    """Put the rows below each other, and all of them into the middle of the width."""
    top = 2.0
    for row in layout.rows:
        bottom = top + max(item.height for item in row)
        clear = bottom + max((r.depth for r in layout.routes if r.items[0] in row), default=0.0)
        for item in row:
            item.top, item.bottom, item.clear = top, bottom, clear
        layout.height, top = clear, clear + BEND
    items = [item for row in layout.rows for item in row]
    left = min(item.middle - item.width / 2 for item in items)
    right = max(item.middle + item.width / 2 for item in items)
    for item in items:
        item.middle += (layout.width - left - right) / 2


def _ports(layout: Layout) -> None:
    """Give each arrow a place of its own on its boxes, in the order of the other ends; stubs come last."""
    for box in layout.boxes.values():
        leaving = [route for route in layout.routes if route.items[0] is box]
        leaving.sort(key=lambda route: (route.stub, 0.0 if route.stub else route.items[1].middle))
        x = box.middle - sum(route.room for route in leaving) / 2
        for route in leaving:
            route.start = x + route.room / 2
            x += route.room
        arriving = [route for route in layout.routes if route.items[-1] is box and not route.stub]
        arriving.sort(key=lambda route: route.items[-2].middle)
        step = box.width / max(len(arriving), 1)
        for i, route in enumerate(arriving):
            route.stop = box.middle - box.width / 2 + step * (i + 0.5)


def _curve(one: tuple[float, float], two: tuple[float, float]) -> Points:
    """Return a curve that leaves and arrives upright (a cubic Bezier curve)."""
    t = np.linspace(0.0, 1.0, 17)[:, None]
    a, d = np.array(one), np.array(two)
    bend = np.array([0.0, (two[1] - one[1]) * 0.55])
    b, c = a + bend, d - bend
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
