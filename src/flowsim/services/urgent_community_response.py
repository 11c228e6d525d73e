"""Urgent community response (UCR): a team that sees people at home within two hours, or within two days.

The team goes to two-hour patients first, then to two-day patients, then to follow-up visits. After the first
visit the patient is kept at home (with follow-up visits), or goes on to a virtual ward, same day emergency
care or hospital. Beyond a stated number of waiting referrals, new ones are declined and fall back.

Source: Urgent community response two-hour and two-day response standards, NHS England, 2022.
"""

from __future__ import annotations

from math import inf
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import AfterValidator, model_validator

from flowsim.clock import parse_hours
from flowsim.kernel import Patient
from flowsim.kernel.journal import ASSESSED, FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.services.daytime import AT_ONCE, NO_TIME, turned_away
from flowsim.spec.base import Misfit
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow, Vector
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix, check_options
from flowsim.spec.values import UNLIMITED, Count, Duration, HoursField, RotaField, Share

AFTER_VISIT = ("kept_at_home", "virtual_ward", "same_day", "conveyed")
"""What can follow the first visit."""
KEPT_AT_HOME, VIRTUAL_WARD, SAME_DAY, CONVEYED, DECLINED, SHUT, ELSEWHERE = range(7)
TWO_HOUR, TWO_DAY, FOLLOW_UP = range(3)
MOST_FOLLOW_UPS = 30


def _after_visit(mix: Mix) -> Mix:
    check_options(mix.options, "outcome", AFTER_VISIT)
    return mix


def _numbers(mix: Mix) -> Mix:
    for option in mix.options:
        if not option.isdecimal() or int(option) > MOST_FOLLOW_UPS:
            sentence = f"{option} is not a number of visits from 0 to {MOST_FOLLOW_UPS}"
            raise Misfit(sentence, option, at_key=True)
    return mix


NIGHT_SHARE = 0.48
"""Referrals in a closed hour beside those in an average hour: 24% come in the other half of the day."""


class UrgentCommunityResponseSpec(CareSpec):
    """An urgent community response team."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "kept_at_home": "stayed at home, after any follow-up visits",
        "virtual_ward": "goes on to a virtual ward",
        "same_day": "goes on to same day emergency care",
        "conveyed": "needs hospital",
        "declined": "too many referrals were waiting; falls back",
        "shut": "referred outside the hours; falls back",
        ALTERNATIVE: "would have gone to hospital, and went on to an alternative found at the first visit",
    }
    DECISIONS: ClassVar[dict[str, str]] = {
        "outcome": "at the end of the first visit, for patients who would otherwise be conveyed"
    }

    kind: Literal["urgent_community_response"] = "urgent_community_response"
    team: RotaField
    """Team members on shift; each first visit and each follow-up visit takes one."""
    hours: HoursField = parse_hours("always")
    """Hours in which referrals are taken. The national minimum is 08:00-20:00, every day of the week."""
    within: Duration = 120.0
    """The target for two-hour patients, from referral to first contact; used for measures only."""
    two_hour: ByGroup[Share] = ByGroup(1.0)
    """Share of referrals that need the two-hour response; the others get the two-day response."""
    acceptance_limit: Count = UNLIMITED
    """Referrals that may wait for a first visit; while so many do, new ones that would have to wait are
    declined. Omitted: none is ever declined."""
    priority_ages: Duration | None = None
    """Waiting this long moves a patient up: two-day to two-hour, follow-up to two-day. Omitted: never."""
    travel: ByGroup[Distribution] = NO_TIME
    """Travel to the first visit, with the team member; first contact begins at its end."""
    first_visit: ByGroup[Distribution]
    """Time of a team member with the patient at the first visit, records and calls included."""
    outcome: ByGroup[Annotated[Mix, AfterValidator(_after_visit)]] = ByGroup(Mix.only("kept_at_home"))
    """What follows the first visit: shares of kept_at_home, virtual_ward, same_day and conveyed."""
    follow_ups: ByGroup[Annotated[Mix, AfterValidator(_numbers)]] = ByGroup(Mix.only("0"))
    """Number of follow-up visits to those kept at home: shares by number, such as {0: 40%, 1: 25%, 2:
    rest}."""
    follow_up_gap: ByGroup[Distribution] = NO_TIME
    """From the end of one visit to when the next is due; it then waits for a team member, after first
    visits."""
    follow_up_visit: ByGroup[Distribution] = NO_TIME
    """Team member's time for one follow-up visit, travel included."""

    def expect(self, flow: Flow) -> Expected:
        """Return the mean number of team members with patients or travelling, and what follows."""
        expected = Expected()
        expected.leave("shut", flow * (1.0 - self.open_share))
        flow = flow * self.open_share
        expected.load("team", flow, flow.mean(self.travel) + flow.mean(self.first_visit))
        parts = {outcome: flow * flow.share_of(self.outcome, outcome) for outcome in AFTER_VISIT}
        kept = parts["kept_at_home"]
        expected.load("team", kept, self._mean_follow_ups(kept) * kept.mean(self.follow_up_visit))
        parts["conveyed"] = parts["conveyed"].after("outcome")
        for outcome, part in parts.items():
            expected.leave(outcome, part)
        return expected

    def refuses(self, resource: str) -> bool:
        """True if only so many may wait for a first visit."""
        return self.acceptance_limit < UNLIMITED

    @property
    def open_share(self) -> float:
        """Share of referrals that come while it is open, if they come as emergency attendances do.

        A service open through the day misses few: 76% of attendances come in half of the hours, 8 to 20.
        Source: NHS England, Hospital Accident and Emergency Activity 2024-25, time of day.
        """
        closed = 1.0 - min(self.hours.hours_per_week() / 168.0, 1.0)
        return 1.0 - closed * NIGHT_SHARE

    def _mean_follow_ups(self, flow: Flow) -> Vector:
        """Return the mean number of follow-up visits, by cell."""
        total = np.zeros_like(flow.per_day)
        for number in flow.options_of(self.follow_ups):
            total += int(number) * flow.share_of(self.follow_ups, number)
        return total

    @model_validator(mode="after")
    def _follow_ups_are_described(self) -> Self:
        numbers = {number for mix in self.follow_ups.leaves() for number in mix.options}
        missing = [n for n in ("follow_up_gap", "follow_up_visit") if n not in self.model_fields_set]
        if numbers != {"0"} and missing:
            raise ValueError(f"there are follow-up visits: give {' and '.join(missing)} too")
        return self


