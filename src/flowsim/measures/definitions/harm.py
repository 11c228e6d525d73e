"""Harm associated with delay: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import EVERYONE, SO_FAR, Measure

ED = "emergency_department"
CAVEAT = (
    "Deaths associated with delay are an association in patients admitted in England in 2016 to 2018, seen "
    "up to 12 hours from arrival. It is not proof that delay was the cause, and says nothing about those who "
    "were not admitted. Longer delays count as the longest that was observed, unless the scenario says not."
)
"""Said wherever harm is shown."""

_measure = partial(
    Measure,
    area="harm",
    better="lower",
    at_end=SO_FAR,
    kinds=(ED,),
    caveat=CAVEAT,
    source="Jones et al. (2022), Emergency Medicine Journal 39:168-173; numbers under harm in the scenario",
)

MEASURES = (
    _measure(
        id="harm_deaths",
        label="Deaths associated with delay",
        unit="count",
        definition="Deaths within 30 days, beyond those expected, associated with delay of those admitted.",
        levels=EVERYONE,
    ),
    _measure(
        id="harm_deaths_at_best",
        label="Deaths with delay, least",
        unit="count",
        definition="The same at the end of the published interval with fewer deaths.",
    ),
    _measure(
        id="harm_deaths_at_worst",
        label="Deaths with delay, most",
        unit="count",
        definition="The same at the end of the published interval with more deaths.",
    ),
    _measure(
        id="harm_delayed",
        label="Admitted after a harmful delay",
        unit="per day",
        definition="Admitted patients each day who were in the department beyond the first delay named.",
        levels=EVERYONE,
        decimals=0,
    ),
    _measure(
        id="harm_beyond_observed",
        label="Admitted later than was studied",
        unit="per day",
        definition="Admitted patients each day whose delay was longer than any that was studied.",
        decimals=0,
    ),
)
"""Measures of this area."""
