"""Arrivals as a fixed field of candidates under the scenario's rate curve.

Time is cut into blocks of four weeks of the absolute calendar. In each block lies a stack of layers, each
of the same height (a rate), and in each layer a Poisson number of candidates at uniform times and heights.
Together they are a Poisson process in the plane; those that lie below the rate at their own time are a
Poisson process with that rate (Lewis and Shedler, Nav Res Logist Q 1979;26:403-413, turned into a fixed
field). So more demand, another profile, a surge or a longer horizon selects from the same people, renumbers
nobody, and changes nobody's luck.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowsim.clock import DAY, DAY_NAMES, Calendar
from flowsim.sampling.draws import Draws
from flowsim.sampling.uniforms import Floats, Words, key_of, mixed, uniforms
from flowsim.spec.demand import MONTHS, DemandSpec
from flowsim.spec.quantiles import SMALLEST

ANCHOR = date(2018, 1, 1)
"""The Monday on which block 0 begins."""
BLOCK_DAYS = 28
"""Days in a block."""
BLOCK_MINUTES = float(BLOCK_DAYS * DAY)
BLOCK_HOURS = BLOCK_DAYS * 24
LAYER = 16.0
"""Height of a layer, in patients a day."""
MOST_CANDIDATES = 20_000_000
"""Beyond this in one block of one stream, the demand is refused as absurd."""

_MEAN = LAYER * BLOCK_DAYS
_LAYER_ITSELF = (1 << 20) - 1
"""The candidate number that stands for the layer: its uniform decides how many candidates it has."""


class Arrivals(NamedTuple):
    """Who arrives in a block.

    Attributes:
        uid: identifiers.
        minutes: minutes since the start of the calendar, ascending.
        curve: which rate curve each was selected by.
    """

    uid: Words
    minutes: Floats
    curve: NDArray[np.intp]


def block_of(calendar: Calendar, minute: float) -> int:
    """Return the number of the block that holds a minute of the calendar."""
    day = (calendar.start.date() - ANCHOR).days + math.floor(minute / DAY)
    return day // BLOCK_DAYS


def block_start(calendar: Calendar, block: int) -> float:
    """Return the minute of the calendar at which a block begins (often before minute 0)."""
    first = ANCHOR + timedelta(days=block * BLOCK_DAYS)
    return float((first - calendar.start.date()).days * DAY)


def rate_curve(spec: DemandSpec, calendar: Calendar, block: int, days: Floats | None = None) -> Floats:
    """Return the arrival rate, in patients a day, for each hour of a block.

    Args:
        spec: the demand.
        calendar: gives bank holidays.
        block: number of the block.
        days: a factor for each day of the block, such as `day_factors`.
    """
    return at_rate(spec.per_day, *shape_of(spec, calendar, block, days))


def shape_of(
    spec: DemandSpec, calendar: Calendar, block: int, days: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return two factors for each hour of a block: that of the weekly profile, and that of the day."""
    factors = np.array([_day_factor(spec, *day) for day in _days(calendar.bank_holidays, block)])
    if days is not None:
        factors *= days
    return np.tile(spec.profile.weights, BLOCK_DAYS // 7), np.repeat(factors, 24)


def at_rate(per_day: float, week: Floats, day: Floats) -> Floats:
    """Return the arrival rate for each hour of a block, from the daily rate and the factors of `shape_of`."""
    return np.asarray(per_day * week * day)


@lru_cache(maxsize=64)
def _days(bank_holidays: frozenset[date], block: int) -> tuple[tuple[bool, str, str], ...]:
    """Return for each day of a block whether it is a bank holiday, and names of its weekday and month."""
    first = ANCHOR + timedelta(days=block * BLOCK_DAYS)
    days = [first + timedelta(days=i) for i in range(BLOCK_DAYS)]
    return tuple((day in bank_holidays, DAY_NAMES[day.weekday()], MONTHS[day.month - 1]) for day in days)


def day_factors(stream: str, spec: DemandSpec, draws: Draws, block: int) -> Floats | None:
    """Return the random factor of each day of a block (gamma, mean 1), or None without variation."""
    if spec.day_variation == 0.0:
        return None
    from scipy.special import gammaincinv

    days = np.arange(block * BLOCK_DAYS, (block + 1) * BLOCK_DAYS) + (1 << 40)
    u = uniforms(mixed(days.astype(np.uint64), key_of("stream", stream)), draws.key("arrivals.day"))
    square = spec.day_variation**2
    return np.asarray(gammaincinv(1.0 / square, u) * square)


def arrivals(
    stream: str, draws: Draws, calendar: Calendar, block: int, curves: Sequence[tuple[float, Floats]]
) -> Arrivals:
    """Return who arrives in a block of a stream.

    Args:
        stream: name of the stream.
        draws: the replication's draws.
        calendar: fixes minute 0.
        block: number of the block.
        curves: rate curves (patients a day, by hour of the block), each with the minute of the calendar
            from which it holds; the first holds from the start of the block.
    """
    highest = max(float(curve.max()) for _, curve in curves)
    uid, minutes, heights = _candidates(stream, draws, block, math.ceil(highest / LAYER))
    start = block_start(calendar, block)
    holds = np.searchsorted([minute - start for minute, _ in curves[1:]], minutes, side="right")
    hour = (minutes / 60.0).astype(np.intp)
    rates = np.concatenate([curve for _, curve in curves]).take(holds * BLOCK_HOURS + hour)
    chosen = np.flatnonzero(heights < rates)
    chosen = chosen[np.argsort(minutes[chosen], kind="stable")]
    return Arrivals(uid[chosen], minutes[chosen] + start, holds[chosen])


def _day_factor(spec: DemandSpec, holiday: bool, weekday: str, month: str) -> float:
    by_day = spec.bank_holiday if holiday else spec.weekdays.get(weekday, 1.0)
    return by_day * spec.months.get(month, 1.0)


def _candidates(stream: str, draws: Draws, block: int, layers: int) -> tuple[Words, Floats, Floats]:
    """Return identifiers, minutes within the block and heights of every candidate up to a layer."""
    if layers * _MEAN > MOST_CANDIDATES:
        raise ValueError(
            f"{stream}: about {layers * LAYER:,.0f} patients a day are more than can be simulated"
        )
    identity = key_of("stream", stream)
    layer = np.arange(layers, dtype=np.uint64)
    address = np.left_shift(layer, np.uint64(20)) + np.uint64((block + (1 << 22)) << 40)
    luck = uniforms(mixed(address + np.uint64(_LAYER_ITSELF), identity), draws.key("arrivals.count"))
    counts = np.searchsorted(_poisson(), luck)
    ends = np.cumsum(counts)
    number = np.arange(ends[-1] if layers else 0) - np.repeat(ends - counts, counts)
    uid = mixed(np.repeat(address, counts) + number.astype(np.uint64), identity)
    minutes = uniforms(uid, draws.key("arrivals.time")) * BLOCK_MINUTES
    heights = (np.repeat(layer, counts) + uniforms(uid, draws.key("arrivals.height"))) * LAYER
    return uid, minutes, heights


@lru_cache(maxsize=1)
def _poisson() -> Floats:
    """Return the cumulative distribution of a layer's number of candidates."""
    counts = np.arange(math.ceil(_MEAN + 12.0 * math.sqrt(_MEAN)))
    logs = counts * math.log(_MEAN) - _MEAN - np.array([math.lgamma(k + 1.0) for k in counts])
    cumulative = np.cumsum(np.exp(logs))
    cumulative[cumulative > 1.0 - SMALLEST] = 1.0
    cumulative[-1] = 1.0
    return cumulative
