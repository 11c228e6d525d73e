"""How a scenario writes the length of something that varies: stays, turnarounds, delays, patience.

Everything is on the natural scale, in the numbers planners know: a mean and a standard deviation, a
median and a 90th percentile, a range, or observed values. Inside flowsim a length is in minutes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, TypeAdapter, model_validator
from pydantic_core import CoreSchema
from typing_extensions import override

from flowsim.errors import nearest
from flowsim.spec.base import Misfit, Spec
from flowsim.spec.families import (
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Lognormal,
    Pert,
    Triangular,
    Uniform,
    Weibull,
)
from flowsim.spec.laws import Law
from flowsim.spec.mixes import TOLERANCE
from flowsim.spec.quantiles import Floats, Form, QuantileTable, invert
from flowsim.spec.values import Share

_BY_KEY = {
    "parts": "mixture",
    "values": "empirical",
    "file": "empirical",
    "stages": "erlang",
    "mode": "triangular",
}
"""The family meant when `distribution` is left out, by a setting that only it has."""


class Part(Spec):
    """One part of a mixture: its share of patients, and the settings of their own distribution."""

    share: Share
    """Share of patients in this part; the shares of all parts add up to 100%."""
    law: Distribution
    """Distribution within the part. In a file its settings stand beside `share`."""

    @model_validator(mode="before")
    @classmethod
    def _collects(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "law" in data:
            return data
        rest = {key: value for key, value in data.items() if key != "share"}
        return {**{key: data[key] for key in data if key == "share"}, "law": rest}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        share = {"type": "string", "description": "Share of patients in this part, such as 30%."}
        text = "A share, and beside it the settings of the part's own distribution."
        return {"type": "object", "properties": {"share": share}, "required": ["share"], "description": text}


class Mixture(Law):
    """Several groups of patients that cannot be told apart beforehand, such as short and long stayers.

    One uniform decides both the part and the length, through the quantile function of the whole, so a
    patient's luck orders them from the shortest length of all parts to the longest.
    """

    distribution: Literal["mixture"] = "mixture"
    """Kind of distribution."""
    parts: tuple[Part, ...] = Field(min_length=1, max_length=20)
    """The parts, each with its share."""

    lengths: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = math.fsum(part.share for part in self.parts)
        if abs(total - 1.0) > TOLERANCE:
            raise ValueError(f"the shares of the parts add up to {total * 100:.4g}%, not 100%")
        return self

    @cached_property
    def _weighted(self) -> tuple[tuple[float, Law], ...]:
        total = math.fsum(part.share for part in self.parts)
        return tuple((part.share / total, part.law) for part in self.parts if part.share > 0.0)

    @override
    def uncut(self, order: int, x: Floats) -> Floats:
        return np.asarray(sum(share * law.partial(order, x) for share, law in self._weighted))

    @override
    def whole(self, order: int) -> float:
        return sum(share * law.moment(order) for share, law in self._weighted)

    @override
    def scaled(self, factor: float) -> Self:
        parts = tuple(Part.model_construct(share=p.share, law=p.law.scaled(factor)) for p in self.parts)
        return super().scaled(factor).changed(parts=parts)

    @override
    def form(self) -> Form:
        return Form(self._table.at, (), self.cap)

    @cached_property
    def _table(self) -> QuantileTable:
        """The quantile function, with more points where two parts leave a gap between them."""
        ends = [law.ppf(u) for _, law in self._weighted for u in (1e-6, 1.0 - 1e-6)]
        lengths = np.linspace(min(ends), max(ends), 4000)
        return QuantileTable(self._exact, self._jumps(), self.uncut(0, lengths))

    def _exact(self, u: Floats, rest: Floats) -> Floats:
        """Return exact quantiles: where the parts' weighted cumulative distributions reach `u`."""
        del rest  # the tails of a mixture are resolved by its parts
        inside = np.clip(u, 2.0**-53, 1.0 - 2.0**-53)
        parts = np.array([law.ppf(inside) for _, law in self._weighted])
        low = np.nextafter(parts.min(axis=0), -1.0)
        found = invert(lambda x: self.uncut(0, x), inside, low, parts.max(axis=0))
        atoms = np.array(sorted({0.0, *(x for _, law in self._weighted for x in _corners(law))}))
        nearest_atom = atoms[np.searchsorted(atoms[1:] + atoms[:-1], 2.0 * found)]
        return np.where(np.abs(found - nearest_atom) <= 1e-9 * nearest_atom + 1e-12, nearest_atom, found)

    def _jumps(self) -> list[float]:
        """Return the cumulative probabilities at which the quantile function leaves a smooth curve."""
        corners: set[float] = set()
        for _, law in self._weighted:
            corners |= _corners(law)
        before = [float(self.uncut(0, np.nextafter(np.asarray(x), -np.inf))) for x in corners]
        return sorted({*before, *(float(self.uncut(0, np.asarray(x))) for x in corners)})


