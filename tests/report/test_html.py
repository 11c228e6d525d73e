"""The page: one file, no network, no script, the same every time, and safe whatever a planner writes."""

import re
from pathlib import Path

import pytest

from flowsim.measures.compare import compare
from flowsim.report.build import document
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
from flowsim.report.html import page
from flowsim.report.material import Material
from flowsim.store.results import Results
from report_pages import Page

HOSTILE = "<script>alert(1)</script> \"it's\" & =cmd()|'/c calc'!A0 {{ 7*7 }} </title></style><!-- "
LONG = HOSTILE + "x" * 300


def small(text: str = "words") -> Document:
    """A document with one block of each kind, all saying the same."""
    table = Table(
        "t", text, (Column(text), Column(text, "number")), ((Cell(text), Cell(text, 1.0, "better")),), text
    )
    svg = '<svg role="img" aria-labelledby="f-t"><title id="f-t">drawn</title></svg>'
    figure = Figure("f", text, text, svg, text, Table("f-table", text, table.columns, table.rows))
    blocks = (Paragraph(text, "lead"), Listing((text,)), Listing((text,), numbered=True),
              Numbers(((text, text, text),)), Code(text), table, figure)  # fmt: skip
    return Document(text, text, (Section("s", text, blocks),), ((text, text),))


class TestOneFile:
    def test_no_script_and_no_network(self, html: str) -> None:
        found = Page(html)
        assert not {"script", "link", "iframe", "object", "embed", "img", "base"} & set(found.tags)
        assert all(value.startswith("#") for value in found.values("href"))
        assert not found.values("src")
        assert not [name for name in found.attributes if name.startswith("on")]
        style = html.partition("<style>")[2].partition("</style>")[0]
        assert "@import" not in style
        assert "url(" not in style

    def test_the_only_addresses_are_names_of_formats(self, html: str) -> None:
        assert set(re.findall(r"https?://[^\s\"'<>]+", html)) <= {"http://www.w3.org/2000/svg"}

    def test_is_the_same_when_made_twice(self, runs: list[Results], html: str) -> None:
        again = page(document(Material(compare(*(Results.open(run.path) for run in runs)))))
        assert again == html

    def test_is_small(self, html: str) -> None:
        assert len(html.encode()) < 4_000_000


class TestBlocks:
    def test_every_kind_is_shown(self) -> None:
        found = Page(page(small("Some words")))
        assert {"h1", "h2", "p", "ul", "ol", "dl", "pre", "table", "figure", "details", "svg"} <= set(
            found.tags
        )

    def test_a_tone_is_a_class_beside_the_words(self) -> None:
        assert '<td class="number better">words</td>' in page(small())

    @pytest.mark.parametrize(
        ("shade", "name"), [(1.0, "shade-better-3"), (0.4, "shade-better-1"), (-0.7, "shade-worse-2")]
    )
    def test_a_shade_is_a_step(self, shade: float, name: str) -> None:
        table = Table("t", "c", (Column("a"), Column("b")), ((Cell("x"), Cell("y", shade=shade)),))
        assert f'class="{name}"' in page(Document("d", "", (Section("s", "S", (table,)),)))

    def test_no_shade_is_no_class(self) -> None:
        table = Table("t", "c", (Column("a"), Column("b")), ((Cell("x"), Cell("y", shade=0.0)),))
        assert "<td>y</td>" in page(Document("d", "", (Section("s", "S", (table,)),)))

    def test_a_table_without_rows_is_a_sentence(self) -> None:
        table = Table("t", "Nothing differs", (Column("a"),), ())
        assert "<strong>Nothing differs.</strong>" in page(Document("d", "", (Section("s", "S", (table,)),)))

    def test_a_folded_table_can_be_opened_without_a_script(self) -> None:
        table = Table("t", "c", (Column("a"),), ((Cell("x"),),), folded=True)
        assert "<details><summary>Table: c</summary>" in page(
            Document("d", "", (Section("s", "S", (table,)),))
        )


class TestHostileWords:
    def test_every_text_is_escaped(self) -> None:
        text = page(small(HOSTILE))
        found = Page(text)
        assert "script" not in found.tags
        assert text.count("</style>") == 1
        assert text.count("</title>") == 2  # of the page and of the drawing
        assert "49" not in found.text  # nothing in braces is worked out
        assert found.text.count("<script>alert(1)</script>") > 10  # whole, as text

    def test_names_labels_and_sources_do_no_harm(self, tmp_path: Path) -> None:
        from report_runs import finished, scenario_folder

        quoted = LONG.replace("\\", "").replace("'", "''")
        hostile = (
            "extends: base.yaml\nname: hostile\n"
            f"title: '{quoted}'\n"
            f"about: {{question: '{quoted}', commissioner: '{quoted}'}}\n"
            "change:\n"
            f"  services.ward.beds: {{add: 5, source: '{quoted}', grade: assumed}}\n"
            f"  services.ward.label: {{set: '{quoted}'}}\n"
            "surges:\n  flu:\n"
            f"    label: '{quoted}'\n"
            "    from: 2026-11-09\n    to: 2026-11-12\n"
            "    change: {demand.walk_in.per_day: {multiply: 1.1}}\n"
        )
        short = "extends: one-hospital.yaml\nname: base\ntime: {warm_up: 1 day, horizon: 1 week}\n"
        folder = scenario_folder(tmp_path, base=short, hostile=hostile)
        material = Material(compare(*finished(folder, ("base", "hostile"), 2)))
        text = page(document(material))
        found = Page(text)
        assert "script" not in found.tags
        assert not found.problems
        assert material.called[1] == "Hostile"
        assert "<script>alert(1)</script>" in found.text
        assert max(map(len, material.called)) <= 40


def test_styles_are_shipped_with_the_package() -> None:
    from importlib.resources import files

    folder = files("flowsim.report").joinpath("templates")
    assert {each.name for each in folder.iterdir()} >= {"report.html", "report.css"}
