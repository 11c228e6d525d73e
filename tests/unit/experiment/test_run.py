"""Replications: resumed, added to, and the same whatever worked them out."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fake_model import FakeScenario, settles, simulate, worked_out
from flowsim.errors import InputError, Problem
from flowsim.experiment.failures import Interrupted, ReplicationFailed
from flowsim.experiment.precision import Precision
from flowsim.experiment.run import run, run_scenario
from flowsim.experiment.settings import Ran, Settings
from flowsim.store.files import locked
from flowsim.store.folder import RunFolder
from flowsim.store.identity import code_fingerprint, run_id
from flowsim.store.results import Results


@pytest.fixture
def scenario(tmp_path: Path) -> FakeScenario:
    return FakeScenario(log=str(tmp_path / "log.txt"))


def go(scenario: FakeScenario, root: Path, count: int | None = None, **options: object) -> Ran:
    values = {"jobs": 1, "simulate": simulate, "overloads": settles, **options}
    settings = Settings(replications=count, root=root, **values)  # type: ignore[arg-type]
    return run_scenario(scenario, settings)


def test_a_run_makes_the_replications_the_scenario_asks_for(scenario: FakeScenario, tmp_path: Path) -> None:
    ran = go(scenario, tmp_path)
    assert ran.fresh == 4
    assert ran.results.replications == (1, 2, 3, 4)
    assert ran.results.path.parent == tmp_path / "fake-baseline"
    assert ran.results.manifest.patients == 1001 + 1002 + 1003 + 1004
    assert ran.results.manifest.warnings == ("A fake warning.",)
    assert ran.peak_memory_mb > 10
    assert ran.cpu_seconds > 0


def test_the_same_inputs_are_already_done(scenario: FakeScenario, tmp_path: Path) -> None:
    first = go(scenario, tmp_path)
    began = time.monotonic()
    again = go(scenario, tmp_path)
    assert time.monotonic() - began < 1
    assert again.fresh == 0
    assert again.results.digest == first.results.digest
    assert worked_out(scenario) == [1, 2, 3, 4]


def test_more_replications_add_to_the_same_folder(scenario: FakeScenario, tmp_path: Path) -> None:
    few = go(scenario, tmp_path, 3)
    more = go(scenario, tmp_path, 5)
    fresh = go(scenario, tmp_path / "other", 5)
    assert more.results.path == few.results.path
    assert more.fresh == 2
    assert more.results.digest == fresh.results.digest == fresh.results.manifest.results_digest
    assert worked_out(scenario) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_fewer_replications_use_the_first_ones_and_lose_none(scenario: FakeScenario, tmp_path: Path) -> None:
    go(scenario, tmp_path, 5)
    fewer = go(scenario, tmp_path, 2)
    assert fewer.fresh == 0
    assert fewer.results.replications == (1, 2)
    assert fewer.results.digest == go(scenario, tmp_path / "other", 2).results.digest
    assert fewer.results.manifest.replications == 5


def test_force_does_every_replication_again(scenario: FakeScenario, tmp_path: Path) -> None:
    first = go(scenario, tmp_path, 2)
    again = go(scenario, tmp_path, 2, force=True)
    assert again.fresh == 2
    assert again.results.digest == first.results.digest


def test_another_seed_is_another_run(scenario: FakeScenario, tmp_path: Path) -> None:
    one, other = go(scenario, tmp_path, 1), go(replace(scenario, seed=7), tmp_path, 1)
    assert one.results.path != other.results.path
    assert one.results.digest != other.results.digest


def test_results_are_equal_for_any_number_of_workers(scenario: FakeScenario, tmp_path: Path) -> None:
    alone = go(scenario, tmp_path / "one", 5)
    two = go(scenario, tmp_path / "two", 5, jobs=2)
    assert two.results.manifest.backend == "loky"
    assert two.results.digest == alone.results.digest
    for table in ("measures.parquet", "series.parquet", "replications/rep-0003/occupancy.parquet"):
        assert (two.results.path / table).read_bytes() == (alone.results.path / table).read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_results_are_equal_on_a_dask_cluster(scenario: FakeScenario, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    alone = go(scenario, tmp_path / "one", 3)
    dask = go(scenario, tmp_path / "dask", 3, jobs=2, backend="dask")
    assert dask.results.manifest.backend == "dask"
    assert dask.results.digest == alone.results.digest


def test_results_do_not_depend_on_the_order_replications_are_finished(
    scenario: FakeScenario, tmp_path: Path
) -> None:
    whole = go(scenario, tmp_path / "whole", 5)
    go(scenario, tmp_path, 5)
    folder = RunFolder(whole.results.path)
    broken = RunFolder(tmp_path / "fake-baseline" / folder.path.name)
    for number in (1, 4):
        (broken.replication_path(number) / "record.json").unlink()
    assert broken.finished() == [2, 3, 5]
    resumed = go(scenario, tmp_path, 5)
    assert resumed.fresh == 2
    assert resumed.results.digest == whole.results.digest


def test_a_replication_with_a_damaged_file_is_done_again(scenario: FakeScenario, tmp_path: Path) -> None:
    first = go(scenario, tmp_path, 3)
    damaged = first.results.path / "replications" / "rep-0002" / "measures.parquet"
    damaged.write_bytes(damaged.read_bytes()[:100])
    again = go(scenario, tmp_path, 3)
    assert again.fresh == 1
    assert again.results.digest == first.results.digest


def test_asking_for_patients_afterwards_does_those_replications_again(
    scenario: FakeScenario, tmp_path: Path
) -> None:
    go(scenario, tmp_path, 3)
    kept = go(scenario, tmp_path, 2, keep=("patients",))
    assert kept.fresh == 2
    assert list(kept.results.table("patients", 1)) == ["patient", "arrived"]
    assert kept.results.manifest.replications == 3


DRIVER = """
import sys
from pathlib import Path
from fake_model import FakeScenario, settles, simulate
from flowsim.store import identity
from flowsim.experiment.run import run_scenario
from flowsim.experiment.settings import Settings
root, log, jobs, code = sys.argv[1:]
identity.code_fingerprint = lambda: code  # that of the test, should somebody edit the code meanwhile
scenario = FakeScenario(log=log, seconds=0.4)
fake = {"simulate": simulate, "overloads": settles}
run_scenario(scenario, Settings(replications=6, jobs=int(jobs), root=Path(root), **fake))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is for POSIX")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_goes_on_from_the_last_finished_replication(tmp_path: Path, jobs: int) -> None:
    scenario = FakeScenario(log=str(tmp_path / "log.txt"), seconds=0.4)
    driver = tmp_path / "driver.py"
    driver.write_text(DRIVER, encoding="utf-8")
    command = [sys.executable, str(driver), str(tmp_path), scenario.log, str(jobs), code_fingerprint()]
    process = subprocess.Popen(command, start_new_session=True)
    folder = RunFolder(tmp_path / "fake-baseline" / run_folder_name(scenario))
    wait_for(lambda: len(folder.finished()) >= 2)
    os.killpg(process.pid, signal.SIGKILL)  # its workers too, or one might write on while the run goes on
    process.wait()
    with pytest.raises(InputError, match="interrupted before it was put together"):
        Results.open(folder.path)
    resumed = go(scenario, tmp_path, 6)
    assert 0 < resumed.fresh <= 4
    assert resumed.results.digest == go(scenario, tmp_path / "other", 6).results.digest
    assert not list(folder.path.rglob("*.tmp"))


