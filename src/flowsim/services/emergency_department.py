"""The emergency department (type 1).

Ambulance patients are handed over in an offload bay (or straight into a space); walk-in patients book in.
After initial assessment and streaming, a patient waits for a space of the right area by acuity and then by
time, sees a clinician in two spells around investigations, and is decided on. **A patient who is to be
admitted keeps the space until a bed accepts**, so a full hospital fills the department, then the offload
bays, and then holds the crews.
"""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar, Literal

from flowsim.kernel import Patient
from flowsim.kernel.journal import ASSESSED, FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.spec.base import Spec
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix
from flowsim.spec.values import Count, Duration, RotaField, Share
from flowsim.vocabulary import ACUITIES, ROUTES

HOME, ADMIT, LEFT_BEFORE_TREATMENT, ELSEWHERE = range(4)
AMBULANCE = ROUTES.index("ambulance")


class Area(Spec):
    """A part of the department with its own spaces: resus, majors, minors, paediatrics."""

    spaces: Count
    """Cubicles, bays or rooms."""
    clinicians: str = "main"
    """Which of the department's `clinicians` rotas sees these patients."""
    first_spell: ByGroup[Distribution]
    """Clinician time before investigations: history, examination, first decisions."""
    investigated: ByGroup[Share]
    """Share of patients who have tests or imaging and so a second spell."""
    investigations: ByGroup[Distribution]
    """Turnaround of tests and imaging, from the end of the first spell to results."""
    second_spell: ByGroup[Distribution]
    """Clinician time after results."""
    overflow: str = ""
    """Another area whose free spaces may be used when this one is full; empty: none."""


