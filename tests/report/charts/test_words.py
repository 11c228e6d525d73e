"""Text is never wider than it is taken to be, and is cut where it must be."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.report.charts.words import ELLIPSIS, clean, shorten, width, wrap

NAMES = [
    "William Harvey Hospital",
    "Pathway 1: home with support from health or social care",
    "-1.7 pts (-2.3 to -1.1), no clear change",
    "Emergency department: 4,321 of 5,000 (86.4%)",
    "WWWWWWWW MMMMMMM @@@@@ %%%%",
    "Ill lilij tilt",
    "Café Šárka Ångström Łódź",
    string.ascii_letters,
    string.digits + string.punctuation,
]


@pytest.mark.parametrize("bold", [False, True], ids=["plain", "bold"])
@pytest.mark.parametrize("name", NAMES)
def test_width_is_at_least_that_of_dejavu_sans_and_at_most_a_quarter_more(name, bold):
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=100)
    true = TextPath((0, 0), name, prop=font, usetex=False).get_extents().x1
    room = width(name, 100, bold=bold)
    assert true * 0.99 <= room <= true * 1.25


@pytest.mark.parametrize("letter", string.printable.strip())
def test_no_letter_is_wider_than_it_is_taken_to_be(letter):
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=100)
    ten, _, _ = text_to_path.get_text_width_height_descent(letter * 10, font, ismath=False)
    assert width(letter * 10, 100) >= ten * 0.97


@settings(deadline=None)
@given(st.text(max_size=60), st.floats(10, 400))
def test_shortened_text_fits_and_begins_like_the_whole(text, room):
    words = clean(text)
    cut = shorten(words, room, 12)
    assert width(cut, 12) <= room or cut == ELLIPSIS
    assert cut == words or cut.endswith(ELLIPSIS)
    assert words.startswith(cut.removesuffix(ELLIPSIS))


@settings(deadline=None)
@given(st.text(max_size=120), st.integers(1, 5), st.floats(30, 300))
def test_wrapped_text_keeps_its_words_in_order_and_its_lines_fit(text, lines, room):
    found = wrap(text, room, 12, lines)
    assert len(found) <= lines
    assert all(width(line, 12) <= room for line in found)
    if not any(line.endswith(ELLIPSIS) for line in found):
        assert " ".join(found) == clean(text)


def test_text_is_wrapped_between_words_and_cut_at_the_last_line():
    assert wrap("Urgent community response", 85, 12, 3) == ["Urgent", "community", "response"]
    assert wrap("Urgent community response", 150, 12, 3) == ["Urgent community", "response"]
    assert wrap("Urgent community response", 85, 12, 2) == ["Urgent", "community" + ELLIPSIS]
    assert wrap("", 85, 12) == []


@settings(deadline=None)
@given(st.text(max_size=80))
def test_clean_text_has_no_control_characters_and_single_blanks(text):
    found = clean(text)
    assert found == found.strip()
    assert "  " not in found
    assert clean(found) == found
    assert not set(found) & set("\x00\x07\n\t\r\x1b\u202e\ud800\x7f")


def test_clean_keeps_any_script():
    assert clean("病院\n😀\tCafé \u202e<b>") == "病院 😀 Café <b>"
