"""The shortest of a law's lengths: what part of the mean they make up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.spec.distributions import parse_distribution

LAWS: list[Any] = [
    {"distribution": "exponential", "mean": "3 days"},
    {"mean": "4 days", "sd": "6 days"},
    {"mean": "4 days", "sd": "6 days", "at_most": "9 days"},
    "2 days",
    {
        "parts": [
            {"share": "40%", "mean": "8 hours", "sd": "4 hours"},
            {"share": "60%", "mean": "4 days", "sd": "5 days"},
        ]
    },
]


@pytest.fixture(params=LAWS, ids=str)
def law(request: pytest.FixtureRequest) -> Any:
    return parse_distribution(request.param)


@pytest.mark.parametrize("u", [0.03, 0.25, 0.4, 0.5, 0.9, 0.999])
def test_it_is_the_area_under_the_quantile_function(law: Any, u: float) -> None:
    middles = (np.arange(200_000) + 0.5) / 200_000 * u
    assert law.lowest(u) == pytest.approx(float(np.mean(law.ppf(middles))) * u, rel=2e-4, abs=1e-6)


def test_the_shortest_of_none_is_nothing_and_of_all_the_mean(law: Any) -> None:
    assert law.lowest(0.0) == 0.0
    assert law.lowest(1.0) == law.mean_minutes()
    assert law.lowest(1.0 - 1e-12) == pytest.approx(law.mean_minutes(), rel=1e-6)


@given(a=st.floats(0.0, 1.0), b=st.floats(0.0, 1.0))
def test_more_of_them_make_up_more_and_are_longer_on_average(a: float, b: float) -> None:
    law = parse_distribution({"mean": "4 days", "sd": "6 days", "at_most": "30 days"})
    few, many = sorted((a, b))
    assert law.lowest(few) <= law.lowest(many) + 1e-9
    if few > 1e-6:
        assert law.lowest(few) / few <= law.lowest(many) / many * (1 + 1e-9)


def test_an_exponential_by_hand() -> None:
    law = parse_distribution({"distribution": "exponential", "mean": "100 min"})
    assert law.lowest(0.5) == pytest.approx(100 * (0.5 - 0.5 * np.log(2)))
