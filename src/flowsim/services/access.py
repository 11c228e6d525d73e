"""Access: NHS 111, the 999 call room's clinicians, GP and care-home calls, single points of access.

A caller waits for a clinical assessor, is assessed and is navigated: first to the alternatives at the
decision point *navigation*, in order, otherwise to the disposition that the assessment reached. A caller
whose condition is immediately life-threatening goes to the ambulance service whatever else is on offer.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from flowsim.kernel import Patient
from flowsim.kernel.journal import ASSESSED, FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.services.daytime import NO_TIME, NOBODY
from flowsim.spec.base import Misfit
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix, check_options
from flowsim.spec.values import Duration, RotaField
from flowsim.vocabulary import ACUITIES

OUTCOMES = {
    "ambulance": "an ambulance is sent",
    "emergency_department": "advised to go to an emergency department",
    "urgent_treatment_centre": "sent to, or booked into, an urgent treatment centre",
    "urgent_community_response": "referred to urgent community response",
    "same_day": "referred to same day emergency care or another same-day service",
    "primary_care": "sent to a GP, pharmacy, dentist or other primary care, or advised on self-care",
    "left": "gave up before the call was answered",
    ALTERNATIVE: "went on to an alternative found by navigation",
}
LEFT, ELSEWHERE = 6, 7
DISPOSITIONS = tuple(OUTCOMES)[:LEFT]
INDEX = {name: index for index, name in enumerate(DISPOSITIONS)}
AMBULANCE = INDEX["ambulance"]
IMMEDIATE = ACUITIES.index("1")


class AccessSpec(CareSpec):
    """Calls that are assessed and navigated: NHS 111, GP and care-home lines, a single point of access."""

    OUTCOMES: ClassVar[dict[str, str]] = OUTCOMES
    DECISIONS: ClassVar[dict[str, str]] = {
        "navigation": "when the assessment has ended, before its disposition takes effect"
    }

    kind: Literal["access"] = "access"
    assessors: RotaField | None = None
    """Clinical assessors on shift; omitted: there are always enough."""
    assessment: ByGroup[Distribution] = NO_TIME
    """Time an assessor spends with a caller; omitted: none."""
    priority_ages: Duration | None = None
    """Callers are answered by acuity; waiting this long counts as one acuity higher. Omitted: never."""
    patience: ByGroup[Distribution] | None = None
    """Waiting time after which a caller gives up (outcome `left`); omitted: nobody does."""
    disposition: ByGroup[Mix]
    """Where the assessment sends callers: shares of ambulance, emergency_department, urgent_treatment_centre,
    urgent_community_response, same_day and primary_care. An alternative at navigation comes first, except
    for an ambulance to a caller of acuity 1."""

    @model_validator(mode="after")
    def _known_dispositions(self) -> Self:
        for mix in self.disposition.leaves():
            try:
                check_options(mix.options, "disposition", DISPOSITIONS)
            except Misfit as misfit:
                raise misfit.within("disposition") from None
        return self

    def expect(self, flow: Flow) -> Expected:
        """Return the load of the assessors, and who is sent where."""
        expected = Expected()
        if self.assessors is not None:
            expected.load("assessors", flow, flow.mean(self.assessment))
        sent = {name: flow * flow.share_of(self.disposition, name) for name in DISPOSITIONS}
        at_once = flow.is_in("acuity", "1") * sent["ambulance"].per_day
        for name, part in sent.items():
            offered = part * ~flow.is_in("acuity", "1") if name == "ambulance" else part
            rest = offered.after("navigation")
            kept = rest.per_day + at_once if name == "ambulance" else rest.per_day
            expected.leave(name, replace(rest, per_day=kept))
        return expected

    def refuses(self, resource: str) -> bool:
        """True if callers give up, so that no queue grows without end."""
        return self.patience is not None


class Access(Service[AccessSpec]):
    """The running call room.

    Journal: *arrived* is the call, *started* an assessor's answer, *assessed* and *finished* the end of the
    assessment, *left* when the next service took over.
    """

    Spec = AccessSpec
    shared_luck = False

    def build(self) -> None:
        """Make the assessors."""
        spec = self.spec
        self.assessors = self.team("assessors", spec.assessors or NOBODY, classes=len(ACUITIES))
        self.navigation = self.decision("navigation")

    def configure(self, spec: AccessSpec) -> None:
        """Take over the rota, durations and dispositions."""
        super().configure(spec)
        self.staffed = spec.assessors is not None
        self.assessors.ages = spec.priority_ages or inf
        if spec.assessors is not None:
            self.assessors.follow(self.system.shifts(spec.assessors))
        self.assessment: Any = None
        if spec.assessment != NO_TIME:
            self.assessment = self.duration("assessment", spec.assessment).of
        self.patience = None if spec.patience is None else self.duration("patience", spec.patience).of
        self.disposition = self.system.draws.choice(self.purpose("disposition"), spec.disposition).of

    def care(self, patient: Patient) -> Care:
        """Answer, assess and navigate."""
        acuity = patient.block.codes["acuity"][patient.row]
        if self.staffed:
            patience = inf if self.patience is None else self.patience(patient)
            if (yield self.assessors.seize(patient, acuity, patience)) is None:
                return LEFT
        self.kernel.mark(patient, STARTED)
        if self.assessment is not None:
            yield self.assessment(patient)
        if self.staffed:
            self.assessors.release()
        self.kernel.mark(patient, ASSESSED)
        self.kernel.mark(patient, FINISHED)
        outcome = INDEX[self.disposition(patient)]
        if self.navigation is None or (outcome == AMBULANCE and acuity == IMMEDIATE):
            return outcome
        return ELSEWHERE if self.navigation.found(patient) else outcome
