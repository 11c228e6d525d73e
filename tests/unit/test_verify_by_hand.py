"""What `flowsim verify` rests on, worked out on paper: rules, chains, formulas and traces fed by hand."""

from __future__ import annotations

from itertools import pairwise
from math import exp, factorial, inf, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.errors import InputError
from flowsim.model import replicate
from flowsim.tables import Replication
from flowsim.verify import formulas
from flowsim.verify.case import Case, Check, Luck, Verdict, case, covered, covers, equal, near, none_of, true
from flowsim.verify.chains import Line, Stage, answers, birth_and_death, explore
from flowsim.verify.files import queue
from flowsim.verify.hand import column, fed
from flowsim.verify.report import as_data, details, false_alarm, found, line, number, odds, page, summary
from flowsim.verify.seen import Seen, daily, observe, present
from flowsim.verify.suite import find, run_case
from hand_made import HandMade

T_99_9_OF_2_FREEDOMS = 31.599054576443618
"""Student's t: two-sided 99.9% with two degrees of freedom."""


def check(what: str = "wait", *, passed: bool = True, chance: float = 0.001) -> Check:
    return Check(what, 1.0, 1.5, 1.0, 2.0, "rule", passed, chance)


def verdict(*checks: Check, doubted: tuple[Check, ...] = (), error: str = "", id: str = "V1") -> Verdict:
    return Verdict(Case(id, "A queue", "a book", lambda _: ()), checks, 1.25, error, doubted)


# -- rules ---------------------------------------------------------------------------------------------


class TestIntervals:
    def test_an_interval_by_hand(self) -> None:
        """1, 2 and 3: mean 2, standard deviation 1, so 2 plus or minus 31.599 / sqrt(3)."""
        seen = covers("wait", 2.0, [1.0, 2.0, 3.0])
        half = T_99_9_OF_2_FREEDOMS / sqrt(3)
        assert (seen.got, seen.low, seen.high) == pytest.approx((2.0, 2.0 - half, 2.0 + half))
        assert seen.passed
        assert seen.rule == "99.9% interval of 3"
        assert seen.false_alarm == pytest.approx(0.001)

    @pytest.mark.parametrize(
        ("off", "passed"), [(0.999, True), (1.001, False), (-0.999, True), (-1.001, False)]
    )
    def test_just_inside_and_just_outside(self, off: float, passed: bool) -> None:
        half = T_99_9_OF_2_FREEDOMS / sqrt(3)
        assert covers("wait", 2.0 + off * half, [1.0, 2.0, 3.0]).passed == passed

    @pytest.mark.parametrize(
        ("precision", "passed"), [(nan, True), (0.5, True), (0.0913, True), (0.0912, False), (0.05, False)]
    )
    def test_it_must_be_as_narrow_as_asked(self, precision: float, passed: bool) -> None:
        """199, 200 and 201: half-width 18.24, which is 9.12% of 200."""
        seen = covers("wait", 200.0, [199.0, 200.0, 201.0], precision)
        assert seen.passed == passed
        assert ("within 50%" in seen.rule) == (precision == 0.5)

    def test_narrow_and_beside_the_truth_has_failed(self) -> None:
        assert not covers("wait", 300.0, [199.0, 200.0, 201.0], 0.5).passed

    def test_several_figures_each_with_its_precision(self) -> None:
        values = {"a": np.array([199.0, 200.0, 201.0]), "b": np.array([1.0, 2.0, 3.0])}
        seen = covered({"b": 2.0, "a": 200.0}, values, {"a": 0.01})
        assert [(each.what, each.expected, each.passed) for each in seen] == [
            ("b", 2.0, True),
            ("a", 200.0, False),
        ]
        assert all(each.passed for each in covered({"b": 2.0, "a": 200.0}, values))

    def test_known_standard_errors(self) -> None:
        seen = near("share", 0.5, 0.6, 0.04)
        assert (seen.low, seen.high) == pytest.approx((0.6 - 3.29 * 0.04, 0.6 + 3.29 * 0.04))
        assert (seen.what, seen.expected, seen.got, seen.passed) == ("share", 0.5, 0.6, True)
        assert not near("share", 0.5, 0.6, 0.03).passed
        assert not near("share", 0.7, 0.6, 0.03).passed
        assert seen.false_alarm == pytest.approx(0.001)

    def test_equal_is_to_the_last_bit_unless_said(self) -> None:
        assert equal("x", 1.0, 1.0).passed
        assert not equal("x", 1.0, 1.0 + 2.0**-52).passed
        assert equal("x", 1.0, 1.0).rule == "equal"
        close = equal("x", 100.0, 100.1, within=0.001)
        assert close.passed
        assert (close.low, close.high) == pytest.approx((100.1 - 0.1001, 100.1 + 0.1001))
        assert close.rule == "equal within 0.001"
        assert not equal("x", 100.0, 100.2, within=0.001).passed
        assert close.false_alarm == 0.0

    def test_none_and_true(self) -> None:
        assert none_of("lost", 0).passed
        assert not none_of("lost", 1).passed
        assert true("kept", holds=[1]).passed
        assert not true("kept", holds=[]).passed


