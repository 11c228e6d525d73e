"""A loaded start is the long run from the first minute; an empty one is not, and the suite can tell."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.flows import analyse
from flowsim.model import replicate
from flowsim.spec.distributions import parse_distribution
from flowsim.verify.case import covers
from flowsim.verify.seen import present
from systems import written

REPLICATIONS = 50
DAYS = (0, 1, 3, 7, 14, 27)

LONG_STAYS = """
name: long-stays
time: {start: 2026-11-02, warm_up: 0 days, horizon: 28 days, initial: loaded}
casemix:
  usual: {age: {18-64: 50%, 75-84: rest}, pathway: {by: age, 18-64: "0", otherwise: "1"}}
services:
  ward:
    kind: ward
    beds: 900
    stay: {by: age, 18-64: {mean: 2 days, sd: 3 days}, otherwise: {mean: 6 days, sd: 8 days}}
  transfer_of_care: {kind: discharge}
  home_care:
    kind: intermediate_care
    places: 900
    stay: {mean: 12 days, sd: 9 days}
    stay_factor: 0.9
  virtual_ward:
    kind: virtual_ward
    places: 900
    stay: {mean: 6 days, sd: 4 days}
    deteriorate: 30%
demand:
  admissions: {to: ward, per_day: 10, casemix: usual}
  step_up: {to: virtual_ward, per_day: 6, casemix: usual}
pathways:
  ward: {ready: transfer_of_care, otherwise: leave}
  transfer_of_care: {pathway_1: home_care, otherwise: leave}
  home_care: {otherwise: leave}
  virtual_ward: {deteriorated: ward, otherwise: leave}
"""
"""A ward, a caseload of pathway 1 behind it, and a virtual ward some of whose patients get worse."""

MOVING_ON = """
name: moving-on
time: {start: 2026-11-02, warm_up: 0 days, horizon: 28 days, initial: loaded}
services:
  assessment_ward:
    kind: ward
    beds: 900
    stay: {mean: 4 days, sd: 5 days}
    move_on: {share: 60%, after: {mean: 20 hours, sd: 10 hours}}
  ward: {kind: ward, beds: 900, stay: {mean: 4 days, sd: 5 days}}
demand: {admissions: {to: assessment_ward, per_day: 16}}
pathways:
  assessment_ward: {moved_on: ward, otherwise: leave}
  ward: {otherwise: leave}
"""
"""An assessment ward whose patients go on to another ward with the rest of their stay."""


def numbers(scenario: Any, services: list[str]) -> dict[str, Any]:
    """Return the number inside at a minute past midnight of each day: replications by days, by service."""
    at = [1440.0 * day + 1.0 for day in DAYS]
    found: dict[str, list[Any]] = {name: [] for name in services}
    for number in range(1, REPLICATIONS + 1):
        result = replicate(scenario, number)
        for name in services:
            found[name].append(present(result, name, at))
    return {name: np.array(rows) for name, rows in found.items()}


def assert_flat(name: str, mean: float, found: Any) -> None:
    """Assert that the mean is right on each day, and on all days taken together."""
    for column, day in enumerate(DAYS):
        check = covers(f"{name}, day {day}", mean, found[:, column])
        assert check.passed, f"{check.what}: {mean:.1f} not in {check.low:.1f} to {check.high:.1f}"
    check = covers(f"{name}, all days", mean, found.mean(axis=1), 0.06)
    assert check.passed, f"{check.what}: {mean:.1f} not in {check.low:.1f} to {check.high:.1f}"


@pytest.mark.slow
def test_wards_and_caseloads_are_full_from_the_first_minute(tmp_path: Path) -> None:
    scenario = written(LONG_STAYS, tmp_path)
    loads = analyse(scenario).loads
    pools = {"ward": "beds", "home_care": "places", "virtual_ward": "places"}
    found = numbers(scenario, list(pools))
    for name, resource in pools.items():
        assert_flat(name, loads[name, resource], found[name])


@pytest.mark.slow
def test_those_who_have_moved_on_by_now_are_where_they_went(tmp_path: Path) -> None:
    scenario = written(MOVING_ON, tmp_path)
    loads = analyse(scenario).loads
    found = numbers(scenario, ["assessment_ward", "ward"])
    both = found["assessment_ward"] + found["ward"]
    assert_flat("both wards", 64.0, both)
    assert covers("variance: the number found inside is Poisson", 64.0, (both[:, 0] - 64.0) ** 2).passed
    for name in found:
        assert_flat(name, loads[name, "beds"], found[name])


@pytest.mark.slow
def test_an_empty_start_is_biased_for_weeks(tmp_path: Path) -> None:
    """The mean is what the law of stays says, and far outside the interval of the long run."""
    text = LONG_STAYS.replace("{by: age, 18-64: {mean: 2 days, sd: 3 days}, otherwise: ", "").replace(
        "{mean: 6 days, sd: 8 days}}", "{mean: 6 days, sd: 8 days}"
    )
    scenario = written(text, tmp_path, time__initial="empty", demand__step_up__per_day=0)
    stay = parse_distribution({"mean": "6 days", "sd": "8 days"})
    found = numbers(scenario, ["ward"])["ward"]
    for column, day in enumerate(DAYS[1:], start=1):
        filled = float(stay.limited(1440.0 * day + 1.0)) / stay.mean_minutes()
        assert covers(f"day {day}", 60.0 * filled, found[:, column]).passed
        if day <= 7:
            assert not covers(f"day {day}", 60.0, found[:, column]).passed


def test_a_census_of_discharge_ready_patients_starts_in_the_ward_beds(tmp_path: Path) -> None:
    """Forty on pathway 1 are with the discharge service at minute 0; without the census nobody is."""
    text = LONG_STAYS.replace("{kind: discharge}", '{kind: discharge, ready_at_start: {"1": 40}}')
    found = {}
    for name, scenario in (("without", LONG_STAYS), ("with", text)):
        visits = replicate(written(scenario, tmp_path), 1).visits
        found[name] = int(((visits["service"] == 1) & (visits["arrived"] == 0.0)).sum())
    assert found == {"without": 0, "with": 40}
