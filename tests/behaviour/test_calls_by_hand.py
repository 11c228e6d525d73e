"""Access and the ambulance service, minute by minute, from the call to the handover.

Unless a test says otherwise an assessor takes 10 minutes; a crew travels 10, is on scene 20 and on the road
15, so that it is at the door 45 minutes after it was sent. Minutes are counted from noon.
"""

from typing import Any

import pytest

from flowsim.services.access import AccessSpec
from support import World, at, spec_of

ACCESS: dict[str, Any] = {
    "kind": "access",
    "assessors": 1,
    "assessment": "10 min",
    "disposition": "primary_care",
}
CREWS: dict[str, Any] = {
    "kind": "ambulance",
    "crews": 1,
    "travel": "10 min",
    "on_scene": "20 min",
    "conveyance": "15 min",
}
CLINIC: dict[str, Any] = {"kind": "clinic", "staff": 9, "service": "30 min"}
WARD: dict[str, Any] = {"kind": "ward", "beds": 1, "stay": "2 hours"}
NOON = at("12:00")


def access(**changes: Any) -> dict[str, Any]:
    return {**ACCESS, **changes}


def crews(**changes: Any) -> dict[str, Any]:
    return {**CREWS, **changes}


def call(world: World, minute: float, category: str = "2", **attributes: str) -> int:
    return world.arrive(NOON + minute, "crews", route="ambulance", category=category, **attributes)


def clock(world: World, service: str, patient: int, *names: str) -> list[float | None]:
    """Return moments of a visit in minutes after noon."""
    times = [getattr(world.visit(patient, service), name) for name in names]
    return [None if time is None else time - NOON for time in times]


class TestAssessors:
    def test_one_call_after_another(self) -> None:
        world = World({"calls": ACCESS})
        callers = [world.arrive(NOON + i, "calls") for i in range(3)]
        world.run()
        moments = [
            clock(world, "calls", caller, "started", "assessed", "finished", "left") for caller in callers
        ]
        assert moments == [[0, 10, 10, 10], [10, 20, 20, 20], [20, 30, 30, 30]]

    def test_a_long_wait_counts_as_a_higher_acuity(self) -> None:
        """At 12:10 acuity 4 has waited 9 minutes, acuity 3 four. With a step of 8 they are level."""
        for ages, order in (("8 min", [10, 20]), ("9 min 30 s", [20, 10]), (None, [20, 10])):
            settings = access() if ages is None else access(priority_ages=ages)
            world = World({"calls": settings})
            world.arrive(NOON, "calls")
            minor = world.arrive(NOON + 1, "calls", acuity="4")
            serious = world.arrive(NOON + 6, "calls", acuity="3")
            world.run()
            assert [clock(world, "calls", c, "started")[0] for c in (minor, serious)] == order

    def test_the_rota_may_change_on_a_date(self) -> None:
        """Two assessors from 12:05 on: the second call is answered then."""
        world = World({"calls": ACCESS})
        world.change(NOON + 5, "calls", assessors=2)
        callers = [world.arrive(NOON, "calls") for _ in range(3)]
        world.run()
        assert [clock(world, "calls", c, "started")[0] for c in callers] == [0, 5, 10]

    def test_assessors_may_be_taken_away_on_a_date(self) -> None:
        """From 12:05 there are always enough: who calls at 12:06 is answered at once."""
        world = World({"calls": ACCESS})
        settings = {name: value for name, value in ACCESS.items() if name != "assessors"}
        world.at(NOON + 5, lambda: world["calls"].reconfigure(spec_of(settings)))
        first, second, later = (world.arrive(NOON + minute, "calls") for minute in (0, 6, 7))
        world.run()
        assert [clock(world, "calls", c, "started", "left") for c in (first, second, later)] == [
            [0, 10],
            [6, 16],
            [7, 17],
        ]

    def test_the_shift_ends_with_the_call_in_hand(self) -> None:
        world = World({"calls": access(assessors="00:00-12:05=1, 14:00-24:00=1")})
        first, second = world.arrive(NOON, "calls"), world.arrive(NOON + 1, "calls")
        world.run()
        assert clock(world, "calls", first, "finished") == [10]
        assert clock(world, "calls", second, "started") == [120]

    def test_patience_is_for_the_answer_only(self) -> None:
        """Patience of 8 minutes: gone at 9; an assessment of 10 minutes is not cut short."""
        world = World({"calls": access(patience="8 min")})
        first, gone, stays = (world.arrive(NOON + minute, "calls") for minute in (0, 1, 3))
        world.run()
        assert [world.outcome(c) for c in (first, gone, stays)] == ["primary_care", "left", "primary_care"]
        assert clock(world, "calls", gone, "started", "finished", "left") == [None, None, 9]
        assert clock(world, "calls", stays, "started") == [10]

    def test_only_callers_who_may_give_up_bound_the_queue(self) -> None:
        """A queue without patience can grow without end, so that the load of the assessors is checked."""
        assert not AccessSpec.model_validate(ACCESS).refuses("assessors")
        assert AccessSpec.model_validate(access(patience="5 min")).refuses("assessors")


