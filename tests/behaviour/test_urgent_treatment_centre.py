"""The urgent treatment centre, with hand-worked times."""

from typing import Any, ClassVar

import pytest

from support import World, at, spec_of

UTC: dict[str, Any] = {
    "kind": "urgent_treatment_centre",
    "hours": "08:00-20:00",
    "last_arrival": "30 min",
    "clinicians": "08:00-20:00=1",
    "treatment": "20 min",
}
NINE = at("09:00")


def utc(**changes: Any) -> dict[str, Any]:
    return {**UTC, **changes}


class TestWalkIn:
    def test_one_after_the_other(self) -> None:
        world = World({"utc": UTC})
        first, second = world.arrive(NINE, "utc"), world.arrive(NINE + 5, "utc")
        world.run()
        assert world.visit(first, "utc").left == NINE + 20
        assert (world.visit(second, "utc").started, world.visit(second, "utc").finished) == (
            NINE + 20,
            NINE + 40,
        )

    def test_patients_are_called_by_acuity(self) -> None:
        world = World({"utc": UTC})
        world.arrive(NINE, "utc")
        who = {acuity: world.arrive(NINE + 1 + i, "utc", acuity=acuity) for i, acuity in enumerate("54321")}
        world.run()
        order = sorted(who, key=lambda acuity: world.visit(who[acuity], "utc").started or 0.0)
        assert order == ["1", "2", "3", "4", "5"]

    def test_a_long_wait_moves_a_patient_up(self) -> None:
        """At 09:20 acuity 5 has waited 19 minutes, two steps of 9.

        Level with acuity 3, and has waited longer.
        """
        world = World({"utc": utc(priority_ages="9 min")})
        world.arrive(NINE, "utc")
        minor, other = world.arrive(NINE + 1, "utc", acuity="5"), world.arrive(NINE + 15, "utc", acuity="3")
        world.run()
        assert world.visit(minor, "utc").started == NINE + 20
        assert world.visit(other, "utc").started == NINE + 40

    def test_initial_assessment_by_its_own_staff(self) -> None:
        world = World({"utc": utc(assessment="5 min", assessors=1)})
        patient, other = world.arrive(NINE, "utc"), world.arrive(NINE, "utc")
        world.run()
        assert (world.visit(patient, "utc").assessed, world.visit(patient, "utc").started) == (
            NINE + 5,
            NINE + 5,
        )
        assert (world.visit(other, "utc").assessed, world.visit(other, "utc").started) == (
            NINE + 10,
            NINE + 25,
        )

    def test_without_assessors_the_clinicians_assess_before_they_treat(self) -> None:
        """One clinician: assesses both (to 09:10), then treats both."""
        world = World({"utc": utc(assessment="5 min")})
        patient, other = world.arrive(NINE, "utc"), world.arrive(NINE, "utc")
        world.run()
        assert [world.visit(p, "utc").assessed for p in (patient, other)] == [NINE + 5, NINE + 10]
        assert [world.visit(p, "utc").started for p in (patient, other)] == [NINE + 10, NINE + 30]

    def test_tests_bring_a_second_look_before_new_patients(self) -> None:
        """Seen 09:00 to 09:20, results 09:30. The next is seen to 09:40, then the second look to 09:45."""
        world = World({"utc": utc(investigated="100%", investigations="10 min", second_look="5 min")})
        first, second, third = (world.arrive(NINE + i, "utc") for i in range(3))
        world.run()
        assert world.visit(first, "utc").finished == NINE + 45
        assert world.visit(second, "utc").started == NINE + 20
        assert world.visit(third, "utc").started == NINE + 45

    def test_a_room_is_kept_while_results_are_awaited(self) -> None:
        """One room and two clinicians: the second is called in when the first leaves at 09:35."""
        world = World(
            {
                "utc": utc(
                    clinicians=2, rooms=1, investigated="100%", investigations="10 min", second_look="5 min"
                )
            }
        )
        world.arrive(NINE, "utc")
        second = world.arrive(NINE, "utc")
        assert world.run().visit(second, "utc").started == NINE + 35
        assert world["utc"].rooms.busy == 0


