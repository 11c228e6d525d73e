"""What holds for every chart, whatever goes in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree

import pytest

from flowsim.report.charts.words import width
from flowsim.report.document import Figure
from flowsim.report.theme import NARROW, TEXT, TINY, WIDE, contrast
from report.charts.samples import AWKWARD, CHARTS, EMPTY, HOSTILE

ALL: dict[str, Callable[[], Figure]] = {**CHARTS, **AWKWARD, **EMPTY}
SVG = "{http://www.w3.org/2000/svg}"
_DRAWN: dict[str, Figure] = {}


@pytest.fixture(params=ALL)
def figure(request: pytest.FixtureRequest) -> Figure:
    """Every chart, drawn once."""
    name = request.param
    if name not in _DRAWN:
        _DRAWN[name] = ALL[name]()
    return _DRAWN[name]


def both(figure: Figure) -> Iterator[ElementTree.Element]:
    """Yield the drawing for a page and the one for a telephone."""
    yield ElementTree.fromstring(figure.svg)
    yield ElementTree.fromstring(figure.narrow)


@dataclass(frozen=True)
class Written:
    """A text of a drawing and the room it may take."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    colour: str

    def overlaps(self, other: "Written", slack: float = 0.5) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > slack and down > slack


def texts(svg: ElementTree.Element) -> list[Written]:
    """Return what is written, with the room it takes in the widest usual font."""
    found = []
    for mark in svg.iter(f"{SVG}text"):
        size = float(mark.get("font-size", svg.get("font-size", "")))
        text = mark.text or ""
        room = width(text, size, bold=mark.get("font-weight") == "700")
        left = float(mark.get("x", "")) - room * {"middle": 0.5, "end": 1.0}.get(
            mark.get("text-anchor", ""), 0.0
        )
        y = float(mark.get("y", ""))
        colour = mark.get("fill", svg.get("fill", ""))
        found.append(Written(text, left, y - 0.74 * size, left + room, y + 0.2 * size, size, colour))
    return found


def test_drawing_is_one_svg_element_with_a_role_a_title_and_a_description(figure):
    for svg in both(figure):
        assert svg.tag == f"{SVG}svg"
        assert svg.get("role") == "img"
        title, desc = svg[0], svg[1]
        assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
        assert svg.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
        assert title.text == figure.title
        assert desc.text == figure.alt


def test_drawing_has_no_prologue_no_metadata_and_no_scripts(figure):
    for text in (figure.svg, figure.narrow):
        assert text.startswith("<svg ")
        assert text.endswith("</svg>")
        assert not re.search(
            r"<\?xml|<!|<metadata|<script|<image|<foreignObject|href=|\son\w+=|@import", text
        )


def test_ids_begin_with_the_figures_id_and_occur_once_on_the_page(figure):
    ids = [mark.get("id") for svg in both(figure) for mark in svg.iter() if mark.get("id")]
    assert len(ids) == len(set(ids))
    assert all(each.startswith(f"{figure.id}-") for each in ids)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", each) for each in ids)


def test_every_pattern_that_is_used_is_defined_in_the_same_drawing(figure):
    for text in (figure.svg, figure.narrow):
        used = set(re.findall(r"url\(#([^)]+)\)", text))
        assert used <= set(re.findall(r'<pattern id="([^"]+)"', text))


def test_drawing_fits_the_room_it_gets(figure):
    wide, narrow = both(figure)
    for svg in (wide, narrow):
        assert svg.get("width") is None
        assert svg.get("height") is None
        assert "width:100%" in svg.get("style", "")
    box = [float(part) for part in wide.get("viewBox", "").split()]
    assert box == [0, 0, figure.width, figure.height]
    assert float(narrow.get("viewBox", "").split()[2]) == NARROW
    assert figure.width == WIDE


def test_all_text_lies_inside_the_drawing(figure):
    for svg in both(figure):
        _, _, wide, tall = map(float, svg.get("viewBox", "").split())
        for each in texts(svg):
            assert each.left >= -1.0, each
            assert each.right <= wide + 1.0, each
            assert each.top >= -1.0, each
            assert each.bottom <= tall + 1.0, each


def test_no_two_texts_overlap_even_in_the_widest_font(figure):
    for svg in both(figure):
        clashes = [(a.text, b.text) for a, b in combinations(texts(svg), 2) if a.overlaps(b)]
        assert clashes == []


def test_no_text_is_too_small_to_read(figure):
    for svg in both(figure):
        assert all(each.size >= TINY for each in texts(svg))


def test_text_on_white_has_a_contrast_of_4_5(figure):
    for svg in both(figure):
        colours = {each.colour for each in texts(svg)} - {"#FFFFFF"}  # white text lies on dark boxes
        assert all(contrast(colour, "#FFFFFF") >= 4.5 for colour in colours)


