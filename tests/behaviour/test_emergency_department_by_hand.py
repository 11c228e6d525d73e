"""The emergency department, minute by minute: every time of every patient is worked out on paper.

Unless a test says otherwise initial assessment takes 5 minutes, handover 10, a clinician 20, specialty review
30 and leaving 15; there is one space. Minutes are counted from noon of a Monday.
"""

from typing import Any, ClassVar

import pytest

from support import World, at

MAJORS: dict[str, Any] = {
    "spaces": 1,
    "first_spell": "20 min",
    "investigated": "0%",
    "investigations": "60 min",
    "second_spell": "10 min",
}
ED: dict[str, Any] = {
    "kind": "emergency_department",
    "assessors": 9,
    "initial_assessment": "5 min",
    "offload_bays": 1,
    "handover": "10 min",
    "areas": {"majors": MAJORS},
    "area": "majors",
    "clinicians": {"main": 9},
    "specialty_review": "30 min",
    "departure": "15 min",
}
NOON = at("12:00")
WARD: dict[str, Any] = {"kind": "ward", "beds": 1, "stay": "4 hours"}


def ed(**changes: Any) -> dict[str, Any]:
    return {**ED, **changes}


def majors(**changes: Any) -> dict[str, Any]:
    return {"majors": {**MAJORS, **changes}}


def clock(world: World, patient: int, *names: str) -> list[float | None]:
    """Return moments of the visit to the department, in minutes after noon."""
    visit = world.visit(patient, "ed")
    times = [getattr(visit, name) for name in names]
    return [None if time is None else time - NOON for time in times]


def started(world: World, *patients: int) -> list[float | None]:
    return [clock(world, patient, "started")[0] for patient in patients]


class TestStaff:
    def test_an_assessor_who_goes_off_duty_finishes_the_patient_in_hand(self) -> None:
        """One assessor to 12:02 and from 13:00: assessed 12:05 and 13:05."""
        world = World({"ed": ed(assessors="00:00-12:02=1, 13:00-24:00=1", areas=majors(spaces=9))})
        first, second = world.arrive(NOON, "ed"), world.arrive(NOON + 1, "ed")
        world.run()
        assert clock(world, first, "assessed", "started") == [5, 5]
        assert clock(world, second, "assessed", "started") == [65, 65]

    def test_clinicians_who_go_off_duty_leave_patients_in_their_spaces_waiting(self) -> None:
        """One clinician to 12:10 and from 13:00; the second spell of the first waits for 13:00 too.

        Seen 12:05 to 12:25, results at 12:35. At 13:00 the second spell (5 minutes) goes before the first
        of the other, who has sat in a space since 12:06.
        """
        spells = majors(spaces=2, investigated="100%", investigations="10 min", second_spell="5 min")
        world = World({"ed": ed(clinicians={"main": "00:00-12:10=1, 13:00-24:00=1"}, areas=spells)})
        first, second = world.arrive(NOON, "ed"), world.arrive(NOON + 1, "ed")
        world.run()
        assert clock(world, first, "started", "finished", "left") == [5, 65, 80]
        assert clock(world, second, "started", "finished", "left") == [65, 100, 115]

    def test_each_area_has_its_own_clinicians(self) -> None:
        """Majors wait for their one doctor; minors for their one nurse; neither helps the other."""
        areas = {"majors": {**MAJORS, "spaces": 9}, "minors": {**MAJORS, "spaces": 9, "clinicians": "nurse"}}
        world = World(
            {
                "ed": ed(
                    areas=areas,
                    area={"by": "acuity", "4": "minors", "otherwise": "majors"},
                    clinicians={"main": 1, "nurse": 1},
                )
            }
        )
        serious = [world.arrive(NOON, "ed", acuity="3") for _ in range(2)]
        minor = [world.arrive(NOON, "ed", acuity="4") for _ in range(3)]
        world.run()
        assert started(world, *serious) == [5, 25]
        assert started(world, *minor) == [5, 25, 45]

    def test_a_new_patient_of_a_higher_acuity_comes_before_a_second_spell(self) -> None:
        """One clinician: acuity 3 seen 5 to 25, results at 35; another is seen 25 to 45.

        At 45 there wait the second spell of acuity 3 and a new acuity 2: the new one first, to 65.
        """
        spells = majors(spaces=9, investigated={"by": "age", "85+": "100%", "otherwise": "0%"})
        spells["majors"]["investigations"] = "10 min"
        world = World({"ed": ed(clinicians={"main": 1}, areas=spells)})
        tested = world.arrive(NOON, "ed", age="85+")
        other = world.arrive(NOON + 1, "ed")
        urgent = world.arrive(NOON + 30, "ed", acuity="2")
        world.run()
        assert started(world, tested, other, urgent) == [5, 25, 45]
        assert clock(world, tested, "finished") == [75]

    def test_review_and_leaving_take_a_space_and_no_clinician(self) -> None:
        """One clinician, many spaces: seen at 5, 25, 45, whatever becomes of those before."""
        world = World({"ed": ed(clinicians={"main": 1}, areas=majors(spaces=9))})
        admitted = world.arrive(NOON, "ed", admission="yes")
        home, last = world.arrive(NOON, "ed"), world.arrive(NOON, "ed")
        world.run()
        assert started(world, admitted, home, last) == [5, 25, 45]
        assert clock(world, admitted, "finished") == [25 + 30]
        assert clock(world, home, "finished", "left") == [45, 60]


