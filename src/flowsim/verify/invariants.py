"""Laws that hold in every system, whatever its scenario says: watched from outside while it runs.

Nobody is lost and nobody is in two places; time never runs backwards; no queue is negative and no pool is
used beyond its capacity; the moments of a visit, and the visits of a patient, follow one another; and for
every service the area under the number inside is the sum of the times spent there (Little's law, in the form
that holds for any run, from empty to empty or cut off at its end).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from flowsim.kernel import Kernel, Patient
from flowsim.kernel.audit import AuditError, conserve
from flowsim.kernel.journal import ARRIVED, SERVICE
from flowsim.model import build, run
from flowsim.services import System
from flowsim.spec.scenario import Scenario
from flowsim.tables import BUSY, CAPACITY, QUEUE, Columns
from flowsim.verify.case import ROUNDING, Values

ORDER = ("arrived", "accepted", "started", "finished", "left")
"""Moments of a visit that follow one another."""
SLACK = 1e-6
"""Minutes, or units, by which sums of single-precision figures may differ."""


@dataclass
class Findings:
    """What was seen in a run.

    Attributes:
        broken: laws that were broken, each in a sentence; empty in a correct engine.
        events: steps of the event list that were watched.
        looks: how often everybody inside was looked for.
        visits: visits in the journal at the end.
    """

    broken: list[str] = field(default_factory=list)
    events: int = 0
    looks: int = 0
    visits: int = 0


def examine(scenario: Scenario, replication: int = 1, *, every: int = 1) -> Findings:
    """Run one replication, watch it and return what was found.

    Args:
        scenario: a resolved scenario.
        replication: number from 1.
        every: events between two looks at everybody inside; 1 for small systems. More makes large ones
            affordable: numbers inside are then compared at the looks, instead of the areas under them.
    """
    found = Findings()
    try:
        system = build(scenario, replication, audit=True)
        watch = Watch(system, every, found)
        run(scenario, system)
    except AuditError as error:
        found.broken.append(str(error))
        return found
    visits = system.kernel.journal.table()
    found.visits = len(visits["patient"])
    if not found.events:
        found.broken.append("the run was not watched")
    found.broken.extend(chain(moments(visits, system), journeys(visits, system), occupied(system)))
    found.broken.extend(watch.littles_law(visits))
    return found


class Watch:
    """Steps through a system's events and looks at everybody inside.

    Attributes:
        areas: for each service, the minutes under the number inside (only if every event is looked at).
        seen: (minute, number inside each service) at each look, otherwise.
    """

    def __init__(self, system: System, every: int, found: Findings) -> None:
        self.system = system
        self.every = every
        self.found = found
        self.areas = np.zeros(len(system.services))
        self.seen: list[tuple[float, Values]] = []
        self._inside = np.zeros(len(system.services))
        self._since = 0.0
        system.kernel.agenda.stepwise = True
        system.kernel.env.run = self.run  # type: ignore[method-assign, assignment]

    def run(self, until: float) -> None:
        """Do what the environment's own ``run`` does, and look."""
        env, kernel, found = self.system.kernel.env, self.system.kernel, self.found
        due = False
        self._look(kernel)
        while env.peek() <= until:
            before = env.now
            env.step()
            found.events += 1
            if env.now < before:
                raise AuditError(f"time ran backwards from minute {before} to {env.now}")
            due = due or found.events % self.every == 0
            if due and (self.every == 1 or env.peek() > env.now):  # when nothing more happens this minute
                due = False
                self._look(kernel)
        self._until(self.system.end)

    def _look(self, kernel: Kernel) -> None:
        conserve(kernel)
        self.found.looks += 1
        if self.every == 1:
            self._until(kernel.now)
        self._inside = inside(kernel, len(self.system.services))
        if self.every > 1:
            self.seen.append((kernel.now, self._inside))

    def _until(self, now: float) -> None:
        self.areas += self._inside * (now - self._since)
        self._since = now

    def littles_law(self, visits: Columns) -> Iterator[str]:
        """Yield where what was seen of the numbers inside does not agree with the visits' times."""
        end = self.system.end
        came = visits["arrived"]
        went = np.where(np.isnan(visits["left"]), np.inf, visits["left"])
        for index, name in enumerate(self.system.services):
            here = visits["service"] == index
            if self.every == 1:
                spent = float(np.clip(np.minimum(went[here], end) - came[here], 0.0, None).sum())
                if abs(spent - self.areas[index]) > ROUNDING * max(spent, 1.0):
                    yield f"{name}: {self.areas[index]} patient-minutes inside, {spent} by its visits"
                continue
            for minute, counts in self.seen[1:]:
                number = int(((came[here] <= minute) & (went[here] > minute)).sum())
                if number != counts[index]:
                    yield f"{name}: {counts[index]:.0f} inside at minute {minute}, {number} by its visits"
                    break


