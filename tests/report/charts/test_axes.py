"""Axes, worked out by hand: where ticks lie, what they are called, and where labels go."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from math import inf, nan

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowsim.report.charts.axes import (
    DATES_ROOM,
    Axis,
    Plot,
    Written,
    across_axis,
    as_moment,
    caption,
    date_axis,
    day_text,
    days_since,
    extent,
    finite,
    gutter,
    note,
    spread,
    ticks,
    value_axis,
    written,
)
from flowsim.report.charts.sheet import Line, Sheet, Text
from flowsim.report.charts.words import width
from flowsim.report.theme import EDGE_LINE, GRID_LINE, MUTED, SMALL, TINY

SMALL_NUMBERS = st.floats(-1e4, 1e4, allow_nan=False, allow_infinity=False, allow_subnormal=False)


def lines(sheet: Sheet, stroke: object = None) -> list[Line]:
    """Return the lines of a sheet, those of one stroke if asked."""
    found = [mark for mark in sheet.marks if isinstance(mark, Line)]
    return [mark for mark in found if stroke is None or mark.stroke == stroke]


def said(sheet: Sheet) -> list[str]:
    return [text.text for text in sheet.texts()]


# -- from numbers to pixels ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axis", "value", "pixel"),
    [
        (Axis(0.0, 10.0, 100.0, 200.0), 0.0, 100.0),
        (Axis(0.0, 10.0, 100.0, 200.0), 10.0, 200.0),
        (Axis(0.0, 10.0, 100.0, 200.0), 2.5, 125.0),
        (Axis(-5.0, 5.0, 0.0, 50.0), 0.0, 25.0),
        (Axis(0.0, 4.0, 230.0, 30.0), 1.0, 180.0),  # upwards: pixels fall as numbers rise
        (Axis(2.0, 4.0, 0.0, 10.0), 6.0, 20.0),  # beyond the end
    ],
)
def test_a_value_lies_in_proportion_between_the_ends(axis, value, pixel):
    assert axis.at(value) == pytest.approx(pixel)
    assert axis.along([value]).tolist() == pytest.approx([pixel])


def test_slope_is_pixels_to_a_unit():
    assert Axis(0.0, 10.0, 100.0, 200.0).slope == 10.0
    assert Axis(2.0, 4.0, 230.0, 30.0).slope == -100.0


def test_what_is_no_number_has_no_place():
    assert np.isnan(Axis(0.0, 1.0, 0.0, 1.0).along([nan])).all()


@settings(deadline=None)
@given(SMALL_NUMBERS, st.floats(0.01, 1e4), st.floats(0.0, 1.0))
def test_middle_of_two_values_is_the_middle_of_their_pixels(low, size, share):
    axis = Axis(low, low + size, 50.0, 650.0)
    one, two = low, low + share * size
    assert axis.at((one + two) / 2) == pytest.approx((axis.at(one) + axis.at(two)) / 2, abs=1e-5)


# -- numbers that are numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([nan, inf, -inf], []),
        ([1, nan, 3], [1.0, 3.0]),
        ([[1.0, nan], [inf, 4.0]], [1.0, 4.0]),
        (5.0, [5.0]),
        ([None, 2.0], [2.0]),
    ],
)
def test_finite_keeps_the_numbers_in_one_row(values, expected):
    assert finite(values).tolist() == expected


@pytest.mark.parametrize(
    ("values", "zero", "expected"),
    [
        ([], False, (0.0, 1.0)),
        ([[nan]], False, (0.0, 1.0)),
        ([[80.0], [], [100.0, nan]], False, (80.0, 100.0)),
        ([[39.0, 100.0]], False, (0.0, 100.0)),  # less than 0.4 of the highest: zero is near
        ([[40.0, 100.0]], False, (40.0, 100.0)),
        ([[-100.0, -39.0]], False, (-100.0, 0.0)),
        ([[-100.0, -41.0]], False, (-100.0, -41.0)),
        ([[-3.0, 8.0]], False, (-3.0, 8.0)),
        ([[80.0, 100.0]], True, (0.0, 100.0)),
        ([[-100.0, -80.0]], True, (-100.0, 0.0)),
        ([[50.0, 50.0]], False, (25.0, 75.0)),  # one value gets room of its own size around it
        ([[-50.0, -50.0]], False, (-75.0, -25.0)),
        ([[0.0, 0.0]], False, (0.0, 0.5)),
        ([[0.0]], True, (0.0, 0.5)),
        ([[7.0]], True, (0.0, 7.0)),
    ],
)
def test_extent(values, zero, expected):
    assert extent(values, zero=zero) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(SMALL_NUMBERS, min_size=1, max_size=9), st.booleans())
def test_extent_holds_every_value_and_has_some_length(values, zero):
    low, high = extent([values], zero=zero)
    assert low <= min(values)
    assert high >= max(values)
    assert high > low
    assert not zero or low <= 0.0 <= high


# -- ticks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "most", "factor", "expected"),
    [
        (0.0, 10.0, 5, 1.0, [0, 2, 4, 6, 8, 10]),
        (0.0, 9.0, 5, 1.0, [0, 2, 4, 6, 8, 10]),
        (0.0, 100.0, 4, 1.0, [0, 25, 50, 75, 100]),
        (0.0, 1.0, 5, 100.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (3.0, 8.0, 5, 1.0, [3, 4, 5, 6, 7, 8]),
        (-7.0, 12.0, 5, 1.0, [-10, -5, 0, 5, 10, 15]),
        (0.0, 180.0, 3, 1 / 60, [0, 60, 120, 180]),  # minutes that are written as hours
        (0.0, 2880.0, 2, 1 / 1440, [0, 1440, 2880]),
        (0.0, 1e6, 2, 1.0, [0, 5e5, 1e6]),
        (0.0, 0.003, 3, 1.0, [0, 0.001, 0.002, 0.003]),
    ],
)
def test_ticks_are_those_a_person_would_choose(low, high, most, factor, expected):
    assert ticks(low, high, most, factor) == pytest.approx(expected)


@settings(deadline=None)
@given(st.floats(0.01, 1e5), st.integers(2, 8))
def test_finer_ticks_are_never_fewer(high, most):
    assert len(ticks(0.0, high, most)) <= len(ticks(0.0, high, 2 * most))


@settings(deadline=None)
@given(st.floats(0.01, 1e3), st.integers(2, 6))
def test_ticks_ten_times_as_far_are_the_same_ticks(high, most):
    assume(abs(high * 10 / 10 - high) < 1e-12 * high)
    one, ten = ticks(0.0, high, most), ticks(0.0, high * 10, most)
    assert [each * 10 for each in one] == pytest.approx(ten, rel=1e-9)


# -- how numbers are written -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "size", "heading", "change"),
    [
        ("share", 0.5, "Per cent", "percentage points"),
        ("points", 0.1, "Percentage points", "percentage points"),
        ("minutes", 45.0, "Minutes", "minutes"),
        ("minutes", 300.0, "Hours", "hours"),
        ("minutes", 9000.0, "Days", "days"),
        ("days", 5.0, "Days", "days"),
        ("hours", 5.0, "Hours", "hours"),
        ("hours per day", 50.0, "Hours per day", "hours per day"),
        ("per day", 50.0, "Per day", "per day"),
        ("count", 50.0, "Number", "number"),
        ("patients", 50.0, "Patients", "patients"),
        ("beds", 50.0, "Beds", "beds"),
        ("pounds", 50.0, "£", "£"),
        ("pounds per day", 5e6, "£m per day", "£m per day"),
        ("pounds", 250_000.0, "£k", "£k"),
    ],
)
def test_headings_of_values_and_of_differences(unit, size, heading, change):
    form = written(unit, 1, [size])
    assert form.heading() == heading
    assert form.change_heading() == change


@pytest.mark.parametrize(
    ("unit", "size", "value", "step", "text"),
    [
        ("beds", 100.0, 50.0, 25.0, "50"),
        ("beds", 1.0, 0.5, 0.25, "0.50"),
        ("beds", 1.0, 0.5, 0.5, "0.5"),
        ("beds", 5000.0, 2500.0, 500.0, "2,500"),
        ("share", 1.0, 0.25, 0.05, "25"),
        ("share", 1.0, 0.125, 0.025, "12.5"),
        ("minutes", 300.0, 90.0, 30.0, "1.5"),
        ("minutes", 300.0, 120.0, 60.0, "2"),
        ("beds", 10.0, -2.0, 2.0, "-2"),
        ("beds", 10.0, 3.0, 0.0, "3"),
        ("beds", 10.0, 3.0, inf, "3"),
        ("beds", 10.0, 1.0, 1 / 3, "1.000000"),  # no number of decimals would be right
    ],
)
def test_a_tick_has_as_many_decimals_as_its_step_needs(unit, size, value, step, text):
    assert written(unit, 0, [size]).tick(value, step) == text


def test_the_largest_of_all_values_decides_the_unit():
    assert written("minutes", 0, [5.0], [200.0, nan], []).heading() == "Hours"
    assert written("minutes", 0, [5.0], [-200.0]).heading() == "Hours"
    assert written("minutes", 0, []).heading() == "Minutes"
    assert isinstance(written("beds", 0), Written)


# -- the axis on the left --------------------------------------------------------------------------------


PLOT = Plot(100.0, 20.0, 600.0, 220.0)


def test_value_axis_runs_upwards_with_a_line_and_a_number_for_each_tick():
    sheet = Sheet(720, 300)
    axis = value_axis(sheet, PLOT, [[0.0, 100.0]], written("beds", 0, [100.0]), most=4)
    assert (axis.low, axis.high, axis.start, axis.stop) == (0.0, 100.0, 220.0, 20.0)
    assert said(sheet) == ["0", "25", "50", "75", "100"]
    assert [line.points[0, 1] for line in lines(sheet)] == [220.0, 170.0, 120.0, 70.0, 20.0]
    assert all((line.points[:, 0] == [100.0, 600.0]).all() for line in lines(sheet))
    assert len(lines(sheet, EDGE_LINE)) == 1  # the line at zero stands out
    assert lines(sheet, EDGE_LINE)[0].points[0, 1] == 220.0
    assert len(lines(sheet, GRID_LINE)) == 4
    for text in sheet.texts():
        assert (text.x, text.anchor, text.size, text.colour) == (94.0, "end", SMALL, MUTED)
    assert [text.y for text in sheet.texts()] == [224.0, 174.0, 124.0, 74.0, 24.0]


def test_value_axis_takes_zero_in_when_told():
    form = written("beds", 0, [100.0])
    without, with_zero = Sheet(720, 300), Sheet(720, 300)
    assert value_axis(without, PLOT, [[80.0, 100.0]], form).low == 80.0
    assert value_axis(with_zero, PLOT, [[80.0, 100.0]], form, zero=True).low == 0.0
    assert lines(without, EDGE_LINE) == []


def test_numbers_of_an_axis_have_the_decimals_of_its_step_wherever_it_begins():
    form = written("beds", 0, [2.4])
    marks = ["1.4", "1.6", "1.8", "2.0", "2.2", "2.4"]
    left, below = Sheet(720, 300), Sheet(720, 300)
    value_axis(left, PLOT, [[1.4, 2.4]], form)
    assert said(left) == marks
    across_axis(below, PLOT, ((0.0, 9.0),), [[1.4, 2.4]], form)
    assert said(below) == [*marks, "Beds"]
    assert gutter([[1.4, 2.4]], form) == pytest.approx(width("1.4", SMALL) + 8)


def test_gutter_is_the_widest_number_and_some_room():
    form = written("beds", 0, [1000.0])
    assert gutter([[0.0, 1000.0]], form) == pytest.approx(width("1,000", SMALL) + 8)
    assert gutter([[80.0, 100.0]], form, zero=True) == pytest.approx(width("100", SMALL) + 8)
    assert gutter([[0.0, 1.0]], form, most=2) == pytest.approx(width("0.0", SMALL) + 8)


# -- the axis below --------------------------------------------------------------------------------------


def test_across_axis_has_lines_in_every_strip_and_numbers_below():
    sheet = Sheet(720, 300)
    strips = ((20.0, 50.0), (70.0, 100.0))
    axis = across_axis(sheet, PLOT, strips, [[-10.0, 10.0]], written("beds", 0, [10.0]), zero=True)
    assert (axis.low, axis.high, axis.start, axis.stop) == (-10.0, 10.0, 100.0, 600.0)
    assert said(sheet) == ["-10", "-5", "0", "5", "10", "Beds"]
    assert len(lines(sheet)) == 5 * 2
    zero = lines(sheet, EDGE_LINE)
    assert [line.points[:, 0].tolist() for line in zero] == [[350.0, 350.0]] * 2
    assert [line.points[:, 1].tolist() for line in zero] == [[20.0, 50.0], [70.0, 100.0]]
    *marks, heading = sheet.texts()
    assert {text.y for text in marks} == {236.0}
    assert (heading.x, heading.y, heading.anchor) == (350.0, 254.0, "middle")


def test_across_axis_may_have_a_heading_of_its_own():
    sheet = Sheet(720, 300)
    form = written("share", 1, [0.1])
    across_axis(sheet, PLOT, ((0.0, 9.0),), [[0.0, 0.1]], form, heading="Difference")
    assert said(sheet)[-1] == "Difference"


def test_numbers_below_never_leave_the_sheet_and_stand_apart():
    form = written("beds", 0, [1e7])
    for wide in (360.0, 200.0):
        sheet = Sheet(wide, 300)
        across_axis(sheet, Plot(2.0, 0.0, wide - 2.0, 50.0), ((0.0, 50.0),), [[0.0, 1e7]], form)
        bounds = [text.bounds() for text in sheet.texts()[:-1]]
        assert bounds[0][0] >= 0.99
        assert bounds[-1][2] <= wide - 0.99
        assert all(two[0] - one[2] >= 5 for one, two in pairwise(bounds))


def test_fewer_numbers_where_there_is_less_room():
    counts = []
    for wide in (720.0, 300.0, 120.0):
        sheet = Sheet(wide, 300)
        form = written("beds", 0, [100_000.0])
        across_axis(sheet, Plot(20.0, 0.0, wide - 20.0, 50.0), ((0.0, 50.0),), [[0.0, 100_000.0]], form)
        counts.append(len(sheet.texts()) - 1)
    assert counts[0] > counts[1] > counts[2] >= 2


# -- days ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (date(2026, 10, 6), "6 October 2026"),
        (datetime(2027, 1, 31, 23, 59), "31 January 2027"),
        (np.datetime64("2026-12-01"), "1 December 2026"),
        ("2026-02-28", "28 February 2026"),
    ],
)
def test_a_day_is_read_as_people_say_it(moment, text):
    assert day_text(moment) == text


@pytest.mark.parametrize(
    ("start", "moment", "days"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), 0.0),
        (date(2026, 1, 1), date(2025, 12, 31), -1.0),
        (date(2026, 2, 28), date(2026, 3, 1), 1.0),
        (date(2028, 2, 28), date(2028, 3, 1), 2.0),
        (datetime(2026, 1, 1, 6), datetime(2026, 1, 2, 0), 0.75),
    ],
)
def test_days_between_moments(start, moment, days):
    assert days_since(start, moment) == days


def test_as_moment_keeps_the_time_of_day():
    assert as_moment(np.datetime64("2026-12-01T14:30:15")) == datetime(2026, 12, 1, 14, 30, 15)


def test_dates_have_short_lines_below_the_plot_and_names_beside_them():
    sheet = Sheet(720, 300)
    axis = date_axis(sheet, PLOT, date(2026, 10, 1), date(2027, 1, 9))  # 100 days: months
    assert (axis.low, axis.high, axis.start, axis.stop) == (0.0, 100.0, 100.0, 600.0)
    assert [line.points[0, 0] for line in lines(sheet)] == pytest.approx([100.0, 255.0, 405.0, 560.0])
    assert all(line.points[:, 1].tolist() == [220.0, 225.0] for line in lines(sheet))
    assert said(sheet) == ["Oct", "2026", "Nov", "Dec", "Jan", "2027"]
    places = {text.text: (text.x, text.y) for text in sheet.texts()}
    assert places["Oct"] == (102.0, 237.0)
    assert places["2026"] == (102.0, 251.0)
    assert places["Jan"] == (pytest.approx(562.0), 237.0)
    assert 251.0 + 0.24 * SMALL <= 220.0 + DATES_ROOM


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        (
            date(2026, 11, 2),
            date(2026, 11, 8),
            ["2 Nov", "3 Nov", "4 Nov", "5 Nov", "6 Nov", "7 Nov", "8 Nov"],
        ),
        (date(2026, 11, 2), date(2026, 11, 15), None),  # thirteen days on: still every day
        (date(2026, 11, 2), date(2026, 11, 16), ["2 Nov", "9 Nov", "16 Nov"]),
        (date(2026, 11, 3), date(2026, 11, 30), ["9 Nov", "16 Nov", "23 Nov", "30 Nov"]),
        (date(2026, 1, 1), date(2026, 3, 17), None),  # 75 days: weeks
        (date(2026, 1, 1), date(2026, 3, 18), ["Jan", "2026", "Feb", "Mar"]),
    ],
)
def test_days_weeks_or_months(first, last, names):
    sheet = Sheet(1400, 300)
    date_axis(sheet, Plot(10.0, 0.0, 1300.0, 200.0), first, last)
    if names is None:
        days = (last - first).days
        wanted = days + 1 if days < 14 else days // 7 + 1
        assert abs(len(lines(sheet)) - wanted) <= 1
        assert not any(text in ("Jan", "2026") for text in said(sheet))
    else:
        assert said(sheet) == names


def test_a_name_that_would_leave_the_sheet_is_left_out():
    sheet = Sheet(720, 300)
    date_axis(sheet, Plot(50.0, 0.0, 715.0, 200.0), date(2026, 10, 1), date(2027, 3, 1))
    assert "Mar" not in said(sheet)
    assert len(lines(sheet)) == 6


def test_one_day_has_an_axis_too():
    axis = date_axis(Sheet(720, 300), PLOT, date(2026, 10, 1), date(2026, 10, 1))
    assert axis.high == 1.0


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 900), st.sampled_from([360, 720]))
def test_named_days_are_where_they_say_and_apart(first, days, wide):
    sheet = Sheet(wide, 300)
    last = first + timedelta(days=days)
    axis = date_axis(sheet, Plot(40.0, 0.0, wide - 12.0, 100.0), first, last)
    named = [text for text in sheet.texts() if text.y == 117.0]
    assert all(two.bounds()[0] > one.bounds()[2] for one, two in pairwise(named))
    for text in named:
        day = first + timedelta(days=round((text.x - 2 - axis.start) / axis.slope))
        assert text.text == (f"{day:%b}" if days > 75 else f"{day.day} {day:%b}")


# -- labels that move apart ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "heights", "low", "high", "expected"),
    [
        ([], [], 0.0, 100.0, []),
        ([50.0], [20.0], 0.0, 100.0, [50.0]),
        ([5.0], [20.0], 0.0, 100.0, [10.0]),
        ([99.0], [20.0], 0.0, 100.0, [90.0]),
        ([20.0, 80.0], [20.0, 20.0], 0.0, 100.0, [20.0, 80.0]),
        ([50.0, 50.0], [20.0, 20.0], 0.0, 100.0, [50.0, 70.0]),
        ([60.0, 50.0], [20.0, 20.0], 0.0, 100.0, [70.0, 50.0]),  # the order wanted is kept
        ([95.0, 95.0], [20.0, 20.0], 0.0, 100.0, [70.0, 90.0]),
        ([0.0, 0.0, 0.0], [50.0, 50.0, 50.0], 0.0, 100.0, [25.0, 75.0, 125.0]),  # more than there is room for
        ([50.0, 52.0], [10.0, 30.0], 0.0, 100.0, [50.0, 70.0]),
    ],
)
def test_spread(wanted, heights, low, high, expected):
    assert spread(wanted, heights, low, high) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(1, 40)), max_size=9))
def test_spread_labels_never_overlap_and_keep_their_order(labels):
    wanted, heights = [each[0] for each in labels], [each[1] for each in labels]
    placed = spread(wanted, heights, 0.0, 300.0)
    order = sorted(range(len(labels)), key=lambda i: (wanted[i], i))
    for i, j in pairwise(order):
        assert placed[j] - placed[i] >= (heights[i] + heights[j]) / 2 - 1e-9
    if sum(heights) <= 300.0:
        assert all(h / 2 - 1e-9 <= p <= 300.0 - h / 2 + 1e-9 for p, h in zip(placed, heights, strict=True))


# -- small print -----------------------------------------------------------------------------------------


def test_a_note_is_small_and_runs_over_at_most_four_lines():
    sheet = Sheet(200, 300)
    end = note(sheet, 100.0, "word " * 200)
    assert len(sheet.texts()) == 4
    assert {(text.x, text.size, text.colour) for text in sheet.texts()} == {(2.0, TINY, MUTED)}
    assert sheet.texts()[0].bounds()[1] == pytest.approx(100.0)
    assert end >= sheet.texts()[-1].bounds()[3] - 0.01
    assert max(text.bounds()[2] for text in sheet.texts()) <= 198.0


def test_a_caption_stands_where_it_is_put_on_a_ground_of_white():
    sheet = Sheet(200, 300)
    caption(sheet, 10.0, 20.0, "Beds")
    caption(sheet, 30.0, 40.0, "Hours", "middle")
    one, two = sheet.texts()
    assert isinstance(one, Text)
    assert (one.x, one.y, one.text, one.anchor, one.halo) == (10.0, 20.0, "Beds", "start", "#FFFFFF")
    assert (two.x, two.y, two.text, two.anchor) == (30.0, 40.0, "Hours", "middle")
