"""Charts that compare draw, tell and list the numbers they were given."""

import re
from math import nan

import pytest

from flowsim.report.theme import DARK_BLUE, ORANGE
from report.charts.samples import (
    AWKWARD,
    CHARTS,
    SITES,
    column,
    rectangles,
    words,
)


class TestWaterfall:
    def test_steps_lead_from_the_start_to_the_end(self):
        figure = CHARTS["waterfall"]()
        assert figure.alt.startswith(
            "Waterfall from Baseline (74.8%) to Moderate winter and plan (73.1%), -1.7 pts"
        )
        assert words(figure, "Step")[0] == "Baseline"
        assert column(figure, "Adds")[1:5] == pytest.approx([-4.9, 1.6, 1.2, 0.4])

    @pytest.mark.parametrize(
        ("better", "expected"),
        [
            ("higher", ["worse", "better", "better", "no clear change"]),
            ("lower", ["better", "worse", "worse", "no clear change"]),
            (None, ["lower", "higher", "higher", "no clear change"]),
        ],
    )
    def test_words_follow_the_intervals_and_the_direction(self, better, expected):
        figure = CHARTS["waterfall"](better=better)
        assert words(figure, "Meaning")[1:5] == expected
        assert all(f">{word}<" in figure.svg for word in expected)

    def test_step_without_an_interval_has_no_verdict(self):
        figure = CHARTS["waterfall"](steps=[("A", -0.02, nan, nan)])
        assert words(figure, "Meaning") == ["", "", ""]

    def test_bars_begin_where_the_one_before_ends(self):
        steps = [("A", 10.0, 9.0, 11.0), ("B", 20.0, 19.0, 21.0), ("C", -5.0, -6.0, -4.0)]
        figure = CHARTS["waterfall"](
            start=("S", 0.0), end=("E", 25.0), steps=steps, unit="beds", decimals=0, better="lower"
        )
        up = rectangles(figure.svg, ORANGE)
        down = rectangles(figure.svg, DARK_BLUE)
        assert up[0][0] + up[0][2] == pytest.approx(up[1][0], abs=0.2)
        assert down[0][0] + down[0][2] == pytest.approx(up[1][0] + up[1][2], abs=0.2)
        assert up[1][2] == pytest.approx(2 * up[0][2], abs=0.3)

    def test_axis_that_does_not_begin_at_zero_says_so(self):
        assert "does not begin at 0" in CHARTS["waterfall"]().svg
        assert "does not begin at 0" not in AWKWARD["waterfall from zero"]().svg


class TestDifferences:
    def test_difference_interval_and_verdict_are_written_beside_the_mark(self):
        svg = CHARTS["differences"]().svg
        assert ">-1.7 pts (-2.3 to -1.1)<" in svg
        assert ">worse<" in svg
        assert ">no clear change<" in svg

    def test_difference_below_one_keeps_a_decimal_as_in_every_table(self):
        figure = CHARTS["differences"](
            rows=[("A", -0.2, -1.1, 0.7, "no clear change")], unit="patients", decimals=0
        )
        assert ">-0.20 (-1.10 to +0.70)<" in figure.svg
        steps = [("A", -0.2, -1.1, 0.7)]
        figure = CHARTS["waterfall"](
            start=("S", 11.2), end=("E", 11.0), steps=steps, unit="minutes", decimals=0
        )
        assert ">-0.2 min (-1.1 to +0.7)<" in figure.svg
        assert words(figure, "Adds")[1] == "-0.2 min"
        assert words(figure, "Interval")[1] == "-1.1 to +0.7"

    def test_clear_difference_never_reads_as_zero(self):
        figure = CHARTS["bars"](rows=[("A", 15.4, 15.43, 0.02, 0.04)], unit="per day", decimals=1)
        assert ">+0.03/day (+0.02 to +0.04)<" in figure.svg

    def test_zero_has_a_line_of_its_own(self):
        figure = CHARTS["differences"](rows=[("A", 0.02, 0.01, 0.03, "better")])
        assert ">0<" in figure.svg or ">0.0<" in figure.svg

    def test_verdicts_differ_in_shape(self):
        svg = CHARTS["differences"]().svg
        assert svg.count("<circle") == 2  # better and no clear change
        assert re.search(r'<circle[^>]*fill="#FFFFFF"', svg)
        assert re.search(rf'<path d="[^"]+Z" fill="{ORANGE}"', svg)  # worse: a diamond

    def test_table_carries_numbers_words_and_tones(self):
        figure = CHARTS["differences"]()
        assert column(figure, "Difference (percentage points)") == pytest.approx([-1.7, 0.4, 3.0])
        assert [row[3].tone for row in figure.table.rows] == ["worse", "", "better"]
        assert [row[3].text for row in figure.table.rows] == ["worse", "no clear change", "better"]

    def test_long_list_is_told_in_part_and_listed_whole(self):
        figure = AWKWARD["differences, many"]()
        assert "and 20 more, in the table" in figure.alt
        assert len(figure.table.rows) == 26

    def test_groups_are_told_by_their_intervals(self):
        figure = CHARTS["slope"]()
        assert words(figure, "Meaning") == ["lower", "no clear change", "higher"]
        assert "0 to 17: -12 min (-20 to -4), lower" in figure.alt

    def test_group_without_an_interval_has_no_meaning(self):
        assert words(CHARTS["slope"](rows=[("A", 3.0, nan, nan)]), "Meaning") == [""]


