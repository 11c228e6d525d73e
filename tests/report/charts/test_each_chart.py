"""Each chart draws, tells and lists the numbers it was given."""

import re
from datetime import date, timedelta
from itertools import combinations
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.report.charts.fans import quantiles
from flowsim.report.charts.layers import lay_out, path, stubs
from flowsim.report.document import Figure
from flowsim.report.theme import BASE, DARK_BLUE, DARK_PINK, LIMIT, ORANGE, OTHER, SEEN
from report.charts.samples import ARROWS, AWKWARD, CHARTS, DAYS, NODES, SITES, winter


def column(figure: Figure, heading: str) -> list[float | None]:
    """Return the numbers of the column whose heading begins so."""
    at = next(i for i, each in enumerate(figure.table.columns) if each.label.startswith(heading))
    return [row[at].value for row in figure.table.rows]


def words(figure: Figure, heading: str) -> list[str]:
    """Return the texts of the column whose heading begins so."""
    at = next(i for i, each in enumerate(figure.table.columns) if each.label.startswith(heading))
    return [row[at].text for row in figure.table.rows]


def rectangles(svg: str, fill: str) -> list[tuple[float, float, float, float]]:
    """Return x, y, width and height of the rectangles of a colour."""
    found = re.findall(rf'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" fill="{fill}"', svg)
    return [tuple(map(float, each)) for each in found]  # type: ignore[misc]


class TestFan:
    def test_bands_are_quantiles_over_the_replications_of_each_day(self):
        values = winter(1, 300.0, 40)
        assert np.allclose(quantiles(values), np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0))

    def test_replications_without_anybody_on_a_day_are_left_out(self):
        values = np.array([[1.0, nan, nan], [3.0, 5.0, nan], [nan, 7.0, nan]])
        assert quantiles(values)[2].tolist()[:2] == [2.0, 6.0]
        assert np.isnan(quantiles(values)[:, 2]).all()

    def test_table_lists_every_seventh_day_as_drawn(self):
        values = winter(1, 300.0)
        figure = CHARTS["fan"](runs=[("Baseline", values), ("Other", values - 9.0)])
        assert words(figure, "Day")[:2] == ["1 October 2026", "8 October 2026"]
        assert column(figure, "Baseline: median") == pytest.approx(np.median(values, axis=0)[::7].tolist())
        assert column(figure, "Other: 95th") == pytest.approx(
            (np.quantile(values, 0.95, axis=0) - 9)[::7].tolist()
        )
        assert column(figure, "Capacity") == [312.0] * 26

    def test_alternative_text_gives_the_peak_of_each_run_and_its_day(self):
        values = np.full((5, 182), 100.0)
        values[:, 91] = 150.0
        figure = CHARTS["fan"](runs=[("Baseline", values)], observed=None)
        assert (
            "Baseline: median 100 at the start and 100 at the end; highest 150 on 31 December 2026"
            in figure.alt
        )
        assert "Capacity: 312" in figure.alt
        assert "Shaded: Surge, 30 November 2026 to 19 January 2027." in figure.alt

    def test_baseline_is_dashed_grey_and_the_other_solid_blue(self):
        svg = CHARTS["fan"]().svg
        assert re.search(rf'stroke="{BASE}" stroke-width="2" stroke-dasharray="6 4"', svg)
        assert re.search(rf'stroke="{OTHER}" stroke-width="2.5"/>', svg)

    def test_lines_are_named_where_they_end_with_the_capacity(self):
        svg = CHARTS["fan"]().svg
        for name in (">Baseline<", ">Capacity 312<", ">Observed<", ">Moderate winter<"):
            assert name in svg
        assert LIMIT in svg

    def test_every_observed_day_is_a_point(self):
        figure = CHARTS["fan"]()
        assert len(re.findall(rf'<circle[^>]*stroke="{SEEN}" stroke-width="1.3"', figure.svg)) == 120
        assert "Observed on 120 days" in figure.alt

    def test_one_replication_has_no_band_and_says_so(self):
        figure = AWKWARD["fan of one replication"]()
        assert "fill-opacity" not in figure.svg.replace('fill="#ECEFF1" fill-opacity', "")
        assert "no bands" in figure.svg
        assert "90% of replications" not in figure.alt.partition(".")[2]

    def test_each_further_run_has_a_panel_with_the_baseline(self):
        figure = AWKWARD["fan of four runs"]()
        assert figure.svg.count('stroke-dasharray="6 4"') == 3
        assert figure.svg.count(">Beds<") == 3

    def test_axis_that_does_not_begin_at_zero_says_so(self):
        assert "does not begin at 0" in CHARTS["fan"]().svg
        low = CHARTS["fan"](runs=[("A", winter(1, 9.0) - 8.0)], observed=None, capacity=None)
        assert "does not begin at 0" not in low.svg

    def test_gap_breaks_the_line(self):
        whole = CHARTS["fan"](runs=[("A", winter(1, 9.0, 1))], observed=None, capacity=None, events=[])
        values = winter(1, 9.0, 1)
        values[:, 80:100] = nan
        gap = CHARTS["fan"](runs=[("A", values)], observed=None, capacity=None, events=[])
        assert gap.svg.count('stroke-dasharray="6 4"') == whole.svg.count('stroke-dasharray="6 4"') + 1

    def test_event_outside_the_days_is_left_out_of_the_picture(self):
        figure = CHARTS["fan"](events=[("Long ago", date(2020, 1, 1), date(2020, 2, 1))])
        assert "Long ago" not in figure.svg.replace(figure.alt, "")

    def test_capacity_may_change_from_day_to_day(self):
        steps = np.where(np.arange(182) < 90, 300.0, 324.0)
        figure = CHARTS["fan"](capacity=steps)
        assert ">Capacity 324<" in figure.svg
        assert column(figure, "Capacity")[0] == 300.0


