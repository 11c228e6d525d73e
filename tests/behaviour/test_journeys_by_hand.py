"""From service to service: who holds what, whose luck it is, who comes back, and who is sent elsewhere.

Minutes are counted from the midnight before a Monday. A stay of one hour in one bed holds everything up.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from flowsim.policies.escalation.diversion import Diversion, OpenRoute
from support import World, at, spec_of

NOON = at("12:00")
WARD: dict[str, Any] = {"kind": "ward", "beds": 1, "stay": "60 min"}
CLINIC: dict[str, Any] = {"kind": "clinic", "staff": 9, "service": "10 min"}
RANDOM = {"distribution": "exponential", "mean": "30 min"}
CREWS: dict[str, Any] = {
    "kind": "ambulance",
    "crews": 9,
    "travel": "10 min",
    "on_scene": "20 min",
    "conveyance": "15 min",
}


def department(first_spell: Any = "20 min") -> dict[str, Any]:
    """Return an emergency department in which nobody waits, and nothing but the first spell takes time."""
    area = {
        "spaces": 99,
        "first_spell": first_spell,
        "investigated": "0%",
        "investigations": "0 min",
        "second_spell": "0 min",
    }
    return {
        "kind": "emergency_department",
        "assessors": 99,
        "initial_assessment": "0 min",
        "handover": "0 min",
        "areas": {"majors": area},
        "area": "majors",
        "clinicians": {"main": 99},
        "specialty_review": "0 min",
        "departure": "0 min",
    }


def room(**changes: Any) -> dict[str, Any]:
    """Return a clinic of one room, which is held until the next service accepts."""
    return {**CLINIC, "rooms": 1, "holds_room": True, "referred": "100%", **changes}


class TestHoldingOn:
    def test_a_chain_of_three_is_freed_from_its_end(self) -> None:
        """The bed is taken to 60. B holds its room from 10 to 60, C is let in to it then, D after C.

        B: served 0 to 10, holds the room to 60, in bed to 120. C: room 60, served to 70, holds it to 120.
        """
        world = World({"room": room(), "ward": WARD}, {"room": {"referred": "ward"}})
        world.arrive(0, "ward")
        b, c, d = (world.arrive(minute, "room") for minute in (0, 1, 2))
        world.run()
        moments = [(v.started, v.finished, v.left) for v in (world.visit(p, "room") for p in (b, c, d))]
        assert moments == [(0, 10, 60), (60, 70, 120), (120, 130, 180)]
        assert [world.visit(p, "ward").accepted for p in (b, c, d)] == [60, 120, 180]

    def test_the_longest_blocked_goes_first_wherever_it_is_held(self) -> None:
        """Two clinics lead to the ward: done at 10 and at 15, so the second room is free an hour later."""
        world = World(
            {"one": room(), "two": room(service="15 min"), "ward": WARD},
            {"one": {"referred": "ward"}, "two": {"referred": "ward"}},
        )
        world.arrive(0, "ward")
        second, first = world.arrive(0, "two"), world.arrive(0, "one")
        world.run()
        assert world.visit(first, "one").left == 60
        assert world.visit(second, "two").left == 120

    def test_a_refusal_passes_on_what_is_held(self) -> None:
        """Refused by the first ward at 10 and, waiting for the second, in the room to 60."""
        world = World(
            {"room": room(), "full": {**WARD, "beds": 0, "waiting_places": 0}, "ward": WARD},
            {"room": {"referred": "full"}, "full": {"refused": "ward"}},
        )
        world.arrive(0, "ward")
        patient, second = world.arrive(0, "room"), world.arrive(1, "room")
        world.run()
        assert [v.service for v in world.visits(patient)] == ["room", "full", "ward"]
        assert [v.source for v in world.visits(patient)] == [None, "room", "full"]
        room_visit, refused, bed = world.visits(patient)
        assert (room_visit.left, bed.accepted) == (60, 60)
        assert (refused.arrived, refused.accepted, refused.finished, refused.left) == (10, None, None, 60)
        assert world.visit(second, "room").started == 60

    def test_discharge_takes_nobody_over_so_ward_and_discharge_end_together(self) -> None:
        """Ready at 60, arranged at 90, support from 150 on (its place is taken to then)."""
        world = World(
            {
                "ward": WARD,
                "hub": {"kind": "discharge", "preparation": "30 min"},
                "home": {"kind": "intermediate_care", "places": 1, "stay": "150 min"},
            },
            {"ward": {"ready": "hub"}, "hub": {"pathway_1": "home"}},
        )
        world.arrive(0, "home")
        patient, second = world.arrive(0, "ward", pathway="1"), world.arrive(0, "ward")
        world.run()
        ward, hub, home = world.visits(patient)
        assert (ward.finished, ward.left) == (60, 150)
        assert (hub.arrived, hub.accepted, hub.finished, hub.left) == (60, 60, 90, 150)
        assert (home.arrived, home.accepted, home.left) == (90, 150, 300)
        assert world.visit(second, "ward").accepted == 150

    def test_everything_is_given_back_when_everybody_has_gone(self) -> None:
        world = World(
            {"room": room(), "ward": WARD, "hub": {"kind": "discharge", "team": 1, "assessment": "5 min"}},
            {"room": {"referred": "ward"}, "ward": {"ready": "hub"}},
        )
        for minute in range(0, 200, 7):
            world.arrive(minute, "room")
        world.run()
        assert all(pool.busy == pool.waiting == 0 for pool in world.kernel.pools)
        assert not np.isnan(world.kernel.journal.table()["left"]).any()


class TestLuck:
    @staticmethod
    def spells(world: World, service: str) -> list[float]:
        """Return how long everybody's first spell took in a service, in order of the patients."""
        found = []
        for patient in range(len(world.coming)):
            visit = world.visit(patient, service)
            assert visit.finished is not None
            assert visit.started is not None
            found.append(round(visit.finished - visit.started, 6))
        return found

    def sent_to(self, service: str, kind: Mapping[str, Any]) -> list[float]:
        world = World({"one": kind, "two": kind})
        for minute in range(30):
            world.arrive(float(minute), service)
        return self.spells(world.run(), service)

    def test_a_patient_has_the_same_luck_in_either_department(self) -> None:
        kind = department(RANDOM)
        assert self.sent_to("one", kind) == self.sent_to("two", kind)

    def test_but_each_clinic_draws_for_itself(self) -> None:
        kind = {**CLINIC, "staff": 99, "service": RANDOM}
        one, two = self.sent_to("one", kind), self.sent_to("two", kind)
        assert not set(one) & set(two)

    def test_a_second_department_is_a_second_visit_with_luck_of_its_own(self) -> None:
        """Sent on from the first department to the second: the second spell is another one."""
        kind = department(RANDOM)
        world = World({"one": kind, "two": kind}, {"one": {"home": "two"}})
        for minute in range(30):
            world.arrive(float(minute), "one")
        world.run()
        first, second = self.spells(world, "one"), self.spells(world, "two")
        assert first == self.sent_to("one", kind)
        assert not set(first) & set(second)
        assert set(world.kernel.journal.table()["visit"].tolist()) == {0, 1}

    def test_who_came_before_changes_nobodys_luck(self) -> None:
        kind = department(RANDOM)
        few, many = World({"one": kind}), World({"one": kind, "two": kind})
        for minute in range(20):
            few.arrive(float(minute), "one")
            many.arrive(float(minute), "one" if minute < 10 else "two")
        few.run()
        many.run()
        assert self.spells(few, "one")[:10] == [
            round((many.visit(p, "one").finished or 0) - (many.visit(p, "one").started or 0), 6)
            for p in range(10)
        ]

    def test_each_spell_in_hospital_has_arrangements_of_its_own(self) -> None:
        """Back in the ward a day after leaving: the stay and the arrangements are others the second time."""
        back = {"share": "100%", "after": "1 day", "to": "again"}
        ward = {"kind": "ward", "beds": 99, "stay": RANDOM}
        services = {"ward": ward, "hub": {"kind": "discharge", "preparation": RANDOM, "comes_back": back}}
        services |= {"again": ward, "hub2": {"kind": "discharge", "preparation": RANDOM}}
        world = World(services, {"ward": {"ready": "hub"}, "again": {"ready": "hub2"}})
        patients = [world.arrive(float(minute), "ward") for minute in range(20)]
        world.run()
        for what in ("ward", "hub"):
            other = {"ward": "again", "hub": "hub2"}[what]
            for patient in patients:
                first, second = world.visit(patient, what), world.visit(patient, other)
                times = [(v.finished or 0) - (v.arrived or 0) for v in (first, second)]
                assert times[0] != pytest.approx(times[1], rel=1e-6)


