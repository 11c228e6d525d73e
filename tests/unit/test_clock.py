"""Calendar, opening hours, rotas and week profiles."""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.clock import (
    DAY,
    ENGLAND,
    Calendar,
    WeekProfile,
    parse_hours,
    parse_profile,
    parse_rota,
    profile_from_csv,
)
from flowsim.units import UNLIMITED

MONDAY = Calendar(datetime(2026, 11, 2))  # no bank holiday for seven weeks
CHRISTMAS = Calendar(datetime(2026, 12, 24))  # a Thursday


def at(day: int, hour: float) -> float:
    return day * DAY + hour * 60


class TestCalendar:
    def test_minutes_and_dates_are_inverse(self) -> None:
        when = datetime(2026, 11, 5, 7, 30)
        assert MONDAY.minute(when) == at(3, 7.5)
        assert MONDAY.at(at(3, 7.5)) == when

    def test_every_day_has_1440_minutes_across_the_clock_changes(self) -> None:
        for start in (datetime(2026, 3, 28), datetime(2026, 10, 24)):
            calendar = Calendar(start)
            assert calendar.minute(start + timedelta(days=2)) == 2 * DAY

    def test_start_is_a_naive_midnight(self) -> None:
        with pytest.raises(ValueError, match="starts at midnight"):
            Calendar(datetime(2026, 11, 2, 6))

    def test_day_kinds_around_christmas(self) -> None:
        kinds = [CHRISTMAS.day_kind(day) for day in range(6)]
        assert kinds == ["weekday", "bank_holiday", "weekend", "weekend", "bank_holiday", "weekday"]

    def test_hour_of_week(self) -> None:
        assert MONDAY.hour_of_week(0) == 0
        assert MONDAY.hour_of_week(at(7, 1)) == 1
        assert CHRISTMAS.hour_of_week(at(0, 23.99)) == 3 * 24 + 23
        minutes = np.array([0.0, 59.9, 60.0, at(4, 0)])
        assert CHRISTMAS.hours_of_week(minutes).tolist() == [CHRISTMAS.hour_of_week(m) for m in minutes]


def easter(year: int) -> date:
    """Anonymous Gregorian computus."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def by_rule(year: int) -> set[date]:
    """England's bank holidays by the 1971 Act, without one-off changes."""

    def monday_from(day: date) -> date:
        return day + timedelta(days=-day.weekday() % 7)

    days = {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)}
    days |= {monday_from(date(year, 5, 1)), monday_from(date(year, 5, 25)), monday_from(date(year, 8, 25))}
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        day = fixed
        while day.weekday() >= 5 or day in days:
            day += timedelta(days=1)
        days.add(day)
    return days


class TestBankHolidays:
    @pytest.mark.parametrize("year", range(2018, 2031))
    def test_follow_the_act_but_for_known_changes(self, year: int) -> None:
        changes = {
            2020: ({date(2020, 5, 8)}, {date(2020, 5, 4)}),
            2022: ({date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)}, {date(2022, 5, 30)}),
            2023: ({date(2023, 5, 8)}, set()),
        }
        added, removed = changes.get(year, (set(), set()))
        assert {d for d in ENGLAND if d.year == year} == (by_rule(year) | added) - removed