class TestNavigation:
    @staticmethod
    def room(disposition: str, **alternative: Any) -> World:
        services = {
            "calls": access(assessors=9, disposition=disposition),
            "clinic": CLINIC,
            "crews": crews(crews=9),
        }
        pathways = {"calls": {"ambulance": "crews"}}
        return World(services, pathways, {"calls.navigation": [{"to": "clinic", **alternative}]})

    @pytest.mark.parametrize(
        ("disposition", "acuity", "services"),
        [
            ("ambulance", "1", ["calls", "crews"]),
            ("ambulance", "2", ["calls", "clinic"]),
            ("emergency_department", "1", ["calls", "clinic"]),
            ("primary_care", "5", ["calls", "clinic"]),
        ],
    )
    def test_only_an_ambulance_for_acuity_1_goes_before_an_alternative(
        self, disposition: str, acuity: str, services: list[str]
    ) -> None:
        world = self.room(disposition)
        caller = world.arrive(NOON, "calls", acuity=acuity)
        world.run()
        assert [v.service for v in world.visits(caller)] == services
        assert world.visits(caller)[1].arrived == NOON + 10

    def test_navigation_looks_for_room_when_the_assessment_has_ended(self) -> None:
        """Offered from 12:10 on: a call of 12:00 is in time, as it is assessed until then."""
        world = self.room("primary_care", hours="12:10-13:00")
        early, late = world.arrive(NOON - 1, "calls"), world.arrive(NOON, "calls")
        last, after = world.arrive(NOON + 49, "calls"), world.arrive(NOON + 50, "calls")
        world.run()
        assert [len(world.visits(c)) for c in (early, late, last, after)] == [1, 2, 2, 1]

    def test_a_caller_sent_an_ambulance_waits_for_it_after_the_call(self) -> None:
        """The crew is sent at 12:10, and response is counted from there; the call's own visit ends too."""
        world = World(
            {"calls": access(disposition="ambulance"), "crews": CREWS}, {"calls": {"ambulance": "crews"}}
        )
        caller = world.arrive(NOON, "calls")
        world.run()
        assert clock(world, "calls", caller, "left") == [10]
        assert clock(world, "crews", caller, "arrived", "accepted", "started") == [10, 10, 20]


