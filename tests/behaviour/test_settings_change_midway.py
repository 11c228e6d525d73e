"""Settings that change while patients are inside: what has begun goes on as it began.

A stay, a visit or a spell that has begun keeps its length; capacity, hours and rules hold from the minute of
the change for whoever meets them afterwards. Hour 0 is the midnight before a Monday.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from town import DAY, Town

ED: dict[str, Any] = {
    "kind": "emergency_department",
    "assessors": 9,
    "initial_assessment": "0 min",
    "handover": "0 min",
    "areas": {
        "majors": {
            "spaces": 1,
            "first_spell": "2 hours",
            "investigated": "100%",
            "investigations": "2 hours",
            "second_spell": "1 hour",
        }
    },
    "area": "majors",
    "clinicians": {"main": 9},
    "specialty_review": "0 min",
    "departure": "1 hour",
}


def area(**changes: Any) -> dict[str, Any]:
    return {"majors": {**ED["areas"]["majors"], **changes}}


class TestWard:
    def test_a_stay_that_has_begun_keeps_its_length(self) -> None:
        town = Town({"beds": {"kind": "ward", "beds": 9, "stay": "10 hours"}})
        inside, later = town.send("beds", at=0), town.send("beds", at=6)
        town.alter("beds", at=5, stay="3 hours")
        town.run()
        assert [town.visit(who, "beds").finished for who in (inside, later)] == [10, 9]

    def test_so_does_one_under_another_factor(self) -> None:
        town = Town({"beds": {"kind": "ward", "beds": 9, "stay": "10 hours"}})
        inside, later = town.send("beds", at=0), town.send("beds", at=6)
        town.alter("beds", at=5, stay_factor=1.5)
        town.run()
        assert [town.visit(who, "beds").finished for who in (inside, later)] == [10, 21]

    def test_a_factor_multiplies_every_stay_that_begins_here_and_no_other(self) -> None:
        """Moved on after 10 hours of 30 (20 × 1.5): the other ward's own factor does not touch the rest."""
        first = {
            "kind": "ward",
            "beds": 1,
            "stay": "20 hours",
            "stay_factor": 1.5,
            "move_on": {"share": "100%", "after": "10 hours"},
        }
        second = {"kind": "ward", "beds": 2, "stay": "20 hours", "stay_factor": 2}
        town = Town({"first": first, "second": second}, {"first": {"moved_on": "second"}})
        moved, own = town.send("first", at=0), town.send("second", at=0)
        town.run()
        assert town.visit(moved, "second").finished == 30
        assert town.visit(own, "second").finished == 40

    def test_a_longer_turnaround_holds_for_beds_vacated_after_the_change(self) -> None:
        town = Town({"beds": {"kind": "ward", "beds": 1, "stay": "10 hours", "turnaround": "1 hour"}})
        patients = [town.send("beds", at=0) for _ in range(3)]
        town.alter("beds", at=10.5, turnaround="3 hours")
        town.run()
        assert [town.visit(who, "beds").accepted for who in patients] == [0, 11, 24]

    def test_patients_are_found_ready_at_the_rounds_of_the_day_they_were_admitted_under(self) -> None:
        town = Town({"beds": {"kind": "ward", "beds": 9, "stay": "30 hours", "rounds": ["09:00"]}})
        before, after = town.send("beds", at=0), town.send("beds", at=2)
        town.alter("beds", at=1, rounds=["14:00"])
        town.run()
        assert town.visit(before, "beds").finished == DAY + 9
        assert town.visit(after, "beds").finished == DAY + 14

    def test_cutting_beds_below_the_number_inside_admits_nobody_until_enough_have_left(self) -> None:
        town = Town({"beds": {"kind": "ward", "beds": 3, "stay": "10 hours"}})
        for hour in (0, 1, 2):
            town.send("beds", at=hour)
        waiting = town.send("beds", at=3)
        town.alter("beds", at=4, beds=1)
        town.run()
        assert town.visit(waiting, "beds").accepted == 12

    def test_beds_cut_and_given_back_before_anybody_left_change_nothing(self) -> None:
        def accepted(*, cut: bool) -> list[float | None]:
            town = Town({"beds": {"kind": "ward", "beds": 2, "stay": "10 hours"}})
            patients = [town.send("beds", at=hour) for hour in range(5)]
            if cut:
                town.alter("beds", at=4, beds=0)
                town.alter("beds", at=9, beds=2)
            town.run()
            return [town.visit(who, "beds").accepted for who in patients]

        assert accepted(cut=True) == accepted(cut=False) == [0, 1, 10, 11, 20]

    def test_electives_are_cancelled_from_the_date_of_the_rule(self) -> None:
        town = Town({"beds": {"kind": "ward", "beds": 2, "stay": "10 days"}})
        town.send("beds", at=0)
        before = town.send("beds", at=1, route="elective")
        town.alter("beds", at=24, beds=4, cancel_electives_above="40%")
        after = town.send("beds", at=25, route="elective")
        town.alter("beds", at=48, beds=4)
        again = town.send("beds", at=49, route="elective")
        town.run()
        outcomes = [town.visit(who, "beds").outcome for who in (before, after, again)]
        assert outcomes == ["ready", "cancelled", "ready"]

    def test_whoever_already_waits_is_not_refused_when_waiting_is_limited(self) -> None:
        town = Town({"beds": {"kind": "ward", "beds": 1, "stay": "10 hours"}})
        town.send("beds", at=0)
        waiting = [town.send("beds", at=hour) for hour in (1, 2)]
        town.alter("beds", at=3, waiting_places=0)
        refused = town.send("beds", at=4)
        town.run()
        assert [town.visit(who, "beds").accepted for who in waiting] == [10, 20]
        assert town.visit(refused, "beds").outcome == "refused"