def test_drawing_is_small(figure):
    panels = figure.svg.count(">Per cent<") + figure.svg.count(">Beds<") or 1
    assert len(figure.svg) < 32_000 * panels
    assert len(figure.narrow) < 32_000 * panels


def test_same_input_gives_the_same_bytes(figure):
    name = next(key for key, drawn in _DRAWN.items() if drawn is figure)
    again = ALL[name]()
    assert again == figure


def test_table_has_a_caption_and_as_many_cells_as_columns(figure):
    table = figure.table
    assert table.id == f"{figure.id}-table"
    assert figure.title in table.caption or figure.title.rstrip(".") in table.caption
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_no_number_reads_nan(figure):
    for text in (figure.svg, figure.narrow, figure.alt):
        assert not re.search(r"\b(nan|inf|None)\b", text)
    assert not any(re.search(r"\b(nan|inf|None)\b", cell.text) for row in figure.table.rows for cell in row)


def test_no_control_character_gets_anywhere(figure):
    words = [figure.svg, figure.narrow, figure.alt, figure.title, figure.subtitle, figure.table.caption]
    words += [cell.text for row in figure.table.rows for cell in row]
    words += [column.label for column in figure.table.columns]
    assert not any(re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]", text) for text in words)


def test_picture_for_word_is_drawn_only_when_asked(figure):
    assert figure.png == b""


@pytest.mark.parametrize("name", CHARTS)
def test_picture_for_word_is_a_png_of_150_dots_an_inch_and_always_the_same(name):
    figure = CHARTS[name](png=True)
    assert figure.png.startswith(b"\x89PNG\r\n")
    wide, tall = (int.from_bytes(figure.png[i : i + 4], "big") for i in (16, 20))
    assert wide == pytest.approx(figure.width * 150 / 96, abs=1)
    assert tall == pytest.approx(figure.height * 150 / 96, abs=1)
    assert CHARTS[name](png=True).png == figure.png


def test_picture_for_word_bears_names_in_any_script():
    days = ["2026-01-01", "2026-01-02"]
    figure = CHARTS["fan"](runs=[(HOSTILE, [[1.0, 2.0]])], dates=days, observed=None, events=[], png=True)
    assert figure.png.startswith(b"\x89PNG")


def test_picture_for_word_may_say_that_there_is_nothing():
    assert CHARTS["fan"](runs=[], observed=None, capacity=None, png=True).png.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", EMPTY)
def test_chart_with_nothing_to_draw_says_so_in_a_sentence(name):
    figure = EMPTY[name]()
    assert figure.alt.startswith(("There is nothing to", "There is no difference"))
    assert figure.alt.endswith(".")
    for svg in both(figure):
        assert " ".join(each.text for each in texts(svg)) == figure.alt


@pytest.mark.parametrize("name", [name for name in AWKWARD if "hostile" in name])
def test_hostile_names_are_cut_in_the_picture_and_whole_in_the_table(name):
    figure = AWKWARD[name]()
    assert "&lt;script&gt;" in figure.svg
    assert "<script" not in figure.svg
    assert not any("W" * 200 in each.text for svg in both(figure) for each in texts(svg))
    told = [column.label for column in figure.table.columns]
    told += [cell.text for row in figure.table.rows for cell in row]
    assert any("W" * 250 in text for text in told)


def test_id_that_is_no_id_becomes_one():
    figure = CHARTS["slope"](id='a b"><script>')
    assert figure.id == "a-b-script-"
    assert 'id="a-b-script--title"' in figure.svg


def test_every_colour_of_a_line_or_an_outline_that_carries_meaning_stands_out_from_white():
    faint = {"#D8DDE0", "#FFFFFF"}  # grid lines may be missed; white parts neighbours
    for make in CHARTS.values():
        colours = set(re.findall(r'stroke="(#[0-9A-F]{6})"', make().svg)) - faint
        assert all(contrast(colour, "#FFFFFF") >= 3.0 for colour in colours), colours


def test_text_over_a_box_can_be_read():
    """A text in the middle of a cell has a contrast of 4.5 with the last box drawn under it."""
    for make in (CHARTS["heat"], CHARTS["timeline"], CHARTS["matrix"], AWKWARD["timeline, restless"]):
        for svg in both(make()):
            boxes = []
            for mark in svg.iter():
                if mark.tag == f"{SVG}rect" and mark.get("x"):
                    boxes.append(
                        [
                            *(float(mark.get(key, "")) for key in ("x", "y", "width", "height")),
                            mark.get("fill"),
                        ]
                    )
                if mark.tag == f"{SVG}text" and mark.get("text-anchor") == "middle":
                    x, y = float(mark.get("x", "")), float(mark.get("y", "")) - 4
                    under = [b for b in boxes if b[0] <= x <= b[0] + b[2] and b[1] <= y <= b[1] + b[3]]
                    if under:
                        assert contrast(mark.get("fill", TEXT), under[-1][4]) >= 4.5
