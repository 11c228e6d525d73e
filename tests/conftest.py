"""What every test shares: nothing is written outside its own folder, no colour, and no clock that judges."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: many small tests, few cores
settings.register_profile("untimed", settings.default, deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _own_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep finished runs out of the working folder, and the terminal plain and 80 columns wide."""
    monkeypatch.setenv("FLOWSIM_RESULTS", str(tmp_path / "results"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}")  # for other processes


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the checked-out repository."""
    return ROOT
