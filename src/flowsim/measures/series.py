"""Time series of the headline measures, day by day and by hour of the week, for each site and trust.

Rows are compact: one key (measure, level, group) and a row of numbers. The day of an attendance is the
day of arrival; numbers present are means over the day or hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.clock import HOURS_IN_WEEK, Calendar
from flowsim.measures.ambulance import handover_minutes
from flowsim.measures.collect import divided
from flowsim.measures.definitions.urgent_care import TYPE_1, TYPE_3
from flowsim.measures.facts import Facts, Floats, View, hourly_presence
from flowsim.measures.pools import Units, units
from flowsim.measures.presence import PRESENT, added_up, hourly_by
from flowsim.measures.spells import ACUTE, counts_as, spells, wards
from flowsim.measures.urgent_care import attended, known_at

LEVELS = ("system", "trust", "site")
HOURS = 24
DAY = 1440.0


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """Series of equal length.

    Attributes:
        step: what one column of `values` is: "day" (of the collection period, from 0) or "hour_of_week".
        keys: (measure, level, group) of each row.
        values: shape (keys, steps), in the measure's unit; not a number where there was nobody.
    """

    step: str
    keys: list[tuple[str, str, str]]
    values: NDArray[np.float32]

    def row(self, measure: str, level: str = "system", group: str = "") -> NDArray[np.float32]:
        """Return one series; KeyError if there is none."""
        if (measure, level, group) not in self.keys:
            raise KeyError(f"no series of {measure} for {level} {group}".rstrip())
        series: NDArray[np.float32] = self.values[self.keys.index((measure, level, group))]
        return series

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the series as a long table: measure, level, group, the step, value."""
        steps = self.values.shape[1] if self.keys else 0
        table: dict[str, NDArray[Any]] = {
            name: np.repeat(np.array([key[i] for key in self.keys], dtype=object), steps)
            for i, name in enumerate(("measure", "level", "group"))
        }
        table[self.step] = np.tile(np.arange(steps, dtype=np.int16), len(self.keys))
        table["value"] = self.values.reshape(-1)
        return table


@dataclass(frozen=True, slots=True)
class _Hourly:
    """A measure hour by hour: the ratio of two tables (bottom None: 1), shape (groups, hours).

    `summed` is true for counts, which are added up over a day; else hours are averaged.
    """

    measure: str
    level: str
    names: list[str]
    top: Floats
    bottom: Floats | None
    summed: bool = False


