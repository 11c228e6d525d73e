"""Changes that hold over dates: when they hold, how strongly, and what a setting is on a given day.

A dated change is cut into pieces of constant strength: one for a step, one a day for a ramp or a wave.
Minutes here count from midnight at the start of the data collection period; the warm-up is negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flowsim.scenario.arithmetic import added, blended, multiplied
from flowsim.scenario.nodes import Node, Path
from flowsim.units import parse_duration, show

__all__ = [
    "DATED_SECTIONS",
    "SHAPES",
    "WHEN_KEYS",
    "Dated",
    "Laid",
    "When",
    "lay",
    "moments",
    "parse_when",
    "value_at",
]

SHAPES: Final = ("step", "ramp", "wave")
"""How the strength of a dated change moves: at once, evenly from 0 to 1, or up and down like an epidemic."""
WHEN_KEYS: Final = ("from", "to", "shape", "peak", "width")
"""Settings that say when a change holds."""
DATED_SECTIONS: Final = ("services", "demand", "casemix", "pathways", "alternatives")
"""Sections whose settings may change over dates."""

_DAY = 1440.0
_FAINT = 0.01
"""A wave is taken as over where its strength is below this share of its peak."""


@dataclass(frozen=True, slots=True)
class When:
    """When a change holds.

    Attributes:
        first: First moment; None for as early as there is anything.
        last: Moment it ends; None for never.
        shape: One of `SHAPES`.
        peak: Day of the highest strength of a wave.
        width: Minutes for which a wave is above half of its peak.
    """

    first: datetime | None = None
    last: datetime | None = None
    shape: str = "step"
    peak: datetime | None = None
    width: float = 0.0

    def pieces(self, start: date) -> tuple[tuple[float, float, float], ...]:
        """Return (from minute, to minute, strength), in order; minutes from midnight of `start`."""
        first = _minute(self.first, start, -math.inf)
        last = _minute(self.last, start, math.inf)
        if self.shape == "ramp":
            days = max(1, round((last - first) / _DAY))
            rising = [(first + i * _DAY, first + (i + 1) * _DAY, (i + 0.5) / days) for i in range(days)]
            return (*rising, (first + days * _DAY, math.inf, 1.0))
        if self.shape == "wave":
            return self._wave(start, first, last)
        return ((first, last, 1.0),)

    def _wave(self, start: date, first: float, last: float) -> tuple[tuple[float, float, float], ...]:
        peak = _minute(self.peak, start, 0.0) + _DAY / 2
        sd = self.width / (2 * math.sqrt(2 * math.log(2)))
        reach = math.ceil(sd * math.sqrt(-2 * math.log(_FAINT)) / _DAY)
        pieces = []
        for day in range(-reach, reach + 1):
            begin = peak - _DAY / 2 + day * _DAY
            begin, end = max(begin, first), min(begin + _DAY, last)
            if begin < end:
                pieces.append((begin, end, math.exp(-0.5 * (day * _DAY / sd) ** 2)))
        return tuple(pieces)


def _minute(moment: datetime | None, start: date, missing: float) -> float:
    if moment is None:
        return missing
    return (moment - datetime.combine(start, time())) / timedelta(minutes=1)


def parse_when(settings: dict[str, Any]) -> When | None:
    """Return when a change holds; None if its settings name no date.

    Args:
        settings: ``from``, ``to``, ``shape``, ``peak`` and ``width`` as written. A ``to`` without a clock
            time includes that day.

    Raises:
        ValueError: The dates do not go together; the message starts with the key it is about.
    """
    given: dict[str, Any] = {key: settings[key] for key in WHEN_KEYS if key in settings}
    if not given:
        return None
    shape = given.get("shape", "wave" if "peak" in given else "step")
    if shape not in SHAPES:
        raise ValueError(f"shape: {show(shape)} is not a shape: use {', '.join(SHAPES)}")
    _right_keys(shape, given)
    first = _moment("from", given, end_of_day=False)
    last = _moment("to", given, end_of_day=True)
    if first and last and last <= first:
        raise ValueError(f"to: {show(given['to'])} is not after from, {show(given['from'])}")
    peak = _moment("peak", given, end_of_day=False)
    return When(first, last, shape, peak, _width(given) if shape == "wave" else 0.0)


def _right_keys(shape: str, given: dict[str, Any]) -> None:
    needed = {"step": (), "ramp": ("from", "to"), "wave": ("peak", "width")}[shape]
    for key in needed:
        if key not in given:
            raise ValueError(f"shape: a {shape} needs {' and '.join(needed)}")
    for key in ("peak", "width"):
        if key in given and shape != "wave":
            raise ValueError(f"{key}: only a wave has a {key}: write shape: wave")


def _width(given: dict[str, Any]) -> float:
    try:
        width = parse_duration(given["width"])
    except ValueError as error:
        raise ValueError(f"width: {error}") from None
    if width < _DAY:
        raise ValueError("width: a wave lasts a day or more: the width is the time it is above half its peak")
    return width


def _moment(key: str, given: dict[str, Any], *, end_of_day: bool) -> datetime | None:
    from flowsim.spec.values import parse_day

    if key not in given:
        return None
    text = str(given[key]).strip()
    day, _, clock = text.replace("T", " ").partition(" ")
    try:
        moment = datetime.combine(parse_day(day), time())
        if not clock:
            return moment + timedelta(days=1) if end_of_day else moment
        hour, _, minute = clock.strip().partition(":")
        return moment + timedelta(hours=int(hour), minutes=int(minute))
    except ValueError as error:
        reason = str(error) if "date" in str(error) or "day" in str(error) else f"{text} is not a date"
        raise ValueError(f"{key}: {reason}") from None


@dataclass(frozen=True, slots=True)
class Dated:
    """One dated change of one setting.

    Attributes:
        path: The setting.
        verb: ``set``, ``add`` or ``multiply``.
        amount: The plain value, amount or factor.
        when: When it holds.
        whole: True if the setting is a whole number.
        label: What to call it: ``change`` or ``surge flu``.
        node: Where it was written; not carried to workers.
    """

    path: Path
    verb: str
    amount: Any
    when: When
    whole: bool = False
    label: str = "change"
    node: Node | None = None

    def applied(self, value: Any, strength: float) -> Any:
        """Return a written value under this change; ValueError if they do not go together."""
        if strength <= 0:
            return value
        if self.verb == "multiply":
            return multiplied(value, 1 + (self.amount - 1) * strength, whole=self.whole)
        if self.verb == "add":
            amount = self.amount if strength >= 1 else multiplied_signed(self.amount, strength)
            return added(value, _whole_people(value, amount), whole=self.whole)
        return blended(value, self.amount, strength, whole=self.whole)


def multiplied_signed(amount: Any, factor: float) -> Any:
    """Return part of an amount that may be negative, such as ``-6 hours``."""
    if isinstance(amount, str) and amount.strip().startswith("-"):
        return f"-{multiplied(amount.strip()[1:].strip(), factor)}"
    return multiplied(amount, factor)


def _whole_people(value: Any, amount: Any) -> Any:
    """Round what is added to a rota to whole people."""
    is_rota = isinstance(value, dict) or (isinstance(value, str) and "=" in value)
    return math.floor(amount + 0.5) if is_rota and isinstance(amount, (int, float)) else amount


@dataclass(frozen=True, slots=True)
class Laid:
    """A dated change laid over the calendar.

    Attributes:
        change: The change.
        pieces: (from minute, to minute, strength), in order.
    """

    change: Dated
    pieces: tuple[tuple[float, float, float], ...]

    def strength(self, minute: float) -> float:
        """Return how strongly it holds at a minute, from 0 to 1."""
        return next((strength for begin, end, strength in self.pieces if begin <= minute < end), 0.0)


def lay(changes: Iterable[Dated], start: date) -> list[Laid]:
    """Lay changes over the calendar of a period that starts on `start`."""
    return [Laid(change, change.when.pieces(start)) for change in changes]


def moments(laid: Sequence[Laid], first: float, last: float) -> list[float]:
    """Return the minutes at which any of the changes begins, ends or alters, from `first` to `last`."""
    bounds = {bound for each in laid for begin, end, _ in each.pieces for bound in (begin, end)}
    return sorted({first, *(bound for bound in bounds if first < bound < last)})


def value_at(value: Any, laid: Sequence[Laid], minute: float) -> Any:
    """Return the plain value of an entry at a minute, under changes whose paths start below it."""
    for each in laid:
        strength = each.strength(minute)
        if strength > 0:
            value = _put(value, each.change.path[2:], each.change, strength)
    return value


def _put(value: Any, steps: Path, change: Dated, strength: float) -> Any:
    if not steps:
        return change.applied(value, strength)
    step, rest = steps[0], steps[1:]
    if isinstance(value, list):
        return [
            _put(item, rest, change, strength) if str(i) == step else item for i, item in enumerate(value)
        ]
    return {**value, step: _put(value.get(step), rest, change, strength)}
