"""Finished runs that were never run: made by hand, to be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from flowsim.measures.people import COUNTS, MINUTES, WHO
from flowsim.store.manifest import Manifest
from flowsim.tables import Coded
from flowsim.vocabulary import values_of

PLACES = ("east", "west")
DAY = 1440.0
Key = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class FakeRun:
    """As much of a finished run as a comparison reads."""

    cells: Mapping[Key, Any]
    manifest: Manifest
    tables: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    count: int = 0

    @property
    def path(self) -> Path:
        return Path("results") / self.name / "abcdef012345"

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def title(self) -> str:
        return self.manifest.title or self.name

    @property
    def replications(self) -> tuple[int, ...]:
        return tuple(range(1, self.count + 1))

    def first(self, count: int) -> FakeRun:
        return replace(self, cells={key: values[:count] for key, values in self.cells.items()}, count=count)

    def people(self, replication: int) -> dict[str, Any]:
        return dict(self.tables[replication])

    def but(self, **changes: Any) -> FakeRun:
        """Return the run with another manifest."""
        return replace(self, manifest=self.manifest.changed(**changes))


def run(
    name: str, measured: Mapping[Any, Sequence[float]], tables: Sequence[Mapping[str, Any]] = ()
) -> FakeRun:
    """Return a run with these values of each measure, one for each replication.

    Args:
        name: its name.
        measured: measure, or (measure, level, group), to values.
        tables: the table of patients of each replication.
    """
    cells = {
        (key, "system", "") if isinstance(key, str) else key: np.array(v, float)
        for key, v in measured.items()
    }
    for service in ("ed", "ward"):
        cells.setdefault(("mean_present", "service", service), np.ones(len(next(iter(cells.values()), [0]))))
    manifest = Manifest(
        run_id="abcdef012345",
        name=name,
        scenario_digest=name,
        seed=2026,
        start="2026-11-02",
        warm_up_minutes=DAY,
        horizon_minutes=10 * DAY,
        replications=len(next(iter(cells.values()))),
        sources=(f"{name}.yaml",),
        code="code",
    )
    return FakeRun(cells, manifest, dict(enumerate(tables, start=1)), manifest.replications)


def table(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a table of patients: uid, arrived, attributes in words, counts and minutes; 0 where left out."""
    columns: dict[str, Any] = {
        "uid": np.array([row["uid"] for row in rows], np.uint64),
        "arrived": np.array([row.get("arrived", 2 * DAY) for row in rows], np.int32),
    }
    usual = {
        "age": "18-64",
        "fifth": "3",
        "acuity": "3",
        "stream": "medical",
        "route": "walk_in",
        "place": "east",
    }
    for name in WHO:
        values = values_of(name, PLACES)
        codes = [values.index(row.get(name, usual[name])) for row in rows]
        columns[name] = Coded(np.array(codes, np.int32), values)
    for name in COUNTS:
        columns[name] = np.array([row.get(name, 0) for row in rows], np.int16)
    for name in MINUTES:
        columns[name] = np.array([row.get(name, 0) for row in rows], np.float32)
    return columns
