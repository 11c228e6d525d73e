"""The plain measures of every service, and where patients' time is spent, on timetables.

Day 0 is the warm-up; the collection period is days 1 and 2, so rates are counts divided by 2.
"""

from functools import cache
from math import nan

import numpy as np
import pytest

from hand_made import HandMade
from visit_table import Measures, timetable

SERVICES = {
    "ed": {"kind": "emergency_department", "site": "north"},
    "ward": {"kind": "ward", "site": "north"},
    "team": {"kind": "discharge", "site": "north"},
    "care": {"kind": "intermediate_care", "place": "west"},
    "hub": {"kind": "clinic", "place": "east"},
}
PATHWAYS = {
    "ed": {"home": "leave", "admit": "ward", "left": "leave"},
    "ward": {"ready": "team", "moved_on": "ward"},
    "team": {"pathway_0": "leave", "pathway_1": "care"},
    "care": {"home": "leave"},
    "hub": {"done": "leave", "referred": "ward", "left": "leave"},
}
CLINIC = """
who  service outcome  arrived accepted started finished left
# in the warm-up, and straddling it
abe  hub     done     0/08:00 0/08:00  0/08:10 0/09:00  0/09:00
ann  hub     done     0/23:00 0/23:00  0/23:30 1/01:00  1/01:00
# served at once, after 15 minutes, after 16, after an hour, after 4 hours and a minute
bob  hub     done     1/08:00 1/08:00  1/08:00 1/08:30  1/08:30
cid  hub     done     1/08:00 1/08:00  1/08:15 1/08:45  1/08:45
dot  hub     done     1/08:00 1/08:00  1/08:16 1/08:46  1/08:46
eve  hub     done     1/08:00 1/08:00  1/09:00 1/09:30  1/09:30
fay  hub     referred 1/08:00 1/08:00  1/12:01 1/13:01  1/15:01
# turned away, gone without care, waiting at the end for 15 minutes and for 5 hours, and in care
gus  hub     full     1/09:00 -        -       -        1/09:00
hal  hub     left     1/09:00 1/09:00  -       -        1/10:00
ida  hub     -        2/23:45 2/23:45  -       -        -
jon  hub     -        2/19:00 -        -       -        -
kim  hub     -        2/20:00 2/20:00  2/21:00 -        -
"""


@cache
def clinic() -> Measures:
    made = timetable(SERVICES, CLINIC)
    made.pathways = PATHWAYS
    return made.measures()


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("arrivals", 10 / 2),
        ("served", 5 / 2),  # bob cid dot eve fay
        ("refused", 1 / 2),
        ("refused_share", 1 / 10),
        ("gave_up", 1 / 2),
        ("still_inside", 3),
        # bob 0, cid 15, dot 16, eve 60, fay 241, kim 60; ida 15 and jon 300 so far
        ("wait_mean", (0 + 15 + 16 + 60 + 241 + 60 + 15 + 300) / 8),
        ("wait_median", (16 + 60) / 2),
        ("wait_p90", 241 + 0.3 * 59),
        ("wait_p95", 241 + 0.65 * 59),
        ("waited", 7 / 8),
        ("wait_over_15_minutes", 5 / 7),  # dot eve fay kim jon; ida not known
        ("wait_over_1_hour", 2 / 7),  # fay jon
        ("wait_over_4_hours", 2 / 7),
        ("wait_over_1_day", 0 / 6),
        # from the start of care to its end, for kim so far
        ("time_in_service", (30 + 30 + 30 + 30 + 60 + 180) / 6),
        ("time_blocked", (0 + 0 + 0 + 0 + 120) / 5),  # fay waits for the ward
        ("time_total", (30 + 45 + 46 + 90 + 421 + 0 + 60 + 15 + 300 + 240) / 10),
        # hours in the period: ann 1 in care; waiting, care and held of the others
        ("mean_waiting", (0 + 15 + 16 + 60 + 241 + 60 + 15 + 300 + 60) / 2880),  # hal waits an hour
        ("mean_in_service", (60 + 30 + 30 + 30 + 30 + 60 + 180) / 2880),
        ("mean_blocked", 120 / 2880),
        ("mean_present", (60 + 30 + 45 + 46 + 90 + 421 + 60 + 15 + 300 + 240) / 2880),
    ],
)
def test_a_clinic(measure: str, expected: float) -> None:
    assert clinic()[measure, "service", "hub"] == pytest.approx(expected)


