"""Marks lie where their numbers say: read off the drawing with the ticks, as a reader would."""

import re
from datetime import timedelta
from math import nan
from xml.etree import ElementTree

import numpy as np
import pytest

from flowsim.report.document import Figure
from flowsim.report.theme import (
    BASE,
    DARK_BLUE,
    DARK_PINK,
    EDGE,
    LEVELS,
    LIMIT,
    ORANGE,
    OTHER,
    SEEN,
    SEQUENCE,
    SPAN,
)
from report.charts.samples import CHARTS, DAYS

SVG = "{http://www.w3.org/2000/svg}"
MUTED = "#4C6272"
Place = tuple[float, float]


def marks(svg: str, tag: str) -> list[dict[str, str]]:
    return [
        dict(each.attrib, text=each.text or "") for each in ElementTree.fromstring(svg).iter(f"{SVG}{tag}")
    ]


def _ticks(svg: str, anchor: str) -> list[tuple[float, float, float]]:
    """Return number, x and y of every tick: grey numbers with an anchor."""
    found = [
        each for each in marks(svg, "text") if each.get("fill") == MUTED and each.get("text-anchor") == anchor
    ]
    numbers = [(each["text"].replace(",", ""), float(each["x"]), float(each["y"])) for each in found]
    return [(float(text), x, y) for text, x, y in numbers if re.fullmatch(r"-?\d+(\.\d+)?", text)]


def across(svg: str):
    """Return what turns a pixel from the left into a number, from the ticks below."""
    ticks = _ticks(svg, "middle")
    slope, start = np.polyfit([x for _, x, _ in ticks], [number for number, _, _ in ticks], 1)
    return lambda x: slope * x + start


def upwards(svg: str):
    """Return what turns a pixel from the top into a number, from the ticks on the left."""
    ticks = _ticks(svg, "end")
    slope, start = np.polyfit([y - 4 for _, _, y in ticks], [number for number, _, _ in ticks], 1)
    return lambda y: slope * y + start


def boxes(svg: str, fill: str) -> list[tuple[float, float, float, float]]:
    """Return left, top, width and height of the boxes of a colour."""
    found = [each for each in marks(svg, "rect") if each.get("fill") == fill and "x" in each]
    return [tuple(float(each[key]) for key in ("x", "y", "width", "height")) for each in found]  # type: ignore[misc]


def lines(svg: str, colour: str) -> list[np.ndarray]:
    """Return the points of each line of a colour."""
    return [
        points(each["d"])
        for each in marks(svg, "path")
        if each.get("stroke") == colour and each["fill"] == "none"
    ]


def points(path: str) -> np.ndarray:
    numbers = [float(n) for n in re.findall(r"-?(?:\d+\.\d+|\d+|\.\d+)", path)]
    return np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)


# -- bars, differences, steps ----------------------------------------------------------------------------


def test_bars_and_the_interval_of_their_difference():
    figure = CHARTS["bars"](rows=[("A", 100.0, 60.0, -55.0, -25.0)], unit="beds")
    at = across(figure.svg)
    (left, _, wide, _) = boxes(figure.svg, DARK_BLUE)[-1]
    assert at(left) == pytest.approx(0.0, abs=0.5)
    assert at(left + wide) == pytest.approx(60.0, abs=0.5)
    hatched = [
        each for each in marks(figure.svg, "rect") if each.get("fill", "").startswith("url(#bars-rising")
    ]
    base = hatched[-1]
    assert at(float(base["x"]) + float(base["width"])) == pytest.approx(100.0, abs=0.5)
    whisker = max(lines(figure.svg, "#212B32"), key=lambda each: np.ptp(each[:, 0]))
    assert at(whisker[0, 0]) == pytest.approx(100 - 55, abs=0.5)  # counted from the end of the first bar
    assert at(whisker[-1, 0]) == pytest.approx(100 - 25, abs=0.5)
    assert float(base["y"]) < boxes(figure.svg, DARK_BLUE)[-1][1] < whisker[0, 1]


