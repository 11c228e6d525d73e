"""Every patient's wait, exactly: recursions and a simulator so simple that it can be read at a glance.

Theory on averages needs thousands of patients. These laws hold for each one: Lindley's recursion for one
server, Kiefer and Wolfowitz's for several, the recursion of two stations that block, and a list that is
searched from end to end at every event, with priorities and patience. hypothesis draws the days.

Sources: Lindley (1952), Proc. Camb. Phil. Soc. 48, 277-289; Kiefer and Wolfowitz (1955), Trans. Amer. Math.
Soc. 78, 1-18; Avi-Itzhak (1965), Management Science 11, 565-571 (stations in a row without room to wait).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.kernel import Kernel, Patient, Pool
from flowsim.model import replicate
from flowsim.verify.files import queue
from support import kernel_with


@dataclass(frozen=True)
class Day:
    """Patients of one day, in order of arrival.

    Attributes:
        arrived, service: minutes.
        priority: class, 0 first.
        patience: minutes after which a patient who waits gives up.
    """

    arrived: list[float]
    service: list[float]
    priority: list[int]
    patience: list[float]


def simulated(day: Day, servers: int, **pool_settings: Any) -> list[float]:
    """Return the minute at which flowsim's kernel begins to serve each patient; infinity if it never does."""
    kernel, people = kernel_with(len(day.arrived))
    pool = Pool(kernel, ("clinic", "staff"), servers, classes=3, **pool_settings)
    began = [inf] * len(people)

    def care(patient: Patient) -> Iterator[Any]:
        row = patient.row
        if (yield pool.seize(patient, day.priority[row], day.patience[row])) is None:
            return
        began[row] = kernel.now
        yield day.service[row]
        pool.release()

    starts = [(minute, row) for row, minute in enumerate(day.arrived)]
    kernel.at_each(starts, lambda row: kernel.start(people[row], care(people[row])))
    kernel.env.run()
    assert (pool.busy, pool.waiting, kernel.finished) == (0, 0, len(people))
    return began


def by_hand(day: Day, servers: int) -> list[float]:
    """Return the same from a list of events that is searched from end to end, and nothing clever."""
    began = [inf] * len(day.arrived)
    waiting: list[int] = []
    free, now = servers, 0.0
    events = [(minute, 1, row) for row, minute in enumerate(day.arrived)]  # 0: a server is free; 1: arrival
    events += [(day.arrived[row] + day.patience[row], 2, row) for row in range(len(began))]  # 2: gives up
    while events:
        event = min(events)
        events.remove(event)
        now, what, row = event
        if what == 0:
            free += 1
        elif what == 1:
            waiting.append(row)
        elif row in waiting:
            waiting.remove(row)
        while free and waiting:
            first = min(waiting, key=lambda row: (day.priority[row], day.arrived[row]))
            waiting.remove(first)
            began[first] = now
            free -= 1
            events.append((now + day.service[first], 0, first))
    return began


minutes = st.floats(0.01, 50.0, allow_nan=False)


@st.composite
def days(draw: st.DrawFn, *, priorities: bool = False, patience: bool = False) -> Day:
    """Draw a day of up to forty patients whose times never coincide."""
    count = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rate = draw(st.sampled_from([0.5, 2.0, 8.0]))
    arrived = rng.exponential(rate, count).cumsum()
    service = rng.gamma(draw(st.sampled_from([0.5, 1.0, 9.0])), 5.0, count)
    classes = rng.integers(0, 3, count) if priorities else np.zeros(count, dtype=int)
    limits = (
        rng.exponential(draw(st.sampled_from([1.0, 6.0, 30.0])), count) if patience else np.full(count, inf)
    )
    return Day(arrived.tolist(), service.tolist(), classes.tolist(), limits.tolist())


# -- first come, first served ------------------------------------------------------------------------------


