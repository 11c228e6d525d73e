"""Spans of clock time by kind of day: read, lay over a calendar, write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.clock.calendar import DAY, DAY_KEYS, DAY_NAMES, SATURDAY, WEEK, Calendar
from flowsim.units import UNLIMITED

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|\u2013|to)\s*(\d{1,2}):(\d{2})\s*(?:=\s*(\S+))?")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of clock time with a level: minutes from the midnight of the day it starts on.

    `end` is above 1,440 where the span runs into the next day. `level` is the number on duty, the
    relative weight, or 1 for plain opening hours.
    """

    start: int
    end: int
    level: float = 1

    def text(self, *, with_level: bool = True) -> str:
        """Return the span as it is written in a scenario."""
        end = self.end if self.end <= DAY else self.end - DAY
        clock = f"{self.start // 60:02}:{self.start % 60:02}-{end // 60:02}:{end % 60:02}"
        return f"{clock}={number_text(self.level)}" if with_level else clock


Days = tuple[tuple[str, tuple[Span, ...]], ...]
"""Spans by day key, as written: one of DAY_KEYS each."""


def parse_days(value: object, spans: Callable[[object], tuple[Span, ...]], what: str) -> Days:
    """Read a value that is one text for every day, or a mapping by kind of day.

    Args:
        value: as written in the scenario.
        spans: reads the text of one kind of day.
        what: what is being read, for messages.

    Raises:
        ValueError: if a key is not a kind of day.
    """
    if not isinstance(value, Mapping):
        return (("default", spans(value)),)
    if not value:
        raise ValueError(f"the {what} mapping is empty: give at least one of {', '.join(DAY_KEYS)}")
    for key in value:
        if key not in DAY_KEYS:
            raise ValueError(f"{key} is not a kind of day: use {', '.join(DAY_KEYS)}")
    return tuple((key, spans(value[key])) for key in DAY_KEYS if key in value)


def parts_of(value: object, what: str, example: str) -> list[str]:
    """Return the parts of a text between commas.

    Raises:
        ValueError: if it is not a text or is empty; says `what` was wanted, with an `example`.
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not {what}: write {example}")
    return [part.strip() for part in value.split(",")]


def parse_span(text: str, level: Callable[[str], float] | None) -> Span:
    """Read one span: "08:00-16:00", with "=3" after it where `level` reads a number.

    Raises:
        ValueError: with a sentence that says what to write instead.
    """
    example = "08:00-16:00=3" if level else "08:00-22:00"
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a span of hours: write it like {example}')
    h1, m1, h2, m2, number = found.groups()
    start, end = _minutes(h1, m1), _minutes(h2, m2)
    if start == DAY:
        raise ValueError(f'"{text}" starts at 24:00: write 00:00 of the next day')
    if start == end:
        raise ValueError(f'"{text}" starts and ends together: for a whole day write 00:00-24:00')
    if level is None and number is not None:
        raise ValueError(f'"{text}" has a number, but these are opening hours: write it like {example}')
    if level is not None and number is None:
        raise ValueError(f'"{text}" does not say how many: write it like {example}')
    return Span(start, end if end > start else end + DAY, level(number) if level else 1)


def _minutes(hours: str, minutes: str) -> int:
    value = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or value > DAY:
        raise ValueError(f"{hours}:{minutes} is not a time of day: use 00:00 to 24:00")
    return value


def _for_day(days: Mapping[str, tuple[Span, ...]], weekday: int, kind: str) -> tuple[Span, ...]:
    keys = [DAY_NAMES[weekday], "weekend" if weekday >= SATURDAY else "weekday", "default"]
    if kind == "bank_holiday":
        keys = ["bank_holiday", "weekend", *keys]
    return next((days[key] for key in keys if key in days), ())


def lay_out(days: Days, calendar: Calendar, end: float) -> list[tuple[float, float, float]]:
    """Lay spans over the calendar from the day before it starts, up to `end`: (start, end, level)."""
    mapping = dict(days)
    return [
        (day * DAY + span.start, day * DAY + span.end, span.level)
        for day in range(-1, int(end // DAY) + 1)
        for span in _for_day(mapping, calendar.weekday(day), calendar.day_kind(day))
    ]


def week_levels(days: Days) -> NDArray[np.float64]:
    """Return the level of each minute of a week without bank holidays (Sunday runs into Monday)."""
    mapping, levels = dict(days), np.zeros(WEEK)
    for weekday in range(7):
        for span in _for_day(mapping, weekday, ""):
            minutes = np.arange(weekday * DAY + span.start, weekday * DAY + span.end) % WEEK
            levels[minutes] += span.level
    return levels


def raw_days(days: Days, text: Callable[[Span], str], empty: str) -> Any:
    """Return the days as a scenario would write them; a day without spans reads `empty`."""
    written = {key: ", ".join(map(text, spans)) or empty for key, spans in days}
    return written["default"] if list(written) == ["default"] else written


def number_text(value: float) -> str:
    """Return a number of staff or a weight as it is written."""
    if value >= UNLIMITED:
        return "unlimited"
    return str(int(value)) if value == int(value) else str(value)
