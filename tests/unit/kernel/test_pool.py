"""Pools: queues, priorities, patience, changing capacity, turnaround and exact areas."""

import sys
from collections.abc import Callable, Iterator
from math import inf
from typing import Any

import numpy as np
import pytest

from flowsim.kernel import Crew, Kernel, Patient, Pool, seize_first
from flowsim.kernel.audit import AuditedPool
from support import kernel_with

Log = list[tuple[Any, ...]]


def stay(
    kernel: Kernel, patient: Patient, pool: Pool, minutes: float, log: Log, *how: float, **more: float
) -> Iterator[Any]:
    """Seize a unit, keep it, give it back; note who began when, or gave up when."""
    if (yield pool.seize(patient, *how, **more)) is None:
        log.append((patient.row, "gave up", kernel.now))
        return
    log.append((patient.row, "began", kernel.now))
    yield minutes
    pool.release()


def begin(kernel: Kernel, minute: float, patient: Patient, care: Callable[[], Iterator[Any]]) -> None:
    kernel.at_each([(minute, None)], lambda _: kernel.start(patient, care()))


def pool_of(kernel: Kernel, units: int, name: str = "beds", **settings: Any) -> Pool:
    return AuditedPool(kernel, ("ward", name), units, **settings)


def test_a_free_unit_is_granted_at_once_without_an_event() -> None:
    kernel, (patient,) = kernel_with(1)
    pool = pool_of(kernel, 1)
    assert pool.seize(patient) is pool
    assert (pool.busy, pool.waiting) == (1, 0)
    assert not kernel.agenda


def test_first_come_first_served_and_nobody_overtakes_at_the_moment_of_release() -> None:
    """At minute 10 a unit is given back and a third patient asks: the one who waits gets it."""
    kernel, (a, b, c) = kernel_with(3)
    pool, log = pool_of(kernel, 1), []
    begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 10.0, log))
    begin(kernel, 5.0, b, lambda: stay(kernel, b, pool, 10.0, log))
    kernel.later(10.0, lambda _: kernel.start(c, stay(kernel, c, pool, 1.0, log)))
    kernel.env.run()
    assert log == [(0, "began", 0.0), (1, "began", 10.0), (2, "began", 20.0)]


def test_the_first_class_goes_first_and_the_longest_waiting_within_a_class() -> None:
    kernel, people = kernel_with(5)
    pool, log = pool_of(kernel, 1, classes=3), []
    for patient, priority in zip(people, (0, 2, 1, 2, 0), strict=True):
        begin(kernel, patient.row, patient, lambda p=patient, k=priority: stay(kernel, p, pool, 10.0, log, k))
    kernel.env.run()
    assert [row for row, *_ in log] == [0, 4, 2, 1, 3]


def test_priority_is_not_pre_emptive() -> None:
    kernel, (a, b) = kernel_with(2)
    pool, log = pool_of(kernel, 1, classes=2), []
    begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 30.0, log, 1))
    begin(kernel, 1.0, b, lambda: stay(kernel, b, pool, 30.0, log, 0))
    kernel.env.run()
    assert log == [(0, "began", 0.0), (1, "began", 30.0)]


@pytest.mark.parametrize(("ages", "order"), [(inf, [0, 2, 1]), (20.0, [0, 1, 2]), (60.0, [0, 2, 1])])
def test_a_long_wait_moves_a_patient_up_a_class(ages: float, order: list[int]) -> None:
    """At minute 50, class 1 has waited 49 minutes: two steps of 20, none of 60; class 0 has waited 5."""
    kernel, (a, b, c) = kernel_with(3)
    pool, log = pool_of(kernel, 1, classes=2, ages=ages), []
    begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 50.0, log, 0))
    begin(kernel, 1.0, b, lambda: stay(kernel, b, pool, 5.0, log, 1))
    begin(kernel, 45.0, c, lambda: stay(kernel, c, pool, 5.0, log, 0))
    kernel.env.run()
    assert [row for row, *_ in log] == order


def test_at_the_same_aged_class_the_longest_waiting_goes_first() -> None:
    """At minute 25, the class 1 patient has moved up once (20 minutes) and has waited longer."""
    kernel, (a, b, c) = kernel_with(3)
    pool, log = pool_of(kernel, 1, classes=2, ages=20.0), []
    begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 25.0, log, 0))
    begin(kernel, 2.0, b, lambda: stay(kernel, b, pool, 5.0, log, 1))
    begin(kernel, 10.0, c, lambda: stay(kernel, c, pool, 5.0, log, 0))
    kernel.env.run()
    assert [row for row, *_ in log] == [0, 1, 2]


