"""The emergency department, with hand-worked times."""

from typing import Any, ClassVar

import pytest

from support import World, at

MAJORS = {
    "spaces": 2,
    "first_spell": "20 min",
    "investigated": "0%",
    "investigations": "60 min",
    "second_spell": "10 min",
}
ED: dict[str, Any] = {
    "kind": "emergency_department",
    "assessors": 2,
    "initial_assessment": "5 min",
    "offload_bays": 1,
    "handover": "10 min",
    "areas": {"majors": MAJORS},
    "area": "majors",
    "clinicians": {"main": 4},
    "specialty_review": "30 min",
    "departure": "15 min",
}
WARD = {"kind": "ward", "beds": 1, "stay": "2 days"}
NOON = at("12:00")


def ed(**changes: Any) -> dict[str, Any]:
    return {**ED, **changes}


def area(**changes: Any) -> dict[str, Any]:
    return {**MAJORS, **changes}


def hospital(**changes: Any) -> World:
    """An emergency department and a ward of one bed."""
    return World({"ed": ed(**changes), "ward": WARD}, {"ed": {"admit": "ward"}})


class TestWalkIn:
    def test_a_walk_in_patient_is_assessed_seen_and_sent_home(self) -> None:
        """12:00 door, 12:05 assessed and seen, 12:25 decision, 12:40 leaves."""
        world = World({"ed": ED})
        patient = world.arrive(NOON, "ed")
        visit = world.run().visit(patient, "ed")
        assert (visit.arrived, visit.accepted, visit.assessed) == (NOON, NOON, NOON + 5)
        assert (visit.started, visit.finished, visit.left) == (NOON + 5, NOON + 25, NOON + 40)
        assert visit.outcome == "home"

    def test_investigations_bring_a_second_spell(self) -> None:
        """Seen 12:05 to 12:25, results at 13:25, seen again to 13:35."""
        world = World({"ed": ed(areas={"majors": area(investigated="100%")})})
        patient = world.arrive(NOON, "ed")
        assert world.run().visit(patient, "ed").finished == NOON + 95

    def test_the_space_is_kept_during_investigations_and_departure(self) -> None:
        """One space: 12:05 to 13:50 (second spell to 13:35, departure 15 minutes)."""
        world = World({"ed": ed(areas={"majors": area(spaces=1, investigated="100%")})})
        world.arrive(NOON, "ed")
        second = world.arrive(NOON + 1, "ed")
        assert world.run().visit(second, "ed").started == NOON + 110

    def test_who_is_fit_to_sit_frees_the_bay_for_the_next_crew(self) -> None:
        """One bay, and the one space is taken: only a seated patient lets the next be handed over."""
        handed_over = {}
        for share in ("0%", "100%"):
            world = World({"ed": ed(fit_to_sit=share, areas={"majors": area(spaces=1)})})
            world.arrive(NOON, "ed")
            world.arrive(NOON + 1, "ed", route="ambulance")
            last = world.arrive(NOON + 2, "ed", route="ambulance")
            handed_over[share] = world.run().visit(last, "ed").accepted
        assert handed_over["100%"] < NOON + 40 <= handed_over["0%"]

    def test_spaces_go_by_acuity_and_then_by_time(self) -> None:
        """One space, free every 35 minutes: acuity 2 before the 3s, who go in order of arrival."""
        world = World({"ed": ed(areas={"majors": area(spaces=1)})})
        world.arrive(NOON, "ed")
        third = world.arrive(NOON + 1, "ed", acuity="3")
        fourth = world.arrive(NOON + 2, "ed", acuity="3")
        urgent = world.arrive(NOON + 3, "ed", acuity="2")
        world.run()
        assert [world.visit(p, "ed").started for p in (urgent, third, fourth)] == [
            NOON + 40,
            NOON + 75,
            NOON + 110,
        ]

    def test_a_long_wait_can_count_as_a_higher_acuity(self) -> None:
        """At 12:40, acuity 3 has waited 34 minutes for the space: one step of 30, and so before the new 2."""
        for ages, order in ((None, "urgent"), ("30 min", "patient")):
            changes = {} if ages is None else {"priority_ages": ages}
            world = World({"ed": ed(areas={"majors": area(spaces=1)}, **changes)})
            world.arrive(NOON, "ed")
            who = {
                "patient": world.arrive(NOON + 1, "ed", acuity="3"),
                "urgent": world.arrive(NOON + 30, "ed", acuity="2"),
            }
            world.run()
            assert world.visit(who[order], "ed").started == NOON + 40

    def test_for_clinicians_too_an_ageing_step_is_a_whole_acuity(self) -> None:
        """At 12:25, acuity 4 has waited 15 minutes (a step of 10, none of 20), acuity 3 only 8."""
        for ages, first in (("10 min", 0), ("20 min", 1)):
            world = World(
                {"ed": ed(clinicians={"main": 1}, areas={"majors": area(spaces=9)}, priority_ages=ages)}
            )
            world.arrive(NOON, "ed", acuity="1")
            waiting = [world.arrive(NOON + 5, "ed", acuity="4"), world.arrive(NOON + 12, "ed", acuity="3")]
            world.run()
            assert world.visit(waiting[first], "ed").started == NOON + 25

    def test_a_second_spell_comes_before_new_patients_of_the_same_acuity(self) -> None:
        """One clinician.

        Results of the first are back at 13:25, when the fourth has been seen (13:05 to 13:25) and the fifth
        waits: the second spell goes first, to 13:35.
        """
        world = World(
            {"ed": ed(clinicians={"main": 1}, areas={"majors": area(spaces=9, investigated="100%")})}
        )
        first = world.arrive(NOON, "ed")
        others = [world.arrive(NOON + 10 + i, "ed") for i in range(4)]
        world.run()
        assert world.visit(first, "ed").finished == NOON + 95
        assert [world.visit(p, "ed").started for p in others] == [NOON + 25, NOON + 45, NOON + 65, NOON + 95]

    def test_initial_assessment_goes_by_acuity(self) -> None:
        world = World({"ed": ed(assessors=1)})
        world.arrive(NOON, "ed")
        minor = world.arrive(NOON + 1, "ed", acuity="5")
        urgent = world.arrive(NOON + 2, "ed", acuity="1")
        world.run()
        assert world.visit(urgent, "ed").assessed == NOON + 10
        assert world.visit(minor, "ed").assessed == NOON + 15

    def test_patients_are_treated_in_the_area_of_their_group(self) -> None:
        """Minors has its own space and staff, so a full majors does not delay it."""
        world = World(
            {
                "ed": ed(
                    areas={"majors": area(spaces=1), "minors": area(spaces=1, clinicians="minors")},
                    area={"by": "acuity", "4, 5": "minors", "otherwise": "majors"},
                    clinicians={"main": 1, "minors": 1},
                )
            }
        )
        world.arrive(NOON, "ed", acuity="3")
        minor = world.arrive(NOON + 1, "ed", acuity="4")
        assert world.run().visit(minor, "ed").started == NOON + 6


