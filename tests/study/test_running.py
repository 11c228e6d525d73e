"""Running a study: each combination once, resumed wherever it was stopped, refused before anything is run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from flowsim.errors import InputError
from flowsim.experiment.failures import Interrupted
from flowsim.experiment.run import run_scenario
from flowsim.experiment.settings import Settings
from flowsim.experiment.study import examine, overloaded, run_study
from flowsim.experiment.worker import Simulated
from flowsim.scenario import load
from flowsim.scenario.study import Study, load_study
from flowsim.store.results import Results
from quick_model import simulate

Write = Callable[..., str]
ONE = Settings(jobs=1, simulate=simulate)
"""Quick and made up, where the numbers do not matter."""
REAL = Settings(jobs=1)
SHORT = "flowsim: 1\nextends: small.yaml\ntime: {horizon: 4 days, warm_up: 1 day}\n"


class Counting:
    """Simulates, and notes what was asked for; stops as Ctrl-C would when told to."""

    def __init__(self, stop_after: int = 1_000_000) -> None:
        self.done: list[tuple[str, int]] = []
        self.stop_after = stop_after

    def __call__(self, scenario: Any, number: int, keep: tuple[str, ...]) -> Simulated:
        if len(self.done) >= self.stop_after:
            raise KeyboardInterrupt
        simulated = simulate(scenario, number, keep)
        self.done.append((scenario.name, number))
        return simulated


class Told:
    """Keeps what progress tells."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def start(self, label: str, done: int, total: int | None) -> None:
        self.lines.append(("start", label, done, total))

    def advance(self, done: int, total: int | None) -> None:
        self.lines.append(("advance", done, total))

    def stop(self) -> None:
        self.lines.append(("stop",))


def counted(count: Counting, **options: Any) -> Settings:
    return Settings(jobs=1, backend="serial", simulate=count, **options)


@pytest.fixture
def study(write: Write) -> Study:
    return load_study(write())


def test_every_combination_is_an_ordinary_run(study: Study) -> None:
    studied = run_study(study, ONE)
    assert studied.fresh == 8 * 2
    assert list(studied.runs) == list(study.cells)
    for cell, results in studied.runs.items():
        assert results.name == study.cells[cell].name
        assert results.replications == (1, 2)
        alone = run_scenario(study.cells[cell], replace(ONE, replications=2))
        assert alone.fresh == 0
        assert alone.results.digest == results.digest


def test_a_combination_has_the_results_of_its_scenario_alone(
    study: Study, write: Write, tmp_path: Path
) -> None:
    studied = run_study(study, REAL)
    write(f"{SHORT}include: [flu.yaml, staff.yaml]\n", "alone.yaml")
    alone = run_scenario(load("alone.yaml"), replace(REAL, replications=2, root=tmp_path / "elsewhere"))
    assert alone.fresh == 2
    assert alone.results.digest == studied.runs["flu", "staff"].digest


def test_a_finished_study_is_not_run_again(study: Study) -> None:
    first = run_study(study, ONE)
    again = run_study(study, counted(count := Counting()))
    assert count.done == []
    assert again.fresh == 0
    assert {cell: each.digest for cell, each in again.runs.items()} == {
        cell: each.digest for cell, each in first.runs.items()
    }
    assert again.simulating_seconds == first.simulating_seconds


def test_more_replications_add_to_what_is_there(study: Study) -> None:
    run_study(study, replace(ONE, replications=1))
    run_study(study, counted(count := Counting(), replications=2))
    assert [number for _, number in count.done] == [2] * 8
    assert len({name for name, _ in count.done}) == 8


def test_workers_go_on_from_one_run_to_the_next(study: Study) -> None:
    studied = run_study(study, Settings(jobs=2, replications=1, simulate=simulate))
    assert {(each.manifest.jobs, each.manifest.backend) for each in studied.different} == {(2, "loky")}
    assert studied.fresh == 8


@pytest.mark.parametrize("after", [0, 1, 7, 15])
def test_an_interrupted_study_goes_on_where_it_stopped(study: Study, after: int, tmp_path: Path) -> None:
    whole = run_study(study, replace(ONE, root=tmp_path / "whole"))
    with pytest.raises(Interrupted, match=f"{after} of 16 replications are finished and kept"):
        run_study(study, counted(first := Counting(after)))
    studied = run_study(study, counted(second := Counting()))
    assert len(first.done) == after
    assert sorted(first.done + second.done) == sorted(
        (each.name, n) for each in study.cells.values() for n in (1, 2)
    )
    assert {cell: each.digest for cell, each in studied.runs.items()} == {
        cell: each.digest for cell, each in whole.runs.items()
    }


def test_force_does_everything_again(study: Study) -> None:
    run_study(study, replace(ONE, replications=1))
    told = Told()
    run_study(study, counted(count := Counting(), replications=1, force=True, progress=told))
    assert len(count.done) == 8
    assert told.lines[0] == ("start", "clinic-study", 0, 8)


def test_a_run_that_is_there_under_another_name_is_used(study: Study, write: Write) -> None:
    write(f"{SHORT}name: my-base\n", "my-base.yaml")
    run_scenario(load("my-base.yaml"), replace(ONE, replications=2))
    write(f"{SHORT}include: staff.yaml\nname: my-plan\n", "mine.yaml")
    run_scenario(load("mine.yaml"), replace(ONE, replications=1))
    studied = run_study(study, counted(count := Counting()))
    assert studied.runs["usual", "nothing"].name == "my-base"
    assert studied.runs["usual", "staff"].name == "my-plan"
    assert [number for name, number in count.done if name == "my-plan"] == [2]
    assert not [name for name, _ in count.done if name == "my-base"]


