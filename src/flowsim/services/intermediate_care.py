"""Intermediate care: what a patient needs after hospital before it can be said to be over.

One kind for pathway 1 (home care and reablement: a number of starts a day, and a caseload), pathway 2
(community beds) and pathway 3 (placements). A patient waits where they are, in the ward bed, for a place,
for one of the day's starts, and for the hours in which patients are taken; so slow starts here fill the
hospital.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any, ClassVar, Literal

from flowsim.clock import parse_hours, parse_rota
from flowsim.kernel import Patient, Pool
from flowsim.kernel.journal import FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import CareSpec, Service
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import UNLIMITED, Count, Duration, Factor, HoursField, RotaField

HOME, REFUSED = range(2)
DAY = 1440


class IntermediateCareSpec(CareSpec):
    """Packages of care at home, community beds, or placements."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "home": "completed the package or stay",
        "refused": "no place and no room to wait; falls back",
    }

    kind: Literal["intermediate_care"] = "intermediate_care"
    places: Count = UNLIMITED
    """Packages on the caseload, or beds, at once. A place that has been given to a patient is kept until
    they come."""
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
    stay_factor: Factor = 1.0
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
        """Return the starts a day, or the places."""
        return super().units("starts_per_day" if resource == "starts" else resource)

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
        self.starts = self.team("starts", self.spec.starts_per_day)
        self.waiting = 0

    def configure(self, spec: IntermediateCareSpec) -> None:
        """Take over places, starts, hours and stay."""
        super().configure(spec)
        self.opening = self.system.opening(spec.start_hours)
        self.starts.follow(list(self._daily_starts(spec)))
        self.places.set_capacity(spec.places)
        self.places.turnaround = spec.turnaround
        self.stay = self.duration("stay", spec.stay)
        self.moment = self.uniform("start")

    def _daily_starts(self, spec: IntermediateCareSpec) -> Iterator[tuple[float, int]]:
        """Yield changes of the number of starts: as the rota has it, and none on days without hours."""
        changes = self.system.shifts(spec.starts_per_day)
        midnights = range(0, int(self.system.end) + DAY, DAY)
        numbers, last = dict(changes), None
        number = 0
        for minute in sorted({*numbers, *map(float, midnights)}):
            number = numbers.get(minute, number)
            today = minute // DAY * DAY
            level = number if self.opening.next_open(today) < today + DAY else 0
            if level != last:
                yield minute, level
            last = level

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
        place = yield self.places.seize(patient)
        yield from self._start(patient)
        self.waiting -= 1
        self.kernel.let_go(patient)
        patient.held = place
        return None

    def _start(self, patient: Patient) -> Care:
        """Wait for one of a day's starts, then for a moment within that day's hours."""
        env, opening = self.env, self.opening
        shut = opening.next_open(env._now) - env._now
        if shut:
            yield shut
        if self.starts.capacity < UNLIMITED:
            yield self.starts.seize(patient)
            self.starts.release_after(DAY - env._now % DAY)
        opens = opening.next_open(env._now)
        closes = opening.closes_at(opens)
        moment = opens if closes == inf else opens + self.moment.of(patient) * (closes - opens)
        if moment > env._now:
            yield moment - env._now

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
