"""Every measure there is: one definition each, in the order of the areas."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flowsim.errors import InputError, Problem, nearest
from flowsim.measures.definitions import (
    alternatives,
    ambulance,
    beds,
    community,
    cost,
    discharge,
    escalation,
    gaps,
    harm,
    queueing,
    time_spent,
    urgent_care,
)
from flowsim.measures.measure import AREAS, Measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from flowsim.measures.facts import Facts
    from flowsim.tables import Replication

_DEFINITIONS = (
    urgent_care, ambulance, alternatives, beds, discharge, community, time_spent, harm, cost, gaps,
    escalation, queueing,
)  # fmt: skip

CATALOGUE: Mapping[str, Measure] = MappingProxyType(
    {
        measure.id: measure
        for measure in sorted(
            (measure for area in _DEFINITIONS for measure in area.MEASURES),
            key=lambda measure: list(AREAS).index(measure.area),
        )
    }
)
"""Every measure by id, in the order of the areas."""


def known(name: str) -> Measure:
    """Return a measure by its id.

    Raises:
        InputError: There is none; the nearest ids are suggested.
    """
    if name not in CATALOGUE:
        close = nearest(name, CATALOGUE, n=3)
        hint = (
            f"Did you mean {' or '.join(close)}?" if close else "`flowsim list measures` shows all of them."
        )
        raise InputError([Problem(f"There is no measure called {name}.", hint=hint)])
    return CATALOGUE[name]


def in_area(area: str) -> list[Measure]:
    """Return the measures of an area, in order."""
    return [measure for measure in CATALOGUE.values() if measure.area == area]


def headline() -> list[Measure]:
    """Return the few measures that open a report."""
    return [measure for measure in CATALOGUE.values() if measure.headline]


def evaluate(replication: Replication, scenario: Any) -> dict[str, NDArray[Any]]:
    """Work out every measure of one replication.

    Args:
        replication: its tables.
        scenario: the scenario they came from.

    Returns:
        Columns measure, level, group (text) and value (in the measure's unit; not a number where there
        was nobody to measure). The group of level "system" is empty.
    """
    from flowsim.measures.facts import Facts

    return evaluate_facts(Facts(replication, scenario))


def evaluate_facts(facts: Facts) -> dict[str, NDArray[Any]]:
    """Work out every measure of a replication whose facts have been laid out already; see `evaluate`."""
    from flowsim.measures import (
        alternatives,
        ambulance,
        beds,
        community,
        cost,
        discharge,
        escalation,
        gaps,
        harm,
        queueing,
        time_spent,
        urgent_care,
    )
    from flowsim.measures.collect import Collector

    out = Collector(facts, CATALOGUE)
    care = (urgent_care, ambulance, alternatives, beds, discharge, community)
    for area in (*care, time_spent, harm, cost, gaps, escalation, queueing):
        area.evaluate(facts, out)
        facts.forget()
    return out.table()
