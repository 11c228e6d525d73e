"""Where patients' time is spent: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import CLIPPED, Level, Measure

IN_PLACE = ("discharge",)
"""Kinds of service whose patients stay where they are."""
LINK = " > "
"""Between holder and blocker in the name of a link."""

_LEVELS: tuple[Level, ...] = ("system", "trust", "place", "site", "kind", "service")
_measure = partial(Measure, area="system", unit="hours per day", at_end=CLIPPED, decimals=0)

MEASURES = (
    _measure(
        id="hours_in_care",
        label="Patient-hours in care",
        better=None,
        definition="Patient-hours each day in care: to its end or, for those who go home, to leaving.",
        levels=_LEVELS,
    ),
    _measure(
        id="hours_waiting",
        label="Patient-hours waiting",
        better="lower",
        definition="Patient-hours each day waiting for care to start, holding no other place.",
        levels=_LEVELS,
    ),
    _measure(
        id="hours_blocked",
        label="Patient-hours held after care",
        better="lower",
        definition="Patient-hours each day in a place after care, until the next service accepts.",
        levels=_LEVELS,
        headline=True,
    ),
    _measure(
        id="blocked_share",
        label="Patient time held after care",
        unit="share",
        decimals=1,
        better="lower",
        definition="Share of all patient-hours in a place after care, waiting for the next service.",
        levels=_LEVELS,
    ),
    _measure(
        id="delay_caused",
        label="Delay caused upstream",
        better="lower",
        definition="Patient-hours each day in a place elsewhere until this service accepts or passes on.",
        levels=_LEVELS,
    ),
    _measure(
        id="blocked_by",
        label="Held by whom, for what",
        better="lower",
        definition="Patient-hours each day held in one service, waiting for another (holder > waited for).",
        levels=("link",),
    ),
)
"""Measures of this area."""
