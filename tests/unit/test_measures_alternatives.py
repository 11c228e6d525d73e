"""Alternatives and intermediate care on timetables: who is taken, turned away, sent on, and for how long.

Day 0 is the warm-up; the collection period is days 1 and 2 unless said, so rates are counts divided by 2.
"""

from functools import cache
from math import isnan, nan

import pytest

from visit_table import Measures, of_system, timetable

SERVICES = {
    "ed": {"kind": "emergency_department", "site": "north"},
    "utc": {"kind": "urgent_treatment_centre", "site": "south"},
    "sdec": {"kind": "same_day_emergency_care", "site": "north"},
    "ucr": {"kind": "urgent_community_response", "place": "east", "within": 120.0},
    "ucr_west": {"kind": "urgent_community_response", "place": "west", "within": 60.0},
    "vw": {"kind": "virtual_ward", "place": "east"},
    "ward": {"kind": "ward", "site": "north"},
    "hub": {"kind": "clinic", "place": "east"},
    "line": {"kind": "access", "place": "east"},
    "crews": {"kind": "ambulance", "place": "east", "handover_limit": None},
    "home_care": {"kind": "intermediate_care", "place": "east"},
    "beds": {"kind": "intermediate_care", "place": "west"},
}
VISITS = """
who  service   outcome       from  arrived accepted assessed started finished left
# the treatment centre: treated, sent to an emergency department, shut, full, left, still inside
a01  utc       home          -     1/08:00 1/08:00  -        1/08:20 1/09:00  1/09:00
a02  utc       transfer      -     1/08:00 1/08:00  -        1/08:30 1/09:00  1/09:00
a03  utc       shut          -     1/23:00 -        -        -       -        1/23:00
a04  utc       full          -     1/12:00 -        -        -       -        1/12:00
a05  utc       left          -     1/12:00 1/12:00  -        -       -        1/14:00
a06  utc       -             -     2/23:00 2/23:00  -        -       -        -
# same day emergency care: from an emergency department and home, from a GP and admitted, refused, an
# alternative after it was seen, one still there, and one from before the period
b01  sdec      home          ed    1/09:00 1/09:00  -        1/09:30 1/11:00  1/11:00
b02  sdec      admit         -     1/09:00 1/09:00  -        1/10:00 1/13:00  1/17:00
b03  sdec      refused       -     1/18:00 -        -        -       -        1/18:00
b04  sdec      alternative   -     1/10:00 1/10:00  -        1/10:30 1/12:00  1/13:00
b05  sdec      -             -     2/22:00 2/22:30  -        2/23:00 -        -
b06  sdec      home          -     0/09:00 0/09:00  -        0/09:30 1/11:00  1/11:00
# an emergency department that would have admitted, and one that streams at the door
b07  ed        alternative   -     1/10:00 1/10:00  1/10:10  1/11:00 1/12:00  1/12:30
b08  ed        alternative   -     1/10:00 1/10:00  1/10:10  -       -        1/10:20
# urgent community response: two-hour referrals within, at the limit and beyond it; another that can wait
c01  ucr       kept_at_home  -     1/08:00 1/08:00  1/08:00  1/09:00 1/10:00  1/10:00
c02  ucr       conveyed      -     1/08:00 1/08:00  1/08:00  1/10:00 1/11:00  1/11:00
c03  ucr       virtual_ward  -     1/08:00 1/08:00  1/08:00  1/10:30 1/11:00  1/11:00
c04  ucr       kept_at_home  -     1/08:00 1/08:00  -        1/20:00 1/21:00  1/21:00
c05  ucr       declined      -     1/08:00 -        1/08:00  -       -        1/08:00
c06  ucr       shut          -     1/22:00 -        -        -       -        1/22:00
# still to be visited: for an hour, and for three
c07  ucr       -             -     2/23:00 2/23:00  2/23:00  -       -        -
c08  ucr       -             -     2/21:00 2/21:00  2/21:00  -       -        -
# the west aims at one hour
c09  ucr_west  kept_at_home  -     1/08:00 1/08:00  1/08:00  1/09:30 1/10:00  1/10:00
# virtual ward: step up, step down, got worse, refused, waiting, and one from before the period
d01  vw        home          ucr   1/00:00 1/00:00  -        1/06:00 2/06:00  2/06:00
d02  vw        deteriorated  ward  1/00:00 1/00:00  -        1/12:00 2/12:00  2/12:00
d03  vw        refused       -     1/00:00 -        -        -       -        1/00:00
d04  vw        -             -     2/12:00 -        -        -       -        -
d05  vw        home          -     0/00:00 0/00:00  -        0/06:00 1/18:00  1/18:00
d06  vw        -             -     2/00:00 2/00:00  -        2/06:00 -        -
# a clinic
e01  hub       done          -     1/08:00 1/08:00  -        1/08:10 1/08:30  1/08:30
e02  hub       referred      -     1/08:00 1/08:00  -        1/08:20 1/08:40  1/08:40
e03  hub       full          -     1/08:00 -        -        -       -        1/08:00
e04  hub       shut          -     1/22:00 -        -        -       -        1/22:00
e05  hub       left          -     1/09:00 1/09:00  -        -       -        1/10:00
# calls
f01  line      ambulance     -     1/08:00 1/08:05  -        1/08:05 1/08:15  1/08:15
f02  line      emergency_department - 1/08:00 1/08:05 -      1/08:05 1/08:15  1/08:15
f03  line      primary_care  -     1/08:00 1/08:05  -        1/08:05 1/08:15  1/08:15
f04  line      left          -     1/08:00 -        -        -       -        1/08:20
f05  line      -             -     2/23:59 -        -        -       -        -
f06  crews     alternative   -     1/08:00 1/08:10  -        1/08:20 1/08:40  1/08:40
"""
PEOPLE = {
    "c03": {"age": "85+", "fifth": "1"},
    "b01": {"age": "85+"},
    "d02": {"age": "75-84"},
    "f01": {"age": "85+"},
}


