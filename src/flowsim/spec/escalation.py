"""Escalation: how pressure is scored into four levels, and which actions fire at a level.

The parameters are those of the OPEL (Operational Pressures Escalation Levels) framework of NHS England.
Bands, points and thresholds are data, so that a planner can correct them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, model_validator

from flowsim.clock import parse_hours
from flowsim.spec.base import Misfit, Spec
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import Count, Duration, HoursField, Name, Number, Percent, RotaField, Share

__all__ = [
    "SCOPES",
    "Action",
    "Band",
    "Cost",
    "Divert",
    "Escalation",
    "Levels",
    "Neighbour",
    "Parameters",
    "Reserve",
]

SCOPES = ("site", "place", "system")
"""What is scored, from small to large: sites with an emergency department, places, the whole system."""
SHORTEST = 10.0
"""Least minutes between two assessments."""
ALWAYS = parse_hours("always")

Scope = Literal["site", "place", "system"]


class MinutesBand(Spec):
    """Points for a time above a limit."""

    above: Duration
    """The limit: a longer time scores the points."""
    points: Number
    """Points, instead of those of a lower band."""


class ShareBand(Spec):
    """Points for a share above a limit."""

    above: Percent
    """The limit: a larger share scores the points; it may exceed 100%."""
    points: Number
    """Points, instead of those of a lower band."""


class LowShareBand(Spec):
    """Points for a share below a limit."""

    below: Percent
    """The limit: a smaller share scores the points."""
    points: Number
    """Points, instead of those of a higher band."""


Band = MinutesBand | ShareBand | LowShareBand


def limit_of(band: Band) -> float:
    """Return the limit of a band, turned round for those that score what lies below."""
    return -band.below if isinstance(band, LowShareBand) else band.above


def _rising(bands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Check that each band asks for more than the one before, and gives more points."""
    for number, (one, other) in enumerate(pairwise(bands), start=1):
        if limit_of(other) <= limit_of(one) or other.points <= one.points:
            raise Misfit("the bands must go from little pressure to much, with more points each", str(number))
    return bands


TimeBands = Annotated[tuple[MinutesBand, ...], AfterValidator(_rising)]
ShareBands = Annotated[tuple[ShareBand, ...], AfterValidator(_rising)]
LowShareBands = Annotated[tuple[LowShareBand, ...], AfterValidator(_rising)]


class Parameters(Spec):
    """What is scored. Each parameter has bands from little pressure to much; without bands it is left out."""

    handover: TimeBands = ()
    """Mean time from the hospital door until a patient brought by a crew is taken over: of those taken over
    in the window, and of those who still wait with their wait so far."""
    time_to_clinician: TimeBands = ()
    """Mean wait for a clinician in the emergency departments: of those seen in the window, and of those who
    still wait with their wait so far."""
    within_4_hours: LowShareBands = ()
    """Share within four hours, of those who left an emergency department in the window; those inside for
    longer than that count as over it."""
    over_12_hours: ShareBands = ()
    """Share of the people in the emergency departments who have been there for more than 12 hours."""
    awaiting_bed: ShareBands = ()
    """Share of the people in the emergency departments whose care there has ended and who wait for the next
    service, nearly always a bed."""
    attendances: ShareBands = ()
    """Attendances of emergency departments and urgent treatment centres in the last 24 hours, against the
    mean of the four weeks before. Scored once a week of the run has passed."""
    department_occupancy: ShareBands = ()
    """People in the spaces of the areas counted (`areas`) and in temporary escalation spaces, against the
    number of spaces in those areas."""
    bed_occupancy: ShareBands = ()
    """Occupied general and acute beds, against those open; where none is open, 100%."""
    escalation_beds: ShareBands = ()
    """Share of the open general and acute beds that escalation has opened."""
    discharge_ready: ShareBands = ()
    """Discharge-ready patients in beds, against occupied general and acute beds."""


class Levels(Spec):
    """The score from which each level holds; below all it is OPEL 1."""

    opel_2: Number
    """Score from which it is OPEL 2."""
    opel_3: Number
    """Score from which it is OPEL 3."""
    opel_4: Number
    """Score from which it is OPEL 4."""

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not 0 < self.opel_2 < self.opel_3 < self.opel_4:
            raise Misfit("the levels begin at scores that rise: opel_2, opel_3, opel_4")
        return self


class Reserve(Spec):
    """Staff who can be called in or moved for actions, and who are nowhere else in the scenario."""

    label: str = ""
    """Name in reports."""
    each: Scope = "site"
    """Whether every site, every place or the whole system has so many."""
    on_call: RotaField
    """How many can be had, by time."""
    at: dict[Name, RotaField] = {}  # noqa: RUF012 - frozen by Spec
    """Sites or places that have another number."""


class Cost(Spec):
    """What an action costs, in pounds."""

    once: Number = 0.0
    """Each time it comes into effect."""
    per_day: Number = 0.0
    """For each day in effect."""
    per_bed_day: Number = 0.0
    """For each day of each bed that it opens."""


