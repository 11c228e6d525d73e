"""A run's tables as CSV files, with what their columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.estimates import estimates
from flowsim.store.exports.writing import as_table, write_csv
from flowsim.store.folder import TOGETHER
from flowsim.store.tables import read_parquet

if TYPE_CHECKING:
    from flowsim.store.results import Results

BY_REPLICATION = ("occupancy", "people", "patients", "visits")
"""Tables that a run keeps for each replication apart; the last two only if asked."""


def export(results: Results, replications: Sequence[int], folder: Path) -> dict[str, int]:
    """Write every table of a run as a CSV file; return the rows of each file.

    Args:
        results: the run.
        replications: the replications wanted.
        folder: where the files are written: ``summary.csv`` (each measure's mean and interval),
            ``definitions.csv``, and one for each table.
    """
    rows = {"summary": write_csv(folder / "summary.csv", [_summary(results, replications)])}
    rows["definitions"] = write_csv(folder / "definitions.csv", [_definitions()])
    for name in TOGETHER:
        path = results.path / f"{name}.parquet"
        if path.is_file():
            table = _of(read_parquet(path), replications)
            rows[name] = write_csv(folder / f"{name}.csv", [table])
    for name in BY_REPLICATION:
        if all(name in _kept(results, number) for number in replications):
            rows[name] = write_csv(folder / f"{name}.csv", _each(results, name, replications))
    return rows


def _kept(results: Results, number: int) -> set[str]:
    files = results.records[number - 1].files
    return {name.removesuffix(".parquet") for name in files}


def _of(table: Any, replications: Sequence[int]) -> Any:
    """Return the rows of some replications."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table.column("replication"), pa.array(list(replications), pa.int32())))


def _each(results: Results, name: str, replications: Sequence[int]) -> Iterator[Any]:
    """Yield a table replication by replication, so that only one is in memory."""
    import pyarrow as pa

    for number in replications:
        table = read_parquet(results.path_of(name, number))
        count = pa.array(np.full(table.num_rows, number, dtype=np.int32))
        yield table.add_column(0, "replication", count)


def _summary(results: Results, replications: Sequence[int]) -> Any:
    """Return each measure's mean over the replications, with its interval."""
    columns = results.measures
    wanted = np.isin(columns["replication"], list(replications))
    found = [
        each
        for each in estimates({name: column[wanted] for name, column in columns.items()}).values()
        if each.n
    ]
    about = [CATALOGUE[each.measure] for each in found]
    return as_table(
        {
            "measure": [each.measure for each in found],
            "label": [measure.label for measure in about],
            "level": [each.level for each in found],
            "group": [each.group for each in found],
            "unit": [measure.unit for measure in about],
            "replications": np.array([each.n for each in found], dtype=np.int32),
            "mean": np.array([each.mean for each in found]),
            "low_95": np.array([each.low for each in found]),
            "high_95": np.array([each.high for each in found]),
            "standard_deviation": np.array([each.sd for each in found]),
        }
    )


def _definitions() -> Any:
    """Return what every measure means."""
    every = list(CATALOGUE.values())
    return as_table(
        {
            name: [str(getattr(measure, name) or "") for measure in every]
            for name in ("id", "label", "area", "unit", "better", "definition", "at_end", "source", "caveat")
        }
    )
