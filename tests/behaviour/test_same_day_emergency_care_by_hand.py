"""Same day emergency care, minute by minute: opening, chairs, the queue, and the unfinished at closing.

One chair and one clinician, open 08:00 to 20:00; a first spell of 20 minutes, results after 60, a second
spell of 10. A patient who comes at 10:00 and waits for nothing is finished at 11:30. Day 0 is a Monday.
"""

from typing import Any

import pytest

from support import World, at

SDEC: dict[str, Any] = {
    "kind": "same_day_emergency_care",
    "hours": "08:00-20:00",
    "chairs": 1,
    "clinicians": "08:00-20:00=1",
    "first_spell": "20 min",
    "investigations": "60 min",
    "second_spell": "10 min",
}


def sdec(**changes: Any) -> dict[str, Any]:
    return {**SDEC, **changes}


def times(world: World, patient: int, *names: str) -> list[float | None]:
    visit = world.visit(patient, "sdec")
    return [getattr(visit, name) for name in names]


class TestTheDoor:
    @pytest.mark.parametrize(
        ("clock", "taken"),
        [("07:59", False), ("08:00", True), ("19:59", True), ("20:00", False), ("23:00", False)],
    )
    def test_open_from_the_first_minute_and_shut_from_the_last(self, clock: str, taken: bool) -> None:
        world = World({"sdec": SDEC})
        patient = world.arrive(at(clock), "sdec", route="gp")
        world.run()
        assert times(world, patient, "accepted") == [at(clock) if taken else None]
        assert (world.outcome(patient) == "refused") == (not taken)

    @pytest.mark.parametrize(("clock", "taken"), [("15:59", True), ("16:00", False), ("19:00", False)])
    def test_the_last_referral_time_is_the_first_minute_of_refusal(self, clock: str, taken: bool) -> None:
        world = World({"sdec": sdec(last_referral="16:00")})
        patient = world.arrive(at(clock), "sdec")
        world.run()
        assert (world.outcome(patient) == "refused") == (not taken)

    def test_whoever_is_inside_is_cared_for_after_the_last_referral_time(self) -> None:
        """In at 15:30, first spell to 15:50, results 16:50, finished at 17:00."""
        world = World({"sdec": sdec(last_referral="16:00")})
        patient = world.arrive(at("15:30"), "sdec")
        world.run()
        assert times(world, patient, "left") == [at("17:00")]
        assert world.outcome(patient) == "home"

    def test_a_patient_in_the_queue_may_sit_down_after_the_last_referral_time(self) -> None:
        """The chair is taken 14:45 to 16:15; who has waited for it since 15:00 has it then."""
        world = World({"sdec": sdec(last_referral="16:00", queue=1)})
        world.arrive(at("14:45"), "sdec")
        patient = world.arrive(at("15:00"), "sdec", route="gp")
        world.run()
        assert times(world, patient, "accepted", "left") == [at("16:15"), at("17:45")]


