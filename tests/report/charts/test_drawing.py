"""Axes, sheets and paths: where marks lie."""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.report.charts import svg
from flowsim.report.charts.axes import (
    Axis,
    Plot,
    across_axis,
    as_moment,
    date_axis,
    days_since,
    extent,
    spread,
    ticks,
    value_axis,
    written,
)
from flowsim.report.charts.sheet import TOLERANCE, Line, Sheet, Text, simplified
from flowsim.report.charts.words import width
from flowsim.report.theme import EDGE_LINE, SMALL, Fill

NUMBERS = st.floats(-1e4, 1e4, allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(NUMBERS, st.floats(1e-3, 1e6), st.integers(2, 10), st.sampled_from([1.0, 100.0, 1 / 60, 1 / 1440]))
def test_ticks_are_round_evenly_spaced_and_hold_everything(low, size, most, factor):
    high = low + size
    marks = ticks(low, high, most, factor)
    steps = np.diff(marks)
    assert marks[0] <= low + 1e-6 * size
    assert marks[-1] >= high - 1e-6 * size
    assert np.allclose(steps, steps[0])
    assert len(marks) <= most + 3
    mantissa = float(f"{np.mean(steps) * factor:.3e}".partition("e")[0])
    assert mantissa in {1.0, 2.0, 2.5, 5.0, 10.0}


@pytest.mark.parametrize(
    ("values", "zero", "expected"),
    [
        ([[3.0, 8.0]], True, (0.0, 8.0)),
        ([[3.0, 10.0]], False, (0.0, 10.0)),  # zero is near
        ([[80.0, 100.0]], False, (80.0, 100.0)),
        ([[-100.0, -80.0]], False, (-100.0, -80.0)),
        ([[-10.0, -3.0]], False, (-10.0, 0.0)),
        ([[-5.0], [nan, 5.0]], False, (-5.0, 5.0)),
        ([[0.0, 0.0]], False, (0.0, 0.5)),
        ([[4.0]], False, (2.0, 6.0)),
        ([[nan]], False, (0.0, 1.0)),
        ([], False, (0.0, 1.0)),
    ],
)
def test_axis_holds_all_numbers_and_zero_where_it_is_near(values, zero, expected):
    assert extent(values, zero=zero) == expected


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 200), st.floats(5, 40)), min_size=1, max_size=9))
def test_labels_are_moved_apart_and_stay_in_order(labels):
    wanted, heights = [label[0] for label in labels], [label[1] for label in labels]
    placed = spread(wanted, heights, 0.0, 200.0)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    for one, two in pairwise(order):
        assert placed[two] - placed[one] >= (heights[one] + heights[two]) / 2 - 1e-6
    if sum(heights) <= 200.0:
        assert all(
            h / 2 - 1e-6 <= middle <= 200.0 - h / 2 + 1e-6 for middle, h in zip(placed, heights, strict=True)
        )


def test_labels_that_do_not_touch_stay_where_they_are():
    assert spread([20.0, 100.0, 60.0], [10.0, 10.0, 10.0], 0.0, 200.0) == [20.0, 100.0, 60.0]


@settings(deadline=None)
@given(NUMBERS)
def test_axis_puts_ends_at_its_ends(value):
    axis = Axis(value, value + 10.0, 300.0, 20.0)
    assert axis.at(value) == pytest.approx(300.0)
    assert axis.at(value + 10.0) == pytest.approx(20.0)
    assert axis.along([value + 5.0])[0] == pytest.approx(160.0)


@pytest.mark.parametrize("size", [0.004, 0.3, 7.0, 45.0, 900.0, 9000.0, 2e6])
@pytest.mark.parametrize("unit", ["share", "minutes", "per day", "count"])
@pytest.mark.parametrize("wide", [720, 360])
def test_numbers_under_an_axis_stand_apart_and_inside_the_sheet(size, unit, wide):
    sheet = Sheet(wide, 100)
    across_axis(sheet, Plot(22, 0, wide - 22, 60), [(0, 60)], [[-size, size]], written(unit, 1, [size]))
    boxes = sorted(text.bounds() for text in sheet.texts()[:-1])
    assert len(boxes) >= 2
    assert boxes[0][0] >= 0
    assert boxes[-1][2] <= wide
    assert all(two[0] - one[2] > 4 for one, two in pairwise(boxes))


