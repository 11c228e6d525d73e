"""Every option of validate, explain, diff, list, new, doctor and run; and wrong ones, with what is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowsim import Results
from flowsim.cli.app import app

SMALL = Path(__file__).parent / "small.yaml"
OVERLOADED = ("--set", "services.hot_clinic.staff=2")
CANNOT_SETTLE = (
    "This system cannot settle: hot_clinic needs 2.2 staff on average for this demand and has 2 (111%)."
)
READY_MADE = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small clinic, in the folder the command is called from."""
    monkeypatch.chdir(tmp_path)
    text = SMALL.read_text(encoding="utf-8").replace("horizon: 2 weeks", "horizon: 3 days")
    path = tmp_path / "small.yaml"
    path.write_text(text.replace("warm_up: 1 week", "warm_up: 1 day"), encoding="utf-8")
    return path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="flowsim")


def fine(*arguments: str) -> Result:
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    return result


def answer(*arguments: str) -> Any:
    """Return what a command answers with --json."""
    return json.loads(fine(*arguments, "--json").stdout)


def words(text: str) -> str:
    return " ".join(text.split())


def run(*options: str) -> Any:
    """Return what is answered for one quick replication of the small clinic."""
    (found,) = answer("run", "small.yaml", "-n", "1", "-j", "1", "-q", *options)
    return found


class TestWrongOptions:
    """Nothing is run, nothing is written, and the answer says what is allowed."""

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("-n", "0"), "The number of replications cannot be 0. Allowed: 1 to 100,000"),
            (("-n", "-3"), "The number of replications cannot be -3. Allowed: 1 to 100,000"),
            (("-j", "0"), "The number of jobs cannot be 0. Allowed: 1 to 1,024"),
            (
                ("--backend", "dusk"),
                "No backend is called dusk. Allowed: serial, loky, dask Did you mean dask?",
            ),
            (
                ("--keep", "patient"),
                "There is no table called patient to keep. Allowed: people, patients, visits "
                "Did you mean patients?",
            ),
            (("--precision", "0%"), "The precision cannot be 0%. Allowed: more than 0% and less than 100%"),
            (
                ("--precision", "100%"),
                "The precision cannot be 100%. Allowed: more than 0% and less than 100%",
            ),
            (("--precision", "5"), "--precision 5 has no per cent sign: write 5%"),
            (
                ("--precision", "half"),
                "--precision half is not a share: write it with a per cent sign, such as 78%",
            ),
        ],
    )
    def test_of_run(self, small: Path, options: tuple[str, ...], told: str) -> None:
        result = call("run", "small.yaml", *options)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert words(result.stderr) == f"{told} 1 problem. Nothing was run."
        assert sorted(path.name for path in small.parent.iterdir()) == ["small.yaml"]

    def test_all_wrong_options_of_run_are_told_at_once(self) -> None:
        result = call("run", "small.yaml", "-n", "0", "-j", "0", "--backend", "dusk", "--keep", "patient")
        assert result.exit_code == 2
        assert result.stderr.rstrip().endswith("4 problems. Nothing was run.")

    @pytest.mark.parametrize(
        ("setting", "told"),
        [
            ("seed", "seed is not PATH=VALUE. Write, for instance, --set services.NAME.beds=24 or"),
            ("=4", "=4 is not PATH=VALUE."),
            ("replications=", "replications is given no value."),
            ("replications=0", "0 is below 1"),
            ("services.hot_clinik.staff=4", "Nothing in services is called hot_clinik; near: hot_clinic."),
            ("services.hot_clinic.staf=4", "Nothing in services.hot_clinic is called staf; near: staff."),
            ("services.hot_clinic.staff=+1", "A plus sign is easily lost, so +1 is not accepted."),
            ("services.hot_clinic.staff=[1", "--set"),
            ("name=", "name is given no value."),
        ],
    )
    def test_of_set(self, setting: str, told: str) -> None:
        for command in ("validate", "explain", "run"):
            result = call(command, "small.yaml", "--set", setting)
            assert result.exit_code == 2, result.output
            assert told in words(result.stderr)
            assert "--set" in result.stderr

    def test_all_wrong_settings_are_told_at_once(self) -> None:
        result = call("validate", "small.yaml", "--set", "seed=one", "--set", "replications=none")
        assert result.exit_code == 2
        assert "seed" in result.stderr
        assert "replications" in result.stderr
        assert result.stderr.rstrip().splitlines()[-1].startswith("2 problems")

    @pytest.mark.parametrize("command", ["validate", "explain", "diff", "list", "new", "run"])
    def test_a_command_without_what_it_needs_says_how_it_is_used(self, command: str) -> None:
        result = call(command)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert f"flowsim {command}" in result.stderr

    @pytest.mark.parametrize("command", ["validate", "explain", "run"])
    def test_a_file_that_is_not_there_is_told_by_its_name(self, command: str) -> None:
        result = call(command, "smal.yaml")
        assert result.exit_code == 2
        assert "There is no file smal.yaml." in result.stderr
        assert "small.yaml" in result.stderr.replace("smal.yaml", "")


