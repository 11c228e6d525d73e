"""The plain queueing measures that every service of every kind reports.

The wait runs from arrival to the start of care; where a kind marks no start, to being accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from flowsim.measures.collect import Collector, divided
from flowsim.measures.facts import Facts, Floats, View, present_at_hours, sorted_quantiles
from flowsim.measures.measure import CLIPPED, COUNTED, OUTCOME_KNOWN, SO_FAR, THRESHOLD, Measure
from flowsim.measures.pools import units
from flowsim.units import UNLIMITED

REFUSED = ("refused", "declined", "cancelled", "shut", "full")
"""Outcomes of those who were turned away."""
GAVE_UP = ("left",)
"""Outcomes of those who left before care began."""
OVER = {"15_minutes": 15.0, "1_hour": 60.0, "4_hours": 240.0, "1_day": 1440.0, "1_week": 10080.0}
"""Limits of a wait, minutes."""
PRESENT = {"present_p5": 0.05, "present_median": 0.5, "present_p95": 0.95, "present_max": 1.0}

_service = partial(Measure, area="queueing", levels=("service",))
_pool = partial(Measure, area="queueing", levels=("pool",), at_end=CLIPPED)
_QUANTILES = {"median": (0.5, "median"), "p90": (0.9, "90th percentile"), "p95": (0.95, "95th percentile")}

MEASURES = (
    _service(
        id="arrivals",
        label="Arrivals",
        unit="per day",
        better=None,
        definition="Patients each day who ask for the service.",
        at_end=COUNTED,
    ),
    _service(
        id="served",
        label="Served",
        unit="per day",
        better="higher",
        definition="Patients each day whose care was completed, of those who arrived in the period.",
        at_end=OUTCOME_KNOWN,
    ),
    _service(
        id="refused",
        label="Refused",
        unit="per day",
        better="lower",
        definition="Patients each day who were turned away: full, shut, declined or cancelled.",
        at_end=COUNTED,
    ),
    _service(
        id="refused_share",
        label="Refused, share",
        unit="share",
        better="lower",
        definition="Share of those who asked for the service who were turned away.",
        at_end=COUNTED,
    ),
    _service(
        id="gave_up",
        label="Left before care",
        unit="per day",
        better="lower",
        definition="Patients each day who left before care began.",
        at_end=COUNTED,
    ),
    _service(
        id="still_inside",
        label="Still inside at the end",
        unit="count",
        better=None,
        definition="Patients waiting for the service or in it at the end of the run.",
        at_end="This is that count.",
        decimals=0,
    ),
    _service(
        id="wait_mean",
        label="Wait, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from arrival to the start of care, of those served or still waiting.",
        at_end=SO_FAR,
    ),
    *(
        _service(
            id=f"wait_{suffix}",
            label=f"Wait, {words}",
            unit="minutes",
            better="lower",
            definition=f"Time from arrival to the start of care, {words}, of those served or still waiting.",
            at_end=SO_FAR,
        )
        for suffix, (_, words) in _QUANTILES.items()
    ),
    _service(
        id="waited",
        label="Had to wait",
        unit="share",
        better="lower",
        definition="Share of those served or still waiting whose care did not start at once.",
        at_end=SO_FAR,
    ),
    *(
        _service(
            id=f"wait_over_{name}",
            label=f"Wait over {name.replace('_', ' ')}",
            unit="share",
            better="lower",
            definition=f"Share of those served or still waiting who wait more than {name.replace('_', ' ')}.",
            at_end=THRESHOLD,
        )
        for name in OVER
    ),
    _service(
        id="time_in_service",
        label="Time in care, mean",
        unit="minutes",
        better=None,
        definition="Mean time from the start of care to its end.",
        at_end=SO_FAR,
    ),
    _service(
        id="time_blocked",
        label="Time held after care, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from the end of care to giving up the place, of those whose care is complete.",
        at_end=SO_FAR,
    ),
    _service(
        id="time_total",
        label="Time from arrival to leaving, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from arrival to giving up the place.",
        at_end=SO_FAR,
    ),
    *(
        _service(
            id=f"mean_{name}",
            label=f"Mean number {words}",
            unit="patients",
            better=better,  # type: ignore[arg-type]
            definition=f"Mean number of patients {words}.",
            at_end=CLIPPED,
        )
        for name, words, better in (
            ("waiting", "waiting for care", "lower"),
            ("in_service", "in care", None),
            ("blocked", "held after care", "lower"),
            ("present", "present, waiting included", None),
        )
    ),
    *(
        _service(
            id=name,
            label=f"Number present, {words}",
            unit="patients",
            better=None,
            definition=f"Number of patients present at whole hours, waiting included: {words}.",
            at_end=CLIPPED,
            decimals=0,
        )
        for name, words in zip(
            PRESENT, ("5th percentile", "median", "95th percentile", "maximum"), strict=True
        )
    ),
    _pool(
        id="utilisation",
        label="Utilisation",
        unit="share",
        better=None,
        definition="Mean units busy over mean units there are.",
    ),
    _pool(
        id="units_busy",
        label="Units busy",
        unit="count",
        better=None,
        definition="Mean number of units busy: beds, spaces, crews, staff.",
    ),
    _pool(
        id="units_open",
        label="Units there are",
        unit="count",
        better=None,
        definition="Mean number of units there are.",
    ),
    _pool(
        id="pool_queue",
        label="Waiting for a unit",
        unit="patients",
        better="lower",
        definition="Mean number of patients waiting for a unit.",
    ),
)
"""Measures of this area."""


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
    """Minutes in the collection period that each visit spent waiting, in care, and held after care."""

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
        finished = np.fmin(view.column("finished"), left)
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
    at = {f"wait_{suffix}": probability for suffix, (probability, _) in _QUANTILES.items()}
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
    out.mean("time_blocked", view, view.minutes("finished", "left"), completed)
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
