"""What readers stumble over: repeated rows, one bad day, another plan's capacity, rounding that hides."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from flowsim.measures.compare import compare
from flowsim.measures.compare.paired import Difference
from flowsim.measures.compare.text import cells_of, told_apart
from flowsim.measures.estimates import Estimate
from flowsim.report.build import document
from flowsim.report.charts.events import of_runs
from flowsim.report.document import Document, Figure, Paragraph, Table
from flowsim.report.material import Material
from flowsim.report.sections.compared import one_by_one, together
from flowsim.report.sections.gains import _net, _who_waits
from flowsim.report.sentences import NAMED, rest
from flowsim.report.written import Change, Value
from report.charts.samples import CHARTS, DAYS, column
from report.test_content import figures, section, tables
from report.test_sentences import HIGHER, UNCLEAR
from report_runs import finished, scenario_folder

COSTED = """
extends: base.yaml
name: costed
title: Usual winter with prices
costs:
  prices_of: 2025/26
  inflation: {2023/24: {value: 1.07, source: flowsim assumption, grade: assumed}}
  unit:
    type_1_attendance: {price: {value: 290, source: Cost collection, grade: recalled}, year: 2023/24}
"""
PLAIN = """
extends: one-hospital.yaml
name: base
title: Usual winter
time: {warm_up: 1 week, horizon: 2 weeks}
"""


@pytest.fixture(scope="module")
def costed(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """A baseline, and the same with prices: nothing changes for anybody."""
    folder = scenario_folder(tmp_path_factory.mktemp("costed"), base=PLAIN, costed=COSTED)
    return Material(compare(*finished(folder, ("base", "costed"), 2)))


def change(path: str, old: str | None, new: str, place: str = "plan.yaml:3") -> Change:
    before = None if old is None else Value(path, old, "base.yaml:9")
    return Change(path, before, Value(path, new, place, "", "Winter plan", "assumed"))


class TestChangesTogether:
    def test_the_same_change_of_many_services_is_one_row(self, material: Material) -> None:
        wards = [change(f"services.ward_{i}.beds", str(9 + i), "times 1.05") for i in range(40)]
        [row] = together(material, wards)
        assert row == ("Beds of 40 services", "9 to 48", "times 1.05", "plan.yaml:3", "Winter plan [assumed]")

    def test_where_all_were_alike_the_number_is_told_once(self, material: Material) -> None:
        [row] = together(
            material, [change(f"services.{name}.areas.majors.spaces", "5", "6") for name in "ab"]
        )
        assert row[:3] == ("Areas majors spaces of 2 services", "5", "6")

    def test_what_was_no_number_is_several(self, material: Material) -> None:
        found = together(material, [change(f"services.{i}.team", f"08:00-1{i}:00=2", "1") for i in range(2)])
        assert [row[1] for row in found] == ["several"]

    @pytest.mark.parametrize("other", ["services.b.places", "services.b.beds"])
    def test_another_setting_or_value_has_a_row_of_its_own(self, material: Material, other: str) -> None:
        two = [change("services.a.beds", "5", "6"), change(other, "5", "6" if "places" in other else "7")]
        assert len(together(material, two)) == 2

    def test_another_line_of_the_file_has_a_row_of_its_own(self, material: Material) -> None:
        two = [change("services.a.beds", "5", "6"), change("services.b.beds", "5", "6", "plan.yaml:4")]
        assert len(together(material, two)) == 2

    def test_every_change_is_counted_and_listed_somewhere(self, costed: Material) -> None:
        [brief] = [table for name, table in tables(document(costed)).items() if name == "changes-1"]
        [full] = one_by_one(costed)
        assert len(full.rows) == len(costed.changes[0]) > len(brief.rows)
        assert f"{len(full.rows)} settings" in brief.caption
        assert full.folded
        assert "one by one" in brief.note

    def test_prices_say_that_nothing_changes_for_patients(self, costed: Material) -> None:
        [row] = together(costed, costed.changes[0])
        assert row[0] == "Costs (only measured: nothing changes for patients)"
        assert row[2] == f"{len(costed.changes[0])} settings"
        assert re.fullmatch(r"1 \w+, 1 \w+", row[4])  # the two numbers; the years are none
        assert {"assumed", "recalled"} <= set(re.findall(r"[a-z]+", row[4]))

    def test_nothing_alike_needs_no_second_table(self, report: Document) -> None:
        assert not [name for name in tables(report) if name.startswith("changes-each")]

    def test_a_selector_over_dates_is_not_called_missing_in_the_baseline(self, material: Material) -> None:
        [row] = together(material, [change("demand[route=walk_in].per_day", None, "times 1.1 (Flu)")])
        assert row[1] == "no change"


class TestNothingChanges:
    def test_gains_say_it_once(self, costed: Material) -> None:
        gains = section(document(costed), "gains")
        texts = [block.text for block in gains.blocks if isinstance(block, Paragraph)]
        assert any(text.startswith("The same happens to every patient") for text in texts)
        assert not [block for block in gains.blocks if isinstance(block, Table | Figure)]

    def test_what_the_baseline_does_not_measure_is_explained(self, costed: Material) -> None:
        found = tables(document(costed))
        notes = [table.note for table in found.values() if "does not measure it" in table.note]
        assert notes
        assert len(notes) < len(found)


class TestOneBadDay:
    DAYS = DAYS[:56]

    def fan(self, values: np.ndarray) -> Figure:
        return CHARTS["fan"](
            dates=self.DAYS,
            runs=[("Baseline", values)],
            capacity=None,
            observed=None,
            events=[],
            unit="minutes",
            decimals=0,
        )

    def test_the_unit_is_that_of_the_usual_day(self) -> None:
        values = np.full((20, 56), 11.0)
        values[:2, -1] = 900.0
        assert ">Minutes<" in self.fan(values).svg
        assert ">Hours<" in self.fan(np.full((20, 56), 400.0)).svg

    def test_the_axis_is_that_of_the_usual_day_and_the_page_says_what_is_cut(self) -> None:
        values = np.full((20, 56), 11.0)
        values[:2, -1] = 900.0
        figure = self.fan(values)
        ticks = [float(text) for text in re.findall(r">(\d+)</text>", figure.svg)]
        assert max(ticks) <= 50
        told = re.sub(r"<[^>]+>", " ", figure.svg)
        assert "cut at the top" in " ".join(told.split())
        assert f"{self.DAYS[-1].day} {self.DAYS[-1]:%B %Y}" in " ".join(told.split())

    def test_the_table_keeps_the_true_numbers(self) -> None:
        values = np.full((20, 56), 11.0)
        values[:2, 49] = 900.0
        assert max(column(self.fan(values), "Baseline: 95th")) > 90.0

    def test_nothing_is_cut_where_the_median_itself_is_high(self) -> None:
        values = np.full((20, 56), 11.0)
        values[:, -1] = 900.0
        assert "cut at the top" not in self.fan(values).svg

    def test_what_is_nearly_always_zero_is_not_cut_to_nothing(self) -> None:
        values = np.zeros((20, 56))
        values[:2, 30] = 5.0
        assert "cut at the top" not in self.fan(values).svg


class TestCapacityOfEachPlan:
    def test_each_panel_names_both_where_they_differ(self) -> None:
        figure = CHARTS["fan"](capacity=[np.full(182, 312.0), np.full(182, 330.0)], events=[])
        text = " ".join(re.sub(r"<[^>]+>", " ", figure.svg).split())
        assert "Baseline capacity 312" in text
        assert "Capacity 330" in text
        assert "Capacity, Baseline: 312." in figure.alt
        assert column(figure, "Capacity, Moderate")[0] == 330.0

    def test_one_line_where_they_are_alike(self) -> None:
        figure = CHARTS["fan"](capacity=[np.full(182, 312.0)] * 2)
        assert ">Capacity 312<" in figure.svg
        assert column(figure, "Capacity (") == [312.0] * 26

    def test_the_plan_with_more_beds_shows_its_own(self, report: Document) -> None:
        alt = figures(report)["winter-beds"].alt
        assert "Capacity, A flu wave" in alt or "Capacity, Flu wave" in alt


class TestWhoseSurge:
    FLU = ("Flu", date(2026, 11, 9), date(2026, 11, 12))

    def test_of_all_runs_of_a_panel_needs_no_name(self) -> None:
        assert of_runs({"A": [self.FLU], "B": [self.FLU]}, ["A", "B"]) == [self.FLU]

    def test_of_one_run_says_whose(self) -> None:
        assert of_runs({"B": [self.FLU]}, ["A", "B"]) == [("Flu (B)", *self.FLU[1:])]

    def test_a_panel_without_the_run_has_no_shade(self) -> None:
        assert of_runs({"C": [self.FLU]}, ["A", "B"]) == []

    def test_a_plain_list_is_for_all(self) -> None:
        assert of_runs([self.FLU], ["A"]) == [self.FLU]

    def test_panels_of_a_chart_are_shaded_apart(self) -> None:
        surge = ("Surge", DAYS[10], DAYS[20])
        runs = [("Base", np.ones((3, 182))), ("A", np.ones((3, 182))), ("B", np.ones((3, 182)))]
        figure = CHARTS["fan"](runs=runs, observed=None, capacity=None, events={"A": [surge]})
        assert figure.svg.replace(figure.alt, "").count(">Surge (A)<") == 1


class TestTimeline:
    def test_says_what_is_changed_and_by_how_much(self, report: Document) -> None:
        cells = [cell.text for row in figures(report)["timeline-3"].table.rows for cell in row]
        assert "Walk in per day times 1.4" in cells


class TestRounding:
    def row(self, change: float, base: float = 30.1, half: float = 0.1) -> Difference:
        return Difference("discharge_ready", "system", "", 10, base, base + change, change, half, 0.3)

    def test_a_clear_difference_shows_in_the_values(self) -> None:
        base, other, _, verdict = cells_of(self.row(0.4))
        assert verdict == "worse"
        assert (base, other) == ("30.1", "30.5")

    def test_without_a_clear_difference_rounding_stays(self) -> None:
        base, other, *_ = cells_of(self.row(0.04))
        assert base == other == "30"

    def test_ends_at_two_decimals(self) -> None:
        assert told_apart(self.row(1e-6, half=1e-7)).decimals == 2

    def test_what_differs_already_is_left_alone(self) -> None:
        assert cells_of(self.row(5.0))[:2] == ["30", "35"]


class TestWords:
    @pytest.mark.parametrize(
        ("fewer", "more", "text"),
        [
            (0, 0, "no clear change in any of 5 groups"),
            (1, 0, "1 of 5 groups waits less"),
            (4, 0, "4 of 5 groups wait less"),
            (0, 2, "2 of 5 groups wait more"),
            (1, 1, "1 of 5 groups waits less, 1 waits more"),
            (2, 3, "2 of 5 groups wait less, 3 wait more"),
        ],
    )
    def test_who_waits(self, fewer: int, more: int, text: str) -> None:
        assert _who_waits(fewer, more, 5) == text

    def test_all_that_moved_are_named_or_counted(self) -> None:
        assert "and 2 more." in rest([HIGHER] * (NAMED + 2))
        assert "more" not in rest([HIGHER] * NAMED)
        assert rest([UNCLEAR]) == "1 shows no clear change."

    def test_one_loss_is_a_loss(self, report: Document) -> None:
        told = [block.text for _, each in report.all_sections() for block in each.blocks
                if isinstance(block, Paragraph)]  # fmt: skip
        assert not [text for text in told if text.startswith("Clear ")]
        assert not [text for text in told if "losse:" in text]

    def test_both_ends_of_an_interval_have_as_many_decimals(self) -> None:
        made = Estimate("delay_net", "system", "", 10, -22.0, 20.0, 19.0, ())
        assert _net(made) == "22 more in all (41 more to 3 more)"
        small = replace(made, mean=-1.0, half_width=3.0)
        assert _net(small) == "no clear change in all (4.0 more to 2.0 fewer)"

    def test_abbreviations_are_explained_on_the_page(self, html: str) -> None:
        for word in ("OPEL", "SDEC", "UCR", "Replication", "pts"):
            assert f'<th scope="row">{word}</th>' in html

    def test_paper_has_the_definitions_and_says_what_it_leaves_out(self, html: str) -> None:
        printed = html.partition("@media print")[2].partition("</style>")[0]
        assert "#definitions" in printed
        assert "not printed" in printed
        assert 'id="definitions"' in html


def test_what_a_short_bar_cannot_hold_stands_beside_it() -> None:
    words = "Walk in per day times 1.15, calls 999 per day times 1.1"
    rows = [("Flu wave", [(DAYS[100], DAYS[106], words, None)])]
    figure = CHARTS["timeline"](rows=rows, start=DAYS[0], end=DAYS[181])
    assert f">{words}<" in figure.svg


def test_prices_are_not_among_the_reasons_for_a_difference(costed: Material) -> None:
    why = section(document(costed), "why")
    [text] = [block.text for block in why.blocks if isinstance(block, Paragraph)]
    assert text.endswith("in no setting that patients feel.")