class TestVerdicts:
    def test_missed_twice_is_wrong_and_missed_once_is_chance(self) -> None:
        missed, other = check("wait", passed=False), check("queue", passed=False)
        assert verdict(missed).failed == (missed,)
        assert verdict(missed, doubted=(missed,)).failed == (missed,)
        assert verdict(missed, doubted=(other,)).failed == ()
        assert verdict(check(), doubted=(other,)).passed

    def test_what_leaves_nothing_to_chance_needs_no_second_miss(self) -> None:
        exact = check("lost", passed=False, chance=0.0)
        assert verdict(exact, doubted=(check("wait", passed=False),)).failed == (exact,)

    def test_no_figure_or_an_error_is_no_pass(self) -> None:
        assert not verdict().passed
        assert not verdict(check(), error="it broke").passed
        assert verdict(check()).passed
        assert (verdict(check()).attempts, verdict(check(), doubted=(check(),)).attempts) == (1, 2)

    def test_a_correct_engine_fails_when_a_figure_misses_twice(self) -> None:
        """Two figures of one in a thousand each: two in a million."""
        both = verdict(check(), check("queue"), check("lost", chance=0.0))
        assert both.false_alarm == pytest.approx(2e-6)
        assert false_alarm([both, both]) == pytest.approx(4e-6)
        assert "about once in 500,000" in odds([both])
        assert odds([verdict(check(chance=0.0))]) == "Nothing in it is left to chance."

    def test_luck_of_another_attempt(self) -> None:
        luck = Luck(seed=7, effort=3)
        again = luck.again()
        assert (again.seed, again.effort) == (7 + 1_000_003, 6)
        assert (luck.many(10), again.many(10), Luck(full=True).many(10)) == (30, 60, 40)

    def test_a_case_is_made_of_a_function(self) -> None:
        made = case("V99", "title", "source", only_full=True)(lambda _: [check()])
        assert (made.id, made.title, made.source, made.only_full) == ("V99", "title", "source", True)
        assert list(made.run(Luck())) == [check()]


