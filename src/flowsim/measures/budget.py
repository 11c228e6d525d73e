"""The time of every visit, added up: waiting, in care, held after care, and who held whom up.

All visits are gone through once, run by run, so that no array of durations as long as the visit table is ever
in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.chains import followers, roots
from flowsim.measures.definitions.time_spent import IN_PLACE
from flowsim.measures.facts import Array, Bools, Facts, Floats, View


@dataclass(frozen=True, slots=True)
class Stages:
    """Minutes in the collection period that each visit spent waiting, in care, and held after care.

    Held are those who go on to another service; for those who do not, care lasts until they leave. The
    three add up to the total.
    """

    waiting: Floats
    care: Floats
    blocked: Floats
    total: Floats


class Budget:
    """Minutes in the collection period, added up; arrays have one entry for each service unless said.

    Attributes:
        stages: the `Stages` of a service's visits, whatever place they hold meanwhile.
        waiting, care, blocked: the same without double counting: waiting is without a place, as a patient
            who waits while still in another place is held there. They add up to the time of patients in
            the system.
        delay: held elsewhere until this service accepted, turned away or passed on.
        links: the same by holder, shape (waited for, holder).
        linked: which links there are, shape (waited for, holder).
        waited, held: waiting and blocked of each patient, in the order of the patient table.
    """

    def __init__(self, facts: Facts) -> None:
        number = len(facts.specs)
        self.stages = Stages(*np.zeros((4, number)))
        self.waiting, self.care, self.blocked, self.delay = np.zeros((4, number))
        self.links = np.zeros((number, number))
        self.linked = np.zeros((number, number), dtype=bool)
        everyone = facts.view(everyone=True)
        waiting, blocked = np.zeros(everyone.size), np.zeros(everyone.size)
        asked, marked, in_place = _Asked(facts), _marked(facts), facts.is_kind(*IN_PLACE)
        for code, view in facts.each_run():
            parts = stages(view, care_begins(view, marked=bool(marked[code])))
            holder, delay = asked.of(view, in_place=bool(in_place[code]))
            self._link(code, holder, delay)
            own = holder < 0 if in_place[code] else np.ones(1, dtype=bool)
            where = view.slices[0]
            waiting[where] = (parts.waiting - np.minimum(delay, parts.waiting)) * own
            blocked[where] = parts.blocked * own
            self._add(code, parts, waiting[where], parts.care * own, blocked[where])
        patient, size = everyone.column("patient"), len(facts.replication.patients["uid"])
        self.waited: Array = np.bincount(patient, waiting, minlength=size)
        self.held: Array = np.bincount(patient, blocked, minlength=size)

    def _link(self, code: int, holder: NDArray[np.int16], delay: Floats) -> None:
        self.delay[code] += added(delay)
        self.links[code] += np.bincount(holder + 1, delay, minlength=len(self.delay) + 1)[1:]
        self.linked[code] |= np.bincount(holder + 1, minlength=len(self.delay) + 1)[1:] > 0

    def _add(self, code: int, parts: Stages, waiting: Floats, care: Floats, blocked: Floats) -> None:
        for name in Stages.__slots__:
            getattr(self.stages, name)[code] += added(getattr(parts, name))
        self.waiting[code] += added(waiting)
        self.care[code] += added(care)
        self.blocked[code] += added(blocked)


def budget(facts: Facts) -> Budget:
    """Return how all patients' time was spent."""
    kept = facts.kept.get("budget")
    if not isinstance(kept, Budget):
        kept = facts.kept["budget"] = Budget(facts)
    return kept


def added(values: Array) -> float:
    """Return the sum of values, to the last digit as `View.sums` adds up a run; 0 if there are none."""
    return float(np.add.reduceat(values, [0])[0]) if values.size else 0.0


def _marked(facts: Facts) -> Bools:
    """Say for each service whether any of its visits marks the start of care."""
    marked = np.zeros(len(facts.specs), dtype=bool)
    for code, view in facts.each_run():
        marked[code] |= not np.isnan(view.column("started")).all()
    return marked


def care_begins(view: View, *, marked: bool) -> Floats:
    """Return the minute at which care begins: the start or, at a service that marks none, acceptance."""
    return view.column("started") if marked else view.column("accepted")


def stages(view: View, begins: Floats) -> Stages:
    """Return the stages of each visit.

    Args:
        view: the visits.
        begins: minute at which the care of each begins; not a number for never.
    """
    low, high = view.facts.warm_up, view.facts.end
    left = np.fmin(view.column("left"), high)
    finished = np.where(view.goes_on(), np.fmin(view.column("finished"), left), left)
    begins = np.fmin(begins, finished)
    arrived = np.maximum(view.column("arrived"), low)
    for moment in (begins, finished, left):
        np.maximum(moment, low, out=moment)
    return Stages(begins - arrived, finished - begins, left - finished, left - arrived)


class _Asked:
    """Who was held where while asking for a service, and until when.

    Those turned away, and those served where they are, hold nothing there: what they held before stays held
    until the next service accepts. Such chains are few; they are found once, and the rest is read off.
    """

    def __init__(self, facts: Facts) -> None:
        view = facts.view(everyone=True)
        self._source: NDArray[np.int16] = view.column("source")
        passing = view.take(facts.turned_away)
        if facts.services(*IN_PLACE):
            passing = passing | view.of_service(facts.is_kind(*IN_PLACE)[:-1])
        columns = {name: view.column(name) for name in ("patient", "service", "source", "arrived", "left")}
        after, before = followers(columns, passing)
        order = np.argsort(before, kind="stable")
        self._passed, self._until = before[order], columns["arrived"][after[order]]
        if after.size:
            self._source = self._source[roots(view.size, after, before)]

    def of(self, view: View, *, in_place: bool) -> tuple[NDArray[np.int16], Floats]:
        """Return the holder of each visit of a run (-1: none), and its minutes held in the period."""
        low, high, where = view.facts.warm_up, view.facts.end, view.slices[0]
        left = view.column("left")
        until = left.copy() if in_place else np.fmin(view.column("accepted"), left)
        some = slice(*np.searchsorted(self._passed, [where.start, where.stop]))
        until[self._passed[some] - where.start] = self._until[some]
        delay = np.maximum(np.fmin(until, high) - np.maximum(view.column("arrived"), low), 0.0)
        holder = self._source[where]
        return holder, delay * (holder >= 0)
