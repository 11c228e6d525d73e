"""Assertions on the engine itself, for tests and for anyone who wants to see them hold.

Every change of an audited pool is checked (capacity, no idle unit while somebody waits, no negative count),
and every hour every patient who has entered and not left must be found in exactly one place.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.kernel.patient import Patient
from flowsim.kernel.pool import Pool

if TYPE_CHECKING:
    from flowsim.kernel.core import Kernel
    from flowsim.tables import Replication


class AuditError(AssertionError):
    """The engine broke one of its own laws: a defect in flowsim, never in a scenario."""


class Audited:
    """Checks a pool after each of its changes."""

    __slots__ = ()

    def seize(self, *args: Any, **settings: Any) -> Any:
        """Seize, then check."""
        before = self.busy  # type: ignore[attr-defined]
        result = super().seize(*args, **settings)  # type: ignore[misc]
        if self.busy > max(before, self.limit):  # type: ignore[attr-defined]
            raise AuditError(f"{self.name}: a unit was granted beyond capacity")  # type: ignore[attr-defined]
        self._check()
        return result

    def release(self) -> None:
        """Release, then check."""
        super().release()  # type: ignore[misc]
        self._check()

    def set_capacity(self, capacity: int) -> None:
        """Change capacity, then check."""
        super().set_capacity(capacity)  # type: ignore[misc]
        self._check()

    def _turned_around(self, event: Any) -> None:
        super()._turned_around(event)  # type: ignore[misc]
        self._check()

    def _check(self) -> None:
        pool: Any = self
        if pool.busy < 0 or pool.waiting < 0:
            raise AuditError(f"{pool.name}: {pool.busy} busy, {pool.waiting} waiting")
        if pool.waiting and pool.busy < pool.limit:
            raise AuditError(f"{pool.name}: {pool.waiting} wait although {pool.limit - pool.busy} are free")
        if pool.limit > pool.capacity:
            raise AuditError(f"{pool.name}: limit {pool.limit} above capacity {pool.capacity}")


class AuditedPool(Audited, Pool):
    """A pool that checks itself."""

    __slots__ = ()


def conserve(kernel: Kernel) -> None:
    """Check that everyone who has entered and not left is found once, and that queues hold who they say.

    Raises:
        AuditError: naming what does not add up.
    """
    holding = [event for event in kernel.agenda if isinstance(event, Patient)]
    queued: set[Patient] = set()
    for pool in kernel.pools:
        valid = [patient for line in pool.lines for patient, ticket, _ in line if patient.ticket == ticket]
        if len(valid) != pool.waiting:
            raise AuditError(f"{pool.name}: {pool.waiting} counted as waiting, {len(valid)} found")
        queued.update(valid)
    if len(set(holding)) != len(holding) or queued & set(holding):
        raise AuditError("a patient is in two places at once")
    present = len(holding) + len(queued) + len(kernel.ready) + kernel.attending
    if present != kernel.started - kernel.finished:
        inside = kernel.started - kernel.finished
        raise AuditError(
            f"{kernel.started} came, {kernel.finished} left, but {present} and not {inside} found"
        )


def check_tables(result: Replication) -> None:
    """Check causality in the finished tables: no time before the one that must come first.

    Raises:
        AuditError: naming the service and the two times.
    """
    visits = result.visits
    order = ("arrived", "accepted", "started", "finished", "left")
    for before, after in pairwise(order):
        late = visits[after] < visits[before] - 1e-9
        if late.any():
            service = result.services[int(visits["service"][np.argmax(late)])]
            raise AuditError(f"{service}: {int(late.sum())} visits {after} before {before}")
    first = result.patients["arrived"][visits["patient"]]
    if (visits["arrived"] < first - 1e-9).any():
        raise AuditError("a visit began before its patient arrived")