class TestTheReport:
    def test_a_line(self) -> None:
        said = line(verdict(check(), check("queue", passed=False)))
        assert said == "V1   A queue" + " " * 45 + "   1/2     1.2 s  FAILED"
        assert len(line(verdict(check()))) <= 80
        assert line(verdict(check())).endswith("  1/1     1.2 s  ok")

    @pytest.mark.parametrize(("length", "shown"), [(52, "t" * 52), (53, "t" * 49 + "...")])
    def test_a_long_title_is_cut_to_52_columns(self, length: int, shown: str) -> None:
        long = Verdict(Case("V1", "t" * length, "a book", lambda _: ()), (check(),))
        assert line(long)[5:57] == shown

    def test_figures(self) -> None:
        assert found(check()) == "expected 1, got 1.5 (1 to 2)"
        assert found(equal("x", 1.0, 2.0)) == "expected 1, got 2"
        assert [number(value) for value in (123456.0, 0.000123456, nan, inf)] == [
            "1.2346e+05",
            "0.00012346",
            "nothing",
            "nothing",
        ]

    def test_details(self) -> None:
        bad = check("queue", passed=False)
        assert list(details(verdict(check(), bad))) == ["     NO queue: expected 1, got 1.5 (1 to 2)"]
        assert list(details(verdict(check(), bad), everything=True)) == [
            "     ok wait: expected 1, got 1.5 (1 to 2)",
            "     NO queue: expected 1, got 1.5 (1 to 2)",
        ]
        assert list(details(verdict(check(), doubted=(bad,), error="it broke"))) == [
            "     it broke",
            "     missed at first queue: expected 1, got 1.5 (1 to 2)",
            "     looked again with other luck, twice as much of it",
        ]

    def test_the_summary_in_a_sentence(self) -> None:
        good, bad = verdict(check(), check("b")), verdict(check(passed=False), id="V7")
        twice = verdict(check(), doubted=(check(passed=False),))
        assert summary([good, good]) == "All 2 cases passed; 4 figures, 2 s of processor time."
        assert summary([good, bad]) == "1 of 2 cases failed (V7); 3 figures, 2 s of processor time."
        assert summary([twice]) == "All 1 cases passed; 1 figures, 1 s of processor time; 1 looked at twice."

    def test_the_data(self) -> None:
        bad = check("queue", passed=False)
        data = as_data([verdict(check(), bad, doubted=(bad,))], seed=5, full=True)
        assert (data["seed"], data["full"], data["passed"]) == (5, True, False)
        (said,) = data["cases"]
        assert (said["id"], said["expected_from"], said["attempts"], said["cpu_seconds"]) == (
            "V1",
            "a book",
            2,
            1.25,
        )
        assert [figure["what"] for figure in said["figures"]] == ["wait", "queue"]
        assert [figure["what"] for figure in said["missed_at_first"]] == ["queue"]

    def test_the_page_marks_what_failed_and_nothing_else(self) -> None:
        bad = check("<queue>", passed=False)
        text = page([verdict(check(), bad)], seed=5, full=False)
        assert text.count('<span class="failed">failed</span>') == 1
        assert "&lt;queue&gt;" in text
        assert "<queue>" not in text
        assert "quick suite, seed 5" in text
        assert "Looked at twice" not in text
        assert '<p class="failed">' not in text
        assert "Looked at twice. Missed at first: wait" in page(
            [verdict(check(), doubted=(check(),))], seed=1, full=True
        )

    def test_the_page_says_what_broke_and_gives_intervals_only_to_figures_that_have_one(self) -> None:
        broken = verdict(check(), equal("lost", 0.0, 0.0), error="ValueError: <no>")
        text = page([broken], seed=5, full=True)
        assert '<p class="failed">ValueError: &lt;no&gt;</p>' in text
        assert "full suite, seed 5" in text
        assert text.count("1 to 2</td>") == 1
        assert text.count('<td class="figure"></td>') == 1
        assert text.count("<td>passed</td>") == 2


class TestRunning:
    """A case of one figure, which depends on chance or not, and misses as told."""

    @staticmethod
    def told(*attempts: Check) -> Case:
        """Return a case that gives one figure at each attempt, in turn."""
        said = iter(attempts)
        return Case("V1", "A queue", "a book", lambda _: [next(said)])

    def test_a_second_look_only_after_a_miss_by_chance(self) -> None:
        missed, kept = check(passed=False), check()
        assert run_case(self.told(kept), Luck()).attempts == 1
        second = run_case(self.told(missed, kept), Luck())
        assert (second.attempts, second.passed, second.doubted) == (2, True, (missed,))
        assert not run_case(self.told(missed, missed), Luck()).passed
        exact = check(passed=False, chance=0.0)
        assert run_case(self.told(exact), Luck()).failed == (exact,)

    def test_a_case_that_breaks_says_how(self) -> None:
        def breaks(_: Luck) -> list[Check]:
            raise ValueError("no such law")

        broken = run_case(Case("V1", "A queue", "a book", breaks), Luck())
        assert (broken.error, broken.passed, broken.attempts) == ("ValueError: no such law", False, 1)

    def test_a_case_is_found_by_its_number_whatever_its_case(self) -> None:
        assert find(" v7 ").id == "V7"
        with pytest.raises(InputError) as caught:
            find("V77")
        (problem,) = caught.value.problems
        assert problem.message == "There is no case V77."
        assert problem.hint.startswith("Did you mean V7 or ")
        assert problem.hint.count(" or ") == 2
        with pytest.raises(InputError) as caught:
            find("nonsense")
        assert caught.value.problems[0].hint == ""


