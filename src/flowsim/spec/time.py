"""When a scenario takes place, and for how long."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator, PrivateAttr, WithJsonSchema

from flowsim.spec.base import Spec
from flowsim.spec.values import Day, Quantity
from flowsim.units import format_duration, parse_duration

__all__ = ["AUTO", "Horizon", "TimeSpec", "WarmUp"]

AUTO = "auto"
"""The word for a warm-up worked out from the lengths of stay."""

_DAY = 1440.0


def _parse_warm_up(value: object) -> float | str:
    if isinstance(value, str) and value.strip() == AUTO:
        return AUTO
    minutes = parse_duration(value)
    if not math.isclose(minutes % _DAY, 0.0, abs_tol=1e-6):
        raise ValueError(f"{value} is not a whole number of days, which a warm-up must be")
    return minutes


def _parse_horizon(value: object) -> float:
    minutes = parse_duration(value)
    if minutes <= 0:
        raise ValueError("the horizon must be longer than nothing: write 20 weeks")
    return minutes


def _write_warm_up(value: Any) -> str:
    return value if isinstance(value, str) else format_duration(value)


WarmUp = Annotated[
    float | str,
    PlainValidator(_parse_warm_up),
    PlainSerializer(_write_warm_up),
    Quantity("a length of time", "whole days such as 6 weeks, or auto", _write_warm_up),
    WithJsonSchema({"type": "string", "examples": ["auto", "6 weeks"]}),
]
"""A warm-up: whole days, or the word ``auto``."""

Horizon = Annotated[
    float,
    PlainValidator(_parse_horizon),
    Quantity("a length of time", "20 weeks or 180 days", format_duration),
    WithJsonSchema({"type": "string", "examples": ["20 weeks"]}),
]
"""A length of time above zero; held in minutes."""


class TimeSpec(Spec):
    """When the simulated period starts, how long it is, and how the system gets going before it."""

    kind: Literal["terminating", "steady_state", "cyclic"] = "terminating"
    """What is asked: ``terminating`` for a given period such as one winter, ``steady_state`` for the long-run
    average, ``cyclic`` for a typical week (the warm-up and the horizon are then whole weeks)."""
    start: Day
    """First day of the data collection period; the warm-up runs in the days before it."""
    horizon: Horizon
    """Length of the data collection period."""
    warm_up: WarmUp = AUTO
    """Time simulated before the start and left out of every result; ``auto`` works it out from the stays."""
    initial: Literal["loaded", "empty"] = "loaded"
    """State at the very beginning: ``loaded`` with the patients expected on average, or ``empty``."""

    _automatic: float = PrivateAttr(default=0.0)

    @property
    def warm_up_minutes(self) -> float:
        """Return the length of the warm-up in minutes, whole days."""
        return self._automatic if isinstance(self.warm_up, str) else self.warm_up

    def with_automatic(self, days: int) -> TimeSpec:
        """Return the same times with the number of days that ``auto`` stands for."""
        copy = self.model_copy()
        copy._automatic = days * _DAY
        return copy

    @property
    def end(self) -> float:
        """Return the last minute of the calendar: warm-up and horizon."""
        return self.warm_up_minutes + self.horizon
