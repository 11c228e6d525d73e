"""The worst week and how many replications would do, worked by hand."""

from dataclasses import replace
from math import nan

import numpy as np
import pytest

from flowsim.measures.compare.paired import Difference, paired
from flowsim.report.material import Material
from flowsim.report.sections.bad_days import by_week, worst_weeks
from flowsim.report.sections.sure import MANY, replications_for
from flowsim.store.results import Results


class FakeSeries:
    """Daily series, and nothing else of a comparison."""

    def __init__(self, **series: list[list[float]]) -> None:
        self.series = {name: np.array(values, float) for name, values in series.items()}

    def daily(self, run: object, measure: str) -> object:
        return self.series.get(measure)


def worst(series: FakeSeries, measure: str) -> list[float]:
    material, run = (series, None)  # only the daily series are read
    found = worst_weeks(material, run, [measure])  # type: ignore[arg-type]
    return list(found[measure, "system", ""])


class TestWorstWeek:
    def test_of_numbers_present_is_the_fullest(self) -> None:
        days = [1.0] * 7 + [8.0] * 7 + [2.0] * 7
        assert worst(FakeSeries(in_department=[days, days[::-1]]), "in_department") == [8.0, 8.0]

    def test_need_not_begin_on_a_monday(self) -> None:
        days = [0.0] * 5 + [7.0] * 7 + [0.0] * 9
        assert worst(FakeSeries(in_department=[days]), "in_department") == [7.0]

    def test_of_a_share_is_the_lowest_and_weighed_by_attendances(self) -> None:
        share = [[0.9] * 6 + [0.2] + [0.9] * 7]
        many = [[100.0] * 6 + [300.0] + [100.0] * 7]
        found = worst(FakeSeries(within_4_hours=share, attendances=many), "within_4_hours")
        assert found == [pytest.approx((6 * 100 * 0.9 + 300 * 0.2) / 900)]

    def test_days_without_anybody_do_not_count(self) -> None:
        days = [[4.0] * 6 + [nan] + [2.0] * 7]
        assert worst(FakeSeries(handover_mean=days), "handover_mean") == [4.0]

    def test_fewer_than_seven_days(self) -> None:
        series = FakeSeries(in_department=[[1.0] * 6])
        assert by_week(series, None, "in_department") is None  # type: ignore[arg-type]

    def test_of_finished_runs(self, material: Material, runs: list[Results]) -> None:
        weeks = by_week(material, runs[0], "in_department")
        assert weeks is not None
        daily = material.daily(runs[0], "in_department")
        assert daily is not None
        assert weeks.shape == (3, 8)
        assert weeks[:, 0] == pytest.approx(daily[:, :7].mean(axis=1))
        assert weeks[:, -1] == pytest.approx(daily[:, -7:].mean(axis=1))


class TestReplicationsNeeded:
    def rows(self, n: int) -> Difference:
        rng = np.random.default_rng(1)
        key = ("within_4_hours", "system", "")
        base = rng.normal(0.75, 0.01, n)
        return paired([key], {key: base}, {key: base + rng.normal(0.003, 0.006, n)}, comparisons=19)[0]

    def test_so_many_are_enough_and_one_fewer_is_not(self) -> None:
        from scipy.special import stdtrit

        row = self.rows(10)
        count = replications_for(row)
        level = 1 - 0.05 / (2 * 19)
        sd = row.half_width * np.sqrt(10) / stdtrit(9, level)
        width = [stdtrit(n - 1, level) * sd / np.sqrt(n) for n in (count - 1, count)]
        assert width[0] >= abs(row.difference) > width[1]

    def test_a_difference_near_nothing_needs_more_than_anybody_runs(self) -> None:
        row = replace(self.rows(10), difference=1e-9)
        assert replications_for(row) == MANY + 1

    def test_a_clear_difference_needs_no_more_than_there_are(self) -> None:
        row = self.rows(10)
        assert replications_for(replace(row, difference=row.half_width * 1.01)) <= 10
