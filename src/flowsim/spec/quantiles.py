"""Quantile functions in bulk: the arithmetic behind `flowsim.spec.distributions`.

Every function takes cumulative probabilities ``u`` strictly between 0 and 1, as one number or an array,
and parameters as numbers or arrays of the same length, so that one call serves a whole demand block in
which each patient has the parameters of their own group.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = Any
"""A float, or a float64 array: what goes in comes out."""
Floats = NDArray[np.float64]

SMALLEST = 2.0**-53
"""The smallest uniform that is ever drawn; the largest is ``1 - SMALLEST``."""
Z90 = 1.2815515655446004
"""The 90th percentile of the standard normal."""

_FEW = 32
_REACH = 37.0
"""Log-odds that hold every uniform ever drawn: those of 2**-53 are -36.7."""
_CELLS = 4096
_STEP = 2 * _REACH / _CELLS
_BREAK = 1e-12


class Form(NamedTuple):
    """A distribution as a quantile function and its parameters.

    Laws with the same `quantile` are drawn together, each row with its own `parameters`; every draw is
    cut off at `cap` minutes.
    """

    quantile: Callable[..., Values]
    parameters: tuple[float, ...]
    cap: float


def constant(u: Values, value: Values) -> Values:
    """Return `value` whatever the luck."""
    return value + 0.0 * u


def exponential(u: Values, mean: Values) -> Values:
    """Return quantiles of the exponential with `mean`."""
    return -mean * np.log1p(-u)


def lognormal(u: Values, mu: Values, sigma: Values) -> Values:
    """Return quantiles of the lognormal with log-scale mean `mu` and sd `sigma`."""
    return np.exp(mu + sigma * normal(u))


def weibull(u: Values, scale: Values, power: Values) -> Values:
    """Return quantiles of the Weibull with `scale` and shape ``1 / power``."""
    return scale * np.power(-np.log1p(-u), power)


def uniform(u: Values, low: Values, width: Values) -> Values:
    """Return quantiles of the uniform from `low` to ``low + width``."""
    return low + width * u


def triangular(u: Values, low: Values, mode: Values, high: Values) -> Values:
    """Return quantiles of the triangular distribution."""
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.where(u * width < mode - low, rising, falling)


def normal(u: Values) -> Values:
    """Return quantiles of the standard normal."""
    return _ndtri()(u)


@lru_cache(maxsize=1)
def _ndtri() -> Any:
    """Return scipy's function, imported when it is first needed."""
    from scipy.special import ndtri

    return ndtri


def normal_cdf(z: Floats) -> Floats:
    """Return the share of the standard normal up to each `z`.

    A few numbers cost no import of scipy, which would take longer than all else that checks a scenario.
    """
    if z.size <= _FEW:
        shares = [0.5 * math.erfc(-each * math.sqrt(0.5)) for each in z.ravel().tolist()]
        return np.array(shares).reshape(z.shape)
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


class QuantileTable:
    """A quantile function kept as a monotone cubic through thousands of exact points.

    4,097 points are equally spaced in log-odds, from below the smallest uniform ever drawn to above the
    largest, so both tails are as exact as the middle. More may be given where the function is steep, and
    where it jumps or bends the curve is broken. Between points it never turns back: slopes are the harmonic
    means of Fritsch and Carlson (SIAM J Numer Anal 1980;17:238-246).

    Args:
        quantile: exact quantiles at given (u, 1 - u), both arrays.
        breaks: cumulative probabilities at which the quantile function jumps or bends.
        more: further cumulative probabilities to have a point at.
    """

    __slots__ = ("_end", "_evenly", "_knots", "_rise", "_start", "_values")

    def __init__(
        self,
        quantile: Callable[[Floats, Floats], Floats],
        breaks: Sequence[float] = (),
        more: Sequence[float] | Floats = (),
    ) -> None:
        corners, extra = _log_odds(breaks), _log_odds(more)
        sides = np.concatenate([corners - _BREAK, corners + _BREAK])
        points = np.union1d(np.linspace(-_REACH, _REACH, _CELLS + 1), extra)
        clear = ~_near(points, corners)
        self._knots = np.union1d(points[clear], sides)
        self._evenly = not (corners.size or extra.size)
        values = quantile(1.0 / (1.0 + np.exp(-self._knots)), 1.0 / (1.0 + np.exp(self._knots)))
        self._values = np.maximum.accumulate(values)
        self._rise = np.diff(self._values)
        self._start, self._end = _slopes(np.diff(self._knots), self._rise)

    def at(self, u: Values, scale: Values = 1.0, start: Values = 0.0) -> Values:
        """Return `start` and `scale` times the quantiles at `u`."""
        odds = np.log(u / (1.0 - u))
        if self._evenly:
            cell = np.floor((odds + _REACH) / _STEP).astype(np.int64)
        else:
            cell = np.searchsorted(self._knots, odds, side="right") - 1
        left = self._knots[cell]
        t = (odds - left) / (self._knots[cell + 1] - left)
        leaving, reaching, rise = self._start[cell], self._end[cell], self._rise[cell]
        bend = leaving + reaching - 2.0 * rise
        cubic = self._values[cell] + t * (leaving + t * (rise - leaving - bend + t * bend))
        return start + scale * cubic


