"""What one replication leaves behind: plain numpy tables, and nothing else.

Times are minutes since the start of the calendar (minute 0 is the first midnight, where warm-up begins).
The data collection period runs from ``warm_up`` to ``warm_up + horizon``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
"""A table: column name to an array; all arrays equally long."""

PATIENT_COLUMNS: Mapping[str, type[np.generic]] = {
    "uid": np.uint64,
    "demand": np.int16,
    "arrived": np.float64,
    "age": np.int8,
    "fifth": np.int8,
    "acuity": np.int8,
    "stream": np.int8,
    "frailty": np.int8,
    "category": np.int8,
    "pathway": np.int8,
    "route": np.int8,
    "place": np.int8,
}
"""Columns of the patient table: identity, demand stream, minute of first contact, attribute codes."""

TIMES = ("arrived", "accepted", "assessed", "started", "finished", "left")
"""Moments of a visit, in order; not a number where it was not, or not yet, reached."""

VISIT_COLUMNS: Mapping[str, type[np.generic]] = {
    "patient": np.int32,
    "service": np.int16,
    "source": np.int16,
    "visit": np.int16,
    "outcome": np.int8,
    **dict.fromkeys(TIMES, np.float64),
}
"""Columns of the visit table: patient's row, service, the service before (-1: none), count, outcome, times.

``outcome`` is the position in the OUTCOMES of the service's kind, -1 while care goes on.
"""

ESCALATION_WORDS = ("event", "scope", "name", "action", "reason")
"""Columns of the escalation table that hold words; the others are numbers.

Events are ``assessed`` (with score, level and the value of each parameter) and, for an action, ``ordered``,
``activated``, ``stood_down``, ``cancelled``, ``failed`` (with a reason) and ``diverted`` (with patients). The
scope is ``site``, ``place`` or ``system``, the name is empty for the system.
"""

BUSY, QUEUE, CAPACITY = range(3)
"""Positions in the last axis of the occupancy table."""


class Coded:
    """Text that takes few values, kept as a number for each row and the list of texts.

    Args:
        codes: The position in ``texts`` for each row; -1 means not known.
        texts: The texts.
    """

    __slots__ = ("codes", "texts")

    def __init__(self, codes: NDArray[np.integer[Any]], texts: Sequence[str]) -> None:
        self.codes = codes
        self.texts = tuple(texts)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: slice) -> Coded:
        """Return some of the rows."""
        return Coded(self.codes[rows], self.texts)


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication's tables.

    Attributes:
        patients: columns of `PATIENT_COLUMNS`.
        visits: columns of `VISIT_COLUMNS`, in the order in which visits began.
        occupancy: hourly means, shape (hours, pools, 3): units busy, patients queueing, capacity.
        pools: (service, resource) of each pool in `occupancy`.
        services: names of services, in the order of their codes.
        demand: names of demand streams, in the order of their codes.
        start: local midnight that minute 0 stands for.
        warm_up: minutes before the data collection period.
        horizon: minutes of the data collection period.
        info: state changes, CPU seconds, still inside by service, warnings.
        escalation: what was assessed and done, row by row (`ESCALATION_WORDS` and numbers); empty without
            escalation.
    """

    patients: Columns
    visits: Columns
    occupancy: NDArray[np.float32]
    pools: list[tuple[str, str]]
    services: list[str]
    demand: list[str]
    start: datetime
    warm_up: float
    horizon: float
    info: dict[str, Any] = field(default_factory=dict)
    escalation: Mapping[str, NDArray[Any] | Coded] = field(default_factory=dict)

    @property
    def end(self) -> float:
        """Minute at which the data collection period, and the run, ends."""
        return self.warm_up + self.horizon

    @property
    def days(self) -> float:
        """Length of the data collection period in days."""
        return self.horizon / 1440.0
