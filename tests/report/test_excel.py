"""The workbook: what a spreadsheet program and a reader aloud need, and that no text does harm."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flowsim.errors import InputError
from flowsim.measures.catalogue import CATALOGUE
from flowsim.report.document import Cell, Column, Document, Paragraph, Section, Table
from flowsim.report.excel import NAME_LENGTH, workbook, write_workbook
from flowsim.report.excel_cells import how_shown, sheet_columns
from report_document import HOSTILE, differences, figure, hostile_report, report, waits

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Book:
    """A workbook as it is in the file, read without any library for workbooks."""

    def __init__(self, data: bytes) -> None:
        self.file = zipfile.ZipFile(BytesIO(data))
        root = self.xml("xl/workbook.xml")
        targets = {r.get("Id"): r.get("Target") for r in self.xml("xl/_rels/workbook.xml.rels")}
        self.sheets = {
            str(sheet.get("name")): f"xl/{targets[sheet.get(LINK)]}" for sheet in root.iter(f"{MAIN}sheet")
        }
        strings = self.xml("xl/sharedStrings.xml")
        self.strings = [
            "".join(t.text or "" for t in item.iter(f"{MAIN}t")) for item in strings.iter(f"{MAIN}si")
        ]
        styles = self.xml("xl/styles.xml")
        formats = {f.get("numFmtId"): str(f.get("formatCode")) for f in styles.iter(f"{MAIN}numFmt")}
        cells = styles.find(f"{MAIN}cellXfs")
        assert cells is not None
        self.formats = [formats.get(cell.get("numFmtId"), "") for cell in cells]

    def xml(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.file.read(name))

    def cells(self, sheet: str) -> dict[str, tuple[str | float, str]]:
        """Return the value and the number format of each cell that is not empty."""
        found: dict[str, tuple[str | float, str]] = {}
        for cell in self.xml(self.sheets[sheet]).iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            assert cell.find(f"{MAIN}f") is None, "a formula"
            if value is not None and value.text is not None:
                text = cell.get("t") == "s"
                content = self.strings[int(value.text)] if text else float(value.text)
                found[str(cell.get("r"))] = content, self.formats[int(cell.get("s") or 0)]
        return found

    def tables(self, sheet: str) -> list[ElementTree.Element]:
        """Return the tables that are marked up on a sheet."""
        name = self.sheets[sheet].rpartition("/")[2]
        rels = f"xl/worksheets/_rels/{name}.rels"
        if rels not in self.file.namelist():
            return []
        targets = [str(r.get("Target")) for r in self.xml(rels) if "table" in str(r.get("Type"))]
        return [self.xml(f"xl/{target.removeprefix('../')}") for target in targets]

    def rows(self, sheet: str) -> list[list[tuple[str | float, str]]]:
        """Return the rows of the one table of a sheet, the headings first."""
        (table,) = self.tables(sheet)
        first, last = str(table.get("ref")).split(":")
        (left, top), (right, bottom) = place(first), place(last)
        cells = self.cells(sheet)
        return [
            [cells.get(f"{letter(x)}{y}", ("", "")) for x in range(left, right + 1)]
            for y in range(top, bottom + 1)
        ]


def place(reference: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for each in letters:
        column = column * 26 + ord(each) - 64
    return column, int(digits)


def letter(column: int) -> str:
    assert column <= 26
    return chr(64 + column)


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(workbook(report()))


@pytest.fixture(scope="module")
def hostile() -> Book:
    return Book(workbook(hostile_report()))


def every(book: Book) -> Iterator[str]:
    return iter(book.sheets)


# -- structure -------------------------------------------------------------------------------------------


def test_cover_contents_notes_and_definitions_come_first(book: Book) -> None:
    assert list(book.sheets)[:4] == ["Cover", "Contents", "Notes", "Definitions"]
    cover = [value for value, _ in book.cells("Cover").values()]
    assert cover[0] == "Will more beds help this winter?"
    assert "More beds help a little." in cover
    assert "Seed: 2026" in cover
    assert any("simulated" in str(text) for text in cover)


def test_every_table_and_figure_has_a_sheet_with_one_table_marked_up(book: Book) -> None:
    own = list(book.sheets)[4:]
    assert own == [
        "1.1 Headline the numbers to",
        "2.1 Headline measures, 30",
        "2.2 Waits double in January",
        "2.3 Mean wait by site",
        "3.1 Beds day by day",
    ]
    for sheet in list(book.sheets)[1:]:
        assert len(book.tables(sheet)) == 1
        assert "This worksheet contains one table." in [value for value, _ in book.cells(sheet).values()]


def test_contents_lead_to_every_sheet(book: Book) -> None:
    listed = [row[0][0] for row in book.rows("Contents")[1:]]
    assert listed == list(book.sheets)[2:]
    links = book.xml(book.sheets["Contents"]).iter(f"{MAIN}hyperlink")
    assert [str(link.get("location")).split("!")[0].strip("'") for link in links] == listed


def test_no_merged_cells_blank_rows_or_blank_cells(book: Book, hostile: Book) -> None:
    for each in (book, hostile):
        for sheet in every(each):
            assert each.xml(each.sheets[sheet]).find(f"{MAIN}mergeCells") is None
            used = sorted({place(reference)[1] for reference in each.cells(sheet)})
            assert used == list(range(1, len(used) + 1)), sheet
            for table in each.tables(sheet):
                assert all(value != "" for row in each.rows(sheet) for value, _ in row), table.get("name")


def test_names_of_tables_are_unique_and_allowed(book: Book, hostile: Book) -> None:
    for each in (book, hostile):
        names = [str(table.get("name")).lower() for sheet in every(each) for table in each.tables(sheet)]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z_][a-z0-9_.]*", name) for name in names)
        assert not any(re.fullmatch(r"[a-z]{1,3}\d+", name) for name in names)  # would be a cell


def test_headings_are_unique_and_the_same_in_the_cells(book: Book, hostile: Book) -> None:
    for each in (book, hostile):
        for sheet in every(each):
            for table in each.tables(sheet):
                heads = [str(column.get("name")) for column in table.iter(f"{MAIN}tableColumn")]
                assert len({head.lower() for head in heads}) == len(heads)
                assert heads == [value for value, _ in each.rows(sheet)[0]]
                assert all(0 < len(head) <= 255 for head in heads)


def test_notes_are_gathered_and_stand_on_their_sheets_too(book: Book) -> None:
    notes = {row[1][0]: row[0][0] for row in book.rows("Notes")[1:]}
    assert notes["Beware: one winter is not the next."] == "Headline"
    assert notes["Intervals hold together for 12 comparisons."] == "Headline measures, 30 replications"
    own = [value for value, _ in book.cells("2.1 Headline measures, 30").values()]
    assert "Intervals hold together for 12 comparisons." in own


def test_every_measure_is_defined(book: Book) -> None:
    assert [row[1][0] for row in book.rows("Definitions")[1:]] == list(CATALOGUE)


def test_a_report_that_defines_its_measures_is_not_told_twice() -> None:
    own = Table(
        "definitions",
        "What each measure is",
        (Column("Measure"), Column("Definition")),
        ((Cell("a"), Cell("b")),),
    )
    found = Book(workbook(Document("T", "S", (Section("data", "Data", (own,)),))))
    assert list(found.sheets) == ["Cover", "Contents", "Notes", "Definitions"]
    assert [value for value, _ in found.rows("Definitions")[1]] == ["a", "b"]


def test_a_figure_is_the_table_of_what_it_draws(book: Book) -> None:
    lines = [value for value, _ in book.cells("2.2 Waits double in January").values()]
    assert lines[0] == "Waits double in January"
    assert "Mean wait, minutes, November to March" in lines
    assert "Wait (minutes)" in lines


# -- numbers ---------------------------------------------------------------------------------------------


def test_numbers_are_numbers_shown_as_the_report_shows_them(book: Book) -> None:
    rows = book.rows("2.1 Headline measures, 30")
    assert rows[1][1] == (pytest.approx(0.7481), "#,##0.0%")
    assert rows[2][1] == (pytest.approx(31.2), '#,##0" min"')
    assert rows[3][1] == (pytest.approx(1061.3), "#,##0")
    assert rows[2][3] == (pytest.approx(2.2), '+#,##0" min";-#,##0" min";#,##0" min"')
    assert rows[1][3][0] == pytest.approx(-1.69)


def test_the_ends_of_intervals_are_numbers_too(book: Book) -> None:
    rows = book.rows("2.1 Headline measures, 30")
    heads = [value for value, _ in rows[0]]
    low, high = (heads.index(f"Difference (95% interval), {end} end") for end in ("low", "high"))
    assert [rows[1][i][0] for i in (low, high)] == [-2.3, -1.1]
    assert [rows[2][i][0] for i in (low, high)] == [-1.0, 5.0]
    assert rows[3][low][0] == "[z]"


def test_missing_values_have_their_sign_and_its_meaning(book: Book) -> None:
    cells = book.cells("2.1 Headline measures, 30")
    texts = [value for value, _ in cells.values()]
    assert "[x]" in texts
    assert any(str(text).startswith("[x] = not available") for text in texts)
    assert any(str(text).startswith("[z] = not applicable") for text in texts)


def test_times_written_in_several_units_are_given_in_one_that_the_heading_names() -> None:
    wait, share = sheet_columns(waits())[1:]
    assert wait.heading == "Wait (minutes)"
    assert wait.values == (45.2, 126.4, 4320.0)
    assert share.heading == "Over 12 hours"
    assert set(share.formats) == {"#,##0.0%"}


def test_a_unit_that_all_share_goes_into_the_heading() -> None:
    cells = tuple((Cell(f"{value:.1f} hours", value * 60.0),) for value in (1.0, 2.5))
    (column,) = sheet_columns(Table("t", "T", (Column("Stay", "number"),), cells))
    assert column.heading == "Stay (hours)"
    assert column.values == pytest.approx((1.0, 2.5))
    assert set(column.formats) == {"#,##0.0"}


@pytest.mark.parametrize(
    ("text", "value", "factor", "unit", "decimals", "signed", "rest"),
    [
        ("78.3%", 0.7834, 100.0, "%", 1, False, ""),
        ("78.3%", 78.34, 1.0, "%", 1, False, ""),
        ("-1.7 pts", -0.0169, 100.0, "pts", 1, False, ""),
        ("+2 min (-1 to +5)", 2.2, 1.0, "min", 0, True, "(-1 to +5)"),
        ("2.1 hours", 126.0, 1 / 60.0, "hours", 1, False, ""),
        ("1,061", 1061.4, 1.0, "", 0, False, ""),
        ("40/day", 40.1, 1.0, "/day", 0, False, ""),
        ("−3", -3.0, 1.0, "", 0, False, ""),
    ],
)
def test_how_a_number_is_written_is_read_from_its_text(
    text: str, value: float, factor: float, unit: str, *, decimals: int, signed: bool, rest: str
) -> None:
    shown = how_shown(Cell(text, value))
    assert (shown.factor, shown.unit, shown.decimals, shown.signed, shown.rest) == (
        factor,
        unit,
        decimals,
        signed,
        rest,
    )


def test_a_text_that_does_not_write_its_value_leaves_the_value_as_it_is() -> None:
    cells = ((Cell("many", 12345.678),), (Cell("7", 99.0),))
    (column,) = sheet_columns(Table("t", "T", (Column("N", "number"),), cells))
    assert column.values == (12345.678, 99.0)


# -- harm ------------------------------------------------------------------------------------------------


def test_no_text_becomes_a_formula_or_a_link_out_of_the_workbook(hostile: Book) -> None:
    for name in hostile.file.namelist():
        content = hostile.file.read(name)
        assert b"<f>" not in content, name
        assert b"example.org" not in content or not name.endswith(".rels"), name
        assert b'TargetMode="External"' not in content, name
    for sheet in every(hostile):
        hostile.cells(sheet)


def test_hostile_text_is_still_there_to_be_read(hostile: Book) -> None:
    texts = set(hostile.strings)
    for text in ("<script>alert('x')</script>", "=cmd|' /C calc'!A0", "+1+1", "@SUM(1:9)", "[red]bold[/red]"):
        assert text in texts
    assert "text: ???" in texts
    assert "[click] (http://example.org)" in texts


def test_names_of_sheets_are_short_unique_and_without_forbidden_signs(book: Book, hostile: Book) -> None:
    for each in (book, hostile):
        names = list(each.sheets)
        assert len({name.lower() for name in names}) == len(names)
        for name in names:
            assert 0 < len(name) <= NAME_LENGTH
            assert not re.search(r"[\[\]:*?/\\']", name)
            assert name == name.strip()


def test_equal_reports_make_equal_files_without_names_or_dates() -> None:
    data = workbook(report())
    assert data == workbook(report())
    core = Book(data).file.read("docProps/core.xml").decode()
    assert "<dc:creator></dc:creator>" in core
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2000-01-01T00:00:00Z"}


# -- files -----------------------------------------------------------------------------------------------


def test_the_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"earlier")
    write_workbook(report(), path)
    assert path.read_bytes() == workbook(report())
    assert [each.name for each in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_report_without_tables_makes_no_workbook(tmp_path: Path) -> None:
    empty = Document("T", "S", (Section("s", "S", (Paragraph("words"),)),))
    with pytest.raises(InputError, match="no table"):
        write_workbook(empty, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_tables_without_rows_are_left_out() -> None:
    none = Table("none", "Nothing", (Column("a"),), ())
    found = Book(workbook(Document("T", "S", (Section("s", "S", (none, differences(), figure())),))))
    assert len(found.sheets) == 4 + 2


def test_every_hostile_text_was_tried() -> None:
    assert any(len(text) == 300 for text in HOSTILE)
    assert any(text.startswith("=") for text in HOSTILE)
