"""Urgent care, worked by hand. A day of 1,440 minutes without warm-up unless said."""

from math import isnan

import pytest

from hand_made import HandMade

ED = {"ed": {"kind": "emergency_department", "site": "north"}}
TWO = {**ED, "utc": {"kind": "urgent_treatment_centre", "site": "south"}}


def four_patients() -> HandMade:
    """Home after 200, home after 300, admitted after 800 (boarding for 200), left untreated after 100."""
    made = HandMade(ED)
    made.visit("ed", "home", arrived=0, accepted=0, assessed=10, started=50, finished=180, left=200)
    made.visit("ed", "home", arrived=60, accepted=60, assessed=90, started=160, finished=340, left=360)
    made.visit("ed", "admit", arrived=120, accepted=120, assessed=140, started=180, finished=720, left=920)
    made.visit("ed", "left", arrived=240, accepted=240, assessed=260, left=340)
    return made


class TestFourHours:
    def test_share_of_all_who_left_within_240_minutes(self) -> None:
        made = four_patients()
        assert made.system("within_4_hours") == 2 / 4
        assert made.system("within_4_hours_type_1") == 2 / 4
        assert made.system("within_4_hours_admitted") == 0
        assert made.system("within_4_hours_not_admitted") == pytest.approx(2 / 3)

    def test_exactly_four_hours_is_within(self) -> None:
        made = HandMade(ED)
        made.visit("ed", "home", arrived=0, left=240)
        assert made.system("within_4_hours") == 1

    def test_someone_still_inside_counts_once_over_four_hours(self) -> None:
        made = four_patients()
        made.visit("ed", arrived=1000, accepted=1000)
        assert made.system("within_4_hours") == 2 / 5

    def test_someone_still_inside_and_within_is_left_out(self) -> None:
        made = four_patients()
        made.visit("ed", arrived=1300, accepted=1300)
        assert made.system("within_4_hours") == 2 / 4
        assert made.measures()["still_inside", "service", "ed"] == 1

    def test_all_types_add_treatment_centres(self) -> None:
        made = four_patients()
        made.services |= HandMade(TWO).services
        made.visit("utc", "home", arrived=0, accepted=0, started=10, finished=20, left=20)
        measures = made.measures()
        assert measures["within_4_hours", "system", ""] == 3 / 5
        assert measures["within_4_hours_type_1", "system", ""] == 2 / 4
        assert measures["within_4_hours", "site", "south"] == 1
        assert measures["within_4_hours", "trust", "one_trust"] == 2 / 4
        assert measures["within_4_hours", "place", "east"] == 2 / 4

    def test_streamed_or_turned_away_at_the_door_is_no_attendance(self) -> None:
        made = HandMade(TWO)
        who = made.visit("ed", "alternative", arrived=0, accepted=0, assessed=10, left=20)
        made.visit("utc", "home", who, "ed", arrived=20, accepted=20, started=30, finished=40, left=40)
        other = made.visit("utc", "shut", arrived=100)
        made.visit("ed", "home", other, "utc", arrived=100, accepted=100, started=500, finished=510, left=520)
        measures = made.measures()
        assert measures["attendances", "system", ""] == 2
        assert measures["attendances_type_1", "system", ""] == 1
        assert measures["streamed_away", "system", ""] == 1
        assert measures["within_4_hours", "system", ""] == 1 / 2


class TestWaits:
    def test_over_12_hours_and_bed_waits(self) -> None:
        made = four_patients()
        made.visit("ed", "admit", arrived=10, accepted=10, assessed=20, started=30, finished=100, left=900)
        measures = {key[0]: value for key, value in made.measures().items() if key[1] == "system"}
        assert measures["over_12_hours"] == 2 / 5
        assert measures["over_12_hours_per_day"] == 2
        assert measures["bed_wait_mean"] == (200 + 800) / 2
        assert measures["bed_wait_over_4_hours"] == 1
        assert measures["bed_wait_over_12_hours"] == 1

    def test_to_assessment_and_clinician(self) -> None:
        made = four_patients()
        assert made.system("to_assessment_mean") == (10 + 30 + 20 + 20) / 4
        assert made.system("to_assessment_median") == 20
        assert made.system("to_clinician_mean") == (50 + 100 + 60) / 3
        assert made.system("to_clinician_median") == 60
        assert made.system("to_clinician_p90") == pytest.approx(60 + 0.8 * 40)

    def test_time_in_department(self) -> None:
        made = four_patients()
        assert made.system("time_in_department_mean") == (200 + 300 + 800 + 100) / 4
        assert made.system("time_in_department_median") == 250
        assert made.system("time_in_department_p95") == pytest.approx(300 + 0.85 * 500)
        assert made.system("time_in_department_admitted_mean") == 800

    def test_left_before_treatment_and_admitted(self) -> None:
        made = four_patients()
        made.visit("ed", arrived=1300, accepted=1300)
        assert made.system("left_before_treatment") == 1 / 4
        assert made.system("admitted_share") == 1 / 4
        assert made.system("emergency_admissions") == 1


