"""Beds, spells and discharge, worked by hand. Times in days times 1,440."""

from math import isnan, nan

import numpy as np
import pytest

from hand_made import HandMade

DAY = 1440.0
SERVICES = {
    "acute": {"kind": "ward", "site": "north"},
    "medical": {"kind": "ward", "site": "north"},
    "icu": {"kind": "ward", "site": "south", "counts_as": "critical_care"},
    "leaving": {"kind": "discharge", "site": "north"},
    "home_care": {"kind": "intermediate_care", "place": "east"},
    "ed": {"kind": "emergency_department", "site": "north"},
}


def made(horizon_days: float = 60) -> HandMade:
    return HandMade(SERVICES, horizon=horizon_days * DAY)


def stay(
    town: HandMade, first: float, last: float, ready: float | None = None, who: int | None = None
) -> int:
    """Stay in the acute ward from day `first` to day `last`, ready on day `ready`."""
    return town.visit(
        "acute",
        "ready",
        who,
        arrived=first * DAY,
        accepted=first * DAY,
        started=first * DAY,
        finished=(last if ready is None else ready) * DAY,
        left=last * DAY,
    )


class TestSpells:
    def test_a_move_goes_on_with_the_stay(self) -> None:
        town = made()
        who = town.visit("acute", "moved_on", arrived=0, accepted=0, started=0, finished=DAY, left=2 * DAY)
        town.visit(
            "medical",
            "ready",
            who,
            "acute",
            arrived=DAY,
            accepted=2 * DAY,
            started=2 * DAY,
            finished=9 * DAY,
            left=9 * DAY,
        )
        assert town.system("stay_mean") == 9
        assert town.system("admissions") == pytest.approx(1 / 60)
        assert town.measures()["stay_mean", "service", "medical"] == 9
        assert isnan(town.measures()["stay_mean", "service", "acute"])

    def test_stays_count_when_they_end(self) -> None:
        town = made()
        stay(town, 0, 3)
        stay(town, 1, 2)
        town.visit("acute", arrived=50 * DAY, accepted=50 * DAY, started=50 * DAY)
        assert town.system("stay_mean") == 2
        assert town.system("stay_median") == 2
        assert town.system("stay_p90") == pytest.approx(2.8)

    def test_overnight_stays_are_counted_in_nights_and_leave_out_electives(self) -> None:
        town = made()
        stay(town, 0.9, 3.1)  # three nights
        stay(town, 1.1, 1.9)  # none
        stay(town, 4, 9, who=town.patient(route="elective"))
        stay(town, 0, 20.5, ready=10, who=town.patient(age="85+"))
        assert town.system("stay_overnight_mean") == pytest.approx((3 + 20) / 2)
        assert town.measures()["stay_overnight_mean", "age", "85+"] == 20

    def test_readmitted_within_30_days(self) -> None:
        town = made()
        back = stay(town, 0, 3)
        stay(town, 20, 25, who=back)
        stay(town, 0, 4)
        later = stay(town, 0, 1)
        stay(town, 40, 41, who=later)
        # followed for 30 days: those that ended on days 1, 3, 4 and 25; day 41 is too late
        assert town.system("readmissions") == 1 / 4

    def test_beds_used_late_in_a_stay(self) -> None:
        town = made()
        stay(town, 0, 10)
        stay(town, 0, 30)
        assert town.system("beds_over_7_days") == pytest.approx((3 + 23) / 40)
        assert town.system("beds_over_21_days") == pytest.approx(9 / 40)
        assert town.system("patients_over_21_days") == pytest.approx(9 / 60)

    def test_nobody_was_admitted_who_was_refused(self) -> None:
        town = made()
        town.visit("acute", "refused", arrived=0, left=0)
        assert town.system("admissions") == 0
        assert isnan(town.system("stay_mean"))


class TestOccupancy:
    def test_mean_peak_and_days_over(self) -> None:
        town = made(4)
        town.pool("acute", "beds", np.repeat([9.0, 9.5, 10.0, 5.0], 24), 10)
        town.pool("medical", "beds", np.tile([0.0] * 23 + [10.0], 4), 10)
        town.pool("icu", "beds", 3, 4)
        measures = town.measures()
        assert measures["bed_occupancy", "service", "acute"] == pytest.approx(33.5 / 40)
        assert measures["bed_occupancy", "system", ""] == pytest.approx((33.5 + 4 * 10 / 24) / 80)
        assert measures["beds_occupied", "system", ""] == pytest.approx(33.5 / 4 + 10 / 24)
        assert measures["beds_open", "site", "north"] == 20
        assert measures["days_over_92", "service", "acute"] == 2 / 4
        assert measures["days_over_95", "service", "acute"] == 1 / 4
        assert measures["days_over_100", "service", "acute"] == 1 / 4
        assert measures["bed_occupancy_peak", "service", "medical"] == 1
        assert measures["critical_care_occupancy", "system", ""] == 0.75
        assert ("bed_occupancy", "site", "south") not in measures

    def test_unlimited_beds_have_no_occupancy(self) -> None:
        town = made(1)
        town.pool("acute", "beds", 50, 1_000_000_000)
        assert ("bed_occupancy", "system", "") not in town.measures()
        assert town.measures()["units_busy", "pool", "acute.beds"] == 50
        assert isnan(town.measures()["utilisation", "pool", "acute.beds"])