class TestChairs:
    def test_the_chair_is_taken_through_results_and_observation(self) -> None:
        """10:00 to 11:30, observed to 12:00; a referral of a GP has waited for the chair since 10:05."""
        world = World({"sdec": sdec(observation="30 min", queue=1)})
        first = world.arrive(at("10:00"), "sdec")
        second = world.arrive(at("10:05"), "sdec", route="gp")
        world.run()
        assert times(world, first, "started", "finished", "left") == [at("10:00"), at("12:00"), at("12:00")]
        assert times(world, second, "accepted", "started", "left") == [at("12:00"), at("12:00"), at("14:00")]

    @pytest.mark.parametrize(
        ("route", "outcome"),
        [
            ("gp", "home"),
            ("nhs_111", "home"),
            ("care_home", "home"),
            ("community", "home"),
            ("walk_in", "refused"),
            ("ambulance", "refused"),
        ],
    )
    def test_only_those_sent_directly_may_wait_for_a_chair(self, route: str, outcome: str) -> None:
        world = World({"sdec": sdec(queue=3)})
        world.arrive(at("10:00"), "sdec")
        patient = world.arrive(at("10:05"), "sdec", route=route)
        world.run()
        assert world.outcome(patient) == outcome
        assert times(world, patient, "left") == [at("13:00") if outcome == "home" else at("10:05")]

    def test_the_queue_has_so_many_places_and_no_more(self) -> None:
        """Two places: the fourth referral is refused; when the second sits down at 11:30 a place is free."""
        world = World({"sdec": sdec(queue=2)})
        patients = [world.arrive(at("10:00") + i, "sdec", route="gp") for i in range(4)]
        later = world.arrive(at("11:31"), "sdec", route="gp")
        world.run()
        assert [world.outcome(p) for p in (*patients, later)] == ["home", "home", "home", "refused", "home"]
        assert [times(world, p, "accepted")[0] for p in (*patients[:3], later)] == [
            at("10:00"),
            at("11:30"),
            at("13:00"),
            at("14:30"),
        ]

    def test_a_free_chair_is_not_for_the_emergency_department_while_others_wait_for_it(self) -> None:
        """Two chairs are closed to one at noon and opened again at 12:30, for the one who has waited.

        A patient of the emergency department who comes at the same minute finds no chair.
        """
        world = World({"sdec": sdec(chairs=1, queue=1)})
        world.arrive(at("10:00"), "sdec")
        waiting = world.arrive(at("10:30"), "sdec", route="gp")
        at_once = world.arrive(at("11:30"), "sdec")
        world.run()
        assert times(world, waiting, "accepted") == [at("11:30")]
        assert world.outcome(at_once) == "refused"

    def test_whoever_still_waits_for_a_chair_at_closing_is_refused_at_that_minute(self) -> None:
        world = World({"sdec": sdec(queue=1, observation="3 hours")})
        world.arrive(at("17:00"), "sdec")
        waiting = world.arrive(at("17:05"), "sdec", route="gp")
        world.run()
        assert world.outcome(waiting) == "refused"
        assert times(world, waiting, "accepted", "left") == [None, at("20:00")]
        assert world["sdec"].chairs.waiting == 0

    def test_chairs_that_are_opened_go_to_whoever_waits(self) -> None:
        world = World({"sdec": sdec(queue=2, clinicians=9)})
        world.change(at("10:30"), "sdec", chairs=2, queue=2, clinicians=9)
        patients = [world.arrive(at("10:00"), "sdec", route="gp") for _ in range(3)]
        world.run()
        assert [times(world, p, "accepted")[0] for p in patients] == [at("10:00"), at("10:30"), at("11:30")]

    def test_what_was_held_before_is_given_up_with_the_chair_and_not_with_the_referral(self) -> None:
        """A clinic room is held from 10:20 until the chair is free at 11:30."""
        room = {
            "kind": "clinic",
            "staff": 1,
            "rooms": 1,
            "holds_room": True,
            "service": "10 min",
            "referred": "100%",
        }
        world = World({"room": room, "sdec": sdec(queue=1)}, {"room": {"referred": "sdec"}})
        world.arrive(at("10:00"), "sdec")
        patient, next_one = (world.arrive(at("10:10"), "room", route="gp") for _ in range(2))
        world.run()
        assert world.visit(patient, "room").left == at("11:30")
        assert world.visit(next_one, "room").started == at("11:30")


