"""The same patient in two plans: who gains, who loses, and what is avoided, counted person by person.

Nothing here is estimated from averages. Each patient of the collection period is looked up in both runs, so
what is avoided by some, brought about for others, and added by those who come in one run alone is exactly
the difference between the runs' totals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.compare.matching import Cells, Match, Sorted, match
from flowsim.measures.compare.totals import check_totals
from flowsim.measures.estimates import Estimate, Floats, Key, estimate
from flowsim.measures.people import COUNTS

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Run

SPANS: Mapping[str, tuple[str, ...]] = {
    "delay": ("waiting_minutes", "held_minutes"),
    "waiting": ("waiting_minutes",),
    "held": ("held_minutes",),
    "ed": ("ed_minutes",),
    "handover": ("handover_minutes",),
}
"""Lengths of time that are followed, and the columns they are made of; delay is all waiting and holding."""
NOTICED = 15.0
"""Minutes of delay more or less from which a patient counts as better or worse off."""
EDGES = (-1440.0, -240.0, -60.0, -15.0, 15.0, 60.0, 240.0, 1440.0)
"""Bounds, in minutes of delay saved, of the classes; on a bound, a patient is in the class further from 0."""
CLASSES = (
    "over a day longer",
    "4 hours to a day longer",
    "1 to 4 hours longer",
    "15 min to 1 hour longer",
    "within 15 min",
    "15 min to 1 hour less",
    "1 to 4 hours less",
    "4 hours to a day less",
    "over a day less",
)
"""The classes between `EDGES`, from most delay lost to most delay saved."""
FEWEST = 10.0
"""With fewer patients than these in a group and replication, nothing is said of the group."""


@dataclass(frozen=True)
class Followed:
    """What became of the same patients in another run.

    Quantities are totals of a replication over patients who are in both runs:

    - ``people``; ``better_off`` and ``worse_off``, by at least `NOTICED` minutes of delay;
    - ``ed_attendances_avoided``, ``..._added`` and ``..._net`` (avoided less added), and the same of
      ``utc_attendances`` and ``emergency_admissions``;
    - ``delay_saved``, ``delay_lost`` and ``delay_net`` in hours, and the same of the other `SPANS`;
    - ``delay_each``: minutes of delay saved by each patient, on average.

    Attributes:
        base, other: names of the runs.
        found: estimate of each quantity, by (quantity, level, group); levels are system, age, fifth,
            acuity, and residence (where the patient lives). Intervals are adjusted for the groups of a level.
        classes: patients in each of `CLASSES`.
        only_base, only_other: patients who come in one run alone (a surge), and what they bring with them:
            ``people``, `COUNTS`, and ``delay`` in hours.
    """

    base: str
    other: str
    found: Mapping[Key, Estimate]
    classes: Mapping[str, Estimate]
    only_base: Mapping[str, Estimate]
    only_other: Mapping[str, Estimate]

    def of(self, quantity: str, level: str = "system", group: str = "") -> Estimate:
        """Return the estimate of a quantity; KeyError if there is none."""
        return self.found[quantity, level, group]

    def groups(self, level: str) -> list[str]:
        """Return the groups of a level that have enough patients to say something of, in order."""
        people = [key for key in self.found if key[0] == "people" and key[1] == level]
        return [group for _, _, group in people if self.of("people", level, group).mean >= FEWEST]

    def to_frame(self) -> Any:
        """Return the quantities as a pandas DataFrame, one row for each quantity, level and group."""
        import pandas as pd

        return pd.DataFrame([_row(each) for each in self.found.values()])

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain rows."""
        return {
            "found": [_row(each) for each in self.found.values()],
            "classes": [_row(each) for each in self.classes.values()],
            "only_base": [_row(each) for each in self.only_base.values()],
            "only_other": [_row(each) for each in self.only_other.values()],
        }


def _row(each: Estimate) -> dict[str, Any]:
    return {
        "quantity": each.measure,
        "level": each.level,
        "group": each.group,
        "mean": each.mean,
        "low": each.low,
        "high": each.high,
        "replications": each.n,
    }


@dataclass
class Tally:
    """What was counted in one replication: totals by quantity and level, classes, those in one run alone."""

    totals: dict[tuple[str, str], tuple[tuple[str, ...], Floats]]
    classes: Floats
    only_base: dict[str, float]
    only_other: dict[str, float]


def follow(base: Run, others: Sequence[Run], confidence: float = 0.95) -> list[Followed]:
    """Follow every patient of the collection period through a run and each other run.

    Args:
        base: the run the others are compared with.
        others: other runs that `flowsim.measures.compare.pairing.check` has found to have the same patients.
        confidence: level of the intervals, 0 to 1.

    Raises:
        InputError: A run has kept no table of its patients.
        ArithmeticError: The tables disagree with the runs' measures; a fault.
    """
    tallies: list[list[Tally]] = [[] for _ in others]
    for number in base.replications:
        mine = _table(base, number)
        for other, found in zip(others, tallies, strict=True):
            found.append(tally(mine, _table(other, number)))
    return [
        _followed(base.name, other.name, found, confidence)
        for other, found in zip(others, tallies, strict=True)
    ]


def _table(run: Run, number: int) -> Sorted:
    columns = run.people(number)
    check_totals(run, number, columns)
    return Sorted(columns, float(run.manifest.warm_up_minutes))


