"""Sums with values as they are written, worked out by hand or by reading both sides."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.clock import DAY, Calendar, parse_rota
from flowsim.scenario.arithmetic import added, blended, multiplied
from flowsim.units import UNLIMITED, parse_duration, parse_rate, parse_share

MONDAY = Calendar(datetime(2026, 11, 2))


def refusal(call: Callable[[], object]) -> str:
    """Return what is said about a sum that cannot be done."""
    with pytest.raises(ValueError, match=r".") as caught:
        call()
    return str(caught.value)


def on_duty(rota: Any, hour: float, day: int = 0) -> int:
    """Return how many are on duty at an hour of a day, day 0 a Monday."""
    changes = parse_rota(rota).changes(MONDAY, 7 * DAY)
    return next(n for minute, n in reversed(changes) if minute <= day * DAY + hour * 60)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "factor", "result"),
        [
            (28, 1, 28),
            (0.1, 3, 0.3),  # and no noise after it
            (1 / 3, 3, 1),
            (7, 0.5, 3.5),
            (-4, 2, -8),
            (1e14, 2, 200_000_000_000_000),
            (1e15, 2, 2e15),
            ("1e3", 2, 2000),
            (0, 5, 0),
        ],
    )
    def test_a_product_is_tidy(self, value: object, factor: float, result: float) -> None:
        found = multiplied(value, factor)
        assert found == result
        assert type(found) is type(result)

    @pytest.mark.parametrize(
        ("value", "factor", "result"),
        [
            (5, 0.5, 3),
            (5, 0.49, 2),
            (1, 0.49, 0),
            (10, 0.25, 3),
            (3, 1.1666666666666667, 4),
            (900_000_000, 2, "unlimited"),
        ],
    )
    def test_a_whole_product_rounds_halves_up_and_has_no_end_beyond_counting(
        self, value: int, factor: float, result: object
    ) -> None:
        assert multiplied(value, factor, whole=True) == result

    def test_a_whole_sum_is_rounded_too(self) -> None:
        assert added(10, 0.5, whole=True) == 11
        assert added(10, 0.4, whole=True) == 10
        assert added(UNLIMITED - 1, 1, whole=True) == "unlimited"

    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_adding_and_taking_away_gives_back_what_was_there(self, value: int, amount: int) -> None:
        assert added(added(value, amount), -amount) == value

    @given(st.integers(0, 10**6), st.integers(1, 64))
    def test_multiplying_by_parts_is_multiplying_by_their_product(self, value: int, factor: int) -> None:
        assert multiplied(multiplied(value, factor), 2) == multiplied(value, 2 * factor)

    @given(st.integers(0, 5000), st.floats(0, 3), st.floats(0, 3))
    def test_a_larger_factor_never_gives_fewer(self, beds: int, one: float, other: float) -> None:
        few, many = sorted((one, other))
        assert multiplied(beds, few, whole=True) <= multiplied(beds, many, whole=True)

    @pytest.mark.parametrize("value", [None, True, [1, 2], [], math.nan, math.inf])
    def test_what_is_no_number_is_named_and_refused(self, value: object) -> None:
        shown = {None: "nothing", True: "true"}.get(value if not isinstance(value, list) else 0)  # type: ignore[arg-type]
        told = refusal(lambda: multiplied(value, 2))
        assert told.endswith(" cannot be multiplied")
        assert shown is None or told.startswith(shown)
        assert refusal(lambda: added(value, 2)).startswith("nothing can be added to ")

    def test_a_number_and_an_amount_with_a_unit_do_not_go_together(self) -> None:
        told = refusal(lambda: added("24", "2 days"))
        assert told == "2 days cannot be added to 24, which has no unit: add a number"
        assert refusal(lambda: added(24, None)).startswith("nothing cannot be added to 24")

    @pytest.mark.parametrize(
        "sum_",
        [lambda: multiplied(1e308, 10), lambda: added(1.7e308, 1.7e308), lambda: multiplied("1e308", 1e10)],
    )
    def test_a_result_without_end_is_refused(self, sum_: Callable[[], object]) -> None:
        assert refusal(sum_) == "the result is too large to be a number"


class TestUnits:
    @pytest.mark.parametrize(
        ("value", "amount", "total"),
        [
            ("2 days", "6 hours", "2.25 days"),
            ("90 min", "-30 min", "1 hour"),
            ("90 min", " - 30 min ", "1 hour"),
            ("6 hours", "-6 hours", "0 min"),
            ("30 s", "30 s", "1 min"),
            ("95%", "10%", "105%"),  # a share above all is refused where the share is read
            ("250%", "-50%", "200%"),
            ("0.3%", "-0.1%", "0.2%"),
            ("14/day", "7/week", "15/day"),
            ("1/hour", "-1/day", "23/day"),
            ("23:00", "1 hour", "24:00"),
            ("01:00", "-1 hour", "00:00"),
            (" 07:30 ", "45 min", "08:15"),
        ],
    )
    def test_amounts_of_the_same_kind_add_up(self, value: str, amount: str, total: str) -> None:
        assert added(value, amount) == total

    @pytest.mark.parametrize(
        ("value", "amount", "told"),
        [
            ("1 hour", "-61 min", "1 hour less 61 min is below zero"),
            ("5%", "-6%", "5% less 6% is below zero"),
            ("1/day", "-1/hour", "1/day less 1/hour is below zero"),
            ("23:30", "31 min", "23:30 and 31 min more lies outside the day"),
            ("00:30", "-31 min", "00:30 and -31 min more lies outside the day"),
            ("07:30", 30, "30 has no unit: write 30 min, 30 hours or 30 days"),
            ("2 days", "5%", "5% is not a length of time: write 45 min, 6 hours or 2 days"),
            ("5%", 2, "2 has no per cent sign: write 2%"),
            ("14/day", 2, "2 has no unit: write 2/day"),
            ("Kent", 2, "Kent is no number: nothing can be added to it"),
            ("x" * 61, 1, "x" * 57 + "... is no number: nothing can be added to it"),
        ],
    )
    def test_what_does_not_go_together_is_answered(self, value: str, amount: object, told: str) -> None:
        assert refusal(lambda: added(value, amount)) == told

    @pytest.mark.parametrize(
        ("value", "factor", "product"),
        [
            ("45 min", 4, "3 hours"),
            ("1 week", 2, "2 weeks"),
            ("2 days", 0, "0 min"),
            ("60%", 2, "120%"),
            ("0.1%", 3, "0.3%"),
            ("2/hour", 0.5, "24/day"),
            (" unlimited ", 2, " unlimited "),
        ],
    )
    def test_a_product_keeps_its_kind_of_unit(self, value: str, factor: float, product: str) -> None:
        assert multiplied(value, factor) == product

    def test_a_time_of_day_is_moved_and_never_multiplied(self) -> None:
        told = refusal(lambda: multiplied(" 07:30 ", 2))
        assert told == " 07:30  is a time of day and cannot be multiplied: add a length of time instead"

    def test_a_word_is_no_number(self) -> None:
        assert refusal(lambda: multiplied("leave", 2)) == "leave is no number and cannot be multiplied"

    @given(st.integers(0, 10**5), st.integers(0, 10**5))
    def test_lengths_add_up_like_their_minutes(self, one: int, other: int) -> None:
        assert parse_duration(added(f"{one} min", f"{other} min")) == pytest.approx(one + other)

    @given(st.integers(1, 2000), st.sampled_from([0.5, 1.25, 3]))
    def test_products_are_those_of_the_numbers_behind_them(self, number: int, factor: float) -> None:
        assert parse_share(multiplied(f"{number}%", factor), math.inf) == pytest.approx(number / 100 * factor)
        assert parse_rate(multiplied(f"{number}/week", factor)) == pytest.approx(number / 7 * factor)


class TestRotas:
    def test_shifts_are_added_to_each_kind_of_day(self) -> None:
        rota = added(
            {"weekday": "08:00-16:00=3", "weekend": 2, "bank_holiday": 0, "default": " 5 "}, "20:00-24:00=1"
        )
        assert rota == {
            "weekday": "08:00-16:00=3, 20:00-24:00=1",
            "weekend": "00:00-24:00=2, 20:00-24:00=1",
            "bank_holiday": "20:00-24:00=1",
            "default": "00:00-24:00=5, 20:00-24:00=1",
        }
        assert [on_duty(rota, hour) for hour in (9, 17, 21)] == [3, 0, 1]
        assert [on_duty(rota, hour, 5) for hour in (9, 21)] == [2, 3]

    def test_no_limit_and_a_shift_more_is_no_limit(self) -> None:
        rota = added({"weekday": "unlimited", "weekend": "08:00-16:00=2"}, "20:00-24:00=1")
        assert on_duty(rota, 9) == UNLIMITED
        assert on_duty(rota, 21) == UNLIMITED
        assert [on_duty(rota, hour, 5) for hour in (9, 21)] == [2, 1]

    def test_shifts_and_steps_stand_beside_each_other(self) -> None:
        rota = added({"default": "08:00-16:00=4", "then": [{"add": 1}]}, "16:00-20:00=2")
        assert rota == {"default": "08:00-16:00=4, 16:00-20:00=2", "then": [{"add": 1}]}
        assert [on_duty(rota, hour) for hour in (9, 17, 21)] == [5, 3, 0]

    def test_a_rota_in_one_text_stays_one_text(self) -> None:
        assert added("08:00-16:00=4", " 16:00-20:00=2") == "08:00-16:00=4,  16:00-20:00=2"
        assert on_duty(added("08:00-16:00=4", "16:00-20:00=2"), 17) == 2

    @pytest.mark.parametrize(
        ("value", "verb", "amount", "hours"),
        [
            ("08:00-16:00=4", "add", 1, {9: 5, 17: 0}),
            ("08:00-16:00=4", "add", -1, {9: 3}),
            ("8:00 to 16:00=4", "multiply", 1.5, {9: 6}),
            ({"weekday": 4, "weekend": 2}, "add", 2, {9: 6}),
            ({"default": "4"}, "multiply", 0.5, {9: 2}),
            ({"default": 4, "then": [{"add": 1}]}, "multiply", 2, {9: 10}),
            ({"default": 4, "then": {"multiply": 2}}, "add", 1, {9: 9}),
        ],
    )
    def test_steps_come_after_those_that_are_there(
        self, value: object, verb: str, amount: float, hours: dict[int, int]
    ) -> None:
        rota = added(value, amount) if verb == "add" else multiplied(value, amount)
        assert {hour: on_duty(rota, hour) for hour in hours} == hours

    def test_the_rota_that_was_there_is_not_altered(self) -> None:
        rota = {"default": 4, "then": [{"add": 1}]}
        added(rota, 1)
        multiplied(rota, 2)
        added(rota, "08:00-09:00=1")
        assert rota == {"default": 4, "then": [{"add": 1}]}

    @pytest.mark.parametrize(
        ("call", "told"),
        [
            (
                lambda: added("08:00-16:00", 1),
                "opening hours cannot be added to: write the new hours, such as 08:00-22:00",
            ),
            (
                lambda: multiplied({"weekday": "08:00-16:00"}, 2),
                "opening hours cannot be multiplied: write the new hours, such as 08:00-22:00",
            ),
            (
                lambda: added("08:00-16:00=3", "1 hour"),
                "1 hour cannot be added to a rota: add a whole number",
            ),
            (lambda: added({"weekday": 3}, 1.5), "1.5 cannot be added to a rota: add a whole number"),
            (
                lambda: added("08:00-16:00=3", "16:00-20:00"),
                "16:00-20:00 can only be added to a rota, and needs a number: 20:00-24:00=1",
            ),
            (
                lambda: added("08:00-16:00", "16:00-20:00=1"),
                "16:00-20:00=1 can only be added to a rota, and needs a number: 20:00-24:00=1",
            ),
            (
                lambda: added({"weekday": "always"}, "16:00-20:00=1"),
                "16:00-20:00=1 can only be added to a rota, and needs a number: 20:00-24:00=1",
            ),
        ],
    )
    def test_what_cannot_be_done_with_hours_is_answered(self, call: Callable[[], object], told: str) -> None:
        assert refusal(call) == told

    @given(st.integers(0, 20), st.integers(-5, 20))
    def test_more_people_are_on_every_shift(self, number: int, more: int) -> None:
        rota = added(f"08:00-16:00={number}, 18:00-20:00=3", more)
        expected = max(0, number + more) if number else 0
        assert on_duty(rota, 9) == expected
        assert on_duty(rota, 17) == 0
        assert on_duty(rota, 19) == max(0, 3 + more)


class TestDistributions:
    @pytest.mark.parametrize(
        "key", ["mean", "median", "p90", "low", "mode", "high", "value", "at_most", "sd"]
    )
    def test_every_length_is_multiplied_and_nothing_else(self, key: str) -> None:
        law = {
            key: "2 hours",
            "distribution": "gamma",
            "shape": 3,
            "stages": 2,
            "sigma": 0.5,
            "column": "los",
        }
        assert multiplied(law, 1.5) == {**law, key: "3 hours"}

    @pytest.mark.parametrize("key", ["mean", "median", "p90", "low", "mode", "high", "value", "at_most"])
    def test_every_place_is_moved_and_the_spread_is_kept(self, key: str) -> None:
        law = {key: "2 hours", "sd": "1 hour", "shape": 3}
        assert added(law, "-30 min") == {**law, key: "1.5 hours"}

    def test_observed_values_are_moved_and_multiplied_one_by_one(self) -> None:
        law = {"values": ["1 hour", "3 hours"]}
        assert added(law, "1 hour") == {"values": ["2 hours", "4 hours"]}
        assert multiplied(law, 3) == {"values": ["3 hours", "9 hours"]}
        assert law == {"values": ["1 hour", "3 hours"]}

    def test_parts_of_a_mixture_keep_their_shares(self) -> None:
        law = {
            "parts": [{"share": "70%", "mean": "2 days", "sd": "1 day"}, {"share": "rest", "value": "9 days"}]
        }
        assert multiplied(law, 2) == {
            "parts": [
                {"share": "70%", "mean": "4 days", "sd": "2 days"},
                {"share": "rest", "value": "18 days"},
            ]
        }
        assert added(law, "1 day") == {
            "parts": [
                {"share": "70%", "mean": "3 days", "sd": "1 day"},
                {"share": "rest", "value": "10 days"},
            ]
        }
        assert multiplied({"parts": [{"mean": "1 day"}]}, 2) == {"parts": [{"mean": "2 days"}]}

    def test_the_logarithm_of_the_median_moves_by_that_of_the_factor(self) -> None:
        law = {"distribution": "lognormal", "scale": "log", "unit": "hours", "mu": 0.5, "sigma": 1}
        once = multiplied(law, 4)
        assert math.exp(once["mu"]) == pytest.approx(4 * math.exp(0.5))
        assert multiplied(once, 0.25)["mu"] == pytest.approx(0.5)
        assert {key: once[key] for key in ("unit", "sigma")} == {"unit": "hours", "sigma": 1}

    @pytest.mark.parametrize(
        ("call", "told"),
        [
            (
                lambda: multiplied({"file": "stays.csv"}, 2),
                "observed values in a file cannot be multiplied: give mean and sd, or the values here",
            ),
            (
                lambda: multiplied({"mean": "1 day", "sd": "1 day"}, 0),
                "a distribution can only be multiplied by a number above 0",
            ),
            (
                lambda: added({"file": "stays.csv"}, "1 day"),
                "nothing can be added to this distribution: multiply it instead",
            ),
            (
                lambda: added({"scale": "log", "mu": 1, "sigma": 1}, "1 day"),
                "nothing can be added to this distribution: multiply it instead",
            ),
            (lambda: added({"mean": "1 day", "sd": "1 day"}, "-2 days"), "1 day less 2 days is below zero"),
            (
                lambda: added({"mean": "1 day", "sd": "1 day"}, 2),
                "2 has no unit: write 2 min, 2 hours or 2 days",
            ),
        ],
    )
    def test_what_cannot_be_done_is_answered(self, call: Callable[[], object], told: str) -> None:
        assert refusal(call) == told


class TestGroups:
    def test_a_table_is_changed_in_every_row_but_its_heading(self) -> None:
        table = {"by": "age", "0-17": "10%", "otherwise": {"by": "acuity", "1": "20%", "otherwise": "30%"}}
        assert multiplied(table, 2) == {
            "by": "age",
            "0-17": "20%",
            "otherwise": {"by": "acuity", "1": "40%", "otherwise": "60%"},
        }
        assert added({"by": "age", "0-17": 1, "otherwise": 2}, 0.5, whole=True) == {
            "by": "age",
            "0-17": 2,
            "otherwise": 3,
        }
        assert multiplied({"by": "age", "otherwise": 3}, 0.5, whole=True) == {"by": "age", "otherwise": 2}

    @pytest.mark.parametrize(
        ("group", "names"),
        [
            ({"beds": 3, "stay": "1 day"}, "beds, stay"),
            (dict.fromkeys("abcdef", 1), "a, b, c, d, e, f"),
            (dict.fromkeys("abcdefg", 1), "a, b, c, d, e, f, ..."),
        ],
    )
    def test_a_group_of_settings_is_answered_with_their_names(
        self, group: dict[str, Any], names: str
    ) -> None:
        for verb, call in (("multiply", lambda: multiplied(group, 2)), ("add to", lambda: added(group, 2))):
            expected = (
                f"this is a group of settings ({names}), so it is not clear which to {verb}: name one of them"
            )
            assert refusal(call) == expected


class TestBetween:
    @pytest.mark.parametrize(
        ("value", "target", "fraction", "result"),
        [
            (10, 20, 0, 10),
            (10, 20, 0.5, 15),
            (10, 20, 1, 20),
            (10, 20, 1.5, 20),  # never beyond
            (20, 10, 0.25, 17.5),
            ("2 days", "4 days", 0.5, "3 days"),
            ("10%", "30%", 0.75, "25%"),
            ("24/day", "2/hour", 0.5, "36/day"),
            (10, "anything", 1, "anything"),
        ],
    )
    def test_a_value_part_of_the_way_to_another(
        self, value: object, target: object, fraction: float, result: object
    ) -> None:
        assert blended(value, target, fraction) == result

    def test_counts_stay_whole_on_the_way(self) -> None:
        assert [blended(10, 12, part / 8, whole=True) for part in range(9)] == [
            10,
            10,
            11,
            11,
            11,
            11,
            12,
            12,
            12,
        ]

    @pytest.mark.parametrize(
        ("value", "target"),
        [({"mean": "1 day"}, "2 days"), ("2 days", {"mean": "1 day"}), ([1], 2), (1, [2])],
    )
    def test_groups_and_lists_do_not_move_gradually(self, value: object, target: object) -> None:
        told = refusal(lambda: blended(value, target, 0.5))
        assert told == "only single numbers can move gradually: use multiply or add, or shape: step"

    def test_words_and_units_that_differ_have_nothing_between_them(self) -> None:
        assert re.match("leave is no number", refusal(lambda: blended("leave", "home", 0.5)))
        assert re.match("5% is not a length", refusal(lambda: blended("2 days", "10%", 0.5)))
