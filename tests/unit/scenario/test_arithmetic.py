"""Adding to and multiplying values as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.clock import parse_rota
from flowsim.scenario.arithmetic import added, blended, multiplied
from flowsim.units import parse_duration


@pytest.mark.parametrize(
    ("value", "factor", "result"),
    [
        (24, 1.5, 36),
        (161, 1.05, 169.05),
        (0.1, 3, 0.3),
        ("24", 2, 48),
        ("2 days", 1.5, "3 days"),
        ("45 min", 2, "1.5 hours"),
        ("80%", 1.1, "88%"),
        ("14/day", 0.5, "7/day"),
        ("unlimited", 2, "unlimited"),
        (5, 0, 0),
        ({"mean": "4 days", "sd": "6 days"}, 0.5, {"mean": "2 days", "sd": "3 days"}),
        (
            {"mean": "1 h", "sd": "2 h", "at_most": "9 h"},
            2,
            {"mean": "2 hours", "sd": "4 hours", "at_most": "18 hours"},
        ),
        ({"median": "1 hour", "p90": "3 hours"}, 2, {"median": "2 hours", "p90": "6 hours"}),
        ({"values": ["1 day", "2 days"]}, 2, {"values": ["2 days", "4 days"]}),
        (
            {"by": "age", "0-17": "1 h", "otherwise": "9%"},
            2,
            {"by": "age", "0-17": "2 hours", "otherwise": "18%"},
        ),
    ],
)
def test_a_written_value_is_multiplied_in_its_own_unit(value: object, factor: float, result: object) -> None:
    assert multiplied(value, factor) == result


@pytest.mark.parametrize(("factor", "beds"), [(1.1, 26), (1.0625, 26), (1.02, 24), (0.5, 12), (0.4792, 12)])
def test_counts_are_rounded_half_up(factor: float, beds: int) -> None:
    assert multiplied(24, factor, whole=True) == beds


@pytest.mark.parametrize(
    ("value", "amount", "result"),
    [
        (24, 6, 30),
        (24, -4, 20),
        ("2 days", "6 hours", "2.25 days"),
        ("2 days", "-6 hours", "1.75 days"),
        ("80%", "5%", "85%"),
        ("14/day", "1/hour", "38/day"),
        ("07:30", "1 hour", "08:30"),
        ("23:30", "-30 min", "23:00"),
        ("unlimited", 5, "unlimited"),
        ({"mean": "4 days", "sd": "6 days"}, "1 day", {"mean": "5 days", "sd": "6 days"}),
        ({"by": "age", "0-17": 1, "otherwise": 2}, 3, {"by": "age", "0-17": 4, "otherwise": 5}),
    ],
)
def test_an_amount_is_added_in_the_values_unit(value: object, amount: object, result: object) -> None:
    assert added(value, amount) == result


def test_a_mixture_carries_the_change_into_its_parts() -> None:
    law = {
        "parts": [
            {"share": "70%", "mean": "2 days", "sd": "2 days"},
            {"share": "30%", "mean": "9 days", "sd": "9 days"},
        ]
    }
    assert multiplied(law, 2)["parts"][1] == {"share": "30%", "mean": "18 days", "sd": "18 days"}


def test_log_scale_parameters_move_by_the_logarithm() -> None:
    law = multiplied(
        {"distribution": "lognormal", "scale": "log", "mu": 1.0, "sigma": 0.5, "unit": "days"}, 2
    )
    assert law["mu"] == pytest.approx(1.0 + 0.6931471805599453)
    assert law["sigma"] == 0.5


def test_a_rota_gets_more_or_fewer_on_every_shift() -> None:
    rota = parse_rota(added("08:00-16:00=3, 16:00-22:00=2", 1))
    assert rota.hours_per_week() == 7 * (8 * 4 + 6 * 3)
    rota = parse_rota(multiplied({"weekday": "08:00-16:00=4", "weekend": "08:00-16:00=2"}, 1.5))
    assert rota.hours_per_week() == 5 * 8 * 6 + 2 * 8 * 3


def test_changes_of_a_rota_follow_each_other() -> None:
    rota = parse_rota(added(multiplied("08:00-16:00=4", 2), 1))
    assert rota.hours_per_week() == 7 * 8 * 9


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: multiplied("08:00-20:00", 2), "opening hours cannot be multiplied"),
        (lambda: multiplied({"weekday": "always"}, 2), "opening hours cannot be multiplied"),
        (lambda: multiplied("07:30", 2), "is a time of day and cannot be multiplied"),
        (lambda: multiplied("East Kent", 2), "East Kent is no number and cannot be multiplied"),
        (lambda: multiplied(True, 2), "true cannot be multiplied"),
        (lambda: multiplied({"beds": 3, "stay": "1 day"}, 2), r"this is a group of settings \(beds, stay\)"),
        (lambda: multiplied({"file": "a.csv"}, 2), "observed values in a file cannot be multiplied"),
        (lambda: multiplied({"mean": "1 day", "sd": "1 day"}, 0), "only be multiplied by a number above 0"),
        (lambda: multiplied(1e300, 1e300), "too large"),
        (lambda: added("2 days", 6), "6 has no unit"),
        (lambda: added(24, "2 days"), "2 days cannot be added to 24, which has no unit"),
        (lambda: added("1 hour", "-2 hours"), "1 hour less 2 hours is below zero"),
        (lambda: added("23:30", "1 hour"), "lies outside the day"),
        (lambda: added("08:00-16:00=3", 0.5), "add a whole number"),
        (lambda: added([1], 2), "nothing can be added to a list"),
        (lambda: added("ward", 2), "ward is no number"),
    ],
)
def test_what_cannot_be_done_is_explained(call: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_value_moves_part_of_the_way() -> None:
    assert blended("2 days", "4 days", 0.25) == "2.5 days"
    assert blended(10, 20, 0.33, whole=True) == 13
    assert blended(10, 20, 1.0) == 20
    with pytest.raises(ValueError, match="only single numbers can move gradually"):
        blended({"mean": "1 day", "sd": "1 day"}, "2 days", 0.5)


@given(st.integers(1, 100_000), st.sampled_from([0.25, 0.5, 2, 4, 1.5]))
def test_a_length_multiplied_is_the_length_times_the_factor(minutes: int, factor: float) -> None:
    assert parse_duration(multiplied(f"{minutes} min", factor)) == pytest.approx(minutes * factor)
