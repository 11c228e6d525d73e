"""Types of single values: what a planner may write, and what the engine gets.

Each type reads the text of the scenario (``"45 min"``) and holds the engine's number (45.0 minutes).
Defaults in specs are written as the engine's number, since defaults are not read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from flowsim.clock import Hours, Rota, WeekProfile, parse_hours, parse_profile, parse_rota, profile_from_csv
from flowsim.spec.base import reader
from flowsim.units import (
    UNLIMITED,
    format_clock,
    format_count,
    format_duration,
    format_number,
    format_rate,
    format_share,
    parse_clock,
    parse_count,
    parse_duration,
    parse_factor,
    parse_number,
    parse_rate,
    parse_share,
    show,
)

__all__ = [
    "UNLIMITED",
    "Clock",
    "Count",
    "Day",
    "Duration",
    "Factor",
    "HoursField",
    "Name",
    "Number",
    "Percent",
    "ProfileField",
    "Quantity",
    "Rate",
    "RotaField",
    "Share",
    "StayFactor",
    "parse_day",
    "parse_name",
]


@dataclass(frozen=True)
class Quantity:
    """What a type of value is, for ``explain``, messages and the reference.

    Attributes:
        what: The kind of value, for instance ``a length of time``.
        examples: How to write it.
        write: Turns the engine's value back into the planner's text.
    """

    what: str
    examples: str
    write: Callable[[Any], Any]


def _schema(*kinds: str, pattern: str = "", examples: str = "", **more: Any) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else list(kinds), **more}
    if pattern:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = [text.strip() for text in examples.split(";")]
    return WithJsonSchema(schema)


_UNITS = "(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)"
_DIGITS = r"[0-9]*\.?[0-9]+"

Duration = Annotated[
    float,
    PlainValidator(parse_duration),
    Quantity("a length of time", "45 min, 6 hours or 2 days", format_duration),
    _schema("string", pattern=rf"^\s*({_DIGITS}\s*{_UNITS}\s*)+$", examples="45 min; 6 hours; 2 days"),
]
"""A length of time, 0 or more, such as ``45 min``; held in minutes."""

Share = Annotated[
    float,
    PlainValidator(parse_share),
    Quantity("a share", "between 0% and 100%", format_share),
    _schema("string", pattern=rf"^\s*{_DIGITS}\s*%\s*$", examples="78%"),
]
"""A share between 0% and 100%; held as a fraction."""


def _percent(value: object) -> float:
    return parse_share(value, most=math.inf)


Percent = Annotated[
    float,
    PlainValidator(_percent),
    Quantity("a percentage", "0% or more", format_share),
    _schema("string", pattern=rf"^\s*{_DIGITS}\s*%\s*$", examples="35%"),
]
"""A percentage that may exceed 100%; held as a fraction."""

Clock = Annotated[
    float,
    PlainValidator(parse_clock),
    Quantity("a time of day", "07:30, from 00:00 to 24:00", format_clock),
    _schema("string", pattern=r"^[0-2]?[0-9]:[0-5][0-9]$", examples="07:30; 14:00"),
]
"""A time of day from 00:00 to 24:00; held in minutes after midnight."""

Rate = Annotated[
    float,
    PlainValidator(parse_rate),
    Quantity("a rate", "14/day, 2/hour or 90/week", format_rate),
    _schema("string", pattern=rf"^\s*{_DIGITS}\s*(/|per|a)\s*{_UNITS}$", examples="14/day; 2/hour"),
]
"""A rate such as ``14/day``; held per day."""

Count = Annotated[
    int,
    PlainValidator(parse_count),
    Quantity("a whole number", "0 or more, or the word unlimited", format_count),
    _schema("integer", "string", pattern="^([0-9]+|unlimited)$", minimum=0, examples="24; unlimited"),
]
"""A whole number, 0 or more, or the word ``unlimited``."""

Number = Annotated[
    float,
    PlainValidator(parse_number),
    Quantity("a number", "0 or more", format_number),
    _schema("number", minimum=0),
]
"""A finite number, 0 or more, without a unit."""

Factor = Annotated[
    float,
    PlainValidator(parse_factor),
    Quantity("a factor", "above 0, such as 1.25 or 125%", format_number),
    _schema("number", "string", exclusiveMinimum=0, pattern=rf"^\s*{_DIGITS}\s*%?\s*$"),
]
"""A multiplying factor above 0, such as 1.25 or ``125%``."""

LEAST_STAY, MOST_STAY = 0.1, 10.0
"""Bounds of a factor on a stay; beyond them a percentage has been written as a number, most likely."""


def _stay_factor(value: object) -> float:
    factor = parse_factor(value)
    if LEAST_STAY <= factor <= MOST_STAY:
        return factor
    bounds = f"a factor on a stay lies between {LEAST_STAY:g} and {MOST_STAY:g}"
    if factor < LEAST_STAY:
        raise ValueError(f"{show(value)} is less than {LEAST_STAY:g}: {bounds}")
    raise ValueError(f"{show(value)} is more than {MOST_STAY:g}: {bounds}; is it {format_number(factor)}%?")


StayFactor = Annotated[
    float,
    PlainValidator(_stay_factor),
    Quantity("a factor on a stay", "from 0.1 to 10, such as 0.8 or 80%", format_number),
    _schema("number", "string", minimum=LEAST_STAY, maximum=MOST_STAY, pattern=rf"^\s*{_DIGITS}\s*%?\s*$"),
]
"""A factor from 0.1 to 10 that multiplies a length of stay, such as 0.8 or ``80%``."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*")
_BRITISH_DAY = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*")