def test_numbers_on_an_axis_have_the_decimals_that_tell_them_apart_and_one_unit():
    sheet = Sheet(720, 300)
    form = written("minutes", 0, [130.0, 400.0])
    value_axis(sheet, Plot(60, 20, 700, 280), [[130.0, 160.0]], form)
    assert form.heading() == "Hours"
    numbers = [text.text for text in sheet.texts()]
    assert len(set(numbers)) == len(numbers)
    assert [float(number) for number in numbers] == sorted(float(number) for number in numbers)


@pytest.mark.parametrize(
    ("unit", "size", "heading"),
    [
        ("share", 0.5, "Per cent"),
        ("minutes", 30.0, "Minutes"),
        ("minutes", 300.0, "Hours"),
        ("minutes", 9000.0, "Days"),
        ("per day", 3.0, "Per day"),
        ("hours per day", 3.0, "Hours per day"),
        ("beds", 300.0, "Beds"),
        ("points", 0.2, "Percentage points"),
        ("pounds", 20.0, "£"),
        ("pounds per day", 3e6, "£m per day"),
        ("count", 300.0, "Number"),
    ],
)
def test_axis_is_headed_by_its_unit_in_words(unit, size, heading):
    assert written(unit, 1, [size]).heading() == heading


def test_days_and_times_of_any_kind_are_understood():
    day = datetime(2026, 12, 1)
    assert as_moment(date(2026, 12, 1)) == as_moment(np.datetime64("2026-12-01")) == as_moment(day) == day
    assert days_since(date(2026, 12, 1), datetime(2026, 12, 2, 12)) == 1.5


def test_months_begin_where_they_begin_with_the_year_at_the_first_and_in_january():
    sheet = Sheet(720, 300)
    axis = date_axis(sheet, Plot(50, 0, 700, 200), date(2026, 10, 1), date(2027, 3, 31))
    texts = {text.text: text.x for text in sheet.texts()}
    assert list(texts) == ["Oct", "2026", "Nov", "Dec", "Jan", "2027", "Feb", "Mar"]
    assert texts["Jan"] == pytest.approx(axis.at(92) + 2)


def test_a_month_that_has_begun_is_not_marked_and_weeks_are_for_short_times():
    sheet = Sheet(720, 300)
    date_axis(sheet, Plot(50, 0, 700, 200), date(2026, 10, 15), date(2027, 1, 20))
    assert [text.text for text in sheet.texts()][:2] == ["Nov", "2026"]
    sheet = Sheet(720, 300)
    date_axis(sheet, Plot(50, 0, 700, 200), date(2026, 10, 1), date(2026, 10, 28))
    assert [text.text for text in sheet.texts()] == ["5 Oct", "12 Oct", "19 Oct", "26 Oct"]


@pytest.mark.parametrize("days", [1, 5, 13, 14, 30, 60, 75, 76, 182, 364, 800, 1500])
@pytest.mark.parametrize("wide", [720, 360])
def test_dates_are_named_at_even_steps_and_stand_apart(days, wide):
    sheet = Sheet(wide, 300)
    first = date(2026, 10, 1)
    date_axis(sheet, Plot(40, 0, wide - 10, 200), first, first + timedelta(days=days))
    rows = {y: sorted(t.bounds() for t in sheet.texts() if t.y == y) for y in (217, 231)}
    assert len(rows[217]) >= 2 or days == 1
    for row in rows.values():
        assert all(two[0] - one[2] >= 3 for one, two in pairwise(row))
    steps = np.diff([box[0] for box in rows[217]])
    assert steps.size == 0 or steps.max() / steps.min() < 1.3  # months differ in length


