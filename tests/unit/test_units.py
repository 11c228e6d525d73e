"""Quantities as planners write them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.units import (
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


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("45 min", 45),
        ("45min", 45),
        ("1.5 hours", 90),
        ("6 days", 8640),
        ("2 weeks", 20160),
        ("30 s", 0.5),
        ("1 hour 30 min", 90),
        ("2 days 6 hours", 3240),
        (" 1 Day ", 1440),
        (".5 h", 30),
        ("0 min", 0),
    ],
)
def test_a_length_of_time_is_read_in_minutes(text: str, minutes: float) -> None:
    assert parse_duration(text) == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (45, "45 has no unit: write 45 min, 45 hours or 45 days"),
        ("45", "45 has no unit: write 45 min, 45 hours or 45 days"),
        (0, "0 has no unit: write 0 min, 0 hours or 0 days"),
        (-5, "-5 is below zero: a length of time cannot be negative"),
        ("-5 min", "-5 min is below zero: a length of time cannot be negative"),
        ("5 dyas", "dyas is not a unit of time (did you mean days?): use s, min, hours, days or weeks"),
        ("5 parsecs", "parsecs is not a unit of time: use s, min, hours, days or weeks"),
        ("3 months", "a month or a year has no fixed length: write days or weeks"),
        ("1:30", "1:30 is a time of day, not a length of time: write 1 hour 30 min"),
        ("soon", "soon is not a length of time: write 45 min, 6 hours or 2 days"),
        ("", "an empty text is not a length of time: write 45 min, 6 hours or 2 days"),
        (None, "nothing is not a length of time: write 45 min, 6 hours or 2 days"),
        (True, "true is not a length of time: write 45 min, 6 hours or 2 days"),
        ([1], "a list is not a length of time: write 45 min, 6 hours or 2 days"),
        (math.nan, "not-a-number is not a length of time: write 45 min, 6 hours or 2 days"),
        ("1e308 weeks", "1e308 weeks is too large to be a number"),
    ],
)
def test_a_wrong_length_of_time_is_explained(value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse_duration(value)


@given(st.integers(min_value=1, max_value=60 * 24 * 365))
def test_whole_minutes_survive_being_written_and_read(minutes: int) -> None:
    assert parse_duration(format_duration(minutes)) == pytest.approx(minutes, rel=1e-12)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (45, "45 min"),
        (90, "1.5 hours"),
        (60, "1 hour"),
        (1440, "1 day"),
        (7 * 1440, "7 days"),
        (42 * 1440, "6 weeks"),
        (2.25 * 1440, "2.25 days"),
        (100, "100 min"),
        (0.5, "30 s"),
        (0, "0 min"),
    ],
)
def test_a_length_of_time_is_written_in_its_largest_exact_unit(minutes: float, text: str) -> None:
    assert format_duration(minutes) == text


@pytest.mark.parametrize(("text", "share"), [("78%", 0.78), ("2.5 %", 0.025), ("0%", 0), ("100%", 1)])
def test_a_share_is_read_as_a_fraction(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0.78, "0.78 has no per cent sign: write 78%"),
        (78, "78 has no per cent sign: write 78%"),
        (1, "1 has no per cent sign: write 100% for all, or 1% for one in a hundred"),
        ("780%", "780% is more than 100%: a share lies between 0% and 100%"),
        ("-1%", "-1% is below 0%: a share lies between 0% and 100%"),
        ("most", "most is not a share: write it with a per cent sign, such as 78%"),
        (math.inf, "infinity is not a share: write it with a per cent sign, such as 78%"),
    ],
)
def test_a_wrong_share_is_explained(value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse_share(value)


def test_a_percentage_may_exceed_one_hundred_where_that_is_said() -> None:
    assert parse_share("250%", most=math.inf) == 2.5


@given(st.integers(min_value=0, max_value=100_000))
def test_shares_survive_being_written_and_read(thousandths: int) -> None:
    share = thousandths / 100_000
    assert parse_share(format_share(share)) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(("text", "minutes"), [("07:30", 450), ("7:30", 450), ("00:00", 0), ("24:00", 1440)])
def test_a_time_of_day_is_minutes_after_midnight(text: str, minutes: float) -> None:
    assert parse_clock(text) == minutes


@pytest.mark.parametrize("value", [840, "25:00", "12:60", "24:01", "2pm", "14.30", None])
def test_a_time_of_day_that_does_not_exist_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a time of day"):
        parse_clock(value)


def test_a_time_of_day_is_written_with_two_digits() -> None:
    assert format_clock(450) == "07:30"


@pytest.mark.parametrize(
    ("text", "per_day"),
    [("14/day", 14), ("2/hour", 48), ("70 per week", 10), ("3 a day", 3), ("1.5 / day", 1.5)],
)
def test_a_rate_is_read_per_day(text: str, per_day: float) -> None:
    assert parse_rate(text) == pytest.approx(per_day)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (14, "14 has no unit: write 14/day"),
        ("a few", "a few is not a rate: write it as 14/day"),
        ("-1/day", "-1/day is below zero: a rate cannot be negative"),
    ],
)
def test_a_wrong_rate_is_explained(value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse_rate(value)


def test_a_rate_is_written_per_day() -> None:
    assert format_rate(parse_rate("2/hour")) == "48/day"


def test_unlimited_is_a_word_and_the_largest_count() -> None:
    assert parse_count("unlimited") == UNLIMITED
    assert format_count(UNLIMITED) == "unlimited"
    assert format_count(1234) == "1,234"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (-3, "-3 is below 0: it must be 0 or more"),
        (2.5, "2.5 is not a whole number"),
        (10**9, "1000000000 is too large: write the word unlimited if there is no limit"),
        ("many", "many is not a whole number (or the word unlimited)"),
        (True, "true is not a whole number (or the word unlimited)"),
    ],
)
def test_a_wrong_count_is_explained(value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse_count(value)


def test_a_factor_may_be_a_percentage_and_is_above_zero() -> None:
    assert parse_factor("125%") == 1.25
    assert parse_factor(0.5) == 0.5
    with pytest.raises(ValueError, match="0 must be more than 0"):
        parse_factor(0)


def test_a_plain_number_has_a_least_value() -> None:
    assert parse_number("2.5") == 2.5
    with pytest.raises(ValueError, match="-1 is below 0: it must be 0 or more"):
        parse_number(-1)


def test_numbers_are_recognised_and_truth_values_are_not_numbers() -> None:
    assert number_of(" 12 ") == 12
    assert number_of("12 beds") is None
    assert number_of(math.inf) is None
    assert number_of("1e999") is None
    assert is_number(0.5)
    assert not is_number(True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (False, "false"),
        ({}, "a mapping (name: value)"),
        ([], "a list"),
        ("", "an empty text"),
        (2.50, "2.5"),
        ("x" * 80, "x" * 57 + "..."),
    ],
)
def test_values_are_shown_in_a_line(value: object, text: str) -> None:
    assert show(value) == text


def test_numbers_are_written_without_noise() -> None:
    assert format_number(0.1 + 0.2) == "0.3"
    assert format_number(3.0) == "3"
