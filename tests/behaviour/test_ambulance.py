"""The ambulance service, with hand-worked times."""

from typing import Any, ClassVar

import pytest

from support import World, at, spec_of

CREWS: dict[str, Any] = {
    "kind": "ambulance",
    "crews": 1,
    "travel": "10 min",
    "on_scene": "20 min",
    "conveyance": "15 min",
}
ED: dict[str, Any] = {
    "kind": "emergency_department",
    "assessors": 1,
    "initial_assessment": "5 min",
    "offload_bays": 1,
    "handover": "10 min",
    "areas": {
        "majors": {
            "spaces": 1,
            "first_spell": "60 min",
            "investigated": "0%",
            "investigations": "0 min",
            "second_spell": "0 min",
        }
    },
    "area": "majors",
    "clinicians": {"main": 1},
    "specialty_review": "0 min",
    "departure": "0 min",
}
NOON = at("12:00")


def crews(**changes: Any) -> dict[str, Any]:
    return {**CREWS, **changes}


def system(**changes: Any) -> World:
    return World({"crews": crews(**changes), "ed": ED}, {"crews": {"convey": "ed"}})


def call(world: World, minute: float, category: str = "2", **attributes: str) -> int:
    return world.arrive(minute, "crews", route="ambulance", category=category, **attributes)


class TestConveyance:
    def test_travel_scene_conveyance_and_handover(self) -> None:
        """Call and crew 12:00, on scene 12:10, leaves 12:30, at the door 12:45, handed over 12:55."""
        world = system()
        patient = call(world, NOON)
        visit = world.run().visit(patient, "crews")
        assert (visit.arrived, visit.accepted, visit.started) == (NOON, NOON, NOON + 10)
        assert (visit.finished, visit.left) == (NOON + 45, NOON + 55)
        assert visit.outcome == "convey"

    def test_the_next_call_waits_until_the_crew_is_free(self) -> None:
        """The crew is handed over at 12:55 and assigned at once; the clock has run from the call."""
        world = system()
        call(world, NOON)
        second = call(world, NOON + 5)
        visit = world.run().visit(second, "crews")
        assert (visit.arrived, visit.accepted, visit.started) == (NOON + 5, NOON + 55, NOON + 65)

    def test_wrap_up_keeps_the_crew_busy_after_handover(self) -> None:
        world = system(wrap_up="15 min")
        first = call(world, NOON)
        second = call(world, NOON + 5)
        world.run()
        assert world.visit(first, "crews").left == NOON + 55
        assert world.visit(second, "crews").accepted == NOON + 70

    def test_dispatch_comes_before_the_queue(self) -> None:
        """The crew is free, but the call is ready for it three minutes after it began."""
        world = system(dispatch="3 min")
        patient = call(world, NOON)
        visit = world.run().visit(patient, "crews")
        assert (visit.accepted, visit.started) == (NOON + 3, NOON + 13)

    def test_a_crew_at_the_end_of_its_shift_finishes_its_patient(self) -> None:
        """Off at 12:20; the patient is conveyed and handed over at 12:55. The next call waits for 18:00."""
        world = system(crews="00:00-12:20=1, 18:00-24:00=1")
        first, second = call(world, NOON), call(world, NOON + 5)
        world.run()
        assert world.visit(first, "crews").left == NOON + 55
        assert world.visit(second, "crews").accepted == at("18:00")


class TestHandoverDelay:
    def test_a_crew_is_held_at_the_door_until_handover(self) -> None:
        """The space is taken from 12:05 to 13:05 and the bay by the first crew's patient until then.

        The second crew is at the door at 12:50 and hands over from 13:05 to 13:15; only then is it free.
        """
        world = system(crews=2)
        world.arrive(NOON, "ed", acuity="1")
        first, second = call(world, NOON), call(world, NOON + 5)
        third = call(world, NOON + 6)
        world.run()
        assert world.visit(first, "crews").left == NOON + 55
        visit = world.visit(second, "crews")
        assert (visit.finished, visit.left) == (NOON + 50, NOON + 75)
        assert world.visit(second, "ed").accepted == NOON + 75
        assert world.visit(third, "crews").accepted == NOON + 55

    def test_while_every_crew_is_at_the_door_calls_wait(self) -> None:
        """The same with one crew less.

        The third call has no crew until 13:15, when the second is handed over.
        """
        world = system(crews=2)
        world.arrive(NOON, "ed", acuity="1")
        call(world, NOON)
        second = call(world, NOON + 5)
        world.change(NOON + 50, "crews", crews=1)
        third = call(world, NOON + 51)
        world.run()
        assert world.visit(second, "crews").left == NOON + 75
        assert world.visit(third, "crews").accepted == NOON + 75

    def test_handover_release_frees_the_crew_but_not_the_patient(self) -> None:
        """Two walk-in patients have the space to 14:01, and the first crew's patient has the bay until then.

        The second crew is at the door at 12:50 and goes at 13:10; its patient is handed over 14:01 to 14:11.
        """
        world = system(crews=2, handover_limit="20 min")
        world.arrive(NOON - 4, "ed", acuity="1")
        world.arrive(NOON + 1, "ed", acuity="1")
        call(world, NOON)
        second = call(world, NOON + 5)
        world.run()
        assert world.visit(second, "crews").left == NOON + 70
        assert world.visit(second, "ed").accepted == NOON + 131
        assert world["crews"].crews.busy == 0

    def test_a_crew_handed_over_in_time_is_not_released_twice(self) -> None:
        world = system(handover_limit="20 min", wrap_up="30 min")
        first, second = call(world, NOON), call(world, NOON + 5)
        world.run()
        assert world.visit(first, "crews").left == NOON + 55
        assert world.visit(second, "crews").accepted == NOON + 85


