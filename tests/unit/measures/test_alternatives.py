"""Alternatives, worked by hand."""

import pytest

from hand_made import HandMade

SERVICES = {
    "call_room": {"kind": "access"},
    "ed": {"kind": "emergency_department", "site": "north"},
    "sdec": {"kind": "same_day_emergency_care", "site": "north"},
    "ucr": {"kind": "urgent_community_response", "place": "east", "within": 120.0},
    "virtual": {"kind": "virtual_ward", "place": "east"},
    "ward": {"kind": "ward", "site": "north"},
    "hub": {"kind": "clinic", "place": "west"},
    "utc": {"kind": "urgent_treatment_centre", "site": "south"},
}


def test_urgent_community_response() -> None:
    made = HandMade(SERVICES)
    made.visit("ucr", "kept_at_home", arrived=0, accepted=0, assessed=0, started=100, finished=160, left=3000)
    made.visit("ucr", "conveyed", arrived=0, accepted=0, assessed=0, started=150, finished=200, left=200)
    made.visit("ucr", "kept_at_home", arrived=0, accepted=0, started=900, finished=950, left=950)  # two days
    made.visit("ucr", "declined", arrived=0, left=0)
    made.visit("ucr", arrived=1400, accepted=1400, assessed=1400)  # not known yet
    made.visit("ucr", arrived=1300, accepted=1300, assessed=1300)  # late already
    assert made.system("ucr_referrals") == 6
    assert made.system("ucr_within_2_hours") == 1 / 3
    assert made.system("ucr_response_mean") == (100 + 150 + 40 + 140) / 4
    assert made.system("ucr_declined") == pytest.approx(1 / 6)
    assert made.system("ucr_kept_at_home") == pytest.approx(2 / 3)


def test_same_day_emergency_care() -> None:
    made = HandMade(SERVICES)
    who = made.visit("ed", "alternative", arrived=0, accepted=0, started=10, finished=50, left=60)
    made.visit("sdec", "home", who, "ed", arrived=50, accepted=60, started=80, finished=200, left=200)
    made.visit("sdec", "admit", arrived=100, accepted=100, started=120, finished=300, left=360)
    made.visit("sdec", "refused", arrived=100, left=100)
    assert made.system("sdec_attendances") == 2
    assert made.system("sdec_refused") == pytest.approx(1 / 3)
    assert made.system("sdec_converted") == 1 / 2
    assert made.system("sdec_direct") == 1 / 2
    assert made.system("sdec_time_mean") == (150 + 260) / 2
    assert made.system("admissions_avoided") == 1
    assert made.measures()["diverted", "kind", "emergency_department"] == 1


def test_virtual_wards() -> None:
    made = HandMade(SERVICES, horizon=14400)
    who = made.visit("ward", "alternative", arrived=0, accepted=0, started=0, finished=1440, left=1500)
    made.visit(
        "virtual", "home", who, "ward", arrived=1440, accepted=1500, started=1500, finished=4380, left=4380
    )
    made.visit("virtual", "deteriorated", arrived=0, accepted=0, started=0, finished=1400, left=1440)
    made.visit("virtual", "refused", arrived=0, left=0)
    made.pool("virtual", "places", 6, 8)
    assert made.system("virtual_ward_admissions") == pytest.approx(2 / 10)
    assert made.system("virtual_ward_step_up") == pytest.approx(1 / 10)
    assert made.system("virtual_ward_step_down") == pytest.approx(1 / 10)
    assert made.system("virtual_ward_stay_mean") == (2 + 1) / 2
    assert made.system("virtual_ward_refused") == pytest.approx(1 / 3)
    assert made.system("virtual_ward_returned") == 1 / 2
    assert made.system("virtual_ward_occupancy") == 0.75
    assert made.system("virtual_ward_patients") == 6


def test_calls_clinics_and_treatment_centres() -> None:
    made = HandMade(SERVICES)
    made.visit("call_room", "ambulance", arrived=0, accepted=0, started=1, assessed=9, finished=9, left=9)
    made.visit("call_room", "primary_care", arrived=0, accepted=0, started=1, assessed=9, finished=9, left=9)
    made.visit("call_room", "left", arrived=0, accepted=0, left=5)
    made.visit("hub", "done", arrived=0, accepted=0, started=5, finished=20, left=20)
    made.visit("hub", "full", arrived=0, left=0)
    made.visit("utc", "transfer", arrived=0, accepted=0, started=5, finished=20, left=20)
    made.visit("utc", "home", arrived=0, accepted=0, started=5, finished=20, left=20)
    made.visit("utc", "shut", arrived=0, left=0)
    assert made.system("access_calls") == 3
    assert made.system("access_to_ed") == 1 / 2
    assert made.system("clinic_attendances") == 1
    assert made.system("clinic_turned_away") == 1 / 2
    assert made.system("utc_transferred") == 1 / 2
    assert made.system("utc_sent_on") == pytest.approx(1 / 3)
