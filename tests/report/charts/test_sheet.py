"""Marks on a sheet, and how they are written as SVG and as a picture: each worked out by hand."""

import re
import struct
import zlib
from math import nan
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.report.charts import picture, svg
from flowsim.report.charts.sheet import (
    ABOVE,
    BELOW,
    Area,
    Box,
    Dot,
    Line,
    Sheet,
    Text,
    line_height,
    simplified,
)
from flowsim.report.charts.words import width
from flowsim.report.theme import NARROW, SMALL, TEXT, WIDE, Fill, Stroke

BLACK, RED = Stroke("#000000"), Stroke("#FF0000", 2.5, (6.0, 4.0))
SVG = "{http://www.w3.org/2000/svg}"


def parsed(sheet: Sheet) -> list[ElementTree.Element]:
    """Return the elements of a drawing after its title, description and ground."""
    root = ElementTree.fromstring(svg.write(sheet, "p", "title", "alt"))
    found = [each for each in root if each.tag != f"{SVG}defs"]
    assert [each.tag for each in found[:3]] == [f"{SVG}title", f"{SVG}desc", f"{SVG}rect"]
    return found[3:]


def only(sheet: Sheet) -> ElementTree.Element:
    (element,) = parsed(sheet)
    return element


def steps(path: ElementTree.Element) -> list[str]:
    """Return the numbers of a path: where it begins, then the steps."""
    return re.findall(r"-?[0-9.]+", path.get("d", ""))


# -- the sheet -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wide", "narrow"), [(WIDE, False), (NARROW, True), (539.9, True), (540.0, False)])
def test_a_sheet_is_of_a_telephone_below_the_middle_of_both_widths(wide, narrow):
    assert Sheet(wide, 10).narrow is narrow


@pytest.mark.parametrize(
    ("ys", "runs"),
    [
        ([1, 2, 3], [[0, 2]]),  # a straight line needs its ends alone
        ([1, 5, 2], [[0, 1, 2]]),
        ([nan, 5, 2], [[1, 2]]),
        ([1, 5, nan], [[0, 1]]),
        ([1, nan, 2], []),
        ([nan, nan, nan], []),
    ],
)
def test_a_line_is_drawn_through_what_is_known(ys, runs):
    sheet = Sheet(720, 300)
    sheet.line(range(3), ys, BLACK)
    assert [mark.points[:, 0].tolist() for mark in sheet.marks] == runs
    assert all(mark.stroke is BLACK for mark in sheet.marks)


def test_a_band_goes_there_along_one_edge_and_back_along_the_other():
    sheet = Sheet(720, 300)
    sheet.band([0, 1, 2], [10, 10, 10], [20, 30, 20], Fill("#000000"))
    (area,) = sheet.marks
    assert isinstance(area, Area)
    assert area.points.tolist() == [[0, 10], [2, 10], [2, 20], [1, 30], [0, 20]]
    assert area.stroke is None


def test_a_band_has_a_gap_where_either_edge_is_unknown():
    sheet = Sheet(720, 300)
    sheet.band(range(6), [0, 0, nan, 0, 0, 0], [1, 1, 1, 1, nan, 1], Fill("#000000"))
    assert len(sheet.marks) == 1
    assert sheet.marks[0].points[:, 0].tolist() == [0, 1, 1, 0]


def test_a_box_keeps_its_place_and_size_whichever_way_it_is_drawn():
    sheet = Sheet(720, 300)
    sheet.box(10, 20, 30, 40, Fill("#000000"), stroke=RED)
    sheet.box(40, 20, -30, 40, Fill("#000000"), stroke=RED)
    assert sheet.marks[0] == sheet.marks[1] == Box(10, 20, 30, 40, Fill("#000000"), RED)


def test_a_dot_is_round_unless_told_otherwise():
    sheet = Sheet(720, 300)
    sheet.dot(1, 2, 3, "#FFFFFF", BLACK)
    sheet.dot(1, 2, 3, "#FFFFFF", BLACK, shape="up")
    assert [mark.shape for mark in sheet.marks] == ["circle", "up"]


def test_lines_of_text_lie_around_their_middle():
    sheet = Sheet(720, 300)
    sheet.lines(50, 100, ["one", "two", "three"], size=12.0, anchor="end", bold=True, colour="#123456")
    assert [text.text for text in sheet.texts()] == ["one", "two", "three"]
    tops, bottoms = zip(*((text.bounds()[1], text.bounds()[3]) for text in sheet.texts()), strict=True)
    assert (min(tops) + max(bottoms)) / 2 == pytest.approx(100, abs=1.5)
    assert np.diff([text.y for text in sheet.texts()]) == pytest.approx([15.0, 15.0])
    assert {(text.x, text.anchor, text.bold, text.colour) for text in sheet.texts()} == {
        (50, "end", True, "#123456")
    }


