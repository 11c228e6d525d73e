"""Wards, hour by hour: beds asked for, allocated, made up, and given up; rounds, moves, outliers, electives.

Hour 0 is the midnight before a Monday; one bed and stays of 10 hours unless a test says otherwise.
"""

from typing import Any

import pytest

from town import Town

WARD: dict[str, Any] = {"kind": "ward", "beds": 1, "stay": "10 hours"}


def ward(**changes: Any) -> dict[str, Any]:
    return {**WARD, **changes}


def hours(town: Town, service: str, patient: int, *names: str) -> list[float | None]:
    visit = town.visit(patient, service)
    return [getattr(visit, name) for name in names]


def accepted(town: Town, service: str, *patients: int) -> list[float | None]:
    return [town.visit(patient, service).accepted for patient in patients]


class TestBeds:
    def test_every_moment_of_a_visit(self) -> None:
        """Asked for at 3, the bed of the first is free at 10, and the stay ends at 20."""
        town = Town({"beds": WARD})
        first, second = town.send("beds", at=0), town.send("beds", at=3)
        town.run()
        assert hours(town, "beds", first, "arrived", "accepted", "started", "finished", "left") == [
            0,
            0,
            0,
            10,
            10,
        ]
        assert hours(town, "beds", second, "arrived", "accepted", "started", "finished", "left") == [
            3,
            10,
            10,
            20,
            20,
        ]

    def test_allocation_transfer_stay_and_turnaround_follow_one_another(self) -> None:
        """The bed is given at 0, reached at 1, left at 11, made up at 13; given then, reached at 14."""
        town = Town({"beds": ward(transfer="1 hour", turnaround="2 hours")})
        first, second = town.send("beds", at=0), town.send("beds", at=0)
        town.run()
        assert hours(town, "beds", first, "accepted", "finished", "left") == [1, 11, 11]
        assert hours(town, "beds", second, "accepted", "finished", "left") == [14, 24, 24]

    def test_an_elective_patient_comes_from_home_and_needs_no_transfer(self) -> None:
        town = Town({"beds": ward(beds=2, transfer="1 hour")})
        elective, emergency = town.send("beds", at=0, route="elective"), town.send("beds", at=0)
        town.run()
        assert accepted(town, "beds", elective, emergency) == [0, 1]

    def test_a_bed_that_is_made_up_is_no_free_bed(self) -> None:
        """Left at 10 and made up to 12: refused at 11 without a place to wait, admitted at 12."""
        town = Town({"beds": ward(turnaround="2 hours", waiting_places=0)})
        town.send("beds", at=0)
        refused, admitted = town.send("beds", at=11), town.send("beds", at=12.01)
        town.run()
        assert town.visit(refused, "beds").outcome == "refused"
        assert hours(town, "beds", refused, "arrived", "accepted", "left") == [11, None, 11]
        assert accepted(town, "beds", admitted) == [12.01]

    def test_places_to_wait_are_those_of_all_who_wait(self) -> None:
        """Two may wait. The fourth is refused at 3; at 10 one goes in and the fifth may wait."""
        town = Town({"beds": ward(waiting_places=2)})
        patients = [town.send("beds", at=hour) for hour in (0, 1, 2, 3, 10.5)]
        town.run()
        assert accepted(town, "beds", *patients) == [0, 10, 20, None, 30]

    def test_nobody_is_refused_a_free_bed(self) -> None:
        """No place to wait is needed by somebody who need not wait."""
        town = Town({"beds": ward(beds=2, waiting_places=0)})
        patients = [town.send("beds", at=0) for _ in range(3)]
        town.run()
        assert accepted(town, "beds", *patients) == [0, 0, None]

    def test_a_stay_may_differ_by_group_and_is_multiplied_for_all(self) -> None:
        stay = {"by": "age", "85+": "20 hours", "otherwise": "10 hours"}
        town = Town({"beds": ward(beds=2, stay=stay, stay_factor=1.5)})
        old, young = town.send("beds", at=0, age="85+"), town.send("beds", at=0)
        town.run()
        assert [town.visit(p, "beds").finished for p in (old, young)] == [30, 15]


