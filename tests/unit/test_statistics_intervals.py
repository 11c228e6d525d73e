"""Intervals held to other people's formulas: Student, Bonferroni, Fieller, and sums of paired differences.

Everything here is worked out a second time, from scipy or from the definition, and compared.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf, isinf, isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from finished_runs import FakeRun, run
from flowsim.measures.compare.decomposition import Reasons, Trial, reasons
from flowsim.measures.compare.paired import NOISE, Difference, paired, variance_ratio
from flowsim.measures.compare.released import BEDS, SPENT, can_tell, ratio_of_means, released
from flowsim.measures.estimates import (
    PERCENTILES,
    by_replication,
    estimate,
    estimates,
    half_width,
    t_quantile,
)
from hand_made import stacked

KEY = ("handover_mean", "system", "")
Numbers = list[float]
NUMBERS = st.integers(-400, 400).map(lambda value: value / 4)
"""Numbers that are added and taken from one another without rounding."""
SOME = st.lists(NUMBERS, min_size=2, max_size=12)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=12)


def difference(base: Numbers, other: Numbers, **options: float) -> Difference:
    return paired([KEY], {KEY: np.array(base)}, {KEY: np.array(other)}, **options)[0]  # type: ignore[arg-type]


# -- the t quantile, and one mean ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confidence", "n", "quantile"),
    [
        # as printed in tables of Student's distribution
        (0.95, 2, 12.706),
        (0.95, 3, 4.303),
        (0.95, 10, 2.262),
        (0.95, 30, 2.045),
        (0.99, 5, 4.604),
        (0.90, 11, 1.812),
        (0.80, 6, 1.476),
    ],
)
def test_the_t_quantile_is_that_of_printed_tables(confidence: float, n: int, quantile: float) -> None:
    assert t_quantile(confidence, n) == pytest.approx(quantile, abs=5e-4)


def test_the_t_quantile_approaches_that_of_the_normal_law_from_above() -> None:
    each = [t_quantile(0.95, n) for n in (2, 3, 5, 10, 30, 100, 10_000)]
    assert all(one > other for one, other in pairwise(each))
    assert each[-1] == pytest.approx(stats.norm.ppf(0.975), abs=1e-3)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_have_no_quantile_and_no_interval(n: int) -> None:
    assert isnan(t_quantile(0.95, n))
    assert isnan(half_width(np.arange(float(n))))


def test_an_estimate_with_a_pencil() -> None:
    """Of 2, 4 and 9: mean 5, variance (9 + 1 + 16) / 2, t quantile 4.303."""
    found = estimate(KEY, np.array([2.0, 4.0, 9.0]))
    assert (found.n, found.mean, found.sd) == (3, 5.0, pytest.approx(sqrt(13)))
    assert found.half_width == pytest.approx(4.3027 * sqrt(13 / 3), rel=1e-4)
    assert (found.low, found.high) == (5 - found.half_width, 5 + found.half_width)
    # percentiles between order statistics: 5% of the way along two steps, and so on
    assert found.percentiles == pytest.approx((2.2, 3.0, 4.0, 6.5, 8.5))


@given(SOME, st.integers(1, 99))
def test_more_confidence_is_a_wider_interval_about_the_same_mean(values: Numbers, percent: int) -> None:
    low = estimate(KEY, np.array(values), percent / 100)
    high = estimate(KEY, np.array(values), (percent + 1) / 101)
    assert low.mean == high.mean
    wider, narrower = (low, high) if percent / 100 > (percent + 1) / 101 else (high, low)
    assert wider.half_width >= narrower.half_width


@given(SOME, NUMBERS, st.integers(-8, 8))
def test_an_estimate_follows_a_change_of_unit(values: Numbers, shift: float, factor: int) -> None:
    one, other = (
        estimate(KEY, np.array(values)),
        estimate(KEY, np.array([value * factor + shift for value in values])),
    )
    assert other.mean == pytest.approx(one.mean * factor + shift, abs=1e-9)
    assert other.half_width == pytest.approx(one.half_width * abs(factor), abs=1e-9)
    moved = sorted(value * factor + shift for value in one.percentiles)
    assert other.percentiles == pytest.approx(moved, abs=1e-9)


@given(SOME)
def test_percentiles_are_in_order_and_inside_the_data(values: Numbers) -> None:
    found = estimate(KEY, np.array(values)).percentiles
    assert len(found) == len(PERCENTILES)
    assert list(found) == sorted(found)
    assert min(values) <= found[0]
    assert found[-1] <= max(values)


@given(SOME, st.integers(0, 4))
def test_replications_without_a_value_change_nothing(values: Numbers, missing: int) -> None:
    with_gaps = np.array([*values, *[nan] * missing])
    assert estimate(KEY, with_gaps) == estimate(KEY, np.array(values))


# -- long tables ---------------------------------------------------------------------------------------------


def long_table(rows: list[tuple[str, str, str, float]]) -> dict[str, np.ndarray]:
    columns = zip(*rows, strict=True)
    return {
        name: np.array(column, dtype=float if name == "value" else object)
        for name, column in zip(("measure", "level", "group", "value"), columns, strict=True)
    }


class TestLongTables:
    FIRST = (
        ("handover_mean", "system", "", 10.0),
        ("handover_mean", "site", "north", 12.0),
        ("blocked_by", "link", "ed > ward", 4.0),
    )
    SECOND = (
        ("handover_mean", "site", "north", 14.0),
        ("handover_mean", "system", "", 20.0),
        ("handover_mean", "site", "south", 7.0),
    )

    def columns(self) -> dict[str, np.ndarray]:
        return stacked([long_table(list(self.FIRST)), long_table(list(self.SECOND))])

    def test_values_stand_in_the_order_of_replications_whatever_the_order_of_rows(self) -> None:
        values = by_replication(self.columns())
        assert values["handover_mean", "system", ""].tolist() == [10, 20]
        assert values["handover_mean", "site", "north"].tolist() == [12, 14]

    def test_what_a_replication_lacks_is_unknown_and_for_a_link_nothing(self) -> None:
        values = by_replication(self.columns())
        assert np.isnan(values["handover_mean", "site", "south"][0])
        assert values["handover_mean", "site", "south"][1] == 7
        assert values["blocked_by", "link", "ed > ward"].tolist() == [4, 0]

    def test_replications_are_told_apart_by_their_number(self) -> None:
        columns = self.columns()
        columns["replication"] = columns["replication"] * 3 + 4
        assert by_replication(columns)["handover_mean", "system", ""].tolist() == [10, 20]
        backwards = {name: column[::-1] for name, column in columns.items()}
        assert by_replication(backwards)["handover_mean", "system", ""].tolist() == [10, 20]

    def test_a_value_known_once_has_an_estimate_without_an_interval(self) -> None:
        found = estimates(self.columns())
        assert found["handover_mean", "site", "south"].n == 1
        assert isnan(found["handover_mean", "site", "south"].half_width)
        assert found["handover_mean", "system", ""].half_width == pytest.approx(t_quantile(0.95, 2) * 5)
        assert list(found) == list(by_replication(self.columns()))

    def test_one_replication_and_the_level_asked_for(self) -> None:
        alone = estimates(stacked([long_table(list(self.FIRST))]), 0.8)
        assert all(each.n == 1 and isnan(each.half_width) for each in alone.values())
        assert {each.confidence for each in estimates(self.columns(), 0.8).values()} == {0.8}
        wide, narrow = (estimates(self.columns(), level)[KEY].half_width for level in (0.95, 0.8))
        assert wide / narrow == pytest.approx(t_quantile(0.95, 2) / t_quantile(0.8, 2))


# -- paired differences --------------------------------------------------------------------------------------


@given(PAIRS)
def test_a_difference_is_clear_when_the_paired_t_test_says_so(pairs: list[tuple[float, float]]) -> None:
    base, other = (list(column) for column in zip(*pairs, strict=True))
    apart = np.array(other) - np.array(base)
    assume(apart.std() > 0)
    p = stats.ttest_rel(other, base).pvalue
    assume(abs(p - 0.05) > 1e-6)
    found = difference(base, other)
    assert found.clear == (p < 0.05)
    low, high = stats.t.interval(0.95, len(base) - 1, apart.mean(), stats.sem(apart))
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


@given(PAIRS)
def test_swapping_the_runs_turns_the_difference_round(pairs: list[tuple[float, float]]) -> None:
    base, other = (list(column) for column in zip(*pairs, strict=True))
    there, back = difference(base, other), difference(other, base)
    assert there.difference == -back.difference
    assert there.half_width == back.half_width
    assert (there.base, there.other) == (back.other, back.base)
    assert there.ratio == pytest.approx(back.ratio, nan_ok=True)
    opposite = {"better": "worse", "worse": "better"}
    assert there.verdict == opposite.get(back.verdict, back.verdict)


@given(SOME, NUMBERS)
def test_what_every_replication_gains_alike_has_no_uncertainty(values: Numbers, gain: float) -> None:
    found = difference(values, [value + gain for value in values])
    assert found.difference == gain
    assert found.half_width == pytest.approx(0, abs=1e-9)


@given(PAIRS)
def test_the_variance_ratio_is_one_less_what_the_runs_have_in_common(
    pairs: list[tuple[float, float]],
) -> None:
    """Var(X - Y) = Var X + Var Y - 2 Cov(X, Y)."""
    base, other = (np.array(column) for column in zip(*pairs, strict=True))
    both = base.var(ddof=1) + other.var(ddof=1)
    found = difference(list(base), list(other)).ratio
    if both < 1e-9:
        assert isnan(found)
    else:
        assert found == pytest.approx(1 - 2 * np.cov(base, other)[0, 1] / both, abs=1e-9)


@pytest.mark.parametrize(
    ("other", "ratio"),
    [
        ([1.0, 2.0, 3.0], 0.0),  # moves with it
        ([3.0, 2.0, 1.0], 2.0),  # moves against it
        ([2.0, 2.0, 2.0], 1.0),  # does not move
        ([1.0, 3.0, 1.0], (4 / 3 + 1) / (4 / 3 + 1)),  # unrelated
    ],
)
def test_variance_ratios_with_a_pencil(other: Numbers, ratio: float) -> None:
    assert difference([1.0, 2.0, 3.0], other).ratio == pytest.approx(ratio)


def test_the_ratio_of_a_table_is_its_middle_one_and_leaves_out_what_is_not_known() -> None:
    each = [
        difference([1.0, 2.0, 3.0], other) for other in ([3.0, 2.0, 1.0], [1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    ]
    unknown = difference([0.95, 0.95, 0.95], [0.7, 0.7, 0.7])  # their means are not exact, but nothing varies
    assert variance_ratio([*each, unknown]) == 1.0
    assert isnan(variance_ratio([unknown]))
    assert isnan(variance_ratio([]))


@pytest.mark.parametrize("comparisons", [1, 2, 5, 40])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_bonferroni_shares_the_error_among_the_comparisons(comparisons: int, confidence: float) -> None:
    base, other = [1.0, 2.0, 4.0, 8.0], [2.0, 4.0, 4.0, 9.0]
    found = difference(base, other, comparisons=comparisons, confidence=confidence)
    alone = stats.t.interval(1 - (1 - confidence) / comparisons, 3, 1.0, stats.sem([1, 2, 0, 1]))
    assert (found.low, found.high) == (pytest.approx(alone[0]), pytest.approx(alone[1]))
    assert (found.comparisons, found.confidence) == (comparisons, confidence)


def test_bonferroni_intervals_hold_together() -> None:
    """Of 1,000 tables of four measures that do not differ, 95% or more show no difference anywhere."""
    luck = np.random.default_rng(6)
    keys = [("handover_mean", "site", name) for name in "abcd"]
    wrong = 0
    for _ in range(1000):
        base, other = luck.normal(size=(2, 4, 6))
        rows = paired(keys, dict(zip(keys, base, strict=True)), dict(zip(keys, other, strict=True)))
        wrong += any(row.clear for row in rows)
    assert wrong / 1000 < 0.05 + 3 * sqrt(0.05 * 0.95 / 1000)
    assert wrong / 1000 > 0.02  # and they are not so wide as to say nothing


@given(PAIRS, st.data())
def test_a_pair_of_which_one_is_missing_is_as_if_it_were_not_there(
    pairs: list[tuple[float, float]], data: st.DataObject
) -> None:
    lost = data.draw(
        st.lists(st.sampled_from(["base", "other", "both", ""]), min_size=len(pairs), max_size=len(pairs))
    )
    base = [nan if which in ("base", "both") else a for (a, _), which in zip(pairs, lost, strict=True)]
    other = [nan if which in ("other", "both") else b for (_, b), which in zip(pairs, lost, strict=True)]
    there = [pair for pair, which in zip(pairs, lost, strict=True) if not which]
    assume(there)
    found, alone = difference(base, other), difference(*(list(column) for column in zip(*there, strict=True)))
    assert (found.n, found.base, found.other) == (
        alone.n,
        pytest.approx(alone.base),
        pytest.approx(alone.other),
    )
    assert found.difference == pytest.approx(alone.difference)
    assert found.half_width == pytest.approx(alone.half_width, nan_ok=True)
    assert found.ratio == pytest.approx(alone.ratio, nan_ok=True)


@pytest.mark.parametrize(
    ("apart", "verdict"),
    [(0.5 * NOISE, "the same"), (0.99 * NOISE, "the same"), (3 * NOISE, "better")],
)
def test_a_difference_in_the_last_digits_is_the_order_of_adding_up(apart: float, verdict: str) -> None:
    base = [1e6, 1e6, 1e6]
    assert difference(base, [value * (1 - apart) for value in base]).verdict == verdict


def test_noise_is_told_for_each_replication_by_the_larger_value() -> None:
    assert difference([0.0, 0.0], [1e-12, 1e-12]).difference == pytest.approx(1e-12)  # nothing and something
    assert difference([1.0, 0.0], [1.0 + 1e-12, 0.0]).verdict == "the same"


class TestSeveralKeys:
    ROWS = (("handover_mean", "site", "a"), ("handover_mean", "site", "b"), ("blocked_by", "link", "a > b"))

    def test_each_row_is_its_own(self) -> None:
        a, b, link = self.ROWS
        base = {a: np.array([1.0, 2.0]), b: np.array([5.0, 5.0])}
        other = {a: np.array([2.0, 3.0]), link: np.array([1.0, 3.0])}
        found = paired(self.ROWS, base, other)
        assert [row.group for row in found] == ["a", "b", "a > b"]
        assert [row.difference for row in found] == pytest.approx([1.0, nan, 2.0], nan_ok=True)
        assert (found[1].base, found[1].n, found[1].verdict) == (5.0, 0, "")
        assert isnan(found[1].other)
        assert {row.comparisons for row in found} == {3}

    def test_none_is_none(self) -> None:
        assert paired([], {}, {}) == []

    def test_a_run_with_nothing_at_all_has_the_length_of_the_other(self) -> None:
        found = paired(self.ROWS[:1], {}, {self.ROWS[0]: np.array([1.0, 2.0, 6.0])})
        assert (found[0].n, found[0].other) == (0, 3.0)


# -- Fieller's interval ------------------------------------------------------------------------------------


def t_of(ratio: float, top: np.ndarray, bottom: np.ndarray) -> float:
    """Return by how many standard errors the mean of top - ratio * bottom lies from 0."""
    left = top - ratio * bottom
    error = left.std(ddof=1) / sqrt(left.size)
    return inf if error == 0 and left.mean() else abs(left.mean()) / error if error else 0.0


class TestFieller:
    """The interval holds the ratios that a t test of top - ratio * bottom would not refuse."""

    @pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
    @pytest.mark.parametrize("seed", range(6))
    def test_its_ends_are_where_the_t_test_changes_its_mind(self, confidence: float, seed: int) -> None:
        luck = np.random.default_rng(seed)
        bottom = luck.normal(20.0, 2.0, 12)
        top = luck.normal(5.0 - 3 * seed, 4.0, 12) + (seed % 3 - 1) * bottom
        ratio, low, high = ratio_of_means(top, bottom, confidence)
        assert ratio == pytest.approx(top.mean() / bottom.mean())
        limit = stats.t.ppf(0.5 + confidence / 2, 11)
        for end in (low, high):
            assert t_of(end, top, bottom) == pytest.approx(limit, rel=1e-6)
        for inside in np.linspace(low, high, 9)[1:-1]:
            assert t_of(float(inside), top, bottom) < limit
        for outside in (low - 0.1, high + 0.1):
            assert t_of(outside, top, bottom) > limit

    @pytest.mark.parametrize(("scale", "unit"), [(2.0, 1.0), (1.0, 4.0), (-3.0, 1.0), (1.0, 0.5)])
    def test_it_follows_a_change_of_units(self, scale: float, unit: float) -> None:
        luck = np.random.default_rng(3)
        top, bottom = luck.normal(7.0, 1.0, 9), luck.normal(20.0, 2.0, 9)
        found, changed = ratio_of_means(top, bottom), ratio_of_means(top * scale, bottom * unit)
        expected = sorted(end * scale / unit for end in found[1:])
        assert changed[0] == pytest.approx(found[0] * scale / unit)
        assert changed[1:] == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("bottom", "bounded"),
        [
            ([1.0, 1.0, 1.0], True),
            ([1.0, 2.0, 3.0], False),  # mean 2, t interval from -0.48 to 4.48
            ([4.0, 5.0, 6.0], True),
            ([-1.0, 0.0, 1.0], False),
        ],
    )
    def test_it_has_ends_only_if_the_lower_mean_is_clearly_not_nothing(
        self, bottom: Numbers, bounded: bool
    ) -> None:
        ratio, low, high = ratio_of_means(np.array([1.0, 2.0, 4.0]), np.array(bottom))
        assert isinf(low) is isinf(high) is not bounded
        assert isnan(ratio) == (sum(bottom) == 0)
        assert not low > high

    @pytest.mark.parametrize(
        ("spent", "beds", "per_bed_day", "reason"),
        [
            ([100.0, 110.0, 120.0], [2.0, 2.1, 1.9], 55.0, ""),
            ([-100.0, -110.0, -120.0], [2.0, 2.1, 1.9], -55.0, ""),
            ([100.0, 110.0, 120.0], [-2.0, -2.1, -1.9], nan, "not clear"),  # beds are filled, not released
            ([100.0, 110.0, 120.0], [2.0, -2.0, 0.5], nan, "not clear"),
            ([100.0, nan, 120.0], [2.0, 2.0, nan], nan, "one replication"),
            ([100.0, 100.1, nan], [2.0, 2.0, 2.0], 50.025, ""),  # two pairs are enough
        ],
    )
    def test_pounds_for_a_bed_day(
        self, spent: Numbers, beds: Numbers, per_bed_day: float, reason: str
    ) -> None:
        base = run("base", {SPENT: [1000.0] * 3, BEDS: [50.0] * 3})
        plan = run(
            "plan",
            {SPENT: [1000.0 + each for each in spent], BEDS: [50.0 - each for each in beds]},
        )
        found = released(base, plan)
        assert found.per_bed_day == pytest.approx(per_bed_day, nan_ok=True)
        assert reason in found.reason
        assert bool(found.reason) == bool(reason)
        if not reason:
            assert found.low < found.per_bed_day < found.high
            assert f"£{abs(per_bed_day):.0f}" in found.sentence()
            assert (found.sentence().count("-£") > 0) == (per_bed_day < 0)


@pytest.mark.parametrize(
    ("keys", "told"), [((SPENT, BEDS), True), ((SPENT,), False), ((BEDS,), False), ((), False)]
)
def test_the_cost_of_a_bed_day_needs_costs_and_beds(
    keys: tuple[tuple[str, str, str], ...], told: bool
) -> None:
    assert (
        can_tell(run("plan", {("handover_mean", "system", ""): [1.0], **{key: [1.0] for key in keys}}))
        is told
    )


# -- decomposition -------------------------------------------------------------------------------------------


def of(name: str, values: Numbers) -> FakeRun:
    return run(name, {"handover_mean": values})


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Numbers], int]:
    """Return the values of a baseline, a plan, and of two runs for each of its changes."""
    count, size = draw(st.integers(1, 3)), draw(st.integers(2, 5))
    values = st.lists(NUMBERS, min_size=size, max_size=size)
    return draw(st.lists(values, min_size=2 + 2 * count, max_size=2 + 2 * count)), count


def decomposed(values: list[Numbers], count: int) -> Reasons:
    base, plan, *rest = values
    trials = [
        Trial(f"change {i}", of(f"alone {i}", rest[2 * i]), of(f"without {i}", rest[2 * i + 1]))
        for i in range(count)
    ]
    return reasons(of("base", base), of("plan", plan), trials)[0]


@given(plans())
@settings(max_examples=40)
def test_the_parts_of_a_plan_and_what_they_do_together_are_the_whole(
    found: tuple[list[Numbers], int],
) -> None:
    values, count = found
    each = decomposed(values, count)
    base, plan, *rest = (np.array(one) for one in values)
    assert each.total.difference == pytest.approx((plan - base).mean(), abs=1e-9)
    for i, step in enumerate(each.steps):
        assert step.alone.difference == pytest.approx((rest[2 * i] - base).mean(), abs=1e-9)
        assert step.last.difference == pytest.approx((plan - rest[2 * i + 1]).mean(), abs=1e-9)
    alone = sum(step.alone.difference for step in each.steps)
    assert each.together.difference == pytest.approx(each.total.difference - alone, abs=1e-9)


@given(plans())
@settings(max_examples=40)
def test_the_interval_of_what_is_left_is_that_of_the_interaction_in_each_replication(
    found: tuple[list[Numbers], int],
) -> None:
    values, count = found
    each = decomposed(values, count)
    base, plan, *rest = (np.array(one) for one in values)
    left = (plan - base) - sum(rest[2 * i] - base for i in range(count))
    alpha = 0.05 / (2 * count + 2)
    expected = stats.t.ppf(1 - alpha / 2, len(left) - 1) * left.std(ddof=1) / sqrt(len(left))
    assert each.together.half_width == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_changes_that_add_up_leave_nothing_to_explain() -> None:
    base = [30.0, 34.0, 41.0]
    beds, team = [value - 4 for value in base], [value - 2 for value in base]
    plan = [value - 6 for value in base]
    each = decomposed([base, plan, beds, team, team, beds], 2)
    assert [step.alone.difference for step in each.steps] == [-4, -2]
    assert [step.last.difference for step in each.steps] == [-4, -2]
    assert each.together.verdict == "the same"


def test_a_plan_of_two_measures_shares_the_error_among_all_rows() -> None:
    trial = Trial(
        "beds", *(run(name, {"handover_mean": [1.0, 2.0], "within_4_hours": [0.5, 0.6]}) for name in "ab")
    )
    base, plan = (
        run(name, {"handover_mean": [2.0, 4.0], "within_4_hours": [0.5, 0.7]}) for name in ("x", "y")
    )
    found = reasons(base, plan, [trial])
    assert {each.total.measure for each in found} == {"within_4_hours", "handover_mean"}
    assert {each.total.comparisons for each in found} == {2 * 4}
