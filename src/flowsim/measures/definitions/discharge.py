"""Discharge: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import CLIPPED, DEPARTED, EVERYONE, PROVIDERS, Measure
from flowsim.vocabulary import PATHWAYS

WARD = "ward"
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
    *(
        _measure(
            id=f"discharges_pathway_{pathway}",
            label=f"Discharges on pathway {pathway}",
            unit="per day",
            better=None,
            definition=f"Discharge-ready patients each day who leave their ward bed on pathway {pathway}.",
            at_end=DEPARTED,
            source=_SITREP,
        )
        for pathway in PATHWAYS
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
        id="discharge_ready_at_midnight",
        label="Discharge ready, in bed at midnight",
        unit="patients",
        better="lower",
        definition="Mean number of patients in ward beds at midnight who were ready for discharge before it.",
        at_end=CLIPPED,
        source=_SITREP,
        decimals=0,
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
