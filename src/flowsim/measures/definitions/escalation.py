"""Escalation: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import CLIPPED, Better, Level, Measure

LEVELS = (1, 2, 3, 4)
_BETTER: tuple[Better, ...] = ("higher", None, "lower", "lower")
SCOPES: tuple[Level, ...] = ("system", "place", "site")

_OPEL = "NHS England, integrated OPEL framework 2024 to 2026"
_ACTIVE = "Actions in effect in the collection period count, with their time in it."
_measure = partial(Measure, area="opel", at_end=CLIPPED)

MEASURES = (
    *(
        _measure(
            id=f"opel_{level}_hours",
            label=f"Hours at OPEL {level}",
            unit="hours",
            better=better,
            definition=f"Hours of the collection period for which the assessed level was OPEL {level}.",
            source=_OPEL,
            levels=SCOPES,
            decimals=0,
        )
        for level, better in zip(LEVELS, _BETTER, strict=True)
    ),
    _measure(
        id="opel_score",
        label="OPEL score, mean",
        unit="count",
        better="lower",
        definition="Mean of the scores of all assessments.",
        at_end="Assessments in the collection period count.",
        source=_OPEL,
        levels=SCOPES,
    ),
    _measure(
        id="opel_changes",
        label="Changes of level",
        unit="per day",
        better=None,
        definition="How often a day the assessed level rose or fell.",
        at_end="Changes in the collection period count.",
        levels=SCOPES,
    ),
    _measure(
        id="actions_taken",
        label="Times an action came into effect",
        unit="count",
        better=None,
        definition="How often an action came into effect, at any site, in any place or in the system.",
        at_end="Actions that came into effect in the collection period count.",
        levels=("system", "action"),
        decimals=0,
    ),
    _measure(
        id="action_hours",
        label="Hours in effect",
        unit="hours",
        better=None,
        definition="Hours for which an action was in effect, added up over the sites or places that had it.",
        at_end=_ACTIVE,
        levels=("system", "action"),
        decimals=0,
    ),
    _measure(
        id="actions_failed",
        label="Actions that could not be taken",
        unit="count",
        better="lower",
        definition="How often an action was called for and did not happen for lack of the staff it needs.",
        at_end="Attempts in the collection period count, one for each time the level called for it.",
        levels=("system", "action"),
        decimals=0,
    ),
    _measure(
        id="escalation_bed_days",
        label="Escalation bed days",
        unit="days",
        better="lower",
        definition="Days for which beds opened by actions were open, added up over beds.",
        at_end=_ACTIVE,
        levels=("system", "place", "site", "action"),
        decimals=0,
    ),
    _measure(
        id="ambulances_diverted",
        label="Ambulance patients diverted",
        unit="per day",
        better=None,
        definition="Patients a day whom crews took to another emergency department than the planned one.",
        at_end="Patients who left the scene in the collection period count.",
        levels=("system", "action"),
    ),
    _measure(
        id="escalation_cost",
        label="Cost of actions",
        unit="pounds",
        better="lower",
        definition="What actions in effect cost, at the scenario's unit costs; nothing where it has none.",
        at_end=_ACTIVE,
        levels=("system", "action"),
        decimals=0,
    ),
)
"""Measures of this area."""