class TestHours:
    def test_after_the_last_arrival_time_patients_are_sent_on(self) -> None:
        """19:29 is in time, 19:30 is not; nor is 07:59."""
        ed = {"kind": "clinic", "staff": 1, "service": "10 min"}
        world = World({"utc": UTC, "ed": ed}, {"utc": {"shut": "ed"}})
        early, late = world.arrive(at("07:59"), "utc"), world.arrive(at("19:30"), "utc")
        opening, last = world.arrive(at("08:00"), "utc"), world.arrive(at("19:29"), "utc")
        world.run()
        for patient in (early, late):
            assert [visit.service for visit in world.visits(patient)] == ["utc", "ed"]
            assert world.visit(patient, "utc").outcome == "shut"
            assert world.visit(patient, "utc").accepted is None
        for patient in (opening, last):
            assert world.outcome(patient) == "home"

    def test_those_inside_at_closing_are_finished(self) -> None:
        """Four come at 19:20 and the rota ends at 20:00: the clinician stays until 20:40, then goes home."""
        world = World({"utc": UTC})
        patients = [world.arrive(at("19:20"), "utc") for _ in range(4)]
        world.run()
        assert [world.visit(p, "utc").left for p in patients] == [
            at("19:40"),
            at("20:00"),
            at("20:20"),
            at("20:40"),
        ]
        assert world["utc"].clinicians.history[1:5] == [
            (at("08:00"), 1),
            (at("20:40"), 0),
            (at("08:00", day=1), 1),
            (at("20:00", day=1), 0),
        ]

    def test_those_who_await_results_at_closing_are_finished(self) -> None:
        """Seen to 19:40, results at 20:40, second look to 20:45."""
        world = World({"utc": utc(investigated="100%", investigations="60 min", second_look="5 min")})
        patient = world.arrive(at("19:20"), "utc")
        assert world.run().visit(patient, "utc").left == at("20:45")

    def test_a_pause_in_the_rota_before_closing_is_a_pause(self) -> None:
        """Nobody from 12:00 to 13:00; the doors shut only at 20:00, so whoever waits waits."""
        world = World({"utc": utc(clinicians="08:00-12:00=1, 13:00-20:00=1")})
        first, second = world.arrive(at("11:50"), "utc"), world.arrive(at("11:51"), "utc")
        world.run()
        assert world.visit(first, "utc").left == at("12:10")
        assert world.visit(second, "utc").started == at("13:00")

    def test_a_closing_can_be_moved_from_a_day_on(self) -> None:
        """Open to 22:00 from day 3 on."""
        world = World({"utc": UTC})
        world.change(at("00:00", day=3), "utc", hours="08:00-22:00", clinicians="08:00-22:00=1")
        before, after = world.arrive(at("21:00", day=2), "utc"), world.arrive(at("21:00", day=3), "utc")
        world.run()
        assert [world.outcome(p) for p in (before, after)] == ["shut", "home"]


