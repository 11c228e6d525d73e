"""Textbook formulas. Rates are patients a minute, times are minutes."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp


def erlang_b(units: int, load: float) -> float:
    """Return the share of arrivals lost with nowhere to wait (Erlang B).

    Args:
        units: servers.
        load: arrivals times mean service.
    """
    lost = 1.0
    for n in range(1, units + 1):
        lost = load * lost / (n + load * lost)
    return lost


def erlang_c(units: int, load: float) -> float:
    """Return the share of arrivals who wait in M/M/c (Erlang C); ``load`` must be below ``units``."""
    lost = erlang_b(units, load)
    return lost / (1.0 - load / units * (1.0 - lost))


def mean_wait(units: int, rate: float, service: float) -> float:
    """Return the mean wait in M/M/c, of everybody who comes."""
    load = rate * service
    return erlang_c(units, load) * service / (units - load)


def waits_longer(units: int, rate: float, service: float, minutes: float) -> float:
    """Return the chance of a wait longer than some minutes in M/M/c, first come first served."""
    load = rate * service
    return erlang_c(units, load) * exp(-(units - load) * minutes / service)


def pollaczek_khinchine(rate: float, service: float, squared_variation: float) -> float:
    """Return the mean wait in M/G/1 with a given squared coefficient of variation of service."""
    load = rate * service
    return load * service * (1.0 + squared_variation) / (2.0 * (1.0 - load))


def cobham(units: int, rates: Sequence[float], service: float) -> list[float]:
    """Return the mean wait of each class in M/M/c with priorities and no interruptions, first class first."""
    base = erlang_c(units, sum(rates) * service) * service / units
    waits, above = [], 0.0
    for rate in rates:
        with_own = above + rate * service / units
        waits.append(base / ((1.0 - above) * (1.0 - with_own)))
        above = with_own
    return waits