class TestClinicians:
    def test_a_second_spell_goes_before_a_first(self) -> None:
        """Two chairs and one clinician, who is with a third patient from 11:10 to 11:30.

        At 11:30 the first patient's results have been there since 11:20; the fourth came at 11:15.
        """
        world = World({"sdec": sdec(chairs=9)})
        first = world.arrive(at("10:00"), "sdec")
        world.arrive(at("11:10"), "sdec")
        last = world.arrive(at("11:15"), "sdec")
        world.run()
        assert times(world, first, "finished") == [at("11:40")]
        assert times(world, last, "started") == [at("11:40")]

    def test_a_pause_of_the_clinician_holds_everybody_up(self) -> None:
        """Nobody from 12:00 to 13:00: the first spell begun at 11:50 is finished at 12:10, its results 13:10.

        The next is seen at 13:00 and the second spell of the first follows at 13:20.
        """
        world = World({"sdec": sdec(chairs=2, clinicians="08:00-12:00=1, 13:00-20:00=1")})
        first, second = world.arrive(at("11:50"), "sdec"), world.arrive(at("11:55"), "sdec")
        world.run()
        assert times(world, first, "started", "finished") == [at("11:50"), at("13:30")]
        assert times(world, second, "started", "finished") == [at("13:00"), at("14:30")]

    def test_without_tests_there_is_one_spell(self) -> None:
        world = World({"sdec": sdec(investigated="0%", observation="15 min")})
        patient = world.arrive(at("10:00"), "sdec")
        world.run()
        assert times(world, patient, "started", "finished", "left") == [
            at("10:00"),
            at("10:35"),
            at("10:35"),
        ]


