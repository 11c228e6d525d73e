"""Finding the same patients in two runs, and adding up over groups of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.estimates import Floats
from flowsim.tables import Coded

Rows = NDArray[np.intp]

LEVELS: Mapping[str, str] = {"age": "age", "fifth": "fifth", "acuity": "acuity", "residence": "place"}
"""Levels by which patients are told apart, and the column of each."""


class Sorted:
    """The table of one replication's patients, ready to be looked up in.

    Args:
        columns: the table, see `flowsim.measures.people`.
        warm_up: minutes before the collection period.
    """

    def __init__(self, columns: Mapping[str, Any], warm_up: float) -> None:
        self.columns = columns
        self.warm_up = warm_up

    @property
    def uid(self) -> NDArray[np.uint64]:
        """Who each row is about."""
        uid: NDArray[np.uint64] = self.columns["uid"]
        return uid

    @cached_property
    def order(self) -> Rows:
        """Rows in ascending order of uid."""
        return np.argsort(self.uid)

    def rows_of(self, uid: NDArray[np.uint64]) -> Rows:
        """Return the row of each of these patients; -1 for those who are not in the table."""
        if np.array_equal(uid, self.uid):
            return np.arange(uid.size)
        if not self.uid.size:
            return np.full(uid.size, -1)
        ascending = self.uid[self.order]
        place = np.minimum(np.searchsorted(ascending, uid), ascending.size - 1)
        return np.where(ascending[place] == uid, self.order[place], -1)

    def came_before(self, rows: Rows) -> NDArray[np.bool_]:
        """Say which patients came before the collection period began."""
        before: NDArray[np.bool_] = self.columns["arrived"][rows] < self.warm_up
        return before


@dataclass(frozen=True, slots=True)
class Match:
    """The same patients in two runs.

    A patient who came before the collection period, and had left by then in one of the runs, is in both:
    with nothing in that one.

    Attributes:
        tables: the tables of the base and the other run.
        rows: row of each patient in the one and the other; -1 for one who had left.
        only_base, only_other: rows of patients who come in one run alone.
    """

    tables: tuple[Sorted, Sorted]
    rows: tuple[Rows, Rows]
    only_base: Rows
    only_other: Rows

    @property
    def size(self) -> int:
        """Number of patients in both."""
        return self.rows[0].size

    def base(self, column: str) -> NDArray[Any]:
        """Return a column for each patient in the base run; 0 for those who had left."""
        return self._of(0, column)

    def other(self, column: str) -> NDArray[Any]:
        """Return a column for each patient in the other run; 0 for those who had left."""
        return self._of(1, column)

    def _of(self, which: int, column: str) -> NDArray[Any]:
        values: NDArray[Any] = self.tables[which].columns[column]
        if not values.size:
            return np.zeros(self.size, dtype=values.dtype)
        taken: NDArray[Any] = values[self.rows[which]]
        return np.where(self.rows[which] >= 0, taken, values.dtype.type(0))

    def who(self, column: str) -> tuple[tuple[str, ...], NDArray[Any]]:
        """Return the words of an attribute and the code of each patient, as the base run has it."""
        (mine, theirs), (row, instead) = (table.columns[column] for table in self.tables), self.rows
        known: Coded = mine
        codes = _taken(known.codes, row)
        return known.texts, np.where(row >= 0, codes, _taken(_recoded(theirs, known.texts), instead))


def match(base: Sorted, other: Sorted) -> Match:
    """Return the same patients in two runs."""
    found = other.rows_of(base.uid)
    rows = np.arange(base.uid.size)
    met = np.zeros(other.uid.size, dtype=bool)
    met[found[found >= 0]] = True
    unmet = np.flatnonzero(~met)
    early = other.came_before(unmet)
    here = (found >= 0) | base.came_before(rows)
    gone = unmet[early]
    return Match(
        (base, other),
        (np.concatenate((rows[here], np.full(gone.size, -1))), np.concatenate((found[here], gone))),
        rows[~here],
        unmet[~early],
    )


def _taken(codes: NDArray[Any], rows: Rows) -> NDArray[Any]:
    taken: NDArray[Any] = codes[rows] if codes.size else np.full(rows.size, -1)
    return taken


def _recoded(coded: Coded, texts: tuple[str, ...]) -> NDArray[Any]:
    """Return codes into other texts; -1 for words that are not among them."""
    if coded.texts == texts:
        return coded.codes
    lookup = [texts.index(text) if text in texts else -1 for text in coded.texts]
    found: NDArray[Any] = np.array([*lookup, -1])[coded.codes]
    return found


class Cells:
    """All combinations of groups, so that one pass over patients serves every level.

    Args:
        same: the patients.
    """

    def __init__(self, same: Match) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        self._cells = np.zeros(same.size, dtype=np.int64)
        for level, column in LEVELS.items():
            names, codes = same.who(column)
            self._names[level] = names
            self._cells = self._cells * (len(names) + 1) + codes + 1
        self._shape = tuple(len(names) + 1 for names in self._names.values())

    def sums(self, values: NDArray[Any] | None) -> dict[str, tuple[tuple[str, ...], Floats]]:
        """Return the groups of each level and the sum of values in each; None counts patients."""
        sums = np.bincount(self._cells, values, minlength=int(np.prod(self._shape))).reshape(self._shape)
        found: dict[str, tuple[tuple[str, ...], Floats]] = {"system": (("",), np.array([float(sums.sum())]))}
        for axis, (level, names) in enumerate(self._names.items()):
            others = tuple(i for i in range(len(self._shape)) if i != axis)
            found[level] = names, sums.sum(axis=others)[1:].astype(np.float64)
        return found
