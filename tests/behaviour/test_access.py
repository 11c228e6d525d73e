"""Access: calls are answered, assessed and navigated."""

from typing import Any

import pytest

from support import World, at, spec_of

CALLS: dict[str, Any] = {
    "kind": "access",
    "assessors": 1,
    "assessment": "10 min",
    "disposition": {
        "by": "acuity",
        "1": "ambulance",
        "2": "ambulance",
        "3": "emergency_department",
        "otherwise": "primary_care",
    },
}
CREWS = {"kind": "ambulance", "crews": 9, "travel": "10 min", "on_scene": "20 min", "see_and_treat": "100%"}
UTC = {"kind": "urgent_treatment_centre", "clinicians": 9, "treatment": "10 min"}
CLINIC = {"kind": "clinic", "staff": 9, "service": "10 min"}
NOON = at("12:00")
PATHWAYS = {"calls": {"ambulance": "crews", "emergency_department": "ed"}}


def calls(**changes: Any) -> dict[str, Any]:
    return {**CALLS, **changes}


def system(alternatives: list[dict[str, Any]] | None = None, **changes: Any) -> World:
    services = {"calls": calls(**changes), "crews": CREWS, "ed": CLINIC, "utc": UTC, "other": CLINIC}
    return World(services, PATHWAYS, {"calls.navigation": alternatives} if alternatives else {})


def test_a_caller_is_assessed_and_sent_by_the_disposition() -> None:
    world = system()
    patient = world.arrive(NOON, "calls", route="nhs_111", acuity="3")
    visit = world.run().visit(patient, "calls")
    assert (visit.outcome, visit.started, visit.assessed, visit.left) == (
        "emergency_department",
        NOON,
        NOON + 10,
        NOON + 10,
    )
    assert world.visit(patient, "ed").source == "calls"


def test_callers_wait_for_an_assessor_by_acuity() -> None:
    world = system()
    world.arrive(NOON, "calls", acuity="5")
    minor, urgent = world.arrive(NOON + 1, "calls", acuity="4"), world.arrive(NOON + 2, "calls", acuity="2")
    world.run()
    assert world.visit(urgent, "calls").started == NOON + 10
    assert world.visit(minor, "calls").started == NOON + 20


def test_a_caller_who_runs_out_of_patience_gives_up() -> None:
    world = system(patience="5 min")
    world.arrive(NOON, "calls", acuity="5")
    patient = world.arrive(NOON + 1, "calls", acuity="5")
    visit = world.run().visit(patient, "calls")
    assert (visit.outcome, visit.left) == ("left", NOON + 6)


def test_without_assessors_nobody_waits_but_assessment_takes_its_time() -> None:
    settings = {key: value for key, value in CALLS.items() if key != "assessors"}
    world = World({"calls": settings, "crews": CREWS, "ed": CLINIC}, PATHWAYS)
    patients = [world.arrive(NOON, "calls", acuity="5") for _ in range(3)]
    world.run()
    assert [world.visit(p, "calls").left for p in patients] == [NOON + 10] * 3


class TestNavigation:
    def test_an_alternative_comes_before_the_disposition(self) -> None:
        world = system([{"to": "utc"}])
        patient = world.arrive(NOON, "calls", acuity="3")
        assert [visit.service for visit in world.run().visits(patient)] == ["calls", "utc"]

    def test_an_ambulance_for_acuity_1_is_sent_whatever_is_on_offer(self) -> None:
        world = system([{"to": "utc"}])
        first, second = world.arrive(NOON, "calls", acuity="1"), world.arrive(NOON, "calls", acuity="2")
        world.run()
        assert [visit.service for visit in world.visits(first)] == ["calls", "crews"]
        assert [visit.service for visit in world.visits(second)] == ["calls", "utc"]

    def test_only_the_eligible_are_offered_it(self) -> None:
        world = system([{"to": "utc", "eligible": {"by": "age", "75-84, 85+": "100%", "otherwise": "0%"}}])
        old, young = (world.arrive(NOON, "calls", acuity="3", age=age) for age in ("85+", "18-64"))
        world.run()
        assert [visit.service for visit in world.visits(old)] == ["calls", "utc"]
        assert [visit.service for visit in world.visits(young)] == ["calls", "ed"]

    def test_only_in_its_hours_and_while_its_staff_are_on_duty(self) -> None:
        offered = {"to": "utc", "hours": "08:00-20:00", "staff": "12:00-20:00=1"}
        world = system([offered])
        patients = [
            world.arrive(at(clock), "calls", acuity="3") for clock in ("07:00", "11:00", "13:00", "21:00")
        ]
        world.run()
        assert [world.visits(p)[-1].service for p in patients] == ["ed", "ed", "utc", "ed"]

    def test_a_full_alternative_gives_way_to_the_next_or_to_the_default_route(self) -> None:
        shut = {"to": "utc"}
        for when_full, last in (("next", "other"), ("default", "ed")):
            world = World(
                {
                    "calls": CALLS,
                    "crews": CREWS,
                    "ed": CLINIC,
                    "utc": {**UTC, "hours": "never"},
                    "other": CLINIC,
                },
                PATHWAYS,
                {"calls.navigation": [{**shut, "when_full": when_full}, {"to": "other"}]},
            )
            patient = world.arrive(NOON, "calls", acuity="3")
            assert world.run().visits(patient)[-1].service == last


def test_a_disposition_must_be_one_that_there_is() -> None:
    with pytest.raises(ValueError, match=r"pharmacy is not a value of disposition"):
        spec_of(calls(disposition={"pharmacy": "20%", "primary_care": "rest"}))
