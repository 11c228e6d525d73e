"""Values as planners write them: units, and sums done on what is written."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.clock import parse_rota
from flowsim.errors import Problem
from flowsim.scenario.arithmetic import added, blended, multiplied
from flowsim.scenario.nodes import Document, plain, planted
from flowsim.scenario.reading import read_tree
from flowsim.scenario.scalars import plus_sign
from flowsim.scenario.writing import flow, written
from flowsim.spec.distributions import parse_distribution
from flowsim.units import (
    MINUTES,
    UNLIMITED,
    format_clock,
    format_count,
    format_duration,
    format_number,
    format_rate,
    format_share,
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

RELAXED = settings(deadline=None, max_examples=60)
AMOUNTS = st.integers(1, 100_000).map(lambda n: n / 100)
"""Numbers with up to two decimals, above zero."""
UNITS = st.sampled_from(list(MINUTES))
FACTORS = st.sampled_from([0.25, 0.5, 0.8, 1, 1.1, 1.5, 2, 3])


class TestLengths:
    @pytest.mark.parametrize(
        ("text", "minutes"), [("1e-5 min", 1e-5), ("2E-1 hours", 12), ("1e+2 s", 100 / 60)]
    )
    def test_a_small_number_may_have_an_exponent(self, text: str, minutes: float) -> None:
        assert parse_duration(text) == pytest.approx(minutes)

    @pytest.mark.parametrize("text", ["-1e-5 min", "1 hour -5 min", "-0 min"])
    def test_a_minus_sign_is_refused_wherever_it_stands(self, text: str) -> None:
        with pytest.raises(ValueError, match=f"^{text} is below zero: a length of time cannot be negative$"):
            parse_duration(text)

    @given(AMOUNTS, UNITS)
    def test_a_length_is_its_number_times_its_unit(self, amount: float, unit: str) -> None:
        assert parse_duration(f"{amount} {unit}") == pytest.approx(amount * MINUTES[unit])

    @given(AMOUNTS, UNITS, st.sampled_from(["{} {}", "{}{}", "  {}  {}  ", "{}\t{}"]), st.booleans())
    def test_spaces_and_capitals_do_not_matter(
        self, amount: float, unit: str, form: str, upper: bool
    ) -> None:
        text = form.format(amount, unit.upper() if upper else unit)
        assert parse_duration(text) == parse_duration(f"{amount} {unit}")

    @pytest.mark.parametrize(
        "spellings",
        [
            ("s", "sec", "secs", "second", "seconds"),
            ("m", "min", "mins", "minute", "minutes"),
            ("h", "hr", "hrs", "hour", "hours"),
            ("d", "day", "days"),
            ("w", "wk", "wks", "week", "weeks"),
        ],
    )
    def test_units_have_several_spellings(self, spellings: tuple[str, ...]) -> None:
        assert len({parse_duration(f"3 {spelling}") for spelling in spellings}) == 1

    @given(st.lists(st.tuples(st.integers(0, 500), UNITS), min_size=1, max_size=4))
    def test_parts_of_a_length_add_up(self, parts: list[tuple[int, str]]) -> None:
        text = " ".join(f"{n} {unit}" for n, unit in parts)
        assert parse_duration(text) == pytest.approx(sum(n * MINUTES[unit] for n, unit in parts))

    @given(st.floats(0, 1e9))
    def test_any_length_is_written_so_that_it_reads_back(self, minutes: float) -> None:
        assert parse_duration(format_duration(minutes)) == pytest.approx(minutes, rel=1e-8, abs=2e-3)

    @given(st.integers(2, 500), st.sampled_from(["weeks", "days", "hours"]))
    def test_whole_numbers_of_a_unit_are_written_with_at_most_two_decimals(
        self, number: int, unit: str
    ) -> None:
        text = format_duration(number * MINUTES[unit])
        assert re.fullmatch(r"\d+(\.\d{1,2})? (weeks|days|hours?|days?|min)", text)


class TestOtherUnits:
    @pytest.mark.parametrize("clock", [0, 1, 59, 60, 719, 720, 1439, 1440])
    def test_a_time_of_day_is_written_so_that_it_reads_back(self, clock: int) -> None:
        assert parse_clock(format_clock(clock)) == clock

    @given(AMOUNTS, UNITS, st.sampled_from(["{}/{}", "{} / {}", "{} per {}", "{} a {}"]))
    def test_a_rate_is_its_number_in_each_unit_of_the_day(self, amount: float, unit: str, form: str) -> None:
        rate = parse_rate(form.format(amount, unit))
        assert rate == pytest.approx(amount * 1440 / MINUTES[unit])
        assert parse_rate(format_rate(rate)) == pytest.approx(rate, rel=1e-11)

    @given(st.floats(0, 1))
    def test_any_share_is_written_so_that_it_reads_back(self, share: float) -> None:
        assert parse_share(format_share(share)) == pytest.approx(share, abs=1e-11)

    @given(st.integers(0, 999))
    def test_a_count_is_written_so_that_it_reads_back(self, count: int) -> None:
        assert parse_count(format_count(count)) == parse_count(str(count)) == parse_count(count) == count

    @pytest.mark.parametrize("word", ["unlimited", " Unlimited ", "UNLIMITED"])
    def test_unlimited_may_be_written_in_any_case(self, word: str) -> None:
        assert parse_count(word) == UNLIMITED

    @given(st.integers(-50, 50), st.integers(-50, 50))
    def test_a_count_has_a_least_value(self, count: int, least: int) -> None:
        if count >= least:
            assert parse_count(count, least) == count
        else:
            with pytest.raises(ValueError, match=f"{count} is below {least}: it must be {least} or more"):
                parse_count(count, least)

    @given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
    def test_a_number_above_a_bound_is_more_than_it(self, number: float, bound: float) -> None:
        if number > bound:
            assert parse_number(number, least=-math.inf, above=bound) == number
        else:
            with pytest.raises(ValueError, match="must be more than"):
                parse_number(number, least=-math.inf, above=bound)

    @given(st.integers(1, 100_000))
    def test_a_factor_and_its_percentage_are_the_same(self, thousandths: int) -> None:
        factor = thousandths / 1000
        assert parse_factor(f"{thousandths / 10}%") == pytest.approx(parse_factor(factor))

    @given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e11, max_value=1e11))
    def test_a_number_is_written_so_that_it_reads_back(self, number: float) -> None:
        assert number_of(format_number(number)) == pytest.approx(number, rel=1e-11)
        assert not format_number(number).endswith(".0")

    @given(
        st.one_of(
            st.text(max_size=200),
            st.integers(),
            st.floats(),
            st.none(),
            st.booleans(),
            st.lists(st.integers()),
        )
    )
    def test_whatever_is_shown_in_a_message_is_short_and_says_something(self, value: Any) -> None:
        assert 0 < len(show(value)) <= max(60, len(str(value)) if isinstance(value, int) else 60)


@st.composite
def quantities(draw: st.DrawFn) -> str:
    """A length, a share or a rate, as text."""
    number = draw(st.integers(1, 4000)) / 4
    unit = draw(st.sampled_from([" min", " hours", " days", "%", "/day", "/hour"]))
    return f"{format_number(number)}{unit}"


def size(written: Any) -> float:
    """Return what a single quantity amounts to."""
    if isinstance(written, str) and written.endswith("%"):
        return parse_share(written, most=math.inf)
    if isinstance(written, str) and "/" in written:
        return parse_rate(written)
    return parse_duration(written) if isinstance(written, str) else float(written)


class TestSums:
    @RELAXED
    @given(quantities(), FACTORS, FACTORS)
    def test_multiplying_twice_is_multiplying_by_the_product(
        self, value: str, one: float, two: float
    ) -> None:
        twice = multiplied(multiplied(value, one), two)
        assert size(twice) == pytest.approx(size(multiplied(value, one * two)), rel=1e-8)

    @RELAXED
    @given(quantities())
    def test_multiplying_by_1_changes_nothing(self, value: str) -> None:
        assert size(multiplied(value, 1)) == pytest.approx(size(value))

    @RELAXED
    @given(quantities(), st.integers(1, 9))
    def test_multiplying_is_adding_again_and_again(self, value: str, times: int) -> None:
        total = value
        for _ in range(times - 1):
            total = added(total, value)
        assert size(total) == pytest.approx(size(multiplied(value, times)), rel=1e-8)

    @RELAXED
    @given(quantities(), FACTORS)
    def test_what_is_added_can_be_taken_away(self, value: str, factor: float) -> None:
        more = multiplied(value, factor)
        assert size(added(added(value, more), f"-{more}")) == pytest.approx(size(value), rel=1e-8)

    @RELAXED
    @given(st.integers(0, 5000), st.integers(-5000, 5000), st.integers(-5000, 5000))
    def test_amounts_added_to_a_count_add_up(self, count: int, one: int, two: int) -> None:
        assert added(added(count, one), two) == added(count, one + two) == count + one + two

    @RELAXED
    @given(quantities(), FACTORS, st.floats(0, 1))
    def test_part_of_the_way_lies_between_the_two_and_in_proportion(
        self, value: str, factor: float, part: float
    ) -> None:
        target = multiplied(value, factor)
        between = size(blended(value, target, part))
        assert between == pytest.approx(size(value) + part * (size(target) - size(value)), rel=1e-6)

    @RELAXED
    @given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 0.999), st.floats(0, 0.999))
    def test_counts_on_the_way_are_whole_and_never_turn_back(
        self, value: int, target: int, one: float, two: float
    ) -> None:
        early, late = sorted((one, two))
        first, second = (blended(value, target, part, whole=True) for part in (early, late))
        assert isinstance(first, int)
        assert abs(second - value) >= abs(first - value)
        assert min(value, target) <= first <= max(value, target)

    @RELAXED
    @given(
        st.sampled_from(
            [
                {"mean": "3 days", "sd": "2 days"},
                {"median": "2 hours", "p90": "9 hours"},
                {"distribution": "exponential", "mean": "40 min"},
                {"distribution": "triangular", "low": "1 day", "mode": "2 days", "high": "9 days"},
                {"distribution": "uniform", "low": "1 day", "high": "9 days"},
                {"distribution": "lognormal", "scale": "log", "mu": 1.5, "sigma": 0.6, "unit": "hours"},
                {"values": ["1 day", "2 days", "5 days"]},
                {"mean": "3 days", "sd": "2 days", "at_most": "9 days"},
                {
                    "parts": [
                        {"share": "70%", "mean": "1 day", "sd": "1 day"},
                        {"share": "30%", "median": "4 days", "p90": "9 days"},
                    ]
                },
                "45 min",
            ]
        ),
        FACTORS,
        st.floats(0.01, 0.99),
    )
    def test_a_law_multiplied_multiplies_everybodys_length(
        self, law: Any, factor: float, luck: float
    ) -> None:
        before, after = (parse_distribution(each) for each in (law, multiplied(law, factor)))
        assert after.mean_minutes() == pytest.approx(before.mean_minutes() * factor, rel=1e-6)
        assert float(after.ppf(luck)) == pytest.approx(float(before.ppf(luck)) * factor, rel=1e-5)

    @RELAXED
    @given(
        st.sampled_from(
            [
                {"mean": "3 days", "sd": "2 days"},
                {"distribution": "uniform", "low": "1 day", "high": "9 days"},
            ]
        ),
        st.integers(1, 500),
    )
    def test_a_length_added_to_a_law_is_added_to_its_mean(self, law: Any, minutes: int) -> None:
        before, after = (parse_distribution(each) for each in (law, added(law, f"{minutes} min")))
        assert after.mean_minutes() == pytest.approx(before.mean_minutes() + minutes, rel=1e-6)

    @RELAXED
    @given(st.integers(1, 9), st.integers(0, 9), st.integers(0, 4), st.integers(0, 9))
    def test_steps_of_a_rota_follow_one_another(self, staff: int, more: int, factor: int, again: int) -> None:
        rota = parse_rota(added(multiplied(added(f"08:00-16:00={staff}", more), factor), again))
        expected = (staff + more) * factor
        assert rota.peak() == (expected + again if expected else 0)


def can_be_written(text: str) -> bool:
    """Say whether a scenario may hold a text: some is refused for what it would hide, such as ``+3``."""
    return bool(text.strip()) and not plus_sign(text)


PLAIN = st.one_of(
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9).map(lambda x: float(f"{x:.10g}")),
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=40).filter(can_be_written),
    st.sampled_from(
        ["yes", "no", "null", "~", "1e5", "0x1F", "14:00", "- a", "a: b", "a #b", "'", '"', "{", "[x]"]
    ),
)


def read(text: str) -> tuple[Any, list[Problem]]:
    tree, problems = read_tree(text, Document("a.yaml", tuple(text.splitlines())))
    return (None if tree is None else plain(tree)), problems


class TestWriting:
    @RELAXED
    @given(PLAIN)
    def test_a_value_is_written_so_that_it_reads_back_as_the_same(self, value: Any) -> None:
        found, problems = read(f"key: {written(value)}\n")
        assert problems == []
        assert found == {"key": value}
        assert type(found["key"]) is type(value) or value == int(value)

    @RELAXED
    @given(
        st.recursive(
            PLAIN,
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), inner, max_size=3),
            ),
            max_leaves=8,
        )
    )
    def test_a_value_on_one_line_reads_back_as_the_same(self, value: Any) -> None:
        text = flow(value)
        assert "\n" not in text
        found, problems = read(f"key: {text}\n")
        assert problems == []
        assert found == {"key": value}

    @RELAXED
    @given(PLAIN)
    def test_a_planted_value_is_what_was_planted(self, value: Any) -> None:
        tree = {"a": [value, {"b": value}], "c": value}
        assert plain(planted(tree, Document("here"))) == tree
