"""A project folder, and a way to write and load scenarios in it, with two small kinds of service."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from flowsim.scenario import Scenario, load
from messages.kinds import KINDS

BASE = Path(__file__).parents[2] / "messages" / "base.yaml"
CHILD = "flowsim: 1\nextends: base.yaml\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with base.yaml in it, as the working folder."""
    monkeypatch.setattr("flowsim.services.KINDS", KINDS)
    home = tmp_path / "project"
    home.mkdir()
    shutil.copy(BASE, home)
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def child(folder: Path) -> Callable[..., Scenario]:
    """Load a scenario that extends base.yaml and says this as well; other files may stand beside it."""

    def make(text: str = "", *sets: str, **files: str) -> Scenario:
        for name, content in files.items():
            (folder / name.replace("_yaml", ".yaml").replace("_csv", ".csv")).write_text(dedent(content))
        (folder / "child.yaml").write_text(CHILD + dedent(text).lstrip("\n"))
        return load("child.yaml", sets=sets)

    return make
