"""The urgent treatment centre, minute by minute: the door, the waiting room, rooms, staff, slots and closing.

Open 08:00 to 20:00 with one clinician; treatment takes 20 minutes. Minutes are counted from a Monday's 09:00.
"""

from typing import Any

import pytest

from flowsim.services.urgent_treatment_centre import UrgentTreatmentCentreSpec
from support import World, at

UTC: dict[str, Any] = {
    "kind": "urgent_treatment_centre",
    "hours": "08:00-20:00",
    "clinicians": "08:00-20:00=1",
    "treatment": "20 min",
}
NINE = at("09:00")
TESTED = {"investigated": "100%", "investigations": "30 min", "second_look": "5 min"}


def utc(**changes: Any) -> dict[str, Any]:
    return {**UTC, **changes}


def clock(world: World, patient: int, *names: str) -> list[float | None]:
    visit = world.visit(patient, "utc")
    times = [getattr(visit, name) for name in names]
    return [None if time is None else time - NINE for time in times]


def started(world: World, *patients: int) -> list[float | None]:
    return [clock(world, patient, "started")[0] for patient in patients]


class TestTheDoor:
    @pytest.mark.parametrize(
        ("time", "outcome"),
        [("07:59", "shut"), ("08:00", "home"), ("19:29", "home"), ("19:30", "shut"), ("20:00", "shut")],
    )
    def test_from_opening_to_the_last_arrival(self, time: str, outcome: str) -> None:
        world = World({"utc": utc(last_arrival="30 min")})
        patient = world.arrive(at(time), "utc")
        world.run()
        assert world.outcome(patient) == outcome
        assert world.visit(patient, "utc").accepted == (None if outcome == "shut" else at(time))

    def test_a_span_no_longer_than_the_last_arrival_lets_nobody_in(self) -> None:
        """From 10:00 to 10:20 and from 12:00 to 18:00, last arrival half an hour before closing."""
        world = World({"utc": utc(hours="10:00-10:20, 12:00-18:00", last_arrival="30 min")})
        short, first, last, late = (world.arrive(at(t), "utc") for t in ("10:05", "12:00", "17:29", "17:30"))
        world.run()
        assert [world.outcome(p) for p in (short, first, last, late)] == ["shut", "home", "home", "shut"]

    def test_a_centre_that_never_shuts_has_no_last_arrival(self) -> None:
        world = World({"utc": utc(hours="always", clinicians=1, last_arrival="30 min")})
        patient = world.arrive(at("23:45"), "utc")
        assert world.run().outcome(patient) == "home"

    def test_who_comes_when_it_is_shut_is_not_told_that_it_is_full(self) -> None:
        world = World({"utc": utc(waiting_places=0)})
        world.arrive(at("19:55"), "utc")
        late = world.arrive(at("20:01"), "utc")
        assert world.run().outcome(late) == "shut"

    def test_hours_may_become_unlimited_on_a_date(self) -> None:
        """Open all hours from Tuesday on, staffed too."""
        world = World({"utc": UTC})
        world.change(at("00:00", 1), "utc", hours="always", clinicians=1)
        monday, tuesday = world.arrive(at("22:00"), "utc"), world.arrive(at("22:00", 1), "utc")
        world.run()
        assert [world.outcome(p) for p in (monday, tuesday)] == ["shut", "home"]


