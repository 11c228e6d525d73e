"""Finished runs written by hand: a few measures, series and settings, so that a report can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from flowsim.measures.compare import Comparison, compare
from flowsim.report.document import Block, Cell, Document, Figure, Listing, Numbers, Paragraph, Section, Table
from flowsim.report.material import Material
from flowsim.store.folder import OBSERVED, Record, RunFolder, pack
from flowsim.store.manifest import Manifest
from flowsim.store.results import Results

DAY = 1440.0
Key = tuple[str, str, str]
Values = Mapping[str | Key, Sequence[float]]
SCENARIO = """name: {name}  # {name}.yaml:1
time:
  kind: terminating  # base.yaml:2
  initial: loaded  # base.yaml:3
sites:
  north: {{label: North Hospital}}  # base.yaml:4
services:
  ed:
    kind: emergency_department  # base.yaml:6
    label: The department  # base.yaml:7
  ward:
    kind: ward  # base.yaml:9
    beds: {beds}  # {name}.yaml:10 (change); Bed return [seen]
demand:
  walk_in:
    route: walk_in  # base.yaml:13
    per_day: 100  # base.yaml:14; Guess [assumed]
"""


FOUR = "ED: within 4 hours, all types"
BASE: dict[str | Key, Any] = {
    "attendances": [300.0, 310.0, 320.0],
    "within_4_hours": [0.5, 0.625, 0.75],
    "handover_mean": [30.0, 31.0, 32.0],
    "bed_occupancy": [0.75, 0.875, 1.0],
    "discharge_ready": [50.0, 50.0, 50.0],
}
PLAN: dict[str | Key, Any] = BASE | {
    "within_4_hours": [0.625, 0.75, 0.875],
    "handover_mean": [31.0, 33.0, 29.0],
    "bed_occupancy": [0.875, 1.0, 1.125],
}
TARGETS = {"within_4_hours": ">= 73%", "discharge_ready": "<= 60"}
"""Conditions of the usual runs."""


FIGURES = """measure,level,group,value,unit,tolerance,tolerance_kind,period,source,grade,note
attendances,system,,300,per day,10,percent,2024/25,Monthly return,seen,
handover_mean,system,,20,minutes,10,percent,2024/25,Letter,recalled,
discharge_ready_at_midnight,system,,40,patients,15,percent,,Report,seen,
"""
"""Figures to hold a run against."""


def write_run(
    root: Path,
    name: str,
    measures: Values,
    *,
    series: Mapping[str | Key, Any] | None = None,
    weekly: Mapping[str | Key, Any] | None = None,
    scenario: str = "",
    observed: str = "",
    **manifest: Any,
) -> Results:
    """Write a run and open it.

    Args:
        root: the results folder.
        name: of the scenario.
        measures: measure (of the system) or key to one value for each replication.
        series: likewise, to values of shape (replications, days).
        weekly: likewise, of shape (replications, 168).
        scenario: the resolved scenario; a small usual one when left out.
        observed: figures to hold it against, as CSV.
        manifest: anything else its manifest says.
    """
    keyed = {_key(key): list(values) for key, values in measures.items()}
    count = len(next(iter(keyed.values())))
    folder = RunFolder(root / name / f"{name}-id")
    for number in range(1, count + 1):
        rows = [(*key, values[number - 1]) for key, values in keyed.items()]
        rows.append(("mean_present", "service", "ed", 1.0))
        tables = {"measures": _table(("measure", "level", "group", "value"), rows)}
        for table, step, found in (("series", "day", series), ("hour_of_week", "hour_of_week", weekly)):
            tables[table] = _table(("measure", "level", "group", step, "value"), _steps(found or {}, number))
        folder.add(number, pack(tables, Record(replication=number, digest=f"{name}-{number}")))
    folder.put_together(range(1, count + 1))
    usual = {
        "run_id": f"{name}-id", "name": name, "scenario_digest": name, "seed": 7, "start": "2026-11-02",
        "warm_up_minutes": DAY, "horizon_minutes": 14 * DAY, "replications": count,
        "sources": (f"{name}.yaml",), "finished": "2026-12-01T10:00:00+00:00",
    }  # fmt: skip
    Manifest(**usual | manifest).write(folder.path)
    text = scenario or SCENARIO.format(name=name, beds=20)
    (folder.path / "scenario.resolved.yaml").write_text(text, encoding="utf-8")
    if observed:
        (folder.path / OBSERVED).write_text(observed, encoding="utf-8")
    return Results.open(folder.path)


def held_against(base: Results, *others: Results, **more: Any) -> Material:
    """Return what a report of some runs is written from."""
    return Material(compare(base, *others) if others else Comparison(base, ()), **more)


def one_plan(root: Path) -> Material:
    """Return a baseline and a plan that makes one measure better and one worse."""
    base = write_run(root, "base", BASE, title="Usual winter", targets=TARGETS)
    plan = write_run(root, "plan", PLAN, title="More beds", scenario=SCENARIO.format(name="plan", beds=24))
    return held_against(base, plan)


def several(root: Path, **plans: dict[str | Key, Any]) -> Material:
    """Return a baseline and some plans."""
    base = write_run(root, "base", BASE)
    return held_against(base, *(write_run(root, name, BASE | more) for name, more in plans.items()))


def parts_of(section: Section | None) -> list[Section]:
    """Return a section and all below it."""
    assert section is not None
    return [each for _, each in Document("", "", (section,)).all_sections()]


def blocks_of(section: Section | None) -> list[Block]:
    return [block for each in parts_of(section) for block in each.blocks]


def sentences(section: Section | None) -> list[str]:
    """Return paragraphs and items of lists."""
    found: list[str] = []
    for block in blocks_of(section):
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Listing):
            found += block.items
    return found


def tables_of(section: Section | None) -> dict[str, Table]:
    return {block.id: block for block in blocks_of(section) if isinstance(block, Table)}


def figures_of(section: Section | None) -> dict[str, Figure]:
    return {block.id: block for block in blocks_of(section) if isinstance(block, Figure)}


def numbers_of(section: Section | None) -> list[tuple[str, str, str]]:
    return [item for block in blocks_of(section) if isinstance(block, Numbers) for item in block.items]


def texts_of(table: Table) -> list[list[str]]:
    """Return the texts of a table's rows; ends of intervals are kept together by a blank that is no blank."""
    return [[cell.text.replace("\u00a0", " ") for cell in row] for row in table.rows]


def heads_of(table: Table) -> list[str]:
    return [column.label for column in table.columns]


def cell(table: Table, row: str, head: str) -> Cell:
    """Return a cell by the head of its row and of its column."""
    at = heads_of(table).index(head)
    return next(each[at] for each in table.rows if each[0].text == row)


def _key(key: str | Key) -> Key:
    return (key, "system", "") if isinstance(key, str) else key


def _steps(found: Mapping[str | Key, Any], number: int) -> list[tuple[Any, ...]]:
    return [
        (*_key(key), step, value)
        for key, values in found.items()
        for step, value in enumerate(np.atleast_2d(np.asarray(values, float))[number - 1].tolist())
    ]


def _table(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    columns = dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
    return {
        name: list(column) if column and isinstance(column[0], str) else np.array(column)
        for name, column in columns.items()
    }