def test_a_dot_at_the_difference_with_its_interval_about_it():
    rows = [("A", 0.02, 0.01, 0.04, "better"), ("B", -0.03, -0.05, 0.0, "no clear change")]
    figure = CHARTS["differences"](rows=rows)
    at = across(figure.svg)
    better, unclear = marks(figure.svg, "circle")
    assert at(float(better["cx"])) == pytest.approx(2.0, abs=0.05)
    assert at(float(unclear["cx"])) == pytest.approx(-3.0, abs=0.05)
    (wide,) = [each for each in lines(figure.svg, DARK_BLUE) if np.ptp(each[:, 0]) > 5]
    assert [at(x) for x in wide[:, 0]] == pytest.approx([1.0, 4.0], abs=0.05)
    assert wide[0, 1] == pytest.approx(float(better["cy"]), abs=0.1)
    ends = [each for each in lines(figure.svg, DARK_BLUE) if np.ptp(each[:, 0]) == 0]
    assert [np.ptp(each[:, 1]) for each in ends] == pytest.approx([8.0, 8.0])


@pytest.mark.parametrize(
    ("row", "meaning"),
    [
        ((5.0, 1.0, 9.0), "higher"), ((-5.0, -9.0, -1.0), "lower"), ((5.0, -1.0, 9.0), "no clear change"),
        ((5.0, 0.0, 9.0), "no clear change"), ((0.0, 0.0, 0.0), "no clear change"), ((5.0, nan, 9.0), ""),
        ((nan, nan, nan), ""),
    ],
)  # fmt: skip
def test_what_a_difference_by_group_means(row: tuple[float, float, float], meaning: str):
    figure = CHARTS["slope"](rows=[("A", *row), ("other", 1.0, -1.0, 3.0)])
    assert figure.table.rows[0][3].text == meaning
    judged = CHARTS["slope"](rows=[("A", *row), ("other", 1.0, -1.0, 3.0)], better="higher")
    wanted = {"higher": "better", "lower": "worse"}.get(meaning, meaning)
    assert judged.table.rows[0][3].text == wanted


def test_a_waterfall_walks_from_the_start_to_the_end():
    steps = [("Up", 20.0, 15.0, 25.0), ("Down", -5.0, -8.0, -2.0), ("Unknown", nan, nan, nan)]
    figure = CHARTS["waterfall"](
        start=("S", 40.0), end=("E", 55.0), steps=steps, unit="beds", decimals=0, better="higher"
    )
    at = across(figure.svg)
    (up,), (down,) = boxes(figure.svg, DARK_BLUE), boxes(figure.svg, ORANGE)
    assert (at(up[0]), at(up[0] + up[2])) == (pytest.approx(40, abs=0.3), pytest.approx(60, abs=0.3))
    assert (at(down[0]), at(down[0] + down[2])) == (pytest.approx(55, abs=0.3), pytest.approx(60, abs=0.3))
    whiskers = [each for each in lines(figure.svg, "#212B32") if np.ptp(each[:, 0]) > 1]
    assert [at(x) for x in whiskers[0][:, 0]] == pytest.approx([55, 65], abs=0.3)
    assert [at(x) for x in whiskers[1][:, 0]] == pytest.approx([52, 58], abs=0.3)
    square = next(each for each in marks(figure.svg, "path") if each.get("fill") == BASE)
    circle = next(each for each in marks(figure.svg, "circle") if each.get("fill") == OTHER)
    assert at(points(square["d"])[:, 0].mean()) == pytest.approx(40, abs=0.3)
    assert at(float(circle["cx"])) == pytest.approx(55, abs=0.3)
    links = [
        each for each in lines(figure.svg, EDGE) if np.ptp(each[:, 0]) == 0 and 20 < np.ptp(each[:, 1]) < 60
    ]
    assert [round(float(at(each[0, 0]))) for each in links] == [40, 60, 55, 55]


