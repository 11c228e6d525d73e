"""Shares of patients over named options: a mix of ages, of areas, of destinations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainValidator,
    RootModel,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema

from flowsim.errors import nearest
from flowsim.spec.base import Misfit
from flowsim.units import format_share, parse_share
from flowsim.vocabulary import values_of

TOLERANCE = 0.001 + 1e-9
"""How far from 100% written shares may add up, for rounding."""
REST = "rest"
"""The word for whatever the other shares leave."""
_UNRESOLVED = -1.0


def _share(value: object) -> float:
    return _UNRESOLVED if value == REST else parse_share(value)


class Mix(RootModel[dict[str, Annotated[float, PlainValidator(_share)]]]):
    """Shares by option that add up to 100%; one share may be the word ``rest``.

    A single name stands for 100% of it. The order written is kept: it decides which luck means which
    option, so that moving a share from one option to its neighbour changes as few patients as can be.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return {str(value): "100%"}
        if not isinstance(value, Mapping):
            raise ValueError("write one name, or shares by name, such as {home: 80%, ward: rest}")  # noqa: TRY004
        return {str(key): share for key, share in value.items()}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        shares = self.root
        given = math.fsum(share for share in shares.values() if share != _UNRESOLVED)
        rest = [option for option, share in shares.items() if share == _UNRESOLVED]
        if len(rest) > 1:
            raise Misfit(f"only one share may be {REST}", rest[1])
        if given > 1.0 + TOLERANCE or (not rest and given < 1.0 - TOLERANCE):
            raise ValueError(f"the shares add up to {format_share(round(given, 6))}, not 100%")
        if rest:
            shares[rest[0]] = max(0.0, 1.0 - given)
        total = math.fsum(shares.values())
        for option, share in shares.items():
            shares[option] = share / total
        return self

    @classmethod
    def only(cls, option: str) -> Mix:
        """Return the mix in which everybody has `option`."""
        return cls.model_construct({option: 1.0})

    @property
    def options(self) -> tuple[str, ...]:
        """Every option, in the order written."""
        return tuple(self.root)

    def share(self, option: str) -> float:
        """Return the share of an option; 0 if it is not in the mix."""
        return self.root.get(option, 0.0)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        share = {"type": "string", "pattern": r"^\s*([0-9]*\.?[0-9]+\s*%|rest)\s*$"}
        name = {"type": ["string", "integer"], "description": "One option for everybody."}
        return {"anyOf": [name, {"type": "object", "additionalProperties": share}], "description": "A mix."}


class Known:
    """Checks the options of a mix against an attribute's values: ``Annotated[Mix, Known("age")]``."""

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        checked: CoreSchema = AfterValidator(self._check).__get_pydantic_core_schema__(source, handler)
        return checked

    def _check(self, mix: Mix, info: ValidationInfo) -> Mix:
        places = tuple(info.context.get("places", ())) if isinstance(info.context, Mapping) else ()
        options = values_of(self.attribute, places)
        if options:
            check_options(mix.options, self.attribute, options)
        return mix


def check_options(found: Iterable[str], what: str, options: tuple[str, ...]) -> None:
    """Raise a `Misfit` at the first name that is not one of `options`."""
    for option in found:
        if option not in options:
            near = nearest(option, options)
            meant = f". Did you mean {near[0]}?" if near else ""
            message = f"{option} is not a value of {what}{meant}"
            raise Misfit(message, option, allowed=", ".join(options), at_key=True)
