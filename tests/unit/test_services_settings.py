"""Settings of services at their limits, timetables of departures, hours that end early: exact, by hand."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from flowsim.clock import Opening
from flowsim.services.daytime import Slots, ending_at, ending_earlier, is_always
from flowsim.services.discharge import Timetable
from flowsim.services.intermediate_care import daily
from support import spec_of

CLINIC: dict[str, Any] = {"kind": "clinic", "staff": 1, "service": "10 min"}
UCR: dict[str, Any] = {"kind": "urgent_community_response", "team": 1, "first_visit": "1 h"}
DAY = 1440.0
NINE_TO_FIVE = Opening([540.0, 1020.0, 1980.0, 2460.0])
"""09:00 to 17:00 on two days."""


def says(kind: dict[str, Any], **changes: Any) -> str:
    """Return what is said of settings that do not fit."""
    with pytest.raises(ValidationError) as caught:
        spec_of({**kind, **changes})
    return str(caught.value)


class TestLimits:
    @pytest.mark.parametrize(("visits", "fits"), [("0", True), ("30", True), ("31", False), ("few", False)])
    def test_follow_up_visits_are_a_number_to_30(self, visits: str, fits: bool) -> None:
        more = {"follow_up_gap": "1 day", "follow_up_visit": "30 min"}
        if fits:
            assert spec_of({**UCR, **more, "follow_ups": visits}).follow_ups is not None
        else:
            assert f"{visits} is not a number of visits from 0 to 30" in says(UCR, **more, follow_ups=visits)

    def test_follow_ups_must_be_described_wherever_anybody_has_one(self) -> None:
        by_age = {"by": "age", "85+": "1", "otherwise": "0"}
        assert "give follow_up_gap and follow_up_visit too" in says(UCR, follow_ups=by_age)
        assert "give follow_up_visit too" in says(UCR, follow_ups=by_age, follow_up_gap="1 day")
        assert spec_of({**UCR, "follow_ups": "0"}).follow_up_visit is not None

    @pytest.mark.parametrize("name", ["slots_per_hour", "book_within"])
    def test_what_is_for_booked_clinics_needs_one(self, name: str) -> None:
        value = {"slots_per_hour": 2, "book_within": "1 day"}[name]
        assert f"{name} has no effect unless booked is true" in says(CLINIC, **{name: value})
        assert spec_of({**CLINIC, "booked": True, name: value}).booked

    def test_rooms_are_held_only_where_they_are_counted(self) -> None:
        assert "holds_room has no effect while rooms are unlimited" in says(CLINIC, holds_room=True)
        assert spec_of({**CLINIC, "holds_room": True, "rooms": 1}).holds_room

    def test_a_class_in_any_group_must_be_one_that_there_is(self) -> None:
        by_age = {"by": "age", "85+": "4", "otherwise": "0"}
        assert "4" in says(CLINIC, priority=by_age)
        assert spec_of({**CLINIC, "priority": {"by": "age", "85+": "3", "otherwise": "0"}}) is not None

    def test_assessors_of_a_centre_need_something_to_do(self) -> None:
        utc = {"kind": "urgent_treatment_centre", "clinicians": 1, "treatment": "10 min"}
        assert "assessors have nothing to do" in says(utc, assessors=1)
        assert spec_of({**utc, "assessment": "5 min"}).assessors is None

    def test_a_category_of_others_is_one_of_four(self) -> None:
        crews = {"kind": "ambulance", "crews": 1, "travel": "1 min", "on_scene": "1 min"}
        for category in "1234":
            assert spec_of({**crews, "category_of_others": category}) is not None
        assert "5" in says(crews, category_of_others="5")

    @pytest.mark.parametrize("pathway", ["0", "1", "2", "3"])
    def test_a_census_is_by_pathways_that_there_are(self, pathway: str) -> None:
        assert spec_of({"kind": "discharge", "ready_at_start": {pathway: 4}}).ready_at_start == {pathway: 4}

    def test_what_follows_a_first_visit_is_one_of_four(self) -> None:
        assert "declined" in says(UCR, outcome="declined")
        assert spec_of({**UCR, "outcome": "same_day"}) is not None


class TestTimetable:
    """Half leave 10:00 to 12:00, half 14:00 to 18:00, evenly within each."""

    HALVES = Timetable({"10:00-12:00": 0.5, "14:00-18:00": 0.5})

    @pytest.mark.parametrize(
        ("clock", "luck", "leaves"),
        [
            (0, 0.0, 600),  # everybody is still to leave
            (0, 0.25, 660),
            (0, 0.5, 720),
            (0, 0.75, 960),
            (0, 1.0, 1080),
            (600, 0.25, 660),  # nobody has gone at ten
            (660, 0.0, 660),  # a quarter has gone at eleven: of the rest a third by noon
            (660, 1 / 3, 720),
            (660, 2 / 3, 960),
            (720, 0.5, 960),  # half have gone, at noon and until two
            (800, 0.5, 960),
            (840, 0.5, 960),
            (960, 0.5, 1020),  # a quarter is left at four
            (1079, 1.0, 1080),
            (1080, 0.5, None),
            (1200, 0.0, None),
        ],
    )
    def test_when_somebody_leaves(self, clock: float, luck: float, leaves: float | None) -> None:
        found = self.HALVES.after(clock, luck)
        assert found == (None if leaves is None else pytest.approx(leaves))

    def test_a_span_without_a_share_is_no_span(self) -> None:
        """Nobody leaves from two to four, so the day's departures end at noon."""
        table = Timetable({"10:00-12:00": 1.0, "14:00-16:00": 0.0})
        assert table.ends == 720
        assert table.after(800, 0.5) is None
        assert table.after(0, 1.0) == 720
        first = Timetable({"08:00-09:00": 0.0, "10:00-12:00": 1.0})
        assert first.after(0, 0.0) == 600

    def test_shares_that_are_a_little_short_are_made_up(self) -> None:
        """Three thirds as 33.33%: each is a third all the same."""
        table = Timetable({"09:00-10:00": 0.33333, "11:00-12:00": 0.33333, "13:00-14:00": 0.33333})
        assert [table.after(0, luck) for luck in (1 / 6, 0.5, 5 / 6, 1.0)] == pytest.approx(
            [570, 690, 810, 840]
        )

    def test_spans_may_be_written_in_any_order_and_may_touch(self) -> None:
        table = Timetable({"12:00-14:00": 0.5, "10:00-12:00": 0.5})
        assert [table.after(0, luck) for luck in (0.0, 0.5, 0.75, 1.0)] == pytest.approx([600, 720, 780, 840])

    @pytest.mark.parametrize(
        ("shares", "says"),
        [
            ({"10:00-12:00": 0.6, "12:00-14:00": 0.3}, "add up to 90%"),
            ({"10:00-12:00": 0.5, "11:59-14:00": 0.5}, "overlap"),
            ({"10:00-10:00": 1.0}, "10:00-10:00 does not end after it begins"),
            ({"12:00-10:00": 1.0}, "12:00-10:00 does not end after it begins"),
            ({"10:00": 1.0}, "10:00 is not a span of time: write 10:00-12:00"),
        ],
    )
    def test_what_is_no_timetable(self, shares: dict[str, float], says: str) -> None:
        with pytest.raises(ValueError, match=says):
            Timetable(shares)

    @given(minute=st.floats(0, 1439), luck=st.floats(0.0, 1.0), more=st.floats(0.0, 1.0))
    @settings(max_examples=60, deadline=None)
    def test_more_luck_leaves_later_and_nobody_in_the_past(
        self, minute: float, luck: float, more: float
    ) -> None:
        early, late = (self.HALVES.after(minute, each) for each in sorted((luck, more)))
        if early is None or late is None:
            assert minute >= 1080
        else:
            assert minute <= early <= late <= 1080


