"""Hours at each level and uses of actions, from records written by hand."""

from __future__ import annotations

from math import isnan, nan
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.measures.catalogue import CATALOGUE, evaluate, in_area
from flowsim.measures.collect import Collector
from flowsim.measures.escalation import Story
from flowsim.measures.escalation import evaluate as evaluate_escalation
from flowsim.policies.escalation.record import Record
from flowsim.policies.escalation.scoring import PARAMETERS, Scope
from flowsim.spec.escalation import Cost
from flowsim.spec.scenario import Scenario
from flowsim.tables import ESCALATION_WORDS, Replication

HOUR, DAY = 60.0, 1440.0
NORTH, SOUTH, EAST, ALL = (
    Scope("site", "north"),
    Scope("site", "south"),
    Scope("place", "east"),
    Scope("system", ""),
)
NOTHING = [nan] * len(PARAMETERS)


class Made:
    """A record under construction, in hours."""

    def __init__(self) -> None:
        self.record = Record()

    def level(self, hour: float, level: int, scope: Scope = NORTH, score: float = 0.0) -> Made:
        self.record.assessed(hour * HOUR, scope, score, level, NOTHING)
        return self

    def event(self, hour: float, event: str, action: str = "beds", scope: Scope = NORTH, **more: Any) -> Made:
        self.record.happened(hour * HOUR, event, scope, 3, action, **more)
        return self

    def story(self, begin: float = 0.0, end: float = 24.0) -> Story:
        return Story(self.record.table(), begin * HOUR, end * HOUR)


def test_a_level_holds_from_its_assessment_to_the_next() -> None:
    made = Made().level(0, 1).level(4, 3).level(8, 3).level(12, 2)
    assert made.story().spans()["site", "north"] == [
        (0, 4 * HOUR, 1),
        (4 * HOUR, 12 * HOUR, 3),
        (12 * HOUR, 24 * HOUR, 2),
    ]
    assert made.story().hours_at_level()["site", "north"] == [4, 12, 8, 0]


def test_what_held_before_the_period_counts_from_its_beginning() -> None:
    made = Made().level(0, 2).level(4, 4).level(20, 1)
    assert made.story(10, 24).hours_at_level()["site", "north"] == [4, 0, 0, 10]
    assert made.story(10, 24).spans()["site", "north"][0] == (10 * HOUR, 20 * HOUR, 4)


def test_every_scope_has_its_own_levels() -> None:
    made = Made().level(0, 1).level(0, 4, ALL).level(12, 2).level(12, 4, ALL)
    assert made.story().hours_at_level() == {("site", "north"): [12, 12, 0, 0], ("system", ""): [0, 0, 0, 24]}


@given(st.lists(st.integers(1, 4), min_size=1, max_size=40), st.integers(0, 30), st.integers(31, 60))
def test_hours_at_all_levels_are_the_hours_of_the_period(levels: list[int], begin: int, end: int) -> None:
    made = Made()
    for hour, level in enumerate(levels):
        made.level(hour, level)
    hours = made.story(begin, end).hours_at_level()["site", "north"]
    assert sum(hours) == pytest.approx(end - begin)
    at_hour = [levels[min(hour, len(levels) - 1)] for hour in range(begin, end)]
    assert hours == [pytest.approx(at_hour.count(level)) for level in (1, 2, 3, 4)]


def test_a_use_lasts_from_effect_to_stand_down() -> None:
    made = Made().event(1, "ordered").event(3, "activated", beds=8.0).event(15, "stood_down", beds=8.0)
    (use,) = made.story().uses()
    assert (use.begin, use.end, use.beds, use.began_inside) == (3 * HOUR, 15 * HOUR, 8.0, True)
    assert use.bed_days == 4.0


def test_a_use_is_cut_to_the_period_and_one_outside_is_none() -> None:
    made = Made().event(1, "activated").event(5, "stood_down").event(8, "activated").event(30, "stood_down")
    (use,) = made.story(10, 24).uses()
    assert (use.begin, use.end, use.began_inside) == (10 * HOUR, 24 * HOUR, False)


def test_a_use_that_has_not_ended_lasts_to_the_end() -> None:
    (use,) = Made().event(20, "activated", beds=3.0).story().uses()
    assert (use.end, use.bed_days) == (24 * HOUR, 0.5)


def test_sites_use_the_same_action_apart() -> None:
    made = Made().event(0, "activated").event(2, "activated", scope=SOUTH).event(4, "stood_down")
    uses = made.story().uses()
    assert [(use.scope[1], use.end - use.begin) for use in uses] == [
        ("north", 4 * HOUR),
        ("south", 22 * HOUR),
    ]


def test_what_a_use_costs() -> None:
    (use,) = Made().event(0, "activated", beds=2.0).event(12, "stood_down").story().uses()
    assert use.cost(Cost(once=100.0, per_day=40.0, per_bed_day=10.0)) == 100 + 20 + 10
    (late,) = Made().event(0, "activated", beds=2.0).event(12, "stood_down").story(6, 24).uses()
    assert late.cost(Cost(once=100.0, per_day=40.0, per_bed_day=10.0)) == 10 + 5


