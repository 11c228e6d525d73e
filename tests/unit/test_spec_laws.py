"""Laws of lengths against scipy's own distributions and against sums worked out by hand."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from flowsim.spec.distributions import Mixture, Part, parse_distribution
from flowsim.spec.families import Constant
from flowsim.spec.laws import Law
from flowsim.spec.quantiles import QuantileTable, invert

LEVELS = np.array([1e-9, 1e-4, 0.05, 0.3, 0.5, 0.7, 0.95, 0.9999, 1 - 1e-9])
SIGMA = math.sqrt(math.log1p(2.25))
"""Of a lognormal with a standard deviation of one and a half means."""
POWER = math.log(math.log(10) / math.log(2)) / math.log(2)
"""Shape of a Weibull whose 90th percentile is twice its median."""
CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "exponential": ({"mean": "50 min"}, stats.expon(scale=50)),
    "erlang": ({"mean": "60 min", "stages": 3}, stats.gamma(3, scale=20)),
    "gamma": ({"mean": "4 days", "sd": "6 days"}, stats.gamma(4 / 9, scale=5760 * 2.25)),
    "lognormal": (
        {"mean": "4 days", "sd": "6 days"},
        stats.lognorm(SIGMA, scale=5760 * math.exp(-(SIGMA**2) / 2)),
    ),
    "weibull": (
        {"median": "1 h", "p90": "2 h"},
        stats.weibull_min(POWER, scale=60 / math.log(2) ** (1 / POWER)),
    ),
    "uniform": ({"low": "5 min", "high": "9 min"}, stats.uniform(5, 4)),
    "triangular": ({"low": "5 min", "mode": "7 min", "high": "15 min"}, stats.triang(0.2, 5, 10)),
    "pert": ({"low": "5 min", "mode": "7 min", "high": "15 min"}, stats.beta(1.8, 4.2, 5, 10)),
}


@pytest.fixture(params=sorted(CASES))
def pair(request: pytest.FixtureRequest) -> tuple[Law, Any]:
    """A law as it is written, and scipy's."""
    settings, known = CASES[request.param]
    return parse_distribution({"distribution": request.param, **settings}), known


class TestAgainstScipy:
    def test_quantiles_in_the_middle_and_in_both_tails(self, pair: tuple[Law, Any]) -> None:
        law, known = pair
        assert law.ppf(LEVELS) == pytest.approx(known.ppf(LEVELS), rel=1e-6)

    def test_shares_and_moments(self, pair: tuple[Law, Any]) -> None:
        law, known = pair
        lengths = known.ppf(LEVELS)
        assert law.cdf(lengths) == pytest.approx(known.cdf(lengths), abs=1e-12)
        assert law.mean_minutes() == pytest.approx(known.mean())
        assert law.sd_minutes() == pytest.approx(known.std())
        assert law.moment(3) == pytest.approx(known.moment(3))

    def test_parts_of_the_mean_by_numerical_integration(self, pair: tuple[Law, Any]) -> None:
        law, known = pair
        for x in known.ppf([0.2, 0.8]):
            grid = np.linspace(known.ppf(1e-12), x, 40_001)
            for order in (1, 2):
                below = np.trapezoid(grid**order * known.pdf(grid), grid)
                assert float(law.partial(order, x)) == pytest.approx(below, rel=3e-3)

    def test_what_lies_beyond_a_length(self, pair: tuple[Law, Any]) -> None:
        law, known = pair
        x = float(known.ppf(0.6))
        share, excess = law.tail(x)
        assert share == pytest.approx(0.4)
        grid = np.linspace(x, known.ppf(1 - 1e-13), 20_001)
        assert share * excess == pytest.approx(np.trapezoid(known.sf(grid), grid), rel=2e-3)
        assert float(law.limited(x)) == pytest.approx(law.mean_minutes() - share * excess)

    def test_what_is_left_of_a_stay(self, pair: tuple[Law, Any]) -> None:
        law, known = pair
        gone = float(known.ppf(0.3))
        assert law.remaining_ppf(0.5, gone) == pytest.approx(known.ppf(0.65) - gone, rel=1e-6)
        both = law.remaining_ppf(np.array([0.1, 0.5]), np.array([0.0, gone]))
        assert both == pytest.approx([known.ppf(0.1), known.ppf(0.65) - gone], rel=1e-6)

    def test_a_cut_gathers_what_is_beyond_it(self, pair: tuple[Law, Any]) -> None:
        law, known = pair
        cap = float(known.ppf(0.7))
        cut = law.changed(at_most=cap)
        assert cut.ppf(LEVELS) == pytest.approx(np.minimum(known.ppf(LEVELS), cap), rel=1e-6)
        assert float(cut.cdf(cap)) == 1
        assert float(cut.cdf(cap * (1 - 1e-12))) == pytest.approx(0.7)
        assert cut.mean_minutes() == pytest.approx(float(law.limited(cap)))
        assert cut.moment(2) == pytest.approx(float(law.partial(2, cap)) + 0.3 * cap**2)
        assert cut.scaled(3).cap == 3 * cap
        assert law.cap == math.inf

    def test_twice_the_length(self, pair: tuple[Law, Any]) -> None:
        law, known = pair
        assert law.scaled(2).ppf(0.35) == pytest.approx(2 * known.ppf(0.35), rel=1e-6)
        assert law.scaled(2).mean_minutes() == pytest.approx(2 * known.mean())


