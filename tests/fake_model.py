"""A model that is quick and needs no NHS: for testing how replications are run, kept and resumed.

It is importable, so that worker processes find it.
"""

import hashlib
import os
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from flowsim.errors import InputError, Problem
from flowsim.experiment.worker import Simulated

MEASURED = [
    ("attendances", "system", ""),
    ("within_4_hours", "system", ""),
    ("within_4_hours", "place", "east_kent"),
    ("wait_mean", "system", ""),
]


@dataclass(frozen=True)
class Time:
    start: date = date(2026, 11, 2)
    horizon: float = 28 * 1440.0


@dataclass(frozen=True)
class FakeScenario:
    """As much of a scenario as running one needs, and how it should behave."""

    name: str = "Fake baseline"
    title: str = "A fake baseline"
    seed: int = 2026
    replications: int = 4
    time: Time = Time()
    warm_up: float = 7 * 1440.0
    files: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    spread: float = 1.0
    seconds: float = 0.0
    fails_at: int = 0
    refuses_at: int = 0
    dies_at: int = 0
    log: str = ""

    @property
    def digest(self) -> str:
        decides = repr((self.seed, self.time, self.warm_up, self.spread))
        return hashlib.sha256(decides.encode()).hexdigest()

    def resolved_text(self) -> str:
        return f"name: {self.name}\nseed: {self.seed}\n"


def simulate(scenario: FakeScenario, number: int, keep: tuple[str, ...]) -> Simulated:
    """Return made-up numbers that depend on the seed and the replication alone."""
    note(scenario, number)
    time.sleep(scenario.seconds)
    if number == scenario.refuses_at:
        raise InputError([Problem("A ward has no beds.", path="services.ward.beds")])
    if number == scenario.fails_at:
        raise ZeroDivisionError("a fault in the model")
    if number == scenario.dies_at:
        os._exit(9)
    random = np.random.default_rng([scenario.seed, number])
    values = 100.0 + scenario.spread * random.standard_normal(len(MEASURED))
    columns = [list(column) for column in zip(*MEASURED, strict=True)]
    tables: dict[str, Any] = {
        "measures": dict(zip(("measure", "level", "group"), columns, strict=True)) | {"value": values},
        "series": {"measure": ["attendances"] * 3, "day": np.arange(3), "value": random.random(3)},
        "occupancy": {"hour": np.arange(24, dtype=np.int32), "busy": random.random(24).astype(np.float32)},
    }
    tables |= {name: {"patient": np.arange(5), "arrived": random.random(5)} for name in keep}
    return Simulated(
        tables=tables,
        patients=1000 + number,
        state_changes=9000,
        headline={"within_4_hours": float(values[1]), "wait_mean": float(values[3])},
        warnings=("A fake warning.",),
    )


def settles(_scenario: FakeScenario) -> list[Problem]:
    """Find nothing that cannot keep up."""
    return []


def note(scenario: FakeScenario, number: int) -> None:
    """Write down that a replication was really worked out."""
    if scenario.log:
        with Path(scenario.log).open("a", encoding="utf-8") as stream:
            stream.write(f"{number}\n")


def worked_out(scenario: FakeScenario) -> list[int]:
    """Return the replications that were really worked out, in order of number."""
    path = Path(scenario.log)
    return sorted(map(int, path.read_text(encoding="utf-8").split())) if path.exists() else []
