"""A ward: staffed beds of one pool (assessment, medical, frailty, surgical, paediatric, critical care).

The stay is clinical: it ends at *discharge ready*, which is decided at ward rounds. The bed is held after
that for as long as discharge takes. A patient who needs a bed here waits, and goes on holding whatever is
held.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import inf
from typing import Any, ClassVar, Literal

import numpy as np

from flowsim.kernel import Patient, Pool, seize_first
from flowsim.kernel.journal import ASSESSED, FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.kernel.pool import WAITING, Widen
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.spec.base import Spec
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import UNLIMITED, Clock, Count, Duration, Share, StayFactor
from flowsim.vocabulary import ROUTES

READY, MOVED_ON, REFUSED, CANCELLED, ELSEWHERE = range(5)
ELECTIVE = ROUTES.index("elective")
OWN_EMERGENCY, OWN_ELECTIVE, GUEST = range(3)
DAY = 1440.0
STAY = "ward.stay"
"""The purpose of the luck with which a stay is drawn: a patient's is the same in every ward."""


class Outlier(Spec):
    """Another ward that may take patients of this one."""

    to: str
    """The other ward."""
    after: Duration = 0.0
    """How long a patient waits for this ward alone first."""


class MoveOn(Spec):
    """Patients who go on to another ward with the rest of their stay."""

    share: ByGroup[Share]
    """Share of patients whose stay lasts that long who move on."""
    after: ByGroup[Distribution]
    """Time in this ward before moving on."""


class LongWait(Spec):
    """What a long wait for the bed does to the stay that follows."""

    over: Duration
    """Wait for the bed, of a patient who comes from another service, beyond which the stay is longer."""
    stay_factor: StayFactor
    """Multiplies the stay of such a patient: 1.1 for a tenth longer."""


class WardSpec(CareSpec):
    """Beds of one pool."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "ready": "discharge-ready; keeps the bed until discharge has been arranged",
        "moved_on": "goes on to another ward with the rest of the stay; keeps the bed until it accepts",
        "refused": "no bed and no room to wait",
        "cancelled": "elective admission cancelled because too many beds were full",
        ALTERNATIVE: "went on to an alternative found at the daily review, for instance a virtual ward",
    }
    DECISIONS: ClassVar[dict[str, str]] = {"review": "at a ward round, as the last part of a stay begins"}

    kind: Literal["ward"] = "ward"
    beds: Count
    """Staffed beds."""
    counts_as: Literal["general_and_acute", "critical_care", "community", "other"] = "general_and_acute"
    """Which national bed count the beds belong to."""
    stay: ByGroup[Distribution]
    """Clinical stay of those admitted here, from bed to discharge-ready; who moves on takes the rest."""
    stay_factor: StayFactor = 1.0
    """Multiplies every stay that begins in this ward."""
    after_long_wait: LongWait | None = None
    """Longer stays of patients who waited long for their bed; omitted: stays do not depend on the wait. The
    load check and the loaded start do not know of it."""
    rounds: tuple[Clock, ...] = ()
    """Times of day at which patients are found discharge-ready or reviewed; none: at any minute."""
    turnaround: Duration = 0.0
    """Time to clean and make up a bed before its next use."""
    transfer: ByGroup[Distribution] | None = None
    """From a bed being allocated to the patient being in it: handover, porters, paperwork. Omitted: none."""
    waiting_places: Count = UNLIMITED
    """Patients who may wait for a bed at once; beyond that they are refused. Omitted: unlimited."""
    move_on: MoveOn | None = None
    """Who goes on to another ward; omitted: nobody."""
    outliers: tuple[Outlier, ...] = ()
    """Other wards that may take this ward's patients, in order."""
    cancel_electives_above: Share | None = None
    """Elective admissions are cancelled when a greater share of beds is occupied; omitted: never."""
    step_down_tail: Duration = 0.0
    """The last part of a stay that the alternatives at the daily review may replace."""

    def expect(self, flow: Flow) -> Expected:
        """Return the mean number of beds used for clinical stay, and who goes where."""
        expected = Expected()
        here, moved, share = self.split(flow)
        staying = flow * (1 - share)
        saved = max(self.step_down_tail - self.wait_for_round, 0.0)
        remaining = np.full(len(here), saved)
        reviewed = replace(staying * self._long_enough(flow), remaining=remaining, luck=None)
        stepped_down = replace(staying, per_day=reviewed.per_day - reviewed.after("review").per_day)
        left = replace(staying, per_day=staying.per_day - stepped_down.per_day)
        whole = here + share * moved
        expected.stay("beds", flow, here, self.stay, self.stay_factor, whole=whole, luck=flow.luck)
        expected.load("beds", stepped_down, -saved)
        expected.load("beds", left, self.wait_for_round)
        expected.leave("moved_on", flow * share, remaining=moved)
        expected.leave("ready", left)
        expected.draw_anew()
        return expected

    def _long_enough(self, flow: Flow) -> Any:
        """Return the share of stays, by cell, that are longer than the tail a review may replace.

        Of a stay that is carried on only the mean is known; its law is taken to be exponential.
        """
        tail = np.full(len(flow.per_day), self.step_down_tail)
        if flow.remaining is None:
            return flow.tail(self.stay, self.stay_factor, tail)[0]
        return np.exp(-tail / np.maximum(flow.remaining, 1e-9))

    @property
    def wait_for_round(self) -> float:
        """Mean minutes from the end of a stay to the next round, if stays end at any time of day alike."""
        if not self.rounds:
            return 0.0
        clocks = sorted(self.rounds)
        gaps = np.diff([*clocks, clocks[0] + DAY])
        return float((gaps**2).sum() / (2 * DAY))

    def refuses(self, resource: str) -> bool:
        """True if only so many may wait for a bed."""
        return self.waiting_places < UNLIMITED

    def split(self, flow: Flow) -> tuple[Any, Any, Any]:
        """Return mean minutes here, mean minutes to come elsewhere, and the share who move on, by cell."""
        whole = flow.remaining if flow.remaining is not None else flow.mean_stay(self.stay) * self.stay_factor
        if self.move_on is None or flow.remaining is not None:  # who has moved on once does not again
            return whole, 0 * whole, 0 * whole
        after = flow.mean(self.move_on.after)
        over, tail = flow.tail(self.stay, self.stay_factor, after)
        share = flow.share(self.move_on.share) * over
        return whole - share * tail, tail, share


