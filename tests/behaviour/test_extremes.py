"""What nobody hopes for: three times the demand, no beds, no community, everything shut at night.

A run ends with everybody accounted for, checked by the engine at every step and hour; or is refused in words.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.errors import InputError
from flowsim.measures.catalogue import evaluate
from flowsim.model import replicate
from flowsim.scenario import Scenario
from flowsim.tables import Replication
from overlays import copy_of_scenarios, laid_over, rows_of

ONE_HOSPITAL = Path(__file__).parents[2] / "scenarios" / "one-hospital.yaml"
WEEK = {"from": "2026-11-09", "to": "2026-11-15"}
NEVER = "never"
WITH_HOURS = (
    "out_of_hours_gp",
    "urgent_treatment_centre",
    "same_day_emergency_care",
    "virtual_ward",
    "community_response",
)
BY_DAY = {
    **{f"services.{name}.hours": "08:00-20:00" for name in WITH_HOURS},
    "services.navigation.assessors": "08:00-20:00=3",
    "services.ambulance.crews": "08:00-20:00=9",
    "services.emergency_department.assessors": "08:00-20:00=3",
    "services.emergency_department.clinicians.main": "08:00-20:00=8",
    "services.emergency_department.clinicians.minors": "08:00-20:00=3",
    "services.transfer_of_care.team": "08:00-20:00=3",
    "services.community_care.start_hours": "08:00-20:00",
}
EXTREMES: dict[str, dict[str, Any]] = {
    "three times the demand": {"demand.*.per_day": fs.multiply(3)},
    "a day with forty times the demand": {
        "demand.*.per_day": {"multiply": 40, "from": "2026-11-10", "to": "2026-11-10"}
    },
    "no demand at all": {"demand.*.per_day": fs.multiply(0)},
    "all beds closed": {"services.ward.beds": 0},
    "all beds closed for a week": {"services.ward.beds": {"set": 0, **WEEK}},
    "no community slots for a week": {"services.community_care.starts_per_day": {"set": 0, **WEEK}},
    "no community slots ever": {"services.community_care.starts_per_day": 0},
    "no community places for a week": {"services.community_care.places": {"set": 0, **WEEK}},
    "everything shut at night": BY_DAY,
    "no crews for a week": {"services.ambulance.crews": {"set": 0, **WEEK}},
    "no clinicians for a week": {"services.emergency_department.clinicians.*": {"set": 0, **WEEK}},
    "no spaces in the department": {"services.emergency_department.areas.*.spaces": 0},
    "no transfer of care team for a week": {"services.transfer_of_care.team": {"set": 0, **WEEK}},
    "no chairs": {"services.same_day_emergency_care.chairs": 0},
    "no virtual ward": {"services.virtual_ward.places": 0},
    "community care takes nobody for a week": {
        "services.community_care.start_hours": {"set": "never", **WEEK}
    },
    **{
        f"{name} shut for a week": {f"services.{name}.hours": {"set": "never", **WEEK}} for name in WITH_HOURS
    },
    **{f"{name} always shut": {f"services.{name}.hours": NEVER} for name in WITH_HOURS},
}


@pytest.fixture(scope="module")
def usual() -> Scenario:
    """One hospital for three weeks."""
    return fs.load(ONE_HOSPITAL, sets=["time.warm_up=1 week", "time.horizon=2 weeks"])


def everybody_accounted_for(result: Replication) -> None:
    """Check that whoever came has left or is inside, once, and that no time is missing before a later one."""
    inside = sum(result.info["inside"].values())
    last = {patient: row for row, patient in enumerate(result.visits["patient"].tolist())}
    still = [row for row in last.values() if np.isnan(result.visits["left"][row])]
    unfinished = [row for row in still if result.visits["outcome"][row] < 0]
    assert len(unfinished) == inside
    present = result.info["patients"] - result.info["finished"]
    away = present - inside  # at home, to come back
    assert 0 <= away < 0.2 * result.info["patients"] + 50
    counted = Counter(result.visits["patient"].tolist())
    assert max(counted.values(), default=0) < 60


@pytest.mark.parametrize("name", EXTREMES)
def test_an_extreme_ends_with_everybody_accounted_for(name: str, usual: Scenario) -> None:
    scenario = usual.change(EXTREMES[name])
    result = replicate(scenario, 1, audit=True)
    everybody_accounted_for(result)
    table = evaluate(result, scenario)
    assert len(table["value"]) > 500
    assert not np.isinf(table["value"].astype(float)).any()


def test_closed_beds_are_given_to_nobody(usual: Scenario) -> None:
    scenario = usual.change({"services.ward.beds": 0, "time.initial": "empty"})
    result = replicate(scenario, 1, audit=True)
    ward = result.services.index("ward")
    assert np.isnan(result.visits["accepted"][result.visits["service"] == ward]).all()
    assert result.info["inside"]["ward"] > 100  # they wait for a bed, and hold their spaces and crews
    assert result.info["inside"]["ambulance"] > 100


def test_all_beds_closed_at_one_of_two_sites(tmp_path: Path) -> None:
    """The other site goes on; everybody who needs a bed at the first waits there."""
    home = copy_of_scenarios(tmp_path)
    place = laid_over(home, "only-west-kent", sets=["time.warm_up=0 days"])
    closed = place.change({"services[kind=ward, site=maidstone].beds": 0})
    result = replicate(closed, 1, audit=True)
    everybody_accounted_for(result)
    waiting = rows_of(result, closed, "emergency_department", "admit", site="maidstone")
    assert np.isnan(result.visits["left"][waiting]).mean() > 0.5
    elsewhere = rows_of(result, closed, "emergency_department", "admit", site="tunbridge_wells")
    assert np.isnan(result.visits["left"][elsewhere]).mean() < 0.1


def test_a_week_without_starts_starts_nobody_and_then_goes_on(usual: Scenario) -> None:
    for change in ("no community slots for a week", "community care takes nobody for a week"):
        scenario = usual.change(EXTREMES[change])
        result = replicate(scenario, 1, audit=True)
        care = result.services.index("community_care")
        started = result.visits["accepted"][result.visits["service"] == care]
        day = (started[~np.isnan(started)] - scenario.warm_up) // 1440
        assert ((day >= 7) & (day < 14)).sum() == 0
        assert ((day >= 0) & (day < 7)).sum() > 5
        longer = usual.change({**EXTREMES[change], "time.horizon": "3 weeks"})
        again = replicate(longer, 1, audit=True)
        started = again.visits["accepted"][again.visits["service"] == care]
        day = (started[~np.isnan(started)] - scenario.warm_up) // 1440
        assert (day >= 14).sum() > ((day >= 0) & (day < 7)).sum()  # those who waited, and the usual ones


def test_the_demand_nobody_can_meet_is_refused_in_words(usual: Scenario, tmp_path: Path) -> None:
    tripled = usual.change({"demand.*.per_day": fs.multiply(3)})
    with pytest.raises(InputError) as told:
        fs.run(tripled, replications=1, root=tmp_path)
    said = " ".join(str(told.value).split())
    assert "ward" in said
    assert "community_care" in said or "transfer_of_care" in said or "ambulance" in said
    assert not list(tmp_path.rglob("*.npz")) + list(tmp_path.rglob("*.parquet"))


def test_too_many_patients_to_simulate_are_refused_in_words(usual: Scenario) -> None:
    with pytest.raises(InputError, match="million patients in each replication"):
        usual.change({"demand.*.per_day": fs.multiply(30_000)})


def test_an_impossible_extreme_is_refused_in_words(usual: Scenario) -> None:
    with pytest.raises(InputError, match=r"below zero|0 or more"):
        usual.change({"services.ward.beds": fs.add(-500)})