def test_one_line_of_text_has_its_letters_around_the_middle():
    sheet = Sheet(720, 300)
    sheet.lines(50, 100, ["one"], size=10.0)
    assert sheet.texts()[0].y == pytest.approx(103.5)


def test_a_paragraph_begins_at_its_top_and_tells_where_the_next_would():
    sheet = Sheet(720, 300)
    end = sheet.paragraph(4, 50, "Urgent community response", 85, lines=3, size=12.0)
    assert [text.text for text in sheet.texts()] == ["Urgent", "community", "response"]
    assert sheet.texts()[0].bounds()[1] == pytest.approx(50.0)
    assert end == pytest.approx(50 + 3 * 15)
    assert sheet.paragraph(4, 50, "", 85) == 50


@pytest.mark.parametrize(("size", "height"), [(12.0, 15.0), (13.0, 16.2), (11.0, 13.8), (10.0, 12.5)])
def test_lines_are_a_quarter_higher_than_letters(size, height):
    assert line_height(size) == height


def test_room_of_bold_text_is_larger():
    plain = Text(0, 0, "Beds", SMALL, TEXT, "start", False, "")
    bold = Text(0, 0, "Beds", SMALL, TEXT, "start", True, "")
    assert bold.bounds()[2] == pytest.approx(1.21 * plain.bounds()[2])
    assert plain.bounds()[1] == -ABOVE * SMALL
    assert plain.bounds()[3] == BELOW * SMALL


def test_texts_are_the_texts_among_the_marks():
    sheet = Sheet(720, 300)
    sheet.line([0, 1], [0, 1], BLACK)
    sheet.text(1, 2, "  a   b ")
    assert [text.text for text in sheet.texts()] == ["a b"]


# -- fewer points ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "kept"),
    [
        ([[0, 0], [1, 0]], [0, 1]),
        ([[0, 0], [1, 0.2], [2, 0]], [0, 2]),  # within 0.3 pixels of the straight line
        ([[0, 0], [1, 0.4], [2, 0]], [0, 1, 2]),
        ([[0, 0], [5, 0], [2, 0]], [0, 1, 2]),  # it goes too far and comes back
        ([[0, 0], [3, 4], [0, 0]], [0, 1, 2]),  # there and back: both ends in one place
        ([[1, 1], [1, 1], [1, 1]], [0, 2]),
        ([[0, 0], [1, 9], [2, 0], [3, 9], [4, 0]], [0, 1, 2, 3, 4]),
    ],
)
def test_simplified(points, kept):
    line = np.array(points, float)
    assert simplified(line).tolist() == line[kept].tolist()


def test_simplified_with_no_tolerance_keeps_every_corner():
    line = np.array([[0, 0], [1, 0.01], [2, 0]], float)
    assert len(simplified(line, 0.0)) == 3


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=3, max_size=30))
def test_simplified_twice_is_simplified_once(points):
    line = np.array(points, float)
    once = simplified(line)
    assert {tuple(p) for p in once} <= {tuple(p) for p in line}
    assert len(simplified(line, 5.0)) <= len(simplified(line, 0.5)) or len(points) > 10


# -- as SVG ----------------------------------------------------------------------------------------------


def test_head_of_a_drawing():
    root = ElementTree.fromstring(svg.write(Sheet(720.0, 300.5), "fig", "A & B", "What it shows\x00"))
    assert root.get("viewBox") == "0 0 720 300.5"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "fig-title fig-desc"
    assert root.get("style") == "width:100%;max-width:720px;height:auto"
    assert [root[0].get("id"), root[0].text] == ["fig-title", "A & B"]
    assert [root[1].get("id"), root[1].text] == ["fig-desc", "What it shows"]


@pytest.mark.parametrize(
    ("points", "path"),
    [
        ([[0, 0], [1, 1]], "M0 0l1 1"),
        ([[10.04, 5.06], [11, 4]], "M10 5.1l1-1.1"),
        ([[0.5, -0.5], [0.2, -0.5]], "M.5 -.5l-.3 0"),
        ([[1, 1], [1.01, 1.01], [3, 1]], "M1 1l2 0"),  # a step of nothing is left out
        ([[1, 1], [1, 1]], "M1 1"),
        ([[0, 0], [100, 0], [100, -20]], "M0 0l100 0 0-20"),
    ],
)
def test_paths_are_written_in_steps_of_a_tenth_of_a_pixel(points, path):
    sheet = Sheet(720, 300)
    sheet.marks.append(Line(np.array(points, float), BLACK))
    assert only(sheet).get("d") == path


