"""Changes that hold over dates."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date, datetime

import pytest

from flowsim.scenario import Scenario
from flowsim.scenario.dated import When, parse_when

Child = Callable[..., Scenario]
DAY = 1440.0
WARM_UP = 14 * DAY
START = date(2026, 11, 2)


def per_day(scenario: Scenario) -> list[tuple[float, float]]:
    return [
        ((minute - WARM_UP) / DAY, spec.per_day)
        for minute, spec in scenario.specs_over_time("referrals", "demand")
    ]


def test_a_setting_without_dates_holds_from_the_first_minute(child: Child) -> None:
    scenario = child()
    assert scenario.specs_over_time("medical_ward") == [(0.0, scenario.services["medical_ward"])]


def test_a_step_holds_from_its_first_to_its_last_day(child: Child) -> None:
    scenario = child("change: {demand.referrals.per_day: {multiply: 1.5, from: 2026-11-09, to: 2026-11-15}}")
    assert per_day(scenario) == [(-14, 40), (7, 60), (14, 40)]


def test_minutes_count_from_the_start_of_the_warm_up(child: Child) -> None:
    scenario = child("change: {services.medical_ward.beds: {add: 4, from: 2026-11-02}}")
    assert [minute for minute, _ in scenario.specs_over_time("medical_ward")] == [0.0, WARM_UP]


def test_a_step_may_start_and_end_at_a_time_of_day(child: Child) -> None:
    scenario = child(
        'change: {services.medical_ward.beds: {set: 0, from: "2026-11-03 07:00", to: "2026-11-03 19:00"}}'
    )
    steps = [
        ((minute - WARM_UP) / 60, spec.beds) for minute, spec in scenario.specs_over_time("medical_ward")
    ]
    assert steps == [(-336, 28), (31, 0), (43, 28)]


def test_a_ramp_rises_day_by_day_and_stays(child: Child) -> None:
    scenario = child(
        "change: {demand.referrals.per_day: {add: 10, shape: ramp, from: 2026-11-02, to: 2026-11-06}}"
    )
    assert per_day(scenario) == [(-14, 40), (0, 41), (1, 43), (2, 45), (3, 47), (4, 49), (5, 50)]


def test_a_wave_is_highest_on_its_peak_and_at_half_at_its_width(child: Child) -> None:
    scenario = child(
        "surges: {flu: {peak: 2027-01-04, width: 4 weeks, change: {demand.*.per_day: {multiply: 2}}}}"
    )
    values = dict(per_day(scenario))
    peak = (date(2027, 1, 4) - START).days
    assert max(values, key=values.get) == peak
    assert values[peak] == pytest.approx(80)
    assert values[peak + 14] == pytest.approx(60)
    assert values[peak - 14] == pytest.approx(60)
    assert per_day(scenario)[0] == (-14, 40)
    assert per_day(scenario)[-1][1] == 40


def test_counts_under_a_wave_are_whole(child: Child) -> None:
    scenario = child(
        "change: {services.medical_ward.beds: {multiply: 1.3, shape: wave, peak: 2026-12-01, width: 2 weeks}}"
    )
    counts = {spec.beds for _, spec in scenario.specs_over_time("medical_ward")}
    assert counts == set(range(28, 37))


def test_surges_come_on_top_of_each_other(child: Child) -> None:
    text = """
    surges:
      flu: {from: 2026-11-09, to: 2026-11-22, change: {demand.referrals.per_day: {multiply: 1.5}}}
      rsv: {from: 2026-11-16, to: 2026-11-29, change: {demand.*.per_day: {multiply: 2}}}
    """
    assert per_day(child(text)) == [(-14, 40), (7, 60), (14, 120), (21, 80), (28, 40)]


def test_surges_of_packs_add_to_each_other(child: Child) -> None:
    packs = {
        "a_yaml": "surges: {flu: {from: 2026-12-01, change: {demand.referrals.per_day: {add: 1}}}}",
        "b_yaml": "surges: [{name: rsv, from: 2026-12-01, change: {demand.referrals.per_day: {add: 2}}}]",
    }
    scenario = child("include: [a.yaml, b.yaml]", **packs)
    assert list(scenario.surges) == ["flu", "rsv"]
    assert per_day(scenario)[-1][1] == 43


def test_a_surge_can_be_changed_and_taken_away(child: Child) -> None:
    text = "surges: {flu: {from: 2026-12-01, change: {demand.referrals.per_day: {add: 1}}}}"
    assert per_day(child(text, "surges.flu.from=2026-11-02"))[1] == (0, 41)
    assert per_day(child(text, "surges.flu={remove: true}")) == [(-14, 40)]


def test_a_rota_can_change_over_dates(child: Child) -> None:
    scenario = child("change: {services.hot_clinic.clinicians: {add: -1, from: 2026-12-24, to: 2027-01-02}}")
    hours = [spec.clinicians.hours_per_week() / 84 for _, spec in scenario.specs_over_time("hot_clinic")]
    assert hours == [4, 3, 4]


def test_alternatives_and_pathways_can_change_over_dates(child: Child) -> None:
    text = """
    change:
      alternatives.medical_ward.review.0.uptake: {set: 80%, from: 2026-12-01}
      pathways.hot_clinic.referred: {set: frailty_ward, from: 2026-12-01}
    """
    scenario = child(text)
    later = scenario.specs_over_time("medical_ward.review", "alternatives")[1][1]
    assert later[0].uptake.leaves() == (0.8,)
    assert scenario.specs_over_time("hot_clinic", "pathways")[1][1]["referred"] == "frailty_ward"


def test_the_start_of_the_period_moves_the_minutes_not_the_dates(child: Child) -> None:
    text = "change: {services.medical_ward.beds: {add: 4, from: 2026-12-01}}"
    early = child(text).specs_over_time("medical_ward")[1][0]
    late = child(text, "time.start=2026-11-09").specs_over_time("medical_ward")[1][0]
    assert early - late == 7 * DAY


def test_a_change_before_the_warm_up_holds_from_the_beginning(child: Child) -> None:
    scenario = child("change: {services.medical_ward.beds: {add: 4, from: 2026-01-01}}")
    assert [(minute, spec.beds) for minute, spec in scenario.specs_over_time("medical_ward")] == [(0.0, 32)]


def test_a_scenario_on_its_way_to_a_worker_keeps_its_dates(child: Child) -> None:
    scenario = child("change: {services.medical_ward.beds: {add: 4, from: 2026-12-01}}")
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy.specs_over_time("medical_ward") == scenario.specs_over_time("medical_ward")
    assert copy.digest == scenario.digest
    assert copy.change({"services.frailty_ward.beds": 3}).services["frailty_ward"].beds == 3


def test_dates_are_read_with_their_rules() -> None:
    when = parse_when({"from": "2026-12-01", "to": "2026-12-01"})
    assert when == When(datetime(2026, 12, 1), datetime(2026, 12, 2))
    assert parse_when({}) is None
    assert parse_when({"peak": "2027-01-05", "width": "3 weeks"}).shape == "wave"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"from": "2026-12-02", "to": "2026-12-01"}, "to: 2026-12-01 is not after from"),
        ({"from": "1/12/2026"}, "from: 1/12/2026 is not written year-month-day: write 2026-12-01"),
        ({"from": "2026-12-01 noon"}, "from: 2026-12-01 noon is not a date"),
        ({"shape": "wave", "peak": "2026-12-01"}, "shape: a wave needs peak and width"),
        ({"shape": "ramp", "from": "2026-12-01"}, "shape: a ramp needs from and to"),
        ({"from": "2026-12-01", "width": "3 days"}, "width: only a wave has a width"),
        ({"peak": "2026-12-01", "width": "3 hours"}, "width: a wave lasts a day or more"),
        ({"peak": "2026-12-01", "width": 3}, "width: 3 has no unit"),
    ],
)
def test_dates_that_do_not_go_together_are_explained(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_when(settings)
