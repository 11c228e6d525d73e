"""A lever that widens an alternative: who is diverted already stays so; `additional` keeps the rest honest.

In a town where nobody ever waits, whoever is not newly offered the alternative must not feel the lever.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.flows import analyse
from flowsim.model import replicate
from flowsim.scenario import Scenario
from flowsim.tables import Replication
from systems import ROOMY, person_by_person, written

POINT = "alternatives.department.decision.0"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The town in which there is always room."""
    return written(ROOMY, tmp_path_factory.mktemp("roomy"))


@pytest.fixture(scope="module")
def before(town: Scenario) -> Replication:
    """What happens in it without a lever."""
    return replicate(town, 1, audit=True)


def widened(town: Scenario, **settings: Any) -> Replication:
    return replicate(town.change({POINT: {"copy": settings}}), 1, audit=True)


def visitors(result: Replication, service: str) -> set[int]:
    """Return who was at a service, by identifier; those who would not have come at all are left out."""
    rows = result.visits["service"] == result.services.index(service)
    return set(result.patients["uid"][result.visits["patient"][rows]].tolist())


def visits_to(result: Replication, service: str) -> int:
    return int((result.visits["service"] == result.services.index(service)).sum())


def test_those_who_are_diverted_already_are_diverted_still(town: Scenario, before: Replication) -> None:
    after = widened(town, eligible="60%")
    assert visitors(before, "virtual_ward") < visitors(after, "virtual_ward")


def test_only_the_newly_diverted_live_another_life(town: Scenario, before: Replication) -> None:
    after = widened(town, eligible="60%")
    old, new = person_by_person(before), person_by_person(after)
    assert old.keys() == new.keys()
    changed = {uid for uid in old if old[uid] != new[uid]}
    assert len(changed) > 15
    assert changed <= visitors(after, "virtual_ward")
    newly = visitors(after, "virtual_ward") - visitors(before, "virtual_ward")
    assert len(changed - newly) <= 3  # diverted now at another visit than before


def test_of_those_who_are_not_truly_diverted_nobody_feels_the_lever(
    town: Scenario, before: Replication
) -> None:
    """At 0% everybody goes on as before, and as many people come who would not have come at all."""
    after = widened(town, eligible="60%", additional="0%")
    real = widened(town, eligible="60%")
    extra = visits_to(after, "virtual_ward") - visits_to(before, "virtual_ward")
    gained = len(visitors(real, "virtual_ward") - visitors(before, "virtual_ward"))
    assert extra == pytest.approx(gained, rel=0.25)
    assert visits_to(after, "assessment_ward") >= visits_to(before, "assessment_ward")


def test_additional_lies_between_all_and_nobody(town: Scenario, before: Replication) -> None:
    admitted = [
        visits_to(widened(town, eligible="60%", additional=share), "assessment_ward")
        for share in ("100%", "40%", "0%")
    ]
    assert admitted[0] < admitted[1] < admitted[2]
    assert admitted[0] < visits_to(before, "assessment_ward")


def test_a_narrower_copy_changes_nothing(town: Scenario, before: Replication) -> None:
    after = widened(town, eligible="20%")
    assert person_by_person(before) == person_by_person(after)


def test_an_offer_refused_once_is_not_made_again_at_the_same_point(town: Scenario) -> None:
    """Two wider offers of one service, with nobody truly diverted by the first: one further person each."""
    once = town.change({POINT: {"copy": {"eligible": "60%", "additional": "0%"}}})
    twice = once.change({POINT: {"copy": {"eligible": "70%", "additional": "0%"}}})
    most = town.change({POINT: {"copy": {"eligible": "70%", "additional": "0%"}}})
    numbers = [visits_to(replicate(each, 1), "virtual_ward") for each in (once, twice, most)]
    assert numbers[0] < numbers[1] == pytest.approx(numbers[2], rel=0.02)


def test_leads_are_needed_on_duty(town: Scenario, before: Replication) -> None:
    always = visits_to(widened(town, eligible="60%"), "virtual_ward")
    by_day = widened(town, eligible="60%", staff="08:00-20:00=1")
    never = widened(town, eligible="60%", staff="0")
    assert person_by_person(never) == person_by_person(before)
    assert visits_to(before, "virtual_ward") < visits_to(by_day, "virtual_ward") < always
    assert ("department", "decision.virtual_ward.leads") in by_day.pools


def test_measures_hold_with_leads(town: Scenario) -> None:
    from flowsim.measures.catalogue import evaluate

    scenario = town.change({POINT: {"copy": {"eligible": "60%", "staff": "08:00-20:00=1"}}})
    table = evaluate(replicate(scenario, 1), scenario)
    assert len({len(column) for column in table.values()}) == 1


def test_average_flows_count_a_wider_offer_once(town: Scenario) -> None:
    """The load check follows the same luck: 60% behind 30% adds 30%, of those the hot clinic leaves (80%)."""
    to_virtual_ward = analyse(town).arrivals["virtual_ward"]
    twice = analyse(town.change({POINT: {"copy": {"eligible": "60%"}}})).arrivals["virtual_ward"]
    assert twice == pytest.approx(1.8 * to_virtual_ward, rel=0.02)
    narrower = analyse(town.change({POINT: {"copy": {"eligible": "20%"}}})).arrivals["virtual_ward"]
    assert narrower == pytest.approx(to_virtual_ward, rel=1e-6)


def test_a_copied_stream_brings_people_and_moves_nobody(town: Scenario, before: Replication) -> None:
    surged = replicate(
        town.change({"demand.walk_ins": {"copy": {"as": "flu", "per_day": fs.multiply(0.2)}}}), 1
    )
    old, new = person_by_person(before), person_by_person(surged)
    assert old.keys() < new.keys()
    moved = [uid for uid in old if old[uid] != new[uid]]
    assert moved == []
    added = np.isin(surged.patients["demand"], [surged.demand.index("walk_ins_flu")]).sum()
    assert 0.1 < added / (surged.patients["demand"] == surged.demand.index("walk_ins")).sum() < 0.3