class TestElectives:
    def test_emergencies_first_then_electives_in_order(self) -> None:
        town = Town({"beds": WARD})
        town.send("beds", at=0)
        electives = [town.send("beds", at=hour, route="elective") for hour in (1, 2)]
        emergencies = [town.send("beds", at=hour) for hour in (3, 4)]
        town.run()
        assert accepted(town, "beds", *emergencies, *electives) == [10, 20, 30, 40]

    @pytest.mark.parametrize(("inside", "outcome"), [(2, "ready"), (3, "cancelled")])
    def test_cancelled_above_the_trigger_and_not_at_it(self, inside: int, outcome: str) -> None:
        """Four beds, half of them: two taken are not more than half, three are."""
        town = Town({"beds": ward(beds=4, cancel_electives_above="50%")})
        for _ in range(inside):
            town.send("beds", at=0)
        elective = town.send("beds", at=1, route="elective")
        town.run()
        assert town.visit(elective, "beds").outcome == outcome
        assert hours(town, "beds", elective, "left") == [11 if outcome == "ready" else 1]

    def test_those_who_wait_for_a_bed_count_as_if_they_had_one(self) -> None:
        """One bed, never above 100% taken; but two and one waiting are more than one and a half."""
        town = Town({"beds": ward(cancel_electives_above="100%")})
        town.send("beds", at=0)
        waits = town.send("beds", at=1, route="elective")
        cancelled = town.send("beds", at=2, route="elective")
        town.run()
        assert town.visit(waits, "beds").outcome == "ready"
        assert town.visit(cancelled, "beds").outcome == "cancelled"

    def test_emergencies_are_admitted_whatever_the_trigger(self) -> None:
        town = Town({"beds": ward(beds=2, cancel_electives_above="0%")})
        town.send("beds", at=0)
        emergency = town.send("beds", at=1)
        town.run()
        assert accepted(town, "beds", emergency) == [1]

    def test_the_cancelled_go_where_the_pathway_says(self) -> None:
        town = Town(
            {
                "beds": ward(cancel_electives_above="0%"),
                "clinic": {"kind": "clinic", "staff": 1, "service": "1 h"},
            },
            {"beds": {"cancelled": "clinic"}},
        )
        town.send("beds", at=0)
        elective = town.send("beds", at=1, route="elective")
        town.run()
        assert town.path(elective) == ["beds", "clinic"]
        assert hours(town, "clinic", elective, "arrived", "left") == [1, 2]


class TestRounds:
    @pytest.mark.parametrize(
        ("admitted", "ready"), [(0, 14), (3.5, 14), (4, 14), (4.01, 33), (22.9, 33), (23, 33), (23.01, 38)]
    )
    def test_ready_at_the_first_round_at_or_after_the_end_of_the_stay(
        self, admitted: float, ready: float
    ) -> None:
        """Stays of 10 hours, rounds at 9 and 14: over at 10, ready at 14; over at 14 sharp, ready then."""
        town = Town({"beds": ward(rounds=["14:00", "09:00"])})
        patient = town.send("beds", at=admitted)
        town.run()
        assert hours(town, "beds", patient, "finished", "left") == [ready, ready]

    def test_a_round_at_midnight(self) -> None:
        """Over at 20:00, ready at midnight; over at midnight sharp, ready then."""
        town = Town({"beds": ward(beds=2, rounds=["00:00"])})
        patients = town.send("beds", at=10), town.send("beds", at=14)
        town.run()
        assert [town.visit(p, "beds").finished for p in patients] == [24, 24]

    def test_nobody_waits_for_a_round_to_move_on(self) -> None:
        """Six of thirty hours here; then the other ward, which has rounds at 9: the end at 30 is at 33."""
        first = ward(stay="30 hours", rounds=["12:00"], move_on={"share": "100%", "after": "6 hours"})
        town = Town({"first": first, "second": ward(rounds=["09:00"])}, {"first": {"moved_on": "second"}})
        patient = town.send("first", at=0)
        town.run()
        assert hours(town, "first", patient, "finished", "left") == [6, 6]
        assert hours(town, "second", patient, "accepted", "finished") == [6, 33]


