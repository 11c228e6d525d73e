"""Patients followed from the first call to the last visit, with every time worked out on paper, in hours."""

from __future__ import annotations

from typing import Any

from town import DAY, Town

CREWS: dict[str, Any] = {
    "kind": "ambulance",
    "crews": 1,
    "travel": "30 min",
    "on_scene": "30 min",
    "conveyance": "30 min",
    "wrap_up": "15 min",
}
ED: dict[str, Any] = {
    "kind": "emergency_department",
    "assessors": 1,
    "initial_assessment": "15 min",
    "offload_bays": 1,
    "handover": "15 min",
    "areas": {
        "majors": {
            "spaces": 1,
            "first_spell": "1 hour",
            "investigated": "0%",
            "investigations": "0 min",
            "second_spell": "0 min",
        }
    },
    "area": "majors",
    "clinicians": {"main": 9},
    "specialty_review": "30 min",
    "departure": "30 min",
}
TRANSFER: dict[str, Any] = {
    "kind": "discharge",
    "team": 1,
    "assessment": "1 hour",
    "preparation": "1 hour",
}


def hospital(**changes: dict[str, Any]) -> Town:
    """Return one crew, one bay, one space, one bed, one member of the team and one place of home care."""
    services: dict[str, dict[str, Any]] = {
        "crews": CREWS,
        "ed": ED,
        "beds": {"kind": "ward", "beds": 1, "stay": "10 hours"},
        "toc": TRANSFER,
        "home_care": {"kind": "intermediate_care", "places": 1, "stay": "2 days"},
    }
    for name, more in changes.items():
        services[name] = {**services[name], **more}
    pathways = {
        "crews": {"convey": "ed"},
        "ed": {"admit": "beds"},
        "beds": {"ready": "toc"},
        "toc": {"pathway_1": "home_care"},
    }
    return Town(services, pathways)


def calls(town: Town, *hours: float, **attributes: str) -> list[int]:
    """Return patients who call 999 and will need a bed and then home care."""
    usual = {"category": "2", "route": "ambulance", "admission": "yes", "pathway": "1"}
    return [town.send("crews", at=hour, **{**usual, **attributes}) for hour in hours]


def test_the_first_patient_waits_for_nothing() -> None:
    """0:00 call; 0:30 scene; 1:30 door; 1:45 space; 3:15 bed; 13:15 ready; 15:15 home; 63:15 done."""
    town = hospital()
    (ann,) = calls(town, 0)
    town.run()
    crew, ed, bed, toc, care = town.visits(ann)
    assert (crew.accepted, crew.started, crew.finished, crew.left) == (0, 0.5, 1.5, 1.75)
    assert (ed.arrived, ed.accepted, ed.started, ed.finished, ed.left) == (1.5, 1.75, 1.75, 3.25, 3.25)
    assert (bed.arrived, bed.accepted, bed.finished, bed.left) == (3.25, 3.25, 13.25, 15.25)
    assert (toc.started, toc.assessed, toc.finished, toc.left) == (13.25, 14.25, 15.25, 15.25)
    assert (care.accepted, care.finished, care.left) == (15.25, 63.25, 63.25)


def test_from_the_care_at_home_everybody_before_it_is_held_up() -> None:
    """Ann's care at home holds Ben in the bed, Cas in the space, Dan in the bay and Eve's crew at the door.

    The crew is free 15 minutes after each handover: at 2:00, 4:00 and 6:00. Dan's crew is at the door at 7:30
    and hands over when Cas has left the bay, at 15:15 to 15:30; Eve's when Dan has.
    """
    town = hospital()
    ann, ben, cas, dan, eve = calls(town, 0, 0.1, 0.2, 0.3, 0.4)
    town.run()
    crews = {who: town.visit(who, "crews") for who in (ann, ben, cas, dan, eve)}
    assert [crews[who].accepted for who in (ann, ben, cas, dan)] == [0, 2, 4, 6]
    assert [crews[who].left for who in (ann, ben, cas, dan)] == [1.75, 3.75, 5.75, 15.5]
    assert town.visit(ben, "ed").finished == 5.25
    assert town.visit(ben, "beds").accepted == 15.25  # when Ann goes home
    assert town.visit(ben, "beds").finished == 25.25
    assert town.visit(ben, "toc").finished == 27.25
    assert town.visit(ben, "beds").left == 63.25  # when Ann's care is over
    assert town.visit(cas, "ed").started == 15.25  # in Ben's space, out of the bay
    assert town.visit(cas, "beds").accepted == 63.25
    assert town.visit(dan, "ed").accepted == 15.5
    assert town.visit(dan, "ed").started == 63.25
    assert crews[eve].accepted == 15.75
    assert (crews[eve].finished, crews[eve].left) == (17.25, 63.5)


def test_one_more_place_at_home_frees_the_crew_at_the_door() -> None:
    town = hospital(home_care={"places": 2})
    *_, dan, eve = calls(town, 0, 0.1, 0.2, 0.3, 0.4)
    town.run()
    assert town.visit(dan, "crews").left == 15.5  # the first bed was never held for want of a place
    assert town.visit(eve, "crews").left == 27.5  # Ben goes home at 27:15, Cas has his bed, Dan her space


def test_a_boarder_in_the_corridor_lets_the_next_patient_in() -> None:
    """Ben is decided on at 5:15; he moves out when Cas has been handed over, at 5:45."""
    town = hospital(ed={"escalation_spaces": 1})
    _, ben, cas = calls(town, 0, 0.1, 0.2)
    town.run()
    assert town.visit(ben, "ed").left == 15.25
    assert town.visit(cas, "ed").started == 5.75


