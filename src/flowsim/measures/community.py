"""Community: what follows a hospital stay on pathways 1 to 3 - waits, starts, occupancy and length."""

from __future__ import annotations

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.definitions.community import DAY, KIND
from flowsim.measures.facts import Facts, clipped
from flowsim.measures.pools import mean_occupancy, units


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of intermediate care."""
    if not facts.services(KIND):
        return
    view = facts.view(KIND)
    refused = view.outcome_is("refused")
    out.rate("intermediate_care_referrals", view)
    out.share("intermediate_care_refused", view, refused)
    wait = view.minutes("arrived", "accepted") / DAY
    out.mean("intermediate_care_wait_mean", view, wait, ~refused)
    out.quantiles({"intermediate_care_wait_p90": 0.9}, view, wait, ~refused)
    mean_occupancy(facts, out, "intermediate_care_occupancy", units(facts, "places", KIND).limited())
    _everyone(facts, out)


def _everyone(facts: Facts, out: Collector) -> None:
    view, low, high = facts.view(KIND, everyone=True), facts.warm_up, facts.end
    arrived, accepted, left = view.column("arrived"), view.column("accepted"), view.column("left")
    out.rate("intermediate_care_starts", view, accepted >= low)
    out.per_period("intermediate_care_waiting", view, clipped(arrived, np.fmin(accepted, left), low, high))
    out.per_period("intermediate_care_patients", view, clipped(accepted, left, low, high))
    gone = view.left_in_period() & view.reached("accepted")
    out.mean("intermediate_care_stay_mean", view, (left - accepted) / DAY, gone)
