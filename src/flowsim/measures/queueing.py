"""The plain queueing measures that every service of every kind reports.

The wait runs from arrival to the start of care; where a kind marks no start, to being accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.measures.collect import Collector, divided
from flowsim.measures.definitions.queueing import GAVE_UP, OVER, PRESENT, QUANTILES, REFUSED
from flowsim.measures.facts import Facts, Floats, View, present_at_hours, sorted_quantiles
from flowsim.measures.pools import units
from flowsim.units import UNLIMITED


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the plain queueing measures of every service."""
    if not facts.specs:
        return
    view = facts.view()
    _counts(facts, view, out)
    _waits(view, out)
    _times(view, out)
    _numbers(facts, out)
    _distribution(facts, out)
    _pools(facts, out)


def care_begins(view: View) -> Floats:
    """Return the minute at which care begins; by service, the start or, where none is marked, acceptance."""
    kept = view.kept.get("begins")
    if kept is None:
        kept = view.column("started")
        unmarked = (view.sums() > 0) & (view.sums(view.reached("started")) == 0)
        if unmarked[view.service_codes].any():
            kept = np.where(view.of_service(unmarked), view.column("accepted"), kept)
        view.kept["begins"] = kept
    return kept


@dataclass(frozen=True, slots=True)
class Stages:
    """Minutes in the collection period that each visit spent waiting, in care, and held after care.

    Held are those who go on to another service; for those who do not, care lasts until they leave.
    """

    waiting: Floats
    care: Floats
    blocked: Floats
    total: Floats


def stages(view: View) -> Stages:
    """Return the stages of each visit; waiting, care and blocked add up to the total."""
    kept = view.facts.kept.get("stages")
    if not isinstance(kept, Stages):
        low, high = view.facts.warm_up, view.facts.end
        left = np.fmin(view.column("left"), high)
        finished = np.where(view.goes_on(), np.fmin(view.column("finished"), left), left)
        begins = np.fmin(care_begins(view), finished)
        arrived = np.maximum(view.column("arrived"), low)
        for moment in (begins, finished, left):
            np.maximum(moment, low, out=moment)
        kept = Stages(begins - arrived, finished - begins, left - finished, left - arrived)
        view.facts.kept["stages"] = kept
    return kept


def _counts(facts: Facts, view: View, out: Collector) -> None:
    known = view.column("outcome") >= 0
    refused, gave_up = view.outcome_is(*REFUSED), view.outcome_is(*GAVE_UP)
    out.rate("arrivals", view)
    out.rate("served", view, known & ~refused & ~gave_up & view.reached("left"))
    out.rate("refused", view, refused)
    out.share("refused_share", view, refused)
    out.rate("gave_up", view, gave_up)
    everyone = facts.view(everyone=True)
    out.count("still_inside", everyone, ~everyone.reached("left"))


def _waits(view: View, out: Collector) -> None:
    begins = care_begins(view)
    served = ~np.isnan(begins) & ~view.outcome_is(*REFUSED, *GAVE_UP)
    waiting = np.isnan(begins) & (view.column("outcome") < 0)
    wait = np.where(served, begins, view.facts.end) - view.column("arrived")
    counted = served | waiting
    out.mean("wait_mean", view, wait, counted)
    at = {f"wait_{suffix}": probability for suffix, (probability, _) in QUANTILES.items()}
    out.quantiles(at, view, wait, counted)
    out.share("waited", view, wait > 0, counted)
    for name, limit in OVER.items():
        over = wait > limit
        out.share(f"wait_over_{name}", view, over, served | (waiting & over))


def _times(view: View, out: Collector) -> None:
    begins = care_begins(view)
    completed = view.reached("finished")
    stop = np.where(completed, view.column("finished"), view.column("left"))
    care = np.where(np.isnan(stop), view.facts.end, stop) - begins
    out.mean("time_in_service", view, care, ~np.isnan(begins) & ~view.outcome_is(*REFUSED, *GAVE_UP))
    held = np.where(view.goes_on(), view.minutes("finished", "left"), 0.0)
    out.mean("time_blocked", view, held, completed)
    out.mean("time_total", view, view.minutes("arrived", "left"))


def _numbers(facts: Facts, out: Collector) -> None:
    view = facts.view(everyone=True)
    parts = stages(view)
    out.per_period("mean_waiting", view, parts.waiting)
    out.per_period("mean_in_service", view, parts.care)
    out.per_period("mean_blocked", view, parts.blocked)
    out.per_period("mean_present", view, parts.total)


def _distribution(facts: Facts, out: Collector) -> None:
    view = facts.view(everyone=True)
    first = int(-(-facts.warm_up // 60))
    numbers = present_at_hours(view)[:, first:]
    if not numbers.shape[1]:
        return
    ordered = np.sort(numbers, axis=1)
    table = np.array([sorted_quantiles(row, list(PRESENT.values())) for row in ordered])
    names = [facts.groups.services[code] for code in view.service_codes]
    for column, measure in enumerate(PRESENT):
        out.put(measure, "service", names, table[:, column])


def _pools(facts: Facts, out: Collector) -> None:
    used = units(facts, None)
    if not used.busy.size:
        return
    names = [f"{service}.{resource}" for service, resource in facts.replication.pools]
    limited = used.capacity.max(axis=1) < UNLIMITED / 2
    busy, there = used.busy.mean(axis=1), np.where(limited, used.capacity.mean(axis=1), np.nan)
    out.put("utilisation", "pool", names, divided(busy, there))
    out.put("units_busy", "pool", names, busy)
    out.put("units_open", "pool", names, there)
    out.put("pool_queue", "pool", names, used.queue.mean(axis=1))
