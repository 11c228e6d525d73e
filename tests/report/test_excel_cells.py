"""From what a document shows to what a spreadsheet computes with: each cell worked out by hand."""

import re
import zipfile
from io import BytesIO
from math import inf, isnan, nan
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowsim.measures.format import scale_for
from flowsim.report import excel
from flowsim.report.document import Cell, Column, Document, Figure, Numbers, Paragraph, Section, Table
from flowsim.report.excel_cells import (
    LEGEND,
    MOST_HEADING,
    MOST_TEXT,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    SheetColumn,
    how_shown,
    one_line,
    sheet_columns,
)

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def columns_of(cells: list[Cell], heading: str = "Mean") -> list[SheetColumn]:
    """Return the columns that one column of a document becomes."""
    return sheet_columns(Table("t", "c", (Column(heading),), tuple((cell,) for cell in cells)))


def read(value: float, written: str) -> str:
    """Return what a spreadsheet shows of a number in a format: as much of the rules as is used here."""
    positive, *others = written.split(";")
    pattern = others[0] if value < 0 and others else others[-1] if value == 0 and others else positive
    number = re.sub(r'"[^"]*"', "", pattern)
    digits = len(number.partition(".")[2].strip("%+-"))
    shown = abs(value) * (100 if "%" in number else 1)
    core = re.search(r"[#,0.]+", pattern)
    assert core is not None
    before, after = pattern[: core.start()].replace('"', ""), pattern[core.end() :].replace('"', "")
    minus = "-" if value < 0 and not others else ""
    return f"{minus}{before}{shown:,.{digits}f}{after}"


# -- how a text writes its number ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("78.3%", 0.783, (100, "%", 1, False, "", "")),
        ("78.3%", 78.3, (1, "%", 1, False, "", "")),
        ("1,003", 1003.2, (1, "", 0, False, "", "")),
        ("31 min", 31.2, (1, "min", 0, False, "", "")),
        ("2.1 hours", 126.4, (1 / 60, "hours", 1, False, "", "")),
        ("3.0 days", 4320.0, (1 / 1440, "days", 1, False, "", "")),
        ("-1.7 pts (-2.3 to -1.1)", -0.0169, (100, "pts", 1, False, "(-2.3 to -1.1)", "")),
        ("+2.2 pts", 0.022, (100, "pts", 1, True, "", "")),
        ("−1.5", -1.5, (1, "", 1, False, "", "")),
        ("±1.5 min", 1.5, (1, "min", 1, False, "", "")),
        ("+4.5/day", 4.5, (1, "/day", 1, True, "", "")),
        ("12 h/day", 12.0, (1, "h/day", 0, False, "", "")),
        ("12 hours/day, worse", 12.0, (1, "hours/day", 0, False, ", worse", "")),
        ("48 hours", 2.0, (24.0, "hours", 0, False, "", "")),
        ("£350", 350.0, (1, "", 0, False, "", "£")),
        ("-£1.25m/day", -1.25, (1, "m/day", 2, False, "", "£")),
        ("+£3.5k (+£1.0 to +£6.0)", 3.5, (1, "k", 1, True, "(+£1.0 to +£6.0)", "£")),
        ("0", 0.0, (1, "", 0, False, "", "")),
        ("7 of 9", 7.0, (1, "of", 0, False, "9", "")),
    ],
)
def test_how_shown(text: str, value: float, shown: tuple[float, str, int, bool, str, str]) -> None:
    """Factor, unit, decimals, whether a plus is written, what follows, and the sign of a currency."""
    found = how_shown(Cell(text, value))
    assert found.factor == pytest.approx(shown[0])
    assert (found.unit, found.decimals, found.signed, found.rest, found.sign) == shown[1:]


@pytest.mark.parametrize(
    ("text", "value"),
    [("78.3%", 0.5), ("about 7", 7.0), ("-7", 7.0), ("7.0", 7.06), ("7", 6.49), ("", 7.0), ("7", None)],
)
def test_a_text_that_does_not_write_its_value_has_no_factor(text: str, value: float | None) -> None:
    assert isnan(how_shown(Cell(text, value)).factor)


@pytest.mark.parametrize(("text", "value"), [("7.0", 7.05), ("7.0", 6.95), ("7", 7.5), ("7", 6.5)])
def test_a_half_may_be_rounded_either_way(text: str, value: float) -> None:
    assert how_shown(Cell(text, value)).factor == 1.0


UNITS = ["share", "minutes", "hours", "days", "per day", "hours per day", "count", "pounds", "pounds per day"]


