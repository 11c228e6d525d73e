"""The same patient in two runs, side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from flowsim.measures.compare.text import plain
from flowsim.measures.format import show, show_change
from flowsim.measures.tables import WIDTH, TextTable
from flowsim.report.journeys.text import who

if TYPE_CHECKING:
    from flowsim.report.journeys.story import Step, Story

SOON = 0.5
"""Minutes below which two moments are the same to a reader."""
NAME = 17
"""Columns for the name of a run: a date with its time."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened in either run or both.

    Attributes:
        base, other: the step in the one and the other run; None where it did not happen.
    """

    base: Step | None
    other: Step | None

    @property
    def text(self) -> str:
        """What happened, in words."""
        step = self.base or self.other
        assert step is not None
        return step.text[:1].upper() + step.text[1:]

    @property
    def later(self) -> float | None:
        """Minutes by which it came later in the other run; None if it came in one run alone."""
        return None if self.base is None or self.other is None else self.other.minute - self.base.minute


def side_by_side(base: Story, other: Story) -> list[Row]:
    """Return the steps of two stories, those that tell the same in one row."""
    keys = [[(step.service, step.moment, step.text) for step in story.steps] for story in (base, other)]
    rows: list[Row] = []
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            rows += [Row(*pair) for pair in zip(base.steps[a:b], other.steps[c:d], strict=True)]
        else:
            alone = [Row(step, None) for step in base.steps[a:b]]
            alone += [Row(None, step) for step in other.steps[c:d]]
            rows += sorted(alone, key=_minute)
    return rows


def _minute(row: Row) -> float:
    step = row.base or row.other
    return 0.0 if step is None else step.minute


def together_text(base: Story, other: Story, names: tuple[str, str]) -> str:
    """Return two stories of one patient as text.

    Args:
        base: the story in the one run.
        other: the story in the other.
        names: the scenarios.
    """
    shown = [plain(name) for name in names]
    head = f"Patient {base.uid} in {shown[0]} and in {shown[1]}, replication {base.replication}"
    top = [*textwrap.wrap(head, WIDTH), *_indented(who(base))]
    short = [plain(name, NAME) for name in names]
    rows = [_cells(row, base) for row in side_by_side(base, other)]
    steps = TextTable(("", *short, "other is"), [], left=(1, 2)).heads
    lines = _table([list(steps), *rows])
    closing = [line for name, story in zip(shown, (base, other), strict=True) for line in _ended(name, story)]
    return "\n\n".join(["\n".join(top), "\n".join(lines), _time(base, other, short), "\n".join(closing)])


def _table(rows: list[list[str]]) -> Iterator[str]:
    """Yield the rows: what happened over as many lines as it needs, then the two times and the difference."""
    widths = [max(len(row[i]) for row in rows) for i in range(1, 4)]
    room = WIDTH - sum(widths) - 6
    for first, *rest in rows:
        *above, last = textwrap.wrap(first, room, subsequent_indent="  ") or [""]
        yield from above
        cells = (cell.ljust(width) for cell, width in zip(rest, widths, strict=True))
        yield f"{last.ljust(room)}  {'  '.join(cells)}".rstrip()


def _cells(row: Row, story: Story) -> list[str]:
    return [row.text, _clock(row.base, story), _clock(row.other, story), _difference(row)]


def _clock(step: Step | None, story: Story) -> str:
    if step is None:
        return "–"
    moment = story.when(step.minute)
    return f"{moment:%a} {moment.day:>2} {moment:%b %H:%M}"


def _difference(row: Row) -> str:
    if row.later is None:
        return ""
    if abs(row.later) < SOON:
        return "the same"
    return f"{show(abs(row.later), 'minutes')} {'later' if row.later > 0 else 'sooner'}"


def _time(base: Story, other: Story, names: list[str]) -> str:
    pairs = (
        ("In care", base.care, other.care),
        ("Waiting", base.waiting, other.waiting),
        ("Held in a place after care", base.held, other.held),
    )
    rows = [[what, show(a, "minutes"), show(b, "minutes"), _change(a, b)] for what, a, b in pairs]
    return TextTable(("Time", *names, "change"), rows).text()


def _change(base: float, other: float) -> str:
    change = other - base
    return "none" if abs(change) < SOON else show_change(change, "minutes")


def _ended(name: str, story: Story) -> list[str]:
    return textwrap.wrap(f"{name}: {story.ended}", WIDTH, subsequent_indent="   ")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="   ", subsequent_indent="   ")


def as_rows(base: Story, other: Story) -> list[dict[str, Any]]:
    """Return the steps of two stories side by side, as plain rows; minutes since the warm-up began."""
    return [
        {
            "service": (row.base or row.other).service,  # type: ignore[union-attr]
            "text": row.text,
            "base_minute": None if row.base is None else round(row.base.minute, 3),
            "other_minute": None if row.other is None else round(row.other.minute, 3),
            "later_minutes": None if row.later is None else round(row.later, 3),
        }
        for row in side_by_side(base, other)
    ]
