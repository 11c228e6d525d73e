"""Quantities as planners write them: ``6 days``, ``78%``, ``07:30``, ``14/day``, ``unlimited``.

Inside flowsim a duration is a number of minutes, a share is a fraction, a clock time is minutes after
midnight, a rate is per day and a count is a whole number. Every parser raises ``ValueError`` with a
sentence for the planner; every ``format_`` function is the inverse, for messages and reports.
"""

from __future__ import annotations

import math
import re
from typing import Final, TypeGuard

from flowsim.errors import nearest

UNLIMITED: Final = 1_000_000_000
"""The count that stands for the word ``unlimited``; compares as larger than any real count."""

MINUTES: Final[dict[str, float]] = {
    "seconds": 1 / 60,
    "minutes": 1.0,
    "hours": 60.0,
    "days": 1440.0,
    "weeks": 10080.0,
}
"""Minutes in each unit of time that a planner may write."""

_SPELLINGS: Final[dict[str, str]] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "seconds"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hours"),
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "weeks"),
}
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_PLAIN_NUMBER = re.compile(rf"\s*({_NUMBER})\s*")
_DURATION = re.compile(rf"\s*({_NUMBER})\s*([^\W\d]+)\s*")
_SHARE = re.compile(rf"\s*({_NUMBER})\s*%\s*")
_CLOCK = re.compile(r"\s*(\d{1,2}):(\d{2})\s*")
_RATE = re.compile(rf"\s*({_NUMBER})\s*(?:/|\bper\b|\ba\b)\s*([^\W\d]+)\s*")


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether `value` is an int or a float and not a truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number_of(value: object) -> float | None:
    """Return the finite number that `value` is or spells, or None."""
    if is_number(value):
        return float(value) if math.isfinite(value) else None
    match = _PLAIN_NUMBER.fullmatch(value) if isinstance(value, str) else None
    number = float(match[1]) if match else math.nan
    return number if math.isfinite(number) else None