class TestHeat:
    def test_every_cell_bears_its_number(self):
        values = np.arange(168.0).reshape(7, 24)
        figure = CHARTS["heat"](values=values, decimals=0)
        for svg in (figure.svg, figure.narrow):
            numbers = re.findall(r'font-size="11"[^>]* text-anchor="middle">(\d+)<', svg)
            assert set(range(168)) <= {int(number) for number in numbers}

    def test_alternative_text_names_the_highest_and_lowest_hour(self):
        values = np.full((7, 24), 5.0)
        values[4, 17], values[6, 3] = 9.0, 1.0
        figure = CHARTS["heat"](values=values)
        assert "Highest: Friday from 17:00 (9.0). Lowest: Sunday from 03:00 (1.0)." in figure.alt

    def test_higher_is_darker(self):
        svg = CHARTS["heat"](values=np.arange(168.0).reshape(7, 24)).svg
        cells = re.findall(r'<rect x="\S+" y="\S+" width="\S+" height="\S+" fill="(#\w+)"', svg)
        order = list(dict.fromkeys(cells))
        assert len(order) == 7
        assert order[-1] == DARK_BLUE

    def test_large_numbers_are_written_in_thousands(self):
        figure = AWKWARD["heat of large numbers"]()
        assert "Number in thousands; darker is higher" in figure.narrow

    def test_hour_without_anybody_is_a_dash(self):
        figure = AWKWARD["heat of shares"]()
        assert "Hours of the week without a value: 1." in figure.alt
        assert "–" in figure.svg

    def test_table_has_a_row_for_each_hour(self):
        figure = CHARTS["heat"](values=np.arange(168.0).reshape(7, 24))
        assert words(figure, "Hour")[17] == "17:00"
        assert column(figure, "Friday")[17] == 4 * 24 + 17


class TestStacked:
    def test_parts_lie_on_each_other_and_add_up(self):
        figure = CHARTS["stacked"](parts=[("A", np.full(182, 10.0)), ("B", np.full(182, 30.0))])
        assert "Together: mean 40, highest 40" in figure.alt
        assert column(figure, "B")[0] == 30.0

    def test_parts_after_the_fifth_largest_are_drawn_as_one_and_all_listed(self):
        figure = AWKWARD["stacked, nine parts"]()
        assert ">4 others together<" in figure.svg
        assert len(figure.table.columns) == 10

    def test_every_part_is_named_in_the_picture(self):
        figure = CHARTS["stacked"]()
        for name in ("Home without help", "Rehabilitation", "Care home"):
            assert f">{name}<" in figure.svg
            assert f">{name}<" in figure.narrow

    def test_neighbours_differ_in_pattern(self):
        svg = CHARTS["stacked"]().svg
        assert 'id="stacked-rising-0"' in svg
        assert 'id="stacked-dots-1"' in svg


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


