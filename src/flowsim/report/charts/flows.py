"""Who goes where: services as boxes, patients a day as arrows, with what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from flowsim.report.charts.axes import Written, note, written
from flowsim.report.charts.build import Numbers, assemble, change, listed, name, number
from flowsim.report.charts.layers import Route, lay_out, path, stubs
from flowsim.report.charts.sheet import Sheet, line_height
from flowsim.report.charts.words import clean, shorten, width, wrap
from flowsim.report.document import Column, Figure
from flowsim.report.theme import (
    DARK_BLUE,
    DARK_PINK,
    EDGE,
    GRID,
    SIZE,
    SMALL,
    TINY,
    WHITE,
    Fill,
    Stroke,
)

Node = tuple[str, str, int]
"""Key, label and row, from the top."""
Arrow = tuple[str, str, float, float]
"""Keys of the boxes at its ends, patients a day in the baseline and in the other scenario."""

NOTICED = 0.02
"""Share of the baseline from which an arrow is drawn as more or fewer."""
THICKEST = 8.0
_BOX = Stroke(EDGE, 1.25)
_BOX_WIDTH = 100.0
_STUB_WIDTH = 84.0
_LINE = 13.0
_TIP = 8.0
_HOW = (
    "Where an arrow begins: patients a day in the baseline and, below, the difference. "
    "Dark blue: more; dark pink and dashed: fewer; grey: within 2%. "
)
_STUBS = "Short arrows lead to the service named there."
_MORE, _FEWER, _SAME = DARK_BLUE, DARK_PINK, EDGE


@dataclass(frozen=True, slots=True)
class _Flow:
    nodes: list[Node]
    arrows: list[Arrow]
    form: Written

    def label(self, key: str) -> str:
        """Return the label of a box."""
        return {known: label for known, label, _ in self.nodes}[key]

    def most(self) -> float:
        """Return the largest volume."""
        return max(max(_volume(arrow), arrow[2]) for arrow in self.arrows)


def flow(
    *,
    id: str,
    title: str,
    subtitle: str,
    nodes: Sequence[Node],
    arrows: Sequence[Arrow],
    png: bool = False,
) -> Figure:
    """Return a flow diagram: beside each arrow its volume in the baseline and, below, what differs.

    Made for 12 to 16 boxes in four to six rows. Arrows are as thick as their volume; those with clearly more
    patients are dark blue, those with fewer dark pink and dashed. Arrows that lead upwards or sideways, and
    those that pass several rows on the way out of the system, are short and name their end. A telephone shows
    the same as a list.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: what is counted, of whom, when.
        nodes: key, label and column of each box: its stage on the way through, drawn as a row.
        arrows: keys of the boxes at both ends, patients a day in the baseline and in the other scenario
            (not a number for none); KeyError if there is no such box.
        png: true to draw it for Word too.
    """
    form = written("per day", 0, *(arrow[2:] for arrow in arrows))
    kept = [arrow for arrow in arrows if isfinite(arrow[2]) or isfinite(arrow[3])]
    what = _Flow([(key, clean(label), column) for key, label, column in nodes], kept, form)
    why = "" if kept else "There is nothing to draw: nobody goes from one service to another."
    frame = id, title, subtitle, png
    return assemble(
        frame,
        _numbers(what),
        lambda sheet: _list(sheet, what) if sheet.narrow else _diagram(sheet, what),
        lambda: _told(what),
        why,
    )


def _diagram(sheet: Sheet, what: _Flow) -> None:
    labels = {key: wrap(label, _BOX_WIDTH - 10, SMALL, 3) for key, label, _ in what.nodes}
    short = stubs([(key, row) for key, _, row in what.nodes], [arrow[:2] for arrow in what.arrows])
    blocks = [_block(what, arrow, stub) for arrow, stub in zip(what.arrows, short, strict=True)]
    layout = lay_out(
        [(key, row, _BOX_WIDTH, len(labels[key]) * line_height(SMALL) + 14) for key, _, row in what.nodes],
        [
            (*arrow[:2], _size(block), stub)
            for arrow, block, stub in zip(what.arrows, blocks, short, strict=True)
        ],
        sheet.width,
    )
    sheet.width = round(layout.width)
    for arrow, route in zip(what.arrows, layout.routes, strict=True):
        _arrow(sheet, what, arrow, route)
    for block, arrow, route in zip(blocks, what.arrows, layout.routes, strict=True):
        _beside(sheet, block, arrow, route)
    for key, item in layout.boxes.items():
        left = item.middle - item.width / 2
        sheet.box(left, item.top, item.width, item.bottom - item.top, Fill(WHITE), stroke=_BOX)
        sheet.lines(item.middle, (item.top + item.bottom) / 2, labels[key], size=SMALL, anchor="middle")
    how = _HOW + (_STUBS if any(short) else "")
    sheet.height = round(note(sheet, layout.height + 10, how) + 4)


def _block(what: _Flow, arrow: Arrow, stub: bool) -> list[str]:
    """Return what is written where an arrow begins: for a stub its end, then volume and difference."""
    texts = _texts(arrow, what.form)
    return [*wrap(f"to {what.label(arrow[1])}", _STUB_WIDTH, TINY, 3), *texts] if stub else texts


def _size(block: list[str]) -> tuple[float, float]:
    """Return width and height of what is written where an arrow begins."""
    return max(width(text, TINY, bold=True) for text in block) + 8, len(block) * _LINE + 10


def _arrow(sheet: Sheet, what: _Flow, arrow: Arrow, route: Route) -> None:
    colour = _colour(arrow)
    most = what.most()
    thick = max(1.0, round(THICKEST * max(_volume(arrow), 0.0) / most, 1)) if most > 0 else 1.0
    begin = route.items[0].bottom
    stroke = Stroke(colour, thick)
    sheet.line([route.start, route.start], [begin, begin + 5], stroke)
    if route.stub:
        _tip(sheet, route.start, begin + route.depth + _TIP, thick, colour)
        return
    points = path(route)
    x, y = points[-1]
    points[-1, 1] -= _TIP - 1.0
    dash = (4.0 + thick, 2.0 + thick / 2) if colour == _FEWER else ()
    sheet.line(points[:, 0], points[:, 1], Stroke(colour, thick, dash))
    _tip(sheet, float(x), float(y), thick, colour)


def _tip(sheet: Sheet, x: float, y: float, thick: float, colour: str) -> None:
    """Draw the tip of an arrow that points down to a place."""
    half = max(4.0, thick / 2 + 2.5)
    sheet.area([(x, y), (x - half, y - _TIP), (x + half, y - _TIP)], Fill(colour))


def _beside(sheet: Sheet, block: list[str], arrow: Arrow, route: Route) -> None:
    """Write the numbers where an arrow begins; the arrow goes on below them."""
    y = route.items[0].bottom + 5 + _LINE - 2
    for i, text in enumerate(block):
        last = i == len(block) - 1
        sheet.text(route.start, y, text, size=TINY, anchor="middle", bold=last and _noticed(arrow))
        y += _LINE


def _list(sheet: Sheet, what: _Flow) -> None:
    """Write on a telephone, under each service, where its patients go."""
    top, most = 2.0, what.most()
    for key, label, _ in what.nodes:
        out = [arrow for arrow in what.arrows if arrow[0] == key]
        if not out:
            continue
        sheet.text(
            4, top + 14, shorten(f"From {label}", sheet.width - 8, SIZE, bold=True), size=SIZE, bold=True
        )
        top += 22
        for arrow in sorted(out, key=lambda a: -_volume(a)):
            top = _entry(sheet, what, arrow, top, most)
        top += 8
    sheet.height = round(note(sheet, top, "Patients a day in the baseline, and the difference.") + 4)


def _entry(sheet: Sheet, what: _Flow, arrow: Arrow, top: float, most: float) -> float:
    numbers = " ".join(_texts(arrow, what.form))
    room = sheet.width - width(numbers, SMALL, bold=True) - 30
    sheet.text(12, top + 12, shorten(f"to {what.label(arrow[1])}", room, SMALL), size=SMALL)
    sheet.text(sheet.width - 6, top + 12, numbers, size=SMALL, anchor="end", bold=_noticed(arrow))
    full = sheet.width - 18
    sheet.box(12, top + 17, full, 5, Fill(GRID))
    if most > 0 and isfinite(arrow[2]):
        sheet.box(12, top + 17, full * max(arrow[2], 0.0) / most, 5, Fill(_colour(arrow)))
    return top + 29


def _texts(arrow: Arrow, form: Written) -> list[str]:
    """Return the volume and, if there are two scenarios, the difference."""
    _, _, base, other = arrow
    if not isfinite(base):
        return [form.scale.write(0.0, unit=False), form.scale.write_change(other, unit=False)]
    volume = _number(base, form)
    if not isfinite(other):
        return [volume]
    return [volume, _difference(other - base, form)]


def _number(value: float, form: Written) -> str:
    return (
        written("per day", 0, [value]).scale.write(value, unit=False)
        if value
        else form.scale.write(0.0, unit=False)
    )


def _difference(value: float, form: Written) -> str:
    return written("per day", 0, [value]).scale.write_change(value, unit=False)


def _volume(arrow: Arrow) -> float:
    return arrow[2] if isfinite(arrow[2]) else arrow[3]


def _noticed(arrow: Arrow) -> bool:
    return _colour(arrow) != _SAME


def _colour(arrow: Arrow) -> str:
    _, _, base, other = arrow
    if not isfinite(other) or not isfinite(base):
        return _SAME if not isfinite(other) else _MORE
    if abs(other - base) < NOTICED * abs(base) or other == base:
        return _SAME
    return _MORE if other > base else _FEWER


def _told(what: _Flow) -> str:
    def said(arrow: Arrow) -> str:
        volume, *difference = _texts(arrow, what.form)
        words = f"{what.label(arrow[0])} to {what.label(arrow[1])} {volume}"
        return words + (f" ({difference[0]})" if difference else "")

    largest = sorted(what.arrows, key=lambda a: -_volume(a))[:5]
    changed = [
        arrow for arrow in what.arrows if isfinite(arrow[2]) and isfinite(arrow[3]) and _noticed(arrow)
    ]
    changed = sorted(changed, key=lambda a: -abs(a[3] - a[2]))[:5]
    flows = "1 flow" if len(what.arrows) == 1 else f"{len(what.arrows)} flows"
    words = f"Flow diagram, {flows} between services, patients a day. "
    words += f"Largest: {listed([said(arrow) for arrow in largest])}. "
    if changed:
        return words + f"Most changed: {listed([said(arrow) for arrow in changed])}."
    return words + "No flow differs by 2% or more."


def _numbers(what: _Flow) -> Numbers:
    columns = [
        Column("From"),
        Column("To"),
        Column("Baseline (patients a day)", "number"),
        Column("Other scenario (patients a day)", "number"),
        Column("Difference (patients a day)", "number"),
    ]
    form = written("per day", 1, *(arrow[2:] for arrow in what.arrows))
    rows = [
        (
            name(what.label(source)),
            name(what.label(target)),
            number(base, form),
            number(other, form),
            change(other - base, form),
        )
        for source, target, base, other in what.arrows
    ]
    return Numbers(columns, rows)