def _corners(law: Law) -> set[float]:
    """Return lengths at which the cumulative distribution of `law` jumps, starts or ends."""
    found = set() if law.at_most is None else {law.at_most}
    if isinstance(law, Constant):
        return found | {law.value}
    if isinstance(law, (Uniform, Triangular, Pert)):
        return found | {law.low, law.high}
    if isinstance(law, Empirical):
        return found | set(sorted(set(law.values))[:2000])
    return found


def _named(value: Any) -> Any:
    """Turn a plain length into a constant, and name the family when the settings give it away."""
    if isinstance(value, Law):
        return value
    if not isinstance(value, Mapping):
        return {"distribution": "constant", "value": value}
    name = value.get("distribution")
    if name is None:
        return {"distribution": _meant(value), **value}
    if name not in FAMILIES:
        near = nearest(str(name), FAMILIES)
        hint = f". Did you mean {near[0]}?" if near else ""
        raise Misfit(f"{name} is not a distribution{hint}", "distribution", allowed=", ".join(FAMILIES))
    return value


def _meant(settings: Mapping[str, Any]) -> str:
    for key, family in _BY_KEY.items():
        if key in settings:
            return family
    if "low" in settings:
        return "uniform"
    return "constant" if "value" in settings else "lognormal"


class _AsWritten:
    """Tells the JSON Schema that a plain length of time will do, and that families may share settings."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        families = handler(schema)
        text = {"type": "string", "description": "A length of time that never varies, such as 15 min."}
        return {"anyOf": [text, *families.get("oneOf", [families])]}


FAMILIES: dict[str, type[Law]] = {
    "constant": Constant,
    "exponential": Exponential,
    "gamma": Gamma,
    "erlang": Erlang,
    "lognormal": Lognormal,
    "weibull": Weibull,
    "triangular": Triangular,
    "uniform": Uniform,
    "pert": Pert,
    "empirical": Empirical,
    "mixture": Mixture,
}
"""Every family, by the name that a scenario gives to `distribution`."""

Distribution = Annotated[
    Constant
    | Exponential
    | Gamma
    | Erlang
    | Lognormal
    | Weibull
    | Triangular
    | Uniform
    | Pert
    | Empirical
    | Mixture,
    Field(discriminator="distribution"),
    BeforeValidator(_named),
    _AsWritten(),
]
"""A distribution of lengths of time as a scenario writes it; a plain length never varies."""


@cache
def _reader() -> TypeAdapter[Any]:
    return TypeAdapter(Distribution)


def parse_distribution(value: object, **context: Any) -> Law:
    """Read one distribution as a scenario writes it, such as ``{"mean": "4 days", "sd": "6 days"}``.

    Args:
        value: a length of time, or a mapping of settings.
        context: `read`, a function that returns the text of a file, if one may be named.

    Raises:
        pydantic.ValidationError: with a sentence for each problem.
    """
    law: Law = _reader().validate_python(value, context=context or None)
    return law
