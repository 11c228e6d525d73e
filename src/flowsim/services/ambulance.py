"""The ambulance service of one area.

A 999 call may be closed on the telephone (hear and treat) or passed to an alternative; otherwise it queues
for a crew by category. The crew travels to the patient, treats, and leaves them there (see and treat), passes
them to an alternative, or conveys them. **A crew stays at the door until its patient has been handed over**,
then has its wrap-up, and only then can take the next call.
"""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar, Literal, Self, cast

from pydantic import model_validator
from simpy.events import Event

from flowsim.kernel import Crew, Kernel, Patient
from flowsim.kernel.journal import FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.policies.escalation.diversion import Conveyed, Diversion
from flowsim.services.base import ALTERNATIVE, CareSpec, Fork, Service
from flowsim.services.daytime import NO_TIME
from flowsim.spec.base import Misfit
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix, check_options
from flowsim.spec.values import Duration, RotaField, Share
from flowsim.vocabulary import CATEGORIES

HEAR_AND_TREAT, SEE_AND_TREAT, CONVEY, ELSEWHERE = range(4)
CLASSES = CATEGORIES[1:]
TAKEN_THERE = frozenset(
    {"emergency_department", "urgent_treatment_centre", "same_day_emergency_care", "ward"}
)
"""Kinds of service to which a crew takes the patient when they are the alternative. Others come to the
patient, or the patient goes there later."""


