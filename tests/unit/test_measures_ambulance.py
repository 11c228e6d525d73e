"""Ambulance measures on a timetable: calls, crews at the door, and those whose crew is not simulated.

Day 0 is the warm-up; the collection period is days 1 and 2, so rates are counts divided by 2.
"""

from functools import cache
from math import isnan

import numpy as np
import pytest

from flowsim.measures.facts import Facts
from flowsim.measures.series import series
from visit_table import Measures, of_system, timetable

SERVICES = {
    "crews": {"kind": "ambulance", "place": "east", "handover_limit": None},
    "crews_west": {"kind": "ambulance", "place": "west", "handover_limit": 45.0},
    "ed": {"kind": "emergency_department", "site": "north"},
    "ed_south": {"kind": "emergency_department", "site": "south"},
}
CALLS = """
who  service    outcome        from       arrived accepted started finished left
# a call in the warm-up, whose patient comes to the door in the period
abe  crews      convey         -          0/23:00 0/23:05  0/23:20 1/00:00  1/00:30
abe  ed         home           crews      1/00:00 1/00:30  1/01:00 1/02:00  1/02:00
# category 1: on scene after 7 minutes, and handed over after 15 minutes exactly
ann  crews      convey         -          1/08:00 1/08:01  1/08:07 1/08:30  1/08:45
ann  ed         home           crews      1/08:30 1/08:45  1/09:00 1/10:00  1/10:00
# category 2: 18 and 30 minutes; handed over after 16 and 60 minutes
bob  crews      convey         -          1/09:00 1/09:02  1/09:18 1/10:00  1/10:16
bob  ed         admit          crews      1/10:00 1/10:16  1/11:00 1/12:00  1/20:00
cid  crews      convey         -          1/09:00 1/09:10  1/09:30 1/10:00  1/11:00
cid  ed         home           crews      1/10:00 1/11:00  1/11:30 1/12:00  1/12:00
# treated at home, closed on the telephone, and passed to an alternative
dot  crews      see_and_treat  -          2/09:00 2/09:10  2/10:00 2/11:00  2/11:00
eve  crews      hear_and_treat -          2/09:00 -        -       2/09:20  2/09:20
fay  crews      alternative    -          2/10:00 2/10:05  2/10:10 2/10:50  2/10:50
# still waiting for a crew, and still at the door
gus  crews      -              -          2/22:30 -        -       -        -
hal  crews      convey         -          2/22:00 2/22:05  2/22:20 2/23:00  -
hal  ed         -              crews      2/23:00 -        -       -        -
# released after 45 minutes, long before the hospital takes over
ida  crews_west convey         -          1/14:00 1/14:05  1/14:20 1/15:00  1/15:45
ida  ed_south   home           crews_west 1/15:00 1/18:00  1/18:30 1/19:00  1/19:00
# brought by a crew of elsewhere; and one who walks in after a call to somebody else
jon  ed         home           -          1/16:00 1/16:31  1/17:00 1/18:00  1/18:00
kim  ed         home           -          1/16:00 1/17:00  1/17:10 1/18:00  1/18:00
"""
PEOPLE = {
    "abe": {"category": "2", "route": "ambulance"},
    "ann": {"category": "1", "route": "ambulance", "place": "west"},
    "bob": {"category": "2", "route": "ambulance"},
    "cid": {"category": "2", "route": "ambulance"},
    "dot": {"category": "3", "route": "ambulance", "age": "85+"},
    "eve": {"category": "4", "route": "ambulance"},
    "fay": {"category": "3", "route": "ambulance"},
    "gus": {"category": "2", "route": "ambulance"},
    "hal": {"category": "1", "route": "ambulance"},
    "ida": {"category": "3", "route": "ambulance"},
    "jon": {"route": "ambulance", "place": "out_of_area"},
}


