"""A virtual ward (hospital at home): acute care in the patient's own home, against a caseload of places.

Patients come up to it instead of a bed (step-up: from access, the emergency department, SDEC, urgent
community response or a GP) or down to it from a ward (step-down: the place takes over the last part of the
stay, which the patient brings along). Some get worse and go to the emergency department.
"""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar, Literal

from flowsim.clock import parse_hours, parse_rota
from flowsim.kernel import Patient, Pool
from flowsim.kernel.journal import FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import CareSpec, Service
from flowsim.services.daytime import NO_TIME
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import UNLIMITED, Count, HoursField, RotaField, Share

HOME, DETERIORATED, REFUSED = range(3)
UNSTAFFED = parse_rota("unlimited")
"""The rota of a team that is not modelled: there is always somebody."""


class VirtualWardSpec(CareSpec):
    """Places on the caseload of a virtual ward."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "home": "completed the stay and was discharged",
        "deteriorated": "got worse and needs the emergency department; keeps the place until it accepts",
        "refused": "no place, or not admitting at this hour, and no room to wait",
    }

    kind: Literal["virtual_ward"] = "virtual_ward"
    places: Count
    """Patients who can be looked after at once."""
    hours: HoursField = parse_hours("always")
    """Hours in which new patients are admitted; those inside are looked after at all hours."""
    waiting_places: Count = 0
    """Patients who may wait for a place, or for the hours to begin, where they are (a step-down patient in
    the ward bed); beyond that they are refused. 0: nobody waits."""
    onboarding: RotaField | None = None
    """Staff who admit new patients: consent, equipment, first observations. What a patient held before is
    given up once this is done. Omitted: as many staff as needed."""
    onboarding_time: ByGroup[Distribution] = NO_TIME
    """Staff time to admit one patient."""
    stay: ByGroup[Distribution]
    """Time on the caseload. A patient who steps down from a ward stays for the rest of the ward stay
    instead."""
    deteriorate: ByGroup[Share] = ByGroup(0.0)
    """Share of patients who get worse and go to the emergency department, at any point of the stay alike."""

    def expect(self, flow: Flow) -> Expected:
        """Return the mean number of places and onboarding staff in use, and who goes where."""
        expected = Expected()
        stay = flow.mean(self.stay) if flow.remaining is None else flow.remaining
        worse = flow.share(self.deteriorate)
        onboarding = flow.mean(self.onboarding_time)
        expected.stay("places", flow, stay * (1 - worse / 2), self.stay, whole=stay)
        expected.load("places", flow, onboarding)
        if self.onboarding is not None:
            expected.load("onboarding", flow, onboarding)
        expected.leave("home", flow * (1 - worse))
        expected.leave("deteriorated", flow * worse)
        return expected

    def refuses(self, resource: str) -> bool:
        """True for the places, unless patients may wait for them without limit."""
        return resource == "places" and self.waiting_places < UNLIMITED


class VirtualWard(Service[VirtualWardSpec]):
    """The running virtual ward.

    Journal: *arrived* is the referral, *accepted* and *started* the end of onboarding, *finished* the end
    of the stay (or the moment of getting worse), *left* is when the place was given up.
    """

    Spec = VirtualWardSpec

    def build(self) -> None:
        """Make the places and the onboarding staff."""
        self.places = self.pool("places", self.spec.places)
        self.staff = self.team("onboarding", self.spec.onboarding or UNSTAFFED)
        self.waiting = 0

    def configure(self, spec: VirtualWardSpec) -> None:
        """Take over places, hours, staff and stay."""
        super().configure(spec)
        self.places.set_capacity(spec.places)
        self.staff.follow(self.system.shifts(spec.onboarding or UNSTAFFED))
        self.opening = self.system.opening(spec.hours)
        self.onboarding = self.duration("onboarding_time", spec.onboarding_time)
        self.stay = self.duration("stay", spec.stay)
        self.deteriorates = self.chance("deteriorate", spec.deteriorate)
        self.fraction = self.uniform("deteriorates_after")
        self.went_before = self.uniform("deteriorated_before_start")

    def place(self) -> Pool:
        """Return the places."""
        return self.places

    def settle(self, patient: Patient, stay: float, elapsed: float) -> tuple[Service[Any], float]:
        """Return this ward and the rest of the stay; nothing is left for one who has got worse by now."""
        if self.deteriorates.of(patient) and self.went_before.of(patient) * stay < elapsed:
            return self, 0.0
        return self, stay - elapsed

    def has_room(self, patient: Patient) -> bool:
        """True if a place is free, admissions are open and somebody is on shift to admit."""
        return self._admits() and self.staff.capacity > 0

    def _admits(self) -> bool:
        return self.places.has_room and self.opening.is_open(self.env._now)

    # -- admission -----------------------------------------------------------------------------------------

    def accept(self, patient: Patient) -> Care:
        """Find a place, wait for the hours if need be, and onboard; or refuse."""
        opens = self.opening.next_open(self.env._now)
        if not self._admits() and (self.waiting >= self.spec.waiting_places or opens == inf):
            return REFUSED
        self.waiting += 1
        place = yield self.places.seize(patient)
        closed = self.opening.next_open(self.env._now) - self.env._now
        if 0.0 < closed < inf:  # a place given just before admissions stop for good is kept
            yield closed
        self.waiting -= 1
        minutes = self.onboarding.of(patient)
        if minutes:
            yield self.staff.seize(patient)
            yield minutes
            self.staff.release()
        self.kernel.let_go(patient)
        patient.held = place
        return None

    # -- the stay ------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Stay until discharged home, or until getting worse."""
        self.kernel.mark(patient, STARTED)
        stay, patient.remaining = patient.remaining, 0.0
        if stay <= 0.0:
            stay = self.stay.of(patient)
        worse = self.deteriorates.of(patient)
        yield stay * self.fraction.of(patient) if worse else stay
        self.kernel.mark(patient, FINISHED)
        return DETERIORATED if worse else HOME
