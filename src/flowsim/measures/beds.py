"""Beds: admissions, occupancy, stays, outliers, cancellations, critical care and readmissions."""

from __future__ import annotations

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.definitions.beds import FULL, LONG_STAYS
from flowsim.measures.facts import Facts, clipped
from flowsim.measures.pools import (
    mean_busy,
    mean_capacity,
    mean_occupancy,
    peak_occupancy,
    share_of_days_over,
    units,
)
from flowsim.measures.spells import ACUTE, DAY, WARD, Spells, counts_as, had_bed, spells, wards
from flowsim.vocabulary import ROUTES

FOLLOW_UP = 30 * DAY
"""How long after a stay a readmission counts, minutes."""


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of beds."""
    if not facts.services(WARD):
        return
    _occupancy(facts, out)
    _requests(facts, out)
    if wards(facts, *ACUTE):
        found = spells(facts)
        _stays(facts, found, out)
        _long_stays(facts, found, out)
        _admissions(facts, found, out)


def _occupancy(facts: Facts, out: Collector) -> None:
    acute = units(facts, "beds", WARD, only=lambda s: counts_as(s) == ACUTE[0]).limited()
    mean_occupancy(facts, out, "bed_occupancy", acute)
    mean_busy(facts, out, "beds_occupied", acute)
    mean_capacity(facts, out, "beds_open", acute)
    peak_occupancy(facts, out, "bed_occupancy_peak", acute)
    share_of_days_over(facts, out, FULL, acute)
    critical = units(facts, "beds", WARD, only=lambda s: counts_as(s) == ACUTE[1]).limited()
    mean_occupancy(facts, out, "critical_care_occupancy", critical)


def _requests(facts: Facts, out: Collector) -> None:
    view = facts.view(WARD)
    given = had_bed(view)
    out.share("outliers", view, view.reached("assessed"), given)
    elective = view.attribute("route") == ROUTES.index("elective")
    requests = elective & ~view.source_is(WARD)
    cancelled = requests & view.outcome_is("cancelled")
    out.rate("electives_cancelled", view, cancelled)
    out.share("electives_cancelled_share", view, cancelled, requests)
    everyone = facts.view(WARD, everyone=True)
    until = np.fmin(everyone.column("accepted"), everyone.column("left"))
    waits = clipped(everyone.column("arrived"), until, facts.warm_up, facts.end)
    out.per_period("waiting_for_bed", everyone, waits)


def _admissions(facts: Facts, found: Spells, out: Collector) -> None:
    view = found.view
    begun = found.first & (found.began >= facts.warm_up)
    out.rate("admissions", view, begun)
    elective = view.attribute("route") == ROUTES.index("elective")
    out.rate("admissions_elective", view, begun & elective)


def _stays(facts: Facts, found: Spells, out: Collector) -> None:
    view, ended = found.view, found.ended_in_period
    stay = (view.column("left") - found.began) / DAY
    out.mean("stay_mean", view, stay, ended)
    out.quantiles({"stay_median": 0.5, "stay_p90": 0.9}, view, stay, ended)
    nights = np.floor(view.column("left") / DAY) - np.floor(found.began / DAY)
    emergency = view.attribute("route") != ROUTES.index("elective")
    out.mean("stay_overnight_mean", view, nights, ended & emergency & (nights >= 1))
    followed = ended & (view.column("left") <= facts.end - FOLLOW_UP)
    out.share("readmissions", view, found.again_after <= FOLLOW_UP, followed)


def _long_stays(facts: Facts, found: Spells, out: Collector) -> None:
    view, low, high = found.view, facts.warm_up, facts.end
    start = np.where(found.in_bed, view.column("accepted"), np.nan)
    used = clipped(start, view.column("left"), low, high)
    for days in LONG_STAYS:
        late = clipped(np.maximum(start, found.began + days * DAY), view.column("left"), low, high)
        out.ratio(f"beds_over_{days}_days", view, late, used)
        if days == LONG_STAYS[-1]:
            out.per_period("patients_over_21_days", view, late)