def series(facts: Facts) -> tuple[SeriesTable, SeriesTable]:
    """Return the daily series and the series by hour of the week of one replication.

    Args:
        facts: the replication. Only whole days of the collection period count.
    """
    hourly = list(_all(facts))
    first = int(-(-facts.warm_up // DAY)) * HOURS
    days = max(facts.hours - first, 0) // HOURS
    within = slice(first, first + days * HOURS)
    start = Calendar(facts.replication.start).hour_of_week(first * 60.0)
    hours = (np.arange(days * HOURS) + start) % HOURS_IN_WEEK
    return (
        _table("day", hourly, lambda h, t: _daily(t[:, within], days, summed=h.summed)),
        _table("hour_of_week", hourly, lambda _, t: _by_hour_of_week(t[:, within], hours)),
    )


def _table(step: str, hourly: list[_Hourly], fold: Any) -> SeriesTable:
    keys: list[tuple[str, str, str]] = []
    rows: list[Floats] = []
    for one in hourly:
        keys += [(one.measure, one.level, name) for name in one.names]
        top = fold(one, one.top)
        rows.append(top if one.bottom is None else divided(top, fold(one, one.bottom)))
    values = np.concatenate(rows) if rows else np.empty((0, 0))
    return SeriesTable(step, keys, values.astype(np.float32))


def _daily(table: Floats, days: int, *, summed: bool) -> Floats:
    by_day = table.reshape(table.shape[0], days, HOURS)
    result: Floats = by_day.sum(axis=2) if summed else by_day.mean(axis=2)
    return result


def _by_hour_of_week(table: Floats, hours: NDArray[np.int64]) -> Floats:
    counts = np.bincount(hours, minlength=HOURS_IN_WEEK).astype(np.float64)
    sums = np.array([np.bincount(hours, row, minlength=HOURS_IN_WEEK) for row in table])
    return divided(sums.reshape(-1, HOURS_IN_WEEK), np.tile(counts, (table.shape[0], 1)))


def _all(facts: Facts) -> Iterable[_Hourly]:
    if facts.services(TYPE_1, TYPE_3):
        yield from _attendances(facts)
    if facts.services(TYPE_1):
        yield from _handovers(facts)
    for name, presence in PRESENT.items():
        if facts.services(*presence.kinds):
            for level in LEVELS:
                names, table = hourly_by(facts, name, level)
                yield _Hourly(name, level, names, table, None)
    if facts.services("ward"):
        yield from _beds(facts)
        yield _ready_by_pathway(facts)


def _attendances(facts: Facts) -> Iterable[_Hourly]:
    view = facts.view(TYPE_1, TYPE_3)
    total, here = view.minutes("arrived", "left"), attended(view)
    known = here & known_at(view, total, 240.0)
    arrived = view.column("arrived")
    everyone = _ByHour(view, arrived, here)
    inside, bottom = _ByHour(view, arrived, known & (total <= 240.0)), _ByHour(view, arrived, known)
    for level in LEVELS:
        names, counts = everyone.at(level)
        yield _Hourly("attendances", level, names, counts, None, summed=True)
        top, below = inside.at(level)[1], bottom.at(level)[1]
        yield _Hourly("within_4_hours", level, names, top, below, summed=True)


def _handovers(facts: Facts) -> Iterable[_Hourly]:
    view = facts.view(TYPE_1)
    crews = view.by_ambulance
    if not crews.any():
        return
    minutes, arrived = handover_minutes(view), view.column("arrived")
    total, number = _ByHour(view, arrived, crews, minutes), _ByHour(view, arrived, crews)
    for level in LEVELS:
        names, top = total.at(level)
        yield _Hourly("handover_mean", level, names, top, number.at(level)[1], summed=True)


def _beds(facts: Facts) -> Iterable[_Hourly]:
    acute = units(facts, "beds", "ward", only=lambda s: counts_as(s) == ACUTE[0], whole_run=True).limited()
    for level in LEVELS:
        names, busy, capacity = Units.by(acute, facts, level)
        if names:
            yield _Hourly("bed_occupancy", level, names, busy, capacity)
            yield _Hourly("beds_open", level, names, capacity, None)
    if not wards(facts, *ACUTE):
        return
    found, view = spells(facts), facts.view("ward", everyone=True)
    gone = view.outcome_is("ready") & view.reached("left")
    begun, ended = _ByHour(found.view, found.began, found.first), _ByHour(view, view.column("left"), gone)
    for measure, each in (("admissions", begun), ("discharges", ended)):
        for level in LEVELS:
            yield _Hourly(measure, level, *each.at(level), None, summed=True)


def _ready_by_pathway(facts: Facts) -> _Hourly:
    """Return the discharge-ready patients in ward beds, by discharge pathway."""
    view, level = facts.view("ward", everyone=True), "discharge_pathway"
    grouping = view.grouping(level)
    start = np.where(view.outcome_is("ready"), view.column("finished"), np.nan)
    table = hourly_presence(start, view.column("left"), grouping.codes, len(grouping.names), facts.hours)
    return _Hourly("discharge_ready", level, grouping.names, np.maximum(table, 0.0), None)


class _ByHour:
    """Visits in each hour of the run, counted once by service and added up for every level.

    Args:
        view: the visits.
        moment: the moment that decides the hour.
        which: the visits that count.
        weights: what to add up; None counts visits.
    """

    def __init__(
        self, view: View, moment: Floats, which: NDArray[np.bool_], weights: Floats | None = None
    ) -> None:
        self._facts, self._services, hours = view.facts, view.service_codes, view.facts.hours
        rows = np.flatnonzero(which & (moment < hours * 60.0) & (moment >= 0))
        cells = view.position[rows] * hours + (moment[rows] // 60.0).astype(np.int64)
        chosen = None if weights is None else weights[rows]
        table = np.bincount(cells, chosen, minlength=len(self._services) * hours).astype(np.float64)
        self._table = table.reshape(len(self._services), hours)

    def at(self, level: str) -> tuple[list[str], Floats]:
        """Return the groups of a level of services, and the count or sum in each hour of the run."""
        names, codes = self._facts.groups.of_services(level, self._services)
        return names, added_up(self._table, codes, len(names))
