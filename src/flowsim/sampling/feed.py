"""The stream of all patients of a run, in order of time, made four weeks at a time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from flowsim.clock import Calendar
from flowsim.sampling.arrivals import (
    BLOCK_HOURS,
    BLOCK_MINUTES,
    Arrivals,
    arrivals,
    at_rate,
    block_of,
    block_start,
    day_factors,
    shape_of,
)
from flowsim.sampling.blocks import Block, Codes
from flowsim.sampling.cells import casemix_of
from flowsim.sampling.draws import Draws
from flowsim.sampling.people import People
from flowsim.sampling.uniforms import Floats, Words
from flowsim.spec.demand import DemandSpec
from flowsim.spec.people import CaseMix

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario

T = TypeVar("T")


@dataclass(frozen=True)
class Segment:
    """Demand that holds from a minute on.

    Attributes:
        minute: minutes since the start of the calendar.
        spec: the demand.
        casemix: what its patients are like.
    """

    minute: float
    spec: DemandSpec
    casemix: CaseMix


@dataclass(frozen=True)
class Cohort:
    """Everyone who arrives in one block of the calendar, in order of time.

    Attributes:
        blocks: the patients of each stream; streams without any are left out.
        times: minutes since the start of the calendar, ascending; at a tie the earlier stream comes first.
        who: the block of each arrival.
        rows: its row there.
    """

    blocks: list[Block]
    times: list[float]
    who: list[Block]
    rows: list[int]


class Stream:
    """One demand stream over the whole run.

    Args:
        name: its name; two streams of the same name have the same people.
        index: its position among the streams.
        segments: its settings over time; the first holds from the start.
        draws: the replication's draws.
        surge: a factor for each hour from minute 0, 1 after its end; None: no surge.
    """

    def __init__(
        self, name: str, index: int, segments: Sequence[Segment], draws: Draws, surge: Floats | None = None
    ) -> None:
        self.name = name
        self.index = index
        self.segments = list(segments)
        self._draws = draws
        self._surge = surge
        self._people: list[People] = []
        self._people_of = self._gather()

    def blocks(self, calendar: Calendar, number: int, end: float) -> list[Block]:
        """Return the patients who arrive in a block of the calendar, from minute 0 and before `end`.

        There is one block, or one after the other if the stream is sent to another service meanwhile.
        """
        start = block_start(calendar, number)
        first = max(i for i, s in enumerate(self.segments) if i == 0 or s.minute <= start)
        holding = [s for s in self.segments[first + 1 :] if s.minute < start + BLOCK_MINUTES]
        shapes: dict[Any, tuple[Floats, Floats]] = {}
        curves = [
            (s.minute, self._curve(s.spec, calendar, number, shapes))
            for s in (self.segments[first], *holding)
        ]
        found = arrivals(self.name, self._draws, calendar, number, curves)
        low, high = np.searchsorted(found.minutes, [0.0, end])
        segment = found.curve[low:high] + first
        return self._cut(Arrivals(found.uid[low:high], found.minutes[low:high], segment))

    def _curve(
        self, spec: DemandSpec, calendar: Calendar, number: int, shapes: dict[Any, tuple[Floats, Floats]]
    ) -> Floats:
        """Return a rate curve; the days of a wave differ in the rate alone and share their `shapes`."""
        parts = (id(spec.profile), id(spec.weekdays), id(spec.months), spec.bank_holiday, spec.day_variation)
        if parts not in shapes:
            days = day_factors(self.name, spec, self._draws, number)
            shapes[parts] = shape_of(spec, calendar, number, days)
        curve = at_rate(spec.per_day, *shapes[parts])
        if self._surge is None:
            return curve
        hours = round(block_start(calendar, number) / 60.0) + np.arange(BLOCK_HOURS)
        inside = (hours >= 0) & (hours < len(self._surge))
        curve[inside] *= self._surge[hours[inside]]
        return curve

    def _gather(self) -> list[int]:
        """Make a `People` for each different kind of segment; return which one each segment uses."""
        kinds: list[tuple[CaseMix, object, str]] = []
        used = []
        for segment in self.segments:
            kind = (segment.casemix, segment.spec.place, segment.spec.route)
            if kind not in kinds:
                kinds.append(kind)
                people = People(segment.casemix, segment.spec.place, segment.spec.route, self._draws)
                self._people.append(people)
            used.append(kinds.index(kind))
        return used

    def _cut(self, found: Arrivals) -> list[Block]:
        """Make blocks, cut where the service that the stream is sent to changes."""
        moved = [i for i, (a, b) in enumerate(pairwise(self.segments), start=1) if a.spec.to != b.spec.to]
        cuts = [0, *np.searchsorted(found.curve, moved).tolist(), len(found.uid)]
        return [
            self._block(Arrivals(found.uid[low:high], found.minutes[low:high], found.curve[low:high]))
            for low, high in pairwise(cuts)
            if high > low
        ]

    def _block(self, found: Arrivals) -> Block:
        to = self.segments[int(found.curve[0])].spec.to
        attrs = self._attributes(found.uid, found.curve)
        block = Block(self.name, self.index, to, uid=found.uid, times=found.minutes, attrs=attrs)
        self._draws.admit(block)
        return block

    def _attributes(self, uid: Words, segment: np.ndarray[tuple[int], np.dtype[np.intp]]) -> dict[str, Codes]:
        if len(self._people) == 1:
            return self._people[0].attributes(uid)
        kind = np.array(self._people_of).take(segment)
        attrs: dict[str, Codes] = {}
        for number in np.unique(kind):
            rows = np.flatnonzero(kind == number)
            for name, codes in self._people[number].attributes(uid[rows]).items():
                attrs.setdefault(name, np.zeros(len(uid), dtype=np.int8))[rows] = codes
        return attrs


class Feed:
    """Everyone who comes during a run, one `Cohort` for each block of the calendar that it touches.

    Blocks are made when they are asked for, so memory stays bounded however long the run.

    Args:
        scenario: the scenario; its demand and case mixes may change at dates.
        calendar: fixes minute 0.
        end: the run's last minute; nobody comes at or after it.
        draws: the replication's draws.
        base: row in the patient table of the first patient.
        surges: for a stream, a factor for each hour from minute 0.
    """

    def __init__(
        self,
        scenario: Scenario,
        calendar: Calendar,
        end: float,
        draws: Draws,
        *,
        base: int = 0,
        surges: Mapping[str, Floats] | None = None,
    ) -> None:
        factors = surges or {}
        self.streams = [
            Stream(name, index, segments_of(scenario, name), draws, factors.get(name))
            for index, name in enumerate(scenario.demand)
        ]
        self.calendar = calendar
        self.end = end
        self.base = base

    def __iter__(self) -> Iterator[Cohort]:
        """Yield the cohorts in order of time."""
        last = block_of(self.calendar, math.nextafter(self.end, 0.0))
        for number in range(block_of(self.calendar, 0.0), last + 1):
            yield self.cohort(number)

    def cohort(self, number: int) -> Cohort:
        """Return everyone who arrives in one block of the calendar, and number their rows."""
        blocks = [b for stream in self.streams for b in stream.blocks(self.calendar, number, self.end)]
        for block in blocks:
            block.base = self.base
            self.base += len(block)
        return merged(blocks)


def merged(blocks: list[Block]) -> Cohort:
    """Return the patients of several blocks in order of time."""
    if not blocks:
        return Cohort([], [], [], [])
    times = np.concatenate([block.times for block in blocks])
    order = np.argsort(times, kind="stable")
    which = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])[order]
    rows = np.concatenate([np.arange(len(block)) for block in blocks])[order]
    who = [blocks[i] for i in which.tolist()]
    return Cohort(blocks, times[order].tolist(), who, rows.tolist())


def segments_of(scenario: Scenario, name: str) -> list[Segment]:
    """Return a stream's settings over time, a new segment wherever its demand or its case mix changes."""
    demand: list[tuple[float, DemandSpec]] = scenario.specs_over_time(name, "demand")
    named = {spec.casemix for _, spec in demand if isinstance(spec.casemix, str) and spec.casemix}
    mixes = {mix: scenario.specs_over_time(mix, "casemix") for mix in sorted(named)}
    minutes = {minute for minute, _ in demand}
    minutes.update(minute for changes in mixes.values() for minute, _ in changes)
    segments = []
    for minute in sorted(minutes):
        spec = _holding(demand, minute)
        now = {mix: _holding(changes, minute) for mix, changes in mixes.items()}
        segments.append(Segment(minute, spec, casemix_of(spec, now)))
    return segments


def _holding(changes: Sequence[tuple[float, T]], minute: float) -> T:
    """Return what holds at a minute: the last change at or before it, or the first there is."""
    return changes[max(bisect_right(changes, minute, key=lambda change: change[0]) - 1, 0)][1]
