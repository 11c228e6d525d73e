"""Discharge: from being ready to leaving the ward bed, by pathway 0 to 3.

A transfer-of-care team assesses, then arrangements are made (medicines, letters, transport, paperwork). Those
who go home without support leave at their time of day; those who need support wait until intermediate care
takes them. **The bed is held throughout**: these are the patients with *no criteria to reside*.

Source: Hospital discharge and community support guidance, Department of Health and Social Care.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator

from flowsim.clock import parse_rota
from flowsim.kernel import Patient
from flowsim.kernel.journal import ASSESSED, FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import CareSpec, Service
from flowsim.services.daytime import NO_TIME
from flowsim.spec.base import Misfit
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import TOLERANCE, check_options
from flowsim.spec.values import Count, Duration, RotaField, Share
from flowsim.units import format_share, parse_clock
from flowsim.vocabulary import PATHWAYS

DAY = 1440
READY, AHEAD = range(2)
UNSTAFFED = parse_rota("unlimited")
"""The rota of a team that is not modelled: there is always somebody."""


class Timetable:
    """Shares of a day's departures by span of clock time, with even chances inside a span.

    Args:
        shares: share by span, such as ``{"10:00-12:00": 0.25, "12:00-20:00": 0.75}``.

    Raises:
        ValueError: if a span is wrong, spans overlap, or the shares do not add up to 100%.
    """

    __slots__ = ("ends", "spans")

    def __init__(self, shares: Mapping[str, float]) -> None:
        total = sum(shares.values())
        if abs(total - 1.0) > TOLERANCE:
            raise ValueError(f"the shares of departures add up to {format_share(round(total, 6))}, not 100%")
        self.spans: list[tuple[float, float, float, float]] = []
        before = 0.0
        for (start, end), share in sorted((_span(text), share) for text, share in shares.items()):
            if self.spans and start < self.spans[-1][1]:
                raise ValueError("the spans of departures overlap")
            if share:
                self.spans.append((start, end, before, share / total))
                before += share / total
        self.ends = self.spans[-1][1]

    def after(self, minute: float, luck: float) -> float | None:
        """Return a time of day after ``minute`` (of the day), in proportion to what the day still has.

        Args:
            minute: minutes after midnight.
            luck: the patient's number between 0 and 1; a higher one leaves later.

        Returns:
            Minutes after midnight; None if nobody leaves after ``minute``.
        """
        gone = sum(share * min(max((minute - s) / (e - s), 0.0), 1.0) for s, e, _, share in self.spans)
        if minute >= self.ends:
            return None
        target = gone + luck * (1.0 - gone)
        start, end, before, share = next(
            (span for span in self.spans if span[2] + span[3] >= target), self.spans[-1]
        )
        return max(min(start + (target - before) / share * (end - start), end), minute)


def _span(text: str) -> tuple[float, float]:
    start, dash, end = text.partition("-")
    if not dash:
        raise Misfit(f"{text} is not a span of time: write 10:00-12:00", text, at_key=True)
    span = parse_clock(start.strip()), parse_clock(end.strip())
    if span[0] >= span[1]:
        raise Misfit(f"{text} does not end after it begins", text, at_key=True)
    return span


def _check_pathways(counts: dict[str, int]) -> dict[str, int]:
    check_options(counts, "pathway", PATHWAYS)
    return counts


def _check_departures(shares: dict[str, float]) -> dict[str, float]:
    Timetable(shares)
    return shares


class DischargeSpec(CareSpec):
    """Arrangements between discharge-ready and leaving the bed."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "pathway_0": "home without new support",
        "pathway_1": "home with support; keeps the bed until the support starts",
        "pathway_2": "a community bed; keeps the bed until one is free",
        "pathway_3": "a care home or other long-term placement; keeps the bed until one is found",
    }

    kind: Literal["discharge"] = "discharge"
    team: RotaField | None = None
    """Transfer-of-care staff on shift. Omitted: as many staff as needed."""
    assessment: ByGroup[Distribution] = NO_TIME
    """Staff time to assess a patient and agree the plan; usually by pathway. A patient for whom it is 0
    does not wait for the team."""
    preparation: ByGroup[Distribution] = NO_TIME
    """From the plan to being able to leave: medicines, letters, transport, paperwork. No staff of the team is
    needed."""
    referral_lead: Duration = 0.0
    """How long before a patient is ready assessment and preparation may begin, as far as the team is not
    needed by patients who are ready (data-supported discharge). 0: they begin when the patient is ready."""
    departures: Annotated[dict[str, Share], AfterValidator(_check_departures)] | None = None
    """Times of day at which those who go home from here leave: share by span, such as {"10:00-12:00": 20%,
    "12:00-16:00": 45%, "16:00-20:00": 35%}. Somebody who becomes ready during the day leaves in what is
    left of it, in proportion; somebody whose arrangements take longer leaves when they are complete, or
    the next day. Omitted: as soon as arrangements are complete."""
    ready_at_start: Annotated[dict[str, Count], AfterValidator(_check_pathways)] = {}  # noqa: RUF012
    """At a loaded start, patients who are discharge-ready and still in a bed, by pathway: {"0": 40, "1": 60}.
    A census of the day, or the number known from returns. They fill beds of the wards that lead here, and
    wait like anybody else."""
    weekend: ByGroup[Share] = ByGroup(1.0)
    """Chance that a patient who could go home from here on a Saturday, Sunday or bank holiday does; the
    others wait for the next day."""

    def expect(self, flow: Flow) -> Expected:
        """Return the mean number of staff assessing, and the flow by pathway."""
        expected = Expected()
        if self.team is not None:
            expected.load("team", flow, flow.mean(self.assessment))
        for code, outcome in zip(PATHWAYS, self.OUTCOMES, strict=True):
            expected.leave(outcome, flow * flow.is_in("pathway", code))
        return expected


