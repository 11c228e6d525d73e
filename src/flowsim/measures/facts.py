"""The facts measures are worked out from: one replication's visits, laid out by service once.

Visits are put in runs of one service each, those of the warm-up before those of the collection period. A
`View` is the visits to some services, so most views are slices; its columns, durations and group codes are
made when first asked for and kept until `Facts.forget`. Memory is what limits how many replications fit on a
machine, so what looks at all visits goes through them run by run (`Facts.each_run`).
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from flowsim.measures.chains import followers
from flowsim.measures.groups import Grouping, Groups, People
from flowsim.measures.views import Array, Bools, Floats, Part, View

if TYPE_CHECKING:
    from flowsim.tables import Replication

FIRST = ("emergency_department", "urgent_treatment_centre")
"""Kinds laid out side by side, because they are measured together."""

__all__ = ["FIRST", "Array", "Bools", "Facts", "Floats", "Part", "View"]


class Facts:
    """One replication, ready to be measured.

    Args:
        replication: the tables.
        scenario: the scenario they came from; read for kinds, outcomes, sites, trusts and places.
        take: take the columns of visits out of the replication's table as they are laid out, so that they
            are in memory once. The table is of no use to anybody else afterwards.
    """

    def __init__(self, replication: Replication, scenario: Any, *, take: bool = False) -> None:
        self.replication = replication
        self._take = take
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
        self._outcomes: dict[str, Array] = {}
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
            visits = self.replication.visits
            found = cast("MutableMapping[str, Array]", visits).pop(name) if self._take else visits[name]
            values = found[self._order]
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
    def crew_left(self) -> Floats:
        """For each visit, the minute at which the crew that brought the patient was free of them.

        Not a number where no simulated crew brought the patient, or where it is still there.
        """
        names = ("patient", "service", "source", "arrived", "left")
        crews = self.is_kind("ambulance")[self.column("service")]
        after, before = followers({name: self.column(name) for name in names}, crews)
        left: Floats = np.full(len(crews), np.nan)
        left[after] = self.column("left")[before]
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

    def each_run(self) -> Iterator[tuple[int, View]]:
        """Yield the visits of all services run by run: those of the warm-up first, service by service.

        A run is small beside all visits, so arrays worked out for it cost little memory and stay in the
        processor's cache. Each view is for one use and is not kept.
        """
        for code, _, part in self._runs:
            if part.stop > part.start:
                yield code, View(self, [code], [(code, part)])

    def run_of(self, service: int) -> View:
        """Return the visits to one service, by code, that arrived in the collection period; for one use."""
        parts = [part for code, inside, part in self._runs if code == service and inside]
        return View(self, [service], [(service, part) for part in parts])

    def forget(self) -> None:
        """Let go of what was worked out for views; whatever is asked for again is worked out again."""
        self._views.clear()

    def outcome_codes(self, outcome: str) -> Array:
        """Return the code of a named outcome in each service; -2 where it has none."""
        if outcome not in self._outcomes:
            names = [list(spec.OUTCOMES) for spec in self.specs]
            codes = [own.index(outcome) if outcome in own else -2 for own in names]
            self._outcomes[outcome] = np.array(codes, dtype=np.int8)
        return self._outcomes[outcome]

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


def _rank(kind: str) -> int:
    return FIRST.index(kind) if kind in FIRST else len(FIRST)


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


def quantiles(values: Floats, grouping: Grouping, probabilities: Sequence[float]) -> Floats:
    """Return sample quantiles (type 7) by group: shape (groups, probabilities); not a number if empty."""
    result = np.full((len(grouping.names), len(probabilities)), np.nan)
    order, bounds = grouping.partition()
    values = values[order]
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
