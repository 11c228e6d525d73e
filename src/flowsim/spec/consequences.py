"""Consequences: what delay is associated with, and what care costs. Neither changes what happens to patients.

Both are data with source and grade. Without these sections nothing is said about harm or cost.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Self

from pydantic import model_validator

from flowsim.spec.base import Misfit, Spec
from flowsim.spec.values import Duration, Factor, Name, Number

__all__ = ["Costs", "DelayBand", "Harm", "ServiceCost", "UnitCost", "UnitCosts"]


class DelayBand(Spec):
    """Deaths associated with a delay of some length before admission."""

    after: Duration
    """Time from arrival in an emergency department to an inpatient bed from which this holds."""
    until: Duration
    """Time up to which this was observed."""
    one_in: Number
    """One death within 30 days, beyond those expected, for so many admitted patients delayed so long."""
    one_in_at_worst: Number
    """The same at the end of the interval with more deaths: a smaller number."""
    one_in_at_best: Number
    """The same at the end of the interval with fewer deaths: a larger number."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until <= self.after:
            raise Misfit("until must be later than after", "until")
        for name in ("one_in", "one_in_at_worst"):
            if getattr(self, name) <= 0:
                raise Misfit("one in how many patients: write a number above 0", name)
        if self.one_in_at_worst > self.one_in:
            raise Misfit("at worst there is a death among fewer patients, or as many", "one_in_at_worst")
        if self.one_in_at_best < self.one_in:
            raise Misfit("at best there is a death among more patients, or as many", "one_in_at_best")
        return self


class Harm(Spec):
    """Harm associated with delay: deaths within 30 days of those who waited long for admission."""

    enabled: bool = True
    """Whether it is measured; false: as if this section were not there."""
    deaths: tuple[DelayBand, ...]
    """Deaths by length of delay, from short delays to long ones."""
    beyond: bool = True
    """Whether patients delayed for longer than was observed count as in the last band. Without them a plan
    could seem to do less harm by letting patients wait for longer."""

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not self.deaths:
            raise Misfit("give at least one length of delay", "deaths")
        for number, (one, other) in enumerate(pairwise(self.deaths), start=1):
            if other.after < one.until:
                raise Misfit("each delay begins where the one before ends, or later", "deaths", str(number))
        return self


class UnitCost(Spec):
    """What one of something costs."""

    price: Number
    """Pounds for one."""
    year: str = ""
    """Year of that price, such as 2020/21; omitted: the year of `costs.prices_of`."""


class UnitCosts(Spec):
    """Unit costs; what is left out is not counted, and the results say for how many services."""

    type_1_attendance: UnitCost | None = None
    """An attendance at an emergency department."""
    type_3_attendance: UnitCost | None = None
    """An attendance at an urgent treatment centre."""
    call: UnitCost | None = None
    """A call assessed by 111, a GP or another point of access."""
    ambulance_hour: UnitCost | None = None
    """An hour of a crew on a job, waiting at the hospital door included."""
    bed_day: UnitCost | None = None
    """A day in a general and acute bed, all treatment included, until discharge-ready."""
    critical_care_bed_day: UnitCost | None = None
    """A day in a critical care bed."""
    ready_bed_day: UnitCost | None = None
    """A day in a hospital bed after discharge-ready; omitted: as any other day there."""
    community_bed_day: UnitCost | None = None
    """A day in a ward whose beds count as community or other."""
    sdec_attendance: UnitCost | None = None
    """An attendance at same day emergency care."""
    virtual_ward_day: UnitCost | None = None
    """A day of one patient on a virtual ward."""
    community_response: UnitCost | None = None
    """A patient seen by urgent community response, follow-up visits included."""
    clinic_attendance: UnitCost | None = None
    """A patient seen in a clinic of any kind."""
    pathway_1_day: UnitCost | None = None
    """A day of one package of care at home or reablement."""
    pathway_2_bed_day: UnitCost | None = None
    """A day in a bed of pathway 2."""
    pathway_3_day: UnitCost | None = None
    """A day of a placement of pathway 3, as far as it is simulated."""
    staff_hour: UnitCost | None = None
    """An hour on the rota of a discharge team, whose work no other unit cost covers."""


class ServiceCost(Spec):
    """What is different about the cost of one service."""

    price: Number | None = None
    """Pounds for one attendance, day or hour, at prices of `costs.prices_of`, instead of the unit cost."""
    per_day: Number = 0.0
    """Pounds for each day of the period besides, whatever happens: a new team, a lease, a programme."""


class Costs(Spec):
    """What care costs, in pounds."""

    prices_of: str
    """The year whose prices results are in, such as 2025/26."""
    inflation: dict[str, Factor] = {}  # noqa: RUF012 - frozen by Spec
    """For an earlier year, what its prices are multiplied by to be those of `prices_of`."""
    unit: UnitCosts = UnitCosts()
    """What one attendance, day or hour costs."""
    services: dict[Name, ServiceCost] = {}  # noqa: RUF012
    """Services that cost something else, or something besides."""

    @model_validator(mode="after")
    def _years_known(self) -> Self:
        for item in UnitCosts.model_fields:
            cost = getattr(self.unit, item)
            if cost is not None and self._factor(cost) is None:
                known = ", ".join([self.prices_of, *self.inflation])
                message = (
                    f"nothing says what prices of {cost.year} are in {self.prices_of}: see costs.inflation"
                )
                raise Misfit(message, "unit", item, "year", allowed=known)
        return self

    def _factor(self, cost: UnitCost) -> float | None:
        return 1.0 if cost.year in ("", self.prices_of) else self.inflation.get(cost.year)

    def price(self, item: str) -> float | None:
        """Return the unit cost of an item of `UnitCosts` in pounds of `prices_of`; None if there is none."""
        cost: UnitCost | None = getattr(self.unit, item)
        return None if cost is None else cost.price * (self._factor(cost) or 1.0)
