"""Lists of strips, and stretches of time behind a chart."""

from datetime import date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.report.charts.axes import Plot
from flowsim.report.charts.events import of_runs, shade
from flowsim.report.charts.rows import AXIS_ROOM, LEAST_STRIP, lay
from flowsim.report.charts.sheet import Box, Line, Sheet
from flowsim.report.charts.words import width
from flowsim.report.theme import EDGE_LINE, NARROW, SIZE, SMALL, SPAN, TINY, WIDE

# -- strips ----------------------------------------------------------------------------------------------


def test_on_a_page_label_strip_and_numbers_stand_side_by_side():
    sheet = Sheet(WIDE, 0)
    rows = lay(sheet, [("Mean wait", "+2 min"), ("Beds", "-5")])
    label, numbers, *_ = sheet.texts()
    assert (label.text, label.anchor) == ("Mean wait", "end")
    assert (numbers.text, numbers.anchor) == ("+2 min", "start")
    assert label.x == pytest.approx(width("Mean wait", SIZE) + 4)
    assert rows.plot.left == pytest.approx(width("Mean wait", SIZE) + 20)
    assert rows.plot.right == pytest.approx(WIDE - width("+2 min", SMALL) - 24)
    assert numbers.x == pytest.approx(rows.plot.right + 20)
    assert rows.middles == (8 + 15, 8 + 30 + 15)
    assert (rows.plot.top, rows.plot.bottom) == (8, 68)
    assert rows.strips == ((8, 68),)
    assert sheet.height == 68 + AXIS_ROOM


def test_top_and_strip_may_be_chosen():
    rows = lay(Sheet(WIDE, 0), [("A", "1"), ("B", "2")], top=20.0, strip=44.0)
    assert rows.middles == (42, 86)
    assert rows.plot.bottom == 108


def test_a_row_is_as_high_as_its_text_needs():
    sheet = Sheet(WIDE, 0)
    rows = lay(sheet, [("One", "first\nsecond\nthird"), ("Two", "x")], strip=20.0)
    assert rows.middles[0] == pytest.approx(8 + (3 * 15 + 8) / 2)
    assert rows.middles[1] == pytest.approx(8 + 3 * 15 + 8 + (16.2 + 8) / 2)
    said = [text.text for text in sheet.texts()]
    assert said == ["One", "first", "second", "third", "Two", "x"]


def test_long_words_leave_a_strip_of_some_width():
    sheet = Sheet(WIDE, 0)
    rows = lay(sheet, [("Label " * 30, "number " * 30)])
    assert rows.plot.right - rows.plot.left >= LEAST_STRIP - 1
    assert max(text.bounds()[2] for text in sheet.texts()) <= WIDE
    assert min(text.bounds()[0] for text in sheet.texts()) >= 0


def test_on_a_telephone_words_stand_above_their_strip():
    sheet = Sheet(NARROW, 0)
    rows = lay(sheet, [("Mean wait", "+2 min\nworse"), ("Beds", "-5")], strip=30.0)
    assert [text.text for text in sheet.texts()] == ["Mean wait", "+2 min, worse", "Beds", "-5"]
    assert {text.x for text in sheet.texts()} == {4}
    assert (rows.plot.left, rows.plot.right) == (22.0, NARROW - 22.0)
    first = 8 + 16.2 + 15.0
    assert rows.middles[0] == pytest.approx(first + 15)
    assert rows.strips[0] == pytest.approx((first + 2, first + 28))
    assert rows.middles[1] - rows.middles[0] == pytest.approx(30 + 10 + 16.2 + 15.0)
    assert rows.plot.bottom == pytest.approx(rows.middles[1] + 15 + 10 - 6)
    assert sheet.height == round(rows.plot.bottom + AXIS_ROOM)


def test_no_rows_leave_an_empty_list():
    for wide in (WIDE, NARROW):
        rows = lay(Sheet(wide, 0), [])
        assert rows.middles == ()


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.text("ab cd", max_size=60), st.text("12 3\n", max_size=60)), min_size=1, max_size=8
    ),
    st.sampled_from([WIDE, NARROW]),
)
def test_words_of_rows_never_overlap(rows, wide):
    sheet = Sheet(wide, 0)
    lay(sheet, rows)
    for one, two in combinations([text.bounds() for text in sheet.texts()], 2):
        across = min(one[2], two[2]) - max(one[0], two[0])
        down = min(one[3], two[3]) - max(one[1], two[1])
        assert across < 0.5 or down < 0.5


# -- whose events ----------------------------------------------------------------------------------------

FLU = ("Flu", date(2026, 12, 1), date(2026, 12, 20))
STRIKE = ("Strike", date(2026, 12, 5), date(2026, 12, 6))


@pytest.mark.parametrize(
    ("events", "names", "labels"),
    [
        ([FLU, STRIKE], ["A", "B"], ["Flu", "Strike"]),
        ({"A": [FLU], "B": [FLU]}, ["A", "B"], ["Flu"]),
        ({"A": [FLU], "B": [FLU, STRIKE]}, ["A", "B"], ["Flu", "Strike (B)"]),
        ({"A": [FLU], "B": [FLU]}, ["A", "B", "C"], ["Flu (A and B)"]),
        ({"A": [FLU], "B": [STRIKE]}, ["A"], ["Flu"]),  # what happens to others is not told
        ({}, ["A"], []),
        ({"A": []}, ["A"], []),
    ],
)
def test_events_say_whose_they_are_where_not_everybodys(events, names, labels):
    found = of_runs(events, names)
    assert [label for label, _, _ in found] == labels
    days = {"Flu": FLU[1:], "Strike": STRIKE[1:]}
    assert all((first, last) == days[label.split(" (")[0]] for label, first, last in found)


