"""Week profiles: the relative weight of each hour of the week."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from flowsim.clock.calendar import DAY_NAMES, HOURS_IN_WEEK
from flowsim.clock.spans import Span, parse_days, parse_span, parts_of, week_levels
from flowsim.units import show


@dataclass(frozen=True, slots=True, eq=False)
class WeekProfile:
    """Relative weight of each hour of the week, Monday 00:00 first; 168 numbers with mean 1."""

    weights: NDArray[np.float64] = field(repr=False)

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, dtype=np.float64)
        if weights.shape != (HOURS_IN_WEEK,):
            raise ValueError(f"a week profile has 168 weights, one for each hour; this has {weights.size}")
        if not np.isfinite(weights).all() or (weights < 0).any():
            raise ValueError("a week profile's weights are 0 or more")
        if not weights.any():
            raise ValueError("a week profile needs at least one hour with a weight above 0")
        object.__setattr__(self, "weights", weights / weights.mean())
        self.weights.flags.writeable = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WeekProfile) and bool(np.array_equal(self.weights, other.weights))

    def __hash__(self) -> int:
        return hash(self.weights.tobytes())

    def raw(self) -> str | list[float]:
        """Return the profile as a scenario could write it; `parse_profile` reads it back."""
        return "flat" if (self.weights == 1).all() else [float(w) for w in self.weights]


def parse_profile(value: object, read: Callable[[str], str] | None = None) -> WeekProfile:
    """Read a week profile: "flat", "08:00-20:00", spans with weights, 24 or 168 numbers, or a CSV name.

    Args:
        value: the profile as written; a mapping by kind of day is allowed (no bank holidays).
        read: returns the text of a file named in the scenario; needed for CSV names only.

    Raises:
        ValueError: with a sentence that says what to write instead.
    """
    if isinstance(value, WeekProfile):
        return value
    if isinstance(value, str) and value.strip() == "flat":
        return WeekProfile(np.ones(HOURS_IN_WEEK))
    if isinstance(value, str) and value.strip().lower().endswith(".csv"):
        if read is None:
            raise ValueError(f"the profile file {value.strip()} cannot be read here")
        return profile_from_csv(read(value.strip()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return WeekProfile(_listed_weights(value))
    if isinstance(value, Mapping) and "bank_holiday" in value:
        raise ValueError("a week profile has no bank_holiday: set the demand's bank_holiday factor")
    levels = week_levels(parse_days(value, _profile_spans, "week profile"))
    return WeekProfile(levels.reshape(HOURS_IN_WEEK, 60).mean(axis=1))


def profile_from_csv(text: str) -> WeekProfile:
    """Read a week profile from CSV text with columns hour_of_week, weight or day, hour, weight.

    `day` is a name (monday, Mon) or 0 for Monday to 6; `hour` is 0 to 23. Other columns are ignored.

    Raises:
        ValueError: if a column, an hour or a number is missing, repeated or wrong.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = set(rows.fieldnames or ())
    if "weight" not in columns or not ({"hour_of_week"} <= columns or {"day", "hour"} <= columns):
        raise ValueError("a profile CSV needs the columns hour_of_week, weight or day, hour, weight")
    weights = np.full(HOURS_IN_WEEK, np.nan)
    for row in rows:
        line = rows.line_num
        hour = _csv_hour(row, line)
        if not np.isnan(weights[hour]):
            raise ValueError(f"line {line} repeats hour {hour} of the week")
        weights[hour] = _csv_number(row["weight"], "weight", line)
        if weights[hour] < 0:
            raise ValueError(f"line {line}: weight {row['weight']} is below 0")
    missing = np.flatnonzero(np.isnan(weights))
    if missing.size:
        name = f"{DAY_NAMES[missing[0] // 24]} {missing[0] % 24:02}:00"
        raise ValueError(f"the profile has {HOURS_IN_WEEK - missing.size} of 168 hours; {name} is missing")
    return WeekProfile(weights)


def _profile_spans(value: object) -> tuple[Span, ...]:
    parts = parts_of(value, "a week profile", "flat, 08:00-20:00 or a CSV file")
    return tuple(parse_span(part, _weight if "=" in part else None) for part in parts)


def _weight(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not isfinite(value) or value < 0:
        raise ValueError(f"{text} is not a weight: write a number, 0 or more")
    return value


def _listed_weights(value: Sequence[object]) -> NDArray[np.float64]:
    if len(value) not in (24, HOURS_IN_WEEK):
        raise ValueError(f"a week profile has 168 weights, or 24 for every day alike; this has {len(value)}")
    weights = [_weight(str(item)) for item in value]
    return np.array(weights if len(weights) == HOURS_IN_WEEK else weights * 7)


def _csv_hour(row: Mapping[str, str | None], line: int) -> int:
    if "hour_of_week" in row:
        return _csv_whole(row, "hour_of_week", line, HOURS_IN_WEEK)
    hour = _csv_whole(row, "hour", line, 24)
    return _csv_day(row["day"] or "", line) * 24 + hour


def _csv_whole(row: Mapping[str, str | None], column: str, line: int, limit: int) -> int:
    number = _csv_number(row[column], column, line)
    if number != int(number) or not 0 <= number < limit:
        raise ValueError(f"line {line}: {column} {row[column]} is outside 0 to {limit - 1}")
    return int(number)


def _csv_day(text: str, line: int) -> int:
    name = text.strip().lower()
    matches = [
        i for i, day in enumerate(DAY_NAMES) if name == str(i) or (len(name) > 2 and day.startswith(name))
    ]
    if not matches:
        raise ValueError(f"line {line}: {show(text)} is not a day: write monday to sunday")
    return matches[0]


def _csv_number(text: str | None, column: str, line: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = inf
    if not isfinite(value):
        raise ValueError(f'line {line}: {column} "{text or ""}" is not a number')
    return value
