"""The first sections of a report of runs that were written by hand, so that each number is known."""

from datetime import date
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.special import stdtrit

from flowsim.report.material import Material
from flowsim.report.sections import (
    compared,
    drawn,
    headline,
    sure,
)
from report.hand_run import (
    BASE,
    FIGURES,
    FOUR,
    SCENARIO,
    cell,
    figures_of,
    heads_of,
    held_against,
    numbers_of,
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


# -- headline --------------------------------------------------------------------------------------------


def test_the_first_screen_of_one_plan(material: Material) -> None:
    section = headline.section(material)
    lead, *others = sentences(section)[1:]
    assert lead == "More beds makes 1 of 5 headline measures better and 1 worse."
    assert others == [
        "One clear gain:", f"{FOUR}: 62.5% to 75.0%, +12.5 pts, better.",
        "One clear loss:", "Bed occupancy, general and acute: 87.5% to 100.0%, +12.5 pts, worse.",
        "Of the others, 1 shows no clear change and 2 stay the same.",
    ]  # fmt: skip
    assert sentences(section)[0].startswith("Only 3 replications: intervals are wide and rough.")


def test_numbers_to_take_away_are_those_with_a_target_and_the_usual_ones(material: Material) -> None:
    within, ready, handover = numbers_of(headline.section(material))
    assert within == (FOUR, "75.0%", "+12.5 pts from 62.5%: better")
    assert ready == ("Beds held, discharge ready", "50", "+0 from 50: the same")
    assert handover[:2] == ("Ambulance handover, mean", "31 min")
    assert handover[2].startswith("+0 min (-")
    assert handover[2].endswith(" from 31 min: no clear change")


def test_which_targets_are_met(material: Material) -> None:
    table = tables_of(headline.section(material))["targets"]
    assert heads_of(table) == ["Target", "Baseline", "More beds"]
    assert texts_of(table) == [
        [f"{FOUR} >= 73%", "not met (62.5%; 33%)", "met (75.0%; 67%)"],
        ["Beds held, discharge ready <= 60", "met (50; 100%)", "met (50; 100%)"],
    ]
    assert [cell.tone for cell in table.rows[0]] == ["", "worse", "better"]


def test_several_plans_have_a_part_each_and_targets_below(tmp_path: Path) -> None:
    found = several(tmp_path, one={"within_4_hours": [0.625, 0.75, 0.875]}, two={})
    section = headline.section(found)
    assert [part.title for part in parts_of(section)] == ["Headline", "One", "Two", "How to read this"]
    assert "One makes 1 of 5 headline measures better and none worse." in sentences(section)
    assert "Two changes nothing that is measured here." in sentences(section)
    assert sentences(section)[-1] == "All plans are held against Baseline, on the same simulated patients."


def test_a_run_alone_has_means_and_intervals(alone: Material) -> None:
    section = headline.section(alone)
    assert "Usual winter on its own: no plan is held against it in this report." in sentences(section)
    wide = stdtrit(2, 0.975) * 0.125 / sqrt(3)
    low, high = (f"{100 * end:.1f}%" for end in (0.625 - wide, 0.625 + wide))
    assert numbers_of(section)[0] == (FOUR, "62.5%", f"95% interval {low} to {high}")
    assert [item[0] for item in numbers_of(section)] == [
        FOUR, "Ambulance handover, mean", "Beds held, discharge ready",
    ]  # fmt: skip


def test_one_replication_has_no_interval(tmp_path: Path) -> None:
    one = {key: values[:1] for key, values in BASE.items()}
    section = headline.section(held_against(write_run(tmp_path, "base", one)))
    assert sentences(section)[0] == "One replication has no interval: these numbers may be luck. Run 30."
    assert numbers_of(section)[0] == (FOUR, "50.0%", "one replication: no interval")


@pytest.mark.parametrize(("count", "cautions"), [(1, 1), (4, 1), (5, 0)])
def test_few_replications_are_cautioned(tmp_path: Path, count: int, cautions: int) -> None:
    run = write_run(tmp_path, "base", {"attendances": [1.0] * count, "calls": [1.0] * count})
    found = [text for text in sentences(headline.section(held_against(run))) if "replication" in text]
    assert len(found) == cautions


def test_warnings_say_whose_they_are(tmp_path: Path) -> None:
    base = write_run(tmp_path, "base", BASE, warnings=("The ward is full.",))
    found = held_against(base, write_run(tmp_path, "plan", BASE, warnings=("So is this.",)))
    told = sentences(headline.section(found))
    assert told[-2:] == ["Baseline: The ward is full.", "Plan: So is this."]


# -- what was compared -----------------------------------------------------------------------------------


def test_every_setting_that_differs_with_its_place_source_and_grade(material: Material) -> None:
    section = compared.section(material)
    assert section.title == "What was compared"
    table = tables_of(section)["changes-1"]
    assert table.caption == "Settings in which More beds differs from Baseline: 1 setting"
    assert heads_of(table) == ["Setting", "Baseline", "More beds", "Set in", "Source and grade"]
    assert texts_of(table) == [
        ["Ward: beds (services.ward.beds)", "20", "24", "plan.yaml:10 (change)", "Bed return [seen]"]
    ]
    assert sentences(section)[0] == (
        "The same simulated patients meet each plan. "
        "2 November 2026 to 15 November 2026, 14 days, 3 replications."
    )


def test_the_scenarios_and_how_much_they_differ(material: Material) -> None:
    assert texts_of(tables_of(compared.section(material))["scenarios"]) == [
        ["Baseline", "Usual winter", "base.yaml", "base-id", "-"],
        ["More beds", "More beds", "plan.yaml", "plan-id", "1"],
    ]


def test_a_run_alone_has_no_changes(alone: Material) -> None:
    section = compared.section(alone)
    assert section.title == "What was run"
    assert list(tables_of(section)) == ["scenarios"]
    assert "meet each plan" not in sentences(section)[0]


def test_nothing_differs(tmp_path: Path) -> None:
    text = SCENARIO.format(name="same", beds=20)
    runs = [write_run(tmp_path, name, BASE, scenario=text) for name in ("base", "plan")]
    table = tables_of(compared.section(held_against(*runs)))["changes-1"]
    assert table.rows == ()
    assert table.note == "Nothing differs: both would give the same results."
    assert table.caption.endswith(": no settings")


WARDS = "services:\n" + "".join(
    f"  w{i}:\n    kind: ward  # a.yaml:1\n    beds: {{b{i}}}  # {{place}}; Plan [assumed]\n"
    for i in range(3)
)


def test_alike_changes_stand_in_one_row(tmp_path: Path) -> None:
    base = write_run(tmp_path, "base", BASE, scenario=WARDS.format(b0=10, b1=9, b2=30, place="a.yaml:5"))
    plan = write_run(tmp_path, "plan", BASE, scenario=WARDS.format(b0=40, b1=40, b2=40, place="p.yaml:3"))
    found = held_against(base, plan)
    table = tables_of(compared.section(found))["changes-1"]
    assert texts_of(table) == [["Beds of 3 services", "9 to 30", "40", "p.yaml:3", "Plan [assumed]"]]
    assert table.caption.endswith(": 3 settings")
    (each,) = compared.one_by_one(found)
    assert [row[1:3] for row in texts_of(each)] == [["10", "40"], ["9", "40"], ["30", "40"]]
    assert each.folded


@pytest.mark.parametrize(
    ("old", "told"),
    [(("10", "10", "10"), "10"), (("a", "b", "c"), "several"), (("1.5", "2", "3"), "several")],
)
def test_what_alike_changes_were_before(tmp_path: Path, old: tuple[str, ...], told: str) -> None:
    values = dict(zip(("b0", "b1", "b2"), old, strict=True))
    base = write_run(tmp_path, "base", BASE, scenario=WARDS.format(**values, place="a.yaml:5"))
    plan = write_run(tmp_path, "plan", BASE, scenario=WARDS.format(b0=40, b1=40, b2=40, place="p.yaml:3"))
    assert texts_of(tables_of(compared.section(held_against(base, plan)))["changes-1"])[0][1] == told


def test_a_section_that_is_new_is_one_row_with_its_grades(tmp_path: Path) -> None:
    prices = (
        "costs:\n  ward: 300  # prices.yaml:2; Tariff [seen]\n  ed: 200  # prices.yaml:3; Tariff [seen]\n"
        "  gp: 40  # more.yaml:1\n"
    )
    text = SCENARIO.format(name="s", beds=20)
    base = write_run(tmp_path, "base", BASE, scenario=text)
    found = held_against(base, write_run(tmp_path, "plan", BASE, scenario=text + prices))
    ((what, before, count, files, grades),) = texts_of(tables_of(compared.section(found))["changes-1"])
    assert what == "Costs (only measured: nothing changes for patients)"
    assert (before, count, files) == ("not there", "3 settings", "prices.yaml and more.yaml")
    assert grades == "2 seen, 1 without a source"


def test_what_is_taken_away_says_where_it_was(tmp_path: Path) -> None:
    text = SCENARIO.format(name="s", beds=20)
    extra = "  extra:\n    kind: ward  # a.yaml:9\n"
    more = text.replace("demand:\n", f"{extra}demand:\n")
    base = write_run(tmp_path, "base", BASE, scenario=more)
    found = held_against(base, write_run(tmp_path, "plan", BASE, scenario=text))
    assert texts_of(tables_of(compared.section(found))["changes-1"]) == [
        ["Extra: kind (services.extra.kind)", "ward", "not there", "taken away; was a.yaml:9", ""]
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("services.ed.space.day", "The department: space day (services.ed.space.day)"),
        ("sites.north.beds", "North Hospital: beds (sites.north.beds)"),
        ("services.ed", "services.ed"),
        ("time.warm_up.days", "time.warm_up.days"),
        ("services.*.beds", "services.*.beds"),
        ("services[kind=ward].beds.x", "services[kind=ward].beds.x"),
    ],
)
def test_settings_by_what_planners_call_them(material: Material, path: str, told: str) -> None:
    assert compared.setting(material, path) == told


