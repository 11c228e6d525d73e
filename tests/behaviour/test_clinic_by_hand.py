"""The clinic, minute by minute: every time of every patient is worked out in the docstring or beside it.

Service takes 20 minutes unless a test says otherwise; minutes are counted from ``NINE``, which is 09:00 on
Monday 2 November 2026.
"""

from typing import Any

import pytest

from support import World, at, spec_of

CLINIC: dict[str, Any] = {"kind": "clinic", "staff": 1, "service": "20 min"}
NINE = at("09:00")
OLD_FIRST = {"by": "age", "85+": "0", "otherwise": "1"}
OLD_IMPATIENT = {"by": "age", "85+": "20 min", "otherwise": "10 hours"}


def clinic(**changes: Any) -> dict[str, Any]:
    return {**CLINIC, **changes}


def started(world: World, *patients: int) -> list[float | None]:
    """Return when service began, in minutes after nine."""
    times = [world.visit(patient, "clinic").started for patient in patients]
    return [None if time is None else time - NINE for time in times]


def left(world: World, *patients: int) -> list[float | None]:
    times = [world.visit(patient, "clinic").left for patient in patients]
    return [None if time is None else time - NINE for time in times]


class TestRoomsAndStaff:
    def test_what_is_waited_for_the_room_is_off_the_patience_for_staff(self) -> None:
        """Two rooms, one member of staff. Rooms are taken from 0 to 20 and from 0 to 40 (started at 20).

        The impatient patient comes at 5, has the room at 20 after 15 minutes, and 5 minutes are left: gone at
        25, and the room with them, so whoever came at 21 has it from 25 and is served from 40.
        """
        world = World({"clinic": clinic(rooms=2, patience=OLD_IMPATIENT)})
        first, second = world.arrive(NINE, "clinic"), world.arrive(NINE, "clinic")
        impatient = world.arrive(NINE + 5, "clinic", age="85+")
        last = world.arrive(NINE + 21, "clinic")
        waiting: list[int] = []
        for minute in (24, 26):
            world.at(NINE + minute, lambda: waiting.append(world["clinic"].rooms.waiting))
        world.run()
        assert world.outcome(impatient) == "left"
        assert left(world, first, second, impatient, last) == [20, 40, 25, 60]
        assert started(world, first, second, impatient, last) == [0, 20, None, 40]
        assert waiting == [1, 0]

    def test_whoever_leaves_the_room_has_left_it_wherever_they_go_next(self) -> None:
        """In the second room from 0, gone at 10 to wait for a bed: the room is the next one's from 10."""
        world = World(
            {
                "clinic": clinic(rooms=2, patience=OLD_IMPATIENT | {"85+": "10 min"}),
                "ward": {**slow_ward(), "beds": 0},
            },
            {"clinic": {"left": "ward"}},
        )
        world.arrive(NINE, "clinic")
        world.arrive(NINE, "clinic", age="85+")
        world.arrive(NINE + 1, "clinic")
        waiting: list[int] = []
        for minute in (9, 11):
            world.at(NINE + minute, lambda: waiting.append(world["clinic"].rooms.waiting))
        world.run()
        assert waiting == [1, 0]

    def test_whoever_gives_up_in_the_waiting_room_never_had_a_room(self) -> None:
        """One room until 20. Patience of 18 minutes is over at 19 for one and at 21 for the other."""
        world = World(
            {"clinic": clinic(rooms=1, patience={"by": "age", "85+": "18 min", "otherwise": "9 h"})}
        )
        world.arrive(NINE, "clinic")
        gone, stays = world.arrive(NINE + 1, "clinic", age="85+"), world.arrive(NINE + 3, "clinic", age="85+")
        world.run()
        assert (world.outcome(gone), world.outcome(stays)) == ("left", "done")
        assert left(world, gone, stays) == [19, 40]
        assert world["clinic"].rooms.busy == 0
        assert world["clinic"].staff.busy == 0

    def test_the_class_decides_over_the_room_and_over_the_staff(self) -> None:
        """Two rooms, one member of staff. At 20 the staff turn to the one who sits in the other room.

        Then the first room is free, and the old patient takes it before the young one, who came earlier.
        """
        world = World({"clinic": clinic(rooms=2, priority=OLD_FIRST)})
        world.arrive(NINE, "clinic")
        sitting = world.arrive(NINE, "clinic")
        young, old = world.arrive(NINE + 1, "clinic"), world.arrive(NINE + 2, "clinic", age="85+")
        world.run()
        assert started(world, sitting, old, young) == [20, 40, 60]

    def test_waiting_lifts_a_patient_over_the_room_too(self) -> None:
        """One room. By 20 the young patient has waited 19 minutes, a step of 15; the old one came later."""
        world = World({"clinic": clinic(rooms=1, priority=OLD_FIRST, priority_ages="15 min")})
        world.arrive(NINE, "clinic")
        young, old = world.arrive(NINE + 1, "clinic"), world.arrive(NINE + 10, "clinic", age="85+")
        world.run()
        assert started(world, young, old) == [20, 40]

    def test_without_ageing_the_wait_for_the_room_is_by_class_alone(self) -> None:
        world = World({"clinic": clinic(rooms=1, priority=OLD_FIRST)})
        world.arrive(NINE, "clinic")
        young, old = world.arrive(NINE + 1, "clinic"), world.arrive(NINE + 10, "clinic", age="85+")
        world.run()
        assert started(world, old, young) == [20, 40]

    def test_only_those_without_a_room_count_as_waiting(self) -> None:
        """Two rooms, one member of staff, one place: the second sits in a room and takes no place."""
        world = World({"clinic": clinic(rooms=2, waiting_places=1)})
        patients = [world.arrive(NINE + minute, "clinic") for minute in (0, 1, 2, 3)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "done", "done", "full"]
        assert started(world, *patients) == [0, 20, 40, None]

    def test_a_free_room_is_taken_although_no_place_to_wait_is_left(self) -> None:
        """No waiting places and two rooms: the second is let in and waits in the room for the staff."""
        world = World({"clinic": clinic(rooms=2, waiting_places=0)})
        patients = [world.arrive(NINE + minute, "clinic") for minute in (0, 1, 2)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "done", "full"]
        assert started(world, *patients) == [0, 20, None]

    def test_a_room_that_is_held_keeps_the_next_patient_out_though_staff_are_free(self) -> None:
        """One room, two staff; the next service is busy to 60. Held 20 to 60, so the second starts at 60."""
        world = World(
            {"clinic": clinic(rooms=1, staff=2, holds_room=True, referred="100%"), "ward": slow_ward()},
            {"clinic": {"referred": "ward"}},
        )
        world.arrive(NINE, "ward")
        first, second = world.arrive(NINE, "clinic"), world.arrive(NINE + 5, "clinic")
        world.run()
        assert left(world, first) == [60]
        assert started(world, second) == [60]

    def test_a_room_is_held_by_those_who_go_home_only_while_they_are_served(self) -> None:
        world = World({"clinic": clinic(rooms=1, holds_room=True)})
        first, second = world.arrive(NINE, "clinic"), world.arrive(NINE + 5, "clinic")
        world.run()
        assert left(world, first, second) == [20, 40]
        assert world["clinic"].rooms.busy == 0