class TestTheWaitingRoom:
    def test_full_means_no_place_and_nobody_free(self) -> None:
        """One place. In treatment 0 to 20; waits from 1; sent on at 2; at 20 the place is free again."""
        world = World({"utc": utc(waiting_places=1)})
        patients = [world.arrive(NINE + minute, "utc") for minute in (0, 1, 2, 21)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "home", "full", "home"]
        assert started(world, *patients) == [0, 20, None, 40]

    def test_initial_assessment_takes_place_in_the_waiting_room(self) -> None:
        """One place; assessed 0 to 5 and then treated: whoever comes at 4 is sent on, at 5.1 not."""
        world = World({"utc": utc(waiting_places=1, assessment="5 min", assessors=1)})
        patients = [world.arrive(NINE + minute, "utc") for minute in (0, 4, 5.1)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "full", "home"]

    def test_those_who_wait_to_be_assessed_have_a_place_too(self) -> None:
        """Two places: one is assessed, one waits for that; the third is sent on."""
        world = World({"utc": utc(waiting_places=2, assessment="5 min", assessors=1)})
        patients = [world.arrive(NINE + minute, "utc") for minute in (0, 1, 2)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "home", "full"]

    def test_the_assessed_who_wait_for_the_clinician_have_one(self) -> None:
        """Two places: A is treated 5 to 25, B waits from 10, C is assessed from 11: D is sent on at 12."""
        world = World({"utc": utc(waiting_places=2, assessment="5 min", assessors=1)})
        patients = [world.arrive(NINE + minute, "utc") for minute in (0, 5, 11, 12)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "home", "home", "full"]

    def test_who_runs_out_of_patience_for_the_assessor_gives_up_the_place(self) -> None:
        """One assessor busy 0 to 30; B's patience is over at 11, so C, who comes at 12, has the place."""
        settings = utc(waiting_places=2, assessment="30 min", assessors=1, patience="10 min")
        world = World({"utc": settings})
        patients = [world.arrive(NINE + minute, "utc") for minute in (0, 1, 12, 13)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "left", "left", "full"]
        assert clock(world, patients[1], "assessed", "started", "left") == [None, None, 11]

    def test_patience_is_one_for_assessment_room_and_clinician(self) -> None:
        """Waits 5 for the assessor (to 5), none while assessed to 10, then for the clinician from 10.

        It is busy from 5 to 25. Patience of 19 minutes: 14 are left at 10, over at 24. Of 21: seen at 25.
        """
        for minutes, outcome in ((19, "left"), (21, "home")):
            patience = {"by": "age", "85+": f"{minutes} min", "otherwise": "9 h"}
            world = World({"utc": utc(assessment="5 min", assessors=1, patience=patience)})
            world.arrive(NINE, "utc")
            patient = world.arrive(NINE, "utc", age="85+")
            world.run()
            assert world.outcome(patient) == outcome
            assert clock(world, patient, "left") == [24 if outcome == "left" else 45]

    def test_patience_for_a_room_is_off_that_for_the_clinician(self) -> None:
        """One room; the clinician is away 09:20 to 10:00. In the room from 20, and gone at 31."""
        world = World(
            {
                "utc": utc(
                    rooms=1,
                    clinicians="08:00-09:20=1, 10:00-20:00=1",
                    patience={"by": "age", "85+": "30 min", "otherwise": "9 h"},
                )
            }
        )
        world.arrive(NINE, "utc")
        patient, next_one = world.arrive(NINE + 1, "utc", age="85+"), world.arrive(NINE + 2, "utc")
        world.run()
        assert clock(world, patient, "started", "left") == [None, 31]
        assert clock(world, next_one, "started") == [60]
        assert world["utc"].rooms.busy == 0

    @pytest.mark.parametrize(
        ("settings", "bounded"), [({}, False), ({"waiting_places": 9}, True), ({"patience": "1 h"}, True)]
    )
    def test_a_queue_is_bounded_by_places_or_by_patience(
        self, settings: dict[str, Any], bounded: bool
    ) -> None:
        spec = UrgentTreatmentCentreSpec.model_validate(utc(**settings))
        assert spec.refuses("clinicians") == bounded