class TestPriority:
    def test_no_wait_is_long_enough_to_come_before_immediate_need(self) -> None:
        """Acuity 5 waits from 13:00 to 18:25, any number of steps of ten minutes; acuity 1 comes at 18:00.

        One space: held by a patient decided on at noon, for whom there is no bed before 18:25.
        """
        world = World({"ed": ed(priority_ages="10 min"), "ward": WARD}, {"ed": {"admit": "ward"}})
        for _ in range(2):
            world.arrive(at("14:25") - 240, "ward")  # bed: 10:25 to 14:25 to 18:25
        boarder = world.arrive(NOON - 60, "ed", admission="yes")
        patient = world.arrive(at("13:00"), "ed", acuity="5")
        urgent = world.arrive(at("18:00"), "ed", acuity="1")
        world.run()
        assert clock(world, boarder, "left") == [at("18:25") - NOON]
        assert started(world, urgent, patient) == [at("18:25") - NOON, at("19:00") - NOON]

    def test_but_it_can_come_before_acuity_2(self) -> None:
        """Lifted from 5 to 2 by thirty minutes, it is level with the new patient and has waited longer."""
        world = World({"ed": ed(priority_ages="10 min")})
        world.arrive(NOON, "ed")  # in the space from 5 to 40
        patient, urgent = world.arrive(NOON + 1, "ed", acuity="5"), world.arrive(NOON + 30, "ed", acuity="2")
        world.run()
        assert started(world, patient, urgent) == [40, 75]

    def test_one_step_less_is_not_enough(self) -> None:
        """With steps of 12 minutes the 34 waited since assessment are two: level with 3, behind 2."""
        world = World({"ed": ed(priority_ages="12 min")})
        world.arrive(NOON, "ed")
        patient, urgent = world.arrive(NOON + 1, "ed", acuity="5"), world.arrive(NOON + 30, "ed", acuity="2")
        world.run()
        assert started(world, urgent, patient) == [40, 75]

    @pytest.mark.parametrize(("ages", "order"), [({"priority_ages": "15 min"}, [40, 60]), ({}, [60, 40])])
    def test_waiting_at_the_door_counts_for_the_bay(self, ages: dict[str, Any], order: list[float]) -> None:
        """One bay, handover of 20 minutes, and all are fit to sit: the bay is free at 20 and at 40.

        At 20 acuity 3 has waited 19 minutes, a step of 15, so is level with acuity 2 and was there first.
        """
        world = World({"ed": ed(fit_to_sit="100%", handover="20 min", **ages)})
        world.arrive(NOON, "ed", route="ambulance")
        third = world.arrive(NOON + 1, "ed", route="ambulance", acuity="3")
        second = world.arrive(NOON + 5, "ed", route="ambulance", acuity="2")
        world.run()
        assert [clock(world, p, "accepted")[0] for p in (third, second)] == order

    def test_at_the_door_too_immediate_need_comes_first(self) -> None:
        """Bay free at 20 and 40; acuity 4 has waited 19 minutes, many steps of one, and acuity 1 only one."""
        world = World({"ed": ed(fit_to_sit="100%", handover="20 min", priority_ages="1 min")})
        world.arrive(NOON, "ed", route="ambulance")
        fourth = world.arrive(NOON + 1, "ed", route="ambulance", acuity="4")
        first = world.arrive(NOON + 19, "ed", route="ambulance", acuity="1")
        world.run()
        assert [clock(world, p, "accepted")[0] for p in (first, fourth)] == [40, 60]

    def test_but_a_long_wait_at_the_door_comes_before_acuity_2(self) -> None:
        world = World({"ed": ed(fit_to_sit="100%", handover="20 min", priority_ages="1 min")})
        world.arrive(NOON, "ed", route="ambulance")
        fourth = world.arrive(NOON + 1, "ed", route="ambulance", acuity="4")
        second = world.arrive(NOON + 19, "ed", route="ambulance", acuity="2")
        world.run()
        assert [clock(world, p, "accepted")[0] for p in (fourth, second)] == [40, 60]

    @pytest.mark.parametrize(("acuity", "order"), [("1", [45, 25]), ("2", [25, 45])])
    def test_for_clinicians_as_for_spaces(self, acuity: str, order: list[float]) -> None:
        """One clinician, busy 5 to 25; acuity 5 in a space since 6, with steps of one minute."""
        world = World({"ed": ed(clinicians={"main": 1}, areas=majors(spaces=9), priority_ages="1 min")})
        world.arrive(NOON, "ed")
        fifth = world.arrive(NOON + 1, "ed", acuity="5")
        other = world.arrive(NOON + 18, "ed", acuity=acuity)
        world.run()
        assert started(world, fifth, other) == order

    def test_a_long_wait_is_level_even_with_second_spells_of_acuity_2(self) -> None:
        """Acuity 2 seen 5 to 25, results 35; the clinician is with another from 25 to 45.

        At 45 acuity 5 has waited since 7, and the second spell (10 minutes) since 35: acuity 5 first.
        """
        spells = majors(spaces=9, investigated={"by": "age", "85+": "100%", "otherwise": "0%"})
        spells["majors"]["investigations"] = "10 min"
        world = World({"ed": ed(clinicians={"main": 1}, areas=spells, priority_ages="1 min")})
        two = world.arrive(NOON, "ed", acuity="2", age="85+")
        other = world.arrive(NOON + 1, "ed", acuity="2")
        fifth = world.arrive(NOON + 2, "ed", acuity="5")
        world.run()
        assert started(world, two, other, fifth) == [5, 25, 45]
        assert clock(world, two, "finished") == [75]


