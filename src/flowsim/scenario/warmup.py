"""How long a warm-up of ``auto`` is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flowsim.spec.base import ServiceSpec
from flowsim.spec.groups import ByGroup
from flowsim.spec.laws import Law

__all__ = ["automatic_days"]

LOADED_DAYS: Final = 14
"""Warm-up when the system starts with its expected patients: two whole weeks."""
MOST_DAYS: Final = 26 * 7
"""Longest automatic warm-up."""
_SHORT: Final = 360.0


def automatic_days(services: Mapping[str, ServiceSpec], initial: str) -> int:
    """Return days of warm-up in whole weeks.

    From empty, long enough for a ward without queues to come within 0.5% of its mean occupancy: the
    longest of the stays decides (Eick, Massey and Whitt 1993).
    """
    if initial == "loaded":
        return LOADED_DAYS
    longest = max((law.residual_warmup() for law in _lengths(services)), default=0.0)
    weeks = max(1, math.ceil(longest / 10080))
    return min(weeks * 7, MOST_DAYS)


def _lengths(services: Mapping[str, ServiceSpec]) -> Iterator[Law]:
    """Yield every distribution with a mean of 6 hours or more."""
    for spec in services.values():
        for name in type(spec).model_fields:
            for law in _laws(getattr(spec, name)):
                if law.mean_minutes() >= _SHORT:
                    yield law


def _laws(value: Any) -> tuple[Law, ...]:
    if isinstance(value, ByGroup):
        return tuple(leaf for leaf in value.leaves() if isinstance(leaf, Law))
    return (value,) if isinstance(value, Law) else ()