class TestWaitingRoom:
    def test_a_full_waiting_room_sends_patients_on(self) -> None:
        """One is seen, one waits in the only place, the third is sent on; at 09:20 there is a place again."""
        world = World({"utc": utc(waiting_places=1)})
        patients = [world.arrive(NINE + i, "utc") for i in (0, 1, 2, 21)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "home", "full", "home"]

    def test_nobody_is_sent_on_who_could_be_seen_at_once(self) -> None:
        world = World({"utc": utc(waiting_places=0)})
        patients = [world.arrive(NINE + i, "utc") for i in (0, 10, 21)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "full", "home"]

    def test_a_patient_in_initial_assessment_needs_a_place(self) -> None:
        world = World({"utc": utc(waiting_places=1, assessment="5 min", assessors=2)})
        patients = [world.arrive(NINE + i, "utc") for i in (0, 1, 6)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "full", "home"]

    def test_whoever_runs_out_of_patience_leaves_and_frees_the_place(self) -> None:
        world = World({"utc": utc(waiting_places=1, patience="10 min")})
        patients = [world.arrive(NINE + i, "utc") for i in (0, 1, 12)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "left", "home"]
        assert world.visit(patients[1], "utc").left == NINE + 11

    def test_patience_for_the_room_and_the_clinician_is_one_patience(self) -> None:
        """The third waits 20 minutes for a room and has 5 left for the clinician, who is busy to 09:35.

        One clinician, with the first to 09:35; the second waits in the other room until 09:25.
        """
        treatment = {"by": "acuity", "2": "35 min", "otherwise": "20 min"}
        world = World({"utc": utc(rooms=2, patience="25 min", treatment=treatment)})
        world.arrive(NINE, "utc", acuity="2")
        second, third = world.arrive(NINE, "utc"), world.arrive(NINE + 5, "utc")
        world.run()
        assert [world.visit(p, "utc").left for p in (second, third)] == [NINE + 25, NINE + 30]
        assert world["utc"].rooms.busy == 0


class TestBooking:
    def test_patients_booked_by_nhs_111_come_at_the_next_free_slot(self) -> None:
        """Four slots an hour: at 09:02 the first free ones are 09:15, 09:30, 09:45."""
        world = World({"utc": utc(slots_per_hour=4)})
        booked = [world.arrive(NINE + 2, "utc", route="nhs_111") for _ in range(3)]
        world.run()
        assert [world.visit(p, "utc").arrived for p in booked] == [NINE + 15, NINE + 30, NINE + 45]
        assert [world.visit(p, "utc").accepted for p in booked] == [NINE + 15, NINE + 30, NINE + 45]

    def test_a_slot_is_on_the_hour_when_asked_for_on_the_hour(self) -> None:
        world = World({"utc": utc(slots_per_hour=4)})
        booked = world.arrive(NINE, "utc", route="nhs_111")
        assert world.run().visit(booked, "utc").arrived == NINE

    def test_who_calls_at_night_is_booked_for_the_morning(self) -> None:
        world = World({"utc": utc(slots_per_hour=2)})
        booked = [world.arrive(at("23:00"), "utc", route="nhs_111") for _ in range(2)]
        world.run()
        assert [world.visit(p, "utc").arrived for p in booked] == [at("08:00", day=1), at("08:30", day=1)]

    def test_no_slot_is_offered_after_the_last_arrival_time(self) -> None:
        """The last slot of the day is 19:15: 19:30 is after last arrival."""
        world = World({"utc": utc(slots_per_hour=4)})
        booked = [world.arrive(at("19:10"), "utc", route="nhs_111") for _ in range(2)]
        world.run()
        assert [world.visit(p, "utc").arrived for p in booked] == [at("19:15"), at("08:00", day=1)]

    def test_the_booked_go_before_walk_in_patients_except_the_most_urgent(self) -> None:
        """Seen from 09:00: a walk-in patient. By 09:20 three more wait and the booked patient of 09:15."""
        world = World({"utc": utc(slots_per_hour=4)})
        world.arrive(NINE, "utc")
        booked = world.arrive(NINE + 1, "utc", route="nhs_111", acuity="5")
        walk_in = world.arrive(NINE + 2, "utc", acuity="3")
        urgent = world.arrive(NINE + 18, "utc", acuity="2")
        world.run()
        assert [world.visit(p, "utc").started for p in (urgent, booked, walk_in)] == [
            NINE + 20,
            NINE + 40,
            NINE + 60,
        ]

    def test_when_no_slot_is_near_the_patient_comes_as_a_walk_in_patient(self) -> None:
        """Two slots an hour, bookable an hour ahead: 09:00, 09:30 and 10:00 go; the fourth comes at once."""
        world = World({"utc": utc(slots_per_hour=2, book_within="1 hour")})
        booked = [world.arrive(NINE, "utc", route="nhs_111") for _ in range(4)]
        world.run()
        assert [world.visit(p, "utc").arrived for p in booked] == [NINE, NINE + 30, NINE + 60, NINE]

    def test_without_slots_nhs_111_patients_come_at_once(self) -> None:
        world = World({"utc": UTC})
        patient = world.arrive(NINE + 3, "utc", route="nhs_111")
        assert world.run().visit(patient, "utc").arrived == NINE + 3

    def test_an_access_service_can_book_at_night_and_the_caller_waits_at_home(self) -> None:
        access = {"kind": "access", "disposition": "primary_care"}
        world = World(
            {"calls": access, "utc": utc(slots_per_hour=4)}, {}, {"calls.navigation": [{"to": "utc"}]}
        )
        patient = world.arrive(at("03:00"), "calls", route="nhs_111")
        world.run()
        assert world.visit(patient, "calls").left == at("03:00")
        assert world.visit(patient, "utc").arrived == at("08:00")


