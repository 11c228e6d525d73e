"""What the report of a study is written from: the runs, their matrix, and what things are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from flowsim.measures.compare.matrix import Matrix, Standing
from flowsim.measures.compare.text import plain
from flowsim.measures.estimates import Key
from flowsim.measures.format import Scale
from flowsim.report.sentences import counted

if TYPE_CHECKING:
    from flowsim.experiment.study import Studied

__all__ = ["Teller", "number"]


def number(value: float, scale: Scale) -> float | None:
    """Return a value in the unit in which it is written; None for what is not a number."""
    return value * scale.factor if isfinite(value) else None


@dataclass(frozen=True)
class Teller:
    """Writes a part of the report.

    Attributes:
        studied: the study and its runs.
        found: the matrix to tell of.
        png: whether charts are drawn as pictures too, for Word.
    """

    studied: Studied
    found: Matrix
    png: bool = False

    @cached_property
    def options(self) -> dict[str, str]:
        """What each option is called."""
        return {name: plain(title) for name, title in self.found.options.items()}

    @cached_property
    def surges(self) -> dict[str, str]:
        """What each surge is called."""
        return {name: plain(title) for name, title in self.found.surges.items()}

    @property
    def base(self) -> str:
        """What doing nothing is called."""
        return self.options[self.found.base]

    def subtitle(self) -> str:
        """Return what was tried, when and how often."""
        manifest = self.studied.different[0].manifest
        first = date.fromisoformat(manifest.start)
        days = counted(int(manifest.horizon_minutes // 1440), "day")
        return (
            f"{counted(len(self.surges), 'surge')} with {counted(len(self.options), 'option')} each, "
            f"on the same simulated patients; {days} from {first.day} {first:%B %Y}, "
            f"{counted(self.found.replications, 'replication')}."
        )

    def standings(self, key: Key) -> list[Standing]:
        """Return how the options stand in each surge in which that can be said."""
        found = (self.found.standing(key, surge) for surge in self.surges)
        return [each for each in found if each is not None]

    def everywhere(self) -> str:
        """Return the words for every surge; nothing where there is one alone."""
        count = len(self.surges)
        return "" if count == 1 else " in both surges" if count == 2 else f" in all {count} surges"
