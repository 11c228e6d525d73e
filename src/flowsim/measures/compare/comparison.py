"""Two or more finished runs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, get_args

from flowsim.errors import InputError, Problem, nearest
from flowsim.measures.catalogue import CATALOGUE, headline, in_area, known
from flowsim.measures.compare.paired import Difference, paired
from flowsim.measures.compare.pairing import check
from flowsim.measures.estimates import Floats, Key
from flowsim.measures.measure import AREAS, Level, Measure

if TYPE_CHECKING:
    from flowsim.measures.compare.persons import Followed

LEVELS: tuple[str, ...] = get_args(Level)
"""What a comparison may be broken down by."""
ALSO = {"deprivation": "fifth", "home": "residence", "hcp": "place"}
"""Other words for levels."""

FEW = 3
"""With fewer headline measures than these the system is not a hospital's."""
QUEUEING = ("wait_mean", "waited", "time_total", "mean_present")
"""Measures that are shown for such a system, by service."""


class Run(Protocol):
    """What a comparison reads of a finished run; `flowsim.Results` is one."""

    @property
    def path(self) -> Path:
        """The run's folder."""

    @property
    def name(self) -> str:
        """The scenario's name."""

    @property
    def title(self) -> str:
        """The scenario's title."""

    @property
    def manifest(self) -> Any:
        """What was run, with what, and when."""

    @property
    def replications(self) -> tuple[int, ...]:
        """The numbers of the replications, from 1."""

    @property
    def cells(self) -> Mapping[Key, Floats]:
        """Every measure, one value for each replication."""

    def first(self, count: int) -> Run:
        """Return the run with its first replications alone."""

    def people(self, replication: int) -> dict[str, Any]:
        """Return the table that follows each patient through a replication."""


def compare(base: Run, *others: Run, replications: int | None = None, confidence: float = 0.95) -> Comparison:
    """Compare finished runs with a baseline, on the same patients.

    Args:
        base: the run the others are compared with, from ``flowsim.run``.
        others: one or more other runs of the same seed, period and system.
        replications: use the first so many of each run; all of them when left out.
        confidence: level at which the intervals shown together hold, 0 to 1.

    Raises:
        InputError: The runs cannot be paired; every reason, with the command that mends it.
    """
    if not others:
        raise InputError(
            [Problem("A comparison needs at least two runs.", hint="flowsim compare BASE OTHER")]
        )
    count = check(base, others, replications)
    return Comparison(base.first(count), tuple(other.first(count) for other in others), confidence)


@dataclass(frozen=True)
class Comparison:
    """Finished runs, paired by replication.

    Attributes:
        base: the run the others are compared with.
        others: the other runs, in order.
        confidence: level at which the intervals shown together hold, 0 to 1.
    """

    base: Run
    others: tuple[Run, ...]
    confidence: float = 0.95

    @property
    def replications(self) -> tuple[int, ...]:
        """The numbers of the replications compared."""
        return self.base.replications

    def differences(
        self, measures: str | Sequence[str] | None = None, by: str = "system"
    ) -> list[list[Difference]]:
        """Return the paired differences of each other run, in order of measure and group.

        The intervals are adjusted for the number of rows in all the lists together.

        Args:
            measures: ids of measures or areas, or "all"; the headline measures when left out.
            by: what to break them down by: system, place, site, service, age, fifth, ...

        Raises:
            InputError: There is no such measure or level, or none of the measures is broken down by it.
        """
        keys = self.keys(measures, by)
        rows = len(keys) * len(self.others)
        return [paired(keys, self.base.cells, other.cells, rows, self.confidence) for other in self.others]

    def keys(self, measures: str | Sequence[str] | None = None, by: str = "system") -> list[Key]:
        """Return measure, level and group of each row of `differences`: those that some run has."""
        chosen, level = measures_named(measures), level_named(by)
        wanted = {measure.id: rank for rank, measure in enumerate(chosen)}
        found = [key for key in self._keys if key[0] in wanted and key[1] == level]
        if measures is None and level == "system" and len(found) < FEW:
            return found + [key for key in self._keys if key[0] in QUEUEING and key[1] == "service"]
        if not found:
            raise InputError([_not_broken_down(chosen, level, self._keys)])
        return sorted(found, key=lambda key: wanted[key[0]])

    @cached_property
    def _keys(self) -> list[Key]:
        """Every key for which some run has a value, in the order of the runs."""
        runs = (self.base, *self.others)
        return list(dict.fromkeys(key for run in runs for key in _measured(run)))

    def to_frame(self, measures: str | Sequence[str] | None = None, by: str = "system") -> Any:
        """Return the differences as a pandas DataFrame, one row for each other run, measure and group.

        Args:
            measures: as for `differences`.
            by: as for `differences`.
        """
        import pandas as pd

        return pd.DataFrame(self.rows(measures, by))

    def rows(self, measures: str | Sequence[str] | None = None, by: str = "system") -> list[dict[str, Any]]:
        """Return the differences as plain rows, in the measures' own units."""
        each = zip(self.others, self.differences(measures, by), strict=True)
        return [as_row(other, difference) for other, found in each for difference in found]

    def people(self) -> list[Followed]:
        """Follow every patient through the base and each other run; one result for each other run.

        Raises:
            InputError: A run has kept no table of its patients.
        """
        from flowsim.measures.compare.persons import follow

        return follow(self.base, self.others, self.confidence)


