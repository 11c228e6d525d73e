"""A document as a workbook: cover, contents, notes, one table a sheet, and what every measure means.

The workbook keeps to the Analysis Function's guidance on releasing statistics in spreadsheets: one table on a
sheet, marked up as one; no merged cells, blank rows or meaning by colour alone; units in headings; shorthand
for missing values. Text is written as text, so nothing in a scenario's name can become a formula or a link.
"""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flowsim.errors import InputError, Problem
from flowsim.report.document import Cell, Column, Document, Figure, Numbers, Paragraph, Section, Table
from flowsim.report.excel_cells import LEGEND, SheetColumn, one_line, sheet_columns
from flowsim.store.files import write_bytes

DEFINITIONS = "definitions"
"""Id of the table of a document that says what the measures mean; without it, every measure is explained."""
COVER_WIDTH = 100
"""Width of the cover's one column, in characters."""
LEAST_WIDTH, MOST_WIDTH = 9.0, 48.0
"""Width of columns, in characters."""
A4 = 9
"""The library's number of the paper size."""
PAGE_WIDTH = 120.0
"""Width of a printed page, in characters."""
WIDER = 1.15
"""The library's letters are larger than those that widths are counted in."""
HEADING_WIDTH = 18
"""Characters of a heading that stay on one line."""
LINE_HEIGHT = 16.0
"""Height of a line, in points."""
NAME_LENGTH = 31
"""Characters that a sheet's name may have."""
CREATED = datetime(2000, 1, 1)
SYNTHETIC = "Every patient in this workbook is simulated; nothing here is about a real person."
PLAIN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
"""How text is written: as text, whatever it looks like."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'$]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table and where it stands.

    Attributes:
        name: the sheet's.
        section: title of the section the table is in.
        subtitles: lines between the caption and the table.
        table: the table.
    """

    name: str
    section: str
    subtitles: tuple[str, ...]
    table: Table


def write_workbook(document: Document, path: Path) -> None:
    """Write a document as a workbook; the same document makes the same bytes.

    Args:
        document: what to write; figures appear as the tables of what they draw.
        path: the ``.xlsx`` file; it appears whole, and replaces an earlier one.

    Raises:
        InputError: The libraries for workbooks are not installed, or the document has no table.
    """
    write_bytes(path, workbook(document))


def workbook(document: Document) -> bytes:
    """Return a document as the content of a workbook; see `write_workbook`.

    Raises:
        InputError: The libraries for workbooks are not installed, or the document has no table.
    """
    gptables = _library()
    sheets = list(_sheets(document))
    if not sheets:
        raise InputError([Problem("There is no table to put into a workbook.")])
    parts = {name: rest for name, *rest in _front(document, sheets)}
    parts |= {sheet.name: list(_parts(sheet)) for sheet in sheets}
    tables = {name: _gptable(gptables, name, *part) for name, part in parts.items()}
    stream = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes are a sheet like the others, not the library's own
        book = gptables.produce_workbook(
            stream,
            tables,
            cover=_cover(gptables, document),
            contentsheet_options={
                "table_name": "table_of_contents",
                "column_names": ["Sheet", "What it shows"],
            },
            auto_width=False,
            workbook_options=PLAIN,
        )
    columns = {name: part[-1] for name, part in parts.items()}
    columns["Contents"] = _columns(
        ("Sheet", "What it shows"), ((name, part[0]) for name, part in parts.items())
    )
    _finish(book, document, columns)
    return stream.getvalue()


def _library() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # it leaves a file of its own open
            import gptables
    except ImportError:
        message = "Writing workbooks needs libraries that are not installed."
        raise InputError([Problem(message, hint='pip install "flowsim[excel]"')]) from None
    return gptables


# -- sheets ----------------------------------------------------------------------------------------------


def _sheets(document: Document) -> Iterator[Sheet]:
    """Yield a sheet for every table of a document, those of figures included, in reading order."""
    taken = {"cover", "contents", "notes", "definitions", "history"}
    for number, section in enumerate(document.sections, start=1):
        for count, (title, lines, table) in enumerate(_tables(section), start=1):
            if table.rows and table.columns:
                words = "Definitions" if table.id == DEFINITIONS else f"{number}.{count} {table.caption}"
                yield Sheet(_sheet_name(words, taken), title, lines, table)


def _tables(section: Section) -> Iterator[tuple[str, tuple[str, ...], Table]]:
    for block in section.blocks:
        if isinstance(block, Table):
            yield section.title, (), block
        elif isinstance(block, Figure):
            yield section.title, (block.subtitle,), replace(block.table, caption=block.title)
        elif isinstance(block, Numbers):
            yield section.title, (), _of_numbers(section, block)
    for part in section.parts:
        yield from _tables(part)


