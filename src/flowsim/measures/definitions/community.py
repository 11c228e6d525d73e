"""Community: what follows a hospital stay: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import CLIPPED, COUNTED, DEPARTED, PROVIDERS, SO_FAR, Level, Measure

KIND = "intermediate_care"
DAY = 1440.0

_SOURCE = "NHS England, intermediate care framework for rehabilitation, reablement and recovery"
_LEVELS: tuple[Level, ...] = (*PROVIDERS, "discharge_pathway", "residence")
_measure = partial(Measure, area="community", kinds=(KIND,), levels=_LEVELS)

MEASURES = (
    _measure(
        id="intermediate_care_referrals",
        label="Intermediate care: referrals",
        unit="per day",
        better=None,
        definition="Patients each day for whom intermediate care is asked for.",
        at_end=COUNTED,
    ),
    _measure(
        id="intermediate_care_starts",
        label="Intermediate care: starts",
        unit="per day",
        better=None,
        definition="Patients each day who start on intermediate care.",
        at_end="Starts in the collection period count, whenever the patient was referred.",
        source=_SOURCE,
        headline=True,
    ),
    _measure(
        id="intermediate_care_wait_mean",
        label="Intermediate care: wait, mean",
        unit="days",
        better="lower",
        definition="Mean time from arrangements being complete to starting intermediate care.",
        at_end=SO_FAR,
        source=_SOURCE,
    ),
    _measure(
        id="intermediate_care_wait_p90",
        label="Intermediate care: wait, 90th",
        unit="days",
        better="lower",
        definition="Time from arrangements being complete to starting intermediate care, 90th percentile.",
        at_end=SO_FAR,
    ),
    _measure(
        id="intermediate_care_waiting",
        label="Intermediate care: waiting",
        unit="patients",
        better="lower",
        definition="Mean number of patients waiting for intermediate care to start.",
        at_end=CLIPPED,
        decimals=0,
        headline=True,
    ),
    _measure(
        id="intermediate_care_patients",
        label="Intermediate care: patients",
        unit="patients",
        better=None,
        definition="Mean number of patients in intermediate care.",
        at_end=CLIPPED,
        decimals=0,
    ),
    _measure(
        id="intermediate_care_occupancy",
        label="Intermediate care: occupancy",
        unit="share",
        better=None,
        definition="Mean places in use over mean places, where the number of places is limited.",
        at_end=CLIPPED,
        levels=PROVIDERS,
    ),
    _measure(
        id="intermediate_care_stay_mean",
        label="Intermediate care: stay, mean",
        unit="days",
        better="lower",
        definition="Mean length of a package or stay in intermediate care.",
        at_end=DEPARTED,
    ),
    _measure(
        id="intermediate_care_refused",
        label="Intermediate care: refused",
        unit="share",
        better="lower",
        definition="Share of referrals to intermediate care that are refused.",
        at_end=COUNTED,
    ),
)
"""Measures of this area."""