class TestHours:
    @pytest.mark.parametrize(
        ("bounds", "always"),
        [([-inf, inf], True), ([0.0, inf], True), ([1.0, inf], False), ([0.0, 9999.0], False), ([], False)],
    )
    def test_what_never_shuts_during_the_run(self, bounds: list[float], always: bool) -> None:
        assert is_always(Opening(bounds)) == always

    def test_doors_that_shut_before_closing(self) -> None:
        assert ending_earlier(NINE_TO_FIVE, 30.0).bounds == [540.0, 990.0, 1980.0, 2430.0]
        assert ending_earlier(NINE_TO_FIVE, 0.0).bounds == NINE_TO_FIVE.bounds
        assert ending_earlier(NINE_TO_FIVE, 479.0).bounds == [540.0, 541.0, 1980.0, 1981.0]
        assert ending_earlier(NINE_TO_FIVE, 480.0).bounds == []
        assert ending_earlier(Opening([-inf, inf]), 30.0).bounds == [-inf, inf]
        assert ending_earlier(Opening([0.0, 20.0, 60.0, 120.0]), 30.0).bounds == [60.0, 90.0]

    @pytest.mark.parametrize(
        ("clock", "bounds"),
        [
            (900.0, [540.0, 900.0, 1980.0, 2340.0]),
            (1020.0, NINE_TO_FIVE.bounds),
            (1200.0, NINE_TO_FIVE.bounds),
            (541.0, [540.0, 541.0, 1980.0, 1981.0]),
        ],
    )
    def test_hours_that_end_at_a_time_of_day(self, clock: float, bounds: list[float]) -> None:
        assert ending_at(NINE_TO_FIVE, clock, 2880.0).bounds == bounds

    def test_hours_over_midnight_end_the_next_morning(self) -> None:
        """22:00 to 06:00: a last referral at 04:00 is of the morning after."""
        assert ending_at(Opening([1320.0, 1800.0]), 240.0, 2880.0).bounds == [1320.0, 1680.0]

    def test_all_hours_are_cut_into_days(self) -> None:
        """To 16:00 every day, and for two weeks after the end of the run."""
        found = ending_at(Opening([-inf, inf]), 960.0, 2 * DAY)
        assert found.bounds[:4] == [0.0, 960.0, DAY, DAY + 960.0]
        assert found.is_open(DAY + 959.0)
        assert not found.is_open(DAY + 960.0)
        assert found.is_open(16 * DAY)

    def test_midnight_as_a_time_of_day_is_the_end_of_a_day_of_all_hours(self) -> None:
        found = ending_at(Opening([-inf, inf]), 0.0, 2 * DAY)
        assert all(found.is_open(minute) for minute in (0.0, 1439.0, DAY, DAY + 600.0))


