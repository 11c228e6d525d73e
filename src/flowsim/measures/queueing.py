"""The plain queueing measures that every service of every kind reports.

The wait runs from arrival to the start of care; where a kind marks no start, to being accepted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from flowsim.measures.budget import added, budget, care_begins
from flowsim.measures.collect import Collector, divided
from flowsim.measures.definitions.queueing import GAVE_UP, OVER, PRESENT, QUANTILES, REFUSED
from flowsim.measures.facts import Array, Bools, Facts, Floats, View, sorted_quantiles
from flowsim.measures.pools import units
from flowsim.units import UNLIMITED


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the plain queueing measures of every service."""
    if not facts.specs:
        return
    rows = [_of_service(facts.run_of(code)) for code in range(len(facts.specs))]
    for measure in rows[0]:
        out.put(measure, "service", facts.groups.services, [row[measure] for row in rows])
    _numbers(facts, out)
    _present(facts, out)
    _pools(facts, out)


def _of_service(view: View) -> dict[str, float]:
    """Return the measures of one service, from its visits that arrived in the collection period."""
    refused, gave_up = view.outcome_is(*REFUSED), view.outcome_is(*GAVE_UP)
    begins = care_begins(view, marked=bool(view.reached("started").any()))
    found = dict(_counts(view, refused, gave_up))
    found.update(_waits(view, begins, refused | gave_up))
    found.update(_times(view, begins, refused | gave_up))
    return found


def _counts(view: View, refused: Bools, gave_up: Bools) -> Iterator[tuple[str, float]]:
    per_day = 1.0 / view.facts.days
    served = (view.column("outcome") >= 0) & ~refused & ~gave_up & view.reached("left")
    yield "arrivals", view.size * per_day
    yield "served", np.count_nonzero(served) * per_day
    yield "refused", np.count_nonzero(refused) * per_day
    yield "refused_share", _share(refused, np.ones(view.size, dtype=bool))
    yield "gave_up", np.count_nonzero(gave_up) * per_day


def _waits(view: View, begins: Floats, turned_away: Bools) -> Iterator[tuple[str, float]]:
    served = ~np.isnan(begins) & ~turned_away
    waiting = np.isnan(begins) & (view.column("outcome") < 0)
    wait = np.where(served, begins, view.facts.end) - view.column("arrived")
    counted = served | waiting
    yield "wait_mean", _mean(wait, counted)
    ordered = np.sort(wait[counted])
    at = [probability for probability, _ in QUANTILES.values()]
    found = sorted_quantiles(ordered, at) if ordered.size else np.full(len(at), np.nan)
    yield from zip((f"wait_{suffix}" for suffix in QUANTILES), found.tolist(), strict=True)
    yield "waited", _share(wait > 0, counted)
    for name, limit in OVER.items():
        over = wait > limit
        yield f"wait_over_{name}", _share(over, served | (waiting & over))


def _times(view: View, begins: Floats, turned_away: Bools) -> Iterator[tuple[str, float]]:
    completed = view.reached("finished")
    stop = np.where(completed, view.column("finished"), view.column("left"))
    care = np.where(np.isnan(stop), view.facts.end, stop) - begins
    yield "time_in_service", _mean(care, ~np.isnan(begins) & ~turned_away)
    held = np.where(view.goes_on(), view.minutes("finished", "left"), 0.0)
    yield "time_blocked", _mean(held, completed)
    total = view.minutes("arrived", "left")
    yield "time_total", _mean(total, np.ones(view.size, dtype=bool))


def _mean(values: Floats, counted: Bools) -> float:
    usable = counted & ~np.isnan(values)
    number = np.count_nonzero(usable)
    return added(np.where(usable, values, 0.0)) / number if number else np.nan


def _share(hits: Bools, known: Bools) -> float:
    number = np.count_nonzero(known)
    return np.count_nonzero(hits & known) / number if number else np.nan


def _numbers(facts: Facts, out: Collector) -> None:
    stages, per_minute = budget(facts).stages, 1.0 / (facts.days * 1440.0)
    out.of_services("mean_waiting", stages.waiting, per_minute)
    out.of_services("mean_in_service", stages.care, per_minute)
    out.of_services("mean_blocked", stages.blocked, per_minute)
    out.of_services("mean_present", stages.total, per_minute)


def _present(facts: Facts, out: Collector) -> None:
    """Take in those still inside, and the distribution of the number present at whole hours."""
    numbers, inside = present_at_hours(facts)
    out.put("still_inside", "service", facts.groups.services, inside)
    ordered = np.sort(numbers[:, int(-(-facts.warm_up // 60)) :], axis=1).astype(np.float64)
    if not ordered.shape[1]:
        return
    table = np.array([sorted_quantiles(row, list(PRESENT.values())) for row in ordered])
    for column, measure in enumerate(PRESENT):
        out.put(measure, "service", facts.groups.services, table[:, column])


def present_at_hours(facts: Facts) -> tuple[Array, Array]:
    """Return the numbers present at whole hours, and still inside at the end, waiting included.

    Returns:
        Numbers by service and whole hour of the run, shape (services, hours + 1); and by service.
    """
    changes = np.zeros((len(facts.specs), facts.hours + 1), dtype=np.int64)
    inside = np.zeros(len(facts.specs), dtype=np.int64)
    for code, view in facts.each_run():
        changes[code] += _by_whole_hour(view.column("arrived"), facts.hours + 1)
        changes[code] -= _by_whole_hour(view.column("left"), facts.hours + 1)
        inside[code] += view.size - np.count_nonzero(view.reached("left"))
    return changes.cumsum(axis=1), inside


def _by_whole_hour(moment: Floats, hours: int) -> Array:
    """Return for how many a moment comes by each whole hour, and not by the one before."""
    rounded = np.maximum(np.ceil(moment / 60.0), 0.0)
    return np.bincount(rounded[rounded < hours].astype(np.intp), minlength=hours)


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
