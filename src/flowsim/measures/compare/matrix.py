"""Surges by options: every option against doing nothing in the same surge, and which do best.

All intervals of a matrix hold together (Bonferroni over every difference shown). The options among which the
best one lies are found by subset selection with paired differences: an option is dropped when some other is
clearly better. The critical value is that of the intervals shown, which is stricter than the selection
needs, so an option that is clearly better than doing nothing always puts doing nothing out.

Source: Nelson, Swann, Goldsman and Song (2001), Operations Research 49; Law, Simulation Modeling and
Analysis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Any

import numpy as np

from flowsim.errors import InputError, Problem
from flowsim.measures.compare.comparison import Comparison, Run, compare, measures_named
from flowsim.measures.compare.paired import Difference, paired
from flowsim.measures.estimates import Estimate, Floats, Key, estimate

__all__ = ["FIRST", "Matrix", "Standing", "matrix"]

FIRST = (
    "within_4_hours",
    "over_12_hours",
    "handover_mean",
    "response_category_2_mean",
    "bed_occupancy",
    "discharge_ready",
)
"""Measures that a matrix shows unless others are asked for."""

Cell = tuple[str, str]
"""A surge and an option."""


@dataclass(frozen=True)
class Standing:
    """How the options stand to each other on one measure in one surge.

    Attributes:
        best: the option with the best mean.
        among: the options that cannot be told apart from the best one, itself among them, the best first;
            all options when there is one replication.
    """

    best: str
    among: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Matrix:
    """Finished runs of every surge with every option.

    Attributes:
        runs: the run of each surge and option.
        surges: name to title, in order.
        options: name to title, in order; the first is the one that the others are compared with.
        keys: measure, level and group of what is shown, in order.
        confidence: level at which the intervals hold together, 0 to 1.
        combined: options that are others together, which are best for no other reason than that.
    """

    runs: Mapping[Cell, Run]
    surges: Mapping[str, str]
    options: Mapping[str, str]
    keys: tuple[Key, ...]
    confidence: float = 0.95
    combined: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """The option that the others are compared with."""
        return next(iter(self.options))

    @property
    def others(self) -> tuple[str, ...]:
        """The other options, in order."""
        return tuple(self.options)[1:]

    @property
    def replications(self) -> int:
        """Replications of every run."""
        return len(next(iter(self.runs.values())).replications)

    @property
    def comparisons(self) -> int:
        """How many differences are shown, for which the intervals are adjusted."""
        return len(self.keys) * len(self.surges) * len(self.others)

    @cached_property
    def differences(self) -> Mapping[tuple[Key, str, str], Difference]:
        """Each option less the first one, by measure, surge and option."""
        found: dict[tuple[Key, str, str], Difference] = {}
        for surge in self.surges:
            base = self.runs[surge, self.base].cells
            for option in self.others:
                other = self.runs[surge, option].cells
                rows = paired(self.keys, base, other, self.comparisons, self.confidence)
                found |= {(key, surge, option): row for key, row in zip(self.keys, rows, strict=True)}
        return found

    def value(self, key: Key, surge: str, option: str) -> Estimate:
        """Return a measure in one run, with its own interval."""
        run = self.runs[surge, option]
        missing = np.full(len(run.replications), np.nan)
        return estimate(key, run.cells.get(key, missing), self.confidence)

    def standing(self, key: Key, surge: str, *, single: bool = False) -> Standing | None:
        """Return how the options stand; None where no direction is better, or nothing was measured.

        Args:
            key: measure, level and group.
            surge: the surge.
            single: leave out the options that are others together.
        """
        return self._standings[key, surge, single]

    @cached_property
    def _standings(self) -> Mapping[tuple[Key, str, bool], Standing | None]:
        each = [
            (key, surge, single) for key in self.keys for surge in self.surges for single in (False, True)
        ]
        return {
            (key, surge, single): self._stand(key, surge, self.compared(single=single))
            for key, surge, single in each
        }

    def compared(self, *, single: bool) -> tuple[str, ...]:
        """Return the options, or those of them that are not others together."""
        return tuple(option for option in self.options if not single or option not in self.combined)

    def _stand(self, key: Key, surge: str, options: Sequence[str]) -> Standing | None:
        means = {option: self.value(key, surge, option).mean for option in options}
        known = [option for option, mean in means.items() if not isnan(mean)]
        better = _better(key)
        if not known or better is None:
            return None
        order = sorted(known, key=lambda option: means[option], reverse=better == "higher")
        beaten = {option for option in order for other in order if self._beats(other, option, key, surge)}
        return Standing(order[0], tuple(option for option in order if option not in beaten))

    def _beats(self, one: str, other: str, key: Key, surge: str) -> bool:
        """Tell whether one option is clearly better than another."""
        if one == other:
            return False
        mine, theirs = self.runs[surge, one].cells, self.runs[surge, other].cells
        return paired([key], theirs, mine, self.comparisons, self.confidence)[0].verdict == "better"

    def everywhere(self, key: Key, verdict: str = "better") -> tuple[str, ...]:
        """Return the options of which a verdict holds in every surge."""
        rows = self.differences
        return tuple(
            option
            for option in self.others
            if all(rows[key, surge, option].verdict == verdict for surge in self.surges)
        )

    @cached_property
    def no_regret(self) -> tuple[str, ...]:
        """The options that are better in every surge on some measure, and worse nowhere on any."""
        helping = {option for key in self.keys for option in self.everywhere(key)}
        harming = {option for (_, _, option), row in self.differences.items() if row.verdict == "worse"}
        return tuple(option for option in self.others if option in helping - harming)

    def together(self, combined: Mapping[str, Sequence[str]]) -> dict[tuple[Key, str, str], Difference]:
        """Return what combined options do beyond the sum of their parts, by measure, surge and option.

        The intervals are adjusted for the number of these rows. ``base`` is the sum of what the parts do
        alone, and ``other`` what they do together.

        Args:
            combined: option to the options it is made of.
        """
        rows = len(self.keys) * len(self.surges) * len(combined)
        found: dict[tuple[Key, str, str], Difference] = {}
        for option, parts in combined.items():
            for surge in self.surges:
                alone = [self._change(surge, part) for part in parts]
                summed = {key: np.sum([change[key] for change in alone], axis=0) for key in self.keys}
                both = paired(self.keys, summed, self._change(surge, option), rows, self.confidence)
                found |= {(key, surge, option): row for key, row in zip(self.keys, both, strict=True)}
        return found

    def _change(self, surge: str, option: str) -> dict[Key, Floats]:
        """Return what an option adds, in each replication."""
        base, other = self.runs[surge, self.base].cells, self.runs[surge, option].cells
        missing = np.full(self.replications, np.nan)
        return {key: other.get(key, missing) - base.get(key, missing) for key in self.keys}

    def rows(self) -> list[dict[str, Any]]:
        """Return everything as plain rows, in the measures' own units."""
        return [
            self._row(key, surge, option)
            for key in self.keys
            for surge in self.surges
            for option in self.options
        ]

    def _row(self, key: Key, surge: str, option: str) -> dict[str, Any]:
        value, standing = self.value(key, surge, option), self.standing(key, surge)
        row: dict[str, Any] = dict(zip(("measure", "level", "group"), key, strict=True))
        row |= {"surge": surge, "option": option, "mean": value.mean, "low": value.low, "high": value.high}
        row |= {"replications": value.n, "among_the_best": standing is not None and option in standing.among}
        if option != self.base:
            found = self.differences[key, surge, option]
            row |= {"difference": found.difference, "difference_low": found.low}
            row |= {"difference_high": found.high, "verdict": found.verdict, "comparisons": found.comparisons}
        return row