def _of_numbers(section: Section, numbers: Numbers) -> Table:
    rows = tuple(tuple(Cell(text) for text in item) for item in numbers.items)
    heads = (Column("What"), Column("Number"), Column("Interval or comparison"))
    return Table(f"{section.id}-numbers", f"{section.title}: the numbers to take away", heads, rows)


def _sheet_name(words: str, taken: set[str]) -> str:
    """Return a name that a sheet may have: without forbidden characters, short, and unlike the others."""
    clean = one_line(_FORBIDDEN.sub(" ", words)).strip() or "Table"
    name = clean if len(clean) <= NAME_LENGTH else clean[:NAME_LENGTH].rsplit(" ", 1)[0]
    stem, number = name[: NAME_LENGTH - 4], 2
    while name.lower() in taken - ({"definitions"} if words == "Definitions" else set()):
        name, number = f"{stem} {number}", number + 1
    taken.add(name.lower())
    return name


# -- parts of the library --------------------------------------------------------------------------------


def _front(document: Document, sheets: Sequence[Sheet]) -> Iterator[tuple[Any, ...]]:
    """Yield the sheets before the document's own: notes, and what every measure means."""
    yield "Notes", "Notes", [], _columns(("Where", "Note"), _notes(document))
    if not any(sheet.name == "Definitions" for sheet in sheets):
        heads = ("Measure", "Name", "Unit", "Definition", "Patients inside at the end", "Source")
        yield "Definitions", "What every measure means", [], _columns(heads, _definitions())


def _notes(document: Document) -> Iterator[tuple[str, ...]]:
    yield "Whole workbook", SYNTHETIC
    for text in LEGEND.values():
        yield "Whole workbook", text
    for _, section in document.all_sections():
        for block in section.blocks:
            if isinstance(block, Paragraph) and block.kind in ("caution", "small"):
                yield section.title, block.text
            elif isinstance(block, Table) and block.note:
                yield block.caption, block.note
            elif isinstance(block, Figure) and block.table.note:
                yield block.table.caption, block.table.note


def _definitions() -> Iterator[tuple[str, ...]]:
    from flowsim.measures.catalogue import CATALOGUE

    for measure in CATALOGUE.values():
        source = measure.source or "Queueing theory"
        yield measure.label, measure.id, measure.unit, measure.definition, measure.at_end, source