def slow_ward() -> dict[str, Any]:
    """One bed and stays of an hour."""
    return {"kind": "ward", "beds": 1, "stay": "60 min"}


class TestTheRota:
    def test_a_shift_ends_with_the_patient_in_hand(self) -> None:
        """Staff to 09:10 and from 10:00: the first is served to 09:20, the second from 10:00."""
        world = World({"clinic": clinic(staff="00:00-09:10=1, 10:00-24:00=1")})
        first, second = world.arrive(NINE, "clinic"), world.arrive(NINE + 1, "clinic")
        world.run()
        assert started(world, first, second) == [0, 60]
        assert left(world, first) == [20]

    def test_one_of_two_goes_off_duty_and_the_other_goes_on_alone(self) -> None:
        """Two to 09:10, then one. Both rooms' patients are finished at 20, and then one at a time."""
        world = World({"clinic": clinic(staff="00:00-09:10=2, 09:10-24:00=1")})
        patients = [world.arrive(NINE, "clinic") for _ in range(4)]
        world.run()
        assert started(world, *patients) == [0, 0, 20, 40]

    def test_whoever_comes_on_duty_takes_the_next_at_once(self) -> None:
        world = World({"clinic": clinic(staff="00:00-09:10=1, 09:10-24:00=3")})
        patients = [world.arrive(NINE, "clinic") for _ in range(4)]
        world.run()
        assert started(world, *patients) == [0, 10, 10, 20]

    def test_a_shift_over_midnight(self) -> None:
        """Staff from 22:00 to 06:00: a patient of 05:50 is finished at 06:10, the next waits for 22:00."""
        world = World({"clinic": clinic(staff="22:00-06:00=1")})
        night, morning = world.arrive(at("05:50", 1), "clinic"), world.arrive(at("05:51", 1), "clinic")
        world.run()
        assert world.visit(night, "clinic").left == at("06:10", 1)
        assert world.visit(morning, "clinic").started == at("22:00", 1)


