"""A small report, with everything a report may hold and the most hostile names."""

from __future__ import annotations

import struct
import zlib

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

HOSTILE = (
    "<script>alert('x')</script>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1:9)",
    '"quoted" \\ /:*?[x] \'',
    "[red]bold[/red]",
    "[click](http://example.org)",
    "$$note$$",
    "line\nbreak\ttab\x00\x07\u202e",
    "???",
    "x" * 300,
    "{{ 7 * 7 }} {% raw %} &amp; &lt;",
    "naïve – café 熱",
)
"""Texts that have done harm in spreadsheets, documents, pages, terminals and file names."""


def picture(width: int = 40, height: int = 20) -> bytes:
    """Return a small grey PNG picture."""
    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def differences(id_: str = "differences") -> Table:
    """Return a table whose rows are in different units."""
    return Table(
        id_,
        "Headline measures, 30 replications",
        (
            Column("Measure"),
            Column("Baseline", "number"),
            Column("Plan", "number"),
            Column("Difference (95% interval)", "number"),
            Column("Verdict"),
        ),
        (
            (
                Cell("ED: within 4 hours"),
                Cell("74.8%", 0.7481),
                Cell("73.1%", 0.7312),
                Cell("-1.7 pts (-2.3 to -1.1)", -0.0169),
                Cell("worse", tone="worse"),
            ),
            (
                Cell("Handover, mean"),
                Cell("31 min", 31.2),
                Cell("33 min", 33.4),
                Cell("+2 min (-1 to +5)", 2.2),
                Cell("no clear change"),
            ),
            (Cell("Beds held"), Cell("1,061", 1061.3), Cell("–"), Cell(""), Cell("")),
        ),
        note="Intervals hold together for 12 comparisons.",
    )


def waits() -> Table:
    """Return a table of times that are written in minutes, hours and days."""
    rows = (("north", "45 min", 45.2), ("south", "2.1 hours", 126.4), ("east", "3.0 days", 4320.0))
    return Table(
        "waits",
        "Mean wait by site",
        (Column("Site"), Column("Wait", "number"), Column("Over 12 hours", "number")),
        tuple((Cell(name), Cell(text, value), Cell("2.5%", 0.025)) for name, text, value in rows),
    )


def figure(name: str = "waits-figure", *, png: bytes = b"") -> Figure:
    """Return a figure."""
    return Figure(
        name,
        "Waits double in January",
        "Mean wait, minutes, November to March",
        "<svg/>",
        "A line chart: the mean wait rises from 45 minutes to 2.1 hours.",
        waits(),
        png=png,
    )


def long_table(rows: int = 200) -> Table:
    """Return a table that is too long for a page."""
    columns = (Column("Day"), Column("Beds", "number"))
    return Table(
        "long", "Beds day by day", columns, tuple((Cell(str(i)), Cell(f"{i}", float(i))) for i in range(rows))
    )


def report() -> Document:
    """Return an ordinary report."""
    return Document(
        "Will more beds help this winter?",
        "Baseline and one plan, 30 replications",
        (
            Section(
                "headline",
                "Headline",
                (
                    Paragraph("More beds help a little.", "lead"),
                    Numbers((("Within 4 hours", "73.1%", "-1.7 pts (-2.3 to -1.1)"),)),
                    Paragraph("Beware: one winter is not the next.", "caution"),
                ),
            ),
            Section(
                "patients",
                "What happens to patients",
                (
                    differences(),
                    figure(png=picture()),
                    Listing(("first", "second"), numbered=True),
                    Listing(("a", "b")),
                    Listing(("first again",), numbered=True),
                    Code("flowsim compare a b\nflowsim report a b"),
                ),
                (
                    Section(
                        "sites",
                        "By site",
                        (waits(),),
                        (Section("deep", "Deeper", (), (Section("x", "Deepest"),)),),
                    ),
                ),
            ),
            Section("data", "Data", (long_table(),)),
        ),
        (("Made with", "flowsim"), ("Seed", "2026")),
    )


def hostile_report() -> Document:
    """Return a report in which every text is hostile."""
    rows = tuple((Cell(text), Cell(text, 1.5), Cell("12", 12.0)) for text in HOSTILE)
    sections = tuple(
        Section(
            f"s{i}",
            text,
            (
                Paragraph(text, "lead"),
                Paragraph(text, "small"),
                Listing((text,)),
                Code(text),
                Numbers(((text, text, text),)),
                Table(
                    f"t{i}",
                    text,
                    (Column(text), Column(text, "number"), Column(f"{text} (min)")),
                    rows,
                    note=text,
                ),
            ),
        )
        for i, text in enumerate(HOSTILE)
    )
    return Document(HOSTILE[0], HOSTILE[1], sections, tuple((text, text) for text in HOSTILE))