# -- through time ----------------------------------------------------------------------------------------


def day_of(figure: Figure):
    """Return what turns a pixel from the left into a day, from the names of the months below."""
    months = {"Oct": 0, "Nov": 31, "Dec": 61, "Jan": 92, "Feb": 123, "Mar": 151}
    found = [
        (months[each["text"]], float(each["x"]) - 2)
        for each in marks(figure.svg, "text")
        if each["text"] in months
    ]
    slope, start = np.polyfit([x for _, x in found], [day for day, _ in found], 1)
    return lambda x: slope * x + start


def test_lines_of_a_fan_are_medians_and_limits():
    base = np.linspace(100.0, 200.0, 182)
    values = np.array([base - 10, base, base + 10])
    figure = CHARTS["fan"](runs=[("A", values), ("B", values - 50)], capacity=220.0, observed=None, events=[])
    at, day = upwards(figure.svg), day_of(figure)
    dashed = max(lines(figure.svg, BASE), key=lambda each: np.ptp(each[:, 0]))
    solid = max(lines(figure.svg, OTHER), key=lambda each: np.ptp(each[:, 0]))
    assert [at(y) for y in dashed[[0, -1], 1]] == pytest.approx([100, 200], abs=1)
    assert [at(y) for y in solid[[0, -1], 1]] == pytest.approx([50, 150], abs=1)
    assert [day(x) for x in dashed[[0, -1], 0]] == pytest.approx([0, 181], abs=0.7)
    limit = max(lines(figure.svg, LIMIT), key=lambda each: np.ptp(each[:, 0]))
    assert at(limit[:, 1].mean()) == pytest.approx(220, abs=1)


def test_circles_of_a_fan_are_what_was_observed():
    seen = np.full(182, nan)
    seen[[10, 150]] = [290.0, 310.0]
    figure = CHARTS["fan"](observed=seen, events=[])
    at, day = upwards(figure.svg), day_of(figure)
    found = [
        each for each in marks(figure.svg, "circle") if each.get("stroke") == SEEN and each["r"] == "2.3"
    ]
    assert [day(float(each["cx"])) for each in found] == pytest.approx([10, 150], abs=0.7)
    assert [at(float(each["cy"])) for each in found] == pytest.approx([290, 310], abs=0.7)


def test_bands_are_of_half_and_nine_tenths_of_the_replications():
    values = np.repeat(np.arange(101.0)[:, None], 182, axis=1)  # quantiles are their per cent
    figure = CHARTS["fan"](runs=[("A", values)], capacity=None, observed=None, events=[])
    at = upwards(figure.svg)
    wide, narrow = (points(each["d"]) for each in marks(figure.svg, "path") if "fill-opacity" in each)
    assert sorted({round(float(at(y))) for y in wide[:, 1]}) == [5, 95]
    assert sorted({round(float(at(y))) for y in narrow[:, 1]}) == [25, 75]


def test_a_band_far_above_everything_else_is_cut_and_said():
    values = np.full((20, 182), 10.0)
    values[:2, 60] = 1000.0
    figure = CHARTS["fan"](runs=[("A", values)], capacity=None, observed=None, events=[])
    assert max(number for number, *_ in _ticks(figure.svg, "end")) <= 50
    assert "Lighter bands are cut at the top; they reach" in " ".join(
        each["text"] for each in marks(figure.svg, "text")
    )
    assert "on 30 November 2026" in " ".join(each["text"] for each in marks(figure.svg, "text"))


def test_parts_of_a_whole_lie_on_each_other():
    figure = CHARTS["stacked"](parts=[("A", np.full(182, 10.0)), ("B", np.full(182, 30.0))])
    at = upwards(figure.svg)
    areas = [each for each in marks(figure.svg, "path") if each.get("d", "").endswith("Z")]
    heights = [sorted({round(float(at(y))) for y in points(each["d"])[:, 1]}) for each in areas]
    assert heights == [[0, 10], [10, 40]]