@pytest.mark.parametrize(
    ("stroke", "expected"),
    [
        (BLACK, {"stroke": "#000000"}),
        (RED, {"stroke": "#FF0000", "stroke-width": "2.5", "stroke-dasharray": "6 4"}),
        (
            Stroke("#000000", 0.75, (1.5, 2.5)),
            {"stroke": "#000000", "stroke-width": "0.75", "stroke-dasharray": "1.5 2.5"},
        ),
    ],
)
def test_a_line_has_its_colour_width_and_dashes_and_no_fill(stroke, expected):
    sheet = Sheet(720, 300)
    sheet.line([0, 9], [0, 9], stroke)
    found = dict(only(sheet).attrib)
    assert found.pop("fill") == "none"
    assert found.pop("d")
    assert found == expected


def test_a_box_is_a_rectangle():
    sheet = Sheet(720, 300)
    sheet.box(1.25, 2, 30.04, 4, Fill("#ABCDEF", opacity=0.5), stroke=BLACK)
    assert only(sheet).attrib == {
        "x": "1.2", "y": "2", "width": "30", "height": "4",
        "fill": "#ABCDEF", "fill-opacity": "0.5", "stroke": "#000000",
    }  # fmt: skip


def test_a_whole_ground_needs_no_opacity_and_no_outline_none():
    sheet = Sheet(720, 300)
    sheet.box(0, 0, 1, 1, Fill("#ABCDEF"))
    assert set(only(sheet).attrib) == {"x", "y", "width", "height", "fill"}


def test_an_area_is_closed():
    sheet = Sheet(720, 300)
    sheet.area([(0, 0), (10, 0), (5, 5)], Fill("#ABCDEF"), BLACK)
    assert steps(only(sheet)) == ["0", "0", "10", "0", "-5", "5"]
    assert only(sheet).get("d", "").endswith("Z")
    assert only(sheet).get("stroke") == "#000000"


def test_a_round_dot_is_a_circle_and_any_other_a_closed_path():
    sheet = Sheet(720, 300)
    sheet.dot(10, 20, 4, "#FFFFFF", BLACK)
    sheet.dot(10, 20, 4, "#FFFFFF", BLACK, shape="diamond")
    circle, diamond = parsed(sheet)
    assert circle.tag == f"{SVG}circle"
    assert [circle.get(key) for key in ("cx", "cy", "r", "fill")] == ["10", "20", "4", "#FFFFFF"]
    assert steps(diamond) == ["10", "15", "5", "5", "-5", "5", "-5", "-5"]
    assert diamond.get("d", "").endswith("Z")


@pytest.mark.parametrize(
    ("shape", "top", "bottom", "corners"),
    [("up", 1, 2, 3), ("down", 2, 1, 3), ("square", 2, 2, 4), ("diamond", 1, 1, 4)],
)
def test_shapes_point_where_they_say(shape, top, bottom, corners):
    """Count the corners at the upper and at the lower end: y grows downwards."""
    points = svg.corners(Dot(0.0, 0.0, 10.0, "#FFFFFF", BLACK, shape))
    assert len(points) == corners
    assert (points[:, 1] == points[:, 1].min()).sum() == top
    assert (points[:, 1] == points[:, 1].max()).sum() == bottom
    assert points[:, 0].sum() == pytest.approx(0.0)


def test_a_circle_has_24_corners_at_its_radius():
    points = svg.corners(Dot(5.0, 7.0, 10.0, "#FFFFFF", BLACK))
    assert len(points) == 24
    assert np.hypot(points[:, 0] - 5.0, points[:, 1] - 7.0) == pytest.approx([10.0] * 24)
    assert points[0] == pytest.approx([5.0, -3.0])
    assert len({tuple(p) for p in points.round(6).tolist()}) == 24


def test_usual_text_needs_no_attributes():
    sheet = Sheet(720, 300)
    sheet.text(1, 2, "Beds")
    assert only(sheet).attrib == {"x": "1", "y": "2"}
    assert only(sheet).text == "Beds"


