"""V16, V17 and V29: do patients come at the right rate, are times and patients as they should be?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from math import log, sqrt
from typing import Any

import numpy as np

from flowsim.clock import Calendar
from flowsim.kernel import Patient
from flowsim.sampling.arrivals import BLOCK_MINUTES, block_of, block_start
from flowsim.sampling.blocks import Block
from flowsim.sampling.draws import Draws
from flowsim.sampling.feed import Feed
from flowsim.spec.distributions import parse_distribution
from flowsim.spec.groups import Branch, ByGroup
from flowsim.verify.case import Case, Check, Luck, Values, case, near, none_of
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
    yield from _weekdays(luck)
    yield from _busy_days(luck)
    yield from _four_weeks(luck)


def _moments(changes: Mapping[str, Any], luck: Luck, days: int) -> tuple[Values, Calendar]:
    """Return the minute at which everybody comes in a run of so many days, and its calendar."""
    settings = {"time.horizon": f"{days} days", "time.warm_up": "0 days", **changes}
    scenario = queue("mm1", luck.seed, settings)
    calendar = Calendar(scenario.calendar_start)
    feed = Feed(scenario, calendar, scenario.end, Draws(luck.seed, 1))
    return np.concatenate([cohort.times for cohort in feed]), calendar


def _counts(name: str, weights: Sequence[float], luck: Luck) -> Iterator[Check]:
    days = luck.many(400)
    changes = {"demand.patients.profile": list(weights), "demand.patients.per_day": 240}
    minutes, _ = _moments(changes, luck, days)
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


def _weekdays(luck: Luck) -> Iterator[Check]:
    """Half as many on Saturdays, nobody on Sundays, three times as many on bank holidays."""
    days = 7 * luck.many(60)
    factors = {"saturday": 0.5, "sunday": 0.0}
    changes = {"demand.patients.weekdays": factors, "demand.patients.bank_holiday": 3}
    minutes, calendar = _moments({**changes, "demand.patients.per_day": 100}, luck, days)
    counts = np.bincount((minutes // 1440.0).astype(int), minlength=days)
    dates = [calendar.start.date() + timedelta(days=day) for day in range(days)]
    special = np.array([date in calendar.bank_holidays for date in dates])
    weekday = np.array([date.weekday() for date in dates])
    for name, rows, rate in (
        ("on a Monday", ~special & (weekday == 0), 100.0),
        ("on a Saturday", ~special & (weekday == 5), 50.0),
        ("on a bank holiday", special, 300.0),
    ):
        error = sqrt(rate / int(rows.sum()))
        yield near(f"patients {name}", rate, float(counts[rows].mean()), error)
    yield none_of("patients on Sundays", int(counts[~special & (weekday == 6)].sum()))


def _busy_days(luck: Luck) -> Iterator[Check]:
    """Whole days busier or quieter by 20%: counts by day follow a negative binomial law."""
    from scipy import stats

    days, mean, size = luck.many(1000), 240.0, 1.0 / 0.2**2
    changes = {"demand.patients.day_variation": "20%", "demand.patients.per_day": mean}
    minutes, _ = _moments(changes, luck, days)
    counts = np.bincount((minutes // 1440.0).astype(int), minlength=days)
    law = stats.nbinom(size, size / (size + mean))
    variance, excess = float(law.var()), float(law.stats("k"))
    error = variance * sqrt((2.0 + excess) / days)
    yield near("busy days: patients a day", mean, float(counts.mean()), sqrt(variance / days))
    yield near("busy days: variance by day", variance, float(((counts - mean) ** 2).mean()), error)


def _four_weeks(luck: Luck) -> Iterator[Check]:
    """Totals of the four weeks for which patients are made at a time: their number is left to chance too."""
    blocks = luck.many(300)
    minutes, calendar = _moments({"demand.patients.per_day": 12}, luck, 28 * (blocks + 1))
    begins = block_start(calendar, block_of(calendar, 0.0) + 1)
    which = ((minutes - begins) // BLOCK_MINUTES).astype(int)
    counts = np.bincount(which[(which >= 0) & (which < blocks)], minlength=blocks)
    mean = 12.0 * 28
    dispersion = float(((counts - mean) ** 2).mean() / mean)
    yield near("four weeks: index of dispersion", 1.0, dispersion, sqrt((2.0 + 1.0 / mean) / blocks))
    days = (minutes - begins)[(which >= 0) & (which < blocks)] % BLOCK_MINUTES / 1440.0
    yield near("four weeks: mean day of arrival", 14.0, float(days.mean()), 28.0 / sqrt(12.0 * days.size))


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
    yield none_of("values that differ when asked for one by one", _asked_singly(luck))
    yield from _cut_off(draws, block)
    yield from _by_group(luck)


def _asked_singly(luck: Luck) -> int:
    """Return how many of the first patients get another value than when everybody's are drawn at once."""
    draws = Draws(luck.seed, 1)
    block = _crowd(draws, PATIENTS)
    differ = 0
    for name, written, _ in _laws():
        draw = draws.duration(f"verify.{name}", parse_distribution(written))
        alone = [draw.of(Patient(block, row)) for row in range(10)]
        differ += sum(one != same for one, same in zip(alone, draw.column(block)[:10], strict=True))
    return differ