class TestDatedSettings:
    def test_assessors_and_clinicians_who_are_called_in(self) -> None:
        """One of each; a second assessor from 12:02, a second clinician from 12:10."""
        spaces = majors(spaces=9)
        world = World({"ed": ed(assessors=1, clinicians={"main": 1}, areas=spaces)})
        world.change(NOON + 2, "ed", assessors=2, clinicians={"main": 1}, areas=spaces)
        world.change(NOON + 10, "ed", assessors=2, clinicians={"main": 2}, areas=spaces)
        patients = [world.arrive(NOON, "ed") for _ in range(3)]
        world.run()
        assert [clock(world, p, "assessed", "started") for p in patients] == [[5, 5], [7, 10], [10, 25]]


class TestAmbulance:
    def test_a_bay_a_space_and_a_clinician(self) -> None:
        """Door 0, handed over 10, which is the initial assessment too; space and clinician at 10."""
        world = World({"ed": ED})
        patient = world.arrive(NOON, "ed", route="ambulance")
        world.run()
        moments = clock(world, patient, "arrived", "accepted", "assessed", "started", "finished", "left")
        assert moments == [0, 10, 10, 10, 30, 45]

    def test_the_bay_is_free_when_the_space_is_there(self) -> None:
        """The space is taken to 40. The first of two crews' patients has the bay to then."""
        world = World({"ed": ED})
        world.arrive(NOON, "ed")
        first, second = (world.arrive(NOON + i, "ed", route="ambulance") for i in (1, 2))
        world.run()
        assert clock(world, first, "accepted", "started", "left") == [11, 40, 75]
        assert clock(world, second, "accepted", "started", "left") == [50, 75, 110]

    def test_who_is_fit_to_sit_waits_in_the_waiting_room_for_a_space_by_acuity(self) -> None:
        """Handed over at 11 and 21; at 40 the space goes to acuity 2, who sat down later."""
        world = World({"ed": ed(fit_to_sit="100%")})
        world.arrive(NOON, "ed")
        first = world.arrive(NOON + 1, "ed", route="ambulance")
        second = world.arrive(NOON + 2, "ed", route="ambulance", acuity="2")
        world.run()
        assert clock(world, first, "accepted", "started") == [11, 75]
        assert clock(world, second, "accepted", "started") == [21, 40]

    def test_without_bays_nobody_sits(self) -> None:
        """The space is the place of handover, and it is kept: 0 to 10 handed over, seen to 30, gone at 45."""
        world = World({"ed": ed(offload_bays=0, fit_to_sit="100%")})
        first, second = (world.arrive(NOON, "ed", route="ambulance") for _ in range(2))
        world.run()
        assert clock(world, first, "accepted", "started", "left") == [10, 10, 45]
        assert clock(world, second, "accepted", "started", "left") == [55, 55, 90]

    def test_nobody_who_came_by_ambulance_asks_an_assessor(self) -> None:
        """There is none before 15:00; walk-in patients wait for them, ambulance patients do not."""
        world = World({"ed": ed(assessors="15:00-24:00=1", areas=majors(spaces=2))})
        ambulance, walk_in = world.arrive(NOON, "ed", route="ambulance"), world.arrive(NOON, "ed")
        world.run()
        assert clock(world, ambulance, "assessed") == [10]
        assert clock(world, walk_in, "assessed") == [185]

    def test_bays_that_open_hand_over_at_once(self) -> None:
        """A second bay from 12:05 on: the second crew hands over 5 to 15."""
        world = World({"ed": ed(areas=majors(spaces=9))})
        world.change(NOON + 5, "ed", offload_bays=2, areas=majors(spaces=9))
        first, second = (world.arrive(NOON, "ed", route="ambulance") for _ in range(2))
        world.run()
        assert [clock(world, p, "accepted") for p in (first, second)] == [[10], [15]]


