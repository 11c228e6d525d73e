"""What a scenario may say about escalation, and what its actions mean where."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from flowsim.errors import InputError
from flowsim.policies.escalation.scoring import Scope
from flowsim.scenario import load
from flowsim.scenario.describe import backing
from flowsim.scenario.escalation import deeds, members
from flowsim.scenario.provenance import unsourced
from flowsim.spec.scenario import Scenario
from two_hospitals import RULES, action, two_hospitals

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def deeds_of(scenario: Scenario) -> list[tuple[str, Scope, list[str]]]:
    """Return action, scope and what is changed, for each deed."""
    assert scenario.escalation is not None
    scopes = members(scenario.services, scenario.sites, scenario.places)
    return [
        (deed.action, deed.scope, [change.path[1] for change in deed.changes] + list(deed.routes))
        for deed in deeds(scenario.escalation, backing(scenario).actions, scopes)
    ]


def problems(folder: Path, *layers: str) -> str:
    with pytest.raises(InputError) as caught:
        two_hospitals(folder, RULES, *layers)
    return "\n".join(f"{problem.path}: {problem.message}" for problem in caught.value.problems)


# -- where actions act -------------------------------------------------------------------------------------


def test_a_scenario_without_escalation_says_so(tmp_path: Path) -> None:
    assert two_hospitals(tmp_path).escalation is None


def test_a_site_acts_on_its_own_services(tmp_path: Path) -> None:
    text = action('{level: 3, change: {"services[kind=ward].beds": {add: 2}}}')
    assert deeds_of(two_hospitals(tmp_path, RULES, text)) == [
        ("act", Scope("site", "north"), ["north_ward"]),
        ("act", Scope("site", "south"), ["south_ward"]),
    ]


def test_a_place_acts_on_its_services_and_those_of_its_sites(tmp_path: Path) -> None:
    text = action(
        """{scope: place, level: 3, change: {"services[kind=ward].beds": {add: 2},
            "services[kind=discharge].team": {add: 1}, services.home_care.places: {add: 3}}}"""
    )
    assert deeds_of(two_hospitals(tmp_path, RULES, text)) == [
        ("act", Scope("place", "upland"), ["north_ward", "upland_hub", "home_care"]),
        ("act", Scope("place", "lowland"), ["south_ward", "lowland_hub"]),
    ]


def test_the_system_acts_on_everything(tmp_path: Path) -> None:
    text = action('{scope: system, level: 4, change: {"services[kind=clinic].staff": {add: 1}}}')
    assert deeds_of(two_hospitals(tmp_path, RULES, text)) == [("act", Scope("system", ""), ["island_clinic"])]


def test_an_action_may_be_for_some_sites_only(tmp_path: Path) -> None:
    text = action('{level: 3, only: [south], change: {"services[kind=ward].beds": {add: 2}}}')
    assert [scope.name for _, scope, _ in deeds_of(two_hospitals(tmp_path, RULES, text))] == ["south"]


def test_ambulances_are_diverted_by_the_site_they_were_meant_for(tmp_path: Path) -> None:
    text = action("{level: 3, divert: {routes: {north_ed: [{to: south_ed}]}}}")
    assert deeds_of(two_hospitals(tmp_path, RULES, text)) == [("act", Scope("site", "north"), ["north_ed"])]


def test_actions_come_in_the_order_written_whatever_the_layer(tmp_path: Path) -> None:
    first = action("{level: 3, change: {services.north_ward.beds: {add: 1}}}", "first")
    second = action("{level: 2, change: {services.north_ward.beds: {add: 1}}}", "second")
    again = action("{lead: 1 hour}", "first")
    scenario = two_hospitals(tmp_path, RULES, first, second, again)
    assert [name for name, *_ in deeds_of(scenario)] == ["first", "second"]
    assert scenario.escalation is not None
    assert scenario.escalation.actions["first"].lead == 60.0


def test_a_default_can_be_changed_and_is_kept_for_workers(tmp_path: Path) -> None:
    text = action('{level: 3, change: {"services[kind=emergency_department].escalation_spaces": {add: 4}}}')
    scenario = pickle.loads(pickle.dumps(two_hospitals(tmp_path, RULES, text)))
    loaded = backing(scenario)
    changes = loaded.actions["act"]
    assert len(changes) == 2
    assert loaded.under("services", "north_ed", 0.0, changes[:1]).escalation_spaces == 4
    assert loaded.under("services", "north_ed", 0.0, []).escalation_spaces == 0


def test_settings_under_an_action_lie_over_dated_ones(tmp_path: Path) -> None:
    dated = "change: {services.north_ward.beds: {multiply: 0.5, from: 2026-11-04, to: 2026-11-05}}\n"
    text = action("{level: 3, change: {services.north_ward.beds: {add: 8}}}")
    loaded = backing(two_hospitals(tmp_path, RULES, text, dated))
    act = loaded.actions["act"]
    day = 1440.0
    beds = [loaded.under("services", "north_ward", at * day, act).beds for at in (0, 3.9, 4, 5.9, 6)]
    assert beds == [68, 68, 38, 38, 68]


def test_reading_only_what_actions_touch_gives_the_same_settings(tmp_path: Path) -> None:
    scenario = shipped(tmp_path, "kent-medway/winter-moderate.yaml", "kent-medway/escalation.yaml")
    loaded = backing(scenario)
    minute = 70 * 1440.0
    compared = 0
    for changes in loaded.actions.values():
        for key in dict.fromkeys(change.path[:2] for change in changes):
            own = loaded.under(*key, minute, [])
            mine = [change for change in changes if change.path[:2] == key]
            assert loaded.under(*key, minute, mine, own) == loaded.under(*key, minute, mine), key
            compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    "change",
    [
        {"escalation.enabled": False},
        {"escalation.levels.opel_3": 5},
        {"escalation.actions.act.change.services.north_ward.beds": {"set": {"add": 9}}},
    ],
)
def test_what_escalation_says_is_part_of_the_fingerprint(tmp_path: Path, change: dict[str, Any]) -> None:
    text = action("{level: 3, label: Open beds, change: {services.north_ward.beds: {add: 8}}}")
    scenario = two_hospitals(tmp_path, RULES, text)
    if "act" in next(iter(change)):
        other = two_hospitals(tmp_path, RULES, text.replace("add: 8", "add: 9"))
    else:
        other = scenario.change(change)
    assert other.digest != scenario.digest
    assert scenario.change({"escalation.actions.act.label": "Beds"}).digest == scenario.digest


def test_every_number_can_be_changed_like_any_other(tmp_path: Path) -> None:
    text = action("{level: 3, cost: {per_day: 100}, change: {services.north_ward.beds: {add: 8}}}")
    scenario = two_hospitals(
        tmp_path, RULES, text,
        escalation__every="2 hours", escalation__actions__act__at_least="6 hours",
        escalation__actions__act__cost__per_day={"multiply": 2},
        escalation__parameters__bed_occupancy__1__points=3,
    )  # fmt: skip
    rules = scenario.escalation
    assert rules is not None
    assert (rules.every, rules.actions["act"].at_least, rules.actions["act"].cost.per_day) == (
        120.0,
        360.0,
        200.0,
    )
    assert [band.points for band in rules.parameters.bed_occupancy] == [1, 3, 4]


# -- what is refused ---------------------------------------------------------------------------------------


def test_an_action_that_makes_a_setting_impossible(tmp_path: Path) -> None:
    text = action("{level: 3, change: {services.north_ward.turnaround: blue}}")
    assert "With this action act, the setting becomes impossible. blue is not a length of time" in problems(
        tmp_path, text
    )


def test_an_action_that_only_another_makes_possible_is_refused(tmp_path: Path) -> None:
    text = action('{level: 3, change: {services.north_sdec.hours: "08:00-07:00x"}}')
    assert "becomes impossible" in problems(tmp_path, text)


def test_an_action_whose_services_belong_to_no_site(tmp_path: Path) -> None:
    text = action("{level: 3, change: {services.home_care.places: {add: 2}}}")
    assert "home_care belongs to no site that has this action: nothing would happen." in problems(
        tmp_path, text
    )


def test_an_action_for_a_site_that_is_not_there(tmp_path: Path) -> None:
    text = action("{level: 3, only: [nroth], change: {services.north_ward.beds: {add: 2}}}")
    assert (
        "There is no site with an emergency department called nroth. Did you mean north or south?"
        in problems(tmp_path, text)
    )


def test_a_site_without_a_department_has_no_reserve(tmp_path: Path) -> None:
    text = "escalation: {staff: {nurses: {on_call: 2, at: {clinic_building: 3}}}}\n"
    assert "no site with an emergency department called clinic_building" in problems(tmp_path, text)


def test_staff_of_each_site_cannot_be_used_by_the_system(tmp_path: Path) -> None:
    text = """escalation:
  staff: {nurses: {each: site, on_call: 2}}
  actions: {act: {scope: system, level: 3, staff: {nurses: 1}, change: {services.north_ward.beds: {add: 2}}}}
