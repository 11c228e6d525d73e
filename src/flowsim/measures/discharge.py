"""Discharge: who is ready, how long they then stay, and by which pathway they leave.

A patient is discharge-ready from the end of clinical care in a ward until the bed is given up.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from flowsim.clock import Calendar
from flowsim.measures.collect import Collector, Totals, divided
from flowsim.measures.facts import Bools, Facts, View, clipped
from flowsim.measures.measure import CLIPPED, DEPARTED, EVERYONE, PROVIDERS, Measure
from flowsim.measures.spells import DAY, WARD

NOON = 720.0

_SITREP = "NHS England, acute discharge situation report"
_READY = "NHS England, discharge ready date"
_BY_PATHWAY = (*PROVIDERS, "discharge_pathway")
_measure = partial(Measure, area="discharge", kinds=(WARD,))

MEASURES = (
    _measure(
        id="discharges",
        label="Discharges",
        unit="per day",
        better=None,
        definition="Discharge-ready patients each day who leave their ward bed.",
        at_end=DEPARTED,
        source=_SITREP,
        levels=(*EVERYONE, "discharge_pathway"),
        decimals=0,
        headline=True,
    ),
    _measure(
        id="discharges_by_pathway",
        label="Discharges by pathway",
        unit="share",
        better=None,
        definition="Share of discharges on each discharge pathway.",
        at_end=DEPARTED,
        source=_SITREP,
        levels=("discharge_pathway",),
    ),
    _measure(
        id="discharges_by_hour",
        label="Discharges by hour of day",
        unit="share",
        better=None,
        definition="Share of discharges in each hour of the day.",
        at_end=DEPARTED,
        levels=("hour",),
    ),
    _measure(
        id="discharges_before_noon",
        label="Discharged before noon",
        unit="share",
        better="higher",
        definition="Share of discharges that leave their bed before 12:00.",
        at_end=DEPARTED,
    ),
    _measure(
        id="discharges_at_weekend",
        label="Discharged at the weekend",
        unit="share",
        better="higher",
        definition="Share of discharges on Saturday or Sunday; 29% would be every day alike.",
        at_end=DEPARTED,
    ),
    _measure(
        id="discharge_ready",
        label="Beds held, discharge ready",
        unit="patients",
        better="lower",
        definition="Mean number of patients in ward beds who are ready for discharge.",
        at_end=CLIPPED,
        source=_SITREP,
        levels=(*EVERYONE, "discharge_pathway"),
        decimals=0,
        headline=True,
    ),
    _measure(
        id="discharge_ready_share",
        label="Occupied beds held, discharge ready",
        unit="share",
        better="lower",
        definition="Share of occupied ward beds held by patients who are ready for discharge.",
        at_end=CLIPPED,
    ),
    _measure(
        id="delayed",
        label="Discharges delayed a day or more",
        unit="share",
        better="lower",
        definition="Share of discharges on a later date than the date of being discharge-ready.",
        at_end=DEPARTED,
        source=_READY,
        levels=(*EVERYONE, "discharge_pathway"),
    ),
    _measure(
        id="delay_mean",
        label="Delay, of those delayed",
        unit="days",
        better="lower",
        definition="Mean days from the ready date to the discharge date, of those delayed a day or more.",
        at_end=DEPARTED,
        source=_READY,
        levels=(*EVERYONE, "discharge_pathway"),
    ),
    _measure(
        id="delay_all_mean",
        label="Delay, all discharges",
        unit="days",
        better="lower",
        definition="Mean days from the ready date to the discharge date, of all discharges.",
        at_end=DEPARTED,
        source=_READY,
        levels=_BY_PATHWAY,
        decimals=2,
    ),
    _measure(
        id="bed_days_after_ready",
        label="Bed days after ready",
        unit="per day",
        better="lower",
        definition="Days from ready date to discharge date, added up over each day's discharges.",
        at_end=DEPARTED,
        source=_READY,
        levels=_BY_PATHWAY,
        decimals=0,
    ),
    *(
        _measure(
            id=f"delayed_over_{days}_days",
            label=f"Discharges delayed {days} days or more",
            unit="share",
            better="lower",
            definition=f"Share of discharges {days} days or more after the ready date.",
            at_end=DEPARTED,
            source=_READY,
            levels=_BY_PATHWAY,
        )
        for days in (7, 14, 21)
    ),
)
"""Measures of this area."""


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of discharge."""
    if not facts.services(WARD):
        return
    view = facts.view(WARD, everyone=True)
    ready = view.outcome_is("ready")
    gone = ready & view.left_in_period()
    _held(facts, view, ready, out)
    _delays(view, gone, out)
    _when(facts, view, gone, out)


def _held(facts: Facts, view: View, ready: Bools, out: Collector) -> None:
    left, low, high = view.column("left"), facts.warm_up, facts.end
    held = np.where(ready, clipped(view.column("finished"), left, low, high), 0.0)
    out.per_period("discharge_ready", view, held)
    used = clipped(view.column("accepted"), left, low, high)
    out.ratio("discharge_ready_share", view, held, used)


def _delays(view: View, gone: Bools, out: Collector) -> None:
    days = np.floor(view.column("left") / DAY) - np.floor(view.column("finished") / DAY)
    out.rate("discharges", view, gone)
    out.share("delayed", view, days >= 1, gone)
    out.mean("delay_mean", view, days, gone & (days >= 1))
    out.mean("delay_all_mean", view, days, gone)
    out.rate("bed_days_after_ready", view, np.where(gone, days, 0.0))
    for limit in (7, 14, 21):
        out.share(f"delayed_over_{limit}_days", view, days >= limit, gone)


def _when(facts: Facts, view: View, gone: Bools, out: Collector) -> None:
    left = view.column("left")
    out.share("discharges_before_noon", view, left % DAY < NOON, gone)
    hours = np.zeros(view.size, dtype=np.int64)
    hours[gone] = Calendar(facts.replication.start).hours_of_week(left[gone])
    out.share("discharges_at_weekend", view, hours >= 5 * 24, gone)
    by_hour = np.bincount(hours[gone] % 24, minlength=24).astype(np.float64)
    names = [f"{hour:02}" for hour in range(24)]
    out.put("discharges_by_hour", "hour", names, divided(by_hour, np.full(24, by_hour.sum())))
    names, by_pathway = Totals(view, gone).at("discharge_pathway")
    whole = np.full(by_pathway.size, by_pathway.sum())
    out.put("discharges_by_pathway", "discharge_pathway", names, divided(by_pathway, whole))