class TestClosing:
    """Everybody comes so late that 20:00 cuts something off; all are booked back or all converted."""

    @staticmethod
    def unit(book_back: Any = "100%", **changes: Any) -> World:
        services = {
            "sdec": sdec(book_back=book_back, **changes),
            "ward": {"kind": "ward", "beds": 9, "stay": "1 day"},
        }
        return World(services, {"sdec": {"admit": "ward"}})

    @pytest.mark.parametrize(
        ("comes", "finished", "why"),
        [
            ("18:20", at("19:50"), "nothing is cut off"),
            ("18:29", at("19:59"), "nothing is cut off"),
            ("18:35", at("20:05"), "the second spell begins at 19:55 and is finished by the clinician"),
            ("18:40", at("08:10", 1), "results come at 20:00, when it is shut: second spell in the morning"),
            ("19:30", at("08:10", 1), "results would come at 20:50: they are there in the morning"),
            ("19:50", at("08:10", 1), "the first spell ends at 20:10: results are there in the morning"),
        ],
    )
    def test_where_the_evening_cuts(self, comes: str, finished: float, why: str) -> None:
        world = self.unit()
        patient = world.arrive(at(comes), "sdec")
        world.run()
        assert times(world, patient, "accepted", "finished", "left") == [at(comes), finished, finished], why
        assert world.outcome(patient) == "home"
        assert len(world.visits(patient)) == 1

    @pytest.mark.parametrize(
        ("comes", "finished"),
        [("18:35", at("20:05")), ("18:40", at("20:00")), ("19:30", at("20:00")), ("19:50", at("20:10"))],
    )
    def test_the_others_are_converted_the_minute_it_shuts(self, comes: str, finished: float) -> None:
        """Whoever sits and waits at 20:00; or at the end of the spell in hand."""
        world = self.unit(book_back="0%")
        patient = world.arrive(at(comes), "sdec")
        world.run()
        assert times(world, patient, "finished", "left") == [finished, finished]
        assert [v.service for v in world.visits(patient)] == (
            ["sdec"] if comes == "18:35" else ["sdec", "ward"]
        )

    def test_observation_is_split_over_two_days_and_the_night_does_not_count(self) -> None:
        """Observed from 19:30 (18:00 + 90 minutes) for 50 minutes: 30 today and 20 from 08:00."""
        world = self.unit(observation="50 min")
        patient = world.arrive(at("18:00"), "sdec")
        world.run()
        assert times(world, patient, "finished") == [at("08:20", 1)]

    def test_observation_over_three_days(self) -> None:
        """30 minutes today, 12 hours tomorrow, 18 more minutes on the day after."""
        world = self.unit(observation="768 min")
        patient = world.arrive(at("18:00"), "sdec")
        world.run()
        assert times(world, patient, "finished") == [at("08:18", 2)]

    def test_observation_that_ends_at_closing_is_over(self) -> None:
        world = self.unit(observation="30 min")
        patient = world.arrive(at("18:00"), "sdec")
        world.run()
        assert times(world, patient, "finished") == [at("20:00")]

    def test_a_second_spell_past_closing_is_followed_by_observation_in_the_morning(self) -> None:
        """Second spell 19:55 to 20:05; 30 minutes of observation from 08:00."""
        world = self.unit(observation="30 min")
        patient = world.arrive(at("18:35"), "sdec")
        world.run()
        assert times(world, patient, "finished") == [at("08:30", 1)]

    def test_who_has_not_been_seen_by_closing_is_seen_first_thing(self) -> None:
        """The clinician is with another from 19:50 to 20:10, so this one goes home at 20:00 unseen.

        Both are back at 08:00; who went home first is seen first, all 20 minutes of the first spell, and then
        the second spell of the other.
        """
        world = self.unit(chairs=2)
        other, patient = world.arrive(at("19:50"), "sdec"), world.arrive(at("19:55"), "sdec")
        world.run()
        assert times(world, patient, "started", "finished") == [at("08:00", 1), at("09:30", 1)]
        assert times(world, other, "started", "finished") == [at("19:50"), at("08:30", 1)]

    def test_who_comes_back_in_the_morning_sits_down_before_those_who_are_new(self) -> None:
        """Two chairs in the evening, one in the morning, kept by a patient who has no bed till noon.

        At noon it goes to the one who was booked back, though the GP's patient asked at the same minute.
        """
        services = {
            "sdec": sdec(book_back={"by": "age", "85+": "0%", "otherwise": "100%"}, chairs=2, clinicians=2),
            "ward": {"kind": "ward", "beds": 1, "stay": "1 day"},
        }
        world = World(services, {"sdec": {"admit": "ward"}})
        world.change(at("22:00"), "sdec", chairs=1, queue=5)
        world.arrive(at("12:00"), "ward")
        world.arrive(at("19:30"), "sdec", age="85+")
        late = world.arrive(at("19:30"), "sdec")
        new = world.arrive(at("08:00", 1), "sdec", route="gp")
        world.run()
        assert times(world, late, "finished") == [at("12:10", 1)]
        assert times(world, new, "accepted") == [at("12:10", 1)]

    def test_more_come_back_than_there_are_chairs(self) -> None:
        """Three chairs in the evening and one in the morning: their second spells, one after another."""
        world = self.unit(chairs=3, clinicians="08:00-20:00=3")
        world.change(at("22:00"), "sdec", chairs=1, clinicians="08:00-20:00=3", book_back="100%")
        patients = [world.arrive(at("19:30"), "sdec") for _ in range(3)]
        world.run()
        assert [times(world, p, "finished")[0] for p in patients] == [
            at("08:10", 1),
            at("08:20", 1),
            at("08:30", 1),
        ]

    def test_who_is_booked_back_on_friday_comes_on_monday(self) -> None:
        world = self.unit(
            hours={"weekday": "08:00-20:00", "weekend": "never"},
            clinicians={"weekday": "08:00-20:00=1", "weekend": 0},
        )
        patient = world.arrive(at("19:30", 4), "sdec")
        world.run()
        assert times(world, patient, "finished") == [at("08:10", 7)]

    def test_the_share_booked_back_may_depend_on_the_patient(self) -> None:
        world = self.unit(book_back={"by": "age", "85+": "0%", "otherwise": "100%"}, chairs=2)
        old, young = world.arrive(at("19:00"), "sdec", age="85+"), world.arrive(at("19:20"), "sdec")
        world.run()
        assert [v.service for v in world.visits(old)] == ["sdec", "ward"]
        assert [v.service for v in world.visits(young)] == ["sdec"]

    def test_a_converted_patient_keeps_the_chair_overnight_until_there_is_a_bed(self) -> None:
        """The only bed is taken to noon, so the chair is too, and a referral at 09:00 is refused."""
        services = {"sdec": SDEC, "ward": {"kind": "ward", "beds": 1, "stay": "1 day"}}
        world = World(services, {"sdec": {"admit": "ward"}})
        world.arrive(at("12:00"), "ward")
        late = world.arrive(at("19:30"), "sdec")
        morning, noon = world.arrive(at("09:00", 1), "sdec"), world.arrive(at("12:00", 1) + 1, "sdec")
        world.run()
        assert times(world, late, "finished", "left") == [at("20:00"), at("12:00", 1)]
        assert world.outcome(morning) == "refused"
        assert world.outcome(noon) == "home"

    def test_the_unfinished_are_offered_alternatives_before_a_bed(self) -> None:
        services = {
            "sdec": SDEC,
            "ward": {"kind": "ward", "beds": 9, "stay": "1 day"},
            "vw": {"kind": "virtual_ward", "places": 1, "stay": "25 hours"},
        }
        world = World(services, {"sdec": {"admit": "ward"}}, {"sdec.outcome": [{"to": "vw"}]})
        finished, unfinished = world.arrive(at("10:00"), "sdec"), world.arrive(at("19:30"), "sdec")
        second = world.arrive(at("19:45", 1), "sdec")
        world.run()
        assert [v.service for v in world.visits(finished)] == ["sdec"]
        assert [v.service for v in world.visits(unfinished)] == ["sdec", "vw"]
        assert [v.service for v in world.visits(second)] == ["sdec", "ward"]  # the place is taken to 21:00

    def test_longer_hours_that_begin_during_the_evening_cut_nothing_off(self) -> None:
        """Open to 22:00 from 19:00 on: results at 20:50 and the second spell to 21:00."""
        world = self.unit()
        longer = {"hours": "08:00-22:00", "clinicians": "08:00-22:00=1", "book_back": "100%"}
        world.change(at("19:00"), "sdec", **longer)
        patient = world.arrive(at("19:30"), "sdec")
        world.run()
        assert times(world, patient, "finished") == [at("21:00")]

    def test_a_unit_that_is_shut_for_good_books_nobody_back(self) -> None:
        """From 19:55 on there is no opening any more: converted at 20:00, whatever the share."""
        world = self.unit()
        world.change(at("19:55"), "sdec", hours="never", book_back="100%")
        patient = world.arrive(at("19:30"), "sdec")
        world.run()
        assert times(world, patient, "finished") == [at("20:00")]
        assert [v.service for v in world.visits(patient)] == ["sdec", "ward"]


