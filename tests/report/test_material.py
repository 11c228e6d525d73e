"""What a report is written from, what things are called in it, and its tables."""

from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit

from flowsim.report.material import Material
from flowsim.report.names import Names, level_name
from flowsim.report.sections import (
    drawn,
)
from flowsim.report.tables import differences, interval_note, texts
from flowsim.report.written import Written
from report.hand_run import (
    BASE,
    FOUR,
    PLAN,
    Key,
    heads_of,
    held_against,
    one_plan,
    several,
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


# -- what runs and groups are called ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title", "called"),
    [
        ("plan", "More beds", "More beds"),
        ("more-beds_now", "", "More beds now"),
        ("plan", "x" * 40, "x" * 40),
        ("plan", "x" * 41, "Plan"),  # too long: the name instead
        ("plan", "plan", "Plan"),
        ("baseline", "", "Baseline (baseline-id)"),  # that is what the other is called
    ],
)
def test_what_a_plan_is_called(tmp_path: Path, name: str, title: str, called: str) -> None:
    found = held_against(write_run(tmp_path, "base", BASE), write_run(tmp_path, name, PLAN, title=title))
    assert found.called == ("Baseline", called)
    assert found.pair(0) == ("Baseline", called)


def test_two_plans_of_one_name_are_told_apart_by_their_runs(tmp_path: Path) -> None:
    runs = [write_run(tmp_path, name, BASE, title="More beds") for name in ("a", "b")]
    found = held_against(write_run(tmp_path, "base", BASE), *runs)
    assert found.called == ("Baseline", "More beds (a-id)", "More beds (b-id)")


def test_a_run_alone_is_called_by_its_title(alone: Material) -> None:
    assert alone.called == ("Usual winter",)
    assert alone.others == ()
    assert alone.n == 3


NAMES = Names(
    [
        Written("services:\n  ed: {label: the department}\nsites:\n  n: {label: North}\n"),
        Written(
            "services:\n  ed: {label: other}\n  vw: {label: Virtual beds}\n"
            "escalation: {actions: {call: {label: Call staff}}}\n"
        ),
    ]
)


@pytest.mark.parametrize(
    ("level", "group", "name"),
    [
        ("service", "ed", "The department"),  # the first scenario that has a label gives it
        ("service", "vw", "Virtual beds"),
        ("service", "out_of_hours", "Out of hours"),
        ("site", "n", "North"),
        ("place", "n", "N"),
        ("residence", "east_kent", "East kent"),
        ("action", "call", "Call staff"),
        ("age", "85+", "Aged 85+"),
        ("fifth", "1", "1, most deprived"),
        ("fifth", "3", "3"),
        ("acuity", "2", "Acuity 2"),
        ("category", "2", "Category 2"),
        ("category", "not_known", "Not known"),
        ("discharge_pathway", "2", "Pathway 2: community bed"),
        ("discharge_pathway", "9", "9"),
        ("kind", "virtual_ward", "Virtual ward"),
        ("hour", "07", "07:00"),
        ("pool", "ed.clinicians.day_shift", "The department: clinicians day shift"),
        ("link", "ed > vw", "The department > Virtual beds"),
        ("stream", "", "Whole system"),
        ("service", "x" * 99, "X" + "x" * 78 + "…"),
    ],
)
def test_what_a_group_is_called(level: str, group: str, name: str) -> None:
    from flowsim.measures.definitions.time_spent import LINK

    assert NAMES.of(level, group.replace(" > ", LINK)).replace(f" {LINK.strip()} ", " > ") == name


@pytest.mark.parametrize(
    ("level", "name"),
    [("fifth", "deprivation"), ("site", "site"), ("system", "whole system"), ("a_b", "a b")],
)
def test_what_a_level_is_called(level: str, name: str) -> None:
    assert level_name(level) == name


# -- material --------------------------------------------------------------------------------------------


def test_the_period(material: Material) -> None:
    assert material.start == date(2026, 11, 2)
    assert material.days == 14
    assert (material.dates[0], material.dates[-1]) == (date(2026, 11, 2), date(2026, 11, 15))
    assert drawn.period(material) == "2 Nov 2026 to 15 Nov 2026, 3 replications"


