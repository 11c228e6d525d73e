"""Ambulance: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import (
    CLIPPED,
    COUNTED,
    OUTCOME_KNOWN,
    PROVIDERS,
    SO_FAR,
    THRESHOLD,
    Level,
    Measure,
    short,
)
from flowsim.vocabulary import CATEGORIES

AMBULANCE = "ambulance"
ED = "emergency_department"
OVER = (15, 30, 45, 60)

_AMBSYS = "NHS England, ambulance quality indicators: systems indicators"
_BY_CATEGORY: tuple[Level, ...] = ("system", "place", "service", "category")
_measure = partial(Measure, area="ambulance", kinds=(AMBULANCE,))
_handover = partial(Measure, area="ambulance", kinds=(ED,), source=_AMBSYS, levels=PROVIDERS)

MEASURES = (
    _measure(
        id="calls",
        label="999 calls",
        unit="per day",
        better=None,
        definition="Patients each day for whom the ambulance service is asked.",
        at_end=COUNTED,
        levels=(*_BY_CATEGORY, "residence"),
        decimals=0,
    ),
    *(
        _measure(
            id=f"response_{suffix}",
            label=f"Response, {short(words)}",
            unit="minutes",
            better="lower",
            definition=f"Time from the call to a crew on scene, {words}.",
            at_end=SO_FAR,
            source=_AMBSYS,
            levels=_BY_CATEGORY,
        )
        for suffix, words in (("mean", "mean"), ("p90", "90th percentile"))
    ),
    *(
        _measure(
            id=f"response_category_{category}_{suffix}",
            label=f"Category {category} response, {short(words)}",
            unit="minutes",
            better="lower",
            definition=f"Time from a category {category} call to a crew on scene, {words}.",
            at_end=SO_FAR,
            source=_AMBSYS,
            levels=("system", "place", "service", "residence"),
            headline=category == "2" and suffix == "mean",
        )
        for category in CATEGORIES[1:]
        for suffix, words in (("mean", "mean"), ("p90", "90th percentile"))
    ),
    _handover(
        id="handovers",
        label="Handovers",
        unit="per day",
        better=None,
        definition="Patients each day brought to an emergency department by ambulance.",
        at_end=COUNTED,
        decimals=0,
    ),
    *(
        _handover(
            id=f"handover_{suffix}",
            label=f"Ambulance handover, {short(words)}",
            unit="minutes",
            better="lower",
            definition=f"Time from the crew's arrival at the door to handover, {words}.",
            at_end=SO_FAR,
            decimals=0,
            headline=suffix == "mean",
        )
        for suffix, words in (("mean", "mean"), ("median", "median"), ("p90", "90th percentile"))
    ),
    *(
        _handover(
            id=f"handover_over_{limit}",
            label=f"Handover over {limit} minutes",
            unit="share",
            better="lower",
            definition=f"Share of handovers that take more than {limit} minutes from arrival at the door.",
            at_end=THRESHOLD,
        )
        for limit in OVER
    ),
    _handover(
        id="handover_hours_lost",
        label="Crew hours lost at the door",
        unit="hours per day",
        better="lower",
        definition="Crew hours each day spent at the door beyond 15 minutes for each patient.",
        at_end=SO_FAR,
        decimals=0,
    ),
    _handover(
        id="crews_waiting",
        label="Crews waiting at the door",
        unit="patients",
        better="lower",
        definition="Mean number of patients brought by ambulance who are not yet handed over.",
        at_end=CLIPPED,
    ),
    *(
        _measure(
            id=name,
            label=label,
            unit="share",
            better=None,
            definition=f"Share of 999 patients {words}.",
            at_end=OUTCOME_KNOWN,
            source=_AMBSYS,
            levels=(*_BY_CATEGORY, "residence"),
        )
        for name, label, words in (
            ("hear_and_treat", "Hear and treat", "whose call is closed on the telephone"),
            ("see_and_treat", "See and treat", "whom a crew treats and leaves where they are"),
            ("conveyed", "Conveyed", "whom a crew takes to hospital"),
            ("alternative_to_conveyance", "Alternative found by 999", "passed to an alternative"),
        )
    ),
)
"""Measures of this area."""
