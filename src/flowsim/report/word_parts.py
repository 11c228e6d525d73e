"""Parts of a Word document that the library has no words for: fields, pictures, headings of tables."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

LANGUAGE = "en-GB"
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def xml_text(text: str) -> str:
    """Return text that the file format can hold: without control characters."""
    return "".join(char if char.isprintable() or char in "\n\t" else " " for char in text)


def set_language(document: Any) -> None:
    """Make the text British English, for spelling and for readers aloud."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for style in document.styles.element.iter(qn("w:rPr")):
        for old in style.findall(qn("w:lang")):
            style.remove(old)
    defaults = document.styles.element.find(qn("w:docDefaults"))
    if defaults is None:
        defaults = OxmlElement("w:docDefaults")
        document.styles.element.insert(0, defaults)
    outer = _child(defaults, "w:rPrDefault", 0)
    properties = _child(outer, "w:rPr", 0)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGE)
    properties.append(language)
    themed = document.settings.element.find(qn("w:themeFontLang"))
    if themed is not None:
        themed.set(qn("w:val"), LANGUAGE)


def _child(parent: Any, tag: str, at: int) -> Any:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    found = parent.find(qn(tag))
    if found is None:
        found = OxmlElement(tag)
        parent.insert(at, found)
    return found


def repeat_heading(row: Any) -> None:
    """Mark a row of a table as its heading, to be repeated on every page and read aloud with each cell."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def keep_whole(row: Any) -> None:
    """Keep a row of a table on one page."""
    from docx.oxml.parser import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.insert(0, OxmlElement("w:cantSplit"))


def look(table: Any) -> None:
    """Say which cells of a table are headings: the first row and the first column."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblLook")):
        properties.remove(old)
    mark = OxmlElement("w:tblLook")
    settings = {
        "firstRow": "1",
        "lastRow": "0",
        "firstColumn": "1",
        "lastColumn": "0",
        "noHBand": "0",
        "noVBand": "1",
    }
    for name, value in settings.items():
        mark.set(qn(f"w:{name}"), value)
    properties.append(mark)


def describe_table(table: Any, caption: str, note: str) -> None:
    """Give a table a title and a description, for readers aloud."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for tag, text in (("w:tblCaption", caption), ("w:tblDescription", note)):
        if text:
            element = OxmlElement(tag)
            element.set(qn("w:val"), xml_text(text)[:2000])
            table._tbl.tblPr.append(element)


def describe_picture(picture: Any, number: int, title: str, alt: str) -> None:
    """Give a picture its alternative text."""
    properties = picture._inline.docPr
    properties.set("id", str(number))
    properties.set("name", f"Figure {number}")
    properties.set("title", xml_text(title))
    properties.set("descr", xml_text(alt))


def number_field(paragraph: Any, name: str, number: int) -> None:
    """Add a number that Word counts on, so that its lists of tables and figures work."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" SEQ {name} \\* ARABIC ")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = str(number)
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def restarted(document: Any, style: str) -> int | None:
    """Return the number of a new list in a numbered style, which begins at 1; None if it has no numbers."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    found = document.styles[style].element.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    if found is None:
        return None
    numbering = document.part.numbering_part.numbering_definitions._numbering
    abstract = numbering.num_having_numId(int(found.get(qn("w:val")))).abstractNumId.val
    new = numbering.add_num(abstract)
    override = OxmlElement("w:lvlOverride")
    override.set(qn("w:ilvl"), "0")
    start = OxmlElement("w:startOverride")
    start.set(qn("w:val"), "1")
    override.append(start)
    new.append(override)
    return int(new.numId)


def put_in_list(paragraph: Any, number: int) -> None:
    """Make a paragraph an item of a list made by `restarted`."""
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = number
    properties.get_or_add_ilvl().val = 0


def pad(table: Any, points: float) -> None:
    """Leave room above and below the text of every cell."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(int(points * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def set_widths(table: Any, widths: Sequence[int]) -> None:
    """Set the widths of a table's columns, in the library's units."""
    for i, column in enumerate(table._tbl.tblGrid.gridCol_lst):
        column.w = widths[i]
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width


def shade(cell: Any, colour: str) -> None:
    """Colour the background of a cell."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    mark = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        mark.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(mark)


def undated(data: bytes) -> bytes:
    """Return a zip file with the dates of its parts taken away, so that equal content makes equal bytes."""
    result = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            target.writestr(
                zipfile.ZipInfo(part.filename, _EARLIEST),
                source.read(part),
                compress_type=zipfile.ZIP_DEFLATED,
            )
    return result.getvalue()
