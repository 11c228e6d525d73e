"""The families of distributions: what each one needs, and its exact quantiles and moments.

A family supplies two things: its quantile function (for drawing) and its partial moments (for exact
means, spreads, cut-offs, warm-up and the stays of patients found in a bed). All else follows here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, ValidationInfo, model_validator

from flowsim.spec import quantiles as q
from flowsim.spec.base import Spec, reader
from flowsim.spec.columns import read_column
from flowsim.spec.quantiles import Floats, Form, Values
from flowsim.spec.values import Duration
from flowsim.units import MINUTES

_LN2, _LN10 = math.log(2.0), math.log(10.0)


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
        cap = np.float64(self.at_most)
        beyond = cap**order * (1.0 - self.uncut(0, cap))
        return np.asarray(self.uncut(order, np.minimum(at, cap)) + np.where(at >= cap, beyond, 0.0))

    def cdf(self, x: Values) -> Floats:
        """Return the share of lengths up to `x` minutes."""
        return self.partial(0, x)

    def mean_minutes(self) -> float:
        """Return the exact mean, in minutes."""
        return float(self.partial(1, math.inf))

    def sd_minutes(self) -> float:
        """Return the exact standard deviation, in minutes."""
        return math.sqrt(max(0.0, float(self.partial(2, math.inf)) - self.mean_minutes() ** 2))

    def limited(self, x: Values) -> Floats:
        """Return the mean of the shorter of the length and `x`: the area under the survival curve to `x`."""
        at = np.asarray(x, dtype=np.float64)
        return np.asarray(self.partial(1, at) + at * (1.0 - self.partial(0, at)))

    def scaled(self, factor: float) -> Self:
        """Return the same shape with every length multiplied by `factor`."""
        changed = {name: getattr(self, name) for name in type(self).model_fields}
        for name in (*self.lengths, "at_most"):
            if changed[name] is not None:
                changed[name] = changed[name] * factor
        return type(self).model_construct(**changed)

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

    def _cap(self) -> float:
        return math.inf if self.at_most is None else self.at_most


class Constant(Law):
    """Always the same length. A plain length of time, such as ``15 min``, means this."""

    distribution: Literal["constant"] = "constant"
    """Kind of distribution."""
    value: Duration
    """The length."""

    lengths: ClassVar[tuple[str, ...]] = ("value",)

    def form(self) -> Form:
        return Form(q.constant, (self.value,), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        return np.where(x >= self.value, self.value**order, 0.0)


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
        given = tuple(name for name in ("mean", "sd", "median", "p90") if getattr(self, name) is not None)
        if given not in (("mean", "sd"), ("median", "p90")):
            found = " and ".join(given) or "neither"
            raise ValueError(f"give mean and sd, or median and p90 (found {found})")
        low, high = (getattr(self, name) for name in given)
        if low <= 0.0 or high <= 0.0:
            raise ValueError(f"{given[0]} and {given[1]} must be above zero; with no spread, write one length")
        if given[0] == "median" and high <= low:
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


class Lognormal(Spread):
    """Skewed to the right, as most stays are. The family used when a spread is given without a name."""

    distribution: Literal["lognormal"] = "lognormal"
    """Kind of distribution."""
    scale: Literal["log"] | None = None
    """``log`` if mu and sigma are given instead; they are refused without it."""
    mu: float | None = Field(default=None, allow_inf_nan=False)
    """Mean of the logarithm of the length counted in `unit`; needs ``scale: log``."""
    sigma: float | None = Field(default=None, gt=0, le=20, allow_inf_nan=False)
    """Standard deviation of that logarithm; needs ``scale: log``."""
    unit: str | None = None
    """Unit that mu counts in: minutes, hours, days or weeks; needs ``scale: log``."""

    @model_validator(mode="after")
    def _has_one_pair(self) -> Self:
        logged = (self.mu, self.sigma, self.unit)
        if self.scale is None:
            if logged != (None, None, None):
                raise ValueError("mu, sigma and unit are parameters on the log scale: write scale: log with them")
            return super()._has_one_pair()  # type: ignore[operator,no-any-return]
        if None in logged or any(getattr(self, name) is not None for name in self.lengths):
            raise ValueError("scale: log needs mu, sigma and unit, and nothing else")
        if self.unit not in MINUTES:
            raise ValueError(f"unit {self.unit} is not one of {', '.join(MINUTES)}")
        return self

    @cached_property
    def solved(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of minutes."""
        if self.mu is None or self.sigma is None or self.unit is None:
            return super().solved
        return self.mu + math.log(MINUTES[self.unit]), self.sigma

    def from_mean(self, mean: float, variation: float) -> tuple[float, float]:
        square = math.log1p(variation**2)
        return math.log(mean) - square / 2.0, math.sqrt(square)

    def from_median(self, median: float, ratio: float) -> tuple[float, float]:
        return math.log(median), math.log(ratio) / q.Z90

    def scaled(self, factor: float) -> Self:
        if self.mu is None:
            return super().scaled(factor)
        moved = super().scaled(factor)
        return moved.model_construct(**{**moved.__dict__, "mu": self.mu + math.log(factor)})

    def form(self) -> Form:
        return Form(q.lognormal, self.solved, self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        from scipy.special import ndtr

        mu, sigma = self.solved
        with np.errstate(divide="ignore"):
            z = (np.log(np.maximum(x, 0.0)) - mu) / sigma
        return np.asarray(math.exp(order * mu + (order * sigma) ** 2 / 2.0) * ndtr(z - order * sigma))


class Gamma(Spread):
    """Skewed to the right, with a lighter tail than the lognormal."""

    distribution: Literal["gamma"] = "gamma"
    """Kind of distribution."""

    def from_mean(self, mean: float, variation: float) -> tuple[float, float]:
        return _within(variation**-2.0), mean * variation**2

    def from_median(self, median: float, ratio: float) -> tuple[float, float]:
        from scipy.special import gammaincinv

        shape = _solve(lambda k: gammaincinv(k, 0.9) / gammaincinv(k, 0.5) - ratio)
        return shape, float(median / gammaincinv(shape, 0.5))

    def form(self) -> Form:
        shape, scale = self.solved
        return Form(q.gamma_table(shape).at, (scale,), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        return _gamma_partial(*self.solved, order, x)


class Weibull(Spread):
    """For times whose hazard rises or falls steadily."""

    distribution: Literal["weibull"] = "weibull"
    """Kind of distribution."""

    def from_mean(self, mean: float, variation: float) -> tuple[float, float]:
        def excess(shape: float) -> float:
            return math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape) - math.log1p(variation**2)

        shape = _solve(excess)
        return shape, mean / math.gamma(1 + 1 / shape)

    def from_median(self, median: float, ratio: float) -> tuple[float, float]:
        shape = _within(math.log(_LN10 / _LN2) / math.log(ratio))
        return shape, median / _LN2 ** (1 / shape)

    def form(self) -> Form:
        shape, scale = self.solved
        return Form(q.weibull, (scale, 1.0 / shape), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        from scipy.special import gammainc

        shape, scale = self.solved
        power = order / shape
        whole = scale**order * math.gamma(1 + power)
        return np.asarray(whole * gammainc(1 + power, (np.maximum(x, 0.0) / scale) ** shape))


class Exponential(Law):
    """Without memory: what is left never depends on how long it has lasted."""

    distribution: Literal["exponential"] = "exponential"
    """Kind of distribution."""
    mean: Duration = Field(gt=0)
    """Mean."""

    lengths: ClassVar[tuple[str, ...]] = ("mean",)

    def form(self) -> Form:
        return Form(q.exponential, (self.mean,), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        return _gamma_partial(1.0, self.mean, order, x)


class Erlang(Law):
    """The sum of several equal exponential stages."""

    distribution: Literal["erlang"] = "erlang"
    """Kind of distribution."""
    mean: Duration = Field(gt=0)
    """Mean of the whole."""
    stages: int = Field(ge=1, le=1000)
    """How many stages; more stages, less spread."""

    lengths: ClassVar[tuple[str, ...]] = ("mean",)

    def form(self) -> Form:
        return Form(q.gamma_table(float(self.stages)).at, (self.mean / self.stages,), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        return _gamma_partial(float(self.stages), self.mean / self.stages, order, x)


class Uniform(Law):
    """Any length between two limits, all alike."""

    distribution: Literal["uniform"] = "uniform"
    """Kind of distribution."""
    low: Duration
    """Shortest."""
    high: Duration
    """Longest."""

    lengths: ClassVar[tuple[str, ...]] = ("low", "high")

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.high <= self.low:
            raise ValueError("high must be longer than low")
        return self

    def form(self) -> Form:
        return Form(q.uniform, (self.low, self.high - self.low), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        power = order + 1
        at = np.clip(x, self.low, self.high)
        return np.asarray((at**power - self.low**power) / (power * (self.high - self.low)))


class Peaked(Law):
    """A shortest, a most likely and a longest length."""

    low: Duration
    """Shortest."""
    mode: Duration
    """Most likely."""
    high: Duration
    """Longest."""

    lengths: ClassVar[tuple[str, ...]] = ("low", "mode", "high")

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise ValueError("low, mode and high must be in order, from shortest to longest")
        return self


class Triangular(Peaked):
    """A straight rise to the most likely length and a straight fall after it."""

    distribution: Literal["triangular"] = "triangular"
    """Kind of distribution."""

    def form(self) -> Form:
        return Form(q.triangular, (self.low, self.mode, self.high), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        rising = self._side(self.low, order, np.clip(x, self.low, self.mode), self.low)
        falling = self._side(self.high, order, np.clip(x, self.mode, self.high), self.mode)
        return np.asarray(rising - falling)

    def _side(self, end: float, order: int, x: Floats, start: float) -> Floats | float:
        """Integrate ``y ** order * (y - end)`` from `start` to `x`, over the area of that side."""
        if end == self.mode:
            return 0.0

        def integral(y: Values) -> Values:
            return y ** (order + 2) / (order + 2) - end * y ** (order + 1) / (order + 1)

        return np.asarray((integral(x) - integral(start)) * 2.0 / ((self.high - self.low) * abs(self.mode - end)))


class Pert(Peaked):
    """A smooth bump (beta-PERT, weight 4 on the most likely length)."""

    distribution: Literal["pert"] = "pert"
    """Kind of distribution."""

    @cached_property
    def _shapes(self) -> tuple[float, float]:
        width = self.high - self.low
        return 1 + 4 * (self.mode - self.low) / width, 1 + 4 * (self.high - self.mode) / width

    def form(self) -> Form:
        return Form(q.beta_table(*self._shapes).at, (self.high - self.low, self.low), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        from scipy.special import beta, betainc

        a, b = self._shapes
        width = self.high - self.low
        t = np.clip((x - self.low) / width, 0.0, 1.0)
        total = np.zeros_like(t)
        for j in range(order + 1):
            weight = math.comb(order, j) * self.low ** (order - j) * width**j * beta(a + j, b) / beta(a, b)
            total = total + weight * betainc(a + j, b, t)
        return np.asarray(np.where(x >= self.low, total, 0.0))


class Empirical(Law):
    """Observed lengths, drawn as they are: from a list, or from a column of a CSV file."""

    distribution: Literal["empirical"] = "empirical"
    """Kind of distribution."""
    values: tuple[Duration, ...] = Field(min_length=1, max_length=1_000_000)
    """The observed lengths; each is equally likely."""
    file: str = ""
    """CSV file to read the lengths from, instead of a list; beside the scenario."""
    column: str = ""
    """Name of its column."""
    unit: str = ""
    """Unit of its numbers: minutes, hours, days or weeks."""

    @model_validator(mode="before")
    @classmethod
    def _reads_file(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict) or "file" not in data:
            return data
        if "values" in data:
            raise ValueError("give values or file, not both")
        return {**data, "values": read_column(data, reader(info))}

    @cached_property
    def _sorted(self) -> Floats:
        return np.sort(np.array(self.values, dtype=np.float64))

    @cached_property
    def _steps(self) -> Steps:
        return Steps(self._sorted)

    def form(self) -> Form:
        return Form(self._steps.at, (), self._cap())

    def uncut(self, order: int, x: Floats) -> Floats:
        below = np.concatenate([[0.0], np.cumsum(self._sorted**order)]) / len(self.values)
        return np.asarray(below[np.searchsorted(self._sorted, x, side="right")])

    def scaled(self, factor: float) -> Self:
        changed = super().scaled(factor)
        return changed.model_construct(**{**changed.__dict__, "values": tuple(v * factor for v in self.values)})


class Steps:
    """The quantile function of observed values: each is drawn equally often, and nothing between them."""

    __slots__ = ("_values",)

    def __init__(self, values: Floats) -> None:
        self._values = values

    def at(self, u: Values) -> Values:
        """Return the observed value at each `u`."""
        return self._values[np.asarray(u * self._values.size).astype(np.int64)]


def _gamma_partial(shape: float, scale: float, order: int, x: Floats) -> Floats:
    from scipy.special import gammainc

    whole = scale**order * math.prod(shape + i for i in range(order))
    return np.asarray(whole * gammainc(shape + order, np.maximum(x, 0.0) / scale))


_SHAPES = (0.02, 1e4)
"""Shapes of gamma and Weibull outside this range are refused: the spread is absurd or next to none."""


def _within(shape: float) -> float:
    if not _SHAPES[0] <= shape <= _SHAPES[1]:
        many = "much" if shape < _SHAPES[0] else "little"
        raise ValueError(f"that is too {many} spread for this distribution; check the two numbers")
    return shape


def _solve(excess: Callable[[float], float]) -> float:
    """Return the shape at which `excess`, which falls as the shape grows, is zero."""
    low, high = (math.log(shape) for shape in _SHAPES)
    if excess(_SHAPES[0]) < 0.0:
        _within(0.0)
    if excess(_SHAPES[1]) > 0.0:
        _within(math.inf)
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if excess(math.exp(middle)) > 0.0 else (low, middle)
    return math.exp((low + high) / 2.0)