def test_stretches_lie_on_their_days():
    spans = [(DAYS[31], DAYS[61], "November", None), (DAYS[92], DAYS[123], "Level", 1)]
    figure = CHARTS["timeline"](rows=[("A", spans)], end=DAYS[181])
    day = day_of(figure)
    (november,) = boxes(figure.svg, SPAN)
    assert [day(november[0]), day(november[0] + november[2])] == pytest.approx([31, 61], abs=0.5)
    january = boxes(figure.svg, LEVELS[0].colour)[-1]
    assert [day(january[0]), day(january[0] + january[2])] == pytest.approx([92, 123], abs=0.5)


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([(0, 2, "x", 3), (2, 5, "x", 3)], [("1 October 2026", "5 October 2026")]),
        ([(2, 5, "x", 3), (0, 2, "x", 3)], [("1 October 2026", "5 October 2026")]),  # in whatever order
        (
            [(0, 2, "x", 3), (3, 5, "x", 3)],
            [("1 October 2026", "2 October 2026"), ("4 October 2026", "5 October 2026")],
        ),
        (
            [(0, 2, "x", 3), (2, 5, "x", 2)],
            [("1 October 2026", "2 October 2026"), ("3 October 2026", "5 October 2026")],
        ),
        (
            [(0, 2, "x", 3), (2, 5, "y", 3)],
            [("1 October 2026", "2 October 2026"), ("3 October 2026", "5 October 2026")],
        ),
        ([(-9, 3, "x", 3)], [("1 October 2026", "3 October 2026")]),
        ([(5, 5, "x", 3)], []),
        ([(-5, 0, "x", 3)], []),
    ],
)
def test_stretches_that_continue_each_other_are_one(spans, told):
    made = [(DAYS[0] + timedelta(i), DAYS[0] + timedelta(j), text, level) for i, j, text, level in spans]
    figure = CHARTS["timeline"](rows=[("A", made), ("B", [(DAYS[0], DAYS[9], "z", None)])])
    assert [(row[1].text, row[2].text) for row in figure.table.rows if row[0].text == "A"] == told


# -- cells -----------------------------------------------------------------------------------------------


def test_cells_of_a_week_are_placed_by_day_and_hour_and_shaded_in_seven_steps():
    values = np.zeros((7, 24))
    values[2, 5], values[6, 23] = 7.0, 3.5  # Wednesday from 05:00 is the highest
    figure = CHARTS["heat"](values=values)
    darkest, half = boxes(figure.svg, SEQUENCE[6]), boxes(figure.svg, SEQUENCE[3])
    assert len(darkest) == len(half) == 1
    text = {each["text"]: (float(each["x"]), float(each["y"])) for each in marks(figure.svg, "text")}
    x, y, wide, tall = darkest[0]
    assert x < text["05"][0] < x + wide
    assert y < text["Wed"][1] < y + tall
    x, y, wide, tall = half[0]
    assert x < text["23"][0] < x + wide
    assert y < text["Sun"][1] < y + tall
    (x, y, wide, tall) = boxes(figure.narrow, SEQUENCE[6])[0]  # on a telephone days stand side by side
    text = {each["text"]: (float(each["x"]), float(each["y"])) for each in marks(figure.narrow, "text")}
    assert x < text["Wed"][0] < x + wide
    assert y < text["05:00"][1] < y + tall


def test_cells_of_a_matrix_stand_in_their_row_and_column():
    cells = [[(f"{r}{c}", 0.0, None) for c in range(3)] for r in range(2)]
    figure = CHARTS["matrix"](rows=["First", "Second"], columns=["A", "B", "C"], cells=cells, note="")
    text = {each["text"]: (float(each["x"]), float(each["y"])) for each in marks(figure.svg, "text")}
    for r, row in enumerate(("First", "Second")):
        for c, column in enumerate("ABC"):
            assert abs(text[f"{r}{c}"][0] - text[column][0]) < 15
            assert abs(text[f"{r}{c}"][1] - text[row][1]) < 5


