"""Harm associated with delay: deaths within 30 days of those who waited long for admission.

A delay runs from arrival in an emergency department to leaving it for a bed. The scenario gives the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.definitions.harm import ED
from flowsim.measures.facts import Bools, Facts, Floats, View

if TYPE_CHECKING:
    from flowsim.spec.consequences import DelayBand, Harm

RISKS = {
    "harm_deaths": "one_in",
    "harm_deaths_at_best": "one_in_at_best",
    "harm_deaths_at_worst": "one_in_at_worst",
}
"""Measures, and the number of a band that each is worked out with."""


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out harm, where the scenario asks for it."""
    harm: Harm | None = getattr(facts.scenario, "harm", None)
    if harm is None or not harm.enabled or not facts.services(ED):
        return
    view = facts.view(ED)
    admitted, delay = view.outcome_is("admit"), view.minutes("arrived", "left")
    bands = [(band, admitted & _within(delay, harm, band)) for band in harm.deaths]
    for measure, number in RISKS.items():
        out.count(measure, view, _deaths(view, bands, number))
    out.rate("harm_delayed", view, admitted & (delay > harm.deaths[0].after))
    out.rate("harm_beyond_observed", view, admitted & (delay > harm.deaths[-1].until))


def _within(delay: Floats, harm: Harm, band: DelayBand) -> Bools:
    endless = harm.beyond and band is harm.deaths[-1]
    return (delay > band.after) & (delay <= (np.inf if endless else band.until))


def _deaths(view: View, bands: list[tuple[DelayBand, Bools]], number: str) -> Floats:
    deaths = np.zeros(view.size)
    for band, delayed in bands:
        deaths[delayed] = 1.0 / getattr(band, number)
    return deaths