@pytest.mark.parametrize(
    ("base", "plan", "question"),
    [
        ("", "", ""),
        ("Why?", "", "Why?"),
        ("Why?", "Why?", "Why?"),
        ("Why?", "What if?", "What if?"),
        ("", "What if?", "What if?"),
    ],
)
def test_the_question_is_the_plans_if_it_asks_one_of_its_own(
    tmp_path: Path, base: str, plan: str, question: str
) -> None:
    runs = [
        write_run(tmp_path, name, BASE, scenario=f"name: {name}\nabout: {{question: '{asked}'}}\n")
        for name, asked in (("base", base), ("plan", plan))
    ]
    assert held_against(*runs).question == question


def test_keys_are_in_the_order_asked_and_of_what_some_run_has(tmp_path: Path) -> None:
    more: dict[str | Key, Any] = {
        ("handover_mean", "site", "n"): [1.0] * 3,
        ("handover_mean", "site", "s"): [np.nan] * 3,
    }
    found = several(tmp_path, plan=more)
    assert found.keys(["handover_mean", "attendances", "no_such"]) == [
        ("handover_mean", "system", ""), ("attendances", "system", ""),
    ]  # fmt: skip
    assert found.keys(["handover_mean"], "site") == [("handover_mean", "site", "n")]
    assert found.keys(["calls"]) == []


def test_a_headline_difference_is_the_same_wherever_it_stands(material: Material) -> None:
    key = ("handover_mean", "system", "")
    (row,) = material.differences([key])[0]
    (opened,) = [each for each in material.headline[0] if each.measure == "handover_mean"]
    assert row == opened
    assert row.comparisons == 5


def test_other_differences_hold_together_for_the_rows_given(tmp_path: Path) -> None:
    more: dict[str | Key, Any] = {"calls": [1.0, 2.0, 4.0], "handovers": [5.0, 7.0, 6.0]}
    base = write_run(tmp_path, "base", BASE | {"calls": [2.0, 2.0, 2.0], "handovers": [5.0, 5.0, 5.0]})
    found = held_against(base, *(write_run(tmp_path, name, BASE | more) for name in ("a", "b")))
    keys = [("calls", "system", ""), ("attendances", "system", ""), ("handovers", "system", "")]
    calls, attendances, handovers = found.differences(keys)[1]
    assert (calls.comparisons, handovers.comparisons) == (4, 4)  # two rows in each of two plans
    assert attendances.comparisons == 10
    changes = np.array([-1.0, 0.0, 2.0])
    wide = stdtrit(2, 1 - 0.05 / (2 * 4)) * changes.std(ddof=1) / sqrt(3)
    assert (calls.difference, calls.half_width) == (pytest.approx(1 / 3), pytest.approx(wide))
    assert interval_note(found, keys) == (
        "95% intervals, adjusted to hold together for the 10 headline differences and for the 4 others here."
    )
    assert interval_note(found, keys[:1]).endswith("for the 2 differences here.")
    assert interval_note(found, keys[1:2]).endswith("for the 10 headline differences.")


def test_daily_series_are_by_replication_and_day(tmp_path: Path) -> None:
    values = np.arange(6.0).reshape(3, 2)
    series = {"calls": values, ("calls", "site", "n"): values + 10, ("calls", "site", "s"): values + 20}
    run = write_run(tmp_path, "base", BASE, series=series, weekly={"calls": np.ones((3, 168))})
    found = held_against(run)
    assert found.daily(run, "calls").tolist() == values.tolist()  # type: ignore[union-attr]
    assert found.daily(run, "calls", "site", "s").tolist() == (values + 20).tolist()  # type: ignore[union-attr]
    assert found.daily(run, "handovers") is None
    assert found.daily(run, "calls", "site", "x") is None
    assert found.groups_through_time("calls", "site") == ["n", "s"]
    assert found.groups_through_time("handovers", "site") == []
    assert found.present(["handovers", "calls"]) == ["calls"]
    assert found.weekly(run, "calls").shape == (3, 168)  # type: ignore[union-attr]
    assert found.weekly(run, "calls", "site", "n") is None