class TestCare:
    def test_the_clinician_is_free_while_results_are_awaited_and_the_room_is_not(self) -> None:
        """Two rooms: A 0 to 20, results at 50; B 20 to 40, results at 70; C has a room from 55.

        C is with the clinician 55 to 75, so that B's second look begins at 75; C's results are there at 105.
        """
        world = World({"utc": utc(rooms=2, **TESTED)})
        patients = [world.arrive(NINE + minute, "utc") for minute in (0, 1, 2)]
        world.run()
        assert [clock(world, p, "started", "finished", "left") for p in patients] == [
            [0, 55, 55],
            [20, 80, 80],
            [55, 110, 110],
        ]

    def test_a_second_look_goes_before_everybody_but_the_most_urgent_and_assessments(self) -> None:
        """One clinician does all. A: 0 to 20, results at 30. B: 20 to 40 (no tests).

        At 40 there wait: A's second look since 30, an acuity 3 and an acuity 2. The order is 2, A, 3.
        """
        tests = {"by": "age", "85+": "100%", "otherwise": "0%"}
        settings = utc(investigated=tests, investigations="10 min", second_look="5 min")
        world = World({"utc": settings})
        a = world.arrive(NINE, "utc", age="85+")
        b, three = world.arrive(NINE + 1, "utc"), world.arrive(NINE + 2, "utc")
        two = world.arrive(NINE + 35, "utc", acuity="2")
        world.run()
        assert started(world, a, b, two, three) == [0, 20, 40, 65]
        assert clock(world, a, "finished") == [65]

    def test_an_assessment_goes_before_everything_when_clinicians_assess(self) -> None:
        """A is assessed 0 to 5 and B, of acuity 2, 5 to 10, before A's treatment 10 to 30.

        At 30 B's treatment has been waited for since 10, but C's assessment goes first, to 35.
        """
        world = World({"utc": utc(assessment="5 min")})
        a, b = world.arrive(NINE, "utc"), world.arrive(NINE + 1, "utc", acuity="2")
        c = world.arrive(NINE + 15, "utc")
        world.run()
        assert [clock(world, p, "assessed", "started") for p in (a, b, c)] == [[5, 10], [10, 35], [35, 55]]

    def test_tests_without_a_second_look_end_with_the_results(self) -> None:
        """The clinician is not asked again, though busy with others."""
        world = World({"utc": utc(investigated="100%", investigations="10 min")})
        first, second = world.arrive(NINE, "utc"), world.arrive(NINE + 1, "utc")
        world.run()
        assert [clock(world, p, "finished") for p in (first, second)] == [[30], [50]]

    def test_rooms_go_by_acuity(self) -> None:
        world = World({"utc": utc(rooms=1, clinicians=9)})
        world.arrive(NINE, "utc")
        minor, urgent = world.arrive(NINE + 1, "utc", acuity="5"), world.arrive(NINE + 2, "utc", acuity="1")
        world.run()
        assert started(world, urgent, minor) == [20, 40]

    def test_more_rooms_from_a_minute_on(self) -> None:
        world = World({"utc": utc(rooms=1, clinicians=9)})
        world.change(NINE + 5, "utc", rooms=2, clinicians=9)
        patients = [world.arrive(NINE, "utc") for _ in range(3)]
        world.run()
        assert started(world, *patients) == [0, 5, 20]

    def test_more_assessors_from_a_minute_on(self) -> None:
        world = World({"utc": utc(assessment="10 min", assessors=1, clinicians=9)})
        world.change(NINE + 5, "utc", assessment="10 min", assessors=2, clinicians=9)
        patients = [world.arrive(NINE, "utc") for _ in range(3)]
        world.run()
        assert [clock(world, p, "assessed")[0] for p in patients] == [10, 15, 20]

    def test_streaming_is_after_the_assessment_and_before_the_room(self) -> None:
        """Assessed at 5 and sent on to a clinic; the only room is never asked for."""
        clinic = {"kind": "clinic", "staff": 9, "service": "5 min"}
        world = World(
            {"utc": utc(rooms=1, assessment="5 min", assessors=1), "clinic": clinic},
            {},
            {
                "utc.front_door": [
                    {"to": "clinic", "eligible": {"by": "age", "85+": "100%", "otherwise": "0%"}}
                ]
            },
        )
        young, old = world.arrive(NINE, "utc"), world.arrive(NINE, "utc", age="85+")
        world.run()
        assert clock(world, young, "started") == [5]
        assert clock(world, old, "assessed", "started", "left") == [10, None, 10]
        assert world.visit(old, "clinic").left == NINE + 15

    def test_a_transfer_keeps_the_room_and_frees_the_clinician(self) -> None:
        """The bed is taken to 10:00: the room is held from 20 to 60, and the next is seen there then."""
        world = World(
            {"utc": utc(rooms=1, transfer="100%"), "ward": {"kind": "ward", "beds": 1, "stay": "60 min"}},
            {"utc": {"transfer": "ward"}},
        )
        world.arrive(NINE, "ward")
        first, second = world.arrive(NINE, "utc"), world.arrive(NINE, "utc")
        world.run()
        assert clock(world, first, "finished", "left") == [20, 60]
        assert started(world, second) == [60]


