"""Urgent community response and virtual wards, minute by minute and hour by hour.

The response team has one member, who travels 15 minutes and stays 45; a virtual ward has one place and stays
of 2 days. Minutes are counted from 08:00 of a Monday, hours from the midnight before it.
"""

from typing import Any

import pytest

from flowsim.services.urgent_community_response import UrgentCommunityResponseSpec
from flowsim.services.virtual_ward import VirtualWardSpec
from support import World, at
from town import DAY, Town

UCR: dict[str, Any] = {
    "kind": "urgent_community_response",
    "team": 1,
    "travel": "15 min",
    "first_visit": "45 min",
}
TWO_HOUR_FOR_THE_OLD = {"by": "age", "85+": "100%", "otherwise": "0%"}
FOLLOWED = {"follow_ups": "2", "follow_up_gap": "2 hours", "follow_up_visit": "30 min"}
WARD: dict[str, Any] = {"kind": "virtual_ward", "places": 1, "stay": "2 days"}
EIGHT = at("08:00")


def ucr(**changes: Any) -> dict[str, Any]:
    return {**UCR, **changes}


def vw(**changes: Any) -> dict[str, Any]:
    return {**WARD, **changes}


def clock(world: World, patient: int, *names: str) -> list[float | None]:
    visit = world.visit(patient, "ucr")
    times = [getattr(visit, name) for name in names]
    return [None if time is None else time - EIGHT for time in times]


def contact(world: World, *patients: int) -> list[float | None]:
    """Return when each first contact began."""
    return [clock(world, patient, "started")[0] for patient in patients]


def hours(town: Town, patient: int, *names: str) -> list[float | None]:
    visit = town.visit(patient, "vw")
    return [getattr(visit, name) for name in names]


class TestReferral:
    @pytest.mark.parametrize(
        ("time", "outcome"),
        [("07:59", "shut"), ("08:00", "kept_at_home"), ("19:59", "kept_at_home"), ("20:00", "shut")],
    )
    def test_referrals_are_taken_from_opening_to_before_closing(self, time: str, outcome: str) -> None:
        world = World({"ucr": ucr(hours="08:00-20:00")})
        patient = world.arrive(at(time), "ucr")
        assert world.run().outcome(patient) == outcome

    def test_every_moment_of_a_visit(self) -> None:
        """Taken at 0, contact at 15, finished at 60; the two-hour mark is the referral."""
        world = World({"ucr": UCR})
        patient = world.arrive(EIGHT, "ucr")
        world.run()
        names = ("arrived", "accepted", "assessed", "started", "finished", "left")
        assert clock(world, patient, *names) == [0, 0, 0, 15, 60, 60]

    @pytest.mark.parametrize(
        ("limit", "outcomes"),
        [
            (0, ["kept_at_home", "declined", "declined"]),
            (1, ["kept_at_home", "kept_at_home", "declined"]),
            (2, ["kept_at_home", "kept_at_home", "kept_at_home"]),
        ],
    )
    def test_so_many_may_wait_for_a_first_visit(self, limit: int, outcomes: list[str]) -> None:
        world = World({"ucr": ucr(acceptance_limit=limit)})
        patients = [world.arrive(EIGHT + i, "ucr") for i in range(3)]
        world.run()
        assert [world.outcome(p) for p in patients] == outcomes

    def test_a_place_in_the_queue_is_free_when_the_visit_begins_and_not_when_it_ends(self) -> None:
        """One may wait. B waits from 1 and is on the way from 60; C at 59 is declined, D at 61 is taken."""
        world = World({"ucr": ucr(acceptance_limit=1)})
        a, b, c, d = (world.arrive(EIGHT + minute, "ucr") for minute in (0, 1, 59, 61))
        world.run()
        assert world.outcome(c) == "declined"
        assert contact(world, a, b, c, d) == [15, 75, None, 135]

    def test_a_limit_bounds_the_queue(self) -> None:
        assert not UrgentCommunityResponseSpec.model_validate(UCR).refuses("team")
        assert UrgentCommunityResponseSpec.model_validate(ucr(acceptance_limit=5)).refuses("team")

    def test_the_declined_and_the_shut_out_fall_back_by_their_own_pathways(self) -> None:
        clinic = {"kind": "clinic", "staff": 9, "service": "5 min"}
        world = World(
            {"ucr": ucr(acceptance_limit=0, hours="08:00-20:00"), "day": clinic, "night": clinic},
            {"ucr": {"declined": "day", "shut": "night"}},
        )
        world.arrive(EIGHT, "ucr")
        declined, shut = world.arrive(EIGHT + 5, "ucr"), world.arrive(at("21:00"), "ucr")
        world.run()
        assert [v.service for v in world.visits(declined)] == ["ucr", "day"]
        assert [v.service for v in world.visits(shut)] == ["ucr", "night"]
        assert clock(world, declined, "accepted", "left") == [None, 5]


