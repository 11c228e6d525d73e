"""What a report says, before anyone decides how it looks.

A `Document` is sections of sentences, tables and figures. The web page, the workbook and the Word
document are three renderings of the same one, so a number cannot differ between them.

Text is plain text everywhere: a renderer escapes it for its own format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Align = Literal["text", "number"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: as it is read: "78.3%", "better".
        value: the number behind the text in the column's unit, for the workbook; None where there is none.
        tone: "better", "worse" or "" (shown beside the words, never instead of them).
        shade: for heat tables, from -1 (worst) through 0 to 1 (best); None for no shading.
    """

    text: str
    value: float | None = None
    tone: Literal["better", "worse", ""] = ""
    shade: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        label: its heading, with the unit where all cells share one.
        align: "number" columns are set flush right.
    """

    label: str
    align: Align = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; the first column heads each row.

    Attributes:
        id: unique in the document: letters, digits and hyphens.
        caption: what it shows, of whom, when.
        columns: headings, in order.
        rows: as many cells as there are columns, in each.
        note: how to read it; empty for none.
        folded: true for long tables that a page may show closed.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with the words and numbers that say the same.

    Attributes:
        id: unique in the document: letters, digits and hyphens; every id inside the drawing begins with it.
        title: the finding, in a sentence of about ten words.
        subtitle: measure, unit, population and period.
        svg: one `<svg>` element with real text, `role="img"`, `<title>` and `<desc>`; no prologue.
        alt: what the picture shows, written from the numbers.
        table: the numbers drawn.
        width: width in CSS pixels for which it was drawn.
        height: height in CSS pixels for which it was drawn.
        narrow: the same chart drawn for a telephone, or empty when the wide one can be read there.
        png: the same chart as a picture, for Word; empty unless it was asked for.
    """

    id: str
    title: str
    subtitle: str
    svg: str
    alt: str
    table: Table
    width: int = 720
    height: int = 400
    narrow: str = ""
    png: bytes = b""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; `kind` "lead" is the one-sentence answer, "caution" is set apart, "small" is small print."""

    text: str
    kind: Literal["body", "lead", "caution", "small"] = "body"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of short texts; numbered where order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """A few numbers that a reader takes away: (what, number, interval or comparison)."""

    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Commands or file text, kept as typed."""

    text: str


Block = Paragraph | Listing | Numbers | Code | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it.

    Attributes:
        id: unique in the document: letters, digits and hyphens.
        title: in sentence case.
        blocks: in reading order.
        parts: sections one level down, after the blocks.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A report.

    Attributes:
        title: the question, or the scenario's title.
        subtitle: what was compared, when, with how many replications.
        sections: in reading order.
        facts: (name, value) pairs for the foot of the page: version, run ids, seed.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...] = field(default=())

    def all_sections(self) -> Iterator[tuple[int, Section]]:
        """Yield every section in reading order with its depth, 1 for the uppermost."""
        for section in self.sections:
            yield from _below(section, 1)


def _below(section: Section, depth: int) -> Iterator[tuple[int, Section]]:
    yield depth, section
    for part in section.parts:
        yield from _below(part, depth + 1)
