"""Little's law through the whole network: who flows where on average, and what that asks of every resource.

Queues are ignored, so this is a lower bound of the load; it is exact for a network without waiting. It is
used to refuse systems that cannot settle, to fill the system at the start, and to check the warm-up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from flowsim.clock import Calendar, Hours
from flowsim.sampling.arrivals import block_of, block_start, rate_curve
from flowsim.sampling.cells import cells
from flowsim.spec.expected import Expected, Flow, Luck, Stay, Vector
from flowsim.spec.groups import ByGroup
from flowsim.spec.people import ADMISSION

if TYPE_CHECKING:
    from flowsim.services.base import CareSpec, ComesBack
    from flowsim.spec.demand import DemandSpec
    from flowsim.spec.scenario import Scenario

Places = NDArray[np.intp]
"""Positions of some of the cells."""
NEGLIGIBLE = 3e-6
"""Flows below this share of all demand wait until more has come to the same service, or are left out."""
ROUNDS = 60
"""Longest path, in services, that is followed (loops included)."""


@dataclass
class Flows:
    """Average flows of a scenario.

    Attributes:
        arrivals: patients a day into each service.
        loads: mean units in use by (service, resource).
        stays: long stays by service, for the loaded start.
        others: for each attribute that no rule of the scenario looks at, patients a day by place and value.
    """

    arrivals: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    loads: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    stays: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    others: dict[str, NDArray[np.float64]] = field(default_factory=dict)


@dataclass
class _Inflow:
    """Who comes to a service in one round, over all cells.

    Attributes:
        per_day: patients a day.
        remaining: mean minutes of stay still to come; None where a stay would begin.
        luck: luck with the next ward stay; None where alternatives have not changed it.
    """

    per_day: Vector
    remaining: Vector | None
    luck: Luck | None = None
    _total: float | None = None

    @classmethod
    def of(cls, part: Flow, where: Places, cells: int, usual: Luck | None) -> _Inflow:
        """Return what a flow on some of the cells is over all of them, whose usual luck is given."""
        inflow = cls(np.zeros(cells), None if part.remaining is None else np.zeros(cells))
        inflow.per_day[where] = part.per_day
        if inflow.remaining is not None:
            inflow.remaining[where] = part.remaining
        if usual is not None and part.luck is not None:
            inflow.luck = Luck(usual.edges, usual.share.copy())
            inflow.luck.share[:, where] = part.luck.share
        return inflow

    def add(self, part: Flow, where: Places, usual: Luck | None) -> None:
        """Add a flow on some of the cells; stays that are carried on, and luck, are averaged.

        Args:
            part: the flow.
            where: its cells.
            usual: the luck of all cells where alternatives have not changed it.
        """
        before = self.per_day[where]
        total = before + part.per_day
        if usual is not None and (self.luck is not None or part.luck is not None):
            self._add_luck(part, where, before, usual)
        if self.remaining is not None and part.remaining is not None:
            stay = before * self.remaining[where] + part.per_day * part.remaining
            self.remaining[where] = np.divide(stay, total, out=np.zeros_like(total), where=total > 0)
        self.per_day[where] = total
        self._total = None

    def _add_luck(self, part: Flow, where: Places, before: Vector, usual: Luck) -> None:
        if self.luck is None:
            self.luck = Luck(usual.edges, usual.share.copy())
        theirs = usual.share[:, where] if part.luck is None else part.luck.share
        weight = np.divide(
            part.per_day, before + part.per_day, out=np.zeros_like(before), where=part.per_day > 0
        )
        self.luck.share[:, where] += weight * (theirs - self.luck.share[:, where])

    @property
    def total(self) -> float:
        """Patients a day, all cells."""
        if self._total is None:
            self._total = float(self.per_day.sum())
        return self._total


_latest: dict[str, Flows] = {}


def analyse(scenario: Scenario) -> Flows:
    """Follow the average flow of every demand stream through the network.

    The answer for the latest scenario is kept: the check before a run and each replication ask for it.
    """
    if scenario.digest not in _latest:
        _latest.clear()
        _latest[scenario.digest] = _analyse(scenario)
    return _latest[scenario.digest]


def _analyse(scenario: Scenario) -> Flows:
    flows = Flows()
    network = _Network(scenario, flows)
    for service, flow in _demand(scenario, flows):
        network.everybody = flow
        network.usual = _usual_luck(scenario, flow) if network.usual is None else network.usual
        network.send(service, flow, np.arange(len(flow.per_day)))
    smallest = NEGLIGIBLE * sum(inflow.total for inflow in network.coming.values())
    pending = network.coming
    for _ in range(ROUNDS):
        network.coming = {key: inflow for key, inflow in pending.items() if inflow.total <= smallest}
        followed = [(key[0], inflow) for key, inflow in pending.items() if inflow.total > smallest]
        if not followed:
            break
        for name, inflow in followed:
            network.visit(name, inflow)
        pending = network.coming
    return flows


def care_spec(scenario: Scenario, service: str) -> CareSpec:
    """Return a service's settings: of a kind that can be run, as those of all real scenarios are."""
    return cast("CareSpec", scenario.services[service])