def test_unusual_text_has_those_in_which_it_differs():
    sheet = Sheet(720, 300)
    sheet.text(1, 2, "Beds", size=11.0, colour="#FFFFFF", anchor="end", bold=True, halo="#000000")
    assert only(sheet).attrib == {
        "x": "1", "y": "2", "font-size": "11", "fill": "#FFFFFF", "text-anchor": "end",
        "font-weight": "700", "stroke": "#000000", "stroke-width": "3", "paint-order": "stroke",
    }  # fmt: skip


def test_each_pattern_is_defined_once_in_order_and_used_by_its_name():
    sheet = Sheet(720, 300)
    rising, dots = Fill("#FFFFFF", "rising", "#12436D"), Fill("#FFFFFF", "dots", "#801650")
    for fill in (rising, Fill("#ABCDEF"), dots, rising):
        sheet.box(0, 0, 5, 5, fill)
    made = svg.write(sheet, "fig", "t", "d")
    assert re.findall(r'<pattern id="([^"]+)"', made) == ["fig-rising-0", "fig-dots-1"]
    assert re.findall(r'fill="(url[^"]+|#ABCDEF)"', made) == [
        "url(#fig-rising-0)", "#ABCDEF", "url(#fig-dots-1)", "url(#fig-rising-0)",
    ]  # fmt: skip
    assert 'stroke="#12436D" stroke-width="2"' in made
    assert made.count('fill="#801650"') == 2  # two dots to a tile
    assert "<defs>" not in svg.write(Sheet(1, 1), "fig", "t", "d")


def test_the_same_pattern_in_another_colour_is_another():
    sheet = Sheet(720, 300)
    for ink in ("#12436D", "#801650"):
        sheet.area([(0, 0), (1, 0), (1, 1)], Fill("#FFFFFF", "cross", ink))
    assert svg.write(sheet, "fig", "t", "d").count("<pattern") == 2


def test_marks_are_drawn_in_order():
    sheet = Sheet(720, 300)
    sheet.text(0, 0, "under")
    sheet.box(0, 0, 1, 1, Fill("#ABCDEF"))
    sheet.text(0, 0, "over")
    assert [each.tag.removeprefix(SVG) for each in parsed(sheet)] == ["text", "rect", "text"]


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_read_back(text):
    sheet = Sheet(720, 300)
    sheet.text(1, 2, text)
    found = parsed(sheet)
    assert [each.text for each in found] == [each.text for each in sheet.texts()]


# -- as a picture ----------------------------------------------------------------------------------------


def pixels(png: bytes) -> np.ndarray:
    """Return the colours of an 8-bit RGBA picture, shape (height, width, 4), read by hand."""
    at, data, size = 8, b"", (0, 0)
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
            assert body[8:10] == b"\x08\x06"
        data += body if kind == b"IDAT" else b""
        at += 12 + length
    wide, tall = size
    raw = np.frombuffer(zlib.decompress(data), np.uint8).reshape(tall, 1 + 4 * wide).astype(int)
    rows = np.zeros((tall, 4 * wide), int)
    for y in range(tall):
        rows[y] = _unfiltered(raw[y, 0], raw[y, 1:], rows[y - 1] if y else rows[y] * 0)
    return rows.reshape(tall, wide, 4)


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray) -> np.ndarray:
    found = line.copy()
    if kind == 2:
        return (found + above) % 256
    for i in range(len(line)) if kind else ():
        left = found[i - 4] if i >= 4 else 0
        corner = above[i - 4] if i >= 4 else 0
        guess = {1: left, 3: (left + above[i]) // 2, 4: _paeth(left, above[i], corner)}[kind]
        found[i] = (line[i] + guess) % 256
    return found


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))


def drawn(draw) -> np.ndarray:
    """Return the picture of a sheet of 64 by 32 CSS pixels: 100 by 50 dots."""
    sheet = Sheet(64, 32)
    draw(sheet)
    return pixels(picture.write(sheet))[:, :, :3]


def test_an_empty_picture_is_white_and_of_150_dots_an_inch():
    found = drawn(lambda sheet: None)
    assert found.shape == (50, 100, 3)
    assert (found == 255).all()


def test_a_box_is_where_it_is_on_the_sheet():
    found = drawn(lambda sheet: sheet.box(32, 8, 16, 8, Fill("#FF0000")))
    red = (found == [255, 0, 0]).all(axis=2)
    ys, xs = np.nonzero(red)
    assert (xs.min(), xs.max()) == (pytest.approx(50, abs=1), pytest.approx(74, abs=1))
    assert (ys.min(), ys.max()) == (pytest.approx(13, abs=1), pytest.approx(24, abs=1))


