"""The number of replications: judged as published, worked by hand, and for several measures."""

import numpy as np
import pytest
from scipy import stats

from flowsim.experiment.precision import (
    Precision,
    half_widths,
    headline,
    judge,
    precision_reached,
    replications_needed,
)


def test_half_widths_are_those_of_the_t_interval() -> None:
    values = np.random.default_rng(1).normal(1000.0, 3.0, size=(12, 3))
    widths = half_widths(values, 0.95)
    for n in range(2, 13):
        expected = stats.t.ppf(0.975, n - 1) * values[:n].std(axis=0, ddof=1) / np.sqrt(n)
        np.testing.assert_allclose(widths[n - 1], expected, rtol=1e-9)
    assert np.isinf(widths[0]).all()


def test_half_widths_keep_their_digits_about_a_large_mean() -> None:
    values = 1e9 + np.array([[1.0], [2.0], [3.0], [4.0]])
    expected = stats.t.ppf(0.975, 3) * np.std([1, 2, 3, 4], ddof=1) / 2
    assert half_widths(values)[-1, 0] == pytest.approx(expected, rel=1e-6)


def test_a_value_that_is_not_known_is_left_out() -> None:
    values = np.array([[1.0], [np.nan], [3.0], [2.0]])
    expected = stats.t.ppf(0.975, 2) * np.std([1, 3, 2], ddof=1) / np.sqrt(3)
    assert half_widths(values)[-1, 0] == pytest.approx(expected)


def test_precision_is_relative_to_the_mean_or_to_the_floor() -> None:
    values = np.array([[100.0, 0.001], [102.0, 0.003], [98.0, 0.002]])
    widths = half_widths(values)[-1]
    reached = precision_reached(values, floors=np.array([0.0, 0.2]))[-1]
    np.testing.assert_allclose(reached, [widths[0] / 100.0, widths[1] / 0.2])


def test_a_measure_that_does_not_vary_is_precise() -> None:
    assert precision_reached(np.zeros((4, 1)))[-1, 0] == 0.0


def test_enough_is_the_first_precise_number_that_stays_so_through_the_look_ahead() -> None:
    steady = [10.0, 10.1, 9.9, 10.0, 10.05, 9.95, 10.0, 10.0, 10.0, 10.0]
    rule = Precision(target=0.05, look_ahead=5)
    verdict = judge(np.array(steady)[:, None], rule)
    assert (verdict.enough, verdict.used) == (3, 8)
    assert judge(np.array(steady[:7])[:, None], rule).enough is None


def test_a_precision_that_is_lost_again_does_not_count() -> None:
    values = [10.0, 10.1, 9.9, 16.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0] + [10.0, 10.1] * 60
    rule = Precision(target=0.05, look_ahead=5)
    verdict = judge(np.array(values)[:, None], rule)
    assert verdict.enough is not None
    assert verdict.enough > 8
    reached = precision_reached(np.array(values)[:, None])[:, 0]
    assert (reached[verdict.enough - 1 : verdict.enough + 5] <= 0.05).all()
    assert reached[verdict.enough - 2] > 0.05


def test_every_measure_must_be_precise() -> None:
    random = np.random.default_rng(3)
    easy, hard = random.normal(100, 1, 200), random.normal(100, 30, 200)
    rule = Precision(target=0.10)
    together = replications_needed([easy, hard], rule)
    assert together == replications_needed([hard], rule)
    assert together is not None
    assert together > (replications_needed([easy], rule) or 0)


def test_the_answer_does_not_change_when_more_replications_follow() -> None:
    values = np.random.default_rng(5).normal(100, 20, (300, 2))
    rule = Precision(target=0.05)
    verdict = judge(values, rule)
    assert verdict.enough is not None
    for extra in (0, 1, 40):
        assert judge(values[: verdict.used + extra], rule) == verdict
    assert judge(values[: verdict.used - 1], rule).enough is None


def test_the_look_ahead_grows_in_proportion_beyond_100_replications() -> None:
    rule = Precision(look_ahead=5)
    assert [rule.ahead(n) for n in (3, 100, 120, 400)] == [5, 5, 6, 20]


def test_the_headline_is_a_mean_and_a_half_width() -> None:
    values = [{"wait": 10.0, "rare": 1.0}, {"wait": 12.0}, {"wait": 14.0, "never": float("nan")}]
    found = headline(values)
    assert found["wait"] == (pytest.approx(12.0), pytest.approx(stats.t.ppf(0.975, 2) * 2 / np.sqrt(3)))
    assert found["rare"] == (1.0, None)
    assert "never" not in found


def test_one_replication_has_no_interval() -> None:
    assert headline([{"wait": 10.0}]) == {"wait": (10.0, None)}
