"""Distributions as planners write them: what is accepted, what it means, and what is said otherwise."""

import json
import math
import pickle
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from flowsim.spec.base import meanings
from flowsim.spec.distributions import FAMILIES, Distribution, parse_distribution
from flowsim.spec.laws import Law

DAY = 1440.0
U = (np.arange(200_000) + 0.5) / 200_000

WRITTEN: dict[str, Any] = {
    "constant": "15 min",
    "exponential": {"distribution": "exponential", "mean": "5 min"},
    "gamma by mean": {"distribution": "gamma", "mean": "4 days", "sd": "6 days"},
    "gamma by median": {"distribution": "gamma", "median": "2 h", "p90": "6 h"},
    "erlang": {"distribution": "erlang", "mean": "50 min", "stages": 3},
    "lognormal by mean": {"mean": "4 days", "sd": "6 days"},
    "lognormal by median": {"median": "2 h", "p90": "6 h"},
    "lognormal on the log scale": {"scale": "log", "mu": 1, "sigma": 0.5, "unit": "days"},
    "weibull by mean": {"distribution": "weibull", "mean": "4 days", "sd": "2 days"},
    "weibull by median": {"distribution": "weibull", "median": "2 h", "p90": "6 h"},
    "uniform": {"low": "5 min", "high": "9 min"},
    "triangular": {"low": "5 min", "mode": "7 min", "high": "19 min"},
    "triangular, rising": {"low": "5 min", "mode": "19 min", "high": "19 min"},
    "triangular, falling": {"low": "5 min", "mode": "5 min", "high": "19 min"},
    "pert": {"distribution": "pert", "low": "5 min", "mode": "7 min", "high": "19 min"},
    "empirical": {"values": ["1 min", "5 min", "5 min", "20 min"]},
    "mixture": {
        "parts": [
            {"share": "30%", "value": "10 min"},
            {"share": "50%", "mean": "2 h", "sd": "1 h"},
            {"share": "20%", "distribution": "gamma", "mean": "40 h", "sd": "9 h"},
        ]
    },
    "mixture of constants": {
        "parts": [{"share": "50%", "value": "15 min"}, {"share": "50%", "value": "1 h"}]
    },
}
CAPPED = {
    f"{name}, cut off": {
        **(written if isinstance(written, dict) else {"value": written}),
        "at_most": "12 min",
    }
    for name, written in WRITTEN.items()
}
EVERY = {**WRITTEN, **CAPPED}


def law_of(written: Any) -> Law:
    return parse_distribution(written)


@pytest.mark.parametrize("name", EVERY)
def test_quantiles_have_the_mean_and_spread_that_the_law_states(name: str) -> None:
    law = law_of(EVERY[name])
    drawn = law.ppf(U)
    assert drawn.mean() == pytest.approx(law.mean_minutes(), rel=2e-4)
    assert drawn.std() == pytest.approx(law.sd_minutes(), rel=6e-3, abs=0.05)


@pytest.mark.parametrize("name", EVERY)
def test_quantiles_rise_and_stay_within_the_cumulative_distribution(name: str) -> None:
    law = law_of(EVERY[name])
    u = U[::50]
    drawn = law.ppf(u)
    assert (np.diff(drawn) >= 0.0).all()
    assert (drawn >= 0.0).all()
    above, below = drawn * (1 + 1e-9) + 1e-9, drawn * (1 - 1e-9) - 1e-9
    assert (law.cdf(above) >= u - 3e-5).all()
    assert (law.cdf(below) <= u + 3e-5).all()


@pytest.mark.parametrize("name", EVERY)
def test_one_number_gives_what_an_array_gives(name: str) -> None:
    law = law_of(EVERY[name])
    u = np.array([2.0**-53, 1e-9, 0.1, 0.3, 0.5, 0.77, 1 - 1e-9, 1 - 2.0**-53])
    singly = [law.ppf(float(x)) for x in u]
    assert {type(x) for x in singly} == {float}
    assert law.ppf(u).tolist() == singly
    assert all(math.isfinite(x) and x >= 0.0 for x in singly)


@pytest.mark.parametrize("name", EVERY)
def test_partial_moments_agree_with_quantiles(name: str) -> None:
    law = law_of(EVERY[name])
    drawn = law.ppf(U)
    for x in (0.5, 6.0, 12.0, 90.0, 3000.0):
        for order in (0, 1, 2):
            inside = np.where(drawn <= x, drawn**order, 0.0).mean()
            assert float(law.partial(order, x)) == pytest.approx(
                inside, rel=2e-3, abs=1e-4 * max(1.0, x**order)
            )
        assert float(law.limited(x)) == pytest.approx(np.minimum(drawn, x).mean(), rel=1e-3)


