"""Calendar, opening hours, rotas and week profiles at their edges, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from math import inf, nan
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
    Hours,
    Opening,
    Span,
    WeekProfile,
    parse_hours,
    parse_profile,
    parse_rota,
    profile_from_csv,
)
from flowsim.units import UNLIMITED

MONDAY = Calendar(datetime(2026, 11, 2))
EASTER = Calendar(datetime(2027, 3, 22))  # a Monday; Good Friday is day 4, Easter Monday day 7
KINDS_OF_DAY = (
    "monday, tuesday, wednesday, thursday, friday, saturday, sunday, weekday, weekend, bank_holiday, default"
)


def at(day: int, hour: float) -> float:
    return day * DAY + hour * 60


def refusal(read: Callable[[Any], object], value: object) -> str:
    """Return what is said about a value that cannot be read."""
    with pytest.raises(ValueError, match=r".") as caught:
        read(value)
    return str(caught.value)


class TestCalendar:
    @pytest.mark.parametrize(
        "start",
        [
            datetime(2026, 11, 2, 0, 1),
            datetime(2026, 11, 2, 23, 59, 59),
            datetime(2026, 11, 2, 0, 0, 0, 1),
            datetime(2026, 11, 2, tzinfo=UTC),
        ],
    )
    def test_only_a_local_midnight_is_a_start(self, start: datetime) -> None:
        told = refusal(Calendar, start)
        assert told == f"a calendar starts at midnight, local time; {start} does not"

    def test_time_before_the_start_is_negative(self) -> None:
        assert MONDAY.minute(datetime(2026, 11, 1, 23)) == -60
        assert MONDAY.at(-60) == datetime(2026, 11, 1, 23)
        assert MONDAY.date(-1) == date(2026, 11, 1)
        assert MONDAY.weekday(-1) == 6
        assert MONDAY.day_kind(-1) == "weekend"
        assert MONDAY.hour_of_week(-0.5) == 167
        assert MONDAY.hours_of_week(np.array([-0.5, -60.0, -61.0])).tolist() == [167, 167, 166]

    def test_the_kinds_of_day_of_easter_week(self) -> None:
        kinds = {day: EASTER.day_kind(day) for day in (3, 4, 5, 6, 7, 8)}
        assert kinds == {
            3: "weekday",
            4: "bank_holiday",
            5: "weekend",
            6: "weekend",
            7: "bank_holiday",
            8: "weekday",
        }

    def test_a_fraction_of_a_minute_is_kept(self) -> None:
        assert MONDAY.minute(datetime(2026, 11, 2, 0, 0, 30)) == 0.5
        assert MONDAY.at(0.5) == datetime(2026, 11, 2, 0, 0, 30)

    def test_a_bank_holiday_of_ones_own_counts_and_others_do_not(self) -> None:
        own = Calendar(datetime(2026, 12, 24), frozenset({date(2026, 12, 24)}))
        assert [own.day_kind(day) for day in range(3)] == ["bank_holiday", "weekday", "weekend"]
        assert date(2026, 12, 24) not in ENGLAND

    @given(st.integers(-10_000, 10_000), st.integers(0, 6))
    def test_the_hour_of_week_is_that_of_the_local_date(self, minute: int, weekday: int) -> None:
        calendar = Calendar(datetime(2026, 11, 2) + timedelta(days=weekday))
        local = calendar.at(minute)
        assert calendar.hour_of_week(minute) == local.weekday() * 24 + local.hour
        assert calendar.hours_of_week(np.array([float(minute)]))[0] == local.weekday() * 24 + local.hour


class TestOpening:
    def test_bounds_are_taken_in_turn(self) -> None:
        opening = Opening([10.0, 20.0, 30.0, inf])
        assert [opening.is_open(m) for m in (9, 10, 19, 20, 29, 30, 1e9)] == [
            False,
            True,
            True,
            False,
            False,
            True,
            True,
        ]
        assert [opening.next_open(m) for m in (9, 10, 20, 30)] == [10, 10, 30, 30]
        assert [opening.closes_at(m) for m in (9, 10, 20, 30)] == [9, 20, 20, inf]

    def test_after_the_last_closing_there_is_no_opening(self) -> None:
        assert Opening([10.0, 20.0]).next_open(20) == inf


class TestHours:
    def test_always_has_no_beginning_and_no_end(self) -> None:
        opening = parse_hours("always").compile(MONDAY, DAY)
        assert opening.is_open(-1e6)
        assert opening.closes_at(1e9) == inf

    def test_hours_of_bank_holidays_alone_close_on_the_last_one_known(self) -> None:
        """Good Friday and Easter Monday: two weeks on there is no other, which is no reason to stay open."""
        hours = parse_hours({"bank_holiday": "10:00-12:00"})
        assert hours.closes_at(at(7, 11), EASTER) == at(7, 12)
        assert hours.next_open(at(4, 12), EASTER) == at(7, 10)
        assert hours.next_open(at(7, 12), EASTER) == inf

    def test_the_next_opening_is_known_after_the_end(self) -> None:
        opening = parse_hours({"monday": "08:00-09:00"}).compile(MONDAY, DAY)
        assert opening.next_open(at(0, 12)) == at(7, 8)

    def test_open_day_and_night_but_for_one_day_closes_for_it(self) -> None:
        opening = parse_hours({"default": "00:00-24:00", "bank_holiday": "never"}).compile(EASTER, 14 * DAY)
        assert opening.closes_at(0) == at(4, 0)
        assert opening.next_open(at(4, 1)) == at(5, 0)
        assert opening.closes_at(at(5, 1)) == at(7, 0)
        assert opening.closes_at(at(8, 1)) == inf

    def test_spans_that_touch_are_one_and_their_order_does_not_matter(self) -> None:
        for text in ("08:00-12:00, 12:00-18:00, 20:00-21:00", "20:00-21:00, 12:00-18:00, 08:00-12:00"):
            opening = parse_hours(text).compile(MONDAY, DAY)
            assert opening.closes_at(at(0, 8)) == at(0, 18)
            assert opening.next_open(at(0, 18)) == at(0, 20)

    def test_a_span_within_another_does_not_shorten_it(self) -> None:
        hours = parse_hours("08:00-18:00, 09:00-10:00")
        assert hours.closes_at(at(0, 9.5), MONDAY) == at(0, 18)
        assert hours.hours_per_week() == 70

    @pytest.mark.parametrize(
        "written", ["never", {"weekday": "never"}, {"saturday": "never", "default": "never"}]
    )
    def test_hours_without_an_hour_are_never(self, written: object) -> None:
        hours = parse_hours(written)
        assert hours.raw() == "never"
        assert hours.hours_per_week() == 0
        assert hours.next_open(0, MONDAY) == inf

    def test_hours_that_are_read_already_are_left_alone(self) -> None:
        hours = parse_hours("08:00-20:00")
        assert parse_hours(hours) is hours

    @pytest.mark.parametrize(
        ("written", "raw"),
        [
            ("00:00-24:00", "always"),
            ("8:00 to 9:05", "08:00-09:05"),
            ("8:00\u20139:05", "08:00-09:05"),
            ("20:00-00:00", "20:00-24:00"),
            ("08:00-24:00", "08:00-24:00"),
            ({"default": "09:00-10:00"}, "09:00-10:00"),
            ({"weekend": "never", "weekday": "always"}, {"weekday": "00:00-24:00", "weekend": "never"}),
        ],
    )
    def test_hours_are_written_in_one_way(self, written: object, raw: object) -> None:
        assert parse_hours(written).raw() == raw
        opens = (parse_hours(each).compile(MONDAY, WEEK).bounds for each in (written, raw))
        assert next(opens) == next(opens)

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ("24:00-08:00", '"24:00-08:00" starts at 24:00: write 00:00 of the next day'),
            ("08:00-08:00", '"08:00-08:00" starts and ends together: for a whole day write 00:00-24:00'),
            ("8-10, 12:00-13:00", '"8-10" is not a span of hours: write it like 08:00-22:00'),
            ("08:00-10:00,", '"" is not a span of hours: write it like 08:00-22:00'),
            (
                "08:00-16:00=3",
                '"08:00-16:00=3" has a number, but these are opening hours: write it like 08:00-22:00',
            ),
            ("  ", "'  ' is not opening hours: write 08:00-22:00, always or never"),
            (None, "None is not opening hours: write 08:00-22:00, always or never"),
            ({}, f"the opening hours mapping is empty: give at least one of {KINDS_OF_DAY}"),
            ({"holiday": "always"}, f"holiday is not a kind of day: use {KINDS_OF_DAY}"),
            ({"monday": 9}, "9 is not opening hours: write 08:00-22:00, always or never"),
            ("08:00-24:01", "24:01 is not a time of day: use 00:00 to 24:00"),
            ("08:60-10:00", "08:60 is not a time of day: use 00:00 to 24:00"),
        ],
    )
    def test_what_are_no_hours_is_answered_in_full(self, value: object, told: str) -> None:
        assert refusal(parse_hours, value) == told

    def test_the_kinds_of_day_are_those_of_the_messages(self) -> None:
        assert ", ".join(DAY_KEYS) == KINDS_OF_DAY

    @pytest.mark.parametrize("day", range(7))
    def test_a_day_by_name_is_that_day_of_the_week(self, day: int) -> None:
        opening = parse_hours({DAY_NAMES[day]: "10:00-11:00"}).compile(MONDAY, WEEK)
        assert opening.next_open(0) == at(day, 10)

    @pytest.mark.parametrize(
        ("keys", "hour"),
        [
            (("bank_holiday", "weekend", "friday", "weekday", "default"), 0),
            (("weekend", "friday", "weekday", "default"), 0),
            (("friday", "weekday", "default"), 0),
            (("weekday", "default"), 0),
            (("default", "thursday"), 0),
        ],
    )
    def test_good_friday_follows_the_first_that_there_is(self, keys: tuple[str, ...], hour: int) -> None:
        """The order of the manual; each key opens an hour later than the one before it."""
        hours = parse_hours({key: f"{i + 1:02}:00-{i + 1:02}:30" for i, key in enumerate(keys)})
        assert hours.next_open(at(4, 0), EASTER) == at(4, hour + 1)


class TestRota:
    @pytest.mark.parametrize(
        ("written", "raw"),
        [
            (4, "4"),
            (" 4 ", "4"),
            (0, "0"),
            (" 0 ", "0"),
            ("unlimited", "unlimited"),
            ("00:00-24:00=4", "4"),
            ({"default": 4}, "4"),
            ({"monday": 4}, {"monday": "00:00-24:00=4"}),
            ({"weekday": "8:00 to 16:00 = 3", "weekend": 0}, {"weekday": "08:00-16:00=3", "weekend": "0"}),
            ("22:00-06:00=2", "22:00-06:00=2"),
            ("00:00-12:00=4, 12:00-24:00=4", "00:00-12:00=4, 12:00-24:00=4"),
            ("00:00-12:00=4", "00:00-12:00=4"),
            ("12:00-24:00=4", "12:00-24:00=4"),
            ("08:00-16:00=unlimited", "08:00-16:00=unlimited"),
        ],
    )
    def test_a_rota_is_written_in_one_way(self, written: object, raw: object) -> None:
        assert parse_rota(written).raw() == raw
        assert parse_rota(raw).changes(MONDAY, WEEK) == parse_rota(written).changes(MONDAY, WEEK)

    def test_a_rota_that_is_read_already_is_left_alone(self) -> None:
        rota = parse_rota(3)
        assert parse_rota(rota) is rota

    def test_steps_are_written_after_the_days_and_read_back_in_order(self) -> None:
        rota = parse_rota(4).plus(1).scaled(0.5)
        assert rota.raw() == {"default": "00:00-24:00=4", "then": [{"add": 1}, {"multiply": 0.5}]}
        assert parse_rota(rota.raw()) == rota
        assert rota.peak() == 3  # (4 + 1) / 2, halves up
        assert parse_rota(4).scaled(0.5).plus(1).peak() == 3
        assert parse_rota(5).plus(1).scaled(0.5).peak() == 3
        assert parse_rota(5).scaled(0.5).plus(1).peak() == 4

    @pytest.mark.parametrize(
        ("number", "factor", "peak"), [(5, 0.5, 3), (5, 0.49, 2), (3, 1.5, 5), (7, 0, 0), (1, 0.5, 1)]
    )
    def test_a_factor_rounds_halves_up(self, number: int, factor: float, peak: int) -> None:
        assert parse_rota(number).scaled(factor).peak() == peak

    def test_fewer_on_duty_are_never_below_nobody_and_nobody_stays_away(self) -> None:
        fewer = parse_rota("08:00-16:00=3, 16:00-20:00=1").plus(-2)
        assert fewer.changes(MONDAY, DAY) == [(0, 0), (at(0, 8), 1), (at(0, 16), 0)]
        gone = parse_rota("08:00-16:00=3").plus(-3).plus(2)  # whom nobody is left to join
        assert gone.peak() == 0

    def test_unlimited_stays_unlimited(self) -> None:
        rota = parse_rota("unlimited")
        assert rota.scaled(2).peak() == UNLIMITED
        assert rota.plus(5).peak() == UNLIMITED
        assert parse_rota("00:00-12:00=unlimited, 06:00-24:00=unlimited").peak() == UNLIMITED

    @pytest.mark.parametrize("factor", [-0.1, nan, inf])
    def test_a_factor_is_0_or_more_and_has_an_end(self, factor: float) -> None:
        told = refusal(parse_rota(3).scaled, factor)
        assert told == f"a rota can be multiplied by 0 or more, not by {factor}"

    def test_night_shifts_of_the_day_before_the_start_are_on_duty_at_its_beginning(self) -> None:
        rota = parse_rota({"sunday": "22:00-06:00=2", "monday": "06:00-08:00=1"})
        assert rota.changes(MONDAY, DAY) == [(0, 2), (at(0, 6), 1), (at(0, 8), 0)]
        assert rota.hours_per_week() == 2 * 8 + 2

    def test_the_minute_of_the_end_is_not_part_of_the_period(self) -> None:
        rota = parse_rota("08:00-16:00=3")
        assert rota.changes(MONDAY, at(0, 16)) == [(0, 0), (at(0, 8), 3)]
        assert rota.changes(MONDAY, at(0, 16) + 1)[-1] == (at(0, 16), 0)
        assert rota.changes(MONDAY, 0) == [(0, 0)]

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (-1, "-1 is not a number on duty: write a whole number, 0 or more"),
            (10**9 + 1, "1000000001 is not a number on duty: write a whole number, 0 or more"),
            ("08:00-16:00=2.5", "2.5 is not a number on duty: write a whole number, 0 or more"),
            ("08:00-16:00=-2", "-2 is not a number on duty: write a whole number, 0 or more"),
            ("08:00-16:00", '"08:00-16:00" does not say how many: write it like 08:00-16:00=3'),
            ("four", '"four" is not a span of hours: write it like 08:00-16:00=3'),
            (2.5, "2.5 is not a rota: write a number or 08:00-16:00=3"),
            (True, "True is not a rota: write a number or 08:00-16:00=3"),
            ("", "'' is not a rota: write a number or 08:00-16:00=3"),
            ({}, f"the rota mapping is empty: give at least one of {KINDS_OF_DAY}"),
            ({"then": [{"add": 1}]}, f"the rota mapping is empty: give at least one of {KINDS_OF_DAY}"),
            ({"bank_holidays": 4}, f"bank_holidays is not a kind of day: use {KINDS_OF_DAY}"),
        ],
    )
    def test_what_is_no_rota_is_answered_in_full(self, value: object, told: str) -> None:
        assert refusal(parse_rota, value) == told

    @pytest.mark.parametrize(
        ("steps", "told"),
        [
            ("add 1", "a rota's then is a list of {multiply: factor} and {add: number}"),
            ([{}], "a rota's then is a list of {multiply: factor} and {add: number}"),
            ([{"add": 1, "multiply": 2}], "a rota's then is a list of {multiply: factor} and {add: number}"),
            ([{"times": 2}], "a rota's then is a list of {multiply: factor} and {add: number}"),
            ([{"add": "1"}], "'1' is not a number to add"),
            ([{"multiply": True}], "True is not a number to multiply"),
            ([{"multiply": inf}], "inf is not a number to multiply"),
            ([{"add": 0.5}], "a rota cannot add 0.5: add whole numbers, multiply by 0 or more"),
            ([{"multiply": -2}], "a rota cannot multiply -2: add whole numbers, multiply by 0 or more"),
        ],
    )
    def test_what_are_no_steps_is_answered_in_full(self, steps: object, told: str) -> None:
        assert refusal(parse_rota, {"default": 4, "then": steps}) == told

    @pytest.mark.parametrize(
        "steps", [{"add": 2.0}, [{"add": 2}], ({"multiply": 1.5},), [{"add": 4}, {"add": -2}]]
    )
    def test_steps_may_be_one_or_a_list(self, steps: object) -> None:
        assert parse_rota({"default": 4, "then": steps}).peak() == 6

    @settings(max_examples=25)
    @given(st.lists(st.integers(0, 20), min_size=24, max_size=24), st.floats(0, 3))
    def test_hours_peak_and_mean_are_those_of_24_numbers(self, numbers: list[int], factor: float) -> None:
        text = ", ".join(f"{h:02}:00-{h + 1:02}:00={n}" for h, n in enumerate(numbers))
        rota = parse_rota(text).scaled(factor)
        worked = [int(np.floor(n * factor + 0.5)) for n in numbers]
        assert rota.peak() == max(worked)
        assert rota.hours_per_week() == 7 * sum(worked)
        assert rota.mean() == pytest.approx(sum(worked) / 24)


class TestSpan:
    @pytest.mark.parametrize(
        ("span", "text"),
        [
            (Span(0, DAY, 3), "00:00-24:00=3"),
            (Span(545, 600, 2.5), "09:05-10:00=2.5"),
            (Span(1200, DAY + 485, 4), "20:00-08:05=4"),
            (Span(60, 120, UNLIMITED), "01:00-02:00=unlimited"),
            (Span(60, 120, 2.0), "01:00-02:00=2"),
        ],
    )
    def test_a_span_is_written_as_a_planner_would(self, span: Span, text: str) -> None:
        assert span.text() == text
        assert span.text(with_level=False) == text.partition("=")[0]


class TestProfile:
    def test_part_of_an_hour_counts_in_part(self) -> None:
        weights = parse_profile("09:45-11:00").weights
        assert weights[9] / weights[10] == pytest.approx(0.25)
        assert weights[8] == weights[11] == 0

    def test_spans_may_carry_weights_and_run_into_the_next_day(self) -> None:
        weights = parse_profile({"sunday": "23:00-01:00=3", "monday": "01:00-02:00"}).weights
        assert weights[[167, 0, 1]] == pytest.approx([3 * 24, 3 * 24, 24])  # of 7 in 168 hours
        assert np.count_nonzero(weights) == 3

    def test_a_profile_that_is_read_already_is_left_alone(self) -> None:
        profile = parse_profile("flat")
        assert parse_profile(profile) is profile

    def test_a_flat_profile_by_any_other_name(self) -> None:
        for value in (
            "flat",
            " flat ",
            [2] * 24,
            [0.5] * 168,
            "00:00-24:00=5",
            {"weekday": "00:00-24:00", "weekend": "00:00-24:00"},
        ):
            assert parse_profile(value).raw() == "flat"

    def test_profiles_are_equal_by_their_shape(self) -> None:
        day = parse_profile("08:00-20:00")
        assert day == parse_profile("08:00-20:00=7")
        assert day != parse_profile("08:00-19:00")
        assert day != "08:00-20:00"
        assert hash(day) != hash(parse_profile("08:00-19:00"))

    def test_weights_are_copied_and_fixed(self) -> None:
        own = np.arange(168, dtype=float)
        profile = WeekProfile(own)
        own[0] = 99
        assert profile.weights[0] == 0
        assert WeekProfile([1] * 168).weights.dtype == np.float64  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("weights", "told"),
        [
            (np.ones(167), "a week profile has 168 weights, one for each hour; this has 167"),
            (np.ones((2, 84)), "a week profile has 168 weights, one for each hour; this has 168"),
            (np.r_[-1.0, np.ones(167)], "a week profile's weights are 0 or more"),
            (np.r_[nan, np.ones(167)], "a week profile's weights are 0 or more"),
            (np.r_[inf, np.ones(167)], "a week profile's weights are 0 or more"),
            (np.zeros(168), "a week profile needs at least one hour with a weight above 0"),
        ],
    )
    def test_what_are_no_weights_is_answered(self, weights: Any, told: str) -> None:
        assert refusal(WeekProfile, weights) == told

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ("peaky", '"peaky" is not a span of hours: write it like 08:00-22:00'),
            ("", "'' is not a week profile: write flat, 08:00-20:00 or a CSV file"),
            (3, "3 is not a week profile: write flat, 08:00-20:00 or a CSV file"),
            ("08:00-20:00=-1", "-1 is not a weight: write a number, 0 or more"),
            ("08:00-20:00=inf", "inf is not a weight: write a number, 0 or more"),
            ("08:00-20:00=0", "a week profile needs at least one hour with a weight above 0"),
            ([1] * 23, "a week profile has 168 weights, or 24 for every day alike; this has 23"),
            ([1] * 23 + ["x"], "x is not a weight: write a number, 0 or more"),
            (
                {"bank_holiday": "flat"},
                "a week profile has no bank_holiday: set the demand's bank_holiday factor",
            ),
            ({}, f"the week profile mapping is empty: give at least one of {KINDS_OF_DAY}"),
            (" P.CSV ", "the profile file P.CSV cannot be read here"),
        ],
    )
    def test_what_is_no_profile_is_answered_in_full(self, value: object, told: str) -> None:
        assert refusal(parse_profile, value) == told

    def test_the_file_of_a_profile_is_asked_for_by_its_name(self) -> None:
        asked = []

        def read(name: str) -> str:
            asked.append(name)
            return "hour_of_week,weight\n" + "".join(f"{hour},2\n" for hour in range(168))

        assert parse_profile(" week.CSV ", read).raw() == "flat"
        assert asked == ["week.CSV"]


def week_file(change: Callable[[list[str]], None], header: str = "hour_of_week,weight") -> str:
    """Return a file of a flat week after a change of its lines (line 0 is the header)."""
    lines = [header, *(f"{hour},1" for hour in range(168))]
    change(lines)
    return "\n".join(lines) + "\n"


class TestProfileFile:
    @pytest.mark.parametrize(
        ("line", "text", "told"),
        [
            (3, "2,many", 'line 4: weight "many" is not a number'),
            (3, "2,", 'line 4: weight "" is not a number'),
            (3, "2", 'line 4: weight "" is not a number'),
            (3, "2,nan", 'line 4: weight "nan" is not a number'),
            (3, "2,-1", "line 4: weight -1 is below 0"),
            (3, ",1", 'line 4: hour_of_week "" is not a number'),
            (3, "2.5,1", "line 4: hour_of_week 2.5 is outside 0 to 167"),
            (3, "-1,1", "line 4: hour_of_week -1 is outside 0 to 167"),
            (168, "168,1", "line 169: hour_of_week 168 is outside 0 to 167"),
            (168, "0,1", "line 169 repeats hour 0 of the week"),
            (1, "\n0,x", 'line 3: weight "x" is not a number'),  # an empty line counts as a line
        ],
    )
    def test_a_wrong_line_is_named_by_its_number(self, line: int, text: str, told: str) -> None:
        file = week_file(lambda lines: lines.__setitem__(line, text))
        assert refusal(profile_from_csv, file) == told

    @pytest.mark.parametrize(
        ("hour", "told"),
        [
            (0, "the profile has 167 of 168 hours; monday 00:00 is missing"),
            (25, "the profile has 167 of 168 hours; tuesday 01:00 is missing"),
            (167, "the profile has 167 of 168 hours; sunday 23:00 is missing"),
        ],
    )
    def test_a_missing_hour_is_named_by_day_and_time(self, hour: int, told: str) -> None:
        assert refusal(profile_from_csv, week_file(lambda lines: lines.pop(hour + 1))) == told

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            ("mo,1,1", "line 2: mo is not a day: write monday to sunday"),
            ("7,1,1", "line 2: 7 is not a day: write monday to sunday"),
            (",1,1", "line 2: an empty text is not a day: write monday to sunday"),
            ("monday,-1,1", "line 2: hour -1 is outside 0 to 23"),
            ("monday,24,1", "line 2: hour 24 is outside 0 to 23"),
            ("monday,1.5,1", "line 2: hour 1.5 is outside 0 to 23"),
            ("monday,noon,1", 'line 2: hour "noon" is not a number'),
        ],
    )
    def test_a_wrong_day_or_hour_is_answered(self, row: str, told: str) -> None:
        assert refusal(profile_from_csv, f"day,hour,weight\n{row}\n") == told

    @pytest.mark.parametrize(
        "header", ["", "hour,weight", "day,hour", "hour_of_week", "weight", "Hour_of_week,weight"]
    )
    def test_the_columns_needed_are_named(self, header: str) -> None:
        told = refusal(profile_from_csv, f"{header}\n0,1,1\n")
        assert told == "a profile CSV needs the columns hour_of_week, weight or day, hour, weight"

    def test_other_columns_empty_lines_and_quotes_do_not_matter(self) -> None:
        rows = "".join(
            f'x,"{day.upper()}", {hour} ,"{day != "sunday"}",2\n\n' for day in DAY_NAMES for hour in range(24)
        )
        text = "\ufeffnote,day,hour,more,weight\n" + rows
        assert profile_from_csv(text).raw() == "flat"
        marked = "\ufeffhour_of_week,weight\n" + "".join(f"{hour},3\n" for hour in range(168))
        assert profile_from_csv(marked).raw() == "flat"

    def test_a_file_with_columns_for_both_goes_by_the_hour_of_the_week(self) -> None:
        text = "hour_of_week,day,hour,weight\n" + "".join(f"{h},nonsense,99,{h}\n" for h in range(168))
        assert profile_from_csv(text) == parse_profile(list(range(168)))

    @pytest.mark.parametrize("day", range(7))
    def test_a_day_may_be_cut_to_three_letters_or_be_a_number(self, day: int) -> None:
        name = DAY_NAMES[day]
        for spelling in (name[:3], name[:4].title(), f" {name} ", str(day)):
            rows = [f"{d},{h},{int(d == day)}" for d in range(7) for h in range(24)]
            rows = [
                row.replace(f"{day},", f"{spelling},", 1) if row.startswith(f"{day},") else row
                for row in rows
            ]
            weights = profile_from_csv("day,hour,weight\n" + "\n".join(rows)).weights
            assert np.flatnonzero(weights).tolist() == list(range(day * 24, day * 24 + 24))


def test_hours_are_made_of_spans_of_one_kind() -> None:
    assert parse_hours("08:00-09:00") == Hours((("default", (Span(480, 540),)),))
