"""Escalation where a step less would not be noticed: orders, rests, complaints, ladders, the record."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest

from flowsim.policies.escalation.course import ACTIVE, IDLE, ORDERED, Course, Standby
from flowsim.policies.escalation.record import Record
from flowsim.policies.escalation.scoring import PARAMETERS, Ladder, Scope
from flowsim.spec.escalation import Action

HOUR = 60.0
DOES = {"change": {"services.x.beds": {"add": 1}}}


def rules(**settings: Any) -> Action:
    return Action.model_validate({"level": 3, **DOES, **settings})


def story(course: Course, levels: list[int]) -> list[str]:
    """Return what happens at each hour's level; nothing is an empty text."""
    told = [course.assess(hour * HOUR, level) for hour, level in enumerate(levels)]
    return ["" if each is None else each[0] for each in told]


class TestCourse:
    def test_an_order_stands_while_the_level_does(self) -> None:
        course = Course(rules(lead="5 hours"))
        assert story(course, [3, 3, 4, 3]) == ["ordered", "", "", ""]
        assert course.state == ORDERED

    def test_an_order_is_cancelled_at_the_level_at_which_the_action_would_end(self) -> None:
        """Kept up to OPEL 1: at 2 the order stands, at 1 it does not."""
        assert story(Course(rules(lead="5 hours", until=1)), [3, 2, 1]) == ["ordered", "", "cancelled"]

    def test_only_an_action_that_was_in_effect_rests(self) -> None:
        """Cancelled at hour 1, ordered again at hour 2; stood down at hour 1, at rest to hour 4."""
        ordered = Course(rules(lead="5 hours", rest="3 hours"))
        assert story(ordered, [3, 1, 3]) == ["ordered", "cancelled", "ordered"]
        active = Course(rules(rest="3 hours"))
        assert story(active, [3, 1, 3, 3, 3]) == ["activated", "stood_down", "", "", "activated"]

    def test_the_shortest_and_the_longest_time_count_from_taking_effect(self) -> None:
        """Ordered at 0, in effect at 2: with at least 3 hours it cannot end before 5."""
        course = Course(rules(lead="2 hours", at_least="3 hours"))
        course.assess(0.0, 3)
        course.take_effect(2 * HOUR, course.ticket)
        assert [course.assess(hour * HOUR, 1) for hour in (3, 4)] == [None, None]
        assert course.assess(5 * HOUR, 1) == ("stood_down", "the level fell")

    def test_it_has_lasted_as_long_as_it_may_at_that_very_minute(self) -> None:
        course = Course(rules(at_most="2 hours"))
        course.assess(0.0, 4)
        assert course.assess(2 * HOUR - 1, 4) is None
        assert course.assess(2 * HOUR, 4) == ("stood_down", "it has lasted as long as it may")

    def test_a_level_that_falls_at_the_last_minute_is_the_reason(self) -> None:
        course = Course(rules(at_most="2 hours"))
        course.assess(0.0, 4)
        assert course.assess(2 * HOUR, 1) == ("stood_down", "the level fell")

    def test_a_complaint_is_forgotten_once_it_has_happened(self) -> None:
        """Fails, happens, ends, and fails for the same reason: that is told again."""
        nurses = Standby("nurses", [(0.0, 1), (HOUR, 2), (2 * HOUR, 1)])
        course = Course(rules(), [(nurses, 2)])
        assert course.assess(0.0, 3) == ("failed", "needs 2 nurses, 1 can be had")
        assert course.assess(HOUR, 3) == ("activated", "")
        assert course.lose_staff(2 * HOUR) == ("stood_down", "1 nurses fewer than it needs")
        assert course.assess(2 * HOUR, 3) == ("failed", "needs 2 nurses, 1 can be had")

    def test_nobody_is_taken_from_an_action_that_has_none(self) -> None:
        """The other action has the two who go off duty; the idle one has nothing to end."""
        nurses = Standby("nurses", [(0.0, 2), (HOUR, 0)])
        busy, idle = Course(rules(), [(nurses, 2)]), Course(rules(), [(nurses, 1)])
        assert busy.assess(0.0, 3) == ("activated", "")
        assert idle.lose_staff(HOUR) is None
        assert busy.lose_staff(HOUR) == ("stood_down", "2 nurses fewer than it needs")
        assert (nurses.used, idle.state, busy.state) == (0, IDLE, IDLE)

    def test_a_ticket_is_good_for_one_order(self) -> None:
        course = Course(rules(lead="1 hour"))
        course.assess(0.0, 3)
        first = course.ticket
        assert course.take_effect(HOUR, first) == ("activated", "")
        course.assess(2 * HOUR, 1)
        course.assess(3 * HOUR, 3)
        assert course.ticket != first
        assert course.take_effect(4 * HOUR, first) is None
        assert course.take_effect(4 * HOUR, course.ticket) == ("activated", "")
        assert course.state == ACTIVE