@settings(deadline=None)
@given(st.sampled_from(UNITS), st.floats(0.001, 5e6), st.integers(0, 2), st.booleans())
def test_whatever_flowsim_writes_a_spreadsheet_shows_alike(
    unit: str, value: float, decimals: int, change: bool
) -> None:
    """Several rows in different units keep their own: the format of each shows the same characters."""
    scale = scale_for(unit, decimals, value)
    last = value * scale.factor * 10.0**scale.decimals
    assume(abs(last % 1 - 0.5) > 1e-6)  # a half may be rounded either way
    text = scale.write_change(value) if change else scale.write(value)
    other = Cell("1 thing", 1.0)
    (column,) = columns_of([Cell(text, value * scale.factor), other])
    number, written = column.values[0], column.formats[0]
    assert isinstance(number, float)
    shown = read(number, written)
    assert shown.replace(" ", "") == text.replace(" ", "")


# -- columns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "heading", "values", "formats"),
    [
        ([Cell("45 min", 45.2), Cell("7 min", 7.1)], "Mean (min)", (45.2, 7.1), ("#,##0", "#,##0")),
        ([Cell("1.5%", 0.015), Cell("20%", 0.2)], "Mean", (0.015, 0.2), ("#,##0.0%", "#,##0%")),
        ([Cell("1.5%", 1.5)], "Mean", (0.015,), ("#,##0.0%",)),
        ([Cell("5", 5.0), Cell("–"), Cell("")], "Mean", (5.0, "[x]", "[z]"), ("#,##0", "", "")),
        ([Cell("5 beds", 5.0), Cell("2 hours", 2.0)], "Mean", (5.0, 2.0), ('#,##0" beds"', '#,##0" hours"')),
        ([Cell("45 min", 45.0), Cell("2.5 hours", 150.0)], "Mean (minutes)", (45.0, 150.0), ("#,##0.0",) * 2),
        ([Cell("0.5 hours", 0.5), Cell("2.0 days", 48.0)], "Mean (hours)", (0.5, 48.0), ("#,##0.0",) * 2),
        ([Cell("0 min", 0.0), Cell("2.5 hours", 150.0)], "Mean (minutes)", (0.0, 150.0), ("#,##0.0",) * 2),
        ([Cell("+1", 1.0), Cell("-1", -1.0)], "Mean", (1.0, -1.0), ("+#,##0;-#,##0;#,##0", "#,##0")),
        ([Cell("seven", 7.0), Cell("8", 8.0)], "Mean", (7.0, 8.0), ("#,##0.0##", "#,##0")),
        ([Cell("£350", 350.0), Cell("£20", 20.0)], "Mean (£)", (350.0, 20.0), ("#,##0", "#,##0")),
        ([Cell("£1.25m", 1.25), Cell("£2.50m", 2.5)], "Mean (£m)", (1.25, 2.5), ("#,##0.00", "#,##0.00")),
        ([Cell("£1.25m", 1.25), Cell("£350", 350.0)], "Mean", (1.25, 350.0), ('"£"#,##0.00"m"', '"£"#,##0')),
        (
            [Cell("+£5k/day", 5.0), Cell("7", 7.0)], "Mean", (5.0, 7.0),
            ('+"£"#,##0"k/day";-"£"#,##0"k/day";"£"#,##0"k/day"', "#,##0"),
        ),
    ],
)  # fmt: skip
def test_a_column_of_numbers(
    cells: list[Cell], heading: str, values: tuple[object, ...], formats: tuple[str, ...]
) -> None:
    (column,) = columns_of(cells)
    assert column.heading == heading
    assert (
        column.values == pytest.approx(values)
        if all(isinstance(v, float) for v in values)
        else column.values == values
    )
    assert column.formats == formats
    assert column.number


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([Cell("a"), Cell("b")], ("a", "b")),
        ([Cell("–"), Cell("-"), Cell("—")], ("[x]",) * 3),
        ([Cell(""), Cell(" \n")], ("[z]",) * 2),
        ([Cell("5"), Cell("6", nan), Cell("7", inf)], ("5", "6", "7")),  # a text is no number
        ([], ()),
    ],
)
def test_a_column_of_words(cells: list[Cell], values: tuple[str, ...]) -> None:
    (column,) = columns_of(cells)
    assert column.values == values
    assert column.formats == ("",) * len(values)
    assert not column.number


