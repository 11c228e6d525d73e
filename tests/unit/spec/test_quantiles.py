"""Quantile functions in bulk: exact where there is a formula, and close where there is a table."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from scipy import special

from flowsim.spec import quantiles as q
from flowsim.spec.distributions import parse_distribution

RNG = np.random.default_rng(12)
TAILS = 10.0 ** RNG.uniform(-15, -1, 4000)
U = np.concatenate([RNG.random(20_000), TAILS, 1.0 - TAILS, [2.0**-53, 0.5, 1.0 - 2.0**-53]])
U = np.sort(U[(U > 0.0) & (U < 1.0)])


def exact_gamma(shape: float) -> Any:
    return np.where(U < 0.5, special.gammaincinv(shape, U), special.gammainccinv(shape, 1.0 - U))


def test_shares_of_the_normal_are_the_same_for_a_few_numbers_as_for_many() -> None:
    z = np.linspace(-37.0, 37.0, 741)
    many = q.normal_cdf(z)
    assert many == pytest.approx(special.ndtr(z), rel=1e-15, abs=0.0)
    few = np.array([float(q.normal_cdf(np.asarray(each))) for each in z])
    assert few == pytest.approx(many, rel=1e-12, abs=0.0)
    ends = q.normal_cdf(np.array([[-math.inf, 0.0], [math.inf, math.nan]]))
    assert ends.ravel()[:3].tolist() == [0.0, 0.5, 1.0]
    assert math.isnan(ends[1, 1])


@pytest.mark.parametrize(
    ("shape", "error"), [(0.2, 2e-5), (0.5, 1e-6), (1, 1e-7), (2.5, 1e-7), (40, 1e-8), (5000, 1e-9)]
)
def test_the_gamma_table_is_exact_to_many_digits_in_the_middle_and_in_both_tails(
    shape: float, error: float
) -> None:
    exact = exact_gamma(shape)
    visible = exact > 1e-200
    assert np.abs(q.gamma_table(shape).at(U)[visible] / exact[visible] - 1.0).max() < error


@pytest.mark.parametrize("shape", [0.02, 0.05, 0.3, 3.0, 300.0])
def test_the_gamma_table_displaces_nobody_by_more_than_a_fifty_thousandth(shape: float) -> None:
    assert np.abs(special.gammainc(shape, q.gamma_table(shape).at(U)) - U).max() < 2e-5


@pytest.mark.parametrize(("alpha", "beta"), [(1, 5), (5, 1), (3, 3), (1.2, 4.8), (4.99, 1.01)])
def test_the_beta_table_is_exact_to_eight_digits(alpha: float, beta: float) -> None:
    exact = special.betaincinv(alpha, beta, U)
    assert np.abs(q.beta_table(alpha, beta).at(U) - exact).max() < 1e-8


@pytest.mark.parametrize("table", [q.gamma_table(0.05), q.gamma_table(7.0), q.beta_table(1.2, 4.8)])
def test_tables_never_turn_back(table: q.QuantileTable) -> None:
    fine = np.sort(np.concatenate([U, np.linspace(0.3, 0.3001, 5000)]))
    assert (np.diff(table.at(fine)) >= 0.0).all()


def test_a_table_is_scaled_and_moved() -> None:
    table = q.beta_table(2, 3)
    assert table.at(0.3, 10.0, 5.0) == 5.0 + 10.0 * table.at(0.3)
    scales = np.array([1.0, 2.0, 3.0])
    assert table.at(np.full(3, 0.3), scales).tolist() == (scales * table.at(0.3)).tolist()


def test_tables_of_one_shape_are_made_once() -> None:
    assert q.gamma_table(1.5) is q.gamma_table(1.5)


def test_a_jump_stays_a_jump() -> None:
    table = q.QuantileTable(lambda u, _: np.where(u < 0.3, 1.0, 9.0), breaks=[0.3])
    assert set(table.at(U).tolist()) == {1.0, 9.0}
    assert (table.at(U[U < 0.3]) == 1.0).all()
    assert (table.at(U[U > 0.3]) == 9.0).all()


def test_a_bend_stays_a_bend() -> None:
    table = q.QuantileTable(lambda u, _: np.maximum(0.0, u - 0.4), breaks=[0.4])
    assert table.at(U) == pytest.approx(np.maximum(0.0, U - 0.4), abs=1e-6)
    assert (table.at(U[U < 0.4]) == 0.0).all()


def test_jumps_side_by_side_and_at_the_very_ends_do_no_harm() -> None:
    breaks = [0.0, 1e-300, 0.5, 0.5 + 1e-13, 0.7, 1.0]
    table = q.QuantileTable(lambda u, _: np.floor(u * 10), breaks=breaks)
    drawn = table.at(U)
    assert np.isfinite(drawn).all()
    assert (np.diff(drawn) >= 0.0).all()


def test_a_steep_stretch_is_followed_when_given_more_points() -> None:
    def steep(u: Any, rest: Any) -> Any:
        return np.log(u / rest) + 50.0 * special.expit((u - 0.37) * 5000.0)

    near = np.linspace(0.365, 0.375, 2001)
    coarse = np.abs(q.QuantileTable(steep).at(near) - steep(near, 1 - near)).max()
    fine = np.abs(
        q.QuantileTable(steep, more=np.linspace(0.36, 0.38, 4000)).at(near) - steep(near, 1 - near)
    ).max()
    assert fine < 1e-3 < coarse


PERT = {"distribution": "pert", "low": "2 min", "mode": "3 min", "high": "9 min"}
MIXTURES: list[list[tuple[str, Any]]] = [
    [("40%", {"mean": "1 h", "sd": "1 h"}), ("60%", {"mean": "90 h", "sd": "14 h"})],
    [("30%", {"value": "10 min"}), ("70%", {"mean": "2 h", "sd": "1 h", "at_most": "4 h"})],
    [("50%", {"low": "1 h", "high": "2 h"}), ("50%", {"low": "5 h", "high": "6 h"})],
    [("1%", {"value": "0 min"}), ("99%", {"mean": "2 days", "sd": "3 days"})],
    [("50%", {"values": ["1 min", "7 min"]}), ("50%", PERT)],
]


@pytest.mark.parametrize("parts", MIXTURES)
def test_a_mixture_displaces_nobody_by_more_than_a_thirty_thousandth(parts: list[tuple[str, Any]]) -> None:
    law = parse_distribution({"parts": [{"share": share, **part} for share, part in parts]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = law.ppf(U)
    assert (law.cdf(drawn * (1 - 1e-12) - 1e-12) <= U + 3e-5).all()
    assert (law.cdf(drawn * (1 + 1e-12) + 1e-12) >= U - 3e-5).all()


def test_normal_quantiles() -> None:
    assert q.normal(0.9) == pytest.approx(q.Z90, abs=1e-15)
    assert q.normal(0.5) == 0.0


def test_the_formulas_against_their_inverses() -> None:
    assert -np.expm1(-q.exponential(U, 7.0) / 7.0) == pytest.approx(U)
    assert special.ndtr((np.log(q.lognormal(U, 1.0, 0.5)) - 1.0) / 0.5) == pytest.approx(U)
    assert -np.expm1(-((q.weibull(U, 3.0, 0.5) / 3.0) ** 2)) == pytest.approx(U)
    assert (q.uniform(U, 2.0, 4.0) - 2.0) / 4.0 == pytest.approx(U)
    assert set(q.constant(U, 3.0).tolist()) == {3.0}
    drawn = q.triangular(U, 1.0, 2.0, 5.0)
    below = np.where(drawn < 2.0, (drawn - 1) ** 2 / 4, 1 - (5 - drawn) ** 2 / 12)
    assert below == pytest.approx(U)


def test_parameters_may_differ_from_row_to_row() -> None:
    means = np.array([1.0, 10.0, 100.0])
    u = np.array([0.2, 0.5, 0.9])
    assert q.exponential(u, means).tolist() == [q.exponential(x, m) for x, m in zip(u, means, strict=True)]


def test_inversion_finds_where_a_function_reaches_a_level() -> None:
    found = q.invert(lambda x: x**2, np.array([0.25, 4.0, 1e-8]), 0.0, 10.0)
    assert found == pytest.approx([0.5, 2.0, 1e-4])
    assert float(q.invert(lambda x: np.where(x >= 3.0, 1.0, 0.0), 0.5, 0.0, 10.0)) == pytest.approx(3.0)
    assert math.isclose(float(q.invert(lambda x: x, 0.3, 0.0, 1.0)), 0.3)
