"""What run, compare and list tell of runs whose every figure was chosen by the test, to the last word.

The runs are real folders of a real scenario; only the figures in them are made up, so nothing is simulated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from scipy import stats

from flowsim.cli.app import app
from flowsim.experiment.run import run_scenario
from flowsim.experiment.settings import Settings
from flowsim.experiment.worker import Simulated
from flowsim.measures.catalogue import CATALOGUE
from flowsim.scenario.load import load
from flowsim.store.results import Results

SMALL = Path(__file__).parent / "small.yaml"
FOUR, HANDOVER, BEDS = "within_4_hours", "handover_mean", "bed_occupancy"
NORTH, SOUTH = ("handover_mean", "site", "north"), ("handover_mean", "site", "south")
NOW: dict[Any, list[float]] = {
    FOUR: [0.70, 0.72, 0.74],
    HANDOVER: [30.0, 34.0, 35.0],
    BEDS: [0.95, 0.95, 0.95],
    NORTH: [20.0, 22.0, 24.0],
    SOUTH: [40.0, 46.0, 46.0],
}
PLAN: dict[Any, list[float]] = {
    FOUR: [0.73, 0.75, 0.77],
    HANDOVER: [28.0, 31.0, 37.0],
    BEDS: [0.95, 0.95, 0.95],
    NORTH: [15.0, 17.0, 19.0],
    SOUTH: [41.0, 45.0, 55.0],
}


def made_up(measured: Mapping[Any, list[float]], warning: str = "") -> Any:
    """Return a model that measures just this, replication by replication."""
    keys = [(key, "system", "") if isinstance(key, str) else key for key in measured]
    keys.append(("mean_present", "service", "hot_clinic"))
    columns = {
        name: list(column)
        for name, column in zip(("measure", "level", "group"), zip(*keys, strict=True), strict=True)
    }

    def simulate(_scenario: Any, number: int, _keep: tuple[str, ...]) -> Simulated:
        values = [each[number - 1] for each in measured.values()]
        headline = {
            key: value
            for key, value in zip(measured, values, strict=True)
            if isinstance(key, str) and CATALOGUE[key].headline
        }
        return Simulated(
            tables={"measures": columns | {"value": np.array([*values, 1.0])}},
            patients=1000 * number,
            state_changes=10,
            headline=headline,
            warnings=(warning,) if warning else (),
        )

    return simulate


def ran(file: Path, measured: Mapping[Any, list[float]], warning: str = "") -> Results:
    count = len(next(iter(measured.values())))
    settings = Settings(replications=count, jobs=1, people=False, simulate=made_up(measured, warning))
    return run_scenario(load(file), settings).results


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a baseline and a plan, both of them run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "now.yaml").write_text(
        SMALL.read_text(encoding="utf-8").replace("name: small", "name: now"), "utf-8"
    )
    plan = "extends: now.yaml\nname: plan\ntitle: A plan\nchange:\n  services.hot_clinic.staff: {add: 1}\n"
    (tmp_path / "plan.yaml").write_text(plan, "utf-8")
    ran(tmp_path / "now.yaml", NOW)
    ran(tmp_path / "plan.yaml", PLAN, "A bed stood empty.")
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="flowsim")


def told(*arguments: str, code: int = 0) -> list[str]:
    """Return the lines of the answer, spaces made one."""
    result = call(*arguments)
    assert result.exit_code == code, result.output
    assert max(map(len, result.stdout.splitlines()), default=0) <= 80
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def answer(*arguments: str) -> Any:
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# -- run -----------------------------------------------------------------------------------------------------


class TestRun:
    def test_finished_runs_are_told_with_their_headline(self, here: Path) -> None:
        lines = told("run", "now.yaml", "-n", "3")
        assert lines[0].startswith("now: 3 replications already done in results/now/")
        assert lines[1] == "6,000 patients, 30 state changes."
        assert lines[2].startswith("Digest of the results: ")
        half = stats.t.ppf(0.975, 2) * stats.sem(NOW[FOUR])
        assert f"{CATALOGUE[FOUR].label} 72.0% {72 - 100 * half:.1f}% to {72 + 100 * half:.1f}%" in lines
        assert any(line.startswith(f"{CATALOGUE[HANDOVER].label} 33 min") for line in lines)
        raw = call("run", "now.yaml", "-n", "3").stdout.splitlines()
        ends = {line.index(mean) + len(mean) for line in raw for mean in ("72.0%", "33 min") if mean in line}
        assert len(ends) == 1  # means are set to the right

    def test_the_first_replications_have_their_own_headline(self, here: Path) -> None:
        lines = told("run", "now.yaml", "-n", "1")
        assert lines[0].startswith("now: 1 replication already done")
        assert lines[1] == "1,000 patients, 10 state changes."
        assert f"{CATALOGUE[FOUR].label} 70.0%" in lines
        (found,) = answer("run", "now.yaml", "-n", "2")
        assert found["replications"] == 2
        assert found["patients"] == 3000
        mean, half = found["headline"][FOUR]
        assert mean == pytest.approx(0.71)
        assert half == pytest.approx(stats.t.ppf(0.975, 1) * 0.01)
        (alone,) = answer("run", "now.yaml", "-n", "1")
        assert alone["headline"][FOUR] == [0.7, None]

    def test_quiet_is_one_line_and_no_warning(self, here: Path) -> None:
        loud, quiet = call("run", "plan.yaml"), call("run", "plan.yaml", "-q")
        assert loud.stderr == "Warning: plan: A bed stood empty.\n"
        assert quiet.stderr == ""
        assert quiet.stdout.splitlines() == loud.stdout.splitlines()[:1]

    def test_several_files_are_told_in_order(self, here: Path) -> None:
        names = [line.split(":")[0] for line in told("run", "plan.yaml", "now.yaml", "-q")]
        assert names == ["plan", "now"]
        assert [found["name"] for found in answer("run", "plan.yaml", "now.yaml")] == ["plan", "now"]

    def test_a_precision_that_finished_replications_do_not_confirm(self, here: Path) -> None:
        """Three replications are precise enough, but none is left to look ahead to."""
        result = call("run", "now.yaml", "-n", "3", "--precision", "30%", "--json")
        assert result.exit_code == 3
        (found,) = json.loads(result.stdout)
        assert (found["fresh"], found["precise_after"], found["precision_reached"]) == (0, None, False)


class TestPrecision:
    """Eight replications: one plan is steady, and the other is not."""

    @pytest.fixture
    def eight(self, here: Path) -> Path:
        each = {
            "steady": [0.7, 0.71, 0.7, 0.7, 0.71, 0.7, 0.7, 0.7],
            "wild": [0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9],
        }
        for seed, (name, values) in enumerate(each.items()):
            text = f"extends: now.yaml\nname: {name}\nseed: {seed}\n"
            (here / f"{name}.yaml").write_text(text, "utf-8")
            ran(here / f"{name}.yaml", {FOUR: values})
        return here

    def test_reached_says_after_how_many(self, eight: Path) -> None:
        lines = told("run", "steady.yaml", "--precision", "5%")
        assert "3 replications reached the precision asked for; the others confirmed it." in lines

    def test_not_reached_says_nothing_of_it_and_has_exit_code_3(self, eight: Path) -> None:
        lines = told("run", "wild.yaml", "--precision", "5%", "-n", "8", code=3)
        assert not any("reached the precision" in line for line in lines)

    @pytest.mark.parametrize(
        ("files", "code"), [(("steady",), 0), (("steady", "wild"), 3), (("wild", "steady"), 3)]
    )
    def test_one_that_does_not_reach_it_is_enough(
        self, eight: Path, files: tuple[str, ...], code: int
    ) -> None:
        names = [f"{name}.yaml" for name in files]
        told("run", *names, "--precision", "5%", "-n", "8", "-q", code=code)


# -- compare -------------------------------------------------------------------------------------------------


class TestCompare:
    def test_the_headline_row_by_row(self, here: Path) -> None:
        lines = told("compare", "now", "plan")
        assert lines[0].startswith("now plan difference (95%")
        text = " ".join(lines)
        assert "72.0% 75.0% +3.0 pts" in text
        assert "33 min 32 min -1 min" in text
        assert "95.0% 95.0% +0.0 pts the same" in text
        assert "3 paired replications; intervals adjusted for 3 comparisons" in text

    def test_warnings_of_each_run_go_beside_the_page(self, here: Path) -> None:
        assert call("compare", "now", "plan").stderr == "Warning: plan: A bed stood empty.\n"
        assert call("compare", "now", "plan", "-q").stderr == ""

    def test_the_numbers_in_json_are_those_of_the_paired_t_interval(self, here: Path) -> None:
        found = answer("compare", "now", "plan")
        rows = {row["measure"]: row for row in found["differences"]}
        apart = np.array(PLAN[HANDOVER]) - np.array(NOW[HANDOVER])
        low, high = stats.t.interval(1 - 0.05 / 3, 2, apart.mean(), stats.sem(apart))
        row = rows[HANDOVER]
        assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))
        assert (row["difference"], row["verdict"], row["comparisons"]) == (
            pytest.approx(-1),
            "no clear change",
            3,
        )
        assert rows[FOUR]["verdict"] == "better"
        assert rows[BEDS]["variance_ratio"] is None  # not a number
        assert [run["name"] for run in found["runs"]] == ["now", "plan"]
        assert found["runs"][1]["title"] == "A plan"
        assert (found["base"], found["replications"], found["targets"]) == ("now", 3, [])

    def test_by_site(self, here: Path) -> None:
        lines = told("compare", "now", "plan", "--by", "site")
        assert "Ambulance handover, mean" in lines
        north = next(line for line in lines if line.startswith("north"))
        assert north.split()[1:6] == ["22", "min", "17", "min", "-5"]
        rows = answer("compare", "now", "plan", "--by", "site")["differences"]
        assert [(row["group"], row["verdict"]) for row in rows] == [
            ("north", "better"),
            ("south", "no clear change"),
        ]

    def test_the_first_replications_alone(self, here: Path) -> None:
        rows = answer("compare", "now", "plan", "-n", "2", "--measures", HANDOVER)["differences"]
        assert [(row["base"], row["other"], row["replications"]) for row in rows] == [(32.0, 29.5, 2)]
        alone = answer("compare", "now", "plan", "-n", "1", "--measures", HANDOVER)["differences"][0]
        assert (alone["difference"], alone["low"], alone["verdict"]) == (-2.0, None, "")

    def test_the_base_against_itself(self, here: Path) -> None:
        assert {row["verdict"] for row in answer("compare", "now", "now")["differences"]} == {"the same"}

    def test_two_plans_are_two_tables_and_share_the_adjustment(self, here: Path) -> None:
        rows = answer("compare", "now", "plan", "now")["differences"]
        assert [row["scenario"] for row in rows] == ["plan"] * 3 + ["now"] * 3
        assert {row["comparisons"] for row in rows} == {6}

    @pytest.mark.parametrize(
        ("wanted", "code"),
        [
            (["within_4_hours >= 74%"], 0),
            (["within_4_hours >= 76%"], 3),
            (["within_4_hours >= 74%", "handover_mean <= 33 min"], 0),
            (["within_4_hours >= 74%", "handover_mean <= 30 min"], 3),
            (["handover_mean[north] < 20 min"], 0),
            (["handover_mean[site=south] < 45 min"], 3),
        ],
    )
    def test_what_a_plan_must_meet(self, here: Path, wanted: list[str], code: int) -> None:
        options = [part for each in wanted for part in ("--assert", each)]
        lines = told("compare", "now", "plan", *options, code=code)
        assert "Targets in now:" in lines
        block = lines[lines.index("Targets in plan:") + 1 :]
        assert sum(": met (" in line for line in block) + sum("not met (" in line for line in block) == len(
            wanted
        )
        assert any("not met (" in line for line in block) == (code == 3)

    def test_the_base_need_not_meet_it(self, here: Path) -> None:
        found = answer("compare", "now", "plan", "--assert", "within_4_hours >= 74%")["targets"]
        assert [(each["scenario"], each["met"]) for each in found] == [("now", False), ("plan", True)]
        assert found[0] | {"mean": 0} == {
            "scenario": "now",
            "measure": FOUR,
            "level": "system",
            "group": "",
            "condition": ">= 0.74",
            "mean": 0,
            "met": False,
            "share_of_replications": pytest.approx(1 / 3),
        }

    def test_a_condition_that_makes_no_sense_is_told_before_anything(self, here: Path) -> None:
        result = call("compare", "now", "nowhere", "--assert", "within_4_hour >= 1%")
        assert result.exit_code == 2
        assert "Did you mean within_4_hours" in " ".join(result.stderr.split())

    def test_a_name_that_was_never_run(self, here: Path) -> None:
        result = call("compare", "now", "plam")
        assert result.exit_code == 2
        assert "plan" in result.stderr


class TestTargets:
    """Targets that stand in the scenario files: those of the base come first, and what it wants holds."""

    @pytest.fixture
    def aimed(self, here: Path) -> Path:
        base = (here / "now.yaml").read_text("utf-8") + 'targets: {within_4_hours: ">= 74%"}\n'
        (here / "now.yaml").write_text(base, "utf-8")
        plan = (here / "plan.yaml").read_text("utf-8")
        plan += 'targets: {handover_mean: "<= 40 min", within_4_hours: ">= 1%"}\n'
        (here / "plan.yaml").write_text(plan, "utf-8")
        ran(here / "now.yaml", NOW)
        ran(here / "plan.yaml", PLAN)
        return here

    def test_of_files(self, aimed: Path) -> None:
        found = answer("compare", "now.yaml", "plan.yaml")["targets"]
        assert [(each["scenario"], each["measure"], each["condition"], each["met"]) for each in found] == [
            ("now", FOUR, ">= 0.74", False),
            ("now", HANDOVER, "<= 40.0", True),
            ("plan", FOUR, ">= 0.74", True),
            ("plan", HANDOVER, "<= 40.0", True),
        ]

    def test_a_target_that_is_missed_is_no_failure(self, aimed: Path) -> None:
        lines = told("compare", "now.yaml", "plan.yaml")
        assert f"{CATALOGUE[FOUR].label} >= 74%: not met (72.0%; in 33% of replications)" in lines


# -- list ----------------------------------------------------------------------------------------------------


class TestList:
    def test_runs_here_and_elsewhere(self, here: Path) -> None:
        assert [(row["scenario"], row["replications"]) for row in answer("list", "runs")] == [
            ("now", 3),
            ("plan", 3),
        ]
        for elsewhere in (("nowhere",), ("--results", "nowhere")):
            assert answer("list", "runs", *elsewhere) == []
        for results in (("results",), ("--results", "results"), ("nowhere", "--results", "results")):
            assert len(answer("list", "runs", *results)) == 2
        assert told("list", "runs", "nowhere") == ["No runs."]

    def test_the_results_folder_picks_no_settings(self, here: Path) -> None:
        everything = answer("list", "levers", "now.yaml")
        assert everything
        assert answer("list", "levers", "now.yaml", "--results", "nowhere") == everything
        assert answer("list", "levers", "now.yaml", "services.*") != everything

    def test_every_measure_with_its_unit_and_label(self) -> None:
        rows = answer("list", "measures")
        assert [(row["measure"], row["unit"], row["label"]) for row in rows] == [
            (measure.id, measure.unit, measure.label) for measure in CATALOGUE.values()
        ]

    @pytest.mark.parametrize(
        ("content", "listed"),
        [
            ("time: {}\ntitle: A day", "A day"),
            ('extends: x.yaml\ntitle: "In quotes"', "In quotes"),
            ("study: {}\ntitle: Winters", "Study: Winters"),
            ("extends: x.yaml", ""),
            ("title: No period", None),
            ("   time: {}", None),
            ("\xff", None),
        ],
    )
    def test_scenarios_are_known_by_their_first_lines(
        self, tmp_path: Path, content: str, listed: str | None
    ) -> None:
        (tmp_path / "one.yaml").write_bytes(content.encode("latin-1"))
        (tmp_path / "results").mkdir()
        (tmp_path / "results" / "kept.yaml").write_text("time: {}\n", "utf-8")
        titles = [row["title"] for row in answer("list", "scenarios", str(tmp_path))]
        assert titles == ([] if listed is None else [listed])

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        result = call("list", "scenarios", str(tmp_path / "none"))
        assert result.exit_code == 2
        assert "There is no such folder." in result.stderr


# -- scorecards ------------------------------------------------------------------------------------------


class TestScorecard:
    FIGURES = """measure,level,group,value,unit,tolerance,tolerance_kind,period,source,grade,note