class TestTheTeam:
    def test_two_hours_then_two_days_then_follow_ups(self) -> None:
        """A's follow-up is due at 120 + 60 = 180, when the team is with D (165 to 225).

        At 225 there wait A's follow-up (since 180), B for two days (since 190) and C for two hours (since
        200): C is seen at 240, B at 300, and A's follow-up is from 345 to 375.
        """
        settings = ucr(
            two_hour=TWO_HOUR_FOR_THE_OLD,
            **{**FOLLOWED, "follow_ups": {"by": "fifth", "1": "1", "otherwise": "0"}},
        )
        world = World({"ucr": settings})
        a = world.arrive(EIGHT, "ucr", fifth="1")
        d = world.arrive(EIGHT + 165, "ucr")
        b = world.arrive(EIGHT + 190, "ucr")
        c = world.arrive(EIGHT + 200, "ucr", age="85+")
        world.run()
        assert contact(world, a, d, c, b) == [15, 180, 240, 300]
        assert clock(world, a, "finished", "left") == [60, 375]

    def test_only_two_hour_patients_have_the_mark(self) -> None:
        world = World({"ucr": ucr(two_hour=TWO_HOUR_FOR_THE_OLD, team=2)})
        old, young = world.arrive(EIGHT, "ucr", age="85+"), world.arrive(EIGHT, "ucr")
        world.run()
        assert [clock(world, p, "assessed") for p in (old, young)] == [[0], [None]]

    def test_a_wait_lifts_a_follow_up_to_a_two_day_and_that_to_a_two_hour_patient(self) -> None:
        """Steps of 30 minutes. At 225 A's follow-up has waited 45: level with B (35 waited: with C).

        B, lifted by a step, is level with C and came first, so B; at 285 A has waited 105, three steps, and
        is level with C and came before; C last.
        """
        settings = ucr(
            two_hour=TWO_HOUR_FOR_THE_OLD,
            priority_ages="30 min",
            **{**FOLLOWED, "follow_ups": {"by": "fifth", "1": "1", "otherwise": "0"}},
        )
        world = World({"ucr": settings})
        a = world.arrive(EIGHT, "ucr", fifth="1")
        world.arrive(EIGHT + 165, "ucr")
        b = world.arrive(EIGHT + 190, "ucr")
        c = world.arrive(EIGHT + 200, "ucr", age="85+")
        world.run()
        assert contact(world, b, c) == [240, 330]
        assert clock(world, a, "left") == [315]

    def test_each_gap_counts_from_the_end_of_the_visit_before(self) -> None:
        """First visit to 60; due 180, to 210; due 330, to 360."""
        world = World({"ucr": ucr(**FOLLOWED)})
        patient = world.arrive(EIGHT, "ucr")
        world.run()
        assert clock(world, patient, "finished", "left") == [60, 360]

    def test_the_team_is_free_between_visits(self) -> None:
        world = World({"ucr": ucr(**FOLLOWED)})
        world.arrive(EIGHT, "ucr")
        others = [world.arrive(EIGHT + minute, "ucr") for minute in (60, 225, 370)]
        world.run()
        assert contact(world, *others) == [75, 240, 385]

    def test_a_visit_in_hand_outlasts_the_shift_and_the_next_waits_for_the_morning(self) -> None:
        """On duty 8 to 16. Sent at 15:45, finished at 16:45; the referral of 15:50 is on the way at 8."""
        world = World({"ucr": ucr(team="08:00-16:00=1")})
        first, second = world.arrive(at("15:45"), "ucr"), world.arrive(at("15:50"), "ucr")
        world.run()
        assert world.visit(first, "ucr").left == at("16:45")
        assert world.visit(second, "ucr").started == at("08:15", 1)

    def test_only_the_kept_at_home_are_followed_up_and_the_others_go_on(self) -> None:
        outcome = {"by": "age", "85+": "virtual_ward", "65-74": "same_day", "otherwise": "conveyed"}
        clinic = {"kind": "clinic", "staff": 9, "service": "5 min"}
        world = World(
            {"ucr": ucr(team=9, outcome=outcome, **FOLLOWED), "vw": vw(), "sdec": clinic, "ed": clinic},
            {"ucr": {"virtual_ward": "vw", "same_day": "sdec", "conveyed": "ed"}},
        )
        patients = [world.arrive(EIGHT, "ucr", age=age) for age in ("85+", "65-74", "18-64")]
        world.run()
        assert [[v.service for v in world.visits(p)] for p in patients] == [
            ["ucr", "vw"],
            ["ucr", "sdec"],
            ["ucr", "ed"],
        ]
        assert [clock(world, p, "finished", "left") for p in patients] == [[60, 60]] * 3

    @pytest.mark.parametrize(("outcome", "path"), [("conveyed", ["ucr", "vw"]), ("same_day", ["ucr", "ed"])])
    def test_only_the_conveyed_are_offered_alternatives(self, outcome: str, path: list[str]) -> None:
        clinic = {"kind": "clinic", "staff": 9, "service": "5 min"}
        world = World(
            {"ucr": ucr(outcome=outcome), "vw": vw(), "ed": clinic},
            {"ucr": {"conveyed": "ed", "same_day": "ed"}},
            {"ucr.outcome": [{"to": "vw"}]},
        )
        patient = world.arrive(EIGHT, "ucr")
        world.run()
        assert [v.service for v in world.visits(patient)] == path

    @pytest.mark.parametrize(
        ("settings", "offered"),
        [
            ({}, True),
            ({"hours": "08:00-09:00"}, False),
            ({"acceptance_limit": 0}, False),
            ({"acceptance_limit": 1}, True),
            ({"acceptance_limit": 0, "team": 2}, True),
        ],
    )
    def test_it_has_room_in_hours_and_within_the_limit(self, settings: dict[str, Any], offered: bool) -> None:
        """Asked at 09:00, while a visit is in hand since 08:55."""
        front = {"kind": "clinic", "staff": 9, "service": "0 min", "referred": "100%"}
        world = World({"front": front, "ucr": ucr(**settings)}, {}, {"front.outcome": [{"to": "ucr"}]})
        world.arrive(EIGHT + 55, "ucr")
        patient = world.arrive(EIGHT + 60, "front")
        world.run()
        assert [v.service for v in world.visits(patient)] == (["front", "ucr"] if offered else ["front"])


