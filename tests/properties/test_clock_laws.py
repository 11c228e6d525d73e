"""Hours, rotas and week profiles that nobody thought of: what they say must be what was written."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.clock import (
    DAY,
    DAY_KEYS,
    DAY_NAMES,
    ENGLAND,
    WEEK,
    Calendar,
    parse_hours,
    parse_profile,
    parse_rota,
    profile_from_csv,
)
from flowsim.services.daytime import Slots, ending_at, ending_earlier, is_always

RELAXED = settings(deadline=None, max_examples=40)
QUARTERS = 96
"""Quarters of an hour in a day."""
CALENDARS = st.sampled_from(
    [Calendar(datetime(2026, 11, 2)), Calendar(datetime(2026, 12, 21)), Calendar(datetime(2027, 3, 25))]
)
"""A quiet fortnight, Christmas, and Easter."""
FORTNIGHT = 2 * WEEK
MINUTES = st.integers(0, FORTNIGHT - 1)


def clock(quarters: int) -> str:
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Spans of a day: (from quarter, to quarter, number); one that ends before it starts runs overnight."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        start, end = draw(st.integers(0, QUARTERS - 1)), draw(st.integers(1, QUARTERS))
        if start != end:
            found.append((start, end, draw(st.integers(0, 9))))
    return found


DAYS = st.dictionaries(st.sampled_from(DAY_KEYS), spans(), min_size=1, max_size=5)


def hours_of(days: dict[str, list[tuple[int, int, int]]]) -> dict[str, str]:
    """Return opening hours as a scenario writes them."""
    return {
        key: ", ".join(f"{clock(a)}-{clock(b)}" for a, b, _ in each) or "never" for key, each in days.items()
    }


def rota_of(days: dict[str, list[tuple[int, int, int]]]) -> dict[str, str]:
    """Return a rota as a scenario writes it."""
    return {
        key: ", ".join(f"{clock(a)}-{clock(b)}={n}" for a, b, n in each) or "0" for key, each in days.items()
    }


def on_day(days: dict[str, Any], calendar: Calendar, day: int) -> list[tuple[int, int, int]]:
    """Return the spans that begin on a day, by the order of precedence that the manual gives."""
    weekend = calendar.weekday(day) >= 5
    keys = [DAY_NAMES[calendar.weekday(day)], "weekend" if weekend else "weekday", "default"]
    if calendar.date(day) in ENGLAND:
        keys = ["bank_holiday", "weekend", *keys]
    return next((days[key] for key in keys if key in days), [])


def level(days: dict[str, Any], calendar: Calendar, minute: int) -> tuple[int, int]:
    """Return how many spans cover a minute, and the sum of their numbers, by looking at each."""
    covering = []
    for day in (minute // DAY - 1, minute // DAY):
        for start, end, number in on_day(days, calendar, day):
            begin = day * DAY + start * 15
            finish = day * DAY + (end if end > start else end + QUARTERS) * 15
            if begin <= minute < finish:
                covering.append(number)
    return len(covering), sum(covering)


class TestHours:
    @RELAXED
    @given(days=DAYS, calendar=CALENDARS, minutes=st.lists(MINUTES, max_size=30))
    def test_it_is_open_just_in_the_spans_of_the_kind_of_day(
        self, days: dict[str, Any], calendar: Calendar, minutes: list[int]
    ) -> None:
        opening = parse_hours(hours_of(days)).compile(calendar, FORTNIGHT)
        for minute in minutes:
            assert opening.is_open(minute) == (level(days, calendar, minute)[0] > 0)

    @RELAXED
    @given(days=DAYS, calendar=CALENDARS, minute=MINUTES)
    def test_between_now_and_the_next_opening_it_is_shut(
        self, days: dict[str, Any], calendar: Calendar, minute: int
    ) -> None:
        opening = parse_hours(hours_of(days)).compile(calendar, FORTNIGHT)
        opens = opening.next_open(minute)
        assert opens >= minute
        assert opens == inf or opening.is_open(opens)
        for moment in range(minute, int(min(opens, FORTNIGHT)), 15):
            assert not opening.is_open(moment)

    @RELAXED
    @given(days=DAYS, calendar=CALENDARS, minute=MINUTES)
    def test_until_it_closes_it_is_open_and_then_it_is_not(
        self, days: dict[str, Any], calendar: Calendar, minute: int
    ) -> None:
        opening = parse_hours(hours_of(days)).compile(calendar, FORTNIGHT)
        closes = opening.closes_at(minute)
        assert (closes > minute) == opening.is_open(minute)
        if closes < inf:
            assert not opening.is_open(closes)
        for moment in range(minute, int(min(closes, FORTNIGHT)), 15):
            assert opening.is_open(moment)

    @RELAXED
    @given(days=DAYS, calendar=CALENDARS, minute=MINUTES)
    def test_one_question_at_a_time_gives_the_answer_of_the_whole_period(
        self, days: dict[str, Any], calendar: Calendar, minute: int
    ) -> None:
        hours = parse_hours(hours_of(days))
        opening = hours.compile(calendar, FORTNIGHT)
        assert hours.is_open(minute, calendar) == opening.is_open(minute)
        opens, closes = hours.next_open(minute, calendar), hours.closes_at(minute, calendar)
        if opens < FORTNIGHT:
            assert opens == opening.next_open(minute)
        if closes < FORTNIGHT:
            assert closes == opening.closes_at(minute)

    @RELAXED
    @given(days=DAYS)
    def test_what_is_written_is_read_back(self, days: dict[str, Any]) -> None:
        hours = parse_hours(hours_of(days))
        assert parse_hours(hours.raw()) == hours or hours.raw() == "never"
        assert parse_hours(hours.raw()).hours_per_week() == hours.hours_per_week()

    @RELAXED
    @given(days=DAYS, more=spans(), calendar=CALENDARS, minute=MINUTES)
    def test_longer_hours_never_shut_what_was_open(
        self, days: dict[str, Any], more: list[tuple[int, int, int]], calendar: Calendar, minute: int
    ) -> None:
        key = next(iter(days))
        longer = {**days, key: [*days[key], *more]}
        if parse_hours(hours_of(days)).compile(calendar, FORTNIGHT).is_open(minute):
            assert parse_hours(hours_of(longer)).compile(calendar, FORTNIGHT).is_open(minute)

    @RELAXED
    @given(days=DAYS)
    def test_hours_of_a_week_are_those_of_a_week_without_bank_holidays(self, days: dict[str, Any]) -> None:
        quiet = Calendar(datetime(2026, 11, 2))
        opening = parse_hours(hours_of(days)).compile(quiet, FORTNIGHT)
        second_week = range(WEEK, 2 * WEEK, 15)
        found = sum(opening.is_open(minute) for minute in second_week) / 4
        assert parse_hours(hours_of(days)).hours_per_week() == pytest.approx(found)

    @RELAXED
    @given(days=DAYS, one=st.integers(0, 300), other=st.integers(0, 300))
    def test_shutting_the_doors_early_twice_is_shutting_them_as_much_earlier(
        self, days: dict[str, Any], one: int, other: int
    ) -> None:
        opening = parse_hours(hours_of(days)).compile(Calendar(datetime(2026, 11, 2)), FORTNIGHT)
        twice = ending_earlier(ending_earlier(opening, float(one)), float(other))
        assert twice.bounds == ending_earlier(opening, float(one + other)).bounds

    @RELAXED
    @given(days=DAYS, last=st.integers(0, DAY), minute=MINUTES)
    def test_a_last_time_of_day_only_ever_shuts_the_doors(
        self, days: dict[str, Any], last: int, minute: int
    ) -> None:
        opening = parse_hours(hours_of(days)).compile(Calendar(datetime(2026, 11, 2)), FORTNIGHT)
        doors = ending_at(opening, float(last), float(FORTNIGHT))
        if doors.is_open(minute):
            assert opening.is_open(minute)
        if not is_always(opening):
            assert doors.bounds[::2] == opening.bounds[::2]  # it opens when it always did

    @RELAXED
    @given(days=DAYS, per_hour=st.integers(0, 12), minute=MINUTES, later=st.integers(0, 600))
    def test_slots_come_in_order_and_a_slot_is_its_own_next(
        self, days: dict[str, Any], per_hour: int, minute: int, later: int
    ) -> None:
        slots = Slots(
            parse_hours(hours_of(days)).compile(Calendar(datetime(2026, 11, 2)), FORTNIGHT), per_hour
        )
        slot = slots.next_after(float(minute))
        assert slot >= minute
        assert slots.next_after(float(minute + later)) >= slot
        if slot < inf:
            assert slots.opening.is_open(slot)
            assert slots.next_after(slot) == pytest.approx(slot)


class TestRota:
    @RELAXED
    @given(days=DAYS, calendar=CALENDARS, minutes=st.lists(MINUTES, max_size=30))
    def test_the_number_on_duty_is_the_sum_of_the_shifts_that_cover_the_minute(
        self, days: dict[str, Any], calendar: Calendar, minutes: list[int]
    ) -> None:
        changes = parse_rota(rota_of(days)).changes(calendar, FORTNIGHT)
        for minute in minutes:
            number = [n for moment, n in changes if moment <= minute][-1]
            assert number == level(days, calendar, minute)[1]

    @RELAXED
    @given(days=DAYS, calendar=CALENDARS)
    def test_changes_begin_at_minute_0_ascend_and_are_changes(
        self, days: dict[str, Any], calendar: Calendar
    ) -> None:
        changes = parse_rota(rota_of(days)).changes(calendar, FORTNIGHT)
        assert changes[0][0] == 0
        for (first, before), (second, after) in pairwise(changes):
            assert first < second < FORTNIGHT
            assert before != after

    @RELAXED
    @given(days=DAYS, calendar=CALENDARS, shorter=st.integers(1, FORTNIGHT))
    def test_a_shorter_period_has_the_beginning_of_the_longer_one(
        self, days: dict[str, Any], calendar: Calendar, shorter: int
    ) -> None:
        rota = parse_rota(rota_of(days))
        whole = rota.changes(calendar, FORTNIGHT)
        assert rota.changes(calendar, shorter) == [change for change in whole if change[0] < shorter]

    @RELAXED
    @given(days=DAYS, steps=st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=3))
    def test_an_adjusted_rota_is_written_and_read_back(
        self, days: dict[str, Any], steps: list[tuple[bool, int]]
    ) -> None:
        rota = parse_rota(rota_of(days))
        for multiplies, number in steps:
            rota = rota.scaled(number / 2) if multiplies else rota.plus(number - 2)
        again = parse_rota(rota.raw())
        assert again.hours_per_week() == rota.hours_per_week()
        assert again.peak() == rota.peak()
        assert again.steps == rota.steps

    @RELAXED
    @given(days=DAYS, factor=st.floats(0, 5), more=st.floats(0, 5))
    def test_a_larger_factor_never_means_fewer_on_duty(
        self, days: dict[str, Any], factor: float, more: float
    ) -> None:
        rota = parse_rota(rota_of(days))
        assert rota.scaled(factor).hours_per_week() <= rota.scaled(factor + more).hours_per_week()
        assert rota.scaled(factor).peak() <= rota.scaled(factor + more).peak()

    @RELAXED
    @given(days=DAYS)
    def test_what_leaves_a_rota_as_it_was(self, days: dict[str, Any]) -> None:
        rota = parse_rota(rota_of(days))
        calendar = Calendar(datetime(2026, 12, 21))
        plain = rota.changes(calendar, FORTNIGHT)
        for same in (rota.scaled(1), rota.plus(0), rota.scaled(2).scaled(0.5), parse_rota(rota)):
            assert same.changes(calendar, FORTNIGHT) == plain

    @RELAXED
    @given(days=DAYS, number=st.integers(0, 9))
    def test_more_people_come_whenever_somebody_is_on_duty(self, days: dict[str, Any], number: int) -> None:
        """Or at all hours, where nobody ever was."""
        rota = parse_rota(rota_of(days))
        staffed = {key: [span for span in each if span[2]] for key, each in days.items()}
        present = parse_hours(hours_of(staffed)).hours_per_week()
        never = not any(staffed.values())
        more = rota.plus(number).hours_per_week() - rota.hours_per_week()
        assert more == pytest.approx(number * (168 if never else present))

    @RELAXED
    @given(days=DAYS)
    def test_mean_and_peak(self, days: dict[str, Any]) -> None:
        rota = parse_rota(rota_of(days))
        assert 0 <= rota.mean() <= rota.peak()
        assert rota.mean() * 168 == pytest.approx(rota.hours_per_week())


WEIGHTS = st.lists(st.integers(0, 1000), min_size=168, max_size=168).filter(any)


class TestProfile:
    @RELAXED
    @given(WEIGHTS)
    def test_the_mean_weight_is_1_and_proportions_are_kept(self, weights: list[int]) -> None:
        profile = parse_profile(weights)
        assert profile.weights.mean() == pytest.approx(1)
        assert profile.weights * np.mean(weights) == pytest.approx(np.array(weights, dtype=float))

    @RELAXED
    @given(WEIGHTS, st.integers(1, 50))
    def test_weights_are_relative(self, weights: list[int], factor: int) -> None:
        larger = parse_profile([factor * weight for weight in weights])
        assert larger.weights == pytest.approx(parse_profile(weights).weights)

    @RELAXED
    @given(WEIGHTS)
    def test_what_is_written_is_read_back(self, weights: list[int]) -> None:
        profile = parse_profile(weights)
        assert parse_profile(profile.raw()).weights == pytest.approx(profile.weights, rel=1e-12)

    @RELAXED
    @given(WEIGHTS, st.randoms(use_true_random=False))
    def test_a_file_may_list_the_hours_in_any_order_and_either_way(
        self, weights: list[int], rng: Any
    ) -> None:
        order = list(range(168))
        rng.shuffle(order)
        by_hour = "hour_of_week,weight,note\n" + "".join(f"{h},{weights[h]},x\n" for h in order)
        by_day = "day,hour,weight\n" + "".join(
            f"{DAY_NAMES[h // 24].title()},{h % 24},{weights[h]}\n" for h in order
        )
        assert profile_from_csv(by_hour) == profile_from_csv("\ufeff" + by_day) == parse_profile(weights)

    @RELAXED
    @given(st.lists(st.integers(0, 1000), min_size=24, max_size=24).filter(any))
    def test_24_weights_are_each_day_of_the_week(self, weights: list[int]) -> None:
        assert parse_profile(weights) == parse_profile(weights * 7)

    @RELAXED
    @given(st.lists(st.integers(0, 9), min_size=24, max_size=24).filter(any))
    def test_hours_as_spans_and_as_a_list_are_the_same(self, weights: list[int]) -> None:
        text = ", ".join(f"{h:02}:00-{h + 1:02}:00={weight}" for h, weight in enumerate(weights))
        for written in (text, {"default": text}, {"weekday": text, "weekend": text}):
            assert parse_profile(written) == parse_profile(weights)

    def test_a_profile_cannot_be_altered(self) -> None:
        with pytest.raises(ValueError, match="read-only"):
            parse_profile("flat").weights[0] = 2.0


class TestCalendar:
    @RELAXED
    @given(day=st.integers(-400, 4000), minute=st.integers(0, DAY - 1), calendar=CALENDARS)
    def test_minutes_are_local_clock_time_on_every_day(
        self, day: int, minute: int, calendar: Calendar
    ) -> None:
        when = calendar.at(day * DAY + minute)
        assert when == calendar.start + timedelta(days=day, minutes=minute)
        assert calendar.minute(when) == day * DAY + minute
        assert calendar.date(day) == when.date()
        assert calendar.weekday(day) == when.weekday()
        assert calendar.hour_of_week(day * DAY + minute) == when.weekday() * 24 + when.hour

    @RELAXED
    @given(day=st.integers(0, 1500), calendar=CALENDARS)
    def test_a_bank_holiday_is_one_wherever_the_calendar_begins(self, day: int, calendar: Calendar) -> None:
        date = calendar.date(day)
        other = Calendar(datetime(2020, 2, 3))
        assert calendar.day_kind(day) == other.day_kind((date - other.start.date()).days)
        assert (calendar.day_kind(day) == "bank_holiday") == (date in ENGLAND)

    @pytest.mark.parametrize("year", range(2018, 2031))
    def test_every_year_has_eight_bank_holidays_or_more_and_none_at_a_weekend(self, year: int) -> None:
        days = [day for day in ENGLAND if day.year == year]
        assert 8 <= len(days) <= 10
        assert all(day.weekday() < 5 for day in days)

    def test_without_bank_holidays_christmas_is_a_friday_like_any_other(self) -> None:
        calendar = Calendar(datetime(2026, 12, 25), frozenset())
        assert calendar.day_kind(0) == "weekday"
        assert Calendar(datetime(2026, 12, 25)).day_kind(0) == "bank_holiday"