def _measured(run: Run) -> Iterator[Key]:
    for key, values in run.cells.items():
        if not (values != values).all():  # noqa: PLR0124 - not a number in every replication
            yield key


def as_row(other: Run, difference: Difference) -> dict[str, Any]:
    """Return a difference as a plain row, in the measure's own unit."""
    about = difference.about
    return {
        "scenario": other.name,
        "measure": difference.measure,
        "label": about.label,
        "level": difference.level,
        "group": difference.group,
        "unit": about.unit,
        "base": difference.base,
        "other": difference.other,
        "difference": difference.difference,
        "low": difference.low,
        "high": difference.high,
        "verdict": difference.verdict,
        "replications": difference.n,
        "comparisons": difference.comparisons,
        "variance_ratio": difference.ratio,
    }


def measures_named(names: str | Sequence[str] | None) -> list[Measure]:
    """Return measures by id or area; "all" for every one, None for the headline measures.

    Raises:
        InputError: There is no such measure; the nearest are suggested.
    """
    if names is None:
        return headline()
    listed = names.split(",") if isinstance(names, str) else list(names)
    found = [measure for name in listed for measure in _measures_of(name.strip())]
    return list(dict.fromkeys(found))


def _measures_of(name: str) -> list[Measure]:
    if name == "all":
        return list(CATALOGUE.values())
    if name not in AREAS or name in CATALOGUE:
        return [known(name)]
    if not in_area(name):
        raise InputError([Problem(f"The area {name} has no measures yet.", hint="`flowsim list measures`")])
    return in_area(name)


def level_named(name: str) -> str:
    """Return a level by its name or another word for it.

    Raises:
        InputError: There is no such level; the nearest is suggested.
    """
    level = ALSO.get(name, name)
    if level not in LEVELS:
        close = nearest(name, (*LEVELS, *ALSO))
        hint = f"Did you mean {close[0]}?" if close else ""
        raise InputError(
            [Problem(f"Nothing is broken down by {name}.", allowed=", ".join(LEVELS), hint=hint)]
        )
    return level


def _not_broken_down(chosen: Sequence[Measure], level: str, keys: Sequence[Key]) -> Problem:
    names = ", ".join(measure.id for measure in chosen[:5]) + (", ..." if len(chosen) > 5 else "")
    wanted = {measure.id for measure in chosen}
    there = dict.fromkeys(found for measure, found, _ in keys if measure in wanted)
    allowed = ", ".join(there)
    if not there:
        return Problem(f"These runs have not measured {names}.", hint="`flowsim list measures` shows all.")
    return Problem(f"{names}: not broken down by {level} in these runs.", allowed=allowed)
