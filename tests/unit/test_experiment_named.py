"""What is named on the command line, how many replications each gets, and a plan run change by change.

The scenario is the small clinic; the model is made up, and notes what it was asked for.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from flowsim.errors import InputError
from flowsim.experiment.again import has_visits, scenario_of_run, see_visits
from flowsim.experiment.comparing import Named, is_file, named, runs_of, scenario_of
from flowsim.experiment.decompose import MOST, tried
from flowsim.experiment.run import run_scenario
from flowsim.experiment.settings import Settings
from flowsim.experiment.worker import Simulated
from flowsim.scenario.load import load
from flowsim.store.manifest import Manifest
from flowsim.store.results import Results
from quick_model import simulate

SMALL = Path(__file__).parents[1] / "cli" / "small.yaml"


class Asked:
    """A made-up model that notes which replication of which scenario it was asked for."""

    def __init__(self) -> None:
        self.of: list[tuple[str, int]] = []

    def __call__(self, scenario: Any, number: int, keep: tuple[str, ...]) -> Simulated:
        self.of.append((scenario.name, number))
        return simulate(scenario, number, keep)

    def settings(self, replications: int | None = None) -> Settings:
        return Settings(jobs=1, simulate=self, replications=replications, people=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that things are named from, with a baseline that asks for three replications."""
    monkeypatch.chdir(tmp_path)
    text = SMALL.read_text(encoding="utf-8") + 'targets: {wait_mean: "<= 30 min"}\n'
    (tmp_path / "small.yaml").write_text(text.replace("kind: steady_state", "kind: terminating"), "utf-8")
    return tmp_path


def plan(changes: dict[str, str], name: str = "plan", more: str = "") -> Any:
    """Write and load a plan with a file for each of its changes."""
    for file, change in changes.items():
        Path(file).write_text(f"flowsim: 1\nchange: {{{change}}}\n", "utf-8")
    includes = ", ".join(changes)
    text = f"flowsim: 1\nextends: small.yaml\nname: {name}\ninclude: [{includes}]\n{dedent(more)}"
    Path(f"{name}.yaml").write_text(text, "utf-8")
    return load(f"{name}.yaml")


BEDS = {"staff.yaml": "services.hot_clinic.staff: {add: 1}"}
TWO = {**BEDS, "demand.yaml": "demand.walk_in.per_day: {multiply: 0.9}"}
THREE = {**TWO, "quick.yaml": "services.hot_clinic.service: {multiply: 0.9}"}


# -- what is named -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("plan.yaml", True),
        ("PLAN.YML", True),
        ("folder/plan.yaml", True),
        ("study.yaml:flu/beds", True),
        ("plan", False),
        ("plan.yaml.bak", False),
        ("results/plan/abcdef", False),
        ("", False),
        ("x" * 5000, False),
    ],
)
def test_scenarios_are_files_and_runs_are_names(here: Path, text: str, file: bool) -> None:
    assert is_file(text) is file


def test_a_file_of_another_ending_is_a_scenario_if_it_is_there(here: Path) -> None:
    assert not is_file("plan.txt")
    (here / "plan.txt").write_text("", "utf-8")
    assert is_file("plan.txt")


def test_scenarios_and_runs_come_back_in_the_order_in_which_they_were_named(here: Path) -> None:
    asked, base = Asked(), load("small.yaml")
    other = plan(BEDS)
    done = run_scenario(base, asked.settings(2)).results
    found = named(["plan.yaml", "small", "small.yaml"], [other, base], None)
    assert [each.scenario.name if each.scenario else "" for each in found] == ["plan", "", "small"]
    assert found[1].results is not None
    assert found[1].results.path.samefile(done.path)
    assert [each.replications for each in found] == [3, 2, 3]
    assert [str(each.targets["wait_mean"]) for each in found] == ["<= 30 min"] * 3


def test_nothing_named_has_no_replications() -> None:
    assert Named(None, None, {}).replications == 0


class TestRunsOf:
    def test_all_get_the_most_that_any_has_or_asks_for(self, here: Path) -> None:
        asked, base = Asked(), load("small.yaml")
        run_scenario(base, asked.settings(5))
        found = named(["small", "plan.yaml"], [plan(BEDS)], None)
        asked.of.clear()
        runs = runs_of(found, asked.settings())
        assert [len(each.replications) for each in runs] == [5, 5]
        assert asked.of == [("plan", number) for number in range(1, 6)]

    def test_or_as_many_as_the_settings_say(self, here: Path) -> None:
        asked = Asked()
        runs = runs_of(
            named(["small.yaml", "plan.yaml"], [load("small.yaml"), plan(BEDS)], None), asked.settings(2)
        )
        assert [len(each.replications) for each in runs] == [2, 2]

    def test_a_finished_run_is_never_added_to(self, here: Path) -> None:
        asked, base = Asked(), load("small.yaml")
        run_scenario(base, asked.settings(1))
        asked.of.clear()
        (run,) = runs_of(named(["small"], [], None), asked.settings(4))
        assert (len(run.replications), asked.of) == (1, [])

    def test_what_is_finished_is_not_done_again(self, here: Path) -> None:
        asked = Asked()
        both = [load("small.yaml"), plan(BEDS)]
        runs_of(named(["small.yaml", "plan.yaml"], both, None), asked.settings(2))
        runs_of(named(["small.yaml", "plan.yaml"], both, None), asked.settings(3))
        assert sorted(asked.of) == [(name, number) for name in ("plan", "small") for number in (1, 2, 3)]