class TestHeavyTails:
    LAW = parse_distribution({"scale": "log", "mu": 0, "sigma": 5, "unit": "minutes"})

    def test_the_patient_found_in_the_middle_has_the_law_moved_by_sigma_squared(self) -> None:
        """So far out that the whole mean lies beyond any length that would be drawn."""
        for u in (0.1, 0.5, 0.99):
            assert math.log(self.LAW.length_biased_ppf(u)) == pytest.approx(
                25 + 5 * stats.norm.ppf(u), rel=1e-6
            )

    def test_a_search_ends_however_heavy_the_tail(self) -> None:
        absurd = parse_distribution({"scale": "log", "mu": 0, "sigma": 12, "unit": "weeks"})
        assert math.isfinite(absurd.residual_ppf(0.5))

    def test_nothing_is_left_of_what_cannot_last_so_long(self) -> None:
        law = parse_distribution({"low": "1 h", "high": "2 h"})
        assert law.remaining_ppf(0.5, 600.0) == 0
        assert law.remaining_ppf(np.array([0.5]), np.array([600.0])).tolist() == [0]
        assert isinstance(law.remaining_ppf(0.5, 10.0), float)
        assert law.longest() == pytest.approx(120)
        assert parse_distribution("1 s").longest() == 1


class TestLimitsOfShape:
    @pytest.mark.parametrize(
        ("settings", "many"),
        [
            ({"distribution": "gamma", "median": "1 s", "p90": "1e20 weeks"}, "much"),
            ({"distribution": "gamma", "median": "1000 min", "p90": "1000.1 min"}, "little"),
            ({"distribution": "gamma", "mean": "1 min", "sd": "7.1 min"}, "much"),  # a shape below 0.02
            ({"distribution": "gamma", "mean": "101 min", "sd": "1 min"}, "little"),  # a shape above 10,000
            ({"distribution": "weibull", "mean": "100 days", "sd": "1 min"}, "little"),
            ({"distribution": "weibull", "median": "1 s", "p90": "1e30 weeks"}, "much"),
        ],
    )
    def test_an_absurd_spread_is_refused(self, settings: dict[str, str], many: str) -> None:
        with pytest.raises(ValidationError, match=f"that is too {many} spread for this distribution"):
            parse_distribution(settings)

    @pytest.mark.parametrize(("mean", "sd"), [("1 min", "7 min"), ("99 min", "1 min")])
    def test_a_spread_just_within_reason_is_met(self, mean: str, sd: str) -> None:
        law = parse_distribution({"distribution": "gamma", "mean": mean, "sd": sd})
        assert law.sd_minutes() == pytest.approx(float(sd.removesuffix(" min")), rel=1e-6)

    @pytest.mark.parametrize(("median", "p90"), [(10.0, 11.0), (60.0, 240.0), (1.0, 900.0)])
    def test_medians_and_percentiles_of_every_family_are_met(self, median: float, p90: float) -> None:
        for family in ("gamma", "lognormal", "weibull"):
            law = parse_distribution({"distribution": family, "median": f"{median} min", "p90": f"{p90} min"})
            assert [law.ppf(0.5), law.ppf(0.9)] == pytest.approx([median, p90], rel=1e-5)