class TestLeavingBeforeTreatment:
    def one_space(self, **changes: Any) -> World:
        world = World({"ed": ed(areas={"majors": area(spaces=1)}, **changes)})
        world.arrive(NOON, "ed", acuity="1")
        return world

    def test_whoever_runs_out_of_patience_leaves(self) -> None:
        """Assessed 12:06, the space is free at 12:40; patience ends 30 minutes into the wait, at 12:36."""
        world = self.one_space(patience="30 min")
        patient = world.arrive(NOON + 1, "ed")
        visit = world.run().visit(patient, "ed")
        assert (visit.outcome, visit.started, visit.left) == ("left", None, NOON + 36)

    def test_whoever_has_patience_for_the_wait_stays(self) -> None:
        """The wait is 34 minutes; treatment beyond that does not count."""
        world = self.one_space(patience="35 min")
        patient = world.arrive(NOON + 1, "ed")
        assert world.run().visit(patient, "ed").outcome == "home"

    def test_patience_counts_all_waiting_and_only_waiting(self) -> None:
        """One assessor: waits 12:01 to 12:05, is assessed to 12:10 and waits for the space.

        Of 30 minutes 26 are left, to 12:36.
        """
        world = self.one_space(patience="30 min", assessors=1)
        patient = world.arrive(NOON + 1, "ed")
        assert world.run().visit(patient, "ed").left == NOON + 36

    def test_the_wait_for_a_clinician_in_the_space_counts_and_the_space_is_given_up(self) -> None:
        """Two spaces, one clinician busy 12:05 to 12:45 (spells of 40 minutes).

        The second has a space from 12:06 and leaves it at 12:26; the third then takes it.
        """
        world = World(
            {
                "ed": ed(
                    areas={"majors": area(first_spell="40 min")}, clinicians={"main": 1}, patience="20 min"
                )
            }
        )
        world.arrive(NOON, "ed", acuity="1")
        second = world.arrive(NOON + 1, "ed")
        third = world.arrive(NOON + 19, "ed")
        world.run()
        assert world.visit(second, "ed").left == NOON + 26
        assert world.visit(third, "ed").left == NOON + 44
        assert world["ed"].areas["majors"].busy == 0

    def test_ambulance_patients_and_patients_in_treatment_stay(self) -> None:
        """Handed over in the bay by 12:11, the patient waits for the space until 12:40."""
        world = self.one_space(patience="1 min")
        patient = world.arrive(NOON + 1, "ed", route="ambulance")
        assert world.run().visit(patient, "ed").started == NOON + 40


