"""Reading a finished run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.errors import InputError, Problem, nearest
from flowsim.store.files import damaged
from flowsim.store.folder import MEASURES, OBSERVED, Record, RunFolder
from flowsim.store.manifest import Manifest
from flowsim.store.tables import read_parquet, to_codes, to_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Columns = dict[str, Any]
"""A table read back: column name to numpy array, all equally long."""


@dataclass(frozen=True)
class Results:
    """A finished run, read as it is asked for.

    Attributes:
        path: The run's folder.
        count: Use only replications 1 to this number; all of them when left out.

    Raises:
        InputError: On reading, when the folder is missing, half written or damaged.
    """

    path: Path
    count: int | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Results:
        """Open a run folder, and check at once that there is something in it.

        Raises:
            InputError: The folder is missing, damaged, or none of its replications is in the tables.
        """
        results = cls(Path(path))
        if results.manifest.replications < 1:
            raise _unfinished(results)
        return results

    @cached_property
    def manifest(self) -> Manifest:
        """What was run, with what, and when."""
        if not self.path.is_dir():
            raise damaged(self.path, "there is no run in this folder")
        return Manifest.read(self.path)

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.manifest.name

    @property
    def title(self) -> str:
        """The scenario's title, or its name when it has none."""
        return self.manifest.title or self.manifest.name

    @property
    def replications(self) -> tuple[int, ...]:
        """The numbers of the replications these results use, from 1."""
        count = self.manifest.replications
        return tuple(range(1, 1 + (count if self.count is None else min(self.count, count))))

    def first(self, count: int) -> Results:
        """Return the same run, using only its first replications.

        Args:
            count: How many, at least 1.
        """
        return Results(self.path, count)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the measures of these replications; equal whatever worker made them."""
        from flowsim.store.identity import results_digest

        return results_digest({record.replication: record.digest for record in self.records})

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """What is known about each replication besides its tables."""
        return tuple(self._folder.record(number) for number in self.replications)

    @cached_property
    def measures(self) -> Columns:
        """Every measure: ``replication``, ``measure``, ``level``, ``group``, ``value`` (in its own unit)."""
        return self._together(MEASURES)

    @cached_property
    def series(self) -> Columns:
        """Measures through time, by replication."""
        return self._together("series")

    @cached_property
    def hour_of_week(self) -> Columns:
        """Measures by hour of the week (0 = Monday 00:00 to 01:00), by replication."""
        return self._together("hour_of_week")

    def table(self, name: str, replication: int) -> Columns:
        """Read one table of one replication.

        Args:
            name: ``occupancy``, or ``patients`` and ``visits`` where the run kept them.
            replication: Its number, from 1.

        Raises:
            InputError: The run has no such table, or it is damaged.
        """
        return to_columns(read_parquet(self.path_of(name, replication)))

    def people(self, replication: int) -> Columns:
        """Read the table that follows each patient through one replication.

        Args:
            replication: Its number, from 1.

        Returns:
            Column name to numpy array, or to `flowsim.tables.Coded` for words.

        Raises:
            InputError: The run kept no such table, or it is damaged.
        """
        return to_codes(read_parquet(self.path_of("people", replication)))

    def path_of(self, table: str, replication: int) -> Path:
        """Return the file of one table of one replication.

        Raises:
            InputError: The run has not kept it.
        """
        path = self._folder.table_path(replication, table)
        if not path.is_file() and self._folder.replication_path(replication).is_dir():
            raise InputError([_not_kept(self, table, path)])
        return path

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables each replication has."""
        files = self.records[0].files if self.records else {}
        return tuple(sorted(name.removesuffix(".parquet") for name in files))

    def keys(self) -> list[tuple[str, str, str]]:
        """Return every (measure, level, group) there is, in the order they were measured."""
        columns = self.measures
        rows = zip(columns["measure"], columns["level"], columns["group"], strict=True)
        return list(dict.fromkeys((str(m), str(level), str(group)) for m, level, group in rows))

    def values(self, measure: str, level: str = "system", group: str = "") -> NDArray[np.float64]:
        """Return one measure, one value for each replication in order; not a number where it has none.

        Args:
            measure: The measure's id, such as ``within_4_hours``.
            level: ``system``, ``place``, ``site``, ``service``, ...
            group: Which of that level; empty for the whole system.

        Raises:
            InputError: The run has no such measure, level or group; the nearest names are suggested.
        """
        if (measure, level, group) not in self.cells:
            raise InputError([self._unknown(measure, level, group)])
        return self.cells[measure, level, group]

    @cached_property
    def cells(self) -> dict[tuple[str, str, str], NDArray[np.float64]]:
        """Every measure: (measure, level, group) to one value for each replication in order."""
        from flowsim.measures.estimates import by_replication

        return by_replication(self.measures)

    def to_frame(self, table: str = MEASURES) -> Any:
        """Return ``measures``, ``series`` or ``hour_of_week`` as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(self._together(table))

    def scenario_text(self) -> str:
        """Return the resolved scenario, as YAML, with where every value came from."""
        path = self.path / "scenario.resolved.yaml"
        try:
            return path.read_text(encoding="utf-8")
        except OSError:
            raise damaged(path, "the resolved scenario of this run is missing") from None

    def observed_text(self) -> str:
        """Return the figures the run is held against, as CSV; empty when its scenario names none."""
        path = self.path / OBSERVED
        try:
            return path.read_text(encoding="utf-8") if path.is_file() else ""
        except (OSError, UnicodeDecodeError):
            raise damaged(path, "the observed figures of this run cannot be read") from None

    @property
    def _folder(self) -> RunFolder:
        return RunFolder(self.path)

    def _together(self, table: str) -> Columns:
        path = self.path / f"{table}.parquet"
        if self.manifest.replications < 1:
            raise _unfinished(self)
        columns = to_columns(read_parquet(path))
        wanted = columns["replication"] <= len(self.replications)
        found = np.unique(columns["replication"]).size
        nothing_to_tell = found == 0 and table != MEASURES  # a clinic alone has no daily series
        if found < self.manifest.replications and not nothing_to_tell:
            raise damaged(path, "this table lacks some of the replications")
        return {name: column[wanted] for name, column in columns.items()}

    def _unknown(self, measure: str, level: str, group: str) -> Problem:
        keys = self.keys()
        known = {m for m, _, _ in keys}
        if measure not in known:
            close = nearest(measure, sorted(known), n=3)
            hint = f"Did you mean {' or '.join(close)}?" if close else ""
            return Problem(
                message=f"This run has no measure called {measure}.", file=str(self.path), hint=hint
            )
        groups = [f"{g} ({one})" if g else one for m, one, g in keys if m == measure]
        message = f"{measure} was not measured for {level} {group}".rstrip() + "."
        return Problem(message=message, file=str(self.path), allowed=_listed(groups))


def _listed(names: Iterable[str], most: int = 12) -> str:
    shown = list(dict.fromkeys(names))
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def _unfinished(results: Results) -> InputError:
    done = len(RunFolder(results.path).finished())
    message = f"This run was interrupted before it was put together; {done} replications are finished."
    hint = f"The same command goes on from there: flowsim run {_source(results)}"
    return InputError([Problem(message=message, file=str(results.path), hint=hint)])


def _source(results: Results) -> str:
    """Return the file a run was made from, as it would be typed."""
    return quote(next(iter(results.manifest.sources), "FILE"))


def _not_kept(results: Results, name: str, path: Path) -> Problem:
    kept = ", ".join(results.tables())
    known = name in {"people", "patients", "visits"}
    hint = f"flowsim run {_source(results)} --keep {name} does it again and keeps them." if known else ""
    return Problem(message=f"This run kept no {name}.", file=str(path.parent), allowed=kept, hint=hint)