def _columns(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[SheetColumn]:
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    return sheet_columns(Table("", "", tuple(Column(head) for head in heads), cells))


def _parts(sheet: Sheet) -> tuple[str, list[str], list[SheetColumn]]:
    lines = [sheet.section, *(line for line in sheet.subtitles if line not in sheet.table.caption)]
    lines.append(sheet.table.note)
    return sheet.table.caption, [line for line in lines if line.strip()], sheet_columns(sheet.table)


def _gptable(
    gptables: Any, name: str, title: str, lines: Sequence[str], columns: Sequence[SheetColumn]
) -> Any:
    """Return a table as the library takes it.

    Args:
        gptables: the library.
        name: of the sheet.
        title: what the table shows.
        lines: what stands between the title and the table.
        columns: the table.
    """
    import pandas as pd

    frame = pd.DataFrame(
        {column.heading: pd.Series([_safe(v) for v in column.values], dtype=object) for column in columns}
    )
    frame.columns = [_safe(heading) for heading in frame.columns]
    used = {value for column in columns for value in column.values if isinstance(value, str)}
    return gptables.GPTable(
        table=frame,
        table_name="table_" + re.sub(r"\W", "_", name, flags=re.ASCII),
        title=_safe(one_line(title) or name),
        subtitles=[_safe(one_line(line)) for line in lines],
        instructions="This worksheet contains one table.",
        legend=[text for sign, text in LEGEND.items() if sign in used],
        index_columns={2: 0},
        additional_formatting=list(_formats(columns)),
    )


def _formats(columns: Sequence[SheetColumn]) -> Iterator[dict[str, Any]]:
    """Yield how columns look and their number formats: of a column whose cells share one, else of cells."""
    for i, column in enumerate(columns):
        look: dict[str, Any] = {"valign": "top", "align": "right"} if column.number else {"valign": "top"}
        if i and not column.number:
            look["indent"] = 1  # away from the numbers before it
        yield {"column": {"columns": [i], "format": look, "include_names": True}}
        each = set(filter(None, column.formats))
        if len(each) == 1:
            yield {"column": {"columns": [i], "format": {"num_format": each.pop()}, "include_names": False}}
            continue
        for row, written in enumerate(column.formats, start=1):
            if written:
                yield {"cell": {"cells": [(row, i)], "format": {"num_format": written}}}


def _safe(value: str | float) -> str | float:
    """Return text in which the library finds no note, no link and no cell of signs alone."""
    if not isinstance(value, str):
        return value
    text = value.replace("$$", "$ $").replace("](", "] (")
    return text if re.search(r"[A-Za-z0-9]", text) else f"text: {text}"


def _cover(gptables: Any, document: Document) -> Any:
    """Return the cover as the library takes it."""
    intro, about = _cover_lines(document)
    title = _safe(one_line(document.title) or "Report")
    return gptables.Cover(title=title, intro=intro, about=about, width=COVER_WIDTH)


def _cover_lines(document: Document) -> list[list[str]]:
    """Return what the cover says under each of its two headings."""
    lead = [
        block.text
        for _, section in document.all_sections()
        for block in section.blocks
        if isinstance(block, Paragraph) and block.kind == "lead"
    ]
    intro = [text for text in (document.subtitle, *lead) if text.strip()]
    about = [SYNTHETIC, *(f"{name}: {value}" for name, value in document.facts)]
    return [[str(_safe(one_line(text))) for text in group] for group in (intro or [SYNTHETIC], about)]


def _finish(book: Any, document: Document, columns: Mapping[str, Sequence[SheetColumn]]) -> None:
    """Give the workbook its properties, widths and printed form, and close it."""
    title = one_line(document.title, 200)
    book.set_properties({"title": title, "author": "", "company": "", "comments": "", "created": CREATED})
    for sheet in book.worksheets():
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        if sheet.get_name() in columns:
            _lay_out(sheet, columns[sheet.get_name()])
    _lay_out_cover(book.worksheets()[0], _cover_lines(document))
    book.close()


def _lay_out_cover(sheet: Any, groups: Sequence[Sequence[str]]) -> None:
    """Give the lines of the cover their height; each group stands under a heading of the library's."""
    row = 1
    for group in groups:
        for line in group:
            row += 1
            sheet.set_row(row, LINE_HEIGHT * _lines(line, COVER_WIDTH))
        row += 1


def _lay_out(sheet: Any, columns: Sequence[SheetColumn]) -> None:
    """Give a sheet widths and heights at which everything can be read, on the screen and on paper."""
    widths = [_width(column) for column in columns]
    if len(widths) == 2:  # words beside words: the second may have the rest of the page
        widths[1] = max(widths[1], min(_longest(columns[1]) * WIDER, PAGE_WIDTH - widths[0]))
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width)
    rows = len(columns[0].values)
    first = sheet.dim_rowmax - rows  # the row of headings
    texts = [
        [column.heading for column in columns],
        *zip(*(column.values for column in columns), strict=True),
    ]
    for row, cells in enumerate(texts, start=first):
        lines = max(_lines(cell, width) for cell, width in zip(cells, widths, strict=True))
        sheet.set_row(row, LINE_HEIGHT * lines)
    beyond = int(max(PAGE_WIDTH - sum(widths), 0) // LEAST_WIDTH)
    sheet.print_area(0, 0, sheet.dim_rowmax, len(columns) - 1 + beyond)
    sheet.repeat_rows(first)


def _lines(cell: str | float, width: float) -> int:
    """Return on how many lines a cell's text goes in a column of a width."""
    return len(textwrap.wrap(cell, max(int(width) - 1, 1))) if isinstance(cell, str) else 1


def _width(column: SheetColumn) -> float:
    """Return a width in characters in which the column can be read; long text goes on below."""
    words = (len(line) for line in textwrap.wrap(column.heading, HEADING_WIDTH))
    return min(max(_longest(column) + 2, *words, LEAST_WIDTH) * WIDER, MOST_WIDTH)


def _longest(column: SheetColumn) -> int:
    """Return how many characters the longest of a column's cells shows."""
    return max(_length(value, written) for value, written in zip(column.values, column.formats, strict=True))


def _length(value: str | float, written: str) -> int:
    """Return about how many characters a cell shows."""
    if isinstance(value, str):
        return len(value)
    decimals = len(written.partition(".")[2].partition("%")[0].partition(";")[0].partition('"')[0])
    units = re.findall(r'"([^"]*)"', written.partition(";")[0])
    return len(f"{value:+,.{decimals}f}") + sum(map(len, units))
