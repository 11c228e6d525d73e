"""One replication of a finished run once more, to see each visit: the same to the last digit, or refused."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from flowsim.errors import InputError, Problem
from flowsim.experiment.replicate import simulate_scenario
from flowsim.scenario.files import root_of
from flowsim.scenario.load import examine
from flowsim.store.files import locked
from flowsim.store.folder import MEASURES, RunFolder, pack
from flowsim.store.identity import code_fingerprint, rows_digest, run_id
from flowsim.store.journal import NEEDED

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario
    from flowsim.store.results import Results

_CSV = re.compile(r"[\w./ -]+\.csv")


def has_visits(results: Results, replication: int) -> bool:
    """Tell whether a replication has kept its patients and visits."""
    return RunFolder(results.path).has(replication, (MEASURES, *NEEDED))


def see_visits(results: Results, replication: int) -> None:
    """Simulate one finished replication again, and keep its patients and visits beside its measures.

    Args:
        results: The run.
        replication: Its number, from 1.

    Raises:
        InputError: The run cannot be repeated exactly: its scenario's files are gone or have changed, or
            another version of flowsim made it; with the command that does it anew.
    """
    folder = RunFolder(results.path)
    record = folder.record(replication)
    scenario = scenario_of_run(results)
    kept = tuple(name.removesuffix(".parquet") for name in record.files)
    simulated = simulate_scenario(scenario, replication, (*kept, *NEEDED))
    if rows_digest(simulated.tables[MEASURES]) != record.digest:
        raise _not_the_same(results, "on this machine a replication comes out otherwise")
    with locked(folder.path):
        folder.add(replication, pack(simulated.tables, record))


def scenario_of_run(results: Results) -> Scenario:
    """Return the scenario that a finished run was made from.

    Raises:
        InputError: It cannot be had any more, or another version of flowsim made the run.
    """
    manifest = results.manifest
    if manifest.code != code_fingerprint():
        raise _not_the_same(results, "another version of flowsim made it")
    for scenario in _candidates(results):
        if run_id(scenario.digest, scenario.seed) == manifest.run_id:
            return scenario
    raise _not_the_same(results, "the files of its scenario have changed or are gone")


def _candidates(results: Results) -> Iterator[Scenario]:
    """Yield the scenario of the file that was named, and the one of the resolved settings."""
    for top in _tops(results):
        yield from _loaded(top)
        with tempfile.TemporaryDirectory(prefix="flowsim-") as place:
            yield from _loaded(_laid_out(results.scenario_text(), root_of(top), Path(place)))


def _tops(results: Results) -> Iterator[Path]:
    """Yield where the file that was named may be: seen from here, or from a folder above the run."""
    for name in results.manifest.sources[:1]:
        homes = (Path(), *results.path.resolve().parents)
        found = (home / name for home in homes if (home / name).is_file())
        yield from dict.fromkeys(path.resolve() for path in found)


def _laid_out(text: str, root: Path, place: Path) -> Path:
    """Write the resolved settings into a folder, with the CSV files they name."""
    path = place / "scenario.resolved.yaml"
    path.write_text(text, encoding="utf-8")
    for name in {found.strip() for found in _CSV.findall(text)}:
        source = (root / name).resolve()
        target = (place / name).resolve()
        inside = source.is_relative_to(root) and target.is_relative_to(place.resolve())
        if inside and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return path


def _loaded(path: Path) -> Iterator[Scenario]:
    scenario, _ = examine(path)
    if scenario is not None:
        yield scenario


def _not_the_same(results: Results, why: str) -> InputError:
    message = f"This run kept no visits and cannot be repeated exactly: {why}."
    source = quote(next(iter(results.manifest.sources), "FILE"))
    hint = f"flowsim run {source} --keep patients --keep visits does it anew and keeps them."
    return InputError([Problem(message, file=str(results.path), hint=hint)])


__all__ = ["has_visits", "scenario_of_run", "see_visits"]