class AmbulanceSpec(CareSpec):
    """Ambulance crews of one area."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "hear_and_treat": "closed on the telephone",
        "see_and_treat": "treated and left where they were",
        "convey": "taken to hospital; the crew stays until the patient has been handed over",
        ALTERNATIVE: "passed to an alternative found at the call or at the scene",
    }
    DECISIONS: ClassVar[dict[str, str]] = {
        "call": "after the call, for callers whom the telephone could not help; never for category 1",
        "scene": "on scene, for patients who would otherwise be conveyed",
    }

    kind: Literal["ambulance"] = "ambulance"
    crews: RotaField
    """Crews on shift. At the end of a shift a crew finishes its patient, handover and wrap-up included."""
    dispatch: ByGroup[Distribution] = NO_TIME
    """From the call until it is ready for a crew: answering, triage, allocation."""
    hear_and_treat: ByGroup[Share] = ByGroup(0.0)
    """Share of calls that can be closed on the telephone."""
    hear_time: ByGroup[Distribution] = NO_TIME
    """Telephone advice for those calls; it needs no crew."""
    category_of_others: ByGroup[Mix] = ByGroup(Mix.only("3"))
    """Category given to patients who have none of their own, because they did not call 999: sent by NHS
    111, a GP or a community team. Categories are `1` (life-threatening) to `4`."""
    priority_ages: Duration | None = None
    """A call that has waited this long for a crew counts as one category higher; omitted: never."""
    travel: ByGroup[Distribution]
    """From allocation of the crew to arrival on scene."""
    on_scene: ByGroup[Distribution]
    """Time on scene."""
    see_and_treat: ByGroup[Share] = ByGroup(0.0)
    """Share of the patients seen by a crew who can be left where they are."""
    conveyance: ByGroup[Distribution] = NO_TIME
    """From leaving the scene to the hospital door."""
    wrap_up: ByGroup[Distribution] = NO_TIME
    """From handover until the crew can take the next call: cleaning, paperwork, restocking."""
    handover_limit: Duration | None = None
    """A crew leaves its patient in the hospital's care after this long at the door, handed over or not
    (handover release); the patient goes on waiting there. Omitted: crews wait for as long as it takes."""

    @model_validator(mode="after")
    def _known_categories(self) -> Self:
        for mix in self.category_of_others.leaves():
            try:
                check_options(mix.options, "category", CLASSES)
            except Misfit as misfit:
                raise misfit.within("category_of_others") from None
        return self

    def expect(self, flow: Flow) -> Expected:
        """Return the mean number of crews busy, not counting time at the door, and who goes where."""
        expected = Expected()
        heard = flow.share(self.hear_and_treat)
        expected.leave("hear_and_treat", flow * heard)
        sent = (flow * (1 - heard)).after("call")
        seen = flow.share(self.see_and_treat)
        conveyed = (sent * (1 - seen)).after("scene")
        expected.load("crews", sent, flow.mean(self.travel) + flow.mean(self.on_scene))
        expected.load("crews", conveyed, flow.mean(self.conveyance) + flow.mean(self.wrap_up))
        expected.leave("see_and_treat", sent * seen)
        expected.leave("convey", conveyed)
        return expected


class Ambulance(Service[AmbulanceSpec]):
    """The running ambulance service.

    Journal: *arrived* is the call, *accepted* the allocation of a crew, *started* arrival on scene,
    *finished* the end of care there or, for those conveyed, arrival at the hospital door, *left* the
    handover, when the crew is free of the patient. Response time is from *arrived* to *started*, handover
    from *finished* to *left*.
    """

    Spec = AmbulanceSpec

    def build(self) -> None:
        """Make the crews."""
        ages = self.spec.priority_ages or inf
        self.crews = self.team("crews", self.spec.crews, classes=len(CLASSES), ages=ages)
        self.call = self.decision("call")
        self.scene = self.decision("scene")
        self.conveyed: Conveyed | None = None

    def configure(self, spec: AmbulanceSpec) -> None:
        """Take over the rota, times and shares."""
        super().configure(spec)
        self.crews.follow(self.system.shifts(spec.crews))
        self.crews.ages = spec.priority_ages or inf
        self.dispatch: Any = None
        if spec.dispatch != NO_TIME:
            self.dispatch = self.duration("dispatch", spec.dispatch).of
        self.heard = self.chance("hear_and_treat", spec.hear_and_treat).of
        self.hear_time = self.duration("hear_time", spec.hear_time).of
        self.category = self.system.draws.choice(self.purpose("category"), spec.category_of_others).of
        self.travel = self.duration("travel", spec.travel).of
        self.on_scene = self.duration("on_scene", spec.on_scene).of
        self.stays = self.chance("see_and_treat", spec.see_and_treat).of
        self.conveyance = self.duration("conveyance", spec.conveyance).of
        self.wrap_up = self.duration("wrap_up", spec.wrap_up).of
        self.limit = spec.handover_limit

    def connect(self, pathways: Any, services: Any) -> None:
        """Resolve destinations; what diverts patients goes on doing so."""
        super().connect(pathways, services)
        if self.conveyed is not None:
            self.divert(self.conveyed.diversion)

    # -- the call ------------------------------------------------------------------------------------------

    def accept(self, patient: Patient) -> Care:
        """Take the call and wait for a crew; or close the call on the telephone or pass it on."""
        if self.dispatch is not None:
            yield self.dispatch(patient)
        if self.heard(patient):
            yield self.hear_time(patient)
            self.kernel.mark(patient, FINISHED)
            return HEAR_AND_TREAT
        category = patient.block.codes["category"][patient.row] or int(self.category(patient))
        if self.call is not None and category > 1 and self.call.found(patient):
            return ELSEWHERE
        yield self.crews.seize(patient, category - 1)
        self.kernel.let_go(patient)
        patient.held = self.crews
        return None

    # -- the crew ------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Travel, treat, and leave the patient there, pass them on, or convey them."""
        kernel = self.kernel
        yield self.travel(patient)
        kernel.mark(patient, STARTED)
        yield self.on_scene(patient)
        outcome = CONVEY
        if self.stays(patient):
            outcome = SEE_AND_TREAT
        elif self.scene is not None and self.scene.found(patient):
            outcome = ELSEWHERE
        if outcome == CONVEY:
            yield self.conveyance(patient) + self._detour(patient)
            self._at_the_door(patient)
        elif outcome == ELSEWHERE and patient.diverted.spec.kind in TAKEN_THERE:
            yield self.conveyance(patient)
            self._at_the_door(patient)
        kernel.mark(patient, FINISHED)
        return outcome

    def divert(self, diversion: Diversion) -> None:
        """Let actions of escalation send conveyed patients to another department than the planned one."""
        planned = self.desk.onward[CONVEY]
        if planned is None:
            return
        draw = planned.choice if isinstance(planned, Fork) else planned.service.name
        self.conveyed = Conveyed(diversion, draw)
        self.desk.onward[CONVEY] = Fork(cast("Any", self.conveyed), self.system.services)

    def _detour(self, patient: Patient) -> float:
        """Decide, on leaving the scene, which department it is to be; return the extra time on the road."""
        conveyed = self.conveyed
        return 0.0 if conveyed is None else conveyed.diversion.detour(patient, conveyed.plan(patient))

    def _at_the_door(self, patient: Patient) -> None:
        """From here on the crew waits for somebody to take the patient over."""
        crew = patient.held = Crew(self.crews, self.wrap_up(patient))
        if self.limit is not None:
            self.kernel.later(self.limit, Release(self.kernel, patient, crew))


class Release:
    """What happens when a crew has been at the door for as long as it may."""

    __slots__ = ("crew", "kernel", "patient")

    def __init__(self, kernel: Kernel, patient: Patient, crew: Crew) -> None:
        self.kernel = kernel
        self.patient = patient
        self.crew = crew

    def __call__(self, _: Event) -> None:
        """Let the crew go, if it is still there."""
        if self.patient.held is self.crew:
            self.kernel.let_go(self.patient)
            self.kernel.drain()
