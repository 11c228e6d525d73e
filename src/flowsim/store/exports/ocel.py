"""An object-centric event log: OCEL 2.0 as JSON.

Patients, services, and the crews, beds, spaces, rooms and chairs they hold are objects; an event is related
to all that take part in it. So the log tells what a log by patient cannot: the crew that waits at the door,
the bed that is kept. The file is written event by event.

Source of the layout: OCEL 2.0 Specification (ocel-standard.org), JSON format.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.store.exports.places import numbered
from flowsim.store.exports.writing import whole_file
from flowsim.tables import TIMES

if TYPE_CHECKING:
    from flowsim.store.journal import Journal

EVENTS = {
    "arrived": "asks for",
    "accepted": "is taken on by",
    "assessed": "is assessed by",
    "started": "care begins in",
    "finished": "care ends in",
    "left": "leaves",
}
"""Moment of a visit to the first words of the type of event; the kind of service follows."""
ALWAYS = "1970-01-01T00:00:00.000Z"
"""Time of attributes that do not change."""
PIECE = 50_000
"""Events that are turned to text at once."""


def export(journal: Journal, wanted: NDArray[np.bool_], path: Path) -> int:
    """Write a replication's object-centric log; return the number of events.

    Times are local and written as if they were UTC, as the format has no time without a zone.

    Args:
        journal: the whole replication.
        wanted: the visits to export; see `Journal.there`.
        path: the JSON file.
    """
    log = _Log(journal, wanted)
    with whole_file(path) as stream:
        stream.write(b'{"objectTypes":')
        _write(stream, log.object_types())
        stream.write(b',\n"eventTypes":')
        _write(stream, log.event_types())
        stream.write(b',\n"objects":[\n')
        _write_each(stream, log.objects())
        stream.write(b'\n],\n"events":[\n')
        count = _write_each(stream, log.events())
        stream.write(b"\n]}\n")
    return count


def _write(stream: IO[bytes], content: Any) -> None:
    stream.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _write_each(stream: IO[bytes], items: Iterator[dict[str, Any]]) -> int:
    """Write items with commas between them; return how many there were."""
    count = 0
    for item in items:
        if count:
            stream.write(b",\n")
        _write(stream, item)
        count += 1
    return count


class _Log:
    """One replication as objects and events."""

    def __init__(self, journal: Journal, wanted: NDArray[np.bool_]) -> None:
        self.numbers = numbered(journal)[wanted]
        self.journal = journal.part(wanted)
        self.names = self.journal.service.texts
        self.kinds = [self.journal.services.kinds[name].replace("_", " ") for name in self.names]
        self.held = self._held()

    def _held(self) -> NDArray[np.intp]:
        """Return for each visit the visit whose place is held until this one accepts; -1 for none."""
        journal = self.journal
        source = journal.visits["source"].codes
        before = np.arange(journal.size) - 1
        held = np.where(source >= 0, before, -1)
        passing = np.isnan(journal.minutes("accepted")) | journal.of_kind("discharge")
        for _ in range(8):  # chains of services that hold nothing are short
            again = (held >= 0) & passing[held]
            if not again.any():
                break
            held[again] = held[held[again]]
        has_place = self.numbers > 0
        return np.where((held >= 0) & has_place[held], held, -1)

    # -- types -------------------------------------------------------------------------------------------

    def object_types(self) -> list[dict[str, Any]]:
        """Return the types of objects, each with its attributes."""
        text = [{"name": name, "type": "string"} for name in self.journal.attributes]
        places = sorted({self.journal.services.place(name) for name in self.names} - {""})
        return [
            {"name": "patient", "attributes": text},
            {
                "name": "service",
                "attributes": [{"name": "kind", "type": "string"}, {"name": "label", "type": "string"}],
            },
            *({"name": place, "attributes": [{"name": "number", "type": "integer"}]} for place in places),
        ]

    def event_types(self) -> list[dict[str, Any]]:
        """Return the types of events: each moment of each kind of service."""
        attributes = [{"name": "outcome", "type": "string"}]
        kinds = sorted(set(self.kinds))
        return [
            {"name": f"{words} {kind}", "attributes": attributes if moment in ("finished", "left") else []}
            for kind in kinds
            for moment, words in EVENTS.items()
        ]

    # -- objects -----------------------------------------------------------------------------------------

    def objects(self) -> Iterator[dict[str, Any]]:
        """Yield every object that takes part in some event."""
        yield from self._services()
        yield from self._places()
        yield from self._patients()

    def _services(self) -> Iterator[dict[str, Any]]:
        services = self.journal.services
        for name, kind in zip(self.names, self.kinds, strict=True):
            values = {"kind": kind, "label": services.label(name)}
            yield {"id": f"service:{name}", "type": "service", "attributes": _fixed(values)}

    def _places(self) -> Iterator[dict[str, Any]]:
        services = self.journal.services
        for code, name in enumerate(self.names):
            place = services.place(name)
            own = self.numbers[self.journal.service.codes == code]
            for number in np.unique(own[own > 0]).tolist():
                yield {
                    "id": f"{place}:{name}:{number}",
                    "type": place,
                    "attributes": _fixed({"number": number}),
                    "relationships": [{"objectId": f"service:{name}", "qualifier": "belongs to"}],
                }

    def _patients(self) -> Iterator[dict[str, Any]]:
        journal = self.journal
        rows = np.unique(journal.visits["patient"])
        uids = journal.patients["uid"]
        words = {name: journal.patients[name] for name in journal.attributes}
        for row in rows.tolist():
            values = {
                name: coded.texts[coded.codes[row]] for name, coded in words.items() if coded.codes[row] >= 0
            }
            yield {"id": f"patient:{uids[row]}", "type": "patient", "attributes": _fixed(values)}

    # -- events ------------------------------------------------------------------------------------------

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield every event, in order of time."""
        minutes = np.column_stack([self.journal.minutes(moment) for moment in TIMES])
        rows, moments = np.nonzero(minutes <= self.journal.end)  # false where it did not come
        order = np.lexsort((moments, rows, minutes[rows, moments]))
        start = np.datetime64(self.journal.start, "ms")
        for first in range(0, order.size, PIECE):
            part = order[first : first + PIECE]
            row, moment = rows[part], moments[part]
            when = start + np.rint(minutes[row, moment] * 60_000).astype("timedelta64[ms]")
            texts = np.datetime_as_string(when, unit="ms").tolist()
            for i, each in enumerate(zip(row.tolist(), moment.tolist(), texts, strict=True), start=first + 1):
                yield self._event(i, *each)

    def _event(self, number: int, row: int, moment: int, when: str) -> dict[str, Any]:
        visits, name = self.journal.visits, TIMES[moment]
        service = int(visits["service"].codes[row])
        outcome = int(visits["outcome"].codes[row])
        attributes = []
        if name in ("finished", "left") and outcome >= 0:
            attributes = [{"name": "outcome", "value": visits["outcome"].texts[outcome]}]
        return {
            "id": f"event:{number}",
            "type": f"{EVENTS[name]} {self.kinds[service]}",
            "time": f"{when}Z",
            "attributes": attributes,
            "relationships": list(self._related(row, name, service)),
        }

    def _related(self, row: int, moment: str, service: int) -> Iterator[dict[str, str]]:
        """Yield what takes part: the patient, the service, the place used, and the place still held."""
        uid = self.journal.patients["uid"][self.journal.visits["patient"][row]]
        yield {"objectId": f"patient:{uid}", "qualifier": "patient"}
        yield {"objectId": f"service:{self.names[service]}", "qualifier": "at"}
        if self.numbers[row] and moment != "arrived":
            yield {"objectId": self._place(row), "qualifier": "uses"}
        before = int(self.held[row])
        if before >= 0 and moment in ("arrived", "accepted"):
            qualifier = "holds meanwhile" if moment == "arrived" else "gives up"
            yield {"objectId": self._place(before), "qualifier": qualifier}

    def _place(self, row: int) -> str:
        name = self.names[int(self.journal.service.codes[row])]
        return f"{self.journal.services.place(name)}:{name}:{self.numbers[row]}"


def _fixed(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return attributes that never change."""
    return [{"name": name, "time": ALWAYS, "value": value} for name, value in values.items()]
