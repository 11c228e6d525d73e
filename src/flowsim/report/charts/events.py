"""Stretches of time behind a chart: shaded, with their names above, none over another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowsim.report.charts.axes import Axis, Moment, Plot, days_since
from flowsim.report.charts.sheet import Sheet
from flowsim.report.charts.words import clean, shorten, width
from flowsim.report.theme import EDGE, EDGE_LINE, SPAN, TEXT, TINY, Fill, Stroke

Event = tuple[str, Moment, Moment]
"""Label, first and last day."""
Events = Sequence[Event] | Mapping[str, Sequence[Event]]
"""What happens, to all runs or to each by its name."""
_ROW = 18.0


def of_runs(events: Events, names: Sequence[str]) -> list[Event]:
    """Return what happens to any of some runs; what does not happen to all of them says to whom it does."""
    if not isinstance(events, Mapping):
        return list(events)
    whose: dict[Event, list[str]] = {}
    for name in names:
        for event in events.get(name, ()):
            whose.setdefault(event, []).append(name)
    return [
        (label if len(mine) == len(names) else f"{label} ({' and '.join(mine)})", first, last)
        for (label, first, last), mine in whose.items()
    ]


def shade(
    sheet: Sheet,
    events: Sequence[Event],
    dates: Sequence[Moment],
    space: Plot,
) -> float:
    """Shade stretches of time and write their names above the plot.

    Args:
        sheet: to draw on.
        events: label, first and last day; those outside the dates are left out.
        dates: the days of the plot.
        space: the plot as it would lie without names above it.

    Returns:
        Where the plot may begin.
    """
    axis = Axis(0.0, max(days_since(dates[0], dates[-1]), 1.0), space.left, space.right)
    placed = _placed(events, dates, axis, space.right)
    rows = 1 + max((row for *_, row in placed), default=-1)
    upper = space.top + rows * _ROW
    bottom = upper + space.bottom - space.top
    for label, begin, stop, at, row in placed:
        foot = space.top + (row + 1) * _ROW - 2
        sheet.box(begin, foot, stop - begin, bottom - foot, Fill(SPAN, opacity=0.75))
        sheet.line([begin, begin], [foot - _ROW + 4, bottom], Stroke(EDGE, 0.75, (1.5, 2.5)))
        sheet.line([begin, stop], [foot, foot], EDGE_LINE)
        sheet.text(at, foot - 4, label, size=TINY, colour=TEXT)
    return upper + (4.0 if rows else 0.0)


def _placed(
    events: Sequence[Event], dates: Sequence[Moment], axis: Axis, right: float
) -> list[tuple[str, float, float, float, int]]:
    """Return label, left, right, where the label begins, and its row, for every event that shows."""
    ends: list[float] = []
    found = []
    for label, first, last in sorted(events, key=lambda e: days_since(dates[0], e[1])):
        begin, stop = days_since(dates[0], first), days_since(dates[0], last) + 1
        if stop <= 0.0 or begin >= axis.high:
            continue
        x, end = axis.at(max(begin, 0.0)), axis.at(min(stop, axis.high))
        words = shorten(clean(label), right - axis.start - 4, TINY)
        room = width(words, TINY)
        at = x + 3 if x + 3 + room <= right else max(x - 3 - room, axis.start)
        row = next((i for i, edge in enumerate(ends) if edge + 8 <= min(at, x)), len(ends))
        ends[row:] = [max(at + room, end), *ends[row + 1 :]]
        found.append((words, x, end, at, row))
    return found