class TestHandover:
    def test_a_patient_is_handed_over_in_a_bay_and_then_waits_for_a_space(self) -> None:
        """Bay 12:00, handover to 12:10, no separate assessment, then straight into a free space."""
        world = World({"ed": ED})
        patient = world.arrive(NOON, "ed", route="ambulance")
        visit = world.run().visit(patient, "ed")
        assert (visit.accepted, visit.assessed, visit.started) == (NOON + 10, NOON + 10, NOON + 10)

    def test_a_bay_is_held_until_a_space_is_free_and_the_next_crew_waits(self) -> None:
        """One space, busy to 12:40; one bay.

        The first by ambulance is in the bay to 12:40, so the second's handover ends at 12:50, and so on.
        """
        world = World({"ed": ed(areas={"majors": area(spaces=1)})})
        world.arrive(NOON, "ed")
        first = world.arrive(NOON + 1, "ed", route="ambulance")
        second = world.arrive(NOON + 2, "ed", route="ambulance")
        world.run()
        assert world.visit(first, "ed").accepted == NOON + 11
        assert world.visit(first, "ed").started == NOON + 40
        assert world.visit(second, "ed").accepted == NOON + 50
        assert world.visit(second, "ed").started == NOON + 75

    def test_without_bays_crews_hand_over_straight_into_a_space(self) -> None:
        """One space, busy to 12:40: handover 12:40 to 12:50, seen at once; home 35 minutes later."""
        world = World({"ed": ed(offload_bays=0, areas={"majors": area(spaces=1)})})
        world.arrive(NOON, "ed")
        patient = world.arrive(NOON + 6, "ed", route="ambulance")
        visit = world.run().visit(patient, "ed")
        assert (visit.accepted, visit.started, visit.left) == (NOON + 50, NOON + 50, NOON + 85)

    def test_bays_go_by_acuity(self) -> None:
        world = World({"ed": ED})
        world.arrive(NOON, "ed", route="ambulance")
        minor = world.arrive(NOON + 1, "ed", route="ambulance", acuity="4")
        urgent = world.arrive(NOON + 2, "ed", route="ambulance", acuity="1")
        world.run()
        assert world.visit(urgent, "ed").accepted == NOON + 20
        assert world.visit(minor, "ed").accepted == NOON + 30

    def test_a_crew_hands_over_a_patient_who_never_called_999(self) -> None:
        """NHS 111 sent the ambulance: the crew is held for the handover just the same."""
        crew = {"kind": "ambulance", "crews": 1, "travel": "10 min", "on_scene": "20 min"}
        world = World({"crews": crew, "ed": ED}, {"crews": {"convey": "ed"}})
        patient = world.arrive(NOON, "crews", route="nhs_111")
        visit = world.run().visit(patient, "ed")
        assert (visit.arrived, visit.accepted) == (NOON + 30, NOON + 40)
        assert world.visit(patient, "crews").left == NOON + 40

    def test_a_patient_transferred_without_a_crew_books_in_like_others(self) -> None:
        """Came by ambulance to the treatment centre, and from there walks over."""
        utc = {"kind": "urgent_treatment_centre", "clinicians": 1, "treatment": "20 min", "transfer": "100%"}
        world = World({"utc": utc, "ed": ED}, {"utc": {"transfer": "ed"}})
        patient = world.arrive(NOON, "utc", route="ambulance")
        visit = world.run().visit(patient, "ed")
        assert (visit.accepted, visit.assessed) == (NOON + 20, NOON + 25)