@cache
def measured() -> Measures:
    made = timetable(SERVICES, VISITS, PEOPLE)
    made.pool("vw", "places", [9.0] * 24 + [2.0] * 24 + [4.0] * 24, [9.0] * 24 + [5.0] * 48)
    return made.measures()


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("diverted", 4 / 2),  # b04 b07 b08 f06
        ("conveyances_avoided", 1 / 2),
        ("admissions_avoided", 2 / 2),  # b04 and b07; b08 was streamed at the door
        ("utc_sent_on", 2 / 6),
        ("utc_transferred", 1 / 2),  # of those treated
        ("sdec_attendances", 4 / 2),  # b01 b02 b04 b05
        ("sdec_refused", 1 / 5),
        ("sdec_converted", 1 / 3),  # b05 is not known
        ("sdec_direct", 3 / 4),
        ("sdec_time_mean", (120 + 480 + 180 + 120) / 4),
        ("ucr_referrals", 9 / 2),
        ("ucr_declined", 2 / 9),
        # c01 and c02 in time, c03 and c09 late, c08 late already, c07 not known; c04 could wait
        ("ucr_within_2_hours", 2 / 5),
        ("ucr_response_mean", (60 + 120 + 150 + 60 + 180 + 90) / 6),
        ("ucr_kept_at_home", 3 / 5),  # c01 c04 c09 of c01 c02 c03 c04 c09
        ("virtual_ward_admissions", 3 / 2),  # d01 d02 d06
        ("virtual_ward_step_up", 2 / 2),
        ("virtual_ward_step_down", 1 / 2),
        ("virtual_ward_refused", 1 / 5),
        ("virtual_ward_patients", 3.0),
        ("virtual_ward_occupancy", 3 / 5),
        ("virtual_ward_stay_mean", (24 + 24 + 36) / 3 / 24),  # d05 left in the period
        ("virtual_ward_returned", 1 / 3),
        ("clinic_attendances", 2 / 2),
        ("clinic_turned_away", 2 / 5),
        ("access_calls", 5 / 2),
        ("access_to_ed", 2 / 3),  # of those answered
    ],
)
def test_of_the_whole_system(measure: str, expected: float) -> None:
    assert of_system(measured(), measure) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("measure", "level", "group", "expected"),
    [
        ("diverted", "kind", "emergency_department", 2 / 2),
        ("diverted", "kind", "ambulance", 1 / 2),
        ("ucr_within_2_hours", "age", "85+", 0.0),
        ("ucr_within_2_hours", "service", "ucr_west", 0.0),
        ("ucr_within_2_hours", "place", "east", 2 / 4),
        ("ucr_kept_at_home", "fifth", "1", 0.0),
        ("sdec_attendances", "age", "85+", 1 / 2),
        ("admissions_avoided", "service", "ed", 1 / 2),
        ("virtual_ward_admissions", "age", "75-84", 1 / 2),
        ("access_to_ed", "age", "85+", 1.0),
        ("utc_sent_on", "trust", "other_trust", 2 / 6),
        ("access_calls", "place", "west", nan),
    ],
)
def test_by_group(measure: str, level: str, group: str, expected: float) -> None:
    found = measured().get((measure, level, group), nan)
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("kind", ["utc", "sdec", "ucr", "vw", "hub", "line"])
def test_a_service_that_nobody_comes_to_has_no_shares_and_rates_of_nothing(kind: str) -> None:
    found = timetable({kind: SERVICES[kind]}, "who service arrived").measures()
    own = {
        key[0]: value
        for key, value in found.items()
        if key[1:] == ("system", "")
        and key[0].split("_")[0] in ("utc", "sdec", "ucr", "virtual", "clinic", "access")
    }
    assert own
    assert all(isnan(value) or value == 0 for value in own.values())
    assert all(
        isnan(value)
        for name, value in own.items()
        if name.endswith(("refused", "sent_on", "declined", "mean", "turned_away", "to_ed"))
    )


