"""A document for Word: real headings, captioned tables with repeated heading rows, pictures with words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flowsim.errors import InputError, Problem
from flowsim.report import word_parts as parts
from flowsim.report.document import (
    Block,
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
from flowsim.store.files import write_bytes

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""A fixed moment, so that equal documents make equal files."""
STYLES = ("Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet", "List Number")
"""Styles a document needs."""
TABLE_STYLES = (
    "Grid Table Light",
    "Table Grid",
    "Table Grid Light",
    "Light Grid",
    "Light List",
    "Plain Table 1",
)
"""Styles for tables: the first that the template has is used."""
DEEPEST = 3
"""Levels of headings; deeper sections share the last."""
ROWS_HERE, ROWS_AT_END = 15, 60
"""Rows of a table that stay in the text, and that are shown at the end: longer ones are in the workbook."""
GOOD, BAD = "D6E9E6", "FBE3D6"
"""Backgrounds of heat tables, light enough for black text."""
DARK = "12436D"
"""Dark blue of headings."""
LEAST, MOST = 8, 36
"""Characters that count when the width of a table is shared among its columns."""
HEADING_LINES = 3
"""Lines on which a heading may stand."""
AIR = 4
"""Characters that stay free in a column, for the room beside its text and for bold letters."""
SMALL = 9
"""Points of small print, and of the text in tables."""
PADDING = 2.0
"""Points above and below the text of a cell."""
AT_THE_END = "Data tables"
"""Heading above the tables that would have broken up the text."""


def write_word(document: Document, path: Path, template: Path | None = None) -> None:
    """Write a document for Word; the same document makes the same bytes.

    Args:
        document: what to write.
        path: the ``.docx`` file; it appears whole, and replaces an earlier one.
        template: a Word document whose styles, headers and footers are used, and after whose text the
            document begins.

    Raises:
        InputError: The library is not installed, or the template is no Word file or lacks styles.
    """
    write_bytes(path, word(document, template))


def word(document: Document, template: Path | None = None) -> bytes:
    """Return a document as the content of a Word file; see `write_word`."""
    return _Writer(_opened(template), own=template is None).write(document)


def _opened(template: Path | None) -> Any:
    """Return an empty Word document, or the template after checking that it will do."""
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
    except ImportError:
        message = "Writing for Word needs a library that is not installed."
        raise InputError([Problem(message, hint='pip install "flowsim[word]"')]) from None
    if template is None:
        return docx.Document()
    try:
        opened = docx.Document(str(template))
    except (PackageNotFoundError, KeyError, ValueError, OSError):
        raise _bad_template(template, "This is no Word document (.docx) that can be opened.") from None
    names = {style.name for style in opened.styles}
    missing = [name for name in STYLES if name not in names]
    if not set(TABLE_STYLES) & names:
        missing.append("Table Grid")
    if missing:
        raise _bad_template(template, f"The template has no style {', '.join(missing)}.")
    return opened


def _bad_template(template: Path, message: str) -> InputError:
    hint = (
        "In Word, give some text each of these styles once (a table, for a table style) and save as .docx; "
        "or leave the template out."
    )
    return InputError([Problem(message, file=str(template), allowed=f"{', '.join(STYLES)}", hint=hint)])


