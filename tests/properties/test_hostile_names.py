"""Scenario names and titles that have done harm elsewhere do none in files, folders or the terminal."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from flowsim.cli.app import app
from flowsim.store.identity import slug
from report_document import HOSTILE

SMALL = Path(__file__).resolve().parents[1] / "cli" / "small.yaml"
ESCAPE = "\x1b[31mred\x1b[0m"
LONG = "n" * 300
PARTS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="flowsim")


def write(folder: Path, name: str, title: str, file: str = "hostile.yaml") -> str:
    text = SMALL.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(name|title):.*\n", "", text)
    head = f"name: {json.dumps(name)}\ntitle: {json.dumps(title, ensure_ascii=True)}\n"
    (folder / file).write_text(head + text, encoding="utf-8")
    return file


def is_plain(text: str) -> bool:
    """Say whether a terminal does nothing but show a text."""
    return all(char.isprintable() or char == "\n" for char in text)


# -- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [text for text in HOSTILE if text != "x" * 300] + ["../../etc/passwd", "a b", ""]
)
def test_a_name_that_could_do_harm_is_refused(folder: Path, name: str) -> None:
    result = call("run", write(folder, name, "Title"), "-n", "1", "-j", "1")
    assert result.exit_code == 2
    assert "letters, digits, _ and -" in " ".join(result.stderr.split())
    assert not (folder / "results").exists()


@given(st.text(max_size=400))
def test_a_folder_name_is_short_and_plain_whatever_the_name(name: str) -> None:
    found = slug(name)
    assert 0 < len(found) <= 80
    assert PARTS.fullmatch(found)


def test_a_long_name_is_run_followed_and_exported(folder: Path) -> None:
    file = write(folder, LONG, "Title")
    assert call("run", file, "-n", "1", "-j", "1", "-q").exit_code == 0
    (run,) = (folder / "results").iterdir()
    assert run.name == LONG[:80]
    for arguments in (
        ("trace", LONG, "--random", "1"),
        ("export", LONG, "--as", "bupar"),
        ("export", LONG, "--as", "csv"),
    ):
        result = call(*arguments)
        assert result.exit_code == 0, result.output
        assert max(map(len, result.stderr.splitlines()), default=0) <= 400
    assert (folder / f"{LONG[:80]}-bupar.csv").is_file()
    assert (folder / f"{LONG[:80]}-csv").is_dir()


# -- titles ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", [*HOSTILE, ESCAPE])
def test_a_title_may_say_anything(folder: Path, title: str) -> None:
    file = write(folder, "hostile", title)
    result = call("run", file, "-n", "1", "-j", "1")
    if "\x00" in title or "\x07" in title or "\x1b" in title:
        assert result.exit_code in (0, 2)
        assert is_plain(result.output)
        return
    assert result.exit_code == 0, result.output
    assert is_plain(result.output)
    assert sorted(path.name for path in folder.iterdir()) == ["hostile.yaml", "results"]
    traced = call("trace", "hostile", "--random", "1")
    assert traced.exit_code == 0, traced.output
    assert is_plain(traced.output)
    assert json.loads(call("trace", "hostile", "--random", "1", "--json").stdout)["runs"][0]["title"].strip()


@pytest.mark.parametrize("title", [HOSTILE[0], HOSTILE[1], HOSTILE[6], "x" * 300])
def test_a_title_is_only_text_in_every_export(folder: Path, title: str) -> None:
    assert call("run", write(folder, "hostile", title), "-n", "2", "-j", "1", "-q").exit_code == 0
    for form in ("vidigi", "bupar", "ocel", "csv", "excel"):
        result = call("export", "hostile", "--as", form)
        assert result.exit_code == 0, result.output
        assert is_plain(result.output)
    with zipfile.ZipFile(folder / "hostile-excel.xlsx") as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name)
    names = {path.name for path in folder.iterdir()} - {"hostile.yaml", "results"}
    assert names == {
        "hostile-vidigi", "hostile-bupar.csv", "hostile-ocel.json", "hostile-csv", "hostile-excel.xlsx",
    }  # fmt: skip


@pytest.mark.parametrize("label", ["[red]ward[/red]", "=cmd()", "<b>bed</b>", "{label}", "{outcome} %s"])
def test_a_label_of_a_service_is_only_text_in_a_story(folder: Path, label: str) -> None:
    file = write(folder, "hostile", "Title")
    text = (folder / file).read_text(encoding="utf-8")
    labelled = re.sub(r"(?m)^(  hot_clinic:\n)", rf"\g<1>    label: {json.dumps(label)}\n", text)
    assert labelled != text
    (folder / file).write_text(labelled, encoding="utf-8")
    assert call("run", file, "-n", "1", "-j", "1", "-q").exit_code == 0
    result = call("trace", "hostile", "--random", "1")
    assert result.exit_code == 0, result.output
    assert label in " ".join(result.stdout.split())
