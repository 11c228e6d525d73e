"""Why a plan differs from its baseline: each change alone, each as the last one, and what they do together.

Effects on queues do not add up: ten beds help less where a discharge team has already emptied ten. So each
change is tried twice, alone on the baseline and last on all the others, by paired runs; the interaction is
what the whole plan does beyond the sum of its changes alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.measures.compare.comparison import Comparison, as_row, compare
from flowsim.measures.compare.paired import Difference, paired
from flowsim.measures.estimates import Floats, Key

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Run

FIRST = ("within_4_hours", "handover_mean", "discharge_ready")
"""Measures that are explained unless others are asked for."""


@dataclass(frozen=True)
class Trial:
    """One change of a plan, tried on its own.

    Attributes:
        name: the change.
        alone: run of the baseline with this change.
        without: run of the plan without it.
    """

    name: str
    alone: Run
    without: Run


@dataclass(frozen=True)
class Step:
    """What one change does to one measure.

    Attributes:
        name: the change.
        alone: difference it makes to the baseline.
        last: difference it makes when every other change is there already.
    """

    name: str
    alone: Difference
    last: Difference


@dataclass(frozen=True)
class Reasons:
    """Why one measure differs.

    Attributes:
        total: the plan less the baseline.
        steps: what each change does.
        together: the total less the sum of the changes alone: how they help or hinder each other. Its
            ``base`` is that sum and its ``other`` the total.
    """

    total: Difference
    steps: tuple[Step, ...]
    together: Difference


def reasons(
    base: Run,
    plan: Run,
    trials: Sequence[Trial],
    measures: str | Sequence[str] | None = None,
    by: str = "system",
) -> list[Reasons]:
    """Return why each measure differs between a baseline and a plan.

    The intervals are adjusted for all that are in the answer.

    Args:
        base: run of the baseline.
        plan: run of the plan.
        trials: runs of each of its changes.
        measures: ids of measures or areas, or "all"; the first few when left out.
        by: what to break them down by.

    Raises:
        InputError: The runs cannot be paired, or a measure or level is not there.
    """
    count = min(len(base.replications), len(plan.replications))
    runs = [plan, *(each.alone for each in trials), *(each.without for each in trials)]
    comparison = compare(base, *runs, replications=count)
    keys = _keys(comparison, measures, by)
    return _Work(comparison, keys, [each.name for each in trials]).reasons()


def _keys(comparison: Comparison, measures: str | Sequence[str] | None, by: str) -> list[Key]:
    if measures is not None:
        return comparison.keys(measures, by)
    keys = comparison.keys(None, by)
    return [key for key in keys if key[0] in FIRST] or keys[: len(FIRST)]


class _Work:
    """The runs of a decomposition, and the differences between them."""

    def __init__(self, comparison: Comparison, keys: list[Key], names: Sequence[str]) -> None:
        self.keys = keys
        self.names = names
        self.base = comparison.base.cells
        self.plan, *rest = (other.cells for other in comparison.others)
        self.alone, self.without = rest[: len(names)], rest[len(names) :]
        self.rows = len(keys) * (2 * len(names) + 2)
        self.confidence = comparison.confidence

    def reasons(self) -> list[Reasons]:
        """Return why each measure differs."""
        totals = self._differences(self.base, self.plan)
        alone = [self._differences(self.base, cells) for cells in self.alone]
        last = [self._differences(cells, self.plan) for cells in self.without]
        together = self._differences(self._summed(), self._change(self.plan))
        return [
            Reasons(
                totals[i],
                tuple(Step(name, alone[k][i], last[k][i]) for k, name in enumerate(self.names)),
                together[i],
            )
            for i in range(len(self.keys))
        ]

    def _differences(self, base: Mapping[Key, Floats], other: Mapping[Key, Floats]) -> list[Difference]:
        return paired(self.keys, base, other, self.rows, self.confidence)

    def _change(self, cells: Mapping[Key, Floats]) -> dict[Key, Floats]:
        """Return what a run adds to the baseline, in each replication."""
        nothing = np.full(len(next(iter(self.base.values()))), np.nan)
        return {key: cells.get(key, nothing) - self.base.get(key, nothing) for key in self.keys}

    def _summed(self) -> dict[Key, Floats]:
        """Return what the changes alone add up to, in each replication."""
        changes = [self._change(cells) for cells in self.alone]
        return {key: np.sum([change[key] for change in changes], axis=0) for key in self.keys}


def as_rows(found: Sequence[Reasons], plan: Run) -> list[dict[str, Any]]:
    """Return a decomposition as plain rows: what the row is, the change, and its difference."""
    rows = []
    for each in found:
        rows.append({"row": "total", "change": ""} | as_row(plan, each.total))
        for step in each.steps:
            rows.append({"row": "alone", "change": step.name} | as_row(plan, step.alone))
            rows.append({"row": "last", "change": step.name} | as_row(plan, step.last))
        rows.append({"row": "together", "change": ""} | as_row(plan, each.together))
    return rows