class EmergencyDepartmentSpec(CareSpec):
    """A type 1 emergency department, open all hours."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "home": "treated and sent home",
        "admit": "decided to admit; keeps the space until a bed accepts",
        "left": "left before treatment began",
        ALTERNATIVE: "went on to an alternative found at the front door or at the decision",
    }
    DECISIONS: ClassVar[tuple[str, ...]] = ("front_door", "decision")

    kind: Literal["emergency_department"] = "emergency_department"
    assessors: RotaField
    """Initial-assessment (triage) staff on shift."""
    initial_assessment: ByGroup[Distribution]
    """Time a walk-in patient spends in initial assessment."""
    offload_bays: Count = 0
    """Bays in which crews hand over; 0: crews hand over straight into a space."""
    handover: ByGroup[Distribution]
    """Clinical handover of an ambulance patient once a bay or space is free; includes initial assessment."""
    areas: dict[str, Area]
    """Areas of the department, by name."""
    area: ByGroup[Mix]
    """The area in which a patient is treated."""
    clinicians: dict[str, RotaField]
    """Decision-making clinicians on shift, by team."""
    priority_ages: Duration | None = None
    """Waiting this long counts as one acuity higher; omitted: priority never ages."""
    patience: ByGroup[Distribution] | None = None
    """Waiting time after which a walk-in patient leaves before treatment; omitted: nobody leaves."""
    specialty_review: ByGroup[Distribution]
    """From the end of emergency care to the decision to admit, in the space."""
    departure: ByGroup[Distribution]
    """From the decision to leaving, for those who go home: medicines, letters, transport."""
    escalation_spaces: Count = 0
    """Temporary escalation spaces (corridor care) for patients who wait for a bed while others wait for a space."""

    def expect(self, flow: Flow) -> Expected:
        """Return the mean load of spaces and staff, ignoring every wait but care itself."""
        ambulance = flow.is_in("route", "ambulance")
        expected = Expected()
        expected.load("assessors", flow * ~ambulance, flow.mean(self.initial_assessment))
        handover = flow.mean(self.handover)
        if self.offload_bays:
            expected.load("offload_bays", flow * ambulance, handover)
        flow = flow.after("front_door")
        admitted = flow.admission
        for name, area in self.areas.items():
            here = flow * flow.share_of(self.area, name)
            clinician = flow.mean(area.first_spell)
            tested = flow.share(area.investigated)
            stay = clinician + tested * flow.mean(area.investigations)
            clinician = clinician + tested * flow.mean(area.second_spell)
            stay = stay + tested * flow.mean(area.second_spell) + admitted * flow.mean(self.specialty_review)
            stay = stay + (1 - admitted) * flow.mean(self.departure)
            expected.load(name, here, stay)
            expected.load(f"clinicians.{area.clinicians}", here, clinician)
        expected.leave("admit", (flow * admitted).after("decision"))
        expected.leave("home", flow * (1 - admitted))
        return expected


class EmergencyDepartment(Service[EmergencyDepartmentSpec]):
    """The running department."""

    Spec = EmergencyDepartmentSpec

    def build(self) -> None:
        """Make assessors, bays, areas and clinician teams."""
        spec = self.spec
        ages = spec.priority_ages or inf
        classes = len(ACUITIES)
        self.assessors = self.team("assessors", spec.assessors, classes=classes)
        self.bays = self.pool("offload_bays", spec.offload_bays, classes=classes)
        self.corridor = self.pool("escalation_spaces", spec.escalation_spaces)
        self.areas = {
            name: self.pool(name, area.spaces, classes=classes, ages=ages) for name, area in spec.areas.items()
        }
        self.teams = {
            name: self.team(f"clinicians.{name}", rota, classes=2 * classes, ages=ages)
            for name, rota in spec.clinicians.items()
        }
        self.front_door = self.decision("front_door")
        self.at_decision = self.decision("decision")

    def configure(self, spec: EmergencyDepartmentSpec) -> None:
        """Take over spaces, rotas and durations."""
        super().configure(spec)
        self.assessors.follow(self.system.shifts(spec.assessors))
        self.bays.set_capacity(spec.offload_bays)
        self.corridor.set_capacity(spec.escalation_spaces)
        for name, rota in spec.clinicians.items():
            self.teams[name].follow(self.system.shifts(rota))
        for name, area in spec.areas.items():
            self.areas[name].set_capacity(area.spaces)
        self.assessment = self.duration("initial_assessment", spec.initial_assessment)
        self.handover = self.duration("handover", spec.handover)
        self.area_of = self.system.draws.choice(self.purpose("area"), spec.area)
        self.patience = None if spec.patience is None else self.duration("patience", spec.patience)
        self.specialty = self.duration("specialty_review", spec.specialty_review)
        self.departure = self.duration("departure", spec.departure)
        self.work = {name: self._work(name, area) for name, area in spec.areas.items()}

    def _work(self, name: str, area: Area) -> tuple[Any, ...]:
        """Return an area's pool, overflow, team and the draws of its two spells."""
        return (
            self.areas[name],
            self.areas.get(area.overflow),
            self.teams[area.clinicians],
            self.duration("first_spell", area.first_spell),
            self.chance("investigated", area.investigated),
            self.duration("investigations", area.investigations),
            self.duration("second_spell", area.second_spell),
        )

    # -- arrival -----------------------------------------------------------------------------------------

    def accept(self, patient: Patient) -> Care:
        """Take over an ambulance patient: bay or space, then clinical handover. Others just book in."""
        if patient.block.codes["route"][patient.row] != AMBULANCE:
            return None
        acuity = patient.block.codes["acuity"][patient.row]
        if self.bays.capacity:
            place = yield self.bays.seize(patient, acuity)
        else:
            place = yield self._ask_for_space(patient, acuity)
        yield self.handover.of(patient)
        self.kernel.let_go(patient)
        patient.held = place
        self.kernel.mark(patient, ASSESSED)
        return None

    def _ask_for_space(self, patient: Patient, acuity: int, patience: float = inf) -> Any:
        pool, overflow = self.work[self.area_of.of(patient)][:2]
        if overflow is not None and not pool.has_room and overflow.has_room:
            pool = overflow
        return pool.seize(patient, acuity, patience)

    # -- care --------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Assess, stream, place, treat and decide."""
        acuity = patient.block.codes["acuity"][patient.row]
        arrived = patient.held is not None
        if not arrived:
            yield self.assessors.seize(patient, acuity)
            yield self.assessment.of(patient)
            self.assessors.release()
            self.kernel.mark(patient, ASSESSED)
        if self.front_door is not None and self.front_door.found(patient):
            return ELSEWHERE
        patience = inf
        if self.patience is not None and not arrived:
            patience = self.patience.of(patient)
        _, _, team, first, tested, turnaround, second = self.work[self.area_of.of(patient)]
        asked = self.env._now
        if patient.held is None or patient.held is self.bays:
            space = yield self._ask_for_space(patient, acuity, patience)
            if space is None:
                return LEFT_BEFORE_TREATMENT
            if patient.held is not None:
                patient.held.release()
            patient.held = space
        if patience is not inf:
            patience = max(patience - (self.env._now - asked), 0.0)
        if (yield team.seize(patient, 2 * acuity + 1, patience)) is None:
            self._leave_place(patient)
            return LEFT_BEFORE_TREATMENT
        self.kernel.mark(patient, STARTED)
        yield first.of(patient)
        team.release()
        if tested.of(patient):
            yield turnaround.of(patient)
            yield team.seize(patient, 2 * acuity)
            yield second.of(patient)
            team.release()
        if patient.block.codes["admission"][patient.row]:
            return (yield from self._admit(patient))
        self.kernel.mark(patient, FINISHED)
        yield self.departure.of(patient)
        self._leave_place(patient)
        return HOME

    def _admit(self, patient: Patient) -> Care:
        """Specialty review, then an alternative to the bed or the decision to admit."""
        yield self.specialty.of(patient)
        self.kernel.mark(patient, FINISHED)
        if self.at_decision is not None and self.at_decision.found(patient):
            return ELSEWHERE
        held = patient.held
        if held is not None and held.waiting and self.corridor.has_room:
            patient.held = yield self.corridor.seize(patient)
            held.release()
        return ADMIT

    def _leave_place(self, patient: Patient) -> None:
        held, patient.held = patient.held, None
        if held is not None:
            held.release()