def inside(kernel: Kernel, services: int) -> Values:
    """Return how many patients are inside each service, from where the engine has them at this moment."""
    counts: Counter[int] = Counter()
    cells, now = kernel.journal.cells, kernel.now
    for patient in everybody(kernel):
        here = [] if patient.at < 0 or cells[patient.at + ARRIVED] > now else [patient.at]
        counts.update(int(cells[at + SERVICE]) for at in (*here, *(patient.behind or ())))
    return np.array([counts[index] for index in range(services)], dtype=float)


def everybody(kernel: Kernel) -> Iterator[Patient]:
    """Yield everybody who has come and not left: on the way, in care, or in a queue."""
    for event in kernel.agenda:
        if isinstance(event, Patient):
            yield event
    queued = {
        patient
        for pool in kernel.pools
        for line in pool.lines
        for patient, ticket, _ in line
        if patient.ticket == ticket
    }
    yield from queued
    yield from kernel.ready


# -- what the tables must show ---------------------------------------------------------------------------


def moments(visits: Columns, system: System) -> Iterator[str]:
    """Yield visits whose moments do not follow one another, or that began before the one above them."""
    names = list(system.services)
    latest = visits["arrived"]
    for name in ORDER[1:]:
        early = visits[name] < latest - ROUNDING
        if early.any():
            yield f"{names[visits['service'][np.argmax(early)]]}: {int(early.sum())} visits {name} too early"
        latest = np.fmax(latest, visits[name])
    assessed = visits["assessed"]
    if ((assessed < visits["arrived"] - ROUNDING) | (assessed > visits["left"] + ROUNDING)).any():
        yield "visits are assessed before they begin or after they end"
    at_once = np.array([not _books(service.spec) for service in system.services.values()])
    began = visits["arrived"][at_once[visits["service"]]] if len(visits["service"]) else np.zeros(0)
    if (np.diff(began) < -ROUNDING).any():
        yield "visits are not in the order in which they began"
    outcomes = np.array([len(service.spec.OUTCOMES) for service in system.services.values()])
    if len(visits["outcome"]) and (visits["outcome"] >= outcomes[visits["service"]]).any():
        yield "a visit has an outcome that its service does not have"


def _books(spec: Any) -> bool:
    """Say whether a service gives appointments, so that a visit counts from then and not from the asking."""
    return bool(getattr(spec, "booked", False) or getattr(spec, "slots_per_hour", 0))


def journeys(visits: Columns, system: System) -> Iterator[str]:
    """Yield what is wrong from one visit of a patient to the next."""
    order = np.argsort(visits["patient"], kind="stable")
    table = {name: column[order] for name, column in visits.items()}
    same = (table["patient"][1:] == table["patient"][:-1]) & (table["source"][1:] >= 0)
    if _several_journeys(table):  # people who come only because an alternative exists share a patient's row
        return
    before = {name: column[:-1][same] for name, column in table.items()}
    after = {name: column[1:][same] for name, column in table.items()}
    if (after["source"] != before["service"]).any():
        yield "a visit does not come from where the patient was before"
    if (before["outcome"] < 0).any():
        yield "a visit began before the last one had an outcome"
    if (after["arrived"] < before["finished"] - ROUNDING).any():
        yield "a visit began before care in the last one had finished"
    reached = after["accepted"]
    held = system_takes_over(system)[after["service"]] if len(reached) else np.zeros(0, dtype=bool)
    kept = held & (before["left"] > reached + ROUNDING)
    if kept.any():
        yield f"{int(kept.sum())} patients kept their place after the next service had taken them over"


def _several_journeys(table: Columns) -> bool:
    first = table["patient"][table["source"] < 0]
    return bool((np.diff(first) == 0).any())


def system_takes_over(system: System) -> Any:
    """Return, for each service, whether what was held before is given up when it accepts."""
    return np.array([service.takes_over for service in system.services.values()])


def occupied(system: System) -> Iterator[str]:
    """Yield pools that were used beyond their capacity, or whose queue was negative, in any hour."""
    table = system.kernel.occupancy().astype(float)
    for pool, (busy, queue, capacity) in zip(
        system.kernel.pools, table[:, :, [BUSY, QUEUE, CAPACITY]].transpose(1, 2, 0), strict=True
    ):
        if (busy < -SLACK).any() or (queue < -SLACK).any():
            yield f"{pool.name}: negative use or queue"
        fixed = capacity.size and capacity.min() == capacity.max()
        if fixed and (busy > capacity + 1e-4 * capacity).any():
            yield f"{pool.name}: {busy.max()} of {capacity[0]} in use over an hour"
