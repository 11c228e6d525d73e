"""One run's folder: which replications are finished, adding one, and putting them together."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flowsim.store.files import damaged, read_json, remove_leftovers, write_folder, write_text
from flowsim.store.tables import Table, stack, to_parquet

RECORD = "record.json"
"""Written last in a replication's folder: its presence says that the folder is whole."""

MEASURES = "measures"
"""The one table every replication has."""

OBSERVED = "observed.csv"
"""Copy of the figures a run is held against, where its scenario names any."""

TOGETHER = (MEASURES, "series", "hour_of_week")
"""Tables small enough to be put together into one file for the run; the others stay by replication."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known about one finished replication besides its tables.

    Attributes:
        replication: Its number, from 1.
        digest: SHA-256 of its measures.
        patients: Patients simulated.
        state_changes: State changes simulated.
        cpu_seconds: CPU time, seconds, measures included.
        peak_memory_mb: Largest memory of the worker up to then, megabytes.
        headline: The values whose precision matters, by name.
        warnings: Sentences for the reader of the results.
        info: Anything else the model told, as plain JSON.
        files: Table file to size in bytes, to notice a file cut short.
    """

    replication: int
    digest: str
    patients: int = 0
    state_changes: int = 0
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    headline: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    info: dict[str, Any] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)


def pack(tables: Mapping[str, Table | bytes], record: Record) -> dict[str, bytes]:
    """Return the files of one replication's folder: a parquet file for each table, and the record.

    Args:
        tables: table name to table, or to the content of its parquet file.
        record: what else is known about the replication.
    """
    files = {
        f"{name}.parquet": table if isinstance(table, bytes) else to_parquet(table)
        for name, table in tables.items()
    }
    content = asdict(record) | {"files": {name: len(data) for name, data in files.items()}}
    return files | {RECORD: json.dumps(content, indent=2, ensure_ascii=False).encode()}


@dataclass(frozen=True)
class RunFolder:
    """A run's folder.

    Attributes:
        path: ``results/<scenario>/<run id>``.
    """

    path: Path

    @property
    def replications_path(self) -> Path:
        """The folder that holds a folder for each finished replication."""
        return self.path / "replications"

    def replication_path(self, number: int) -> Path:
        """Return the folder of one replication (numbered from 1)."""
        return self.replications_path / f"rep-{number:04d}"

    def table_path(self, number: int, table: str) -> Path:
        """Return the file of one table of one replication."""
        return self.replication_path(number) / f"{table}.parquet"

    def add(self, number: int, files: dict[str, bytes]) -> None:
        """Add a finished replication: it appears whole, and replaces an earlier one."""
        write_folder(self.replication_path(number), files, RECORD)

    def record(self, number: int) -> Record:
        """Read the record of a finished replication.

        Raises:
            InputError: The replication is missing or damaged.
        """
        path = self.replication_path(number) / RECORD
        content = read_json(path, what=f"the record of replication {number}")
        try:
            return Record(**content | {"warnings": tuple(content["warnings"])})
        except (KeyError, TypeError):
            raise damaged(path, f"the record of replication {number} is not whole") from None

    def has(self, number: int, tables: Iterable[str] = (MEASURES,)) -> bool:
        """Return whether a replication is finished, whole, and has these tables."""
        try:
            sizes = json.loads((self.replication_path(number) / RECORD).read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        whole = all(_size(self.replication_path(number) / name) == size for name, size in sizes.items())
        return whole and all(f"{table}.parquet" in sizes for table in tables)

    def finished(self, tables: Iterable[str] = (MEASURES,)) -> list[int]:
        """Return the numbers of the finished replications that have these tables, in order."""
        wanted = tuple(tables)
        numbers = sorted(_number(path) for path in self.replications_path.glob("rep-*"))
        return [number for number in numbers if number > 0 and self.has(number, wanted)]

    def clear_leftovers(self) -> None:
        """Remove half-written files of an interrupted run; call it only while holding the lock."""
        remove_leftovers(self.path)
        remove_leftovers(self.replications_path)

    def put_together(self, numbers: Sequence[int]) -> None:
        """Write the run's small tables from those of these replications, in their order."""
        for table in TOGETHER:
            parts = [(number, self.table_path(number, table)) for number in numbers]
            if parts and all(path.is_file() for _, path in parts):
                stack(self.path / f"{table}.parquet", parts)

    def mark_latest(self) -> None:
        """Note this run as its scenario's latest (a text file: links are not allowed everywhere)."""
        write_text(self.path.parent / "latest", self.path.name + "\n")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _number(path: Path) -> int:
    text = path.name.removeprefix("rep-")
    return int(text) if text.isdigit() else 0
