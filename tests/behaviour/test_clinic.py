"""The clinic, the service that needs settings alone, with hand-worked times."""

from typing import Any, ClassVar

import pytest

from support import World, at, spec_of

CLINIC: dict[str, Any] = {"kind": "clinic", "staff": 1, "service": "20 min"}
NINE = at("09:00")


def clinic(**changes: Any) -> dict[str, Any]:
    return {**CLINIC, **changes}


class TestQueue:
    def test_patients_are_served_in_the_order_in_which_they_came(self) -> None:
        world = World({"clinic": CLINIC})
        patients = [world.arrive(NINE + i, "clinic") for i in range(3)]
        world.run()
        assert [world.visit(p, "clinic").left for p in patients] == [NINE + 20, NINE + 40, NINE + 60]
        assert [world.outcome(p) for p in patients] == ["done"] * 3

    def test_classes_are_served_in_order(self) -> None:
        world = World({"clinic": clinic(priority={"by": "age", "85+": "0", "otherwise": "1"})})
        world.arrive(NINE, "clinic")
        young, old = world.arrive(NINE + 1, "clinic"), world.arrive(NINE + 2, "clinic", age="85+")
        world.run()
        assert [world.visit(p, "clinic").started for p in (old, young)] == [NINE + 20, NINE + 40]

    def test_a_long_wait_moves_a_patient_up_a_class(self) -> None:
        """By 09:20 the second class has waited 19 minutes, one step of 15, and so longer than the first."""
        world = World(
            {"clinic": clinic(priority={"by": "age", "85+": "0", "otherwise": "1"}, priority_ages="15 min")}
        )
        world.arrive(NINE, "clinic")
        young, old = world.arrive(NINE + 1, "clinic"), world.arrive(NINE + 10, "clinic", age="85+")
        world.run()
        assert [world.visit(p, "clinic").started for p in (young, old)] == [NINE + 20, NINE + 40]

    def test_patience(self) -> None:
        world = World({"clinic": clinic(patience="15 min")})
        world.arrive(NINE, "clinic")
        leaves, stays = world.arrive(NINE + 1, "clinic"), world.arrive(NINE + 10, "clinic")
        world.run()
        assert (world.outcome(leaves), world.visit(leaves, "clinic").left) == ("left", NINE + 16)
        assert world.outcome(stays) == "done"

    def test_a_finite_waiting_room_turns_away_only_when_it_is_full(self) -> None:
        world = World({"clinic": clinic(waiting_places=1)})
        patients = [world.arrive(NINE + i, "clinic") for i in (0, 1, 2, 21)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "done", "full", "done"]

    def test_no_waiting_places_is_a_loss_system(self) -> None:
        world = World({"clinic": clinic(waiting_places=0, staff=2)})
        patients = [world.arrive(NINE + i, "clinic") for i in (0, 1, 2, 21)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "done", "full", "done"]

    def test_the_turned_away_go_where_the_pathway_says(self) -> None:
        world = World({"clinic": clinic(waiting_places=0), "next": CLINIC}, {"clinic": {"full": "next"}})
        world.arrive(NINE, "clinic")
        second = world.arrive(NINE + 1, "clinic")
        assert [visit.service for visit in world.run().visits(second)] == ["clinic", "next"]


