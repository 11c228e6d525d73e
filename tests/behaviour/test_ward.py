"""A ward: the bed is held until discharge has been arranged, and whoever needs a bed waits where they are."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowsim.services.ward import Ward, WardSpec
from town import DAY, Town, flow_of


def ward(beds: int = 1, stay: Any = "2 days", **more: Any) -> dict[str, Any]:
    return {"kind": "ward", "beds": beds, "stay": stay, **more}


# -- the bed -----------------------------------------------------------------------------------------------


def test_a_patient_gets_a_free_bed_at_once_and_stays_for_the_clinical_stay() -> None:
    town = Town({"beds": ward(beds=3, stay="30 hours")})
    who = town.send("beds", at=10)
    visit = town.run().visit(who, "beds")
    assert (visit.arrived, visit.accepted, visit.started) == (10, 10, 10)
    assert (visit.finished, visit.left, visit.outcome) == (40, 40, "ready")


def test_the_bed_is_held_until_discharge_has_been_arranged() -> None:
    town = Town(
        {"beds": ward(stay="2 days"), "discharge": {"kind": "discharge", "preparation": "5 hours"}},
        {"beds": {"ready": "discharge"}},
    )
    first, second = town.send("beds", at=0), town.send("beds", at=1)
    town.run()
    held = town.visit(first, "beds")
    assert (held.finished, held.left) == (48, 53)
    assert town.visit(second, "beds").accepted == 53


def test_the_bed_is_held_until_the_next_service_accepts() -> None:
    town = Town(
        {
            "beds": ward(beds=2, stay="1 day"),
            "home_care": {"kind": "intermediate_care", "places": 1, "stay": "5 days"},
        },
        {"beds": {"ready": "home_care"}},
    )
    first, second, third = (town.send("beds", at=hour) for hour in (0, 1, 2))
    town.run()
    assert town.visit(first, "beds").left == 24
    assert town.visit(second, "beds").finished == 25
    assert town.visit(second, "beds").left == 24 + 5 * DAY
    assert town.visit(third, "beds").accepted == 24  # the first bed
    assert town.visit(second, "home_care").arrived == 25


def test_those_who_wait_are_admitted_in_order_of_asking() -> None:
    town = Town({"beds": ward(stay="10 hours")})
    patients = [town.send("beds", at=hour) for hour in (0, 3, 1, 2)]
    town.run()
    assert [town.visit(who, "beds").accepted for who in patients] == [0, 30, 10, 20]


def test_a_bed_is_not_ready_until_it_has_been_turned_around() -> None:
    town = Town({"beds": ward(stay="10 hours", turnaround="90 min")})
    first, second, third = town.send("beds", at=0), town.send("beds", at=1), town.send("beds", at=30)
    town.run()
    assert town.visit(first, "beds").left == 10
    assert town.visit(second, "beds").accepted == 11.5
    assert town.visit(third, "beds").accepted == 30  # long since cleaned


def test_a_bed_that_is_closed_while_occupied_closes_when_it_empties() -> None:
    town = Town({"beds": ward(beds=2, stay="10 hours")})
    first, second, third = town.send("beds", at=0), town.send("beds", at=4), town.send("beds", at=5)
    town.alter("beds", at=6, beds=1)
    town.run()
    assert town.visit(first, "beds").left == 10  # nobody is thrown out
    assert town.visit(second, "beds").left == 14
    assert town.visit(third, "beds").accepted == 14  # the first bed to empty is the one that closes


def test_beds_that_open_are_filled_from_the_queue() -> None:
    town = Town({"beds": ward(beds=0, stay="10 hours")})
    patients = [town.send("beds", at=hour) for hour in (0, 1, 2)]
    town.alter("beds", at=7, beds=2)
    town.run()
    assert [town.visit(who, "beds").accepted for who in patients] == [7, 7, 17]


def test_a_transfer_takes_time_in_which_the_bed_is_kept_and_the_old_place_still_held() -> None:
    town = Town(
        {
            "first": ward(stay="10 hours", move_on={"share": "100%", "after": "4 hours"}),
            "second": ward(transfer="2 hours"),
        },
        {"first": {"moved_on": "second"}},
    )
    who = town.send("first", at=0)
    town.run()
    assert town.visit(who, "second").arrived == 4
    assert town.visit(who, "second").accepted == 6
    assert town.visit(who, "first").left == 6


# -- no bed ------------------------------------------------------------------------------------------------


def test_without_places_to_wait_a_ward_refuses_when_full() -> None:
    town = Town(
        {"beds": ward(stay="10 hours", waiting_places=0), "elsewhere": ward()},
        {"beds": {"refused": "elsewhere"}},
    )
    inside, refused, later = town.send("beds", at=0), town.send("beds", at=9), town.send("beds", at=11)
    town.run()
    assert town.path(inside) == ["beds"]
    assert town.visit(refused, "beds").outcome == "refused"
    assert town.visit(refused, "beds").accepted is None
    assert town.visit(refused, "elsewhere").accepted == 9
    assert town.visit(later, "beds").accepted == 11


def test_a_ward_refuses_beyond_the_stated_number_waiting() -> None:
    town = Town({"beds": ward(stay="10 hours", waiting_places=1)})
    patients = [town.send("beds", at=hour) for hour in (0, 1, 2)]
    town.run()
    assert [town.visit(who, "beds").outcome for who in patients] == ["ready", "ready", "refused"]


def test_elective_patients_wait_behind_emergencies() -> None:
    town = Town({"beds": ward(stay="10 hours")})
    town.send("beds", at=0)
    elective, emergency = town.send("beds", at=1, route="elective"), town.send("beds", at=2)
    town.run()
    assert town.visit(emergency, "beds").accepted == 10
    assert town.visit(elective, "beds").accepted == 20


def test_electives_are_cancelled_above_the_trigger_and_emergencies_are_not() -> None:
    town = Town({"beds": ward(beds=10, stay="5 days", cancel_electives_above="80%")})
    for _ in range(8):
        town.send("beds", at=0)
    at_trigger = town.send("beds", at=1, route="elective")
    above = town.send("beds", at=2, route="elective")
    emergency = town.send("beds", at=3)
    town.run()
    assert town.visit(at_trigger, "beds").accepted == 1  # 8 of 10 are not above 80%
    assert town.visit(above, "beds").outcome == "cancelled"
    assert town.visit(above, "beds").left == 2
    assert town.visit(emergency, "beds").accepted == 3


def test_electives_are_admitted_again_when_beds_have_emptied() -> None:
    town = Town({"beds": ward(beds=2, stay="1 day", cancel_electives_above="40%")})
    town.send("beds", at=0)
    early, late = town.send("beds", at=23, route="elective"), town.send("beds", at=25, route="elective")
    town.run()
    assert town.visit(early, "beds").outcome == "cancelled"
    assert town.visit(late, "beds").outcome == "ready"


# -- outliers ----------------------------------------------------------------------------------------------


def outlying(*rules: dict[str, Any], **more: Any) -> Town:
    """Return a town whose medical ward is full from 0:00 to 20:00, with a surgical and a frailty ward."""
    services = {
        "medical": ward(stay="20 hours", outliers=list(rules)),
        "surgical": ward(),
        "frailty": ward(),
        **more,
    }
    town = Town(services)
    town.send("medical", at=0)
    return town


def test_a_patient_is_placed_in_the_first_other_ward_with_a_bed() -> None:
    town = outlying({"to": "surgical"}, {"to": "frailty"})
    first, second = town.send("medical", at=1), town.send("medical", at=2)
    later = town.send("surgical", at=3)
    town.run()
    assert town.visit(first, "medical").accepted == 1
    assert town.visit(second, "medical").accepted == 2
    assert town["surgical"].beds.name == ("surgical", "beds")
    assert town.visit(later, "surgical").accepted == 21  # the outlier has its bed for 20 hours
    assert town.visit(first, "medical").assessed == 1  # the mark of an outlier


def test_a_patient_in_the_right_ward_is_no_outlier() -> None:
    town = outlying({"to": "surgical"})
    own = town.send("medical", at=30)
    assert town.run().visit(own, "medical").assessed is None


def test_a_patient_waits_for_the_right_ward_alone_before_being_placed_elsewhere() -> None:
    town = outlying({"to": "surgical", "after": "6 hours"})
    who = town.send("medical", at=10)
    town.run()
    assert town.visit(who, "medical").accepted == 16
    assert town.visit(who, "medical").assessed == 16


def test_the_right_ward_takes_the_patient_if_it_has_a_bed_before_the_wait_is_over() -> None:
    town = outlying({"to": "surgical", "after": "6 hours"})
    who = town.send("medical", at=18)
    town.run()
    assert town.visit(who, "medical").accepted == 20
    assert town.visit(who, "medical").assessed is None


def test_each_other_ward_has_a_wait_of_its_own() -> None:
    town = outlying({"to": "surgical", "after": "1 hour"}, {"to": "frailty", "after": "4 hours"})
    town.send("surgical", at=0)
    who = town.send("medical", at=2)
    town.run()
    assert town.visit(who, "medical").accepted == 6  # surgical is full; frailty is asked four hours on


def test_a_waiting_patient_gets_whichever_bed_empties_first_and_leaves_every_other_queue() -> None:
    town = outlying({"to": "surgical"}, {"to": "frailty"})
    town.send("surgical", at=0)  # until 48
    town.send("frailty", at=0)  # until 48
    who, next_one = town.send("medical", at=5), town.send("medical", at=6)
    town.run()
    assert town.visit(who, "medical").accepted == 20
    assert town.visit(next_one, "medical").accepted == 40
    assert town["surgical"].beds.waiting == town["frailty"].beds.waiting == 0


def test_a_wards_own_patients_come_before_outliers() -> None:
    town = outlying({"to": "surgical"}, surgical=ward(stay="10 hours"))
    town.send("surgical", at=0)  # until 10
    outlier = town.send("medical", at=1)
    own = town.send("surgical", at=2)
    town.run()
    assert town.visit(own, "surgical").accepted == 10
    assert town.visit(outlier, "medical").accepted == 20


# -- ward rounds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("admitted", "ready"),
    [(10, 24 + 16), (0, 24 + 9), (3, 24 + 9), (9.5, 24 + 16), (10.5, 48 + 9)],
    ids=["at the round", "before the first", "just in time", "between two", "after the last"],
)
def test_patients_are_found_ready_at_ward_rounds(admitted: float, ready: float) -> None:
    town = Town({"beds": ward(stay="30 hours", rounds=["16:00", "09:00"])})
    who = town.send("beds", at=admitted)
    assert town.run().visit(who, "beds").finished == ready


# -- moving on ---------------------------------------------------------------------------------------------


def assessment(**more: Any) -> dict[str, Any]:
    """Return two wards: patients go on from the first after 12 hours with the rest of a stay of 3 days."""
    first = ward(beds=2, stay="3 days", move_on={"share": "100%", "after": "12 hours"})
    return {"assessment": first, "medical": ward(beds=1, stay="9 days", **more)}


def test_a_patient_moves_on_with_the_rest_of_the_stay() -> None:
    town = Town(assessment(), {"assessment": {"moved_on": "medical"}})
    who = town.send("assessment", at=0)
    town.run()
    first, second = town.visits(who)
    assert (first.finished, first.left, first.outcome) == (12, 12, "moved_on")
    assert (second.accepted, second.finished) == (12, 72)


def test_moving_on_is_blocked_until_the_other_ward_has_a_bed() -> None:
    town = Town(assessment(), {"assessment": {"moved_on": "medical"}})
    _, second, third = (town.send("assessment", at=hour) for hour in (0, 1, 2))
    town.run()
    assert town.visit(second, "assessment").finished == 13
    assert town.visit(second, "assessment").left == 72  # when the first leaves the medical ward
    assert town.visit(third, "assessment").accepted == 12
    assert town.visit(second, "medical").finished == 72 + 60  # blocked time is no clinical stay


def test_a_stay_that_is_over_before_the_move_ends_where_it_began() -> None:
    first = ward(
        stay={"by": "age", "85+": "3 days", "otherwise": "6 hours"},
        move_on={"share": "100%", "after": "12 hours"},
    )
    town = Town({"assessment": first, "medical": ward()}, {"assessment": {"moved_on": "medical"}})
    young, old = town.send("assessment", at=0, age="18-64"), town.send("assessment", at=10, age="85+")
    town.run()
    assert town.path(young) == ["assessment"]
    assert town.visit(young, "assessment").outcome == "ready"
    assert town.path(old) == ["assessment", "medical"]


def test_the_share_who_move_on_is_that_of_the_settings() -> None:
    settings = assessment()
    settings["assessment"] |= {"beds": "unlimited", "move_on": {"share": "30%", "after": "12 hours"}}
    settings["medical"]["beds"] = "unlimited"
    town = Town(settings, {"assessment": {"moved_on": "medical"}})
    patients = [town.send("assessment", at=0) for _ in range(4000)]
    town.run()
    moved = sum(code == 1 for code in town.column("outcome"))
    assert moved / len(patients) == pytest.approx(0.30, abs=0.03)


# -- step-down ---------------------------------------------------------------------------------------------

STEP_DOWN = {"beds.review": [{"to": "at_home"}]}


def stepping_down(tail: str = "2 days", **virtual_ward: Any) -> Town:
    """Return a ward with stays of 5 days, the last two of which a virtual ward may take over."""
    at_home = {"kind": "virtual_ward", "places": 1, "stay": "9 days", **virtual_ward}
    return Town(
        {"beds": ward(stay="5 days", step_down_tail=tail), "at_home": at_home}, alternatives=STEP_DOWN
    )


def test_a_virtual_ward_replaces_the_tail_of_a_stay() -> None:
    town = stepping_down()
    who = town.send("beds", at=10)
    town.run()
    first, second = town.visits(who)
    assert (first.finished, first.left, first.outcome) == (10 + 3 * DAY, 10 + 3 * DAY, "alternative")
    assert (second.service, second.accepted, second.finished) == ("at_home", 10 + 3 * DAY, 10 + 5 * DAY)


def test_a_patient_stays_to_the_end_when_the_virtual_ward_is_full() -> None:
    town = stepping_down()
    town.send("at_home", at=0)
    who = town.send("beds", at=10)
    town.run()
    assert town.path(who) == ["beds"]
    assert town.visit(who, "beds").finished == 10 + 5 * DAY


def test_a_stay_shorter_than_the_tail_is_not_reviewed() -> None:
    town = stepping_down(tail="6 days")
    who = town.send("beds", at=10)
    assert town.run().path(who) == ["beds"]


def test_reviews_happen_at_ward_rounds() -> None:
    town = Town(
        {
            "beds": ward(stay="5 days", step_down_tail="2 days", rounds=["09:00"]),
            "at_home": {"kind": "virtual_ward", "places": 1, "stay": "9 days", "hours": "08:00-18:00"},
        },
        alternatives=STEP_DOWN,
    )
    who = town.send("beds", at=20)  # the tail begins at 20:00 on Thursday, when the virtual ward is shut
    town.run()
    assert town.visit(who, "beds").finished == 4 * DAY + 9
    assert town.visit(who, "at_home").finished == 20 + 5 * DAY


# -- coming back -------------------------------------------------------------------------------------------


def test_a_readmission_comes_back_after_a_delay_with_a_stay_of_its_own() -> None:
    back = {"share": "100%", "after": "10 days", "to": "beds"}
    stay = {"mean": "2 days", "sd": "2 days"}
    town = Town({"beds": ward(beds="unlimited", stay=stay, comes_back=back)}, days=200)
    who = town.send("beds", at=0)
    town.run()
    first, second, *_ = town.visits(who)
    assert first.left is not None
    assert second.arrived == pytest.approx(first.left + 240)
    assert second.accepted is not None
    assert second.finished is not None
    assert second.finished - second.accepted != pytest.approx(first.left)


# -- expected use ------------------------------------------------------------------------------------------


def test_the_expected_use_of_beds_counts_only_the_part_of_the_stay_spent_here() -> None:
    spec = WardSpec.model_validate(ward(stay="3 days", move_on={"share": "50%", "after": "12 hours"}))
    expected = spec.expect(flow_of(per_day=10))
    assert expected.loads["beds"] == pytest.approx(10 * (0.5 * 0.5 + 0.5 * 3.0))
    assert expected.outcomes["moved_on"].total == pytest.approx(5)
    assert expected.outcomes["ready"].total == pytest.approx(5)
    assert expected.outcomes["moved_on"].remaining == pytest.approx([2.5 * 1440])


def test_who_has_moved_on_once_does_not_move_on_again() -> None:
    settings = assessment(move_on={"share": "100%", "after": "1 hour"}) | {"third": ward()}
    town = Town(settings, {"assessment": {"moved_on": "medical"}, "medical": {"moved_on": "third"}})
    who = town.send("assessment", at=0)
    assert town.run().path(who) == ["assessment", "medical"]
    spec = WardSpec.model_validate(settings["medical"])
    expected = spec.expect(replace(flow_of(per_day=2), remaining=np.array([1440.0])))
    assert expected.loads["beds"] == pytest.approx(2)
    assert expected.outcomes["moved_on"].total == 0


def test_a_ward_has_room_only_with_a_free_bed() -> None:
    town = Town({"beds": ward(stay="1 day")})
    beds: Ward = town["beds"]
    who = town.send("beds", at=1)
    assert beds.has_room(None)  # type: ignore[arg-type]
    town.run(until=2)
    assert not beds.has_room(town.patients[who])