def test_a_walk_in_patient_waits_while_an_ambulance_patient_has_the_only_space() -> None:
    town = hospital()
    (ann,) = calls(town, 0)
    walks = town.send("ed", at=1.6, admission="no")
    town.run()
    assert town.visit(ann, "ed").started == 1.75
    assert town.visit(walks, "ed").assessed == 1.85
    assert town.visit(walks, "ed").started == 3.25  # when Ann has gone to her bed
    assert town.visit(walks, "ed").left == 3.25 + 1 + 0.5


def test_a_patient_who_goes_home_without_support_holds_the_bed_only_for_arrangements() -> None:
    town = hospital()
    (ann,) = calls(town, 0, pathway="0")
    town.run()
    assert town.path(ann) == ["crews", "ed", "beds", "toc"]
    assert town.visit(ann, "beds").left == town.visit(ann, "toc").left == 15.25


class TestCommunity:
    """A team, a virtual ward, a department and a ward."""

    def town(self, **virtual_ward: Any) -> Town:
        services: dict[str, dict[str, Any]] = {
            "team": {
                "kind": "urgent_community_response",
                "team": "08:00-20:00=1",
                "hours": "08:00-20:00",
                "travel": "30 min",
                "first_visit": "1 hour",
                "outcome": {
                    "by": "acuity",
                    "2": "virtual_ward",
                    "3": "kept_at_home",
                    "otherwise": "conveyed",
                },
                "follow_ups": "2",
                "follow_up_gap": "22 hours",
                "follow_up_visit": "1 hour",
            },
            "at_home": {
                "kind": "virtual_ward",
                "places": 1,
                "hours": "09:00-17:00",
                "onboarding": "09:00-17:00=1",
                "onboarding_time": "1 hour",
                "stay": "5 days",
                **virtual_ward,
            },
            "crews": CREWS,
            "ed": ED,
            "beds": {"kind": "ward", "beds": 9, "stay": "1 day"},
        }
        pathways = {
            "team": {"virtual_ward": "at_home", "conveyed": "crews"},
            "at_home": {"refused": "ed", "deteriorated": "ed"},
            "crews": {"convey": "ed"},
            "ed": {"admit": "beds"},
        }
        return Town(services, pathways)

    def test_kept_at_home_with_two_follow_ups(self) -> None:
        """Referred 9:00; there 9:30 to 10:30; due 8:30 the next day, to 9:30; due 7:30, seen 8:00 to 9:00."""
        town = self.town()
        who = town.send("team", at=9, acuity="3")
        town.run()
        (visit,) = town.visits(who)
        assert (visit.accepted, visit.started, visit.finished) == (9, 9.5, 10.5)
        assert visit.left == 2 * DAY + 9
        assert visit.outcome == "kept_at_home"

    def test_step_up_to_the_virtual_ward(self) -> None:
        town = self.town()
        who = town.send("team", at=9, acuity="2")
        town.run()
        at_home = town.visit(who, "at_home")
        assert (at_home.arrived, at_home.accepted, at_home.finished) == (10.5, 11.5, 11.5 + 5 * DAY)
        assert town.path(who) == ["team", "at_home"]

    def test_a_full_virtual_ward_sends_the_patient_to_the_department_and_a_bed(self) -> None:
        town = self.town()
        town.send("at_home", at=9)
        who = town.send("team", at=9, acuity="2", admission="yes")
        town.run()
        assert town.path(who) == ["team", "at_home", "ed", "beds"]
        assert town.visit(who, "at_home").outcome == "refused"
        assert town.visit(who, "ed").arrived == 10.5
        assert town.visit(who, "beds").accepted == 10.5 + 0.25 + 1 + 0.5

    def test_after_hours_the_virtual_ward_takes_nobody_up(self) -> None:
        """Visited 16:00 to 17:30 with travel; the virtual ward has admitted nobody since 17:00."""
        town = self.town()
        who = town.send("team", at=16, acuity="2")
        town.run()
        assert town.path(who) == ["team", "at_home", "ed"]

    def test_unless_patients_may_wait_for_the_morning(self) -> None:
        town = self.town(waiting_places=1)
        who = town.send("team", at=16, acuity="2")
        town.run()
        assert town.visit(who, "at_home").accepted == DAY + 9 + 1

    def test_a_patient_who_needs_hospital_is_conveyed_by_a_crew(self) -> None:
        """Conveyed at 10:30: scene 11:00, door 12:00, handed over 12:15, home at 13:45."""
        town = self.town()
        who = town.send("team", at=9, acuity="4")
        town.run()
        assert town.path(who) == ["team", "crews", "ed"]
        crew, ed = town.visits(who)[1:]
        assert (crew.arrived, crew.started, crew.finished, crew.left) == (10.5, 11, 12, 12.25)
        assert (ed.accepted, ed.started, ed.left) == (12.25, 12.25, 13.75)

    def test_a_late_referral_is_taken_and_visited_in_the_morning(self) -> None:
        """One of the team: the second of two referrals at 19:00 is visited when the shift begins again."""
        town = self.town()
        first, second = town.send("team", at=19, acuity="4"), town.send("team", at=19.25, acuity="4")
        town.run()
        assert town.visit(first, "team").finished == 20.5  # the shift finishes its visit
        assert town.visit(second, "team").accepted == 19.25
        assert town.visit(second, "team").started == DAY + 8.5

    def test_getting_worse_keeps_the_place_until_the_department_accepts(self) -> None:
        town = self.town(deteriorate="100%")
        who = town.send("at_home", at=9, admission="yes")
        town.run()
        at_home, ed, bed = town.visits(who)
        assert at_home.outcome == "deteriorated"
        assert at_home.finished is not None
        assert 10 < at_home.finished < 10 + 5 * DAY
        assert at_home.left == ed.accepted == at_home.finished
        assert bed.source == "ed"
