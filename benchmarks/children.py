"""What one process measures: a system of some size, once. Prints the figures as JSON.

python -m benchmarks.children scaled FACTOR | whole | row SERVICES | beside SERVICES | queue STAFF
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import flowsim as fs
from flowsim.model import replicate
from flowsim.spec.scenario import Scenario
from flowsim.spec.values import UNLIMITED
from flowsim.tables import QUEUE

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
BASELINE = SCENARIOS / "kent-medway" / "baseline.yaml"
CAPACITIES = (
    "staff", "rooms", "crews", "assessors", "offload_bays", "escalation_spaces", "clinicians", "beds",
    "places", "chairs", "queue", "team", "starts_per_day", "slots_per_hour", "waiting_places",
    "acceptance_limit", "onboarding",
)  # fmt: skip
"""Settings that say how much of something there is."""


def costs(scenario: Scenario) -> dict[str, Any]:
    """Return what one replication of a scenario costs."""
    result = replicate(scenario, 1)
    info, seconds = result.info, float(result.info["cpu_seconds"])
    visits = len(result.visits["patient"])
    return {
        "patients": info["patients"],
        "visits": visits,
        "state_changes": info["state_changes"],
        "cpu_seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "longest_queue": float(result.occupancy[:, :, QUEUE].sum(axis=1).max()),
        "us_per_patient": 1e6 * seconds / info["patients"],
        "us_per_visit": 1e6 * seconds / visits,
        "us_per_state_change": 1e6 * seconds / info["state_changes"],
    }


def scaled(factor: float) -> Scenario:
    """Return two weeks of Kent and Medway with so many times the patients, and of everything there is."""
    scenario = fs.load(BASELINE).change({"time.warm_up": "1 week", "time.horizon": "1 week"})
    changes: dict[str, Any] = {"demand.*.per_day": fs.multiply(factor)}
    for name, service in scenario.services.items():
        for setting in CAPACITIES:
            changes |= _times(f"services.{name}.{setting}", getattr(service, setting, None), factor)
        for area in getattr(service, "areas", {}):
            changes[f"services.{name}.areas.{area}.spaces"] = fs.multiply(factor)
    return scenario.change(changes)


def _times(path: str, value: Any, factor: float) -> dict[str, Any]:
    """Return the change of one capacity; none if there is nothing of it, or no end of it."""
    if value is None or value == 0 or (isinstance(value, int) and value >= UNLIMITED):
        return {}
    if isinstance(value, dict):
        return {f"{path}.{key}": fs.multiply(factor) for key in value}
    return {path: fs.multiply(factor)}


CLINIC = {"kind": "clinic", "staff": 12, "service": {"mean": "20 min", "sd": "12 min"}, "referred": "100%"}


def in_a_row(services: int) -> Scenario:
    """Return clinics that everybody passes through one after the other; 90,000 visits in all."""
    demand = {"patients": {"to": "c0", "per_day": 700}}
    onward = {f"c{i}": {"referred": f"c{i + 1}" if i + 1 < services else "leave"} for i in range(services)}
    return _town(services, demand, onward, days=max(round(90_000 / 700 / services), 1))


def side_by_side(services: int) -> Scenario:
    """Return clinics each with patients of its own; 90,000 visits in all."""
    demand = {f"p{i}": {"to": f"c{i}", "per_day": 700} for i in range(services)}
    onward = {f"c{i}": {"referred": "leave"} for i in range(services)}
    return _town(services, demand, onward, days=max(round(90_000 / 700 / services), 1))


def _town(services: int, demand: dict[str, Any], onward: dict[str, Any], days: int) -> Scenario:
    time = {"kind": "steady_state", "start": "2026-11-02", "warm_up": "0 days", "horizon": f"{days} days"}
    tree = {
        "flowsim": 1,
        "name": "town",
        "time": {**time, "initial": "empty"},
        "services": {f"c{i}": CLINIC for i in range(services)},
        "demand": demand,
        "pathways": {name: {**way, "otherwise": "leave"} for name, way in onward.items()},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.yaml"
        path.write_text(json.dumps(tree), encoding="utf-8")  # every JSON text is a YAML text
        return fs.load(path)


def queueing(staff: int) -> Scenario:
    """Return M/M/c at 5.1 patients a minute; fewer than 6 staff cannot keep up."""
    changes = {"services.clinic.staff": staff, "time.horizon": "6 days", "time.warm_up": "0 days"}
    return fs.load(SCENARIOS / "queues" / "mmc.yaml").change(changes)


MEASURES = {
    "scaled": lambda text: scaled(float(text)),
    "whole": lambda _: fs.load(BASELINE),
    "row": lambda text: in_a_row(int(text)),
    "beside": lambda text: side_by_side(int(text)),
    "queue": lambda text: queueing(int(text)),
}


def main() -> None:
    what, *rest = sys.argv[1:]
    print(json.dumps(costs(MEASURES[what](rest[0] if rest else ""))))


if __name__ == "__main__":
    main()
