"""The kernel: starts patients, moves them on, and keeps the clock, the journal and the counts.

Cost is what shapes this file. A hold pushes one tuple on SimPy's own event list; a free unit is granted
without any event; a patient who is granted a unit by somebody else's release is put on a ready list and moved
on as soon as the present step ends, so that long chains of zero-time hand-overs never recurse.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable
from heapq import heappush
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import NORMAL, URGENT, Event, EventPriority

from flowsim.kernel.journal import ACCEPTED, LEFT, Journal
from flowsim.kernel.patient import Care, Patient
from flowsim.kernel.pool import WAITING, Pool

FAR = 240.0
"""Minutes ahead from which an event is kept out of the event list until its four-hour period begins."""

SOON = 10.0
"""Minutes for which calls that depend on a wait are collected before they become events."""

Wait = tuple[float, int, Patient, int, Callable[[Patient], Callable[[Event], None]]]
"""What is to happen if a wait lasts: when, number, who, the ticket of the wait, and what."""

Entry = tuple[float, EventPriority, int, Event]
"""An entry of SimPy's event list: when, urgency, number, event."""


class Timer(Event):
    """A call at a later minute, re-armable, that costs one heap entry."""

    __slots__ = ("_ok", "callbacks", "calls")
    _value = None

    def __init__(self, call: Callable[[Event], None]) -> None:
        self._ok = True
        self.calls = [call]

    def armed(self) -> Timer:
        """Return the timer, ready to be put on the event list (again)."""
        self.callbacks = self.calls
        return self


class Kernel:
    """One replication's engine.

    Attributes:
        env: the stock SimPy environment; minutes since the start of the calendar.
        journal: the visits.
        pools: every pool, in order of creation.
        started, finished: patients who have entered and left the system.
        attending: patients who wait for a stock SimPy event.
        audit: check the engine's own laws while it runs.
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
        self.parked: dict[int, list[Entry]] = {}
        self.waits: dict[int, list[Wait]] = {}
        self.resume = _driver(self)

    @property
    def now(self) -> float:
        """Minutes since the start of the calendar."""
        return float(self.env._now)

    def add(self, pool: Pool) -> None:
        """Register a pool, so that its occupancy is recorded."""
        self.pools.append(pool)

    # -- far ahead ----------------------------------------------------------------------------------

    def park(self, when: float, entry: Entry) -> None:
        """Keep an event that is far ahead out of the event list until shortly before it is due.

        Thousands of patients in beds would otherwise make every step of everybody else search a long list.
        """
        if not when >= self.env._now:
            minutes = when - self.env._now
            raise ValueError(f"a patient was asked to wait {minutes} minutes: time does not run backwards")
        period = int(when // FAR)
        parked = self.parked.get(period)
        if parked is None:
            parked = self.parked[period] = []
            self._at(period * FAR, URGENT, lambda _: self._unpark(period))
        parked.append(entry)

    def _unpark(self, period: int) -> None:
        queue = self.env._queue
        for entry in self.parked.pop(period):
            heappush(queue, entry)

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

    def later(self, minutes: float, call: Callable[[Event], None]) -> None:
        """Call a function once, ``minutes`` from now."""
        when = self.env._now + minutes
        if minutes < FAR:
            self._at(when, NORMAL, call)
        else:
            self.park(when, (when, NORMAL, next(self.env._eid), Timer(call).armed()))

    def if_still_waiting(
        self, minutes: float, patient: Patient, make: Callable[[Patient], Callable[[Event], None]]
    ) -> None:
        """Do something after so many minutes of a patient's wait, unless the wait is over by then.

        Most waits are: only those that last into the ten minutes in which the call is due cost an event.
        """
        now = self.env._now
        when = now + minutes
        period = int(when // SOON)
        if period == int(now // SOON):
            self._at(when, NORMAL, make(patient))
            return
        waits = self.waits.get(period)
        if waits is None:
            waits = self.waits[period] = []
            self._at(period * SOON, URGENT, lambda _: self._arm(period))
        waits.append((when, next(self.env._eid), patient, patient.ticket, make))

    def _arm(self, period: int) -> None:
        for when, number, patient, ticket, make in self.waits.pop(period):
            if patient.ticket == ticket:
                heappush(self.env._queue, (when, NORMAL, number, Timer(make(patient)).armed()))

    def _at(self, when: float, priority: EventPriority, call: Callable[[Event], None]) -> None:
        heappush(self.env._queue, (when, priority, next(self.env._eid), Timer(call).armed()))

    def at_each(self, moments: Iterable[tuple[float, Any]], call: Callable[[Any], None]) -> None:
        """Call a function with each value at its minute (in ascending order), and move on who was freed."""
        stream = iter(moments)
        env = self.env
        value: Any = None

        def fire(event: Event) -> None:
            call(value)
            self.drain()
            arm()

        timer = Timer(fire)

        def arm() -> None:
            nonlocal value
            for minute, value in stream:  # noqa: B007 - the value is used when the timer fires
                heappush(env._queue, (max(minute, env._now), URGENT, next(env._eid), timer.armed()))
                return

        arm()

    def feed(
        self, arrivals: Iterable[tuple[float, Any, int]], journey: Callable[[Any, int], tuple[Patient, Care]]
    ) -> None:
        """Start a journey at each arrival: (minute, block, row) in ascending order of time.

        Args:
            arrivals: who comes when.
            journey: makes the patient and the care process of one arrival.
        """
        env, resume = self.env, self.resume
        queue, eid = env._queue, env._eid
        following = iter(arrivals).__next__
        who: tuple[float, Any, int]

        def fire(_: Event) -> None:
            nonlocal who
            patient, care = journey(who[1], who[2])
            self.started += 1
            patient.send = care.send
            resume(patient)
            try:
                who = following()
            except StopIteration:
                return
            timer.callbacks = calls
            heappush(queue, (who[0], NORMAL, next(eid), timer))

        timer = Timer(fire)
        calls = timer.callbacks = timer.calls
        try:
            who = following()
        except StopIteration:
            return
        heappush(queue, (who[0], NORMAL, next(eid), timer))

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


def _driver(kernel: Kernel) -> Callable[..., None]:  # noqa: C901 - one loop, for speed; the rest is below
    """Return the hot function, closed over the few objects it touches.

    It moves on a patient with the value that was waited for (None after a hold), and then everyone whom that
    freed, so that a chain of hand-overs is a loop and never a recursion.
    """
    env = kernel.env
    queue, eid = env._queue, env._eid
    ready = kernel.ready
    callbacks: list[Callable[[Any], None]] = []
    park = kernel.park

    def resume(patient: Patient, value: Any = None) -> None:
        while True:
            try:
                target = patient.send(value)  # type: ignore[misc]
                while type(target) is not float:
                    if target is WAITING:
                        break
                    if isinstance(target, Pool):
                        target = patient.send(target)  # type: ignore[misc]
                    else:
                        target = _plain(kernel, patient, target)
                else:
                    patient.callbacks = callbacks
                    when = env._now + target
                    if not 0.0 <= target < FAR:
                        park(when, (when, NORMAL, next(eid), patient))
                    else:
                        heappush(queue, (when, NORMAL, next(eid), patient))
            except StopIteration:
                patient.send = None
                kernel.finished += 1
            if not ready:
                return
            patient = ready.popleft()
            value = patient.granted

    callbacks.append(resume)
    return resume


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
