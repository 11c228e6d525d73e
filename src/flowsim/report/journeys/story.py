"""One patient's visits as a story: steps in order of time, and what the time went on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.measures.format import show
from flowsim.report.journeys.phrases import in_order, is_wait, phrase, waits_for
from flowsim.store.services import IN_PLACE
from flowsim.tables import TIMES, Coded

if TYPE_CHECKING:
    from flowsim.store.journal import Journal

TAKEN_OVER = ("accepted", "turned_away")
"""Moments that end a wait in which the place of the service before is held."""
WORTH_TELLING = 5.0
"""Minutes from which a wait is explained."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a service; times are minutes since the start of the warm-up.

    Attributes:
        service: the service.
        kind: its kind.
        source: the service before; empty if none led here.
        outcome: how it ended; empty while care goes on.
        times: minute of each moment of `TIMES`; not a number where it did not come.
        extra: true for somebody who comes only because an alternative exists, beside this patient.
    """

    service: str
    kind: str
    source: str
    outcome: str
    times: Mapping[str, float]
    extra: bool

    def at(self, moment: str) -> float:
        """Return the minute of a moment; not a number where it did not come."""
        return self.times[moment]

    @property
    def turned_away(self) -> bool:
        """True if the visit ended without being accepted."""
        return isnan(self.at("accepted")) and bool(self.outcome)

    @property
    def passing(self) -> bool:
        """True if nothing is held here, so that what was held before stays held."""
        return self.turned_away or self.kind in IN_PLACE


@dataclass(frozen=True, slots=True)
class Full:
    """A resource that others waited for at the time.

    Attributes:
        resource: its name.
        busy, queue, capacity: means over the hours of the wait.
    """

    resource: str
    busy: float
    queue: float
    capacity: float


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    Attributes:
        minute: when, in minutes since the start of the warm-up.
        service: where.
        moment: one of `TIMES`, or "turned_away".
        text: what, in words.
        after: minutes since the step before in the same visit; 0 for the first.
        held: the service whose place the patient held meanwhile; empty if none.
        full: what others waited for there at the time.
    """

    minute: float
    service: str
    moment: str
    text: str
    after: float = 0.0
    held: str = ""
    full: tuple[Full, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """A time in which the patient held a place after care: in `holder`, waiting for `blocker`."""

    holder: str
    blocker: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to one patient in one replication.

    Attributes:
        uid: the patient; the same person in every scenario of the same seed.
        replication: its number, from 1.
        start: local midnight that minute 0 stands for.
        end: minute at which the run ends.
        who: attribute to value, in words; "demand" is the stream they came with, empty for those who were
            inside when the run began.
        visits: every visit, in order.
        steps: everything that happened, in order of time.
        waiting, care, held: minutes waited without a place, in care, and held in a place after care.
        holds: who held the patient, and by what.
        ended: how it ended, in words.
    """

    uid: int
    replication: int
    start: datetime
    end: float
    who: Mapping[str, str]
    visits: tuple[Visit, ...]
    steps: tuple[Step, ...]
    waiting: float
    care: float
    held: float
    holds: tuple[Hold, ...]
    ended: str

    def when(self, minute: float) -> datetime:
        """Return the local date and time of a minute."""
        return self.start + timedelta(minutes=minute)


class Teller:
    """Tells stories of the patients of one replication.

    Args:
        journal: the replication.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.services = journal.services
        self.occupancy = journal.results.table("occupancy", journal.replication)

    def story(self, row: int) -> Story:
        """Return the story of the patient in a row of the patient table."""
        everyone = self._visits(row)
        visits = [visit for visit in everyone if not visit.extra]
        who = self._who(row)
        steps = sorted(self._steps(visits), key=lambda step: step.minute)
        if visits and not who["demand"]:
            steps = [self._inside(visits[0]), *(step for step in steps if step.minute > 0)]
        waiting, care, held = (sum(part) for part in zip(*self._spent(visits), strict=True))
        return Story(
            uid=int(self.journal.patients["uid"][row]),
            replication=self.journal.replication,
            start=self.journal.start,
            end=self.journal.end,
            who=who,
            visits=tuple(visits),
            steps=tuple(_joined(steps)),
            waiting=waiting,
            care=care,
            held=held,
            holds=tuple(self._holds(visits)),
            ended=self._ended(visits, any(visit.extra for visit in everyone)),
        )

    def _inside(self, visit: Visit) -> Step:
        """Return the first step of a patient whom the run found inside."""
        return Step(0.0, visit.service, "arrived", f"is in {self.services.label(visit.service)} already")

    def _who(self, row: int) -> dict[str, str]:
        names = ("demand", *self.journal.attributes)
        return {name: _word(self.journal.patients[name], row) for name in names}

    def _visits(self, row: int) -> list[Visit]:
        visits = self.journal.visits
        return [self._visit(int(i)) for i in np.flatnonzero(visits["patient"] == row)]

    def _visit(self, i: int) -> Visit:
        visits = self.journal.visits
        service = _word(visits["service"], i)
        return Visit(
            service=service,
            kind=self.services.kinds[service],
            source=_word(visits["source"], i),
            outcome=_word(visits["outcome"], i),
            times={moment: float(visits[moment][i]) for moment in TIMES},
            extra=bool(self.journal.extra[i]),
        )

    # -- steps -------------------------------------------------------------------------------------------

    def _steps(self, visits: Sequence[Visit]) -> Iterator[Step]:
        for i, visit in enumerate(visits):
            holder, last = _holder(visits, i), nan
            for moment, minute in self._moments(visits, i):
                after = 0.0 if isnan(last) else minute - last
                text = self._words(visits, i, moment)
                if text:
                    held = holder.service if holder and after and moment in TAKEN_OVER else ""
                    full = tuple(self._full(visit, moment, last, minute)) if after >= WORTH_TELLING else ()
                    yield Step(minute, visit.service, moment, text, after, held, full)
                last = minute

    def _words(self, visits: Sequence[Visit], i: int, moment: str) -> str:
        """Return what a moment is called, and at the first of a journey that the patient has come back."""
        visit = visits[i]
        text = phrase(visit, moment, self.services, visits[i - 1] if visit.source else None)
        if visit.source or moment != "arrived" or not i or isnan(visits[i - 1].at("left")):
            return text
        return f"after {show(visit.at('arrived') - visits[i - 1].at('left'), 'minutes')} at home, {text}"

    def _moments(self, visits: Sequence[Visit], i: int) -> Iterator[tuple[str, float]]:
        visit = visits[i]
        come = [moment for moment in in_order(visit.kind) if visit.at(moment) <= self.journal.end]
        yield from ((moment, visit.at(moment)) for moment in sorted(come, key=visit.at))
        if visit.turned_away and isnan(visit.at("finished")):
            yield "turned_away", _until(visits, i)
        elif visit.at("left") <= self.journal.end and _following(visits, i) is None:
            yield "left", visit.at("left")

    def _full(self, visit: Visit, moment: str, since: float, until: float) -> Iterator[Full]:
        """Yield what others waited for in a service while the patient waited, the longest queue first."""
        if not is_wait(visit.kind, moment):
            return
        table = self.occupancy
        hours = (table["hour"] >= since // 60) & (table["hour"] <= (until - 1e-6) // 60)
        rows = np.flatnonzero(hours & (table["service"] == visit.service))
        names = table["resource"][rows]
        found = []
        for name in dict.fromkeys(names.tolist()):
            own = rows[names == name]
            busy, queue, capacity = (float(table[one][own].mean()) for one in ("busy", "queue", "capacity"))
            if queue >= 0.5 and waits_for(visit.kind, moment, name):
                found.append(Full(name, busy, queue, capacity))
        yield from sorted(found, key=lambda each: -each.queue)[:2]

    # -- time --------------------------------------------------------------------------------------------

    def _spent(self, visits: Sequence[Visit]) -> Iterator[tuple[float, float, float]]:
        """Yield minutes waiting, in care and held of each visit, as the measures of time spent have it."""
        yield 0.0, 0.0, 0.0
        for i, visit in enumerate(visits):
            holder = _holder(visits, i)
            if holder is not None and visit.kind in IN_PLACE:
                continue  # the time is the ward's
            left = self._stopped(_until(visits, i) if visit.turned_away else visit.at("left"))
            goes_on = _following(visits, i) is not None or (visit.outcome and isnan(visit.at("left")))
            finished = min(self._stopped(visit.at("finished")), left) if goes_on else left
            begins = min(self._stopped(visit.at("started")), finished)
            waited = begins - visit.at("arrived")
            delay = self._delay(visits, i) if holder is not None else 0.0
            yield waited - min(delay, waited), finished - begins, left - finished

    def _holds(self, visits: Sequence[Visit]) -> Iterator[Hold]:
        minutes: dict[tuple[str, str], float] = {}
        for i, visit in enumerate(visits):
            holder = _holder(visits, i)
            if holder is not None and self._delay(visits, i) > 0:
                link = holder.service, visit.service
                minutes[link] = minutes.get(link, 0.0) + self._delay(visits, i)
        for (held_in, waited_for), each in minutes.items():
            yield Hold(held_in, waited_for, each)

    def _delay(self, visits: Sequence[Visit], i: int) -> float:
        """Return minutes from asking for a service to being taken over, or passed on."""
        visit = visits[i]
        until = _until(visits, i) if visit.passing else visit.at("accepted")
        return self._stopped(until) - visit.at("arrived")

    def _stopped(self, minute: float) -> float:
        return self.journal.end if isnan(minute) else min(minute, self.journal.end)

    # -- the end -----------------------------------------------------------------------------------------

    def _ended(self, visits: Sequence[Visit], beside: bool) -> str:
        if not visits:
            return "Never came to a service before the run ended."
        last = visits[-1]
        label = self.services.label(last.service)
        if not last.outcome:
            words = f"Still in or waiting for {label} when the run ended."
        elif isnan(last.at("left")):
            words = f"Still held in {label} when the run ended, after: {self._meaning(last)}."
        else:
            words = f"Left the system from {label}: {self._meaning(last)}."
        also = " Beside this patient somebody came who would not have come at all but for an alternative."
        return words + (also if beside else "")

    def _meaning(self, visit: Visit) -> str:
        return self.services.meaning(visit.service, visit.outcome)


def story_of(journal: Journal, uid: int) -> Story | None:
    """Return the story of a patient; None for one who does not come."""
    rows = np.flatnonzero(journal.patients["uid"] == np.uint64(uid))
    return Teller(journal).story(int(rows[0])) if rows.size else None


def _word(coded: Coded, i: int) -> str:
    code = int(coded.codes[i])
    return "" if code < 0 else str(coded.texts[code])


def _joined(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps; what happens at one minute in one visit is told together."""
    waiting: Step | None = None
    for step in steps:
        if waiting is not None and step.minute == waiting.minute and step.service == waiting.service:
            texts = f"{waiting.text}; {step.text}"
            both = step if step.after else waiting
            waiting = Step(step.minute, step.service, both.moment, texts, both.after, both.held, both.full)
            continue
        if waiting is not None:
            yield waiting
        waiting = step
    if waiting is not None:
        yield waiting


def _holder(visits: Sequence[Visit], i: int) -> Visit | None:
    """Return the visit whose place is held while the i-th asks to be accepted; None if none is."""
    while visits[i].source and i:
        i -= 1
        if not visits[i].passing:
            return visits[i]
    return None


def _following(visits: Sequence[Visit], i: int) -> Visit | None:
    """Return the visit that the i-th led to; None if the patient left from there, or is there still."""
    return visits[i + 1] if i + 1 < len(visits) and visits[i + 1].source else None


def _until(visits: Sequence[Visit], i: int) -> float:
    """Return the minute at which the patient went on from the i-th visit to ask elsewhere, or left."""
    following = _following(visits, i)
    return visits[i].at("left") if following is None else following.at("arrived")


def as_dict(story: Story) -> dict[str, Any]:
    """Return a story as plain values; times as ISO 8601 local time and as minutes since the warm-up began."""
    return {
        "patient": str(story.uid),  # text: it has more digits than many readers of JSON keep
        "replication": story.replication,
        "who": dict(story.who),
        "steps": [
            {
                "time": f"{story.when(step.minute):%Y-%m-%dT%H:%M:%S}",
                "minute": round(step.minute, 3),
                "service": step.service,
                "moment": step.moment,
                "text": step.text,
                "after_minutes": round(step.after, 3),
                "held_in": step.held,
                "others_waiting_for": [_full_as_dict(each) for each in step.full],
            }
            for step in story.steps
        ],
        "waiting_minutes": round(story.waiting, 3),
        "care_minutes": round(story.care, 3),
        "held_minutes": round(story.held, 3),
        "holds": [
            {"held_in": each.holder, "waiting_for": each.blocker, "minutes": round(each.minutes, 3)}
            for each in story.holds
        ],
        "ended": story.ended,
    }


def _full_as_dict(full: Full) -> dict[str, Any]:
    return {
        "resource": full.resource,
        "in_use": round(full.busy, 2),
        "waiting": round(full.queue, 2),
        "capacity": round(full.capacity, 2),
    }
