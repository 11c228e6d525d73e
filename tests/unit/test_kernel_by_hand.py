"""The engine by hand: what is counted as busy and as queueing, minute by minute, and who is told first.

Patients of these tests seize a unit, keep it and give it back; the hour is the one in which areas are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

import pytest

from flowsim.kernel import Crew, Kernel, Patient, Pool, make_pool, make_team, seize_first
from support import kernel_with

HOUR = 60.0


def begin(kernel: Kernel, minute: float, patient: Patient, care: Iterator[Any]) -> None:
    kernel.at_each([(minute, None)], lambda _: kernel.start(patient, care))  # type: ignore[arg-type]


def keep(pool: Pool, patient: Patient, minutes: float, *how: float, back: str = "release") -> Iterator[Any]:
    """Seize a unit, keep it for so long, and give it back."""
    if (yield pool.seize(patient, *how)) is None:
        return
    yield minutes
    getattr(pool, back)()


def areas(kernel: Kernel, hours: int, pool: int = 0) -> list[list[float]]:
    """Run, and return for each hour the mean number busy, the mean number waiting, and the capacity."""
    kernel.env.run(until=hours * HOUR + 1e-6)
    return [[round(float(value), 6) for value in row] for row in kernel.occupancy()[:, pool].tolist()]


class TestAreas:
    def test_busy_and_waiting_by_hand(self) -> None:
        """One unit: A 0 to 45, B from 15 (waits 30) to 90, C from 30 (waits 60) to 105."""
        kernel, (a, b, c) = kernel_with(3)
        pool = make_pool(kernel, ("ward", "beds"), 1)
        kernel.watch(3 * HOUR)
        for minute, patient, minutes in ((0, a, 45.0), (15, b, 45.0), (30, c, 15.0)):
            begin(kernel, minute, patient, keep(pool, patient, minutes))
        assert areas(kernel, 3) == [[1, 1.0, 1], [0.75, 0.5, 1], [0, 0, 1]]

    def test_a_unit_that_is_turned_around_is_neither_busy_nor_to_be_had(self) -> None:
        """Kept 0 to 30, turned around to 60: B waits from 10 to 60, and keeps it to 90."""
        kernel, (a, b) = kernel_with(2)
        pool = make_pool(kernel, ("ward", "beds"), 1, turnaround=30.0)
        kernel.watch(2 * HOUR)
        begin(kernel, 0, a, keep(pool, a, 30.0, back="vacate"))
        begin(kernel, 10, b, keep(pool, b, 30.0, back="vacate"))
        told: list[tuple[int, int, bool]] = []
        for minute in (20, 40, 61, 100, 121):
            kernel.at_each([(minute, None)], lambda _: told.append((pool.busy, pool.limit, pool.has_room)))
        assert areas(kernel, 2) == [[0.5, 0.833333, 1], [0.5, 0, 1]]
        assert told == [(1, 1, False), (0, 0, False), (1, 1, False), (0, 0, False)]

    def test_whoever_gives_up_no_longer_counts_as_waiting(self) -> None:
        """A 0 to 60; B waits 10 to 25 and gives up."""
        kernel, (a, b) = kernel_with(2)
        pool = make_pool(kernel, ("ward", "beds"), 1)
        kernel.watch(HOUR)
        begin(kernel, 0, a, keep(pool, a, 60.0))
        begin(kernel, 10, b, keep(pool, b, 60.0, 0, 15.0))
        assert areas(kernel, 1) == [[1, 0.25, 1]]
        assert pool.waiting == 0

    def test_whoever_waits_in_two_queues_counts_in_both_until_served(self) -> None:
        """Both taken: the first to 40, the second to 30. C waits in both from 10 to 30 and has the second."""
        kernel, (a, b, c) = kernel_with(3)
        first, second = (make_pool(kernel, ("ward", name), 1) for name in ("first", "second"))
        kernel.watch(HOUR)

        def either() -> Iterator[Any]:
            pool = yield seize_first(c, [(first, 0), (second, 0)])
            yield 15.0
            pool.release()

        begin(kernel, 0, a, keep(first, a, 40.0))
        begin(kernel, 0, b, keep(second, b, 30.0))
        begin(kernel, 10, c, either())
        kernel.env.run(until=HOUR + 1e-6)
        table = kernel.occupancy()[0].tolist()
        assert table[0] == pytest.approx([40 / 60, 20 / 60, 1])
        assert table[1] == pytest.approx([45 / 60, 20 / 60, 1])
        assert first.waiting == second.waiting == 0

    def test_capacity_is_its_mean_over_each_hour(self) -> None:
        """One to 00:30, then 3 to 01:15, then 2."""
        kernel, _ = kernel_with(1)
        pool = make_pool(kernel, ("ward", "beds"), 1)
        kernel.watch(3 * HOUR)
        kernel.at_each([(30, 3), (75, 2)], pool.set_capacity)
        assert [row[2] for row in areas(kernel, 3)] == [2.0, 2.25, 2.0]
        assert pool.history == [(0.0, 1), (30.0, 3), (75.0, 2)]

    def test_a_rota_is_the_capacity_of_its_hours(self) -> None:
        """Two from the start, one from 01:30, none from 02:00."""
        kernel, (a,) = kernel_with(1)
        team = make_team(kernel, ("ward", "nurses"), [(0.0, 2), (90.0, 1), (120.0, 0)])
        kernel.watch(3 * HOUR)
        begin(kernel, 100, a, keep(team, a, 50.0))
        assert areas(kernel, 3) == [[0, 0, 2], [0.333333, 0, 1.5], [0.5, 0, 0]]

    def test_a_crew_is_busy_through_its_wrap_up(self) -> None:
        kernel, (a,) = kernel_with(1)
        pool = make_pool(kernel, ("crews", "crews"), 1)
        kernel.watch(2 * HOUR)

        def call() -> Iterator[Any]:
            yield pool.seize(a)
            yield 30.0
            Crew(pool, 45.0).vacate()

        begin(kernel, 0, a, call())
        assert areas(kernel, 2) == [[1, 0, 1], [0.25, 0, 1]]


class TestOrder:
    @staticmethod
    def served(pool: Pool, kernel: Kernel, asks: list[tuple[float, Patient, int]]) -> list[int]:
        """Return who was served in what order, each for 10 minutes."""
        order: list[int] = []

        def care(patient: Patient, priority: int) -> Iterator[Any]:
            yield pool.seize(patient, priority)
            order.append(patient.row)
            yield 10.0
            pool.release()

        for minute, patient, priority in asks:
            begin(kernel, minute, patient, care(patient, priority))
        kernel.env.run()
        return order

    @pytest.mark.parametrize(
        ("ages", "aged_to", "order"),
        [
            (inf, 0, [0, 3, 2, 1]),
            (8.0, 0, [0, 3, 1, 2]),  # at 10 one step lifts 1 to class 1, level with 2; at 20 both are at 0
            (4.0, 0, [0, 1, 2, 3]),  # at 10 two steps lift 1 to class 0, and one step 2
            (4.0, 1, [0, 3, 1, 2]),  # nobody is lifted above class 1
        ],
    )
    def test_ageing_by_hand(self, ages: float, aged_to: int, order: list[int]) -> None:
        """Served from 0; class 2 asks at 1, class 1 at 3, class 0 at 9.5."""
        kernel, (a, b, c, d) = kernel_with(4)
        pool = make_pool(kernel, ("ward", "beds"), 1, classes=3, ages=ages)
        pool.aged_to = aged_to
        asks = [(0, a, 0), (1, b, 2), (3, c, 1), (9.5, d, 0)]
        assert self.served(pool, kernel, asks) == order

    def test_new_capacity_goes_to_the_first_class_first(self) -> None:
        kernel, (a, b, c) = kernel_with(3)
        pool = make_pool(kernel, ("ward", "beds"), 0, classes=2)
        kernel.at_each([(30, 1)], pool.set_capacity)
        assert self.served(pool, kernel, [(0, a, 1), (5, b, 0), (10, c, 1)]) == [1, 0, 2]

    def test_units_beyond_a_cut_are_given_back_to_nobody(self) -> None:
        """Three busy, cut to one at 5: at 10 the three end, and one of the two who wait is served."""
        kernel, patients = kernel_with(5)
        pool = make_pool(kernel, ("ward", "beds"), 3)
        kernel.at_each([(5, 1)], pool.set_capacity)
        busy: list[int] = []
        kernel.at_each([(15, None)], lambda _: busy.append(pool.busy))
        asks: list[tuple[float, Patient, int]] = [(0.0, p, 0) for p in patients[:3]]
        asks += [(6.0, patients[3], 0), (7.0, patients[4], 0)]
        assert self.served(pool, kernel, asks) == [0, 1, 2, 3, 4]
        assert busy == [1]


class TestWideningOut:
    """A patient asks for one pool, and after a while for others too."""

    @staticmethod
    def world() -> tuple[Kernel, list[Patient], list[Pool]]:
        kernel, patients = kernel_with(6)
        pools = [make_pool(kernel, ("ward", name), 1) for name in ("own", "second", "third")]
        return kernel, patients, pools

    @staticmethod
    def asks(
        kernel: Kernel, patient: Patient, pools: list[Pool], after: float, log: list[Any]
    ) -> Iterator[Any]:
        pool = yield seize_first(patient, [(each, 0) for each in pools], widen_after=after)
        log.append((pool.name[1], kernel.now))
        yield 10.0
        pool.release()

    @pytest.mark.parametrize(
        ("after", "taken", "at"),
        [(5.0, "third", 8.0), (20.0, "third", 23.0), (26.0, "third", 29.0), (28.0, "own", 30.0)],
    )
    def test_the_free_one_is_found_behind_one_that_is_taken(
        self, after: float, taken: str, at: float
    ) -> None:
        """Own is taken to 30 and second for ever; third is free. Asked at 3."""
        kernel, (a, b, c, *_), pools = self.world()
        log: list[Any] = []
        begin(kernel, 0, a, keep(pools[0], a, 30.0))
        begin(kernel, 0, b, keep(pools[1], b, 9999.0))
        begin(kernel, 3, c, self.asks(kernel, c, pools, after, log))
        kernel.env.run(until=100.0)
        assert log == [(taken, at)]
        assert [pool.waiting for pool in pools] == [0, 0, 0]

    @pytest.mark.parametrize("after", [4.0, 40.0])
    def test_a_wait_that_is_over_is_not_widened(self, after: float) -> None:
        """Served at 6 by the own pool; what was due at 7, or at 43, is not done."""
        kernel, (a, c, *_), pools = self.world()
        log: list[Any] = []
        begin(kernel, 0, a, keep(pools[0], a, 6.0))
        begin(kernel, 3, c, self.asks(kernel, c, pools[:2], after, log))
        kernel.env.run(until=100.0)
        assert log == [("own", 6.0)]
        assert [(pool.busy, pool.waiting) for pool in pools] == [(0, 0)] * 3
        assert pools[1].queue_sum == 0.0

    def test_a_place_of_somebody_who_has_given_up_is_passed_over_when_waits_age(self) -> None:
        """B waits from 1 to 6 and gives up; at 20 C, who came later and in a lower class, is served."""
        kernel, (a, b, c, *_) = kernel_with(6)
        pool = make_pool(kernel, ("ward", "beds"), 1, classes=2, ages=5.0)
        order: list[tuple[int, float]] = []

        def care(patient: Patient, priority: int, patience: float) -> Iterator[Any]:
            if (yield pool.seize(patient, priority, patience)) is None:
                return
            order.append((patient.row, kernel.now))
            yield 20.0
            pool.release()

        for minute, patient, priority, patience in ((0, a, 0, inf), (1, b, 0, 5.0), (2, c, 1, inf)):
            begin(kernel, minute, patient, care(patient, priority, patience))
        kernel.env.run(until=100.0)
        assert order == [(0, 0.0), (2, 20.0)]
        assert (pool.busy, pool.waiting) == (0, 0)

    @pytest.mark.parametrize(("since", "first"), [(1, 2), (12, 3)])
    def test_at_one_rank_the_longest_waiting_goes_first(self, since: float, first: int) -> None:
        """The unit is free at 20. B asks in class 1, C a minute later in class 0; a step takes 10 minutes.

        B, since 1, has been lifted to class 0 and came first; since 12, it has not been lifted.
        """
        kernel, (a, other, b, c, *_) = kernel_with(6)
        pool = make_pool(kernel, ("ward", "beds"), 1, classes=2, ages=10.0)
        asks = [(0.0, a, 0), (0.5, other, 0), (since, b, 1), (since + 1, c, 0)]
        assert TestOrder.served(pool, kernel, asks)[2] == first


class TestRotas:
    def test_a_keeper_decides_what_a_shift_means(self) -> None:
        """Told 0 at 60, it keeps one; told 2 at 90, it has two."""
        kernel, _ = kernel_with(1)
        team = make_team(kernel, ("ward", "nurses"), [(0.0, 1), (60.0, 0), (90.0, 2)])
        told: list[int] = []

        def keeper(units: int) -> None:
            told.append(units)
            team.set_capacity(max(units, 1))

        team.keeper = keeper
        kernel.env.run(until=100.0)
        assert told == [0, 2]
        assert team.history == [(0.0, 1), (90.0, 2)]

    def test_a_new_rota_holds_from_its_minute_and_the_old_one_is_forgotten(self) -> None:
        """At 30: as the new one has it then (4), and its change at 45; the old change at 60 is not made."""
        kernel, _ = kernel_with(1)
        team = make_team(kernel, ("ward", "nurses"), [(0.0, 1), (60.0, 9)])
        kernel.at_each([(30, None)], lambda _: team.follow([(0.0, 2), (20.0, 4), (45.0, 5)]))
        kernel.env.run(until=100.0)
        assert team.history == [(0.0, 1), (30.0, 4), (45.0, 5)]

    def test_the_old_rota_again_is_taken_up_where_it_is(self) -> None:
        kernel, _ = kernel_with(1)
        old = [(0.0, 1), (60.0, 9)]
        team = make_team(kernel, ("ward", "nurses"), old)
        kernel.at_each([(20, None)], lambda _: team.follow([(0.0, 3)]))
        kernel.at_each([(40, None)], lambda _: team.follow(old))
        kernel.env.run(until=100.0)
        assert team.history == [(0.0, 1), (20.0, 3), (40.0, 1), (60.0, 9)]


class TestCalls:
    @pytest.mark.parametrize("minutes", [0.0, 1.0, 239.0, 240.0, 241.0, 10_000.0])
    def test_a_call_is_made_after_so_long_near_or_far(self, minutes: float) -> None:
        kernel, _ = kernel_with(1)
        made: list[float] = []
        kernel.at_each([(7.0, None)], lambda _: kernel.later(minutes, lambda _: made.append(kernel.now)))
        kernel.env.run(until=20_000.0)
        assert made == [7.0 + minutes]

    @pytest.mark.parametrize(
        ("after", "served", "called"),
        [(5.0, 20.0, [8.0]), (16.9, 20.0, [19.9]), (17.1, 20.0, []), (30.0, 20.0, []), (30.0, 50.0, [33.0])],
    )
    def test_a_call_that_depends_on_a_wait_is_made_only_if_it_lasts(
        self, after: float, served: float, called: list[float]
    ) -> None:
        """The wait is from 3 until the unit is free; the call is due so long after its beginning."""
        kernel, (a, b) = kernel_with(2)
        pool = make_pool(kernel, ("ward", "beds"), 1)
        made: list[float] = []

        def make(patient: Patient) -> Callable[[Any], None]:
            ticket = patient.ticket
            return lambda _: made.append(kernel.now) if patient.ticket == ticket else None

        def waits() -> Iterator[Any]:
            asked = pool.seize(b)
            kernel.if_still_waiting(after, b, make)
            yield asked
            pool.release()

        begin(kernel, 0, a, keep(pool, a, served))
        begin(kernel, 3, b, waits())
        kernel.env.run(until=100.0)
        assert made == pytest.approx(called)

    def test_a_journey_that_is_to_begin_soon_begins_this_minute_after_whoever_moves(self) -> None:
        kernel, (a, b) = kernel_with(2)
        told: list[tuple[str, float]] = []

        def second() -> Iterator[Any]:
            told.append(("second", kernel.now))
            yield 1.0

        def first() -> Iterator[Any]:
            yield 5.0
            kernel.start_soon(b, second())  # type: ignore[arg-type]
            told.append(("first", kernel.now))
            yield 1.0

        begin(kernel, 0, a, first())
        kernel.env.run(until=10.0)
        assert told == [("first", 5.0), ("second", 5.0)]
        assert (kernel.started, kernel.finished) == (2, 2)

    def test_at_each_calls_at_its_minutes_in_order_and_late_ones_at_once(self) -> None:
        kernel, _ = kernel_with(1)
        made: list[tuple[float, str]] = []

        def late(_: Any) -> None:
            kernel.at_each([(10.0, "past"), (60.0, "ahead")], lambda what: made.append((kernel.now, what)))

        kernel.at_each([(50.0, None)], late)
        kernel.at_each([(5.0, "a"), (5.0, "b"), (70.0, "c")], lambda what: made.append((kernel.now, what)))
        kernel.env.run(until=100.0)
        assert made == [(5.0, "a"), (5.0, "b"), (50.0, "past"), (60.0, "ahead"), (70.0, "c")]
