"""What ``flowsim compare`` answers, on a small clinic and on one with another member of staff."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands import Command
from flowsim.cli.app import app

SMALL = Path(__file__).parent / "small.yaml"
MORE = "extends: small.yaml\nname: more\nchange:\n  services.hot_clinic.staff: {add: 1}\n"
SURGE = """
extends: small.yaml
name: surge
surges:
  flu: {change: {demand.walk_in.per_day: {multiply: 1.2}}, from: 2026-11-04, to: 2026-11-08}
"""
TARGETS = 'targets: {hours_waiting: "<= 1,000"}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the command is called from, with three scenarios."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL.read_text(encoding="utf-8") + TARGETS, encoding="utf-8")
    (tmp_path / "more.yaml").write_text(MORE, encoding="utf-8")
    (tmp_path / "surge.yaml").write_text(SURGE, encoding="utf-8")
    return tmp_path


call = Command("compare", narrow=True)
fine, answered, refused = call.fine, call.answered, call.refused


def ran(*arguments: str) -> None:
    result = CliRunner().invoke(app, ["run", *arguments, "-j", "1", "-q"], prog_name="flowsim")
    assert result.exit_code == 0, result.output


def test_files_are_run_as_far_as_they_have_not_been(folder: Path) -> None:
    ran("small.yaml", "-n", "2")
    result = call("small.yaml", "more.yaml", "-n", "3", "-j", "1")
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines()[0] == "small: 3 replications, 2 already done"
    assert "Wait, mean" in result.stdout
    assert "better" in result.stdout
    assert "3 paired replications" in result.stdout


def test_finished_runs_are_named_by_name_folder_or_id(folder: Path) -> None:
    ran("small.yaml", "more.yaml", "-n", "2")
    path = next((folder / "results" / "more").glob("*/manifest.json")).parent
    by_name = fine("small", "more")
    assert fine("small", str(path)) == by_name
    assert fine("small", path.name[:6]) == by_name


def test_a_comparison_as_json(folder: Path) -> None:
    content = answered(
        "small.yaml", "more.yaml", "surge.yaml", "-n", "2", "-j", "1", "-q", "--people", "--time"
    )
    assert content["replications"] == 2
    waits = [row for row in content["differences"] if row["measure"] == "wait_mean"]
    assert [row["scenario"] for row in waits] == ["more", "surge"]
    assert waits[0]["difference"] < 0 < waits[1]["difference"]
    assert [each["name"] for each in content["runs"]] == ["small", "more", "surge"]
    assert content["time"][0]["hours_each_day"]
    followed = {(row["quantity"], row["group"]): row["mean"] for row in content["people"][0]["found"]}
    assert followed["delay_saved", ""] > followed["delay_lost", ""]
    extra = {row["quantity"]: row["mean"] for row in content["people"][1]["only_other"]}
    assert extra["people"] > 20


def test_following_patients_and_their_time(folder: Path) -> None:
    text = fine("small.yaml", "more.yaml", "-n", "2", "-j", "1", "-q", "--people", "--time")
    assert "The same patients in small and more, followed person by person" in text
    assert "Patient-hours each day in small, and the change in more" in text
    assert "Pinch points" in text


def test_hours_saved_person_by_person_are_the_difference_of_the_measures(folder: Path) -> None:
    content = answered("small.yaml", "more.yaml", "-n", "2", "-j", "1", "-q", "--people",
                       "--measures", "hours_waiting")  # fmt: skip
    each_day = content["differences"][0]["difference"]
    saved = next(row for row in content["people"][0]["found"] if row["quantity"] == "waiting_net")
    assert saved["mean"] == pytest.approx(-each_day * 14, rel=0.001)


def test_a_target_that_is_not_met_has_exit_code_3(folder: Path) -> None:
    arguments = ("small.yaml", "more.yaml", "-n", "2", "-j", "1", "-q", "--assert")
    assert call(*arguments, "wait_mean[hot_clinic] <= 5 hours").exit_code == 0
    result = call(*arguments, "wait_mean[hot_clinic] <= 0.01 min")
    assert result.exit_code == 3
    assert "Wait, mean, hot_clinic <= 0.0 min: not met" in result.stdout
    assert "Patient-hours waiting <= 1,000 hours/day: met" in " ".join(result.stdout.split())


def test_one_replication_gives_a_clear_answer(folder: Path) -> None:
    text = fine("small.yaml", "more.yaml", "-n", "1", "-j", "1", "-q")
    assert "One replication has no interval" in text.replace("\n", " ")


def test_a_run_and_itself_are_the_same(folder: Path) -> None:
    ran("small.yaml", "-n", "2")
    rows = answered("small", "small")["differences"]
    assert {row["verdict"] for row in rows} == {"the same"}
    assert all(row["difference"] == 0 for row in rows)


def test_other_luck_is_refused_with_the_command_that_mends_it(folder: Path) -> None:
    ran("small.yaml", "-n", "1")
    ran("more.yaml", "-n", "1", "--set", "seed=7")
    assert "flowsim run more.yaml --set seed=2026" in refused("small", "more")


def test_another_period_is_refused_before_anything_is_shown(folder: Path) -> None:
    ran("small.yaml", "-n", "1")
    ran("more.yaml", "-n", "1", "--set", "time.horizon=1 week")
    assert "flowsim run more.yaml --set 'time.horizon=2 weeks'" in refused("small", "more")


def test_missing_replications_are_refused(folder: Path) -> None:
    ran("small.yaml", "-n", "2")
    ran("more.yaml", "-n", "1")
    assert "flowsim run more.yaml -n 2" in refused("small", "more")
    assert fine("small", "more", "-n", "1")


def test_a_broken_folder_is_told_and_nothing_is_lost(folder: Path) -> None:
    ran("small.yaml", "more.yaml", "-n", "1")
    path = next((folder / "results" / "more").glob("*/manifest.json")).parent
    (path / "measures.parquet").write_bytes(b"PAR1 cut short")
    said = refused("small", "more")
    assert "is not whole" in said
    (path / "manifest.json").write_text("{", encoding="utf-8")
    assert "manifest" in refused("small", "more")
    assert (path / "replications" / "rep-0001" / "record.json").is_file()


def test_a_run_of_another_version_is_refused(folder: Path) -> None:
    ran("small.yaml", "more.yaml", "-n", "1")
    path = next((folder / "results" / "more").glob("*/manifest.json"))
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"flowsim": "0.0.1"}), encoding="utf-8")
    assert "flowsim run small.yaml more.yaml" in refused("small", "more")


def test_a_run_without_a_table_of_patients_says_how_to_get_it(folder: Path) -> None:
    ran("small.yaml", "more.yaml", "-n", "1", "--no-people")
    assert fine("small", "more")
    assert "--keep people" in refused("small", "more", "--people")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--measures", "wait_men"), "Did you mean wait_mean"),
        (("--by", "sight"), "Did you mean site?"),
        (("--assert", "within_4_hours"), "is not a condition"),
    ],
)
def test_a_mistake_in_the_options_is_told_before_anything_is_run(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    assert message in refused("small.yaml", "more.yaml", *arguments)
    assert not (folder / "results").exists()


def test_an_unknown_run_is_refused_with_the_nearest(folder: Path) -> None:
    ran("small.yaml", "-n", "1")
    assert "Did you mean small?" in refused("small", "smal")


def test_a_moved_results_folder_can_still_be_compared(folder: Path) -> None:
    ran("small.yaml", "more.yaml", "-n", "1")
    shutil.move(folder / "results", folder / "elsewhere")
    assert fine("small", "more", "--results", "elsewhere")


def test_why_a_plan_differs_change_by_change(folder: Path) -> None:
    (folder / "both.yaml").write_text(
        SURGE.replace("name: surge", "name: both") + MORE.partition("more\n")[2]
    )
    result = call("small.yaml", "both.yaml", "-n", "2", "-j", "1", "--decompose")
    assert result.exit_code == 0, result.output
    assert "services.hot_clinic.staff" in result.stdout
    assert "together" in result.stdout
    # with two changes, the plan without the one is the other alone, and is run once
    assert result.stderr.count(": 2 of 2 done") == 4
    why = answered("small.yaml", "both.yaml", "-n", "2", "--decompose", "--measures", "hours_waiting")["why"]
    found = {(row["row"], row["change"]): row["difference"] for row in why}
    alone = found["alone", "services.hot_clinic.staff"] + found["alone", "flu"]
    assert alone + found["together", ""] == pytest.approx(found["total", ""])


def test_a_plan_of_one_change_has_nothing_to_take_apart(folder: Path) -> None:
    ran("small.yaml", "more.yaml", "-n", "1")
    assert "nothing to take apart" in refused("small.yaml", "more.yaml", "-n", "1", "--decompose")
    assert "Write more.yaml instead of more" in refused("small.yaml", "more", "-n", "1", "--decompose")
