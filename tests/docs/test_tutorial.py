"""The tutorial is followed to the letter: its files are written and its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowsim.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "a-winter-plan-in-20-minutes.md"
BLOCK = re.compile(r"```(yaml)?\n(.*?)```", re.DOTALL)
WRITE = re.compile(r"Write `([^`]+)`")


def steps() -> list[tuple[str, str]]:
    """Return what the page asks for, in order: ("file", name and text) or ("command", line)."""
    found: list[tuple[str, str]] = []
    text = PAGE.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        if block[1]:
            name = WRITE.findall(text[: block.start()])[-1]
            found.append(("file", f"{name}\n{block[2]}"))
        else:
            found += [("command", line) for line in block[2].splitlines() if line]
    return found


def test_the_page_has_files_to_write_and_commands_to_run() -> None:
    kinds = [kind for kind, _ in steps()]
    assert kinds.count("file") == 2
    assert kinds.count("command") >= 10


@pytest.mark.slow
def test_every_step_of_the_tutorial_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLOWSIM_RESULTS", raising=False)
    for kind, what in steps():
        if kind == "file":
            name, _, text = what.partition("\n")
            Path(name).write_text(text, encoding="utf-8")
            continue
        command, *arguments = shlex.split(what)
        if command == "cd":
            monkeypatch.chdir(arguments[0])
            continue
        assert command == "flowsim"
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, f"{what}\n{result.output}"
    page = Path("winter.html").read_text(encoding="utf-8")
    assert "flu wave" in page.lower()
