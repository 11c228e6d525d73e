"""A planner's desk: a folder with base.yaml in it, to write scenarios, load them and hear what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from flowsim.errors import Problem
from flowsim.scenario import Scenario, examine
from messages.kinds import KINDS

HEAD = "flowsim: 1\nextends: base.yaml\n"
"""The first two lines of every draft; what a test writes begins on line 3."""


class Desk:
    """Writes files side by side in one folder, and reads draft.yaml."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **files: str) -> None:
        """Write files: ``pack_yaml="..."`` is pack.yaml."""
        for name, text in files.items():
            stem, _, ending = name.rpartition("_")
            (self.folder / f"{stem}.{ending}").write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def read(self, text: str, *sets: str, **files: str) -> tuple[Scenario | None, list[Problem]]:
        """Return the scenario that extends base.yaml and says this, with problems and warnings."""
        self.write(draft_yaml=HEAD + dedent(text).lstrip("\n"), **files)
        return examine("draft.yaml", sets=sets)

    def load(self, text: str = "", *sets: str, **files: str) -> Scenario:
        """Return a scenario in which nothing is wrong."""
        scenario, problems = self.read(text, *sets, **files)
        assert [problem.message for problem in problems] == []
        assert scenario is not None
        return scenario

    def told(self, text: str, *sets: str, **files: str) -> list[Problem]:
        """Return what is wrong; something is, so there is no scenario."""
        scenario, problems = self.read(text, *sets, **files)
        assert scenario is None
        assert problems
        return problems


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder with base.yaml in it, as the working folder."""
    monkeypatch.setattr("flowsim.services.KINDS", KINDS)
    shutil.copy(Path(__file__).parent / "base.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)