class TestPatience:
    def test_whoever_runs_out_of_patience_leaves_the_queue(self) -> None:
        kernel, (a, b, c) = kernel_with(3)
        pool, log = pool_of(kernel, 1), []
        begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 60.0, log))
        begin(kernel, 10.0, b, lambda: stay(kernel, b, pool, 5.0, log, patience=15.0))
        begin(kernel, 11.0, c, lambda: stay(kernel, c, pool, 5.0, log))
        kernel.env.run()
        assert log == [(0, "began", 0.0), (1, "gave up", 25.0), (2, "began", 60.0)]
        assert (pool.busy, pool.waiting) == (0, 0)

    def test_patience_counts_waiting_only(self) -> None:
        """Served at minute 10 with patience until 20: the timer is stale, and care goes on to minute 60."""
        kernel, (a, b) = kernel_with(2)
        pool, log = pool_of(kernel, 1), []
        begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 10.0, log))
        begin(kernel, 0.0, b, lambda: stay(kernel, b, pool, 50.0, log, patience=20.0))
        kernel.env.run()
        assert log == [(0, "began", 0.0), (1, "began", 10.0)]
        assert kernel.now == 60.0

    def test_an_old_timer_does_not_end_a_later_wait_of_the_same_patient(self) -> None:
        """The first wait (patience to minute 20) ends at 10; the second, from 15, is patient to minute 65."""
        kernel, (a, b, c) = kernel_with(3)
        pool, log = pool_of(kernel, 1), []

        def twice() -> Iterator[Any]:
            yield from stay(kernel, b, pool, 5.0, log, patience=20.0)
            yield from stay(kernel, b, pool, 5.0, log, patience=50.0)

        begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 10.0, log))
        begin(kernel, 0.0, b, twice)
        begin(kernel, 12.0, c, lambda: stay(kernel, c, pool, 20.0, log))
        kernel.env.run()
        assert log == [(0, "began", 0.0), (1, "began", 10.0), (2, "began", 15.0), (1, "began", 35.0)]

    def test_a_unit_freed_at_the_very_minute_goes_to_whoever_was_first_on_the_event_list(self) -> None:
        """The release at minute 20 was arranged before the patience that ends then: the patient is served."""
        kernel, (a, b) = kernel_with(2)
        pool, log = pool_of(kernel, 1), []
        begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 20.0, log))
        begin(kernel, 5.0, b, lambda: stay(kernel, b, pool, 5.0, log, patience=15.0))
        kernel.env.run()
        assert log[-1] == (1, "began", 20.0)

    def test_endless_patience_leaves_no_timer_behind(self) -> None:
        kernel, (a, b) = kernel_with(2)
        pool = pool_of(kernel, 1)
        pool.seize(a)
        pool.seize(b, 0, inf - 5.0)
        assert not kernel.agenda


class TestCapacity:
    def test_a_unit_closed_while_busy_closes_when_it_is_given_back(self) -> None:
        """Two units are cut to one at minute 5.

        The unit given back at 10 closes, the one at 20 is used again.
        """
        kernel, (a, b, c) = kernel_with(3)
        pool, log = pool_of(kernel, 2), []
        begin(kernel, 0.0, a, lambda: stay(kernel, a, pool, 10.0, log))
        begin(kernel, 0.0, b, lambda: stay(kernel, b, pool, 20.0, log))
        begin(kernel, 1.0, c, lambda: stay(kernel, c, pool, 5.0, log))
        kernel.at_each([(5.0, 1)], pool.set_capacity)
        kernel.env.run()
        assert log[-1] == (2, "began", 20.0)

    def test_new_units_serve_whoever_waits_at_once(self) -> None:
        kernel, people = kernel_with(4)
        pool, log = pool_of(kernel, 1), []
        for patient in people:
            begin(kernel, 0.0, patient, lambda p=patient: stay(kernel, p, pool, 60.0, log))
        kernel.at_each([(7.0, 3)], pool.set_capacity)
        kernel.env.run()
        assert [minute for *_, minute in log] == [0.0, 7.0, 7.0, 60.0]

    def test_no_units_at_all_serve_nobody(self) -> None:
        kernel, (patient,) = kernel_with(1)
        pool, log = pool_of(kernel, 0), []
        begin(kernel, 0.0, patient, lambda: stay(kernel, patient, pool, 5.0, log))
        kernel.env.run()
        assert not log
        assert pool.waiting == 1

    def test_capacity_by_hour_is_its_time_weighted_mean(self) -> None:
        """4 units to minute 90, then 2: hours of 4, 3, 2."""
        kernel, _ = kernel_with(1)
        pool = pool_of(kernel, 4)
        kernel.at_each([(90.0, 2)], pool.set_capacity)
        kernel.env.run()
        assert pool.mean_capacity(3, 60.0).tolist() == [4.0, 3.0, 2.0]


