"""Intermediate care: what a patient needs after hospital before it can be said to be over.

One kind for pathway 1 (home care and reablement: a number of starts a day, and a caseload), pathway 2
(community beds) and pathway 3 (placements). A patient waits where they are, in the ward bed, for a place,
for one of the day's starts, and for the hours in which patients are taken; so slow starts here fill the
hospital.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from math import inf
from typing import Any, ClassVar, Literal

from flowsim.clock import DAY, WEEK, Calendar, Opening, parse_hours, parse_rota
from flowsim.kernel import Patient, Pool
from flowsim.kernel.journal import FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import CareSpec, Service
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import UNLIMITED, Count, Duration, HoursField, RotaField, StayFactor

HOME, REFUSED = range(2)
WITH_PLACE, WITHOUT_PLACE = range(2)
USUAL_WEEK = Calendar(datetime(2018, 1, 8))
"""A Monday of a week without bank holidays."""


def daily(changes: Sequence[tuple[float, int]], opening: Opening, end: float) -> Iterator[tuple[float, int]]:
    """Yield changes of the number of starts: as the rota has it, and none on days without hours.

    Args:
        changes: (minute, number) in ascending order, the first at minute 0.
        opening: hours of starting.
        end: last minute that matters.
    """
    numbers = dict(changes)
    number, last = 0, None
    for minute in sorted({*numbers, *(float(midnight) for midnight in range(0, int(end), DAY))}):
        number = numbers.get(minute, number)
        today = minute // DAY * DAY
        level = number if opening.next_open(today) < today + DAY else 0
        if level != last:
            yield minute, level
        last = level


class IntermediateCareSpec(CareSpec):
    """Packages of care at home, community beds, or placements."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "home": "completed the package or stay",
        "refused": "no place and no room to wait; falls back",
    }

    kind: Literal["intermediate_care"] = "intermediate_care"
    places: Count = UNLIMITED
    """Packages on the caseload, or beds, at once. Once a patient has a start, the place is kept."""
    starts_per_day: RotaField = parse_rota("unlimited")
    """Patients who can start on one day; a number, or numbers by weekday, weekend and bank_holiday. A
    start that is not used is lost at midnight. On days without `start_hours` there is none."""
    start_hours: HoursField = parse_hours("always")
    """Hours in which a patient can leave the bed and start: at any moment of what is left of them that
    day, all moments alike. With always, at once."""
    waiting_places: Count = UNLIMITED
    """Patients who may wait at once; beyond that they are refused. Omitted: unlimited."""
    stay: ByGroup[Distribution]
    """Length of the package or stay."""
    stay_factor: StayFactor = 1.0
    """Multiplies every length: reablement that shortens packages by a fifth is 0.8."""
    turnaround: Duration = 0.0
    """Time before a place can be used again."""

    def expect(self, flow: Flow) -> Expected:
        """Return the mean number of places and of starts in use."""
        expected = Expected()
        stay = flow.mean(self.stay) * self.stay_factor if flow.remaining is None else flow.remaining
        expected.stay("places", flow, stay, self.stay, self.stay_factor)
        expected.load("starts", flow, float(DAY))
        expected.leave("home", flow)
        return expected

    def units(self, resource: str) -> Any:
        """Return the places, or the mean number of starts on a day of the week."""
        if resource != "starts":
            return super().units(resource)
        opening = self.start_hours.compile(USUAL_WEEK, WEEK)
        changes = [*daily(self.starts_per_day.changes(USUAL_WEEK, WEEK), opening, WEEK), (float(WEEK), 0)]
        return sum(level * (until - since) for (since, level), (until, _) in pairwise(changes)) / WEEK

    def refuses(self, resource: str) -> bool:
        """True if only so many may wait."""
        return self.waiting_places < UNLIMITED


class IntermediateCare(Service[IntermediateCareSpec]):
    """The running service.

    Journal: *arrived* is the referral (arrangements in hospital complete), *accepted* and *started* when
    the patient comes, *finished* the end of the package or stay, *left* when the place was given up. A
    start counts as in use until midnight.
    """

    Spec = IntermediateCareSpec

    def build(self) -> None:
        """Make the places and the starts."""
        self.places = self.pool("places", self.spec.places)
        self.starts = self.team("starts", self.spec.starts_per_day, classes=2)
        self.waiting = 0

    def configure(self, spec: IntermediateCareSpec) -> None:
        """Take over places, starts, hours and stay."""
        super().configure(spec)
        self.opening = self.system.opening(spec.start_hours)
        shifts = self.system.shifts(spec.starts_per_day)
        self.starts.follow(list(daily(shifts, self.opening, self.system.end)))
        self.places.set_capacity(spec.places)
        self.places.turnaround = spec.turnaround
        self.stay = self.duration("stay", spec.stay)
        self.moment = self.uniform("start")

    def place(self) -> Pool:
        """Return the places."""
        return self.places

    def has_room(self, patient: Patient) -> bool:
        """True if a place and one of today's starts are free, within the hours."""
        return self.places.has_room and self.starts.has_room and self.opening.is_open(self.env._now)

    # -- a start -------------------------------------------------------------------------------------------

    def accept(self, patient: Patient) -> Care:
        """Wait for a place, for one of a day's starts and for the moment of starting; or refuse."""
        if self.waiting >= self.spec.waiting_places and not self.has_room(patient):
            return REFUSED
        self.waiting += 1
        place = yield from self._start(patient)
        self.waiting -= 1
        self.kernel.let_go(patient)
        patient.held = place
        return None

    def _start(self, patient: Patient) -> Care:
        """Wait until there are a place and one of the day's starts, then for a moment of that day's hours."""
        yield from self._one_of_the_starts(patient, WITHOUT_PLACE)
        if self.places.has_room:
            place = yield self.places.seize(patient)
        else:
            self.starts.release()
            place = yield self.places.seize(patient)
            yield from self._one_of_the_starts(patient, WITH_PLACE)
        now = self.env._now
        self.starts.release_after(DAY - now % DAY)
        opens = self.opening.next_open(now)
        if opens == inf:  # the hours were taken away meanwhile; the start is not
            return place
        closes = self.opening.closes_at(opens)
        moment = opens if closes == inf else opens + self.moment.of(patient) * (closes - opens)
        if moment > now:
            yield moment - now
        return place

    def _one_of_the_starts(self, patient: Patient, priority: int) -> Care:
        """Wait for the hours, then for a start; without hours there is none, until other settings hold."""
        opens = self.opening.next_open(self.env._now)
        if self.env._now < opens < inf:
            yield opens - self.env._now
        yield self.starts.seize(patient, priority)

    # -- the package ---------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Stay for the length of the package."""
        self.kernel.mark(patient, STARTED)
        stay, patient.remaining = patient.remaining, 0.0
        if stay <= 0.0:
            stay = self.stay.of(patient) * self.spec.stay_factor
        yield stay
        self.kernel.mark(patient, FINISHED)
        return HOME