class TestSpaces:
    def test_the_space_is_given_up_by_whoever_leaves_for_want_of_a_clinician(self) -> None:
        """No clinician before 14:00. Patience 30: spaces from 5, gone at 30 (five minutes were assessment).

        Patience counts waiting: none before the space, so 5 + 30 = 35.
        """
        patience = {"by": "age", "85+": "30 min", "otherwise": "9 hours"}
        world = World({"ed": ed(clinicians={"main": "14:00-24:00=1"}, patience=patience)})
        gone, next_one = world.arrive(NOON, "ed", age="85+"), world.arrive(NOON + 1, "ed")
        taken: list[int] = []
        for minute in (34, 36):
            world.at(NOON + minute, lambda: taken.append(world["ed"].areas["majors"].waiting))
        world.run()
        assert world.outcome(gone) == "left"
        assert clock(world, gone, "started", "left") == [None, 35]
        assert taken == [1, 0]
        assert started(world, next_one) == [120]

    def test_patience_is_one_for_assessor_space_and_clinician(self) -> None:
        """One assessor: waits 5 for it (0 to 5), none while assessed to 10, then for the space to 40.

        Patience of 34 minutes is over at 10 + 29 = 39; of 36 it lasts for the space at 40 and, with a free
        clinician, to the end.
        """
        for minutes, outcome in ((34, "left"), (36, "home")):
            world = World(
                {"ed": ed(assessors=1, patience={"by": "age", "85+": f"{minutes} min", "otherwise": "9 h"})}
            )
            world.arrive(NOON, "ed")
            patient = world.arrive(NOON, "ed", age="85+")
            world.run()
            assert world.outcome(patient) == outcome
            assert clock(world, patient, "left") == [39 if outcome == "left" else 75]

    def test_whoever_leaves_has_given_up_the_space_wherever_they_go_next(self) -> None:
        """Leaves at 35 for want of a clinician, for a ward without beds; the space is free at 35."""
        patience = {"by": "age", "85+": "30 min", "otherwise": "9 hours"}
        services = {
            "ed": ed(clinicians={"main": "14:00-24:00=1"}, patience=patience),
            "ward": {**WARD, "beds": 0},
        }
        world = World(services, {"ed": {"left": "ward"}})
        world.arrive(NOON, "ed", age="85+")
        world.arrive(NOON + 1, "ed")
        waiting: list[int] = []
        world.at(NOON + 36, lambda: waiting.append(world["ed"].areas["majors"].waiting))
        world.run()
        assert waiting == [0]

    def test_who_goes_home_by_way_of_another_service_does_not_wait_for_it_in_the_space(self) -> None:
        """Treated and gone at 40, to a clinic that opens tomorrow; the next has the space at 40."""
        clinic = {"kind": "clinic", "staff": 1, "service": "5 min", "hours": "09:00-10:00"}
        world = World({"ed": ED, "clinic": clinic}, {"ed": {"home": "clinic"}})
        world.arrive(NOON, "ed")
        second = world.arrive(NOON + 1, "ed")
        world.run()
        assert started(world, second) == [40]

    def test_an_alternative_at_the_front_door_frees_the_bay_when_it_accepts(self) -> None:
        """Two come by ambulance; streamed at 10 to a clinic that is free at once, so the bay is too."""
        clinic = {"kind": "clinic", "staff": 9, "service": "15 min"}
        world = World({"ed": ED, "clinic": clinic}, {}, {"ed.front_door": [{"to": "clinic"}]})
        first, second = (world.arrive(NOON, "ed", route="ambulance") for _ in range(2))
        world.run()
        assert [clock(world, p, "accepted", "left") for p in (first, second)] == [[10, 10], [20, 20]]
        assert world.visit(second, "clinic").left == NOON + 35

    def test_a_streamed_patient_keeps_the_bay_until_the_alternative_accepts(self) -> None:
        """The virtual ward onboards from 10 to 40; the second crew hands over from 40 on."""
        ward = {
            "kind": "virtual_ward",
            "places": 9,
            "stay": "1 day",
            "onboarding": 1,
            "onboarding_time": "30 min",
        }
        world = World({"ed": ED, "vw": ward}, {}, {"ed.front_door": [{"to": "vw"}]})
        first, second = (world.arrive(NOON, "ed", route="ambulance") for _ in range(2))
        world.run()
        assert clock(world, first, "accepted", "left") == [10, 40]
        assert clock(world, second, "accepted", "left") == [50, 80]

    def test_an_alternative_to_the_bed_keeps_the_space_until_it_accepts(self) -> None:
        """Decided at 5 + 20 + 30 = 55, onboarded to 85; the next has the space at 85."""
        ward = {
            "kind": "virtual_ward",
            "places": 9,
            "stay": "1 day",
            "onboarding": 1,
            "onboarding_time": "30 min",
        }
        world = World({"ed": ED, "vw": ward}, {}, {"ed.decision": [{"to": "vw"}]})
        first = world.arrive(NOON, "ed", admission="yes")
        second = world.arrive(NOON + 1, "ed")
        world.run()
        assert clock(world, first, "finished", "left") == [55, 85]
        assert [visit.outcome for visit in world.visits(first)] == ["alternative", "home"]
        assert started(world, second) == [85]

    def test_the_next_patient_has_the_space_the_minute_it_is_left(self) -> None:
        """40, 75 and 110: a clinician is free, so nothing but the space is waited for."""
        world = World({"ed": ED})
        patients = [world.arrive(NOON, "ed") for _ in range(3)]
        world.run()
        assert [clock(world, p, "started", "left") for p in patients] == [[5, 40], [40, 75], [75, 110]]