class TestHours:
    @pytest.mark.parametrize(
        ("clock", "opens"),
        [("08:59", "09:00"), ("09:00", "09:00"), ("16:59", "16:59"), ("17:00", None), ("17:01", None)],
    )
    def test_the_doors_are_open_from_the_minute_of_opening_and_not_at_that_of_closing(
        self, clock: str, opens: str | None
    ) -> None:
        """From 09:00 to before 17:00; who comes at 17:00 or later waits for nine o'clock next day."""
        world = World({"clinic": clinic(hours="09:00-17:00")})
        patient = world.arrive(at(clock), "clinic")
        expected = at("09:00", 1) if opens is None else at(opens)
        visit = world.run().visit(patient, "clinic")
        assert (visit.arrived, visit.accepted, visit.started) == (at(clock), expected, expected)

    @pytest.mark.parametrize(("clock", "outcome"), [("08:59", "shut"), ("09:00", "done"), ("17:00", "shut")])
    def test_the_same_minutes_count_when_patients_are_turned_away(self, clock: str, outcome: str) -> None:
        world = World({"clinic": clinic(hours="09:00-17:00", when_shut="turn_away")})
        patient = world.arrive(at(clock), "clinic")
        visit = world.run().visit(patient, "clinic")
        assert visit.outcome == outcome
        assert visit.accepted == (None if outcome == "shut" else at(clock))
        assert visit.left == (at(clock) if outcome == "shut" else at(clock) + 20)

    def test_a_closed_clinic_keeps_its_staff_for_all_who_are_inside(self) -> None:
        """To 17:00; three come at 16:50: 17:10, 17:30 and 17:50, and then the shift goes home."""
        world = World({"clinic": clinic(hours="09:00-17:00", staff="09:00-17:00=1")})
        patients = [world.arrive(at("16:50"), "clinic") for _ in range(3)]
        world.run(until=at("20:00"))
        assert [world.visit(p, "clinic").left for p in patients] == [at("17:10"), at("17:30"), at("17:50")]
        assert world["clinic"].staff.history[-1] == (at("17:50"), 0)

    def test_a_patient_who_waits_for_opening_and_finds_no_place_is_turned_away_then(self) -> None:
        """At 09:00 the first is served, the second has the place, and the third has none."""
        world = World({"clinic": clinic(hours="09:00-17:00", waiting_places=1)})
        patients = [world.arrive(at("03:00") + i, "clinic") for i in range(3)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "done", "full"]
        assert left(world, *patients) == [20, 40, 0]
        assert world.visit(patients[2], "clinic").accepted is None

    def test_patience_does_not_run_before_opening(self) -> None:
        """Three wait from 06:00; patience of 25 minutes counts from nine, so the third leaves at 25."""
        world = World({"clinic": clinic(hours="09:00-17:00", patience="25 min")})
        patients = [world.arrive(at("06:00") + i, "clinic") for i in range(3)]
        world.run()
        assert started(world, *patients) == [0, 20, None]
        assert left(world, patients[2]) == [25]

    def test_who_is_referred_on_a_day_without_opening_waits_for_the_next(self) -> None:
        """Weekdays only: who comes on Friday evening is let in on Monday at nine."""
        world = World({"clinic": clinic(hours={"weekday": "09:00-17:00", "weekend": "never"})})
        patient = world.arrive(at("18:00", 4), "clinic")
        assert world.run().visit(patient, "clinic").accepted == at("09:00", 7)