# -- intermediate care ---------------------------------------------------------------------------------------

CARE = """
who  service   outcome  arrived  accepted started  finished left
# started before the period and straddles its beginning; waited from before it
abe  home_care home     1/00:00  2/00:00  2/00:00  14/00:00 14/00:00
ann  home_care home     9/00:00  12/00:00 12/00:00 20/00:00 20/00:00
bob  home_care home     10/00:00 10/00:00 10/00:00 13/00:00 13/00:00
cid  beds      -        15/00:00 19/00:00 19/00:00 -        -
dot  beds      -        27/00:00 -        -        -        -
eve  beds      refused  27/00:00 -        -        -        27/00:00
"""


@cache
def cared_for() -> Measures:
    pathways = {"cid": {"pathway": "2"}, "dot": {"pathway": "2"}, "eve": {"pathway": "2"}}
    others = {name: {"pathway": "1"} for name in ("abe", "ann", "bob")}
    made = timetable(SERVICES, CARE, pathways | others, warm_up=10, days=20)
    made.pool("home_care", "places", [1.0] * 240 + [2.0] * 240 + [1.0] * 240, 2)
    made.pool("beds", "places", [0.0] * 480 + [1.0] * 240, 1_000_000_000)
    return made.measures()


@pytest.mark.parametrize(
    ("measure", "level", "group", "expected"),
    [
        ("intermediate_care_referrals", "system", "", 4 / 20),  # bob cid dot eve
        ("intermediate_care_referrals", "discharge_pathway", "2", 3 / 20),
        ("intermediate_care_starts", "system", "", 3 / 20),  # ann, bob, cid
        ("intermediate_care_starts", "discharge_pathway", "1", 2 / 20),
        ("intermediate_care_wait_mean", "system", "", (0 + 4 + 3) / 3),
        ("intermediate_care_wait_mean", "discharge_pathway", "2", (4 + 3) / 2),
        ("intermediate_care_wait_p90", "system", "", 3 + 0.8 * 1),
        ("intermediate_care_waiting", "system", "", (2 + 4 + 3) / 20),  # ann from day 10, cid, dot
        ("intermediate_care_patients", "system", "", (4 + 8 + 3 + 11) / 20),
        ("intermediate_care_patients", "place", "west", 11 / 20),
        ("intermediate_care_stay_mean", "system", "", (12 + 8 + 3) / 3),
        ("intermediate_care_refused", "system", "", 1 / 4),
        ("intermediate_care_refused", "service", "beds", 1 / 3),
        ("intermediate_care_occupancy", "system", "", 1.5 / 2),  # without the service that has no limit
    ],
)
def test_intermediate_care(measure: str, level: str, group: str, expected: float) -> None:
    assert cared_for()[measure, level, group] == pytest.approx(expected)


def test_a_service_without_a_limit_has_no_occupancy() -> None:
    assert ("intermediate_care_occupancy", "service", "beds") not in cared_for()


@pytest.mark.parametrize(
    ("accepted", "starts"),
    [("0/23:59", 0), ("1/00:00", 1), ("2/23:59", 1), ("-", 0)],
)
def test_a_start_counts_in_the_period_in_which_it_is(accepted: str, starts: int) -> None:
    text = f"who service arrived accepted\nann home_care 0/12:00 {accepted}"
    found = timetable(SERVICES, text).measures()
    assert of_system(found, "intermediate_care_starts") == starts / 2
    assert of_system(found, "intermediate_care_referrals") == 0