class TestEmergencyDepartment:
    def test_a_spell_in_hand_keeps_its_length_and_the_next_step_follows_the_new_settings(self) -> None:
        """Seen 0 to 2, results at 4, seen again to 5; leaving takes 2 hours instead of one."""
        town = Town({"ed": ED})
        who = town.send("ed", at=0)
        town.alter("ed", at=1, departure="2 hours")
        town.run()
        visit = town.visit(who, "ed")
        assert (visit.finished, visit.left) == (5, 7)

    def test_the_way_through_an_area_is_settled_when_the_clinician_begins(self) -> None:
        town = Town({"ed": {**ED, "areas": area(spaces=9)}})
        inside, later = town.send("ed", at=0), town.send("ed", at=2)
        town.alter("ed", at=1, areas=area(spaces=9, investigations="5 hours", second_spell="2 hours"))
        town.run()
        assert town.visit(inside, "ed").finished == 2 + 2 + 1
        assert town.visit(later, "ed").finished == 2 + 2 + 5 + 2

    def test_a_space_that_opens_is_given_to_whoever_waits(self) -> None:
        town = Town({"ed": ED})
        _, second = town.send("ed", at=0), town.send("ed", at=1)
        town.alter("ed", at=3, areas=area(spaces=2))
        town.run()
        assert town.visit(second, "ed").started == 3

    def test_a_space_that_closes_is_closed_when_its_patient_leaves(self) -> None:
        town = Town({"ed": {**ED, "areas": area(spaces=2)}})
        first, second, third = (town.send("ed", at=hour) for hour in (0, 1, 2))
        town.alter("ed", at=3, areas=area(spaces=1))
        town.run()
        assert [town.visit(who, "ed").left for who in (first, second)] == [6, 7]
        assert town.visit(third, "ed").started == 7

    def test_patience_is_settled_on_arrival(self) -> None:
        town = Town({"ed": ED})
        town.send("ed", at=0)
        before, after = town.send("ed", at=1), town.send("ed", at=3)
        town.alter("ed", at=2, patience="1 hour")
        town.run()
        assert town.visit(before, "ed").outcome == "home"
        assert (town.visit(after, "ed").outcome, town.visit(after, "ed").left) == ("left", 4)