class TestHours:
    def test_always_and_never(self) -> None:
        always, never = (parse_hours(v).compile(MONDAY, 7 * DAY) for v in ("always", "never"))
        assert always.is_open(5)
        assert always.next_open(5) == 5
        assert always.closes_at(5) == inf
        assert not never.is_open(5)
        assert never.next_open(5) == inf
        assert never.closes_at(5) == 5

    def test_opens_at_opening_and_is_shut_at_closing(self) -> None:
        opening = parse_hours("08:00-22:00").compile(MONDAY, 7 * DAY)
        assert [opening.is_open(at(0, h)) for h in (7.99, 8, 21.99, 22)] == [False, True, True, False]
        assert opening.next_open(at(0, 3)) == at(0, 8)
        assert opening.next_open(at(0, 9)) == at(0, 9)
        assert opening.next_open(at(0, 22)) == at(1, 8)
        assert opening.closes_at(at(0, 9)) == at(0, 22)
        assert opening.closes_at(at(0, 23)) == at(0, 23)

    def test_lunch_break(self) -> None:
        opening = parse_hours("09:00-12:00, 13:00-17:00").compile(MONDAY, DAY)
        assert opening.closes_at(at(0, 10)) == at(0, 12)
        assert opening.next_open(at(0, 12.5)) == at(0, 13)

    def test_overnight_is_open_before_the_first_morning(self) -> None:
        opening = parse_hours("20:00-08:00").compile(MONDAY, 7 * DAY)
        assert opening.is_open(0)
        assert opening.closes_at(0) == at(0, 8)
        assert opening.closes_at(at(0, 21)) == at(1, 8)

    def test_overnight_belongs_to_the_day_it_starts(self) -> None:
        opening = parse_hours({"friday": "20:00-08:00"}).compile(MONDAY, 14 * DAY)
        assert opening.next_open(0) == at(4, 20)
        assert opening.closes_at(at(4, 22)) == at(5, 8)
        assert opening.next_open(at(5, 8)) == at(11, 20)

    def test_midnight_to_midnight_never_closes(self) -> None:
        opening = parse_hours({"weekday": "00:00-24:00", "weekend": "00:00-24:00"})
        assert opening.compile(MONDAY, 7 * DAY).closes_at(3) == inf

    def test_weekday_into_shut_weekend(self) -> None:
        opening = parse_hours({"weekday": "08:00-24:00"}).compile(MONDAY, 14 * DAY)
        assert opening.closes_at(at(4, 23)) == at(5, 0)
        assert opening.next_open(at(5, 0)) == at(7, 8)

    def test_overlapping_spans_are_one_opening(self) -> None:
        opening = parse_hours("08:00-14:00, 12:00-18:00").compile(MONDAY, DAY)
        assert opening.closes_at(at(0, 9)) == at(0, 18)

    def test_bank_holiday_has_its_own_hours(self) -> None:
        hours = parse_hours({"weekday": "08:00-20:00", "weekend": "09:00-17:00", "bank_holiday": "never"})
        opening = hours.compile(CHRISTMAS, 7 * DAY)
        assert not opening.is_open(at(1, 12))
        assert opening.next_open(at(0, 20)) == at(2, 9)

    def test_bank_holiday_falls_back_to_weekend_then_weekday(self) -> None:
        weekend = parse_hours({"weekday": "08:00-20:00", "weekend": "10:00-16:00"}).compile(CHRISTMAS, DAY)
        weekday = parse_hours({"weekday": "08:00-20:00"}).compile(CHRISTMAS, DAY)
        assert weekend.next_open(at(1, 0)) == at(1, 10)
        assert weekday.next_open(at(1, 0)) == at(1, 8)

    def test_named_day_beats_weekday_and_default(self) -> None:
        hours = parse_hours({"default": "never", "weekday": "08:00-18:00", "tuesday": "10:00-12:00"})
        opening = hours.compile(MONDAY, 7 * DAY)
        assert opening.next_open(at(1, 0)) == at(1, 10)
        assert opening.next_open(at(4, 18)) == at(7, 8)

    def test_uncompiled_answers_are_the_same(self) -> None:
        hours = parse_hours("08:00-22:00")
        assert hours.is_open(at(3, 9), MONDAY)
        assert hours.next_open(at(3, 23), MONDAY) == at(4, 8)
        assert hours.closes_at(at(3, 9), MONDAY) == at(3, 22)

    def test_hours_per_week(self) -> None:
        assert parse_hours("always").hours_per_week() == 168
        assert parse_hours({"weekday": "20:00-08:00", "weekend": "12:00-14:00"}).hours_per_week() == 64

    @pytest.mark.parametrize(
        "value", ["always", "never", "20:00-08:00", {"weekday": "08:00-20:00", "bank_holiday": "never"}]
    )
    def test_written_form_reads_back(self, value: object) -> None:
        hours = parse_hours(value)
        assert hours.raw() == value
        assert parse_hours(hours.raw()) == hours

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ("8-22", '"8-22" is not a span of hours: write it like 08:00-22:00'),
            ("08:00-25:00", "25:00 is not a time of day: use 00:00 to 24:00"),
            ("08:70-09:00", "08:70 is not a time of day: use 00:00 to 24:00"),
            ("08:00-08:00", "starts and ends together: for a whole day write 00:00-24:00"),
            ("24:00-08:00", "starts at 24:00: write 00:00 of the next day"),
            ("08:00-16:00=3", "has a number, but these are opening hours"),
            (840, "840 is not opening hours: write 08:00-22:00, always or never"),
            ("", "is not opening hours"),
            ({}, "the opening hours mapping is empty"),
            ({"weekdays": "08:00-20:00"}, "weekdays is not a kind of day: use monday"),
        ],
    )
    def test_bad_text_says_what_to_write(self, value: object, sentence: str) -> None:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            parse_hours(value)


SPANS = st.lists(
    st.tuples(st.integers(0, 47), st.integers(1, 48), st.integers(0, 9)).filter(lambda s: s[0] != s[1]),
    min_size=1,
    max_size=4,
)