class TestMixtures:
    PARTS: ClassVar[Any] = {
        "parts": [{"share": "25%", "value": "10 min"}, {"share": "75%", "low": "20 min", "high": "40 min"}]
    }

    def test_moments_are_those_of_the_parts_by_their_shares(self) -> None:
        law = parse_distribution(self.PARTS)
        assert law.mean_minutes() == pytest.approx(0.25 * 10 + 0.75 * 30)
        assert law.moment(2) == pytest.approx(0.25 * 100 + 0.75 * (900 + 400 / 12))
        assert float(law.cdf(10.0)) == 0.25
        assert float(law.cdf(30.0)) == pytest.approx(0.25 + 0.75 * 0.5)

    def test_luck_orders_patients_through_all_parts(self) -> None:
        law = parse_distribution(self.PARTS)
        assert law.ppf(np.array([0.01, 0.2499, 0.2501, 0.625, 0.9999])) == pytest.approx(
            [10, 10, 20 + 20 * 0.0001 / 0.75, 30, 40 - 20 * 0.0001 / 0.75], abs=1e-4
        )

    def test_shares_a_little_off_are_put_right(self) -> None:
        parts = [{"share": "33.3%", "value": f"{n} min"} for n in (1, 2, 3)]
        law = parse_distribution({"parts": parts})
        assert law.mean_minutes() == pytest.approx(2)
        assert float(law.cdf(2.0)) == pytest.approx(2 / 3)

    def test_a_cut_a_factor_and_a_part_within_a_part(self) -> None:
        inner = {
            "share": "50%",
            "parts": [{"share": "50%", "value": "2 min"}, {"share": "50%", "value": "6 min"}],
        }
        law = parse_distribution({"parts": [{"share": "50%", "value": "1 min"}, inner], "at_most": "5 min"})
        assert law.mean_minutes() == pytest.approx(0.5 * 1 + 0.25 * 2 + 0.25 * 5)
        twice = law.scaled(2)
        assert twice.mean_minutes() == pytest.approx(5.5 - 1)
        assert (twice.cap, twice.ppf(0.6)) == (10, pytest.approx(4))

    def test_parts_may_be_laws_already(self) -> None:
        part = Part(share="100%", law=Constant(value="3 min"))  # type: ignore[arg-type]
        assert Mixture(parts=(part,)).mean_minutes() == 3

    def test_up_to_twenty_parts(self) -> None:
        parts = [{"share": "5%", "value": f"{n} min"} for n in range(1, 21)]
        assert parse_distribution({"parts": parts}).mean_minutes() == pytest.approx(10.5)
        with pytest.raises(ValidationError):
            parse_distribution({"parts": [*parts, {"share": "0%", "value": "1 min"}]})


class TestObserved:
    def test_each_value_is_drawn_equally_often(self) -> None:
        law = parse_distribution({"values": ["3 min", "1 min", "2 min", "2 min"]})
        assert law.ppf(np.array([0.1, 0.2499, 0.25, 0.7499, 0.75, 0.9999])).tolist() == [1, 1, 2, 2, 3, 3]
        assert [float(law.partial(order, 2.0)) for order in (0, 1, 2)] == [0.75, 1.25, 2.25]
        assert [float(law.cdf(x)) for x in (0.99, 1.0, 1.99, 3.0)] == [0, 0.25, 0.25, 1]
        assert law.scaled(2).ppf(0.9) == 6

    def test_a_constant_has_all_at_one_length(self) -> None:
        law = parse_distribution("5 min")
        assert [float(law.partial(order, 5.0)) for order in (0, 1, 2)] == [1, 5, 25]
        assert [float(law.partial(order, 4.9)) for order in (0, 1, 2)] == [0, 0, 0]
        assert law.ppf(np.array([0.1, 0.9])).tolist() == [5, 5]
        assert law.ppf(0.3) == 5
        assert (law.sd_minutes(), law.residual_warmup()) == (0, pytest.approx(5 * 0.995))


def minus_log_of_the_rest(u: Any, rest: Any) -> Any:
    """Quantiles of the exponential with mean 1."""
    return -np.log(rest)


class TestSearching:
    def test_where_a_rising_function_first_reaches_a_level(self) -> None:
        found = invert(lambda x: np.asarray(x**3), np.array([8.0, 27.0]), 0.0, 10.0)
        assert found == pytest.approx([2, 3])
        steps = invert(np.floor, np.array([1.0, 1.5]), np.array([0.0, 0.0]), np.array([5.0, 5.0]))
        assert steps == pytest.approx([1, 2])
        assert invert(np.asarray, 7, 0, 10).shape == ()

    def test_a_table_follows_its_function_and_goes_no_further(self) -> None:
        table = QuantileTable(minus_log_of_the_rest)
        u = np.array([1e-12, 0.25, 0.5, 0.999, 1 - 1e-12])
        assert table.at(u, 2.0, 5.0) == pytest.approx(5 - 2 * np.log1p(-u), rel=1e-6)
