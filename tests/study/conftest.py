"""A folder with a small clinic, a surge, a lever and a plan, and a way to write studies in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

SMALL = Path(__file__).parents[1] / "cli" / "small.yaml"
FILES = {
    "flu.yaml": """
        flowsim: 1
        surges:
          flu: {change: {demand.walk_in.per_day: {multiply: 1.2}}, from: 2026-11-02, to: 2026-11-05}
        """,
    "staff.yaml": "flowsim: 1\nchange: {services.hot_clinic.staff: {add: 1}}\n",
    "plan.yaml": "flowsim: 1\nextends: small.yaml\nservices: {hot_clinic: {staff: 5}}\n",
    "quiet.yaml": "flowsim: 1\nextends: small.yaml\nchange: {demand.walk_in.per_day: {multiply: 0.8}}\n",
}
STUDY = """
    flowsim: 1
    name: clinic-study
    title: What helps the clinic?
    study:
      base: small.yaml
      surges:
        usual: {title: As usual}
        flu: {title: Flu, include: flu.yaml}
      options:
        staff: {title: One more, include: [staff.yaml]}
        quick: {title: Quicker care, change: {services.hot_clinic.service: {multiply: 0.9}}}
        both: {title: Both, combines: [staff, quick]}
      measures: [wait_mean, time_total]
      replications: 2
      time: {horizon: 4 days, warm_up: 1 day}
    """


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands are called from."""
    monkeypatch.chdir(tmp_path)
    text = SMALL.read_text(encoding="utf-8").replace("kind: steady_state", "kind: terminating")
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[..., str]:
    """Write a file into the folder; a study unless another text is given."""

    def put(text: str = STUDY, name: str = "study.yaml") -> str:
        (folder / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return name

    return put
