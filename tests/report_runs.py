"""Three finished runs of a small hospital, made once, and the report of them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.measures.compare import Comparison, compare
from flowsim.report.build import document
from flowsim.report.document import Document
from flowsim.report.html import page
from flowsim.report.material import Material
from flowsim.store.results import Results

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
SHORT = "time: {warm_up: 1 week, horizon: 2 weeks}\n"
SEEN = """measure,level,group,value,unit,tolerance,tolerance_kind,period,source,grade,note
attendances,system,,290,per day,10,percent,2024/25,Monthly return,seen,
discharge_ready_at_midnight,system,,500,patients,15,percent,2024/25,Situation report,seen,
"""
BASE = "extends: one-hospital.yaml\nname: base\ntitle: Usual winter\nobserved: seen.csv\n" + SHORT
SUPPORT = """
extends: base.yaml
name: more-support
title: More support after hospital
about: {question: Does more support empty beds?, commissioner: Director of operations}
targets: {within_4_hours: ">= 90%", bed_occupancy: 50%}
change:
  services.community_care.places: {add: 12, source: Better Care Fund plan, grade: assumed}
  services.community_response.team: {add: 2}
"""
FLU = """
extends: base.yaml
name: flu-wave
title: A flu wave that comes upon the town in the second week of November and is met with beds
surges:
  flu:
    label: Flu wave
    from: 2026-11-09
    to: 2026-11-12
    change: {demand.walk_in.per_day: {multiply: 1.4}}
change:
  services.ward.beds: {add: 5, from: 2026-11-10, source: Winter plan, grade: assumed}
"""
REPLICATIONS = 3


def scenario_folder(folder: Path, **texts: str) -> Path:
    """Fill a folder with the small hospital and scenarios that build on it."""
    for name in ("one-hospital.yaml", "one-hospital.evidence.csv"):
        shutil.copy(SCENARIOS / name, folder / name)
    shutil.copytree(SCENARIOS / "kent-medway" / "profiles", folder / "kent-medway" / "profiles")
    (folder / "seen.csv").write_text(SEEN, encoding="utf-8")
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def finished(folder: Path, names: Sequence[str], count: int = REPLICATIONS) -> list[Results]:
    """Run scenarios of a folder."""
    scenarios = [fs.load(folder / f"{name}.yaml") for name in names]
    return fs.run(scenarios, replications=count, jobs=1, root=folder / "results")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a baseline, two plans, and their finished runs."""
    path = tmp_path_factory.mktemp("report")
    scenario_folder(path, base=BASE, support=SUPPORT, flu=FLU)
    finished(path, ("base", "support", "flu"))
    return path


@pytest.fixture(scope="session")
def runs(folder: Path) -> list[Results]:
    """The finished runs: the baseline and two plans."""
    return finished(folder, ("base", "support", "flu"))


@pytest.fixture(scope="session")
def material(runs: list[Results]) -> Material:
    """What the report of the three is written from."""
    return Material(compare(*runs))


@pytest.fixture(scope="session")
def report(material: Material) -> Document:
    """The report of the three."""
    return document(material)


@pytest.fixture(scope="session")
def html(report: Document) -> str:
    """The page of the three."""
    return page(report)


@pytest.fixture(scope="session")
def one_plan(runs: list[Results]) -> Document:
    """The report of the baseline and one plan."""
    return document(Material(compare(runs[0], runs[1])))


@pytest.fixture(scope="session")
def alone(runs: list[Results]) -> Document:
    """The report of the baseline alone."""
    return document(Material(Comparison(runs[0], ())))