class TestQueue:
    def test_calls_are_answered_by_category_and_then_by_time(self) -> None:
        world = system(see_and_treat="100%")
        call(world, NOON)
        who = {category: call(world, NOON + 1 + i, category) for i, category in enumerate("4321")}
        again = call(world, NOON + 9, "2")
        world.run()
        started = {category: world.visit(p, "crews").accepted for category, p in who.items()}
        assert started == {"1": NOON + 30, "2": NOON + 60, "3": NOON + 120, "4": NOON + 150}
        assert world.visit(again, "crews").accepted == NOON + 90

    def test_a_long_wait_can_count_as_a_higher_category(self) -> None:
        """At 12:30, category 3 has waited 29 minutes, two steps of 14: ahead of the new category 2."""
        for ages, order in (({}, ["2", "3"]), ({"priority_ages": "14 min"}, ["3", "2"])):
            world = system(see_and_treat="100%", **ages)
            call(world, NOON)
            who = {"3": call(world, NOON + 1, "3"), "2": call(world, NOON + 20, "2")}
            world.run()
            assert sorted(who, key=lambda c: world.visit(who[c], "crews").accepted or 0.0) == order

    def test_patients_who_did_not_call_999_get_the_category_of_others(self) -> None:
        """Category 3 unless the scenario says otherwise: after a category 2 call that came later."""
        for others, order in (({}, ["999", "111"]), ({"category_of_others": "1"}, ["111", "999"])):
            world = system(see_and_treat="100%", **others)
            call(world, NOON)
            who = {"111": world.arrive(NOON + 1, "crews", route="nhs_111"), "999": call(world, NOON + 2, "2")}
            world.run()
            assert sorted(who, key=lambda c: world.visit(who[c], "crews").accepted or 0.0) == order

    def test_a_category_is_one_of_four(self) -> None:
        with pytest.raises(ValueError, match="urgent is not a value of category"):
            spec_of(crews(category_of_others="urgent"))


class TestNotConveyed:
    def test_heard_and_treated_calls_need_no_crew(self) -> None:
        world = system(hear_and_treat={"by": "category", "4": "100%", "otherwise": "0%"}, hear_time="25 min")
        call(world, NOON, "2")
        heard = call(world, NOON + 1, "4")
        visit = world.run().visit(heard, "crews")
        assert (visit.outcome, visit.accepted, visit.finished, visit.left) == (
            "hear_and_treat",
            None,
            NOON + 26,
            NOON + 26,
        )

    def test_seen_and_treated_patients_free_the_crew_at_the_scene_without_wrap_up(self) -> None:
        world = system(see_and_treat="100%", wrap_up="15 min")
        first, second = call(world, NOON), call(world, NOON + 1)
        world.run()
        assert world.visit(first, "crews").left == NOON + 30
        assert world.visit(second, "crews").accepted == NOON + 30


class TestAlternatives:
    URGENT: ClassVar[dict[str, Any]] = {
        "kind": "urgent_treatment_centre",
        "clinicians": 1,
        "treatment": "10 min",
    }
    COMMUNITY: ClassVar[dict[str, Any]] = {
        "kind": "urgent_community_response",
        "team": 1,
        "first_visit": "1 hour",
        "outcome": "kept_at_home",
    }

    def with_alternative(self, point: str, to: str, **changes: Any) -> World:
        return World(
            {"crews": crews(**changes), "ed": ED, "utc": self.URGENT, "ucr": self.COMMUNITY},
            {"crews": {"convey": "ed"}},
            {f"crews.{point}": [{"to": to}]},
        )

    def test_at_the_call_an_alternative_saves_the_crew(self) -> None:
        world = self.with_alternative("call", "ucr")
        patient = call(world, NOON, "3")
        world.run()
        assert [visit.service for visit in world.visits(patient)] == ["crews", "ucr"]
        assert world.visit(patient, "crews").accepted is None
        assert world["crews"].crews.busy_sum == 0.0

    def test_category_1_is_never_offered_an_alternative_at_the_call(self) -> None:
        world = self.with_alternative("call", "ucr")
        patient = call(world, NOON, "1")
        assert [visit.service for visit in world.run().visits(patient)] == ["crews", "ed"]

    def test_at_the_scene_a_team_that_comes_to_the_patient_saves_the_conveyance(self) -> None:
        world = self.with_alternative("scene", "ucr")
        patient = call(world, NOON, "3")
        visit = world.run().visit(patient, "crews")
        assert (visit.outcome, visit.finished, visit.left) == ("alternative", NOON + 30, NOON + 30)

    def test_at_the_scene_a_place_elsewhere_is_reached_with_the_crew(self) -> None:
        world = self.with_alternative("scene", "utc", wrap_up="5 min")
        patient = call(world, NOON, "3")
        world.run()
        assert world.visit(patient, "crews").left == NOON + 45
        assert world.visit(patient, "utc").started == NOON + 45

    def test_seen_and_treated_patients_are_not_offered_alternatives(self) -> None:
        world = self.with_alternative("scene", "utc", see_and_treat="100%")
        patient = call(world, NOON, "3")
        assert [visit.service for visit in world.run().visits(patient)] == ["crews"]


def test_a_crew_shared_by_two_hospitals_goes_where_the_patient_belongs() -> None:
    world = World(
        {"crews": CREWS, "ed": ED, "other": ED},
        {"crews": {"convey": {"by": "stream", "surgical": "other", "otherwise": "ed"}}},
    )
    patient = call(world, NOON, stream="surgical")
    assert [visit.service for visit in world.run().visits(patient)] == ["crews", "other"]