def test_later_marks_lie_over_earlier_ones():
    def draw(sheet: Sheet) -> None:
        sheet.box(0, 0, 64, 32, Fill("#FF0000"))
        sheet.box(0, 0, 64, 32, Fill("#00FF00"))

    assert (drawn(draw)[25, 50] == [0, 255, 0]).all()


def test_opacity_mixes_with_the_ground():
    found = drawn(lambda sheet: sheet.box(0, 0, 64, 32, Fill("#000000", opacity=0.5)))
    assert abs(int(found[25, 50, 0]) - 127) <= 2


def test_hatching_lies_over_its_ground_in_its_ink():
    found = drawn(lambda sheet: sheet.box(0, 0, 64, 32, Fill("#FFFFFF", "rising", "#0000FF")))
    inked = found[:, :, 0] < 128
    assert 0.02 < inked.mean() < 0.7
    assert (found[inked][:, 2] > 200).all()


@pytest.mark.parametrize("shape", ["circle", "square", "diamond", "up", "down"])
def test_a_dot_is_filled_around_its_place_with_its_outline(shape):
    def draw(sheet: Sheet) -> None:
        sheet.dot(32, 16, 8, "#FF0000", Stroke("#0000FF", 2.0), shape=shape)

    found = drawn(draw)
    assert (found[25, 50] == [255, 0, 0]).all()
    blue = (found[:, :, 2] > 150) & (found[:, :, 0] < 100)
    assert blue.any()
    assert (found[0] == 255).all()


def test_a_dashed_line_has_gaps_and_a_solid_one_none():
    def draw(dash: tuple[float, ...]):
        return lambda sheet: sheet.line([0, 64], [16, 16], Stroke("#000000", 4.0, dash))

    solid, dashed = (drawn(draw(dash))[25, 2:-2, 0] < 128 for dash in ((), (8.0, 8.0)))
    assert solid.all()
    assert dashed.mean() == pytest.approx(0.5, abs=0.1)
    assert dashed[:8].all()  # it begins with a dash: 8 pixels are 12 dots
    assert not dashed[13:20].any()


def test_width_of_a_line_is_in_pixels_of_the_sheet():
    found = drawn(lambda sheet: sheet.line([0, 64], [16, 16], Stroke("#000000", 8.0)))
    assert (found[:, 50, 0] < 128).sum() == pytest.approx(8 * 150 / 96, abs=1.1)


@pytest.mark.parametrize(("anchor", "side"), [("start", "right"), ("end", "left"), ("middle", "both")])
def test_text_lies_on_the_side_its_anchor_says_and_above_its_line(anchor, side):
    found = drawn(lambda sheet: sheet.text(32, 24, "HH", size=12.0, colour="#000000", anchor=anchor))
    ys, xs = np.nonzero(found[:, :, 0] < 128)
    assert ys.max() <= 24 * 150 / 96 + 1
    assert ys.min() >= (24 - 12) * 150 / 96
    middle = 50
    if side == "right":
        assert xs.min() >= middle - 1
    elif side == "left":
        assert xs.max() <= middle + 1
    else:
        assert xs.min() < middle - 5 < middle + 5 < xs.max()


def test_bold_text_is_blacker_and_a_halo_hides_what_is_under_it():
    plain = drawn(lambda sheet: sheet.text(8, 24, "Beds"))
    bold = drawn(lambda sheet: sheet.text(8, 24, "Beds", bold=True))
    assert (bold < 128).sum() > 1.15 * (plain < 128).sum()

    def draw(halo: str):
        def on(sheet: Sheet) -> None:
            sheet.box(0, 0, 64, 32, Fill("#FF0000"))
            sheet.text(8, 24, "Beds", halo=halo)

        return on

    def whites(found: np.ndarray) -> int:
        return int((found.min(axis=2) > 240).sum())

    assert whites(drawn(draw(""))) < whites(drawn(draw("#FFFFFF")))


def test_dollars_are_dollars():
    """Matplotlib would read what stands between two of them as a formula, and fail here."""
    assert (drawn(lambda sheet: sheet.text(0, 20, "$x_$")) < 128).any()


def test_the_widest_letters_still_have_their_width():
    assert width("W" * 10, 10) == pytest.approx(100.0)
    assert width("i" * 10, 10) == pytest.approx(28.0)
    assert width("é", 10) == width("e", 10)
    assert width("病", 10) == pytest.approx(10.5)
    assert width("Ж", 10) == pytest.approx(8.0)