def test_numbers_present_at_whole_hours() -> None:
    """There are 49 whole hours in two days, both ends included."""
    numbers = np.zeros(49)
    numbers[0] = 1  # ann leaves at 1:00
    numbers[8] = 5
    numbers[9] = 3  # eve, fay, and hal; gus was turned away as he came
    numbers[10:16] = 1  # fay, to 15:01
    numbers[24 + 19] = 1
    numbers[24 + 20 : 24 + 24] = 2
    numbers[48] = 3
    assert clinic()["present_max", "service", "hub"] == 5
    for measure, share in (("present_p5", 0.05), ("present_median", 0.5), ("present_p95", 0.95)):
        assert clinic()[measure, "service", "hub"] == pytest.approx(np.quantile(numbers, share))


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("arrivals", 0.0),
        ("wait_mean", nan),
        ("refused_share", nan),
        ("time_total", nan),
        ("still_inside", 0.0),
        ("mean_present", 0.0),
        ("present_max", 0.0),
    ],
)
def test_a_service_without_patients(measure: str, expected: float) -> None:
    assert clinic()[measure, "service", "care"] == pytest.approx(expected, nan_ok=True)


def test_where_no_start_is_marked_care_begins_with_being_accepted() -> None:
    text = """
    who service outcome arrived accepted finished left
    ann care home 1/08:00 1/10:00 2/10:00 2/10:00
    bob care - 1/12:00 1/13:00 - -
    cid care - 2/12:00 - - -
    """
    found = timetable(SERVICES, text).measures()
    assert found["wait_mean", "service", "care"] == pytest.approx((120 + 60 + 720) / 3)
    assert found["time_in_service", "service", "care"] == pytest.approx((1440 + 35 * 60) / 2)
    assert found["mean_waiting", "service", "care"] == pytest.approx((120 + 60 + 720) / 2880)


# -- where time is spent --------------------------------------------------------------------------------

JOURNEY = """
who  service outcome   from arrived accepted started finished left
# 1 hour of waiting, 2 of care, 5 held in the emergency department; 30 hours of care in the ward, then 3 for
# the team and 4 for care at home, held in the ward
ann  ed      admit     -    1/00:00 1/00:00  1/01:00 1/03:00  1/08:00
ann  ward    ready     ed   1/03:00 1/08:00  1/08:00 2/14:00  2/21:00
ann  team    pathway_1 ward 2/14:00 2/15:00  2/15:00 2/17:00  2/21:00
ann  care    -         team 2/17:00 2/21:00  2/21:00 -        -
# turned away by the clinic, where she holds nothing, and served next door
bob  hub     full      -    1/10:00 -        -       -        1/10:00
# held since the warm-up, and still held at the end
cid  ed      admit     -    0/20:00 0/20:00  0/21:00 0/22:00  1/06:00
cid  ward    -         ed   0/22:00 1/06:00  1/06:00 -        -
dot  ed      admit     -    2/20:00 2/20:00  2/20:30 2/21:00  -
dot  ward    -         ed   2/21:00 -        -       -        -
"""


@cache
def journey() -> Measures:
    made = timetable(SERVICES, JOURNEY)
    made.pathways = PATHWAYS
    return made.measures()


@pytest.mark.parametrize(
    ("measure", "level", "group", "hours"),
    [
        # waiting holds no other place: ann's hour for a clinician, and dot's half
        ("hours_waiting", "system", "", 1.5),
        ("hours_waiting", "service", "ed", 1.5),
        ("hours_waiting", "service", "ward", 0.0),
        # in care: ann 2 in the ED, 30 in the ward, 3 in care; cid 42 in the ward, dot half an hour
        ("hours_in_care", "system", "", 2 + 30 + 3 + 42 + 0.5),
        ("hours_in_care", "service", "ward", 72.0),
        ("hours_in_care", "service", "team", 0.0),  # patients stay in the ward meanwhile
        ("hours_in_care", "kind", "intermediate_care", 3.0),
        # held: in the ED 5, cid's 6 of the period, dot's 3; in the ward 7
        ("hours_blocked", "system", "", 5 + 6 + 3 + 7),
        ("hours_blocked", "service", "ed", 14.0),
        ("hours_blocked", "service", "ward", 7.0),
        ("hours_blocked", "service", "team", 0.0),
        ("hours_blocked", "site", "north", 21.0),
        # who is waited for: the ward 14; the team 3 until it has arranged care, then care at home 4
        ("delay_caused", "service", "ward", 14.0),
        ("delay_caused", "service", "team", 3.0),
        ("delay_caused", "service", "care", 4.0),
        ("delay_caused", "service", "hub", 0.0),
        ("delay_caused", "place", "west", 4.0),
        ("delay_caused", "system", "", 21.0),
        ("blocked_by", "link", "ed > ward", 14.0),
        ("blocked_by", "link", "ward > team", 3.0),
        ("blocked_by", "link", "ward > care", 4.0),
    ],
)
def test_hours_each_day(measure: str, level: str, group: str, hours: float) -> None:
    assert journey()[measure, level, group] == pytest.approx(hours / 2)


