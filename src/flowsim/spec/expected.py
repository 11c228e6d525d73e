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
class Flow:
    """Patients a day, by cell.

    Attributes:
        attrs: attribute codes of each cell (int8 arrays of one length).
        per_day: patients a day in each cell.
        admission: probability that a patient of the cell needs admission.
        remaining: mean minutes of clinical stay still to come, where a stay is carried on; None otherwise.
        offer: what the alternatives at a decision point of the service leave; None: there are none.
    """

    attrs: dict[str, NDArray[np.int8]]
    per_day: Vector
    admission: Vector
    remaining: Vector | None = None
    offer: Callable[[str, Flow], Flow] | None = None

    def __mul__(self, share: Any) -> Flow:
        """Return the flow thinned to a share (a number or one per cell)."""
        return Flow(self.attrs, self.per_day * share, self.admission, self.remaining, self.offer)

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
    """

    resource: str
    flow: Flow
    minutes: Vector
    whole: Vector
    table: Any
    factor: float


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
    ) -> None:
        """Add a long stay: a load that also fills the resource at a loaded start."""
        self.load(resource, flow, minutes)
        began_here = table if flow.remaining is None else None
        self.stays.append(
            Stay(resource, flow, minutes, minutes if whole is None else whole, began_here, factor)
        )

    def leave(self, outcome: str, flow: Flow, remaining: Vector | None = None) -> None:
        """Add patients who leave with an outcome, with the stay they carry on, if any."""
        self.outcomes[outcome] = replace(flow, remaining=remaining)