class TestConversion:
    def test_those_who_are_finished_are_converted_by_share(self) -> None:
        """By age; decided on at 11:30 either way."""
        share = {"by": "age", "85+": "100%", "otherwise": "0%"}
        services = {
            "sdec": sdec(chairs=2, clinicians=2, convert=share),
            "ward": {"kind": "ward", "beds": 9, "stay": "1 day"},
        }
        world = World(services, {"sdec": {"admit": "ward"}})
        old, young = world.arrive(at("10:00"), "sdec", age="85+"), world.arrive(at("10:00"), "sdec")
        world.run()
        assert [v.service for v in world.visits(old)] == ["sdec", "ward"]
        assert [v.service for v in world.visits(young)] == ["sdec"]
        assert times(world, old, "finished") == times(world, young, "finished") == [at("11:30")]

    def test_the_refused_fall_back_and_bring_what_they_hold(self) -> None:
        """Refused at 10:05 and at the other service at the same minute."""
        services = {"sdec": SDEC, "clinic": {"kind": "clinic", "staff": 1, "service": "5 min"}}
        world = World(services, {"sdec": {"refused": "clinic"}})
        world.arrive(at("10:00"), "sdec")
        patient = world.arrive(at("10:05"), "sdec")
        world.run()
        refused, seen = world.visits(patient)
        assert (refused.outcome, refused.accepted, refused.left) == ("refused", None, at("10:05"))
        assert (seen.source, seen.arrived, seen.left) == ("sdec", at("10:05"), at("10:10"))
