"""The engine under random days: changing capacity, turnaround, two queues at once, timers near and far.

Each law is checked against something plain: a list that is searched, a sum over a log, a sorted list.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.kernel import Kernel, Patient, Pool, make_team, seize_first
from flowsim.kernel.audit import AuditedPool, conserve
from flowsim.tables import BUSY, CAPACITY, QUEUE
from support import kernel_with

QUICK = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def starting(kernel: Kernel, people: list[Patient], arrived: list[float], care: Any) -> None:
    """Start each patient's care at the time of arrival."""
    moments = [(minute, row) for row, minute in enumerate(arrived)]
    kernel.at_each(moments, lambda row: kernel.start(people[row], care(people[row])))


# -- capacity that changes ---------------------------------------------------------------------------------


def with_changes(
    arrived: list[float], service: list[float], changes: list[tuple[float, int]], turnaround: float
) -> list[float]:
    """Return when each patient begins, from a list of events searched from end to end.

    First come, first served; nobody is thrown out when units close; a vacated unit is out of use a while.
    """
    began, waiting = [inf] * len(arrived), []
    capacity, busy, turning = 0, 0, 0
    events: list[tuple[float, int, int]] = [(minute, 2, row) for row, minute in enumerate(arrived)]
    events += [(minute, 0, units) for minute, units in changes]
    while events:
        event = min(events)
        events.remove(event)
        now, what, value = event
        if what == 0:
            capacity = value
        elif what == 1:
            busy, turning = busy - 1, turning + 1
            events.append((now + turnaround, 3, 0))
        elif what == 2:
            waiting.append(value)
        else:
            turning -= 1
        while waiting and busy + turning < capacity:
            first = waiting.pop(0)
            began[first] = now
            busy += 1
            events.append((now + service[first], 1, 0))
    return began


@QUICK
@given(seeds, st.integers(1, 30), st.sampled_from([0.0, 2.5]))
def test_capacity_may_change_at_any_time(seed: int, count: int, turnaround: float) -> None:
    rng = np.random.default_rng(seed)
    arrived = rng.exponential(2.0, count).cumsum().tolist()
    service = rng.exponential(6.0, count).tolist()
    minutes = [0.0, *np.sort(rng.uniform(0.5, arrived[-1] + 20.0, 6)).tolist(), arrived[-1] + 400.0]
    changes = [
        (minute, int(units)) for minute, units in zip(minutes, [*rng.integers(0, 5, 7), 3], strict=True)
    ]
    kernel, people = kernel_with(count)
    pool = AuditedPool(kernel, ("ward", "beds"), changes[0][1], turnaround=turnaround)
    began = [inf] * count

    def care(patient: Patient) -> Iterator[Any]:
        yield pool.seize(patient)
        began[patient.row] = kernel.now
        yield service[patient.row]
        pool.vacate()

    def change(units: int) -> None:
        pool.set_capacity(units)
        conserve(kernel)

    kernel.at_each(changes[1:], change)
    starting(kernel, people, arrived, care)
    kernel.env.run()
    conserve(kernel)
    np.testing.assert_allclose(began, with_changes(arrived, service, changes, turnaround), atol=1e-9)
    assert (pool.busy, pool.waiting, pool.limit) == (0, 0, 3)


