"""What a run comes to, whatever was run before it: any sequence of commands against one command.

The model is made up and takes no time; what is tested is which replications are done, kept and used.
"""

from __future__ import annotations

import io
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fake_model import FakeScenario, settles, simulate, worked_out
from flowsim.errors import InputError, Problem
from flowsim.experiment.again import has_visits
from flowsim.experiment.backends import Backend, as_finished, choose
from flowsim.experiment.describe import FLOORS, describe, floors
from flowsim.experiment.observed import keep_observed, observed_text, scores
from flowsim.experiment.precision import Precision
from flowsim.experiment.progress import Clock, Lines, in_words
from flowsim.experiment.run import run, run_scenario
from flowsim.experiment.settings import KEEP, Ran, Settings
from flowsim.experiment.worker import Parcel, Simulated, Task, work
from flowsim.measures.catalogue import CATALOGUE, headline
from flowsim.store.folder import RunFolder
from flowsim.store.manifest import Manifest
from flowsim.store.results import Results


@dataclass
class Told:
    """Takes down what a run tells while it works."""

    said: list[tuple[Any, ...]] = field(default_factory=list)

    def start(self, label: str, done: int, total: int | None) -> None:
        self.said.append(("start", label, done, total))

    def advance(self, done: int, total: int | None) -> None:
        self.said.append(("advance", done, total))

    def stop(self) -> None:
        self.said.append(("stop",))


def go(scenario: FakeScenario, root: Path, count: int | None = None, **options: Any) -> Ran:
    values = {"jobs": 1, "simulate": simulate, "overloads": settles, **options}
    return run_scenario(scenario, Settings(replications=count, root=root, **values))


@pytest.fixture
def scenario(tmp_path: Path) -> FakeScenario:
    return FakeScenario(log=str(tmp_path / "log.txt"))


def numbers_of(results: Results) -> dict[tuple[str, ...], list[float]]:
    return {key: values.tolist() for key, values in results.cells.items()}


# -- any sequence of commands ----------------------------------------------------------------------------

COMMANDS = st.lists(
    st.fixed_dictionaries(
        {"count": st.integers(1, 5), "force": st.booleans(), "keep": st.sampled_from([(), ("visits",)])}
    ),
    min_size=1,
    max_size=4,
)


