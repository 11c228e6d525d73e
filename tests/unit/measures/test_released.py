"""Cost per bed day released: the ratio, its interval, and when there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finished_runs import run
from flowsim.errors import InputError
from flowsim.measures.compare import compare
from flowsim.measures.compare.released import BEDS, SPENT, can_tell, ratio_of_means, released
from flowsim.measures.compare.text import comparison_text
from flowsim.measures.estimates import Floats, Key


@dataclass
class Run:
    spent: list[float]
    beds: list[float]
    name: str = "plan"
    cells: dict[Key, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = {SPENT: np.array(self.spent), BEDS: np.array(self.beds)}


BASE = Run([1000, 1010, 990, 1005], [500, 505, 498, 502], "base")


def plan(more: list[float], fewer: list[float]) -> Run:
    spent = [a + b for a, b in zip(BASE.spent, more, strict=True)]
    return Run(spent, [a - b for a, b in zip(BASE.beds, fewer, strict=True)])


def test_pounds_for_each_bed_day_released() -> None:
    found = released(BASE, plan([400, 420, 380, 400], [10, 10.5, 9.5, 10]))
    assert found.per_bed_day == pytest.approx(40)
    assert found.low <= 40 <= found.high
    assert found.spent.difference == pytest.approx(400)
    assert found.beds.difference == pytest.approx(-10)
    assert "£40" in found.sentence()


def test_a_plan_that_saves_outside_beds_too_costs_less_than_nothing() -> None:
    found = released(BASE, plan([-100, -120, -80, -100], [10, 11, 9, 10]))
    assert found.per_bed_day == pytest.approx(-10)
    assert "-£10" in found.sentence()


@pytest.mark.parametrize("fewer", [[1, -2, 3, -1.5], [-10, -11, -9, -10], [0, 0, 0, 0]])
def test_no_figure_where_it_is_not_clear_that_beds_are_released(fewer: list[float]) -> None:
    found = released(BASE, plan([400, 420, 380, 400], fewer))
    assert np.isnan(found.per_bed_day)
    assert "not clear" in found.sentence()


def test_one_replication_has_no_interval() -> None:
    found = released(Run([1000], [500]), Run([1400], [490]))
    assert "one replication" in found.sentence()


def test_runs_without_costs_are_named_with_the_way_out() -> None:
    bare = Run([1, 2], [3, 4], "bare")
    del bare.cells[SPENT]
    assert not can_tell(bare)
    with pytest.raises(InputError) as caught:
        released(bare, BASE)
    assert "bare has no costs" in str(caught.value)
    assert "costs/national.yaml" in str(caught.value)


class TestRatio:
    def test_with_a_lower_mean_that_does_not_vary_it_is_the_usual_interval(self) -> None:
        top = np.array([3.0, 5.0, 4.0, 4.5])
        ratio, low, high = ratio_of_means(top, np.full(4, 2.0))
        middle, half = top.mean() / 2, 3.182446 * top.std(ddof=1) / 2 / 2
        assert (ratio, low, high) == pytest.approx((middle, middle - half, middle + half))

    def test_proportional_values_have_no_uncertainty(self) -> None:
        bottom = np.array([9.0, 10.0, 11.0, 10.5])
        assert ratio_of_means(3 * bottom, bottom) == pytest.approx((3, 3, 3))

    def test_a_lower_mean_near_nothing_gives_no_bounds(self) -> None:
        _, low, high = ratio_of_means(np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 0.2]))
        assert (low, high) == (-np.inf, np.inf)

    def test_fewer_than_two(self) -> None:
        assert np.isnan(ratio_of_means(np.array([1.0]), np.array([1.0]))).all()

    @given(st.lists(st.tuples(st.floats(-50, 50), st.floats(90, 110)), min_size=3, max_size=12))
    def test_the_ratio_lies_in_its_interval(self, pairs: list[tuple[float, float]]) -> None:
        top, bottom = (np.array(column) for column in zip(*pairs, strict=True))
        ratio, low, high = ratio_of_means(top, bottom)
        assert low - 1e-9 <= ratio <= high + 1e-9

    def test_it_covers_the_truth_as_often_as_it_says(self) -> None:
        luck = np.random.default_rng(11)
        inside = 0
        for _ in range(2000):
            shared = luck.normal(0, 1, 8)
            top, bottom = 40 + 6 * shared + luck.normal(0, 4, 8), 10 + shared + luck.normal(0, 1, 8)
            _, low, high = ratio_of_means(top, bottom)
            inside += low <= 4 <= high
        assert 0.935 <= inside / 2000 <= 0.965


class TestBesideTheTable:
    """What `flowsim compare` says below the figures."""

    BASE: ClassVar[dict[str, list[float]]] = {
        "cost_per_day": [9000, 9100, 8900],
        "cost_outside_beds": [1000, 1010, 990],
        "beds_occupied": [500, 505, 498],
        "harm_deaths": [5, 6, 4],
        "within_4_hours": [0.7, 0.71, 0.69],
    }
    PLAN: ClassVar[dict[str, list[float]]] = BASE | {
        "cost_per_day": [8900, 9010, 8790],
        "cost_outside_beds": [1400, 1430, 1370],
        "beds_occupied": [490, 494.5, 488.5],
    }

    def text(self, measures: str, **without: Any) -> str:
        runs = [
            run(name, {k: v for k, v in found.items() if k not in without}) for name, found in self.runs()
        ]
        return " ".join(comparison_text(compare(*runs), measures).split())

    def runs(self) -> list[tuple[str, dict[str, list[float]]]]:
        return [("baseline", self.BASE), ("more-care", self.PLAN)]

    def test_costs_come_with_their_caveat_and_the_cost_of_a_bed_day(self) -> None:
        told = self.text("cost")
        assert told.count("not cash until something is closed") == 1
        assert "more-care. Cost per bed day released, outside acute beds: £40 (" in told

    def test_harm_comes_with_its_caveat_and_says_nothing_of_cost(self) -> None:
        told = self.text("harm")
        assert told.count("not proof that delay was the cause") == 1
        assert "bed day" not in told

    def test_other_measures_come_without(self) -> None:
        told = self.text("within_4_hours")
        assert "not proof" not in told
        assert "not cash" not in told

    def test_a_system_without_beds_has_no_cost_of_a_bed_day(self) -> None:
        told = self.text("cost", beds_occupied=True)
        assert "not cash" in told
        assert "bed day released" not in told
