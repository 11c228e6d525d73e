"""How numbers are written: 78.3%, 31 min, 2.4 hours, 1,003. Once, for terminal, report and workbook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

MISSING = "–"
"""Shown where there was nobody to measure."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How to write one number, and others beside it in the same unit.

    Attributes:
        factor: multiplies the value.
        decimals: decimals shown.
        suffix: unit written after it.
        change: unit written after a difference.
        prefix: sign of the currency, written before both.
    """

    factor: float
    decimals: int
    suffix: str
    change: str
    prefix: str = ""

    def write(self, value: float, *, unit: bool = True) -> str:
        """Return the number, with its unit unless told not to."""
        if not isfinite(value):
            return MISSING
        text = _number(value * self.factor, self.decimals)
        sign = "-" if text.startswith("-") else ""
        return sign + self.prefix + text.removeprefix("-") + (self.suffix if unit else "")

    def write_change(self, value: float, *, unit: bool = True) -> str:
        """Return a difference, always with its sign: +2 min, -1.7 pts."""
        if not isfinite(value):
            return MISSING
        text = _number(value * self.factor, self.decimals)
        sign = "-" if text.startswith("-") else "+"
        return sign + self.prefix + text.removeprefix("-") + (self.change if unit else "")


def scale_for(unit: str, decimals: int, size: float) -> Scale:
    """Return how to write numbers of a unit that are about as large as `size`.

    Args:
        unit: a measure's unit.
        decimals: the measure's decimals, for units that are not times.
        size: the number that decides between minutes, hours and days, in the measure's unit.
    """
    if unit == "share":
        return Scale(100.0, decimals, "%", " pts")
    if unit == "points":
        return Scale(100.0, decimals, " pts", " pts")
    if unit == "minutes":
        return _time_scale(abs(size))
    if unit in _MONEY:
        return _money_scale(abs(size), _MONEY[unit])
    if unit in _SUFFIX:
        suffix = _SUFFIX[unit]
        return Scale(1.0, _enough(decimals, size), suffix, suffix)
    return Scale(1.0, _enough(decimals, size), "", "")


def show(value: float, unit: str, decimals: int = 1) -> str:
    """Return a value with its unit; a dash where there is none."""
    return scale_for(unit, decimals, value).write(value)


def show_change(value: float, unit: str, decimals: int = 1, size: float | None = None) -> str:
    """Return a difference with its sign and unit.

    Args:
        value: the difference, in the measure's unit.
        unit: the measure's unit.
        decimals: the measure's decimals.
        size: what it is a difference of, so that both are in minutes or both in hours.
    """
    return scale_for(unit, decimals, value if size is None else size).write_change(value)


def show_interval(low: float, high: float, unit: str, decimals: int = 1, size: float | None = None) -> str:
    """Return "73.9% to 75.6%" or "29 to 33 min"; empty where there is no interval."""
    if not (isfinite(low) and isfinite(high)):
        return ""
    scale = scale_for(unit, decimals, (low + high) / 2 if size is None else size)
    return f"{scale.write(low, unit=unit == 'share')} to {scale.write(high)}"


def finer(scale: Scale, difference: float, low: float, high: float) -> Scale:
    """Return a scale with enough decimals to show a difference that is small, or clear however small.

    Args:
        scale: how the values are written that it is a difference of.
        difference: the difference.
        low: lower limit of its interval, not a number if there is none.
        high: upper limit.
    """
    if scale.decimals == 0 and 0.0 < abs(difference) * scale.factor < 1.0:
        scale = replace(scale, decimals=1)
    nearer = min(abs(low), abs(high))
    while (low > 0 or high < 0) and scale.decimals < 3 and _vanishes(scale, nearer):
        scale = replace(scale, decimals=scale.decimals + 1)
    return scale


def _vanishes(scale: Scale, value: float) -> bool:
    return not any(char in "123456789" for char in scale.write(value, unit=False))


_SUFFIX = {
    "per day": "/day",
    "hours per day": " hours/day",
    "days": " days",
    "hours": " hours",
}


_MONEY = {"pounds": "", "pounds per day": "/day"}
MILLION, MANY = 1e6, 1e5
"""Pounds from which money is written in millions, and in thousands."""


def _money_scale(pounds: float, per: str) -> Scale:
    if pounds >= MILLION:
        return Scale(1.0 / MILLION, 2, f"m{per}", f"m{per}", "£")
    if pounds >= MANY:
        return Scale(1e-3, 1, f"k{per}", f"k{per}", "£")
    return Scale(1.0, 0 if pounds >= 10.0 else 2, per, per, "£")


def _time_scale(minutes: float) -> Scale:
    if minutes >= 2880.0:
        return Scale(1 / 1440.0, 1, " days", " days")
    if minutes >= 120.0:
        return Scale(1 / 60.0, 1, " hours", " hours")
    return Scale(1.0, 1 if minutes < 10.0 else 0, " min", " min")


def _enough(decimals: int, size: float) -> int:
    """Return at least so many decimals that a small number does not read 0."""
    if not isfinite(size) or abs(size) >= 10.0 or size == 0:
        return decimals
    return max(decimals, 1 if abs(size) >= 1.0 else 2)


def _number(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text
