"""The journal: one flat record per service visit, written as the visit happens.

A visit is a run of ``WIDTH`` doubles in one growing array. Times not reached stay NaN, so a patient who is
still inside when the run ends needs no special treatment: the record is already there.
"""

from __future__ import annotations

from array import array
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

PATIENT, SERVICE, SOURCE, VISIT, OUTCOME, ARRIVED, ACCEPTED, ASSESSED, STARTED, FINISHED, LEFT = range(11)
WIDTH = 11

IDENTITY = {
    "patient": np.int32,
    "service": np.int16,
    "source": np.int16,
    "visit": np.int16,
    "outcome": np.int8,
}
TIMES = ("arrived", "accepted", "assessed", "started", "finished", "left")


class Journal:
    """All visits of one replication, in the order in which they began.

    Attributes:
        cells: the growing array; a visit is addressed by the index of its first cell.
    """

    __slots__ = ("cells",)

    def __init__(self) -> None:
        self.cells: array[float] = array("d")

    @staticmethod
    def blank(service: int) -> array[float]:
        """Return an empty record for a service, ready to be appended: no times, no outcome, no source."""
        record = array("d", [nan] * WIDTH)
        record[SERVICE] = service
        record[SOURCE] = record[OUTCOME] = -1
        record[VISIT] = 0
        return record

    def table(self) -> dict[str, NDArray[Any]]:
        """Return the visits as columns: identities as small integers, times as minutes (NaN: not reached)."""
        matrix = np.frombuffer(self.cells, dtype=float).reshape(-1, WIDTH)
        columns: dict[str, NDArray[Any]] = {
            name: matrix[:, i].astype(kind) for i, (name, kind) in enumerate(IDENTITY.items())
        }
        columns |= {name: matrix[:, ARRIVED + i].copy() for i, name in enumerate(TIMES)}
        return columns
