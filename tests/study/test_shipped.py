"""The studies that are shipped, and the one in the manual."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from flowsim.experiment.study import examine
from flowsim.scenario.study import cell_named, examine_cell, is_study, read_study_file
from flowsim.scenario.study_file import Outline

ROOT = Path(__file__).parents[2]
HOME = ROOT / "scenarios" / "studies"
STUDIES = sorted(HOME.glob("*.yaml"))
MANUAL = ROOT / "docs" / "how-to" / "test-a-winter-plan.md"


def outline_of(path: Path) -> Outline:
    found, problems = read_study_file(path)
    assert not problems
    assert found is not None
    return found


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_last_combination_of_every_study_can_be_made(path: Path) -> None:
    assert is_study(path)
    found = outline_of(path)
    surge = list(found.surges)[-1] if found.surges else "base"
    scenario, problems = examine_cell(path, surge, list(found.options)[-1])
    assert not [problem.message for problem in problems if problem.severity == "error"]
    assert scenario is not None
    assert found.about.question
    assert found.title


@pytest.mark.slow
@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_combination_of_every_study_can_be_made(path: Path) -> None:
    study, problems = examine(str(path))
    assert not [problem.message for problem in problems if problem.severity == "error"]
    assert study is not None
    digests = [study.cells[cell].digest for cell in study.cells]
    assert len(set(digests)) == len(digests)  # every option does something in every surge


def test_the_winter_plan_is_three_winters_by_at_least_six_options() -> None:
    found = outline_of(HOME / "winter-plan.yaml")
    assert list(found.surges) == ["baseline", "moderate", "extreme"]
    assert len(found.options) + 1 >= 6


def test_every_study_has_its_paragraph() -> None:
    text = (HOME / "README.md").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^## (.*)\n", text)[1:]
    told = dict(zip(parts[::2], parts[1::2], strict=True))
    assert set(told) == {path.stem for path in STUDIES}
    for name, part in told.items():
        for word in ("**Question.**", "**Answer.**", "**What it does not say.**"):
            assert word in part, name


def test_the_study_in_the_manual_can_be_made(tmp_path: Path) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    (body,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    home = tmp_path / "scenarios"
    (home / "studies" / "my-winter.yaml").write_text(body, encoding="utf-8")
    (home / "kent-medway" / "our-plan.yaml").write_text(
        "flowsim: 1\nextends: baseline.yaml\n", encoding="utf-8"
    )
    named = set(re.findall(r"my-winter\.yaml:\S+", text))
    assert named == {"my-winter.yaml:flu/both", "my-winter.yaml:flu/nothing"}
    for each in sorted(named):
        cell = cell_named(each)
        assert cell is not None
        scenario, problems = examine_cell(home / "studies" / cell[0], cell[1], cell[2])
        assert scenario is not None, problems