class TestCrews:
    @staticmethod
    def system(**changes: Any) -> World:
        """A crew, and a hospital of one bed in which stays are two hours and handover takes no time."""
        return World({"crews": crews(**changes), "ward": WARD}, {"crews": {"convey": "ward"}})

    def test_from_call_to_handover(self) -> None:
        world = self.system(dispatch="2 min")
        patient = call(world, 0)
        world.run()
        names = ("arrived", "accepted", "started", "finished", "left")
        assert clock(world, "crews", patient, *names) == [0, 2, 12, 47, 47]

    def test_a_crew_is_held_until_the_bed_and_through_its_wrap_up(self) -> None:
        """The bed is taken from 12:00 to 14:00. At the door at 45, handed over at 120, ready at 135."""
        world = self.system(wrap_up="15 min")
        world.arrive(NOON, "ward")
        first, second = call(world, 0), call(world, 5)
        world.run()
        assert clock(world, "crews", first, "finished", "left") == [45, 120]
        assert clock(world, "crews", second, "accepted", "started") == [135, 145]

    @pytest.mark.parametrize(
        ("limit", "left", "ready"), [("74 min", 119, 134), ("75 min", 120, 135), ("90 min", 120, 135)]
    )
    def test_release_at_the_door_frees_the_crew_that_long_after_it_came(
        self, limit: str, left: float, ready: float
    ) -> None:
        """At the door at 45; the bed is free at 120. The wrap-up of 15 minutes follows in any case."""
        world = self.system(wrap_up="15 min", handover_limit=limit)
        world.arrive(NOON, "ward")
        first, second = call(world, 0), call(world, 5)
        world.run()
        assert clock(world, "crews", first, "finished", "left") == [45, left]
        assert clock(world, "ward", first, "accepted") == [120]
        assert clock(world, "crews", second, "accepted") == [ready]

    def test_a_crew_without_wrap_up_takes_the_call_that_waits_the_minute_it_is_released(self) -> None:
        """Released at 45 + 20 = 65; the next call is on scene ten minutes later."""
        world = self.system(handover_limit="20 min")
        world.arrive(NOON, "ward")
        call(world, 0)
        second = call(world, 5)
        world.run()
        assert clock(world, "crews", second, "accepted", "started") == [65, 75]

    def test_a_released_patient_keeps_the_place_in_the_queue_for_the_bed(self) -> None:
        """The first asks at 45 and is released at 65; the other asks at 60 and has the bed after them."""
        world = self.system(handover_limit="20 min")
        world.arrive(NOON, "ward")
        first = call(world, 0)
        other = world.arrive(NOON + 60, "ward")
        world.run()
        assert clock(world, "ward", first, "accepted") == [120]
        assert clock(world, "ward", other, "accepted") == [240]

    def test_the_limit_is_not_for_a_crew_that_has_gone_on_to_its_next_patient(self) -> None:
        """Handed over at 45, at once; the limit of 20 minutes must not touch the next patient's crew.

        The next is called at 45, on scene 55 to 75, at the door at 90: the bed is taken 45 to 165, and the
        crew goes at 110.
        """
        world = self.system(handover_limit="20 min")
        first, second = call(world, 0), call(world, 5)
        third = call(world, 6)
        world.run()
        assert clock(world, "crews", first, "finished", "left") == [45, 45]
        assert clock(world, "crews", second, "accepted", "finished", "left") == [45, 90, 110]
        assert clock(world, "crews", third, "accepted") == [110]

    def test_calls_go_by_category_then_by_time_and_can_age(self) -> None:
        """The crew is free at 30 after each (see and treat). Category 3 has waited 29 minutes at 30."""
        order = {}
        for ages in (None, "25 min", "10 min"):
            world = World(
                {"crews": crews(see_and_treat="100%", **({} if ages is None else {"priority_ages": ages}))}
            )
            call(world, 0)
            three = call(world, 1, "3")
            two, one = call(world, 10, "2"), call(world, 20, "1")
            world.run()
            order[ages] = [clock(world, "crews", who, "accepted")[0] for who in (one, two, three)]
        assert order[None] == [30, 60, 90]
        # at 30, a step of 25 puts category 3 level with 2, and it came first; category 1 goes before both
        assert order["25 min"] == [30, 90, 60]
        # two steps of 10: level with category 1 and the longest waiting of all; at 60 the 2 is lifted as well
        assert order["10 min"] == [90, 60, 30]

    def test_ageing_can_begin_and_end_on_a_date(self) -> None:
        """From 12:15 a step takes 10 minutes: at 30 the category 3 of 12:01 goes before the 2 of 12:10."""
        world = World({"crews": crews(see_and_treat="100%")})
        world.change(NOON + 15, "crews", see_and_treat="100%", priority_ages="10 min")
        call(world, 0)
        three, two = call(world, 1, "3"), call(world, 10, "2")
        world.run()
        assert [clock(world, "crews", who, "accepted")[0] for who in (three, two)] == [30, 60]

    def test_ageing_that_has_ended_lifts_nobody(self) -> None:
        world = World({"crews": crews(see_and_treat="100%", priority_ages="10 min")})
        world.at(NOON + 15, lambda: world["crews"].configure(spec_of(crews(see_and_treat="100%"))))
        call(world, 0)
        three, two = call(world, 1, "3"), call(world, 10, "2")
        world.run()
        assert [clock(world, "crews", who, "accepted")[0] for who in (three, two)] == [60, 30]

    def test_the_telephone_helps_without_a_crew_and_after_dispatch(self) -> None:
        """Dispatch 2, advice 12: closed at 14; the only crew takes the other call meanwhile."""
        heard = {"by": "age", "85+": "100%", "otherwise": "0%"}
        world = World({"crews": crews(dispatch="2 min", hear_and_treat=heard, hear_time="12 min")})
        old, young = call(world, 0, age="85+"), call(world, 0)
        world.run()
        assert world.visit(old, "crews").outcome == "hear_and_treat"
        assert clock(world, "crews", old, "accepted", "started", "finished", "left") == [None, None, 14, 14]
        assert clock(world, "crews", young, "accepted") == [2]

    def test_see_and_treat_ends_at_the_scene_without_wrap_up(self) -> None:
        """On scene to 30; the next call is taken then, whatever the wrap-up after a handover."""
        world = World({"crews": crews(see_and_treat="100%", wrap_up="15 min")})
        first, second = call(world, 0), call(world, 1)
        world.run()
        assert world.outcome(first) == "see_and_treat"
        assert clock(world, "crews", first, "finished", "left") == [30, 30]
        assert clock(world, "crews", second, "accepted") == [30]

    def test_the_end_of_a_shift_waits_for_the_wrap_up(self) -> None:
        """Crew to 12:50: handed over at 45, wrap-up to 60. The call of 12:05 has no crew before 14:00."""
        world = self.system(crews="00:00-12:50=1, 14:00-24:00=1", wrap_up="15 min")
        first, second = call(world, 0), call(world, 5)
        world.run()
        assert clock(world, "crews", first, "left") == [45]
        assert clock(world, "crews", second, "accepted") == [120]