class TestComingBack:
    @staticmethod
    def world(**back: Any) -> World:
        settings = {"share": "100%", "after": "3 hours", "to": "again", **back}
        return World({"first": {**CLINIC, "comes_back": settings}, "again": CLINIC, "other": CLINIC})

    def test_after_so_long_counted_from_leaving(self) -> None:
        world = self.world()
        patient = world.arrive(NOON, "first")
        world.run()
        assert [(v.service, v.arrived, v.left) for v in world.visits(patient)] == [
            ("first", NOON, NOON + 10),
            ("again", NOON + 190, NOON + 200),
        ]

    def test_nobody_comes_back_from_a_service_that_says_nothing_of_it(self) -> None:
        world = self.world()
        patient = world.arrive(NOON, "again")
        world.run()
        assert len(world.visits(patient)) == 1

    def test_where_to_may_depend_on_the_patient(self) -> None:
        world = self.world(to={"by": "age", "85+": "again", "otherwise": "other"})
        old, young = world.arrive(NOON, "first", age="85+"), world.arrive(NOON, "first")
        world.run()
        assert [world.visits(p)[-1].service for p in (old, young)] == ["again", "other"]

    def test_those_who_go_on_to_another_service_have_not_left(self) -> None:
        """Only at the end of the journey does its last service ask who comes back."""
        settings = {"share": "100%", "after": "3 hours", "to": "again"}
        world = World(
            {"first": {**CLINIC, "comes_back": settings}, "second": CLINIC, "again": CLINIC},
            {"first": {"done": "second"}},
        )
        patient = world.arrive(NOON, "first")
        world.run()
        assert [v.service for v in world.visits(patient)] == ["first", "second"]

    def test_each_return_is_decided_anew(self) -> None:
        """Half come back each time, to the same place: half of those once, a quarter twice, and so on.

        Were it decided once, everybody would come back for ever or never.
        """
        settings = {"share": "50%", "after": "1 hour", "to": "first"}
        world = World({"first": {**CLINIC, "staff": 999, "comes_back": settings}})
        patients = [world.arrive(float(minute), "first") for minute in range(200)]
        world.run()
        counts = [len(world.visits(p)) for p in patients]
        assert max(counts) < 20
        assert 60 < sum(count == 1 for count in counts) < 140
        assert sum(count >= 3 for count in counts) > 20

    def test_who_has_come_back_holds_nothing_from_before(self) -> None:
        """The room is free while the patient is at home."""
        settings = {"share": "100%", "after": "3 hours", "to": "again"}
        world = World({"first": room(referred="0%", comes_back=settings), "again": CLINIC})
        world.arrive(NOON, "first")
        second = world.arrive(NOON + 1, "first")
        world.run()
        assert world.visit(second, "first").started == NOON + 10


