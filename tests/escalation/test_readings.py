"""Every parameter read during a run is the one that can be worked out afterwards from all visits."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.measures.escalation import Story
from flowsim.model import replicate
from flowsim.spec.scenario import Scenario
from flowsim.tables import BUSY, CAPACITY, Replication
from two_hospitals import two_hospitals

EVERYTHING = """
escalation:
  every: 90 min
  window: 3 hours
  areas: [majors]
  levels: {opel_2: 1, opel_3: 2, opel_4: 3}
  parameters:
    handover: [{above: 999 hours, points: 1}]
    time_to_clinician: [{above: 999 hours, points: 1}]
    within_4_hours: [{below: 0.001%, points: 1}]
    over_12_hours: [{above: 9999%, points: 1}]
    awaiting_bed: [{above: 9999%, points: 1}]
    attendances: [{above: 9999%, points: 1}]
    department_occupancy: [{above: 9999%, points: 1}]
    bed_occupancy: [{above: 9999%, points: 1}]
    escalation_beds: [{above: 9999%, points: 1}]
    discharge_ready: [{above: 9999%, points: 1}]
"""
WINDOW = 180.0
SITES = {"north": "north_ed", "south": "south_ed"}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return two_hospitals(tmp_path_factory.mktemp("everything"), EVERYTHING)


@pytest.fixture(scope="module")
def run(scenario: Scenario) -> Replication:
    return replicate(scenario, 1)


def assessments(run: Replication, site: str) -> list[dict[str, float]]:
    """Return the values of every assessment of a site, by parameter."""
    table: Any = run.escalation
    story = Story(table, 0.0, run.end)
    rows = [
        i for i, scope in enumerate(story.scope) if scope == ("site", site) and story.event[i] == "assessed"
    ]
    numbers = [name for name in table if name not in {"event", "scope", "name", "action", "reason"}]
    return [{name: float(table[name][row]) for name in numbers} for row in rows]


def visits_to(run: Replication, service: str) -> dict[str, Any]:
    here = run.visits["service"] == run.services.index(service)
    return {name: column[here] for name, column in run.visits.items()}


def by_hand(run: Replication, site: str, now: float) -> dict[str, float]:
    """Work out the parameters measured on visits at a minute, from the finished tables."""
    v = visits_to(run, SITES[site])
    begun = v["arrived"] < now
    left = np.where(v["left"] < now, v["left"], np.inf)
    inside = begun & (left == np.inf)
    done = begun & (left > now - WINDOW) & (left < now)
    stay = np.where(inside, now, left) - v["arrived"]
    accepted = np.where(v["accepted"] < now, v["accepted"], np.nan)
    started = np.where(v["started"] < now, v["started"], np.nan)
    crew = v["source"] == run.services.index("crews")
    over = crew & (accepted > now - WINDOW)
    door = crew & inside & np.isnan(accepted)
    seen, unseen = started > now - WINDOW, inside & np.isnan(started)
    finished = (v["finished"] < now) & (v["outcome"] >= 0)
    waits = [*(accepted - v["arrived"])[over], *stay[door]]
    clinician = [*(started - v["arrived"])[seen & (inside | done)], *stay[unseen]]
    late = inside & (stay > 240)
    return {
        "handover": float(np.mean(waits)) if waits else np.nan,
        "time_to_clinician": float(np.mean(clinician)) if clinician else np.nan,
        "within_4_hours": float((done & (stay <= 240)).sum() / max(done.sum() + late.sum(), 1e-9)),
        "over_12_hours": float((inside & (stay > 720)).sum() / max(inside.sum(), 1e-9)),
        "awaiting_bed": float((inside & finished & (v["outcome"] == 1)).sum() / max(inside.sum(), 1e-9)),
    }


@pytest.mark.parametrize("site", SITES)
def test_waits_and_people_are_those_of_the_visits(run: Replication, site: str) -> None:
    told = assessments(run, site)
    compared = 0
    for row in told[3::7]:
        expected = by_hand(run, site, row["minute"])
        for name, value in expected.items():
            if isnan(row[name]):
                continue
            tolerance = 0.05 if name == "awaiting_bed" else 1e-4  # some are about to leave for home
            assert row[name] == pytest.approx(value, rel=1e-4, abs=tolerance), (name, row["minute"])
            compared += 1
    assert compared > 100


def test_discharge_ready_patients_are_those_who_hold_a_bed(run: Replication) -> None:
    ward = run.services.index("north_ward")
    hub = visits_to(run, "upland_hub")
    beds = run.pools.index(("north_ward", "beds"))
    for row in assessments(run, "north")[20::9]:
        now = row["minute"]
        ready = ((hub["source"] == ward) & (hub["arrived"] < now) & ~(hub["left"] < now)).sum()
        around = run.occupancy[int(now // 60) - 1 : int(now // 60) + 1, beds, BUSY]
        occupied = row["bed_occupancy"] * 60
        assert around.min() - 8 <= occupied <= around.max() + 8
        assert row["discharge_ready"] * occupied == pytest.approx(ready, abs=1e-3)


def test_occupancy_is_that_of_beds_and_spaces(run: Replication) -> None:
    for name, pool in (
        ("bed_occupancy", ("south_ward", "beds")),
        ("department_occupancy", ("south_ed", "majors")),
    ):
        at = run.pools.index(pool)
        table = run.occupancy[:, at]
        for row in assessments(run, "south")[10::6]:
            hour = int(row["minute"] // 60)
            near = table[max(hour - 1, 0) : hour + 1]
            share = near[:, BUSY] / near[:, CAPACITY]
            assert share.min() - 0.3 <= row[name] <= share.max() + 0.3


def test_attendances_are_held_against_the_weeks_before(run: Replication) -> None:
    rows = assessments(run, "north")
    known = [row for row in rows if not isnan(row["attendances"])]
    assert min(row["minute"] for row in known) == pytest.approx(8 * 1440, abs=90)
    arrived = visits_to(run, "north_ed")["arrived"]
    for row in known[::10]:
        now = row["minute"]
        latest = ((arrived >= now - 1440) & (arrived < now)).sum()
        before = (arrived < now - 1440).sum() / ((now - 1440) / 1440)
        assert row["attendances"] == pytest.approx(latest / before, rel=0.02)


def test_a_place_with_one_hospital_is_scored_as_the_hospital(run: Replication) -> None:
    table: Any = run.escalation
    story = Story(table, 0.0, run.end)
    rows = {scope: [i for i, each in enumerate(story.scope) if each == scope] for scope in story.scopes()}
    for name in ("time_to_clinician", "over_12_hours", "bed_occupancy", "department_occupancy"):
        one = table[name][rows["site", "south"]]
        assert np.array_equal(one, table[name][rows["place", "lowland"]], equal_nan=True)


def test_the_system_is_the_sum_of_its_hospitals_and_no_mean_of_means(run: Replication) -> None:
    table: Any = run.escalation
    story = Story(table, 0.0, run.end)
    for row, scope in enumerate(story.scope):
        if scope == ("system", "") and story.minute[row] in {7200.0, 14400.0}:
            north, south = (
                next(
                    r
                    for r, s in enumerate(story.scope)
                    if s == ("site", name) and story.minute[r] == story.minute[row]
                )
                for name in SITES
            )
            both = 60 * table["bed_occupancy"][north] + 90 * table["bed_occupancy"][south]
            assert table["bed_occupancy"][row] == pytest.approx(both / 150, rel=1e-5)


def test_only_sites_and_places_with_an_emergency_department_are_assessed(run: Replication) -> None:
    table: Any = run.escalation
    assert Story(table, 0.0, run.end).scopes() == [
        ("site", "north"), ("site", "south"), ("place", "upland"), ("place", "lowland"), ("system", ""),
    ]  # fmt: skip


def test_a_hospital_without_an_open_bed_counts_as_full(tmp_path: Path) -> None:
    shut = two_hospitals(tmp_path, EVERYTHING, services__north_ward__beds=0, time__horizon="2 days")
    rows = assessments(replicate(shut, 1), "north")
    assert {row["bed_occupancy"] for row in rows} == {1.0}
    assert all(isnan(row["discharge_ready"]) for row in rows)


def test_patients_found_in_beds_at_a_loaded_start_count(tmp_path: Path) -> None:
    scenario = two_hospitals(
        tmp_path, EVERYTHING, time__initial="loaded", services__upland_hub__ready_at_start={"1": 12}
    )
    first = assessments(replicate(scenario.change({"time.horizon": "2 days"}), 1), "north")[0]
    assert first["bed_occupancy"] > 0.5