class TestRooms:
    def test_a_patient_waits_for_a_room_and_there_for_staff(self) -> None:
        """Two rooms, one member of staff: the second is in a room from 09:00, the third from 09:20."""
        world = World({"clinic": clinic(rooms=2, waiting_places=1)})
        patients = [world.arrive(NINE + i, "clinic") for i in range(4)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "done", "done", "full"]
        assert world.visit(patients[2], "clinic").started == NINE + 40

    def test_blocking_after_service_holds_the_room_but_not_the_staff(self) -> None:
        """A ward of one bed for an hour.

        First served 09:00-09:20 and in the bed to 10:20. The second, served 09:20-09:40, keeps its room to
        10:20; the third uses the other room meanwhile (09:40-10:00), keeps it, and the fourth must wait for a
        room to 10:20.
        """
        ward = {"kind": "ward", "beds": 1, "stay": "1 hour"}
        world = World(
            {"clinic": clinic(rooms=2, holds_room=True, referred="100%"), "ward": ward},
            {"clinic": {"referred": "ward"}},
        )
        patients = [world.arrive(NINE + i, "clinic") for i in range(4)]
        world.run()
        visits = [world.visit(p, "clinic") for p in patients]
        assert [visit.started for visit in visits] == [NINE, NINE + 20, NINE + 40, NINE + 80]
        assert [visit.left for visit in visits] == [NINE + 20, NINE + 80, NINE + 140, NINE + 200]
        assert world["clinic"].rooms.busy == 0

    def test_without_it_the_room_is_free_at_the_end_of_service(self) -> None:
        ward = {"kind": "ward", "beds": 1, "stay": "1 hour"}
        world = World(
            {"clinic": clinic(rooms=1, referred="100%"), "ward": ward}, {"clinic": {"referred": "ward"}}
        )
        patients = [world.arrive(NINE + i, "clinic") for i in range(3)]
        world.run()
        assert [world.visit(p, "clinic").started for p in patients] == [NINE, NINE + 20, NINE + 40]

    def test_the_longest_blocked_of_the_highest_priority_goes_first(self) -> None:
        """Two clinics feed one bed: who asked first gets it first."""
        ward = {"kind": "ward", "beds": 1, "stay": "1 hour"}
        feeder = clinic(rooms=1, holds_room=True, referred="100%")
        world = World(
            {"a": feeder, "b": feeder, "ward": ward}, {"a": {"referred": "ward"}, "b": {"referred": "ward"}}
        )
        world.arrive(NINE, "a")
        later, sooner = world.arrive(NINE + 30, "b"), world.arrive(NINE + 25, "a")
        world.run()
        assert world.visit(sooner, "ward").accepted == NINE + 80
        assert world.visit(later, "ward").accepted == NINE + 140

    def test_holding_rooms_needs_rooms(self) -> None:
        with pytest.raises(ValueError, match="holds_room has no effect while rooms are unlimited"):
            spec_of(clinic(holds_room=True))


class TestHours:
    HOURS: ClassVar[dict[str, Any]] = {"hours": "08:00-18:00", "staff": "08:00-18:00=1"}

    def test_who_comes_while_it_is_shut_waits_until_it_opens(self) -> None:
        world = World({"clinic": clinic(**self.HOURS)})
        patient = world.arrive(at("06:00"), "clinic")
        visit = world.run().visit(patient, "clinic")
        assert (visit.arrived, visit.accepted, visit.started) == (at("06:00"), at("08:00"), at("08:00"))

    def test_or_is_turned_away(self) -> None:
        world = World({"clinic": clinic(**self.HOURS, when_shut="turn_away")})
        patient = world.arrive(at("06:00"), "clinic")
        assert world.run().outcome(patient) == "shut"

    def test_who_waits_for_opening_keeps_what_is_held(self) -> None:
        """Mental-health liaison at night: the room in the first clinic is held until 08:00."""
        world = World(
            {"front": clinic(rooms=1, holds_room=True, referred="100%"), "liaison": clinic(**self.HOURS)},
            {"front": {"referred": "liaison"}},
        )
        first, second = world.arrive(at("03:00"), "front"), world.arrive(at("03:01"), "front")
        world.run()
        assert world.visit(first, "front").left == at("08:00")
        assert world.visit(second, "front").started == at("08:00")

    def test_those_inside_at_closing_are_finished(self) -> None:
        world = World({"clinic": clinic(**self.HOURS)})
        patients = [world.arrive(at("17:50"), "clinic") for _ in range(3)]
        world.run()
        assert [world.visit(p, "clinic").left for p in patients] == [at("18:10"), at("18:30"), at("18:50")]

    def test_a_clinic_that_never_opens_turns_everybody_away(self) -> None:
        world = World({"clinic": clinic(hours="never")})
        patient = world.arrive(NINE, "clinic")
        assert world.run().outcome(patient) == "shut"


