"""A project folder with the base scenario, and small kinds of service in place of the real ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flowsim.errors import render
from flowsim.experiment.study import examine as examine_study
from flowsim.scenario import examine
from flowsim.scenario.study import is_study
from messages.kinds import KINDS

HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with base.yaml in it, as the working folder."""
    monkeypatch.setattr("flowsim.services.KINDS", KINDS)
    home = tmp_path / "project"
    home.mkdir()
    shutil.copy(HERE / "base.yaml", home)
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def says(folder: Path) -> Callable[..., str]:
    """What the planner is told about draft.yaml when it reads like this."""

    def say(draft: str | bytes, *sets: str, **files: str) -> str:
        data = draft if isinstance(draft, bytes) else draft.encode()
        (folder / "draft.yaml").write_bytes(data)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        reads = examine_study if is_study("draft.yaml") else examine
        return render(reads("draft.yaml", sets=sets)[1])

    return say