def run_folder_name(scenario: FakeScenario) -> str:
    return run_id(scenario.digest, scenario.seed)


def wait_for(what: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(
    scenario: FakeScenario, tmp_path: Path, jobs: int
) -> None:
    class Impatient:
        def start(self, label: str, done: int, total: int | None) -> None: ...
        def stop(self) -> None: ...
        def advance(self, done: int, total: int | None) -> None:
            if done >= 2:
                raise KeyboardInterrupt

    with pytest.raises(
        Interrupted, match=r"^Stopped. \d of 6 replications are finished and kept; the same command"
    ):
        go(replace(scenario, seconds=0.1), tmp_path, 6, jobs=jobs, progress=Impatient())
    assert go(scenario, tmp_path, 6).fresh <= 4


def test_a_fault_in_the_model_names_the_replication_and_loses_no_other(
    scenario: FakeScenario, tmp_path: Path
) -> None:
    with pytest.raises(ReplicationFailed, match="Replication 3 of Fake baseline failed") as caught:
        go(replace(scenario, fails_at=3), tmp_path, 4)
    assert "ZeroDivisionError: a fault in the model" in caught.value.details
    assert go(scenario, tmp_path, 4).fresh == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_input_error_found_by_the_model_comes_through_whole(
    scenario: FakeScenario, tmp_path: Path, jobs: int
) -> None:
    with pytest.raises(InputError) as caught:
        go(replace(scenario, refuses_at=2), tmp_path, 4, jobs=jobs)
    assert caught.value.problems[0].path == "services.ward.beds"


def test_a_worker_that_dies_is_reported_in_plain_words(scenario: FakeScenario, tmp_path: Path) -> None:
    with pytest.raises(
        ReplicationFailed, match=r"A worker process ended without warning.*Work on fewer at once: -j 1"
    ):
        go(replace(scenario, dies_at=3), tmp_path, 4, jobs=2)


def test_two_runs_in_one_folder_at_once_are_refused(scenario: FakeScenario, tmp_path: Path) -> None:
    first = go(scenario, tmp_path, 1)
    with locked(first.results.path), pytest.raises(InputError, match=r"Another flowsim run .* is writing"):
        go(scenario, tmp_path, 2)


def test_precision_uses_the_same_replications_whatever_the_number_of_workers(
    scenario: FakeScenario, tmp_path: Path
) -> None:
    rule = Precision(target=0.01, look_ahead=3)
    alone = go(scenario, tmp_path / "one", precision=rule)
    two = go(scenario, tmp_path / "two", precision=rule, jobs=2)
    assert alone.enough is not None
    assert alone.met
    assert alone.enough == two.enough
    assert alone.results.replications == two.results.replications
    assert len(alone.results.replications) == alone.enough + 3
    assert alone.results.digest == two.results.digest == two.results.manifest.results_digest


def test_precision_that_is_not_reached_is_said(scenario: FakeScenario, tmp_path: Path) -> None:
    ran = go(replace(scenario, spread=50.0), tmp_path, 6, precision=Precision(target=0.001))
    assert not ran.met
    assert len(ran.results.replications) == 6
    assert "The precision asked for was not reached in 6 replications." in ran.results.manifest.warnings


def test_a_system_that_cannot_settle_is_refused_unless_that_is_wanted(
    scenario: FakeScenario, tmp_path: Path
) -> None:
    def full(_scenario: FakeScenario) -> list[Problem]:
        return [Problem("This system cannot settle: beds needs 331 and has 312 (106%).")]

    with pytest.raises(InputError, match="cannot settle"):
        go(scenario, tmp_path, 1, overloads=full)
    assert list(tmp_path.rglob("manifest.json")) == []
    ran = go(scenario, tmp_path, 1, overloads=full, allow_overload=True)
    assert "cannot settle" in ran.results.manifest.warnings[0]


def test_several_scenarios_come_back_in_order(scenario: FakeScenario, tmp_path: Path) -> None:
    other = replace(scenario, name="Other", spread=2.0)
    one, two = run([scenario, other], 2, root=tmp_path, jobs=1, simulate=simulate, overloads=settles)
    assert (one.name, two.name) == ("Fake baseline", "Other")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replications": 0}, "The number of replications cannot be 0"),
        ({"jobs": 0}, "The number of jobs cannot be 0"),
        ({"precision": Precision(target=0.0)}, "The precision cannot be 0%"),
        ({"keep": ("patient",)}, "Did you mean patients"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Settings(**options)  # type: ignore[arg-type]