class TestValidate:
    def test_json_of_what_is_right_is_an_empty_list(self) -> None:
        assert answer("validate", "small.yaml") == []

    def test_set_is_checked_as_if_it_stood_in_the_file(self) -> None:
        assert "valid" in fine("validate", "small.yaml", "--set", "services.hot_clinic.staff=9").stdout

    def test_what_cannot_settle_is_an_error_and_on_request_a_warning(self) -> None:
        refused = call("validate", "small.yaml", *OVERLOADED)
        assert refused.exit_code == 2
        assert CANNOT_SETTLE in words(refused.stderr)
        allowed = fine("validate", "small.yaml", *OVERLOADED, "--allow-overload")
        assert f"Warning: {CANNOT_SETTLE}" in words(allowed.stderr)
        assert allowed.stdout == "small: valid (1 service, 1 stream of demand).\n"

    def test_quiet_leaves_the_warning_out(self) -> None:
        assert fine("validate", "small.yaml", *OVERLOADED, "--allow-overload", "-q").stderr == ""

    def test_json_has_each_problem_with_its_severity(self) -> None:
        found = answer("validate", "small.yaml", *OVERLOADED, "--allow-overload")
        assert [problem["severity"] for problem in found] == ["warning"]
        assert found[0]["path"] == "services.hot_clinic"
        refused = call("validate", "small.yaml", *OVERLOADED, "--json")
        assert refused.exit_code == 2
        assert [problem["severity"] for problem in json.loads(refused.stdout)] == ["error"]

    def test_several_files_are_answered_in_order(self, small: Path) -> None:
        other = small.parent / "other.yaml"
        other.write_text("flowsim: 1\nextends: small.yaml\n", encoding="utf-8")
        lines = fine("validate", "other.yaml", "small.yaml").stdout.splitlines()
        assert [line.partition(":")[0] for line in lines] == ["other", "small"]


class TestExplain:
    def test_set_is_part_of_what_is_explained(self) -> None:
        text = fine("explain", "small.yaml", "services.hot_clinic.staff", *OVERLOADED).stdout
        assert "Value: 2" in text
        assert "Set in: --set:1" in text
        assert "Replaced: 3, set in small.yaml:10" in text

    def test_json_of_a_scenario_is_its_sentences(self) -> None:
        found = answer("explain", "small.yaml")
        assert found["file"] == "small.yaml"
        assert found["text"][0] == "A small clinic (small)"

    def test_json_of_a_setting_has_value_meaning_and_origin(self) -> None:
        (found,) = answer("explain", "small.yaml", "services.hot_clinic.staff")
        assert (found["path"], found["value"]) == ("services.hot_clinic.staff", 3)
        assert (found["origin"]["file"], found["origin"]["line"]) == ("small.yaml", 10)
        assert found["meaning"] == "Staff on shift, each serving one patient at a time."

    def test_a_star_explains_every_setting_that_fits(self) -> None:
        found = answer("explain", "small.yaml", "services.hot_clinic.s*")
        assert [each["path"] for each in found] == [
            "services.hot_clinic.staff",
            "services.hot_clinic.service",
        ]

    def test_json_of_a_measure_is_its_definition(self) -> None:
        found = answer("explain", "--measure", "wait_mean")
        assert (found["id"], found["unit"], found["better"]) == ("wait_mean", "minutes", "lower")

    def test_a_setting_that_may_be_left_out_is_explained_by_its_default(self) -> None:
        text = fine("explain", "small.yaml", "services.hot_clinic.when_shut").stdout
        assert "Left out, so it is wait." in text

    def test_a_path_that_fits_nothing_is_answered_with_what_is_near(self) -> None:
        result = call("explain", "small.yaml", "services.hot_clinik")
        assert result.exit_code == 2
        assert "Nothing in services is called hot_clinik; near: hot_clinic." in words(result.stderr)


