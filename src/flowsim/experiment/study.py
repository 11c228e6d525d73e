"""Running a study: every surge with every option, as one piece of work that can be stopped and gone on with.

Each combination is an ordinary run in the results folder. One that exists already, under whatever name, is
read and not run again; two combinations that come to the same scenario are one run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowsim.errors import InputError, Problem
from flowsim.experiment.backends import Backend, as_finished, choose
from flowsim.experiment.describe import overloads_of
from flowsim.experiment.failures import Interrupted
from flowsim.experiment.run import Work
from flowsim.experiment.worker import Done, Task
from flowsim.experiment.worker import work as replicate
from flowsim.measures.compare.comparison import measures_named
from flowsim.measures.compare.matrix import Matrix, matrix
from flowsim.scenario.study import Cell, Study, examine_study
from flowsim.store.files import locked, write_json
from flowsim.store.folder import RunFolder
from flowsim.store.identity import run_id, slug
from flowsim.store.manifest import NAME, Manifest, now, results_root

if TYPE_CHECKING:
    from flowsim.experiment.settings import Settings
    from flowsim.spec.scenario import Scenario
    from flowsim.store.results import Results

STUDIES = "studies"
"""Folder of the index files, in the results folder."""


@dataclass(frozen=True, kw_only=True)
class Studied:
    """A study that has been run.

    Attributes:
        study: what was asked.
        runs: the finished run of each surge and option.
        index: the file that says which run is which.
        fresh: replications done now.
        cpu_seconds: CPU time it took now in all processes, seconds.
        wall_seconds: time it took now, seconds.
    """

    study: Study
    runs: Mapping[Cell, Results]
    index: Path
    fresh: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    @property
    def different(self) -> list[Results]:
        """Its runs, each once."""
        return list({results.path: results for results in self.runs.values()}.values())

    @property
    def replications(self) -> int:
        """Replications of all its runs together."""
        return sum(len(results.replications) for results in self.different)

    @property
    def simulating_seconds(self) -> float:
        """CPU time that the replications took, whenever they were done, seconds."""
        return sum(record.cpu_seconds for results in self.different for record in results.records)

    def matrix(self, measures: str | Sequence[str] | None = None) -> Matrix:
        """Return the runs as a matrix of surges by options.

        Args:
            measures: ids of measures or areas, or "all"; those of the study when left out.

        Raises:
            InputError: There is no such measure.
        """
        chosen = measures if measures is not None else self.study.measures or None
        combined = tuple(self.study.combined)
        return matrix(self.runs, self.study.surges, self.study.options, chosen, combined=combined)


def examine(path: str, sets: Sequence[str] = ()) -> tuple[Study | None, list[Problem]]:
    """Return the study of a file and every problem and warning, those of its measures too."""
    study, problems = examine_study(path, sets=sets)
    if study is None:
        return None, problems
    wrong = [problem for at, name in enumerate(study.measures) for problem in _unknown(study, at, name)]
    return (None if wrong else study), [*problems, *wrong]


def _unknown(study: Study, position: int, name: str) -> list[Problem]:
    try:
        measures_named(name)
    except InputError as error:
        found = error.problems[0]
        steps = ("study", "measures", str(position))
        return [study.problem(found.message, steps, allowed=found.allowed, hint=found.hint)]
    return []


def run_study(study: Study, settings: Settings) -> Studied:
    """Run every surge with every option, or find that it has been run.

    Args:
        study: the study.
        settings: how to run it; ``replications`` in place of what the study asks for.

    Raises:
        InputError: Some combination cannot settle, or another process is writing to the same run folder.
        Interrupted: It was stopped from the keyboard.
        ReplicationFailed: The model failed; finished replications are kept.
    """
    return _Work(study, settings).go()


class _Work:
    """A study being run."""

    def __init__(self, study: Study, settings: Settings) -> None:
        self.study = study
        self.root = results_root(settings.root)
        self.count = settings.replications or study.replications
        self.settings = replace(settings, replications=self.count)
        self.began = time.monotonic(), time.process_time()
        self.scenarios = self._different()
        self.index = self.root / STUDIES / f"{slug(study.name)}.json"

    def _different(self) -> dict[str, Scenario]:
        """Return the scenarios that differ, by run id; each is named like a run of it that is there."""
        found: dict[str, Scenario] = {}
        for scenario in self.study.cells.values():
            number = run_id(scenario.digest, scenario.seed)
            if number not in found:
                found[number] = _as_found(scenario, self.root, number)
        return found

    def go(self) -> Studied:
        """Do what is missing, and write down which run is which."""
        works = {number: Work(each, self.settings) for number, each in self.scenarios.items()}
        ran = {number: found for number, work in works.items() if (found := work.found()) is not None}
        missing = {number: work for number, work in works.items() if number not in ran}
        if missing:
            self._do(missing)
        ran |= {number: work.ran() for number, work in missing.items()}
        runs = {cell: ran[self._number(cell)].results for cell in self.study.cells}
        if missing or not self.index.is_file():
            self._write_index(runs, finished=now())
        wall, cpu = self.began
        in_workers = sum(work.worker_cpu_seconds for work in missing.values())
        return Studied(
            study=self.study,
            runs=runs,
            index=self.index,
            fresh=sum(each.fresh for each in ran.values()),
            cpu_seconds=time.process_time() - cpu + in_workers,
            wall_seconds=time.monotonic() - wall,
        )

    def _do(self, missing: Mapping[str, Work]) -> None:
        """Do the replications that are missing, those of all runs in one go, so that no worker is idle."""
        overloads = self._refuse_what_cannot_settle(missing)
        for work in missing.values():
            work.settings = replace(self.settings, overloads=lambda one: overloads[one.digest])
        with ExitStack() as stack:
            finished = {}
            for number, work in missing.items():
                work.refuse_what_cannot_settle()
                stack.enter_context(locked(work.folder.path))
                finished[number] = set(work.begin())
            self._write_index({}, finished="")
            try:
                self._replicate(missing, finished)
            except KeyboardInterrupt:
                raise Interrupted(self._how_to_go_on()) from None
            finally:
                self.settings.progress.stop()

    def _replicate(self, missing: Mapping[str, Work], finished: Mapping[str, set[int]]) -> None:
        """Do the replications, and put each run together as soon as its last one is there."""
        there = (len(self.scenarios) - len(missing)) * self.count + sum(map(len, finished.values()))
        total = len(self.scenarios) * self.count
        settings, progress = self.settings, self.settings.progress
        backend = choose(settings.backend, settings.jobs, total - there, settings.address)
        progress.start(self.study.name, there, total)
        waiting = dict(missing)
        for work in missing.values():
            work.manifest = work.manifest.changed(jobs=backend.jobs, backend=backend.name)
        with closing(as_finished(_named, _tasks(missing, finished, backend), backend)) as arriving:
            for done, (number, result) in enumerate(arriving, start=1):
                missing[number].take(result)
                progress.advance(there + done, total)
                if missing[number].stopping.used is not None:
                    waiting.pop(number).finish()
        for work in waiting.values():  # stopped after their last replication, before they were put together
            work.finish()

    def _number(self, cell: Cell) -> str:
        scenario = self.study.cells[cell]
        return run_id(scenario.digest, scenario.seed)

    def _folder(self, number: str, scenario: Scenario) -> RunFolder:
        return RunFolder(self.root / slug(scenario.name) / number)

    def _finished(self, number: str, scenario: Scenario) -> int:
        """Return how many of the replications asked for are finished."""
        finished = self._folder(number, scenario).finished()
        return sum(1 for replication in finished if replication <= self.count)

    def _refuse_what_cannot_settle(self, missing: Mapping[str, Work]) -> dict[str, list[Problem]]:
        """Return the overloads of what is still to be run, or refuse all of it, naming every combination."""
        scenarios = [work.scenario for work in missing.values()]
        found = {each.digest: self.settings.overloads(each) for each in scenarios}
        problems = [] if self.settings.allow_overload else _by_combination(self.study, found)
        if problems:
            raise InputError(problems)
        return found

    def _how_to_go_on(self) -> str:
        done = sum(self._finished(number, each) for number, each in self.scenarios.items())
        total = self.count * len(self.scenarios)
        kept = f"{done} of {total} replications are finished and kept"
        return f"Stopped. {kept}; the same command goes on from there."

    def _write_index(self, runs: Mapping[Cell, Results], finished: str) -> None:
        """Write which run is which; while it is running, where each will be."""
        self.index.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.index, self._index(runs) | {"finished": finished})

    def _index(self, runs: Mapping[Cell, Results]) -> dict[str, Any]:
        study = self.study
        cells = []
        for surge, option in study.cells:
            number = self._number((surge, option))
            folder = self._folder(number, self.scenarios[number])
            cell = {"surge": surge, "option": option, "run": f"{folder.path.parent.name}/{number}"}
            done = runs.get((surge, option))
            cells.append(cell | {"results_digest": done.digest if done is not None else ""})
        return {
            "study": study.name,
            "title": study.title,
            "file": study.file,
            "replications": self.count,
            "surges": study.surges,
            "options": study.options,
            "combined": {name: list(parts) for name, parts in study.combined.items()},
            "cells": cells,
        }


def overloaded(study: Study) -> list[Problem]:
    """Return a problem for each resource that cannot keep up, naming the surge and the options."""
    different = {scenario.digest: scenario for scenario in study.cells.values()}
    return _by_combination(study, {digest: overloads_of(each) for digest, each in different.items()})


def _by_combination(study: Study, found: Mapping[str, Sequence[Problem]]) -> list[Problem]:
    """Return what cannot settle, one problem for each resource in each surge."""
    where: dict[tuple[str, str], list[tuple[Cell, Problem]]] = {}
    for cell, scenario in study.cells.items():
        for problem in found.get(scenario.digest, []):
            where.setdefault((cell[0], problem.path), []).append((cell, problem))
    return [_cannot_settle(study, each) for each in where.values()]


def _cannot_settle(study: Study, found: Sequence[tuple[Cell, Problem]]) -> Problem:
    """Return one problem for one resource in one surge, with the options that leave it overloaded."""
    (cell, problem), *others = found
    titles = [study.options[option] for (_, option), _ in others]
    also = f" The same with: {', '.join(titles)}." if titles else ""
    return replace(problem, message=f"{study.cell_title(cell)}. {problem.message}{also}")


def _as_found(scenario: Scenario, root: Path, number: str) -> Scenario:
    """Return a scenario under the name of a run of it that is there already."""
    if (root / slug(scenario.name) / number).is_dir():
        return scenario
    for path in sorted(root.glob(f"*/{number}/{NAME}")):
        try:
            there = Manifest.read(path.parent)
        except InputError:
            continue
        return scenario.model_copy(update={"name": there.name, "title": there.title})
    return scenario


def _tasks(
    missing: Mapping[str, Work], finished: Mapping[str, set[int]], backend: Backend
) -> Iterator[tuple[str, Task]]:
    """Yield the missing replications of all runs, each with the id of its run."""
    for number, work in missing.items():
        for task in work.tasks(finished[number], backend):
            yield number, task


def _named(task: tuple[str, Task]) -> tuple[str, Done]:
    """Do one replication, and send it back with the id of its run."""
    return task[0], replicate(task[1])