class TestSlots:
    """NHS 111 books: two slots an hour, from opening."""

    @staticmethod
    def centre(**changes: Any) -> World:
        return World({"utc": utc(slots_per_hour=2, **changes)})

    def test_the_next_free_slot(self) -> None:
        world = self.centre()
        patients = [world.arrive(NINE + minute, "utc", route="nhs_111") for minute in (0, 1, 2, 31)]
        world.run()
        assert [clock(world, p, "arrived")[0] for p in patients] == [0, 30, 60, 90]
        assert started(world, *patients) == [0, 30, 60, 90]

    def test_a_slot_in_the_past_is_lost(self) -> None:
        """Nobody asked for 09:00; at 09:01 the next is 09:30 and then 10:00."""
        world = self.centre()
        patients = [world.arrive(NINE + 1, "utc", route="nhs_111") for _ in range(2)]
        world.run()
        assert [clock(world, p, "arrived")[0] for p in patients] == [30, 60]

    @pytest.mark.parametrize(("within", "comes"), [("28 min", 1), ("29 min", 30), ("30 min", 30)])
    def test_a_slot_that_is_too_far_ahead_makes_a_walk_in_patient(self, within: str, comes: float) -> None:
        """At 09:01 the next slot is 29 minutes ahead."""
        world = self.centre(book_within=within)
        patient = world.arrive(NINE + 1, "utc", route="nhs_111")
        world.run()
        assert clock(world, patient, "arrived") == [comes]

    def test_the_booked_come_after_the_urgent_and_before_the_others(self) -> None:
        """At 30 the clinician has been busy since 20 (to 40); at 40: acuity 2, the booked, then acuity 3.

        The booked patient would be acuity 5 as a walk-in patient.
        """
        world = self.centre()
        world.arrive(NINE + 1, "utc")  # to 21
        world.arrive(NINE + 2, "utc")  # to 41
        three = world.arrive(NINE + 3, "utc")
        booked = world.arrive(NINE + 4, "utc", route="nhs_111", acuity="5")
        two = world.arrive(NINE + 40, "utc", acuity="2")
        world.run()
        assert clock(world, booked, "arrived") == [30]
        assert started(world, two, booked, three) == [41, 61, 81]

    def test_an_urgent_patient_loses_nothing_by_booking(self) -> None:
        """Acuity 1, booked for 30, still goes before a walk-in patient of acuity 2."""
        world = self.centre()
        world.arrive(NINE + 11, "utc")  # to 31
        two = world.arrive(NINE + 12, "utc", acuity="2")
        booked = world.arrive(NINE + 13, "utc", route="nhs_111", acuity="1")
        world.run()
        assert started(world, booked, two) == [31, 51]

    def test_a_booking_counts_for_one_visit(self) -> None:
        """Comes back two hours after leaving at 20, walk-in this time: at 140, not at a slot."""
        back = {
            "share": {"by": "route", "nhs_111": "100%", "otherwise": "0%"},
            "after": "2 hours",
            "to": "again",
        }
        world = World({"utc": utc(slots_per_hour=2, comes_back=back), "again": utc()})
        patient = world.arrive(NINE, "utc", route="nhs_111")
        world.run(until=at("12:30"))
        first, second = world.visits(patient)[:2]
        assert (first.left, second.arrived, second.started) == (NINE + 20, NINE + 140, NINE + 140)

    def test_the_last_slot_is_before_the_last_arrival(self) -> None:
        """Last arrival at 19:30: the slots of the evening are 18:30, 19:00 and then tomorrow's first."""
        world = self.centre(last_arrival="30 min")
        patients = [world.arrive(at("18:30"), "utc", route="nhs_111") for _ in range(3)]
        world.run()
        assert [world.visit(p, "utc").arrived for p in patients] == [at("18:30"), at("19:00"), at("08:00", 1)]

    def test_the_booked_have_a_place_in_a_full_waiting_room(self) -> None:
        world = self.centre(waiting_places=0)
        world.arrive(NINE + 25, "utc")
        booked = world.arrive(NINE + 20, "utc", route="nhs_111")
        walk_in = world.arrive(NINE + 31, "utc")
        world.run()
        assert [world.outcome(p) for p in (booked, walk_in)] == ["home", "full"]
        assert started(world, booked) == [45]

    def test_slots_may_be_taken_away_on_a_date_and_those_booked_still_come(self) -> None:
        world = self.centre()
        world.change(NINE + 10, "utc", slots_per_hour=0)
        booked = world.arrive(NINE + 1, "utc", route="nhs_111")
        at_once = world.arrive(NINE + 11, "utc", route="nhs_111")
        world.run()
        assert [clock(world, p, "arrived") for p in (booked, at_once)] == [[30], [11]]

    def test_only_patients_on_the_telephone_are_booked(self) -> None:
        """Sent on by a clinic, a patient of NHS 111 stands at the door already."""
        clinic = {"kind": "clinic", "staff": 1, "service": "5 min", "referred": "100%"}
        world = World({"utc": utc(slots_per_hour=2), "clinic": clinic}, {"clinic": {"referred": "utc"}})
        patient = world.arrive(NINE, "clinic", route="nhs_111")
        world.run()
        assert clock(world, patient, "arrived", "started") == [5, 5]


