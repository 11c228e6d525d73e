"""A case of the suite: what is run, what theory expects, what came out, and whether that will do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

CONFIDENCE = 0.999
"""Level of every interval: a true answer is missed once in a thousand times."""
STANDARD_ERRORS = 3.29
"""The same for a figure with a known standard error: normal quantile of 99.95%."""
ROUNDING = 1e-9
"""Largest relative difference between figures that should be equal but for rounding."""


@dataclass(frozen=True)
class Luck:
    """What a case may vary.

    Attributes:
        seed: root of all random numbers.
        full: do the long version, with narrower intervals.
        jobs: most processes at once, for the cases that need more than one.
        effort: how many times the usual number of patients or replications to look at.
    """

    seed: int = 2026
    full: bool = False
    jobs: int = 4
    effort: int = 1

    def many(self, usual: int) -> int:
        """Return a number of replications: four times the usual one in the long version."""
        return usual * self.effort * (4 if self.full else 1)

    def again(self) -> Luck:
        """Return what a second attempt has: other luck, and twice as much of it, so narrower intervals."""
        return replace(self, seed=self.seed + 1_000_003, effort=2 * self.effort)


@dataclass(frozen=True)
class Check:
    """One figure of a case.

    Attributes:
        what: what was measured, with its unit.
        expected: what theory says.
        got: what the simulation says.
        low, high: the interval the simulation gives; both ``got`` where the rule has none.
        rule: what it takes to pass.
        passed: whether it does.
        false_alarm: chance that one look at a correct engine fails; 0 if nothing is left to chance.
    """

    what: str
    expected: float
    got: float
    low: float
    high: float
    rule: str
    passed: bool
    false_alarm: float = 0.0


@dataclass(frozen=True)
class Case:
    """A case of the suite.

    Attributes:
        id: V1, V2 and so on.
        title: the system or the law, in a few words.
        source: where the expected values come from.
        run: does it; yields the checks.
        only_full: left out of the quick suite.
    """

    id: str
    title: str
    source: str
    run: Callable[[Luck], Iterable[Check]]
    only_full: bool = False


@dataclass(frozen=True)
class Verdict:
    """What came of a case.

    Attributes:
        case: the case.
        checks: its figures, of the last attempt.
        cpu_seconds: processor time of all attempts.
        error: why it could not be finished; empty if it could.
        doubted: figures that the first attempt missed, if there was a second.
    """

    case: Case
    checks: tuple[Check, ...]
    cpu_seconds: float = 0.0
    error: str = ""
    doubted: tuple[Check, ...] = ()

    @property
    def attempts(self) -> int:
        """1, or 2 if the first missed figures that one look in a thousand misses by chance."""
        return 2 if self.doubted else 1

    @property
    def failed(self) -> tuple[Check, ...]:
        """The figures that count as wrong: those missed that leave nothing to chance, or missed twice."""
        twice = {check.what for check in self.doubted} if self.doubted else None
        missed = (check for check in self.checks if not check.passed)
        return tuple(
            check for check in missed if not check.false_alarm or twice is None or check.what in twice
        )

    @property
    def passed(self) -> bool:
        """True if everything was as expected."""
        return not self.error and bool(self.checks) and not self.failed

    @property
    def false_alarm(self) -> float:
        """Chance, at most, that this case fails though the engine is right: a figure must miss twice."""
        return sum(check.false_alarm**2 for check in self.checks)


def case(
    id: str, title: str, source: str, **settings: Any
) -> Callable[[Callable[[Luck], Iterable[Check]]], Case]:
    """Make a case of the function below it."""
    return lambda run: Case(id, title, source, run, **settings)


# -- rules ---------------------------------------------------------------------------------------------


def covers(what: str, expected: float, values: Sequence[float] | Values, precision: float = nan) -> Check:
    """Check that the interval over replications holds the expected value, and is narrow enough.

    Args:
        what: what was measured.
        expected: what theory says.
        values: one for each replication.
        precision: largest half-width, as a share of the expected value; not a number: any.
    """
    from scipy.special import stdtrit

    seen = np.asarray(values, dtype=float)
    mean, spread = float(seen.mean()), float(seen.std(ddof=1))
    half = float(stdtrit(len(seen) - 1, 0.5 + CONFIDENCE / 2)) * spread / sqrt(len(seen))
    rule = f"{CONFIDENCE:.1%} interval of {len(seen)}"
    passed = mean - half <= expected <= mean + half
    if not isnan(precision):
        rule += f", within {precision:.0%}"
        passed = passed and half <= precision * abs(expected)
    return Check(what, expected, mean, mean - half, mean + half, rule, passed, 1.0 - CONFIDENCE)


def covered(
    expected: Mapping[str, float], values: Mapping[str, Values], precision: Mapping[str, float] | None = None
) -> list[Check]:
    """Check several figures of the same replications with `covers`."""
    narrow = precision or {}
    return [covers(name, value, values[name], narrow.get(name, nan)) for name, value in expected.items()]


def near(what: str, expected: float, got: float, error: float) -> Check:
    """Check that a figure is within 3.29 of its known standard errors."""
    low, high = got - STANDARD_ERRORS * error, got + STANDARD_ERRORS * error
    rule = f"{STANDARD_ERRORS} standard errors"
    return Check(what, expected, got, low, high, rule, low <= expected <= high, 1.0 - CONFIDENCE)


def equal(what: str, expected: float, got: float, within: float = 0.0) -> Check:
    """Check that two figures are the same, to the last bit or within a relative difference."""
    room = within * max(abs(expected), abs(got))
    rule = f"equal within {within:g}" if within else "equal"
    return Check(what, expected, got, got - room, got + room, rule, abs(expected - got) <= room)


def none_of(what: str, found: int) -> Check:
    """Check that something that must not happen never did."""
    return equal(what, 0.0, float(found))


def true(what: str, holds: object) -> Check:
    """Check that something holds."""
    return equal(what, 1.0, float(bool(holds)))