@given(COMMANDS)
@settings(max_examples=6, deadline=None)
def test_after_any_commands_the_results_are_those_of_the_last_one_alone(
    commands: list[dict[str, Any]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        scenario = FakeScenario(log=str(here / "log.txt"))
        there: set[int] = set()
        with_visits: set[int] = set()
        for command in commands:
            ran = go(scenario, here / "a", command["count"], force=command["force"], keep=command["keep"])
            wanted = set(range(1, command["count"] + 1))
            have = with_visits if command["keep"] else there
            expected = wanted if command["force"] else wanted - have
            assert ran.fresh == len(expected)
            assert ran.results.replications == tuple(sorted(wanted))
            if command["force"]:
                there, with_visits = set(), set()
            there |= expected
            if command["keep"]:
                with_visits |= expected
            else:
                with_visits -= expected
        alone = go(replace(scenario, log=""), here / "b", commands[-1]["count"])
        assert numbers_of(ran.results) == numbers_of(alone.results)
        assert ran.results.digest == alone.results.digest


@given(st.sets(st.integers(1, 6)), st.integers(1, 6))
@settings(max_examples=6, deadline=None)
def test_whatever_replications_are_lost_only_those_are_done_again(lost: set[int], count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        scenario = FakeScenario(log=str(Path(place) / "log.txt"))
        first = go(scenario, Path(place), count)
        folder, digest = RunFolder(first.results.path), first.results.digest
        for number in lost & set(range(1, count + 1)):
            for path in folder.replication_path(number).glob("*"):
                path.unlink()
        before = len(worked_out(scenario))
        again = go(scenario, Path(place), count + 1)
        assert len(worked_out(scenario)) - before == len(lost & set(range(1, count + 1))) + 1
        assert again.results.first(count).digest == digest


# -- what is told, and what is written down --------------------------------------------------------------


def test_progress_begins_with_what_is_there_and_counts_to_the_end(
    scenario: FakeScenario, tmp_path: Path
) -> None:
    go(scenario, tmp_path, 2)
    told = Told()
    go(scenario, tmp_path, 4, progress=told)
    assert told.said == [
        ("start", "Fake baseline", 2, 4),
        ("advance", 3, 4),
        ("advance", 4, 4),
        ("stop",),
    ]


def test_what_is_there_already_is_told_nothing_of(scenario: FakeScenario, tmp_path: Path) -> None:
    go(scenario, tmp_path, 2)
    told = Told()
    go(scenario, tmp_path, 2, progress=told)
    assert told.said == []


def test_progress_ends_when_a_replication_fails(scenario: FakeScenario, tmp_path: Path) -> None:
    told = Told()
    with pytest.raises(Exception, match="Replication 2 of Fake baseline failed"):
        go(replace(scenario, fails_at=2), tmp_path, 3, progress=told)
    assert told.said[-1] == ("stop",)
    assert [said[0] for said in told.said] == ["start", "advance", "stop"]


def test_with_a_precision_the_total_is_not_known(scenario: FakeScenario, tmp_path: Path) -> None:
    told = Told()
    ran = go(scenario, tmp_path, precision=Precision(target=0.2), progress=told)
    assert ran.enough == 3
    assert ran.met
    assert ran.results.replications == tuple(range(1, 9))
    assert told.said[0] == ("start", "Fake baseline", 0, None)


def test_a_number_beside_a_precision_is_the_most_there_may_be(scenario: FakeScenario, tmp_path: Path) -> None:
    wild = replace(scenario, spread=100.0)
    ran = go(wild, tmp_path, 4, precision=Precision(target=0.001))
    assert (ran.fresh, ran.met, ran.enough) == (4, False, None)
    assert "was not reached in 4 replications" in ran.results.manifest.warnings[-1]


def test_the_manifest_adds_up_the_replications(scenario: FakeScenario, tmp_path: Path) -> None:
    ran = go(scenario, tmp_path, 3)
    manifest = Manifest.read(ran.results.path)
    assert manifest.replications == 3
    assert manifest.patients == 3 * 1000 + 6
    assert manifest.state_changes == 3 * 9000
    assert (manifest.jobs, manifest.backend) == (1, "serial")
    assert manifest.warnings == ("A fake warning.",)  # once, not three times
    values = ran.results.cells["within_4_hours", "system", ""]
    mean, width = manifest.headline["within_4_hours"]
    assert mean == pytest.approx(values.mean())
    assert width == pytest.approx(stats.t.ppf(0.975, 2) * stats.sem(values))
    assert manifest.started <= manifest.finished
    assert (ran.results.path / "scenario.resolved.yaml").read_text() == scenario.resolved_text()


def test_a_run_tells_the_time_and_memory_of_what_was_done_now(scenario: FakeScenario, tmp_path: Path) -> None:
    began = time.process_time()
    first, again = go(scenario, tmp_path, 2), go(scenario, tmp_path, 2)
    spent = time.process_time() - began
    assert 0 < first.cpu_seconds + again.cpu_seconds <= spent + 0.01
    largest = max(record.peak_memory_mb for record in first.results.records)
    assert largest <= first.peak_memory_mb <= first.results.manifest.peak_memory_mb + 200
    assert first.wall_seconds > 0
    assert (first.fresh, again.fresh) == (2, 0)


def test_fewer_replications_later_leave_the_tables_whole(scenario: FakeScenario, tmp_path: Path) -> None:
    go(scenario, tmp_path, 4)
    few = go(scenario, tmp_path, 2)
    assert len(few.results.cells["wait_mean", "system", ""]) == 2
    assert Manifest.read(few.results.path).replications == 4
    assert Results.open(few.results.path).replications == (1, 2, 3, 4)


def test_overloads_are_refused_or_noted(scenario: FakeScenario, tmp_path: Path) -> None:
    problem = Problem("The ward cannot keep up.", path="services.ward.beds")
    with pytest.raises(InputError, match="cannot keep up"):
        go(scenario, tmp_path, 1, overloads=lambda _: [problem])
    assert worked_out(scenario) == []
    ran = go(scenario, tmp_path, 1, overloads=lambda _: [problem], allow_overload=True)
    assert ran.results.manifest.warnings == ("The ward cannot keep up.", "A fake warning.")


def test_people_are_kept_unless_that_is_not_wanted(scenario: FakeScenario, tmp_path: Path) -> None:
    """The table that follows each patient is asked of the model, and whatever else is to be kept."""
    assert Settings().tables == ("people",)
    assert Settings(people=False).tables == ()
    assert Settings(keep=("visits", "people")).tables == ("people", "visits")
    assert Settings(keep=("patients",), people=False).tables == ("patients",)
    ran = go(scenario, tmp_path, 1, people=False, keep=("patients",))
    names = {path.name for path in RunFolder(ran.results.path).replication_path(1).iterdir()}
    assert "patients.parquet" in names
    assert "people.parquet" not in names


def test_visits_are_there_when_patients_and_visits_both_are(scenario: FakeScenario, tmp_path: Path) -> None:
    for keep, expected in (((), False), (("visits",), False), (("patients", "visits"), True)):
        results = go(scenario, tmp_path, 1, keep=keep).results
        assert has_visits(results, 1) is expected
    assert not has_visits(results, 2)


# -- run() -----------------------------------------------------------------------------------------------


class TestRun:
    OPTIONS: ClassVar[dict[str, Any]] = {"simulate": simulate, "overloads": settles, "jobs": 1}

    def test_one_scenario_one_result_and_a_list_a_list(self, scenario: FakeScenario, tmp_path: Path) -> None:
        one = run(scenario, 2, root=str(tmp_path), **self.OPTIONS)
        assert isinstance(one, Results)
        several = run([scenario, replace(scenario, seed=7)], 2, root=str(tmp_path), **self.OPTIONS)
        assert isinstance(several, list)
        assert [each.manifest.seed for each in several] == [2026, 7]
        assert several[0].path == one.path

    def test_a_precision_may_be_a_number(self, scenario: FakeScenario, tmp_path: Path) -> None:
        found = run(scenario, root=tmp_path, precision=0.2, **self.OPTIONS)
        assert len(found.replications) == 8

    def test_results_are_where_the_environment_says(
        self, scenario: FakeScenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FLOWSIM_RESULTS", str(tmp_path / "elsewhere"))
        assert run(scenario, 1, **self.OPTIONS).path.is_relative_to(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"replications": 0}, "number of replications cannot be 0"),
        ({"replications": -1}, "1 to 100,000"),
        ({"replications": 100_001}, "number of replications cannot be 100001"),
        ({"jobs": 0}, "number of jobs cannot be 0"),
        ({"jobs": 1025}, "1 to 1,024"),
        ({"precision": Precision(target=0.0)}, "precision cannot be 0%"),
        ({"precision": Precision(target=1.0)}, "precision cannot be 100%"),
        ({"keep": ("visit",)}, "Did you mean visits?"),
        ({"keep": ("visits", "beds")}, "no table called beds"),
        ({"backend": "lokky"}, "Did you mean loky?"),
    ],
)
def test_settings_out_of_range_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        Settings(**options)
    assert said in " ".join(str(error.value).split())


@pytest.mark.parametrize(
    "options",
    [
        {"replications": 1},
        {"replications": 100_000},
        {"jobs": 1024},
        {"precision": Precision(target=0.999)},
        {"keep": KEEP},
        {"backend": "serial"},
    ],
)
def test_settings_at_the_end_of_their_range_are_taken(options: dict[str, Any]) -> None:
    assert Settings(**options)


def test_every_setting_that_makes_no_sense_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        Settings(replications=0, jobs=0, keep=("x",), backend="y", precision=Precision(target=2.0))
    assert len(error.value.problems) == 5


# -- where to work ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "jobs", "tasks", "address", "expected"),
    [
        (None, 1, 10, "", ("serial", 1)),
        (None, 3, 10, "", ("loky", 3)),
        (None, 3, 2, "", ("loky", 2)),
        (None, 3, 1, "", ("serial", 1)),
        (None, 3, 0, "", ("serial", 1)),
        ("serial", 3, 10, "", ("serial", 1)),
        ("loky", 3, 10, "", ("loky", 3)),
        ("loky", 1, 10, "", ("serial", 1)),
        ("dask", 3, 1, "", ("dask", 3)),
        (None, 2, 10, "tcp://here:1", ("dask", 2)),
        ("serial", 2, 10, "tcp://here:1", ("serial", 1)),
    ],
)
def test_where_to_work(
    name: str | None, jobs: int, tasks: int, address: str, expected: tuple[str, int]
) -> None:
    found = choose(name, jobs, tasks, address)
    assert (found.name, found.jobs) == expected
    assert found.shares_disk == (found.name != "dask")
    assert found.address == (address if found.name == "dask" else "")