class TestOverflow:
    AREAS: ClassVar[dict[str, Any]] = {
        "majors": {**MAJORS, "overflow": "minors"},
        "minors": {**MAJORS, "first_spell": "40 min"},
    }

    @classmethod
    def department(cls, **changes: Any) -> World:
        area = {"by": "acuity", "4": "minors", "otherwise": "majors"}
        services = {"ed": ed(areas=cls.AREAS, area=area, **changes), "ward": WARD}
        return World(services, {"ed": {"admit": "ward"}})

    def test_the_own_area_comes_first_and_care_is_that_of_the_own_area(self) -> None:
        """Both free: majors. The second has the space of minors and is seen for 20 minutes all the same."""
        world = self.department()
        first, second = world.arrive(NOON, "ed"), world.arrive(NOON, "ed")
        third = world.arrive(NOON + 1, "ed", acuity="4")
        world.run()
        assert [clock(world, p, "started", "finished", "left") for p in (first, second)] == [[5, 25, 40]] * 2
        assert clock(world, third, "started", "finished") == [40, 80]

    def test_overflow_is_one_way(self) -> None:
        """Minors never use the free space of majors: the second waits for the first to leave."""
        world = self.department()
        first, second = (world.arrive(NOON, "ed", acuity="4") for _ in range(2))
        world.run()
        assert [clock(world, p, "started", "left") for p in (first, second)] == [[5, 60], [60, 115]]

    def test_a_boarder_makes_way_for_whoever_may_use_the_space_as_overflow(self) -> None:
        """Minors' space has a boarder from 75 (5 + 40 + 30); majors' one is taken to 100.

        No bed before 20:00, and one corridor place. Who comes for majors at 80 may use either space: the
        boarder moves, and the space is free when assessment ends.
        """
        world = self.department(escalation_spaces=1)
        for _ in range(2):
            world.arrive(NOON, "ward")
        boarder = world.arrive(NOON, "ed", acuity="4", admission="yes")
        busy = world.arrive(NOON + 60, "ed")
        patient = world.arrive(NOON + 80, "ed")
        world.run()
        assert clock(world, boarder, "finished") == [75]
        assert clock(world, busy, "started", "left") == [65, 100]
        assert started(world, patient) == [85]


