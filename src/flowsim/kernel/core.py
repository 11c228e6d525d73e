"""The kernel: starts patients, moves them on, and keeps the clock, the journal and the counts.

Cost is what shapes this file. A hold costs one tuple on the agenda; a free unit is granted without any entry;
a patient who is granted a unit by somebody else's release is put on a ready list and moved on as soon as the
present step ends, so that long chains of zero-time hand-overs never recurse.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import Event

from flowsim.kernel.agenda import AFTER, BEFORE, PAGES, Agenda, Call, Entry, Source, Timer
from flowsim.kernel.journal import ACCEPTED, LEFT, Journal
from flowsim.kernel.patient import Care, Patient
from flowsim.kernel.pool import WAITING, Pool

SOON = 10.0
"""Minutes for which calls that depend on a wait are collected before they become events."""

Wait = tuple[float, int, Patient, int, Callable[[Patient], Call]]
"""What is to happen if a wait lasts: when, number, who, the ticket of the wait, and what."""


class Kernel:
    """One replication's engine.

    Attributes:
        env: the stock SimPy environment; minutes since the start of the calendar.
        journal: the visits.
        pools: every pool, in order of creation.
        started, finished: patients who have entered and left the system.
        attending: patients who wait for a stock SimPy event.
        audit: check the engine's own laws while it runs.
        agenda: what is to happen.
    """

    def __init__(self, *, audit: bool = False) -> None:
        self.audit = audit
        self.attending = 0
        self.env = simpy.Environment()
        self.journal = Journal()
        self.pools: list[Pool] = []
        self.ready: deque[Patient] = deque()
        self.started = 0
        self.finished = 0
        self._areas: array[float] = array("d")
        self._looks = 0
        self.waits: dict[int, list[Wait]] = {}
        self.agenda = Agenda(self.env)
        self.agenda.work = _loop(self)

    @property
    def now(self) -> float:
        """Minutes since the start of the calendar."""
        return float(self.env._now)

    def add(self, pool: Pool) -> None:
        """Register a pool, so that its occupancy is recorded."""
        self.pools.append(pool)

    # -- patients -----------------------------------------------------------------------------------

    def start(self, patient: Patient, care: Care) -> None:
        """Begin a patient's journey now."""
        self.started += 1
        patient.send = care.send
        self.resume(patient)

    def start_soon(self, patient: Patient, care: Care) -> None:
        """Begin a patient's journey at this minute, once whoever is moving now has moved."""
        self.started += 1
        patient.send = care.send
        patient.granted = None
        self.ready.append(patient)

    def drain(self) -> None:
        """Move on everyone who has been granted something and has not yet been told."""
        if self.ready:
            patient = self.ready.popleft()
            self.resume(patient, patient.granted)

    def resume(self, patient: Patient, value: Any = None) -> None:
        """Move on a patient with what was waited for (None after a hold), and then everyone freed by that.

        For starting somebody, and for what happens outside the agenda: its own loop does the same, faster.
        """
        while True:
            self._move(patient, value)
            if not self.ready:
                break
            patient = self.ready.popleft()
            value = patient.granted
        self.agenda.wake()

    def _move(self, patient: Patient, value: Any) -> None:
        send = patient.send
        assert send is not None
        try:
            target = send(value)
            while type(target) is not float:
                if target is WAITING:
                    return
                target = send(target) if isinstance(target, Pool) else _plain(self, patient, target)
        except StopIteration:
            patient.send = None
            self.finished += 1
            return
        if not target >= 0.0:
            raise _backwards(target)
        self.agenda.put((self.env._now + target, self.agenda.number(), patient))

    def later(self, minutes: float, call: Call) -> None:
        """Call a function once, ``minutes`` from now."""
        if not minutes >= 0.0:
            raise _backwards(minutes)
        self.agenda.put((self.env._now + minutes, self.agenda.number(), Timer(call)))

    def if_still_waiting(self, minutes: float, patient: Patient, make: Callable[[Patient], Call]) -> None:
        """Do something after so many minutes of a patient's wait, unless the wait is over by then.

        Most waits are: only those that last into the ten minutes in which the call is due cost an event.
        """
        now = self.env._now
        when = now + minutes
        period = int(when // SOON)
        if period == int(now // SOON):
            self.agenda.put((when, self.agenda.number(), Timer(make(patient))))
            return
        waits = self.waits.get(period)
        if waits is None:
            waits = self.waits[period] = []
            timer = Timer(lambda _: self._arm(period))
            self.agenda.put((period * SOON, BEFORE + self.agenda.number(), timer))
        waits.append((when, self.agenda.number(), patient, patient.ticket, make))

    def _arm(self, period: int) -> None:
        for when, number, patient, ticket, make in self.waits.pop(period):
            if patient.ticket == ticket:
                self.agenda.put((when, number, Timer(make(patient))))

    def at_each(self, moments: Iterable[tuple[float, Any]], call: Callable[[Any], None]) -> None:
        """Call a function with each value at its minute (in ascending order), and move on who was freed."""
        following = iter(moments).__next__
        env, agenda = self.env, self.agenda
        value: Any

        def fire(_: None) -> object:
            call(value)
            self.drain()
            arm()
            return WAITING

        source = Source(fire)

        def arm() -> None:
            nonlocal value
            try:
                minute, value = following()
            except StopIteration:
                return
            agenda.put((max(minute, env._now), BEFORE + agenda.number(), source))

        arm()

    def feed(
        self, arrivals: Iterable[tuple[float, Any, int]], journey: Callable[[Any, int], tuple[Patient, Care]]
    ) -> None:
        """Start a journey at each arrival: (minute, block, row) in ascending order of time.

        Args:
            arrivals: who comes when.
            journey: makes the patient and the care process of one arrival.
        """
        ready, numbers = self.ready, count(AFTER)
        coming: deque[tuple[float, Any, int]] = deque()
        stream = iter(arrivals)
        over = (inf, None, 0)
        following: tuple[float, Any, int] = next(stream, over)

        def arrive(_: None) -> object:
            _minute, block, row = coming.popleft()
            patient, care = journey(block, row)
            self.started += 1
            patient.send = care.send
            patient.granted = None
            ready.append(patient)
            return WAITING

        def until(edge: float, page: list[Entry]) -> float:
            nonlocal following
            minute = following[0]
            while minute < edge:
                coming.append(following)
                page.append((minute, next(numbers), source))
                following = next(stream, over)
                minute = following[0]
            return minute

        source = Source(arrive)
        self.agenda.follow(until)

    def let_go(self, patient: Patient) -> None:
        """Give up the place that is still held, and close the visits that held it."""
        cells, now = self.journal.cells, self.env._now
        behind = patient.behind
        if behind is not None:
            for at in behind:
                cells[at + LEFT] = now
            patient.behind = None
        held = patient.held
        if held is not None:
            patient.held = None
            held.vacate()

    def mark(self, patient: Patient, what: int) -> None:
        """Write the present minute into the patient's visit."""
        self.journal.cells[patient.at + what] = self.env._now

    def accepted(self, patient: Patient) -> None:
        """Mark the visit as taken over, and give up what was held before."""
        self.journal.cells[patient.at + ACCEPTED] = self.env._now
        self.let_go(patient)

    # -- occupancy ----------------------------------------------------------------------------------

    def watch(self, end: float, every: float = 60.0) -> None:
        """Record busy and queue areas of every pool each ``every`` minutes, exactly, until ``end``."""
        moments = np.arange(0.0, end + every / 2, every).tolist()
        self.at_each(((minute, None) for minute in moments), self._look)

    def _look(self, _: None) -> None:
        now = self.env._now
        self._areas.extend([pool.busy_sum + pool.busy * now for pool in self.pools])
        self._areas.extend([pool.queue_sum + pool.waiting * now for pool in self.pools])
        self._looks += 1
        if self.audit:
            from flowsim.kernel.audit import conserve

            conserve(self)

    def occupancy(self, every: float = 60.0) -> NDArray[np.float32]:
        """Return hourly means, shape (hours, pools, 3): busy, queue and capacity."""
        looks, n = self._looks, len(self.pools)
        areas = np.frombuffer(self._areas, dtype=float).reshape(looks, 2, n)
        means = np.diff(areas, axis=0) / every
        table = np.empty((max(looks - 1, 0), n, 3), dtype=np.float32)
        table[:, :, 0] = means[:, 0]
        table[:, :, 1] = means[:, 1]
        for i, pool in enumerate(self.pools):
            table[:, i, 2] = pool.mean_capacity(looks - 1, every)
        return table


def _loop(kernel: Kernel) -> Callable[[Entry | None], None]:  # noqa: C901, PLR0915 - one loop, for speed
    """Return the hot function, closed over the few objects it touches.

    It takes one entry of the agenda after another, moves that patient on, and then everyone whom that freed,
    so that a chain of hand-overs is a loop and never a recursion. It stops before whatever the environment
    has to do first (or after one entry, given the entry for which the alarm was set).
    """
    env, agenda, ready = kernel.env, kernel.agenda, kernel.ready
    queue, numbers = env._queue, env._eid
    near, page, ahead, turns = agenda.near, agenda.page, agenda.ahead.get, agenda.turns

    def work(only: Entry | None) -> None:  # noqa: C901, PLR0912 - the hot loop
        known = len(queue)
        edge = agenda.edge
        bound = limit, _ = agenda.bound(only)
        while True:
            if page:
                due = heappop(near) if near and near[0] < page[-1] else page.pop()
            elif near:
                due = heappop(near)
            elif turns:
                edge = agenda.turn()
                continue
            else:
                return
            now, _, who = due
            if queue or only:  # the environment has something else to do
                if len(queue) != known:
                    known = len(queue)
                    bound = limit, _ = agenda.bound(only)
                if now >= limit and due >= bound:
                    heappush(near, due)
                    return
            env._now = now
            value = None
            while True:
                try:
                    target = who.send(value)
                    while type(target) is not float:
                        if target is WAITING:
                            break
                        target = who.send(target) if isinstance(target, Pool) else _plain(kernel, who, target)
                    else:
                        if not target >= 0.0:
                            raise _backwards(target)
                        when = now + target
                        if when < edge:
                            heappush(near, (when, next(numbers), who))
                        else:
                            later = ahead(int(when * PAGES))
                            if later is None:
                                agenda.add(int(when * PAGES), (when, next(numbers), who))
                            else:
                                later.append((when, next(numbers), who))
                except StopIteration:
                    who.send = None
                    kernel.finished += 1
                if not ready:
                    break
                who = ready.popleft()
                value = who.granted

    return work


def _backwards(minutes: float) -> ValueError:
    return ValueError(f"a patient was asked to wait {minutes} minutes: time does not run backwards")


def _plain(kernel: Kernel, patient: Patient, target: Any) -> Any:
    """Return what else a care process may yield in plain terms: minutes, or WAITING for a SimPy event."""
    if isinstance(target, Event):
        _attend(kernel, patient, target)
        return WAITING
    return float(target)


def _attend(kernel: Kernel, patient: Patient, event: Event) -> None:
    """Wait for any stock SimPy event; a failed one is thrown into the care process."""
    kernel.attending += 1

    def done(happened: Event) -> None:
        kernel.attending -= 1
        if happened._ok:
            kernel.resume(patient, happened._value)
        else:
            happened._defused = True
            _throw(kernel, patient, happened._value)
        kernel.drain()

    if event.callbacks is None:
        kernel.later(0.0, lambda _: done(event))
    else:
        event.callbacks.append(done)


def _throw(kernel: Kernel, patient: Patient, error: BaseException) -> None:
    assert patient.send is not None
    care = patient.send.__self__  # type: ignore[attr-defined]
    first = True

    def thrown(value: Any) -> Any:
        nonlocal first
        if not first:  # the care went on to something granted at once
            return care.send(value)
        first = False
        patient.send = care.send
        return care.throw(error)

    patient.send = thrown
    kernel.resume(patient, None)
