"""A finished run of one hospital, short enough for tests: eight days after three of warm-up, twice."""

from __future__ import annotations

import atexit
import shutil
from contextlib import chdir
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import flowsim as fs
from flowsim.scenario import examine
from flowsim.spec.scenario import Scenario
from flowsim.store.results import Results

FILE = Path(__file__).resolve().parents[1] / "scenarios" / "one-hospital.yaml"
SHORT = ("time.warm_up=3 days", "time.horizon=8 days")


def scenario(*sets: str) -> Scenario:
    """Return the scenario, with some settings changed."""
    found, problems = examine(FILE, sets=(*SHORT, *sets))
    assert found is not None, problems
    return found


@cache
def _finished(kept: tuple[str, ...], sets: tuple[str, ...]) -> Path:
    """Run it once in each test process, and return the results folder."""
    root = Path(mkdtemp(prefix="flowsim-tests-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    with chdir(root):  # so that the run knows its scenario by the whole path
        fs.run(scenario(*sets), replications=2, jobs=1, root=root, keep=kept)
    return root


def results_folder(root: Path, *sets: str, kept: tuple[str, ...] = ("patients", "visits")) -> Path:
    """Copy a finished run into a results folder of the test's own, and return that folder."""
    shutil.copytree(_finished(kept, sets), root, dirs_exist_ok=True)
    return root


def finished(root: Path, *sets: str, kept: tuple[str, ...] = ("patients", "visits")) -> Results:
    """Return a finished run in a results folder of the test's own."""
    folder = results_folder(root, *sets, kept=kept)
    (manifest,) = sorted(folder.glob("*/*/manifest.json"))
    return Results.open(manifest.parent)