within_4_hours,,,75,%,1,points,2024-25,A report,seen,
handover_mean,,,33,minutes,10,percent,,Another report,recalled,winter
"""

    @pytest.fixture
    def held(self, here: Path) -> Path:
        (here / "figures.csv").write_text(self.FIGURES, "utf-8")
        base = (here / "now.yaml").read_text("utf-8") + "observed: figures.csv\n"
        (here / "now.yaml").write_text(base, "utf-8")
        ran(here / "now.yaml", NOW)
        return here

    def test_misfits_alone_unless_asked_for_everything(self, held: Path) -> None:
        lines = told("run", "now.yaml")
        assert any(line.startswith("whole system 75.0% 72.0% ±1.0 pts too low ×3.0") for line in lines)
        assert not any(line.startswith("whole system 33 min") for line in lines)
        assert "1 of 2 figures are within tolerance." in lines
        hint = "-v also shows the figures within tolerance, and where all of them are from."
        assert hint in lines
        assert lines[lines.index("Observed and simulated") - 1] == ""
        everything = told("run", "now.yaml", "-v")
        assert hint not in everything
        assert "whole system 33 min 33 min ±3 min within" in everything
        assert "handover_mean system: Another report; recalled; winter." in everything
        assert "within_4_hours system: A report, 2024-25; seen." in everything

    def test_in_json(self, held: Path) -> None:
        (found,) = answer("run", "now.yaml")
        cards = {card["measure"]: card for card in found["scorecard"]}
        assert (cards[FOUR]["observed"], cards[FOUR]["simulated"]) == (0.75, pytest.approx(0.72))
        assert cards[FOUR]["verdict"] == "outside"
        assert cards[HANDOVER]["verdict"] == "within tolerance"
        assert "value" not in cards[FOUR]

    def test_when_all_fit_one_line_says_so(self, held: Path) -> None:
        (held / "figures.csv").write_text(self.FIGURES.replace(",1,points", ",5,points"), "utf-8")
        assert "Observed and simulated: 2 of 2 figures are within tolerance." in told("run", "now.yaml")