def test_serial_work_is_done_one_task_after_another() -> None:
    begun: list[int] = []
    found = as_finished(lambda number: number * 10, (begun.append(i) or i for i in range(3)), Backend())
    assert next(found) == 0
    assert begun == [0]
    assert list(found) == [10, 20]


class TestWorker:
    @staticmethod
    def task(tmp_path: Path, scenario: FakeScenario, number: int = 1, folder: str | None = None) -> Task:
        where = str(tmp_path) if folder is None else folder
        parcel = Parcel(scenario, "key")
        return Task(parcel=parcel, replication=number, folder=where, keep=(), simulate=simulate, apart=False)

    def test_it_writes_into_the_folder_and_sends_back_what_is_known(self, tmp_path: Path) -> None:
        done = work(self.task(tmp_path, FakeScenario()))
        assert done.record is not None
        assert (done.record.replication, done.record.patients, done.record.state_changes) == (1, 1001, 9000)
        assert (done.files, done.failure, done.worker_cpu_seconds) == ({}, "", 0.0)
        assert RunFolder(tmp_path).finished() == [1]
        kept = RunFolder(tmp_path).record(1)
        assert replace(kept, files={}) == done.record
        assert all(kept.files.values())

    def test_it_tells_the_time_and_memory_of_its_own_work(self, tmp_path: Path) -> None:
        began = time.process_time()
        done = work(self.task(tmp_path, FakeScenario()))
        spent = time.process_time() - began
        assert done.record is not None
        assert 0 <= done.record.cpu_seconds <= spent + 0.001
        assert (
            20 < done.record.peak_memory_mb < 20_000
        )  # megabytes: Python with numpy, not a thousandth of it

    def test_without_a_folder_it_sends_the_files_back(self, tmp_path: Path) -> None:
        done = work(self.task(tmp_path, FakeScenario(), folder=""))
        assert any(name.startswith("measures") for name in done.files)
        assert RunFolder(tmp_path).finished() == []

    def test_faults_come_back_as_values(self, tmp_path: Path) -> None:
        failed = work(self.task(tmp_path, FakeScenario(fails_at=1)))
        assert "ZeroDivisionError: a fault in the model" in failed.failure
        assert failed.record is None
        refused = work(self.task(tmp_path, FakeScenario(refuses_at=1)))
        assert refused.error is not None
        assert refused.failure == ""

    def test_the_digest_is_that_of_the_measures_alone(self, tmp_path: Path) -> None:
        one = work(self.task(tmp_path / "a", FakeScenario()))
        same = work(self.task(tmp_path / "b", FakeScenario(seconds=0.001)))
        other = work(self.task(tmp_path / "c", FakeScenario(seed=7)))
        assert one.record is not None
        assert same.record is not None
        assert other.record is not None
        assert one.record.digest == same.record.digest != other.record.digest

    def test_a_scenario_is_unpacked_once_for_each_key(self) -> None:
        import pickle

        parcel = Parcel(FakeScenario(seed=1), "a")
        first, second = (pickle.loads(pickle.dumps(parcel)).open() for _ in range(2))
        assert first is second
        assert first == parcel.open()
        assert pickle.loads(pickle.dumps(Parcel(FakeScenario(seed=2), "b"))).open().seed == 2


