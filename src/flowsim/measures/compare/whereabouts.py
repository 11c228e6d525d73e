"""Where patients' time goes in each plan, and which shortage causes the most delay elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.compare.paired import Difference, paired
from flowsim.measures.definitions.time_spent import LINK
from flowsim.measures.estimates import Floats, Key

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Comparison

BUDGET = ("hours_in_care", "hours_waiting", "hours_blocked")
"""Measures that add up to all patient-hours."""
FOUND_IN = 3
"""How many of the places in which a delay is felt are named."""


@dataclass(frozen=True)
class PinchPoint:
    """A service that others wait for, holding a place meanwhile.

    Attributes:
        service: its name.
        delay: patient-hours each day held elsewhere until it accepts.
        held_in: where, the most of it first: the link (holder > service) in both runs.
    """

    service: str
    delay: Difference
    held_in: tuple[Difference, ...]

    @property
    def holders(self) -> list[str]:
        """The services in which most of the delay is felt."""
        return [each.group.partition(LINK)[0] for each in self.held_in]


def where_time_goes(comparison: Comparison, by: str = "kind") -> list[dict[str, list[Difference]]]:
    """Return patient-hours each day in care, waiting and held after care, for each other run.

    Args:
        comparison: the runs.
        by: level of the groups: kind, service, site, place, ...

    Returns:
        For each other run, group to the three differences, in the order of `BUDGET`; last the whole system,
        whose group is empty. The intervals are adjusted for all of them together.
    """
    groups = dict.fromkeys(group for _, _, group in comparison.keys(BUDGET, by))
    keys: list[Key] = [(measure, by, group) for group in groups for measure in BUDGET]
    keys += [(measure, "system", "") for measure in BUDGET]
    found = []
    for other in comparison.others:
        base, rows = comparison.base.cells, len(keys) * len(comparison.others)
        each = paired(keys, base, other.cells, rows, comparison.confidence)
        found.append({each[i].group: each[i : i + len(BUDGET)] for i in range(0, len(keys), len(BUDGET))})
    return found


def pinch_points(comparison: Comparison, most: int = 10) -> list[list[PinchPoint]]:
    """Return the services that cause most delay upstream in either run, for each other run.

    Args:
        comparison: the runs.
        most: how many services.
    """
    return [_pinch_points(comparison, other.cells, most) for other in comparison.others]


def _pinch_points(comparison: Comparison, other: Mapping[Key, Floats], most: int) -> list[PinchPoint]:
    base = comparison.base.cells
    services = dict.fromkeys(
        group
        for cells in (base, other)
        for measure, level, group in cells
        if measure == "delay_caused" and level == "service"
    )
    keys: list[Key] = [("delay_caused", "service", service) for service in services]
    worst = sorted(keys, key=lambda key: -max(_mean(base, key), _mean(other, key)))[:most]
    shown = [key for key in worst if max(_mean(base, key), _mean(other, key)) > 0]
    delays = paired(shown, base, other, len(shown) * len(comparison.others), comparison.confidence)
    links = _links(base, other)
    return [PinchPoint(delay.group, delay, _felt(delay.group, links, base, other)) for delay in delays]


def _links(*runs: Mapping[Key, Floats]) -> dict[str, list[Key]]:
    """Return the links to each service that some run has used."""
    found: dict[str, list[Key]] = {}
    for key in dict.fromkeys(key for cells in runs for key in cells if key[0] == "blocked_by"):
        found.setdefault(key[2].partition(LINK)[2], []).append(key)
    return found


def _felt(
    service: str, links: Mapping[str, list[Key]], base: Mapping[Key, Floats], other: Mapping[Key, Floats]
) -> tuple[Difference, ...]:
    keys = sorted(links.get(service, ()), key=lambda key: -max(_mean(base, key), _mean(other, key)))
    return tuple(paired(keys[:FOUND_IN], base, other))


def _mean(cells: Mapping[Key, Floats], key: Key) -> float:
    values = cells.get(key)
    return 0.0 if values is None or np.isnan(values).all() else float(np.nanmean(values))