class Ward(Service[WardSpec]):
    """The running ward.

    Journal: *arrived* is the request for a bed, *accepted* the bed, *assessed* is set only for an outlier,
    *finished* is discharge-ready (or fit to move on), *left* is when the bed was given up.
    """

    Spec = WardSpec
    shared_luck = False

    def build(self) -> None:
        """Make the beds."""
        self.beds = self.pool("beds", self.spec.beds, classes=3)
        self.review = self.decision("review")
        self.moving_on: dict[Patient, float] = {}
        self.waited_long: set[Patient] = set()

    def configure(self, spec: WardSpec) -> None:
        """Take over beds, stay and rules."""
        super().configure(spec)
        self.beds.set_capacity(spec.beds)
        self.beds.turnaround = spec.turnaround
        self.rounds = sorted(spec.rounds)
        draws = self.system.draws
        self.stay = draws.duration(STAY, spec.stay)
        self.transfer = None if spec.transfer is None else self.duration("transfer", spec.transfer)
        self.moves = self.chance("moves_on", spec.move_on.share) if spec.move_on else None
        self.moves_after: Any = self.duration("moves_on_after", spec.move_on.after) if spec.move_on else None

    def connect(self, pathways: Any, services: Any) -> None:
        """Resolve destinations and the wards that take outliers."""
        super().connect(pathways, services)
        others = [(other.after, (services[other.to].beds, GUEST)) for other in self.spec.outliers]
        self.at_once: list[tuple[Pool, int]] = [option for after, option in others if not after]
        self.after_a_wait = [(after, option) for after, option in others if after]

    def place(self) -> Pool:
        """Return the beds."""
        return self.beds

    def settle(self, patient: Patient, stay: float, elapsed: float) -> tuple[Service[Any], float]:
        """Return this ward, or the one a patient has moved on to by now, and the rest of the stay."""
        if self.moves is not None and self.moves.of(patient):
            stage = self.moves_after.of(patient)
            if stage < elapsed:
                there = self.desk.next_for(patient, MOVED_ON)
                return (self, 0.0) if there is None else (there, stay - elapsed)
            self.moving_on[patient] = stage - elapsed
        return self, stay - elapsed

    def has_room(self, patient: Patient) -> bool:
        """True if a bed is free and nobody waits for it."""
        return self.beds.has_room

    # -- a bed ---------------------------------------------------------------------------------------------

    def accept(self, patient: Patient) -> Care:
        """Wait for a bed here or, by the rules, in another ward; or be cancelled or refused."""
        spec, beds = self.spec, self.beds
        elective = patient.block.codes["route"][patient.row] == ELECTIVE
        if elective and patient.behind is None and not patient.returns and self._too_full():
            return CANCELLED  # who has been admitted already is not: nobody loses a bed halfway
        if beds.waiting >= spec.waiting_places and not beds.has_room:
            return REFUSED
        asked = self.env._now
        bed = yield self._ask_for_bed(patient, OWN_ELECTIVE if elective else OWN_EMERGENCY)
        if self.spec.after_long_wait is not None and patient.behind is not None:
            self._note_wait(patient, self.env._now - asked)
        if self.transfer is not None and not elective:
            yield self.transfer.of(patient)
        self.kernel.let_go(patient)
        patient.held = bed
        if bed is not beds:
            self.kernel.mark(patient, ASSESSED)
        return None

    def _ask_for_bed(self, patient: Patient, priority: int) -> Any:
        """Ask here and, at once or after each one's wait, in the wards that take outliers."""
        asked = seize_first(patient, [(self.beds, priority), *self.at_once])
        if asked is WAITING:
            for after, option in self.after_a_wait:
                self.kernel.if_still_waiting(after, patient, partial(Widen, options=[option]))
        return asked

    def _note_wait(self, patient: Patient, minutes: float) -> None:
        """Remember a patient whose stay begins here after too long a wait in another place."""
        rule = self.spec.after_long_wait
        if rule is not None and minutes > rule.over and patient.remaining <= 0.0:
            self.waited_long.add(patient)

    def _too_full(self) -> bool:
        limit = self.spec.cancel_electives_above
        return limit is not None and self.beds.busy + self.beds.waiting > limit * self.beds.capacity

    # -- the stay ------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Stay until discharge-ready, moved on, or taken by an alternative."""
        self.kernel.mark(patient, STARTED)
        stage = self._until_move(patient)
        if stage < patient.remaining:
            yield stage
            patient.remaining -= stage
            self.kernel.mark(patient, FINISHED)
            return MOVED_ON
        if self.review is not None and (yield from self._review(patient)):
            self.kernel.mark(patient, FINISHED)
            return ELSEWHERE
        stay, patient.remaining = patient.remaining, 0.0
        stay += self._until_round(stay)
        following = self.desk.next_for(patient, READY)
        notice = 0.0 if following is None else min(following.notice, stay)
        yield stay - notice
        if following is not None and notice:
            yield from following.foresee(patient, notice)
        self.kernel.mark(patient, FINISHED)
        return READY

    def _until_move(self, patient: Patient) -> float:
        """Return minutes until the patient moves on, infinity for one who stays; draw a stay that begins."""
        if patient.remaining > 0.0:  # the stay began elsewhere, or before the run
            return self.moving_on.pop(patient, inf)
        patient.remaining = self.stay.at(patient, patient.spell) * self.spec.stay_factor
        if patient in self.waited_long:
            self.waited_long.discard(patient)
            if self.spec.after_long_wait is not None:
                patient.remaining *= self.spec.after_long_wait.stay_factor
        patient.spell += 1
        if self.moves is None or not self.moves.of(patient):
            return inf
        minutes: float = self.moves_after.of(patient)
        return minutes

    def _review(self, patient: Patient) -> Care:
        """Stay until the round at which the tail of the stay may be replaced; True if it is."""
        assert self.review is not None
        stage = patient.remaining - self.spec.step_down_tail
        if stage <= 0.0:
            return False
        stage += self._until_round(stage)
        if stage >= patient.remaining:
            return False
        yield stage
        patient.remaining -= stage
        return self.review.found(patient)

    def _until_round(self, after: float) -> float:
        """Minutes to the next ward round from ``after`` minutes from now."""
        if not self.rounds:
            return 0.0
        minute = (self.env._now + after) % DAY
        for clock in self.rounds:
            if clock >= minute:
                return clock - minute
        return self.rounds[0] + DAY - minute
