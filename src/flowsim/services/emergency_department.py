"""The emergency department (type 1).

Ambulance patients are handed over in an offload bay (or straight into a space); walk-in patients book in.
After initial assessment and streaming, a patient waits for a space of the right area by acuity and then by
time, sees a clinician in two spells around investigations, and is decided on. **A patient who is to be
admitted keeps the space until a bed accepts**, so a full hospital fills the department, then the offload
bays, and then holds the crews.
"""

from __future__ import annotations

from collections import deque
from math import inf, isnan
from typing import Any, ClassVar, Literal

from flowsim.kernel import Crew, Patient, Pool, seize_first
from flowsim.kernel.journal import ASSESSED, FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.kernel.pool import WAITING
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.services.daytime import AT_ONCE
from flowsim.spec.base import Spec
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix
from flowsim.spec.values import Count, Duration, RotaField, Share
from flowsim.vocabulary import ACUITIES, ROUTES

HOME, ADMIT, LEFT_BEFORE_TREATMENT, ELSEWHERE = range(4)
AMBULANCE = ROUTES.index("ambulance")
CLASSES = len(ACUITIES)


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
    DECISIONS: ClassVar[dict[str, str]] = {
        "front_door": "after initial assessment or handover, before a space is asked for",
        "decision": "when an admission would be decided on",
    }

    kind: Literal["emergency_department"] = "emergency_department"
    assessors: RotaField
    """Initial-assessment (triage) staff on shift."""
    initial_assessment: ByGroup[Distribution]
    """Time a walk-in patient spends in initial assessment."""
    offload_bays: Count = 0
    """Bays in which crews hand over; 0: crews hand over straight into a space."""
    handover: ByGroup[Distribution]
    """Clinical handover of an ambulance patient once a bay or space is free; includes initial assessment."""
    fit_to_sit: ByGroup[Share] = ByGroup(0.0)
    """Share of ambulance patients who go on to the waiting room once they have been handed over, and so free
    the offload bay; the others stay in it until they have a space."""
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
    """Temporary escalation spaces (corridor care) for patients who wait for a bed while others wait for a
    space."""

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

    def units(self, resource: str) -> Any:
        """Return the spaces of an area, or what another resource has."""
        area = self.areas.get(resource)
        return super().units(resource) if area is None else area.spaces

    def refuses(self, resource: str) -> bool:
        """True for an area whose patients may use another's spaces."""
        area = self.areas.get(resource)
        return area is not None and bool(area.overflow)