def test_an_interval_becomes_two_columns() -> None:
    cells = [Cell("+1.5 pts (+1.0 to +2.0)", 0.015), Cell("-2.0 pts (-3.0 to -1.0)", -0.02), Cell("–")]
    mean, low, high = columns_of(cells, "Difference")
    assert [column.heading for column in (mean, low, high)] == [
        "Difference (pts)", "Difference (pts), low end", "Difference (pts), high end",
    ]  # fmt: skip
    assert mean.values == (1.5, -2.0, NOT_AVAILABLE)
    assert low.values == (1.0, -3.0, NOT_APPLICABLE)
    assert high.values == (2.0, -1.0, NOT_APPLICABLE)
    signed = "+#,##0.0;-#,##0.0;#,##0.0"
    assert low.formats == (signed, "#,##0.0", "")


def test_ends_of_intervals_of_money_and_of_per_cent() -> None:
    cells = [Cell("-£1.25m (-£1.50 to −£1,000.25)", -1.25), Cell("£1.00m", 1.0)]
    _, low, high = columns_of(cells)
    assert low.values == (-1.5, NOT_APPLICABLE)
    assert high.values == (-1000.25, NOT_APPLICABLE)
    mean, low, high = columns_of([Cell("50% (40 to 60)", 0.5)])
    assert (mean.values, low.values, high.values) == ((0.5,), (0.4,), (0.6,))
    assert low.formats == ("#,##0%",)


def test_ends_keep_their_unit_where_rows_differ() -> None:
    cells = [Cell("5 min (4 to 6)", 5.0), Cell("7 beds (6 to 8)", 7.0), Cell("£3k (2 to 4)", 3.0)]
    _, low, _ = columns_of(cells)
    assert low.formats == ('#,##0" min"', '#,##0" beds"', '"£"#,##0"k"')


def test_words_after_a_number_keep_a_column_of_their_own() -> None:
    numbers, words = columns_of([Cell("5 min, better", 5.0), Cell("6 min", 6.0)])
    assert numbers.values == (5.0, 6.0)
    assert (words.heading, words.values) == ("Mean, in words", ("5 min, better", "6 min"))
    assert not words.number


def test_a_unit_that_the_heading_names_is_not_named_again() -> None:
    (column,) = columns_of([Cell("5 min", 5.0)], "Wait in Minutes")
    assert column.heading == "Wait in Minutes"


def test_headings_differ_whatever_their_case() -> None:
    table = Table("t", "c", tuple(Column(name) for name in ("A", "a", "A", "", "")), ((Cell("x"),) * 5,))
    assert [column.heading for column in sheet_columns(table)] == ["A", "a 2", "A 3", "Column", "Column 2"]


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("a  b\n\tc\x00d", 99, "a b c d"),
        (" a ", 99, "a"),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("", 6, ""),
        ("\u202ea", 6, "a"),
    ],
)
def test_one_line(text: str, most: int, expected: str) -> None:
    assert one_line(text, most) == expected


def test_long_texts_are_cut_below_what_the_format_allows() -> None:
    assert len(one_line("x" * 40_000)) == MOST_TEXT < 32_767
    (column,) = columns_of([Cell("x")], "y" * 300)
    assert len(column.heading) == MOST_HEADING <= 255


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), st.none() | st.floats(allow_nan=True)), max_size=6))
def test_any_cells_make_columns_of_the_same_length_without_blanks(
    cells: list[tuple[str, float | None]],
) -> None:
    found = columns_of([Cell(text, value) for text, value in cells])
    assert len({column.heading.lower() for column in found}) == len(found)
    for column in found:
        assert len(column.values) == len(column.formats) == len(cells)
        for value, written in zip(column.values, column.formats, strict=True):
            assert value != ""
            assert (written == "") == isinstance(value, str)


# -- sheets ----------------------------------------------------------------------------------------------


def test_names_of_sheets_are_short_clean_and_different() -> None:
    taken = {"cover"}
    names = [excel._sheet_name(words, taken) for words in ("Cover", "cover", "a[b]:c*d?e/f\\g", "", "$ '")]
    assert names == ["Cover 2", "cover 3", "a b c d e f g", "Table", "Table 2"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("x" * 31, "x" * 31),
        ("x" * 32, "x" * 31),
        ("word " * 8, "word word word word word word"),
        ("a" * 29 + " bcd", "a" * 29),
    ],
)
def test_a_long_name_ends_with_a_whole_word(words: str, expected: str) -> None:
    assert excel._sheet_name(words, set()) == expected


def test_the_hundredth_sheet_of_a_name_is_still_short_enough() -> None:
    taken: set[str] = set()
    names = [excel._sheet_name("A very long name of a sheet, that is", taken) for _ in range(120)]
    assert len({name.lower() for name in names}) == 120
    assert max(map(len, names)) <= excel.NAME_LENGTH