class TestMovingOn:
    @staticmethod
    def wards(stay: str = "30 hours", **second: Any) -> Town:
        first = ward(stay=stay, move_on={"share": "100%", "after": "12 hours"})
        return Town({"first": first, "second": ward(**second)}, {"first": {"moved_on": "second"}})

    @pytest.mark.parametrize(("stay", "path"), [("12 hours", ["first"]), ("12.5 hours", ["first", "second"])])
    def test_only_a_stay_that_lasts_longer_moves_on(self, stay: str, path: list[str]) -> None:
        town = self.wards(stay)
        patient = town.send("first", at=0)
        town.run()
        assert town.path(patient) == path
        assert town.visits(patient)[0].outcome == ("ready" if len(path) == 1 else "moved_on")

    def test_the_rest_of_the_stay_does_not_run_while_the_other_bed_is_waited_for(self) -> None:
        """To move at 12; the other bed is taken to 20. 18 hours are left: over at 38."""
        town = self.wards()
        town.send("second", at=10)
        patient = town.send("first", at=0)
        town.run()
        assert hours(town, "first", patient, "finished", "left") == [12, 20]
        assert hours(town, "second", patient, "arrived", "accepted", "finished") == [12, 20, 38]

    def test_the_other_wards_own_stay_and_factor_are_for_its_own_patients(self) -> None:
        town = self.wards(beds=2, stay_factor=3)
        patient, own = town.send("first", at=0), town.send("second", at=0)
        town.run()
        assert town.visit(patient, "second").finished == 30
        assert town.visit(own, "second").finished == 30

    def test_who_moves_on_to_a_ward_that_moves_patients_on_stays_there(self) -> None:
        """A patient moves once: the rest of the stay is spent in the second ward, whatever its own rule."""
        rule = {"share": "100%", "after": "3 hours"}
        town = Town(
            {"a": ward(stay="30 hours", move_on=rule), "b": ward(stay="30 hours", move_on=rule), "c": WARD},
            {"a": {"moved_on": "b"}, "b": {"moved_on": "c"}},
        )
        patient = town.send("a", at=0)
        town.run()
        assert town.path(patient) == ["a", "b"]
        assert hours(town, "b", patient, "accepted", "finished") == [3, 30]

    def test_a_share_by_group_moves_on(self) -> None:
        rule = {"share": {"by": "age", "85+": "100%", "otherwise": "0%"}, "after": "3 hours"}
        town = Town({"a": ward(beds=2, move_on=rule), "b": WARD}, {"a": {"moved_on": "b"}})
        old, young = town.send("a", at=0, age="85+"), town.send("a", at=0)
        town.run()
        assert [town.path(p) for p in (old, young)] == [["a", "b"], ["a"]]


