"""Ambulance: response by category, handover at the door, and how calls end.

Handover is measured where the patient arrives, so it can be read by hospital. Where crews are released after
a limit, the crew's handover ends then, although the patient goes on waiting.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.facts import Bools, Facts, Floats, View, clipped
from flowsim.measures.measure import (
    CLIPPED,
    COUNTED,
    OUTCOME_KNOWN,
    PROVIDERS,
    SO_FAR,
    THRESHOLD,
    Level,
    Measure,
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
            label=f"Response, {words}",
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
            label=f"Category {category} response, {words}",
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
            label=f"Ambulance handover, {words}",
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


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of ambulances."""
    if facts.services(AMBULANCE):
        view = facts.view(AMBULANCE)
        out.rate("calls", view)
        _responses(view, out)
        _endings(view, out)
    if facts.services(ED):
        _handovers(facts, out)


def _responses(view: View, out: Collector) -> None:
    minutes = view.minutes("arrived", "started")
    counted = view.reached("started") | (view.column("outcome") < 0)
    out.mean("response_mean", view, minutes, counted)
    out.quantiles({"response_p90": 0.9}, view, minutes, counted)
    category = view.attribute("category")
    for code in range(1, len(CATEGORIES)):
        of_category = counted & (category == code)
        out.mean(f"response_category_{code}_mean", view, minutes, of_category)
        out.quantiles({f"response_category_{code}_p90": 0.9}, view, minutes, of_category)


def _endings(view: View, out: Collector) -> None:
    known = view.column("outcome") >= 0
    out.share("hear_and_treat", view, view.outcome_is("hear_and_treat"), known)
    out.share("see_and_treat", view, view.outcome_is("see_and_treat"), known)
    out.share("conveyed", view, view.outcome_is("convey"), known)
    out.share("alternative_to_conveyance", view, view.outcome_is("alternative"), known)


def handover_minutes(view: View) -> Floats:
    """Return minutes from the door to handover, or to the crew's release; so far, for those still waiting."""
    specs = view.facts.specs
    limits = [float(getattr(spec, "handover_limit", None) or np.inf) for spec in specs]
    released = np.array([*limits, np.inf])[view.column("source")]
    minutes: Floats = np.minimum(view.minutes("arrived", "accepted"), released)
    return minutes


def _handovers(facts: Facts, out: Collector) -> None:
    view = facts.view(ED)
    crews: Bools = view.by_ambulance
    if not crews.any():
        return
    minutes = handover_minutes(view)
    out.rate("handovers", view, crews)
    out.mean("handover_mean", view, minutes, crews)
    out.quantiles({"handover_median": 0.5, "handover_p90": 0.9}, view, minutes, crews)
    for limit in OVER:
        over = minutes > limit
        out.share(f"handover_over_{limit}", view, over, crews & (view.reached("accepted") | over))
    out.rate("handover_hours_lost", view, np.where(crews, np.maximum(minutes - 15.0, 0.0), 0.0) / 60.0)
    everyone = facts.view(ED, everyone=True)
    arrived = everyone.column("arrived")
    until = np.fmin(everyone.column("accepted"), arrived + handover_minutes(everyone))
    waiting = clipped(arrived, until, facts.warm_up, facts.end)
    out.per_period("crews_waiting", everyone, np.where(everyone.by_ambulance, waiting, 0.0))