def test_failures_and_diverted_patients_are_counted_in_the_period_alone() -> None:
    made = (
        Made()
        .event(1, "failed", reason="none")
        .event(11, "failed", reason="none")
        .event(12, "failed", "spaces")
    )
    made.event(3, "diverted", patients=9.0).event(13, "diverted", patients=4.0).event(
        14, "diverted", patients=2.0
    )
    story = made.story(10, 24)
    assert story.counts("failed") == {"beds": 1.0, "spaces": 1.0}
    assert story.counts("diverted") == {"beds": 6.0}
    assert story.reasons() == [
        (11 * HOUR, ("site", "north"), "beds", "none"), (12 * HOUR, ("site", "north"), "spaces", ""),
    ]  # fmt: skip


# -- as measures -------------------------------------------------------------------------------------------


def measured(made: Made, *, hours: float = 24.0) -> dict[tuple[str, str, str], float]:
    """Return the measures of a record, in a scenario with two sites in one place and two actions."""
    rules = {
        "beds": SimpleNamespace(cost=Cost(once=100.0, per_bed_day=10.0)),
        "spaces": SimpleNamespace(cost=Cost()),
    }
    scenario = SimpleNamespace(
        escalation=SimpleNamespace(actions=rules),
        sites={"north": SimpleNamespace(place="east"), "south": SimpleNamespace(place="east")},
    )
    facts: Any = SimpleNamespace(
        replication=SimpleNamespace(escalation=made.record.table()),
        warm_up=0.0,
        end=hours * HOUR,
        days=hours / 24,
        scenario=scenario,
    )
    out = Collector(facts, CATALOGUE)
    evaluate_escalation(facts, out)
    table = out.table()
    keys = zip(table["measure"], table["level"], table["group"], strict=True)
    return dict(zip(keys, table["value"].tolist(), strict=True))


def test_hours_scores_and_changes_as_measures() -> None:
    made = Made().level(0, 1, score=2.0).level(6, 3, score=8.0).level(18, 1, score=2.0).level(0, 2, ALL, 5.0)
    found = measured(made)
    assert [found[f"opel_{level}_hours", "site", "north"] for level in (1, 2, 3, 4)] == [12, 0, 12, 0]
    assert found["opel_2_hours", "system", ""] == 24
    assert found["opel_score", "site", "north"] == 4.0
    assert found["opel_changes", "site", "north"] == 2.0
    assert found["opel_changes", "system", ""] == 0.0


def test_bed_days_of_a_place_are_those_of_its_sites_and_its_own() -> None:
    made = Made()
    for scope in (NORTH, SOUTH, EAST):
        made.level(0, 3, scope).event(0, "activated", scope=scope, beds=4.0).event(
            6, "stood_down", scope=scope
        )
    found = measured(made)
    assert found["escalation_bed_days", "site", "north"] == 1.0
    assert found["escalation_bed_days", "place", "east"] == 3.0
    assert found["escalation_bed_days", "system", ""] == found["escalation_bed_days", "action", "beds"] == 3.0


def test_uses_cost_and_failures_of_each_action_and_of_all() -> None:
    made = (
        Made()
        .level(0, 3)
        .event(0, "activated", beds=1.0)
        .event(12, "stood_down")
        .event(18, "activated", beds=1.0)
    )
    made.event(3, "failed", "spaces", reason="needs 1 team, 0 can be had").event(
        5, "diverted", "spaces", patients=6.0
    )
    found = measured(made)
    assert (found["actions_taken", "action", "beds"], found["actions_taken", "action", "spaces"]) == (2, 0)
    assert found["action_hours", "system", ""] == 18
    assert found["escalation_cost", "action", "beds"] == 200 + 10 * 0.75
    assert found["actions_failed", "action", "spaces"] == found["actions_failed", "system", ""] == 1
    assert found["ambulances_diverted", "system", ""] == 6.0


def test_every_measure_of_the_area_is_worked_out_in_a_whole_run(acting: Scenario, acted: Replication) -> None:
    table = evaluate(acted, acting)
    for measure in in_area("opel"):
        here = table["measure"] == measure.id
        assert set(table["level"][here]) == set(measure.levels), measure.id
        assert not any(isnan(value) for value in table["value"][here]), measure.id
    values = dict(
        zip(zip(table["measure"], table["level"], table["group"], strict=True), table["value"], strict=True)
    )
    hours = [values[f"opel_{level}_hours", "system", ""] for level in (1, 2, 3, 4)]
    assert sum(hours) == pytest.approx(acted.horizon / HOUR)
    assert values["escalation_bed_days", "system", ""] > 0
    assert values["ambulances_diverted", "action", "elsewhere"] > 0


def test_without_escalation_nothing_is_said_about_it(plain: Replication, acting: Scenario) -> None:
    table = evaluate(plain, acting)
    assert not {name for name in table["measure"] if CATALOGUE[name].area == "opel"}


def test_an_empty_record_has_all_columns() -> None:
    table = Record().table()
    assert list(table)[:6] == ["minute", *ESCALATION_WORDS]
    assert set(PARAMETERS) <= set(table)
    assert {len(column) for column in table.values()} == {0}
    assert np.asarray(table["level"]).dtype == np.int8