class TestUrgentCommunityResponse:
    TEAM: ClassVar[dict[str, Any]] = {
        "kind": "urgent_community_response",
        "team": 1,
        "travel": "30 min",
        "first_visit": "1 hour",
        "follow_ups": {"2": "100%"},
        "follow_up_gap": "1 day",
        "follow_up_visit": "1 hour",
    }

    def test_the_number_of_follow_ups_is_settled_at_the_first_visit_and_their_length_at_each(self) -> None:
        """First contact 0.5 to 1.5; follow-ups due 25.5 (an hour) and 50.5 (by then two hours)."""
        town = Town({"team": self.TEAM})
        who = town.send("team", at=0)
        town.alter("team", at=30, follow_ups={"0": "100%"}, follow_up_visit="2 hours")
        town.run()
        visit = town.visit(who, "team")
        assert (visit.started, visit.finished) == (0.5, 1.5)
        assert visit.left == 1.5 + 24 + 1 + 24 + 2

    def test_referrals_that_have_been_taken_are_seen_although_a_limit_comes(self) -> None:
        town = Town({"team": {**self.TEAM, "follow_ups": {"0": "100%"}}})
        seen = [town.send("team", at=0) for _ in range(3)]
        town.alter("team", at=0.25, acceptance_limit=0)
        declined = town.send("team", at=0.5)
        town.run()
        assert [town.visit(who, "team").started for who in seen] == [0.5, 2, 3.5]
        assert town.visit(declined, "team").outcome == "declined"

    def test_a_bigger_team_sees_those_who_wait_at_once(self) -> None:
        town = Town({"team": {**self.TEAM, "follow_ups": {"0": "100%"}}})
        seen = [town.send("team", at=0) for _ in range(3)]
        town.alter("team", at=1, team=3)
        town.run()
        assert [town.visit(who, "team").started for who in seen] == [0.5, 1.5, 1.5]


class TestVirtualWard:
    def test_closing_places_sends_nobody_home(self) -> None:
        settings = {"kind": "virtual_ward", "places": 2, "stay": "5 days"}
        town = Town(
            {"vw": settings, "beds": {"kind": "ward", "beds": 9, "stay": "1 day"}},
            {"vw": {"refused": "beds"}},
        )
        inside = [town.send("vw", at=hour) for hour in (0, 1)]
        town.alter("vw", at=24, places=0)
        refused = town.send("vw", at=25)
        town.run()
        assert [town.visit(who, "vw").left for who in inside] == [120, 121]
        assert town.path(refused) == ["vw", "beds"]

    def test_staff_for_onboarding_may_begin_on_a_date(self) -> None:
        settings = {"kind": "virtual_ward", "places": 9, "stay": "5 days", "onboarding_time": "2 hours"}
        town = Town({"vw": settings})
        free = [town.send("vw", at=0) for _ in range(2)]
        town.alter("vw", at=10, onboarding=1)
        queued = [town.send("vw", at=12) for _ in range(2)]
        town.run()
        assert [town.visit(who, "vw").accepted for who in free] == [2, 2]
        assert [town.visit(who, "vw").accepted for who in queued] == [14, 16]


class TestDischargeAndAfter:
    def test_departures_follow_the_timetable_in_force_when_arrangements_are_complete(self) -> None:
        services = {
            "beds": {"kind": "ward", "beds": 9, "stay": "10 hours"},
            "toc": {"kind": "discharge", "preparation": "2 hours"},
        }
        town = Town(services, {"beds": {"ready": "toc"}})
        early, late = town.send("beds", at=0), town.send("beds", at=24)
        town.alter("toc", at=20, departures={"18:00-19:00": "100%"})
        town.run()
        assert town.visit(early, "beds").left == 12
        left = town.visit(late, "beds").left
        assert left is not None
        assert 24 + 18 <= left <= 24 + 19

    def test_a_package_that_has_begun_is_not_shortened(self) -> None:
        town = Town({"care": {"kind": "intermediate_care", "stay": "10 days"}})
        before, after = town.send("care", at=0), town.send("care", at=50)
        town.alter("care", at=48, stay_factor=0.5)
        town.run()
        assert [town.visit(who, "care").left for who in (before, after)] == [240, 50 + 120]

    def test_patients_who_wait_for_the_hours_follow_new_ones(self) -> None:
        town = Town({"care": {"kind": "intermediate_care", "stay": "1 day", "start_hours": "10:00-24:00"}})
        before, after = town.send("care", at=1), town.send("care", at=3)
        town.alter("care", at=2, start_hours="16:00-24:00")
        town.run()
        for who in (before, after):
            accepted = town.visit(who, "care").accepted
            assert accepted is not None
            assert 16 <= accepted <= 24


