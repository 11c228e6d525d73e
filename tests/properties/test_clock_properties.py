"""Rotas and opening hours against a clock that is read minute by minute.

Whatever spans a scenario may write, over midnight, overlapping, by day of the week or kind of day: who is on
duty and whether it is open must be what a reader of the text would say at each minute.
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.clock import DAY, Calendar, parse_hours, parse_rota
from flowsim.clock.calendar import DAY_NAMES

QUICK = settings(max_examples=80, deadline=None)
STARTS = (datetime(2026, 11, 2), datetime(2026, 12, 23), datetime(2027, 3, 25), datetime(2026, 10, 24))
"""A Monday, the days before Christmas and before Easter, and a day before the clocks change."""
DAYS = 6

Written = dict[str, list[tuple[int, int, int]]]
"""Kind of day to spans: begins, ends (minutes of the day; before the beginning: on the next day), number."""


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Draw up to four spans of one kind of day, to the quarter of an hour."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begins = 15 * draw(st.integers(0, 95))
        ends = 15 * draw(st.integers(1, 96))
        if ends != begins:
            found.append((begins, ends, draw(st.integers(0, 9))))
    return found


@st.composite
def weeks(draw: st.DrawFn) -> Written:
    """Draw spans for some kinds of day."""
    keys = draw(st.sets(st.sampled_from([*DAY_NAMES, "weekday", "weekend", "bank_holiday"]), max_size=4))
    return {key: draw(spans()) for key in sorted(keys | {"default"})}


def text(written: Written, *, numbers: bool) -> dict[str, str]:
    """Return spans as a scenario writes them."""
    nothing = "0" if numbers else "never"
    return {
        key: ", ".join(f"{clock(a)}-{clock(b)}" + (f"={n}" if numbers else "") for a, b, n in each) or nothing
        for key, each in written.items()
    }


def of_day(written: Written, calendar: Calendar, day: int) -> list[tuple[int, int, int]]:
    """Return what is written for a day: the narrowest kind of day that is named."""
    weekday = calendar.date(day).weekday()
    names = [DAY_NAMES[weekday], "weekend" if weekday >= 5 else "weekday", "default"]
    if calendar.date(day) in calendar.bank_holidays:
        names = ["bank_holiday", "weekend", *names]
    return next(written[name] for name in names if name in written)


def levels(written: Written, calendar: Calendar, *, numbers: bool) -> np.ndarray:
    """Return how many are on duty (or how many spans are open) at each minute, one by one."""
    found = np.zeros(DAYS * DAY, dtype=int)
    for day in range(-1, DAYS):
        for begins, ends, number in of_day(written, calendar, day):
            last = ends if ends > begins else ends + DAY
            for minute in range(max(day * DAY + begins, 0), min(day * DAY + last, DAYS * DAY)):
                found[minute] += number if numbers else 1
    return found


calendars = st.sampled_from([Calendar(start) for start in STARTS])


@QUICK
@given(weeks(), calendars)
def test_a_rota_says_who_is_on_duty_at_each_minute(written: Written, calendar: Calendar) -> None:
    changes = parse_rota(text(written, numbers=True)).changes(calendar, DAYS * DAY)
    minutes = [minute for minute, _ in changes]
    assert minutes[0] == 0.0
    assert minutes == sorted(set(minutes))
    assert all(a[1] != b[1] for a, b in pairwise(changes))
    which = np.searchsorted(minutes, np.arange(DAYS * DAY), side="right") - 1
    found = np.array([number for _, number in changes])[which]
    np.testing.assert_array_equal(found, levels(written, calendar, numbers=True))


@QUICK
@given(weeks(), calendars)
def test_opening_hours_say_whether_it_is_open_at_each_minute(written: Written, calendar: Calendar) -> None:
    opening = parse_hours(text(written, numbers=False)).compile(calendar, DAYS * DAY)
    expected = levels(written, calendar, numbers=False) > 0
    found = [opening.is_open(float(minute)) for minute in range(DAYS * DAY)]
    assert found == expected.tolist()


@QUICK
@given(weeks(), calendars, st.lists(st.integers(0, 4 * DAY), min_size=1, max_size=20))
def test_the_next_opening_and_closing_are_the_next_minutes_that_differ(
    written: Written, calendar: Calendar, asked: list[int]
) -> None:
    opening = parse_hours(text(written, numbers=False)).compile(calendar, DAYS * DAY)
    is_open = levels(written, calendar, numbers=False) > 0
    for minute in asked:
        later = np.flatnonzero(is_open[minute:])
        shut = np.flatnonzero(~is_open[minute:])
        opens, closes = opening.next_open(float(minute)), opening.closes_at(float(minute))
        if later.size:
            assert opens == minute + later[0]
        else:
            assert opens >= DAYS * DAY
        if not is_open[minute]:
            assert closes == minute
        elif shut.size:
            assert closes == minute + shut[0]
        else:
            assert closes >= DAYS * DAY


@QUICK
@given(weeks(), calendars, st.floats(0.0, 4.0), st.integers(-4, 4))
def test_a_rota_that_is_multiplied_and_added_to(
    written: Written, calendar: Calendar, factor: float, number: int
) -> None:
    """Each number times the factor, halves up, then more or fewer where there is anybody; never below 0."""
    rota = parse_rota(text(written, numbers=True)).scaled(factor).plus(number)
    never = not any(n for each in written.values() for _, _, n in each)
    plain = levels(written, calendar, numbers=True)
    times = np.floor(plain * factor + 0.5)
    expected = np.where((times > 0) | never, np.maximum(times + number, 0), times).astype(int)
    changes = rota.changes(calendar, DAYS * DAY)
    which = np.searchsorted([m for m, _ in changes], np.arange(DAYS * DAY), side="right") - 1
    np.testing.assert_array_equal(np.array([n for _, n in changes])[which], expected)
    assert parse_rota(rota.raw()).changes(calendar, DAYS * DAY) == changes


@QUICK
@given(weeks(), calendars)
def test_what_is_written_back_reads_the_same(written: Written, calendar: Calendar) -> None:
    rota, hours = parse_rota(text(written, numbers=True)), parse_hours(text(written, numbers=False))
    assert parse_rota(rota.raw()).changes(calendar, DAYS * DAY) == rota.changes(calendar, DAYS * DAY)
    again = parse_hours(hours.raw()).compile(calendar, DAYS * DAY)
    assert again.bounds == hours.compile(calendar, DAYS * DAY).bounds


@QUICK
@given(weeks())
def test_hours_in_a_week_without_holidays_are_the_minutes_added_up(written: Written) -> None:
    """From a Monday two weeks after the start, so that a span over midnight has its own day before it."""
    calendar = Calendar(datetime(2026, 11, 2), bank_holidays=frozenset())
    rota, hours = parse_rota(text(written, numbers=True)), parse_hours(text(written, numbers=False))
    changes = rota.changes(calendar, 21 * DAY)
    minutes = np.arange(7 * DAY, 14 * DAY)
    which = np.searchsorted([m for m, _ in changes], minutes, side="right") - 1
    on_duty = np.array([n for _, n in changes])[which]
    assert rota.hours_per_week() == pytest.approx(on_duty.sum() / 60.0)
    assert rota.mean() == pytest.approx(on_duty.mean())
    assert rota.peak() == on_duty.max()
    opening = hours.compile(calendar, 21 * DAY)
    assert hours.hours_per_week() == pytest.approx(sum(opening.is_open(float(m)) for m in minutes) / 60.0)


def test_nobody_is_ever_there_and_it_never_opens() -> None:
    calendar = Calendar(STARTS[0])
    assert parse_rota("0").changes(calendar, 3 * DAY) == [(0.0, 0)]
    opening = parse_hours("never").compile(calendar, 3 * DAY)
    assert opening.next_open(0.0) == inf
    always = parse_hours("always").compile(calendar, 3 * DAY)
    assert (always.next_open(7.0), always.closes_at(7.0)) == (7.0, inf)