def mean_per_day(scenario: Scenario, demand: DemandSpec) -> float:
    """Return a stream's mean number of patients a day over the whole run, warm-up included."""
    calendar = Calendar(scenario.calendar_start)
    end = scenario.end
    blocks = range(block_of(calendar, 0.0), block_of(calendar, end - 1.0) + 1)
    rates = np.concatenate([rate_curve(demand, calendar, number) for number in blocks])
    skipped = round(-block_start(calendar, blocks[0]) / 60.0)
    return float(rates[skipped : skipped + round(end / 60.0)].mean())


def _demand(scenario: Scenario, flows: Flows) -> Iterator[tuple[str, Flow]]:
    """Yield each stream's destination and flow, on one common set of cells."""
    streams = []
    for demand in scenario.demand.values():
        found = cells(scenario, demand).by_admission()
        streams.append(
            (demand.to, found.attrs, found.weight * mean_per_day(scenario, demand), found.admission)
        )
    if not streams:
        return
    names = list(streams[0][1])
    columns = {name: np.concatenate([attrs[name] for _, attrs, _, _ in streams]) for name in names}
    needed = _attributes_that_matter(scenario)
    matter = [name for name in names if name in needed]  # in order: it decides who is inside at the start
    code = np.zeros(len(columns[names[0]]), dtype=np.int64)
    for name in matter:
        code = code * (int(columns[name].max()) + 1) + columns[name]
    _, first, place = np.unique(code, return_index=True, return_inverse=True)
    attrs = {name: columns[name][first] for name in matter}
    shares = np.concatenate([share for *_, share in streams])[first]
    weights = np.concatenate([per_day for _, _, per_day, _ in streams])
    for name in names:
        if name not in matter:
            flows.others[name] = _by_place(columns["place"], columns[name], weights)
    at = 0
    for to, _, per_day, _ in streams:
        here = place.ravel()[at : at + len(per_day)]
        at += len(per_day)
        here_per_day = np.bincount(here, per_day, minlength=len(shares))
        yield to, Flow(attrs, here_per_day.astype(np.float64, copy=False), shares)


def _attributes_that_matter(scenario: Scenario) -> set[str]:
    """Return the attributes on which any service, pathway or alternative depends."""
    found = {"route", "acuity", "pathway", "place", "category", ADMISSION}
    waiting: list[Any] = [*scenario.services.values(), *scenario.pathways.values()]
    waiting += [option for options in scenario.alternatives.values() for option in options]
    while waiting:
        item = waiting.pop()
        if isinstance(item, ByGroup):
            found.update(item.attributes())
        elif isinstance(item, BaseModel):
            waiting += [getattr(item, name) for name in type(item).model_fields]
        elif isinstance(item, Mapping):
            waiting += item.values()
        elif isinstance(item, tuple | list):
            waiting += item
    return found


def _by_place(place: Any, codes: Any, weights: Any) -> NDArray[np.float64]:
    """Return patients a day by place (rows) and value of an attribute (columns)."""
    shape = int(place.max()) + 1, int(codes.max()) + 1
    table = np.bincount(place.astype(np.intp) * shape[1] + codes, weights, minlength=shape[0] * shape[1])
    return table.reshape(shape).astype(np.float64, copy=False)


