"""Escalation in whole runs of two hospitals."""

from __future__ import annotations

from itertools import pairwise
from math import inf, isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.measures.catalogue import CATALOGUE, evaluate
from flowsim.measures.escalation import Story
from flowsim.model import build, escalation, replicate, run
from flowsim.spec.scenario import Scenario
from flowsim.tables import CAPACITY, Replication
from systems import person_by_person, same_tables
from two_hospitals import QUIET, RULES, action, two_hospitals

HOUR, DAY = 60.0, 1440.0


def story_of(result: Replication) -> Story:
    table: Any = result.escalation
    return Story(table, 0.0, result.end)


def told(result: Replication, name: str = "", site: str = "") -> list[tuple[float, str, str]]:
    """Return hour, event and reason of what happened to an action at a site (to any, if none is named)."""
    story = story_of(result)
    return [
        (story.minute[row] / HOUR, event, story.reason[row])
        for row, event in enumerate(story.event)
        if event != "assessed" and name in {"", story.action[row]} and site in {"", story.scope[row][1]}
    ]


def capacity(result: Replication, service: str, resource: str) -> Any:
    """Return hourly mean capacity of a pool."""
    return result.occupancy[:, result.pools.index((service, resource)), CAPACITY]


# -- off and never triggered -----------------------------------------------------------------------------


def test_off_equals_never_triggered_to_the_last_digit(tmp_path: Path, plain: Replication) -> None:
    quiet = two_hospitals(tmp_path, QUIET)
    never = replicate(quiet, 1, audit=True)
    off = replicate(quiet.change({"escalation.enabled": False}), 1)
    assert told(never) == []
    assert off.escalation == {}
    assert same_tables(never, off)
    assert same_tables(never, plain)
    assert person_by_person(never) == person_by_person(plain)


def test_off_equals_never_triggered_in_every_measure_but_those_of_escalation(tmp_path: Path) -> None:
    quiet = two_hospitals(tmp_path, QUIET)
    off = quiet.change({"escalation.enabled": False})
    never, without = (evaluate(replicate(each, 1), each) for each in (quiet, off))
    care = [CATALOGUE[name].area != "opel" for name in never["measure"]]
    for column in ("measure", "level", "group", "value"):
        one, other = never[column][care], without[column]
        assert [repr(each) for each in one.tolist()] == [repr(each) for each in other.tolist()]


def test_assessing_alone_changes_nothing(tmp_path: Path, plain: Replication) -> None:
    scored = replicate(two_hospitals(tmp_path, RULES), 1)
    assert max(story_of(scored).level) == 4
    assert same_tables(scored, plain)


def test_the_same_run_again_is_the_same_to_the_last_digit(acting: Scenario, acted: Replication) -> None:
    again = replicate(acting, 1)
    assert same_tables(again, acted)
    for name, column in acted.escalation.items():
        same: Any = again.escalation[name]
        one: Any = column
        if hasattr(one, "codes"):
            assert (one.texts, one.codes.tolist()) == (same.texts, same.codes.tolist())
        else:
            assert one.tobytes() == same.tobytes()


# -- what actions do ---------------------------------------------------------------------------------------


def test_actions_come_and_go_with_the_level(acted: Replication) -> None:
    events = [event for _, event, _ in told(acted, "beds", "north")]
    assert events.count("activated") >= 3
    assert 0 <= events.count("activated") - events.count("stood_down") <= 1


def test_levels_are_those_of_the_scores_and_do_not_flap(acted: Replication) -> None:
    story = story_of(acted)
    for scope, spans in story.spans().items():
        changed = -inf
        for (begin, _, level), (after, _, then) in pairwise(spans):
            if then < level:
                assert after - changed >= 6 * HOUR, scope
            changed = after
            assert begin < after
    hours = acted.end / HOUR
    assert all(sum(each) == pytest.approx(hours) for each in story.hours_at_level().values())


def test_escalation_beds_are_open_exactly_while_the_action_is_in_effect(acted: Replication) -> None:
    beds = capacity(acted, "north_ward", "beds")
    uses = [use for use in story_of(acted).uses() if use.action == "beds" and use.scope == ("site", "north")]
    assert uses
    assert {use.beds for use in uses} == {10.0}
    for hour in range(len(beds)):
        minutes = sum(max(min(u.end, hour * 60 + 60.0) - max(u.begin, hour * 60.0), 0.0) for u in uses)
        assert beds[hour] == pytest.approx(60 + 10 * minutes / 60, abs=1e-3)


def test_the_lead_time_passes_before_the_effect_and_the_action_lasts_as_long_as_it_must(
    acted: Replication,
) -> None:
    ordered = None
    began = 0.0
    for hour, event, _ in told(acted, "beds", "north"):
        if event == "ordered":
            ordered = hour
        elif event == "activated":
            assert ordered is not None
            assert hour == ordered + 2
            began = hour
        elif event == "stood_down":
            assert hour - began >= 12


