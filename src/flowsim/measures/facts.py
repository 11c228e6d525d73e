"""The facts measures are worked out from: one replication's visits, laid out by service once.

Visits are put in runs of one service each, those of the warm-up before those of the collection period. A
`View` is the visits to some services, so most views are slices; its columns, durations and group codes are
made when first asked for and then kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.chains import followers
from flowsim.measures.groups import Grouping, Groups, People
from flowsim.vocabulary import ROUTES

if TYPE_CHECKING:
    from flowsim.tables import Replication

FIRST = ("emergency_department", "urgent_treatment_centre")
"""Kinds laid out side by side, because they are measured together."""

Array = NDArray[Any]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Facts:
    """One replication, ready to be measured.

    Args:
        replication: the tables.
        scenario: the scenario they came from; read for kinds, outcomes, sites, trusts and places.
    """

    def __init__(self, replication: Replication, scenario: Any) -> None:
        self.replication = replication
        self.scenario = scenario
        self.specs = [scenario.services[name] for name in replication.services]
        self.kinds: list[str] = [spec.kind for spec in self.specs]
        self.groups = Groups(replication.services, scenario)
        self.end = replication.end
        self.warm_up = replication.warm_up
        self.days = replication.days
        self.hours = int(self.end // 60)
        self.kept: dict[str, Any] = {}
        self._views: dict[tuple[tuple[int, ...], bool], View] = {}
        self._columns: dict[str, Array] = {}
        self._order, self._runs = self._layout()

    def _layout(self) -> tuple[Array, list[tuple[int, bool, slice]]]:
        """Return the order of visits by (in the period or not, kind, service), and the runs it makes.

        A run is a service, whether its visits arrived in the collection period, and where they are. Visits
        booked for after the end of the run come last and belong to no run.
        """
        visits, number = self.replication.visits, len(self.specs)
        by_kind = sorted(range(number), key=lambda code: (_rank(self.kinds[code]), self.kinds[code], code))
        rank = np.empty(number, dtype=np.int16)
        rank[by_kind] = np.arange(number)
        key = rank[visits["service"]]
        key[visits["arrived"] >= self.warm_up] += number
        key[visits["arrived"] > self.end] = 2 * number  # booked for after the end
        order = np.argsort(key, kind="stable")
        bounds = np.concatenate(([0], np.cumsum(np.bincount(key, minlength=2 * number))))
        runs = [
            (by_kind[i % number], i >= number, slice(int(bounds[i]), int(bounds[i + 1])))
            for i in range(2 * number)
        ]
        return order, runs

    def column(self, name: str) -> Array:
        """Return a column of the visit table in this object's order."""
        if name not in self._columns:
            values = self.replication.visits[name][self._order]
            self._columns[name] = self._until_turned_away(values) if name == "left" else values
        return self._columns[name]

    @cached_property
    def turned_away(self) -> Bools:
        """Which visits ended without being accepted: refused, declined, or given up in the queue."""
        away: Bools = np.isnan(self.column("accepted")) & (self.column("outcome") >= 0)
        return away

    def _until_turned_away(self, left: Floats) -> Floats:
        """Return the end of each visit; for those turned away, the moment they asked the next service.

        The journal closes such a visit only when a later service has accepted the patient.
        """
        if self.turned_away.any():
            visits = {name: self.column(name) for name in ("patient", "service", "source", "arrived")}
            after, before = followers({**visits, "left": left}, self.turned_away)
            left[before] = visits["arrived"][after]
        return left

    @cached_property
    def people(self) -> People:
        """Combinations of patient groups, and the combination of each patient."""
        return People(self.replication.patients, self.groups)

    def services(self, *kinds: str) -> list[int]:
        """Return the codes of the services of these kinds; of all services if none is named."""
        return [i for i, kind in enumerate(self.kinds) if not kinds or kind in kinds]

    def view(self, *kinds: str, everyone: bool = False) -> View:
        """Return the visits to services of some kinds (all, if none is named).

        Args:
            kinds: kinds of service.
            everyone: all visits, not only those that arrived in the collection period.
        """
        return self.view_of(self.services(*kinds), everyone=everyone)

    def view_of(self, services: Sequence[int], *, everyone: bool = False) -> View:
        """Return the visits to some services, by code; see `view`."""
        key = (tuple(services), everyone)
        if key not in self._views:
            wanted = set(services)
            runs = [
                (code, part) for code, inside, part in self._runs if code in wanted and (inside or everyone)
            ]
            self._views[key] = View(self, list(services), runs)
        return self._views[key]

    def outcome_codes(self, outcome: str) -> Array:
        """Return the code of a named outcome in each service; -2 where it has none."""
        names = [list(spec.OUTCOMES) for spec in self.specs]
        return np.array([n.index(outcome) if outcome in n else -2 for n in names], dtype=np.int8)

    @cached_property
    def goes_on(self) -> Bools:
        """Say for each service and outcome code whether its patients go on to another service."""
        from flowsim.spec.alternatives import LEAVE, named_in

        most = max((len(spec.OUTCOMES) for spec in self.specs), default=0)
        table = np.zeros((len(self.specs), most + 1), dtype=bool)  # the last column: no outcome yet
        for code, name in enumerate(self.replication.services):
            pathways = self.scenario.pathways.get(name, {})
            for outcome, option in enumerate(self.specs[code].OUTCOMES):
                onward = option == "alternative" or set(named_in(pathways.get(option, LEAVE))) != {LEAVE}
                table[code, outcome] = onward
        return table

    def whole_days(self, hourly: Floats) -> Floats:
        """Return the whole days of the collection period of an hourly table: (groups, days, 24)."""
        first = int(-(-self.warm_up // 1440)) * 24
        days = max(self.hours - first, 0) // 24
        return hourly[:, first : first + days * 24].reshape(hourly.shape[0], days, 24)

    def is_kind(self, *kinds: str) -> Bools:
        """Say for each service whether it is of one of these kinds; a last entry stands for no service."""
        return np.array([*(kind in kinds for kind in self.kinds), False])


class View:
    """Visits to some services, in runs of one service each.

    Attributes:
        facts: the replication.
        service_codes: the services.
        size: number of visits.
    """

    def __init__(self, facts: Facts, services: list[int], runs: list[tuple[int, slice]]) -> None:
        self.facts = facts
        self.service_codes = services
        runs = [(code, part) for code, part in runs if part.stop > part.start]
        self._run_codes = np.array([code for code, _ in runs], dtype=np.intp)
        self._run_sizes = np.array([part.stop - part.start for _, part in runs], dtype=np.intp)
        self._slices = _joined([part for _, part in runs])
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
        if len(self._slices) == 1:
            return values[self._slices[0]]
        return np.concatenate([values[part] for part in self._slices]) if self._slices else values[:0]

    def of_service(self, per_service: Array) -> Array:
        """Return, for each visit, the entry of an array that has one for each service."""
        return np.repeat(per_service[self._run_codes], self._run_sizes)

    def sums(self, values: Array | None = None) -> Floats:
        """Return the sum of values (None: the number of visits) by service, for every service there is."""
        if values is None:
            of_runs: Array = self._run_sizes
        elif values.dtype == np.bool_:
            ends = np.cumsum(self._run_sizes)
            starts = ends - self._run_sizes
            of_runs = np.array([np.count_nonzero(values[a:b]) for a, b in zip(starts, ends, strict=True)])
        elif self.size:
            of_runs = np.add.reduceat(values, np.cumsum(self._run_sizes) - self._run_sizes)
        else:
            of_runs = self._run_sizes
        number = len(self.facts.specs)
        return np.bincount(self._run_codes, of_runs, minlength=number).astype(np.float64)

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


def _rank(kind: str) -> int:
    return FIRST.index(kind) if kind in FIRST else len(FIRST)


def _joined(slices: Sequence[slice]) -> list[slice]:
    """Return the slices with neighbours made one, so that most views need no copy."""
    joined: list[slice] = []
    for part in slices:
        if joined and joined[-1].stop == part.start:
            joined[-1] = slice(joined[-1].start, part.stop)
        else:
            joined.append(part)
    return joined


def clipped(start: Floats, stop: Floats, low: float, high: float) -> Floats:
    """Return minutes of each interval that lie between `low` and `high`.

    A start that is not a number gives 0; a stop that is not a number has not come.
    """
    begins = np.fmax(start, low)
    ends = np.fmin(stop, high)
    inside: Floats = np.maximum(ends - begins, 0.0)
    inside[np.isnan(start)] = 0.0
    return inside


def hourly_presence(start: Floats, stop: Floats, codes: Array, groups: int, hours: int) -> Floats:
    """Return the exact mean number present in each hour of the run, by group: shape (groups, hours).

    Args:
        start: minute at which each is first present; not a number for never.
        stop: minute from which each is gone; not a number for not yet.
        codes: group of each, 0 to groups - 1; -1 for none.
        groups: number of groups.
        hours: number of hours from minute 0.
    """
    return _risen(start, codes, groups, hours) - _risen(np.maximum(stop, start), codes, groups, hours)


def _risen(moment: Floats, codes: Array, groups: int, hours: int) -> Floats:
    """Return by how much each hour's mean is raised by those for whom a moment has come."""
    in_hours = moment / 60.0
    counted = (in_hours < hours) & (codes >= 0)  # false for not a number
    in_hours = np.maximum(in_hours[counted], 0.0)
    whole = in_hours.astype(np.intp)
    cells = codes[counted].astype(np.intp) * hours + whole
    size = groups * hours
    before = np.bincount(cells, minlength=size).reshape(groups, hours).cumsum(axis=1)
    spent = np.bincount(cells, in_hours - whole, minlength=size).reshape(groups, hours)
    risen: Floats = before - spent
    return risen


def present_at_hours(view: View) -> Floats:
    """Return the number present at each whole hour of the run, service by service, waiting included."""
    shape = len(view.service_codes), view.facts.hours + 1
    arrived = _steps(view.column("arrived"), view.position, shape)
    return arrived - _steps(view.column("left"), view.position, shape)


def _steps(moment: Floats, codes: Array, shape: tuple[int, int]) -> Floats:
    """Return how many have had a moment by each whole hour."""
    hours = np.maximum(np.ceil(moment / 60.0), 0.0)
    come = hours < shape[1]
    cells = codes[come] * shape[1] + hours[come].astype(np.intp)
    steps = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    return steps.cumsum(axis=1).astype(np.float64)


def quantiles(values: Floats, grouping: Grouping, probabilities: Sequence[float]) -> Floats:
    """Return sample quantiles (type 7) by group: shape (groups, probabilities); not a number if empty."""
    result = np.full((len(grouping.names), len(probabilities)), np.nan)
    order, bounds = grouping.partition()
    values = values[order] if order is not None else values
    for i in range(len(grouping.names)):
        part = np.sort(values[bounds[i] : bounds[i + 1]])
        if part.size:
            result[i] = sorted_quantiles(part, probabilities)
    return result


def sorted_quantiles(ordered: Floats, probabilities: Sequence[float]) -> Floats:
    """Return type 7 quantiles of values in ascending order (at least one)."""
    at = np.asarray(probabilities) * (ordered.size - 1)
    low = at.astype(np.intp)
    high = np.minimum(low + 1, ordered.size - 1)
    below = ordered[low]
    result: Floats = below + (at - low) * (ordered[high] - below)
    return result
