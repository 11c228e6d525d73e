"""Views: the visits to some services, and what measures read of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.groups import Grouping
from flowsim.vocabulary import ROUTES

if TYPE_CHECKING:
    from flowsim.measures.facts import Facts

Array = NDArray[Any]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class View:
    """Visits to some services, in runs of one service each.

    Attributes:
        facts: the replication.
        service_codes: the services.
        size: number of visits.
        run_codes: the service of each run.
        slices: where they are in the arrays of `Facts.column`.
    """

    def __init__(self, facts: Facts, services: list[int], runs: list[tuple[int, slice]]) -> None:
        self.facts = facts
        self.service_codes = services
        runs = [(code, part) for code, part in runs if part.stop > part.start]
        self.run_codes = np.array([code for code, _ in runs], dtype=np.intp)
        self._run_sizes = np.array([part.stop - part.start for _, part in runs], dtype=np.intp)
        self.slices = _joined([part for _, part in runs])
        self.size = int(self._run_sizes.sum())
        self.kept: dict[str, Array] = {}
        self._groupings: dict[str, Grouping] = {}

    def column(self, name: str) -> Array:
        """Return a column of the visit table for these visits."""
        if name not in self.kept:
            self.kept[name] = self.take(self.facts.column(name))
        return self.kept[name]

    def take(self, values: Array) -> Array:
        """Return the part of an array (ordered as `Facts.column`) that belongs to these visits."""
        if len(self.slices) == 1:
            return values[self.slices[0]]
        return np.concatenate([values[part] for part in self.slices]) if self.slices else values[:0]

    def of_service(self, per_service: Array) -> Array:
        """Return, for each visit, the entry of an array that has one for each service."""
        return np.repeat(per_service[self.run_codes], self._run_sizes)

    def sums(self, values: Array | None = None) -> Floats:
        """Return the sum of values (None: the number of visits) by service, for every service there is."""
        number = len(self.facts.specs)
        return np.bincount(self.run_codes, self.of_runs(values), minlength=number).astype(np.float64)

    def of_runs(self, values: Array | None) -> Array:
        """Return the sum of values (None: the number of visits) of each run."""
        if values is None or not self.size:
            return self._run_sizes
        ends = np.cumsum(self._run_sizes)
        starts = ends - self._run_sizes
        if values.dtype == np.bool_:
            return np.array([np.count_nonzero(values[a:b]) for a, b in zip(starts, ends, strict=True)])
        sums: Array = np.add.reduceat(values, starts)
        return sums

    @cached_property
    def service(self) -> Array:
        """Code of the service of each visit."""
        return self.of_service(np.arange(len(self.facts.specs)))

    @cached_property
    def position(self) -> Array:
        """Position in `service_codes` of the service of each visit."""
        positions = np.full(len(self.facts.specs), -1)
        positions[self.service_codes] = np.arange(len(self.service_codes))
        return self.of_service(positions)

    def attribute(self, name: str) -> Array:
        """Return a patient attribute of each visit, as its code."""
        key = f"patient.{name}"
        if key not in self.kept:
            self.kept[key] = self.facts.replication.patients[name][self.column("patient")]
        return self.kept[key]

    def minutes(self, start: str, stop: str) -> Floats:
        """Return minutes from one moment to another; up to the end of the run where it has not come.

        Not a number where the first moment has not come.
        """
        key = f"{start}>{stop}"
        if key not in self.kept:
            later = self.column(stop)
            self.kept[key] = np.where(np.isnan(later), self.facts.end, later) - self.column(start)
        return self.kept[key]

    def reached(self, moment: str) -> Bools:
        """Say whether a moment of the visit has come."""
        key = f"reached.{moment}"
        if key not in self.kept:
            self.kept[key] = ~np.isnan(self.column(moment))
        return self.kept[key]

    def outcome_is(self, *outcomes: str) -> Bools:
        """Say whether the visit ended in one of the named outcomes."""
        result = np.zeros(self.size, dtype=bool)
        for outcome in outcomes:
            wanted = self.facts.outcome_codes(outcome)
            if (wanted[self.service_codes] >= 0).any():
                result |= self.column("outcome") == self.of_service(wanted)
        return result

    def goes_on(self) -> Bools:
        """Say whether the visit ended in an outcome after which the patient goes on to another service."""
        going: Bools = self.facts.goes_on[self.service, self.column("outcome")]
        return going

    def left_in_period(self) -> Bools:
        """Say whether the visit ended in the collection period."""
        left = self.column("left")
        return (left >= self.facts.warm_up) & (left <= self.facts.end)

    def source_is(self, *kinds: str) -> Bools:
        """Say whether the patient came from a service of one of these kinds."""
        came: Bools = self.facts.is_kind(*kinds)[self.column("source")]
        return came

    @cached_property
    def by_ambulance(self) -> Bools:
        """Say whether the patient was brought by ambulance: by a crew, or on the ambulance route."""
        direct = self.column("source") < 0
        on_route: Bools = direct & (self.attribute("route") == ROUTES.index("ambulance"))
        return self.source_is("ambulance") | on_route

    @cached_property
    def combination(self) -> Array:
        """Combination of patient groups of each visit; see `Facts.people`."""
        return self.facts.people.cells[self.column("patient")]

    def grouping(self, level: str) -> Grouping:
        """Return the groups of a level and the group of each visit."""
        if level not in self._groupings:
            self._groupings[level] = self.facts.groups.of(level, self)
        return self._groupings[level]

    def part(self, mask: Bools) -> Part:
        """Return some of these visits."""
        return Part(self, mask)


class Part:
    """Some visits of a view; what measures are worked out on."""

    __slots__ = ("mask", "view")

    def __init__(self, view: View, mask: Bools) -> None:
        self.view = view
        self.mask = mask

    def grouping(self, level: str) -> Grouping:
        """Return the groups of a level and the group of each visit in the part."""
        whole = self.view.grouping(level)
        return Grouping(whole.names, whole.codes[self.mask])


def _joined(slices: Sequence[slice]) -> list[slice]:
    """Return the slices with neighbours made one, so that most views need no copy."""
    joined: list[slice] = []
    for part in slices:
        if joined and joined[-1].stop == part.start:
            joined[-1] = slice(joined[-1].start, part.stop)
        else:
            joined.append(part)
    return joined
