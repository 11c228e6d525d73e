"""Urgent care on a timetable of fifteen patients: who counts, from when, and on which side of each limit.

Day 0 is the warm-up; the collection period is days 1 and 2, so rates are counts divided by 2.
"""

from functools import cache
from math import isnan

import numpy as np
import pytest

from flowsim.measures.facts import Facts
from flowsim.measures.people import people
from visit_table import Measures, minute, of_system, timetable

SERVICES = {
    "ed": {"kind": "emergency_department", "site": "north"},
    "ed_south": {"kind": "emergency_department", "site": "south"},
    "utc": {"kind": "urgent_treatment_centre", "site": "south"},
}
PATIENTS = """
who  service  outcome     from arrived accepted assessed started finished left
# gone before the period begins, and inside when it begins
abe  ed       home        -    0/10:00 0/10:00  0/10:10  0/11:00 0/12:00  0/12:00
over ed       admit       -    0/20:00 0/20:00  0/20:10  0/21:00 0/23:00  1/03:00
# 120 minutes, from the very first minute; 240 minutes exactly; 241
ann  ed       home        -    1/00:00 1/00:00  1/00:10  1/00:30 1/01:30  1/02:00
bob  ed       home        -    1/08:00 1/08:00  1/08:20  1/08:56 1/11:30  1/12:00
cid  ed       home        -    1/08:00 1/08:10  1/08:40  1/10:00 1/12:00  1/12:01
# 12 hours exactly, with 8 hours for a bed; a minute less, with 9:59 for a bed
dot  ed       admit       -    1/09:00 1/09:30  1/09:40  1/09:58 1/13:00  1/21:00
eve  ed       admit       -    1/10:00 1/10:00  1/10:30  1/11:00 1/12:00  1/21:59
# left untreated; streamed before a clinician, and after one
fay  ed       left        -    1/12:00 1/12:00  1/12:20  -       -        1/14:00
gus  ed       alternative -    1/13:00 1/13:00  1/13:10  -       -        1/13:20
hal  ed       alternative -    2/08:00 2/08:00  2/08:15  2/09:02 2/10:00  2/10:30
# still inside: boarding for 12 hours, and waiting for a clinician for 3 and for 13 hours
ida  ed       admit       -    2/10:00 2/10:00  2/10:15  2/11:04 2/12:00  -
jon  ed       -           -    2/21:00 2/21:00  2/21:10  -       -        -
kim  ed       -           -    2/11:00 2/11:00  2/11:30  -       -        -
# another hospital, and a treatment centre that sends one on and turns one away
lea  ed_south home        -    2/09:00 2/09:00  2/09:05  2/09:15 2/09:45  2/10:00
max  utc      transfer    -    2/08:00 2/08:00  -        2/08:20 2/08:30  2/08:30
max  ed_south home        utc  2/08:30 2/08:30  2/08:40  2/08:50 2/09:30  2/14:30
nia  utc      shut        -    2/23:00 -        -        -       -        2/23:00
"""
PEOPLE = {
    "bob": {"age": "85+", "fifth": "1", "acuity": "2", "route": "ambulance", "place": "west"},
    "dot": {"age": "85+", "fifth": "1"},
    "cid": {"age": "0-17", "route": "gp"},
}
ALL = 12
"""Attendances of type 1 in the period: ann bob cid dot eve fay hal ida jon kim lea max."""


