"""Ambulance measures, worked by hand."""

from math import inf

import pytest

from hand_made import HandMade

SERVICES = {
    "crews": {"kind": "ambulance", "place": "east", "handover_limit": None},
    "ed": {"kind": "emergency_department", "site": "north"},
}


def conveyed(made: HandMade, called: float, handover: float, category: str = "2") -> int:
    """On scene after 20, at the door after 60, handed over after `handover` more."""
    door = called + 60
    who = made.visit(
        "crews",
        "convey",
        made.patient(category=category, route="ambulance"),
        arrived=called,
        accepted=called + 5,
        started=called + 20,
        finished=door,
        left=door + handover,
    )
    made.visit("ed", "home", who, "crews", arrived=door, accepted=door + handover, left=door + handover + 100)
    return who


class TestResponse:
    def test_from_call_to_scene_by_category(self) -> None:
        made = HandMade(SERVICES)
        conveyed(made, 0, 10)
        who = made.patient(category="2", route="ambulance")
        made.visit("crews", "see_and_treat", who, arrived=0, accepted=20, started=40, finished=60, left=60)
        other = made.patient(category="3", route="ambulance")
        made.visit(
            "crews", "see_and_treat", other, arrived=0, accepted=90, started=100, finished=110, left=110
        )
        measures = made.measures()
        assert measures["response_category_2_mean", "system", ""] == 30
        assert measures["response_category_2_p90", "system", ""] == 20 + 0.9 * 20
        assert measures["response_mean", "category", "3"] == 100
        assert measures["response_mean", "place", "east"] == pytest.approx(160 / 3)
        assert measures["calls", "category", "2"] == 2

    def test_a_call_still_waiting_counts_with_its_time_so_far(self) -> None:
        made = HandMade(SERVICES)
        made.visit("crews", "", made.patient(category="2"), arrived=1400)
        assert made.system("response_category_2_mean") == 40

    def test_how_calls_end(self) -> None:
        made = HandMade(SERVICES)
        conveyed(made, 0, 10)
        made.visit("crews", "hear_and_treat", arrived=0, finished=10, left=10)
        made.visit("crews", "see_and_treat", arrived=0, accepted=1, started=10, finished=30, left=30)
        made.visit("crews", "alternative", arrived=0, accepted=1, started=10, finished=30, left=30)
        made.visit("crews", arrived=1430)
        for measure in ("conveyed", "hear_and_treat", "see_and_treat", "alternative_to_conveyance"):
            assert made.system(measure) == 1 / 4
        assert made.system("conveyances_avoided") == 1
        assert made.system("response_mean") == (20 + 10 + 10 + 10) / 4


class TestHandover:
    def test_mean_limits_and_hours_lost(self) -> None:
        made = HandMade(SERVICES)
        for handover in (10, 20, 35, 75):
            conveyed(made, 0, handover)
        made.visit("ed", "home", arrived=0, accepted=0, left=30)
        assert made.system("handovers") == 4
        assert made.system("handover_mean") == 140 / 4
        assert [made.system(f"handover_over_{n}") for n in (15, 30, 45, 60)] == [3 / 4, 2 / 4, 1 / 4, 1 / 4]
        assert made.system("handover_hours_lost") == pytest.approx((5 + 20 + 60) / 60)
        assert made.system("crews_waiting") == pytest.approx(140 / 1440)
        assert made.measures()["handover_mean", "site", "north"] == 35

    def test_a_crew_still_at_the_door_counts_once_over_the_limit(self) -> None:
        made = HandMade(SERVICES)
        conveyed(made, 0, 10)
        who = made.patient(route="ambulance")
        made.visit("ed", "", who, arrived=1400)
        assert made.system("handover_over_30") == 1 / 2
        assert made.system("handover_over_60") == 0
        assert made.system("handover_mean") == 25

    def test_release_ends_the_crews_wait(self) -> None:
        """The settings here name no limit: it may hold from some day on, or come with an action."""
        made = HandMade(SERVICES)
        conveyed(made, 0, 45)
        made.rows[-1]["accepted"] = 60 + 200
        assert made.system("handover_mean") == 45
        assert made.system("handover_over_45") == 0
        assert made.system("crews_waiting") == pytest.approx(45 / 1440)

    def test_a_limit_that_did_not_hold_yet_ends_nobodys_wait(self) -> None:
        made = HandMade({**SERVICES, "crews": {"kind": "ambulance", "handover_limit": 45.0}})
        conveyed(made, 0, 200)
        assert made.system("handover_mean") == 200
        assert made.system("handover_over_60") == 1
        assert made.system("handover_hours_lost") == pytest.approx(185 / 60)

    def test_each_crew_by_its_own_visit(self) -> None:
        """The same patient comes twice: once with a release, once without."""
        made = HandMade(SERVICES)
        who = conveyed(made, 0, 30)
        made.rows[-1]["accepted"] = 60 + 90
        door = 900.0
        again = {"arrived": 840, "accepted": 845, "started": 860, "finished": door, "left": door + 50}
        made.visit("crews", "convey", who, **again)
        made.visit("ed", "home", who, "crews", arrived=door, accepted=door + 50, left=door + 80)
        assert made.system("handover_mean") == (30 + 50) / 2
        assert made.system("crews_waiting") == pytest.approx(80 / 1440)

    def test_a_released_crew_counts_although_the_patient_waits_on_at_the_end(self) -> None:
        made = HandMade(SERVICES)
        conveyed(made, 1200, 45)
        made.rows[-1].update(accepted=float("nan"), left=float("nan"), outcome=-1)
        assert made.system("handover_mean") == 45
        assert made.system("handover_over_30") == 1

    def test_a_crew_that_is_not_simulated_is_released_after_the_longest_limit(self) -> None:
        """Somebody from outside the area comes straight to the door: the rule of the door holds."""
        services = {
            **SERVICES,
            "crews": {"kind": "ambulance", "handover_limit": 30.0},
            "others": {"kind": "ambulance", "handover_limit": 45.0},
        }
        made = HandMade(services)
        made.visit("ed", "home", made.patient(route="ambulance"), arrived=0, accepted=300, left=400)
        assert made.system("handover_mean") == 45
        assert made.system("handover_hours_lost") == pytest.approx(30 / 60)

    def test_where_some_crews_wait_without_limit_so_do_those_that_are_not_simulated(self) -> None:
        made = HandMade({**SERVICES, "others": {"kind": "ambulance", "handover_limit": 45.0}})
        made.visit("ed", "home", made.patient(route="ambulance"), arrived=0, accepted=300, left=400)
        assert made.system("handover_mean") == 300

    def test_without_an_ambulance_service_the_route_says_who_came_by_ambulance(self) -> None:
        made = HandMade({"ed": SERVICES["ed"]})
        made.visit("ed", "home", made.patient(route="ambulance"), arrived=0, accepted=12, left=50)
        assert made.system("handover_mean") == 12
        assert ("calls", "system", "") not in made.measures()
        assert made.system("handover_hours_lost") < inf