class TestDiversion:
    """Ambulances that are sent to another department than the nearest while that is said to be so."""

    @staticmethod
    def world(pathway: Any = "near") -> tuple[World, Diversion]:
        """Two departments, and a diversion that is told to the crews; no way is open yet."""
        world = World(
            {"crews": CREWS, "near": department(), "far": department(), "third": department()},
            {"crews": {"convey": pathway}},
        )
        diversion = Diversion()
        world["crews"].divert(diversion)  # type: ignore[attr-defined]
        return world, diversion

    @staticmethod
    def route(world: World, to: str, travel: float, *, deed: int = 0, **shares: Any) -> OpenRoute:
        chance = world.system.draws.chance
        return OpenRoute(
            to,
            travel,
            chance("eligible", spec_of_share(shares.get("eligible", "100%"))),
            chance("uptake", spec_of_share(shares.get("uptake", "100%"))),
            deed,
        )

    @staticmethod
    def call(world: World, minute: float, **attributes: str) -> int:
        return world.arrive(minute, "crews", route="ambulance", category="2", **attributes)

    def test_without_an_open_way_everybody_goes_as_planned(self) -> None:
        world, diversion = self.world()
        patient = self.call(world, NOON)
        world.run()
        assert world.visits(patient)[1].service == "near"
        assert not diversion.taken()

    def test_the_detour_is_added_to_the_road(self) -> None:
        """Leaves the scene at 30; on the road 15 + 25 minutes."""
        world, diversion = self.world()
        diversion.open = {"near": [self.route(world, "far", 25.0, deed=3)]}
        patient = self.call(world, NOON)
        world.run()
        crews, far = world.visits(patient)
        assert (far.service, far.arrived, crews.finished) == ("far", NOON + 70, NOON + 70)
        assert diversion.taken() == {3: 1}
        assert not diversion.taken()

    @pytest.mark.parametrize(
        ("opens", "closes", "to"), [(29, 31, "far"), (0, 30, "near"), (30.5, 99, "near")]
    )
    def test_it_is_decided_on_leaving_the_scene(self, opens: float, closes: float, to: str) -> None:
        """On scene to 30: open then counts, and neither what was before nor what comes on the road."""
        world, diversion = self.world()
        way = self.route(world, "far", 25.0)
        world.at(NOON + opens, lambda: setattr(diversion, "open", {"near": [way]}))
        world.at(NOON + closes, lambda: setattr(diversion, "open", {}))
        patient = self.call(world, NOON)
        world.run()
        assert world.visits(patient)[1].service == to

    def test_the_first_open_way_that_the_patient_takes(self) -> None:
        """The old are not eligible for the first and go by the second; others by the first."""
        world, diversion = self.world()
        first = self.route(
            world, "far", 25.0, deed=1, eligible={"by": "age", "85+": "0%", "otherwise": "100%"}
        )
        second = self.route(world, "third", 5.0, deed=2)
        diversion.open = {"near": [first, second]}
        young, old = self.call(world, NOON), self.call(world, NOON, age="85+")
        world.run()
        assert [world.visits(p)[1].service for p in (young, old)] == ["far", "third"]
        assert diversion.taken() == {1: 1, 2: 1}

    @pytest.mark.parametrize("shares", [{"eligible": "0%"}, {"uptake": "0%"}])
    def test_eligible_and_taken_up(self, shares: dict[str, str]) -> None:
        world, diversion = self.world()
        diversion.open = {"near": [self.route(world, "far", 25.0, **shares)]}
        patient = self.call(world, NOON)
        world.run()
        assert [v.service for v in world.visits(patient)] == ["crews", "near"]

    def test_a_way_leads_away_from_the_department_it_is_for(self) -> None:
        """Planned by place: those from here go near, the others to the third; only near is left."""
        world, diversion = self.world({"by": "place", "here": "near", "otherwise": "third"})
        diversion.open = {"near": [self.route(world, "far", 25.0)]}
        here, there = self.call(world, NOON), self.call(world, NOON, place="there")
        world.run()
        assert [world.visits(p)[1].service for p in (here, there)] == ["far", "third"]

    def test_it_goes_on_after_pathways_have_been_connected_anew(self) -> None:
        """A dated change of pathways must not end it: near becomes third as planned, third leads to far."""
        world, diversion = self.world()
        diversion.open = {"third": [self.route(world, "far", 25.0)]}
        crews, services = world["crews"], world.system.services
        world.at(NOON + 5, lambda: crews.connect({"convey": "third"}, services))
        before, after = self.call(world, NOON - 60), self.call(world, NOON)
        world.run()
        assert [world.visits(p)[1].service for p in (before, after)] == ["near", "far"]

    def test_crews_that_convey_nobody_cannot_be_diverted(self) -> None:
        """Where conveyed patients leave the system there is nothing to lead away from."""
        world = World({"crews": CREWS, "far": department()})
        world["crews"].divert(Diversion())  # type: ignore[attr-defined]
        patient = self.call(world, NOON)
        world.run()
        assert [v.service for v in world.visits(patient)] == ["crews"]


def spec_of_share(written: Any) -> Any:
    """Return a share, or shares by group, as a scenario file would give them."""
    return spec_of({**CLINIC, "referred": written}).referred
