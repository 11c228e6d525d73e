"""What ``flowsim export`` writes and refuses."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from commands import Command
from short_hospital import results_folder

DAYS = ("--days", "2026-11-04 to 2026-11-05")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the command is called from, with a finished run."""
    monkeypatch.chdir(tmp_path)
    results_folder(tmp_path / "results")
    return tmp_path


call = Command("export")
fine, refused = call.fine, call.refused


def made(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"results"}


@pytest.mark.parametrize(
    ("form", "name", "inside"),
    [
        ("vidigi", "one-hospital-vidigi", {"event_log.csv", "event_positions.csv", ".flowsim-export"}),
        ("bupar", "one-hospital-bupar.csv", None),
        ("ocel", "one-hospital-ocel.json", None),
    ],
)
def test_each_format_is_named_after_the_run(
    folder: Path, form: str, name: str, inside: set[str] | None
) -> None:
    said = fine("one-hospital", "--as", form, *DAYS)
    assert said.endswith(f"in {name}\n")
    assert made(folder) == {name}
    if inside is not None:
        assert {path.name for path in (folder / name).iterdir()} == inside


def test_csv_holds_every_table(folder: Path) -> None:
    fine("one-hospital", "--as", "csv", "-o", "tables")
    names = {path.stem for path in (folder / "tables").glob("*.csv")}
    assert {"summary", "definitions", "measures", "series", "hour_of_week", "occupancy", "people"} <= names


def test_what_was_written_in_json(folder: Path) -> None:
    content: dict[str, Any] = json.loads(
        fine("one-hospital", "--as", "ocel", *DAYS, "-o", "log.json", "--json")
    )
    assert content["path"] == "log.json"
    log = json.loads((folder / "log.json").read_text(encoding="utf-8"))
    assert content["events"] == len(log["events"])
    patients = [each for each in log["objects"] if each["type"] == "patient"]
    assert 0 < len(patients) <= content["journeys"]


def test_the_same_export_again_is_the_same_file(folder: Path) -> None:
    for form, name in (("bupar", "a.csv"), ("ocel", "a.json")):
        fine("one-hospital", "--as", form, "-o", name, *DAYS)
        first = (folder / name).read_bytes()
        fine("one-hospital", "--as", form, "-o", name, *DAYS)
        assert (folder / name).read_bytes() == first


def test_another_replication_is_another_log(folder: Path) -> None:
    fine("one-hospital", "--as", "bupar", "-o", "1.csv", *DAYS)
    fine("one-hospital", "--as", "bupar", "-o", "2.csv", *DAYS, "--replication", "2")
    assert (folder / "1.csv").read_bytes() != (folder / "2.csv").read_bytes()


def test_a_run_without_visits_is_simulated_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results_folder(tmp_path / "results", kept=())
    result = call("one-hospital", "--as", "bupar", "-o", "a.csv", *DAYS)
    assert result.exit_code == 0, result.output
    assert "simulating replication 1 again" in result.stderr
    kept = results_folder(tmp_path / "kept")
    fine("one-hospital", "--as", "bupar", "-o", "b.csv", *DAYS, "--results", str(kept))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_an_earlier_export_is_replaced_and_nothing_else(folder: Path) -> None:
    fine("one-hospital", "--as", "vidigi", *DAYS)
    fine("one-hospital", "--as", "vidigi", *DAYS)
    mine = folder / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert "holds something else" in refused("one-hospital", "--as", "csv", "-o", "mine")
    assert "folder of this name" in refused("one-hospital", "--as", "ocel", "-o", "mine")
    assert (mine / "thesis.txt").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["one-hospital", "--as", "ocell"], "Did you mean ocel?"),
        (["one-hospital", "--as", "xes"], "There is no format xes. Allowed: vidigi, bupar, ocel, csv, excel"),
        (["nowhere", "--as", "csv"], "No finished run is called nowhere"),
        (["one-hospital", "--as", "csv", "--days", "2026-11-04"], "csv has no days to choose."),
        (["one-hospital", "--as", "ocel", "--days", "soon"], "soon is not a date."),
        (["one-hospital", "--as", "ocel", "--days", "2030-01-01"], "2030-01-01 is not within the run."),
        (["one-hospital", "--as", "ocel", "--replication", "9"], "has no replication 9."),
        (["one-hospital", "--as", "ocel", "-o", "no/such/file.json"], "There is no folder no/such"),
        (["one-hospital", "--as", "excel", "-o", "no/such/file.xlsx"], "There is no folder no/such"),
    ],
)
def test_what_cannot_be_exported_is_told_and_nothing_is_written(
    folder: Path, arguments: list[str], told: str
) -> None:
    assert told in refused(*arguments)
    assert made(folder) == set()


def test_the_workbook_is_one_that_opens(folder: Path) -> None:
    fine("one-hospital", "--as", "excel")
    with zipfile.ZipFile(folder / "one-hospital-excel.xlsx") as book:
        assert book.testzip() is None
        assert "xl/workbook.xml" in book.namelist()