def reference(law: Any) -> Any:
    """Return scipy's distribution with the same parameters, of a law that is not cut off."""
    kind = law.distribution
    if kind == "lognormal":
        return stats.lognorm(law.solved[1], scale=math.exp(law.solved[0]))
    if kind in {"gamma", "weibull"}:
        family = stats.gamma if kind == "gamma" else stats.weibull_min
        return family(law.solved[0], scale=law.solved[1])
    if kind in {"exponential", "erlang"}:
        stages = getattr(law, "stages", 1)
        return stats.gamma(stages, scale=law.mean / stages)
    width = law.high - law.low
    if kind == "pert":
        above, below = law.high - law.mode, law.mode - law.low
        return stats.beta(1 + 4 * below / width, 1 + 4 * above / width, law.low, width)
    if kind == "triangular":
        return stats.triang((law.mode - law.low) / width, law.low, width)
    return stats.uniform(law.low, width)


@pytest.mark.parametrize("name", sorted(set(WRITTEN) - {"constant", "empirical"}))
def test_whole_moments_are_exact(name: str) -> None:
    law = law_of(WRITTEN[name])
    endless = np.asarray(math.inf)
    for order in (0, 1, 2, 3):
        assert law.moment(order) == law.whole(order)
        assert law.whole(order) == pytest.approx(float(law.uncut(order, endless)), rel=1e-12)
    if name.startswith("mixture"):
        parts = [(part.share, part.law) for part in law.parts]
        assert law.mean_minutes() == pytest.approx(
            sum(share * each.mean_minutes() for share, each in parts), rel=1e-12
        )
        return
    exact = reference(law)
    assert law.mean_minutes() == pytest.approx(exact.mean(), rel=1e-12)
    assert law.whole(2) == pytest.approx(exact.moment(2), rel=1e-12)


@pytest.mark.parametrize("name", EVERY)
def test_what_lies_beyond_a_length(name: str) -> None:
    law = law_of(EVERY[name])
    for x in (0.0, 6.0, 90.0, 1e9):
        share, beyond = law.tail(x)
        assert share == 1.0 - float(law.cdf(x))
        excess = law.mean_minutes() - float(law.limited(x))
        assert share * beyond == pytest.approx(excess if share > 0.0 else 0.0, rel=1e-9, abs=1e-9)
        assert law.tail(x) == (share, beyond)


@pytest.mark.parametrize("name", EVERY)
def test_scaling_scales_every_quantile(name: str) -> None:
    law = law_of(EVERY[name])
    u = np.linspace(0.001, 0.999, 700)
    assert law.scaled(1.5).ppf(u) == pytest.approx(1.5 * law.ppf(u), rel=1e-6)
    assert law.scaled(1.5).mean_minutes() == pytest.approx(1.5 * law.mean_minutes())


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"constant", "constant, cut off"}))
def test_what_is_left_of_a_stay(name: str) -> None:
    law = law_of(EVERY[name])
    mean = law.mean_minutes()
    whole = law.length_biased_ppf(U[::100])
    left = law.residual_ppf(U[::100])
    square = float(law.partial(2, math.inf))
    assert whole.mean() == pytest.approx(square / mean, rel=0.02)
    assert left.mean() == pytest.approx(square / (2 * mean), rel=0.02)
    remaining = law.remaining_ppf(U[::100], 4.0)
    survivors = law.ppf(U)[law.ppf(U) > 4.0]
    assert remaining.mean() == pytest.approx((survivors - 4.0).mean(), rel=0.02)


def test_the_patient_found_in_a_bed_has_the_lognormal_moved_by_sigma_squared() -> None:
    law: Any = law_of({"mean": "4 days", "sd": "6 days"})
    mu, sigma = law.solved
    moved = law_of({"scale": "log", "mu": mu - math.log(DAY) + sigma**2, "sigma": sigma, "unit": "days"})
    assert law.length_biased_ppf(0.3) == pytest.approx(moved.ppf(0.3))


def test_a_constant_stay_found_in_the_middle_is_uniform() -> None:
    law = law_of("10 min")
    assert law.length_biased_ppf(0.2) == pytest.approx(10.0)
    assert law.residual_ppf(0.2) == pytest.approx(2.0)
    assert law.remaining_ppf(0.5, 4.0) == pytest.approx(6.0)
    assert law.remaining_ppf(0.5, 40.0) == 0.0