def _log_odds(probabilities: Sequence[float] | Floats) -> Floats:
    """Return the log-odds of those probabilities that can be drawn, ascending and without repeats."""
    u = np.unique(np.asarray(probabilities, dtype=np.float64))
    u = u[(u > SMALLEST) & (u < 1.0 - SMALLEST)]
    return np.log(u / (1.0 - u))


def _near(points: Floats, corners: Floats) -> NDArray[np.bool_]:
    """Return which points lie so near a break that the cell between them would be all rounding."""
    if not corners.size:
        return np.zeros(points.size, dtype=np.bool_)
    after = np.searchsorted(corners, points).clip(0, corners.size - 1)
    before = (after - 1).clip(0)
    gap = np.minimum(np.abs(corners[after] - points), np.abs(corners[before] - points))
    return np.asarray(gap <= 10.0 * _BREAK)


def _slopes(widths: Floats, rises: Floats) -> tuple[Floats, Floats]:
    """Return the slope at the start and at the end of every cell, times its width.

    At a break (a cell of next to no width) each side keeps to its own cells.
    """
    secants = rises / widths
    before, after = 2.0 * widths[1:] + widths[:-1], widths[1:] + 2.0 * widths[:-1]
    left, right = secants[:-1], secants[1:]
    below = before * right + after * left
    inner = np.divide((before + after) * left * right, below, out=np.zeros_like(below), where=below > 0.0)
    start, end = np.concatenate([secants[:1], inner]), np.concatenate([inner, secants[-1:]])
    broken = widths <= 3.0 * _BREAK
    beside = np.flatnonzero(broken)
    end[(beside - 1).clip(0)] = secants[(beside - 1).clip(0)]
    start[(beside + 1).clip(max=secants.size - 1)] = secants[(beside + 1).clip(max=secants.size - 1)]
    start[broken], end[broken] = secants[broken], secants[broken]
    return start * widths, end * widths


@lru_cache(maxsize=512)
def gamma_table(shape: float) -> QuantileTable:
    """Return the quantiles of the gamma with `shape` and scale 1."""
    from scipy.special import gammainccinv, gammaincinv

    def quantile(u: Floats, rest: Floats) -> Floats:
        return np.asarray(np.where(u < 0.5, gammaincinv(shape, u), gammainccinv(shape, rest)))

    return QuantileTable(quantile)


@lru_cache(maxsize=512)
def beta_table(alpha: float, beta: float) -> QuantileTable:
    """Return the quantiles of the beta distribution on 0 to 1."""
    from scipy.special import betaincinv

    def quantile(u: Floats, rest: Floats) -> Floats:
        upper = 1.0 - betaincinv(beta, alpha, np.minimum(rest, 0.5))
        return np.asarray(np.where(u < 0.5, betaincinv(alpha, beta, np.minimum(u, 0.5)), upper))

    return QuantileTable(quantile)


def invert(cumulative: Callable[[Floats], Floats], u: Values, low: Values, high: Values) -> Floats:
    """Return where the rising function `cumulative` first reaches `u`, by bisection.

    Args:
        cumulative: a rising function of an array.
        u: the level or levels to reach.
        low: where the level is not yet reached, or the smallest possible answer.
        high: where it certainly is.
    """
    level = np.asarray(u, dtype=np.float64)
    below = np.broadcast_to(np.asarray(low, dtype=np.float64), level.shape).copy()
    above = np.broadcast_to(np.asarray(high, dtype=np.float64), level.shape).copy()
    for _ in range(64):
        middle = 0.5 * (below + above)
        reached = cumulative(middle) >= level
        above = np.where(reached, middle, above)
        below = np.where(reached, below, middle)
    return above