class TestOutliers:
    @staticmethod
    def wards(outliers: list[dict[str, Any]], **more: Any) -> Town:
        """The medical bed is taken to 10; the others are free unless somebody is sent there."""
        services = {"medical": ward(outliers=outliers), "surgical": WARD, "frailty": WARD}
        town = Town({name: {**settings, **more.get(name, {})} for name, settings in services.items()})
        town.send("medical", at=0)
        return town

    def test_others_are_asked_in_the_order_of_the_list(self) -> None:
        """Placed in frailty at 1, so its own patient waits to 11, and the surgical patient does not wait."""
        town = self.wards([{"to": "frailty"}, {"to": "surgical"}])
        patients = [town.send("medical", at=hour) for hour in (1, 3)]
        frail, surgical = town.send("frailty", at=2), town.send("surgical", at=2)
        town.run()
        assert accepted(town, "medical", *patients) == [1, 10]
        assert [town.visit(p, "medical").assessed for p in patients] == [1, None]
        assert (*accepted(town, "frailty", frail), *accepted(town, "surgical", surgical)) == (11, 2)

    def test_the_next_of_the_list_when_the_first_is_full(self) -> None:
        town = self.wards([{"to": "frailty"}, {"to": "surgical"}])
        patients = [town.send("medical", at=hour) for hour in (1, 2, 3)]
        town.run()
        assert accepted(town, "medical", *patients) == [1, 2, 10]

    def test_an_outlier_is_cared_for_as_in_the_own_ward(self) -> None:
        """The visit, its stay and its rounds are the own ward's; only the bed is another's."""
        town = self.wards([{"to": "surgical"}], surgical={"stay": "50 hours", "turnaround": "3 hours"})
        outlier, surgical = town.send("medical", at=1), town.send("surgical", at=2)
        town.run()
        assert hours(town, "medical", outlier, "accepted", "finished", "left") == [1, 11, 11]
        assert accepted(town, "surgical", surgical) == [14]  # made up for three hours

    def test_a_wait_for_each_ward(self) -> None:
        """Frailty from 2 hours' wait, surgical from 4. Asked at 1: frailty is taken, surgical at 5."""
        town = self.wards([{"to": "frailty", "after": "2 hours"}, {"to": "surgical", "after": "4 hours"}])
        town.send("frailty", at=0)
        patient = town.send("medical", at=1)
        town.run()
        assert hours(town, "medical", patient, "accepted", "assessed") == [5, 5]

    def test_a_bed_elsewhere_that_empties_during_the_wait_is_taken_once_it_may_be(self) -> None:
        """Asked at 1, frailty from 3 on; its bed empties at 2, and the patient has it at 3."""
        town = self.wards([{"to": "frailty", "after": "2 hours"}], frailty={"stay": "2 hours"})
        town.send("frailty", at=0)
        patient = town.send("medical", at=1)
        town.run()
        assert accepted(town, "medical", patient) == [3]

    def test_a_bed_elsewhere_that_empties_later_is_taken_then(self) -> None:
        town = self.wards([{"to": "frailty", "after": "2 hours"}], frailty={"stay": "6 hours"})
        town.send("frailty", at=0)
        patient = town.send("medical", at=1)
        town.run()
        assert hours(town, "medical", patient, "accepted", "assessed") == [6, 6]
        assert town["medical"].beds.waiting == 0

    def test_the_wards_own_come_before_an_outlier_who_has_waited_longer(self) -> None:
        """Both want the frailty bed of 10: the outlier since 1, the own patient since 5, who has it."""
        town = self.wards([{"to": "frailty"}], medical={"stay": "40 hours"})
        town.send("frailty", at=0)
        outlier, own = town.send("medical", at=1), town.send("frailty", at=5)
        town.run()
        assert accepted(town, "frailty", own) == [10]
        assert accepted(town, "medical", outlier) == [20]

    def test_even_an_elective_of_the_other_ward_comes_before_an_outlier(self) -> None:
        town = self.wards([{"to": "frailty"}], medical={"stay": "40 hours"})
        town.send("frailty", at=0)
        outlier, own = town.send("medical", at=1), town.send("frailty", at=5, route="elective")
        town.run()
        assert accepted(town, "frailty", own) == [10]
        assert accepted(town, "medical", outlier) == [20]

    def test_whoever_is_placed_elsewhere_no_longer_counts_as_waiting(self) -> None:
        """One place to wait. Placed at 6, it is free for the next, who comes at 7; not so at 5."""
        town = self.wards([{"to": "frailty"}], medical={"waiting_places": 1}, frailty={"stay": "6 hours"})
        town.send("frailty", at=0)
        placed, refused, waits = (town.send("medical", at=hour) for hour in (1, 5, 7))
        town.run()
        assert accepted(town, "medical", placed, refused, waits) == [6, None, 10]

    def test_discharge_holds_the_bed_in_which_the_outlier_lies(self) -> None:
        """Arrangements from 11 to 15: the surgical bed is free at 15."""
        town = Town(
            {
                "medical": ward(outliers=[{"to": "surgical"}]),
                "surgical": WARD,
                "discharge": {"kind": "discharge", "preparation": "4 hours"},
            },
            {"medical": {"ready": "discharge"}},
        )
        town.send("medical", at=0)
        outlier, surgical = town.send("medical", at=1), town.send("surgical", at=2)
        town.run()
        assert hours(town, "medical", outlier, "finished", "left") == [11, 15]
        assert accepted(town, "surgical", surgical) == [15]


class TestAfterALongWait:
    """A stay is half as long again after more than 4 hours' wait in another place."""

    RULE: dict[str, Any] = {"over": "4 hours", "stay_factor": 1.5}  # noqa: RUF012

    def town(self, **changes: Any) -> Town:
        """Patients come from a clinic of 1 hour which holds its room; the bed is taken to 10."""
        front = {
            "kind": "clinic",
            "staff": 9,
            "rooms": 9,
            "holds_room": True,
            "service": "1 hour",
            "referred": "100%",
        }
        town = Town(
            {"front": front, "beds": ward(after_long_wait=self.RULE, **changes)},
            {"front": {"referred": "beds"}},
        )
        town.send("beds", at=0)
        return town

    @pytest.mark.parametrize(("comes", "ends"), [(4.9, 25), (5, 20), (5.1, 20), (8, 20)])
    def test_only_a_wait_over_the_limit_counts(self, comes: float, ends: float) -> None:
        """Asks an hour after coming and has the bed at 10: after 4.1 hours, 4 hours, 3.9 and 1."""
        town = self.town()
        patient = town.send("front", at=comes)
        town.run()
        assert hours(town, "beds", patient, "accepted", "finished") == [10, ends]

    def test_those_who_wait_at_home_are_not_worse_for_it(self) -> None:
        town = self.town()
        patient = town.send("beds", at=1)
        town.run()
        assert hours(town, "beds", patient, "accepted", "finished") == [10, 20]

    def test_it_is_the_wait_for_the_bed_and_not_the_transfer(self) -> None:
        """Asked at 7, given at 11 (the first was in bed from 1) and reached at 12: 4 hours are not over."""
        town = self.town(transfer="1 hour")
        patient = town.send("front", at=6)
        town.run()
        assert hours(town, "beds", patient, "accepted", "finished") == [12, 22]

    def test_both_factors_multiply(self) -> None:
        """The first is in bed to 20; the other asks at 2: 10 hours times 2 times 1.5."""
        town = self.town(stay_factor=2)
        patient = town.send("front", at=1)
        town.run()
        assert hours(town, "beds", patient, "accepted", "finished") == [20, 50]

    def test_a_stay_that_began_before_the_wait_is_not_lengthened(self) -> None:
        """Moved on after 1 of 30 hours, waits 9 hours for the other bed: 29 are left."""
        first = ward(stay="30 hours", move_on={"share": "100%", "after": "1 hour"})
        town = Town(
            {"first": first, "second": ward(after_long_wait=self.RULE)}, {"first": {"moved_on": "second"}}
        )
        town.send("second", at=0)
        patient = town.send("first", at=0)
        town.run()
        assert hours(town, "second", patient, "accepted", "finished") == [10, 39]