def show(value: object) -> str:
    """Return `value` as a planner would recognise it in a message, never longer than a line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping (name: value)"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, float):
        return format_number(value)
    text = str(value) if str(value).strip() else "an empty text"
    return text if len(text) <= 60 else text[:57] + "..."


def parse_duration(value: object) -> float:
    """Return minutes for ``"6 days"``, ``"45 min"``, ``"1.5 hours"``, ``"1 hour 30 min"``.

    Raises:
        ValueError: No unit, an unknown unit, a negative or unending length.
    """
    number = number_of(value)
    if number is not None:
        raise ValueError(_bare_duration(number))
    text = value if isinstance(value, str) else ""
    if not text.strip():
        raise ValueError(f"{_found(value)} is not a length of time: write 45 min, 6 hours or 2 days")
    total, position, negative = 0.0, 0, False
    while position < len(text):
        match = _DURATION.match(text, position)
        if match is None:
            raise ValueError(_unreadable_duration(text))
        total += float(match[1]) * MINUTES[_unit(match[2])]
        negative = negative or match[1].startswith("-")
        position = match.end()
    if negative:
        raise ValueError(f"{text} is below zero: a length of time cannot be negative")
    return _finite(total, text)


def _bare_duration(number: float) -> str:
    shown = format_number(number)
    if number < 0:
        return f"{shown} is below zero: a length of time cannot be negative"
    return f"{shown} has no unit: write {shown} min, {shown} hours or {shown} days"


def _unreadable_duration(value: str) -> str:
    if _CLOCK.fullmatch(value):
        hours, minutes = value.split(":")
        noun = "hour" if int(hours) == 1 else "hours"
        return f"{value} is a time of day, not a length of time: write {int(hours)} {noun} {minutes} min"
    return f"{show(value)} is not a length of time: write 45 min, 6 hours or 2 days"


def _unit(word: str) -> str:
    unit = _SPELLINGS.get(word.lower())
    if unit:
        return unit
    if word.lower() in {"month", "months", "year", "years"}:
        raise ValueError("a month or a year has no fixed length: write days or weeks")
    close = nearest(word, MINUTES)
    guess = f" (did you mean {close[0]}?)" if close else ""
    raise ValueError(f"{word} is not a unit of time{guess}: use s, min, hours, days or weeks")


def _finite(number: float, value: object) -> float:
    if not math.isfinite(number):
        raise ValueError(f"{show(value)} is too large to be a number")
    return number


def _found(value: object) -> str:
    if is_number(value) and not math.isfinite(value):
        return "not-a-number" if math.isnan(value) else "infinity"
    return show(value)


def parse_share(value: object, most: float = 1.0) -> float:
    """Return a fraction for ``"78%"``.

    Args:
        value: What the planner wrote; a bare number is refused.
        most: The largest fraction allowed, 1 for a true share, ``math.inf`` for a change.

    Raises:
        ValueError: No per cent sign, below 0% or above `most`.
    """
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(_not_a_share(value))
    share = _finite(float(match[1]) / 100, value)
    if share < 0:
        raise ValueError(f"{value} is below 0%: a share lies between 0% and {format_share(min(most, 1.0))}")
    if share > most:
        raise ValueError(
            f"{value} is more than {format_share(most)}: a share lies between 0% and {format_share(most)}"
        )
    return share


def _not_a_share(value: object) -> str:
    number = number_of(value)
    if number is None:
        return f"{_found(value)} is not a share: write it with a per cent sign, such as 78%"
    shown = format_number(number)
    if 0 < number < 1:
        return f"{shown} has no per cent sign: write {format_share(number)}"
    if number == 1:
        return "1 has no per cent sign: write 100% for all, or 1% for one in a hundred"
    return f"{shown} has no per cent sign: write {shown}%"


def parse_clock(value: object) -> float:
    """Return minutes after midnight for ``"07:30"``; ``"24:00"`` is the end of the day, 1440.

    Raises:
        ValueError: Not written hh:mm, or not a time that exists.
    """
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{_found(value)} is not a time of day: write it as 07:30 or 14:00")
    hours, minutes = int(match[1]), int(match[2])
    if minutes > 59 or hours * 60 + minutes > 1440:
        raise ValueError(f"{value} is not a time of day: the hours run from 00:00 to 24:00")
    return float(hours * 60 + minutes)


def parse_rate(value: object) -> float:
    """Return a number per day for ``"14/day"``, ``"2/hour"`` or ``"90 per week"``.

    Raises:
        ValueError: No unit, an unknown unit or a negative rate.
    """
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        number = number_of(value)
        shown = _found(value) if number is None else format_number(number)
        why = "is not a rate: write it as 14/day" if number is None else f"has no unit: write {shown}/day"
        raise ValueError(f"{shown} {why}")
    if float(match[1]) < 0:
        raise ValueError(f"{value} is below zero: a rate cannot be negative")
    return _finite(float(match[1]) * 1440 / MINUTES[_unit(match[2])], value)


def parse_count(value: object, least: int = 0) -> int:
    """Return a whole number for ``12`` or ``"12"``, or `UNLIMITED` for the word ``unlimited``.

    Raises:
        ValueError: Not whole, below `least`, or so large that ``unlimited`` is meant.
    """
    if isinstance(value, str) and value.strip().lower() == "unlimited":
        return UNLIMITED
    number = number_of(value)
    if number is None:
        raise ValueError(f"{_found(value)} is not a whole number (or the word unlimited)")
    if number != int(number):
        raise ValueError(f"{format_number(number)} is not a whole number")
    if number < least:
        raise ValueError(f"{format_number(number)} is below {least}: it must be {least} or more")
    if number >= UNLIMITED:
        raise ValueError(f"{show(value)} is too large: write the word unlimited if there is no limit")
    return int(number)


def parse_number(value: object, least: float = 0.0, above: float | None = None) -> float:
    """Return a plain finite number of at least `least` (and more than `above`, when given).

    Raises:
        ValueError: Not a number, infinite, or out of range.
    """
    number = number_of(value)
    if number is None:
        raise ValueError(f"{_found(value)} is not a plain number")
    if above is not None and number <= above:
        raise ValueError(f"{format_number(number)} must be more than {format_number(above)}")
    if number < least:
        raise ValueError(
            f"{format_number(number)} is below {format_number(least)}: "
            f"it must be {format_number(least)} or more"
        )
    return number


def parse_factor(value: object) -> float:
    """Return a multiplying factor above zero for ``1.25`` or ``"125%"``.

    Raises:
        ValueError: Not a number, zero or negative.
    """
    if isinstance(value, str) and _SHARE.fullmatch(value):
        value = parse_share(value, most=math.inf)
    return parse_number(value, above=0.0)


def format_number(number: float) -> str:
    """Return `number` without a needless ``.0`` and without rounding noise."""
    return f"{number:.12g}" if abs(number) < 1e12 else f"{number:g}"


def format_duration(minutes: float) -> str:
    """Return `minutes` in the largest unit that shows it exactly, such as ``1.5 hours`` or ``6 days``."""
    for unit, label in (("weeks", "week"), ("days", "day"), ("hours", "hour")):
        number = minutes / MINUTES[unit]
        least = 2 if unit == "weeks" else 1
        if number >= least and _few_decimals(number, 0 if unit == "weeks" else 2):
            return _labelled(number, label)
    if 0 < minutes < 1 and _few_decimals(minutes * 60, 1):
        return f"{format_number(round(minutes * 60, 1))} s"
    return f"{format_number(minutes)} min"


def _few_decimals(number: float, places: int) -> bool:
    return math.isclose(number, round(number, places), rel_tol=0, abs_tol=1e-9)


def _labelled(number: float, label: str) -> str:
    shown = format_number(round(number, 2))
    return f"{shown} {label}" if shown == "1" else f"{shown} {label}s"


def format_share(share: float) -> str:
    """Return a fraction as a percentage, such as ``78%`` or ``2.5%``."""
    return f"{format_number(round(share * 100, 10))}%"


def format_clock(minutes: float) -> str:
    """Return minutes after midnight as ``07:30``."""
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


def format_rate(per_day: float) -> str:
    """Return a rate as ``14/day``."""
    return f"{format_number(per_day)}/day"


def format_count(count: int) -> str:
    """Return a count with thousands separated, or the word ``unlimited``."""
    return "unlimited" if count >= UNLIMITED else f"{count:,}"