class EmergencyDepartment(Service[EmergencyDepartmentSpec]):
    """The running department.

    Journal: *arrived* is at the door (with a crew or without), *accepted* booking in or the end of handover,
    *assessed* the end of initial assessment, *started* when a clinician begins, *finished* the decision.
    """

    Spec = EmergencyDepartmentSpec

    def build(self) -> None:
        """Make assessors, bays, areas and clinician teams."""
        spec = self.spec
        self.assessors = self.team("assessors", spec.assessors, classes=CLASSES)
        self.bays = self.pool("offload_bays", spec.offload_bays, classes=CLASSES)
        self.corridor = self.pool("escalation_spaces", spec.escalation_spaces)
        self.in_corridor: Any = CorridorPlace(self)
        self.areas = {name: self.pool(name, a.spaces, classes=CLASSES + 1) for name, a in spec.areas.items()}
        self.teams = {
            name: self.team(f"clinicians.{name}", rota, classes=2 * CLASSES)
            for name, rota in spec.clinicians.items()
        }
        self.boarders: dict[Pool, deque[Patient]] = {area: deque() for area in self.areas.values()}
        self.front_door = self.decision("front_door")
        self.at_decision = self.decision("decision")

    def configure(self, spec: EmergencyDepartmentSpec) -> None:
        """Take over spaces, rotas and durations."""
        super().configure(spec)
        ages = spec.priority_ages or inf
        self.assessors.follow(self.system.shifts(spec.assessors))
        self.bays.set_capacity(spec.offload_bays)
        self.bays.ages = ages
        self.bays.aged_to = 1
        self.corridor.set_capacity(spec.escalation_spaces)
        for name, rota in spec.clinicians.items():
            self.teams[name].follow(self.system.shifts(rota))
            self.teams[name].ages = ages / 2  # a team has two classes for each acuity
            self.teams[name].aged_to = 2
        for name, area in spec.areas.items():
            self.areas[name].set_capacity(area.spaces)
            self.areas[name].ages = ages
            self.areas[name].aged_to = 1  # no wait is long enough to come before immediate need
        self.assessment = self.duration("initial_assessment", spec.initial_assessment).of
        self.handover = self.duration("handover", spec.handover).of
        self.sits = self.chance("fit_to_sit", spec.fit_to_sit).of
        self.area_of = self.system.draws.choice(self.purpose("area"), spec.area).of
        self.patience = None if spec.patience is None else self.duration("patience", spec.patience).of
        self.specialty = self.duration("specialty_review", spec.specialty_review).of
        self.departure = self.duration("departure", spec.departure).of
        self.spaces = {name: self._spaces(name, area) for name, area in spec.areas.items()}
        self.work = {name: self._work(area) for name, area in spec.areas.items()}
        self.fill_corridor()

    def _spaces(self, name: str, area: Area) -> tuple[Pool, Pool | None]:
        """Return an area's own spaces and those it may use when it is full."""
        return self.areas[name], self.areas.get(area.overflow)

    def _work(self, area: Area) -> tuple[Any, ...]:
        """Return an area's team and the draws of its two spells."""
        return (
            self.teams[area.clinicians],
            self.duration("first_spell", area.first_spell).of,
            self.chance("investigated", area.investigated).of,
            self.duration("investigations", area.investigations).of,
            self.duration("second_spell", area.second_spell).of,
        )

    # -- arrival -----------------------------------------------------------------------------------------

    def accept(self, patient: Patient) -> Care:
        """Take over a patient whom a crew brings: bay or space, then handover. Others just book in."""
        if patient.held.__class__ is Crew:
            return self._hand_over(patient)
        first = patient.behind is None  # in a system without an ambulance service, the route alone tells
        if first and patient.block.codes["route"][patient.row] == AMBULANCE:
            return self._hand_over(patient)
        return AT_ONCE

    def _hand_over(self, patient: Patient) -> Care:
        acuity = patient.block.codes["acuity"][patient.row]
        if self.bays.capacity:
            place = yield self.bays.seize(patient, acuity)
        else:
            place = yield self._ask_for_space(patient, acuity)
        yield self.handover(patient)
        self.kernel.let_go(patient)
        self.kernel.mark(patient, ASSESSED)
        if place is self.bays and self.sits(patient):
            place.release()
        else:
            patient.held = place

    def _ask_for_space(self, patient: Patient, acuity: int, patience: float = inf) -> Any:
        pool, overflow = self.spaces[self.area_of(patient)]
        if overflow is None:
            target = pool.seize(patient, acuity, patience)
        else:
            target = seize_first(patient, [(pool, acuity), (overflow, CLASSES)], patience=patience)
        if target is WAITING and self.corridor.capacity:
            self._make_room(pool)
            if overflow is not None:
                self._make_room(overflow)
        return target

    # -- care --------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:  # noqa: C901 - one generator, for speed
        """Assess, stream, place, treat and decide.

        One generator, not one for each step: this is the busiest process of the whole model, and every
        generator inside another costs at each of a patient's moves.
        """
        env, cells, at = self.env, self.cells, patient.at
        acuity = patient.block.codes["acuity"][patient.row]
        patience = inf
        if patient.held is None and self.patience is not None:
            patience = self.patience(patient)
        if isnan(cells[at + ASSESSED]):
            asked = env._now
            if (yield self.assessors.seize(patient, acuity, patience)) is None:
                return LEFT_BEFORE_TREATMENT
            patience -= env._now - asked
            yield self.assessment(patient)
            self.assessors.release()
            cells[at + ASSESSED] = env._now
        if self.front_door is not None and self.front_door.found(patient):
            return ELSEWHERE
        if patient.held is None or patient.held is self.bays:
            asked = env._now
            space = yield self._ask_for_space(patient, acuity, patience)
            if space is None:
                return LEFT_BEFORE_TREATMENT
            patience -= env._now - asked
            if patient.held is not None:
                patient.held.vacate()
            patient.held = space
        team, first, tested, turnaround, second = self.work[self.area_of(patient)]
        if (yield team.seize(patient, 2 * acuity + 1, patience)) is None:
            self._leave_place(patient)
            return LEFT_BEFORE_TREATMENT
        cells[at + STARTED] = env._now
        yield first(patient)
        team.release()
        if tested(patient):
            yield turnaround(patient)
            yield team.seize(patient, 2 * acuity)  # second spells come before new patients of the same acuity
            yield second(patient)
            team.release()
        if patient.block.codes["admission"][patient.row]:
            return (yield from self._admit(patient))
        cells[at + FINISHED] = env._now
        yield self.departure(patient)
        self._leave_place(patient)
        return HOME

    # -- admission ---------------------------------------------------------------------------------------

    def _admit(self, patient: Patient) -> Care:
        """Specialty review, then an alternative to the bed or the decision to admit."""
        yield self.specialty(patient)
        self.cells[patient.at + FINISHED] = self.env._now
        if self.at_decision is not None and self.at_decision.found(patient):
            return ELSEWHERE
        if isinstance(patient.held, Pool):
            self._board(patient, patient.held)
        return ADMIT

    def _board(self, patient: Patient, space: Pool) -> None:
        """From here on the patient waits for a bed, and moves to the corridor when others need the space."""
        boarders = self._boarders_in(space)
        if space.waiting and self.corridor.has_room:  # nobody boards there, or they would have moved before
            self._move(patient, space)
        else:
            boarders.append(patient)

    def _boarders_in(self, space: Pool) -> deque[Patient]:
        """Return who boards in a space, the longest first; the first of them is there for certain."""
        boarders = self.boarders[space]
        while boarders and not _boards(boarders[0], space):
            boarders.popleft()
        return boarders

    def _make_room(self, space: Pool) -> None:
        """Move those who have waited longest for a bed to the corridor while others wait for their spaces."""
        while space.waiting and self.corridor.has_room and self._boarders_in(space):
            self._move(self.boarders[space].popleft(), space)

    def fill_corridor(self) -> None:
        """Move boarders of all areas, the longest first, to places of the corridor that have become free."""
        while self.corridor.has_room:
            needed = [space for space in self.boarders if space.waiting and self._boarders_in(space)]
            if not needed:
                return
            space = min(needed, key=lambda each: self._decided(self.boarders[each][0]))
            self._move(self.boarders[space].popleft(), space)

    def _decided(self, boarder: Patient) -> float:
        """Return since when somebody waits for a bed."""
        assert boarder.behind is not None
        return self.cells[boarder.behind[0] + FINISHED]

    def _move(self, patient: Patient, space: Pool) -> None:
        self.corridor.seize(patient)
        patient.held = self.in_corridor
        space.release()

    def _leave_place(self, patient: Patient) -> None:
        held, patient.held = patient.held, None
        if held is not None:
            held.vacate()


class CorridorPlace:
    """What a patient in the corridor holds: as it is given up, the next boarder can have it."""

    __slots__ = ("department",)

    def __init__(self, department: EmergencyDepartment) -> None:
        self.department = department

    def vacate(self) -> None:
        """Give the place back."""
        self.department.corridor.release()
        self.department.fill_corridor()


def _boards(patient: Patient, space: Pool) -> bool:
    """Say whether a patient still holds a space while waiting for the next service to accept."""
    return patient.held is space and patient.behind is not None
