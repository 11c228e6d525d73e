"""V16 and V17: do patients come at the right rate, and do times follow the right laws?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import log, sqrt
from typing import Any

import numpy as np

from flowsim.sampling.blocks import Block
from flowsim.sampling.draws import Draws
from flowsim.sampling.feed import Feed
from flowsim.spec.distributions import parse_distribution
from flowsim.verify.case import Case, Check, Luck, Values, case, near
from flowsim.verify.files import queue
from flowsim.vocabulary import ATTRIBUTES

PATIENTS = 100_000


# -- arrivals ------------------------------------------------------------------------------------------


@case("V16", "Arrivals by hour: rates in steps, and a climb", "Poisson law of counts")
def arrivals(luck: Luck) -> Iterable[Check]:
    """Counts by hour: their mean, their variance, and no memory from one hour to the next."""
    steps = [1.0] * 8 + [4.0] * 8 + [2.0] * 8
    climb = [float(hour + 1) for hour in range(24)]
    yield from _counts("steps", steps, luck)
    yield from _counts("climb", climb, luck)


def _counts(name: str, weights: Sequence[float], luck: Luck) -> Iterator[Check]:
    days = luck.many(400)
    changes = {"demand.patients.profile": list(weights), "demand.patients.per_day": 240}
    changes |= {"time.horizon": f"{days} days", "time.warm_up": "0 days"}
    scenario = queue("mm1", luck.seed, changes)
    from flowsim.clock import Calendar

    feed = Feed(scenario, Calendar(scenario.calendar_start), scenario.end, Draws(luck.seed, 1))
    minutes = np.concatenate([cohort.times for cohort in feed])
    counts = np.bincount((minutes // 60.0).astype(int), minlength=24 * days).reshape(days, 24)
    rates = 240.0 * np.array(weights) / sum(weights)
    yield near(f"{name}: patients a day", 240.0, float(counts.sum() / days), sqrt(240.0 / days))
    for hour in (0, 7, 8, 15, 16, 23):
        yield near(
            f"{name}: patients from {hour:02}:00",
            float(rates[hour]),
            float(counts[:, hour].mean()),
            sqrt(rates[hour] / days),
        )
    deviations = (counts - rates) / np.sqrt(rates)
    error = sqrt((2.0 + float((1.0 / rates).mean())) / counts.size)
    yield near(f"{name}: index of dispersion", 1.0, float((deviations**2).mean()), error)
    flat = deviations.ravel()
    memory = float((flat[1:] * flat[:-1]).mean())
    yield near(f"{name}: correlation with the hour before", 0.0, memory, 1.0 / sqrt(flat.size))
    inside = minutes % 60.0
    if name == "steps":
        yield near(f"{name}: mean minute of the hour", 30.0, float(inside.mean()), 17.32 / sqrt(inside.size))


# -- laws ----------------------------------------------------------------------------------------------


def _laws() -> Iterator[tuple[str, Any, Any]]:
    """Yield, for each family, what a scenario says and the law that it means, from another library."""
    from scipy import stats

    spread = log(1.0 + (40.0 / 60.0) ** 2)
    yield (
        "lognormal by mean and sd",
        {"distribution": "lognormal", "mean": "60 min", "sd": "40 min"},
        stats.lognorm(sqrt(spread), scale=60.0 / sqrt(1.0 + (40.0 / 60.0) ** 2)),
    )
    yield (
        "lognormal by median and p90",
        {"distribution": "lognormal", "median": "30 min", "p90": "60 min"},
        stats.lognorm(log(2.0) / stats.norm.ppf(0.9), scale=30.0),
    )
    yield (
        "exponential",
        {"distribution": "exponential", "mean": "20 min"},
        stats.expon(scale=20.0),
    )
    yield (
        "gamma",
        {"distribution": "gamma", "mean": "40 min", "sd": "60 min"},
        stats.gamma((40.0 / 60.0) ** 2, scale=60.0**2 / 40.0),
    )
    yield (
        "erlang",
        {"distribution": "erlang", "mean": "30 min", "stages": 3},
        stats.gamma(3, scale=10.0),
    )
    yield (
        "weibull by median and p90",
        {"distribution": "weibull", "median": "30 min", "p90": "90 min"},
        stats.weibull_min(log(log(10) / log(2)) / log(3), scale=30.0 / log(2) ** (1 / _shape())),
    )
    yield (
        "triangular",
        {"distribution": "triangular", "low": "10 min", "mode": "20 min", "high": "60 min"},
        stats.triang(0.2, loc=10.0, scale=50.0),
    )
    yield (
        "pert",
        {"distribution": "pert", "low": "10 min", "mode": "20 min", "high": "60 min"},
        stats.beta(1.8, 4.2, loc=10.0, scale=50.0),
    )
    yield (
        "uniform",
        {"distribution": "uniform", "low": "5 min", "high": "25 min"},
        stats.uniform(5.0, 20.0),
    )


def _shape() -> float:
    return log(log(10) / log(2)) / log(3)


@case("V17", "Every family of lengths of time", "closed forms")
def laws(luck: Luck) -> Iterable[Check]:
    """Draws of patients: mean, standard deviation and the shares below exact quantiles."""
    draws = Draws(luck.seed, 1)
    block = _crowd(draws, PATIENTS * luck.effort)
    for name, written, law in _laws():
        drawn = np.frombuffer(draws.duration(f"verify.{name}", parse_distribution(written)).column(block))
        yield from _follows(name, drawn, law)


def _crowd(draws: Draws, patients: int) -> Block:
    attrs = {name: np.zeros(patients, dtype=np.int8) for name in ATTRIBUTES}
    return Block.of_patients(draws, "verify", attrs, base=0)


def _follows(name: str, drawn: Values, law: Any) -> Iterator[Check]:
    n, mean, sd = drawn.size, float(law.mean()), float(law.std())
    fourth = float(law.expect(lambda x: (x - mean) ** 4))
    yield near(f"{name}: mean, min", mean, float(drawn.mean()), sd / sqrt(n))
    yield near(f"{name}: sd, min", sd, float(drawn.std()), sqrt(max(fourth - sd**4, 0.0) / n) / (2.0 * sd))
    for p in (0.1, 0.5, 0.9):
        below = float((drawn <= float(law.ppf(p))).mean())
        yield near(f"{name}: share below the {p:.0%} quantile", p, below, sqrt(p * (1.0 - p) / n))


CASES: tuple[Case, ...] = (arrivals, laws)