class TestReview:
    """Stays of 5 days; the last two may be spent in a virtual ward of one place."""

    @staticmethod
    def town(places: int = 1, stay: str = "5 days", **changes: Any) -> Town:
        services = {
            "beds": ward(stay=stay, step_down_tail="2 days", **changes),
            "vw": {"kind": "virtual_ward", "places": places, "stay": "20 days"},
        }
        return Town(services, {}, {"beds.review": [{"to": "vw"}]}, days=40)

    def test_the_tail_is_taken_over(self) -> None:
        town = self.town()
        patient = town.send("beds", at=0)
        town.run()
        assert hours(town, "beds", patient, "finished", "left") == [72, 72]
        assert hours(town, "vw", patient, "accepted", "finished") == [72, 120]
        assert [v.outcome for v in town.visits(patient)] == ["alternative", "home"]

    def test_without_a_place_the_stay_is_finished_in_the_bed(self) -> None:
        town = self.town(places=0)
        patient = town.send("beds", at=0)
        town.run()
        assert hours(town, "beds", patient, "finished") == [120]
        assert town.path(patient) == ["beds"]

    @pytest.mark.parametrize(("stay", "reviewed"), [("48 hours", False), ("49 hours", True)])
    def test_a_stay_no_longer_than_the_tail_is_not_reviewed(self, stay: str, reviewed: bool) -> None:
        town = self.town(stay=stay)
        patient = town.send("beds", at=0)
        town.run()
        assert town.path(patient) == (["beds", "vw"] if reviewed else ["beds"])
        assert town.visits(patient)[-1].finished == (49 if reviewed else 48)

    @pytest.mark.parametrize(("clock", "leaves", "ends"), [("12:00", 84, 120), ("00:00", 72, 120)])
    def test_the_review_is_at_a_round_and_what_is_left_then_is_taken_over(
        self, clock: str, leaves: float, ends: float
    ) -> None:
        """The tail begins at 72, a midnight; reviewed then or at noon, and 48 or 36 hours are left."""
        town = self.town(rounds=[clock])
        patient = town.send("beds", at=0)
        town.run()
        assert hours(town, "beds", patient, "left") == [leaves]
        assert hours(town, "vw", patient, "finished") == [ends]

    def test_a_review_that_finds_nothing_costs_no_time(self) -> None:
        """Ready at the round after the end of the stay: over at 120, a midnight; round at noon."""
        town = self.town(places=0, rounds=["12:00"])
        patient = town.send("beds", at=0)
        town.run()
        assert hours(town, "beds", patient, "finished") == [132]

    def test_no_round_falls_within_the_tail(self) -> None:
        """Tail of 2 hours from 118 to 120, and the next round is at 132: nothing is left to take over."""
        services = {
            "beds": ward(stay="5 days", step_down_tail="2 hours", rounds=["12:00"]),
            "vw": {"kind": "virtual_ward", "places": 1, "stay": "20 days"},
        }
        town = Town(services, {}, {"beds.review": [{"to": "vw"}]})
        patient = town.send("beds", at=0)
        town.run()
        assert town.path(patient) == ["beds"]
        assert hours(town, "beds", patient, "finished") == [132]