def test_definitions_may_have_the_name_that_is_kept_for_them() -> None:
    taken = {"definitions"}
    assert excel._sheet_name("Definitions", taken) == "Definitions"
    assert excel._sheet_name("definitions", {"definitions"}) == "definitions 2"


TABLE = Table("t", "By site", (Column("A"),), ((Cell("x"),),), note="How to read it.")


def sheets(*sections: Section) -> list[excel.Sheet]:
    return list(excel._sheets(Document("T", "S", sections)))


def test_sheets_are_numbered_by_section_and_table() -> None:
    figure = Figure("f", "Waits double", "Mean wait", "<svg/>", "alt", TABLE)
    numbers = Numbers((("Within 4 hours", "73%", "-2 pts"),))
    found = sheets(
        Section("a", "First", (TABLE, Paragraph("x"), figure), (Section("b", "Part", (TABLE,)),)),
        Section("c", "Second", (numbers,)),
    )
    assert [sheet.name for sheet in found] == [
        "1.1 By site", "1.2 Waits double", "1.3 By site", "2.1 Second the numbers to take",
    ]  # fmt: skip
    assert [sheet.section for sheet in found] == ["First", "First", "Part", "Second"]
    assert found[1].subtitles == ("Mean wait",)
    assert found[1].table.caption == "Waits double"
    assert [cell.text for cell in found[3].table.rows[0]] == ["Within 4 hours", "73%", "-2 pts"]


def test_tables_without_rows_or_columns_have_no_sheet() -> None:
    empty, bare = Table("e", "Empty", (Column("A"),), ()), Table("n", "None", (), ((),))
    assert [sheet.table.id for sheet in sheets(Section("a", "A", (empty, TABLE, bare)))] == ["t"]


def test_lines_above_a_table_are_its_section_its_subtitle_and_its_note() -> None:
    sheet = excel.Sheet("1.1", "Pressure", ("Mean wait", "By site"), TABLE)
    title, lines, columns = excel._parts(sheet)
    assert title == "By site"
    assert lines == ["Pressure", "Mean wait", "How to read it."]  # a line that the caption says is left out
    assert [column.heading for column in columns] == ["A"]


def test_notes_are_cautions_small_print_and_those_of_tables() -> None:
    figure = Figure("f", "Waits double", "Mean wait", "<svg/>", "alt", TABLE)
    blocks = (
        Paragraph("Take care.", "caution"),
        Paragraph("Tiny.", "small"),
        Paragraph("Body."),
        TABLE,
        figure,
    )
    found = list(excel._notes(Document("T", "S", (Section("a", "First", blocks),))))
    assert found[: 1 + len(LEGEND)] == [
        ("Whole workbook", text) for text in (excel.SYNTHETIC, *LEGEND.values())
    ]
    assert found[1 + len(LEGEND) :] == [
        ("First", "Take care."), ("First", "Tiny."), *[("By site", "How to read it.")] * 2,
    ]  # fmt: skip


def test_the_cover_has_the_subtitle_the_answers_and_the_facts() -> None:
    blocks = (Paragraph("More beds help.", "lead"), Paragraph("Body."))
    document = Document(
        "T", "Sub", (Section("a", "A", blocks, (Section("b", "B", blocks[:1]),)),), (("Seed", "7"),)
    )
    intro, about = excel._cover_lines(document)
    assert intro == ["Sub", "More beds help.", "More beds help."]
    assert about == [excel.SYNTHETIC, "Seed: 7"]
    assert excel._cover_lines(Document("T", " ", ()))[0] == [excel.SYNTHETIC]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.5, 3.5),
        ("Beds", "Beds"),
        ("a $$ b", "a $ $ b"),
        ("[a](b)", "[a] (b)"),
        ("???", "text: ???"),
        ("-", "text: -"),
        ("[x]", "[x]"),
    ],
)
def test_text_in_which_the_library_finds_nothing_to_act_on(value: str | float, expected: str | float) -> None:
    assert excel._safe(value) == expected


@pytest.mark.parametrize(
    ("value", "written", "length"),
    [
        ("Beds", "", 4),
        (5.0, "#,##0", 2),  # room for a sign
        (1234.5, "#,##0.0", 8),
        (5.0, '#,##0" min"', 6),
        (5.0, '+#,##0" min";-#,##0" min";#,##0" min"', 6),
        (5.0, '"£"#,##0.00"m"', 7),
        (0.5, "#,##0.0%", 4),
    ],
)
def test_how_many_characters_a_cell_shows(value: str | float, written: str, length: int) -> None:
    assert excel._length(value, written) == length


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("word", 10.0, 1),
        ("two words", 6.0, 2),
        ("a b c d", 2.0, 4),
        (5.0, 1.0, 1),
        ("", 9.0, 0),
        ("abcdef", 1.5, 6),
    ],
)
def test_on_how_many_lines_a_text_goes(text: str | float, width: float, lines: int) -> None:
    assert excel._lines(text, width) == lines


