"""A virtual ward: step-up and step-down, refusals, onboarding, and patients who get worse."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowsim.kernel.patient import Patient
from flowsim.services.virtual_ward import VirtualWard, VirtualWardSpec
from town import DAY, Town, flow_of


def virtual_ward(places: int = 1, stay: Any = "5 days", **more: Any) -> dict[str, Any]:
    return {"kind": "virtual_ward", "places": places, "stay": stay, **more}


def beds(stay: str = "2 days", number: int = 10) -> dict[str, Any]:
    return {"kind": "ward", "beds": number, "stay": stay}


# -- step-up -----------------------------------------------------------------------------------------------


def test_a_patient_gets_a_free_place_at_once_and_stays_on_the_caseload() -> None:
    town = Town({"at_home": virtual_ward()})
    who = town.send("at_home", at=10)
    visit = town.run().visit(who, "at_home")
    assert (visit.accepted, visit.started) == (10, 10)
    assert (visit.finished, visit.left, visit.outcome) == (10 + 5 * DAY, 10 + 5 * DAY, "home")


def test_it_refuses_when_full_and_the_patient_falls_back() -> None:
    town = Town({"at_home": virtual_ward(), "beds": beds()}, {"at_home": {"refused": "beds"}})
    town.send("at_home", at=0)
    refused, later = town.send("at_home", at=1), town.send("at_home", at=121)
    town.run()
    assert town.visit(refused, "at_home").outcome == "refused"
    assert town.visit(refused, "at_home").accepted is None
    assert town.visit(refused, "beds").accepted == 1
    assert town.visit(later, "at_home").accepted == 121


@pytest.mark.parametrize(
    ("hour", "outcome"), [(7.9, "refused"), (8, "home"), (17.9, "home"), (18, "refused")]
)
def test_it_refuses_when_not_admitting(hour: float, outcome: str) -> None:
    town = Town({"at_home": virtual_ward(hours="08:00-18:00")})
    who = town.send("at_home", at=hour)
    assert town.run().visit(who, "at_home").outcome == outcome


def test_patients_inside_are_looked_after_at_all_hours() -> None:
    town = Town({"at_home": virtual_ward(stay="10 hours", hours="08:00-18:00")})
    who = town.send("at_home", at=17)
    assert town.run().visit(who, "at_home").finished == 27


def test_with_places_to_wait_a_referral_waits_for_a_place() -> None:
    town = Town({"at_home": virtual_ward(waiting_places=1)})
    first, second, third = town.send("at_home", at=0), town.send("at_home", at=1), town.send("at_home", at=2)
    town.run()
    assert town.visit(first, "at_home").left == 5 * DAY
    assert town.visit(second, "at_home").accepted == 5 * DAY
    assert town.visit(third, "at_home").outcome == "refused"


def test_with_places_to_wait_a_referral_out_of_hours_waits_for_the_morning() -> None:
    town = Town(
        {
            "at_home": virtual_ward(
                waiting_places=5, hours={"weekday": "08:00-18:00", "weekend": "10:00-14:00"}
            )
        }
    )
    friday_evening = town.send("at_home", at=4 * DAY + 20)
    assert town.run().visit(friday_evening, "at_home").accepted == 5 * DAY + 10


def test_nobody_waits_for_a_virtual_ward_that_never_admits() -> None:
    town = Town({"at_home": virtual_ward(waiting_places=5, hours="never")})
    who = town.send("at_home", at=1)
    assert town.run().visit(who, "at_home").outcome == "refused"


# -- onboarding --------------------------------------------------------------------------------------------


def test_onboarding_takes_staff_and_the_bed_is_held_until_it_is_done() -> None:
    onboarding = {"onboarding": "1", "onboarding_time": "90 min"}
    town = Town(
        {"beds": beds(), "at_home": virtual_ward(places=5, **onboarding)},
        {"beds": {"ready": "at_home"}},
    )
    first, second = town.send("beds", at=0), town.send("beds", at=0.5)
    town.run()
    assert town.visit(first, "beds").finished == 48
    assert town.visit(first, "beds").left == 49.5
    assert town.visit(first, "at_home").accepted == 49.5
    assert town.visit(second, "beds").left == 51  # after the first patient's onboarding


def test_onboarding_waits_for_the_shift() -> None:
    settings = virtual_ward(places=5, onboarding="09:00-17:00=1", onboarding_time="1 hour")
    town = Town({"at_home": settings})
    evening, last = town.send("at_home", at=20), town.send("at_home", at=24 + 16.5)
    town.run()
    assert town.visit(evening, "at_home").accepted == 24 + 10
    assert town.visit(last, "at_home").accepted == 24 + 17.5  # whoever is with a patient finishes


def test_without_a_team_onboarding_takes_its_time_for_everybody_at_once() -> None:
    town = Town({"at_home": virtual_ward(places=5, onboarding_time="2 hours")})
    patients = [town.send("at_home", at=hour) for hour in (1, 2, 2)]
    town.run()
    assert [town.visit(who, "at_home").accepted for who in patients] == [3, 4, 4]


# -- getting worse -----------------------------------------------------------------------------------------


def test_a_patient_who_gets_worse_goes_on_before_the_end_of_the_stay() -> None:
    town = Town(
        {"at_home": virtual_ward(deteriorate="100%"), "ed": beds()}, {"at_home": {"deteriorated": "ed"}}
    )
    who = town.send("at_home", at=0)
    town.run()
    visit = town.visit(who, "at_home")
    assert visit.outcome == "deteriorated"
    assert visit.finished is not None
    assert 0 < visit.finished < 5 * DAY
    assert town.visit(who, "ed").arrived == visit.finished


def test_the_place_is_kept_until_the_next_service_accepts() -> None:
    town = Town(
        {"at_home": virtual_ward(deteriorate="100%"), "ed": beds(number=1, stay="9 days")},
        {"at_home": {"deteriorated": "ed"}},
    )
    town.send("ed", at=0)  # full until day 9
    who = town.send("at_home", at=0)
    town.run()
    assert town.visit(who, "at_home").finished < 5 * DAY  # type: ignore[operator]
    assert town.visit(who, "at_home").left == 9 * DAY


def test_patients_get_worse_at_the_stated_share_and_at_any_point_of_the_stay() -> None:
    town = Town({"at_home": virtual_ward(places=4000, deteriorate="25%")})
    for _ in range(4000):
        town.send("at_home", at=0)
    town.run()
    worse = town.column("outcome") == 1
    assert worse.mean() == pytest.approx(0.25, abs=0.03)
    assert town.column("finished")[worse].mean() == pytest.approx(2.5 * 1440, rel=0.05)


def test_those_who_get_worse_at_a_low_share_are_among_those_at_a_high_share() -> None:
    def worse(share: str) -> set[int]:
        town = Town({"at_home": virtual_ward(places=500, deteriorate=share)})
        for _ in range(500):
            town.send("at_home", at=0)
        town.run()
        return set((town.column("outcome") == 1).nonzero()[0].tolist())

    assert worse("10%") < worse("20%")


# -- step-down ---------------------------------------------------------------------------------------------


def test_a_stay_that_is_brought_along_replaces_the_stay_of_the_virtual_ward() -> None:
    moving = beds(stay="6 days") | {"move_on": {"share": "100%", "after": "4 days"}}
    town = Town({"beds": moving, "at_home": virtual_ward(stay="14 days")}, {"beds": {"moved_on": "at_home"}})
    who = town.send("beds", at=0)
    town.run()
    assert town.visit(who, "at_home").accepted == 4 * DAY
    assert town.visit(who, "at_home").finished == 6 * DAY


def test_a_stay_is_brought_along_once_only() -> None:
    moving = beds(stay="6 days") | {"move_on": {"share": "100%", "after": "4 days"}}
    at_home = virtual_ward(stay="14 days", comes_back={"share": "100%", "after": "1 day", "to": "at_home"})
    town = Town({"beds": moving, "at_home": at_home}, {"beds": {"moved_on": "at_home"}})
    who = town.send("beds", at=0)
    town.run()
    assert [visit.finished for visit in town.visits(who)][1:3] == [6 * DAY, (6 + 1 + 14) * DAY]


# -- for alternatives, the start and the load check --------------------------------------------------------


def test_there_is_room_with_a_free_place_in_hours_while_somebody_can_onboard() -> None:
    settings = virtual_ward(hours="08:00-18:00", onboarding="09:00-17:00=1", onboarding_time="1 hour")
    rooms = {}
    for hour in (7.5, 8.5, 9.5, 16.5, 17.5, 18.5):
        town = Town({"at_home": settings})
        who = town.send("at_home", at=99)
        town.run(until=hour)
        rooms[hour] = town["at_home"].has_room(town.patients[who])
    assert rooms == {7.5: False, 8.5: False, 9.5: True, 16.5: True, 17.5: False, 18.5: False}


def test_there_is_no_room_when_every_place_is_taken() -> None:
    town = Town({"at_home": virtual_ward()})
    who = town.send("at_home", at=1)
    town.run(until=2)
    assert not town["at_home"].has_room(town.patients[who])


def test_at_a_loaded_start_those_who_would_have_got_worse_by_now_are_gone() -> None:
    town = Town({"at_home": virtual_ward(deteriorate="100%")})
    for _ in range(2000):
        town.send("at_home", at=999)
    service: VirtualWard = town["at_home"]
    town.run(until=0)
    left = [service.settle(patient, stay=100.0, elapsed=60.0)[1] for patient in town.patients]
    assert set(left) == {0.0, 40.0}
    assert left.count(0.0) / len(left) == pytest.approx(0.6, abs=0.04)


def test_at_a_loaded_start_the_rest_of_a_stay_is_kept() -> None:
    town = Town({"at_home": virtual_ward()})
    service: VirtualWard = town["at_home"]
    town.send("at_home", at=999)
    town.run(until=0)
    (patient,) = town.patients
    assert isinstance(patient, Patient)
    assert service.settle(patient, stay=100.0, elapsed=60.0) == (service, 40.0)


def test_the_expected_use_of_places_allows_for_those_who_get_worse() -> None:
    settings = virtual_ward(deteriorate="20%", onboarding="2", onboarding_time="2 hours")
    expected = VirtualWardSpec.model_validate(settings).expect(flow_of(per_day=6))
    assert expected.loads["places"] == pytest.approx(6 * (5 * 0.9 + 2 / 24))
    assert expected.loads["onboarding"] == pytest.approx(6 * 2 / 24)
    assert expected.outcomes["home"].total == pytest.approx(4.8)
    assert expected.outcomes["deteriorated"].total == pytest.approx(1.2)


def test_the_expected_use_of_a_step_down_is_the_rest_of_the_stay() -> None:
    flow = replace(flow_of(per_day=6), remaining=np.array([2880.0]))
    expected = VirtualWardSpec.model_validate(virtual_ward()).expect(flow)
    assert expected.loads["places"] == pytest.approx(12)
    assert expected.stays[0].table is None  # it began elsewhere
