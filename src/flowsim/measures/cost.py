"""Cost: activity times unit costs, service by service.

Each kind of service is paid for by what it does: attendances, crew hours on jobs, bed days, days on a virtual
ward or in a package, patients seen. The scenario gives the prices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.ambulance import handover_minutes
from flowsim.measures.collect import Collector
from flowsim.measures.definitions.queueing import REFUSED
from flowsim.measures.facts import Array, Bools, Facts, Floats, clipped
from flowsim.measures.pools import units
from flowsim.measures.spells import ACUTE, counts_as
from flowsim.measures.urgent_care import attended
from flowsim.vocabulary import PATHWAYS

if TYPE_CHECKING:
    from flowsim.spec.consequences import Costs

DAY = 1440.0
WARDS = {"general_and_acute": "bed_day", "critical_care": "critical_care_bed_day"}
"""Unit cost of a ward's bed, by which national count it belongs to; of others, that of a community bed."""
BY_PATHWAY = ("pathway_1_day", "pathway_1_day", "pathway_2_bed_day", "pathway_3_day")
"""Unit cost of a day of intermediate care, by the patient's pathway; without one it is care at home."""
LATE = 15.0
"""Minutes within which a handover is in time."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What services did in the collection period.

    Attributes:
        item: the unit cost that pays for it.
        amount: how much of it, one for each service there is.
        ready: true for bed days after discharge-ready.
    """

    item: str
    amount: Array
    ready: bool = False


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out costs, where the scenario gives unit costs."""
    costs: Costs | None = getattr(facts.scenario, "costs", None)
    if costs is None or not facts.specs:
        return
    done = list(activity(facts))
    paid = [(each, each.amount * _prices(facts, costs, each)) for each in done]
    standing = np.array([_standing(costs, name) for name in facts.groups.services]) * facts.days
    whole = standing + sum(np.nan_to_num(money) for _, money in paid)
    per_day = 1.0 / facts.days
    unpaid = np.logical_or.reduce([np.zeros(len(facts.specs), dtype=bool), *_unpaid(paid)])
    for measure, factor in (("cost_per_day", per_day), ("cost_of_period", 1.0)):
        for level in out.catalogue[measure].levels:
            names, money = facts.groups.added_up(level, whole)
            without = facts.groups.added_up(level, unpaid)[1] > 0
            money[without & (money == 0.0)] = np.nan  # not known, which is not nothing
            out.put(measure, level, names, money * factor)
    out.of_services("cost_outside_beds", np.where(_acute(facts), 0.0, whole), per_day)
    out.of_services("services_without_cost", unpaid)
    if facts.services("ward"):
        ready = sum((np.nan_to_num(money) for each, money in paid if each.ready), np.zeros(len(facts.specs)))
        out.of_services("cost_after_ready", ready, per_day)
    _handover_delay(facts, costs, out)


def _unpaid(paid: list[tuple[Activity, Floats]]) -> list[Bools]:
    """Return, activity by activity, which services did it without a price for it."""
    return [(each.amount > 0) & np.isnan(money) for each, money in paid]


def activity(facts: Facts) -> Iterator[Activity]:
    """Yield what services did, kind by kind, in the units in which they are paid for."""
    for kind, found in _BY_KIND.items():
        if facts.services(kind):
            yield from found(facts)


def _prices(facts: Facts, costs: Costs, done: Activity) -> Floats:
    """Return the price of an activity in each service; not a number where there is none."""
    usual = costs.price(done.item)
    if done.ready:
        ready = costs.price("ready_bed_day")
        usual = usual if ready is None else ready
    prices = np.full(len(facts.specs), np.nan if usual is None else usual)
    for code, name in enumerate(facts.groups.services):
        own = costs.services[name].price if name in costs.services else None
        if own is not None:
            prices[code] = own
    return prices


def _standing(costs: Costs, service: str) -> float:
    return costs.services[service].per_day if service in costs.services else 0.0


def _acute(facts: Facts) -> Array:
    return np.array([s.kind == "ward" and counts_as(s) in ACUTE for s in facts.specs])


def _handover_delay(facts: Facts, costs: Costs, out: Collector) -> None:
    price = costs.price("ambulance_hour")
    view = facts.view("emergency_department")
    if price is None or not view.size or not view.by_ambulance.any():
        return
    late = np.where(view.by_ambulance, np.maximum(handover_minutes(view) - LATE, 0.0), 0.0)
    out.rate("cost_of_handover_delay", view, late / 60.0 * price)


# -- what each kind does -----------------------------------------------------------------------------------


def _attendances(kind: str, item: str) -> Callable[[Facts], Iterator[Activity]]:
    def found(facts: Facts) -> Iterator[Activity]:
        view = facts.view(kind)
        yield Activity(item, view.sums(attended(view)))

    return found


def _seen(kind: str, item: str) -> Callable[[Facts], Iterator[Activity]]:
    def found(facts: Facts) -> Iterator[Activity]:
        view = facts.view(kind)
        yield Activity(item, view.sums(view.reached("started") & ~view.outcome_is(*REFUSED)))

    return found


def _calls(facts: Facts) -> Iterator[Activity]:
    yield Activity("call", facts.view("access").sums())


def _same_day(facts: Facts) -> Iterator[Activity]:
    view = facts.view("same_day_emergency_care")
    yield Activity("sdec_attendance", view.sums(view.reached("accepted") & ~view.outcome_is(*REFUSED)))


def _crews(facts: Facts) -> Iterator[Activity]:
    yield Activity("ambulance_hour", _unit_hours(facts, "crews", "ambulance", busy=True))


def _discharge_teams(facts: Facts) -> Iterator[Activity]:
    yield Activity("staff_hour", _unit_hours(facts, "team", "discharge", busy=False))


def _unit_hours(facts: Facts, resource: str, kind: str, *, busy: bool) -> Floats:
    """Return the hours for which units of a limited pool were busy, or were there, by service."""
    used = units(facts, resource, kind).limited()
    table = used.busy if busy else used.capacity
    services = np.array(used.services, dtype=np.intp)
    return np.bincount(services, table.sum(axis=1), minlength=len(facts.specs)).astype(np.float64)


def _bed_days(facts: Facts) -> Iterator[Activity]:
    view, low, high = facts.view("ward", everyone=True), facts.warm_up, facts.end
    left = view.column("left")
    whole = clipped(view.column("accepted"), left, low, high)
    held = np.where(view.outcome_is("ready"), clipped(view.column("finished"), left, low, high), 0.0)
    in_care, after = view.sums(whole - held) / DAY, view.sums(held) / DAY
    items = [WARDS.get(counts_as(spec), "community_bed_day") for spec in facts.specs]
    for item in dict.fromkeys(items[code] for code in facts.services("ward")):
        mine = np.array([one == item for one in items])
        yield Activity(item, np.where(mine, in_care, 0.0))
        yield Activity(item, np.where(mine, after, 0.0), ready=True)


def _virtual_wards(facts: Facts) -> Iterator[Activity]:
    view = facts.view("virtual_ward", everyone=True)
    days = clipped(view.column("started"), view.column("left"), facts.warm_up, facts.end) / DAY
    yield Activity("virtual_ward_day", view.sums(days))


def _intermediate_care(facts: Facts) -> Iterator[Activity]:
    view = facts.view("intermediate_care", everyone=True)
    days = clipped(view.column("accepted"), view.column("left"), facts.warm_up, facts.end) / DAY
    pathway = view.attribute("pathway")
    for item in dict.fromkeys(BY_PATHWAY):
        codes = [code for code in range(len(PATHWAYS)) if BY_PATHWAY[code] == item]
        yield Activity(item, view.sums(np.where(np.isin(pathway, codes), days, 0.0)))


_BY_KIND: dict[str, Callable[[Facts], Iterator[Activity]]] = {
    "emergency_department": _attendances("emergency_department", "type_1_attendance"),
    "urgent_treatment_centre": _attendances("urgent_treatment_centre", "type_3_attendance"),
    "access": _calls,
    "ambulance": _crews,
    "same_day_emergency_care": _same_day,
    "clinic": _seen("clinic", "clinic_attendance"),
    "urgent_community_response": _seen("urgent_community_response", "community_response"),
    "ward": _bed_days,
    "virtual_ward": _virtual_wards,
    "discharge": _discharge_teams,
    "intermediate_care": _intermediate_care,
}
