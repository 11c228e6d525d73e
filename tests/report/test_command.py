"""``flowsim report``: what it writes, and what it answers when it cannot."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from commands import Command
from flowsim.cli.app import app
from report_pages import Page

SMALL = Path(__file__).parents[1] / "cli" / "small.yaml"
MORE = "extends: small.yaml\nname: more\nchange:\n  services.hot_clinic.staff: {add: 1}\n"
BOTH = """
extends: small.yaml
name: both
surges:
  flu: {change: {demand.walk_in.per_day: {multiply: 1.2}}, from: 2026-11-04, to: 2026-11-08}
change:
  services.hot_clinic.staff: {add: 1}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the command is called from, with three scenarios of one clinic."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "more.yaml").write_text(MORE, encoding="utf-8")
    (tmp_path / "both.yaml").write_text(BOTH, encoding="utf-8")
    return tmp_path


call = Command("report")
fine, refused = call.fine, call.refused


RUN = ("-n", "2", "-j", "1", "-q")


class TestWrites:
    def test_a_page_from_scenario_files(self, folder: Path) -> None:
        said = fine("small.yaml", "more.yaml", *RUN, "-o", "winter.html")
        assert said.startswith("Report: winter.html (")
        found = Page((folder / "winter.html").read_text(encoding="utf-8"))
        assert found.problems == []
        assert "Waits, service by service" in found.text

    def test_from_finished_runs_the_same_page(self, folder: Path) -> None:
        fine("small.yaml", "more.yaml", *RUN, "-o", "a.html")
        fine("small", "more", "-o", "b.html")
        assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes()

    def test_of_one_run_alone(self, folder: Path) -> None:
        fine("small.yaml", *RUN)
        found = Page((folder / "report.html").read_text(encoding="utf-8"))
        assert "no plan is held against it" in found.text
        assert "No observed figures are named in the baseline" in found.text

    def test_of_two_plans(self, folder: Path) -> None:
        fine("small.yaml", "more.yaml", "both.yaml", *RUN)
        found = Page((folder / "report.html").read_text(encoding="utf-8"))
        assert "2 plans compared" in found.text

    def test_a_workbook_and_a_word_document_beside_the_page(self, folder: Path) -> None:
        pytest.importorskip("gptables")
        pytest.importorskip("docx")
        said = fine("small.yaml", "more.yaml", *RUN, "--excel", "a.xlsx", "--word", "a.docx")
        assert [line.split(":")[0] for line in said.splitlines()] == ["Report", "Excel", "Word"]
        assert (folder / "a.xlsx").read_bytes()[:2] == b"PK"
        assert (folder / "a.docx").read_bytes()[:2] == b"PK"

    def test_replaces_an_older_file_whole(self, folder: Path) -> None:
        (folder / "report.html").write_text("x" * 10_000_000, encoding="utf-8")
        fine("small.yaml", "more.yaml", *RUN)
        text = (folder / "report.html").read_text(encoding="utf-8")
        assert text.startswith("<!DOCTYPE html>")
        assert text.endswith("</html>\n")
        assert not list(folder.glob(".*tmp"))

    def test_change_by_change(self, folder: Path) -> None:
        fine("small.yaml", "both.yaml", "more.yaml", *RUN, "--decompose")
        found = Page((folder / "report.html").read_text(encoding="utf-8"))
        assert "Together, beyond each alone" in found.text
        assert "More differs in one setting, to which all differences are due." in found.text

    def test_settings_of_the_command_line_are_in_the_commands(self, folder: Path) -> None:
        runner = CliRunner()
        one = ["run", "small.yaml", "-n", "2", "-j", "1", "-q"]
        assert runner.invoke(app, one).exit_code == 0
        assert runner.invoke(app, [*one, "--set", "services.hot_clinic.staff=4"]).exit_code == 0
        ids = sorted(path.parent.name for path in folder.glob("results/small/*/manifest.json"))
        fine(ids[0], ids[1])
        text = Page((folder / "report.html").read_text(encoding="utf-8")).text
        assert "--set services.hot_clinic.staff=4" in text
        assert all(name in text for name in ids)


class TestRefuses:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("-o", "nowhere/x.html"), "There is no folder nowhere."),
            (("-o", "x.docx"), "x.docx does not end in .html or .htm."),
            (("--excel", "x.html"), "x.html does not end in .xlsx."),
            (("--word", "x.doc"), "x.doc does not end in .docx."),
            (("--template", "t.docx"), "no Word document is asked for"),
            (("--word", "x.docx", "--template", "t.docx"), "There is no such template."),
        ],
    )
    def test_files_it_cannot_write_before_anything_is_run(
        self, folder: Path, arguments: tuple[str, ...], message: str
    ) -> None:
        assert message in refused("small.yaml", "more.yaml", *RUN, *arguments)
        assert not (folder / "results").exists()
        assert not (folder / "report.html").exists()

    def test_every_problem_at_once(self, folder: Path) -> None:
        said = refused("small.yaml", "more.yaml", "-o", "nowhere/x.html", "--excel", "x.html")
        assert "4 problems" in said or "2 problems" in said

    def test_a_folder(self, folder: Path) -> None:
        (folder / "winter.html").mkdir()
        assert "This is a folder; a file is needed." in refused("small.yaml", "-o", "winter.html")

    def test_runs_that_cannot_be_paired_and_leaves_the_old_page(self, folder: Path) -> None:
        (folder / "report.html").write_text("old", encoding="utf-8")
        CliRunner().invoke(app, ["run", "small.yaml", "-n", "1", "-j", "1", "-q"])
        CliRunner().invoke(app, ["run", "more.yaml", "-n", "1", "-j", "1", "-q", "--set", "seed=7"])
        assert "flowsim run more.yaml --set seed=2026" in refused("small", "more")
        assert (folder / "report.html").read_text(encoding="utf-8") == "old"

    def test_an_unknown_run(self, folder: Path) -> None:
        assert "No finished run is called nothing" in refused("nothing")

    def test_a_broken_run_folder(self, folder: Path) -> None:
        fine("small.yaml", "more.yaml", *RUN)
        (path,) = folder.glob("results/more/*/measures.parquet")
        path.write_bytes(b"PAR1 cut short")
        before = (folder / "report.html").read_bytes()
        assert "is not whole" in refused("small", "more")
        assert (folder / "report.html").read_bytes() == before

    def test_to_take_apart_what_is_finished(self, folder: Path) -> None:
        fine("small.yaml", "both.yaml", *RUN)
        assert "Write both.yaml instead of both" in refused("small.yaml", "both", *RUN, "--decompose")