@cache
def measured() -> Measures:
    return timetable(SERVICES, CALLS, PEOPLE).measures()


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("calls", 9 / 2),  # all but abe
        # ann 7, bob 18, cid 30, dot 60, fay 10, gus 90 so far, hal 20, ida 20; eve never needed a crew
        ("response_mean", (7 + 18 + 30 + 60 + 10 + 90 + 20 + 20) / 8),
        ("response_p90", 60 + 0.3 * 30),
        ("response_category_1_mean", (7 + 20) / 2),
        ("response_category_1_p90", 7 + 0.9 * 13),
        ("response_category_2_mean", (18 + 30 + 90) / 3),
        ("response_category_2_p90", 30 + 0.8 * 60),
        ("response_category_3_mean", (60 + 10 + 20) / 3),
        ("response_category_4_mean", np.nan),
        # of the eight whose end is known
        ("conveyed", 5 / 8),  # ann bob cid hal ida
        ("see_and_treat", 1 / 8),
        ("hear_and_treat", 1 / 8),
        ("alternative_to_conveyance", 1 / 8),
        ("conveyances_avoided", 1 / 2),
        # at the door: abe 30, ann 15, bob 16, cid 60, hal 60 so far, ida 45, jon 31
        ("handovers", 7 / 2),
        ("handover_mean", (30 + 15 + 16 + 60 + 60 + 45 + 31) / 7),
        ("handover_median", 31),
        ("handover_p90", 60),
        ("handover_over_15", 6 / 7),
        ("handover_over_30", 4 / 7),  # cid hal ida jon
        ("handover_over_45", 2 / 7),  # cid hal
        ("handover_over_60", 0 / 6),  # not more than 60; hal not known
        ("handover_hours_lost", (15 + 0 + 1 + 45 + 45 + 30 + 16) / 60 / 2),
        ("crews_waiting", (30 + 15 + 16 + 60 + 60 + 45 + 31) / 2880),
    ],
)
def test_of_the_whole_system(measure: str, expected: float) -> None:
    assert of_system(measured(), measure) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("measure", "level", "group", "expected"),
    [
        ("calls", "category", "2", 3 / 2),
        ("calls", "category", "none", 0.0),
        ("calls", "place", "west", 1 / 2),
        ("calls", "service", "crews", 8 / 2),
        ("response_mean", "category", "1", (7 + 20) / 2),
        ("response_category_1_mean", "residence", "west", 7),
        ("response_category_1_mean", "service", "crews", (7 + 20) / 2),
        ("response_category_1_p90", "residence", "east", 20),
        ("conveyed", "category", "1", 1.0),
        ("conveyed", "category", "2", 1.0),  # gus waits: not known
        ("hear_and_treat", "category", "4", 1.0),
        ("see_and_treat", "residence", "west", 0.0),
        ("handover_mean", "site", "south", 45.0),
        ("handover_mean", "site", "north", (30 + 15 + 16 + 60 + 60 + 31) / 6),
        ("handover_p90", "site", "north", 60),
        ("handover_over_30", "trust", "other_trust", 1.0),
        ("crews_waiting", "place", "west", 45 / 2880),
        ("handovers", "service", "ed", 6 / 2),
    ],
)
def test_by_group(measure: str, level: str, group: str, expected: float) -> None:
    assert measured()[measure, level, group] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("waited", "over"),
    [
        ("15", ()),
        ("16", (15,)),
        ("30", (15,)),
        ("31", (15, 30)),
        ("45", (15, 30)),
        ("46", (15, 30, 45)),
        ("59", (15, 30, 45)),
    ],
)
def test_a_handover_is_over_a_limit_when_it_is_longer(waited: str, over: tuple[int, ...]) -> None:
    text = f"who service outcome arrived accepted left\nann ed home 1/08:00 1/08:{waited} 1/12:00"
    found = timetable({"ed": SERVICES["ed"]}, text, {"ann": {"route": "ambulance"}}).measures()
    assert [limit for limit in (15, 30, 45, 60) if of_system(found, f"handover_over_{limit}")] == list(over)
    assert of_system(found, "handover_hours_lost") == pytest.approx((int(waited) - 15) / 60 / 2)


@pytest.mark.parametrize(
    ("crews", "minutes"),
    [
        ({}, 300.0),  # no simulated crew says anything
        ({"a": 30.0}, 30.0),
        ({"a": 30.0, "b": 60.0}, 60.0),  # after the longest of the limits
        ({"a": 30.0, "b": None}, 300.0),  # some wait without limit, so may these
        ({"a": 301.0}, 300.0),  # handed over before that
    ],
)
def test_crews_that_are_not_simulated_follow_the_rule_of_those_that_are(
    crews: dict[str, float | None], minutes: float
) -> None:
    services = {name: {"kind": "ambulance", "handover_limit": limit} for name, limit in crews.items()}
    text = "who service outcome arrived accepted left\nann ed home 1/08:00 1/13:00 1/14:00"
    made = timetable({"ed": SERVICES["ed"], **services}, text, {"ann": {"route": "ambulance"}})
    found = made.measures()
    assert of_system(found, "handover_mean") == minutes
    assert of_system(found, "crews_waiting") == pytest.approx(minutes / 2880)
    daily = series(Facts(made.replication(), made.scenario()))[0]
    assert daily.row("handover_mean")[0] == minutes


def test_crews_of_the_warm_up_wait_into_the_period_but_their_handover_is_not_of_it() -> None:
    text = """
    who service outcome arrived accepted left
    ann ed home 0/23:30 1/00:20 1/02:00
    bob ed home 1/12:00 1/12:10 1/13:00
    """
    found = timetable(SERVICES, text, {name: {"route": "ambulance"} for name in ("ann", "bob")}).measures()
    assert of_system(found, "handovers") == 1 / 2
    assert of_system(found, "handover_mean") == 10
    assert of_system(found, "crews_waiting") == pytest.approx((20 + 10) / 2880)


def test_who_comes_from_another_service_came_without_a_crew_whatever_the_route_was() -> None:
    """Somebody who was once brought by ambulance walks over from the treatment centre."""
    services = {**SERVICES, "utc": {"kind": "urgent_treatment_centre", "site": "north"}}
    text = """
    who service outcome from arrived accepted left
    ann utc transfer - 1/08:00 1/08:00 1/09:00
    ann ed home utc 1/09:00 1/10:00 1/11:00
    """
    found = timetable(services, text, {"ann": {"route": "ambulance"}}).measures()
    assert ("handover_mean", "system", "") not in found


@pytest.mark.parametrize("route", ["walk_in", "gp", "nhs_111", "care_home", "return"])
def test_only_the_ambulance_route_brings_somebody_without_a_simulated_crew(route: str) -> None:
    text = "who service outcome arrived accepted left\nann ed home 1/08:00 1/08:10 1/09:00"
    found = timetable(SERVICES, text, {"ann": {"route": route}}).measures()
    assert ("handovers", "system", "") not in found


def test_calls_without_an_answer_yet_have_no_outcome_and_a_response_so_far() -> None:
    found = timetable(
        SERVICES, "who service arrived\nann crews 2/23:15", {"ann": {"category": "3"}}
    ).measures()
    assert of_system(found, "response_category_3_mean") == 45
    assert isnan(of_system(found, "conveyed"))
    assert isnan(of_system(found, "response_category_2_p90"))