def test_after_the_last_action_every_setting_is_the_scenarios_own(acting: Scenario) -> None:
    """The same object even, so nothing can have been left behind."""
    system = build(acting, 1)
    control = escalation(acting, system)
    assert control is not None
    run(acting, system, control)
    for number in list(control.effects.active):
        control.effects.set(number, active=False)
    control.effects.settle(system.end)
    for name, service in system.services.items():
        assert service.spec is acting.services[name] or service.spec == acting.services[name], name


def test_a_dated_change_and_an_action_compose(tmp_path: Path) -> None:
    """The ward has 60 beds, 50 from the fourth day; the action always adds 7."""
    always = action('{level: 2, until: 1, at_least: 99 days, change: {"services.north_ward.beds": {add: 7}}}')
    dated = "change: {services.north_ward.beds: {add: -10, from: 2026-11-06}}\n"
    result = replicate(two_hospitals(tmp_path, RULES, always, dated), 1, audit=True)
    (began,) = [hour for hour, event, _ in told(result) if event == "activated"]
    beds, change = capacity(result, "north_ward", "beds"), 6 * 24
    assert began < change
    assert set(beds[int(began) + 1 : change]) == {67.0}
    assert set(beds[change:]) == {57.0}


def test_hours_and_staff_of_a_service_are_extended_and_go_back(tmp_path: Path) -> None:
    longer = action(
        """{level: 3, change: {"services[kind=same_day_emergency_care].hours": "06:00-24:00",
            "services[kind=same_day_emergency_care].clinicians": {add: "20:00-24:00=2"}}}"""
    )
    result = replicate(two_hospitals(tmp_path, RULES, longer), 1, audit=True)
    staff = capacity(result, "north_sdec", "clinicians").reshape(-1, 24)
    uses = [use for use in story_of(result).uses() if use.action == "act"]
    evening = {
        int(use.begin // DAY)
        for use in uses
        if use.begin % DAY <= 20 * HOUR and use.end >= use.begin // DAY * DAY + DAY
    }
    assert evening
    for day in range(len(staff)):
        if day in evening:
            assert set(staff[day, 20:]) == {2.0}
        elif not any(use.begin < (day + 1) * DAY and use.end > day * DAY + 20 * HOUR for use in uses):
            assert set(staff[day, 20:]) == {0.0}
        assert set(staff[day, 8:20]) == {1.0}


def test_alternatives_are_offered_to_more_while_it_lasts(tmp_path: Path, plain: Replication) -> None:
    more = action(
        '{level: 2, until: 1, at_least: 99 days, change: {"alternatives.north_ed.decision.*.uptake": 100%}}'
    )
    result = replicate(two_hospitals(tmp_path, RULES, more), 1, audit=True)
    here = {
        name: (r.visits["service"] == r.services.index("north_sdec")).sum()
        for name, r in (("a", plain), ("b", result))
    }
    assert here["b"] > 1.3 * here["a"] > 0


def test_handover_release_frees_crews(tmp_path: Path) -> None:
    release = action(
        """{scope: place, level: 2, until: 1, at_least: 99 days,
            change: {"services[kind=ambulance].handover_limit": 45 min}}"""
    )
    result = replicate(two_hospitals(tmp_path, RULES, release), 1, audit=True)
    (began,) = [hour for hour, event, _ in told(result) if event == "activated"]
    crews = result.visits["service"] == result.services.index("crews")
    door = (result.visits["left"] - result.visits["finished"])[crews]
    late = result.visits["finished"][crews] > began * HOUR
    conveyed = result.visits["outcome"][crews] == 2
    assert np.nanmax(door[late & conveyed]) <= 45.0 + 1e-9
    assert np.nanmax(door[~late & conveyed], initial=0.0) >= 0.0


def test_a_place_and_the_system_act_on_all_that_belongs_to_them(tmp_path: Path) -> None:
    places = action(
        """{scope: place, level: 2, until: 1, at_least: 99 days,
            change: {"services[kind=discharge].team": {add: 5}}}"""
    )
    system = action(
        """{scope: system, level: 2, until: 1, at_least: 99 days,
            change: {"services.home_care.places": {add: 9}}}""",
        "all",
    )
    result = replicate(two_hospitals(tmp_path, RULES, places, system), 1, audit=True)
    upland, lowland = (capacity(result, f"{name}_hub", "team").max() for name in ("upland", "lowland"))
    assert upland == 7.0
    lowest = max(
        level
        for level, scope in zip(story_of(result).level, story_of(result).scope, strict=True)
        if scope[1] == "lowland"
    )
    assert lowland == (7.0 if lowest >= 2 else 2.0)
    assert capacity(result, "home_care", "places").max() == 49.0


# -- staff ---------------------------------------------------------------------------------------------------


def test_an_action_that_needs_staff_who_are_not_there_does_not_happen_and_says_so(
    tmp_path: Path, plain: Replication
) -> None:
    beds = """escalation:
  staff: {nurses: {each: site, on_call: 3, at: {north: 1}}}
  actions: {beds: {level: 2, staff: {nurses: 2}, change: {"services[kind=ward].beds": {add: 20}}}}
"""
    result = replicate(two_hospitals(tmp_path, RULES, beds), 1, audit=True)
    story = story_of(result)
    north = [
        event for event, scope in zip(story.event, story.scope, strict=True) if scope == ("site", "north")
    ]
    assert set(north) == {"assessed", "failed"}
    assert {reason for _, event, reason in told(result) if event == "failed"} == {
        "needs 2 nurses, 1 can be had"
    }
    assert set(capacity(result, "north_ward", "beds")) == {60.0}


def test_staff_of_a_place_are_shared_by_its_actions(tmp_path: Path) -> None:
    both = """escalation:
  staff: {nurses: {each: place, on_call: 3}}
  actions:
    one: {level: 2, until: 1, at_least: 99 days, staff: {nurses: 2},
          change: {services.north_ward.beds: {add: 1}}}
    two: {scope: place, level: 2, until: 1, staff: {nurses: 2}, change: {services.home_care.places: {add: 1}}}
"""
    result = replicate(two_hospitals(tmp_path, RULES, both), 1, audit=True)
    assert [event for _, event, _ in told(result, "one")] == ["activated"]
    assert {(event, reason) for _, event, reason in told(result, "two")} == {
        ("failed", "needs 2 nurses, 1 can be had")
    }


def test_an_action_ends_when_its_staff_go_home(tmp_path: Path) -> None:
    beds = """escalation:
  staff: {nurses: {each: site, on_call: "08:00-20:00=2"}}
  actions:
    beds: {level: 2, until: 1, at_least: 99 days, staff: {nurses: 2},
           change: {services.north_ward.beds: {add: 9}}}
"""
    result = replicate(two_hospitals(tmp_path, RULES, beds), 1, audit=True)
    ends = [(hour % 24, reason) for hour, event, reason in told(result) if event == "stood_down"]
    assert ends
    assert set(ends) == {(20.0, "2 nurses fewer than it needs")}
    assert {hour % 24 for hour, event, _ in told(result) if event == "activated"} <= set(
        map(float, range(8, 20))
    )


# -- more than it can take -----------------------------------------------------------------------------------


def longest_wait(result: Replication) -> float:
    """Return the mean minutes in the northern department of those who came on the last three days."""
    visits = result.visits
    here = (visits["service"] == result.services.index("north_ed")) & (
        visits["arrived"] > result.end - 3 * DAY
    )
    return float(np.mean(np.fmin(visits["left"][here], result.end) - visits["arrived"][here]))


def test_a_system_that_would_fill_up_stays_open_with_escalation(
    tmp_path: Path, acting: Scenario, acted: Replication, plain: Replication
) -> None:
    assert longest_wait(acted) < 0.5 * longest_wait(plain)
    assert acted.info["inside"].get("north_ed", 0) < plain.info["inside"]["north_ed"] / 3
    assert story_of(acted).hours_at_level()["site", "north"][3] > 0


@pytest.mark.parametrize(
    "change",
    [
        {"services.north_ward.beds": 0},
        {"demand.*.per_day": 135},
        {"services.home_care.places": 0},
        {"services.crews.crews": 0},
    ],
)
def test_extreme_pressure_ends_with_a_clear_result(acting: Scenario, change: dict[str, Any]) -> None:
    result = replicate(acting.change({**change, "time.horizon": "5 days"}), 1, audit=True)
    story = story_of(result)
    assert set(story.level) <= {1, 2, 3, 4}
    table: Any = result.escalation
    assert np.isfinite(table["score"][[event == "assessed" for event in story.event]]).all()
    assert result.info["patients"] >= result.info["finished"]


def test_values_are_kept_with_every_assessment_and_with_nothing_else(acted: Replication) -> None:
    table: Any = acted.escalation
    story = story_of(acted)
    lengths = {len(column) for column in table.values()}
    assert len(lengths) == 1
    for row, event in enumerate(story.event):
        assert isnan(story.score[row]) == (event != "assessed")
        assert isnan(table["bed_occupancy"][row]) == (event != "assessed")
        assert (story.action[row] == "") == (event == "assessed")