@cache
def measured() -> Measures:
    return timetable(SERVICES, PATIENTS, PEOPLE).measures()


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("attendances_type_1", ALL / 2),
        ("attendances_type_3", 2 / 2),  # everybody who comes, also who is turned away
        ("attendances", (ALL + 1) / 2),  # max at the centre, and not nia
        ("streamed_away", 1 / 2),  # gus
        # within: ann bob fay hal lea; over: cid dot eve ida kim max; jon not known
        ("within_4_hours_type_1", 5 / 11),
        ("within_4_hours", 6 / 12),  # and max at the centre
        ("within_4_hours_admitted", 0 / 3),
        (
            "within_4_hours_not_admitted",
            5 / 7,
        ),  # of ann bob cid fay hal lea max; not kim, whose end is unknown
        # dot, ida (14 hours so far) and kim (13); jon not known
        ("over_12_hours", 3 / 11),
        ("over_12_hours_per_day", 3 / 2),
        ("bed_wait_mean", (8 * 60 + 599 + 12 * 60) / 3),
        ("bed_wait_over_4_hours", 3 / 2),
        ("bed_wait_over_12_hours", 0.0),  # 12 hours exactly is not more than 12 hours
        ("admitted_share", 3 / 10),  # dot eve ida of all but jon and kim
        ("emergency_admissions", 3 / 2),
        ("left_before_treatment", 1 / 11),  # fay, of ten in emergency departments and max at the centre
        ("time_in_department_admitted_mean", (720 + 719 + 840) / 3),
        (
            "time_in_department_mean",
            (120 + 240 + 241 + 720 + 719 + 120 + 150 + 840 + 180 + 780 + 60 + 360) / ALL,
        ),
        ("time_in_department_median", (240 + 241) / 2),
        ("time_in_department_p90", 720 + 0.9 * 60),  # the 9.9th from the least: 720, then 780
        ("time_in_department_p95", 780 + 0.45 * 60),
        # ann 10, bob 20, cid 40, dot 40, eve 30, fay 20, hal 15, ida 15, jon 10, kim 30, lea 5, max 10; and
        # gus was no attendance, max was not assessed at the centre
        ("to_assessment_mean", (10 + 20 + 40 + 40 + 30 + 20 + 15 + 15 + 10 + 30 + 5 + 10) / ALL),
        ("to_assessment_median", (15 + 20) / 2),
        ("to_assessment_p95", 40),
        # ann 30, bob 56, cid 120, dot 58, eve 60, hal 62, ida 64, jon 180 and kim 780 so far, lea 15, max 20
        # and at the centre 20; fay left first
        ("to_clinician_mean", (30 + 56 + 120 + 58 + 60 + 62 + 64 + 180 + 780 + 15 + 20 + 20) / 12),
        ("to_clinician_median", (58 + 60) / 2),
        ("to_clinician_p90", 120 + 0.9 * 60),
    ],
)
def test_of_the_whole_system(measure: str, expected: float) -> None:
    assert of_system(measured(), measure) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("measure", "hours"),
    [
        # over 3, ann 2, bob 4, cid 241', dot 12, eve 719', fay 2, gus 20', hal 2.5, ida 14, jon 3, kim 13
        # and in the south lea 1, max 6
        ("in_department", 3 + 2 + 4 + 12 + 2 + 2.5 + 14 + 3 + 13 + 1 + 6 + (241 + 719 + 20) / 60),
        ("boarders", 3 + 8 + 599 / 60 + 12),  # over, dot, eve, ida
    ],
)
def test_numbers_present_are_hours_inside_the_period(measure: str, hours: float) -> None:
    assert of_system(measured(), measure) == pytest.approx(hours / 48)


@pytest.mark.parametrize(
    ("level", "group", "within", "attended"),
    [
        ("site", "north", 4 / 9, 10),
        ("site", "south", 2 / 3, 3),  # lea within, max over, and max at the centre within
        ("trust", "one_trust", 4 / 9, 10),
        ("trust", "other_trust", 2 / 3, 3),
        ("place", "east", 4 / 9, 10),
        ("place", "west", 2 / 3, 3),
        ("service", "ed", 4 / 9, 10),
        ("service", "ed_south", 1 / 2, 2),
        ("service", "utc", 1.0, 1),
        ("age", "85+", 1 / 2, 2),  # bob, dot
        ("age", "0-17", 0.0, 1),  # cid
        ("fifth", "1", 1 / 2, 2),
        ("fifth", "3", 5 / 10, 11),
        ("acuity", "2", 1.0, 1),
        ("route", "ambulance", 1.0, 1),
        ("route", "gp", 0.0, 1),
        ("residence", "west", 1.0, 1),
        ("hour", "08", 3 / 5, 5),  # bob, hal, and max at the centre; not cid, nor max later
        ("hour", "00", 1.0, 1),
        ("hour", "21", np.nan, 1),  # jon: not known
        ("hour", "23", np.nan, 0),  # nia was turned away
    ],
)
def test_by_provider_person_and_hour(level: str, group: str, within: float, attended: int) -> None:
    found = measured()
    assert found["within_4_hours", level, group] == pytest.approx(within, nan_ok=True)
    assert found["attendances", level, group] == pytest.approx(attended / 2)