@pytest.mark.parametrize(
    ("shade", "shapes"), [(0.15, 2), (-0.15, 2), (0.14, 0), (-0.14, 0), (None, 0), (5.0, 2), (-5.0, 2)]
)
def test_marks_from_a_noticeable_shade_on(shade: float | None, shapes: int):
    figure = CHARTS["matrix"](rows=["R"], columns=["C"], cells=[[("x", 1.0, shade)]], note="")
    triangles = [each for each in marks(figure.svg, "path") if each["d"].endswith("Z")]
    assert len(triangles) == (1 + 2 if shapes else 0)  # with the two of the key
    assert ("better" in [each["text"] for each in marks(figure.svg, "text")]) == bool(shapes)


# -- flows -----------------------------------------------------------------------------------------------

BOXES = [("a", "Start", 0), ("b", "Middle", 1), ("c", "End", 2)]


@pytest.mark.parametrize(
    ("base", "other", "colour", "texts"),
    [
        (100.0, 101.9, EDGE, ["100", "+1.9"]),
        (100.0, 102.0, DARK_BLUE, ["100", "+2.0"]),
        (100.0, 98.1, EDGE, ["100", "-1.9"]),
        (100.0, 98.0, DARK_PINK, ["100", "-2.0"]),
        (0.0, 0.0, EDGE, ["0", "+0"]),
        (0.0, 1.0, DARK_BLUE, ["0", "+1.0"]),
        (nan, 5.0, DARK_BLUE, ["0", "+5"]),
        (100.0, nan, EDGE, ["100"]),
    ],
)
def test_arrows_of_noticeable_changes_have_a_colour(base: float, other: float, colour: str, texts: list[str]):
    figure = CHARTS["flow"](nodes=BOXES, arrows=[("a", "b", base, other), ("b", "c", 1000.0, 1000.0)])
    written = [each["text"] for each in marks(figure.svg, "text")]
    assert [text for text in written if text in texts][: len(texts)] == texts
    tips = [each["fill"] for each in marks(figure.svg, "path") if each["d"].endswith("Z")]
    assert sorted(tips) == sorted([colour, EDGE])


def test_arrows_are_as_thick_as_their_volume():
    figure = CHARTS["flow"](nodes=BOXES, arrows=[("a", "b", 1000.0, 1000.0), ("b", "c", 250.0, 250.0)])
    widths = {
        float(each.get("stroke-width", 1)) for each in marks(figure.svg, "path") if each["fill"] == "none"
    }
    assert widths == {8.0, 2.0}
    thin = CHARTS["flow"](nodes=BOXES, arrows=[("a", "b", 1000.0, 1000.0), ("b", "c", 1.0, 1.0)])
    assert (
        min(float(each.get("stroke-width", 1)) for each in marks(thin.svg, "path") if each["fill"] == "none")
        == 1
    )


def test_on_a_telephone_each_service_lists_its_patients_the_most_first():
    arrows = [("a", "b", 100.0, 100.0), ("a", "c", 400.0, 300.0), ("b", "c", 200.0, 200.0)]
    figure = CHARTS["flow"](nodes=BOXES, arrows=arrows)
    written = [each["text"] for each in marks(figure.narrow, "text")]
    assert written[:8] == [
        "From Start",
        "to End",
        "400 -100",
        "to Middle",
        "100 +0",
        "From Middle",
        "to End",
        "200 +0",
    ]
    bars = boxes(figure.narrow, DARK_PINK) + boxes(figure.narrow, EDGE)
    assert sorted(wide for *_, wide, tall in bars if tall == 5) == pytest.approx(
        [342 / 4, 342 / 2, 342], abs=0.2
    )
