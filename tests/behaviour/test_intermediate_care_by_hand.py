"""Intermediate care, hour by hour: places, starts of the day, hours of starting, waiting and refusal.

A package lasts 10 days and a patient waits in a clinic room, which is held until the start. Hour 0 is the
midnight before a Monday.
"""

from typing import Any

import pytest

from support import spec_of
from town import DAY, Town

CARE: dict[str, Any] = {"kind": "intermediate_care", "stay": "10 days"}


def town_with(days: int = 60, **care: Any) -> Town:
    """Return a service to which patients come from rooms of a clinic without any time spent there."""
    front = {
        "kind": "clinic",
        "staff": 9,
        "rooms": 9,
        "holds_room": True,
        "service": "0 min",
        "referred": "100%",
    }
    return Town({"front": front, "care": {**CARE, **care}}, {"front": {"referred": "care"}}, days=days)


def started(town: Town, *patients: int) -> list[float | None]:
    """Return when care started, which is when the room was left too."""
    found = []
    for patient in patients:
        room, care = town.visit(patient, "front"), town.visit(patient, "care")
        if care.started is not None:
            assert care.accepted == care.started == room.left
        found.append(care.started)
    return found


class TestPlaces:
    def test_a_place_is_free_when_the_package_ends(self) -> None:
        town = town_with(places=1)
        patients = [town.send("front", at=hour) for hour in (5, 6, 7)]
        town.run()
        assert started(town, *patients) == [5, 245, 485]
        assert [town.visit(p, "care").finished for p in patients] == [245, 485, 725]

    def test_and_made_ready_if_that_takes_time(self) -> None:
        town = town_with(places=1, turnaround="6 hours")
        patients = [town.send("front", at=5) for _ in range(2)]
        town.run()
        assert started(town, *patients) == [5, 251]

    def test_a_factor_shortens_every_package(self) -> None:
        town = town_with(places=1, stay_factor=0.5)
        patients = [town.send("front", at=0) for _ in range(2)]
        town.run()
        assert started(town, *patients) == [0, 120]

    def test_more_places_from_a_date_on(self) -> None:
        town = town_with(places=1)
        town.alter("care", at=50, places=2)
        patients = [town.send("front", at=5) for _ in range(3)]
        town.run()
        assert started(town, *patients) == [5, 50, 245]

    @pytest.mark.parametrize(("places", "outcomes"), [(0, ["home", "refused"]), (1, ["home", "home"])])
    def test_beyond_the_places_to_wait_referrals_are_refused(self, places: int, outcomes: list[str]) -> None:
        town = town_with(places=1, waiting_places=places)
        patients = [town.send("front", at=hour) for hour in (0, 1)]
        town.run()
        assert [town.visit(p, "care").outcome for p in patients] == outcomes
        if not places:
            assert town.visit(patients[1], "front").left == town.visit(patients[1], "care").left == 1

    def test_a_referral_out_of_hours_needs_a_place_to_wait(self) -> None:
        """From 8 to 16. At 5 it is shut: one may wait, the next is refused, and at 9 there is room again."""
        town = town_with(start_hours="08:00-16:00", waiting_places=1)
        night, refused, morning = (town.send("front", at=hour) for hour in (5, 6, 17))
        town.run()
        assert town.visit(refused, "care").outcome == "refused"
        assert town.visit(night, "care").outcome == town.visit(morning, "care").outcome == "home"

    def test_a_referral_beyond_the_days_starts_needs_a_place_to_wait(self) -> None:
        town = town_with(starts_per_day=1, waiting_places=0)
        patients = [town.send("front", at=hour) for hour in (1, 2, 25)]
        town.run()
        assert [town.visit(p, "care").outcome for p in patients] == ["home", "refused", "home"]