@pytest.mark.parametrize("measure", ["attendances", "emergency_admissions"])
@pytest.mark.parametrize(
    "level", ["trust", "place", "site", "service", "age", "fifth", "acuity", "residence"]
)
def test_groups_add_up_to_the_system(measure: str, level: str) -> None:
    groups = [value for (one, at, _), value in measured().items() if (one, at) == (measure, level)]
    assert sum(groups) == pytest.approx(of_system(measured(), measure))


def test_a_group_without_anybody_has_no_mean_and_no_share_but_a_rate_of_nothing() -> None:
    found = measured()
    assert found["attendances", "age", "65-74"] == 0
    for measure in ("within_4_hours", "to_clinician_mean", "admitted_share", "bed_wait_mean"):
        assert isnan(found[measure, "age", "65-74"])


def test_what_can_be_measured_depends_on_the_kinds_there_are() -> None:
    centre = timetable(
        {"utc": SERVICES["utc"]}, "who service outcome arrived left\nann utc home 1/08:00 1/09:00"
    )
    found = centre.measures()
    assert of_system(found, "attendances_type_3") == 1 / 2
    assert of_system(found, "within_4_hours") == 1
    assert not any(key[0].endswith("type_1") or key[0] in ("boarders", "in_department") for key in found)
    hospital = timetable(
        {"ed": SERVICES["ed"]}, "who service outcome arrived left\nann ed home 1/08:00 1/09:00"
    )
    assert ("attendances_type_3", "system", "") not in hospital.measures()


# -- limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "within", "over_12", "over_12_per_day"),
    [
        ("2/11:59", 1.0, 0.0, 0.0),
        ("2/12:00", 1.0, 0.0, 0.0),  # four hours exactly
        ("2/12:01", 0.0, 0.0, 0.0),
        ("2/19:59", 0.0, 0.0, 0.0),
        ("2/20:00", 0.0, 1.0, 0.5),  # twelve hours exactly
        ("2/20:01", 0.0, 1.0, 0.5),
    ],
)
def test_four_hours_is_within_and_twelve_hours_is_over(
    left: str, within: float, over_12: float, over_12_per_day: float
) -> None:
    text = f"who service outcome arrived left\nann ed home 2/08:00 {left}"
    found = timetable({"ed": SERVICES["ed"]}, text).measures()
    assert of_system(found, "within_4_hours_type_1") == within
    assert of_system(found, "over_12_hours") == over_12
    assert of_system(found, "over_12_hours_per_day") == over_12_per_day


@pytest.mark.parametrize(
    ("arrived", "within", "over_12"),
    [
        ("2/20:01", np.nan, np.nan),
        ("2/20:00", np.nan, np.nan),  # may leave this minute, within four hours
        ("2/19:59", 0.0, np.nan),
        ("2/12:01", 0.0, np.nan),
        ("2/12:00", 0.0, 1.0),  # twelve hours have passed
        ("2/11:59", 0.0, 1.0),
    ],
)
def test_someone_still_inside_counts_once_the_answer_is_known(
    arrived: str, within: float, over_12: float
) -> None:
    found = timetable({"ed": SERVICES["ed"]}, f"who service arrived\nann ed {arrived}").measures()
    assert of_system(found, "within_4_hours_type_1") == pytest.approx(within, nan_ok=True)
    assert of_system(found, "over_12_hours") == pytest.approx(over_12, nan_ok=True)
    assert of_system(found, "over_12_hours_per_day") == (0.5 if over_12 == 1 else 0)