@pytest.mark.parametrize(
    ("heading", "cells", "width"),
    [
        ("A", ["x"], 9 * 1.15),  # the least
        ("A", ["x" * 20], 22 * 1.15),
        ("A", ["x" * 99], 48.0),  # the most
        ("Seventeen letters", ["x"], 17 * 1.15),
        ("Two words of which", ["x"], 18 * 1.15),
        ("Nineteen words of a heading", ["x"], 17 * 1.15),  # it goes on in a second line
    ],
)
def test_width_of_a_column(heading: str, cells: list[str], width: float) -> None:
    (column,) = columns_of([Cell(text) for text in cells], heading)
    assert excel._width(column) == pytest.approx(width)


# -- the sheet as it is laid out -------------------------------------------------------------------------


def laid_out(table: Table) -> tuple[dict[int, float], dict[int, float], dict[str, str]]:
    """Return widths of columns and heights of rows (from 1), and printed ranges, of a table's sheet."""
    document = Document("T", "S", (Section("a", "A", (table,)),), (("Fact", "word " * 60),))
    with zipfile.ZipFile(BytesIO(excel.workbook(document))) as file:
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet5.xml"))
        book = ElementTree.fromstring(file.read("xl/workbook.xml"))
    widths = {int(each.get("min", "")): float(each.get("width", "")) for each in sheet.iter(f"{MAIN}col")}
    heights = {int(row.get("r", "")): float(row.get("ht", 0)) for row in sheet.iter(f"{MAIN}row")}
    names = {
        str(each.get("name")): str(each.text)
        for each in book.iter(f"{MAIN}definedName")
        if each.get("localSheetId") == "4"
    }
    return widths, heights, names


def test_columns_are_as_wide_and_rows_as_high_as_their_texts() -> None:
    heads = (Column("Site"), Column("Beds", "number"), Column("Remark"))
    rows = ((Cell("x" * 20), Cell("5", 5.0), Cell("y " * 60)), (Cell("b"), Cell("6", 6.0), Cell("z")))
    widths, heights, names = laid_out(Table("t", "By site", heads, rows))
    assert widths[1] == pytest.approx(22 * 1.15, abs=0.8)  # the library adds the room between cells
    assert widths[2] == pytest.approx(9 * 1.15, abs=0.8)
    assert widths[3] == pytest.approx(48.0, abs=0.8)
    last = max(heights)
    assert heights[last] == pytest.approx(16.0, abs=0.3)  # the library rounds to pixels
    assert heights[last - 1] == pytest.approx(16.0 * 3, abs=0.3)  # 119 characters on lines of 47
    assert heights[last - 2] == pytest.approx(16.0, abs=0.3)
    # 120 characters of a page less the three columns leave room for three columns of nine
    beyond = int((120 - (22 * 1.15 + 9 * 1.15 + 48)) // 9)
    assert names["_xlnm.Print_Area"].endswith(f"$A$1:${chr(ord('C') + beyond)}${last}")
    assert names["_xlnm.Print_Titles"].endswith(f"${last - 2}:${last - 2}")


def test_the_second_of_two_columns_of_words_may_have_the_rest_of_the_page() -> None:
    heads = (Column("What"), Column("Meaning"))
    widths, _, _ = laid_out(Table("t", "By site", heads, ((Cell("x"), Cell("y" * 60)),)))
    assert widths[2] == pytest.approx(60 * 1.15, abs=0.8)
    widths, _, _ = laid_out(Table("t", "By site", heads, ((Cell("x"), Cell("y" * 300)),)))
    assert widths[2] == pytest.approx(120 - 9 * 1.15, abs=0.8)


def test_lines_of_the_cover_are_as_high_as_they_are_long() -> None:
    document = Document("T", "S", (Section("a", "A", (TABLE,)),), (("Fact", "word " * 60),))
    with zipfile.ZipFile(BytesIO(excel.workbook(document))) as file:
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    heights = [float(row.get("ht", 0)) for row in sheet.iter(f"{MAIN}row")]
    assert heights[-1] == pytest.approx(16.0 * 4, abs=0.3)  # 306 characters on lines of 99
    assert heights[2] == pytest.approx(16.0, abs=0.3)
