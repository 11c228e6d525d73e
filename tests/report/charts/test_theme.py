"""Colours are far enough apart for eyes and for black-and-white printers."""

from itertools import pairwise

import pytest

from flowsim.report import theme


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("#000000", 21.0),
        ("#FFFFFF", 1.0),
        ("#12436D", 10.25),
        ("#28A197", 3.17),
        ("#801650", 9.77),
        ("#F46A25", 3.03),
        ("#3D3D3D", 10.86),
        ("#A285D1", 3.08),
    ],
)
def test_contrast_on_white_is_as_published(colour, expected):
    assert theme.contrast(colour, "#FFFFFF") == pytest.approx(expected, abs=0.006)
    assert theme.contrast("#FFFFFF", colour) == theme.contrast(colour, "#FFFFFF")


def test_palette_stands_out_from_white_and_neighbours_from_each_other():
    assert all(theme.contrast(colour, theme.WHITE) >= 3.0 for colour in theme.PALETTE)
    assert all(theme.contrast(*pair) >= 3.0 for pair in pairwise(theme.PALETTE))


@pytest.mark.parametrize("colour", [theme.TEXT, theme.MUTED, theme.LIMIT])
def test_colours_of_text_can_be_read_on_white_and_on_shading(colour):
    assert theme.contrast(colour, theme.WHITE) >= 4.5
    assert theme.contrast(colour, theme.SPAN) >= 4.5


@pytest.mark.parametrize("ground", [*theme.SEQUENCE, *(fill.colour for fill in theme.LEVELS)])
def test_numbers_on_shaded_cells_can_be_read(ground):
    assert theme.contrast(theme.text_on(ground), ground) >= 4.5


def test_sequence_gets_darker_step_by_step():
    values = [theme.luminance(colour) for colour in theme.SEQUENCE]
    assert values == sorted(values, reverse=True)
    assert all(one - two > 0.05 for one, two in pairwise(values))


@pytest.mark.parametrize("fills", [theme.PARTS, theme.LEVELS], ids=["parts", "levels"])
def test_fills_differ_in_pattern_and_neighbours_in_lightness(fills):
    looks = {(fill.hatch, round(theme.luminance(fill.colour), 1), fill.ink) for fill in fills}
    assert len(looks) == len(fills)
    for one, two in pairwise(fills):
        assert one.hatch != two.hatch or theme.contrast(one.colour, two.colour) >= 3.0


@pytest.mark.parametrize("shade", [0.06, 0.2, 0.4])
@pytest.mark.parametrize("colour", [theme.BETTER, theme.WORSE])
def test_text_on_tints_of_a_matrix_can_be_read(colour, shade):
    assert theme.contrast(theme.TEXT, theme.mix(colour, shade)) >= 4.5


def test_mix_goes_from_the_ground_to_the_colour():
    assert theme.mix("#12436D", 0.0) == "#FFFFFF"
    assert theme.mix("#12436D", 1.0) == "#12436D"
    assert theme.mix("#000000", 0.5) == "#808080"


def test_baseline_and_scenario_differ_without_colour():
    assert theme.BASE_LINE.dash
    assert not theme.OTHER_LINE.dash
