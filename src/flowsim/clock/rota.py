"""Rotas: how many are on duty, by kind of day and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from math import floor, isfinite
from typing import Any

import numpy as np

from flowsim.clock.calendar import DAY, HOURS_IN_WEEK, Calendar
from flowsim.clock.spans import (
    Days,
    Span,
    lay_out,
    number_text,
    parse_days,
    parse_span,
    parts_of,
    raw_days,
    week_levels,
)
from flowsim.units import UNLIMITED


@dataclass(frozen=True, slots=True)
class Rota:
    """Numbers on duty by kind of day. Spans that overlap add up; outside all spans it is nobody.

    `steps` are adjustments of the total, in order: ("multiply", factor) rounds halves up;
    ("add", n) applies whenever someone is on duty (always, where nobody ever is); none go below 0.
    """

    days: Days
    steps: tuple[tuple[str, float], ...] = ()

    def changes(self, calendar: Calendar, end: float) -> list[tuple[float, int]]:
        """Return (minute, number on duty) from minute 0 to `end`, only where the number changes."""
        changes: list[tuple[float, int]] = []
        adjusted: dict[float, int] = {}
        for minute, total in _totals(self.days, calendar, end):
            number = adjusted.get(total)
            if number is None:
                number = adjusted[total] = self._adjusted(total)
            if not changes or changes[-1][1] != number:
                changes.append((minute, number))
        return changes

    def scaled(self, factor: float) -> Rota:
        """Return this rota with every number times `factor` (0 or more), halves rounded up."""
        if not (isfinite(factor) and factor >= 0):
            raise ValueError(f"a rota can be multiplied by 0 or more, not by {factor}")
        return replace(self, steps=(*self.steps, ("multiply", factor)))

    def plus(self, number: int) -> Rota:
        """Return this rota with `number` more (or fewer) whenever someone is on duty."""
        return replace(self, steps=(*self.steps, ("add", number)))

    def hours_per_week(self) -> float:
        """Return staff-hours in a week without bank holidays."""
        levels, counts = np.unique(week_levels(self.days), return_counts=True)
        return sum(self._adjusted(float(v)) * int(n) for v, n in zip(levels, counts, strict=True)) / 60

    def mean(self) -> float:
        """Return the mean number on duty over a week without bank holidays."""
        return self.hours_per_week() / HOURS_IN_WEEK

    def peak(self) -> int:
        """Return the largest number on duty in a week without bank holidays."""
        return max(self._adjusted(float(v)) for v in np.unique(week_levels(self.days)))

    def raw(self) -> Any:
        """Return the rota as a scenario would write it; `parse_rota` reads it back."""
        base = raw_days(self.days, Span.text, "0")
        if self.days[0][0] == "default" and not self.steps:  # the last of DAY_KEYS, so the only one
            spans = self.days[0][1]
            if len(spans) == 1 and (spans[0].start, spans[0].end) == (0, DAY):
                return number_text(spans[0].level)
        if not self.steps:
            return base
        days = {"default": base} if isinstance(base, str) else base
        return {**days, "then": [{verb: value} for verb, value in self.steps]}

    def _adjusted(self, total: float) -> int:
        never = not any(span.level for _, spans in self.days for span in spans)
        for verb, value in self.steps:
            if verb == "multiply":
                total = floor(total * value + 0.5)
            elif total > 0 or never:
                total = max(0, total + value)
        return min(int(total), UNLIMITED)


@lru_cache(maxsize=256)
def _totals(days: Days, calendar: Calendar, end: float) -> tuple[tuple[float, float], ...]:
    """Return (minute, total before adjustments) from minute 0 to `end`.

    A rota that is multiplied anew every day, as by a wave of sickness, has the same totals each time.
    """
    deltas: dict[float, float] = {0.0: 0}
    for start, stop, level in lay_out(days, calendar, end):
        if stop > 0 and level:
            begin = max(start, 0.0)
            deltas[begin] = deltas.get(begin, 0) + level
            deltas[stop] = deltas.get(stop, 0) - level
    minutes = sorted(minute for minute in deltas if minute < end or minute == 0)
    return tuple(zip(minutes, accumulate(deltas[minute] for minute in minutes), strict=True))


def parse_rota(value: object) -> Rota:
    """Read a rota: 4, "08:00-16:00=3, 16:00-22:00=2", or a mapping by kind of day.

    A mapping may end with ``then``: a list of {multiply: factor} and {add: number}.

    Raises:
        ValueError: with a sentence that says what to write instead.
    """
    if isinstance(value, Rota):
        return value
    if isinstance(value, Mapping) and "then" in value:
        days = {key: item for key, item in value.items() if key != "then"}
        return Rota(parse_days(days, _rota_spans, "rota"), _parse_steps(value["then"]))
    return Rota(parse_days(value, _rota_spans, "rota"))


def _parse_steps(value: object) -> tuple[tuple[str, float], ...]:
    steps: list[tuple[str, float]] = []
    for item in value if isinstance(value, list | tuple) else [value]:
        pair = tuple(item.items()) if isinstance(item, Mapping) else ()
        if len(pair) != 1 or pair[0][0] not in ("multiply", "add"):
            raise ValueError("a rota's then is a list of {multiply: factor} and {add: number}")
        verb, number = pair[0]
        if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
            raise ValueError(f"{number!r} is not a number to {verb}")
        if (verb == "add" and number != int(number)) or (verb == "multiply" and number < 0):
            raise ValueError(f"a rota cannot {verb} {number}: add whole numbers, multiply by 0 or more")
        steps.append((verb, number))
    return tuple(steps)


def _rota_spans(value: object) -> tuple[Span, ...]:
    if (isinstance(value, int) and not isinstance(value, bool)) or _is_whole(value):
        return (Span(0, DAY, _on_duty(str(value))),) if value not in (0, "0") else ()
    return tuple(
        parse_span(part, _on_duty) for part in parts_of(value, "a rota", "a number or 08:00-16:00=3")
    )


def _is_whole(value: object) -> bool:
    return isinstance(value, str) and (value.strip().isdecimal() or value.strip() == "unlimited")


def _on_duty(text: str) -> int:
    if text.strip() == "unlimited":
        return UNLIMITED
    if not text.strip().isdecimal() or int(text) > UNLIMITED:
        raise ValueError(f"{text} is not a number on duty: write a whole number, 0 or more")
    return int(text)
