"""Last arrivals, booked slots and staff who stay on."""

from datetime import datetime
from itertools import pairwise
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.clock import Calendar, Opening, parse_hours
from flowsim.kernel import make_team
from flowsim.services.daytime import LastShift, Slots, ending_at, ending_earlier, is_always
from support import at, kernel_with

CALENDAR = Calendar(datetime(2026, 11, 2))
END = 7 * 1440.0
DAYTIME = "08:00-20:00"


def opening(hours: Any) -> Opening:
    return parse_hours(hours).compile(CALENDAR, END)


@pytest.mark.parametrize(
    ("hours", "always"),
    [
        ("always", True),
        ("00:00-24:00", True),
        ({"weekday": "always", "weekend": "always"}, True),
        (DAYTIME, False),
        ("never", False),
        ({"weekday": "always"}, False),
    ],
)
def test_what_never_shuts(hours: Any, always: bool) -> None:
    assert is_always(opening(hours)) is always


class TestEndingEarlier:
    def test_the_doors_shut_before_closing(self) -> None:
        doors = ending_earlier(opening(DAYTIME), 30.0)
        assert doors.is_open(at("19:29"))
        assert not doors.is_open(at("19:30"))
        assert doors.next_open(at("19:30")) == at("08:00", day=1)

    def test_a_span_no_longer_than_that_vanishes(self) -> None:
        doors = ending_earlier(opening("08:00-08:30, 10:00-12:00"), 30.0)
        assert not doors.is_open(at("08:10"))
        assert doors.is_open(at("11:00"))

    def test_what_never_shuts_has_no_last_arrival(self) -> None:
        assert is_always(ending_earlier(opening("always"), 30.0))


class TestEndingAt:
    @pytest.mark.parametrize(
        ("hours", "clock", "last"),
        [(DAYTIME, "17:00", "17:00"), (DAYTIME, "21:00", "20:00"), ("always", "22:00", "22:00")],
    )
    def test_the_earlier_of_the_two(self, hours: str, clock: str, last: str) -> None:
        doors = ending_at(opening(hours), at(clock), END)
        for day in range(3):
            assert doors.is_open(at(last, day) - 1.0)
            assert not doors.is_open(at(last, day))

    def test_an_overnight_span_ends_on_the_morning_after(self) -> None:
        doors = ending_at(opening("20:00-08:00"), at("02:00"), END)
        assert doors.is_open(at("01:59", day=1))
        assert not doors.is_open(at("02:00", day=1))


class TestSlots:
    def test_evenly_spaced_from_opening(self) -> None:
        slots = Slots(opening(DAYTIME), 3)
        given = []
        for _ in range(3):
            given.append(slots.next_after(at("07:00")))
            slots.given = given[-1]
        assert given == [at("08:00"), at("08:20"), at("08:40")]

    def test_a_slot_that_nobody_asked_for_in_time_is_lost(self) -> None:
        slots = Slots(opening(DAYTIME), 2)
        assert slots.next_after(at("09:01")) == at("09:30")

    def test_none_if_it_never_opens(self) -> None:
        assert Slots(opening("never"), 2).next_after(0.0) == inf

    def test_without_spacing_any_open_minute_will_do(self) -> None:
        slots = Slots(opening(DAYTIME), 0)
        assert slots.next_after(at("09:01")) == at("09:01")
        assert slots.next_after(at("21:00")) == at("08:00", day=1)

    @pytest.mark.parametrize(
        ("hours", "now", "expected"),
        [
            (DAYTIME, at("09:00"), at("08:00", day=1)),
            (DAYTIME, at("02:00"), at("08:00")),
            (DAYTIME, at("20:00"), at("08:00", day=1)),
            ("always", at("09:00"), at("00:00", day=1)),
            ({"weekday": DAYTIME}, at("09:00", day=4), at("08:00", day=7)),
        ],
    )
    def test_the_next_day_of_opening(self, hours: Any, now: float, expected: float) -> None:
        assert Slots(opening(hours), 0).tomorrow(now) == expected

    @given(
        asked=st.lists(st.floats(0.0, 3 * 1440.0), max_size=40),
        per_hour=st.integers(1, 12),
        hours=st.sampled_from([DAYTIME, "always", "09:00-12:00, 13:00-17:00", "20:00-08:00"]),
    )
    def test_each_slot_is_open_on_the_grid_in_the_future_and_given_once(
        self, asked: list[float], per_hour: int, hours: str
    ) -> None:
        times, doors = sorted(asked), opening(hours)
        slots, given = Slots(doors, per_hour), []
        for minute in times:
            slot = slots.next_after(minute)
            slots.given = slot
            given.append(slot)
            assert slot >= minute - 1e-6
            assert doors.is_open(slot)
            assert (
                slot % (60.0 / per_hour) == pytest.approx(0.0, abs=1e-6)
                or slot % (60.0 / per_hour) > 59.9 / per_hour
            )
        assert all(later - sooner > 59.9 / per_hour for sooner, later in pairwise(given))


class TestLastShift:
    def team(self) -> Any:
        kernel, (patient,) = kernel_with(1)
        team = make_team(kernel, ("utc", "clinicians"), [(0.0, 0), (480.0, 2), (1200.0, 0), (1920.0, 2)])
        shift = LastShift(team)
        shift.doors = opening(DAYTIME)
        return kernel, patient, team, shift

    def test_it_goes_home_on_time_when_nobody_is_inside(self) -> None:
        kernel, _, team, _ = self.team()
        kernel.env.run(until=1201.0)
        assert team.capacity == 0

    def test_it_stays_for_those_inside_and_then_goes_home(self) -> None:
        kernel, patient, team, shift = self.team()

        def care(_: Any) -> Any:
            yield team.seize(patient)
            yield 90.0
            team.release()

        kernel.at_each([(1190.0, None)], lambda _: kernel.start(patient, shift.stay_on(patient, care)))
        kernel.env.run(until=1279.0)
        assert team.capacity == 2
        kernel.env.run(until=1281.0)
        assert team.capacity == 0

    def test_it_does_not_stay_for_a_pause_before_closing(self) -> None:
        kernel, _ = kernel_with(1)
        team = make_team(kernel, ("utc", "clinicians"), [(0.0, 1), (720.0, 0), (780.0, 1)])
        shift = LastShift(team)
        shift.doors = opening(DAYTIME)
        shift.inside = 1
        kernel.env.run(until=721.0)
        assert team.capacity == 0
