"""Visits that hold nothing, and the visits that follow them.

A patient who is turned away holds nothing there: what was held before stays held until a later service
accepts. The same is so for a service that works where the patient is, such as discharge planning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SPAN = 2.0**21
"""Above any minute of a run (four years), so that patient, service and minute make one ordered key."""

Array = NDArray[Any]


def followers(visits: Mapping[str, Array], passing: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the visits that directly follow a passing visit, and the passing visit each follows.

    Args:
        visits: columns patient, service, source, arrived and left, in any order of rows.
        passing: which visits hold nothing.
    """
    patient, service, source, arrived, left = (
        visits[name] for name in ("patient", "service", "source", "arrived", "left")
    )
    passed = np.flatnonzero(passing)
    number = int(service.max(initial=0)) + 1
    concerned = np.zeros(int(patient.max(initial=0)) + 1, dtype=bool)
    concerned[patient[passed]] = True
    maybe = np.flatnonzero(source >= 0)
    maybe = maybe[concerned[patient[maybe]]]
    if not passed.size or not maybe.size:
        return maybe[:0], passed[:0]
    keys = _key(patient[passed], service[passed], arrived[passed], number)
    order = np.argsort(keys)
    wanted = _key(patient[maybe], source[maybe], arrived[maybe], number)
    found = np.searchsorted(keys[order], wanted, side="right") - 1
    before = passed[order][np.maximum(found, 0)]
    true = (found >= 0) & (patient[before] == patient[maybe]) & (service[before] == source[maybe])
    true &= (before != maybe) & ~(left[before] < arrived[maybe])
    return maybe[true], before[true]


def roots(size: int, after: NDArray[np.intp], before: NDArray[np.intp]) -> NDArray[np.int32]:
    """Return, for each visit, the first visit of the chain of passing visits that led to it, or itself."""
    previous = np.full(size, -1, dtype=np.int32)
    previous[after] = before
    root = np.arange(size, dtype=np.int32)
    rows = after
    while rows.size:
        root[rows] = previous[root[rows]]
        rows = rows[previous[root[rows]] >= 0]
    return root


def _key(patient: Array, service: Array, minute: Array, number: int) -> NDArray[np.float64]:
    key: NDArray[np.float64] = (patient.astype(np.float64) * number + service) * _SPAN + minute
    return key
