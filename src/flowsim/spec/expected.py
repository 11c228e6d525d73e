"""Expected flows: what a service does on average with a mix of patients, ignoring queues.

A flow is a number of patients a day for every *cell* (a combination of attributes); it lets Little's law be
applied through the whole network before anything runs: to name overloaded services, and to fill beds, places
and caseloads at the start of a run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.vocabulary import ATTRIBUTES

Vector = NDArray[np.float64]
DAY = 1440.0


@dataclass(frozen=True)
class Luck:
    """How lucky patients are with their next ward stay, by cell, once alternatives have taken the shortest.

    All stays of a law, from the shortest to the longest, are cut into slices.

    Attributes:
        edges: share of all stays below each cut (rows, from 0 to 1), by cell.
        share: share of the flow whose stay lies in each slice (rows, one fewer), by cell; they add up to 1.
    """

    edges: Vector
    share: Vector

    @property
    def density(self) -> Vector:
        """Return patients in each slice, by cell, for each one there would be had nobody been taken."""
        width = np.diff(self.edges, axis=0)
        return np.divide(self.share, width, out=np.zeros_like(width), where=width > 0.0)

    def at(self, cells: Any) -> Luck:
        """Return the luck of some of the cells, or of one patient of each of many."""
        return Luck(self.edges[:, cells], self.share[:, cells])


@dataclass(frozen=True)
class Flow:
    """Patients a day, by cell.

    Attributes:
        attrs: attribute codes of each cell (int8 arrays of one length).
        per_day: patients a day in each cell.
        admission: probability that a patient of the cell needs admission.
        remaining: mean minutes of clinical stay still to come, where a stay is carried on; None otherwise.
        offer: what the alternatives at a decision point of the service leave; None: there are none.
        luck: luck with the next ward stay, where alternatives have taken the shortest; None: as it comes.
    """

    attrs: dict[str, NDArray[np.int8]]
    per_day: Vector
    admission: Vector
    remaining: Vector | None = None
    offer: Callable[[str, Flow], Flow] | None = None
    luck: Luck | None = None

    def __mul__(self, share: Any) -> Flow:
        """Return the flow thinned to a share (a number or one per cell)."""
        return Flow(self.attrs, self.per_day * share, self.admission, self.remaining, self.offer, self.luck)

    def thinned(self, kept: Vector) -> Flow:
        """Return the flow thinned to a share of each slice of its luck (rows), by cell."""
        assert self.luck is not None
        left = self.luck.share * kept
        whole = left.sum(axis=0)
        share = np.divide(left, whole, out=np.diff(self.luck.edges, axis=0), where=whole > 0.0)
        rest: Flow = self * whole
        return replace(rest, luck=Luck(self.luck.edges, share))

    def after(self, point: str) -> Flow:
        """Return what is left of the flow when the alternatives at a decision point have had their share."""
        return self if self.offer is None else self.offer(point, self)

    @property
    def total(self) -> float:
        """Patients a day, all cells."""
        return float(self.per_day.sum())

    def is_in(self, attribute: str, *values: str) -> NDArray[np.bool_]:
        """Return which cells have one of the values of an attribute."""
        codes = [ATTRIBUTES[attribute].index(value) for value in values]
        return np.isin(self.attrs[attribute], codes)

    def mean(self, table: Any) -> Vector:
        """Return the mean minutes of a table of distributions for each cell."""
        lookup = table.compile()
        means = np.array([leaf.mean_minutes() for leaf in lookup.leaves])
        return np.asarray(means[lookup.index(self.attrs)])

    def mean_stay(self, table: Any) -> Vector:
        """Return the mean minutes of the ward stay that comes next, for each cell, as luck has it."""
        if self.luck is None:
            return self.mean(table)
        below = self._lowest(table, self.luck.edges)
        return np.asarray((self.luck.density * np.diff(below, axis=0)).sum(axis=0))

    def _lowest(self, table: Any, shares: Vector) -> Vector:
        """Return the part of the mean that the shortest stays make up, for shares of them (rows) by cell."""
        lookup = table.compile()
        levels, which = np.unique(shares, return_inverse=True)
        kind = lookup.index(self.attrs) * np.intp(len(levels)) + which.reshape(shares.shape)
        found = np.zeros(len(lookup.leaves) * len(levels))
        for each in np.flatnonzero(np.bincount(kind.ravel())).tolist():
            leaf, level = divmod(each, len(levels))
            found[each] = lookup.leaves[leaf].lowest(float(levels[level]))
        return np.asarray(found[kind])

    def share(self, table: Any) -> Vector:
        """Return a table of shares for each cell."""
        lookup = table.compile()
        return np.asarray(np.array(lookup.leaves, dtype=float)[lookup.index(self.attrs)])

    def share_of(self, table: Any, option: str) -> Vector:
        """Return the share of each cell that a table of choices sends to an option."""
        lookup = table.compile()
        return np.asarray(np.array([leaf.share(option) for leaf in lookup.leaves])[lookup.index(self.attrs)])

    def options_of(self, table: Any) -> list[str]:
        """Return every option that a table of choices can give."""
        found: dict[str, None] = {}
        for leaf in table.compile().leaves:
            found |= dict.fromkeys(leaf.options)
        return list(found)

    def tail(self, table: Any, factor: float, after: Vector) -> tuple[Vector, Vector]:
        """Return, by cell, the share of stays longer than ``after`` and their mean minutes beyond it."""
        over, beyond = self._tail(table, factor, after)
        if self.luck is None:
            return over, beyond
        start = np.maximum(self.luck.edges[:-1], 1.0 - over)  # of each slice, those longer than that
        end = np.maximum(self.luck.edges[1:], start)
        whole = factor * (self._lowest(table, end) - self._lowest(table, start)) - after * (end - start)
        longer = (self.luck.density * (end - start)).sum(axis=0)
        minutes = (self.luck.density * whole).sum(axis=0)
        return longer, np.divide(minutes, longer, out=np.zeros_like(longer), where=longer > 0.0)

    def _tail(self, table: Any, factor: float, after: Vector) -> tuple[Vector, Vector]:
        """Return what `tail` does, for luck as it comes."""
        lookup = table.compile()
        cuts, which = np.unique(after, return_inverse=True)
        kind = lookup.index(self.attrs) * np.intp(len(cuts)) + which
        over, beyond = np.zeros((2, len(lookup.leaves) * len(cuts)))
        for each in np.flatnonzero(np.bincount(kind)).tolist():
            leaf, cut = divmod(each, len(cuts))
            over[each], beyond[each] = lookup.leaves[leaf].tail(float(cuts[cut]) / factor)
        return over[kind], factor * beyond[kind]


@dataclass
class Stay:
    """Patients who stay in one resource for a time of a known law.

    Attributes:
        resource: name of the pool.
        flow: who comes.
        minutes: mean minutes in the resource, by cell.
        whole: mean minutes of the whole stay, here and in later wards, by cell.
        table: the law of the whole stay, by group; None when the stay began elsewhere.
        factor: multiplies the law.
        luck: luck with the stay, where alternatives have taken the shortest; None: as it comes.
    """

    resource: str
    flow: Flow
    minutes: Vector
    whole: Vector
    table: Any
    factor: float
    luck: Luck | None = None


@dataclass
class Expected:
    """What a service does on average.

    Attributes:
        loads: mean units in use by resource (Erlangs), to be compared with capacity.
        outcomes: flows by outcome.
        stays: long stays, for the loaded start.
    """

    loads: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, Flow] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)

    def load(self, resource: str, flow: Flow, minutes: Vector | float) -> None:
        """Add the use of a resource: a flow that needs so many minutes each."""
        used = float((flow.per_day * minutes).sum()) / DAY
        self.loads[resource] = self.loads.get(resource, 0.0) + used

    def stay(
        self,
        resource: str,
        flow: Flow,
        minutes: Vector,
        table: Any,
        factor: float = 1.0,
        *,
        whole: Any = None,
        luck: Luck | None = None,
    ) -> None:
        """Add a long stay: a load that also fills the resource at a loaded start."""
        self.load(resource, flow, minutes)
        began_here = table if flow.remaining is None else None
        whole = minutes if whole is None else whole
        self.stays.append(Stay(resource, flow, minutes, whole, began_here, factor, luck))

    def leave(self, outcome: str, flow: Flow, remaining: Vector | None = None) -> None:
        """Add patients who leave with an outcome, with the stay they carry on, if any."""
        self.outcomes[outcome] = replace(flow, remaining=remaining)

    def draw_anew(self) -> None:
        """Say that the stay has been drawn: the next has luck of its own, whatever way patients leave."""
        for outcome, flow in self.outcomes.items():
            self.outcomes[outcome] = replace(flow, luck=None)
