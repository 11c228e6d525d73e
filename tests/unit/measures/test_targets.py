"""Conditions on measures: what may be written, and whether a run meets them."""

from typing import Any

import pytest

from finished_runs import FakeRun, run
from flowsim.errors import InputError
from flowsim.measures.compare.targets import condition, conditions, judged


@pytest.fixture
def plan() -> FakeRun:
    return run(
        "plan",
        {
            "within_4_hours": [0.76, 0.80, 0.82, float("nan")],
            ("within_4_hours", "site", "north"): [0.6, 0.7, 0.6, 0.7],
            "handover_mean": [20.0] * 4,
        },
    )


@pytest.mark.parametrize(
    ("text", "symbol", "value", "shown"),
    [
        ("within_4_hours >= 78%", ">=", 0.78, "ED: within 4 hours, all types >= 78%"),
        ("within_4_hours>=78.5 %", ">=", 0.785, "ED: within 4 hours, all types >= 78.5%"),
        ("within_4_hours 78%", ">=", 0.78, "ED: within 4 hours, all types >= 78%"),
        ("handover_mean 30 min", "<=", 30.0, "Ambulance handover, mean <= 30 min"),
        ("handover_mean < 0.5 hours", "<", 30.0, "Ambulance handover, mean < 30 min"),
        ("stay_mean <= 6", "<=", 6.0, "Length of stay, mean <= 6.0 days"),
        ("stay_mean <= 144 hours", "<=", 6.0, "Length of stay, mean <= 6.0 days"),
        ("boarders <= 12", "<=", 12.0, "Waiting in ED for a bed <= 12"),
        ("emergency_admissions > 200/day", ">", 200.0, "Emergency admissions from ED > 200/day"),
    ],
)
def test_a_condition_has_a_sign_and_a_value_in_the_measures_unit(
    text: str, symbol: str, value: float, shown: str
) -> None:
    found = condition(text)
    assert (found.symbol, found.value) == (symbol, pytest.approx(value))
    assert (found.level, found.group) == ("system", "")
    assert found.text().split(" ")[-2:] == shown.split(" ")[-2:]


def test_a_condition_may_be_for_one_group() -> None:
    found = condition("handover_mean[site=north] <= 20 min")
    assert (found.level, found.group) == ("site", "north")
    assert (condition("handover_mean[north] <= 20 min").level, found.group) == ("", "north")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a condition"),
        ("within_4_hours >=", "is not a condition"),
        ("within_4_hour >= 78%", "Did you mean within_4_hours"),
        ("within_4_hours >= 78", "write 78%"),
        ("within_4_hours >= lots", "lots"),
        ("handover_mean <= 20", "20 has no unit"),
        ("boarders <= many", "many is not a number, and boarders is in patients"),
        ("boarders <= nan", "nan is not a number"),
        ("handover_mean[] <= 20 min", "names no group"),
        ("attendances 300", "does not say whether more or less is wanted"),
        ("within_4_hours == 78%", "does not say whether more or less is wanted"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        condition(text)
    assert message in " ".join(str(error.value).split())


def test_targets_of_a_scenario_are_conditions_and_all_problems_are_told() -> None:
    targets: dict[str, Any] = {"within_4_hours": ">= 78%", "bed_occupancy": "92%"}
    assert [each.symbol for each in conditions(targets)] == [">=", "<="]
    with pytest.raises(InputError) as error:
        conditions({"a": "1", "b": "2"})
    assert len(error.value.problems) == 2


def test_a_run_is_judged_by_its_mean_and_says_how_sure_one_winter_is(plan: FakeRun) -> None:
    answer = judged(condition("within_4_hours >= 78%"), plan)
    assert (answer.met, answer.mean, answer.share) == (True, pytest.approx(0.7933333), pytest.approx(2 / 3))
    assert answer.text() == "ED: within 4 hours, all types >= 78%: met (79.3%; in 67% of replications)"
    assert not judged(condition("within_4_hours >= 80%"), plan).met


def test_a_group_is_found_at_whatever_level_it_is(plan: FakeRun) -> None:
    assert judged(condition("within_4_hours[north] >= 78%"), plan).mean == pytest.approx(0.65)


@pytest.mark.parametrize(
    "text", ["within_4_hours[nort] >= 78%", "within_4_hours[place=north] >= 78%", "boarders < 5"]
)
def test_what_a_run_has_not_measured_is_refused(plan: FakeRun, text: str) -> None:
    with pytest.raises(InputError, match="plan has not measured"):
        judged(condition(text), plan)