class TestDatedSettings:
    def test_rooms_that_open_are_used_at_once(self) -> None:
        world = World({"clinic": clinic(rooms=1, staff=9)})
        world.change(NINE + 5, "clinic", rooms=2, staff=9)
        patients = [world.arrive(NINE, "clinic") for _ in range(3)]
        world.run()
        assert started(world, *patients) == [0, 5, 20]

    def test_a_clinic_that_opens_for_good_lets_everybody_in(self) -> None:
        """Shut at night until Tuesday, then never: who comes on Tuesday night does not wait."""
        world = World({"clinic": clinic(hours="09:00-17:00")})
        world.change(at("00:00", 1), "clinic", hours="always")
        monday, tuesday = world.arrive(at("22:00"), "clinic"), world.arrive(at("22:00", 1), "clinic")
        world.run()
        assert world.visit(monday, "clinic").accepted == at("09:00", 1)
        assert world.visit(tuesday, "clinic").accepted == at("22:00", 1)

    def test_a_waiting_room_without_limit_from_a_date_on_turns_nobody_away(self) -> None:
        world = World({"clinic": clinic(waiting_places=0)})
        world.at(NINE + 5, lambda: world["clinic"].reconfigure(spec_of(CLINIC)))
        patients = [world.arrive(NINE + minute, "clinic") for minute in (0, 1, 6, 7)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "full", "done", "done"]

    @pytest.mark.parametrize(
        ("settings", "bounded"), [({}, False), ({"waiting_places": 9}, True), ({"patience": "1 h"}, True)]
    )
    def test_a_queue_is_bounded_by_places_or_by_patience(
        self, settings: dict[str, Any], bounded: bool
    ) -> None:
        assert spec_of(clinic(**settings)).refuses("staff") == bounded