class TestDiff:
    def test_json_has_old_and_new_of_each_setting(self) -> None:
        found = answer("diff", "small.yaml", "small.yaml", *OVERLOADED, "--set", "replications=5")
        changes = [(each["path"], each["old"]["value"], each["new"]["value"]) for each in found]
        assert changes == [("replications", 3, 5), ("services.hot_clinic.staff", 3, 2)]

    def test_set_changes_the_second_scenario_only(self, small: Path) -> None:
        text = small.read_text(encoding="utf-8").replace("staff: 3", "staff: 4")
        (small.parent / "four.yaml").write_text(text.replace("name: small", "name: four"), encoding="utf-8")
        found = answer("diff", "four.yaml", "small.yaml", "--set", "services.hot_clinic.staff=4")
        assert "services.hot_clinic.staff" not in [each["path"] for each in found]

    def test_what_only_one_of_them_says_has_one_side(self) -> None:
        found = answer("diff", "small.yaml", "small.yaml", "--set", "services.hot_clinic.rooms=4")
        assert [(each["path"], each["old"], each["new"]["value"]) for each in found] == [
            ("services.hot_clinic.rooms", None, 4)
        ]

    def test_the_two_ways_round_name_the_same_settings(self, small: Path) -> None:
        text = small.read_text(encoding="utf-8").replace("staff: 3", "staff: 4\n    rooms: 9")
        (small.parent / "four.yaml").write_text(text, encoding="utf-8")
        there, back = (
            answer("diff", *files) for files in (("small.yaml", "four.yaml"), ("four.yaml", "small.yaml"))
        )
        assert [(each["path"], each["old"], each["new"]) for each in there] == [
            (each["path"], each["new"], each["old"]) for each in back
        ]