def test_combinations_that_come_to_the_same_are_run_once(write: Write) -> None:
    study = load_study(
        write(
            """
            flowsim: 1
            name: same
            study:
              base: small.yaml
              time: {horizon: 4 days, warm_up: 1 day}
              surges: {usual: {}, short: {change: {services.hot_clinic.staff: 3}}}
              options: {same: {change: {services.hot_clinic.staff: 3}}}
            """
        )
    )
    studied = run_study(study, counted(count := Counting(), replications=2))
    assert len(count.done) == 2
    assert len(studied.different) == 1
    assert studied.replications == 2
    assert set(studied.runs) == set(study.cells)


def test_progress_is_over_the_whole(study: Study) -> None:
    with pytest.raises(Interrupted):
        run_study(study, counted(Counting(5)))
    told = Told()
    run_study(study, replace(ONE, progress=told))
    assert told.lines[0] == ("start", "clinic-study", 5, 16)
    assert [line for line in told.lines if line[0] == "advance"] == [("advance", n, 16) for n in range(6, 17)]
    assert told.lines[-1] == ("stop",)
    assert [line[0] for line in told.lines].count("start") == 1
    silent = Told()
    run_study(study, replace(ONE, progress=silent))
    assert silent.lines == []


def test_the_index_says_which_run_is_which(study: Study, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        run_study(study, counted(Counting(1)))
    path = tmp_path / "results" / "studies" / "clinic-study.json"
    unfinished = json.loads(path.read_text(encoding="utf-8"))
    assert unfinished["finished"] == ""
    studied = run_study(study, ONE)
    assert studied.index == path
    index = json.loads(path.read_text(encoding="utf-8"))
    assert index["finished"]
    assert index["options"]["both"] == "Both"
    assert index["combined"] == {"both": ["staff", "quick"]}
    assert len(index["cells"]) == 8
    for cell in index["cells"]:
        results = Results.open(tmp_path / "results" / cell["run"])
        assert results.digest == cell["results_digest"]
        assert results.path == studied.runs[cell["surge"], cell["option"]].path


def test_a_system_that_cannot_settle_is_refused_before_anything_is_run(write: Write, tmp_path: Path) -> None:
    study = load_study(
        write(
            """
            flowsim: 1
            name: tight
            study:
              base: small.yaml
              surges:
                usual: {title: As usual}
                flu: {title: Flu, change: {demand.walk_in.per_day: {multiply: 1.2}}}
              options:
                fewer: {title: One less, change: {services.hot_clinic.staff: {add: -1}}}
                more: {title: One more, change: {services.hot_clinic.staff: {add: 1}}}
                fewer_and_slower:
                  title: Slower
                  combines: [fewer]
                  change: {services.hot_clinic.service: {multiply: 1.2}}
            """
        )
    )
    with pytest.raises(InputError) as refused:
        run_study(study, counted(count := Counting()))
    assert count.done == []
    assert not (tmp_path / "results").exists()
    messages = [problem.message for problem in refused.value.problems]
    assert len(messages) == 2
    assert messages[0].startswith("As usual: One less. This system cannot settle: hot_clinic")
    assert messages[0].endswith("The same with: Slower.")
    assert messages[1].startswith("Flu: One less.")
    assert "One more" not in "".join(messages)
    assert [problem.message for problem in overloaded(study)] == messages


def test_an_overloaded_study_runs_when_it_is_allowed(write: Write) -> None:
    study = load_study(
        write(
            "flowsim: 1\nname: tight\nstudy: {base: small.yaml,"
            " options: {none: {change: {services.hot_clinic.staff: 1}}}}\n"
        )
    )
    studied = run_study(study, replace(ONE, replications=2, allow_overload=True))
    assert "cannot settle" in studied.runs["base", "none"].manifest.warnings[-1]
    assert not studied.runs["base", "nothing"].manifest.warnings


def test_an_unknown_measure_is_told_with_its_line(write: Write) -> None:
    study, problems = examine(
        write(
            "flowsim: 1\nstudy:\n  base: small.yaml\n  measures: [wait_mean, waitt]\n"
            "  options: {staff: {include: staff.yaml}}\n"
        )
    )
    assert study is None
    wrong = [problem for problem in problems if problem.severity == "error"]
    assert [(problem.line, problem.path) for problem in wrong] == [(4, "study.measures.1")]


def test_order_and_jobs_change_nothing(study: Study, tmp_path: Path) -> None:
    one = run_study(study, replace(ONE, replications=2, root=tmp_path / "one"))
    two = run_study(study, Settings(jobs=2, replications=2, root=tmp_path / "two", simulate=simulate))
    assert {cell: each.digest for cell, each in one.runs.items()} == {
        cell: each.digest for cell, each in two.runs.items()
    }


@pytest.mark.skipif(sys.platform == "win32", reason="signals are for POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_kill_9_anywhere_loses_only_what_was_unfinished(write: Write, tmp_path: Path, jobs: str) -> None:
    name = write()
    command = [sys.executable, "-m", "flowsim", "study", name, "-n", "4", "-j", jobs]
    process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, start_new_session=True)
    root = tmp_path / "results"
    while len(list(root.glob("*/*/replications/rep-*"))) < 6:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = {path: path.stat().st_mtime_ns for path in root.glob("*/*/replications/rep-*/record.json")}
    assert 5 <= len(before) < 8 * 4
    studied = run_study(load_study(name), Settings(jobs=1, replications=4, simulate=simulate))
    assert studied.fresh == 8 * 4 - len(before)
    assert all(path.stat().st_mtime_ns == moment for path, moment in before.items())
    assert not list(root.rglob(".*.tmp"))