class TestTurnaround:
    def test_a_vacated_unit_cannot_be_used_while_it_is_turned_around(self) -> None:
        kernel, (a, b) = kernel_with(2)
        pool, log = pool_of(kernel, 1, turnaround=30.0), []
        pool.seize(a)
        begin(kernel, 1.0, b, lambda: stay(kernel, b, pool, 5.0, log))
        kernel.later(10.0, lambda _: pool.vacate())
        kernel.env.run(until=20.0)
        assert (pool.busy, pool.waiting) == (0, 1)
        assert not pool.has_room
        kernel.env.run()
        assert log == [(1, "began", 40.0)]

    def test_a_bed_closed_during_turnaround_stays_closed(self) -> None:
        kernel, (a, b) = kernel_with(2)
        pool, log = pool_of(kernel, 1, turnaround=30.0), []
        pool.seize(a)
        begin(kernel, 1.0, b, lambda: stay(kernel, b, pool, 5.0, log))
        kernel.later(10.0, lambda _: pool.vacate())
        kernel.at_each([(20.0, 0), (60.0, 1)], pool.set_capacity)
        kernel.env.run()
        assert log == [(1, "began", 60.0)]

    def test_without_turnaround_vacating_is_releasing(self) -> None:
        kernel, (a, b) = kernel_with(2)
        pool, log = pool_of(kernel, 1), []
        pool.seize(a)
        begin(kernel, 1.0, b, lambda: stay(kernel, b, pool, 5.0, log))
        kernel.later(10.0, lambda _: (pool.vacate(), kernel.drain()))
        kernel.env.run()
        assert log == [(1, "began", 10.0)]


class TestCrew:
    def test_a_crew_is_busy_through_its_wrap_up(self) -> None:
        kernel, (a, b) = kernel_with(2)
        pool, log = pool_of(kernel, 1), []
        pool.seize(a)
        a.held = Crew(pool, 15.0)
        begin(kernel, 1.0, b, lambda: stay(kernel, b, pool, 5.0, log))
        kernel.later(10.0, lambda _: kernel.let_go(a))
        kernel.env.run()
        assert log == [(1, "began", 25.0)]
        assert a.held is None


class TestSeveralPools:
    def ask(
        self, kernel: Kernel, patient: Patient, pools: list[Pool], log: Log, **how: float
    ) -> Iterator[Any]:
        pool = yield seize_first(patient, [(pool, 0) for pool in pools], **how)
        if pool is None:
            log.append((patient.row, "gave up", kernel.now))
            return
        log.append((patient.row, pool.name[1], kernel.now))
        yield 100.0
        pool.release()

    def three(self, kernel: Kernel, *units: int) -> list[Pool]:
        return [pool_of(kernel, n, name) for n, name in zip(units, ("own", "second", "third"), strict=False)]

    def test_the_first_with_room_in_order(self) -> None:
        kernel, people = kernel_with(3)
        pools, log = self.three(kernel, 1, 1, 5), []
        for patient in people:
            begin(kernel, 0.0, patient, lambda p=patient: self.ask(kernel, p, pools, log))
        kernel.env.run()
        assert [name for _, name, _ in log] == ["own", "second", "third"]

    def test_whichever_is_free_first_and_only_that_one(self) -> None:
        """The second pool gets a unit at minute 30; when the first gets one at 40 nobody waits there."""
        kernel, (a,) = kernel_with(1)
        pools, log = self.three(kernel, 0, 0), []
        begin(kernel, 0.0, a, lambda: self.ask(kernel, a, pools, log))
        kernel.at_each([(30.0, 1)], pools[1].set_capacity)
        kernel.at_each([(40.0, 1)], pools[0].set_capacity)
        kernel.env.run(until=50.0)
        assert log == [(0, "second", 30.0)]
        assert [(pool.busy, pool.waiting) for pool in pools] == [(0, 0), (1, 0)]

    def test_the_first_alone_for_a_while(self) -> None:
        """Others have room from the start, but are asked after 20 minutes only."""
        kernel, (a, b) = kernel_with(2)
        pools, log = self.three(kernel, 1, 1), []
        begin(kernel, 0.0, a, lambda: self.ask(kernel, a, pools, log, widen_after=20.0))
        begin(kernel, 5.0, b, lambda: self.ask(kernel, b, pools, log, widen_after=20.0))
        kernel.env.run()
        assert log == [(0, "own", 0.0), (1, "second", 25.0)]

    def test_widening_after_the_wait_has_ended_does_nothing(self) -> None:
        kernel, (a, b) = kernel_with(2)
        pools, log = self.three(kernel, 1, 1), []
        pools[0].seize(a)
        begin(kernel, 0.0, b, lambda: self.ask(kernel, b, pools, log, widen_after=20.0))
        kernel.later(10.0, lambda _: (pools[0].release(), kernel.drain()))
        kernel.env.run(until=50.0)
        assert log == [(1, "own", 10.0)]
        assert (pools[1].busy, pools[1].waiting) == (0, 0)

    def test_the_place_in_the_first_queue_is_kept_when_others_are_asked_too(self) -> None:
        kernel, (a, b, c) = kernel_with(3)
        pools, log = self.three(kernel, 1, 0), []
        pools[0].seize(a)
        begin(kernel, 0.0, b, lambda: self.ask(kernel, b, pools, log, widen_after=10.0))
        begin(kernel, 5.0, c, lambda: self.ask(kernel, c, pools[:1], log))
        kernel.later(30.0, lambda _: (pools[0].release(), kernel.drain()))
        kernel.env.run(until=31.0)
        assert log == [(1, "own", 30.0)]

    @pytest.mark.parametrize("widen", [0.0, 5.0])
    def test_patience_ends_the_wait_in_every_queue(self, widen: float) -> None:
        kernel, (a,) = kernel_with(1)
        pools, log = self.three(kernel, 0, 0), []
        begin(kernel, 0.0, a, lambda: self.ask(kernel, a, pools, log, widen_after=widen, patience=12.0))
        kernel.env.run()
        assert log == [(0, "gave up", 12.0)]
        assert [pool.waiting for pool in pools] == [0, 0]