def test_where_targets_differ_the_baseline_decides(tmp_path: Path) -> None:
    base = write_run(tmp_path, "base", BASE, targets={"within_4_hours": ">= 78%"})
    plan = write_run(tmp_path, "plan", BASE, targets={"within_4_hours": ">= 90%", "handover_mean": "20 min"})
    found = held_against(base, plan)
    assert {target.measure: target.value for target in found.targets} == {
        "within_4_hours": 0.78, "handover_mean": 20.0,
    }  # fmt: skip


# -- tables ----------------------------------------------------------------------------------------------


def test_a_table_of_differences(material: Material) -> None:
    keys = [("within_4_hours", "system", ""), ("discharge_ready", "system", "")]
    table = differences(material, "t", "Caption", keys)
    assert heads_of(table) == ["Measure", "Baseline", "More beds", "Difference (95% interval)", "Verdict"]
    assert texts_of(table) == [
        [FOUR, "62.5%", "75.0%", "+12.5 pts", "better"],
        ["Beds held, discharge ready", "50", "50", "+0", "the same"],
    ]
    assert [cell.value for cell in table.rows[0]] == [
        None,
        pytest.approx(62.5),
        pytest.approx(75),
        pytest.approx(12.5),
        None,
    ]
    assert [cell.tone for cell in table.rows[0]] == ["", "", "", "", "better"]
    assert table.note == "95% intervals, adjusted to hold together for the 5 headline differences."


def test_a_table_of_two_plans_has_the_verdict_beside_the_difference(tmp_path: Path) -> None:
    found = several(tmp_path, one={"within_4_hours": [0.375, 0.5, 0.625]}, two={})
    table = differences(found, "t", "Caption", [("within_4_hours", "system", "")])
    assert heads_of(table) == [
        "Measure", "Baseline", "One", "One: difference (95% interval)",
        "Two", "Two: difference (95% interval)",
    ]  # fmt: skip
    assert texts_of(table) == [[FOUR, "62.5%", "50.0%", "-12.5 pts, worse", "62.5%", "+0.0 pts, the same"]]
    assert table.rows[0][3].tone == "worse"


def test_a_table_of_one_replication_has_no_verdicts(tmp_path: Path) -> None:
    one = {key: values[:1] for key, values in BASE.items()}
    found = held_against(
        write_run(tmp_path, "base", one), write_run(tmp_path, "plan", one | {"handover_mean": [35.0]})
    )
    table = differences(found, "t", "Caption", [("handover_mean", "system", "")], note="A note.")
    assert heads_of(table) == ["Measure", "Baseline", "Plan", "Difference"]
    assert texts_of(table) == [["Ambulance handover, mean", "30 min", "35 min", "+5 min"]]
    assert table.note == "A note. One replication has no interval: run at least two, better 30."


def test_groups_of_one_measure_head_the_rows(tmp_path: Path) -> None:
    by: dict[str | Key, Any] = {("handover_mean", "site", name): [20.0] * 3 for name in ("north", "south")}
    found = held_against(write_run(tmp_path, "base", BASE | by))
    table = differences(found, "t", "Caption", found.keys(["handover_mean"], "site"))
    assert heads_of(table)[0] == "Site"
    assert [row[0] for row in texts_of(table)] == ["North Hospital", "South"]
    mixed = [("handover_mean", "site", "north"), ("attendances", "system", "")]
    assert [row[0] for row in texts_of(differences(found, "t", "C", mixed))] == [
        "Ambulance handover, mean, North Hospital", "Attendances, all types",
    ]  # fmt: skip


def test_what_the_baseline_does_not_measure_has_no_difference(tmp_path: Path) -> None:
    found = several(tmp_path, plan={"calls": [5.0, 5.0, 5.0]})
    table = differences(found, "t", "Caption", [("calls", "system", "")])
    assert texts_of(table) == [["999 calls", "–", "5.0/day", "–", "–"]]
    assert table.note.endswith("–: Baseline does not measure it, so there is no difference.")


