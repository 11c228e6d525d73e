"""Cost: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import CLIPPED, COUNTED, Level, Measure

CAVEAT = (
    "Costs are unit costs times activity: what care is worth on average. Beds, crews and teams that stand by "
    "cost the same whether they are used or not, so what is released is not cash until something is closed."
)
"""Said wherever cost is shown."""

_LEVELS: tuple[Level, ...] = ("system", "trust", "place", "site", "kind", "service")
_measure = partial(
    Measure,
    area="cost",
    unit="pounds per day",
    better="lower",
    at_end=CLIPPED,
    caveat=CAVEAT,
    source="unit costs under costs in the scenario",
    levels=_LEVELS,
    decimals=0,
)

MEASURES = (
    _measure(
        id="cost_per_day",
        label="Cost, all services",
        definition="Cost each day: activity times its unit cost, and what services cost whatever happens.",
    ),
    _measure(
        id="cost_of_period",
        label="Cost of the whole period",
        unit="pounds",
        definition="The same, added up over the collection period.",
    ),
    _measure(
        id="cost_outside_beds",
        label="Cost outside acute beds",
        definition="Cost each day of all but general and acute and critical care beds.",
    ),
    _measure(
        id="cost_after_ready",
        label="Cost after discharge-ready",
        definition="Cost each day of ward beds held by patients who are ready for discharge.",
        kinds=("ward",),
    ),
    _measure(
        id="cost_of_handover_delay",
        label="Cost of handover delay",
        definition="Cost each day of crews kept at the hospital door beyond 15 minutes.",
        at_end=COUNTED,
        kinds=("emergency_department",),
    ),
    _measure(
        id="services_without_cost",
        label="Services without a price",
        unit="count",
        definition="Services whose activity has no unit cost, so that it is not in the cost.",
        levels=("system", "kind"),
        caveat="",
    ),
)
"""Measures of this area."""