@dataclass(slots=True)
class Arrangements:
    """What is still to be done before a patient can leave.

    Attributes:
        assessment: minutes of the team's work.
        preparation: minutes after that.
        with_team: True while somebody of the team is on the case.
    """

    assessment: float
    preparation: float
    with_team: bool = False


class Discharge(Service[DischargeSpec]):
    """The running discharge service.

    Journal: *arrived* is discharge-ready, *started* when the team begins (the same, if it began before),
    *assessed* when the plan is agreed, *finished* when arrangements are complete, *left* when the bed was
    given up.
    """

    Spec = DischargeSpec
    takes_over = False

    def build(self) -> None:
        """Make the team."""
        self.staff = self.team("team", self.spec.team or UNSTAFFED, classes=2)
        self.begun: dict[Patient, Arrangements] = {}

    def configure(self, spec: DischargeSpec) -> None:
        """Take over rota, durations and rules."""
        super().configure(spec)
        self.staff.follow(self.system.shifts(spec.team or UNSTAFFED))
        self.assessment = self.duration("assessment", spec.assessment)
        self.preparation = self.duration("preparation", spec.preparation)
        self.notice = spec.referral_lead
        self.timetable = None if spec.departures is None else Timetable(spec.departures)
        self.at_hour = self.uniform("departure")
        self.at_weekend = self.chance("weekend", spec.weekend)

    # -- arrangements --------------------------------------------------------------------------------------

    def foresee(self, patient: Patient, notice: float) -> Care:
        """Begin the arrangements for a patient who will be ready in ``notice`` minutes."""
        ready = self.env._now + notice
        plan = self.begun[patient] = self._plan(patient)
        if plan.assessment:
            if (yield self.staff.seize(patient, AHEAD, notice)) is None:
                return
            spent = min(plan.assessment, ready - self.env._now)
            yield spent
            plan.assessment -= spent
            if plan.assessment > 0.0:
                plan.with_team = True
                return
            self.staff.release()
        spent = min(plan.preparation, ready - self.env._now)
        plan.preparation -= spent
        yield ready - self.env._now

    def _plan(self, patient: Patient) -> Arrangements:
        spell = max(patient.spell - 1, 0)
        return Arrangements(self.assessment.at(patient, spell), self.preparation.at(patient, spell))

    def care(self, patient: Patient) -> Care:
        """Assess, prepare, and let those go home who need no other service; the bed is held all the while."""
        ready = self.env._now
        plan = self.begun.pop(patient, None) or self._plan(patient)
        if plan.assessment and not plan.with_team:
            yield self.staff.seize(patient, READY)
        self.kernel.mark(patient, STARTED)
        if plan.assessment:
            yield plan.assessment
            self.staff.release()
        self.kernel.mark(patient, ASSESSED)
        if plan.preparation:
            yield plan.preparation
        self.kernel.mark(patient, FINISHED)
        pathway = int(patient.block.codes["pathway"][patient.row])
        if self._leaves_from_here(patient, pathway):
            wait = self._departure(patient, ready) - self.env._now
            if wait:
                yield wait
        return pathway

    # -- leaving -------------------------------------------------------------------------------------------

    def _leaves_from_here(self, patient: Patient, pathway: int) -> bool:
        """Say whether the patient goes home, rather than to a service with start times of its own."""
        return self.desk.next_for(patient, pathway) is None

    def _departure(self, patient: Patient, ready: float) -> float:
        """Return the minute at which a patient leaves whose arrangements are complete now."""
        now = self.env._now
        today = int(now // DAY)
        spell = max(patient.spell - 1, 0)
        for day in count(today):
            if not self._leaves_on(patient, spell, day):
                continue
            if self.timetable is None:
                return now + (day - today) * DAY
            moment = self.timetable.after(max(ready - day * DAY, 0.0), self.at_hour.at(patient, spell))
            if moment is not None and now < day * DAY + self.timetable.ends:
                return max(day * DAY + moment, now)
        raise AssertionError("days never end")

    def _leaves_on(self, patient: Patient, spell: int, day: int) -> bool:
        """Say whether a patient would leave on this day of the calendar."""
        calendar = self.system.calendar
        if calendar.day_kind(day) == "weekday":
            return True
        says: bool = self.at_weekend.at(patient, 7 * spell + calendar.weekday(day))
        return says
