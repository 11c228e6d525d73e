"""The families of distributions: the parameters of each, its quantiles and its partial moments."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from typing_extensions import override

from flowsim.spec import quantiles as q
from flowsim.spec.base import reader
from flowsim.spec.columns import read_column
from flowsim.spec.laws import Law, Spread, above_zero, solve, within
from flowsim.spec.quantiles import Floats, Form, Values
from flowsim.spec.values import Duration
from flowsim.units import MINUTES

_LN2, _LN10 = math.log(2.0), math.log(10.0)


class Constant(Law):
    """Always the same length. A plain length of time, such as ``15 min``, means this."""

    distribution: Literal["constant"] = "constant"
    """Kind of distribution."""
    value: Duration
    """The length."""

    lengths: ClassVar[tuple[str, ...]] = ("value",)

    @override
    def form(self) -> Form:
        return Form(q.constant, (self.value,), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        return np.where(x >= self.value, self.value**order, 0.0)


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
                raise ValueError(
                    "mu, sigma and unit are parameters on the log scale: write scale: log with them"
                )
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

    @override
    def from_mean(self, mean: float, variation: float) -> tuple[float, float]:
        square = math.log1p(variation**2)
        return math.log(mean) - square / 2.0, math.sqrt(square)

    @override
    def from_median(self, median: float, ratio: float) -> tuple[float, float]:
        return math.log(median), math.log(ratio) / q.Z90

    @override
    def scaled(self, factor: float) -> Self:
        moved = super().scaled(factor)
        return moved if self.mu is None else moved.changed(mu=self.mu + math.log(factor))

    @override
    def form(self) -> Form:
        return Form(q.lognormal, self.solved, self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        mu, sigma = self.solved
        with np.errstate(divide="ignore"):
            z = (np.log(np.maximum(x, 0.0)) - mu) / sigma
        return np.asarray(self.whole(order) * q.normal_cdf(z - order * sigma))

    @override
    def whole(self, order: int) -> float:
        mu, sigma = self.solved
        return math.exp(order * mu + (order * sigma) ** 2 / 2.0)


class Gamma(Spread):
    """Skewed to the right, with a lighter tail than the lognormal."""

    distribution: Literal["gamma"] = "gamma"
    """Kind of distribution."""

    @override
    def from_mean(self, mean: float, variation: float) -> tuple[float, float]:
        return within(variation**-2.0), mean * variation**2

    @override
    def from_median(self, median: float, ratio: float) -> tuple[float, float]:
        from scipy.special import gammaincinv

        shape = solve(lambda k: gammaincinv(k, 0.9) / gammaincinv(k, 0.5) - ratio)
        return shape, float(median / gammaincinv(shape, 0.5))

    @override
    def form(self) -> Form:
        shape, scale = self.solved
        return Form(q.gamma_table(shape).at, (scale,), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        return _gamma_partial(*self.solved, order, x)

    @override
    def whole(self, order: int) -> float:
        return _gamma_whole(*self.solved, order)


class Weibull(Spread):
    """For times whose hazard rises or falls steadily."""

    distribution: Literal["weibull"] = "weibull"
    """Kind of distribution."""

    @override
    def from_mean(self, mean: float, variation: float) -> tuple[float, float]:
        def excess(shape: float) -> float:
            return math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape) - math.log1p(variation**2)

        shape = solve(excess)
        return shape, mean / math.gamma(1 + 1 / shape)

    @override
    def from_median(self, median: float, ratio: float) -> tuple[float, float]:
        shape = within(math.log(_LN10 / _LN2) / math.log(ratio))
        return shape, median / _LN2 ** (1 / shape)

    @override
    def form(self) -> Form:
        shape, scale = self.solved
        return Form(q.weibull, (scale, 1.0 / shape), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        from scipy.special import gammainc

        shape, scale = self.solved
        spent = (np.maximum(x, 0.0) / scale) ** shape
        return np.asarray(self.whole(order) * gammainc(1 + order / shape, spent))

    @override
    def whole(self, order: int) -> float:
        shape, scale = self.solved
        return scale**order * math.gamma(1 + order / shape)


class Exponential(Law):
    """Without memory: what is left never depends on how long it has lasted."""

    distribution: Literal["exponential"] = "exponential"
    """Kind of distribution."""
    mean: Annotated[Duration, AfterValidator(above_zero)]
    """Mean."""

    lengths: ClassVar[tuple[str, ...]] = ("mean",)

    @override
    def form(self) -> Form:
        return Form(q.exponential, (self.mean,), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        return _gamma_partial(1.0, self.mean, order, x)

    @override
    def whole(self, order: int) -> float:
        return _gamma_whole(1.0, self.mean, order)


class Erlang(Law):
    """The sum of several equal exponential stages."""

    distribution: Literal["erlang"] = "erlang"
    """Kind of distribution."""
    mean: Annotated[Duration, AfterValidator(above_zero)]
    """Mean of the whole."""
    stages: int = Field(ge=1, le=1000)
    """How many stages; more stages, less spread."""

    lengths: ClassVar[tuple[str, ...]] = ("mean",)

    @override
    def form(self) -> Form:
        return Form(q.gamma_table(float(self.stages)).at, (self.mean / self.stages,), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        return _gamma_partial(float(self.stages), self.mean / self.stages, order, x)

    @override
    def whole(self, order: int) -> float:
        return _gamma_whole(float(self.stages), self.mean / self.stages, order)


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

    @override
    def form(self) -> Form:
        return Form(q.uniform, (self.low, self.high - self.low), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        width = self.high - self.low
        return _ramp(self.low, order, 0, np.clip(x - self.low, 0.0, width)) / width


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

    @override
    def form(self) -> Form:
        return Form(q.triangular, (self.low, self.mode, self.high), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        rise, fall, width = self.mode - self.low, self.high - self.mode, self.high - self.low
        total = np.zeros_like(x)
        if rise:
            total = total + _ramp(self.low, order, 1, np.clip(x - self.low, 0.0, rise)) / rise
        if fall:
            t = np.clip(x - self.mode, 0.0, fall)
            total = total + _ramp(self.mode, order, 0, t) - _ramp(self.mode, order, 1, t) / fall
        return np.asarray(total * 2.0 / width)


class Pert(Peaked):
    """A smooth bump (beta-PERT, weight 4 on the most likely length)."""

    distribution: Literal["pert"] = "pert"
    """Kind of distribution."""

    @cached_property
    def _shapes(self) -> tuple[float, float]:
        width = self.high - self.low
        return 1 + 4 * (self.mode - self.low) / width, 1 + 4 * (self.high - self.mode) / width

    @override
    def form(self) -> Form:
        return Form(q.beta_table(*self._shapes).at, (self.high - self.low, self.low), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        from scipy.special import betainc

        a, b = self._shapes
        t = np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)
        total = np.zeros_like(t)
        for j, weight in enumerate(self._weights(order)):
            total = total + weight * betainc(a + j, b, t)
        return np.asarray(np.where(x >= self.low, total, 0.0))

    @override
    def whole(self, order: int) -> float:
        return math.fsum(self._weights(order))

    def _weights(self, order: int) -> list[float]:
        """Return the terms of the mean of ``(low + width * beta) ** order``, by power of the beta."""
        a, b = self._shapes
        width = self.high - self.low
        means = [math.prod((a + i) / (a + b + i) for i in range(j)) for j in range(order + 1)]
        return [
            math.comb(order, j) * self.low ** (order - j) * width**j * mean for j, mean in enumerate(means)
        ]


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
    def _steps(self) -> Steps:
        return Steps(np.sort(np.array(self.values, dtype=np.float64)))

    @override
    def form(self) -> Form:
        return Form(self._steps.at, (), self.cap)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        return self._steps.partial(order, x)

    @override
    def scaled(self, factor: float) -> Self:
        return super().scaled(factor).changed(values=tuple(value * factor for value in self.values))


class Steps:
    """The quantile function of observed values: each is drawn equally often, and nothing between them."""

    __slots__ = ("_values",)

    def __init__(self, values: Floats) -> None:
        self._values = values

    def at(self, u: Values) -> Values:
        """Return the observed value at each `u`."""
        return self._values[np.asarray(u * self._values.size).astype(np.int64)]

    def partial(self, order: int, x: Floats) -> Floats:
        """Return the mean of ``value ** order`` over values up to `x`."""
        sums = np.concatenate([[0.0], np.cumsum(self._values**order)]) / self._values.size
        return np.asarray(sums[np.searchsorted(self._values, x, side="right")])


def _ramp(start: float, order: int, power: int, t: Floats) -> Floats:
    """Integrate ``(start + s) ** order * s ** power`` over s from 0 to `t`.

    Term by term, since the difference of two large powers would be all rounding for a narrow range.
    """
    terms = [
        math.comb(order, j) * start ** (order - j) * t ** (j + power + 1) / (j + power + 1)
        for j in range(order + 1)
    ]
    return np.asarray(sum(terms))


def _gamma_partial(shape: float, scale: float, order: int, x: Floats) -> Floats:
    from scipy.special import gammainc

    return np.asarray(_gamma_whole(shape, scale, order) * gammainc(shape + order, np.maximum(x, 0.0) / scale))


def _gamma_whole(shape: float, scale: float, order: int) -> float:
    return float(scale**order * math.prod(shape + i for i in range(order)))