class TestStandby:
    @pytest.mark.parametrize(
        ("minute", "free"), [(0.0, 2), (59.9, 2), (60.0, 5), (119.0, 5), (120.0, 0), (9e9, 0)]
    )
    def test_who_can_be_had_follows_the_rota_from_the_minute_of_each_change(
        self, minute: float, free: int
    ) -> None:
        assert Standby("nurses", [(0.0, 2), (60.0, 5), (120.0, 0)]).free(minute) == free

    def test_those_on_actions_are_not_to_be_had(self) -> None:
        nurses = Standby("nurses", [(0.0, 2), (60.0, 1)])
        nurses.used = 2
        assert (nurses.free(0.0), nurses.free(60.0)) == (0, -1)


class TestLadder:
    """OPEL 2 from 10 points, 3 from 20, 4 from 30."""

    @pytest.mark.parametrize(
        ("score", "level"), [(9.9, 1), (10, 2), (19.9, 2), (20, 3), (29.9, 3), (30, 4), (99, 4)]
    )
    def test_a_level_begins_at_its_score(self, score: float, level: int) -> None:
        ladder = Ladder([10, 20, 30], margin=0.0, hold=0.0)
        assert ladder.plain(score) == level
        assert ladder.step(0.0, score) == level

    def test_up_at_once_and_down_one_margin_below(self) -> None:
        """A margin of 4: at 17 and at 16 a level of 3 is kept, at 15.9 it is left."""
        ladder = Ladder([10, 20, 30], margin=4.0, hold=0.0)
        assert [ladder.step(t, score) for t, score in enumerate((25, 17, 16, 15.9, 6.1, 5.9))] == [
            3,
            3,
            3,
            2,
            2,
            1,
        ]

    def test_several_levels_at_once_where_the_score_says_so(self) -> None:
        ladder = Ladder([10, 20, 30], margin=4.0, hold=0.0)
        assert [ladder.step(t, score) for t, score in enumerate((35, 12, 1))] == [4, 2, 1]

    def test_a_level_is_held_for_a_while_after_any_change(self) -> None:
        """Held for 2 hours: up at 0 and at 60, so not down before 180; then not again before 300."""
        ladder = Ladder([10, 20, 30], margin=0.0, hold=120.0)
        told = [
            ladder.step(minute, score) for minute, score in ((0, 25), (60, 35), (120, 5), (179, 5), (180, 15))
        ]
        assert told == [3, 4, 4, 4, 2]
        assert [ladder.step(minute, 5) for minute in (240, 299, 300)] == [2, 2, 1]

    def test_the_hold_does_not_keep_it_from_rising(self) -> None:
        ladder = Ladder([10, 20, 30], margin=0.0, hold=999.0)
        assert [ladder.step(minute, score) for minute, score in ((0, 15), (1, 25), (2, 35))] == [2, 3, 4]

    def test_a_first_level_can_be_left_at_once(self) -> None:
        """Nothing has changed before the first assessment, so nothing is held."""
        ladder = Ladder([10, 20, 30], margin=0.0, hold=120.0)
        assert ladder.step(0.0, 5) == 1
        assert ladder.step(1.0, 15) == 2


class TestRecord:
    def test_every_number_and_word_is_in_its_column(self) -> None:
        record = Record()
        values = [float(number) for number in range(1, len(PARAMETERS) + 1)]
        north, whole = Scope("site", "north"), Scope("system", "")
        record.assessed(30.0, north, 12.5, 3, values)
        record.happened(45.0, "activated", whole, 4, "beds", reason="why", beds=6.0)
        record.happened(60.0, "diverted", north, 2, "elsewhere", patients=7.0)
        table = record.table()
        assert table["minute"].tolist() == [30.0, 45.0, 60.0]
        assert table["level"].tolist() == [3, 4, 2]
        words = {name: [table[name].texts[code] for code in table[name].codes.tolist()] for name in WORDS}
        assert words == {
            "event": ["assessed", "activated", "diverted"],
            "scope": ["site", "system", "site"],
            "name": ["north", "", "north"],
            "action": ["", "beds", "elsewhere"],
            "reason": ["", "why", ""],
        }
        assert [_known(value) for value in table["score"]] == [12.5, None, None]
        assert [_known(value) for value in table["beds"]] == [None, 6.0, None]
        assert [_known(value) for value in table["patients"]] == [None, None, 7.0]
        for number, name in enumerate(PARAMETERS, start=1):
            assert [_known(value) for value in table[name]] == [float(number), None, None]

    def test_nothing_happened(self) -> None:
        table = Record().table()
        assert {len(np.asarray(getattr(column, "codes", column))) for column in table.values()} == {0}


WORDS = ("event", "scope", "name", "action", "reason")


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)