class TestVirtualWard:
    def test_every_moment_of_a_stay(self) -> None:
        """Onboarded from 1 to 3, by one nurse; the place is the patient's from 1 to 51."""
        town = Town({"vw": vw(onboarding=1, onboarding_time="2 hours", waiting_places=1)})
        first, second = town.send("vw", at=1), town.send("vw", at=2)
        town.run()
        assert hours(town, first, "arrived", "accepted", "started", "finished", "left") == [1, 3, 3, 51, 51]
        assert hours(town, second, "arrived", "accepted", "finished") == [2, 53, 101]

    @pytest.mark.parametrize(("hour", "taken"), [(7.9, False), (8, True), (15.9, True), (16, False)])
    def test_it_admits_from_opening_to_before_closing(self, hour: float, taken: bool) -> None:
        town = Town({"vw": vw(hours="08:00-16:00")})
        patient = town.send("vw", at=hour)
        town.run()
        assert hours(town, patient, "accepted") == [hour if taken else None]
        assert town.visit(patient, "vw").outcome == ("home" if taken else "refused")

    def test_one_may_wait_for_the_place_and_the_next_is_refused(self) -> None:
        town = Town({"vw": vw(waiting_places=1)})
        patients = [town.send("vw", at=hour) for hour in (0, 1, 2)]
        town.run()
        assert [hours(town, p, "accepted")[0] for p in patients] == [0, 48, None]
        assert town.visit(patients[2], "vw").outcome == "refused"

    def test_a_free_place_needs_no_place_to_wait(self) -> None:
        """Two places to be had, one patient waits for the morning: the next waits as well, or is refused."""
        for places, outcome in ((1, "refused"), (2, "home")):
            town = Town({"vw": vw(places=2, hours="08:00-16:00", waiting_places=places)})
            night, second = town.send("vw", at=3), town.send("vw", at=4)
            town.run()
            assert hours(town, night, "accepted") == [8]
            assert town.visit(second, "vw").outcome == outcome

    def test_a_place_that_is_free_at_night_is_kept_until_the_morning(self) -> None:
        """The first goes at 18 on day 1; who waits is given the place then, and admitted at 8 on day 2."""
        town = Town({"vw": vw(stay="32 hours", hours="08:00-16:00", waiting_places=1)})
        town.send("vw", at=10)
        patient = town.send("vw", at=15)
        late = town.send("vw", at=DAY + 19)
        town.run()
        assert hours(town, patient, "accepted", "finished") == [2 * DAY + 8, 3 * DAY + 16]
        assert town.visit(late, "vw").outcome == "refused"

    def test_the_bed_is_held_until_onboarding_is_done(self) -> None:
        """Ready at 10, onboarded by 12: the next has the bed at 12."""
        ward = {"kind": "ward", "beds": 1, "stay": "10 hours"}
        town = Town(
            {"beds": ward, "vw": vw(onboarding=1, onboarding_time="2 hours")}, {"beds": {"ready": "vw"}}
        )
        first, second = town.send("beds", at=0), town.send("beds", at=0)
        town.run()
        assert town.visit(first, "beds").left == town.visit(second, "beds").accepted == 12
        assert hours(town, first, "accepted", "finished") == [12, 60]

    def test_the_worse_keep_the_place_until_somebody_takes_them(self) -> None:
        """All get worse, some time in the two days; a bed is free for them at 60."""
        town = Town(
            {"vw": vw(deteriorate="100%"), "beds": {"kind": "ward", "beds": 1, "stay": "60 hours"}},
            {"vw": {"deteriorated": "beds"}},
        )
        town.send("beds", at=0)
        patient = town.send("vw", at=0)
        town.run()
        worse, left = hours(town, patient, "finished", "left")
        assert worse is not None
        assert 0 < worse < 48
        assert left == 60
        assert town.visit(patient, "vw").outcome == "deteriorated"

    @pytest.mark.parametrize(
        ("settings", "offered"),
        [
            ({}, False),
            ({"places": 2}, True),
            ({"places": 2, "hours": "08:00-10:00"}, False),
            ({"places": 2, "onboarding": "11:00-16:00=1"}, False),
            ({"places": 2, "onboarding": "10:00-16:00=1"}, True),
            ({"waiting_places": 5}, False),
        ],
    )
    def test_it_has_room_with_a_place_in_hours_and_somebody_to_admit(
        self, settings: dict[str, Any], offered: bool
    ) -> None:
        """Asked at 10, and one place is taken since 9."""
        front = {"kind": "clinic", "staff": 9, "service": "0 min", "referred": "100%"}
        town = Town({"front": front, "vw": vw(**settings)}, {}, {"front.outcome": [{"to": "vw"}]})
        town.send("vw", at=9)
        patient = town.send("front", at=10)
        town.run()
        assert town.path(patient) == (["front", "vw"] if offered else ["front"])

    def test_the_queue_for_places_is_bounded_unless_all_may_wait(self) -> None:
        assert VirtualWardSpec.model_validate(WARD).refuses("places")
        assert not VirtualWardSpec.model_validate(vw(waiting_places="unlimited")).refuses("places")
        assert not VirtualWardSpec.model_validate(WARD).refuses("onboarding")

    def test_a_change_of_rota_holds_for_those_who_wait_to_be_admitted(self) -> None:
        town = Town({"vw": vw(onboarding=0, onboarding_time="1 hour")})
        town.alter("vw", at=5, onboarding=1)
        patient = town.send("vw", at=1)
        town.run()
        assert hours(town, patient, "accepted") == [6]