SURGES = """
surges:
  flu:
    label: Flu wave  # p.yaml:1
    from: 2026-11-05  # p.yaml:2
    to: 2026-11-08  # p.yaml:3
    change:
      "demand[route=walk_in].per_day": {multiply: 1.2}  # p.yaml:5
  late: {from: 2027-03-01, to: 2027-03-09}  # p.yaml:6
change:
  services.ward.beds: {add: 4, from: 2026-11-10, source: Plan}  # p.yaml:8
"""


def test_what_happens_when(tmp_path: Path) -> None:
    base = write_run(tmp_path, "base", BASE)
    plan = write_run(tmp_path, "plan", BASE, scenario=SCENARIO.format(name="plan", beds=20) + SURGES)
    found = held_against(base, plan)
    figures = figures_of(compared.section(found))
    assert list(figures) == ["timeline-2"]  # nothing happens in the baseline
    figure = figures["timeline-2"]
    assert figure.title == "Plan: 2 changes over dates"
    assert texts_of(figure.table) == [
        ["Flu wave", "5 November 2026", "8 November 2026", "walk in per day times 1.2", ""],
        ["Ward: beds", "10 November 2026", "15 November 2026", "4 more", ""],
    ]
    assert drawn.events(found) == {
        "Baseline": [], "Plan": [("Flu wave", date(2026, 11, 5), date(2026, 11, 8))],
    }  # fmt: skip