def test_year_is_named_once_where_it_begins():
    sheet = Sheet(360, 300)
    date_axis(sheet, Plot(40, 0, 350, 200), date(2026, 3, 1), date(2028, 8, 1))
    years = [text.text for text in sheet.texts() if text.text.isdigit()]
    assert years == ["2026", "2027", "2028"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 300)), min_size=2, max_size=60))
def test_simplified_line_passes_every_point_that_it_leaves_out(points):
    line = np.array(points)
    kept = simplified(line)
    assert tuple(kept[0]) == tuple(line[0])
    assert tuple(kept[-1]) == tuple(line[-1])
    for point in line:
        distances = [_distance(point, one, two) for one, two in pairwise(kept)]
        assert min(distances) <= TOLERANCE + 1e-6


def test_straight_line_needs_two_points():
    line = np.column_stack([np.arange(200.0), np.arange(200.0) * 0.5])
    assert len(simplified(line)) == 2


def test_line_breaks_where_there_is_no_number():
    sheet = Sheet(720, 300)
    sheet.line([0, 1, 2, 3, 4, 5, 6], [1, 2, nan, 4, 7, nan, 9], EDGE_LINE)
    assert [mark.points[:, 0].tolist() for mark in sheet.marks if isinstance(mark, Line)] == [[0, 1], [3, 4]]
    sheet.band([0, 1, 2, 3], [0, 0, 0, 0], [1, nan, 1, 1], Fill("#000000"))
    assert len(sheet.marks) == 3


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 900), st.floats(-50, 900)), min_size=2, max_size=40))
def test_path_gets_every_point_to_a_tenth_of_a_pixel(points):
    sheet = Sheet(720, 300)
    sheet.marks.append(Line(np.array(points), EDGE_LINE))
    path = re.search(r' d="M([^"]+)"', svg.write(sheet, "a", "t", "d"))
    assert path is not None
    numbers = [float(n) for n in re.findall(r"-?(?:\d+\.\d+|\d+|\.\d+)", path[1])]
    drawn = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)
    for point in points:
        assert np.abs(drawn - point).max(axis=1).min() <= 0.0501


def test_text_knows_the_room_it_takes():
    room = width("Hello", SMALL)
    for anchor, left in (("start", 100.0), ("middle", 100.0 - room / 2), ("end", 100.0 - room)):
        text = Text(100.0, 50.0, "Hello", SMALL, "#000000", anchor, False, "")
        assert text.bounds()[0] == pytest.approx(left)
        assert text.bounds()[1] < 50.0 < text.bounds()[3]


def test_empty_text_leaves_no_mark():
    sheet = Sheet(720, 300)
    sheet.text(1, 1, " \x00 ")
    assert sheet.marks == []


def test_text_is_escaped_and_patterns_are_named_once():
    sheet = Sheet(720, 300)
    sheet.text(1, 1, '<b> & "c"')
    for x in (0, 10):
        sheet.box(x, 0, 5, 5, Fill("#FFFFFF", "rising", "#12436D"))
    made = svg.write(sheet, "fig", "<title>", "a & b")
    assert "&lt;b&gt; &amp;" in made
    assert made.count("<pattern") == 1
    assert made.count("url(#fig-rising-0)") == 2
    assert '<title id="fig-title">&lt;title&gt;</title>' in made


def test_a_box_may_be_drawn_to_the_left():
    sheet = Sheet(720, 300)
    sheet.box(100, 0, -30, 5, Fill("#000000"))
    assert (sheet.marks[0].x, sheet.marks[0].width) == (70, 30)


def _distance(point: np.ndarray, one: np.ndarray, two: np.ndarray) -> float:
    along = two - one
    length = float(along @ along)
    share = min(max(float((point - one) @ along) / length, 0.0), 1.0) if length else 0.0
    return float(np.hypot(*(point - one - share * along)))
