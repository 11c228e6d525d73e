"""Paired differences, worked out by hand, and the runs that cannot be paired."""

from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from finished_runs import FakeRun, run
from flowsim.errors import InputError
from flowsim.measures.compare import Difference, compare
from flowsim.measures.compare.paired import paired, variance_ratio

KEY = ("within_4_hours", "system", "")


def one(base: list[float], other: list[float], measure: str = "within_4_hours") -> Difference:
    key = (measure, "system", "")
    return paired([key], {key: np.array(base)}, {key: np.array(other)})[0]


@pytest.fixture
def base() -> FakeRun:
    sites = {("within_4_hours", "site", "north"): [0.6, 0.7], ("within_4_hours", "site", "south"): [0.8, 0.9]}
    return run("baseline", {"within_4_hours": [0.70, 0.80], "handover_mean": [30.0, 34.0], **sites})


@pytest.fixture
def plan() -> FakeRun:
    sites = {("within_4_hours", "site", "north"): [0.7, 0.8], ("within_4_hours", "site", "south"): [0.8, 0.9]}
    return run("plan", {"within_4_hours": [0.72, 0.83], "handover_mean": [29.0, 36.0], **sites})


def refused(*runs: FakeRun, **options: int) -> str:
    with pytest.raises(InputError) as error:
        compare(*runs, **options)
    return " ".join(str(error.value).split())


# -- one difference --------------------------------------------------------------------------------------


def test_the_interval_is_that_of_the_paired_differences() -> None:
    found = one([0.70, 0.80, 0.75], [0.72, 0.83, 0.76])
    differences = np.array([0.02, 0.03, 0.01])
    assert (found.base, found.other) == pytest.approx((0.75, 0.77))
    assert found.difference == pytest.approx(0.02)
    assert found.half_width == pytest.approx(4.302653 * 0.01 / sqrt(3), rel=1e-6)
    low, high = stats.t.interval(0.95, 2, differences.mean(), stats.sem(differences))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_the_level_is_shared_among_the_rows_shown() -> None:
    keys = [("within_4_hours", "site", name) for name in "abcd"]
    base, other = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.5, 4.5])
    found = paired(keys, dict.fromkeys(keys, base), dict.fromkeys(keys, other))[2]
    low, high = stats.t.interval(1 - 0.05 / 4, 2, 1.0, stats.sem(other - base))
    assert (found.comparisons, found.low, found.high) == (4, pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    ("measure", "other", "verdict"),
    [
        ("within_4_hours", [2.0, 3.0, 4.1], "better"),
        ("within_4_hours", [0.0, 1.0, 2.1], "worse"),
        ("handover_mean", [2.0, 3.0, 4.1], "worse"),
        ("handover_mean", [0.0, 1.0, 2.1], "better"),
        ("attendances", [2.0, 3.0, 4.1], "higher"),
        ("attendances", [0.0, 1.0, 2.1], "lower"),
        ("within_4_hours", [1.1, 1.8, 3.2], "no clear change"),
        ("within_4_hours", [1.0, 2.0, 3.0], "the same"),
    ],
)
def test_a_difference_in_words(measure: str, other: list[float], verdict: str) -> None:
    assert one([1.0, 2.0, 3.0], other, measure).verdict == verdict


def test_one_replication_gives_a_difference_without_an_interval_or_a_verdict() -> None:
    found = one([0.7], [0.9])
    assert found.difference == pytest.approx(0.2)
    assert isnan(found.half_width)
    assert (found.clear, found.verdict) == (False, "")
    assert one([0.7], [0.7]).verdict == "the same"


def test_only_replications_with_a_value_in_both_are_paired() -> None:
    nan = float("nan")
    found = one([0.7, nan, 0.5, 0.6], [0.8, 0.9, nan, 0.8])
    assert found.n == 2
    assert (found.base, found.other, found.difference) == pytest.approx((0.65, 0.8, 0.15))


def test_without_a_pair_each_run_has_its_mean_and_there_is_no_difference() -> None:
    nan = float("nan")
    found = one([0.7, 0.5], [nan, nan])
    assert (found.n, found.base) == (0, 0.6)
    assert isnan(found.other)
    assert isnan(found.difference)
    assert found.verdict == ""


def test_a_link_that_a_run_did_not_use_is_nothing_held() -> None:
    key = ("blocked_by", "link", "ed > ward")
    found = paired([key], {("x", "system", ""): np.zeros(2)}, {key: np.array([2.0, 4.0])})[0]
    assert (found.base, found.other, found.difference) == (0.0, 3.0, 3.0)


def test_the_order_in_which_numbers_were_added_up_is_no_difference() -> None:
    found = one([0.1 + 0.2, 1e6 / 3], [0.3, 1e6 / 3 + 1e-8])
    assert (found.difference, found.half_width, found.verdict) == (0.0, 0.0, "the same")