def test_the_same_label_on_other_days_is_another_event():
    later = ("Flu", date(2027, 1, 1), date(2027, 1, 9))
    assert [each[0] for each in of_runs({"A": [FLU], "B": [later]}, ["A", "B"])] == ["Flu (A)", "Flu (B)"]


# -- shading ---------------------------------------------------------------------------------------------

DAYS = [date(2026, 12, 1) + timedelta(days=i) for i in range(51)]
SPACE = Plot(100.0, 10.0, 600.0, 210.0)


def boxes(sheet: Sheet) -> list[Box]:
    return [mark for mark in sheet.marks if isinstance(mark, Box)]


def test_without_events_the_plot_begins_at_its_top():
    sheet = Sheet(720, 300)
    assert shade(sheet, [], DAYS, SPACE) == 10.0
    assert sheet.marks == []


def test_an_event_is_shaded_from_its_first_day_to_the_end_of_its_last():
    sheet = Sheet(720, 300)
    top = shade(sheet, [("Flu", DAYS[10], DAYS[19])], DAYS, SPACE)
    assert top == 10.0 + 18.0 + 4.0
    (box,) = boxes(sheet)
    assert (box.x, box.width) == (pytest.approx(200.0), pytest.approx(100.0))  # ten days at ten pixels
    assert box.y == 10.0 + 18.0 - 2
    assert box.y + box.height == pytest.approx(28.0 + 200.0)  # down to the end of the plot
    assert box.fill.colour == SPAN
    (text,) = sheet.texts()
    assert (text.text, text.size, text.x) == ("Flu", TINY, 203.0)
    assert text.y == box.y - 4
    over = next(mark for mark in sheet.marks if isinstance(mark, Line) and mark.stroke == EDGE_LINE)
    assert over.points.tolist() == [[200.0, 26.0], [300.0, 26.0]]


@pytest.mark.parametrize(
    ("first", "last", "left", "right"),
    [
        (DAYS[0] - timedelta(days=5), DAYS[4], 100.0, 150.0),
        (DAYS[45], DAYS[50] + timedelta(days=30), 550.0, 600.0),
        (DAYS[0] - timedelta(days=5), DAYS[50] + timedelta(days=5), 100.0, 600.0),
    ],
)
def test_what_lies_outside_is_cut(first, last, left, right):
    sheet = Sheet(720, 300)
    shade(sheet, [("Flu", first, last)], DAYS, SPACE)
    (box,) = boxes(sheet)
    assert (box.x, box.x + box.width) == (pytest.approx(left), pytest.approx(right))


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (DAYS[0] - timedelta(days=9), DAYS[0] - timedelta(days=1), 0),
        (DAYS[0] - timedelta(days=9), DAYS[0], 1),
        (DAYS[50], DAYS[50] + timedelta(days=3), 0),  # the axis ends where the last day begins
        (DAYS[49], DAYS[49], 1),
    ],
)
def test_events_of_other_days_are_left_out(first, last, shown):
    sheet = Sheet(720, 300)
    top = shade(sheet, [("Flu", first, last)], DAYS, SPACE)
    assert len(boxes(sheet)) == shown
    assert top == (32.0 if shown else 10.0)


def test_events_at_the_same_time_have_their_names_in_rows():
    sheet = Sheet(720, 300)
    events = [("Flu", DAYS[0], DAYS[30]), ("Strike", DAYS[10], DAYS[12]), ("Frost", DAYS[40], DAYS[44])]
    top = shade(sheet, events, DAYS, SPACE)
    assert top == 10.0 + 2 * 18.0 + 4.0
    rows = {text.text: text.y for text in sheet.texts()}
    assert rows["Flu"] == rows["Frost"] == rows["Strike"] - 18.0
    bottoms = {round(box.y + box.height, 6) for box in boxes(sheet)}
    assert bottoms == {246.0}  # two rows of names push the plot down by 36 pixels


def test_a_name_near_the_right_edge_stands_before_its_event():
    sheet = Sheet(720, 300)
    shade(sheet, [("Industrial action", DAYS[49], DAYS[49])], DAYS, SPACE)
    (text,) = sheet.texts()
    assert text.x + width("Industrial action", TINY) == pytest.approx(590.0 - 3)


def test_a_name_wider_than_the_plot_is_cut():
    sheet = Sheet(720, 300)
    shade(sheet, [("W" * 200, DAYS[0], DAYS[9])], DAYS, SPACE)
    (text,) = sheet.texts()
    assert text.text.endswith("…")
    assert text.bounds()[2] <= SPACE.right


def test_times_of_day_are_understood():
    sheet = Sheet(720, 300)
    shade(sheet, [("Flu", datetime(2026, 12, 11, 12), datetime(2026, 12, 12))], DAYS, SPACE)
    (box,) = boxes(sheet)
    assert (box.x, box.width) == (pytest.approx(205.0), pytest.approx(15.0))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "BB", "CCC", "Long-name"]), st.integers(-9, 59), st.integers(0, 40))
    )
)
def test_names_never_overlap_whatever_happens_when(spans):
    sheet = Sheet(720, 300)
    begin = DAYS[0]
    events = [(name, begin + timedelta(days=i), begin + timedelta(days=i + n)) for name, i, n in spans]
    top = shade(sheet, events, DAYS, SPACE)
    bounds = [text.bounds() for text in sheet.texts()]
    for one, two in combinations(bounds, 2):
        assert (
            min(one[2], two[2]) - max(one[0], two[0]) < 0.5 or min(one[3], two[3]) - max(one[1], two[1]) < 0.5
        )
    assert all(bottom <= top and right <= SPACE.right + 0.01 for _, _, right, bottom in bounds)
    assert len(bounds) == sum(i < 50 and i + n >= 0 for _, i, n in spans)
