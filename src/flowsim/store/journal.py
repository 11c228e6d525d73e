"""Every visit of one replication, read back: who went where, when, and after whom.

The visits of a patient fall into journeys: one from coming to the system to leaving it. Somebody who comes
back has another journey.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.errors import InputError, Problem
from flowsim.model import INDUCED_VISIT
from flowsim.store.services import Services
from flowsim.store.tables import read_parquet, to_codes
from flowsim.tables import TIMES, Coded
from flowsim.vocabulary import ATTRIBUTES

if TYPE_CHECKING:
    from flowsim.store.results import Results

NEEDED = ("patients", "visits")
"""Tables a journal is read from; a run keeps them when asked to."""

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Journal:
    """The visits of one replication, patient by patient and in order.

    Attributes:
        results: the run.
        replication: its number, from 1.
        services: what its services are.
        patients: columns of the patient table: numpy arrays, and `Coded` for words.
        visits: columns of the visit table, ordered by patient and then as the visits began.
        journey: number of the journey of each visit, from 0.
    """

    results: Results
    replication: int
    services: Services
    patients: dict[str, Any]
    visits: dict[str, Any]
    journey: Rows

    @classmethod
    def read(cls, results: Results, replication: int) -> Journal:
        """Read one replication.

        Raises:
            InputError: The run has not kept its patients and visits, or is damaged.
        """
        patients, read = (_read(results, name, replication) for name in NEEDED)
        order = np.lexsort((_extra(read), read["patient"]))  # stable: visits stay as they began
        visits = {name: _taken(column, order) for name, column in read.items()}
        return cls(results, replication, Services.of(results), patients, visits, _journeys(visits))

    @property
    def warm_up(self) -> float:
        """Minutes before the collection period."""
        return self.results.manifest.warm_up_minutes

    @property
    def end(self) -> float:
        """Minute at which the run ends."""
        manifest = self.results.manifest
        return manifest.warm_up_minutes + manifest.horizon_minutes

    @property
    def start(self) -> datetime:
        """Local midnight that minute 0 stands for."""
        first = datetime.fromisoformat(self.results.manifest.start)
        return first - timedelta(minutes=self.warm_up)

    @property
    def size(self) -> int:
        """Number of visits."""
        return int(self.journey.size)

    @property
    def service(self) -> Coded:
        """Service of each visit."""
        coded: Coded = self.visits["service"]
        return coded

    def minutes(self, moment: str) -> Floats:
        """Return the minute of a moment of each visit; not a number where it did not come."""
        times: Floats = self.visits[moment]
        return times

    def attribute(self, name: str) -> Coded:
        """Return an attribute of the patient of each visit."""
        coded: Coded = self.patients[name]
        return Coded(coded.codes[self.visits["patient"]], coded.texts)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of patients that are known, in the order of the vocabulary."""
        return tuple(name for name in ATTRIBUTES if name in self.patients)

    @property
    def uid(self) -> NDArray[np.uint64]:
        """Identifier of the patient of each visit; the same person has the same one in every scenario."""
        uid: NDArray[np.uint64] = self.patients["uid"][self.visits["patient"]]
        return uid

    @cached_property
    def extra(self) -> NDArray[np.bool_]:
        """Visits of people who come only because an alternative exists, beside a patient like them."""
        return _extra(self.visits)

    def of_kind(self, *kinds: str) -> NDArray[np.bool_]:
        """Say which visits are to services of these kinds."""
        texts = self.service.texts
        known = np.array([self.services.kinds.get(name) in kinds for name in texts], dtype=bool)
        found: NDArray[np.bool_] = known[self.service.codes]
        return found

    def part(self, wanted: NDArray[np.bool_]) -> Journal:
        """Return the journal with some of its visits alone."""
        visits = {name: _taken(column, wanted) for name, column in self.visits.items()}
        return replace(self, visits=visits, journey=self.journey[wanted])

    def there(self, first: float, last: float) -> NDArray[np.bool_]:
        """Say which visits belong to journeys of those who were in the system between two minutes."""
        present = (self.minutes("arrived") < last) & ~(self.minutes("left") < first)
        kept = np.zeros(int(self.journey.max(initial=-1)) + 1, dtype=bool)
        kept[self.journey[present]] = True
        return kept[self.journey]

    @property
    def journeys(self) -> int:
        """Number of journeys."""
        return int(np.unique(self.journey).size)


def whole_days(journal: Journal, text: str | None) -> tuple[float, float]:
    """Return the first minute and the minute after the last of the days asked for.

    Args:
        journal: The replication.
        text: "2026-11-10", or "2026-11-10 to 2026-11-16"; None for the collection period.

    Raises:
        InputError: These are no dates, or none of the run's.
    """
    if text is None:
        return journal.warm_up, journal.end
    first, last = _dates(text)
    begins = datetime.combine(first, datetime.min.time())
    ends = datetime.combine(last, datetime.min.time()) + timedelta(days=1)
    span = ((moment - journal.start) / timedelta(minutes=1) for moment in (begins, ends))
    low, high = span
    if not 0 <= low < high < journal.end + 1440:  # the last day begins before the end
        final = journal.start + timedelta(minutes=journal.end - 1)
        allowed = f"{journal.start:%Y-%m-%d} (warm-up) to {final:%Y-%m-%d}"
        raise InputError([Problem(f"{text} is not within the run.", path="--days", allowed=allowed)])
    return low, high


def _dates(text: str) -> tuple[date, date]:
    try:
        first, *rest = (date.fromisoformat(part.strip()) for part in text.split(" to "))
        return first, rest[0] if rest else first
    except ValueError:
        allowed = "a date such as 2026-11-10, or 2026-11-10 to 2026-11-16"
        raise InputError([Problem(f"{text} is not a date.", path="--days", allowed=allowed)]) from None


def _read(results: Results, name: str, replication: int) -> dict[str, Any]:
    return dict(to_codes(read_parquet(results.path_of(name, replication))))


def _extra(visits: dict[str, Any]) -> NDArray[np.bool_]:
    extra: NDArray[np.bool_] = visits["visit"] >= INDUCED_VISIT
    return extra


def _taken(column: Any, rows: NDArray[Any]) -> Any:
    return Coded(column.codes[rows], column.texts) if isinstance(column, Coded) else column[rows]


def _journeys(visits: dict[str, Any]) -> Rows:
    """Number the journeys: a new one begins with a visit that no other led to."""
    patient, extra = visits["patient"], _extra(visits)
    begins = visits["source"].codes < 0
    begins[1:] |= (patient[1:] != patient[:-1]) | (extra[1:] != extra[:-1])
    begins[:1] = True
    return np.cumsum(begins) - 1


__all__ = ["NEEDED", "TIMES", "Journal", "whole_days"]