@pytest.mark.parametrize(
    ("level", "group", "share"),
    [
        ("system", "", 21 / (1.5 + 77.5 + 21)),
        ("service", "ed", 14 / (1.5 + 2.5 + 14)),
        ("service", "care", 0.0),
        ("service", "hub", nan),
    ],
)
def test_share_of_time_held(level: str, group: str, share: float) -> None:
    assert journey()["blocked_share", level, group] == pytest.approx(share, nan_ok=True)


def test_links_are_only_those_that_were_used() -> None:
    links = {group for measure, _, group in journey() if measure == "blocked_by"}
    assert links == {"ed > ward", "ward > team", "ward > care"}


def test_someone_turned_away_is_held_where_they_were_until_the_next_service_accepts() -> None:
    """The first ward refuses after an hour, and the other accepts two hours later."""
    services = {**SERVICES, "other": {"kind": "ward", "site": "south"}}
    text = """
    who service outcome from arrived accepted started finished left
    ann ed admit - 1/08:00 1/08:00 1/08:00 1/10:00 1/13:00
    ann ward refused ed 1/10:00 - - - 1/11:00
    ann other ready ward 1/11:00 1/13:00 1/13:00 2/13:00 2/13:00
    """
    made = timetable(services, text)
    made.pathways = {**PATHWAYS, "other": {"ready": "leave"}}
    found = made.measures()
    assert found["hours_blocked", "service", "ed"] == pytest.approx(3 / 2)
    assert found["hours_waiting", "system", ""] == 0
    assert found["delay_caused", "service", "ward"] == pytest.approx(1 / 2)
    assert found["delay_caused", "service", "other"] == pytest.approx(2 / 2)
    assert found["blocked_by", "link", "ed > other"] == pytest.approx(2 / 2)


def test_those_who_do_not_go_on_are_in_care_until_they_leave() -> None:
    text = """
    who service outcome arrived accepted started finished left
    ann ed home 1/08:00 1/08:00 1/09:00 1/10:00 1/12:00
    """
    made = timetable(SERVICES, text)
    made.pathways = PATHWAYS
    found = made.measures()
    assert found["hours_in_care", "service", "ed"] == pytest.approx(3 / 2)
    assert found["hours_blocked", "service", "ed"] == 0
    assert found["time_blocked", "service", "ed"] == 0


class TestPools:
    @staticmethod
    def made() -> HandMade:
        made = HandMade(SERVICES, warm_up=90, horizon=90)
        made.pool("ed", "majors", [9.0, 2.0, 4.0], [9.0, 6.0, 10.0], queue=[9.0, 1.0, 2.0])
        made.pool("ward", "beds", 3, 1_000_000_000)
        return made

    @pytest.mark.parametrize(
        ("measure", "expected"),
        [("units_busy", 4.0), ("units_open", 10.0), ("utilisation", 0.4), ("pool_queue", 2.0)],
    )
    def test_whole_hours_of_the_period_count(self, measure: str, expected: float) -> None:
        """The period begins at half past one: the hour from one to two is not of it."""
        assert self.made().measures()[measure, "pool", "ed.majors"] == expected

    def test_a_pool_without_a_limit_has_units_busy_alone(self) -> None:
        found = self.made().measures()
        assert found["units_busy", "pool", "ward.beds"] == 3
        assert found["units_open", "pool", "ward.beds"] == pytest.approx(nan, nan_ok=True)
        assert found["utilisation", "pool", "ward.beds"] == pytest.approx(nan, nan_ok=True)

    def test_without_pools_nothing_is_said(self) -> None:
        found = timetable(SERVICES, "who service arrived\nann ed 1/08:00").measures()
        assert not any(level == "pool" for _, level, _ in found)


def test_nothing_at_all_can_be_measured_of_a_system_without_services() -> None:
    made = HandMade({})
    assert made.measures() == {}