class _Writer:
    """Writes one document.

    Args:
        target: the library's document.
        own: true if there is no template, so that the look is flowsim's.
    """

    def __init__(self, target: Any, *, own: bool) -> None:
        self.target = target
        self.tables = 0
        self.figures = 0
        self.later: list[tuple[str, Table]] = []
        names = {style.name for style in target.styles}
        self.table_style = next(name for name in TABLE_STYLES if name in names)
        if own:
            _own_look(target)

    def write(self, document: Document) -> bytes:
        """Write everything and return the file."""
        self._properties(document)
        parts.set_language(self.target)
        self._text(document.title, "Title")
        self._text(document.subtitle, "Subtitle")
        for depth, section in document.all_sections():
            self._section(section, depth)
        self._at_the_end()
        self._foot(document)
        stream = BytesIO()
        self.target.save(stream)
        return parts.undated(stream.getvalue())

    def _properties(self, document: Document) -> None:
        """Say what the file is, and nothing about who wrote it or when."""
        about = self.target.core_properties
        about.title = parts.xml_text(document.title)[:200]
        about.subject = parts.xml_text(document.subtitle)[:200]
        about.author = about.last_modified_by = about.comments = about.keywords = about.category = ""
        about.language = parts.LANGUAGE
        about.created = about.modified = CREATED
        about.revision = 1

    # -- blocks ------------------------------------------------------------------------------------------

    def _section(self, section: Section, depth: int) -> None:
        self._text(section.title, f"Heading {min(depth, DEEPEST)}")
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        writers: dict[type, Callable[[Any], None]] = {
            Paragraph: self._paragraph,
            Listing: self._listing,
            Numbers: self._numbers,
            Code: self._code,
            Table: self._table_or_later,
            Figure: self._figure,
        }
        writers[type(block)](block)

    def _text(self, text: str, style: str | None = None) -> Any:
        return self.target.add_paragraph(parts.xml_text(text), style=style)

    def _paragraph(self, block: Paragraph) -> None:
        from docx.shared import Pt

        paragraph = self._text("")
        lead = "Caution. " if block.kind == "caution" else ""
        if lead:
            paragraph.add_run(lead).bold = True
        run = paragraph.add_run(parts.xml_text(block.text))
        run.bold = True if block.kind == "lead" else None
        if block.kind == "small":
            run.font.size = Pt(SMALL)

    def _listing(self, block: Listing) -> None:
        number = parts.restarted(self.target, "List Number") if block.numbered else None
        for item in block.items:
            paragraph = self._text(item, "List Number" if block.numbered else "List Bullet")
            if number is not None:
                parts.put_in_list(paragraph, number)

    def _code(self, block: Code) -> None:
        from docx.shared import Pt

        for line in block.text.splitlines():
            run = self._text("").add_run(parts.xml_text(line))
            run.font.name, run.font.size = "Courier New", Pt(SMALL)

    def _numbers(self, block: Numbers) -> None:
        heads = (Column("What"), Column("Number", "number"), Column("Interval or comparison"))
        rows = tuple(tuple(Cell(text) for text in item) for item in block.items)
        self._table(Table("numbers", "The numbers to take away", heads, rows))

    def _figure(self, figure: Figure) -> None:
        from docx.shared import Emu

        self.figures += 1
        self._caption("Figure", self.figures, f"{figure.title}. {figure.subtitle}", above=True)
        if figure.png:
            room = self._room()
            natural = Emu(int(figure.width * 9525))  # a CSS pixel is 9,525 of Word's units
            paragraph = self._text("")
            picture = paragraph.add_run().add_picture(BytesIO(figure.png), width=min(natural, room))
            parts.describe_picture(picture, self.figures, figure.title, figure.alt)
        else:
            self._text(figure.alt)
        if figure.table.rows:
            self.later.append((f"Figure {self.figures}", figure.table))

    def _room(self) -> int:
        section = self.target.sections[-1]
        return int(section.page_width - section.left_margin - section.right_margin)

    def _caption(self, name: str, number: int, text: str, *, above: bool) -> None:
        paragraph = self._text("", "Caption")
        paragraph.add_run(f"{name} ")
        parts.number_field(paragraph, name, number)
        paragraph.add_run(f". {parts.xml_text(text)}")
        paragraph.paragraph_format.keep_with_next = above

    # -- tables ------------------------------------------------------------------------------------------

    def _table_or_later(self, table: Table) -> None:
        if len(table.rows) <= ROWS_HERE and not table.folded:
            self._table(table)
        elif table.rows:
            self.later.append(("", table))

    def _at_the_end(self) -> None:
        """Write the tables that would have broken up the text."""
        if not self.later:
            return
        self._text(AT_THE_END, "Heading 1")
        for figure, table in self.later:
            self._table(table, f"{figure}: " if figure else "")

    def _table(self, table: Table, before: str = "") -> None:
        if not table.rows:
            return
        self.tables += 1
        self._caption("Table", self.tables, before + table.caption, above=True)
        shown = table.rows[:ROWS_AT_END]
        grid = self.target.add_table(rows=1, cols=len(table.columns), style=self.table_style)
        parts.pad(grid, PADDING)
        parts.look(grid)
        parts.describe_table(grid, table.caption, table.note)
        _fill(grid.rows[0], [Cell(column.label) for column in table.columns], table.columns, heading=True)
        parts.repeat_heading(grid.rows[0])
        for row in shown:
            cells = grid.add_row()
            parts.keep_whole(cells)
            _fill(cells, row, table.columns)
        more = len(table.rows) - len(shown)
        parts.set_widths(grid, _widths(table, self._room()))
        rest = f" {more:,} more rows are in the workbook and on the web page." if more else ""
        self._paragraph(Paragraph((table.note + rest).strip(), "small"))

    def _foot(self, document: Document) -> None:
        if document.facts:
            self._text("About this document", "Heading 1")
            heads = (Column("What"), Column("Value"))
            rows = tuple((Cell(name), Cell(value)) for name, value in document.facts)
            self._table(Table("facts", "How this document was made", heads, rows))


def _fill(row: Any, cells: Iterable[Cell], columns: Iterable[Column], *, heading: bool = False) -> None:
    """Write the cells of a row: numbers flush right, headings bold."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    for i, (place, cell, column) in enumerate(zip(row.cells, cells, columns, strict=True)):
        paragraph = place.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(parts.xml_text(cell.text))
        run.font.size = Pt(SMALL)
        run.bold = True if heading or not i else None
        if column.align == "number":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if cell.shade:
            parts.shade(place, GOOD if cell.shade > 0 else BAD)


def _widths(table: Table, room: int) -> list[int]:
    """Share the width of the page among columns: more for those with longer texts."""
    weights = []
    for i, column in enumerate(table.columns):
        heading = max(len(column.label) // HEADING_LINES, *map(len, column.label.split()), 1)
        longest = max([heading, *(len(row[i].text) for row in table.rows[:ROWS_AT_END])]) + AIR
        weights.append(max(min(longest, MOST), LEAST))
    return [int(room * weight / sum(weights)) for weight in weights]


def _own_look(target: Any) -> None:
    """Give a document without a template plain type, dark blue headings and an A4 page."""
    from docx.shared import Cm, Pt, RGBColor

    page = target.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.2)
    target.styles["Normal"].font.name, target.styles["Normal"].font.size = "Arial", Pt(11)
    for name in STYLES:
        style = target.styles[name]
        style.font.name, style.font.italic = "Arial", False
        if name.startswith(("Heading", "Title", "Subtitle", "Caption")):
            style.font.color.rgb = RGBColor.from_string(DARK)
        _no_theme_font(style)
    target.styles["Caption"].font.size = Pt(10)
    target.styles["Title"].font.size = Pt(22)


def _no_theme_font(style: Any) -> None:
    """Let the font that was named win over the one of the theme."""
    from docx.oxml.ns import qn

    fonts = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    if fonts is not None:
        for name in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[name]
