"""How many replications are enough: the published algorithm against a plain reading of it, and its rules."""

from __future__ import annotations

from itertools import permutations
from math import inf, isinf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from flowsim.experiment.precision import (
    Precision,
    half_widths,
    headline,
    judge,
    precision_reached,
    replications_needed,
)
from flowsim.experiment.stopping import Fixed, UntilPrecise
from flowsim.store.folder import Record

NUMBERS = st.integers(900, 1100).map(lambda value: value / 10)
COLUMNS = st.integers(1, 3).flatmap(
    lambda measures: st.lists(
        st.lists(NUMBERS, min_size=measures, max_size=measures), min_size=1, max_size=14
    )
)
RULES = st.builds(
    Precision,
    target=st.sampled_from([0.02, 0.05, 0.1]),
    least=st.integers(3, 5),
    look_ahead=st.integers(0, 4),
)


def plainly(rows: list[list[float]], rule: Precision) -> int | None:
    """Return the number that is enough, read off the article: precise, and still so k replications later."""

    def precise(n: int) -> bool:
        for column in zip(*rows[:n], strict=True):
            half = stats.t.ppf(0.5 + rule.level / 2, n - 1) * np.std(column, ddof=1) / sqrt(n)
            if half / abs(np.mean(column)) > rule.target:
                return False
        return True

    for n in range(rule.least, len(rows) - rule.look_ahead + 1):
        if all(precise(n + k) for k in range(rule.look_ahead + 1)):
            return n
    return None


@given(COLUMNS, RULES)
@settings(max_examples=60)
def test_the_answer_is_that_of_a_plain_reading(rows: list[list[float]], rule: Precision) -> None:
    found = judge(np.array(rows), rule)
    assert found.enough == plainly(rows, rule)
    assert found.used == (len(rows) if found.enough is None else found.enough + rule.look_ahead)