class _Network:
    """Follows flows from each service to those that come next.

    Attributes:
        everybody: a flow on the cells that all flows have in common.
        coming: who comes to each service in the next round; apart, those who carry on a stay.
        usual: luck with ward stays where alternatives have not changed it; None if none looks at it.
    """

    def __init__(self, scenario: Scenario, flows: Flows) -> None:
        self.scenario = scenario
        self.flows = flows
        self.everybody: Flow
        self.coming: dict[tuple[str, bool], _Inflow] = {}
        self.usual: Luck | None = None

    def visit(self, name: str, inflow: _Inflow) -> None:
        """Add what a service does with those who come to it, and send them on."""
        spec = care_spec(self.scenario, name)
        where = np.flatnonzero(inflow.per_day > 0)
        self.flows.arrivals[name] += inflow.total
        expected: Expected = spec.expect(self._offered(name, inflow, where))
        for resource, load in expected.loads.items():
            self.flows.loads[name, resource] += load
        self.flows.stays[name] += expected.stays
        pathways = self.scenario.pathways.get(name, {})
        for outcome, part in expected.outcomes.items():
            for to, share in _shares(part, pathways.get(outcome, "leave")):
                if to in self.scenario.services:
                    self.send(to, part * share, where)
                elif spec.comes_back is not None:
                    self._come_back(spec.comes_back, part * share, where)

    def send(self, to: str, part: Flow, where: Places) -> None:
        """Send a flow, given on some of the cells, to a service."""
        if to not in self.scenario.services:
            return
        key = (to, part.remaining is not None)
        if key in self.coming:
            self.coming[key].add(part, where, self.usual)
        else:
            self.coming[key] = _Inflow.of(part, where, len(self.everybody.per_day), self.usual)

    def _offered(self, name: str, inflow: _Inflow, where: Places) -> Flow:
        """Return those who come to a service, without the empty cells, who may be offered alternatives."""
        return Flow(
            attrs={attribute: codes[where] for attribute, codes in self.everybody.attrs.items()},
            per_day=inflow.per_day[where],
            admission=self.everybody.admission[where],
            remaining=None if inflow.remaining is None else inflow.remaining[where],
            offer=lambda point, part: self._offer(f"{name}.{point}", part, where),
            luck=None if inflow.luck is None else inflow.luck.at(where),
        )

    def _offer(self, key: str, flow: Flow, where: Places) -> Flow:
        """Send on what the alternatives take, when they have room, and return the rest."""
        before: dict[str, tuple[Vector, Vector, Vector]] = {}
        for option in self.scenario.alternatives.get(key, ()):
            eligible, uptake = flow.share(option.eligible), flow.share(option.uptake)
            flow, short = self._short(flow, option.shortest_stays, where)
            taken = eligible * uptake * short
            if option.to in before:  # a wider offer of the same service, for the same luck
                e, u, s = before[option.to]
                taken = taken - np.minimum(e, eligible) * np.minimum(u, uptake) * (s * short)
                taken = taken / np.maximum(1.0 - e * u * s, 1e-9)  # of those whom the first has left
            before[option.to] = eligible, uptake, short
            hours = [option.hours, getattr(self.scenario.services[option.to], "hours", None)]
            taken = taken * min((_open_share(h) for h in hours if h is not None), default=1.0)
            truly = 1.0 if option.additional is None else flow.share(option.additional)
            self.send(option.to, _part(flow, taken), where)
            flow = _part(flow, 1.0 - taken * truly)
        return flow

    def _short(self, flow: Flow, table: Any, where: Places) -> tuple[Flow, Any]:
        """Return a flow that knows its luck, and which slices of it an alternative takes, by cell.

        Whoever needs no admission has no stay, and is taken whatever the luck. An alternative that does not
        look at the stay takes all.
        """
        if table is None or self.usual is None:
            return flow, 1.0
        luck = flow.luck or self.usual.at(where)
        short = (luck.edges[1:] <= flow.share(table)) | (flow.admission == 0.0)
        return replace(flow, luck=luck), short.astype(np.float64)

    def _come_back(self, back: ComesBack, leaving: Flow, where: Places) -> None:
        """Send those who come back to where they come back to."""
        returning = replace(leaving * leaving.share(back.share), remaining=None)
        for again, fraction in _shares(returning, back.to):
            self.send(again, returning * fraction, where)


def _usual_luck(scenario: Scenario, flow: Flow) -> Luck | None:
    """Return everybody's luck with a ward stay, cut where alternatives take the shortest; None: none does."""
    options = [option for options in scenario.alternatives.values() for option in options]
    tables = [option.shortest_stays for option in options if option.shortest_stays is not None]
    if not tables:
        return None
    different = [table for i, table in enumerate(tables) if table not in tables[:i]]
    cuts = np.sort([flow.share(table) for table in different], axis=0)
    edges = np.vstack([np.zeros_like(cuts[0]), cuts, np.ones_like(cuts[0])])
    return Luck(edges, np.diff(edges, axis=0))


def _part(flow: Flow, share: Any) -> Flow:
    """Return a flow thinned to a share of each cell, or of each slice of its luck."""
    return flow.thinned(share) if np.ndim(share) == 2 else flow * share


@cache
def _open_share(hours: Hours) -> float:
    return min(hours.hours_per_week() / 168.0, 1.0)


def _shares(flow: Flow, destination: Any) -> Iterator[tuple[str, Any]]:
    """Yield each destination of an outcome with the share of every cell that goes there."""
    if isinstance(destination, str):
        yield destination, 1.0
        return
    for option in flow.options_of(destination):
        yield option, flow.share_of(destination, option)