@QUICK
@given(seeds, st.integers(1, 6))
def test_mean_capacity_is_the_area_under_the_rota(seed: int, shifts: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = [0.0, *np.sort(rng.uniform(1.0, 600.0, shifts)).tolist()]
    rota = [
        (minute, int(units)) for minute, units in zip(minutes, rng.integers(0, 9, shifts + 1), strict=True)
    ]
    kernel = Kernel()
    team = make_team(kernel, ("clinic", "staff"), rota)
    kernel.env.run(until=660.0)
    found = team.mean_capacity(11, 60.0)
    for hour in range(11):
        fine = np.linspace(60.0 * hour, 60.0 * (hour + 1), 6001)[:-1] + 0.005
        units = np.array([n for _, n in rota])[np.searchsorted(minutes, fine, side="right") - 1]
        assert found[hour] == pytest.approx(units.mean(), abs=0.02)


@QUICK
@given(seeds, st.integers(1, 40))
def test_hourly_figures_are_the_areas_under_what_happened(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    arrived = rng.uniform(0.0, 300.0, count)
    arrived.sort()
    service = rng.exponential(25.0, count).tolist()
    kernel, people = kernel_with(count)
    pool = Pool(kernel, ("clinic", "staff"), 2)
    kernel.watch(360.0)
    spans: list[tuple[float, float, float]] = []

    def care(patient: Patient) -> Iterator[Any]:
        asked = kernel.now
        yield pool.seize(patient)
        began = kernel.now
        spans.append((asked, began, began + service[patient.row]))
        yield service[patient.row]
        pool.release()

    starting(kernel, people, arrived.tolist(), care)
    kernel.env.run()
    table = kernel.occupancy()[:, 0, :]
    for hour in range(6):
        start, end = 60.0 * hour, 60.0 * (hour + 1)
        busy = sum(max(min(done, end) - max(began, start), 0.0) for _, began, done in spans) / 60.0
        queue = sum(max(min(began, end) - max(asked, start), 0.0) for asked, began, _ in spans) / 60.0
        assert table[hour, BUSY] == pytest.approx(busy, abs=1e-4)
        assert table[hour, QUEUE] == pytest.approx(queue, abs=1e-4)
        assert table[hour, CAPACITY] == 2.0


# -- two queues at once ------------------------------------------------------------------------------------


@QUICK
@given(seeds, st.integers(1, 30), st.booleans())
def test_whoever_waits_for_either_of_two_gets_the_first_that_is_free(
    seed: int, count: int, impatient: bool
) -> None:
    """Some want the first pool alone, some the second alone, some either; first come, first served."""
    rng = np.random.default_rng(seed)
    arrived = rng.exponential(2.0, count).cumsum().tolist()
    service = rng.exponential(7.0, count).tolist()
    wants = rng.integers(0, 3, count).tolist()
    patience = rng.exponential(8.0, count).tolist() if impatient else [inf] * count
    kernel, people = kernel_with(count)
    pools = [AuditedPool(kernel, ("ward", name), 1) for name in ("here", "there")]
    found: list[tuple[float, int] | None] = [None] * count

    def care(patient: Patient) -> Iterator[Any]:
        row = patient.row
        options = [(pools[i], 0) for i in ((0,), (1,), (0, 1))[wants[row]]]
        got = yield seize_first(patient, options, patience=patience[row])
        if got is None:
            return
        found[row] = (kernel.now, pools.index(got))
        yield service[row]
        got.release()

    starting(kernel, people, arrived, care)
    while kernel.env.peek() < inf:
        kernel.env.step()
        conserve(kernel)
    assert [pool.busy for pool in pools] == [pool.waiting for pool in pools] == [0, 0]
    assert kernel.finished == count
    assert found == either_of_two(arrived, service, wants, patience)


def either_of_two(
    arrived: list[float], service: list[float], wants: list[int], patience: list[float]
) -> list[tuple[float, int] | None]:
    """Return when and where each patient begins, from a list of events searched from end to end."""
    found: list[tuple[float, int] | None] = [None] * len(arrived)
    free, waiting = [True, True], []
    events: list[tuple[float, int, int]] = [(minute, 1, row) for row, minute in enumerate(arrived)]
    events += [(arrived[row] + limit, 2, row) for row, limit in enumerate(patience)]
    while events:
        event = min(events)
        events.remove(event)
        now, what, value = event
        if what == 0:
            free[value] = True
        elif what == 1:
            waiting.append(value)
        elif value in waiting:
            waiting.remove(value)
        for row in list(waiting):
            for pool in ((0,), (1,), (0, 1))[wants[row]]:
                if free[pool]:
                    free[pool] = False
                    waiting.remove(row)
                    found[row] = (now, pool)
                    events.append((now + service[row], 0, pool))
                    break
    return found


# -- timers ------------------------------------------------------------------------------------------------


@QUICK
@given(st.lists(st.floats(0.0, 5000.0, allow_nan=False), min_size=1, max_size=40))
def test_calls_come_when_they_are_due_and_in_order(delays: list[float]) -> None:
    """Near ones and those that are kept aside until their page is turned to."""
    kernel = Kernel()
    came: list[tuple[float, float]] = []
    for delay in delays:
        kernel.later(delay, lambda _, delay=delay: came.append((kernel.now, delay)))
    kernel.env.run()
    assert [due for _, due in came] == sorted(delays)
    assert all(now == due for now, due in came)
    assert not kernel.agenda


@QUICK
@given(seeds, st.integers(1, 30))
def test_holds_near_and_far_end_when_they_should(seed: int, count: int) -> None:
    """Three holds each, from minutes to days, begun at any time."""
    rng = np.random.default_rng(seed)
    arrived = np.sort(rng.uniform(0.0, 2000.0, count)).tolist()
    holds = rng.choice([0.0, 3.0, 239.9, 240.0, 240.1, 1000.0, 7200.0], (count, 3)).tolist()
    kernel, people = kernel_with(count)
    ended = [0.0] * count

    def care(patient: Patient) -> Iterator[Any]:
        yield from holds[patient.row]
        ended[patient.row] = kernel.now

    starting(kernel, people, arrived, care)
    last = -1.0
    while kernel.env.peek() < inf:
        assert kernel.env.peek() >= last
        last = kernel.env.peek()
        kernel.env.step()
    for begin, minutes, end in zip(arrived, holds, ended, strict=True):
        assert end == pytest.approx(begin + sum(minutes), abs=1e-9)
    assert kernel.finished == count


@QUICK
@given(seeds, st.integers(1, 25))
def test_what_is_due_if_a_wait_lasts_happens_just_then_and_never_after(seed: int, count: int) -> None:
    """Each patient sets a call for some time into the wait; it comes then, if the wait is not over."""
    rng = np.random.default_rng(seed)
    arrived = rng.exponential(3.0, count).cumsum().tolist()
    service = rng.exponential(5.0, count).tolist()
    after = rng.exponential(12.0, count).tolist()
    kernel, people = kernel_with(count)
    pool = Pool(kernel, ("clinic", "staff"), 1)
    began, called = [inf] * count, [inf] * count

    def make(patient: Patient) -> Any:
        ticket = patient.ticket

        def call(_: Any) -> None:
            if patient.ticket == ticket:
                called[patient.row] = kernel.now

        return call

    def care(patient: Patient) -> Iterator[Any]:
        target = pool.seize(patient)
        if target is not pool:
            kernel.if_still_waiting(after[patient.row], patient, make)
        yield target
        began[patient.row] = kernel.now
        yield service[patient.row]
        pool.release()

    starting(kernel, people, arrived, care)
    kernel.env.run()
    for row in range(count):
        due = arrived[row] + after[row]
        if began[row] > due:
            assert called[row] == pytest.approx(due, abs=1e-9)
        else:
            assert called[row] == inf


# -- anything SimPy has ------------------------------------------------------------------------------------


@QUICK
@given(seeds, st.integers(1, 15))
def test_a_care_process_may_wait_for_any_event_of_simpy(seed: int, count: int) -> None:
    """Timeouts, a process, an event of one's own, all of several and any of several."""
    rng = np.random.default_rng(seed)
    kernel, people = kernel_with(count)
    env = kernel.env
    kinds = rng.integers(0, 4, count).tolist()
    minutes = rng.uniform(0.1, 900.0, (count, 2)).tolist()
    ended = [0.0] * count

    def process(first: float) -> Iterator[Any]:
        yield env.timeout(first)
        return "done"

    def care(patient: Patient) -> Iterator[Any]:
        one, other = minutes[patient.row]
        if kinds[patient.row] == 0:
            yield env.timeout(one)
        elif kinds[patient.row] == 1:
            assert (yield env.process(process(one))) == "done"
        elif kinds[patient.row] == 2:
            yield simpy.AllOf(env, [env.timeout(one), env.timeout(other)])
        else:
            yield simpy.AnyOf(env, [env.timeout(one), env.timeout(other)])
        ended[patient.row] = kernel.now

    for patient in people:
        kernel.start(patient, care(patient))
    assert kernel.attending == count
    env.run()
    pick = (lambda a, b: a, lambda a, b: a, max, min)
    for row, kind in enumerate(kinds):
        assert ended[row] == pytest.approx(pick[kind](*minutes[row]), abs=1e-9)
    assert (kernel.attending, kernel.finished) == (0, count)


def test_a_hold_of_less_than_nothing_is_refused() -> None:
    kernel, (patient,) = kernel_with(1)

    def care(_: Patient) -> Iterator[Any]:
        yield -1.0

    with pytest.raises(ValueError, match=r"asked to wait -1.0 minutes: time does not run backwards"):
        kernel.start(patient, care(patient))


def test_a_hold_of_no_number_is_refused() -> None:
    kernel, (patient,) = kernel_with(1)

    def care(_: Patient) -> Iterator[Any]:
        yield float("nan")

    with pytest.raises(ValueError, match="time does not run backwards"):
        kernel.start(patient, care(patient))