def clock(half_hours: int) -> str:
    return f"{half_hours // 2:02}:{half_hours % 2 * 30:02}"


class TestRota:
    def test_constant(self) -> None:
        for value in (4, "4"):
            assert parse_rota(value).changes(MONDAY, 7 * DAY) == [(0, 4)]
        assert parse_rota(0).changes(MONDAY, DAY) == [(0, 0)]
        assert parse_rota("unlimited").changes(MONDAY, DAY) == [(0, UNLIMITED)]

    def test_spans_of_one_day(self) -> None:
        rota = parse_rota("00:00-08:00=5, 08:00-12:00=7, 12:00-22:00=10, 22:00-24:00=8")
        assert rota.changes(MONDAY, DAY) == [(0, 5), (at(0, 8), 7), (at(0, 12), 10), (at(0, 22), 8)]
        assert rota.hours_per_week() == 7 * (40 + 28 + 100 + 16)
        assert rota.mean() == pytest.approx(184 / 24)
        assert rota.peak() == 10

    def test_outside_spans_nobody_is_on_duty(self) -> None:
        changes = parse_rota({"weekday": "09:00-17:00=2"}).changes(MONDAY, 8 * DAY)
        assert changes[:3] == [(0, 0), (at(0, 9), 2), (at(0, 17), 0)]
        assert changes[-3:] == [(at(4, 17), 0), (at(7, 9), 2), (at(7, 17), 0)]

    def test_overlapping_spans_add(self) -> None:
        rota = parse_rota("08:00-16:00=3, 12:00-20:00=2")
        assert rota.changes(MONDAY, DAY) == [
            (0, 0),
            (at(0, 8), 3),
            (at(0, 12), 5),
            (at(0, 16), 2),
            (at(0, 20), 0),
        ]

    def test_overnight_overlaps_the_next_morning(self) -> None:
        rota = parse_rota("20:00-08:00=4, 07:00-20:00=6")
        assert rota.changes(MONDAY, DAY) == [(0, 4), (at(0, 7), 10), (at(0, 8), 6), (at(0, 20), 4)]

    def test_equal_neighbours_are_no_change(self) -> None:
        assert parse_rota("00:00-12:00=3, 12:00-24:00=3").changes(MONDAY, 3 * DAY) == [(0, 3)]

    def test_bank_holiday(self) -> None:
        rota = parse_rota({"weekday": "00:00-24:00=5", "weekend": 3, "bank_holiday": 2})
        assert rota.changes(CHRISTMAS, 6 * DAY) == [
            (0, 5),
            (at(1, 0), 2),
            (at(2, 0), 3),
            (at(4, 0), 2),
            (at(5, 0), 5),
        ]

    def test_scaled_rounds_halves_up_on_the_total(self) -> None:
        rota = parse_rota("00:00-12:00=2, 06:00-24:00=1").scaled(1.5)
        assert rota.changes(MONDAY, DAY) == [(0, 3), (at(0, 6), 5), (at(0, 12), 2)]

    def test_plus_applies_when_someone_is_on_duty(self) -> None:
        rota = parse_rota("20:00-08:00=4, 07:00-15:00=6").plus(2)
        assert rota.changes(MONDAY, DAY) == [
            (0, 6),
            (at(0, 7), 12),
            (at(0, 8), 8),
            (at(0, 15), 0),
            (at(0, 20), 6),
        ]
        assert parse_rota("08:00-16:00=3").plus(-5).changes(MONDAY, DAY) == [(0, 0)]
        assert parse_rota(0).plus(2).changes(MONDAY, DAY) == [(0, 2)]

    def test_adjusted_rota_reads_back(self) -> None:
        rota = parse_rota({"weekday": "08:00-16:00=3"}).scaled(1.5).plus(1)
        assert rota.raw() == {"weekday": "08:00-16:00=3", "then": [{"multiply": 1.5}, {"add": 1}]}
        assert parse_rota(rota.raw()) == rota
        assert rota.hours_per_week() == 5 * 8 * 6

    @pytest.mark.parametrize("value", ["4", "20:00-08:00=4", {"weekday": "00:00-24:00=5", "weekend": "0"}])
    def test_written_form_reads_back(self, value: object) -> None:
        assert parse_rota(parse_rota(value).raw()) == parse_rota(value)

    @given(SPANS)
    def test_changes_integrate_to_the_hours_written(self, spans: list[tuple[int, int, int]]) -> None:
        rota = parse_rota(", ".join(f"{clock(a)}-{clock(b)}={n}" for a, b, n in spans))
        changes = [*rota.changes(MONDAY, 7 * DAY), (7 * DAY, 0)]
        hours = sum(n * (stop - start) for (start, n), (stop, _) in pairwise(changes)) / 60
        written = 7 * sum(n * ((b - a) % 48 or 48) / 2 for a, b, n in spans)
        assert hours == pytest.approx(written) == pytest.approx(rota.hours_per_week())

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ("08:00-16:00", "does not say how many: write it like 08:00-16:00=3"),
            ("08:00-16:00=lots", "lots is not a number on duty: write a whole number, 0 or more"),
            ("08:00-16:00=2.5", "2.5 is not a number on duty"),
            (-1, "-1 is not a number on duty"),
            (2.5, "2.5 is not a rota: write a number or 08:00-16:00=3"),
            (True, "True is not a rota"),
            ({"weekday": 3, "then": [{"double": 2}]}, "a rota's then is a list of"),
            ({"weekday": 3, "then": [{"add": 1.5}]}, "cannot add 1.5"),
        ],
    )
    def test_bad_text_says_what_to_write(self, value: object, sentence: str) -> None:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            parse_rota(value)

    def test_bad_factor(self) -> None:
        with pytest.raises(ValueError, match="multiplied by 0 or more"):
            parse_rota(3).scaled(-1)