class Neighbour(Spec):
    """Another emergency department that may take patients."""

    to: Name
    """The department."""
    travel: Duration = 0.0
    """Time on the road beyond that to the department that was nearer."""


class Divert(Spec):
    """Conveyed patients who are taken to another emergency department."""

    eligible: ByGroup[Share] = ByGroup(1.0)
    """Share of patients for whom the longer way is safe and suitable."""
    uptake: ByGroup[Share] = ByGroup(1.0)
    """Share of those who are taken to the other department."""
    to: Literal["lower", "any"] = "lower"
    """Whether a department takes patients only while its site is at a lower level than that which diverts."""
    routes: dict[Name, tuple[Neighbour, ...]]
    """For a department, the departments that may take its patients, in order."""

    @model_validator(mode="after")
    def _lead_away(self) -> Self:
        for name, neighbours in self.routes.items():
            for position, neighbour in enumerate(neighbours):
                if neighbour.to == name:
                    raise Misfit(f"{name} cannot divert to itself", "routes", name, str(position), "to")
        return self


class Action(Spec):
    """Something done at a level, for as long as it is needed."""

    label: str = ""
    """Name in reports."""
    scope: Scope = "site"
    """Whose level decides, and whose services it changes: each site, each place, or the whole system."""
    level: Literal[2, 3, 4]
    """OPEL from which it is ordered."""
    until: Literal[1, 2, 3] | None = None
    """It is stood down once the level is this or lower; omitted: one below `level`."""
    only: tuple[Name, ...] = ()
    """The sites or places that have it; omitted: all."""
    hours: HoursField = ALWAYS
    """Hours in which it can be ordered."""
    lead: Duration = 0.0
    """From the order to the effect."""
    at_least: Duration = 0.0
    """How long it lasts at least."""
    at_most: Duration | None = None
    """How long it lasts at most; omitted: for as long as the level holds."""
    rest: Duration = 0.0
    """Time after it has ended before it can be ordered again."""
    staff: dict[Name, Count] = {}  # noqa: RUF012 - frozen by Spec
    """Staff it needs, from the reserves under `escalation.staff`. Where fewer can be had it does not happen;
    when they go off duty it ends."""
    cost: Cost = Cost()
    """What it costs."""
    change: dict[str, Any] = {}  # noqa: RUF012
    """Settings it changes while it lasts, written as under `change`: of services of its site or place, and of
    alternatives offered there."""
    divert: Divert | None = None
    """Ambulances it sends elsewhere."""

    @property
    def ends_at(self) -> int:
        """Return the level at which it is stood down."""
        return self.level - 1 if self.until is None else self.until

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.change and self.divert is None:
            raise Misfit("this action does nothing: give change, divert, or both")
        if self.ends_at >= self.level:
            message = (
                f"the action would be stood down at OPEL {self.until} but is ordered from OPEL {self.level}"
            )
            raise Misfit(message, "until")
        if self.at_most is not None and self.at_most < self.at_least:
            raise Misfit("at_most is shorter than at_least", "at_most")
        if self.only and self.scope == "system":
            raise Misfit("an action of the whole system cannot be for some sites or places only", "only")
        return self


class Escalation(Spec):
    """How pressure is scored, and what is done about it."""

    enabled: bool = True
    """Whether there is any escalation at all; false: nothing is assessed and nothing fires."""
    every: Duration
    """Time between assessments; the first is at the very beginning."""
    window: Duration = 240.0
    """How far back an assessment looks for waits that have ended."""
    areas: tuple[Name, ...] = ()
    """Areas of the emergency departments that count for `department_occupancy`, such as resus and majors;
    omitted: all."""
    parameters: Parameters
    """What is scored, with bands and points."""
    levels: Levels
    """The scores at which levels begin."""
    margin: Number = 0.0
    """A level is left downwards only once the score is this far below its beginning."""
    hold: Duration = 0.0
    """Time after any change of level before it can be lowered."""
    staff: dict[Name, Reserve] = {}  # noqa: RUF012 - frozen by Spec
    """Staff who can be had for actions, by name."""
    actions: dict[Name, Action] = {}  # noqa: RUF012 - frozen by Spec
    """Actions in the order in which they are taken."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.every < SHORTEST:
            raise Misfit("two assessments need at least 10 minutes between them", "every")
        if not any(getattr(self.parameters, name) for name in Parameters.model_fields):
            raise Misfit("there is nothing to score: no parameter has bands", "parameters")
        if self.most_points < self.levels.opel_4:
            most = f"all parameters together give {self.most_points:g}"
            raise Misfit(f"OPEL 4 begins at {self.levels.opel_4:g} but {most}", "levels", "opel_4")
        return self

    @property
    def most_points(self) -> float:
        """Return the score if every parameter is in its last band."""
        bands = (getattr(self.parameters, name) for name in Parameters.model_fields)
        return float(sum(each[-1].points for each in bands if each))
