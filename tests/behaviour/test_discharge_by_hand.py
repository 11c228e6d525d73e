"""Discharge, hour by hour: the team, what follows its work, early referral, and the hour and day of leaving.

Stays are 10 hours from admission, an assessment takes 2 hours of the team and arrangements 3 more. Hour 0 is
the midnight before a Monday.
"""

from typing import Any

import pytest

from town import DAY, Town

HUB: dict[str, Any] = {"kind": "discharge", "team": 1, "assessment": "2 hours", "preparation": "3 hours"}
SPAN = {"12:00-12:06": "100%"}
"""Everybody leaves between 12.0 and 12.1 hours."""


def hospital(beds: int = 9, stay: Any = "10 hours", rounds: list[str] | None = None, **hub: Any) -> Town:
    """Return a ward and its discharge service; pathway 1 goes on to support that takes everybody at once."""
    services = {
        "beds": {"kind": "ward", "beds": beds, "stay": stay, "rounds": rounds or []},
        "hub": {name: value for name, value in {**HUB, **hub}.items() if value is not None},
        "support": {"kind": "intermediate_care", "stay": "10 days"},
    }
    return Town(services, {"beds": {"ready": "hub"}, "hub": {"pathway_1": "support"}}, days=42)


def hours(town: Town, patient: int, *names: str) -> list[float | None]:
    visit = town.visit(patient, "hub")
    return [getattr(visit, name) for name in names]


def moments(town: Town, patient: int) -> list[float | None]:
    """Return when a patient was ready, when the team began and ended, when all was arranged, and left."""
    return hours(town, patient, "arrived", "started", "assessed", "finished", "left")


class TestTheTeam:
    def test_one_patient_after_another_while_arrangements_are_made(self) -> None:
        """Ready at 10 and 11: assessed 10 to 12 and 12 to 14, arranged three hours later."""
        town = hospital()
        first, second = town.send("beds", at=0), town.send("beds", at=1)
        town.run()
        assert moments(town, first) == [10, 10, 12, 15, 15]
        assert moments(town, second) == [11, 12, 14, 17, 17]

    def test_two_at_a_time(self) -> None:
        town = hospital(team=2)
        patients = [town.send("beds", at=0) for _ in range(3)]
        town.run()
        assert [moments(town, p) for p in patients] == [
            [10, 10, 12, 15, 15],
            [10, 10, 12, 15, 15],
            [10, 12, 14, 17, 17],
        ]

    def test_the_shift_ends_with_the_patient_in_hand(self) -> None:
        """On duty 8 to 16: begun at 15, agreed at 17. The next is assessed from 8 the next day."""
        town = hospital(team="08:00-16:00=1")
        first, second = town.send("beds", at=5), town.send("beds", at=5.5)
        town.run()
        assert moments(town, first) == [15, 15, 17, 20, 20]
        assert moments(town, second) == [15.5, 32, 34, 37, 37]

    def test_nothing_to_assess_needs_no_team(self) -> None:
        """Pathway 0 waits for nobody: three hours of arrangements from being ready."""
        by_pathway = {"by": "pathway", "0": "0 min", "otherwise": "2 hours"}
        town = hospital(team="08:00-09:00=1", assessment=by_pathway)
        home, supported = town.send("beds", at=0, pathway="0"), town.send("beds", at=0, pathway="1")
        town.run()
        assert moments(town, home) == [10, 10, 10, 13, 13]
        assert moments(town, supported) == [10, 32, 34, 37, 37]

    def test_a_team_that_is_not_modelled_has_time_for_everybody(self) -> None:
        town = hospital(team=None)
        patients = [town.send("beds", at=0) for _ in range(3)]
        town.run()
        assert [moments(town, p) for p in patients] == [[10, 10, 12, 15, 15]] * 3

    def test_the_bed_is_the_patients_until_they_leave(self) -> None:
        """One bed: left at 15, so the second is admitted at 15, ready at 25 and gone at 30."""
        town = hospital(beds=1)
        first, second = town.send("beds", at=0), town.send("beds", at=0)
        town.run()
        assert town.visit(first, "beds").left == town.visit(second, "beds").accepted == 15
        assert moments(town, second) == [25, 25, 27, 30, 30]


