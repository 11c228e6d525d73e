"""What every distribution of lengths can tell, whatever its family.

A family supplies two things: its quantile function (for drawing) and its partial moments (for exact
means, spreads, cut-offs, warm-up and the stays of patients found in a bed). All else follows here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Self, cast

import numpy as np
from pydantic import model_validator

from flowsim.spec import quantiles as q
from flowsim.spec.base import Spec
from flowsim.spec.quantiles import Floats, Form, Values
from flowsim.spec.values import Duration


class Law(Spec):
    """A distribution of lengths of time, in minutes."""

    at_most: Duration | None = None
    """The longest it can last: longer draws are cut off here."""

    lengths: ClassVar[tuple[str, ...]] = ()
    """Names of the settings that are lengths of time; `scaled` multiplies them."""

    def form(self) -> Form:
        """Return the quantile function and its parameters, for drawing in bulk."""
        raise NotImplementedError

    def uncut(self, order: int, x: Floats) -> Floats:
        """Return the mean of ``length ** order`` over lengths up to `x`, before `at_most` applies.

        Order 0 is the cumulative distribution; at infinity, orders 1 and 2 are the moments.
        """
        raise NotImplementedError

    def whole(self, order: int) -> float:
        """Return the mean of ``length ** order`` over all lengths, before `at_most` applies."""
        return float(self.uncut(order, np.asarray(math.inf)))

    def ppf(self, u: Values) -> Values:
        """Return the length, in minutes, that a share `u` of patients stay below.

        Args:
            u: a number or an array, strictly between 0 and 1.
        """
        form = self.form()
        drawn = np.minimum(form.quantile(u, *form.parameters), form.cap)
        return drawn if isinstance(u, np.ndarray) else float(drawn)

    def partial(self, order: int, x: Values) -> Floats:
        """Return the mean of ``length ** order`` over lengths up to `x` minutes.

        Args:
            order: 0 for the cumulative distribution, 1 for the part of the mean, 2 of the mean square.
            x: minutes; infinity for the whole moment.
        """
        at = np.asarray(x, dtype=np.float64)
        if self.at_most is None:
            return self.uncut(order, at)
        cap = np.asarray(self.at_most)
        beyond = cap**order * (1.0 - self.uncut(0, cap))
        return np.asarray(self.uncut(order, np.minimum(at, cap)) + np.where(at >= cap, beyond, 0.0))

    def moment(self, order: int) -> float:
        """Return the mean of ``length ** order``."""
        return self.whole(order) if self.at_most is None else float(self.partial(order, math.inf))

    def cdf(self, x: Values) -> Floats:
        """Return the share of lengths up to `x` minutes."""
        return self.partial(0, x)

    def mean_minutes(self) -> float:
        """Return the exact mean, in minutes."""
        return self._mean

    def sd_minutes(self) -> float:
        """Return the exact standard deviation, in minutes."""
        return math.sqrt(max(0.0, self.moment(2) - self.mean_minutes() ** 2))

    @cached_property
    def _mean(self) -> float:
        return self.moment(1)

    def limited(self, x: Values) -> Floats:
        """Return the mean of the shorter of the length and `x`: the area under the survival curve to `x`."""
        at = np.asarray(x, dtype=np.float64)
        return np.asarray(self.partial(1, at) + at * (1.0 - self.partial(0, at)))

    def lowest(self, u: float) -> float:
        """Return the part of the mean that the share `u` of the shortest lengths make up, in minutes.

        The mean of the shortest `u` is this divided by `u`; at 1 it is the mean of all.
        """
        if not 0.0 < u < 1.0:
            return self.mean_minutes() if u >= 1.0 else 0.0
        if u not in self._lowest:
            x = self.ppf(u)  # where several have one length, only some of them may be among the shortest
            self._lowest[u] = float(self.partial(1, x)) - x * (float(self.cdf(x)) - u)
        return self._lowest[u]

    @cached_property
    def _lowest(self) -> dict[float, float]:
        """What `lowest` has been asked."""
        return {}

    def tail(self, x: float) -> tuple[float, float]:
        """Return the share of lengths above `x` minutes, and the mean of what is beyond it (0 if none is)."""
        if x not in self._tails:
            share = 1.0 - float(self.cdf(x))
            beyond = self.mean_minutes() - float(self.limited(x))
            self._tails[x] = share, beyond / share if share > 0.0 else 0.0
        return self._tails[x]

    @cached_property
    def _tails(self) -> dict[float, tuple[float, float]]:
        """What `tail` has been asked: the check of a system asks every law the same many times."""
        return {}

    def scaled(self, factor: float) -> Self:
        """Return the same shape with every length multiplied by `factor`."""
        given = {name: getattr(self, name) for name in (*self.lengths, "at_most")}
        return self.changed(**{name: x * factor for name, x in given.items() if x is not None})

    def changed(self, **settings: Any) -> Self:
        """Return the same law with other settings, which are not checked."""
        present = {name: getattr(self, name) for name in type(self).model_fields}
        law: Self = cast("Any", type(self)).model_construct(**{**present, **settings})
        return law

    def longest(self) -> float:
        """Return a length that practically no patient exceeds, in minutes."""
        return max(float(self.ppf(1.0 - q.SMALLEST)), 1.0)

    def length_biased_ppf(self, u: Values) -> Values:
        """Return quantiles of the stay of a patient found in the middle of it.

        A long stay is found more often than a short one; for a lognormal this is the lognormal whose
        log-scale mean is higher by sigma squared.
        """
        return self._inverted(u, lambda x: self.partial(1, x))

    def residual_ppf(self, u: Values) -> Values:
        """Return quantiles of what is left of a stay found in the middle, when it began is unknown.

        Its density is the survival curve divided by the mean (the equilibrium-excess law).
        """
        return self._inverted(u, self.limited)

    def remaining_ppf(self, u: Values, elapsed: Values) -> Values:
        """Return quantiles of what is left of a stay that has lasted `elapsed` minutes already."""
        gone = self.cdf(elapsed)
        still = np.clip(gone + (1.0 - gone) * np.asarray(u), q.SMALLEST, 1.0 - q.SMALLEST)
        left = np.maximum(self.ppf(still) - elapsed, 0.0)
        return left if isinstance(left, np.ndarray) and left.ndim else float(left)

    def residual_warmup(self, bias: float = 0.005) -> float:
        """Return minutes after which an empty ward with this stay is within `bias` of its mean.

        The mean number in an empty ward with endless beds after time t falls short of its final value
        by the share ``1 - limited(t) / mean``. 0 if the stay is always 0.
        """
        return float(self.residual_ppf(1.0 - bias)) if self.mean_minutes() > 0.0 else 0.0

    def _inverted(self, u: Values, area: Callable[[Floats], Floats]) -> Values:
        mean, high = self.mean_minutes(), self.longest()
        while float(area(np.asarray(high))) < mean * (1.0 - 1e-12) and high < 1e12:
            high *= 2.0
        found = q.invert(lambda x: area(x) / mean, u, 0.0, high)
        return found if isinstance(u, np.ndarray) else float(found)

    @property
    def cap(self) -> float:
        """The longest it can last, in minutes; infinity without `at_most`."""
        return math.inf if self.at_most is None else self.at_most


class Spread(Law):
    """A distribution given by a mean and a standard deviation, or by a median and a 90th percentile."""

    mean: Duration | None = None
    """Mean."""
    sd: Duration | None = None
    """Standard deviation; goes with the mean."""
    median: Duration | None = None
    """Median: half of all patients take less."""
    p90: Duration | None = None
    """90th percentile: nine in ten take less; goes with the median."""

    lengths: ClassVar[tuple[str, ...]] = ("mean", "sd", "median", "p90")

    @model_validator(mode="after")
    def _has_one_pair(self) -> Self:
        given = tuple(name for name in self.lengths if getattr(self, name) is not None)
        if given not in (("mean", "sd"), ("median", "p90")):
            found = " and ".join(given) or "neither"
            raise ValueError(f"give mean and sd, or median and p90 (found {found})")
        low, high = (getattr(self, name) for name in given)
        if low <= 0.0 or high <= 0.0:
            raise ValueError(
                f"{given[0]} and {given[1]} must be above zero; with no spread, write one length"
            )
        if "median" in given and high <= low:
            raise ValueError("p90, the 90th percentile, must be longer than the median")
        self.solved  # noqa: B018 - a spread this family cannot have is refused here, not in a run
        return self

    @cached_property
    def solved(self) -> tuple[float, float]:
        """The family's own two parameters, with any scale in minutes."""
        if self.mean is not None and self.sd is not None:
            return self.from_mean(self.mean, self.sd / self.mean)
        assert self.median is not None
        assert self.p90 is not None
        return self.from_median(self.median, self.p90 / self.median)

    def from_mean(self, mean: float, variation: float) -> tuple[float, float]:
        """Return the parameters for a mean and a coefficient of variation."""
        raise NotImplementedError

    def from_median(self, median: float, ratio: float) -> tuple[float, float]:
        """Return the parameters for a median and the 90th percentile divided by it."""
        raise NotImplementedError


SHAPES = (0.02, 1e4)
"""Shapes of gamma and Weibull outside this range are refused: the spread is absurd or next to none."""


def above_zero(minutes: float) -> float:
    """Return a length of time that is not 0; ValueError if it is."""
    if minutes <= 0.0:
        raise ValueError("it must be above zero; for no time at all write a plain 0 min")
    return minutes


def within(shape: float) -> float:
    """Return a shape that is within reason; ValueError if it is not."""
    if not SHAPES[0] <= shape <= SHAPES[1]:
        many = "much" if shape < SHAPES[0] else "little"
        raise ValueError(f"that is too {many} spread for this distribution; check the two numbers")
    return shape


def solve(excess: Callable[[float], float]) -> float:
    """Return the shape at which `excess`, which falls as the shape grows, is zero."""
    low, high = (math.log(shape) for shape in SHAPES)
    if excess(SHAPES[0]) < 0.0:
        within(0.0)
    if excess(SHAPES[1]) > 0.0:
        within(math.inf)
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if excess(math.exp(middle)) > 0.0 else (low, middle)
    return math.exp((low + high) / 2.0)
