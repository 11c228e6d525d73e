"""A pool of alike units (cubicles, beds, chairs, crews, clinicians) and the queue before it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from flowsim.kernel.core import Kernel
    from flowsim.kernel.patient import Patient

WAITING = object()
"""What ``seize`` returns when the patient has joined the queue."""

Entry = tuple["Patient", int, float]
"""A place in a queue: who, the ticket that makes it valid, and since when."""


class Pool:
    """Integer units that patients seize and release, with priority classes, patience and exact areas.

    A free unit is granted at once. Otherwise the patient joins the queue of its priority class (0 is served
    first). Capacity may change at any time: nobody is thrown out, units above the new capacity close as they
    are given back.

    Args:
        kernel: the engine.
        name: owner and resource, for instance ``("medway_ed", "majors")``.
        capacity: units, 0 or more.
        classes: number of priority classes.
        ages: minutes of waiting after which a patient moves up one class, though not beyond ``aged_to``
            (``inf``: never).
        turnaround: minutes during which a vacated unit cannot be used (cleaning a bed).

    Attributes:
        busy: units in use. It exceeds ``limit`` only after a capacity was cut.
        limit: units that may be in use now: capacity less those being turned around.
        waiting: patients in the queue.
        rota: (minute, units) that the capacity follows; empty if it follows none.
        keeper: decides what a change of the rota means; None: the capacity changes at once.
        aged_to: the first class that waiting can lift anybody into; those of a better class stay ahead.
    """

    __slots__ = (
        "aged_to",
        "ages",
        "alone",
        "busy",
        "busy_sum",
        "capacity",
        "env",
        "history",
        "keeper",
        "kernel",
        "limit",
        "lines",
        "name",
        "plan",
        "queue_sum",
        "ready",
        "rota",
        "turnaround",
        "waiting",
    )

    def __init__(
        self,
        kernel: Kernel,
        name: tuple[str, str],
        capacity: int,
        *,
        classes: int = 1,
        ages: float = inf,
        turnaround: float = 0.0,
    ) -> None:
        self.kernel = kernel
        self.env = kernel.env
        self.ready = kernel.ready
        self.name = name
        self.capacity = self.limit = capacity
        self.busy = self.waiting = 0
        self.busy_sum = self.queue_sum = 0.0
        self.lines: list[deque[Entry]] = [deque() for _ in range(classes)]
        self.ages = ages
        self.aged_to = 0
        self.turnaround = turnaround
        self.plan = 0
        self.rota: list[tuple[float, int]] = []
        self.keeper: Callable[[int], None] | None = None
        self.alone = (self,)
        self.history: list[tuple[float, int]] = [(0.0, capacity)]
        kernel.add(self)

    @property
    def has_room(self) -> bool:
        """True if a patient who asked now would be served at once."""
        return self.busy < self.limit and not self.waiting

    def seize(self, patient: Patient, priority: int = 0, patience: float = inf) -> Any:
        """Ask for a unit: ``granted = yield pool.seize(patient)``.

        Args:
            patient: who asks.
            priority: class, 0 first.
            patience: minutes of waiting after which the patient gives up.

        Returns:
            To be yielded. The value that comes back is this pool, or None if patience ran out.
        """
        if self.busy < self.limit and not self.waiting:
            self.busy += 1
            self.busy_sum -= self.env._now
            return self
        patient.queues = self.alone
        now = self.env._now  # as `_join`, without the call
        self.waiting += 1
        self.queue_sum -= now
        self.lines[priority].append((patient, patient.ticket, now))
        if patience < inf:
            self.kernel.if_still_waiting(max(patience, 0.0), patient, Patience)
        return WAITING

    def release(self) -> None:
        """Give back a unit; the longest waiting of the first class gets it at once."""
        if self.waiting and self.busy <= self.limit:
            patient = self._next()  # as `_grant`, but the unit stays busy
            self.waiting -= 1
            self.queue_sum += self.env._now
            patient.ticket += 1
            if patient.queues is not self.alone:
                self._leave_others(patient)
            patient.granted = self
            self.ready.append(patient)
        else:
            self.busy -= 1
            self.busy_sum += self.env._now

    def release_after(self, minutes: float) -> None:
        """Keep the unit busy for a while longer, then give it back (a crew's wrap-up)."""
        self.kernel.later(minutes, self._wrapped_up)

    def vacate(self) -> None:
        """Give back a unit that must be turned around before its next use."""
        if not self.turnaround:
            self.release()
            return
        self.busy -= 1
        self.limit -= 1
        self.busy_sum += self.env._now
        self.kernel.later(self.turnaround, self._turned_around)

    def set_capacity(self, capacity: int) -> None:
        """Change the number of units from now on; whoever can now be served is."""
        if capacity == self.capacity:
            return
        self.limit += capacity - self.capacity
        self.capacity = capacity
        self.history.append((self.env._now, capacity))
        self._serve()

    def follow(self, changes: Sequence[tuple[float, int]]) -> None:
        """Follow a rota from now on, (minute, units) in ascending order; an old one is forgotten."""
        if changes == self.rota:
            return
        self.rota = list(changes)
        self.plan += 1
        plan, now = self.plan, self.env._now
        self._change([n for minute, n in changes if minute <= now][-1])

        def ahead() -> Iterator[tuple[float, int]]:
            for minute, units in changes:
                if plan != self.plan:  # another rota is followed now
                    return
                if minute > now:
                    yield minute, units

        def shift(units: int) -> None:
            if plan == self.plan:
                self._change(units)

        self.kernel.at_each(ahead(), shift)

    def _change(self, units: int) -> None:
        if self.keeper is None:
            self.set_capacity(units)
        else:
            self.keeper(units)

    def mean_capacity(self, periods: int, every: float) -> NDArray[np.float64]:
        """Return the time-weighted capacity of each period of ``every`` minutes from minute 0."""
        times = np.array([moment for moment, _ in self.history] + [inf])
        levels = np.array([level for _, level in self.history], dtype=float)
        edges = np.arange(periods + 1) * every
        knots = np.concatenate(([0.0], np.cumsum(levels[:-1] * np.diff(times[:-1]))))
        which = np.searchsorted(times, edges, side="right") - 1
        area = knots[which] + levels[which] * (edges - times[which])
        return np.asarray(np.diff(area) / every)

    # -- inside --------------------------------------------------------------------------------------

    def _join(self, patient: Patient, priority: int) -> None:
        self.waiting += 1
        now = self.env._now
        self.queue_sum -= now
        self.lines[priority].append((patient, patient.ticket, now))

    def _withdraw(self) -> None:
        """One patient who waited here was served elsewhere, or gave up; its entry goes stale."""
        self.waiting -= 1
        self.queue_sum += self.env._now

    def _grant(self, patient: Patient) -> None:
        now = self.env._now
        self.busy += 1
        self.busy_sum -= now
        self.waiting -= 1
        self.queue_sum += now
        patient.ticket += 1
        if patient.queues is not self.alone:
            self._leave_others(patient)
        patient.granted = self
        self.ready.append(patient)

    def _leave_others(self, patient: Patient) -> None:
        for other in patient.queues:
            if other is not self:
                other._withdraw()

    def _next(self) -> Patient:
        """Take the next valid entry off the queue."""
        if self.ages < inf:
            return self._next_aged()
        for line in self.lines:
            while line:
                patient, ticket, _ = line.popleft()
                if patient.ticket == ticket:
                    return patient
        raise AssertionError(f"{self.name}: {self.waiting} waiting but no valid entry")

    def _next_aged(self) -> Patient:
        """Take the entry of the best class, as waiting has lifted it; of several the longest waiting."""
        now, ages, aged_to = self.env._now, self.ages, self.aged_to
        chosen, lowest, earliest = None, inf, inf
        for priority, line in enumerate(self.lines):
            while line:
                patient, ticket, since = line[0]
                if patient.ticket != ticket:
                    line.popleft()
                    continue
                rank: float = priority
                if priority > aged_to:
                    rank = priority - int((now - since) / ages)
                    rank = max(rank, aged_to)
                if rank < lowest or (rank == lowest and since < earliest):
                    chosen, lowest, earliest = line, rank, since
                break
        assert chosen is not None, f"{self.name}: {self.waiting} waiting but no valid entry"
        return chosen.popleft()[0]

    def _serve(self) -> None:
        while self.waiting and self.busy < self.limit:
            self._grant(self._next())

    def _wrapped_up(self, _: None) -> None:
        self.release()

    def _turned_around(self, _: None) -> None:
        self.limit += 1
        self._serve()


class Crew:
    """A unit that stays with its patient until somebody takes the patient over, and is then busy for a while.

    To be held like a place (``patient.held``); an ambulance crew at the door and its wrap-up.

    Args:
        pool: the pool from which the unit was seized.
        wrap_up: minutes before the unit can be used again.
    """

    __slots__ = ("pool", "wrap_up")

    def __init__(self, pool: Pool, wrap_up: float) -> None:
        self.pool = pool
        self.wrap_up = wrap_up

    def vacate(self) -> None:
        """Give back the unit after its wrap-up."""
        if self.wrap_up:
            self.pool.release_after(self.wrap_up)
        else:
            self.pool.release()


class Patience:
    """What happens when a patient's patience runs out: nothing, if the wait is over by then."""

    __slots__ = ("patient", "ticket")

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.ticket = patient.ticket

    def __call__(self, _: None) -> None:
        """Give up, unless the wait is over."""
        patient = self.patient
        if patient.ticket != self.ticket:
            return
        patient.ticket += 1
        for pool in patient.queues:
            pool._withdraw()
        patient.granted = None
        pool.ready.append(patient)


class Widen:
    """After a wait for one pool, wait for others as well, without losing the place in the first queue."""

    __slots__ = ("options", "patient", "ticket")

    def __init__(self, patient: Patient, options: list[tuple[Pool, int]]) -> None:
        self.patient = patient
        self.ticket = patient.ticket
        self.options = options

    def __call__(self, _: None) -> None:
        """Join the other queues, unless the wait is over."""
        patient = self.patient
        if patient.ticket != self.ticket:
            return
        for pool, priority in self.options:
            pool._join(patient, priority)
        others = [pool for pool, _ in self.options]
        patient.queues = (*patient.queues, *others)
        for pool in others:
            pool._serve()
            if patient.ticket != self.ticket:
                break


def seize_first(
    patient: Patient, options: list[tuple[Pool, int]], widen_after: float = 0.0, patience: float = inf
) -> Any:
    """Ask for a unit of whichever pool has one, in order.

    Use it as ``pool = yield seize_first(patient, options)``.

    Args:
        patient: who asks.
        options: pools in order of preference, each with the patient's priority class there.
        widen_after: minutes to wait for the first pool alone before the others are tried.
        patience: minutes of waiting, wherever, after which the patient gives up.

    Returns:
        To be yielded. The value that comes back is the pool that gave a unit, or None if patience ran out.
    """
    first, priority = options[0]
    if widen_after <= 0.0:
        for pool, _ in options:
            if pool.has_room:
                return pool.seize(patient)
    target = first.seize(patient, priority, patience)
    if target is WAITING and len(options) > 1:
        if widen_after > 0.0:
            first.kernel.if_still_waiting(widen_after, patient, partial(Widen, options=options[1:]))
        else:
            for pool, other in options[1:]:
                pool._join(patient, other)
            patient.queues = tuple(pool for pool, _ in options)
    return target