# -- the other opinion ---------------------------------------------------------------------------------


class TestFormulas:
    @given(units=st.integers(1, 12), load=st.floats(0.05, 11.0))
    @settings(max_examples=40, deadline=None)
    def test_erlang_b_is_a_truncated_poisson(self, units: int, load: float) -> None:
        terms = [load**n / factorial(n) for n in range(units + 1)]
        assert formulas.erlang_b(units, load) == pytest.approx(terms[-1] / sum(terms))

    @given(units=st.integers(1, 8), use=st.floats(0.05, 0.95))
    @settings(max_examples=40, deadline=None)
    def test_erlang_c_is_the_tail_of_a_birth_and_death_chain(self, units: int, use: float) -> None:
        """The chance of finding all busy, from the balance of the chain: p(c) / (1 - use)."""
        load = use * units
        below = sum(load**n / factorial(n) for n in range(units))
        tail = load**units / factorial(units) / (1 - use)
        assert formulas.erlang_c(units, load) == pytest.approx(tail / (below + tail))
        assert formulas.waits_longer(units, load, 1.0, 0.0) == pytest.approx(formulas.erlang_c(units, load))

    def test_one_server_by_hand(self) -> None:
        """Load 0.6: waits 1.5 services on average; more than 2 with chance 0.6 exp(-0.8)."""
        assert formulas.mean_wait(1, 0.6, 1.0) == pytest.approx(1.5)
        assert formulas.mean_wait(1, 0.06, 10.0) == pytest.approx(15.0)
        assert formulas.waits_longer(1, 0.6, 1.0, 2.0) == pytest.approx(0.6 * exp(-0.8))
        assert formulas.waits_longer(2, 0.15, 10.0, 10.0) == pytest.approx(9 / 14 * exp(-0.5))
        assert formulas.pollaczek_khinchine(0.06, 10.0, 0.5) == pytest.approx(0.6 * 10 * 1.5 / 0.8)

    def test_two_classes_by_hand(self) -> None:
        """One server, 0.2 and 0.4 a minute of a minute each: 0.6 / 0.8 and 0.6 / (0.8 * 0.4)."""
        assert formulas.cobham(1, (0.2, 0.4), 1.0) == pytest.approx([0.75, 1.875])

    def test_three_classes_wait_longer_each(self) -> None:
        waits = formulas.cobham(2, (0.02, 0.05, 0.08), 10.0)
        assert all(a < b for a, b in pairwise(waits))
        total = sum(rate * wait for rate, wait in zip((0.02, 0.05, 0.08), waits, strict=True)) / 0.15
        assert total == pytest.approx(formulas.mean_wait(2, 0.15, 10.0))


