"""What a report says about escalation, with it and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import flowsim as fs
from flowsim.measures.compare import Comparison, compare
from flowsim.report.build import document
from flowsim.report.document import Document, Figure, Section, Table
from flowsim.report.material import Material
from flowsim.report.sections.escalation import section
from flowsim.spec.scenario import Scenario
from two_hospitals import RULES, two_hospitals

SHORT = {"time.horizon": "6 days"}
LACKING = """escalation:
  staff: {nurses: {each: site, on_call: 0}}
  actions: {ward: {level: 2, staff: {nurses: 1}, change: {"services[kind=ward].beds": {add: 5}}}}
"""


@pytest.fixture(scope="module")
def material(acting: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Material:
    """A run without escalation, one with, and one that lacks staff."""
    folder = tmp_path_factory.mktemp("report")
    plans = [
        acting.change({**SHORT, "escalation.enabled": False}, name="without", title="Without"),
        acting.change(SHORT, name="with", title="With"),
        two_hospitals(tmp_path_factory.mktemp("lacking"), RULES, LACKING).change(
            SHORT, name="lack", title="Lacking"
        ),
    ]
    runs = fs.run(plans, replications=2, root=folder, jobs=1, allow_overload=True)
    comparison: Any = compare(*runs)
    assert isinstance(comparison, Comparison)
    return Material(comparison)


@pytest.fixture(scope="module")
def told(material: Material) -> Section:
    found = section(material)
    assert found is not None
    return found


def blocks(told: Section, kind: type) -> dict[str, Any]:
    return {block.id: block for part in told.parts for block in part.blocks if isinstance(block, kind)}


def test_the_section_stands_in_the_report_once(material: Material) -> None:
    report: Document = document(material)
    assert [each.id for _, each in report.all_sections()].count("escalation") == 1
    assert len({each.id for _, each in report.all_sections()}) == len(list(report.all_sections()))


def test_it_says_which_plan_has_none(told: Section, material: Material) -> None:
    assert told.blocks[0].text == f"Without escalation: {material.called[0]}."  # type: ignore[union-attr]


def test_hours_at_each_level_are_shown_for_the_system_and_by_site(told: Section) -> None:
    tables = blocks(told, Table)
    assert {"opel-hours", "opel-4-hours-sites"} <= set(tables)
    heads = [row[0].text for row in tables["opel-4-hours-sites"].rows]
    assert heads == ["North Hospital", "South Hospital"]


def test_the_calendar_has_every_scope_and_only_runs_with_escalation(told: Section) -> None:
    figures = blocks(told, Figure)
    assert set(figures) == {"opel-calendar-2", "opel-calendar-3"}
    labels = [row[0].text for row in figures["opel-calendar-2"].table.rows]
    assert list(dict.fromkeys(labels)) == [
        "Whole system",
        "Upland",
        "Lowland",
        "North Hospital",
        "South Hospital",
    ]
    assert "OPEL 4 at most, North Hospital" in figures["opel-calendar-2"].title


def test_actions_that_could_not_be_taken_are_listed_with_the_reason(told: Section) -> None:
    table = blocks(told, Table)["opel-not-possible-3"]
    assert [cell.text for cell in table.rows[0]][:3] == [
        "Ward",
        "North Hospital",
        "needs 1 nurses, 0 can be had",
    ]
    assert "opel-not-possible-2" not in blocks(told, Table)


def test_actions_are_told_apart(told: Section) -> None:
    rows = {row[0].text for row in blocks(told, Table)["actions-taken-each"].rows}
    assert {"Beds", "Elsewhere"} <= rows


def test_a_report_without_escalation_says_nothing_about_it(tmp_path: Path, acting: Scenario) -> None:
    off = acting.change({**SHORT, "escalation.enabled": False}, name="off")
    run = fs.run(off, replications=1, root=tmp_path, jobs=1, allow_overload=True)
    assert section(Material(Comparison(run, ()))) is None