def test_the_variance_ratio_says_what_pairing_saves() -> None:
    base, other = [1.0, 2.0, 3.0], [2.0, 3.0, 5.0]
    found = one(base, other)
    apart = np.var(base, ddof=1) + np.var(other, ddof=1)
    assert found.ratio == pytest.approx(np.var([1.0, 1.0, 2.0], ddof=1) / apart)
    assert variance_ratio([found]) == found.ratio
    assert isnan(variance_ratio([one([1.0], [2.0])]))


# -- a comparison ----------------------------------------------------------------------------------------


def test_a_comparison_shows_the_headline_measures_in_order(base: FakeRun, plan: FakeRun) -> None:
    rows = compare(base, plan).rows()
    assert [row["measure"] for row in rows][:2] == ["within_4_hours", "handover_mean"]
    assert rows[0]["difference"] == pytest.approx(0.025)
    assert {row["scenario"] for row in rows} == {"plan"}


def test_a_comparison_by_group_adjusts_for_every_row_of_every_run(base: FakeRun, plan: FakeRun) -> None:
    found = compare(base, plan, plan).differences("within_4_hours", by="site")
    assert [(row.group, row.verdict) for row in found[0]] == [("north", "better"), ("south", "the same")]
    assert {row.comparisons for rows in found for row in rows} == {4}


def test_a_comparison_is_a_data_frame(base: FakeRun, plan: FakeRun) -> None:
    frame = compare(base, plan).to_frame(["handover_mean"])
    assert frame.loc[0, ["measure", "unit", "base", "other"]].tolist() == [
        "handover_mean",
        "minutes",
        32.0,
        32.5,
    ]
    assert compare(base, plan).to_frame("all").shape[0] == 2


def test_a_group_that_one_run_lacks_is_shown_without_a_difference(base: FakeRun, plan: FakeRun) -> None:
    wider = run("wider", {**base.cells, ("within_4_hours", "site", "new"): [0.9, 0.9]})
    found = compare(base, wider).differences("within_4_hours", by="site")[0][2]
    assert (found.group, found.n, found.other) == ("new", 0, 0.9)


def test_other_words_for_levels_are_understood(base: FakeRun) -> None:
    with pytest.raises(InputError, match="not broken down by fifth"):
        compare(base, base).keys("within_4_hours", by="deprivation")


@pytest.mark.parametrize(
    ("measures", "by", "message"),
    [
        ("within_4_hour", "system", "Did you mean within_4_hours"),
        ("within_4_hours", "sight", "Did you mean site?"),
        ("within_4_hours", "trust", "not broken down by trust in these runs"),
        ("bed_occupancy", "system", "have not measured bed_occupancy"),
    ],
)
def test_what_is_not_there_is_said_kindly(base: FakeRun, measures: str, by: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compare(base, base).keys(measures, by)


# -- runs that cannot be paired --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message", "command"),
    [
        ({"seed": 7}, "has seed 7", "flowsim run plan.yaml --set seed=2026"),
        (
            {"start": "2026-12-01"},
            "starts on 2026-11-02",
            "flowsim run plan.yaml --set time.start=2026-11-02",
        ),
        ({"horizon_minutes": 5 * 1440.0}, "covers", "flowsim run plan.yaml --set 'time.horizon=10 days'"),
        ({"flowsim": "0.0.9"}, "flowsim 0.1.0 and flowsim 0.0.9", "flowsim run baseline.yaml plan.yaml"),
        ({"code": "other"}, "two states of the code", "flowsim run baseline.yaml plan.yaml"),
    ],
)
def test_runs_that_cannot_be_paired_are_refused_with_the_command_that_mends_it(
    base: FakeRun, plan: FakeRun, changes: dict[str, object], message: str, command: str
) -> None:
    said = refused(base, plan.but(**changes))
    assert message in said
    assert command in said


def test_every_reason_is_told_at_once(base: FakeRun, plan: FakeRun) -> None:
    said = refused(base, plan.but(seed=7), plan.but(start="2026-12-01"))
    assert "seed=2026" in said
    assert "time.start" in said


def test_a_run_of_another_system_is_refused(base: FakeRun) -> None:
    clinic = run("clinic", {("mean_present", "service", "clinic"): [1.0, 1.0]})
    other = FakeRun({key: v for key, v in clinic.cells.items() if key[2] == "clinic"}, clinic.manifest, {}, 2)
    assert "different systems" in refused(base, other)


def test_missing_replications_are_refused_with_both_ways_out(base: FakeRun) -> None:
    longer = run("plan", {"within_4_hours": [0.7, 0.8, 0.9]})
    said = refused(base, longer)
    assert "baseline has 2 of the 3 replications to compare." in said
    assert "flowsim run baseline.yaml -n 3, or compare the first 2 of each with -n 2" in said
    assert len(compare(base, longer, replications=2).replications) == 2
    assert "has 2 of the 9" in refused(base, base, replications=9)


def test_a_comparison_needs_something_to_compare(base: FakeRun) -> None:
    assert "at least two runs" in refused(base)
