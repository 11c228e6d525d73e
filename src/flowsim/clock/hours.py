"""Opening hours: when a service is open, opens next and closes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from flowsim.clock.calendar import DAY, WEEK, Calendar
from flowsim.clock.spans import Days, Span, lay_out, parse_days, parse_span, parts_of, raw_days, week_levels


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: spans by kind of day. Overlapping spans count once."""

    days: Days

    def compile(self, calendar: Calendar, end: float) -> Opening:
        """Return the opening times of every day up to `end` (minutes), ready for fast questions.

        A margin of two weeks is kept after `end`, so that the next opening is known there too.
        """
        if self.raw() == "always":
            return Opening([-inf, inf])
        bounds: list[float] = []
        for opens, closes, _ in sorted(lay_out(self.days, calendar, end + 2 * WEEK)):
            if bounds and opens <= bounds[-1]:
                bounds[-1] = max(bounds[-1], closes)
            else:
                bounds += (opens, closes)
        if bounds and bounds[-2] <= end and bounds[-1] > end + 2 * WEEK:
            bounds[-1] = inf
        return Opening(bounds)

    def is_open(self, minute: float, calendar: Calendar) -> bool:
        """Say whether it is open at `minute`. Slow: compile first where speed matters."""
        return self.compile(calendar, minute).is_open(minute)

    def next_open(self, minute: float, calendar: Calendar) -> float:
        """Return the first minute from `minute` on that is open; infinity if none in two weeks."""
        return self.compile(calendar, minute).next_open(minute)

    def closes_at(self, minute: float, calendar: Calendar) -> float:
        """Return when it next closes; `minute` itself where it is shut; infinity if it never does."""
        return self.compile(calendar, minute).closes_at(minute)

    def hours_per_week(self) -> float:
        """Return hours open in a week without bank holidays."""
        return float(np.minimum(week_levels(self.days), 1).sum()) / 60

    def raw(self) -> Any:
        """Return the hours as a scenario would write them; `parse_hours` reads it back."""
        if not any(spans for _, spans in self.days):
            return "never"
        if self.days == (("default", (Span(0, DAY),)),):
            return "always"
        return raw_days(self.days, lambda s: s.text(with_level=False), "never")


@dataclass(slots=True)
class Opening:
    """Opening times over a whole horizon: minutes at which it opens and closes, in turn."""

    bounds: list[float]

    def is_open(self, minute: float) -> bool:
        """Say whether it is open at `minute`; it is open at opening time and shut at closing time."""
        return bisect_right(self.bounds, minute) & 1 == 1

    def next_open(self, minute: float) -> float:
        """Return `minute` where it is open, else the next opening; infinity if there is none."""
        i = bisect_right(self.bounds, minute)
        if i & 1:
            return minute
        return self.bounds[i] if i < len(self.bounds) else inf

    def closes_at(self, minute: float) -> float:
        """Return when it next closes; `minute` itself where it is shut; infinity if it never does."""
        i = bisect_right(self.bounds, minute)
        return self.bounds[i] if i & 1 else minute


def parse_hours(value: object) -> Hours:
    """Read opening hours: "08:00-22:00", "always", "never", or a mapping by kind of day.

    Raises:
        ValueError: with a sentence that says what to write instead.
    """
    if isinstance(value, Hours):
        return value
    return Hours(parse_days(value, _hours_spans, "opening hours"))


def _hours_spans(value: object) -> tuple[Span, ...]:
    if value == "always":
        return (Span(0, DAY),)
    if value == "never":
        return ()
    return tuple(
        parse_span(part, None) for part in parts_of(value, "opening hours", "08:00-22:00, always or never")
    )