"""
    assert "nurses belong to each site, and this is an action of the system." in problems(tmp_path, text)


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        action("{level: 3, divert: {routes: {north_ed: [{to: suoth_ed}]}}}", "away"),
        action("{level: 3, staff: {nurses: 1}, change: {services.north_ward.beds: {add: 2}}}", "beds"),
    )
    assert "There is no emergency department called suoth_ed. Did you mean south_ed or north_ed?" in told
    assert "There is no staff called nurses." in told


# -- what is shipped ---------------------------------------------------------------------------------------


def shipped(folder: Path, base: str, *includes: str) -> Scenario:
    """Return a shipped scenario with files included, as a planner would write it beside the shipped ones."""
    import shutil

    home = folder / "scenarios"
    if not home.exists():
        shutil.copytree(SCENARIOS, home, ignore=shutil.ignore_patterns("results", "_*"))
    listed = ", ".join(includes)
    (home / "try.yaml").write_text(f"flowsim: 1\nextends: {base}\ninclude: [{listed}]\n", encoding="utf-8")
    return load(home / "try.yaml")


def test_the_shipped_scores_and_actions_fit_one_hospital(tmp_path: Path) -> None:
    scenario = shipped(tmp_path, "one-hospital.yaml", "escalation/actions.yaml")
    assert unsourced(scenario) == []
    assert [w.message for w in scenario.warnings if "evidence" in w.file] == []
    rules = scenario.escalation
    assert rules is not None
    assert rules.most_points == 44
    named = {name for name, *_ in deeds_of(scenario)}
    assert named == set(rules.actions)
    assert [action.level for action in rules.actions.values()] == sorted(
        a.level for a in rules.actions.values()
    )


def test_the_shipped_scores_can_be_used_alone(tmp_path: Path) -> None:
    scenario = shipped(tmp_path, "one-hospital.yaml", "escalation/opel.yaml")
    assert scenario.escalation is not None
    assert scenario.escalation.actions == {}
    assert unsourced(scenario) == []
