"""The urgent treatment centre (UTC).

Walk-in patients are assessed, wait by acuity and are treated; a share needs tests and is seen again; some are
transferred to an emergency department. Patients whom NHS 111 booked come at the next free slot and are called
before walk-in patients. After the last-arrival time walk-in patients are sent on; **those inside at closing
are finished**, by a last shift that stays for them.
"""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from flowsim.clock import parse_hours
from flowsim.kernel import Patient, Pool
from flowsim.kernel.journal import ASSESSED, FINISHED, SOURCE, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.services.daytime import (
    AT_ONCE,
    NO_TIME,
    NOBODY,
    LastShift,
    Slots,
    by_appointment,
    ending_earlier,
    is_always,
    turned_away,
)
from flowsim.spec.base import Misfit
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import UNLIMITED, Count, Duration, HoursField, RotaField, Share
from flowsim.vocabulary import ROUTES

HOME, TRANSFER, LEFT, SHUT, FULL, ELSEWHERE = range(6)
NHS_111 = ROUTES.index("nhs_111")
ASSESSMENT, SECOND_LOOK, BOOKED = 0, 3, 4
WALK_IN = (1, 2, 5, 6, 7)
"""Class in which a walk-in patient is called, by acuity: 1 and 2 before everybody else, 3 to 5 after the
booked."""
CLASSES = 8
GONE = -1.0


