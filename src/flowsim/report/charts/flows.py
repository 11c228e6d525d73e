"""Who goes where: services as boxes, patients a day as arrows, with what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from flowsim.report.charts.axes import Written, note, written
from flowsim.report.charts.build import Numbers, assemble, change, listed, name, nothing, number
from flowsim.report.charts.layers import Layout, Route, lay_out, path
from flowsim.report.charts.sheet import HALO, Points, Sheet, line_height
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
"""Key, label and column, from the left."""
Arrow = tuple[str, str, float, float]
"""Keys of the boxes at its ends, patients a day in the baseline and in the other scenario."""

NOTICED = 0.02
"""Share of the baseline from which an arrow is drawn as more or fewer."""
THICKEST = 8.0
_BOX = Stroke(EDGE, 1.25)
_MORE, _FEWER, _SAME = DARK_BLUE, DARK_PINK, EDGE


@dataclass(frozen=True, slots=True)
class _Flow:
    nodes: list[Node]
    arrows: list[Arrow]
    form: Written

    def label(self, key: str) -> str:
        """Return the label of a box."""
        return next(label for known, label, _ in self.nodes if known == key)

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

    Made for 12 to 16 boxes in four or five columns. Arrows are as thick as their volume; those with clearly
    more patients are dark blue, those with fewer dark pink and dashed. A telephone shows the same as a list.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: what is counted, of whom, when.
        nodes: key, label and column of each box, from the left.
        arrows: keys of the boxes at both ends, patients a day in the baseline and in the other scenario
            (not a number for none); KeyError if there is no such box.
        png: true to draw it for Word too.
    """
    form = written("per day", 0, *(arrow[2:] for arrow in arrows))
    kept = [arrow for arrow in arrows if isfinite(arrow[2]) or isfinite(arrow[3])]
    what = _Flow([(key, clean(label), column) for key, label, column in nodes], kept, form)
    if not kept:
        numbers = Numbers([Column("From"), Column("To")], [])
        why = "There is nothing to draw: nobody goes from one service to another."
        return nothing(id=id, title=title, subtitle=subtitle, why=why, numbers=numbers, png=png)
    return assemble(
        id=id,
        title=title,
        subtitle=subtitle,
        draw=lambda sheet: _list(sheet, what) if sheet.narrow else _diagram(sheet, what),
        alt=_told(what),
        numbers=_numbers(what),
        png=png,
    )


def _diagram(sheet: Sheet, what: _Flow) -> None:
    count = len({column for _, _, column in what.nodes})
    texts = [text for arrow in what.arrows for text in _texts(arrow, what.form)]
    gap = max(width(text, TINY) for text in texts) + 32
    wide = min(150.0, (sheet.width - 4 - gap * (count - 1)) / count)
    gap = (sheet.width - 4 - wide * count) / max(count - 1, 1)
    left = [2 + i * (wide + gap) for i in range(count)]
    right = [x + wide for x in left]
    labels = {key: wrap(label, wide - 10, SMALL, 3) for key, label, _ in what.nodes}
    boxes = [(key, column, len(labels[key]) * line_height(SMALL) + 14) for key, _, column in what.nodes]
    layout = lay_out(boxes, [arrow[:2] for arrow in what.arrows])
    _arrows(sheet, what, layout, (left, right))
    for key, item in layout.boxes.items():
        x = left[item.column]
        sheet.box(x, item.top, wide, item.height, Fill(WHITE), _BOX)
        sheet.lines(x + wide / 2, item.middle, labels[key], size=SMALL, anchor="middle")
    for arrow, route in zip(what.arrows, layout.routes, strict=True):
        _written_beside(sheet, arrow, route, what.form, (left, right))
    sheet.height = round(note(sheet, layout.height + 6, _HOW) + 4)


_HOW = (
    "Beside each arrow, where it begins: patients a day in the baseline and, below, the difference. Dark blue: more; "
    "dark pink and dashed: fewer; grey: within 2%."
)


def _arrows(
    sheet: Sheet, what: _Flow, layout: Layout, columns: tuple[Sequence[float], Sequence[float]]
) -> None:
    most = what.most()
    for arrow, route in zip(what.arrows, layout.routes, strict=True):
        points = path(route, *columns)
        if route.backward:
            points = points[::-1]
        thick = max(1.0, THICKEST * max(_volume(arrow), 0.0) / most) if most > 0 else 1.0
        colour = _colour(arrow)
        dash = (3.0 + thick, 2.0 + thick / 2) if colour == _FEWER else ()
        _head(sheet, points, thick, colour)
        sheet.line(points[:-1, 0], points[:-1, 1], Stroke(colour, round(thick, 1), dash))


def _head(sheet: Sheet, points: Points, thick: float, colour: str) -> None:
    """Draw the tip of an arrow, level, at its last point."""
    x, y = points[-1]
    back = -1.0 if points[-1, 0] > points[-4, 0] else 1.0
    length, half = 8.0, max(4.0, thick / 2 + 2.5)
    tip = [(x, y), (x + back * length, y - half), (x + back * length, y + half)]
    sheet.area(tip, Fill(colour))


def _written_beside(
    sheet: Sheet, arrow: Arrow, route: Route, form: Written, columns: tuple[Sequence[float], Sequence[float]]
) -> None:
    """Write the volume above and the difference below an arrow, where it begins."""
    left, right = columns
    first, last = route.items[0], route.items[-1]
    x, y, anchor = right[first.column] + 5, route.start, "start"
    if route.backward:
        x, y, anchor = left[last.column] - 5, route.stop, "end"
    upper, *lower = _texts(arrow, form)
    side = "end" if anchor == "end" else "start"
    off = 3.0 + THICKEST * 0.25
    if side == "end":
        sheet.text(x, y - off, upper, size=TINY, anchor="end", halo=HALO)
        for text in lower:
            sheet.text(x, y + off + 8, text, size=TINY, anchor="end", halo=HALO, bold=_noticed(arrow))
        return
    sheet.text(x, y - off, upper, size=TINY, halo=HALO)
    for text in lower:
        sheet.text(x, y + off + 8, text, size=TINY, halo=HALO, bold=_noticed(arrow))


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
    words = f"Flow diagram of {len(what.nodes)} services and {len(what.arrows)} flows, patients a day. "
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