class UrgentCommunityResponse(Service[UrgentCommunityResponseSpec]):
    """The running team.

    Journal: *arrived* is the referral, *accepted* when it is taken, *assessed* the same for a two-hour
    patient (not set for a two-day patient), *started* the first contact, *finished* the end of the first
    visit, *left* the end of the last visit. The two-hour clock runs from *arrived* to *started*.
    """

    Spec = UrgentCommunityResponseSpec

    def build(self) -> None:
        """Make the team."""
        self.staff = self.team("team", self.spec.team, classes=3)
        self.waiting = 0
        self.at_outcome = self.decision("outcome")

    def configure(self, spec: UrgentCommunityResponseSpec) -> None:
        """Take over rota, hours, limits and visits."""
        super().configure(spec)
        self.staff.follow(self.system.shifts(spec.team))
        self.staff.ages = spec.priority_ages or inf
        self.opening = self.system.opening(spec.hours)
        self.is_two_hour = self.chance("two_hour", spec.two_hour)
        self.travel = self.duration("travel", spec.travel)
        self.first_visit = self.duration("first_visit", spec.first_visit)
        self.follow_up_gap = self.duration("follow_up_gap", spec.follow_up_gap)
        self.follow_up_visit = self.duration("follow_up_visit", spec.follow_up_visit)
        self.outcome = self.system.draws.choice(self.purpose("outcome"), spec.outcome)
        self.follow_ups = self.system.draws.choice(self.purpose("follow_ups"), spec.follow_ups)

    def has_room(self, patient: Patient) -> bool:
        """True if a referral made now would be taken."""
        return self.opening.is_open(self.env._now) and not self._too_many()

    def _too_many(self) -> bool:
        return self.waiting >= self.spec.acceptance_limit and not self.staff.has_room

    # -- referral ------------------------------------------------------------------------------------------

    def accept(self, patient: Patient) -> Care:
        """Take the referral, or turn it away; the visit is then waited for at home."""
        if not self.opening.is_open(self.env._now):
            return turned_away(SHUT)
        return turned_away(DECLINED) if self._too_many() else AT_ONCE

    # -- visits --------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Visit for the first time, decide what follows, and follow up those who are kept at home."""
        two_hour = self.is_two_hour.of(patient)
        if two_hour:
            self.kernel.mark(patient, ASSESSED)
        self.waiting += 1
        yield self.staff.seize(patient, TWO_HOUR if two_hour else TWO_DAY)
        self.waiting -= 1
        travel = self.travel.of(patient)
        if travel:
            yield travel
        self.kernel.mark(patient, STARTED)
        yield self.first_visit.of(patient)
        self.staff.release()
        self.kernel.mark(patient, FINISHED)
        outcome = AFTER_VISIT.index(self.outcome.of(patient))
        if outcome == KEPT_AT_HOME:
            yield from self._follow_up(patient)
        elif outcome == CONVEYED and self.at_outcome is not None and self.at_outcome.found(patient):
            return ELSEWHERE
        return outcome

    def _follow_up(self, patient: Patient) -> Care:
        """Visit again as often as need be, whenever the team is free after each gap."""
        number = int(self.follow_ups.of(patient))
        first = patient.visit * (MOST_FOLLOW_UPS + 1)
        for repeat in range(first, first + number):
            yield self.follow_up_gap.at(patient, repeat)
            yield self.staff.seize(patient, FOLLOW_UP)
            yield self.follow_up_visit.at(patient, repeat)
            self.staff.release()
