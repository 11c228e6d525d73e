"""Who is where, hour by hour: numbers present by service, from which peaks and time series are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.facts import Bools, Facts, Floats, View, hourly_presence

if TYPE_CHECKING:
    from flowsim.measures.collect import Collector


@dataclass(frozen=True, slots=True)
class Presence:
    """Patients between two moments of a visit.

    Attributes:
        kinds: kinds of service.
        start, stop: moments of the visit.
        who: which visits count; None for all.
    """

    kinds: tuple[str, ...]
    start: str
    stop: str
    who: Callable[[View], Bools] | None = None


PRESENT = {
    "in_department": Presence(("emergency_department",), "arrived", "left"),
    "boarders": Presence(("emergency_department",), "finished", "left", lambda v: v.outcome_is("admit")),
    "crews_waiting": Presence(("emergency_department",), "arrived", "accepted", lambda v: v.by_ambulance),
    "discharge_ready": Presence(("ward",), "finished", "left", lambda v: v.outcome_is("ready")),
    "waiting_for_bed": Presence(("ward",), "arrived", "accepted"),
}
"""Numbers present that have a daily and weekly series, by name."""


def hourly(facts: Facts, name: str) -> tuple[list[int], Floats]:
    """Return the services of a presence, and the mean number in each hour of the run, service by service."""
    kept = facts.kept.get(name)
    if kept is None:
        presence = PRESENT[name]
        view = facts.view(*presence.kinds, everyone=True)
        start, stop = view.column(presence.start), np.fmin(view.column(presence.stop), view.column("left"))
        if presence.who is not None:
            start = np.where(presence.who(view), start, np.nan)
        table = hourly_presence(start, stop, view.position, len(view.service_codes), facts.hours)
        kept = facts.kept[name] = (view.service_codes, np.maximum(table, 0.0))
    return kept


def hourly_by(facts: Facts, name: str, level: str) -> tuple[list[str], Floats]:
    """Return the groups of a level and the mean number present in each hour of the run in each."""
    services, table = hourly(facts, name)
    names, codes = facts.groups.of_services(level, services)
    return names, added_up(table, codes, len(names))


def added_up(table: Floats, codes: np.ndarray[tuple[int], np.dtype[np.int16]], groups: int) -> Floats:
    """Return the rows of a table added up by group; rows of group -1 are left out."""
    result = np.zeros((groups, *table.shape[1:]))
    for code, row in zip(codes, table, strict=True):
        if code >= 0:
            result[code] += row
    return result


def peak(facts: Facts, out: Collector, measure: str, name: str) -> None:
    """Take in the mean over days of the busiest hour of a presence."""
    for level in out.catalogue[measure].levels:
        names, table = hourly_by(facts, name, level)
        days = facts.whole_days(table)
        out.put(measure, level, names, days.max(axis=2).mean(axis=1) if days.size else [np.nan] * len(names))