class TestBoarding:
    def test_an_admitted_patient_keeps_the_space_until_a_bed_accepts(self) -> None:
        """One bed, taken at 12:55 for two days.

        The second patient is decided on at 12:56 and boards until the bed is free; the space is held all that
        time.
        """
        world = hospital(areas={"majors": area(spaces=2)})
        world.arrive(NOON, "ed", admission="yes")
        boarder = world.arrive(NOON + 1, "ed", admission="yes")
        world.run()
        assert world.visit(boarder, "ed").finished == NOON + 56
        freed = NOON + 55 + 2 * 1440
        assert world.visit(boarder, "ed").left == freed
        assert world.visit(boarder, "ward").arrived == NOON + 56
        assert world.visit(boarder, "ward").accepted == freed

    def test_a_boarder_keeps_others_waiting(self) -> None:
        """The chain: a bed not free, so a space is held, so a bay is held, so the next crew waits."""
        world = hospital(areas={"majors": area(spaces=1)})
        world.arrive(NOON, "ed", admission="yes")
        boarder = world.arrive(NOON + 60, "ed", admission="yes")
        in_bay = world.arrive(NOON + 150, "ed", route="ambulance")
        at_door = world.arrive(NOON + 151, "ed", route="ambulance")
        world.run(until=NOON + 1440)
        assert world.visit(boarder, "ed").left is None
        assert world.visit(in_bay, "ed").accepted == NOON + 160
        assert world.visit(in_bay, "ed").started is None
        assert world.visit(at_door, "ed").accepted is None

    def test_an_alternative_at_the_decision_saves_the_bed(self) -> None:
        home = {"kind": "clinic", "staff": 1, "service": "1 day"}
        world = World(
            {"ed": ED, "ward": WARD, "home_team": home},
            {"ed": {"admit": "ward"}},
            {"ed.decision": [{"to": "home_team"}]},
        )
        patient = world.arrive(NOON, "ed", admission="yes")
        world.run()
        assert [visit.service for visit in world.visits(patient)] == ["ed", "home_team"]
        assert world.visit(patient, "ed").outcome == "alternative"

    def test_patients_sent_home_are_not_offered_alternatives_to_the_bed(self) -> None:
        home = {"kind": "clinic", "staff": 1, "service": "1 day"}
        world = World({"ed": ED, "home_team": home}, {}, {"ed.decision": [{"to": "home_team"}]})
        patient = world.arrive(NOON, "ed")
        assert [visit.service for visit in world.run().visits(patient)] == ["ed"]


class TestFrontDoor:
    UTC: ClassVar[dict[str, Any]] = {
        "kind": "urgent_treatment_centre",
        "clinicians": 1,
        "treatment": "10 min",
        "waiting_places": 0,
    }

    def test_a_patient_is_streamed_after_initial_assessment(self) -> None:
        world = World({"ed": ED, "utc": self.UTC}, {}, {"ed.front_door": [{"to": "utc"}]})
        patient = world.arrive(NOON, "ed")
        world.run()
        assert world.visit(patient, "ed").left == NOON + 5
        assert world.visit(patient, "ed").started is None
        assert world.visit(patient, "utc").started == NOON + 5

    def test_a_full_alternative_leaves_the_patient_in_the_department(self) -> None:
        world = World({"ed": ED, "utc": self.UTC}, {}, {"ed.front_door": [{"to": "utc"}]})
        world.arrive(NOON, "ed")
        second = world.arrive(NOON + 1, "ed")
        assert [visit.service for visit in world.run().visits(second)] == ["ed"]

    def test_the_next_alternative_is_tried_when_one_is_full(self) -> None:
        world = World(
            {"ed": ED, "utc": {**self.UTC, "hours": "never"}, "other": self.UTC},
            {},
            {"ed.front_door": [{"to": "utc", "when_full": "next"}, {"to": "other"}]},
        )
        patient = world.arrive(NOON, "ed")
        assert [visit.service for visit in world.run().visits(patient)] == ["ed", "other"]


class TestOverflow:
    def overflowing(self, **changes: Any) -> World:
        return World(
            {
                "ed": ed(
                    areas={"majors": area(spaces=1, overflow="minors"), "minors": area(spaces=1)},
                    area={"by": "acuity", "1, 2, 3": "majors", "otherwise": "minors"},
                    **changes,
                )
            }
        )

    def test_a_free_space_of_another_area_is_used_when_the_own_is_full(self) -> None:
        world = self.overflowing()
        world.arrive(NOON, "ed")
        second = world.arrive(NOON + 1, "ed")
        assert world.run().visit(second, "ed").started == NOON + 6

    def test_a_space_of_the_other_area_that_is_freed_during_the_wait_is_used(self) -> None:
        """Majors is busy 12:05 to 12:40, minors 12:01 to 12:36; the wait ends at 12:36."""
        world = self.overflowing()
        world.arrive(NOON, "ed", acuity="3")
        world.arrive(NOON - 4, "ed", acuity="5")
        waiting = world.arrive(NOON + 2, "ed", acuity="3")
        assert world.run().visit(waiting, "ed").started == NOON + 36

    def test_the_areas_own_patients_come_first(self) -> None:
        """Both wait for the minors space at 12:36; its own patient gets it, the other waits for majors."""
        world = self.overflowing()
        world.arrive(NOON, "ed", acuity="3")
        world.arrive(NOON - 4, "ed", acuity="5")
        major = world.arrive(NOON + 2, "ed", acuity="2")
        minor = world.arrive(NOON + 3, "ed", acuity="5")
        world.run()
        assert world.visit(minor, "ed").started == NOON + 36
        assert world.visit(major, "ed").started == NOON + 40

    def test_patience_holds_for_both_areas(self) -> None:
        world = self.overflowing(patience="20 min")
        world.arrive(NOON, "ed", acuity="3")
        world.arrive(NOON - 4, "ed", acuity="5")
        waiting = world.arrive(NOON + 2, "ed", acuity="3")
        visit = world.run().visit(waiting, "ed")
        assert (visit.outcome, visit.left) == ("left", NOON + 27)
        assert world["ed"].areas["minors"].waiting == 0