class TestRequests:
    def test_electives_and_outliers(self) -> None:
        town = made(10)
        elective = town.patient(route="elective")
        town.visit("acute", "cancelled", elective, arrived=0, left=0)
        town.visit("acute", "ready", town.patient(route="elective"), arrived=0, accepted=60, left=DAY)
        town.visit("acute", "ready", arrived=0, accepted=60, assessed=60, left=DAY)
        assert town.system("electives_cancelled") == pytest.approx(1 / 10)
        assert town.system("electives_cancelled_share") == 1 / 2
        assert town.system("admissions_elective") == pytest.approx(1 / 10)
        assert town.system("outliers") == 1 / 2
        assert town.system("waiting_for_bed") == pytest.approx(120 / (10 * DAY))


class TestDischarge:
    def test_delays_are_counted_in_dates(self) -> None:
        town = made(30)
        stay(town, 0, 5.9, ready=5.1)
        stay(town, 0, 6.1, ready=5.9)
        stay(town, 0, 15.2, ready=5.5)
        assert town.system("delayed") == pytest.approx(2 / 3)
        assert town.system("delay_mean") == pytest.approx((1 + 10) / 2)
        assert town.system("delay_all_mean") == pytest.approx(11 / 3)
        assert town.system("bed_days_after_ready") == pytest.approx(11 / 30)
        assert town.system("delayed_over_7_days") == pytest.approx(1 / 3)
        assert town.system("discharge_ready") == pytest.approx((0.8 + 0.2 + 9.7) / 30)
        assert town.system("discharge_ready_share") == pytest.approx(10.7 / (5.9 + 6.1 + 15.2))

    def test_ready_and_still_there_at_midnight(self) -> None:
        town = made(30)
        stay(town, 0, 5.9, ready=5.1)  # gone before midnight
        stay(town, 0, 7.1, ready=5.9)  # there at the ends of days 5 and 6
        who = town.patient()
        town.visit("acute", "ready", who, arrived=0, accepted=0, started=0, finished=27.5 * DAY)
        assert town.system("discharge_ready_at_midnight") == pytest.approx((0 + 2 + 3) / 30)
        assert town.system("bed_days_after_ready") == pytest.approx(2 / 30)

    def test_when_patients_leave(self) -> None:
        town = made(30)
        stay(town, 0, 5 + 10 / 24)  # Saturday 7 November at 10:00
        stay(town, 0, 7 + 15 / 24)  # Monday at 15:00
        measures = town.measures()
        assert measures["discharges_before_noon", "system", ""] == 1 / 2
        assert measures["discharges_at_weekend", "system", ""] == 1 / 2
        assert measures["discharges_by_hour", "hour", "10"] == 1 / 2
        assert measures["discharges_by_hour", "hour", "11"] == 0

    def test_by_pathway(self) -> None:
        town = made(30)
        stay(town, 0, 5, ready=3, who=town.patient(pathway="2"))
        stay(town, 0, 5, who=town.patient(pathway="0"))
        stay(town, 0, 5, who=town.patient(pathway="0"))
        measures = town.measures()
        assert measures["discharges_by_pathway", "discharge_pathway", "0"] == pytest.approx(2 / 3)
        assert measures["delayed", "discharge_pathway", "2"] == 1
        assert measures["discharges", "discharge_pathway", "2"] == pytest.approx(1 / 30)
        assert measures["discharges_pathway_0", "trust", "one_trust"] == pytest.approx(2 / 30)
        assert measures["discharges_pathway_3", "system", ""] == 0
        assert isnan(measures["delayed", "discharge_pathway", "3"])


class TestIntermediateCare:
    def test_waits_starts_and_numbers(self) -> None:
        town = made(10)
        for accepted, left in ((2.0, 6.0), (3.0, nan)):
            town.visit(
                "home_care",
                "" if isnan(left) else "home",
                town.patient(pathway="1"),
                arrived=1 * DAY,
                accepted=accepted * DAY,
                started=accepted * DAY,
                finished=left * DAY,
                left=left * DAY,
            )
        town.visit("home_care", "", town.patient(pathway="1"), arrived=8 * DAY)
        town.visit("home_care", "refused", town.patient(pathway="1"), arrived=8 * DAY, left=8 * DAY)
        town.pool("home_care", "places", [1] * 120 + [2] * 120, 3)
        measures = town.measures()
        assert measures["intermediate_care_referrals", "system", ""] == pytest.approx(4 / 10)
        assert measures["intermediate_care_starts", "place", "east"] == pytest.approx(2 / 10)
        assert measures["intermediate_care_wait_mean", "discharge_pathway", "1"] == pytest.approx(
            (1 + 2 + 2) / 3
        )
        assert measures["intermediate_care_waiting", "system", ""] == pytest.approx((1 + 2 + 2) / 10)
        assert measures["intermediate_care_patients", "system", ""] == pytest.approx((4 + 7) / 10)
        assert measures["intermediate_care_occupancy", "system", ""] == pytest.approx(1.5 / 3)
        assert measures["intermediate_care_stay_mean", "system", ""] == 4
        assert measures["intermediate_care_refused", "system", ""] == 1 / 4