def lindley(day: Day) -> list[float]:
    """Return each wait with one server: the last one's wait and service, less the time between arrivals."""
    waits = [0.0]
    for row in range(1, len(day.arrived)):
        gap = day.arrived[row] - day.arrived[row - 1]
        waits.append(max(waits[-1] + day.service[row - 1] - gap, 0.0))
    return waits


def kiefer_wolfowitz(day: Day, servers: int) -> list[float]:
    """Return each wait with several servers, from the work that lies before each of them, in order."""
    work = [0.0] * servers
    waits = []
    last = 0.0
    for arrived, service in zip(day.arrived, day.service, strict=True):
        work = sorted(max(each - (arrived - last), 0.0) for each in work)
        waits.append(work[0])
        work[0] += service
        last = arrived
    return waits


@settings(max_examples=60, deadline=None)
@given(days())
def test_one_server_follows_lindley(day: Day) -> None:
    began = simulated(day, 1)
    np.testing.assert_allclose(np.subtract(began, day.arrived), lindley(day), atol=1e-8)


@settings(max_examples=60, deadline=None)
@given(days(), st.integers(1, 6))
def test_several_servers_follow_kiefer_and_wolfowitz(day: Day, servers: int) -> None:
    began = simulated(day, servers)
    np.testing.assert_allclose(np.subtract(began, day.arrived), kiefer_wolfowitz(day, servers), atol=1e-8)


def test_lindley_by_hand() -> None:
    """Three minutes each, arrivals at 0, 1, 2 and 20."""
    day = Day([0.0, 1.0, 2.0, 20.0], [3.0] * 4, [0] * 4, [inf] * 4)
    assert lindley(day) == [0.0, 2.0, 4.0, 0.0]
    assert kiefer_wolfowitz(day, 2) == [0.0, 0.0, 1.0, 0.0]
    assert by_hand(day, 2) == [0.0, 1.0, 3.0, 20.0]


# -- priorities, patience -----------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(days(priorities=True), st.integers(1, 4))
def test_priorities_are_as_by_hand(day: Day, servers: int) -> None:
    np.testing.assert_allclose(simulated(day, servers), by_hand(day, servers), atol=1e-8)


@settings(max_examples=120, deadline=None)
@given(days(priorities=True, patience=True), st.integers(1, 4))
def test_priorities_and_patience_are_as_by_hand(day: Day, servers: int) -> None:
    ours, theirs = simulated(day, servers), by_hand(day, servers)
    assert [began == inf for began in ours] == [began == inf for began in theirs]
    np.testing.assert_allclose(ours, theirs, atol=1e-8)


@settings(max_examples=40, deadline=None)
@given(days(priorities=True), st.integers(1, 3))
def test_priorities_do_not_change_the_work(day: Day, servers: int) -> None:
    """The same patients are served for the same time in all, and the last leaves no later than alone."""
    began = simulated(day, servers)
    assert all(begin >= arrived - 1e-12 for begin, arrived in zip(began, day.arrived, strict=True))
    ends = [begin + service for begin, service in zip(began, day.service, strict=True)]
    assert max(ends) <= day.arrived[-1] + sum(day.service) + 1e-8
    if servers == 1:
        assert max(ends) == pytest.approx(max(np.add(simulated_fifo(day), day.service)), abs=1e-8)


def simulated_fifo(day: Day) -> list[float]:
    """Return the minutes of service without priorities, one server."""
    return simulated(Day(day.arrived, day.service, [0] * len(day.arrived), day.patience), 1)


@settings(max_examples=40, deadline=None)
@given(days(priorities=True, patience=True), st.integers(1, 3))
def test_no_server_is_idle_while_anybody_waits(day: Day, servers: int) -> None:
    began = simulated(day, servers)
    served = [row for row, begin in enumerate(began) if begin < inf]
    for row in served:
        if began[row] > day.arrived[row] + 1e-9:  # waited: just before, every server was busy
            moment = (began[row] + max(day.arrived[row], _last_change(day, began, row))) / 2.0
            busy = sum(began[other] <= moment < began[other] + day.service[other] for other in served)
            assert busy == servers


