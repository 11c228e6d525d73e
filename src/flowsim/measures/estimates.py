"""Estimates over replications: the mean with its interval, and what a single winter may look like.

The unit of analysis is the replication. The interval of the mean says how well the mean is known; the
prediction percentiles say how replications, that is, single winters, differ. They answer different
questions and both are given.

Source: Law, Simulation Modeling and Analysis; Hoad, Robinson and Davies (2010), J Oper Res Soc 61.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Key = tuple[str, str, str]
"""Measure id, level, group."""

PERCENTILES = (5, 25, 50, 75, 95)
"""Prediction percentiles, by linear interpolation between order statistics (type 7)."""
ONE_REPLICATION = "One replication has no interval: run at least two, better 30."
"""Said wherever an interval cannot be given."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One measure for one group, over replications.

    Attributes:
        measure, level, group: what and whom it is about.
        n: replications in which it has a value.
        mean: mean over those replications, in the measure's unit.
        sd: standard deviation between replications; not a number for one replication.
        half_width: half the width of the interval of the mean; not a number for one replication.
        percentiles: values below which 5, 25, 50, 75 and 95% of replications fall.
        confidence: level of the interval, 0 to 1.
    """

    measure: str
    level: str
    group: str
    n: int
    mean: float
    sd: float
    half_width: float
    percentiles: tuple[float, ...]
    confidence: float = 0.95

    @property
    def low(self) -> float:
        """Lower end of the interval of the mean."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval of the mean."""
        return self.mean + self.half_width

    @property
    def note(self) -> str:
        """Why there is no interval; empty if there is one."""
        return ONE_REPLICATION if self.n < 2 else ""


def t_quantile(confidence: float, n: int) -> float:
    """Return the two-sided t quantile for `n` replications; not a number for fewer than two."""
    if n < 2:
        return nan
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.5 + confidence / 2.0))


def half_width(values: Floats, confidence: float = 0.95) -> float:
    """Return half the width of the t interval of the mean; not a number for fewer than two values."""
    if values.size < 2:
        return nan
    return t_quantile(confidence, values.size) * float(values.std(ddof=1)) / sqrt(values.size)


def estimate(key: Key, values: Floats, confidence: float = 0.95) -> Estimate:
    """Return the estimate of one measure from its value in each replication.

    Args:
        key: measure, level and group.
        values: one value for each replication; those that are not a number are left out.
        confidence: level of the interval, 0 to 1.
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return Estimate(*key, 0, nan, nan, nan, (nan,) * len(PERCENTILES), confidence)
    return Estimate(
        *key,
        n=int(known.size),
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if known.size > 1 else nan,
        half_width=half_width(known, confidence),
        percentiles=tuple(float(p) for p in np.percentile(known, PERCENTILES)),
        confidence=confidence,
    )


def by_replication(columns: Mapping[str, NDArray[Any]]) -> dict[Key, Floats]:
    """Return each measure's values by replication, from the long table of all replications.

    Args:
        columns: replication, measure, level, group, value.

    Returns:
        Key to one value for each replication, in ascending order of replication; not a number where a
        replication does not have it. A link between services that a replication did not use is 0 there.
    """
    numbers = {number: i for i, number in enumerate(np.unique(columns["replication"]).tolist())}
    values: dict[Key, Floats] = {}
    rows = zip(
        columns["replication"].tolist(),
        columns["measure"].tolist(),
        columns["level"].tolist(),
        columns["group"].tolist(),
        columns["value"].tolist(),
        strict=True,
    )
    for number, measure, level, group, value in rows:
        key = (measure, level, group)
        if key not in values:
            values[key] = np.full(len(numbers), 0.0 if level == "link" else nan)
        values[key][numbers[number]] = value
    return values


def estimates(columns: Mapping[str, NDArray[Any]], confidence: float = 0.95) -> dict[Key, Estimate]:
    """Return an estimate for every measure, level and group of a long table; see `by_replication`."""
    values = by_replication(columns)
    matrix = np.array(list(values.values())).reshape(len(values), -1)
    complete = ~np.isnan(matrix).any(axis=1)
    found = _complete(
        [key for key, one in zip(values, complete, strict=True) if one], matrix[complete], confidence
    )
    return {
        key: found[key] if key in found else estimate(key, row, confidence) for key, row in values.items()
    }


def _complete(keys: Sequence[Key], matrix: Floats, confidence: float) -> dict[Key, Estimate]:
    """Return the estimates of measures that every replication has, all at once; as `estimate` would."""
    n = matrix.shape[1]
    if not keys or n < 2:
        return {}
    means, sds = matrix.mean(axis=1).tolist(), matrix.std(axis=1, ddof=1).tolist()
    factor = t_quantile(confidence, n) / sqrt(n)
    percentiles = np.percentile(matrix, PERCENTILES, axis=1).T.tolist()
    rows = zip(keys, means, sds, percentiles, strict=True)
    return {
        key: Estimate(*key, n, mean, sd, factor * sd, tuple(spread), confidence)
        for key, mean, sd, spread in rows
    }