@pytest.mark.parametrize(("bias", "days"), [(0.05, 24), (0.01, 53), (0.005, 71)])
def test_warm_up_of_an_empty_ward(bias: float, days: float) -> None:
    law = law_of({"mean": "4 days", "sd": "6 days"})
    assert law.residual_warmup(bias) / DAY == pytest.approx(days, abs=0.5)


def test_no_stay_needs_no_warm_up() -> None:
    assert law_of("0 min").residual_warmup() == 0.0


@pytest.mark.parametrize("family", ["gamma", "lognormal", "weibull"])
@pytest.mark.parametrize(("median", "p90"), [(120, 130), (120, 300), (120, 900), (60, 1200)])
def test_median_and_90th_percentile_are_met(family: str, median: float, p90: float) -> None:
    law = law_of({"distribution": family, "median": f"{median} min", "p90": f"{p90} min"})
    assert law.ppf(0.5) == pytest.approx(median, rel=1e-6)
    assert law.ppf(0.9) == pytest.approx(p90, rel=1e-6)


@pytest.mark.parametrize("family", ["gamma", "lognormal", "weibull"])
@pytest.mark.parametrize("sd", [12, 60, 120, 400])
def test_mean_and_standard_deviation_are_met(family: str, sd: float) -> None:
    law = law_of({"distribution": family, "mean": "2 h", "sd": f"{sd} min"})
    assert law.mean_minutes() == pytest.approx(120.0)
    assert law.sd_minutes() == pytest.approx(sd)


def test_textbook_quantiles() -> None:
    assert law_of({"distribution": "exponential", "mean": "10 min"}).ppf(0.5) == pytest.approx(
        10 * math.log(2)
    )
    assert law_of({"distribution": "erlang", "mean": "1 h", "stages": 1}).ppf(0.9) == pytest.approx(
        60 * math.log(10)
    )
    assert law_of({"scale": "log", "mu": 0, "sigma": 1, "unit": "hours"}).ppf(0.975) == pytest.approx(
        60 * 7.0991, rel=1e-4
    )
    assert law_of({"low": "0 min", "mode": "5 min", "high": "10 min"}).ppf(0.5) == pytest.approx(5.0)
    assert law_of({"distribution": "pert", "low": "0 min", "mode": "5 min", "high": "10 min"}).ppf(
        0.5
    ) == pytest.approx(5)
    pert = law_of({"distribution": "pert", "low": "2 min", "mode": "5 min", "high": "14 min"})
    assert pert.mean_minutes() == pytest.approx((2 + 4 * 5 + 14) / 6)


def test_observed_values_are_drawn_as_they_are() -> None:
    law = law_of({"values": ["20 min", "1 min", "5 min", "5 min"]})
    assert law.ppf(np.array([0.1, 0.3, 0.6, 0.8])).tolist() == [1.0, 5.0, 5.0, 20.0]
    assert law.mean_minutes() == pytest.approx(31 / 4)


def test_a_mixture_of_two_lengths_gives_only_those_two() -> None:
    law = law_of(WRITTEN["mixture of constants"])
    assert set(law.ppf(U).tolist()) == {15.0, 60.0}
    assert (law.ppf(U) == 15.0).mean() == 0.5


def test_a_part_of_zero_length_is_exactly_zero() -> None:
    law = law_of(
        {"parts": [{"share": "10%", "value": "0 min"}, {"share": "90%", "mean": "1 h", "sd": "1 h"}]}
    )
    drawn = law.ppf(U)
    assert (drawn[U < 0.1] == 0.0).all()
    assert (drawn[U > 0.1] > 0.0).all()


def test_a_share_of_zero_in_a_mixture_changes_nothing() -> None:
    whole = law_of(
        {"parts": [{"share": "100%", "mean": "1 h", "sd": "2 h"}, {"share": "0%", "value": "9 days"}]}
    )
    alone = law_of({"mean": "1 h", "sd": "2 h"})
    assert whole.ppf(U[::100]) == pytest.approx(alone.ppf(U[::100]), rel=1e-5)


def test_parts_of_a_mixture_may_be_mixtures() -> None:
    inner = {"parts": [{"share": "50%", "value": "1 min"}, {"share": "50%", "value": "2 min"}]}
    law = law_of({"parts": [{"share": "50%", **inner}, {"share": "50%", "value": "3 min"}]})
    assert law.ppf(np.array([0.2, 0.3, 0.7])).tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("name", EVERY)
def test_laws_compare_by_value_and_survive_a_worker(name: str) -> None:
    law = law_of(EVERY[name])
    assert law == law_of(EVERY[name])
    law.ppf(0.5)
    copied = pickle.loads(pickle.dumps(law))
    assert copied == law
    assert copied.ppf(0.25) == law.ppf(0.25)
    json.dumps(law.model_dump(mode="json"))


