"""The course of one action, hour by hour, worked out on paper."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.clock import Opening
from flowsim.policies.escalation.course import ACTIVE, IDLE, ORDERED, Course, Standby
from flowsim.spec.escalation import Action

HOUR = 60.0
DOES = {"change": {"services.x.beds": {"add": 1}}}


def rules(**settings: Any) -> Action:
    return Action.model_validate({"level": 3, **DOES, **settings})


def story(course: Course, levels: list[int]) -> list[str]:
    """Return what happens at each hour's level; nothing is an empty text."""
    told = [course.assess(hour * HOUR, level) for hour, level in enumerate(levels)]
    return ["" if each is None else each[0] for each in told]


def test_it_comes_into_effect_at_its_level_and_ends_below_it() -> None:
    assert story(Course(rules()), [1, 2, 3, 4, 3, 2, 1]) == ["", "", "activated", "", "", "stood_down", ""]


def test_it_can_be_kept_up_until_a_lower_level() -> None:
    assert story(Course(rules(until=1)), [3, 2, 2, 1]) == ["activated", "", "", "stood_down"]


def test_it_lasts_as_long_as_it_must() -> None:
    assert story(Course(rules(at_least="3 hours")), [3, 1, 1, 1, 1]) == [
        "activated",
        "",
        "",
        "stood_down",
        "",
    ]


def test_it_lasts_no_longer_than_it_may_and_then_rests() -> None:
    course = Course(rules(at_most="2 hours", rest="3 hours"))
    assert story(course, [3] * 7) == ["activated", "", "stood_down", "", "", "activated", ""]


def test_an_order_waits_for_its_lead_time() -> None:
    course = Course(rules(lead="2 hours"))
    assert course.assess(0.0, 3) == ("ordered", "")
    assert course.state == ORDERED
    assert course.take_effect(2 * HOUR, course.ticket) == ("activated", "")
    assert course.state == ACTIVE
    assert course.assess(3 * HOUR, 2) == ("stood_down", "the level fell")


def test_an_order_is_cancelled_when_the_level_falls_first() -> None:
    course = Course(rules(lead="2 hours"))
    course.assess(0.0, 3)
    ticket = course.ticket
    assert course.assess(HOUR, 2) == ("cancelled", "the level fell")
    assert course.take_effect(2 * HOUR, ticket) is None
    assert course.state == IDLE


def test_an_order_cancelled_and_made_anew_waits_anew() -> None:
    course = Course(rules(lead="3 hours"))
    course.assess(0.0, 3)
    first = course.ticket
    course.assess(HOUR, 2)
    course.assess(2 * HOUR, 3)
    assert course.take_effect(3 * HOUR, first) is None
    assert course.take_effect(5 * HOUR, course.ticket) == ("activated", "")


def test_it_is_ordered_only_in_its_hours() -> None:
    course = Course(rules(), opening=Opening([2 * HOUR, 4 * HOUR]))
    assert story(course, [3, 3, 3, 3, 3]) == ["", "", "activated", "", ""]


# -- staff ---------------------------------------------------------------------------------------------------


def test_without_the_staff_it_needs_it_does_not_happen_and_says_so_once() -> None:
    nurses = Standby("nurses", [(0.0, 1)])
    course = Course(rules(), [(nurses, 2)])
    assert course.assess(0.0, 3) == ("failed", "needs 2 nurses, 1 can be had")
    assert course.assess(HOUR, 4) is None
    assert (course.state, nurses.used) == (IDLE, 0)


def test_it_says_so_again_for_the_next_time_and_for_another_reason() -> None:
    nurses = Standby("nurses", [(0.0, 1), (2 * HOUR, 0)])
    course = Course(rules(), [(nurses, 2)])
    told = [course.assess(hour * HOUR, level) for hour, level in enumerate([3, 3, 3, 1, 3])]
    assert [each and each[1] for each in told] == [
        "needs 2 nurses, 1 can be had", None, "needs 2 nurses, 0 can be had", None,
        "needs 2 nurses, 0 can be had",
    ]  # fmt: skip


def test_it_happens_as_soon_as_staff_come() -> None:
    nurses = Standby("nurses", [(0.0, 0), (2 * HOUR, 2)])
    assert story(Course(rules(), [(nurses, 2)]), [3, 3, 3]) == ["failed", "", "activated"]


def test_two_actions_share_the_staff_there_are() -> None:
    nurses = Standby("nurses", [(0.0, 3)])
    first, second = Course(rules(), [(nurses, 2)]), Course(rules(), [(nurses, 2)])
    assert first.assess(0.0, 3) == ("activated", "")
    assert second.assess(0.0, 3) == ("failed", "needs 2 nurses, 1 can be had")
    first.assess(HOUR, 1)
    assert second.assess(HOUR, 3) == ("activated", "")
    assert nurses.used == 2


def test_all_the_staff_or_none() -> None:
    nurses, doctors = Standby("nurses", [(0.0, 5)]), Standby("doctors", [(0.0, 0)])
    course = Course(rules(), [(nurses, 2), (doctors, 1)])
    assert course.assess(0.0, 3) == ("failed", "needs 1 doctors, 0 can be had")
    assert nurses.used == 0


@pytest.mark.parametrize(("lead", "word"), [("0 min", "stood_down"), ("9 hours", "cancelled")])
def test_it_ends_when_its_staff_go_off_duty(lead: str, word: str) -> None:
    nurses = Standby("nurses", [(0.0, 2), (3 * HOUR, 1)])
    course = Course(rules(lead=lead), [(nurses, 2)])
    course.assess(0.0, 4)
    assert course.lose_staff(2 * HOUR) is None
    assert course.lose_staff(3 * HOUR) == (word, "1 nurses fewer than it needs")
    assert (course.state, nurses.used) == (IDLE, 0)


@given(st.lists(st.integers(1, 4), max_size=60), st.integers(0, 4), st.integers(0, 5), st.integers(0, 5))
def test_staff_are_used_exactly_while_it_is_ordered_or_in_effect(
    levels: list[int], staff: int, least: int, rest: int
) -> None:
    nurses = Standby("nurses", [(0.0, staff), (20 * HOUR, 2), (30 * HOUR, 0), (40 * HOUR, 4)])
    course = Course(rules(at_least=f"{least} hours", rest=f"{rest} hours"), [(nurses, 2)])
    since = None
    for hour, level in enumerate(levels):
        lost = course.lose_staff(hour * HOUR)
        told = course.assess(hour * HOUR, level)
        assert nurses.used == (2 if course.state != IDLE else 0)
        assert nurses.free(hour * HOUR) >= 0
        if told == ("activated", ""):
            since = hour
        if told and told[0] == "stood_down" and since is not None and not lost:
            assert hour - since >= least