def matrix(
    runs: Mapping[Cell, Run],
    surges: Mapping[str, str],
    options: Mapping[str, str],
    measures: str | Sequence[str] | None = None,
    *,
    confidence: float = 0.95,
    combined: Sequence[str] = (),
) -> Matrix:
    """Lay finished runs of every surge and option beside each other.

    Args:
        runs: the run of each surge and option.
        surges: name to title, in order.
        options: name to title, in order; the first is the one that the others are compared with.
        measures: ids of measures or areas, or "all"; a few of the headline measures when left out.
        confidence: level at which the intervals hold together, 0 to 1.
        combined: options that are others together.

    Raises:
        InputError: The runs of a surge cannot be paired, or none has such a measure.
    """
    base, *others = options
    keys: dict[Key, None] = {}
    for surge in surges:
        comparison = compare(runs[surge, base], *(runs[surge, option] for option in others))
        keys |= dict.fromkeys(_keys(comparison, measures))
    if not keys:
        hint = "`flowsim list measures` shows all."
        raise InputError([Problem("These runs have not measured any of this.", hint=hint)])
    return Matrix(runs, surges, options, tuple(keys), confidence, tuple(combined))


def _keys(comparison: Comparison, measures: str | Sequence[str] | None) -> list[Key]:
    """Return what to show: of the whole system, or by service what is only known of each."""
    if measures is not None:
        return [key for measure in measures_named(measures) for key in _of(comparison, measure.id)]
    found = comparison.keys()
    first = sorted((key for key in found if key[0] in FIRST), key=lambda key: FIRST.index(key[0]))
    return first or found[: len(FIRST)]


def _of(comparison: Comparison, measure: str) -> list[Key]:
    for level in ("system", "service"):
        try:
            return comparison.keys([measure], level)
        except InputError:
            continue
    return []


def _better(key: Key) -> str | None:
    from flowsim.measures.catalogue import CATALOGUE

    return CATALOGUE[key[0]].better
