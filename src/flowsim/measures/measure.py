"""What a measure is: one definition for the terminal, the report, the workbook, `explain` and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowsim.measures.format import show

Better = Literal["higher", "lower", None]
"""Which direction is an improvement; None where neither is."""

Level = Literal[
    "system",
    "trust",
    "place",
    "site",
    "kind",
    "service",
    "pool",
    "link",
    "category",
    "discharge_pathway",
    "age",
    "fifth",
    "acuity",
    "route",
    "residence",
    "hour",
    "action",
]
"""What a measure may be broken down by.

``place`` is where the service is, ``residence`` where the patient lives; ``pool`` is one resource of a
service, ``link`` a pair of services (the one that holds, the one that is waited for), ``category`` the
category of the 999 call, ``hour`` the hour of arrival and ``action`` an action of escalation.
"""

PROVIDERS: tuple[Level, ...] = ("system", "trust", "place", "site", "service")
"""Levels at which services are grouped."""
PEOPLE: tuple[Level, ...] = ("age", "fifth", "acuity", "route", "residence")
"""Levels at which patients are grouped."""
EVERYONE: tuple[Level, ...] = PROVIDERS + PEOPLE
"""Providers and people."""

AREAS = {
    "urgent_care": "Urgent care",
    "ambulance": "Ambulance",
    "alternatives": "Alternatives",
    "beds": "Beds",
    "discharge": "Discharge",
    "community": "Community",
    "system": "System",
    "harm": "Harm",
    "cost": "Cost",
    "gaps": "Gaps between groups",
    "opel": "Escalation",
    "queueing": "Every service",
}
"""Areas of the catalogue and their headings, in the order in which they are shown."""

COUNTED = "Everyone who arrived in the collection period counts, whether or not they have left."
"""For counts of arrivals."""
SO_FAR = (
    "Everyone who arrived in the collection period counts; a patient still waiting at the end counts with "
    "the time so far, so the figure is a lower bound."
)
"""For means and quantiles of waits."""
THRESHOLD = (
    "A patient still inside at the end counts once the time so far is over the limit; one who is still "
    "within it is left out, because the answer is not known."
)
"""For shares over or within a limit."""
DEPARTED = "Those who left in the collection period count; those still inside at the end do not."
"""For stays and delays, which national statistics count at discharge."""
CLIPPED = "Time inside the collection period counts; for those still inside, up to its end."
"""For mean numbers, hours and occupancy."""
OUTCOME_KNOWN = "Patients whose outcome is not known by the end are left out."
"""For shares by outcome."""


def short(words: str) -> str:
    """Return the name of a statistic as it fits into a label: 90th for 90th percentile."""
    return words.removesuffix(" percentile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure.

    Attributes:
        id: the name used in tables, targets and commands.
        area: a key of `AREAS`.
        label: short name for a table.
        unit: "share", "points" (a difference of shares), "minutes", "hours", "days", "per day", "hours per
            day", "patients" or "beds" (mean numbers), "count", "pounds" or "pounds per day".
        better: "higher" or "lower" where that is an improvement, else None.
        definition: one sentence.
        at_end: how patients still inside at the end count.
        source: where the definition comes from; empty for plain queueing theory.
        caveat: what must be said wherever the measure is shown; mostly empty.
        levels: what it is broken down by.
        kinds: kinds of service it is measured for; empty for every kind.
        decimals: decimals shown.
        headline: true for the few that open a report.
    """

    id: str
    area: str
    label: str
    unit: str
    better: Better
    definition: str
    at_end: str
    source: str = ""
    caveat: str = ""
    levels: tuple[Level, ...] = PROVIDERS
    kinds: tuple[str, ...] = ()
    decimals: int = 1
    headline: bool = False

    def format(self, value: float) -> str:
        """Return a value of this measure as people write it, such as 78.3% or 31 min."""
        return show(value, self.unit, self.decimals)