@pytest.mark.parametrize(
    ("left", "over_4", "over_12"),
    [("1/13:00", 0, 0), ("1/13:01", 1, 0), ("1/21:00", 1, 0), ("1/21:01", 1, 1)],
)
def test_bed_waits_are_over_a_limit_when_they_are_longer(left: str, over_4: int, over_12: int) -> None:
    text = f"who service outcome arrived finished left\nann ed admit 1/08:00 1/09:00 {left}"
    found = timetable({"ed": SERVICES["ed"]}, text).measures()
    assert of_system(found, "bed_wait_over_4_hours") == over_4 / 2
    assert of_system(found, "bed_wait_over_12_hours") == over_12 / 2


@pytest.mark.parametrize(
    ("arrived", "counts"),
    [("0/23:59", 0), ("1/00:00", 1), ("2/23:59", 1), ("3/00:00", 1), ("3/00:01", 0)],
)
def test_arrivals_count_from_the_first_minute_of_the_period_to_its_last(arrived: str, counts: int) -> None:
    made = timetable({"ed": SERVICES["ed"]}, f"who service arrived\nann ed {arrived}")
    assert made.system("attendances") == counts / 2


# -- turned away ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "started", "counts"),
    [
        ("home", "-", 1),
        ("left", "-", 1),
        ("admit", "1/08:30", 1),
        ("alternative", "-", 0),
        ("alternative", "1/08:30", 1),
    ],
)
def test_who_is_streamed_before_a_clinician_is_no_attendance(outcome: str, started: str, counts: int) -> None:
    text = f"who service outcome arrived started left\nann ed {outcome} 1/08:00 {started} 1/09:00"
    found = timetable({"ed": SERVICES["ed"]}, text).measures()
    assert of_system(found, "attendances_type_1") == counts / 2
    assert of_system(found, "streamed_away") == (1 - counts) / 2
    assert of_system(found, "within_4_hours") == pytest.approx(1.0 if counts else np.nan, nan_ok=True)
    seen = 30.0 if counts and started != "-" else np.nan
    assert of_system(found, "to_clinician_mean") == pytest.approx(seen, nan_ok=True)


@pytest.mark.parametrize(("outcome", "counts"), [("home", 1), ("transfer", 1), ("shut", 0), ("full", 0)])
def test_a_treatment_centre_that_is_shut_or_full_is_not_attended(outcome: str, counts: int) -> None:
    text = f"who service outcome arrived left\nann utc {outcome} 1/08:00 1/08:00"
    assert timetable({"utc": SERVICES["utc"]}, text).system("attendances") == counts / 2


# -- coming back ---------------------------------------------------------------------------------------------

TWICE = """
who service outcome from arrived left
ann {first} {outcome} - 1/08:00 1/10:00
ann {second} home {source} {again} {gone}
"""


def twice(
    outcome: str = "home",
    *,
    again: str = "5/08:00",
    first: str = "ed",
    second: str = "ed",
    source: str = "-",
    days: float = 20,
) -> float:
    text = TWICE.format(
        first=first,
        outcome=outcome,
        second=second,
        source=source,
        again=again,
        gone=again.split("/", maxsplit=1)[0] + "/23:00",
    )
    return timetable(SERVICES, text, days=days).system("reattendances")