class TestEarlyReferral:
    def test_all_is_arranged_before_the_patient_is_ready(self) -> None:
        """Begun 6 hours before 10: assessed 4 to 6, arranged at 9; home at 10."""
        town = hospital(referral_lead="6 hours")
        patient = town.send("beds", at=0)
        town.run()
        assert moments(town, patient) == [10, 10, 10, 10, 10]

    def test_what_is_left_of_the_arrangements_is_done_afterwards(self) -> None:
        """Begun at 6: assessed to 8, two of three hours arranged by 10."""
        town = hospital(referral_lead="4 hours")
        patient = town.send("beds", at=0)
        town.run()
        assert moments(town, patient) == [10, 10, 10, 11, 11]

    def test_an_assessment_that_has_begun_is_gone_on_with(self) -> None:
        """Begun at 9, an hour is left at 10; arranged 11 to 14. The team is busy from 9 to 11."""
        town = hospital(referral_lead="1 hour")
        patient, ready = town.send("beds", at=0), town.send("beds", at=0.5)
        town.run()
        assert moments(town, patient) == [10, 10, 11, 14, 14]
        assert hours(town, ready, "arrived", "started", "assessed") == [10.5, 11, 13]

    def test_an_assessment_that_ends_as_the_patient_becomes_ready(self) -> None:
        town = hospital(referral_lead="2 hours")
        patient = town.send("beds", at=0)
        town.run()
        assert moments(town, patient) == [10, 10, 10, 13, 13]

    def test_the_lead_is_no_longer_than_the_stay(self) -> None:
        """A lead of a day for a stay of 10 hours: begun on admission."""
        town = hospital(referral_lead="1 day")
        patient = town.send("beds", at=0)
        town.run()
        assert moments(town, patient) == [10, 10, 10, 10, 10]

    def test_it_begins_before_the_round_at_which_the_patient_is_found_ready(self) -> None:
        """Over at 10, found at the round of 14; begun at 10, assessed to 12, two hours arranged by 14."""
        town = hospital(referral_lead="4 hours", rounds=["14:00"])
        patient = town.send("beds", at=0)
        town.run()
        assert moments(town, patient) == [14, 14, 14, 15, 15]

    def test_the_ready_come_before_those_who_will_be(self) -> None:
        """The team is with A from 10 to 12. C, ready at 13, was referred at 11; B is ready at 11.5.

        At 12 the team turns to B, though C has been known for longer. C waits from 13 like any other.
        """
        town = hospital(referral_lead=None)
        town.alter("hub", at=2.5, referral_lead="2 hours")
        a, b, c = town.send("beds", at=0), town.send("beds", at=1.5), town.send("beds", at=3)
        town.run()
        assert moments(town, a) == [10, 10, 12, 15, 15]
        assert moments(town, b) == [11.5, 12, 14, 17, 17]
        assert moments(town, c) == [13, 14, 16, 19, 19]

    def test_a_team_off_duty_begins_nothing_early(self) -> None:
        """On duty 8 to 9.5 and from 12. Ready at 11, referred at 9.75: not begun before 12."""
        town = hospital(referral_lead="1.25 hours", team="08:00-09:30=1, 12:00-24:00=1")
        patient = town.send("beds", at=1)
        town.run()
        assert moments(town, patient) == [11, 12, 14, 17, 17]

    def test_only_arrangements_are_made_early_for_those_with_nothing_to_assess(self) -> None:
        town = hospital(referral_lead="2 hours", assessment="0 min", team=None)
        patient = town.send("beds", at=0)
        town.run()
        assert moments(town, patient) == [10, 10, 10, 11, 11]


