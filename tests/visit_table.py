"""Replications written as timetables: one line for each visit, moments as ``day/hh:mm``, ``-`` for not yet.

A table is what a reader can work through with a pencil: day 0 is the warm-up unless said, and the first line
names the columns (who, service, outcome, from, and any moments of a visit).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hand_made import HandMade

DAY = 1440.0
Measures = dict[tuple[str, str, str], float]


def minute(text: str) -> float:
    """Return the minute of ``day/hh:mm``."""
    day, _, clock = text.partition("/")
    hours, minutes = clock.split(":")
    return int(day) * DAY + int(hours) * 60.0 + int(minutes)


def timetable(
    services: Mapping[str, Mapping[str, Any]],
    text: str,
    people: Mapping[str, Mapping[str, str]] | None = None,
    *,
    warm_up: float = 1.0,
    days: float = 2.0,
) -> HandMade:
    """Return the replication that a timetable tells.

    Args:
        services: as for `HandMade`.
        text: the table; lines that begin with ``#`` are remarks.
        people: attributes of those who are not as usual, by the name in the column ``who``.
        warm_up: days of warm-up.
        days: days of the collection period.
    """
    made = HandMade(services, warm_up=warm_up * DAY, horizon=days * DAY)
    lines = [line.split() for line in text.strip().splitlines() if not line.lstrip().startswith("#")]
    heads, patients = lines[0], {}
    for line in lines[1:]:
        cells = dict(zip(heads, line, strict=True))
        who = cells["who"]
        if who not in patients:
            patients[who] = made.patient(**dict((people or {}).get(who, {})))
        times = {name: minute(cell) for name, cell in cells.items() if "/" in cell}
        outcome, source = (cells.get(name, "-").replace("-", "") for name in ("outcome", "from"))
        made.visit(cells["service"], outcome, patients[who], source, **times)
    return made


def of_system(measured: Measures, measure: str) -> float:
    """Return one measure of the whole system."""
    return measured[measure, "system", ""]
