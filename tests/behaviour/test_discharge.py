"""Discharge: assessment by the team, arrangements, and leaving by pathway, weekday and time of day."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from flowsim.services.discharge import DischargeSpec, Timetable
from support import spec_of
from town import DAY, Town, flow_of

HALF_AND_HALF = {"10:00-12:00": "50%", "14:00-20:00": "50%"}


def hospital(stay: Any = "2 days", beds: int = 9, rounds: list[str] | None = None, **discharge: Any) -> Town:
    """Return a ward whose patients are discharged as stated, with intermediate care without limits."""
    return Town(
        {
            "beds": {"kind": "ward", "beds": beds, "stay": stay, "rounds": rounds or []},
            "discharge": {"kind": "discharge", **discharge},
            "support": {"kind": "intermediate_care", "stay": "10 days"},
        },
        {
            "beds": {"ready": "discharge"},
            "discharge": dict.fromkeys(("pathway_1", "pathway_2", "pathway_3"), "support"),
        },
        days=80,
    )


def weekday(day: int) -> float:
    """Return when to be admitted for two days to be ready at 08:00 on a day of week 2 (0 is Monday)."""
    return (7 + day - 2) * DAY + 8


# -- pathways ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pathway", ["0", "1", "2", "3"])
def test_the_outcome_is_the_patients_pathway(pathway: str) -> None:
    town = hospital()
    who = town.send("beds", at=0, pathway=pathway)
    town.run()
    assert town.visit(who, "discharge").outcome == f"pathway_{pathway}"
    assert town.path(who) == ["beds", "discharge"] + (["support"] if pathway != "0" else [])


def test_the_bed_is_held_until_arrangements_are_complete() -> None:
    town = hospital(beds=1, preparation="4 hours")
    first, second = town.send("beds", at=0), town.send("beds", at=5)
    town.run()
    assert town.visit(first, "beds").finished == 48
    assert town.visit(first, "discharge").arrived == 48
    assert town.visit(first, "discharge").finished == 52
    assert town.visit(first, "beds").left == town.visit(first, "discharge").left == 52
    assert town.visit(second, "beds").accepted == 52


def test_with_support_the_bed_is_held_until_the_support_starts() -> None:
    town = Town(
        {
            "beds": {"kind": "ward", "beds": 1, "stay": "1 day"},
            "discharge": {"kind": "discharge", "preparation": "2 hours"},
            "support": {"kind": "intermediate_care", "places": 1, "stay": "3 days"},
        },
        {"beds": {"ready": "discharge"}, "discharge": {"pathway_1": "support"}},
    )
    town.send("support", at=0)  # the only place is taken until day 3
    who, next_one = town.send("beds", at=0, pathway="1"), town.send("beds", at=1)
    town.run()
    assert town.visit(who, "discharge").finished == 26
    assert town.visit(who, "support").arrived == 26
    assert town.visit(who, "beds").left == town.visit(who, "discharge").left == 72
    assert town.visit(next_one, "beds").accepted == 72


# -- the team ----------------------------------------------------------------------------------------------


def test_the_team_assesses_one_patient_after_another() -> None:
    town = hospital(team="1", assessment="3 hours", preparation="1 hour")
    first, second = town.send("beds", at=0), town.send("beds", at=1)
    town.run()
    assert [visit.left for visit in (town.visit(first, "beds"), town.visit(second, "beds"))] == [52, 55]
    visit = town.visit(second, "discharge")
    assert (visit.arrived, visit.started, visit.assessed, visit.finished) == (49, 51, 54, 55)


def test_the_team_works_its_rota() -> None:
    town = hospital(team={"weekday": "08:00-16:00=1", "weekend": "0"}, assessment="1 hour")
    evening, friday = town.send("beds", at=20), town.send("beds", at=(4 - 2) * DAY + 20)
    town.run()
    assert town.visit(evening, "beds").finished == 2 * DAY + 20
    assert town.visit(evening, "beds").left == 3 * DAY + 9
    assert town.visit(friday, "beds").finished == 4 * DAY + 20
    assert town.visit(friday, "beds").left == 7 * DAY + 9  # Monday


def test_a_patient_with_nothing_to_assess_does_not_wait_for_the_team() -> None:
    town = hospital(team="1", assessment={"by": "pathway", "0": "0 min", "otherwise": "9 hours"})
    town.send("beds", at=0, pathway="2")
    simple = town.send("beds", at=1)
    assert town.run().visit(simple, "beds").left == 49


def test_without_a_team_everybody_is_assessed_at_once() -> None:
    town = hospital(assessment="3 hours")
    patients = [town.send("beds", at=0) for _ in range(5)]
    town.run()
    assert {town.visit(who, "beds").left for who in patients} == {51}


# -- referral before a patient is ready ---------------------------------------------------------------------


def test_an_early_referral_is_assessed_and_prepared_during_the_stay() -> None:
    town = hospital(team="1", assessment="2 hours", preparation="3 hours", referral_lead="1 day")
    who = town.send("beds", at=0)
    town.run()
    assert (town.visit(who, "beds").finished, town.visit(who, "beds").left) == (48, 48)
    assert town["discharge"].staff.busy == 0


def test_what_an_early_referral_does_not_finish_is_finished_when_ready() -> None:
    town = hospital(team="1", assessment="2 hours", preparation="3 hours", referral_lead="4 hours")
    who = town.send("beds", at=0)
    assert town.run().visit(who, "beds").left == 49


def test_an_assessment_goes_on_when_the_patient_becomes_ready_half_way() -> None:
    town = hospital(team="1", assessment="3 hours", preparation="1 hour", referral_lead="1 hour")
    who, other = town.send("beds", at=0), town.send("beds", at=0.5)
    town.run()
    visit = town.visit(who, "discharge")
    assert (visit.started, visit.assessed, visit.finished) == (48, 50, 51)
    assert town.visit(other, "discharge").assessed == 53  # one team member, one assessment at a time


def test_patients_who_are_ready_come_before_early_referrals() -> None:
    town = hospital(
        stay={"by": "age", "85+": "90 hours", "otherwise": "48 hours"},
        team={"thursday": "08:00-24:00=1", "friday": "1"},
        assessment="6 hours",
        referral_lead="1 day",
    )
    early = town.send("beds", at=0, age="85+")  # referred at 66, ready at 90
    ready = town.send("beds", at=20)  # ready at 68; the team comes at 80
    town.run()
    assert town.visit(ready, "discharge").assessed == 86
    assert town.visit(early, "discharge").started == 90
    assert town.visit(early, "discharge").assessed == 92  # begun at 86, six hours


def test_an_early_referral_that_the_team_does_not_reach_waits_like_any_other() -> None:
    town = hospital(
        team={"monday": "08:00-10:00=1", "thursday": "08:00-10:00=1"},
        assessment="1 hour",
        referral_lead="6 hours",
    )
    who = town.send("beds", at=8)  # ready on Wednesday at 8:00
    visit = town.run().visit(who, "discharge")
    assert (visit.arrived, visit.started, visit.finished) == (56, 80, 81)


def test_a_longer_lead_never_delays_anybody() -> None:
    def left(lead: str) -> list[float]:
        town = hospital(
            stay={"mean": "4 days", "sd": "3 days"},
            beds=200,
            team="08:00-18:00=1",
            assessment="45 min",
            preparation={"mean": "6 hours", "sd": "4 hours"},
            referral_lead=lead,
        )
        for hour in range(0, 20 * DAY, 4):
            town.send("beds", at=hour)
        town.run()
        return [town.visit(who, "beds").left for who in range(len(town.patients))]  # type: ignore[misc]

    none, some = np.array(left("0 min")), np.array(left("1 day"))
    assert (some - none).mean() < -3


# -- when patients leave -----------------------------------------------------------------------------------


def test_those_who_are_ready_in_the_morning_leave_at_their_time_of_day() -> None:
    town = hospital(departures={"11:00-12:00": "100%"})
    who = town.send("beds", at=8)
    left = town.run().visit(who, "beds").left
    assert left is not None
    assert 2 * DAY + 11 <= left <= 2 * DAY + 12


def test_those_whose_arrangements_take_longer_leave_when_they_are_complete() -> None:
    town = hospital(departures={"10:00-11:00": "50%", "11:00-20:00": "50%"}, preparation="11 hours 59 min")
    who = town.send("beds", at=8)
    visit = town.run().visit(who, "beds")
    assert visit.left == pytest.approx(2 * DAY + 20 - 1 / 60)


def test_those_whose_arrangements_take_too_long_leave_the_next_day() -> None:
    town = hospital(departures={"10:00-11:00": "100%"}, preparation="4 hours")
    who = town.send("beds", at=8)
    left = town.run().visit(who, "beds").left
    assert left is not None
    assert 3 * DAY + 10 <= left <= 3 * DAY + 11


def test_departures_follow_the_hours_of_the_day() -> None:
    town = hospital(beds=2000, rounds=["08:00"], departures=HALF_AND_HALF)
    for _ in range(2000):
        town.send("beds", at=0)
    town.run()
    hours = town.column("left")[town.column("service") == 0] / 60 % 24
    assert np.histogram(hours, [8, 10, 12, 14, 17, 20, 24])[0] / 2000 == pytest.approx(
        [0, 0.5, 0, 0.25, 0.25, 0], abs=0.04
    )


def test_earlier_departures_delay_nobody() -> None:
    def left(shares: dict[str, str]) -> Any:
        town = hospital(beds=500, stay={"mean": "2 days", "sd": "1 day"}, departures=shares)
        for _ in range(500):
            town.send("beds", at=0)
        town.run()
        return town.column("left")[town.column("service") == 0]

    usual = left({"10:00-12:00": "20%", "12:00-16:00": "40%", "16:00-20:00": "40%"})
    earlier = left({"10:00-12:00": "50%", "12:00-16:00": "30%", "16:00-20:00": "20%"})
    assert (earlier <= usual + 1e-6).all()
    assert (earlier < usual - 1).any()


def test_a_patient_who_goes_on_to_support_leaves_when_the_support_starts() -> None:
    town = hospital(departures={"10:00-11:00": "100%"}, weekend="0%")
    who = town.send("beds", at=weekday(5), pathway="1")
    assert town.run().visit(who, "beds").left == weekday(5) + 2 * DAY


# -- weekends ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ready_on", "leaves_on"), [(4, 4), (5, 7), (6, 7), (7, 7)])
def test_without_weekend_discharges_patients_wait_for_monday(ready_on: int, leaves_on: int) -> None:
    town = hospital(weekend="0%")
    who = town.send("beds", at=weekday(ready_on))
    assert town.run().visit(who, "beds").left == (7 + leaves_on) * DAY + 8


def test_without_weekend_discharges_patients_wait_for_the_end_of_the_bank_holidays() -> None:
    town = hospital(weekend="0%")
    christmas = 53  # Friday 25 December 2026; Monday the 28th is the substitute for Boxing Day
    who = town.send("beds", at=(christmas - 2) * DAY + 8)
    assert town.run().visit(who, "beds").left == (christmas + 4) * DAY + 8


def test_weekend_discharges_may_depend_on_the_pathway() -> None:
    town = Town(
        {
            "beds": {"kind": "ward", "beds": 9, "stay": "2 days"},
            "discharge": {"kind": "discharge", "weekend": {"by": "pathway", "0": "100%", "otherwise": "0%"}},
        },
        {"beds": {"ready": "discharge"}},
    )
    alone, placed = town.send("beds", at=weekday(5)), town.send("beds", at=weekday(5), pathway="3")
    town.run()
    assert town.visit(alone, "beds").left == 12 * DAY + 8
    assert town.visit(placed, "beds").left == 14 * DAY + 8


def test_the_share_who_leave_at_the_weekend_is_that_of_the_settings() -> None:
    town = hospital(beds=2000, weekend="40%")
    for _ in range(2000):
        town.send("beds", at=weekday(5))
    town.run()
    days = town.column("left")[town.column("service") == 0] // 1440 - 7
    assert [(days == day).mean() for day in (5, 6, 7)] == pytest.approx([0.4, 0.6 * 0.4, 0.6 * 0.6], abs=0.04)


def test_more_weekend_discharges_delay_nobody() -> None:
    def left(share: str) -> Any:
        town = hospital(beds=500, stay={"mean": "3 days", "sd": "2 days"}, weekend=share)
        for _ in range(500):
            town.send("beds", at=0)
        town.run()
        return town.column("left")[town.column("service") == 0]

    assert (left("80%") <= left("30%") + 1e-6).all()


# -- the timetable -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minute", "luck", "leaves"),
    [
        (0, 0.25, 11 * 60),
        (0, 0.5, 12 * 60),
        (0, 0.75, 17 * 60),
        (11 * 60, 0.0, 11 * 60),
        (11 * 60, 1 / 3, 12 * 60),  # a quarter of the day has gone; a third of the rest is another quarter
        (13 * 60, 0.5, 17 * 60),
        (19 * 60, 0.5, 19.5 * 60),
        (20 * 60, 0.5, None),
    ],
)
def test_a_departure_is_in_what_is_left_of_the_day(minute: float, luck: float, leaves: float | None) -> None:
    found = Timetable({"10:00-12:00": 0.5, "14:00-20:00": 0.5}).after(minute, luck)
    assert found == (None if leaves is None else pytest.approx(leaves))


@pytest.mark.parametrize(
    ("departures", "says"),
    [
        ({"10:00-12:00": "50%", "12:00-14:00": "40%"}, "the shares of departures add up to 90%, not 100%"),
        ({"10:00-12:00": "50%", "11:00-14:00": "50%"}, "the spans of departures overlap"),
        ({"20:00-08:00": "100%"}, "20:00-08:00 does not end after it begins"),
        ({"morning": "100%"}, "morning is not a span of time: write 10:00-12:00"),
    ],
)
def test_wrong_departures_are_named(departures: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        spec_of({"kind": "discharge", "departures": departures})


# -- the load check ----------------------------------------------------------------------------------------


def test_the_expected_use_of_the_team_and_the_flow_by_pathway() -> None:
    settings = {"team": "3", "assessment": {"by": "pathway", "0": "0 min", "otherwise": "2 hours"}}
    spec = DischargeSpec.model_validate(settings)
    assert spec.expect(flow_of(per_day=12, pathway="0")).loads["team"] == 0
    expected = spec.expect(flow_of(per_day=12, pathway="2"))
    assert expected.loads["team"] == pytest.approx(1.0)
    assert {name: flow.total for name, flow in expected.outcomes.items()} == {
        "pathway_0": 0,
        "pathway_1": 0,
        "pathway_2": 12,
        "pathway_3": 0,
    }


def test_a_census_names_pathways_that_exist() -> None:
    """Pathway 4 is refused with the pathways there are."""
    with pytest.raises(ValidationError, match="4 is not a value of pathway"):
        spec_of({"kind": "discharge", "ready_at_start": {"4": 10}})
