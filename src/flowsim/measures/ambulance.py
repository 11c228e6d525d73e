"""Ambulance: response by category, handover at the door, and how calls end.

Handover is measured where the patient arrives, so it can be read by hospital. Where crews are released after
a limit, the crew's handover ends then, although the patient goes on waiting.
"""

from __future__ import annotations

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.definitions.ambulance import AMBULANCE, ED, OVER
from flowsim.measures.facts import Bools, Facts, Floats, View, clipped
from flowsim.vocabulary import CATEGORIES


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
    """Return minutes from the door to handover, or to the crew's release; so far, for those still waiting.

    It is over when the visit of the crew is, whatever let the crew go: a limit that always holds, one from
    some day on, or one that an action of escalation brings.
    Some come by ambulance with a crew that is not simulated: from outside the area, or when they come back.
    Where the settings release every simulated crew after a limit, so are these, after the longest of them.
    """
    minutes = view.minutes("arrived", "accepted")
    with_crew = np.fmin(minutes, view.take(view.facts.crew_left) - view.column("arrived"))
    specs = [view.facts.specs[service] for service in view.facts.services(AMBULANCE)]
    limits = [float(getattr(spec, "handover_limit", None) or np.inf) for spec in specs]
    by_the_rule = np.minimum(minutes, max(limits, default=np.inf))
    measured: Floats = np.where(view.source_is(AMBULANCE), with_crew, by_the_rule)
    return measured


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