@pytest.mark.parametrize("look_ahead", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("outliers", [(3,), (3, 4), (4,), (5, 9), (3, 8, 9), ()])
def test_a_precision_that_is_lost_again_is_looked_for_anew(
    look_ahead: int, outliers: tuple[int, ...]
) -> None:
    """Values of 10 with a little noise, and now and then a 13, from which the mean recovers later."""
    rows = [[13.0 if i in outliers else 10.0 + 0.01 * (i % 3)] for i in range(40)]
    rule = Precision(target=0.05, look_ahead=look_ahead)
    found = judge(np.array(rows), rule)
    assert found.enough == plainly(rows, rule)
    assert found.enough is not None


@given(COLUMNS, RULES)
@settings(max_examples=40)
def test_an_answer_once_given_stays(rows: list[list[float]], rule: Precision) -> None:
    answers = [judge(np.array(rows[:n]), rule).enough for n in range(1, len(rows) + 1)]
    given_at = next((i for i, answer in enumerate(answers) if answer is not None), len(answers))
    assert len(set(answers[given_at:])) <= 1


@pytest.mark.parametrize(
    ("count", "ahead"),
    [(3, 5), (99, 5), (100, 5), (101, 5), (119, 5), (120, 6), (200, 10), (1000, 50)],
)
def test_the_look_ahead_grows_with_the_number_beyond_a_hundred(count: int, ahead: int) -> None:
    assert Precision().ahead(count) == ahead


@pytest.mark.parametrize(("least", "enough"), [(3, 3), (5, 5), (8, 8)])
def test_no_judgement_before_the_least_number(least: int, enough: int) -> None:
    values = np.full((20, 1), 7.0)
    assert judge(values, Precision(least=least)).enough == enough
    assert judge(values[: least - 1], Precision(least=least, look_ahead=0)).enough is None
    assert judge(values[:least], Precision(least=least, look_ahead=0)).enough == least


def test_precise_enough_with_a_pencil() -> None:
    """Of 9, 10 and 11: mean 10, deviation 1, half-width 4.303 / sqrt(3) = 2.48, a quarter of the mean."""
    values = np.array([[9.0], [10.0], [11.0], [10.0], [10.0], [10.0], [10.0]])
    reached = precision_reached(values)[:, 0]
    assert isinf(reached[0])
    assert reached[2] == pytest.approx(4.3027 / sqrt(3) / 10, rel=1e-4)
    assert reached[6] == pytest.approx(2.4469 * sqrt(2 / 6) / sqrt(7) / 10, rel=1e-4)
    assert judge(values, Precision(target=0.25, look_ahead=4)).enough == 3
    assert judge(values, Precision(target=0.24, look_ahead=3)).enough == 4
    assert judge(values, Precision(target=0.24, look_ahead=4)).enough is None


def test_exactly_as_precise_as_wanted_is_enough() -> None:
    values = np.array([[9.0], [10.0], [11.0]])
    reached = float(precision_reached(values)[2, 0])
    assert judge(values, Precision(target=reached, look_ahead=0)).enough == 3
    assert judge(values, Precision(target=reached * (1 - 1e-12), look_ahead=0)).enough is None


def test_a_measure_about_nothing_never_is_precise_unless_it_has_a_floor() -> None:
    values = np.array([[-1.0], [1.0], [-1.0], [1.0]] * 10)
    rule = Precision(target=0.4, look_ahead=0)
    assert judge(values, rule).enough is None
    floors = np.array([1.0])
    assert judge(values, rule, floors).enough is not None
    wide = judge(values, rule, np.array([0.5])).enough
    narrow = judge(values, rule, floors).enough
    assert narrow is not None
    assert wide is None or wide > narrow


def test_a_floor_is_for_small_means_alone() -> None:
    values = np.array([[9.0, 0.09], [10.0, 0.10], [11.0, 0.11]])
    with_floor = precision_reached(values, floors=np.array([1.0, 1.0]))[2]
    without = precision_reached(values)[2]
    assert with_floor[0] == without[0]
    assert with_floor[1] == pytest.approx(without[1] / 10)


@given(st.lists(NUMBERS, min_size=2, max_size=10), st.sampled_from([0.8, 0.95, 0.99]))
def test_half_widths_after_each_replication_are_students(values: list[float], level: float) -> None:
    found = half_widths(np.array(values)[:, None], level)[:, 0]
    assert isinf(found[0])
    for n in range(2, len(values) + 1):
        expected = stats.t.ppf(0.5 + level / 2, n - 1) * stats.sem(values[:n])
        assert found[n - 1] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_columns_are_judged_each_for_itself() -> None:
    steady, wild = [10.0] * 6, [1.0, 20.0, 1.0, 20.0, 1.0, 20.0]
    assert replications_needed([steady], Precision(look_ahead=2)) == 3
    assert replications_needed([steady, wild], Precision(look_ahead=2)) is None
    together = half_widths(np.array([steady, wild]).T)
    assert together[:, 1] == pytest.approx(half_widths(np.array([wild]).T)[:, 0])
    assert (together[1:, 0] == 0).all()


def test_values_that_are_not_known_are_left_out_of_their_own_column() -> None:
    values = np.array([[nan, 1.0], [4.0, 2.0], [6.0, 3.0], [nan, 4.0]])
    found = half_widths(values)
    assert np.isinf(found[:2, 0]).all()
    assert found[2, 0] == found[3, 0] == pytest.approx(stats.t.ppf(0.975, 1) * stats.sem([4, 6]))
    assert found[3, 1] == pytest.approx(stats.t.ppf(0.975, 3) * stats.sem([1, 2, 3, 4]))


def test_a_measure_that_nobody_knows_holds_up_nothing() -> None:
    values = np.array([[nan, 10.0]] * 4)
    assert judge(values, Precision(look_ahead=0)).enough == 3


class TestHeadline:
    def test_mean_and_half_width_of_what_is_known(self) -> None:
        found = headline([{"a": 1.0, "b": 5.0}, {"a": 3.0}, {"a": 8.0, "c": nan}])
        assert found["a"] == (4.0, pytest.approx(stats.t.ppf(0.975, 2) * stats.sem([1, 3, 8])))
        assert found["b"] == (5.0, None)
        assert set(found) == {"a", "b"}

    @pytest.mark.parametrize("level", [0.8, 0.99])
    def test_at_the_level_asked_for(self, level: float) -> None:
        _, width = headline([{"a": 1.0}, {"a": 3.0}], level)["a"]
        assert width == pytest.approx(stats.t.ppf(0.5 + level / 2, 1))

    def test_of_none_there_is_none(self) -> None:
        assert headline([{}]) == {}


# -- stopping ------------------------------------------------------------------------------------------------


def record(number: int, **values: float) -> Record:
    return Record(replication=number, digest="", headline=values)


class TestFixed:
    @pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
    def test_done_when_all_are_there_in_whatever_order(self, order: tuple[int, ...]) -> None:
        stopping = Fixed(3)
        for number in order[:-1]:
            stopping.add(record(number))
            assert stopping.used is None
        stopping.add(record(order[-1]))
        assert (stopping.used, stopping.enough, stopping.total, stopping.most) == (3, None, 3, 3)

    def test_others_than_those_asked_for_do_not_count(self) -> None:
        stopping = Fixed(2)
        for number in (1, 3, 4):
            stopping.add(record(number))
        assert stopping.used is None
        stopping.add(record(2))
        assert stopping.used == 2


class TestUntilPrecise:
    VALUES = (10.0, 14.0, 9.0, 10.0, 10.1, 9.9, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0)

    def found(self, order: list[int], most: int = 12, **floors: float) -> tuple[int | None, int | None]:
        stopping = UntilPrecise(Precision(target=0.2, look_ahead=2, most=most), floors)
        for number in order:
            stopping.add(record(number, wait=self.VALUES[number - 1]))
        return stopping.used, stopping.enough

    def test_the_order_in_which_replications_finish_does_not_matter(self) -> None:
        straight = self.found(list(range(1, 13)))
        assert straight[1] is not None
        assert straight[0] == straight[1] + 2
        luck = np.random.default_rng(5)
        for _ in range(10):
            assert self.found(luck.permutation(np.arange(1, 13)).tolist()) == straight

    def test_a_gap_in_the_sequence_is_waited_for(self) -> None:
        used, enough = self.found([1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12])
        assert (used, enough) == (None, None)

    def test_more_replications_than_were_needed_change_nothing(self) -> None:
        used, enough = self.found(list(range(1, 13)))
        assert used is not None
        assert self.found(list(range(1, used + 1))) == (used, enough)
        assert self.found(list(range(1, used))) == (None, None)

    def test_the_most_there_may_be_ends_it_without_an_answer(self) -> None:
        assert self.found([1, 2, 3], most=3) == (3, None)
        assert self.found([1, 2], most=3) == (None, None)

    def test_a_floor_is_taken_by_the_name_of_the_measure(self) -> None:
        stopping = UntilPrecise(Precision(target=0.1, look_ahead=0), {"rare": 100.0})
        for number, value in enumerate((1.0, 3.0, 2.0), start=1):
            stopping.add(record(number, rare=value, steady=50.0))
        assert stopping.enough == 3
        plain = UntilPrecise(Precision(target=0.1, look_ahead=0), {"other": 100.0})
        for number, value in enumerate((1.0, 3.0, 2.0), start=1):
            plain.add(record(number, rare=value, steady=50.0))
        assert plain.enough is None

    def test_a_measure_that_appears_late_is_judged_too(self) -> None:
        stopping = UntilPrecise(Precision(target=0.1, look_ahead=0, least=4), {})
        for number in range(1, 4):
            stopping.add(record(number, steady=50.0))
        stopping.add(record(4, steady=50.0, late=3.0))
        assert stopping.enough is None  # one value has no interval
        for number in range(5, 8):
            stopping.add(record(number, steady=50.0, late=3.0))
        assert stopping.enough == 5


def test_the_width_shrinks_as_the_root_of_the_number() -> None:
    values = np.array([[1.0], [3.0]] * 200)
    widths = half_widths(values)[:, 0]
    assert widths[399] / widths[99] == pytest.approx(0.5, rel=0.02)
    assert widths[0] == inf
