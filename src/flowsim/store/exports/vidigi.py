"""The event log that vidigi animates.

One row for each event, with the columns ``entity_id, pathway, event_type, event, time, resource_id,
run_number`` and ``timestamp, patient``; read with ``pandas.read_csv`` and hand it to
``vidigi.animation.animate_activity_log``. An entity is one journey: somebody who comes back is another.

Source of the layout: vidigi 2.0.0, `vidigi.logging.BaseEvent` and `vidigi.prep.reshape_for_animations`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.store.exports.places import held_from, numbered
from flowsim.store.exports.writing import as_table, chosen, moments, write_csv
from flowsim.store.tables import coded
from flowsim.tables import Coded

if TYPE_CHECKING:
    from flowsim.store.journal import Journal

Floats = NDArray[np.float64]

EVENT_TYPES = ("arrival_departure", "queue", "resource_use", "resource_use_end")
ARRIVAL_DEPARTURE, QUEUE, USE, USE_END = range(4)
LOG, POSITIONS = "event_log.csv", "event_positions.csv"
PIECE = 200_000
"""Events that are turned to rows at once."""
ACROSS, DOWN = 200, 100
"""Distance of two services on the drawing, in pixels."""


def export(journal: Journal, wanted: NDArray[np.bool_], folder: Path) -> int:
    """Write a replication's event log, and where each event may be drawn; return the number of events.

    Args:
        journal: the whole replication.
        wanted: the visits to export; see `Journal.there`.
        folder: where ``event_log.csv`` and ``event_positions.csv`` are written.
    """
    events = _Events(journal, wanted)
    rows = write_csv(folder / LOG, events.tables())
    write_csv(folder / POSITIONS, [_positions(journal)])
    return rows


class _Events:
    """Events of a replication, gathered kind by kind and then put in order of time."""

    def __init__(self, journal: Journal, wanted: NDArray[np.bool_]) -> None:
        self.journal = journal
        self.rows = np.flatnonzero(wanted)
        self.uses = held_from(journal)[wanted]
        self.numbers = numbered(journal)[wanted]
        self.arrived = journal.minutes("arrived")[wanted]
        self.left = journal.minutes("left")[wanted]
        self.service = journal.service.codes[wanted]
        self.journey = journal.journey[wanted]
        names = journal.service.texts
        self.names = coded(
            ["arrival", "depart", *names, *(f"{n}_wait" for n in names), *(f"{n}_end" for n in names)]
        ).texts
        self.parts: list[tuple[NDArray[Any], ...]] = []

    def tables(self) -> Iterator[Any]:
        """Yield all events in order of time, as tables of some rows each."""
        self._gather()
        row, minute, kind, name, place, rank = (
            np.concatenate(part) for part in zip(*self.parts, strict=True)
        )
        self.parts.clear()
        order = np.lexsort((rank, row, minute))
        for first in range(0, max(order.size, 1), PIECE):
            piece = order[first : first + PIECE]
            yield self._table(*(part[piece] for part in (row, minute, kind, name, place)))

    def _table(self, row: Any, minute: Floats, kind: Any, name: Any, place: Any) -> Any:
        import pyarrow as pa

        visits = self.rows[row]
        table = as_table(
            {
                "entity_id": self.journey[row].astype(np.int64) + 1,
                "pathway": chosen(self.journal.attribute("route"), visits),
                "event_type": Coded(kind, EVENT_TYPES),
                "event": Coded(name, self.names),
                "time": np.round(minute, 4),
                "run_number": np.full(row.size, self.journal.replication, dtype=np.int32),
            }
        )
        numbers = pa.array(place, mask=place == 0)
        table = table.add_column(5, "resource_id", numbers)
        start = np.datetime64(self.journal.start, "ms")
        table = table.append_column("timestamp", moments(start, minute))
        return table.append_column("patient", pa.array(self.journal.uid[visits]).cast(pa.string()))

    def _gather(self) -> None:
        count = len(self.journal.service.texts)
        every = np.arange(self.rows.size)
        first = np.flatnonzero(np.diff(self.journey, prepend=-1))
        last = np.append(first[1:], every.size) - 1 if every.size else every
        use = ~np.isnan(self.uses)
        self._add(first, self.arrived[first], ARRIVAL_DEPARTURE, np.zeros(first.size), rank=0)
        waits = every[~use | (self.uses > self.arrived)]
        self._add(waits, self.arrived[waits], QUEUE, 2 + count + self.service[waits], rank=2)
        used = every[use]
        self._add(used, self.uses[used], USE, 2 + self.service[used], rank=3, places=True)
        ended = used[~np.isnan(self.left[used])]
        self._add(ended, self.left[ended], USE_END, 2 + 2 * count + self.service[ended], rank=1, places=True)
        gone = last[~np.isnan(self.left[last])]
        self._add(gone, self.left[gone], ARRIVAL_DEPARTURE, np.ones(gone.size), rank=4)

    def _add(
        self,
        rows: NDArray[np.intp],
        minute: Floats,
        kind: int,
        name: NDArray[Any],
        *,
        rank: int,
        places: bool = False,
    ) -> None:
        there = minute <= self.journal.end
        rows, minute, name = rows[there], minute[there], name[there]
        place = self.numbers[rows] if places else np.zeros(rows.size, dtype=np.int32)
        kinds, ranks = np.full(rows.size, kind, dtype=np.int32), np.full(rows.size, rank, dtype=np.int8)
        self.parts.append((rows, minute, kinds, name.astype(np.int32), place, ranks))


def _positions(journal: Journal) -> Any:
    """Return where vidigi may draw each event: services below each other, queues beside their places."""
    names = journal.service.texts
    rows: list[tuple[str, int, int, str]] = [("arrival", ACROSS, 0, "Arrival")]
    for i, name in enumerate(names, start=1):
        label = journal.services.label(name)
        rows.append((f"{name}_wait", ACROSS, i * DOWN, f"{label}: waiting"))
        rows.append((name, 3 * ACROSS, i * DOWN, label))
        rows.append((f"{name}_end", 4 * ACROSS, i * DOWN, f"{label}: done"))
    rows.append(("depart", 5 * ACROSS, (len(names) + 1) * DOWN, "Left"))
    return as_table(
        {
            "event": [row[0] for row in rows],
            "x": np.array([row[1] for row in rows]),
            "y": np.array([row[2] for row in rows]),
            "label": [row[3] for row in rows],
        }
    )
