"""Little's law through the whole network: who flows where on average, and what that asks of every resource.

Queues are ignored, so this is a lower bound of the load; it is exact for a network without waiting. It is
used to refuse systems that cannot settle, to fill the system at the start, and to check the warm-up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from flowsim.clock import Calendar
from flowsim.sampling.arrivals import block_of, block_start, rate_curve
from flowsim.sampling.cells import cells
from flowsim.spec.expected import Expected, Flow, Stay
from flowsim.spec.groups import ByGroup
from flowsim.spec.people import ADMISSION

if TYPE_CHECKING:
    from flowsim.spec.demand import DemandSpec
    from flowsim.spec.scenario import Scenario

NEGLIGIBLE = 1e-4
"""Flows below this share of all demand are not followed any further."""
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


Pending = dict[tuple[str, bool], Flow]


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
    pending: Pending = {}
    for service, flow in _demand(scenario, flows):
        _add(pending, service, flow)
    smallest = NEGLIGIBLE * sum(flow.total for flow in pending.values())
    for _ in range(ROUNDS):
        following: Pending = {}
        for (name, _carries), flow in pending.items():
            _visit(scenario, name, flow, flows, following)
        pending = {key: flow for key, flow in following.items() if flow.total > smallest}
        if not pending:
            break
    return flows


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
        yield to, Flow(attrs, np.bincount(here, per_day, minlength=len(shares)), shares)


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
    return table.reshape(shape)


def _add(pending: Pending, service: str, flow: Flow) -> None:
    """Add a flow to what a service still has to handle; stays that are carried on are averaged."""
    key = (service, flow.remaining is not None)
    before = pending.get(key)
    if before is None:
        pending[key] = replace(flow, offer=None)
        return
    total = before.per_day + flow.per_day
    remaining = None
    if flow.remaining is not None and before.remaining is not None:
        stay = before.per_day * before.remaining + flow.per_day * flow.remaining
        remaining = np.divide(stay, total, out=np.zeros_like(total), where=total > 0)
    pending[key] = replace(before, per_day=total, remaining=remaining)


def _visit(scenario: Scenario, name: str, flow: Flow, flows: Flows, following: Pending) -> None:
    spec = scenario.services[name]
    flows.arrivals[name] += flow.total
    slim = _compress(flow)

    def send(to: Any, part: Flow) -> None:
        if to in scenario.services:
            _add(following, to, _expand(part, flow))

    offered = replace(slim, offer=lambda point, part: _offer(scenario, f"{name}.{point}", part, send))
    expected: Expected = spec.expect(offered)
    for resource, load in expected.loads.items():
        flows.loads[name, resource] += load
    flows.stays[name] += expected.stays
    pathways = scenario.pathways.get(name, {})
    for outcome, part in expected.outcomes.items():
        for to, share in _shares(part, pathways.get(outcome, "leave")):
            if to in scenario.services:
                send(to, part * share)
            elif spec.comes_back is not None:
                back = spec.comes_back
                returning = replace(part * share * part.share(back.share), remaining=None)
                for again, fraction in _shares(returning, back.to):
                    send(again, returning * fraction)


def _shares(flow: Flow, destination: Any) -> Iterator[tuple[str, Any]]:
    """Yield each destination of an outcome with the share of every cell that goes there."""
    if isinstance(destination, str):
        yield destination, 1.0
        return
    for option in flow.options_of(destination):
        yield option, flow.share_of(destination, option)


def _offer(scenario: Scenario, key: str, flow: Flow, send: Any) -> Flow:
    """Send on what the alternatives take, when they have room, and return the rest."""
    for option in scenario.alternatives.get(key, ()):
        taken = flow.share(option.eligible) * flow.share(option.uptake)
        if option.hours is not None:
            taken = taken * min(option.hours.hours_per_week() / 168.0, 1.0)
        truly = 1.0 if option.additional is None else flow.share(option.additional)
        send(option.to, flow * taken)
        flow = flow * (1.0 - taken * truly)
    return flow


def _compress(flow: Flow) -> Flow:
    """Return the flow without its empty cells."""
    full = flow.per_day > 0
    attrs = {name: codes[full] for name, codes in flow.attrs.items()}
    remaining = None if flow.remaining is None else flow.remaining[full]
    return Flow(attrs, flow.per_day[full], flow.admission[full], remaining)


def _expand(part: Flow, whole: Flow) -> Flow:
    """Return a compressed flow on the cells of the flow that it came from."""
    full = whole.per_day > 0
    per_day = np.zeros_like(whole.per_day)
    per_day[full] = part.per_day
    remaining = None
    if part.remaining is not None:
        remaining = np.zeros_like(whole.per_day)
        remaining[full] = part.remaining
    return replace(whole, per_day=per_day, remaining=remaining, offer=None)
