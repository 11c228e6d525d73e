"""Charts over days and hours draw, tell and list the numbers they were given."""

import re
from datetime import date, timedelta
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.report.charts.fans import quantiles
from flowsim.report.theme import BASE, DARK_BLUE, LIMIT, OTHER, SEEN
from report.charts.samples import (
    AWKWARD,
    CHARTS,
    DAYS,
    column,
    rectangles,
    winter,
    words,
)


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

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 170), st.integers(1, 30), st.integers(1, 4)), max_size=12))
    def test_days_told_are_the_days_given(self, spans):
        given_spans = [
            (DAYS[0] + timedelta(i), DAYS[0] + timedelta(i + n), "x", level) for i, n, level in spans
        ]
        figure = CHARTS["timeline"](end=DAYS[0] + timedelta(365), rows=[("A", given_spans)])
        for level in {level for *_, level in spans}:
            days = sum(n for _, n, at in spans if at == level)
            assert f"level {level} on {days} days" in figure.alt
