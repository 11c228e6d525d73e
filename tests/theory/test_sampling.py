"""Is the luck right? Statistical tests of the keyed uniforms, of sampling and of arrivals.

Every test has a fixed seed. Bounds are 3.29 standard errors (one in a thousand) for a single figure, and
wider where the largest of many figures is tested, by Bonferroni.
"""

import math
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from scipy import stats

from flowsim.clock import Calendar
from flowsim.sampling.arrivals import BLOCK_HOURS, BLOCK_MINUTES, arrivals, day_factors, rate_curve
from flowsim.sampling.draws import Draws
from flowsim.sampling.uniforms import key_of, mixed, mixed_one, uniforms
from flowsim.spec.distributions import parse_distribution
from people_and_demand import PLACES, Plan, crowd, demand, durations, everyone

MANY = 200_000
COUNTING = np.arange(MANY, dtype=np.uint64)
PATIENTS = mixed(COUNTING, key_of("stream", "ed"))
LAYERED = (
    (np.uint64(115) << np.uint64(40)) | ((COUNTING // 448) << np.uint64(20)) | (COUNTING % 448)
).astype(np.uint64)
"""Identifiers as candidates are numbered, before they are mixed: the hardest input there is."""
INPUTS = {"patients": PATIENTS, "counting": COUNTING, "layers": LAYERED, "strides": COUNTING << np.uint64(44)}


def key(seed: int = 2026, replication: int = 1, purpose: str = "ward.stay", visit: int = 0) -> Any:
    return Draws(seed, replication).key(purpose, visit)


# -- the keyed uniforms --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("purpose", ["ward.stay", "casemix.age", "arrivals.time"])
def test_uniforms_are_uniform(name: str, purpose: str) -> None:
    u = uniforms(INPUTS[name], key(purpose=purpose))
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    counts = np.bincount((u * 1000).astype(int), minlength=1000)
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("name", INPUTS)
def test_low_bits_are_as_good_as_high_ones(name: str) -> None:
    words = mixed(INPUTS[name], key())
    ones = np.array([((words >> np.uint64(bit)) & np.uint64(1)).mean() for bit in range(64)])
    assert np.abs(ones - 0.5).max() < 4.4 * 0.5 / math.sqrt(MANY)


@pytest.mark.parametrize("name", INPUTS)
def test_neighbours_have_nothing_in_common(name: str) -> None:
    u = uniforms(INPUTS[name], key())
    for lag in (1, 2, 3, 7, 28, 447, 448, 449, 1024):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4.0 / math.sqrt(MANY)
    pairs = (u[:-1:2] * 64).astype(int) * 64 + (u[1::2] * 64).astype(int)
    assert stats.chisquare(np.bincount(pairs, minlength=4096)).pvalue > 1e-4


def related_keys() -> list[Any]:
    """Return keys that differ as little as keys can."""
    keys = [key(replication=r) for r in range(1, 9)]
    keys += [key(seed=s) for s in (2025, 2027, 0, 1)]
    keys += [
        key(purpose=p) for p in ("ward.stay2", "ward.stax", "ed.first_spell", "ed.second_spell", "a", "b")
    ]
    return keys + [key(visit=v) for v in (1, 2, 3, 100)]


@pytest.mark.parametrize("name", INPUTS)
def test_purposes_replications_seeds_and_visits_are_independent(name: str) -> None:
    drawn = np.array([uniforms(INPUTS[name], k) for k in related_keys()])
    correlations = np.corrcoef(drawn)[np.triu_indices(len(drawn), 1)]
    assert np.abs(correlations).max() < 4.3 / math.sqrt(MANY)
    squares = np.corrcoef((drawn - 0.5) ** 2)[np.triu_indices(len(drawn), 1)]
    assert np.abs(squares).max() < 4.3 / math.sqrt(MANY)
    assert stats.kstest(correlations * math.sqrt(MANY), "norm").pvalue > 1e-3


def test_three_purposes_fill_the_cube() -> None:
    u, v, w = (uniforms(PATIENTS, key(purpose=p)) for p in ("a", "b", "c"))
    cell = (u * 16).astype(int) * 256 + (v * 16).astype(int) * 16 + (w * 16).astype(int)
    assert stats.chisquare(np.bincount(cell, minlength=4096)).pvalue > 1e-4


def test_one_bit_of_input_changes_half_the_bits_of_output() -> None:
    rng = np.random.default_rng(5)
    words = rng.integers(0, 2**63, 2000).astype(np.uint64)
    plain = mixed(words, key())
    changed = np.zeros((64, 64))
    for bit in range(64):
        flipped = plain ^ mixed(words ^ np.uint64(1 << bit), key())
        changed[bit] = [((flipped >> np.uint64(out)) & np.uint64(1)).mean() for out in range(64)]
    assert np.abs(changed - 0.5).max() < 5.0 * 0.5 / math.sqrt(2000)
    assert changed.mean() == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(2000 * 4096))


def test_one_bit_of_the_key_changes_half_the_bits_of_output() -> None:
    base = key()
    words = [int(x) for x in PATIENTS[:400]]
    plain = [mixed_one(word, base) for word in words]
    for bit in range(64):
        for other in (
            base._replace(first=base.first ^ (1 << bit)),
            base._replace(second=base.second ^ (1 << bit)),
        ):
            flips = sum(
                (mixed_one(word, other) ^ was).bit_count() for word, was in zip(words, plain, strict=True)
            )
            assert flips / len(words) == pytest.approx(32.0, abs=4.5 * 4.0 / math.sqrt(400))


def test_runs_up_and_down_have_the_length_they_should() -> None:
    u = uniforms(LAYERED, key())
    turns = int((np.diff(np.sign(np.diff(u))) != 0).sum())
    expected, spread = 2 * (MANY - 2) / 3, math.sqrt((16 * MANY - 29) / 90)
    assert abs(turns - expected) < 3.29 * spread


def test_the_rarest_luck_is_as_rare_as_it_should_be() -> None:
    u = uniforms(np.arange(4_000_000, dtype=np.uint64), key())
    for share in (1e-4, 1e-5):
        for tail in (u < share, u > 1 - share):
            expected = 4e6 * share
            assert abs(int(tail.sum()) - expected) < 3.9 * math.sqrt(expected)


# -- V17: the sampler table ----------------------------------------------------------------------------

HOUR, DAY = 60.0, 1440.0
SAMPLERS: list[tuple[Any, float, float, Any]] = [
    ({"distribution": "exponential", "mean": "2 h"}, 120, 120, stats.expon(scale=120)),
    ({"distribution": "gamma", "mean": "2 h", "sd": "1 h"}, 120, 60, stats.gamma(4, scale=30)),
    ({"distribution": "gamma", "mean": "2 h", "sd": "4 h"}, 120, 240, stats.gamma(0.25, scale=480)),
    ({"distribution": "erlang", "mean": "1 h", "stages": 3}, 60, 60 / math.sqrt(3), stats.gamma(3, scale=20)),
    (
        {"mean": "4 days", "sd": "6 days"},
        4 * DAY,
        6 * DAY,
        stats.lognorm(math.sqrt(math.log(3.25)), scale=4 * DAY / math.sqrt(3.25)),
    ),
    ({"distribution": "weibull", "median": "1 h", "p90": "2 h"}, None, None, None),
    ({"low": "10 min", "high": "30 min"}, 20, 20 / math.sqrt(12), stats.uniform(10, 20)),
    (
        {"low": "10 min", "mode": "20 min", "high": "60 min"},
        30,
        math.sqrt(700 / 6),
        stats.triang(0.2, 10, 50),
    ),
    (
        {"distribution": "pert", "low": "10 min", "mode": "20 min", "high": "60 min"},
        25,
        None,
        stats.beta(1.8, 4.2, 10, 50),
    ),
]


@pytest.mark.parametrize(("written", "mean", "sd", "reference"), SAMPLERS)
def test_samples_match_their_law(written: Any, mean: float | None, sd: float | None, reference: Any) -> None:
    draws = Draws(11, 1, PLACES)
    block = crowd(draws, MANY)
    law = parse_distribution(written)
    drawn = np.frombuffer(draws.duration("x", law).column(block))
    error = law.sd_minutes() / math.sqrt(MANY)
    assert abs(drawn.mean() - law.mean_minutes()) < 3.29 * error
    if mean is not None:
        assert law.mean_minutes() == pytest.approx(mean)
    if sd is not None:
        assert law.sd_minutes() == pytest.approx(sd)
    if reference is not None:
        assert stats.kstest(drawn, reference.cdf).pvalue > 1e-4
        assert law.ppf(np.array([0.01, 0.5, 0.9, 0.999])) == pytest.approx(
            reference.ppf([0.01, 0.5, 0.9, 0.999]), rel=1e-5
        )
        assert law.sd_minutes() == pytest.approx(reference.std())


def test_a_mixture_is_sampled_in_its_shares() -> None:
    written = {"parts": [{"share": "30%", "value": "5 min"}, {"share": "70%", "low": "1 h", "high": "3 h"}]}
    draws = Draws(11, 1, PLACES)
    drawn = np.frombuffer(draws.duration("x", durations(written)).column(crowd(draws, MANY)))
    assert abs((drawn == 5.0).mean() - 0.3) < 3.29 * math.sqrt(0.21 / MANY)
    rest = drawn[drawn > 5.0]
    assert stats.kstest(rest, stats.uniform(60, 120).cdf).pvalue > 1e-4


def test_patients_already_in_bed_keep_a_ward_at_its_mean() -> None:
    """V24: with excess-life residuals, the share still there after t is that of the equilibrium law."""
    law = parse_distribution({"mean": "4 days", "sd": "6 days"})
    draws = Draws(11, 1, PLACES)
    left = np.frombuffer(draws.residual("left", law).column(crowd(draws, 20_000)))
    for days in (1, 4, 14, 40):
        gone = float(law.limited(days * DAY)) / law.mean_minutes()
        assert abs((left <= days * DAY).mean() - gone) < 3.29 * math.sqrt(gone * (1 - gone) / 20_000)


def test_length_biased_total_times_a_uniform_fraction_is_the_residual() -> None:
    law = parse_distribution({"distribution": "gamma", "mean": "4 days", "sd": "3 days"})
    draws = Draws(11, 1, PLACES)
    block = crowd(draws, 20_000)
    total = law.length_biased_ppf(draws.uniform("total").uniforms(block))
    fraction = draws.uniform("fraction").uniforms(block)
    left = law.residual_ppf(draws.uniform("left").uniforms(block))
    assert stats.ks_2samp(total * fraction, left).pvalue > 1e-3


# -- V16: arrivals -------------------------------------------------------------------------------------

PIECEWISE = demand(
    per_day=240,
    profile={
        "weekday": "00:00-08:00=1, 08:00-12:00=6, 12:00-22:00=3, 22:00-24:00=1",
        "weekend": "00:00-24:00=2",
    },
    months={"jan": 1.3},
    bank_holiday=0.7,
)
CALENDAR = Calendar(datetime(2018, 1, 1))


def counts_by_hour(replications: int, blocks: int, spec: Any = PIECEWISE) -> tuple[Any, Any]:
    """Return counts (replications x blocks, hours) and the rate integral for each hour."""
    rows, means = [], []
    for replication in range(1, replications + 1):
        draws = Draws(5, replication)
        for block in range(blocks):
            curve = rate_curve(spec, CALENDAR, block, day_factors("ed", spec, draws, block))
            who = arrivals("ed", draws, CALENDAR, block, [(0.0, curve)])
            hours = ((who.minutes - block * BLOCK_MINUTES) // 60).astype(int)
            rows.append(np.bincount(hours, minlength=BLOCK_HOURS))
            means.append(rate_curve(spec, CALENDAR, block) / 24)
    return np.array(rows), np.array(means)


def test_counts_by_hour_have_the_mean_and_spread_of_the_rate() -> None:
    counts, means = counts_by_hour(replications=30, blocks=3)
    hours, expected = counts.sum(axis=0), means.sum(axis=0)
    z = (hours - expected) / np.sqrt(expected)
    assert np.abs(z).max() < 4.3  # the largest of 672
    assert abs(z.mean()) < 3.29 / math.sqrt(z.size)
    assert abs(z.var() - 1.0) < 3.29 * math.sqrt(2 / z.size)
    dispersion = ((counts - means) ** 2 / means).mean()
    assert abs(dispersion - 1.0) < 3.29 * math.sqrt(2 / counts.size) * 1.3


def test_counts_by_hour_are_poisson() -> None:
    counts, means = counts_by_hour(replications=40, blocks=2)
    for mean in (means.min(), np.median(means), means.max()):
        same = counts[np.isclose(means, mean)]
        limit = int(mean + 4 * math.sqrt(mean))
        seen = np.bincount(np.minimum(same, limit), minlength=limit + 1)
        law = np.append(stats.poisson(mean).pmf(np.arange(limit)), stats.poisson(mean).sf(limit - 1))
        kept = law * same.size > 5
        rest = 1.0 - law[kept].sum()
        observed, wanted = np.append(seen[kept], seen[~kept].sum()), np.append(law[kept], rest) * same.size
        assert stats.chisquare(observed, wanted * observed.sum() / wanted.sum()).pvalue > 1e-4


def test_hours_of_a_day_are_independent() -> None:
    counts, means = counts_by_hour(replications=40, blocks=2)
    z = (counts - means) / np.sqrt(means)
    for lag in (1, 24, 168):
        assert abs((z[:, :-lag] * z[:, lag:]).mean()) < 3.29 / math.sqrt(z[:, lag:].size)


def test_arrivals_within_an_hour_are_uniform_and_gaps_exponential() -> None:
    flat = np.full(BLOCK_HOURS, 300.0)
    times = [arrivals("ed", Draws(5, r), CALENDAR, 3, [(0.0, flat)]).minutes for r in range(1, 6)]
    minutes = np.concatenate(times) % 60.0
    assert stats.kstest(minutes / 60.0, "uniform").pvalue > 1e-4
    gaps = np.concatenate([np.diff(t) for t in times])
    assert stats.kstest(gaps, stats.expon(scale=1440 / 300).cdf).pvalue > 1e-4


def test_busy_days_are_gamma_with_mean_1() -> None:
    spec = demand(day_variation="20%")
    factors = np.concatenate(
        [day_factors("ed", spec, Draws(5, r), b) for r in range(1, 60) for b in range(4)]
    )
    assert abs(factors.mean() - 1.0) < 3.29 * 0.2 / math.sqrt(factors.size)
    assert factors.std() == pytest.approx(0.2, rel=0.03)
    assert stats.kstest(factors, stats.gamma(25, scale=0.04).cdf).pvalue > 1e-4


def test_busy_days_spread_daily_counts_as_they_should() -> None:
    spec = demand(per_day=100, day_variation="15%")
    counts, _ = counts_by_hour(replications=60, blocks=2, spec=spec)
    days = counts.reshape(len(counts), 28, 24).sum(axis=2).ravel()
    expected = 100 + (0.15 * 100) ** 2
    assert abs(days.mean() - 100) < 3.29 * math.sqrt(expected / days.size)
    assert days.var() == pytest.approx(expected, rel=0.12)


def test_two_streams_are_independent_and_replications_too() -> None:
    days: dict[tuple[str, int], Any] = {}
    for replication in range(1, 21):
        plan = Plan({"a": demand(per_day=60), "b": demand(per_day=60)})
        for name in ("a", "b"):
            days[name, replication] = np.zeros(56)
        for block in everyone(plan, days=56, replication=replication):
            days[block.name, replication] += np.bincount((block.times // DAY).astype(int), minlength=56)
    a, b = (np.array([days[name, r] for r in range(1, 21)]) for name in ("a", "b"))
    n = a.size
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 3.29 / math.sqrt(n)
    assert abs(np.corrcoef(a[:-1].ravel(), a[1:].ravel())[0, 1]) < 3.29 / math.sqrt(n)


def test_pairing_scenarios_by_patient_pays() -> None:
    """The difference in total stay between two demands varies far less paired than unpaired."""
    paired, unpaired = [], []
    for replication in range(1, 41):
        total = {}
        for name, rate, luck in (("base", 60, 0), ("more", 66, 0), ("apart", 66, 1000)):
            draws = Draws(5, replication + luck)
            curve = np.full(BLOCK_HOURS, float(rate))
            who = arrivals("ed", draws, CALENDAR, 0, [(0.0, curve)])
            u = uniforms(who.uid, draws.key("ward.stay"))
            total[name] = parse_distribution({"mean": "4 days", "sd": "6 days"}).ppf(u).sum()
        paired.append(total["more"] - total["base"])
        unpaired.append(total["apart"] - total["base"])
    assert np.var(paired) < 0.35 * np.var(unpaired)
