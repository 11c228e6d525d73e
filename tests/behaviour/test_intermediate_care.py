"""Intermediate care: a place, one of the day's starts, and hours; the ward bed is held until all three."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowsim.services.intermediate_care import IntermediateCareSpec
from town import DAY, Town, flow_of


def care(stay: Any = "10 days", **more: Any) -> dict[str, Any]:
    return {"kind": "intermediate_care", "stay": stay, **more}


def hospital(**settings: Any) -> Town:
    """Return a ward with beds for all, whose patients go on to intermediate care after a day."""
    return Town(
        {"beds": {"kind": "ward", "beds": 99, "stay": "1 day"}, "home_care": care(**settings)},
        {"beds": {"ready": "home_care"}},
        days=60,
    )


def started(town: Town, patients: list[int]) -> list[float | None]:
    return [town.visit(who, "home_care").accepted for who in patients]


# -- places ------------------------------------------------------------------------------------------------


def test_without_limits_a_patient_starts_at_once() -> None:
    town = hospital()
    who = town.send("beds", at=7)
    town.run()
    visit = town.visit(who, "home_care")
    assert (visit.arrived, visit.accepted, visit.started) == (31, 31, 31)
    assert (visit.finished, visit.left, visit.outcome) == (31 + 240, 31 + 240, "home")


def test_the_ward_bed_is_held_until_a_place_is_free() -> None:
    town = hospital(places=2)
    patients = [town.send("beds", at=hour) for hour in (0, 1, 2, 3)]
    town.run()
    assert started(town, patients) == [24, 25, 24 + 240, 25 + 240]
    assert [town.visit(who, "beds").left for who in patients] == started(town, patients)


def test_a_bed_is_turned_around_before_its_next_use() -> None:
    town = Town({"home_care": care(places=1, stay="2 days", turnaround="6 hours")})
    first, second = town.send("home_care", at=0), town.send("home_care", at=1)
    town.run()
    assert (town.visit(first, "home_care").left, town.visit(second, "home_care").accepted) == (48, 54)


def test_beyond_the_places_to_wait_patients_are_refused_and_fall_back() -> None:
    town = Town(
        {"community": care(places=1, stay="5 days", waiting_places=1), "other": care()},
        {"community": {"refused": "other"}},
    )
    first, second, third = (town.send("community", at=hour) for hour in (0, 1, 2))
    town.run()
    assert town.visit(first, "community").accepted == 0
    assert town.visit(second, "community").accepted == 5 * DAY
    assert town.visit(third, "community").outcome == "refused"
    assert town.visit(third, "other").accepted == 2


def test_one_service_pooled_across_hospitals_takes_patients_in_order_of_asking() -> None:
    beds = {"kind": "ward", "beds": 9, "stay": "1 day"}
    town = Town(
        {"north": beds, "south": beds, "home_care": care(places=1, stay="1 day")},
        {"north": {"ready": "home_care"}, "south": {"ready": "home_care"}},
    )
    patients = [town.send(name, at=hour) for hour, name in enumerate(("north", "south", "south", "north"))]
    town.run()
    assert started(town, patients) == [24, 48, 72, 96]


# -- starts a day ------------------------------------------------------------------------------------------


def test_no_more_than_the_days_starts_begin_on_a_day() -> None:
    town = hospital(starts_per_day=2, start_hours="09:00-16:00")
    patients = [town.send("beds", at=7 + i / 10) for i in range(5)]  # ready on Tuesday from 7:00
    town.run()
    assert [int(hour or 0) // DAY for hour in started(town, patients)] == [1, 1, 2, 2, 3]


def test_patients_leave_the_bed_and_start_within_the_hours() -> None:
    town = hospital(starts_per_day=30, start_hours="09:00-16:00")
    patients = [town.send("beds", at=hour / 2) for hour in range(48)]
    town.run()
    clock = [(hour or 0) % DAY for hour in started(town, patients)]
    assert all(9 <= hour <= 16 for hour in clock)
    assert len(set(clock)) == len(clock)  # spread over the hours, not all at nine
    assert [town.visit(who, "beds").left for who in patients] == started(town, patients)


def test_a_start_in_the_middle_of_the_day_is_in_what_is_left_of_the_hours() -> None:
    town = hospital(start_hours="09:00-16:00")
    who = town.send("beds", at=15)
    hour = town.run().visit(who, "home_care").accepted
    assert hour is not None
    assert DAY + 15 <= hour <= DAY + 16


def test_a_patient_ready_after_hours_starts_the_next_day() -> None:
    town = hospital(start_hours="09:00-09:01")
    who = town.send("beds", at=17)
    assert town.run().visit(who, "home_care").accepted == pytest.approx(2 * DAY + 9, abs=0.02)


def test_starts_that_are_not_used_are_lost_at_midnight() -> None:
    town = hospital(starts_per_day=3, start_hours="09:00-16:00")
    patients = [town.send("beds", at=4 * DAY + 7) for _ in range(7)]  # nobody on Monday to Thursday
    town.run()
    assert [int(hour or 0) // DAY for hour in started(town, patients)] == [5, 5, 5, 6, 6, 6, 7]


def test_on_days_without_hours_nobody_starts_and_no_start_is_saved_up() -> None:
    town = hospital(starts_per_day=2, start_hours={"weekday": "09:00-16:00"})
    patients = [town.send("beds", at=3 * DAY + 17) for _ in range(5)]  # ready on Friday after hours
    town.run()
    assert [int(hour or 0) // DAY for hour in started(town, patients)] == [7, 7, 8, 8, 9]


def test_starts_may_differ_at_the_weekend() -> None:
    town = hospital(starts_per_day={"weekday": "3", "weekend": "1"}, start_hours="09:00-16:00")
    patients = [town.send("beds", at=3 * DAY + 7 + i / 100) for i in range(9)]  # ready on Friday
    town.run()
    assert [int(hour or 0) // DAY for hour in started(town, patients)] == [4, 4, 4, 5, 6, 7, 7, 7, 8]


def test_more_starts_from_a_date_on() -> None:
    town = hospital(starts_per_day=1, start_hours="09:00-16:00")
    patients = [town.send("beds", at=7 + i / 100) for i in range(6)]  # ready on Tuesday
    town.alter("home_care", at=3 * DAY, starts_per_day=3)
    town.run()
    assert [int(hour or 0) // DAY for hour in started(town, patients)] == [1, 2, 3, 3, 3, 4]


def test_a_start_needs_a_place_too() -> None:
    town = hospital(places=1, stay="3 days", starts_per_day=2, start_hours="09:00-16:00")
    patients = [town.send("beds", at=7 + i / 100) for i in range(3)]
    town.run()
    days = [int(hour or 0) // DAY for hour in started(town, patients)]
    assert days[0] == 1
    assert days[1] in {4, 5}  # three days after the first began, within hours
    assert days[2] > days[1]


def test_a_place_is_not_kept_while_its_patient_still_waits_for_a_start() -> None:
    town = hospital(places=10, stay="30 days", starts_per_day=1, start_hours="09:00-16:00")
    for _ in range(8):
        town.send("beds", at=7)
    town.run(until=3 * DAY + 20)  # one start on Tuesday, Wednesday and Thursday
    assert town["home_care"].places.busy == 3
    assert town["beds"].beds.busy == 5


def test_patients_who_wait_for_a_place_keep_their_turn() -> None:
    town = hospital(places=1, stay="2 days", starts_per_day=1, start_hours="09:00-16:00")
    patients = [town.send("beds", at=7 + i / 100) for i in range(4)]
    late = town.send("beds", at=5 * DAY)
    town.run()
    days = [int(hour or 0) // DAY for hour in started(town, [*patients, late])]
    assert days == sorted(days)
    assert len(set(days)) == 5


def test_who_has_been_given_a_place_gets_the_next_start() -> None:
    stay = {"by": "age", "65-74": "107 hours", "75-84": "81 hours", "otherwise": "10 hours"}
    town = Town({"home_care": care(stay=stay, places=2, starts_per_day=1)})
    town.send("home_care", at=0, age="65-74")  # until 11:00 on day 4
    town.send("home_care", at=24, age="75-84")  # until 9:00 on day 4
    first, second = town.send("home_care", at=50), town.send("home_care", at=51)  # wait for a place
    third = town.send("home_care", at=106)  # waits for a start, the day's having gone to the first
    town.run()
    assert started(town, [first, second, third]) == [105, 120, 144]


def test_the_bed_is_held_throughout_so_slow_starts_fill_the_ward() -> None:
    town = Town(
        {
            "beds": {"kind": "ward", "beds": 3, "stay": "1 day"},
            "home_care": care(starts_per_day=1, start_hours="12:00-12:01"),
        },
        {"beds": {"ready": "home_care"}},
    )
    patients = [town.send("beds", at=i / 100) for i in range(5)]
    town.run()
    beds = [town.visit(who, "beds").accepted for who in patients]
    assert beds[:3] == pytest.approx([0, 0.01, 0.02])
    assert beds[3:] == pytest.approx([DAY + 12, 2 * DAY + 12], abs=0.02)


# -- packages ----------------------------------------------------------------------------------------------


def test_reablement_shortens_packages() -> None:
    town = Town({"home_care": care(stay="10 days", stay_factor="80%")})
    who = town.send("home_care", at=0)
    assert town.run().visit(who, "home_care").finished == 8 * DAY


def test_reablement_frees_places_for_those_who_wait() -> None:
    def second_start(factor: float) -> float | None:
        town = Town({"home_care": care(places=1, stay_factor=factor)})
        town.send("home_care", at=0)
        second = town.send("home_care", at=1)
        return town.run().visit(second, "home_care").accepted

    assert second_start(1.0) == 240
    assert second_start(0.5) == 120


def test_a_readmission_comes_back_after_a_delay() -> None:
    back = {"share": {"by": "age", "85+": "100%", "otherwise": "0%"}, "after": "6 days", "to": "beds"}
    town = hospital(stay="10 days", comes_back=back)
    old, young = town.send("beds", at=0, age="85+"), town.send("beds", at=0, age="18-64")
    town.run()
    assert town.path(young) == ["beds", "home_care"]
    assert town.path(old)[:4] == ["beds", "home_care", "beds", "home_care"]
    again = town.visits(old)[2]
    assert again.arrived == (1 + 10 + 6) * DAY
    assert again.source is None  # from home


# -- for alternatives, the start and the load check --------------------------------------------------------


def test_there_is_room_with_a_place_and_a_start_in_hours() -> None:
    town = Town({"home_care": care(places=3, starts_per_day=1, start_hours="09:00-16:00")})
    who = town.send("home_care", at=10)
    rooms = {}
    for hour in (8.5, 9.5, 10.5, DAY + 8, DAY + 9.5, DAY + 17):
        town.at(
            hour * 60, lambda hour=hour: rooms.update({hour: town["home_care"].has_room(town.patients[who])})
        )
    town.run()
    assert list(rooms.values()) == [False, True, False, False, True, False]


def test_the_expected_use_of_places_and_starts() -> None:
    spec = IntermediateCareSpec.model_validate(care(stay="10 days", stay_factor=0.8))
    expected = spec.expect(flow_of(per_day=3))
    assert expected.loads == pytest.approx({"places": 24, "starts": 3})
    assert expected.outcomes["home"].total == 3
    carried = replace(flow_of(per_day=3), remaining=np.array([2880.0]))
    assert spec.expect(carried).loads["places"] == pytest.approx(6)


@pytest.mark.parametrize(
    ("settings", "starts"),
    [
        ({"starts_per_day": 7}, 7),
        ({"starts_per_day": 7, "start_hours": {"weekday": "09:00-16:00"}}, 5),
        ({"starts_per_day": {"weekday": "6", "weekend": "2"}}, 34 / 7),
        (
            {
                "starts_per_day": {"weekday": "6", "weekend": "2"},
                "start_hours": {"default": "10:00-12:00", "sunday": "never"},
            },
            32 / 7,
        ),
    ],
)
def test_the_starts_of_a_usual_day_count_days_without_hours_as_none(
    settings: dict[str, Any], starts: float
) -> None:
    spec = IntermediateCareSpec.model_validate(care(**settings))
    assert spec.units("starts") == pytest.approx(starts)
    assert spec.units("places") == spec.places


def test_a_loaded_start_fills_the_places_and_needs_no_start() -> None:
    town = Town({"home_care": care(places=5, starts_per_day=1)})
    service = town["home_care"]
    assert service.place() is service.places
    town.send("home_care", at=999)
    town.run(until=0)
    assert service.settle(town.patients[0], 100.0, 70.0) == (service, 30.0)
