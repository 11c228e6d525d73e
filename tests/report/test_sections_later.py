"""The later sections of a report of runs that were written by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.measures.catalogue import CATALOGUE
from flowsim.report import build
from flowsim.report.material import Material
from flowsim.report.sections import (
    areas,
    assumptions,
    assurance,
    bad_days,
    community,
    cost,
    data,
    patients,
    pressure,
    reality,
    why,
)
from report.hand_run import (
    BASE,
    FIGURES,
    FOUR,
    PLAN,
    SCENARIO,
    Key,
    cell,
    figures_of,
    heads_of,
    held_against,
    one_plan,
    parts_of,
    sentences,
    several,
    tables_of,
    texts_of,
    write_run,
)


@pytest.fixture
def material(tmp_path: Path) -> Material:
    """A baseline and a plan that makes one measure better and one worse."""
    return one_plan(tmp_path)


@pytest.fixture
def alone(tmp_path: Path) -> Material:
    return held_against(write_run(tmp_path, "base", BASE, title="Usual winter"))


# -- patients, pressure, community -----------------------------------------------------------------------


def test_what_happens_to_patients(material: Material) -> None:
    section = patients.section(material)
    assert [part.id for part in parts_of(section)][1:] == [
        "patients-urgent-care-part", "patients-ambulance-part",
    ]  # fmt: skip
    found = tables_of(section)
    assert [row[0] for row in texts_of(found["patients-urgent-care"])] == ["Attendances, all types", FOUR]
    assert [row[0] for row in texts_of(found["patients-ambulance"])] == ["Ambulance handover, mean"]


def test_the_fullest_hour_of_the_week_is_named(tmp_path: Path) -> None:
    week = np.ones((3, 168))
    week[:, 4 * 24 + 23] = 9.0  # Friday, the last hour
    run = write_run(tmp_path, "base", BASE, weekly={"in_department": week})
    figure = figures_of(patients.section(held_against(run)))["heat-in-department"]
    assert figure.title == "Departments are fullest on Fridays from 23:00 to 24:00"
    assert figure.subtitle.startswith("Mean number of people in departments by hour of the week, base, ")


def test_sites_are_shown_where_there_are_several(tmp_path: Path) -> None:
    by = {("handover_mean", "site", name): [20.0] * 3 for name in ("north", "south")}
    one = {("within_4_hours_type_1", "site", "north"): [0.5] * 3}
    found = held_against(write_run(tmp_path, "base", BASE | by | one))
    assert "site-handover-mean" in tables_of(patients.section(found))
    assert "site-within-4-hours-type-1" not in tables_of(patients.section(found))


def test_a_system_without_departments_shows_its_services(tmp_path: Path) -> None:
    run = write_run(tmp_path, "base", {("wait_mean", "service", "ed"): [5.0, 6.0]})
    section = patients.section(held_against(run))
    assert [part.id for part in parts_of(section)] == ["patients", "patients-services-part"]
    assert texts_of(tables_of(section)["patients-services"])[0][:2] == [
        "Wait, mean, The department",
        "5.5 min",
    ]


def test_beds_occupied_are_occupancy_times_beds(tmp_path: Path) -> None:
    beds = np.full((3, 14), 20.0)
    share = np.full((3, 14), 0.5)
    share[:, 7:] = 0.9
    runs = [
        write_run(tmp_path, name, BASE, series={"bed_occupancy": share, "beds_open": beds + more})
        for name, more in (("base", 0), ("plan", 10))
    ]
    figure = figures_of(pressure.section(held_against(*runs)))["winter-beds"]
    assert [row[1] for row in texts_of(figure.table)] == ["10", "18"]  # the baseline's median on days 1 and 8
    assert cell(figure.table, "9 November 2026", "Plan: median (beds)").value == pytest.approx(27.0)
    assert cell(figure.table, "2 November 2026", "Capacity, Plan (beds)").value == 30.0


def test_no_chart_of_beds_where_a_run_does_not_say_how_many_there_are(tmp_path: Path) -> None:
    run = write_run(tmp_path, "base", BASE, series={"bed_occupancy": np.ones((3, 14))})
    assert "winter-beds" not in figures_of(pressure.section(held_against(run)))


def test_ready_patients_by_pathway(tmp_path: Path) -> None:
    level = "discharge_pathway"
    series: dict[str | Key, Any] = {
        ("discharge_ready", level, "1"): np.full((3, 14), 12.0),
        ("discharge_ready", level, "2"): np.full((3, 14), 30.0),
        ("discharge_ready", level, "3"): np.zeros((3, 14)),
    }
    figure = figures_of(pressure.section(held_against(write_run(tmp_path, "base", BASE, series=series))))
    found = figure["ready-through-time-1"]
    assert found.title == "base: most beds are held on pathway 2"
    assert heads_of(found.table) == [
        "Day", "Pathway 1: home with support (patients)", "Pathway 2: community bed (patients)",
    ]  # fmt: skip


def test_community_measures_and_what_is_clearly_more_or_fewer(tmp_path: Path) -> None:
    base = write_run(
        tmp_path, "base", BASE | {"ucr_referrals": [10.0, 11.0, 12.0], "sdec_attendances": [5.0] * 3}
    )
    plan = write_run(
        tmp_path, "plan", BASE | {"ucr_referrals": [13.0, 14.0, 15.0], "sdec_attendances": [5.0] * 3}
    )
    section = community.section(held_against(base, plan))
    figure = figures_of(section)["community-bars-1"]
    assert figure.title == "Plan: clearly more or fewer patients in 1 of 2"
    assert [row[:3] for row in texts_of(figure.table)] == [
        ["UCR: referrals", "11.0/day", "14.0/day"], ["SDEC: patients taken", "5.0/day", "5.0/day"],
    ]  # fmt: skip
    assert list(tables_of(section)) == ["community-alternatives"]
    assert community.section(held_against(write_run(tmp_path, "none", BASE))) is None


def test_no_bars_of_one_measure_or_of_a_run_alone(tmp_path: Path) -> None:
    base = write_run(tmp_path, "base", BASE | {"ucr_referrals": [10.0] * 3})
    plan = write_run(tmp_path, "plan", BASE | {"ucr_referrals": [10.0] * 3})
    assert figures_of(community.section(held_against(base, plan))) == {}
    two = write_run(tmp_path, "two", BASE | {"ucr_referrals": [10.0] * 3, "sdec_attendances": [1.0] * 3})
    assert figures_of(community.section(held_against(two))) == {}


# -- why -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beds", "prices", "told"),
    [
        (20, "", "Plan differs from Baseline in no setting."),
        (24, "", "Plan differs in one setting, to which all differences are due."),
        (20, "costs: {ward: 300}\n", "Plan differs from Baseline in no setting that patients feel."),
        (
            24, "costs: {ward: 300}\n",
            "Plan differs in one setting that patients feel, to which all differences are due.",
        ),
        (
            24, "casemix: {a: {b: 1}}\n",
            "Plan differs in 2 settings. "
            "To see what each change does alone, make the report again with --decompose.",
        ),
    ],
)  # fmt: skip
def test_why_nothing_is_taken_apart(tmp_path: Path, beds: int, prices: str, told: str) -> None:
    base = write_run(tmp_path, "base", BASE)
    text = SCENARIO.format(name="base", beds=beds) + prices
    found = held_against(base, write_run(tmp_path, "plan", BASE, scenario=text))
    assert sentences(why.section(found)) == [told]


def test_where_patients_go(tmp_path: Path) -> None:
    flows = {
        "calls": [100.0, 102.0, 104.0], "handovers": [40.0] * 3, "attendances_type_1": [90.0] * 3,
        "discharges_pathway_1": [5.0] * 3, "discharges_pathway_2": [2.0] * 3,
        "discharges_pathway_3": [1.0] * 3,
        "admissions_elective": [0.0] * 3,
    }  # fmt: skip
    base = write_run(tmp_path, "base", BASE | flows)
    plan = write_run(tmp_path, "plan", BASE | flows | {"handovers": [30.0] * 3})
    section = why.section(held_against(base, plan))
    figure = figures_of(section)["flow-1"]
    rows = {(row[0], row[1]): row[2:4] for row in texts_of(figure.table)}
    assert rows == {
        ("999 calls", "Ambulance crews"): ["102.0/day", "102.0/day"],
        ("Ambulance crews", "Emergency department"): ["40.0/day", "30.0/day"],
        ("Walk-in and other", "Emergency department"): ["50.0/day", "60.0/day"],  # all less those of crews
        ("Hospital beds", "Support after hospital"): ["8.0/day", "8.0/day"],
    }  # nobody comes for planned care, so there is no such arrow
    assert figure.title == "Where patients go: Baseline and Plan"
    assert "flows" in tables_of(section)


def test_a_run_alone_has_no_reasons(alone: Material) -> None:
    assert why.section(alone) is None


def test_reasons_of_several_plans_stand_in_parts_with_the_routes_below(tmp_path: Path) -> None:
    found = several(tmp_path, one={}, two={})
    assert [part.id for part in parts_of(why.section(found))] == ["why", "why-1", "why-2"]


# -- bad days --------------------------------------------------------------------------------------------


def test_the_worst_week_and_the_chance_of_missing_targets(tmp_path: Path) -> None:
    four = np.full((3, 14), 0.9)
    four[0, 7:] = 0.6
    many = np.full((3, 14), 100.0)
    series = {"within_4_hours": four, "attendances": many}
    base = write_run(tmp_path, "base", BASE, series=series, targets={"within_4_hours": ">= 73%"})
    plan = write_run(tmp_path, "plan", PLAN, series=series | {"within_4_hours": np.full((3, 14), 0.9)})
    section = bad_days.section(held_against(base, plan))
    found = tables_of(section)
    assert texts_of(found["worst-week"])[0][:3] == [FOUR, "80.0%", "90.0%"]  # 0.6, 0.9 and 0.9
    row = texts_of(found["missed-targets"])[0]
    # replications 50%, 62.5% and 75% against 73%; the weeks of the first fall from 0.9 to 0.6
    below = sum(0.9 - 0.3 * bad / 7 < 0.73 for bad in range(8))
    assert row == [f"{FOUR} >= 73%", "67%", f"{below / 24:.0%}", "33%", "0%"]


def test_no_worst_week_of_less_than_a_week(tmp_path: Path) -> None:
    run = write_run(
        tmp_path, "base", BASE, series={"in_department": np.ones((3, 6))}, horizon_minutes=6 * 1440.0
    )
    assert bad_days.section(held_against(run)) is None


# -- cost and areas --------------------------------------------------------------------------------------


def test_the_busiest_teams_come_first(tmp_path: Path) -> None:
    def pool(name: str) -> Key:
        return ("utilisation", "pool", name)

    base = {pool("ed.clinicians"): [0.5] * 3, pool("leave.team"): [0.7] * 3, pool("ward.beds"): [0.99] * 3}
    plan = base | {pool("ed.clinicians"): [0.9] * 3}
    found = held_against(write_run(tmp_path, "base", BASE | base), write_run(tmp_path, "plan", BASE | plan))
    table = tables_of(cost.section(found))["teams"]
    assert [row[:3] for row in texts_of(table)] == [
        ["The department: clinicians", "50.0%", "90.0%"], ["Leave: team", "70.0%", "70.0%"],
    ]  # fmt: skip
    assert table.caption == "How busy teams are: the 2 busiest"


def test_a_team_that_one_plan_does_not_have_on_duty(tmp_path: Path) -> None:
    key = ("utilisation", "pool", "ed.clinicians")
    found = held_against(
        write_run(tmp_path, "base", BASE | {key: [np.nan] * 3}),
        write_run(tmp_path, "plan", BASE | {key: [0.5] * 3}),
    )
    assert texts_of(tables_of(cost.section(found))["teams"])[0][:3] == [
        "The department: clinicians",
        "–",
        "50.0%",
    ]


def test_no_costs_no_harm_no_teams_no_section(alone: Material) -> None:
    assert cost.section(alone) is None


def test_an_area_shows_every_measure_and_the_headline_ones_by_site(tmp_path: Path) -> None:
    by = {("handover_mean", "site", name): [20.0] * 3 for name in ("north", "south")}
    by |= {("attendances", "place", name): [20.0] * 3 for name in ("east", "west")}
    by |= {("attendances", "site", "north"): [20.0] * 3}
    found = held_against(write_run(tmp_path, "base", BASE | by))
    part = areas.area_part(found, "ambulance", "Ambulances")
    assert list(tables_of(part)) == ["area-ambulance", "area-handover-mean"]
    assert tables_of(part)["area-handover-mean"].caption == "Ambulance handover, mean, by site"
    part = areas.area_part(found, "urgent_care", "Urgent care")
    assert tables_of(part)["area-attendances"].caption == "Attendances, all types, by place"
    assert areas.area_part(found, "cost", "Cost") is None


# -- reality ---------------------------------------------------------------------------------------------


def test_observed_figures_beside_those_of_the_baseline(tmp_path: Path) -> None:
    run = write_run(
        tmp_path, "base", BASE | {"discharge_ready_at_midnight": [42.0] * 3}, observed=FIGURES, title="Usual"
    )
    section = reality.section(held_against(run))
    assert sentences(section) == ["Usual: 2 of 3 observed figures are within their tolerance."]
    (miss,) = texts_of(tables_of(section)["misfits"])
    assert miss[:5] == ["Ambulance handover, mean", "Whole system", "20 min", "31 min", "±2 min"]
    assert miss[6] == "2024/25, Letter [recalled]"
    fits = {row[0]: row for row in texts_of(tables_of(section)["fits"])}
    assert fits["Attendances, all types"][2:5] == ["300/day", "310/day", "±30/day"]  # 10% of 300
    assert fits["Attendances, all types"][6] == "2024/25, Monthly return [seen]"
    assert fits["Discharge ready, in bed at midnight"][6] == "Report [seen]"


def test_nothing_observed_is_a_caution(alone: Material) -> None:
    (text,) = sentences(reality.section(alone))
    assert text.startswith("No observed figures are named in the baseline")


# -- assumptions and assurance ---------------------------------------------------------------------------


def test_what_numbers_rest_on(alone: Material) -> None:
    section = assumptions.section(alone)
    assert sentences(section)[0] == "Usual winter rests on 2 numbers: 1 seen (50%) and 1 assumed (50%)."
    assert texts_of(tables_of(section)["assumed"]) == [
        ["walk in (demand): per day", "1", "100", "assumed", "Guess"],
        ["ward (services): beds", "1", "20", "seen", "Bed return"],
    ]


def test_values_of_one_kind_stand_together(tmp_path: Path) -> None:
    lines = [f"  w{i}:\n    kind: ward\n    beds: {10 + i}  # a.yaml:{i}; Return [seen]\n" for i in range(6)]
    run = write_run(tmp_path, "base", BASE, scenario="services:\n" + "".join(lines))
    (row,) = texts_of(tables_of(assumptions.section(held_against(run)))["assumed"])
    assert row == ["ward (services): beds", "6", "10; 11; 12; 13 and 2 others", "seen", "Return"]


def test_a_scenario_without_numbers(tmp_path: Path) -> None:
    run = write_run(tmp_path, "base", BASE, scenario="name: base\n")
    assert sentences(assumptions.section(held_against(run))) == ["The scenario sets no numbers."]


def test_commands_make_the_report_again(material: Material) -> None:
    assert list(assurance.commands(material)) == [
        "flowsim run base.yaml -n 3",
        "flowsim run plan.yaml -n 3",
        "flowsim report base plan -n 3 -o report.html",
    ]  # fmt: skip


def test_commands_have_the_settings_of_the_command_line_and_quote_what_must_be(tmp_path: Path) -> None:
    text = SCENARIO.format(name="base", beds=20).replace("20  # base.yaml:10", "30  # --set 1")
    runs = [
        write_run(tmp_path / str(i), "base", BASE, sources=(), run_id=f"id{i}", scenario=text)
        for i in range(2)
    ]
    assert list(assurance.commands(held_against(*runs))) == [
        *["flowsim run base.yaml --set services.ward.beds=30 -n 3"] * 2,
        "flowsim report id0 id1 -n 3 -o report.html",
    ]
    run = write_run(tmp_path, "my plan", BASE, sources=("my plan.yaml",))
    assert list(assurance.commands(held_against(run))) == [
        "flowsim run 'my plan.yaml' -n 3", "flowsim report 'my plan' -n 3 -o report.html",
    ]  # fmt: skip


def test_who_is_answerable(tmp_path: Path) -> None:
    about = "about: {commissioner: Ann, notes: 'Draft'}\n"
    base = write_run(tmp_path, "base", BASE, scenario=f"name: base\n{about}")
    plan = write_run(
        tmp_path, "plan", BASE, scenario="name: plan\nabout: {analyst: Bob, commissioner: Cas}\n"
    )
    rows = dict(texts_of(tables_of(assurance.section(held_against(base, plan)))["roles"]))
    assert rows == {
        "Commissioner: asked the question": "Cas",  # the last that says something
        "Analyst: answers it with this model": "Bob",
        "Assurer: checks the answer": assurance.BLANK,
        "Approver: signs it off": assurance.BLANK,
        "Notes": "Draft",
    }


def test_the_model_described(material: Material) -> None:
    rows = dict(texts_of(tables_of(assurance.section(material))["stress-des"]))
    assert rows["1.1 Purpose"] == assurance.BY_HAND
    assert rows["1.3 Experimentation aims"] == "Hold More beds against Baseline"
    assert rows["2.2 Base model logic"] == "2 services: emergency department 1, ward 1"
    assert "in 1 stream of demand" in rows["2.5 Components"]
    assert rows["3.2 Input parameters"].startswith("2 numbers")
    assert rows["4.1 Initialisation"] == (
        "Terminating system; starts loaded with the expected patients; warm-up of 1 day"
    )
    assert rows["4.2 Run length"] == "2 weeks from 2026-11-02"
    assert rows["4.3 Estimation"].startswith("3 replications;")


def test_runs_can_be_checked(material: Material) -> None:
    found = texts_of(tables_of(assurance.section(material))["runs"])
    assert [row[:2] + row[3:4] + row[5:] for row in found] == [
        ["Baseline", "base-id", "2026-12-01", "none"], ["More beds", "plan-id", "2026-12-01", "none"],
    ]  # fmt: skip
    assert [row[2] for row in found] == [run.digest[:16] for run in material.runs]


# -- data and the whole ----------------------------------------------------------------------------------


def test_data_tables_of_every_area_and_by_site(tmp_path: Path) -> None:
    by = {("handover_mean", "site", name): [20.0] * 3 for name in ("north", "south")}
    one = {("attendances", "place", "east"): [20.0] * 3}
    found = held_against(write_run(tmp_path, "base", BASE | by | one))
    tables = tables_of(data.section(found))
    assert {"data-urgent-care", "data-ambulance", "data-beds", "data-discharge", "data-by-site"} < set(tables)
    assert "data-by-place" not in tables  # one place is no comparison
    assert tables["data-by-site"].folded
    names = [row[1] for row in texts_of(tables["definitions"])]
    assert set(names) == {
        "attendances",
        "within_4_hours",
        "handover_mean",
        "bed_occupancy",
        "discharge_ready",
        "mean_present",
    }
    assert names == [name for name in CATALOGUE if name in set(names)]
    row = next(row for row in texts_of(tables["definitions"]) if row[1] == "within_4_hours")
    assert row[2] == CATALOGUE["within_4_hours"].definition
    assert row[4] == "more is better"


def test_titles_and_subtitles_of_reports(material: Material, alone: Material, tmp_path: Path) -> None:
    assert build._title(material) == "More beds"
    assert build._subtitle(material) == (
        "Held against Usual winter on the same simulated patients; "
        "14 days from 2 November 2026, 3 replications."
    )
    assert build._title(alone) == "Usual winter"
    assert build._subtitle(alone) == "14 days from 2 November 2026, 3 replications."
    found = several(tmp_path / "more", one={}, two={})
    assert build._title(found) == "base: 2 plans compared"


def test_facts_at_the_foot(material: Material) -> None:
    facts = dict(build._facts(material))
    assert facts["Runs"] == "base-id, plan-id"
    assert facts["Seed"] == "7"
    assert facts["Made with"].startswith("flowsim ")


def test_a_whole_report_of_runs_that_measure_little(tmp_path: Path) -> None:
    """A week of nothing but a few numbers still makes a report, with no section about nothing."""
    found = build.document(several(tmp_path, plan={}))
    assert [section.id for section in found.sections] == [
        "headline", "compared", "patients", "pressure", "why", "sure",
        "reality", "assumptions", "assurance", "data",
    ]  # fmt: skip