def _last_change(day: Day, began: Sequence[float], row: int) -> float:
    """Return the last moment before a patient is called in at which anything happened."""
    changes = [minute for minute in day.arrived if minute < began[row]]
    changes += [begin for begin in began if begin < began[row]]
    ends = [begin + service for begin, service in zip(began, day.service, strict=True) if begin < inf]
    changes += [end for end in ends if end < began[row] - 1e-9]
    return max(changes, default=0.0)


@settings(max_examples=60, deadline=None)
@given(days(priorities=True), st.integers(1, 3))
def test_areas_are_the_sums_of_waits_and_services(day: Day, servers: int) -> None:
    """Little's law on every path: the pool's areas against the patients' own times."""
    kernel, people = kernel_with(len(day.arrived))
    pool = Pool(kernel, ("clinic", "staff"), servers, classes=3)
    waited = []

    def care(patient: Patient) -> Iterator[Any]:
        asked = kernel.now
        yield pool.seize(patient, day.priority[patient.row])
        waited.append(kernel.now - asked)
        yield day.service[patient.row]
        pool.release()

    starts = [(minute, row) for row, minute in enumerate(day.arrived)]
    kernel.at_each(starts, lambda row: kernel.start(people[row], care(people[row])))
    kernel.env.run()
    assert pool.queue_sum == pytest.approx(sum(waited), rel=1e-9, abs=1e-9)
    assert pool.busy_sum == pytest.approx(sum(day.service), rel=1e-9)


# -- whole systems, visit by visit -------------------------------------------------------------------------


def test_a_clinic_follows_kiefer_and_wolfowitz() -> None:
    """The textbook clinic with six staff: every wait of three days from the times in its own table."""
    result = replicate(queue("mmc", 4, {"time.horizon": "3 days", "time.warm_up": "0 days"}), 1)
    visits = result.visits
    done = ~np.isnan(visits["finished"])
    last = int(np.argmin(done)) if not done.all() else len(done)  # from here on not everybody is finished
    service = (visits["finished"] - visits["started"])[:last].tolist()
    day = Day(visits["arrived"][:last].tolist(), service, [0] * last, [inf] * last)
    waits = (visits["started"] - visits["arrived"])[:last]
    assert last > 10_000
    np.testing.assert_allclose(waits, kiefer_wolfowitz(day, 6), atol=1e-6)


def test_a_room_and_a_bed_that_block_follow_their_recursion() -> None:
    """One room and one bed, with room to wait before the first: who is done holds the room for the bed.

    The room is left when care is finished and the bed of the one before is free; the next begins then.
    """
    changes = {"services.room.waiting_places": "unlimited", "demand.patients.per_day": 90}
    time = {"time.horizon": "10 days", "time.warm_up": "0 days"}
    result = replicate(queue("tandem_blocking", 11, {**changes, **time}), 1)
    visits = result.visits
    room, bed = (result.services.index(name) for name in ("room", "ward"))
    rooms = {int(p): row for row, p in enumerate(visits["patient"]) if visits["service"][row] == room}
    beds = {int(p): row for row, p in enumerate(visits["patient"]) if visits["service"][row] == bed}
    left_room = left_bed = 0.0
    blocked = compared = 0
    for patient, row in sorted(rooms.items(), key=lambda item: visits["arrived"][item[1]]):
        if patient not in beds or isnan(visits["left"][beds[patient]]):
            break
        started = max(visits["arrived"][row], left_room)
        assert visits["started"][row] == pytest.approx(started, abs=1e-9)
        blocked += left_bed > visits["finished"][row]
        left_room = max(visits["finished"][row], left_bed)
        assert visits["left"][row] == pytest.approx(left_room, abs=1e-9)
        left_bed = visits["left"][beds[patient]]
        compared += 1
    assert compared > 500
    assert blocked > 100


def test_a_kernel_of_nobody_stops() -> None:
    kernel = Kernel()
    Pool(kernel, ("clinic", "staff"), 1)
    kernel.env.run()
    assert (kernel.now, kernel.started) == (0.0, 0)
