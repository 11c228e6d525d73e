"""What ``flowsim study`` answers, and how the other commands take study files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowsim.cli.app import app

Write = Callable[..., str]
BAD = "flowsim: 1\nstudy:\n  base: smal.yaml\n  seed: lucky\n  options: {more: {titlee: More}}\n"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="flowsim")


def study(*arguments: str) -> Result:
    return call("study", *arguments, "-j", "1")


def fine(*arguments: str) -> str:
    result = study(*arguments)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    return result.stdout


def answered(*arguments: str) -> Any:
    result = study(*arguments, "--json", "-q")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_the_matrix_in_the_terminal(write: Write) -> None:
    text = fine(write())
    assert text.startswith("What helps the clinic?\n\nWait, mean, hot clinic\n")
    for words in ("As usual", "Flu", "Do nothing", "One more", "Quicker care", "Both"):
        assert words in text
    assert "2 surges x 4 options: 8 runs of 2 replications, done" in text
    assert "16 replications, " in text
    assert "CPU-seconds" in text
    assert " for each" in text
    again = study("study.yaml")
    assert "already done" in again.stdout
    assert again.stderr == ""


def test_progress_and_warnings_go_to_stderr(write: Write) -> None:
    result = study(write())
    assert result.stderr.splitlines()[-1] == "clinic-study: 16 of 16 done"
    quiet = study("study.yaml", "-q", "-n", "3")
    assert quiet.stderr == ""
    assert "CPU-seconds" not in quiet.stdout


def test_everything_for_programs(write: Write) -> None:
    content = answered(write())
    assert content["study"] == "clinic-study"
    assert content["replications"] == 2
    assert len(content["matrix"]) == 2 * 2 * 4
    assert len(content["runs"]) == 8
    assert content["fresh"] == 16
    assert content["cpu_seconds_per_replication"] == pytest.approx(
        content["simulating_cpu_seconds"] / 16, abs=1e-3
    )
    assert Path(content["index"]).is_file()
    rows = {(row["measure"], row["surge"], row["option"]): row for row in content["matrix"]}
    assert rows["wait_mean", "usual", "staff"]["difference"] < 0
    assert rows["wait_mean", "flu", "nothing"]["mean"] > rows["wait_mean", "usual", "nothing"]["mean"]
    assert {each["surge"] for each in content["best"]} == {"usual", "flu"}


def test_the_matrix_agrees_with_compare(write: Write) -> None:
    content = answered(write())
    base, other = "clinic-study-flu-nothing", "clinic-study-flu-both"
    result = call("compare", base, other, "--measures", "wait_mean", "--by", "service", "--json")
    assert result.exit_code == 0, result.output
    (pair,) = [row for row in json.loads(result.stdout)["differences"] if row["measure"] == "wait_mean"]
    (cell,) = [
        row
        for row in content["matrix"]
        if (row["measure"], row["surge"], row["option"]) == ("wait_mean", "flu", "both")
    ]
    assert pair["difference"] == cell["difference"]
    assert pair["comparisons"] < cell["comparisons"]  # the matrix shows more, so its intervals are wider
    assert pair["high"] < cell["difference_high"]


def test_measures_in_place_of_the_study_s(write: Write) -> None:
    text = fine(write(), "--measures", "waited")
    assert "Wait, mean" not in text
    result = study("study.yaml", "--measures", "wiat_mean")
    assert result.exit_code == 2
    assert "Did you mean wait_mean" in result.stderr


def test_the_brief_answer(write: Write) -> None:
    text = fine(write(), "--brief")
    assert "   As usual: " in text
    assert "with Do nothing" in text
    assert "No regret" in text


def test_several_studies_at_once(write: Write) -> None:
    write(name="second.yaml", text="flowsim: 1\nstudy: {base: small.yaml, replications: 2,"
          " time: {horizon: 3 days, warm_up: 1 day}, options: {more: {include: staff.yaml}}}\n")  # fmt: skip
    content = answered(write(), "second.yaml")
    assert [each["study"] for each in content] == ["clinic-study", "second"]
    refused = study("study.yaml", "second.yaml", "-o", "both.html")
    assert refused.exit_code == 2
    assert "one study" in refused.stderr


def test_all_problems_of_a_study_at_once_and_nothing_written(write: Write, tmp_path: Path) -> None:
    result = study(write(BAD))
    assert result.exit_code == 2
    assert result.stdout == ""
    for words in ("study.yaml:3:9", "Did you mean small.yaml", "study.yaml:4:9", "Did you mean title?"):
        assert words in result.stderr
    assert "3 problems in 1 file. Nothing was run." in result.stderr
    assert not (tmp_path / "results").exists()


def test_an_overload_names_surge_and_option(write: Write, tmp_path: Path) -> None:
    text = """
        flowsim: 1
        study:
          base: small.yaml
          surges: {usual: {title: As usual}, flu: {title: Flu}}
          options: {none: {title: Nearly nobody, change: {services.hot_clinic.staff: 1}}}
        """
    for command in (("study", write(text), "-j", "1"), ("validate", "study.yaml")):
        result = call(*command)
        assert result.exit_code == 2
        assert "As usual: Nearly nobody. This system cannot settle: hot_clinic" in " ".join(
            result.stderr.split()
        )
    assert not (tmp_path / "results").exists()
    allowed = call("validate", "study.yaml", "--allow-overload")
    assert allowed.exit_code == 0
    assert "valid study" in allowed.stdout


def test_a_scenario_is_no_study_and_a_study_no_scenario(write: Write) -> None:
    result = study("small.yaml") if write() else None
    assert result is not None
    assert result.exit_code == 2
    assert "use flowsim run small.yaml" in " ".join(result.stderr.split())
    for command in ("run", "diff"):
        other = call(command, "study.yaml", *(["small.yaml"] if command == "diff" else []))
        assert other.exit_code == 2
        assert "Use flowsim study study.yaml" in other.stderr


def test_other_commands_know_studies(write: Write) -> None:
    name = write()
    assert call("validate", name, "small.yaml").stdout.splitlines() == [
        "small: valid (1 service, 1 stream of demand).",
        "clinic-study: valid study (2 surges x 4 options, 8 combinations).",
    ]
    assert "Every surge with every option, 8 combinations" in call("explain", name).stdout
    assert "Study: What helps the clinic?" in call("list", "scenarios", ".").stdout


def test_one_combination_wherever_a_scenario_is_named(write: Write) -> None:
    cell = f"{write()}:flu/staff"
    explained = call("explain", cell, "services.hot_clinic.staff")
    assert "staff.yaml:2" in explained.stdout
    assert "demand.walk_in.per_day" in call("diff", "small.yaml", cell).stdout
    ran = call("run", cell, "-n", "1", "-j", "1", "-q")
    assert ran.exit_code == 0, ran.output
    assert "clinic-study-flu-staff: 1 replication done" in ran.stdout
    assert answered("study.yaml", "-n", "1")["fresh"] == 7
    pair = ("study.yaml:flu/nothing", "study.yaml:flu/both")
    compared = call("compare", *pair, "-n", "1", "-j", "1", "-q")
    assert compared.exit_code == 0, compared.output
    wrong = call("explain", "study.yaml:flu/stuff")
    assert wrong.exit_code == 2
    assert "Did you mean staff?" in wrong.stderr


def test_names_that_mean_harm_do_none(write: Write) -> None:
    nasty = '<script>alert(1)</script> =cmd() \\" ' + "x" * 300
    text = f"""
        flowsim: 1
        name: nasty
        title: "{nasty}"
        study:
          base: small.yaml
          do_nothing: "{nasty}"
          time: {{horizon: 3 days, warm_up: 1 day}}
          replications: 2
          surges: {{one: {{title: "{nasty}"}}}}
          options: {{two: {{title: "{nasty}", change: {{services.hot_clinic.staff: 4}}}}}}
        """
    told = fine(write(text), "-o", "nasty.html", "--excel", "nasty.xlsx", "--word", "nasty.docx")
    assert "Report: nasty.html" in told
    page = Path("nasty.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_help_names_the_options() -> None:
    text = call("study", "--help").stdout
    for option in ("-n,", "-j,", "-o,", "--excel", "--word", "--json", "-q,", "--allow-overload", "--brief"):
        assert option in text
    assert "study" in call("--help").stdout