# -- what is written down of a scenario ------------------------------------------------------------------


def test_a_manifest_says_what_is_run(scenario: FakeScenario) -> None:
    found = describe(scenario)
    assert (found.name, found.title, found.seed) == ("Fake baseline", "A fake baseline", 2026)
    assert (found.start, found.warm_up_minutes, found.horizon_minutes) == (
        "2026-11-02",
        7 * 1440.0,
        28 * 1440.0,
    )
    assert (found.scenario_digest, found.sources, found.git_commit) == (scenario.digest, (), "")
    assert describe(replace(scenario, seed=3)).run_id != found.run_id
    assert describe(replace(scenario, name="other")).run_id == found.run_id
    warned = describe(replace(scenario, warnings=(Problem("Odd.", path="x"),)))
    assert warned.warnings == ("Odd.",)


def test_every_headline_measure_has_a_floor_in_its_own_unit() -> None:
    assert set(floors()) == {measure.id for measure in headline()}
    assert all(value > 0 for value in floors().values())
    for name, value in floors().items():
        assert value == FLOORS[CATALOGUE[name].unit]


# -- telling how far it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "1 s"),
        (1.4, "1 s"),
        (99.4, "99 s"),
        (100.0, "2 min"),
        (150.1, "3 min"),
        (99 * 60, "99 min"),
        (100 * 60, "1 h 40 min"),
        (7200.0, "2 h 0 min"),
    ],
)
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("before", "done", "total", "left"),
    [
        (0, 1, 4, "about 3 min left"),  # a minute for one, and three to go
        (2, 4, 8, "about 2 min left"),  # a minute for two, and four to go
        (2, 2, 8, ""),
        (0, 4, 4, ""),
        (0, 5, 4, ""),
        (0, 1, None, ""),
    ],
)
def test_the_time_left_is_told_by_the_pace_since_the_start(
    before: int, done: int, total: int | None, left: str
) -> None:
    clock = Clock(before)
    clock.began -= 60.0
    assert clock.left(done, total) == left