class TestChains:
    def test_rates_of_nothing_and_steps_to_itself_change_nothing(self) -> None:
        """Up at 1 and down at 3: a quarter up, whatever else is said that is no step."""

        def steps(state: int) -> list[tuple[int, float]]:
            return [(state, 99.0), (7, 0.0), (1, 1.0) if state == 0 else (0, 3.0)]

        chain = explore(0, steps)
        assert chain.states == [0, 1]
        assert chain.stationary() == pytest.approx([0.75, 0.25])
        assert chain.mean(lambda state: 8.0 * state) == pytest.approx(2.0)
        assert chain.mean(lambda state: 8.0 * state, np.array([0.5, 0.5])) == pytest.approx(4.0)

    def test_two_ways_between_the_same_states_add_up(self) -> None:
        chain = explore(0, lambda state: [(1, 1.0), (1, 2.0)] if state == 0 else [(0, 1.0)])
        assert chain.stationary() == pytest.approx([0.25, 0.75])

    def test_birth_and_death_by_hand(self) -> None:
        """Up 2, down n: 1, 2, 2, 4/3 over 19/3."""
        chain = birth_and_death(lambda _: 2.0, float, 3)
        assert chain.states == [0, 1, 2, 3]
        assert chain.stationary() == pytest.approx(np.array([3, 6, 6, 4]) / 19)
        moved = birth_and_death(lambda n: 3.0 - n, lambda n: 2.0 * n, 3)
        assert moved.stationary() == pytest.approx([8 / 27, 12 / 27, 6 / 27, 1 / 27])  # three coins of 1/3

    def test_a_server_with_two_places_to_wait(self) -> None:
        """Rate and service 1: 0 to 3 present are equally likely. A quarter is lost, 0.75 wait on average."""
        exact = answers(Line((Stage(1, 1.0),), 1.0, waiting=2))
        assert (exact.lost, exact.waiting, exact.busy[0]) == pytest.approx((0.25, 0.75, 0.75))
        assert exact.wait == pytest.approx(1.0)
        assert exact.waited == pytest.approx(0.5)
        assert exact.throughput[0] == pytest.approx(0.75)
        assert (exact.gave_up, exact.blocked, exact.held) == (0.0, (0.0,), (0.0,))

    def test_a_server_with_an_impatient_place_to_wait(self) -> None:
        """Rate 1, service 1, patience 0.5, one place: up 1, 1; down 1, then 1 + 2. Shares 3, 3, 1 of 7."""
        exact = answers(Line((Stage(1, 1.0),), 1.0, waiting=1, patience=0.5))
        assert (exact.lost, exact.waiting, exact.busy[0]) == pytest.approx((1 / 7, 1 / 7, 4 / 7))
        assert exact.gave_up == pytest.approx(2 / 7)
        assert exact.lost + exact.gave_up + exact.throughput[0] == pytest.approx(1.0)

    @given(
        units=st.lists(st.integers(1, 2), min_size=2, max_size=3),
        minutes=st.lists(st.floats(1.0, 9.0), min_size=3, max_size=3),
        onward=st.lists(st.floats(0.1, 1.0), min_size=3, max_size=3),
        rate=st.floats(0.05, 1.0),
        waiting=st.integers(0, 2),
    )
    @settings(max_examples=12, deadline=None)
    def test_what_comes_in_goes_out_of_every_station(
        self, units: list[int], minutes: list[float], onward: list[float], rate: float, waiting: int
    ) -> None:
        stages = [Stage(u, m, o) for u, m, o in zip(units, minutes, onward, strict=False)]
        stages[-1] = Stage(stages[-1].units, stages[-1].minutes)
        exact = answers(Line(tuple(stages), rate, waiting=waiting))
        flow = rate * (1 - exact.lost)
        for stage, through in zip(stages, exact.throughput, strict=True):
            assert through == pytest.approx(flow)
            flow *= stage.onward
        assert exact.wait * rate * (1 - exact.lost) == pytest.approx(exact.waiting)


# -- patients fed by hand, and what is seen of them ----------------------------------------------------


class TestFed:
    CLINIC: dict[str, Any] = {"kind": "clinic", "staff": 1, "service": "10 min", "referred": "100%"}  # noqa: RUF012
    WARD: dict[str, Any] = {"kind": "ward", "beds": 1, "stay": "30 min"}  # noqa: RUF012

    def test_a_trace(self) -> None:
        """Two at 5 and 6: served 5 to 15 and 15 to 25; in bed 15 to 45 and 45 to 75."""
        visits = fed(
            {"clinic": self.CLINIC, "ward": self.WARD},
            {"clinic": {"referred": "ward"}},
            [(5.0, "clinic", {}), (6.0, "clinic", {})],
            days=1,
        )
        assert column(visits, 0, "started") == [5, 15]
        assert column(visits, 0, "finished") == [15, 25]
        assert column(visits, 1, "accepted") == [15, 45]
        assert column(visits, 1, "left") == [45, 75]

    def test_the_order_is_that_of_the_patients_and_not_of_the_visits(self) -> None:
        """The urgent patient comes later and is served before: told as the second all the same."""
        by_age = {"by": "age", "85+": "0", "otherwise": "1"}
        visits = fed(
            {"clinic": {**self.CLINIC, "priority": by_age}},
            {},
            [(0.0, "clinic", {}), (1.0, "clinic", {}), (2.0, "clinic", {"age": "85+"})],
            days=1,
        )
        assert column(visits, 0, "started") == [0, 20, 10]


