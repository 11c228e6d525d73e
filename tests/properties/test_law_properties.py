"""Every law of a length of time, against sums over its own quantiles.

The mean, the spread, what lies below and beyond a length, what is left of a stay and the stay of somebody
found in the middle of it: each is given in closed form or by inversion, and must be what a fine sum over the
quantiles says.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.spec.distributions import parse_distribution
from flowsim.spec.laws import Law

QUICK = settings(max_examples=40, deadline=None)
FINE = (np.arange(400_000) + 0.5) / 400_000

means = st.floats(2.0, 600.0)
variations = st.floats(0.15, 1.5)


@st.composite
def laws(draw: st.DrawFn) -> Law:
    """Draw a law of any family, at times cut off at the top."""
    kind = draw(st.sampled_from(sorted(WRITTEN)))
    mean, variation = draw(means), draw(variations)
    written = dict(WRITTEN[kind](mean, variation))
    if draw(st.booleans()):
        written["at_most"] = f"{mean * draw(st.sampled_from([1.2, 2.0, 4.0])):.6f} min"
    law: Law = parse_distribution(written)
    return law


def _two(mean: float, variation: float) -> dict[str, Any]:
    return {"mean": f"{mean} min", "sd": f"{mean * variation} min"}


WRITTEN: dict[str, Any] = {
    "lognormal": lambda m, v: {"distribution": "lognormal", **_two(m, v)},
    "gamma": lambda m, v: {"distribution": "gamma", **_two(m, v)},
    "weibull": lambda m, v: {"distribution": "weibull", **_two(m, v)},
    "exponential": lambda m, _: {"distribution": "exponential", "mean": f"{m} min"},
    "erlang": lambda m, v: {"distribution": "erlang", "mean": f"{m} min", "stages": 1 + int(3 * v)},
    "uniform": lambda m, v: {"distribution": "uniform", "low": f"{m * 0.4} min", "high": f"{m * 1.6} min"},
    "triangular": lambda m, v: {
        "distribution": "triangular",
        "low": f"{m * 0.2} min",
        "mode": f"{m} min",
        "high": f"{m * (1.2 + v)} min",
    },
    "pert": lambda m, v: {
        "distribution": "pert",
        "low": f"{m * 0.2} min",
        "mode": f"{m} min",
        "high": f"{m * (1.2 + v)} min",
    },
    "observed": lambda m, v: {"values": [f"{m * (1 + v * i)} min" for i in range(7)]},
    "mixture": lambda m, v: {
        "parts": [
            {"share": "30%", **_two(m, v)},
            {"share": "70%", "distribution": "exponential", "mean": f"{m / 3} min"},
        ]
    },
}


@pytest.mark.parametrize("kind", sorted(WRITTEN))
@pytest.mark.parametrize("cut", [None, 1.5])
def test_moments_are_those_of_the_quantiles(kind: str, cut: float | None) -> None:
    written = dict(WRITTEN[kind](60.0, 0.7))
    if cut:
        written["at_most"] = f"{60.0 * cut} min"
    law: Law = parse_distribution(written)
    drawn = np.asarray(law.ppf(FINE))
    assert law.mean_minutes() == pytest.approx(drawn.mean(), rel=2e-3)
    assert law.sd_minutes() == pytest.approx(drawn.std(), rel=1e-2)
    assert law.moment(2) == pytest.approx((drawn**2).mean(), rel=1e-2)


@QUICK
@given(laws(), st.floats(0.05, 3.0))
def test_what_lies_below_and_beyond_a_length(law: Law, times: float) -> None:
    drawn = np.asarray(law.ppf(FINE))
    x = times * law.mean_minutes()
    if np.abs(drawn - x).min() < 1e-9 * x:
        return  # just at a jump
    assert float(law.cdf(x)) == pytest.approx((drawn <= x).mean(), abs=3e-5)
    assert float(law.partial(1, x)) == pytest.approx(drawn[drawn <= x].sum() / drawn.size, rel=5e-3, abs=1e-3)
    assert float(law.limited(x)) == pytest.approx(np.minimum(drawn, x).mean(), rel=5e-3, abs=1e-3)
    share, beyond = law.tail(x)
    longer = drawn[drawn > x]
    assert share == pytest.approx(longer.size / drawn.size, abs=3e-5)
    if longer.size > 4_000:
        assert beyond == pytest.approx((longer - x).mean(), rel=3e-2)


@QUICK
@given(laws(), st.lists(st.floats(1e-6, 1.0 - 1e-6), min_size=2, max_size=20))
def test_more_luck_is_never_a_shorter_length(law: Law, luck: list[float]) -> None:
    u = np.sort(np.array(luck))
    for drawn in (law.ppf(u), law.length_biased_ppf(u), law.residual_ppf(u)):
        lengths = np.asarray(drawn)
        assert (np.diff(lengths) >= -1e-9 * np.abs(lengths[1:])).all()
        assert (lengths >= 0.0).all()
    cap = law.at_most
    assert cap is None or np.asarray(law.ppf(u)).max() <= cap


@QUICK
@given(laws())
def test_one_by_one_is_as_in_bulk(law: Law) -> None:
    u = np.linspace(0.001, 0.999, 37)
    assert np.asarray(law.ppf(u)).tolist() == [law.ppf(float(each)) for each in u]


@QUICK
@given(laws())
def test_the_stay_of_somebody_found_in_the_middle_is_length_biased(law: Law) -> None:
    """Its mean is the mean square over the mean; what is left of it is half as much."""
    expected = law.moment(2) / law.mean_minutes()
    u = (np.arange(2_000) + 0.5) / 2_000
    assert np.asarray(law.length_biased_ppf(u)).mean() == pytest.approx(expected, rel=3e-2)
    assert np.asarray(law.residual_ppf(u)).mean() == pytest.approx(expected / 2.0, rel=3e-2)


@QUICK
@given(laws(), st.floats(0.1, 2.0))
def test_what_is_left_after_some_time_is_the_law_beyond_it(law: Law, times: float) -> None:
    """Conditional quantiles: the share who stay so much longer is that of the law itself."""
    elapsed = times * law.mean_minutes()
    survivors = 1.0 - float(law.cdf(elapsed))
    if survivors < 0.02:
        return
    u = np.array([0.1, 0.5, 0.9])
    left = np.asarray(law.remaining_ppf(u, np.full(3, elapsed)))
    assert (left >= 0.0).all()
    whole = 1.0 - survivors * (1.0 - u)  # a law with jumps may be just at one: either side will do
    shortest, longest = np.asarray(law.ppf(whole - 1e-9)), np.asarray(law.ppf(whole + 1e-9))
    assert (elapsed + left >= shortest * (1.0 - 1e-6)).all()
    assert (elapsed + left <= longest * (1.0 + 1e-6)).all()


@QUICK
@given(laws(), st.floats(0.1, 5.0))
def test_a_factor_on_the_law_is_that_factor_on_every_length(law: Law, factor: float) -> None:
    u = np.linspace(0.01, 0.99, 25)
    longer = law.scaled(factor)
    np.testing.assert_allclose(np.asarray(longer.ppf(u)), factor * np.asarray(law.ppf(u)), rtol=1e-6)
    assert longer.mean_minutes() == pytest.approx(factor * law.mean_minutes(), rel=1e-6)


@QUICK
@given(laws())
def test_the_warm_up_leaves_as_little_as_it_says(law: Law) -> None:
    """After it, an empty ward with such stays lacks at most half a per cent of its patients."""
    wait = law.residual_warmup(0.005)
    assert wait < inf
    lacking = 1.0 - float(law.limited(wait)) / law.mean_minutes()
    assert lacking <= 0.005 + 1e-6
    if wait > 1.0:
        earlier = 1.0 - float(law.limited(0.98 * wait)) / law.mean_minutes()
        assert earlier > 0.005 - 1e-6