class TestTheHour:
    @pytest.mark.parametrize(
        ("admitted", "day"),
        [
            (0, 1),  # arranged at 15:00, after the span: the next day
            (20.5, 1),  # arranged at 11:30 on Tuesday, in time
            (22, 2),  # arranged at 13:00 on Tuesday: Wednesday
            (23, 2),
        ],
    )
    def test_who_is_arranged_in_time_leaves_in_the_span(self, admitted: float, day: int) -> None:
        """All who leave go between 12:00 and 12:06; who is arranged after that goes the next day."""
        town = hospital(departures=SPAN)
        patient = town.send("beds", at=admitted)
        town.run()
        ready, arranged, left = hours(town, patient, "arrived", "finished", "left")
        assert (ready, arranged) == (admitted + 10, admitted + 15)
        assert left is not None
        assert 24 * day + 12 <= left <= 24 * day + 12.1

    def test_who_is_arranged_during_the_last_span_leaves_in_it(self) -> None:
        """Arranged at 12:03, so goes between then and 12:06."""
        town = hospital(departures=SPAN)
        patient = town.send("beds", at=21.05)
        town.run()
        arranged, left = hours(town, patient, "finished", "left")
        assert arranged == pytest.approx(36.05)
        assert left is not None
        assert 36.05 <= left <= 36.1

    def test_without_a_timetable_nobody_waits_for_an_hour(self) -> None:
        town = hospital()
        patient = town.send("beds", at=15)
        town.run()
        assert hours(town, patient, "finished", "left") == [30, 30]

    def test_who_goes_on_to_support_keeps_to_its_hours_and_not_to_these(self) -> None:
        town = hospital(departures=SPAN, weekend="0%")
        patient = town.send("beds", at=5 * DAY, pathway="1")  # Saturday
        town.run()
        assert hours(town, patient, "finished", "left") == [5 * DAY + 15, 5 * DAY + 15]
        assert town.visit(patient, "support").accepted == 5 * DAY + 15

    def test_who_is_ready_before_the_span_has_the_same_hour_whenever_that_was(self) -> None:
        """Ready at 7 or at 8 in the morning and arranged in time: the same person, the same minute."""
        left = []
        for admitted in (21, 22):
            town = hospital(departures={"16:00-22:00": "100%"})
            patient = town.send("beds", at=admitted)
            town.run()
            left.append(hours(town, patient, "left")[0])
        assert left[0] == left[1]


class TestTheDay:
    @pytest.mark.parametrize(
        ("ready", "leaves"), [(4, 4), (5, 7), (6, 7), (7, 7)], ids=["Friday", "Saturday", "Sunday", "Monday"]
    )
    def test_nobody_leaves_at_the_weekend_if_so_said(self, ready: int, leaves: int) -> None:
        """Arranged at 15:00; who would leave on Saturday or Sunday leaves at 15:00 on Monday."""
        town = hospital(weekend="0%")
        patient = town.send("beds", at=DAY * ready)
        town.run()
        assert hours(town, patient, "finished", "left") == [DAY * ready + 15, DAY * leaves + 15]

    def test_friday_night_counts_from_midnight(self) -> None:
        """Arranged on Saturday at 00:30; on Friday at 23:30 there would have been no wait."""
        town = hospital(weekend="0%")
        friday, saturday = town.send("beds", at=4 * DAY + 8.5), town.send("beds", at=4 * DAY + 9.5)
        town.alter("hub", at=1, weekend="0%", team=2)
        town.run()
        assert hours(town, friday, "left") == [4 * DAY + 23.5]
        assert hours(town, saturday, "left") == [7 * DAY + 0.5]

    def test_with_a_timetable_they_leave_in_the_span_on_monday(self) -> None:
        town = hospital(weekend="0%", departures=SPAN)
        patient = town.send("beds", at=5 * DAY - 5)
        town.run()
        arranged, left = hours(town, patient, "finished", "left")
        assert arranged == 5 * DAY + 10
        assert left is not None
        assert 7 * DAY + 12 <= left <= 7 * DAY + 12.1

    def test_a_share_by_pathway_leaves_at_the_weekend(self) -> None:
        town = hospital(weekend={"by": "age", "85+": "0%", "otherwise": "100%"}, team=2)
        old, young = (town.send("beds", at=5 * DAY, age=age) for age in ("85+", "18-64"))
        town.run()
        assert hours(town, old, "left") == [7 * DAY + 15]
        assert hours(town, young, "left") == [5 * DAY + 15]

    def test_arrangements_and_the_team_go_on_at_the_weekend(self) -> None:
        """Only leaving waits: agreed and arranged on Saturday."""
        town = hospital(weekend="0%")
        patient = town.send("beds", at=5 * DAY)
        town.run()
        assert moments(town, patient) == [5 * DAY + h for h in (10, 10, 12, 15, 2 * DAY + 15)]
