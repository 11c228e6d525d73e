"""Measures of a small simulated system, checked against each other and a plain reading of its tables."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from flowsim.measures.catalogue import evaluate
from flowsim.model import replicate
from flowsim.scenario.load import load
from flowsim.tables import Replication

Measures = dict[tuple[str, str, str], float]

TOWN = """
flowsim: 1
name: town
time: {start: 2026-11-02, warm_up: 6 weeks, horizon: 6 weeks}
seed: 2026
places: {town: {population: 180000}}
casemix:
  all:
    age: {18-64: 55%, 65-74: 15%, 75-84: 15%, 85+: rest}
    acuity: {1: 2%, 2: 20%, 3: 40%, 4: rest}
    pathway: {by: age, 85+: {0: 50%, 1: rest}, otherwise: {0: 85%, 1: rest}}
    admission: {by: age, 18-64: 12%, otherwise: 40%}
services:
  emergency_department:
    kind: emergency_department
    place: town
    assessors: 2
    initial_assessment: {mean: 7 min, sd: 4 min}
    offload_bays: 3
    handover: {mean: 17 min, sd: 9 min}
    area: majors
    areas:
      majors: {spaces: 34, first_spell: {mean: 20 min, sd: 12 min}, investigated: 60%,
               investigations: {mean: 80 min, sd: 50 min}, second_spell: {mean: 10 min, sd: 6 min}}
    clinicians: {main: "00:00-08:00=4, 08:00-24:00=7"}
    patience: {mean: 8 hours, sd: 6 hours}
    specialty_review: {mean: 50 min, sd: 35 min}
    departure: {mean: 20 min, sd: 15 min}
  wards:
    kind: ward
    place: town
    beds: 172
    stay: {mean: 4.2 days, sd: 6 days}
    rounds: [09:00, 14:00]
    turnaround: 1 hour
  transfer_of_care:
    kind: discharge
    place: town
    team: "08:00-18:00=4"
    assessment: {by: pathway, 0: 0 min, otherwise: 75 min}
    preparation: {mean: 4 hours, sd: 3 hours}
    departures: {"10:00-13:00": 25%, "13:00-20:00": 75%}
    weekend: 75%
  home_care:
    kind: intermediate_care
    place: town
    places: 130
    starts_per_day: {weekday: 8, weekend: 3}
    start_hours: "09:00-17:00"
    stay: {mean: 20 days, sd: 12 days}
demand:
  walk_ins: {to: emergency_department, per_day: 100, place: town, casemix: all, profile: "08:00-22:00"}
  ambulances:
    {to: emergency_department, route: ambulance, per_day: 40, place: town, casemix: all, profile: flat}
pathways:
  emergency_department: {home: leave, admit: wards, left: leave}
  wards: {ready: transfer_of_care, otherwise: leave}
  transfer_of_care: {pathway_0: leave, pathway_1: home_care, otherwise: leave}
  home_care: {otherwise: leave}
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Replication, Measures]:
    """The town for six weeks after six weeks of warm-up."""
    file = tmp_path_factory.mktemp("town") / "town.yaml"
    file.write_text(TOWN, encoding="utf-8")
    scenario = load(file)
    replication = replicate(scenario, 1)
    table = evaluate(replication, scenario)
    keys = zip(table["measure"], table["level"], table["group"], strict=True)
    return replication, dict(zip(keys, table["value"].tolist(), strict=True))


def visits_of(replication: Replication, service: str) -> Iterator[dict[str, Any]]:
    """Yield the visits to a service that arrived in the collection period."""
    code = replication.services.index(service)
    visits = replication.visits
    for row in np.flatnonzero((visits["service"] == code) & (visits["arrived"] >= replication.warm_up)):
        yield {name: column[row] for name, column in visits.items()}


def test_beds_in_use_are_the_same_by_visits_and_by_the_engine(town: tuple[Replication, Measures]) -> None:
    measures = town[1]
    by_visits = measures["mean_present", "service", "wards"] - measures["mean_waiting", "service", "wards"]
    assert by_visits == pytest.approx(measures["units_busy", "pool", "wards.beds"], rel=1e-5)


def test_the_queue_for_beds_is_the_same_four_ways(town: tuple[Replication, Measures]) -> None:
    measures = town[1]
    queue = measures["pool_queue", "pool", "wards.beds"]
    assert queue > 0.5
    assert measures["waiting_for_bed", "system", ""] == pytest.approx(queue, rel=1e-5)
    assert measures["boarders", "system", ""] == pytest.approx(queue, rel=1e-5)
    assert measures["delay_caused", "service", "wards"] / 24 == pytest.approx(queue, rel=1e-5)


def test_time_held_is_the_delay_that_others_cause(town: tuple[Replication, Measures]) -> None:
    measures = town[1]
    held = measures["hours_blocked", "system", ""]
    assert held == pytest.approx(measures["delay_caused", "system", ""], rel=1e-9)
    links = [value for (measure, _, _), value in measures.items() if measure == "blocked_by"]
    assert sum(links) == pytest.approx(held, rel=1e-9)


def test_care_waiting_and_held_add_up_to_everybody_inside(town: tuple[Replication, Measures]) -> None:
    measures = town[1]
    parts = sum(measures[f"hours_{part}", "system", ""] for part in ("in_care", "waiting", "blocked"))
    present = {s: measures["mean_present", "service", s] for s in town[0].services}
    # a patient whose discharge is arranged, or who waits while holding a place, is there only once
    twice = present["transfer_of_care"] + measures["delay_caused", "system", ""] / 24
    twice -= measures["delay_caused", "service", "transfer_of_care"] / 24
    assert parts / 24 == pytest.approx(sum(present.values()) - twice, rel=1e-9)


def test_four_hours_by_a_plain_loop(town: tuple[Replication, Measures]) -> None:
    replication, measures = town
    within = over = 0
    for visit in visits_of(replication, "emergency_department"):
        minutes = visit["left"] - visit["arrived"]
        if minutes <= 240:
            within += 1
        elif minutes > 240 or replication.end - visit["arrived"] > 240:
            over += 1
    assert measures["within_4_hours", "system", ""] == pytest.approx(within / (within + over), rel=1e-12)


def test_wait_for_home_care_by_a_plain_loop(town: tuple[Replication, Measures]) -> None:
    replication, measures = town
    waits = []
    for visit in visits_of(replication, "home_care"):
        until = replication.end if np.isnan(visit["accepted"]) else visit["accepted"]
        waits.append(until - visit["arrived"])
    found = measures["intermediate_care_wait_mean", "discharge_pathway", "1"]
    assert found == pytest.approx(np.mean(waits) / 1440, rel=1e-12)
    worst = measures["intermediate_care_wait_p90", "discharge_pathway", "1"]
    assert worst == pytest.approx(np.quantile(waits, 0.9) / 1440, rel=1e-12)


def test_discharge_ready_by_a_plain_loop(town: tuple[Replication, Measures]) -> None:
    replication, measures = town
    visits, minutes = replication.visits, 0.0
    ready = (visits["service"] == replication.services.index("wards")) & (visits["outcome"] == 0)
    for begin, end in zip(visits["finished"][ready], visits["left"][ready], strict=True):
        stop = replication.end if np.isnan(end) else end
        minutes += max(min(stop, replication.end) - max(begin, replication.warm_up), 0)
    found = measures["discharge_ready", "system", ""]
    assert found == pytest.approx(minutes / replication.horizon, rel=1e-9)
