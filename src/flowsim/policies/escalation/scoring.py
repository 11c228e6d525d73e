"""From values to points, from points to a score, from scores to levels that do not flap."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowsim.spec.escalation import Parameters, limit_of

if TYPE_CHECKING:
    from flowsim.spec.escalation import Escalation

PARAMETERS = tuple(Parameters.model_fields)
"""What is scored, in the order of the columns of the record."""
FALLING = frozenset(("within_4_hours",))
"""Parameters whose low values are pressure; their limits and values are turned round."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is scored: a site, a place or the whole system.

    Attributes:
        kind: ``site``, ``place`` or ``system``.
        name: which; empty for the system.
    """

    kind: str
    name: str


class Scorer:
    """Adds up points over parameters; a value that is not known (not a number) gives none.

    A scope that lacks a service can never score some parameters: a system without ambulances has no
    handovers. Its score is its points over the most it could have, times the most that all parameters give.

    Args:
        rules: bands by parameter.
    """

    def __init__(self, rules: Parameters) -> None:
        self.rows: list[tuple[int, float, list[float], list[float]]] = []
        for number, name in enumerate(PARAMETERS):
            bands = getattr(rules, name)
            if bands:
                points = [0.0, *(band.points for band in bands)]
                turned = -1.0 if name in FALLING else 1.0
                self.rows.append((number, turned, [limit_of(band) for band in bands], points))
        self.most = sum(points[-1] for *_, points in self.rows)

    def weight(self, measurable: Sequence[bool]) -> float:
        """Return what the points of a scope are multiplied by.

        Args:
            measurable: for each parameter, whether the scope can ever have a value.
        """
        most = sum(points[-1] for number, *_, points in self.rows if measurable[number])
        return self.most / most if most else 0.0

    def points(self, values: Sequence[float]) -> float:
        """Return the points of one scope's values, one for each of `PARAMETERS`."""
        total = 0.0
        for number, turned, limits, points in self.rows:
            value = values[number]
            if value == value:  # noqa: PLR0124 - only not-a-number differs from itself
                total += points[bisect_left(limits, turned * value)]
        return total


class Ladder:
    """The level of one scope: up at once, down only after a while and with some distance.

    Args:
        starts: score from which OPEL 2, 3 and 4 begin.
        margin: how far below a level's beginning the score must be before the level is left downwards.
        hold: minutes after any change before the level can be lowered.
    """

    __slots__ = ("hold", "level", "margin", "since", "starts")

    def __init__(self, starts: Sequence[float], margin: float, hold: float) -> None:
        self.starts = list(starts)
        self.margin = margin
        self.hold = hold
        self.level = 1
        self.since = float("-inf")

    @classmethod
    def of(cls, rules: Escalation) -> Ladder:
        """Return the ladder that a scenario describes."""
        levels = rules.levels
        return cls((levels.opel_2, levels.opel_3, levels.opel_4), rules.margin, rules.hold)

    def plain(self, score: float) -> int:
        """Return the level of a score alone."""
        return 1 + sum(score >= start for start in self.starts)

    def step(self, now: float, score: float) -> int:
        """Take in a score and return the level from now on."""
        level = self.plain(score)
        if level < self.level:
            level = (
                min(self.level, self.plain(score + self.margin))
                if now - self.since >= self.hold
                else self.level
            )
        if level != self.level:
            self.level, self.since = level, now
        return level