class TestSeen:
    @staticmethod
    def two_days() -> Replication:
        """A warm-up of a day and two days: visits in the warm-up, in the middle and near the end."""
        made = HandMade({"ward": {"kind": "ward"}, "other": {"kind": "ward"}}, warm_up=1440.0, horizon=2880.0)
        for came, went in (
            (1000.0, 1500.0),
            (1440.0, 2000.0),
            (1600.0, nan),
            (3599.0, 3700.0),
            (3600.0, 3700.0),
        ):
            made.visit("ward", "ready", arrived=came, accepted=came + 10.0, left=went)
        made.visit("other", "ready", arrived=2000.0, accepted=2000.0, left=2100.0)
        made.visit("ward", "refused", arrived=2500.0, left=2500.0)
        made.pool("ward", "beds", [1] * 24 + [2] * 24 + [4] * 24, 9, [0] * 24 + [1] * 48)
        return made.replication()

    def test_visits_of_the_collection_period_whose_wait_is_known(self) -> None:
        """From 1440 to before the last twelve hours of 4320: those of 1440, 1600, 2500 and 3599."""
        seen = Seen(self.two_days(), "ward")
        assert seen.table["arrived"].tolist() == [1440.0, 1600.0, 2500.0, 3599.0]
        assert seen.minutes("arrived", "accepted")[[0, 1, 3]].tolist() == [10.0, 10.0, 10.0]
        assert seen.share(2) == pytest.approx(0.25)  # refused
        assert seen.where(seen.table["arrived"] > 1500.0, seen.table["arrived"]) == pytest.approx(7699.0 / 3)
        assert seen.of("acuity").tolist() == [2, 2, 2, 2]

    def test_use_and_queue_of_the_collection_period(self) -> None:
        seen = Seen(self.two_days(), "ward")
        assert (seen.busy("beds"), seen.queue("beds")) == pytest.approx((3.0, 1.0))

    def test_who_is_present_has_been_taken_over_and_has_not_left(self) -> None:
        """Accepted 1010, 1450, 1610, 3609 and 3610; left 1500, 2000, never, 3700 twice. The refused never."""
        result = self.two_days()
        moments = [1009.0, 1010.0, 1499.0, 1500.0, 1700.0, 2000.0, 2500.0, 3610.0, 3700.0]
        assert present(result, "ward", moments).tolist() == [0, 1, 2, 1, 2, 1, 1, 3, 1]
        assert present(result, "other", [1999.0, 2000.0, 2100.0]).tolist() == [0, 1, 0]

    def test_daily_figures_begin_after_the_warm_up(self) -> None:
        """At 01:40, of the second and third day: minutes 1540 and 2980."""
        assert daily(self.two_days(), "ward", 100.0).tolist() == [1.0, 1.0]
        assert daily(self.two_days(), "ward", 60.0 * 23).tolist() == [1.0, 1.0]

    def test_replications_are_observed_one_after_another(self) -> None:
        """Each with luck of its own, the first with that of number 1."""
        short = queue("mm1", 1, {"time.horizon": "1 day", "time.warm_up": "0 days"})
        values = observe(short, 2, lambda result: {"visits": float(len(result.visits["patient"]))})
        alone = [float(len(replicate(short, number).visits["patient"])) for number in (1, 2)]
        assert values["visits"].tolist() == alone
        assert alone[0] != alone[1]