def _cut_off(draws: Draws, block: Block) -> Iterator[Check]:
    """No longer than 100 minutes: the rest of the law is as before, and what was longer lasts just that."""
    from scipy import stats

    written = {"distribution": "lognormal", "mean": "60 min", "sd": "40 min", "at_most": "100 min"}
    drawn = np.frombuffer(draws.duration("verify.cut", parse_distribution(written)).column(block))
    spread = log(1.0 + (40.0 / 60.0) ** 2)
    law = stats.lognorm(sqrt(spread), scale=60.0 / sqrt(1.0 + (40.0 / 60.0) ** 2))
    longer = float(law.sf(100.0))
    mean = float(law.expect(lambda x: x, ub=100.0)) + 100.0 * longer
    square = float(law.expect(lambda x: x * x, ub=100.0)) + 100.0**2 * longer
    n = drawn.size
    yield none_of("at most 100 min: values beyond", int((drawn > 100.0).sum()))
    share = float((drawn == 100.0).mean())
    yield near("at most 100 min: share of just that", longer, share, sqrt(longer * (1.0 - longer) / n))
    yield near("at most 100 min: mean, min", mean, float(drawn.mean()), sqrt((square - mean**2) / n))


BY_AGE: Mapping[str, tuple[Mapping[str, Any], float, float, float]] = {
    "0-17": ({"distribution": "exponential", "mean": "10 min"}, 10.0, 10.0, 0.1),
    "18-64": ({"distribution": "exponential", "mean": "30 min"}, 30.0, 30.0, 0.5),
    "65-74": ({"distribution": "uniform", "low": "10 min", "high": "30 min"}, 20.0, 20.0 / sqrt(12.0), 0.9),
}
"""By age: a law, its mean and standard deviation, and a share."""


def _by_group(luck: Luck) -> Iterator[Check]:
    """Each age has a law of its own, of another family, and a share of its own."""
    draws = Draws(luck.seed, 1)
    ages = (np.arange(PATIENTS * luck.effort) % len(BY_AGE)).astype(np.int8)
    attrs = {name: ages if name == "age" else np.zeros_like(ages) for name in ATTRIBUTES}
    block = Block.of_patients(draws, "by group", attrs, base=0)
    stay = _table([parse_distribution(law) for law, *_ in BY_AGE.values()])
    drawn = np.frombuffer(draws.duration("verify.by_group", stay).column(block))
    yes = draws.chance("verify.share", _table([share for *_, share in BY_AGE.values()])).column(block)
    said = np.frombuffer(yes, dtype=np.int8)
    for i, (age, (_, mean, sd, share)) in enumerate(BY_AGE.items()):
        rows = ages == i
        n = int(rows.sum())
        yield near(f"aged {age}: mean, min", mean, float(drawn[rows].mean()), sd / sqrt(n))
        error = sqrt(share * (1.0 - share) / n)
        yield near(f"aged {age}: share", share, float(said[rows].mean()), error)


def _table(values: Sequence[Any]) -> ByGroup[Any]:
    """Return a value for each of the ages above."""
    cases = tuple(((age,), value) for age, value in zip(BY_AGE, values, strict=True))
    return ByGroup(Branch("age", cases, otherwise=values[-1]))


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


# -- who comes -----------------------------------------------------------------------------------------

AGES = {"18-64": 0.6, "75-84": 0.3, "85+": 0.1}
ACUITY = {"18-64": {"3": 0.25, "4": 0.75}, "75-84": {"2": 0.5, "3": 0.5}, "85+": {"2": 0.8, "3": 0.2}}
FRAIL = {"2": 0.7, "3": 0.4, "4": 0.05}
ADMITTED = {"no": 0.2, "yes": 0.6}


def _percent(shares: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{100 * share:g}%" for name, share in shares.items()}


@case("V29", "Who comes: attributes that depend on one another", "products of shares")
def people(luck: Luck) -> Iterable[Check]:
    """Age, acuity by age, frailty by acuity, admission by frailty: every combination as due."""
    frailty = {acuity: _percent({"yes": share, "no": 1.0 - share}) for acuity, share in FRAIL.items()}
    casemix = {
        "age": _percent(AGES),
        "acuity": {"by": "age", **{a: _percent(m) for a, m in ACUITY.items()}, "otherwise": "3"},
        "frailty": {"by": "acuity", **frailty, "otherwise": "no"},
        "admission": {"by": "frailty", **_percent(ADMITTED)},
    }
    changes = {"demand.patients.casemix": casemix, "demand.patients.per_day": 240}
    changes["time.horizon"] = f"{luck.many(200)} days"
    scenario = queue("mm1", luck.seed, changes)
    feed = Feed(scenario, Calendar(scenario.calendar_start), scenario.end, Draws(luck.seed, 1))
    blocks = [block for cohort in feed for block in cohort.blocks]
    names = ("age", "acuity", "frailty", "admission")
    codes = {name: np.concatenate([block.attrs[name] for block in blocks]) for name in names}
    total = len(codes["age"])
    for values, share in _combinations().items():
        here = np.ones(total, dtype=bool)
        for name, value in zip(names, values, strict=True):
            here &= codes[name] == ATTRIBUTES[name].index(value)
        error = sqrt(share * (1.0 - share) / total)
        yield near(f"share of {', '.join(values)}", share, float(here.mean()), error)


def _combinations() -> dict[tuple[str, str, str, str], float]:
    """Return the share of patients of each age, acuity, frailty and need for admission."""
    shares = {}
    for age, of_age in AGES.items():
        for acuity, of_acuity in ACUITY[age].items():
            for frail, of_frail in (("yes", FRAIL[acuity]), ("no", 1.0 - FRAIL[acuity])):
                for admitted, rate in (("yes", ADMITTED[frail]), ("no", 1.0 - ADMITTED[frail])):
                    shares[age, acuity, frail, admitted] = of_age * of_acuity * of_frail * rate
    return shares


CASES: tuple[Case, ...] = (arrivals, laws, people)
