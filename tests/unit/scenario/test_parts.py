"""The changes of a plan, told apart."""

from pathlib import Path

import pytest

from flowsim.errors import InputError
from flowsim.scenario import load
from flowsim.scenario.parts import parts, with_parts
from flowsim.spec.scenario import Scenario

BASE = """
flowsim: 1
name: base
time: {start: 2026-11-02, warm_up: 1 week, horizon: 2 weeks, initial: empty}
services:
  north_clinic: {kind: clinic, staff: 3, service: {distribution: exponential, mean: 40 min}}
  south_clinic: {kind: clinic, staff: 3, service: {distribution: exponential, mean: 40 min}}
demand:
  north: {to: north_clinic, per_day: 60}
  south: {to: south_clinic, per_day: 60}
pathways:
  north_clinic: {otherwise: leave}
  south_clinic: {otherwise: leave}
"""
LEVER = """
change:
  services.north_clinic.service.mean: 35 min
  demand.north.per_day: {add: 2}
"""
PLAN = """
flowsim: 1
extends: base.yaml
name: plan
targets: {wait_mean: 10 min}
include: [quicker.yaml]
change:
  services.*_clinic.staff: {add: 1}
  demand.south.per_day: {add: 5, from: 2026-11-05}
surges:
  flu: {label: flu wave, change: {demand.*.per_day: {multiply: 1.1}}, from: 2026-11-10, to: 2026-11-12}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("base", BASE), ("plan", PLAN), ("quicker", LEVER)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def scenarios(folder: Path) -> tuple[Scenario, Scenario]:
    return load(folder / "base.yaml"), load(folder / "plan.yaml")


def test_what_was_written_together_is_one_change(scenarios: tuple[Scenario, Scenario]) -> None:
    found = {part.name: part for part in parts(*scenarios)}
    assert set(found) == {"services.*_clinic.staff", "quicker", "flu wave", "demand.south.per_day"}
    assert found["services.*_clinic.staff"].paths == (
        ("services", "north_clinic", "staff"),
        ("services", "south_clinic", "staff"),
    )
    assert len(found["quicker"].paths) == 2
    assert [change.path for change in found["demand.south.per_day"].dated] == [("demand", "south", "per_day")]


def test_a_scenario_and_itself_have_no_changes(scenarios: tuple[Scenario, Scenario]) -> None:
    base, plan = scenarios
    assert parts(base, base) == []
    assert parts(plan, plan) == []


def test_all_changes_make_the_plan_and_none_the_baseline(scenarios: tuple[Scenario, Scenario]) -> None:
    base, plan = scenarios
    assert with_parts(base, plan, parts(base, plan), "all").digest == plan.digest
    assert with_parts(base, plan, [], "none").digest == base.digest


def test_one_change_alone_changes_its_settings_and_no_others(scenarios: tuple[Scenario, Scenario]) -> None:
    base, plan = scenarios
    staff = next(part for part in parts(base, plan) if part.name == "services.*_clinic.staff")
    alone = with_parts(base, plan, [staff], "more_staff")
    assert alone.name == "more_staff"
    assert [part.paths for part in parts(base, alone)] == [staff.paths]
    without = with_parts(base, plan, [part for part in parts(base, plan) if part != staff], "without")
    assert {part.name for part in parts(without, plan)} == {"services.*_clinic.staff"}


def test_a_new_service_is_one_change_with_all_its_settings(folder: Path) -> None:
    new = """
extends: base.yaml
services:
  hub: {kind: clinic, staff: 2, service: 20 min}
pathways:
  hub: {otherwise: leave}
change:
  demand.north.to: hub
"""
    (folder / "hub.yaml").write_text(new, encoding="utf-8")
    base, plan = load(folder / "base.yaml"), load(folder / "hub.yaml")
    found = {part.name: part for part in parts(base, plan)}
    assert found["services.hub"].paths == (("services", "hub"),)
    with pytest.raises(InputError, match=r"demand.north.to cannot be tried without the other changes"):
        with_parts(base, plan, [found["demand.north.to"]], "alone")
