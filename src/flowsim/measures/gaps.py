"""Gaps: how differently the most and the least deprived, and the people of different places, are served.

A gap is worked out within each replication, so its interval is that of the gap itself.
"""

from __future__ import annotations

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.definitions.gaps import BETWEEN, DEPRIVATION, LEAST, MOST, NO_RESIDENTS, PLACES
from flowsim.measures.facts import Facts


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out gaps from what has been measured by fifth and by place."""
    for base in BETWEEN:
        by_fifth, by_place = out.found(base, "fifth"), out.found(base, "residence")
        if not by_fifth:
            continue
        sign = -1.0 if out.catalogue[base].better == "higher" else 1.0
        gap = sign * (by_fifth.get(MOST, np.nan) - by_fifth.get(LEAST, np.nan))
        out.put(f"{DEPRIVATION}_{base}", "system", [""], [gap])
        there = [value for place, value in by_place.items() if place != NO_RESIDENTS and not np.isnan(value)]
        spread = max(there) - min(there) if len(there) > 1 else np.nan
        out.put(f"{PLACES}_{base}", "system", [""], [spread])