def test_a_run_alone_has_its_mean_interval_and_spread(alone: Material) -> None:
    table = differences(
        alone, "t", "Caption", [("handover_mean", "system", ""), ("discharge_ready", "system", "")]
    )
    assert heads_of(table) == ["Measure", "Mean", "95% interval", "9 in 10 replications"]
    wide = stdtrit(2, 0.975) / sqrt(3)
    assert texts_of(table) == [
        ["Ambulance handover, mean", "31 min", f"{31 - wide:.0f} to {31 + wide:.0f}", "30 to 32"],
        ["Beds held, discharge ready", "50", "50 to 50", "50 to 50"],
    ]


@pytest.mark.parametrize(
    ("rows", "asked", "folded"), [(25, None, False), (26, None, True), (26, False, False), (1, True, True)]
)
def test_long_tables_are_folded_unless_told(rows: int, asked: bool | None, folded: bool) -> None:
    table = texts("t", "c", ("A", "B"), [("x", "1")] * rows, numbers=(1,), folded=asked)
    assert table.folded is folded
    assert [column.align for column in table.columns] == ["text", "number"]


def test_two_replications_are_enough_for_intervals_and_verdicts(tmp_path: Path) -> None:
    two = {key: values[:2] for key, values in BASE.items()}
    base = write_run(tmp_path, "base", two)
    found = held_against(base, write_run(tmp_path, "plan", two))
    keys = [("discharge_ready", "system", "")]
    table = differences(found, "t", "Caption", keys, folded=True)
    assert heads_of(table)[-2:] == ["Difference (95% interval)", "Verdict"]
    assert table.folded
    assert "One replication" not in table.note
    alone = differences(held_against(base), "t", "Caption", keys, folded=True)
    assert heads_of(alone) == ["Measure", "Mean", "95% interval", "9 in 10 replications"]
    assert alone.folded


def test_the_whole_system_beside_its_groups(tmp_path: Path) -> None:
    north = ("handover_mean", "site", "north")
    found = held_against(write_run(tmp_path, "base", BASE | {north: [20.0] * 3}))
    table = differences(found, "t", "C", [north, ("handover_mean", "system", "")])
    assert heads_of(table)[0] == "Site"
    assert [row[0] for row in texts_of(table)] == ["North Hospital", "Whole system"]


def test_a_measure_that_few_replications_have(tmp_path: Path) -> None:
    """With one value there is a mean and nothing else; with two there is an interval."""
    some = {"calls": [5.0, np.nan, np.nan], "handovers": [5.0, 5.0, np.nan]}
    found = held_against(write_run(tmp_path, "base", BASE | some))
    table = differences(found, "t", "C", [("calls", "system", ""), ("handovers", "system", "")])
    assert [row[1:] for row in texts_of(table)] == [
        ["5.0/day", "–", "–"], ["5.0/day", "5.0 to 5.0", "5.0 to 5.0"],
    ]  # fmt: skip


def test_plans_beside_each_other_have_one_value_of_the_baseline_fine_enough_for_all(tmp_path: Path) -> None:
    """A clear difference of a tenth of a per cent needs another decimal; the baseline is written alike."""
    base = {"within_4_hours": [0.5, 0.625, 0.75]}
    near = {"within_4_hours": [value + 2.0**-12 for value in base["within_4_hours"]]}
    found = several(tmp_path, far={"within_4_hours": [0.625, 0.75, 0.875]}, near=near)
    table = differences(found, "t", "C", [("within_4_hours", "system", "")])
    ((_, was, far, _, close, change),) = texts_of(table)
    assert (was, far, close) == ("62.50%", "75.0%", "62.52%")
    assert change == "+0.02 pts, better"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("escalation: {actions: {open_beds: {label: Open beds now}}}\n", "Open beds now"),
        ("escalation: {actions: {open_beds: {hours: 3}}}\n", "Open beds"),
        ("escalation: {actions: {open_beds: 5}}\n", "Open beds"),
        ("name: x\n", "Open beds"),
    ],
)
def test_actions_are_called_by_their_label_if_they_have_one(text: str, name: str) -> None:
    assert Names([Written(text)]).of("action", "open_beds") == name
