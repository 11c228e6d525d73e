"""A run is held against what really happened: misfits in the terminal, everything as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowsim.cli.app import app
from flowsim.store.find import runs
from flowsim.store.results import Results

SMALL = Path(__file__).parent / "small.yaml"
HEAD = "measure,level,group,value,unit,tolerance,tolerance_kind,period,source,grade,note\n"
FIGURES = (
    "clinic_attendances,,,80,per day,10,percent,2024/25,Clinic returns,seen,\n"
    "clinic_attendances,service,hot_clinic,200,per day,3,percent,2024/25,Clinic returns,seen,two sites\n"
    "clinic_turned_away,service,cold_clinic,4,%,3,points,2024/25,Clinic returns,recalled,\n"
)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small clinic with observed figures, in the folder the command is called from."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL.read_text(encoding="utf-8") + "observed: seen.csv\n", "utf-8")
    (tmp_path / "seen.csv").write_text(HEAD + FIGURES, "utf-8")
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], prog_name="flowsim")


def ran(*options: str) -> str:
    result = call("run", "small.yaml", "-j", "1", *options)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    return result.stdout


def test_misfits_are_shown_and_the_rest_on_request(small: Path) -> None:
    text = ran("-n", "2")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    start = lines.index("Observed and simulated")
    assert lines[start + 1] == "observed simulated tolerance reason"
    assert lines[start + 2] == "Clinics: turned away"
    assert lines[start + 3].startswith("cold clinic 4.0% – ±3.0 pts not simulated")
    assert lines[start + 4] == "Clinics: patients seen"
    assert lines[start + 5].startswith("hot clinic 200.0/day")
    assert "too low ×" in lines[start + 5]
    assert lines[start + 6] == "1 of 3 figures are within tolerance."
    assert "whole system" not in text
    more = ran("-n", "2", "-v")
    assert "whole system" in more
    assert "Clinic returns, 2024/25; seen; two sites." in " ".join(more.split())
    assert "Observed" not in ran("-n", "2", "-q")


def test_json_has_every_figure(small: Path) -> None:
    (answer,) = json.loads(call("run", "small.yaml", "-n", "2", "-j", "1", "--json").stdout)
    scores = answer["scorecard"]
    assert [score["verdict"] for score in scores] == ["not simulated", "outside", "within tolerance"]
    assert scores[0]["simulated"] is None
    assert scores[1]["observed"] == 200
    assert scores[1]["source"] == "Clinic returns"
    assert scores[2]["allowed"] == 8


def test_a_run_keeps_the_figures_and_new_figures_need_no_new_run(small: Path) -> None:
    ran("-n", "2")
    (small / "seen.csv").write_text(HEAD + FIGURES.splitlines()[0] + "\n", "utf-8")
    text = ran("-n", "2")
    assert "2 replications already done" in text
    assert "Observed and simulated: 1 of 1 figures are within tolerance." in text
    (path,) = runs(small / "results")
    assert Results.open(path).observed_text() == HEAD + FIGURES.splitlines()[0] + "\n"
    (small / "small.yaml").write_text(SMALL.read_text(encoding="utf-8"), "utf-8")
    assert "Observed" not in ran("-n", "2")
    assert Results.open(path).observed_text() == ""


@pytest.mark.parametrize("command", [("run", "-n", "2"), ("validate",)])
def test_wrong_figures_are_told_before_anything_runs(small: Path, command: tuple[str, ...]) -> None:
    (small / "seen.csv").write_text(HEAD + FIGURES.replace("80,", "many,"), "utf-8")
    result = call(*command, "small.yaml")
    assert result.exit_code == 2
    assert "seen.csv:2" in result.stderr
    assert 'The value "many" is not a number.' in result.stderr
    assert not (small / "results").exists()


def test_figures_that_are_not_text_are_refused(small: Path) -> None:
    (small / "seen.csv").write_bytes(b"\xff\xfe\x00")
    result = call("run", "small.yaml", "-n", "2")
    assert result.exit_code == 2
    assert "The observed figures cannot be read" in " ".join(result.stderr.split())
