"""How many replications are enough: the algorithm of Hoad, Robinson and Davies, for several measures at once.

Source: Hoad, Robinson and Davies (2010), Automated selection of the number of replications for a
discrete-event simulation, Journal of the Operational Research Society 61, 1632-1644.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Precision:
    """When to stop adding replications.

    Attributes:
        target: Half-width of the confidence interval wanted, as a share of the mean (0.05 is 5%).
        level: Confidence level of the interval, between 0 and 1.
        least: Replications before the first judgement, at least 3.
        look_ahead: Further replications through which the precision must hold; from 100
            replications on it grows in proportion.
        most: Give up after this many replications.
    """

    target: float = 0.05
    level: float = 0.95
    least: int = 3
    look_ahead: int = 5
    most: int = 1000

    def ahead(self, count: int) -> int:
        """Return how many further replications must hold the precision first reached at ``count``."""
        return self.look_ahead if count <= 100 else self.look_ahead * count // 100


@dataclass(frozen=True)
class Verdict:
    """What the algorithm says about the replications so far.

    Attributes:
        enough: The number of replications that was enough; None while it is not known.
        used: Replications to keep: ``enough`` and the ones that confirmed it; all of them so far
            while ``enough`` is not known.
    """

    enough: int | None
    used: int


def half_widths(values: Floats, level: float = 0.95) -> Floats:
    """Return the half-width of the t interval of each mean, after each replication.

    Args:
        values: One row for each replication in order, one column for each measure. A value that is
            not a number is left out of its column.
        level: Confidence level, between 0 and 1.

    Returns:
        An array of the same shape: row ``n - 1`` uses the first ``n`` replications; infinite where
        fewer than two values are known. In the unit of the measure.
    """
    from scipy.special import stdtrit

    count, mean, squares = _running(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.maximum(squares / count - mean**2, 0.0) * count / (count - 1))
        width = stdtrit(np.maximum(count - 1, 1), 0.5 + level / 2) * spread / np.sqrt(count)
    return np.where(count >= 2, width, np.inf)


def _running(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the count, mean and sum of squares of each column's known values so far.

    Values are measured from the first known one of each column, so that a small spread about a
    large mean keeps its digits; the mean returned is from there too.
    """
    known = np.isfinite(values)
    shifted = np.where(known, values - _origin(values, known), 0.0)
    count = known.cumsum(axis=0).astype(float)
    mean = shifted.cumsum(axis=0) / np.maximum(count, 1)
    return count, mean, (shifted**2).cumsum(axis=0)


def _origin(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return the first known value of each column (0 when there is none)."""
    rows = known.argmax(axis=0)
    first = values[rows, np.arange(values.shape[1])]
    return np.where(known.any(axis=0), first, 0.0)


def precision_reached(values: Floats, level: float = 0.95, floors: Floats | None = None) -> Floats:
    """Return the relative half-width of each measure after each replication.

    Args:
        values: One row for each replication in order, one column for each measure.
        level: Confidence level, between 0 and 1.
        floors: For each measure the size below which its mean is "near zero", where a relative
            width means nothing: the half-width is divided by the floor instead. 0 means no floor.

    Returns:
        An array of the same shape. 0 where a measure does not vary; infinite where it is not known.
    """
    count, mean, _ = _running(values)
    size = np.abs(mean + _origin(values, np.isfinite(values)))
    if floors is not None:
        size = np.maximum(size, floors)
    width = half_widths(values, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        reached = np.where(width == 0.0, 0.0, width / size)
    return np.where(count == 0, 0.0, reached)


def judge(values: Floats, rule: Precision, floors: Floats | None = None) -> Verdict:
    """Say whether these replications are enough for every measure.

    The first number of replications at which every measure is precise enough is the answer, once
    the measures have stayed precise through the look-ahead that follows it.

    Args:
        values: One row for each replication in order, one column for each measure.
        rule: When to stop.
        floors: As for ``precision_reached``.
    """
    total = len(values)
    if total < max(rule.least, 2):
        return Verdict(None, total)
    reached = precision_reached(values, rule.level, floors)
    precise: NDArray[np.bool_] = np.all(reached <= rule.target, axis=1)
    precise[: rule.least - 1] = False
    return _first_that_holds(precise, rule)


def _first_that_holds(precise: NDArray[np.bool_], rule: Precision) -> Verdict:
    total, start = len(precise), 0
    while True:
        found = np.flatnonzero(precise[start:])
        if not found.size:
            return Verdict(None, total)
        enough = start + int(found[0]) + 1
        end = enough + rule.ahead(enough)
        lost = np.flatnonzero(~precise[enough:end])
        if lost.size:
            start = enough + int(lost[0])
        elif end <= total:
            return Verdict(enough, end)
        else:
            return Verdict(None, total)


def replications_needed(columns: Sequence[Sequence[float]], rule: Precision) -> int | None:
    """Return the number of replications that was enough for every measure; None when it was not reached.

    Args:
        columns: For each measure, its value in each replication in order.
        rule: When to stop.
    """
    return judge(np.array(columns, dtype=float).T, rule).enough


def headline(
    values: Sequence[Mapping[str, float]], level: float = 0.95
) -> dict[str, tuple[float, float | None]]:
    """Return the mean and the half-width of the interval of each named value.

    Args:
        values: For each replication, name to value.
        level: Confidence level, between 0 and 1.

    Returns:
        Name to (mean, half-width), in the value's own unit; the half-width is None where fewer than
        two replications have the value, and a name that no replication has is left out.
    """
    names = dict.fromkeys(name for each in values for name in each)
    rows = np.array([[each.get(name, math.nan) for name in names] for each in values], dtype=float)
    known = np.isfinite(rows)
    means = np.where(known, rows, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    widths = half_widths(rows, level)[-1] if len(rows) > 1 else np.full(len(names), np.inf)
    return {
        name: (float(mean), float(width) if math.isfinite(width) else None)
        for name, mean, width, seen in zip(names, means, widths, known.any(axis=0), strict=True)
        if seen
    }