class TestComingBack:
    """Of two visits that ended at home, the first is followed by the second or not."""

    @pytest.mark.parametrize(
        ("again", "share"),
        [("1/10:01", 1 / 2), ("8/10:00", 1 / 2), ("8/10:01", 0.0), ("12/10:00", 0.0)],
    )
    def test_within_seven_days_of_leaving(self, again: str, share: float) -> None:
        assert twice(again=again) == share

    @pytest.mark.parametrize(("outcome", "share"), [("home", 1 / 2), ("left", 1 / 2), ("admit", 0.0)])
    def test_after_being_sent_home_or_leaving(self, outcome: str, share: float) -> None:
        assert twice(outcome) == share

    @pytest.mark.parametrize(("first", "second"), [("ed", "utc"), ("utc", "ed"), ("ed", "ed_south")])
    def test_wherever_the_patient_comes_back_to(self, first: str, second: str) -> None:
        assert twice(first=first, second=second) == 1 / 2

    def test_not_when_another_service_sends_the_patient(self) -> None:
        assert twice(source="utc") == 0

    @pytest.mark.parametrize(
        ("days", "share"),
        [
            (7 + 10 / 24, 1.0),  # seven days of the run follow the first visit exactly; not the second
            (7 + 9 / 24, np.nan),
            (20, 1 / 2),
        ],
    )
    def test_if_seven_days_of_the_run_follow(self, days: float, share: float) -> None:
        assert twice(days=days) == pytest.approx(share, nan_ok=True)

    def test_the_next_visit_of_somebody_else_is_not_theirs(self) -> None:
        text = """
        who service outcome arrived left
        ann ed home 1/08:00 1/10:00
        bob ed home 1/07:00 1/07:30
        bob ed home 1/12:00 1/13:00
        cid ed home 1/11:00 1/12:00
        """
        assert timetable(SERVICES, text, days=20).system("reattendances") == 1 / 4

    def test_a_chain_of_visits_counts_each_that_is_followed(self) -> None:
        text = """
        who service outcome arrived left
        ann ed home 1/08:00 1/10:00
        ann ed home 3/08:00 3/10:00
        ann utc home 5/08:00 5/10:00
        """
        found = timetable(SERVICES, text, days=20).measures()
        assert of_system(found, "reattendances") == pytest.approx(2 / 3)
        assert found["reattendances", "service", "ed"] == 1
        assert found["reattendances", "service", "utc"] == 0

    def test_a_visit_in_the_warm_up_is_not_followed_but_may_have_been_the_first(self) -> None:
        text = """
        who service outcome arrived left
        ann ed home 0/08:00 0/10:00
        ann ed home 1/08:00 1/10:00
        ann ed home 2/08:00 2/10:00
        """
        assert timetable(SERVICES, text, days=20).system("reattendances") == 1 / 2


# -- numbers present -----------------------------------------------------------------------------------------


class TestPeaks:
    def test_the_busiest_hour_of_each_day_is_averaged_over_the_days(self) -> None:
        text = """
        who service outcome arrived finished left
        ann ed admit 1/08:00 1/08:30 1/09:30
        bob ed admit 1/08:30 1/08:45 1/10:00
        cid ed home 2/10:00 2/10:10 2/10:15
        dot ed home 0/08:00 0/08:10 0/09:00
        """
        found = timetable(SERVICES, text).measures()
        # day 1, 08:00: ann the whole hour and bob half of it; 09:00: half and a whole. Day 2: a quarter.
        assert of_system(found, "in_department_peak") == pytest.approx((1.5 + 0.25) / 2)
        # boarding on day 1, 09:00: ann for half an hour and bob for the whole; nobody on day 2
        assert of_system(found, "boarders_peak") == pytest.approx((1.5 + 0) / 2)
        assert found["in_department_peak", "site", "south"] == 0

    def test_the_peak_of_two_hospitals_is_that_of_the_sum(self) -> None:
        text = """
        who service outcome arrived left
        ann ed home 1/08:00 1/09:00
        bob ed_south home 1/08:00 1/09:00
        cid ed_south home 1/12:00 1/13:00
        """
        found = timetable(SERVICES, text, days=1).measures()
        assert of_system(found, "in_department_peak") == 2
        assert found["in_department_peak", "service", "ed_south"] == 1

    def test_days_that_are_not_whole_do_not_count(self) -> None:
        text = "who service outcome arrived left\nann ed home 1/20:00 1/21:00"
        assert timetable(SERVICES, text, warm_up=0.5, days=1.5).system("in_department_peak") == 1
        assert isnan(timetable(SERVICES, text, warm_up=0.5, days=1.0).system("in_department_peak"))

    def test_corridor_is_what_is_busy_in_the_period_of_escalation_spaces_alone(self) -> None:
        made = timetable(SERVICES, PATIENTS)
        made.pool("ed", "escalation_spaces", [9] * 24 + [1] * 24 + [2] * 24, 4)
        made.pool("ed_south", "escalation_spaces", [9] * 24 + [0] * 47 + [24], 4)
        made.pool("ed", "majors", 20, 30)
        found = made.measures()
        assert of_system(found, "corridor") == pytest.approx(1.5 + 0.5)
        assert found["corridor", "site", "north"] == 1.5