class TestAlternativesOnTheRoad:
    @pytest.mark.parametrize(
        ("kind", "settings", "finished", "free"),
        [
            ("clinic", {"staff": 9, "service": "1 min"}, 30, 30),
            ("virtual_ward", {"places": 9, "stay": "1 day"}, 30, 30),
            ("urgent_community_response", {"team": 9, "first_visit": "30 min"}, 30, 30),
            ("ward", {"beds": 9, "stay": "1 day"}, 45, 52),
            (
                "urgent_treatment_centre",
                {"clinicians": 9, "treatment": "10 min"},
                45,
                52,
            ),
            (
                "same_day_emergency_care",
                {"chairs": 9, "clinicians": 9, "first_spell": "10 min"},
                45,
                52,
            ),
        ],
    )
    def test_a_crew_takes_the_patient_only_to_places_with_doors(
        self, kind: str, settings: dict[str, Any], finished: float, free: float
    ) -> None:
        """Found on scene at 30. Taken there: on the road to 45, then a wrap-up of 7. Otherwise free at 30."""
        world = World(
            {"crews": crews(wrap_up="7 min"), "other": {"kind": kind, **settings}},
            {},
            {"crews.scene": [{"to": "other"}]},
        )
        first, second = call(world, 0), call(world, 1)
        world.run()
        assert world.visit(first, "crews").outcome == "alternative"
        assert clock(world, "crews", first, "finished", "left") == [finished, finished]
        assert clock(world, "other", first, "arrived") == [finished]
        assert clock(world, "crews", second, "accepted") == [free]

    def test_a_crew_waits_at_the_door_of_an_alternative_and_is_released_there_too(self) -> None:
        """The ward has room when it is chosen at 30, and none at 45: the bed is taken at 40 for two hours."""
        world = World(
            {"crews": crews(handover_limit="30 min"), "ward": WARD}, {}, {"crews.scene": [{"to": "ward"}]}
        )
        patient, second = call(world, 0), call(world, 1)
        world.arrive(NOON + 40, "ward")
        world.run()
        assert clock(world, "crews", patient, "finished", "left") == [45, 75]
        assert clock(world, "ward", patient, "arrived", "accepted") == [45, 160]
        assert clock(world, "crews", second, "accepted") == [75]

    @pytest.mark.parametrize(("category", "offered"), [("1", False), ("2", True), ("3", True), ("4", True)])
    def test_at_the_call_every_category_but_the_first_is_offered_an_alternative(
        self, category: str, offered: bool
    ) -> None:
        world = World({"crews": CREWS, "clinic": CLINIC}, {}, {"crews.call": [{"to": "clinic"}]})
        patient = call(world, 0, category)
        world.run()
        assert [v.service for v in world.visits(patient)] == (["crews", "clinic"] if offered else ["crews"])

    def test_the_category_of_those_who_did_not_call_decides_too(self) -> None:
        """Sent by a GP, so with no category of their own: here the first, for the old."""
        mix = {"by": "age", "85+": "1", "otherwise": "4"}
        world = World(
            {"crews": crews(crews=9, category_of_others=mix), "clinic": CLINIC},
            {},
            {"crews.call": [{"to": "clinic"}]},
        )
        old, young = (world.arrive(NOON, "crews", route="gp", age=age) for age in ("85+", "18-64"))
        world.run()
        assert [len(world.visits(p)) for p in (old, young)] == [1, 2]

    def test_what_is_offered_at_the_call_comes_after_the_telephone_and_before_the_queue(self) -> None:
        """Dispatch to 3, then to the clinic; the busy crew is not waited for."""
        world = World(
            {"crews": crews(dispatch="3 min"), "clinic": CLINIC}, {}, {"crews.call": [{"to": "clinic"}]}
        )
        call(world, 0, "1")
        patient = call(world, 1)
        world.run()
        assert clock(world, "crews", patient, "accepted", "left") == [None, 4]
        assert clock(world, "clinic", patient, "arrived", "left") == [4, 34]


class TestBetweenPlaces:
    def test_a_patient_fetched_from_a_place_holds_it_until_the_crew_is_sent(self) -> None:
        """A clinic room, held to 50: the crew is busy with a call seen and treated from 20 to 50."""
        room = {
            "kind": "clinic",
            "staff": 1,
            "rooms": 1,
            "holds_room": True,
            "service": "30 min",
            "referred": "100%",
        }
        world = World(
            {"room": room, "crews": crews(see_and_treat={"by": "age", "85+": "100%", "otherwise": "0%"})},
            {"room": {"referred": "crews"}},
        )
        call(world, 20, age="85+")
        patient, second = world.arrive(NOON, "room"), world.arrive(NOON, "room")
        world.run()
        assert clock(world, "room", patient, "finished", "left") == [30, 50]
        assert clock(world, "room", second, "started") == [50]
        assert clock(world, "crews", patient, "arrived", "accepted", "started") == [30, 50, 60]