# -- how sure --------------------------------------------------------------------------------------------


def test_facts_about_certainty(material: Material, alone: Material) -> None:
    told = sentences(sure.section(material))
    assert told[:2] == [
        "3 replications of the whole period, from seed 7.",
        "The system starts with its expected patients, 1 day before results are counted.",
    ]
    assert any("Student's t, adjusted by Bonferroni" in text for text in told)
    assert not any("Bonferroni" in text for text in sentences(sure.section(alone)))


def test_how_well_each_difference_is_known(material: Material) -> None:
    table = tables_of(sure.section(material))["precision-1"]
    rows = {row[0]: row[1:] for row in texts_of(table)}
    assert rows[FOUR] == ["±0.0 pts", "0%", "enough"]
    assert rows["Beds held, discharge ready"] == ["±0", "–", "enough"]
    wide = stdtrit(2, 1 - 0.05 / 10) * np.array([1.0, 2.0, -3.0]).std(ddof=1) / sqrt(3)
    # the variance left: of the differences 7, of both runs 1 and 4
    assert rows["Ambulance handover, mean"] == [f"±{wide:.0f} min", f"{7 / 5:.0%}", "–"]


def test_how_single_winters_differ(material: Material) -> None:
    table = tables_of(sure.section(material))["winters"]
    wide = stdtrit(2, 0.975) * 0.125 / sqrt(3)
    low, high = 100 * (0.625 - wide), 100 * (0.625 + wide)
    assert cell(table, FOUR, "Baseline: mean (95% interval)").text == f"62.5% ({low:.1f} to {high:.1f})"
    wait = "Ambulance handover, mean"  # 30, 31 and 32 minutes, and 29, 31 and 33
    assert cell(table, wait, "Baseline: 9 in 10 replications").text == "30 to 32"  # 30.1 to 31.9
    assert cell(table, wait, "More beds: 9 in 10 replications").text == "29 to 33"  # 29.2 to 32.8