# -- the table of patients -----------------------------------------------------------------------------------


class TestPeople:
    """What the table that follows each patient says of the same timetable."""

    @staticmethod
    @cache
    def rows() -> dict[str, dict[str, float]]:
        made = timetable(SERVICES, PATIENTS, PEOPLE)
        names = list(
            dict.fromkeys(line.split()[0] for line in PATIENTS.strip().splitlines()[1:] if line[0] != "#")
        )
        replication = made.replication()
        replication.patients["uid"][:] = np.arange(len(names))
        table = people(Facts(replication, made.scenario()))
        return {
            names[int(uid)]: {name: float(column[i]) for name, column in table.items()}
            for i, uid in enumerate(table["uid"])
        }

    def test_who_had_left_before_the_period_is_not_there(self) -> None:
        assert set(self.rows()) == {
            "over", "ann", "bob", "cid", "dot", "eve", "fay", "gus",
            "hal", "ida", "jon", "kim", "lea", "max", "nia",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("who", "type_1", "type_3", "admitted", "minutes"),
        [
            ("over", 0, 0, 0, 0),  # arrived before the period
            ("ann", 1, 0, 0, 120),
            ("dot", 1, 0, 1, 720),
            ("fay", 1, 0, 0, 120),
            ("gus", 0, 0, 0, 0),  # streamed
            ("ida", 1, 0, 1, 840),  # so far
            ("max", 1, 1, 0, 360),
            ("nia", 0, 0, 0, 0),
        ],
    )
    def test_counts_and_minutes(
        self, who: str, type_1: int, type_3: int, admitted: int, minutes: float
    ) -> None:
        row = self.rows()[who]
        assert (row["ed_attendances"], row["utc_attendances"]) == (type_1, type_3)
        assert (row["emergency_admissions"], row["ed_minutes"]) == (admitted, minutes)

    def test_they_add_up_to_the_measures(self) -> None:
        rows, found = self.rows().values(), measured()
        for column, measure in (
            ("ed_attendances", "attendances_type_1"),
            ("emergency_admissions", "emergency_admissions"),
        ):
            assert sum(row[column] for row in rows) == pytest.approx(2 * of_system(found, measure))
        waiting = sum(row["waiting_minutes"] for row in rows) / 60 / 2
        assert waiting == pytest.approx(of_system(found, "hours_waiting"), abs=0.01)

    def test_handover_is_of_those_who_came_by_ambulance(self) -> None:
        assert [name for name, row in self.rows().items() if row["handover_minutes"] > 0] == []
        late = PATIENTS.replace("1/08:00 1/08:00  1/08:20", "1/08:00 1/08:07  1/08:20")
        made = timetable(SERVICES, late, PEOPLE)
        table = people(Facts(made.replication(), made.scenario()))
        assert sorted(table["handover_minutes"].tolist())[-2:] == [0, 7]

    def test_arrival_is_kept_in_whole_minutes_and_time_in_quarters(self) -> None:
        made = timetable(SERVICES, "who service outcome arrived left\nann ed home 1/08:00 1/09:00")
        made.rows[0] |= {"arrived": minute("1/08:00") + 0.9, "left": minute("1/09:00") + 0.55}
        table = people(Facts(made.replication(), made.scenario()))
        assert table["arrived"].tolist() == [minute("1/08:00")]
        assert table["ed_minutes"].tolist() == [59.75]
