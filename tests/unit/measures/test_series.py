"""Daily and weekly series, worked by hand."""

import numpy as np
import pytest

from flowsim.measures.series import series
from hand_made import HandMade

SERVICES = {
    "ed": {"kind": "emergency_department", "site": "north"},
    "ward": {"kind": "ward", "site": "north"},
}
DAY = 1440.0


def two_days() -> HandMade:
    made = HandMade(SERVICES, warm_up=DAY, horizon=2 * DAY)
    made.visit("ed", "home", arrived=DAY - 30, accepted=DAY - 30, left=DAY + 60)
    made.visit("ed", "home", arrived=DAY + 60, accepted=DAY + 60, left=DAY + 120)
    who = made.patient(route="ambulance")
    made.visit(
        "ed",
        "admit",
        who,
        arrived=2 * DAY + 60,
        accepted=2 * DAY + 80,
        finished=2 * DAY + 400,
        left=2 * DAY + 640,
    )
    made.visit(
        "ward",
        "ready",
        who,
        "ed",
        arrived=2 * DAY + 400,
        accepted=2 * DAY + 640,
        finished=2 * DAY + 700,
        left=2 * DAY + 760,
    )
    made.pool("ward", "beds", np.repeat([1.0, 5.0, 10.0], 24), 10)
    return made


class TestDaily:
    def test_counts_and_shares_by_day_of_arrival(self) -> None:
        daily, _ = series(two_days().facts())
        assert daily.row("attendances").tolist() == [1, 1]
        assert daily.row("within_4_hours", "site", "north").tolist() == [1, 0]
        assert np.isnan(daily.row("handover_mean")[0])
        assert daily.row("handover_mean")[1] == 20

    def test_numbers_present_are_means_over_the_day(self) -> None:
        daily, _ = series(two_days().facts())
        assert daily.row("in_department") == pytest.approx([120 / DAY, 580 / DAY])
        assert daily.row("boarders") == pytest.approx([0, 240 / DAY])
        assert daily.row("crews_waiting") == pytest.approx([0, 20 / DAY])
        assert daily.row("discharge_ready") == pytest.approx([0, 60 / DAY])
        assert daily.row("bed_occupancy") == pytest.approx([0.5, 1.0])
        assert daily.row("admissions").tolist() == [0, 1]
        assert daily.row("discharges").tolist() == [0, 1]

    def test_discharge_ready_patients_by_pathway_add_up_to_all(self) -> None:
        daily, _ = series(two_days().facts())
        pathways = [group for _, level, group in daily.keys if level == "discharge_pathway"]
        rows = [daily.row("discharge_ready", "discharge_pathway", group) for group in pathways]
        assert len(rows) > 1
        assert np.sum(rows, axis=0) == pytest.approx(daily.row("discharge_ready"))

    def test_as_columns(self) -> None:
        daily, _ = series(two_days().facts())
        columns = daily.columns()
        assert set(columns) == {"measure", "level", "group", "day", "value"}
        rows = (columns["measure"] == "attendances") & (columns["level"] == "system")
        assert columns["day"][rows].tolist() == [0, 1]
        assert columns["value"][rows].tolist() == [1, 1]

    def test_no_such_series(self) -> None:
        daily, _ = series(two_days().facts())
        with pytest.raises(KeyError, match="no series of attendances for site south"):
            daily.row("attendances", "site", "south")


class TestHourOfWeek:
    def test_hours_that_are_not_in_the_period_are_missing(self) -> None:
        _, weekly = series(two_days().facts())  # Tuesday and Wednesday
        attendances = weekly.row("attendances")
        assert np.isnan(attendances[:24]).all()
        assert attendances[24 + 1] == 1
        assert attendances[48 + 1] == 1
        assert attendances[24 + 2] == 0
        assert weekly.row("in_department")[24] == pytest.approx(1)

    def test_weeks_are_averaged(self) -> None:
        made = HandMade(SERVICES, horizon=14 * DAY)
        made.visit("ed", "home", arrived=60, left=90)
        _, weekly = series(made.facts())
        assert weekly.row("attendances")[1] == 0.5
        assert weekly.row("within_4_hours")[1] == 1


def test_less_than_a_day_has_no_series() -> None:
    made = HandMade(SERVICES, horizon=600)
    made.visit("ed", "home", arrived=60, left=90)
    daily, _ = series(made.facts())
    assert daily.row("attendances").size == 0
