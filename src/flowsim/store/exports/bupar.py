"""An event log for bupaR: a CSV file with the start and the completion of each activity.

A case is one journey. Each visit is up to three activities: waiting, care, and being held after care.

Source of the layout: bupaR, `eventlog(case_id, activity_id, activity_instance_id, lifecycle_id, timestamp,
resource_id)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.store.exports.places import numbered
from flowsim.store.exports.writing import as_table, chosen, moments, write_csv
from flowsim.store.tables import coded
from flowsim.tables import Coded

if TYPE_CHECKING:
    from flowsim.store.journal import Journal

Floats = NDArray[np.float64]

LIFECYCLE = ("start", "complete")
ACTIVITIES = ("waiting", "care", "held")
PIECE = 100_000
"""Visits that are turned to rows at once."""


def export(journal: Journal, wanted: NDArray[np.bool_], path: Path) -> int:
    """Write a replication's event log; return the number of rows, two for each activity.

    Args:
        journal: the whole replication.
        wanted: the visits to export; see `Journal.there`.
        path: the CSV file.
    """
    places = numbered(journal)[wanted]
    part = journal.part(wanted)
    resources = _resources(part, places)
    spans = _spans(part)
    first = np.cumsum([0, *(len(rows) for rows, _, _ in spans)])
    tables = (
        _table(part, kind, span, int(first[kind]), part.service if not kind else resources, piece=piece)
        for kind, span in enumerate(spans)
        for piece in _pieces(span[0].size)
    )
    return write_csv(path, tables)


def _pieces(size: int) -> list[slice]:
    return [slice(i, i + PIECE) for i in range(0, max(size, 1), PIECE)]


def _spans(journal: Journal) -> list[tuple[NDArray[np.intp], Floats, Floats]]:
    """Return for each activity its visits, and the minutes from which and to which it lasted."""
    arrived, begins, finished, left = map(journal.minutes, ("arrived", "started", "finished", "left"))
    waited = np.fmin(begins, left)  # those whose care never began waited until they left
    goes_on = np.append(journal.journey[1:] == journal.journey[:-1], np.zeros(min(journal.size, 1), bool))
    ends = np.where(np.isnan(finished) | ~goes_on, left, finished)
    return [
        _lasting(arrived, waited, waited > arrived),
        _lasting(begins, np.maximum(ends, begins), ~np.isnan(begins)),
        _lasting(finished, left, goes_on & (left > finished)),
    ]


def _lasting(
    start: Floats, stop: Floats, there: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], Floats, Floats]:
    rows = np.flatnonzero(there & ~np.isnan(stop))
    return rows, start[rows], stop[rows]


def _resources(journal: Journal, places: NDArray[np.int32]) -> Coded:
    """Return the place of each visit, such as "ward bed 12", or the service where it has none."""
    names = journal.service.texts
    words = [f"{name} {journal.services.place(name)}".strip() for name in names]
    most = int(places.max(initial=0)) + 1
    codes, each = np.unique(journal.service.codes.astype(np.int64) * most + places, return_inverse=True)
    texts = [f"{words[code // most]} {code % most}" if code % most else names[code // most] for code in codes]
    return Coded(each, texts)


def _table(
    journal: Journal, kind: int, span: tuple[Any, ...], first: int, resources: Coded, *, piece: slice
) -> Any:
    """Return the rows of one activity of some visits: for each its start, then its completion."""
    import pyarrow as pa

    rows, start, stop = (part[piece] for part in span)
    twice = np.repeat(rows, 2)
    minutes = np.column_stack((start, stop)).ravel()
    names = coded([f"{name}: {ACTIVITIES[kind]}" for name in journal.service.texts]).texts
    instance = np.repeat(np.arange(rows.size) + first + (piece.start or 0) + 1, 2)
    table = as_table(
        {
            "case_id": journal.journey[twice] + 1,
            "activity": Coded(journal.service.codes[twice], names),
            "activity_instance_id": instance,
            "lifecycle_id": Coded(np.tile(np.arange(2), rows.size), LIFECYCLE),
            "resource_id": chosen(resources, twice),
            **{name: chosen(journal.attribute(name), twice) for name in journal.attributes},
            "replication": np.full(twice.size, journal.replication, dtype=np.int32),
        }
    )
    when = moments(np.datetime64(journal.start, "ms"), minutes)
    table = table.add_column(4, "timestamp", when)
    return table.append_column("patient", pa.array(journal.uid[twice]).cast(pa.string()))