class TestSlots:
    def test_a_grid_that_does_not_divide_the_day_begins_anew_each_day(self) -> None:
        """Seven an hour from 09:00 on; the last of the day is the last multiple of 60/7 before 17:00."""
        slots = Slots(NINE_TO_FIVE, 7)
        assert slots.next_after(0.0) == 540.0
        assert slots.next_after(541.0) == pytest.approx(540.0 + 60 / 7)
        assert slots.next_after(1015.0) == 1980.0  # 540 + 56 * 60 / 7 is 1020: shut
        slots.given = 540.0 + 60 / 7
        assert slots.next_after(541.0) == pytest.approx(540.0 + 120 / 7)

    def test_slots_without_a_grid_are_every_open_minute(self) -> None:
        slots = Slots(NINE_TO_FIVE, 0)
        slots.given = 700.0
        assert [slots.next_after(minute) for minute in (0.0, 600.0, 1019.0, 1020.0, 2460.0)] == [
            540.0,
            600.0,
            1019.0,
            1980.0,
            inf,
        ]

    @pytest.mark.parametrize(
        ("minute", "next_day"),
        [(0.0, 540.0), (540.0, 1980.0), (1019.0, 1980.0), (1020.0, 1980.0), (2000.0, inf)],
    )
    def test_the_next_day_of_opening(self, minute: float, next_day: float) -> None:
        assert Slots(NINE_TO_FIVE, 1).tomorrow(minute) == next_day

    def test_the_next_day_of_what_never_shuts(self) -> None:
        slots = Slots(Opening([-inf, inf]), 1)
        assert [slots.tomorrow(minute) for minute in (0.0, 1439.0, 3 * DAY + 5.0)] == [DAY, DAY, 4 * DAY]


class TestStartsOfADay:
    @pytest.mark.parametrize(
        ("bounds", "levels"),
        [
            ([-inf, inf], [(0.0, 3), (DAY, 5)]),
            ([540.0, 600.0], [(0.0, 3), (DAY, 0)]),
            ([DAY + 540.0, DAY + 600.0], [(0.0, 0), (DAY, 5), (2 * DAY, 0)]),
            ([DAY, DAY + 1.0], [(0.0, 0), (DAY, 5), (2 * DAY, 0)]),
            ([], [(0.0, 0)]),
        ],
    )
    def test_a_day_without_hours_has_none(self, bounds: list[float], levels: list[tuple[float, int]]) -> None:
        """Three on the first day and five from then on, over four days."""
        found = list(daily([(0.0, 3), (DAY, 5)], Opening(bounds), 4 * DAY))
        assert found == levels