class TestLongChains:
    def test_ten_thousand_zero_time_hand_overs_do_not_recurse(self) -> None:
        """All wait for one unit and use it for no time: each release frees the next, in one minute."""
        n = 10_000
        kernel, people = kernel_with(n)
        pool, log = Pool(kernel, ("x", "y"), 0), []

        def care(patient: Patient) -> Iterator[Any]:
            yield pool.seize(patient)
            log.append(patient.row)
            pool.release()

        for patient in people:
            kernel.start(patient, care(patient))
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(200)
        try:
            kernel.at_each([(1.0, 1)], pool.set_capacity)
            kernel.env.run()
        finally:
            sys.setrecursionlimit(limit)
        assert log == list(range(n))
        assert (pool.busy, pool.waiting, kernel.finished) == (0, 0, n)

    def test_a_chain_through_many_pools_does_not_recurse(self) -> None:
        """Patient i holds unit i and waits for unit i + 1.

        When the last is freed, everybody moves up at once.
        """
        n = 10_000
        kernel, people = kernel_with(n)
        pools = [Pool(kernel, ("x", str(i)), 1) for i in range(n + 1)]
        moved = []

        def care(patient: Patient) -> Iterator[Any]:
            row = patient.row
            yield pools[row].seize(patient)
            yield pools[row + 1].seize(patient)
            pools[row].release()
            moved.append(row)

        def last() -> None:
            pools[n].release()
            kernel.drain()

        pools[n].seize(people[0])  # somebody else
        for patient in reversed(people):
            kernel.start(patient, care(patient))
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(200)
        try:
            kernel.later(5.0, lambda _: last())
            kernel.env.run()
        finally:
            sys.setrecursionlimit(limit)
        assert moved == list(range(n - 1, -1, -1))


def test_areas_are_exact_means_of_each_hour() -> None:
    """Busy 15 to 75: 45 minutes of hour 0 and 15 of hour 1. The second waits from 30 to 75."""
    kernel, (a, b) = kernel_with(2)
    pool, log = pool_of(kernel, 1), []
    kernel.watch(120.0)
    begin(kernel, 15.0, a, lambda: stay(kernel, a, pool, 60.0, log))
    begin(kernel, 30.0, b, lambda: stay(kernel, b, pool, 15.0, log))
    kernel.env.run(until=121.0)
    busy, queue, capacity = np.moveaxis(kernel.occupancy()[:, 0], -1, 0)
    assert busy.tolist() == [0.75, 0.5]
    assert queue.tolist() == [0.5, 0.25]
    assert capacity.tolist() == [1.0, 1.0]
