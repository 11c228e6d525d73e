"""The Word document: headings, tables, pictures and language as assistive software needs them."""

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest

from flowsim.errors import InputError
from flowsim.report.document import Document, Listing, Section
from flowsim.report.word import ROWS_AT_END, STYLES, word, write_word
from report_document import HOSTILE, figure, hostile_report, long_table, picture, report

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


@pytest.fixture(scope="module")
def made() -> Any:
    return docx.Document(BytesIO(word(report())))


def styled(document: Any, style: str) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == style]


def text_of(document: Any) -> str:
    words = [paragraph.text for paragraph in document.paragraphs]
    words += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(words)


def test_headings_are_real_and_in_order(made: Any) -> None:
    levels = [int(p.style.name[-1]) for p in made.paragraphs if p.style.name.startswith("Heading")]
    assert styled(made, "Title") == ["Will more beds help this winter?"]
    assert styled(made, "Heading 1") == [
        "Headline",
        "What happens to patients",
        "Data",
        "Data tables",
        "About this document",
    ]
    assert styled(made, "Heading 2") == ["By site"]
    assert styled(made, "Heading 3") == ["Deeper", "Deepest"]
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))


def test_every_table_has_a_caption_a_style_and_a_heading_row_that_repeats(made: Any) -> None:
    captions = [text for text in styled(made, "Caption") if text.startswith("Table")]
    assert len(captions) == len(made.tables)
    for table in made.tables:
        assert table.style.name == "Table Grid" or "Grid" in table.style.name
        first, *rest = table._tbl.tr_lst
        assert first.find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}tblHeader") is None for row in rest)
        look = table._tbl.tblPr.find(f"{W}tblLook")
        assert (look.get(f"{W}firstRow"), look.get(f"{W}firstColumn")) == ("1", "1")
        assert table._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val")


def test_captions_are_numbered_so_that_word_can_list_them(made: Any) -> None:
    fields = list(made.element.body.iter(f"{W}fldSimple"))
    for name in ("Table", "Figure"):
        own = [field for field in fields if f"SEQ {name}" in field.get(f"{W}instr")]
        numbers = ["".join(t.text for t in field.iter(f"{W}t")) for field in own]
        assert numbers == [str(i) for i in range(1, len(own) + 1)]
        assert own


def test_pictures_have_their_words(made: Any) -> None:
    (described,) = list(made.element.body.iter(f"{WP}docPr"))
    assert described.get("descr") == figure().alt
    assert described.get("title") == "Waits double in January"
    assert any(text.startswith("Figure") and "Waits double" in text for text in styled(made, "Caption"))
    (shape,) = made.inline_shapes
    page = made.sections[0]
    assert shape.width <= page.page_width - page.left_margin - page.right_margin


def test_without_a_picture_its_words_stand_in_the_text() -> None:
    found = docx.Document(BytesIO(word(Document("T", "S", (Section("s", "S", (figure(),)),)))))
    assert figure().alt in text_of(found)


def test_long_tables_go_to_the_end_and_say_what_is_left_out(made: Any) -> None:
    longest = max(made.tables, key=lambda table: len(table._tbl.tr_lst))
    assert len(longest._tbl.tr_lst) == ROWS_AT_END + 1
    left_out = len(long_table().rows) - ROWS_AT_END
    assert f"{left_out} more rows are in the workbook and on the web page." in text_of(made)


def test_numbers_in_the_text_are_those_of_the_report(made: Any) -> None:
    text = text_of(made)
    for words in (
        "74.8%",
        "-1.7 pts (-2.3 to -1.1)",
        "no clear change",
        "More beds help a little.",
        "2.1 hours",
    ):
        assert words in text


def test_each_numbered_list_begins_at_1(made: Any) -> None:
    items = [p for p in made.paragraphs if p.style.name == "List Number"]
    numbers = [item._p.pPr.numPr.numId.val for item in items]
    assert [item.text for item in items] == ["first", "second", "first again"]
    assert numbers[0] == numbers[1] != numbers[2]


