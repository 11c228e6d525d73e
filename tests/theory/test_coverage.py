"""Does the interval of a difference hold the true difference as often as it says?

Paired experiments on a textbook queue whose true difference is known: mean wait in M/M/1 at
two rates of service, each experiment with ten replications of both on the same customers. Waits follow
Lindley's recursion and start from the stationary distribution, so that the mean wait is exact from the first
customer on.

Source: Lindley (1952), The theory of queues with a single server; Law, Simulation Modeling and Analysis.
"""

import numpy as np
import pytest

from flowsim.measures.compare.paired import paired

EXPERIMENTS, REPLICATIONS, CUSTOMERS = 3000, 10, 2000
FEW = 300
"""Of so many experiments the share covered is known to 1.3 points (one standard error); of all, to 0.4."""
ARRIVALS, SLOW, QUICK = 0.6, 1.0, 1.1
"""Customers a minute: arrivals, and the two rates of service."""


def mean_wait(arrivals: float, service: float) -> float:
    """Return the mean wait in M/M/1, minutes."""
    return arrivals / (service * (service - arrivals))


def simulated(seed: int, experiments: int = EXPERIMENTS) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean wait of every replication of each experiment, in both queues."""
    rng = np.random.default_rng(seed)
    size = experiments * REPLICATIONS
    rates = np.array([[SLOW], [QUICK]])
    waiting = rng.random(size) < ARRIVALS / rates  # the same luck in both queues, as everywhere in flowsim
    wait = waiting * rng.exponential(1.0, size) / (rates - ARRIVALS)
    total = np.zeros((2, size))
    for _ in range(CUSTOMERS):
        total += wait
        wait = np.maximum(
            wait + rng.exponential(1.0, size) / rates - rng.exponential(1 / ARRIVALS, size), 0.0
        )
    slow, quick = (total / CUSTOMERS).reshape(2, experiments, REPLICATIONS)
    return slow, quick


def covered(slow: np.ndarray, quick: np.ndarray, comparisons: int = 1) -> float:
    """Return the share of experiments whose interval holds the true difference."""
    true = mean_wait(ARRIVALS, QUICK) - mean_wait(ARRIVALS, SLOW)
    keys = [("wait_mean", "service", f"experiment {n}") for n in range(len(slow))]
    found = paired(
        keys, dict(zip(keys, slow, strict=True)), dict(zip(keys, quick, strict=True)), comparisons=comparisons
    )
    return float(np.mean([each.low <= true <= each.high for each in found]))


@pytest.fixture(scope="module")
def experiments() -> tuple[np.ndarray, np.ndarray]:
    return simulated(seed=1)


def test_both_queues_have_the_mean_wait_of_the_textbook(experiments: tuple[np.ndarray, np.ndarray]) -> None:
    for waits, service in zip(experiments, (SLOW, QUICK), strict=True):
        assert waits.mean() == pytest.approx(mean_wait(ARRIVALS, service), rel=0.01)


def test_the_interval_holds_the_true_difference_as_often_as_it_says(
    experiments: tuple[np.ndarray, np.ndarray],
) -> None:
    assert 0.94 <= covered(*experiments) <= 0.96


def test_so_it_does_in_three_hundred_experiments(experiments: tuple[np.ndarray, np.ndarray]) -> None:
    slow, quick = experiments
    assert 0.93 <= covered(slow[FEW : 2 * FEW], quick[FEW : 2 * FEW]) <= 0.97


def test_intervals_adjusted_for_twelve_comparisons_miss_less_often(
    experiments: tuple[np.ndarray, np.ndarray],
) -> None:
    assert covered(*experiments, comparisons=12) >= 0.98


def test_pairing_pays_in_the_textbook_queue(experiments: tuple[np.ndarray, np.ndarray]) -> None:
    slow, quick = experiments
    apart = slow.var(axis=1, ddof=1) + quick.var(axis=1, ddof=1)
    assert np.median((quick - slow).var(axis=1, ddof=1) / apart) < 0.1