class TestBooked:
    HOT: ClassVar[dict[str, Any]] = {
        "hours": {"weekday": "08:00-18:00"},
        "staff": "08:00-18:00=1",
        "booked": True,
    }

    def test_patients_come_on_the_next_day_of_opening(self) -> None:
        world = World({"clinic": clinic(**self.HOT)})
        patient = world.arrive(NINE, "clinic")
        visit = world.run().visit(patient, "clinic")
        assert (visit.arrived, visit.started) == (at("08:00", day=1), at("08:00", day=1))

    def test_at_evenly_spaced_slots(self) -> None:
        world = World({"clinic": clinic(**self.HOT, slots_per_hour=3)})
        patients = [world.arrive(NINE, "clinic") for _ in range(4)]
        world.run()
        assert [world.visit(p, "clinic").arrived for p in patients] == [
            at(clock, day=1) for clock in ("08:00", "08:20", "08:40", "09:00")
        ]

    def test_a_referral_at_night_is_seen_in_the_morning_and_on_friday_on_monday(self) -> None:
        world = World({"clinic": clinic(**self.HOT)})
        night, friday = world.arrive(at("02:00"), "clinic"), world.arrive(at("11:00", day=4), "clinic")
        world.run()
        assert world.visit(night, "clinic").arrived == at("08:00")
        assert world.visit(friday, "clinic").arrived == at("08:00", day=7)

    def test_the_place_held_before_is_given_up_at_booking(self) -> None:
        world = World(
            {"front": clinic(rooms=1, holds_room=True, referred="100%"), "hot": clinic(**self.HOT)},
            {"front": {"referred": "hot"}},
        )
        first = world.arrive(NINE, "front")
        world.run()
        assert world.visit(first, "front").left == NINE + 20
        assert world.visit(first, "hot").arrived == at("08:00", day=1)

    def test_when_no_slot_is_free_in_time_patients_are_turned_away(self) -> None:
        """One slot an hour from 08:00 to 17:00 is ten a day; the eleventh would be on day 2."""
        world = World({"clinic": clinic(**self.HOT, slots_per_hour=1, book_within="36 hours")})
        patients = [world.arrive(NINE, "clinic") for _ in range(11)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done"] * 10 + ["full"]

    @pytest.mark.parametrize("setting", [{"slots_per_hour": 2}, {"book_within": "1 day"}])
    def test_slots_need_booking(self, setting: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="has no effect unless booked is true"):
            spec_of(clinic(**setting))


class TestOnward:
    def test_a_share_is_referred(self) -> None:
        world = World({"clinic": clinic(referred="100%"), "next": CLINIC}, {"clinic": {"referred": "next"}})
        patient = world.arrive(NINE, "clinic")
        world.run()
        assert [visit.outcome for visit in world.visits(patient)] == ["referred", "done"]

    def test_alternatives_are_for_those_who_would_be_referred(self) -> None:
        share = {"by": "acuity", "2": "100%", "otherwise": "0%"}
        world = World(
            {"clinic": clinic(referred=share), "other": CLINIC}, {}, {"clinic.outcome": [{"to": "other"}]}
        )
        referred, done = world.arrive(NINE, "clinic", acuity="2"), world.arrive(NINE, "clinic", acuity="3")
        world.run()
        assert [visit.service for visit in world.visits(referred)] == ["clinic", "other"]
        assert [visit.service for visit in world.visits(done)] == ["clinic"]

    def test_patients_can_come_back(self) -> None:
        """Done at 09:20, back two days later, done again; the share who come back is 100% each time."""
        back = {"share": "100%", "after": "2 days", "to": "clinic"}
        world = World({"clinic": clinic(comes_back=back)}, days=5)
        patient = world.arrive(NINE, "clinic")
        visits = world.run().visits(patient)
        assert [visit.arrived for visit in visits] == [NINE, NINE + 2900, NINE + 5800]
        assert [visit.source for visit in visits] == [None, None, None]

    def test_a_priority_is_a_class_from_0_to_3(self) -> None:
        with pytest.raises(ValueError, match="7 is not a value of priority"):
            spec_of(clinic(priority="7"))