class TestTransfer:
    ED: ClassVar[dict[str, Any]] = {"kind": "clinic", "staff": 1, "service": "10 min"}

    def test_a_share_is_transferred(self) -> None:
        world = World({"utc": utc(transfer="100%"), "ed": self.ED}, {"utc": {"transfer": "ed"}})
        patient = world.arrive(NINE, "utc")
        world.run()
        assert world.visit(patient, "utc").outcome == "transfer"
        assert world.visit(patient, "ed").arrived == NINE + 20

    def test_the_room_is_kept_until_the_other_service_accepts(self) -> None:
        """The ward's only bed is taken at 09:20, so the second patient keeps the only room."""
        ward = {"kind": "ward", "beds": 1, "stay": "3 hours"}
        world = World({"utc": utc(transfer="100%", rooms=1), "ward": ward}, {"utc": {"transfer": "ward"}})
        world.arrive(NINE, "utc")
        world.arrive(NINE + 1, "utc")
        third = world.arrive(NINE + 2, "utc")
        world.run()
        assert world.visit(third, "utc").started == NINE + 200
        assert world["utc"].rooms.busy == 0

    def test_an_alternative_is_tried_before_a_transfer_only(self) -> None:
        world = World(
            {"utc": utc(transfer={"by": "acuity", "2": "100%", "otherwise": "0%"}), "hub": self.ED},
            {},
            {"utc.outcome": [{"to": "hub"}]},
        )
        sent, home = world.arrive(NINE, "utc", acuity="2"), world.arrive(NINE, "utc", acuity="3")
        world.run()
        assert [visit.service for visit in world.visits(sent)] == ["utc", "hub"]
        assert [visit.service for visit in world.visits(home)] == ["utc"]


class TestHasRoom:
    def offered(self, minute: float, before: int = 0, **changes: Any) -> bool:
        """Say whether a door that offers the centre first sends a patient there at a minute."""
        door = {"kind": "access", "disposition": "primary_care"}
        world = World({"door": door, "utc": utc(**changes)}, {}, {"door.navigation": [{"to": "utc"}]})
        for _ in range(before):
            world.arrive(minute - 1, "utc")
        patient = world.arrive(minute, "door")
        return len(world.run().visits(patient)) == 2

    def test_only_while_it_lets_people_in_and_has_a_place(self) -> None:
        assert self.offered(NINE)
        assert not self.offered(at("19:45"))
        assert self.offered(NINE, before=2, waiting_places=2)
        assert not self.offered(NINE, before=3, waiting_places=2)


def test_assessors_need_an_assessment() -> None:
    with pytest.raises(ValueError, match="assessors have nothing to do"):
        spec_of(utc(assessors=1))
