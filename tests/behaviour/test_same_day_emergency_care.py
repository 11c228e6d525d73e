"""Same day emergency care, with hand-worked times."""

from typing import Any

from support import World, at

SDEC: dict[str, Any] = {
    "kind": "same_day_emergency_care",
    "hours": "08:00-20:00",
    "chairs": 2,
    "clinicians": "08:00-20:00=2",
    "first_spell": "20 min",
    "investigations": "60 min",
    "second_spell": "10 min",
}
TEN = at("10:00")


def sdec(**changes: Any) -> dict[str, Any]:
    return {**SDEC, **changes}


class TestCare:
    def test_assessed_tested_seen_again_and_sent_home(self) -> None:
        """10:00 to 10:20, results 11:20, to 11:30."""
        world = World({"sdec": SDEC})
        patient = world.arrive(TEN, "sdec", route="gp")
        visit = world.run().visit(patient, "sdec")
        assert (visit.accepted, visit.started, visit.finished, visit.left) == (TEN, TEN, TEN + 90, TEN + 90)
        assert visit.outcome == "home"

    def test_observation_keeps_the_chair_but_no_clinician(self) -> None:
        world = World({"sdec": sdec(observation="2 hours", chairs=2, clinicians=1, investigated="0%")})
        first, second = world.arrive(TEN, "sdec"), world.arrive(TEN, "sdec")
        world.run()
        assert [world.visit(p, "sdec").left for p in (first, second)] == [TEN + 140, TEN + 160]

    def test_second_spells_come_before_new_patients(self) -> None:
        """One clinician.

        First results 11:20, when the third patient has waited since 11:10; the fourth spell is under way
        11:05 to 11:25.
        """
        world = World({"sdec": sdec(clinicians=1, chairs=9)})
        first = world.arrive(TEN, "sdec")
        busy = world.arrive(TEN + 65, "sdec")
        waiting = world.arrive(TEN + 70, "sdec")
        world.run()
        assert world.visit(busy, "sdec").started == TEN + 65
        assert world.visit(first, "sdec").finished == TEN + 95
        assert world.visit(waiting, "sdec").started == TEN + 95

    def test_a_share_is_converted_and_keeps_the_chair_until_a_bed_accepts(self) -> None:
        """One bed for three hours: the second patient decided on at 11:30 has it at 14:30."""
        ward = {"kind": "ward", "beds": 1, "stay": "3 hours"}
        world = World({"sdec": sdec(convert="100%"), "ward": ward}, {"sdec": {"admit": "ward"}})
        world.arrive(TEN, "sdec")
        second = world.arrive(TEN, "sdec")
        third = world.arrive(at("14:00"), "sdec")
        world.run()
        assert world.visit(second, "sdec").finished == TEN + 90
        assert world.visit(second, "sdec").left == TEN + 270
        assert world.visit(third, "sdec").outcome == "admit"
        assert world["sdec"].chairs.busy == 0

    def test_an_alternative_is_tried_before_converting_only(self) -> None:
        home = {"kind": "clinic", "staff": 1, "service": "1 day"}
        world = World(
            {"sdec": sdec(convert={"by": "acuity", "2": "100%", "otherwise": "0%"}), "home_team": home},
            {},
            {"sdec.outcome": [{"to": "home_team"}]},
        )
        converted, other = world.arrive(TEN, "sdec", acuity="2"), world.arrive(TEN, "sdec", acuity="3")
        world.run()
        assert [visit.service for visit in world.visits(converted)] == ["sdec", "home_team"]
        assert [visit.service for visit in world.visits(other)] == ["sdec"]


class TestRefusal:
    def test_a_full_unit_refuses_and_the_patient_falls_back(self) -> None:
        ed = {"kind": "clinic", "staff": 1, "service": "10 min"}
        world = World({"sdec": SDEC, "ed": ed}, {"sdec": {"refused": "ed"}})
        patients = [world.arrive(TEN + i, "sdec") for i in range(3)]
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "home", "done"]
        assert world.visit(patients[2], "sdec").outcome == "refused"
        assert world.visit(patients[2], "sdec").accepted is None

    def test_direct_referrals_wait_for_a_chair_if_there_is_a_place_to_wait(self) -> None:
        """Two chairs to 11:30.

        One GP referral may wait; the next is refused, and so is anybody from the ED.
        """
        world = World({"sdec": sdec(queue=1)})
        world.arrive(TEN, "sdec")
        world.arrive(TEN, "sdec")
        walk_in = world.arrive(TEN + 1, "sdec", route="walk_in")
        waits = world.arrive(TEN + 2, "sdec", route="gp")
        refused = world.arrive(TEN + 3, "sdec", route="gp")
        world.run()
        assert world.outcome(walk_in) == world.outcome(refused) == "refused"
        assert world.visit(waits, "sdec").accepted == TEN + 90

    def test_whoever_has_no_chair_by_closing_is_refused_then(self) -> None:
        world = World({"sdec": sdec(queue=1, chairs=1, observation="12 hours")})
        world.arrive(at("18:00"), "sdec")
        waits = world.arrive(at("19:00"), "sdec", route="gp")
        visit = world.run().visit(waits, "sdec")
        assert (visit.outcome, visit.left) == ("refused", at("20:00"))

    def test_after_the_last_referral_time_and_when_shut_referrals_are_refused(self) -> None:
        world = World({"sdec": sdec(last_referral="17:00")})
        patients = [
            world.arrive(at(clock), "sdec") for clock in ("07:59", "08:00", "16:59", "17:00", "20:30")
        ]
        world.run()
        assert [world.outcome(p) for p in patients] == ["refused", "home", "home", "refused", "refused"]

    def test_an_open_all_hours_unit_can_have_a_last_referral_time(self) -> None:
        world = World({"sdec": sdec(hours="always", clinicians=2, last_referral="22:00")})
        patients = [world.arrive(at(clock, day=2), "sdec") for clock in ("21:59", "22:00", "23:59")]
        patients.append(world.arrive(at("00:00", day=3), "sdec"))
        world.run()
        assert [world.outcome(p) for p in patients] == ["home", "refused", "refused", "home"]

    def test_an_alternative_is_offered_only_with_a_chair_free_now(self) -> None:
        door = {"kind": "access", "disposition": "primary_care"}
        world = World({"door": door, "sdec": SDEC}, {}, {"door.navigation": [{"to": "sdec"}]})
        patients = [world.arrive(TEN + i, "door") for i in range(3)]
        world.run()
        assert [len(world.visits(p)) for p in patients] == [2, 2, 1]