class UrgentTreatmentCentreSpec(CareSpec):
    """An urgent treatment centre, stand-alone or beside an emergency department (type 3)."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "home": "treated and sent home",
        "transfer": "needs an emergency department; keeps the room until it accepts",
        "left": "left before treatment began",
        "shut": "came after the last-arrival time or before opening, and was sent on",
        "full": "came when the waiting room was full, and was sent on",
        ALTERNATIVE: "went on to an alternative found at the front door or at the outcome",
    }
    DECISIONS: ClassVar[dict[str, str]] = {
        "front_door": "after initial assessment, or on arrival if there is none",
        "outcome": "after treatment, for patients who would otherwise be transferred",
    }

    kind: Literal["urgent_treatment_centre"] = "urgent_treatment_centre"
    hours: HoursField = parse_hours("always")
    """Opening hours. Those inside at closing are finished: the last shift stays for them."""
    last_arrival: Duration = 0.0
    """Walk-in patients are sent on from this long before closing."""
    clinicians: RotaField
    """Clinicians (doctors, nurse and paramedic practitioners) on shift."""
    rooms: Count = UNLIMITED
    """Consulting rooms. A patient keeps the room from being called to leaving, tests included."""
    assessment: ByGroup[Distribution] | None = None
    """Initial assessment of each patient; omitted: there is none."""
    assessors: RotaField | None = None
    """Staff for initial assessment; omitted: the clinicians do it, before anything else."""
    treatment: ByGroup[Distribution]
    """Clinician time: history, examination and treatment."""
    investigated: ByGroup[Share] = ByGroup(0.0)
    """Share of patients who have tests or imaging."""
    investigations: ByGroup[Distribution] = NO_TIME
    """Turnaround of tests and imaging."""
    second_look: ByGroup[Distribution] = NO_TIME
    """Clinician time once results are back."""
    waiting_places: Count = UNLIMITED
    """Places in the waiting room, those in initial assessment included. When all are taken, new walk-in
    patients are sent on."""
    patience: ByGroup[Distribution] | None = None
    """Waiting time after which a patient leaves before treatment; omitted: nobody does."""
    priority_ages: Duration | None = None
    """Patients are called by acuity; waiting this long moves a patient up one step. Omitted: never."""
    transfer: ByGroup[Share] = ByGroup(0.0)
    """Share of the patients treated who turn out to need an emergency department."""
    slots_per_hour: Count = 0
    """Slots that NHS 111 can book in each open hour, evenly spaced. Patients whose route is NHS 111, sent
    straight here or by an access service, come at the next free slot. 0: no booking, they come at once."""
    book_within: Duration | None = None
    """How far ahead slots can be booked; a patient for whom none is free by then comes at once as a walk-in
    patient. Omitted: any time ahead."""

    @model_validator(mode="after")
    def _assessed_by_somebody(self) -> Self:
        if self.assessors is not None and self.assessment is None:
            raise Misfit("assessors have nothing to do: say how long assessment takes", "assessors")
        return self

    def expect(self, flow: Flow) -> Expected:
        """Return the load of staff and rooms while open, and who goes where."""
        expected = Expected()
        if self.assessment is not None:
            who = "clinicians" if self.assessors is None else "assessors"
            expected.load(who, flow, flow.mean(self.assessment))
        flow = flow.after("front_door")
        tested = flow.share(self.investigated)
        work = flow.mean(self.treatment) + tested * flow.mean(self.second_look)
        expected.load("clinicians", flow, work)
        if self.rooms < UNLIMITED:
            expected.load("rooms", flow, work + tested * flow.mean(self.investigations))
        sent = flow.share(self.transfer)
        expected.leave("transfer", (flow * sent).after("outcome"))
        expected.leave("home", flow * (1 - sent))
        return expected

    def refuses(self, resource: str) -> bool:
        """True if patients are sent on or leave, so that no queue grows without end."""
        return self.waiting_places < UNLIMITED or self.patience is not None


class UrgentTreatmentCentre(Service[UrgentTreatmentCentreSpec]):
    """The running centre.

    Journal: *arrived* is at the door (a booked patient arrives at the booked time), *accepted* booking in,
    *assessed* the end of initial assessment, *started* when a clinician begins, *finished* the decision.
    """

    Spec = UrgentTreatmentCentreSpec

    def build(self) -> None:
        """Make clinicians, rooms and assessors."""
        spec = self.spec
        self.clinicians = self.team("clinicians", spec.clinicians, classes=CLASSES)
        self.last_shift = LastShift(self.clinicians)
        self.rooms = self.pool("rooms", spec.rooms, classes=CLASSES)
        self.assessors = self.team("assessors", spec.assessors or NOBODY, classes=CLASSES)
        self.front_door = self.decision("front_door")
        self.outcome = self.decision("outcome")
        self.slots: Slots | None = None
        self.booked: set[int] = set()
        self.seated = 0
        self.phones = frozenset({-1})

    def configure(self, spec: UrgentTreatmentCentreSpec) -> None:
        """Take over hours, rotas, rooms and durations."""
        super().configure(spec)
        self._staff(spec)
        self._open(spec)
        self.treatment = self.duration("treatment", spec.treatment).of
        self.tested = self.chance("investigated", spec.investigated).of
        self.turnaround = self.duration("investigations", spec.investigations).of
        self.second: Any = None
        if spec.second_look != NO_TIME:
            self.second = self.duration("second_look", spec.second_look).of
        self.transfer = self.chance("transfer", spec.transfer).of
        self.patience = None if spec.patience is None else self.duration("patience", spec.patience).of
        self.assessment: Any = None
        if spec.assessment is not None:
            self.assessment = self.duration("assessment", spec.assessment).of

    def _staff(self, spec: UrgentTreatmentCentreSpec) -> None:
        self.clinicians.follow(self.system.shifts(spec.clinicians))
        self.rooms.set_capacity(spec.rooms)
        self.clinicians.ages = self.rooms.ages = spec.priority_ages or inf
        self.limited = spec.rooms < UNLIMITED
        self.entry = self.rooms if self.limited else self.clinicians
        self.triage: Pool = self.clinicians
        if spec.assessors is not None:
            self.assessors.follow(self.system.shifts(spec.assessors))
            self.triage = self.assessors

    def _open(self, spec: UrgentTreatmentCentreSpec) -> None:
        opening = self.last_shift.doors = self.system.opening(spec.hours)
        doors = ending_earlier(opening, spec.last_arrival)
        self.doors = None if is_always(opening) else doors
        given = -inf if self.slots is None else self.slots.given
        self.slots = Slots(doors, spec.slots_per_hour) if spec.slots_per_hour else None
        if self.slots is not None:
            self.slots.given = given
        self.accept = None
        if self.doors is not None or self.slots is not None or spec.waiting_places < UNLIMITED:
            self.accept = self._accept

    def connect(self, pathways: Any, services: Any) -> None:
        """Resolve destinations, and which services book by telephone."""
        super().connect(pathways, services)
        self.phones = frozenset({-1, *(s.index for s in services.values() if s.spec.kind == "access")})

    # -- the door ------------------------------------------------------------------------------------------

    def has_room(self, patient: Patient) -> bool:
        """True if a slot can be booked or, for a walk-in patient, the centre is open and not full."""
        if self.slots is not None and patient.service in self.phones and self._slot_for(patient) < inf:
            return True
        return (self.doors is None or self.doors.is_open(self.env._now)) and not self._is_full()

    def _accept(self, patient: Patient) -> Care:
        """Book a patient whom NHS 111 sends; send on whoever comes too late or finds no place."""
        if self.slots is not None and self.kernel.journal.cells[patient.at + SOURCE] in self.phones:
            slot = self._slot_for(patient)
            if slot < inf:
                self.slots.given = slot
                self.booked.add(patient.number)
                return by_appointment(self, patient, slot)
        if self.doors is not None and not self.doors.is_open(self.env._now):
            return turned_away(SHUT)
        if self._is_full():
            return turned_away(FULL)
        return AT_ONCE

    def _slot_for(self, patient: Patient) -> float:
        """Return the slot that NHS 111 can book for the patient; infinity if none."""
        if self.slots is None or patient.block.codes["route"][patient.row] != NHS_111:
            return inf
        slot, within = self.slots.next_after(self.env._now), self.spec.book_within
        return slot if within is None or slot <= self.env._now + within else inf

    def _is_full(self) -> bool:
        """Say whether a walk-in patient would find neither a place nor somebody to be seen by at once."""
        if self.seated + self.entry.waiting < self.spec.waiting_places:
            return False
        return self.assessment is not None or not self.entry.has_room

    # -- care ----------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Assess, call, treat and decide; nobody who is inside is left behind at closing."""
        if self.doors is None:
            return self._see(patient)
        return self.last_shift.stay_on(patient, self._see)

    def _see(self, patient: Patient) -> Care:  # noqa: C901, PLR0911 - one generator, for speed
        acuity = patient.block.codes["acuity"][patient.row]
        rank = self._class(patient, acuity)
        patience = inf if self.patience is None else self.patience(patient)
        if self.assessment is not None:
            patience = yield from self._assess(patient, acuity, patience)
            if patience < 0.0:
                return LEFT
        if self.front_door is not None and self.front_door.found(patient):
            return ELSEWHERE
        if self.limited:
            patience = yield from self._call_in(patient, rank, patience)
            if patience < 0.0:
                return LEFT
        clinicians, cells, env = self.clinicians, self.cells, self.env
        if (yield clinicians.seize(patient, rank, patience)) is None:
            return LEFT
        cells[patient.at + STARTED] = env._now
        yield self.treatment(patient)
        clinicians.release()
        if self.tested(patient):
            yield self.turnaround(patient)
            if self.second is not None:
                yield clinicians.seize(patient, SECOND_LOOK)
                yield self.second(patient)
                clinicians.release()
        cells[patient.at + FINISHED] = env._now
        if not self.transfer(patient):
            return HOME
        if self.outcome is not None and self.outcome.found(patient):
            return ELSEWHERE
        return TRANSFER

    def _class(self, patient: Patient, acuity: int) -> int:
        if self.booked and patient.number in self.booked:
            self.booked.discard(patient.number)
            return min(BOOKED, WALK_IN[acuity])
        return WALK_IN[acuity]

    def _assess(self, patient: Patient, acuity: int, patience: float) -> Care:
        """Assess; return the patience that is left, or GONE."""
        asked = self.env._now
        self.seated += 1
        priority = ASSESSMENT if self.triage is self.clinicians else acuity
        if (yield self.triage.seize(patient, priority, patience)) is None:
            self.seated -= 1
            return GONE
        patience = max(patience - (self.env._now - asked), 0.0)
        team = self.triage
        yield self.assessment(patient)
        team.release()
        self.seated -= 1
        self.kernel.mark(patient, ASSESSED)
        return patience

    def _call_in(self, patient: Patient, rank: int, patience: float) -> Care:
        """Wait for a room; return the patience that is left, or GONE."""
        asked = self.env._now
        room = yield self.rooms.seize(patient, rank, patience)
        if room is None:
            return GONE
        patient.held = room
        return max(patience - (self.env._now - asked), 0.0)