class TestEscalationSpaces:
    """One space, and a ward bed that is taken: the patient decided on at 13:55 boards."""

    def boarding(self, corridor: int) -> tuple[World, int]:
        world = hospital(areas={"majors": area(spaces=1)}, escalation_spaces=corridor)
        world.arrive(NOON, "ed", admission="yes")
        return world, world.arrive(NOON + 60, "ed", admission="yes")

    def test_a_boarder_moves_to_the_corridor_when_decided_on_while_others_wait(self) -> None:
        """The third has waited since 13:15; the decision for the second at 13:55 frees the space."""
        world, boarder = self.boarding(1)
        third = world.arrive(NOON + 70, "ed")
        world.run(until=NOON + 300)
        assert world.visit(boarder, "ed").finished == NOON + 115
        assert world.visit(third, "ed").started == NOON + 115
        assert world["ed"].corridor.busy == 1

    def test_a_boarder_moves_when_somebody_comes_to_wait_later(self) -> None:
        """Boards in the space from 13:55; the third is assessed at 14:35 and gets the space at once."""
        world, _ = self.boarding(1)
        third = world.arrive(NOON + 150, "ed")
        assert world.run(until=NOON + 300).visit(third, "ed").started == NOON + 155

    def test_nobody_moves_while_nobody_waits(self) -> None:
        world, _ = self.boarding(1)
        world.run(until=NOON + 300)
        assert world["ed"].corridor.busy == 0

    def test_without_escalation_spaces_others_wait(self) -> None:
        world, _ = self.boarding(0)
        third = world.arrive(NOON + 150, "ed")
        assert world.run(until=NOON + 300).visit(third, "ed").started is None

    def test_a_full_corridor_leaves_the_next_boarder_in_the_space(self) -> None:
        world, _ = self.boarding(1)
        world.arrive(NOON + 150, "ed", admission="yes")
        fourth = world.arrive(NOON + 250, "ed")
        world.run(until=NOON + 500)
        assert world["ed"].corridor.busy == 1
        assert world.visit(fourth, "ed").started is None

    def test_the_corridor_is_left_when_the_bed_accepts(self) -> None:
        """The bed taken at 12:55 is free two days later."""
        world, boarder = self.boarding(1)
        world.arrive(NOON + 150, "ed")
        world.run()
        assert world.visit(boarder, "ed").left == NOON + 55 + 2 * 1440
        assert world["ed"].corridor.busy == 0
        assert world["ed"].areas["majors"].busy == 0


class TestDatedChanges:
    def test_spaces_staff_and_durations_can_change_from_a_minute_on(self) -> None:
        """Two spaces become one at 13:00, and spells last 30 minutes.

        Both take effect at once for new care.
        """
        world = World({"ed": ED})
        world.change(NOON + 60, "ed", areas={"majors": area(spaces=1, first_spell="30 min")})
        before = [world.arrive(NOON, "ed"), world.arrive(NOON, "ed")]
        after = [world.arrive(NOON + 60, "ed"), world.arrive(NOON + 60, "ed")]
        world.run()
        assert [world.visit(p, "ed").finished for p in before] == [NOON + 25, NOON + 25]
        assert [world.visit(p, "ed").finished for p in after] == [NOON + 95, NOON + 140]


@pytest.mark.parametrize("acuity", ["1", "5"])
def test_the_end_of_a_shift_does_not_interrupt_care(acuity: str) -> None:
    """The only clinician goes off at 12:10, in the middle of the spell that ends at 12:25; back at 14:00."""
    world = World({"ed": ed(clinicians={"main": "00:00-12:10=1, 14:00-24:00=1"})})
    first = world.arrive(NOON, "ed", acuity=acuity)
    second = world.arrive(NOON + 5, "ed", acuity=acuity)
    world.run()
    assert world.visit(first, "ed").finished == NOON + 25
    assert world.visit(second, "ed").started == at("14:00")
