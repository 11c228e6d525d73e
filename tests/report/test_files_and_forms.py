"""The files of a report, the parts of its Word document and page, and one run's measures as a document."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pytest
from scipy.special import stdtrit

from flowsim.errors import InputError
from flowsim.report import word as word_module
from flowsim.report import word_parts as parts
from flowsim.report.document import (
    Cell,
    Code,
    Column,
    Document,
    Figure,
    Listing,
    Numbers,
    Paragraph,
    Section,
    Table,
)
from flowsim.report.files import Wanted, write
from flowsim.report.html import _classes, page
from flowsim.report.measured import measured
from flowsim.report.word import _widths, word
from report.hand_run import texts_of, write_run
from report_document import picture
from report_pages import Page

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def table(rows: int = 1, *, columns: int = 1, folded: bool = False, note: str = "") -> Table:
    heads = tuple(Column(f"H{i}", "number" if i else "text") for i in range(columns))
    return Table("t", "Caption", heads, tuple((Cell("x"),) * columns for _ in range(rows)), note, folded)


def holding(
    *blocks: Any, parts: tuple[Section, ...] = (), facts: tuple[tuple[str, str], ...] = ()
) -> Document:
    return Document("Title", "Subtitle", (Section("a", "First", blocks, parts),), facts)


# -- which files -----------------------------------------------------------------------------------------


def problems(*paths: Path | None) -> list[str]:
    with pytest.raises(InputError) as caught:
        Wanted(*paths).check()
    return [problem.message for problem in caught.value.problems]


def test_files_that_can_be_written_are_in_order(tmp_path: Path) -> None:
    wanted = Wanted(tmp_path / "a.html", tmp_path / "b.XLSX", tmp_path / "c.docx")
    wanted.check()
    assert [kind for kind, _ in wanted.files()] == ["page", "excel", "word"]
    assert list(Wanted(None).files()) == []
    Wanted(tmp_path / "a.htm").check()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("a.txt",), ["a.txt does not end in .html or .htm."]),
        (("a.html", "b.xls"), ["b.xls does not end in .xlsx."]),
        (("a.html", None, "c.doc"), ["c.doc does not end in .docx."]),
        (
            ("a", "b", "c"),
            [
                f"{n} does not end in {e}."
                for n, e in (("a", ".html or .htm"), ("b", ".xlsx"), ("c", ".docx"))
            ],
        ),
        ((".html",), [".html does not end in .html or .htm."]),
    ],
)
def test_endings_are_those_of_the_kind(
    tmp_path: Path, names: tuple[str | None, ...], told: list[str]
) -> None:
    assert sorted(problems(*(None if name is None else tmp_path / name for name in names))) == sorted(told)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "dir.html").mkdir()
    found = problems(tmp_path / "dir.html", tmp_path / "no" / "b.xlsx", None, tmp_path / "t.docx")
    assert sorted(found) == sorted(
        [
            "This is a folder; a file is needed.",
            f"There is no folder {tmp_path / 'no'}.",
            "There is no such template.",
            "A template is for Word, and no Word document is asked for.",
        ]
    )


def test_two_files_cannot_have_one_name(tmp_path: Path) -> None:
    found = problems(tmp_path / "a.html", tmp_path / "x" / ".." / "a.html")
    assert "Two files of the report have the same name." in found


def test_nothing_is_written_unless_everything_can_be_made(tmp_path: Path) -> None:
    wanted = Wanted(tmp_path / "a.html", tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="no table to put into a workbook"):
        write(holding(Paragraph("x")), wanted)
    assert list(tmp_path.iterdir()) == []


def test_all_files_are_written_and_the_page_is_returned(tmp_path: Path) -> None:
    wanted = Wanted(tmp_path / "a.html", tmp_path / "b.xlsx", tmp_path / "c.docx")
    assert write(holding(table()), wanted) == tmp_path / "a.html"
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == page(holding(table()))
    for name in ("b.xlsx", "c.docx"):
        assert zipfile.is_zipfile(tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 3


# -- documents -------------------------------------------------------------------------------------------


def test_sections_come_in_reading_order_with_their_depth() -> None:
    deep = Section("a", "A", (), (Section("b", "B", (), (Section("c", "C"),)), Section("d", "D")))
    found = Document("", "", (deep, Section("e", "E"))).all_sections()
    assert [(depth, section.id) for depth, section in found] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (2, "d"),
        (1, "e"),
    ]


# -- Word ------------------------------------------------------------------------------------------------


def opened(*blocks: Any, **more: Any) -> Any:
    return docx.Document(BytesIO(word(holding(*blocks, **more))))


def styled(document: Any, style: str) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == style]


def test_kinds_of_sentences_look_different() -> None:
    made = opened(*(Paragraph(kind, kind) for kind in ("body", "lead", "caution", "small")))  # type: ignore[arg-type]
    body, lead, caution, small = made.paragraphs[3:]
    assert [run.bold for run in body.runs] == [None]
    assert [run.bold for run in lead.runs] == [True]
    assert [(run.text, run.bold) for run in caution.runs] == [("Caution. ", True), ("caution", None)]
    assert small.runs[0].font.size.pt == word_module.SMALL
    assert body.runs[0].font.size is None


def test_each_numbered_list_begins_at_one() -> None:
    made = opened(Listing(("a", "b"), numbered=True), Listing(("c",)), Listing(("d",), numbered=True))
    assert styled(made, "List Bullet") == ["c"]
    numbered = [p for p in made.paragraphs if p.style.name == "List Number"]
    ids = [p._p.pPr.numPr.numId.val for p in numbered]
    assert [p.text for p in numbered] == ["a", "b", "d"]
    assert ids[0] == ids[1] != ids[2]
    numbering = made.part.numbering_part.numbering_definitions._numbering
    for each in set(ids):
        override = numbering.num_having_numId(each).find(f"{W}lvlOverride/{W}startOverride")
        assert override.get(f"{W}val") == "1"


def test_commands_keep_their_lines_and_their_letters() -> None:
    made = opened(Code("flowsim run a\n  --set b=1"))
    one, two = made.paragraphs[3:]
    assert (one.text, two.text) == ("flowsim run a", "  --set b=1")
    assert {run.font.name for p in (one, two) for run in p.runs} == {"Courier New"}


def test_numbers_to_take_away_are_a_table() -> None:
    made = opened(Numbers((("Within 4 hours", "73%", "-2 pts"),)))
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["What", "Number", "Interval or comparison"], ["Within 4 hours", "73%", "-2 pts"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "folded", "later"),
    [(15, False, False), (16, False, True), (1, True, True), (0, False, None), (0, True, None)],
)
def test_long_and_folded_tables_stand_at_the_end(rows: int, folded: bool, later: bool | None) -> None:
    made = opened(table(rows, folded=folded), Paragraph("After."))
    order = [child.tag.removeprefix(W) for child in made.element.body]
    assert len(made.tables) == (0 if later is None else 1)
    assert ("Data tables" in styled(made, "Heading 1")) is bool(later)
    if later is not None:
        after = next(i for i, p in enumerate(made.element.body) if "After." in "".join(p.itertext()))
        assert (order.index("tbl") > after) is later


@pytest.mark.parametrize(
    ("rows", "shown", "told"), [(60, 60, ""), (61, 60, "1 more rows"), (1300, 60, "1,240 more rows")]
)
def test_very_long_tables_are_cut_and_say_where_the_rest_is(rows: int, shown: int, told: str) -> None:
    made = opened(table(rows, note="A note."))
    assert len(made.tables[0].rows) == 1 + shown
    note = made.paragraphs[-1].text
    wanted = f"A note. {told} are in the workbook and on the web page." if told else "A note."
    assert note == wanted


def test_tables_and_figures_are_counted_apart() -> None:
    figure = Figure("f", "Waits double", "Mean wait", "<svg/>", "It rises.", table(), png=picture())
    made = opened(table(), figure, table(), figure)
    assert styled(made, "Caption") == [
        *["Table . Caption", "Figure . Waits double. Mean wait"] * 2,
        "Table . Figure 1: Caption", "Table . Figure 2: Caption",
    ]  # fmt: skip
    fields = [field.get(f"{W}instr") for field in made.element.body.iter(f"{W}fldSimple")]
    assert fields == [
        f" SEQ {name} \\* ARABIC " for name in ("Table", "Figure", "Table", "Figure", "Table", "Table")
    ]
    numbers = [field.find(f"{W}r/{W}t").text for field in made.element.body.iter(f"{W}fldSimple")]
    assert numbers == ["1", "1", "2", "2", "3", "4"]


def test_a_figure_without_a_picture_is_told_in_words() -> None:
    made = opened(Figure("f", "Waits double", "Mean wait", "<svg/>", "It rises.", table(0)))
    assert "It rises." in [p.text for p in made.paragraphs]
    assert made.inline_shapes.__len__() == 0
    assert made.tables == []


@pytest.mark.parametrize(("width", "fits"), [(100, True), (5000, False)])
def test_a_picture_is_as_wide_as_it_was_drawn_or_as_the_page(width: int, fits: bool) -> None:
    figure = Figure("f", "T", "S", "<svg/>", "It rises.", table(0), width=width, png=picture())
    made = opened(figure)
    (shape,) = made.inline_shapes
    room = made.sections[0].page_width - made.sections[0].left_margin - made.sections[0].right_margin
    assert shape.width == (width * 9525 if fits else room)
    about = shape._inline.docPr
    assert (about.get("name"), about.get("title"), about.get("descr")) == ("Figure 1", "T", "It rises.")


def test_headings_of_rows_and_columns_are_bold_and_numbers_flush_right() -> None:
    made = opened(table(2, columns=3))
    grid = made.tables[0]
    bold = [[cell.paragraphs[0].runs[0].bold for cell in row.cells] for row in grid.rows]
    assert bold == [[True, True, True], [True, None, None], [True, None, None]]
    flush = [[cell.paragraphs[0].alignment is not None for cell in row.cells] for row in grid.rows]
    assert flush == [[False, True, True]] * 3


@pytest.mark.parametrize(
    ("shade", "colour"), [(1.0, word_module.GOOD), (-0.2, word_module.BAD), (0.0, None), (None, None)]
)
def test_shades_say_better_or_worse(shade: float | None, colour: str | None) -> None:
    cells = ((Cell("a"), Cell("b", shade=shade)),)
    made = opened(Table("t", "c", (Column("A"), Column("B")), cells))
    marks = [mark.get(f"{W}fill") for mark in made.tables[0]._tbl.iter(f"{W}shd")]
    assert marks == ([colour] if colour else [])


def test_facts_stand_at_the_end() -> None:
    made = opened(facts=(("Seed", "7"),))
    assert styled(made, "Heading 1")[-1] == "About this document"
    assert [cell.text for cell in made.tables[-1].rows[1].cells] == ["Seed", "7"]
    assert "About this document" not in styled(opened(), "Heading 1")


def test_deep_sections_share_the_last_heading() -> None:
    deep = Section("b", "B", (), (Section("c", "C", (), (Section("d", "D"),)),))
    made = opened(parts=(deep,))
    assert [styled(made, f"Heading {i}") for i in (1, 2, 3)] == [["First"], ["B"], ["C", "D"]]


def test_a_document_says_nothing_about_who_wrote_it_or_when() -> None:
    about = opened().core_properties
    assert (about.title, about.subject, about.author, about.last_modified_by) == ("Title", "Subtitle", "", "")
    assert (about.language, about.revision) == ("en-GB", 1)
    assert about.created == about.modified == word_module.CREATED.replace(tzinfo=about.created.tzinfo)


def test_widths_go_to_the_longer_texts_and_fill_the_page() -> None:
    def widths(*columns: tuple[str, str]) -> list[int]:
        heads, cells = zip(*columns, strict=True)
        return _widths(Table("t", "c", tuple(map(Column, heads)), (tuple(map(Cell, cells)),)), 1000)

    assert widths(("A", "x" * 8), ("B", "y" * 8)) == [500, 500]
    assert widths(("A", "x" * 20), ("B", "y" * 8)) == [int(1000 * 24 / 36), int(1000 * 12 / 36)]
    assert widths(("A", "x"), ("B", "y" * 99)) == [int(1000 * 8 / 44), int(1000 * 36 / 44)]  # least and most
    assert widths(("longestword", "x"), ("B", "x")) == [int(1000 * 15 / 23), int(1000 * 8 / 23)]
    assert widths(("a b c d e f g h i j k l m n o", "x"), ("B", "x"))[0] == int(
        1000 * 13 / 21
    )  # over three lines


def test_a_zip_file_without_dates_keeps_its_parts() -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("a", "one")
        file.writestr("b/c", b"\x00" * 1000)
    found = parts.undated(data.getvalue())
    with zipfile.ZipFile(BytesIO(found)) as file:
        assert {name: file.read(name) for name in file.namelist()} == {"a": b"one", "b/c": b"\x00" * 1000}
        assert {each.date_time for each in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert parts.undated(found) == found


@pytest.mark.parametrize(
    ("text", "kept"), [("a\nb\tc", "a\nb\tc"), ("a\x00b\u202e", "a b "), ("病 £", "病 £")]
)
def test_text_that_the_format_can_hold(text: str, kept: str) -> None:
    assert parts.xml_text(text) == kept


# -- the page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "align", "classes"),
    [
        (Cell("x"), "text", ""),
        (Cell("x"), "number", ' class="number"'),
        (Cell("x", tone="worse"), "number", ' class="number worse"'),
        (Cell("x", shade=1.0), "text", ' class="shade-better-3"'),
        (Cell("x", shade=-1.0), "text", ' class="shade-worse-3"'),
        (Cell("x", shade=-0.4), "text", ' class="shade-worse-1"'),
        (Cell("x", shade=0.6), "text", ' class="shade-better-2"'),
        (Cell("x", shade=0.1), "text", ""),
        (Cell("x", shade=9.0), "text", ' class="shade-better-3"'),
        (Cell("x", tone="better", shade=0.5), "number", ' class="number better shade-better-2"'),
    ],
)
def test_classes_of_a_cell(cell: Cell, align: Any, classes: str) -> None:
    assert str(_classes(cell, Column("A", align))) == classes


def test_every_shade_that_a_cell_may_have_has_a_style() -> None:
    style = page(holding()).partition("<style>")[2].partition("</style>")[0]
    for way in ("better", "worse"):
        for step in (1, 2, 3):
            assert f"shade-{way}-{step}" in style


def test_a_table_without_rows_says_its_caption_and_folded_ones_are_closed() -> None:
    found = Page(page(holding(table(0), table(2, folded=True), table(2, columns=4))))
    assert "Caption." in found.text
    assert found.tags.count("details") == 1
    scrolled = [each for each in found.of("div") if each.get("tabindex") == "0"]
    assert len(scrolled) == 1  # only wide tables need the keyboard to be read to their end


def test_contents_name_every_section_but_the_first() -> None:
    sections = tuple(Section(name, name.upper()) for name in ("a", "b", "c"))
    found = Page(page(Document("T", "", sections)))
    assert [each["href"] for each in found.of("a")][1:] == ["#b", "#c"]
    assert [level for level, _ in found.headings] == [1, 2, 2, 2, 2]


# -- one run's measures ----------------------------------------------------------------------------------


def test_measures_of_a_run_by_level_and_area(tmp_path: Path) -> None:
    values: dict[Any, Any] = {
        "within_4_hours": [0.5, 0.625, 0.75],
        "handover_mean": [30.0, 300.0, 30.0],
        "calls": [np.nan] * 3,
        ("handover_mean", "site", "north"): [1.0, 2.0, 3.0],
        ("attendances", "kind", ""): [5.0, 5.0, 5.0],
    }
    found = measured(write_run(tmp_path, "base", values, title="Usual"), [1, 2, 3])
    assert (found.title, [section.title for section in found.sections]) == (
        "Usual", ["Whole system", "By site", "By kind of service", "By service"],
    )  # fmt: skip
    system, site, kind, _ = found.sections
    assert [each.id for each in system.blocks] == ["system-urgent-care", "system-ambulance"]  # type: ignore[union-attr]
    wide = stdtrit(2, 0.975) * 0.125 / 3**0.5
    four = system.blocks[0]
    assert isinstance(four, Table)
    assert four.caption == "Urgent and emergency care: whole system" or four.caption.endswith(
        ": whole system"
    )
    assert texts_of(four) == [
        [
            "ED: within 4 hours, all types", "%", "62.5%", f"{100 * (0.625 - wide):.1f}%",
            f"{100 * (0.625 + wide):.1f}%", "12.5%",
        ]
    ]  # fmt: skip
    waits = system.blocks[1]
    assert isinstance(waits, Table)
    assert texts_of(waits)[0][:3] == ["Ambulance handover, mean", "minutes", "120.0"]  # never hours here
    assert waits.rows[0][2].value == 120.0
    by_site = site.blocks[0]
    assert isinstance(by_site, Table)
    assert [column.label for column in by_site.columns][:3] == ["Measure", "Group", "Unit"]
    assert texts_of(by_site)[0][:4] == ["Ambulance handover, mean", "north", "minutes", "2.0"]
    assert isinstance(kind.blocks[0], Table)
    assert [column.label for column in kind.blocks[0].columns][:2] == ["Measure", "Unit"]


@pytest.mark.parametrize(("wanted", "told"), [([1, 3], "1, 3"), ([2], "2"), ([1, 2, 3, 4], "4")])
def test_measures_of_some_replications(tmp_path: Path, wanted: list[int], told: str) -> None:
    run = write_run(tmp_path, "base", {"attendances": [1.0, 2.0, 4.0, 8.0]})
    found = measured(run, wanted)
    assert dict(found.facts)["Replications"] == told
    block = found.sections[0].blocks[0]
    assert isinstance(block, Table)
    mean = sum(2.0 ** (number - 1) for number in wanted) / len(wanted)
    assert block.rows[0][2].value == pytest.approx(mean)
    assert (block.rows[0][3].text == "–") == (len(wanted) == 1)


def test_measures_are_in_the_order_of_the_catalogue(tmp_path: Path) -> None:
    run = write_run(tmp_path, "base", {"over_12_hours": [0.1], "within_4_hours": [0.5], "attendances": [3.0]})
    block = measured(run, [1]).sections[0].blocks[0]
    assert isinstance(block, Table)
    assert [row[0] for row in texts_of(block)] == [
        "Attendances, all types", "ED: within 4 hours, all types", "ED: over 12 hours",
    ]  # fmt: skip