class TestClosing:
    def test_all_who_are_inside_are_finished_and_only_then_does_the_shift_go_home(self) -> None:
        """Inside at 20:00: one in treatment, one awaiting results, one in the waiting room.

        A 19:20 to 19:40, results 20:10. B 19:45 to 20:05 and C 20:05 to 20:25, without tests. A's second look
        of 5 minutes follows at 20:25.
        """
        tests = {"by": "age", "85+": "100%", "otherwise": "0%"}
        world = World({"utc": utc(investigated=tests, investigations="30 min", second_look="5 min")})
        a = world.arrive(at("19:20"), "utc", age="85+")
        b, c = world.arrive(at("19:45"), "utc"), world.arrive(at("19:50"), "utc")
        staff: list[int] = []
        for moment in ("20:01", "20:29", "20:31"):
            world.at(at(moment), lambda: staff.append(world["utc"].clinicians.capacity))
        world.run()
        assert [world.visit(p, "utc").left for p in (a, b, c)] == [at("20:30"), at("20:05"), at("20:25")]
        assert staff == [1, 1, 0]

    def test_a_patient_who_leaves_for_want_of_patience_lets_the_shift_go_home(self) -> None:
        """The clinician is busy to 20:15; who came at 19:56 leaves at 20:06, and the shift ends at 20:15."""
        world = World({"utc": utc(patience="10 min")})
        world.arrive(at("19:55"), "utc")
        gone = world.arrive(at("19:56"), "utc")
        world.run(until=at("23:00"))
        assert world.visit(gone, "utc").left == at("20:06")
        assert world["utc"].clinicians.history[-1] == (at("20:15"), 0)

    def test_with_nobody_inside_it_goes_home_on_time(self) -> None:
        world = World({"utc": UTC})
        world.arrive(at("19:00"), "utc")
        world.run(until=at("23:00"))
        assert world["utc"].clinicians.history[-1] == (at("20:00"), 0)
