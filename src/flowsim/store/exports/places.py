"""Which bed, crew or room: numbers for places that are all alike in the simulation.

The simulation only counts how many places are in use. Tools that draw or mine a log want to tell them apart,
so each patient gets the lowest number that is free, in order of time.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowsim.store.services import ONCE_STARTED

if TYPE_CHECKING:
    from flowsim.store.journal import Journal

Floats = NDArray[np.float64]


def held_from(journal: Journal) -> Floats:
    """Return the minute from which each visit holds a place; not a number where it never does."""
    from_start = journal.of_kind(*ONCE_STARTED)
    begins = np.where(from_start, journal.minutes("started"), journal.minutes("accepted"))
    has_place = np.array([bool(journal.services.place(name)) for name in journal.service.texts], dtype=bool)
    begins[~has_place[journal.service.codes]] = np.nan
    return begins


def numbered(journal: Journal) -> NDArray[np.int32]:
    """Return the number of the place each visit holds, from 1 in each service; 0 where it holds none."""
    begins = held_from(journal)
    ends = np.where(np.isnan(journal.minutes("left")), np.inf, journal.minutes("left"))
    numbers = np.zeros(journal.size, dtype=np.int32)
    holding = np.flatnonzero(~np.isnan(begins))
    order = holding[np.lexsort((holding, begins[holding], journal.service.codes[holding]))]
    services = journal.service.codes[order]
    bounds = np.flatnonzero(np.diff(services, prepend=-1))
    for rows in np.split(order, bounds[1:]) if order.size else ():
        numbers[rows] = _lowest_free(begins[rows].tolist(), ends[rows].tolist())
    return numbers


def _lowest_free(begins: list[float], ends: list[float]) -> list[int]:
    """Return the lowest number that is free for each interval, in order of their beginning."""
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    given: list[int] = []
    most = 0
    for begin, end in zip(begins, ends, strict=True):
        while busy and busy[0][0] <= begin:
            heappush(free, heappop(busy)[1])
        if free:
            number = heappop(free)
        else:
            most += 1
            number = most
        given.append(number)
        heappush(busy, (max(end, begin), number))
    return given
