"""Beds: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import CLIPPED, COUNTED, DEPARTED, EVERYONE, Measure, short

WARD = "ward"
LONG_STAYS = (7, 14, 21)
FULL = {"days_over_92": 0.92, "days_over_95": 0.95, "days_over_100": 0.9949}

_KH03 = "NHS England, bed availability and occupancy (KH03)"
_SPELL = "It runs from the first bed to leaving the last; a move between wards goes on with it."
_measure = partial(Measure, area="beds", kinds=(WARD,))

MEASURES = (
    _measure(
        id="admissions",
        label="Admissions",
        unit="per day",
        better=None,
        definition="Patients each day who are given a bed in an acute ward, moves between wards left out.",
        at_end=COUNTED,
        levels=EVERYONE,
        decimals=0,
        headline=True,
    ),
    _measure(
        id="admissions_elective",
        label="Admissions, elective",
        unit="per day",
        better="higher",
        definition="Elective patients each day who are given a bed in an acute ward.",
        at_end=COUNTED,
        decimals=0,
    ),
    _measure(
        id="bed_occupancy",
        label="Bed occupancy, general and acute",
        unit="share",
        better="lower",
        definition="Mean occupied general and acute beds over mean beds open.",
        at_end=CLIPPED,
        source=_KH03,
        headline=True,
    ),
    _measure(
        id="beds_occupied",
        label="Beds occupied, general and acute",
        unit="beds",
        better=None,
        definition="Mean number of occupied general and acute beds.",
        at_end=CLIPPED,
        source=_KH03,
        decimals=0,
    ),
    _measure(
        id="beds_open",
        label="Beds open, general and acute",
        unit="beds",
        better=None,
        definition="Mean number of staffed general and acute beds.",
        at_end=CLIPPED,
        source=_KH03,
        decimals=0,
    ),
    _measure(
        id="bed_occupancy_peak",
        label="Bed occupancy, peak hour",
        unit="share",
        better="lower",
        definition="Mean occupancy of general and acute beds at the hour of day at which it is highest.",
        at_end=CLIPPED,
    ),
    *(
        _measure(
            id=f"days_over_{limit}",
            label=f"Days with occupancy {words.split(',')[0]}",
            unit="share",
            better="lower",
            definition=f"Share of days on which mean occupancy of general and acute beds was {words}.",
            at_end=CLIPPED,
        )
        for limit, words in (
            (92, "above 92%"),
            (95, "above 95%"),
            (100, "100% or more, to the nearest percent"),
        )
    ),
    _measure(
        id="critical_care_occupancy",
        label="Critical care occupancy",
        unit="share",
        better="lower",
        definition="Mean occupied critical care beds over mean beds open.",
        at_end=CLIPPED,
        source=_KH03,
    ),
    _measure(
        id="waiting_for_bed",
        label="Waiting for a bed anywhere",
        unit="patients",
        better="lower",
        definition="Mean number of patients who have asked for a ward bed and do not have one.",
        at_end=CLIPPED,
        decimals=0,
    ),
    *(
        _measure(
            id=f"stay_{suffix}",
            label=f"Acute stay, {short(words)}",
            unit="days",
            better="lower",
            definition=f"Length of the acute stay, {words}. {_SPELL}",
            at_end=DEPARTED,
            levels=EVERYONE if suffix == "mean" else ("system", "trust", "place", "site"),
        )
        for suffix, words in (("mean", "mean"), ("median", "median"), ("p90", "90th percentile"))
    ),
    _measure(
        id="stay_overnight_mean",
        label="Acute stay, emergency overnight",
        unit="days",
        better="lower",
        definition="Mean nights in acute beds of emergency patients who stay at least one. " + _SPELL,
        at_end=DEPARTED,
        source="NHS England Digital, hospital admitted patient care: length of stay in nights",
        levels=EVERYONE,
    ),
    *(
        _measure(
            id=f"beds_over_{days}_days",
            label=f"Beds used after day {days}",
            unit="share",
            better="lower",
            definition=f"Share of occupied acute beds used by patients {days} days or more into their stay.",
            at_end=CLIPPED,
            source="NHS England, long-stay patients in the daily situation report",
        )
        for days in LONG_STAYS
    ),
    _measure(
        id="patients_over_21_days",
        label="Patients over 21 days",
        unit="patients",
        better="lower",
        definition="Mean number of patients in acute beds 21 days or more into their stay.",
        at_end=CLIPPED,
        source="NHS England, long-stay patients in the daily situation report",
        decimals=0,
    ),
    _measure(
        id="outliers",
        label="Outliers",
        unit="share",
        better="lower",
        definition="Share of patients given a bed who were put in another ward than the one they needed.",
        at_end=COUNTED,
    ),
    _measure(
        id="electives_cancelled",
        label="Elective admissions cancelled",
        unit="per day",
        better="lower",
        definition="Elective admissions cancelled each day because too many beds were occupied.",
        at_end=COUNTED,
    ),
    _measure(
        id="electives_cancelled_share",
        label="Elective admissions cancelled, share",
        unit="share",
        better="lower",
        definition="Share of elective bed requests cancelled because too many beds were occupied.",
        at_end=COUNTED,
    ),
    _measure(
        id="readmissions",
        label="Readmitted within 30 days",
        unit="share",
        better="lower",
        definition="Share of acute stays followed by another acute stay of the same patient within 30 days.",
        at_end="Stays that ended in the collection period count, if 30 days of the run follow.",
        source="NHS England Digital, emergency readmissions within 30 days of discharge",
        levels=EVERYONE,
    ),
)
"""Measures of this area."""