class TestList:
    def test_services_of_a_scenario(self) -> None:
        assert answer("list", "services", "small.yaml") == [
            {"service": "hot_clinic", "kind": "clinic", "place": "", "label": "hot_clinic"}
        ]

    def test_every_kind_of_service_with_one_line(self) -> None:
        rows = answer("list", "services")
        assert len(rows) == 11
        assert all(row["what it is"].endswith((".", ",")) for row in rows)

    def test_numbers_that_a_scenario_sets_and_those_that_a_path_picks(self) -> None:
        everything = [row["lever"] for row in answer("list", "levers", "small.yaml")]
        some = [row["lever"] for row in answer("list", "levers", "small.yaml", "services.*")]
        assert some == ["services.hot_clinic.staff", "services.hot_clinic.service.mean"]
        assert set(some) < set(everything)
        assert "demand.walk_in.per_day" in everything

    def test_a_path_that_picks_nothing_is_told(self) -> None:
        result = call("list", "levers", "small.yaml", "nothing.here")
        assert result.exit_code == 2
        assert "nothing.here matches nothing." in result.stderr

    @pytest.mark.parametrize("what", ["levers", "packs"])
    def test_ready_made_ones_have_a_file_and_say_what_they_change(self, what: str) -> None:
        rows = answer("list", what, str(READY_MADE / what))
        assert rows
        for row in rows:
            assert Path(row["file"]).is_file()
            assert row["title"]
            assert row["changes"]
        assert len({row["name"] for row in rows}) == len(rows)

    def test_one_ready_made_lever_tells_its_card(self) -> None:
        first = answer("list", "levers", str(READY_MADE / "levers"))[0]
        told = {row[""]: row["what it says"] for row in answer("list", "levers", first["file"])}
        assert told["title"] == first["title"]
        assert told["does"]

    @pytest.mark.parametrize("what", ["levers", "packs"])
    def test_where_there_are_none_the_answer_says_where_to_look(self, what: str) -> None:
        result = call("list", what)
        assert result.exit_code == 2
        assert f"There are no ready-made {what} here." in result.stderr
        assert f"flowsim list {what} DIR" in words(result.stderr)

    def test_scenarios_of_a_folder_are_those_with_a_period_or_a_parent(self, small: Path) -> None:
        folder = small.parent / "plans"
        folder.mkdir()
        (folder / "b.yaml").write_text('extends: ../small.yaml\ntitle: "Plan B"\n', encoding="utf-8")
        (folder / "pack.yaml").write_text("flowsim: 1\nchange: {}\n", encoding="utf-8")
        assert answer("list", "scenarios", "plans") == [{"file": "plans/b.yaml", "title": "Plan B"}]
        assert [row["file"] for row in answer("list", "scenarios")] == ["plans/b.yaml", "small.yaml"]

    def test_runs_of_a_results_folder(self) -> None:
        run("--results", "elsewhere")
        assert [row["scenario"] for row in answer("list", "runs", "--results", "elsewhere")] == ["small"]
        assert answer("list", "runs") == []

    def test_measures_are_known_to_explain(self) -> None:
        rows = answer("list", "measures")
        assert len({row["measure"] for row in rows}) == len(rows)
        for row in rows[:: max(len(rows) // 5, 1)]:
            assert answer("explain", "--measure", row["measure"])["label"] == row["label"]


class TestNewAndDoctor:
    def test_quiet_says_nothing_and_makes_the_same(self, small: Path) -> None:
        assert fine("new", "quietly", "-q").stdout == ""
        assert fine("new", "loudly").stdout.startswith("Wrote:\n")

        def made(name: str) -> dict[str, bytes]:
            home = small.parent / name
            return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}

        assert made("quietly") == made("loudly")
        assert made("quietly")

    def test_a_file_in_the_way_is_not_overwritten(self, small: Path) -> None:
        before = small.read_bytes()
        assert call("new", "small.yaml").exit_code == 2
        assert small.read_bytes() == before

    def test_doctor_in_json_says_for_each_thing_whether_it_is_good(self) -> None:
        result = call("doctor", "--json")
        found = json.loads(result.stdout)
        assert {"what", "found", "good", "advice"} <= found[0].keys()
        assert {"Python", "simpy", "numpy"} <= {each["what"] for each in found}
        assert result.exit_code == (0 if all(each["good"] for each in found) else 2)


class TestRun:
    def test_json_says_where_the_results_are_and_what_they_cost(self) -> None:
        found = run()
        results = Results.open(found["path"])
        assert found["name"] == "small"
        assert (found["replications"], found["fresh"]) == (1, 1)
        assert found["results_digest"] == results.digest
        assert found["patients"] > 100
        assert found["cpu_seconds"] > 0
        assert found["scorecard"] == found["warnings"] == []

    def test_set_is_another_run_beside_the_first(self) -> None:
        first, other = run(), run("--set", "services.hot_clinic.staff=4")
        assert first["run_id"] != other["run_id"]
        assert first["results_digest"] != other["results_digest"]
        assert len(answer("list", "runs")) == 2

    def test_a_name_and_a_title_do_not_make_another_run_of_the_same_name(self) -> None:
        first, other = run(), run("--set", "title=Another title")
        assert first["results_digest"] == other["results_digest"]

    def test_force_does_finished_replications_again_with_the_same_results(self) -> None:
        first = run()
        assert run()["fresh"] == 0
        again = run("--force")
        assert again["fresh"] == 1
        assert again["results_digest"] == first["results_digest"]

    @pytest.mark.parametrize("backend", ["serial", "loky"])
    def test_the_backend_makes_no_difference(self, backend: str) -> None:
        assert run("--backend", backend, "--results", "named")["results_digest"] == run()["results_digest"]

    def test_people_are_kept_unless_they_are_not_wanted(self) -> None:
        with_people = Path(run("--results", "with")["path"])
        without = Path(run("--results", "without", "--no-people")["path"])

        def tables(home: Path) -> set[str]:
            return {path.name for path in home.rglob("*") if path.is_file() and "people" in path.name}

        assert tables(with_people)
        assert not tables(without)

    def test_what_cannot_settle_is_run_only_on_request_and_says_so(self) -> None:
        refused = call("run", "small.yaml", "-n", "1", *OVERLOADED)
        assert refused.exit_code == 2
        assert CANNOT_SETTLE in words(refused.stderr)
        found = run(*OVERLOADED, "--allow-overload")
        assert found["warnings"] == [CANNOT_SETTLE]

    def test_quiet_is_one_line_on_the_page_and_none_beside_it(self) -> None:
        result = fine("run", "small.yaml", "-n", "1", "-j", "1", "-q")
        assert result.stderr == ""
        assert len(result.stdout.splitlines()) == 1
        assert result.stdout.startswith("small: 1 replication done in ")

    def test_the_results_folder_may_be_named_by_option_or_environment(
        self, small: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by_option = Path(run("--results", "mine")["path"])
        assert by_option.is_relative_to(small.parent / "mine") or str(by_option).startswith("mine")
        monkeypatch.setenv("FLOWSIM_RESULTS", str(small.parent / "ours"))
        assert Path(run()["path"]).resolve().is_relative_to((small.parent / "ours").resolve())

    def test_a_precision_out_of_reach_has_exit_code_3_and_says_after_how_many(self) -> None:
        options = ("-j", "1", "-q", "--precision", "0.0001%", "--set", "services.hot_clinic.staff=3")
        result = call("run", "small.yaml", "-n", "3", *options, "--json")
        (found,) = json.loads(result.stdout)
        assert (result.exit_code, found["precision_reached"]) == (3, False)
        assert found["warnings"] == ["The precision asked for was not reached in 3 replications."]
        assert found["precise_after"] is None

    def test_several_files_are_run_and_told_in_order(self, small: Path) -> None:
        (small.parent / "other.yaml").write_text("flowsim: 1\nextends: small.yaml\n", encoding="utf-8")
        found = answer("run", "other.yaml", "small.yaml", "-n", "1", "-j", "1", "-q")
        assert [each["name"] for each in found] == ["other", "small"]
        assert found[0]["results_digest"] == found[1]["results_digest"]

    def test_one_wrong_file_among_several_runs_none(self, small: Path) -> None:
        (small.parent / "wrong.yaml").write_text("flowsim: 1\nextends: smal.yaml\n", encoding="utf-8")
        result = call("run", "small.yaml", "wrong.yaml", "-n", "1", "-j", "1")
        assert result.exit_code == 2
        assert answer("list", "runs") == []
