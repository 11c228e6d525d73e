"""What a plan spends outside acute beds for each bed day that it releases, with the interval of that ratio.

Both differences are paired by replication. The interval is Fieller's for a ratio of correlated means; where
the bed days released may be none, there is no interval, and so no figure that one should act on.

Source: Fieller (1954), Some problems in interval estimation, J R Stat Soc B 16:175-185.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import TYPE_CHECKING, Protocol

import numpy as np

from flowsim.errors import InputError, Problem
from flowsim.measures.compare.paired import Difference, paired
from flowsim.measures.estimates import Floats, Key, t_quantile
from flowsim.measures.format import show, show_interval

if TYPE_CHECKING:
    from collections.abc import Mapping

SPENT: Key = ("cost_outside_beds", "system", "")
BEDS: Key = ("beds_occupied", "system", "")
UNCLEAR = "it is not clear that the plan releases bed days"
FEW = "one replication has no interval"


class Costed(Protocol):
    """What is read of a finished run."""

    @property
    def name(self) -> str:
        """The scenario's name."""

    @property
    def cells(self) -> Mapping[Key, Floats]:
        """Every measure, one value for each replication."""


@dataclass(frozen=True, slots=True)
class Released:
    """Cost per bed day released by a plan, against a baseline.

    Attributes:
        spent: pounds each day outside acute beds, plan less baseline.
        beds: occupied general and acute beds, plan less baseline; below 0 where bed days are released.
        per_bed_day: pounds for each bed day released; below 0 where the plan saves outside beds as well.
        low, high: its interval; not numbers where there is none.
        reason: why there is no interval; empty if there is one.
    """

    spent: Difference
    beds: Difference
    per_bed_day: float
    low: float = nan
    high: float = nan
    reason: str = ""

    def sentence(self) -> str:
        """Return it as a sentence."""
        if self.reason:
            return f"Cost per bed day released: not given, as {self.reason}."
        figure = show(self.per_bed_day, "pounds")
        interval = show_interval(self.low, self.high, "pounds", size=self.per_bed_day)
        return f"Cost per bed day released, outside acute beds: {figure} ({interval})."


def can_tell(run: Costed) -> bool:
    """Say whether a run has what `released` needs: costs, and beds."""
    return SPENT in run.cells and BEDS in run.cells


def released(base: Costed, other: Costed, confidence: float = 0.95) -> Released:
    """Return what a plan spends outside acute beds for each bed day it releases.

    Args:
        base: the finished run it is compared with, of as many replications.
        other: the plan's finished run.
        confidence: level of the intervals, 0 to 1.

    Raises:
        InputError: A run has no costs.
    """
    lacking = [run.name for run in (base, other) if not can_tell(run)]
    if lacking:
        raise InputError([_no_costs(name) for name in dict.fromkeys(lacking)])
    spent, beds = paired([SPENT, BEDS], base.cells, other.cells, 1, confidence)
    more = other.cells[SPENT] - base.cells[SPENT]
    fewer = base.cells[BEDS] - other.cells[BEDS]
    known = ~(np.isnan(more) | np.isnan(fewer))
    ratio, low, high = ratio_of_means(more[known], fewer[known], confidence)
    if np.count_nonzero(known) < 2:
        return Released(spent, beds, nan, reason=FEW)
    if not isfinite(low) or fewer[known].mean() <= 0:
        return Released(spent, beds, nan, reason=UNCLEAR)
    return Released(spent, beds, ratio, low, high)


def ratio_of_means(top: Floats, bottom: Floats, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return the ratio of two paired means and Fieller's interval for it.

    Args:
        top: one value for each pair.
        bottom: likewise, in the same order.
        confidence: level of the interval, 0 to 1.

    Returns:
        The ratio and both ends; the ends are infinite where the interval of the lower mean holds 0, and not
        numbers for fewer than two pairs.
    """
    if top.size < 2:
        return nan, nan, nan
    above, below = float(top.mean()), float(bottom.mean())
    (a, ab), (_, b) = np.cov(top, bottom) / top.size * t_quantile(confidence, top.size) ** 2
    if below**2 <= b:
        return (above / below if below else nan), -inf, inf
    middle, room = above * below - ab, below**2 - b
    width = sqrt(max(middle**2 - room * (above**2 - a), 0.0))
    return above / below, (middle - width) / room, (middle + width) / room


def _no_costs(name: str) -> Problem:
    return Problem(
        f"{name} has no costs, so nothing can be said about the cost of a bed day.",
        hint="Give unit costs in the scenario (`include: [costs/national.yaml]`) and run it again.",
    )
