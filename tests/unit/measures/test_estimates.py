"""Estimates over replications, against scipy.stats."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from flowsim.measures.estimates import (
    ONE_REPLICATION,
    by_replication,
    estimate,
    estimates,
    t_quantile,
)
from hand_made import stacked

KEY = ("within_4_hours", "system", "")
VALUES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40)


def table(**values: float) -> dict[str, np.ndarray]:
    return {
        "measure": np.array(list(values), dtype=object),
        "level": np.array(["system"] * len(values), dtype=object),
        "group": np.array([""] * len(values), dtype=object),
        "value": np.array(list(values.values())),
    }


@given(VALUES, st.sampled_from([0.9, 0.95, 0.99]))
def test_interval_is_students(values: list[float], confidence: float) -> None:
    found = estimate(KEY, np.array(values), confidence)
    half = stats.t.ppf(0.5 + confidence / 2, len(values) - 1) * stats.sem(values)
    assert found.half_width == pytest.approx(half, abs=1e-9)
    assert found.mean == pytest.approx(np.mean(values), abs=1e-9)
    assert found.low == pytest.approx(found.mean - half, abs=1e-9)
    assert found.percentiles == pytest.approx(np.percentile(values, [5, 25, 50, 75, 95]))


def test_one_replication_has_no_interval_and_says_so() -> None:
    found = estimate(KEY, np.array([0.7]))
    assert (found.n, found.mean) == (1, 0.7)
    assert isnan(found.half_width)
    assert isnan(found.sd)
    assert isnan(t_quantile(0.95, 1))
    assert found.note == ONE_REPLICATION
    assert estimate(KEY, np.array([0.7, 0.8])).note == ""


def test_missing_values_are_left_out() -> None:
    found = estimate(KEY, np.array([1.0, np.nan, 3.0]))
    assert (found.n, found.mean) == (2, 2.0)
    nobody = estimate(KEY, np.array([np.nan, np.nan]))
    assert nobody.n == 0
    assert isnan(nobody.mean)


def test_long_tables_become_estimates() -> None:
    columns = stacked([table(within_4_hours=0.7, attendances=100.0), table(within_4_hours=0.8)])
    found = estimates(columns)
    whole = found["within_4_hours", "system", ""]
    assert (whole.n, whole.mean) == (2, pytest.approx(0.75))
    assert found["attendances", "system", ""].n == 1
    assert {key[0] for key in found} == {"attendances", "within_4_hours"}


@given(st.integers(2, 12), st.integers(0, 99))
def test_all_at_once_is_the_same_as_one_by_one(n: int, seed: int) -> None:
    luck = np.random.default_rng(seed)
    tables = [table(within_4_hours=luck.random(), attendances=luck.random() * 9) for _ in range(n)]
    tables[0]["value"][1] = np.nan
    columns = stacked(tables)
    values = by_replication(columns)
    for key, found in estimates(columns).items():
        alone = estimate(key, values[key])
        assert found.n == alone.n
        assert found.mean == pytest.approx(alone.mean)
        assert found.half_width == pytest.approx(alone.half_width, nan_ok=True)
        assert found.percentiles == pytest.approx(alone.percentiles)


def test_a_link_that_was_not_used_is_nothing() -> None:
    link = table(blocked_by=4.0)
    link["level"][0], link["group"][0] = "link", "ed > ward"
    values = by_replication(stacked([link, table(within_4_hours=0.8)]))
    assert values["blocked_by", "link", "ed > ward"].tolist() == [4, 0]
    assert np.isnan(values["within_4_hours", "system", ""][0])