class TestWeekProfile:
    def test_flat(self) -> None:
        assert (parse_profile("flat").weights == 1).all()
        assert parse_profile("flat").raw() == "flat"

    def test_uniform_in_hours(self) -> None:
        weights = parse_profile("08:00-20:00").weights
        assert weights[:24].tolist() == [0] * 8 + [2] * 12 + [0] * 4
        assert weights.mean() == pytest.approx(1)

    def test_part_hours_and_weights(self) -> None:
        weights = parse_profile({"weekday": "09:30-11:00=2", "weekend": "09:00-10:00=1"}).weights
        assert weights[9] == weights[5 * 24 + 9]
        assert weights[10] == 2 * weights[9]

    def test_24_numbers_repeat_each_day(self) -> None:
        weights = parse_profile(list(range(24))).weights
        assert weights[0] == 0
        assert weights[23] == weights[167] == pytest.approx(23 / 11.5)

    def test_csv_by_hour_of_week_and_by_day(self) -> None:
        by_hour = "hour_of_week,weight\n" + "".join(f"{h},{h + 1}\n" for h in range(168))
        names = ["monday", "Tue", "2", "thursday", "FRIDAY", "sat", "sunday"]
        by_day = "day,hour,weight\n" + "".join(
            f"{names[h // 24]},{h % 24},{h + 1}\n" for h in reversed(range(168))
        )
        assert profile_from_csv(by_hour) == profile_from_csv(by_day)
        assert parse_profile("p.csv", read=lambda name: by_hour) == profile_from_csv(by_hour)
        assert hash(profile_from_csv(by_hour)) == hash(profile_from_csv(by_day))

    def test_reads_back(self) -> None:
        profile = parse_profile("08:00-20:00")
        assert parse_profile(profile.raw()) == profile

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ([1, 2], "168 weights, or 24 for every day alike; this has 2"),
            ([0] * 24, "at least one hour with a weight above 0"),
            ([-1] * 24, "-1 is not a weight"),
            ({"bank_holiday": "08:00-20:00"}, "set the demand's bank_holiday factor"),
            ("08:00-20:00=nan", "nan is not a weight"),
            ("profile.csv", "the profile file profile.csv cannot be read here"),
            (5, "5 is not a week profile"),
        ],
    )
    def test_bad_values(self, value: object, sentence: str) -> None:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            parse_profile(value)

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "needs the columns"),
            ("day,weight\nmonday,1\n", "needs the columns"),
            ("hour_of_week,weight\n168,1\n", "hour_of_week 168 is outside 0 to 167"),
            ("hour_of_week,weight\n0,many\n", 'line 2: weight "many" is not a number'),
            ("hour_of_week,weight\n0,1\n0,1\n", "line 3 repeats hour 0"),
            ("hour_of_week,weight\n0,1\n", "has 1 of 168 hours; monday 01:00 is missing"),
            ("day,hour,weight\nfunday,1,1\n", "funday is not a day"),
            ("day,hour,weight\nmonday,24,1\n", "hour 24 is outside 0 to 23"),
        ],
    )
    def test_bad_csv(self, text: str, sentence: str) -> None:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            profile_from_csv(text)

    def test_wrong_length(self) -> None:
        with pytest.raises(ValueError, match="this has 3"):
            WeekProfile(np.ones(3))