class TestScenarioOf:
    def test_a_scenario_is_itself(self, here: Path) -> None:
        base = load("small.yaml")
        assert scenario_of(Named(base, None, {})) is base

    def test_a_finished_run_is_answered_with_its_file(self, here: Path) -> None:
        run_scenario(load("small.yaml"), Asked().settings(1))
        (found,) = named(["small"], [], None)
        with pytest.raises(InputError) as error:
            scenario_of(found)
        assert "Write small.yaml instead of small" in error.value.problems[0].hint

    def test_and_without_one_the_hint_still_reads(self) -> None:
        with pytest.raises(InputError) as error:
            scenario_of(Named(None, None, {}))
        assert "Write its file instead of" in error.value.problems[0].hint


# -- change by change ----------------------------------------------------------------------------------------


class TestTried:
    def test_of_two_changes_each_alone_is_the_plan_without_the_other(self, here: Path) -> None:
        asked, base, other = Asked(), load("small.yaml"), plan(TWO)
        first, second = tried(base, other, asked.settings(2))
        assert [first.name, second.name] == ["staff", "demand"]
        assert first.alone.manifest.scenario_digest == second.without.manifest.scenario_digest
        assert second.alone.manifest.scenario_digest == first.without.manifest.scenario_digest
        assert len(asked.of) == 2 * 2  # two runs, not four
        assert {name for name, _ in asked.of} <= {
            f"plan-{what}-{n}" for what in ("only", "without") for n in (1, 2)
        }

    def test_of_three_changes_there_are_six_runs(self, here: Path) -> None:
        asked, base, other = Asked(), load("small.yaml"), plan(THREE)
        found = tried(base, other, asked.settings(1))
        digests = {run.manifest.scenario_digest for each in found for run in (each.alone, each.without)}
        assert len(digests) == 6
        assert base.digest not in digests
        assert other.digest not in digests
        assert len(asked.of) == 6

    def test_finished_ones_are_read(self, here: Path) -> None:
        asked, base, other = Asked(), load("small.yaml"), plan(TWO)
        tried(base, other, asked.settings(2))
        asked.of.clear()
        tried(base, other, asked.settings(2))
        assert asked.of == []

    def test_what_is_tried_alone_changes_that_alone(self, here: Path) -> None:
        base, other = load("small.yaml"), plan(TWO)
        staff, _ = tried(base, other, Asked().settings(1))
        text = staff.alone.scenario_text()
        assert "staff: 4" in text
        assert "per_day: 80" in text
        assert "per_day: 72" in staff.without.scenario_text()
        assert "staff: 3" in staff.without.scenario_text()

    @pytest.mark.parametrize(("changes", "what"), [({}, "nothing"), (BEDS, "one change (staff)")])
    def test_fewer_than_two_changes_leave_nothing_to_take_apart(
        self, here: Path, changes: dict[str, str], what: str
    ) -> None:
        asked, base, other = Asked(), load("small.yaml"), plan(changes)
        with pytest.raises(InputError) as error:
            tried(base, other, asked.settings(1))
        assert (
            error.value.problems[0].message
            == f"plan differs from small in {what}, so there is nothing to take apart."
        )
        assert asked.of == []

    @pytest.mark.parametrize("count", [MOST, MOST + 1])
    def test_too_many_changes_are_refused_with_some_of_their_names(self, here: Path, count: int) -> None:
        streams = "".join(f"  s{n}: {{to: hot_clinic, route: gp, per_day: 0.1}}\n" for n in range(count))
        asked, base, other = Asked(), load("small.yaml"), plan({}, more=f"demand:\n{streams}")
        if count <= MOST:
            assert len(tried(base, other, asked.settings(1))) == MOST
            return
        with pytest.raises(InputError) as error:
            tried(base, other, asked.settings(1))
        message = error.value.problems[0].message
        assert f"in {count} changes" in message
        assert f"more than {MOST}" in message
        assert ", ...)" in message
        assert asked.of == []


# -- once more, to see each visit ----------------------------------------------------------------------------


class TestAgain:
    @staticmethod
    def ran(settings: Settings | None = None) -> Results:
        return run_scenario(load("small.yaml"), settings or Asked().settings(1)).results

    def test_the_scenario_of_a_run_is_found_by_its_file(self, here: Path) -> None:
        results = self.ran()
        assert scenario_of_run(results).digest == load("small.yaml").digest

    def test_a_file_that_has_changed_is_replaced_by_the_settings_that_were_kept(self, here: Path) -> None:
        """A file that only includes others may change; what the run was made of is written beside it."""
        results = self.ran()
        text = (here / "small.yaml").read_text("utf-8")
        (here / "small.yaml").write_text(text.replace("staff: 3", "staff: 4"), "utf-8")
        assert scenario_of_run(results).services["hot_clinic"].staff != 4

    def test_without_its_file_a_run_cannot_be_had_again(self, here: Path) -> None:
        results = self.ran()
        (here / "small.yaml").unlink()
        with pytest.raises(InputError, match="have changed or are gone") as error:
            scenario_of_run(results)
        assert error.value.problems[0].hint.startswith("flowsim run small.yaml --keep patients --keep visits")

    def test_a_run_of_another_version_is_not_repeated(self, here: Path) -> None:
        results = self.ran()
        Manifest.read(results.path).changed(code="another").write(results.path)
        with pytest.raises(InputError, match="another version of"):
            scenario_of_run(Results.open(results.path))

    def test_a_replication_that_comes_out_otherwise_is_not_kept(self, here: Path) -> None:
        """The figures of this run were made up, so the model cannot give them again."""
        results = self.ran()
        assert not has_visits(results, 1)
        with pytest.raises(InputError, match="comes out otherwise"):
            see_visits(results, 1)
        assert not has_visits(Results.open(results.path), 1)
