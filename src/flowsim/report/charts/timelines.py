"""What happens when: surges, changes with a date, and levels of escalation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flowsim.report.charts.axes import (
    DATES_ROOM,
    Axis,
    Moment,
    Plot,
    as_moment,
    date_axis,
    day_text,
    days_since,
)
from flowsim.report.charts.build import Numbers, assemble, listed, name
from flowsim.report.charts.sheet import Sheet
from flowsim.report.charts.words import clean, shorten, width, wrap
from flowsim.report.document import Cell, Column, Figure
from flowsim.report.theme import (
    EDGE,
    GRID_LINE,
    LEVELS,
    SIZE,
    SMALL,
    SPAN,
    TEXT,
    TINY,
    WHITE,
    Fill,
    Stroke,
    text_on,
)

Span = tuple[Moment, Moment, str, int | None]
"""From, to (the day after the last), text, and a level from 1 to 4, or None for what has no level."""

_TALL = 26.0
_OUTLINE = Stroke(EDGE, 1.0)


@dataclass(frozen=True, slots=True)
class _Time:
    start: Moment
    end: Moment
    rows: list[tuple[str, list[Span]]]

    def levels(self) -> list[int]:
        """Return the levels that occur, in order."""
        return sorted({_level(span) for _, spans in self.rows for span in spans} - {0})


def timeline(
    *,
    id: str,
    title: str,
    subtitle: str,
    start: Moment,
    end: Moment,
    rows: Sequence[tuple[str, Sequence[Span]]],
    png: bool = False,
) -> Figure:
    """Return bars along a calendar, one row for each site or plan.

    Levels differ in pattern and lightness, and are written in the bars where there is room.

    Args:
        id: of the figure.
        title: the finding.
        subtitle: what is shown, of whom.
        start: first day of the calendar.
        end: the day after its last.
        rows: label, and stretches: from, to (the day after the last), text, level 1 to 4 or None. Stretches
            that follow each other with the same text and level are drawn as one; what lies outside the
            calendar is cut.
        png: true to draw it for Word too.
    """
    what = _Time(start, end, [(clean(label), _joined(spans, start, end)) for label, spans in rows])
    numbers = _numbers(what)
    why = (
        ""
        if any(spans for _, spans in what.rows)
        else "There is nothing to show: nothing happens between these days."
    )
    frame = id, title, subtitle, png
    return assemble(frame, numbers, lambda sheet: _draw(sheet, what), lambda: _told(what), why)


def _joined(spans: Sequence[Span], start: Moment, end: Moment) -> list[Span]:
    """Return the stretches within the calendar, in order, those that continue each other as one."""
    found: list[Span] = []
    first, last = as_moment(start), as_moment(end)
    for begin, stop, text, level in sorted(spans, key=lambda s: (as_moment(s[0]), as_moment(s[1]))):
        one, two = max(as_moment(begin), first), min(as_moment(stop), last)
        if one >= two:
            continue
        if found and as_moment(found[-1][1]) == one and found[-1][2:] == (text, level):
            found[-1] = (found[-1][0], two, text, level)
        else:
            found.append((one, two, text, level))
    return found


def _draw(sheet: Sheet, what: _Time) -> None:
    top = _key(sheet, what)
    names = 0.0 if sheet.narrow else min(190.0, max(width(label, SIZE) for label, _ in what.rows)) + 12
    left, right = names + 6, sheet.width - 12
    axis = Axis(0.0, max(days_since(what.start, what.end), 1.0), left, right)
    for label, spans in what.rows:
        if sheet.narrow:
            top = sheet.paragraph(6, top, label, sheet.width - 12, lines=2, size=SIZE) + 2
        lanes = _lanes(spans)
        depth = (1 + max(lanes, default=0)) * (_TALL + 2)
        if not sheet.narrow:
            lines = wrap(label, names - 10, SIZE, 2)
            depth = max(depth, 18.0 * len(lines))
            sheet.lines(left - 10, top + min(depth, _TALL + 2) / 2, lines, size=SIZE, anchor="end")
        sheet.line([left, right], [top + depth + 3, top + depth + 3], GRID_LINE)
        for span, lane in zip(spans, lanes, strict=True):
            _bar(sheet, what, axis, span, top + lane * (_TALL + 2))
        top += depth + 8
    date_axis(sheet, Plot(left, 0.0, right, top), what.start, what.end)
    sheet.height = round(top + DATES_ROOM)


def _bar(sheet: Sheet, what: _Time, axis: Axis, span: Span, y: float) -> None:
    begin, stop = (axis.at(days_since(what.start, moment)) for moment in span[:2])
    level = _level(span)
    fill = LEVELS[level - 1] if level else Fill(SPAN)
    sheet.box(begin, y, stop - begin, _TALL, fill, stroke=_OUTLINE)
    words, text = _fitting(span, stop - begin - 6), clean(span[2])
    freer = max(begin - axis.start, axis.stop - stop) > stop - begin
    if not words or (not level and words != text and freer):
        if not level:
            _beside(sheet, span, (begin, stop), y, axis)
        return
    middle = (begin + stop) / 2
    if fill.hatch:
        room = width(words, TINY) + 6
        sheet.box(middle - room / 2, y + 5, room, _TALL - 10, Fill(WHITE))
    colour = TEXT if fill.hatch else text_on(fill.colour)
    sheet.text(middle, y + _TALL / 2 + 4, words, size=TINY, colour=colour, anchor="middle")


def _beside(sheet: Sheet, span: Span, edges: tuple[float, float], y: float, axis: Axis) -> None:
    """Write a text next to a bar that is too short for it."""
    begin, stop = edges
    before, after = begin - axis.start - 6, axis.stop - stop - 6
    words = shorten(clean(span[2]), max(before, after), TINY)
    if after >= before:
        sheet.text(stop + 5, y + _TALL / 2 + 4, words, size=TINY)
    else:
        sheet.text(begin - 5, y + _TALL / 2 + 4, words, size=TINY, anchor="end")


def _fitting(span: Span, room: float) -> str:
    """Return the text, or the level, or nothing, whichever has room in a bar."""
    text, level = clean(span[2]), _level(span)
    if width(text, TINY) <= room:
        return text
    if level:
        return str(level) if width(str(level), TINY) <= room else ""
    cut = shorten(text, room, TINY)
    return cut if len(cut) > 4 else ""


def _lanes(spans: list[Span]) -> list[int]:
    """Return for each stretch the first lane in which it overlaps nobody, nor any text beside a bar."""
    ends: list[float] = []
    found = []
    for span in spans:
        begin, stop = as_moment(span[0]).timestamp(), as_moment(span[1]).timestamp()
        lane = next((i for i, end in enumerate(ends) if end <= begin), len(ends))
        ends[lane:] = [stop if _level(span) else float("inf"), *ends[lane + 1 :]]
        found.append(lane)
    return found


def _key(sheet: Sheet, what: _Time) -> float:
    """Show the patterns of the levels; return where the rows may begin."""
    x = 6.0
    for level in what.levels():
        sheet.box(x, 3, 24, 14, LEVELS[level - 1], stroke=_OUTLINE)
        sheet.text(x + 30, 14, f"Level {level}", size=SMALL)
        x += 30 + width("Level 4", SMALL) + 14
    return 26.0 if x > 6.0 else 6.0


def _level(span: Span) -> int:
    """Return the level from 1 to 4, or 0 for none."""
    return min(max(int(span[3] or 0), 0), len(LEVELS))


def _told(what: _Time) -> str:
    parts = []
    for label, spans in what.rows:
        if what.levels() and all(_level(span) for span in spans) and spans:
            parts.append(f"{label}: " + ", ".join(_days_at(spans, level) for level in what.levels()))
        else:
            told = [f"{clean(s[2]) or _level(s)} {_when(s)}" for s in spans]
            parts.append(f"{label}: " + (listed(told) if told else "nothing"))
    return f"Timeline, {day_text(what.start)} to {_last(what.end)}. {listed(parts)}."


def _days_at(spans: list[Span], level: int) -> str:
    days = sum(days_since(span[0], span[1]) for span in spans if _level(span) == level)
    text = f"{days:.1f}".removesuffix(".0")
    return f"level {level} on {text} days"


def _when(span: Span) -> str:
    return f"{day_text(span[0])} to {_last(span[1])}"


def _last(end: Moment) -> str:
    """Return the last day before an end."""
    return day_text(as_moment(end) - timedelta(seconds=1))


def _numbers(what: _Time) -> Numbers:
    columns = [Column("Row"), Column("From"), Column("To"), Column("What"), Column("Level", "number")]
    made = [
        (name(label), Cell(day_text(span[0])), Cell(_last(span[1])), name(span[2]), _level_cell(span))
        for label, spans in what.rows
        for span in spans
    ]
    return Numbers(columns, made)


def _level_cell(span: Span) -> Cell:
    level = _level(span)
    return Cell(str(level), float(level)) if level else Cell("")
