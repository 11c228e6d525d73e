"""From values to points, scores and levels."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.policies.escalation.scoring import PARAMETERS, Ladder, Scorer
from flowsim.spec.escalation import Parameters

HOUR = 60.0
SCORES = st.lists(st.floats(0, 12), min_size=1, max_size=120)


def parameters(**bands: list[dict[str, object]]) -> Parameters:
    return Parameters.model_validate(bands)


def values(**given: float) -> list[float]:
    return [given.get(name, nan) for name in PARAMETERS]


TWO = parameters(
    handover=[{"above": "15 min", "points": 2}, {"above": "30 min", "points": 5}],
    within_4_hours=[{"below": "78%", "points": 1}, {"below": "50%", "points": 3}],
)


@pytest.mark.parametrize(
    ("minutes", "points"), [(0.0, 0), (15.0, 0), (15.01, 2), (30.0, 2), (31.0, 5), (9999.0, 5), (nan, 0)]
)
def test_a_band_begins_above_its_limit(minutes: float, points: float) -> None:
    assert Scorer(TWO).points(values(handover=minutes)) == points


@pytest.mark.parametrize(("share", "points"), [(1.0, 0), (0.78, 0), (0.77, 1), (0.5, 1), (0.49, 3), (0.0, 3)])
def test_low_shares_within_four_hours_score(share: float, points: float) -> None:
    assert Scorer(TWO).points(values(within_4_hours=share)) == points


def test_points_of_all_parameters_add_up() -> None:
    assert Scorer(TWO).points(values(handover=20.0, within_4_hours=0.6)) == 3
    assert Scorer(TWO).most == 8


def test_a_scope_without_ambulances_is_scored_on_the_rest() -> None:
    scorer = Scorer(TWO)
    known = [name != "handover" for name in PARAMETERS]
    assert scorer.weight([True] * len(PARAMETERS)) == 1.0
    assert scorer.weight(known) * scorer.points(values(within_4_hours=0.1)) == scorer.most
    assert scorer.weight([False] * len(PARAMETERS)) == 0.0


@given(st.floats(0, 200), st.floats(0, 200))
def test_more_pressure_never_scores_less(one: float, other: float) -> None:
    scorer = Scorer(TWO)
    low, high = sorted((one, other))
    assert scorer.points(values(handover=low)) <= scorer.points(values(handover=high))
    assert scorer.points(values(within_4_hours=high / 200)) <= scorer.points(values(within_4_hours=low / 200))


# -- levels ------------------------------------------------------------------------------------------------


def climb(scores: list[float], margin: float = 1.0, hold: float = 6 * HOUR) -> list[int]:
    """Return the level after each of the hourly scores."""
    ladder = Ladder((3.0, 6.0, 9.0), margin, hold)
    return [ladder.step(hour * HOUR, score) for hour, score in enumerate(scores)]


def test_without_margin_and_hold_the_level_is_that_of_the_score() -> None:
    scores = [0.0, 2.9, 3.0, 5.9, 6.0, 9.0, 12.0, 3.0, 0.0]
    assert climb(scores, 0.0, 0.0) == [1, 1, 2, 2, 3, 4, 4, 2, 1]


def test_a_level_rises_at_once_and_by_as_much_as_it_must() -> None:
    assert climb([0.0, 10.0]) == [1, 4]


def test_a_level_falls_only_after_a_while() -> None:
    assert climb([4.0] + [0.0] * 7) == [2, 2, 2, 2, 2, 2, 1, 1]


def test_a_level_falls_only_with_some_distance() -> None:
    assert climb([4.0, *[2.5] * 20]) == [2] * 21
    assert climb([4.0, *[1.9] * 20])[-1] == 1


def test_a_level_may_fall_by_several_at_once() -> None:
    assert climb([12.0] + [0.0] * 6) == [4] * 6 + [1]


@given(SCORES, st.floats(0, 3), st.integers(0, 24))
def test_levels_do_not_flap(scores: list[float], margin: float, hold: int) -> None:
    """No level is lowered within the hold of any change, nor at a score near its beginning."""
    levels = climb(scores, margin, hold * HOUR)
    changed = -inf
    for hour, (before, after) in enumerate(pairwise(levels), start=1):
        if after < before:
            assert hour - changed >= hold
            assert scores[hour] + margin < (3.0, 6.0, 9.0)[before - 2]
        if after != before:
            changed = hour
    falls = sum(after < before for before, after in pairwise(levels))
    assert falls * max(hold, 1) <= len(levels) + hold


@given(SCORES, st.floats(0, 3), st.integers(0, 24))
def test_a_level_is_never_below_that_of_the_score(scores: list[float], margin: float, hold: int) -> None:
    plain = climb(scores, 0.0, 0.0)
    steady = climb(scores, margin, hold * HOUR)
    assert all(one >= other for one, other in zip(steady, plain, strict=True))
    assert max(steady) == max(plain)