class TestComingBack:
    def test_within_a_week_of_leaving_for_home(self) -> None:
        made = HandMade(ED, horizon=30 * 1440)
        day = 1440
        soon = made.visit("ed", "home", arrived=0, left=100)
        made.visit("ed", "home", soon, arrived=6 * day, left=6 * day + 50)
        late = made.visit("ed", "home", arrived=0, left=100)
        made.visit("ed", "home", late, arrived=9 * day, left=9 * day + 50)
        made.visit("ed", "admit", arrived=0, left=100)  # not sent home
        made.visit("ed", "home", arrived=29 * day, left=29 * day + 100)  # too late to know
        assert made.system("reattendances") == 1 / 4

    def test_sent_on_by_another_service_is_not_coming_back(self) -> None:
        made = HandMade(TWO, horizon=30 * 1440)
        who = made.visit("utc", "transfer", arrived=0, left=100)
        made.visit("ed", "home", who, "utc", arrived=100, left=200)
        assert made.system("reattendances") == 0


class TestPresence:
    def test_mean_numbers_are_minutes_over_the_period(self) -> None:
        made = four_patients()
        assert made.system("in_department") == pytest.approx((200 + 300 + 800 + 100) / 1440)
        assert made.system("boarders") == pytest.approx(200 / 1440)

    def test_only_time_inside_the_period_counts(self) -> None:
        made = HandMade(ED, warm_up=1440, horizon=1440)
        made.visit("ed", "admit", arrived=1000, started=1100, finished=1400, left=1500)
        made.visit("ed", arrived=2800)
        assert made.system("in_department") == pytest.approx((60 + 80) / 1440)
        assert made.system("boarders") == pytest.approx(60 / 1440)
        assert made.system("attendances") == 1

    def test_peak_is_the_busiest_hour_of_each_day(self) -> None:
        made = HandMade(ED, horizon=2880)
        for arrived in (60, 90):
            made.visit("ed", "home", arrived=arrived, left=arrived + 30)
        made.visit("ed", "home", arrived=1500, left=1530)
        assert made.system("in_department_peak") == pytest.approx((1 + 0.5) / 2)

    def test_corridor_is_read_from_the_escalation_spaces(self) -> None:
        made = four_patients()
        made.pool("ed", "escalation_spaces", [0] * 12 + [3] * 12, 8)
        assert made.system("corridor") == 1.5


class TestBreakdowns:
    def test_by_people(self) -> None:
        made = HandMade(ED)
        old = made.patient(age="85+", fifth="1", route="ambulance", place="west")
        made.visit("ed", "home", old, arrived=0, left=300)
        made.visit("ed", "home", arrived=0, left=100)
        measures = made.measures()
        assert measures["within_4_hours", "age", "85+"] == 0
        assert measures["within_4_hours", "age", "18-64"] == 1
        assert measures["within_4_hours", "fifth", "1"] == 0
        assert measures["within_4_hours", "residence", "west"] == 0
        assert measures["within_4_hours", "route", "ambulance"] == 0
        assert isnan(measures["within_4_hours", "age", "0-17"])
        assert measures["attendances", "age", "0-17"] == 0

    def test_by_hour_of_arrival(self) -> None:
        made = four_patients()
        assert made.measures()["attendances", "hour", "02"] == 1
        assert made.measures()["within_4_hours", "hour", "02"] == 0