class TestClosing:
    """Open to 20:00; whoever comes at 19:30 is assessed to 19:50 and has results at 20:50."""

    LATE = at("19:30")

    def test_the_unfinished_are_converted(self) -> None:
        world = World({"sdec": SDEC})
        patient = world.arrive(self.LATE, "sdec")
        visit = world.run().visit(patient, "sdec")
        assert (visit.outcome, visit.finished) == ("admit", at("20:00"))

    def test_or_booked_back_for_the_next_opening_to_go_on_with_what_was_left(self) -> None:
        """Home at 20:00, back at 08:00: the results are there, so a second spell to 08:10."""
        world = World({"sdec": sdec(book_back="100%")})
        patient = world.arrive(self.LATE, "sdec")
        visit = world.run().visit(patient, "sdec")
        assert (visit.outcome, visit.started, visit.finished) == ("home", self.LATE, at("08:10", day=1))

    def test_the_chair_is_free_overnight(self) -> None:
        world = World({"sdec": sdec(book_back="100%", chairs=1)})
        world.arrive(self.LATE, "sdec")
        world.at(at("21:00"), lambda: seen.append(world["sdec"].chairs.busy))
        seen: list[int] = []
        world.run()
        assert seen == [0]

    def test_the_booked_back_have_the_first_chairs_in_the_morning(self) -> None:
        """One chair, taken from 08:00 to 08:10 by the patient of yesterday; today's referral waits."""
        world = World({"sdec": sdec(book_back="100%", chairs=1, queue=1)})
        world.arrive(self.LATE, "sdec")
        new = world.arrive(at("08:01", day=1), "sdec", route="gp")
        assert world.run().visit(new, "sdec").accepted == at("08:10", day=1)

    def test_a_clinician_finishes_the_patient_in_hand(self) -> None:
        """Second spell 19:55 to 20:05, past closing and past the shift: finished, and sent home."""
        world = World({"sdec": SDEC})
        patient = world.arrive(at("18:35"), "sdec")
        visit = world.run().visit(patient, "sdec")
        assert (visit.outcome, visit.finished) == ("home", at("20:05"))

    def test_whoever_has_not_been_seen_by_closing_is_unfinished_too(self) -> None:
        """One clinician, with the first patient to 20:10 (spell of 40 minutes); the other never saw one."""
        world = World({"sdec": sdec(clinicians="08:00-20:00=1", first_spell="40 min", investigated="0%")})
        first, second = world.arrive(self.LATE, "sdec"), world.arrive(self.LATE + 1, "sdec")
        world.run()
        assert world.visit(first, "sdec").outcome == "home"
        visit = world.visit(second, "sdec")
        assert (visit.outcome, visit.started, visit.finished) == ("admit", None, at("20:00"))

    def test_observation_goes_on_where_it_stopped(self) -> None:
        """Observed from 19:50 for 30 minutes: 10 today, 20 tomorrow."""
        world = World({"sdec": sdec(book_back="100%", investigated="0%", observation="30 min")})
        patient = world.arrive(self.LATE, "sdec")
        assert world.run().visit(patient, "sdec").left == at("08:20", day=1)

    def test_over_a_weekend_the_next_opening_is_monday(self) -> None:
        world = World({"sdec": sdec(hours={"weekday": "08:00-20:00"}, book_back="100%")})
        patient = world.arrive(at("19:30", day=4), "sdec")
        assert world.run().visit(patient, "sdec").left == at("08:10", day=7)

    def test_hours_extended_during_the_day_hold_for_those_inside(self) -> None:
        """At 19:00 closing moves to 22:00: results come at 20:50 and the second spell ends at 21:00."""
        world = World({"sdec": SDEC})
        world.change(at("19:00"), "sdec", hours="08:00-22:00", clinicians="08:00-22:00=2")
        patient = world.arrive(at("18:55"), "sdec", route="gp")
        late = world.arrive(self.LATE, "sdec")
        world.run()
        assert world.visit(patient, "sdec").finished == at("20:25")
        assert (world.outcome(late), world.visit(late, "sdec").finished) == ("home", at("21:00"))