class TestCorridor:
    """One space and a ward whose bed is taken from noon to 16:00 and then again to 20:00."""

    @staticmethod
    def hospital(spaces: int = 1, corridor: int = 1, beds: int = 1, **changes: Any) -> World:
        settings = ed(areas=majors(spaces=spaces), escalation_spaces=corridor, **changes)
        world = World({"ed": settings, "ward": {**WARD, "beds": beds}}, {"ed": {"admit": "ward"}})
        for _ in range(2 * beds):
            world.arrive(NOON, "ward")
        return world

    def test_those_who_have_waited_longest_for_a_bed_move_first(self) -> None:
        """Two spaces with boarders from 55 and 56; one place in the corridor goes to the first of them.

        The patient of 13:40 has that space at 105; the one after waits for a bed, at 16:00 for the boarder in
        the corridor, who leaves it free for the other boarder.
        """
        world = self.hospital(spaces=2)
        one, two = world.arrive(NOON, "ed", admission="yes"), world.arrive(NOON + 1, "ed", admission="yes")
        first = world.arrive(NOON + 100, "ed")
        world.run(until=at("23:00"))
        assert clock(world, one, "finished", "left") == [55, 480]
        assert clock(world, two, "finished") == [56]
        assert started(world, first) == [105]

    def test_no_more_move_than_there_are_patients_for_their_spaces(self) -> None:
        """Two boarders and two corridor places; one patient waits at 65, so one boarder moves."""
        world = self.hospital(spaces=2, corridor=2)
        for minute in (0, 1):
            world.arrive(NOON + minute, "ed", admission="yes")
        world.arrive(NOON + 60, "ed")
        world.run(until=NOON + 70)
        assert world["ed"].corridor.busy == 1

    def test_no_more_move_when_spaces_open_in_the_corridor(self) -> None:
        """None before 120, then two: two boarders, and one patient who waits."""
        world = self.hospital(spaces=2, corridor=0)
        for minute in (0, 1):
            world.arrive(NOON + minute, "ed", admission="yes")
        patient = world.arrive(NOON + 60, "ed")
        world.change(NOON + 120, "ed", areas=majors(spaces=2), escalation_spaces=2)
        world.run(until=NOON + 130)
        assert world["ed"].corridor.busy == 1
        assert started(world, patient) == [120]

    def test_nobody_moves_for_nothing(self) -> None:
        """A boarder stays in the space while nobody waits for it, and the corridor is empty."""
        world = self.hospital()
        world.arrive(NOON, "ed", admission="yes")
        world.run(until=at("15:00"))
        assert (world["ed"].corridor.busy, world["ed"].areas["majors"].busy) == (0, 1)

    def test_a_corridor_place_that_is_freed_takes_the_next_boarder(self) -> None:
        """Two spaces with boarders from 55 and 56, and one corridor place, which the first has from 105.

        Then both spaces have boarders again (from 56 and from 155), and whoever is assessed at 111 waits. The
        first boarder's bed is there at 480: the corridor is free, the second moves there, and the patient
        who waits has the space, all at 480.
        """
        world = self.hospital(spaces=2)
        first = world.arrive(NOON, "ed", admission="yes")
        second = world.arrive(NOON + 1, "ed", admission="yes")
        third, patient = world.arrive(NOON + 100, "ed", admission="yes"), world.arrive(NOON + 106, "ed")
        world.run(until=at("23:30"))
        assert started(world, third) == [105]
        assert clock(world, first, "left") == [480]
        assert clock(world, second, "left") == [None]
        assert started(world, patient) == [480]
        assert world["ed"].corridor.busy == 1

    def test_the_longest_of_all_areas_has_the_corridor_place_that_is_freed(self) -> None:
        """A boarder in majors from 60 and one in minors from 55; both spaces are asked for.

        A third has been in the corridor since 10 and leaves it for a bed at 420 (taken from -60 twice): the
        one from 55 moves, though majors is the first of the areas. The other moves at 660, when the same bed
        is free once more.
        """
        areas = {"majors": MAJORS, "minors": MAJORS}
        area = {"by": "acuity", "4": "minors", "otherwise": "majors"}
        world = World(
            {"ed": ed(areas=areas, area=area, escalation_spaces=1), "ward": WARD}, {"ed": {"admit": "ward"}}
        )
        for _ in range(2):
            world.arrive(NOON - 60, "ward")
        corridor = world.arrive(NOON - 60, "ed", admission="yes")
        in_minors = world.arrive(NOON, "ed", acuity="4", admission="yes")
        in_majors = world.arrive(NOON + 5, "ed", admission="yes")
        serious, minor = world.arrive(NOON + 90, "ed"), world.arrive(NOON + 100, "ed", acuity="4")
        world.run(until=at("23:30"))
        assert clock(world, corridor, "finished", "left") == [-5, 420]
        assert clock(world, in_majors, "started", "finished") == [10, 60]
        assert clock(world, in_minors, "started", "finished") == [5, 55]
        assert started(world, serious, minor) == [660, 420]

    def test_escalation_spaces_that_open_are_used_at_once(self) -> None:
        """None until 14:00: a boarder has the space from 55, somebody waits from 65, moved at 120."""
        world = self.hospital(corridor=0)
        world.change(NOON + 120, "ed", areas=majors(), escalation_spaces=1)
        world.arrive(NOON, "ed", admission="yes")
        patient = world.arrive(NOON + 60, "ed")
        world.run()
        assert started(world, patient) == [120]

    def test_more_escalation_spaces_are_used_at_once(self) -> None:
        """One is taken from 65; the second, open from 120, takes the other boarder of the morning."""
        world = self.hospital(spaces=2)
        for minute in (0, 1):
            world.arrive(NOON + minute, "ed", admission="yes")
        third, patient = world.arrive(NOON + 60, "ed", admission="yes"), world.arrive(NOON + 61, "ed")
        world.change(NOON + 120, "ed", areas=majors(spaces=2), escalation_spaces=2)
        world.run()
        assert started(world, third, patient) == [65, 120]

    def test_a_corridor_that_closes_keeps_its_patient_and_takes_nobody_else(self) -> None:
        """Closed at 14:00 with somebody in it until 480; the boarder who comes later stays in the space."""
        world = self.hospital()
        world.change(NOON + 120, "ed", areas=majors(), escalation_spaces=0)
        first, second = (
            world.arrive(NOON, "ed", admission="yes"),
            world.arrive(NOON + 60, "ed", admission="yes"),
        )
        third = world.arrive(NOON + 130, "ed")
        world.run(until=at("23:30"))
        assert clock(world, first, "left") == [480]
        assert started(world, second) == [65]
        assert started(world, third) == [None]
        assert world["ed"].corridor.busy == 0

    def test_patients_on_their_way_home_never_move(self) -> None:
        """The space is taken to 40 by somebody who goes home at 40; the corridor is not for them."""
        world = self.hospital()
        world.arrive(NOON, "ed")
        second = world.arrive(NOON + 1, "ed")
        world.run()
        assert started(world, second) == [40]

    def test_an_ambulance_patient_makes_a_boarder_move_too(self) -> None:
        """The space has a boarder from 55; handed over in the bay 60 to 70, in the space from 70."""
        world = self.hospital()
        world.arrive(NOON, "ed", admission="yes")
        patient = world.arrive(NOON + 60, "ed", route="ambulance")
        world.run()
        assert clock(world, patient, "accepted", "started") == [70, 70]

    def test_without_bays_a_crew_at_the_door_makes_a_boarder_move(self) -> None:
        world = self.hospital(offload_bays=0)
        world.arrive(NOON, "ed", admission="yes")
        patient = world.arrive(NOON + 60, "ed", route="ambulance")
        world.run()
        assert clock(world, patient, "accepted", "started") == [70, 70]


@pytest.mark.parametrize(("admission", "services"), [("yes", ["ed", "ward"]), ("no", ["ed"])])
def test_the_need_for_admission_is_the_patients_own(admission: str, services: list[str]) -> None:
    world = World({"ed": ED, "ward": WARD}, {"ed": {"admit": "ward"}})
    patient = world.arrive(NOON, "ed", admission=admission)
    assert [visit.service for visit in world.run().visits(patient)] == services
