"""Numbers, tables and comparisons as they are read: every unit, every size, and where the words break."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finished_runs import FakeRun, run
from flowsim.errors import InputError
from flowsim.measures.catalogue import CATALOGUE, headline, in_area
from flowsim.measures.compare import Comparison, compare
from flowsim.measures.compare.decomposition import Reasons, Trial, as_rows, reasons
from flowsim.measures.compare.paired import Difference, paired
from flowsim.measures.compare.stories import pinch_text, reasons_text, time_text
from flowsim.measures.compare.text import cells_of, change_of, comparison_text, plain
from flowsim.measures.compare.whereabouts import pinch_points, where_time_goes
from flowsim.measures.format import MISSING, Scale, finer, scale_for, show, show_change, show_interval

UNITS = sorted({measure.unit for measure in CATALOGUE.values()})


# -- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        # minutes become hours at two hours, and days at two days; below ten minutes there is a decimal
        (9.94, "minutes", 0, "9.9 min"),
        (9.96, "minutes", 0, "10.0 min"),
        (10.0, "minutes", 0, "10 min"),
        (119.4, "minutes", 0, "119 min"),
        (120.0, "minutes", 0, "2.0 hours"),
        (2879.0, "minutes", 0, "48.0 hours"),
        (2880.0, "minutes", 0, "2.0 days"),
        (-150.0, "minutes", 0, "-2.5 hours"),
        # small numbers keep enough decimals not to read 0
        (9.99, "patients", 0, "10.0"),
        (10.0, "patients", 0, "10"),
        (1.0, "patients", 0, "1.0"),
        (0.99, "patients", 0, "0.99"),
        (0.004, "patients", 0, "0.00"),
        (-0.5, "patients", 0, "-0.50"),
        (0.5, "days", 2, "0.50 days"),
        (5.0, "days", 2, "5.00 days"),
        (1234567.0, "count", 0, "1,234,567"),
        (0.25, "points", 1, "25.0 pts"),
        (1.0, "share", 1, "100.0%"),
        (-0.0001, "share", 1, "0.0%"),
        # money
        (9.99, "pounds", 0, "£9.99"),
        (10.0, "pounds", 0, "£10"),
        (99_999.4, "pounds", 0, "£99,999"),
        (100_000.0, "pounds", 0, "£100.0k"),
        (999_999.0, "pounds", 0, "£1,000.0k"),
        (1_000_000.0, "pounds per day", 0, "£1.00m/day"),
        (-2_500_000.0, "pounds", 0, "-£2.50m"),
        (inf, "share", 1, MISSING),
        (-inf, "pounds", 0, MISSING),
    ],
)
def test_a_number_with_its_unit(value: float, unit: str, decimals: int, text: str) -> None:
    assert show(value, unit, decimals) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "size", "text"),
    [
        (0.70, 0.80, "share", None, "70.0% to 80.0%"),
        (0.01, 0.02, "points", None, "1.0 to 2.0 pts"),
        (9.0, 12.0, "minutes", None, "9 to 12 min"),  # by the middle of the interval
        (9.0, 12.0, "minutes", 9.5, "9.0 to 12.0 min"),  # by the mean
        (100.0, 300.0, "minutes", 100.0, "100 to 300 min"),
        (100.0, 300.0, "minutes", None, "1.7 to 5.0 hours"),
        (-2.0, 4.0, "patients", 20.0, "-2 to 4"),
        (nan, 4.0, "patients", None, ""),
        (1.0, inf, "patients", None, ""),
    ],
)
def test_an_interval_has_its_unit_once(
    low: float, high: float, unit: str, size: float | None, text: str
) -> None:
    assert show_interval(low, high, unit, 1 if unit in ("share", "points") else 0, size) == text


@pytest.mark.parametrize(
    ("value", "unit", "size", "text"),
    [
        (0.0004, "share", None, "+0.0 pts"),
        (-0.0004, "share", None, "+0.0 pts"),
        (12.0, "minutes", 2880.0, "+0.0 days"),
        (-1440.0, "minutes", 2880.0, "-1.0 days"),
        (5.0, "pounds", 20.0, "+£5"),
        (-1500.0, "pounds per day", 150_000.0, "-£1.5k/day"),
        (3.0, "hours per day", 100.0, "+3 hours/day"),
        (inf, "share", None, MISSING),
    ],
)
def test_a_change_has_its_sign_and_the_unit_of_what_changes(
    value: float, unit: str, size: float | None, text: str
) -> None:
    assert show_change(value, unit, 1 if unit == "share" else 0, size) == text


@given(st.sampled_from(UNITS), st.floats(-1e7, 1e7))
def test_a_value_and_its_opposite_differ_by_the_sign_alone(unit: str, value: float) -> None:
    one, other = show(abs(value), unit, 1), show(-abs(value), unit, 1)
    assert other.removeprefix("-") == one
    assert other.startswith("-") == any(char in "123456789" for char in one)


@given(st.sampled_from(UNITS), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_without_its_unit_a_number_is_what_stands_before_it(unit: str, value: float, size: float) -> None:
    scale = scale_for(unit, 1, size)
    assert scale.write(value) == scale.write(value, unit=False) + scale.suffix
    assert scale.write_change(value) == scale.write_change(value, unit=False) + scale.change
    assert scale.write_change(value)[0] in "+-"


@pytest.mark.parametrize(
    ("difference", "low", "high", "decimals", "shown"),
    [
        # one decimal where there was none and the difference is below one
        (0.4, nan, nan, 0, "+0.4"),
        (1.4, nan, nan, 0, "+1"),
        (0.0, nan, nan, 0, "+0"),
        # a clear difference never reads as nothing, but unclear ones may
        (0.004, 0.003, 0.005, 1, "+0.004"),
        (0.04, 0.03, 0.05, 1, "+0.04"),
        (-0.04, -0.05, -0.03, 1, "-0.04"),
        (0.04, -0.03, 0.11, 1, "+0.0"),
        (0.00004, 0.00003, 0.00005, 1, "+0.000"),  # three decimals at most
        (3.0, 2.0, 4.0, 1, "+3.0"),
    ],
)
def test_a_small_difference_gets_the_decimals_it_needs(
    difference: float, low: float, high: float, decimals: int, shown: str
) -> None:
    scale = finer(Scale(1.0, decimals, "", ""), difference, low, high)
    assert scale.write_change(difference) == shown


# -- a row of a comparison -------------------------------------------------------------------------------


def row(measure: str, base: list[float], other: list[float], comparisons: int = 0) -> Difference:
    key = (measure, "system", "")
    return paired([key], {key: np.array(base)}, {key: np.array(other)}, comparisons)[0]


@pytest.mark.parametrize(
    ("measure", "base", "other", "cells"),
    [
        ("handover_mean", [30.0, 30.0], [27.0, 27.0], ["30 min", "27 min", "-3 min", "better"]),
        # the larger of both values decides about the unit of all
        ("handover_mean", [60.0, 60.0], [180.0, 180.0], ["1.0 hours", "3.0 hours", "+2.0 hours", "worse"]),
        ("handover_mean", [180.0, 180.0], [60.0, 60.0], ["3.0 hours", "1.0 hours", "-2.0 hours", "better"]),
        ("attendances", [600.0, 600.0], [630.0, 630.0], ["600/day", "630/day", "+30/day", "higher"]),
        ("hours_blocked", [100.0, 100.0], [90.0, 90.0], ["100 h/day", "90 h/day", "-10 h/day", "better"]),
        ("within_4_hours", [0.7, 0.7], [0.7, 0.7], ["70.0%", "70.0%", "+0.0 pts", "the same"]),
        # values that would read alike although they clearly differ get another decimal, or two
        ("within_4_hours", [0.7, 0.7], [0.7003, 0.7003], ["70.00%", "70.03%", "+0.03 pts", "better"]),
        ("handover_mean", [30.0, 30.0], [30.2, 30.2], ["30.0 min", "30.2 min", "+0.2 min", "worse"]),
        ("handover_mean", [30.0], [33.0], ["30 min", "33 min", "+3 min", ""]),
        ("handover_mean", [nan], [33.0], [MISSING, "33 min", MISSING, ""]),
        ("handover_mean", [nan], [180.0], [MISSING, "3.0 hours", MISSING, ""]),
    ],
)
def test_a_row_in_words(measure: str, base: list[float], other: list[float], cells: list[str]) -> None:
    found = row(measure, base, other)
    assert [cell.replace("\u00a0", " ") for cell in cells_of(found)] == cells


def test_an_unclear_difference_has_its_interval_and_no_more_decimals() -> None:
    found = row("within_4_hours", [0.70, 0.72], [0.71, 0.72])
    # 0.5 points, plus or minus 12.706 times 0.5
    assert change_of(found) == "+0.5 pts (-5.9 to +6.9)"
    assert cells_of(found)[0::3] == ["71.0%", "no clear change"]


def test_a_difference_in_the_unit_of_another() -> None:
    hours, minutes = (
        row("handover_mean", [600.0, 600.0], [300.0, 300.0]),
        row("handover_mean", [30.0], [24.0]),
    )
    assert change_of(minutes) == "-6 min"
    assert change_of(minutes, hours) == "-0.1 hours"


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("as it is", 60, "as it is"),
        ("  two   spaces ", 60, "two spaces"),
        ("a\x00b\tc", 60, "a b c"),
        ("x" * 60, 60, "x" * 60),
        ("x" * 61, 60, "x" * 59 + "…"),
        ("", 60, ""),
    ],
)
def test_names_are_cleaned_and_cut(text: str, most: int, shown: str) -> None:
    assert plain(text, most) == shown


# -- a comparison ----------------------------------------------------------------------------------------

FOUR, HANDOVER, OVER = "within_4_hours", "handover_mean", "over_12_hours"
BASE = {
    FOUR: [0.70, 0.72],
    HANDOVER: [30.0, 34.0],
    OVER: [0.1, 0.1],
    ("handover_mean", "site", "north"): [30.0, 34.0],
}
PLAN = {
    FOUR: [0.74, 0.76],
    HANDOVER: [29.0, 35.0],
    OVER: [0.1, 0.1],
    ("handover_mean", "site", "north"): [28.0, 31.0],
}


def comparison(**options: Any) -> Comparison:
    return compare(run("now", BASE), run("plan", PLAN), **options)


class TestComparisonText:
    def test_what_holds_for_the_table_stands_below_it(self) -> None:
        text = " ".join(comparison_text(comparison()).split())
        assert "Same patients in both, 2 paired replications; intervals adjusted for 3 comparisons." in text
        assert "Pairing leaves" in text

    def test_a_single_row_needs_no_adjustment(self) -> None:
        text = " ".join(comparison_text(comparison(), HANDOVER).split())
        assert "2 paired replications." in text
        assert "adjusted" not in text

    def test_the_level_of_confidence_is_in_the_heading(self) -> None:
        assert "(90%" in comparison_text(comparison(confidence=0.9)).splitlines()[0]

    def test_runs_that_do_not_vary_have_no_variance_to_save(self) -> None:
        same = run("now", {OVER: [0.1, 0.1]})
        assert "Pairing" not in comparison_text(compare(same, same), OVER)

    def test_every_other_run_has_a_table_of_its_own(self) -> None:
        three = compare(run("now", BASE), run("plan", PLAN), run("other plan", PLAN))
        text = comparison_text(three)
        assert text.count("ED: within 4 hours,") == 2
        assert "adjusted for 6" in " ".join(text.split())

    def test_groups_are_named_below_each_measure_once(self) -> None:
        sites = {("handover_mean", "site", name): [30.0, 34.0] for name in ("north", "south_east")}
        more = {("handovers", "site", "north"): [10.0, 11.0]}
        found = compare(run("now", {**BASE, **sites, **more}), run("plan", {**PLAN, **sites, **more}))
        lines = comparison_text(found, "handover_mean,handovers", "site").splitlines()
        assert [line for line in lines if line in ("Ambulance handover, mean", "Handovers")] == [
            "Ambulance handover, mean",
            "Handovers",
        ]
        assert sum(line.startswith("   north") for line in lines) == 2
        assert any(line.startswith("   south east") for line in lines)

    @pytest.mark.parametrize("width", [80, 100, 120])
    def test_no_line_is_longer_than_the_page(self, width: int) -> None:
        name = "a plan with quite a long name for winter"
        found = compare(run(name, BASE), run(f"{name}s to come", PLAN))
        text = comparison_text(found, width=width)
        assert max(map(len, text.splitlines())) <= width
        heading = text.split("ED: within", maxsplit=1)[0].split()
        assert {"quite", "name", "winter"} <= set(heading)  # cut after 40 characters, and never sooner


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, [measure.id for measure in headline()]),
        ("handover_mean", ["handover_mean"]),
        (" handover_mean , within_4_hours ", ["handover_mean", "within_4_hours"]),
        ("handover_mean,handover_mean", ["handover_mean"]),
        (["ambulance"], [measure.id for measure in in_area("ambulance")]),
        ("all", list(CATALOGUE)),
    ],
)
def test_measures_are_named_by_id_or_area(names: Any, expected: list[str]) -> None:
    from flowsim.measures.compare.comparison import measures_named

    assert [measure.id for measure in measures_named(names)] == expected


@pytest.mark.parametrize(
    ("name", "level"), [("deprivation", "fifth"), ("home", "residence"), ("hcp", "place"), ("site", "site")]
)
def test_levels_have_other_names(name: str, level: str) -> None:
    from flowsim.measures.compare.comparison import level_named

    assert level_named(name) == level


class TestKeys:
    """Which rows a comparison has, and in what order."""

    def test_rows_are_in_the_order_of_what_was_asked_for(self) -> None:
        found = comparison().keys(f"{OVER},{FOUR}")
        assert [key[0] for key in found] == [OVER, FOUR]

    def test_a_measure_known_in_no_replication_is_left_out_and_in_one_is_not(self) -> None:
        half = run("plan", {**PLAN, "boarders": [nan, 3.0], "bed_occupancy": [nan, nan]})
        found = [
            key[0] for key in compare(run("now", BASE), half).keys("boarders,bed_occupancy,over_12_hours")
        ]
        assert found == ["boarders", OVER]

    def test_a_system_that_is_no_hospital_is_shown_by_service(self) -> None:
        waits = {("wait_mean", "service", "hub"): [1.0, 2.0], ("arrivals", "service", "hub"): [5.0, 6.0]}
        found = compare(run("a", waits), run("b", waits)).keys()
        assert ("wait_mean", "service", "hub") in found
        assert ("arrivals", "service", "hub") not in found

    def test_what_was_not_measured_and_what_is_not_broken_down_are_told_apart(self) -> None:
        with pytest.raises(InputError, match="not measured boarders"):
            comparison().keys("boarders")
        with pytest.raises(InputError, match="not broken down by age") as error:
            comparison().keys(HANDOVER, "age")
        assert error.value.problems[0].allowed == "system, site"

    @pytest.mark.parametrize(("count", "more"), [(4, False), (5, False), (6, True)])
    def test_of_more_than_five_measures_five_are_named(self, count: int, more: bool) -> None:
        asked = [measure.id for measure in in_area("discharge")][:count]
        with pytest.raises(InputError) as error:
            comparison().keys(asked)
        message = error.value.problems[0].message
        assert message == f"These runs have not measured {', '.join(asked[:5])}{', ...' * more}."


# -- where time goes -------------------------------------------------------------------------------------


class TestWhereTimeGoes:
    @staticmethod
    def found() -> Comparison:
        base = {
            ("hours_in_care", "kind", "ward"): [100.0, 110.0],
            ("hours_waiting", "kind", "ward"): [5.0, 5.0],
            ("hours_blocked", "kind", "ward"): [20.0, 30.0],
            ("hours_in_care", "system", ""): [100.0, 110.0],
            ("hours_waiting", "system", ""): [5.0, 5.0],
            ("hours_blocked", "system", ""): [20.0, 30.0],
            **{("delay_caused", "service", f"s{i}"): [float(i), float(i)] for i in range(12)},
            **{("blocked_by", "link", f"h{i} > s11"): [float(i), float(i)] for i in range(1, 6)},
        }
        plan = {
            **base,
            ("delay_caused", "service", "s2"): [50.0, 50.0],
            ("hours_blocked", "kind", "ward"): [nan, nan],
        }
        return compare(run("now", base), run("plan", plan), run("again", base))

    def test_rows_of_all_runs_share_the_adjustment(self) -> None:
        found = where_time_goes(self.found())
        assert len(found) == 2
        rows = [each for parts in found[0].values() for each in parts]
        assert len(rows) == 6
        assert {each.comparisons for each in rows} == {12}

    def test_what_is_not_known_is_a_dash(self) -> None:
        comparison = self.found()
        text = time_text(where_time_goes(comparison)[0], comparison.base, comparison.others[0])
        ward = next(line for line in text.splitlines() if line.startswith("ward"))
        assert ward.split() == ["ward", "105", "0", "5", "0", MISSING, MISSING]

    def test_the_worst_of_either_run_come_first_and_nothing_is_not_shown(self) -> None:
        points = pinch_points(self.found(), most=4)[0]
        assert [point.service for point in points] == ["s2", "s11", "s10", "s9"]
        assert {point.delay.comparisons for point in points} == {8}
        everything = pinch_points(self.found(), most=99)[0]
        assert [point.service for point in everything][-1] == "s1"  # s0 delays nobody
        assert len(everything) == 11

    def test_three_places_in_which_a_delay_is_felt_and_one_in_the_table(self) -> None:
        points = {point.service: point for point in pinch_points(self.found())[0]}
        assert points["s11"].holders == ["h5", "h4", "h3"]
        assert points["s10"].holders == []
        line = next(line for line in pinch_text(list(points.values())).splitlines() if line.startswith("s11"))
        assert line.split() == ["s11", "11", "11", "the", "same", "h5"]


class TestWhy:
    """A plan of two changes, whose effects are a few minutes and whose whole is hours."""

    BASE, PLAN = [200.0, 204.0], [140.0, 144.0]
    BEDS, CREWS = [190.0, 194.0], [196.0, 200.0]

    def found(self) -> tuple[list[Reasons], FakeRun]:
        base, plan, beds, crews = (
            run(name, {HANDOVER: values})
            for name, values in (
                ("now", self.BASE), ("winter", self.PLAN), ("beds", self.BEDS), ("crews", self.CREWS),
            )
        )  # fmt: skip
        trials = [Trial("more beds", beds, crews), Trial("more crews", crews, beds)]
        return reasons(base, plan, trials), plan

    def test_one_sentence_and_a_table_in_the_unit_of_the_whole(self) -> None:
        lines = [" ".join(line.split()) for line in reasons_text(*self.found()).splitlines()]
        assert lines == [
            "Why -1.0 hours: more beds -0.2 hours; more crews -0.1 hours; together -0.8",
            "hours. (Ambulance handover, mean)",
            "",
            "Ambulance handover, mean: why winter differs",
            "alone as the last change",
            "more beds -0.2 hours -0.9 hours",
            "more crews -0.1 hours -0.8 hours",
            "together, beyond each alone -0.8 hours",
            "the whole plan -1.0 hours",
        ]

    def test_rows_for_programs_say_which_change_they_are_about(self) -> None:
        rows = as_rows(*self.found())
        assert [(row["row"], row["change"], row["difference"]) for row in rows] == [
            ("total", "", -60.0),
            ("alone", "more beds", -10.0),
            ("last", "more beds", -56.0),
            ("alone", "more crews", -4.0),
            ("last", "more crews", -50.0),
            ("together", "", -46.0),
        ]
        assert {row["scenario"] for row in rows} == {"winter"}

    def test_nothing_to_explain_is_nothing(self) -> None:
        assert reasons_text([], self.found()[1]) == ""


def test_runs_named_twice_are_two_runs() -> None:
    one: FakeRun = run("plan", PLAN)
    assert [each["scenario"] for each in compare(run("now", BASE), one, one).rows(HANDOVER)] == [
        "plan",
        "plan",
    ]
