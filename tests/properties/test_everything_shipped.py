"""Laws that hold in every system, watched in every scenario that is shipped.

Conservation, capacity, queues that are never negative, time that never runs backwards, moments and visits in
order, and Little's law for every service (`flowsim.verify.invariants`); the same results for any number of
processes; the same tables for the same seed. Scenario files are found where they lie.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.experiment.run import run
from flowsim.model import replicate
from flowsim.tables import BUSY, CAPACITY, QUEUE
from flowsim.verify.invariants import examine
from shipped import is_large, is_whole, loaded, name_of, scenario_files, shortened
from systems import same_tables

FILES = scenario_files()
QUICK_LARGE = ("kent-medway/baseline",)
"""Large systems that are also watched in the quick tests; the others are like them but for some changes."""


def _cases(files: list[Path], *, large_too: bool = True) -> list[Any]:
    """Return files as parameters; large systems are left to the full tests, but for one."""
    found = []
    for path in files:
        quick = "kent-medway/" not in name_of(path) or (large_too and name_of(path) in QUICK_LARGE)
        found.append(pytest.param(path, id=name_of(path), marks=[] if quick else [pytest.mark.full]))
    return found


def test_the_files_are_found() -> None:
    names = {name_of(path) for path in FILES}
    assert {"kent-medway/baseline", "one-hospital", "queues/mm1", "baseline", "more-home-care"} <= names
    assert "kent-medway/places" not in names  # a part, which the baseline includes
    assert len(FILES) >= 15


def test_an_overlay_of_changes_is_not_a_scenario(tmp_path: Path) -> None:
    overlay, study, child = (tmp_path / f"{name}.yaml" for name in ("overlay", "study", "child"))
    overlay.write_text("change: {services.ward.beds: {add: 3}}\n", encoding="utf-8")
    study.write_text("study: winter\ntime: {}\n", encoding="utf-8")
    child.write_text("extends: overlay.yaml\n", encoding="utf-8")
    assert not any(is_whole(path) for path in (overlay, study, child))


@pytest.mark.parametrize("path", _cases(FILES))
def test_every_law_holds(path: Path) -> None:
    """At every event in a small system, at some hundreds of events spread over the day in a large one."""
    scenario = loaded(path)
    large = is_large(scenario)
    found = examine(shortened(scenario, days=1), every=500 if large else 1)
    assert found.broken == []
    assert found.events > 100
    assert found.looks > (50 if large else found.events)
    assert found.visits > 20


@pytest.mark.parametrize("path", _cases(FILES, large_too=False))
def test_tables_keep_their_laws(path: Path) -> None:
    """What one replication leaves behind: audited while it ran, and looked at from outside."""
    result = replicate(shortened(loaded(path), days=2, warm_up=0), 2, audit=True)
    visits, people = result.visits, result.patients
    assert len(np.unique(people["uid"][people["demand"] >= 0])) == (people["demand"] >= 0).sum()
    assert (visits["patient"] >= 0).all()
    assert (visits["patient"] < len(people["uid"])).all()
    first = people["arrived"][visits["patient"]]
    assert (visits["arrived"] >= first - 1e-9).all()
    assert np.nanmax(visits["left"]) <= result.end + 1e-6
    occupancy = result.occupancy
    assert (occupancy[:, :, QUEUE] >= -1e-3).all()
    assert (occupancy[:, :, BUSY] >= -1e-3).all()
    assert (occupancy[:, :, CAPACITY] >= 0.0).all()
    assert result.info["finished"] <= result.info["patients"]
    assert sum(result.info["inside"].values()) <= result.info["patients"] - result.info["finished"] + len(
        first
    )


@pytest.mark.parametrize("path", _cases(FILES, large_too=False))
def test_the_same_seed_gives_the_same_tables_and_another_others(path: Path) -> None:
    scenario = shortened(loaded(path), days=1, warm_up=0)
    one, again, other = (replicate(scenario, number) for number in (3, 3, 4))
    assert same_tables(one, again)
    assert not same_tables(one, other)


def _digest(path: Path, folder: Path, jobs: int) -> str:
    scenario = shortened(loaded(path), days=1, warm_up=1)
    ran = run(scenario, 3, jobs=jobs, root=folder / f"with {jobs}", allow_overload=True)
    return str(ran.digest)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path,
            id=name_of(path),
            marks=[] if name_of(path) in ("one-hospital", "queues/mmc_priority") else [pytest.mark.full],
        )
        for path in FILES
    ],
)
def test_any_number_of_processes_gives_the_same_results(path: Path, tmp_path: Path) -> None:
    assert _digest(path, tmp_path, 1) == _digest(path, tmp_path, 2) == _digest(path, tmp_path, 3)