def parse_name(value: object) -> str:
    """Return a name: letters, digits, ``_`` and ``-``, starting with a letter.

    Raises:
        ValueError: Anything else.
    """
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise ValueError(f"{show(value)} cannot be a name: use letters, digits, _ and -, starting with a letter")


def parse_day(value: object) -> date:
    """Return the date for ``2026-11-02``.

    Raises:
        ValueError: Not written year-month-day, or a day that does not exist.
    """
    if isinstance(value, date):
        return value
    british = _BRITISH_DAY.fullmatch(value) if isinstance(value, str) else None
    if british:
        advice = f"{british[3]}-{int(british[2]):02}-{int(british[1]):02}"
        raise ValueError(f"{value} is not written year-month-day: write {advice}")
    match = _ISO_DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{show(value)} is not a date: write year-month-day, such as 2026-11-02")
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise ValueError(f"{show(value)} is a day that does not exist") from None


Name = Annotated[
    str,
    PlainValidator(parse_name),
    Quantity("a name", "letters, digits, _ and -, starting with a letter", str),
    _schema("string", pattern="^[A-Za-z][A-Za-z0-9_-]*$"),
]
"""A name of a service, place, stream and so on."""

Day = Annotated[
    date,
    PlainValidator(parse_day),
    Quantity("a date", "2026-11-02", str),
    _schema("string", pattern="^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$", examples="2026-11-02"),
]
"""A calendar day, such as ``2026-11-02``."""


@lru_cache(maxsize=64)
def _profile_of(text: str) -> WeekProfile:
    """Return the profile of a CSV text; many streams of a scenario share one file."""
    return profile_from_csv(text)


def _profile(value: object, info: ValidationInfo) -> WeekProfile:
    if not (isinstance(value, str) and value.strip().lower().endswith(".csv")):
        return parse_profile(value)
    name = value.strip()
    try:
        return _profile_of(reader(info)(name))
    except ValueError as error:
        inside = str(error).startswith("line ")
        raise ValueError(f"{name}, {error}" if inside else str(error)) from None


def _raw(value: Any) -> Any:
    return value.raw()


_HOURS_TEXT = "08:00-22:00, always, never, or by weekday, weekend and bank_holiday"
_ROTA_TEXT = "4, or 08:00-16:00=3, 16:00-22:00=2, or by weekday, weekend and bank_holiday"
_PROFILE_TEXT = "flat, 08:00-20:00, or a CSV file with hour_of_week and weight"

HoursField = Annotated[
    Hours,
    PlainValidator(parse_hours),
    PlainSerializer(_raw),
    Quantity("opening hours", _HOURS_TEXT, _raw),
    _schema("string", "object", examples="08:00-22:00; always; never"),
]
"""Opening hours; see `flowsim.clock.hours`."""

RotaField = Annotated[
    Rota,
    PlainValidator(parse_rota),
    PlainSerializer(_raw),
    Quantity("a rota", _ROTA_TEXT, _raw),
    _schema("integer", "string", "object", examples="4; 08:00-16:00=3, 16:00-22:00=2"),
]
"""Numbers on duty by time and kind of day; see `flowsim.clock.rota`."""

ProfileField = Annotated[
    WeekProfile,
    PlainValidator(_profile),
    PlainSerializer(_raw),
    Quantity("a week profile", _PROFILE_TEXT, _raw),
    _schema("string", "object", "array", examples="flat; profiles/attendances.csv"),
]
"""Relative weight of each hour of the week; see `flowsim.clock.profile`."""
