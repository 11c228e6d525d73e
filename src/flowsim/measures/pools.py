"""Occupancy of pools: beds, spaces, crews and teams, from the hourly occupancy table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.measures.collect import divided
from flowsim.measures.presence import added_up
from flowsim.tables import BUSY, CAPACITY, QUEUE
from flowsim.units import UNLIMITED

if TYPE_CHECKING:
    from flowsim.measures.collect import Collector
    from flowsim.measures.facts import Facts, Floats


@dataclass(frozen=True, slots=True)
class Units:
    """Units of some pools, hour by hour.

    Attributes:
        services: code of the service each row belongs to.
        busy, queue, capacity: hourly means over the collection period, shape (rows, hours).
    """

    services: Sequence[int]
    busy: Floats
    queue: Floats
    capacity: Floats

    def limited(self) -> Units:
        """Return the rows whose capacity has a limit; occupancy means nothing for the others."""
        rows = [i for i in range(len(self.services)) if self.capacity[i].max(initial=0.0) < UNLIMITED / 2]
        services = [self.services[row] for row in rows]
        return Units(services, self.busy[rows], self.queue[rows], self.capacity[rows])

    def by(self, facts: Facts, level: str) -> tuple[list[str], Floats, Floats]:
        """Return the groups of a level, and busy and capacity by hour in each."""
        names, codes = facts.groups.of_services(level, self.services)
        names = names if self.services else []
        return names, added_up(self.busy, codes, len(names)), added_up(self.capacity, codes, len(names))


def units(
    facts: Facts,
    resource: str | None,
    *kinds: str,
    only: Callable[[Any], bool] | None = None,
    whole_run: bool = False,
) -> Units:
    """Return the units of one resource in services of some kinds.

    Args:
        facts: the replication.
        resource: name of the resource; None for all.
        kinds: kinds of service; all if none is named.
        only: further condition on a service's specification.
        whole_run: from minute 0, not only the collection period.
    """
    replication = facts.replication
    codes = {replication.services[code]: code for code in facts.services(*kinds)}
    rows = [
        row
        for row, (service, name) in enumerate(replication.pools)
        if service in codes
        and resource in (None, name)
        and (only is None or only(facts.specs[codes[service]]))
    ]
    first = 0 if whole_run else int(-(-facts.warm_up // 60))
    table = replication.occupancy[first : facts.hours][:, rows].astype(np.float64)
    services = [codes[replication.pools[row][0]] for row in rows]
    return Units(services, table[:, :, BUSY].T, table[:, :, QUEUE].T, table[:, :, CAPACITY].T)


def mean_busy(facts: Facts, out: Collector, measure: str, used: Units) -> None:
    """Take in the mean number of units busy."""
    for level in out.catalogue[measure].levels:
        names, busy, _ = used.by(facts, level)
        if names:
            out.put(measure, level, names, _mean(busy))


def mean_capacity(facts: Facts, out: Collector, measure: str, used: Units) -> None:
    """Take in the mean number of units there are."""
    for level in out.catalogue[measure].levels:
        names, _, capacity = used.by(facts, level)
        if names:
            out.put(measure, level, names, _mean(capacity))


def mean_occupancy(facts: Facts, out: Collector, measure: str, used: Units) -> None:
    """Take in mean busy units over mean units there are."""
    for level in out.catalogue[measure].levels:
        names, busy, capacity = used.by(facts, level)
        if names:
            out.put(measure, level, names, divided(_mean(busy), _mean(capacity)))


def peak_occupancy(facts: Facts, out: Collector, measure: str, used: Units) -> None:
    """Take in occupancy at the hour of the day at which it is highest on average."""
    for level in out.catalogue[measure].levels:
        names, busy, capacity = used.by(facts, level)
        days = busy.shape[1] // 24
        if names and days:
            by_hour = divided(_by_hour_of_day(busy, days), _by_hour_of_day(capacity, days))
            out.put(measure, level, names, np.fmax.reduce(by_hour, axis=1))


def share_of_days_over(facts: Facts, out: Collector, measures: dict[str, float], used: Units) -> None:
    """Take in the share of days on which mean occupancy was above a limit: measure id to limit."""
    for level in out.catalogue[next(iter(measures))].levels:
        names, busy, capacity = used.by(facts, level)
        days = busy.shape[1] // 24
        if not names or not days:
            continue
        daily = divided(_by_day(busy, days), _by_day(capacity, days))
        for measure, limit in measures.items():
            out.put(measure, level, names, (daily > limit).mean(axis=1))


def _mean(table: Floats) -> Floats:
    if not table.shape[1]:
        return np.full(table.shape[0], np.nan)
    means: Floats = table.mean(axis=1)
    return means


def _by_hour_of_day(table: Floats, days: int) -> Floats:
    means: Floats = table[:, : days * 24].reshape(table.shape[0], days, 24).mean(axis=1)
    return means


def _by_day(table: Floats, days: int) -> Floats:
    means: Floats = table[:, : days * 24].reshape(table.shape[0], days, 24).mean(axis=2)
    return means
