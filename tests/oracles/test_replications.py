"""sim-tools as another opinion on the number of replications.

Its `ReplicationsAlgorithm` is the published algorithm (Hoad, Robinson and Davies 2010) by other authors. It
works on one output at a time and adds replications one by one; ours judges arrays, several measures at once.
With the same values both must name the same number, as long as the look-ahead does not depend on it (up to
100 replications: beyond, sim-tools lets it grow with the replications done, and ours with the answer).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.experiment.precision import Precision, precision_reached, replications_needed

tools = pytest.importorskip("sim_tools.output_analysis", reason="sim-tools is not installed")

Columns = dict[str, list[float]]


class Model:
    """A model whose replications are known beforehand."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def single_run(self, replication_number: int) -> dict[str, float]:
        return {name: values[replication_number] for name, values in self.columns.items()}


def theirs(columns: Columns, rule: Precision) -> dict[str, int | None]:
    """Return the number of replications that sim-tools gives each output; None if it was not reached."""
    algorithm = tools.ReplicationsAlgorithm(
        alpha=1.0 - rule.level,
        half_width_precision=rule.target,
        initial_replications=rule.least,
        look_ahead=rule.look_ahead,
        replication_budget=int(0.8 * len(next(iter(columns.values())))),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a precision was not reached is told with a warning
        found, _ = algorithm.select(Model(columns), list(columns))
    return {name: None if number is None else int(number) for name, number in found.items()}


def values(seed: int, mean: float, spread: float, count: int = 300) -> list[float]:
    """Return so many replications of a measure."""
    return np.random.default_rng(seed).normal(mean, spread * mean, count).tolist()


@pytest.mark.parametrize("target", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("spread", [0.05, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_both_name_the_same_number(target: float, spread: float, seed: int) -> None:
    column = values(seed, 100.0, spread)
    rule = Precision(target=target)
    ours = replications_needed([column], rule)
    other = theirs({"waits": column}, rule)["waits"]
    assert ours is not None
    if ours <= 95:
        assert ours == max(other or 0, rule.least)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    spread=st.floats(0.02, 0.25),
    target=st.sampled_from([0.05, 0.1, 0.15]),
    least=st.integers(3, 10),
    ahead=st.integers(1, 8),
    level=st.sampled_from([0.9, 0.95, 0.99]),
)
def test_both_name_the_same_number_whatever_is_asked(  # noqa: PLR0917 - hypothesis draws them
    seed: int, spread: float, target: float, least: int, ahead: int, level: float
) -> None:
    column = values(seed, 50.0, spread, 120)
    rule = Precision(target=target, least=least, look_ahead=ahead, level=level)
    ours = replications_needed([column], rule)
    other = theirs({"waits": column}, rule)["waits"]
    if ours is None or ours + ahead > 100:
        return  # the look-ahead of the two differs from here on
    assert ours == max(other or 0, least)


@pytest.mark.parametrize("seed", range(4))
def test_several_measures_need_at_least_what_the_most_demanding_needs(seed: int) -> None:
    """sim-tools judges each output alone; all must hold together for ours."""
    columns = {f"measure {i}": values(10 * seed + i, 100.0, 0.05 + 0.08 * i) for i in range(3)}
    rule = Precision(target=0.1)
    together = replications_needed(list(columns.values()), rule)
    alone = theirs(columns, rule)
    assert together is not None
    assert together >= max(number for number in alone.values() if number is not None)


def test_both_give_up_when_the_precision_is_out_of_reach() -> None:
    column = values(1, 10.0, 2.0, 40)
    rule = Precision(target=0.01)
    assert replications_needed([column], rule) is None
    assert theirs({"waits": column}, rule) == {"waits": None}


def test_the_precision_after_each_replication_is_the_same() -> None:
    """The relative half-width of sim-tools' running statistics, replication by replication."""
    column = values(7, 20.0, 0.3, 50)
    ours = precision_reached(np.array(column)[:, None])[:, 0]
    statistics: Any = tools.OnlineStatistics(data=np.array(column[:3]), alpha=0.05)
    for n in range(3, 50):
        statistics.update(column[n])
        assert ours[n] == pytest.approx(statistics.deviation, rel=1e-9)