class TestFlow:
    def test_every_number_stands_at_its_arrow(self):
        figure = CHARTS["flow"]()
        for text in ("1,200", "-20", "90", "+40"):
            assert f">{text}<" in figure.svg
            assert text in figure.narrow

    def test_changes_are_told_by_colour_dash_and_weight(self):
        svg = CHARTS["flow"]().svg
        assert re.search(rf'stroke="{DARK_PINK}"[^>]*stroke-dasharray', svg)
        assert not re.search(rf'stroke="{DARK_BLUE}"[^>]*stroke-dasharray', svg)
        assert re.search(r'font-weight="700">\+40<', svg)

    def test_alternative_text_gives_the_largest_and_the_most_changed(self):
        alt = CHARTS["flow"]().alt
        assert "Largest: 999 calls to Ambulance crews 1,200 (-20)" in alt
        assert "Most changed: Referred by community to Urgent community response 90 (+40)" in alt

    def test_table_has_a_row_for_each_arrow(self):
        figure = CHARTS["flow"]()
        assert column(figure, "Baseline") == [arrow[2] for arrow in ARROWS]
        assert column(figure, "Difference") == pytest.approx([arrow[3] - arrow[2] for arrow in ARROWS])

    def test_unknown_box_is_an_error(self):
        with pytest.raises(KeyError):
            CHARTS["flow"](arrows=[("999", "nowhere", 1.0, 1.0)])

    def test_arrows_up_and_sideways_and_far_out_are_stubs(self):
        nodes = [("a", 0), ("b", 1), ("c", 1), ("d", 2), ("out", 5)]
        arrows = [("a", "b"), ("b", "c"), ("d", "a"), ("a", "d"), ("a", "out"), ("d", "out")]
        assert stubs(nodes, arrows) == [False, True, True, False, True, False]

    def test_service_that_nobody_reaches_is_not_drawn(self):
        figure = CHARTS["flow"](arrows=[("999", "crews", 5.0, 5.0)])
        assert "Virtual" not in figure.svg

    @settings(max_examples=60)
    @given(st.data())
    def test_boxes_and_numbers_never_overlap(self, data):
        count = data.draw(st.integers(2, 14))
        nodes = [(f"n{i}", data.draw(st.integers(0, 5)), 100.0, 40.0) for i in range(count)]
        keys = st.sampled_from([key for key, *_ in nodes])
        pairs = data.draw(st.lists(st.tuples(keys, keys), min_size=1, max_size=30))
        short = stubs([(key, row) for key, row, *_ in nodes], pairs)
        arrows = [(*pair, (40.0, 30.0), stub) for pair, stub in zip(pairs, short, strict=True)]
        layout = lay_out(nodes, arrows, 720.0)
        boxes = [
            (item.middle - item.width / 2, item.top, item.middle + item.width / 2, item.bottom)
            for row in layout.rows
            for item in row
        ]
        for route in layout.routes:
            below = route.items[0].bottom
            boxes.append((route.start - 20, below, route.start + 20, below + 30))
        for one, two in combinations(boxes, 2):
            assert (
                min(one[2], two[2]) - max(one[0], two[0]) < 0.01
                or min(one[3], two[3]) - max(one[1], two[1]) < 0.01
            )
        assert all(box[0] >= -0.01 and box[2] <= layout.width + 0.01 for box in boxes)

    def test_arrows_leave_straight_down_past_their_numbers_and_arrive_at_their_box(self):
        rows = {key: row for key, _, row in NODES}
        short = stubs(list(rows.items()), [arrow[:2] for arrow in ARROWS])
        arrows = [(*arrow[:2], (40.0, 30.0), stub) for arrow, stub in zip(ARROWS, short, strict=True)]
        layout = lay_out([(key, row, 100.0, 40.0) for key, row in rows.items()], arrows, 720.0)
        for (_, target, *_), route in zip(ARROWS, layout.routes, strict=True):
            if route.stub:
                continue
            points = path(route)
            box = layout.boxes[target]
            assert points[0].tolist() == [route.start, route.items[0].bottom + 30.0]
            assert points[1].tolist() == [route.start, route.items[0].clear]
            assert points[-1][1] == box.top
            assert abs(points[-1][0] - box.middle) < box.width / 2
            assert (np.diff(points[:, 1]) >= -1e-9).all()


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