class TestBars:
    def test_bars_begin_at_zero_and_are_as_long_as_their_numbers(self):
        figure = CHARTS["bars"](rows=[("A", 100.0, 50.0, nan, nan), ("B", 10.0, 25.0, nan, nan)])
        (_, *first), (_, *second) = rectangles(figure.svg, DARK_BLUE)[1:]
        assert first[1] == pytest.approx(2 * second[1], abs=0.2)
        starts = {x for x, *_ in rectangles(figure.svg, DARK_BLUE)[1:]}
        assert len(starts) == 1

    def test_negative_number_reaches_to_the_left_of_zero(self):
        figure = CHARTS["bars"](rows=[("A", 1.0, -50.0, nan, nan), ("B", 1.0, 50.0, nan, nan)])
        left, right = rectangles(figure.svg, DARK_BLUE)[1:]
        assert left[0] + left[2] == pytest.approx(right[0], abs=0.2)

    def test_difference_and_its_interval_are_told(self):
        figure = CHARTS["bars"]()
        assert f"{SITES[0]}: Baseline 1,200 hours, Moderate winter 1,100 hours" in figure.alt
        assert "difference -100 hours (-150 to -50)" in figure.alt
        assert column(figure, "Difference")[0] == -100.0

    def test_one_run_needs_no_second_bar(self):
        figure = AWKWARD["bars of one run"]()
        assert "Moderate winter" not in figure.svg.replace(figure.alt, "")


class TestMatrix:
    def test_every_text_is_in_the_picture_on_both_sizes(self):
        figure = CHARTS["matrix"]()
        for text in ("81.0%", "68.0%", "No surge", "24 more beds"):
            assert f">{text}<" in figure.svg
            assert f">{text}<" in figure.narrow

    def test_better_and_worse_are_marked_by_shape(self):
        svg = CHARTS["matrix"]().svg
        up = len(re.findall(rf'<path d="[^"]+Z" fill="{DARK_BLUE}"', svg))
        down = len(re.findall(r'<path d="[^"]+Z" fill="#FFFFFF"', svg))
        assert (up, down) == (2 + 1, 4 + 1)  # with one each in the key; the weakest shade has no mark

    def test_table_keeps_values_and_shades(self):
        row = CHARTS["matrix"]().table.rows[2]
        assert [cell.shade for cell in row[1:]] == [-1.0, -0.9, None]
        assert row[3].text == "–"
        assert row[1].value == 0.68

    def test_line_break_in_a_cell_is_kept(self):
        figure = CHARTS["matrix"](rows=["A"], columns=["B"], cells=[[("78%\n(77% to 79%)", 0.78, 0.5)]])
        assert ">78%<" in figure.svg
        assert ">(77% to 79%)<" in figure.svg
