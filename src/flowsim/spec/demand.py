"""How many come, when, by which route and to which service."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from flowsim.clock import DAY_NAMES, parse_profile
from flowsim.errors import nearest
from flowsim.spec.base import Misfit, Spec
from flowsim.spec.mixes import Known, Mix
from flowsim.spec.people import CaseMix
from flowsim.spec.values import Name, Number, ProfileField, Share
from flowsim.vocabulary import OUT_OF_AREA

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Keys of the month factors, January first."""

Route = Literal[
    "walk_in", "ambulance", "nhs_111", "gp", "care_home", "community", "elective", "return", "other"
]
"""How patients come; the same words as `flowsim.vocabulary.ROUTES`."""


def _keys(what: str, options: tuple[str, ...]) -> BeforeValidator:
    """Check that every key of a mapping is one of `options`, with the nearest right one if not."""

    def check(value: Any) -> Any:
        for key in value if isinstance(value, Mapping) else ():
            if key not in options:
                near = nearest(str(key), options) or [o for o in options if str(key).lower().startswith(o)]
                meant = f". Did you mean {near[0]}?" if near else ""
                raise Misfit(
                    f"{key} is not a {what}{meant}", str(key), allowed=", ".join(options), at_key=True
                )
        return value

    return BeforeValidator(check)


def _named_or_inline(value: Any) -> str:
    return "inline" if isinstance(value, (Mapping, CaseMix)) else "name"


class DemandSpec(Spec):
    """One stream of patients who come to the system by one route.

    The rate at any hour is the product of `per_day`, the week profile, the factors of the month, the day of
    the week and bank holidays, the day's own variation, and any dated change in force.
    """

    to: Name
    """The service patients come to first."""
    per_day: Number
    """Patients on an average day."""
    route: Route = "walk_in"
    """How patients come."""
    place: Annotated[Mix, Known("place")] = Mix.only(OUT_OF_AREA)
    """Where patients live: a place, or shares of several."""
    profile: ProfileField = Field(default_factory=lambda: parse_profile("flat"))
    """Relative weight of each hour of the week."""
    months: Annotated[dict[str, Number], _keys("month", MONTHS)] = {}  # noqa: RUF012 - frozen by Spec
    """Factors by month, jan to dec; 1 for a month that is left out."""
    weekdays: Annotated[dict[str, Number], _keys("day of the week", DAY_NAMES)] = {}  # noqa: RUF012
    """Factors by day of the week, monday to sunday, on top of the profile; 1 for a day that is left out."""
    bank_holiday: Number = 1.0
    """Factor on bank holidays, in place of the weekday's."""
    day_variation: Share = 0.0
    """Standard deviation of a random factor (gamma, mean 1) by which whole days are busier or quieter."""
    casemix: Annotated[
        Annotated[str, Tag("name")] | Annotated[CaseMix, Tag("inline")], Discriminator(_named_or_inline)
    ] = ""
    """What patients are like: the name of a case mix, or one written here; left out, all are alike."""
    label: str = ""
    """Name in reports; the stream's own name when left out."""

    def mean_per_day(self, months: Sequence[int] = range(1, 13)) -> float:
        """Return patients on an average day, with the factors of weekdays and months.

        Args:
            months: the months to average over, January being 1; the whole year by default.
        """
        by_day = self.profile.weights.reshape(7, 24).mean(axis=1)
        week = math.fsum(by_day[i] * self.weekdays.get(day, 1.0) for i, day in enumerate(DAY_NAMES)) / 7
        year = math.fsum(self.months.get(MONTHS[month - 1], 1.0) for month in months) / len(months)
        return self.per_day * week * year