def tally(base: Sorted, other: Sorted) -> Tally:
    """Return what became of the patients of one replication in another run."""
    same = match(base, other)
    cells = Cells(same)
    totals: dict[tuple[str, str], tuple[tuple[str, ...], Floats]] = {}
    for quantity, values in _quantities(same).items():
        for level, (names, sums) in cells.sums(values).items():
            totals[quantity, level] = names, sums
    result = Tally(totals, _classes(same), _alone(base, same.only_base), _alone(other, same.only_other))
    _reconcile(base, other, result)
    return result


def _quantities(same: Match) -> dict[str, NDArray[Any] | None]:
    """Return each quantity of each patient who is in both runs; None counts them."""
    saved = _saved(same, "delay")
    found: dict[str, NDArray[Any] | None] = {"people": None}
    found["better_off"], found["worse_off"] = saved >= NOTICED, saved <= -NOTICED
    for name in COUNTS:
        fewer = same.base(name).astype(np.int32) - same.other(name)
        found[f"{name}_avoided"], found[f"{name}_added"] = np.maximum(fewer, 0), np.maximum(-fewer, 0)
    for name in SPANS:
        hours = (saved if name == "delay" else _saved(same, name)) / 60.0
        found[f"{name}_saved"], found[f"{name}_lost"] = np.maximum(hours, 0.0), np.maximum(-hours, 0.0)
    return found


def _saved(same: Match, span: str) -> Floats:
    """Return the minutes of a span that each patient is spared in the other run."""
    total = np.zeros(same.size)
    for column in SPANS[span]:
        total += same.base(column)
        total -= same.other(column)
    return total


def _classes(same: Match) -> Floats:
    saved = _saved(same, "delay")
    up, down = (np.searchsorted(EDGES, saved, side=side) for side in ("right", "left"))
    return np.bincount(np.where(saved > 0, up, down), minlength=len(CLASSES)).astype(np.float64)


def _alone(table: Sorted, rows: NDArray[np.intp]) -> dict[str, float]:
    """Return what patients who are in one run alone bring with them."""
    found = {"people": float(rows.size)}
    found |= {name: float(table.columns[name][rows].sum()) for name in COUNTS}
    hours = sum(float(table.columns[column][rows].sum(dtype=np.float64)) for column in SPANS["delay"])
    return found | {"delay": hours / 60.0}


def _reconcile(base: Sorted, other: Sorted, found: Tally) -> None:
    """Check that persons add up to the difference of the totals, to the last one."""
    for name in COUNTS:
        difference = int(other.columns[name].sum()) - int(base.columns[name].sum())
        avoided, added = (found.totals[f"{name}_{what}", "system"][1].sum() for what in ("avoided", "added"))
        counted = added - avoided + found.only_other[name] - found.only_base[name]
        if counted != difference:
            raise ArithmeticError(f"{name}: {counted} counted person by person, and {difference} in total")


# -- over replications -----------------------------------------------------------------------------------


def _followed(base: str, other: str, tallies: Sequence[Tally], confidence: float) -> Followed:
    found = _over_replications(tallies)
    _net(found)
    levels = [level for _, level, _ in found]
    size = {level: sum(key[:2] == ("people", level) for key in found) for level in dict.fromkeys(levels)}
    estimates = {
        key: estimate(key, values, 1.0 - (1.0 - confidence) / max(size[key[1]], 1))
        for key, values in found.items()
    }
    classes = np.array([each.classes for each in tallies])
    return Followed(
        base,
        other,
        estimates,
        {
            name: estimate(("people", "class", name), classes[:, i], confidence)
            for i, name in enumerate(CLASSES)
        },
        _estimated([each.only_base for each in tallies], confidence),
        _estimated([each.only_other for each in tallies], confidence),
    )


def _over_replications(tallies: Sequence[Tally]) -> dict[Key, Floats]:
    """Return each quantity by level and group, one value for each replication; 0 where there is nobody."""
    found: dict[Key, Floats] = {}
    for i, each in enumerate(tallies):
        for (quantity, level), (names, sums) in each.totals.items():
            for name, value in zip(names, sums.tolist(), strict=True):
                found.setdefault((quantity, level, name), np.zeros(len(tallies)))[i] = value
    return found


def _net(found: dict[Key, Floats]) -> None:
    """Add to each quantity what is avoided less what is added, and the delay saved by each patient."""
    for quantity, level, name in list(found):
        stem, _, ending = quantity.rpartition("_")
        if ending in ("avoided", "saved"):
            less = "added" if ending == "avoided" else "lost"
            net = found[quantity, level, name] - found[f"{stem}_{less}", level, name]
            found[f"{stem}_net", level, name] = net
    for _, level, name in [key for key in found if key[0] == "delay_net"]:
        people = found["people", level, name]
        each = np.where(people > 0, found["delay_net", level, name] * 60.0 / np.maximum(people, 1.0), np.nan)
        found["delay_each", level, name] = each


def _estimated(each: Sequence[Mapping[str, float]], confidence: float) -> dict[str, Estimate]:
    values = {name: np.array([one[name] for one in each]) for name in each[0]} if each else {}
    return {name: estimate((name, "alone", ""), found, confidence) for name, found in values.items()}