@pytest.mark.parametrize(
    ("done", "total", "first"),
    [
        (0, 1, "north: 1 replication"),
        (0, 2, "north: 2 replications"),
        (1, 2, "north: 2 replications, 1 already done"),
        (3, None, "north: until precise enough, 3 already done"),
    ],
)
def test_the_first_line_says_what_there_is_to_do(done: int, total: int | None, first: str) -> None:
    stream = io.StringIO()
    Lines(stream).start("north", done, total)
    assert stream.getvalue() == first + "\n"


def test_lines_are_written_now_and_then_and_the_last_always() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=1e6)
    lines.start("north", 0, 3)
    for done in (1, 2, 3):
        lines.advance(done, 3)
    assert stream.getvalue().splitlines() == ["north: 3 replications", "north: 3 of 3 done"]


# -- observed figures ------------------------------------------------------------------------------------

FIGURES = """measure,value,unit,tolerance,source
within_4_hours,75,%,5,Assumed
handover_mean,100,minutes,10,Assumed
"""


class TestObserved:
    @staticmethod
    def scenario(tmp_path: Path, text: str | bytes | None) -> Any:
        if isinstance(text, str):
            (tmp_path / "figures.csv").write_text(text, encoding="utf-8")
        elif text is not None:
            (tmp_path / "figures.csv").write_bytes(text)
        return SimpleNamespace(observed="figures.csv", root=str(tmp_path))

    def test_a_scenario_without_figures_has_none(self) -> None:
        assert observed_text(SimpleNamespace()) == ""
        assert observed_text(SimpleNamespace(observed="")) == ""

    def test_the_text_is_that_of_the_file_without_a_mark_at_its_start(self, tmp_path: Path) -> None:
        found = observed_text(
            self.scenario(
                tmp_path,
                "\ufeff".encode() + FIGURES.replace("wait_mean,100,minutes,10,Assumed\n", "").encode(),
            )
        )
        assert found.startswith("measure,")

    @pytest.mark.parametrize("text", [None, b"\xff\xfe\xff"])
    def test_a_file_that_cannot_be_read_is_named(self, tmp_path: Path, text: bytes | None) -> None:
        with pytest.raises(InputError, match="missing, or not UTF-8") as error:
            observed_text(self.scenario(tmp_path, text))
        assert "figures.csv" in error.value.problems[0].file

    def test_figures_that_make_no_sense_are_told_with_their_line(self, tmp_path: Path) -> None:
        wrong = FIGURES.replace("within_4_hours,75", "within_5_hours,75")
        with pytest.raises(InputError, match="no measure called within_5_hours") as error:
            observed_text(self.scenario(tmp_path, wrong))
        assert error.value.problems[0].line == 2

    def test_a_copy_is_kept_replaced_and_taken_away(self, tmp_path: Path) -> None:
        (copy,) = (keep_observed(FIGURES, tmp_path), *tmp_path.iterdir())[1:]
        assert copy.read_text(encoding="utf-8") == FIGURES
        before = copy.stat().st_mtime_ns
        keep_observed(FIGURES, tmp_path)
        assert copy.stat().st_mtime_ns == before
        keep_observed(FIGURES + "\n", tmp_path)
        assert copy.read_text(encoding="utf-8") == FIGURES + "\n"
        keep_observed("", tmp_path)
        assert list(tmp_path.iterdir()) == []
        keep_observed("", tmp_path)

    def test_scores_are_those_of_the_runs_measures(self, scenario: FakeScenario, tmp_path: Path) -> None:
        results = go(scenario, tmp_path, 3).results
        assert scores(results) == []
        keep_observed(FIGURES, results.path)
        found = {score.observed.measure: score for score in scores(Results.open(results.path))}
        assert found["handover_mean"].verdict == "not simulated"
        values = results.cells["within_4_hours", "system", ""]
        assert found["within_4_hours"].simulated == pytest.approx(np.mean(values))
        assert found["within_4_hours"].half_width == pytest.approx(stats.t.ppf(0.975, 2) * stats.sem(values))


def test_what_a_model_made_up_is_told_with_defaults() -> None:
    made = Simulated(tables={})
    assert (made.patients, made.state_changes, dict(made.headline), made.warnings) == (0, 0, {}, ())
