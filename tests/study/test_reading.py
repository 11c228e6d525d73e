"""What a study file says: each combination is what a scenario file would be that says the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flowsim.errors import InputError
from flowsim.scenario import load
from flowsim.scenario.describe import explain
from flowsim.scenario.study import (
    NOTHING,
    Study,
    cell_named,
    examine_cell,
    examine_study,
    is_study,
    load_study,
)
from flowsim.scenario.study_words import explain_study

Write = Callable[..., str]


def study_of(write: Write, body: str) -> Study:
    return load_study(write("flowsim: 1\nname: s\nstudy:\n" + body))


def test_every_surge_meets_every_option(write: Write) -> None:
    study = load_study(write())
    assert list(study.surges) == ["usual", "flu"]
    assert list(study.options) == [NOTHING, "staff", "quick", "both"]
    assert list(study.cells) == [(surge, option) for surge in study.surges for option in study.options]
    assert study.replications == 2
    assert study.measures == ("wait_mean", "time_total")
    assert study.cells["flu", "both"].name == "clinic-study-flu-both"
    assert study.cells["flu", "both"].title == "Flu: Both"
    assert study.cell_title(("usual", NOTHING)) == "As usual: Do nothing"


def test_a_combination_is_the_file_that_says_the_same(write: Write) -> None:
    study = load_study(write())
    write("flowsim: 1\nextends: small.yaml\ntime: {horizon: 4 days, warm_up: 1 day}\n", "short.yaml")
    write("flowsim: 1\nextends: short.yaml\ninclude: [flu.yaml]\n", "surge.yaml")
    write(
        """
        flowsim: 1
        extends: surge.yaml
        include: [staff.yaml]
        change: {services.hot_clinic.service: {multiply: 0.9}}
        """,
        "by-hand.yaml",
    )
    assert study.cells["flu", "both"].digest == load("by-hand.yaml").digest
    assert study.cells["flu", NOTHING].digest == load("surge.yaml").digest
    assert study.cells["usual", NOTHING].digest == load("short.yaml").digest


def test_doing_nothing_leaves_the_base_as_it_is(write: Write) -> None:
    study = load_study(write())
    assert study.base_option == NOTHING
    base, nothing = load("small.yaml"), study.cells["usual", NOTHING]
    assert nothing.services == base.services
    assert nothing.demand == base.demand


def test_all_have_the_same_seed_period_and_number(write: Write) -> None:
    study = study_of(
        write,
        "  base: small.yaml\n  seed: 7\n  replications: 9\n"
        "  time: {start: 2027-01-04, horizon: 1 week, warm_up: 3 days}\n"
        "  options: {staff: {include: staff.yaml}}\n",
    )
    for scenario in study.cells.values():
        assert (scenario.seed, scenario.replications) == (7, 9)
        assert (str(scenario.time.start), scenario.time.horizon) == ("2027-01-04", 7 * 1440)
        assert scenario.warm_up == 3 * 1440


def test_replications_and_seed_are_the_base_s_when_left_out(write: Write) -> None:
    study = study_of(write, "  base: small.yaml\n  options: {staff: {include: staff.yaml}}\n")
    assert study.replications == 3
    assert {scenario.seed for scenario in study.cells.values()} == {2026}


def test_a_list_of_named_entries_is_the_same_as_a_mapping(write: Write) -> None:
    mapping = study_of(
        write,
        "  base: small.yaml\n  surges: {flu: {include: flu.yaml}}\n"
        "  options: {staff: {include: staff.yaml}, fast: {change: {services.hot_clinic.staff: 9}}}\n",
    )
    listed = study_of(
        write,
        "  base: small.yaml\n  surges:\n    - {name: flu, include: flu.yaml}\n"
        "  options:\n    - {name: staff, include: staff.yaml}\n"
        "    - {name: fast, change: {services.hot_clinic.staff: 9}}\n",
    )
    assert {cell: each.digest for cell, each in mapping.cells.items()} == {
        cell: each.digest for cell, each in listed.cells.items()
    }


def test_without_surges_the_base_alone_is_tried(write: Write) -> None:
    study = study_of(write, "  base: small.yaml\n  options: {staff: {include: staff.yaml}}\n")
    assert list(study.cells) == [("base", NOTHING), ("base", "staff")]
    assert study.cells["base", "staff"].name == "s-staff"
    assert study.cell_title(("base", "staff")) == "staff"


def test_a_surge_may_start_from_a_scenario_of_its_own(write: Write) -> None:
    study = study_of(
        write,
        "  surges: {usual: {extends: small.yaml}, quiet: {extends: quiet.yaml}}\n"
        "  options: {staff: {include: staff.yaml}}\n",
    )
    assert study.cells["quiet", NOTHING].digest == load("quiet.yaml").digest
    assert study.cells["usual", NOTHING].demand["walk_in"].per_day == 80
    assert study.cells["quiet", "staff"].demand["walk_in"].per_day == 64


def test_an_option_may_be_a_plan_of_which_all_beyond_the_base_is_taken(write: Write) -> None:
    study = study_of(
        write,
        "  base: small.yaml\n  surges: {usual: {}, quiet: {extends: quiet.yaml}}\n"
        "  options: {plan: {extends: plan.yaml}}\n",
    )
    assert study.cells["usual", "plan"].digest == load("plan.yaml").digest
    quiet = study.cells["quiet", "plan"]
    assert quiet.services == load("plan.yaml").services
    assert quiet.demand["walk_in"].per_day == 64


def test_combined_options_take_each_part_once_and_in_order(write: Write) -> None:
    study = study_of(
        write,
        "  base: small.yaml\n  options:\n"
        "    one: {include: staff.yaml}\n"
        "    again: {include: staff.yaml, change: {services.hot_clinic.service: {multiply: 0.5}}}\n"
        "    both: {combines: [one, again]}\n"
        "    nested: {combines: [both, one], change: {demand.walk_in.per_day: 70}}\n",
    )
    both, nested = (study.cells["base", name].services["hot_clinic"] for name in ("both", "nested"))
    assert study.combined == {"both": ("one", "again"), "nested": ("both", "one")}
    assert both == nested
    assert both.staff == study.cells["base", "one"].services["hot_clinic"].staff
    assert study.cells["base", "nested"].demand["walk_in"].per_day == 70


def test_an_option_changes_what_a_surge_has_changed(write: Write) -> None:
    study = study_of(
        write,
        "  base: small.yaml\n"
        "  surges: {busy: {change: {demand.walk_in.per_day: {add: 10}}}}\n"
        "  options: {fewer: {change: {demand.walk_in.per_day: {multiply: 0.5}}}}\n",
    )
    assert study.cells["busy", "fewer"].demand["walk_in"].per_day == 45


def test_levers_are_taken_in_the_strength_asked_for(write: Write) -> None:
    write(
        "flowsim: 1\nchange: {demand.walk_in.per_day: {multiply: {low: 0.9, central: 0.8, high: 0.5}}}\n",
        "lever.yaml",
    )
    study = study_of(
        write,
        "  base: small.yaml\n  options:\n"
        "    low: {include: [lever.yaml = low]}\n    central: {include: lever.yaml}\n"
        "    high: {include: lever.yaml = high}\n",
    )
    found = {option: study.cells["base", option].demand["walk_in"].per_day for option in study.options}
    assert found == {NOTHING: 80, "low": 72, "central": 64, "high": 40}


def test_set_beats_everything_in_every_combination(write: Write) -> None:
    study = load_study(write(), sets=["services.hot_clinic.staff=7", "replications=4"])
    assert study.replications == 4
    assert {str(each.services["hot_clinic"].staff.raw()) for each in study.cells.values()} == {"7"}


def test_every_value_knows_its_line(write: Write) -> None:
    study = load_study(write())
    lines = Path("study.yaml").read_text(encoding="utf-8").splitlines()
    changed = study.cells["flu", "quick"].provenance["services.hot_clinic.service.mean"]
    assert changed.file == "study.yaml"
    assert "quick:" in lines[changed.line - 1]
    assert "study.yaml" in explain(study.cells["flu", "quick"])
    assert study.cells["flu", "staff"].files[:2] == ("study.yaml", "staff.yaml")


def test_the_name_is_that_of_the_file_when_there_is_none(write: Write) -> None:
    body = "flowsim: 1\nstudy: {base: small.yaml, options: {staff: {include: staff.yaml}}}\n"
    study = load_study(write(body, "my winter.yaml"))
    assert (study.name, study.title) == ("my-winter", "my-winter")


def test_one_combination_is_made_without_the_others(write: Write) -> None:
    name = write()
    scenario, problems = examine_cell(name, "flu", "both")
    assert scenario is not None
    assert {problem.severity for problem in problems} <= {"warning"}
    assert scenario.digest == load_study(name).cells["flu", "both"].digest


def test_a_combination_that_is_not_there(write: Write) -> None:
    scenario, problems = examine_cell(write(), "fluu", "bth")
    assert scenario is None
    assert [problem.message for problem in problems] == [
        "The study has no surge called fluu. Did you mean flu?",
        "The study has no option called bth. Did you mean both?",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("winter.yaml:flu/beds", ("winter.yaml", "flu", "beds")),
        ("plans/winter.yml:flu/more-beds", ("plans/winter.yml", "flu", "more-beds")),
        ("C:/plans/winter.yaml:flu/beds", ("C:/plans/winter.yaml", "flu", "beds")),
        ("winter.yaml", None),
        ("winter.yaml:flu", None),
        ("results/winter/abc", None),
    ],
)
def test_how_a_combination_is_named(text: str, found: tuple[str, str, str] | None) -> None:
    assert cell_named(text) == found


def test_which_files_are_studies(write: Write, folder: Path) -> None:
    assert is_study(write())
    assert not is_study("small.yaml")
    assert not is_study("missing.yaml")
    (folder / "latin.yaml").write_bytes(b"title: \xe9t\xe9\nstudy: {}\n")
    assert not is_study("latin.yaml")


def test_problems_come_once_though_every_combination_has_them(write: Write) -> None:
    text = "  base: small.yaml\n  surges: {a: {}, b: {}, c: {}}\n  options: {x: {change: {services.no: 1}}}\n"
    _, problems = examine_study(write("flowsim: 1\nname: s\nstudy:\n" + text))
    assert len(problems) == 1
    assert "This is so in" not in problems[0].message


def test_a_study_cannot_be_run_as_a_scenario(write: Write) -> None:
    with pytest.raises(InputError, match=r"flowsim study study\.yaml"):
        load(write())


def test_a_study_is_explained_in_sentences(write: Write) -> None:
    text = explain_study(load_study(write()))
    assert "8 combinations on the same patients: 4 days from 2026-11-02, 2 times, with seed 2026." in text
    assert "   both: Both (together staff, quick)   line 12" in text
    assert "   flu: Flu (with flu.yaml)   line 8" in text
    assert text.splitlines()[-1].endswith("study.yaml:flu/both")


def test_what_the_study_includes_is_laid_under_every_surge(write: Write) -> None:
    write("flowsim: 1\nchange: {demand.walk_in.per_day: {add: 20}}\n", "more.yaml")
    study = study_of(
        write,
        "  base: small.yaml\n  include: more.yaml\n"
        "  surges: {usual: {}, double: {change: {demand.walk_in.per_day: {multiply: 2}}}}\n"
        "  options: {again: {include: more.yaml}}\n",
    )
    found = {cell: each.demand["walk_in"].per_day for cell, each in study.cells.items()}
    assert found["usual", NOTHING] == 100
    assert found["double", NOTHING] == 200
    assert found["double", "again"] == 200  # a file is included once