def test_the_language_is_british_english(made: Any) -> None:
    assert made.core_properties.language == "en-GB"
    languages = {element.get(f"{W}val") for element in made.styles.element.iter(f"{W}lang")}
    assert languages == {"en-GB"}


def test_no_name_and_no_date_of_anybody(made: Any) -> None:
    about = made.core_properties
    assert (about.author, about.last_modified_by, about.comments) == ("", "", "")
    assert about.title == "Will more beds help this winter?"
    assert about.created == about.modified
    assert about.created.year == 2000


def test_equal_reports_make_equal_files() -> None:
    data = word(report())
    assert data == word(report())
    with zipfile.ZipFile(BytesIO(data)) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_texts_are_only_text() -> None:
    data = word(hostile_report())
    found = docx.Document(BytesIO(data))
    text = text_of(found)
    for each in HOSTILE:
        plain = "".join(char if char.isprintable() or char in "\n\t" else " " for char in each)
        assert plain in text
    with zipfile.ZipFile(BytesIO(data)) as file:
        body = file.read("word/document.xml").decode()
        assert b'TargetMode="External"' not in file.read("word/_rels/document.xml.rels")
    assert "<script>" not in body
    assert "w:hyperlink" not in body
    assert not re.search(r'w:instr="(?! SEQ )', body)


# -- templates -------------------------------------------------------------------------------------------


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A trust's own document: a header, a colour for headings, and a first page."""
    from docx.shared import RGBColor

    own = docx.Document()
    own.styles["Heading 1"].font.color.rgb = RGBColor(0x80, 0x16, 0x50)
    own.sections[0].header.paragraphs[0].text = "Our trust"
    own.add_paragraph("Front page")
    own.core_properties.author = "A person"
    path = tmp_path / "template.docx"
    own.save(str(path))
    return path


def test_a_template_gives_its_look_its_header_and_its_first_page(template: Path, tmp_path: Path) -> None:
    write_word(report(), tmp_path / "a.docx", template)
    found = docx.Document(str(tmp_path / "a.docx"))
    assert found.sections[0].header.paragraphs[0].text == "Our trust"
    assert str(found.styles["Heading 1"].font.color.rgb) == "801650"
    assert found.paragraphs[0].text == "Front page"
    assert found.core_properties.author == ""
    assert styled(found, "Heading 1")[0] == "Headline"
    assert (tmp_path / "a.docx").read_bytes() == word(report(), template)


def test_a_template_without_the_styles_is_told_which(template: Path, tmp_path: Path) -> None:
    own = docx.Document(str(template))
    for name in ("Caption", "List Number"):
        own.styles[name].delete()
    own.save(str(template))
    with pytest.raises(InputError) as told:
        write_word(report(), tmp_path / "a.docx", template)
    text = " ".join(str(told.value).split())
    assert "The template has no style Caption, List Number." in text
    assert all(name in text for name in STYLES)
    assert not (tmp_path / "a.docx").exists()


@pytest.mark.parametrize("content", [b"", b"not a document", picture(), b"PK\x03\x04 broken"])
def test_a_template_that_is_no_word_document_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "template.docx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no Word document"):
        write_word(report(), tmp_path / "a.docx", path)
    assert not (tmp_path / "a.docx").exists()


def test_a_template_that_is_another_kind_of_office_file_or_missing_is_told(tmp_path: Path) -> None:
    from flowsim.report.excel import workbook

    path = tmp_path / "template.docx"
    path.write_bytes(workbook(report()))
    for each in (path, tmp_path / "nowhere.docx", tmp_path):
        with pytest.raises(InputError, match="no Word document"):
            word(report(), each)


def test_an_earlier_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"earlier")
    write_word(report(), path)
    assert path.read_bytes() == word(report())
    assert [each.name for each in tmp_path.iterdir()] == ["a.docx"]


def test_an_empty_list_harms_nothing() -> None:
    assert word(Document("", "", (Section("s", "", (Listing(()), Listing((), numbered=True))),)))
