"""Same day emergency care (SDEC).

A referred patient takes a chair, is assessed rapidly by a clinician, has tests, is seen again, is observed if
need be, and goes home or is converted to an admission, keeping the chair until a bed accepts. When the chairs
are full, or after the last-referral time, referrals are refused and fall back to where the pathway says.
**Whoever is unfinished at closing is booked back for the next opening or converted.**
"""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar, Literal

from flowsim.clock import parse_hours
from flowsim.kernel import Patient
from flowsim.kernel.journal import FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.services.daytime import NO_TIME, ending_at, is_always, turned_away
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import Clock, Count, HoursField, RotaField, Share
from flowsim.vocabulary import ROUTES

HOME, ADMIT, REFUSED, ELSEWHERE = range(4)
BOOKED_BACK, NEW = 0, 1
SECOND, FIRST = 0, 1
DIRECT = frozenset(ROUTES.index(route) for route in ("nhs_111", "gp", "care_home", "community"))
"""Routes of patients who come straight to SDEC, and so may wait for a chair."""


class SameDayEmergencyCareSpec(CareSpec):
    """Same day emergency care: medical, surgical or frailty."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "home": "treated and sent home",
        "admit": "converted to an admission; keeps the chair until a bed accepts",
        "refused": "no chair, or after the last-referral time; falls back",
        ALTERNATIVE: "went on to an alternative to admission found at the outcome, such as a virtual ward",
    }
    DECISIONS: ClassVar[dict[str, str]] = {
        "outcome": "for patients who would otherwise be converted to an admission",
    }

    kind: Literal["same_day_emergency_care"] = "same_day_emergency_care"
    hours: HoursField = parse_hours("always")
    """Opening hours. At closing, a clinician finishes the patient in hand; everybody else who is unfinished
    is booked back or converted."""
    last_referral: Clock | None = None
    """Time of day after which referrals are refused; omitted: at closing."""
    chairs: Count
    """Chairs, trolleys and couches."""
    clinicians: RotaField
    """Clinicians on shift."""
    queue: Count = 0
    """Patients referred by a GP, NHS 111, a care home or a community team who may wait for a chair at once,
    until closing. Everybody else is refused when no chair is free."""
    first_spell: ByGroup[Distribution]
    """Clinician time for rapid assessment."""
    investigated: ByGroup[Share] = ByGroup(1.0)
    """Share of patients who have tests or imaging and so a second spell."""
    investigations: ByGroup[Distribution] = NO_TIME
    """Turnaround of tests and imaging, from the end of the first spell to results."""
    second_spell: ByGroup[Distribution] = NO_TIME
    """Clinician time after results: decision and treatment."""
    observation: ByGroup[Distribution] = NO_TIME
    """Time in the chair after that, without a clinician: infusion, observation, a repeated test."""
    convert: ByGroup[Share] = ByGroup(0.0)
    """Share of the patients finished here who are converted to an admission."""
    book_back: ByGroup[Share] = ByGroup(0.0)
    """Share of those unfinished at closing who go home and come back at the next opening, where they are
    served first and go on with what was left; the others are converted."""

    def expect(self, flow: Flow) -> Expected:
        """Return the load of chairs and clinicians while open, and who goes where."""
        expected = Expected()
        tested = flow.share(self.investigated)
        work = flow.mean(self.first_spell) + tested * flow.mean(self.second_spell)
        expected.load("clinicians", flow, work)
        rest = tested * flow.mean(self.investigations) + flow.mean(self.observation)
        expected.load("chairs", flow, work + rest)
        converted = flow.share(self.convert)
        expected.leave("admit", (flow * converted).after("outcome"))
        expected.leave("home", flow * (1 - converted))
        return expected

    def refuses(self, resource: str) -> bool:
        """True: a full unit refuses, and nobody waits for a clinician without a chair."""
        return True


class SameDayEmergencyCare(Service[SameDayEmergencyCareSpec]):
    """The running unit.

    Journal: *arrived* is the referral, *accepted* the chair, *started* the first spell, *finished* the
    decision to send home or to convert. A patient who was booked back has one visit that spans the night.
    """

    Spec = SameDayEmergencyCareSpec

    def build(self) -> None:
        """Make chairs and clinicians."""
        self.chairs = self.pool("chairs", self.spec.chairs, classes=2)
        self.clinicians = self.team("clinicians", self.spec.clinicians, classes=2)
        self.outcome = self.decision("outcome")

    def configure(self, spec: SameDayEmergencyCareSpec) -> None:
        """Take over hours, chairs, the rota and durations."""
        super().configure(spec)
        self.chairs.set_capacity(spec.chairs)
        self.clinicians.follow(self.system.shifts(spec.clinicians))
        self.opening = doors = self.system.opening(spec.hours)
        if spec.last_referral is not None:
            doors = ending_at(doors, spec.last_referral, self.system.end)
        self.doors = None if is_always(doors) else doors
        self.first = self.duration("first_spell", spec.first_spell).of
        self.tested = self.chance("investigated", spec.investigated).of
        self.turnaround = self.duration("investigations", spec.investigations).of
        self.second = self.duration("second_spell", spec.second_spell).of
        self.observation = self.duration("observation", spec.observation).of
        self.converts = self.chance("convert", spec.convert).of
        self.comes_tomorrow = self.chance("book_back", spec.book_back).of

    # -- a chair -------------------------------------------------------------------------------------------

    def has_room(self, patient: Patient) -> bool:
        """True if a referral now would get a chair or, sent by telephone, a place to wait for one."""
        if self.doors is not None and not self.doors.is_open(self.env._now):
            return False
        chairs = self.chairs
        if chairs.busy < chairs.limit and not chairs.waiting:
            return True
        return chairs.waiting < self.spec.queue and patient.block.codes["route"][patient.row] in DIRECT

    def accept(self, patient: Patient) -> Care:
        """Take a chair, now or (direct referrals) when one is free before closing; or refuse."""
        return self._sit(patient) if self.has_room(patient) else turned_away(REFUSED)

    def _sit(self, patient: Patient) -> Care:
        chair = None
        while chair is None:
            left = self._left()
            if left <= 0.0:
                return REFUSED
            chair = yield self.chairs.seize(patient, NEW, left)
        self.kernel.let_go(patient)
        patient.held = chair
        return None

    def _left(self) -> float:
        """Minutes until closing; 0 once it is shut."""
        return self.opening.closes_at(self.env._now) - self.env._now

    # -- care ----------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Assess, test, see again, observe; send home or convert."""
        finished = yield from self._steps(patient)
        self.kernel.mark(patient, FINISHED)
        if finished and not self.converts(patient):
            return HOME
        if self.outcome is not None and self.outcome.found(patient):
            return ELSEWHERE
        return ADMIT

    def _steps(self, patient: Patient) -> Care:
        """Go through the steps of care; return False if closing cut them short for good."""
        if not (yield from self._spell(patient, self.first, FIRST)):
            return False
        if self.tested(patient):
            if not (yield from self._results(patient)):
                return False
            if not (yield from self._spell(patient, self.second, SECOND)):
                return False
        return (yield from self._observe(patient))

    def _spell(self, patient: Patient, work: Any, priority: int) -> Care:
        """See a clinician; return False if that was not to be before closing, nor on another day."""
        clinician = None
        while clinician is None:
            left = self._left()
            if left > 0.0:
                clinician = yield self.clinicians.seize(patient, priority, left)
            elif not (yield from self._book_back(patient)):
                return False
        if priority == FIRST:
            self.kernel.mark(patient, STARTED)
        yield work(patient)
        self.clinicians.release()
        return True

    def _results(self, patient: Patient) -> Care:
        """Wait for results; those that come after closing are there when a booked-back patient returns."""
        if (yield from self._sit_out(self.turnaround(patient))):
            return (yield from self._book_back(patient))
        return True

    def _observe(self, patient: Patient) -> Care:
        """Stay in the chair; what is left at closing is done when a booked-back patient returns."""
        rest = yield from self._sit_out(self.observation(patient))
        while rest:
            if not (yield from self._book_back(patient)):
                return False
            rest = yield from self._sit_out(rest)
        return True

    def _sit_out(self, minutes: float) -> Care:
        """Stay in the chair for so long, or until closing; return the minutes that are left over then."""
        while minutes > 0.0:
            left = self._left()
            if left <= 0.0:
                break
            stay = min(minutes, left)
            yield stay
            minutes -= stay
        return minutes

    def _book_back(self, patient: Patient) -> Care:
        """At closing: send home until the next opening, then wait for a chair; return False to convert."""
        env = self.env
        if not self.comes_tomorrow(patient) or self.opening.next_open(env._now) == inf:
            return False
        chair, patient.held = patient.held, None
        assert chair is not None
        chair.vacate()
        while patient.held is None:
            opens = self.opening.next_open(env._now)
            if opens == inf:  # the unit was shut for good meanwhile
                return False
            yield opens - env._now
            patient.held = yield self.chairs.seize(patient, BOOKED_BACK, self._left())
        return True