class TestStarts:
    def test_so_many_on_a_day_and_the_others_at_midnight(self) -> None:
        """Two a day; all hours: the third and fourth start the minute Tuesday begins, the fifth Wednesday."""
        town = town_with(starts_per_day=2)
        patients = [town.send("front", at=12 + i) for i in range(5)]
        town.run()
        assert started(town, *patients) == [12, 13, 24, 24, 48]

    def test_an_unused_start_is_lost(self) -> None:
        """Nobody on Monday; on Tuesday there is one start all the same."""
        town = town_with(starts_per_day=1)
        patients = [town.send("front", at=30) for _ in range(2)]
        town.run()
        assert started(town, *patients) == [30, 48]

    def test_numbers_by_kind_of_day(self) -> None:
        """One on a weekday and none at weekends: Friday, Monday, Tuesday."""
        town = town_with(starts_per_day={"weekday": 1, "weekend": 0})
        patients = [town.send("front", at=4 * DAY + hour) for hour in (9, 10, 11)]
        town.run()
        assert started(town, *patients) == [4 * DAY + 9, 7 * DAY, 8 * DAY]

    def test_a_day_without_hours_has_no_starts(self) -> None:
        """Starts every day, hours on weekdays: referred on Saturday, started on Monday from 8 on."""
        town = town_with(starts_per_day=1, start_hours={"weekday": "08:00-08:06", "weekend": "never"})
        first, second = (town.send("front", at=5 * DAY + hour) for hour in (9, 10))
        town.run()
        for patient, day in ((first, 7), (second, 8)):
            (start,) = started(town, patient)
            assert start is not None
            assert day * DAY + 8 <= start <= day * DAY + 8.1

    def test_a_start_needs_a_place_and_does_not_wait_for_one(self) -> None:
        """One place, one start a day. The second takes no start while there is no place.

        The place is taken 0 to 240 (day 10): the second has the place and the start of that day at 240. The
        third has the place at 480.
        """
        town = town_with(places=1, starts_per_day=1)
        patients = [town.send("front", at=hour) for hour in (0, 1, 2)]
        town.run()
        assert started(town, *patients) == [0, 240, 480]

    def test_who_has_a_place_goes_before_who_has_none(self) -> None:
        """A place that is freed at 240.5 when the day's only start is gone (used at 240 by another place).

        Two places from 0.5 and 24; one start a day. At 240.5 (day 10) a place is free and given to the third.
        """
        town = town_with(places=2, starts_per_day=1)
        patients = [town.send("front", at=hour) for hour in (0.5, 1, 2, 3)]
        town.run()
        assert started(town, *patients) == [0.5, 24, 240.5, 264]

    def test_more_starts_from_a_date_on(self) -> None:
        town = town_with(starts_per_day=1)
        town.alter("care", at=30, starts_per_day=3)
        patients = [town.send("front", at=1) for _ in range(5)]
        town.run()
        assert started(town, *patients) == [1, 24, 30, 30, 48]

    @pytest.mark.parametrize(
        ("hours", "mean"),
        [
            ({"tuesday": "always", "default": "never"}, 1.0),
            ({"tuesday": "00:00-01:00", "default": "never"}, 1.0),
            ({"tuesday": "23:00-24:00", "thursday": "08:00-09:00", "default": "never"}, 2.0),
            ("always", 7.0),
            ("never", 0.0),
        ],
    )
    def test_starts_on_a_day_of_the_week_on_average(self, hours: Any, mean: float) -> None:
        """Seven on each day that has hours, and none on a day without, midnight to midnight."""
        spec = spec_of({**CARE, "starts_per_day": 7, "start_hours": hours})
        assert spec.units("starts") == pytest.approx(mean)

    def test_a_queue_is_bounded_by_places_to_wait(self) -> None:
        assert not spec_of(CARE).refuses("places")
        assert spec_of({**CARE, "waiting_places": 3}).refuses("starts")


class TestHours:
    def test_within_hours_a_patient_starts_at_once_only_if_hours_never_end(self) -> None:
        """With hours, at a moment of what is left of them: between 10 and 16."""
        town = town_with(start_hours="08:00-16:00")
        patient = town.send("front", at=10)
        town.run()
        (start,) = started(town, patient)
        assert start is not None
        assert 10 <= start <= 16

    def test_the_moment_is_the_same_share_of_what_is_left(self) -> None:
        """The patient's own number: at 8 + u * 8 if referred before, at 12 + u * 4 if referred at noon."""
        starts = []
        for hour in (0, 12):
            town = town_with(start_hours="08:00-16:00")
            patient = town.send("front", at=hour)
            starts.append(started(town.run(), patient)[0])  # type: ignore[arg-type]
        before, noon = starts
        assert before is not None
        assert noon is not None
        assert (before - 8) / 8 == pytest.approx((noon - 12) / 4)

    @pytest.mark.parametrize(("hour", "day"), [(7.9, 0), (15.99, 0), (16, 1), (20, 1)])
    def test_the_day_on_which_a_referral_starts(self, hour: float, day: int) -> None:
        town = town_with(start_hours="08:00-16:00")
        patient = town.send("front", at=hour)
        (start,) = started(town.run(), patient)  # type: ignore[arg-type]
        assert start is not None
        assert day * DAY + 8 <= start <= day * DAY + 16

    def test_waiting_for_the_moment_of_starting_takes_up_place_and_start(self) -> None:
        """One place: the first has it from 0 on, starts at 8 or later and stays for ten days from then."""
        town = town_with(places=1, start_hours="08:00-08:06")
        first, second = (town.send("front", at=hour) for hour in (0, 1))
        town.run()
        one, two = started(town, first, second)
        assert one is not None
        assert two is not None
        assert 8 <= one <= 8.1
        # the place is free ten days after the first start; then the hours of that day, if they are not over
        assert two >= one + 240
        assert two <= 11 * DAY + 8.1

    def test_hours_taken_away_stop_new_starts_and_bring_nobody_home(self) -> None:
        town = town_with(start_hours="always")
        town.alter("care", at=10, start_hours="never")
        before, after = town.send("front", at=5), town.send("front", at=15)
        town.run()
        assert started(town, before, after) == [5, None]
        assert town.visit(before, "care").finished == 245
        assert town.visit(after, "front").left is None


class TestRoom:
    """As an alternative at the clinic's outcome it is offered only if a patient could start at once."""

    @pytest.mark.parametrize(
        ("settings", "offered"),
        [
            ({}, True),
            ({"places": 0}, False),
            ({"places": 1}, False),
            ({"places": 2}, True),
            ({"starts_per_day": 1}, False),
            ({"starts_per_day": 2}, True),
            ({"start_hours": "08:00-09:00"}, False),
            ({"start_hours": "09:00-10:01"}, True),
        ],
    )
    def test_offered_with_a_place_a_start_and_in_hours(self, settings: dict[str, Any], offered: bool) -> None:
        """Asked at 10; somebody has been in since 9 (with hours, for a moment between 9 and 10)."""
        front = {"kind": "clinic", "staff": 9, "service": "0 min", "referred": "100%"}
        town = Town({"front": front, "care": {**CARE, **settings}}, {}, {"front.outcome": [{"to": "care"}]})
        town.send("care", at=9)
        patient = town.send("front", at=10)
        town.run()
        assert town.path(patient) == (["front", "care"] if offered else ["front"])