class TestTimeline:
    def test_days_in_a_row_at_one_level_are_one_bar(self):
        days = [(DAYS[i], DAYS[i + 1], "OPEL 3", 3) for i in range(20)]
        figure = CHARTS["timeline"](rows=[("A", days)])
        assert len(figure.table.rows) == 1
        assert "A: level 3 on 20 days" in figure.alt
        assert words(figure, "From") == ["1 October 2026"]
        assert words(figure, "To") == ["20 October 2026"]

    def test_what_lies_outside_the_calendar_is_cut(self):
        figure = CHARTS["timeline"](rows=[("A", [(date(2026, 1, 1), DAYS[10], "Early", None)])])
        assert words(figure, "From") == ["1 October 2026"]

    def test_stretches_at_the_same_time_lie_below_each_other(self):
        spans = [(DAYS[0], DAYS[60], "One", None), (DAYS[10], DAYS[90], "Two", None)]
        figure = CHARTS["timeline"](rows=[("A", spans)])
        (_, one, _, _), (_, two, _, _) = rectangles(figure.svg, "#ECEFF1")
        assert two - one >= 26

    def test_levels_have_a_key_and_patterns(self):
        figure = CHARTS["timeline"]()
        for level in (1, 2, 3, 4):
            assert f">Level {level}<" in figure.svg
        assert "timeline-rising-0" in figure.svg

    def test_text_that_does_not_fit_stands_beside_its_bar(self):
        spans = [(DAYS[5], DAYS[6], "Industrial action", None)]
        assert ">Industrial action<" in CHARTS["timeline"](rows=[("A", spans)]).svg

    @given(st.lists(st.tuples(st.integers(0, 170), st.integers(1, 30), st.integers(1, 4)), max_size=12))
    def test_days_told_are_the_days_given(self, spans):
        given_spans = [
            (DAYS[0] + timedelta(i), DAYS[0] + timedelta(i + n), "x", level) for i, n, level in spans
        ]
        figure = CHARTS["timeline"](end=DAYS[0] + timedelta(365), rows=[("A", given_spans)])
        for level in {level for *_, level in spans}:
            days = sum(n for _, n, at in spans if at == level)
            assert f"level {level} on {days} days" in figure.alt


class TestHistogram:
    def test_bars_hold_everybody(self):
        figure = CHARTS["histogram"]()
        assert sum(column(figure, "One plan")) == pytest.approx(100.0)
        assert sum(column(figure, "The other plan")) == pytest.approx(100.0)

    def test_alternative_text_gives_median_and_ranges(self):
        figure = CHARTS["histogram"](runs=[("A", np.arange(1, 102.0))])
        assert (
            "A, 101 patients: median 51 min, half between 26 min and 76 min, nine in ten between 6 min"
            in figure.alt
        )

    def test_outermost_bars_hold_what_lies_beyond(self):
        values = np.concatenate([np.linspace(0, 100, 999), [1e6]])
        figure = CHARTS["histogram"](runs=[("A", values)])
        assert sum(column(figure, "A")) == pytest.approx(100.0)
        assert "outermost bars" in figure.svg
        assert len(figure.table.rows) < 60

    def test_what_is_no_number_is_left_out(self):
        assert "A, 2 patients" in AWKWARD["histogram with what is no number"]().alt

    def test_bars_begin_at_zero(self):
        figure = CHARTS["histogram"](runs=[("A", np.arange(100.0))])
        bottoms = {round(y + tall, 1) for _, y, _, tall in rectangles(figure.svg, DARK_BLUE)}
        assert max(bottoms) - min(bottoms) <= 0.2
