"""Targets: conditions on measures, such as ``within_4_hours >= 78%``, and whether a run meets them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flowsim.errors import InputError, Problem, nearest
from flowsim.measures.catalogue import known
from flowsim.measures.estimates import Floats, Key
from flowsim.measures.measure import Measure
from flowsim.units import parse_duration, parse_share

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Run

SYMBOLS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
"""What a condition may say."""
_SHAPE: Final = re.compile(r"^\s*(\w+)\s*(?:\[([^\]]*)\])?\s*(>=|<=|=>|=<|==|=|>|<)?\s*(.*?)\s*$", re.S)
_NUMBER: Final = re.compile(r"^[-+]?[\d,]+(\.\d+)?$")
_POINTS: Final = re.compile(r"\s*(?:pts|points)$")
_MINUTES: Final = {"minutes": 1.0, "hours": 60.0, "days": 1440.0}
_EXAMPLE: Final = 'Write, for instance, "within_4_hours >= 78%" or "handover_mean[site=north] <= 20 min".'


@dataclass(frozen=True, slots=True)
class Condition:
    """What a measure should reach.

    Attributes:
        measure: its id.
        level, group: whom it is about; "system" and empty for the whole system; the level is empty where
            only the group is named.
        symbol: a key of `SYMBOLS`.
        value: the bound, in the measure's unit.
    """

    measure: str
    level: str
    group: str
    symbol: str
    value: float

    @property
    def about(self) -> Measure:
        """What is measured."""
        return known(self.measure)

    def text(self) -> str:
        """Return the condition as people write it."""
        where = f", {self.group}" if self.group else ""
        value = self.about.format(self.value).replace(".0%", "%")
        return f"{self.about.label}{where} {self.symbol} {value}"

    def holds(self, value: float) -> bool:
        """Say whether a value of the measure meets the condition; not a number does not."""
        return SYMBOLS[self.symbol](value, self.value)


@dataclass(frozen=True, slots=True)
class Met:
    """Whether a run meets a condition.

    Attributes:
        condition: the condition.
        mean: mean over replications, by which it is judged, in the measure's unit.
        met: whether the mean meets it.
        share: share of replications that meet it, 0 to 1: how sure a single winter is to.
    """

    condition: Condition
    mean: float
    met: bool
    share: float

    def text(self) -> str:
        """Return the answer in a sentence."""
        word = "met" if self.met else "not met"
        mean = self.condition.about.format(self.mean)
        return f"{self.condition.text()}: {word} ({mean}; in {self.share:.0%} of replications)"


def condition(text: str) -> Condition:
    """Return a condition written as ``MEASURE >= VALUE`` or ``MEASURE[LEVEL=GROUP] >= VALUE``.

    Without a sign, a value is the least for a measure of which more is better, else the most.

    Raises:
        InputError: It is not a condition, there is no such measure, or the value has the wrong unit.
    """
    found = _SHAPE.match(text)
    if found is None or not found[4]:
        raise InputError([Problem(f"{text} is not a condition.", hint=_EXAMPLE)])
    measure = known(found[1])
    level, _, group = (found[2] or "").rpartition("=")
    if found[2] is not None and not group.strip():
        raise InputError([Problem(f"{text} names no group in its brackets.", hint=_EXAMPLE)])
    if found[2] is None:
        level = "system"
    symbol = _symbol(text, found[3] or "", measure)
    value = _value(text, found[4], measure)
    return Condition(measure.id, level.strip(), group.strip(), symbol, value)


def conditions(targets: Mapping[str, Any]) -> list[Condition]:
    """Return the conditions of a scenario's targets: measure to sign and value.

    Raises:
        InputError: Every target that is not a condition.
    """
    found: list[Condition] = []
    problems: list[Problem] = []
    for name, value in targets.items():
        try:
            found.append(condition(f"{name} {value}"))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _symbol(text: str, sign: str, measure: Measure) -> str:
    sign = {"=>": ">=", "=<": "<="}.get(sign, sign)
    if not sign and measure.better is not None:
        return ">=" if measure.better == "higher" else "<="
    if sign not in SYMBOLS:
        raise InputError(
            [Problem(f"{text} does not say whether more or less is wanted.", allowed=", ".join(SYMBOLS))]
        )
    return sign


def _value(text: str, value: str, measure: Measure) -> float:
    try:
        if measure.unit in ("share", "points"):
            return float(parse_share(_POINTS.sub("%", value)))
        if measure.unit == "minutes" or (measure.unit in _MINUTES and not _NUMBER.match(value)):
            return float(parse_duration(value)) / _MINUTES[measure.unit]
    except ValueError as error:
        raise InputError([Problem(f"{text}: {error}.", hint=_EXAMPLE)]) from None
    bare = value.removesuffix("/day").strip()
    if not _NUMBER.match(bare):
        message = f"{text}: {value} is not a number, and {measure.id} is in {measure.unit}."
        raise InputError([Problem(message, hint=_EXAMPLE)])
    return float(bare.replace(",", ""))


def judged(wanted: Condition, run: Run) -> Met:
    """Return whether a run meets a condition, by its mean over replications.

    Raises:
        InputError: The run has no such measure or group; the nearest names are suggested.
    """
    values = _values(wanted, run)
    known_values = values[~np.isnan(values)]
    mean = float(known_values.mean()) if known_values.size else float("nan")
    share = float(np.mean([wanted.holds(value) for value in known_values])) if known_values.size else 0.0
    return Met(wanted, mean, wanted.holds(mean), share)


def _values(wanted: Condition, run: Run) -> Floats:
    keys = [key for key in run.cells if key[0] == wanted.measure]
    fits = [key for key in keys if _fits(key, wanted)]
    if fits:
        return run.cells[fits[0]]
    where = f" for {wanted.group}" if wanted.group else ""
    groups = list(dict.fromkeys(group for _, level, group in keys if group and wanted.level in ("", level)))
    close = nearest(wanted.group, groups, n=3)
    hint = f"Did you mean {' or '.join(close)}?" if close else ""
    message = f"{run.name} has not measured {wanted.measure}{where}."
    raise InputError([Problem(message, file=str(run.path), allowed=", ".join(groups[:12]), hint=hint)])


def _fits(key: Key, wanted: Condition) -> bool:
    return key[2] == wanted.group and wanted.level in ("", key[1])