def test_one_replication_says_so_and_no_more(tmp_path: Path) -> None:
    one = {key: values[:1] for key, values in BASE.items()}
    section = sure.section(held_against(write_run(tmp_path, "base", one)))
    assert tables_of(section) == {}
    assert sentences(section)[-1] == "One replication has no interval: run at least two, better 30."


# -- charts that several sections share ------------------------------------------------------------------


def test_titles_of_charts_state_the_finding(material: Material, alone: Material) -> None:
    assert drawn.title_of(material, ("within_4_hours", "system", "")) == f"{FOUR}: +12.5 pts, better"
    assert drawn.title_of(material, ("calls", "system", "")) == "999 calls"
    assert drawn.title_of(alone, ("within_4_hours", "system", "")) == FOUR
    assert drawn.title_of(alone, ("within_4_hours", "site", "north")) == f"{FOUR}, North Hospital"


def test_observed_figures_are_drawn_once_a_week_at_their_mean(tmp_path: Path) -> None:
    series = {name: np.ones((3, 14)) for name in ("attendances", "handovers", "discharge_ready")}
    run = write_run(
        tmp_path, "base", BASE | {"discharge_ready_at_midnight": [42.0] * 3}, series=series, observed=FIGURES
    )
    found = held_against(run)
    values, words = drawn.observed(found, "attendances")
    assert words == "; circles: mean observed, 2024/25"
    assert [day for day, value in enumerate(values) if value == 300] == [3, 10]  # type: ignore[arg-type]
    assert drawn.observed(found, "discharge_ready")[1] == "; circles: mean observed at midnight"
    assert drawn.observed(found, "handovers") == (None, "")
    (figure,) = drawn.through_the_winter(found, "attendances", "Attendances")
    assert figure.subtitle == (
        "Attendances, day by day, 2 Nov 2026 to 15 Nov 2026, 3 replications; circles: mean observed, 2024/25"
    )
    assert list(drawn.through_the_winter(found, "calls", "Calls")) == []


def test_a_chart_through_the_winter_shows_the_first_three_plans(tmp_path: Path) -> None:
    series = {"calls": np.ones((3, 14))}
    runs = [write_run(tmp_path, name, BASE, series=series) for name in ("base", "a", "b", "c", "d")]
    found = held_against(*runs)
    assert [name for _, name in drawn.named(found)] == ["Baseline", "A", "B", "C"]
    (figure,) = drawn.through_the_winter(found, "calls", "Calls")
    assert figure.subtitle.endswith("; the first 3 plans")
    assert not any(column.label.startswith("D:") for column in figure.table.columns)
    assert drawn.first_few(held_against(*runs[:4])) == ""


def test_differences_by_group_are_counted_in_the_title(tmp_path: Path) -> None:
    at = {name: ("handover_mean", "site", name) for name in ("north", "south", "west")}
    base = write_run(tmp_path, "base", BASE | {key: [30.0] * 3 for key in at.values()})
    moved = {at["north"]: [20.0] * 3, at["south"]: [20.0] * 3, at["west"]: [40.0] * 3}
    found = held_against(base, write_run(tmp_path, "plan", BASE | moved))
    keys = found.keys(["handover_mean"], "site")
    (figure,) = drawn.by_group(found, 0, "f", keys, "Handover, by site")
    assert figure.title == "Ambulance handover, mean: better at 2 and worse at 1 of 3"
    assert figure.subtitle.startswith("Handover, by site: Plan less Baseline, ")
    assert [row[:2] for row in texts_of(figure.table)] == [
        ["North Hospital", "-10 min"], ["South", "-10 min"], ["West", "+10 min"],
    ]  # fmt: skip
    assert list(drawn.by_group(found, 0, "f", keys[:1], "x")) == []
    same = held_against(base, write_run(tmp_path, "again", BASE | {key: [30.0] * 3 for key in at.values()}))
    (figure,) = drawn.by_group(same, 0, "f", keys, "x")
    assert figure.title == "Ambulance handover, mean: no clear change at any of 3"
