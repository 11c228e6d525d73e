"""What each command answers, on a small clinic."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE

import pytest
from click.testing import CliRunner, Result

from flowsim.cli.app import app

SMALL = Path(__file__).parent / "small.yaml"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of the small clinic, in the folder the command is called from."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    return "small.yaml"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="flowsim")


def fine(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines()), default=0) <= 80
    return result.stdout


def answered(*arguments: str) -> list[dict[str, object]]:
    """Return what a command answers with --json."""
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    content: list[dict[str, object]] = json.loads(result.stdout)
    return content


# -- validate, explain, diff, list ------------------------------------------------------------------------


def test_validate_says_what_is_valid(small: str) -> None:
    assert fine("validate", small) == "small: valid (1 service, 1 stream of demand).\n"


def test_validate_tells_the_problems_of_every_file_at_once(small: str, tmp_path: Path) -> None:
    text = (tmp_path / small).read_text(encoding="utf-8")
    (tmp_path / "one.yaml").write_text(text.replace("staff: 3", "staf: 3"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text.replace("per_day: 80", "per_day: many"), encoding="utf-8")
    result = call("validate", small, "one.yaml", "two.yaml")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "one.yaml:10:5   services.hot_clinic.staf" in result.stderr
    assert "Did you mean staff?" in result.stderr
    assert "two.yaml:13:" in result.stderr
    assert result.stderr.rstrip().endswith("2 problems in 2 files. Nothing was run.")


def test_validate_as_json_gives_each_problem_its_place(small: str) -> None:
    result = call("validate", small, "--set", "services.hot_clinic.staff=none", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)[0]["path"] == "services.hot_clinic.staff"


def test_validate_names_what_cannot_settle(small: str) -> None:
    overloaded = (small, "--set", "services.hot_clinic.staff=2")
    result = call("validate", *overloaded)
    assert result.exit_code == 2
    assert "This system cannot settle: hot_clinic" in " ".join(result.stderr.split())
    assert call("validate", *overloaded, "--allow-overload").exit_code == 0


def test_explain_says_what_the_scenario_is(small: str) -> None:
    text = " ".join(fine("explain", small).split())
    assert "Simulates 2 weeks from Monday 2 November 2026, 3 times, with seed 2026." in text


def test_explain_says_where_a_setting_comes_from(small: str) -> None:
    text = fine("explain", small, "services.hot_clinic.staff")
    assert "Value: 3" in text
    assert "Set in: small.yaml:10" in text


def test_explain_says_what_a_measure_is() -> None:
    text = fine("explain", "--measure", "within_4_hours")
    assert text.startswith("within_4_hours: ")
    assert "Source: NHS England" in text


def test_explain_suggests_the_nearest_measure() -> None:
    result = call("explain", "--measure", "within_4_hour")
    assert result.exit_code == 2
    assert "Did you mean within_4_hours" in result.stderr


def test_explain_asks_what_to_explain() -> None:
    assert call("explain").exit_code == 2


def test_diff_shows_old_and_new_and_where_they_were_set(small: str) -> None:
    text = fine("diff", small, small, "--set", "services.hot_clinic.staff=4")
    assert (
        text == "services.hot_clinic.staff\n   3   (small.yaml:10)\n   4   (--set:1)\n\n1 setting differs.\n"
    )


def test_diff_of_a_file_with_itself_finds_nothing(small: str) -> None:
    assert "say the same" in fine("diff", small, small)
    assert answered("diff", small, small) == []


def test_lists_fit_the_page_and_come_as_json(small: str) -> None:
    assert "emergency_department" in fine("list", "services")
    assert "hot_clinic" in fine("list", "services", small)
    assert "services.hot_clinic.staff" in fine("list", "levers", small)
    assert "within_4_hours" in fine("list", "measures")
    assert answered("list", "scenarios") == [{"file": "small.yaml", "title": "A small clinic"}]


def test_an_empty_list_says_so() -> None:
    assert fine("list", "runs") == "No runs.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("list", "mesures"), "Did you mean measures?"),
        (("list", "levers", "nowhere.yaml"), "There is no file nowhere.yaml."),
        (("list", "scenarios", "nowhere"), "There is no such folder."),
    ],
)
def test_a_list_that_is_not_there_is_answered_kindly(arguments: tuple[str, ...], message: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_new_makes_a_folder_whose_scenarios_are_valid_and_run(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    assert call("new", str(folder)).stdout.startswith("Wrote:\n")
    files = sorted(map(str, folder.rglob("*.yaml")))
    assert len(files) == 2
    assert call("validate", *files).exit_code == 0
    ran = call("run", *files, "-n", "1", "-j", "1", "-q", "--set", "time.horizon=2 weeks")
    assert ran.exit_code == 0, ran.output


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = call("new", str(tmp_path))
    assert result.exit_code == 2
    assert "already has something in it; nothing was written." in " ".join(result.stderr.split())


def test_schema_is_a_json_schema() -> None:
    assert "properties" in json.loads(call("schema").stdout)


# -- run --------------------------------------------------------------------------------------------------


def test_run_tells_patients_state_changes_cpu_and_memory(small: str) -> None:
    result = call("run", small, "-n", "2", "-j", "1")
    assert result.exit_code == 0, result.output
    assert re.search(r"^small: 2 replications done in \S+$", result.stdout, re.M)
    assert re.search(r"^   [\d,]+ patients, [\d,]+ state changes\.$", result.stdout, re.M)
    assert re.search(r"[\d.]+ CPU-seconds, [\d.]+ seconds, [\d,]+ MB at most", result.stdout)
    assert result.stderr == "small: 2 replications\nsmall: 2 of 2 done\n"


def test_run_again_is_already_done(small: str) -> None:
    first = answered("run", small, "-n", "2", "-j", "1", "-q")[0]
    began = time.monotonic()
    again = answered("run", small, "-n", "2", "-j", "1", "-q")[0]
    assert time.monotonic() - began < 1
    assert (first["fresh"], again["fresh"]) == (2, 0)
    assert first["results_digest"] == again["results_digest"]
    assert "2 replications already done in" in fine("run", small, "-n", "2")
    assert answered("list", "runs")[0]["replications"] == 2


def test_run_gives_the_same_results_with_two_workers(small: str, tmp_path: Path) -> None:
    alone = answered("run", small, "-j", "1", "-q", "--results", str(tmp_path / "one"))[0]
    two = answered("run", small, "-j", "2", "-q", "--results", str(tmp_path / "two"))[0]
    assert alone["results_digest"] == two["results_digest"]


def test_run_keeps_patients_and_visits_when_asked(small: str) -> None:
    from flowsim import Results

    ran = answered("run", small, "-n", "1", "-j", "1", "-q", "--keep", "patients", "--keep", "visits")[0]
    results = Results.open(str(ran["path"]))
    patients, visits = results.table("patients", 1), results.table("visits", 1)
    assert len(patients["patient"]) == ran["patients"]
    assert set(visits["service"]) == {"hot_clinic"}
    assert "done" in set(visits["outcome"])
    assert set(patients["route"]) == {"walk_in"}


def test_run_with_a_precision_that_is_not_reached_has_exit_code_3(small: str) -> None:
    result = call("run", small, "-n", "3", "-j", "1", "-q", "--precision", "0.0001%")
    if "precision" in result.stderr:
        assert result.exit_code == 3


def test_run_with_a_problem_writes_nothing(small: str, tmp_path: Path) -> None:
    result = call("run", small, "--set", "services.hot_clinic.staf=4")
    assert result.exit_code == 2
    assert not (tmp_path / "results").exists()


def listen_to_ctrl_c() -> None:
    """Undo what a background job inherits: there Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are for POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_has_exit_code_130_and_says_how_to_go_on(small: str, tmp_path: Path, jobs: str) -> None:
    options = ("-n", "200", "-j", jobs, "--results", str(tmp_path / "results"))
    command = [sys.executable, "-m", "flowsim", "run", small, *options]
    process = subprocess.Popen(
        command,
        stdout=PIPE,
        stderr=PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - it only sets a signal back
    )
    while not list((tmp_path / "results").glob("small/*/replications/rep-*")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130, stderr
    assert stdout == ""
    assert stderr.splitlines()[0] == "small: 200 replications"
    last = stderr.splitlines()[-1]
    assert re.fullmatch(
        r"Stopped. \d+ of 200 replications are finished and kept; the same .* from there.", last
    )
    assert "Traceback" not in stderr


def test_run_refuses_a_precision_without_a_per_cent_sign(small: str) -> None:
    result = call("run", small, "--precision", "5")
    assert result.exit_code == 2
    assert "%" in result.stderr


def test_run_with_one_worker_imports_nothing_it_does_not_need(small: str, tmp_path: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from flowsim.cli.app import app;"
        "print(CliRunner().invoke(app, sys.argv[1:]).exit_code,"
        "[name for name in ('pandas', 'scipy.stats', 'matplotlib', 'joblib', 'rich') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, "run", small, "-n", "1", "-j", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "0 []\n"
