"""Paired differences: the interval of a difference between two plans on the same patients.

Source: Law, Simulation Modeling and Analysis: paired-t intervals under common random numbers, with
Bonferroni's adjustment for the number of intervals shown together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.estimates import Floats, Key
from flowsim.measures.measure import Measure

NOISE = 1e-9
"""A difference smaller than this share of the values is the order in which numbers were added up."""
UNCLEAR = "no clear change"
"""Said where the interval holds 0."""
SAME = "the same"
"""Said where no replication differs."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one group in two runs, paired by replication.

    Attributes:
        measure, level, group: what and whom it is about.
        n: replications in which both runs have a value.
        base, other: mean of each run over those replications, in the measure's unit; where none has both,
            over the replications that have a value.
        difference: mean of other less base.
        half_width: half the width of its interval; not a number for fewer than two pairs.
        ratio: variance of the paired differences over that of independent runs; under 1 pairing pays.
        comparisons: number of intervals shown together, for which this one is adjusted.
        confidence: level at which all of them hold, 0 to 1.
    """

    measure: str
    level: str
    group: str
    n: int
    base: float
    other: float
    difference: float
    half_width: float
    ratio: float
    comparisons: int = 1
    confidence: float = 0.95

    @property
    def about(self) -> Measure:
        """What is measured."""
        return CATALOGUE[self.measure]

    @property
    def low(self) -> float:
        """Lower end of the interval of the difference."""
        return self.difference - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval of the difference."""
        return self.difference + self.half_width

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0; never with fewer than two replications."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """What it means: better, worse, higher, lower, no clear change, the same; empty if not known."""
        if isnan(self.difference):
            return ""
        if self.difference == 0 and not self.half_width > 0:
            return SAME
        if isnan(self.half_width):
            return ""
        if not self.clear:
            return UNCLEAR
        direction = "higher" if self.difference > 0 else "lower"
        better = self.about.better
        return direction if better is None else "better" if better == direction else "worse"


def paired(
    keys: Sequence[Key],
    base: Mapping[Key, Floats],
    other: Mapping[Key, Floats],
    comparisons: int = 0,
    confidence: float = 0.95,
) -> list[Difference]:
    """Return the paired difference of each measure.

    Args:
        keys: measure, level and group of each.
        base: values of the one run, one for each replication in order; what a run does not have is not a
            number, or 0 for a link between services.
        other: values of the other run, likewise.
        comparisons: number of intervals shown together; 0: as many as there are keys.
        confidence: level at which all of them hold, 0 to 1.
    """
    if not keys:
        return []
    comparisons = comparisons or len(keys)
    pairs = Pairs(_matrix(keys, base, other), _matrix(keys, other, base))
    widths = pairs.half_widths(confidence, comparisons)
    return [
        Difference(
            *key,
            n=int(pairs.n[i]),
            base=float(pairs.base[i]),
            other=float(pairs.other[i]),
            difference=float(pairs.mean[i]),
            half_width=float(widths[i]),
            ratio=float(pairs.ratio[i]),
            comparisons=comparisons,
            confidence=confidence,
        )
        for i, key in enumerate(keys)
    ]


def _matrix(keys: Sequence[Key], values: Mapping[Key, Floats], others: Mapping[Key, Floats]) -> Floats:
    """Return the values of each key, one row for each."""
    count = len(next(iter(values.values() or others.values())))
    missing = {level: np.full(count, 0.0 if level == "link" else np.nan) for _, level, _ in keys}
    return np.array([values.get(key, missing[key[1]]) for key in keys])


class Pairs:
    """Values of two runs, one row for each measure and one column for each replication.

    Attributes:
        n: pairs of each measure.
        base, other: means of each run over its pairs.
        mean: means of the differences.
        ratio: variance of the differences over the sum of the variances of the runs.
    """

    def __init__(self, base: Floats, other: Floats) -> None:
        known: NDArray[np.bool_] = ~(np.isnan(base) | np.isnan(other))
        self.n = known.sum(axis=1)
        with np.errstate(invalid="ignore"):
            self._differences = np.where(known, other - base, 0.0)
            negligible = np.abs(self._differences) <= NOISE * np.fmax(np.abs(base), np.abs(other))
        self._differences[negligible] = 0.0
        self._known = known
        self.base, self.other = _means(base, known), _means(other, known)
        self.mean = np.where(self.n > 0, self._differences.sum(axis=1) / np.maximum(self.n, 1), np.nan)
        self.variance = self._variance(self._differences)
        apart = self._variance(base) + self._variance(other)
        varies = apart > (NOISE * np.fmax(np.abs(self.base), np.abs(self.other))) ** 2
        self.ratio = np.where(varies, self.variance / np.where(varies, apart, 1.0), np.nan)

    def half_widths(self, confidence: float, comparisons: int) -> Floats:
        """Return half the width of each interval, adjusted for the number of intervals."""
        from scipy.special import stdtrit

        factor = stdtrit(np.maximum(self.n - 1, 1), 1.0 - (1.0 - confidence) / (2 * comparisons))
        widths: Floats = np.where(self.n > 1, factor * np.sqrt(self.variance / np.maximum(self.n, 1)), np.nan)
        return widths

    def _variance(self, values: Floats) -> Floats:
        """Return the variance between the replications of each row; not a number for fewer than two."""
        values = np.where(self._known, values, 0.0)
        mean = values.sum(axis=1) / np.maximum(self.n, 1)
        squares = (np.where(self._known, values - mean[:, None], 0.0) ** 2).sum(axis=1)
        result: Floats = np.where(self.n > 1, squares / np.maximum(self.n - 1, 1), np.nan)
        return result


def _means(values: Floats, paired: NDArray[np.bool_]) -> Floats:
    """Return the mean of each row over its pairs; where there is none, over what is known."""
    some = np.any(paired, axis=1).reshape(-1, 1)
    used = np.where(some, paired, ~np.isnan(values))
    count = used.sum(axis=1)
    sums = np.where(used, values, 0.0).sum(axis=1)
    means: Floats = np.where(count > 0, sums / np.maximum(count, 1), np.nan)
    return means


def variance_ratio(found: Sequence[Difference]) -> float:
    """Return the middle one of the variance ratios; not a number if there is none."""
    ratios = [each.ratio for each in found if not isnan(each.ratio)]
    return float(np.median(ratios)) if ratios else float("nan")
