"""Sampling: visits, columns and blocks that are given up, edges of the run, and demand that moves about.

Luck has no say in most of these: demand is so high that somebody comes in every minute, or a law is exact.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from scipy import stats

from flowsim.clock import Calendar
from flowsim.sampling.arrivals import (
    ANCHOR,
    BLOCK_DAYS,
    BLOCK_HOURS,
    LAYER,
    arrivals,
    block_start,
    day_factors,
)
from flowsim.sampling.blocks import Block
from flowsim.sampling.draws import Chance, Choice, Draw, Draws, Duration, Uniform
from flowsim.sampling.feed import Feed
from flowsim.sampling.tables import LawTable, MixTable
from flowsim.spec.distributions import parse_distribution
from flowsim.spec.mixes import Mix
from people_and_demand import (
    CALENDAR,
    PLACES,
    Plan,
    Someone,
    casemix,
    crowd,
    demand,
    durations,
    mixes,
    shares,
)

DAY = 1440.0
EVERY_MINUTE = 1440 * 12
"""Patients a day of whom about twelve come in every minute."""

MAKE: dict[str, Any] = {
    "duration": lambda draws: draws.duration("d", durations({"mean": "1 h", "sd": "1 h"})),
    "chance": lambda draws: draws.chance("c", shares("40%")),
    "chance by group": lambda draws: draws.chance(
        "g", shares({"by": "age", "0-17": "30%", "otherwise": "60%"})
    ),
    "choice": lambda draws: draws.choice("m", mixes({"home": "30%", "bed": "45%", "rest": "25%"})),
    "uniform": lambda draws: draws.uniform("u"),
}


@pytest.fixture
def draws() -> Draws:
    return Draws(2026, 1, PLACES)


def everybody(draw: Draw[Any], block: Block, visit: int = 0) -> list[Any]:
    return [draw.of(Someone(block, row, visit)) for row in range(len(block))]


@pytest.mark.parametrize("kind", MAKE)
class TestVisits:
    """A value at a first visit may come from a column of the whole block; at a later visit it never does."""

    def test_a_second_visit_does_not_read_the_column_of_the_first(self, draws: Draws, kind: str) -> None:
        draw = MAKE[kind](draws)
        fresh, filled = crowd(draws, 300), crowd(draws, 300)
        draw.fill(filled)
        assert everybody(draw, filled) == everybody(draw, fresh)
        second = everybody(draw, filled, 1)
        assert second == everybody(draw, crowd(draws, 300), 1)
        assert second != everybody(draw, filled)
        assert everybody(draw, filled, 2) not in (second, everybody(draw, filled))

    def test_later_visits_can_be_asked_for_in_any_order(self, draws: Draws, kind: str) -> None:
        draw, block = MAKE[kind](draws), crowd(draws, 60)
        backwards = {visit: everybody(draw, block, visit) for visit in (4, 2, 0)}
        again = MAKE[kind](Draws(2026, 1, PLACES))
        there = crowd(again._draws, 60)
        assert {visit: everybody(again, there, visit) for visit in (0, 2, 4)} == backwards

    def test_at_a_visit_is_the_value_of_that_visit_and_leaves_the_patient_as_before(
        self, draws: Draws, kind: str
    ) -> None:
        draw, block = MAKE[kind](draws), crowd(draws, 60)
        expected = everybody(draw, block, 3)
        people = [Someone(block, row, visit=1) for row in range(60)]
        assert [draw.at(person, 3) for person in people] == expected
        assert {person.visit for person in people} == {1}

    def test_a_block_that_has_been_given_up_answers_as_before_and_keeps_no_column(
        self, draws: Draws, kind: str
    ) -> None:
        draw, block = MAKE[kind](draws), crowd(draws, 300)
        draw.fill(block)
        before = everybody(draw, block)
        block.retire()
        assert everybody(draw, block) == before
        assert block.columns == [None] * len(block.columns)

    def test_what_one_block_of_a_stream_needs_often_the_next_has_at_once(
        self, draws: Draws, kind: str
    ) -> None:
        draw, first, second = MAKE[kind](draws), crowd(draws, 300), crowd(draws, 300, seed=8)
        everybody(draw, first)
        draw.of(Someone(second, 0))
        assert second.columns[draw.slot] is not None

    def test_a_column_holds_one_entry_for_each_patient(self, draws: Draws, kind: str) -> None:
        draw, block = MAKE[kind](draws), crowd(draws, 123)
        assert len(draw.column(block)) == len(block) == block.rows() == 123


class TestTables:
    def test_what_is_certain_is_a_column_too(self, draws: Draws) -> None:
        block = crowd(draws, 5)
        columns = [
            draws.duration("a", durations("5 min")).column(block),
            draws.chance("b", shares("100%")).column(block),
            draws.chance("c", shares("0%")).column(block),
            draws.choice("d", mixes("home")).column(block),
        ]
        assert [list(column) for column in columns] == [[5.0] * 5, [1] * 5, [0] * 5, [0] * 5]

    def test_a_share_that_is_not_certain_for_all_is_not_certain(self, draws: Draws) -> None:
        by_age = draws.chance("e", shares({"by": "age", "0-17": "0%", "otherwise": "100%"}))
        block = crowd(draws, 200)
        assert not by_age.certain
        children = np.array(block.attrs["age"]) == 0
        assert np.array(everybody(by_age, block)).tolist() == (~children).tolist()

    def test_draws_of_different_kinds_may_share_a_purpose_and_then_share_their_luck(
        self, draws: Draws
    ) -> None:
        """A chance at 40% says yes to those whose uniform is below 0.4, and a choice its first option."""
        block = crowd(draws, 400)
        u = np.array(everybody(draws.uniform("same"), block))
        chance: Chance = draws.chance("same", shares("40%"))
        choice: Choice = draws.choice("same", mixes({"first": "40%", "second": "60%"}))
        assert everybody(chance, block) == (u < 0.4).tolist()
        assert everybody(choice, block) == ["first" if each < 0.4 else "second" for each in u]
        stay: Duration = draws.duration("same", durations({"distribution": "exponential", "mean": "60 min"}))
        assert everybody(stay, block) == pytest.approx((-60.0 * np.log1p(-u)).tolist())

    def test_a_uniform_is_uniform(self, draws: Draws) -> None:
        luck: Uniform = draws.uniform("u")
        values = np.frombuffer(luck.column(crowd(draws, 20_000)))
        assert stats.kstest(values, "uniform").pvalue > 1e-4

    @pytest.mark.parametrize(
        ("u", "code"), [(0.0, 0), (0.2999, 0), (0.3, 2), (0.7499, 2), (0.75, 1), (0.9999, 1)]
    )
    def test_the_limits_of_a_mix(self, u: float, code: int) -> None:
        """30% of the first, 45% of the third, 25% of the second, in this order; limits belong to the next."""
        mix = Mix.model_validate({"a": "30%", "c": "45%", "b": "25%"})
        table = MixTable([mix], ["a", "b", "c"])
        assert table.one(u, 0) == code
        assert table.bulk(np.array([u]), np.zeros(1, dtype=np.int16)).tolist() == [code]
        assert table.shares()[0] == pytest.approx([0.3, 0.25, 0.45])

    def test_one_by_one_and_in_bulk_agree_where_groups_differ_in_family_and_cut_off(self) -> None:
        laws = [
            parse_distribution(each)
            for each in (
                "5 min",
                {"distribution": "exponential", "mean": "10 min"},
                {"distribution": "exponential", "mean": "30 min", "at_most": "20 min"},
                {"distribution": "uniform", "low": "1 min", "high": "3 min"},
            )
        ]
        table = LawTable([law.form() for law in laws])
        u = np.linspace(0.01, 0.99, 40)
        leaf = (np.arange(40) % 4).astype(np.int16)
        drawn = table.bulk(u, leaf)
        assert drawn.tolist() == [table.one(float(p), int(i)) for p, i in zip(u, leaf, strict=True)]
        assert set(drawn[leaf == 0].tolist()) == {5.0}
        assert drawn[leaf == 1] == pytest.approx(-10.0 * np.log1p(-u[leaf == 1]))
        assert drawn[leaf == 2].max() == 20.0
        assert drawn[leaf == 3] == pytest.approx(1.0 + 2.0 * u[leaf == 3])
        assert table.value is None

    @pytest.mark.parametrize(
        ("laws", "value"),
        [
            (["5 min"], 5.0),
            (["5 min", "5 min"], 5.0),
            (["5 min", "6 min"], None),
            ([{"distribution": "exponential", "mean": "5 min"}], None),
        ],
    )
    def test_the_one_value_of_everybody(self, laws: list[Any], value: float | None) -> None:
        assert LawTable([parse_distribution(law).form() for law in laws]).value == value

    @pytest.mark.parametrize(("options", "fits"), [(127, True), (128, False)])
    def test_a_choice_has_127_options_at_most(self, options: int, fits: bool) -> None:
        """A code is a signed byte; the last option of 127 can still be told."""
        named = [f"option_{i}" for i in range(options)]
        each = [Mix.only(name) for name in named]
        if fits:
            assert MixTable(each, named).bulk(np.array([0.5]), np.array([126])).tolist() == [126]
        else:
            with pytest.raises(ValueError, match="a choice of 128 options is too wide: 127 is the most"):
                MixTable(each, named)


class TestField:
    def test_the_number_in_a_layer_is_poisson(self) -> None:
        """Rate 16 fills the lowest layer: 448 expected in four weeks, with as much variance."""
        flat = np.full(BLOCK_HOURS, LAYER)
        calendar = Calendar(datetime(2018, 1, 1))
        counts = [
            len(arrivals("s", Draws(seed, 1), calendar, block, [(0.0, flat)]).uid)
            for seed in range(15)
            for block in range(20)
        ]
        n, mean = len(counts), LAYER * BLOCK_DAYS
        assert np.mean(counts) == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
        assert np.var(counts) == pytest.approx(mean, abs=4 * mean * np.sqrt(2 / n))
        assert stats.kstest(stats.poisson(mean).cdf(counts), "uniform").statistic < 0.12

    def test_nobody_comes_at_a_rate_of_exactly_nothing_and_nobody_is_counted_twice(self) -> None:
        day = np.zeros(BLOCK_HOURS)
        day[24:48] = 5 * LAYER
        found = arrivals("s", Draws(1, 1), Calendar(datetime(2018, 1, 1)), 0, [(0.0, day)])
        assert DAY <= found.minutes.min() < found.minutes.max() < 2 * DAY
        assert len(set(found.uid.tolist())) == len(found.uid) == pytest.approx(80, abs=36)

    def test_busier_days_vary_as_much_as_is_said(self) -> None:
        """A factor of mean 1 and standard deviation 20% on each of 2,800 days; its law is a gamma."""
        spec = demand(day_variation="20%")
        factors = np.concatenate([day_factors("s", spec, Draws(3, 1), block) for block in range(100)])  # type: ignore[misc]
        assert factors.mean() == pytest.approx(1.0, abs=4 * 0.2 / np.sqrt(2800))
        assert factors.std() == pytest.approx(0.2, abs=0.015)
        assert stats.kstest(factors, stats.gamma(25, scale=1 / 25).cdf).pvalue > 1e-4

    @pytest.mark.parametrize("block", [-3, 0, 40])
    def test_a_block_begins_28_days_after_the_one_before(self, block: int) -> None:
        calendar = Calendar(datetime(2026, 10, 5))
        step = block_start(calendar, block + 1) - block_start(calendar, block)
        assert step == BLOCK_DAYS * DAY
        first = (datetime(2026, 10, 5).date() - ANCHOR).days
        assert block_start(calendar, 0) == -first * DAY


class TestFeed:
    def feed(self, days: float, plan: Plan, **more: Any) -> list[Block]:
        found = Feed(plan, CALENDAR, days * DAY, Draws(1, 1, PLACES), **more)  # type: ignore[arg-type]
        return [block for cohort in found for block in cohort.blocks]

    def test_from_the_first_minute_to_before_the_last(self) -> None:
        """Twelve a minute: somebody in the first minute and in the last, nobody before or after."""
        blocks = self.feed(1, Plan({"p": demand(per_day=EVERY_MINUTE)}))
        times = np.concatenate([block.times for block in blocks])
        assert 0.0 <= times.min() < 1.0
        assert DAY - 1.0 < times.max() < DAY

    def test_every_block_can_be_asked_for_luck(self) -> None:
        found = Feed(Plan({"p": demand(per_day=30)}), CALENDAR, 40 * DAY, Draws(1, 1, PLACES))  # type: ignore[arg-type]
        draw = found.streams[0]._draws.uniform("u")
        for cohort in found:
            for block in cohort.blocks:
                assert 0.0 < draw.of(Someone(block, len(block) - 1)) < 1.0

    def test_rows_begin_where_they_are_told_to(self) -> None:
        blocks = self.feed(60, Plan({"p": demand(per_day=30), "q": demand(per_day=5)}), base=7)
        assert blocks[0].base == 7
        ends = [block.base + len(block) for block in blocks]
        assert [block.base for block in blocks[1:]] == ends[:-1]
        assert all(block.times.min() >= 0.0 for block in blocks)

    def test_a_stream_sent_elsewhere_for_some_weeks(self) -> None:
        """To a, from day 30 to b, from day 80 back to a: of every day's patients, all to one of them."""
        spec = demand(to="a", per_day=60)
        moved = {("demand", "p"): [(30 * DAY, spec.model_copy(update={"to": "b"})), (80 * DAY, spec)]}
        blocks = self.feed(120, Plan({"p": spec}, dated=moved))
        where = {"a": np.zeros(0), "b": np.zeros(0)}
        for block in blocks:
            where[block.to] = np.concatenate([where[block.to], block.times])
        assert 30 * DAY <= where["b"].min() < 31 * DAY
        assert 79 * DAY < where["b"].max() < 80 * DAY
        stays = where["a"]
        assert not ((stays >= 30 * DAY) & (stays < 80 * DAY)).any()
        assert len(stays) + len(where["b"]) == sum(len(b) for b in self.feed(120, Plan({"p": spec})))

    def test_a_case_mix_that_changes_twice_is_the_one_of_the_day(self) -> None:
        """All old, from day 10 all young, from day 20 all old again."""
        old, young = casemix(age="85+"), casemix(age="18-64")
        plan = Plan(
            {"p": demand(per_day=60, casemix="usual")},
            {"usual": old},
            dated={("casemix", "usual"): [(10 * DAY, young), (20 * DAY, old)]},
        )
        for block in self.feed(28, plan):
            grown_young = (block.times >= 10 * DAY) & (block.times < 20 * DAY)
            ages = np.array(block.attrs["age"])
            assert set(ages[grown_young].tolist()) <= {1}
            assert set(ages[~grown_young].tolist()) <= {4}

    @pytest.mark.parametrize(("hour", "empty"), [(0, (0, 60)), (23, (1380, 1440))])
    def test_a_surge_takes_effect_in_its_own_hour(self, hour: int, empty: tuple[int, int]) -> None:
        """Nobody comes in the hour whose factor is 0; about twelve a minute come before and after."""
        surge = np.ones(48)
        surge[hour] = 0.0
        blocks = self.feed(2, Plan({"p": demand(per_day=EVERY_MINUTE)}), surges={"p": surge})
        minutes = set(np.floor(np.concatenate([block.times for block in blocks])).astype(int).tolist())
        assert set(range(2880)) - minutes == set(range(*empty))

    def test_who_comes_first_is_told_first_even_between_streams(self) -> None:
        found = Feed(
            Plan({"p": demand(per_day=40), "q": demand(per_day=60)}), CALENDAR, 9 * DAY, Draws(1, 1, PLACES)
        )  # type: ignore[arg-type]
        (cohort,) = list(found)
        assert cohort.times == sorted(cohort.times)
        told = [block.times[row] for block, row in zip(cohort.who, cohort.rows, strict=True)]
        assert told == cohort.times
        assert {(block.name, row) for block, row in zip(cohort.who, cohort.rows, strict=True)} == {
            (block.name, row) for block in cohort.blocks for row in range(len(block))
        }

    def test_patients_inside_at_the_start_are_their_own_kind_of_people(self, draws: Draws) -> None:
        """The same name has the same people, however many; another name has others."""
        attrs = {name: np.zeros(50, dtype=np.int8) for name in ("age", "acuity")}
        ward = Block.of_patients(draws, "initial.ward", attrs, base=11)
        again = Block.of_patients(Draws(9, 9), "initial.ward", {"age": np.zeros(80, dtype=np.int8)}, base=0)
        other = Block.of_patients(draws, "initial.other", attrs, base=61)
        assert ward.uid.tolist() == again.uid.tolist()[:50]
        assert not set(ward.uid.tolist()) & set(other.uid.tolist())
        assert (ward.base, ward.demand, ward.to, set(ward.times.tolist())) == (11, -1, "", {0.0})
        assert draws.uniform("late").of(Someone(ward, 3)) != draws.uniform("late").of(Someone(other, 3))