class TestBooking:
    def test_slots_are_given_in_order_of_asking_and_patients_come_at_theirs(self) -> None:
        """Two slots an hour from 09:00 on Tuesday for three who ask on Monday at nine, ten and eleven."""
        world = World({"clinic": clinic(hours="09:00-12:00", booked=True, slots_per_hour=2)})
        patients = [world.arrive(NINE + 60 * i, "clinic") for i in range(3)]
        world.run()
        for patient, clock in zip(patients, ("09:00", "09:30", "10:00"), strict=True):
            visit = world.visit(patient, "clinic")
            assert (visit.arrived, visit.accepted, visit.started) == (at(clock, 1),) * 3
            assert visit.left == at(clock, 1) + 20

    def test_a_full_day_goes_over_to_the_next(self) -> None:
        """One hour of three slots: the fourth is booked for Wednesday."""
        world = World({"clinic": clinic(hours="09:00-10:00", booked=True, slots_per_hour=3)})
        patients = [world.arrive(NINE + i, "clinic") for i in range(4)]
        world.run()
        assert [world.visit(p, "clinic").arrived for p in patients] == [
            at("09:00", 1),
            at("09:20", 1),
            at("09:40", 1),
            at("09:00", 2),
        ]

    @pytest.mark.parametrize(("within", "outcome"), [("1439 min", "full"), ("1440 min", "done")])
    def test_a_slot_just_as_far_ahead_as_may_be_booked_is_given(self, within: str, outcome: str) -> None:
        """Asked for at 09:00 on Monday, the slot is at 09:00 on Tuesday: 1,440 minutes ahead."""
        world = World(
            {"clinic": clinic(hours="09:00-10:00", booked=True, slots_per_hour=1, book_within=within)}
        )
        patient = world.arrive(NINE, "clinic")
        assert world.run().outcome(patient) == outcome

    def test_without_spacing_all_come_at_opening_and_queue(self) -> None:
        world = World({"clinic": clinic(hours="09:00-12:00", booked=True)})
        patients = [world.arrive(NINE + i, "clinic") for i in range(3)]
        world.run()
        assert [world.visit(p, "clinic").arrived for p in patients] == [at("09:00", 1)] * 3
        assert [world.visit(p, "clinic").started for p in patients] == [
            at("09:00", 1),
            at("09:20", 1),
            at("09:40", 1),
        ]

    def test_a_clinic_that_never_shuts_books_for_the_next_midnight(self) -> None:
        world = World({"clinic": clinic(booked=True, slots_per_hour=1)})
        patients = [world.arrive(at("09:00", 2) + i, "clinic") for i in range(2)]
        world.run()
        assert [world.visit(p, "clinic").arrived for p in patients] == [at("00:00", 3), at("01:00", 3)]

    def test_the_booked_do_not_fill_the_waiting_room(self) -> None:
        """No places to wait, and two booked for the same minute: both are let in."""
        world = World({"clinic": clinic(hours="09:00-12:00", booked=True, waiting_places=0)})
        patients = [world.arrive(NINE, "clinic") for _ in range(2)]
        world.run()
        assert [world.visit(p, "clinic").left for p in patients] == [at("09:20", 1), at("09:40", 1)]

    def test_patience_of_the_booked_counts_from_their_slot(self) -> None:
        """The first is served from 09:00, the second leaves at 09:10 after ten minutes there."""
        world = World({"clinic": clinic(hours="09:00-12:00", booked=True, patience="10 min")})
        patients = [world.arrive(NINE + i, "clinic") for i in range(2)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["done", "left"]
        assert world.visit(patients[1], "clinic").left == at("09:10", 1)

    def test_a_bed_held_until_booking_is_free_at_once_and_the_clinic_is_not_sent_back_in_time(self) -> None:
        """The ward stay ends at 10:00 on Monday, booked for Tuesday: the bed is free at 10:00."""
        world = World(
            {"ward": slow_ward(), "clinic": clinic(hours="09:00-12:00", booked=True)},
            {"ward": {"ready": "clinic"}},
        )
        first, second = world.arrive(NINE, "ward"), world.arrive(NINE, "ward")
        world.run()
        assert [world.visit(p, "ward").left for p in (first, second)] == [NINE + 60, NINE + 120]
        assert [world.visit(p, "clinic").arrived for p in (first, second)] == [at("09:00", 1)] * 2


class TestOutcome:
    def test_those_done_and_those_referred_go_where_the_pathways_say(self) -> None:
        """Referred by age; both destinations begin at 20."""
        share = {"by": "age", "85+": "100%", "otherwise": "0%"}
        world = World(
            {"clinic": clinic(staff=2, referred=share), "one": slow_ward(), "two": slow_ward()},
            {"clinic": {"referred": "one", "done": "two"}},
        )
        old, young = world.arrive(NINE, "clinic", age="85+"), world.arrive(NINE, "clinic")
        world.run()
        assert [v.service for v in world.visits(old)] == ["clinic", "one"]
        assert [v.service for v in world.visits(young)] == ["clinic", "two"]
        assert world.visit(old, "one").accepted == world.visit(young, "two").accepted == NINE + 20

    def test_the_room_goes_with_the_patient_in_hand_to_an_alternative(self) -> None:
        """Found at the outcome; the room is held until it accepts at 60, as for any other destination."""
        world = World(
            {
                "clinic": clinic(rooms=1, holds_room=True, referred="100%"),
                "bed": {"kind": "ward", "beds": 1, "stay": "10 min"},
            },
            {},
            {"clinic.outcome": [{"to": "bed"}]},
        )
        first, second = world.arrive(NINE, "clinic"), world.arrive(NINE, "clinic")
        world.run()
        assert [world.outcome(p) for p in (first, second)] == ["ready", "ready"]
        assert [v.outcome for v in world.visits(first)] == ["alternative", "ready"]
        assert left(world, first, second) == [20, 40]

    def test_somebody_who_comes_back_is_met_for_the_second_time(self) -> None:
        """Back 3 hours after leaving at 09:20, once only: those who come back leave for good."""
        back = {"share": {"by": "age", "85+": "100%", "otherwise": "0%"}, "after": "3 hours", "to": "again"}
        again = clinic(service="5 min")
        world = World({"clinic": clinic(comes_back=back), "again": again})
        old, young = world.arrive(NINE, "clinic", age="85+"), world.arrive(NINE + 1, "clinic")
        world.run()
        assert [v.service for v in world.visits(young)] == ["clinic"]
        first, second = world.visits(old)
        assert (first.left, second.arrived, second.left) == (NINE + 20, NINE + 200, NINE + 205)
        assert second.source is None  # from home

    def test_alternatives_at_the_outcome_are_not_offered_to_those_who_are_done(self) -> None:
        world = World({"clinic": CLINIC, "bed": slow_ward()}, {}, {"clinic.outcome": [{"to": "bed"}]})
        patient = world.arrive(NINE, "clinic")
        world.run()
        assert [v.outcome for v in world.visits(patient)] == ["done"]


class TestAsAnAlternative:
    """Whether a clinic has room decides if it is offered; patients of a front clinic are sent on to it."""

    @staticmethod
    def offered(minute: float, busy_from: float | None = None, **settings: Any) -> bool:
        """Say whether a patient whose front service ends at a minute of Monday goes on to the clinic."""
        front = {"kind": "clinic", "staff": 9, "service": "5 min", "referred": "100%"}
        world = World(
            {"front": front, "clinic": clinic(**settings)}, {}, {"front.outcome": [{"to": "clinic"}]}
        )
        if busy_from is not None:
            world.arrive(busy_from, "clinic")
        patient = world.arrive(minute - 5, "front")
        world.run()
        return [v.service for v in world.visits(patient)] == ["front", "clinic"]

    @pytest.mark.parametrize(("clock", "offered"), [("08:59", False), ("09:00", True), ("17:00", False)])
    def test_it_is_offered_while_it_is_open(self, clock: str, offered: bool) -> None:
        assert self.offered(at(clock), hours="09:00-17:00") == offered

    @pytest.mark.parametrize(("places", "offered"), [(0, False), (1, True)])
    def test_it_is_offered_while_there_is_a_place_to_wait(self, places: int, offered: bool) -> None:
        assert self.offered(NINE, busy_from=NINE - 10, waiting_places=places) == offered

    def test_it_is_offered_without_a_place_to_wait_if_somebody_is_free(self) -> None:
        assert self.offered(NINE, waiting_places=0)

    @pytest.mark.parametrize(("within", "offered"), [("23 h", False), ("24 h", True), (None, True)])
    def test_a_booked_clinic_is_offered_at_any_hour_while_a_slot_is_near_enough(
        self, within: str | None, offered: bool
    ) -> None:
        """At 09:00 on Monday for 09:00 on Tuesday."""
        limit = {} if within is None else {"book_within": within}
        settings = {"hours": "09:00-10:00", "booked": True, "slots_per_hour": 1, **limit}
        assert self.offered(NINE, **settings) == offered

    def test_being_offered_a_slot_does_not_use_it_up(self) -> None:
        """Two who are sent on at the same time have the first two slots, and no slot is skipped."""
        front = {"kind": "clinic", "staff": 9, "service": "5 min", "referred": "100%"}
        booked = clinic(hours="09:00-12:00", booked=True, slots_per_hour=2)
        world = World({"front": front, "clinic": booked}, {}, {"front.outcome": [{"to": "clinic"}]})
        patients = [world.arrive(NINE, "front") for _ in range(3)]
        world.run()
        assert [world.visit(p, "clinic").arrived for p in patients] == [
            at("09:00", 1),
            at("09:30", 1),
            at("10:00", 1),
        ]
