"""Quantities of a scenario at their edges: the first and last value allowed, and what is said beyond them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.units import (
    MINUTES,
    UNLIMITED,
    format_clock,
    format_count,
    format_duration,
    format_number,
    format_rate,
    format_share,
    is_number,
    number_of,
    parse_clock,
    parse_count,
    parse_duration,
    parse_factor,
    parse_number,
    parse_rate,
    parse_share,
    show,
)

SPELLINGS = {
    1 / 60: ["s", "sec", "secs", "second", "seconds"],
    1: ["m", "min", "mins", "minute", "minutes"],
    60: ["h", "hr", "hrs", "hour", "hours"],
    1440: ["d", "day", "days"],
    10080: ["w", "wk", "wks", "week", "weeks"],
}


def refusal(read: Callable[[object], object], value: object) -> str:
    """Return what is said about a value that cannot be read."""
    with pytest.raises(ValueError, match=r".") as caught:
        read(value)
    return str(caught.value)


class TestShown:
    def test_a_text_of_a_line_is_shown_whole_and_a_longer_one_is_cut_to_a_line(self) -> None:
        assert show("x" * 60) == "x" * 60
        assert show("x" * 57 + "yyzz") == "x" * 57 + "..."

    @pytest.mark.parametrize("blank", ["", " ", "\t \n"])
    def test_blank_text_is_named_and_not_left_as_a_gap_in_the_sentence(self, blank: str) -> None:
        assert show(blank) == "an empty text"

    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.1 + 0.2, "0.3"), (3.0, "3"), (3, "3"), ((1, 2), "a list"), (True, "true"), (" a ", " a ")],
    )
    def test_values_read_as_a_planner_wrote_them(self, value: object, text: str) -> None:
        assert show(value) == text


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("12", 12.0),
            ("+12", 12.0),
            ("-12", -12.0),
            ("12.", 12.0),
            (".5", 0.5),
            ("1e3", 1000.0),
            ("1E-3", 0.001),
            ("2.5e+2", 250.0),
            ("\t7 ", 7.0),
        ],
    )
    def test_a_number_is_read_in_every_usual_spelling(self, text: str, number: float) -> None:
        assert number_of(text) == number

    @pytest.mark.parametrize(
        "value", ["", ".", "e5", "1,000", "0x10", "1e", "--1", "nan", "inf", None, [1], True]
    )
    def test_what_is_no_number_is_none(self, value: object) -> None:
        assert number_of(value) is None

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_a_number_without_end_is_a_number_to_python_but_of_no_use(self, value: float) -> None:
        assert is_number(value)
        assert number_of(value) is None

    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (0, "0"),
            (-2.50, "-2.5"),
            (1e-9, "1e-09"),
            (123456.789, "123456.789"),
            (999_999_999_999, "999999999999"),
            (1_234_567_890_123, "1.23457e+12"),  # beyond counting: six digits tell enough
            (math.inf, "inf"),
        ],
    )
    def test_numbers_are_written_short(self, number: float, text: str) -> None:
        assert format_number(number) == text

    @given(st.integers(-(10**11), 10**11), st.integers(0, 4))
    def test_a_decimal_survives_being_written_and_read(self, digits: int, places: int) -> None:
        number = round(digits / 10**places, places)
        assert number_of(format_number(number)) == pytest.approx(number, rel=1e-11, abs=0)

    def test_the_least_value_itself_is_allowed(self) -> None:
        assert parse_number(0) == 0
        assert parse_number(-4, least=-4) == -4
        assert refusal(lambda v: parse_number(v, least=-4), -4.5) == "-4.5 is below -4: it must be -4 or more"

    def test_the_value_that_must_be_exceeded_is_not(self) -> None:
        assert parse_number(1.01, above=1) == 1.01
        assert refusal(lambda v: parse_number(v, above=1), 1) == "1 must be more than 1"

    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("ten", "ten"),
            (None, "nothing"),
            (math.inf, "infinity"),
            (-math.inf, "infinity"),
            (math.nan, "not-a-number"),
            ({}, "a mapping (name: value)"),
            ("3 beds", "3 beds"),
        ],
    )
    def test_what_is_no_plain_number_is_named(self, value: object, found: str) -> None:
        assert refusal(parse_number, value) == f"{found} is not a plain number"


class TestLengths:
    @pytest.mark.parametrize(
        ("word", "minutes"), [(word, size) for size, words in SPELLINGS.items() for word in words]
    )
    def test_every_spelling_of_a_unit_means_its_minutes(self, word: str, minutes: float) -> None:
        assert parse_duration(f"3 {word}") == pytest.approx(3 * minutes)
        assert parse_duration(f"3{word.upper()}") == pytest.approx(3 * minutes)

    def test_parts_add_up_in_any_order_and_without_spaces(self) -> None:
        minutes = 10080 + 2 * 1440 + 3 * 60 + 4 + 0.5
        assert parse_duration("1 week 2 days 3 hours 4 min 30 s") == pytest.approx(minutes)
        assert parse_duration("30s4m3h2d1w") == pytest.approx(minutes)

    @pytest.mark.parametrize("text", ["-1 hour 30 min", "1 hour -30 min", "-0.5 h", "2 days -1 min 1 day"])
    def test_one_part_below_zero_is_refused_wherever_it_stands(self, text: str) -> None:
        assert refusal(parse_duration, text) == f"{text} is below zero: a length of time cannot be negative"

    @pytest.mark.parametrize("word", ["month", "months", "year", "years", "Month", "YEARS"])
    def test_a_month_and_a_year_have_no_fixed_length(self, word: str) -> None:
        told = refusal(parse_duration, f"2 {word}")
        assert told == "a month or a year has no fixed length: write days or weeks"

    @pytest.mark.parametrize(
        ("clock", "advice"),
        [
            ("1:30", "1 hour 30 min"),
            ("01:05", "1 hour 05 min"),
            ("2:30", "2 hours 30 min"),
            ("0:45", "0 hours 45 min"),
            ("12:00", "12 hours 00 min"),
        ],
    )
    def test_a_time_of_day_in_place_of_a_length_is_answered_with_the_length(
        self, clock: str, advice: str
    ) -> None:
        expected = f"{clock} is a time of day, not a length of time: write {advice}"
        assert refusal(parse_duration, clock) == expected
        hours, minutes = clock.split(":")
        assert parse_duration(advice) == int(hours) * 60 + int(minutes)

    @pytest.mark.parametrize(
        "value",
        [
            "  ",
            "6 days and 2 hours",
            "six days",
            "6 days,",
            "days",
            "6  ",
            "4-5 days",
            6.5,
            {},
            [],
            b"6 days",
        ],
    )
    def test_what_is_no_length_is_never_read_as_one(self, value: object) -> None:
        told = refusal(parse_duration, value)
        assert "write 45 min, 6 hours or 2 days" in told or "has no unit" in told or "is not a unit" in told

    def test_the_examples_in_the_message_for_a_bare_number_can_be_read(self) -> None:
        told = refusal(parse_duration, 1.5)
        assert told == "1.5 has no unit: write 1.5 min, 1.5 hours or 1.5 days"
        examples = re.split(r", | or ", told.partition("write ")[2])
        assert [parse_duration(example) for example in examples] == [1.5, 90, 2160]

    @pytest.mark.parametrize(
        ("minutes", "text"),
        [
            (10080, "7 days"),  # one week reads better in days
            (2 * 10080, "2 weeks"),
            (2.5 * 10080, "17.5 days"),  # weeks only when they are whole
            (1.25 * 1440, "1.25 days"),
            (1.125 * 1440, "27 hours"),  # three decimals of a day are better told in hours
            (59, "59 min"),
            (61, "61 min"),
            (60.6, "1.01 hours"),
            (1, "1 min"),
            (1.5, "1.5 min"),
            (59 / 60, "59 s"),
            (0.25, "15 s"),
            (0.5 / 60, "0.5 s"),
            (0.25 / 60, "0.00416666666667 min"),  # a quarter of a second has too many decimals
            (198.00000000000003, "3.3 hours"),  # noise of a product
            (60_000_000.03, "60000000.03 min"),  # no rounding, however long
        ],
    )
    def test_the_unit_is_the_largest_that_is_exact(self, minutes: float, text: str) -> None:
        assert format_duration(minutes) == text

    @given(st.floats(0, 1e7, allow_subnormal=False))
    def test_any_length_survives_being_written_and_read(self, minutes: float) -> None:
        assert parse_duration(format_duration(minutes)) == pytest.approx(minutes, rel=1e-9, abs=1e-8)

    @given(st.integers(1, 500), st.sampled_from(sorted(MINUTES)))
    def test_a_whole_number_of_any_unit_is_written_without_loss(self, number: int, unit: str) -> None:
        assert parse_duration(format_duration(number * MINUTES[unit])) == pytest.approx(
            number * MINUTES[unit]
        )


class TestShares:
    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ("78", "78 has no per cent sign: write 78%"),
            (0, "0 has no per cent sign: write 0%"),
            ("0.5", "0.5 has no per cent sign: write 50%"),
            (0.999, "0.999 has no per cent sign: write 99.9%"),
            (1.5, "1.5 has no per cent sign: write 1.5%"),
            ("1", "1 has no per cent sign: write 100% for all, or 1% for one in a hundred"),
            (-5, "-5 has no per cent sign: write -5%"),
            ("78 per cent", "78 per cent is not a share: write it with a per cent sign, such as 78%"),
            (None, "nothing is not a share: write it with a per cent sign, such as 78%"),
            (math.nan, "not-a-number is not a share: write it with a per cent sign, such as 78%"),
            ("1e999%", "1e999% is too large to be a number"),
            ("100.1%", "100.1% is more than 100%: a share lies between 0% and 100%"),
        ],
    )
    def test_what_is_no_share_is_answered_with_what_to_write(self, value: object, told: str) -> None:
        assert refusal(parse_share, value) == told

    @pytest.mark.parametrize(
        ("text", "most", "told"),
        [
            ("-1%", 0.5, "-1% is below 0%: a share lies between 0% and 50%"),
            ("-1%", math.inf, "-1% is below 0%: a share lies between 0% and 100%"),
            ("51%", 0.5, "51% is more than 50%: a share lies between 0% and 50%"),
        ],
    )
    def test_the_range_told_is_the_range_allowed(self, text: str, most: float, told: str) -> None:
        assert refusal(lambda value: parse_share(value, most), text) == told
        assert parse_share(f"{min(most, 1) * 100}%", most) == min(most, 1)

    @pytest.mark.parametrize(
        ("share", "text"), [(0.29, "29%"), (0.07, "7%"), (1 / 3, "33.3333333333%"), (2.5, "250%"), (0, "0%")]
    )
    def test_a_share_is_written_without_the_noise_of_the_product(self, share: float, text: str) -> None:
        assert format_share(share) == text


class TestTimesOfDay:
    @pytest.mark.parametrize(
        ("text", "minutes"), [("00:01", 1), ("23:59", 1439), ("24:00", 1440), (" 09:05 ", 545), ("9:59", 599)]
    )
    def test_the_first_and_last_minutes_of_a_day_are_times(self, text: str, minutes: int) -> None:
        assert parse_clock(text) == minutes

    @pytest.mark.parametrize("text", ["00:60", "24:01", "24:30", "99:00"])
    def test_a_time_beyond_the_day_is_told_apart_from_a_wrong_spelling(self, text: str) -> None:
        assert refusal(parse_clock, text) == f"{text} is not a time of day: the hours run from 00:00 to 24:00"

    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("7", "7"),
            ("7:5", "7:5"),
            ("07.30", "07.30"),
            (7.5, "7.5"),
            (None, "nothing"),
            (math.inf, "infinity"),
        ],
    )
    def test_a_wrong_spelling_is_answered_with_the_right_one(self, value: object, found: str) -> None:
        assert refusal(parse_clock, value) == f"{found} is not a time of day: write it as 07:30 or 14:00"

    @given(st.integers(0, 1440))
    def test_every_minute_of_a_day_survives_being_written_and_read(self, minute: int) -> None:
        assert parse_clock(format_clock(minute)) == minute
        assert len(format_clock(minute)) == 5


class TestRates:
    @pytest.mark.parametrize(
        ("text", "per_day"),
        [
            ("0/day", 0),
            ("1/min", 1440),
            ("1 per second", 86400),
            ("90/week", 90 / 7),
            ("1.5/hr", 36),
            ("7 A WEEK".lower(), 1),
            (" 2 / Hours ", 48),
        ],
    )
    def test_a_rate_is_per_day_whatever_its_unit(self, text: str, per_day: float) -> None:
        assert parse_rate(text) == pytest.approx(per_day)

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ("14", "14 has no unit: write 14/day"),
            ("1e3", "1000 has no unit: write 1000/day"),
            (2.50, "2.5 has no unit: write 2.5/day"),
            (None, "nothing is not a rate: write it as 14/day"),
            ("", "an empty text is not a rate: write it as 14/day"),
            (math.nan, "not-a-number is not a rate: write it as 14/day"),
            ("14/dasy", "dasy is not a unit of time (did you mean days?): use s, min, hours, days or weeks"),
            ("14/month", "a month or a year has no fixed length: write days or weeks"),
            ("1e308/s", "1e308/s is too large to be a number"),
            ("-0.1/day", "-0.1/day is below zero: a rate cannot be negative"),
        ],
    )
    def test_what_is_no_rate_is_answered_with_what_to_write(self, value: object, told: str) -> None:
        assert refusal(parse_rate, value) == told

    @given(st.integers(0, 10**6))
    def test_a_rate_survives_being_written_and_read(self, hundredths: int) -> None:
        assert parse_rate(format_rate(hundredths / 100)) == pytest.approx(hundredths / 100)


class TestCounts:
    @pytest.mark.parametrize(
        ("value", "count"),
        [
            (0, 0),
            ("0", 0),
            (7.0, 7),
            ("1e3", 1000),
            (UNLIMITED - 1, UNLIMITED - 1),
            (" Unlimited ", UNLIMITED),
        ],
    )
    def test_whole_numbers_up_to_the_word_unlimited(self, value: object, count: int) -> None:
        found = parse_count(value)
        assert found == count
        assert isinstance(found, int)

    @pytest.mark.parametrize(
        ("value", "least", "told"),
        [
            (0, 1, "0 is below 1: it must be 1 or more"),
            (-1, 0, "-1 is below 0: it must be 0 or more"),
            ("2.5", 0, "2.5 is not a whole number"),
            (0.1 + 0.2, 0, "0.3 is not a whole number"),
            (UNLIMITED, 0, "1000000000 is too large: write the word unlimited if there is no limit"),
            ("9999999999", 0, "9999999999 is too large: write the word unlimited if there is no limit"),
            ("no limit", 0, "no limit is not a whole number (or the word unlimited)"),
            (math.inf, 0, "infinity is not a whole number (or the word unlimited)"),
            (None, 0, "nothing is not a whole number (or the word unlimited)"),
        ],
    )
    def test_what_is_no_count_is_answered(self, value: object, least: int, told: str) -> None:
        assert refusal(lambda each: parse_count(each, least), value) == told

    def test_the_least_count_itself_is_allowed(self) -> None:
        assert parse_count(1, least=1) == 1

    @pytest.mark.parametrize(
        ("count", "text"),
        [(999, "999"), (1000, "1,000"), (UNLIMITED - 1, "999,999,999"), (UNLIMITED + 5, "unlimited")],
    )
    def test_counts_are_written_with_thousands_apart(self, count: int, text: str) -> None:
        assert format_count(count) == text


class TestFactors:
    @pytest.mark.parametrize(
        ("value", "factor"), [("125%", 1.25), (" 5 % ", 0.05), ("300%", 3), (1e-6, 1e-6), ("1.5", 1.5)]
    )
    def test_a_factor_is_a_number_or_a_percentage(self, value: object, factor: float) -> None:
        assert parse_factor(value) == pytest.approx(factor)

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (0, "0 must be more than 0"),
            ("0%", "0 must be more than 0"),
            (-1, "-1 must be more than 0"),
            ("-5%", "-5% is below 0%: a share lies between 0% and 100%"),
            ("twice", "twice is not a plain number"),
            (None, "nothing is not a plain number"),
        ],
    )
    def test_what_is_no_factor_is_answered(self, value: object, told: str) -> None:
        assert refusal(parse_factor, value) == told