# -- files ---------------------------------------------------------------------------------------------


def reading(text: str) -> Any:
    return lambda name: {"stays.csv": text}[name]


def test_observed_values_come_from_a_column_of_a_file() -> None:
    written = {"file": "stays.csv", "column": "hours", "unit": "hours"}
    law = parse_distribution(written, read=reading("\ufeffward,hours\nA,1.5\nB,2\n"))
    assert law.mean_minutes() == pytest.approx(105.0)


@pytest.mark.parametrize(
    ("settings", "text", "said"),
    [
        ({}, "days\n1\n", "column.*and unit"),
        ({"column": "days", "unit": "fortnights"}, "days\n1\n", "one of seconds, minutes, hours, days"),
        ({"column": "los", "unit": "days"}, "days,ward\n1,A\n", "no column los; it has days, ward"),
        ({"column": "days", "unit": "days"}, "days\n1\nx\n", "line 3: x is not a length in days"),
        ({"column": "days", "unit": "days"}, "days\n-1\n", "line 2: -1 is not a length"),
        ({"column": "days", "unit": "days"}, "days\nnan\n", "line 2: nan is not a length"),
        ({"column": "days", "unit": "days"}, "days\n", "a heading and no values"),
        ({"column": "days", "unit": "days", "values": ["1 day"]}, "", "values or file, not both"),
    ],
)
def test_a_bad_file_is_explained(settings: dict[str, Any], text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        parse_distribution({"file": "stays.csv", "distribution": "empirical", **settings}, read=reading(text))


# -- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("15", "15 has no unit"),
        (15, "15 has no unit"),
        ({"mean": "4 h"}, "give mean and sd, or median and p90"),
        ({"mean": "4 h", "p90": "9 h"}, "found mean and p90"),
        ({"mean": "4 h", "sd": "1 h", "median": "2 h", "p90": "9 h"}, "found mean and sd and median and p90"),
        ({"mean": "4 h", "sd": "0 h"}, "must be above zero"),
        ({"median": "4 h", "p90": "4 h"}, "must be longer than the median"),
        (
            {"distribution": "lognorm", "mean": "4 h", "sd": "1 h"},
            "lognorm is not a distribution. Did you mean lognormal",
        ),
        ({"distribution": 7}, "7 is not a distribution"),
        ({"mu": 1, "sigma": 1, "unit": "days"}, "write scale: log with them"),
        ({"scale": "log", "mu": 1, "sigma": 1}, "needs mu, sigma and unit"),
        ({"scale": "log", "mu": 1, "sigma": 1, "unit": "days", "mean": "1 h"}, "nothing else"),
        ({"scale": "log", "mu": 1, "sigma": 1, "unit": "moons"}, "unit moons is not one of"),
        ({"low": "5 min", "high": "5 min"}, "high must be longer than low"),
        ({"low": "5 min", "mode": "3 min", "high": "9 min"}, "must be in order"),
        ({"distribution": "pert", "low": "5 min", "mode": "5 min", "high": "5 min"}, "must be in order"),
        ({"values": []}, "at least 1"),
        ({"parts": [{"share": "50%", "value": "1 min"}]}, "add up to 50%, not 100%"),
        ({"parts": [{"share": "0.5", "value": "1 min"}]}, "per cent"),
        ({"parts": [{"value": "1 min"}]}, "share"),
        ({"distribution": "gamma", "mean": "1 min", "sd": "9 days"}, "too much spread"),
        ({"distribution": "gamma", "median": "100 min", "p90": "100.01 min"}, "too little spread"),
        ({"distribution": "weibull", "median": "1 min", "p90": "900 weeks"}, None),
        ({"distribution": "exponential", "mean": "0 min"}, "above zero"),
        ({"mean": "4 h", "sd": "1 h", "stages": 4}, "stages|sd"),
        ({"file": "x.csv", "column": "a", "unit": "days"}, "cannot be read here"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(written: Any, said: str | None) -> None:
    if said is None:
        assert law_of(written).ppf(0.5) > 0.0
        return
    with pytest.raises(ValidationError, match=said):
        law_of(written)


def test_the_json_schema_takes_text_and_every_family() -> None:
    schema = TypeAdapter(Distribution).json_schema()
    assert schema["anyOf"][0]["type"] == "string"
    assert len(schema["anyOf"]) == 1 + len(FAMILIES)
    assert "prefixItems" not in json.dumps(schema)


def test_every_setting_of_every_family_has_a_manual_entry() -> None:
    for family in FAMILIES.values():
        assert family.__doc__
        assert set(meanings(family)) == set(family.model_fields), family