class TestClinic:
    def test_whoever_waits_for_opening_comes_at_the_time_they_were_told(self) -> None:
        clinic = {"kind": "clinic", "staff": 9, "service": "1 hour", "hours": "10:00-18:00"}
        town = Town({"clinic": clinic})
        told, later = town.send("clinic", at=7), town.send("clinic", at=9)
        town.alter("clinic", at=8, hours="12:00-18:00")
        town.run()
        assert [town.visit(who, "clinic").accepted for who in (told, later)] == [10, 12]

    def test_booked_slots_stay_booked_when_there_are_more_of_them(self) -> None:
        clinic = {
            "kind": "clinic",
            "staff": 9,
            "service": "1 hour",
            "hours": "10:00-18:00",
            "booked": True,
            "slots_per_hour": 1,
        }
        town = Town({"clinic": clinic})
        first = [town.send("clinic", at=1) for _ in range(3)]
        town.alter("clinic", at=2, slots_per_hour=2)
        more = [town.send("clinic", at=3) for _ in range(2)]
        town.run()
        times = [town.visit(who, "clinic").arrived for who in (*first, *more)]
        assert times == [10, 11, 12, 12.5, 13]

    def test_staff_who_leave_finish_whom_they_serve(self) -> None:
        town = Town({"clinic": {"kind": "clinic", "staff": 2, "service": "4 hours"}})
        patients = [town.send("clinic", at=hour) for hour in (0, 1, 2)]
        town.alter("clinic", at=3, staff=1)
        town.run()
        assert [town.visit(who, "clinic").finished for who in patients] == [4, 5, 9]

    @pytest.mark.parametrize(("aged", "order"), [(None, [4, 6, 8]), ("1 hour", [6, 4, 8])])
    def test_waiting_can_be_made_to_count_from_a_date_on(self, aged: str | None, order: list[float]) -> None:
        """Ann comes at 0:30 in class 1, Ben at 3 in class 0; from 3:30 on an hour counts for a class."""
        ranks = {"by": "acuity", "2": "0", "otherwise": "1"}
        clinic = {"kind": "clinic", "staff": 1, "service": "2 hours", "priority": ranks}
        town = Town({"clinic": clinic})
        town.send("clinic", at=0, acuity="2")
        town.send("clinic", at=0.25, acuity="2")
        ann = town.send("clinic", at=0.5, acuity="4")
        ben, cas = town.send("clinic", at=3, acuity="2"), town.send("clinic", at=3.25, acuity="4")
        if aged is not None:
            town.alter("clinic", at=3.5, priority_ages=aged)
        town.run()
        found = [town.visit(who, "clinic").started for who in (ben, ann, cas)]
        assert found == order


class TestUrgentTreatmentCentre:
    @pytest.mark.parametrize(("aged", "first"), [(None, "3"), ("1 hour", "5")])
    def test_waiting_can_be_made_to_count_from_a_date_on(self, aged: str | None, first: str) -> None:
        """Acuity 5 comes at 0:30, acuity 3 at 3:30; somebody is seen until 4. From 1:00 an hour is a step."""
        centre = {"kind": "urgent_treatment_centre", "clinicians": 1, "treatment": "4 hours"}
        town = Town({"centre": centre})
        town.send("centre", at=0, acuity="2")
        who = {"5": town.send("centre", at=0.5, acuity="5"), "3": town.send("centre", at=3.5, acuity="3")}
        if aged is not None:
            town.alter("centre", at=1, priority_ages=aged)
        town.run()
        assert town.visit(who[first], "centre").started == 4


class TestAmbulance:
    CREWS: ClassVar[dict[str, Any]] = {
        "kind": "ambulance",
        "crews": 1,
        "travel": "1 hour",
        "on_scene": "1 hour",
        "see_and_treat": "100%",
    }

    def test_a_call_in_hand_goes_on_as_it_was_and_the_next_step_is_the_new_one(self) -> None:
        town = Town({"crews": self.CREWS})
        who, after = town.send("crews", at=0, category="2"), town.send("crews", at=0.25, category="2")
        town.alter("crews", at=0.5, travel="3 hours", on_scene="2 hours")
        town.run()
        assert (town.visit(who, "crews").started, town.visit(who, "crews").left) == (1, 3)
        assert (town.visit(after, "crews").started, town.visit(after, "crews").left) == (6, 8)

    def test_extra_crews_take_the_calls_that_wait(self) -> None:
        town = Town({"crews": self.CREWS})
        calls = [town.send("crews", at=0, category="2") for _ in range(3)]
        town.alter("crews", at=0.5, crews=3)
        town.run()
        assert [town.visit(who, "crews").accepted for who in calls] == [0, 0.5, 0.5]
